"""What was typed and never saved is told of when offhook opens, is found again, and is gone once it is saved."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from core.commands.contacts import DeleteContacts
from core.errors import Unavailable
from core.log_entry import Draft, draft_key, note_key
from core.workspace import Subject
from tests.tui.slow import SlowOpener
from tui.dialogs.log import LogDialog
from tui.dialogs.pick import Picker
from tui.dialogs.prompt import Confirm, Prompt
from tui.dialogs.script_editor import ScriptEditor
from tui.models.call_words import note_key as call_key
from tui.models.call_words import step_key
from tui.models.unsaved import Kind, notice, read_unsaved

SIZE = (120, 40)
QUIET = "QuietScreen"


@pytest.fixture
def anna(floor: Any) -> Subject:
    return Subject("contacts", floor.uid("contact", 1))


def front(app: Any) -> Any:
    return app.screen


def told(app: Any) -> list[str]:
    return [one.message for one in app._notifications]


def keep_one_of_each(workspace: Any, floor: Any, clock: Any) -> None:
    """A note, something that took place and a call, each about somebody else, and a script; one after the other."""
    body = {"name": "Cold", "target": "", "shared": "", "body": "Hi there"}
    for key, text in (
        (note_key(Subject("deals", floor.uid("deal", 1))), "Budget is app"),
        (draft_key(Subject("contacts", floor.uid("contact", 2))), Draft("note", text="Met").write()),
        (call_key(floor.uid("contact", 12)), "Wants two"),
        (step_key(floor.uid("contact", 12)), "tue 3pm"),
        ("prompt:script:new", json.dumps({"typed": body, "before": {**body, "body": ""}})),
    ):
        clock.now += dt.timedelta(seconds=1)
        workspace.keep_draft(key, text)


async def open_list(app: Any, pilot: Any, settle: Any) -> Picker:
    app.show_unsaved()
    await pilot.pause()
    await settle(pilot)
    dialog = front(app)
    assert isinstance(dialog, Picker)
    return dialog


async def pick(app: Any, pilot: Any, settle: Any, label: str) -> None:
    dialog = await open_list(app, pilot, settle)
    options = dialog._options
    at = next(n for n, option in enumerate(options) if option.label.startswith(label))
    await pilot.press(*["down"] * at, "enter")
    await settle(pilot)


# --- telling ------------------------------------------------------------------------------------------------------


async def test_opening_says_once_what_was_never_saved_and_of_whom(
    make_app: Any, ready: Any, wait_until: Any, workspace: Any, floor: Any, clock: Any
) -> None:
    keep_one_of_each(workspace, floor, clock)
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, QUIET)
        await wait_until(pilot, lambda: told(app))
        (words,) = told(app)
        assert words == (
            "4 texts were never saved: a new script, call notes on Jörg Müller, what took place with Paweł Wójcik and 1 more."
            " ctrl+p and “Unsaved texts” brings them back."
        )


async def test_nothing_is_said_where_everything_is_saved(
    make_app: Any, ready: Any, settle: Any, said: Any, workspace: Any
) -> None:
    workspace.keep_draft("call.queue", "{}")
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, QUIET)
        assert told(app) == []
        await pilot.press("ctrl+p", *"unsaved", "enter")
        await settle(pilot)
        assert said(app) == "Everything that was typed is saved."


def test_who_was_erased_and_what_cannot_be_read_is_not_named(
    workspace: Any, floor: Any, anna: Subject
) -> None:
    kept = {
        call_key("gone"): "Wants",
        draft_key(None): Draft("note", text="Hm").write(),
        draft_key(anna): "{broken",
        "prompt:script:new": "[]",
        "call.queue": "{}",
    }
    found = read_unsaved(workspace, workspace.catalog(), kept)
    assert [(one.kind, one.is_homeless, one.words) for one in found[::-1]] == [
        (Kind.CALL, True, "call notes on somebody who is not there any more"),
        (Kind.LOG, False, "a log entry about nobody yet"),
    ]
    assert notice(found[:1], "ctrl+p").startswith(
        "A text was never saved: a log entry about nobody yet. ctrl+p"
    )


# --- the way back ---------------------------------------------------------------------------------------------------


async def test_each_is_brought_back_to_where_it_was_typed(
    app: Any, ready: Any, settle: Any, wait_until: Any, workspace: Any, floor: Any, clock: Any
) -> None:
    keep_one_of_each(workspace, floor, clock)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pick(app, pilot, settle, "Note")
        assert isinstance(front(app), Prompt)
        assert front(app).typed == "Budget is app"
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert (
            workspace.timeline(Subject("deals", floor.uid("deal", 1)), limit=1)[0].activity.body
            == "Budget is app"
        )
        await pick(app, pilot, settle, "Log")
        assert isinstance(front(app), LogDialog)
        assert front(app).draft.text == "Met"
        await pilot.press("ctrl+s")
        await settle(pilot)
        await pick(app, pilot, settle, "Script")
        assert isinstance(front(app), ScriptEditor)
        await pilot.press("escape", "escape")
        await settle(pilot)
        await pick(app, pilot, settle, "Call")
        await wait_until(pilot, lambda: type(app.screen).__name__ == "CallScreen")
        await settle(pilot)
        assert (front(app).notes.text, front(app).step_line.value) == ("Wants two", "tue 3pm")
        await pilot.press("1")
        await settle(pilot)
        await app.desk.drafts.settled()
        assert [key for key in workspace.drafts() if not key.startswith("call.")] == []


async def test_a_text_about_somebody_who_is_gone_can_be_copied_and_dropped(
    make_app: Any, ready: Any, settle: Any, wait_until: Any, workspace: Any, floor: Any
) -> None:
    who = Subject("contacts", floor.uid("contact", 14))
    workspace.keep_draft(note_key(who), "Twelve trucks")
    assert workspace.execute(DeleteContacts(contact_ids=(who.id,))).applied
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, QUIET)
        await pick(app, pilot, settle, "Note · not there any more")
        await wait_until(pilot, lambda: not app.screen.is_deaf)
        await pilot.press("ctrl+c")
        assert app.clipboard == "Twelve trucks"
        await pilot.press("ctrl+s")
        assert isinstance(front(app), Prompt), "there is nothing to save it to"
        await pilot.press("escape", "escape")
        await settle(pilot)
        await app.desk.drafts.settled()
    assert workspace.drafts() == {}


async def test_a_text_is_dropped_from_the_list_after_being_asked_for(
    make_app: Any, ready: Any, settle: Any, wait_until: Any, workspace: Any, anna: Subject
) -> None:
    workspace.keep_draft(note_key(anna), "Old")
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, QUIET)
        await open_list(app, pilot, settle)
        await pilot.press("ctrl+d")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm))
        await pilot.press("enter")
        assert isinstance(front(app), Confirm), "enter alone drops nothing"
        await pilot.press("y")
        await settle(pilot)
        await app.desk.drafts.settled()
    assert workspace.drafts() == {}


# --- saved is gone, refused is not ------------------------------------------------------------------------------------


@pytest.fixture
def opener(workspace_path: Any, clock: Any) -> Any:
    return SlowOpener(workspace_path, clock)


@pytest.fixture
def slow(make_app: Any, opener: Any) -> Any:
    yield make_app(opener=opener)
    if opener.workspace is not None:
        opener.workspace.hold.set()


async def test_a_note_that_is_under_way_is_not_offered_to_be_written_again(
    slow: Any, opener: Any, ready: Any, settle: Any, wait_until: Any
) -> None:
    async with slow.run_test(size=SIZE) as pilot:
        await ready(pilot)
        server = opener.workspace
        server.hold.clear()
        await pilot.press("a", *"One", "ctrl+s")
        await wait_until(pilot, lambda: server.asked)
        await slow.desk.drafts.settled()
        assert list(server.inner.drafts("prompt:").values()) == ["One"], "until it is saved, it is kept"
        await pilot.press("a")
        await wait_until(pilot, lambda: isinstance(slow.screen, Prompt) and slow.screen.is_ready)
        assert slow.screen.typed == ""
        await pilot.press(*"Two")
        server.hold.set()
        await wait_until(pilot, lambda: not slow.desk.unsettled)
        await pilot.pause()
        await slow.desk.drafts.settled()
        assert list(server.inner.drafts("prompt:").values()) == ["Two"], "what is being typed stays kept"
        await pilot.press("ctrl+s")
        await settle(pilot)
        await slow.desk.drafts.settled()
        assert server.inner.drafts("prompt:") == {}


async def test_a_note_that_is_refused_after_its_page_was_left_comes_back(
    slow: Any, opener: Any, ready: Any, settle: Any, wait_until: Any, anna: Subject
) -> None:
    async with slow.run_test(size=SIZE) as pilot:
        await ready(pilot)
        server = opener.workspace
        slow.open_record(anna.table, anna.id)
        await ready(pilot, "ContactScreen")
        server.refusals["log_activity"] = "The server says no."
        server.hold.clear()
        await pilot.press("a", *"Keep me", "ctrl+s")
        await wait_until(pilot, lambda: server.asked)
        await pilot.press("escape")
        await wait_until(pilot, lambda: type(slow.screen).__name__ == "PipelineScreen")
        server.hold.set()
        await wait_until(pilot, lambda: isinstance(slow.screen, Prompt))
        await wait_until(pilot, lambda: not slow.screen.is_deaf)
        assert slow.screen.typed == "Keep me"
        await slow.desk.drafts.settled()
        assert list(server.inner.drafts("prompt:").values()) == ["Keep me"]


async def test_a_disk_that_keeps_nothing_is_told_of_once(
    make_app: Any, ready: Any, settle: Any, wait_until: Any, anna: Subject, monkeypatch: Any
) -> None:
    def full(*_: Any) -> None:
        raise Unavailable("The disk is full.")

    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, QUIET)
        screen.about = anna
        monkeypatch.setattr(type(app.desk.workspace), "keep_draft", full)
        await pilot.press("a", *"Hello")
        await wait_until(pilot, lambda: told(app))
        await app.desk.drafts.settled()
        assert told(app) == [
            "What you type is not kept on the disk at the moment: a crash would lose it. The disk is full."
        ]
