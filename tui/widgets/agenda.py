"""The list of the Today screen: what to do, under heads that the cursor passes over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType

from core.catalog import Catalog
from tui.models.agenda import TITLES, Head, Item, Line, Rest, line_id, stay, task_of
from tui.models.agenda_text import AgendaWords
from tui.models.card_text import Clock
from tui.models.columns import Placed
from tui.widgets.table import Column, ListSource, Table
from tui.widgets.tasks import TASK_KEYS, TaskAsked

FOLD_BELOW = 78
"""Cells below which a row takes two lines."""


class AgendaList(Table[Line]):
    """Rows by part, each part under a head with its count.

    When rows change, the cursor stays on its own. Where that one has left, it goes to the next; if the row comes back
    (what was done is undone, or refused), the cursor goes back to it unless the user has gone elsewhere meanwhile.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *TASK_KEYS,
        Binding("A", "ask('assign')", "Give to", show=False, id="tasks.assign", tooltip="Give the task to a colleague"),
    ]  # fmt: skip

    def __init__(self, *, widget_id: str | None = None) -> None:
        self._words = AgendaWords()
        words = self._words
        when = _column("when", 11, words.when, style=words.when_style)
        sign = _column("sign", 2, words.sign, style=words.sign_style)
        what = _column("what", 22, words.what, weight=3, style="strong")
        who = _column("who", 18, words.who, weight=2, style="muted")
        there = _column("there", 11, words.there, style="muted", align="right", priority=1)
        phone = _column("phone", 17, words.phone, priority=2)
        short = _column("when", 8, words.when_short, style=words.when_style)
        place = _column("there", 11, words.there, style="muted", align="right")
        inset = _column("who", 12, lambda item: f"  {words.who(item)}", weight=1, style="muted")
        super().__init__(
            (when, sign, what, who, there, phone),
            folded=((short, sign, what), (inset, place)),
            fold_below=FOLD_BELOW,
            selectable=False,
            widget_id=widget_id,
        )
        self._rows: list[Line] = []
        self._ids: list[str] = []
        self._left = ""
        self._way = 1

    # --- what is shown ------------------------------------------------------------------------------------------

    @property
    def item(self) -> Item | None:
        """What is to be done that is under the cursor."""
        row = self.cursor_row
        return row if isinstance(row, Item) else None

    @property
    def items(self) -> list[Item]:
        """All that can be seen in the list, in order."""
        return [row for row in self._rows if isinstance(row, Item)]

    def show_lines(
        self, lines: Sequence[Line], catalog: Catalog, clock: Clock, *, empty: Sequence[str]
    ) -> None:
        """Shows other rows.

        Args:
            lines: the rows and their heads.
            catalog: the set-up.
            clock: the current time.
            empty: what to say where there are none: a title, and lines that say what to do.
        """
        self._words.set(catalog, clock)
        ids = [line_id(line) for line in lines]
        row = self.cursor_row
        here = line_id(row) if row is not None else ""
        goes_back = bool(self._left) and self._left in ids
        wanted = self._left if goes_back else stay(self._ids, self.cursor, ids)
        if goes_back:
            self._left = ""
        elif here and here not in ids and not self._left:
            self._left = here
        self._rows, self._ids = list(lines), ids
        self._wanted = wanted
        self.show(ListSource(self._rows, line_id), empty=empty)

    def point_to(self, row_id: str) -> bool:
        """Puts the cursor on a row; tells whether it is there."""
        if row_id not in self._ids:
            return False
        self.point(self._ids.index(row_id))
        return True

    def point(self, index: int) -> None:
        """Puts the cursor on a row, or on the next one in its direction where that is a head."""
        self._left = ""
        self._way = 1 if index > self.cursor else -1
        super().point(self._stop(min(max(index, 0), self.count - 1)))
        self._way = 1

    @property
    def position(self) -> str:
        """Where the cursor is among the rows that are not heads: `3 of 12`."""
        stops = [n for n, row in enumerate(self._rows) if not isinstance(row, Head)]
        if self.cursor not in stops:
            return ""
        return f"{stops.index(self.cursor) + 1:,} of {len(stops):,}"

    @property
    def _head(self) -> int:
        """The heads of the parts are heading enough."""
        return 0

    def _stop(self, index: int) -> int:
        """The nearest row that is no head: in the direction of the cursor, otherwise in the other."""
        for step in (self._way, -self._way):
            at = index
            while 0 <= at < len(self._rows):
                if not isinstance(self._rows[at], Head):
                    return at
                at += step
        return 0

    def _settle(self) -> None:
        if self._rows:
            self.cursor = self._stop(min(self.cursor, len(self._rows) - 1))
        super()._settle()
        if 0 < self._top == self.cursor and isinstance(self._rows[self._top - 1], Head):
            # With the first row of a part comes its head.
            self._top -= 1

    def clear(self) -> None:
        """Shows nothing, until there is something to show."""
        self._rows, self._ids, self._left = [], [], ""
        super().clear()

    def on_click(self, event: events.Click) -> None:
        """A head is no row: a click on it does nothing."""
        row = self._row_at(event.y)
        if row is None or isinstance(row, Head):
            event.prevent_default()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is done with tasks can be done with tasks alone."""
        if action == "ask":
            return self.item is not None and task_of(self.item) is not None
        return super().check_action(action, parameters)

    def action_ask(self, what: str) -> None:
        """Asks for something to be done with the task under the cursor."""
        if self.item is not None and (task := task_of(self.item)) is not None:
            self.post_message(TaskAsked(task, what))

    def _row_at(self, y: int) -> Line | None:
        index = self._top + y // len(self._lines)
        return self._rows[index] if index < len(self._rows) else None

    # --- drawing ------------------------------------------------------------------------------------------------

    def _cells(
        self,
        pieces: list[tuple[str, Style]],
        placed: Sequence[Placed],
        row: Line,
        state: str,
        ground: Style,
    ) -> None:
        """What stands in a line of a row; heads, and what is not shown, have no columns."""
        if isinstance(row, Item):
            super()._cells(pieces, placed, row, state, ground)
        elif isinstance(row, Rest):
            if placed is self._lines[0]:
                pieces.append((_rest_words(row), self._style("muted", state)))
        elif placed is self._lines[-1]:
            pieces[:] = self._heading(row)

    def _heading(self, head: Head) -> list[tuple[str, Style]]:
        title, count = f" {TITLES[head.part]} ", f"{head.number:,} "
        rule = "─" * max(0, self.size.width - 1 - cell_len(title) - cell_len(count))
        name = {"callbacks": "today", "overdue": "overdue"}.get(head.part, "header")
        return [
            (title, self._style(name, "row") + Style(bold=True)),
            (count, self._style("muted", "row")),
            (rule, self._style("faint", "row")),
        ]


def _rest_words(rest: Rest) -> str:
    if rest.hidden:
        return f"⋯ {rest.hidden + rest.beyond:,} more"
    return f"⋯ {rest.beyond:,} more, once these are done"


def _column(
    key: str,
    width: int,
    words: object,
    *,
    weight: int = 0,
    align: str = "left",
    style: object = None,
    priority: int = 0,
) -> Column[Line]:
    """A column of what is to be done; lines of other kinds are drawn without columns."""
    return Column(key, "", width, words, weight, align, style, priority)  # type: ignore[arg-type]
