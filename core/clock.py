"""Clocks: time zones by their names, and when a day ends by them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo


def zone_named(name: str) -> ZoneInfo | None:
    """The time zone of an IANA name; None where it is none, or this machine does not know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def end_of_day(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """The last second of a day: when a task is due for which only the day counts."""
    return dt.datetime.combine(day, dt.time(23, 59, 59), zone)
