"""Tells of what others change while they change it: one connection that listens, and one thread that looks.

A notification is only a hint: anybody may send one, and one may get lost. What changed is asked of the feed, which
misses nothing; the feed is asked from time to time without any hint, too.
"""

from __future__ import annotations

import contextlib
import logging
import random
import re
import selectors
import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from core.errors import OffhookError, Refused
from storage.postgres.connection import Hello, Lost, Wire, cut, explain, greet, is_broken
from storage.postgres.link import LOCKED_DELAY, Link, delay
from storage.schema_version import HEAD

POLL_SECONDS = 20.0
SEAL_SECONDS = 600.0
"""How often the audit is sealed while somebody is at work."""
SEAL_PATIENCE_MS = 3_000
_SETTLE_SECONDS = 1.0
_STOP_SECONDS = 2.0
_REST_FIRST, _REST_MOST = 0.02, 1.0
_REMEMBERED = 1_000
_CHANNEL = re.compile(r"oh_[0-9a-f]{32}")

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
        self._hinted = False
        self._seal_at = 0.0
        self._wake, self._waker = socket.socketpair()
        self._wake.setblocking(False)
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
        """Has it look, or try to reconnect, at once."""
        with contextlib.suppress(OSError):
            self._waker.send(b"\0")

    def stop(self) -> None:
        """Ends the thread and its connection. May be called on the thread itself."""
        self._stopping.set()
        self.nudge()
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
            self._sleep(LOCKED_DELAY if down is not None and down.locked else delay(attempt))
        self._wake.close()
        self._waker.close()

    def _follow(self, wire: Wire) -> None:
        """Until the connection breaks or the thread is to end."""
        hello = self._meet(wire)
        # Hints that come in beside an answer.
        wire.add_notify_handler(self._hint)
        self._catch_up(wire)
        self._following.set()
        self._joined(hello)
        rest, looked = 0.0, time.monotonic()
        with selectors.DefaultSelector() as ready:
            ready.register(wire.fileno(), selectors.EVENT_READ)
            ready.register(self._wake, selectors.EVENT_READ)
            while not self._stopping.is_set():
                if time.monotonic() >= self._seal_at:
                    self._seal(wire)
                due = looked + self._poll_seconds * random.uniform(0.75, 1.25)  # noqa: S311
                hinted = self._await(wire, ready, due)
                # The first hint is followed at once. After one that was nothing there is a rest, each time a longer
                # one, so that a flood of spoofed ones costs next to nothing.
                if self._stopping.wait(max(0.0, looked + rest - time.monotonic())):
                    return
                books, looked = self._place.books, time.monotonic()
                if self._look(wire) or not hinted:
                    rest = 0.0
                else:
                    rest = min(_REST_MOST, max(_REST_FIRST, rest * 2))
                if self._place.books != books:
                    self._catch_up(wire)

    def _seal(self, wire: Wire) -> None:
        """Has the server seal the organization's audit. Of all who ask it listens to one in ten minutes."""
        self._seal_at = time.monotonic() + SEAL_SECONDS * random.uniform(0.75, 1.25)  # noqa: S311
        # What cannot be done in this while is left to an admin.
        with contextlib.suppress(psycopg.Error), wire.transaction():
            wire.execute(f"set local statement_timeout = {SEAL_PATIENCE_MS}")
            wire.execute("select seal_audit()")
        if is_broken(wire):
            # Nothing would be heard on it any more, not even its end.
            raise Lost("The connection to the server broke.")

    def _meet(self, wire: Wire) -> Hello:
        hello = greet(wire, self._link.profile, HEAD)
        if self._place.epoch != hello.epoch:
            # The server was restored or replaced: what it has seen says nothing about what was seen here.
            self._place.epoch, self._place.cursor = hello.epoch, ""
        return hello

    def _catch_up(self, wire: Wire) -> None:
        """Listens first and looks then, so that what is committed in between is seen or hinted at."""
        listening: frozenset[str] = frozenset()
        while True:
            listening = self._listen(wire, listening)
            books = self._place.books
            self._look(wire)
            if self._place.books == books:
                return

    def _look(self, wire: Wire) -> bool:
        """Asks the feed what is new and tells it. Whether there was anything."""
        place, self._hinted = self._place, False
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

    def _listen(self, wire: Wire, before: frozenset[str]) -> frozenset[str]:
        """Listens to the channels of what the user may see, and to no others. Returns them."""
        row = wire.execute("select my_channels()").fetchone()
        wanted = frozenset(name for name in (row[0] if row else ()) if _CHANNEL.fullmatch(name))
        orders = [sql.SQL("unlisten {}").format(sql.Identifier(name)) for name in sorted(before - wanted)]
        orders += [sql.SQL("listen {}").format(sql.Identifier(name)) for name in sorted(wanted - before)]
        if orders:
            wire.execute(sql.SQL("; ").join(orders), prepare=False)
        return wanted

    def _await(self, wire: Wire, ready: selectors.BaseSelector, due: float) -> bool:
        """Waits for a hint, a nudge or the time to look anyway. Whether it was one of the first two."""
        while not self._hinted and not self._stopping.is_set():
            for key, _ in ready.select(max(0.0, due - time.monotonic())):
                if key.fileobj is self._wake:
                    self._quiet()
                    self._hinted = True
                else:
                    wire.pgconn.consume_input()
                    self._drain(wire)
            if time.monotonic() >= due:
                break
        self._drain(wire)
        return self._hinted

    def _drain(self, wire: Wire) -> None:
        while wire.pgconn.notifies() is not None:
            self._hinted = True

    def _hint(self, _: psycopg.Notify) -> None:
        self._hinted = True

    def _sleep(self, seconds: float) -> None:
        with selectors.DefaultSelector() as ready:
            ready.register(self._wake, selectors.EVENT_READ)
            if ready.select(seconds):
                self._quiet()

    def _quiet(self) -> None:
        try:
            while self._wake.recv(4096):
                pass
        except BlockingIOError:
            pass
