"""What could come next in a filter: names of fields, then values that fit the field."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from core.catalog import Catalog
from core.filters import field_names
from core.text import fold

_FIELD = re.compile(r"(?:^|\s)-?(?P<field>[A-Za-z_]\w*)?$")
_VALUE = re.compile(
    r'(?:^|\s)-?(?P<field>[A-Za-z_]\w*)(?P<op><=|>=|:|<|>|=)(?P<values>(?:"[^"]*"?|[^\s"])*)$'
)

_AGES = ("today", "never")
_SPANS = ("7d", "30d", "90d")
_WORDS: dict[str, Sequence[str]] = {
    "next": ("overdue", "today", "none", "future", "any"),
    "close": ("thismonth", "overdue", "today", "none"),
    "stale": ("yes", "no"),
    "dnc": ("yes", "no"),
    "outcome": ("open", "won", "lost", "abandoned"),
    "value": ("none",),
    "last": _AGES,
    "created": ("today",),
    "updated": ("today",),
    "instage": ("today",),
    "email": ("none", "any"),
    "phone": ("none", "any"),
}
"""Values behind a colon that are the same everywhere."""
_COMPARED: dict[str, Sequence[str]] = {
    "value": ("1k", "10k", "50k"),
    "probability": ("25", "50", "75"),
    "close": _SPANS,
    "next": _SPANS,
    "last": _SPANS,
    "created": _SPANS,
    "updated": _SPANS,
    "instage": _SPANS,
}
"""Values behind a comparison."""
_COMPARES = frozenset(_COMPARED) - {"close", "next"}
"""Fields that are mostly compared, so that they are completed with a sign rather than a colon."""


class Completion(NamedTuple):
    """A way to go on.

    Attributes:
        shown: what it is called.
        text: the whole filter with it.
    """

    shown: str
    text: str


def completions(
    text: str, entity: str, catalog: Catalog, tags: Sequence[str] = (), *, limit: int = 12
) -> list[Completion]:
    """Ways to complete the end of a filter, best first; none where its end is not part of a field.

    Args:
        text: what was typed so far.
        entity: contacts or deals.
        catalog: names of stages, people and custom fields.
        tags: tags in use.
        limit: the most that are returned.
    """
    if match := _VALUE.search(text):
        return _values(text, match, catalog, entity, tags)[:limit]
    match = _FIELD.search(text)
    if match is None:
        return []
    typed = (match["field"] or "").lower()
    stem = text[: len(text) - len(typed)]
    names = [name for name in field_names(entity, catalog) if name.startswith(typed)]
    signs = {name: ">" if name in _COMPARES else ":" for name in names}
    return [Completion(name + signs[name], stem + name + signs[name]) for name in names][:limit]


def _values(
    text: str, match: re.Match[str], catalog: Catalog, entity: str, tags: Sequence[str]
) -> list[Completion]:
    head, comma, typed = match["values"].rpartition(",")
    typed = typed.strip('"')
    before = text[: len(text) - len(match["values"])] + head + comma
    known = _known(match["field"].lower(), match["op"], catalog, entity, tags)
    wanted = fold(typed)
    found = [value for value in known if fold(value).startswith(wanted) and fold(value) != wanted]
    return [Completion(value, before + _quoted(value)) for value in found]


def _quoted(value: str) -> str:
    return f'"{value}"' if re.search(r'[\s,"]', value) else value


def _known(field: str, op: str, catalog: Catalog, entity: str, tags: Sequence[str]) -> Sequence[str]:
    """Values that the field can have, as far as one can know."""
    if op not in (":", "="):
        return _COMPARED.get(field, ())
    lists: dict[str, Callable[[], Sequence[str]]] = {
        "owner": lambda: ("me", "pool", *dict.fromkeys(user.name for user in catalog.users)),
        "stage": lambda: tuple(dict.fromkeys(stage.name for stage in catalog.stages)),
        "tag": lambda: tags,
        "status": lambda: catalog.lead_statuses,
        "currency": lambda: (catalog.organization.currency,),
    }
    if field in lists:
        return lists[field]()
    for custom in catalog.fields_for(entity):
        if custom.key == field:
            return custom.options or (("yes", "no") if custom.kind == "flag" else ())
    return _WORDS.get(field, ())
