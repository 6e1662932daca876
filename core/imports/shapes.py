"""What the parts of an import hand to each other.

A file is read as tables of text (`Table`, `RawRow`); what was seen of a column (`Column`) and its header lead to what it
means (`Guess`, `Mapping`); a row becomes records (`Converted`, `Draft`); each meets what is there (`Probe`, `Match`), and
what comes of all of them is told (`Report`). `Job` is the whole of it, as an app or a command line works with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

from core.errors import OffhookError, Refused
from core.schema import Record

Entity = Literal["companies", "contacts", "deals", "activities", "tasks"]
ENTITIES: tuple[Entity, ...] = ("companies", "contacts", "deals", "activities", "tasks")
"""What can be brought in, those that others point to first."""

Policy = Literal["skip", "fill", "overwrite", "ask"]
"""What becomes of a row that meets a record: nothing; its empty fields are filled; it takes over what the row says."""

Order = Literal["dmy", "mdy", "ymd"]
"""How the days of a column are written."""


class Unusable(Refused):
    """A file that cannot be used at all. The message says why, and what to do."""


class Cancelled(OffhookError):
    """The user has stopped it. What was committed before stays, and it can be resumed."""


class Unread(ValueError):
    """A value that says nothing to its reader. `str(error)` is the reason, for the user."""


# --- files as tables -----------------------------------------------------------------------------------------------


class RawRow(NamedTuple):
    """A row of data as the file has it."""

    number: int
    """Where a person finds it: the line on which it begins, or the row of the sheet; counted from 1, the header too."""
    cells: Sequence[str]
    """As many as there are headers."""
    problem: str = ""
    """Why it cannot be read (more cells than headers, bytes that are no text), in a sentence; empty where it can."""


class Table(Protocol):
    """One table of a file. Rows come one at a time: a large file is never held whole."""

    file: str
    """The file's name, without its folder."""
    name: str
    """The sheet, or the member of an archive; empty where the file is the table."""
    kind: str
    """csv, xlsx, vcard or json."""
    encoding: str
    """As Python names it (`utf-8`, `utf-8-sig`, `utf-16`, `cp1252`, `mac_roman`); empty where the format says it."""
    delimiter: str
    """Of a csv; otherwise empty."""
    headers: Sequence[str]
    """As the file has them, each once: one without a name is `Column 3`, one that comes again `Name (2)`."""
    notes: Sequence[str]
    """What was passed over, in sentences (`3 lines above the header: “Acme Inc.”, …`)."""

    def rows(self) -> Iterator[RawRow]:
        """All rows, from the first one, each time. Blank rows, repeated headers and totals at the end are left out.

        Raises:
            Unusable: the file is not what it was any more.
        """
        ...

    def share(self) -> float:
        """How much of the file the last `rows` has come through, from 0 to 1."""
        ...


# --- what a column means -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Column:
    """What was seen of a column in the whole file.

    Attributes:
        header: its name in `Table.headers`.
        filled: rows in which it says something (placeholders as `n/a` do not).
        samples: up to five different values, in the order in which they came.
        looks: how many of the values that were looked at look like email, phone, url, domain, date, time, money,
            number, integer, percent, flag, country, name, html, id; a value can look like several. `looked` in all.
        looked: how many values were looked at.
        values: every value with how often it came, most frequent first; None where there are more than 300.
        longest: characters of the longest value.
        order: how its days are written, as far as the values say so; None where they do not.
        both_ways: a day in it that can be read two ways while `order` is None (`03/04/2026`); empty where there is none.
        decimal: the decimal mark of its numbers, "." or ",", as far as the values say so; empty where they do not.
        numbers: up to 200 of the values that look like phone numbers.
        endings: what e-mail and web addresses in it end in (`de`, `com`), as far as they were looked at, with how often.
    """

    header: str
    filled: int = 0
    samples: tuple[str, ...] = ()
    looks: Mapping[str, int] = field(default_factory=dict)
    looked: int = 0
    values: Mapping[str, int] | None = field(default_factory=dict)
    longest: int = 0
    order: Order | None = None
    both_ways: str = ""
    decimal: str = ""
    numbers: tuple[str, ...] = ()
    endings: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """A field that a column can go to.

    Attributes:
        name: as `--map` and a mapping name it: a plain name (`email`) is a field of what the table is about; one of a
            record beside it has its entity before it (`company.domain`, `deal.title`). `company` and `contact` are
            their names, `custom.KEY` is a custom field, `custom.new:LABEL` one that is to be made.
        entity: whose field it is.
        field: the field in `core.entities`, or what the converter makes of it (`name`, `external_id`, `owner`, …).
        kind: how its values are read: line, text, email, phone, date, time, money, currency, number, integer, percent,
            flag, country, url, domain, tags, name, id, owner, stage, pipeline, outcome, duration, choice.
        label: what a person calls it.
        many: it may be taken more than once (`email`, `email_2`, …).
    """

    name: str
    entity: Entity
    field: str
    kind: str
    label: str
    many: bool = False


