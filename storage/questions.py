"""The questions of a workspace over one SQLite file: each one snapshot of a reader of its own."""

# ruff: noqa: S608 (table and column names come from the declarations in core, values are always bound)
from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from core.catalog import Catalog
from core.changes import Changeset, Row
from core.entities import RECORDS, Company
from core.errors import NotFound
from core.filters import Query
from core.permissions import require_export
from core.workspace import (
    Agenda,
    Callee,
    CallStats,
    Card,
    ContactLine,
    Entry,
    HistoryEntry,
    Hit,
    Page,
    Subject,
    TaskLine,
)
from storage.codec import codec
from storage.database import Database

if TYPE_CHECKING:
    # It takes long, and only imports need it.
    from core.imports.shapes import Match, Probe


class Questions(ABC):
    """The questions of a workspace; see `core.workspace.Workspace` for what they are for.

    Args:
        database: the open file.
    """

    org_id: str
    """The tenant."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @abstractmethod
    def _catalog(self, connection: Any) -> Catalog:
        """The set-up in the connection's snapshot."""

    def catalog(self) -> Catalog:
        """See `core.workspace.Workspace.catalog`."""
        with self.database.read() as connection:
            return self._catalog(connection)

    def board(self, pipeline_id: str, query: Query, *, closed_since: dt.datetime | None = None) -> list[Card]:
        """See `core.workspace.Workspace.board`."""
        from storage.reads.board import board

        with self.database.read() as connection:
            return board(connection, self._catalog(connection), pipeline_id, query, closed_since=closed_since)

    def cards(self, deal_ids: Sequence[str], query: Query) -> list[Card]:
        """See `core.workspace.Workspace.cards`."""
        from storage.reads.board import cards

        with self.database.read() as connection:
            return cards(connection, self._catalog(connection), deal_ids, query)

    def contacts(
        self, query: Query, *, sort: str = "name", descending: bool = False, offset: int = 0, limit: int = 100
    ) -> list[ContactLine]:
        """See `core.workspace.Workspace.contacts`."""
        from storage.reads.contacts import contacts

        with self.database.read() as connection:
            return contacts(
                connection,
                self._catalog(connection),
                query,
                sort=sort,
                descending=descending,
                offset=offset,
                limit=limit,
            )

    def count_contacts(self, query: Query) -> int:
        """See `core.workspace.Workspace.count_contacts`."""
        from storage.reads.contacts import count_contacts

        with self.database.read() as connection:
            return count_contacts(connection, self._catalog(connection), query)

    def contact_ids(
        self,
        query: Query,
        *,
        sort: str = "name",
        descending: bool = False,
        among: Collection[str] | None = None,
    ) -> list[str]:
        """See `core.workspace.Workspace.contact_ids`."""
        from storage.reads.contacts import contact_ids

        with self.database.read() as connection:
            return contact_ids(
                connection, self._catalog(connection), query, sort=sort, descending=descending, among=among
            )

    def callees(self, contact_ids: Sequence[str], now: dt.datetime) -> list[Callee]:
        """See `core.workspace.Workspace.callees`."""
        from storage.reads.calls import callees

        with self.database.read() as connection:
            return callees(connection, self._catalog(connection), contact_ids, now)

    def call_stats(
        self, since: dt.datetime, until: dt.datetime, *, user_id: str | None = None, block: str = ""
    ) -> CallStats:
        """See `core.workspace.Workspace.call_stats`."""
        from storage.reads.calls import call_stats

        with self.database.read() as connection:
            return call_stats(
                connection, self._catalog(connection), since, until, user_id=user_id, block=block
            )

    def agenda(self, now: dt.datetime, tomorrow: dt.datetime, *, limit: int = 200) -> Agenda:
        """See `core.workspace.Workspace.agenda`."""
        from storage.reads.agenda import agenda

        with self.database.read() as connection:
            return agenda(connection, self._catalog(connection), now, tomorrow, limit=limit)

    def companies(self, text: str, *, limit: int = 20) -> list[Company]:
        """See `core.workspace.Workspace.companies`."""
        from storage.reads.companies import companies

        with self.database.read() as connection:
            return companies(connection, self._catalog(connection), text, limit=limit)

    def page(self, table: str, record_id: str) -> Page:
        """See `core.workspace.Workspace.page`."""
        from storage.reads.page import page

        with self.database.read() as connection:
            return page(connection, self._catalog(connection), table, record_id)

    def record(self, table: str, record_id: str) -> Any:
        """See `core.workspace.Workspace.record`."""
        if table not in RECORDS:
            raise NotFound(f"There is no “{table}” to look in.")
        form = codec(table)
        with self.database.read() as connection:
            row = connection.execute(
                f"SELECT {form.columns} FROM {table} WHERE org_id = ? AND id = ?", (self.org_id, record_id)
            ).fetchone()
        if row is None:
            raise NotFound(f"That {form.record.LABEL} is not there.")
        return form.entity(row)

    def book_contents(self, book_id: str) -> dict[str, list[str]]:
        """See `core.workspace.Workspace.book_contents`."""
        from storage.reads.books import book_contents

        with self.database.read() as connection:
            return book_contents(connection, self._catalog(connection), book_id)

    def timeline(
        self,
        subject: Subject,
        *,
        kinds: Sequence[str] = (),
        before: tuple[dt.datetime, str] | None = None,
        limit: int = 200,
        words: str = "",
    ) -> list[Entry]:
        """See `core.workspace.Workspace.timeline`."""
        from storage.reads.timeline import timeline

        with self.database.read() as connection:
            return timeline(
                connection,
                self._catalog(connection),
                subject,
                kinds=kinds,
                before=before,
                limit=limit,
                words=words,
            )

    def tasks(
        self,
        *,
        assignee_id: str | None = None,
        due_after: dt.datetime | None = None,
        due_before: dt.datetime | None = None,
        done: bool = False,
        limit: int = 500,
    ) -> list[TaskLine]:
        """See `core.workspace.Workspace.tasks`."""
        from storage.reads.tasks import tasks

        with self.database.read() as connection:
            return tasks(
                connection,
                self._catalog(connection),
                assignee_id=assignee_id,
                due_after=due_after,
                due_before=due_before,
                done=done,
                limit=limit,
            )

    def search(self, text: str, *, tables: Sequence[str] = (), limit: int = 50) -> list[Hit]:
        """See `core.workspace.Workspace.search`."""
        from storage.reads.search import search

        with self.database.read() as connection:
            return search(connection, self._catalog(connection), text, tables=tables, limit=limit)

    def likely_duplicates(self, draft: Row) -> list[Hit]:
        """See `core.workspace.Workspace.likely_duplicates`."""
        from storage.reads.duplicates import likely_duplicates

        with self.database.read() as connection:
            return likely_duplicates(connection, self._catalog(connection), draft)

    def matches(self, table: str, probes: Sequence[Probe]) -> list[list[Match]]:
        """See `core.workspace.Workspace.matches`."""
        from storage.reads.matches import matches

        with self.database.read() as connection:
            return matches(connection, self._catalog(connection), table, probes)

    def tags(self, table: str) -> list[str]:
        """See `core.workspace.Workspace.tags`."""
        from storage.reads.tags import tags

        with self.database.read() as connection:
            return tags(connection, self._catalog(connection), table)

    def history(self, table: str, record_id: str, *, limit: int = 100) -> list[HistoryEntry]:
        """See `core.workspace.Workspace.history`."""
        from storage.reads.history import history

        with self.database.read() as connection:
            return history(connection, self._catalog(connection), table, record_id, limit=limit)

    def undoable(self, skip: Collection[str] = ()) -> Changeset | None:
        """See `core.workspace.Workspace.undoable`."""
        from storage.reads.history import undoable

        with self.database.read() as connection:
            return undoable(connection, self._catalog(connection), skip)

    def export(self, table: str, query: Query) -> Iterator[Row]:
        """See `core.workspace.Workspace.export`."""
        from storage.reads.export import export

        require_export(self.catalog())

        def rows() -> Iterator[Row]:
            with self.database.read() as connection:
                yield from export(connection, self._catalog(connection), table, query)

        return rows()
