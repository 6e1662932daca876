"""Call mode: one key for a call that reached nobody, and nothing that was typed is ever lost."""

from __future__ import annotations

import datetime as dt

import pytest

from core.commands.contacts import CreateContact, DeleteContacts
from core.workspace import Subject
from tests.tui.calls import GERMANS, add_script, begin, calls_to, card, name, texts
from tests.tui.slow import SlowOpener
from tui.dialogs.log import LogDialog
from tui.dialogs.pick import Picker
from tui.dialogs.prompt import Prompt
from tui.models.call import Phase

SIZE = (120, 40)


def calls_of(workspace, floor, number):
    """The calls to a contact: (outcome, note), the newest first."""
    return texts(workspace.timeline(Subject("contacts", floor.uid("contact", number)), kinds=("call",)))


def open_tasks(workspace, floor, number):
    return [line.task for line in workspace.tasks() if line.task.contact_id == floor.uid("contact", number)]


# --- one key ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("key", "outcome"), [("1", "no answer"), ("2", "left voicemail"), ("3", "busy")])
async def test_nobody_was_reached_is_one_key_and_the_next_one_is_up(
    app, ready, settle, wait_until, workspace, floor, key, outcome
):
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        assert name(screen) == "Anna Becker"
        await pilot.press(key)
        assert name(screen) == "Jörg Müller"
        assert screen.focused is screen.outcomes
        await settle(pilot)
    call = workspace.timeline(Subject("contacts", floor.uid("contact", 1)), kinds=("call",), limit=1)[
        0
    ].activity
    assert (call.outcome, call.direction, call.data["connected"]) == (outcome, "out", False)
    assert call.data["block"] == screen.session.block
    assert open_tasks(workspace, floor, 1), "and when to try again is planned"


async def test_a_conversation_with_note_and_next_step_is_four_keys_and_the_text(
    app, ready, settle, wait_until, workspace, floor, clock
):
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("enter")
        assert screen.session.phase is Phase.TALKING
        clock.now += dt.timedelta(minutes=2)
        await pilot.press(*"Wants 2 robots.", "escape", "6")
        assert screen.session.phase is Phase.STEP
        assert screen.step_line.value == "Fri 20 Mar"
        await pilot.press("enter")
        await settle(pilot)
        assert name(screen) == "Anna Becker", "who was reached stays until the rep goes on"
        assert screen.session.phase is Phase.SAVED
        await pilot.press("enter")
        assert name(screen) == "Jörg Müller"
        await settle(pilot)
    assert calls_of(workspace, floor, 1)[0] == ("interested", "Wants 2 robots.")
    call = workspace.timeline(Subject("contacts", floor.uid("contact", 1)), kinds=("call",), limit=1)[
        0
    ].activity
    assert call.duration_s == 120
    (task,) = [task for task in open_tasks(workspace, floor, 1) if task.subject == "Send what they asked for"]
    assert (task.kind, task.all_day, task.due_at.date()) == ("email", True, dt.date(2026, 3, 20))


async def test_what_is_offered_as_the_next_step_is_typed_over(
    app, ready, settle, wait_until, workspace, floor
):
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("6")
        assert screen.step_line.value == "Fri 20 Mar"
        await pilot.press(*"in 2 weeks")
        assert screen.step_line.value == "in 2 weeks"
        await pilot.press("enter")
        await settle(pilot)
    (task,) = [task for task in open_tasks(workspace, floor, 1) if task.subject == "Send what they asked for"]
    assert task.due_at.date() == (floor.NOW + dt.timedelta(weeks=2)).date()


async def test_undo_is_one_key_and_brings_back_the_contact_with_the_notes(
    app, ready, settle, wait_until, workspace, floor
):
    before = calls_of(workspace, floor, 1)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("n", *"Try mornings", "escape", "2")
        await settle(pilot)
        assert calls_of(workspace, floor, 1)[0] == ("left voicemail", "Try mornings")
        await pilot.press("u")
        assert name(screen) == "Anna Becker"
        assert screen.notes.text == "Try mornings"
        await settle(pilot)
        assert calls_of(workspace, floor, 1) == before
        await pilot.press("1")
        assert name(screen) == "Jörg Müller", "who had been up comes next"
        await pilot.press("u")
        await settle(pilot)
        await pilot.press("u")
        await settle(pilot)
        assert calls_of(workspace, floor, 1) == before
        await pilot.press("u")
        await settle(pilot)


