"""Creates and upgrades schemas with Alembic. Imported only when there is one to create or upgrade: it is slow to load."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.pool import StaticPool

MIGRATIONS = Path(__file__).parent / "migrations"


def config(*, dialect: str = "sqlite", migrations: Path = MIGRATIONS) -> Config:
    """Alembic's configuration, without a file."""
    out = Config()
    out.set_main_option("script_location", str(migrations).replace("%", "%%"))
    out.set_main_option("path_separator", "os")
    out.set_main_option("dialect", dialect)
    return out


def engine_on(connection: Any) -> sa.Engine:
    """SQLAlchemy on an open SQLite connection in autocommit mode; transactions are begun in so many words.

    Args:
        connection: a DB-API connection of sqlcipher3 or sqlite3.
    """
    import sqlite3

    from storage.database import cipher

    engine = sa.create_engine(
        "sqlite://", module=cipher() or sqlite3, creator=lambda: connection, poolclass=StaticPool
    )

    @sa.event.listens_for(engine, "begin")
    def _begin(live: sa.Connection) -> None:
        live.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def upgrade(connection: Any, *, migrations: Path = MIGRATIONS) -> None:
    """Brings an open SQLite file to the newest schema, in one transaction: all of it or nothing.

    Args:
        connection: a DB-API connection in autocommit mode. It stays open.
        migrations: where the migrations lie.

    Raises:
        sqlite3.Error: the file cannot be written; sqlcipher3's own where that is the driver.
    """
    settings = config(migrations=migrations)
    try:
        with engine_on(connection).connect() as live:
            settings.attributes["connection"] = live
            command.upgrade(settings, "head")
            live.commit()
    except sa.exc.DBAPIError as error:
        # Whoever opens files knows what the driver's own error means; of SQLAlchemy they know nothing.
        if isinstance(error.orig, Exception):
            raise error.orig from error
        raise


def postgres_sql(version: str) -> str:
    """The SQL that brings a PostgreSQL database to the newest schema, to be run in one transaction.

    Args:
        version: the schema version of the database; empty where there is none yet.
    """
    out = io.StringIO()
    settings = config(dialect="postgresql")
    settings.output_buffer = out
    command.upgrade(settings, f"{version or 'base'}:head", sql=True)
    return out.getvalue()
