"""Countries by their codes, and by their names in many languages."""

from __future__ import annotations

import re
from functools import lru_cache

from core.imports.shapes import Unread
from core.imports.values.texts import is_blank
from core.text import clean_line, fold, printable

_NO_LETTER = re.compile(r"[\W_]+")


def read_country(text: str) -> str | None:
    """A country as ISO 3166 alpha-2, out of a code (`DE`, `DEU`) or a name (`Deutschland`, `U.S.A.`); None where it is blank.

    Raises:
        Unread: nobody knows a country of that name.
    """
    if len(text) == 2 and text.isalpha() and text.isascii() and text.isupper() and text in _codes():
        return "GB" if text == "UK" else text
    if is_blank(text):
        return None
    found = _by_name().get(_plain(text))
    if found is None:
        # `Germany (DE)`
        inside = re.sub(r"\s*\([^()]*\)\s*$", "", clean_line(text))
        found = _by_name().get(_plain(inside))
    if found is None:
        raise Unread(
            f"“{printable(clean_line(text))[:40]}” is no country that offhook knows. Try its code, as in DE, FR or US."
        )
    return found


def is_code(text: str) -> bool:
    """Whether a text is a country’s ISO 3166 alpha-2 code."""
    return text in _codes() and text != "UK"


def _plain(name: str) -> str:
    return _NO_LETTER.sub("", fold(clean_line(name)))


def _codes() -> frozenset[str]:
    from core.imports.values.countries import CODES

    return CODES


@lru_cache(maxsize=1)
def _by_name() -> dict[str, str]:
    from core.imports.values.countries import CODES, NAMES

    # A code goes before a name that looks like it: `Áo` is Austria to the Vietnamese.
    found = {code.lower(): code for code in CODES if code != "UK"}
    for line in NAMES.strip().replace("\n    ", " ").split("\n"):
        code, _, names = line.partition(" ")
        for name in names.split("|"):
            found.setdefault(_plain(name), code)
    return found
