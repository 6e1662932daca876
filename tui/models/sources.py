"""Rows of a list that is drawn by what is in sight: all at hand, or read page by page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, Protocol, TypeVar

R = TypeVar("R")

Fetch = Callable[[int, int], Awaitable[Sequence[R]]]
"""(offset, limit) → that window of the rows."""


class Source(Protocol[R]):
    """Where a list gets its rows. A row that is not at hand is None until its page has been loaded."""

    count: int
    exact: bool
    """Whether `count` is all there are; otherwise there may be more."""

    def row(self, index: int) -> R | None:
        """The row at a place, or None while it is not at hand."""
        ...

    def id_of(self, row: R) -> str:
        """A row's id."""
        ...

    def find(self, row_id: str) -> int | None:
        """The place of a row among those at hand."""
        ...

    def missing(self, first: int, last: int) -> list[int]:
        """The pages that hold rows from `first` to `last` and are neither at hand nor under way."""
        ...

    async def load(self, page: int) -> None:
        """Reads a page.

        Raises:
            OffhookError: as the reading does; the page can be asked for again.
        """
        ...


class ListSource(Generic[R]):
    """Rows that are all at hand."""

    def __init__(self, rows: Sequence[R], row_id: Callable[[R], str]) -> None:
        self._rows = rows
        self._row_id = row_id
        self.count = len(rows)
        self.exact = True

    def row(self, index: int) -> R | None:
        return self._rows[index] if 0 <= index < self.count else None

    def id_of(self, row: R) -> str:
        return self._row_id(row)

    def find(self, row_id: str) -> int | None:
        return next((n for n, row in enumerate(self._rows) if self._row_id(row) == row_id), None)

    def missing(self, first: int, last: int) -> list[int]:
        return []

    async def load(self, page: int) -> None:
        return None


class PagedSource(Generic[R]):
    """Rows that are read by the page when they come into sight; the pages used last are kept.

    Args:
        fetch: reads a window of the rows.
        count: how many rows there are; see `exact`.
        row_id: a row's id.
        exact: False while `count` is only how many are known of.
        page: rows a page.
        keep: pages that are kept.
        over: makes a row that was read into the one that is shown.
    """

    def __init__(
        self,
        fetch: Fetch[R],
        count: int,
        row_id: Callable[[R], str],
        *,
        exact: bool = True,
        page: int = 100,
        keep: int = 24,
        over: Callable[[R], R] = lambda row: row,
    ) -> None:
        self._fetch = fetch
        self._row_id = row_id
        self._page = page
        self._keep = keep
        self._over = over
        self._pages: OrderedDict[int, Sequence[R]] = OrderedDict()
        self._under_way: set[int] = set()
        self.count = count
        self.exact = exact

    def put(self, page: int, rows: Sequence[R]) -> None:
        """Takes a page that was read already. One that is not full is the last one."""
        self._pages[page] = rows
        self._pages.move_to_end(page)
        while len(self._pages) > self._keep:
            self._pages.popitem(last=False)
        end = page * self._page + len(rows)
        if len(rows) < self._page and (rows or page == 0):
            self.count, self.exact = end, True
        elif not self.exact:
            self.count = max(self.count, end)

    def row(self, index: int) -> R | None:
        page = index // self._page
        rows = self._pages.get(page)
        place = index - page * self._page
        if rows is None or not 0 <= place < len(rows):
            return None
        self._pages.move_to_end(page)
        return self._over(rows[place])

    def id_of(self, row: R) -> str:
        return self._row_id(row)

    def find(self, row_id: str) -> int | None:
        for page, rows in self._pages.items():
            for place, row in enumerate(rows):
                if self._row_id(row) == row_id:
                    return page * self._page + place
        return None

    def missing(self, first: int, last: int) -> list[int]:
        first, last = max(0, first), min(last, self.count - 1)
        if first > last:
            return []
        return [
            page
            for page in range(first // self._page, last // self._page + 1)
            if page not in self._pages and page not in self._under_way
        ]

    async def load(self, page: int) -> None:
        self._under_way.add(page)
        try:
            self.put(page, await self._fetch(page * self._page, self._page))
        finally:
            self._under_way.discard(page)

    async def load_around(self, first: int, last: int) -> None:
        """Reads all pages with rows from `first` to `last`, so that they are there when the rows are first drawn."""
        for page in self.missing(first, last):
            await self.load(page)
