"""From what a person typed into a search to terms of the index of words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from core.text import fold
from core.text import words as split
from storage.reads import sqlite
from storage.reads.dialect import Dialect

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
        phrases: words that must stand in a row, joined by blanks; for an index that does not know what stands where.
    """

    match: str
    tokens: tuple[str, ...]
    phrases: tuple[str, ...] = ()

    @property
    def parameters(self) -> Mapping[str, Any]:
        """What `Dialect.matches` names."""
        return {"match": self.match, "phrases": list(self.phrases)}


def terms(words: Sequence[str], dialect: Dialect = sqlite) -> Terms | None:
    """The search for texts in which every word starts a word; None where no word has a letter or digit.

    A word that the index splits (an e-mail address, `o'brien`) is found as a whole. Digits in the dress of a phone
    number are found without it: the index holds numbers as digits, with and without the country's code.
    """
    found: list[str] = []
    tokens: list[str] = []
    phrases: list[str] = []
    short = [dialect.bindable(word[:LONGEST_WORD]) for word in words[:MOST_WORDS]]
    for numeric, run in groupby(short, key=lambda word: _NUMBER.fullmatch(word) is not None):
        group = list(run)
        if numeric:
            found.append(_number(group, dialect))
            tokens += [_digits(word) for word in group]
            continue
        for word in group:
            parts = split(word)
            if parts:
                found.append(dialect.phrase(fold(word)))
                tokens += parts
                phrases += [" ".join(parts)] if len(parts) > 1 else []
    return Terms(dialect.every(found), tuple(tokens), tuple(phrases)) if found else None


def _number(group: Sequence[str], sql: Dialect) -> str:
    """One term for numbers that stand in a row: each for itself, or all of them as a phone number."""
    # A zero in brackets is for those who call from the same country: +49 (0) 30 is +49 30.
    digits = _digits("".join(group).replace("(0)", ""))
    if group[0].lstrip("(").startswith("+"):
        return sql.phrase(digits)
    term = sql.every([sql.phrase(word) for word in group])
    if digits.startswith("00") and len(digits) >= _LONG_DIGITS:
        return sql.either(term, sql.phrase(digits[2:]))
    if (len(group) == 1 and group[0] != digits) or (len(group) > 1 and len(digits) >= _LONG_DIGITS):
        return sql.either(term, sql.phrase(digits))
    return term


def _digits(value: str) -> str:
    return re.sub(r"\D", "", value)
