"""Who may be called when: the law of their place, the organization's own rules, and what a rep is told."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calling.check import Verdict, check
from core.calling.holidays import easter_sunday, holiday
from core.calling.hours import Spot, allowed, next_allowed
from core.calling.rules import (
    DAYS,
    SHIPPED,
    PlaceRule,
    Rulebook,
    effective_rules,
    parse_hours,
    show_hours,
)
from core.catalog import Catalog
from core.entities import CallingRule, Organization, User
from core.errors import Invalid
from core.ids import new_id
from core.workspace import Callee

BERLIN = ZoneInfo("Europe/Berlin")
START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ORG = new_id()
STAMPS: dict[str, Any] = {"org_id": ORG, "version": 1, "created_at": START, "updated_at": START}


def catalog(*rules: CallingRule, country: str = "DE") -> Catalog:
    organization = Organization(id=ORG, name="Acme", currency="EUR", country=country, **STAMPS)
    me = User(id=new_id(), name="Ann", role="admin", **STAMPS)
    return Catalog(me=me, organization=organization, calling_rules=rules)


def stored(region: str, hours: Mapping[str, str] | None = None, **values: Any) -> CallingRule:
    return CallingRule(id=new_id(), region=region, hours=hours or {}, **values, **STAMPS)


def callee(**values: Any) -> Callee:
    nobody: dict[str, Any] = dict.fromkeys(Callee._fields, "")
    known = {
        "id": new_id(),
        "name": "Ann Lee",
        "company_id": None,
        "do_not_call": False,
        "phones": ({"value": "+442071234567", "label": "work"},),
        "last_call_at": None,
        "calls_today": (),
        "attempts": 0,
        "last_attempt_at": None,
        "held_until": None,
    }
    return Callee(**{**nobody, **known, **values})


def in_state(state: str, phone: str = "") -> Callee:
    phones = ({"value": phone, "label": "work"},) if phone else ({"value": "+18005550100", "label": "work"},)
    return callee(country="US", region=state, phones=phones)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def local(text: str, zone: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def verdict(who: Callee, now: dt.datetime, **more: Any) -> Verdict:
    return check(who, now, **{"catalog": catalog(), "zone": BERLIN, **more})


# --- the states, from the table of the reference ------------------------------------------------------------------

EAST, CENTRAL, MOUNTAIN, PACIFIC = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)


@pytest.mark.parametrize(
    ("state", "zone", "weekday", "sunday", "holiday"),
    [
        ("AL", CENTRAL, (8, 20), None, None),
        ("CT", EAST, (9, 20), (9, 20), (9, 20)),
        ("IL", CENTRAL, (9, 21), (9, 21), (9, 21)),
        ("LA", CENTRAL, (8, 20), None, None),
        ("MD", EAST, (8, 20), (8, 20), (8, 20)),
        ("MA", EAST, (8, 20), (8, 20), (8, 20)),
        ("MN", CENTRAL, (9, 21), (9, 21), (9, 21)),
        ("MS", CENTRAL, (8, 20), None, None),
        ("NM", MOUNTAIN, (9, 21), (9, 21), (9, 21)),
        ("OK", CENTRAL, (8, 20), (8, 20), (8, 20)),
        ("PA", EAST, (8, 21), (8, 21), None),
        ("RI", EAST, (9, 18), None, None),
        ("UT", MOUNTAIN, (8, 21), None, None),
        ("WA", PACIFIC, (8, 20), (8, 20), (8, 20)),
        # Nothing of their own: the federal hours.
        ("GA", EAST, (8, 21), (8, 21), (8, 21)),
        ("CA", PACIFIC, (8, 21), (8, 21), (8, 21)),
        ("HI", "Pacific/Honolulu", (8, 21), (8, 21), (8, 21)),
        # In two zones: from when it is allowed in the west until it no longer is in the east, by the eastern clock.
        ("FL", EAST, (9, 20), (9, 20), (9, 20)),
        ("KY", EAST, (11, 21), (11, 21), (11, 21)),
        ("MI", EAST, (10, 21), (10, 21), (10, 21)),
        ("IN", EAST, (9, 21), (9, 21), (9, 21)),
        ("TN", EAST, (9, 21), (9, 21), (9, 21)),
        ("NV", MOUNTAIN, (10, 20), (10, 20), (10, 20)),
    ],
)
def test_a_state_is_called_within_its_hours(
    state: str,
    zone: str,
    weekday: tuple[int, int],
    sunday: tuple[int, int] | None,
    holiday: tuple[int, int] | None,
) -> None:
    days = {
        "2026-11-18": weekday,
        "2026-11-22": sunday,
        "2026-11-26": holiday,
    }  # Wednesday, Sunday, Thanksgiving
    for day, hours in days.items():
        open_at = {
            hour
            for hour in range(24)
            if verdict(in_state(state), local(f"{day} {hour:02}:30", zone)).kind == "ok"
        }
        assert open_at == (set(range(*hours)) if hours else set()), day


@pytest.mark.parametrize(
    ("state", "zone", "open_until"),
    [("PA", EAST, range(8, 12)), ("RI", EAST, range(10, 17)), ("TX", CENTRAL, range(10, 21))],
)
def test_some_states_have_saturdays_of_their_own(state: str, zone: str, open_until: range) -> None:
    kinds = [verdict(in_state(state), local(f"2026-11-21 {hour:02}:30", zone)).kind for hour in range(24)]
    assert [hour for hour, kind in enumerate(kinds) if kind == "ok"] == list(open_until)


@pytest.mark.parametrize("state", ["FL", "OK", "MD"])
def test_three_calls_in_a_day_are_the_most_where_the_law_says_so(state: str) -> None:
    now = local("2026-11-18 15:00", EAST)
    calls = tuple(int((now - dt.timedelta(hours=hours)).timestamp()) for hours in (2, 4, 23))
    who = in_state(state)._replace(calls_today=calls)
    found = verdict(who, now)
    assert found.reason.startswith("Called 3 times in 24 hours; the limit is 3.")
    assert found.until == now + dt.timedelta(hours=1)
    assert verdict(who._replace(region="GA"), now).kind == "ok"
    # A callback that was agreed on does not lift what the law says.
    assert verdict(who, now, agreed=True).kind == "no"


def test_every_rule_says_where_it_is_written_and_of_when() -> None:
    assert all(rule.source for rule in SHIPPED.values())
    # Nobody has compared them with the law: only an organization’s own rule has a day on which it was checked.
    assert not any(rule.checked_on for rule in SHIPPED.values())
    book = Rulebook(SHIPPED)
    assert all(book.at("US", region[3:]).days for region in SHIPPED if region.startswith("US-"))
    assert book.at("BR").rules[0].source == "our default, no source"


# --- what a rep is told -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "now", "reason", "until"),
    [
        (
            callee(country="US", region="Georgia", phones=({"value": "+14045550123", "label": "work"},)),
            "2026-11-18T12:42",
            "Too early in Georgia: 07:42 there. From 08:00, that is 14:00 here.",
            "2026-11-18T13:00",
        ),
        (
            in_state("Florida", "+13055550123"),
            "2026-11-18T12:42",
            "Too early in part of Florida (Chicago time): 06:42 there. From 08:00, that is 15:00 here.",
            "2026-11-18T14:00",
        ),
        (
            in_state("Florida", "+13055550123"),
            "2026-11-19T01:15",
            (
                "Too late in part of Florida (New York time): 20:15 there. "
                "From tomorrow 09:00, that is 15:00 here."
            ),
            "2026-11-19T14:00",
        ),
        (
            in_state("AL"),
            "2026-11-22T16:00",
            "No calls in Alabama on a Sunday. From tomorrow 08:00, that is tomorrow 15:00 here.",
            "2026-11-23T14:00",
        ),
        (
            in_state("Alabama"),
            "2026-11-26T16:00",
            "No calls in Alabama on Thanksgiving Day. From tomorrow 08:00, that is tomorrow 15:00 here.",
            "2026-11-27T14:00",
        ),
        (
            in_state("AL"),
            "2026-07-03T16:00",
            (
                "No calls in Alabama on Independence Day (observed). "
                "From Mon 6 Jul 08:00, that is Mon 6 Jul 15:00 here."
            ),
            "2026-07-06T13:00",
        ),
        (
            callee(country="IN", phones=({"value": "+919876543210", "label": "work"},)),
            "2026-11-18T02:00",
            "Too early in India: 07:30 there. From 08:00, that is 03:30 here.",
            "2026-11-18T02:30",
        ),
        (
            callee(country="DE", phones=({"value": "+493012345678", "label": "work"},)),
            "2026-11-18T20:30",
            "Too late in Germany: 21:30 there. From tomorrow 08:00.",
            "2026-11-19T07:00",
        ),
        (
            callee(country="US", region="CA", phones=({"value": "+12125550123", "label": "mobile"},)),
            "2026-11-19T02:30",
            (
                "Too late in New York, where the number is from: 21:30 there. "
                "From tomorrow 11:00, that is 17:00 here."
            ),
            "2026-11-19T16:00",
        ),
    ],
)
def test_a_rep_is_told_why_not_and_from_when(who: Callee, now: str, reason: str, until: str) -> None:
    found = verdict(who, utc(now))
    assert (found.kind, found.cause, found.reason, found.until) == ("no", "hours", reason, utc(until))
    assert found.until is not None
    assert verdict(who, found.until).kind == "ok"
    assert verdict(who, found.until - dt.timedelta(seconds=1)).kind == "no"


def test_without_a_viewer_the_clock_there_is_named_alone() -> None:
    found = verdict(in_state("GA"), utc("2026-11-18T12:42"), zone=None)
    assert found.reason == "Too early in Georgia: 07:42 there. From 08:00."


OPEN = utc("2026-11-18T14:00")
SECOND = int(OPEN.timestamp())


@pytest.mark.parametrize(
    ("values", "cause", "reason", "until"),
    [
        ({"do_not_call": True}, "do not call", "Ann Lee must not be called.", None),
        ({"phones": ()}, "no number", "No phone number of Ann Lee is known.", None),
        (
            {"phones": ({"value": "+442071234567", "label": "work", "bad": "wrong number"},)},
            "no number",
            "All numbers of Ann Lee are marked as bad.",
            None,
        ),
        (
            {"held_by": "Ben", "held_until": SECOND + 600},
            "held",
            "Ben is calling them. From 14:10, that is 15:10 here.",
            600,
        ),
        (
            {"last_call_at": SECOND - 720},
            "gap",
            "Called 12 minutes ago. From 14:48, that is 15:48 here.",
            2880,
        ),
        ({"last_attempt_at": SECOND - 20}, "gap", "Called just now. From 15:00, that is 16:00 here.", 3580),
    ],
)
def test_what_holds_a_call_up_is_said(
    values: dict[str, Any], cause: str, reason: str, until: int | None
) -> None:
    found = verdict(callee(**values), OPEN)
    assert (found.kind, found.cause, found.reason) == ("no", cause, reason)
    assert found.until == (None if until is None else OPEN + dt.timedelta(seconds=until))


def test_a_number_that_is_marked_bad_is_not_dialled_when_it_is_chosen() -> None:
    phones = ({"value": "+442071234567", "bad": "not in service"}, {"value": "+442071234568"})
    who = callee(phones=phones)
    assert verdict(who, OPEN, number="+442071234567").reason == "This number is marked: not in service."
    assert verdict(who, OPEN).kind == "ok"


def test_the_gap_ends_at_night_so_the_call_waits_for_the_morning() -> None:
    late = utc("2026-11-18T19:50")
    found = verdict(callee(last_call_at=int(late.timestamp()) - 60), late)
    assert found.until == utc("2026-11-19T08:00")
    assert found.reason == "Called 1 minute ago. From tomorrow 08:00, that is tomorrow 09:00 here."


def test_of_two_reasons_the_one_that_lasts_longer_is_told() -> None:
    who = callee(held_by="Ben", held_until=SECOND + 60, last_call_at=SECOND - 720)
    assert verdict(who, OPEN).cause == "gap"
    assert verdict(who._replace(held_until=SECOND + 3600), OPEN).cause == "held"


def test_when_the_gap_is_over_the_contact_may_be_called() -> None:
    who = callee(last_call_at=SECOND - 3600)
    assert verdict(who, OPEN).kind == "ok"
    assert verdict(who, OPEN - dt.timedelta(seconds=1)).until == OPEN


def test_an_agreed_callback_is_not_held_up_by_the_gap_but_by_the_hour() -> None:
    who = callee(last_call_at=SECOND - 720, attempts=9)
    rules = catalog(stored("*", gap_minutes=60, attempts_cap=9))
    assert verdict(who, OPEN, catalog=rules).kind == "no"
    assert verdict(who, OPEN, catalog=rules, agreed=True).kind == "ok"
    assert verdict(who, utc("2026-11-18T22:00"), catalog=rules, agreed=True).kind == "no"


def test_a_reservation_that_has_run_out_holds_nobody_up() -> None:
    assert verdict(callee(held_by="Ben", held_until=SECOND), OPEN).kind == "ok"


def test_after_enough_tries_a_contact_is_left_alone() -> None:
    rules = catalog(stored("*", attempts_cap=6))
    assert verdict(callee(attempts=5), OPEN, catalog=rules).kind == "ok"
    found = verdict(callee(attempts=6), OPEN, catalog=rules)
    assert (found.kind, found.cause, found.until) == ("no", "attempts", None)
    assert found.reason == "Tried 6 times without an answer; the limit is 6."


def test_where_nobody_knows_the_place_the_rep_is_asked() -> None:
    satellite = callee(phones=({"value": "+881612345678", "label": "work"},))
    found = verdict(satellite, utc("2026-11-18T03:00"))
    assert (found.kind, found.cause) == ("ask", "place")
    assert found.reason.startswith("Nobody knows where they are")
    # What else is wrong is not lost in the question.
    assert verdict(satellite._replace(do_not_call=True), OPEN).kind == "no"
    assert verdict(satellite._replace(last_call_at=SECOND - 60), OPEN).until == OPEN + dt.timedelta(
        minutes=59
    )


def test_the_law_of_the_place_is_told_beside_the_verdict() -> None:
    assert any("TPS and CTPS" in notice for notice in verdict(callee(), OPEN).notices)
    assert any("record" in notice for notice in verdict(callee(country="FR"), OPEN).notices)
    mobile = ({"value": "+13055550123", "label": "mobile"},)
    told = verdict(callee(country="US", region="FL", phones=mobile), utc("2026-11-18T16:00")).notices
    assert any("everybody on the line" in notice for notice in told)
    assert any("National DNC registry" in notice for notice in told)
    assert verdict(in_state("GA"), utc("2026-11-18T16:00")).notices == ()


# --- the organization's own rules ---------------------------------------------------------------------------------


def test_a_stored_rule_takes_the_place_of_the_shipped_one() -> None:
    sunday = utc("2026-11-22T16:00")
    rules = catalog(stored("us-al", {"sun": "09:00-18:00"}))
    assert verdict(in_state("AL"), sunday).kind == "no"
    assert verdict(in_state("AL"), sunday, catalog=rules).kind == "ok"
    # The country's law still holds: a state cannot be opened at night.
    rules = catalog(stored("US-AL", {"sun": "00:00-24:00"}))
    assert verdict(in_state("AL"), utc("2026-11-22T08:00"), catalog=rules).kind == "no"


def test_the_rule_for_everywhere_holds_everywhere() -> None:
    rules = catalog(stored("*", {"wed": "10:00-11:00"}, gap_minutes=None, daily_cap=1))
    book = effective_rules(rules)
    assert book.at("GB").windows(dt.date(2026, 11, 18)) == ((600, 660),)
    assert book.at("US", "AL").windows(dt.date(2026, 11, 18)) == ((600, 660),)
    assert (book.at("US", "FL").daily_cap, book.at("US", "FL").gap_minutes) == (1, None)
    assert (
        effective_rules(catalog()).at("US", "FL").gap_minutes,
        effective_rules(catalog()).at("GB").daily_cap,
    ) == (60, None)


def test_of_two_rules_for_one_region_the_lower_id_counts() -> None:
    one, two = stored("GB", daily_cap=1), stored("UK", daily_cap=2)
    for rules in ((one, two), (two, one)):
        assert effective_rules(catalog(*rules)).at("GB").daily_cap == 1


def test_a_stored_rule_that_cannot_be_read_leaves_the_law_as_it_is() -> None:
    rules = catalog(stored("US", {"mon": "whenever"}))
    assert verdict(in_state("GA"), utc("2026-11-18T12:42"), catalog=rules).kind == "no"


def test_a_country_that_closes_at_noon_is_called_before_and_after() -> None:
    rules = catalog(stored("FR", dict.fromkeys(DAYS[:5], "10:00-13:00, 14:00-20:00")))
    found = verdict(
        callee(country="FR", phones=({"value": "+33142345678"},)), utc("2026-11-18T12:20"), catalog=rules
    )
    assert found.reason == "No calls in France from 13:00: 13:20 there. From 14:00."


def test_hours_come_back_as_they_were_typed() -> None:
    typed = {"mon": "08:00-12:00, 14:00-20:00", "sun": "", "holiday": "10:00-24:00"}
    assert show_hours(parse_hours(typed)) == typed
    assert parse_hours({"mon": "8:00 – 12:00,11:00-13:00"})[0] == ((480, 780),)


@pytest.mark.parametrize(
    ("hours", "message"),
    [
        ({"mon": "9-5"}, "“9-5” on Monday are no hours. Write 08:00-21:00 or no calls."),
        ({"sun": "20:00-08:00"}, "on Sunday"),
        ({"tue": "08:00-24:01"}, "on Tuesday"),
        ({"wed": "08:75-10:00"}, "on Wednesday"),
        ({"montag": "08:00-10:00"}, "“montag” is not a day"),
    ],
)
def test_hours_that_cannot_be_read_are_refused(hours: dict[str, str], message: str) -> None:
    with pytest.raises(Invalid, match=message):
        parse_hours(hours)


# --- holidays -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-01-19", "Martin Luther King Day"),
        ("2026-05-25", "Memorial Day"),
        ("2026-06-19", "Juneteenth"),
        ("2020-06-19", ""),
        ("2026-07-03", "Independence Day (observed)"),
        ("2026-07-04", "Independence Day"),
        ("2026-09-07", "Labor Day"),
        ("2026-11-26", "Thanksgiving Day"),
        ("2027-12-24", "Christmas Day (observed)"),
        ("2027-12-31", "New Year’s Day (observed)"),
        ("2023-01-02", "New Year’s Day (observed)"),
        ("2026-11-27", ""),
    ],
)
def test_federal_holidays_fall_on_these_days(day: str, name: str) -> None:
    assert holiday("US", dt.date.fromisoformat(day)) == name


def test_national_holidays_of_australia_fall_on_these_days() -> None:
    found = {day: holiday("AU", dt.date(2021, month, number)) for day, month, number in (
        ("Good Friday", 4, 2), ("Easter Monday", 4, 5), ("Boxing Day", 12, 26),
        ("Christmas Day (observed)", 12, 27), ("Boxing Day (observed)", 12, 28),
    )}  # fmt: skip
    assert all(day == name for day, name in found.items())
    assert [easter_sunday(year) for year in (2024, 2025, 2026)] == [
        dt.date(2024, 3, 31), dt.date(2025, 4, 20), dt.date(2026, 4, 5)
    ]  # fmt: skip
    assert holiday("DE", dt.date(2026, 12, 25)) == ""


# --- the next time at which it is allowed, against trying every minute --------------------------------------------


def place_rule(days: tuple[tuple[tuple[int, int], ...], ...], country: str = "") -> PlaceRule:
    return PlaceRule(days, days, country, None, None, None, (), ())


minute_pairs = (
    st.tuples(st.integers(0, 1440), st.integers(0, 1440)).map(sorted).filter(lambda pair: pair[0] < pair[1])
)
one_window = minute_pairs.map(lambda pair: (tuple(pair),))
day_windows = st.just(()) | one_window
weeks = st.lists(day_windows, min_size=7, max_size=7).map(lambda days: place_rule(tuple(days)))
zones = st.sampled_from(
    [
        EAST,
        PACIFIC,
        "Europe/Berlin",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "America/Phoenix",
        "Africa/Casablanca",
    ]
)
# The nights on which clocks are changed in some of them, and the days around.
moments = st.sampled_from(
    [
        "2026-03-07T12:00",
        "2026-03-28T12:00",
        "2026-10-24T12:00",
        "2026-10-31T20:00",
        "2026-04-04T03:00",
        "2026-06-15T12:00",
    ]
)


@given(
    spots=st.lists(st.tuples(zones, weeks), min_size=1, max_size=3),
    moment=moments,
    later=st.integers(0, 1500),
)
def test_the_next_allowed_time_is_the_first_minute_at_which_it_is_allowed(
    spots: list[Spot], moment: str, later: int
) -> None:
    now = utc(moment) + dt.timedelta(minutes=later)
    found = next_allowed(now, tuple(spots))
    tried = (now + dt.timedelta(minutes=step) for step in range(2 * 24 * 60))
    expected = next((minute for minute in tried if all(allowed(minute, spot) for spot in spots)), None)
    if expected is not None:
        assert found == expected
    else:
        assert found is None or found >= now + dt.timedelta(days=2)


def test_the_hour_that_is_left_out_in_spring_is_not_waited_for() -> None:
    early = place_rule((((150, 600),),) * 7)  # from 02:30, which 29 March 2026 does not have in Berlin
    assert next_allowed(utc("2026-03-29T00:00"), (("Europe/Berlin", early),)) == utc("2026-03-29T01:00")
    # And in autumn 02:30 comes twice: after the first, 02:00 to 02:30 is closed once more.
    autumn = utc("2026-10-25T00:45")
    assert allowed(autumn, ("Europe/Berlin", early))
    assert next_allowed(utc("2026-10-25T01:10"), (("Europe/Berlin", early),)) == utc("2026-10-25T01:30")


def test_where_it_is_never_allowed_no_time_is_promised() -> None:
    closed = catalog(stored("GB", dict.fromkeys(DAYS, "")))
    found = verdict(callee(), OPEN, catalog=closed)
    assert (found.kind, found.until) == ("no", None)
    assert found.reason == "No calls in the United Kingdom on a Wednesday."


def test_the_shipped_table_is_as_wide_as_the_reference() -> None:
    states = [
        "AL",
        "CT",
        "FL",
        "IL",
        "KY",
        "LA",
        "MD",
        "MA",
        "MI",
        "MN",
        "MS",
        "NV",
        "NM",
        "OK",
        "PA",
        "RI",
        "ME",
    ]
    assert {f"US-{state}" for state in states} <= set(SHIPPED)
    assert all(len(dataclasses.astuple(rule)[1]) == len(DAYS) for rule in SHIPPED.values())
