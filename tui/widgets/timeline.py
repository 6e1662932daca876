"""What happened, newest first: drawn by what is in sight, read by the page."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input
from textual.widgets.input import Selection

from core.changes import TOLD_KINDS
from core.errors import OffhookError
from core.workspace import Entry
from tui.models.entry_lines import Author
from tui.models.revisions import revision_lines
from tui.models.telling import GROUPS, count_of, kinds_of
from tui.models.timeline_window import Place
from tui.models.within import holds
from tui.widgets.timeline_pages import PAGE, Earlier, TimelinePages
from tui.widgets.timeline_search import Key, Within, WithinLine

__all__ = ["PAGE", "Timeline"]

_WHEEL = 3


class Timeline(TimelinePages, can_focus=True):
    """Entries grouped by day, with a cursor that goes from entry to entry.

    Args:
        author: who wrote an entry, by the user's id, and whether few letters are wanted; empty where that goes
            without saying.
        now: the current time.
        zone: where the viewer is.
    """

    ALLOW_SELECT = False
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

    def __init__(
        self,
        *,
        author: Author,
        now: Callable[[], dt.datetime],
        zone: dt.tzinfo,
        widget_id: str | None = None,
    ) -> None:
        super().__init__(author=author, now=now, zone=zone, widget_id=widget_id)
        self._tasks: set[asyncio.Task[None]] = set()
        self.within = Within(self)
        self._search_line = WithinLine(self._keep_search, self.action_drop_search, self.action_match)
        self._search_line.display = False

    def compose(self) -> ComposeResult:
        """The line that is typed in when something is searched for; out of sight until then."""
        yield self._search_line

    # --- what is shown ------------------------------------------------------------------------------------------

    @property
    def sought(self) -> tuple[str, ...]:
        """The words that are searched for."""
        return self.within.words

    @property
    def found_words(self) -> str:
        """Where one is in the search."""
        return f"⌕ {self.within.position}" if self.within or self.is_typing else ""

    @property
    def is_typing(self) -> bool:
        """Whether the line of the search is in sight."""
        return bool(self._search_line.display)

    # --- keys and mouse -----------------------------------------------------------------------------------------

    def action_cursor(self, step: int) -> None:
        """Goes to the next entry; an entry that is longer than the window is scrolled through first."""
        self._to_the_end = False
        if not self.count:
            return
        view, end = self._window.view(), self.lines_of(self.cursor) - 1
        if step > 0 and view[-1].entry == self.cursor and view[-1].line < end:
            self._scroll(min(self.height - 1, end - view[-1].line))
            return
        if step < 0 and view[0].entry == self.cursor and view[0].line > 0:
            self._scroll(-min(self.height - 1, view[0].line))
            return
        self._point(self.cursor + step)

    def _point(self, index: int) -> None:
        index = min(max(index, 0), self.count - 1)
        if index == self.cursor or not self.count:
            return
        before, top = self.cursor, self._window.top
        self.cursor = index
        self._follow()
        if top == self._window.top:
            self._refresh_entry(before)
            self._refresh_entry(index)
            self._refresh_header()
            self._read_on()
        else:
            self._redraw()

    def _scroll(self, lines: int) -> None:
        """Moves the window; the cursor comes along where it would leave it."""
        if not self.count:
            return
        self._window.scroll(lines)
        shown = self._window.entries()
        if shown and not shown[0] <= self.cursor <= shown[-1]:
            self.cursor = shown[0] if self.cursor < shown[0] else shown[-1]
        self._redraw()

    def action_page(self, step: int) -> None:
        """Moves by a window."""
        self._to_the_end = False
        if not self.count:
            return
        top = self._window.top
        self._scroll(step * (self.height - 1))
        shown = self._window.entries()
        if top == self._window.top or step > 0:
            self.cursor = shown[-1] if step > 0 else shown[0]
        else:
            self.cursor = shown[0]
        self._redraw()

    def action_end(self, oldest: bool) -> None:
        """Goes to the newest entry, or to the oldest, reading what lies between in the background."""
        self._to_the_end = oldest and not self._complete
        if self.count:
            self.cursor = self.count - 1 if oldest else 0
            self._follow()
            self._redraw()

    def action_expand(self) -> None:
        """Shows the whole text of the entry with its thread and what it said before, or its beginning."""
        entry = self.cursor_entry
        if entry is None:
            return
        entry_id = entry.activity.id
        folded = entry_id in self._all.unfolded
        self._rewrite(self._all.fold(entry_id, folded=folded))
        if entry.edited and not folded and entry_id not in self._history and self._earlier is not None:
            self._do(self._read_history(entry, self._earlier))
        self._to_its_beginning()
        self._follow()
        self._redraw()

    def _to_its_beginning(self) -> None:
        """Where the entry at the top is cut, it begins at the top instead: its lines are not what they were."""
        top = self._window.top
        if top.entry == self.cursor:
            self._window.top = Place(top.entry, min(top.line, 0))

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
        self._rewrite([entry.activity.id])
        if self.is_attached:
            self._redraw()

    # --- searching within ---------------------------------------------------------------------------------------

    def _forget(self) -> None:
        super()._forget()
        self.within.drop()

    def search_anew(self) -> None:
        """Looks anew for what is searched for."""
        self.within.renew()

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
        entry = await self._read_up_to(key)
        if entry is None:
            return
        entry_id = entry.activity.id
        places = self._all.places()
        if entry_id not in places:
            self._rewrite(self._all.open_thread(entry_id))
            places = self._all.places()
        index = places.get(entry_id)
        if index is None:
            return
        drawn = "\n".join("".join(text for text, _ in line) for line in self._body(index))
        if not holds(drawn, self.within.words):
            self._all.unfolded.add(entry_id)
            self._rewrite([entry_id])
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
        view = self._window.view()
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

    def on_resize(self, event: events.Resize) -> None:
        """Wraps anew what is in sight; the entry at the top stays there."""
        self._wrapped.clear()
        if self.count:
            self._window.hang(self._window.top._replace(line=min(self._window.top.line, 0)))
            self._follow()
        self._redraw()
