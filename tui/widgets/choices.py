"""A list of things to choose from, one line each, drawn by the line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from core.text import printable
from tui.paint import fit, strip

_LEAST_DETAIL = 10
"""Cells that a cut detail needs, so that it still says something."""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen.

    Attributes:
        id: what choosing it returns.
        label: what people read.
        detail: more about it, in a second column.
        key: a key that chooses it at once.
        heading: it only stands over others, and cannot be chosen.
    """

    id: str
    label: str
    detail: str = ""
    key: str = ""
    heading: bool = False


class Choices(Widget):
    """Shows options and a cursor. It has no keys of its own: a dialog moves the cursor, the mouse may too.

    Attributes:
        cursor: the index of the option under the cursor.
        marking: several can be marked; then a column shows which are.
        marked: the ids of those.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "choices--option", "choices--cursor", "choices--detail", "choices--detail-cursor", "choices--key",
        "choices--empty", "choices--heading",
    }  # fmt: skip

    @dataclass
    class Highlighted(Message):
        """The cursor stands on another option (None: there is none)."""

        option: Option | None

    @dataclass
    class Chosen(Message):
        """An option was clicked."""

        option: Option

    def __init__(
        self, options: Sequence[Option] = (), *, empty: str = "Nothing fits.", lines: int = 0
    ) -> None:
        """Makes the list.

        Args:
            options: what can be chosen.
            empty: what to say where there is nothing.
            lines: how many lines it takes; as many as there are options to begin with where it is 0.
        """
        super().__init__(classes="dialog--flex")
        self._empty = empty
        self._top = 0
        self._lines = lines or max(1, len(options))
        self.cursor = 0
        self.marking = False
        self.marked: Collection[str] = ()
        self._set(options)

    def _set(self, options: Sequence[Option]) -> None:
        self._options = tuple(options)
        self._key_width = max(
            (cell_len(printable(option.key)) + 1 for option in options if option.key), default=0
        )
        self._label_width = max((cell_len(printable(o.label)) for o in options if o.detail), default=0)
        self._places = [n for n, option in enumerate(options) if not option.heading]

    @property
    def current(self) -> Option | None:
        """The option under the cursor."""
        if not 0 <= self.cursor < len(self._options) or self._options[self.cursor].heading:
            return None
        return self._options[self.cursor]

    def show(self, options: Sequence[Option], *, cursor: int = 0, empty: str | None = None) -> None:
        """Replaces what is shown."""
        self._set(options)
        self._empty = empty if empty is not None else self._empty
        self._top = 0
        self.cursor = self._nearest(cursor)
        self._follow()
        self.refresh()
        self.post_message(self.Highlighted(self.current))

    def _nearest(self, index: int) -> int:
        """The index of an option that can be chosen: this one, the next, or the last."""
        return next((n for n in self._places if n >= index), self._places[-1] if self._places else 0)

    def move(self, step: int) -> None:
        """Moves the cursor by `step` options, within the list."""
        if self._places:
            here = self._places.index(self.cursor) if self.cursor in self._places else 0
            self.point(self._places[min(max(here + step, 0), len(self._places) - 1)])

    def point(self, index: int) -> None:
        """Puts the cursor on an option."""
        if index != self.cursor and index in self._places:
            before, top = self.cursor, self._top
            self.cursor = index
            self._follow()
            if top == self._top:
                for line in (before, index):
                    self.refresh(Region(0, line - top, self.size.width, 1))
            else:
                self.refresh()
            self.post_message(self.Highlighted(self.current))

    def _follow(self) -> None:
        height = max(1, self.size.height)
        # The first option brings the headings above it into sight.
        wanted = 0 if self._places and self.cursor == self._places[0] else self.cursor
        self._top = min(max(self._top, self.cursor - height + 1), wanted)
        self._top = min(self._top, max(0, len(self._options) - height))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The lines it was made with, so that a box does not jump while its list is narrowed down."""
        return self._lines

    def on_mount(self) -> None:
        """Puts the cursor on something that can be chosen."""
        self.cursor = self._nearest(self.cursor)

    def on_resize(self) -> None:
        """Keeps the cursor in sight."""
        top = self._top
        self._follow()
        if top != self._top:
            # It was drawn in its new size before this is told.
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draws one option."""
        width, base = self.size.width, self.rich_style
        index = self._top + y
        if not self._options and y == 0:
            empty = self.get_component_rich_style("choices--empty")
            return strip([(fit(f" {self._empty}", width), empty)], width, base)
        if index >= len(self._options):
            return Strip.blank(width, base)
        option = self._options[index]
        if option.heading:
            heading = self.get_component_rich_style("choices--heading")
            return strip([(fit(f" {option.label}", width), heading)], width, heading)
        return self._option_line(option, width, here=index == self.cursor)

    def _option_line(self, option: Option, width: int, *, here: bool) -> Strip:
        style = self.get_component_rich_style("choices--cursor" if here else "choices--option")
        detail_style = self.get_component_rich_style("choices--detail-cursor" if here else "choices--detail")
        key_style = style if here else self.get_component_rich_style("choices--key")
        more_above = self._top > 0 and option is self._options[self._top]
        last = self._top + self.size.height - 1
        more_below = last < len(self._options) - 1 and option is self._options[last]
        pieces: list[tuple[str, Style]] = [("▌" if here else " ", style)]
        used = 3
        if self.marking:
            pieces.append(("✓ " if option.id in self.marked else "  ", style))
            used += 2
        if self._key_width:
            pieces.append((fit(option.key, self._key_width) + " ", key_style))
            used += self._key_width + 1
        label, detail = self._columns(option, max(0, width - used))
        pieces.append((fit(option.label, label), style))
        if detail:
            pieces.append(("  " + fit(option.detail, detail), detail_style))
        pieces.append((" ↑" if more_above else " ↓" if more_below else "  ", detail_style))
        return strip(pieces, width, style)

    def _columns(self, option: Option, room: int) -> tuple[int, int]:
        """The widths of label and detail. Details stand in a column of their own, as long as it is worth having."""
        if not option.detail:
            return room, 0
        label = min(self._label_width, room * 3 // 5)
        detail = room - label - 2
        if detail < min(_LEAST_DETAIL, cell_len(printable(option.detail))):
            return room, 0
        return label, detail

    def on_click(self, event: events.Click) -> None:
        """Points at the clicked option and chooses it."""
        index = self._top + event.y
        if index in self._places:
            self.point(index)
            self.post_message(self.Chosen(self._options[index]))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Moves the cursor along."""
        event.stop()
        self.move(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Moves the cursor along."""
        event.stop()
        self.move(-1)
