"""`offhook demo --team`: the sample team, on a PostgreSQL of its own."""

from __future__ import annotations

import datetime as dt
import os
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from cli.output import Code, Usage, say, say_json
from cli.progress import Progress
from cli.session import Session
from core.errors import NotFound, Refused, Unavailable
from core.text import printable

if TYPE_CHECKING:
    from cli.demo.team.server import TeamServer
    from core.workspace import Workspace

_PAUSES = (0.15, 0.55)
"""Seconds between two things that the colleagues do: about three a second."""
_AWAY_PAUSE = 1.0
"""Seconds between two looks for a server that is away."""
_MOMENT = 1.0
"""Seconds that starting the server may take before it is told."""


class TeamOpener:
    """How the application gets at the sample team's workspace; see `tui.config.Opener`.

    Args:
        team: the server.
        login: who opens it.
        field: on a copy of their own.
    """

    def __init__(self, team: TeamServer, login: str, *, field: bool = False) -> None:
        self._team = team
        self._login = login
        self._field = field

    def existing(self) -> Workspace:
        """Logs in.

        Raises:
            OffhookError: the server does not answer.
        """
        return open_as(self._team, self._login, field=self._field)

    def sign_in(self, password: str) -> Workspace:
        """The passwords are made with the team, and lie beside it.

        Raises:
            Refused: always.
        """
        raise Refused(
            "The passwords of the sample team were changed. Make it anew: offhook demo --team --reset"
        )

    def join(self, address: str, login: str, password: str, *, field: bool = False) -> Workspace:
        """There is no other server to go to.

        Raises:
            Refused: always.
        """
        raise Refused("This is the sample team. Log in to your own with: offhook login")

    def start_alone(self) -> Workspace:
        """There is nothing to begin: the sample team is there.

        Raises:
            Refused: always.
        """
        raise Refused("This is the sample team. Start a workspace of your own with: offhook")

    def start_demo(self, progress: Callable[[float, str], None]) -> Workspace:
        """The sample workspace of one person is another one.

        Raises:
            Refused: always.
        """
        raise Refused("This is the sample team. Open the sample workspace with: offhook demo")


def demo_team(
    session: Session,
    *,
    login: str = "",
    field: bool = False,
    traffic: bool = False,
    serve: bool = False,
    stop: bool = False,
    reset: bool = False,
    generate_only: bool = False,
) -> int:
    """Opens the app on the sample team, which is made and started where it is not.

    Args:
        session: what was said on the command line.
        login: as whom; empty: as the first rep.
        field: on a copy, as a rep in the field works, who needs no server.
        traffic: play the colleagues at work instead of opening the app.
        serve: run the server until ctrl+c instead of opening the app.
        stop: take the server away, whoever runs it.
        reset: make the team anew.
        generate_only: neither.
    """
    from cli.app import require_terminal, run_app
    from cli.demo.team.cast import PEOPLE, YOU
    from cli.demo.team.server import person

    who = person(login or YOU.login)
    if session.json and not generate_only:
        raise Usage("The app answers nobody with JSON: add --generate-only.")
    if sum((generate_only, traffic, serve, stop)) > 1:
        raise Usage("--generate-only, --traffic, --serve and --stop exclude each other: say one of them.")
    if traffic and login:
        raise Usage("--traffic plays all colleagues, and nothing else. Leave --as out.")
    if (field or login) and (serve or stop):
        raise Usage("The server is everybody's: leave --field and --as out.")
    if stop:
        return _stop(session)
    if not (generate_only or traffic or serve):
        # Said before the work is done, not after.
        require_terminal()
    session.demo = True
    with _team(session, reset=reset) as team:
        if generate_only:
            _tell(session, team)
            return Code.FINE
        if traffic:
            return _play(session, team)
        if serve:
            return _serve(team)
        other = next(each for each in PEOPLE if each.role == "rep" and each != who)
        again = f"{_command()} demo --team"
        hint = (
            f"You are {who.name} ({who.role}){', on a copy of your own' if field else ''}. Open a second terminal as"
            f" {other.first_name}: {again} --as {other.login}{' --field' if field else ''}"
        )
        see = (
            f"Take the server away, and work on: {again} --stop. Bring it back: {again} --serve"
            if field
            else f"See colleagues at work, in a third one: {again} --traffic"
        )
        say(hint)
        say(see)
        return run_app(session, TeamOpener(team, who.login, field=field), hint, see)


