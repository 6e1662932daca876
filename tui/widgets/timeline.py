"""What happened, newest first: drawn by what is in sight, read by the page."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from rich.cells import cell_len
from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input
from textual.widgets.input import Selection

from core.changes import TOLD_KINDS
from core.entities import Activity
from core.errors import OffhookError
from core.workspace import Entry
from tui.models.entry_lines import Author, Look, Piece, State, entry_lines
from tui.models.revisions import revision_lines
from tui.models.telling import GROUPS, count_of, day_name, key_of, kinds_of, older_than
from tui.models.threads import Threads
from tui.models.within import holds, marked
from tui.paint import fit, strip
from tui.widgets.timeline_search import Key, Within, WithinLine

PAGE = 200
"""Entries that are read at a time."""
_NEAR = 60
"""How many entries before the last one read the next page is asked for."""
_STRIDE = 1_000
"""Entries that are read at a time on the way to a match."""
_WHEEL = 3

Fetch = Callable[[Sequence[str], "Key | None", int, str], Awaitable[Sequence[Entry]]]
"""(kinds, before, limit, words) → entries, as `core.workspace.Workspace.timeline`."""
Earlier = Callable[[Activity], Awaitable[Sequence[Activity]]]
"""The revisions that an entry took the place of, the latest first."""


class Place(NamedTuple):
    """A line of the timeline: an entry, and a line of its text; those of the day's heading above it are negative."""

    entry: int
    line: int


