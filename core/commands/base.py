"""What a command is."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Protocol, TypeVar

from core.catalog import Catalog
from core.changes import Change, Changeset, same_value
from core.entities import RECORDS, Activity, Task
from core.errors import Invalid, NotFound, Refused
from core.ids import new_id
from core.schema import LINE_LIMIT, Field, Kind, Record, Role, defaults_of, fields_of
from core.text import clean_line, clean_text, printable

R = TypeVar("R", bound=Record)

MAX_NUMBER = 2**53
"""The largest whole number kept: exact in every store, in JSON and in every spreadsheet."""


@dataclass(frozen=True, slots=True)
class Get:
    """Needs the row with this id."""

    table: str
    id: str


@dataclass(frozen=True, slots=True)
class Where:
    """Needs the rows, not deleted, whose fields have these values. Text compares folded where the field is `sort_key`."""

    table: str
    values: Mapping[str, Any]
    limit: int = 10_000


@dataclass(frozen=True, slots=True)
class GetChangeset:
    """Needs a changeset of the history."""

    id: str


Need = Get | Where | GetChangeset


class Seen(Protocol):
    """What was loaded for a command: the answers to its needs.

    What was not needed is not there: asking for it raises `KeyError`.
    """

    def get(self, record: type[R], record_id: str) -> R:
        """The record.

        Raises:
            NotFound: it is deleted, or was never there.
        """
        ...

    def where(self, record: type[R], **values: Any) -> list[R]:
        """The records that were needed by these values."""
        ...

    def changeset(self, changeset_id: str) -> tuple[Changeset, str | None]:
        """A changeset and the id of the one that has undone it, if any."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """Who decides, and when. Core has no clock and no randomness of its own.

    Attributes:
        catalog: the set-up, and who asks.
        now: the current time, aware; kept as UTC.
        new_id: makes the ids of rows that a command adds by the way.
    """

    catalog: Catalog
    now: dt.datetime
    new_id: Callable[[], str] = new_id

    def __post_init__(self) -> None:
        object.__setattr__(self, "now", self.now.astimezone(dt.UTC))


@dataclass(frozen=True, slots=True)
class Decision:
    """What a command comes to. Storage makes the changeset of it.

    Attributes:
        summary: one line that tells a person what was done.
        changes: what happens to which rows.
        event: what others may react to.
        undoes: the changeset that this takes back.
    """

    summary: str
    changes: tuple[Change, ...]
    event: str = ""
    undoes: str | None = None


@dataclass(frozen=True, kw_only=True)
class Command(ABC):
    """A write. `id` is made by the client and makes it idempotent.

    Attributes:
        NAME: what it is called in the history.
        MANY: it may write thousands of rows; a store makes room for them.
    """

    id: str = field(default_factory=new_id)
    NAME: ClassVar[str]
    MANY: ClassVar[bool] = False

    @property
    def settles(self) -> str:
        """The id of what waited for a person (`core.parked`) and is decided by this command; empty where nothing did."""
        return ""

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        """What must be loaded before it can be decided; nothing where the set-up says it all."""
        return ()

    def also_needs(self, seen: Seen, catalog: Catalog) -> Sequence[Need]:
        """What must be loaded besides, where that shows only once the `needs` have been seen; see `load_needs`."""
        return ()

    @abstractmethod
    def decide(self, seen: Seen, context: Context) -> Decision:
        """The rules.

        Raises:
            Refused, Invalid: a rule or a value says no.
            NotFound: what it names is not there.
        """


def load_needs(
    command: Command, seen: Seen, catalog: Catalog, load: Callable[[Sequence[Need]], None]
) -> None:
    """Loads what a command must see before it can decide.

    Args:
        command: the command.
        seen: what `load` puts down what it has loaded in.
        catalog: the set-up.
        load: loads needs.
    """
    load(command.needs(catalog))
    known: list[Need] = []
    # What is seen may lead on to more: an entry to its revision, that one to the next.
    while (besides := list(command.also_needs(seen, catalog))) != known:
        load(besides)
        known = besides


def changeset(command: Command, decision: Decision, context: Context) -> Changeset:
    """The changeset of a decision."""
    return Changeset(
        id=command.id,
        org_id=context.catalog.organization.id,
        user_id=context.catalog.me.id,
        at=context.now,
        command=command.NAME,
        summary=decision.summary,
        changes=decision.changes,
        event=decision.event,
        undoes=decision.undoes,
    )


# --- pieces that commands are made of ------------------------------------------------------------------------------


def insert(
    record: type[Record],
    record_id: str,
    values: Mapping[str, Any],
    *,
    revised: Mapping[str, Any] | None = None,
) -> Change:
    """A new row with all its data fields: those given, the defaults for the rest.

    Args:
        record: the record's class.
        record_id: the new row's id.
        values: the values; a name `custom.KEY` goes into that mapping field.
        revised: for an activity that revises another: what the other one said, for the fields that differ.
    """
    blank, required = _blank(record.TABLE)
    row = {"id": record_id, **blank}
    inside: list[tuple[str, Any]] = []
    for name, value in values.items():
        if name in blank or name in required:
            row[name] = value
        elif "." in name and value is not None:
            inside.append((name, value))
    if missing := required - row.keys():
        raise ValueError(f"{record.TABLE}.{min(missing)} must be given")
    for name, value in inside:
        head, _, tail = name.partition(".")
        row[head] = {**row[head], tail: value}
    return Change(record.TABLE, record_id, insert=True, set=row, base=revised or {})


@cache
def _blank(table: str) -> tuple[dict[str, Any], frozenset[str]]:
    """The data fields of a new row where nothing is said, and those that must be given."""
    record = RECORDS[table]
    defaults = defaults_of(record)
    names = [name for name, spec in fields_of(record).items() if spec.role is Role.DATA and name != "id"]
    return (
        {name: defaults[name] for name in names if name in defaults},
        frozenset(name for name in names if name not in defaults),
    )


def update(current: Record, values: Mapping[str, Any], expected: Mapping[str, Any] | None = None) -> Change:
    """A change of fields against what the user saw.

    Lists of plain items (tags) become additions and removals, whatever their order; lists of contact points are given
    whole, because their order says which one is dialled. Fields that keep their value are left out. Where a field of
    a merge group changes, the change carries what the user saw in the rest of the group.

    Args:
        current: the record as it is.
        values: the new values by field name.
        expected: the values on the user's screen where they may be older than the row.
    """
    expected = expected or {}
    specs = fields_of(type(current))
    new: dict[str, Any] = {}
    base: dict[str, Any] = {}
    add: dict[str, tuple[Any, ...]] = {}
    remove: dict[str, tuple[Any, ...]] = {}

    def was(name: str) -> Any:
        head, _, tail = name.partition(".")
        held = getattr(current, head)
        return expected[name] if name in expected else (held.get(tail) if tail else held)

    for name, value in values.items():
        old = was(name)
        if specs[name.partition(".")[0]].kind is not Kind.SET:
            if not same_value(old, value):
                new[name], base[name] = value, old
            continue
        added = tuple(item for item in value if item not in old)
        removed = tuple(item for item in old if item not in value)
        if not any(isinstance(item, Mapping) for item in (*old, *value)):
            add[name], remove[name] = added, removed
        elif list(old) != list(value):
            new[name], base[name] = tuple(value), tuple(old)
    for group in type(current).MERGE_GROUPS:
        if new.keys() & group:
            base = {name: was(name) for name in group} | base
    return Change(
        type(current).TABLE,
        current.id,
        set=new,
        base=base,
        add={name: items for name, items in add.items() if items},
        remove={name: items for name, items in remove.items() if items},
    )


def delete(current: Record, now: dt.datetime, *, relies_on: Iterable[str] = ()) -> Change:
    """A soft delete.

    Args:
        current: the record as it is.
        now: the time of the deletion.
        relies_on: fields that must still have their value, or the deletion is a conflict.
    """
    base = {"deleted_at": None, **{name: getattr(current, name) for name in relies_on}}
    return Change(type(current).TABLE, current.id, set={"deleted_at": now}, base=base)


@cache
def written(record: type[Record]) -> tuple[str, ...]:
    """The fields that people write: who deletes a record relies on all of them, so that nobody's edit goes unseen."""
    own = {"id", "position", "deleted_at"}
    return tuple(
        name for name, spec in fields_of(record).items() if spec.role is Role.DATA and name not in own
    )


