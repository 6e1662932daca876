"""What a command runs with: which workspace, which clock, which way to answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from cli.home import Home, find_home
from core.errors import NotFound, Refused

if TYPE_CHECKING:
    from cli.output import Code
    from core.parked import Parked
    from core.workspace import Workspace
    from storage.solo import SoloWorkspace


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of what a command did.

    Attributes:
        unsent: how many changes wait to be sent.
        parked: what the server has not taken just now; it waits for a decision.
    """

    unsent: int = 0
    parked: tuple[Parked, ...] = ()


@dataclass
class Session:
    """One run of the command line.

    Attributes:
        demo: it is about the sample workspace.
        json: answer with JSON.
        now: the time that this run reckons with, UTC.
    """

    demo: bool = False
    json: bool = False
    now: dt.datetime = field(default_factory=_now)

    @cached_property
    def home(self) -> Home:
        """Where the workspace that this run is about lies."""
        home = find_home()
        return home.demo if self.demo else home

    @cached_property
    def zone(self) -> dt.tzinfo:
        """Where the user is."""
        from cli.place import local_zone

        return local_zone()

    def local(self, when: dt.datetime) -> dt.datetime:
        """A time where the user is."""
        return when.astimezone(self.zone)

    @property
    def in_team(self) -> bool:
        """Whether this run works with a team's server."""
        return not self.demo and self.home.team_profile.exists()

    @property
    def in_field(self) -> bool:
        """Whether this run works on a copy of a team's data."""
        if not self.in_team:
            return False
        from storage.postgres.profile import Profile

        return Profile.load(self.home.team_profile).mode == "field"

    def require_workspace(self) -> None:
        """Makes sure that there is a workspace.

        Raises:
            NotFound: there is none; the message says how to get one.
        """
        if self.in_team or self.home.workspace.exists():
            return
        if self.demo:
            raise NotFound("There is no sample workspace yet. Make one with: offhook demo")
        raise NotFound(
            "There is no workspace yet. Start one with “offhook” (asks one question) or “offhook init” (asks none),"
            " join your team with “offhook login”, or look at sample data with “offhook demo”."
        )

    def require_alone(self) -> None:
        """Makes sure that the workspace is a file here.

        Raises:
            Refused: one is logged in to a team, whose data lies on its server.
        """
        if not self.in_team:
            return
        told = "A team's data lies on its server, and is kept safe there. Your admin has the backups; for your own"
        told += " workspace log out first: offhook logout"
        if self.in_field:
            told += (
                ". The copy on this machine is neither backed up nor restored: an old one would send again what was sent"
                " long ago. What only it has goes to the server with: offhook sync"
            )
        raise Refused(told)

    @contextmanager
    def open(self, *, agent: bool = False) -> Iterator[Workspace]:
        """The workspace, open as long as the block runs: the team's where one is logged in, otherwise one's own file.

        Args:
            agent: keep a copy and the server together meanwhile. Most commands are over in a moment: what they do is
                sent by `send`, or by an app that is open.

        Raises:
            NotFound: there is none.
            Refused, Unavailable: it cannot be opened.
        """
        with self._opened(agent=agent) as workspace:
            yield workspace

    @contextmanager
    def open_server(self) -> Iterator[Workspace]:
        """The same, but never a copy: for what concerns everybody, and must be done on what there is at this moment.

        Raises:
            NotFound: there is none.
            Refused, Unavailable: it cannot be opened, or the server cannot be reached.
        """
        with self._opened(direct=True) as workspace:
            yield workspace

    @contextmanager
    def _opened(self, *, agent: bool = False, direct: bool = False) -> Iterator[Workspace]:
        self.require_workspace()
        workspace: Workspace
        if self.in_team:
            from cli.crash import watch_threads
            from cli.team import open_team

            watch_threads()
            workspace = open_team(self.home, agent=agent, direct=direct)
        else:
            from storage.solo import open_solo

            workspace = open_solo(self.home.workspace)
        try:
            yield workspace
        finally:
            workspace.close()

    def reach(self, workspace: Workspace) -> None:
        """Waits until it is known whether the server of a copy is there, which was opened with an agent; a moment at most."""
        if self.in_field:
            from cli.watching import Watch
            from sync.workspace import FieldWorkspace

            assert isinstance(workspace, FieldWorkspace)
            with Watch(workspace) as watch:
                watch.until_known()

    def send(self, workspace: Workspace) -> Sent:
        """Sends what waits to be sent, as far as that goes in a moment.

        Where another offhook is open on the copy, that one does it.
        """
        if not workspace.unsent():
            return Sent()
        from cli.sync import send_briefly

        return send_briefly(self.home, workspace)

    def tell_sent(self, sent: Sent) -> Code:
        """Says, to a person, what has not reached the server, or was not taken there. The exit code that this means."""
        from cli.output import Code, say
        from core.text import printable

        if not self.json:
            if sent.unsent:
                many = "changes wait" if sent.unsent > 1 else "change waits"
                say(f"Saved here. {sent.unsent} {many} to be sent.")
            for each in sent.parked:
                say(f"The server did not take it: {printable(each.reason)} Decide: offhook conflicts")
        return Code.CONFLICT if sent.parked else Code.FINE

    @contextmanager
    def open_file(self) -> Iterator[SoloWorkspace]:
        """One's own workspace, which is a file, open as long as the block runs.

        Raises:
            Refused: one is logged in to a team, whose data lies on its server.
            NotFound: there is none.
            Unavailable: it cannot be opened.
        """
        self.require_alone()
        self.require_workspace()
        from storage.solo import open_solo

        workspace = open_solo(self.home.workspace)
        try:
            yield workspace
        finally:
            workspace.close()
