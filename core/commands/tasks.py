"""Commands on tasks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.catalog import Catalog
from core.commands.base import (
    Command,
    Context,
    Decision,
    Get,
    Need,
    Seen,
    changes_nothing,
    cleaned,
    delete,
    insert,
    link,
    only,
    subject_class,
    title_of,
    told,
    update,
)
from core.entities import Task
from core.errors import Invalid, NotFound, Refused
from core.ids import new_id
from core.permissions import require_write

TASK_KINDS = ("call", "email", "meeting", "todo")
EDITABLE = ("subject", "body", "kind", "due_at", "all_day", "assignee_id")
"""What can be changed in a task."""


@dataclass(frozen=True, kw_only=True)
class CreateTask(Command):
    """Something to do about a contact, deal or company.

    Attributes:
        table, record_id: what it is about.
        subject: what to do.
        due_at: when; with `all_day`, only its day counts (give the end of that day).
        kind: call, email, meeting or todo.
        assignee_id: who; oneself where it is empty.
        task_id: the new task's id.
    """

    NAME: ClassVar[str] = "create_task"
    table: str
    record_id: str
    subject: str
    due_at: dt.datetime
    all_day: bool = False
    kind: str = "todo"
    body: str = ""
    assignee_id: str = ""
    task_id: str = field(default_factory=new_id)

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get(self.table, self.record_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        record: Any = seen.get(subject_class(self.table), self.record_id)
        require_write(context.catalog, record.book_id, title_of(record))
        values = _checked(
            context,
            {
                "subject": self.subject, "due_at": self.due_at, "all_day": self.all_day, "kind": self.kind,
                "body": self.body, "assignee_id": self.assignee_id or context.catalog.me.id,
            },
        )  # fmt: skip
        values |= {"book_id": record.book_id, **link(record)}
        return Decision(
            f"Task for {title_of(record)}: {values['subject']}",
            (insert(Task, self.task_id, values),),
            "task.created",
        )


@dataclass(frozen=True, kw_only=True)
class EditTask(Command):
    """Changes a task: subject, body, kind, due_at, all_day, assignee_id."""

    NAME: ClassVar[str] = "edit_task"
    task_id: str
    values: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get("tasks", self.task_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        task = seen.get(Task, self.task_id)
        require_write(context.catalog, task.book_id, task.subject)
        only(self.values, EDITABLE, task.LABEL)
        change = update(task, _checked(context, self.values, task), self.expected)
        if changes_nothing(change):
            return Decision(f"{task.subject}: nothing to change", ())
        return Decision(f"Edited the task {task.subject}", (change,), "task.edited")


@dataclass(frozen=True, kw_only=True)
class CompleteTask(Command):
    """Ticks a task off; the timeline tells of it."""

    NAME: ClassVar[str] = "complete_task"
    task_id: str

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get("tasks", self.task_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        task = seen.get(Task, self.task_id)
        require_write(context.catalog, task.book_id, task.subject)
        if task.done_at is not None:
            raise Refused(f"{task.subject} is done already.")
        entry = told(
            context, kind="task_done", subject=task.subject, book_id=task.book_id, contact_id=task.contact_id,
            deal_id=task.deal_id, company_id=task.company_id, data={"task_id": task.id},
        )  # fmt: skip
        return Decision(f"Done: {task.subject}", (update(task, {"done_at": context.now}), entry), "task.done")


@dataclass(frozen=True, kw_only=True)
class DeleteTask(Command):
    """Drops a task."""

    NAME: ClassVar[str] = "delete_task"
    task_id: str

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get("tasks", self.task_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        task = seen.get(Task, self.task_id)
        require_write(context.catalog, task.book_id, task.subject)
        # Whoever has put it off, or ticked it off, meanwhile still counts on it.
        relies_on = (*EDITABLE, "done_at", "contact_id", "deal_id", "company_id")
        change = delete(task, context.now, relies_on=relies_on)
        return Decision(f"Deleted the task {task.subject}", (change,), "task.deleted")


def _checked(context: Context, values: Mapping[str, Any], current: Task | None = None) -> dict[str, Any]:
    out = cleaned(Task, values)
    wrong: dict[str, str] = {}
    if out.get("subject") == "":
        wrong["subject"] = "What is to be done?"
    if "kind" in out and out["kind"] not in TASK_KINDS:
        wrong["kind"] = f"A task is one of {', '.join(TASK_KINDS)}."
    due = out.get("due_at")
    if (
        due is not None
        and due != (current and current.due_at)
        and not dt.timedelta(days=-366) < due - context.now < dt.timedelta(days=3660)
    ):
        wrong["due_at"] = "That is too far away to be meant."
    if wrong:
        raise Invalid(wrong)
    if "assignee_id" in out:
        user = context.catalog.user_by_id.get(out["assignee_id"])
        if user is None:
            raise NotFound("That person is not there any more.")
        if user.disabled_at is not None and not (current and current.assignee_id == user.id):
            raise Refused(f"{user.name} cannot log in any more. Give the task to somebody else.")
    return out
