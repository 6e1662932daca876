"""Who is called next, and what came of calling; one round trip each."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from core.catalog import Catalog
from core.workspace import Callee, CallStats
from storage.postgres.reads import dialect
from storage.postgres.reads.dialect import as_id, as_ids
from storage.postgres.reads.statement import Connection, value
from storage.reads.calls import DAY, around, callee, columns, stats_columns, stats_where


def callees(
    connection: Connection, catalog: Catalog, contact_ids: Sequence[str], now: dt.datetime
) -> list[Callee]:
    """See `storage.reads.calls.callees`."""
    sql = f"""
        select coalesce(json_agg(json_build_array({columns(dialect)}) order by place.key), '[]')
        from unnest(:ids::uuid[]) with ordinality as place(id, key)
        join contacts c on c.org_id = :org and c.id = place.id and c.deleted_at is null {around("now()")}
    """
    parameters = {
        "org": catalog.organization.id, "me": catalog.me.id, "ids": as_ids(contact_ids),
        "day_ago": now - DAY,
    }  # fmt: skip
    return [callee(catalog, row, json.loads(row[7]), row[16]) for row in value(connection, sql, parameters)]


def call_stats(
    connection: Connection,
    catalog: Catalog,
    since: dt.datetime,
    until: dt.datetime,
    *,
    user_id: str | None = None,
    block: str = "",
) -> CallStats:
    """See `storage.reads.calls.call_stats`."""
    sql = f"select json_build_array({stats_columns(dialect)}) from activities t where {stats_where(dialect, block)}"
    parameters = {
        "org": catalog.organization.id, "user": as_id(user_id or catalog.me.id), "since": since, "until": until,
        "block": dialect.bindable(block),
    }  # fmt: skip
    return CallStats._make(value(connection, sql, parameters))
