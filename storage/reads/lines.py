"""Contacts as lines of a list."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.catalog import Catalog
from core.workspace import ContactLine
from storage.codec import to_json
from storage.reads import sqlite
from storage.reads.dialect import Dialect
from storage.reads.sqlite import Connection


def columns(sql: Dialect) -> str:
    """What a line shows, of a contact `t` and its company `k`."""
    return f"""
        t.id, t.first_name, t.last_name, t.title, coalesce(k.name, ''), k.id,
        coalesce({sql.first_point("t.emails")}, ''), coalesce({sql.first_point("t.phones")}, ''),
        t.lead_status, {sql.joined("t.tags")}, t.city, t.country, t.time_zone, t.book_id,
        {sql.seconds("t.last_activity_at")}, {sql.seconds("t.next_task_at")}, t.do_not_call
    """


COLUMNS = columns(sqlite)

COMPANY = "left join companies k on k.org_id = :org and k.id = t.company_id and k.deleted_at is null"


def contact_lines(connection: Connection, catalog: Catalog, rows: Sequence[int]) -> list[ContactLine]:
    """The lines of contacts given by their `n`, in that order."""
    if not rows:
        return []
    sql = (
        f"select {COLUMNS} from {sqlite.placed(':rows', 'place')} cross join contacts t on t.n = place.value {COMPANY}"
        f" where {sqlite.BY_ROW} and t.deleted_at is null order by place.key"
    )
    return select_lines(connection, sql, {"org": catalog.organization.id, "rows": to_json(list(rows))})


def select_lines(connection: Connection, sql: str, parameters: Mapping[str, Any]) -> list[ContactLine]:
    """The lines of a statement that selects `COLUMNS`."""
    return [
        ContactLine._make(
            (*row[:-1], bool(row[-1]))
        )  # the last column is a flag, which SQLite keeps as a number
        for row in connection.execute(sql, parameters)
    ]
