"""Logging what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from core.changes import Status
from core.commands.activities import EditActivity, LogActivity, RetractActivity
from core.errors import Invalid
from core.log_entry import note_key
from core.workspace import Entry, Subject
from tui.actions import key_of
from tui.dialogs.fields import FormField
from tui.dialogs.form import Form
from tui.dialogs.prompt import Confirm, Prompt
from tui.flows.run import at_fields, behind, execute, flow, run, tell
from tui.flows.subjects import called

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen


@flow
async def add_note(screen: DeskScreen, subject: Subject) -> None:
    """Writes a note. It shows at once; where it is refused, the text comes back."""
    title = f"Note · {await called(screen, subject)}"
    drafts, key = screen.desk.drafts, note_key(subject)
    kept = (await screen.desk.read(lambda _: drafts.kept(key))).get(key, "")

    def prompt(text: str = "", problem: str = "", homeless: bool = False) -> Prompt:
        return Prompt(
            title, multiline=True, check=_some_note, value=text or kept, problem=problem, homeless=homeless,
            keep=lambda typed: drafts.keep(key, typed), again=bool(kept) and not text,
        )  # fmt: skip

    def make(text: str) -> LogActivity:
        return LogActivity(table=subject.table, record_id=subject.id, kind="note", body=text)

    text = await screen.app.push_screen_wait(prompt())
    if text is not None:
        _log(screen, text, make, prompt, key)
    else:
        drafts.forget(key)


def _log(
    screen: DeskScreen,
    text: str,
    make: Callable[[str], LogActivity],
    prompt: Callable[[str, str, bool], Prompt],
    key: str,
) -> None:
    """Logs what was typed, without keeping the user; what is refused comes back until it is saved or dropped.

    Args:
        screen: shows it, and tells of it.
        text: what was typed.
        make: the command for a text.
        prompt: asks again, for a text, why it was refused, and whether what it is about is gone.
        key: under what it is kept until it is saved or dropped.
    """
    drafts = screen.desk.drafts

    async def until_it_is_there() -> None:
        typed: str | None = text
        command = make(text)
        while typed is not None:
            if typed != command.body:
                command = make(typed)
            handed_in = drafts.hand_in(key)
            answer = await execute(screen, command)
            if answer.applied:
                drafts.saved(key, handed_in)
                tell(screen, answer)
                return
            homeless = bool(typed) and answer.status is Status.GONE
            reason = answer.reason or "That did not work."
            drafts.given_back(key, handed_in, typed)
            typed = await screen.app.push_screen_wait(prompt(typed, reason, homeless))
        drafts.forget(key)

    behind(screen, until_it_is_there())


def _some_note(text: str) -> None:
    if not text.strip():
        raise Invalid({"body": "The note is empty. Escape leaves without one."})


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
