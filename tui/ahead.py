"""What can be read while the application is still being put on the screen.

Opening a workspace and reading ten thousand cards is work for the disk and for SQLite, which need neither the
interpreter nor the terminal: it is begun with the first frame, while the board's modules are still being loaded.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.workspace import Card, Changed, Workspace
    from tui.config import Opener

CLOSED_DAYS = 30
"""Deals that were closed longer ago are not on the board."""


class Ahead:
    """Opens the workspace and reads the board that is shown first, on a thread of its own, from now on.

    Attributes:
        workspace: the workspace, None on a first start, or why it cannot be opened.
        board: the pipeline and its cards.
        changed: what changed since; a reader of `board` has to be told.
        stop: ends the listening for changes.
    """

    def __init__(self, opener: Opener, clock: Callable[[], dt.datetime]) -> None:
        self.workspace: Future[Workspace | None] = Future()
        self.board: Future[tuple[str, list[Card]]] = Future()
        self.changed: list[Changed] = []
        self.stop: Callable[[], None] = lambda: None
        self._opener = opener
        self._clock = clock
        threading.Thread(target=self._run, name="offhook-ahead", daemon=True).start()

    def _run(self) -> None:
        # Held on to: who takes the board meanwhile puts another in its place, and waits for this one.
        board = self.board
        try:
            workspace = self._opener.existing()
            if workspace is not None:
                self.stop = workspace.subscribe(self.changed.append)
        except BaseException as error:  # noqa: BLE001 (who waits for the workspace has to be told, whatever it is)
            self.workspace.set_exception(error)
            return
        self.workspace.set_result(workspace)
        try:
            if workspace is None:
                raise LookupError("nothing to read")
            from core.filters import EVERYTHING

            pipeline_id = workspace.catalog().pipelines[0].id
            since = self._clock() - dt.timedelta(days=CLOSED_DAYS)
            cards = workspace.board(pipeline_id, EVERYTHING, closed_since=since)
        except Exception as error:  # noqa: BLE001 (the board reads it again, and says what is wrong)
            board.set_exception(error)
        else:
            board.set_result((pipeline_id, cards))

    def take(self, pipeline_id: str) -> list[Card] | None:
        """The cards of a pipeline, once; waits for them. None where they are not those of that pipeline."""
        board, self.board = self.board, Future()
        self.board.set_exception(LookupError("taken"))
        with contextlib.suppress(Exception):
            pipeline, cards = board.result()
            if pipeline == pipeline_id:
                return cards
        return None
