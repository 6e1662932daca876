"""Changesets: what a command did, row by row and field by field, with the value the user saw.

A changeset is the only thing that is ever applied to a store. It is kept whole in the history, sent whole to a
server, and turned round whole to undo it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import Any

from core.entities import RECORDS
from core.schema import Kind, fields_of

Row = dict[str, Any]
"""The values of a record by field name, in Python types (see `core.schema.Kind`)."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to one row.

    Attributes:
        table: the table's name.
        id: the row's id.
        insert: the row is new; then `set` holds all of it. `base` is empty, except for an activity that revises
            another: there it holds what the other one said.
        set: new values. A name `custom.KEY` reaches into a mapping field.
        base: for each field in `set` the value that the user saw, and the values of further fields that the change
            relies on: the others of a merge group, the stage in which a deleted deal lay.
        add: items that join a list field.
        remove: items that leave a list field.
    """

    table: str
    id: str
    insert: bool = False
    set: Mapping[str, Any] = field(default_factory=dict)
    base: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    remove: Mapping[str, Sequence[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changeset:
    """Everything one command does, applied whole or not at all.

    Attributes:
        id: the command's id; the same id twice has one effect.
        org_id: the tenant.
        user_id: who did it.
        at: when, by the clock of who did it. Told, never used to order anything.
        command: the command's name.
        summary: one line that tells a person what was done ("Moved Acme renewal: Proposal → Negotiation").
        changes: what happens, parents before children.
        event: what others may react to (`deal.moved`), with ids only.
        undoes: the changeset that this one takes back.
    """

    id: str
    org_id: str
    user_id: str
    at: dt.datetime
    command: str
    summary: str
    changes: tuple[Change, ...]
    event: str = ""
    undoes: str | None = None


class Status(Enum):
    """What became of a changeset."""

    OK = "ok"
    MERGED = "merged"
    """Applied; meanwhile others had changed other fields of the same rows."""
    CONFLICT = "conflict"
    """Not applied: someone changed the same field."""
    GONE = "gone"
    """Not applied: a row it changes is deleted or out of reach."""
    REJECTED = "rejected"
    """Not applied: a rule says no."""
    UNAVAILABLE = "unavailable"
    """Not applied: the workspace could not be written to at the moment; the same command can be tried again."""


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """One field that two people changed."""

    table: str
    id: str
    field: str
    base: Any
    mine: Any
    theirs: Any
    who: str | None
    when: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a workspace says to a command.

    Attributes:
        status: what became of it.
        changeset: what was (or would have been) applied; None where the command was refused before there was one.
        reason: why not, in the user's words; empty when applied.
        conflicts: the fields that two people changed.
        revision: the workspace's revision after it.
        fields: the reason field by field, where it is about values that cannot be kept.
    """

    status: Status
    changeset: Changeset | None
    reason: str = ""
    conflicts: tuple[FieldConflict, ...] = ()
    revision: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def applied(self) -> bool:
        """Whether the command took effect."""
        return self.status in (Status.OK, Status.MERGED)


@dataclass(frozen=True, slots=True)
class Merge:
    """What applying a change to a row comes to.

    Attributes:
        write: the new values by field name; a mapping field whole. Empty where the row says it all already.
        conflicts: the fields that two people changed; where there is any, nothing is to be written.
        merged: somebody else had made a part of the same change already.
    """

    write: Row
    conflicts: tuple[FieldConflict, ...]
    merged: bool


