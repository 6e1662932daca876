"""The imports there were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.errors import OffhookError
from core.imports.shapes import Past
from core.when import show_when
from core.workspace import Changed
from tui.actions import key_of
from tui.desk import Desk
from tui.flows import importing
from tui.models.import_words import (
    past_details,
    past_numbers,
    source_word,
    state_of,
    state_sign,
    state_word,
)
from tui.screens.apart import ApartScreen
from tui.widgets.details import Details
from tui.widgets.table import Column, ListSource, Table

_FOLD_BELOW = 60
_KEYS = {
    "activate": "Open", "resume": "Go on with it", "take_back": "Take back", "new": "Import …",
}  # fmt: skip
_STYLES = {"done": "won", "stopped": "warning", "running": "today", "undone": "muted"}


class ImportsScreen(ApartScreen):
    """Lists the imports of the organization, the latest first, with what is known of the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "Import …", id="imports.new", tooltip="Bring in another file"),
        Binding("u", "take_back", "Take back", id="imports.undo",
                tooltip="Take the whole import back; what people have edited since stays"),
        Binding("r", "resume", "Go on with it", id="imports.resume",
                tooltip="Go on with an import that was stopped or cut off"),
    ]  # fmt: skip

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._loading = False
        self._is_old = False

    def compose_body(self) -> ComposeResult:
        """The list, and the details below it."""
        sign = Column[Past]("sign", "", 1, self._sign, style=self._style)
        name = Column[Past]("name", "Files", 18, lambda one: one.name, weight=3, style="strong")
        when = Column[Past]("when", "When", 16, self._when, style="muted", priority=2)
        numbers = Column[Past]("numbers", "What came of it", 22, past_numbers, weight=2)
        state = Column[Past]("state", "State", 10, self._state, style=self._style)
        yield Table[Past](
            [
                sign, name, state, numbers, when,
                Column("who", "Who", 14, lambda one: one.who, style="muted", priority=1),
                Column("source", "From", 12, lambda one: source_word(one.source), style="muted", priority=3),
            ],
            folded=(
                [sign, name, state],
                [Column("numbers", "", 18, lambda one: f"  {past_numbers(one)}", weight=1, style="muted")],
            ),
            fold_below=_FOLD_BELOW, selectable=False, widget_id="imports-list",
        )  # fmt: skip
        about = Details(widget_id="import-about")
        about.can_focus = False
        yield about

    def on_mount(self) -> None:
        """Reads the list."""
        self.query_one(Table).focus()
        self.title_bar.show("Imports")
        self._renew()

    def arrived(self) -> None:
        """Reads the list anew."""
        if self.is_mounted:
            self._renew()

    async def apply_changes(self, changes: Sequence[Changed]) -> None:
        """Another's import has begun or ended; or one's own goes on."""
        self._renew()

    # --- what is shown --------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        self._is_old = True
        if not self._loading:
            self._loading = True
            self.run_worker(self._load(), group="load")

    async def _load(self) -> None:
        try:
            # What changes while it is read is not in it.
            while self._is_old:
                self._is_old = False
                past = await self.offhook.imports.past()
        except OffhookError as error:
            self.say(str(error), problem=True)
            return
        finally:
            self._loading = False
        make = key_of(self, "imports.new")
        empty = ["Nothing was imported yet", "", f"{make} brings in a file: CSV, Excel, vCard or JSON."]
        self.query_one(Table).show(ListSource(past, lambda one: one.id), empty=empty)
        self.title_bar.show("Imports", figures=f"{len(past):,}" if past else "")
        self._show_about(self.query_one(Table).cursor_row)

    @property
    def current(self) -> Past | None:
        """The import under the cursor."""
        row: Past | None = self.query_one(Table).cursor_row if self.is_mounted else None
        return row

    def _is_here(self, past: Past) -> bool:
        busy = self.offhook.imports.busy
        return busy is not None and busy.import_id == past.id

    def _sign(self, past: Past) -> str:
        return state_sign(past, here=self._is_here(past))

    def _state(self, past: Past) -> str:
        return state_word(past, here=self._is_here(past))

    def _style(self, past: Past) -> str | None:
        return _STYLES.get("running" if self._is_here(past) else state_of(past))

    def _when(self, past: Past) -> str:
        return show_when(past.started_at, all_day=False, now=self.desk.now, zone=self.desk.zone)

    @on(Table.Highlighted, "#imports-list")
    def _highlighted(self, event: Table.Highlighted) -> None:
        self._show_about(event.row)

    def _show_about(self, past: Past | None) -> None:
        about = self.query_one("#import-about", Details)
        about.display = past is not None
        if past is not None:
            about.show(past_details(past, now=self.desk.now, zone=self.desk.zone))
        self.refresh_bindings()

    def key_hints(self) -> list[tuple[str, str]]:
        """What can be done about the one under the cursor."""
        past = self.current
        can = past is not None and self.offhook.imports.shown(past).can_take_back
        out = {"take_back": not can, "activate": past is None}
        labels = {action: label for action, label in _KEYS.items() if not out.get(action)}
        return [*self.hints_for(labels), *super().key_hints()[-1:]]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Going on where something was stopped."""
        if action == "resume":
            past = self.current
            return past is not None and self.offhook.imports.shown(past).can_resume
        return super().check_action(action, parameters)

    # --- what is done ---------------------------------------------------------------------------------------------

    @on(Table.Activated, "#imports-list")
    def _open(self, event: Table.Activated) -> None:
        importing.show_run(self, self.offhook.imports.shown(event.row))

    def action_new(self) -> None:
        """Brings in another file."""
        self.start(importing.begin_import(self))

    def action_take_back(self) -> None:
        """Takes the import under the cursor back, once confirmed; says why that cannot be."""
        if past := self.current:
            running = self.offhook.imports.shown(past)
            if running.can_take_back:
                self.start(importing.take_back(self, running))
            else:
                self.say(importing.why_not_back(self, running))

    def action_resume(self) -> None:
        """Goes on with the import under the cursor."""
        if past := self.current:
            self.start(importing.resume(self, self.offhook.imports.shown(past)))
