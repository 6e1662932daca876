"""When, and how often, people of a place may be called: the rules offhook comes with, and what an organization made of them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.calling.holidays import holiday
from core.calling.rules_data import SHIPPED_RULES, Shipped, default_hours
from core.catalog import Catalog
from core.entities import CallingRule
from core.errors import Invalid

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday")
"""The keys of `CallingRule.hours`."""
HOLIDAY = 7
"""Where the hours of a public holiday stand in `Rule.hours`."""
EVERYWHERE = "*"
NO_CALLS = "no calls"
"""What people write for the hours of a day without any."""

Windows = tuple[tuple[int, int], ...]
"""From when until when (not included) calls are allowed on a day, in minutes since its midnight, in order; none: no calls."""

ALL_DAY: Windows = ((0, 1440),)
_SPAN = re.compile(r"(\d{1,2}):(\d\d) ?[-–] ?(\d{1,2}):(\d\d)")
_DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "a holiday")


def parse_hours(hours: Mapping[str, str]) -> tuple[Windows | None, ...]:
    """`{"mon": "08:00-12:00, 14:00-20:00", "sun": ""}` as `Rule.hours`.

    Raises:
        Invalid: a day that there is not, or hours that cannot be read; the message says which.
    """
    unknown = next((day for day in hours if day not in DAYS), None)
    if unknown is not None:
        raise Invalid({"hours": f"“{unknown[:20]}” is not a day. Take {', '.join(DAYS)}."})
    return tuple(
        _parse_windows(hours[day], index) if day in hours else None for index, day in enumerate(DAYS)
    )


def show_hours(hours: tuple[Windows | None, ...]) -> dict[str, str]:
    """`Rule.hours` as `CallingRule.hours` holds them."""
    return {
        day: ", ".join(f"{show_minute(start)}-{show_minute(end)}" for start, end in windows)
        for day, windows in zip(DAYS, hours, strict=True)
        if windows is not None
    }


def show_minute(minute: int) -> str:
    """A minute of the day as a clock shows it: 480 → `08:00`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _parse_windows(text: str, day: int) -> Windows:
    found: list[tuple[int, int]] = []
    if " ".join(text.split()).lower() == NO_CALLS:
        return ()
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        match = _SPAN.fullmatch(part)
        hours = [int(group) for group in match.groups()] if match else [0, 60, 0, 0]
        start, end = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
        if hours[1] > 59 or hours[3] > 59 or not 0 <= start < end <= 1440:
            raise Invalid(
                {"hours": f"“{part[:30]}” on {_DAY_NAMES[day]} are no hours. Write 08:00-21:00 or no calls."}
            )
        found.append((start, end))
    return _joined(found)


def _joined(windows: Iterable[tuple[int, int]]) -> Windows:
    """In order, and those that touch as one."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(windows):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def intersect(one: Windows, other: Windows) -> Windows:
    """The times that lie in a window of both."""
    return tuple(
        (max(a, c), min(b, d)) for a, b in one for c, d in other if max(a, c) < min(b, d)
    )  # both are in order, and so is this


@dataclass(frozen=True, slots=True)
class Rule:
    """What is laid down for one region.

    Attributes:
        region: `*`, `US`, `US-AL`, …
        hours: the windows of Monday to Sunday and of public holidays. None: this rule says nothing of that day; of a
            holiday, that it is a day like any other.
        daily_cap: the most calls to one person in 24 hours; None: no limit.
        gap_minutes: the least time between two calls to one person; None: none.
        attempts_cap: after how many unanswered calls a contact leaves the queues; None: never.
        notices: what a rep is told before they call there.
        source: where the rule is written.
        checked_on: when somebody of the organization last compared it with its source; None: nobody has.
    """

    region: str
    hours: tuple[Windows | None, ...] = (None,) * len(DAYS)
    daily_cap: int | None = None
    gap_minutes: int | None = None
    attempts_cap: int | None = None
    notices: tuple[str, ...] = ()
    source: str = ""
    checked_on: dt.date | None = None

    @property
    def says_hours(self) -> bool:
        """Whether it says from when until when people may be called, on any day."""
        return any(windows is not None for windows in self.hours)

    def windows(self, weekday: int, *, on_holiday: bool) -> Windows | None:
        """The windows of a day (0 is Monday); None: nothing is said of it."""
        found = self.hours[HOLIDAY] if on_holiday else None
        return self.hours[weekday] if found is None else found


@dataclass(frozen=True, slots=True, eq=False)
class PlaceRule:
    """What holds at a place: only what each of its rules allows.

    Attributes:
        days: the windows of Monday to Sunday.
        on_holidays: those of a Monday to Sunday that is a public holiday.
        country: whose public holidays count.
        daily_cap: the least of the rules'.
        gap_minutes: the longest of the rules'.
        attempts_cap: the least of the rules'.
        notices: those of all rules.
        rules: where each of these is written.
    """

    days: tuple[Windows, ...]
    on_holidays: tuple[Windows, ...]
    country: str
    daily_cap: int | None
    gap_minutes: int | None
    attempts_cap: int | None
    notices: tuple[str, ...]
    rules: tuple[Rule, ...]

    def windows(self, day: dt.date) -> Windows:
        """When calls are allowed on that day, by the clock of the place."""
        found = self.on_holidays if holiday(self.country, day) else self.days
        return found[day.weekday()]


class Rulebook:
    """All rules of an organization: those it made, and offhook's for the regions where it made none."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self.rules = dict(rules)
        """By region."""
        self._at: dict[tuple[str, str], PlaceRule] = {}

    def at(self, country: str, region: str = "") -> PlaceRule:
        """What holds at a place: the rules of its state, its country and everywhere, the strictest of each.

        Args:
            country: ISO 3166 alpha-2; empty where it is not known.
            region: the state's code, or empty.
        """
        found = self._at.get((country, region))
        if found is None:
            found = self._at[country, region] = self._strictest(country, region)
        return found

    def _strictest(self, country: str, region: str) -> PlaceRule:
        regions = (EVERYWHERE, country, f"{country}-{region}" if region else "")
        rules = [self.rules[name] for name in regions if name in self.rules]
        # Where neither the organization nor the country says any hours, ours hold: nobody is called at night.
        if not any(rule.says_hours for rule in rules if "-" not in rule.region):
            rules.insert(0, _from_shipped(EVERYWHERE, default_hours(country)))
        return PlaceRule(
            days=_week(rules, on_holiday=False),
            on_holidays=_week(rules, on_holiday=True),
            country=country,
            daily_cap=_least(rule.daily_cap for rule in rules),
            gap_minutes=max(
                (rule.gap_minutes for rule in rules if rule.gap_minutes is not None), default=None
            ),
            attempts_cap=_least(rule.attempts_cap for rule in rules),
            notices=tuple(dict.fromkeys(notice for rule in rules for notice in rule.notices)),
            rules=tuple(rules),
        )