async def test_keys_are_text_while_notes_are_typed(app, ready, settle, wait_until, workspace, floor):
    before = calls_of(workspace, floor, 1)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("n", *"1 x 20 duqr>", "w")
        await settle(pilot)
        assert screen.notes.text == "1 x 20 duqr>w"
        assert name(screen) == "Anna Becker"
        await pilot.press("escape", "w", *"12", "enter")
        await settle(pilot)
        assert screen.focused is screen.step_line, "what cannot be read is not left behind"
        await pilot.press("escape", "1")
        await settle(pilot)
        assert (name(screen), screen.focused) == ("Anna Becker", screen.step_line)
    assert calls_of(workspace, floor, 1) == before


async def test_a_callback_asks_when_and_understands_their_time(
    app, ready, settle, wait_until, workspace, floor
):
    """Grace sits in Boston, where the clocks have changed already: half past two there is half past seven here."""
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, 11))
        await pilot.press("5", "enter")
        await settle(pilot)
        assert screen.session.phase is Phase.STEP, "a callback without a time is none"
        await pilot.press(*"14:30 their time")
        await settle(pilot)
        assert screen.query_one("StepSaid").said == "Call back · today 19:30 · 14:30 their time"
        await pilot.press("enter")
        await settle(pilot)
    (task,) = [task for task in open_tasks(workspace, floor, 11) if task.subject == "Call back"]
    assert task.due_at == dt.datetime(2026, 3, 18, 18, 30, tzinfo=dt.UTC)


async def test_why_not_is_one_more_key(app, ready, settle, wait_until, workspace, floor):
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("8")
        await settle(pilot)
        assert isinstance(app.screen, Picker)
        await pilot.press("3", "enter")
        await settle(pilot)
        assert screen.session.phase is Phase.SAVED
    call = workspace.timeline(Subject("contacts", floor.uid("contact", 1)), kinds=("call",), limit=1)[
        0
    ].activity
    assert (call.outcome, call.data["reason"]) == ("not interested", "Timing")


async def test_who_wants_no_calls_is_asked_about_once_and_called_never_again(
    app, ready, settle, wait_until, workspace, floor
):
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("x")
        await settle(pilot)
        assert isinstance(app.screen, Prompt)
        await pilot.press("escape")
        await settle(pilot)
        assert (name(screen), screen.session.phase) == ("Anna Becker", Phase.READY)
        await pilot.press("x")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
    assert workspace.record("contacts", floor.uid("contact", 1)).do_not_call


async def test_an_unanswered_call_with_a_next_step_of_ones_own(
    app, ready, settle, wait_until, workspace, floor
):
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("w", *"call the assistant tomorrow 9:00", "enter", "1")
        await settle(pilot)
        assert (name(screen), screen.step_line.value) == ("Jörg Müller", "")
    assert "Call the assistant" in {task.subject for task in open_tasks(workspace, floor, 1)}


# --- the queue ----------------------------------------------------------------------------------------------------


async def test_who_must_not_be_called_now_is_passed_over_and_told_in_the_end(
    app, ready, settle, wait_until, floor
):
    """Osaka is asleep, and one contact has no number: both are left out, with the reason."""
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, 23, 16, 1, 18))
        assert name(screen) == "Anna Becker" or "Priya" in name(screen)
        while screen.session.current is not None:
            await pilot.press("1")
            await settle(pilot)
        assert screen.session.phase is Phase.OVER
        said = screen.panel.words
        assert "That was everybody" in said
        assert "1  without a number that can be dialled" in said
        assert "outside the hours for calls there" in said


async def test_skip_back_and_again_later(app, ready, settle, wait_until, floor, clock, said):
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("n", *"half a thought", "escape", "right")
        await settle(pilot)
        assert name(screen) == "Jörg Müller"
        await pilot.press("left")
        await settle(pilot)
        assert (name(screen), screen.notes.text) == ("Anna Becker", "half a thought")
        await pilot.press("r")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert name(screen) == "Jörg Müller"
        assert said(app).startswith("Anna Becker comes again from")
        clock.now += dt.timedelta(minutes=31)
        await pilot.press("1")
        await settle(pilot)
        assert name(screen) == "Anna Becker"
        assert screen.notes.text == "half a thought"


