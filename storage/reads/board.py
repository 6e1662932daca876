"""Deals as cards: ten thousand of them are read in one statement, so each column here is paid ten thousand times."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from core.catalog import Catalog
from core.filters import Query
from core.workspace import Card
from storage.codec import to_json, to_micros
from storage.reads import sqlite
from storage.reads.compile import compile_query
from storage.reads.dialect import Dialect
from storage.reads.sqlite import Connection


def columns(sql: Dialect) -> str:
    """What a card shows, of a deal `t`, its company `k` and its contact `c`."""
    return f"""
        t.id, t.title, coalesce(k.name, ''), case when c.id is null then '' else {sql.person_name("c")} end, c.id, k.id,
        t.value_minor, t.currency, t.probability, t.stage_id, {sql.seconds("t.stage_since")},
        {sql.seconds("t.last_activity_at")}, {sql.seconds("t.next_task_at")}, t.next_step,
        {sql.day("t.expected_close")}, t.book_id, t.outcome, t.position, {sql.seconds("t.created_at")},
        {sql.joined("t.tags")}, coalesce({sql.first_point("c.phones")}, '')
    """


AROUND = """
    left join companies k on k.org_id = :org and k.id = t.company_id and k.deleted_at is null
    left join contacts c on c.org_id = :org and c.id = t.contact_id and c.deleted_at is null
"""
CLOSED = "('won', 'lost', 'abandoned')"
"""Every outcome but `open`: an index on outcomes can be gone through by these."""

_SELECT = f"select {columns(sqlite)} from deals t {AROUND}"


def board(
    connection: Connection,
    catalog: Catalog,
    pipeline_id: str,
    query: Query,
    *,
    closed_since: dt.datetime | None = None,
) -> list[Card]:
    """The open deals of a pipeline that match, and those closed since then, in no order.

    A company or contact that was deleted is left out of its cards.

    Raises:
        Invalid: the filter has more parts than a filter can have.
    """
    condition = compile_query(catalog, "deals", query)
    parameters = {**condition.parameters, "pipeline": pipeline_id}
    here = f"where {condition.whole} and t.pipeline_id = :pipeline and t.outcome"
    sql = f"{_SELECT} {here} = 'open'"
    if closed_since is not None:
        parameters["since"] = to_micros(closed_since)
        sql += f" union all {_SELECT} {here} in {CLOSED} and t.closed_at >= :since"
    # A connection hands over the interpreter's lock for every row, and gets it back late while another thread draws.
    # So SQLite puts all cards into one value, on its own core, and Python takes them apart at once.
    columns = ", ".join(f"c{place}" for place in range(len(Card._fields)))
    whole = f"with cards({columns}) as ({sql}) select json_group_array(json_array({columns})) from cards"
    ((text,),) = connection.execute(whole, parameters).fetchall()
    return list(map(Card._make, json.loads(text)))


def cards(connection: Connection, catalog: Catalog, deal_ids: Sequence[str], query: Query) -> list[Card]:
    """Those of the deals that are there and match, open or closed, of whatever pipeline.

    Raises:
        Invalid: the filter has more parts than a filter can have.
    """
    condition = compile_query(catalog, "deals", query)
    sql = f"{_SELECT} where {condition.whole} and t.id in {sqlite.listed(':ids')}"
    parameters = {**condition.parameters, "ids": to_json(list(deal_ids))}
    return list(map(Card._make, connection.execute(sql, parameters)))
