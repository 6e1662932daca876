"""The records of a CRM. One dataclass per table; see `core.schema` for what the field helpers mean."""

# ruff: noqa: RUF009 (field helpers are calls by design: each returns a `dataclasses.field`)
from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from core.schema import Record, Role, date, flag, integer, items, line, mapping, ref, text, time

_ADDRESS = frozenset({"address", "postal_code", "city", "region", "country"})
"""Halves of two addresses are no address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization(Record):
    """A tenant: everything of one customer of offhook. Its own id is also its `org_id`."""

    TABLE: ClassVar[str] = "organizations"
    LABEL: ClassVar[str] = "organization"

    name: str = line(required=True)
    currency: str = line(required=True, limit=3)
    country: str = line(limit=2)
    """ISO 3166 alpha-2: how a phone number without a country code is read."""
    time_zone: str = line()
    settings: Mapping[str, Any] = mapping()
    """Lists that the organization edits: `lost_reasons`, `lead_statuses`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team(Record):
    """A group of users that shares a pool."""

    TABLE: ClassVar[str] = "teams"
    LABEL: ClassVar[str] = "team"

    name: str = line(required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class User(Record):
    """A person who works with offhook."""

    TABLE: ClassVar[str] = "users"
    LABEL: ClassVar[str] = "user"

    name: str = line(required=True)
    login: str = line()
    email: str = line()
    role: str = line(required=True)
    """admin, manager, rep or readonly; see `core.permissions`."""
    time_zone: str = line()
    disabled_at: dt.datetime | None = time()
    """Since when they may not log in. Their records stay where they are until somebody hands them over."""
    export_right: str = line()
    """Whether they may export: yes, no, or empty for what their role says."""
    import_right: str = line()
    """Whether they may import: as `export_right`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Record):
    """A user's place in a team."""

    TABLE: ClassVar[str] = "memberships"
    LABEL: ClassVar[str] = "membership"

    team_id: str = ref("teams")
    user_id: str = ref("users")


@dataclass(frozen=True, slots=True, kw_only=True)
class Book(Record):
    """Where a record lies: a rep's own book of business, a team's pool, or a book that several people share.

    Ownership is nothing but this.
    """

    TABLE: ClassVar[str] = "books"
    LABEL: ClassVar[str] = "book"

    kind: str = line(required=True)
    """own (then `user_id` is set), pool (then `team_id` is set) or shared (then its `shares` say whose it is)."""
    name: str = line(required=True)
    user_id: str | None = ref("users", optional=True)
    team_id: str | None = ref("teams", optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share(Record):
    """A book that a user sees because it is shared with them: a colleague's own one, or one that they hold together."""

    TABLE: ClassVar[str] = "shares"
    LABEL: ClassVar[str] = "share"

    book_id: str = ref("books")
    user_id: str = ref("users")
    can_write: bool = flag()
    """They may change what lies in it, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline(Record):
    """An ordered set of stages that deals pass through; of one team, or of all."""

    TABLE: ClassVar[str] = "pipelines"
    LABEL: ClassVar[str] = "pipeline"

    name: str = line(required=True)
    team_id: str | None = ref("teams", optional=True)
    position: str = line()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(Record):
    """A step of a pipeline."""

    TABLE: ClassVar[str] = "stages"
    LABEL: ClassVar[str] = "stage"

    pipeline_id: str = ref("pipelines")
    name: str = line(required=True)
    position: str = line()
    kind: str = line(required=True)
    """open, won or lost."""
    probability: int = integer(default=0)
    """Chance that a deal here is won, in percent."""
    stale_days: int | None = integer()
    """Days without any activity after which a deal here counts as stale; none: never."""
    next_stage_ids: tuple[str, ...] = items()
    """Stages that a deal may move to from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomField(Record):
    """A field that an organization defined for itself. Values lie in `custom` of the record, under `key`."""

    TABLE: ClassVar[str] = "custom_fields"
    LABEL: ClassVar[str] = "custom field"

    entity: str = line(required=True)
    """The table it belongs to: contacts, companies or deals."""
    key: str = line(required=True, limit=60)
    label: str = line(required=True)
    kind: str = line(required=True)
    """text, number, date, flag, choice or url."""
    options: tuple[str, ...] = items()
    position: str = line()


@dataclass(frozen=True, slots=True, kw_only=True)
class Company(Record):
    """An organization that is sold to."""

    TABLE: ClassVar[str] = "companies"
    LABEL: ClassVar[str] = "company"
    MERGE_GROUPS: ClassVar[tuple[frozenset[str], ...]] = (_ADDRESS,)

    book_id: str = ref("books")
    name: str = line(required=True)
    domain: str = line()
    website: str = line()
    phone: str = line()
    industry: str = line()
    employees: int | None = integer()
    address: str = line()
    postal_code: str = line()
    city: str = line()
    region: str = line()
    country: str = line(limit=2)
    description: str = text()
    tags: tuple[str, ...] = items()
    custom: Mapping[str, Any] = mapping()
    external_ids: tuple[str, ...] = items(label="External ids")
    """What other systems know it by (`hubspot:8001`). What it points to there, as long as that has not come from there,
    is kept here too (`company_id>hubspot:8002`). Only imports write it."""
    sort_key: str = line(role=Role.DERIVED)
    search: str = text(role=Role.DERIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Record):
    """A person. A lead is a contact with a lead status."""

    TABLE: ClassVar[str] = "contacts"
    LABEL: ClassVar[str] = "contact"
    MERGE_GROUPS: ClassVar[tuple[frozenset[str], ...]] = (_ADDRESS,)

    book_id: str = ref("books")
    first_name: str = line()
    last_name: str = line()
    title: str = line()
    company_id: str | None = ref("companies", optional=True)
    emails: tuple[Mapping[str, str], ...] = items(label="E-mails")
    """Each `{"value": address, "label": "work"}`; the first one is written to."""
    phones: tuple[Mapping[str, str], ...] = items()
    """Each `{"value": E.164 number, "label": "mobile"}`; the first one is dialled."""
    lead_status: str = line()
    source: str = line()
    time_zone: str = line()
    address: str = line()
    postal_code: str = line()
    city: str = line()
    region: str = line()
    country: str = line(limit=2)
    do_not_call: bool = flag(label="Do not call")
    description: str = text()
    tags: tuple[str, ...] = items()
    custom: Mapping[str, Any] = mapping()
    external_ids: tuple[str, ...] = items(label="External ids")
    """As `Company.external_ids`."""
    last_activity_at: dt.datetime | None = time(role=Role.DERIVED)
    next_task_at: dt.datetime | None = time(role=Role.DERIVED)
    sort_key: str = line(role=Role.DERIVED)
    search: str = text(role=Role.DERIVED)

    @property
    def name(self) -> str:
        """First and last name as people write them; the first e-mail or phone where there is neither."""
        return person_name(self.first_name, self.last_name, self.emails, self.phones)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal(Record):
    """A chance to sell, in a stage of a pipeline."""

    TABLE: ClassVar[str] = "deals"
    LABEL: ClassVar[str] = "deal"
    MERGE_GROUPS: ClassVar[tuple[frozenset[str], ...]] = (
        frozenset({"pipeline_id", "stage_id", "outcome", "lost_reason", "closed_at", "stage_since"}),
        frozenset({"value_minor", "currency"}),
    )

    book_id: str = ref("books")
    title: str = line(required=True)
    pipeline_id: str = ref("pipelines")
    stage_id: str = ref("stages")
    company_id: str | None = ref("companies", optional=True)
    contact_id: str | None = ref("contacts", optional=True)
    value_minor: int | None = integer(label="Value")
    """In minor units of `currency` (cents)."""
    currency: str = line(required=True, limit=3)
    probability: int | None = integer()
    """In percent; none: the stage's."""
    expected_close: dt.date | None = date(label="Expected close")
    outcome: str = line(required=True)
    """open, won, lost or abandoned."""
    lost_reason: str = line(label="Lost reason")
    closed_at: dt.datetime | None = time()
    stage_since: dt.datetime = time(required=True)
    position: str = line()
    """Fractional key: where the card lies in its column when sorted by hand."""
    next_step: str = line(label="Next step")
    source: str = line()
    description: str = text()
    tags: tuple[str, ...] = items()
    custom: Mapping[str, Any] = mapping()
    external_ids: tuple[str, ...] = items(label="External ids")
    """As `Company.external_ids`."""
    last_activity_at: dt.datetime | None = time(role=Role.DERIVED)
    next_task_at: dt.datetime | None = time(role=Role.DERIVED)
    sort_key: str = line(role=Role.DERIVED)
    search: str = text(role=Role.DERIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity(Record):
    """Something that happened: an entry of the timeline. Append-only; an edit is a new revision."""

    TABLE: ClassVar[str] = "activities"
    LABEL: ClassVar[str] = "activity"

    book_id: str = ref("books")
    kind: str = line(required=True)
    """call, email, meeting, note (a person logged it) or created, edited, stage_change, claimed, assigned, task_done, … (a command tells of itself)."""
    subject: str = line()
    body: str = text()
    occurred_at: dt.datetime = time(required=True)
    duration_s: int | None = integer()
    direction: str = line()
    """in or out, for calls and e-mails."""
    outcome: str = line()
    """How a call ended (disposition)."""
    user_id: str | None = ref("users", optional=True)
    contact_id: str | None = ref("contacts", optional=True)
    deal_id: str | None = ref("deals", optional=True)
    company_id: str | None = ref("companies", optional=True)
    data: Mapping[str, Any] = mapping()
    """What a machine needs to know: for a stage change from, to and why; for an edit old and new per field."""
    revises: str | None = ref("activities", optional=True)
    """The activity that this one takes the place of."""
    retracted: bool = flag()
    """True on a revision that takes the entry back."""
    superseded: bool = flag(role=Role.DERIVED)
    """A later revision exists."""
    search: str = text(role=Role.DERIVED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Record):
    """Something to do: an activity that is due."""

    TABLE: ClassVar[str] = "tasks"
    LABEL: ClassVar[str] = "task"
    MERGE_GROUPS: ClassVar[tuple[frozenset[str], ...]] = (frozenset({"due_at", "all_day"}),)

    book_id: str = ref("books")
    kind: str = line(required=True)
    """call, email, meeting or todo."""
    subject: str = line(required=True)
    body: str = text()
    due_at: dt.datetime = time(required=True)
    all_day: bool = flag()
    """Only the day of `due_at` counts."""
    done_at: dt.datetime | None = time()
    assignee_id: str = ref("users")
    contact_id: str | None = ref("contacts", optional=True)
    deal_id: str | None = ref("deals", optional=True)
    company_id: str | None = ref("companies", optional=True)
    priority: str = line()
    """high, low, or empty for neither."""
    recurrence: str = line(label="Repeats")
    """every day, every weekday, every week, every 2 weeks, every month, every 3 months or every year; empty: once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmartView(Record):
    """A saved filter."""

    TABLE: ClassVar[str] = "smart_views"
    LABEL: ClassVar[str] = "view"

    entity: str = line(required=True)
    """contacts or deals."""
    name: str = line(required=True)
    query: str = line(limit=2000)
    """In the filter language of `core.filters`."""
    sort: str = line()
    shared: bool = flag()
    user_id: str = ref("users")
    pipeline_id: str | None = ref("pipelines", optional=True)
    position: str = line()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(Record):
    """How a call can end, and what follows from it.

    What offhook comes with is in `core.calling.outcomes`; a stored one of the same key takes its place. Of two that are
    stored under one key, the one with the lowest id counts.
    """

    TABLE: ClassVar[str] = "outcomes"
    LABEL: ClassVar[str] = "outcome"

    key: str = line(required=True, limit=60)
    """Stable words in lower case: what `outcome` of an activity holds."""
    name: str = line(required=True)
    hotkey: str = line(limit=1)
    """The key that logs it in call mode; empty: none."""
    connected: bool = flag()
    """They were on the line, so that the queue waits for the rep; without it the next contact comes at once."""
    follow_up: str = line(label="Follow up after")
    """30 min, 1 business day, 2 weeks, 3 months: how long until the next task is due; empty: no task."""
    task: str = line(label="Next task")
    """What the follow-up says."""
    task_kind: str = line(label="Kind of task")
    """call, email, meeting or todo; empty: call."""
    asks: str = line()
    """What is asked before it is logged: when, reason, referral; empty: nothing."""
    reasons: tuple[str, ...] = items()
    """What can be chosen where it asks for a reason."""
    lead_status: str = line(label="Lead status")
    """What the contact's lead status becomes; empty: it stays."""
    move: str = line(label="Moves the deal")
    """start (out of the pipeline's first stage into the next one), or the id of the stage that the deal goes to."""
    number: str = line(label="Marks the number")
    """wrong or dead: the number dialled is not dialled again."""
    do_not_call: bool = flag(label="Do not call")
    """Nobody calls the contact any more."""
    meeting: bool = flag(label="Counts as a meeting")
    stops: bool = flag(label="Leaves the queue")
    """The contact leaves the queue for good."""
    hidden: bool = flag()
    """It is not offered any more; calls that ended so keep their name."""
    position: str = line()
    # Last, since from here on `line` is this field.
    line: str = line()
    """What the line did: answered, no-answer, vm-answer, vm-left, busy, blocked, error or abandoned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script(Record):
    """What a rep reads while they call: for a pipeline, a stage of it, a view, or every call."""

    TABLE: ClassVar[str] = "scripts"
    LABEL: ClassVar[str] = "script"

    name: str = line(required=True)
    body: str = text()
    """In Markdown."""
    pipeline_id: str | None = ref("pipelines", optional=True)
    stage_id: str | None = ref("stages", optional=True)
    view_id: str | None = ref("smart_views", optional=True)
    shared: bool = flag()
    """Everybody sees it, not its maker alone."""
    user_id: str = ref("users")
    """Who made it."""
    position: str = line()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingRule(Record):
    """When, and how often, people of a region may be called.

    What offhook comes with is in `core.calling.rules_data`; a stored one of the same region takes its place. Of two that
    are stored for one region, the one with the lowest id counts.
    """

    TABLE: ClassVar[str] = "calling_rules"
    LABEL: ClassVar[str] = "calling rule"

    region: str = line(required=True, limit=12)
    """`*` for everywhere, a country (GB), or a part of one (US-AL)."""
    hours: Mapping[str, str] = mapping()
    """From when until when, by the clock of who is called: {"mon": "08:00-21:00", …, "sun": "", "holiday": ""}.

    Empty means no calls; a day that is not there is left to the wider region.
    """
    daily_cap: int | None = integer(label="Calls in 24 hours")
    """The most calls to one person in 24 hours; none: as many as one likes."""
    gap_minutes: int | None = integer(label="Minutes between calls")
    attempts_cap: int | None = integer(label="Unanswered calls")
    """After how many calls without an answer a contact leaves the queues."""
    notice: str = text()
    """What a rep is told before they call there."""
    source: str = line()
    """Where the rule is written."""
    checked_on: dt.date | None = date(label="Checked on")
    """When somebody last compared it with its source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import(Record):
    """Files that somebody brought in: that it is under way, then what came of it.

    What it has written is in the history: the ids of its changesets are made from its own.
    """

    TABLE: ClassVar[str] = "imports"
    LABEL: ClassVar[str] = "import"

    name: str = line(required=True)
    """The names of the files."""
    source: str = line()
    """The system that they come from: hubspot, salesforce, …, or table for what is none."""
    user_id: str = ref("users")
    """Who brings them in."""
    state: str = line(required=True)
    """running, done, stopped (some rows are in, and it can be resumed) or undone."""
    started_at: dt.datetime = time(required=True)
    ended_at: dt.datetime | None = time()
    rows: int = integer(default=0)
    """Rows of data; each is in exactly one of the numbers that follow."""
    imported: int = integer(default=0)
    updated: int = integer(default=0)
    unchanged: int = integer(default=0)
    skipped: int = integer(default=0)
    refused: int = integer(default=0)
    # Last, since from here on `mapping` is this field.
    mapping: Mapping[str, Any] = mapping()
    """What its columns were taken for, to be proposed next time: {signature of the headers: {target: header}}."""


RECORDS: dict[str, type[Record]] = {
    record.TABLE: record
    for record in (
        Organization,
        Team,
        User,
        Membership,
        Book,
        Share,
        Pipeline,
        Stage,
        CustomField,
        Company,
        Contact,
        Deal,
        Activity,
        Task,
        SmartView,
        Outcome,
        Script,
        CallingRule,
        Import,
    )
}
"""Every record class by its table's name, parents before children."""


def person_name(
    first: str,
    last: str,
    emails: tuple[Mapping[str, str], ...] = (),
    phones: tuple[Mapping[str, str], ...] = (),
) -> str:
    """A person's name for the screen, falling back to the first e-mail or phone, then to "(no name)"."""
    name = f"{first} {last}".strip()
    if name:
        return name
    for point in (*emails, *phones):
        return point["value"]
    return "(no name)"
