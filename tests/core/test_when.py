from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.when import parse_when

BERLIN = ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 11, 18, 10, 15, tzinfo=BERLIN)  # a Wednesday
DAY_END = "23:59:59"


def read(text: str, *, past: bool = False, now: dt.datetime = NOW) -> tuple[str, bool]:
    when, all_day = parse_when(text, now.astimezone(dt.UTC), BERLIN, past=past)
    assert when.tzinfo is BERLIN
    return when.strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00"), all_day


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("today", "2026-11-18"),
        ("tomorrow", "2026-11-19"),
        ("Tomorrow ", "2026-11-19"),
        ("fri", "2026-11-20"),
        ("wed", "2026-11-25"),  # said on a Wednesday: the one after today
        ("next monday", "2026-11-23"),
        ("next friday", "2026-11-27"),
        ("this friday", "2026-11-20"),
        ("by friday", "2026-11-20"),
        ("next week", "2026-11-23"),
        ("next month", "2026-12-01"),
        ("in 2 weeks", "2026-12-02"),
        ("two weeks", "2026-12-02"),
        ("in a month", "2026-12-18"),
        ("in 3 months", "2027-02-18"),
        ("+3d", "2026-11-21"),
        ("+1w", "2026-11-25"),
        ("2026-12-01", "2026-12-01"),
        ("2026/12/01", "2026-12-01"),
        ("1 dec", "2026-12-01"),
        ("1st of December", "2026-12-01"),
        ("dec 1st, 2027", "2027-12-01"),
        ("5 feb", "2027-02-05"),
        ("29 feb", "2028-02-29"),
        ("1.12.", "2026-12-01"),
        ("01.12.2027", "2027-12-01"),
    ],
)
def test_a_day_is_read(typed: str, expected: str) -> None:
    assert read(typed) == (f"{expected} {DAY_END}", True)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("tue 3pm", "2026-11-24 15:00"),
        ("3pm tuesday", "2026-11-24 15:00"),
        ("tuesday at 3:30 pm", "2026-11-24 15:30"),
        ("next monday 9:30", "2026-11-23 09:30"),
        ("tomorrow morning", "2026-11-19 09:00"),
        ("friday noon", "2026-11-20 12:00"),
        ("today 12am", "2026-11-18 00:00"),
        ("today 12 p.m.", "2026-11-18 12:00"),
        ("3pm", "2026-11-18 15:00"),
        ("9:00", "2026-11-19 09:00"),  # nine has passed today
        ("in 2 hours", "2026-11-18 12:15"),
        ("in 30 min", "2026-11-18 10:45"),
        ("+3d 9:30", "2026-11-21 09:30"),
        ("1 dec 2026 15:00", "2026-12-01 15:00"),
        ("2026-12-01 15:00", "2026-12-01 15:00"),
        ("2026-12-01T15:00", "2026-12-01 15:00"),
        ("2026-12-01T15:00Z", "2026-12-01 16:00"),
        ("2026-12-01T15:00:30-05:00", "2026-12-01 21:00:30"),
    ],
)
def test_a_time_is_read(typed: str, expected: str) -> None:
    assert read(typed) == (expected, False)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("yesterday", ("2026-11-17 12:00", True)),
        ("today", ("2026-11-18 10:15", True)),  # noon has not come yet
        ("mon 3pm", ("2026-11-16 15:00", False)),
        ("wed", ("2026-11-11 12:00", True)),
        ("3pm", ("2026-11-17 15:00", False)),
        ("9:00", ("2026-11-18 09:00", False)),
        ("2 hours ago", ("2026-11-18 08:15", False)),
        ("3 days ago", ("2026-11-15 12:00", True)),
        ("last friday 9am", ("2026-11-13 09:00", False)),
        ("1 dec", ("2025-12-01 12:00", True)),
    ],
)
def test_what_happened_is_looked_for_in_the_past(typed: str, expected: tuple[str, bool]) -> None:
    assert read(typed, past=True) == expected


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "When?"),
        ("soon", "not a time I can read"),
        ("tuesday maybe", "not a time I can read"),
        ("tue 3", "which hour"),
        ("at 5", "which hour"),
        ("1/12", "two ways"),
        ("12/01/2026", "two ways"),
        ("+3m", "minutes or months"),
        ("tue wed", "two days"),
        ("3pm 4pm", "two times"),
        ("in 2 hours 3pm", "two times"),
        ("15pm", "not a time of day"),
        ("25:00", "not a time of day"),
        ("in 2 weeks ago", "both ways"),
        ("30 feb", "not a day in the calendar"),
        ("2026-02-30", "not a day in the calendar"),
        ("2026-02-30T10:00", "not a day in the calendar"),
        ("in 9999 years", "not a day in the calendar"),
        ("next monday " + "x" * 100_000, "not a time I can read"),
        ("\x1b[31mtomorrow", "not a time I can read"),
    ],
)
def test_what_is_not_certain_is_refused_with_a_hint(typed: str, says: str) -> None:
    with pytest.raises(Invalid, match=says) as caught:
        parse_when(typed, NOW, BERLIN)
    message = str(caught.value)
    assert len(message) < 250
    assert message.isprintable()


def test_a_time_in_the_gap_of_summer_time_moves_behind_it() -> None:
    assert read("2027-03-28 02:30") == ("2027-03-28 03:30", False)


def test_hours_run_through_a_change_of_the_clocks() -> None:
    before = dt.datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN)
    assert read("in 3 hours", now=before) == ("2026-10-25 03:30", False)


@given(st.text(max_size=40))
def test_any_text_is_either_read_or_refused(typed: str) -> None:
    try:
        when, _ = parse_when(typed, NOW, BERLIN)
    except Invalid:
        return
    assert when.tzinfo is BERLIN
