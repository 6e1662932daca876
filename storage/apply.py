"""Applies a changeset to an open SQLite file: all of it or nothing, field by field against what the user saw.

A changeset that a server has not answered yet is laid over the server's rows again and again (`replay`), by the same
writing and the same deriving.
"""

# ruff: noqa: S608 (table and column names come from the declarations in core, values are always bound)
from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from core.catalog import Catalog
from core.changes import Change, Changeset, FieldConflict, Row, Status, is_gone, merge, to_json
from core.commands.base import SUBJECTS, title_of
from core.entities import RECORDS
from core.schema import Kind, Role, defaults_of, fields_of
from storage import derive, words
from storage.codec import Encoded, codec, to_micros
from storage.codec import to_json as json_text
from storage.derive import Touched, Written
from storage.load import CATALOG_TABLES, Loaded, note_new_catalog
from storage.telling import explain


class Stopped(Exception):
    """The changeset cannot be applied; the transaction must be rolled back.

    Attributes:
        status: conflict, gone or rejected.
        reason: why, in the user's words.
        conflicts: the fields that two people changed.
        changeset: what could not be applied.
    """

    def __init__(self, status: Status, reason: str, conflicts: tuple[FieldConflict, ...] = ()) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.conflicts = conflicts
        self.changeset: Changeset | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a changeset that was applied.

    Attributes:
        status: ok or merged.
        revision: its place in the history.
        touched: every row whose look changed.
        setup: the set-up changed.
    """

    status: Status
    revision: int
    touched: Touched
    setup: bool


def apply(
    connection: Any, changeset: Changeset, loaded: Loaded, *, now: dt.datetime, catalog: Catalog | None
) -> Applied:
    """Writes a changeset, what is derived from it, and its place in the history, inside the caller's transaction.

    Args:
        connection: the writer, in a transaction.
        changeset: what to apply.
        loaded: rows that were read in the same transaction.
        now: the store's clock, for the stamps.
        catalog: names for the messages; None only for the first changeset of a workspace.

    Raises:
        Stopped: it does not fit what is there; nothing of it may be kept.
    """
    written, merged = _merge_all(changeset, loaded, catalog)
    _check_references(written, loaded, catalog)
    touched = _write_all(connection, changeset, written, loaded, now)
    status = Status.MERGED if merged else Status.OK
    revision = remember(connection, changeset, status)
    setup = any(one.table in CATALOG_TABLES for one in written)
    if setup:
        note_new_catalog(connection)
    return Applied(status, revision, touched, setup)


def replay(connection: Any, changeset: Changeset, loaded: Loaded) -> Touched:
    """Lays a changeset over rows that may have changed since it was applied: it has its place in the history already.

    Whatever others did meanwhile, the screen goes on showing what the user did; whether it holds is for the server to
    say. What is deleted or out of sight by now stays so, and so does what would hang on it. The stamps are those of
    the moment when it was done, so that the same changeset over the same rows always comes to the same.

    Args:
        connection: the writer, in a transaction.
        changeset: what to lay over.
        loaded: rows that were read in the same transaction.

    Returns:
        Every row whose look changed.
    """
    return _write_all(connection, changeset, _force_all(changeset, loaded), loaded, changeset.at)


# --- what the rows come to -----------------------------------------------------------------------------------------


def _merge_all(changeset: Changeset, loaded: Loaded, catalog: Catalog | None) -> tuple[list[Written], bool]:
    many: dict[str, list[str]] = {}
    for change in changeset.changes:
        many.setdefault(change.table, []).append(change.id)
    for table, ids in many.items():
        if len(ids) > 2:
            loaded.rows(table, ids)
    before: dict[tuple[str, str], Row | None] = {}
    after: dict[tuple[str, str], Row] = {}
    conflicts: list[FieldConflict] = []
    merged = False
    for change in changeset.changes:
        key = (change.table, change.id)
        held = after.get(key) or loaded.row(*key)
        before.setdefault(key, held)
        _check_fields(change)
        if change.insert:
            if held is not None:
                raise Stopped(Status.REJECTED, f"That {RECORDS[change.table].LABEL} is there already.")
            after[key] = _new_row(changeset.org_id, change)
            continue
        row = _must_stand(change, held)
        result = merge(row, change)
        conflicts += result.conflicts
        merged = merged or result.merged
        after[key] = {**row, **result.write}
    if conflicts:
        raise Stopped(Status.CONFLICT, explain(conflicts, loaded, catalog), tuple(conflicts))
    # A row that says it all already stays as it is.
    written = [Written(*key, before[key], row) for key, row in after.items() if row != before[key]]
    return written, merged


def _force_all(changeset: Changeset, loaded: Loaded) -> list[Written]:
    before: dict[tuple[str, str], Row | None] = {}
    after: dict[tuple[str, str], Row] = {}
    for change in changeset.changes:
        key = (change.table, change.id)
        held = after.get(key) or loaded.row(*key)
        if not _hangs_on_rows(change, after, loaded):
            continue
        if change.insert:
            # The server may have it already, and what others made of it since.
            if held is None:
                before[key] = None
                after[key] = _new_row(changeset.org_id, change)
        elif held is not None and not is_gone(held, change):
            before.setdefault(key, held)
            again = held["deleted_at"] is not None and change.set.get("deleted_at") is not None
            after[key] = held if again else {**held, **merge(held, change).write, **_plain(change)}
    return [Written(*key, before[key], row) for key, row in after.items() if row != before[key]]


def _plain(change: Change) -> Row:
    """The values that a change sets as they are, be it that others have done the same at another moment."""
    specs = fields_of(RECORDS[change.table])
    return {
        name: value
        for name, value in change.set.items()
        if "." not in name and specs[name].kind is not Kind.SET
    }


def _hangs_on_rows(change: Change, written: Mapping[tuple[str, str], Row], loaded: Loaded) -> bool:
    """Whether there is all that the change is nothing without: the set-up, and what an entry or a task is about."""
    children = change.table in ("activities", "tasks")
    parent = derive.parent_of(dict(change.set)) if children and change.insert else None
    for name, table in _references(change.table):
        to = change.set.get(name)
        # An entry lies in the book of what it is about, wherever that was when it was made.
        needed = (table, to) == parent or (table in CATALOG_TABLES and not (parent and name == "book_id"))
        if needed and to is not None and (table, to) not in written and not loaded.exists(table, to):
            return False
    return True


def _check_fields(change: Change) -> None:
    for name in {*change.set, *change.add, *change.remove} - _data_fields(change.table):
        if fields_of(RECORDS[change.table])[name.partition(".")[0]].role is not Role.DATA:
            raise ValueError(f"{change.table}.{name} is not for changesets to set")
    if change.table == "activities" and not change.insert:
        raise ValueError("activities are only ever added")


@cache
def _data_fields(table: str) -> frozenset[str]:
    return frozenset(name for name, spec in fields_of(RECORDS[table]).items() if spec.role is Role.DATA)


def _new_row(org_id: str, change: Change) -> Row:
    # A changeset that an older program has made leaves out what came later.
    return {**_blank_row(change.table), "org_id": org_id, **change.set}


@cache
def _blank_row(table: str) -> Row:
    row: Row = {"version": 0, "created_at": None, "updated_at": None, "updated_by": None}
    for name, spec in fields_of(RECORDS[table]).items():
        if spec.role is Role.DERIVED:
            row[name] = None if spec.nullable else (False if spec.kind is Kind.BOOL else "")
    return {**defaults_of(RECORDS[table]), **row}


def _must_stand(change: Change, held: Row | None) -> Row:
    label = RECORDS[change.table].LABEL
    if held is None:
        raise Stopped(Status.GONE, f"That {label} is not there any more.")
    if is_gone(held, change):
        name = title_of(RECORDS[change.table](**held))
        what = f"That {label}" if name == label else name
        raise Stopped(Status.GONE, f"{what} was deleted meanwhile.")
    return held


def _check_references(written: Sequence[Written], loaded: Loaded, catalog: Catalog | None) -> None:
    there = {(one.table, one.id) for one in written}
    _load_subjects(written, there, loaded)
    for one in written:
        for name, table in _references(one.table):
            to = one.after[name]
            if to is None or (table, to) in there or (one.before is not None and one.before[name] == to):
                continue
            # What a row in sight points to is there, though it may be out of sight itself.
            if not (
                _in_catalog(catalog, table, to) or loaded.exists(table, to) or loaded.is_pointed_to(table, to)
            ):
                raise Stopped(
                    Status.GONE,
                    f"The {RECORDS[table].LABEL} that this {RECORDS[one.table].LABEL} points to is not there.",
                )
            there.add((table, to))


def _load_subjects(written: Sequence[Written], there: set[tuple[str, str]], loaded: Loaded) -> None:
    """Loads what many new rows belong to at once: it must be there, and gives them their book and words."""
    subjects: dict[str, dict[str, None]] = {}
    for one in written:
        for column, table in _subjects(one.table):
            to = one.after[column]
            if to is not None and one.before is None and (table, to) not in there:
                subjects.setdefault(table, {})[to] = None
    for table, ids in subjects.items():
        if len(ids) > 2:
            loaded.rows(table, list(ids))


@cache
def _subjects(table: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, to) for name, to in _references(table) if to in SUBJECTS)


def _in_catalog(catalog: Catalog | None, table: str, record_id: str) -> bool:
    if catalog is None:
        return False
    match table:
        case "books":
            return record_id in catalog.book_by_id
        case "users":
            return record_id in catalog.user_by_id
        case "stages":
            return record_id in catalog.stage_by_id
        case "pipelines":
            return record_id in catalog.pipeline_by_id
    return False


@cache
def _references(table: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, spec.ref)
        for name, spec in fields_of(RECORDS[table]).items()
        if spec.kind is Kind.REF and spec.role is Role.DATA and spec.ref
    )


# --- writing -------------------------------------------------------------------------------------------------------


def _write_all(
    connection: Any,
    changeset: Changeset,
    written: Sequence[Written],
    loaded: Loaded,
    now: dt.datetime,
) -> Touched:
    """Writes rows and what is derived from them."""
    with words.at_once(connection, _many_searched(written)):
        new: dict[str, list[Encoded]] = {}
        for one in written:
            _complete(one, changeset, loaded, now)
            if one.before is None:
                new.setdefault(one.table, []).append(codec(one.table).encode_row(one.after))
            else:
                _insert(connection, one.table, new.pop(one.table, []))
                _update(connection, changeset.org_id, one, one.before)
        for table, rows in new.items():
            _insert(connection, table, rows)
        touched = {(one.table, one.id) for one in written}
        return touched | derive.follow(connection, changeset.org_id, written, loaded)


_MANY = 8
"""How many new rows of a table are worth putting their words into the search index together."""


def _many_searched(written: Sequence[Written]) -> list[str]:
    """The tables of new rows, where there are many of one: what leaves their words for later leaves those of all."""
    if len(written) < _MANY:
        return []
    new = Counter(one.table for one in written if one.before is None)
    searched = [table for table in derive.SEARCHED if new[table]]
    return searched if any(new[table] >= _MANY for table in searched) else []


def _complete(one: Written, changeset: Changeset, loaded: Loaded, now: dt.datetime) -> None:
    """Gives a row its stamps, its book and its texts."""
    row = one.after
    if one.table in ("activities", "tasks"):
        parent = derive.parent_of(row)
        held = loaded.row(*parent) if parent else None
        if held:
            row["book_id"] = held["book_id"]
    row["version"] += 1
    row["updated_at"] = now
    row["updated_by"] = changeset.user_id
    if one.before is None:
        row["created_at"] = now
    # Put down before the texts are made, so that what comes later in the changeset sees it.
    loaded.put(one.table, one.id, row)
    if one.before is None or derive.text_changed(one.table, one.before, row):
        row |= derive.own_columns(one.table, row, loaded)


_TOGETHER = 64
"""How many new rows one statement writes. SQLite prepares for taking back each statement by itself, which costs as much as
writing a row does."""


def _insert(connection: Any, table: str, rows: Sequence[Encoded]) -> None:
    whole = len(rows) - len(rows) % _TOGETHER
    for start in range(0, whole, _TOGETHER):
        values = itertools.chain.from_iterable(rows[start : start + _TOGETHER])
        connection.execute(_insert_sql(table, _TOGETHER), list(values))
    for row in rows[whole:]:
        connection.execute(_insert_sql(table, 1), row)


def _update(connection: Any, org_id: str, one: Written, before: Row) -> None:
    form = codec(one.table)
    changed = tuple(name for name in form.names if one.after[name] != before[name])
    values = [form.encode(name, one.after[name]) for name in changed]
    connection.execute(_update_sql(one.table, changed), [*values, org_id, one.id])


@cache
def _insert_sql(table: str, count: int) -> str:
    form = codec(table)
    row = f"({', '.join('?' * len(form.names))})"
    return f"INSERT INTO {table} ({form.columns}) VALUES {', '.join([row] * count)}"


@cache
def _update_sql(table: str, names: tuple[str, ...]) -> str:
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in names)} WHERE org_id = ? AND id = ?"


def remember(connection: Any, changeset: Changeset, status: Status) -> int:
    """Puts a changeset down in the history. Returns its place.

    Args:
        connection: the writer, in a transaction.
        changeset: what was done.
        status: what came of it.
    """
    cursor = connection.execute(
        "INSERT INTO changesets (id, org_id, user_id, at, command, summary, body, status, undoes)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            changeset.id, changeset.org_id, changeset.user_id, to_micros(changeset.at), changeset.command,
            changeset.summary, json_text(to_json(changeset)), status.value, changeset.undoes,
        ),
    )  # fmt: skip
    revision = int(cursor.lastrowid)
    # Those, too, that said it all already: what is told of a row that leaves is found by this.
    rows = dict.fromkeys((change.table, change.id) for change in changeset.changes)
    connection.executemany(
        "INSERT INTO changeset_rows (org_id, table_name, row_id, seq) VALUES (?, ?, ?, ?)",
        [(changeset.org_id, table, row_id, revision) for table, row_id in rows],
    )
    if changeset.undoes is not None:
        connection.execute(
            "UPDATE changesets SET undone_by = ? WHERE org_id = ? AND id = ?",
            (changeset.id, changeset.org_id, changeset.undoes),
        )
    return revision