def delete_open(tasks: Iterable[Task], now: dt.datetime) -> list[Change]:
    """Soft deletes of those tasks that are not done; what they were about is going."""
    links = ("contact_id", "deal_id", "company_id")
    return [delete(task, now, relies_on=links) for task in tasks if task.done_at is None]


def changes_nothing(change: Change) -> bool:
    """Whether an update has no effect."""
    return not (change.insert or change.set or change.add or change.remove)


def effective(*changes: Change) -> tuple[Change, ...]:
    """Those of the changes that have an effect."""
    return tuple(change for change in changes if not changes_nothing(change))


def cleaned(record: type[Record], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as they may be kept: of the declared kind, text without control characters and within its length.

    What lies inside a mapping field (`custom.KEY`) is only cleaned of control characters; see `clean_custom`.

    Raises:
        Invalid: all that is wrong, field by field.
    """
    specs = fields_of(record)
    out: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in values.items():
        head, _, tail = name.partition(".")
        spec = specs.get(head)
        if spec is None or (tail and spec.kind is not Kind.MAP):
            wrong[name] = f"{_a(record.LABEL).capitalize()} has no field “{printable(name)[:40]}”."
        elif tail:
            out[name] = clean_text(value) if isinstance(value, str) else value
        elif spec.role is not Role.DATA or name in ("id", "deleted_at"):
            wrong[name] = f"“{name}” of {_a(record.LABEL)} is kept by offhook itself."
        else:
            try:
                out[name] = _CLEAN[spec.kind](spec, value)
            except ValueError as error:
                wrong[name] = str(error)
    if wrong:
        raise Invalid(wrong)
    return out


def _clean_words(spec: Field, value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{spec.label} must be text.")
    kept: str = clean_line(value) if spec.kind is Kind.LINE else clean_text(value)
    if len(kept) > spec.limit:
        raise ValueError(f"{spec.label} has {len(kept):,} characters; the most is {spec.limit:,}.")
    return kept


def _clean_number(spec: Field, value: Any) -> int | None:
    if value is None and spec.nullable:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{spec.label} must be a whole number.")
    if abs(value) > MAX_NUMBER:
        raise ValueError(f"{spec.label} is too large a number to keep.")
    return value


def _clean_flag(spec: Field, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{spec.label} is yes or no.")
    return value


def _clean_time(spec: Field, value: Any) -> dt.datetime | None:
    if value is None and spec.nullable:
        return None
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise ValueError(f"{spec.label} must be a time with its zone.")
    if not 1900 <= value.year <= 2200:
        raise ValueError(f"{spec.label}: the year {value.year} is not likely. Check the date.")
    # Two zones' times in the hour that the clocks repeat are never equal in Python, not even at the same instant.
    return value.astimezone(dt.UTC)


def _clean_day(spec: Field, value: Any) -> dt.date | None:
    if value is None and spec.nullable:
        return None
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise ValueError(f"{spec.label} must be a day, as in 2026-12-31.")
    return value


def _clean_ref(spec: Field, value: Any) -> str | None:
    if value in (None, "") and spec.nullable:
        return None
    if not isinstance(value, str) or not value:
        raise ValueError(f"{spec.label} is missing.")
    return value


def _clean_items(spec: Field, value: Any) -> tuple[Any, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError(f"{spec.label} must be a list.")
    items = (clean_line(item) if isinstance(item, str) else item for item in value)
    out: list[Any] = []
    for item in items:
        if item != "" and item not in out:
            out.append(item)
    return tuple(out)


def _clean_mapping(spec: Field, value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"{spec.label} must be named values.")
    return {key: clean_text(item) if isinstance(item, str) else item for key, item in value.items()}


_CLEAN: dict[Kind, Callable[[Field, Any], Any]] = {
    Kind.ID: _clean_ref,
    Kind.REF: _clean_ref,
    Kind.LINE: _clean_words,
    Kind.TEXT: _clean_words,
    Kind.INT: _clean_number,
    Kind.BOOL: _clean_flag,
    Kind.TIME: _clean_time,
    Kind.DATE: _clean_day,
    Kind.SET: _clean_items,
    Kind.MAP: _clean_mapping,
}


def _a(noun: str) -> str:
    # The one label that begins with a u is “user”.
    return f"{'an' if noun[0] in 'aeio' else 'a'} {noun}"


def only(values: Mapping[str, Any], allowed: Collection[str], what: str) -> None:
    """Lets an edit touch nothing but the fields that it is for; the others change by commands of their own.

    Raises:
        Refused: it names another one.
    """
    for name in values:
        if name.partition(".")[0] not in allowed:
            raise Refused(f"“{printable(name)[:40]}” of {_a(what)} is not changed by editing it.")


def told(
    context: Context,
    *,
    kind: str,
    subject: str,
    book_id: str,
    contact_id: str | None = None,
    deal_id: str | None = None,
    company_id: str | None = None,
    data: Mapping[str, Any] | None = None,
    body: str = "",
) -> Change:
    """The timeline entry by which a command tells what it did."""
    return insert(
        Activity,
        context.new_id(),
        {
            "book_id": book_id,
            "kind": kind,
            "subject": clean_line(subject)[:LINE_LIMIT],
            "body": body,
            "occurred_at": context.now,
            "user_id": context.catalog.me.id,
            "contact_id": contact_id,
            "deal_id": deal_id,
            "company_id": company_id,
            "data": data or {},
        },
    )


def link(record: Record) -> dict[str, Any]:
    """The ids by which a timeline entry or task points to what the record is about."""
    if record.TABLE == "contacts":
        return {"contact_id": record.id, "company_id": getattr(record, "company_id", None)}
    if record.TABLE == "deals":
        return {
            "deal_id": record.id,
            "contact_id": getattr(record, "contact_id", None),
            "company_id": getattr(record, "company_id", None),
        }
    if record.TABLE == "companies":
        return {"company_id": record.id}
    raise ValueError(f"nothing can be about {record.TABLE}")


def subject_class(table: str) -> type[Record]:
    """The class of what an activity, task, tag or owner can belong to.

    Raises:
        NotFound: nothing of that sort lies in the table.
    """
    if table not in SUBJECTS:
        raise NotFound(f"“{printable(table)[:40]}” is none of {', '.join(SUBJECTS)}.")
    return RECORDS[table]


def title_of(record: Record) -> str:
    """What a person calls this record."""
    called = {"deals": "title", "calling_rules": "region"}.get(record.TABLE, "name")
    return str(getattr(record, called, "") or record.LABEL)


def counted(number: int, one: str) -> str:
    """A number of things in words: `1 deal`, `2,000 deals`, `3 companies`."""
    many = f"{one[:-1]}ies" if one.endswith("y") else f"{one}s"
    return f"{number:,} {one if number == 1 else many}"


def book_for(context: Context, values: Mapping[str, Any]) -> str:
    """The book in which a new record lies: the one that is given, otherwise one's own.

    Raises:
        NotFound: none is given, and the user has no book of their own.
    """
    return str(values.get("book_id") or context.catalog.my_book.id)


def refuse_owner(values: Mapping[str, Any]) -> None:
    """Raises `Refused` where an edit would change whose a record is: assigning takes what belongs to it along."""
    if "book_id" in values:
        raise Refused("Whose it is changes by assigning or claiming it, not by editing it.")


SUBJECTS = tuple(name for name in RECORDS if name in ("contacts", "deals", "companies"))
"""What activities and tasks can be about, and what has tags and an owner."""

LOSS = "conflict"
"""The kind of the entry that keeps the value that lost where two people changed the same field."""
