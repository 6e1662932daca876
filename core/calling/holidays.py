"""Public holidays, worked out for any year, where a rule on calling names them."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

_MON, _THU = 0, 3


@lru_cache(maxsize=256)
def holidays(country: str, year: int) -> dict[dt.date, str]:
    """The public holidays of a year that rules on calling mean, with the days on which they are observed.

    United States: the federal ones (5 U.S.C. 6103). Australia: the national ones. Of other countries none are known.
    """
    if country == "US":
        # A New Year’s Day that is a Saturday is observed in the year before.
        around = {**_us_observed(year), **_us_observed(year + 1)}
        return {day: name for day, name in around.items() if day.year == year}
    return _au(year) if country == "AU" else {}


def holiday(country: str, day: dt.date) -> str:
    """The name of the public holiday on that day, or empty."""
    return holidays(country, day.year).get(day, "")


def _us(year: int) -> dict[dt.date, str]:
    days = {
        dt.date(year, 1, 1): "New Year’s Day",
        _nth(year, 1, _MON, 3): "Martin Luther King Day",
        _nth(year, 2, _MON, 3): "Washington’s Birthday",
        _nth(year, 6, _MON, 1) - dt.timedelta(days=7): "Memorial Day",
        dt.date(year, 7, 4): "Independence Day",
        _nth(year, 9, _MON, 1): "Labor Day",
        _nth(year, 10, _MON, 2): "Columbus Day",
        dt.date(year, 11, 11): "Veterans Day",
        _nth(year, 11, _THU, 4): "Thanksgiving Day",
        dt.date(year, 12, 25): "Christmas Day",
    }
    if year >= 2021:
        days[dt.date(year, 6, 19)] = "Juneteenth"
    return days


def _us_observed(year: int) -> dict[dt.date, str]:
    """With the Friday before a Saturday and the Monday after a Sunday: the day itself stays one, too."""
    days = _us(year)
    for day, name in list(days.items()):
        shift = {5: -1, 6: 1}.get(day.weekday(), 0)
        if shift:
            days.setdefault(day + dt.timedelta(days=shift), f"{name} (observed)")
    return days


def _au(year: int) -> dict[dt.date, str]:
    easter = easter_sunday(year)
    days = {
        dt.date(year, 1, 1): "New Year’s Day",
        dt.date(year, 1, 26): "Australia Day",
        easter - dt.timedelta(days=2): "Good Friday",
        easter + dt.timedelta(days=1): "Easter Monday",
        dt.date(year, 4, 25): "Anzac Day",
        dt.date(year, 12, 25): "Christmas Day",
        dt.date(year, 12, 26): "Boxing Day",
    }
    for day, name in list(days.items()):
        if day.weekday() >= 5:
            instead = day
            while instead.weekday() >= 5 or instead in days:
                instead += dt.timedelta(days=1)
            days[instead] = f"{name} (observed)"
    return days


def _nth(year: int, month: int, weekday: int, n: int) -> dt.date:
    """The nth such weekday of a month."""
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))


def easter_sunday(year: int) -> dt.date:
    """Easter Sunday of the western churches (the anonymous Gregorian algorithm)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return dt.date(year, month, day + 1)