async def test_a_break_holds_nobody_and_goes_on_where_it_was(
    app, ready, settle, wait_until, colleague, floor
):
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, 12, 20))
        assert not colleague.reserve(floor.uid("contact", 12)).ok
        await pilot.press("n", *"so far", "escape", "p")
        await settle(pilot)
        assert "Paused" in screen.panel.words
        assert colleague.reserve(floor.uid("contact", 20)).ok
        colleague.release(floor.uid("contact", 20))
        await pilot.press("enter")
        await settle(pilot)
        assert (name(screen), screen.notes.text) == ("Jörg Müller", "so far")


async def test_who_a_colleague_took_meanwhile_is_not_dialled(
    app, ready, settle, wait_until, colleague, floor, said, clock
):
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, 12, 20, 1))
        screen.desk.workspace.release(floor.uid("contact", 12))
        assert colleague.reserve(floor.uid("contact", 12)).ok
        await pilot.press("d")
        await settle(pilot)
        assert name(screen) == "Tom Fischer"
        assert "Jonas Weber is calling" in said(app)
        await pilot.press("d")
        await settle(pilot)
        assert screen.session.phase is Phase.RINGING
        assert app.clipboard == "+493012345620"


async def test_new_matches_join_and_who_is_deleted_leaves(app, ready, settle, wait_until, workspace, floor):
    calls = calls_to(floor, 1, 12, query="company:acme")
    new, leaving = floor.uid("contact", 90), floor.uid("contact", 12)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls)
        phone = {"value": "+493012345690", "label": "work"}
        values = {
            "first_name": "Neu",
            "last_name": "Zugang",
            "phones": [phone],
            "company_id": floor.uid("company", 1),
        }
        assert workspace.execute(CreateContact(contact_id=new, values=values)).applied
        await wait_until(pilot, lambda: new in screen.session.known)
        assert workspace.execute(DeleteContacts(contact_ids=(leaving,))).applied
        await wait_until(pilot, lambda: leaving not in screen.session.queue.candidates(screen.desk.now))
        await settle(pilot)
        seen = []
        while screen.session.current is not None:
            seen.append(name(screen))
            await pilot.press("1")
            await settle(pilot)
        assert seen[0] == "Anna Becker"
        assert "Neu Zugang" in seen
        assert "Jörg Müller" not in seen


async def test_a_list_that_was_left_is_gone_on_with(app, ready, settle, wait_until, floor):
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("1")
        await settle(pilot)
        await pilot.press("n", *"unfinished", "escape", "q")
        await settle(pilot)
        words = screen.panel.words
        assert "Hot leads: ended, 3 of 4 left" in words
        assert words.count("Dials") == 1
        await pilot.press("enter")
        await ready(pilot)
        await pilot.press("C")
        await settle(pilot)
        assert isinstance(app.screen, Picker)
        await pilot.press("1")
        await wait_until(pilot, lambda: type(app.screen).__name__ == "CallScreen")
        await settle(pilot)
        again = app.screen
        assert (name(again), again.notes.text) == ("Jörg Müller", "unfinished")
        assert again.session.figures == "1 call · 0 connects"
        await pilot.press("u")
        await settle(pilot)
        assert name(again) == "Anna Becker", "and undo goes back behind the break"


# --- from everywhere ----------------------------------------------------------------------------------------------


async def test_c_calls_whom_the_record_is_about(make_app, ready, settle, wait_until, floor):
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, "QuietScreen")
        screen.about = Subject("deals", floor.uid("deal", 1))
        await pilot.press("c")
        await wait_until(pilot, lambda: type(app.screen).__name__ == "CallScreen")
        await settle(pilot)
        assert name(app.screen) == "Anna Becker"
        assert app.screen.session.deal_id == floor.uid("deal", 1)
        await pilot.press("q", "enter")
        await ready(pilot, "QuietScreen")
        screen.about = Subject("companies", floor.uid("company", 1))
        await pilot.press("c")
        await settle(pilot)
        assert isinstance(app.screen, Picker), "three people are known there"
        await pilot.press("escape")
        await settle(pilot)
        screen.about = Subject("companies", floor.uid("company", 10))
        await pilot.press("c")
        await settle(pilot)
        assert type(app.screen).__name__ in ("CallScreen", LogDialog.__name__)


