"""Commands on the timeline: what people log, correct and take back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.catalog import Catalog
from core.changes import TOLD_KINDS, Change
from core.commands.base import (
    Command,
    Context,
    Decision,
    Get,
    Need,
    Seen,
    cleaned,
    insert,
    link,
    only,
    subject_class,
    title_of,
)
from core.entities import Activity
from core.errors import Invalid, Refused
from core.ids import new_id
from core.permissions import require_can_change, require_write
from core.schema import Role, fields_of

EDITABLE = ("body", "subject", "outcome", "occurred_at", "duration_s", "direction")
"""What can be corrected in an entry."""
ENTRY_NAMES = {"call": "call", "email": "e-mail", "meeting": "meeting", "note": "note"}
"""What people call the entries that they log."""
_ENDED = ("line", "connected", "meeting")
"""What the data of a call says by its outcome."""
_CLOCK_SKEW = dt.timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class LogActivity(Command):
    """Logs a call, an e-mail, a meeting or a note about a contact, deal or company.

    Attributes:
        table, record_id: what it is about.
        kind: call, email, meeting or note.
        body: what was said.
        subject: a headline; may be empty.
        occurred_at: when it took place; now where it is None. Not in the future.
        outcome: how a call ended, the key of one of the catalog's outcomes, whose effects are left out (see
            `core.commands.calls.LogCall`); free text for other kinds.
        direction: in or out.
        duration_s: seconds.
        activity_id: the new entry's id.
    """

    NAME: ClassVar[str] = "log_activity"
    table: str
    record_id: str
    kind: str
    body: str = ""
    subject: str = ""
    occurred_at: dt.datetime | None = None
    outcome: str = ""
    direction: str = ""
    duration_s: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    activity_id: str = field(default_factory=new_id)

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get(self.table, self.record_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        if self.kind not in TOLD_KINDS:
            raise Refused(f"“{self.kind}” cannot be logged. Kinds: call, email, meeting, note.")
        record: Any = seen.get(subject_class(self.table), self.record_id)
        require_write(context.catalog, record.book_id, title_of(record))
        occurred = context.now if self.occurred_at is None else self.occurred_at
        values = clean_entry(
            context, self.kind,
            {
                "subject": self.subject, "body": self.body, "outcome": self.outcome, "direction": self.direction,
                "duration_s": self.duration_s, "occurred_at": occurred,
            },
        )  # fmt: skip
        ended = how_it_ended(context.catalog, self.outcome) if self.kind == "call" else {}
        values |= {
            "kind": self.kind,
            "book_id": record.book_id,
            "user_id": context.catalog.me.id,
            "data": {**ended, **self.data},
            **link(record),
        }
        return Decision(
            f"Logged {_a(self.kind)} for {title_of(record)}",
            (insert(Activity, self.activity_id, values),),
            f"{self.kind}.logged",
        )


@dataclass(frozen=True, kw_only=True)
class EditActivity(Command):
    """Corrects something that a person logged. The entry stays; a revision takes its place.

    Another outcome of a call changes what the entry says, and nothing of what the first one brought about.

    Attributes:
        activity_id: the revision that the user saw.
        values: body, subject, outcome, occurred_at, duration_s, direction.
    """

    NAME: ClassVar[str] = "edit_activity"
    activity_id: str
    values: Mapping[str, Any]

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get("activities", self.activity_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        activity = _own(seen, context, self.activity_id)
        only(self.values, EDITABLE, activity.LABEL)
        said = {name: getattr(activity, name) for name in EDITABLE}
        values = clean_entry(context, activity.kind, {**said, **self.values}, outcome=activity.outcome)
        if values == said:
            return Decision(f"That {ENTRY_NAMES[activity.kind]}: nothing to change", ())
        if activity.kind == "call" and values["outcome"] != activity.outcome:
            others = {name: value for name, value in activity.data.items() if name not in _ENDED}
            values["data"] = {**others, **how_it_ended(context.catalog, values["outcome"])}
        change = _revision(activity, context, values)
        return Decision(f"Edited {_the(activity.kind)}", (change,), f"{activity.kind}.edited")


@dataclass(frozen=True, kw_only=True)
class RetractActivity(Command):
    """Takes back something that a person logged; it leaves the timeline and stays in the history."""

    NAME: ClassVar[str] = "retract_activity"
    activity_id: str

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get("activities", self.activity_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        activity = _own(seen, context, self.activity_id)
        change = _revision(activity, context, {"retracted": True})
        return Decision(f"Deleted {_the(activity.kind)}", (change,), f"{activity.kind}.retracted")


def _own(seen: Seen, context: Context, activity_id: str) -> Activity:
    activity = seen.get(Activity, activity_id)
    what = f"That {ENTRY_NAMES.get(activity.kind, activity.kind)}"
    if activity.kind not in TOLD_KINDS:
        raise Refused("What offhook wrote by itself cannot be edited: it is the history.")
    if activity.superseded:
        raise Refused(f"{what} was edited meanwhile. Look at it again first.")
    if activity.retracted:
        raise Refused(f"{what} was deleted.")
    if activity.user_id != context.catalog.me.id and context.catalog.me.role not in ("admin", "manager"):
        require_can_change(context.catalog)
        raise Refused(f"{what} is {context.catalog.user_name(activity.user_id)}’s; only they can change it.")
    require_write(context.catalog, activity.book_id, what)
    return activity


def how_it_ended(catalog: Catalog, outcome: str) -> dict[str, Any]:
    """What the data of a call tells of its outcome: what the line did, whether they were reached, whether a meeting came of it."""
    known = catalog.outcome(outcome)
    if known is None:
        return {}
    return {"connected": known.connected} | {
        name: value for name, value in (("line", known.line), ("meeting", known.meeting)) if value
    }


def outcomes_there_are(catalog: Catalog) -> str:
    """What to say of an outcome that is none."""
    return f"A call ends with one of {', '.join(known.key for known in catalog.call_outcomes)}."


def clean_entry(
    context: Context, kind: str, values: Mapping[str, Any], *, outcome: str = ""
) -> dict[str, Any]:
    """The values of an entry that a person logs, if they can be kept.

    Args:
        context: who logs it, and when.
        kind: call, email, meeting or note.
        values: all of `EDITABLE`.
        outcome: the one that the entry has, whatever list it came from.

    Raises:
        Invalid: what is wrong, field by field.
    """
    out = cleaned(Activity, values)
    wrong: dict[str, str] = {}
    if kind == "note" and not (out["body"] or out["subject"]):
        wrong["body"] = "The note is empty."
    if out["occurred_at"] > context.now + _CLOCK_SKEW:
        wrong["occurred_at"] = "That is in the future. Make it a task, or log it when it has happened."
    if out["duration_s"] is not None and out["duration_s"] < 0:
        wrong["duration_s"] = "A duration is zero or more."
    if out["direction"] not in ("", "in", "out"):
        wrong["direction"] = "A call or e-mail goes in or out."
    if kind == "call" and out["outcome"] not in ("", outcome) and not context.catalog.outcome(out["outcome"]):
        wrong["outcome"] = outcomes_there_are(context.catalog)
    if wrong:
        raise Invalid(wrong)
    return out


def _revision(activity: Activity, context: Context, values: Mapping[str, Any]) -> Change:
    kept = {
        name: getattr(activity, name)
        for name, spec in fields_of(Activity).items()
        if spec.role is Role.DATA and name not in ("id", "deleted_at")
    }
    former = {name: kept[name] for name, value in values.items() if kept[name] != value}
    return insert(Activity, context.new_id(), {**kept, **values, "revises": activity.id}, revised=former)


def _the(kind: str) -> str:
    return f"the {ENTRY_NAMES[kind]}"


def _a(kind: str) -> str:
    return f"{'an' if kind == 'email' else 'a'} {ENTRY_NAMES[kind]}"
