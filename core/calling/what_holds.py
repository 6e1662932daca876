"""What holds at a place at a time: for whoever sets rules, and wants to see what they come to."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from core.calling.check import Verdict, check
from core.calling.places import Place, country_named, place
from core.calling.rules import PlaceRule, effective_rules
from core.calling.zones import place_of_number
from core.catalog import Catalog
from core.errors import Invalid
from core.text import clean_line, printable
from core.workspace import Callee

_LEAST_DIGITS = 5


class Holds(NamedTuple):
    """What holds at a place."""

    place: Place
    rule: PlaceRule
    """What all rules that apply there come to."""
    verdict: Verdict
    """Whether somebody there, whom nobody has called yet, may be called now."""


def place_named(typed: str, catalog: Catalog) -> Place:
    """The place that people mean: a state, a country, or where a phone number is from.

    Args:
        typed: Florida, US-FL, Germany, GB, +1 305 555 0100.
        catalog: the set-up; the organization's country is where a state or a number without one is looked for.

    Raises:
        Invalid: nobody knows it.
    """
    home = catalog.organization.country
    text = clean_line(typed)
    country, _, part = text.partition("-")
    if sum(c.isdigit() for c in text) >= _LEAST_DIGITS:
        found = place_of_number(text, home)
    else:
        found = place(country, part) if len(country) == 2 else None
        # A state's code alone (FL) is one at home, or one of the United States.
        found = found or place("", text, home=home) or place("", text, home="US") or country_named(text)
    if found is None or not found.zones:
        raise Invalid(
            {
                "place": f"“{printable(text)[:30]}” is no place that rules know. Type a state, a country or a number."
            }
        )
    return found


def what_holds(at: Place, now: dt.datetime, *, catalog: Catalog, zone: dt.tzinfo) -> Holds:
    """What holds at a place now.

    Args:
        at: the place.
        now: the current time, aware.
        catalog: the set-up, with the organization's rules.
        zone: where the user is, so that times are said by their clock, too.
    """
    # Somebody of whom only that is known: they have a number, and it says nothing of another place.
    callee = Callee(
        id="", name="Somebody there", title="", book_id="", company_id=None, company="", do_not_call=False,
        phones=({"value": ""},), lead_status="", time_zone="", country=at.country, region=at.region, city="",
        company_country="", company_region="", last_call_at=None, calls_today=(), attempts=0, last_attempt_at=None,
        held_by="", held_until=None,
    )  # fmt: skip
    verdict = check(callee, now, catalog=catalog, zone=zone)
    return Holds(at, effective_rules(catalog).at(at.country, at.region), verdict)
