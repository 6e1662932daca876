"""A phone that can be watched: the timer starts by itself, what the line says is proposed, and only the rep logs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.dialling import CallState, Dialled, Dialler
from core.errors import Unavailable
from core.workspace import Subject
from tests.tui.calls import GERMANS, begin, calls_to, card, name, texts
from tui.flows import dialling
from tui.models.call import Phase

SIZE = (120, 40)


class Phone:
    """A phone whose line does what the test says."""

    name = "phone"

    def __init__(self) -> None:
        self.state = CallState("ringing")
        self.dialled: list[str] = []
        self.hung_up: list[str] = []
        self.broken = False

    def dial(self, number: str, *, name: str = "") -> Dialled:
        if self.broken:
            raise Unavailable("The phone does not answer.")
        self.dialled.append(number)
        self.state = CallState("ringing")
        return Dialled(f"call {len(self.dialled)}")

    def status(self, call_id: str) -> CallState:
        return self.state

    def hang_up(self, call_id: str) -> None:
        self.hung_up.append(call_id)
        self.state = CallState("ended")

    def check(self) -> str:
        return "It works."

    def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch) -> Phone:
    monkeypatch.setattr(dialling, "EVERY", 0.01)
    return Phone()


@pytest.fixture
def app(make_app: Any, phone: Dialler) -> Any:
    return make_app(dialler=phone)


def calls_of(workspace: Any, floor: Any, number: int) -> list[tuple[str, str]]:
    return texts(workspace.timeline(Subject("contacts", floor.uid("contact", number)), kinds=("call",)))


async def test_the_timer_starts_when_they_answer_and_stops_when_they_hang_up(
    app: Any,
    phone: Phone,
    ready: Any,
    settle: Any,
    wait_until: Any,
    workspace: Any,
    floor: Any,
    clock: Any,
    said: Any,
) -> None:
    before = len(calls_of(workspace, floor, 1))
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("d")
        await wait_until(pilot, lambda: "◌ ringing 0:00" in card(screen))
        phone.state = CallState("answered")
        await wait_until(pilot, lambda: "● talking 0:00" in card(screen))
        assert screen.focused is screen.outcomes, "the cursor stays where it is: keys mean what they did"
        clock.now += dt.timedelta(minutes=2)
        phone.state = CallState("ended", 120)
        await wait_until(pilot, lambda: "○ talked 2:00" in card(screen))
        assert said(app) == "They hung up. How did it end?"
        clock.now += dt.timedelta(minutes=3)
        await pilot.press("n", *"Wants two", "escape", "6", "enter")
        await wait_until(pilot, lambda: len(calls_of(workspace, floor, 1)) == before + 1)
    call = workspace.timeline(Subject("contacts", floor.uid("contact", 1)), kinds=("call",), limit=1)[0]
    assert (call.activity.outcome, call.activity.duration_s) == ("interested", 120), "notes are no talk time"


@pytest.mark.parametrize(
    ("line", "words", "shown", "outcome"),
    [
        ("busy", "Busy. 3 logs it.", "○ busy", "busy"),
        ("no-answer", "No answer. 1 logs it.", "○ no answer", "no answer"),
    ],
)
async def test_what_the_line_says_is_marked_and_logged_by_the_rep_alone(
    app: Any, phone: Phone, ready: Any, settle: Any, wait_until: Any, workspace: Any, floor: Any, said: Any,
    line: Any, words: str, shown: str, outcome: str,
) -> None:  # fmt: skip
    before = len(calls_of(workspace, floor, 1))
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("d")
        await wait_until(pilot, lambda: phone.dialled)
        phone.state = CallState(line)
        await wait_until(pilot, lambda: shown in card(screen))
        assert said(app) == words
        assert screen.outcomes.proposed == app.desk.catalog.outcome(outcome)
        await settle(pilot)
        assert (name(screen), len(calls_of(workspace, floor, 1))) == ("Anna Becker", before)
        await pilot.press("2")
        await settle(pilot)
        assert name(screen) == "Jörg Müller"
        assert screen.outcomes.proposed is None, "what the line said was about somebody else"
    assert calls_of(workspace, floor, 1)[0] == ("left voicemail", ""), "the rep knows better"


async def test_a_phone_that_fails_says_so_with_the_number(
    app: Any, phone: Phone, ready: Any, settle: Any, wait_until: Any, floor: Any, said: Any
) -> None:
    phone.broken = True
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("d")
        await settle(pilot)
        number = screen.session.dial_number
        assert said(app) == f"The phone does not answer. By hand: {number} (copied)."
        assert app.clipboard == number
        assert screen.session.phase is Phase.READY
        phone.broken = False
        await pilot.press("d")
        await wait_until(pilot, lambda: "ringing" in card(screen) and phone.dialled == [number])


async def test_h_hangs_up(
    app: Any, phone: Phone, ready: Any, settle: Any, wait_until: Any, floor: Any, said: Any
) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("h")
        await wait_until(pilot, lambda: said(app) == "This phone cannot be hung up from here.")
        await pilot.press("d")
        await wait_until(pilot, lambda: "ringing" in card(screen))
        await wait_until(pilot, lambda: phone.dialled)
        await pilot.press("h")
        await wait_until(pilot, lambda: "○ hung up" in card(screen))
        assert phone.hung_up == ["call 1"]
        assert name(screen) == "Anna Becker", "how it ended, the rep says"
