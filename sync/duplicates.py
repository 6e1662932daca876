"""The same person, made here and by a colleague while neither could know of the other.

Both records are kept: losing a lead is worse than having one twice. Whoever made one of them is told of the other, once
theirs is on the server.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from core.changes import Changeset, Row
from core.commands.base import title_of
from core.entities import Contact
from storage import derive, load
from storage.codec import Encoded, codec
from sync import outbox
from sync.outbox import Item
from sync.refusal import Refusal

_KEY = "sync.twins"
"""The key in `meta` of what was noted: by changeset, the contact that it made and the colleague's."""

Point = tuple[str, str]


def look_out(connection: Any, org_id: str, rows: Sequence[Encoded]) -> None:
    """Notes which contacts of the server, new in this cache, share an address or number with one that waits in the outbox.

    Args:
        connection: the writer, in a transaction, before the rows are put.
        org_id: the tenant.
        rows: contacts that are about to be put.
    """
    made = list(_made_here(outbox.everything(connection))) if rows else []
    if not made:
        return
    form = codec("contacts")
    place = form.names.index("id")
    ids = [row[place] for row in rows]
    known = {contact_id for _, contact_id, _ in made}
    known.update(
        contact_id
        for (contact_id,) in connection.execute(
            "SELECT id FROM contacts WHERE org_id = ? AND id IN (SELECT value FROM json_each(?))",
            (org_id, json.dumps(ids)),
        )
    )
    points: dict[Point, str] = {}
    for row in rows:
        if row[place] not in known:
            for point in derive.points_of(form.decode(row)):
                points.setdefault(point, row[place])
    found = {
        changeset_id: [contact_id, points[point]]
        for changeset_id, contact_id, own in made
        for point in own
        if point in points
    }
    if found:
        load.write_meta(connection, _KEY, json.dumps({**found, **_noted(connection)}))


def warnings(connection: Any, org_id: str, seqs: Collection[int]) -> list[tuple[Changeset, Refusal]]:
    """What is to be told of accepted changesets that are about to leave the outbox.

    Args:
        connection: the writer, in a transaction.
        org_id: the tenant.
        seqs: their numbers.
    """
    noted = _noted(connection)
    if not noted:
        return []
    out = []
    items = {item.changeset_id: item for item in outbox.everything(connection)}
    for changeset_id, (contact_id, other_id) in noted.items():
        item = items.get(changeset_id)
        if item is not None and item.seq in seqs:
            mine, other = (_row(connection, org_id, each) for each in (contact_id, other_id))
            shared = _shared(mine, other)
            if mine is not None and other is not None and shared:
                out.append((item.changeset, _refusal(mine, other, shared)))
    rest = {
        key: pair
        for key, pair in noted.items()
        if (item := items.get(key)) is not None and item.seq not in seqs
    }
    if rest != noted:
        load.write_meta(connection, _KEY, json.dumps(rest) if rest else "")
    return out


def _made_here(items: Collection[Item]) -> Iterator[tuple[str, str, list[Point]]]:
    """Contacts that changesets of the outbox make, with their addresses and numbers."""
    for item in items:
        if '"insert"' not in item.body or '"contacts"' not in item.body:
            continue
        for change in item.changeset.changes:
            if change.insert and change.table == "contacts":
                points = derive.points_of(
                    {
                        "deleted_at": None,
                        "emails": change.set.get("emails") or (),
                        "phones": change.set.get("phones") or (),
                    }
                )
                if points:
                    yield item.changeset_id, change.id, points


def _noted(connection: Any) -> dict[str, list[str]]:
    noted: dict[str, list[str]] = json.loads(load.read_meta(connection, _KEY) or "{}")
    return noted


def _row(connection: Any, org_id: str, contact_id: str) -> Row | None:
    row = load.Loaded(connection, org_id).row("contacts", contact_id)
    return row if row is not None and row["deleted_at"] is None else None


def _shared(mine: Row | None, other: Row | None) -> str:
    """An address or number that both have; empty where there is none any more."""
    if mine is None or other is None:
        return ""
    theirs = set(derive.points_of(other))
    return next((value for kind, value in derive.points_of(mine) if (kind, value) in theirs), "")


def _refusal(mine: Mapping[str, Any], other: Mapping[str, Any], shared: str) -> Refusal:
    names = title_of(Contact(**mine)), title_of(Contact(**other))
    reason = (
        f"{names[1]} was added by a colleague meanwhile and has {shared} too, as {names[0]} has, whom you added."
        " Both are kept; merge them if they are the same person."
    )
    return Refusal(
        "duplicate",
        reason,
        about=("contacts", mine["id"]),
        title=names[0],
        other=("contacts", other["id"]),
    )
