"""A task that comes due is told of wherever the user is, until it is seen to; and it never takes a key."""

from __future__ import annotations

import datetime as dt

import pytest
from textual.widgets import Input

import tui.reminders
from core.commands.tasks import CompleteTask, CreateTask, EditTask, SnoozeTask
from core.text import printable
from tests.tui.slow import SlowOpener
from tui.models.agenda_text import REMINDER, reminder_words
from tui.screens.base import DeskScreen
from tui.screens.today import TodayScreen
from tui.widgets.bars import StatusBar

WIDE = (120, 40)
DEPOT = dt.timedelta(hours=3, minutes=30)
"""When the call about the depot is due, from the time at which the tests begin."""


@pytest.fixture(autouse=True)
def _look_often(monkeypatch):
    """The clock of the tests is put forward by hand; it is looked at often enough to notice at once."""
    monkeypatch.setattr(tui.reminders, "LOOK", 0.02)


@pytest.fixture
def app(make_app):
    return make_app(reminders=True)


@pytest.fixture
def open_app(app, ready, wait_until):
    """`await open_app(pilot)`: the board is there, and what was missed is told of."""

    async def opened(pilot, screen="PipelineScreen"):
        await ready(pilot, screen)
        await wait_until(pilot, lambda: pilot.app.reminders is not None and pilot.app.reminders.due)
        return pilot.app.screen

    return opened


def told(app):
    """What has come due, as it stands in the status bar of the screen that can be seen."""
    screen = next(one for one in reversed(app.screen_stack) if isinstance(one, DeskScreen))
    return screen.query_one(StatusBar)._due.strip()


def subjects(app):
    return [line.task.subject for line in app.reminders.due]


# --- when -----------------------------------------------------------------------------------------------------------


async def test_what_was_missed_is_told_at_the_start_but_not_what_is_long_ago_or_for_the_day(
    app, open_app, floor
):
    async with app.run_test(size=WIDE) as pilot:
        await open_app(pilot)
        assert subjects(app) == ["Send the revised offer", "Chase the signature"]
        assert told(app) == f"{REMINDER} 2 due · 09:30 Chase the signature · Oliver Smith (08:30 there) · g t"


async def test_a_task_that_comes_due_is_told_of_at_that_time_and_not_before(
    app, open_app, clock, floor, wait_until
):
    async with app.run_test(size=WIDE) as pilot:
        await open_app(pilot)
        app.reminders.see()
        clock.now = floor.NOW + DEPOT - dt.timedelta(seconds=1)
        await pilot.pause(0.1)
        assert told(app) == ""
        clock.now = floor.NOW + DEPOT
        await wait_until(pilot, lambda: told(app))
        assert told(app) == f"{REMINDER} 14:00 Call Paweł about the depot · Paweł Wójcik · g t"


async def test_between_two_times_nothing_is_asked_of_the_workspace(
    make_app, workspace_path, clock, floor, wait_until, ready
):
    opener = SlowOpener(workspace_path, clock, 0)
    app = make_app(reminders=True, opener=opener)
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot)
        await wait_until(pilot, lambda: app.reminders is not None and app.reminders.due)
        asked = []
        reading = app.desk.read
        app.desk.read = lambda query: asked.append(query) or reading(query)
        for minutes in range(0, 300, 30):
            clock.now = floor.NOW + dt.timedelta(minutes=minutes)
            await pilot.pause(0.03)
        assert len(subjects(app)) == 3, "another one has come due"
        assert asked == []


async def test_another_day_brings_its_own_tasks(app, open_app, clock, floor, wait_until, workspace):
    made = CreateTask(
        table="contacts", record_id=floor.uid("contact", 2), subject="Ring the depot", kind="call",
        due_at=floor.NOW + dt.timedelta(days=1),
    )  # fmt: skip
    assert workspace.execute(made).applied
    async with app.run_test(size=WIDE) as pilot:
        await open_app(pilot)
        assert "Ring the depot" not in subjects(app)
        clock.now = floor.NOW + dt.timedelta(days=1, minutes=1)
        await wait_until(pilot, lambda: "Ring the depot" in subjects(app))


