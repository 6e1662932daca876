"""Today: what to do now is one list, and each thing on it is done, put off or given away by a key."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from textual.widgets import Input

import tui.models.agenda
from core.calling.follow_up import RETRY_PRIORITY
from core.commands.tasks import CompleteTask, CreateTask, EditTask
from core.defaults import founding
from core.entities import Task
from core.workspace import Agenda, TaskLine
from storage.solo import create_solo
from tests.tui.slow import SlowOpener
from tests.tui.waiting import WaitingOpener
from tui.models.agenda import FEW, Head, Item, Rest, arrange, line_id, stay, to_call
from tui.models.agenda_text import callback_words
from tui.models.card_text import Clock
from tui.models.task_text import PRIORITY_SIGNS, RECURS, task_due
from tui.widgets.choices import Choices
from tui.widgets.tasks import TaskList

WIDE = (120, 40)


@pytest.fixture
def app(make_app):
    return make_app(start="today")


@pytest.fixture
def opener(workspace_path, clock):
    return SlowOpener(workspace_path, clock)


@pytest.fixture
def nothing_due(tmp_path, clock):
    """The path of a workspace in which there is nothing to do."""
    ids = (f"01900000-0000-7000-8fff-{n:012x}" for n in itertools.count(1))
    first = founding(
        organization="Nordlicht Software", user="Mara Lindqvist", currency="EUR", country="DE",
        time_zone="Europe/Berlin", now=clock(), make_id=lambda: next(ids),
    )  # fmt: skip
    path = tmp_path / "empty" / "offhook.db"
    create_solo(path, first, store="file", clock=clock).close()
    return path


def lines(screen):
    """What is listed, by part: `{"Callbacks": ["Chase the signature", …], …}`."""
    table, out = screen.table, {}
    words = table._words
    for row in table._rows:
        if isinstance(row, Item):
            out.setdefault(row.part, []).append(words.what(row))
    return out


def here(screen):
    """What the cursor is on."""
    return screen.table._words.what(screen.table.item)


def text_of(widget):
    return "\n".join(widget.render_line(y).text.rstrip() for y in range(widget.size.height))


def task(workspace, floor, number):
    return workspace.record("tasks", floor.uid("task", number))


# --- what is listed -------------------------------------------------------------------------------------------------


async def test_callbacks_come_first_then_tasks_leads_and_deals_that_wait(app, ready):
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        assert lines(screen) == {
            "callbacks": ["Chase the signature", "Call Paweł about the depot"],
            "overdue": ["Send the brochure", "Send the revised offer"],
            "leads": ["Mehmet Yılmaz", "Jane Doe", "Priya Sharma", "Ahmed Hassan"],
            "stale": ["Fjord: cold chain", "Orchard: second year", "Étoiles: booking desk",
                      "Donaudampfschifffahrt: Elektrizitätenhauptbetriebswerk, zweiter Bauabschnitt"],
            "idle": ["Nakamura: pilot"],
        }  # fmt: skip
        drawn = text_of(screen.table)
        assert "Callbacks 2 ─" in drawn
        assert "New leads in the pool 4 ─" in drawn
        assert here(screen) == "Chase the signature", "the cursor begins with what is most urgent"


@pytest.mark.parametrize("width", [120, 80, 40])
async def test_a_callback_shows_their_time_beside_ours_at_every_width(app, ready, width):
    async with app.run_test(size=(width, 30)) as pilot:
        screen = await ready(pilot, "TodayScreen")
        drawn = text_of(screen.table)
        assert "! 09:30" in drawn
        assert "08:30 there" in drawn, "London is an hour behind Berlin"


async def test_the_cursor_goes_over_heads_and_keeps_the_first_one_in_sight(app, ready):
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        await pilot.press("down", "down")
        assert here(screen) == "Send the brochure"
        await pilot.press("up")
        assert here(screen) == "Call Paweł about the depot"
        await pilot.press("end", "home", "up")
        assert here(screen) == "Chase the signature"
        assert text_of(screen.table).startswith(" Callbacks 2")


async def test_who_has_nothing_to_do_is_told_what_to_do(make_app, nothing_due, clock, ready):
    app = make_app(start="today", opener=SlowOpener(nothing_due, clock, 0))
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        drawn = text_of(screen.table)
        assert "Nothing is due" in drawn
        assert "g c shows the contacts" in drawn
        assert screen.subject() is None
        await pilot.press("d", "z", "enter", "D")
        assert app.screen is screen, "keys for a row do nothing where there is none"


async def test_an_empty_list_says_how_far_the_first_load_is(make_app, nothing_due, clock, ready):
    opener = WaitingOpener(nothing_due, clock, lambda workspace: setattr(workspace, "loading", 34))
    app = make_app(start="today", opener=opener)
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        assert "Still loading: 34 %" in text_of(screen.table)


# --- getting it done ------------------------------------------------------------------------------------------------


async def test_a_task_is_done_with_one_key_and_undo_brings_it_back_under_the_cursor(
    app, ready, settle, workspace, floor, said
):
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        await pilot.press("d")
        await settle(pilot)
        assert task(workspace, floor, 5).done_at is not None
        assert here(screen) == "Call Paweł about the depot", "the cursor goes on to the next"
        assert said(app) == "Done: Chase the signature · u undoes"
        await pilot.press("u")
        await settle(pilot)
        assert here(screen) == "Chase the signature"


async def test_what_is_done_leaves_at_once_and_comes_back_with_the_reason_if_it_is_refused(
    make_app, opener, ready, wait_until, settle, said
):
    app = make_app(start="today", opener=opener)
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        opener.workspace.hold.clear()
        opener.workspace.refusals["complete_task"] = "Chase the signature is done already."
        await pilot.press("d")
        await wait_until(pilot, lambda: here(screen) == "Call Paweł about the depot")
        assert "complete_task" in opener.workspace.asked, "the answer is not there yet"
        opener.workspace.hold.set()
        await wait_until(pilot, lambda: here(screen) == "Chase the signature")
        await settle(pilot)
        assert said(app) == "Chase the signature is done already."


async def test_a_task_is_put_off_till_tomorrow_at_nine_with_two_keys(
    app, ready, settle, workspace, floor, said
):
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        keys = ("z", "3")
        await pilot.press(*keys)
        await settle(pilot)
        assert len(keys) <= 2
        assert task(workspace, floor, 5).due_at == dt.datetime(2026, 3, 19, 8, tzinfo=dt.UTC)
        assert here(screen) == "Call Paweł about the depot"
        assert said(app).startswith("Put off to tomorrow 09:00: Chase the signature")


async def test_a_time_to_put_it_off_to_is_said_back_while_it_is_typed(
    app, ready, settle, workspace, floor, wait_until
):
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        await pilot.press("z", *"fri 10:30")
        shown = app.screen.query_one(Choices)
        await wait_until(pilot, lambda: shown.current is not None)
        assert (shown.current.label, shown.current.detail) == ("Fri 20 Mar 10:30", "09:30 there")
        await pilot.press(*["backspace"] * 9, *"sometime", "enter")
        await wait_until(pilot, lambda: "sometime" in app.screen.told)
        assert app.screen.query_one(Input).value == "sometime", "what was typed stays to be mended"
        await pilot.press(*["backspace"] * 8, *"fri 10:30", "enter")
        await settle(pilot)
        assert app.screen is screen
        assert task(workspace, floor, 5).due_at == dt.datetime(2026, 3, 20, 9, 30, tzinfo=dt.UTC)


async def test_times_that_are_over_or_the_same_are_not_offered(app, ready, clock, floor, settle):
    clock.now = dt.datetime(2026, 3, 22, 16, tzinfo=dt.UTC)
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot, "TodayScreen")
        await pilot.press("z")
        await settle(pilot)
        offered = [option.label for option in app.screen.query_one(Choices)._options]
        assert offered == ["today 18:00", "tomorrow 09:00"], "on a Sunday evening, tomorrow is Monday"


async def test_one_key_goes_through_the_priorities(app, ready, settle, workspace, floor):
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        for priority in ("high", "low", ""):
            await pilot.press("p")
            await settle(pilot)
            assert task(workspace, floor, 5).priority == priority
            (row,) = (row for row in text_of(screen.table).splitlines() if "Chase the signature" in row)
            assert PRIORITY_SIGNS.get(priority, "✆") in row, priority


async def test_a_task_is_given_to_a_colleague_and_leaves_the_list(app, ready, settle, workspace, floor):
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        await pilot.press("A")
        await settle(pilot)
        assert app.screen.query_one(Choices).current.label == "Jonas Weber"
        await pilot.press("enter")
        await settle(pilot)
        assert task(workspace, floor, 5).assignee_id == floor.COLLEAGUE
        assert here(screen) == "Call Paweł about the depot"


async def test_a_task_that_comes_again_says_so_and_is_there_for_the_next_time_once_it_is_done(
    app, ready, settle, workspace, floor
):
    answer = workspace.execute(EditTask(task_id=floor.uid("task", 5), values={"recurrence": "every week"}))
    assert answer.applied
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        assert f"Chase the signature {RECURS}" in text_of(screen.table)
        await pilot.press("d")
        await settle(pilot)
        later = [line.task for line in workspace.tasks() if line.task.subject == "Chase the signature"]
        assert [one.due_at for one in later] == [task(workspace, floor, 5).due_at + dt.timedelta(days=7)]


async def test_a_task_gets_its_priority_and_how_often_it_comes_again_in_its_form(
    app, ready, settle, workspace, floor
):
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot, "TodayScreen")
        await pilot.press("e")
        await settle(pilot)
        assert app.screen._title == "Edit task"
        await pilot.press("tab", "tab", "tab", "h", "tab", *["right"] * 3, "ctrl+s")
        await settle(pilot)
        changed = task(workspace, floor, 5)
        assert (changed.priority, changed.recurrence) == ("high", "every week")


async def test_a_time_typed_in_a_form_takes_the_place_of_the_one_that_stands_there(
    app, ready, settle, workspace, floor
):
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot, "TodayScreen")
        await pilot.press("e")
        await settle(pilot)
        await pilot.press("tab", *"in 2 weeks", "ctrl+s")
        await settle(pilot)
        assert task(workspace, floor, 5).due_at.date() == (floor.NOW + dt.timedelta(weeks=2)).date()


async def test_a_lead_is_claimed_with_one_key(app, ready, settle, workspace, floor):
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        screen.table.point_to(floor.uid("contact", 24))
        await pilot.press("m")
        await settle(pilot)
        assert workspace.record("contacts", floor.uid("contact", 24)).book_id == floor.MY_BOOK
        assert lines(screen)["leads"] == ["Mehmet Yılmaz", "Priya Sharma", "Ahmed Hassan"]
        assert here(screen) == "Priya Sharma"


async def test_what_does_not_fit_is_counted_and_enter_shows_it(app, ready, settle, monkeypatch):
    monkeypatch.setattr(tui.models.agenda, "FEW", 2)
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        assert len(lines(screen)["leads"]) == 2
        assert "⋯ 2 more" in text_of(screen.table)
        screen.table.point_to("rest:leads")
        await pilot.press("d")
        await pilot.press("enter")
        await settle(pilot)
        assert len(lines(screen)["leads"]) == 4
        assert here(screen) == "Priya Sharma", "the cursor goes on with what was hidden"


async def test_a_deal_without_a_next_step_gets_one_and_leaves_the_list(app, ready, settle, floor):
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        screen.table.point_to(floor.uid("deal", 6))
        await pilot.press("d")
        assert app.screen is screen, "a deal is no task that could be done"
        await pilot.press("t", *"Ask Kenji", "ctrl+s")
        await settle(pilot)
        assert "idle" not in lines(screen)


async def test_enter_opens_the_record_and_brackets_go_through_the_list(app, ready, settle, floor):
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        screen.table.point_to(floor.uid("contact", 24))
        await pilot.press("enter")
        await settle(pilot)
        assert app.screen.record_id == floor.uid("contact", 24)
        await pilot.press("right_square_bracket")
        await settle(pilot)
        assert app.screen.record_id == floor.uid("contact", 23)
        await pilot.press("escape")
        await settle(pilot)
        assert here(screen) == "Priya Sharma"


async def test_the_keys_of_a_task_are_the_same_beside_a_record(app, ready, settle, workspace, floor):
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot, "TodayScreen")
        app.open_record("deals", floor.uid("deal", 9))
        await settle(pilot)
        tasks = app.screen.query_one(TaskList)
        tasks.focus()
        await pilot.press("p")
        await settle(pilot)
        assert "↑ Chase the signature" in text_of(tasks)
        await pilot.press("z", "3")
        await settle(pilot)
        assert task(workspace, floor, 5).due_at == dt.datetime(2026, 3, 19, 8, tzinfo=dt.UTC)
        await pilot.press("d")
        await settle(pilot)
        assert task(workspace, floor, 5).done_at is not None


async def test_one_key_starts_calling_through_the_day_and_each_call_knows_its_task_and_deal(
    app, ready, wait_until, floor
):
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot, "TodayScreen")
        await pilot.press("C")
        await wait_until(pilot, lambda: type(app.screen).__name__ == "CallScreen")
        calls = app.screen.session.calls
        first, depot, lead = (floor.uid("contact", number) for number in (9, 2, 25))
        assert list(calls.contact_ids[:3]) == [first, depot, lead], (
            "callbacks in order, then leads; no errands"
        )
        assert (calls.name, calls.tasks[first], calls.deals[first]) == (
            "Today", floor.uid("task", 5), floor.uid("deal", 9),
        )  # fmt: skip


async def test_one_key_calls_whom_the_row_is_about_for_its_task(app, ready, wait_until, floor):
    async with app.run_test(size=WIDE) as pilot:
        await ready(pilot, "TodayScreen")
        await pilot.press("down", "c")
        await wait_until(pilot, lambda: type(app.screen).__name__ == "CallScreen")
        calls, contact_id = app.screen.session.calls, floor.uid("contact", 2)
        assert (list(calls.contact_ids), calls.tasks) == ([contact_id], {contact_id: floor.uid("task", 2)})


async def test_the_briefing_follows_the_cursor_over_tasks_leads_and_deals(app, ready, settle, floor):
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        await pilot.press("space")
        await settle(pilot)
        assert screen.has_briefing
        for row, name in (
            (("contact", 24), "Jane Doe"),
            (("deal", 6), "Nakamura: pilot"),
            (("task", 1), "Anna Becker"),
        ):
            screen.table.point_to(floor.uid(*row))
            await settle(pilot)
            assert name in text_of(screen.briefer.panel)


# --- others, and time -----------------------------------------------------------------------------------------------


async def test_what_a_colleague_does_appears_and_the_cursor_stays_on_its_row(
    app, ready, wait_until, workspace, floor
):
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        screen.table.point_to(floor.uid("task", 1))
        assert workspace.execute(CompleteTask(task_id=floor.uid("task", 5))).applied
        assert workspace.execute(
            CreateTask(table="contacts", record_id=floor.uid("contact", 9), subject="Ring Oliver", kind="call",
                       due_at=floor.NOW + dt.timedelta(hours=1))
        ).applied  # fmt: skip
        await wait_until(
            pilot, lambda: lines(screen)["callbacks"] == ["Ring Oliver", "Call Paweł about the depot"]
        )
        assert here(screen) == "Send the revised offer"


async def test_time_makes_tasks_overdue_and_midnight_brings_those_of_another_day(
    app, ready, settle, clock, floor
):
    async with app.run_test(size=WIDE) as pilot:
        screen = await ready(pilot, "TodayScreen")
        assert "◆ 14:00" in text_of(screen.table)
        clock.now = floor.NOW + dt.timedelta(hours=4)
        screen._tick()
        await settle(pilot)
        assert "! 14:00" in text_of(screen.table)
        clock.now = floor.NOW + dt.timedelta(days=1)
        screen._tick()
        await settle(pilot)
        assert "Ask Bea for the data sheet" in lines(screen)["today"]
        assert "! Wed 14:00" in text_of(screen.table)


# --- the order, without a terminal ----------------------------------------------------------------------------------


NOW = dt.datetime(2026, 3, 18, 9, 30, tzinfo=dt.UTC)
CLOCK = Clock.at(NOW, dt.UTC)


def line(number, *, hours=0.0, priority="", kind="todo", all_day=False, contact=""):
    one = Task(
        id=f"t{number}", org_id="o", book_id="b", assignee_id="me", subject=f"Task {number}", kind=kind, all_day=all_day,
        due_at=NOW + dt.timedelta(hours=hours), priority=priority, contact_id=contact or None,
    )  # fmt: skip
    return TaskLine(one, "Anna")


def agenda(*tasks, more=0):
    return Agenda(list(tasks), [], [], [], {"tasks": more, "leads": 0, "stale": 0, "idle": 0})


def test_of_what_is_due_at_the_same_time_the_most_urgent_comes_first():
    due = [
        line(1, hours=2, priority="low"),
        line(2, hours=2),
        line(3, hours=2, priority="high"),
        line(4, hours=1),
    ]
    listed = [one.line.task.id for one in arrange(agenda(*due), CLOCK) if isinstance(one, Item)]
    assert listed == ["t4", "t3", "t2", "t1"]


def test_a_call_at_a_set_time_is_a_callback_and_one_for_the_day_or_another_try_is_not():
    due = [
        line(1, hours=3, kind="call"),
        line(2, hours=3, kind="call", all_day=True),
        line(3, hours=-3),
        line(4, hours=1, kind="call", priority=RETRY_PRIORITY),
    ]
    heads = [(one.part, one.number) for one in arrange(agenda(*due), CLOCK) if isinstance(one, Head)]
    assert heads == [("callbacks", 1), ("overdue", 1), ("today", 2)]


def test_what_was_not_read_is_counted_with_the_last_tasks():
    listed = arrange(agenda(line(1, hours=-3), more=40), CLOCK)
    assert listed[0] == Head("overdue", 41)
    assert listed[-1] == Rest("overdue", 0, 40)


def test_leads_do_not_crowd_out_what_is_due_until_they_are_asked_for():
    from core.workspace import ContactLine

    blank = dict.fromkeys(ContactLine._fields, "")
    leads = [ContactLine(**blank | {"id": f"c{n}"}) for n in range(FEW + 5)]
    full = agenda(line(1))._replace(leads=leads)
    assert arrange(full, CLOCK)[-1] == Rest("leads", 5, 0)
    assert line_id(arrange(full, CLOCK, opened={"leads"})[-1]) == f"c{FEW + 4}"
    assert len(to_call(full, CLOCK).contact_ids) == FEW + 5, "calling goes through all of them"


def test_calling_goes_through_calls_and_leads_but_not_through_errands():
    due = [
        line(1, kind="call", contact="a"),
        line(2, kind="email", contact="b"),
        line(3, kind="call", contact="a"),
    ]
    assert to_call(agenda(*due), CLOCK) == (["a"], {}, {"a": "t1"}), "each once, for the first of their tasks"


@pytest.mark.parametrize(
    ("before", "cursor", "after", "stays"),
    [
        ("abc", 1, "abc", "b"),
        ("abc", 1, "xabc", "b"),
        ("abc", 1, "ac", "c"),
        ("abc", 2, "ab", "b"),
        ("abc", 1, "xy", ""),
    ],
)
def test_the_cursor_goes_to_the_next_row_that_is_still_there(before, cursor, after, stays):
    assert stay(list(before), cursor, list(after)) == stays


@pytest.mark.parametrize(
    ("hours", "words"), [(1, "◆ 10:30"), (-1, "! 08:30"), (-20, "! Tue 13:30"), (-24 * 12, "! 12d")]
)
def test_a_callback_says_its_time_of_day_as_long_as_that_helps(hours, words):
    due = (NOW + dt.timedelta(hours=hours)).timestamp()
    assert callback_words(due, CLOCK) == words
    assert len(callback_words(due, CLOCK, short=True)) <= 8, "it is whole on a narrow terminal, too"


def test_a_task_for_the_day_says_no_time_wherever_it_was_planned():
    assert task_due(line(1, hours=12, all_day=True).task, CLOCK)[1] == "◆ today"
    assert task_due(line(1, hours=12).task, CLOCK)[1] == "◆ 21:30"


# --- pictures -------------------------------------------------------------------------------------------------------


def test_picture_of_a_full_day(snap, app, size):
    assert snap(app, size, screen="TodayScreen")


def test_picture_of_an_empty_day(snap, make_app, nothing_due, clock, size):
    app = make_app(start="today", opener=SlowOpener(nothing_due, clock, 0))
    assert snap(app, size, screen="TodayScreen")


def test_picture_of_a_day_that_is_still_loading(snap, make_app, nothing_due, clock, size):
    opener = WaitingOpener(nothing_due, clock, lambda workspace: setattr(workspace, "loading", 34))
    assert snap(make_app(start="today", opener=opener), size, screen="TodayScreen")


def test_picture_of_putting_off(snap, app, size):
    assert snap(app, size, screen="TodayScreen", keys=("z",))
