"""A form: fields one below the other, errors at their fields, nothing typed ever dropped in silence."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from core.errors import Invalid, OffhookError
from core.text import clean_text
from core.workspace import Changed
from tui.desk import Desk
from tui.dialogs.base import Dialog
from tui.dialogs.fields import ChoiceField, FormField, read, typed_in, widget_for
from tui.widgets.entry import TooLong
from tui.widgets.row import Row

TEXT_LINES = 4
Submit = Callable[[dict[str, Any]], Awaitable[Mapping[str, str] | None]]
"""Takes the values; returns what is wrong, field by field, or nothing when it is done."""
Overtaken = Callable[[], Awaitable[str]]
"""Says what others made of the record meanwhile (empty: nothing that is in the form)."""
Watch = Callable[[dict[str, str]], Awaitable[str]]
"""Takes what is typed so far; returns a sentence to show (empty: none)."""


class Rows(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The fields, scrolled. It has no keys: up and down go from field to field."""


class Form(Dialog[bool]):
    """Returns True when it was saved; None where the user left.

    A field name in the answer of `submit` that the form does not have is shown at the bottom, as is the sentence of
    `watch`, which is asked a moment after every change. With `only_changed`, `submit` gets the fields that were edited
    and no others, and is not called where there are none. With `record` (table and id), what others change in it while
    the form is open is told by `overtaken`; nothing of what is typed is touched.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="form.save", priority=True, tooltip="Save from any field"),
        Binding(
            "down,ctrl+n", "app.focus_next", "Next field", show=False, id="form.next", tooltip="Go to the next field"
        ),
        Binding(
            "up,ctrl+p", "app.focus_previous", "Previous field", show=False, id="form.previous",
            tooltip="Go to the field before",
        ),
    ]  # fmt: skip

    def __init__(
        self,
        desk: Desk,
        title: str,
        fields: Sequence[FormField],
        submit: Submit,
        *,
        watch: Watch | None = None,
        focus: str = "",
        only_changed: bool = False,
        record: tuple[str, str] | None = None,
        overtaken: Overtaken | None = None,
    ) -> None:
        super().__init__(title, hints=[("form.save", "save"), ("tab", "next field")])
        self._desk = desk
        self._fields = {field.name: field for field in fields}
        self._submit = submit
        self._watch = watch
        self._start_at = focus
        self._only_changed = only_changed
        self._widgets: dict[str, Widget] = {}
        self._rows: dict[str, Row] = {}
        self._before: dict[str, str] = {}
        self._saving = False
        self._record = record
        self._overtaken = overtaken
        self._told_of_others = self._told_of_typing = ""
        self._stop_listening = desk.listen(self._on_changed) if overtaken is not None else None

    def compose_body(self) -> ComposeResult:
        """A row a field."""
        with Rows(classes="form dialog--flex"):
            for field in self._fields.values():
                widget = self._widgets[field.name] = widget_for(field)
                lines = TEXT_LINES if field.kind == "text" else 1
                self._rows[field.name] = Row(field.label, widget, lines=lines)
                yield self._rows[field.name]
        yield Static("", classes="dialog--notice", markup=False)

    def on_mount(self) -> None:
        """Focuses the first field, or the one that was asked for."""
        self._before = self._typed()
        start = self._widgets.get(self._start_at) or next(iter(self._widgets.values()))
        start.focus()
        self._look()

    def _typed(self) -> dict[str, str]:
        return {name: typed_in(widget) for name, widget in self._widgets.items()}

    @property
    def unsaved(self) -> bool:
        """Whether a field was edited."""
        return self._typed() != self._before

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(ChoiceField.Changed)
    def _changed(self) -> None:
        self.typed_on()
        self._look()

    def _look(self) -> None:
        if self._watch is not None:
            # Not a coroutine yet: one that is overtaken before it begins would never be awaited.
            self.run_worker(self._ask_watch, exclusive=True, group="watch")  # type: ignore[arg-type]

    async def _ask_watch(self) -> None:
        self._told_of_typing = ""
        if self._watch is not None:
            with contextlib.suppress(OffhookError):
                self._told_of_typing = await self._watch(self._typed())
        self._show_notice()

    def _on_changed(self, changed: Changed) -> None:
        if not changed.local and (changed.everything or self._record in changed.rows):
            # As with `_look`: not a coroutine yet.
            self.run_worker(self._ask_what_others_did, exclusive=True, group="others")  # type: ignore[arg-type]

    async def _ask_what_others_did(self) -> None:
        if self._overtaken is not None:
            with contextlib.suppress(OffhookError):
                self._told_of_others = await self._overtaken()
            self._show_notice()

    def on_unmount(self) -> None:
        """Lets go of the desk."""
        if self._stop_listening is not None:
            self._stop_listening()

    def _show_notice(self) -> None:
        sentence = "\n".join(filter(None, (self._told_of_others, self._told_of_typing)))
        place = self.query_one(".dialog--notice", Static)
        place.update(clean_text(sentence))
        if place.display != bool(sentence):
            place.display = bool(sentence)
            self.call_after_refresh(self.fit)

    def entered(self, field: Widget) -> None:
        """Enter goes on to the next field, and saves behind the last."""
        if field is list(self._widgets.values())[-1]:
            self.action_save()
        else:
            self.focus_next()

    @on(TooLong)
    def _too_long(self, message: TooLong) -> None:
        message.stop()
        # A dialog says it below; a form says it at the field, once.
        message.prevent_default()
        for row in self._rows.values():
            if row.field is message.field:
                row.error = message.sentence

    # --- saving -------------------------------------------------------------------------------------------------

    def action_save(self) -> None:
        """Reads the fields and submits them."""
        if not self._saving:
            self._saving = True
            self.hold()
            self.run_worker(self._save(), group="save")

    async def _save(self) -> None:
        try:
            values, wrong = self._read()
            if not wrong and (values or not self._only_changed):
                # What was wrong the last time is not under a question that comes now.
                for row in self._rows.values():
                    row.error = ""
                wrong = dict(await self._submit(values) or {})
            if not wrong:
                self.dismiss(True)
            else:
                self._show_errors(wrong)
        except OffhookError as error:
            self._show_errors({"": str(error)})
        finally:
            self._saving = False
            self.go_on()

    def _read(self) -> tuple[dict[str, Any], dict[str, str]]:
        """The values to submit, and what is wrong with others."""
        values: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for name, typed in self._typed().items():
            if self._only_changed and typed == self._before[name]:
                continue
            try:
                values[name] = read(self._fields[name], typed, now=self._desk.now, zone=self._desk.zone)
            except Invalid as error:
                wrong |= error.fields
        return values, wrong

    def _show_errors(self, wrong: Mapping[str, str]) -> None:
        for name, row in self._rows.items():
            row.error = wrong.get(name, "")
        self.tell(
            " ".join(sentence for name, sentence in wrong.items() if name not in self._rows), problem=True
        )
        first = next((name for name in self._rows if name in wrong), "")
        if first:
            self._widgets[first].focus()
            self.call_after_refresh(self._rows[first].scroll_visible, animate=False)

    def action_leave(self) -> None:
        """Leaves, unless it is being saved."""
        if not self._saving:
            super().action_leave()
