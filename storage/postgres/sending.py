"""Sends commands so that each has one effect, whatever becomes of the connection in the middle of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import psycopg

from core.catalog import Catalog
from core.changes import Changeset
from core.errors import OffhookError, Refused, Unavailable
from storage.derive import Rows
from storage.postgres.apply import Applied, apply
from storage.postgres.connection import Lost, Wire, explain, is_broken
from storage.postgres.link import Link, delay
from storage.postgres.live import Own, RowKey
from storage.postgres.unsettled import Unsettled

PATIENCE_SECONDS = 3.0
"""How long a command that was never sent waits for a connection before it is given back."""

_T = TypeVar("_T")
_NEWS = 5
_PASSING = ("25", "40", "53", "55", "57P", "58")
"""Errors (the beginnings of their codes) of a server that is busy, full, stopping or standing by: it may take the same later."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A command that was decided on.

    Attributes:
        changeset: what to apply; without changes there is nothing to send.
        rows: what is told of it: the rows that it changes, and those that show them.
        seen: the rows that it was decided on.
        again: it had been applied before; sending it only fetches the answer.
    """

    changeset: Changeset
    rows: frozenset[RowKey]
    seen: Rows | None = None
    again: bool = False


class NoAnswer(Unavailable):
    """A command was sent, and nothing is known of what became of it.

    Attributes:
        changeset: the command.
    """

    def __init__(self, changeset: Changeset, reason: str) -> None:
        super().__init__(reason)
        self.changeset = changeset


class _Unknown(Exception):
    """The connection broke after a command was sent."""

    def __init__(self, decided: Decided) -> None:
        super().__init__()
        self.decided = decided


class Sender:
    """Sends one command after the other.

    Args:
        link: the way to the server.
        unsettled: keeps what has no answer.
        own: is told which transactions are this workspace's.
        tell: is called, on any thread, when what waits for an answer is another.
        mine: whether a command that an earlier start has left is of the present login.
        catalog: the set-up, for what is told of conflicts.
        patience: see `PATIENCE_SECONDS`.
    """

    def __init__(
        self,
        link: Link,
        unsettled: Unsettled,
        own: Own,
        *,
        tell: Callable[[], None],
        mine: Callable[[Changeset], bool],
        catalog: Callable[[], Catalog],
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._link = link
        self._unsettled = unsettled
        self._own = own
        self._tell = tell
        self._mine = mine
        self._catalog = catalog
        self._patience = patience
        self._turn = threading.Lock()
        self._again = threading.Event()
        self._stopping = threading.Event()
        self._late: dict[str, Changeset] = {}
        self._news: tuple[str, ...] = ()

    @property
    def waiting(self) -> int:
        """How many commands have been sent and have no answer, longer than an answer takes."""
        return len(self._late)

    @property
    def late(self) -> tuple[Changeset, ...]:
        """Those commands, in the order in which they are sent again."""
        return tuple(self._late.values())

    @property
    def news(self) -> tuple[str, ...]:
        """What became of commands of earlier starts, one sentence each."""
        return self._news

    def run(self, decide: Callable[[Wire], Decided]) -> tuple[Decided, Applied | None]:
        """Decides a command and sends it, behind those before it; waits as long as its answer takes.

        Args:
            decide: loads and decides; may be called again, on another connection, as long as nothing was sent.

        Raises:
            NoAnswer: `stop` was called first, or the server has shut the login out. It is kept.
            Unavailable: it was not sent, or it was not applied.
            OffhookError: what `decide` raises, and what the server says no to.
        """
        until = time.monotonic() + self._patience
        while not self._turn.acquire(timeout=self._patience):
            # The one before takes its time. Behind one that waits for a server nobody else waits.
            if self._link.down is not None or self._stopping.is_set():
                raise self._link.unavailable()
        try:
            self._when_connected(until, self.settle_late)
            try:
                return self._when_connected(
                    until, lambda: self._link.use_once(partial(self._decide_and_send, decide))
                )
            except _Unknown as unknown:
                return unknown.decided, self._until_answered(unknown.decided)
        finally:
            self._turn.release()

    def _when_connected(self, until: float, work: Callable[[], _T]) -> _T:
        """Does something that may be done again, until there is a connection or patience is at an end."""
        attempt = 0
        while True:
            try:
                return work()
            except Unavailable as error:
                down = self._link.down
                if down is None and not isinstance(error, Lost):
                    raise
                # One that had been lying about says nothing about a fresh one.
                wait = 0.0 if attempt == 0 and isinstance(error, Lost) else min(delay(attempt), 0.5)
                if (down is not None and down.locked) or time.monotonic() + wait >= until:
                    raise self._link.unavailable() from error
                if self._stopping.wait(wait):
                    raise
                attempt += 1

    def _decide_and_send(
        self, decide: Callable[[Wire], Decided], wire: Wire
    ) -> tuple[Decided, Applied | None]:
        decided = decide(wire)
        changeset = decided.changeset
        if not changeset.changes:
            return decided, None
        self._unsettled.put(changeset)
        try:
            applied = self._send(wire, decided)
        except psycopg.Error as error:
            if is_broken(wire):
                raise _Unknown(decided) from error
            # The server has answered: it is not applied.
            self._unsettled.settle(changeset.id)
            raise
        except OffhookError:
            self._unsettled.settle(changeset.id)
            raise
        self._unsettled.settle(changeset.id)
        return decided, applied

    def _send(self, wire: Wire, decided: Decided) -> Applied:
        self._own.begin()
        xid = ""
        try:
            [applied] = apply(wire, [decided.changeset], catalog=self._catalog(), seen=decided.seen)
            xid = applied.xid or ""
            return applied
        finally:
            self._own.end(xid, decided.rows)

    def _until_answered(self, decided: Decided) -> Applied:
        """Sends a command again until it is known what became of it."""
        changeset = decided.changeset
        self._late[changeset.id] = changeset
        self._tell()
        attempt = 0
        while True:
            self._again.wait(delay(attempt))
            self._again.clear()
            if self._stopping.is_set():
                kept = " It is kept, and sent again at the next start." if self._unsettled.durable else ""
                raise NoAnswer(
                    changeset,
                    "The connection broke before the server had answered, so whether it was saved is not known."
                    + kept,
                )
            try:
                return self._resend(decided)
            except Unavailable as error:
                down = self._link.down
                if down is not None and down.locked:
                    raise NoAnswer(changeset, f"{error} Whether it was saved is not known.") from error
                attempt += 1

    def _resend(self, decided: Decided) -> Applied:
        """Sends a command once more.

        Raises:
            Unavailable: there is still no answer.
            OffhookError: the answer is no.
        """
        reached = False

        def send(wire: Wire) -> Applied:
            nonlocal reached
            reached = True
            try:
                return self._send(wire, decided)
            except psycopg.Error as error:
                if is_broken(wire) or (error.sqlstate or "").startswith(_PASSING):
                    raise
                # The server cannot do it, and would be asked for ever, with all that comes behind it.
                raise Refused(str(explain(error))) from error

        try:
            applied = self._link.use_once(send, fresh=True)
        except Unavailable:
            raise
        except OffhookError as error:
            if not reached:
                # That the server is not to be used says nothing about what it did when it was.
                raise Unavailable(str(error)) from error
            self._forget(decided.changeset)
            raise
        self._forget(decided.changeset)
        return applied

    def _forget(self, changeset: Changeset) -> None:
        self._unsettled.settle(changeset.id)
        if self._late.pop(changeset.id, None) is not None:
            self._tell()

    # --- what an earlier start has left

    def remember(self) -> None:
        """Looks what an earlier start has left without an answer."""
        left = {changeset.id: changeset for changeset in self._unsettled.earlier()}
        strange = [changeset for changeset in left.values() if not self._mine(changeset)]
        if strange:
            self._say(
                "Commands of another login wait here for an answer. They are kept until that one logs in."
            )
        self._late |= {key: changeset for key, changeset in left.items() if changeset not in strange}
        if self._late:
            self._tell()

    def settle_earlier(self) -> None:
        """Sends what an earlier start has left, behind what is being sent."""
        with self._turn:
            self.settle_late()

    def settle_late(self) -> None:
        """Sends what has no answer yet. The turn must be the caller's.

        Raises:
            Unavailable: there is no connection.
        """
        for changeset in tuple(self._late.values()):
            what = f"“{changeset.summary}”, begun before the connection broke,"
            try:
                # Nobody waits for it who would tell of it: the feed does.
                applied = self._resend(Decided(changeset, frozenset()))
            except Unavailable:
                raise
            except OffhookError as error:
                self._say(f"{what} was not saved: {error}")
                continue
            if applied.status.value in ("ok", "merged"):
                self._say(f"{what} is saved.")
            else:
                self._say(f"{what} was not saved: {applied.reason}")

    def _say(self, sentence: str) -> None:
        self._news = (*self._news, sentence)[-_NEWS:]
        self._tell()

    # --- ends

    def again(self) -> None:
        """There is a connection again: what somebody waits for is sent at once."""
        self._again.set()

    def kept(self) -> frozenset[str]:
        """The ids of the commands that were sent, have no answer, and would be sent again at the next start."""
        if not self._unsettled.durable:
            return frozenset()
        return frozenset(changeset.id for changeset in self._unsettled.all())

    def stop(self) -> None:
        """Waits for no answer any longer. What has none is kept."""
        self._stopping.set()
        self._again.set()
