"""What lies in a book."""

# ruff: noqa: S608 (table names are constants of core, values are always bound)
from __future__ import annotations

from core.catalog import Catalog
from core.commands.base import SUBJECTS
from storage.postgres.reads.statement import Connection, value


def book_contents(connection: Connection, catalog: Catalog, book_id: str) -> dict[str, list[str]]:
    """See `storage.reads.books.book_contents`."""
    if book_id not in catalog.book_by_id:
        return {table: [] for table in SUBJECTS}
    parts = [
        f"'{table}', (select coalesce(json_agg(id order by id), '[]') from {table}"
        " where org_id = :org and book_id = :book and deleted_at is null)"
        for table in SUBJECTS
    ]
    found: dict[str, list[str]] = value(
        connection,
        f"select json_build_object({', '.join(parts)})",
        {"org": catalog.organization.id, "book": book_id},
    )
    return found
