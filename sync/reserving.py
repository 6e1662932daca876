"""Who is about to call whom, in a copy: what the server has said of it, and what it is still to be asked.

A copy holds one's own reservations alone. Without the server they are not confirmed: a colleague may have the contact. Each
is brought to the server when that is there again.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future
from functools import partial
from typing import Any, Protocol

from core.errors import NotFound, OffhookError, Unavailable
from core.workspace import Callee, Reservation


class Desk(Protocol):
    """The part of the server that reserves."""

    def reserve(self, contact_id: str, *, seconds: int = 900) -> Reservation: ...
    def release(self, contact_id: str) -> None: ...


class Reserving:
    """Reservations of one program. May be used from any thread.

    Args:
        ask: what the server says at once; raises Unavailable where it says nothing.
        put: asks the server, and does not wait; raises Unavailable where it is out of reach.
        give_back: ends one's own reservation in the copy.
        told: is told of a contact that was reserved without the server, once the server has said who has them.
        clock: what time it is.
    """

    def __init__(
        self,
        *,
        ask: Callable[[Callable[[Desk], Reservation]], Reservation],
        put: Callable[[Callable[[Desk], None]], Future[Any]],
        give_back: Callable[[str], None],
        told: Callable[[str], None],
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._ask = ask
        self._put = put
        self._give_back = give_back
        self._told = told
        self._clock = clock
        self._lock = threading.Lock()
        self._theirs: dict[str, Reservation] = {}
        self._open: dict[str, dt.datetime] = {}
        self._ended: set[str] = set()
        self._confirming = False

    def reserve(self, contact_id: str, here: Reservation, seconds: int) -> Reservation:
        """What becomes of a reservation that holds in the copy."""
        with self._lock:
            self._ended.discard(contact_id)
        try:
            said = self._ask(lambda desk: desk.reserve(contact_id, seconds=seconds))
        except (Unavailable, NotFound):
            # A contact that was made here is not there yet.
            theirs = self._known(contact_id, self._clock())
            if theirs is not None:
                self._give_back(contact_id)
                return theirs
            with self._lock:
                self._open[contact_id] = here.until
            return here._replace(confirmed=False)
        self._answered(contact_id, said)
        return said

    def released(self, contact_id: str) -> None:
        """One's own reservation has ended: the server need not be asked for it any more, and is to be told; see `end`."""
        with self._lock:
            self._open.pop(contact_id, None)
            self._ended.add(contact_id)

    def end(self) -> Future[Any] | None:
        """Tells the server of those that have ended. To be called when it has all that was done about them.

        Returns:
            What is over when it has been told; None where there is nothing to tell, or no server: then they end by
            themselves when their time is up.
        """
        with self._lock:
            ended, self._ended = self._ended, set()
        if ended:
            with contextlib.suppress(Unavailable):
                return self._put(partial(_release, contact_ids=ended))
        return None

    def shown(self, callee: Callee, now: dt.datetime) -> Callee:
        """A contact with the colleague who has them, as far as the server has told of one."""
        said = self._known(callee.id, now)
        if said is None:
            return callee
        return callee._replace(held_by=said.by, held_until=int(said.until.timestamp()))

    def confirm(self) -> None:
        """Brings what was reserved without the server to it, if it is there again."""
        with self._lock:
            if self._confirming or not self._open:
                return
            self._confirming = True
        try:
            self._put(self._confirm_all).add_done_callback(self._confirmed)
        except Unavailable:
            self._confirming = False

    def _confirmed(self, _done: Future[Any]) -> None:
        self._confirming = False

    def _confirm_all(self, desk: Desk) -> None:
        try:
            for contact_id, until in self._waiting().items():
                self._confirm_one(desk, contact_id, until)
        except OffhookError:
            # The server is gone again, or wants nothing of it: what is left is asked when it comes back, until it ends.
            return

    def _confirm_one(self, desk: Desk, contact_id: str, until: dt.datetime) -> None:
        rest = max(1, round((until - self._clock()).total_seconds()))
        try:
            said = desk.reserve(contact_id, seconds=rest)
        except NotFound:
            # It was made here, and is on its way.
            return
        with self._lock:
            released = contact_id not in self._open
        if released and said.ok:
            desk.release(contact_id)
            return
        self._answered(contact_id, said)
        self._told(contact_id)

    def _waiting(self) -> dict[str, dt.datetime]:
        now = self._clock()
        with self._lock:
            self._open = {contact: until for contact, until in self._open.items() if until > now}
            return dict(self._open)

    def _answered(self, contact_id: str, said: Reservation) -> None:
        with self._lock:
            self._open.pop(contact_id, None)
            self._theirs.pop(contact_id, None)
            if not said.ok:
                self._theirs[contact_id] = said
        if not said.ok:
            self._give_back(contact_id)

    def _known(self, contact_id: str, now: dt.datetime) -> Reservation | None:
        with self._lock:
            said = self._theirs.get(contact_id)
            if said is not None and said.until <= now:
                del self._theirs[contact_id]
                return None
            return said


def _release(desk: Desk, *, contact_ids: Collection[str]) -> None:
    for contact_id in contact_ids:
        desk.release(contact_id)
