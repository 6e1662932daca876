"""What a server is asked: each question one or two round trips, answered by `storage.postgres.reads`.

Its modules are imported when they are first needed.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from core.catalog import Catalog
from core.changes import Changeset, Row
from core.entities import Company
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
    Reservation,
    Subject,
    TaskLine,
)
from storage.at_once import AtOnce
from storage.postgres.codec import is_id
from storage.postgres.connection import Wire
from storage.postgres.link import Link

if TYPE_CHECKING:
    # It takes long, and only imports need it.
    from core.imports.shapes import Match, Probe

P = ParamSpec("P")
T = TypeVar("T")


class Questions(AtOnce, ABC):
    """The questions of a workspace; see `core.workspace.Workspace` for what they are for.

    Args:
        link: the way to the server.
    """

    def __init__(self, link: Link) -> None:
        self._link = link

    @abstractmethod
    def catalog(self) -> Catalog:
        """See `core.workspace.Workspace.catalog`."""

    def _read(
        self, question: Callable[Concatenate[Wire, Catalog, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        catalog = self.catalog()
        return self._link.use(lambda wire: question(wire, catalog, *args, **kwargs))

    def board(self, pipeline_id: str, query: Query, *, closed_since: dt.datetime | None = None) -> list[Card]:
        """See `core.workspace.Workspace.board`."""
        from storage.postgres.reads.board import board

        return self._read(board, pipeline_id, query, closed_since=closed_since)

    def cards(self, deal_ids: Sequence[str], query: Query) -> list[Card]:
        """See `core.workspace.Workspace.cards`."""
        from storage.postgres.reads.board import cards

        return self._read(cards, deal_ids, query)

    def contacts(
        self, query: Query, *, sort: str = "name", descending: bool = False, offset: int = 0, limit: int = 100
    ) -> list[ContactLine]:
        """See `core.workspace.Workspace.contacts`."""
        from storage.postgres.reads.contacts import contacts

        return self._read(contacts, query, sort=sort, descending=descending, offset=offset, limit=limit)

    def count_contacts(self, query: Query) -> int:
        """See `core.workspace.Workspace.count_contacts`."""
        from storage.postgres.reads.contacts import count_contacts

        return self._read(count_contacts, query)

    def contact_ids(
        self,
        query: Query,
        *,
        sort: str = "name",
        descending: bool = False,
        among: Collection[str] | None = None,
    ) -> list[str]:
        """See `core.workspace.Workspace.contact_ids`."""
        from storage.postgres.reads.contacts import contact_ids

        return self._read(contact_ids, query, sort=sort, descending=descending, among=among)

    def callees(self, contact_ids: Sequence[str], now: dt.datetime) -> list[Callee]:
        """See `core.workspace.Workspace.callees`."""
        from storage.postgres.reads.calls import callees

        return self._read(callees, contact_ids, now)

    def call_stats(
        self, since: dt.datetime, until: dt.datetime, *, user_id: str | None = None, block: str = ""
    ) -> CallStats:
        """See `core.workspace.Workspace.call_stats`."""
        from storage.postgres.reads.calls import call_stats

        return self._read(call_stats, since, until, user_id=user_id, block=block)

    def agenda(self, now: dt.datetime, tomorrow: dt.datetime, *, limit: int = 200) -> Agenda:
        """See `core.workspace.Workspace.agenda`."""
        from storage.postgres.reads.agenda import agenda

        return self._read(agenda, now, tomorrow, limit=limit)

    def companies(self, text: str, *, limit: int = 20) -> list[Company]:
        """See `core.workspace.Workspace.companies`."""
        from storage.postgres.reads.companies import companies

        return self._read(companies, text, limit=limit)

    def page(self, table: str, record_id: str) -> Page:
        """See `core.workspace.Workspace.page`."""
        from storage.postgres.reads.page import page

        return self._read(page, table, record_id)

    def record(self, table: str, record_id: str) -> Any:
        """See `core.workspace.Workspace.record`."""
        from storage.postgres.reads.record import record

        return self._read(record, table, record_id)

    def book_contents(self, book_id: str) -> dict[str, list[str]]:
        """See `core.workspace.Workspace.book_contents`."""
        from storage.postgres.reads.books import book_contents

        return self._read(book_contents, book_id)

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
        from storage.postgres.reads.timeline import timeline

        return self._read(timeline, subject, kinds=kinds, before=before, limit=limit, words=words)

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
        from storage.postgres.reads.tasks import tasks

        return self._read(
            tasks,
            assignee_id=assignee_id,
            due_after=due_after,
            due_before=due_before,
            done=done,
            limit=limit,
        )

    def search(self, text: str, *, tables: Sequence[str] = (), limit: int = 50) -> list[Hit]:
        """See `core.workspace.Workspace.search`."""
        from storage.postgres.reads.search import search

        return self._read(search, text, tables=tables, limit=limit)

    def likely_duplicates(self, draft: Row) -> list[Hit]:
        """See `core.workspace.Workspace.likely_duplicates`."""
        from storage.postgres.reads.duplicates import likely_duplicates

        return self._read(likely_duplicates, draft)

    def matches(self, table: str, probes: Sequence[Probe]) -> list[list[Match]]:
        """See `core.workspace.Workspace.matches`."""
        from storage.postgres.reads.matches import matches

        return self._read(matches, table, probes)

    def tags(self, table: str) -> list[str]:
        """See `core.workspace.Workspace.tags`."""
        from storage.postgres.reads.tags import tags

        return self._read(tags, table)

    def history(self, table: str, record_id: str, *, limit: int = 100) -> list[HistoryEntry]:
        """See `core.workspace.Workspace.history`."""
        from storage.postgres.reads.history import history

        return self._read(history, table, record_id, limit=limit)

    def undoable(self, skip: Collection[str] = ()) -> Changeset | None:
        """See `core.workspace.Workspace.undoable`."""
        from storage.postgres.reads.history import undoable

        return self._read(undoable, skip)

    def export(self, table: str, query: Query) -> Iterator[Row]:
        """See `core.workspace.Workspace.export`. Has a connection for itself until it is read or closed.

        The server notes how many rows are about to leave before the first one does.
        """
        from storage.postgres.reads.export import export, note

        catalog = self.catalog()
        require_export(catalog)

        def rows() -> Iterator[Row]:
            with self._link.held() as wire:
                note(wire, catalog, table, query)
                yield from export(wire, catalog, table, query)

        return rows()

    def reserve(self, contact_id: str, *, seconds: int = 900) -> Reservation:
        """See `core.workspace.Workspace.reserve`."""
        if not is_id(contact_id):
            raise NotFound("That contact is not there any more.")
        said: dict[str, Any] = self._call("select reserve(%s, %s)", contact_id, seconds)
        return Reservation(bool(said["ok"]), str(said["by"] or ""), dt.datetime.fromisoformat(said["until"]))

    def release(self, contact_id: str) -> None:
        """See `core.workspace.Workspace.release`."""
        if is_id(contact_id):
            self._call("select release(%s)", contact_id)

    def who_took(self, table: str, record_id: str) -> str:
        """See `core.workspace.Workspace.who_took`."""
        return str(self._call("select who_took(%s, %s)", table, record_id) or "") if is_id(record_id) else ""

    def _call(self, statement: str, *values: Any) -> Any:
        """The value that a function of the server gives; one round trip."""
        row = self._link.use(lambda wire: wire.execute(statement, values).fetchone())
        return row[0] if row else None
