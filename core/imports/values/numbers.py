"""Numbers as people and programs of all countries write them. Decimal throughout, never a float."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal, NamedTuple

from core.imports.shapes import Unread
from core.imports.values.texts import is_blank
from core.money import whole_and_fraction
from core.text import clean_line, printable

DecimalMark = Literal[".", ",", ""]
"""What stands before the decimals of a column’s numbers; empty where they do not say it."""

_RUINED = re.compile(r"'?[-+]?\d(?:[.,]\d+)?E[-+]?\d{1,3}", re.IGNORECASE)
_PLAIN = re.compile(r"[+-]?\d{1,15}(?:\.0+)?")
_NUMBER = re.compile(
    r"(?P<open>\()?\s*(?P<sign>[+-]?)\s*(?P<number>[.,]?[0-9](?:[0-9.,' ]*[0-9])?[.,]?)\s*(?P<after>-?)\s*(?P<close>\))?"
)
_NO_CENTS = re.compile(r"(?<=\d)\s*[.,]\s*-{1,2}(?!\d)")
_DIGITS = re.compile(r"[0-9][0-9.,' ]*")
_ALIKE = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-")
    | dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4`\u2032\uff07", "'")
    | {"\u066b": ".", "\u066c": "'", "\u060c": ",", "\uff0c": ",", "\uff0e": ".", "\u3000": " "}
)
_LONGEST = 60


class Amount(NamedTuple):
    """A number, digit by digit."""

    negative: bool
    whole: str
    fraction: str

    @property
    def value(self) -> Decimal:
        """As a number."""
        value = Decimal(f"{self.whole or '0'}.{self.fraction or '0'}")
        return -value if self.negative and value else value


def simple(text: str) -> str:
    """A text on one line, its digits, minus signs, apostrophes and blanks in their plain form."""
    line = clean_line(text)
    if line.isascii():
        return line
    line = line.translate(_ALIKE)
    return "".join(str(unicodedata.decimal(c)) if not c.isascii() and c.isdecimal() else c for c in line)


def looks_ruined(text: str) -> bool:
    """Whether a spreadsheet has shortened a number for good: `9.19877E+11`."""
    return "E" in text.upper() and _RUINED.fullmatch(text.strip()) is not None


def read_number(text: str, mark: DecimalMark = "") -> Decimal | None:
    """A number; None where the cell says nothing. `1.000,50`, `1 000.50`, `(5)`, `5-` and `45 %` are numbers, too.

    A lone separator before three digits groups thousands (`1.234` is 1234), unless `mark` says that it is the decimal one.

    Args:
        text: what the cell says.
        mark: the decimal mark of the column, as far as it is known.

    Raises:
        Unread: it is no number, or one that a spreadsheet has ruined.
    """
    if is_blank(text):
        return None
    line = simple(text).removeprefix("'")
    if _PLAIN.fullmatch(line):
        return Decimal(line.partition(".")[0])
    refuse_ruined(line)
    amount = split_amount(line.removesuffix("%").rstrip(), mark)
    if amount is None:
        raise Unread(f"“{printable(text.strip())[:40]}” is not a number.")
    return amount.value


def read_integer(text: str, mark: DecimalMark = "") -> int | None:
    """A whole number; None where the cell says nothing.

    Raises:
        Unread: it is no number, or has a fraction.
    """
    value = read_number(text, mark)
    if value is None:
        return None
    if value != value.to_integral_value():
        raise Unread(f"“{printable(text.strip())[:40]}” is not a whole number.")
    return int(value)


def read_percent(text: str, mark: DecimalMark = "") -> int | None:
    """A percentage from 0 to 100, rounded; None where the cell says nothing.

    A fraction below one without a percent sign is a share (`0.75` is 75 %), and so is a one that is written with decimals
    (`1.0`): programs that keep shares write it so.

    Raises:
        Unread: it is no number, or none from 0 to 100.
    """
    value = read_number(text, mark)
    if value is None:
        return None
    if "%" not in text and (0 < value < 1 or (value == 1 and re.search(r"[.,]0", text))):
        value *= 100
    if not 0 <= value <= 100:
        raise Unread(f"“{printable(text.strip())[:40]}” is not a percentage from 0 to 100.")
    return int(value.quantize(Decimal(1), ROUND_HALF_EVEN))


def split_amount(line: str, mark: str = "", *, decimals: int = 2, suffixed: bool = False) -> Amount | None:
    """The digits of a number that stands alone; None where it is none.

    Args:
        line: as `simple` returns it.
        mark: the decimal mark, as far as it is known.
        decimals: how many its currency has.
        suffixed: a `k` or `M` followed it.
    """
    if len(line) > _LONGEST:
        return None
    match = _NUMBER.fullmatch(_NO_CENTS.sub("", line))
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    signs = (match["open"], "" if match["sign"] == "+" else match["sign"], match["after"])
    if sum(map(bool, signs)) > 1 or (match["sign"] and match["after"]):
        return None
    parts = whole_and_fraction(match["number"], decimals, suffixed=suffixed, decimal_mark=mark)
    return None if parts is None else Amount(any(signs), *parts)


def refuse_ruined(line: str) -> None:
    """Refuses a number that a spreadsheet has shortened.

    Raises:
        Unread: it is one.
    """
    if looks_ruined(line):
        raise Unread(
            f"“{printable(line)[:40]}” is a number that a spreadsheet has shortened: its last digits are lost."
            " Show the column as whole numbers there, and save again."
        )


class DecimalEvidence:
    """What the numbers of a column say of their decimal mark."""

    def __init__(self) -> None:
        self._marks: set[str] = set()

    def see(self, text: str) -> None:
        """Takes a value of the column into account."""
        if "." not in text and "," not in text and text.isascii():
            return
        match = _DIGITS.search(simple(text))
        if match:
            self._marks |= set(_mark_of(match[0]))

    @property
    def mark(self) -> DecimalMark:
        """The decimal mark; empty where no value says it, or they contradict each other."""
        if len(self._marks) != 1:
            return ""
        return "." if "." in self._marks else ","


def _mark_of(number: str) -> str:
    """The decimal mark of a number; empty where it does not say it."""
    number = number.rstrip(".,' ")
    kinds = {c for c in number if c in ".,"}
    if len(kinds) == 2:
        last = "." if number.rindex(".") > number.rindex(",") else ","
        return last if number.count(last) == 1 else ""
    if not kinds:
        return ""
    mark = kinds.pop()
    other = "," if mark == "." else "."
    if number.count(mark) > 1:
        return other if re.fullmatch(r"\d{1,3}(?:[.,]\d{2,3})*[.,]\d{3}", number) else ""
    whole, _, fraction = number.partition(mark)
    if "'" in whole or " " in whole or len(fraction) != 3 or len(whole) > 3 or whole.startswith("0"):
        return mark
    return ""
