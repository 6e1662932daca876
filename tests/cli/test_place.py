from __future__ import annotations

import datetime as dt
import os
import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cli import place
from core.money import CURRENCIES


@pytest.mark.parametrize("value", ["Europe/Berlin", ":Europe/Berlin", "/usr/share/zoneinfo/Europe/Berlin"])
def test_the_variable_tz_names_the_zone(value: str) -> None:
    assert place.zone_name({"TZ": value}) == "Europe/Berlin"


def test_otherwise_the_systems_link_names_it(tmp_path: Path) -> None:
    target = tmp_path / "zoneinfo" / "America" / "New_York"
    target.parent.mkdir(parents=True)
    target.write_bytes(b"")
    link = tmp_path / "localtime"
    try:
        link.symlink_to(target)
    except OSError:
        pytest.skip("no symbolic links here")
    assert place.zone_name({}, link) == "America/New_York"
    assert place.local_zone({}, link) == ZoneInfo("America/New_York")


def test_where_nothing_names_it_the_clock_still_tells_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(time, "tzset"):
        pytest.skip("this system cannot change its zone in a process")
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    try:
        zone = place.local_zone(dict(os.environ), tmp_path / "nothing")
        summer = dt.datetime(2026, 7, 1, 10, tzinfo=dt.UTC).astimezone(zone)
        assert summer.isoformat() == "2026-07-01T12:00:00+02:00"
        winter = dt.datetime(2026, 1, 1, 12, tzinfo=zone)
        assert winter.astimezone(dt.UTC).isoformat() == "2026-01-01T11:00:00+00:00"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TZ": "Europe/Berlin", "LANG": "en_US.UTF-8"}, "DE"),
        ({"TZ": "America/Denver", "LANG": "de_DE.UTF-8"}, "US"),
        ({"TZ": "UTC", "LANG": "fr_CH.UTF-8"}, "CH"),
        ({"TZ": "UTC", "LANG": "en_US.UTF-8", "LC_MONETARY": "en_GB.UTF-8"}, "GB"),
        ({"TZ": "UTC", "LANG": "C.UTF-8"}, ""),
        ({"TZ": "UTC"}, ""),
    ],
)
def test_the_country_is_where_the_user_sits_else_what_the_locale_says(
    environment: dict[str, str], expected: str
) -> None:
    assert place.country(environment) == expected


def test_every_currency_that_is_guessed_can_be_kept() -> None:
    assert {place.currency(country) for country in place._CURRENCY} <= CURRENCIES
    assert place.currency("DE") == "EUR"
    assert place.currency("CH") == "CHF"
    assert place.currency("") in CURRENCIES
