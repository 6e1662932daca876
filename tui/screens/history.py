"""Every change of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.changes import Change, get_path
from core.entities import RECORDS
from core.errors import OffhookError
from core.money import format_money
from core.schema import fields_of
from core.when import show_when
from core.workspace import HistoryEntry
from tui.desk import Desk
from tui.dialogs.base import Dialog
from tui.models.detail import Detail
from tui.models.record_text import custom_words
from tui.widgets.details import Details
from tui.widgets.table import Column, ListSource, Table

_UNTOLD = frozenset({"position", "currency", "stage_since"})


class HistoryDialog(Dialog[None]):
    """Who changed a record when, and from what to what; the newest change first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "leave", "Leave", show=False, id="history.leave", tooltip="Go back"),
    ]  # fmt: skip

    def __init__(self, desk: Desk, table: str, record_id: str, name: str) -> None:
        super().__init__(f"History · {name}", hints=[("↑↓", "choose")])
        self._desk = desk
        self._table = table
        self._record_id = record_id
        self._name_of = name

    def compose_body(self) -> ComposeResult:
        """The changes, and below them what the one under the cursor changed."""
        yield Table[HistoryEntry](
            [
                Column("when", "When", 18, self._when, style="muted"),
                Column("who", "Who", 15, self._who, style="muted", priority=1),
                Column("what", "What", 16, self._what, weight=1, style=_style),
            ],
            selectable=False,
            grows=True,
            widget_id="history-list",
        ).add_class("dialog--flex")
        yield Details(widget_id="history-fields")

    def on_mount(self) -> None:
        """Reads the changes."""
        self.query_one(Table).focus()
        self.run_worker(self._load())

    async def _load(self) -> None:
        try:
            entries = await self._desk.read(lambda ws: ws.history(self._table, self._record_id))
        except OffhookError as error:
            self.query_one(Details).show([Detail("", str(error), style="text")])
            return
        self.query_one(Table).show(
            ListSource(entries, lambda entry: entry.changeset.id), empty=["No change is known."]
        )

    @on(Table.Highlighted)
    def _highlighted(self, event: Table.Highlighted) -> None:
        if event.row is not None:
            self.query_one(Details).show(self._fields(event.row))

    def _when(self, entry: HistoryEntry) -> str:
        return show_when(entry.changeset.at, all_day=False, now=self._desk.now, zone=self._desk.zone)

    def _who(self, entry: HistoryEntry) -> str:
        return self._desk.catalog.user_name(entry.changeset.user_id)

    def _what(self, entry: HistoryEntry) -> str:
        # Every line is about this record, so that its name would only take the room of what happened.
        what = entry.changeset.summary.replace(f" {self._name_of}", "", 1)
        if entry.note:
            return f"{what} · {entry.note[:1].lower()}{entry.note[1:]}"
        return f"{what} · undone" if entry.undone else what

    def _fields(self, entry: HistoryEntry) -> list[Detail]:
        rows: list[Detail] = []
        for change in entry.changeset.changes:
            if (change.table, change.id) == (self._table, self._record_id):
                rows += self._changed(change)
        rows = rows or [Detail("", "Nothing of the record itself.", style="text")]
        return [Detail("", entry.note, style="text"), *rows] if entry.note else rows

    def _changed(self, change: Change) -> list[Detail]:
        specs = fields_of(RECORDS[change.table])
        labels = {f"custom.{f.key}": f.label for f in self._desk.catalog.fields_for(change.table)}
        rows: list[Detail] = []
        for name, new in change.set.items():
            old = change.base.get(name)
            if name in _UNTOLD or (change.insert and not new):
                continue
            label = labels.get(name) or specs[name.partition(".")[0]].label
            after = self._shown(change.set, name, new)
            value = (
                after if change.insert else f"{self._shown(change.base, name, old) or '–'} → {after or '–'}"
            )
            rows.append(Detail(label, value))
        for name in {**change.add, **change.remove}:
            added = [f"+{_item(item)}" for item in change.add.get(name, ())]
            gone = [f"−{_item(item)}" for item in change.remove.get(name, ())]
            rows.append(Detail(specs[name].label, "  ".join([*added, *gone])))
        return rows

    def _shown(self, row: Mapping[str, Any], name: str, value: Any) -> str:
        """A field's value as people read it; ids by the names that they stand for."""
        catalog = self._desk.catalog
        if value is None or value in ("", ()):
            return ""
        if name == "value_minor":
            return format_money(value, str(get_path(row, "currency") or catalog.organization.currency))
        names = {
            "stage_id": lambda: catalog.stage_by_id[value].name,
            "pipeline_id": lambda: catalog.pipeline_by_id[value].name,
            "book_id": lambda: catalog.owner_name(value),
        }
        try:
            if name in names:
                return names[name]()
        except KeyError:
            return "one that is not there any more"
        if name.endswith("_id"):
            return "another"
        if name.endswith("_at") or name == "stage_since":
            return show_when(value, all_day=False, now=self._desk.now, zone=self._desk.zone)
        if isinstance(value, (list, tuple)):
            return ", ".join(_item(item) for item in value)
        return custom_words(value)


def _style(entry: HistoryEntry) -> str | None:
    return "stale" if entry.undone or entry.note else None


def _item(item: Any) -> str:
    return str(item["value"]) if isinstance(item, Mapping) else str(item)
