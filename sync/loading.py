"""Loads whole books into a cache, page by page: for the first time, after too much for a delta, and to compare everything.

How far each book is, is in `sync_books`, and moves on in the transaction that writes a page: whatever cuts a load, it goes
on where it was. The feed goes on meanwhile. A cursor is taken before the first page of a book is read, and the delta since
then brings what the page could not see; since pages and deltas are never written in another order than they were read in,
nothing older comes over something newer.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Collection, Generator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

from core.workspace import Changed
from storage.codec import Encoded, codec
from storage.postgres.pages import ROWS, TABLES, Page, Place
from sync import duplicates, filling
from sync.ahead import one_ahead
from sync.books import EVERYTHING, held
from sync.cache import Cache
from sync.truth import Truth

LOOKED = "sync.looked"
"""The key in `meta` that is there once the first look has come in."""
STEP_SECONDS = 0.5
"""How long a step goes on fetching pages before others have their turn: what was done here, what others did."""
STRETCH_SECONDS = 2.0
"""How long a step goes on where it is asked after each page whether others wait: at its ends nothing is fetched ahead."""
LONG_SECONDS = 5.0
"""A load that takes longer is searched and listed before it is through: what it left for later is made up between tables."""
_GROUP = 500


class Source(Protocol):
    """Where pages come from: `sync.remote.Remote`."""

    def page(self, table: str, places: Sequence[Place], *, since: str = "", limit: int = ROWS) -> Page: ...
    def first_look(self) -> dict[str, list[Encoded]]: ...
    def sizes(self, books: Collection[str]) -> dict[str, dict[str, int]]: ...
    def ids(self, table: str, books: Collection[str]) -> set[str]: ...


@dataclass(frozen=True, slots=True)
class _Book:
    """A book that is being loaded, and how far it is."""

    id: str
    table: str
    after_xid: str
    after_id: str
    since: str
    next_since: str
    total: int
    """How many rows it has; below zero: that is still to be asked."""

    @property
    def place(self) -> Place:
        return Place(self.id, self.after_xid, self.after_id)

    @property
    def position(self) -> int:
        return TABLES.index(self.table)

    def after(self, page: Page) -> _Book | None:
        """The book once a page of it was taken in; None where it is through."""
        unfinished = page.unfinished.get(self.id)
        if unfinished:
            return replace(self, after_xid=unfinished.after_xid, after_id=unfinished.after_id)
        begun = replace(self, after_xid="", after_id="")
        if self.position + 1 < len(TABLES):
            return replace(begun, table=TABLES[self.position + 1])
        if self.next_since:
            return replace(begun, table=TABLES[0], since=self.next_since, next_since="")
        return None


class _Fetched(NamedTuple):
    """A page of some books, as it came."""

    books: list[_Book]
    page: Page
    through: list[str]
    """The books out of which the rows leave that are not among these."""
    there: set[str]
    """The ids of all rows in these books on the server."""


class Loader:
    """Loads what a cache lacks, step by step.

    Args:
        cache: where to.
        tell: is called with what has changed on the screen.
        ahead: fetch the next page on a thread while the last one is written.
    """

    def __init__(
        self, cache: Cache, tell: Callable[[Changed], None] = lambda _: None, *, ahead: bool = True
    ) -> None:
        self._cache = cache
        self._tell = tell
        self._ahead = ahead
        self._sizes: dict[str, dict[str, int]] = {}
        self._began: float | None = None
        self._making_up: filling.MakingUp | None = None

    def step(self, remote: Source, wanted: Callable[[], bool] | None = None) -> bool:
        """Loads for a moment. False once there is nothing left to load.

        Args:
            remote: where from.
            wanted: is asked after each page whether others wait for their turn.

        Raises:
            OutOfSight: a book that is being loaded is not seen at this moment: it is to be pulled first.
            OffhookError: the server cannot say, or the cache cannot be written to. What has come in so far stays.
        """
        with self._cache.database.read() as connection:
            books = self._loading(connection)
            down = filling.down_tables(connection)
        if books and self._began is None:
            self._began = time.monotonic()
        long = self._began is not None and time.monotonic() > self._began + LONG_SECONDS
        if (long or not books) and self._make_up(books, down):
            return True
        if not books:
            self._began = None
            self._sizes.clear()
            return False
        self._look(remote)
        self._measure(remote, books)
        until = time.monotonic() + (STRETCH_SECONDS if wanted else STEP_SECONDS)
        others_wait = False
        fetched = self._fetch(remote, books, lambda: others_wait or time.monotonic() >= until)
        with contextlib.closing(one_ahead(fetched) if self._ahead else fetched) as ready:
            for each in ready:
                self._take_in(each)
                # What is fetched already is taken in all the same.
                others_wait = others_wait or (wanted is not None and wanted())
        return True

    def make_up(self) -> bool:
        """Makes up for a moment for what was left for later, where the load cannot go on. False once nothing is left.

        Raises:
            Unavailable: the cache cannot be written to.
        """
        with self._cache.database.read() as connection:
            down = filling.down_tables(connection)
        if down:
            self._make_up((), down)
        return bool(down)

    def progress(self) -> tuple[int, int]:
        """How many rows have come in, of about how many; 0 of 0 where that is not known.

        Of a row whose table still lacks what it is listed and searched by, a part is still to come.
        """
        with self._cache.database.read() as connection:
            loaded, total = connection.execute(
                "SELECT coalesce(sum(loaded), 0), coalesce(sum(max(total, 0)), 0) FROM sync_books"
            ).fetchone()
            loaded -= round(filling.unfinished_rows(connection) * filling.SHARE)
        return max(0, min(loaded, total)), total

    # --- before the pages

    def _loading(self, connection: Any) -> list[_Book]:
        """The books that are being loaded: table by table, one's own first."""
        found = connection.execute(
            "SELECT s.book_id, s.table_name, s.after_xid, s.after_id, s.since, s.next_since, s.total FROM sync_books s"
            " LEFT JOIN books b ON b.org_id = ? AND b.id = s.book_id WHERE s.state = 'loading'"
            " ORDER BY b.user_id IS NOT ?, s.book_id",
            (self._cache.org_id, self._cache.user_id),
        )
        return sorted((_Book(*row) for row in found), key=lambda book: book.position)

    def _look(self, remote: Source) -> None:
        """Takes in what is of use first, once."""
        if self._cache.get(LOOKED):
            return
        look = remote.first_look()
        with self._cache.truth() as truth:
            mine = held(truth.connection)
            for table, rows in look.items():
                # A row in a book that is not held could leave it unnoticed.
                book = codec(table).names.index("book_id")
                truth.fill(table, [row for row in rows if row[book] in mine])
            truth.set(LOOKED, "1")
        self._told(truth)

    def _measure(self, remote: Source, books: Sequence[_Book]) -> None:
        """Asks how large the books are: after their cursor was taken, so that what is not counted comes by the feed."""
        unknown = [book.id for book in books if book.total < 0 or book.id not in self._sizes]
        if not unknown:
            return
        # Nothing is said of a book that is not seen at this moment.
        sizes = remote.sizes(unknown)
        with self._cache.database.write(durable=False) as connection:
            connection.executemany(
                "UPDATE sync_books SET total = ? WHERE book_id = ?",
                [
                    (sum(sizes[book.id].values()) if book.since in ("", EVERYTHING) else 0, book.id)
                    for book in books
                    if book.id in sizes
                ],
            )
        self._sizes.update(sizes)

    def _make_up(self, books: Sequence[_Book], down: Sequence[str]) -> bool:
        """Makes up for what was left for later in tables that are through. Whether there was anything."""
        if self._making_up is None:
            first = min((book.position for book in books if not book.since), default=len(TABLES))
            self._making_up = filling.MakingUp(
                self._cache, [table for table in down if TABLES.index(table) < first]
            )
        until = time.monotonic() + STEP_SECONDS
        did = False
        while self._making_up.step():
            did = True
            if time.monotonic() >= until:
                return True
        self._making_up = None
        return did

    # --- pages

    def _fetch(
        self, remote: Source, books: Sequence[_Book], is_over: Callable[[], bool]
    ) -> Generator[_Fetched, None, None]:
        """Fetches page after page for a while."""
        left = list(books)
        while left:
            group = self._group(left)
            table, since = group[0].table, group[0].since
            if since or not all(self._is_empty(book) for book in group):
                page = remote.page(
                    table, [book.place for book in group], since="" if since == EVERYTHING else since
                )
            else:
                page = Page([], {})
            through = [book.id for book in group if since == EVERYTHING and book.id not in page.unfinished]
            yield _Fetched(group, page, through, remote.ids(table, through) if through else set())
            if is_over():
                return
            moved = [moved for book in group if (moved := book.after(page))]
            left = sorted([*moved, *left[len(group) :]], key=lambda book: book.position)

    def _is_empty(self, book: _Book) -> bool:
        """Whether it is known to have no rows of the table."""
        return book.id in self._sizes and not self._size(book)

    def _size(self, book: _Book) -> int:
        return self._sizes.get(book.id, {}).get(book.table, 0)

    def _group(self, books: Sequence[_Book]) -> list[_Book]:
        """The books that one page is asked of: a large one by itself, many small ones together."""
        first = books[0]
        group, rows = [first], self._size(first)
        if first.after_xid:
            return group
        for book in books[1:_GROUP]:
            rows += self._size(book)
            if rows > ROWS or book.after_xid or (book.table, book.since) != (first.table, first.since):
                break
            group.append(book)
        return group

    def _take_in(self, fetched: _Fetched) -> None:
        table, since = fetched.books[0].table, fetched.books[0].since
        rows = fetched.page.rows
        many = not since or len(rows) > ROWS // 10
        with self._cache.truth(cache_kib=filling.CACHE_KIB if many else 0) as truth:
            if not since and not filling.is_down(truth.connection, table):
                coming = sum(sizes.get(table, 0) for sizes in self._sizes.values())
                if filling.is_worth(truth.connection, table, coming):
                    filling.take_down(truth.connection, table)
            if rows:
                if table == "contacts":
                    duplicates.look_out(truth.connection, self._cache.org_id, rows)
                truth.fill(table, rows, bare=filling.is_down(truth.connection, table))
            if fetched.through:
                here = _truly_in(truth.connection, self._cache.org_id, table, fetched.through)
                truth.remove(table, sorted(here - fetched.there))
            self._move_on(truth.connection, fetched)
        self._told(truth)

    def _move_on(self, connection: Any, fetched: _Fetched) -> None:
        place = codec(fetched.books[0].table).names.index("book_id")
        counts: dict[str, int] = {}
        for row in fetched.page.rows:
            counts[row[place]] = counts.get(row[place], 0) + 1
        for book in fetched.books:
            after = book.after(fetched.page)
            now = after or replace(book, table=TABLES[0], after_xid="", after_id="", since="")
            connection.execute(
                "UPDATE sync_books SET state = ?, table_name = ?, after_xid = ?, after_id = ?, since = ?, next_since = ?,"
                " loaded = loaded + ? WHERE book_id = ?",
                (
                    "loading" if after else "live", now.table, now.after_xid, now.after_id, now.since,
                    now.next_since, counts.get(book.id, 0), book.id,
                ),
            )  # fmt: skip

    def _told(self, truth: Truth) -> None:
        for changed in truth.changed:
            self._tell(changed)


def _truly_in(connection: Any, org_id: str, table: str, books: Sequence[str]) -> set[str]:
    """The ids of the rows that lie in some books as the server last had them, whatever was done to them here."""
    found = connection.execute(
        f"SELECT id FROM {table} WHERE org_id = ? AND book_id IN (SELECT value FROM json_each(?))"  # noqa: S608
        " AND id NOT IN (SELECT row_id FROM base WHERE table_name = ?)"
        " UNION ALL SELECT row_id FROM base WHERE table_name = ?"
        " AND json_extract(body, '$.book_id') IN (SELECT value FROM json_each(?))",
        (org_id, json.dumps(books), table, table, json.dumps(books)),
    )
    return {row_id for (row_id,) in found}
