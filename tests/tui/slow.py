"""A workspace as it is behind a network: every call takes its time, and anything can go wrong on the way."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from core.changes import Answer, Status
from core.commands.base import Command
from core.errors import NotFound, Unavailable
from core.workspace import Changed, Health
from storage.solo import SoloWorkspace, open_solo

AT_HAND = frozenset(
    {"catalog", "health", "subscribe", "watch_health", "put_by", "close", "who_took", "drafts", "keep_draft"}
)
"""What costs no round trip."""


class SlowWorkspace:
    """Passes everything on to a workspace, late.

    Attributes:
        delay: seconds that every call takes.
        offline: the server is out of reach: nothing can be read, commands are answered with unavailable.
        refusals: why commands of a kind are refused, by their name.
        hold: a command waits until this is set.
        kept: commands that were put by.
        keeps: how many can be put by at a time.
        asked: the names of the commands that came in, in order.
    """

    def __init__(self, inner: SoloWorkspace, delay: float = 0.05) -> None:
        self.inner = inner
        self.delay = delay
        self.offline = False
        self.refusals: dict[str, str] = {}
        self.hold = threading.Event()
        self.hold.set()
        self.kept: list[Command] = []
        self.keeps = 100
        self.asked: list[str] = []
        self.out_of_sight: dict[tuple[str, str], str] = {}
        self._listeners: list[Callable[[Changed], None]] = []
        self._watchers: list[Callable[[Health], None]] = []
        self._insecure = False

    def __getattr__(self, name: str) -> Any:
        inner = getattr(self.inner, name)
        if name in AT_HAND or not callable(inner):
            return inner

        def late(*args: Any, **kwargs: Any) -> Any:
            self._travel()
            return inner(*args, **kwargs)

        return late

    def _travel(self) -> None:
        time.sleep(self.delay)
        if self.offline:
            raise Unavailable("The server cannot be reached.")

    # --- what can go wrong ----------------------------------------------------------------------------------------

    def lose(self) -> None:
        """Takes the server away, and says so."""
        self.offline = True
        self._tell_health()

    def find(self) -> None:
        """Brings it back, and says so."""
        self.offline = False
        self._tell_health()

    def be_insecure(self) -> None:
        """The server's certificate is not verified."""
        self._insecure = True
        self._tell_health()

    def hide(self, table: str, record_id: str, who: str = "") -> None:
        """Takes a record out of the user's sight, as when it goes to a colleague's book, and announces it."""
        self.out_of_sight[table, record_id] = who
        self.announce({(table, record_id)})

    def announce(self, rows: Any = (), *, everything: bool = False) -> None:
        """Tells of a change by others."""
        changed = Changed(frozenset(rows), local=False, revision=0, everything=everything)
        for listener in tuple(self._listeners):
            listener(changed)

    def _tell_health(self) -> None:
        for watcher in tuple(self._watchers):
            watcher(self.health())

    # --- the workspace --------------------------------------------------------------------------------------------

    def execute(self, command: Command) -> Answer:
        self.asked.append(type(command).NAME)
        assert self.hold.wait(20)
        time.sleep(self.delay)
        if self.offline:
            return Answer(Status.UNAVAILABLE, None, "Not saved. The server cannot be reached.")
        if reason := self.refusals.get(type(command).NAME):
            return Answer(Status.REJECTED, None, reason)
        return self.inner.execute(command)

    def put_by(self, commands: Sequence[Command]) -> Sequence[Command]:
        self.kept += commands[: self.keeps]
        return commands[self.keeps :]

    def subscribe(self, listener: Callable[[Changed], None]) -> Callable[[], None]:
        self._listeners.append(listener)
        stop = self.inner.subscribe(listener)

        def end() -> None:
            with contextlib.suppress(ValueError):
                self._listeners.remove(listener)
            stop()

        return end

    def watch_health(self, listener: Callable[[Health], None]) -> Callable[[], None]:
        self._watchers.append(listener)
        return lambda: self._watchers.remove(listener)

    def health(self) -> Health:
        who = self.inner.health().who
        if self.offline:
            line = "○ offline since 10:29 · 1 to send"
            return Health("direct", who, line, "warning", insecure=self._insecure)
        return Health("direct", who, "● live", "ok", insecure=self._insecure)

    def who_took(self, table: str, record_id: str) -> str:
        return self.out_of_sight.get((table, record_id), "")

    def page(self, table: str, record_id: str) -> Any:
        self._travel()
        self._look(table, record_id)
        return self.inner.page(table, record_id)

    def record(self, table: str, record_id: str) -> Any:
        self._travel()
        self._look(table, record_id)
        return self.inner.record(table, record_id)

    def _look(self, table: str, record_id: str) -> None:
        if (table, record_id) in self.out_of_sight:
            raise NotFound(f"That {table[:-1]} is not there.")

    def cards(self, ids: Any, query: Any) -> Any:
        self._travel()
        return [card for card in self.inner.cards(ids, query) if ("deals", card.id) not in self.out_of_sight]

    def board(self, *args: Any, **kwargs: Any) -> Any:
        self._travel()
        cards = self.inner.board(*args, **kwargs)
        return [card for card in cards if ("deals", card.id) not in self.out_of_sight]

    def close(self) -> None:
        self.hold.set()
        self.inner.close()


class SlowOpener:
    """Hands the application a slow workspace at a path; `workspace` is it, once it is open."""

    def __init__(self, path: Any, clock: Any, delay: float = 0.05) -> None:
        self.path, self.clock, self.delay = path, clock, delay
        self.workspace: SlowWorkspace | None = None

    def existing(self) -> SlowWorkspace:
        self.workspace = SlowWorkspace(open_solo(self.path, clock=self.clock), self.delay)
        return self.workspace
