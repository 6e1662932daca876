"""Two people changed the same field: mine, theirs, or leave it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Static

from core.catalog import Catalog
from core.changes import FieldConflict
from core.entities import RECORDS
from core.money import format_money
from core.points import show_phone
from core.schema import fields_of
from core.text import clean_line, clean_text
from core.when import show_when
from tui.desk import Desk
from tui.dialogs.base import Dialog
from tui.dialogs.form import Rows

_UNTOLD = ("stage_since", "closed_at", "position")
"""Fields that only follow others."""


class ConflictDialog(Dialog[bool]):
    """Returns True for mine, False for theirs, None to decide later; shows what each would mean, field by field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "answer(True)", "Keep mine", id="conflict.mine", tooltip="Write your value over theirs"),
        Binding("t", "answer(False)", "Keep theirs", id="conflict.theirs", tooltip="Let theirs stand, drop yours"),
        Binding("down,j", "scroll(1)", "Down", show=False, id="conflict.down", tooltip="Scroll down"),
        Binding("up,k", "scroll(-1)", "Up", show=False, id="conflict.up", tooltip="Scroll up"),
    ]  # fmt: skip

    def __init__(
        self,
        desk: Desk,
        conflicts: Sequence[FieldConflict],
        *,
        names: Mapping[str, str] | None = None,
        currency: str = "",
    ) -> None:
        """Makes the question.

        Args:
            desk: whose names and time are used.
            conflicts: the fields that two people changed.
            names: names of records by id, for fields that point to them.
            currency: of amounts, where the conflict does not say.
        """
        first = conflicts[0]
        if first.who == desk.catalog.me.id:
            who = "You yourself"
        else:
            who = desk.catalog.user_name(first.who) if first.who in desk.catalog.user_by_id else "Somebody"
        super().__init__(
            f"{who} changed the same meanwhile", hints=[("m", "keep mine"), ("t", "keep theirs")]
        )
        self._desk = desk
        self._names = names or {}
        self._currency = currency
        by_field = {conflict.field: conflict for conflict in conflicts}
        self._currencies = by_field.get("currency") if "value_minor" in by_field else None
        untold = (*_UNTOLD, "currency") if self._currencies else _UNTOLD
        telling = [conflict for conflict in conflicts if conflict.field not in untold]
        self._conflicts = telling or list(conflicts)

    def compose_body(self) -> ComposeResult:
        """Mine, theirs and the original of each field."""
        with Rows(classes="conflict dialog--flex"):
            for conflict in self._conflicts:
                yield Static(self._label(conflict), classes="conflict--field", markup=False)
                for key, word, side in (
                    ("m", "mine", "mine"),
                    ("t", "theirs", "theirs"),
                    ("", "before", "base"),
                ):
                    with Horizontal(classes=f"conflict--row -{word}"):
                        yield Static(key or " ", classes="conflict--key", markup=False)
                        yield Static(word, classes="conflict--word", markup=False)
                        yield Static(self._shown(conflict, side), classes="conflict--value", markup=False)
        first = self._conflicts[0]
        if first.when is not None:
            when = show_when(first.when, all_day=False, now=self._desk.now, zone=self._desk.zone)
            yield Static(f"Theirs is from {when}.", classes="dialog--aside", markup=False)

    def _label(self, conflict: FieldConflict) -> str:
        head, _, key = conflict.field.partition(".")
        for custom in self._desk.catalog.fields_for(conflict.table):
            if key and custom.key == key:
                return clean_line(custom.label)
        return fields_of(RECORDS[conflict.table])[head].label

    def _shown(self, conflict: FieldConflict, side: str) -> str:
        """The value of one side: `mine`, `theirs` or `base`."""
        catalog: Catalog = self._desk.catalog
        value = getattr(conflict, side)
        if value is None or value == "" or value == ():
            return "–"
        if conflict.field == "stage_id":
            stage = catalog.stage_by_id.get(value)
            return stage.name if stage else "a deleted stage"
        if conflict.field == "pipeline_id":
            pipeline = catalog.pipeline_by_id.get(value)
            return pipeline.name if pipeline else "a deleted pipeline"
        if conflict.field == "book_id":
            return catalog.owner_name(value)
        if conflict.field.endswith("_id"):
            return clean_line(self._names.get(value, "another one"))
        if conflict.field == "value_minor":
            currency = getattr(self._currencies, side) if self._currencies else self._currency
            return format_money(value, currency or catalog.organization.currency)
        if conflict.field == "deleted_at":
            return "deleted"
        if isinstance(value, dt.datetime):
            return show_when(value, all_day=False, now=self._desk.now, zone=self._desk.zone)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, (list, tuple)):
            return clean_line(", ".join(map(_item, value)))
        return clean_text(str(value))

    def action_answer(self, mine: bool) -> None:
        """Returns the answer."""
        self.dismiss(mine)

    def action_scroll(self, lines: int) -> None:
        """Scrolls long values."""
        self.query_one(Rows).scroll_relative(y=lines, animate=False)


def _item(item: Any) -> str:
    if isinstance(item, Mapping):
        return f"{show_phone(item['value'])} {item.get('label', '')}".strip()
    return str(item)
