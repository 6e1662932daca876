"""Days and times as the programs and people of all countries write them.

What can be read two ways is decided for a whole column (`OrderEvidence`), never for a value, and never by a locale.
"""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import NamedTuple

from core.clock import zone_named
from core.imports.shapes import Order, Unread
from core.imports.values.months import FILLERS, MONTHS, WEEKDAYS
from core.imports.values.numbers import refuse_ruined, simple
from core.imports.values.texts import is_blank
from core.text import fold, printable

FIRST_YEAR, LAST_YEAR = 1800, 2200
"""Years that a CRM can mean: a birthday, the end of a contract."""
_CENTURY = 40
"""Two digits below are this century’s (closing dates lie some years ahead), the others the last one’s (birthdays)."""
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 73_050
"""Days since 1899-12-30, as spreadsheets count them: 1927 to 2099."""
_FIRST_TICK, _LAST_TICK = 1_000_000_000, 4_102_444_800
"""Seconds since 1970 that can be meant: 2001 to 2099."""
_FEWEST_DIGITS = 3
"""`Mar 5, 26`"""
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?")
_NUMERIC = re.compile(r"(\d{1,4})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,4})\.?")
_BLANKED = re.compile(r"(\d{4})() (\d\d) (\d\d)|(\d\d)() (\d\d) (\d{4})")
_EAST_ASIAN = re.compile(r"(\d{4})\s*([年년])\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T?(\d\d)(\d\d)(\d\d)?(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?)?")
_BEGUN = re.compile(r"(?:[^\W\d_]+\.?,?\s+)?\d{1,4}\s*([-/.])\s*\d{1,2}\s*\1\s*\d{1,4}(?=[\sT,]|$)")
"""A day in figures with a time behind it."""
_SERIAL = re.compile(r"(?P<days>\d{5})(?:[.,](?P<part>\d+))?")
_TICKS = re.compile(r"(?P<ticks>\d{10}|\d{13}|\d{16})(?:\.\d+)?")
_TIME = re.compile(
    r"(?:(?<![\d:.])|(?<=\dT))(?P<hour>\d{1,2})"
    r"(?:(?:[:h]|(?P<point>\.))(?P<minute>[0-5]\d)(?:(?:[:.m]|min)(?P<second>[0-5]\d|60)(?:[.,]\d+)?s?)?)?"
    r"(?:\s*(?P<half>[ap])\.?\s?m(?![^\W\d])\.?|\s*(?P<clock>uhr|h)(?![^\W\d]))?(?![\d:]|\.\d)",
    re.IGNORECASE,
)
_HALF_BEFORE = re.compile(r"(?P<am>上午|午前|오전)|下午|午後|오후")
_ZONE = re.compile(
    r"\s*(?:(?P<utc>Z(?!\w)|(?:UTC|GMT)(?![\w+-]))|(?:UTC|GMT)?(?P<sign>[+-])(?P<h>\d{1,2}):?(?P<m>\d\d)?(?!\d)"
    r"|(?P<name>[A-Z]{3,4}(?!\w))|(?P<place>[A-Z][A-Za-z]+/[A-Za-z_/]+))"
)
_IN_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_ZONES = {
    "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420,
    "AKST": -540, "AKDT": -480, "HST": -600, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "CEST": 120, "MEZ": 60,
    "MESZ": 120, "EET": 120, "EEST": 180, "MSK": 180, "JST": 540, "KST": 540, "SGT": 480, "HKT": 480, "AEST": 600,
    "AEDT": 660, "ACST": 570, "AWST": 480, "NZST": 720, "NZDT": 780,
}  # fmt: skip
"""Zones by what programs write behind a time, in minutes from UTC: those that mean one place only in practice."""
_WEEKDAY_BEFORE = re.compile(r"([^\W\d_]+)\.?,?\s+(?=\d)")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_BETWEEN = re.compile(r"[\s,.'’/º°ª_-]*")
_RANGE = re.compile(r"\s*(?:→|⟶|->|–>|=>)\s*")
_ORDERS: tuple[Order, ...] = ("dmy", "mdy", "ymd")


class _Parts(NamedTuple):
    """A day in figures, in the order in which they stand."""

    first: str
    second: str
    third: str
    mark: str


class TwoWays(Unread):
    """A day that can be read two ways."""


class _Clock(NamedTuple):
    """What is said beside a day."""

    time: dt.time | None = None
    offset: dt.tzinfo | None = None
    unknown_zone: str = ""
    next_day: bool = False


class _Read(NamedTuple):
    """A day with what is said beside it."""

    day: dt.date
    time: dt.time | None = None
    offset: dt.tzinfo | None = None
    unknown_zone: str = ""
    next_day: bool = False


