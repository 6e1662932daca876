"""Asking for the files to import, and reading them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from core.errors import Invalid, OffhookError
from core.imports.shapes import Cancelled, Job, Options, Step, TableView
from core.schema import TEXT_LIMIT
from tui.dialogs.base import Dialog
from tui.importing import ImportDesk, Work
from tui.models.import_files import Completion, common, completions, expanded, files_in, listing, quoted
from tui.models.import_words import share, step_title, step_words
from tui.widgets.choices import Choices, Option
from tui.widgets.entry import LineEntry
from tui.widgets.meter import Meter

HELD = 1.0
"""Seconds that keys wait for what is being read; after that, escape has to reach it."""
SHOWN_AFTER = 0.3
"""Seconds of reading after which it is told how far it is."""
_LINES = 8
_ANEW = ("/", "~", "'", '"')
"""Characters that begin a path of their own."""


class PathEntry(LineEntry):
    """A line for paths. What begins a path of its own takes the place of a folder that was only proposed."""

    def __init__(self, proposed: str) -> None:
        super().__init__(proposed, limit=TEXT_LIMIT)
        self._proposed = proposed

    async def _on_key(self, event: events.Key) -> None:
        if event.character in _ANEW:
            self._drop_proposed()
        await super()._on_key(event)

    def _on_paste(self, event: events.Paste) -> None:
        if event.text.strip().startswith((*_ANEW, "file:")) or Path(event.text.strip()).is_absolute():
            self._drop_proposed()
        super()._on_paste(event)

    def _drop_proposed(self) -> None:
        if self.value == self._proposed:
            self.value = ""


class FilesDialog(Dialog[tuple[Job, Sequence[TableView], str]]):
    """Returns files that were read, as a job with its tables and the files' names; None where the user left.

    What cannot be used is said, and what was typed stays.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", id="files.complete",
                tooltip="Complete the name as far as it is clear, then take what is under the cursor", priority=True),
        Binding("enter", "take", "Read", id="files.take",
                tooltip="Read the files that are named, or take what is under the cursor", priority=True),
        Binding("up,ctrl+p", "step(-1)", "Up", show=False, id="files.up", tooltip="One up", priority=True),
        Binding("down,ctrl+n", "step(1)", "Down", show=False, id="files.down", tooltip="One down", priority=True),
        Binding("pageup", "step(-8)", "Page up", show=False, id="files.page-up", tooltip="A page up",
                priority=True),
        Binding("pagedown", "step(8)", "Page down", show=False, id="files.page-down", tooltip="A page down",
                priority=True),
    ]  # fmt: skip

    def __init__(self, imports: ImportDesk) -> None:
        super().__init__("Import", hints=[("files.take", "read"), ("files.complete", "complete")])
        self._imports = imports
        self._home = Path.home()
        self._found: list[Completion] = []
        self._moved = False
        self._work: Work | None = None
        self._told_late: Timer | None = None

    def compose_body(self) -> ComposeResult:
        """A line to type in, what it could become, and how far the reading is."""
        yield Static(
            "Which file? CSV, Excel, vCard or JSON; several of one export together. You can drop them here.",
            classes="dialog--label", markup=False,
        )  # fmt: skip
        yield PathEntry(self._shown(self._imports.folder))
        yield Choices(empty="", lines=_LINES)
        meter = Meter(widget_id="import-reading")
        meter.display = False
        yield meter

    def _shown(self, folder: Path) -> str:
        at_home = folder.is_relative_to(self._home)
        text = f"~/{folder.relative_to(self._home).as_posix()}" if at_home else folder.as_posix()
        return quoted(text.removesuffix("/.").rstrip("/") + "/")

    @property
    def _line(self) -> PathEntry:
        return self.query_one(PathEntry)

    @property
    def _choices(self) -> Choices:
        return self.query_one(Choices)

    def on_mount(self) -> None:
        """Begins behind the folder that files were last taken from."""
        self._line.focus()
        self._line.cursor_position = len(self._line.value)
        self._look()

    # --- completing -----------------------------------------------------------------------------------------------

    @on(Input.Changed)
    def _typed(self) -> None:
        self._moved = False
        if self._told and self._work is None:
            self.tell("")
        self._look()

    def _look(self) -> None:
        # Not a coroutine yet: one that is overtaken before it begins would never be awaited.
        self.run_worker(self._list, group="list", exclusive=True)  # type: ignore[arg-type]

    async def _list(self) -> None:
        typed = self._line.value
        found = await asyncio.to_thread(completions, typed, home=self._home, listing=listing)
        self._show_found(found)

    def _show_found(self, found: list[Completion]) -> None:
        self._found = found
        self._choices.show([Option(str(n), one.shown) for n, one in enumerate(found)], empty="")

    @property
    def _current(self) -> Completion | None:
        current = self._choices.current
        return self._found[int(current.id)] if current is not None else None

    def _go_to(self, line: str) -> None:
        self._line.value = line
        self._line.cursor_position = len(line)

    def action_complete(self) -> None:
        """Completes what is typed as far as it is clear; where nothing more is, takes what is under the cursor."""
        if self._work is not None:
            return
        clear = common(self._found)
        if not self._moved and len(clear) > len(self._line.value):
            self._go_to(clear)
        elif (current := self._current) is not None:
            self._go_to(current.line)

    def action_step(self, step: int) -> None:
        """Moves along the list."""
        self._choices.move(step)
        self._moved = True

    @on(Choices.Chosen)
    def _clicked(self) -> None:
        self._moved = True
        self.action_take()

    # --- reading --------------------------------------------------------------------------------------------------

    def entered(self, field: Widget) -> None:
        """Enter is seen to by `action_take`."""

    def action_take(self) -> None:
        """Reads what is named, or takes what is under the cursor."""
        if self._work is None:
            self._work = Work(self._show_step)
            self.hold()
            self.tell("")
            self.set_timer(HELD, self.go_on)
            self._told_late = self.set_timer(SHOWN_AFTER, self._show_reading)
            self.run_worker(self._read(self._line.value, self._work), group="read")

    async def _read(self, typed: str, work: Work) -> None:
        try:
            paths = await self._named(typed)
            if not paths:
                return
            names = ", ".join(path.name for path in paths)

            def read(progress: Work) -> tuple[Job, Sequence[TableView], str]:
                job = self._imports.importer().open(paths, Options(), progress)
                return job, job.tables(), names

            found = await self._imports.work(lambda _: read(work), work)
        except Cancelled:
            self.tell("Stopped. Nothing was imported.")
        except OffhookError as error:
            self.tell(str(error), problem=True)
        else:
            self._imports.folder = paths[0].absolute().parent
            self.dismiss(found)
            return
        finally:
            self._work = None
            if self._told_late is not None:
                self._told_late.stop()
            if self.is_attached:
                self.query_one(Meter).display = False
                self._choices.display = True
                self.go_on()

    async def _named(self, typed: str) -> list[Path]:
        """The files to read; none where the line went on to a folder instead.

        Raises:
            Invalid: there are none.
        """
        current = self._current
        if not (self._moved and current is not None):
            try:
                return await self._files(typed)
            except Invalid:
                if current is None:
                    raise
        self._go_to(current.line)
        return [] if current.folder else await self._files(current.line)

    async def _files(self, line: str) -> list[Path]:
        return await asyncio.to_thread(files_in, line, home=self._home, expand=expanded)

    def _show_reading(self) -> None:
        if self._work is None:
            return
        self._choices.display = False
        meter = self.query_one(Meter)
        meter.display = True
        meter.show("Reading …", None, "", f"{self._pressed('dialog.leave')} stops.")
        self.call_after_refresh(self.fit)

    def _show_step(self, step: Step) -> None:
        meter = self.query_one(Meter)
        if self._work is not None and meter.display:
            hint = f"{self._pressed('dialog.leave')} stops."
            meter.show(f"{step_title(step.what)} …", share(step), step_words(step), hint)

    def action_leave(self) -> None:
        """Stops the reading, or goes back."""
        if self._work is not None:
            self._work.stop()
        else:
            self.dismiss(None)
