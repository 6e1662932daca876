"""What a workspace is to whoever uses it: read, execute, subscribe. The same in every mode.

All methods may be called from any thread and block while they work (a fraction of a millisecond on a local file, a
round trip on a server), so a user interface calls them from a worker. None of them raises anything but
`core.errors.OffhookError` for what a user can cause.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from core.catalog import Catalog
from core.changes import Answer, Changeset, Row
from core.commands.base import Command
from core.entities import Activity, Company, Contact, Deal, Task
from core.filters import Query
from core.parked import Parked

if TYPE_CHECKING:
    # It takes long, and only imports need it.
    from core.imports.shapes import Match, Probe


class Card(NamedTuple):
    """A deal as a board draws it. Times are whole seconds since the epoch: ten thousand of these are read at once."""

    id: str
    title: str
    company: str
    contact: str
    contact_id: str | None
    company_id: str | None
    value_minor: int | None
    currency: str
    probability: int | None
    """The deal's own, in percent; None: the stage's counts."""
    stage_id: str
    stage_since: int
    last_activity_at: int | None
    next_task_at: int | None
    next_step: str
    expected_close: str
    """ISO day, or empty."""
    book_id: str
    outcome: str
    position: str
    created_at: int
    tags: str
    """Joined by blanks; for drawing only."""
    phone: str
    """The contact's first number, or empty."""


class ContactLine(NamedTuple):
    """A contact as a list draws it. Times are whole seconds since the epoch."""

    id: str
    first_name: str
    last_name: str
    title: str
    company: str
    company_id: str | None
    email: str
    phone: str
    lead_status: str
    tags: str
    city: str
    country: str
    time_zone: str
    book_id: str
    last_activity_at: int | None
    next_task_at: int | None
    do_not_call: bool


class TaskLine(NamedTuple):
    """A task in a list, with what it is about."""

    task: Task
    about: str
    """The contact's, deal's or company's name."""
    contact: str = ""
    """The name of the person: the task's contact, or its deal's."""
    company: str = ""
    phone: str = ""
    """The first of the person's numbers that is not known to be bad, or empty."""
    time_zone: str = ""
    """The person's own, or empty."""
    country: str = ""
    """Where the person is: by their address, or else by their company's."""
    region: str = ""


class Callee(NamedTuple):
    """A contact as somebody who may be called: who that is, where, and what was tried. Times are whole seconds since the epoch."""

    id: str
    name: str
    title: str
    book_id: str
    company_id: str | None
    company: str
    do_not_call: bool
    phones: tuple[Mapping[str, str], ...]
    """As `core.entities.Contact.phones` has them."""
    lead_status: str
    time_zone: str
    country: str
    region: str
    city: str
    company_country: str
    company_region: str
    last_call_at: int | None
    """The last call, in or out, whoever made it."""
    calls_today: tuple[int, ...]
    """When they were called in the last 24 hours, the latest first."""
    attempts: int
    """Calls out since the last call that connected; one that connected is none."""
    last_attempt_at: int | None
    """The last call out, whether it connected or not."""
    held_by: str
    """The colleague who has them reserved, or empty. A copy knows only what the server has told it; see `Workspace.reserve`."""
    held_until: int | None


class CallStats(NamedTuple):
    """What came of calling out in a while."""

    dials: int
    connects: int
    conversations: int
    """Those that connected and took more than a minute."""
    meetings: int
    """Calls that ended in a meeting."""
    talk_s: int
    """Seconds in calls that connected."""
    first_at: int | None
    """The first dial, in whole seconds since the epoch."""
    last_at: int | None


class Agenda(NamedTuple):
    """What there is to do for the user, most urgent first in each part."""

    tasks: list[TaskLine]
    """One's own that are due: calls at a set time (those of low priority are mere retries), then the rest; in each the
    one due first in front, then by priority."""
    leads: list[ContactLine]
    """In one's teams' pools, with the first of the lead statuses, newest first."""
    stale: list[Card]
    """One's own open deals in which nothing has happened for longer than their stage allows, the longest overdue first."""
    idle: list[Card]
    """One's own other open deals that have neither a next step nor a task, those untouched longest first."""
    more: dict[str, int]
    """How many there are beyond those given, by the name of the part; all four are in it."""


