"""Which time zones apply to somebody who may be called, and which rules: by all that is known of where they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from core.calling.area_codes import STATE_OF_AREA_CODE, ZONES_OF_AREA_CODE
from core.calling.places import Place, city_of, place, place_of_zone
from core.clock import zone_named
from core.points import zones_of_number

if TYPE_CHECKING:
    from core.workspace import Callee

ZONE, ADDRESS, COMPANY, NUMBER = "time zone", "address", "company", "number"


class Where(NamedTuple):
    """A place that somebody may be at."""

    place: Place
    """With the zones that apply, which may be fewer than the place has."""
    source: str
    """What says so: `ZONE`, `ADDRESS`, `COMPANY` or `NUMBER`."""


class Zones(NamedTuple):
    """Where somebody may be. A call must be allowed at every place, in every zone."""

    all: tuple[str, ...]
    """IANA names; empty: nothing is known."""
    best: str
    """The zone to show their time in; empty where none is likelier than the others."""
    why: str
    """What it is known from: `address: California · number: New York`."""
    places: tuple[Where, ...]


NOWHERE = Zones((), "", "", ())


def zones_of(callee: Callee, number: str, org_country: str) -> Zones:
    """Where somebody is, from their own time zone, their address, their company's and the number that will be dialled.

    A time zone that was set for them comes first, then the address, then the company's, then the number; each narrows
    down what the one before leaves open (a country with many zones). A mobile number goes where its owner moves: where
    the number's place is another one than the rest says, both apply.

    Args:
        callee: who may be called.
        number: the number that will be dialled; empty: none is known.
        org_country: the organization's country, where a number or a state without a country is read.
    """
    return _zones(
        callee.time_zone,
        (callee.country, callee.region),
        (callee.company_country, callee.company_region),
        number,
        org_country,
    )


def zone_to_show(time_zone: str, country: str, region: str, number: str, org_country: str) -> str:
    """The zone to show somebody's time in, by the little that a list knows of them; empty where nothing is known.

    Args:
        time_zone: set for them.
        country: where they are.
        region: where there.
        number: under which they are called.
        org_country: where a number without a country is read.
    """
    return _zones(time_zone, (country, region), ("", ""), number, org_country).best


@lru_cache(maxsize=8192)
def _zones(stated: str, address: tuple[str, str], company: tuple[str, str], number: str, home: str) -> Zones:
    at_home = _where(place(*address, home=home), ADDRESS)
    at_work = _where(place(*company, home=home), COMPANY)
    by_number = _where(place_of_number(number, home), NUMBER)
    if stated and _known((stated,)):
        found = _from_stated(stated, at_home, at_work, by_number)
    else:
        found = _from_addresses(at_home, at_work, by_number)
    # What is known of the rest and of the number must both allow the call.
    if by_number and not any(_agree(by_number.place, where.place) for where in found):
        found.append(by_number)
    if not found:
        return NOWHERE
    zones = tuple(dict.fromkeys(zone for where in found for zone in where.place.zones))
    why = " · ".join(f"{where.source}: {_title(where)}" for where in found)
    return Zones(zones, _best(found[0].place, by_number), why, tuple(found))


def _from_stated(stated: str, *sources: Where | None) -> list[Where]:
    """By the zone that was set: the first place that it lies in gives the rules."""
    known = [source for source in sources if source]
    for source in known:
        if any(same_clock(stated, zone) for zone in source.place.zones):
            found = [Where(source.place._replace(zones=(stated,)), ZONE)]
            break
    else:
        found = [Where(place_of_zone(stated), ZONE)]
    at_home = next((source for source in known if source.source == ADDRESS), None)
    if at_home and not any(_agree(at_home.place, where.place) for where in found):
        found.append(at_home)
    return found


def _from_addresses(*sources: Where | None) -> list[Where]:
    """By the first place that is known, or by the first one after it that lies within it and says more."""
    known = [source for source in sources if source]
    if not known:
        return []
    first = known[0]
    if first.place.region or len(first.place.zones) == 1:
        return [first]
    for source in known[1:]:
        within = source.place.country == first.place.country
        if within and (source.place.region or len(source.place.zones) < len(first.place.zones)):
            return [source]
    return [first]


def _best(first: Place, by_number: Where | None) -> str:
    """The zone to show: the only one, the one that the number is in, or where most people of the place live."""
    if by_number and len(first.zones) > 1:
        shared = [z for z in first.zones if any(same_clock(z, other) for other in by_number.place.zones)]
        if len(shared) == 1:
            return shared[0]
    return first.main_zone


def _agree(number: Place, other: Place) -> bool:
    """Whether two places can be one and the same."""
    if number.country and other.country and number.country != other.country:
        return False
    if number.region and other.region and number.region != other.region:
        return False
    return any(same_clock(mine, theirs) for mine in number.zones for theirs in other.zones)


# --- numbers ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def place_of_number(number: str, home: str) -> Place | None:
    """The place that a phone number belongs to; none for one that belongs to no place (satellite, international)."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number, home.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    zones = _known(zones_of_number(parsed))
    area_code = str(parsed.national_number)[:3] if parsed.country_code == 1 else ""
    if area_code in STATE_OF_AREA_CODE:
        country, _, region = STATE_OF_AREA_CODE[area_code].partition("-")
        found = place(country, region)
        assert found is not None
        split = ZONES_OF_AREA_CODE.get(area_code, ())
        return found._replace(zones=_distinct((*zones, *split)) or found.zones)
    if area_code in ZONES_OF_AREA_CODE:
        found = place("CA")
        assert found is not None
        return found._replace(zones=ZONES_OF_AREA_CODE[area_code])
    # What is possible is good enough: a range that was handed out after these tables were made lies in its country.
    code = phonenumbers.region_code_for_number(parsed)
    code = code or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    found = place(code) if code.isalpha() else None
    if parsed.country_code == 1 and zones and len(zones) > len(found.zones if found else ()):
        # Toll-free and the like: it rings anywhere from Guam to St. John’s, so it says nothing of where.
        return None
    if found is None:
        return Place("", "", "the number’s area", _distinct(zones)) if zones else None
    return found._replace(zones=_distinct(zones)) if 0 < len(zones) < len(found.zones) else found


