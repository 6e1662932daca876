"""How records are declared: the kind of each field, said once.

The dataclasses in `core.entities` are declared with the helpers below. Storage builds its tables from the same
declarations, changesets encode their values by them, and forms validate by them, so that a field exists in one
place only.
"""

# ruff: noqa: RUF009 (field helpers are calls by design: each returns a `dataclasses.field`)
from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import Any, ClassVar


class Kind(Enum):
    """What a field holds: how it is stored, sent and merged."""

    ID = "id"
    REF = "ref"
    LINE = "line"
    TEXT = "text"
    INT = "int"
    BOOL = "bool"
    TIME = "time"
    DATE = "date"
    SET = "set"
    MAP = "map"


class Role(Enum):
    """Who writes a field."""

    DATA = "data"
    """Set by commands; merged field by field."""
    STAMP = "stamp"
    """Set by the store on every write (version, times, author); never by a client."""
    DERIVED = "derived"
    """Computed by the store from other rows (last activity, search text); never sent or merged."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record as the store and the merge see it."""

    name: str
    kind: Kind
    nullable: bool
    role: Role
    ref: str | None
    limit: int
    label: str


LINE_LIMIT = 300
"""Longest single-line value, in characters."""
TEXT_LIMIT = 1_000_000
"""Longest note or description, in characters."""


def _field(
    kind: Kind, *, default: Any = dataclasses.MISSING, factory: Any = dataclasses.MISSING, **meta: Any
) -> Any:
    metadata = {"kind": kind, **meta}
    if factory is not dataclasses.MISSING:
        return dataclasses.field(default_factory=factory, metadata=metadata)
    if default is not dataclasses.MISSING:
        return dataclasses.field(default=default, metadata=metadata)
    return dataclasses.field(metadata=metadata)


def key() -> Any:
    """The record's own id."""
    return _field(Kind.ID)


def ref(table: str, *, optional: bool = False, label: str = "", role: Role = Role.DATA) -> Any:
    """The id of a record in `table`."""
    if optional:
        return _field(Kind.REF, default=None, nullable=True, ref=table, label=label, role=role)
    return _field(Kind.REF, ref=table, label=label, role=role)


def line(*, required: bool = False, label: str = "", limit: int = LINE_LIMIT, role: Role = Role.DATA) -> Any:
    """One line of text; empty unless required."""
    if required:
        return _field(Kind.LINE, label=label, limit=limit, role=role)
    return _field(Kind.LINE, default="", label=label, limit=limit, role=role)


def text(*, label: str = "", role: Role = Role.DATA) -> Any:
    """Text of several lines."""
    return _field(Kind.TEXT, default="", limit=TEXT_LIMIT, label=label, role=role)


def integer(*, default: int | None = None, label: str = "", role: Role = Role.DATA) -> Any:
    """A whole number; without a default it may be unknown."""
    return _field(Kind.INT, default=default, nullable=default is None, label=label, role=role)


def flag(*, label: str = "", role: Role = Role.DATA) -> Any:
    """Yes or no; no unless said."""
    return _field(Kind.BOOL, default=False, label=label, role=role)


def time(*, required: bool = False, label: str = "", role: Role = Role.DATA) -> Any:
    """An instant: aware, UTC."""
    if required:
        return _field(Kind.TIME, label=label, role=role)
    return _field(Kind.TIME, default=None, nullable=True, label=label, role=role)


def date(*, label: str = "") -> Any:
    """A calendar day without a zone."""
    return _field(Kind.DATE, default=None, nullable=True, label=label)


def items(*, label: str = "") -> Any:
    """A list that merges as a set of additions and removals (tags, e-mails, phones, next stages)."""
    return _field(Kind.SET, default=(), label=label)


def mapping(*, label: str = "") -> Any:
    """Named values (custom fields); merged name by name."""
    return _field(Kind.MAP, factory=dict, label=label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What every row has."""

    TABLE: ClassVar[str]
    LABEL: ClassVar[str]
    """What a person calls one of these."""
    MERGE_GROUPS: ClassVar[tuple[frozenset[str], ...]] = ()
    """Fields that only make sense together: if another user changed one of a group, a change of any other of it conflicts."""

    org_id: str = ref("organizations", role=Role.STAMP)
    id: str = key()
    version: int = integer(default=1, role=Role.STAMP)
    created_at: datetime | None = time(role=Role.STAMP)
    updated_at: datetime | None = time(role=Role.STAMP)
    updated_by: str | None = ref("users", optional=True, role=Role.STAMP)
    deleted_at: datetime | None = time()


_fields: dict[type[Record], Mapping[str, Field]] = {}


def fields_of(record: type[Record]) -> Mapping[str, Field]:
    """The declared fields of a record class, by name, in order."""
    known = _fields.get(record)
    if known is None:
        # Other threads see all of it or nothing: it is put down when it is complete.
        known = _fields[record] = MappingProxyType({f.name: _declared(f) for f in dataclasses.fields(record)})
    return known


_defaults: dict[type[Record], Mapping[str, Any]] = {}


def defaults_of(record: type[Record]) -> Mapping[str, Any]:
    """What the fields of a record class hold where nothing is said, by name; those that must be given are left out."""
    known = _defaults.get(record)
    if known is None:
        found = {
            f.name: f.default if f.default_factory is dataclasses.MISSING else f.default_factory()
            for f in dataclasses.fields(record)
            if not (f.default is f.default_factory is dataclasses.MISSING)
        }
        known = _defaults[record] = MappingProxyType(found)
    return known


def _declared(f: dataclasses.Field[Any]) -> Field:
    return Field(
        name=f.name,
        kind=f.metadata["kind"],
        nullable=f.metadata.get("nullable", False),
        role=f.metadata.get("role", Role.DATA),
        ref=f.metadata.get("ref"),
        limit=f.metadata.get("limit", 0),
        label=f.metadata.get("label") or f.name.removesuffix("_id").replace("_", " ").capitalize(),
    )
