"""Where people are: countries and their states, by any of their usual names, and the time zones that apply there."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from core.calling.countries import COUNTRIES, COUNTRY_OF_ZONE, NO_MAIN_ZONE
from core.text import fold


class Place(NamedTuple):
    """A country, or a state or province of one."""

    country: str
    """ISO 3166 alpha-2; empty: not known."""
    region: str
    """The state's own code (`FL`); empty: the country as a whole, or a state that is not known."""
    name: str
    """As a sentence names it: Florida, the United Kingdom."""
    zones: tuple[str, ...]
    """IANA names of all zones that apply in some part of it, the one where most people live first."""

    @property
    def key(self) -> str:
        """As rules name it: `US-FL`, `GB`."""
        return f"{self.country}-{self.region}" if self.region else self.country

    @property
    def main_zone(self) -> str:
        """The zone that its time is shown in; empty for a country that is too wide for that."""
        if len(self.zones) == 1 or self.region:
            return self.zones[0]
        return "" if not self.country or self.country in NO_MAIN_ZONE else self.zones[0]


_E, _C, _M, _P = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
_ATLANTIC = "America/Halifax"

_Regions = dict[str, tuple[str, tuple[str, ...]]]

_US: _Regions = {
    "AL": ("Alabama", (_C,)),
    "AK": ("Alaska", ("America/Anchorage", "America/Adak")),
    # The Navajo Nation changes its clocks, the rest of Arizona does not.
    "AZ": ("Arizona", ("America/Phoenix", _M)),
    "AR": ("Arkansas", (_C,)),
    "CA": ("California", (_P,)),
    "CO": ("Colorado", (_M,)),
    "CT": ("Connecticut", (_E,)),
    "DE": ("Delaware", (_E,)),
    "DC": ("the District of Columbia", (_E,)),
    "FL": ("Florida", (_E, _C)),
    "GA": ("Georgia", (_E,)),
    "HI": ("Hawaii", ("Pacific/Honolulu",)),
    "ID": ("Idaho", (_M, _P)),
    "IL": ("Illinois", (_C,)),
    "IN": ("Indiana", (_E, _C)),
    "IA": ("Iowa", (_C,)),
    "KS": ("Kansas", (_C, _M)),
    "KY": ("Kentucky", (_E, _C)),
    "LA": ("Louisiana", (_C,)),
    "ME": ("Maine", (_E,)),
    "MD": ("Maryland", (_E,)),
    "MA": ("Massachusetts", (_E,)),
    "MI": ("Michigan", (_E, _C)),
    "MN": ("Minnesota", (_C,)),
    "MS": ("Mississippi", (_C,)),
    "MO": ("Missouri", (_C,)),
    "MT": ("Montana", (_M,)),
    "NE": ("Nebraska", (_C, _M)),
    "NV": ("Nevada", (_P, _M)),
    "NH": ("New Hampshire", (_E,)),
    "NJ": ("New Jersey", (_E,)),
    "NM": ("New Mexico", (_M,)),
    "NY": ("New York", (_E,)),
    "NC": ("North Carolina", (_E,)),
    "ND": ("North Dakota", (_C, _M)),
    "OH": ("Ohio", (_E,)),
    "OK": ("Oklahoma", (_C,)),
    "OR": ("Oregon", (_P, _M)),
    "PA": ("Pennsylvania", (_E,)),
    "RI": ("Rhode Island", (_E,)),
    "SC": ("South Carolina", (_E,)),
    "SD": ("South Dakota", (_C, _M)),
    "TN": ("Tennessee", (_C, _E)),
    "TX": ("Texas", (_C, _M)),
    "UT": ("Utah", (_M,)),
    "VT": ("Vermont", (_E,)),
    "VA": ("Virginia", (_E,)),
    "WA": ("Washington", (_P,)),
    "WV": ("West Virginia", (_E,)),
    "WI": ("Wisconsin", (_C,)),
    "WY": ("Wyoming", (_M,)),
    "AS": ("American Samoa", ("Pacific/Pago_Pago",)),
    "GU": ("Guam", ("Pacific/Guam",)),
    "MP": ("the Northern Mariana Islands", ("Pacific/Saipan",)),
    "PR": ("Puerto Rico", ("America/Puerto_Rico",)),
    "VI": ("the US Virgin Islands", ("America/St_Thomas",)),
}
_CA: _Regions = {
    "AB": ("Alberta", ("America/Edmonton",)),
    "BC": ("British Columbia", ("America/Vancouver", "America/Edmonton", "America/Dawson_Creek")),
    "MB": ("Manitoba", ("America/Winnipeg",)),
    "NB": ("New Brunswick", (_ATLANTIC,)),
    "NL": ("Newfoundland and Labrador", ("America/St_Johns", _ATLANTIC)),
    "NS": ("Nova Scotia", (_ATLANTIC,)),
    "NT": ("the Northwest Territories", ("America/Edmonton",)),
    "NU": ("Nunavut", ("America/Toronto", "America/Winnipeg", "America/Edmonton", "America/Panama")),
    "ON": ("Ontario", ("America/Toronto", "America/Winnipeg", "America/Panama")),
    "PE": ("Prince Edward Island", (_ATLANTIC,)),
    "QC": ("Quebec", ("America/Toronto", _ATLANTIC, "America/Puerto_Rico")),
    "SK": ("Saskatchewan", ("America/Regina", "America/Edmonton")),
    "YT": ("Yukon", ("America/Whitehorse",)),
}
_AU: _Regions = {
    "ACT": ("the Australian Capital Territory", ("Australia/Sydney",)),
    "NSW": ("New South Wales", ("Australia/Sydney", "Australia/Broken_Hill", "Australia/Lord_Howe")),
    "NT": ("the Northern Territory", ("Australia/Darwin",)),
    "QLD": ("Queensland", ("Australia/Brisbane",)),
    "SA": ("South Australia", ("Australia/Adelaide",)),
    "TAS": ("Tasmania", ("Australia/Hobart",)),
    "VIC": ("Victoria", ("Australia/Melbourne",)),
    "WA": ("Western Australia", ("Australia/Perth",)),
}
_REGIONS: dict[str, _Regions] = {"US": _US, "CA": _CA, "AU": _AU}