def same_value(one: Any, other: Any) -> bool:
    """Whether two values of a field are the same; lists compare as sets."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(item in other for item in one)
    return bool(one == other)


def get_path(row: Mapping[str, Any], name: str) -> Any:
    """The value of a field, or of `mapping.key` inside one."""
    head, _, tail = name.partition(".")
    value = row.get(head)
    return (value or {}).get(tail) if tail else value


def merge(row: Row, change: Change) -> Merge:
    """Three-way merge of `change` into the row as it is now: by field and by value, never by time.

    A field is written if it still has the value that the user saw, or already has the new one; otherwise it is a
    conflict. Where another user changed one field of a merge group, every changed field of the group conflicts;
    where another user changed something else that the change relies on, all of it does. Lists merge item by item.
    Two who delete the same row agree, whatever it looked like to each. Whether an update means a row that is not there
    is not asked here; see `is_gone`.
    """
    if row.get("deleted_at") is not None and change.set.get("deleted_at") is not None:
        return Merge({}, (), merged=True)
    specs = fields_of(RECORDS[change.table])
    lists = {name for name in change.set if "." not in name and specs[name].kind is Kind.SET}
    moved = {
        name
        for name in change.base
        if name not in lists and not same_value(get_path(row, name), change.base[name])
    }
    agreed = {
        name for name in moved if name in change.set and _agrees(name, get_path(row, name), change.set[name])
    }
    write: Row = {}
    clashing = moved - agreed
    for name in lists:
        write[name], clash = merge_list(row.get(name) or (), change.base.get(name) or (), change.set[name])
        if clash:
            clashing.add(name)
    clashing, theirs = _spread_over_groups(change, clashing, agreed)
    conflicts = tuple(
        FieldConflict(
            change.table, change.id, name, change.base[name], change.set.get(name, change.base[name]),
            get_path(row, name), row.get("updated_by"), row.get("updated_at"),
        )
        for name in sorted(clashing)
        if name in change.base
    )  # fmt: skip
    for name, value in change.set.items():
        if name in lists or name in agreed or name in theirs:
            continue
        head, _, tail = name.partition(".")
        if tail:
            mapping: Row = dict(write[head] if head in write else row.get(head) or {})
            if value is None:
                mapping.pop(tail, None)
            else:
                mapping[tail] = value
            write[head] = mapping
        else:
            write[name] = value
    for name in {*change.add, *change.remove}:
        items = [item for item in row.get(name) or () if not _holds(change.remove.get(name, ()), item)]
        items += [item for item in change.add.get(name, ()) if not _holds(items, item)]
        write[name] = tuple(items)
    return Merge(write, conflicts, bool(agreed))


def _agrees(name: str, theirs: Any, mine: Any) -> bool:
    """Whether two people set a field to the same. Of two who tick a task off, the first one's time stays."""
    both_done = name == "done_at" and theirs is not None and mine is not None
    return both_done or same_value(theirs, mine)


def is_gone(row: Row | None, change: Change) -> bool:
    """Whether the row that an update means is not there: it never was, or is deleted, and that is not what it is about."""
    return row is None or (row.get("deleted_at") is not None and "deleted_at" not in change.set)


def _spread_over_groups(change: Change, clashing: set[str], agreed: set[str]) -> tuple[set[str], set[str]]:
    """The clashing fields with those that fall with them, and the times that stay as the other user set them."""
    record = RECORDS[change.table]
    specs = fields_of(record)
    out = set(clashing)
    theirs: set[str] = set()
    alone = {name for name in clashing if name not in change.set}
    for group in record.MERGE_GROUPS:
        touched, changed = clashing & group, change.set.keys() & group
        times = {name for name in touched & changed if specs[name].kind is Kind.TIME}
        if touched and touched == times and agreed & group:
            # Two people did the same thing at different moments: it was done when the first one did it.
            out -= times
            theirs |= times
        elif touched and changed:
            out |= changed - agreed
            alone -= group
    if alone:
        out |= change.set.keys() - agreed
    return out, theirs


def merge_list(now: Sequence[Any], was: Sequence[Any], mine: Sequence[Any]) -> tuple[tuple[Any, ...], bool]:
    """My list in my order, with what others added to or removed from the one I saw; and whether we clash.

    Two people clash where each gave the same item (a phone) another label.
    """
    out: list[Any] = []
    clash = False
    for item in mine:
        before, current = _find(was, item), _find(now, item)
        if item != before:
            clash = clash or (before is not None and current not in (None, before, item))
            out.append(item)
        elif current is not None:
            out.append(current)
    out += [item for item in now if not _holds(was, item) and not _holds(out, item)]
    return tuple(out), clash


def _find(items: Sequence[Any], item: Any) -> Any:
    value = _value(item)
    return next((other for other in items if _value(other) == value), None)


def _holds(items: Sequence[Any], item: Any) -> bool:
    """List items are the same if their value is: a phone is its number, whatever its label says."""
    return _find(items, item) is not None


def _value(item: Any) -> Any:
    return item.get("value") if isinstance(item, Mapping) else item


# --- JSON: how changesets lie in the history and travel ---------------------------------------------------------


