"""Several values in one cell: tags, labels, choices, ids."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.imports.values.texts import is_blank
from core.text import clean_line

_SEPARATORS = tuple(map(re.compile, (r"\s:::(?:\s|$)", r"[\n\r]+", r";", r"\|", r",(?!\d{3}\b)")))
"""The strongest one that is there separates: `Retail, food; Steel` are two."""
_LINKED = re.compile(
    r"(?P<title>[^()]*?(?:\([^()]*\)[^()]*?)*)\s*\((?P<link>https?://[^\s()]+|[^()]*\.(?:md|csv))\)"
)
_GOOGLE = "* "
_OF_THE_SYSTEM = frozenset({"mycontacts", "my contacts", "other contacts", "starred", "all contacts"})
_ID = re.compile(r"[\s;,|]+")


def split_list(text: str) -> tuple[str, ...]:
    """The values of a cell, each once, in their order: `VIP; Berlin`, `a ::: b`, `a, b`, `a | b`, or one to a line.

    Labels of Google come without their star, and without those that Google gives to everybody; relations of Notion
    (`Acme (https://www.notion.so/…)`) without their link.
    """
    if is_blank(text):
        return ()
    if "(http" in text or ".md)" in text or ".csv)" in text:
        text = _LINKED.sub(lambda match: f"{match['title']} ", text)
    found: dict[str, None] = {}
    separator = next((separator for separator in _SEPARATORS if separator.search(text)), _SEPARATORS[-1])
    for piece in separator.split(text):
        value = clean_line(piece)
        if value.startswith(_GOOGLE):
            value = value.removeprefix(_GOOGLE).strip()
            if value.lower() in _OF_THE_SYSTEM:
                continue
        if value:
            found[value] = None
    return tuple(found)


def join_list(values: Sequence[str]) -> str:
    """Values as one cell, out of which `split_list` makes the same ones again: by commas, where that can be."""
    for separator in (", ", "; ", " | ", "\n", " ::: "):
        joined = separator.join(values)
        for cell in (joined, joined + separator.rstrip(" ")):
            if split_list(cell) == tuple(values):
                return cell
    return ", ".join(values)


def split_ids(text: str) -> tuple[str, ...]:
    """The ids of a cell, each once: HubSpot joins them by `;`, others by commas or blanks."""
    if is_blank(text):
        return ()
    ids = (piece.removesuffix(".0") if piece[:-2].isdigit() else piece for piece in _ID.split(text.strip()))
    return tuple(dict.fromkeys(id_ for id_ in ids if not is_blank(id_)))
