"""Which of what was found is meant: a word before the start of one, a name before any other field, the recent first.

Sorting by the index's own measure reads every hit (69 ms at the 99th percentile over 100,000 contacts); ranking the
newest few hundred costs a fraction of a millisecond.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.text import words

RANKED = 200
"""How many of the newest hits are ranked."""


def score(name: str, text: str, tokens: Sequence[str]) -> int:
    """How well a record fits: per word 6 for a word of its name, 4 for the start of one, 1 for a word elsewhere.

    Args:
        name: the folded name.
        text: the folded text that was searched.
        tokens: the folded words that were searched for.
    """
    if not name.replace(" ", "").isalnum():
        name = " ".join(words(name))
    name, text = f" {name} ", f" {text} "
    total = 0
    for token in tokens:
        if f" {token}" in name:
            total += 6 if f" {token} " in name else 4
        elif f" {token} " in text:
            total += 1
    return total


def rank(hits: Sequence[Any], tokens: Sequence[str]) -> list[Any]:
    """Hits, best first. Each is (anything, folded name, folded text, when something last happened or None, …)."""
    return sorted(hits, key=lambda hit: (-score(hit[1], hit[2], tokens), -(hit[3] or 0)))
