"""Deals as cards."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from core.catalog import Catalog
from core.filters import Query
from core.workspace import Card
from storage.postgres.reads import dialect
from storage.postgres.reads.dialect import as_id, as_ids
from storage.postgres.reads.statement import Connection, rows, value
from storage.reads.board import AROUND, CLOSED, columns
from storage.reads.compile import compile_query

_SELECT = f"select {columns(dialect)} from deals t {AROUND}"


def board(
    connection: Connection,
    catalog: Catalog,
    pipeline_id: str,
    query: Query,
    *,
    closed_since: dt.datetime | None = None,
) -> list[Card]:
    """See `storage.reads.board.board`."""
    condition = compile_query(catalog, "deals", query, dialect)
    parameters = {**condition.parameters, "pipeline": as_id(pipeline_id)}
    here = f"where {condition.whole} and t.pipeline_id = :pipeline and t.outcome"
    sql = f"{_SELECT} {here} = 'open'"
    if closed_since is not None:
        parameters["since"] = closed_since
        sql += f" union all {_SELECT} {here} in {CLOSED} and t.closed_at >= :since"
    return list(map(Card._make, value(connection, rows(sql, len(Card._fields)), parameters)))


def cards(connection: Connection, catalog: Catalog, deal_ids: Sequence[str], query: Query) -> list[Card]:
    """See `storage.reads.board.cards`."""
    condition = compile_query(catalog, "deals", query, dialect)
    sql = f"{_SELECT} where {condition.whole} and t.id = any (:ids::uuid[])"
    parameters = {**condition.parameters, "ids": as_ids(deal_ids)}
    return list(map(Card._make, value(connection, rows(sql, len(Card._fields)), parameters)))
