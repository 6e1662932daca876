"""Calls: how they end, what is read while they last, when they are allowed; how urgent a task is, and how often it returns.

Revision ID: 0004
Revises: 0003
"""

# ruff: noqa: S608 (the names in these statements are the constants below)
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from core.errors import Refused
from storage.tables import Xid8

revision = "0004"
down_revision = "0003"
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
NEW_OF_TASKS = ("priority", "recurrence")
TASK_INDEXES = {
    ("org_id", "done_at", "due_at"): ALIVE,
    ("org_id", "contact_id", "due_at"): "contact_id IS NOT NULL",
    ("org_id", "deal_id", "due_at"): "deal_id IS NOT NULL",
    ("org_id", "company_id", "due_at"): "company_id IS NOT NULL",
    ("org_id", "assignee_id", "done_at", "due_at"): ALIVE,
}
CALLS = f"{ALIVE} AND NOT superseded AND NOT retracted AND kind = 'call'"
LEADS = f"{ALIVE} AND lead_status <> ''"
OPEN = f"{ALIVE} AND outcome = 'open'"


def upgrade() -> None:
    """Adds what calls need."""
    _make_outcomes()
    _make_scripts()
    _make_calling_rules()
    _make_read_indexes()
    if _on_sqlite():
        _rebuild_tasks()
        _make_drafts()
    else:
        _extend_tasks()


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


def _record_table(name: str, *columns: sa.Column[Any], refs: Mapping[str, str] | None = None) -> None:
    ends: list[Any] = (
        [sa.UniqueConstraint("org_id", "id")]
        if _on_sqlite()
        else [
            sa.Column("sync_xid", Xid8(), nullable=False, server_default=sa.text("pg_current_xact_id()")),
            sa.PrimaryKeyConstraint("org_id", "id"),
            *(
                sa.ForeignKeyConstraint(["org_id", column], [f"{table}.org_id", f"{table}.id"])
                for column, table in (refs or {}).items()
            ),
        ]
    )
    op.create_table(
        name,
        *([sa.Column("n", sa.Integer(), primary_key=True)] if _on_sqlite() else []),
        sa.Column("org_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("updated_by", KEY),
        sa.Column("deleted_at", TIME),
        *columns,
        *ends,
    )


def _index(table: str, columns: tuple[str, ...], rows: str = "") -> None:
    where: dict[str, Any] = {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)} if rows else {}
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns), **where)


def _make_outcomes() -> None:
    _record_table(
        "outcomes",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("hotkey", TEXT, nullable=False),
        sa.Column("connected", FLAG, nullable=False),
        sa.Column("follow_up", TEXT, nullable=False),
        sa.Column("task", TEXT, nullable=False),
        sa.Column("task_kind", TEXT, nullable=False),
        sa.Column("asks", TEXT, nullable=False),
        sa.Column("reasons", JSON, nullable=False),
        sa.Column("lead_status", TEXT, nullable=False),
        sa.Column("move", TEXT, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("do_not_call", FLAG, nullable=False),
        sa.Column("meeting", FLAG, nullable=False),
        sa.Column("stops", FLAG, nullable=False),
        sa.Column("hidden", FLAG, nullable=False),
        sa.Column("position", TEXT, nullable=False),
        sa.Column("line", TEXT, nullable=False),
    )
    _index_feed("outcomes")


def _make_scripts() -> None:
    _record_table(
        "scripts",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("body", TEXT, nullable=False),
        sa.Column("pipeline_id", KEY),
        sa.Column("stage_id", KEY),
        sa.Column("view_id", KEY),
        sa.Column("shared", FLAG, nullable=False),
        sa.Column("user_id", KEY, nullable=False),
        sa.Column("position", TEXT, nullable=False),
        refs={"pipeline_id": "pipelines", "stage_id": "stages", "view_id": "smart_views", "user_id": "users"},
    )
    _index_feed("scripts")


def _make_calling_rules() -> None:
    _record_table(
        "calling_rules",
        sa.Column("region", TEXT, nullable=False),
        sa.Column("hours", JSON, nullable=False),
        sa.Column("daily_cap", NUMBER),
        sa.Column("gap_minutes", NUMBER),
        sa.Column("attempts_cap", NUMBER),
        sa.Column("notice", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("checked_on", DAY),
    )
    _index_feed("calling_rules")


def _index_feed(table: str) -> None:
    if not _on_sqlite():
        _index(table, ("org_id", "sync_xid"))


def _make_read_indexes() -> None:
    _index("activities", ("org_id", "user_id", "occurred_at"), CALLS)
    _index("contacts", ("org_id", "book_id", "lead_status", "created_at", "id"), LEADS)
    if _on_sqlite():
        covered = ("stage_since", "last_activity_at", "next_task_at", "next_step")
        _index("deals", ("org_id", "book_id", "stage_id", *covered), OPEN)


def _rebuild_tasks() -> None:
    # Made anew, so that it reads as it is declared.
    for names in TASK_INDEXES:
        op.drop_index(f"ix_tasks_{'_'.join(names)}", "tasks")
    op.rename_table("tasks", "tasks_before")
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
        *_new_of_tasks(),
    )
    columns = (
        "n, org_id, id, version, created_at, updated_at, updated_by, deleted_at, book_id, kind, subject, body, due_at,"
        " all_day, done_at, assignee_id, contact_id, deal_id, company_id"
    )
    op.execute(f"INSERT INTO tasks ({columns}) SELECT {columns} FROM tasks_before")
    op.drop_table("tasks_before")
    for names, rows in TASK_INDEXES.items():
        _index("tasks", names, rows)


def _extend_tasks() -> None:
    for column in _new_of_tasks():
        op.add_column("tasks", column)


def _new_of_tasks() -> list[sa.Column[Any]]:
    # With a default: changesets that an older program has made, and that are on their way still, leave them out.
    return [sa.Column(name, TEXT, nullable=False, server_default="") for name in NEW_OF_TASKS]


def _make_drafts() -> None:
    op.create_table(
        "drafts",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("value", TEXT, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
