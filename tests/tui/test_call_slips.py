"""Slips of the finger in call mode: a key that is pressed twice logs no call that never was, and rings nobody twice."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest

from core.dialling import CallState, Dialled
from core.workspace import Subject
from tests.tui.calls import GERMANS, begin, calls_to, card, name, texts
from tui.dialogs.log import LogDialog
from tui.models.call import Phase
from tui.models.debounce import Debounce
from tui.widgets.bars import StatusBar

SIZE = (120, 40)
FOREVER = 3_600.0


class Phone:
    """Puts every call through at once, until it is told that they hung up."""

    name = "phone"

    def __init__(self) -> None:
        self.dialled: list[str] = []
        self.line = "ringing"
        self.looked = threading.Event()

    def dial(self, number: str, *, name: str = "") -> Dialled:
        self.dialled.append(number)
        return Dialled("call")

    def status(self, call_id: str) -> CallState:
        self.looked.set()
        return CallState(self.line)

    def hang_up(self, call_id: str) -> None:
        self.line = "ended"

    def check(self) -> str:
        return "It works."

    def close(self) -> None:
        """Nothing to let go of."""


def calls_of(workspace: Any, floor: Any, number: int) -> Any:
    return texts(workspace.timeline(Subject("contacts", floor.uid("contact", number)), kinds=("call",)))


# --- outcomes -----------------------------------------------------------------------------------------------------


async def test_an_outcome_pressed_twice_logs_one_call(
    app: Any, ready: Any, settle: Any, wait_until: Any, workspace: Any, floor: Any, said: Any
) -> None:
    before = calls_of(workspace, floor, 12)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        now = 0.0
        screen.in_sight = Debounce(1.0, lambda: now)
        screen.show()
        now = 1.5
        await pilot.press("1", "1")
        await settle(pilot)
        assert name(screen) == "Jörg Müller", "and stays"
        assert said(app) == (
            "Jörg Müller has only just come up, so this is not logged. Press it again if the call ended so."
        )
        await pilot.press("d", "1")
        await settle(pilot)
        assert name(screen) != "Jörg Müller", "who was dialled was called, however quickly it ended"
    assert len(calls_of(workspace, floor, 12)) == len(before) + 1


async def test_who_answers_is_talked_to_at_once(
    make_app: Any, ready: Any, settle: Any, wait_until: Any, workspace: Any, floor: Any
) -> None:
    app = make_app(debounce=FOREVER)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("enter", "escape", "9")
        await settle(pilot)
        assert screen.session.phase in (Phase.STEP, Phase.SAVED)


def test_a_key_that_is_held_down_counts_again_only_after_it_was_let_go_of() -> None:
    now = 0.0
    debounce = Debounce(0.25, lambda: now)
    debounce.see("Anna")
    for now in (0.03, 0.2, 0.4, 0.6, 0.8):
        assert debounce.is_bounce(), f"held down at {now}"
    debounce.see("Anna")
    now = 1.1
    assert not debounce.is_bounce()
    debounce.see("Ben")
    assert debounce.is_bounce()


# --- the line -----------------------------------------------------------------------------------------------------


async def test_dial_pressed_twice_rings_once(
    make_app: Any, ready: Any, settle: Any, wait_until: Any, floor: Any, said: Any
) -> None:
    phone = Phone()
    app = make_app(dialler=phone)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("d", "d")
        await wait_until(pilot, lambda: "already" in said(app))
        assert phone.dialled == [screen.session.dial_number]
        assert said(app) == "Anna Becker is being called already."


async def test_a_slip_while_they_talk_dials_nobody_and_the_talk_goes_on(
    make_app: Any, ready: Any, settle: Any, wait_until: Any, floor: Any, said: Any, clock: Any
) -> None:
    phone = Phone()
    app = make_app(dialler=phone)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        phone.line = "answered"
        await pilot.press("d")
        await wait_until(pilot, lambda: screen.session.phase is Phase.TALKING)
        answered = screen.session.answered_at
        await pilot.press("d")
        await wait_until(pilot, lambda: "on the line" in said(app))
        assert len(phone.dialled) == 1
        assert screen.session.answered_at == answered


# --- keys that work everywhere work in a call, too ------------------------------------------------------------------


async def test_logging_something_in_the_middle_of_a_call_does_not_disturb_it(
    app: Any, ready: Any, settle: Any, wait_until: Any, workspace: Any, floor: Any, clock: Any
) -> None:
    anna = Subject("contacts", floor.uid("contact", 1))
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("enter", *"Half a th", "escape")
        answered = screen.session.answered_at
        await pilot.press("i")
        await wait_until(pilot, lambda: isinstance(app.screen, LogDialog) and app.screen.is_ready)
        assert app.screen.target.subject == anna, "it is about who is up"
        clock.now += dt.timedelta(minutes=2)
        await wait_until(pilot, lambda: "talking 2:00" in card(screen))
        await pilot.press("n", *"They mailed", "ctrl+s")
        await settle(pilot)
        assert app.screen is screen
        assert (name(screen), screen.session.phase, screen.session.answered_at) == (
            "Anna Becker",
            Phase.TALKING,
            answered,
        )
        assert screen.notes.text == "Half a th"
        assert screen.focused is screen.outcomes
        assert workspace.timeline(anna, limit=1)[0].activity.body == "They mailed"
        await app.desk.drafts.settled()
        assert workspace.drafts("note:") == {f"note:contacts:{anna.id}": "Half a th"}


async def test_the_briefing_comes_and_goes_without_leaving_the_call(
    app: Any, ready: Any, settle: Any, wait_until: Any, floor: Any
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("enter", *"a b", "escape", "space")
        await settle(pilot)
        assert screen.has_briefing
        assert screen.notes.text == "a b", "in the notes it is a blank"
        assert screen.briefer.brief.subject.id == floor.uid("contact", 1)
        await pilot.press("escape")
        await settle(pilot)
        assert not screen.has_briefing
        assert screen.session.phase is Phase.TALKING, "escape has closed the briefing and no more"
        await pilot.press("space", "escape", "1")
        await settle(pilot)
        assert name(screen) == "Jörg Müller"


async def test_an_open_briefing_goes_along_to_the_next_contact(
    app: Any, ready: Any, settle: Any, wait_until: Any, floor: Any
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("space")
        await settle(pilot)
        await pilot.press("1")
        await settle(pilot)
        assert screen.briefer.brief.subject.id == floor.uid("contact", 12)


@pytest.mark.parametrize("size", [SIZE, (40, 30)])
async def test_what_comes_due_is_told_in_call_mode_and_takes_no_key(
    make_app: Any, ready: Any, settle: Any, wait_until: Any, floor: Any, clock: Any, size: Any
) -> None:
    app = make_app(reminders=True)
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        await wait_until(pilot, lambda: app.reminders is not None)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("enter", *"abc")
        clock.now += dt.timedelta(hours=4)
        app.reminders._look()
        await wait_until(pilot, lambda: "◷" in screen.query_one(StatusBar).render_line(0).text)
        await pilot.press(*"def")
        assert screen.notes.text == "abcdef"
        assert name(screen) == "Anna Becker"