def _from_shipped(region: str, row: Shipped) -> Rule:
    return Rule(
        region=region,
        hours=parse_hours(row.hours),
        daily_cap=row.daily_cap,
        gap_minutes=row.gap_minutes,
        notices=row.notices,
        source=row.source,
    )


SHIPPED: dict[str, Rule] = {region: _from_shipped(region, row) for region, row in SHIPPED_RULES.items()}
"""The rules that offhook comes with, by region."""


def effective_rules(catalog: Catalog) -> Rulebook:
    """The rules that hold for an organization: one that it stored takes the place of offhook's for that region."""
    return _rulebook(catalog.calling_rules)


_latest: tuple[tuple[CallingRule, ...], Rulebook] | None = None


def _rulebook(stored: tuple[CallingRule, ...]) -> Rulebook:
    """The book for these rules; the last one is kept, since it is asked for with every contact of a queue."""
    global _latest  # noqa: PLW0603 (one pair, replaced as a whole: threads see the old one or the new one)
    latest = _latest
    if latest is None or latest[0] is not stored:
        rules = dict(SHIPPED)
        # Two people may have stored one region at the same moment: the lowest id counts, so it is put down last.
        for record in sorted(stored, key=lambda rule: rule.id, reverse=True):
            region = region_key(record.region)
            rules[region] = _from_record(record, region, SHIPPED.get(region))
        latest = _latest = (stored, Rulebook(rules))
    return latest[1]


def region_key(typed: str) -> str:
    """A region as rules name it: `us-fl` → `US-FL`, `UK` → `GB`."""
    key = typed.strip().upper()
    return "GB" if key == "UK" else key


def _from_record(record: CallingRule, region: str, shipped: Rule | None) -> Rule:
    try:
        hours = parse_hours(record.hours)
    except Invalid:
        # Written by another program. What offhook ships for the region is the law as far as it knows.
        hours = shipped.hours if shipped else Rule(region).hours
    return Rule(
        region=region,
        hours=hours,
        daily_cap=record.daily_cap,
        gap_minutes=record.gap_minutes,
        attempts_cap=record.attempts_cap,
        notices=tuple(filter(None, (line.strip() for line in record.notice.splitlines()))),
        source=record.source,
        checked_on=record.checked_on,
    )


def _week(rules: Iterable[Rule], *, on_holiday: bool) -> tuple[Windows, ...]:
    days = [ALL_DAY] * 7
    for rule in rules:
        for weekday in range(7):
            windows = rule.windows(weekday, on_holiday=on_holiday)
            if windows is not None:
                days[weekday] = intersect(days[weekday], windows)
    return tuple(days)


def _least(values: Iterable[int | None]) -> int | None:
    return min((value for value in values if value is not None), default=None)
