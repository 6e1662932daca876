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
    from core.workspace import Workspace
    from storage.solo import SoloWorkspace


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


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
        if self.in_team:
            raise Refused(
                "A team's data lies on its server, and is kept safe there. Your admin has the backups; for your own"
                " workspace log out first: offhook logout"
            )

    @contextmanager
    def open(self) -> Iterator[Workspace]:
        """The workspace, open as long as the block runs: the team's where one is logged in, otherwise one's own file.

        Raises:
            NotFound: there is none.
            Refused, Unavailable: it cannot be opened.
        """
        self.require_workspace()
        workspace: Workspace
        if self.in_team:
            from cli.crash import watch_threads
            from cli.team import open_team

            watch_threads()
            workspace = open_team(self.home)
        else:
            from storage.solo import open_solo

            workspace = open_solo(self.home.workspace)
        try:
            yield workspace
        finally:
            workspace.close()

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
