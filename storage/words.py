"""Words of many rows at once into the search index.

A trigger puts a row's words into the index with the row. SQLite writes the index out after every statement that may have
to be taken back by itself, so that many rows one by one cost ten times what one statement for all of them costs.
"""

# ruff: noqa: S608 (table names come from the declarations in core, values are always bound)
from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any

from storage.load import write_meta

LATER = "sync.bulk"
"""The key in `meta` that keeps words of new rows out of the search index; nobody sees it but the transaction that sets it."""


@contextlib.contextmanager
def left_out(connection: Any) -> Iterator[None]:
    """Rows that are inserted meanwhile get no words; `add` makes up for it.

    Args:
        connection: the writer, in a transaction that is rolled back if anything is raised.
    """
    write_meta(connection, LATER, "1")
    yield
    connection.execute("DELETE FROM meta WHERE key = ?", (LATER,))


@contextlib.contextmanager
def at_once(connection: Any, tables: Iterable[str]) -> Iterator[None]:
    """Rows that are inserted meanwhile into some tables get their words at the end, by one statement for each table.

    They must be all tables into which rows are inserted.

    Args:
        connection: the writer, in a transaction that is rolled back if anything is raised.
        tables: the tables.
    """
    before = {table: last(connection, table) for table in tables}
    if not before:
        yield
        return
    with left_out(connection):
        yield
    for table, place in before.items():
        add(connection, table, after=place, up_to=last(connection, table))


def last(connection: Any, table: str) -> int:
    """The place of the row of a table that was written last; 0 where there is none."""
    return int(connection.execute(f"SELECT coalesce(max(n), 0) FROM {table}").fetchone()[0])


def add(connection: Any, table: str, *, after: int, up_to: int) -> None:
    """Adds the words of those rows that have none in the index yet.

    Args:
        connection: the writer, in a transaction.
        table: the rows' table.
        after: the place of the row that comes before the first of them.
        up_to: the place of the last of them.
    """
    connection.execute(
        f"INSERT INTO {table}_fts (rowid, search) SELECT n, search FROM {table} t"
        " WHERE n > ? AND n <= ? AND search <> ''"
        f" AND NOT EXISTS (SELECT 1 FROM {table}_fts_docsize d WHERE d.id = t.n)",
        (after, up_to),
    )
