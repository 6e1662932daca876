"""The commands that change something: `move`, `log`, `task`, `undo`."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Any

from cli.naming import SINGULAR, find_one, find_stage, typed
from cli.output import Code, Usage, require_applied, say, say_json
from cli.plain import answer_data, record_data
from cli.session import Session
from core.catalog import Catalog
from core.changes import Answer
from core.entities import Deal
from core.errors import NotFound
from core.schema import TEXT_LIMIT
from core.text import fold, printable
from core.when import parse_when, show_when
from core.workspace import Subject, Workspace


def move(session: Session, deal_text: str, stage_text: str, reason: str) -> Code:
    """Moves a deal to another stage of its pipeline."""
    from core.commands.deals import MoveDeal

    with session.open() as workspace:
        deal: Deal = workspace.record("deals", find_one(workspace, deal_text, ("deals",)).id)
        stage = find_stage(workspace.catalog(), deal.pipeline_id, stage_text)
        command = MoveDeal(
            deal_id=deal.id, stage_id=stage.id, from_stage_id=deal.stage_id, reason=typed(reason)
        )
        answer = require_applied(workspace.execute(command))
        return _tell(session, workspace, answer, "deals", deal.id)


def log(
    session: Session,
    kind: str,
    who: str,
    text: str,
    *,
    subject: str = "",
    outcome: str = "",
    minutes: float | None = None,
    at: str = "",
    incoming: bool = False,
    deal: str = "",
    next_step: str = "",
    effects: bool = False,
) -> Code:
    """Logs something that happened with a contact, deal or company.

    For a contact with one open deal it is logged with that deal, as in the app.
    """
    from core.log_entry import Draft, command_for, target_of, then_of

    body = _text(text)
    with session.open() as workspace:
        catalog = workspace.catalog()
        ended = call_outcome(outcome, catalog) if outcome else ""
        if (next_step or effects) and not ended:
            raise Usage("--next and --effects go with how the call ended: say --outcome, too.")
        about = find_one(workspace, who)
        page = workspace.page(about.table, about.id)
        target = target_of(page, Subject(about.table, about.id))
        if not target.contact_id and (next_step or effects):
            raise Usage("--next and --effects are for a call to a contact, or about a deal with one.")
        deal_id = find_one(workspace, deal, ("deals",)).id if deal else target.deal_id
        draft = Draft(
            kind=kind, outcome=ended, deal_id=deal_id, heading=typed(subject), text=body, when=typed(at),
            took="" if minutes is None else f"{minutes:g} min", direction="in" if incoming else "out",
            then="all" if effects else then_of(catalog.outcome(ended)), next=typed(next_step),
        )  # fmt: skip
        command = command_for(target, draft, catalog, session.now, session.zone)
        answer = require_applied(workspace.execute(command))
        return _tell(session, workspace, answer, "activities", command.activity_id)


def task(
    session: Session,
    who: str,
    what: str,
    due: str,
    kind: str,
    *,
    priority: str = "",
    repeat: str = "",
    assignee: str = "",
) -> Code:
    """Plans something to do about a contact, deal or company."""
    from cli.today import find_user
    from core.commands.tasks import CreateTask

    due_at, all_day = parse_when(typed(due), session.now, session.zone)
    with session.open() as workspace:
        about = find_one(workspace, who)
        command = CreateTask(
            table=about.table,
            record_id=about.id,
            subject=_text(what),
            due_at=due_at.astimezone(dt.UTC),
            all_day=all_day,
            kind=kind,
            priority=typed(priority),
            recurrence=typed(repeat),
            assignee_id=find_user(workspace.catalog(), assignee).id if assignee else "",
        )
        answer = require_applied(workspace.execute(command))
        due_text = show_when(due_at, all_day=all_day, now=session.now, zone=session.zone)
        return _tell(session, workspace, answer, "tasks", command.task_id, f", due {due_text}")


def undo(session: Session) -> Code:
    """Takes the latest change back."""
    from core.commands.undo import Undo

    with session.open() as workspace:
        latest = workspace.undoable()
        if latest is None:
            raise NotFound("There is nothing to undo.")
        answer = require_applied(workspace.execute(Undo(changeset_id=latest.id)))
        sent = session.send(workspace)
    if session.json:
        say_json(answer_data(answer, sent) | {"undoes": latest.id})
    elif answer.changeset:
        say(printable(answer.changeset.summary))
    return session.tell_sent(sent)


def call_outcome(text: str, catalog: Catalog) -> str:
    """The call outcome that a person means: its key, its name, or a part that only one has (`voicemail`).

    Args:
        text: what was typed.
        catalog: the outcomes that there are.

    Raises:
        Usage: it is none; the message lists them.
    """
    wanted = fold(typed(text).strip()).replace("-", " ").replace("_", " ")
    if catalog.outcome(wanted):
        return wanted
    called = {outcome.key: (outcome.key, fold(outcome.name)) for outcome in catalog.call_outcomes}
    for fits in (str.startswith, str.__contains__):
        fitting = [
            key for key, names in called.items() if wanted and any(fits(name, wanted) for name in names)
        ]
        if len(fitting) == 1:
            return fitting[0]
    raise Usage(f"“{printable(typed(text)[:40])}” is no outcome of a call. Outcomes: {', '.join(called)}.")


def _text(argument: str) -> str:
    """What was typed; `-` stands for standard input.

    Raises:
        Usage: `-`, and standard input is a terminal that nobody is told to type into, or far too long.
    """
    if argument != "-":
        return typed(argument)
    if sys.stdin is None or sys.stdin.isatty():
        raise Usage("“-” reads the text from standard input, and nothing is piped into it.")
    text = sys.stdin.buffer.read(4 * TEXT_LIMIT + 1)
    if len(text) > 4 * TEXT_LIMIT:
        raise Usage(f"The text is longer than {TEXT_LIMIT:,} characters.")
    return text.decode("utf-8", "replace")


def _tell(
    session: Session, workspace: Workspace, answer: Answer, name: str, record_id: str, more: str = ""
) -> Code:
    sent = session.send(workspace)
    if session.json:
        record = workspace.record(name, record_id)
        body: dict[str, Any] = answer_data(answer, sent)
        say_json(body | {SINGULAR[name]: record_data(record, workspace.catalog())})
    elif answer.changeset:
        say(printable(answer.changeset.summary + more))
    return session.tell_sent(sent)
