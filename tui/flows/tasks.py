"""Planning what is to be done, and getting it done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.commands.base import Command
from core.commands.tasks import TASK_KINDS, CompleteTask, CreateTask, DeleteTask, EditTask
from core.entities import Task
from core.errors import Invalid
from core.when import parse_when, show_when
from core.workspace import Subject
from tui.dialogs.fields import FormField
from tui.dialogs.form import Form
from tui.flows.overtaken import overtaken
from tui.flows.run import at_fields, flow, run, settle
from tui.flows.subjects import called

if TYPE_CHECKING:
    from tui.desk import Desk
    from tui.screens.base import DeskScreen


@flow
async def add_task(screen: DeskScreen, subject: Subject) -> None:
    """Plans something to do."""
    await _task_form(screen, f"Task · {await called(screen, subject)}", subject, None)


@flow
async def edit_task(screen: DeskScreen, task: Task) -> None:
    """Changes a task."""
    await _task_form(screen, "Edit task", None, task)


async def _task_form(screen: DeskScreen, title: str, subject: Subject | None, task: Task | None) -> None:
    desk = screen.desk
    when = _when_value(task, desk.zone) if task else "tomorrow 9:00"
    fields = _task_fields(desk, task, when)
    editors = _by_field(fields)

    async def submit(values: dict[str, Any]) -> Mapping[str, str] | None:
        if "when" in values:
            values["due_at"], values["all_day"] = values.pop("when")
        command: Command
        if task is not None:
            seen = {name: getattr(task, name) for name in values}
            command = EditTask(task_id=task.id, values=values, expected=seen)
        else:
            assert subject is not None
            command = CreateTask(table=subject.table, record_id=subject.id, **values)
        answer = await settle(screen, command, await desk.execute(command), editors=editors)
        return at_fields(screen, answer, {"due_at": "when", "all_day": "when"})

    async def watch(typed: dict[str, str]) -> str:
        try:
            at, all_day = parse_when(typed["when"], desk.now, desk.zone)
        except Invalid:
            return ""
        return f"Due {show_when(at, all_day=all_day, now=desk.now, zone=desk.zone)}"

    if task is None:
        await screen.app.push_screen_wait(Form(desk, title, fields, submit, watch=watch))
        return
    labels = {"due_at": "When", "all_day": "When"}
    labels |= {field.name: field.label for field in fields if field.name != "when"}
    form = Form(
        desk, title, fields, submit, watch=watch, only_changed=True, record=("tasks", task.id),
        overtaken=overtaken(desk, task, labels, task.subject),
    )  # fmt: skip
    await screen.app.push_screen_wait(form)


def _task_fields(desk: Desk, task: Task | None, when: str) -> list[FormField]:
    # A user who cannot log in any more stays the one who has the task, but gets no other.
    had = {task.assignee_id} if task else set()
    users = [(u.id, u.name) for u in desk.catalog.users if u.disabled_at is None or u.id in had]
    return [
        FormField(
            "subject",
            "What",
            value=task.subject if task else "",
            required=True,
            hint="Call back about the offer",
        ),
        FormField("when", "When", "when", when, hint="tue 3pm, in 2 weeks, 2026-12-24", required=True),
        FormField(
            "kind", "Kind", "choice", task.kind if task else "call", [(kind, kind) for kind in TASK_KINDS]
        ),
        FormField("assignee_id", "Who", "choice", task.assignee_id if task else desk.catalog.me.id, users),
        FormField("body", "Details", "text", task.body if task else ""),
    ]


def _by_field(fields: Sequence[FormField]) -> dict[str, FormField]:
    return {{"when": "due_at"}.get(field.name, field.name): field for field in fields}


def task_editors(desk: Desk, task: Task) -> dict[str, FormField]:
    """How the fields of a task are typed, by their names."""
    return _by_field(_task_fields(desk, task, _when_value(task, desk.zone)))


def _when_value(task: Task, zone: dt.tzinfo) -> Any:
    local = task.due_at.astimezone(zone)
    return f"{local:%Y-%m-%d}" if task.all_day else f"{local:%Y-%m-%d %H:%M}"


@flow
async def complete_task(screen: DeskScreen, task: Task) -> None:
    """Ticks a task off."""
    await run(screen, CompleteTask(task_id=task.id))


@flow
async def delete_task(screen: DeskScreen, task: Task) -> None:
    """Drops a task."""
    await run(screen, DeleteTask(task_id=task.id))
