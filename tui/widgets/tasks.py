"""The open tasks of a record, and the keys that every list of tasks has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from core.entities import Task
from core.health import Next
from tui.actions import key_of
from tui.models.card_text import Clock
from tui.models.task_text import task_due, task_words
from tui.widgets.table import Column, ListSource, Table

_STYLES = {Next.OVERDUE: "overdue", Next.TODAY: "today", Next.NONE: "muted", Next.FUTURE: "planned"}
TASK_KEYS: Sequence[BindingType] = (
    Binding("d", "ask('done')", "Done", id="tasks.done", tooltip="Tick the task off"),
    Binding("z", "ask('snooze')", "Snooze", id="tasks.snooze", tooltip="Put the task off: tomorrow 9, monday, any time"),
    Binding("e", "ask('edit')", "Edit task", id="tasks.edit", tooltip="Change the task"),
    Binding("p", "ask('priority')", "Priority", show=False, id="tasks.priority", tooltip="Normal, high ↑, low ↓"),
    Binding("D", "ask('delete')", "Delete task", show=False, id="tasks.delete",
            tooltip="Drop the task; can be undone"),
)  # fmt: skip
"""What can be done with the task under the cursor, wherever there is a list of them."""


@dataclass
class TaskAsked(Message):
    """Something is to be done with a task: one of `tui.flows.tasks.JOBS`."""

    task: Task
    what: str


class TaskList(Table[Task]):
    """Tasks by due time, a line each: when, how urgent, what.

    Args:
        clock: the current time.
        assignee: whose a task is, where it is not the user's own.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*TASK_KEYS]

    def __init__(
        self, clock: Callable[[], Clock], assignee: Callable[[Task], str], *, widget_id: str | None = None
    ) -> None:
        self._clock = clock

        def what(task: Task) -> str:
            return " · ".join(filter(None, (assignee(task), task_words(task))))

        super().__init__(
            [
                Column(
                    "due",
                    "",
                    7,
                    lambda task: task_due(task, clock())[1],
                    style=lambda task: _STYLES[task_due(task, clock())[0]],
                ),
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

    def action_ask(self, what: str) -> None:
        """Asks for something to be done with the task under the cursor."""
        if self.cursor_row is not None:
            self.post_message(TaskAsked(self.cursor_row, what))

    def action_activate(self) -> None:
        """Opens the task to be changed."""
        self.action_ask("edit")
