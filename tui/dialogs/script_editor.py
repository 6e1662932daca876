"""Writing a script: Markdown on one side, on the other how it reads on a call."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Resize
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from core.entities import Script
from core.errors import OffhookError
from core.schema import TEXT_LIMIT
from core.text import clean_text
from core.workspace import Changed
from tui.desk import Desk
from tui.dialogs.base import Dialog
from tui.dialogs.fields import ChoiceField, FormField, typed_in, widget_for
from tui.dialogs.pick import Option, Picker
from tui.models import script_words as words
from tui.widgets.entry import TextEntry
from tui.widgets.panes import PaneBar
from tui.widgets.row import Row
from tui.widgets.script import ScriptView

SIDE_BY_SIDE = 100
"""Columns from which text and preview stand beside each other."""
TEXT, PREVIEW = range(2)
_SHARED = [("", "you alone"), ("yes", "everybody")]

Typed = dict[str, str]
"""What is in each field: name, target, shared, body."""
Save = Callable[[Typed, Typed], Awaitable[Mapping[str, str]]]
"""Takes what is typed and what was there before; returns what is wrong, field by field."""


class ScriptEditor(Dialog[bool]):
    """Returns True when it was saved. What is typed is kept from the first letter on, and comes back after a crash.

    Args:
        desk: keeps the drafts, and tells what others change.
        script: what is edited; None for a new one.
        save: saves it.
        draft: under which key what is typed is kept.
        kept: what was kept there the last time.
        reader: to whom it reads in the preview: their name, and what the fields then hold.
        overtaken: says what others made of the script meanwhile.
        target: what a new one is for to begin with.
        only_look: why it can be read and not changed; empty where it can.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", id="writing.save", priority=True, tooltip="Save from any field"),
        Binding("f2,ctrl+r", "preview", "Text or preview", id="writing.preview", priority=True,
                tooltip="From the text to how it reads, where digits unfold objections; and back"),
        Binding("f3,ctrl+o", "insert", "Insert a field", id="writing.insert", priority=True,
                tooltip="Name, company, deal …: what is filled in on the call"),
        Binding("tab", "next(1)", "Next", show=False, id="writing.next", tooltip="The next field, then the preview"),
        Binding("shift+tab", "next(-1)", "Before", show=False, id="writing.previous", tooltip="The field before"),
    ]  # fmt: skip
    save_key = "writing.save"

    def __init__(
        self,
        desk: Desk,
        script: Script | None,
        save: Save,
        *,
        draft: str,
        kept: str = "",
        reader: tuple[str, Mapping[str, str]],
        overtaken: Callable[[], Awaitable[str]] | None = None,
        target: str = "",
        only_look: str = "",
    ) -> None:
        hints = [("writing.preview", "preview"), ("tab", "next")]
        if not only_look:
            hints = [("writing.save", "save"), ("writing.insert", "field"), *hints]
        title = f"Script · {script.name}" if script else "New script"
        super().__init__(f"{title} · previewed with {reader[0]}", hints=hints)
        self._desk = desk
        self._script = script
        self._save_with = save
        self._draft = draft
        self._reader, self._values = reader
        self._overtaken = overtaken
        self._only_look = only_look
        new = {"name": "", "target": target, "shared": "", "body": words.BEGIN}
        self._before = _typed_of(script) if script else new
        begin, self._again = dict(self._before), False
        if (found := _read_kept(kept)) is not None:
            # What was on the screen then, not what is there now: what others changed since is asked about.
            begin, self._before = found
            self._again = True
        self._fields = _fields(begin, desk)
        self._widgets = {field.name: widget_for(field) for field in self._fields}
        self._rows = {field.name: Row(field.label, self._widgets[field.name]) for field in self._fields}
        self._body = TextEntry(begin["body"], limit=TEXT_LIMIT, read_only=bool(only_look), id="script-body")
        self._view = ScriptView(empty=("Nothing is written yet",))
        self._saving = False
        self._stop_listening = desk.listen(self._on_changed) if overtaken is not None else None

    def compose_body(self) -> ComposeResult:
        """Name, what it is for, who sees it; the text and how it reads; what can be written."""
        with Vertical(classes="form"):
            yield from self._rows.values()
        yield PaneBar(("Text", "Preview"))
        with Horizontal(id="script-panes"):
            yield self._body
            yield self._view
        yield Static(clean_text(words.CHEAT), classes="dialog--aside", id="script-cheat", markup=False)
        yield Static("", classes="dialog--notice", markup=False)

    def on_mount(self) -> None:
        """Begins with the name of a new script, with the text of another."""
        if self._only_look:
            for widget in self._widgets.values():
                widget.disabled = True
            self.tell(self._only_look)
        (self._widgets["name"] if self._script is None and not self._only_look else self._body).focus()
        self._place()
        self.call_after_refresh(self._read_out)
        if self._again:
            self.tell("What you had typed is here again.")

    def on_resize(self, event: Resize) -> None:
        """Puts text and preview beside each other where there is room."""
        super().on_resize(event)
        self._place()
        self.call_after_refresh(self._read_out)

    def on_unmount(self) -> None:
        """Lets go of the desk."""
        if self._stop_listening is not None:
            self._stop_listening()

    # --- text and preview ---------------------------------------------------------------------------------------

    def _place(self) -> None:
        """Shows one or both, by the room and the focus."""
        both, previewing = self.size.width >= SIDE_BY_SIDE, self.focused is self._view
        self.query_one(PaneBar).display = not both
        self.query_one(PaneBar).show(PREVIEW if previewing else TEXT)
        self._body.display = both or not previewing
        self._view.display = both or previewing

    def _read_out(self) -> None:
        """Shows how what is typed reads, with the cursor's place in sight."""
        row, column = self._body.cursor_location
        lines = self._body.text.split("\n")
        until = sum(len(line) + 1 for line in lines[:row]) + column
        self._view.follow(self._body.text, self._values, until)

    @on(PaneBar.Chosen)
    def _pane_chosen(self, event: PaneBar.Chosen) -> None:
        self._to(self._view if event.index == PREVIEW else self._body)

    def _to(self, widget: Widget) -> None:
        """Goes to a part; what cannot be seen is shown first."""
        self._body.display = self._view.display = True
        self.set_focus(widget)
        self._place()
        self.call_after_refresh(self._read_out)

    def action_preview(self) -> None:
        """To the preview, or back to the text."""
        self._to(self._body if self.focused is self._view else self._view)

    def action_next(self, step: int) -> None:
        """The next of the fields, the text and the preview."""
        places = [self._body, self._view]
        if not self._only_look:
            places = [*self._widgets.values(), *places]
        at = places.index(self.focused) if self.focused in places else 0
        self._to(places[(at + step) % len(places)])

    def entered(self, field: Widget) -> None:
        """Enter goes on to the next field."""
        self.action_next(1)

    def action_insert(self) -> None:
        """Asks for a field, and puts it where the cursor is in the text."""
        if not self._only_look:
            self.run_worker(self._insert())

    async def _insert(self) -> None:
        options = [Option(name, name, label) for name, label in words.fields_to_insert()]
        chosen = await self.app.push_screen_wait(Picker("Insert a field", options))
        if isinstance(chosen, str):
            self._to(self._body)
            self._body.insert(chosen)

    # --- what is typed ------------------------------------------------------------------------------------------

    @property
    def _typed(self) -> Typed:
        return {**{name: typed_in(widget) for name, widget in self._widgets.items()}, "body": self._body.text}

    @property
    def unsaved(self) -> bool:
        """Whether something was changed."""
        return self._typed != self._before

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(ChoiceField.Changed)
    def _changed(self) -> None:
        self.typed_on()
        typed = self._typed
        kept = json.dumps({"typed": typed, "before": self._before}) if typed != self._before else ""
        self._desk.drafts.keep(self._draft, kept)
        self._read_out()

    @on(TextArea.SelectionChanged)
    def _moved(self) -> None:
        self._read_out()

    def _on_changed(self, changed: Changed) -> None:
        mine = (Script.TABLE, self._script.id if self._script else "")
        if not changed.local and (changed.everything or mine in changed.rows):
            self.run_worker(self._ask_what_others_did, exclusive=True, group="others")  # type: ignore[arg-type]

    async def _ask_what_others_did(self) -> None:
        if self._overtaken is None:
            return
        try:
            told = await self._overtaken()
        except OffhookError:
            return
        place = self.query_one(".dialog--notice", Static)
        place.update(clean_text(told))
        place.display = bool(told)

    # --- saving -------------------------------------------------------------------------------------------------

    def action_save(self) -> None:
        """Saves what is typed."""
        if self._only_look:
            self.tell(self._only_look, problem=True)
        elif not self._saving:
            self._saving = True
            self.hold()
            self.run_worker(self._save(), group="save")

    async def _save(self) -> None:
        try:
            wrong = await self._save_with(self._typed, self._before)
        except OffhookError as error:
            wrong = {"": str(error)}
        finally:
            self._saving = False
        if not wrong:
            self._desk.drafts.forget(self._draft)
            self.dismiss(True)
            return
        for name, row in self._rows.items():
            row.error = wrong.get(name, "")
        self.tell(
            " ".join(sentence for name, sentence in wrong.items() if name not in self._rows), problem=True
        )
        if first := next((name for name in self._rows if name in wrong), ""):
            self._to(self._widgets[first])
        self.go_on()

    def action_leave(self) -> None:
        """Leaves; what was typed is dropped only when that was asked for twice."""
        if self._saving or self.keeps():
            return
        if not self._only_look:
            self._desk.drafts.forget(self._draft)
        self.dismiss(None)


def _fields(typed: Typed, desk: Desk) -> list[FormField]:
    return [
        FormField("name", "Name", value=typed["name"], required=True, hint="Cold call, Renewal …"),
        FormField("target", "For", "choice", typed["target"], words.targets(desk.catalog)),
        FormField("shared", "Seen by", "choice", typed["shared"], _SHARED),
    ]


def _typed_of(script: Script) -> Typed:
    return {
        "name": script.name, "target": words.target_of(script), "shared": "yes" if script.shared else "",
        "body": script.body,
    }  # fmt: skip


def _read_kept(kept: str) -> tuple[Typed, Typed] | None:
    """What was typed, and what was there when that began; None where nothing was kept, or by another version."""
    try:
        found: Any = json.loads(kept) if kept else None
        typed, before = found["typed"], found["before"]
        names = {"name", "target", "shared", "body"}
        fits = all(
            set(each) == names and all(isinstance(one, str) for one in each.values())
            for each in (typed, before)
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    return (typed, before) if fits else None