@dataclass(frozen=True, slots=True)
class Guess:
    """What a column probably means.

    Attributes:
        header: the column.
        target: the name of a `Target`; empty: it is left out.
        confidence: from 0 to 1.
        why: in a few words (`HubSpot’s name for it`, `like the header “Téléphone”`, `96 % are e-mail addresses`).
    """

    header: str
    target: str
    confidence: float
    why: str


@dataclass(frozen=True, slots=True)
class TablePlan:
    """How one table is read. Can be kept as JSON (`dataclasses.asdict`) and pickled.

    Attributes:
        source: hubspot, salesforce, pipedrive, google, outlook, close, espocrm, twenty, atomic, notion, vcard, offhook …,
            or `table` for what is none of those. What ids are kept under: `hubspot:8001`.
        entity: what a row is.
        mapping: the header for each target's name. A header is there once.
        orders: how days are written, by header, where that is decided.
        decimals: the decimal mark, by header, where that is decided.
        systems: what ids are kept under, by header, where that is not the source (see `core.imports.together`).
        staff: what the other system's users are called, by their ids there (see `core.imports.staff`).
    """

    source: str
    entity: Entity
    mapping: Mapping[str, str]
    orders: Mapping[str, Order] = field(default_factory=dict)
    decimals: Mapping[str, str] = field(default_factory=dict)
    systems: Mapping[str, str] = field(default_factory=dict)
    staff: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Options:
    """What the user says of the whole import.

    Attributes:
        on_duplicate: what becomes of rows that meet a record.
        region: ISO 3166 alpha-2 of where a phone number without a country code is read; empty: the organization's.
        date_order: of days that the values of a column leave open; None: it is asked.
        currency: ISO 4217 of amounts that name none; empty: the organization's.
        source: the system that the files come from; empty: it is recognised.
        mapping: targets that the user has set, with their headers; an empty header leaves the target out.
        new_fields: columns that are nothing else become custom fields.
        entities: what the rows of files are, by the file's name, where the user has said it.
    """

    on_duplicate: Policy = "fill"
    region: str = ""
    date_order: Order | None = None
    currency: str = ""
    source: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    new_fields: bool = False
    entities: Mapping[str, Entity] = field(default_factory=dict)


