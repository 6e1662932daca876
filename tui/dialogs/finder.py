"""Finding anything: type, and what fits is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from core.errors import OffhookError
from core.text import printable
from core.workspace import Hit
from tui.desk import Desk
from tui.dialogs.base import Dialog
from tui.widgets.choices import Choices, Option
from tui.widgets.entry import LineEntry

_KIND = {"contacts": "contact", "companies": "company", "deals": "deal", "activities": "note"}
_START = "Type a name, a company, a number …"
_MOST = 30


class Finder(Dialog[tuple[str, str]]):
    """Returns (table, id) of the record to open; None where the user left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+p", "step(-1)", "Up", show=False, id="find.up", tooltip="One up", priority=True),
        Binding("down,ctrl+n", "step(1)", "Down", show=False, id="find.down", tooltip="One down", priority=True),
        Binding("enter", "open", "Open", id="find.open", tooltip="Open what is under the cursor", priority=True),
    ]  # fmt: skip

    def __init__(self, desk: Desk, *, title: str = "Find", tables: Sequence[str] = ()) -> None:
        super().__init__(title, hints=[("enter", "open"), ("↑↓", "choose")])
        self._desk = desk
        self._tables = tuple(tables)
        self._hits: list[Hit] = []
        self._found_for = ""
        self._open_when_found = False

    def compose_body(self) -> ComposeResult:
        """A line to type in, and what was found."""
        yield LineEntry(placeholder="Name, company, e-mail, phone, words of a note")
        yield Choices(empty=_START, lines=14)

    def on_mount(self) -> None:
        """Begins with the line."""
        self.query_one(LineEntry).focus()

    @on(Input.Changed)
    def _typed(self) -> None:
        self._open_when_found = False
        # Not a coroutine yet: one that is overtaken before it begins would never be awaited.
        self.run_worker(self._search, exclusive=True, group="find")  # type: ignore[arg-type]

    async def _search(self) -> None:
        text = self.query_one(LineEntry).value.strip()
        try:
            found = (
                await self._desk.read(lambda ws: ws.search(text, tables=self._tables, limit=_MOST))
                if text
                else []
            )
        except OffhookError as error:
            self.query_one(Choices).show([], empty=str(error))
            return
        self._hits, self._found_for = found, text
        options = [
            Option(str(n), hit.title, " · ".join(part for part in (_KIND[hit.table], hit.detail) if part))
            for n, hit in enumerate(found)
        ]
        empty = f"Nothing fits “{printable(text)[:40]}”." if text else _START
        self.query_one(Choices).show(options, empty=empty)
        if self._open_when_found:
            self.action_open()

    @on(Choices.Chosen)
    def _clicked(self) -> None:
        self.action_open()

    def action_step(self, step: int) -> None:
        """Moves the cursor."""
        self.query_one(Choices).move(step)

    def action_open(self) -> None:
        """Returns what is under the cursor; who types faster than is searched gets what they typed."""
        if self.query_one(LineEntry).value.strip() != self._found_for:
            self._open_when_found = True
            return
        self._open_when_found = False
        current = self.query_one(Choices).current
        if current is not None:
            hit = self._hits[int(current.id)]
            self.dismiss((hit.open_table, hit.id))
