"""Logging what happened and planning what comes."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from core.commands.activities import CALL_OUTCOMES, EditActivity, LogActivity, RetractActivity
from core.commands.tasks import TASK_KINDS, CompleteTask, CreateTask, DeleteTask, EditTask
from core.entities import Task
from core.errors import Invalid, OffhookError
from core.points import show_phone
from core.when import parse_when, show_when
from core.workspace import Entry, Page, Subject
from tui.dialogs.fields import FormField
from tui.dialogs.form import Form
from tui.dialogs.pick import Option, Picker
from tui.dialogs.prompt import Confirm, Prompt
from tui.flows.run import run, tell

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen


async def _page(screen: DeskScreen, subject: Subject) -> Page | None:
    try:
        return await screen.desk.read(lambda ws: ws.page(subject.table, subject.id))
    except OffhookError as error:
        screen.say(str(error), problem=True)
        return None


def _name(page: Page, subject: Subject) -> str:
    if subject.table == "deals" and page.deal:
        return page.deal.title
    if subject.table == "contacts" and page.contact:
        return page.contact.name
    return page.company.name if page.company else "this"


async def add_note(screen: DeskScreen, subject: Subject) -> None:
    """Writes a note. A refusal keeps the text."""
    page = await _page(screen, subject)
    if page is None:
        return
    text = ""
    while True:
        typed = await screen.app.push_screen_wait(
            Prompt(f"Note · {_name(page, subject)}", value=text, multiline=True, check=_some_note)
        )
        if typed is None:
            return
        text = typed
        answer = await run(
            screen, LogActivity(table=subject.table, record_id=subject.id, kind="note", body=text)
        )
        if answer.applied:
            return


def _some_note(text: str) -> None:
    if not text.strip():
        raise Invalid({"body": "The note is empty. Escape leaves without one."})


async def add_task(screen: DeskScreen, subject: Subject) -> None:
    """Plans something to do."""
    page = await _page(screen, subject)
    if page is None:
        return
    await _task_form(screen, f"Task · {_name(page, subject)}", subject, None)


async def edit_task(screen: DeskScreen, task: Task) -> None:
    """Changes a task."""
    await _task_form(screen, "Edit task", None, task)


async def _task_form(screen: DeskScreen, title: str, subject: Subject | None, task: Task | None) -> None:
    desk = screen.desk
    when = _when_value(task, desk.zone) if task else "tomorrow 9:00"
    users = [(user.id, user.name) for user in desk.catalog.users]
    fields = [
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

    async def submit(values: dict[str, Any]) -> dict[str, str] | None:
        values["due_at"], values["all_day"] = values.pop("when")
        if task is not None:
            seen = {name: getattr(task, name) for name in values}
            answer = await desk.execute(EditTask(task_id=task.id, values=values, expected=seen))
        else:
            assert subject is not None
            answer = await desk.execute(CreateTask(table=subject.table, record_id=subject.id, **values))
        if not answer.applied:
            return {"": answer.reason}
        tell(screen, answer)
        return None

    async def watch(typed: dict[str, str]) -> str:
        try:
            at, all_day = parse_when(typed["when"], desk.now, desk.zone)
        except Invalid:
            return ""
        return f"Due {show_when(at, all_day=all_day, now=desk.now, zone=desk.zone)}"

    await screen.app.push_screen_wait(Form(desk, title, fields, submit, watch=watch))


def _when_value(task: Task, zone: dt.tzinfo) -> Any:
    local = task.due_at.astimezone(zone)
    return f"{local:%Y-%m-%d}" if task.all_day else f"{local:%Y-%m-%d %H:%M}"


async def complete_task(screen: DeskScreen, task: Task) -> None:
    """Ticks a task off."""
    await run(screen, CompleteTask(task_id=task.id))


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


async def log_call(screen: DeskScreen, subject: Subject) -> None:
    """Shows whom to call under which number, and logs how it went: one key where nobody was reached."""
    page = await _page(screen, subject)
    if page is None:
        return
    title = f"Call · {_name(page, subject)}"
    options = [Option(outcome, outcome.capitalize(), key=key) for key, outcome in _OUTCOME_KEYS.items()]
    outcome = await screen.app.push_screen_wait(Picker(f"{title}\n{_numbers(screen, page)}", options))
    if not isinstance(outcome, str):
        return
    body = ""
    if outcome in ("connected", "left message"):
        typed = await screen.app.push_screen_wait(
            Prompt(f"{title} · {outcome}", label="What was said", multiline=True)
        )
        if typed is None:
            return
        body = typed
    command = LogActivity(
        table=subject.table, record_id=subject.id, kind="call", outcome=outcome, direction="out", body=body,
        subject=f"Call: {outcome}",
    )  # fmt: skip
    answer = await run(screen, command)
    if answer.applied and outcome == "connected":
        await add_task(screen, subject)


def _numbers(screen: DeskScreen, page: Page) -> str:
    contact = page.contact
    if contact is None:
        number = page.company.phone if page.company else ""
        return (
            show_phone(number, screen.desk.catalog.organization.country) if number else "No number is known."
        )
    home = screen.desk.catalog.organization.country
    numbers = " · ".join(
        f"{show_phone(p['value'], home)} {p.get('label', '')}".strip() for p in contact.phones
    )
    parts = [contact.name, numbers or "no number"]
    if contact.time_zone:
        with contextlib.suppress(KeyError, ValueError, OSError):
            parts.append(f"{screen.desk.now.astimezone(ZoneInfo(contact.time_zone)):%H:%M} their time")
    if contact.do_not_call:
        parts.append("⚠ DO NOT CALL")
    return " · ".join(parts)


async def log_other(screen: DeskScreen, subject: Subject) -> None:
    """Logs an e-mail or a meeting that took place."""
    page = await _page(screen, subject)
    if page is None:
        return
    await _entry_form(screen, f"Log · {_name(page, subject)}", subject, None)


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

    async def submit(values: dict[str, Any]) -> dict[str, str] | None:
        if activity is not None:
            answer = await desk.execute(EditActivity(activity_id=activity.id, values=values))
        else:
            assert subject is not None
            answer = await desk.execute(LogActivity(table=subject.table, record_id=subject.id, **values))
        if not answer.applied:
            return {"": answer.reason}
        tell(screen, answer)
        return None

    await screen.app.push_screen_wait(Form(desk, title, fields, submit, focus="body" if activity else ""))


async def retract_entry(screen: DeskScreen, entry: Entry) -> None:
    """Takes an entry of the timeline back."""
    kind = entry.activity.kind
    if await screen.app.push_screen_wait(
        Confirm(f"Delete this {kind}?", "It leaves the timeline; u brings it back.")
    ):
        await run(screen, RetractActivity(activity_id=entry.activity.id))
