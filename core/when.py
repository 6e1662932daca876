"""Times as people type them: `tomorrow`, `tue 3pm`, `in 2 weeks`, `+3d`, `next monday 9:30`, `1 dec`, `2026-12-01`.

What cannot be read for certain is refused, never guessed: a wrong date is worse than being asked again.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.clock import end_of_day
from core.days import months_on
from core.errors import Invalid
from core.text import clean_line

_EXAMPLES = "Try tomorrow, tue 3pm, in 2 weeks, +3d, next monday 9:30 or 2026-12-01"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_WEEKDAY = {day[:length]: number for number, day in enumerate(_DAYS) for length in range(3, len(day) + 1)}
_MONTH = {
    name[:length]: number for number, name in enumerate(_MONTHS, 1) for length in range(3, len(name) + 1)
}
_NAMED_TIME = {
    "morning": dt.time(9),
    "noon": dt.time(12),
    "afternoon": dt.time(14),
    "evening": dt.time(18),
}
_UNIT = {
    "m": "",
    **dict.fromkeys(("min", "mins", "minute", "minutes"), "minutes"),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), "hours"),
    **dict.fromkeys(("d", "day", "days"), "days"),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), "weeks"),
    **dict.fromkeys(("mo", "month", "months"), "months"),
    **dict.fromkeys(("y", "year", "years"), "years"),
}
_NUMBER = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10,
}  # fmt: skip

_COUNT = rf"(?P<count>\d{{1,4}}|{'|'.join(_NUMBER)})"
_UNITS = "|".join(sorted(_UNIT, key=len, reverse=True))
_WEEKDAYS = "|".join(sorted(_WEEKDAY, key=len, reverse=True))
_MONTH_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class _Around:
    """From where relative times are reckoned."""

    now: dt.datetime
    past: bool

    @property
    def today(self) -> dt.date:
        return self.now.date()

    @property
    def sign(self) -> int:
        return -1 if self.past else 1


class Ambiguous(Invalid):
    """It is meant for a time, and leaves open which one; or it is none that can be."""


class _Unreadable(Exception):
    """Why a text is no time; completes the sentence `“…” `."""


class _NoTime(_Unreadable):
    """It does not look like a time at all."""


_Part = dt.date | dt.time | dt.datetime
_Read = Callable[[re.Match[str], _Around], _Part]


def parse_when(
    text: str, now: dt.datetime, zone: dt.tzinfo, *, past: bool = False
) -> tuple[dt.datetime, bool]:
    """Reads a time that a person typed.

    A weekday is the next one after today; `next monday` is the one in the calendar week after this (weeks begin on
    Monday). A day of a month without a year is the next such day, a time without a day the next such time. With
    `past`, all of these look back.

    Args:
        text: what was typed, in English or as an ISO 8601 day or time.
        now: the current time, aware.
        zone: where the person is.
        past: the time is meant to lie behind, as when something that happened is logged.

    Returns:
        The time in `zone`, and whether only its day was said. Such a day comes as its last second, or with `past` as
        its noon, or now if that is earlier.

    Raises:
        Ambiguous: it looks like a time and cannot be read for certain; the message says why.
        Invalid: it is none; the message says what can be read.
    """
    line = clean_line(text)
    shown = line if len(line) <= 60 else line[:59] + "…"
    typed = " ".join(line.lower().replace(",", " ").split())
    around = _Around(now.astimezone(zone), past)
    if not typed:
        raise Invalid({"when": f"When? {_EXAMPLES}."})
    try:
        if exact := _iso_instant(line, zone):
            return exact, False
        day, time = _parts(typed, around)
        if isinstance(day, dt.datetime):
            return day.astimezone(zone), False
        if time is None:
            assert day is not None
            return _whole_day(day, around, zone), True
        return _at(day, time, around, zone), False
    except _NoTime as why:
        raise Invalid({"when": f"“{shown}” {why}."}) from None
    except _Unreadable as why:
        raise Ambiguous({"when": f"“{shown}” {why}."}) from None
    except (OverflowError, ValueError):
        raise Ambiguous({"when": f"“{shown}” is not a day in the calendar. {_EXAMPLES}."}) from None


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


def _iso_instant(text: str, zone: dt.tzinfo) -> dt.datetime | None:
    """`2026-12-01T15:00`, with or without an offset."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d\S*", text):
        return None
    instant = dt.datetime.fromisoformat(text.upper())
    return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(zone)


