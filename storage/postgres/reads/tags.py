"""Tags in use."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from core.catalog import Catalog
from storage.postgres.reads.statement import Connection, rows, value
from storage.reads.tags import check_tagged, most_used


def tags(connection: Connection, catalog: Catalog, table: str) -> list[str]:
    """See `storage.reads.tags.tags`."""
    check_tagged(table)
    # Of different lists there are few.
    sql = (
        f"select tags::text, count(*) from {table}"
        " where org_id = :org and deleted_at is null and tags <> '[]' group by 1"
    )
    return most_used(value(connection, rows(sql, 2), {"org": catalog.organization.id}))
