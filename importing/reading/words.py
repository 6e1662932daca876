"""How what is in a file is named in a message."""

from __future__ import annotations

from collections.abc import Sequence

from core.text import printable

_LONGEST = 60


def shortened(text: str) -> str:
    """A text for a sentence: on one line, nothing in it that a terminal acts upon, and cut where it is long."""
    text = printable(" ".join(text.split()))
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def quoted_list(texts: Sequence[str], most: int = 4) -> str:
    """`“a”, “b” and 3 more`."""
    shown = ", ".join(f"“{shortened(text)}”" for text in texts[:most])
    more = len(texts) - most
    return f"{shown} and {more} more" if more > 0 else shown


def counted(number: int, one: str, many: str) -> str:
    """`1 row`, `12 rows`."""
    return f"{number} {one if number == 1 else many}"
