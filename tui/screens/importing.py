"""The import wizard: what the columns mean, then what will come of it."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core.errors import OffhookError
from core.imports.shapes import Cancelled, Step
from core.text import clean_text
from tui.actions import key_of
from tui.desk import Desk
from tui.dialogs.import_files import HELD
from tui.flows import import_columns, import_questions, importing
from tui.importing import Work
from tui.models.import_mapping import MappingRow
from tui.models.import_wizard import Wizard
from tui.models.import_words import ANSWER, GO, OPTION, share, step_title, step_words
from tui.screens.apart import ApartScreen
from tui.widgets.details import Details
from tui.widgets.meter import Meter
from tui.widgets.panes import PaneBar
from tui.widgets.table import Column, ListSource, Table

_ON_COLUMNS = {
    "activate": "Field", "go_on": "Go on", "screen.leave_out": "Leave out", "screen.entity": "Rows are …",
    "screen.table(1)": "Next file", "take_back": "Undo", "leave": "Leave",
}  # fmt: skip
_ON_PREVIEW = {"activate": "Import", "duplicates": "Duplicates", "leave": "Back to the columns"}
"""Actions with what the key bar calls them."""


class MappingList(Table[MappingRow]):
    """The columns of a table, one line each."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,delete", "screen.leave_out", "Leave out", id="import.leave-out",
                tooltip="The column is not brought in; again: as it was guessed"),
        Binding("e", "screen.entity", "Rows are …", id="import.entity",
                tooltip="Say what the rows are: contacts, companies, deals, activities or tasks"),
        Binding("tab,right_square_bracket", "screen.table(1)", "Next file", show=False, id="import.next",
                tooltip="To the next file or sheet"),
        Binding("shift+tab,left_square_bracket", "screen.table(-1)", "File before", show=False, id="import.previous",
                tooltip="To the file or sheet before"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__(
            [
                Column("sign", "", 1, lambda row: row.level.sign, style=_style),
                Column("header", "Column", 15, _header, weight=2, most=30, style=_header_style),
                Column("field", "Goes to", 15, lambda row: row.field, weight=2, most=34, style=_field_style),
                Column("sure", "How sure", 8, lambda row: row.level.word, priority=2, style=_style),
                Column("samples", "Values", 18, lambda row: row.samples, weight=4, priority=1, style="muted"),
                Column("why", "Why", 20, lambda row: row.why, weight=2, most=40, priority=3, style="muted"),
            ],
            selectable=False,
            widget_id="import-columns",
        )


def _header(row: MappingRow) -> str:
    return row.header


def _style(row: MappingRow) -> str:
    return row.level.style


def _header_style(row: MappingRow) -> str | None:
    return "strong" if row.goes_on else None if row.target else "muted"


def _field_style(row: MappingRow) -> str | None:
    return "muted" if not row.target else "strong"


class ImportScreen(ApartScreen):
    """An import on its way to being begun. Nothing that was set is lost by going back, or by going elsewhere."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "go_on", "Go on", id="import.go-on",
                tooltip="To the preview; from there, import"),
        Binding("u", "take_back", "Undo", show=False, id="import.undo",
                tooltip="Take back what was set last for a column"),
        Binding("o", "duplicates", "Duplicates", id="import.duplicates",
                tooltip="What becomes of rows that meet a record: fill, leave out, overwrite, ask"),
        Binding("escape", "leave", "Back", id="import.leave",
                tooltip="Stop what is under way; from the preview to the columns; from the columns away"),
    ]  # fmt: skip

    def __init__(self, desk: Desk, wizard: Wizard) -> None:
        super().__init__(desk)
        self.wizard = wizard
        self._work: Work | None = None
        self.is_awaited = False

    def compose_body(self) -> ComposeResult:
        """The columns with what is known of the one under the cursor; the preview; how far it is."""
        yield PaneBar(self.wizard.mapping.names)
        yield Static("", id="import-head", markup=False)
        yield MappingList()
        about = Details(widget_id="import-about")
        about.can_focus = False
        yield about
        yield Details(widget_id="import-report")
        yield Meter(widget_id="import-meter")

    # --- what is shown --------------------------------------------------------------------------------------------

    @property
    def columns(self) -> MappingList:
        """The list of columns."""
        return self.query_one(MappingList)

    @property
    def report(self) -> Details:
        """The preview."""
        return self.query_one("#import-report", Details)

    def on_mount(self) -> None:
        """Shows where it stands: one may come back to it."""
        self.show_mapping(begin=True)
        self._show_stage()

    def show_mapping(self, *, begin: bool = False) -> None:
        """Shows the columns as they are.

        Args:
            begin: the cursor goes to the first that somebody should look at; otherwise it stays.
        """
        mapping = self.wizard.mapping
        rows = mapping.rows()
        table = self.columns
        table.show(ListSource(rows, lambda row: row.id), keep_cursor=not begin)
        if begin:
            table.point(next(n for n, row in enumerate(rows) if row.id == mapping.cursor_id))
        self._show_about(table.cursor_row)
        panes = self.query_one(PaneBar)
        panes.rename(mapping.names)
        panes.show(mapping.index)
        panes.display = len(mapping.tables) > 1 and not self.wizard.previewing
        self.query_one("#import-head", Static).update(clean_text(mapping.headline))
        self._show_title()
        self.refresh_bindings()

    def _show_title(self) -> None:
        mapping = self.wizard.mapping
        many = len(mapping.tables) > 1
        crumbs = ["Preview"] if self.wizard.previewing else mapping.crumbs
        place = (
            f"{mapping.index + 1} of {len(mapping.tables)} · " if many and not self.wizard.previewing else ""
        )
        self.title_bar.show("Import", crumbs, figures=f"{place}{mapping.rows_in_all:,} rows")

    def _show_stage(self) -> None:
        """Columns, preview or how far it is: one of them."""
        checking = self._work is not None
        on_columns = not checking and not self.wizard.previewing
        for widget in (self.columns, self.query_one("#import-about"), self.query_one("#import-head")):
            widget.display = on_columns
        self.query_one(PaneBar).display = on_columns and len(self.wizard.mapping.tables) > 1
        self.report.display = not checking and self.wizard.previewing
        self.query_one(Meter).display = checking
        if self.wizard.previewing and not checking:
            self.report.show(self.wizard.preview(self.desk.catalog))
        self.set_focus(None if checking else self.columns if on_columns else self.report)
        self._show_title()
        self.refresh_bindings()
        self.refresh_bars()

    def show_preview(self, *, first: bool = False) -> None:
        """Shows the preview as it is; `first` puts the cursor on what begins the import."""
        self._show_stage()
        if first:
            self.report.action_end(False)

    @on(Table.Highlighted, "#import-columns")
    def _highlighted(self, event: Table.Highlighted) -> None:
        self._show_about(event.row)

    def _show_about(self, row: MappingRow | None) -> None:
        if row is not None:
            self.query_one("#import-about", Details).show(self.wizard.mapping.details(row))

    def key_hints(self) -> list[tuple[str, str]]:
        """What can be done at this point."""
        last = super().key_hints()[-1:]
        if self._work is not None:
            return [(key_of(self, "import.leave"), "stop"), *last]
        labels = dict(_ON_PREVIEW if self.wizard.previewing else _ON_COLUMNS)
        if len(self.wizard.mapping.tables) < 2:
            labels.pop("screen.table(1)", None)
        if not self.wizard.mapping.history:
            labels.pop("take_back", None)
        return [*self.hints_for(labels), *last]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing but stopping while the rows are checked; duplicates on the preview."""
        if (
            action in ("go_on", "leave_out", "entity", "table", "take_back", "duplicates")
            and self._work is not None
        ):
            return False
        if action == "duplicates":
            return self.wizard.previewing
        return super().check_action(action, parameters)

    # --- columns --------------------------------------------------------------------------------------------------

    @on(Table.Activated, "#import-columns")
    def _open(self, event: Table.Activated) -> None:
        row: MappingRow = event.row
        if row.goes_on:
            self.action_go_on()
        else:
            self.start(import_columns.choose_field(self, row.header))

    @on(PaneBar.Chosen)
    def _pane_chosen(self, event: PaneBar.Chosen) -> None:
        self.action_table(event.index - self.wizard.mapping.index)

    def action_leave_out(self) -> None:
        """Leaves the column under the cursor out; again: as it was guessed."""
        row = self.columns.cursor_row
        if row is not None and not row.goes_on:
            self.start(import_columns.leave_out(self, row.header))

    def action_entity(self) -> None:
        """Says what the rows of the table are."""
        self.start(import_columns.choose_entity(self))

    def action_take_back(self) -> None:
        """Takes back what was set last."""
        if self.wizard.previewing:
            self.say(f"Nothing was imported yet. {key_of(self, 'import.leave')} goes back to the columns.")
        elif self.wizard.mapping.history:
            self.start(import_columns.take_back_step(self))
        else:
            self.say("Nothing was set here yet.")

    def action_table(self, step: int) -> None:
        """Goes to another table."""
        if self.wizard.mapping.turn(step):
            self.show_mapping(begin=True)

    # --- going on -------------------------------------------------------------------------------------------------

    def action_go_on(self) -> None:
        """To the preview; from there, imports."""
        if self.wizard.previewing:
            self.start(importing.begin(self))
        else:
            self.start(import_questions.go_on(self))

    @on(Details.Activated)
    def _line_opened(self, event: Details.Activated) -> None:
        field = event.detail.field
        if field == GO:
            self.start(importing.begin(self))
        elif field.startswith(OPTION):
            self.start(import_questions.change_option(self, field.removeprefix(OPTION)))
        elif field.startswith(ANSWER):
            self.start(import_questions.ask_again(self, field.removeprefix(ANSWER)))

    def action_duplicates(self) -> None:
        """Says what becomes of rows that meet a record."""
        self.start(import_questions.change_option(self, "on_duplicate"))

    def check(self) -> None:
        """Does the dry run, and shows what came of it."""
        if self._work is None:
            self._work = Work(self._show_step)
            self.is_awaited = True
            self.set_timer(HELD, self._hear)
            self.query_one(Meter).show("Checking …", None, "", self._stop_hint)
            self._show_stage()
            self.run_worker(self._check(self._work), group="check")

    def _hear(self) -> None:
        self.is_awaited = False
        self.offhook.type_ahead.go_on()

    async def _check(self, work: Work) -> None:
        wizard, said = self.wizard, ""
        try:
            wizard.report = await self.offhook.imports.work(wizard.job.preview, work)
            wizard.previewing = True
        except Cancelled:
            said = "Stopped. Nothing was imported."
        except OffhookError as error:
            wizard.previewing = False
            said = str(error)
        finally:
            self._work = None
        if not self.is_mounted:
            return
        if not wizard.is_clean:
            # Whoever has typed ahead has not seen yet that something is to be looked at.
            self.offhook.type_ahead.forget()
        wizard.previewing = wizard.previewing and wizard.report is not None
        self.show_preview(first=True)
        if said:
            self.say(said, problem=True)
        self._hear()

    def _show_step(self, step: Step) -> None:
        if self.is_mounted and self._work is not None:
            words = step_words(step)
            self.query_one(Meter).show(f"{step_title(step.what)} …", share(step), words, self._stop_hint)

    @property
    def _stop_hint(self) -> str:
        return f"Nothing is written yet. {key_of(self, 'import.leave')} stops."

    # --- leaving --------------------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Stops the dry run; goes back from the preview; leaves."""
        if self._work is not None:
            self._work.stop()
        elif self.wizard.previewing:
            self.wizard.previewing = False
            self._show_stage()
        else:
            self.start(importing.leave(self))
