"""The import desk: the user interface's one way to imports.

Everything that reads files or brings rows in runs on one thread of its own, so that a job is used by one thread at a time,
and commands and reads go on beside it. An import belongs to the application, not to the screen that began it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from core.errors import OffhookError
from core.imports.shapes import Cancelled, Importer, Job, Past, Progress, Report, Step, Undone

if TYPE_CHECKING:
    from core.workspace import Workspace
    from tui.desk import Desk
    from tui.models.import_wizard import Wizard

T = TypeVar("T")

EVERY = 0.1
"""Seconds between two looks at how far something is; it may tell thousands of times in between."""
PATIENCE = 5.0
"""Seconds that leaving waits for an import to stop: it ends the batch that it is at."""


class Work:
    """Something long under way on the import thread: how far it is, and how to stop it.

    Args:
        heard: is told how far it is, on the UI thread, at most every `EVERY` seconds.
    """

    def __init__(self, heard: Callable[[Step], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._heard = heard
        self._stopped = threading.Event()
        self._told_at = -EVERY
        self.step: Step | None = None

    def stop(self) -> None:
        """Has it stop at the next place where that can be."""
        self._stopped.set()

    @property
    def stopping(self) -> bool:
        """Whether it is to stop."""
        return self._stopped.is_set()

    def __call__(self, step: Step) -> None:
        """On the import thread: how far it is.

        Raises:
            Cancelled: the user has stopped it.
        """
        self.step = step
        if self._stopped.is_set():
            raise Cancelled("Stopped.")
        now = time.monotonic()
        if now - self._told_at >= EVERY:
            self._told_at = now
            # The loop may be closed by now: the user has left, and this stops at its next step.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._heard, step)


@dataclass(eq=False)
class Running:
    """An import, or the taking back of one, that is under way or has come to its end.

    Attributes:
        name: the files.
        import_id: the import's.
        undoing: it is being taken back.
        contacts: it is about people, so that it leads to the contacts; otherwise to the pipeline.
        work: how far it is.
        report: what came of it.
        undone: what came of taking it back.
        problem: why it ended before its end; empty: it did not.
        over: it has come to its end.
        past: what the list of imports knows of it, where it was not done in this session.
    """

    name: str
    import_id: str
    undoing: bool = False
    contacts: bool = True
    work: Work | None = None
    report: Report | None = None
    undone: Undone | None = None
    problem: str = ""
    over: bool = False
    past: Past | None = None
    _listeners: list[Callable[[], None]] = field(default_factory=list)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Calls `listener` on the UI thread as it goes on, and at its end. Returns how to stop it."""
        self._listeners.append(listener)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)

        return stop

    def tell(self) -> None:
        """Tells those who listen."""
        for listener in tuple(self._listeners):
            listener()

    @property
    def can_resume(self) -> bool:
        """Whether it can be gone on with."""
        if self.past is not None:
            return self.past.mine and self.past.resumable
        return self.over and bool(self.problem) and not self.undoing

    @property
    def can_take_back(self) -> bool:
        """Whether it, or what is left of it, can be taken back."""
        if self.past is not None:
            return self.past.mine and self.past.state != "undone"
        return self.over and self.undone is None

    @property
    def step(self) -> Step | None:
        """How far it is, as far as that is known."""
        return self.work.step if self.work is not None else None

    def stop(self) -> None:
        """Has it stop; what is in stays."""
        if self.work is not None:
            self.work.stop()


class ImportDesk:
    """Works on imports for an event loop.

    Args:
        desk: the workspace's.
        make: makes the importer; called once, on a thread, when it is first needed.
        folder: where files were last taken from.

    Attributes:
        draft: an import that is being prepared, kept while the user is elsewhere.
        running: what is under way, or was last.
    """

    def __init__(self, desk: Desk, make: Callable[[Workspace], Importer], folder: Path) -> None:
        self._desk = desk
        self._make = make
        self._importer: Importer | None = None
        self._making = threading.Lock()
        self._thread = ThreadPoolExecutor(1, "offhook-import")
        self._works: set[Work] = set()
        self.draft: Wizard | None = None
        self.running: Running | None = None
        self.folder = folder
        self._known: dict[str, Running] = {}

    def importer(self) -> Importer:
        """The importer; made now where it is not there yet. To be called on a thread.

        Raises:
            OffhookError: it cannot be made.
        """
        with self._making:
            if self._importer is None:
                self._importer = self._make(self._desk.workspace)
            return self._importer

    async def call(self, job: Callable[[], T]) -> T:
        """Does something on the import thread.

        Raises:
            OffhookError: as the job does.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, job)

    async def work(self, job: Callable[[Progress], T], work: Work) -> T:
        """Does something long on the import thread. Whoever waits for it no longer has stopped it.

        Raises:
            Cancelled: the user has stopped it.
            OffhookError: as the job does.
        """
        self._works.add(work)
        try:
            return await self.call(lambda: job(work))
        except asyncio.CancelledError:
            work.stop()
            raise
        finally:
            self._works.discard(work)

    async def past(self) -> Sequence[Past]:
        """The imports there were, the latest first. Does not wait for one that is under way.

        Raises:
            OffhookError: they cannot be read.
        """
        return await self._desk.read(lambda _: self.importer().past())

    @property
    def busy(self) -> Running | None:
        """The import that is under way; None where none is."""
        return self.running if self.running is not None and not self.running.over else None

    @property
    def has_to_lose(self) -> bool:
        """Whether leaving now would stop an import, or drop what was set for one."""
        return self.busy is not None or (self.draft is not None and self.draft.touched)

    def shown(self, past: Past) -> Running:
        """An import of the list with all that is known of it: of one of this session, what came of every row."""
        return self._known.get(past.id) or Running(past.name, past.id, over=True, past=past)

    def begin(self, running: Running, job: Job | None = None) -> Coroutine[Any, Any, None]:
        """Begins to bring rows in, or to take an import back.

        Args:
            running: what it is called; takes up what comes of it.
            job: what is planned; None: an import that was stopped goes on.

        Returns:
            What is to be awaited by whoever outlives the screens (see `tui.flows.run.behind`).
        """
        running.problem, running.over = "", False
        running.work = Work(lambda _: running.tell())
        self.running = self._known[running.import_id] = running
        return self._follow(running, running.work, job)

    async def _follow(self, running: Running, work: Work, job: Job | None) -> None:
        def bring_in(progress: Progress) -> Report:
            planned = job or self.importer().resume(running.import_id)
            return planned.run(progress)

        def take_back(progress: Progress) -> Undone:
            return self.importer().undo(running.import_id, progress)

        try:
            if running.undoing:
                running.undone = await self.work(take_back, work)
            else:
                running.report = await self.work(bring_in, work)
        except Cancelled:
            running.problem = "You stopped it."
        except OffhookError as error:
            running.problem = str(error)
        finally:
            running.over = True
            running.tell()

    async def stop(self, seconds: float = PATIENCE) -> None:
        """Stops what is under way, and waits until it has, but no longer than that."""
        running = self.busy
        if running is None:
            return
        ended = asyncio.Event()
        running.listen(lambda: ended.set() if running.over else None)
        running.stop()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), seconds)

    def close(self) -> None:
        """Stops what is under way, without waiting for it."""
        for work in tuple(self._works):
            work.stop()
        self._thread.shutdown(wait=False, cancel_futures=True)
