"""The tables, for both dialects, built from the declarations in `core.entities`.

Nothing at run time needs this module: it is imported where a schema is created, upgraded or compared.

On SQLite every record table begins with `n`, an alias of the rowid: full-text indexes point to it, and a rowid
without a name may change in a VACUUM. PostgreSQL has (org_id, id) as primary key and foreign keys between records.
SQLite has none: a field rep's cache holds only what its user may see, so a parent may be missing there.

On PostgreSQL text compares by its bytes, as on SQLite, whatever the database's collation: fractional keys depend on it.
Every record there carries the id of the transaction that wrote it last, from which the change feed is read.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from core.entities import RECORDS
from core.schema import Field, Kind, Record, Role, fields_of
from storage.reads.indexes import POSTGRES_INDEXES, READ_INDEXES, SQLITE_INDEXES

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

CHECKS: dict[str, dict[str, str]] = {
    "users": {
        "role": "role IN ('admin', 'manager', 'rep', 'readonly')",
        "export_right": "export_right IN ('', 'yes', 'no')",
        "import_right": "import_right IN ('', 'yes', 'no')",
    },
    "books": {
        "kind": "(kind = 'own' AND user_id IS NOT NULL) OR (kind = 'pool' AND team_id IS NOT NULL)"
        " OR kind = 'shared'",
    },
    "stages": {
        "kind": "kind IN ('open', 'won', 'lost')",
        "probability": "probability BETWEEN 0 AND 100",
    },
    "deals": {
        "outcome": "outcome IN ('open', 'won', 'lost', 'abandoned')",
        "probability": "probability BETWEEN 0 AND 100",
        "value_minor": "value_minor >= 0",
    },
    "imports": {"state": "state IN ('running', 'done', 'stopped', 'undone')"},
}
"""Rules that the database holds too, by table and constraint."""

CAME_LATER: dict[str, dict[str, str]] = {
    "users": {"import_right": ""},
    "companies": {"external_ids": "[]"},
    "contacts": {"external_ids": "[]"},
    "deals": {"external_ids": "[]"},
    "tasks": {"priority": "", "recurrence": ""},
}
"""Columns that came when rows, and changesets on their way, were without them: what those hold that leave them out."""

FEED = "sync_xid"
"""PostgreSQL: the transaction that wrote a row last."""

LEXEMES = "lexemes"
"""PostgreSQL: the words of `search`, for the full-text index. SQLite has FTS5 tables for it."""


class Xid8(sa.types.UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction id."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The type's name in DDL."""
        return "XID8"


_ALIVE = "deleted_at IS NULL"
_PAST = "superseded OR retracted"

INDEXES: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "companies": (
        (("sort_key", "id"), _ALIVE),
        (("domain",), "domain <> ''"),
    ),
    "contacts": (
        (("sort_key", "id"), _ALIVE),
        (("book_id", "sort_key", "id"), _ALIVE),
        (("lead_status", "sort_key", "id"), _ALIVE),
        (("last_activity_at", "id"), _ALIVE),
        (("next_task_at", "id"), _ALIVE),
        (("created_at", "id"), _ALIVE),
    ),
    "deals": (
        (("pipeline_id", "outcome", "closed_at"), _ALIVE),
        (("contact_id",), "contact_id IS NOT NULL"),
        (("company_id",), "company_id IS NOT NULL"),
    ),
    "activities": (
        # The entries that no timeline shows; they follow their parent into another book like the rest.
        (("contact_id",), _PAST),
        (("deal_id",), _PAST),
        (("company_id",), _PAST),
        (("revises",), "revises IS NOT NULL"),
    ),
    "tasks": (
        (("done_at", "due_at"), _ALIVE),
        (("contact_id", "due_at"), "contact_id IS NOT NULL"),
        (("deal_id", "due_at"), "deal_id IS NOT NULL"),
        (("company_id", "due_at"), "company_id IS NOT NULL"),
    ),
}
"""Indexes beside the key and beside those that only reads need: the columns behind `org_id`, and the rows that are in
it. Lists show what is not deleted, so their indexes hold nothing else and can count by themselves."""


def build(dialect: str) -> sa.MetaData:
    """All tables.

    Args:
        dialect: sqlite or postgresql.
    """
    metadata = sa.MetaData(naming_convention=NAMING)
    for record in RECORDS.values():
        _record_table(metadata, record, dialect)
    _history(metadata, dialect)
    _store_tables(metadata, dialect)
    if dialect == "postgresql":
        _team_tables(metadata)
        _client_tables(metadata)
    else:
        _cache_tables(metadata)
    return metadata


