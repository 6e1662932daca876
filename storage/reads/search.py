"""Search over everything: people, companies, deals, and what was said."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from core.catalog import Catalog
from core.money import format_money
from core.text import fold
from core.workspace import Hit
from storage.codec import to_json
from storage.reads import sqlite
from storage.reads.compile import live
from storage.reads.ranking import RANKED, score
from storage.reads.sqlite import Connection
from storage.reads.words import terms

_SHARE = {"contacts": 0.5, "companies": 0.2, "deals": 0.3, "activities": 0.2}
"""How much of the answer one table may take, so that none hides the others."""
_LEAST = 5
_SNIPPET = 90
_LOOKED_AT = 20_000
"""Characters of a note in which the place that was found is looked for."""


class _Found(NamedTuple):
    """Rows of one table that an answer consists of, to be told of."""

    connection: Connection
    catalog: Catalog
    rows: Sequence[int]
    tokens: Sequence[str]

    def select(self, sql: str) -> list[Any]:
        parameters = {"org": self.catalog.organization.id, "rows": to_json(list(self.rows))}
        return self.connection.execute(sql, parameters).fetchall()


class _Candidate(NamedTuple):
    score: int
    at: int
    table: str
    n: int


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
    wanted = [table for table in _SHARE if not tables or table in tables]
    if found is None or not wanted:
        return []
    parameters = {"org": catalog.organization.id, "match": found.match, "ranked": RANKED}
    candidates: list[_Candidate] = []
    for table in wanted:
        most = limit if len(wanted) == 1 else max(_LEAST, int(limit * _SHARE[table]))
        rows = connection.execute(_candidates(table), parameters)
        best = [_Candidate(score(name, told, found.tokens), at, table, n) for n, name, told, at in rows]
        candidates += sorted(best, key=_rank)[:most]
    candidates = sorted(candidates, key=_rank)[:limit]
    hits: dict[tuple[str, int], Hit] = {}
    for table in wanted:
        rows_of = [candidate.n for candidate in candidates if candidate.table == table]
        if rows_of:
            hits |= _DETAILS[table](_Found(connection, catalog, rows_of, found.tokens))
    ordered = [hits.get((candidate.table, candidate.n)) for candidate in candidates]
    # Of the notes about one record, the first stands for all.
    return list({(hit.table, hit.id): hit for hit in reversed(ordered) if hit is not None}.values())[::-1]


def _rank(candidate: _Candidate) -> tuple[int, int, int]:
    return -candidate.score, list(_SHARE).index(candidate.table), -candidate.at


def _candidates(table: str) -> str:
    name = {"activities": "''"}.get(table, "t.sort_key")
    told = {"activities": "''"}.get(table, "t.search")
    at = {"activities": "t.occurred_at", "companies": "t.updated_at"}.get(table, "t.last_activity_at")
    source, match, order = sqlite.found(table)
    return (
        f"select t.n, {name}, {told}, coalesce({at}, 0) from {source}"
        f" where {match} and {sqlite.by_row(live(table))} order by {order} limit :ranked"
    )


def _contacts(found: _Found) -> dict[tuple[str, int], Hit]:
    sql = f"""
        select t.n, t.id, {sqlite.person_name("t")}, t.title, coalesce(k.name, ''), t.emails, t.phones
        from {sqlite.placed(":rows", "place")} cross join contacts t on t.n = place.value
        left join companies k on k.org_id = :org and k.id = t.company_id and k.deleted_at is null
        where {sqlite.BY_ROW}
    """
    hits = {}
    for n, record_id, name, title, company, emails, phones in found.select(sql):
        points = [point["value"] for point in (*json.loads(phones), *json.loads(emails))]
        point = next(
            (point for point in points if _is_meant(point, found.tokens)), points[0] if points else ""
        )
        detail = _joined(title, company, "" if point == name else point)
        hits["contacts", n] = Hit("contacts", record_id, "contacts", name, detail)
    return hits


def _companies(found: _Found) -> dict[tuple[str, int], Hit]:
    sql = f"""
        select t.n, t.id, t.name, t.domain, t.city
        from {sqlite.placed(":rows", "place")} cross join companies t on t.n = place.value where {sqlite.BY_ROW}
    """
    return {
        ("companies", n): Hit("companies", record_id, "companies", name, _joined(domain, city))
        for n, record_id, name, domain, city in found.select(sql)
    }


def _deals(found: _Found) -> dict[tuple[str, int], Hit]:
    sql = f"""
        select t.n, t.id, t.title, t.stage_id, coalesce(k.name, ''), t.value_minor, t.currency
        from {sqlite.placed(":rows", "place")} cross join deals t on t.n = place.value
        left join companies k on k.org_id = :org and k.id = t.company_id and k.deleted_at is null
        where {sqlite.BY_ROW}
    """
    hits = {}
    for n, record_id, title, stage_id, company, minor, currency in found.select(sql):
        stage = found.catalog.stage_by_id.get(stage_id)
        value = "" if minor is None else format_money(minor, currency)
        detail = _joined(stage.name if stage else "", company, value)
        hits["deals", n] = Hit("deals", record_id, "deals", title, detail)
    return hits


def _activities(found: _Found) -> dict[tuple[str, int], Hit]:
    sql = f"""
        select t.n, t.kind, t.subject, t.body, c.id, {sqlite.person_name("c")}, d.id, d.title, k.id, k.name
        from {sqlite.placed(":rows", "place")} cross join activities t on t.n = place.value
        left join contacts c on c.org_id = :org and c.id = t.contact_id and c.deleted_at is null
        left join deals d on d.org_id = :org and d.id = t.deal_id and d.deleted_at is null
        left join companies k on k.org_id = :org and k.id = t.company_id and k.deleted_at is null
        where {sqlite.BY_ROW}
    """
    hits = {}
    for n, kind, subject, body, *around in found.select(sql):
        opened = zip(("contacts", "deals", "companies"), around[::2], around[1::2], strict=True)
        for table, record_id, title in opened:
            if record_id is not None:
                detail = f"{kind}: {_snippet(f'{subject} {body}', found.tokens)}"
                hits["activities", n] = Hit("activities", record_id, table, title, detail)
                break
    return hits


_Details = Callable[[_Found], dict[tuple[str, int], Hit]]
_DETAILS: Mapping[str, _Details] = {
    "contacts": _contacts,
    "companies": _companies,
    "deals": _deals,
    "activities": _activities,
}


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _is_meant(point: str, tokens: Sequence[str]) -> bool:
    """Whether an e-mail or phone is what was searched for: people find by the middle of a number, too."""
    folded = fold(point)
    return any(token.lstrip("0") and token.lstrip("0") in folded for token in tokens)


def _snippet(text: str, tokens: Sequence[str]) -> str:
    """The piece of a text around the first word that was found, on one line."""
    text = text[:_LOOKED_AT]
    start = 0
    for word in re.finditer(r"[^\W_]+", text):
        if fold(word[0]).startswith(tuple(tokens)):
            start = word.start()
            break
    begin = max(0, start - _SNIPPET // 3)
    piece = " ".join(text[begin : begin + 2 * _SNIPPET].split())
    piece = piece if begin == 0 else "…" + piece
    return piece if len(piece) <= _SNIPPET else piece[: _SNIPPET - 1] + "…"
