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
    # Triggers first: they may speak of tables and columns that go.
    for kind in ("trigger", "index", "table"):
        for name in (name for each, name in _told(connection) - before if each == kind):
            connection.execute(f"DROP {kind} IF EXISTS {name}")
    for table in (name for kind, name in before if kind == "table" and "_fts" not in name):
        later = _columns(connection, table) - _columns(then, table)
        if any(f"CHECK ({column} " in _sql(connection, table) for column in later):
            # SQLite keeps a column that a rule speaks of.
            _make_anew(connection, table, _sql(then, table), _columns(then, table))
            continue
        for column in later:
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


def _make_anew(connection: Any, table: str, sql: str, columns: set[str]) -> None:
    names = ", ".join(columns)
    connection.execute(f"ALTER TABLE {table} RENAME TO {table}_later")
    connection.execute(sql)
    connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {table}_later")
    connection.execute(f"DROP TABLE {table}_later")


def _sql(connection: Any, table: str) -> str:
    found = connection.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))
    return str(found.fetchone()[0])


def _told(connection: Any) -> set[tuple[str, str]]:
    return set(
        connection.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
    )


def _columns(connection: Any, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
