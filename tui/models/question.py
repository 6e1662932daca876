"""A question about fields that two people changed, or that were refused: what can be chosen, and what was."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.changes import FieldConflict
from core.commands.tell import label_of
from core.conflicts import EVERY_WAY, TYPED_WITH, Choice, Edited, asked, key_of
from core.errors import Invalid
from core.money import Money, format_money
from core.points import show_phone
from core.text import clean_line, clean_text
from core.when import show_when
from tui.desk import Desk

if TYPE_CHECKING:
    from tui.dialogs.fields import FormField


@dataclass(slots=True)
class Contested:
    """A field that is decided.

    Attributes:
        name: what the decision is called, see `core.conflicts.key_of`.
        label: what people read.
        values: the value of each side, in words.
        choice: the side that was chosen, `edited`, or empty.
        edited: in words, what was typed in place of all of them.
    """

    name: str
    label: str
    values: dict[str, str]
    choice: str = ""
    edited: str = field(default="")


class Question:
    """Fields, the values that each of them can have, and what was decided.

    Attributes:
        rows: the fields that are decided one by one.
        ways: how they can be decided; see `core.conflicts.offered`.
        heads: what stands over each side, by side.
    """

    def __init__(
        self,
        desk: Desk,
        conflicts: Sequence[FieldConflict],
        *,
        names: Mapping[str, str] | None = None,
        currency: str = "",
        ways: frozenset[str] = EVERY_WAY,
        editors: Mapping[str, FormField] | None = None,
        refused: bool = False,
    ) -> None:
        """Makes the question.

        Args:
            desk: whose names and time are used.
            conflicts: the fields.
            names: names of records by id, for fields that point to them, and for the records themselves where the
                question is about several.
            currency: of amounts, where the conflict does not say.
            ways: how it can be decided.
            editors: how a field is typed, by its name.
            refused: nobody else changed them: each is sent as it was unless something else is decided.
        """
        self._desk = desk
        self._names = names or {}
        self._currency = currency
        self._editors = editors or {}
        self._conflicts = tuple(conflicts)
        self._asked = asked(conflicts)
        self._by_name = {key_of(one, conflicts): one for one in conflicts}
        self._choices: dict[str, Choice] = {}
        self.ways = ways
        who = self.who.split(" ")[0]
        self.heads = {"original": "  original", "theirs": f"  theirs · {who}", "mine": "  mine"}
        if refused:
            # What is there is what was there: nobody else has a say in it.
            self.ways = ways - {"theirs"}
            self.heads = {"original": "  as it is", "mine": "  mine"}
            if "original" not in ways:
                del self.heads["original"]
        self.rows = [
            Contested(
                key_of(one, conflicts),
                self._label(one),
                {side: self._shown(one, side) for side in self.heads},
            )
            for one in self._asked
        ]
        if refused:
            self.decide_all("mine")

    # --- words --------------------------------------------------------------------------------------------------

    @property
    def who(self) -> str:
        """Who changed the same."""
        who, catalog = self._asked[0].who if self._asked else None, self._desk.catalog
        if who == catalog.me.id:
            return "You yourself"
        return clean_line(catalog.user_name(who)) if who in catalog.user_by_id else "Somebody"

    @property
    def when(self) -> str:
        """When they did, in words."""
        at = self._asked[0].when if self._asked else None
        return show_when(at, all_day=False, now=self._desk.now, zone=self._desk.zone) if at else ""

    def _label(self, conflict: FieldConflict) -> str:
        label = label_of(conflict.table, conflict.field, self._desk.catalog)
        if len({(one.table, one.id) for one in self._asked}) > 1 and conflict.id in self._names:
            return f"{label} · {clean_line(self._names[conflict.id])}"
        return label

    def _beside(self, conflict: FieldConflict, name: str) -> FieldConflict | None:
        """The conflict in another field of the same row."""
        row = (conflict.table, conflict.id, name)
        return next((one for one in self._conflicts if (one.table, one.id, one.field) == row), None)

    def _currency_of(self, conflict: FieldConflict, side: str) -> str:
        beside = self._beside(conflict, "currency")
        found = getattr(beside, side) if beside is not None else self._currency
        return found or self._desk.catalog.organization.currency

    def _shown(self, conflict: FieldConflict, side: str) -> str:
        """The value of one side, in words."""
        catalog = self._desk.catalog
        attribute = "base" if side == "original" else side
        value = getattr(conflict, attribute)
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
        if conflict.field == "assignee_id":
            return catalog.user_name(value)
        if conflict.field.endswith("_id"):
            return clean_line(self._names.get(value, "another one"))
        if conflict.field == "value_minor":
            return format_money(value, self._currency_of(conflict, attribute))
        if conflict.field == "deleted_at":
            return "deleted"
        if isinstance(value, dt.datetime):
            return show_when(value, all_day=False, now=self._desk.now, zone=self._desk.zone)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, (list, tuple)):
            return clean_line(", ".join(map(_item, value)))
        return clean_text(str(value))

    # --- deciding -----------------------------------------------------------------------------------------------

    @property
    def choices(self) -> dict[str, Choice]:
        """What was decided so far, as a command takes it."""
        return dict(self._choices)

    @property
    def undecided(self) -> list[Contested]:
        """The fields that nothing was decided about."""
        return [row for row in self.rows if not row.choice]

    @property
    def typed(self) -> bool:
        """Whether something was typed."""
        return any(isinstance(choice, Edited) for choice in self._choices.values())

    def decide(self, row: Contested, side: str) -> None:
        """Gives a field to a side."""
        row.choice = side
        # What was typed for both of a pair before is dropped with it.
        conflict = self._by_name[row.name]
        pair = self._beside(conflict, TYPED_WITH.get(conflict.field, ""))
        if pair is not None:
            self._choices.pop(key_of(pair, self._conflicts), None)
        self._choices[row.name] = side  # type: ignore[assignment]

    def decide_all(self, side: str) -> None:
        """Gives every field to a side."""
        for row in self.rows:
            self.decide(row, side)

    def next_open(self, cursor: int) -> int:
        """The next field that nothing was decided about; the cursor's where there is none."""
        order = [*range(cursor, len(self.rows)), *range(cursor)]
        return next((n for n in order if not self.rows[n].choice), cursor)

    # --- typing -------------------------------------------------------------------------------------------------

    def editor(self, row: Contested) -> FormField | None:
        """How the field is typed; None where it is not."""
        return self._editors.get(self._by_name[row.name].field)

    def begin(self, row: Contested, editor: FormField) -> str:
        """What stands in the line when typing begins."""
        from tui.dialogs.fields import shown

        conflict = self._by_name[row.name]
        choice = self._choices.get(row.name, "mine")
        side = "mine" if isinstance(choice, Edited) else {"original": "base"}.get(choice, choice)
        return row.edited or shown(dataclasses.replace(editor, value=self._typable(conflict, side)))

    def read(self, row: Contested, editor: FormField, typed: str) -> dict[str, Choice]:
        """What was typed, as decisions.

        Raises:
            Invalid: it does not fit the field.
        """
        from tui.dialogs.fields import read

        conflict = self._by_name[row.name]
        name = conflict.field
        value = read(editor, typed, now=self._desk.now, zone=self._desk.zone)
        if name == "value_minor":
            alone = self._beside(conflict, "currency") is None
            if value is not None and alone and value.currency != editor.currency:
                raise Invalid({name: f"Type the amount in {editor.currency}."})
            value = (value.minor, value.currency) if value is not None else (None, editor.currency)
        if name not in TYPED_WITH:
            return {row.name: Edited(value)}
        first, second = value
        out: dict[str, Choice] = {row.name: Edited(first)}
        pair = self._beside(conflict, TYPED_WITH[name])
        if pair is not None:
            out[key_of(pair, self._conflicts)] = Edited(second)
        return out

    def take(self, row: Contested, editor: FormField, typed: str) -> None:
        """Gives a field what was typed.

        Raises:
            Invalid: it does not fit the field.
        """
        self._choices |= self.read(row, editor, typed)
        row.choice = "edited"
        row.edited = dict(editor.options).get(typed, typed) if editor.options else typed

    def _typable(self, conflict: FieldConflict, side: str) -> Any:
        """A side's value as a form would show it."""
        value = getattr(conflict, side)
        if conflict.field == "value_minor":
            return None if value is None else Money(value, self._currency_of(conflict, side))
        if isinstance(value, dt.datetime):
            return f"{value.astimezone(self._desk.zone):%Y-%m-%d %H:%M}"
        return ("yes" if value else "") if isinstance(value, bool) else value


def _item(item: Any) -> str:
    if isinstance(item, Mapping):
        parts = [show_phone(item["value"]), item.get("label"), f"✗ {item['bad']}" if item.get("bad") else ""]
        return " ".join(filter(None, parts))
    return str(item)