# --- clocks -------------------------------------------------------------------------------------------------------


_MOMENTS = tuple(
    dt.datetime(year, month, day, 12, tzinfo=dt.UTC)
    for year in (2026, 2027)
    for month in range(1, 13)
    for day in (1, 15)
)


@lru_cache(maxsize=1024)
def _clock(zone: str) -> tuple[dt.timedelta | None, ...] | None:
    """What its clocks show in the course of two years; none where this machine does not know the zone."""
    info = zone_named(zone)
    if info is None:
        return None
    return tuple(moment.astimezone(info).utcoffset() for moment in _MOMENTS)


def same_clock(one: str, other: str) -> bool:
    """Whether the clocks of two zones agree all year round, as those of Paris and Berlin do."""
    return one == other or _clock(one) == _clock(other)


def _known(zones: Iterable[str]) -> tuple[str, ...]:
    return tuple(zone for zone in zones if _clock(zone) is not None)


def _distinct(zones: Iterable[str]) -> tuple[str, ...]:
    """The zones without those whose clocks agree with an earlier one."""
    found: dict[object, str] = {}
    for zone in zones:
        found.setdefault(_clock(zone), zone)
    return tuple(found.values())


def _where(found: Place | None, source: str) -> Where | None:
    if found is None:
        return None
    zones = _known(found.zones)
    return Where(found._replace(zones=zones), source) if zones else None


def _title(where: Where) -> str:
    return city_of(where.place.zones[0]) if where.source == ZONE else where.place.name.removeprefix("the ")
