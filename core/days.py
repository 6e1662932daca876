"""Reckoning with days of the calendar."""

from __future__ import annotations

import calendar
import datetime as dt


def months_on(day: dt.date, months: int, *, keep_last: bool = False) -> dt.date:
    """The same day of another month, or that month's last one where it has no such day.

    Args:
        day: the day.
        months: how many months on; back, where it is negative.
        keep_last: the last day of a month leads to the last day of the other one, however long that is.

    Raises:
        ValueError: there is no such year.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    last = calendar.monthrange(year, month)[1]
    is_last = keep_last and day.day == calendar.monthrange(day.year, day.month)[1]
    return dt.date(year, month, last if is_last else min(day.day, last))


def weekdays_on(day: dt.date, count: int) -> dt.date:
    """The day so many days from Monday to Friday after another one, which may lie on a weekend."""
    if day.weekday() > 4:
        day -= dt.timedelta(days=day.weekday() - 4)
    weeks, rest = divmod(day.weekday() + count, 5)
    return day + dt.timedelta(days=7 * weeks + rest - day.weekday())
