"""What a timeline looks like: its heading, the days, the entries in sight."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from core.workspace import Entry
from tui.models.entry_lines import Author, Look, Piece, State, entry_lines
from tui.models.telling import GROUPS, count_of, day_name
from tui.models.timeline_entries import Entries
from tui.models.timeline_window import Window
from tui.models.within import marked
from tui.paint import fit, strip


class TimelineFace(Widget):
    """Draws the entries in sight. What is read, and what keys do, is up to the widget that this is the face of.

    Only what is in sight is ever wrapped, so a resize costs nothing but that.

    Args:
        author: who wrote an entry, by the user's id, and whether few letters are wanted; empty where that goes
            without saying.
        now: the current time.
        zone: where the viewer is.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "timeline--header", "timeline--group", "timeline--group-on", "timeline--position", "timeline--row",
        "timeline--cursor", "timeline--cursor-blurred", "timeline--day", "timeline--time", "timeline--sign",
        "timeline--word", "timeline--quiet", "timeline--muted", "timeline--body", "timeline--more",
        "timeline--empty", "timeline--good", "timeline--thread", "timeline--match",
    }  # fmt: skip

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
        self._counts: Mapping[str, int] = {}
        self._group = ""
        self._all = Entries()
        self._complete = False
        self._history: dict[str, list[str]] = {}
        self._wrapped: dict[str, list[list[Piece]]] = {}
        self._window = Window(self)
        self._chips: list[tuple[int, int, str]] = []
        self.cursor = 0

    # --- what is shown ------------------------------------------------------------------------------------------

    @property
    def cursor_entry(self) -> Entry | None:
        """The entry under the cursor."""
        return self._all.at(self.cursor)

    @property
    def sought(self) -> tuple[str, ...]:
        """The words that are looked for, to be marked."""
        return ()

    @property
    def found_words(self) -> str:
        """Where one is among what was found; empty where nothing is looked for."""
        return ""

    @property
    def is_typing(self) -> bool:
        """Whether what is looked for is being typed, over the heading."""
        return False

    # --- lines --------------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many entries are shown."""
        return len(self._all.shown)

    @property
    def height(self) -> int:
        """Lines below the heading."""
        return max(1, self.size.height - 1)

    def lines_of(self, index: int) -> int:
        """How many lines an entry takes."""
        return len(self._body(index))

    def heading_of(self, index: int) -> int:
        """Lines above an entry: the day's name where it is the first one of its day, and a blank one before that."""
        if index == 0:
            return 1
        return 0 if self._all.day(index, self._zone) == self._all.day(index - 1, self._zone) else 2

    def _body(self, index: int) -> list[list[Piece]]:
        """The lines of an entry, wrapped the first time that they are needed."""
        entry = self._all.shown[index]
        lines = self._wrapped.get(entry.activity.id)
        if lines is None:
            lines = self._wrapped[entry.activity.id] = self._write(entry)
        return lines

    def _write(self, entry: Entry) -> list[list[Piece]]:
        entry_id, entries = entry.activity.id, self._all
        state = State(
            unfolded=entry_id in entries.unfolded,
            thread=entries.thread_size(entry_id),
            opened=entries.is_open(entry_id),
            older=entries.is_older(entry_id),
            history=self._history.get(entry_id),
        )
        return entry_lines(entry, Look(self._table, self.size.width, self._zone, self._author), state)

    def _rewrite(self, entry_ids: Iterable[str]) -> None:
        """The lines of some entries are not the same any more."""
        for entry_id in entry_ids:
            self._wrapped.pop(entry_id, None)

    # --- drawing ------------------------------------------------------------------------------------------------

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
        view = self._window.view()
        if not self.count and self._complete and y == 2:
            text = (
                "Nothing of that kind."
                if self._group
                else "Nothing happened yet. a writes a note, c logs a call."
            )
            return strip([(fit(f"   {text}", width), self._style("empty"))], width, base)
        if y - 1 >= len(view):
            waiting = self.count and not self._complete and y - 1 == len(view)
            return strip([("   ⋯", self._style("empty"))] if waiting else [], width, base)
        place = view[y - 1]
        if place.line < 0:
            if place.line < -1:
                return Strip.blank(width, base)
            day = day_name(self._all.day(place.entry, self._zone), self._now().astimezone(self._zone).date())
            rule = "─" * max(0, width - len(day) - 3)
            pieces = [(f" {day} ", self._style("day")), (rule, self._style("more"))]
            return strip(pieces, width, base)
        state = "row"
        if place.entry == self.cursor:
            # What is being typed is looked for here: the cursor stands on what was found.
            state = "cursor" if self.has_focus or self.is_typing else "cursor-blurred"
        ground = self._style(state, state)
        pieces = [("▌" if state == "cursor" else " ", ground)]
        words = self.sought
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

    def _refresh_entry(self, index: int) -> None:
        lines = [
            y for y, place in enumerate(self._window.view(), 1) if place.entry == index and place.line >= 0
        ]
        if lines:
            self.refresh(Region(0, lines[0], self.size.width, len(lines)))

    def _header(self, width: int) -> Strip:
        base = self._style("header")
        total = count_of(self._group, self._counts)
        position = (
            f"{self._all.ordinal(self.cursor) + 1:,} of {total:,}" if self.count and self.has_focus else ""
        )
        position = self.found_words or position
        chips, fits = self._group_words(width - len(position) - 2)
        if self.is_typing:
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
