"""Days and times as files have them."""

from __future__ import annotations

import contextlib
import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.imports.shapes import Order, Unread
from core.imports.values.dates import OrderEvidence, TwoWays, is_day, read_day, read_time

BERLIN = ZoneInfo("Europe/Berlin")
MARCH_5 = dt.date(2026, 3, 5)
days = st.dates(dt.date(1940, 1, 1), dt.date(2039, 12, 31))

NAMES = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "fi": "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta "
    "marraskuuta joulukuuta",
    "short": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "french short": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
}

NOTATIONS: dict[str, Order] = {
    "{d}/{m}/{y}": "dmy",
    "{d:02}/{m:02}/{y}": "dmy",
    "{d:02}.{m:02}.{y}": "dmy",
    "{d}. {m}. {y}": "dmy",
    "{d:02}-{m:02}-{y}": "dmy",
    "{d:02}.{m:02}.{yy:02}": "dmy",
    "{d}/{m}/{yy:02} 14:30": "dmy",
    "{d:02} {m:02} {y}": "dmy",
    "{m}/{d}/{y}": "mdy",
    "{m:02}-{d:02}-{y}": "mdy",
    "{m}/{d}/{yy:02}": "mdy",
    "{m}/{d}/{y} 2:30 PM": "mdy",
    "{y}-{m:02}-{d:02}": "ymd",
    "{y}/{m}/{d}": "ymd",
    "{y}. {m:02}. {d:02}.": "ymd",
    "{y}{m:02}{d:02}": "ymd",
    "{y}年{m}月{d}日": "ymd",
    "{y}-{m:02}-{d:02}T14:30:00.000Z": "ymd",
    "{yy:02}-{m:02}-{d:02}": "ymd",
}


@given(days, st.sampled_from(sorted(NOTATIONS)))
def test_every_day_reads_back_from_every_notation_in_its_order(day: dt.date, notation: str) -> None:
    text = notation.format(d=day.day, m=day.month, y=day.year, yy=day.year % 100)
    assert read_day(text, NOTATIONS[notation]) == day


@given(days, st.sampled_from(sorted(NAMES)), st.sampled_from(["{d} {m} {y}", "{m} {d}, {y}", "{d}-{m}-{y}", "{d}. {m} {y}"]))  # fmt: skip
def test_every_month_is_read_by_its_name(day: dt.date, language: str, notation: str) -> None:
    month = NAMES[language].split()[day.month - 1]
    assert read_day(notation.format(d=day.day, m=month, y=day.year), None) == day


@given(st.lists(days, min_size=1, max_size=30), st.sampled_from(["dmy", "mdy"]), st.sampled_from("/-"))
def test_a_column_is_never_read_in_the_wrong_order(held: list[dt.date], order: Order, mark: str) -> None:
    texts = [mark.join(str(getattr(day, part)) for part in _parts(order)) for day in held]
    evidence = OrderEvidence()
    for text in texts:
        evidence.see(text)
    assert evidence.order in (order, None)
    assert not evidence.mixed
    if any(day.day > 12 for day in held):
        assert evidence.order == order
        assert [read_day(text, evidence.order) for text in texts] == held
    elif any(day.day != day.month for day in held):
        assert evidence.both_ways in texts
    else:
        assert evidence.both_ways == ""
        assert [read_day(text, None) for text in texts] == held


def _parts(order: Order) -> list[str]:
    return [{"d": "day", "m": "month", "y": "year"}[letter] for letter in order]


@pytest.mark.parametrize(
    ("column", "order", "mixed", "both_ways"),
    [
        (("03/04/2026", "13/04/2026"), "dmy", False, ""),
        (("03/04/2026", "04/13/2026"), "mdy", False, ""),
        (("03/04/2026", "04/13/2026", "13/04/2026"), None, True, "03/04/2026"),
        (("03/04/2026",), None, False, "03/04/2026"),
        (("3/4/2026 2:15:33 PM",), None, False, "3/4/2026 2:15:33 PM"),
        (("5/5/2026", "n/a"), None, False, ""),
        (("2026-01-01", "2026/3/4"), "ymd", False, ""),
        (("2026-01-01", "3/4/2025"), None, False, "3/4/2025"),
        (("03.04.2026", "3/4/2026"), "dmy", False, ""),
        (("3.15.2026", "3.4.2026"), "mdy", False, ""),
        (("03.04.2026", "3/15/2026", "3/4/2026"), None, True, "3/4/2026"),
        (("99/03/05", "03/03/04"), "ymd", False, ""),
        (("March 5, 2026", "TBD", "45631"), None, False, ""),
    ],
)
def test_the_values_of_a_column_decide(
    column: tuple[str, ...], order: Order | None, mixed: bool, both_ways: str
) -> None:
    evidence = OrderEvidence()
    for text in column:
        evidence.see(text)
    assert (evidence.order, evidence.mixed, evidence.both_ways) == (order, mixed, both_ways)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-05", "2026-03-05T14:15:33+01:00", "2026-03-05T23:30:00-05:00", "2026-03-05 00:00:00.000", "05.03.26",
        "05-Mar-2026", "5 Mar 26", "Mar 5, 2026", "March 5th, 2026", "March 5, 2026 -> March 7, 2026",
        "March 5, 2026 3:00 PM (CET) → March 7, 2026 4:00 PM (CET)", "5 mars 2026", "le 5 mars 2026 à 14h30",
        "Donnerstag, 5. März 2026 um 14:30 Uhr", "5 de março de 2026", "5 marca 2026 r.", "Do., 05.03.2026",
        "20260305", "20260305T141533Z", "2026/3/5", "46086", "46086.0", "46086,5", "1772668800", "1772668800000",
        "Thu, 05 Mar 2026 14:15:33 GMT", "Thu Mar 05 14:15:33 CET 2026", "'2026-03-05",
        "Thu Mar 05 2026 14:15:33 GMT+0100 (Central European Standard Time)", "２０２６-０３-０５", "２０２６年３月５日",
        "2026. 03. 05.", "05.03.2026 14.30 Uhr", "  2026-03-05  ", "2026-03-05 14:15 America/New_York", "2026/03/05 下午 02:30",
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert read_day(text, None) == MARCH_5


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2024-03-12 09:14", "2024-03-12T09:14:00+01:00"),
        ("3/15/2024 2:30 PM", "2024-03-15T14:30:00+01:00"),
        ("3/15/2024 12:05 am", "2024-03-15T00:05:00+01:00"),
        ("2026-03-05T14:15:33+01:00", "2026-03-05T14:15:33+01:00"),
        ("2026-03-05T14:15:33.123Z", "2026-03-05T14:15:33+00:00"),
        ("2026-07-05", "2026-07-05T00:00:00+02:00"),
        ("45631.5", "2024-12-05T12:00:00+01:00"),
        ("1772668800000", "2026-03-05T00:00:00+00:00"),
        ("Thu, 05 Mar 2026 14:15:33 -0500", "2026-03-05T14:15:33-05:00"),
        ("09:14 15/03/2024", "2024-03-15T09:14:00+01:00"),
        ("2026-03-05 24:00", "2026-03-06T00:00:00+01:00"),
        ("2026-03-05 2:15 p.m. EST", "2026-03-05T14:15:00-05:00"),
    ],
)
def test_a_time_is_read_in_its_own_zone_or_in_the_one_given(text: str, at: str) -> None:
    found = read_time(text, None, BERLIN)
    assert found is not None
    assert found.isoformat() == at


