"""Two people changed the same fields: for each of them mine, theirs, the original, or something else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core.conflicts import Choice
from tui.actions import key_of
from tui.dialogs.base import Dialog
from tui.flows.typing_over import NotTyped, type_over
from tui.models.question import Question
from tui.widgets.sides import Sides


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
        question: Question,
        *,
        title: str = "",
        words: str = "",
        kept: Sequence[str] = (),
        unasked: bool = False,
    ) -> None:
        """Makes the dialog.

        Args:
            question: what is to be decided.
            title: what it is about, where that is not who else changed the same.
            words: what to know beforehand.
            kept: labels of the fields that nobody else changed.
            unasked: it comes while the user is at something else; see `Dialog.come_unasked`.
        """
        self._question = question
        self._words = words
        self._kept = kept
        ways = question.ways
        hints = [("conflict.mine", "mine"), ("conflict.theirs", "theirs"), ("conflict.original", "original")]
        hints = [(key, label) for key, label in hints if label in ways]
        if "edited" in ways:
            hints.append(("conflict.edit", "edit"))
        if len(question.rows) > 1 and {"mine", "theirs"} <= ways:
            hints.append(("conflict.all-mine conflict.all-theirs", "all"))
        hints.append(("conflict.save", "save"))
        super().__init__(title or f"{question.who} changed the same meanwhile", hints=hints)
        if unasked:
            self.come_unasked()

    def compose_body(self) -> ComposeResult:
        """The sides of each field; what is kept in any case."""
        sides = Sides(self._question.rows, self._question.heads)
        sides.add_class("dialog--flex")
        if self._words:
            yield Static(self._words, classes="dialog--text", markup=False)
        yield sides
        notes = []
        if self._kept:
            notes.append(f"Nobody else changed, so yours is kept: {', '.join(self._kept)}.")
        if self._question.when:
            notes.append(f"Theirs is from {self._question.when}.")
        yield Static("\n".join(notes), classes="dialog--aside", markup=False)

    def on_mount(self) -> None:
        """Takes the keys."""
        self._sides.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is decided in a way that is not possible."""
        if action in ("take", "take_all"):
            return parameters[0] in self._question.ways
        if action == "edit":
            return "edited" in self._question.ways
        return super().check_action(action, parameters)

    # --- deciding -----------------------------------------------------------------------------------------------

    @property
    def _sides(self) -> Sides:
        return self.query_one(Sides)

    @property
    def unsaved(self) -> bool:
        """Whether something was typed here."""
        return self._question.typed

    save_key = "conflict.save"

    def action_step(self, step: int) -> None:
        """Goes to another field."""
        self._sides.point(self._sides.cursor + step)

    def action_take(self, side: str) -> None:
        """Decides about the field under the cursor, and goes on to the next that is open."""
        self._changed()
        self._question.decide(self._sides.current, side)
        self._go_on()

    @on(Sides.Clicked)
    def _side_clicked(self, event: Sides.Clicked) -> None:
        if event.side in self._question.ways:
            self._changed()
            self._question.decide(self._sides.current, event.side)
        self._sides.redraw()

    def action_take_all(self, side: str) -> None:
        """Decides about every field."""
        self._changed()
        self._question.decide_all(side)
        self._sides.redraw()

    def _changed(self) -> None:
        self.typed_on()
        self.tell("")

    def _go_on(self) -> None:
        """To the next field that is not decided yet."""
        self._sides.point(self._question.next_open(self._sides.cursor))

    def action_save(self) -> None:
        """Returns what was decided, once everything is."""
        undecided = self._question.undecided
        if undecided:
            self._go_on()
            ways = [(key_of(self, f"conflict.{way}"), way) for way in ("mine", "theirs", "original")]
            keys = ", ".join(f"{key} {way}" for key, way in ways if way in self._question.ways)
            self.tell(f"Whose is it to be? {undecided[0].label}: {keys}.", problem=True)
        else:
            self.dismiss(self._question.choices)

    def action_edit(self) -> None:
        """Has another value typed for the field under the cursor."""
        self.run_worker(self._edit(), group="edit", exclusive=True)

    async def _edit(self) -> None:
        try:
            if await type_over(self.app, self._question, self._sides.current):
                self._go_on()
        except NotTyped as error:
            self.tell(str(error), problem=True)
