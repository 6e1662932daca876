"""Asking for a line, a text, or a yes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static, TextArea

from core.errors import OffhookError
from tui.dialogs.base import Dialog


class Prompt(Dialog[str]):
    """Returns what was typed, or None where the user left. `check` raises what is wrong with it; the text then stays."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="prompt.save", priority=True)
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
    ) -> None:
        super().__init__(title, hints=[("ctrl+s" if multiline else "enter", "save")])
        self._label = label
        self._value = value
        self._multiline = multiline
        self._placeholder = placeholder
        self._check = check
        self._warned = False

    def compose_body(self) -> ComposeResult:
        """The field, and room for what is wrong with it."""
        if self._label:
            yield Static(self._label, classes="dialog--label", markup=False)
        if self._multiline:
            yield TextArea(self._value, compact=True, soft_wrap=True, show_line_numbers=False)
        else:
            yield Input(self._value, placeholder=self._placeholder, compact=True, select_on_focus=False)
        yield Static("", classes="dialog--error", markup=False)

    def on_mount(self) -> None:
        """Focuses the field."""
        field = self.query_one(TextArea if self._multiline else Input)
        field.focus()
        if isinstance(field, TextArea):
            field.move_cursor(field.document.end)

    @property
    def typed(self) -> str:
        """What is in the field."""
        return self.query_one(TextArea).text if self._multiline else self.query_one(Input).value

    def on_input_submitted(self) -> None:
        """Enter saves a line."""
        self.action_save()

    def action_save(self) -> None:
        """Returns the text, unless something is wrong with it."""
        typed = self.typed
        if self._check is not None:
            try:
                self._check(typed)
            except OffhookError as error:
                self.query_one(".dialog--error", Static).update(str(error))
                return
        self.dismiss(typed)

    def action_leave(self) -> None:
        """Leaves; what was typed is not dropped at the first escape."""
        if self.typed.strip() and self.typed != self._value and not self._warned:
            self._warned = True
            keys = "ctrl+s keeps it" if self._multiline else "enter keeps it"
            self.query_one(".dialog--error", Static).update(f"Not saved yet: {keys}, escape again drops it.")
            return
        self.dismiss(None)


class Confirm(Dialog[bool]):
    """Returns True for yes; None or False otherwise."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y,enter", "answer(True)", "Yes", id="confirm.yes"),
        Binding("n", "answer(False)", "No", id="confirm.no"),
    ]

    def __init__(self, title: str, body: str = "", *, yes: str = "yes", danger: bool = False) -> None:
        super().__init__(title, hints=[("y", yes), ("n", "no")])
        self._body = body
        self.set_class(danger, "-danger")

    def compose_body(self) -> ComposeResult:
        """The question in full."""
        yield Static(self._body, classes="dialog--text", markup=False)

    def action_answer(self, answer: bool) -> None:
        """Returns the answer."""
        self.dismiss(answer)