@given(
    st.integers(-946_684_800, 2_177_452_800).map(lambda seconds: dt.datetime.fromtimestamp(seconds, dt.UTC))
)
def test_every_time_reads_back_from_what_our_own_export_writes(at: dt.datetime) -> None:
    assert read_time(at.isoformat().replace("+00:00", "Z"), None, BERLIN) == at


@pytest.mark.parametrize("text", ["", "  ", "n/a", "TBD", "-", "0000-00-00", "0000-00-00 00:00:00", "00/00/0000", "1/1/0001 12:00:00 AM"])  # fmt: skip
def test_what_systems_write_where_there_is_no_day_is_blank(text: str) -> None:
    assert read_day(text, "dmy") is None
    assert read_time(text, "dmy", BERLIN) is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31/02/2025", "not a day in the calendar"),
        ("2026-02-30", "not a day in the calendar"),
        ("June 31, 2026", "not a day in the calendar"),
        ("March 2026", "names no day"),
        ("5 March", "names no year"),
        ("2569-01-01", "year 2569"),
        ("2026-03-05 25:00", "time of day"),
        ("9.19877E+11", "spreadsheet"),
        ("2026", "not a day"),
        ("next week", "not a day"),
        ("10.0.0.1", "not a day"),
        ("99999", "not a day"),
    ],
)
def test_what_is_no_day_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(Unread, match=why):
        read_day(text, "dmy")


def test_what_can_be_read_two_ways_is_never_guessed() -> None:
    with pytest.raises(TwoWays, match="3 April or 4 March 2026"):
        read_day("03/04/2026", None)
    with pytest.raises(TwoWays):
        read_time("03/04/2026 10:00", None, BERLIN)
    assert read_day("03.04.2026", None) == dt.date(2026, 4, 3)
    assert read_day("05/05/2026", None) == dt.date(2026, 5, 5)


def test_two_digits_of_a_year_are_a_closing_date_or_a_birthday() -> None:
    assert read_day("15.01.26", None) == dt.date(2026, 1, 15)
    assert read_day("15.01.71", None) == dt.date(1971, 1, 15)


def test_a_zone_that_several_places_share_is_not_guessed() -> None:
    with pytest.raises(Unread, match="IST"):
        read_time("2026-03-05 14:15 IST", None, BERLIN)
    assert read_day("2026-03-05 14:15 IST", None) == MARCH_5


@pytest.mark.parametrize(
    "text", ["2026-03-05", "03/04/2026", "5 mars 2026", "20260305", "Thu, 05 Mar 2026 14:15:33 GMT"]
)
def test_days_look_like_days(text: str) -> None:
    assert is_day(text)


@pytest.mark.parametrize(
    "text", ["45631", "2026", "1.2.3", "10.0.0.1", "May", "12:30", "030-12-34", "+49 30 1234567", "31/02/2025", "1772668800", "5.5", ""]
)  # fmt: skip
def test_numbers_and_versions_do_not_look_like_days(text: str) -> None:
    assert not is_day(text)


@given(st.one_of(st.text(max_size=40), st.text(alphabet="0123456789/-.: TZamp+年月,E", max_size=25)), st.sampled_from([None, "dmy", "mdy", "ymd"]))  # fmt: skip
def test_no_text_is_worse_than_unread(text: str, order: Order | None) -> None:
    evidence = OrderEvidence()
    evidence.see(text)
    assert evidence.order in (None, "dmy", "mdy", "ymd")
    is_day(text)
    with contextlib.suppress(Unread):
        day = read_day(text, order)
        at = read_time(text, order, BERLIN)
        assert (day is None) == (at is None)
        assert at is None or at.tzinfo is not None
