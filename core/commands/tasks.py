"""Commands on tasks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from core.catalog import Catalog
from core.changes import Change
from core.clock import zone_named
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
from core.next_step import KINDS
from core.permissions import require_write
from core.recurrence import RECURRENCES, next_due
from core.when import show_when

TASK_KINDS = KINDS
PRIORITIES = ("", "high", "low")
"""How much a task matters; empty is what most of them are."""
EDITABLE = ("subject", "body", "kind", "due_at", "all_day", "assignee_id", "priority", "recurrence")
"""What can be changed in a task."""
_ABOUT = ("contact_id", "deal_id", "company_id")
"""What a task is about."""


@dataclass(frozen=True, kw_only=True)
class CreateTask(Command):
    """Something to do about a contact, deal or company.

    Attributes:
        table, record_id: what it is about.
        subject: what to do.
        due_at: when; with `all_day`, only its day counts (give the end of that day).
        kind: call, email, meeting or todo.
        assignee_id: who; oneself where it is empty.
        priority: high, low, or empty.
        recurrence: how often it comes again, one of `core.recurrence.RECURRENCES`; empty: once.
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
    priority: str = ""
    recurrence: str = ""
    task_id: str = field(default_factory=new_id)

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get(self.table, self.record_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        record: Any = seen.get(subject_class(self.table), self.record_id)
        require_write(context.catalog, record.book_id, title_of(record))
        values = clean_task(
            context,
            {
                "subject": self.subject, "due_at": self.due_at, "all_day": self.all_day, "kind": self.kind,
                "body": self.body, "assignee_id": self.assignee_id or context.catalog.me.id,
                "priority": self.priority, "recurrence": self.recurrence,
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
    """Changes a task: any of the fields in `EDITABLE`; whose it is, too."""

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
        change = update(task, clean_task(context, self.values, task), self.expected)
        if changes_nothing(change):
            return Decision(f"{task.subject}: nothing to change", ())
        return Decision(f"Edited the task {task.subject}", (change,), "task.edited")


@dataclass(frozen=True, kw_only=True)
class CompleteTask(Command):
    """Ticks a task off; the timeline tells of it. One that comes again is there again at once, for the next time."""

    NAME: ClassVar[str] = "complete_task"
    task_id: str

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get("tasks", self.task_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        task = seen.get(Task, self.task_id)
        require_write(context.catalog, task.book_id, task.subject)
        if task.done_at is not None:
            raise Refused(f"{task.subject} is done already.")
        return Decision(f"Done: {task.subject}", tuple(complete(task, context)), "task.done")


@dataclass(frozen=True, kw_only=True)
class SnoozeTask(Command):
    """Puts a task off.

    Attributes:
        task_id: the task.
        due_at: until when; not in the past.
        all_day: only the day counts (give the end of that day).
    """

    NAME: ClassVar[str] = "snooze_task"
    task_id: str
    due_at: dt.datetime
    all_day: bool = False

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get("tasks", self.task_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        task = seen.get(Task, self.task_id)
        require_write(context.catalog, task.book_id, task.subject)
        if task.done_at is not None:
            raise Refused(f"{task.subject} is done already.")
        values = clean_task(context, {"due_at": self.due_at, "all_day": self.all_day}, task)
        if values["due_at"] <= context.now:
            raise Invalid({"due_at": "That is over already. Put it off to a time to come."})
        change = update(task, values)
        if changes_nothing(change):
            return Decision(f"{task.subject}: it is due then already", ())
        when = show_when(
            values["due_at"],
            all_day=self.all_day,
            now=context.now,
            zone=zone_of(context.catalog, task.assignee_id),
        )
        return Decision(f"Put off to {when}: {task.subject}", (change,), "task.snoozed")


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
        relies_on = (*EDITABLE, "done_at", *_ABOUT)
        change = delete(task, context.now, relies_on=relies_on)
        return Decision(f"Deleted the task {task.subject}", (change,), "task.deleted")


def complete(task: Task, context: Context, *, again: bool = True) -> Iterator[Change]:
    """The changes that tick a task off, tell of it, and plan it anew where it comes again, unless it must not."""
    yield update(task, {"done_at": context.now})
    yield told(
        context, kind="task_done", subject=task.subject, book_id=task.book_id, contact_id=task.contact_id,
        deal_id=task.deal_id, company_id=task.company_id, data={"task_id": task.id},
    )  # fmt: skip
    if again and task.recurrence in RECURRENCES:
        values = {name: getattr(task, name) for name in (*EDITABLE, "book_id", *_ABOUT)}
        zone = zone_of(context.catalog, task.assignee_id)
        values["due_at"] = next_due(task.due_at, task.recurrence, context.now, zone, all_day=task.all_day)
        yield insert(Task, context.new_id(), values)


def zone_of(catalog: Catalog, user_id: str) -> ZoneInfo:
    """Where a user's clock is: their time zone, or else the organization's."""
    user = catalog.user_by_id.get(user_id)
    own = zone_named(user.time_zone) if user else None
    return own or zone_named(catalog.organization.time_zone) or ZoneInfo("UTC")


def clean_task(context: Context, values: Mapping[str, Any], current: Task | None = None) -> dict[str, Any]:
    """The values of a task, if they can be kept.

    Args:
        context: who gives them, and when.
        values: new values by field name.
        current: the task as it is; None for a new one.

    Raises:
        Invalid: what is wrong, field by field.
        NotFound, Refused: nobody can be given the task who is to have it.
    """
    out = cleaned(Task, values)
    wrong: dict[str, str] = {}
    if out.get("subject") == "":
        wrong["subject"] = "What is to be done?"
    if "kind" in out and out["kind"] not in TASK_KINDS:
        wrong["kind"] = f"A task is one of {', '.join(TASK_KINDS)}."
    if "priority" in out and out["priority"] not in PRIORITIES:
        wrong["priority"] = "A priority is high or low, or empty for neither."
    if "recurrence" in out and out["recurrence"] not in ("", *RECURRENCES):
        wrong["recurrence"] = f"A task comes again {', '.join(RECURRENCES)}, or not at all."
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
