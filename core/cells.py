"""Texts as cells of a spreadsheet, which must never become formulas there."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]")
"""What a spreadsheet runs, full-width signs included; with apostrophes, too, so that one more can be told apart."""
_HARMLESS = re.compile(r"[+-]?\(?\d[\d ().,/-]*(;ext=\d+)?")
"""Numbers and phone numbers, of which no formula can be made."""


def neutralised(text: str) -> str:
    """A text as a cell that no spreadsheet runs as a formula; `restored` turns it back."""
    return f"'{text}" if _is_formula(text) else text


def restored(cell: str) -> str:
    """A cell as the text was before its writer kept a spreadsheet from running it: `'=1+2` → `=1+2`.

    Exactly one apostrophe is taken off, and only where `neutralised` puts one: `'Tis` stays.
    """
    return cell[1:] if cell[:1] == "'" and _is_formula(cell[1:]) else cell


def _is_formula(text: str) -> bool:
    return _FORMULA.match(text) is not None and not _HARMLESS.fullmatch(text)
