"""Finding anything: type, and what fits is there."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from core.errors import OffhookError
from core.workspace import Hit
from tui.desk import Desk
from tui.dialogs.base import Dialog
from tui.widgets.choices import Choices, Option

_KIND = {"contacts": "contact", "companies": "company", "deals": "deal", "activities": "note"}


class Finder(Dialog[tuple[str, str]]):
    """Returns (table, id) of the record to open; None where the user left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+p", "step(-1)", "Up", show=False, id="find.up", priority=True),
        Binding("down,ctrl+n", "step(1)", "Down", show=False, id="find.down", priority=True),
        Binding("enter", "open", "Open", id="find.open", priority=True),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__("Find", hints=[("enter", "open"), ("↑↓", "choose")])
        self._desk = desk
        self._hits: list[Hit] = []

    def compose_body(self) -> ComposeResult:
        """A line to type in, and what was found."""
        yield Input(placeholder="Name, company, e-mail, phone, words of a note", compact=True)
        choices = Choices(empty="Type a name, a company, a number …")
        choices.styles.height = 14
        yield choices

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.run_worker(self._search(event.value), exclusive=True, group="find")

    async def _search(self, text: str) -> None:
        try:
            self._hits = await self._desk.read(lambda ws: ws.search(text, limit=30)) if text.strip() else []
        except OffhookError as error:
            self.query_one(Choices).show([], empty=str(error))
            return
        options = [
            Option(str(n), hit.title, f"{hit.detail}  {_KIND[hit.table]}".strip())
            for n, hit in enumerate(self._hits)
        ]
        empty = (
            f"Nothing fits “{text.strip()[:40]}”." if text.strip() else "Type a name, a company, a number …"
        )
        self.query_one(Choices).show(options, empty=empty)

    @on(Choices.Chosen)
    def _clicked(self) -> None:
        self.action_open()

    def action_step(self, step: int) -> None:
        """Moves the cursor."""
        self.query_one(Choices).move(step)

    def action_open(self) -> None:
        """Returns what is under the cursor."""
        current = self.query_one(Choices).current
        if current is not None:
            hit = self._hits[int(current.id)]
            self.dismiss((hit.open_table, hit.id))
