"""Takes in what is new on the server: an exact delta, with the cursor that comes after it, in one transaction of the cache.

What is too much for a delta, or was never here, comes in pages; see `sync.loading`.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import NamedTuple

from core.errors import Refused
from core.workspace import Changed
from storage import load
from storage.postgres.feed import Pulled
from storage.postgres.pages import TABLES
from sync import books, duplicates, outbox
from sync.cache import Cache
from sync.remote import Remote
from sync.truth import Truth

"""The key in `meta` of the place in the feed up to which the cache holds everything."""
EPOCH = "sync.epoch"
"""The key in `meta` of which server it is, and since which restore."""
OFFERED_DAYS = 30
"""How far back a restored server is offered what it may have lost."""
_CURSOR_SECONDS = 300.0
"""A pull that brings nothing is put down this often: an older cursor is as exact, the server only looks further back."""
_ASKED_AT_ONCE = 2_000


class _Asked(NamedTuple):
    """What was so when the server was asked."""

    cursor: str
    held: frozenset[str]
    accepted: tuple[int, ...]
    """What the server had accepted by then: its answer holds what that did, unless pages are to bring it."""


class Puller:
    """Follows the feed of a server into a cache.

    Args:
        cache: where to.
        tell: is called with what has changed on the screen.
        clock: what time it is, for how far back a restored server is offered what was done here.
    """

    def __init__(
        self, cache: Cache, tell: Callable[[Changed], None], clock: Callable[[], dt.datetime]
    ) -> None:
        self._cache = cache
        self._tell = tell
        self._clock = clock
        self._sight_changed = False
        self._kept_at = float("-inf")

    # --- another server than before

    def meet(self, hello_epoch: str, remote: Remote) -> None:
        """Finds out whether the server is what it was. One that was restored is offered what it has lost.

        Raises:
            OffhookError: it cannot say what it has, or the cache cannot be written to.
        """
        if self._cache.get(EPOCH) == hello_epoch:
            return
        since = self._clock() - dt.timedelta(days=OFFERED_DAYS)
        with self._cache.database.read() as connection:
            done = outbox.sent_since(connection, self._cache.org_id, self._cache.user_id, since)
        known: set[str] = set()
        for begin in range(0, len(done), _ASKED_AT_ONCE):
            known |= remote.known([each.id for each in done[begin : begin + _ASKED_AT_ONCE]])
        with self._cache.truth(durable=True) as truth:
            truth.offer_again([each for each in done if each.id not in known and each.changes])
            truth.set(EPOCH, hello_epoch)
            # What was seen of the old one says nothing about this one: everything is compared.
            truth.set(books.CURSOR, "")
        self._told(truth)

    # --- what is new

    def take_sight_changed(self) -> bool:
        """Whether the user sees other books since this was asked last."""
        changed, self._sight_changed = self._sight_changed, False
        return changed

    def pull(self, remote: Remote) -> bool:
        """Asks what is new and takes it in, whole or not at all. Whether there was anything.

        Raises:
            OffhookError: the server cannot say, or the cache cannot be written to.
        """
        asked = self._ask()
        told = self._answer(remote, asked)
        if told is None:
            # Not a place of this server's feed: begun anew.
            with self._cache.truth() as truth:
                truth.set(books.CURSOR, "")
            return self.pull(remote)
        seen = frozenset(told.books)
        news = bool(
            told.exits or told.setup is not None or any(told.rows.values()) or told.more or told.stale
            or asked.accepted or seen != asked.held
        )  # fmt: skip
        if not news and time.monotonic() < self._kept_at + _CURSOR_SECONDS:
            return False
        with self._cache.truth() as truth:
            self._take_in(truth, asked, told)
        self._kept_at = time.monotonic()
        self._sight_changed = self._sight_changed or seen != asked.held
        self._told(truth)
        return news

    def _ask(self) -> _Asked:
        with self._cache.database.read() as connection:
            return _Asked(
                load.read_meta(connection, books.CURSOR),
                books.held(connection),
                tuple(outbox.accepted(connection)),
            )

    @staticmethod
    def _answer(remote: Remote, asked: _Asked) -> Pulled | None:
        """What the server says; None where the cursor means nothing to it."""
        try:
            return remote.pull(asked.cursor or None, asked.held)
        except Refused as error:
            if asked.cursor and getattr(error.__cause__, "sqlstate", "") == "OH003":
                return None
            raise

    def _take_in(self, truth: Truth, asked: _Asked, told: Pulled) -> None:
        connection, org_id = truth.connection, self._cache.org_id
        truth.foresee(told.rows)
        if told.setup is not None:
            truth.put_setup(told.setup)
        # What is held is read anew; what comes to it is loaded.
        if told.stale or not asked.cursor:
            books.compare_everything(truth)
        elif told.more:
            books.fall_behind(truth, asked.cursor)
        books.follow_books(truth, told.books)
        # What lies in a book that is still to come stays on the screen until its pages are here.
        settles = bool(asked.accepted) and not truth.is_loading()
        if settles:
            # Lifted it is for the settling in any case: nothing needs to be held against the work before.
            truth.lift()
        # First what leaves, then what is there: a row that has only moved comes again.
        truth.leave(told.exits)
        for table in TABLES:
            rows = told.rows.get(table, [])
            if table == "contacts":
                duplicates.look_out(connection, org_id, rows)
            truth.put(table, rows)
        if settles:
            for changeset, refusal in duplicates.warnings(connection, org_id, asked.accepted):
                truth.warn(changeset, refusal)
            truth.settle(asked.accepted)
        truth.set(books.CURSOR, told.cursor)

    def _told(self, truth: Truth) -> None:
        for changed in truth.changed:
            self._tell(changed)
