"""How an organization changes when, and how often, who may be called."""

from __future__ import annotations

import datetime as dt

import pytest

from core.calling.rules import SHIPPED, effective_rules, show_hours
from core.commands.calling_rules import DeleteCallingRule, SaveCallingRule, clean_region, region_name
from core.commands.undo import Undo
from core.entities import CallingRule
from core.errors import Invalid, NotFound, Refused


def wrong(who, command):
    with pytest.raises(Invalid) as refused:
        who.execute(command)
    return refused.value.fields


def rule(office, region):
    return next(r for r in office.catalog.calling_rules if r.region == region)


def hours_of(office, country, region=""):
    """The hours that hold at a place from Monday to Sunday."""
    return effective_rules(office.catalog).at(country, region).days


def test_who_changes_a_rule_of_offhooks_changes_nothing_else_of_it(office):
    before = hours_of(office, "US", "FL")
    office.max.run(SaveCallingRule(region="US-FL", values={"hours.sun": ""}))
    stored, shipped = rule(office, "US-FL"), SHIPPED["US-FL"]
    assert stored.hours == {**show_hours(shipped.hours), "sun": ""}
    assert (stored.daily_cap, stored.source) == (shipped.daily_cap, shipped.source)
    assert hours_of(office, "US", "FL") == (*before[:6], ())
    office.max.run(DeleteCallingRule(region="US-FL"))
    assert hours_of(office, "US", "FL") == before


def test_every_rule_that_offhook_comes_with_can_be_taken_over(office):
    for region in SHIPPED:
        office.ann.run(SaveCallingRule(region=region, values={"gap_minutes": 60}))
        assert rule(office, region).gap_minutes == 60
    stored = effective_rules(office.catalog).rules
    for region, shipped in SHIPPED.items():
        assert (stored[region].hours, stored[region].notices) == (shipped.hours, shipped.notices)


def test_a_rule_for_a_country_of_ones_own(office):
    values = {
        "hours": {"mon": "8:00 - 12:00, 14:00–18:00", "sun": ""}, "daily_cap": 2, "gap_minutes": 120, "attempts_cap": 6,
        "notice": "Say who you are.", "source": "§ 7 UWG", "checked_on": dt.date(2026, 11, 1),
    }  # fmt: skip
    office.ann.run(SaveCallingRule(region="at", values=values))
    kept = rule(office, "AT")
    assert kept.hours == {"mon": "08:00-12:00, 14:00-18:00", "sun": ""}
    assert (kept.daily_cap, kept.attempts_cap, kept.notice) == (2, 6, "Say who you are.")
    assert effective_rules(office.catalog).at("AT").gap_minutes == 120


@pytest.mark.parametrize(
    ("typed", "region", "name"),
    [
        ("*", "*", "everywhere"), ("Everywhere", "*", "everywhere"), ("gb", "GB", "the United Kingdom"),
        ("UK", "GB", "the United Kingdom"), ("us-al", "US-AL", "Alabama"), ("Alabama", "US-AL", "Alabama"),
        ("PR", "US-PR", "Puerto Rico"), ("AU-NSW", "AU-NSW", "New South Wales"),
    ],
)  # fmt: skip
def test_a_region_is_known_by_any_of_its_usual_names(office, typed, region, name):
    assert clean_region(typed, office.catalog) == region
    assert region_name(region) == name


@pytest.mark.parametrize("typed", ["", "Atlantis", "US-ZZ", "XX", "DE-BY", "*-*"])
def test_a_region_that_there_is_not_has_no_rule(office, typed):
    said = wrong(office.ann, SaveCallingRule(region=typed, values={"daily_cap": 3}))
    assert said["region"].startswith(f"“{typed}” is no region that can have a rule.")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"hours": {"mon": "early"}}, "hours"),
        ({"hours": {"someday": "08:00-21:00"}}, "hours"),
        ({"hours": {"mon": 8}}, "hours"),
        ({"hours": "08:00-21:00"}, "hours"),
        ({"hours.mon": "21:00-08:00"}, "hours.mon"),
        ({"hours.mon": 8}, "hours.mon"),
        ({"hours.someday": ""}, "hours.someday"),
        ({"daily_cap": 0}, "daily_cap"),
        ({"gap_minutes": -5}, "gap_minutes"),
        ({"attempts_cap": 2000}, "attempts_cap"),
        ({"daily_cap": "three"}, "daily_cap"),
        ({"checked_on": "yesterday"}, "checked_on"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_at_its_field(office, values, field):
    assert list(wrong(office.ann, SaveCallingRule(region="GB", values=values))) == [field]


def test_rules_are_for_admins_and_managers_to_shape(office):
    for who in (office.bob, office.rex):
        for command in (
            SaveCallingRule(region="GB", values={"daily_cap": 1}),
            DeleteCallingRule(region="GB"),
        ):
            with pytest.raises(Refused):
                who.execute(command)
    with pytest.raises(NotFound, match="You have no calling rule of your own for the United Kingdom"):
        office.ann.execute(DeleteCallingRule(region="GB"))


def test_two_who_change_different_days_both_stand(office):
    office.ann.run(SaveCallingRule(region="AT", values={"hours": {"mon": "08:00-20:00", "sun": ""}}))
    seen = dict(rule(office, "AT").hours)
    office.ann.run(
        SaveCallingRule(
            region="AT", values={"hours": {**seen, "mon": "09:00-20:00"}}, expected={"hours": seen}
        )
    )
    office.max.run(
        SaveCallingRule(
            region="AT", values={"hours": {**seen, "sat": "10:00-12:00"}}, expected={"hours": seen}
        )
    )
    assert rule(office, "AT").hours == {"mon": "09:00-20:00", "sun": "", "sat": "10:00-12:00"}
    answer = office.max.execute(
        SaveCallingRule(
            region="AT", values={"hours.mon": "10:00-20:00"}, expected={"hours.mon": "08:00-20:00"}
        )
    )
    assert [c.field for c in answer.conflicts] == ["hours.mon"]


def test_a_day_is_left_to_the_wider_region_again(office):
    office.ann.run(SaveCallingRule(region="AT", values={"hours": {"mon": "08:00-20:00", "sun": ""}}))
    office.ann.run(SaveCallingRule(region="AT", values={"hours": {"mon": "08:00-20:00"}}))
    assert rule(office, "AT").hours == {"mon": "08:00-20:00"}
    office.ann.run(SaveCallingRule(region="AT", values={"hours.mon": None}))
    assert rule(office, "AT").hours == {}


def test_what_was_done_to_a_rule_is_undone(office):
    made = office.ann.run(SaveCallingRule(region="AT", values={"daily_cap": 1}))
    edited = office.ann.run(SaveCallingRule(region="AT", values={"daily_cap": 2, "hours.sun": ""}))
    office.ann.undo(edited)
    assert (rule(office, "AT").daily_cap, rule(office, "AT").hours) == (1, {})
    gone = office.ann.run(DeleteCallingRule(region="AT"))
    office.ann.undo(gone)
    assert rule(office, "AT").daily_cap == 1
    office.ann.run(Undo(changeset_id=made.id))
    assert office.store.live(CallingRule) == []
