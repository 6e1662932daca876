"""Where people are, by whatever is known of them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from core.calling.area_codes import STATE_OF_AREA_CODE, ZONES_OF_AREA_CODE
from core.calling.countries import COUNTRIES, COUNTRY_OF_ZONE
from core.calling.places import place, place_of_zone
from core.calling.zones import NOWHERE, place_of_number, same_clock, zones_of
from tests.core.test_call_rules import callee

EAST, CENTRAL, MOUNTAIN, PACIFIC = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
)
NEW_YORK, NASHVILLE, SYDNEY = "+12125550123", "+16155550123", "+61298765432"


@pytest.mark.parametrize(
    ("country", "region", "key"),
    [
        ("US", "FL", "US-FL"),
        ("US", "florida", "US-FL"),
        ("US", "US-FL", "US-FL"),
        ("us", " State of Florida ", "US-FL"),
        ("", "US-FL", "US-FL"),
        ("", "Florida", "US-FL"),
        ("US", "N. Carolina", "US-NC"),
        ("US", "Washington, D.C.", "US-DC"),
        ("US", "Washington", "US-WA"),
        ("US", "NewYork", "US-NY"),
        ("US", "Bavaria", "US"),
        ("CA", "Québec", "CA-QC"),
        ("CA", "ON", "CA-ON"),
        ("AU", "NSW", "AU-NSW"),
        ("AU", "WA", "AU-WA"),
        ("", "Western Australia", "AU-WA"),
        ("PR", "", "US-PR"),
        ("US", "Puerto Rico", "US-PR"),
        ("UK", "England", "GB"),
        ("DE", "BY", "DE"),
        ("", "Ontario", "CA-ON"),
    ],
)
def test_a_place_is_known_by_its_usual_names(country: str, region: str, key: str) -> None:
    found = place(country, region)
    assert found is not None
    assert found.key == key


def test_a_states_code_alone_is_read_at_home_only() -> None:
    found = place("", "WA", home="AU")
    assert found is not None
    assert found.key == "AU-WA"
    assert place("", "WA", home="DE") is None
    assert place("", "") is place("XX", "") is None


@pytest.mark.parametrize(
    ("region", "zones"),
    [
        ("TN", (CENTRAL, EAST)),
        ("Indiana", (EAST, CENTRAL)),
        ("Kentucky", (EAST, CENTRAL)),
        ("FL", (EAST, CENTRAL)),
        ("Arizona", ("America/Phoenix", MOUNTAIN)),
        ("GA", (EAST,)),
    ],
)
def test_an_address_in_a_split_state_has_all_its_zones(region: str, zones: tuple[str, ...]) -> None:
    assert zones_of(callee(country="US", region=region), "", "US").all == zones


def test_a_time_zone_that_was_set_settles_which_part_of_the_state() -> None:
    found = zones_of(callee(time_zone="America/Phoenix", country="US", region="AZ"), "+19285550123", "US")
    assert (found.all, found.best) == (("America/Phoenix",), "America/Phoenix")
    assert found.places[0].place.key == "US-AZ"
    navajo = zones_of(callee(time_zone=MOUNTAIN, country="US", region="AZ"), "+19285550123", "US")
    assert navajo.all == (MOUNTAIN,)


def test_a_mobile_from_new_york_that_lives_in_los_angeles_has_both() -> None:
    found = zones_of(callee(country="US", region="CA"), NEW_YORK, "US")
    assert (found.all, found.best) == ((PACIFIC, EAST), PACIFIC)
    assert found.why == "address: California · number: New York"
    assert [where.place.key for where in found.places] == ["US-CA", "US-NY"]


def test_the_rules_of_both_states_hold_although_their_clocks_agree() -> None:
    found = zones_of(callee(country="US", region="GA"), "+13055550123", "US")
    assert [where.place.key for where in found.places] == ["US-GA", "US-FL"]


@pytest.mark.parametrize(
    ("known", "number", "zones", "why"),
    [
        ({"company_country": "US", "company_region": "TX"}, "", (CENTRAL, MOUNTAIN), "company: Texas"),
        ({"country": "US"}, NEW_YORK, (EAST,), "number: New York"),
        (
            {"country": "US", "company_country": "US", "company_region": "OH"},
            "+12165550123",
            (EAST,),
            "company: Ohio",
        ),
        ({}, NASHVILLE, (CENTRAL,), "number: Tennessee"),
        ({"country": "AU", "region": "QLD"}, "+61412345678", ("Australia/Brisbane",), "address: Queensland"),
        (
            {"country": "DE"},
            "+33612345678",
            ("Europe/Berlin", "Europe/Paris"),
            "address: Germany · number: France",
        ),
        ({"country": "ES"}, "+34600123456", ("Europe/Madrid", "Atlantic/Canary"), "address: Spain"),
        ({}, "030 12345678", ("Europe/Berlin",), "number: Germany"),
        ({"country": "US", "region": "GA"}, "+18005550123", (EAST,), "address: Georgia"),
        ({"time_zone": "Asia/Kolkata"}, "+919876543210", ("Asia/Kolkata",), "time zone: Kolkata"),
    ],
)
def test_what_is_known_first_counts_and_the_rest_narrows_it_down(
    known: dict[str, str], number: str, zones: tuple[str, ...], why: str
) -> None:
    found = zones_of(callee(**known), number, "DE")
    assert (found.all, found.why) == (zones, why)


@pytest.mark.parametrize(
    ("known", "number", "best"),
    [
        ({"country": "US", "region": "TN"}, NASHVILLE, CENTRAL),
        ({"country": "US", "region": "KY"}, "", EAST),
        ({"country": "ES"}, "", "Europe/Madrid"),
        ({"country": "RU"}, "", ""),
        ({}, "+61412345678", ""),
        ({}, SYDNEY, "Australia/Sydney"),
    ],
)
def test_the_time_shown_is_the_likeliest_one_if_there_is_one(
    known: dict[str, str], number: str, best: str
) -> None:
    assert zones_of(callee(**known), number, "US").best == best


@pytest.mark.parametrize("number", ["", "+881612345678", "+18005550123", "not a number", "+999123"])
def test_a_number_of_no_place_says_nothing(number: str) -> None:
    assert zones_of(callee(), number, "US") == NOWHERE


def test_a_zone_that_this_machine_does_not_know_is_left_out() -> None:
    assert zones_of(callee(time_zone="Mars/Olympus", country="US", region="GA"), "", "US").all == (EAST,)


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        # Most of 850 is on Chicago's clock, whatever exchange it is.
        ("+18505550123", {EAST, CENTRAL}),
        ("+12705550123", {EAST, CENTRAL}),
        ("+13175550123", {EAST}),
        ("+18675550123", {"America/Whitehorse", "America/Edmonton", "America/Winnipeg", "America/Toronto"}),
        ("+18769251234", {"America/Jamaica"}),
    ],
)
def test_an_area_code_across_a_border_has_the_zones_of_both_sides(number: str, zones: set[str]) -> None:
    found = place_of_number(number, "US")
    assert found is not None
    assert set(found.zones) == zones


def test_a_zone_leads_to_its_country() -> None:
    known = {
        "America/Detroit": "US",
        "US/Eastern": "US",
        "Europe/Zurich": "CH",
        "America/Puerto_Rico": "US-PR",
        "UTC": "",
    }
    assert {zone: place_of_zone(zone).key for zone in known} == known
    assert same_clock("Europe/Paris", "Europe/Berlin")
    assert not same_clock("America/Phoenix", MOUNTAIN)


def test_every_zone_in_the_tables_is_one() -> None:
    named = {zone for _, zones in COUNTRIES.values() for zone in zones} | set(COUNTRY_OF_ZONE)
    named |= {zone for zones in ZONES_OF_AREA_CODE.values() for zone in zones}
    for zone in named:
        ZoneInfo(zone)
    for code, state in STATE_OF_AREA_CODE.items():
        country, _, region = state.partition("-")
        found = place(country, region)
        assert found is not None, code
        assert found.key == state
