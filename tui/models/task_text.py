"""What a list says about a task, in few words."""

from __future__ import annotations

from core.entities import Task
from core.health import Next
from tui.models.card_text import SIGNS, Clock, due_words

PRIORITY_SIGNS = {"high": "↑", "low": "↓"}
RECURS = "↻"


def subject_words(task: Task) -> str:
    """What is to be done, with the sign of what comes again."""
    return f"{task.subject} {RECURS}" if task.recurrence else task.subject


def priority_sign(task: Task) -> str:
    """The sign of a priority; empty for a normal one."""
    return PRIORITY_SIGNS.get(task.priority, "")


def task_words(task: Task) -> str:
    """How urgent it is, what is to be done, whether it comes again."""
    return " ".join(filter(None, (priority_sign(task), subject_words(task))))


def task_due(task: Task, clock: Clock) -> tuple[Next, str]:
    """When a task is due, in as few cells as can be. One for the day has no time, whatever zone it was planned in."""
    state, words = due_words(int(task.due_at.timestamp()), clock)
    if task.all_day and state is Next.TODAY:
        return state, f"{SIGNS[state]} today"
    return state, words.short
