"""The next step is understood as it was meant, said back, and never guessed."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import Invalid
from core.next_step import KINDS, NextStep, parse_next_step, show_next_step
from core.when import show_when

BERLIN, NEW_YORK, TOKYO = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Tokyo"))
NOW = dt.datetime(2026, 11, 18, 10, 15, tzinfo=BERLIN)  # a Wednesday


def read(text: str, **more: object) -> NextStep:
    return parse_next_step(
        text, NOW, BERLIN, **{"their_zone": NEW_YORK, "subject": "Call back", "kind": "call"} | more
    )  # type: ignore[arg-type]


def said(text: str) -> tuple[str, str]:
    step = read(text)
    return step.kind, show_next_step(step, NOW, BERLIN)


@pytest.mark.parametrize(
    ("typed", "kind", "shown"),
    [
        ("tue 3pm", "call", "Call back · Tue 24 Nov 15:00"),
        ("in 2 weeks", "call", "Call back · Wed 2 Dec"),
        ("in 30 min", "call", "Call back · today 10:45"),
        ("mon morning", "call", "Call back · Mon 23 Nov 09:00"),
        ("callback 14:30", "call", "Call back · today 14:30"),
        ("callback 9:30", "call", "Call back · tomorrow 09:30"),
        ("send offer friday", "email", "Send offer · Fri 20 Nov"),
        ("Send Offer to ACME by friday", "email", "Send Offer to ACME · Fri 20 Nov"),
        ("meeting wed 10", "meeting", "Meeting · Wed 25 Nov 10:00"),
        ("call them on friday at 9", "call", "Call them · Fri 20 Nov 09:00"),
        ("tomorrow 8", "call", "Call back · tomorrow 08:00"),
        ("tue 24 nov 3pm: demo", "meeting", "Demo · Tue 24 Nov 15:00"),
        ("friday: send version 2", "email", "Send version 2 · Fri 20 Nov"),
        ("todo: call mum tue", "todo", "Call mum · Tue 24 Nov"),
        ("book a room tue", "todo", "Book a room · Tue 24 Nov"),
        ('call "Sun Li" tomorrow', "call", "Call Sun Li · tomorrow"),
        ("Call back · Tue 24 Nov 14:30", "call", "Call back · Tue 24 Nov 14:30"),
        ("2026-12-01T15:00", "call", "Call back · Tue 1 Dec 15:00"),
    ],
)
def test_a_step_is_read_and_said_back(typed: str, kind: str, shown: str) -> None:
    assert said(typed) == (kind, shown)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("callback 14:30 their time", "Call back · today 20:30 · 14:30 their time"),
        ("callback their time 14:30", "Call back · today 20:30 · 14:30 their time"),
        ("fri 9am their local time", "Call back · Fri 20 Nov 15:00 · 09:00 their time"),
        ("fri 9am my time", "Call back · Fri 20 Nov 09:00 · 03:00 their time"),
        ("tomorrow 3:00", "Call back · tomorrow 03:00 · Wed 21:00 their time"),
    ],
)
def test_a_time_is_by_the_clock_that_the_line_names(typed: str, shown: str) -> None:
    assert show_next_step(read(typed), NOW, BERLIN, NEW_YORK) == shown


def test_a_day_is_the_same_day_wherever_it_is_read() -> None:
    for zone in (NEW_YORK, TOKYO):
        step = read("friday their time", their_zone=zone)
        assert (step.all_day, show_next_step(step, NOW, BERLIN, zone)) == (True, "Call back · Fri 20 Nov")


def test_the_same_clock_is_not_told_twice() -> None:
    vienna = ZoneInfo("Europe/Vienna")
    assert show_next_step(read("tue 3pm"), NOW, BERLIN, vienna) == "Call back · Tue 24 Nov 15:00"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "What comes next, and when? Try tue 3pm"),
        ("send offer", "“send offer” does not say when. Try tue 3pm"),
        ("meeting wed 3", "“wed 3” leaves open which hour is meant. Write 3pm or 15:00."),
        ("callback thu 19", "“thu 19” can be the 19th or 19 o’clock. Write thu 19:00."),
        ("send version 2 monday", "“2 monday” leaves open which hour is meant."),
        ("call 5 m", "“5 m” can mean minutes or months. Write min or mo."),
        ("callback 1/12", "“1/12” can be read two ways. Write 2026-12-01 or 1 dec."),
        ("call Sun Li tomorrow", "“Sun” and “tomorrow” are two times. Put quotation marks"),
        ("call back tue 25 nov", "“tue 25 nov” does not fit: 25 Nov 2026 is a Wednesday."),
        ("send sun screen", "Is “sun” the time? Put it at the end"),
        ("today 9:00", "“today 9:00” is over already."),
        ("yesterday", "“yesterday” is over already."),
        ("31 nov", "“31 nov” is not a day in the calendar."),
        ("tue 3pm " + "x" * 301, "What is to be done has 301 characters; the most is 300."),
    ],
)
def test_what_can_be_meant_in_two_ways_is_asked_again(typed: str, why: str) -> None:
    with pytest.raises(Invalid) as wrong:
        read(typed)
    assert why in wrong.value.fields["next_step"]


def test_their_time_needs_to_be_known() -> None:
    with pytest.raises(Invalid, match="Write the time by your own clock"):
        read("callback 14:30 their time", their_zone=None)
    assert read("callback 14:30 my time", their_zone=None).due_at.hour == 14


zones = st.sampled_from([BERLIN, NEW_YORK, TOKYO, ZoneInfo("Asia/Kolkata"), ZoneInfo("Australia/Lord_Howe")])
EPOCH = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
nows = st.integers(0, 11 * 365 * 86_400).map(lambda seconds: EPOCH + dt.timedelta(seconds=seconds))
subjects = st.one_of(
    st.sampled_from(
        [
            "Call back", "Send offer", "Meeting", "Ask about 12 desks", "Call Sun Li", "Send 2", "tomorrow", "E-mail Bob re: x",
            "call: them", "Plan may and june", "Meet in 2 weeks or so", "their time sheet", "X, y; z", "“quoted”", "next week",
        ]
    ),
    st.text("abc mon:,;-–tue 3pmin·“”\"", min_size=1, max_size=30),
)  # fmt: skip


@given(now=nows, ahead=st.integers(1, 60 * 24 * 900), zone=zones, all_day=st.booleans(), subject=subjects,
       kind=st.sampled_from(KINDS))  # fmt: skip
def test_what_is_written_down_is_read_back_as_the_same(
    now: dt.datetime, ahead: int, zone: ZoneInfo, all_day: bool, subject: str, kind: str
) -> None:
    due = (now + dt.timedelta(minutes=ahead)).astimezone(zone).replace(second=0, microsecond=0)
    # The second one of an hour that clocks repeat has no spelling of its own.
    assume(due.fold == 0 and due > now)
    if all_day:
        due = due.replace(hour=23, minute=59, second=59)
    # What a person has typed is tidy: no blanks around, begins with a capital letter, ends in a word.
    subject = " ".join(subject.split()).strip("·“”\"':,;-– ")
    assume(subject and subject[0] == subject[0].upper() and not set('“”"·') & set(subject))
    # In quotation marks nothing of what is to be done is taken for a time.
    line = f"{kind}: “{subject}” {show_when(due, all_day=all_day, now=now, zone=zone)}"
    read_back = parse_next_step(line, now, zone)
    assert (read_back.kind, read_back.due_at, read_back.all_day) == (kind, due, all_day), line
    assert read_back.subject.casefold() == subject.casefold(), line


@given(text=st.text("mon tue 123:pamin wek dcbyf.,/+-'\"“”callsendthir", max_size=60), zone=zones, now=nows)
def test_whatever_is_typed_is_read_or_refused_with_a_reason(
    text: str, zone: ZoneInfo, now: dt.datetime
) -> None:
    refused: dict[str, str] = {}
    try:
        step = parse_next_step(text, now, zone, their_zone=TOKYO)
    except Invalid as wrong:
        refused = wrong.fields
    if refused:
        assert list(refused) == ["next_step"]
        assert refused["next_step"].endswith(".")
    else:
        assert step.due_at > now
        assert step.subject
        assert step.kind in KINDS
