"""Teams: shares, reservations, the right to export; on PostgreSQL the change feed, channels and the audit.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.errors import Refused
from storage.tables import Xid8

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = sa.Text().with_variant(postgresql.UUID(as_uuid=False), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
FLAG = sa.Integer().with_variant(sa.Boolean(), "postgresql")
TIME = sa.Integer().with_variant(sa.DateTime(timezone=True), "postgresql")

USER_RULES = {
    "role": "role IN ('admin', 'manager', 'rep', 'readonly')",
    "export_right": "export_right IN ('', 'yes', 'no')",
}
BOOK_KIND = (
    "(kind = 'own' AND user_id IS NOT NULL) OR (kind = 'pool' AND team_id IS NOT NULL) OR kind = 'shared'"
)
ALIVE = "deleted_at IS NULL"
IN_BOOKS = ("companies", "contacts", "deals", "activities", "tasks")
SEARCHED = ("companies", "contacts", "deals", "activities")
SET_UP = (
    "organizations", "teams", "users", "memberships", "books", "shares", "pipelines", "stages", "custom_fields",
    "smart_views",
)  # fmt: skip


def upgrade() -> None:
    """Adds what a team needs."""
    if op.get_context().dialect.name == "sqlite":
        _rebuild_users()
        _rebuild_books()
    else:
        _extend_users()
        _extend_books()
    _make_shares()
    _make_reservations()
    if op.get_context().dialect.name == "postgresql":
        _make_feed()
        _make_lexemes()
        _make_read_indexes()
        _make_audit()
        _make_fields()


def downgrade() -> None:
    """There is nothing to go back to.

    Raises:
        Refused: always.
    """
    raise Refused(
        "A workspace cannot go back to an older format. Restore a backup made by the older offhook."
    )


def _stamps() -> list[Any]:
    return [
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", KEY),
        sa.Column("deleted_at", TIME),
    ]


def _rowid() -> sa.Column[Any]:
    return sa.Column("n", sa.Integer(), primary_key=True)


def _index(table: str, columns: Sequence[str], rows: str = "", *, unique: bool = False) -> None:
    where: dict[str, Any] = {"postgresql_where": sa.text(rows)} if rows else {}
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns), unique=unique, **where)


def _rebuild_users() -> None:
    # SQLite cannot add a column without a default, nor change a check: the table is made anew.
    op.rename_table("users", "users_before")
    op.create_table(
        "users",
        _rowid(),
        *_stamps(),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("login", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("time_zone", TEXT, nullable=False),
        sa.Column("disabled_at", TIME),
        sa.Column("export_right", TEXT, nullable=False),
        sa.UniqueConstraint("org_id", "id"),
        *(sa.CheckConstraint(rule, name=name) for name, rule in USER_RULES.items()),
    )
    columns = (
        "n, org_id, id, version, created_at, updated_at, updated_by, deleted_at, name, login, email, role, time_zone,"
        " disabled_at"
    )
    op.execute(f"INSERT INTO users ({columns}, export_right) SELECT {columns}, '' FROM users_before")  # noqa: S608
    op.drop_table("users_before")


def _rebuild_books() -> None:
    op.rename_table("books", "books_before")
    op.create_table(
        "books",
        _rowid(),
        *_stamps(),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("user_id", KEY),
        sa.Column("team_id", KEY),
        sa.UniqueConstraint("org_id", "id"),
        sa.CheckConstraint(BOOK_KIND, name="kind"),
    )
    columns = (
        "n, org_id, id, version, created_at, updated_at, updated_by, deleted_at, kind, name, user_id, team_id"
    )
    op.execute(f"INSERT INTO books ({columns}) SELECT {columns} FROM books_before")  # noqa: S608
    op.drop_table("books_before")


def _extend_users() -> None:
    op.add_column("users", sa.Column("export_right", TEXT, nullable=False, server_default=""))
    op.alter_column("users", "export_right", server_default=None)
    op.create_check_constraint("export_right", "users", USER_RULES["export_right"])
    _index("users", ["login"], "login <> ''", unique=True)


def _extend_books() -> None:
    op.drop_constraint(op.f("ck_books_kind"), "books")
    op.create_check_constraint("kind", "books", BOOK_KIND)


def _make_shares() -> None:
    on_sqlite = op.get_context().dialect.name == "sqlite"
    ends: list[Any] = (
        [sa.UniqueConstraint("org_id", "id")]
        if on_sqlite
        else [
            sa.PrimaryKeyConstraint("org_id", "id"),
            sa.ForeignKeyConstraint(["org_id", "book_id"], ["books.org_id", "books.id"]),
            sa.ForeignKeyConstraint(["org_id", "user_id"], ["users.org_id", "users.id"]),
        ]
    )
    op.create_table(
        "shares",
        *([_rowid()] if on_sqlite else []),
        *_stamps(),
        sa.Column("book_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("can_write", FLAG, nullable=False),
        *ends,
    )


def _make_reservations() -> None:
    op.create_table(
        "reservations",
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("contact_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("until", TIME, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "contact_id"),
        sqlite_with_rowid=False,
    )


def _feed_column() -> sa.Column[Any]:
    return sa.Column("sync_xid", Xid8(), nullable=False, server_default=sa.text("pg_current_xact_id()"))


def _make_feed() -> None:
    for table in (*SET_UP, *IN_BOOKS):
        op.add_column(table, _feed_column())
    for table in IN_BOOKS:
        _index(table, ["org_id", "book_id", "sync_xid", "id"])
    for table in SET_UP:
        _index(
            table, ["org_id", "book_id", "sync_xid", "id"] if table == "shares" else ["org_id", "sync_xid"]
        )
    op.add_column("contact_points", sa.Column("book_id", KEY, nullable=False))
    op.create_table(
        "exits",
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("book_id", KEY, nullable=False),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("row_id", KEY, nullable=False),
        sa.Column("op", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        _feed_column(),
        sa.PrimaryKeyConstraint("org_id", "book_id", "table_name", "row_id"),
        sa.CheckConstraint("op IN ('moved', 'deleted')", name="op"),
    )
    _index("exits", ["org_id", "book_id", "sync_xid"])
    op.create_table(
        "channels",
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("book_id", KEY),
        sa.Column("name", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "name"),
        sa.UniqueConstraint("org_id", "book_id", postgresql_nulls_not_distinct=True),
        sa.UniqueConstraint("name"),
    )


def _make_lexemes() -> None:
    for table in SEARCHED:
        op.add_column(table, sa.Column("lexemes", postgresql.TSVECTOR(), nullable=False))
        op.create_index(f"ix_{table}_lexemes", table, ["lexemes"], postgresql_using="gin")


def _make_read_indexes() -> None:
    told = f"{ALIVE} AND NOT superseded AND NOT retracted"
    _index("companies", ["org_id", "book_id", "sort_key", "id"], ALIVE)
    _index("companies", ["org_id", "created_at", "id"], ALIVE)
    _index("deals", ["org_id", "created_at", "id"], ALIVE)
    for column in ("contact_id", "deal_id", "company_id"):
        _index(
            "activities",
            ["org_id", column, "occurred_at", "id", "kind", "book_id"],
            f"{told} AND {column} IS NOT NULL",
        )
    _index("activities", ["org_id", "created_at", "id"], told)


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", NUMBER, sa.Identity(always=True), nullable=False),
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("xid", Xid8(), nullable=False),
        sa.Column("login", TEXT, nullable=False),
        sa.Column("user_id", KEY),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("row_id", KEY),
        sa.Column("op", TEXT, nullable=False),
        sa.Column("changeset_id", KEY),
        sa.Column("diff", postgresql.JSONB()),
        sa.Column("salt", sa.LargeBinary()),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "seq"),
    )
    _index("audit", ["org_id", "table_name", "row_id", "seq"])
    _index("audit", ["org_id", "xid"])
    op.create_table(
        "audit_seals",
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("up_to_seq", NUMBER, nullable=False),
        sa.Column("entries", NUMBER, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary()),
        sa.Column("horizon", Xid8()),
        sa.PrimaryKeyConstraint("org_id", "number"),
    )


def _make_fields() -> None:
    op.create_table(
        "fields",
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("nullable", FLAG, nullable=False),
        sa.Column("merge_group", sa.Integer()),
        sa.Column("length_limit", sa.Integer()),
        sa.Column("ref", TEXT),
        sa.PrimaryKeyConstraint("table_name", "name"),
    )