def _parts(typed: str, around: _Around) -> tuple[dt.date | dt.datetime | None, dt.time | None]:
    """The day (or the instant) and the time of day that the text names, each at most once, with nothing left over."""
    day: dt.date | dt.datetime | None = None
    time: dt.time | None = None
    weekday: int | None = None
    rest = typed
    while rest:
        match, read = _next(rest)
        part = read(match, around)
        if isinstance(part, dt.time):
            if time is not None:
                raise _Unreadable("names two times of day")
            time = part
        else:
            # “tue 24 nov”: the date says which Tuesday.
            is_bare_weekday = read is _weekday and not match["which"]
            if day is not None and (weekday is None or is_bare_weekday or read not in _DATES):
                raise _Unreadable("names two days")
            weekday = part.weekday() if is_bare_weekday else weekday
            day = part
        rest = rest[match.end() :].lstrip()
    if isinstance(day, dt.datetime) and time is not None:
        raise _Unreadable("names two times of day")
    if weekday is not None and day is not None and day.weekday() != weekday:
        raise _Unreadable(f"does not fit: {day.day} {day:%b %Y} is a {_DAYS[day.weekday()].capitalize()}")
    return day, time


def _next(rest: str) -> tuple[re.Match[str], _Read]:
    for pattern, read in _FORMS:
        if match := pattern.match(rest):
            return match, read
    if re.match(r"(?:at |by )?\d{1,2}(?!\S)", rest):
        raise _Unreadable("leaves open which hour is meant. Write 3pm or 15:00")
    if re.match(r"\d{1,2}/\d{1,2}(?:/\d+)?(?!\S)", rest):
        raise _Unreadable("can be read two ways. Write 2026-12-01 or 1 dec")
    raise _NoTime(f"is not a time I can read. {_EXAMPLES}")


def _at(day: dt.date | None, time: dt.time, around: _Around, zone: dt.tzinfo) -> dt.datetime:
    found = _real(dt.datetime.combine(day or around.today, time, zone))
    if day is None and (found > around.now if around.past else found <= around.now):
        other = around.today + dt.timedelta(days=around.sign)
        return _real(dt.datetime.combine(other, time, zone))
    return found


def _whole_day(day: dt.date, around: _Around, zone: dt.tzinfo) -> dt.datetime:
    if around.past:
        noon = dt.datetime.combine(day, dt.time(12), zone)
        return min(noon, around.now) if day == around.today else noon
    return end_of_day(day, zone)


def _real(local: dt.datetime) -> dt.datetime:
    """The time as clocks show it: one that a change to summer time leaves out moves past the gap."""
    return local.astimezone(dt.UTC).astimezone(local.tzinfo)


# --- how each form is read ----------------------------------------------------------------------------------------


def _named_day(match: re.Match[str], around: _Around) -> dt.date:
    days = {"today": 0, "tomorrow": 1, "tmr": 1, "tmrw": 1, "yesterday": -1}
    return around.today + dt.timedelta(days=days[match["name"]])


def _weekday(match: re.Match[str], around: _Around) -> dt.date:
    wanted, which = _WEEKDAY[match["weekday"]], match["which"]
    today = around.today
    if which in ("next", "this", "last"):
        week = {"next": 1, "this": 0, "last": -1}[which]
        return today + dt.timedelta(days=wanted - today.weekday() + 7 * week)
    ahead = (wanted - today.weekday()) % 7 or 7
    behind = (today.weekday() - wanted) % 7 or 7
    return today + dt.timedelta(days=-behind if around.past else ahead)


def _next_span(match: re.Match[str], around: _Around) -> dt.date:
    today, step = around.today, 1 if match["which"] == "next" else -1
    if match["span"] == "week":
        return today + dt.timedelta(days=7 * step - today.weekday())
    return months_on(today.replace(day=1), step * (12 if match["span"] == "year" else 1))


