"""Whether the values of a column are what its header says."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.imports.shapes import Column
from core.text import fold

_LOOKS: dict[str, tuple[str, ...]] = {
    "email": ("email",),
    "phone": ("phone",),
    "url": ("url", "domain"),
    "domain": ("domain", "url"),
    "date": ("date", "time"),
    "time": ("date", "time"),
    "money": ("money", "number", "integer"),
    "number": ("number", "integer"),
    "integer": ("integer", "number"),
    "percent": ("percent", "number", "integer"),
    "flag": ("flag",),
    "country": ("country",),
    "name": ("name",),
}
"""What values of a kind look like."""
_NEVER: dict[str, tuple[str, ...]] = {
    "email": ("name", "phone", "url", "domain", "date", "number"),
    "phone": ("name", "email", "url", "domain", "date"),
    "url": ("email", "phone", "name", "date"),
    "domain": ("email", "phone", "name", "date"),
    "date": ("email", "name", "url", "domain"),
    "time": ("email", "name", "url", "domain"),
    "money": ("email", "name", "url", "domain", "date"),
    "integer": ("email", "name", "url", "domain"),
    "percent": ("email", "name", "url", "domain", "date"),
    "flag": ("email", "phone", "url", "domain", "date"),
    "country": ("email", "phone", "url", "domain", "date", "number"),
    "name": ("email", "phone", "url", "date", "number"),
    "line": ("email", "url"),
    "duration": ("email", "name", "url", "domain"),
    "currency": ("email", "phone", "url", "date", "number"),
}
"""What values of a kind do not look like, where most of a column do."""
_MOST = 0.6
_FEW = 0.3
_TOO_FEW = 2
"""Values of which nobody can say that they are all something else."""
_PREFIXES = frozenset({
    "mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "sir", "madam", "rev", "hon", "herr",
    "frau", "hr", "fr", "dipl", "m", "mme", "mlle", "monsieur", "madame", "sr", "sra", "srta", "senor",
    "senora", "don", "dona", "sig", "sigra", "signor", "signora", "dott", "dottssa", "ing", "dhr", "mevr",
    "mw", "pan", "pani", "dra", "eng", "bay", "bayan", "hanim",
})  # fmt: skip
_LEGAL = re.compile(
    r"\b(?:inc|llc|llp|ltd|limited|plc|corp|corporation|company|gmbh|ag|kg|ug|ohg|se|sa|sas|sarl|sl|srl|spa|bv|nv|oy|ab|as|aps|kft|zrt|pty|pvt|"
    r"group|holdings?|solutions|technologies|services|consulting|industries|systems|partners|ventures|labs|bank|university|logistics|software|"
    r"media|foods|energy|co|ooo|kk|sp z o o|s r o|a s|e v|ltda|eireli|tbk|pt|sdn bhd)\b|(?:有限公司|公司|株式会社|주식회사|\bооо\b|\bзао\b|\bоао\b)"
)


def share(column: Column, *looks: str) -> float:
    """How much of the values that were looked at look like one of these, from 0 to 1; 0 where none was."""
    if not column.looked:
        return 0.0
    return min(1.0, max((column.looks.get(look, 0) for look in looks), default=0) / column.looked)


def fits(column: Column, kind: str) -> int:
    """1: the values are what a field of that kind holds; 0: they say nothing about it; -1: they are something else."""
    if not column.looked:
        return 0
    like = _LOOKS.get(kind)
    said = share(column, *like) if like else 0.0
    if said >= _MOST:
        return 1
    never = _NEVER.get(kind, ())
    if kind == "email" and column.looked <= _TOO_FEW:
        # The one address of a short file may be broken: that is to be said, not left out.
        never = tuple(look for look in never if look not in ("name", "url", "domain"))
    if said < _FEW and any(share(column, other) >= _MOST for other in never):
        return -1
    if kind == "email" and said < 0.1 and column.looked >= 5:
        return -1
    return 0


def likeness(column: Column, kind: str) -> str:
    """What share of the values fits, for the user: `96 % are e-mail addresses`; empty where that is not worth saying."""
    names = {
        "email": "e-mail addresses",
        "phone": "phone numbers",
        "url": "web addresses",
        "domain": "web addresses",
        "date": "days",
        "time": "days",
        "money": "amounts",
        "percent": "percentages",
        "country": "countries",
        "flag": "yes or no",
    }
    if kind not in names or not column.looked:
        return ""
    return f"{share(column, *_LOOKS[kind]) * 100:.0f} % are {names[kind]}"


def words_of(column: Column) -> Iterable[str]:
    """Values that show what is in the column: the most frequent ones, or samples."""
    return column.values.keys() if column.values else column.samples


def mostly_prefixes(column: Column) -> bool:
    """Whether it holds what stands before a name (Mr, Dr., Frau), not what somebody does."""
    said = [fold(value).strip(" .") for value in words_of(column)][:20]
    return bool(said) and sum(
        all(part.strip(".") in _PREFIXES for part in value.split()) for value in said
    ) * 2 > len(said)


def company_like(column: Column) -> float:
    """How many of the values shown name a firm by its legal form or trade, from 0 to 1."""
    said = [fold(re.sub(r"[.,&]", " ", value)) for value in words_of(column)][:40]
    return sum(_LEGAL.search(value) is not None for value in said) / len(said) if said else 0.0


def several_words(column: Column) -> bool:
    """Whether most of the values shown are of two words and more, as whole names are."""
    said = list(words_of(column))[:40]
    return bool(said) and sum(" " in value.strip() for value in said) * 2 > len(said)


def diverse(column: Column) -> bool:
    """Whether nearly every row says something else, as ids do."""
    if column.values is None:
        return True
    return len(column.values) > 0.95 * column.filled
