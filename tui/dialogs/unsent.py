"""What waits to be sent, and how it stands with the server."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.widgets import Static

from core.changes import Changeset
from core.errors import OffhookError
from core.text import clean_text
from core.when import show_when
from tui.desk import Desk
from tui.dialogs.base import Dialog
from tui.widgets.table import Column, ListSource, Table

_FOLD_BELOW = 50
"""Cells; below that, when it was done stands in a line of its own."""


class UnsentDialog(Dialog[None]):
    """Lists what was done here and has not reached the server, the oldest first; it goes by itself."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("What waits to be sent", hints=[("↑↓", "look")])
        self._desk = desk
        self._stop = desk.listen_to_health(self._look)

    def compose_body(self) -> ComposeResult:
        """How it stands; below it what waits, with since when."""
        when = Column[Changeset]("when", "Since", 18, self._when, style="muted")
        what = Column[Changeset]("what", "What you did", 16, lambda one: one.summary, weight=1)
        indented = Column[Changeset](
            "when", "", 14, lambda one: f"  {self._when(one)}", weight=1, style="muted"
        )
        yield Static("", id="unsent-text", classes="dialog--text", markup=False)
        yield Table[Changeset](
            [when, what],
            folded=([what], [indented]),
            fold_below=_FOLD_BELOW,
            selectable=False,
            grows=True,
            widget_id="unsent-list",
        ).add_class("dialog--flex")

    def on_mount(self) -> None:
        """Reads what waits."""
        self.query_one(Table).focus()
        self._look()

    def on_unmount(self) -> None:
        """Lets go of the desk."""
        self._stop()

    def _when(self, changeset: Changeset) -> str:
        return show_when(changeset.at, all_day=False, now=self._desk.now, zone=self._desk.zone)

    def _look(self) -> None:
        if self.is_attached:
            self.query_one("#unsent-text", Static).update(self._words())
            self.run_worker(self._load(), exclusive=True, group="load")

    async def _load(self) -> None:
        try:
            unsent = await self._desk.read(lambda ws: ws.unsent())
        except OffhookError as error:
            self.tell(str(error), problem=True)
            return
        self.query_one(Table).show(ListSource(unsent, lambda one: one.id), empty=["Everything is sent."])
        self.call_after_refresh(self.fit)

    def _words(self) -> str:
        health = self._desk.shown_health
        how = {
            "solo": "This workspace lies on this machine alone: what you do is saved, and nothing is sent.",
            "direct": "What you do is sent at once. What has no answer yet is kept, and sent again.",
            "field": "What you do is saved here and sent as soon as the server takes it.",
        }[health.mode]
        return clean_text("\n".join([health.line, how, *health.notes]))
