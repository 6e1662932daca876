"""What is left of a record in a cache besides its row: the history of one's own commands, and work that waits.

When a record leaves the user's sight, what the history holds of it leaves with it; work that was not sent stays. When a
person's data is erased, that goes as well.
"""

# ruff: noqa: S608 (table names come from the declarations in core, values are always bound)
from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Collection
from typing import Any

from core.changes import TOLD_KINDS, Change, Changeset, from_json, to_json
from storage.codec import to_json as json_text
from storage.codec import to_micros
from sync import parking
from sync.overlay import BOOKED, Key, images
from sync.refusal import Refusal, read_refusal, refusal_json

ERASED = "Erased"
"""What stands in the place of a summary that named an erased person."""
PARTLY_ERASED = (
    "A part of it was about a person whose data was erased, and went with them. Decide about the rest."
)
"""Why work waits that was about others, too."""


def forget(connection: Any, org_id: str, rows: Collection[Key]) -> None:
    """Takes rows out of the history of what was done here. Changesets that wait to be sent or decided stay whole.

    Args:
        connection: the writer, in a transaction.
        org_id: the tenant.
        rows: what has left.
    """
    found = connection.execute(
        "SELECT r.seq, r.table_name, r.row_id FROM json_each(?) j CROSS JOIN changeset_rows r"
        " WHERE r.org_id = ? AND r.table_name = json_extract(j.value, '$[0]')"
        " AND r.row_id = json_extract(j.value, '$[1]')",
        (json.dumps(list(rows)), org_id),
    ).fetchall()
    if not found:
        return
    kept = {
        changeset_id
        for (changeset_id,) in connection.execute(
            "SELECT changeset_id FROM outbox UNION SELECT id FROM parked WHERE how <> 'erased'"
        )
    }
    gone = {row_id for _, row_id in rows}
    for seq in {seq for seq, _, _ in found}:
        row = connection.execute("SELECT id, body FROM changesets WHERE seq = ?", (seq,)).fetchone()
        if row is None or row[0] in kept:
            continue
        changeset = from_json(json.loads(row[1]))
        rest = tuple(change for change in changeset.changes if change.id not in gone)
        # An empty one stays: its id is known, and its number is nobody else's.
        _rewrite(
            connection,
            dataclasses.replace(changeset, changes=rest, summary=changeset.summary if rest else ""),
        )
        connection.executemany(
            "DELETE FROM changeset_rows WHERE org_id = ? AND table_name = ? AND row_id = ? AND seq = ?",
            [(org_id, table, row_id, each) for each, table, row_id in found if each == seq],
        )


def forget_missing(connection: Any, org_id: str, rows: Collection[Key] | None = None) -> None:
    """Takes rows out of the history that are not here: they have left before the server has ever shown them.

    Call it when nothing is being loaded: a row that is still to come is not missing.

    Args:
        connection: the writer, in a transaction.
        org_id: the tenant.
        rows: the rows to look at; None: all that the history tells of.
    """
    missing: list[Key] = []
    for table in BOOKED:
        if rows is None:
            found = connection.execute(
                "SELECT DISTINCT row_id FROM changeset_rows r WHERE org_id = ? AND table_name = ?"
                f" AND NOT EXISTS (SELECT 1 FROM {table} t WHERE t.org_id = r.org_id AND t.id = r.row_id)",
                (org_id, table),
            )
            missing += [(table, row_id) for (row_id,) in found]
        elif ids := [row_id for name, row_id in rows if name == table]:
            here = images(connection, org_id, table, ids)
            missing += [(table, row_id) for row_id in ids if row_id not in here]
    if missing:
        forget(connection, org_id, missing)


