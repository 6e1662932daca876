"""The desk: the user interface's one way to the workspace.

The UI thread does no I/O. Reads run on two reader threads, commands one after the other on a writer thread, and what
changed arrives as an event on the UI thread. A screen awaits `read`, calls `execute`, and is told by `on_changed`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from core.catalog import Catalog
from core.changes import Answer
from core.commands.base import Command
from core.commands.undo import Undo
from core.errors import OffhookError
from core.workspace import Card, Changed, Health, Workspace
from tui.ahead import Ahead
from tui.config import Config

T = TypeVar("T")


class Desk:
    """Wraps a workspace for use on an event loop.

    Attributes:
        workspace: what is worked on.
        config: the user's settings.
        catalog: the set-up, always at hand without waiting; refreshed when it changes.
    """

    def __init__(
        self, workspace: Workspace, catalog: Catalog, config: Config, ahead: Ahead | None = None
    ) -> None:
        self.workspace = workspace
        self.catalog = catalog
        self.config = config
        self._loop = asyncio.get_running_loop()
        self._readers = ThreadPoolExecutor(2, "offhook-read")
        self._writer = ThreadPoolExecutor(1, "offhook-write")
        self._listeners: list[Callable[[Changed], None]] = []
        self._health_listeners: list[Callable[[], None]] = []
        self._unsubscribe = workspace.subscribe(self._changed_elsewhere)
        self.last_seen_health: Health = workspace.health()
        self._ahead = ahead
        if ahead is not None:
            ahead.stop()
            for changed in ahead.changed:
                self._changed_elsewhere(changed)

    @property
    def now(self) -> dt.datetime:
        """The current time, UTC."""
        return self.config.clock()

    @property
    def zone(self) -> dt.tzinfo:
        """Where the viewer is."""
        return self.config.zone

    async def read(self, query: Callable[[Workspace], T]) -> T:
        """Runs a query on a reader thread.

        Raises:
            OffhookError: as the query does.
        """
        return await self._loop.run_in_executor(self._readers, query, self.workspace)

    def read_ahead(self, pipeline_id: str) -> list[Card] | None:
        """The cards of a pipeline as they were read while the application started, once. To be called in a `read`."""
        ahead, self._ahead = self._ahead, None
        return ahead.take(pipeline_id) if ahead is not None else None

    def execute(self, command: Command) -> Awaitable[Answer]:
        """Runs a command on the writer thread, behind those before it. Never raises what a user can cause: see `Answer`."""
        return self._loop.run_in_executor(self._writer, self._execute, command)

    def _execute(self, command: Command) -> Answer:
        answer = self.workspace.execute(command)
        if not answer.applied and not self._loop.is_closed():
            # Nothing was changed, so nobody is told of a change; but why it was not may be how the data is doing.
            self._loop.call_soon_threadsafe(self._see, self.workspace.health())
        return answer

    async def undo(self) -> Answer | None:
        """Takes the user's latest command back; None where there is nothing to take back."""

        def run() -> Answer | None:
            latest = self.workspace.undoable()
            return self._execute(Undo(changeset_id=latest.id)) if latest else None

        return await self._loop.run_in_executor(self._writer, run)

    def listen(self, listener: Callable[[Changed], None]) -> Callable[[], None]:
        """Calls `listener` on the UI thread after every change. Returns how to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def listen_to_health(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` on the UI thread when `last_seen_health` is another without a change. Returns how to stop it."""
        self._health_listeners.append(listener)
        return lambda: self._health_listeners.remove(listener)

    def _see(self, health: Health) -> None:
        if health != self.last_seen_health:
            self.last_seen_health = health
            for listener in tuple(self._health_listeners):
                listener()

    def _changed_elsewhere(self, changed: Changed) -> None:
        """On any thread: refreshes what is kept at hand, then tells the UI thread."""
        try:
            catalog = self.workspace.catalog()
            health = self.workspace.health()
        except OffhookError:
            return
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, changed, catalog, health)

    def _tell(self, changed: Changed, catalog: Catalog, health: Health) -> None:
        self.catalog, self.last_seen_health = catalog, health
        for listener in tuple(self._listeners):
            listener(changed)

    def close(self) -> None:
        """Waits for the commands under way, then lets go of the workspace."""
        self._unsubscribe()
        self._writer.shutdown(wait=True)
        self._readers.shutdown(wait=True, cancel_futures=True)
        self.workspace.close()