class OrderEvidence:
    """What the days of a column say of the order in which they are written."""

    def __init__(self) -> None:
        self._possible: set[Order] = {"dmy", "mdy", "ymd"}
        self._short = 0
        self._year_first = False
        self._dotted = False
        self._dotted_mdy = False
        self._both_ways = ""

    def see(self, text: str) -> None:
        """Takes a value of the column into account."""
        if len(text) > 60:
            return
        if len(text) >= 10 and text[4] == "-" and text[:4].isdecimal():
            self._year_first = True
            return
        parts = _seen(simple(text).removeprefix("'"))
        if parts is None:
            return
        if len(parts.first) > 2:
            self._year_first = True
            return
        readings = _readings(parts)
        orders = set(readings)
        if not orders:
            return
        self._short += 1
        clear = orders - {"ymd"}
        is_open = clear == {"dmy", "mdy"} and readings["dmy"] != readings["mdy"]
        if parts.mark == ".":
            self._dotted_mdy = self._dotted_mdy or clear == {"mdy"}
            if is_open:
                self._dotted = True
                return
        self._possible &= orders
        if is_open and not self._both_ways:
            self._both_ways = text.strip()

    @property
    def order(self) -> Order | None:
        """The order that all values agree on; None where they leave it open, or contradict each other."""
        if not self._short:
            return "ymd" if self._year_first else None
        # Year first with two digits is rare: it is meant only where nothing else can be.
        left = (self._possible - {"ymd"}) or self._possible
        if self._dotted and not self._dotted_mdy:
            # Nobody who writes points begins with the month.
            left = left & {"dmy"}
        return next(iter(left)) if len(left) == 1 else None

    @property
    def mixed(self) -> bool:
        """The values contradict each other: each is read for itself, where it is clear."""
        if not self._short:
            return False
        if not self._possible:
            return True
        return self._dotted and not self._dotted_mdy and "dmy" not in self._possible

    @property
    def both_ways(self) -> str:
        """A day that can be read two ways as long as nobody says the order; empty where there is none."""
        return self._both_ways if self.order is None else ""


def read_day(text: str, order: Order | None = None) -> dt.date | None:
    """A day; None where the cell says nothing (`0000-00-00` does not). Of a range it is the first day.

    Args:
        text: what the cell says. A time behind the day is left out.
        order: how the days of the column are written. One that can be read in no other way needs none; with points the
            day comes first unless `order` says otherwise.

    Raises:
        TwoWays: it can be read two ways, and `order` is None.
        Unread: it is no day; the message says why.
    """
    if len(text) == 10 and text[4] == "-" and text[7] == "-":
        try:
            day = dt.date.fromisoformat(text)
        except ValueError:
            pass
        else:
            if FIRST_YEAR <= day.year <= LAST_YEAR:
                return day
    found = _read(text, order)
    return None if found is None else found.day


def read_time(text: str, order: Order | None, zone: dt.tzinfo) -> dt.datetime | None:
    """A moment, aware; a bare day is its midnight in `zone`. None where the cell says nothing.

    Args:
        text: what the cell says.
        order: as `read_day` takes it.
        zone: where a time without a zone of its own was written.

    Raises:
        TwoWays: its day can be read two ways, and `order` is None.
        Unread: it is no time; the message says why.
    """
    found = _read(text, order)
    if found is None:
        return None
    if found.unknown_zone:
        raise Unread(f"“{_shown(text)}” is in a time zone that nobody here knows: {found.unknown_zone}.")
    at = dt.datetime.combine(found.day, found.time or dt.time(), found.offset or zone)
    return at + dt.timedelta(days=1) if found.next_day else at


def is_day(text: str) -> bool:
    """Whether it looks like a day: one that reads like nothing else (not a number, but `20260305`)."""
    if len(text) > 80 or text[:1] in "+@" or "@" in text or sum(c.isdigit() for c in text) < _FEWEST_DIGITS:
        return False
    line = simple(text)
    if line.isdecimal() and len(line) != 8:
        return False
    if re.fullmatch(r"\d+[.,]\d+", line):
        return False
    try:
        return _read(line, None) is not None
    except TwoWays:
        return True
    except Unread:
        return False


# --- what a text says ---------------------------------------------------------------------------------------------


def _read(text: str, order: Order | None) -> _Read | None:
    if is_blank(text):
        return None
    line = simple(text).removeprefix("'")
    if len(line) > 80:
        raise _no_day(text)
    if match := _ISO.fullmatch(line):
        year, month, day, hour, minute, second = match.groups()
        if _is_zero(year, month, day):
            return None
        time = _time_of_day(int(hour), int(minute), int(second or 0), text) if hour else _Clock()
        return _Read(_day(int(year), int(month), int(day), text), *time)
    line = _RANGE.split(line)[0].strip()
    if found := _from_digits(line, text):
        return found
    refuse_ruined(line)
    parts, clock = _figures(line), _Clock()
    if parts is None:
        line, clock = _without_time(line, text)
        parts = _figures(line)
    if parts is None:
        return _Read(_named(line, text), *clock)
    return None if _is_zero(*parts[:3]) else _Read(_from_parts(parts, order, text), *clock)


