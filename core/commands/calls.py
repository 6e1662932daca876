"""Logging a call with all that follows from its outcome."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.catalog import Catalog
from core.changes import Change, Changeset
from core.commands.activities import outcomes_there_are
from core.commands.base import Command, Context, Decision, Get, Need, Seen, Where, insert
from core.commands.call_effects import Effects
from core.entities import Contact, Task
from core.errors import Invalid
from core.ids import new_id
from core.next_step import NextStep
from core.permissions import require_write


@dataclass(frozen=True, kw_only=True)
class LogCall(Command):
    """Logs a call to a contact, with every effect that its outcome has, as one change that is undone as one.

    The call is what must not be lost. So an effect that the rules forbid (a move of the deal) is left out, and named in
    the summary.

    The task that the call answers is put off where nobody was reached, and ticked off otherwise. That is the one that
    brought the user here (`task_id`), or else their own first one to call this contact that is due today or was to be
    tried again. A call that they have planned for another day soon stays the next one: nothing is planned beside it, and it
    moves only where they say when, or have agreed on something else.

    Attributes:
        contact_id: who was called.
        outcome: how it ended: the key of one of the catalog's outcomes.
        note: what was said.
        started_at: when the call began; None: now.
        duration_s: seconds of talk.
        number: which number was called, as it is kept; the first good one where it is empty.
        deal_id: the deal that it was about.
        next_step: what comes next, in place of the outcome's own follow-up.
        follow_up: False: nothing comes next.
        reason: why, where the outcome asks that.
        referral: whom they named instead: `name`, `phone`, `email`. A new contact is made, at the same company.
        task_id: the task that brought the user here.
        block: the id of the calling session.
        direction: out, or in where they called.
        activity_id: the entry's id.
        referral_id: the new contact's id.
    """

    NAME: ClassVar[str] = "log_call"
    contact_id: str
    outcome: str
    note: str = ""
    started_at: dt.datetime | None = None
    duration_s: int | None = None
    number: str = ""
    deal_id: str = ""
    next_step: NextStep | None = None
    follow_up: bool = True
    reason: str = ""
    referral: Mapping[str, str] = field(default_factory=dict)
    task_id: str = ""
    block: str = ""
    direction: str = "out"
    activity_id: str = field(default_factory=new_id)
    referral_id: str = field(default_factory=new_id)

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        needs: list[Need] = [Get("contacts", self.contact_id), Where("tasks", self.open_calls(catalog))]
        needs += [Get("deals", self.deal_id)] if self.deal_id else []
        return needs + ([Get("tasks", self.task_id)] if self.task_id else [])

    def also_needs(self, seen: Seen, catalog: Catalog) -> Sequence[Need]:
        company_id = seen.get(Contact, self.contact_id).company_id
        return [Get("companies", company_id)] if company_id else []

    def decide(self, seen: Seen, context: Context) -> Decision:
        outcome = context.catalog.outcome(self.outcome)
        if outcome is None:
            raise Invalid({"outcome": outcomes_there_are(context.catalog)})
        contact = seen.get(Contact, self.contact_id)
        require_write(context.catalog, contact.book_id, contact.name)
        effects = Effects(self, outcome, contact, seen, context)
        changes = (
            *effects.referred(),
            effects.entry(),
            *effects.about_contact(),
            *effects.moved(),
            *effects.tasks(),
        )
        summary = f"Logged a call to {contact.name}: {outcome.name}"
        return Decision(". ".join([summary, *effects.left_out]), changes, "call.logged")

    def open_calls(self, catalog: Catalog) -> dict[str, Any]:
        """What the user's open tasks to call the contact have in common."""
        return {
            "contact_id": self.contact_id,
            "assignee_id": catalog.me.id,
            "kind": "call",
            "done_at": None,
        }


def replanned(done: Changeset, gone: Collection[tuple[str, str]], context: Context) -> Iterator[Change]:
    """New tasks in place of those that a call has put off and that are not there any more: what comes next stays planned.

    Args:
        done: what `LogCall` came to.
        gone: the tables and ids of the rows that are not there.
        context: who does it again, and when.
    """
    calls = (c.set for c in done.changes if c.table == "activities" and c.set["kind"] == "call")
    call = next(calls, None)
    if call is None:
        # Who was called was erased since, and the call with them.
        return
    for change in done.changes:
        if (change.table, change.id) not in gone or change.table != "tasks" or "due_at" not in change.set:
            continue
        yield insert(
            Task,
            context.new_id(),
            {
                "book_id": call["book_id"],
                "kind": "call",
                "subject": change.set.get("subject") or "Call again",
                "due_at": change.set["due_at"],
                "all_day": change.set.get("all_day", change.base["all_day"]),
                "assignee_id": done.user_id,
                **{name: call[name] for name in ("contact_id", "deal_id", "company_id")},
            },
        )
