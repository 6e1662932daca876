"""Wires the terminal application to the workspace, the settings and the terminal."""

from __future__ import annotations

import datetime as dt
import gc
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cli.home import Home, find_home, read_settings, save_setting
from cli.output import Code, Usage, say

if TYPE_CHECKING:
    from cli.session import Session
    from core.imports.shapes import Importer
    from core.workspace import Workspace
    from tui.config import Opener


class FileOpener:
    """How the application gets at a workspace in a file; see `tui.config.Opener`."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def existing(self) -> Workspace | None:
        """Opens the workspace that is there; None on a first start.

        Raises:
            OffhookError: it is there and cannot be opened.
        """
        if self.home.team_profile.exists():
            from cli.team import open_team

            return open_team(self.home)
        if not self.home.workspace.exists():
            return None
        from storage.solo import open_solo

        return open_solo(self.home.workspace)

    def sign_in(self, password: str) -> Workspace:
        """Opens the team's workspace with another password than the one that is kept, and keeps that.

        Raises:
            OffhookError: it cannot be opened.
        """
        from cli.team import join, open_team
        from storage.postgres.profile import Profile

        join(self.home, Profile.load(self.home.team_profile), password)
        return open_team(self.home)

    def join(self, address: str, login: str, password: str, *, field: bool = False) -> Workspace:
        """Logs in at a team's server, remembers it, and opens the workspace there; with a copy here if that is wanted.

        Raises:
            OffhookError: it cannot be; nothing is remembered.
        """
        from cli.team import join, open_team
        from storage.postgres.profile import Profile, parse_address

        join(self.home, Profile(*parse_address(address), login=login), password, field=field)
        return open_team(self.home)

    def start_alone(self) -> Workspace:
        """Makes a workspace for one person, named and set up as the system lets guess.

        Raises:
            OffhookError: it cannot be made.
        """
        from cli.beginning import start_alone

        return start_alone(self.home)

    def start_demo(self, progress: Callable[[float, str], None]) -> Workspace:
        """Opens the sample workspace, made first where it is not there.

        Raises:
            OffhookError: it cannot be made.
        """
        from cli.demo.prepare import prepare
        from storage.solo import open_solo

        place = find_home().demo.workspace
        prepare(place, progress=lambda done, total, what: progress(done / total, what))
        return open_solo(place)


def require_terminal() -> None:
    """Raises `Usage` unless the app has a terminal to run on."""
    if not (_is_terminal(sys.stdin) and _is_terminal(sys.stdout)):
        raise Usage(
            "The app needs a terminal, and this is none. For scripts there are commands: offhook --help lists them."
        )


def run_app(session: Session, opener: Opener | None = None, *notices: str) -> int:
    """Runs the application until its user leaves.

    Args:
        session: what was said on the command line.
        opener: how to get at the workspace; None: the file of the session's home.
        notices: what the user is told once the workspace is open.

    Raises:
        Usage: there is no terminal to run it on.
    """
    require_terminal()
    # Reading and writing threads give the lock away with every row and want it back while a frame is drawn: the usual
    # 5 ms each time is what a rep would feel.
    sys.setswitchinterval(0.0005)
    # Textual reads this when it is imported. The user's own setting wins.
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    from cli.dialling import make_dialler
    from tui.app import OffhookApp
    from tui.config import Config
    from tui.theme import DEFAULT

    home = session.home
    settings = read_settings(home.settings_file)
    config = Config(
        theme=settings.theme or DEFAULT,
        keymap=settings.keymap,
        theme_folder=home.themes,
        zone=session.zone,
        save=lambda key, value: save_setting(home.settings_file, key, value),
        demo=session.demo,
        start=settings.start,
        reminders=settings.reminders,
        dialler=make_dialler(find_home(), settings.dialling, sample=session.demo),
        importer=lambda workspace: _open_importer(workspace, home),
        import_folder=Path(settings.import_folder) if settings.import_folder else None,
        notices=(*notices, *((settings.problem,) if settings.problem else ())),
    )
    app = OffhookApp(opener or FileOpener(home), config)
    from rich.console import Console

    # Textual would print its traceback with the values of variables, which are customers' data.
    app.error_console = Console(file=io.StringIO())
    from cli.crash import report, watch_threads

    watch_threads()
    # Off since the start (see `cli.main`): what has been made so far is there to stay.
    gc.enable()
    try:
        code = app.run()
    finally:
        config.dialler.close()
    failure = app._exception
    if failure is not None:
        return report(failure)
    if app.kept_here:
        said = "1 change is" if app.kept_here == 1 else f"{app.kept_here} changes are"
        how = "." if session.demo else ", or with: offhook sync"
        say(f"{said} saved here and not sent yet. That is done when offhook is open again{how}")
    return code if code is not None else (app.return_code or Code.FINE)


def _open_importer(workspace: Workspace, home: Home) -> Importer:
    """What brings files in. Imported only when somebody imports."""
    from importing.importer import open_importer

    return open_importer(workspace, home.imports, clock=lambda: dt.datetime.now(dt.UTC))


def _is_terminal(stream: object) -> bool:
    check = getattr(stream, "isatty", None)
    return bool(check and check())
