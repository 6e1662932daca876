"""What a calling rule lays down, and what holds at a place, in words."""

from __future__ import annotations

import datetime as dt

from core.calling.hours import zone_info
from core.calling.rules import NO_CALLS, Rule, show_hours, show_minute
from core.calling.week import show_week
from core.calling.what_holds import Holds
from core.commands.calling_rules import region_name

_SIGNS = {"ok": "✓", "ask": "?", "no": "✗"}


def title(region: str) -> str:
    """A region as a list names it: `Everywhere`, `Alabama`, `United Kingdom`."""
    name = region_name(region).removeprefix("the ")
    return name[:1].upper() + name[1:]


def limits(rule: Rule) -> list[str]:
    """How often people may be called: `at most 3 calls in 24 hours`."""
    out = []
    if rule.daily_cap is not None:
        out.append(f"{rule.daily_cap} in 24 hours")
    if rule.gap_minutes is not None:
        out.append(f"{rule.gap_minutes} min apart")
    if rule.attempts_cap is not None:
        out.append(f"{rule.attempts_cap} without an answer")
    return out


def in_short(rule: Rule) -> str:
    """From when until when, and how often, in a line; empty where it only says something."""
    week = show_week(show_hours(rule.hours)).replace("; ", " · ")
    return " · ".join(filter(None, [week, *limits(rule)]))


def in_full(rule: Rule, *, ours: bool, shipped: bool) -> str:
    """All of a rule.

    Args:
        rule: the rule.
        ours: the organization made it.
        shipped: offhook comes with one for that region.
    """
    short = in_short(rule)
    lines = [f"{title(rule.region)}: {short or 'no hours or limits of its own'}."]
    lines += [f"Says: {notice}" for notice in rule.notices]
    lines.append(f"Source: {rule.source or 'none is given'}.")
    if ours:
        checked = f"checked on {_day(rule.checked_on)}" if rule.checked_on else "nobody has checked it"
        instead = ", in place of offhook’s" if shipped else ""
        lines.append(f"Your own{instead}; {checked}.")
    else:
        lines.append("As offhook comes with it; nobody here has checked it against its source.")
    return "\n".join(lines)


def verdict(holds: Holds, now: dt.datetime) -> str:
    """Whether somebody there may be called now, and what holds there today."""
    at, rule, said = holds
    where = at.name[:1].upper() + at.name[1:]
    times = ", ".join(dict.fromkeys(f"{now.astimezone(zone_info(zone)):%a %H:%M}" for zone in at.zones[:4]))
    head = f"{where}: they may be called now ({times} there)." if said.kind == "ok" else said.reason
    head = f"{_SIGNS[said.kind]} {head}"
    today = now.astimezone(zone_info(at.zones[0])).date()
    windows = ", ".join(f"{show_minute(a)}–{show_minute(b)}" for a, b in rule.windows(today)) or NO_CALLS
    caps = limits(Rule("", (), rule.daily_cap, rule.gap_minutes, rule.attempts_cap))
    return "\n".join([head, " · ".join([f"Today there {windows}", *caps]), *rule.notices])


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%b %Y}"
