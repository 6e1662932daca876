"""A team's database as an older program has left it."""

from __future__ import annotations

import io
from typing import Any

import psycopg
from alembic import command
from psycopg import sql

from storage import upgrade


def take_back(boss: psycopg.Connection[Any], version: str) -> None:
    """Makes of an installed database one of an older schema: what came later is dropped, what lay there before stays.

    Args:
        boss: a superuser’s connection, in autocommit mode.
        version: the migration that was the newest then.
    """
    with boss.transaction():
        boss.execute("CREATE SCHEMA before")
        boss.execute("SET LOCAL search_path = before")
        boss.execute(_sql(version))
        boss.execute("SET LOCAL search_path = offhook, pg_temp")
        for kind, query in (
            ("TABLE", "SELECT tablename FROM pg_tables WHERE schemaname = %s"),
            ("INDEX", "SELECT indexname FROM pg_indexes WHERE schemaname = %s"),
        ):
            now, then = (
                {name for (name,) in boss.execute(query, (schema,))} for schema in ("offhook", "before")
            )
            for name in now - then:
                boss.execute(sql.SQL(f"DROP {kind} {{}} CASCADE").format(sql.Identifier(name)))
        columns = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = %s"
        for table, column in set(boss.execute(columns, ("offhook",))) - set(
            boss.execute(columns, ("before",))
        ):
            boss.execute(
                sql.SQL("ALTER TABLE {} DROP COLUMN {} CASCADE").format(
                    sql.Identifier(table), sql.Identifier(column)
                )
            )
        boss.execute("DROP SCHEMA before CASCADE")
        boss.execute("UPDATE alembic_version SET version_num = %s", (version,))
        boss.execute("UPDATE meta SET value = %s WHERE key IN ('schema_version', 'min_client')", (version,))


def _sql(version: str) -> str:
    out = io.StringIO()
    settings = upgrade.config(dialect="postgresql")
    settings.output_buffer = out
    command.upgrade(settings, f"base:{version}", sql=True)
    return out.getvalue()
