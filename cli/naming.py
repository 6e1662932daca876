"""Which record a person means: by id, by the beginning of an id, or by a text that finds just one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cli.output import Ambiguous
from core.catalog import Catalog
from core.entities import Stage
from core.errors import NotFound
from core.filters import All, Query, Test
from core.text import begins_words, fold, printable, words
from core.workspace import Hit, Workspace

SINGULAR = {
    "contacts": "contact",
    "deals": "deal",
    "companies": "company",
    "activities": "activity",
    "tasks": "task",
}
"""What a person calls one record of a table; also its `kind` in JSON."""
SUBJECTS = ("contacts", "deals", "companies")
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_BEGINNING = re.compile(r"[0-9a-f]{4,8}|[0-9a-f]{8}-[0-9a-f-]{0,27}")
_ENDS = tuple("-".join(digit * length for length in (8, 4, 4, 4, 12)) for digit in "0f")
"""The first id that there can be, and the last."""
_EVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_ALL = 10_000_000
_SEARCHED = 200
_LISTED = 8


@dataclass(frozen=True, slots=True)
class Named:
    """The record that was meant."""

    table: str
    id: str


def typed(value: str) -> str:
    """An argument as text: bytes that are no UTF-8 become replacement characters."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def find_one(workspace: Workspace, text: str, tables: Sequence[str] = SUBJECTS) -> Named:
    """The one record that `text` means.

    Args:
        workspace: where to look.
        text: an id, the beginning of one, or words as for a search. Words that stand in one record's title mean that
            record, even if they also stand elsewhere in others.
        tables: what may be meant.

    Raises:
        NotFound: nothing fits.
        Ambiguous: several fit; the message lists them.
    """
    text = typed(text).strip()
    wanted = text.lower()
    if _ID.fullmatch(wanted):
        for name in tables:
            try:
                if workspace.record(name, wanted).deleted_at is None:
                    return Named(name, wanted)
            except NotFound:
                continue
        raise NotFound(f"There is no {_kinds(tables)} with the id {wanted}.")
    begun = _by_beginning(workspace, wanted.rstrip("…"), tables)
    if len(begun) == 1:
        return begun[0]
    hits = workspace.search(text, tables=tables, limit=_SEARCHED) if words(text) else []
    exact = [hit for hit in hits if fold(hit.title) == fold(text)]
    titled = [hit for hit in hits if begins_words(hit.title, text)]
    for fitting in (exact, titled, hits):
        if len(fitting) == 1:
            return Named(fitting[0].open_table, fitting[0].id)
    if begun and not hits:
        raise Ambiguous(f"{len(begun):,} ids begin with {wanted}. Give more of it.")
    if not hits:
        raise NotFound(f"No {_kinds(tables)} fits “{printable(text[:60])}”.")
    raise _several(text, exact or titled or hits)


def _by_beginning(workspace: Workspace, text: str, tables: Sequence[str]) -> list[Named]:
    """The records whose ids begin so."""
    if not _BEGINNING.fullmatch(text):
        return []
    # The ends of the range are whole ids: for a server an id is a number, not a text.
    first, last = (text + end[len(text) :] for end in _ENDS)
    if not _ID.fullmatch(first):
        return []
    query = Query(where=All((Test("id", "ge", (first,)), Test("id", "le", (last,)))))
    found: list[Named] = []
    if "contacts" in tables:
        found += [Named("contacts", contact_id) for contact_id in workspace.contact_ids(query)]
    if "deals" in tables:
        for pipeline in workspace.catalog().pipelines:
            cards = workspace.board(pipeline.id, query, closed_since=_EVER)
            found += [Named("deals", card.id) for card in cards]
    if "companies" in tables and not found:
        companies = workspace.companies("", limit=_ALL)
        found += [Named("companies", company.id) for company in companies if company.id.startswith(text)]
    return found


def _kinds(tables: Sequence[str]) -> str:
    kinds = [SINGULAR[name] for name in tables]
    return kinds[0] if len(kinds) == 1 else f"{', '.join(kinds[:-1])} or {kinds[-1]}"


def _several(text: str, hits: Sequence[Hit]) -> Ambiguous:
    listed = [
        {"kind": SINGULAR[hit.table], "id": hit.id, "title": hit.title, "detail": hit.detail}
        for hit in hits[:_LISTED]
    ]
    count = f"{len(hits)} records" if len(hits) <= _LISTED else f"many records, as these {_LISTED}"
    return Ambiguous(f"“{printable(text[:60])}” fits {count}. Say more, or give the id.", listed)


def find_stage(catalog: Catalog, pipeline_id: str, name: str) -> Stage:
    """The stage of a pipeline that a person calls `name`.

    Raises:
        NotFound: there is none; the message lists those there are.
        Ambiguous: the beginning of a name that several have.
    """
    wanted = fold(typed(name).strip())
    stages = catalog.stages_of(pipeline_id)
    fitting = [s for s in stages if fold(s.name) == wanted or s.id == wanted]
    fitting = fitting or [s for s in stages if wanted and fold(s.name).startswith(wanted)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(stage.name for stage in fitting or stages)
    if fitting:
        raise Ambiguous(f"“{name}” can be {names}. Say more.")
    pipeline = catalog.pipeline_by_id[pipeline_id].name
    raise NotFound(
        f"There is no stage “{printable(typed(name)[:60])}” in the pipeline {pipeline}. Its stages: {names}."
    )