def _relative(match: re.Match[str], around: _Around) -> dt.date | dt.datetime:
    count = _NUMBER[match["count"]] if match["count"] in _NUMBER else int(match["count"])
    unit = _UNIT[match["unit"]]
    if not unit:
        raise _Unreadable("can mean minutes or months. Write min or mo")
    ahead = bool(match["in"]) or match["sign"] == "+"
    behind = bool(match["ago"]) or match["sign"] == "-"
    if ahead and behind:
        raise _Unreadable("points both ways")
    step = -count if behind or (around.past and not ahead) else count
    if unit in ("minutes", "hours"):
        return around.now.astimezone(dt.UTC) + dt.timedelta(**{unit: step})
    if unit in ("days", "weeks"):
        return around.today + dt.timedelta(**{unit: step})
    return months_on(around.today, step * (12 if unit == "years" else 1))


def _full_date(match: re.Match[str], _around: _Around) -> dt.date:
    return dt.date(int(match["year"]), int(match["month"]), int(match["day"]))


def _day_and_month(match: re.Match[str], around: _Around) -> dt.date:
    named = match["month"]
    month, day = _MONTH[named] if named in _MONTH else int(named), int(match["day"])
    if match["year"]:
        return dt.date(int(match["year"]), month, day)
    # The 29th of February comes round within eight years; any other day that exists, within one.
    for years in range(9):
        try:
            found = dt.date(around.today.year + years * around.sign, month, day)
        except ValueError:
            continue
        if found <= around.today if around.past else found >= around.today:
            return found
    raise ValueError("no such day")


_DATES = (_full_date, _day_and_month)
"""What says by itself which day is meant; a weekday may stand before it."""


def _clock(match: re.Match[str], _around: _Around) -> dt.time:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = (match["half"] or "").replace(".", "")
    if half:
        if not 1 <= hour <= 12:
            raise _Unreadable("is not a time of day. Write 3pm or 15:00")
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 23 or minute > 59:
        raise _Unreadable("is not a time of day. Write 3pm or 15:00")
    return dt.time(hour, minute)


def _named_time(match: re.Match[str], _around: _Around) -> dt.time:
    return _NAMED_TIME[match["time"]]


def _compiled(forms: Iterable[tuple[str, _Read]]) -> tuple[tuple[re.Pattern[str], _Read], ...]:
    return tuple((re.compile(rf"(?:{pattern})(?!\S)"), read) for pattern, read in forms)


_FORMS = _compiled(
    (
        (r"(?:by )?(?P<name>today|tomorrow|tmrw?|yesterday)", _named_day),
        (rf"(?:on |by )?(?:(?P<which>next|this|last) )?(?P<weekday>{_WEEKDAYS})\.?", _weekday),
        (r"(?P<which>next|last) (?P<span>week|month|year)", _next_span),
        (
            rf"(?P<in>in )?(?P<sign>[+-]?) ?{_COUNT} ?(?P<unit>{_UNITS})(?P<ago> ago)?",
            _relative,
        ),
        (r"(?:on |by )?(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})", _full_date),
        (
            rf"(?:on |by )?(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)? ?(?:of )?(?P<month>{_MONTH_NAMES})\.?(?: (?P<year>\d{{4}}))?",
            _day_and_month,
        ),
        (
            rf"(?:on |by )?(?P<month>{_MONTH_NAMES})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: (?P<year>\d{{4}}))?",
            _day_and_month,
        ),
        (r"(?:on |by )?(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})?", _day_and_month),
        (r"(?:at |by )?(?P<hour>\d{1,2})(?::(?P<minute>\d\d))? ?(?P<half>[ap]\.?m\.?)", _clock),
        (r"(?:at |by )?(?P<hour>\d{1,2}):(?P<minute>\d\d)(?P<half>)", _clock),
        (r"(?:at |in the |by )?(?P<time>morning|noon|afternoon|evening)", _named_time),
    )
)
