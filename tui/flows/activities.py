"""Logging what happened."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from core.changes import Status
from core.commands.activities import EditActivity, LogActivity, RetractActivity
from core.errors import Invalid
from core.points import show_phone
from core.workspace import Entry, Page, Subject
from tui.actions import key_of
from tui.dialogs.fields import FormField
from tui.dialogs.form import Form
from tui.dialogs.pick import Option, Picker
from tui.dialogs.prompt import Confirm, Prompt
from tui.flows.run import at_fields, execute, flow, run, tell
from tui.flows.subjects import called, name_of, page_of
from tui.flows.tasks import add_task
from tui.models.log import note_key

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen


@flow
async def add_note(screen: DeskScreen, subject: Subject) -> None:
    """Writes a note. It shows at once; where it is refused, the text comes back."""
    title = f"Note · {await called(screen, subject)}"
    drafts, key = screen.desk.drafts, note_key(subject)
    kept = (await screen.desk.read(lambda ws: ws.drafts(key))).get(key, "")

    def prompt(text: str = "", problem: str = "", homeless: bool = False) -> Prompt:
        return Prompt(
            title, multiline=True, check=_some_note, value=text or kept, problem=problem, homeless=homeless,
            keep=lambda typed: drafts.keep(key, typed), again=bool(kept) and not text,
        )  # fmt: skip

    def make(text: str) -> LogActivity:
        return LogActivity(table=subject.table, record_id=subject.id, kind="note", body=text)

    text = await screen.app.push_screen_wait(prompt())
    if text is not None:
        _log(screen, text, make, prompt, over=lambda: drafts.forget(key))
    else:
        drafts.forget(key)


def _log(
    screen: DeskScreen,
    text: str,
    make: Callable[[str], LogActivity],
    prompt: Callable[[str, str, bool], Prompt],
    over: Callable[[], object] = lambda: None,
) -> None:
    """Logs what was typed, without keeping the user; what is refused comes back until it is saved or dropped.

    Args:
        screen: shows it, and tells of it.
        text: what was typed.
        make: the command for a text.
        prompt: asks again, for a text, why it was refused, and whether what it is about is gone.
        over: is called when it is saved or dropped.
    """

    async def until_it_is_there() -> None:
        typed: str | None = text
        command = make(text)
        while typed is not None:
            if typed != command.body:
                command = make(typed)
            answer = await execute(screen, command)
            if answer.applied:
                over()
                tell(screen, answer)
                return
            homeless = bool(typed) and answer.status is Status.GONE
            reason = answer.reason or "That did not work."
            typed = await screen.app.push_screen_wait(prompt(typed, reason, homeless))
        over()

    screen.run_worker(until_it_is_there(), group="commands")


def _some_note(text: str) -> None:
    if not text.strip():
        raise Invalid({"body": "The note is empty. Escape leaves without one."})


_OUTCOME_KEYS = dict(
    zip(
        "123456",
        ("no answer", "left voicemail", "busy", "left message", "connected", "wrong number"),
        strict=True,
    )
)


@flow
async def log_call(screen: DeskScreen, subject: Subject) -> None:
    """Shows whom to call under which number, and logs how it went: one key where nobody was reached.

    What was said is asked for where somebody was reached, and after a conversation what comes next.
    """
    page = await page_of(screen, subject)
    title = f"Call · {name_of(page, subject)}"
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
async def edit_entry(screen: DeskScreen, entry: Entry) -> None:
    """Corrects an entry of the timeline that a person logged."""
    desk, activity = screen.desk, entry.activity
    fields = [
        FormField("subject", "Subject", value=activity.subject),
        FormField("body", "Text", "text", activity.body),
    ]
    if activity.kind == "call":
        keys = (activity.outcome, *(outcome.key for outcome in desk.catalog.call_outcomes))
        outcomes = [(key, key) for key in dict.fromkeys(keys)]
        fields.append(FormField("outcome", "Outcome", "choice", activity.outcome, outcomes))

    async def submit(values: dict[str, Any]) -> Mapping[str, str] | None:
        command = EditActivity(activity_id=activity.id, values=values)
        return at_fields(screen, await desk.execute(command))

    await screen.app.push_screen_wait(
        Form(desk, f"Edit {activity.kind}", fields, submit, focus="body", only_changed=True)
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
