"""The first schema: records, history, full-text search.

Revision ID: 0001
Revises:
"""

# ruff: noqa: S608 (the names in these statements are the constants below)
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.errors import Refused

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = sa.Text().with_variant(postgresql.UUID(as_uuid=False), "postgresql")
NUMBER = sa.Integer().with_variant(sa.BigInteger(), "postgresql")
FLAG = sa.Integer().with_variant(sa.Boolean(), "postgresql")
TIME = sa.Integer().with_variant(sa.DateTime(timezone=True), "postgresql")
DAY = sa.Text().with_variant(sa.Date(), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB(), "postgresql")

ALIVE = "deleted_at IS NULL"
SEARCHED = ("companies", "contacts", "deals", "activities")


def upgrade() -> None:
    """Makes everything."""
    _make_records()
    _make_history()
    if _on_sqlite():
        _make_search()


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


def _record_table(name: str, *parts: Any, refs: Mapping[str, str] | None = None) -> None:
    columns = [part for part in parts if isinstance(part, sa.Column)]
    rules = [part for part in parts if not isinstance(part, sa.Column)]
    rowid = [sa.Column("n", sa.Integer(), primary_key=True)] if _on_sqlite() else []
    key = sa.UniqueConstraint if _on_sqlite() else sa.PrimaryKeyConstraint
    ties = [
        sa.ForeignKeyConstraint(["org_id", column], [f"{table}.org_id", f"{table}.id"])
        for column, table in (refs or {}).items()
        if not _on_sqlite()
    ]
    op.create_table(
        name,
        *rowid,
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", KEY),
        sa.Column("deleted_at", TIME),
        *columns,
        key("org_id", "id"),
        *rules,
        *ties,
    )


def _index(table: str, columns: Sequence[str], rows: str = "") -> None:
    where: dict[str, Any] = {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)} if rows else {}
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns), **where)


def _index_on_sqlite(table: str, columns: Sequence[str], rows: str = "") -> None:
    """An index that PostgreSQL has not: its entries may be longer than it allows, or it gets another one (0002)."""
    if _on_sqlite():
        _index(table, columns, rows)


