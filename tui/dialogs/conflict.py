"""Two people changed the same fields: for each of them mine, theirs, the original, or something else."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core.catalog import Catalog
from core.changes import FieldConflict
from core.commands.tell import label_of
from core.conflicts import EVERY_WAY, TYPED_WITH, Choice, Edited, asked
from core.errors import Invalid
from core.money import Money, format_money
from core.points import show_phone
from core.text import clean_line, clean_text
from core.when import show_when
from tui.actions import key_of
from tui.desk import Desk
from tui.dialogs.base import Dialog
from tui.dialogs.fields import FormField, read, shown
from tui.dialogs.pick import Option, Picker
from tui.dialogs.prompt import Prompt
from tui.widgets.sides import SIDES, Contested, Sides


class ConflictDialog(Dialog[dict[str, Choice]]):
    """Returns what was decided, by field; None to decide later."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "take('mine')", "Mine", id="conflict.mine", tooltip="Your value, for the field under the cursor"),
        Binding("t", "take('theirs')", "Theirs", id="conflict.theirs", tooltip="Their value"),
        Binding("o", "take('original')", "Original", id="conflict.original", tooltip="What stood there before both"),
        Binding("e", "edit", "Edit", id="conflict.edit", tooltip="Type another value"),
        Binding("M", "take_all('mine')", "All mine", show=False, id="conflict.all-mine",
                tooltip="Your values, for every field"),
        Binding("T", "take_all('theirs')", "All theirs", show=False, id="conflict.all-theirs",
                tooltip="Their values, for every field"),
        Binding("enter,ctrl+s", "save", "Save", id="conflict.save", tooltip="Save what was decided"),
        Binding("down,j", "step(1)", "Down", show=False, id="conflict.down", tooltip="To the next field"),
        Binding("up,k", "step(-1)", "Up", show=False, id="conflict.up", tooltip="To the field before"),
    ]  # fmt: skip

    def __init__(
        self,
        desk: Desk,
        conflicts: Sequence[FieldConflict],
        *,
        names: Mapping[str, str] | None = None,
        currency: str = "",
        ways: frozenset[str] = EVERY_WAY,
        editors: Mapping[str, FormField] | None = None,
        kept: Sequence[str] = (),
        unasked: bool = False,
    ) -> None:
        """Makes the question.

        Args:
            desk: whose names and time are used.
            conflicts: the fields that two people changed.
            names: names of records by id, for fields that point to them.
            currency: of amounts, where the conflict does not say.
            ways: how it can be decided; see `core.conflicts.offered`.
            editors: how a field is typed, by its name.
            kept: labels of the fields that nobody else changed.
            unasked: it comes while the user is at something else; see `Dialog.come_unasked`.
        """
        self._desk = desk
        self._names = names or {}
        self._currency = currency
        self._ways = ways
        self._editors = editors or {}
        self._kept = kept
        self._by_field = {conflict.field: conflict for conflict in conflicts}
        self._asked = asked(conflicts)
        self._choices: dict[str, Choice] = {}
        self._contested = [
            Contested(one.field, self._label(one), {side: self._shown(one, side) for side in SIDES})
            for one in self._asked
        ]
        hints = [("conflict.mine", "mine"), ("conflict.theirs", "theirs"), ("conflict.original", "original")]
        hints = [(key, label) for key, label in hints if label in ways]
        if "edited" in ways:
            hints.append(("conflict.edit", "edit"))
        if len(self._asked) > 1 and "mine" in ways:
            hints.append(("conflict.all-mine conflict.all-theirs", "all"))
        hints.append(("conflict.save", "save"))
        super().__init__(f"{self._who()} changed the same meanwhile", hints=hints)
        if unasked:
            self.come_unasked()

    def _who(self) -> str:
        who = self._asked[0].who
        if who == self._desk.catalog.me.id:
            return "You yourself"
        return self._desk.catalog.user_name(who) if who in self._desk.catalog.user_by_id else "Somebody"

    def compose_body(self) -> ComposeResult:
        """Original, theirs and mine of each field; what is kept in any case."""
        first, desk = self._asked[0], self._desk
        when = ""
        if first.when is not None:
            when = show_when(first.when, all_day=False, now=desk.now, zone=desk.zone)
        who = self._who().split(" ")[0]
        heads = {"original": "  original", "theirs": f"  theirs · {who}", "mine": "  mine"}
        yield Sides(self._contested, heads)
        notes = []
        if self._kept:
            notes.append(f"Nobody else changed, so yours is kept: {', '.join(self._kept)}.")
        if when:
            notes.append(f"Theirs is from {when}.")
        yield Static("\n".join(notes), classes="dialog--aside", markup=False)

    def on_mount(self) -> None:
        """Takes the keys."""
        self.query_one(Sides).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is decided in a way that is not possible."""
        if action in ("take", "take_all"):
            return parameters[0] in self._ways
        if action == "edit":
            return "edited" in self._ways
        return super().check_action(action, parameters)

    # --- deciding -----------------------------------------------------------------------------------------------

    @property
    def _sides(self) -> Sides:
        return self.query_one(Sides)

    @property
    def unsaved(self) -> bool:
        """Whether something was typed here."""
        return any(isinstance(choice, Edited) for choice in self._choices.values())

    save_key = "conflict.save"

    def action_step(self, step: int) -> None:
        """Goes to another field."""
        self._sides.point(self._sides.cursor + step)

    def action_take(self, side: str) -> None:
        """Decides about the field under the cursor, and goes on to the next that is open."""
        self._decide(self._sides.current, side)
        self._go_on()

    @on(Sides.Clicked)
    def _side_clicked(self, event: Sides.Clicked) -> None:
        if event.side in self._ways:
            self._decide(self._sides.current, event.side)
        self._sides.redraw()

    def action_take_all(self, side: str) -> None:
        """Decides about every field."""
        for contested in self._contested:
            self._decide(contested, side)
        self._sides.redraw()

    def _decide(self, contested: Contested, side: str) -> None:
        self.typed_on()
        self.tell("")
        contested.choice = side
        # What was typed for both of a pair before is dropped with it.
        self._choices.pop(TYPED_WITH.get(contested.name, ""), None)
        self._choices[contested.name] = side  # type: ignore[assignment]

    def _go_on(self) -> None:
        """To the next field that is not decided yet."""
        sides = self._sides
        order = [*range(sides.cursor, len(self._contested)), *range(sides.cursor)]
        sides.point(next((n for n in order if not self._contested[n].choice), sides.cursor))

    def action_save(self) -> None:
        """Returns what was decided, once everything is."""
        undecided = [one for one in self._contested if not one.choice]
        if undecided:
            self._go_on()
            ways = [(key_of(self, f"conflict.{way}"), way) for way in ("mine", "theirs", "original")]
            keys = ", ".join(f"{key} {way}" for key, way in ways if way in self._ways)
            self.tell(f"Whose is it to be? {undecided[0].label}: {keys}.", problem=True)
        else:
            self.dismiss(dict(self._choices))

    # --- typing another value -----------------------------------------------------------------------------------

    def action_edit(self) -> None:
        """Has another value typed for the field under the cursor."""
        contested = self._sides.current
        editor = self._editors.get(contested.name)
        if editor is None:
            self.tell(f"{contested.label} can be yours, theirs or the original here.", problem=True)
            return
        self.run_worker(self._edit(contested, editor), group="edit", exclusive=True)

    async def _edit(self, contested: Contested, editor: FormField) -> None:
        conflict = self._by_field[contested.name]
        choice = self._choices.get(contested.name, "mine")
        side = "mine" if isinstance(choice, Edited) else {"original": "base"}.get(choice, choice)
        text = contested.edited or shown(dataclasses.replace(editor, value=self._typable(conflict, side)))
        if editor.kind in ("choice", "flag"):
            options = editor.options or [("", "no"), ("yes", "yes")]
            picker = Picker(contested.label, [Option(one, label) for one, label in options], current=text)
            typed = await self.app.push_screen_wait(picker)
        else:
            prompt = Prompt(
                contested.label, value=text, multiline=editor.kind == "text", placeholder=editor.hint,
                check=lambda typed: self._read(contested.name, editor, typed),
            )  # fmt: skip
            typed = await self.app.push_screen_wait(prompt)
        if isinstance(typed, str):
            self._choices |= self._read(contested.name, editor, typed)
            contested.choice, contested.edited = "edited", typed
            self._go_on()

    def _read(self, name: str, editor: FormField, typed: str) -> dict[str, Choice]:
        """What was typed, as decisions.

        Raises:
            Invalid: it does not fit the field.
        """
        value = read(editor, typed, now=self._desk.now, zone=self._desk.zone)
        if name == "value_minor":
            if value is not None and "currency" not in self._by_field and value.currency != editor.currency:
                raise Invalid({name: f"Type the amount in {editor.currency}."})
            value = (value.minor, value.currency) if value is not None else (None, editor.currency)
        if name not in TYPED_WITH:
            return {name: Edited(value)}
        first, second = value
        out: dict[str, Choice] = {name: Edited(first)}
        if TYPED_WITH[name] in self._by_field:
            out[TYPED_WITH[name]] = Edited(second)
        return out

    def _typable(self, conflict: FieldConflict, side: str) -> Any:
        """A side's value as a form would show it."""
        value = getattr(conflict, side)
        if conflict.field == "value_minor":
            return None if value is None else Money(value, self._currency_of(side))
        if isinstance(value, dt.datetime):
            return f"{value.astimezone(self._desk.zone):%Y-%m-%d %H:%M}"
        return ("yes" if value else "") if isinstance(value, bool) else value

    # --- words --------------------------------------------------------------------------------------------------

    def _label(self, conflict: FieldConflict) -> str:
        return label_of(conflict.table, conflict.field, self._desk.catalog)

    def _currency_of(self, side: str) -> str:
        conflict = self._by_field.get("currency")
        found = getattr(conflict, side) if conflict is not None else self._currency
        return found or self._desk.catalog.organization.currency

    def _shown(self, conflict: FieldConflict, side: str) -> str:
        """The value of one side, in words."""
        catalog: Catalog = self._desk.catalog
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
            return format_money(value, self._currency_of(attribute))
        if conflict.field == "deleted_at":
            return "deleted"
        if isinstance(value, dt.datetime):
            return show_when(value, all_day=False, now=self._desk.now, zone=self._desk.zone)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, (list, tuple)):
            return clean_line(", ".join(map(_item, value)))
        return clean_text(str(value))


def _item(item: Any) -> str:
    if isinstance(item, Mapping):
        return f"{show_phone(item['value'])} {item.get('label', '')}".strip()
    return str(item)
