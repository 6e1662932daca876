"""The records that an import has met, however many: some 20 bytes each, in a file of their own."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from core.errors import Unavailable


class Met:
    """Remembers ids of records, and after how many rows they were met.

    Args:
        path: where they lie, for the user alone, so that an import that goes on knows them; None: in a file that is gone with
            the process.

    Raises:
        Unavailable: the file cannot be written.
    """

    def __init__(self, path: Path | None = None) -> None:
        try:
            if path is not None:
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
            # Ids say nothing to whoever has not the records.
            self._connection = sqlite3.connect(str(path) if path else "", isolation_level=None)
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS met (id BLOB PRIMARY KEY, after INTEGER) WITHOUT ROWID"
            )
        except (OSError, sqlite3.Error) as error:
            raise Unavailable(f"{path} cannot be written: {error}.") from None

    def __contains__(self, record_id: str) -> bool:
        found = self._connection.execute("SELECT 1 FROM met WHERE id = ?", (_bytes(record_id),))
        return found.fetchone() is not None

    def update(self, ids: Iterable[str], after: int) -> None:
        """Adds ids.

        Args:
            ids: they; those that are known stay as they are.
            after: how many rows are done with them.

        Raises:
            Unavailable: there is no room for them.
        """
        rows = [(_bytes(record_id), after) for record_id in ids]
        try:
            self._connection.execute("BEGIN")
            self._connection.executemany("INSERT OR IGNORE INTO met VALUES (?, ?)", rows)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise Unavailable(f"What the import has met cannot be noted: {error}.") from None

    def back_to(self, after: int) -> None:
        """Forgets what was met after so many rows."""
        self._connection.execute("DELETE FROM met WHERE after > ?", (after,))

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()


class Nobody:
    """Remembers nothing: where rows only fill, it does not matter whom earlier ones have met."""

    def __contains__(self, record_id: str) -> bool:
        return False

    def update(self, ids: Iterable[str], after: int) -> None:
        """Does nothing."""

    def back_to(self, after: int) -> None:
        """Does nothing."""

    def close(self) -> None:
        """Does nothing."""


def _bytes(record_id: str) -> bytes:
    return UUID(record_id).bytes
