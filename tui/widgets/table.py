"""A list of any length, drawn by what is in sight."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from core.errors import OffhookError
from tui.models.columns import GAP, Column, Placed, arrange
from tui.models.selection import Selection
from tui.models.sources import ListSource, PagedSource, Source
from tui.paint import fit, strip

__all__ = ["Column", "ListSource", "PagedSource", "Table"]

R = TypeVar("R")

_GUTTER = 3
_WHEEL = 3


class Table(Widget, Generic[R], can_focus=True):
    """Rows in columns under one heading line, with a cursor and a selection.

    Only what changes is drawn: two lines when the cursor moves, all lines when they scroll. Rows come from a `Source`;
    what a `PagedSource` has not read yet is drawn as a placeholder, and the page ahead is read before it comes into
    sight. The cursor stays on its row, by id, when the rows are read anew.

    Args:
        columns: what is shown on a wide screen, a line a row.
        folded: columns of the two lines that a row takes where the list is narrower than `fold_below` cells.
        fold_below: cells; 0: rows always take one line.
        label: stands in the heading instead of the columns' titles, with the position; without one, folded rows have
            no heading.
        selectable: rows can be selected.
        grows: is as tall as its rows, not as tall as its place.
    """

    ALLOW_SELECT = False
    virtual_size = reactive(Size(0, 0), repaint=False)
    """It scrolls by itself: another size of it needs no second layout, and no second frame (see `tui.widgets.frame.Frame`)."""
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header", "table--header-focus", "table--position", "table--row", "table--cursor",
        "table--cursor-blurred", "table--selected", "table--mark", "table--track", "table--thumb",
        "table--empty", "table--empty-title", "table--muted", "table--faint", "table--strong", "table--overdue",
        "table--today", "table--planned", "table--unplanned", "table--stale", "table--money", "table--won",
        "table--lost", "table--warning",
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "cursor(1)", "Down", show=False, id="list.down", tooltip="One row down"),
        Binding("up,k", "cursor(-1)", "Up", show=False, id="list.up", tooltip="One row up"),
        Binding(
            "pagedown", "page(1)", "Page down", show=False, id="list.page-down", tooltip="One page down"
        ),
        Binding("pageup", "page(-1)", "Page up", show=False, id="list.page-up", tooltip="One page up"),
        Binding("home", "end(False)", "First", show=False, id="list.first", tooltip="To the first row"),
        Binding("end,G", "end(True)", "Last", show=False, id="list.last", tooltip="To the last row"),
        Binding("enter", "activate", "Open", id="list.open", tooltip="Open what is under the cursor"),
        Binding("x", "mark", "Select", show=False, id="list.select", tooltip="Select the row, or not"),
        Binding(
            "shift+down", "extend(1)", "Select down", show=False, id="list.extend-down",
            tooltip="Select rows downwards",
        ),
        Binding(
            "shift+up", "extend(-1)", "Select up", show=False, id="list.extend-up", tooltip="Select rows upwards"
        ),
        Binding(
            "ctrl+a", "select_all", "Select all", show=False, id="list.select-all",
            tooltip="Select every row that matches, read or not",
        ),
        Binding(
            "escape", "clear_selection", "Select nothing", show=False, id="list.clear",
            tooltip="Drop the selection",
        ),
    ]  # fmt: skip

    @dataclass
    class Highlighted(Message):
        """The cursor stands on another row (None: on none, or on one that is not read yet)."""

        table: Table[Any]
        row: Any

        @property
        def control(self) -> Table[Any]:
            """The list, for `@on` with a selector."""
            return self.table

    @dataclass
    class Activated(Message):
        """A row was opened by key or by a second click."""

        table: Table[Any]
        row: Any

        @property
        def control(self) -> Table[Any]:
            """The list, for `@on` with a selector."""
            return self.table

    @dataclass
    class SelectionChanged(Message):
        """Other rows are selected."""

        table: Table[Any]

        @property
        def control(self) -> Table[Any]:
            """The list, for `@on` with a selector."""
            return self.table

    @dataclass
    class Failed(Message):
        """Rows could not be read."""

        table: Table[Any]
        reason: str

        @property
        def control(self) -> Table[Any]:
            """The list, for `@on` with a selector."""
            return self.table

    def __init__(
        self,
        columns: Sequence[Column[R]],
        *,
        folded: tuple[Sequence[Column[R]], Sequence[Column[R]]] | None = None,
        fold_below: int = 0,
        label: str = "",
        selectable: bool = True,
        grows: bool = False,
        widget_id: str | None = None,
    ) -> None:
        self._styles: dict[tuple[str, str], Style] = {}
        super().__init__(id=widget_id)
        self._all_columns = tuple(columns)
        self._folded = folded
        self._fold_below = fold_below
        self._label = label
        self._selectable = selectable
        self._grows = grows
        self._source: Source[R] | None = None
        self._lines: list[list[Placed]] = [[]]
        self._top = 0
        self._wanted = ""
        self._anchor: int | None = None
        self._ahead = 0
        self._laid_out_for = -1
        self._measured = Size(0, 0)
        self._empty: tuple[str, ...] = ()
        self._sorted_by: tuple[str, bool] = ("", False)
        self._loads: set[asyncio.Task[None]] = set()
        self.cursor = 0
        self.marks = Selection()

    # --- what is shown ------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many rows there are, as far as is known."""
        return self._source.count if self._source else 0

    @property
    def exact(self) -> bool:
        """Whether that is all there are."""
        return self._source is not None and self._source.exact

    @property
    def cursor_row(self) -> R | None:
        """The row under the cursor, unless there is none or it is not read yet."""
        return self._source.row(self.cursor) if self._source else None

    @property
    def selection(self) -> set[str]:
        """The ids that are selected one by one; see `marks` for a selection of everything."""
        return set() if self.marks.everything else set(self.marks.ids)

    @property
    def in_sight(self) -> tuple[int, int]:
        """The first row in sight, and how many fit."""
        return self._top, max(1, (self.size.height - self._head) // len(self._lines))

    @property
    def position(self) -> str:
        """Where the cursor is, or how much is selected, in words: `1,204 of 100,000`."""
        if self._source is None or not self.count:
            return ""
        more = "" if self._source.exact else "+"
        if self.marks:
            return f"{self.marks.count(self.count):,} selected of {self.count:,}{more}"
        return f"{self.cursor + 1:,} of {self.count:,}{more}"

    @property
    def _head(self) -> int:
        """Lines that the heading takes."""
        return 0 if len(self._lines) > 1 and not self._label else 1

    def show(
        self, source: Source[R], *, keep_cursor: bool = True, empty: Sequence[str] | None = None
    ) -> None:
        """Shows other rows.

        Args:
            source: the rows.
            keep_cursor: stay on the same row, by id, on the same line of the screen; otherwise go to the top.
            empty: what to say where there are none: a title and lines that say what to do.
        """
        before, self._source = self.cursor_row, source
        row_id = self._wanted or (source.id_of(before) if before is not None else "")
        self._wanted = ""
        if empty is not None:
            self._empty = tuple(empty)
        self._anchor = None
        self._ahead = 0
        offset = self.cursor - self._top
        if not keep_cursor:
            self.cursor = self._top = 0
        elif row_id:
            found = source.find(row_id)
            if found is not None:
                self.cursor, self._top = found, max(0, found - offset)
            else:
                self._wanted = row_id
        self._settle()
        self.refresh(layout=self._grows and self._laid_out_for != self.count)
        self._tell()

    def clear(self) -> None:
        """Shows nothing, until there is something to show."""
        self._source, self._wanted, self._anchor = None, "", None
        self.cursor = self._top = 0
        self.marks.clear()
        self.refresh()

    def set_count(self, source: PagedSource[R], count: int) -> None:
        """Says how many rows a source really has, where that was not known."""
        if (count, True) == (source.count, source.exact):
            return
        before = self._thumb
        source.count, source.exact = count, True
        if source is self._source:
            self._settle()
            self._refresh_header()
            after = self._thumb
            if bool(before) != bool(after):
                self.refresh(Region(self.size.width - 1, self._head, 1, self.size.height))
            for line in set(before) ^ set(after):
                self.refresh(Region(self.size.width - 1, self._head + line, 1, 1))

    @property
    def _thumb(self) -> range:
        """The lines at the right edge that show where in the list the window is; none where all rows are in sight."""
        _, height = self.in_sight
        if self.count <= height:
            return range(0)
        lines = self.size.height - self._head
        size = max(1, lines * height // self.count)
        start = round((lines - size) * self._top / max(1, self.count - height))
        return range(start, start + size)

    def sorted_by(self, key: str, *, descending: bool = False) -> None:
        """Marks the column that the rows are sorted by."""
        if (key, descending) != self._sorted_by:
            self._sorted_by = (key, descending)
            self._refresh_header()

    def point(self, index: int) -> None:
        """Puts the cursor on a row."""
        index = min(max(index, 0), self.count - 1)
        if index < 0 or index == self.cursor:
            return
        before, top = self.cursor, self._top
        self._ahead = 1 if index > before else -1
        self.cursor, self._wanted = index, ""
        self._settle()
        if top == self._top:
            self._refresh_row(before)
            self._refresh_row(index)
            if self._label:
                self._refresh_header()
        else:
            self.refresh()
        self._tell()

    def _settle(self) -> None:
        """Keeps cursor and window within the rows, and reads what comes into sight."""
        if self._source is None:
            return
        _, height = self.in_sight
        self.cursor = min(max(self.cursor, 0), max(0, self.count - 1))
        self._top = min(max(self._top, self.cursor - height + 1), self.cursor, max(0, self.count - height))
        self._top = max(0, self._top)
        self._read(self._source, self._top, self._top + height - 1)
        if self._ahead:
            ahead = self._top + self._ahead * height
            self._read(self._source, ahead, ahead + height - 1)

    def _read(self, source: Source[R], first: int, last: int) -> None:
        for page in source.missing(first, last):
            task = asyncio.get_running_loop().create_task(self._load(source, page))
            self._loads.add(task)
            task.add_done_callback(self._loads.discard)

    async def _load(self, source: Source[R], page: int) -> None:
        top, height = self.in_sight
        count = source.count
        waiting = any(source.row(index) is None for index in range(top, min(top + height, count)))
        try:
            await source.load(page)
        except OffhookError as error:
            if source is self._source:
                self.post_message(self.Failed(self, str(error)))
            return
        if source is self._source and self.is_attached:
            if self._wanted and (found := source.find(self._wanted)) is not None:
                self.cursor, self._wanted = found, ""
            elif not waiting and self.count == count:
                return
            self._settle()
            self.refresh()
            self._tell()

    def _tell(self) -> None:
        self.post_message(self.Highlighted(self, self.cursor_row))

    # --- selection ----------------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Selects the row under the cursor, or not, and goes on to the next."""
        row = self.cursor_row
        if row is not None and self._selectable and self._source is not None:
            row_id = self._source.id_of(row)
            self.marks.set(row_id, row_id not in self.marks)
            self._selection_changed()
            self.point(self.cursor + 1)

    def clear_selection(self) -> None:
        """Selects nothing."""
        if self.marks:
            self.marks.clear()
            self._selection_changed()

    def _selection_changed(self) -> None:
        self._anchor = None
        self.refresh()
        self.post_message(self.SelectionChanged(self))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Selecting works where rows can be selected; escape drops a selection only where there is one."""
        if action in ("mark", "extend", "select_all"):
            return self._selectable
        if action == "clear_selection":
            return bool(self.marks)
        return True

    # --- keys and mouse -----------------------------------------------------------------------------------------

    def action_cursor(self, step: int) -> None:
        """Moves the cursor."""
        self._anchor = None
        self.point(self.cursor + step)

    def action_page(self, step: int) -> None:
        """Moves the cursor by a page."""
        self._anchor = None
        _, height = self.in_sight
        self._top = max(0, min(self._top + step * (height - 1), self.count - height))
        self.refresh()
        self.point(self.cursor + step * (height - 1))

    def action_end(self, last: bool) -> None:
        """Goes to the first or last row."""
        self._anchor = None
        self.point(self.count - 1 if last else 0)

    def action_activate(self) -> None:
        """Opens the row under the cursor."""
        if self.cursor_row is not None:
            self.post_message(self.Activated(self, self.cursor_row))

    def action_mark(self) -> None:
        """Selects the row under the cursor, or not."""
        self.toggle()

    def action_extend(self, step: int) -> None:
        """Selects from where the extending began to the row after the cursor."""
        source = self._source
        if source is None or not self.count:
            return
        anchor = self.cursor if self._anchor is None else self._anchor
        before = range(min(anchor, self.cursor), max(anchor, self.cursor) + 1)
        target = min(max(self.cursor + step, 0), self.count - 1)
        after = range(min(anchor, target), max(anchor, target) + 1)
        for index in {*before, *after}:
            row = source.row(index)
            if row is not None:
                self.marks.set(source.id_of(row), index in after)
        self.point(target)
        self._selection_changed()
        self._anchor = anchor

    def action_select_all(self) -> None:
        """Selects every row that matches."""
        if self.count:
            self.marks.select_all()
            self._selection_changed()

    def action_clear_selection(self) -> None:
        """Selects nothing."""
        self.clear_selection()

    def on_click(self, event: events.Click) -> None:
        """Points at a row; the second click opens it, one at the very left or with ctrl selects it."""
        index = self._top + (event.y - self._head) // len(self._lines)
        if event.y < self._head or index >= self.count:
            return
        self._anchor = None
        self.point(index)
        if self._selectable and (event.x < _GUTTER or event.ctrl):
            self.toggle()
        elif event.chain == 2:
            self.action_activate()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scrolls, taking the cursor along."""
        event.stop()
        self._scroll(_WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scrolls, taking the cursor along."""
        event.stop()
        self._scroll(-_WHEEL)

    def _scroll(self, step: int) -> None:
        _, height = self.in_sight
        top = max(0, min(self._top + step, self.count - height))
        if top != self._top:
            self._top = top
            self._ahead = 1 if step > 0 else -1
            self.cursor = min(max(self.cursor, top), top + height - 1)
            self._settle()
            self.refresh()
            self._tell()

    # --- drawing ------------------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Chooses the columns that there is room for."""
        # Most often the frame of the new size is out already, and was laid out when it was drawn.
        is_out = self._measured == self.size
        self._measure()
        if not is_out:
            self.refresh()

    def _measure(self) -> None:
        self._measured = self.size
        self._arrange()
        self._settle()

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

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as heading and rows take; one where there are none."""
        folded = self._folded is not None and width < self._fold_below
        head = 1 if self._label or not folded else 0
        self._laid_out_for = self.count
        return head + max(1, self.count * (2 if folded else 1))

    def _arrange(self) -> None:
        width = self.size.width
        room = width - _GUTTER - 1
        if self._folded is not None and width < self._fold_below:
            self._lines = [arrange(line, room) for line in self._folded]
        else:
            self._lines = [arrange(self._all_columns, room)]

    def _refresh_row(self, index: int) -> None:
        tall = len(self._lines)
        y = self._head + (index - self._top) * tall
        if self._head <= y < self.size.height:
            self.refresh(Region(0, y, self.size.width, tall))

    def _refresh_header(self) -> None:
        if self._head:
            self.refresh(Region(0, 0, self.size.width, 1))

    def _style(self, name: str, state: str) -> Style:
        """The style of a cell: its own colours, on the ground of the row that it is in."""
        style = self._styles.get((name, state))
        if style is None:
            style = self.get_component_rich_style(f"table--{name}")
            ground = self.get_component_rich_style(f"table--{state}")
            if state == "cursor":
                style = Style(color=ground.color, bgcolor=ground.bgcolor, bold=style.bold or ground.bold)
            elif name != state:
                style += Style(bgcolor=ground.bgcolor)
            self._styles[name, state] = style
        return style

    def render_line(self, y: int) -> Strip:
        """Draws the heading, or a line of a row."""
        if self._measured != self.size:
            self._measure()
        width = self.size.width
        base = self._style("row", "row")
        if y < self._head:
            return self._header(width)
        if self._source is None:
            return Strip.blank(width, base)
        if not self.count:
            return self._say_empty(y, width)
        index, line = divmod(y - self._head, len(self._lines))
        index += self._top
        if index >= self.count:
            return strip([(" " * (width - 1), base), self._bar(y)], width, base)
        row = self._source.row(index)
        row_id = self._source.id_of(row) if row is not None else ""
        # A list beside others shows where its cursor is only while keys go to it.
        here = index == self.cursor and (self.has_focus or not self._grows)
        marked = row is not None and row_id in self.marks
        state = "selected" if marked else "row"
        if here:
            state = "cursor" if self.has_focus else "cursor-blurred"
        ground = self._style(state, state)
        pieces: list[tuple[str, Style]] = [
            ("▌" if here else " ", ground),
            ("✓ " if marked and not line else "  ", self._style("mark", state)),
        ]
        if row is None:
            pieces.append((fit("" if line else "·  ·  ·", width - _GUTTER - 1), self._style("faint", state)))
        else:
            self._cells(pieces, self._lines[line], row, state, ground)
        body = strip(pieces, width - 1, ground)
        return Strip([*body, Segment(*self._bar(y))], width)

    def _cells(
        self,
        pieces: list[tuple[str, Style]],
        placed: Sequence[Placed],
        row: R,
        state: str,
        ground: Style,
    ) -> None:
        # Few pieces make few bytes: a gap goes with the cell before it, and cells of one style are one piece.
        last = len(placed) - 1
        for n, (column, width) in enumerate(placed):
            name = column.style(row) if callable(column.style) else column.style
            style = self._style(name, state) if name else ground
            text = fit(column.cell(row), width, column.align)
            if n < last:
                text += " " * GAP
            if pieces[-1][1] is style:
                text = pieces.pop()[0] + text
            pieces.append((text, style))

    def _header(self, width: int) -> Strip:
        style = self._style("header-focus" if self.has_focus else "header", "header")
        if self._label:
            position = self.position if self.has_focus else f"{self.count:,}" if self.count else ""
            room = max(0, width - len(position) - 2)
            pieces = [
                (fit(f" {self._label}", room), style),
                (f" {position} ", self._style("position", "header")),
            ]
            return strip(pieces, width, style)
        titles = []
        key, descending = self._sorted_by
        for column, size in self._lines[0]:
            title = column.title
            if column.key == key:
                title += " ▼" if descending else " ▲"
            titles.append(fit(title, size, column.align))
        return strip([(" " * _GUTTER + (" " * GAP).join(titles), style)], width, style)

    def _bar(self, y: int) -> tuple[str, Style]:
        """The cell at the right edge: where in the list the window is."""
        if not self._thumb:
            return " ", self._style("row", "row")
        inside = y - self._head in self._thumb
        return ("▐", self._style("thumb", "row")) if inside else ("▕", self._style("track", "row"))

    def _say_empty(self, y: int, width: int) -> Strip:
        base = self._style("row", "row")
        if self._grows:
            text = fit(self._empty[0] if self._empty and y == self._head else "", width - _GUTTER)
            return strip([(" " * _GUTTER, base), (text, self._style("empty", "row"))], width, base)
        start = self._head + max(0, (self.size.height - self._head - len(self._empty)) // 3)
        line = y - start
        if not 0 <= line < len(self._empty):
            return Strip.blank(width, base)
        style = self._style("empty" if line else "empty-title", "row")
        text = self._empty[line]
        pad = max(1, (width - len(text)) // 2)
        return strip([(" " * pad, base), (fit(text, width - pad), style)], width, base)
