"""What the user has set, as the terminal application sees it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from core.dialling import ByHand, Dialler
from core.errors import Unavailable

if TYPE_CHECKING:
    from core.imports.shapes import Importer
    from core.workspace import Workspace


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _forget(_key: str, _value: str) -> None:
    """Keeps nothing: for where there is no place to keep settings."""


def _no_importer(_workspace: Workspace) -> Importer:
    raise Unavailable("Files cannot be imported here.")


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of the terminal application.

    Attributes:
        theme: a theme's name.
        keymap: keys by binding id (`{"board.move-right": "L,shift+right"}`).
        theme_folder: where user themes lie.
        zone: the viewer's time zone.
        clock: what time it is (UTC); replaced in tests, so that pictures do not change by themselves.
        save: keeps a setting for the next start.
        demo: the workspace holds sample data.
        start: the screen that is shown first: pipeline, today or contacts.
        reminders: tasks that come due are told of wherever the user is.
        debounce: seconds that somebody to call must have been in sight before a key says how the call ended.
        dialler: how numbers are dialled. Sample numbers never are, whatever it is: see `tui.flows.dialling`.
        importer: makes what brings files into a workspace; called on a thread, when it is first needed.
        import_folder: where files to import were last taken from; None: nowhere yet.
        notices: what was wrong with the settings, to be said once.
    """

    theme: str = "dark"
    keymap: Mapping[str, str] = field(default_factory=dict)
    theme_folder: Path | None = None
    zone: dt.tzinfo = dt.UTC
    clock: Callable[[], dt.datetime] = _now
    save: Callable[[str, str], None] = _forget
    demo: bool = False
    start: str = "pipeline"
    reminders: bool = True
    debounce: float = 0.25
    dialler: Dialler = field(default_factory=ByHand)
    importer: Callable[[Workspace], Importer] = _no_importer
    import_folder: Path | None = None
    notices: tuple[str, ...] = ()


class Opener(Protocol):
    """How the application gets at a workspace. All calls block, and are made from a worker thread."""

    def existing(self) -> Workspace | None:
        """Opens the workspace that is there; None on a first start.

        Raises:
            Unreachable: it lies on a server that does not answer at the moment.
            SignInRefused: the server does not take the password that is kept; see `sign_in`.
            Unavailable, Refused: it is there and cannot be opened; the message says what to do.
        """
        ...

    def sign_in(self, password: str) -> Workspace:
        """Opens the team's workspace that `existing` could not open, with another password, and keeps that.

        Raises:
            SignInRefused: nor is this one good.
            OffhookError: it cannot be opened.
        """
        ...

    def join(self, address: str, login: str, password: str, *, field: bool = False) -> Workspace:
        """Logs in at a team's server, remembers it, and opens the workspace there.

        Args:
            address: HOST/DATABASE, as `offhook login` takes it.
            login: the user's.
            password: theirs. It goes into the keyring and nowhere else.
            field: keep an encrypted copy on this machine, and work in that one, with the server in reach or without.

        Raises:
            OffhookError: it cannot be; nothing is remembered.
        """
        ...

    def start_alone(self) -> Workspace:
        """Makes a new workspace for one person, named and set up as the machine lets guess; all of it can be edited later."""
        ...

    def start_demo(self, progress: Callable[[float, str], None]) -> Workspace:
        """Makes the sample workspace. `progress` is told the share done (0 to 1) and what is being made."""
        ...
