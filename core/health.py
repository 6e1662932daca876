"""How a deal or contact is doing: when it wants something next, and whether it has gone stale."""

from __future__ import annotations

import datetime as dt
from enum import IntEnum

DAY = 86_400


class Next(IntEnum):
    """When the next activity is due; in the order in which a rep wants to see it."""

    OVERDUE = 0
    TODAY = 1
    NONE = 2
    """Nothing planned: somebody has to decide what happens here."""
    FUTURE = 3


def end_of_today(now: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The first instant of tomorrow in the viewer's zone."""
    today = now.astimezone(zone).date()
    return dt.datetime.combine(today + dt.timedelta(days=1), dt.time(), zone)


def next_state(next_task_at: float | None, now: float, tomorrow: float) -> Next:
    """The state of a record's next task.

    Args:
        next_task_at: when the earliest open task is due, in seconds since the epoch; None: there is none.
        now: the current time, in seconds since the epoch.
        tomorrow: the first second of tomorrow where the viewer is (see `end_of_today`).
    """
    if next_task_at is None:
        return Next.NONE
    if next_task_at < now:
        return Next.OVERDUE
    return Next.TODAY if next_task_at < tomorrow else Next.FUTURE


def is_stale(stage_since: float, last_activity_at: float | None, stale_days: int | None, now: float) -> bool:
    """Whether nothing has happened to a deal for longer than its stage allows (times in seconds since the epoch)."""
    if stale_days is None:
        return False
    return now - max(stage_since, last_activity_at or 0) > stale_days * DAY
