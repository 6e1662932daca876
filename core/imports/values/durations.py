"""How long something took, as files say it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from core.duration import LONGEST_S, parse_duration
from core.errors import Invalid
from core.imports.shapes import Unread
from core.imports.values.texts import is_blank
from core.text import clean_line, printable

Unit = Literal["ms", "s", "min", "h"]
"""What a number alone counts."""

_MILLISECONDS: dict[Unit, int] = {"ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_CLOCK = re.compile(r"(?P<hours>\d{1,3}):(?P<minutes>[0-5]?\d):(?P<seconds>[0-5]?\d)(?:[.,]\d+)?")
_ISO = re.compile(
    r"PT(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)(?:[.,]\d+)?S)?", re.IGNORECASE
)


def read_duration(text: str, unit: Unit = "min") -> int | None:
    """Seconds, out of `00:12:30`, `12:30` (hours and minutes), `12 min`, `1h 5m`, `PT12M30S` or a number; None where it is blank.

    Args:
        text: what the cell says.
        unit: what a number alone counts: the header knows (`duration_s`, HubSpot’s milliseconds).

    Raises:
        Unread: it is no length of time, or longer than a day.
    """
    if is_blank(text):
        return None
    line = clean_line(text)
    if _NUMBER.fullmatch(line):
        seconds = int(Decimal(line.replace(",", ".")) * _MILLISECONDS[unit] / 1_000)
    elif match := _CLOCK.fullmatch(line) or _ISO.fullmatch(line):
        hours, minutes, rest = (int(match[name] or 0) for name in ("hours", "minutes", "seconds"))
        seconds = hours * 3_600 + minutes * 60 + rest
    else:
        try:
            seconds = parse_duration(line) or 0
        except Invalid as error:
            raise Unread(str(error)) from None
    if seconds > LONGEST_S:
        raise Unread(f"“{printable(line)[:40]}” is longer than a day.")
    return seconds
