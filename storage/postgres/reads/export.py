"""Records as flat rows for files that other programs read."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from collections.abc import Iterator

from core.catalog import Catalog
from core.changes import Row
from core.filters import EVERYTHING, Query
from storage.postgres.reads import dialect
from storage.postgres.reads.statement import Connection, prepared
from storage.reads import flat
from storage.reads.compile import compile_query

_AT_ONCE = 500
"""Rows that come with a round trip."""


def note(connection: Connection, catalog: Catalog, table: str, query: Query) -> None:
    """Has the server note who takes how many rows out of it. Noted for good when this returns.

    A transaction of its own: whoever breaks an export off has read a part of it all the same.

    Args:
        connection: in autocommit mode.
        catalog: the names.
        table: contacts, companies, deals or activities.
        query: a filter on that table.

    Raises:
        NotFound: such records cannot be exported.
        Invalid: the filter has more parts than a filter can have.
        psycopg.Error: the server does not let the user export.
    """
    # Says so where there is nothing to export under that name.
    flat.plan(catalog, table, dialect)
    condition = compile_query(catalog, table, query, dialect)
    rows = f"(select count(*) from {table} t where {condition.whole})"
    told = query.text or ("" if query == EVERYTHING else "picked by hand")
    connection.execute(
        prepared(f"select note_export(:noted, {rows}, :filter)"),
        {**condition.parameters, "noted": table, "filter": dialect.bindable(told)},
    )


def export(connection: Connection, catalog: Catalog, table: str, query: Query) -> Iterator[Row]:
    """See `storage.reads.export.export`. All rows are of one moment, and few of them are in memory at a time.

    Args:
        connection: busy with a transaction as long as the rows are taken.
        catalog: the names.
        table: contacts, companies, deals or activities.
        query: a filter on that table.

    Raises:
        NotFound: such records cannot be exported.
        Invalid: the filter has more parts than a filter can have.
    """
    plan = flat.plan(catalog, table, dialect)
    condition = compile_query(catalog, table, query, dialect)
    selected = ", ".join(plan.widths(dialect))
    source = f"from {table} t {plan.joins} where {condition.whole}"
    with connection.transaction():
        connection.execute("set transaction isolation level repeatable read, read only")
        widths: tuple[int | None, ...] = ()
        if selected:
            found = connection.execute(
                prepared(f"select {selected} {source}"), condition.parameters
            ).fetchone()
            widths = tuple(found or ())
        with connection.cursor(name="export") as cursor:
            cursor.itersize = _AT_ONCE
            told = f"json_build_array({', '.join(plan.selected)})"
            cursor.execute(
                prepared(f"select {told} {source} order by t.created_at, t.id"), condition.parameters
            )
            for (values,) in cursor:
                yield plan.row(values, widths)
