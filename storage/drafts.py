"""What is being typed, kept on this machine: it is there again after a crash, and nobody else ever sees it.

The functions work on any connection to an encrypted file that has the table `drafts` (`storage.tables`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from storage.codec import to_json, to_micros

TABLE = "CREATE TABLE IF NOT EXISTS drafts (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID"
"""For a file that has no migrations."""


def keep(connection: Any, key: str, text: str, now: dt.datetime) -> None:
    """Keeps a text in place of what the key had; an empty one is forgotten."""
    if text:
        connection.execute(
            "INSERT INTO drafts (key, value, at) VALUES (?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value, at = excluded.at",
            (_storable(key), _storable(text), to_micros(now)),
        )
    else:
        connection.execute("DELETE FROM drafts WHERE key = ?", (_storable(key),))


def kept(connection: Any, prefix: str) -> dict[str, str]:
    """What is kept under keys that begin so, the latest kept last."""
    sql = "SELECT key, value FROM drafts WHERE substr(key, 1, ?) = ? ORDER BY at, key"
    start = _storable(prefix)
    return dict(connection.execute(sql, (len(start), start)).fetchall())


def keys(connection: Any) -> list[str]:
    """What there are drafts under."""
    return [key for (key,) in connection.execute("SELECT key FROM drafts")]


def drop(connection: Any, ids: Collection[str]) -> None:
    """Forgets what was being typed about records: the drafts whose keys end in their ids."""
    connection.execute(
        "DELETE FROM drafts WHERE EXISTS (SELECT 1 FROM json_each(?) gone"
        " WHERE substr(drafts.key, -length(gone.value)) = gone.value)",
        (to_json(sorted(ids)),),
    )


def _storable(text: str) -> str:
    """`text` as SQLite takes it: a paste may hold halves of a character."""
    return text.encode("utf-8", "replace").decode("utf-8")
