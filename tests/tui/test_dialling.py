"""Dialling from a screen: what fails is said, the number is at hand all the same, and nothing is dialled twice."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.dialling import CallState, Dialled, PerhapsDialled
from core.errors import OffhookError, Refused, Unavailable
from tui.flows import dialling
from tui.widgets.bars import StatusBar

NUMBER = "+493012345601"


@dataclass
class Phone:
    """A dialler that does as the test says."""

    name: str = "phone"
    dialled: list[tuple[str, str]] = field(default_factory=list)
    error: OffhookError | None = None
    answer: Dialled = field(default_factory=lambda: Dialled("call", "The phone dials."))
    states: Iterator[CallState | OffhookError] = field(default_factory=lambda: iter(()))
    hung_up: list[str] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hold.set()

    def dial(self, number: str, *, name: str = "") -> Dialled:
        self.threads.add(threading.current_thread().name)
        self.dialled.append((number, name))
        assert self.hold.wait(10)
        if self.error:
            raise self.error
        return self.answer

    def status(self, call_id: str) -> CallState:
        self.threads.add(threading.current_thread().name)
        state = next(self.states)
        if isinstance(state, OffhookError):
            raise state
        return state

    def hang_up(self, call_id: str) -> None:
        if self.error:
            raise self.error
        self.hung_up.append(call_id)

    def check(self) -> str:
        return "It works."

    def close(self) -> None:
        """Nothing to let go of."""


def told(screen: Any) -> str:
    return str(screen.query_one(StatusBar).render_line(0).text)


async def states_of(screen: Any, dialled: Dialled) -> list[CallState]:
    return [state async for state in dialling.watch(screen, dialled, every=0.0)]


@pytest.fixture
def phone() -> Phone:
    return Phone()


async def test_it_dials_away_from_the_screen_and_says_what_was_done(
    make_app: Any, ready: Any, phone: Phone
) -> None:
    app = make_app(quiet=True, dialler=phone)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot, "QuietScreen")
        assert await dialling.dial(screen, NUMBER, "Anna") == Dialled("call", "The phone dials.")
        assert phone.dialled == [(NUMBER, "Anna")]
        assert phone.threads == {"offhook-dial"}
        assert "The phone dials." in told(screen)


async def test_without_a_phone_program_the_number_is_on_the_clipboard(make_app: Any, ready: Any) -> None:
    app = make_app(quiet=True)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot, "QuietScreen")
        dialled = await dialling.dial(screen, f"{NUMBER};ext=12")
        assert dialled is not None
        assert not dialled.watchable
        assert app.clipboard == "+493012345601,,12"
        assert "is copied. Dial it on your phone." in told(screen)


async def test_a_dialler_that_fails_says_why_and_leaves_the_number_at_hand(
    make_app: Any, ready: Any, phone: Phone
) -> None:
    phone.error = Unavailable("The phone is off.")
    app = make_app(quiet=True, dialler=phone)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot, "QuietScreen")
        assert await dialling.dial(screen, NUMBER) is None
        assert "The phone is off. By hand: +493012345601 (copied)." in told(screen)
        assert app.clipboard == NUMBER


async def test_a_call_that_perhaps_rings_is_not_offered_to_be_dialled_again(
    make_app: Any, ready: Any, phone: Phone
) -> None:
    phone.error = PerhapsDialled("Perhaps it rings.")
    app = make_app(quiet=True, dialler=phone)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot, "QuietScreen")
        assert await dialling.dial(screen, NUMBER) is None
        assert "Perhaps it rings." in told(screen)
        assert "By hand" not in told(screen)
        assert app.clipboard == ""


async def test_what_is_no_number_is_said_and_nothing_is_copied(
    make_app: Any, ready: Any, phone: Phone
) -> None:
    phone.error = Refused("“110” cannot be dialled.")
    app = make_app(quiet=True, dialler=phone)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot, "QuietScreen")
        assert await dialling.dial(screen, "110") is None
        assert "cannot be dialled" in told(screen)
        assert app.clipboard == ""


async def test_a_key_pressed_twice_rings_nobody_twice_and_the_screen_stays_awake(
    make_app: Any, ready: Any, wait_until: Any, phone: Phone
) -> None:
    app = make_app(quiet=True, dialler=phone)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot, "QuietScreen")
        phone.hold.clear()
        first = asyncio.create_task(dialling.dial(screen, NUMBER))
        await wait_until(pilot, lambda: phone.dialled)
        assert await dialling.dial(screen, NUMBER) is None
        assert "Still dialling" in told(screen)
        phone.hold.set()
        assert await first is not None
        assert len(phone.dialled) == 1
        assert await dialling.dial(screen, NUMBER) is not None


async def test_sample_numbers_are_never_dialled_whatever_is_set(
    make_app: Any, ready: Any, phone: Phone
) -> None:
    app = make_app(quiet=True, dialler=phone, demo=True)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot, "QuietScreen")
        dialled = await dialling.dial(screen, NUMBER)
        assert dialled is not None
        assert "Sample data" in told(screen)
        assert phone.dialled == []
        assert app.clipboard == ""


async def test_a_call_is_watched_to_its_end_through_a_network_that_stumbles(
    make_app: Any, ready: Any, phone: Phone
) -> None:
    ringing, answered = CallState("ringing"), CallState("answered", 3)
    away = Unavailable("No network.")
    ended = CallState("ended", 61)
    phone.states = iter([ringing, ringing, answered, away, away, answered, ended])
    app = make_app(quiet=True, dialler=phone)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot, "QuietScreen")
        lost = CallState("unknown", 3, "No network.")
        assert await states_of(screen, Dialled("call")) == [ringing, answered, lost, answered, ended]
        assert phone.threads == {"offhook-dial"}
        assert await states_of(screen, Dialled()) == [], "nobody can tell how this one goes on"


async def test_watching_is_given_up_where_it_makes_no_sense(make_app: Any, ready: Any, phone: Phone) -> None:
    app = make_app(quiet=True, dialler=phone)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot, "QuietScreen")
        phone.states = iter([CallState("ringing"), Refused("No such call.")])
        assert [state.said for state in await states_of(screen, Dialled("call"))] == ["", "No such call."]
        phone.states = iter([Unavailable("No network.") for _ in range(dialling.PATIENCE)])
        assert await states_of(screen, Dialled("call")) == [CallState("unknown", 0, "No network.")]


async def test_hanging_up_that_does_not_work_is_said(make_app: Any, ready: Any, phone: Phone) -> None:
    app = make_app(quiet=True, dialler=phone)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot, "QuietScreen")
        assert await dialling.hang_up(screen, Dialled("call"))
        assert phone.hung_up == ["call"]
        assert not await dialling.hang_up(screen, Dialled())
        phone.error = Unavailable("The phone is off.")
        assert not await dialling.hang_up(screen, Dialled("call"))
        assert "The phone is off. Hang up on your phone." in told(screen)


async def test_who_leaves_does_not_wait_for_a_service_that_does_not_answer(
    make_app: Any, ready: Any, wait_until: Any, phone: Phone
) -> None:
    app = make_app(quiet=True, dialler=phone)
    phone.hold.clear()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot, "QuietScreen")
        worker = screen.run_worker(dialling.dial(screen, NUMBER))
        await wait_until(pilot, lambda: phone.dialled)
        await pilot.press("ctrl+q")
    assert worker.is_cancelled
    assert not phone.hold.is_set()
    phone.hold.set()
