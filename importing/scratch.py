"""Records that a dry run would have written, kept so that later rows meet them.

They may be a million, and they are people: they lie in an encrypted file whose key nobody but this process ever has, and
which is gone with it. Where there is no encryption they stay in memory.
"""

from __future__ import annotations

import contextlib
import pickle
import secrets
import sqlite3
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from core.imports.matching import keys_of
from core.imports.shapes import Probe
from importing.known import MOST_ALIKE, Held, held_again, keys_of_probe, told_of


class Scratch:
    """Keeps records, found by what they are recognised by."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._connection = self._opened()
        self._connection.execute("CREATE TABLE rows (id BLOB PRIMARY KEY, body BLOB) WITHOUT ROWID")
        self._connection.execute(
            "CREATE TABLE keys (name TEXT, id BLOB, PRIMARY KEY (name, id)) WITHOUT ROWID"
        )
        # Left open until the end: what is in it is never committed, and gone when the connection is.
        self._connection.execute("BEGIN")

    def _opened(self) -> Any:
        try:
            import sqlcipher3
        except ImportError:
            return sqlite3.connect(":memory:", isolation_level=None)
        self._folder = tempfile.TemporaryDirectory(prefix="offhook-")
        connection = sqlcipher3.connect(str(Path(self._folder.name) / "scratch"), isolation_level=None)
        connection.execute("PRAGMA cipher_log_level = NONE")
        connection.execute(f"PRAGMA key = \"x'{secrets.token_hex(32)}'\"")
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        return connection

    def put(self, records: Iterable[Held]) -> None:
        """Keeps records as they are now."""
        rows, keys = [], []
        for held in records:
            key = UUID(held.id).bytes
            rows.append((key, pickle.dumps(told_of(held), pickle.HIGHEST_PROTOCOL)))
            keys += [(f"{held.table}{name}", key) for name in keys_of(held.table, held.row, held.company)]
        self._connection.executemany("INSERT OR REPLACE INTO rows VALUES (?, ?)", rows)
        self._connection.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?)", keys)

    def get(self, record_id: str) -> Held | None:
        """A record that was kept."""
        found = self._connection.execute(
            "SELECT body FROM rows WHERE id = ?", (UUID(record_id).bytes,)
        ).fetchone()
        return held_again(pickle.loads(found[0])) if found else None  # noqa: S301 (what this process has put there)

    def find(self, table: str, probes: Sequence[Probe]) -> list[list[str]]:
        """The ids of the records that each probe may mean."""
        return [
            [
                str(UUID(bytes=key))
                for name in keys_of_probe(table, probe)
                for (key,) in self._connection.execute(
                    "SELECT id FROM keys WHERE name = ? LIMIT ?", (name, MOST_ALIKE)
                )
            ]
            for probe in probes
        ]

    def close(self) -> None:
        """Lets go of all of it."""
        self._connection.close()
        if self._folder is not None:
            with contextlib.suppress(OSError):
                self._folder.cleanup()
