"""Writes many rows at once into the team's database, as its owner: sample data, and what benchmarks need."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

import psycopg

from core.changes import Row, encode_value
from core.entities import RECORDS
from core.schema import Kind, Role, defaults_of, fields_of
from storage.postgres.install import as_owner, insert_many

_BATCH = 1_000


def load_rows(
    connection: psycopg.Connection[Any],
    org_id: str,
    user_id: str,
    rows: Iterable[tuple[str, Iterable[Mapping[str, Any]]]],
    *,
    now: dt.datetime,
    progress: Callable[[str, int], None] | None = None,
) -> int:
    """Inserts rows in one transaction. The server's triggers check them and derive from them as ever.

    Args:
        connection: the operator's, in autocommit mode.
        org_id: the tenant.
        user_id: who made the rows.
        rows: tables with some rows each, parents before their children. A row holds Python values by field name: `id`,
            whatever is required, and what differs from the defaults; `created_at` may be given.
        now: when rows were made that do not say so.
        progress: is told the table and how many rows there are so far.

    Returns:
        How many rows were loaded.
    """
    count = 0
    stamps = {"org_id": org_id, "updated_by": user_id, "version": 1, "created_at": now, "updated_at": now}
    with as_owner(connection):
        for table, some in rows:
            source = iter(some)
            while batch := [_complete(table, row, stamps) for row in itertools.islice(source, _BATCH)]:
                insert_many(connection, table, batch)
                count += len(batch)
                if progress is not None:
                    progress(table, count)
    return count


def _complete(table: str, given: Mapping[str, Any], stamps: Row) -> Row:
    row = {**defaults_of(RECORDS[table]), **given}
    made = row["created_at"] or stamps["created_at"]
    row |= stamps | {"created_at": made, "updated_at": made}
    return {name: encode_value(kind, row[name]) for name, kind in _kinds(table).items()}


@cache
def _kinds(table: str) -> dict[str, Kind]:
    """The fields of a table but those that the server derives."""
    return {
        name: field.kind
        for name, field in fields_of(RECORDS[table]).items()
        if field.role is not Role.DERIVED
    }
