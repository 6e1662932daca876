"""When calls are allowed at several places at once, to the second, whatever the clocks do in between."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.calling.rules import PlaceRule

_DAY = dt.timedelta(days=1)
_SEARCHED = 35
"""Days after which calls are taken to be never allowed: every day of the week and a holiday or two were among them."""

Spot = tuple[str, PlaceRule]
"""A time zone and what holds there."""
_Spans = list[tuple[dt.datetime, dt.datetime]]


@lru_cache(maxsize=1024)
def zone_info(zone: str) -> ZoneInfo:
    """The zone of that name, which must be known."""
    return ZoneInfo(zone)


def allowed(at: dt.datetime, spot: Spot) -> bool:
    """Whether somebody there may be called at that time."""
    zone, rule = spot
    local = at.astimezone(zone_info(zone))
    minute = local.hour * 60 + local.minute
    return any(start <= minute < end for start, end in rule.windows(local.date()))


@lru_cache(maxsize=4096)
def next_allowed(at: dt.datetime, spots: tuple[Spot, ...]) -> dt.datetime | None:
    """The first time from `at` on at which calls are allowed at all spots; None: there is none in the weeks to come.

    Args:
        at: aware.
        spots: where the person may be.
    """
    begin = at.astimezone(dt.UTC)
    for _ in range(_SEARCHED):
        end = begin + _DAY
        spans: _Spans = [(begin, end)]
        for spot in spots:
            spans = _both(spans, _spans(spot, begin, end))
            if not spans:
                break
        if spans:
            return spans[0][0]
        begin = end
    return None


def _both(ones: _Spans, others: _Spans) -> _Spans:
    return [(max(a, c), min(b, d)) for a, b in ones for c, d in others if max(a, c) < min(b, d)]


def _spans(spot: Spot, begin: dt.datetime, end: dt.datetime) -> _Spans:
    """When calls are allowed there between two times that are a day apart at most, in UTC."""
    zone, rule = spot
    info = zone_info(zone)
    found: _Spans = []
    for start, stop in _steady(info, begin, end):
        offset = _offset(info, start)
        day = (start + offset).date()
        last = (stop + offset).date()
        while day <= last:
            midnight = dt.datetime.combine(day, dt.time(), dt.UTC) - offset
            for first, until in rule.windows(day):
                a = max(start, midnight + dt.timedelta(minutes=first))
                b = min(stop, midnight + dt.timedelta(minutes=until))
                if a < b:
                    found.append((a, b))
            day += dt.timedelta(days=1)
    return found


def _steady(info: ZoneInfo, begin: dt.datetime, end: dt.datetime) -> _Spans:
    """The time between, cut where the clocks are changed (once at most in a day)."""
    before = _offset(info, begin)
    if before == _offset(info, end):
        return [(begin, end)]
    # The second at which the offset changes.
    low, high = 0, int((end - begin).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(info, begin + dt.timedelta(seconds=middle)) == before:
            low = middle
        else:
            high = middle
    change = begin.replace(microsecond=0) + dt.timedelta(seconds=high)
    return [(begin, change), (change, end)]


def _offset(info: ZoneInfo, at: dt.datetime) -> dt.timedelta:
    offset = at.astimezone(info).utcoffset()
    assert offset is not None
    return offset
