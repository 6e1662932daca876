"""Logging, from anywhere, something that took place: for whom the cursor is on, or for whoever is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.changes import Status
from core.log_entry import Draft, Target, command_for, draft_key, target_of
from core.workspace import Subject, Workspace
from tui.dialogs.log import LogDialog, Logged
from tui.flows.run import behind, execute, flow, settle, tell
from tui.models.briefing import subject_of

if TYPE_CHECKING:
    from tui.drafts import Drafts
    from tui.screens.base import DeskScreen

_AGAIN = "What you had typed is here again."


@flow
async def log_past(screen: DeskScreen, subject: Subject | None) -> None:
    """Logs a call, note, meeting or e-mail.

    Args:
        screen: where it is asked.
        subject: the record under the cursor, a task for what it is about; None: there is none.
    """
    drafts = screen.desk.drafts
    target, kept = await screen.desk.read(lambda ws: _begin(ws, drafts, subject))
    draft = kept or Draft(deal_id=target.deal_id if target else "")
    dialog = LogDialog(screen.desk, target, draft, note=_AGAIN if kept else "")
    logged = await screen.app.push_screen_wait(dialog)
    if logged is None:
        drafts.forget(draft_key(dialog.target.subject if dialog.target else None))
    else:
        _keep(screen, logged)


def _begin(
    workspace: Workspace, drafts: Drafts, subject: Subject | None
) -> tuple[Target | None, Draft | None]:
    """Whom it is about, and what was typed of it before and never logged."""
    if subject is not None and subject.table == "tasks":
        subject = subject_of(workspace.record("tasks", subject.id))
    target = target_of(workspace.page(subject.table, subject.id), subject) if subject is not None else None
    key = draft_key(subject)
    kept = drafts.kept(key).get(key, "")
    return target, Draft.read(kept) if kept else None


def _keep(screen: DeskScreen, logged: Logged) -> None:
    """Logs it without keeping the user; what is refused comes back until it is logged or dropped."""

    async def until_it_is_there() -> None:
        now: Logged | None = logged
        while now is not None:
            desk, key = screen.desk, draft_key(now.target.subject)
            handed_in = desk.drafts.hand_in(key)
            command = command_for(now.target, now.draft, desk.catalog, desk.now, desk.zone)
            answer = await settle(screen, command, await execute(screen, command), unasked=True)
            if answer is not None and answer.applied:
                desk.drafts.saved(key, handed_in)
                tell(screen, answer)
                return
            reason = answer.reason if answer is not None else "Nothing was changed."
            if answer is not None and answer.status is Status.GONE:
                reason = f"{reason} Name somebody else it is about, or copy the text."
            wrong = dict(answer.fields) if answer is not None else {}
            desk.drafts.given_back(key, handed_in, now.draft.write())
            again = LogDialog(
                desk, now.target, now.draft, problem=reason or "That did not work.", wrong=_at_fields(wrong)
            )
            now = await screen.app.push_screen_wait(again)
            if now is None or draft_key(now.target.subject) != key:
                desk.drafts.forget(key)

    behind(screen, until_it_is_there())


_NAMES = {
    "body": "text",
    "subject": "heading",
    "occurred_at": "when",
    "duration_s": "took",
    "next_step": "next",
}
"""The fields of the dialog by those of the record, where they differ."""


def _at_fields(wrong: dict[str, str]) -> dict[str, str]:
    return {_NAMES.get(name, name): sentence for name, sentence in wrong.items()}
