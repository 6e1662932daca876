"""What is left of a record in a cache besides its row: the history of one's own commands, and work that waits.

When a record leaves the user's sight, what the history holds of it leaves with it; work that was not sent stays. When a
person's data is erased, that goes as well.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Collection
from typing import Any

from core.changes import Change, Changeset, from_json, to_json
from storage.codec import to_json as json_text
from storage.codec import to_micros
from sync.overlay import BOOKED, Key

ERASED = "Erased"
"""What stands in the place of a summary that named an erased person."""


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


def erase(connection: Any, org_id: str, ids: Collection[str], now: Callable[[], Any]) -> bool:
    """Takes out of all work what it says of erased rows, whether it waits or not. Whether work that waits was changed.

    Args:
        connection: the writer, in a transaction.
        org_id: the tenant.
        ids: the erased rows.
        now: the time, for being told.
    """
    gone = set(ids)
    touched = False
    for seq, body in connection.execute("SELECT seq, body FROM outbox").fetchall():
        changeset = from_json(json.loads(body))
        rest = _without(changeset, gone)
        if rest is None:
            continue
        touched = True
        if rest.changes:
            connection.execute("UPDATE outbox SET body = ? WHERE seq = ?", (json_text(to_json(rest)), seq))
        else:
            connection.execute("DELETE FROM outbox WHERE seq = ?", (seq,))
        _rewrite(connection, rest)
    for parked_id, body in connection.execute("SELECT id, body FROM parked").fetchall():
        rest = _without(from_json(json.loads(body)), gone)
        if rest is not None:
            _erase_parked(connection, parked_id, rest, to_micros(now()))
            _rewrite(connection, rest)
    for (body,) in connection.execute("SELECT body FROM changesets WHERE org_id = ?", (org_id,)).fetchall():
        rest = _without(from_json(json.loads(body)), gone)
        if rest is not None:
            _rewrite(connection, rest)
    connection.executemany(
        "DELETE FROM changeset_rows WHERE org_id = ? AND table_name = ? AND row_id = ?",
        [(org_id, table, each) for each in gone for table in BOOKED],
    )
    return touched


def _erase_parked(connection: Any, parked_id: str, rest: Changeset, now: int) -> None:
    # One question about several records is asked no more once one of them was erased: what is left of it stays readable.
    answer: dict[str, Any] = {
        "conflicts": [], "taken_by": "", "fields": {}, "about": None, "title": ERASED, "can_hand_in": False,
        "other": None,
    }  # fmt: skip
    connection.execute(
        "UPDATE parked SET body = ?, answer = ?, reason = '', how = 'erased', settled_at = coalesce(settled_at, ?)"
        " WHERE id = ?",
        (json_text(to_json(rest)), json_text(answer), now, parked_id),
    )


def _without(changeset: Changeset, gone: set[str]) -> Changeset | None:
    """The changeset without what it does to erased rows or says of them; None where it says nothing of them."""
    rest = tuple(change for change in changeset.changes if not _says(change, gone))
    if len(rest) == len(changeset.changes):
        return None
    return dataclasses.replace(changeset, changes=rest, summary=ERASED)


def _says(change: Change, gone: set[str]) -> bool:
    return change.id in gone or (
        change.table in ("activities", "tasks") and change.set.get("contact_id") in gone
    )


def _rewrite(connection: Any, changeset: Changeset) -> None:
    connection.execute(
        "UPDATE changesets SET body = ?, summary = ? WHERE org_id = ? AND id = ?",
        (json_text(to_json(changeset)), changeset.summary, changeset.org_id, changeset.id),
    )