def _shown(text: str) -> str:
    line = printable(text.strip())
    return line if len(line) <= 40 else line[:39] + "…"


def _no_day(text: str, why: str = "is not a day that can be read") -> Unread:
    return Unread(f"“{_shown(text)}” {why}.")


def _is_zero(*parts: str) -> bool:
    """Whether a day is what databases write where they have none: all zeros, or the first day of the first year."""
    numbers = [int(part) for part in parts]
    return not any(numbers) or (numbers == [1, 1, 1] and any(len(part) == 4 for part in parts))


def _day(year: int, month: int, day: int, text: str) -> dt.date:
    try:
        found = dt.date(year, month, day)
    except ValueError:
        raise _no_day(text, "is not a day in the calendar") from None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _no_day(text, f"lies in the year {year}, which cannot be meant")
    return found


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < _CENTURY else 1900)


def _time_of_day(hour: int, minute: int, second: int, text: str) -> _Clock:
    if (hour, minute, second) == (24, 0, 0):
        return _Clock(dt.time(), next_day=True)
    try:
        # A leap second is the last one of its minute.
        return _Clock(dt.time(hour, minute, min(second, 59)))
    except ValueError:
        raise _no_day(text, "names a time of day that there is not") from None


# --- days in figures ----------------------------------------------------------------------------------------------


def _figures(line: str) -> _Parts | None:
    """The figures of a day that is written in nothing else, apart from its weekday."""
    if (before := _WEEKDAY_BEFORE.match(line)) and fold(before[1]) in WEEKDAYS:
        line = line[before.end() :]
    match = _NUMERIC.fullmatch(line) or _EAST_ASIAN.fullmatch(line) or _BLANKED.fullmatch(line)
    if match is None:
        return None
    first, mark, second, third = [group for group in match.groups() if group is not None]
    if len(first) == 3 or (len(third) in (1, 3) if len(first) < 4 else len(third) > 2):
        return None
    return _Parts(first, second, third, mark)


def _seen(line: str) -> _Parts | None:
    """The figures of a day, whatever time stands beside it."""
    line = _RANGE.split(line)[0].strip()
    parts = _figures(line)
    if parts is None and (begun := _BEGUN.match(line)):
        parts = _figures(begun[0])
    return parts


def _readings(parts: _Parts) -> dict[Order, dt.date]:
    """The days that figures can mean, the year not being first with four digits."""
    found: dict[Order, dt.date] = {}
    numbers = (parts.first, parts.second, parts.third)
    for order in _ORDERS:
        year, month, day = (numbers[order.index(part)] for part in "ymd")
        if len(year) not in (2, 4) or len(month) > 2 or len(day) > 2:
            continue
        try:
            found[order] = dt.date(_year(year), int(month), int(day))
        except ValueError:
            continue
    return found


def _from_parts(parts: _Parts, order: Order | None, text: str) -> dt.date:
    if len(parts.first) == 4:
        return _day(int(parts.first), int(parts.second), int(parts.third), text)
    readings = _readings(parts)
    if order is None or order not in readings:
        is_year_first = int(parts.first) > 31
        left = {day for known, day in readings.items() if known != "ymd" or is_year_first}
        if parts.mark == "." and "dmy" in readings:
            left = {readings["dmy"]}
        if len(left) > 1:
            one, other = readings["dmy"], readings["mdy"]
            raise TwoWays(
                f"“{_shown(text)}” can be read two ways: {one.day} {one:%B} or {other.day} {other:%B} {one.year}."
            )
        if not left:
            raise _no_day(text, "is not a day in the calendar")
        found = left.pop()
    else:
        found = readings[order]
    return _day(found.year, found.month, found.day, text)


