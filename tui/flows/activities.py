"""Logging what happened and planning what comes."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from core.changes import Status
from core.commands.activities import CALL_OUTCOMES, EditActivity, LogActivity, RetractActivity
from core.commands.base import Command
from core.commands.tasks import TASK_KINDS, CompleteTask, CreateTask, DeleteTask, EditTask
from core.entities import Task
from core.errors import Invalid
from core.points import show_phone
from core.when import parse_when, show_when
from core.workspace import Entry, Page, Subject
from tui.actions import key_of
from tui.dialogs.fields import FormField
from tui.dialogs.form import Form
from tui.dialogs.pick import Option, Picker
from tui.dialogs.prompt import Confirm, Prompt
from tui.flows.overtaken import overtaken
from tui.flows.run import at_fields, execute, flow, run, settle, tell

if TYPE_CHECKING:
    from tui.desk import Desk
    from tui.screens.base import DeskScreen


async def _page(screen: DeskScreen, subject: Subject) -> Page:
    return await screen.desk.read(lambda ws: ws.page(subject.table, subject.id))


def _name(page: Page, subject: Subject) -> str:
    if subject.table == "deals" and page.deal:
        return page.deal.title
    if subject.table == "contacts" and page.contact:
        return page.contact.name
    return page.company.name if page.company else "this"


async def _called(screen: DeskScreen, subject: Subject) -> str:
    """What people call a record; the screen mostly knows, so that the question comes at once."""
    return screen.called(subject) or _name(await _page(screen, subject), subject)


@flow
async def add_note(screen: DeskScreen, subject: Subject) -> None:
    """Writes a note. It shows at once; where it is refused, the text comes back."""
    title = f"Note · {await _called(screen, subject)}"

    def prompt(text: str = "", problem: str = "", homeless: bool = False) -> Prompt:
        return Prompt(title, multiline=True, check=_some_note, value=text, problem=problem, homeless=homeless)

    def make(text: str) -> LogActivity:
        return LogActivity(table=subject.table, record_id=subject.id, kind="note", body=text)

    text = await screen.app.push_screen_wait(prompt())
    if text is not None:
        _log(screen, text, make, prompt)


def _log(
    screen: DeskScreen,
    text: str,
    make: Callable[[str], LogActivity],
    prompt: Callable[[str, str, bool], Prompt],
) -> None:
    """Logs what was typed, without keeping the user; what is refused comes back until it is saved or dropped.

    Args:
        screen: shows it, and tells of it.
        text: what was typed.
        make: the command for a text.
        prompt: asks again, for a text, why it was refused, and whether what it is about is gone.
    """

    async def until_it_is_there() -> None:
        typed: str | None = text
        command = make(text)
        while typed is not None:
            if typed != command.body:
                command = make(typed)
            answer = await execute(screen, command)
            if answer.applied:
                tell(screen, answer)
                return
            homeless = bool(typed) and answer.status is Status.GONE
            reason = answer.reason or "That did not work."
            typed = await screen.app.push_screen_wait(prompt(typed, reason, homeless))

    screen.run_worker(until_it_is_there(), group="commands")


def _some_note(text: str) -> None:
    if not text.strip():
        raise Invalid({"body": "The note is empty. Escape leaves without one."})


@flow
async def add_task(screen: DeskScreen, subject: Subject) -> None:
    """Plans something to do."""
    await _task_form(screen, f"Task · {await _called(screen, subject)}", subject, None)


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


_OUTCOME_KEYS = dict(
    zip(
        "123456",
        ("no answer", "left voicemail", "busy", "left message", "connected", "wrong number"),
        strict=True,
    )
)
assert set(_OUTCOME_KEYS.values()) == set(CALL_OUTCOMES)


@flow
async def log_call(screen: DeskScreen, subject: Subject) -> None:
    """Shows whom to call under which number, and logs how it went: one key where nobody was reached.

    What was said is asked for where somebody was reached, and after a conversation what comes next.
    """
    page = await _page(screen, subject)
    title = f"Call · {_name(page, subject)}"
    options = [Option(outcome, outcome.capitalize(), key=key) for key, outcome in _OUTCOME_KEYS.items()]
    outcome = await screen.app.push_screen_wait(Picker(title, options, hint=_whom(screen, page)))
    if not isinstance(outcome, str):
        return

    def make(body: str) -> LogActivity:
        return LogActivity(
            table=subject.table, record_id=subject.id, kind="call", outcome=outcome, direction="out", body=body,
            subject=f"Call: {outcome}",
        )  # fmt: skip

    def prompt(text: str = "", problem: str = "", homeless: bool = False) -> Prompt:
        label = "What was said (may stay empty)"
        return Prompt(
            f"{title} · {outcome}",
            label=label,
            multiline=True,
            value=text,
            problem=problem,
            homeless=homeless,
        )

    if outcome not in ("connected", "left message"):
        await run(screen, make(""))
        return
    said = await screen.app.push_screen_wait(prompt())
    if said is not None:
        _log(screen, said, make, prompt)
        if outcome == "connected":
            await add_task(screen, subject)


def _whom(screen: DeskScreen, page: Page) -> str:
    """Who is called under which numbers, what time it is there, and whether they want to be called at all."""
    home = screen.desk.catalog.organization.country
    contact = page.contact
    if contact is None:
        number = page.company.phone if page.company else ""
        return show_phone(number, home) if number else "No number is known."
    lines = [f"{show_phone(p['value'], home)}  {p.get('label', '')}".strip() for p in contact.phones]
    who = [contact.name]
    if contact.time_zone:
        with contextlib.suppress(KeyError, ValueError, OSError):
            who.append(f"{screen.desk.now.astimezone(ZoneInfo(contact.time_zone)):%H:%M} their time")
    out = [" · ".join(who), *(lines or ["No number is known."])]
    if contact.do_not_call:
        out.append("⚠ Does not want to be called")
    return "\n".join(out)


@flow
async def log_other(screen: DeskScreen, subject: Subject) -> None:
    """Logs an e-mail or a meeting that took place."""
    await _entry_form(screen, f"Log · {await _called(screen, subject)}", subject, None)


@flow
async def edit_entry(screen: DeskScreen, entry: Entry) -> None:
    """Corrects an entry of the timeline that a person logged."""
    await _entry_form(screen, f"Edit {entry.activity.kind}", None, entry)


async def _entry_form(screen: DeskScreen, title: str, subject: Subject | None, entry: Entry | None) -> None:
    desk, activity = screen.desk, entry.activity if entry else None
    fields = (
        []
        if activity
        else [
            FormField(
                "kind",
                "Kind",
                "choice",
                "email",
                [("email", "e-mail"), ("meeting", "meeting"), ("note", "note")],
            )
        ]
    )
    fields += [
        FormField("subject", "Subject", value=activity.subject if activity else ""),
        FormField("body", "Text", "text", activity.body if activity else ""),
    ]
    if activity and activity.kind == "call":
        outcomes = [(outcome, outcome) for outcome in dict.fromkeys((activity.outcome, *CALL_OUTCOMES))]
        fields.append(FormField("outcome", "Outcome", "choice", activity.outcome, outcomes))

    async def submit(values: dict[str, Any]) -> Mapping[str, str] | None:
        command: Command
        if activity is not None:
            command = EditActivity(activity_id=activity.id, values=values)
        else:
            assert subject is not None
            command = LogActivity(table=subject.table, record_id=subject.id, **values)
        return at_fields(screen, await desk.execute(command))

    await screen.app.push_screen_wait(
        Form(desk, title, fields, submit, focus="body" if activity else "", only_changed=activity is not None)
    )


@flow
async def retract_entry(screen: DeskScreen, entry: Entry) -> None:
    """Takes an entry of the timeline back."""
    kind = entry.activity.kind
    if await screen.app.push_screen_wait(
        Confirm(
            f"Delete this {kind}?", f"It leaves the timeline; {key_of(screen, 'app.undo')} brings it back."
        )
    ):
        await run(screen, RetractActivity(activity_id=entry.activity.id))
