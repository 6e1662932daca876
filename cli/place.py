"""Where the user is: time zone, country, currency. Guesses for a first start, from what the system knows."""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from core.clock import zone_named

_LOCALTIME = Path("/etc/localtime")
# Countries by the currency that money there is counted in (ISO 3166 by ISO 4217).
_COUNTRIES = {
    "AED": "AE", "AUD": "AU CC CX HM KI NF NR TV", "ARS": "AR", "BDT": "BD", "BHD": "BH", "BOB": "BO", "BRL": "BR",
    "CAD": "CA", "CHF": "CH LI", "CLP": "CL", "CNY": "CN", "COP": "CO", "CRC": "CR", "CZK": "CZ", "DKK": "DK FO GL",
    "DOP": "DO", "DZD": "DZ", "EGP": "EG", "ETB": "ET",
    "EUR": "AD AT AX BE BG BL CY DE EE ES FI FR GF GP GR HR IE IT LT LU LV MC ME MF MQ MT NL PM PT RE SI SK SM TF VA XK YT",
    "GBP": "GB GG GS IM JE", "GEL": "GE", "GHS": "GH", "GTQ": "GT", "HKD": "HK", "HNL": "HN", "HUF": "HU", "IDR": "ID",
    "ILS": "IL PS", "INR": "IN", "IQD": "IQ", "IRR": "IR", "ISK": "IS", "JMD": "JM", "JOD": "JO", "JPY": "JP",
    "KES": "KE", "KRW": "KR", "KWD": "KW", "KZT": "KZ", "LBP": "LB", "LKR": "LK", "MAD": "EH MA", "MDL": "MD",
    "MKD": "MK", "MUR": "MU", "MXN": "MX", "MYR": "MY", "NGN": "NG", "NOK": "BV NO SJ", "NPR": "NP",
    "NZD": "CK NU NZ PN TK", "OMR": "OM", "PEN": "PE", "PHP": "PH", "PKR": "PK", "PLN": "PL", "PYG": "PY", "QAR": "QA",
    "RON": "RO", "RSD": "RS", "RUB": "RU", "RWF": "RW", "SAR": "SA", "SEK": "SE", "SGD": "SG", "THB": "TH", "TND": "TN",
    "TRY": "TR", "TTD": "TT", "TWD": "TW", "TZS": "TZ", "UAH": "UA", "UGX": "UG",
    "USD": "AS BQ EC FM GU IO MH MP PR PW SV TC TL UM US VG VI", "UYU": "UY", "UZS": "UZ", "VND": "VN",
    "XAF": "CF CG CM GA GQ TD", "XOF": "BF BJ CI GW ML NE SN TG", "ZAR": "ZA", "ZMW": "ZM", "BAM": "BA", "ALL": "AL",
    "AMD": "AM", "AZN": "AZ", "BYN": "BY", "KGS": "KG", "MNT": "MN", "MOP": "MO", "XPF": "NC PF WF",
    "XCD": "AG AI DM GD KN LC MS VC", "BSD": "BS", "BBD": "BB", "BWP": "BW", "NAD": "NA", "FJD": "FJ", "PGK": "PG",
}  # fmt: skip
_CURRENCY = {country: currency for currency, countries in _COUNTRIES.items() for country in countries.split()}
FALLBACK_CURRENCY = "USD"


class SystemZone(dt.tzinfo):
    """The system's local time by the C library, for a zone whose name nothing tells."""

    def utcoffset(self, when: dt.datetime | None) -> dt.timedelta:
        """The difference to UTC at that local time."""
        return dt.timedelta(seconds=self._local(when).tm_gmtoff)

    def dst(self, when: dt.datetime | None) -> dt.timedelta | None:
        """Unknown: the C library tells the whole difference only."""
        return None

    def tzname(self, when: dt.datetime | None) -> str:
        """The zone's abbreviation at that local time."""
        return self._local(when).tm_zone

    def fromutc(self, when: dt.datetime) -> dt.datetime:
        """From a UTC time to the local one."""
        stamp = (when.replace(tzinfo=dt.UTC) - _EPOCH).total_seconds()
        return (when + dt.timedelta(seconds=time.localtime(stamp).tm_gmtoff)).replace(tzinfo=self)

    @staticmethod
    def _local(when: dt.datetime | None) -> time.struct_time:
        if when is None:
            return time.localtime()
        parts = (when.year, when.month, when.day, when.hour, when.minute, when.second, 0, 0, -1)
        return time.localtime(time.mktime(parts))


_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def zone_name(environment: Mapping[str, str] = os.environ, localtime: Path = _LOCALTIME) -> str:
    """The IANA name of the user's time zone (`Europe/Berlin`); empty where nothing tells it."""
    wanted = environment.get("TZ", "").removeprefix(":")
    if wanted:
        return _known(_after_zoneinfo(wanted))
    try:
        return _known(_after_zoneinfo(os.path.realpath(localtime, strict=True)))
    except OSError:
        return ""


def local_zone(environment: Mapping[str, str] = os.environ, localtime: Path = _LOCALTIME) -> dt.tzinfo:
    """The user's time zone. UTC only where the system's clock says so."""
    name = zone_name(environment, localtime)
    return ZoneInfo(name) if name else SystemZone()


def _after_zoneinfo(path: str) -> str:
    for folder in ("zoneinfo/", "zoneinfo.default/"):
        if folder in path:
            path = path.rpartition(folder)[2]
    return path.removeprefix("posix/").removeprefix("right/")


def _known(name: str) -> str:
    return name if zone_named(name) else ""


def country(environment: Mapping[str, str] = os.environ, zone: str | None = None) -> str:
    """The user's country (ISO 3166 alpha-2), empty where nothing tells it.

    Where somebody sits says more about the phone numbers they type than the language they read, so the time zone
    comes before the locale.
    """
    name = zone_name(environment) if zone is None else zone
    return _country_of_zone(name) or _country_of_locale(environment)


def currency(of_country: str) -> str:
    """The currency of a country; the US dollar where it is not known."""
    return _CURRENCY.get(of_country, FALLBACK_CURRENCY)


def _country_of_zone(name: str) -> str:
    from importlib import resources
    from zoneinfo import TZPATH

    if "/" not in name:
        return ""
    for folder in TZPATH:
        try:
            return _country_in((Path(folder) / "zone.tab").read_text(encoding="utf-8"), name)
        except OSError:
            continue
    try:
        return _country_in(
            resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8"), name
        )
    except (ModuleNotFoundError, OSError):
        return ""


def _country_in(table: str, zone: str) -> str:
    for row in table.splitlines():
        if not row.startswith("#"):
            columns = row.split("\t")
            if len(columns) >= 3 and columns[2] == zone:
                return columns[0]
    return ""


def _country_of_locale(environment: Mapping[str, str]) -> str:
    if sys.platform == "win32":
        import ctypes

        buffer = ctypes.create_unicode_buffer(16)
        ctypes.windll.kernel32.GetUserDefaultGeoName(buffer, len(buffer))
        return buffer.value if len(buffer.value) == 2 else ""
    for variable in ("LC_ALL", "LC_TELEPHONE", "LC_MONETARY", "LANG"):
        language, _, rest = environment.get(variable, "").partition("_")
        if language and len(rest) >= 2 and rest[:2].isalpha() and rest[:2].isupper():
            return rest[:2]
    return ""
