"""What is logged of something that took place: about whom, what it was, and the command that keeps it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, NamedTuple

from core.catalog import Catalog
from core.clock import zone_named
from core.commands.activities import LogActivity
from core.commands.calls import LogCall
from core.duration import parse_duration, show_duration
from core.entities import Outcome
from core.errors import Invalid
from core.ids import new_id
from core.next_step import NextStep, parse_next_step, show_next_step
from core.when import parse_when, show_when
from core.workspace import Page, Subject

KINDS = {"call": "Call", "note": "Note", "meeting": "Meeting", "email": "E-mail"}
"""What can be logged; each begins with the letter that is its key."""
TIMED = frozenset({"call", "meeting"})
"""What takes a while."""
HEADED = frozenset({"meeting", "email"})
"""What has a subject of its own."""
DIRECTED = frozenset({"call", "email"})
"""What goes in or out."""
LOG_DRAFTS, NOTE_DRAFTS = "prompt:log:", "prompt:note:"
"""How the keys begin under which what is typed is kept; the id of the record follows."""


class Choice(NamedTuple):
    """A deal that something may be about."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Target:
    """Whom something is logged for.

    Attributes:
        subject: the contact, deal or company that was named.
        name: what people call it.
        contact_id: the contact; empty where there is none.
        deals: the deals that it may belong to.
        deal_id: the one that it does, unless the user says otherwise; empty: none.
        zone_name: where the contact is, as far as that was said.
    """

    subject: Subject
    name: str
    contact_id: str
    deals: tuple[Choice, ...]
    deal_id: str
    zone_name: str = ""

    @property
    def zone(self) -> dt.tzinfo | None:
        """Where the contact is; None where that is not known."""
        return zone_named(self.zone_name)

    @property
    def asks(self) -> bool:
        """Whether the user has to say which deal it is about: there are several."""
        return len(self.deals) > 1


def target_of(page: Page, subject: Subject) -> Target:
    """Whom something is logged for: a deal's contact and that deal; a contact and their only open deal."""
    contact, company = page.contact, page.company
    zone_name = contact.time_zone if contact is not None else ""
    if subject.table == "deals" and page.deal is not None:
        deal = Choice(page.deal.id, page.deal.title)
        name = " · ".join(filter(None, (contact.name if contact else "", deal.title)))
        return Target(subject, name, contact.id if contact else "", (deal,), deal.id, zone_name)
    if subject.table == "contacts" and contact is not None:
        name = " · ".join(filter(None, (contact.name, company.name if company else "")))
        open_ones = tuple(Choice(deal.id, deal.title) for deal in page.deals if deal.outcome == "open")
        only = open_ones[0].id if len(open_ones) == 1 else ""
        return Target(subject, name, contact.id, open_ones, only, zone_name)
    return Target(subject, company.name if company else "", "", (), "")


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been typed of it.

    Attributes:
        kind: one of `KINDS`; empty while it is not said.
        outcome: how a call ended, by the outcome's key.
        deal_id: the deal; empty: none.
        heading: the subject of an e-mail or a meeting.
        text: what was said.
        when: as typed; empty: now.
        took: as typed.
        direction: in or out.
        then: what follows from a call: empty, `mark` (what it says of the number or the person) or `all`.
        next: what comes next, in plain words.
    """

    kind: str = ""
    outcome: str = ""
    deal_id: str = ""
    heading: str = ""
    text: str = ""
    when: str = ""
    took: str = ""
    direction: str = "out"
    then: str = ""
    next: str = ""

    @property
    def is_worth_keeping(self) -> bool:
        """Whether there is something that typing anew would cost."""
        return any(part.strip() for part in (self.heading, self.text, self.when, self.took, self.next))

    def write(self) -> str:
        """As it is kept."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, kept: str) -> Draft | None:
        """What was kept; None where it cannot be read."""
        try:
            values: Any = json.loads(kept)
        except ValueError:
            return None
        known = {field.name for field in dataclasses.fields(cls)}
        fits = isinstance(values, dict) and all(isinstance(value, str) for value in values.values())
        return cls(**{name: value for name, value in values.items() if name in known}) if fits else None


def draft_key(subject: Subject | None) -> str:
    """Under what a draft is kept (see `core.workspace.Workspace.keep_draft`); None: nobody was named yet."""
    return f"{LOG_DRAFTS}{subject.id if subject else ''}"


def note_key(subject: Subject) -> str:
    """Under what the draft of a note is kept."""
    return f"{NOTE_DRAFTS}{subject.id}"


def then_of(outcome: Outcome | None) -> str:
    """What follows from a call that is logged afterwards, unless the user says otherwise.

    What an outcome says of the person or the number holds however long ago it was; the rest has mostly been seen to.
    """
    return "mark" if outcome is not None and (outcome.do_not_call or outcome.number) else ""


def then_options(outcome: Outcome | None) -> list[tuple[str, str]]:
    """What can follow from a call: ids and words."""
    options = [("", "nothing more: it is only logged")]
    if outcome is not None and outcome.do_not_call:
        options.append(("mark", "they are not called any more"))
    elif outcome is not None and outcome.number:
        options.append(("mark", "the number is not dialled any more"))
    return [*options, ("all", "all that the outcome brings")]


