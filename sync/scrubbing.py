"""Makes words that left the search index leave the file.

A full-text index notes what leaves it, and drops it when it next merges what it has written so far; that may be never.
Doing without at once would cost every edit several times what it costs. So the index is merged by and by, when there is
nothing else to do, after something has left the user's sight; after an erasure at once.
"""

# ruff: noqa: S608 (table names are constants, values are always bound)
from __future__ import annotations

import time
from collections.abc import Callable

from storage import load
from storage.derive import SEARCHED
from sync.cache import Cache
from sync.overlay import BEGUN, LEFT

_REST_SECONDS = 3_600.0
"""On a busy floor records leave all the time; once an hour is enough for all of them."""
_PAGES = 200
"""How much is merged in one transaction: a few milliseconds."""


class Scrubber:
    """Merges the search indexes of a cache step by step, when something has left.

    Args:
        cache: the cache.
        monotonic: seconds that only ever grow.
    """

    def __init__(self, cache: Cache, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._cache = cache
        self._monotonic = monotonic
        self._rests_until = float("-inf")
        self._left: list[str] = []
        self._begun = False

    def step(self) -> bool:
        """Does a bit of it, in one short transaction. False where there is nothing to do for now.

        Raises:
            Unavailable: the cache cannot be written to.
        """
        if not self._left:
            wanted = self._cache.get(LEFT)
            if not wanted or (wanted == "soon" and self._monotonic() < self._rests_until):
                return False
            self._left, self._begun = list(SEARCHED), False
        table = self._left[0]
        with self._cache.database.write(durable=False) as connection:
            if not self._begun and len(self._left) == len(SEARCHED):
                # What leaves from here on is noted anew.
                load.write_meta(connection, LEFT, BEGUN)
            before = connection.total_changes
            # A negative number begins to merge everything, a positive one goes on with it.
            connection.execute(
                f"INSERT INTO {table}_fts ({table}_fts, rank) VALUES ('merge', ?)",
                (_PAGES if self._begun else -_PAGES,),
            )
            done = connection.total_changes - before < 2
            if done and len(self._left) == 1:
                connection.execute("DELETE FROM meta WHERE key = ? AND value = ?", (LEFT, BEGUN))
        self._begun = not done
        if done:
            self._left.pop(0)
        if not self._left:
            self._rests_until = self._monotonic() + _REST_SECONDS
        return True
