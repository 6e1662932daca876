"""Searching within a timeline: a line to type in, and the way from match to match."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Sequence
from typing import ClassVar, Protocol

from textual.binding import Binding, BindingType

from core.errors import OffhookError
from core.workspace import Entry
from tui.models.telling import key_of
from tui.models.within import sought
from tui.widgets.entry import LineEntry

MOST = 1_000
"""Matches that are counted and gone through; who has more types another word."""
Key = tuple[dt.datetime, str]


class Searched(Protocol):
    """What is searched within."""

    @property
    def cursor_entry(self) -> Entry | None:
        """The entry under the cursor."""
        ...

    async def matching(self, words: str, limit: int) -> Sequence[Entry]:
        """The newest entries that have the words."""
        ...

    async def reach(self, key: Key) -> None:
        """Puts the cursor on an entry, reading up to it."""
        ...

    def found_changed(self) -> None:
        """Other words are looked for, or other entries were found."""
        ...

    def tell_problem(self, reason: str) -> None:
        """It could not be read."""
        ...


class Within:
    """What is searched for, what was found, and where one is in it.

    Attributes:
        words: what is looked for, each the beginning of a word; nothing where there is no search.
        found: the matches, newest first.
        at: the one that the cursor was put on; -1: none.
    """

    def __init__(self, timeline: Searched) -> None:
        self._timeline = timeline
        self._typed = ""
        self._stale = False
        self._asking: asyncio.Task[None] | None = None
        self._anchor: Key | None = None
        self.words: tuple[str, ...] = ()
        self.found: list[Key] = []
        self.at = -1

    def __bool__(self) -> bool:
        return bool(self.words)

    @property
    def position(self) -> str:
        """Where one is among the matches: `3 of 27`."""
        if not self.words:
            return ""
        if not self.found:
            return "…" if self._asking and not self._asking.done() else "nothing"
        more = "+" if len(self.found) >= MOST else ""
        return f"{self.at + 1:,} of {len(self.found):,}{more}"

    def drop(self) -> None:
        """Searches for nothing any more."""
        self._typed, self.words, self.found, self.at = "", (), [], -1
        self._stale = False
        self._timeline.found_changed()

    def begin(self) -> None:
        """Remembers where one is: the first match is looked for from here on."""
        entry = self._timeline.cursor_entry
        self._anchor = key_of(entry) if entry is not None else None

    def look_for(self, typed: str) -> None:
        """Looks for what is typed so far; while an answer is under way only the latest question waits."""
        self._typed, self.words = typed.strip(), sought(typed)
        self._ask()

    def renew(self) -> None:
        """Looks anew, as entries came and went."""
        if self.words:
            self._anchor = self.found[self.at] if 0 <= self.at < len(self.found) else self._anchor
            self._ask(move=False)

    def _ask(self, *, move: bool = True) -> None:
        self._stale = True
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().create_task(self._answer(move))

    async def _answer(self, move: bool) -> None:
        while self._stale:
            self._stale = False
            typed, words = self._typed, self.words
            try:
                entries = await self._timeline.matching(typed, MOST) if words else []
            except OffhookError as error:
                self._timeline.tell_problem(str(error))
                return
            if words != self.words:
                continue
            self.found = [key_of(entry) for entry in entries]
            # From where one was, towards the older ones, as one reads.
            later = (n for n, key in enumerate(self.found) if self._anchor is None or key <= self._anchor)
            self.at = next(later, 0) if self.found else -1
            if move and self.found:
                await self._timeline.reach(self.found[self.at])
        self._timeline.found_changed()

    async def step(self, step: int) -> None:
        """To the next match (the older one; -1: the newer one), from the cursor on; behind the last comes the first."""
        entry = self._timeline.cursor_entry
        if not self.found or entry is None:
            return
        here = key_of(entry)
        if step > 0:
            self.at = next((n for n, key in enumerate(self.found) if key < here), 0)
        else:
            newer = [n for n, key in enumerate(self.found) if key > here]
            self.at = newer[-1] if newer else len(self.found) - 1
        try:
            await self._timeline.reach(self.found[self.at])
        except OffhookError as error:
            self._timeline.tell_problem(str(error))
        self._timeline.found_changed()


class WithinLine(LineEntry):
    """The line that is typed in. Enter keeps the search and goes to the entries, escape drops it.

    Args:
        kept: is called when the search is to stay and the entries get the keys.
        dropped: is called when nothing is to be searched for any more.
        stepped: is given 1 for the next match, -1 for the one before.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "keep", "To the entries", id="within.keep", tooltip="Keep the search, go to the entries"),
        Binding("escape", "drop", "Drop", id="within.drop", tooltip="Search for nothing any more"),
        Binding("down,ctrl+n", "next(1)", "Next match", show=False, id="within.next", tooltip="The next match"),
        Binding("up,ctrl+p", "next(-1)", "Match before", show=False, id="within.previous",
                tooltip="The match before"),
    ]  # fmt: skip

    def __init__(
        self, kept: Callable[[], object], dropped: Callable[[], object], stepped: Callable[[int], object]
    ) -> None:
        super().__init__(placeholder="Beginnings of words")
        self._kept, self._dropped, self._stepped = kept, dropped, stepped

    def action_keep(self) -> None:
        """Goes to the entries."""
        self._kept()

    def action_drop(self) -> None:
        """Searches for nothing any more."""
        self._dropped()

    def action_next(self, step: int) -> None:
        """Goes to another match."""
        self._stepped(step)
