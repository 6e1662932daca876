"""Keeps a briefing on the record under the cursor, wherever there is one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from textual.screen import Screen
from textual.timer import Timer

from core.errors import OffhookError
from core.workspace import Subject, Workspace
from tui.desk import Desk
from tui.models.briefing import Blocks, Brief, blocks, read_brief
from tui.models.record_text import Scene
from tui.repaint import know_layout, paint_now
from tui.widgets.briefing import Briefing

TICK = 30.0
"""Seconds after which what is open is read anew: their time goes on, and with it whether they may be called."""
PATIENCE = 0.015
"""Seconds that a frame waits for what is read; then it shows what the list knows."""
GROUP = "briefing"
"""The group of workers that read one."""
NOTHING = "Nothing is under the cursor."

Known = Callable[[Scene], Blocks | None]
"""What a list knows of a record before it is read; None: nothing."""


class Briefer:
    """Reads what a panel shows. While an answer is under way only the latest question waits.

    On a local file the panel opens in one frame, with everything on it. Where the store takes its time, the first frame
    shows what the list knows of the record, and the rest is filled in.

    Attributes:
        panel: where it is shown.
        brief: what was read last; None while nothing is shown.
    """

    def __init__(
        self, screen: Screen[Any], panel: Briefing, desk: Desk, plan: Callable[[], str] = lambda: ""
    ) -> None:
        """Takes charge of a panel.

        Args:
            screen: where it is.
            panel: where it is shown.
            desk: where is read.
            plan: the key that plans a task there; empty where there is none.
        """
        self._screen = screen
        self._plan = plan
        self.panel = panel
        self._desk = desk
        self._subject: Subject | None = None
        self._shown: Subject | None = None
        self._known: Known | None = None
        self._stale = False
        self._reading = False
        self._held: ExitStack | None = None
        self._clock: Timer | None = None
        self.brief: Brief | None = None

    @property
    def is_open(self) -> bool:
        """Whether the panel is in sight."""
        return bool(self.panel.display)

    def open(self, subject: Subject | None, known: Known | None = None) -> None:
        """Brings the panel into sight, with the record on it."""
        know_layout(self._screen)
        self._held = ExitStack()
        self._held.enter_context(self._screen.app.batch_update())
        self._screen.set_timer(PATIENCE, self._release)
        if self._clock is None:
            self._clock = self._screen.set_interval(TICK, self.renew)
        self.panel.display = True
        self.look(subject, known)

    def close(self) -> None:
        """Takes the panel away."""
        self._release()
        know_layout(self._screen)
        self.panel.display = False
        self._subject = self._shown = self.brief = None

    def look(self, subject: Subject | None, known: Known | None = None) -> None:
        """Goes to another record; does nothing where it is the one that is shown.

        Args:
            subject: the record; None: there is none under the cursor.
            known: what the list knows of it.
        """
        if not self.is_open or (subject == self._subject and subject is not None):
            return
        self._subject, self._known = subject, known
        self.renew()

    def renew(self) -> None:
        """Reads the record anew."""
        if not self.is_open:
            return
        if self._subject is None:
            self.brief = None
            self.panel.show(None, NOTHING)
            self._release()
            return
        self._stale = True
        if not self._reading:
            self._reading = True
            self._screen.run_worker(self._answer(), group=GROUP, exit_on_error=False)

    async def _answer(self) -> None:
        try:
            while self._stale and self.is_open:
                self._stale = False
                if self._subject is not None:
                    await self._ask(self._subject, self._known)
        finally:
            self._reading = False
            self._release()

    async def _ask(self, subject: Subject, known: Known | None) -> None:
        scene, plan = self._scene, self._plan()

        def read(workspace: Workspace) -> tuple[Brief, Blocks]:
            # It is put into words there as well: the first number costs the import of what reads numbers.
            brief = read_brief(workspace, subject, scene.now, scene.zone)
            return brief, blocks(brief, scene, plan)

        reading = asyncio.ensure_future(self._desk.read(read))
        if self._shown != subject:
            done, _ = await asyncio.wait([reading], timeout=PATIENCE)
            if not done and subject == self._subject:
                # The panel must not go on saying of this one what is true of the one before.
                self.brief, self._shown = None, subject
                self.panel.show(known(self._scene) if known else None, "…")
        try:
            brief, words = await reading
        except OffhookError as error:
            if subject == self._subject:
                self.brief = None
                self.panel.show(None, str(error))
            return
        if subject == self._subject and self.is_open:
            self.brief, self._shown = brief, subject
            self.panel.show(words)
            # Where the cursor's frame is out already, this is not to wait for the next one's turn.
            paint_now(self._screen, self.panel)

    def _release(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None
            # Textual wakes the application then, but not the screen that has something to lay out.
            self._screen.check_idle()

    @property
    def _scene(self) -> Scene:
        return Scene(self._desk.catalog, self._desk.now, self._desk.zone)
