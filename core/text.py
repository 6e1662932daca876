"""Text as people type it and as terminals and indexes can stand it."""

from __future__ import annotations

import re
import unicodedata

# What a terminal may act upon (C0, DEL, C1), what reorders what stands beside it (Unicode bidirectional controls), line
# and paragraph separators, annotation marks, and lone surrogates, which no encoding can write. Letters of any script,
# emoji, their joiners (U+200C, U+200D), variation selectors and flag tags are none of these.
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff]"
)
# What shows nothing, joins nothing and only keeps a name from being found.
_INVISIBLE = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\ufeff]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_SPACES = re.compile(r"\s+")
_WORD = re.compile(r"[^\W_]+")
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
    # White space first: a line break is a blank, although it is a control character too.
    value = _INVISIBLE.sub("", _CONTROL.sub("", _SPACES.sub(" ", value)))
    return unicodedata.normalize("NFC", _SPACES.sub(" ", value)).strip()


def clean_text(value: str) -> str:
    """Several lines: as `clean_line`, but line breaks, tabs and runs of blanks stay."""
    lines = (line.split("\t") for line in _BREAKS.sub("\n", value).split("\n"))
    kept = "\n".join("\t".join(_CONTROL.sub("", part) for part in line) for line in lines)
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", kept)).strip()


def clean_tag(value: str) -> str:
    """A tag in the form in which two people's are the same: `#Key Account` → `key-account`. It holds no blank and no comma."""
    return clean_line(value).lstrip("#").lower().replace(",", " ").strip().replace(" ", "-")


def printable(value: str) -> str:
    """`value` on one line as it may be put on a terminal: whatever is in the data, nothing in it is interpreted."""
    if value.isprintable():
        return value
    shown = value.replace("\r\n", " ").replace("\n", " ").replace("\t", " ")
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", _INVISIBLE.sub("", shown))


def fold(value: str) -> str:
    """`value` for finding: case and accents do not matter (`Łódź` → `lodz`, `Straße` → `strasse`)."""
    if value.isascii():
        return value.lower()
    # Compatibility forms hide capitals (mathematical letters), and case folding uncovers accents (the dotted İ).
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", value).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_FOLD)


def begins_words(value: str, typed: str) -> bool:
    """Whether every word of `typed` begins a word of `value`; what has no letter and no digit is found nowhere."""
    wanted, said = words(typed), words(value)
    return bool(wanted) and all(any(word.startswith(part) for word in said) for part in wanted)


def words(value: str) -> list[str]:
    """The folded words of `value`, as an index splits them: runs of letters and digits."""
    return _WORD.findall(fold(value))
