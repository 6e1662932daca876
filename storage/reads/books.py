"""What lies in a book."""

# ruff: noqa: S608 (table names are constants of core, values are always bound)
from __future__ import annotations

from core.catalog import Catalog
from core.commands.base import SUBJECTS
from storage.reads.sqlite import Connection


def book_contents(connection: Connection, catalog: Catalog, book_id: str) -> dict[str, list[str]]:
    """The ids of the contacts, companies and deals in a book, by table, in the order in which they were made.

    Args:
        connection: a reader.
        catalog: the set-up.
        book_id: the book.
    """
    bound = {"org": catalog.organization.id, "book": book_id}
    return {
        table: [
            str(row[0])
            for row in connection.execute(
                f"select id from {table} where org_id = :org and book_id = :book and deleted_at is null order by id",
                bound,
            )
        ]
        for table in SUBJECTS
    }