async def test_what_is_of_low_priority_waits_without_a_word(app, open_app, workspace, floor, wait_until):
    low = EditTask(task_id=floor.uid("task", 5), values={"priority": "low"})
    assert workspace.execute(low).applied
    async with app.run_test(size=WIDE) as pilot:
        await open_app(pilot)
        assert subjects(app) == ["Send the revised offer"]


async def test_it_is_quiet_once_it_was_done_or_put_off_elsewhere(
    app, open_app, workspace, floor, wait_until, clock
):
    async with app.run_test(size=WIDE) as pilot:
        await open_app(pilot)
        assert workspace.execute(CompleteTask(task_id=floor.uid("task", 5))).applied
        await wait_until(pilot, lambda: subjects(app) == ["Send the revised offer"])
        later = floor.NOW + dt.timedelta(hours=1)
        assert workspace.execute(SnoozeTask(task_id=floor.uid("task", 1), due_at=later)).applied
        await wait_until(pilot, lambda: told(app) == "")
        clock.now = later
        await wait_until(pilot, lambda: told(app))
        assert "Send the revised offer" in told(app), "what was put off is told of again at its new time"


async def test_who_is_out_of_reach_of_the_server_is_told_of_what_is_known(
    make_app, workspace_path, clock, floor, wait_until, ready
):
    opener = SlowOpener(workspace_path, clock, 0)
    app = make_app(reminders=True, opener=opener)
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot)
        await wait_until(pilot, lambda: app.reminders is not None and app.reminders.due)
        opener.workspace.lose()
        opener.workspace.announce({("tasks", floor.uid("task", 2))})
        clock.now = floor.NOW + DEPOT
        await wait_until(pilot, lambda: len(subjects(app)) == 3)


# --- where ----------------------------------------------------------------------------------------------------------


async def test_two_keys_from_anywhere_go_to_what_has_come_due_and_it_is_seen_to(
    app, open_app, floor, wait_until, settle
):
    async with app.run_test(size=WIDE) as pilot:
        await open_app(pilot)
        app.open_record("contacts", floor.uid("contact", 3))
        await settle(pilot)
        assert "Chase the signature" in told(app), "on a record, too"
        await pilot.press("g", "t")
        await wait_until(pilot, lambda: isinstance(app.screen, TodayScreen) and app.screen.table.item)
        await settle(pilot)
        assert app.screen.table.item.line.task.subject == "Chase the signature"
        assert told(app) == ""


async def test_a_morning_begins_at_the_top_whatever_was_left_of_the_day_before(
    app, open_app, clock, floor, wait_until, settle
):
    clock.now = floor.NOW + dt.timedelta(days=1)
    async with app.run_test(size=WIDE) as pilot:
        await open_app(pilot)
        assert "Call Paweł about the depot" in subjects(app)
        await pilot.press("g", "t")
        await wait_until(pilot, lambda: isinstance(app.screen, TodayScreen) and app.screen.table.item)
        await settle(pilot)
        assert app.screen.table.item is app.screen.table.items[0]
        assert told(app) == ""


async def test_on_today_it_is_gone_to_as_well_and_the_cursor_stays_until_then(
    make_app, open_app, clock, floor, wait_until, settle
):
    app = make_app(reminders=True, start="today")
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_app(pilot, "TodayScreen")
        screen.table.point_to(floor.uid("contact", 24))
        app.reminders.see()
        clock.now = floor.NOW + DEPOT
        await wait_until(pilot, lambda: told(app))
        assert screen.subject().id == floor.uid("contact", 24)
        await pilot.press("g", "t")
        await settle(pilot)
        assert screen.table.item.line.task.subject == "Call Paweł about the depot"
        assert told(app) == ""


