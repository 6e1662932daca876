"""What comes late in call mode comes to whom it is about: answers of a slow server, of a question, of what others do."""

from __future__ import annotations

from typing import Any

import pytest

from core.commands.contacts import DeleteContacts
from core.workspace import Subject
from tests.tui.calls import GERMANS, begin, calls_to, name, texts
from tests.tui.slow import SlowOpener
from tui.dialogs.prompt import Prompt
from tui.flows.call_start import call_one
from tui.models import call_state
from tui.models.call import Phase

SIZE = (120, 40)


@pytest.fixture
def opener(workspace_path: Any, clock: Any) -> Any:
    return SlowOpener(workspace_path, clock, delay=0.0)


@pytest.fixture
def slow(make_app: Any, opener: Any) -> Any:
    yield make_app(opener=opener)
    if opener.workspace is not None:
        opener.workspace.hold.set()


def front(app: Any) -> Any:
    return app.screen


async def kept_notes(app: Any) -> list[str]:
    await app.desk.drafts.settled()
    return list(app.desk.workspace.inner.drafts("note:").values())


# --- answers that come late -----------------------------------------------------------------------------------------


async def test_what_is_typed_after_a_call_stays_when_the_call_is_refused(
    slow: Any, opener: Any, ready: Any, settle: Any, wait_until: Any, floor: Any
) -> None:
    async with slow.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        server = opener.workspace
        server.refusals["log_call"] = "The server says no."
        server.hold.clear()
        await pilot.press("enter", *"First", "escape", "6", "enter")
        assert screen.session.phase is Phase.SAVED
        await pilot.press("n", *"Second")
        server.hold.set()
        await wait_until(pilot, lambda: "First" in screen.notes.text)
        assert screen.notes.text == "First\nSecond"
        assert await kept_notes(slow) == ["First\nSecond"]


async def test_a_call_taken_back_before_it_is_answered_keeps_its_notes_on_the_disk(
    slow: Any, opener: Any, ready: Any, settle: Any, wait_until: Any, floor: Any
) -> None:
    async with slow.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        server = opener.workspace
        server.hold.clear()
        await pilot.press("n", *"Mornings", "escape", "1")
        await wait_until(pilot, lambda: server.asked)
        await pilot.press("u")
        assert (name(screen), screen.notes.text) == ("Anna Becker", "Mornings")
        server.hold.set()
        await settle(pilot)
        assert server.asked == ["log_call", "undo"]
        assert await kept_notes(slow) == ["Mornings"]


async def test_a_call_that_is_refused_after_it_was_taken_back_is_no_news(
    slow: Any, opener: Any, ready: Any, settle: Any, wait_until: Any, floor: Any, said: Any
) -> None:
    async with slow.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        server = opener.workspace
        server.refusals["log_call"] = "The server says no."
        server.hold.clear()
        await pilot.press("1")
        await wait_until(pilot, lambda: server.asked)
        await pilot.press("u")
        server.hold.set()
        await settle(pilot)
        assert (name(screen), screen.session.troubles, screen.session.made) == ("Anna Becker", [], 0)
        assert "stays as it is" not in said(slow)


async def test_who_has_left_call_mode_is_told_of_a_call_that_was_refused(
    slow: Any, opener: Any, ready: Any, settle: Any, wait_until: Any, floor: Any, said: Any
) -> None:
    async with slow.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        server = opener.workspace
        server.refusals["log_call"] = "The server says no."
        server.hold.clear()
        await pilot.press("n", *"Keep", "escape", "1")
        await wait_until(pilot, lambda: server.asked)
        await pilot.press("q", "q")
        await wait_until(pilot, lambda: type(front(slow)).__name__ == "PipelineScreen")
        server.hold.set()
        await wait_until(pilot, lambda: "not saved" in said(slow))
        assert said(slow) == (
            "The call to Anna Becker is not saved. What was typed is under “Unsaved texts”. The server says no."
        )
        assert await kept_notes(slow) == ["Keep"]


# --- answers to a question that has lost whom it was about ------------------------------------------------------------


async def test_no_calls_any_more_is_never_said_of_the_next_one(
    app: Any, ready: Any, settle: Any, wait_until: Any, workspace: Any, floor: Any
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, 12, 1))
        await pilot.press("x")
        await wait_until(pilot, lambda: isinstance(front(app), Prompt))
        assert workspace.execute(DeleteContacts(contact_ids=(floor.uid("contact", 12),))).applied
        await wait_until(pilot, lambda: name(screen) == "Anna Becker")
        await pilot.press("enter")
        await settle(pilot)
        assert front(app) is screen
        assert name(screen) == "Anna Becker"
    assert not workspace.record("contacts", floor.uid("contact", 1)).do_not_call
    anna = Subject("contacts", floor.uid("contact", 1))
    assert "do not call" not in [outcome for outcome, _ in texts(workspace.timeline(anna, kinds=("call",)))]


async def test_a_step_that_one_outcome_offered_is_not_planned_by_another(
    app: Any, ready: Any, settle: Any, wait_until: Any, floor: Any
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("6")
        assert screen.step_line.value == "Fri 20 Mar"
        await pilot.press("escape")
        assert screen.step_line.value == ""
        await pilot.press("w", *"fri 3pm", "escape", "6", "escape")
        assert screen.step_line.value == "fri 3pm", "what the rep has typed stays"


async def test_after_a_call_is_saved_no_next_step_is_typed_into_nothing(
    app: Any, ready: Any, settle: Any, wait_until: Any, floor: Any, said: Any
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("6", "enter")
        await settle(pilot)
        await pilot.press("w")
        assert screen.focused is screen.outcomes
        assert said(app) == "This call is saved. t plans what comes next."


# --- one call beside a list -------------------------------------------------------------------------------------------


async def test_calling_one_contact_leaves_the_list_that_waits_as_it_was(
    app: Any, ready: Any, settle: Any, wait_until: Any, workspace: Any, floor: Any
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("1", "q", "q")
        await ready(pilot)
        left = app.calls_left
        anna = Subject("contacts", floor.uid("contact", 11))
        app.screen.start(call_one(app.screen, anna))
        await wait_until(pilot, lambda: type(front(app)).__name__ == "CallScreen")
        await settle(pilot)
        await pilot.press("1")
        await settle(pilot)
        await pilot.press("q")
        await ready(pilot)
        await app.desk.drafts.settled()
        assert app.calls_left == left
        waiting = call_state.resumable(workspace)
        assert waiting == left
        assert (waiting.name, waiting.left) == ("Hot leads", 3)
