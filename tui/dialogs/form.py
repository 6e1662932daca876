"""A form: fields one below the other, errors at their fields, nothing typed ever dropped in silence."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from core.errors import Invalid
from tui.desk import Desk
from tui.dialogs.base import Dialog
from tui.dialogs.fields import ChoiceField, FormField, read, typed_in, widget_for

Submit = Callable[[dict[str, Any]], Awaitable[Mapping[str, str] | None]]
"""Takes the values; returns what is wrong, field by field, or nothing when it is done."""
Watch = Callable[[dict[str, str]], Awaitable[str]]
"""Takes what is typed so far; returns a sentence to show (empty: none)."""


class Form(Dialog[bool]):
    """Returns True when it was saved; None where the user left.

    A field name in the answer of `submit` that the form does not have is shown at the bottom, as is the sentence of
    `watch`, which is asked a moment after every change.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="form.save", priority=True, tooltip="Save from any field"),
        Binding("down,ctrl+n", "app.focus_next", "Next", show=False, id="form.next"),
        Binding("up,ctrl+p", "app.focus_previous", "Previous", show=False, id="form.previous", priority=True),
    ]

    def __init__(
        self,
        desk: Desk,
        title: str,
        fields: Sequence[FormField],
        submit: Submit,
        *,
        watch: Watch | None = None,
        focus: str = "",
    ) -> None:
        super().__init__(title, hints=[("ctrl+s", "save"), ("tab", "next field")])
        self._desk = desk
        self._fields = {field.name: field for field in fields}
        self._submit = submit
        self._watch = watch
        self._start_at = focus
        self._widgets: dict[str, Widget] = {}
        self._errors: dict[str, Static] = {}
        self._before: dict[str, str] = {}
        self._warned = False
        self._saving = False

    def compose_body(self) -> ComposeResult:
        """A row a field."""
        with VerticalScroll(classes="form", can_focus=False):
            for field in self._fields.values():
                widget = self._widgets[field.name] = widget_for(field)
                error = self._errors[field.name] = Static("", classes="form--error", markup=False)
                error.display = False
                with Horizontal(classes=f"form--row form--row-{field.kind}"):
                    yield Static(field.label, classes="form--label", markup=False)
                    yield widget
                yield error
        yield Static("", classes="dialog--notice", markup=False)
        yield Static("", classes="dialog--error", markup=False)

    def on_mount(self) -> None:
        """Focuses the first field, or the one that was asked for."""
        self._before = self._typed()
        start = self._widgets.get(self._start_at) or next(iter(self._widgets.values()))
        start.focus()

    def _typed(self) -> dict[str, str]:
        return {name: typed_in(widget) for name, widget in self._widgets.items()}

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(ChoiceField.Changed)
    def _changed(self) -> None:
        self._warned = False
        if self._watch is not None:
            self.run_worker(self._ask_watch(self._watch), exclusive=True, group="watch")

    async def _ask_watch(self, watch: Watch) -> None:
        sentence = await watch(self._typed())
        self.query_one(".dialog--notice", Static).update(sentence)

    @on(Input.Submitted)
    def _next(self) -> None:
        if self.focused is list(self._widgets.values())[-1]:
            self.action_save()
        else:
            self.focus_next()

    def action_save(self) -> None:
        """Reads the fields and submits them."""
        if not self._saving:
            self._saving = True
            self.run_worker(self._save(), group="save")

    async def _save(self) -> None:
        try:
            values: dict[str, Any] = {}
            wrong: dict[str, str] = {}
            for name, typed in self._typed().items():
                try:
                    values[name] = read(self._fields[name], typed, now=self._desk.now, zone=self._desk.zone)
                except Invalid as error:
                    wrong |= error.fields
            wrong = wrong or dict(await self._submit(values) or {})
            if not wrong:
                self.dismiss(True)
                return
            self._show_errors(wrong)
        finally:
            self._saving = False

    def _show_errors(self, wrong: Mapping[str, str]) -> None:
        for name, place in self._errors.items():
            place.update(wrong.get(name, ""))
            place.display = name in wrong
        rest = [sentence for name, sentence in wrong.items() if name not in self._errors]
        self.query_one(".dialog--error", Static).update(" ".join(rest))
        for name, widget in self._widgets.items():
            if name in wrong:
                widget.focus()
                break

    def action_leave(self) -> None:
        """Leaves; what was typed is not dropped at the first escape."""
        if self._typed() != self._before and not self._warned:
            self._warned = True
            self.query_one(".dialog--error", Static).update(
                "Not saved yet: ctrl+s saves, escape again drops the changes."
            )
            return
        self.dismiss(None)
