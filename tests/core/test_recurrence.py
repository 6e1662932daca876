"""Tasks that come again: the next one is there when the last one is done, at the same hour of the clock."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.commands.tasks import CompleteTask, CreateTask, DeleteTask, EditTask, SnoozeTask
from core.entities import Task
from core.errors import Invalid, Refused
from core.recurrence import RECURRENCES, next_due

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def at(text: str, zone: dt.tzinfo = BERLIN) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=zone)


def following(due: str, recurrence: str, now: str, **more: object) -> str:
    found = next_due(at(due), recurrence, at(now), BERLIN, **more)  # type: ignore[arg-type]
    return found.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("due", "recurrence", "expected"),
    [
        ("2026-11-18 09:00", "every day", "2026-11-19 09:00"),
        ("2026-11-20 09:00", "every weekday", "2026-11-23 09:00"),
        ("2026-11-21 09:00", "every weekday", "2026-11-23 09:00"),
        ("2026-11-18 09:00", "every week", "2026-11-25 09:00"),
        ("2026-11-18 09:00", "every 2 weeks", "2026-12-02 09:00"),
        ("2026-11-18 09:00", "every month", "2026-12-18 09:00"),
        ("2026-01-30 09:00", "every month", "2026-02-28 09:00"),
        ("2026-01-31 09:00", "every month", "2026-02-28 09:00"),
        ("2026-02-28 09:00", "every month", "2026-03-31 09:00"),
        ("2026-11-30 09:00", "every 3 months", "2027-02-28 09:00"),
        ("2028-02-29 09:00", "every year", "2029-02-28 09:00"),
        # The clocks change in between: it is still nine o'clock.
        ("2026-10-24 09:00", "every day", "2026-10-25 09:00"),
        ("2026-03-28 09:00", "every week", "2026-04-04 09:00"),
        # An hour that a day does not have lies behind the gap.
        ("2026-03-28 02:30", "every day", "2026-03-29 03:30"),
    ],
)
def test_it_is_due_again_at_the_same_hour_of_the_clock(due: str, recurrence: str, expected: str) -> None:
    assert following(due, recurrence, due) == expected


def test_what_is_long_overdue_comes_next_once() -> None:
    assert following("2020-01-06 09:00", "every day", "2026-11-18 08:00") == "2026-11-18 09:00"
    assert following("2020-01-06 09:00", "every week", "2026-11-18 08:00") == "2026-11-23 09:00"
    assert following("2020-01-31 09:00", "every month", "2026-02-10 08:00") == "2026-02-28 09:00"
    assert following("2020-01-06 09:00", "every weekday", "2026-11-21 08:00") == "2026-11-23 09:00"


def test_a_whole_day_that_is_not_over_is_still_to_come() -> None:
    day = {"all_day": True}
    assert following("2026-11-10 23:59:59", "every day", "2026-11-18 10:00", **day) == "2026-11-18 23:59"
    assert following("2026-11-18 23:59:59", "every day", "2026-11-18 10:00", **day) == "2026-11-19 23:59"


@given(
    due=st.integers(0, 10**8), late=st.integers(-(10**6), 10**8), recurrence=st.sampled_from(RECURRENCES),
    zone=st.sampled_from([BERLIN, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), dt.UTC]), all_day=st.booleans(),
)  # fmt: skip
def test_the_next_one_is_always_ahead_and_the_first_that_is(
    due: int, late: int, recurrence: str, zone: dt.tzinfo, all_day: bool
) -> None:
    began = dt.datetime(2024, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=due)
    now = began + dt.timedelta(seconds=late)
    found = next_due(began, recurrence, now, zone, all_day=all_day)
    assert found > max(now, began - dt.timedelta(days=1))
    longest = {"every day": 1, "every weekday": 4, "every week": 7, "every 2 weeks": 14, "every month": 31}
    span = dt.timedelta(days=longest.get(recurrence, 366), hours=26)
    assert found <= max(now, began) + span
    if recurrence == "every weekday":
        assert found.astimezone(zone).weekday() < 5


# --- as commands


@pytest.fixture
def weekly(office):
    lena = office.contact(office.bob)
    command = CreateTask(
        table="contacts", record_id=lena.id, subject="Weekly call", kind="call", priority="high",
        recurrence="every week", due_at=office.store.now, body="Ask about the pilot",
    )  # fmt: skip
    office.bob.run(command)
    return office.bob.get(Task, command.task_id)


def tasks(office):
    return sorted(office.store.live(Task), key=lambda task: task.due_at)


def test_who_ticks_it_off_finds_the_next_one_and_undo_takes_both_back(office, weekly):
    before = office.bob.everything()
    done = office.bob.run(CompleteTask(task_id=weekly.id))
    first, second = tasks(office)
    assert (first.id, first.done_at) == (weekly.id, office.store.now)
    assert second.due_at == weekly.due_at + dt.timedelta(days=7)
    for name in ("subject", "kind", "body", "priority", "recurrence", "assignee_id", "contact_id", "book_id"):
        assert getattr(second, name) == getattr(weekly, name)
    assert second.done_at is None
    office.bob.undo(done)
    assert office.bob.everything() == before
    assert [task.id for task in tasks(office)] == [weekly.id]


def test_it_comes_again_by_the_clock_of_who_does_it(office, weekly):
    office.store.rows["users"][office.max.user_id]["time_zone"] = "America/New_York"
    summer = at("2026-10-30 15:00", NEW_YORK)  # Berlin is back at winter time, New York is not.
    office.bob.run(EditTask(task_id=weekly.id, values={"assignee_id": office.max.user_id, "due_at": summer}))
    office.bob.run(CompleteTask(task_id=weekly.id))
    assert tasks(office)[-1].due_at.astimezone(NEW_YORK).hour == 15


def test_one_that_was_done_or_deleted_does_not_come_again(office, weekly):
    office.bob.run(DeleteTask(task_id=weekly.id))
    assert tasks(office) == []
    lena = office.contact(office.bob, "Mia")
    once = CreateTask(table="contacts", record_id=lena.id, subject="Once", due_at=office.store.now)
    office.bob.run(once)
    office.bob.run(CompleteTask(task_id=once.task_id))
    assert [task.subject for task in tasks(office)] == ["Once"]


def test_how_much_it_matters_and_how_often_it_comes_are_one_of_a_few(office, weekly):
    with pytest.raises(Invalid) as wrong:
        office.bob.execute(EditTask(task_id=weekly.id, values={"priority": "urgent", "recurrence": "often"}))
    assert wrong.value.fields == {
        "priority": "A priority is high or low, or empty for neither.",
        "recurrence": f"A task comes again {', '.join(RECURRENCES)}, or not at all.",
    }
    office.bob.run(EditTask(task_id=weekly.id, values={"priority": "", "recurrence": ""}))
    assert (office.bob.get(Task, weekly.id).priority, office.bob.get(Task, weekly.id).recurrence) == ("", "")


def test_a_task_is_put_off_to_a_time_to_come(office, weekly):
    later = office.store.now + dt.timedelta(days=1, hours=2)
    done = office.bob.run(SnoozeTask(task_id=weekly.id, due_at=later))
    assert done.summary == "Put off to tomorrow 12:30: Weekly call"
    assert office.bob.get(Task, weekly.id).due_at == later
    with pytest.raises(Invalid, match="That is over already"):
        office.bob.execute(SnoozeTask(task_id=weekly.id, due_at=office.store.now))
    office.bob.undo(done)
    assert office.bob.get(Task, weekly.id).due_at == weekly.due_at
    office.bob.run(CompleteTask(task_id=weekly.id))
    with pytest.raises(Refused, match="is done already"):
        office.bob.execute(SnoozeTask(task_id=weekly.id, due_at=later))
