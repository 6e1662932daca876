"""Hits of a search: how many of each table, in which order, and how a person is told of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from core.catalog import Catalog
from core.money import format_money
from core.text import fold
from core.workspace import Hit
from storage.reads.dialect import Dialect
from storage.reads.ranking import score

SHARE: Mapping[str, float] = {"contacts": 0.5, "companies": 0.2, "deals": 0.3, "activities": 0.2}
"""How much of the answer one table may take, so that none hides the others."""
_LEAST = 5
_SNIPPET = 90
_LOOKED_AT = 20_000
"""Characters of a note in which the place that was found is looked for."""


class Candidate(NamedTuple):
    """Something that was found.

    Attributes:
        score: how well it fits.
        at: when something last happened to it, on any scale.
        table: its table.
        key: what its store finds it by.
    """

    score: int
    at: float
    table: str
    key: Any


def wanted_tables(tables: Sequence[str]) -> list[str]:
    """The tables to search, in the order in which equals are told."""
    return [table for table in SHARE if not tables or table in tables]


def best(found: Mapping[str, Iterable[Any]], tokens: Sequence[str], limit: int) -> list[Candidate]:
    """The hits of an answer, best first.

    Args:
        found: by table, its newest hits: (key, folded name, folded text, when something last happened or 0).
        tokens: the folded words that were searched for.
        limit: the most to return.
    """
    candidates: list[Candidate] = []
    for table, rows in found.items():
        most = limit if len(found) == 1 else max(_LEAST, int(limit * SHARE[table]))
        scored = [Candidate(score(name, told, tokens), at, table, key) for key, name, told, at in rows]
        candidates += sorted(scored, key=_rank)[:most]
    return sorted(candidates, key=_rank)[:limit]


def _rank(candidate: Candidate) -> tuple[int, int, float]:
    return -candidate.score, list(SHARE).index(candidate.table), -candidate.at


def in_order(candidates: Iterable[Candidate], hits: Mapping[tuple[str, Any], Hit]) -> list[Hit]:
    """The hits of the candidates, in their order. Of the notes about one record, the first stands for all.

    Args:
        candidates: best first.
        hits: by table and key; what is missing is left out.
    """
    unique: dict[tuple[str, str], Hit] = {}
    for candidate in candidates:
        hit = hits.get((candidate.table, candidate.key))
        if hit is not None:
            unique.setdefault((hit.table, hit.id), hit)
    return list(unique.values())


Tell = Callable[[Catalog, Sequence[str], Sequence[Any]], Hit | None]
"""From the set-up, the folded words and what was selected, to a hit."""


def _contact(_catalog: Catalog, tokens: Sequence[str], values: Sequence[Any]) -> Hit:
    record_id, name, title, company, emails, phones = values
    points = [point["value"] for point in (*json.loads(phones), *json.loads(emails))]
    point = next((point for point in points if _is_meant(point, tokens)), points[0] if points else "")
    return Hit(
        "contacts", record_id, "contacts", name, _joined(title, company, "" if point == name else point)
    )


def _company(_catalog: Catalog, _tokens: Sequence[str], values: Sequence[Any]) -> Hit:
    record_id, name, domain, city = values
    return Hit("companies", record_id, "companies", name, _joined(domain, city))


def _deal(catalog: Catalog, _tokens: Sequence[str], values: Sequence[Any]) -> Hit:
    record_id, title, stage_id, company, minor, currency = values
    stage = catalog.stage_by_id.get(stage_id)
    value = "" if minor is None else format_money(minor, currency)
    return Hit("deals", record_id, "deals", title, _joined(stage.name if stage else "", company, value))


def _activity(_catalog: Catalog, tokens: Sequence[str], values: Sequence[Any]) -> Hit | None:
    kind, subject, body, *around = values
    for table, record_id, title in zip(
        ("contacts", "deals", "companies"), around[::2], around[1::2], strict=True
    ):
        if record_id is not None:
            return Hit(
                "activities", record_id, table, title, f"{kind}: {_snippet(f'{subject} {body}', tokens)}"
            )
    return None


TELL: Mapping[str, Tell] = {
    "contacts": _contact,
    "companies": _company,
    "deals": _deal,
    "activities": _activity,
}
"""How a hit of each table is told, from what `details` says."""

_COMPANY = "left join companies k on k.org_id = :org and k.id = t.company_id and k.deleted_at is null"
_AROUND = (
    "left join contacts c on c.org_id = :org and c.id = t.contact_id and c.deleted_at is null"
    f" left join deals d on d.org_id = :org and d.id = t.deal_id and d.deleted_at is null {_COMPANY}"
)


def details(table: str, sql: Dialect) -> tuple[str, str]:
    """What a hit is told by, of a record `t`, and what has to be joined for it."""
    match table:
        case "contacts":
            points = f"{sql.json_text('t.emails')}, {sql.json_text('t.phones')}"
            return f"t.id, {sql.person_name('t')}, t.title, coalesce(k.name, ''), {points}", _COMPANY
        case "companies":
            return "t.id, t.name, t.domain, t.city", ""
        case "deals":
            return "t.id, t.title, t.stage_id, coalesce(k.name, ''), t.value_minor, t.currency", _COMPANY
        case _:
            contact = f"c.id, case when c.id is not null then {sql.person_name('c')} end"
            return f"t.kind, t.subject, t.body, {contact}, d.id, d.title, k.id, k.name", _AROUND


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
