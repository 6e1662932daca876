"""The open tasks of a record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from core.entities import Task
from core.health import Next
from tui.actions import key_of
from tui.models.card_text import Clock, due_words
from tui.widgets.table import Column, ListSource, Table

_STYLES = {Next.OVERDUE: "overdue", Next.TODAY: "today", Next.NONE: "muted", Next.FUTURE: "planned"}


class TaskList(Table[Task]):
    """Tasks by due time, a line each: when, what.

    Args:
        clock: the current time.
        assignee: whose a task is, where it is not the user's own.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,d", "done", "Done", id="tasks.done", tooltip="Tick the task off"),
        Binding("enter,e", "edit", "Edit task", id="tasks.edit", tooltip="Change the task"),
        Binding(
            "D", "drop", "Delete task", show=False, id="tasks.delete", tooltip="Drop the task; can be undone"
        ),
    ]

    @dataclass
    class Asked(Message):
        """Something is to be done with a task: done, edit or delete."""

        task: Task
        what: str

    def __init__(
        self, clock: Callable[[], Clock], assignee: Callable[[Task], str], *, widget_id: str | None = None
    ) -> None:
        self._clock = clock

        def due(task: Task) -> tuple[Next, str]:
            state, words = due_words(int(task.due_at.timestamp()), clock())
            return state, words.short

        def what(task: Task) -> str:
            return " · ".join(filter(None, (assignee(task), task.subject)))

        super().__init__(
            [
                Column("due", "", 7, lambda task: due(task)[1], style=lambda task: _STYLES[due(task)[0]]),
                Column("subject", "", 10, what, weight=1),
            ],
            label="Tasks",
            selectable=False,
            grows=True,
            widget_id=widget_id,
        )

    def show_tasks(self, tasks: Sequence[Task]) -> None:
        """Shows other tasks; the cursor stays on its own."""
        self.show(
            ListSource(tasks, lambda task: task.id),
            empty=[f"Nothing planned. {key_of(self, 'record.task')} plans something."],
        )

    def _ask(self, what: str) -> None:
        if self.cursor_row is not None:
            self.post_message(self.Asked(self.cursor_row, what))

    def action_done(self) -> None:
        """Asks for the task to be ticked off."""
        self._ask("done")

    def action_edit(self) -> None:
        """Asks for the task to be changed."""
        self._ask("edit")

    def action_drop(self) -> None:
        """Asks for the task to be dropped."""
        self._ask("delete")
