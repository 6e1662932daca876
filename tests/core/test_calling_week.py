"""The hours of a week as people write them in one line, and what holds at a place now."""

from __future__ import annotations

import datetime as dt

import pytest

from core.calling.places import place
from core.calling.rules_data import SHIPPED_RULES
from core.calling.week import parse_week, show_week
from core.calling.what_holds import place_named, what_holds
from core.commands.calling_rules import SaveCallingRule
from core.errors import Invalid

NOON_IN_NEW_YORK = dt.datetime(2026, 3, 18, 16, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("daily 9-21", "Mon–Sun 09:00–21:00"),
        ("mon-fri 8-12, 13:30 - 17; sat closed", "Mon–Fri 08:00–12:00, 13:30–17:00; Sat no calls"),
        ("Weekdays 08:00–20:00; weekend, holidays no calls", "Mon–Fri 08:00–20:00; Sat, Sun, holidays no calls"),
        ("mondays 9-17; Wednesday, Fri 9-17", "Mon 09:00–17:00; Wed 09:00–17:00; Fri 09:00–17:00"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_week_is_written_as_people_write_it_and_shown_as_it_is_meant(typed, shown):
    assert show_week(parse_week(typed)) == shown
    assert parse_week(shown) == parse_week(typed)


def test_every_week_that_offhook_comes_with_fits_into_a_line():
    for region, rule in SHIPPED_RULES.items():
        assert parse_week(show_week(rule.hours)) == dict(rule.hours), region


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("mon", "“mon” are no days with their hours."),
        ("8-9", "“8-9” are no days with their hours."),
        ("foo 8-9", "“foo” is no day."),
        ("fri-mon 8-9", "“fri-mon” are no days of one week"),
        ("mon-holiday 8-9", "are no days of one week"),
        ("mon-fri 8-9; fri 10-11", "Fri is there twice."),
        ("mon 25-26", "“25:00-26:00” on Monday are no hours."),
        ("mon 9 till five", "on Monday are no hours."),
    ],
)
def test_a_week_that_cannot_be_read_says_where(typed, words):
    with pytest.raises(Invalid) as refused:
        parse_week(typed)
    assert words in refused.value.fields["hours"]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Florida", "US-FL"), ("us-fl", "US-FL"), ("FL", "US-FL"), ("Germany", "DE"), ("the Netherlands", "NL"),
        ("UK", "GB"), ("CA", "CA"), ("California", "US-CA"), ("+1 305 555 0100", "US-FL"), ("+442071234567", "GB"),
    ],
)  # fmt: skip
def test_a_place_is_named_as_people_name_it(office, typed, key):
    assert place_named(typed, office.catalog).key == key


@pytest.mark.parametrize("typed", ["Atlantis", "", "xx", "+999 12345"])
def test_a_place_that_nobody_knows_is_said(office, typed):
    with pytest.raises(Invalid) as refused:
        place_named(typed, office.catalog)
    assert "is no place that rules know" in refused.value.fields["place"]


def test_what_holds_at_a_place_follows_the_rules_as_they_are_now(office):
    okla = place("US", "OK")

    def look():
        return what_holds(okla, NOON_IN_NEW_YORK, catalog=office.catalog, zone=dt.UTC)

    assert look().verdict.kind == "ok"
    assert look().rule.daily_cap == 3
    office.max.run(SaveCallingRule(region="US-OK", values={"hours.wed": "", "daily_cap": 2}))
    now = look()
    assert (now.verdict.kind, now.rule.daily_cap) == ("no", 2)
    assert now.verdict.reason.startswith("No calls in Oklahoma on a Wednesday. From tomorrow 08:00"), (
        now.verdict.reason
    )


def test_a_rule_is_made_for_a_country_by_its_name(office):
    office.max.run(SaveCallingRule(region="Germany", values={"gap_minutes": 120}))
    assert [rule.region for rule in office.catalog.calling_rules] == ["DE"]
