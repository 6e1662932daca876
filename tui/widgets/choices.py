"""A list of things to choose from, one line each, drawn by the line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.paint import fit, strip


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen.

    Attributes:
        id: what choosing it returns.
        label: what people read.
        detail: more about it, at the right.
        key: a key that chooses it at once.
    """

    id: str
    label: str
    detail: str = ""
    key: str = ""


class Choices(Widget):
    """Shows options and a cursor. It has no keys of its own: a dialog moves the cursor, the mouse may too."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "choices--option", "choices--cursor", "choices--detail", "choices--detail-cursor", "choices--key",
        "choices--mark", "choices--empty",
    }  # fmt: skip

    @dataclass
    class Highlighted(Message):
        """The cursor stands on another option (None: there is none)."""

        option: Option | None

    @dataclass
    class Chosen(Message):
        """An option was clicked."""

        option: Option

    def __init__(self, options: Sequence[Option] = (), *, empty: str = "Nothing fits.") -> None:
        super().__init__()
        self._options = tuple(options)
        self._empty = empty
        self._top = 0
        self._with_keys = any(option.key for option in options)
        self.cursor = 0
        self.marked: Collection[str] = ()

    @property
    def current(self) -> Option | None:
        """The option under the cursor."""
        return self._options[self.cursor] if self.cursor < len(self._options) else None

    def show(self, options: Sequence[Option], *, cursor: int = 0, empty: str | None = None) -> None:
        """Replaces what is shown."""
        self._options = tuple(options)
        self._empty = empty if empty is not None else self._empty
        self._with_keys = any(option.key for option in options)
        self._top = 0
        self.cursor = min(cursor, max(0, len(self._options) - 1))
        self._follow()
        self.refresh()
        self.post_message(self.Highlighted(self.current))

    def move(self, step: int) -> None:
        """Moves the cursor by `step` lines, within the list."""
        if self._options:
            self.point(min(max(self.cursor + step, 0), len(self._options) - 1))

    def point(self, index: int) -> None:
        """Puts the cursor on an option."""
        if index != self.cursor and 0 <= index < len(self._options):
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
        self._top = min(max(self._top, self.cursor - height + 1), self.cursor)

    def on_resize(self) -> None:
        """Keeps the cursor in sight."""
        self._follow()

    def render_line(self, y: int) -> Strip:
        """Draws one option."""
        width, base = self.size.width, self.rich_style
        index = self._top + y
        if not self._options and y == 0:
            return strip(
                [(fit(f" {self._empty}", width), self.get_component_rich_style("choices--empty"))],
                width,
                base,
            )
        if index >= len(self._options):
            return Strip.blank(width, base)
        option, here = self._options[index], index == self.cursor
        style = self.get_component_rich_style("choices--cursor" if here else "choices--option")
        detail_style = self.get_component_rich_style("choices--detail-cursor" if here else "choices--detail")
        pieces: list[tuple[str, Style]] = [("▌" if here else " ", style)]
        if self.marked:
            pieces.append(("✓ " if option.id in self.marked else "  ", style))
        if self._with_keys:
            key_style = style if here else self.get_component_rich_style("choices--key")
            pieces.append((fit(option.key, 2), key_style))
        used = sum(len(text) for text, _ in pieces)
        room = width - used - 1
        detail_room = min(len(option.detail) + 1, max(0, room - 12)) if option.detail else 0
        pieces.append((fit(option.label, room - detail_room), style))
        pieces.append((fit(option.detail, detail_room, "right"), detail_style))
        return strip(pieces, width, style)

    def on_click(self, event: events.Click) -> None:
        """Points at the clicked option and chooses it."""
        index = self._top + event.y
        if index < len(self._options):
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
