"""Planning what is to be done, and getting it done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.commands.base import Command
from core.commands.tasks import (
    PRIORITIES,
    TASK_KINDS,
    CompleteTask,
    CreateTask,
    DeleteTask,
    EditTask,
    SnoozeTask,
)
from core.entities import Task
from core.errors import Invalid
from core.recurrence import RECURRENCES
from core.when import parse_when, show_when
from core.workspace import Subject
from tui.dialogs.fields import FormField
from tui.dialogs.form import Form
from tui.dialogs.pick import Option, Picker
from tui.flows.overtaken import overtaken
from tui.flows.run import at_fields, flow, run, settle
from tui.flows.subjects import called
from tui.models.contact_text import clock_there

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
        FormField("priority", "Priority", "choice", task.priority if task else "", _PRIORITY_NAMES),
        FormField("recurrence", "Repeats", "choice", task.recurrence if task else "", _REPEATS),
        FormField("assignee_id", "Who", "choice", task.assignee_id if task else desk.catalog.me.id, users),
        FormField("body", "Details", "text", task.body if task else ""),
    ]


_PRIORITY_NAMES = [("", "normal"), ("high", "high ↑"), ("low", "low ↓")]
_REPEATS = [("", "once"), *((one, one) for one in RECURRENCES)]


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


def snooze_options(now: dt.datetime, zone: dt.tzinfo, there: Callable[[dt.datetime], str]) -> list[Option]:
    """The times that a task is put off to by one key; the ids are as people type them.

    Args:
        now: the current time.
        zone: where the viewer is.
        there: what time it will be where the task is about; empty where that is the same.
    """
    options: list[Option] = []
    known: set[dt.datetime] = set()
    for key, typed in _SNOOZES:
        at, all_day = parse_when(typed, now, zone)
        # On a Sunday, tomorrow is Monday; in the evening there is no afternoon left.
        if at not in known and at > now:
            known.add(at)
            options.append(Option(typed, show_when(at, all_day=all_day, now=now, zone=zone), there(at), key))
    return options


_SNOOZES = (("1", "+1h"), ("2", "today afternoon"), ("3", "tomorrow 9:00"), ("4", "monday 9:00"))
"""Keys, and times as people type them. No letter: they begin what is typed."""


@flow
async def snooze_task(screen: DeskScreen, task: Task, time_zone: str = "") -> None:
    """Puts a task off: to one of a few times by a key, or to any that is typed and read back.

    Args:
        screen: where it is asked.
        task: what is put off.
        time_zone: where the person is whom it is about; empty: nobody knows.
    """
    desk = screen.desk

    def there(at: dt.datetime) -> str:
        time = clock_there(at.timestamp(), time_zone, desk.zone)
        return f"{time} there" if time else ""

    def read(typed: str) -> Option:
        at, all_day = parse_when(typed, desk.now, desk.zone)
        if at <= desk.now:
            raise Invalid({"when": "That is over already."})
        when = show_when(at, all_day=all_day, now=desk.now, zone=desk.zone)
        return Option(typed, when, "" if all_day else there(at))

    chosen = await screen.app.push_screen_wait(
        Picker(
            f"Until when? · {task.subject}", snooze_options(desk.now, desk.zone, there), read=read,
            placeholder="tue 3pm, in 2 weeks, 2026-12-24",
        )
    )  # fmt: skip
    if isinstance(chosen, str):
        at, all_day = parse_when(chosen, desk.now, desk.zone)
        await run(screen, SnoozeTask(task_id=task.id, due_at=at.astimezone(dt.UTC), all_day=all_day))


@flow
async def reassign_task(screen: DeskScreen, task: Task) -> None:
    """Gives a task to a colleague, or takes it over."""
    catalog = screen.desk.catalog
    colleagues = sorted(
        (user for user in catalog.users if user.disabled_at is None and user.id != task.assignee_id),
        key=lambda user: (user.id != catalog.me.id, user.name.casefold()),
    )
    if not colleagues:
        screen.say("There is nobody else to give it to.")
        return
    options = [
        Option(user.id, user.name, "yourself" if user.id == catalog.me.id else "") for user in colleagues
    ]
    chosen = await screen.app.push_screen_wait(Picker(f"Who does it? · {task.subject}", options))
    if isinstance(chosen, str):
        values, seen = {"assignee_id": chosen}, {"assignee_id": task.assignee_id}
        await run(screen, EditTask(task_id=task.id, values=values, expected=seen))


@flow
async def cycle_priority(screen: DeskScreen, task: Task) -> None:
    """Gives a task the next priority: normal, high, low, and normal again."""
    place = PRIORITIES.index(task.priority) if task.priority in PRIORITIES else 0
    after = PRIORITIES[(place + 1) % len(PRIORITIES)]
    await run(
        screen, EditTask(task_id=task.id, values={"priority": after}, expected={"priority": task.priority})
    )


JOBS: Mapping[str, Callable[[DeskScreen, Task], Coroutine[Any, Any, None]]] = {
    "done": complete_task,
    "snooze": snooze_task,
    "priority": cycle_priority,
    "assign": reassign_task,
    "edit": edit_task,
    "delete": delete_task,
}
"""What a list of tasks asks for (`tui.widgets.tasks.TaskAsked`)."""
