"""Tells of what others change while they change it: one connection that listens, and one thread that looks.

A notification is only a hint: anybody may send one, and one may get lost. What changed is asked of the feed, which
misses nothing; the feed is asked from time to time without any hint, too.
"""

from __future__ import annotations

import contextlib
import logging
import random
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from core.errors import OffhookError, Refused
from storage.postgres.connection import Hello, Lost, Wire, cut, explain, greet, is_broken
from storage.postgres.hints import Hints, Rest, Waker
from storage.postgres.link import LOCKED_DELAY, Link, delay
from storage.postgres.upkeep import Upkeep
from storage.schema_version import HEAD

POLL_SECONDS = 20.0
_SETTLE_SECONDS = 1.0
_STOP_SECONDS = 2.0
_REMEMBERED = 1_000

RowKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class News:
    """What the feed has told.

    Attributes:
        rows: what others changed.
        mine: what hangs on one's own changes and was not told with them.
        everything: so much changed, or so much is uncertain, that all must be read anew.
    """

    rows: frozenset[RowKey] = frozenset()
    mine: frozenset[RowKey] = frozenset()
    everything: bool = False


class Own:
    """Which transactions are this workspace's own, and which rows were told of when they were made."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._told: OrderedDict[str, frozenset[RowKey]] = OrderedDict()
        self._begun = 0
        self._ended = 0

    def begin(self) -> None:
        """A command is about to be sent: a transaction that shows up from now on may be its."""
        with self._changed:
            self._begun += 1

    def end(self, xid: str = "", rows: frozenset[RowKey] = frozenset()) -> None:
        """The answer is there (or will not come): which transaction it was, and what is told of it."""
        with self._changed:
            self._ended += 1
            if xid:
                self._told[xid] = rows
                while len(self._told) > _REMEMBERED:
                    self._told.popitem(last=False)
            self._changed.notify_all()

    def split(self, changed: list[tuple[str, str, str]]) -> tuple[frozenset[RowKey], frozenset[RowKey]]:
        """What others changed, and what hangs on one's own changes and has not been told.

        Waits a moment for commands under way: their hint may be faster than their answer.
        """
        with self._changed:
            if any(xid not in self._told for _, _, xid in changed):
                begun = self._begun
                self._changed.wait_for(lambda: self._ended >= begun, _SETTLE_SECONDS)
            foreign = {(table, row) for table, row, xid in changed if xid not in self._told}
            mine = {
                (table, row)
                for table, row, xid in changed
                if xid in self._told and (table, row) not in self._told[xid]
            }
        return frozenset(foreign), frozenset(mine - foreign)


@dataclass(slots=True)
class _Place:
    """How far the feed was followed, kept over the connections."""

    epoch: str
    cursor: str
    books: frozenset[str] | None = None


class Live:
    """Follows the feed on a thread of its own, over every loss of the connection, until it is stopped.

    Args:
        link: the way to the server.
        own: which transactions are this workspace's.
        hello: where it begins.
        tell: is called on the thread with what happened, before the next look.
        joined: is called on the thread whenever the server is reached (again).
        poll_seconds: how often to look without a hint.
    """

    def __init__(
        self,
        link: Link,
        own: Own,
        hello: Hello,
        *,
        tell: Callable[[News, Wire], None],
        joined: Callable[[Hello], None],
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._link = link
        self._own = own
        self._tell = tell
        self._joined = joined
        self._poll_seconds = poll_seconds
        self._place = _Place(hello.epoch, hello.cursor)
        self._wire: Wire | None = None
        self._upkeep = Upkeep()
        self._waker = Waker()
        self._stopping = threading.Event()
        self._following = threading.Event()
        self._thread = threading.Thread(target=self._run, name="offhook-live", daemon=True)

    @property
    def following(self) -> bool:
        """Whether changes come in at the moment."""
        return self._following.is_set()

    def start(self) -> None:
        """Begins to follow. Changes made after `wait` has returned True are told."""
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Waits until changes come in; False if they do not in that time."""
        return self._following.wait(seconds)

    def nudge(self) -> None:
        """Has it look, or try to reconnect, at once.

        On its own thread it does nothing: that a login was let in says little while it may not look, and a thread that
        wakes itself would try again without end.
        """
        if threading.current_thread() is not self._thread:
            self._waker.wake()

    def stop(self) -> None:
        """Ends the thread and its connection. May be called on the thread itself."""
        self._stopping.set()
        self._waker.wake()
        if not self._thread.is_alive() or threading.current_thread() is self._thread:
            return
        self._thread.join(_STOP_SECONDS)
        if self._thread.is_alive() and (wire := self._wire) is not None:
            cut(wire)
            self._thread.join(_STOP_SECONDS)

    # --- on the thread

    def _run(self) -> None:
        attempt = 0
        while not self._stopping.is_set():
            try:
                with contextlib.closing(self._link.open()) as wire:
                    self._wire = wire
                    self._follow(wire)
                continue
            except Refused as error:
                # The login is let in but may not look: it was disabled a moment ago, or this program and the server
                # do not fit any more. A wrong password is told of where it is found.
                if self._link.down is None:
                    self._link.lost(str(error), locked=True)
            except (psycopg.Error, OffhookError) as error:
                if self._link.down is None:
                    self._link.lost("" if isinstance(error, (Lost, psycopg.Error)) else str(error))
            except Exception:
                # Whatever it is that was not thought of: a screen that stands still without a word would be worse.
                logging.getLogger(__name__).exception("following the feed failed")
            finally:
                self._wire = None
                was_following = self._following.is_set()
                self._following.clear()
            attempt = 0 if was_following else attempt + 1
            down = self._link.down
            self._waker.sleep(LOCKED_DELAY if down is not None and down.locked else delay(attempt))
        self._waker.close()

    def _follow(self, wire: Wire) -> None:
        """Until the connection breaks or the thread is to end."""
        hello = self._meet(wire)
        with contextlib.closing(Hints(wire, self._waker)) as hints:
            self._catch_up(wire, hints)
            self._following.set()
            self._joined(hello)
            rest = Rest()
            while not self._stopping.is_set():
                if self._upkeep.due:
                    self._upkeep.run(wire)
                due = rest.looked + self._poll_seconds * random.uniform(0.75, 1.25)  # noqa: S311
                hinted = hints.wait(due, rest.until)
                if self._stopping.is_set():
                    return
                books = self._place.books
                rest.begin()
                hints.clear()
                rest.end(in_vain=not self._look(wire) and hinted)
                if self._place.books != books:
                    self._catch_up(wire, hints)

    def _meet(self, wire: Wire) -> Hello:
        hello = greet(wire, self._link.profile, HEAD)
        if self._place.epoch != hello.epoch:
            # The server was restored or replaced: what it has seen says nothing about what was seen here.
            self._place.epoch, self._place.cursor = hello.epoch, ""
        return hello

    def _catch_up(self, wire: Wire, hints: Hints) -> None:
        """Listens first and looks then, so that what is committed in between is seen or hinted at."""
        while True:
            hints.listen()
            hints.clear()
            books = self._place.books
            self._look(wire)
            if self._place.books == books:
                return

    def _look(self, wire: Wire) -> bool:
        """Asks the feed what is new and tells it. Whether there was anything."""
        place = self._place
        fresh_start = not place.cursor
        told = self._ask(wire, place.cursor or None)
        books = frozenset(told["books"])
        # Rows of books that were won or lost are not in the feed.
        others = bool(told["setup"]) if place.books is None else books != place.books
        everything = bool(told["more"]) or others or fresh_start
        changed = [(str(table), str(row), str(xid)) for table, row, xid in told["rows"]]
        foreign, mine = self._own.split(changed)
        if everything:
            foreign, mine = frozenset(), frozenset()
        if everything or foreign or mine:
            self._tell(News(foreign, mine, everything), wire)
        # What could not be told is asked for again.
        place.cursor, place.books = str(told["cursor"]), books
        return bool(changed) or everything

    def _ask(self, wire: Wire, cursor: str | None) -> dict[str, Any]:
        for since in (cursor, None):
            try:
                row = wire.execute("select changes(%s)", (since,)).fetchone()
            except psycopg.Error as error:
                if is_broken(wire):
                    raise Lost("The connection to the server broke.") from error
                if error.sqlstate == "OH003" and since is not None:
                    # Not this server's cursor: start anew from where it is now.
                    self._place.cursor = ""
                    continue
                raise explain(error) from error
            told: dict[str, Any] = row[0] if row else {}
            if since is None and cursor is not None:
                told["more"] = True
            return told
        raise Lost("The feed of changes gives no answer.")