class Option(NamedTuple):
    """An answer that can be given."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Question:
    """What the files leave open; asked once for all rows.

    Attributes:
        id: `region:`, `order:HEADER`, `owner:VALUE`, `pipeline:VALUE`, `stage:PIPELINE:VALUE`, …; stable for the same files.
        kind: region, order, owner, pipeline, stage or status.
        text: the question, in a sentence.
        rows: how many rows it is about.
        samples: values that show what it is about.
        options: what can be answered.
        default: the answer that is taken where nobody is there to ask; empty: the rows are refused until it is given.
    """

    id: str
    kind: str
    text: str
    rows: int
    samples: tuple[str, ...]
    options: tuple[Option, ...]
    default: str


# --- a row as records ----------------------------------------------------------------------------------------------


class Problem(NamedTuple):
    """What is wrong with a row, or with a value of it."""

    row: int
    column: str
    """The header; empty where it is about the row as a whole."""
    value: str
    reason: str


@dataclass(slots=True)
class Draft:
    """A record as a row tells of it, its values in the form in which they are kept.

    Attributes:
        table: what it is.
        values: by field of `core.entities`, only those that the row says: `emails` and `phones` as lists of items,
            custom fields as `custom.KEY`. Without links and `external_ids`.
        external_id: `hubspot:8001`; empty where the row names none.
        record_id: the id that the record itself has here or had where it was exported by offhook; empty otherwise.
        also: further external ids of the same record, as offhook's own exports name them.
        links: by field (`company_id`, `contact_id`, `deal_id`) the external ids of what it points to, best first
            (`("hubspot:8002",)`). What the same row tells of beside it needs none.
    """

    table: Entity
    values: dict[str, Any]
    external_id: str = ""
    record_id: str = ""
    links: dict[str, tuple[str, ...]] = field(default_factory=dict)
    also: tuple[str, ...] = ()


@dataclass(slots=True)
class Converted:
    """A row as records: the one that it is about and those that it mentions.

    A contact's or deal's `company_id` is the row's company, a deal's `contact_id` its contact, entries and tasks are
    about the deal, contact and company of their row.

    Attributes:
        row: its number.
        main: the entity that the row is about; its draft is there unless the row is refused.
        company, contact, deal: at most one of each.
        entries: activities (notes, calls, e-mails, meetings).
        tasks: what is still to be done.
        problems: why the row is refused; empty: it is not.
        warnings: values that were kept in another place, or read with doubt.
        left_out: it is no fault that the row is not brought in: it is deleted where it comes from.
    """

    row: int
    main: Entity
    company: Draft | None = None
    contact: Draft | None = None
    deal: Draft | None = None
    entries: tuple[Draft, ...] = ()
    tasks: tuple[Draft, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    left_out: bool = False


# --- what is there already -----------------------------------------------------------------------------------------


class Probe(NamedTuple):
    """What a record is recognised by."""

    external_ids: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    """Ids of records."""
    emails: tuple[str, ...] = ()
    """In lower case."""
    phones: tuple[str, ...] = ()
    """In E.164, without an extension. Where `names` says what a contact is called, only those with a like name, or none,
    are candidates: a switchboard's number is many people's."""
    names: tuple[str, ...] = ()
    """Sort keys: of a contact `lee ann`, of a company or deal its folded name or title. Compared exactly."""
    company: str = ""
    """The folded name of a contact's company: its contacts whose names are like `names` are candidates, too."""
    domain: str = ""
    """A company's."""


class Match(NamedTuple):
    """A record that may be the one that is meant."""

    record: Record
    """A `Company`, `Contact`, `Deal`, `Activity` or `Task`, as it is now; never a deleted one."""
    company: str = ""
    """The name of a contact's or deal's company."""


# --- the whole of it -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Report:
    """What comes, or would come, of an import. Each row of data is in exactly one of the five numbers.

    Attributes:
        id: the import's.
        rows: all of them.
        imported: rows whose record is new.
        updated: rows whose record was there, and of which something was written.
        unchanged: rows whose record says all of it already.
        skipped: rows that met a record, and are left out as the user wants it.
        refused: rows that are not brought in; `problems` says why.
        duplicates: rows that met an existing record, an earlier row's included.
        problems: what is wrong with the rows that are refused, all of them.
        warnings: the same of rows that went in.
        made: records that rows brought along beside their own, by table, and fields, stages, pipelines that were made.
        rejects_file: a CSV of the refused rows with what is wrong; empty where there are none.
        rejects_files: all of them: each table of an import has one of its own.
        seconds: how long it took.
        dry: nothing was written.
    """

    id: str
    rows: int = 0
    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    refused: int = 0
    duplicates: int = 0
    problems: Sequence[Problem] = ()
    warnings: tuple[Problem, ...] = ()
    made: Mapping[str, int] = field(default_factory=dict)
    rejects_file: str = ""
    rejects_files: tuple[str, ...] = ()
    seconds: float = 0.0
    dry: bool = False