def open_as(team: TeamServer, login: str, *, field: bool = False) -> Workspace:
    """The workspace of one of the team; with `field` on a copy of their own, which is made where it is not there.

    Raises:
        OffhookError: the server does not answer.
    """
    from cli.home import make_private

    if field:
        from sync.opening import open_field

        kept = make_private(team.folder / "field" / login)
        return open_field(team.profile(login), team.password(login), folder=kept, store="file")
    from storage.postgres.direct import open_direct

    kept = make_private(team.folder / "kept" / login)
    return open_direct(team.profile(login), team.password(login), folder=kept, store="file")


@contextmanager
def _team(session: Session, *, reset: bool) -> Iterator[TeamServer]:
    from cli.demo.team.server import is_made, start

    is_there = not reset and is_made(_folder(session))
    telling = _told_after(_MOMENT, "Starting the sample team's server …") if is_there else nullcontext()
    with telling, Progress("Making the sample team") as progress:
        server = start(
            _folder(session), zone=session.zone, now=session.now, reset=reset, progress=progress.share
        )
    with server as team:
        yield team


@contextmanager
def _told_after(seconds: float, sentence: str) -> Iterator[None]:
    """Says on standard error what is being done, once it has taken that long."""

    def tell() -> None:
        sys.stderr.write(f"{sentence}\n")
        sys.stderr.flush()

    timer = threading.Timer(seconds, tell)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _folder(session: Session) -> Path:
    return session.home.data / "team"


def _command() -> str:
    """How offhook was started, as it is to be typed again."""
    return os.environ.get("OFFHOOK_COMMAND") or "offhook"


def _tell(session: Session, team: TeamServer) -> None:
    from cli.demo.team.cast import CONTACTS, DEALS, PEOPLE

    if session.json:
        say_json(
            {
                "folder": str(team.folder),
                "logins": str(team.logins),
                "people": [{"login": each.login, "name": each.name, "role": each.role} for each in PEOPLE],
                "seconds": round(team.made_in, 2),
            }
        )
        return
    made = f"made in {team.made_in:.1f} s" if team.made_in else "there already"
    say(f"A sample team with {DEALS:,} open deals and {CONTACTS:,} contacts, {made}.")
    say("People: " + ", ".join(f"{each.login} ({each.role})" for each in PEOPLE))
    say(f"It lies in {printable(str(team.folder))}; the passwords are in {team.logins.name} there.")
    say(f"Open it with: {_command()} demo --team")


def _play(session: Session, team: TeamServer) -> int:
    """Plays colleagues at work until ctrl+c."""
    from cli.demo.team.cast import PEOPLE, YOU
    from cli.demo.team.traffic import Colleague

    rng = random.Random()  # noqa: S311 (what colleagues come to do is no secret)
    say("Colleagues at work. Stop them with ctrl+c.")
    done = 0
    with ExitStack() as opened:
        at_work: list[Colleague] = []
        for each in PEOPLE:
            if each.role in ("rep", "manager") and each != YOU:
                workspace = open_as(team, each.login)
                opened.callback(workspace.close)
                at_work.append(Colleague(workspace, rng, lambda: dt.datetime.now(dt.UTC), watcher=YOU.login))
        try:
            while True:
                colleague = rng.choice(at_work)
                try:
                    sentence = colleague.act()
                except Unavailable:
                    # It went with the program that had started it, and comes back with the next one.
                    _say_now("The server is away; waiting.")
                    while not all(each.is_reached() for each in at_work):
                        time.sleep(_AWAY_PAUSE)
                    continue
                if sentence:
                    done += 1
                    at = session.local(dt.datetime.now(dt.UTC))
                    _say_now(f"{at:%H:%M:%S}  {printable(colleague.name):<14}  {printable(sentence)}")
                time.sleep(rng.uniform(*_PAUSES))
        except KeyboardInterrupt:
            say(f"\n{done} things done.")
    return Code.FINE


def _serve(team: TeamServer) -> int:
    """Runs the server until ctrl+c."""
    if not team.ours:
        say("The sample team's server is running already.")
        return Code.FINE
    try:
        # In here: who has read it may press the key at once.
        _say_now("The sample team's server runs. Stop it with ctrl+c.")
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        say()
    return Code.FINE


def _stop(session: Session) -> int:
    """Takes the server away, whichever program runs it."""
    from storage.postgres.launcher import stop

    session.demo = True
    if stop(_folder(session)):
        say(f"The sample team's server is away. Bring it back: {_command()} demo --team --serve")
        return Code.FINE
    raise NotFound("The sample team's server does not run.")


def _say_now(sentence: str) -> None:
    """Says something at once: whoever reads along through a pipe wants it as it happens."""
    say(sentence)
    sys.stdout.flush()
