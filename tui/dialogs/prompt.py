"""Asking for a line, a text, or a yes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from core.errors import OffhookError
from core.schema import LINE_LIMIT, TEXT_LIMIT
from core.text import clean_text
from tui.actions import key_of
from tui.dialogs.base import Dialog
from tui.widgets.entry import LineEntry, TextEntry

_COPY = "ctrl+c"


class Prompt(Dialog[str]):
    """Returns what was typed, or None where the user left.

    `check` raises what is wrong with it, and `submit` does something with it and returns why not; the text then stays.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="prompt.save", tooltip="Save what was typed", priority=True)
    ]

    def __init__(
        self,
        title: str,
        *,
        label: str = "",
        value: str = "",
        multiline: bool = False,
        placeholder: str = "",
        check: Callable[[str], object] | None = None,
        submit: Callable[[str], Awaitable[str]] | None = None,
        limit: int = 0,
        problem: str = "",
        homeless: bool = False,
        keep: Callable[[str], object] | None = None,
        again: bool = False,
        proposed: bool = False,
    ) -> None:
        """Makes the question.

        Args:
            title: what it is about.
            label: a sentence above the field.
            value: what is in the field.
            multiline: a text, not a line.
            placeholder: shown while it is empty.
            check: raises what is wrong with what was typed.
            submit: does something with it.
            limit: how many characters it may have.
            problem: why what was typed comes back unasked, and unsaved.
            homeless: what it was typed for is gone, so it can only be copied, unless that is brought back.
            keep: is given what is typed with every letter, so that a crash loses nothing.
            again: what is in the field was typed before, and never saved.
            proposed: what is in the field is only a proposal: what is typed takes its place.
        """
        hints = [("prompt.save" if multiline else "enter", "try again" if homeless else "save")]
        if homeless:
            hints.insert(0, (_COPY, "copy"))
        super().__init__(title, hints=hints)
        self._homeless = homeless
        self._label = label
        self._multiline = multiline
        self._check = check
        self._submit = submit
        self._saving = False
        self.save_key = "prompt.save" if multiline else "enter"
        self._field: LineEntry | TextEntry
        if multiline:
            self._field = TextEntry(value, limit=limit or TEXT_LIMIT, placeholder=placeholder)
            self._field.add_class("dialog--flex")
        else:
            self._field = LineEntry(
                value, limit=limit or LINE_LIMIT, placeholder=placeholder, select_on_focus=proposed
            )
        self._keep = keep
        self._again = again
        self._before = "" if problem or again else self.typed
        self._problem = problem
        if problem:
            self.come_unasked()

    def compose_body(self) -> ComposeResult:
        """The field."""
        if self._label:
            yield Static(clean_text(self._label), classes="dialog--label", markup=False)
        yield self._field

    def on_mount(self) -> None:
        """Focuses the field, behind what is in it."""
        self._field.focus()
        if isinstance(self._field, TextArea):
            self._field.move_cursor(self._field.document.end)
        if self._problem:
            copy = f" The text cannot be saved; {_COPY} copies it." if self._homeless else ""
            self.tell(f"{self._problem}{copy}", problem=True)
        elif self._again:
            self.tell("What you had typed is here again.")

    @property
    def typed(self) -> str:
        """What is in the field."""
        return self._field.text if isinstance(self._field, TextArea) else self._field.value

    @property
    def way_to_keep(self) -> str:
        """By copying, where there is nothing to save it to."""
        return f"{_COPY} copies it" if self._homeless else super().way_to_keep

    @property
    def unsaved(self) -> bool:
        """Whether there is a text that is not saved."""
        return bool(self.typed.strip()) and self.typed != self._before

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _changed(self) -> None:
        self.typed_on()
        if self._keep is not None:
            self._keep(self.typed)

    def entered(self, field: Widget) -> None:
        """Enter saves a line."""
        self.action_save()

    def action_save(self) -> None:
        """Returns the text, unless something is wrong with it."""
        if self._saving:
            return
        typed = self.typed
        try:
            if self._check is not None:
                self._check(typed)
        except OffhookError as error:
            self.tell(str(error), problem=True)
            return
        if self._submit is None:
            self.dismiss(typed)
        else:
            self._saving = True
            self.hold()
            self.run_worker(self._save(typed, self._submit), group="save")

    async def _save(self, typed: str, submit: Callable[[str], Awaitable[str]]) -> None:
        try:
            reason = await submit(typed)
        except OffhookError as error:
            reason = str(error)
        finally:
            self._saving = False
        if reason:
            self.tell(reason, problem=True)
            self.go_on()
        else:
            self.dismiss(typed)

    def action_copy_or_leave(self) -> None:
        """Copies all of a text that cannot be saved, where nothing of it is marked."""
        if self._homeless and not self._field.selected_text:
            self.app.copy_to_clipboard(self.typed)
            self.tell("The text is copied.")
        else:
            super().action_copy_or_leave()

    def action_leave(self) -> None:
        """Leaves, unless it is being saved."""
        if not self._saving:
            super().action_leave()


class Confirm(Dialog[bool]):
    """Returns True for yes; None or False otherwise. Where there is danger, enter is not enough."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes", tooltip="Do it"),
        Binding(
            "enter", "enter", "Yes", show=False, id="confirm.enter", tooltip="Do it, where nothing is lost"
        ),
        Binding("n", "answer(False)", "No", id="confirm.no", tooltip="Leave everything as it is"),
    ]

    def __init__(self, title: str, body: str = "", *, yes: str = "yes", danger: bool = False) -> None:
        super().__init__(title, hints=[("confirm.yes", yes.lower()), ("confirm.no", "no")])
        self._body = body
        self._danger = danger
        self.set_class(danger, "-danger")

    def compose_body(self) -> ComposeResult:
        """The question in full."""
        if self._body:
            yield Static(clean_text(self._body), classes="dialog--text", markup=False)

    def action_answer(self, answer: bool) -> None:
        """Returns the answer."""
        self.dismiss(answer)

    def action_enter(self) -> None:
        """Says yes where that can do no harm."""
        if self._danger:
            self.tell(
                f"Press {key_of(self, 'confirm.yes')} to do it, {key_of(self, 'confirm.no')} to leave it."
            )
        else:
            self.dismiss(True)
