"""Text as people type it and as terminals and indexes can stand it."""

from __future__ import annotations

import re
import unicodedata

# Characters that a terminal may act upon or that reorder what stands beside them (Unicode bidirectional controls);
# they carry nothing a sales rep typed on purpose.
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u2028\u2029]"
)
_SPACES = re.compile(r"\s+")
# Letters that Unicode does not decompose into a base letter and an accent.
_FOLD = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ŋ": "n",
        "ħ": "h",
        "ĸ": "k",
        "ŧ": "t",
    }
)


def clean_line(value: str) -> str:
    """One line: control characters gone, any run of white space one blank, composed (NFC), trimmed."""
    if value.isascii() and value.isprintable() and "  " not in value:
        return value.strip()
    return unicodedata.normalize("NFC", _SPACES.sub(" ", _CONTROL.sub("", _SPACES.sub(" ", value)))).strip()


def clean_text(value: str) -> str:
    """Several lines: as `clean_line`, but line breaks and tabs stay."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _CONTROL.sub("", value)).strip()


def printable(value: str) -> str:
    """`value` on one line as it may be put on a terminal: whatever is in the data, nothing in it is interpreted."""
    if value.isprintable():
        return value
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", value.replace("\n", " ").replace("\t", " "))


def fold(value: str) -> str:
    """`value` for finding: case and accents do not matter (`Łódź` → `lodz`, `Straße` → `strasse`)."""
    if value.isascii():
        return value.lower()
    decomposed = unicodedata.normalize("NFKD", value.casefold().translate(_FOLD))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_FOLD)


def words(value: str) -> list[str]:
    """The folded words of `value`, as an index splits them: runs of letters and digits."""
    return re.findall(r"[^\W_]+", fold(value))
