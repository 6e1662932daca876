"""What follows from a call: the entry, what becomes of the contact and the deal, and what comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from core.calling.follow_up import RETRY_PRIORITY, Span, due_day, next_try, parse_span
from core.calling.statuses import next_status
from core.changes import Change
from core.commands.activities import clean_entry, how_it_ended
from core.commands.base import Context, R, Seen, cleaned, delete_open, insert, told, update
from core.commands.contacts import CreateContact
from core.commands.deals import MoveDeal
from core.commands.tasks import clean_task, complete, zone_of
from core.entities import Activity, Company, Contact, Deal, Outcome, Stage, Task
from core.errors import Invalid, NotFound, Refused
from core.pipelines import first_stage
from core.points import good_numbers, mark_bad
from core.schema import LINE_LIMIT
from core.text import clean_line

if TYPE_CHECKING:
    from core.commands.calls import LogCall

_MARKS = {"wrong": "wrong number", "dead": "not in service"}
"""What a phone's mark says, by what the outcome does to the number."""
_ABOUT_THEN = dt.timedelta(days=7)
"""A call that is planned for so much later is still the next one."""


class Effects:
    """What a call that is logged does to whom.

    Attributes:
        left_out: what the outcome would have done and cannot, in words.
    """

    def __init__(
        self, command: LogCall, outcome: Outcome, contact: Contact, seen: Seen, context: Context
    ) -> None:
        self.command, self.outcome, self.contact = command, outcome, contact
        self.seen, self.context, self.catalog = seen, context, context.catalog
        self.left_out: list[str] = []
        self.deal = self._deal()
        company_id = contact.company_id or (self.deal.company_id if self.deal else None)
        self.links = {
            "contact_id": contact.id, "deal_id": self.deal.id if self.deal else None, "company_id": company_id,
        }  # fmt: skip
        self.book_id = self.deal.book_id if self.deal else contact.book_id
        good = good_numbers(contact.phones)
        self.number = command.number or (good[0]["value"] if good else "")
        self.at = command.started_at or context.now

    def _deal(self) -> Deal | None:
        """The deal that the call was about, as far as the user may write to it."""
        if not self.command.deal_id:
            return None
        deal = self._there(Deal, self.command.deal_id)
        if deal is None:
            self.left_out.append("The deal is not there any more")
        elif deal.book_id not in self.catalog.writable_books:
            self.left_out.append(f"{deal.title} belongs to {self.catalog.owner_name(deal.book_id)}")
            return None
        return deal

    def _there(self, record: type[R], record_id: str | None) -> R | None:
        with suppress(NotFound):
            return self.seen.get(record, record_id) if record_id else None
        return None

    # --- the entry

    def entry(self) -> Change:
        """The entry of the timeline."""
        command = self.command
        values = clean_entry(
            self.context, "call",
            {
                "subject": "", "body": command.note, "outcome": self.outcome.key, "direction": command.direction,
                "duration_s": command.duration_s, "occurred_at": self.at,
            },
        )  # fmt: skip
        more = {
            "number": clean_line(self.number)[:LINE_LIMIT],
            "block": command.block,
            "reason": clean_line(command.reason)[:LINE_LIMIT],
            "referral": command.referral_id if self._names_somebody else "",
        }
        values |= {
            "kind": "call",
            "book_id": self.book_id,
            "user_id": self.catalog.me.id,
            "data": how_it_ended(self.catalog, self.outcome.key) | {k: v for k, v in more.items() if v},
            **self.links,
        }
        return insert(Activity, command.activity_id, values)

    # --- the contact

    def about_contact(self) -> Iterator[Change]:
        """What becomes of the contact: a number not to be dialled again, do-not-call, the lead status."""
        contact, values = self.contact, dict[str, Any]()
        if mark := _MARKS.get(self.outcome.number):
            values["phones"] = mark_bad(contact.phones, self.number, mark)
        if status := next_status(self.catalog, contact.lead_status, self.outcome):
            values["lead_status"] = status
        forbids = self.outcome.do_not_call and not contact.do_not_call
        if forbids:
            values["do_not_call"] = True
        change = update(contact, cleaned(Contact, values))
        if change.set:
            yield change
        if forbids:
            asked = "They asked not to be called" if self.outcome.connected else self.outcome.name
            why = clean_line(self.command.reason)
            yield told(
                self.context, kind="do_not_call", subject=f"Do not call: {why or asked}",
                book_id=contact.book_id, contact_id=contact.id, company_id=contact.company_id,
                data={"call_id": self.command.activity_id, "reason": why, "fields": {"do_not_call": [False, True]}},
            )  # fmt: skip

    # --- the deal

    def moved(self) -> Sequence[Change]:
        """The move of the deal, if the pipeline allows it."""
        deal, target = self.deal, self._target()
        if deal is None or target is None or deal.outcome != "open":
            return ()
        move = MoveDeal(
            deal_id=deal.id, stage_id=target.id, from_stage_id=deal.stage_id, reason=self.command.reason
        )
        try:
            return move.decide(self.seen, self.context).changes
        except (Refused, NotFound) as why:
            self.left_out.append(f"{deal.title} stays where it is. {str(why).rstrip('.')}")
            return ()

    def _target(self) -> Stage | None:
        """Where the outcome takes the deal; None where that is where it is, or it is none of the outcome's business."""
        deal, move = self.deal, self.outcome.move
        if deal is None or not move:
            return None
        if move != "start":
            stage = self.catalog.stage_by_id.get(move)
            there = stage is not None and stage.pipeline_id == deal.pipeline_id and stage.id != deal.stage_id
            return stage if there else None
        stages = [stage for stage in self.catalog.stages_of(deal.pipeline_id) if stage.kind == "open"]
        at_start = bool(stages) and first_stage(self.catalog, deal.pipeline_id).id == deal.stage_id
        return stages[1] if at_start and len(stages) > 1 else None

    # --- somebody else

    @property
    def _names_somebody(self) -> bool:
        return any(clean_line(value) for value in self.command.referral.values())

    def referred(self) -> Sequence[Change]:
        """The contact that they named."""
        if not self._names_somebody:
            return ()
        contact, given = self.contact, {k: clean_line(v) for k, v in self.command.referral.items()}
        first, _, last = given.get("name", "").partition(" ")
        make = CreateContact(
            contact_id=self.command.referral_id,
            values={
                "book_id": contact.book_id,
                "first_name": first,
                "last_name": last.strip(),
                "phones": tuple(filter(None, [given.get("phone", "")])),
                "emails": tuple(filter(None, [given.get("email", "")])),
                "company_id": self._there(Company, contact.company_id) and contact.company_id,
                "lead_status": self.catalog.lead_statuses[0],
                "source": "Referral",
                "country": contact.country,
                "description": f"Named by {contact.name}.",
            },
        )
        try:
            return make.decide(self.seen, self.context).changes
        except Invalid as wrong:
            raise Invalid({"referral": str(wrong)}) from None

    # --- what comes next

    def tasks(self) -> Iterator[Change]:
        """The task that is done with or put off, and the one that comes next."""
        calls, planned = self._calls(), self._planned()
        answered = next((task for task in calls if self._is_due(task)), None)
        if self.outcome.do_not_call:
            every = {task.id: task for task in (*self._own_calls(), *calls)}
            if answered is not None:
                del every[answered.id]
            yield from delete_open(every.values(), self.context.now)
        if answered is not None and (self.outcome.connected or self.outcome.do_not_call):
            yield from complete(answered, self.context, again=not self.outcome.do_not_call)
        elif answered is not None and planned is not None:
            yield self._put_off(answered, planned)
            if planned["kind"] == "call":
                return
        if planned is None:
            return
        ahead = self._ahead(calls, planned) if answered is None else None
        if ahead is None:
            yield self._new_task(planned)
        elif self.outcome.connected or self.command.next_step is not None:
            yield self._put_off(ahead, planned)

    def _calls(self) -> list[Task]:
        """The open tasks to call them that this call can answer: the one that brought the user here, then their own."""
        # What comes again has its own rhythm: it is answered only by who came for it.
        own = [task for task in self._own_calls() if not task.recurrence]
        own.sort(key=lambda task: (task.due_at, task.id))
        named = self._there(Task, self.command.task_id)
        if named is None or named.done_at is not None or named.kind != "call":
            return own
        return [named, *own] if named.book_id in self.catalog.writable_books else own

    def _own_calls(self) -> list[Task]:
        """The user's own, without the one that brought them here."""
        found = self.seen.where(Task, **self.command.open_calls(self.catalog))
        return [task for task in found if task.id != self.command.task_id]

    def _is_due(self, task: Task) -> bool:
        """Whether this is the call that the task asks for: it brought the user here, it is due, or it was to be tried again."""
        zone = zone_of(self.catalog, self.catalog.me.id)
        today = self.context.now.astimezone(zone).date()
        due = task.due_at.astimezone(zone).date()
        return task.id == self.command.task_id or due <= today or task.priority == RETRY_PRIORITY

    def _ahead(self, calls: Sequence[Task], planned: Mapping[str, Any]) -> Task | None:
        """The call that is planned for another day already, about when one would be planned now."""
        if planned["kind"] != "call" or self._names_somebody:
            return None
        latest = planned["due_at"] + _ABOUT_THEN
        return next((task for task in calls if task.due_at <= latest), None)

    def _planned(self) -> dict[str, Any] | None:
        """What comes next: subject, kind, due_at, all_day, priority. None: nothing."""
        command, outcome = self.command, self.outcome
        if not command.follow_up:
            return None
        if command.next_step is not None:
            step = command.next_step
            return {
                "subject": step.subject, "kind": step.kind, "due_at": step.due_at, "all_day": step.all_day,
                "priority": "",
            }  # fmt: skip
        if outcome.asks == "when" and not outcome.follow_up:
            raise Invalid({"next_step": f"{outcome.name}: when? Try tue 3pm, or callback 14:30 their time."})
        if not outcome.follow_up or (outcome.asks == "referral" and not self._names_somebody):
            return None
        span = parse_span(outcome.follow_up)
        kind = outcome.task_kind or "call"
        tries_again = kind == "call" and not outcome.connected
        if tries_again or span.is_short:
            due_at = self._next_try(span)
        else:
            due_at = due_day(span, self.context.now, zone_of(self.catalog, self.catalog.me.id))
        return {
            "subject": outcome.task or outcome.name,
            "kind": kind,
            "due_at": due_at,
            "all_day": not (tries_again or span.is_short),
            "priority": RETRY_PRIORITY if tries_again else "",
        }

    def _next_try(self, span: Span) -> dt.datetime:
        """When to call again, by their clock and inside the hours in which they may be called."""
        # Where in the world numbers are need not be known before the first call is logged.
        from core.calling.there import hours_of

        company = self._there(Company, self.contact.company_id)
        there = hours_of(self.contact, company, self.catalog, self.number)
        zone = there.zone or zone_of(self.catalog, self.catalog.me.id)
        due_at = next_try(span, self.at, zone, opens=there.opens)
        # What is logged long afterwards is tried again from now on.
        return (
            due_at if due_at > self.context.now else next_try(span, self.context.now, zone, opens=there.opens)
        )

    def _put_off(self, task: Task, planned: Mapping[str, Any]) -> Change:
        """The task, later. What somebody else has ticked off meanwhile is asked about, not put off unseen."""
        names = ["due_at", "all_day"]
        if planned["kind"] == "call" and (self.command.next_step is not None or self.outcome.connected):
            names.append("subject")
        values = clean_task(self.context, {name: planned[name] for name in names}, task)
        change = update(task, values)
        return Change(
            change.table, change.id,
            set={**change.set, "done_at": None}, base={**change.base, "done_at": None},
        )  # fmt: skip

    def _new_task(self, planned: Mapping[str, Any]) -> Change:
        values = clean_task(self.context, {**planned, "assignee_id": self.catalog.me.id})
        links = dict(self.links)
        if self._names_somebody:
            links["contact_id"] = self.command.referral_id
        return insert(Task, self.context.new_id(), {**values, "book_id": self.book_id, **links})
