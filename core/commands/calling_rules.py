"""Commands by which people shape when, and how often, who may be called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.calling.places import country_named, place
from core.calling.rules import DAYS, EVERYWHERE, SHIPPED, parse_hours, show_hours
from core.catalog import Catalog
from core.commands.base import (
    Command,
    Context,
    Decision,
    Seen,
    delete,
    effective,
    insert,
    only,
    update,
    written,
)
from core.commands.checks import Checks
from core.entities import CallingRule
from core.errors import Invalid, NotFound
from core.ids import new_id
from core.permissions import require_role
from core.schema import fields_of
from core.text import clean_line, fold

_FIELDS = tuple(name for name in written(CallingRule) if name != "region")
_MOST = {"daily_cap": 1000, "gap_minutes": 100_000, "attempts_cap": 1000}
"""The highest number of each, to tell what is meant from what was mistyped."""


@dataclass(frozen=True, kw_only=True)
class SaveCallingRule(Command):
    """Changes when, and how often, people of a region may be called.

    Attributes:
        region: `*` for everywhere, a country (GB), or a part of one (US-AL, Alabama).
        values: the fields to change; `hours` of all days, or of one alone as `hours.sun`.
        expected: the values that were on the user's screen.
    """

    NAME: ClassVar[str] = "save_calling_rule"
    region: str
    values: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)
    rule_id: str = field(default_factory=new_id)

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin", "manager")
        only(self.values, _FIELDS, CallingRule.LABEL)
        region = clean_region(self.region, catalog)
        held = stored_rule(catalog, region)
        values = _rule_values(self.values)
        if held is None:
            # What offhook comes with is in no store: from now on the organization has its own.
            shipped = _shipped(region)
            whole = {**shipped, **_with_hours(values, shipped.get("hours", {})), "region": region}
            change = insert(CallingRule, self.rule_id, whole)
            return Decision(
                f"Made the calling rule for {region_name(region)}", (change,), "calling_rule.made"
            )
        change = update(held, _by_day(values, held), _by_day(self.expected, held))
        return Decision(
            f"Edited the calling rule for {region_name(region)}", effective(change), "calling_rule.edited"
        )


@dataclass(frozen=True, kw_only=True)
class DeleteCallingRule(Command):
    """Takes an organization's own rule for a region away: what offhook comes with holds there again, if anything does."""

    NAME: ClassVar[str] = "delete_calling_rule"
    region: str

    def decide(self, seen: Seen, context: Context) -> Decision:
        catalog = context.catalog
        require_role(catalog, "admin", "manager")
        region = clean_region(self.region, catalog)
        stored = [rule for rule in catalog.calling_rules if rule.region == region]
        if not stored:
            raise NotFound(f"You have no calling rule of your own for {region_name(region)}.")
        changes = tuple(delete(rule, context.now, relies_on=written(CallingRule)) for rule in stored)
        return Decision(
            f"Deleted the calling rule for {region_name(region)}", changes, "calling_rule.deleted"
        )


def clean_region(typed: str, catalog: Catalog) -> str:
    """A region as rules name it: `*`, `GB`, `US-AL`.

    Args:
        typed: as people write it: everywhere, UK, us-al, Alabama.
        catalog: the set-up; states are first looked for in the organization's own country.

    Raises:
        Invalid: there is no such region, or none that rules tell apart.
    """
    text = clean_line(typed)
    if text == EVERYWHERE or fold(text) == "everywhere":
        return EVERYWHERE
    country, _, part = text.partition("-")
    found = place(country, part) if len(country) == 2 else None
    if found is None and not part:
        found = place("", text, home=catalog.organization.country) or country_named(text)
    if found is None or (part and not found.region):
        raise Invalid(
            {
                "region": f"“{text[:30]}” is no region that can have a rule. Use * for everywhere, a country as in GB,"
                " or a state as in US-AL."
            }
        )
    return found.key


def region_name(region: str) -> str:
    """A rule's region as a sentence names it: everywhere, the United Kingdom, Alabama."""
    country, _, part = region.partition("-")
    found = None if region == EVERYWHERE else place(country, part)
    return "everywhere" if region == EVERYWHERE else found.name if found else region


def stored_rule(catalog: Catalog, region: str) -> CallingRule | None:
    """The organization's own rule for a region; of two, the one with the lowest id."""
    found = (rule for rule in catalog.calling_rules if rule.region == region)
    return min(found, key=lambda rule: rule.id, default=None)


def _shipped(region: str) -> dict[str, Any]:
    """The values of the rule that offhook comes with for a region, if any."""
    rule = SHIPPED.get(region)
    if rule is None:
        return {}
    return {
        "hours": show_hours(rule.hours),
        "daily_cap": rule.daily_cap,
        "gap_minutes": rule.gap_minutes,
        "attempts_cap": rule.attempts_cap,
        "notice": "\n".join(rule.notices),
        "source": rule.source,
        "checked_on": rule.checked_on,
    }


def _rule_values(values: Mapping[str, Any]) -> dict[str, Any]:
    checks = Checks(CallingRule, values)
    out = checks.values
    for name in [name for name in out if name.partition(".")[0] == "hours"]:
        day = name.partition(".")[2]
        if day and out[name] is None:
            # That day is left to the wider region.
            continue
        hours = {day: out[name]} if day else out[name]
        try:
            if not all(isinstance(span, str) for span in hours.values()):
                raise Invalid({name: "Write hours as in 08:00-21:00, or no calls."})
            read = show_hours(parse_hours(hours))
        except Invalid as error:
            checks.refuse(name, str(error))
        else:
            out[name] = read[day] if day else read
    for name, most in _MOST.items():
        if out.get(name) is not None and not 1 <= out[name] <= most:
            checks.refuse(
                name, f"{fields_of(CallingRule)[name].label}: 1 to {most:,}, or empty for no limit."
            )
    return checks.done()


def _by_day(values: Mapping[str, Any], held: CallingRule) -> dict[str, Any]:
    """Values in which the hours of each day stand by themselves, so that two people who change two days both stand."""
    out = {name: value for name, value in values.items() if name != "hours"}
    if "hours" in values:
        days = (day for day in DAYS if day in values["hours"] or day in held.hours)
        out = {f"hours.{day}": values["hours"].get(day) for day in days} | out
    return out


def _with_hours(values: Mapping[str, Any], before: Mapping[str, str]) -> dict[str, Any]:
    """Values for a new rule: the hours as one, days that are not given as before."""
    hours = dict(values.get("hours", before))
    hours |= {name.partition(".")[2]: span for name, span in values.items() if name.startswith("hours.")}
    out = {name: value for name, value in values.items() if not name.startswith("hours.")}
    return {**out, "hours": {day: hours[day] for day in DAYS if hours.get(day) is not None}}
