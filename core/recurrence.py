"""Tasks that come again: when the next one is due."""

from __future__ import annotations

import datetime as dt

from core.clock import end_of_day
from core.days import months_on, weekdays_on

RECURRENCES = (
    "every day",
    "every weekday",
    "every week",
    "every 2 weeks",
    "every month",
    "every 3 months",
    "every year",
)
"""How often a task can come again."""
_DAYS = {"every day": 1, "every week": 7, "every 2 weeks": 14}
_MONTHS = {"every month": 1, "every 3 months": 3, "every year": 12}


def next_due(
    due_at: dt.datetime, recurrence: str, now: dt.datetime, zone: dt.tzinfo, *, all_day: bool = False
) -> dt.datetime:
    """When a task that was ticked off is due again: at the same time of the clock, and never in the past.

    What was due on the last day of a month is due on the last day of another one, however long that is.

    Args:
        due_at: when the task was due; aware.
        recurrence: one of `RECURRENCES`.
        now: when it was ticked off; what was long overdue comes next after this, not once for every time missed.
        zone: where the person is who does it: their clock counts, also over a change to summer time.
        all_day: only the day counts; the day of `now` is not over then.

    Returns:
        The time, in UTC.
    """
    local = due_at.astimezone(zone)
    steps = 0
    while True:
        steps += 1
        day = _on(local.date(), recurrence, steps)
        # A time that a change to summer time leaves out lies behind the gap.
        at = end_of_day(day, zone) if all_day else dt.datetime.combine(day, local.time(), zone)
        found = at.astimezone(dt.UTC)
        if found > now:
            return found
        # Years of every day are skipped at once; the weekend is looked at step by step.
        missed = (now - found).days
        if recurrence in _DAYS:
            steps += max(0, missed // _DAYS[recurrence] - 1)


def _on(day: dt.date, recurrence: str, steps: int) -> dt.date:
    """The day that is so many steps after another one."""
    if recurrence in _DAYS:
        return day + dt.timedelta(days=_DAYS[recurrence] * steps)
    if recurrence == "every weekday":
        return weekdays_on(day, steps)
    return months_on(day, _MONTHS[recurrence] * steps, keep_last=True)