def _from_digits(line: str, text: str) -> _Read | None:
    """A day without any separator: `20260305`, the days of a spreadsheet, the seconds of a computer."""
    if match := _COMPACT.fullmatch(line):
        year, month, day, hour, minute, second, zone = match.groups()
        found = _day(int(year), int(month), int(day), text) if int(line[:8]) else None
        if found is None:
            raise _no_day(text)
        clock = _time_of_day(int(hour), int(minute), int(second or 0), text) if hour else _Clock()
        offset = _zoned(_ZONE.match(zone), text).offset if zone else None
        return _Read(found, *clock._replace(offset=offset))
    if match := _SERIAL.fullmatch(line):
        days = int(match["days"])
        if not _FIRST_SERIAL <= days <= _LAST_SERIAL:
            raise _no_day(text)
        seconds = round(Decimal(f"0.{match['part'] or 0}") * 86_400)
        at = dt.datetime(1899, 12, 30) + dt.timedelta(days=days, seconds=seconds)  # noqa: DTZ001 (of no zone yet)
        return _Read(at.date(), at.time() if match["part"] else None)
    if match := _TICKS.fullmatch(line):
        ticks = match["ticks"]
        seconds = int(ticks[:10])
        if not _FIRST_TICK <= seconds <= _LAST_TICK:
            raise _no_day(text)
        at = _EPOCH + dt.timedelta(seconds=seconds, microseconds=int(f"{ticks[10:]:0<6}"))
        return _Read(at.date(), at.time(), dt.UTC)
    return None


# --- days in words, and times -------------------------------------------------------------------------------------


def _named(line: str, text: str) -> dt.date:
    """A day whose month is named."""
    folded = fold(line)
    words = _WORD.findall(folded)
    if not words or not _BETWEEN.fullmatch(_WORD.sub("", folded)):
        raise _no_day(text)
    numbers = [word for word in words if word.isdecimal()]
    names = [word for word in words if not word.isdecimal() and word not in FILLERS]
    months = [word for word in names if word in MONTHS]
    if len({MONTHS[word] for word in months}) > 1:
        # `mar. 3 avril`: a Tuesday, no March.
        months = [word for word in months if word not in WEEKDAYS]
    if len({MONTHS[word] for word in months}) != 1 or any(
        word not in MONTHS and word not in WEEKDAYS for word in names
    ):
        raise _no_day(text)
    if len(numbers) == 1:
        raise _no_day(text, "names no day" if len(numbers[0]) == 4 else "names no year")
    if len(numbers) != 2 or not all(len(number) in (1, 2, 4) for number in numbers):
        raise _no_day(text)
    day, year = numbers
    if len(day) == 4 or (len(year) < 4 and int(day) > 31):
        day, year = year, day
    if len(year) == 1 or len(day) > 2:
        raise _no_day(text)
    return _day(_year(year), MONTHS[months[0]], int(day), text)


def _without_time(line: str, text: str) -> tuple[str, _Clock]:
    """A text without the time of day in it, and that time."""
    line = _IN_BRACKETS.sub("", line)
    after_noon = None
    if match := _HALF_BEFORE.search(line):
        after_noon = not match["am"]
        line = f"{line[: match.start()]} {line[match.end() :].lstrip()}"
    for match in _TIME.finditer(line):
        is_time = match["half"] or match["clock"] or (match["minute"] and not match["point"])
        if is_time or (match["minute"] and _is_day_in_figures(line[: match.start()])):
            break
    else:
        return line, _Clock()
    hour = int(match["hour"])
    if match["half"]:
        if not 0 <= hour <= 23:
            raise _no_day(text, "names a time of day that there is not")
        after_noon = match["half"].lower() == "p"
    if after_noon is not None and hour <= 12:
        hour = hour % 12 + (12 if after_noon else 0)
    clock = _time_of_day(hour, int(match["minute"] or 0), int(match["second"] or 0), text)
    before, after = line[: match.start()], line[match.end() :]
    if before[-1:] == "T" and before[-2:-1].isdecimal():
        before = before[:-1]
    zone = _ZONE.match(after)
    if zone and not (zone["name"] and (fold(zone["name"]) in MONTHS or fold(zone["name"]) in WEEKDAYS)):
        after = after[zone.end() :]
        said = _zoned(zone, text)
        clock = clock._replace(offset=said.offset, unknown_zone=said.unknown_zone)
    return f"{before.rstrip(' ,-')} {after.lstrip(' ,-')}".strip(), clock


def _is_day_in_figures(before: str) -> bool:
    return _figures(before.rstrip(" ,")) is not None


def _zoned(match: re.Match[str] | None, text: str) -> _Clock:
    """The zone that is written behind a time."""
    if match is None or match["utc"]:
        return _Clock(offset=dt.UTC)
    if match["sign"]:
        minutes = int(match["h"]) * 60 + int(match["m"] or 0)
        if minutes >= 24 * 60:
            raise _no_day(text, "names a time zone that there is not")
        return _Clock(offset=dt.timezone(dt.timedelta(minutes=-minutes if match["sign"] == "-" else minutes)))
    if match["place"]:
        zone = zone_named(match["place"])
        return _Clock(offset=zone, unknown_zone="" if zone else match["place"])
    name = match["name"]
    if name not in _ZONES:
        return _Clock(unknown_zone=name)
    return _Clock(offset=dt.timezone(dt.timedelta(minutes=_ZONES[name])))
