"""An import under way, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from tui.actions import key_of
from tui.desk import Desk
from tui.flows import importing
from tui.flows.export import shown
from tui.importing import Running
from tui.models.detail import Detail, heading
from tui.models.import_words import (
    GO,
    look_at,
    past_details,
    result,
    share,
    step_title,
    step_words,
    taken_back,
)
from tui.screens.apart import ApartScreen
from tui.widgets.details import Details
from tui.widgets.meter import Meter

_UNDER_WAY = {"behind": "Go on working", "leave": "Stop …"}
_OVER = {
    "activate": "Open",
    "resume": "Go on with it",
    "take_back": "Take back",
    "list": "Imports",
    "leave": "Close",
}
"""Actions with what the key bar calls them."""


class ImportRunScreen(ApartScreen):
    """Shows how far an import is. It goes on where the screen is left; at its end it says what came of it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "behind", "Go on working", id="run.behind",
                tooltip="Leave this screen; the import goes on, and says when it is done"),
        Binding("r", "resume", "Go on with it", id="run.resume",
                tooltip="Go on with an import that was stopped, where it ended"),
        Binding("u", "take_back", "Take back", id="run.undo",
                tooltip="Take the whole import back; what people have edited since stays"),
        Binding("L", "list", "Imports", show=False, id="run.list", tooltip="All imports there were"),
        Binding("escape", "leave", "Stop or close", id="run.leave",
                tooltip="Stop what is under way, once confirmed; afterwards close"),
    ]  # fmt: skip

    def __init__(self, desk: Desk, running: Running) -> None:
        super().__init__(desk)
        self.running = running
        self._stop_looking = running.listen(self._look)

    def compose_body(self) -> ComposeResult:
        """How far it is; what came of it."""
        yield Meter(widget_id="import-meter")
        yield Details(widget_id="import-report")

    def on_mount(self) -> None:
        """Shows how it stands."""
        self._show()

    def on_unmount(self) -> None:
        """Looks at it no longer; it goes on."""
        self._stop_looking()

    def follow(self, running: Running) -> None:
        """Shows another one in its place: it goes on, or is taken back."""
        self._stop_looking()
        self.running = running
        self._stop_looking = running.listen(self._look)
        self._show()

    def _look(self) -> None:
        if self.is_mounted:
            self._show()

    def _show(self) -> None:
        running, meter, report = (
            self.running,
            self.query_one(Meter),
            self.query_one("#import-report", Details),
        )
        was_over = report.display and self.focused is report
        meter.display, report.display = not running.over, running.over
        self.title_bar.show("Import", [running.name])
        if running.over:
            report.show(self._result())
            if not was_over:
                self.set_focus(report)
                report.action_end(False)
                self.refresh_bindings()
        else:
            self.set_focus(None)
            self._show_step()
        self.refresh_bars()

    def _show_step(self) -> None:
        running, step = self.running, self.running.step
        title = step_title(step.what if step else "undoing" if running.undoing else "importing")
        stopping = running.work is not None and running.work.stopping
        keys = f"{key_of(self, 'run.behind')} goes on working meanwhile, {key_of(self, 'run.leave')} stops."
        self.query_one(Meter).show(
            f"{title} {running.name}",
            share(step) if step else None,
            step_words(step) if step else "",
            "Stopping …" if stopping else keys,
        )

    def _result(self) -> list[Detail]:
        running = self.running
        if running.past is not None:
            now, zone = self.desk.now, self.desk.zone
            return [look_at(contacts=True), *past_details(running.past, now=now, zone=zone)]
        if running.report is not None and not running.problem:
            where = [shown(Path(one)) for one in running.report.rejects_files]
            return result(running.report, where=where, contacts=running.contacts)
        if running.undone is not None and not running.problem:
            return taken_back(running.undone)
        resume, undo = key_of(self, "run.resume"), key_of(self, "run.undo")
        if running.undoing:
            left = f"What is taken back stays so. {undo} goes on."
        else:
            left = f"What is in stays. {resume} goes on where it ended, {undo} takes it back."
        return [
            Detail("", f"✗ {running.problem}", "problem", "text"),
            heading("What now"),
            Detail("", left, style="text"),
        ]

    def key_hints(self) -> list[tuple[str, str]]:
        """What can be done at this point."""
        running = self.running
        out = {
            "activate": bool(running.problem),
            "resume": not running.can_resume,
            "take_back": not running.can_take_back,
        }
        labels = _OVER if running.over else _UNDER_WAY
        labels = {action: label for action, label in labels.items() if not out.get(action)}
        return [*self.hints_for(labels), *super().key_hints()[-1:]]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Going on elsewhere while it is under way, and with it where it was stopped."""
        if action == "behind":
            return not self.running.over
        if action == "resume":
            return self.running.can_resume
        return super().check_action(action, parameters)

    @on(Details.Activated)
    def _line_opened(self, event: Details.Activated) -> None:
        if event.detail.field == GO:
            self.offhook.go("contacts" if self.running.contacts or self.running.undoing else "pipeline")

    def action_behind(self) -> None:
        """Leaves the screen; the import goes on."""
        self.app.pop_screen()

    def action_resume(self) -> None:
        """Goes on where it ended."""
        self.start(importing.resume(self, self.running))

    def action_take_back(self) -> None:
        """Takes the whole import back, once confirmed; says why that cannot be."""
        if self.running.can_take_back:
            self.start(importing.take_back(self, self.running))
        else:
            self.say(importing.why_not_back(self, self.running))

    def action_list(self) -> None:
        """Shows all imports."""
        self.offhook.go("imports")

    def action_leave(self) -> None:
        """Stops it, once confirmed; closes what is over."""
        if self.running.over:
            self.app.pop_screen()
        else:
            self.start(importing.stop(self, self.running))
