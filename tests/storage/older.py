"""Files as an older program has left them."""

from __future__ import annotations

import sqlite3
from typing import Any

from alembic import command

from storage import upgrade
from storage.database import cipher


def take_back(connection: Any, version: str) -> None:
    """Makes of an open file one of an older format: what came later is taken out of it, what there was before stays.

    Args:
        connection: as the program opens it, with nothing of a cache's triggers in it.
        version: the migration that was the newest then.
    """
    then = _then(version)
    before = _told(then)
    for kind, name in _told(connection) - before:
        if kind in ("index", "table"):
            connection.execute(f"DROP {kind} IF EXISTS {name}")
    for table in (name for kind, name in before if kind == "table" and "_fts" not in name):
        for column in _columns(connection, table) - _columns(then, table):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    then.close()


def _then(version: str) -> Any:
    """A file in memory as the older program would have made it."""
    module: Any = cipher() or sqlite3
    connection = module.connect(":memory:", isolation_level=None)
    settings = upgrade.config()
    with upgrade.engine_on(connection).connect() as live:
        settings.attributes["connection"] = live
        command.upgrade(settings, version)
        live.commit()
    return connection


def _told(connection: Any) -> set[tuple[str, str]]:
    return set(
        connection.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
    )


def _columns(connection: Any, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
