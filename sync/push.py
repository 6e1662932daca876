"""Sends the outbox, in order, in batches. What the server does not take is parked, and keeps nothing else from being sent."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import psycopg

from core.catalog import Catalog
from core.changes import Changeset, Status
from core.errors import OffhookError
from core.parked import Kind
from core.workspace import Changed
from storage import load
from storage.derive import PARENTS
from storage.postgres.connection import Lost
from storage.postgres.push import Pushed
from sync import outbox, parting
from sync.cache import Cache
from sync.outbox import MOST_ITEMS, Item
from sync.refusal import Refusal
from sync.remote import Remote

BREAKS_MOST = 8
"""How often the connection may break over one changeset alone until that one is parked."""
SLOW_SECONDS = 0.1
"""What takes longer to be answered is told as waiting."""
FAILURES_MOST = 3
"""How often the server may run out of time or memory over one changeset alone until that one is parked."""
_RECORDS = ("contacts", "deals", "companies")
"""What can be handed in to whoever has it."""
_FIRST_DELAY, _LAST_DELAY = 0.5, 30.0
_TOO_MUCH = ("53200", "54", "57014")
"""Errors (the beginnings of their codes) of a server that had not enough memory, room or time: less may do."""
_PASSING = ("25", "40", "53", "55", "57P", "58")
"""Of a server that is busy, full, stopping or standing by: it may take the same later."""
_BEHIND = "OH004"
"""Of a client that has used its numbers already; the detail says up to which."""
_LOGIN = ("28", "42501", "OH001")
"""Of a login that is shut out, which says nothing of what was sent."""


class _Parted(NamedTuple):
    """A batch of which something was refused; see `sync.truth.Truth.part`."""

    seq: int
    rest: Changeset
    taken: Changeset
    refusal: Refusal


class Pusher:
    """Sends what is in the outbox of a cache.

    Args:
        cache: whose outbox.
        tell: is called with what a refusal has changed on the screen.
        jitter: gives a number between two.
    """

    def __init__(
        self, cache: Cache, tell: Callable[[Changed], None], jitter: Callable[[float, float], float]
    ) -> None:
        self._cache = cache
        self._tell = tell
        self._jitter = jitter
        self._catalog: tuple[int, Catalog] | None = None
        self._takers: dict[tuple[str, str], str] = {}
        self._parts: Counter[str] = Counter()
        self._most = MOST_ITEMS
        self._head = 0
        self._breaks = 0
        self._failures = 0
        self._trouble = ""
        self._slow = False
        self._retry_at = 0.0

    @property
    def trouble(self) -> str:
        """Why nothing is sent although the server is there; empty where it is."""
        return self._trouble

    @property
    def slow(self) -> bool:
        """Whether the last batch took so long that a person sees it waiting."""
        return self._slow

    @property
    def retry_at(self) -> float:
        """Until when nothing is sent (`time.monotonic`)."""
        return self._retry_at

    def push(self, remote: Remote) -> bool:
        """Sends one batch and notes the answers. Whether there was any.

        Raises:
            Lost: the connection broke. What was sent may have taken effect; it is sent again.
            Unavailable: the cache cannot be written to.
        """
        if time.monotonic() < self._retry_at:
            return False
        with self._cache.database.read() as connection:
            items = outbox.batch(connection, most=self._most)
            acked = outbox.acked(connection)
            names = self._names(connection)
        if not items:
            return False
        self._at(items[0].seq)
        if len(items) == 1 and self._breaks >= BREAKS_MOST:
            self._give_up(remote, items[0], "The connection broke each time that it was sent.")
            return True
        self._note_sent(items)
        began = time.monotonic()
        try:
            answers = remote.push(
                self._cache.client_id, acked, [(item.seq, item.body) for item in items], catalog=names
            )
        except Lost:
            # A network, or one changeset over which the server falls: the batch gets smaller until that one is alone.
            if len(items) == 1:
                self._breaks += 1
            self._less(items)
            raise
        except OffhookError as error:
            return self._refused(remote, items, error)
        self._slow = time.monotonic() - began > SLOW_SECONDS
        self._most = min(MOST_ITEMS, self._most * 2)
        self._went_on()
        self._takers.clear()
        bodies = {item.seq: item for item in items}
        accepted = [answer.seq for answer in answers if answer.status in (Status.OK, Status.MERGED)]
        refused = []
        parted: _Parted | None = None
        for answer in answers:
            if answer.status in (Status.OK, Status.MERGED):
                continue
            changeset = bodies[answer.seq].changeset
            parts = self._part(changeset, answer, names)
            if parts is not None:
                rest, taken = parts
                parted = _Parted(answer.seq, rest, taken, self._refusal(remote, taken, answer, names))
                # What was refused after it may rest on what goes in with the next try.
                break
            refused.append((answer.seq, self._refusal(remote, changeset, answer, names)))
        self._settle(accepted, refused, parted)
        return True

    def _part(
        self, changeset: Changeset, answer: Pushed, names: Catalog
    ) -> tuple[Changeset, Changeset] | None:
        if self._parts[changeset.id] >= parting.MOST_PARTS:
            return None
        parts = parting.part(changeset, answer, names)
        if parts is not None:
            self._parts[changeset.id] += 1
        return parts

    def _names(self, connection: Any) -> Catalog:
        """The set-up, for the names in a refusal. It is read where it has changed."""
        revision = load.catalog_revision(connection)
        if self._catalog is None or revision != self._catalog[0]:
            catalog = load.catalog(connection, self._cache.org_id, self._cache.user_id)
            self._catalog = (revision, catalog)
        return self._catalog[1]

    def _note_sent(self, items: Sequence[Item]) -> None:
        queued = [item.seq for item in items if item.state == "queued"]
        if queued:
            with self._cache.database.write(durable=False) as connection:
                outbox.set_state(connection, queued, "sent")

    def _settle(
        self,
        accepted: Sequence[int],
        refused: Sequence[tuple[int, Refusal]],
        parted: _Parted | None = None,
    ) -> None:
        with self._cache.truth() as truth:
            truth.accept(accepted)
            for seq, refusal in refused:
                truth.park(seq, refusal)
            if parted is not None:
                truth.part(*parted)
                truth.send_again()
        for changed in truth.changed:
            self._tell(changed)

    def _refusal(self, remote: Remote, changeset: Changeset, answer: Pushed, names: Catalog) -> Refusal:
        """Why a changeset was not taken, and whether somebody else could have use for it."""
        kind: Kind = "conflict" if answer.status is Status.CONFLICT else "rejected"
        if answer.status is Status.GONE:
            kind = "gone"
        refusal = Refusal(
            kind,
            answer.reason,
            conflicts=answer.conflicts,
            taken_by=answer.taken_by,
            fields=answer.fields,
            about=answer.about if answer.about and answer.about[0] in _RECORDS else None,
            title=answer.title,
        )
        match kind:
            case "conflict":
                return refusal
            case "gone":
                for about in [refusal.about] if refusal.about else _about(changeset):
                    taken_by = answer.taken_by or self._taker(remote, about)
                    if taken_by:
                        return replace(refusal, about=about, taken_by=taken_by, can_hand_in=True)
            case _:
                with self._cache.database.read() as connection:
                    rows = load.Loaded(connection, self._cache.org_id)
                    for about in _about(changeset):
                        row = rows.row(*about)
                        if row is not None and row["book_id"] not in names.writable_books:
                            return replace(refusal, about=about, can_hand_in=True)
        return refusal

    def _taker(self, remote: Remote, about: tuple[str, str]) -> str:
        """Who has a record now; asked once for all that was done about it."""
        if about not in self._takers:
            try:
                self._takers[about] = remote.who_took(*about)
            except Lost:
                raise
            except OffhookError:
                # The answers are here; that nobody can say who has it must not keep them from being noted.
                self._takers[about] = ""
        return self._takers[about]

    # --- what does not go through

    def _at(self, head: int) -> None:
        """Counts anew where it is another changeset's turn."""
        if head != self._head:
            self._head, self._breaks, self._failures = head, 0, 0

    def _less(self, items: Sequence[Item]) -> None:
        self._most = max(1, len(items) // 2)

    def _went_on(self) -> None:
        self._breaks = self._failures = 0
        self._trouble, self._retry_at = "", 0.0

    def _refused(self, remote: Remote, items: Sequence[Item], error: OffhookError) -> bool:
        """The server does not take a batch as a whole. Whether something can be sent at once."""
        cause = error.__cause__
        state = (cause.sqlstate or "") if isinstance(cause, psycopg.Error) else ""
        if isinstance(cause, psycopg.Error) and state == _BEHIND:
            # This cache was brought back from a copy: the server has answered other work under these numbers.
            with self._cache.database.write() as connection:
                outbox.renumber(connection, int(cause.diag.message_detail or 0))
            return True
        too_much = state.startswith(_TOO_MUCH)
        if not state or state.startswith(_LOGIN) or (state.startswith(_PASSING) and not too_much):
            self._later(error)
            return False
        if len(items) > 1:
            self._less(items)
            return True
        if too_much and self._failures < FAILURES_MOST:
            self._later(error)
            return False
        self._give_up(remote, items[0], str(error))
        return True

    def _later(self, error: OffhookError) -> None:
        """Nothing is wrong with what was sent. Meanwhile what others do comes in as ever."""
        seconds = min(_LAST_DELAY, _FIRST_DELAY * 2.0 ** min(self._failures, 10))
        self._failures += 1
        self._trouble = str(error)
        self._retry_at = time.monotonic() + seconds * self._jitter(0.75, 1.25)

    def _give_up(self, remote: Remote, item: Item, reason: str) -> None:
        """Parks a changeset that the server cannot take, unless it has taken it and only its answer was lost."""
        known = item.changeset_id in remote.known([item.changeset_id])
        refusal = Refusal("rejected", f"The server cannot take it. {reason}")
        self._went_on()
        self._settle([item.seq] if known else [], [] if known else [(item.seq, refusal)])


def _about(changeset: Changeset) -> Iterator[tuple[str, str]]:
    """The records that a changeset goes on from: those that it changes, and those that its entries and tasks are about."""
    for change in changeset.changes:
        if change.table in _RECORDS and not change.insert:
            yield change.table, change.id
        if change.table in ("activities", "tasks"):
            for table, column in PARENTS:
                if change.set.get(column):
                    yield table, change.set[column]