def encode_value(kind: Kind, value: Any) -> Any:
    """A field's value as JSON can hold it."""
    if value is None:
        return None
    if kind is Kind.TIME:
        return value.astimezone(dt.UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if kind is Kind.DATE:
        return value.isoformat()
    if kind is Kind.SET:
        return list(value)
    if kind is Kind.MAP:
        return dict(value)
    return value


_CONVERTED = frozenset({Kind.TIME, Kind.DATE, Kind.SET, Kind.MAP})
"""The kinds whose values are not in JSON what they are in Python."""


def decode_value(kind: Kind, value: Any) -> Any:
    """The inverse of `encode_value`."""
    if value is None:
        return None
    if kind is Kind.TIME:
        return dt.datetime.fromisoformat(value)
    if kind is Kind.DATE:
        return dt.date.fromisoformat(value)
    if kind is Kind.SET:
        return tuple(value)
    return value


def _convert(table: str, values: Mapping[str, Any], convert: Callable[[Kind, Any], Any]) -> dict[str, Any]:
    kinds = _kinds(table)
    return {
        name: value if value is None or (kind := kinds.get(name)) is None else convert(kind, value)
        for name, value in values.items()
    }


@cache
def _kinds(table: str) -> dict[str, Kind]:
    """The kinds of the fields that JSON cannot hold as they are."""
    specs = fields_of(RECORDS[table])
    return {name: spec.kind for name, spec in specs.items() if spec.kind in _CONVERTED}


def to_json(changeset: Changeset) -> dict[str, Any]:
    """The changeset as plain JSON data."""
    changes = []
    for change in changeset.changes:
        body: dict[str, Any] = {
            "table": change.table,
            "id": change.id,
            "op": "insert" if change.insert else "update",
        }
        if change.set:
            body["set"] = _convert(change.table, change.set, encode_value)
        if change.base:
            body["base"] = _convert(change.table, change.base, encode_value)
        if change.add:
            body["add"] = {name: list(items) for name, items in change.add.items()}
        if change.remove:
            body["remove"] = {name: list(items) for name, items in change.remove.items()}
        changes.append(body)
    return {
        "id": changeset.id,
        "org_id": changeset.org_id,
        "user_id": changeset.user_id,
        "at": encode_value(Kind.TIME, changeset.at),
        "command": changeset.command,
        "summary": changeset.summary,
        "event": changeset.event,
        "undoes": changeset.undoes,
        "changes": changes,
    }


def from_json(body: Mapping[str, Any]) -> Changeset:
    """The inverse of `to_json`."""
    return Changeset(
        id=body["id"],
        org_id=body["org_id"],
        user_id=body["user_id"],
        at=decode_value(Kind.TIME, body["at"]),
        command=body["command"],
        summary=body["summary"],
        event=body["event"],
        undoes=body["undoes"],
        changes=tuple(
            Change(
                table=change["table"],
                id=change["id"],
                insert=change["op"] == "insert",
                set=_convert(change["table"], change.get("set", {}), decode_value),
                base=_convert(change["table"], change.get("base", {}), decode_value),
                add={name: tuple(items) for name, items in change.get("add", {}).items()},
                remove={name: tuple(items) for name, items in change.get("remove", {}).items()},
            )
            for change in body["changes"]
        ),
    )


TOLD_KINDS = frozenset({"call", "email", "meeting", "note"})
"""Activities that a person logged. The others are told by commands of themselves, and stay when those are undone."""


def invert(changeset: Changeset, *, new_id: Callable[[], str], at: dt.datetime) -> tuple[Change, ...]:
    """The changes that take `changeset` back; the inverse of those does it again.

    What it set gets the value it had, what it inserted is deleted (softly). What a person logged is retracted by a
    revision, and what a revision said is said by another one as it was before. Entries that commands wrote about
    themselves stay: history keeps both.
    """
    back: list[Change] = []
    for change in reversed(changeset.changes):
        if change.table == "activities":
            if change.insert and change.set["kind"] in TOLD_KINDS:
                back.append(_said_before(change, new_id()))
        elif change.insert:
            back.append(Change(change.table, change.id, set={"deleted_at": at}, base={"deleted_at": None}))
        else:
            back.append(
                Change(
                    change.table,
                    change.id,
                    set={name: change.base[name] for name in change.set},
                    base={**change.base, **change.set},
                    add=change.remove,
                    remove=change.add,
                )
            )
    return tuple(back)


def _said_before(change: Change, revision_id: str) -> Change:
    former = change.base or {"retracted": True}
    values = {**change.set, **former, "id": revision_id, "revises": change.id}
    return Change(
        "activities", revision_id, insert=True, set=values, base={name: change.set[name] for name in former}
    )
