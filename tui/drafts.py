"""What is being typed, kept from the first letter on, without the keys ever waiting for the disk."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from threading import Lock

from core.errors import OffhookError
from core.workspace import Workspace


class Drafts:
    """Keeps texts by key (see `core.workspace.Workspace.keep_draft`), on a thread of its own.

    A text is written as soon as the one before it is: of what is typed meanwhile, the latest alone. So a letter is on
    the disk within the time that two writes take, a few milliseconds, however fast somebody types.

    Args:
        workspace: where they are kept.

    Attributes:
        problem: why the latest text could not be kept; empty where it was.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._writer = ThreadPoolExecutor(1, "offhook-drafts")
        self._lock = Lock()
        self._waiting: dict[str, str] = {}
        self._writing: Future[None] | None = None
        self.problem = ""

    def keep(self, key: str, text: str) -> None:
        """Has a text kept in place of what was kept under the key before; an empty one is forgotten."""
        with self._lock:
            self._waiting.pop(key, None)
            self._waiting[key] = text
            if self._writing is None:
                with suppress(RuntimeError):  # it was closed: the program ends
                    self._writing = self._writer.submit(self._write)

    def forget(self, key: str) -> None:
        """Has nothing kept under a key."""
        self.keep(key, "")

    def _write(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._writing = None
                    return
                key = next(iter(self._waiting))
                text = self._waiting.pop(key)
            try:
                self._workspace.keep_draft(key, text)
                self.problem = ""
            except OffhookError as error:
                self.problem = str(error)

    async def settled(self) -> None:
        """Waits until everything that was given is kept."""
        while (writing := self._writing) is not None:
            await asyncio.wrap_future(writing)

    def close(self) -> None:
        """Writes what waits, and ends."""
        self._writer.shutdown(wait=True)
