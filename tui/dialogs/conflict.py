"""Two people changed the same field: mine, theirs, or leave it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core.catalog import Catalog
from core.changes import FieldConflict
from core.entities import RECORDS
from core.money import format_money
from core.schema import fields_of
from tui.dialogs.base import Dialog
from tui.widgets.choices import Choices, Option


class ConflictDialog(Dialog[bool]):
    """Returns True for mine, False for theirs, None to decide later; shows what each would mean, field by field."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "answer(True)", "Mine", id="conflict.mine"),
        Binding("t", "answer(False)", "Theirs", id="conflict.theirs"),
    ]

    def __init__(self, catalog: Catalog, conflicts: Sequence[FieldConflict]) -> None:
        who = catalog.user_name(conflicts[0].who)
        super().__init__(
            f"{who} changed the same meanwhile", hints=[("m", "keep mine"), ("t", "keep theirs")]
        )
        self._catalog = catalog
        self._conflicts = conflicts

    def compose_body(self) -> ComposeResult:
        """Original, mine and theirs of each field."""
        for conflict in self._conflicts:
            label = fields_of(RECORDS[conflict.table])[conflict.field.partition(".")[0]].label
            yield Static(label, classes="dialog--label", markup=False)
            rows = [
                Option("mine", _shown(self._catalog, conflict.field, conflict.mine), "mine"),
                Option("theirs", _shown(self._catalog, conflict.field, conflict.theirs), "theirs"),
                Option("base", _shown(self._catalog, conflict.field, conflict.base), "before"),
            ]
            choices = Choices(rows)
            choices.cursor = -1
            choices.styles.height = 3
            yield choices

    def action_answer(self, mine: bool) -> None:
        """Returns the answer."""
        self.dismiss(mine)


def _shown(catalog: Catalog, field: str, value: Any) -> str:
    if value in (None, "", ()):
        return "–"
    if field == "stage_id":
        stage = catalog.stage_by_id.get(value)
        return stage.name if stage else "a deleted stage"
    if field == "book_id":
        return catalog.owner_name(value)
    if field == "value_minor":
        return format_money(value, catalog.organization.currency)
    if isinstance(value, dt.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