def erase(connection: Any, org_id: str, ids: Collection[str], now: Callable[[], Any]) -> bool:
    """Takes out of all work what it says of erased rows, whether it waits or not. Whether work that waits was changed.

    Args:
        connection: the writer, in a transaction.
        org_id: the tenant.
        ids: the erased rows.
        now: the time, for being told.
    """
    gone = set(ids)
    # Notes and tasks about an erased person go with them, and what was done to those: the server may have seen none of it.
    for (body,) in connection.execute(
        "SELECT body FROM outbox UNION ALL SELECT body FROM parked UNION ALL SELECT body FROM changesets"
    ).fetchall():
        gone |= _told_of(from_json(json.loads(body)), gone)
    told = set(gone)
    touched = False
    for seq, body in connection.execute("SELECT seq, body FROM outbox").fetchall():
        changeset = from_json(json.loads(body))
        rest = _without(changeset, gone)
        if rest is None:
            continue
        touched = True
        told |= _told_of(changeset, gone)
        if rest.changes:
            connection.execute("UPDATE outbox SET body = ? WHERE seq = ?", (json_text(to_json(rest)), seq))
        else:
            connection.execute("DELETE FROM outbox WHERE seq = ?", (seq,))
        _rewrite(connection, rest)
    for parked_id, body in connection.execute("SELECT id, body FROM parked").fetchall():
        changeset = from_json(json.loads(body))
        rest = _without(changeset, gone)
        if rest is not None:
            told |= _told_of(changeset, gone)
            _erase_parked(connection, parked_id, rest, gone, to_micros(now()))
            _rewrite(connection, rest)
    for (body,) in connection.execute("SELECT body FROM changesets WHERE org_id = ?", (org_id,)).fetchall():
        changeset = from_json(json.loads(body))
        rest = _without(changeset, gone)
        if rest is not None:
            _rewrite(connection, rest)
            told |= _told_of(changeset, gone)
    connection.executemany(
        "DELETE FROM changeset_rows WHERE org_id = ? AND table_name = ? AND row_id = ?",
        [(org_id, table, each) for each in told for table in BOOKED],
    )
    return touched


def _erase_parked(connection: Any, parked_id: str, rest: Changeset, gone: set[str], now: int) -> None:
    kind, told, settled_at, how = connection.execute(
        "SELECT kind, answer, settled_at, how FROM parked WHERE id = ?", (parked_id,)
    ).fetchone()
    refusal = read_refusal(kind, "", json.loads(told))
    if kind != "duplicate" and any(_asks(change) for change in rest.changes):
        # What it does to other records is still for a person to decide.
        left, reason = _about_others(connection, refusal, rest, gone), PARTLY_ERASED
        settled_at = None if how == "" else settled_at
    else:
        left, reason, how = Refusal(kind, "", title=ERASED), "", "erased"
        settled_at = now if settled_at is None else settled_at
    connection.execute(
        "UPDATE parked SET kind = ?, body = ?, answer = ?, reason = ?, how = ?, settled_at = ? WHERE id = ?",
        (
            left.kind,
            json_text(to_json(rest)),
            json_text(refusal_json(left)),
            reason,
            how,
            settled_at,
            parked_id,
        ),
    )


def _asks(change: Change) -> bool:
    """Whether a person has done that themselves, and not the program to tell of it."""
    return change.table != "activities" or change.set.get("kind") in TOLD_KINDS


def _about_others(connection: Any, refusal: Refusal, rest: Changeset, gone: set[str]) -> Refusal:
    conflicts = tuple(conflict for conflict in refusal.conflicts if conflict.id not in gone)
    kind = "rejected" if refusal.conflicts and not conflicts else refusal.kind
    if refusal.about is not None and refusal.about[1] not in gone:
        return dataclasses.replace(refusal, kind=kind, conflicts=conflicts, fields={}, other=None)
    about = parking.about(rest, conflicts)
    title = parking.title(connection, rest, about)
    return Refusal(kind, "", conflicts=conflicts, about=about, title=title, joined=refusal.joined)


def _without(changeset: Changeset, gone: set[str]) -> Changeset | None:
    """The changeset without what it does to erased rows or says of them; None where it says nothing of them."""
    rest = tuple(change for change in changeset.changes if not _says(change, gone))
    if len(rest) == len(changeset.changes):
        return None
    return dataclasses.replace(changeset, changes=rest, summary=ERASED)


def _told_of(changeset: Changeset, gone: set[str]) -> set[str]:
    """The rows by which a changeset tells of erased ones."""
    return {change.id for change in changeset.changes if _says(change, gone)}


def _says(change: Change, gone: set[str]) -> bool:
    return change.id in gone or (
        change.table in ("activities", "tasks") and change.set.get("contact_id") in gone
    )


def _rewrite(connection: Any, changeset: Changeset) -> None:
    connection.execute(
        "UPDATE changesets SET body = ?, summary = ? WHERE org_id = ? AND id = ?",
        (json_text(to_json(changeset)), changeset.summary, changeset.org_id, changeset.id),
    )