async def test_it_shows_under_a_question_and_takes_nothing_from_what_is_being_typed(
    app, open_app, clock, floor, wait_until, workspace, settle
):
    async with app.run_test(size=WIDE) as pilot:
        board = await open_app(pilot)
        app.reminders.see()
        await pilot.press("t", *"Send the d")
        dialog, field = app.screen, app.focused
        assert isinstance(field, Input)
        clock.now = floor.NOW + DEPOT
        await wait_until(pilot, lambda: told(app))
        await pilot.press(*"ata g t", "ctrl+s")
        await settle(pilot)
        assert field.value == "Send the data g t"
        assert (app.screen, dialog.is_current) == (board, False)
        assert "Send the data g t" in [line.task.subject for line in workspace.tasks()]
        assert subjects(app) == ["Call Paweł about the depot"], "it is still there"
        assert told(app)


async def test_in_call_mode_it_hides_nothing_of_the_call_and_takes_no_key_of_the_notes(
    app, open_app, clock, floor, wait_until, settle
):
    async with app.run_test(size=(80, 24)) as pilot:
        await open_app(pilot)
        app.reminders.see()
        app.open_record("contacts", floor.uid("contact", 3))
        await settle(pilot)
        await pilot.press("c")
        await wait_until(pilot, lambda: type(app.screen).__name__ == "CallScreen")
        await settle(pilot)
        places = {widget.id or type(widget).__name__: widget.region for widget in app.screen.query("*")}
        await pilot.press("n", *"go")
        clock.now = floor.NOW + DEPOT
        await wait_until(pilot, lambda: told(app))
        await pilot.press(*" gt")
        await settle(pilot)
        assert type(app.screen).__name__ == "CallScreen"
        assert app.focused.text == "go gt"
        bar = app.screen.query_one(StatusBar)
        assert bar.region == places["status-bar"], "it stands in the line that was there already"


async def test_putting_it_off_or_ticking_it_off_quiets_it(make_app, open_app, wait_until, settle):
    app = make_app(reminders=True, start="today")
    async with app.run_test(size=WIDE) as pilot:
        await open_app(pilot, "TodayScreen")
        await pilot.press("d")
        await wait_until(pilot, lambda: "Chase the signature" not in subjects(app))


async def test_a_click_on_it_goes_there(app, open_app, wait_until):
    async with app.run_test(size=WIDE) as pilot:
        await open_app(pilot)
        bar = app.screen.query_one(StatusBar)
        await pilot.click(bar, offset=(len(bar._state) + 3, 0))
        await wait_until(pilot, lambda: isinstance(app.screen, TodayScreen))


# --- how it is drawn ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [120, 80, 40])
async def test_a_message_and_what_has_come_due_stand_beside_each_other(app, open_app, width):
    async with app.run_test(size=(width, 30)) as pilot:
        screen = await open_app(pilot)
        bar = screen.query_one(StatusBar)
        screen.say("Moved Acme: picking robots to Won")
        drawn = bar.render_line(0).text
        assert f"{REMINDER} 2" in drawn
        assert "Moved Acme: picking" in drawn
        assert len(drawn) == width


async def test_the_longest_form_that_fits_is_shown(app, open_app, workspace, floor):
    async with app.run_test(size=WIDE) as pilot:
        await open_app(pilot)
        words = app.reminder
        assert list(words) == sorted(words, key=len, reverse=True)
        assert words.short == f"{REMINDER} 2"
        assert all(printable(form) == form for form in words)
        lines = app.reminders.due[-1:]
        alone = reminder_words(lines, app.desk.now, app.desk.zone, country="DE", key="g t")
        assert alone.full == f"{REMINDER} 09:30 Chase the signature · Oliver Smith (08:30 there) · g t"


def test_picture_of_a_reminder_over_the_board(snap, make_app, wait_until, size):
    app = make_app(reminders=True)

    async def due(pilot):
        await wait_until(pilot, lambda: app.reminders is not None and app.reminders.due)

    assert snap(app, size, before=due)


def test_picture_of_a_reminder_while_something_is_typed(snap, make_app, wait_until, size):
    app = make_app(reminders=True)

    async def typing(pilot):
        await wait_until(pilot, lambda: app.reminders is not None and app.reminders.due)
        await pilot.press("a", *"They want two")

    assert snap(app, size, before=typing)
