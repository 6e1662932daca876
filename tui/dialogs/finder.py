"""Finding anything: type, and what fits is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Key, Resize
from textual.widgets import Input

from core.errors import OffhookError
from core.text import printable
from core.workspace import Hit, Subject
from tui.briefer import Briefer
from tui.desk import Desk
from tui.dialogs.base import BORDERS, Dialog
from tui.models.briefing_known import known_by_name
from tui.widgets.briefing import Briefing
from tui.widgets.choices import Choices, Option
from tui.widgets.entry import LineEntry

_KIND = {"contacts": "contact", "companies": "company", "deals": "deal", "activities": "note"}
_START = "Type a name, a company, a number …"
_MOST = 30
_SHEET = 11
"""Lines of a briefing below what was found."""


BESIDE = 100
"""Cells from which there is room for a briefing beside what was found; it is there as soon as something is."""


class Finder(Dialog[tuple[str, str]]):
    """Returns (table, id) of the record to open; None where the user left.

    A briefing of what is under the cursor stands beside it where there is room. Where there is not, tab goes from the
    line to what was found, and space shows it, as on every list; whoever types on is in the line again.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+p", "step(-1)", "Up", show=False, id="find.up", tooltip="One up", priority=True),
        Binding("down,ctrl+n", "step(1)", "Down", show=False, id="find.down", tooltip="One down", priority=True),
        Binding("enter", "open", "Open", id="find.open", tooltip="Open what is under the cursor", priority=True),
        Binding("tab,shift+tab", "turn", "To what was found", show=False, id="find.results", priority=True,
                tooltip="From the line to what was found, where space shows a briefing; and back"),
        Binding("space", "brief", "Briefing", show=False, id="find.brief",
                tooltip="Who it is, numbers, last touches, deals, tasks; again: away"),
    ]  # fmt: skip

    def __init__(self, desk: Desk, *, title: str = "Find", tables: Sequence[str] = ()) -> None:
        super().__init__(title, hints=[("enter", "open"), ("↑↓", "choose"), ("tab space", "briefing")])
        self._desk = desk
        self._tables = tuple(tables)
        self._hits: list[Hit] = []
        self._found_for = ""
        self._open_when_found = False
        self._wanted: bool | None = None
        self._briefer: Briefer | None = None

    def compose_body(self) -> ComposeResult:
        """A line to type in, and what was found."""
        yield LineEntry(placeholder="Name, company, e-mail, phone, words of a note")
        with Container(id="find-body"):
            yield Choices(empty=_START, lines=14)
            panel = Briefing()
            panel.display = False
            yield panel

    def on_mount(self) -> None:
        """Begins with the line."""
        self.query_one(LineEntry).focus()
        self._briefer = Briefer(self, self.query_one(Briefing), self._desk)
        self.set_class(self.app.size.width >= BESIDE, "-side")

    def on_resize(self, event: Resize) -> None:
        """Puts the briefing where there is room for it."""
        self.set_class(event.size.width >= BESIDE, "-side")
        self._show_briefing()

    def fit(self) -> None:
        """Shares the room between what was found and a briefing below it."""
        super().fit()
        body = next(iter(self.query("#find-body")), None)
        if body is None or body.parent is None or self._briefer is None:
            return
        panel = self._briefer.panel
        if self.has_class("-side") or not panel.display:
            panel.styles.clear_rule("height")
            return
        others = [child for child in body.parent.children if child.display and child is not body]
        around = sum(child.outer_size.height + child.styles.margin.height for child in others) + BORDERS
        # A blank line above each of the two.
        room = self.size.height - around - 2
        height = max(3, min(_SHEET, room // 2))
        panel.styles.height = height
        self.query_one(Choices).styles.max_height = max(3, room - height)

    # --- the briefing -------------------------------------------------------------------------------------------

    @property
    def _current(self) -> Hit | None:
        current = self.query_one(Choices).current
        return self._hits[int(current.id)] if current is not None else None

    @property
    def _is_wanted(self) -> bool:
        return self.has_class("-side") if self._wanted is None else self._wanted

    def _show_briefing(self) -> None:
        """Has the briefing follow the cursor; it is out of sight where nothing was found."""
        briefer, hit = self._briefer, self._current
        if briefer is None:
            return
        if hit is None or not self._is_wanted:
            if briefer.is_open:
                briefer.close()
                self.call_after_refresh(self.fit)
            return
        subject = Subject(hit.open_table, hit.id)
        if briefer.is_open:
            briefer.look(subject, lambda _: known_by_name(hit.title))
        else:
            briefer.open(subject, lambda _: known_by_name(hit.title))
            self.call_after_refresh(self.fit)

    @on(Choices.Highlighted)
    def _looked_elsewhere(self) -> None:
        self._show_briefing()

    def action_turn(self) -> None:
        """From the line to what was found, and back."""
        line = self.query_one(LineEntry)
        self.set_focus(None if line.has_focus else line)

    def action_brief(self) -> None:
        """Shows the briefing, or takes it away."""
        self._wanted = not self._is_wanted
        self._show_briefing()

    def on_key(self, event: Key) -> None:
        """Among what was found, j and k go down and up; any other letter goes on typing."""
        if self.focused is not None:
            return
        if event.key in ("j", "k"):
            event.stop()
            self.action_step(1 if event.key == "j" else -1)
        elif event.key == "backspace" or (event.is_printable and event.character and event.key != "space"):
            event.stop()
            line = self.query_one(LineEntry)
            line.focus()
            if event.key == "backspace":
                line.action_delete_left()
            else:
                line.insert_text_at_cursor(event.character or "")

    # --- finding ------------------------------------------------------------------------------------------------

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
        hit = self._current
        if hit is not None:
            self.dismiss((hit.open_table, hit.id))