class Hit(NamedTuple):
    """Something that a search found."""

    table: str
    """contacts, companies, deals or activities."""
    id: str
    """The record to open: for an activity the contact's (or deal's) id, see `open_table`."""
    open_table: str
    title: str
    detail: str


class Entry(NamedTuple):
    """An entry of a timeline: the activity in its latest revision, with the names around it."""

    activity: Activity
    edited: bool
    contact: str
    deal: str


@dataclass(frozen=True, slots=True)
class Page:
    """A record's screen: the record and what stands beside it."""

    contact: Contact | None
    deal: Deal | None
    company: Company | None
    deals: tuple[Deal, ...]
    """Of the contact or company: open ones first, then the newest."""
    contacts: tuple[ContactLine, ...]
    """Of the company or deal."""
    tasks: tuple[Task, ...]
    """Open ones by due time."""
    counts: dict[str, int] = field(default_factory=dict)
    """Timeline entries by kind."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a timeline is about."""

    table: str
    """contacts, deals or companies."""
    id: str


@dataclass(frozen=True, slots=True)
class Changed:
    """What a subscriber is told: something changed, here or by others.

    Attributes:
        rows: the rows that changed, as (table, id).
        local: made through this workspace object, as opposed to another program or person.
        revision: the workspace's revision that contains it.
        everything: so much changed that the ids are not listed; read anew.
    """

    rows: frozenset[tuple[str, str]]
    local: bool
    revision: int
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """What the status bar says, in one truth.

    Attributes:
        mode: solo, direct or field.
        who: the user's name.
        line: short text (`● saved`, `◐ 3 to send`, …).
        level: ok, busy, warning or error.
        notes: what is less than perfect, one sentence each (`the key lies beside the data`).
        insecure: the connection could be read by others, as the user has allowed; the status bar never stops saying so.
        to_send: how many changesets wait to be sent.
        parked: how many wait for a person.
        loading: how much is here, in percent, while records come in that were never here; None: all of them are.
    """

    mode: str
    who: str
    line: str
    level: str = "ok"
    notes: tuple[str, ...] = ()
    insecure: bool = False
    to_send: int = 0
    parked: int = 0
    loading: int | None = None


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A changeset in the history.

    Attributes:
        changeset: what was done.
        undone: it was taken back.
        note: what became of it where it does not hold as it stands (`Not applied: Mia's value was kept`).
    """

    changeset: Changeset
    undone: bool
    note: str = ""


class Reservation(NamedTuple):
    """Who has a contact for themselves for a while."""

    ok: bool
    """It is oneself."""
    by: str
    """The name of whoever has it."""
    until: dt.datetime
    """When it ends unless it is prolonged or released before; by the clock of the store."""
    confirmed: bool = True
    """The store that decides for all has said so; False: it is out of reach and has not been asked yet."""


class Workspace(Protocol):
    """Everything offhook can be asked."""

    def catalog(self) -> Catalog:
        """The organization's set-up as the user sees it; cached until it changes."""
        ...

    def execute(self, command: Command) -> Answer:
        """Decides and applies a command. When this returns an applied answer, the effect survives a power cut.

        The same command id twice has one effect and gets the same answer.
        """
        ...

    def put_by(self, commands: Sequence[Command]) -> Sequence[Command]:
        """Keeps commands that cannot wait for an answer any more, in order, to be sent when the workspace is opened next.

        The one that `execute` is busy with may be among them: its id makes sure that it has one effect. Returns those
        that cannot be kept, as nothing is known yet of what they change.
        """
        ...

    def subscribe(self, listener: Callable[[Changed], None]) -> Callable[[], None]:
        """Calls `listener` (on any thread) after every change, one's own and others'. Returns how to stop it."""
        ...

    def health(self) -> Health:
        """The truth for the status bar; costs nothing."""
        ...

    def watch_health(self, listener: Callable[[Health], None]) -> Callable[[], None]:
        """Calls `listener` (on any thread) when `health` becomes another without a change. Returns how to stop it.

        The server is out of reach, or there again; something waits to be sent. Where that cannot happen, it is never
        called.
        """
        ...

    def who_took(self, table: str, record_id: str) -> str:
        """The name of whoever has a record now that has left the user's sight; empty where it was not taken, or nobody can tell."""
        ...

    def reserve(self, contact_id: str, *, seconds: int = 900) -> Reservation:
        """Reserves a contact for oneself, so that nobody else dials it meanwhile.

        Whoever reserves first has it until it expires, a day at most; the others are told who that is and until when. One's
        own reservation is prolonged: it ends so many seconds from now. In a team the server decides, for all at once.

        Raises:
            NotFound: the contact is not there.
        """
        ...

    def release(self, contact_id: str) -> None:
        """Ends one's own reservation of a contact, if there is one. Somebody else's stays."""
        ...

    def parked(self) -> list[Parked]:
        """What waits for a person, oldest first. Empty where every command is answered at once."""
        ...

    def drop(self, parked: Parked) -> None:
        """Gives up what waits, as its user has decided. It stays readable in `history`, with a note.

        Args:
            parked: what was shown to the user.

        Raises:
            NotFound: it does not wait any more.
            Refused: more of the user's work has joined it since.
        """
        ...

    def hand_in(self, parked_id: str) -> str:
        """Gives what waits to whoever has the record now: as a note on its timeline and a task. Returns their name, empty where it is unknown.

        Raises:
            NotFound: it does not wait any more.
            Refused: it cannot be handed in.
            Unavailable: the server is out of reach. It goes on waiting.
        """
        ...

    def unsent(self) -> list[Changeset]:
        """What waits to be sent, in the order in which it will be."""
        ...

    def board(self, pipeline_id: str, query: Query, *, closed_since: dt.datetime | None = None) -> list[Card]:
        """The open deals of a pipeline that match, and those closed since then, in no order."""
        ...

    def cards(self, deal_ids: Sequence[str], query: Query) -> list[Card]:
        """Those of the deals that are there and match, for patching a board in place."""
        ...

    def contacts(
        self, query: Query, *, sort: str = "name", descending: bool = False, offset: int = 0, limit: int = 100
    ) -> list[ContactLine]:
        """A window of the contacts that match. `sort`: name, company, last, next, created, status, or relevance (with words)."""
        ...

    def count_contacts(self, query: Query) -> int:
        """How many contacts match."""
        ...

    def contact_ids(
        self,
        query: Query,
        *,
        sort: str = "name",
        descending: bool = False,
        among: Collection[str] | None = None,
    ) -> list[str]:
        """The ids of all contacts that match, in the order of `contacts`, for acting on all of them.

        Args:
            query: the filter.
            sort: as for `contacts`.
            descending: as for `contacts`.
            among: only of these, which are few: whether what has changed matches now.
        """
        ...

    def callees(self, contact_ids: Sequence[str], now: dt.datetime) -> list[Callee]:
        """What is to be known of contacts before they are called, in the order of their ids.

        Those that are not there any more, or out of sight, are left out.

        Args:
            contact_ids: some 50 of them: the next in a queue.
            now: what the last 24 hours count back from, and, where no server has a clock, reservations end by.
        """
        ...

    def call_stats(
        self, since: dt.datetime, until: dt.datetime, *, user_id: str | None = None, block: str = ""
    ) -> CallStats:
        """What came of the calls out from `since` up to, but without, `until`.

        Args:
            since: the begin.
            until: the end.
            user_id: whose calls; None: one's own. Of others only those that one sees are counted.
            block: of one calling session alone; empty: of all.
        """
        ...

    def agenda(self, now: dt.datetime, tomorrow: dt.datetime, *, limit: int = 200) -> Agenda:
        """What there is to do today.

        Args:
            now: what deals are stale by.
            tomorrow: when today ends where the user is: tasks due before it are today's, or overdue.
            limit: the most to return of each part; `Agenda.more` says how many there are beyond.
        """
        ...

    def keep_draft(self, key: str, text: str) -> None:
        """Keeps what is being typed, in place of what was kept under the key before. It survives a crash when this returns.

        It stays on this machine, for this login; nobody is told of it. Where there is no file to keep it in, it is
        kept as long as the program runs, and `health` says so.

        Args:
            key: what it is about, as `note:contacts:<id>`. The draft of a person whose data is erased goes with them
                where the key ends in their id.
            text: what to keep; empty: forget it.

        Raises:
            Unavailable: it cannot be written.
        """
        ...

    def drafts(self, prefix: str = "") -> dict[str, str]:
        """What is kept under keys that begin so, the latest kept last."""
        ...

    def companies(self, text: str, *, limit: int = 20) -> list[Company]:
        """Companies whose name starts like `text` (all, by name, where it is empty)."""
        ...

    def page(self, table: str, record_id: str) -> Page:
        """Everything around one contact, deal or company.

        Raises:
            NotFound: it is not there.
        """
        ...

    def record(self, table: str, record_id: str) -> Any:
        """One record as its entity, deleted ones too.

        Raises:
            NotFound: it is not there.
        """
        ...

    def book_contents(self, book_id: str) -> dict[str, list[str]]:
        """The ids of all contacts, companies and deals in a book, by table: what `core.commands.records.assignments` takes.

        What the user may not see is not in it.
        """
        ...

    def timeline(
        self,
        subject: Subject,
        *,
        kinds: Sequence[str] = (),
        before: tuple[dt.datetime, str] | None = None,
        limit: int = 200,
        words: str = "",
    ) -> list[Entry]:
        """The newest entries about the subject (older than `before`, the time and id of the last one seen).

        With `words`, only those in which every word that was typed begins a word of the headline, the text or the outcome:
        what people wrote and what offhook tells by itself alike.
        """
        ...

    def tasks(
        self,
        *,
        assignee_id: str | None = None,
        due_after: dt.datetime | None = None,
        due_before: dt.datetime | None = None,
        done: bool = False,
        limit: int = 500,
    ) -> list[TaskLine]:
        """Tasks by due time, from `due_after` up to, but without, `due_before`."""
        ...

    def search(self, text: str, *, tables: Sequence[str] = (), limit: int = 50) -> list[Hit]:
        """Finds by names, companies, e-mails, phones, notes, custom fields: every word a prefix, accents and case folded."""
        ...

    def likely_duplicates(self, draft: Row) -> list[Hit]:
        """Contacts that may be the same person as the draft (`first_name`, `last_name`, `company_name`, `emails`, `phones`), best first."""
        ...

    def matches(self, table: str, probes: Sequence[Probe]) -> list[list[Match]]:
        """For each probe the records that may be the one that is meant, each once: what is compared loosely is for the caller.

        A record is among them that has one of the ids, external ids, e-mails or phone numbers, or the name in its sort
        key; of contacts also the company's, at most 200; of companies also the one of the domain; of deals and contacts
        the company's name comes along. Of activities and tasks, that have nothing else, only ids are looked at. What is
        deleted, or not to be seen, is not found.

        Args:
            table: contacts, companies, deals, activities or tasks.
            probes: some 500 of them: they are one round trip to a server.
        """
        ...

    def tags(self, table: str) -> list[str]:
        """Tags in use, most used first."""
        ...

    def history(self, table: str, record_id: str, *, limit: int = 100) -> list[HistoryEntry]:
        """The changesets that touched a record, newest first."""
        ...

    def undoable(self, skip: Collection[str] = ()) -> Changeset | None:
        """The user's latest changeset that can be undone and has not been, apart from those of the ids in `skip`."""
        ...

    def export(self, table: str, query: Query) -> Iterator[Row]:
        """Contacts, companies, deals or activities as flat rows, names in place of ids, streamed.

        Raises:
            Refused: the user may not export. It is raised at once, before the first row is asked for.
        """
        ...

    def close(self) -> None:
        """Lets go of files and connections."""
        ...