class Step(NamedTuple):
    """How far it is."""

    what: str
    """reading, checking, importing or undoing."""
    done: int
    total: int | None
    """Rows; None while nobody knows."""
    seconds: float
    """Since it began."""

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds that it will still take; None while nobody knows."""
        if self.total is None or self.done == 0:
            return None
        return max(self.total - self.done, 0) * self.seconds / self.done


Progress = Callable[[Step], None]
"""Is told, often; raises `Cancelled` to stop it."""


class TableView(NamedTuple):
    """A table of a job, for showing."""

    file: str
    name: str
    kind: str
    encoding: str
    delimiter: str
    rows: int
    source: str
    entity: Entity
    notes: tuple[str, ...]
    columns: tuple[Column, ...]
    guesses: tuple[Guess, ...]
    """One for each column, in its order; what the user has set has confidence 1."""
    targets: tuple[Target, ...]
    """All that a column of it can go to."""


class Job(Protocol):
    """Files on their way in. All methods may block, and are called from one thread at a time; none needs a terminal."""

    id: str

    def tables(self) -> Sequence[TableView]:
        """What was read, in the order in which it is brought in."""
        ...

    def assign(self, table: int, header: str, target: str) -> None:
        """Has a column go to a target; empty: it is left out.

        Raises:
            Refused: another column goes there already (it says which), or there is no such target.
        """
        ...

    def set_entity(self, table: int, entity: Entity) -> None:
        """Says what the rows of a table are; its columns are guessed anew."""
        ...

    def set_options(self, options: Options) -> None:
        """Sets what is said of the whole import (not `mapping` and `source`, which are for the beginning)."""
        ...

    @property
    def options(self) -> Options:
        """What is said of the whole import."""
        ...

    def questions(self) -> Sequence[Question]:
        """What is open under the present mapping and not answered yet."""
        ...

    def answer(self, question_id: str, value: str) -> None:
        """Answers a question.

        Raises:
            Refused: that is no answer to it.
        """
        ...

    def preview(self, progress: Progress) -> Report:
        """A dry run over all rows.

        Raises:
            Cancelled: the user has stopped it.
            OffhookError: see `run`.
        """
        ...

    def run(self, progress: Progress) -> Report:
        """Brings the rows in. What was committed stays whatever happens then.

        Raises:
            Cancelled: the user has stopped it; `resume` of the importer goes on.
            Refused: the user may not import.
            Unusable: a file is not what it was.
            Unavailable: the workspace cannot be written to.
        """
        ...


@dataclass(frozen=True, slots=True)
class Past:
    """An import that was begun.

    Attributes:
        id: its id.
        name: the files' names.
        source: the system that they come from.
        who: the name of who did it.
        state: running, done, stopped or undone. One that was cut off is `running` or `stopped`.
        started_at: when.
        rows, imported, updated, unchanged, skipped, refused: what came of it.
        resumable: it was begun on this machine, its files are still there, and it can go on.
        mine: the user did it, and may take it back.
    """

    id: str
    name: str
    source: str
    who: str
    state: str
    started_at: dt.datetime
    rows: int
    imported: int
    updated: int
    unchanged: int
    skipped: int
    refused: int
    resumable: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class Undone:
    """What came of taking an import back.

    Attributes:
        removed: records that it had made and that are gone.
        restored: records that it had changed and that are as before.
        kept: what stays because people have worked with it since, a sentence each (`Ann Lee: the e-mail was edited by Mia`).
    """

    removed: int
    restored: int
    kept: tuple[str, ...]


class Importer(Protocol):
    """Opens files, and knows the imports there were. Handed to the app by whoever wires the program together."""

    def open(self, files: Sequence[Path], options: Options, progress: Progress) -> Job:
        """Reads files from end to end, once, and proposes what to make of them.

        Raises:
            Unusable: one cannot be used; the message says which, why, and what to do.
            Refused: the user may not import, or `options.mapping` puts two columns on one field or names one that is not there.
            Cancelled: the user has stopped it.
        """
        ...

    def past(self) -> Sequence[Past]:
        """The imports, the latest first."""
        ...

    def resume(self, import_id: str) -> Job:
        """An import that was stopped or cut off, as it was planned; its `run` goes on where it ended.

        Raises:
            NotFound: there is none of that id on this machine.
            Unusable: a file has changed since, or is gone.
        """
        ...

    def undo(self, import_id: str, progress: Progress) -> Undone:
        """Takes a whole import back, its updates included.

        Raises:
            NotFound: there is none of that id (the beginning of one is enough).
            Refused: somebody else did it, or it is taken back already.
            Cancelled: the user has stopped it; it can be taken back further.
        """
        ...
