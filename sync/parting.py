"""A row that the server refuses does not keep the other rows of its batch out.

What an import brings in offline, and what taking one back does, is sent by the hundred rows. What is refused is taken out and
waits for a person, with all that hangs on it; the rest is sent again under its own id, by which the import is found later.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from typing import Any

from core.catalog import Catalog
from core.changes import TOLD_KINDS, Change, Changeset, Status
from core.commands.import_undo import UndoBatch
from core.commands.imports import ImportRows
from core.entities import RECORDS
from core.ids import new_id
from core.schema import Kind, fields_of
from storage.codec import to_json as json_text
from storage.postgres.push import Pushed
from sync.overlay import Key

MOST_PARTS = 20
"""How often something is taken out of one changeset until the rest of it waits as a whole."""

_BATCHES = frozenset({ImportRows.NAME, UndoBatch.NAME})
_ABOUT = (("deals", "deal_id"), ("contacts", "contact_id"), ("companies", "company_id"))
"""What an entry is about, the nearest first."""


def part(changeset: Changeset, answer: Pushed, names: Catalog) -> tuple[Changeset, Changeset] | None:
    """Takes out of a batch what the server refuses of it.

    Args:
        changeset: what was refused.
        answer: the server's answer.
        names: the set-up.

    Returns:
        The rest, with the changeset's own id, and what was taken out, with a new one. None where it is no batch, the
        server does not say which row it is, or nothing would be left.
    """
    if changeset.command not in _BATCHES:
        return None
    refused = {(conflict.table, conflict.id) for conflict in answer.conflicts}
    refused.update(key for key in (answer.row, answer.about) if key is not None)
    refused |= _in_lost_books(changeset, refused, names)
    new = {(change.table, change.id) for change in changeset.changes if change.insert}
    missing = refused if answer.status is Status.GONE else refused & new
    out: list[Change] = []
    rest: list[Change] = []
    for change in changeset.changes:
        key = (change.table, change.id)
        if key in refused or _points_to(change, missing) or _tells_of(change, refused):
            out.append(change)
            refused.add(key)
            if change.insert:
                missing.add(key)
        else:
            rest.append(change)
    if not out or not any(_does(change) for change in rest):
        return None
    records = sum(map(_does, out))
    taken = dataclasses.replace(
        changeset,
        id=new_id(),
        changes=tuple(out),
        undoes=None,
        summary=f"{changeset.summary}; of these {records:,}",
    )
    return dataclasses.replace(changeset, changes=tuple(rest)), taken


def keep(connection: Any, seq: int, rest: Changeset, body: str) -> None:
    """Writes what is left of a batch into its place in the outbox and in the history.

    Args:
        connection: the writer, in a transaction.
        seq: its number in the outbox.
        rest: what is left.
        body: the same as JSON.
    """
    connection.execute("UPDATE outbox SET body = ? WHERE seq = ?", (body, seq))
    own = (rest.org_id, rest.id)
    connection.execute("UPDATE changesets SET body = ? WHERE org_id = ? AND id = ?", (body, *own))
    connection.execute(
        "DELETE FROM changeset_rows WHERE seq = (SELECT seq FROM changesets WHERE org_id = ? AND id = ?)"
        " AND row_id NOT IN (SELECT value FROM json_each(?))",
        (*own, json_text([change.id for change in rest.changes])),
    )


def _in_lost_books(changeset: Changeset, refused: Collection[Key], names: Catalog) -> set[Key]:
    """Where a row lies in a book that the user may not write in any more: all that are to lie there."""
    books = {
        change.set.get("book_id")
        for change in changeset.changes
        if change.insert and (change.table, change.id) in refused
    } - names.writable_books
    return {
        (change.table, change.id)
        for change in changeset.changes
        if change.insert and change.set.get("book_id") in books
    }


def _points_to(change: Change, rows: Collection[Key]) -> bool:
    specs = fields_of(RECORDS[change.table])
    return any(
        (specs[name].ref, value) in rows
        for name, value in change.set.items()
        if value and "." not in name and specs[name].kind is Kind.REF
    )


def _tells_of(change: Change, rows: Collection[Key]) -> bool:
    """Whether it is an entry by which the batch tells what it did to a row."""
    if change.table != "activities" or change.set["kind"] in TOLD_KINDS:
        return False
    about = next(((table, change.set[name]) for table, name in _ABOUT if change.set.get(name)), None)
    return about in rows


def _does(change: Change) -> bool:
    """Whether it does something, and does not only tell of it."""
    return change.table != "activities" or change.set["kind"] in TOLD_KINDS
