"""The records that rows of an import may mean, for many rows at once, in one round trip."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.catalog import Catalog
from core.entities import RECORDS
from core.imports.shapes import Match, Probe
from storage.postgres.reads import dialect
from storage.postgres.reads.dialect import as_ids
from storage.postgres.reads.statement import Connection, columns_of, entity, value
from storage.reads.matches import MOST, NAMED, Wanted, lookup


def matches(
    connection: Connection, catalog: Catalog, table: str, probes: Sequence[Probe]
) -> list[list[Match]]:
    """See `storage.reads.matches.matches`."""
    wanted = Wanted(table, probes, dialect.bindable)
    values = wanted.values()
    if not values:
        return [[] for _ in probes]
    record = RECORDS[table]
    company, joined = "''", ""
    if table in NAMED:
        company = "coalesce(k.name, '')"
        joined = (
            " left join lateral (select k.name from companies k where k.org_id = :org and k.id = t.company_id"
            " and k.deleted_at is null offset 0) k on true"
        )
    legs = " union all ".join(_leg(table, kind) for kind in values)
    # Each value is looked up by itself: of as many the planner would think that all of the table is read faster.
    sql = f"""
        with hit as materialized ({legs})
        select json_build_array(
            (select coalesce(json_agg(json_build_array(kind, value, id)), '[]') from hit),
            (select coalesce(json_agg(json_build_array({columns_of(record, "t")}, {company})), '[]')
             from (select distinct id from hit) one
             cross join lateral (select t.* from {table} t where t.org_id = :org and t.id = one.id
                                 and t.deleted_at is null offset 0) t{joined}))
    """
    parameters: dict[str, Any] = {"org": catalog.organization.id, **values}
    if "id" in values:
        parameters["id"] = as_ids(values["id"])
    hits, records = value(connection, sql, parameters)
    return wanted.matches(hits, ((entity(record, row), name) for row, name in records))


def _leg(table: str, kind: str) -> str:
    """Where the values of a kind lead to."""
    found, source, where = lookup(table, kind)
    return (
        f"select '{kind}' as kind, w.value::text as value, f.id"
        f" from unnest(:{kind}::{'uuid' if kind == 'id' else 'text'}[]) w(value)"
        f" cross join lateral (select {found} as id from {source} where {where} limit {MOST}) f"
    )
