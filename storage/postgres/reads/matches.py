"""The records that rows of an import may mean, for many rows at once.

In one round trip; where contacts of a company have names that are alike, in two.
"""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from core.catalog import Catalog
from core.entities import RECORDS
from core.imports.shapes import Match, Probe
from core.schema import Record
from storage.postgres.reads import dialect
from storage.postgres.reads.dialect import as_ids
from storage.postgres.reads.statement import Connection, columns_of, entity, value
from storage.reads.matches import MOST, MOST_COMPARED, NAMED, NAMESAKES, Wanted, lookup


def matches(
    connection: Connection, catalog: Catalog, table: str, probes: Sequence[Probe]
) -> list[list[Match]]:
    """See `storage.reads.matches.matches`."""
    wanted = Wanted(table, probes, dialect.bindable)
    values, compared = wanted.values(), wanted.compared()
    if not (values or compared):
        return [[] for _ in probes]
    org = catalog.organization.id
    legs = " union all ".join(_leg(table, kind) for kind in values) or "select '', '', ''::uuid where false"
    people = " union all ".join(_people(kind) for kind in compared) or "select '', '', '[]'::json where false"
    # Each value is looked up by itself: of as many the planner would think that all of the table is read faster.
    sql = f"""
        with hit(kind, value, id) as materialized ({legs}), people(kind, value, those) as ({people})
        select json_build_array(
            (select coalesce(json_agg(json_build_array(kind, value, id)), '[]') from hit),
            (select coalesce(json_agg(json_build_array(kind, value, those)), '[]') from people),
            {_found(table, "(select distinct id from hit)")})
    """
    parameters: dict[str, Any] = {"org": org, **values}
    parameters |= {f"compared_{kind}": some for kind, some in compared.items()}
    if "id" in values:
        parameters["id"] = as_ids(values["id"])
    hits, some, found = value(connection, sql, parameters)
    alike, records = list(wanted.alike(some)), _records(table, found)
    if missing := {hit[2] for hit in alike} - {record.id for record, _ in records}:
        sql = f"select {_found(table, '(select unnest(:ids::uuid[]) as id)')}"
        found = value(connection, sql, {"org": org, "ids": list(missing)})
        records += _records(table, found)
    return wanted.matches([*hits, *alike], records)


def _people(kind: str) -> str:
    """The contacts of which those are meant whose names are alike."""
    name, source, where = NAMESAKES[kind]
    return f"""
        select '{kind}', w.value, f.those
        from unnest(:compared_{kind}::text[]) w(value)
        cross join lateral (
            select json_agg(json_build_array(name, id)) as those
            from (select {name} as name, t.id from {source} where {where} limit {MOST_COMPARED}) t) f
        where f.those is not null
    """


def _found(table: str, ids: str) -> str:
    """An array of records with their company's name, as SQL.

    Args:
        table: where they are.
        ids: what gives the ids, as an item of `from`.
    """
    company, joined = "''", ""
    if table in NAMED:
        company = "coalesce(k.name, '')"
        joined = (
            " left join lateral (select k.name from companies k where k.org_id = :org and k.id = t.company_id"
            " and k.deleted_at is null offset 0) k on true"
        )
    return f"""
        (select coalesce(json_agg(json_build_array({columns_of(RECORDS[table], "t")}, {company})), '[]')
         from {ids} one
         cross join lateral (select t.* from {table} t where t.org_id = :org and t.id = one.id
                             and t.deleted_at is null offset 0) t{joined})
    """


def _records(table: str, found: Iterable[tuple[Any, str]]) -> list[tuple[Record, str]]:
    record = RECORDS[table]
    return [(entity(record, row), name) for row, name in found]


def _leg(table: str, kind: str) -> str:
    """Where the values of a kind lead to."""
    found, source, where = lookup(table, kind)
    return (
        f"select '{kind}' as kind, w.value::text as value, f.id"
        f" from unnest(:{kind}::{'uuid' if kind == 'id' else 'text'}[]) w(value)"
        f" cross join lateral (select {found} as id from {source} where {where} limit {MOST}) f"
    )
