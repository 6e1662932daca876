"""What a command runs with: which workspace, which clock, which way to answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from cli.home import Home, find_home
from core.errors import NotFound

if TYPE_CHECKING:
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

    def require_workspace(self) -> None:
        """Makes sure that there is a workspace.

        Raises:
            NotFound: there is none; the message says how to get one.
        """
        if self.home.workspace.exists():
            return
        if self.demo:
            raise NotFound("There is no sample workspace yet. Make one with: offhook demo")
        raise NotFound(
            "There is no workspace yet. Start one with “offhook” (asks one question) or “offhook init” (asks none),"
            " or look at sample data with “offhook demo”."
        )

    @contextmanager
    def open(self) -> Iterator[SoloWorkspace]:
        """The workspace, open as long as the block runs.

        Raises:
            NotFound: there is none.
            Unavailable: it cannot be opened.
        """
        self.require_workspace()
        from storage.solo import open_solo

        workspace = open_solo(self.home.workspace)
        try:
            yield workspace
        finally:
            workspace.close()
