"""All connections of a workspace to its server: a small pool, and the truth about whether there is any."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import psycopg

from core.errors import OffhookError, SignInRefused, Unavailable
from storage.postgres.connection import (
    ANSWER_SECONDS,
    Lost,
    Wire,
    connect,
    cut,
    explain,
    is_broken,
)
from storage.postgres.profile import Profile

T = TypeVar("T")

MOST_CONNECTIONS = 4
LOCKED = "Your login was disabled or its password changed. Ask your admin. With a new password, log in again: offhook login"
_QUIET_SECONDS = 1.0
"""After a failed attempt nobody tries again for so long: what waits on a screen is told at once instead."""
_FIRST_DELAY, _LAST_DELAY = 0.5, 15.0
LOCKED_DELAY = 20.0
"""Seconds between attempts when the server does not let the login in: trying more often locks more doors."""


@dataclass(frozen=True, slots=True)
class Down:
    """That there is no connection.

    Attributes:
        since: when it was found to be gone.
        reason: why, in the user's words.
        locked: the server does not let the login in.
    """

    since: dt.datetime
    reason: str
    locked: bool = False


def delay(attempt: int) -> float:
    """Seconds to wait before attempt number `attempt` (from 0) to reconnect, so that a floor of clients spreads out."""
    return random.uniform(0.75, 1.25) * min(_LAST_DELAY, _FIRST_DELAY * 2.0 ** min(attempt, 10))  # noqa: S311


class Link:
    """Hands connections out and takes them back.

    Args:
        profile: where to, and who.
        password: the login's.
        clock: what time it is.
        hour: a time of day as the user reads it.
        tell: is called, on any thread, whenever the connection is found to be gone or there again.
        answer_seconds: see `storage.postgres.connection.connect`.
    """

    def __init__(
        self,
        profile: Profile,
        password: str | None,
        *,
        clock: Callable[[], dt.datetime],
        hour: Callable[[dt.datetime], str],
        tell: Callable[[], None],
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self.profile = profile
        self._password = password
        self._clock = clock
        self._hour = hour
        self._tell = tell
        self._answer_seconds = answer_seconds
        self._lock = threading.Lock()
        self._room = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self._idle: list[Wire] = []
        self._busy: set[Wire] = set()
        self._down: Down | None = None
        self._failed_at = float("-inf")
        self._closed = False

    @property
    def down(self) -> Down | None:
        """That there is no connection; None while there is one as far as is known."""
        return self._down

    def open(self) -> Wire:
        """One more connection, for the caller to close.

        Raises:
            OffhookError: see `storage.postgres.connection.connect`.
        """
        try:
            wire = connect(self.profile, self._password, answer_seconds=self._answer_seconds)
        except SignInRefused:
            self._failed_at = time.monotonic()
            self.lost(LOCKED, locked=True)
            raise
        except OffhookError as error:
            self._failed_at = time.monotonic()
            self.lost(str(error))
            raise
        self._found()
        return wire

    def use(self, work: Callable[[Wire], T]) -> T:
        """Does something with a connection, once more on a fresh one if the first breaks. For reading.

        Raises:
            Unavailable: there is no connection, in the user's words.
            OffhookError: what the server says no to.
        """
        try:
            return self.use_once(work)
        except Lost:
            try:
                return self.use_once(work, fresh=True)
            except Lost as error:
                raise self.unavailable() from error

    def use_once(self, work: Callable[[Wire], T], *, fresh: bool = False) -> T:
        """Does something with a connection.

        Args:
            work: is given the connection; what it raises of psycopg's is translated.
            fresh: not one that has been lying about.

        Raises:
            Lost: the connection broke while it was in use; what was sent may have taken effect.
            Unavailable: there is none; nothing was sent.
            OffhookError: what the server says no to.
        """
        with self.held(fresh=fresh) as wire:
            return work(wire)

    @contextmanager
    def held(self, *, fresh: bool = False) -> Iterator[Wire]:
        """A connection for as long as the block runs. What the block raises of psycopg's is translated; see `use_once`."""
        wire = self.take(fresh=fresh)
        try:
            yield wire
        except psycopg.Error as error:
            if is_broken(wire):
                self.lost("")
                raise Lost("The connection to the server broke.") from error
            raise explain(error) from error
        finally:
            self.give_back(wire)

    def take(self, *, fresh: bool = False) -> Wire:
        """A connection, to be given back.

        Raises:
            Unavailable: there is none, in the user's words; nothing was sent.
        """
        if not self._room.acquire(timeout=self._answer_seconds):
            raise Unavailable("Too much is being read at once. Try again in a moment.")
        try:
            with self._lock:
                if self._closed:
                    raise Unavailable("This workspace is closed.")
                wire = self._idle.pop() if self._idle and not fresh else None
            if wire is not None:
                return self._in_use(wire)
            if self._down is not None and time.monotonic() - self._failed_at < _QUIET_SECONDS:
                raise self.unavailable()
            try:
                return self._in_use(self.open())
            except Unavailable as error:
                raise self.unavailable() from error
        except BaseException:
            self._room.release()
            raise

    def _in_use(self, wire: Wire) -> Wire:
        with self._lock:
            self._busy.add(wire)
            if self._closed:
                # Taken or opened meanwhile: `close` has cut those that it knew of.
                cut(wire)
        return wire

    def give_back(self, wire: Wire) -> None:
        """Takes a connection back; a broken one is thrown away."""
        whole = not is_broken(wire) and wire.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        with self._lock:
            self._busy.discard(wire)
            kept = whole and not self._closed
            if kept:
                self._idle.append(wire)
        if not kept:
            wire.close()
        self._room.release()

    def lost(self, reason: str, *, locked: bool = False) -> None:
        """Notes that there is no connection."""
        with self._lock:
            before = self._down
            since = before.since if before else self._clock()
            # What broke says less than why there is no new one.
            self._down = Down(since, reason or (before.reason if before else ""), locked)
            changed, stale = self._down != before, self._idle
            self._idle = []
        for wire in stale:
            wire.close()
        if changed:
            self._tell()

    def _found(self) -> None:
        with self._lock:
            was, self._down = self._down, None
        if was is not None:
            self._tell()

    def unavailable(self) -> Unavailable:
        """That there is no connection, in the user's words."""
        down = self._down
        if down is None:
            return Unavailable("The connection to the server broke. Try again.")
        if down.locked:
            return Unavailable(down.reason)
        return Unavailable(
            f"No connection to the server since {self._hour(down.since)}. {down.reason}".strip()
        )

    def close(self) -> None:
        """Closes what lies about, and cuts what is in use: whoever waits for a server that says nothing is let go."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
            for wire in self._busy:
                cut(wire)
        for wire in idle:
            wire.close()
