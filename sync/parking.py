"""What the server did not take, kept whole until a person decides.

Later work on the same fields rides along: what a person typed twice is one question, with the value that they saw
first and the one that they typed last.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from core.changes import Change, Changeset, FieldConflict, from_json, same_value, to_json
from core.commands.base import title_of
from core.commands.undo import Undo
from core.entities import RECORDS
from core.parked import Parked
from core.schema import Kind as FieldKind
from core.schema import fields_of
from storage.codec import from_micros, to_micros
from storage.codec import to_json as json_text
from storage.load import Loaded
from sync.overlay import BOOKED, images
from sync.refusal import Refusal, read_refusal, refusal_json

How = Literal["", "mine", "theirs", "sent", "dropped", "handed in", "erased", "joined"]
"""What became of it: still waiting, or decided how; `joined` to an earlier one that waits."""

NOTES: Mapping[str, str] = {
    "mine": "Not applied at first; decided anew.",
    "theirs": "Not applied: the other value was kept.",
    "sent": "Not applied at first; sent again.",
    "dropped": "Not applied: given up.",
    "handed in": "Not applied: handed in to whoever has the record.",
    "erased": "Not applied: the person's data was erased.",
    "joined": "Not applied: it went along with an earlier change that had to wait.",
}
"""What the history says of it, by how it was decided."""


def park(connection: Any, changeset: Changeset, refusal: Refusal, now: dt.datetime) -> str:
    """Keeps a changeset that was refused. Returns the id under which it waits: its own, or that of an earlier one.

    Args:
        connection: the writer, in a transaction.
        changeset: what was refused.
        refusal: why.
        now: the time, for being told.
    """
    if refusal.kind != "duplicate":
        connection.execute(
            "UPDATE changesets SET status = ? WHERE org_id = ? AND id = ?",
            (refusal.kind, changeset.org_id, changeset.id),
        )
        connection.execute(
            "UPDATE changesets SET undone_by = NULL WHERE org_id = ? AND undone_by = ?",
            (changeset.org_id, changeset.id),
        )
    earlier = waiting(connection)
    taken_back = next((p for p in earlier if p.id == changeset.undoes), None)
    if taken_back is not None:
        # It was undone before it was refused: nobody needs to decide anything.
        settle(connection, taken_back.id, "dropped", now)
        _insert(connection, changeset, refusal, now, how="dropped")
        return taken_back.id
    for held in earlier:
        if refusal.kind != "duplicate" and held.kind != "duplicate" and _rides(changeset, refusal, held):
            _join(connection, held, changeset, refusal)
            _insert(connection, changeset, refusal, now, how="joined")
            return held.id
    record = refusal.about or about(changeset, refusal.conflicts)
    called = refusal.title or title(connection, changeset, record)
    _insert(connection, changeset, dataclasses.replace(refusal, about=record, title=called), now)
    return changeset.id


def waiting(connection: Any) -> list[Parked]:
    """What waits for a person, oldest first."""
    return [
        _parked(row)
        for row in connection.execute(
            "SELECT id, kind, reason, body, answer, at FROM parked WHERE settled_at IS NULL ORDER BY seq"
        )
    ]


def get(connection: Any, parked_id: str) -> Parked | None:
    """One that waits for a person; None where it does not, or not any more."""
    row = connection.execute(
        "SELECT id, kind, reason, body, answer, at FROM parked WHERE id = ? AND settled_at IS NULL",
        (parked_id,),
    ).fetchone()
    return None if row is None else _parked(row)


def count(connection: Any) -> int:
    """How many wait for a person."""
    return int(connection.execute("SELECT count(*) FROM parked WHERE settled_at IS NULL").fetchone()[0])


def settle(connection: Any, parked_id: str, how: How, now: dt.datetime) -> bool:
    """Notes how it was decided. False where it does not wait any more.

    Args:
        connection: the writer, in a transaction.
        parked_id: what was decided.
        how: how.
        now: when.
    """
    cursor = connection.execute(
        "UPDATE parked SET settled_at = ?, how = ? WHERE id = ? AND settled_at IS NULL",
        (to_micros(now), how, parked_id),
    )
    return bool(cursor.rowcount)


def notes(connection: Any, changeset_ids: Sequence[str]) -> dict[str, str]:
    """What the history says of changesets that were not taken as they were, by their ids."""
    found = connection.execute(
        "SELECT id, kind, reason, how FROM parked WHERE kind <> 'duplicate'"
        " AND id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(changeset_ids)),),
    )
    return {each: NOTES.get(how) or f"Not applied: {reason}" for each, _kind, reason, how in found}


def hide_missing(connection: Any, org_id: str) -> None:
    """Takes what others wrote out of conflicts about records that are out of the user's sight by now.

    What the user did stays, and can be handed in.

    Args:
        connection: the writer, in a transaction, when nothing is being loaded.
        org_id: the tenant.
    """
    for parked_id, kind, reason, answer in connection.execute(
        "SELECT id, kind, reason, answer FROM parked WHERE json_array_length(answer, '$.conflicts') > 0"
    ).fetchall():
        refusal = read_refusal(kind, reason, json.loads(answer))
        seen = tuple(c for c in refusal.conflicts if _is_here(connection, org_id, c.table, c.id))
        if len(seen) == len(refusal.conflicts):
            continue
        # The sentence says what they wrote, too.
        told = f"{refusal.title or 'That record'} is out of your sight by now, so it cannot be decided here."
        if seen:
            told = "Somebody changed it meanwhile, and a part of it is out of your sight by now."
        hidden = dataclasses.replace(
            refusal,
            conflicts=seen,
            reason=told,
            kind="conflict" if seen else "gone",
            can_hand_in=not seen and refusal.about is not None,
        )
        connection.execute(
            "UPDATE parked SET kind = ?, reason = ?, answer = ? WHERE id = ?",
            (hidden.kind, hidden.reason, json_text(refusal_json(hidden)), parked_id),
        )


def _is_here(connection: Any, org_id: str, table: str, row_id: str) -> bool:
    return table not in BOOKED or bool(images(connection, org_id, table, [row_id]))


# --- what rides along -----------------------------------------------------------------------------------------------


def _rides(later: Changeset, refusal: Refusal, held: Parked) -> bool:
    """Whether a refused changeset goes on from what waits already, so that both are one question."""
    if held.changeset.command == Undo.NAME != later.command:
        # An undo is left or nothing: what was typed after it must not be left with it.
        return False
    values: dict[tuple[str, str], dict[str, Any]] = {}
    inserted = set()
    for change in held.changeset.changes:
        values.setdefault((change.table, change.id), {}).update(change.set)
        if change.insert and change.table != "activities":
            inserted.add(change.id)
    if refusal.conflicts:
        return any(
            conflict.field in values.get((conflict.table, conflict.id), {})
            and same_value(values[conflict.table, conflict.id][conflict.field], conflict.base)
            for conflict in refusal.conflicts
        )
    if any(change.id in inserted or _points_to(change, inserted) for change in later.changes):
        return True
    return held.kind == refusal.kind != "conflict" and any(
        (change.table, change.id) in values for change in later.changes if not change.insert
    )


def _points_to(change: Change, ids: set[str]) -> bool:
    specs = fields_of(RECORDS[change.table])
    return any(
        value in ids
        for name, value in change.set.items()
        if "." not in name and specs[name].kind is FieldKind.REF and value is not None
    )


def _join(connection: Any, held: Parked, later: Changeset, refusal: Refusal) -> None:
    changeset = dataclasses.replace(held.changeset, changes=combined(held.changeset.changes, later.changes))
    conflicts = {(c.table, c.id, c.field): c for c in held.conflicts}
    for conflict in refusal.conflicts:
        key = (conflict.table, conflict.id, conflict.field)
        before = conflicts.get(key)
        conflicts[key] = conflict if before is None else dataclasses.replace(conflict, base=before.base)
    # What is asked about is the latest wish, be it that nobody clashed over that one.
    for change in changeset.changes:
        for name, value in change.set.items():
            key = (change.table, change.id, name)
            if key in conflicts:
                conflicts[key] = dataclasses.replace(conflicts[key], mine=value)
    answer = dataclasses.replace(
        _refusal(held),
        conflicts=tuple(conflicts.values()),
        # What hangs on it is refused because of it: the first reason is the one. A conflict says what they have now.
        reason=(refusal.reason if refusal.conflicts else "") or held.reason,
        joined=held.joined + 1,
    )
    connection.execute(
        "UPDATE parked SET body = ?, answer = ?, reason = ? WHERE id = ?",
        (json_text(to_json(changeset)), json_text(refusal_json(answer)), answer.reason, held.id),
    )


def combined(first: Sequence[Change], second: Sequence[Change]) -> tuple[Change, ...]:
    """Changes that follow on each other as one: of each field what was seen first and what was typed last."""
    out = list(first)
    places = {(change.table, change.id): place for place, change in enumerate(out)}
    for change in second:
        place = places.get((change.table, change.id))
        if place is None:
            places[change.table, change.id] = len(out)
            out.append(change)
        else:
            out[place] = _one(out[place], change)
    return tuple(out)


def _one(first: Change, second: Change) -> Change:
    add = {**first.add}
    remove = {**first.remove}
    new = {**first.set}
    for name, value in second.set.items():
        head, _, tail = name.partition(".")
        if tail and first.insert:
            new[head] = {**new.get(head, {}), tail: value}
        else:
            new[name] = value
    for name in {*second.add, *second.remove}:
        joins, leaves = second.add.get(name, ()), second.remove.get(name, ())
        if first.insert or name in new:
            kept = [item for item in new.get(name, ()) if item not in leaves]
            new[name] = (*kept, *(item for item in joins if item not in kept))
            continue
        add[name] = (
            *(item for item in add.get(name, ()) if item not in leaves),
            *(item for item in joins if item not in remove.get(name, ()) and item not in add.get(name, ())),
        )
        remove[name] = (
            *(item for item in first.remove.get(name, ()) if item not in joins),
            *(item for item in leaves if item not in first.add.get(name, ())),
        )
    return dataclasses.replace(
        first,
        set=new,
        base=first.base if first.insert else {**second.base, **first.base},
        add={name: items for name, items in add.items() if items},
        remove={name: items for name, items in remove.items() if items},
    )


# --- how it is kept -------------------------------------------------------------------------------------------------


def _insert(
    connection: Any, changeset: Changeset, refusal: Refusal, now: dt.datetime, *, how: How = ""
) -> None:
    connection.execute(
        "INSERT INTO parked (id, seq, kind, reason, body, answer, at, settled_at, how)"
        " VALUES (?, (SELECT coalesce(max(seq), 0) + 1 FROM parked), ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, kind = excluded.kind, reason = excluded.reason,"
        " body = excluded.body, answer = excluded.answer, at = excluded.at, settled_at = excluded.settled_at,"
        " how = excluded.how",
        (
            changeset.id, refusal.kind, refusal.reason, json_text(to_json(changeset)),
            json_text(refusal_json(refusal)), to_micros(now), to_micros(now) if how else None, how,
        ),
    )  # fmt: skip


def about(changeset: Changeset, conflicts: Sequence[FieldConflict]) -> tuple[str, str] | None:
    """The record that the user was at: where they clash, else the first one that can be opened."""
    keys = [(c.table, c.id) for c in conflicts] + [(c.table, c.id) for c in changeset.changes]
    for change in changeset.changes:
        keys += [
            (table, str(change.set[name]))
            for table, name in (("deals", "deal_id"), ("contacts", "contact_id"), ("companies", "company_id"))
            if change.table in ("activities", "tasks") and change.set.get(name)
        ]
    return next((key for key in keys if key[0] in ("contacts", "deals", "companies")), None)


def title(connection: Any, changeset: Changeset, record: tuple[str, str] | None) -> str:
    """What a person calls a record that a changeset is about."""
    if record is None:
        return ""
    table, record_id = record
    row = Loaded(connection, changeset.org_id).row(table, record_id)
    if row is None:
        made = next((c for c in changeset.changes if c.insert and (c.table, c.id) == record), None)
        row = {"org_id": changeset.org_id, **made.set} if made else None
    # Of what is out of sight already, what was done is all that tells which record it was.
    return changeset.summary if row is None else title_of(RECORDS[table](**row))


def _parked(row: Sequence[Any]) -> Parked:
    parked_id, kind, reason, body, answer, at = row
    refusal = read_refusal(kind, reason, json.loads(answer))
    return Parked(
        id=parked_id,
        kind=kind,
        changeset=from_json(json.loads(body)),
        reason=reason,
        at=from_micros(at),
        conflicts=refusal.conflicts,
        taken_by=refusal.taken_by,
        fields=refusal.fields,
        about=refusal.about,
        title=refusal.title,
        can_hand_in=refusal.can_hand_in,
        other=refusal.other,
        joined=refusal.joined,
    )


def _refusal(held: Parked) -> Refusal:
    return Refusal(**{each.name: getattr(held, each.name) for each in dataclasses.fields(Refusal)})
