"""The hours of a week in one line: `Mon–Fri 08:00–21:00; Sat 10:00–12:00, 13:00–17:00; Sun, holidays no calls`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from core.calling.rules import DAYS, NO_CALLS, parse_hours, show_hours
from core.errors import Invalid
from core.text import fold, printable

_TRY = "Try Mon-Fri 08:00-21:00; Sat 10:00-14:00; Sun, holidays no calls."
_SHOWN = {**{day: day.capitalize() for day in DAYS}, "holiday": "holidays"}
_WEEK = DAYS[:7]
_ALL = {
    "daily": _WEEK,
    "every day": _WEEK,
    "weekdays": _WEEK[:5],
    "weekend": _WEEK[5:],
    "weekends": _WEEK[5:],
}
_CLOSED = (NO_CALLS, "none", "no", "closed", "never")
_HOURS = re.compile(r"\d|" + "|".join(rf"\b{word}\b" for word in _CLOSED))
_SHORT_HOURS = re.compile(r"(?<![\d:])(\d{1,2})(?![\d:])")


def parse_week(text: str) -> dict[str, str]:
    """Reads hours as people write them; days that are not named are left to the wider region.

    Args:
        text: days and their hours, groups of days apart by semicolons.

    Returns:
        What `core.entities.CallingRule.hours` holds.

    Raises:
        Invalid: something in it cannot be read, or a day is named twice; of the field `hours`.
    """
    found: dict[str, str] = {}
    for group in filter(None, (part.strip() for part in fold(text).split(";"))):
        start = _HOURS.search(group)
        if start is None or not start.start():
            raise Invalid({"hours": f"“{printable(group)[:40]}” are no days with their hours. {_TRY}"})
        hours = _hours(group[start.start() :])
        for day in _days(group[: start.start()].strip(" :,")):
            if day in found:
                raise Invalid({"hours": f"{_SHOWN[day]} is there twice."})
            found[day] = hours
    return show_hours(parse_hours(found))


def show_week(hours: Mapping[str, str]) -> str:
    """A rule's hours in one line that `parse_week` reads; empty where it says nothing of any day."""
    groups: list[tuple[list[str], str]] = []
    for before, day in zip(("", *DAYS), DAYS, strict=False):
        if day not in hours:
            continue
        if groups and groups[-1][0][-1] == before and groups[-1][1] == hours[day]:
            groups[-1][0].append(day)
        else:
            groups.append(([day], hours[day]))
    return "; ".join(f"{_shown_days(days)} {_shown_hours(at)}" for days, at in groups)


def _hours(text: str) -> str:
    if text.strip() in _CLOSED:
        return ""
    # A full hour goes without its minutes: 9-17.
    return _SHORT_HOURS.sub(r"\1:00", text.replace("–", "-").replace(" - ", "-"))


def _days(text: str) -> Iterator[str]:
    for part in filter(None, (piece.strip() for piece in re.split(r",|\band\b|&", text))):
        if part in _ALL:
            yield from _ALL[part]
            continue
        first, dash, last = (piece.strip() for piece in re.sub("[–—]", "-", part).partition("-"))
        begin = _day(first)
        end = _day(last) if dash else begin
        if end < begin or (dash and end == len(_WEEK)):
            raise Invalid({"hours": f"“{printable(part)[:40]}” are no days of one week, in order. {_TRY}"})
        yield from DAYS[begin : end + 1]


def _day(text: str) -> int:
    """The index of a day by any beginning of its name that says which."""
    for index, day in enumerate(DAYS):
        if text.startswith(day) and f"{_FULL[index]}s".startswith(text):
            return index
    raise Invalid({"hours": f"“{printable(text)[:20]}” is no day. {_TRY}"})


_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "holiday")


def _shown_days(days: list[str]) -> str:
    week = [day for day in days if day in _WEEK]
    parts = [f"{_SHOWN[week[0]]}–{_SHOWN[week[-1]]}"] if len(week) > 2 else [_SHOWN[day] for day in week]
    return ", ".join([*parts, *(_SHOWN[day] for day in days if day not in _WEEK)])


def _shown_hours(hours: str) -> str:
    return hours.replace("-", "–") if hours else NO_CALLS
