"""What comes after a call: when the next try is (`30 min`, `1 business day`, `3 months` on), and who expects to be called."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass

from core.clock import end_of_day
from core.days import months_on, weekdays_on
from core.entities import Task
from core.errors import Invalid
from core.text import clean_line

_UNITS = {
    "min": "minutes",
    "minute": "minutes",
    "hour": "hours",
    "business day": "business days",
    "day": "days",
    "week": "weeks",
    "month": "months",
}
_LONGEST = 3650
"""Days that a follow-up may lie ahead; a task further away is not meant."""
_DAYS_IN = {"minutes": 1 / 1440, "hours": 1 / 24, "business days": 1.4, "days": 1, "weeks": 7, "months": 31}
_HOURS = (dt.time(10), dt.time(16), dt.time(11, 30), dt.time(14, 30))
"""When people are tried again, one after the other: who did not answer at one hour may answer at another."""
RETRY_PRIORITY = "low"
"""Of a task to call again who was not reached: whoever was promised a call comes first."""


def is_callback(task: Task) -> bool:
    """Whether somebody expects to be called at the time of the task; nobody expects to be tried again."""
    return task.kind == "call" and not task.all_day and task.priority != RETRY_PRIORITY


@dataclass(frozen=True, slots=True)
class Span:
    """How long until something: a number of minutes, hours, business days, days, weeks or months."""

    count: int
    unit: str

    @property
    def is_short(self) -> bool:
        """Whether it is reckoned by the clock and not by the calendar."""
        return self.unit in ("minutes", "hours")


def parse_span(text: str) -> Span:
    """Reads how long until a follow-up.

    Raises:
        Invalid: it is none of the forms there are.
    """
    typed = clean_line(text).lower()
    match = re.fullmatch(rf"(\d{{1,4}}) ({'|'.join(_UNITS)})s?", typed)
    if match is None or not int(match[1]):
        raise Invalid(
            {"follow_up": f"“{typed[:40]}” is no time span. Try 30 min, 1 business day, 2 weeks or 3 months."}
        )
    span = Span(int(match[1]), _UNITS[match[2]])
    if span.count * _DAYS_IN[span.unit] > _LONGEST:
        raise Invalid({"follow_up": f"{typed.capitalize()} is too far away to be meant."})
    return span


def next_try(
    span: Span,
    called_at: dt.datetime,
    zone: dt.tzinfo,
    *,
    opens: Callable[[dt.datetime], dt.datetime] = lambda at: at,
) -> dt.datetime:
    """When to call again who was not reached.

    After days, at another hour than this time and than the times before; on a working day.

    Args:
        span: how long from now.
        called_at: when they were called.
        zone: where they are.
        opens: the first time from a given one on at which they may be called.
    """
    if span.is_short:
        after = called_at + dt.timedelta(**{span.unit: span.count})
        return opens(after.replace(second=0, microsecond=0))
    local = called_at.astimezone(zone)
    day = _day(span, local.date())
    return opens(dt.datetime.combine(day, _other_hour(local.time()), zone).astimezone(dt.UTC))


def due_day(span: Span, now: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The end of the working day on which something is to be done.

    Args:
        span: how long from now; one by the clock means today.
        now: the current time.
        zone: where the person is who does it.
    """
    today = now.astimezone(zone).date()
    day = today if span.is_short else _day(span, today)
    return end_of_day(day, zone).astimezone(dt.UTC)


def _day(span: Span, today: dt.date) -> dt.date:
    if span.unit == "business days":
        return weekdays_on(today, span.count)
    if span.unit == "months":
        day = months_on(today, span.count)
    else:
        day = today + dt.timedelta(days=span.count * (7 if span.unit == "weeks" else 1))
    return day if day.weekday() < 5 else weekdays_on(day, 1)


def _other_hour(time: dt.time) -> dt.time:
    """The hour after the one nearest to a time, in the order in which they are tried."""

    def far(hour: dt.time) -> int:
        return abs((hour.hour - time.hour) * 60 + hour.minute - time.minute)

    nearest = _HOURS.index(min(_HOURS, key=far))
    return _HOURS[(nearest + 1) % len(_HOURS)]
