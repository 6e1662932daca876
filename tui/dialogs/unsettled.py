"""Leaving while something is not sent yet."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from core.commands.base import counted
from tui.actions import key_of
from tui.desk import Desk
from tui.dialogs.base import Dialog


class UnsettledDialog(Dialog[str]):
    """Returns `settled` once everything is sent, `leave` to go at once, None to stay.

    It stays where something was refused: the reason is to be read, and what was typed comes back.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "wait", "Wait", id="unsettled.wait", tooltip="Leave as soon as it is sent"),
        Binding("l", "leave_now", "Leave now", id="unsettled.leave", tooltip="It is sent at the next start"),
    ]

    leave_word = "stay"

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            "Not everything is sent yet", hints=[("unsettled.wait", "wait"), ("unsettled.leave", "leave now")]
        )
        self._desk = desk
        self._putting_by = False
        self._refused = desk.refused
        self._stop = desk.listen_to_health(self._look)

    def compose_body(self) -> ComposeResult:
        """How much, and what becomes of it."""
        yield Static(self._words(), id="unsettled-text", classes="dialog--text", markup=False)

    def on_mount(self) -> None:
        """Goes when there is nothing left to wait for."""
        self.run_worker(self._wait())

    async def _wait(self) -> None:
        while not await self._desk.settled(60):
            pass
        self.dismiss("settled" if self._desk.refused == self._refused else None)

    def _look(self) -> None:
        if self.is_mounted and self._desk.unsettled:
            self.query_one("#unsettled-text", Static).update(self._words())

    def _words(self) -> str:
        waiting, health = self._desk.unsettled, self._desk.last_seen_health
        # How many wait is said in this sentence; the workspace knows only of the one that it is busy with.
        how = "" if health.level == "ok" else f"{health.line.partition(' · ')[0]}. "
        wait, are = ("waits", "it is") if waiting == 1 else ("wait", "they are")
        return (
            f"{how}{counted(waiting, 'change')} of yours {wait} for the server. Leave now, and {are} sent when"
            " offhook is started next."
        )

    def on_unmount(self) -> None:
        """Lets go of the desk."""
        self._stop()

    def action_wait(self) -> None:
        """Waits, which it does in any case."""
        self.tell("Waiting. offhook leaves when all is sent.")

    def action_leave_now(self) -> None:
        """Leaves without waiting; where something would be lost, only when it is asked for a second time."""
        if self._warned:
            self.dismiss("leave")
        elif not self._putting_by:
            self._putting_by = True
            self.run_worker(self._put_by(), group="put-by")

    async def _put_by(self) -> None:
        lost = await self._desk.put_by()
        self._putting_by = False
        if not lost:
            self.dismiss("leave")
            return
        self._warned = True
        self.tell(
            f"{counted(lost, 'change')} cannot be kept without the server. {key_of(self, 'unsettled.leave')} again drops"
            f" {'it' if lost == 1 else 'them'}, {key_of(self, 'unsettled.wait')} waits.",
            problem=True,
        )