def column_type(kind: Kind, dialect: str) -> Any:
    """The SQL type of a kind of field."""
    if dialect == "sqlite":
        return sa.Integer() if kind in (Kind.INT, Kind.BOOL, Kind.TIME) else sa.Text()
    return {
        Kind.ID: postgresql.UUID(as_uuid=False),
        Kind.REF: postgresql.UUID(as_uuid=False),
        Kind.LINE: sa.Text(collation="C"),
        Kind.TEXT: sa.Text(collation="C"),
        Kind.INT: sa.BigInteger(),
        Kind.BOOL: sa.Boolean(),
        Kind.TIME: sa.DateTime(timezone=True),
        Kind.DATE: sa.Date(),
        Kind.SET: postgresql.JSONB(),
        Kind.MAP: postgresql.JSONB(),
    }[kind]


def _record_table(metadata: sa.MetaData, record: type[Record], dialect: str) -> sa.Table:
    specs = fields_of(record)
    on_sqlite = dialect == "sqlite"
    parts: list[Any] = []
    if on_sqlite:
        parts.append(sa.Column("n", sa.Integer(), primary_key=True))
    parts += [_column(record.TABLE, spec, dialect) for spec in specs.values()]
    key = sa.UniqueConstraint if on_sqlite else sa.PrimaryKeyConstraint
    parts.append(key("org_id", "id"))
    parts += [sa.CheckConstraint(rule, name=name) for name, rule in CHECKS.get(record.TABLE, {}).items()]
    if not on_sqlite:
        parts += [
            sa.ForeignKeyConstraint(["org_id", spec.name], [f"{spec.ref}.org_id", f"{spec.ref}.id"])
            for spec in specs.values()
            if spec.kind is Kind.REF and spec.role is Role.DATA
        ]
        parts.append(_feed_column())
        if "search" in specs:
            parts.append(sa.Column(LEXEMES, postgresql.TSVECTOR(), nullable=False))
    table = sa.Table(record.TABLE, metadata, *parts)
    own = (SQLITE_INDEXES if on_sqlite else POSTGRES_INDEXES).get(record.TABLE, ())
    for columns, rows in (*INDEXES.get(record.TABLE, ()), *READ_INDEXES.get(record.TABLE, ()), *own):
        _index(table, ("org_id", *columns), rows)
    if not on_sqlite:
        _index(table, ("org_id", "book_id", FEED, "id") if "book_id" in specs else ("org_id", FEED))
        if LEXEMES in table.c:
            sa.Index(None, table.c[LEXEMES], postgresql_using="gin")
        if record.TABLE == "users":
            # A login names one person in all of the database: who is logged in says which organization is theirs.
            _index(table, ("login",), "login <> ''", unique=True)
    return table


def _column(table: str, spec: Field, dialect: str) -> sa.Column[Any]:
    # Stamps are always there in a stored row, though a record made by a client has none yet.
    stamped = spec.role is Role.STAMP and spec.name in ("created_at", "updated_at")
    default = CAME_LATER.get(table, {}).get(spec.name)
    return sa.Column(
        spec.name,
        column_type(spec.kind, dialect),
        nullable=spec.nullable and not stamped,
        server_default=default,
    )


def _feed_column() -> sa.Column[Any]:
    return sa.Column(FEED, Xid8(), nullable=False, server_default=sa.text("pg_current_xact_id()"))


def _index(table: sa.Table, columns: tuple[str, ...], rows: str = "", *, unique: bool = False) -> None:
    where: dict[str, Any] = {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)} if rows else {}
    sa.Index(None, *(table.c[name] for name in columns), unique=unique, **where)