async def test_everybody_at_a_company_is_called_from_its_screen(app, ready, settle, wait_until, floor):
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        app.open_record("companies", floor.uid("company", 1))
        await ready(pilot, "CompanyScreen")
        await pilot.press("C")
        await wait_until(pilot, lambda: type(app.screen).__name__ == "CallScreen")
        await settle(pilot)
        assert (app.screen.session.calls.name, app.screen.session.total) == ("Acme Robotics", 3)


async def test_a_contact_that_must_not_be_called_is_shown_with_the_reason_and_not_dialled(
    make_app, ready, settle, wait_until, floor, said
):
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, "QuietScreen")
        screen.about = Subject("contacts", floor.uid("contact", 18))
        await pilot.press("c")
        await wait_until(pilot, lambda: type(app.screen).__name__ == "CallScreen")
        await settle(pilot)
        assert "✗ Too early in" in card(app.screen)
        await pilot.press("d")
        await settle(pilot)
        assert said(app).startswith("Too early in")
        assert app.screen.session.phase is Phase.READY


# --- the script ---------------------------------------------------------------------------------------------------


async def test_objections_are_one_key_wherever_the_cursor_is(
    app, ready, settle, wait_until, workspace, floor
):
    add_script(workspace)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))

        def shown():
            return "\n".join("".join(span.text for span in line) for line in screen.script._laid_out().lines)

        assert "Hi Anna, this is Mara from Nordlicht Software." in shown()
        assert "Compared to" not in shown()
        await pilot.press("n", *"he says", "alt+1")
        await settle(pilot)
        assert "Compared to what, Anna?" in shown()
        assert (screen.notes.text, screen.focused) == ("he says", screen.notes)
        await pilot.press("escape", "s", "2")
        await settle(pilot)
        assert "When is it quiet at Acme Robotics?" in shown()
        assert name(screen) == "Anna Becker", "digits are objections while the script has the focus"


# --- behind a network ---------------------------------------------------------------------------------------------


@pytest.fixture
def opener(workspace_path, clock):
    return SlowOpener(workspace_path, clock)


@pytest.fixture
def slow(make_app, opener):
    yield make_app(opener=opener)
    if opener.workspace is not None:
        opener.workspace.hold.set()


async def test_the_next_contact_does_not_wait_for_the_server(slow, opener, ready, settle, wait_until, floor):
    async with slow.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        opener.workspace.hold.clear()
        await pilot.press("1")
        assert name(screen) == "Jörg Müller"
        await wait_until(pilot, lambda: screen.session.ahead is not None)
        await pilot.press("2")
        assert name(screen) != "Jörg Müller"
        opener.workspace.hold.set()
        await settle(pilot)
    assert opener.workspace.asked == ["log_call", "log_call"]


async def test_a_call_that_was_not_saved_is_gone_back_to_with_its_notes(
    slow, opener, ready, settle, wait_until, floor, said
):
    async with slow.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        opener.workspace.refusals["log_call"] = "The server says no."
        await pilot.press("n", *"Ask for Jana", "escape", "1")
        await settle(pilot)
        assert name(screen) == "Jörg Müller"
        assert said(slow).startswith("The call to Anna Becker is not saved: ! goes back to it.")
        assert opener.workspace.inner.drafts("note:") == {
            f"note:contacts:{floor.uid('contact', 1)}": "Ask for Jana"
        }
        opener.workspace.refusals.clear()
        await pilot.press("exclamation_mark")
        await settle(pilot)
        assert (name(screen), screen.notes.text) == ("Anna Becker", "Ask for Jana")
        await pilot.press("1")
        await settle(pilot)
        assert name(screen) == "Jörg Müller"
        await screen.desk.drafts.settled()
        assert opener.workspace.inner.drafts("note:") == {}


async def test_notes_are_on_the_disk_while_the_rep_types(app, ready, settle, wait_until, workspace, floor):
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("n", *"Wants")
        await screen.desk.drafts.settled()
        kept = workspace.drafts(f"note:contacts:{floor.uid('contact', 1)}")
        assert list(kept.values()) == ["Wants"]
