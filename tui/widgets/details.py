"""A record's fields: labels and values, aligned, with a cursor that goes from field to field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from tui.models.detail import Detail
from tui.models.wrap import wrap
from tui.paint import fit, strip
from tui.widgets.parts import Parts

_WIDEST_LABEL = 14
_MOST_LINES = 200
"""Lines of one value; the form shows all of it."""
_WHEEL = 3


class _Line(NamedTuple):
    row: int
    label: str
    text: str


class Details(Parts, can_focus=True):
    """Draws fields one below the other.

    Args:
        grows: is as tall as what is in it, not as tall as its place.
    """

    ALLOW_SELECT = False
    PREFIX: ClassVar[str] = "details"
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "details--row", "details--label", "details--heading", "details--strong", "details--text", "details--sign", "details--cursor",
        "details--cursor-label", "details--muted", "details--link", "details--overdue", "details--today",
        "details--planned", "details--unplanned", "details--stale", "details--money", "details--won",
        "details--lost",
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor(1)", "Down", show=False, id="details.down", tooltip="To the next field"),
        Binding("up,k", "cursor(-1)", "Up", show=False, id="details.up", tooltip="To the field before"),
        Binding("home", "end(False)", "First", show=False, id="details.first", tooltip="To the first field"),
        Binding("end,G", "end(True)", "Last", show=False, id="details.last", tooltip="To the last field"),
        Binding(
            "enter", "activate", "Open field", id="details.open", tooltip="Open what the field names, or edit it"
        ),
    ]  # fmt: skip

    @dataclass
    class Activated(Message):
        """A field was opened."""

        detail: Detail

    def __init__(self, *, grows: bool = False, widget_id: str | None = None) -> None:
        super().__init__(id=widget_id)
        self._grows = grows
        self._rows: tuple[Detail, ...] = ()
        self._lines: list[_Line] = []
        self._labels = 0
        self._top = 0
        self.cursor = 0

    @property
    def current(self) -> Detail | None:
        """The field under the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    def show(self, rows: Sequence[Detail]) -> None:
        """Shows other fields; the cursor stays on the one of the same label."""
        if tuple(rows) == self._rows:
            return
        before = self.current
        self._rows = tuple(rows)
        if before is not None:
            same = [n for n, row in enumerate(rows) if (row.label, row.field) == (before.label, before.field)]
            self.cursor = same[0] if same else self.cursor
        self.cursor = self._stop(min(self.cursor, max(0, len(rows) - 1)), 1)
        self._wrap()
        self.refresh(layout=self._grows)

    def _stop(self, index: int, step: int) -> int:
        """The nearest field in a direction, past headings; where there is none, in the other."""
        for direction in (step, -step):
            at = index
            while 0 <= at < len(self._rows):
                if self._rows[at].style != "heading":
                    return at
                at += direction
        return 0

    def _wrap(self) -> None:
        width = self.size.width
        named = [cell_len(row.label) for row in self._rows if not row.whole]
        self._labels = min(max(named, default=0), _WIDEST_LABEL, max(4, width // 3))
        self._lines = self._written(width)
        self._follow()

    def _written(self, width: int) -> list[_Line]:
        lines: list[_Line] = []
        for index, row in enumerate(self._rows):
            if row.style == "heading" and lines:
                lines.append(_Line(index, "", ""))
            room = width - 3 if row.whole else width - self._labels - 4
            texts, more = wrap(row.value, max(4, room), _MOST_LINES)
            if more:
                texts.append("⋯")
            for n, text in enumerate(texts):
                lines.append(_Line(index, row.label if not n else "", text))
        return lines

    def _follow(self) -> None:
        height = max(1, self.size.height)
        own = [y for y, line in enumerate(self._lines) if line.row == self.cursor]
        if own:
            # With the first field comes the heading above it.
            first = 0 if self.cursor == self._stop(0, 1) else own[0]
            self._top = min(max(self._top, own[-1] - height + 1), first)
        self._top = max(0, min(self._top, len(self._lines) - height))

    # --- keys and mouse -----------------------------------------------------------------------------------------

    def action_cursor(self, step: int) -> None:
        """Goes to the next field."""
        target = self.cursor + step
        while 0 <= target < len(self._rows) and self._rows[target].style == "heading":
            target += step
        if 0 <= target < len(self._rows):
            self._point(target)

    def action_end(self, last: bool) -> None:
        """Goes to the first or last field."""
        self._point(self._stop(len(self._rows) - 1 if last else 0, -1 if last else 1))

    def _point(self, index: int) -> None:
        if index == self.cursor:
            return
        before, top = self.cursor, self._top
        self.cursor = index
        self._follow()
        if top != self._top:
            self.refresh()
            return
        for y, line in enumerate(self._lines[self._top : self._top + self.size.height]):
            if line.row in (before, index):
                self.refresh(Region(0, y, self.size.width, 1))

    def action_activate(self) -> None:
        """Opens the field under the cursor."""
        if self.current is not None:
            self.post_message(self.Activated(self.current))

    def on_click(self, event: events.Click) -> None:
        """Points at a field, opens it at the second click."""
        place = self._top + event.y
        if place < len(self._lines):
            index = self._lines[place].row
            if self._rows[index].style != "heading":
                self._point(index)
                if event.chain == 2:
                    self.action_activate()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scrolls."""
        self._scroll(event, _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scrolls."""
        self._scroll(event, -_WHEEL)

    def _scroll(self, event: events.MouseEvent, step: int) -> None:
        event.stop()
        self._top = max(0, min(self._top + step, len(self._lines) - self.size.height))
        self.refresh()

    # --- drawing ------------------------------------------------------------------------------------------------

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the fields take."""
        self._labels = min(
            max((cell_len(row.label) for row in self._rows if not row.whole), default=0),
            _WIDEST_LABEL,
            width // 3,
        )
        return max(1, len(self._written(width)))

    def on_resize(self) -> None:
        """Wraps the values anew."""
        self._wrap()
        self.refresh()

    def on_focus(self) -> None:
        """Shows that keys go here."""
        self.refresh()

    def on_blur(self) -> None:
        """Shows that keys go elsewhere."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draws a line of a field."""
        width, base = self.size.width, self._style("row")
        place = self._top + y
        if place >= len(self._lines):
            return Strip.blank(width, base)
        line = self._lines[place]
        row = self._rows[line.row]
        here = line.row == self.cursor and self.has_focus
        if row.style == "heading":
            if not line.text:
                return Strip.blank(width, base)
            text = f" {line.text} "
            rule = "─" * max(0, width - cell_len(text) - 1)
            return strip([(text, self._style("heading")), (rule, self._style("label"))], width, base)
        ground = self._style("cursor") if here else self._style(row.style or "row")
        mark = ("▌", ground) if here else (" ", base)
        if row.whole:
            return strip([mark, (fit(line.text, width - 1), ground)], width, ground if here else base)
        label = self._style("cursor-label") if here else self._style("label")
        return strip(
            [mark, (fit(line.label, self._labels), label), ("  ", label), (line.text, ground)],
            width,
            ground if here else base,
        )
