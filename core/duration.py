"""How long something took, as people type it and read it."""

from __future__ import annotations

import re

from core.errors import Invalid
from core.text import clean_line

LONGEST_S = 24 * 3_600
"""Nothing that is logged takes longer than a day."""
_CLOCK = re.compile(r"(?P<hours>\d{1,2}):(?P<minutes>[0-5]\d)")
_UNITS = re.compile(
    r"(?:(?P<hours>\d+(?:[.,]\d+)?) ?h(?:(?:ou)?rs?)?)? ?"
    r"(?:(?P<minutes>\d+(?:[.,]\d+)?) ?(?:m(?:in(?:ute)?s?)?(?![a-z])|(?=$)))? ?"
    r"(?:(?P<seconds>\d+) ?s(?:ec(?:ond)?s?)?)?"
)


def parse_duration(text: str) -> int | None:
    """Seconds, out of `12`, `12 min`, `1 h 5`, `1:05`, `1.5h`, `40 s`; None where nothing is typed.

    A number alone is minutes.

    Raises:
        Invalid: it is no length of time, or longer than a day.
    """
    typed = clean_line(text).lower()
    if not typed:
        return None
    match = _CLOCK.fullmatch(typed) or _UNITS.fullmatch(typed)
    parts = match.groupdict() if match else {}
    if not any(parts.values()):
        raise Invalid(
            {"duration_s": f"“{clean_line(text)[:40]}” is no length of time I can read. Try 12 min or 1 h 5."}
        )
    units = {"hours": 3_600, "minutes": 60, "seconds": 1}
    seconds = round(
        sum(float(value.replace(",", ".")) * units[name] for name, value in parts.items() if value)
    )
    if seconds > LONGEST_S:
        raise Invalid({"duration_s": "Nothing takes longer than a day. Try 12 min or 1 h 5."})
    return seconds


def show_duration(seconds: int | None) -> str:
    """A length of time as people say it: `40 s`, `12 min`, `1 h 5`."""
    if not seconds:
        return ""
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes}" if minutes else f"{hours} h"
