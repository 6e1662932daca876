"""Search over everything: people, companies, deals, and what was said."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.catalog import Catalog
from core.workspace import Hit
from storage.codec import to_json
from storage.reads import sqlite
from storage.reads.compile import live
from storage.reads.hits import TELL, best, details, in_order, wanted_tables
from storage.reads.ranking import RANKED
from storage.reads.sqlite import Connection
from storage.reads.words import terms


def search(
    connection: Connection, catalog: Catalog, text: str, *, tables: Sequence[str] = (), limit: int = 50
) -> list[Hit]:
    """Finds records by words of which each starts a word of theirs, best first; of equals the most recent.

    A note is found with the contact, deal or company that it is about, which is what its hit opens.

    Args:
        connection: a reader.
        catalog: the set-up.
        text: as typed; nothing in it is syntax.
        tables: contacts, companies, deals, activities; all where it is empty.
        limit: the most to return.
    """
    found = terms(text.split())
    wanted = wanted_tables(tables)
    if found is None or not wanted:
        return []
    parameters = {"org": catalog.organization.id, "match": found.match, "ranked": RANKED}
    newest = {table: connection.execute(_candidates(table), parameters).fetchall() for table in wanted}
    candidates = best(newest, found.tokens, limit)
    hits: dict[tuple[str, Any], Hit] = {}
    for table in wanted:
        rows = [candidate.key for candidate in candidates if candidate.table == table]
        for n, *values in _details(connection, catalog, table, rows):
            hit = TELL[table](catalog, found.tokens, values)
            if hit is not None:
                hits[table, n] = hit
    return in_order(candidates, hits)


def _candidates(table: str) -> str:
    name = {"activities": "''"}.get(table, "t.sort_key")
    at = {"activities": "t.occurred_at", "companies": "t.updated_at"}.get(table, "t.last_activity_at")
    told = "''" if table == "activities" else "t.search"
    source, match, order = sqlite.found(table)
    return (
        f"select t.n, {name}, {told}, coalesce({at}, 0) from {source}"
        f" where {match} and {sqlite.by_row(live(table))} order by {order} limit :ranked"
    )


def _details(connection: Connection, catalog: Catalog, table: str, rows: Sequence[int]) -> Sequence[Any]:
    if not rows:
        return ()
    columns, joins = details(table, sqlite)
    sql = (
        f"select t.n, {columns} from {sqlite.placed(':rows', 'place')} cross join {table} t on t.n = place.value"
        f" {joins} where {sqlite.BY_ROW}"
    )
    return connection.execute(sql, {"org": catalog.organization.id, "rows": to_json(list(rows))}).fetchall()
