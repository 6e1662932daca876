"""What PostgreSQL must know of Unicode to fold text as `core.text` does, whatever its version, locale and libraries.

PostgreSQL without ICU folds no letter beyond ASCII, and its own Unicode tables are of another version than Python's. So
the server is given the answer of `core.text.fold` for every character. Folding is done character by character, whatever
stands beside it: that is what makes a table of characters enough.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache

from core.money import MAX_MINOR
from core.text import fold

_BEYOND_ASCII = 0x80
_SURROGATES = range(0xD800, 0xE000)
_HANGUL = range(0xAC00, 0xD7A4)
"""Syllables decompose by arithmetic, alike in every version of Unicode: `normalize` of PostgreSQL does them."""


@cache
def placeholders() -> dict[str, str]:
    """The texts that take the place of `{{name}}` in the SQL files.

    Returns:
        By name: `fold_map` and `lower_map`, JSON objects from a character to what it becomes, written for a place between
        the quotes of an SQL literal; `fold_class`, `lower_class` and `word_class`, the inside of a bracket expression: the
        characters beyond ASCII that folding changes, that lower case changes, and that words are made of; `max_minor`, the
        largest value of a deal.
    """
    folds = dict(_changed_by(fold))
    lowers = dict(_changed_by(str.lower))
    hangul = map(chr, _HANGUL)
    return {
        "fold_map": _literal({c: folded for c, folded in folds.items() if ord(c) not in _HANGUL}),
        "fold_class": _bracket(sorted({*folds, *hangul})),
        "lower_map": _literal(lowers),
        "lower_class": _bracket(sorted(lowers)),
        "word_class": _bracket(filter(str.isalnum, _characters())),
        "max_minor": str(MAX_MINOR),
    }


def _characters() -> Iterator[str]:
    """Every character beyond ASCII that a UTF-8 text can hold."""
    return (chr(code) for code in range(_BEYOND_ASCII, sys.maxunicode + 1) if code not in _SURROGATES)


def _changed_by(change: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    return (
        (character, becomes) for character in _characters() if (becomes := change(character)) != character
    )


def _literal(table: dict[str, str]) -> str:
    return json.dumps(table, separators=(",", ":")).replace("'", "''")


def _bracket(characters: Iterable[str]) -> str:
    """The characters, which are in order, as ranges in the escapes of PostgreSQL's regular expressions."""
    ranges: list[list[int]] = []
    for code in map(ord, characters):
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return "".join(_escape(low) if low == high else f"{_escape(low)}-{_escape(high)}" for low, high in ranges)


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
