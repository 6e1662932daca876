"""The records that an import has met, however many: 16 bytes each, in a file of their own."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID


class Met:
    """Remembers ids of records.

    Args:
        path: where they lie, so that an import that goes on knows them; None: in a file that is gone with the process.
    """

    def __init__(self, path: Path | None = None) -> None:
        # Ids say nothing to whoever has not the records.
        self._connection = sqlite3.connect(str(path) if path else "", isolation_level=None)
        self._connection.execute("CREATE TABLE IF NOT EXISTS met (id BLOB PRIMARY KEY) WITHOUT ROWID")

    def __contains__(self, record_id: str) -> bool:
        found = self._connection.execute("SELECT 1 FROM met WHERE id = ?", (_bytes(record_id),))
        return found.fetchone() is not None

    def update(self, ids: Iterable[str]) -> None:
        """Adds ids."""
        self._connection.execute("BEGIN")
        self._connection.executemany(
            "INSERT OR IGNORE INTO met VALUES (?)", [(_bytes(record_id),) for record_id in ids]
        )
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()


class Nobody:
    """Remembers nothing: where rows only fill, it does not matter whom earlier ones have met."""

    def __contains__(self, record_id: str) -> bool:
        return False

    def update(self, ids: Iterable[str]) -> None:
        """Does nothing."""

    def close(self) -> None:
        """Does nothing."""


def _bytes(record_id: str) -> bytes:
    return UUID(record_id).bytes
