"""Applies changesets on the server: one round trip for one of them, or for five hundred."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import errors
from psycopg.types.json import Jsonb

from core.catalog import Catalog
from core.changes import Changeset, FieldConflict, Row, Status, to_json
from core.commands.base import title_of
from core.commands.records import Claim, was_faster
from core.entities import RECORDS
from storage import telling
from storage.derive import Rows
from storage.postgres.codec import codec

TRIES = 5
"""How often a call is made whose transaction the server gave up in favour of another one's."""
PAUSE_SECONDS = 0.01
"""How long to wait before the second attempt; twice as long before each further one."""
AGAIN = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)
"""Errors by which the server picks one of several that wait for each other to begin again."""


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a changeset.

    Attributes:
        status: ok, merged, conflict, gone or rejected.
        revision: its place in the history; 0 where it was not applied.
        xid: the transaction that applied it; None where it was not, or had been before.
        reason: why not, in the user's words; empty where it was applied.
        conflicts: the fields that two people changed.
        taken_by: the name of who has a record now that the changeset wanted; empty where nobody took one.
        fields: the reason field by field, where it is about values that cannot be kept.
    """

    status: Status
    revision: int = 0
    xid: str | None = None
    reason: str = ""
    conflicts: tuple[FieldConflict, ...] = ()
    taken_by: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def apply(
    connection: psycopg.Connection[Any],
    changesets: Sequence[Changeset],
    *,
    catalog: Catalog | None = None,
    seen: Rows | None = None,
) -> list[Applied]:
    """Applies changesets in their order, each whole or not at all. The same one again has no further effect.

    Args:
        connection: the user's, in autocommit mode.
        changesets: what to apply.
        catalog: names for the reasons.
        seen: the rows as they were when it was decided, for what a record is called that is out of sight by now.

    Raises:
        psycopg.Error: the server could not say; nothing was applied, or the connection broke and it is not known. The
            same changesets can be sent again.
    """
    return [
        applied(changeset, answer, catalog, seen)
        for changeset, answer in zip(changesets, _answers(connection, changesets), strict=True)
    ]


def _answers(connection: psycopg.Connection[Any], changesets: Sequence[Changeset]) -> list[Mapping[str, Any]]:
    try:
        bodies = Jsonb([to_json(changeset) for changeset in changesets])
        return answers_to(connection, "SELECT offhook.apply(%s)", (bodies,))
    except errors.DataError:
        # What is no JSON for PostgreSQL (NUL, half a character, NaN) is refused before the function has seen any of it.
        # The others must not suffer for that one.
        if len(changesets) == 1:
            return [UNREADABLE]
        return [answer for changeset in changesets for answer in _answers(connection, [changeset])]


UNREADABLE: Mapping[str, Any] = {
    "status": "rejected", "revision": 0, "xid": None, "taken_by": None, "about": None, "conflicts": (), "rows": (),
    "fields": {}, "reason": "It holds a character or a number that the server cannot keep.",
}  # fmt: skip
"""The answer to what is no JSON for PostgreSQL."""


def answers_to(wire: psycopg.Connection[Any], call: str, values: Sequence[Any]) -> list[Mapping[str, Any]]:
    """The server's answers to changesets; asked again where several that waited for each other had to begin anew.

    Args:
        wire: the user's connection, in autocommit mode.
        call: the statement that applies them.
        values: its parameters.

    Raises:
        psycopg.Error: the server could not say.
    """
    for attempt in range(TRIES):
        try:
            row = wire.execute(call, values).fetchone()
        except AGAIN:
            # Of several that wait for each other the server has picked this one to begin again.
            if attempt == TRIES - 1:
                raise
            time.sleep(random.uniform(0.5, 1.5) * PAUSE_SECONDS * 2**attempt)  # noqa: S311 (no secret)
        else:
            assert row is not None, "a function gives one row"
            answers: list[Mapping[str, Any]] = row[0]
            return answers
    raise AssertionError("the last attempt returns or raises")


def applied(
    changeset: Changeset, answer: Mapping[str, Any], catalog: Catalog | None, seen: Rows | None
) -> Applied:
    """What the server's answer says, in the user's words; the arguments as for `apply`."""
    conflicts = tuple(_conflict(each) for each in answer["conflicts"])
    taken_by = answer["taken_by"] or ""
    return Applied(
        status=Status(answer["status"]),
        revision=answer["revision"],
        xid=answer["xid"],
        reason=_reason(changeset, answer, conflicts, taken_by, catalog, seen),
        conflicts=conflicts,
        taken_by=taken_by,
        fields=answer["fields"],
    )


def _conflict(told: Mapping[str, Any]) -> FieldConflict:
    form, name = codec(told["table"]), told["field"]
    base, mine, theirs = (form.value(name, told[each]) for each in ("base", "mine", "theirs"))
    when = form.value("updated_at", told["when"])
    return FieldConflict(told["table"], told["id"], name, base, mine, theirs, told["who"], when)


# --- words ---------------------------------------------------------------------------------------------------------


class _Told:
    """The rows of which a conflict tells, as the server has sent them."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self._rows = {
            (each["table"], each["row"]["id"]): codec(each["table"]).decode_named(each["row"])
            for each in answer["rows"]
        }

    def row(self, table: str, record_id: str) -> Row | None:
        return self._rows.get((table, record_id))


def _reason(
    changeset: Changeset,
    answer: Mapping[str, Any],
    conflicts: Sequence[FieldConflict],
    taken_by: str,
    catalog: Catalog | None,
    seen: Rows | None,
) -> str:
    told = _Told(answer)
    moved = next((c for c in conflicts if c.field == "book_id"), None)
    claims = changeset.command == Claim.NAME
    if taken_by and answer["about"]:
        name = _name(answer["about"]["table"], answer["about"]["id"], seen)
        return was_faster(taken_by, name) if claims else telling.is_elsewhere(taken_by, name)
    if taken_by and claims and moved:
        return was_faster(taken_by, _name(moved.table, moved.id, told))
    return telling.explain(conflicts, told, catalog) if conflicts else str(answer["reason"])


def _name(table: str, record_id: str, rows: Rows | None) -> str:
    """What a record is called, in the middle of a sentence."""
    row = rows.row(table, record_id) if rows is not None else None
    label = RECORDS[table].LABEL
    name = title_of(RECORDS[table](**row)) if row is not None else label
    return f"that {label}" if name == label else name
