"""Times in plain words: `tue 3pm`, `tomorrow`, `in 2 weeks`, `2026-12-01 9:30`, `+3d`.

Read strictly: every word must be understood, or the whole is refused. A callback on the wrong day is worse than a
question.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from core.errors import Invalid

_DAYS = {
    name: n
    for n, names in enumerate(
        ("mon monday", "tue tues tuesday", "wed weds wednesday", "thu thur thurs thursday", "fri friday",
         "sat saturday", "sun sunday")
    )
    for name in names.split()
}  # fmt: skip
_MONTHS = {
    name: n + 1
    for n, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december")
    )
    for name in names.split()
}  # fmt: skip
_PARTS = {
    "morning": dt.time(9),
    "noon": dt.time(12),
    "afternoon": dt.time(14),
    "evening": dt.time(18),
    "eod": dt.time(17),
}
_NUMBERS = {
    word: n
    for n, word in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())
}
_NUMBERS |= {"a": 1, "an": 1}
_UNITS = {
    "m": "minutes", "min": "minutes", "mins": "minutes", "minute": "minutes", "minutes": "minutes",
    "h": "hours", "hr": "hours", "hrs": "hours", "hour": "hours", "hours": "hours",
    "d": "days", "day": "days", "days": "days", "w": "weeks", "wk": "weeks", "week": "weeks", "weeks": "weeks",
    "mo": "months", "month": "months", "months": "months", "y": "years", "year": "years", "years": "years",
}  # fmt: skip
_SPAN = re.compile(r"\+?(\d{1,4})\s*([a-z]+)")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?")
END_OF_DAY = dt.time(23, 59, 59)
"""When something without a time of day is due: the day is what counts."""


@dataclass(frozen=True, slots=True)
class When:
    """A time that was understood.

    Attributes:
        at: the instant, aware, UTC; the end of the day where no time of day was said.
        all_day: no time of day was said.
    """

    at: dt.datetime
    all_day: bool


def parse_when(typed: str, *, now: dt.datetime, zone: dt.tzinfo) -> When:
    """Reads a time to come as people type it.

    A weekday is the next one, never today; `next tuesday` is the one of next week. A time of day alone is today, or
    tomorrow where it is past. A time that the clocks skip in spring is moved behind the gap.

    Args:
        typed: what the person typed.
        now: the current time.
        zone: whose wall clock is meant.

    Raises:
        Invalid: something in it was not understood; the message shows what can be typed.
    """
    here = now.astimezone(zone)
    words = re.sub(r"\s+", " ", typed.strip().lower().replace(",", " ")).split()
    words = [word for word in words if word not in ("at", "on", "the", "@")]
    if not words:
        raise _not_understood(typed)
    exact = _duration(words)
    if exact is not None:
        amount, unit = exact
        if unit in ("minutes", "hours"):
            return When((now + dt.timedelta(**{unit: amount})).astimezone(dt.UTC), False)
        words = []
        day: dt.date | None = _ahead(here.date(), amount, unit)
        rest: list[str] = []
    else:
        day, rest = _day(words, here.date())
        if day is None and rest and rest[0] in ("in",):
            raise _not_understood(typed)
    clock = _time(rest, typed)
    if day is None and clock is None:
        raise _not_understood(typed)
    try:
        if day is None and clock is not None:
            day = (
                here.date()
                if clock > here.time().replace(tzinfo=None)
                else here.date() + dt.timedelta(days=1)
            )
        assert day is not None
        local = dt.datetime.combine(day, clock or END_OF_DAY, zone)
        return When(local.astimezone(dt.UTC), clock is None)
    except (OverflowError, ValueError):
        raise _not_understood(typed) from None


def show_when(at: dt.datetime, *, all_day: bool, now: dt.datetime, zone: dt.tzinfo) -> str:
    """A time as a person says it back: `today 15:00`, `tomorrow`, `Tue 24 Nov 15:00`, `3 Jan 2027`."""
    local, here = at.astimezone(zone), now.astimezone(zone)
    days = (local.date() - here.date()).days
    if days == 0:
        day = "today"
    elif days == 1:
        day = "tomorrow"
    elif days == -1:
        day = "yesterday"
    elif abs(days) < 300:
        day = f"{local:%a} {local.day} {local:%b}"
    else:
        day = f"{local.day} {local:%b %Y}"
    return day if all_day else f"{day} {local:%H:%M}"


def _duration(words: list[str]) -> tuple[int, str] | None:
    """`in 2 weeks`, `+3d`, `2w`, `in an hour`."""
    if words[0] == "in":
        words = words[1:]
        if len(words) == 2 and words[0] in _NUMBERS and words[1] in _UNITS:
            return _NUMBERS[words[0]], _UNITS[words[1]]
    match = _SPAN.fullmatch(" ".join(words))
    if match and match[2] in _UNITS:
        return int(match[1]), _UNITS[match[2]]
    return None


def _ahead(day: dt.date, amount: int, unit: str) -> dt.date:
    try:
        if unit in ("days", "weeks"):
            return day + dt.timedelta(**{unit: amount})
        months = day.year * 12 + day.month - 1 + amount * (12 if unit == "years" else 1)
        first = dt.date(months // 12, months % 12 + 1, 1)
        last = (dt.date(first.year + first.month // 12, first.month % 12 + 1, 1) - dt.timedelta(days=1)).day
        return first.replace(day=min(day.day, last))
    except (OverflowError, ValueError):
        raise Invalid({"due_at": "That is too far away to be meant."}) from None


def _day(words: list[str], today: dt.date) -> tuple[dt.date | None, list[str]]:
    """The day that the first words name, and the words behind it."""
    first, rest = words[0], words[1:]
    if first in ("today", "tod"):
        return today, rest
    if first in ("tomorrow", "tmrw", "tom"):
        return today + dt.timedelta(days=1), rest
    if first == "next" and rest:
        if rest[0] in _DAYS:
            monday = today + dt.timedelta(days=7 - today.weekday())
            return monday + dt.timedelta(days=_DAYS[rest[0]]), rest[1:]
        if rest[0] in ("week", "month", "year"):
            return _ahead(today, 1, rest[0] + "s"), rest[1:]
    if first == "this" and rest and rest[0] in _DAYS:
        first, rest = rest[0], rest[1:]
    if first in _DAYS:
        return today + dt.timedelta(days=(_DAYS[first] - today.weekday() - 1) % 7 + 1), rest
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", first):
        try:
            return dt.date.fromisoformat(first), rest
        except ValueError:
            return None, words
    return _month_day(words, today)


def _month_day(words: list[str], today: dt.date) -> tuple[dt.date | None, list[str]]:
    """`3 dec`, `dec 3`, `3 december 2027`, `24.12.`, `24.12.2026`."""
    dotted = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})?", words[0])
    if dotted:
        day, month, rest = int(dotted[1]), int(dotted[2]), words[1:]
        year = int(dotted[3]) if dotted[3] else 0
    else:
        if len(words) < 2:
            return None, words
        number, name = (words[0], words[1]) if words[1] in _MONTHS else (words[1], words[0])
        number = re.sub(r"(st|nd|rd|th|\.)$", "", number)
        if name not in _MONTHS or not number.isdigit():
            return None, words
        day, month, rest = int(number), _MONTHS[name], words[2:]
        year = 0
        if rest and re.fullmatch(r"20\d{2}", rest[0]):
            year, rest = int(rest[0]), rest[1:]
    try:
        found = dt.date(year or today.year, month, day)
        if not year and found < today:
            found = found.replace(year=today.year + 1)
    except ValueError:
        return None, words
    return found, rest


def _time(words: list[str], typed: str) -> dt.time | None:
    """The time of day that all the words together name; None where there are none."""
    if not words:
        return None
    if len(words) == 1 and words[0] in _PARTS:
        return _PARTS[words[0]]
    match = _CLOCK.fullmatch(" ".join(words))
    if match is None or (match[2] is None and match[3] is None and len(words[0]) > 2):
        raise _not_understood(typed)
    hour, minute = int(match[1]), int(match[2] or 0)
    if match[3]:
        if not 1 <= hour <= 12:
            raise _not_understood(typed)
        hour = hour % 12 + (12 if match[3] == "pm" else 0)
    try:
        return dt.time(hour, minute)
    except ValueError:
        raise _not_understood(typed) from None


def _not_understood(typed: str) -> Invalid:
    shown = typed.strip()[:40]
    return Invalid(
        {
            "due_at": f"“{shown}” is not a time offhook knows. Try tomorrow, tue 3pm, in 2 weeks, 24 dec 9:30 or 2026-12-24."
        }
    )
