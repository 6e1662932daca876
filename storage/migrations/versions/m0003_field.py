"""The field: what a rep's cache keeps beside the records, and what the server knows of its clients.

Revision ID: 0003
Revises: 0002
"""

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


def upgrade() -> None:
    """Adds what the field needs."""
    if op.get_context().dialect.name == "sqlite":
        _make_cache()
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


def _extend_exits() -> None:
    op.drop_constraint(op.f("ck_exits_op"), "exits")
    op.create_check_constraint("op", "exits", "op IN ('moved', 'deleted', 'erased')")


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
