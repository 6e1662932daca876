"""The agent's states, and when it does what: driven by hand, and running."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.commands.records import Assign
from core.errors import Refused, SignInRefused, Unavailable, Unreachable
from storage.postgres.connection import connect
from storage.postgres.hints import Waker
from storage.postgres.push import Pushed
from sync import agent as agents
from sync.agent import Agent
from sync.remote import Remote
from sync.standing import Standing, State, line, read_standing
from tests.postgres.floor import Floor, password_of
from tests.sync.desks import Desk, Desks
from tests.sync.driven import driven
from tests.waiting import eventually

NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def desks(floor: Floor, tmp_path: Path) -> Iterator[Desks]:
    with contextlib.closing(Desks(floor, tmp_path)) as desks:
        yield desks


@pytest.fixture
def desk(desks: Desks) -> Desk:
    """A cache that nobody keeps yet."""
    return desks.open("ann", agent=False)


def reaching(desks: Desks, login: str = "ann") -> Callable[[], Remote]:
    profile = desks.profile(login)
    return lambda: Remote(connect(profile, password_of(login)), profile)


@contextlib.contextmanager
def running(agent: Agent) -> Iterator[Agent]:
    agent.start()
    try:
        yield agent
    finally:
        agent.stop()


# --- what the status bar says


def said(state: State, to_send: int = 0, parked: int = 0, **more: int) -> tuple[str, str]:
    return line(Standing(state, NOON, **more), to_send, parked, lambda moment: f"{moment:%H:%M}")


def test_the_status_bar_tells_the_truth_in_one_line() -> None:
    assert said(State.LIVE) == ("● live", "ok")
    assert said(State.LIVE, to_send=3) == ("◐ 3 to send", "busy")
    assert said(State.LIVE, parked=1) == ("⚠ 1 conflict", "warning")
    assert said(State.LIVE, to_send=3, parked=2) == ("⚠ 2 conflicts · 3 to send", "warning")
    assert said(State.LOADING, loaded=34, total=100) == ("◐ loading 34 %", "busy")
    assert said(State.LOADING) == ("◐ loading", "busy")
    assert said(State.LOADING, loaded=200, total=100) == ("◐ loading 99 %", "busy")
    assert said(State.CONNECTING) == ("◐ connecting", "busy")
    assert said(State.CATCHING_UP, to_send=1) == ("◐ catching up · 1 to send", "busy")
    assert said(State.OFFLINE, to_send=3) == ("○ offline since 12:00 · 3 to send", "warning")
    assert said(State.OFFLINE, to_send=3, parked=1) == (
        "○ offline since 12:00 · 3 to send · ⚠ 1 conflict",
        "warning",
    )
    assert said(State.LOCKED) == ("✗ locked out since 12:00", "error")
    assert said(State.LOCKED, parked=1)[1] == "error"
    assert said(State.OUTDATED, to_send=1) == ("✗ update needed · 1 to send", "error")
    assert said(State.BROKEN) == ("✗ not saved", "error")


# --- states and their causes


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Unreachable("Nothing answers at crm.acme.example."), State.OFFLINE),
        (Refused("The certificate of crm.acme.example is not trusted here."), State.OFFLINE),
        (SignInRefused("Login or password is wrong."), State.LOCKED),
        (RuntimeError("what nobody has thought of"), State.OFFLINE),
    ],
)
def test_what_keeps_it_from_the_server_is_told(
    desk: Desk, error: Exception, state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> Remote:
        raise error

    for name in ("FIRST_DELAY", "LAST_DELAY", "LOCKED_DELAY"):
        monkeypatch.setattr(agents, name, 30.0)
    agent = Agent(desk.workspace.cache, refuse, clock=lambda: NOON)
    with running(agent):
        eventually(lambda: agent.standing.state is state)
        assert agent.standing.since == NOON
        assert not agent.standing.online
        [reason] = agent.notes
        assert reason
        assert "nobody has thought" not in reason


def test_attempts_get_rarer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []

    def refuse() -> Remote:
        raise Unreachable("Nothing answers.")

    agent = Agent(desk.workspace.cache, refuse)
    monkeypatch.setattr(agent, "_pause", pauses.append)
    with running(agent):
        eventually(lambda: len(pauses) >= 9)
    assert pauses[:9] == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0, 30.0]


def test_work_that_comes_in_brings_no_server_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents, "FIRST_DELAY", 30.0)
    tries: list[None] = []

    def refuse() -> Remote:
        tries.append(None)
        raise Unreachable("Nothing answers.")

    agent = Agent(desk.workspace.cache, refuse)
    with running(agent):
        eventually(lambda: agent.standing.state is State.OFFLINE)
        for _ in range(20):
            agent.nudge()
            time.sleep(0.005)
        assert len(tries) == 1


def test_why_nothing_is_sent_is_told_at_once(desks: Desks, desk: Desk) -> None:
    class Full(Remote):
        def push(self, *_args: Any, **_more: Any) -> list[Pushed]:
            raise Unavailable("The server has run out of space or memory.")

    profile = desks.profile("ann")
    told: list[tuple[str, ...]] = []
    agent = Agent(
        desk.workspace.cache,
        lambda: Full(connect(profile, password_of("ann")), profile),
        stands=lambda: told.append(agent.notes),
        poll_seconds=600.0,
    )
    with running(agent):
        eventually(lambda: agent.standing.state is State.LIVE)
        told.clear()
        desk.call(desks.floor.contact("ann"))
        agent.nudge()
        eventually(lambda: ("The server has run out of space or memory.",) in told)


def test_a_server_that_cannot_say_who_has_it_stops_no_outbox(desks: Desks) -> None:
    def cannot(_table: str, _record_id: str) -> str:
        raise Unavailable("The server could not do it (XX000: cache lookup failed).")

    ann, mia = driven(desks, "ann"), driven(desks, "mia")
    ann.sync()
    mia.sync()
    contact = desks.floor.contact("ann")
    ann.agent.disconnect()
    ann.desk.call(contact)
    mia.desk.do(Assign(table="contacts", ids=(contact,), book_id=desks.floor.book("ben")))
    mia.sync()
    ann.fault["who_took"] = cannot
    ann.sync()
    [parked] = ann.desk.workspace.parked()
    assert (parked.kind, parked.can_hand_in) == ("gone", False)
    assert ann.desk.workspace.unsent() == []
    for one in (ann, mia):
        one.agent.disconnect()


def test_what_nobody_has_thought_of_ends_no_agent(
    desks: Desks, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FIRST_DELAY", "LAST_DELAY", "TAKE_OVER_SECONDS"):
        monkeypatch.setattr(agents, name, 0.01)
    agent = Agent(desk.workspace.cache, reaching(desks))
    takes = iter([RuntimeError("a lock that nobody has thought of"), ValueError("nor of this one")])
    take = agent._lock.take

    def stumbling() -> bool:
        if error := next(takes, None):
            raise error
        return take()

    monkeypatch.setattr(agent._lock, "take", stumbling)
    with running(agent):
        eventually(lambda: agent.standing.state is State.LIVE)


def test_since_when_stays_while_it_tries_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents, "FIRST_DELAY", 0.01)
    monkeypatch.setattr(agents, "LAST_DELAY", 0.02)
    minutes = iter(range(10_000))
    tries: list[int] = []

    def refuse() -> Remote:
        tries.append(1)
        raise Unreachable("Nothing answers.")

    agent = Agent(desk.workspace.cache, refuse, clock=lambda: NOON + dt.timedelta(minutes=next(minutes)))
    with running(agent):
        eventually(lambda: agent.standing.state is State.OFFLINE)
        since = agent.standing.since
        begun = len(tries)
        eventually(lambda: len(tries) > begun + 3)
        assert agent.standing.since == since


def test_it_goes_from_connecting_to_live_and_other_programs_can_read_it(desks: Desks, desk: Desk) -> None:
    seen: list[State] = []
    agent = Agent(desk.workspace.cache, reaching(desks), stands=lambda: seen.append(agent.standing.state))
    assert agent.standing.state is State.CONNECTING
    with running(agent):
        eventually(lambda: agent.standing.state is State.LIVE)
        order = [state for place, state in enumerate(seen) if seen[place - 1 : place] != [state]]
        assert order[0] is State.CATCHING_UP
        assert order[-1] is State.LIVE
        assert agent.standing.online
        assert agent.notes == ()
        told = read_standing(desk.workspace.cache)
        assert told is not None
        assert told.state is State.LIVE


def test_a_server_that_ends_is_missed_and_found_again(
    desks: Desks, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agents, "FIRST_DELAY", 0.3)
    agent = Agent(desk.workspace.cache, reaching(desks))
    with running(agent):
        eventually(lambda: agent.standing.state is State.LIVE)
        desks.floor.database.superuser().execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ann' and datname = current_database()"
        )
        eventually(lambda: agent.standing.state is State.OFFLINE)
        eventually(lambda: agent.standing.state is State.LIVE)


def test_a_nudge_sends_at_once(desks: Desks, desk: Desk) -> None:
    agent = Agent(desk.workspace.cache, reaching(desks), poll_seconds=600)
    with running(agent):
        eventually(lambda: agent.standing.state is State.LIVE)
        text = desk.call(desks.floor.contact("ann"))
        agent.nudge()
        eventually(lambda: desks.count(text) == 1, seconds=5)
        eventually(lambda: not desk.workspace.unsent())


def test_stopping_ends_the_thread_and_frees_the_cache(desks: Desks, desk: Desk) -> None:
    first = Agent(desk.workspace.cache, reaching(desks))
    with running(first):
        eventually(lambda: first.standing.state is State.LIVE)
    assert not [thread for thread in threading.enumerate() if thread.name == "offhook-agent"]
    second = Agent(desk.workspace.cache, reaching(desks))
    with running(second):
        eventually(lambda: second.standing.state is State.LIVE)


def test_a_step_without_a_server_says_so(desk: Desk, desks: Desks) -> None:
    agent = Agent(desk.workspace.cache, reaching(desks))
    for step in (agent.push_once, agent.pull_once, agent.load_step, agent.cycle):
        with pytest.raises(Unavailable, match="no connection"):
            step()


def test_a_cycle_does_it_all(desks: Desks, desk: Desk) -> None:
    agent = Agent(desk.workspace.cache, reaching(desks), ahead=False)
    agent.connect()
    agent.connect()
    for _ in range(2):
        agent.cycle()
    text = desk.call(desks.floor.contact("ann"))
    agent.cycle()
    assert desks.count(text) == 1
    assert desk.workspace.unsent() == []
    agent.disconnect()
    desks.converge()


# --- being woken


def test_whoever_is_woken_before_sleeping_does_not_sleep() -> None:
    waker = Waker()
    waker.wake()
    began = time.monotonic()
    assert waker.sleep(10)
    assert time.monotonic() - began < 5
    assert not waker.take()
    assert not waker.sleep(0.01)
    for _ in range(100_000):
        waker.wake()
    assert waker.take()
    assert not waker.take()
    waker.close()
    waker.wake()
