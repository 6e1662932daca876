"""Names and books of records that others point to, for work on many rows."""

# ruff: noqa: S608 (table and column names are constants here, values are always bound)
from __future__ import annotations

from typing import Any

from core.changes import Row


class Lookup:
    """Remembers what it is told and what it has read. Implements `storage.derive.Rows` as far as texts need it.

    Args:
        connection: on the file.
        org_id: the tenant.
    """

    def __init__(self, connection: Any, org_id: str) -> None:
        self._connection = connection
        self._org_id = org_id
        self._held: dict[str, tuple[str, str, str] | None] = {}

    def remember(self, table: str, row: Row) -> None:
        """Notes a row that is being written."""
        match table:
            case "companies":
                self._held[row["id"]] = (row["book_id"], row["name"], "")
            case "contacts":
                self._held[row["id"]] = (row["book_id"], row["first_name"], row["last_name"])
            case "deals":
                self._held[row["id"]] = (row["book_id"], "", "")

    def row(self, table: str, record_id: str) -> Row | None:
        """The name of a company or contact, in the fields that hold it."""
        found = self._find(table, record_id)
        if found is None:
            return None
        return {"name": found[1]} if table == "companies" else {"first_name": found[1], "last_name": found[2]}

    def book(self, table: str, record_id: str) -> str | None:
        """The book of a company, contact or deal."""
        found = self._find(table, record_id)
        return found[0] if found else None

    def _find(self, table: str, record_id: str) -> tuple[str, str, str] | None:
        if record_id not in self._held:
            columns = {"companies": "name, ''", "contacts": "first_name, last_name", "deals": "'', ''"}[table]
            self._held[record_id] = self._connection.execute(
                f"SELECT book_id, {columns} FROM {table} WHERE org_id = ? AND id = ?",
                (self._org_id, record_id),
            ).fetchone()
        return self._held[record_id]
