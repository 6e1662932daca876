"""The field: what a rep's cache keeps beside the records, and what the server knows of its clients.

Revision ID: 0003
Revises: 0002
"""

# ruff: noqa: S608 (the names in these statements are the constants below)
from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.errors import Refused

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = sa.Text().with_variant(postgresql.UUID(as_uuid=False), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
TIME = sa.Integer().with_variant(sa.DateTime(timezone=True), "postgresql")

SEARCHED = ("companies", "contacts", "deals", "activities")


def upgrade() -> None:
    """Adds what the field needs."""
    if op.get_context().dialect.name == "sqlite":
        _make_cache()
        _make_search_triggers()
    else:
        _extend_exits()
        _make_clients()


def downgrade() -> None:
    """There is nothing to go back to.

    Raises:
        Refused: always.
    """
    raise Refused(
        "A workspace cannot go back to an older format. Restore a backup made by the older offhook."
    )


def _make_cache() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("changeset_id", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.UniqueConstraint("changeset_id"),
        sa.CheckConstraint("state IN ('queued', 'sent', 'accepted')", name="state"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_state", "outbox", ["state"])
    op.create_table(
        "parked",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("answer", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("settled_at", TIME),
        sa.Column("how", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("kind IN ('conflict', 'gone', 'rejected', 'duplicate')", name="kind"),
    )
    op.create_index("ix_parked_settled_at", "parked", ["settled_at"])
    op.create_table(
        "base",
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("row_id", TEXT, nullable=False),
        sa.Column("body", TEXT),
        sa.PrimaryKeyConstraint("table_name", "row_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sync_books",
        sa.Column("book_id", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("after_xid", TEXT, nullable=False),
        sa.Column("after_id", TEXT, nullable=False),
        sa.Column("since", TEXT, nullable=False),
        sa.Column("next_since", TEXT, nullable=False),
        sa.Column("loaded", NUMBER, nullable=False),
        sa.Column("total", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("book_id"),
        sa.CheckConstraint("state IN ('loading', 'live')", name="state"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "news",
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("rows", TEXT, nullable=False),
        sa.Column("everything", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )


def _make_search_triggers() -> None:
    for table in SEARCHED:
        # A cache takes in many rows at once without their words, and adds the words later: a row whose words are not in
        # the index yet has none to be taken out. While a cache does so, `sync.bulk` is in `meta`; nobody else sees it there.
        is_there = f"EXISTS (SELECT 1 FROM {table}_fts_docsize WHERE id = old.n)"
        for name in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {table}_search_{name}")
        op.execute(
            f"CREATE TRIGGER {table}_search_insert AFTER INSERT ON {table} WHEN new.search <> ''"
            " AND NOT EXISTS (SELECT 1 FROM meta WHERE key = 'sync.bulk') BEGIN"
            f" INSERT INTO {table}_fts (rowid, search) VALUES (new.n, new.search); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_search_update AFTER UPDATE OF search ON {table}"
            " WHEN old.search <> new.search BEGIN"
            f" INSERT INTO {table}_fts ({table}_fts, rowid, search)"
            f" SELECT 'delete', old.n, old.search WHERE {is_there};"
            f" INSERT INTO {table}_fts (rowid, search) SELECT new.n, new.search WHERE new.search <> ''; END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_search_delete AFTER DELETE ON {table} WHEN {is_there} BEGIN"
            f" INSERT INTO {table}_fts ({table}_fts, rowid, search) VALUES ('delete', old.n, old.search); END"
        )


def _extend_exits() -> None:
    op.drop_constraint(op.f("ck_exits_op"), "exits")
    op.create_check_constraint("op", "exits", "op IN ('moved', 'deleted', 'erased')")
    op.create_index(
        "ix_exits_org_id_sync_xid", "exits", ["org_id", "sync_xid"], postgresql_where=sa.text("op = 'erased'")
    )


def _make_clients() -> None:
    op.create_table(
        "clients",
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("client_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("acked", NUMBER, nullable=False),
        sa.Column("seen_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "client_id"),
    )
    op.create_table(
        "answers",
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("client_id", KEY, nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.Column("changeset_id", KEY, nullable=False),
        sa.Column("answer", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "client_id", "seq"),
    )
