"""How a timeline comes by its entries: by the page, ahead of the cursor, and anew where something changed."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from textual.message import Message

from core.entities import Activity
from core.errors import OffhookError
from core.workspace import Entry
from tui.models.entry_lines import Author
from tui.models.telling import key_of, kinds_of, older_than
from tui.models.timeline_window import Place
from tui.widgets.timeline_face import TimelineFace
from tui.widgets.timeline_search import Key

PAGE = 200
"""Entries that are read at a time."""
_NEAR = 60
"""How many entries before the last one read the next page is asked for."""
_STRIDE = 1_000
"""Entries that are read at a time on the way to a match."""

Fetch = Callable[[Sequence[str], "Key | None", int, str], Awaitable[Sequence[Entry]]]
"""(kinds, before, limit, words) → entries, as `core.workspace.Workspace.timeline`."""
Earlier = Callable[[Activity], Awaitable[Sequence[Activity]]]
"""The revisions that an entry took the place of, the latest first."""


class TimelinePages(TimelineFace):
    """Reads entries, and keeps window and cursor on theirs whatever comes in. What keys do is up to the subclass."""

    @dataclass
    class Failed(Message):
        """Entries could not be read."""

        reason: str

    def __init__(
        self,
        *,
        author: Author,
        now: Callable[[], dt.datetime],
        zone: dt.tzinfo,
        widget_id: str | None = None,
    ) -> None:
        super().__init__(author=author, now=now, zone=zone, widget_id=widget_id)
        self._fetch: Fetch | None = None
        self._earlier: Earlier | None = None
        self._foreseen: list[Entry] = []
        self._generation = 0
        self._reading: asyncio.Task[None] | None = None
        self._to_the_end = False

    @property
    def entries(self) -> Sequence[Entry]:
        """What has been read so far, and is not folded away under the head of a thread."""
        return self._all.shown

    def search_anew(self) -> None:
        """Called when entries came and went: what is looked for may be elsewhere."""

    # --- what is shown ------------------------------------------------------------------------------------------

    def show(
        self,
        table: str,
        entries: Sequence[Entry],
        counts: Mapping[str, int],
        fetch: Fetch,
        earlier: Earlier | None = None,
    ) -> None:
        """Shows a timeline from its top.

        Args:
            table: what it is of: contacts, deals or companies.
            entries: the first page.
            counts: entries by kind.
            fetch: reads further ones.
            earlier: reads what an entry said before it was edited.
        """
        self._table, self._counts, self._fetch, self._earlier = table, counts, fetch, earlier
        self._forget()
        self._start(entries)

    def _forget(self) -> None:
        self._group = ""
        self._all.fold_all()
        self._history.clear()

    def clear(self) -> None:
        """Shows nothing, until there is something to show."""
        self._fetch, self._counts, self._earlier = None, {}, None
        self._forget()
        self._foreseen = []
        self._start(())
        self._complete = False

    def _start(self, entries: Sequence[Entry]) -> None:
        self._generation += 1
        self._all.take(entries)
        self._complete = len(entries) < PAGE
        self._wrapped.clear()
        self._to_the_end = False
        self.cursor = 0
        self._window.top = self._window.first
        self._redraw()

    def foresee(self, entries: Sequence[Entry]) -> None:
        """Shows entries that are not kept yet, the latest first; those that were shown before and are not named go."""
        if list(entries) != self._foreseen:
            before = {entry.activity.id for entry in self._foreseen}
            self._foreseen = list(entries)
            self._splice([entry for entry in self._all.read if entry.activity.id not in before])

    async def renew(self, counts: Mapping[str, int]) -> None:
        """Reads anew what has been read, from the top; what is being read and the cursor stay where they are.

        Raises:
            OffhookError: as the reading does.
        """
        self._counts = counts
        if self._fetch is None:
            return
        generation, wanted = self._generation, max(PAGE, len(self._all.read))
        fresh: list[Entry] = []
        while len(fresh) < wanted:
            before = key_of(fresh[-1]) if fresh else None
            chunk = await self._fetch(kinds_of(self._group, counts), before, PAGE, "")
            if generation != self._generation:
                return
            fresh += chunk
            self._complete = self._complete or len(chunk) < PAGE
            rest = older_than(self._all.read, chunk[-1]) if len(chunk) == PAGE else []
            self._splice([*fresh, *rest])
            if not rest:
                break
        self.search_anew()

    def _splice(self, entries: list[Entry]) -> None:
        """Takes another list of entries, keeping window and cursor on theirs, by id or by what revised it."""
        known = {entry.activity.id for entry in entries}
        kinds = kinds_of(self._group, self._counts)
        ahead = [one for one in self._foreseen if not kinds or one.activity.kind in kinds]
        entries = [*(one for one in ahead if one.activity.id not in known), *entries]
        all_of_them, window = self._all, self._window
        at_top = window.top == window.first and (self.cursor == 0 or not self.has_focus)
        anchor, held, top = all_of_them.id_at(window.top.entry), all_of_them.id_at(self.cursor), window.top
        self._rewrite(all_of_them.take(entries))
        places = all_of_them.places()
        self._wrapped = {key: lines for key, lines in self._wrapped.items() if key in places}
        last = max(0, self.count - 1)
        self.cursor = places.get(held, min(self.cursor, last))
        if at_top or not self.count:
            window.top = window.first
        else:
            window.hang(Place(places.get(anchor, min(top.entry, last)), top.line))
        self._redraw()

    # --- reading ahead ------------------------------------------------------------------------------------------

    def _read_on(self) -> None:
        """Reads the next page where the end of what is at hand comes near."""
        if self._complete or self._fetch is None or (self._reading and not self._reading.done()):
            return
        if self._to_the_end or max(self.cursor, self._window.last_seen) >= self.count - _NEAR:
            self._reading = asyncio.get_running_loop().create_task(self._read_page(self._fetch))

    async def _read_page(self, fetch: Fetch) -> None:
        generation = self._generation
        while not self._complete:
            before = self._last_key
            try:
                chunk = await fetch(kinds_of(self._group, self._counts), before, PAGE, "")
            except OffhookError as error:
                self.post_message(self.Failed(str(error)))
                return
            if generation != self._generation or not self.is_attached:
                return
            self._add(chunk, PAGE)
            if not self._to_the_end:
                break
            self.cursor = self.count - 1
            self._follow()
            self._redraw()
            # Keys that wait are dealt with before the next page.
            await asyncio.sleep(0)
        self._to_the_end = False
        self._redraw()

    async def _read_up_to(self, key: Key) -> Entry | None:
        """Reads as far as an entry, in long strides; returns it, or None where it is not there or something else is shown.

        Raises:
            OffhookError: as the reading does.
        """
        generation = self._generation
        while not self._complete and self._fetch is not None:
            before = self._last_key
            if before is not None and before <= key:
                break
            chunk = await self._fetch(kinds_of(self._group, self._counts), before, _STRIDE, "")
            if generation != self._generation or not self.is_attached:
                return None
            self._add(chunk, _STRIDE)
        return next((one for one in self._all.read if key_of(one) == key), None)

    def _add(self, chunk: Sequence[Entry], wanted: int) -> None:
        """Takes in the next, older entries; the cursor and the window stay on theirs."""
        all_of_them, window = self._all, self._window
        held, top = all_of_them.id_at(self.cursor), all_of_them.id_at(window.top.entry)
        self._complete = len(chunk) < wanted
        self._rewrite(all_of_them.add(chunk))
        if all_of_them.has_open_threads:
            # Those of an unfolded thread have come in between.
            places = all_of_them.places()
            self.cursor = places.get(held, self.cursor)
            window.top = window.top._replace(entry=places.get(top, window.top.entry))

    @property
    def _last_key(self) -> Key | None:
        """Where the next page begins."""
        return key_of(self._all.read[-1]) if self._all.read else None

    # --- where one is -------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """Has the entry under the cursor in sight."""
        if self.count:
            self._window.follow(self.cursor)

    def _redraw(self) -> None:
        self._window.forget()
        self.refresh()
        if self.is_attached:
            self._window.view()
            self._read_on()

    def narrow(self, group: str) -> None:
        """Shows only the entries of a group of kinds; empty: all."""
        if group != self._group and self._fetch is not None:
            self._group = group
            self._generation += 1
            self._reading = asyncio.get_running_loop().create_task(self._read_group(self._fetch))

    async def _read_group(self, fetch: Fetch) -> None:
        generation = self._generation
        try:
            entries = await fetch(kinds_of(self._group, self._counts), None, PAGE, "")
        except OffhookError as error:
            self.post_message(self.Failed(str(error)))
            return
        if generation == self._generation and self.is_attached:
            self._reading = None
            self._start(entries)
            self.search_anew()
