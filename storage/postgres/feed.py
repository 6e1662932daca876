"""What a cache asks the server's feed: what is new since its cursor, with the rows as SQLite keeps them.

The server's side, and what its answer means, is `sql/45_sync.sql`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg

from core.entities import RECORDS
from storage.codec import Encoded, codec
from storage.postgres.codec import codec as json_codec


class Exit(NamedTuple):
    """A row that left a book.

    Attributes:
        table: its table.
        id: its id.
        book_id: the book that it left. It may be in sight in another one.
        op: moved, deleted or erased.
    """

    table: str
    id: str
    book_id: str
    op: str


@dataclass(frozen=True, slots=True)
class Pulled:
    """What became visible since a cursor, all in one snapshot.

    Attributes:
        cursor: the snapshot, to ask from next time. Opaque.
        books: the books that the login sees, and whether it may write in each.
        exits: what left one of the books that were asked for, and everybody who was erased in any book. To be taken in
            before the rows.
        rows: by table what changed in the books that were asked for.
        setup: by table all of the set-up, if any of it changed; None otherwise.
        more: so much changed that `rows` is empty: what the old cursor has not seen is to be read in pages.
        stale: the old cursor is too old for exits: everything is to be compared.
    """

    cursor: str
    books: Mapping[str, bool]
    exits: tuple[Exit, ...]
    rows: Mapping[str, list[Encoded]]
    setup: Mapping[str, list[Encoded]] | None
    more: bool
    stale: bool


def pull(wire: psycopg.Connection[Any], since: str | None, held: Collection[str]) -> Pulled:
    """Asks what is new. One round trip.

    Args:
        wire: the login's connection, in autocommit mode.
        since: the cursor of the last pull; None to begin: then there are the set-up, the books and a cursor.
        held: the books whose rows the cache has or is loading.

    Raises:
        psycopg.Error: with the state OH003 where the cursor is none of this server's, OH001 where the login was disabled.
    """
    row = wire.execute("select offhook.pull(%s, %s::uuid[])", (since, list(held))).fetchone()
    assert row is not None, "a function gives one row"
    told: Mapping[str, Any] = row[0]
    return Pulled(
        cursor=told["cursor"],
        books=dict(told["books"]),
        exits=tuple(Exit(*each) for each in told["exits"]),
        rows=_encoded(told["rows"]),
        setup=None if told["setup"] is None else _encoded(told["setup"]),
        more=told["more"],
        stale=told["stale"],
    )


def known_changesets(wire: psycopg.Connection[Any], ids: Collection[str]) -> set[str]:
    """Which of the login's own changesets the server has applied.

    Raises:
        psycopg.Error: it cannot say.
    """
    row = wire.execute("select offhook.known_changesets(%s::uuid[])", (list(ids),)).fetchone()
    return set(row[0]) if row else set()


def hand_in(
    wire: psycopg.Connection[Any], table: str, record_id: str, text: str, note_id: str | None = None
) -> str:
    """Gives text about a record to whoever has it now: an entry in its timeline, and a task for its owner.

    Args:
        wire: the login's connection, in autocommit mode.
        table: contacts, companies or deals.
        record_id: a record that the login has or once had in sight.
        text: what is handed in.
        note_id: the entry's id. With the same one again the server does nothing more and gives the same answer.

    Returns:
        The owner's name.

    Raises:
        psycopg.Error: with the state OH001, OH002 or OH003 and a sentence where the server does not take it.
    """
    row = wire.execute("select offhook.hand_in(%s, %s, %s, %s)", (table, record_id, text, note_id)).fetchone()
    return str(row[0]) if row else ""


def _encoded(rows: Mapping[str, list[Mapping[str, Any]]]) -> dict[str, list[Encoded]]:
    """JSON objects as SQLite's rows. What this program does not know, be it a table or a column, is left out."""
    return {
        table: [codec(table).encode_row(json_codec(table).decode_named(row)) for row in some]
        for table, some in rows.items()
        if table in RECORDS
    }
