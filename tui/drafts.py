"""What is being typed, kept from the first letter on, without the keys ever waiting for the disk."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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
        on_problem: is called on the event loop when texts begin not to be kept, with the reason.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._writer = ThreadPoolExecutor(1, "offhook-drafts")
        self._lock = Lock()
        self._waiting: dict[str, str] = {}
        self._writing: Future[None] | None = None
        self._latest: dict[str, str] = {}
        self._handed_in: dict[str, list[str]] = {}
        self._loop = asyncio.get_running_loop()
        self._fails = False
        self.on_problem: Callable[[str], object] = lambda _reason: None

    def keep(self, key: str, text: str) -> None:
        """Has a text kept in place of what was kept under the key before; an empty one is forgotten."""
        with self._lock:
            self._latest[key] = text
            self._waiting.pop(key, None)
            self._waiting[key] = text
            if self._writing is None:
                with suppress(RuntimeError):  # it was closed: the program ends
                    self._writing = self._writer.submit(self._write)

    def forget(self, key: str) -> None:
        """Has nothing kept under a key."""
        self.keep(key, "")

    # --- what is being saved ------------------------------------------------------------------------------------

    def hand_in(self, key: str) -> str:
        """What is kept under a key is being saved: it stays kept until it is, but is nothing to go on typing at.

        A command may take seconds; who begins anew meanwhile would find what they have just written, and save it twice.

        Returns:
            What was handed in, for `saved` or `given_back`.
        """
        text = self._latest.get(key, "")
        self._handed_in.setdefault(key, []).append(text)
        return text

    def saved(self, key: str, handed_in: str) -> None:
        """What was handed in is saved: it is forgotten. What was typed since stays."""
        self.not_saved(key, handed_in)
        if self._latest.get(key, "") == handed_in and handed_in not in self._handed_in.get(key, ()):
            self.forget(key)

    def given_back(self, key: str, handed_in: str, text: str) -> None:
        """What was handed in was refused, and is typed again. What was begun under the key since is what stays kept."""
        self.not_saved(key, handed_in)
        if self._latest.get(key, "") in ("", handed_in):
            self.keep(key, text)

    def not_saved(self, key: str, handed_in: str) -> None:
        """What was handed in is being typed again: what is kept stays as it is."""
        texts = self._handed_in.get(key, [])
        if handed_in in texts:
            texts.remove(handed_in)

    def kept(self, prefix: str = "") -> dict[str, str]:
        """What is kept under keys that begin so and is not being saved, the latest last. For a reader thread.

        Raises:
            OffhookError: it cannot be read.
        """
        with self._lock:
            writing = self._writing
        if writing is not None:
            # Who leaves a text and begins anew at once is not to find what the disk has not forgotten yet.
            writing.result()
        kept = self._workspace.drafts(prefix)
        for key, text in kept.items():
            self._latest.setdefault(key, text)
        return {key: text for key, text in kept.items() if text not in self._handed_in.get(key, ())}

    # --- the disk -----------------------------------------------------------------------------------------------

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
                self._fails = False
            except OffhookError as error:
                # Once, and not with every letter.
                if not self._fails and not self._loop.is_closed():
                    self._loop.call_soon_threadsafe(self.on_problem, str(error))
                self._fails = True

    async def settled(self) -> None:
        """Waits until everything that was given is kept."""
        while (writing := self._writing) is not None:
            await asyncio.wrap_future(writing)

    def close(self) -> None:
        """Writes what waits, and ends."""
        self._writer.shutdown(wait=True)
