"""What a command is."""

from __future__ import annotations

import dataclasses
import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, TypeVar

from core.catalog import Catalog
from core.changes import Change, Changeset, same_value
from core.entities import RECORDS
from core.errors import Invalid, NotFound
from core.ids import new_id
from core.schema import Kind, Record, Role, fields_of
from core.text import clean_line, clean_text

R = TypeVar("R", bound=Record)


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
    """What was loaded for a command: the answers to its needs."""

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
    """Who decides, and when. Core has no clock and no randomness of its own."""

    catalog: Catalog
    now: dt.datetime
    new_id: Callable[[], str] = new_id


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
    """A write. `id` is made by the client and makes it idempotent."""

    id: str = field(default_factory=new_id)
    NAME: ClassVar[str]

    @abstractmethod
    def needs(self, catalog: Catalog) -> Sequence[Need]:
        """What must be loaded before it can be decided."""

    @abstractmethod
    def decide(self, seen: Seen, context: Context) -> Decision:
        """The rules.

        Raises:
            Refused, Invalid: a rule or a value says no.
            NotFound: what it names is not there.
        """


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


def insert(record: type[Record], record_id: str, values: Mapping[str, Any]) -> Change:
    """A new row with all its data fields: those given, the defaults for the rest."""
    row: dict[str, Any] = {}
    declared = {f.name: f for f in dataclasses.fields(record)}
    for name, spec in fields_of(record).items():
        if spec.role is not Role.DATA:
            continue
        if name == "id":
            row[name] = record_id
        elif name in values:
            row[name] = values[name]
        elif declared[name].default is not dataclasses.MISSING:
            row[name] = declared[name].default
        elif (factory := declared[name].default_factory) is not dataclasses.MISSING:
            row[name] = factory()
        else:
            raise ValueError(f"{record.TABLE}.{name} must be given")
    return Change(record.TABLE, record_id, insert=True, set=row)


def update(current: Record, values: Mapping[str, Any], expected: Mapping[str, Any] | None = None) -> Change:
    """A change of fields against what the user saw.

    Lists become additions and removals, so that two people's tags do not clash. Fields that keep their value are left
    out. `expected` holds the values on the user's screen where they may be older than the row.
    """
    expected = expected or {}
    specs = fields_of(type(current))
    new: dict[str, Any] = {}
    base: dict[str, Any] = {}
    add: dict[str, tuple[Any, ...]] = {}
    remove: dict[str, tuple[Any, ...]] = {}
    for name, value in values.items():
        head, _, tail = name.partition(".")
        held = getattr(current, head)
        was = expected[name] if name in expected else (held.get(tail) if tail else held)
        if specs[head].kind is Kind.SET:
            added = tuple(item for item in value if item not in was)
            removed = tuple(item for item in was if item not in value)
            kept_order = [i for i in was if i in value] == [i for i in value if i in was]
            if added or removed:
                add[name], remove[name] = added, removed
            elif not kept_order:
                new[name], base[name] = tuple(value), tuple(was)
            continue
        if not same_value(was, value):
            new[name], base[name] = value, was
    return Change(
        type(current).TABLE,
        current.id,
        set=new,
        base=base,
        add={name: items for name, items in add.items() if items},
        remove={name: items for name, items in remove.items() if items},
    )


def changes_nothing(change: Change) -> bool:
    """Whether an update has no effect."""
    return not (change.insert or change.set or change.add or change.remove)


def cleaned(record: type[Record], values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as they may be kept: text without control characters, within its length, of the declared kind.

    Raises:
        Invalid: all that is wrong, field by field.
    """
    specs = fields_of(record)
    out: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in values.items():
        if "." in name:
            out[name] = clean_text(value) if isinstance(value, str) else value
            continue
        spec = specs[name]
        if spec.role is not Role.DATA or name == "id":
            raise ValueError(f"{record.TABLE}.{name} is not for commands to set")
        if isinstance(value, str) and spec.kind in (Kind.LINE, Kind.TEXT):
            value = clean_line(value) if spec.kind is Kind.LINE else clean_text(value)
            if len(value) > spec.limit:
                wrong[name] = f"{spec.label} has {len(value):,} characters; the most is {spec.limit:,}."
        if spec.kind is Kind.SET:
            value = tuple(clean_line(item) if isinstance(item, str) else item for item in value)
            value = tuple(item for item in value if item != "")
        if spec.kind is Kind.INT and value is not None and not isinstance(value, int):
            wrong[name] = f"{spec.label} must be a whole number."
        out[name] = value
    if wrong:
        raise Invalid(wrong)
    return out


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
    from core.entities import Activity

    return insert(
        Activity,
        context.new_id(),
        {
            "book_id": book_id,
            "kind": kind,
            "subject": subject[:300],
            "body": body,
            "occurred_at": context.now,
            "user_id": context.catalog.me.id,
            "contact_id": contact_id,
            "deal_id": deal_id,
            "company_id": company_id,
            "data": data or {},
        },
    )


def alive(record: R) -> R:
    """The record, unless it was deleted.

    Raises:
        NotFound: it was deleted.
    """
    if record.deleted_at is not None:
        raise NotFound(f"That {record.LABEL} was deleted.")
    return record


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


def title_of(record: Record) -> str:
    """What a person calls this record."""
    for name in ("title", "name") if record.TABLE == "deals" else ("name",):
        value = getattr(record, name, "")
        if value:
            return str(value)
    return record.LABEL


SUBJECTS = tuple(name for name in RECORDS if name in ("contacts", "deals", "companies"))
"""What activities and tasks can be about."""
