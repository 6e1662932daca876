"""Which schema this program works with, and which one a file has. Importing this costs nothing."""

from __future__ import annotations

from typing import Any

from core.errors import Unavailable

HEAD = "0005"
"""The newest migration. Migrations are numbered, so that a program can tell a newer file from an older one."""

OLDEST_CLIENT = "0005"
"""The oldest program, by the newest migration that it knows, that may work with a team's server of this schema."""

OLDEST_SERVER = 15
"""The oldest PostgreSQL that serves a team: `security_invoker` views, and policies that hold for everything used here."""


def read(connection: Any) -> str:
    """The schema version of an open SQLite file; empty where it has no schema yet."""
    there = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    if not there:
        return ""
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(row[0]) if row else ""


def is_behind(version: str) -> bool:
    """Whether a file of this version must be upgraded before it can be used.

    Raises:
        Unavailable: the file is newer than this program.
    """
    if version > HEAD:
        raise Unavailable(
            f"This workspace was last used by a newer offhook (its data has format {version}, this one knows {HEAD})."
            " Update offhook, then open it again. Nothing was changed."
        )
    return version < HEAD
