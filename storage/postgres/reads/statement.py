"""Statements as the reads write them, on psycopg: one JSON value comes back, whatever the number of rows.

A round trip costs more than any of these queries, and a row that Python takes from the driver costs more than a row
that Python takes from JSON.
"""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import psycopg

from core.schema import Record
from storage.postgres.codec import codec_of

Connection = psycopg.Connection[Any]
R = TypeVar("R", bound=Record)

_NAMED = re.compile(r"(?<!:):([a-z_][a-z0-9_]*)")


@lru_cache(maxsize=256)
def prepared(sql: str) -> str:
    """A statement with parameters `:name`, which SQLite knows, as psycopg wants it."""
    # Names in it are constants of the program, or come from the declarations; values are parameters.
    return _NAMED.sub(r"%(\1)s", sql.replace("%", "%%"))


def value(connection: Connection, sql: str, parameters: Mapping[str, Any]) -> Any:
    """The one value that a statement selects."""
    row = connection.execute(prepared(sql), parameters).fetchone()
    assert row is not None, "a statement that selects one value selects one row"
    return row[0]


def rows(select: str, columns: int) -> str:
    """The rows that a statement selects, so many columns each, as a statement that selects one JSON value.

    Args:
        select: in its order.
        columns: how many it has.
    """
    names = ", ".join(f"c{place}" for place in range(columns))
    # The order is that of the rows: an aggregate takes them in as they come.
    return f"select coalesce(json_agg(json_build_array({names})), '[]') from ({select}) as selected({names})"


def looked_up(table: str, alias: str, key: str) -> str:
    """Joins the record of an id, or nulls where there is none, one by one.

    For statements that return few rows: the planner does not know how few, and would rather read all of the table.
    """
    return (
        f" left join lateral (select {alias}.* from {table} {alias} where {alias}.org_id = :org and {alias}.id = {key}"
        f" and {alias}.deleted_at is null offset 0) {alias} on true"
    )


def columns_of(record: type[Record], alias: str) -> str:
    """A row of a record as a JSON list, for `entity`."""
    return codec_of(record).selected(alias)


def entity(record: type[R], values: Sequence[Any]) -> R:
    """A record from what `columns_of` selects."""
    return codec_of(record).entity(values)
