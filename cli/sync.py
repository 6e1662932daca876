"""`offhook sync`, and what other commands send in passing."""

from __future__ import annotations

import contextlib
import datetime as dt
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cli.copies import open_copy, remote_for
from cli.home import Home
from cli.output import Code, say, say_json, styled
from cli.progress import Progress
from cli.session import Sent, Session
from cli.watching import Watch
from core.errors import OffhookError, Refused, Unavailable
from core.text import printable
from core.workspace import Workspace

if TYPE_CHECKING:
    from sync.remote import Remote
    from sync.standing import Standing
    from sync.workspace import FieldWorkspace

BRIEF_SECONDS = 2.0
"""How long a command may take to send what it did."""
_LOOK_SECONDS = 0.05
"""How often to look whether another program has sent what was written."""


def require_copy(session: Session) -> None:
    """Raises `NotFound` or `Refused` unless this run works on a copy of a team's data."""
    from cli.team import require_joined

    require_joined(session.home)
    if not session.in_field:
        raise Refused(
            "You work on the team's server itself, so there is nothing to send or to fetch. To keep a copy here and work"
            " offline: offhook mode field"
        )


def send_briefly(home: Home, workspace: Workspace) -> Sent:
    """Sends what waits in a copy, for two seconds at most.

    Args:
        home: where the login is remembered.
        workspace: the copy, without an agent of its own.
    """
    from storage.postgres.profile import Profile
    from sync.lock import AgentLock
    from sync.workspace import FieldWorkspace

    assert isinstance(workspace, FieldWorkspace)
    before = {each.id for each in workspace.parked()}
    lock = AgentLock(home.cache)
    if lock.take():
        try:
            _send(workspace, remote_for(home, Profile.load(home.team_profile)))
        finally:
            lock.free()
    else:
        _leave_to_other(workspace)
    parked = tuple(each for each in workspace.parked() if each.id not in before)
    return Sent(len(workspace.unsent()), parked)


def _send(workspace: FieldWorkspace, reach: Callable[[], Remote]) -> None:
    """Sends all of it, unless that takes too long: what waits is safe here, and nobody waits for a bad network."""
    from sync.agent import Agent

    late = threading.Event()
    opened: list[Remote] = []

    def connect() -> Remote:
        remote = reach()
        opened.append(remote)
        if late.is_set():
            remote.close()
            raise Unavailable("It took too long.")
        return remote

    def send() -> None:
        # What does not come off now is told by what is left, and comes off another time.
        with contextlib.suppress(OffhookError):
            agent.connect()
            while agent.push_once():
                pass

    agent = Agent(workspace.cache, connect)
    thread = threading.Thread(target=send, name="offhook-send", daemon=True)
    thread.start()
    thread.join(BRIEF_SECONDS)
    late.set()
    for remote in opened:
        if thread.is_alive():
            remote.cut()
            thread.join()
        remote.close()


def _leave_to_other(workspace: FieldWorkspace) -> None:
    """Waits a moment for another program's agent, which hears of what is written by itself."""
    until = time.monotonic() + BRIEF_SECONDS
    while workspace.unsent() and time.monotonic() < until:
        workspace.look_again()
        if not workspace.standing.online:
            break
        time.sleep(_LOOK_SECONDS)


def sync(session: Session, *, watch: bool) -> Code:
    """Brings the copy and the server together; once, or until ctrl+c."""
    from sync.lock import AgentLock

    require_copy(session)
    home = session.home
    from storage.postgres.profile import Profile

    profile = Profile.load(home.team_profile)
    began = time.monotonic()
    taken = AgentLock(home.cache).is_taken()
    if taken and not watch:
        return _tell_of_other(session)
    workspace = open_copy(home, profile, agent=True)
    try:
        if watch:
            return _follow(session, workspace, taken)
        return _once(session, workspace, began)
    finally:
        workspace.close()


def _tell_of_other(session: Session) -> Code:
    """Says how the agent of another program is doing."""
    from sync.workspace import FieldWorkspace

    with session.open() as workspace:
        assert isinstance(workspace, FieldWorkspace)
        health, away = workspace.health(), workspace.standing.away
        parked, unsent = len(workspace.parked()), len(workspace.unsent())
    if session.json:
        say_json({"state": "elsewhere", "line": health.line, "to_send": unsent, "parked": parked})
    else:
        say("Another offhook is open here, and sends and fetches by itself.")
        say(printable(health.line))
    if away:
        return Code.UNREACHABLE
    return Code.CONFLICT if parked else Code.FINE


def _once(session: Session, workspace: FieldWorkspace, began: float) -> Code:
    with Watch(workspace) as watch, Progress("Fetching", quiet=session.json) as progress:
        watch.until_done(progress)
        told, standing, reached = watch.counted(), watch.standing, watch.done
    reason = "" if reached else " ".join([standing.reason, *workspace.health().notes][:1])
    if session.json:
        say_json(
            {
                "state": standing.state.value, **told, "reason": reason or None,
                "seconds": round(time.monotonic() - began, 2),
            }
        )  # fmt: skip
    else:
        for line in _summary(told):
            say(line)
        if not reached:
            sys.stderr.write(f"offhook: {printable(reason or 'The server does not answer.')}\n")
    if not reached:
        return Code.UNREACHABLE
    return Code.CONFLICT if told["parked"] else Code.FINE


def _summary(told: dict[str, int]) -> list[str]:
    parts = [f"{told['sent']:,} sent", f"{told['received']:,} received"]
    if told["to_send"]:
        parts.append(f"{told['to_send']:,} still to send")
    lines = [", ".join(parts) + "."]
    if told["parked"]:
        many = "change waits" if told["parked"] == 1 else "changes wait"
        lines.append(f"{told['parked']:,} {many} for your decision: offhook conflicts")
    return lines


def _follow(session: Session, workspace: FieldWorkspace, taken: bool) -> Code:
    """Goes on until ctrl+c, and tells of every change."""
    said: Any = None
    if not session.json:
        if taken:
            say(
                "Another offhook is open here, and sends and fetches by itself. This one takes over when it ends."
            )
        say(styled("Stop with ctrl+c; what is not sent then stays here.", "dim"))
        sys.stdout.flush()
    with Watch(workspace) as watch:
        try:
            while True:
                health, told = workspace.health(), watch.counted()
                now = (health.line, tuple(told.values()))
                if now != said:
                    said = now
                    _tell_now(session, health.line, told, watch.standing)
                watch.wait(1.0)
        except KeyboardInterrupt:
            told = watch.counted()
    if not session.json:
        say()
        for line in _summary(told):
            say(line)
    return Code.CONFLICT if told["parked"] else Code.FINE


def _tell_now(session: Session, line: str, told: dict[str, int], standing: Standing) -> None:
    if session.json:
        say_json({"state": standing.state.value, "line": line, **told})
    else:
        at = session.local(dt.datetime.now(dt.UTC))
        sent = (
            f"  {told['sent']:,} sent, {told['received']:,} received"
            if told["sent"] or told["received"]
            else ""
        )
        say(f"{at:%H:%M:%S}  {printable(line)}{sent}")
    sys.stdout.flush()
