"""The scripts: what is said on calls, one's own and those that everybody shares."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core.commands.calling_setup import DeleteScript, SaveScript
from core.entities import Script
from core.text import clean_text
from tui.actions import key_of
from tui.desk import Desk
from tui.dialogs.prompt import Confirm
from tui.dialogs.setup_list import NARROW, Settle, SetupList
from tui.models import script_words as words
from tui.widgets.choices import Choices, Option

Write = Callable[[Script | None], Awaitable[str]]
"""Opens the editor on a script, or on a new one; returns the id of what was saved, or nothing."""


class ScriptList(SetupList):
    """Lists the scripts that the user sees, their own first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "add", "New script", id="scripts.add", tooltip="Write a script: Markdown with fields of the contact"),
        Binding("e,enter", "edit", "Edit script", id="scripts.edit", tooltip="The editor, with a preview; what is another’s can be read"),
        Binding("d", "duplicate", "Copy", id="scripts.copy", tooltip="A copy of your own"),
        Binding("S", "share", "Share", id="scripts.share", tooltip="With everybody; again: for yourself alone"),
        Binding("D,delete", "remove", "Delete", id="scripts.delete", tooltip="Undo brings it back"),
    ]  # fmt: skip

    def __init__(self, desk: Desk, settle: Settle, write: Write) -> None:
        super().__init__(
            desk,
            "Scripts",
            hints=[
                ("scripts.add", "new"), ("scripts.edit", "edit"), ("scripts.copy", "copy"), ("scripts.share", "share"),
                ("scripts.delete", "delete"),
            ],
            settle=settle,
        )  # fmt: skip
        self._write = write

    def compose_body(self) -> ComposeResult:
        """The scripts, and how the one under the cursor begins."""
        yield from super().compose_body()
        yield Static("", classes="dialog--aside setup--aside", markup=False)

    def show_list(self, wanted: str = "") -> None:
        """One's own scripts, and those that are shared."""
        me = self.desk.catalog.me.id
        scripts = sorted(self.desk.catalog.scripts, key=lambda one: (one.user_id != me, one.position, one.id))
        empty = f"There is no script yet. {key_of(self, 'scripts.add')} writes one."
        options = [Option(script.id, script.name, self._about(script)) for script in scripts]
        self.fill(options, wanted, empty=empty)
        self._tell_all()

    def _about(self, script: Script) -> str:
        catalog = self.desk.catalog
        target = words.for_words(script, catalog)
        if self.size.width < NARROW:
            return target
        return f"{target} · {words.objections_words(script.body)} · {words.whose(script, catalog)}"

    @on(Choices.Highlighted)
    def _tell_all(self) -> None:
        script = self._script
        told = ""
        if script is not None:
            catalog = self.desk.catalog
            begins = " ".join(script.body.split())[:160]
            told = f"For {words.for_words(script, catalog)} · {words.whose(script, catalog)}\n{begins}"
        self.query_one(".setup--aside", Static).update(clean_text(told))

    @property
    def _script(self) -> Script | None:
        return next((one for one in self.desk.catalog.scripts if one.id == self.current_id), None)

    def action_add(self) -> None:
        """Writes a script."""
        self.run_worker(self._edit(None))

    def action_edit(self) -> None:
        """Opens the script under the cursor."""
        if self._script:
            self.run_worker(self._edit(self._script))

    async def _edit(self, script: Script | None) -> None:
        saved = await self._write(script)
        if saved:
            self.show_list(saved)

    def action_duplicate(self) -> None:
        """Makes a copy of one's own."""
        if self._script:
            self.run_worker(self._duplicate(self._script), group="scripts")

    async def _duplicate(self, script: Script) -> None:
        values = {
            "name": f"{script.name} (copy)", "body": script.body, "pipeline_id": script.pipeline_id,
            "stage_id": script.stage_id, "view_id": script.view_id,
        }  # fmt: skip
        command = SaveScript(values=values)
        if (await self.run(command)).applied:
            self.show_list(command.new_script_id)

    def action_share(self) -> None:
        """Shares the script under the cursor, or takes it back from the others."""
        if script := self._script:
            command = SaveScript(
                script_id=script.id, values={"shared": not script.shared}, expected={"shared": script.shared}
            )
            self.run_worker(self.run(command), group="scripts")

    def action_remove(self) -> None:
        """Deletes the script under the cursor."""
        if self._script:
            self.run_worker(self._remove(self._script), group="scripts")

    async def _remove(self, script: Script) -> None:
        whose = "Everybody loses it" if script.shared else "It is yours alone"
        sure = Confirm(
            f"Delete the script {script.name}?", f"{whose}; {key_of(self, 'setup.undo')} brings it back."
        )
        if await self.app.push_screen_wait(sure):
            await self.run(DeleteScript(script_id=script.id))
