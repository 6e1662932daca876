"""Commands on the timeline: what people log, correct and take back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.catalog import Catalog
from core.changes import TOLD_KINDS, Change
from core.commands.base import Command, Context, Decision, Get, Need, Seen, cleaned, insert, link, title_of
from core.entities import RECORDS, Activity
from core.errors import Invalid, Refused
from core.ids import new_id
from core.permissions import require_write

CALL_OUTCOMES = ("connected", "no answer", "left voicemail", "busy", "wrong number", "left message")
"""What a logged call can have come to."""


@dataclass(frozen=True, kw_only=True)
class LogActivity(Command):
    """Logs a call, an e-mail, a meeting or a note about a contact, deal or company.

    Attributes:
        table, record_id: what it is about.
        kind: call, email, meeting or note.
        body: what was said.
        subject: a headline; may be empty.
        occurred_at: when it took place; now where it is None. Not in the future.
        outcome: how a call ended.
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
        record: Any = seen.get(RECORDS[self.table], self.record_id)
        require_write(context.catalog, record.book_id, title_of(record))
        values = cleaned(
            Activity,
            {
                "kind": self.kind, "subject": self.subject, "body": self.body, "outcome": self.outcome,
                "direction": self.direction, "duration_s": self.duration_s,
            },
        )  # fmt: skip
        if self.kind == "note" and not (values["body"] or values["subject"]):
            raise Invalid({"body": "The note is empty."})
        occurred = self.occurred_at or context.now
        if occurred > context.now + dt.timedelta(minutes=5):
            raise Invalid(
                {"occurred_at": "That is in the future. Make it a task, or log it when it has happened."}
            )
        if self.duration_s is not None and self.duration_s < 0:
            raise Invalid({"duration_s": "A duration is zero or more."})
        values |= {
            "book_id": record.book_id,
            "occurred_at": occurred,
            "user_id": context.catalog.me.id,
            "data": dict(self.data),
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
        change = _revision(activity, context, cleaned(Activity, self.values))
        return Decision(f"Edited the {activity.kind}", (change,), f"{activity.kind}.edited")


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
        return Decision(f"Deleted the {activity.kind}", (change,), f"{activity.kind}.retracted")


def _own(seen: Seen, context: Context, activity_id: str) -> Activity:
    activity = seen.get(Activity, activity_id)
    if activity.kind not in TOLD_KINDS:
        raise Refused("What offhook wrote by itself cannot be edited: it is the history.")
    if activity.superseded:
        raise Refused(f"That {activity.kind} was edited meanwhile. Look at it again first.")
    if activity.user_id != context.catalog.me.id and context.catalog.me.role not in ("admin", "manager"):
        raise Refused(f"Only {context.catalog.user_name(activity.user_id)} can edit that {activity.kind}.")
    require_write(context.catalog, activity.book_id, f"That {activity.kind}")
    return activity


def _revision(activity: Activity, context: Context, values: Mapping[str, Any]) -> Change:
    from core.schema import Role, fields_of

    kept = {
        name: getattr(activity, name)
        for name, spec in fields_of(Activity).items()
        if spec.role is Role.DATA and name not in ("id", "deleted_at")
    }
    return insert(Activity, context.new_id(), {**kept, **values, "revises": activity.id})


def _a(kind: str) -> str:
    return "an e-mail" if kind == "email" else f"a {kind}"
