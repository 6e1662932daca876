"""Records that a dry run would have written, kept so that later rows meet them.

They may be a million, so they lie in a temporary database that spills to the disk; and they are people, so nothing in it can
be read: names are kept as keyed hashes, records under a key stream of SHAKE-256, by a key that no one but this process ever
has, and a number that is used once.
"""

from __future__ import annotations

import hashlib
import pickle
import secrets
import sqlite3
from collections.abc import Iterable, Sequence
from uuid import UUID

from core.imports.matching import keys_asked, keys_of
from core.imports.shapes import Probe
from importing.known import MOST_ALIKE, Held, held_again, told_of


class Scratch:
    """Keeps records, found by what they are recognised by."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._number = 0
        # The empty name is a database that no other program can open, and that is gone with the connection.
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute(
            "CREATE TABLE rows (id BLOB PRIMARY KEY, number INTEGER, body BLOB) WITHOUT ROWID"
        )
        self._connection.execute(
            "CREATE TABLE keys (name BLOB, id BLOB, PRIMARY KEY (name, id)) WITHOUT ROWID"
        )
        self._connection.execute("BEGIN")

    def put(self, records: Iterable[Held]) -> None:
        """Keeps records as they are now."""
        rows: list[tuple[bytes, int, bytes]] = []
        keys: list[tuple[bytes, bytes]] = []
        for held in records:
            record_id = UUID(held.id).bytes
            self._number += 1
            body = pickle.dumps(told_of(held), pickle.HIGHEST_PROTOCOL)
            rows.append((record_id, self._number, self._under(self._number, body)))
            names = keys_of(held.table, held.row, held.company)
            keys += [(self._hidden(f"{held.table}{name}"), record_id) for name in names]
        self._connection.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)", rows)
        self._connection.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?)", keys)

    def get(self, record_id: str) -> Held | None:
        """A record that was kept."""
        sql = "SELECT number, body FROM rows WHERE id = ?"
        found = self._connection.execute(sql, (UUID(record_id).bytes,)).fetchone()
        if found is None:
            return None
        return held_again(pickle.loads(self._under(*found)))  # noqa: S301 (what this process has put there itself)

    def find(self, table: str, probes: Sequence[Probe]) -> list[list[str]]:
        """The ids of the records that each probe may mean."""
        by_id = "SELECT id FROM rows WHERE id = ?"
        by_name = "SELECT id FROM keys WHERE name = ? LIMIT ?"
        found: list[list[str]] = []
        for probe in probes:
            asked: list[tuple[str, tuple[bytes | int, ...]]] = [
                *((by_id, (UUID(one).bytes,)) for one in probe.ids),
                *((by_name, (self._hidden(f"{table}{key}"), MOST_ALIKE)) for key in keys_asked(probe)),
            ]
            rows = (row for sql, given in asked for row in self._connection.execute(sql, given))
            found.append([str(UUID(bytes=record_id)) for (record_id,) in rows])
        return found

    def close(self) -> None:
        """Lets go of all of it."""
        self._connection.close()

    def _hidden(self, name: str) -> bytes:
        return hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=16, key=self._key).digest()

    def _under(self, number: int, body: bytes) -> bytes:
        """Bytes under the key stream of a number, or out from under it again."""
        stream = hashlib.shake_256(self._key + number.to_bytes(8, "big")).digest(len(body))
        mixed = int.from_bytes(body, "big") ^ int.from_bytes(stream, "big")
        return mixed.to_bytes(len(body), "big")