class Timeline(Widget, can_focus=True):
    """Entries grouped by day, with a cursor that goes from entry to entry.

    The window hangs on an entry, not on a line number: so only what is in sight is ever wrapped, a resize costs
    nothing but that, and what arrives at the top moves nothing that is being read.

    Args:
        author: who wrote an entry, by the user's id, and whether few letters are wanted; empty where that goes
            without saying.
        now: the current time.
        zone: where the viewer is.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "timeline--header", "timeline--group", "timeline--group-on", "timeline--position", "timeline--row",
        "timeline--cursor", "timeline--cursor-blurred", "timeline--day", "timeline--time", "timeline--sign",
        "timeline--word", "timeline--quiet", "timeline--muted", "timeline--body", "timeline--more",
        "timeline--empty", "timeline--good", "timeline--thread", "timeline--match",
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor(1)", "Down", show=False, id="timeline.down", tooltip="To the older entry"),
        Binding("up,k", "cursor(-1)", "Up", show=False, id="timeline.up", tooltip="To the newer entry"),
        Binding(
            "pagedown", "page(1)", "Page down", show=False, id="timeline.page-down", tooltip="One page down"
        ),
        Binding("pageup", "page(-1)", "Page up", show=False, id="timeline.page-up", tooltip="One page up"),
        Binding(
            "home", "end(False)", "Newest", show=False, id="timeline.newest", tooltip="To the newest entry"
        ),
        Binding(
            "end,G", "end(True)", "Oldest", show=False, id="timeline.oldest", tooltip="To the oldest entry"
        ),
        Binding(
            "enter", "expand", "Unfold", id="timeline.expand",
            tooltip="The whole text, the thread, what it said before it was edited; again: its beginning",
        ),
        Binding("f", "group(1)", "Filter", id="timeline.filter", tooltip="Only calls, e-mails, meetings …"),
        Binding(
            "F", "group(-1)", "Filter back", show=False, id="timeline.filter-back",
            tooltip="The filter before this one",
        ),
        Binding("ctrl+f", "search", "Search within", show=False, id="timeline.search",
                tooltip="Search within this timeline, also in what is not read yet"),
        Binding("n", "match(1)", "Next match", id="timeline.next-match", tooltip="To the next match"),
        Binding("N", "match(-1)", "Match before", show=False, id="timeline.previous-match",
                tooltip="To the match before"),
        Binding("escape", "drop_search", "Drop the search", show=False, id="timeline.drop-search",
                tooltip="Search for nothing any more"),
        Binding("e", "edit", "Edit entry", id="timeline.edit", tooltip="Correct what you logged"),
        Binding(
            "D", "retract", "Delete entry", show=False, id="timeline.retract", tooltip="Take back what you logged"
        ),
    ]  # fmt: skip

    @dataclass
    class EditAsked(Message):
        """The entry under the cursor is to be corrected."""

        entry: Entry

    @dataclass
    class RetractAsked(Message):
        """The entry under the cursor is to be taken back."""

        entry: Entry

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
        self._styles: dict[tuple[str, str], Style] = {}
        super().__init__(id=widget_id)
        self._author = author
        self._now = now
        self._zone = zone
        self._table = "contacts"
        self._fetch: Fetch | None = None
        self._counts: Mapping[str, int] = {}
        self._group = ""
        self._earlier: Earlier | None = None
        self._read: list[Entry] = []
        self._entries: list[Entry] = []
        self._threads = Threads()
        self._opened: set[str] = set()
        self._ordinals: dict[str, int] = {}
        self._history: dict[str, list[str]] = {}
        self._foreseen: list[Entry] = []
        self._complete = False
        self._unfolded: set[str] = set()
        self._wrapped: dict[str, list[list[Piece]]] = {}
        self._top = Place(0, 0)
        self._view: list[Place] | None = None
        self._chips: list[tuple[int, int, str]] = []
        self._generation = 0
        self._reading: asyncio.Task[None] | None = None
        self._to_the_end = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.within = Within(self)
        self._search_line = WithinLine(self._keep_search, self.action_drop_search, self.action_match)
        self._search_line.display = False
        self.cursor = 0

    def compose(self) -> ComposeResult:
        """The line that is typed in when something is searched for; out of sight until then."""
        yield self._search_line

    # --- what is shown ------------------------------------------------------------------------------------------

    @property
    def cursor_entry(self) -> Entry | None:
        """The entry under the cursor."""
        return self._entries[self.cursor] if self.cursor < len(self._entries) else None

    @property
    def entries(self) -> Sequence[Entry]:
        """What has been read so far, and is not folded away under the head of a thread."""
        return self._entries

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
        self._unfolded.clear()
        self._opened.clear()
        self._history.clear()
        self.within.drop()

    def clear(self) -> None:
        """Shows nothing, until there is something to show."""
        self._fetch, self._counts, self._earlier = None, {}, None
        self._forget()
        self._foreseen = []
        self._start(())
        self._complete = False

    def _start(self, entries: Sequence[Entry]) -> None:
        self._generation += 1
        self._read = list(entries)
        self._complete = len(entries) < PAGE
        self._wrapped.clear()
        self._thread()
        self._to_the_end = False
        self.cursor = 0
        self._top = self._first_place
        self._redraw()

    def _thread(self) -> None:
        """Puts what has been read under the heads of its threads."""
        before = self._threads
        self._threads = Threads(self._read, self._opened)
        self._entries = self._threads.shown
        self._ordinals = {entry.activity.id: n for n, entry in enumerate(self._read)}
        other = before.sizes.items() ^ self._threads.sizes.items()
        for changed in {entry_id for entry_id, _ in other} | (
            before.heads.keys() ^ self._threads.heads.keys()
        ):
            self._wrapped.pop(changed, None)

    @property
    def _first_place(self) -> Place:
        return Place(0, -self._heading(0)) if self._entries else Place(0, 0)

    def foresee(self, entries: Sequence[Entry]) -> None:
        """Shows entries that are not kept yet, the latest first; those that were shown before and are not named go."""
        if list(entries) != self._foreseen:
            before = {entry.activity.id for entry in self._foreseen}
            self._foreseen = list(entries)
            self._splice([entry for entry in self._read if entry.activity.id not in before])

    async def renew(self, counts: Mapping[str, int]) -> None:
        """Reads anew what has been read, from the top; what is being read and the cursor stay where they are.

        Raises:
            OffhookError: as the reading does.
        """
        self._counts = counts
        if self._fetch is None:
            return
        generation, wanted = self._generation, max(PAGE, len(self._read))
        fresh: list[Entry] = []
        while len(fresh) < wanted:
            before = key_of(fresh[-1]) if fresh else None
            chunk = await self._fetch(kinds_of(self._group, counts), before, PAGE, "")
            if generation != self._generation:
                return
            fresh += chunk
            self._complete = self._complete or len(chunk) < PAGE
            rest = older_than(self._read, chunk[-1]) if len(chunk) == PAGE else []
            self._splice([*fresh, *rest])
            if not rest:
                break
        self.within.renew()

    def _splice(self, entries: list[Entry]) -> None:
        """Takes another list of entries, keeping window and cursor on theirs, by id or by what revised it."""
        known = {entry.activity.id for entry in entries}
        kinds = kinds_of(self._group, self._counts)
        ahead = [one for one in self._foreseen if not kinds or one.activity.kind in kinds]
        entries = [*(one for one in ahead if one.activity.id not in known), *entries]
        at_top = self._top == self._first_place and (self.cursor == 0 or not self.has_focus)
        anchor = self._entries[self._top.entry].activity.id if self._entries else ""
        held = self.cursor_entry.activity.id if self.cursor_entry else ""
        line = self._top.line
        self._read = entries
        self._thread()
        entries = self._entries
        places: dict[str, int] = {}
        for index, entry in enumerate(entries):
            places[entry.activity.id] = index
            if entry.activity.revises:
                places.setdefault(entry.activity.revises, index)
        self._wrapped = {key: lines for key, lines in self._wrapped.items() if key in places}
        last = max(0, len(entries) - 1)
        self.cursor = places.get(held, min(self.cursor, last))
        top = places.get(anchor, min(self._top.entry, last))
        if at_top or not entries:
            self._top = self._first_place
        else:
            self._top = Place(top, max(-self._heading(top), min(line, len(self._body(top)) - 1)))
        self._redraw()

    # --- reading ahead ------------------------------------------------------------------------------------------

    def _read_on(self) -> None:
        """Reads the next page where the end of what is at hand comes near."""
        if self._complete or self._fetch is None or (self._reading and not self._reading.done()):
            return
        in_sight = self._view[-1].entry if self._view else 0
        if self._to_the_end or max(self.cursor, in_sight) >= len(self._entries) - _NEAR:
            self._reading = asyncio.get_running_loop().create_task(self._read_page(self._fetch))

    async def _read_page(self, fetch: Fetch) -> None:
        generation = self._generation
        while not self._complete:
            before = key_of(self._read[-1]) if self._read else None
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
            self.cursor = len(self._entries) - 1
            self._follow()
            self._redraw()
            # Keys that wait are dealt with before the next page.
            await asyncio.sleep(0)
        self._to_the_end = False
        self._redraw()

    def _add(self, chunk: Sequence[Entry], wanted: int) -> None:
        """Takes in the next, older entries; the cursor and the window stay on theirs."""
        held = self.cursor_entry.activity.id if self.cursor_entry else ""
        top = self._entries[self._top.entry].activity.id if self._entries else ""
        fresh = older_than(chunk, self._read[-1]) if self._read else list(chunk)
        self._complete = len(chunk) < wanted
        for number, entry in enumerate(fresh, len(self._read)):
            self._ordinals[entry.activity.id] = number
        self._read += fresh
        for head in self._threads.add(fresh):
            self._wrapped.pop(head, None)
        self._entries = self._threads.shown
        if self._threads.heads:
            # Those of an unfolded thread have come in between.
            places = {entry.activity.id: n for n, entry in enumerate(self._entries)}
            self.cursor = places.get(held, self.cursor)
            self._top = self._top._replace(entry=places.get(top, self._top.entry))

    # --- lines --------------------------------------------------------------------------------------------------

    def _day(self, index: int) -> dt.date:
        """The day under which an entry stands: an older e-mail of a thread under that of its head."""
        activity = self._entries[index].activity
        head = self._threads.heads.get(activity.id)
        if head is not None:
            activity = self._read[self._ordinals[head]].activity
        return activity.occurred_at.astimezone(self._zone).date()

    def _heading(self, index: int) -> int:
        """Lines above an entry: the day's name where it is the first one of its day, and a blank one before that."""
        if index == 0:
            return 1
        return 0 if self._day(index) == self._day(index - 1) else 2

    def _body(self, index: int) -> list[list[Piece]]:
        """The lines of an entry, wrapped the first time that they are needed."""
        entry = self._entries[index]
        lines = self._wrapped.get(entry.activity.id)
        if lines is None:
            lines = self._wrapped[entry.activity.id] = self._write(entry)
        return lines

    def _write(self, entry: Entry) -> list[list[Piece]]:
        entry_id, threads = entry.activity.id, self._threads
        state = State(
            unfolded=entry_id in self._unfolded,
            thread=threads.sizes.get(entry_id, 0),
            opened=self._threads.key_of(entry_id) in self._opened,
            older=entry_id in threads.heads,
            history=self._history.get(entry_id),
        )
        return entry_lines(entry, Look(self._table, self.size.width, self._zone, self._author), state)

    def _step(self, place: Place, lines: int) -> Place:
        """The place so many lines further down (up if negative), as far as there are lines."""
        entry, line = place
        while lines > 0:
            left = len(self._body(entry)) - 1 - line
            if lines <= left:
                return Place(entry, line + lines)
            if entry == len(self._entries) - 1:
                return Place(entry, line + left)
            lines -= left + 1
            entry += 1
            line = -self._heading(entry)
        while lines < 0:
            left = line + self._heading(entry)
            if -lines <= left:
                return Place(entry, line + lines)
            if entry == 0:
                return Place(0, -self._heading(0))
            lines += left + 1
            entry -= 1
            line = len(self._body(entry)) - 1
        return Place(entry, line)

    @property
    def _height(self) -> int:
        return max(1, self.size.height - 1)

    def _look(self) -> list[Place]:
        """The lines in sight; the window is pulled back where it would hang over the end."""
        if self._view is None:
            self._view = self._fill()
            if self._entries and len(self._view) < self._height and self._top > self._first_place:
                last = Place(len(self._entries) - 1, len(self._body(len(self._entries) - 1)) - 1)
                self._top = self._step(last, 1 - self._height)
                self._view = self._fill()
        return self._view

    def _fill(self) -> list[Place]:
        view: list[Place] = []
        if not self._entries:
            return view
        entry, line = self._top
        while len(view) < self._height and entry < len(self._entries):
            end = len(self._body(entry))
            while line < end and len(view) < self._height:
                view.append(Place(entry, line))
                line += 1
            entry += 1
            if entry < len(self._entries):
                line = -self._heading(entry)
        return view

    def _follow(self) -> None:
        """Moves the window as little as it takes to have the entry under the cursor in sight."""
        if not self._entries:
            return
        cursor, end = self.cursor, len(self._body(self.cursor)) - 1
        self._view = None
        view = self._look()
        if Place(cursor, 0) < view[0]:
            self._top = Place(cursor, -self._heading(cursor))
        elif Place(cursor, end) > view[-1]:
            top = self._step(Place(cursor, end), 1 - self._height)
            self._top = min(top, Place(cursor, 0))
        self._view = None

    def _redraw(self) -> None:
        self._view = None
        self.refresh()
        if self.is_attached:
            self._look()
            self._read_on()

    # --- keys and mouse -----------------------------------------------------------------------------------------

    def action_cursor(self, step: int) -> None:
        """Goes to the next entry; an entry that is longer than the window is scrolled through first."""
        self._to_the_end = False
        if not self._entries:
            return
        view = self._look()
        end = len(self._body(self.cursor)) - 1
        if step > 0 and view[-1].entry == self.cursor and view[-1].line < end:
            self._scroll(min(self._height - 1, end - view[-1].line))
            return
        if step < 0 and view[0].entry == self.cursor and view[0].line > 0:
            self._scroll(-min(self._height - 1, view[0].line))
            return
        self._point(self.cursor + step)

    def _point(self, index: int) -> None:
        index = min(max(index, 0), len(self._entries) - 1)
        if index == self.cursor or not self._entries:
            return
        before, top = self.cursor, self._top
        self.cursor = index
        self._follow()
        if top == self._top:
            self._refresh_entry(before)
            self._refresh_entry(index)
            self._refresh_header()
            self._read_on()
        else:
            self._redraw()

    def _refresh_entry(self, index: int) -> None:
        lines = [y for y, place in enumerate(self._look(), 1) if place.entry == index and place.line >= 0]
        if lines:
            self.refresh(Region(0, lines[0], self.size.width, len(lines)))

    def _scroll(self, lines: int) -> None:
        """Moves the window; the cursor comes along where it would leave it."""
        if not self._entries:
            return
        self._top = self._step(self._top, lines)
        self._view = None
        shown = [place.entry for place in self._look() if place.line >= 0]
        if shown and not shown[0] <= self.cursor <= shown[-1]:
            self.cursor = shown[0] if self.cursor < shown[0] else shown[-1]
        self._redraw()

    def action_page(self, step: int) -> None:
        """Moves by a window."""
        self._to_the_end = False
        if not self._entries:
            return
        top = self._top
        self._scroll(step * (self._height - 1))
        shown = [place.entry for place in self._look() if place.line >= 0]
        if top == self._top or step > 0:
            self.cursor = shown[-1] if step > 0 else shown[0]
        else:
            self.cursor = shown[0]
        self._redraw()

    def action_end(self, oldest: bool) -> None:
        """Goes to the newest entry, or to the oldest, reading what lies between in the background."""
        self._to_the_end = oldest and not self._complete
        if self._entries:
            self.cursor = len(self._entries) - 1 if oldest else 0
            self._follow()
            self._redraw()

    def action_expand(self) -> None:
        """Shows the whole text of the entry with its thread and what it said before, or its beginning."""
        entry = self.cursor_entry
        if entry is None:
            return
        self._fold(entry, folded=entry.activity.id in self._unfolded)
        if self._top.entry == self.cursor:
            self._top = Place(self.cursor, min(self._top.line, 0))
        self._follow()
        self._redraw()

    def _fold(self, entry: Entry, *, folded: bool) -> None:
        entry_id = entry.activity.id
        self._unfolded = self._unfolded - {entry_id} if folded else self._unfolded | {entry_id}
        self._wrapped.pop(entry_id, None)
        if entry_id in self._threads.sizes:
            key = self._threads.key_of(entry_id)
            self._opened = self._opened - {key} if folded else self._opened | {key}
            self._thread()
        if entry.edited and not folded and entry_id not in self._history and self._earlier is not None:
            self._do(self._read_history(entry, self._earlier))

    def _do(self, job: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read_history(self, entry: Entry, earlier: Earlier) -> None:
        try:
            before = await earlier(entry.activity)
        except OffhookError as error:
            self.post_message(self.Failed(str(error)))
            return
        who = self._author
        self._history[entry.activity.id] = revision_lines(
            entry.activity, before, lambda user_id: who(user_id, False), self._now(), self._zone
        )
        self._wrapped.pop(entry.activity.id, None)
        if self.is_attached:
            self._redraw()

    # --- searching within ---------------------------------------------------------------------------------------

    def action_search(self) -> None:
        """Opens the line that is typed in, with what was searched for."""
        if self._fetch is None:
            return
        self.within.begin()
        line = self._search_line
        line.display = True
        line.focus()
        line.selection = Selection(0, len(line.value))
        self._refresh_header()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._search_line.display:
            self.within.look_for(event.value)

    def _keep_search(self) -> None:
        self.focus()
        self._search_line.display = False
        self.refresh_bindings()

    def action_drop_search(self) -> None:
        """Searches for nothing any more."""
        line = self._search_line
        if line.has_focus:
            self.focus()
        line.display = False
        with self.prevent(Input.Changed):
            line.value = ""
        self.within.drop()
        self.refresh_bindings()

    def action_match(self, step: int) -> None:
        """Goes to the next match, or to the one before."""
        self._do(self.within.step(step))

    async def matching(self, words: str, limit: int) -> Sequence[Entry]:
        """The newest entries that have the words, of the kinds that are shown.

        Raises:
            OffhookError: as the reading does.
        """
        if self._fetch is None:
            return []
        return await self._fetch(kinds_of(self._group, self._counts), None, limit, words)

    async def reach(self, key: Key) -> None:
        """Puts the cursor on an entry, reading up to it, and unfolds what it stands in.

        Raises:
            OffhookError: as the reading does.
        """
        generation = self._generation
        while (
            not self._complete
            and self._fetch is not None
            and (not self._read or key_of(self._read[-1]) > key)
        ):
            before = key_of(self._read[-1]) if self._read else None
            chunk = await self._fetch(kinds_of(self._group, self._counts), before, _STRIDE, "")
            if generation != self._generation or not self.is_attached:
                return
            self._add(chunk, _STRIDE)
        entry = next((one for one in self._read if key_of(one) == key), None)
        if entry is None:
            return
        thread = self._threads.key_of(entry.activity.id)
        places = {one.activity.id: n for n, one in enumerate(self._entries)}
        if entry.activity.id not in places and thread:
            self._opened.add(thread)
            self._thread()
            places = {one.activity.id: n for n, one in enumerate(self._entries)}
        index = places.get(entry.activity.id)
        if index is None:
            return
        drawn = "\n".join("".join(text for text, _ in line) for line in self._body(index))
        if not holds(drawn, self.within.words) and entry.activity.id not in self._unfolded:
            self._unfolded.add(entry.activity.id)
            self._wrapped.pop(entry.activity.id, None)
        self._to_the_end = False
        self.cursor = index
        self._follow()
        self._redraw()

    def found_changed(self) -> None:
        """Marks what is looked for."""
        if self.is_attached:
            self.refresh()
            self.refresh_bindings()

    def tell_problem(self, reason: str) -> None:
        """Has it said that entries could not be read."""
        self.post_message(self.Failed(reason))

    # --- what is shown of it ------------------------------------------------------------------------------------

    def action_group(self, step: int) -> None:
        """Narrows down to the next kind of which there is any."""
        present = [group.key for group in GROUPS if not group.key or count_of(group.key, self._counts)]
        place = present.index(self._group) if self._group in present else 0
        self.narrow(present[(place + step) % len(present)])

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
            self.within.renew()

    def action_edit(self) -> None:
        """Asks for the entry to be corrected."""
        if self.cursor_entry is not None:
            self.post_message(self.EditAsked(self.cursor_entry))

    def action_retract(self) -> None:
        """Asks for the entry to be taken back."""
        if self.cursor_entry is not None:
            self.post_message(self.RetractAsked(self.cursor_entry))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what a person logged is corrected or taken back; on other entries the keys mean the record.

        Without a search, the keys that go from match to match mean what they mean elsewhere.
        """
        if action in ("match", "drop_search"):
            return bool(self.within)
        if action in ("edit", "retract"):
            entry = self.cursor_entry
            return entry is not None and entry.activity.kind in TOLD_KINDS
        return True

    def on_click(self, event: events.Click) -> None:
        """Points at an entry, unfolds it at the second click; in the heading, narrows down."""
        if event.y == 0:
            for start, end, group in self._chips:
                if start <= event.x < end:
                    self.narrow(group)
            return
        view = self._look()
        if event.y - 1 < len(view):
            self._point(view[event.y - 1].entry)
            if event.chain == 2:
                self.action_expand()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scrolls."""
        event.stop()
        self._to_the_end = False
        self._scroll(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scrolls."""
        event.stop()
        self._to_the_end = False
        self._scroll(-_WHEEL)

    # --- drawing ------------------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Wraps anew what is in sight; the entry at the top stays there."""
        self._wrapped.clear()
        if self._entries:
            top = self._top
            self._top = Place(top.entry, max(-self._heading(top.entry), min(top.line, 0)))
            self._follow()
        self._redraw()

    def on_focus(self) -> None:
        """Shows that keys go here."""
        self.refresh()

    def on_blur(self) -> None:
        """Shows that keys go elsewhere."""
        self.refresh()

    def notify_style_update(self) -> None:
        """Forgets styles of another theme."""
        super().notify_style_update()
        self._styles.clear()

    def _style(self, name: str, state: str = "row") -> Style:
        style = self._styles.get((name, state))
        if style is None:
            style = self.get_component_rich_style(f"timeline--{name}")
            ground = self.get_component_rich_style(f"timeline--{state}")
            if state == "cursor":
                style = Style(color=ground.color, bgcolor=ground.bgcolor, bold=style.bold)
            elif name != state and state != "row":
                style += Style(bgcolor=ground.bgcolor)
            self._styles[name, state] = style
        return style

    def render_line(self, y: int) -> Strip:
        """Draws the heading, or a line of an entry."""
        width, base = self.size.width, self._style("row")
        if y == 0:
            return self._header(width)
        view = self._look()
        if not self._entries and self._complete and y == 2:
            text = (
                "Nothing of that kind."
                if self._group
                else "Nothing happened yet. a writes a note, c logs a call."
            )
            return strip([(fit(f"   {text}", width), self._style("empty"))], width, base)
        if y - 1 >= len(view):
            waiting = self._entries and not self._complete and y - 1 == len(view)
            return strip([("   ⋯", self._style("empty"))] if waiting else [], width, base)
        place = view[y - 1]
        if place.line < 0:
            if place.line < -1:
                return Strip.blank(width, base)
            day = day_name(self._day(place.entry), self._now().astimezone(self._zone).date())
            rule = "─" * max(0, width - len(day) - 3)
            pieces = [(f" {day} ", self._style("day")), (rule, self._style("more"))]
            return strip(pieces, width, base)
        state = "row"
        if place.entry == self.cursor:
            # What is being typed is looked for here: the cursor stands on what was found.
            state = "cursor" if self.has_focus or self._search_line.has_focus else "cursor-blurred"
        ground = self._style(state, state)
        pieces = [("▌" if state == "cursor" else " ", ground)]
        words = self.within.words
        for text, name in self._body(place.entry)[place.line]:
            style = self._style(name, state)
            if words and name != "time":
                match = self._style("match", "match")
                pieces += [(part, match if found else style) for part, found in marked(text, words)]
            else:
                pieces.append((text, style))
        return strip(pieces, width, ground)

    def _refresh_header(self) -> None:
        self.refresh(Region(0, 0, self.size.width, 1))

    def _header(self, width: int) -> Strip:
        base = self._style("header")
        total = count_of(self._group, self._counts)
        position = f"{self._ordinal + 1:,} of {total:,}" if self._entries and self.has_focus else ""
        if self.within or self._search_line.display:
            position = f"⌕ {self.within.position}"
        chips, fits = self._group_words(width - len(position) - 2)
        if self._search_line.display:
            chips = []
        if not fits:
            position = ""
        self._chips = []
        pieces: list[tuple[str, Style]] = [(" ", base)]
        used = 1
        for group, text in chips:
            self._chips.append((used, used + cell_len(text), group))
            name = ("group-on" if self.has_focus else "word") if group == self._group else "group"
            pieces.append((text, self._style(name)))
            used += cell_len(text)
        pieces.append((" " * max(0, width - used - len(position) - 1), base))
        pieces.append((position, self._style("position")))
        return strip(pieces, width, base)

    @property
    def _ordinal(self) -> int:
        """The number of the entry under the cursor among all, those of folded threads included."""
        entry = self.cursor_entry
        return self._ordinals.get(entry.activity.id, self.cursor) if entry is not None else 0

    def _group_words(self, room: int) -> tuple[list[tuple[str, str]], bool]:
        """What each group is called in the heading, in words or else by signs, and whether that fits."""
        words: list[tuple[str, str]] = []
        for spelled in (True, False):
            words = []
            for group in GROUPS:
                count = count_of(group.key, self._counts)
                if count or not group.key:
                    word = group.label if spelled or group.key in ("", self._group) else group.sign
                    words.append((group.key, f" {word} {count:,} "))
            if sum(cell_len(text) for _, text in words) < room:
                return words, True
        return words, False