def _make_records() -> None:
    _record_table(
        "organizations",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("country", TEXT, nullable=False),
        sa.Column("time_zone", TEXT, nullable=False),
        sa.Column("settings", JSON, nullable=False),
    )
    _record_table(
        "teams",
        sa.Column("name", TEXT, nullable=False),
    )
    _record_table(
        "users",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("login", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("time_zone", TEXT, nullable=False),
        sa.Column("disabled_at", TIME),
        sa.CheckConstraint("role IN ('admin', 'manager', 'rep', 'readonly')", name="role"),
    )
    _record_table(
        "memberships",
        sa.Column("team_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        refs={"team_id": "teams", "user_id": "users"},
    )
    _record_table(
        "books",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("user_id", KEY),
        sa.Column("team_id", KEY),
        sa.CheckConstraint(
            "(kind = 'own' AND user_id IS NOT NULL) OR (kind = 'pool' AND team_id IS NOT NULL)", name="kind"
        ),
        refs={"user_id": "users", "team_id": "teams"},
    )
    _record_table(
        "pipelines",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("team_id", KEY),
        sa.Column("position", TEXT, nullable=False),
        refs={"team_id": "teams"},
    )
    _record_table(
        "stages",
        sa.Column("pipeline_id", KEY, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("position", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("probability", NUMBER, nullable=False),
        sa.Column("stale_days", NUMBER),
        sa.Column("next_stage_ids", JSON, nullable=False),
        sa.CheckConstraint("kind IN ('open', 'won', 'lost')", name="kind"),
        sa.CheckConstraint("probability BETWEEN 0 AND 100", name="probability"),
        refs={"pipeline_id": "pipelines"},
    )
    _record_table(
        "custom_fields",
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("position", TEXT, nullable=False),
    )
    _record_table(
        "companies",
        sa.Column("book_id", KEY, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("domain", TEXT, nullable=False),
        sa.Column("website", TEXT, nullable=False),
        sa.Column("phone", TEXT, nullable=False),
        sa.Column("industry", TEXT, nullable=False),
        sa.Column("employees", NUMBER),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("postal_code", TEXT, nullable=False),
        sa.Column("city", TEXT, nullable=False),
        sa.Column("region", TEXT, nullable=False),
        sa.Column("country", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("custom", JSON, nullable=False),
        sa.Column("sort_key", TEXT, nullable=False),
        sa.Column("search", TEXT, nullable=False),
        refs={"book_id": "books"},
    )
    _index("companies", ["org_id", "sort_key", "id"], ALIVE)
    _index("companies", ["org_id", "domain"], "domain <> ''")
    _index_on_sqlite("companies", ["org_id", "id", "deleted_at", "name"])
    _index_on_sqlite("companies", ["org_id", "tags"], "deleted_at IS NULL AND tags <> '[]'")
    _record_table(
        "contacts",
        sa.Column("book_id", KEY, nullable=False),
        sa.Column("first_name", TEXT, nullable=False),
        sa.Column("last_name", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("company_id", KEY),
        sa.Column("emails", JSON, nullable=False),
        sa.Column("phones", JSON, nullable=False),
        sa.Column("lead_status", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("time_zone", TEXT, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("postal_code", TEXT, nullable=False),
        sa.Column("city", TEXT, nullable=False),
        sa.Column("region", TEXT, nullable=False),
        sa.Column("country", TEXT, nullable=False),
        sa.Column("do_not_call", FLAG, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("custom", JSON, nullable=False),
        sa.Column("last_activity_at", TIME),
        sa.Column("next_task_at", TIME),
        sa.Column("sort_key", TEXT, nullable=False),
        sa.Column("search", TEXT, nullable=False),
        refs={"book_id": "books", "company_id": "companies"},
    )
    _index("contacts", ["org_id", "sort_key", "id"], ALIVE)
    _index("contacts", ["org_id", "book_id", "sort_key", "id"], ALIVE)
    _index("contacts", ["org_id", "lead_status", "sort_key", "id"], ALIVE)
    _index("contacts", ["org_id", "last_activity_at", "id"], ALIVE)
    _index("contacts", ["org_id", "next_task_at", "id"], ALIVE)
    _index("contacts", ["org_id", "created_at", "id"], ALIVE)
    _index_on_sqlite("contacts", ["org_id", "id", "deleted_at", "first_name", "last_name", "phones"])
    _index("contacts", ["org_id", "company_id", "sort_key", "id"], ALIVE)
    _index_on_sqlite("contacts", ["org_id", "tags"], "deleted_at IS NULL AND tags <> '[]'")
    _record_table(
        "deals",
        sa.Column("book_id", KEY, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("pipeline_id", KEY, nullable=False),
        sa.Column("stage_id", KEY, nullable=False),
        sa.Column("company_id", KEY),
        sa.Column("contact_id", KEY),
        sa.Column("value_minor", NUMBER),
        sa.Column("currency", TEXT, nullable=False),
        sa.Column("probability", NUMBER),
        sa.Column("expected_close", DAY),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("lost_reason", TEXT, nullable=False),
        sa.Column("closed_at", TIME),
        sa.Column("stage_since", TIME, nullable=False),
        sa.Column("position", TEXT, nullable=False),
        sa.Column("next_step", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("tags", JSON, nullable=False),
        sa.Column("custom", JSON, nullable=False),
        sa.Column("last_activity_at", TIME),
        sa.Column("next_task_at", TIME),
        sa.Column("sort_key", TEXT, nullable=False),
        sa.Column("search", TEXT, nullable=False),
        sa.CheckConstraint("outcome IN ('open', 'won', 'lost', 'abandoned')", name="outcome"),
        sa.CheckConstraint("probability BETWEEN 0 AND 100", name="probability"),
        sa.CheckConstraint("value_minor >= 0", name="value_minor"),
        refs={
            "book_id": "books",
            "pipeline_id": "pipelines",
            "stage_id": "stages",
            "company_id": "companies",
            "contact_id": "contacts",
        },
    )
    _index("deals", ["org_id", "pipeline_id", "outcome", "closed_at"], ALIVE)
    _index("deals", ["org_id", "contact_id"], "contact_id IS NOT NULL")
    _index("deals", ["org_id", "company_id"], "company_id IS NOT NULL")
    _index_on_sqlite("deals", ["org_id", "tags"], "deleted_at IS NULL AND tags <> '[]'")
    _record_table(
        "activities",
        sa.Column("book_id", KEY, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("occurred_at", TIME, nullable=False),
        sa.Column("duration_s", NUMBER),
        sa.Column("direction", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("user_id", KEY),
        sa.Column("contact_id", KEY),
        sa.Column("deal_id", KEY),
        sa.Column("company_id", KEY),
        sa.Column("data", JSON, nullable=False),
        sa.Column("revises", KEY),
        sa.Column("retracted", FLAG, nullable=False),
        sa.Column("superseded", FLAG, nullable=False),
        sa.Column("search", TEXT, nullable=False),
        refs={
            "book_id": "books",
            "user_id": "users",
            "contact_id": "contacts",
            "deal_id": "deals",
            "company_id": "companies",
            "revises": "activities",
        },
    )
    _index("activities", ["org_id", "contact_id"], "superseded OR retracted")
    _index("activities", ["org_id", "deal_id"], "superseded OR retracted")
    _index("activities", ["org_id", "company_id"], "superseded OR retracted")
    _index("activities", ["org_id", "revises"], "revises IS NOT NULL")
    _index_on_sqlite(
        "activities",
        ["org_id", "contact_id", "occurred_at", "id", "kind"],
        "deleted_at IS NULL AND NOT superseded AND NOT retracted AND contact_id IS NOT NULL",
    )
    _index_on_sqlite(
        "activities",
        ["org_id", "deal_id", "occurred_at", "id", "kind"],
        "deleted_at IS NULL AND NOT superseded AND NOT retracted AND deal_id IS NOT NULL",
    )
    _index_on_sqlite(
        "activities",
        ["org_id", "company_id", "occurred_at", "id", "kind"],
        "deleted_at IS NULL AND NOT superseded AND NOT retracted AND company_id IS NOT NULL",
    )
    _record_table(
        "tasks",
        sa.Column("book_id", KEY, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("due_at", TIME, nullable=False),
        sa.Column("all_day", FLAG, nullable=False),
        sa.Column("done_at", TIME),
        sa.Column("assignee_id", KEY, nullable=False),
        sa.Column("contact_id", KEY),
        sa.Column("deal_id", KEY),
        sa.Column("company_id", KEY),
        refs={
            "book_id": "books",
            "assignee_id": "users",
            "contact_id": "contacts",
            "deal_id": "deals",
            "company_id": "companies",
        },
    )
    _index("tasks", ["org_id", "done_at", "due_at"], ALIVE)
    _index("tasks", ["org_id", "contact_id", "due_at"], "contact_id IS NOT NULL")
    _index("tasks", ["org_id", "deal_id", "due_at"], "deal_id IS NOT NULL")
    _index("tasks", ["org_id", "company_id", "due_at"], "company_id IS NOT NULL")
    _index("tasks", ["org_id", "assignee_id", "done_at", "due_at"], ALIVE)
    _record_table(
        "smart_views",
        sa.Column("entity", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("query", TEXT, nullable=False),
        sa.Column("sort", TEXT, nullable=False),
        sa.Column("shared", FLAG, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("pipeline_id", KEY),
        sa.Column("position", TEXT, nullable=False),
        refs={"user_id": "users", "pipeline_id": "pipelines"},
    )


def _make_history() -> None:
    seq = (
        sa.Column("seq", sa.Integer(), primary_key=True)
        if _on_sqlite()
        else sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False)
    )
    op.create_table(
        "changesets",
        seq,
        sa.Column("id", KEY, nullable=False),
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("command", TEXT, nullable=False),
        sa.Column("summary", TEXT, nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("undoes", KEY),
        sa.Column("undone_by", KEY),
        *([] if _on_sqlite() else [sa.PrimaryKeyConstraint("org_id", "seq")]),
        sa.UniqueConstraint("org_id", "id"),
    )
    if not _on_sqlite():
        _index("changesets", ("org_id", "user_id", "seq"))
    op.create_table(
        "changeset_rows",
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("table_name", TEXT, nullable=False),
        sa.Column("row_id", KEY, nullable=False),
        sa.Column("seq", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "table_name", "row_id", "seq"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "contact_points",
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("contact_id", KEY, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "contact_id", "kind", "value"),
        sqlite_with_rowid=False,
    )
    _index("contact_points", ("org_id", "value"))
    op.create_table(
        "meta",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )


def _make_search() -> None:
    for table in SEARCHED:
        # The index knows only rows that have something to be found by, so that the many entries which offhook writes
        # about itself cost it nothing.
        op.execute(f"CREATE VIEW {table}_searched AS SELECT n, search FROM {table} WHERE search <> ''")
        op.execute(
            f"CREATE VIRTUAL TABLE {table}_fts USING fts5(search, content='{table}_searched', content_rowid='n',"
            " prefix='1 2 3', tokenize=\"unicode61 remove_diacritics 2\")"
        )
        op.execute(
            f"CREATE TRIGGER {table}_search_insert AFTER INSERT ON {table} WHEN new.search <> '' BEGIN"
            f" INSERT INTO {table}_fts (rowid, search) VALUES (new.n, new.search); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_search_update AFTER UPDATE OF search ON {table}"
            " WHEN old.search <> new.search BEGIN"
            f" INSERT INTO {table}_fts ({table}_fts, rowid, search)"
            " SELECT 'delete', old.n, old.search WHERE old.search <> '';"
            f" INSERT INTO {table}_fts (rowid, search) SELECT new.n, new.search WHERE new.search <> ''; END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_search_delete AFTER DELETE ON {table} WHEN old.search <> '' BEGIN"
            f" INSERT INTO {table}_fts ({table}_fts, rowid, search) VALUES ('delete', old.n, old.search); END"
        )
