"""The outbox: changesets that were executed here, in the order in which they are sent.

A changeset is queued, then sent, and accepted once the server has said so. It lies here until a pull that began after
that has brought what it did; until then it is a part of what the screen shows.
"""

# ruff: noqa: S608 (the pieces of these statements are constants here, values are always bound)
from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal, NamedTuple

from core.changes import Changeset, from_json, to_json
from storage.codec import to_json as json_text
from storage.codec import to_micros

State = Literal["queued", "sent", "accepted"]

MOST_ITEMS = 500
"""Changesets in one batch, at most."""
MOST_BYTES = 1_000_000
"""What a batch holds at most, unless a single changeset is larger."""

_WAITS = "state IN ('queued', 'sent')"


class Item(NamedTuple):
    """A changeset in the outbox."""

    seq: int
    """Its number: with the client's id it makes the server do it exactly once."""
    changeset_id: str
    body: str
    """The changeset as JSON."""
    state: State

    @property
    def changeset(self) -> Changeset:
        """The changeset itself."""
        return from_json(json.loads(self.body))


def add(connection: Any, changeset: Changeset) -> int:
    """Puts a changeset at the end. Returns its number.

    Args:
        connection: the writer, in the transaction that applies it here.
        changeset: what to send.
    """
    cursor = connection.execute(
        "INSERT INTO outbox (changeset_id, body, state, at) VALUES (?, ?, 'queued', ?)",
        (changeset.id, json_text(to_json(changeset)), to_micros(changeset.at)),
    )
    return int(cursor.lastrowid)


def batch(connection: Any, *, most: int = MOST_ITEMS, most_bytes: int = MOST_BYTES) -> list[Item]:
    """What is to be sent next, in order: first what was sent already and has no answer.

    Args:
        connection: any.
        most: changesets at most.
        most_bytes: bytes at most, unless the first one alone is larger.
    """
    out: list[Item] = []
    size = 0
    for row in connection.execute(
        # The plus keeps SQLite from gathering and sorting all of them first.
        f"SELECT seq, changeset_id, body, state FROM outbox WHERE +{_WAITS} ORDER BY seq LIMIT ?",
        (most,),
    ):
        size += len(row[2].encode())
        if out and size > most_bytes:
            break
        out.append(Item(*row))
    return out


def everything(connection: Any) -> list[Item]:
    """All that lies in the outbox, in order."""
    return [
        Item(*row)
        for row in connection.execute("SELECT seq, changeset_id, body, state FROM outbox ORDER BY seq")
    ]


def set_state(connection: Any, seqs: Iterable[int], state: State) -> None:
    """Notes how far changesets are.

    Args:
        connection: the writer, in a transaction.
        seqs: their numbers.
        state: how far they are now.
    """
    connection.executemany("UPDATE outbox SET state = ? WHERE seq = ?", [(state, seq) for seq in seqs])


def accepted(connection: Any) -> list[int]:
    """The numbers of those that the server has accepted, in order."""
    return [
        seq for (seq,) in connection.execute("SELECT seq FROM outbox WHERE state = 'accepted' ORDER BY seq")
    ]


def waiting(connection: Any) -> int:
    """How many changesets have no answer yet."""
    return int(connection.execute(f"SELECT count(*) FROM outbox WHERE {_WAITS}").fetchone()[0])


def unsent(connection: Any) -> list[Changeset]:
    """The changesets that have no answer yet, in order."""
    return [
        from_json(json.loads(body))
        for (body,) in connection.execute(f"SELECT body FROM outbox WHERE {_WAITS} ORDER BY seq")
    ]


def acked(connection: Any) -> int:
    """The number up to which every changeset has its answer: those that the server need not keep any more."""
    first = connection.execute(f"SELECT min(seq) FROM outbox WHERE {_WAITS}").fetchone()[0]
    if first is not None:
        return int(first) - 1
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'").fetchone()
    return int(last[0]) if last else 0


def rows_of(connection: Any, seqs: Iterable[int]) -> set[tuple[str, str]]:
    """The rows that changesets change, as (table, id).

    Args:
        connection: any.
        seqs: their numbers.
    """
    bodies = connection.execute(
        "SELECT body FROM outbox WHERE seq IN (SELECT value FROM json_each(?))", (json.dumps(list(seqs)),)
    )
    return {(change["table"], change["id"]) for (body,) in bodies for change in json.loads(body)["changes"]}


def remove(connection: Any, seqs: Collection[int]) -> None:
    """Takes changesets out; what becomes of them is noted elsewhere."""
    connection.executemany("DELETE FROM outbox WHERE seq = ?", [(seq,) for seq in seqs])


def offer_again(connection: Any, lost: Sequence[Changeset]) -> None:
    """Puts changesets that the server does not know any more before all others. Every one gets a new number.

    Args:
        connection: the writer, in a transaction.
        lost: what the server had and has lost, in order.
    """
    rest = everything(connection)
    again = [(c.id, json_text(to_json(c)), to_micros(c.at)) for c in lost]
    known = {each[0] for each in again}
    again += [
        (item.changeset_id, item.body, to_micros(item.changeset.at))
        for item in rest
        if item.changeset_id not in known
    ]
    connection.execute("DELETE FROM outbox")
    connection.executemany(
        "INSERT INTO outbox (changeset_id, body, state, at) VALUES (?, ?, 'queued', ?)", again
    )


def sent_since(connection: Any, org_id: str, user_id: str, since: dt.datetime) -> list[Changeset]:
    """What the user did here since then and the server has taken, in order: what it may have lost if it was restored.

    Args:
        connection: any.
        org_id: the tenant.
        user_id: the user.
        since: how far to look back, by the clock of this machine.
    """
    return [
        from_json(json.loads(body))
        for (body,) in connection.execute(
            "SELECT body FROM changesets WHERE org_id = ? AND user_id = ? AND status IN ('ok', 'merged') AND at >= ?"
            " AND id NOT IN (SELECT changeset_id FROM outbox) ORDER BY seq",
            (org_id, user_id, to_micros(since)),
        )
    ]


def renumber(connection: Any, above: int) -> None:
    """Gives all that waits for an answer new numbers, in the same order: those it had are another's by now.

    Args:
        connection: the writer, in a transaction.
        above: numbers up to this one are used up.
    """
    connection.execute(
        "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'outbox'",
        (above,),
    )
    waits = connection.execute(
        f"SELECT changeset_id, body, at FROM outbox WHERE {_WAITS} ORDER BY seq"
    ).fetchall()
    connection.execute(f"DELETE FROM outbox WHERE {_WAITS}")
    connection.executemany(
        "INSERT INTO outbox (changeset_id, body, state, at) VALUES (?, ?, 'queued', ?)", waits
    )
