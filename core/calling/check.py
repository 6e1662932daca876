"""Whether somebody may be called now, and if not why and from when, in a rep's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from core.calling.holidays import holiday
from core.calling.hours import Spot, allowed, next_allowed, zone_info
from core.calling.places import city_of
from core.calling.rules import PlaceRule, Rulebook, effective_rules, show_minute
from core.calling.rules_data import MOBILE_NOTICE
from core.calling.zones import NUMBER, Where, Zones, same_clock, zones_of
from core.catalog import Catalog
from core.points import good_numbers
from core.when import show_when

if TYPE_CHECKING:
    from core.workspace import Callee

_DAY = dt.timedelta(days=1)
_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
_PERSONAL = ("mobile", "home")


Cause = Literal["", "do not call", "no number", "held", "attempts", "daily cap", "gap", "hours", "place"]


class Verdict(NamedTuple):
    """What a rep is told before they call."""

    kind: Literal["ok", "ask", "no"]
    """ask: nobody knows where they are, so the rep decides."""
    reason: str
    """Why not, or what to decide; empty where all is well."""
    until: dt.datetime | None
    """For a no: when it will be allowed, as far as is known today; None: not by waiting."""
    notices: tuple[str, ...]
    """What the law wants minded there."""
    cause: Cause = ""
    """What stands against it, for a program to go by; empty where nothing does."""


class _Wait(NamedTuple):
    """Why it has to wait, whatever the hour is."""

    until: dt.datetime
    cause: Cause
    reason: str


def check(
    callee: Callee,
    now: dt.datetime,
    *,
    catalog: Catalog,
    number: str = "",
    zone: dt.tzinfo | None = None,
    agreed: bool = False,
) -> Verdict:
    """Whether somebody may be called now.

    Args:
        callee: who, as the workspace has read them just now.
        now: the current time, aware.
        catalog: the organization's set-up, with its rules.
        number: the number that will be dialled; empty: their first good one.
        zone: where the rep is, so that times can be said by the rep's clock too; None: by the clock there alone.
        agreed: the call was agreed on, or the rep has put it at this time: the organization's own gap between two calls
            and its limit of attempts do not hold it up. The law's hours and limits still do.
    """
    if callee.do_not_call:
        return Verdict("no", f"{callee.name} must not be called.", None, (), "do not call")
    dialled, why_not = _dialled(callee, number)
    if why_not:
        return Verdict("no", why_not, None, (), "no number")
    where = zones_of(callee, dialled.get("value", ""), catalog.organization.country)
    rulebook = effective_rules(catalog)
    rules = _rules(where, rulebook)
    notices = _notices(rules, dialled, where)
    attempts = min((rule.attempts_cap for rule in rules if rule.attempts_cap is not None), default=None)
    if attempts is not None and callee.attempts >= attempts and not agreed:
        tried = _times(callee.attempts)
        return Verdict(
            "no", f"Tried {tried} without an answer; the limit is {attempts}.", None, notices, "attempts"
        )
    spots = tuple(
        (name, rule) for at, rule in zip(where.places, rules, strict=False) for name in at.place.zones
    )
    waits = _waits(callee, now, rules, agreed=agreed)
    closed = [index for index, spot in enumerate(spots) if not allowed(now, spot)]
    if not waits and not closed:
        return _known(where, notices)
    cause: Cause
    soonest = max([now, *(wait.until for wait in waits)])
    until = next_allowed(soonest, spots)
    if waits:
        # The one that lasts longest says it best.
        longest = max(waits)
        cause, reason = longest.cause, longest.reason
        from_when = _from(until, now, where.best, zone)
    else:
        index = max(closed, key=lambda index: next_allowed(now, (spots[index],)) or _NEVER)
        cause, reason = "hours", _why_closed(now, spots[index], _place_of_spot(where, index), where)
        from_when = _from(until, now, spots[index][0], zone)
    return Verdict("no", f"{reason}{from_when}", until, notices, cause)


# --- what is asked, in order --------------------------------------------------------------------------------------


def _dialled(callee: Callee, number: str) -> tuple[Mapping[str, str], str]:
    """The number to dial with its label, or why there is none."""
    if not number:
        good = good_numbers(callee.phones)
        if good:
            return good[0], ""
        known = "All numbers of {} are marked as bad." if callee.phones else "No phone number of {} is known."
        return {}, known.format(callee.name)
    item = next((phone for phone in callee.phones if phone["value"] == number), {"value": number})
    bad = item.get("bad")
    return item, f"This number is marked: {bad}." if bad else ""


def _rules(where: Zones, rulebook: Rulebook) -> tuple[PlaceRule, ...]:
    """The rules of each place, or those that hold where no place is known."""
    found = tuple(rulebook.at(at.place.country, at.place.region) for at in where.places)
    return found or (rulebook.at(""),)


def _notices(rules: tuple[PlaceRule, ...], dialled: Mapping[str, str], where: Zones) -> tuple[str, ...]:
    found = dict.fromkeys(notice for rule in rules for notice in rule.notices)
    american = any(at.place.country == "US" for at in where.places)
    if american and dialled.get("label") in _PERSONAL:
        found[MOBILE_NOTICE] = None
    return tuple(found)


def _waits(callee: Callee, now: dt.datetime, rules: tuple[PlaceRule, ...], *, agreed: bool) -> list[_Wait]:
    found = []
    if callee.held_by and callee.held_until is not None:
        until = _instant(callee.held_until)
        if until > now:
            found.append(_Wait(until, "held", f"{callee.held_by} is calling them."))
    cap = min((rule.daily_cap for rule in rules if rule.daily_cap is not None), default=None)
    today = sorted((_instant(at) for at in callee.calls_today if _instant(at) > now - _DAY), reverse=True)
    if cap is not None and len(today) >= cap:
        # The one whose turn it is to fall out of the 24 hours, so that one more fits in.
        until = today[cap - 1] + _DAY if cap else now + _DAY
        found.append(
            _Wait(until, "daily cap", f"Called {_times(len(today))} in 24 hours; the limit is {cap}.")
        )
    gap = max((rule.gap_minutes for rule in rules if rule.gap_minutes is not None), default=None)
    times = (callee.last_call_at, callee.last_attempt_at)
    latest = max((_instant(at) for at in times if at is not None), default=None)
    if gap and latest is not None and not agreed and latest <= now < latest + dt.timedelta(minutes=gap):
        found.append(_Wait(latest + dt.timedelta(minutes=gap), "gap", f"Called {_ago(now - latest)}."))
    return found


def _known(where: Zones, notices: tuple[str, ...]) -> Verdict:
    if where.all:
        return Verdict("ok", "", None, notices)
    reason = "Nobody knows where they are: no time zone, address or number says it. Is it a good time there?"
    return Verdict("ask", reason, None, notices, "place")


# --- in words -----------------------------------------------------------------------------------------------------


def _place_of_spot(where: Zones, index: int) -> Where:
    for at in where.places:
        if index < len(at.place.zones):
            return at
        index -= len(at.place.zones)
    raise IndexError(index)


def _why_closed(now: dt.datetime, spot: Spot, at: Where, where: Zones) -> str:
    """Why calls are not allowed at a spot: `Too early in Florida: 07:42 there.`, as a sentence."""
    zone, rule = spot
    local = now.astimezone(zone_info(zone))
    name = at.place.name
    if any(not same_clock(zone, other) for other in at.place.zones):
        name = f"part of {name} ({city_of(zone)} time)"
    if at.source == NUMBER and len(where.places) > 1:
        name = f"{name}, where the number is from"
    windows = rule.windows(local.date())
    if not windows:
        day = holiday(rule.country, local.date()) if rule.days[local.weekday()] else ""
        return f"No calls in {name} on {day or f'a {local:%A}'}."
    minute = local.hour * 60 + local.minute
    if minute < windows[0][0]:
        word = "Too early"
    elif minute >= windows[-1][1]:
        word = "Too late"
    else:
        before = max(end for _, end in windows if end <= minute)
        return f"No calls in {name} from {show_minute(before)}: {local:%H:%M} there."
    return f"{word} in {name}: {local:%H:%M} there."


def _from(until: dt.datetime | None, now: dt.datetime, there: str, zone: dt.tzinfo | None) -> str:
    """The sentence after it, with its blank: ` From 08:00, that is 14:00 here.`, or nothing."""
    if until is None:
        return ""
    theirs = _clock(until, now, zone_info(there)) if there else ""
    mine = _clock(until, now, zone) if zone else ""
    if not theirs or not mine or theirs == mine:
        return f" From {theirs or mine}." if theirs or mine else ""
    return f" From {theirs}, that is {mine} here."


def _clock(at: dt.datetime, now: dt.datetime, zone: dt.tzinfo) -> str:
    # A rep may call from a minute on that has begun: seconds are rounded up.
    whole = (
        at
        if at.second == at.microsecond == 0
        else at.replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
    )
    return show_when(whole, all_day=False, now=now, zone=zone).removeprefix("today ")


def _ago(span: dt.timedelta) -> str:
    minutes = int(span.total_seconds()) // 60
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} minute{'s' if minutes > 1 else ''} ago"
    hours = minutes // 60
    return f"{hours} hour{'s' if hours > 1 else ''} ago"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _instant(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