def told(draft: Draft, target: Target | None, catalog: Catalog, now: dt.datetime, zone: dt.tzinfo) -> str:
    """What of a draft was understood, as it is said back: `Tue 17 Mar 15:00 · 12 min · then Call back · Thu 19 Mar 9:00`.

    Nothing where there was nothing to understand.

    Raises:
        Invalid: by field, what cannot be read.
    """
    if not any(part.strip() for part in (draft.when, draft.took, draft.next)):
        return ""
    at = _when(draft, now, zone)
    when = "Now" if at is None else show_when(at, all_day=False, now=now, zone=zone)
    step = _step(draft, target, catalog, now, zone)
    then = f"then {show_next_step(step, now, zone, target.zone if target else None)}" if step else ""
    return " · ".join(filter(None, (when, show_duration(_took(draft)), then)))


def _when(draft: Draft, now: dt.datetime, zone: dt.tzinfo) -> dt.datetime | None:
    typed = draft.when.strip()
    if not typed or typed.lower() == "now":
        return None
    try:
        at, _ = parse_when(typed, now, zone, past=True)
    except Invalid as error:
        raise Invalid({"when": next(iter(error.fields.values()))}) from None
    if at > now:
        raise Invalid({"when": "That is in the future. A task is planned, not logged."})
    return at.astimezone(dt.UTC)


def _took(draft: Draft) -> int | None:
    if draft.kind not in TIMED:
        return None
    try:
        return parse_duration(draft.took)
    except Invalid as error:
        raise Invalid({"took": next(iter(error.fields.values()))}) from None


def _step(
    draft: Draft, target: Target | None, catalog: Catalog, now: dt.datetime, zone: dt.tzinfo
) -> NextStep | None:
    if draft.kind != "call" or not draft.next.strip():
        return None
    outcome = catalog.outcome(draft.outcome)
    what, kind = (outcome.task, outcome.task_kind) if outcome is not None else ("", "")
    try:
        return parse_next_step(
            draft.next,
            now,
            zone,
            their_zone=target.zone if target else None,
            subject=what or "Follow up",
            kind=kind or "call",
        )
    except Invalid as error:
        raise Invalid({"next": next(iter(error.fields.values()))}) from None


def problems(
    draft: Draft, target: Target | None, catalog: Catalog, now: dt.datetime, zone: dt.tzinfo
) -> dict[str, str]:
    """What is missing or cannot be read, by field; nothing where it can be logged."""
    wrong: dict[str, str] = {}
    if target is None:
        wrong["who"] = "Whom is it about? Type a name and take one with enter."
    if draft.kind not in KINDS:
        wrong["kind"] = "What was it? c call, n note, m meeting, e e-mail."
    if draft.kind == "call" and not draft.outcome:
        wrong["outcome"] = "How did the call end? One key says it."
    if draft.kind == "note" and not draft.text.strip():
        wrong["text"] = "The note is empty. Escape leaves without one."
    for read in (
        lambda: _when(draft, now, zone),
        lambda: _took(draft),
        lambda: _step(draft, target, catalog, now, zone),
    ):
        try:
            read()
        except Invalid as error:
            wrong |= error.fields
    return wrong


def command_for(
    target: Target,
    draft: Draft,
    catalog: Catalog,
    now: dt.datetime,
    zone: dt.tzinfo,
    *,
    activity_id: str = "",
) -> LogActivity | LogCall:
    """The command that keeps what was typed.

    A call that is logged afterwards has the effects of its outcome only as far as they were asked for.

    Args:
        target: for whom.
        draft: what was typed.
        catalog: the set-up.
        now: the current time.
        zone: where the viewer is.
        activity_id: the entry's id, so that what is sent twice is there once.

    Raises:
        Invalid: by field, what cannot be read. What is missing is asked for before, by `problems`.
    """
    at, took, step = _when(draft, now, zone), _took(draft), _step(draft, target, catalog, now, zone)
    activity_id = activity_id or new_id()
    if draft.kind == "call" and target.contact_id and (draft.then or step):
        return LogCall(
            contact_id=target.contact_id, outcome=draft.outcome, note=draft.text, started_at=at, duration_s=took,
            deal_id=draft.deal_id, direction=draft.direction, activity_id=activity_id, next_step=step,
            follow_up=step is not None or draft.then == "all",
        )  # fmt: skip
    table, record_id = target.subject.table, target.subject.id
    if draft.deal_id:
        table, record_id = "deals", draft.deal_id
    elif target.contact_id:
        table, record_id = "contacts", target.contact_id
    values: dict[str, Any] = {"duration_s": took}
    if draft.kind in HEADED:
        values["subject"] = draft.heading.strip()
    if draft.kind in DIRECTED:
        values["direction"] = draft.direction
    if draft.kind == "call":
        values["outcome"] = draft.outcome
    return LogActivity(
        table=table, record_id=record_id, kind=draft.kind, body=draft.text, occurred_at=at, activity_id=activity_id, **values
    )  # fmt: skip
