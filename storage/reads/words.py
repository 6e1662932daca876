"""From what a person typed into a search to terms of the index of words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from core.text import fold
from core.text import words as split
from storage.reads import sqlite

MOST_WORDS = 32
LONGEST_WORD = 200
"""What lies behind is not looked at: nobody types it, and what was pasted is found by its beginning."""

_NUMBER = re.compile(r"[(+]*\d[\d().+\-/]*")
_LONG_DIGITS = 7
"""Several numbers in a row with so many digits may be one phone number, written in groups."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What to search for.

    Attributes:
        match: the expression for the index.
        tokens: the words in it as the index holds them, for ranking what was found.
    """

    match: str
    tokens: tuple[str, ...]


def terms(words: Sequence[str]) -> Terms | None:
    """The search for texts in which every word starts a word; None where no word has a letter or digit.

    A word that the index splits (an e-mail address, `o'brien`) is found as a whole. Digits in the dress of a phone
    number are found without it: the index holds numbers as digits, with and without the country's code.
    """
    found: list[str] = []
    tokens: list[str] = []
    short = [sqlite.bindable(word[:LONGEST_WORD]) for word in words[:MOST_WORDS]]
    for numeric, run in groupby(short, key=lambda word: _NUMBER.fullmatch(word) is not None):
        group = list(run)
        if numeric:
            found.append(_number(group))
            tokens += [_digits(word) for word in group]
            continue
        for word in group:
            parts = split(word)
            if parts:
                found.append(sqlite.phrase(fold(word)))
                tokens += parts
    return Terms(sqlite.every(found), tuple(tokens)) if found else None


def _number(group: Sequence[str]) -> str:
    """One term for numbers that stand in a row: each for itself, or all of them as a phone number."""
    # A zero in brackets is for those who call from the same country: +49 (0) 30 is +49 30.
    digits = _digits("".join(group).replace("(0)", ""))
    if group[0].lstrip("(").startswith("+"):
        return sqlite.phrase(digits)
    term = sqlite.every([sqlite.phrase(word) for word in group])
    if digits.startswith("00") and len(digits) >= _LONG_DIGITS:
        return sqlite.either(term, sqlite.phrase(digits[2:]))
    if (len(group) == 1 and group[0] != digits) or (len(group) > 1 and len(digits) >= _LONG_DIGITS):
        return sqlite.either(term, sqlite.phrase(digits))
    return term


def _digits(value: str) -> str:
    return re.sub(r"\D", "", value)
