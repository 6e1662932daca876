"""The systems whose exports are known, and which of them a table comes from.

A file is recognised by headers that give a system away, by their weight together, and by nothing else: names of files lie,
and which columns there are depends on the view, the account and the language.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from core.imports.shapes import Column, Entity
from core.imports.sources.address_books import GOOGLE, OUTLOOK, VCARD
from core.imports.sources.base import KnownStage, Layout, Place, Source
from core.imports.sources.hubspot import HUBSPOT
from core.imports.sources.open_source import ATOMIC, BOTTLECRM, ESPOCRM, TWENTY
from core.imports.sources.others import CLOSE, FACEBOOK, NOTION, ZOHO
from core.imports.sources.own import OFFHOOK
from core.imports.sources.pipedrive import PIPEDRIVE
from core.imports.sources.salesforce import SALESFORCE
from core.text import fold

__all__ = [
    "SOURCES",
    "KnownStage",
    "Layout",
    "Place",
    "Recognised",
    "Source",
    "recognise",
    "recognised",
    "source_named",
]

SOURCES: tuple[Source, ...] = (
    OFFHOOK,
    HUBSPOT,
    SALESFORCE,
    PIPEDRIVE,
    GOOGLE,
    OUTLOOK,
    CLOSE,
    ZOHO,
    ESPOCRM,
    TWENTY,
    ATOMIC,
    BOTTLECRM,
    FACEBOOK,
    NOTION,
    VCARD,
)
_NOTION_LINK = re.compile(
    r"[^()]+\((?:https://(?:www\.)?notion\.so/\S+|[^()\s]*%20[^()\s]*\.md|[^()\s]+[0-9a-f]{32}(?:\.md)?)\)"
)


class Recognised(NamedTuple):
    """Where a table comes from."""

    source: Source
    layout: Layout | None
    """Which of its tables it is; None where the source's tables are headed as people like."""


def source_named(name: str) -> Source | None:
    """The system that is called so, as `--source` or a person would call it; None where none is known."""
    wanted = re.sub(r"[^a-z0-9]", "", fold(name))
    short = wanted.removesuffix("crm").removesuffix("contacts")
    for source in SOURCES:
        for known in (source.name, source.label):
            if wanted and re.sub(r"[^a-z0-9]", "", fold(known)) in (wanted, short):
                return source
    return None


def recognised(
    headers: Sequence[str], columns: Sequence[Column] = (), entity: Entity | None = None
) -> Recognised | None:
    """Where a table comes from, and which of the system's tables it is; None where no system is recognised.

    Args:
        headers: the table's.
        columns: what was seen in them, where it was read.
        entity: only tables of that are looked at.
    """
    best: tuple[float, Recognised] | None = None
    for source in SOURCES:
        layout = source.layout_for(headers, entity)
        if layout is None:
            continue
        weight = layout.weight(headers) * 10 / layout.least
        if best is None or weight > best[0]:
            best = (weight, Recognised(source, layout))
    if best is not None:
        return best[1]
    linked = any(_NOTION_LINK.search(sample) for column in columns for sample in column.samples)
    return Recognised(NOTION, None) if linked else None


def recognise(headers: Sequence[str], columns: Sequence[Column] = ()) -> Source | None:
    """The system that a table comes from; None where none is recognised."""
    found = recognised(headers, columns)
    return found.source if found else None
