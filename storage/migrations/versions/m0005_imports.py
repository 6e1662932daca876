"""Imports: what was brought in, what records are known by elsewhere, and who may bring in.

Revision ID: 0005
Revises: 0004
"""

# ruff: noqa: S608 (the names in these statements are the constants below)
from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.errors import Refused
from storage.tables import Xid8

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = sa.Text().with_variant(postgresql.UUID(as_uuid=False), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
TIME = sa.Integer().with_variant(sa.DateTime(timezone=True), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB(), "postgresql")

KEYED = ("companies", "contacts", "deals")
USER_RULES = {
    "role": "role IN ('admin', 'manager', 'rep', 'readonly')",
    "export_right": "export_right IN ('', 'yes', 'no')",
    "import_right": "import_right IN ('', 'yes', 'no')",
}
STATES = "state IN ('running', 'done', 'stopped', 'undone')"


def upgrade() -> None:
    """Adds what imports need."""
    _make_imports()
    _make_record_keys()
    for table in KEYED:
        # With a default: it takes no time, whatever the number of rows, and changesets of older programs leave it out.
        op.add_column(table, sa.Column("external_ids", JSON, nullable=False, server_default="[]"))
    _index("deals", ("org_id", "sort_key"), "deleted_at IS NULL")
    if _on_sqlite():
        _rebuild_users()
        _keep_record_keys()
    else:
        op.add_column("users", _import_right())
        op.create_check_constraint("import_right", "users", USER_RULES["import_right"])


def downgrade() -> None:
    """There is nothing to go back to.

    Raises:
        Refused: always.
    """
    raise Refused(
        "A workspace cannot go back to an older format. Restore a backup made by the older offhook."
    )


def _on_sqlite() -> bool:
    return op.get_context().dialect.name == "sqlite"


def _rowid() -> list[sa.Column[Any]]:
    return [sa.Column("n", sa.Integer(), primary_key=True)] if _on_sqlite() else []


def _stamps() -> list[sa.Column[Any]]:
    return [
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", KEY),
        sa.Column("deleted_at", TIME),
    ]


def _index(table: str, columns: tuple[str, ...], rows: str = "") -> None:
    where: dict[str, Any] = {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)} if rows else {}
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns), **where)


def _make_imports() -> None:
    ends: list[Any] = (
        [sa.UniqueConstraint("org_id", "id")]
        if _on_sqlite()
        else [
            sa.Column("sync_xid", Xid8(), nullable=False, server_default=sa.text("pg_current_xact_id()")),
            sa.PrimaryKeyConstraint("org_id", "id"),
            sa.ForeignKeyConstraint(["org_id", "user_id"], ["users.org_id", "users.id"]),
        ]
    )
    op.create_table(
        "imports",
        *_rowid(),
        *_stamps(),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("started_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.Column("rows", NUMBER, nullable=False),
        sa.Column("imported", NUMBER, nullable=False),
        sa.Column("updated", NUMBER, nullable=False),
        sa.Column("unchanged", NUMBER, nullable=False),
        sa.Column("skipped", NUMBER, nullable=False),
        sa.Column("refused", NUMBER, nullable=False),
        sa.Column("mapping", JSON, nullable=False),
        *ends,
        sa.CheckConstraint(STATES, name="state"),
    )
    if not _on_sqlite():
        _index("imports", ("org_id", "sync_xid"))


def _make_record_keys() -> None:
    op.create_table(
        "record_keys",
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("row_id", KEY, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        *([] if _on_sqlite() else [sa.Column("book_id", KEY, nullable=False)]),
        sa.PrimaryKeyConstraint("org_id", "table_name", "row_id", "value"),
        sqlite_with_rowid=False,
    )
    _index("record_keys", ("org_id", "value"))


def _keep_record_keys() -> None:
    """By trigger, so that they are right whoever writes a row: a command, a load, or a cache that takes in the server's."""
    for table in KEYED:
        gone = f"DELETE FROM record_keys WHERE org_id = old.org_id AND table_name = '{table}' AND row_id = old.id;"
        new = (
            f"INSERT INTO record_keys (org_id, table_name, row_id, value) SELECT DISTINCT new.org_id, '{table}', new.id,"
            " k.value FROM json_each(new.external_ids) k WHERE new.deleted_at IS NULL;"
        )
        op.execute(
            f"CREATE TRIGGER {table}_keys_insert AFTER INSERT ON {table} WHEN new.external_ids <> '[]' BEGIN {new} END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_keys_update AFTER UPDATE OF external_ids, deleted_at ON {table}"
            " WHEN old.external_ids <> new.external_ids"
            " OR (new.external_ids <> '[]' AND (old.deleted_at IS NULL) <> (new.deleted_at IS NULL))"
            f" BEGIN {gone} {new} END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_keys_delete AFTER DELETE ON {table} WHEN old.external_ids <> '[]' BEGIN {gone} END"
        )


def _import_right() -> sa.Column[Any]:
    return sa.Column("import_right", TEXT, nullable=False, server_default="")


def _rebuild_users() -> None:
    # SQLite cannot add a rule to a table: it is made anew. People are few.
    op.rename_table("users", "users_before")
    op.create_table(
        "users",
        *_rowid(),
        *_stamps(),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("login", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("time_zone", TEXT, nullable=False),
        sa.Column("disabled_at", TIME),
        sa.Column("export_right", TEXT, nullable=False),
        _import_right(),
        sa.UniqueConstraint("org_id", "id"),
        *(sa.CheckConstraint(rule, name=name) for name, rule in USER_RULES.items()),
    )
    columns = (
        "n, org_id, id, version, created_at, updated_at, updated_by, deleted_at, name, login, email, role, time_zone,"
        " disabled_at, export_right"
    )
    op.execute(f"INSERT INTO users ({columns}) SELECT {columns} FROM users_before")
    op.drop_table("users_before")