_TERRITORIES = {"AS": "US", "GU": "US", "MP": "US", "PR": "US", "VI": "US"}
"""Parts of a country that have a country code of their own. The country's rules hold there."""

_FAMILIES = {"US": "US", "Canada": "CA", "Australia": "AU", "Brazil": "BR", "Mexico": "MX", "Chile": "CL"}
"""Old names of zones say their country: `US/Eastern`."""

_ALIASES = {
    ("US", "DC"): ("washingtondc", "districtofcolumbia", "columbia"),
    ("US", "WA"): ("washingtonstate",),
    ("US", "VI"): ("virginislands", "usvirginislands"),
    ("US", "MP"): ("northernmarianas",),
    ("CA", "NL"): ("newfoundland", "labrador", "nf"),
    ("CA", "PE"): ("pei",),
    ("CA", "QC"): ("pq",),
    ("CA", "BC"): ("colombiebritannique",),
    ("CA", "NB"): ("nouveaubrunswick",),
    ("CA", "NS"): ("nouvelleecosse",),
    ("CA", "YT"): ("yukonterritory",),
}


def place(country: str, region: str = "", *, home: str = "") -> Place | None:
    """The place that an address names; none where it names none that is known.

    Args:
        country: ISO 3166 alpha-2, or empty.
        region: the state or province as people write it: `FL`, `Florida`, `US-FL`, `state of florida`.
        home: the country in which a state's code is read when no country is given: the organization's own.
    """
    return _place(country.strip().upper(), region, home.strip().upper())


@lru_cache(maxsize=4096)
def _place(country: str, region: str, home: str) -> Place | None:
    if country == "UK":
        country = "GB"
    if country in _TERRITORIES:
        return _state(_TERRITORIES[country], country)
    if country:
        code = _code(country, region)
        return _state(country, code) if code else _whole(country)
    for other in sorted(_REGIONS, key=lambda known: known != home):
        # `WA` is a state of two countries: only the full name, or the country with it, says enough away from home.
        code = _code(other, region, codes=other == home)
        if code:
            return _state(other, code)
    return None


def country_named(name: str) -> Place | None:
    """The country of that name, with or without its article: Germany, the Netherlands, USA; none where there is none."""
    code = _countries().get(_letters(name).removeprefix("the"))
    return _whole(code) if code else None


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Every name of a country, in letters only, and its code."""
    names = {_letters(name.removeprefix("the ")): code for code, (name, _zones) in COUNTRIES.items()}
    return {
        **names,
        "usa": "US",
        "america": "US",
        "uk": "GB",
        "britain": "GB",
        "england": "GB",
        "holland": "NL",
    }


def place_of_zone(zone: str) -> Place:
    """The country where a time zone applies, with that zone alone; of a zone that is no country's (UTC), just the zone."""
    country = COUNTRY_OF_ZONE.get(zone) or _FAMILIES.get(zone.partition("/")[0], "")
    if country in _TERRITORIES:
        return _state(_TERRITORIES[country], country)._replace(zones=(zone,))
    return Place(country, "", f"the {city_of(zone)} time zone", (zone,))


def city_of(zone: str) -> str:
    """What people call a time zone by: `America/Los_Angeles` → `Los Angeles`."""
    return zone.rpartition("/")[2].replace("_", " ")


def _whole(country: str) -> Place | None:
    if country not in COUNTRIES:
        return None
    name, zones = COUNTRIES[country]
    return Place(country, "", name, zones)


def _state(country: str, code: str) -> Place:
    name, zones = _REGIONS[country][code]
    return Place(country, code, name, zones)


def _letters(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum())


def _code(country: str, text: str, *, codes: bool = True) -> str:
    """The code of the state that the text names, or empty. Without `codes`, only its full name will do."""
    if country not in _REGIONS or not text:
        return ""
    letters = _letters(text)
    for prefix in ("stateof", "commonwealthof", "provinceof", "territoryof"):
        letters = letters.removeprefix(prefix)
    if letters.upper() in _REGIONS[country]:
        return letters.upper() if codes else ""
    return _spellings(country).get(letters, "")


@lru_cache(maxsize=len(_REGIONS))
def _spellings(country: str) -> dict[str, str]:
    """Every way to write a state but its code alone, in letters only, and the code it stands for."""
    found: dict[str, str] = {}
    for code, (name, _zones) in _REGIONS[country].items():
        full = _letters(name.removeprefix("the "))
        found[full] = found[f"{country}{code}".lower()] = code
        for word in ("north", "south", "west"):
            if full.startswith(word):
                found[word[0] + full.removeprefix(word)] = code
        for alias in _ALIASES.get((country, code), ()):
            found[alias] = code
    return found
