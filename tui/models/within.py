"""What is searched for within a text, as it is marked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from core.text import fold, words

_TOKEN = re.compile(r"[^\W_]+")


def sought(typed: str) -> tuple[str, ...]:
    """The words that are looked for: each is the beginning of one."""
    return tuple(words(typed))


@lru_cache(maxsize=2048)
def marked(text: str, wanted: tuple[str, ...]) -> Sequence[tuple[str, bool]]:
    """The text in pieces, with whether each is what is looked for."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for match in _TOKEN.finditer(text):
        length = _found(match[0], wanted)
        if length:
            if match.start() > at:
                pieces.append((text[at : match.start()], False))
            at = match.start() + length
            pieces.append((text[match.start() : at], True))
    if at < len(text):
        pieces.append((text[at:], False))
    return tuple(pieces)


def holds(text: str, wanted: tuple[str, ...]) -> bool:
    """Whether anything in the text is looked for."""
    return any(found for _, found in marked(text, wanted))


def _found(token: str, wanted: Sequence[str]) -> int:
    """How many characters of a word, from its beginning, are looked for: the longest of the words that fit."""
    folded = fold(token)
    longest = max((part for part in wanted if folded.startswith(part)), key=len, default="")
    if not longest:
        return 0
    # Folding may make two letters of one: then the whole word is marked.
    return len(longest) if fold(token[: len(longest)]) == longest else len(token)
