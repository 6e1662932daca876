"""The tables, for both dialects, built from the declarations in `core.entities`.

Nothing at run time needs this module: it is imported where a schema is created, upgraded or compared.

On SQLite every record table begins with `n`, an alias of the rowid: full-text indexes point to it, and a rowid
without a name may change in a VACUUM. PostgreSQL has (org_id, id) as primary key and foreign keys between records.
SQLite has none: a field rep's cache holds only what its user may see, so a parent may be missing there.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from core.entities import RECORDS
from core.schema import Field, Kind, Record, Role, fields_of
from storage.reads.indexes import READ_INDEXES

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

CHECKS: dict[str, dict[str, str]] = {
    "users": {"role": "role IN ('admin', 'manager', 'rep', 'readonly')"},
    "books": {
        "kind": "(kind = 'own' AND user_id IS NOT NULL) OR (kind = 'pool' AND team_id IS NOT NULL)",
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
}
"""Rules that the database holds too, by table and constraint."""

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
    _store_tables(metadata, dialect)
    return metadata


def column_type(kind: Kind, dialect: str) -> Any:
    """The SQL type of a kind of field."""
    if dialect == "sqlite":
        return sa.Integer() if kind in (Kind.INT, Kind.BOOL, Kind.TIME) else sa.Text()
    return {
        Kind.ID: postgresql.UUID(as_uuid=False),
        Kind.REF: postgresql.UUID(as_uuid=False),
        Kind.LINE: sa.Text(),
        Kind.TEXT: sa.Text(),
        Kind.INT: sa.BigInteger(),
        Kind.BOOL: sa.Boolean(),
        Kind.TIME: sa.DateTime(timezone=True),
        Kind.DATE: sa.Date(),
        Kind.SET: postgresql.JSONB(),
        Kind.MAP: postgresql.JSONB(),
    }[kind]


def _record_table(metadata: sa.MetaData, record: type[Record], dialect: str) -> sa.Table:
    specs = fields_of(record)
    parts: list[Any] = []
    if dialect == "sqlite":
        parts.append(sa.Column("n", sa.Integer(), primary_key=True))
    parts += [_column(spec, dialect) for spec in specs.values()]
    key = sa.UniqueConstraint if dialect == "sqlite" else sa.PrimaryKeyConstraint
    parts.append(key("org_id", "id"))
    parts += [sa.CheckConstraint(rule, name=name) for name, rule in CHECKS.get(record.TABLE, {}).items()]
    if dialect == "postgresql":
        parts += [
            sa.ForeignKeyConstraint(["org_id", spec.name], [f"{spec.ref}.org_id", f"{spec.ref}.id"])
            for spec in specs.values()
            if spec.kind is Kind.REF and spec.role is Role.DATA
        ]
    table = sa.Table(record.TABLE, metadata, *parts)
    for columns, rows in (*INDEXES.get(record.TABLE, ()), *READ_INDEXES.get(record.TABLE, ())):
        _index(table, ("org_id", *columns), rows)
    return table


def _column(spec: Field, dialect: str) -> sa.Column[Any]:
    # Stamps are always there in a stored row, though a record made by a client has none yet.
    stamped = spec.role is Role.STAMP and spec.name in ("created_at", "updated_at")
    return sa.Column(spec.name, column_type(spec.kind, dialect), nullable=spec.nullable and not stamped)


def _index(table: sa.Table, columns: tuple[str, ...], rows: str = "") -> None:
    where: dict[str, Any] = {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)} if rows else {}
    sa.Index(None, *(table.c[name] for name in columns), **where)


def _store_tables(metadata: sa.MetaData, dialect: str) -> None:
    key, time = column_type(Kind.ID, dialect), column_type(Kind.TIME, dialect)
    body: Any = sa.Text() if dialect == "sqlite" else postgresql.JSONB()
    number: Any = sa.Integer() if dialect == "sqlite" else sa.BigInteger()
    seq = (
        sa.Column("seq", number, primary_key=True)
        if dialect == "sqlite"
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
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", body, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("undoes", key),
        sa.Column("undone_by", key),
        *([] if dialect == "sqlite" else [sa.PrimaryKeyConstraint("org_id", "seq")]),
        sa.UniqueConstraint("org_id", "id"),
    )
    if dialect == "postgresql":
        _index(changesets, ("org_id", "user_id", "seq"))
    sa.Table(
        "changeset_rows",
        metadata,
        sa.Column("org_id", key, nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("row_id", key, nullable=False),
        sa.Column("seq", number, nullable=False),
        sa.PrimaryKeyConstraint("org_id", "table_name", "row_id", "seq"),
        sqlite_with_rowid=False,
    )
    points = sa.Table(
        "contact_points",
        metadata,
        sa.Column("org_id", key, nullable=False),
        sa.Column("contact_id", key, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("org_id", "contact_id", "kind", "value"),
        sqlite_with_rowid=False,
    )
    _index(points, ("org_id", "value"))
    sa.Table(
        "meta",
        metadata,
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
