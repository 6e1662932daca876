"""Search over everything: one round trip for what fits, one for what is told of the best."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from collections.abc import Sequence

from core.catalog import Catalog
from core.workspace import Hit
from storage.postgres.reads import dialect
from storage.postgres.reads.statement import Connection, value
from storage.reads.hits import TELL, best, details, in_order, wanted_tables
from storage.reads.ranking import RANKED
from storage.reads.words import terms


def search(
    connection: Connection, catalog: Catalog, text: str, *, tables: Sequence[str] = (), limit: int = 50
) -> list[Hit]:
    """See `storage.reads.search.search`."""
    found = terms(text.split(), dialect)
    wanted = wanted_tables(tables)
    if found is None or not wanted:
        return []
    parameters = {
        "ranked": RANKED, "tokens": list(dict.fromkeys(found.tokens)), **found.parameters,
    }  # fmt: skip
    newest = value(connection, f"select json_build_array({', '.join(map(_newest, wanted))})", parameters)
    chosen = best(dict(zip(wanted, newest, strict=True)), found.tokens, limit)
    if not chosen:
        return []
    ids = {table: [one.key for one in chosen if one.table == table] for table in wanted}
    told = value(
        connection,
        f"select json_build_array({', '.join(map(_details, wanted))})",
        {"org": catalog.organization.id, **ids},
    )
    hits = {}
    for table, records in zip(wanted, told, strict=True):
        for record_id, values in records:
            hit = TELL[table](catalog, found.tokens, values)
            if hit is not None:
                hits[table, record_id] = hit
    return in_order(chosen, hits)


def _newest(table: str) -> str:
    return f"""(
        select coalesce(json_agg(json_build_array(id, name, told, at)), '[]') from {dialect.newest_found(table)}
    )"""


def _details(table: str) -> str:
    columns, joins = details(table, dialect)
    return f"""(
        select coalesce(json_agg(json_build_array(t.id, json_build_array({columns}))), '[]')
        from {table} t {joins} where t.org_id = :org and t.id = any (:{table}::uuid[])
    )"""
