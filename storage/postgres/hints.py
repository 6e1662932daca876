"""Hints that something may have changed: listened to on a connection, and waited for beside everything else.

A notification is only a hint: anybody may send one, one may get lost, and a flood of them must cost next to nothing.
What changed is asked of the feed.
"""

from __future__ import annotations

import contextlib
import re
import selectors
import socket
import time
import weakref

import psycopg
from psycopg import sql

from storage.postgres.connection import Wire

_CHANNEL = re.compile(r"oh_[0-9a-f]{32}")
_REST_FIRST, _REST_MOST = 0.02, 1.0


class Waker:
    """Wakes a thread that waits, from any other thread.

    Attributes:
        close: lets go of what it waits with; at the latest when nobody knows it any more.
    """

    def __init__(self) -> None:
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)
        # Also for an agent that never ran: nobody ends that one.
        self.close = weakref.finalize(self, _close, self._near, self._far)
        self.close.atexit = False

    def fileno(self) -> int:
        """What the thread waits on."""
        return self._near.fileno()

    def wake(self) -> None:
        """Wakes the thread, or keeps it from falling asleep. After `close` nothing happens."""
        # Full: it has been woken often enough.
        with contextlib.suppress(OSError):
            self._far.send(b"\0")

    def take(self) -> bool:
        """Whether it was woken since this was asked last."""
        woken = False
        with contextlib.suppress(BlockingIOError):
            while self._near.recv(4096):
                woken = True
        return woken

    @property
    def is_woken(self) -> bool:
        """Whether `take` would say yes."""
        with selectors.DefaultSelector() as ready:
            ready.register(self._near, selectors.EVENT_READ)
            return bool(ready.select(0.0))

    def sleep(self, seconds: float) -> bool:
        """Waits for so long, or until it is woken. Whether it was."""
        with selectors.DefaultSelector() as ready:
            ready.register(self._near, selectors.EVENT_READ)
            return bool(ready.select(max(0.0, seconds))) and self.take()


def _close(*ends: socket.socket) -> None:
    for end in ends:
        end.close()


class Rest:
    """How long hints are left alone.

    The first hint is followed at once. After one that came to nothing there is a rest, each time a longer one, so that
    a flood of spoofed ones costs next to nothing.

    Attributes:
        looked: when it was looked last (`time.monotonic`).
        until: when the next hint may be followed.
    """

    def __init__(self) -> None:
        self.looked = self.until = time.monotonic()
        self._length = 0.0

    def begin(self) -> None:
        """It is about to be looked."""
        self.looked = time.monotonic()

    def end(self, *, in_vain: bool) -> None:
        """It was looked. In vain: because of a hint, and there was nothing."""
        self._length = min(_REST_MOST, max(_REST_FIRST, self._length * 2)) if in_vain else 0.0
        self.until = self.looked + self._length


class Hints:
    """The hints on one connection. Close it before the connection.

    Args:
        wire: a connection in autocommit mode. What it notifies itself is no hint.
        waker: what else ends a wait.
    """

    def __init__(self, wire: Wire, waker: Waker) -> None:
        self._wire = wire
        self._waker = waker
        self._pid = wire.info.backend_pid
        self._channels: frozenset[str] = frozenset()
        self._pending = False
        self._all = selectors.DefaultSelector()
        self._all.register(wire.fileno(), selectors.EVENT_READ)
        self._all.register(waker.fileno(), selectors.EVENT_READ)
        # Those that come in beside an answer.
        wire.add_notify_handler(self._hear)

    def listen(self) -> None:
        """Listens to the channels of what the user may see, and to no others.

        Raises:
            psycopg.Error: the server does not say which those are.
        """
        row = self._wire.execute("select my_channels()").fetchone()
        wanted = frozenset(name for name in (row[0] if row else ()) if _CHANNEL.fullmatch(name))
        before = self._channels
        orders = [sql.SQL("unlisten {}").format(sql.Identifier(name)) for name in sorted(before - wanted)]
        orders += [sql.SQL("listen {}").format(sql.Identifier(name)) for name in sorted(wanted - before)]
        if orders:
            self._wire.execute(sql.SQL("; ").join(orders), prepare=False)
        self._channels = wanted

    def clear(self) -> None:
        """What was hinted at so far is about to be looked at."""
        self._pending = False

    def wait(self, due: float, rest_until: float) -> bool:
        """Waits for a hint, for being woken, or until it is due. Whether there is a hint to be heeded.

        Args:
            due: when to return anyhow (`time.monotonic`).
            rest_until: when a hint may be heeded.

        Raises:
            psycopg.Error: the connection broke.
        """
        while True:
            self._take_in()
            now = time.monotonic()
            hinted = self._pending and now >= rest_until
            if self._waker.take() or now >= due or hinted:
                return hinted
            if self._pending:
                # More of them change nothing: they are left where they are.
                if self._waker.sleep(min(due, rest_until) - now):
                    return False
            else:
                self._all.select(due - now)

    def _take_in(self) -> None:
        self._wire.pgconn.consume_input()
        while (notify := self._wire.pgconn.notifies()) is not None:
            self._pending = self._pending or notify.be_pid != self._pid

    def _hear(self, notify: psycopg.Notify) -> None:
        self._pending = self._pending or notify.pid != self._pid

    def close(self) -> None:
        """Lets go of what it waits with."""
        self._all.close()