def _history(metadata: sa.MetaData, dialect: str) -> None:
    key, time, line = (column_type(kind, dialect) for kind in (Kind.ID, Kind.TIME, Kind.LINE))
    on_sqlite = dialect == "sqlite"
    body: Any = column_type(Kind.MAP, dialect)
    number: Any = column_type(Kind.INT, dialect)
    seq = (
        sa.Column("seq", number, primary_key=True)
        if on_sqlite
        else sa.Column("seq", number, sa.Identity(always=True), nullable=False)
    )
    changesets = sa.Table(
        "changesets",
        metadata,
        seq,
        sa.Column("id", key, nullable=False),
        sa.Column("org_id", key, nullable=False),
        sa.Column("user_id", key, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("command", line, nullable=False),
        sa.Column("summary", line, nullable=False),
        sa.Column("body", body, nullable=False),
        sa.Column("status", line, nullable=False),
        sa.Column("undoes", key),
        sa.Column("undone_by", key),
        *([] if on_sqlite else [sa.PrimaryKeyConstraint("org_id", "seq")]),
        sa.UniqueConstraint("org_id", "id"),
    )
    if not on_sqlite:
        _index(changesets, ("org_id", "user_id", "seq"))
    sa.Table(
        "changeset_rows",
        metadata,
        sa.Column("org_id", key, nullable=False),
        sa.Column("table_name", line, nullable=False),
        sa.Column("row_id", key, nullable=False),
        sa.Column("seq", number, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "table_name", "row_id", "seq"),
        sqlite_with_rowid=False,
    )


def _store_tables(metadata: sa.MetaData, dialect: str) -> None:
    key, time, line = (column_type(kind, dialect) for kind in (Kind.ID, Kind.TIME, Kind.LINE))
    points = sa.Table(
        "contact_points",
        metadata,
        sa.Column("org_id", key, nullable=False),
        sa.Column("contact_id", key, nullable=False),
        sa.Column("kind", line, nullable=False),
        sa.Column("value", line, nullable=False),
        *([] if dialect == "sqlite" else [sa.Column("book_id", key, nullable=False)]),
        sa.PrimaryKeyConstraint("org_id", "contact_id", "kind", "value"),
        sqlite_with_rowid=False,
    )
    _index(points, ("org_id", "value"))
    keys = sa.Table(
        "record_keys",
        metadata,
        sa.Column("org_id", key, nullable=False),
        sa.Column("table_name", line, nullable=False),
        sa.Column("row_id", key, nullable=False),
        sa.Column("value", line, nullable=False),
        *([] if dialect == "sqlite" else [sa.Column("book_id", key, nullable=False)]),
        sa.PrimaryKeyConstraint("org_id", "table_name", "row_id", "value"),
        sqlite_with_rowid=False,
    )
    _index(keys, ("org_id", "value"))
    sa.Table(
        "reservations",
        metadata,
        sa.Column("org_id", key, nullable=False),
        sa.Column("contact_id", key, nullable=False),
        sa.Column("user_id", key, nullable=False),
        sa.Column("until", time, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "contact_id"),
        sqlite_with_rowid=False,
    )
    sa.Table(
        "meta",
        metadata,
        sa.Column("key", line, nullable=False),
        sa.Column("value", line, nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )


def _team_tables(metadata: sa.MetaData) -> None:
    """What only the central PostgreSQL has: the feed's tombstones and channels, the audit, the fields it guards."""
    key, time, line = (column_type(kind, "postgresql") for kind in (Kind.ID, Kind.TIME, Kind.LINE))
    number, flag, mapping = (column_type(kind, "postgresql") for kind in (Kind.INT, Kind.BOOL, Kind.MAP))
    exits = sa.Table(
        "exits",
        metadata,
        sa.Column("org_id", key, nullable=False),
        sa.Column("book_id", key, nullable=False),
        sa.Column("table_name", line, nullable=False),
        sa.Column("row_id", key, nullable=False),
        sa.Column("op", line, nullable=False),
        sa.Column("at", time, nullable=False),
        _feed_column(),
        sa.PrimaryKeyConstraint("org_id", "book_id", "table_name", "row_id"),
        sa.CheckConstraint("op IN ('moved', 'deleted', 'erased')", name="op"),
    )
    _index(exits, ("org_id", "book_id", FEED))
    _index(exits, ("org_id", FEED), "op = 'erased'")
    sa.Table(
        "channels",
        metadata,
        sa.Column("org_id", key, nullable=False),
        sa.Column("book_id", key),
        sa.Column("name", line, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "name"),
        sa.UniqueConstraint("org_id", "book_id", postgresql_nulls_not_distinct=True),
        sa.UniqueConstraint("name"),
    )
    audit = sa.Table(
        "audit",
        metadata,
        sa.Column("seq", number, sa.Identity(always=True), nullable=False),
        sa.Column("org_id", key, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("xid", Xid8(), nullable=False),
        sa.Column("login", line, nullable=False),
        sa.Column("user_id", key),
        sa.Column("table_name", line, nullable=False),
        sa.Column("row_id", key),
        sa.Column("op", line, nullable=False),
        sa.Column("changeset_id", key),
        sa.Column("diff", mapping),
        sa.Column("salt", sa.LargeBinary()),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "seq"),
    )
    _index(audit, ("org_id", "table_name", "row_id", "seq"))
    _index(audit, ("org_id", "xid"))
    sa.Table(
        "audit_seals",
        metadata,
        sa.Column("org_id", key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("up_to_seq", number, nullable=False),
        sa.Column("entries", number, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("previous", sa.LargeBinary()),
        sa.Column("horizon", Xid8()),
        sa.PrimaryKeyConstraint("org_id", "number"),
    )
    sa.Table(
        "fields",
        metadata,
        sa.Column("table_name", line, nullable=False),
        sa.Column("name", line, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", line, nullable=False),
        sa.Column("role", line, nullable=False),
        sa.Column("nullable", flag, nullable=False),
        sa.Column("merge_group", sa.Integer()),
        sa.Column("length_limit", sa.Integer()),
        sa.Column("ref", line),
        sa.PrimaryKeyConstraint("table_name", "name"),
    )


def _client_tables(metadata: sa.MetaData) -> None:
    """PostgreSQL: which caches send changesets, and what each was answered and may still ask for."""
    key, time = (column_type(kind, "postgresql") for kind in (Kind.ID, Kind.TIME))
    number, mapping = (column_type(kind, "postgresql") for kind in (Kind.INT, Kind.MAP))
    sa.Table(
        "clients",
        metadata,
        sa.Column("org_id", key, nullable=False),
        sa.Column("client_id", key, nullable=False),
        sa.Column("user_id", key, nullable=False),
        sa.Column("acked", number, nullable=False),
        sa.Column("seen_at", time, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "client_id"),
    )
    sa.Table(
        "answers",
        metadata,
        sa.Column("org_id", key, nullable=False),
        sa.Column("client_id", key, nullable=False),
        sa.Column("seq", number, nullable=False),
        sa.Column("changeset_id", key, nullable=False),
        sa.Column("answer", mapping, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "client_id", "seq"),
    )


def _cache_tables(metadata: sa.MetaData) -> None:
    """SQLite: what a field rep's cache keeps beside the records. In a workspace without a server all but the drafts are empty.

    They are one login's own, so no organization leads their keys.
    """
    time, line = (column_type(kind, "sqlite") for kind in (Kind.TIME, Kind.LINE))
    outbox = sa.Table(
        "outbox",
        metadata,
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("changeset_id", line, nullable=False),
        sa.Column("body", line, nullable=False),
        sa.Column("state", line, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.UniqueConstraint("changeset_id"),
        sa.CheckConstraint("state IN ('queued', 'sent', 'accepted')", name="state"),
        # A number that was taken once is never taken again: the server knows answers by it.
        sqlite_autoincrement=True,
    )
    # Counted for the status bar after every command; the changesets themselves are large.
    sa.Index(None, outbox.c.state)
    parked = sa.Table(
        "parked",
        metadata,
        sa.Column("id", line, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", line, nullable=False),
        sa.Column("reason", line, nullable=False),
        sa.Column("body", line, nullable=False),
        sa.Column("answer", line, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("settled_at", time),
        sa.Column("how", line, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.CheckConstraint("kind IN ('conflict', 'gone', 'rejected', 'duplicate')", name="kind"),
    )
    sa.Index(None, parked.c.settled_at)
    sa.Table(
        "base",
        metadata,
        sa.Column("table_name", line, nullable=False),
        sa.Column("row_id", line, nullable=False),
        sa.Column("body", line),
        sa.PrimaryKeyConstraint("table_name", "row_id"),
        sqlite_with_rowid=False,
    )
    sa.Table(
        "sync_books",
        metadata,
        sa.Column("book_id", line, nullable=False),
        sa.Column("state", line, nullable=False),
        # Where the pages stand that are being read: the table, and its last row so far.
        sa.Column("table_name", line, nullable=False),
        sa.Column("after_xid", line, nullable=False),
        sa.Column("after_id", line, nullable=False),
        # Which cursor's news these pages are ('' all rows, '*' all rows, and what is not among them leaves), and
        # from which cursor on the next pass reads the news that came meanwhile ('' none does).
        sa.Column("since", line, nullable=False),
        sa.Column("next_since", line, nullable=False),
        sa.Column("loaded", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("book_id"),
        sa.CheckConstraint("state IN ('loading', 'live')", name="state"),
        sqlite_with_rowid=False,
    )
    sa.Table(
        "drafts",
        metadata,
        sa.Column("key", line, nullable=False),
        sa.Column("value", line, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    sa.Table(
        "news",
        metadata,
        sa.Column("seq", sa.Integer(), primary_key=True),
        sa.Column("rows", line, nullable=False),
        sa.Column("everything", sa.Integer(), nullable=False),
        sqlite_autoincrement=True,
    )
