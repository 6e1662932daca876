"""The desk: the user interface's one way to the workspace.

The UI thread does no I/O. Reads run on two reader threads, commands one after the other on a writer thread, and what
changed arrives as an event on the UI thread. A screen awaits `read`, calls `execute`, and is told by `on_changed`.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import datetime as dt
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from core.catalog import Catalog
from core.changes import Answer, Changeset, Status
from core.commands.base import Command
from core.commands.undo import Undo
from core.errors import OffhookError
from core.parked import Parked
from core.workspace import Card, Changed, Health, Workspace
from tui.ahead import Ahead
from tui.config import Config
from tui.drafts import Drafts

T = TypeVar("T")

PATIENCE = 0.5
"""Seconds that a command may take before the status bar says that it is on its way."""
_TO_SEND = re.compile(r"\d+ to send")


@dataclass(eq=False)
class _Waiting:
    """A command that was given and has no answer yet.

    Attributes:
        since: when it was given, by the event loop's clock.
        command: what it is, as far as it is known before its turn comes.
        undoes: it takes another one back.
        answer: what the workspace said.
    """

    since: float
    command: Command | None
    undoes: bool = False
    answer: Answer | None = None


class Undone(NamedTuple):
    """What came of taking something back: the answer, and what it was; None where that never was done."""

    answer: Answer
    changeset: Changeset | None


class Desk:
    """Wraps a workspace for use on an event loop.

    Attributes:
        workspace: what is worked on.
        config: the user's settings.
        catalog: the set-up, always at hand without waiting; refreshed when it changes.
        drafts: what is being typed, kept as it is.
        waiting: what waits for the user to decide, oldest first; always at hand like the catalog.
        refused: how many commands were answered with a no, whatever the reason.
    """

    def __init__(
        self, workspace: Workspace, catalog: Catalog, config: Config, ahead: Ahead | None = None
    ) -> None:
        self.workspace = workspace
        self.catalog = catalog
        self.config = config
        self._loop = asyncio.get_running_loop()
        self.drafts = Drafts(workspace)
        self._readers = ThreadPoolExecutor(2, "offhook-read")
        self._writer = ThreadPoolExecutor(1, "offhook-write")
        self._listeners: list[Callable[[Changed], None]] = []
        self._health_listeners: list[Callable[[], None]] = []
        self._waiting: list[_Waiting] = []
        self._passed_over: set[str] = set()
        self._idle = asyncio.Event()
        self._idle.set()
        self.refused = 0
        self.waiting: tuple[Parked, ...] = ()
        self.last_seen_health: Health = workspace.health()
        self._told_health: Health | None = self.last_seen_health
        self._unsubscribe = workspace.subscribe(self._changed_elsewhere)
        self._unwatch = workspace.watch_health(self._health_elsewhere)
        self._ahead = ahead
        if self.last_seen_health.parked:
            self._readers.submit(self._health_elsewhere, self.last_seen_health)
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

    def forget_ahead(self) -> None:
        """Drops what was read while the application started: by the time that somebody wants it, it would be old."""
        self._ahead = None

    def later(self, job: Callable[[Workspace], object]) -> None:
        """Has something done on a reader thread that nobody waits for, and that is no loss where it fails."""

        def run() -> None:
            with contextlib.suppress(OffhookError):
                job(self.workspace)

        with contextlib.suppress(RuntimeError):  # it was closed: the program ends
            self._readers.submit(run)

    def execute(self, command: Command) -> Awaitable[Answer]:
        """Runs a command on the writer thread, behind those before it. Never raises what a user can cause: see `Answer`."""
        self._passed_over.clear()
        place = _Waiting(self._loop.time(), command)
        return self._line_up(place, lambda: self._execute(place, command))

    def _line_up(self, place: _Waiting, run: Callable[[], T]) -> Awaitable[T]:
        """Has the writer thread do something when its turn comes; whoever asked for it may go away meanwhile."""
        self._waiting.append(place)
        self._idle.clear()
        self._loop.call_later(PATIENCE, self._tell_of_health)
        future = self._writer.submit(run)

        def settled(_: object) -> None:
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._settled, place)

        future.add_done_callback(settled)
        return asyncio.shield(asyncio.wrap_future(future, loop=self._loop))

    def _settled(self, place: _Waiting) -> None:
        self._waiting.remove(place)
        self.refused += place.answer is not None and not place.answer.applied
        if not self._waiting:
            self._idle.set()
        self._tell_of_health()

    def _execute(self, place: _Waiting, command: Command) -> Answer:
        place.command = command
        answer = place.answer = self.workspace.execute(command)
        if not answer.applied and not self._loop.is_closed():
            # Nothing was changed, so nobody is told of a change; but why it was not may be how the data is doing.
            self._loop.call_soon_threadsafe(self._see, self.workspace.health())
        return answer

    @property
    def passed_over(self) -> frozenset[str]:
        """Changesets that `undo` leaves alone at the moment."""
        return frozenset(self._passed_over)

    def pass_over(self, changeset_id: str) -> None:
        """Has `undo` go on to what was done before this one, which stays, until the user does something else."""
        self._passed_over.add(changeset_id)

    def undo(self) -> Awaitable[Undone | None]:
        """Takes the user's latest command back; None where there is nothing to take back.

        The latest is the one that was given last, even if it waits for its answer yet: should it be refused, nothing
        else is taken back in its place.
        """
        last = self._waiting[-1] if self._waiting and not self._waiting[-1].undoes else None
        place = _Waiting(
            self._loop.time(), Undo(changeset_id=last.command.id) if last and last.command else None, True
        )

        passed_over = self.passed_over

        def run() -> Undone | None:
            done = last.answer if last else None
            if done is not None and not done.applied:
                reason = "That was not done, so there is nothing to take back."
                return Undone(Answer(Status.REJECTED, None, reason, revision=done.revision), None)
            if place.command is not None and done and done.changeset and done.changeset.changes:
                return Undone(self._execute(place, place.command), done.changeset)
            latest = self.workspace.undoable(passed_over)
            return Undone(self._execute(place, Undo(changeset_id=latest.id)), latest) if latest else None

        return self._line_up(place, run)

    @property
    def unsettled(self) -> int:
        """How many commands wait for their answer."""
        return len(self._waiting)

    async def settled(self, seconds: float) -> bool:
        """Waits until every command has its answer, but no longer than that; tells whether it is so."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)
        return self._idle.is_set()

    def listen(self, listener: Callable[[Changed], None]) -> Callable[[], None]:
        """Calls `listener` on the UI thread after every change. Returns how to stop it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @property
    def shown_health(self) -> Health:
        """The state of the data as the status bar should tell it: commands that wait for longer than a moment included."""
        health, waiting = self.last_seen_health, len(self._waiting)
        if not waiting or self._loop.time() - self._waiting[0].since < PATIENCE:
            return health
        if health.level == "ok":
            return dataclasses.replace(health, line=f"◐ {waiting} to send", level="busy")
        # The workspace knows of the one that it is busy with; those behind it wait here.
        line, told = _TO_SEND.subn(f"{waiting} to send", health.line)
        return dataclasses.replace(health, line=line if told else f"{line} · {waiting} to send")

    def listen_to_health(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` on the UI thread when `last_seen_health` is another without a change. Returns how to stop it."""
        self._health_listeners.append(listener)
        return lambda: self._health_listeners.remove(listener)

    def _see(self, health: Health, waiting: tuple[Parked, ...] | None = None) -> None:
        self.last_seen_health = health
        if waiting is not None and waiting != self.waiting:
            self.waiting = waiting
            self._told_health = None
        self._tell_of_health()

    def _tell_of_health(self) -> None:
        shown = self.shown_health
        if shown != self._told_health:
            self._told_health = shown
            for listener in tuple(self._health_listeners):
                listener()

    def _what_waits(self, health: Health) -> tuple[Parked, ...] | None:
        """What waits for the user; None where that cannot be read at the moment."""
        if not health.parked:
            return ()
        with contextlib.suppress(OffhookError):
            return tuple(self.workspace.parked())
        return None

    @property
    def still_loading(self) -> tuple[str, str] | None:
        """What an empty place says while records come in that were never here; None once they are all here."""
        share = self.last_seen_health.loading
        if share is None:
            return None
        return f"Still loading: {share} %", "What is here already can be used."

    def waiting_for(self, table: str, record_id: str) -> list[Parked]:
        """What waits for the user to decide about a record."""
        return [parked for parked in self.waiting if parked.about == (table, record_id)]

    async def drop(self, parked: Parked) -> None:
        """Gives up what waits.

        Raises:
            OffhookError: see `core.workspace.Workspace.drop`.
        """
        await self._decide(lambda: self.workspace.drop(parked))

    async def hand_in(self, parked_id: str) -> str:
        """Gives what waits to whoever has the record now; returns their name.

        Raises:
            OffhookError: see `core.workspace.Workspace.hand_in`.
        """
        return await self._decide(lambda: self.workspace.hand_in(parked_id))

    async def _decide(self, write: Callable[[], T]) -> T:
        """Does on the writer thread, behind the commands before it, what settles something that waits."""

        def run() -> T:
            try:
                return write()
            finally:
                self._health_elsewhere(self.workspace.health())

        return await self._loop.run_in_executor(self._writer, run)

    def _health_elsewhere(self, health: Health) -> None:
        """On any thread: the state of the data is another, and nothing changed."""
        waiting = self._what_waits(health)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._see, health, waiting)

    def _changed_elsewhere(self, changed: Changed) -> None:
        """On any thread: refreshes what is kept at hand, then tells the UI thread."""
        catalog = self.catalog
        # A set-up that cannot be read at the moment is no reason to lose the change.
        with contextlib.suppress(OffhookError):
            catalog = self.workspace.catalog()
        health = self.workspace.health()
        waiting = self._what_waits(health)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell, changed, catalog, health, waiting)

    def _tell(
        self, changed: Changed, catalog: Catalog, health: Health, waiting: tuple[Parked, ...] | None
    ) -> None:
        self.catalog = catalog
        self._see(health, waiting)
        for listener in tuple(self._listeners):
            listener(changed)

    async def put_by(self) -> int:
        """Has the workspace keep what waits, to be sent at the next start; tells how many changes cannot be kept."""
        commands = [place.command for place in self._waiting if place.command is not None]
        return len(await self._loop.run_in_executor(None, self.workspace.put_by, commands))

    def close(self, *, wait: bool = True) -> None:
        """Lets go of the workspace.

        Args:
            wait: for the commands under way; otherwise those that have not begun are dropped, see `put_by`.
        """
        self._unsubscribe()
        self._unwatch()
        self._writer.shutdown(wait=wait, cancel_futures=not wait)
        self._readers.shutdown(wait=wait, cancel_futures=True)
        self.drafts.close()
        self.workspace.close()
