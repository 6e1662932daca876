"""The solo workspace: everything in one SQLite file on this machine, encrypted where it can be.

`open_solo` and `create_solo` are the two doors. Several programs may have the same file open: each command is one
immediate transaction, and whoever subscribes is told of the others' changes too.
"""

# ruff: noqa: S608 (table and column names come from the declarations in core, values are always bound)
from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from core.catalog import Catalog
from core.changes import Answer, Changeset, Row, Status, from_json
from core.commands.base import Command, Context, changeset, load_needs
from core.entities import RECORDS, Company
from core.errors import Invalid, NotFound, OffhookError, Unavailable
from core.filters import Query
from core.permissions import require_export
from core.workspace import (
    Card,
    Changed,
    ContactLine,
    Entry,
    Health,
    HistoryEntry,
    Hit,
    Page,
    Reservation,
    Subject,
    TaskLine,
)
from storage import files, keys, load
from storage.apply import Applied, Stopped, apply
from storage.at_once import AtOnce
from storage.codec import codec
from storage.database import Database
from storage.keys import Key, Store
from storage.watch import Watcher

Clock = Callable[[], dt.datetime]
Listener = Callable[[Changed], None]


def utc_now() -> dt.datetime:
    """The time, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def open_solo(path: Path, *, key: str | None = None, clock: Clock = utc_now) -> SoloWorkspace:
    """Opens a workspace. A file of an older format is backed up beside itself and upgraded first.

    Args:
        path: the data file.
        key: 64 hex digits where the key is not to be had from the place that is noted beside the file.
        clock: what time it is.

    Raises:
        Unavailable: it is not there, its key is not, it is damaged, or a newer offhook made it. The message says what
            to do; nothing is ever wiped.
    """
    path = Path(path)
    if not path.exists():
        raise Unavailable(f"There is no workspace at {path}.")
    found = Key(key, keys.recorded(path)) if key is not None else keys.read(path)
    files.make_current(path, found.hex)
    return SoloWorkspace(Database(path, found.hex), found, clock=clock)


def create_solo(
    path: Path, founding: Changeset, *, store: Store = "keyring", clock: Clock = utc_now
) -> SoloWorkspace:
    """Makes a workspace with its first changeset and opens it. What is cut short leaves no half workspace.

    Args:
        path: the data file, which must not be there yet. Its folder is made for the user alone.
        founding: see `core.defaults.founding`; the user who did it is the one that the workspace belongs to.
        store: where its key is kept; see `storage.keys.make`.
        clock: what time it is.

    Raises:
        Unavailable: there is a file already, or it cannot be written.
    """
    path = Path(path)
    with files.fresh(path, store=store) as (connection, _key):
        found(connection, founding, clock())
    return open_solo(path, clock=clock)


def found(connection: Any, founding: Changeset, now: dt.datetime) -> None:
    """Writes the first changeset into an empty file.

    Args:
        connection: on a file with a schema, in autocommit mode.
        founding: the changeset.
        now: for the stamps.
    """
    connection.execute("BEGIN IMMEDIATE")
    apply(connection, founding, load.Loaded(connection, founding.org_id), now=now, catalog=None)
    load.write_meta(connection, "org_id", founding.org_id)
    load.write_meta(connection, "user_id", founding.user_id)
    connection.execute("COMMIT")


class SoloWorkspace(AtOnce):
    """A workspace over one SQLite file; see `core.workspace.Workspace` for what its methods are for.

    Attributes:
        path: the data file.
        key: its key and where that is kept.
        database: the open file.
    """

    def __init__(self, database: Database, key: Key, *, clock: Clock = utc_now) -> None:
        self.path = database.path
        self.key = key
        self.database = database
        self._clock = clock
        self._listeners: list[Listener] = []
        self._listeners_lock = threading.Lock()
        self._trouble = ""
        self._writer_version = -1
        self._watcher = Watcher(database, self._notify)
        try:
            with database.read() as connection:
                self.org_id = load.read_meta(connection, "org_id")
                self.user_id = load.read_meta(connection, "user_id")
                self._known = (-1, load.catalog(connection, self.org_id, self.user_id))
                self._catalog(connection)
                self._revision = _last_revision(connection)
        except BaseException:
            database.close()
            raise

    # --- the set-up

    def catalog(self) -> Catalog:
        """See `core.workspace.Workspace.catalog`."""
        with self.database.read() as connection:
            return self._catalog(connection)

    def _catalog(self, connection: Any) -> Catalog:
        """The set-up in the connection's snapshot."""
        revision = int(load.read_meta(connection, "catalog_revision") or 0)
        known, catalog = self._known
        if revision != known:
            catalog = load.catalog(connection, self.org_id, self.user_id)
            if revision > known:
                self._known = (revision, catalog)
        return catalog

    # --- writing

    def execute(self, command: Command) -> Answer:
        """See `core.workspace.Workspace.execute`."""
        try:
            answer, applied = self._run(command)
        except Stopped as stop:
            return Answer(stop.status, stop.changeset, stop.reason, stop.conflicts, self._revision)
        except NotFound as error:
            return Answer(Status.GONE, None, str(error), revision=self._revision)
        except Unavailable as error:
            self._trouble = str(error)
            return Answer(Status.UNAVAILABLE, None, f"Not saved. {error}", revision=self._revision)
        except OffhookError as error:
            fields = error.fields if isinstance(error, Invalid) else {}
            return Answer(Status.REJECTED, None, str(error), revision=self._revision, fields=fields)
        if applied is not None:
            self._trouble = ""
            self._revision = applied.revision
            self._notify(Changed(frozenset(applied.touched), local=True, revision=applied.revision))
        return answer

    def put_by(self, commands: Sequence[Command]) -> Sequence[Command]:
        """See `core.workspace.Workspace.put_by`: nothing stands in between, so they are executed."""
        for command in commands:
            self.execute(command)
        return ()

    def _run(self, command: Command) -> tuple[Answer, Applied | None]:
        known = self._known
        try:
            with self.database.write() as connection:
                return self._decide_and_apply(connection, command)
        except BaseException:
            # Whether the set-up was changed is not known before COMMIT has said so.
            self._known = known
            raise

    def _decide_and_apply(self, connection: Any, command: Command) -> tuple[Answer, Applied | None]:
        stored = _stored_answer(connection, self.org_id, command.id)
        if stored is not None:
            return stored, None
        catalog = self._catalog_for_writing(connection)
        now = self._clock()
        loaded = load.Loaded(connection, self.org_id)
        load_needs(command, loaded, catalog, loaded.load)
        context = Context(catalog, now)
        done = changeset(command, command.decide(loaded, context), context)
        if not done.changes:
            return Answer(Status.OK, done, revision=self._revision), None
        try:
            applied = apply(connection, done, loaded, now=now, catalog=catalog)
        except Stopped as stop:
            stop.changeset = done
            raise
        self._watcher.mine(applied.revision)
        if applied.setup:
            self._known = (applied.revision, load.catalog(connection, self.org_id, self.user_id))
        return Answer(applied.status, done, revision=applied.revision), applied

    def _catalog_for_writing(self, connection: Any) -> Catalog:
        # The number changes only when another connection has written, so one's own commands need not look.
        version = connection.execute("PRAGMA data_version").fetchone()[0]
        if version == self._writer_version:
            return self._known[1]
        self._writer_version = version
        return self._catalog(connection)

    def reserve(self, contact_id: str, *, seconds: int = 900) -> Reservation:
        """See `core.workspace.Workspace.reserve`."""
        from storage.reservations import reserve

        with self.database.write() as connection:
            contact = load.Loaded(connection, self.org_id).row("contacts", contact_id)
            if contact is None or contact["deleted_at"] is not None:
                raise NotFound("That contact is not there any more.")
            now = self._clock()
            held = reserve(connection, self.org_id, contact_id, self.user_id, now=now, seconds=seconds)
        return held._replace(by=self.catalog().user_name(held.by))

    def release(self, contact_id: str) -> None:
        """See `core.workspace.Workspace.release`."""
        from storage.reservations import release

        with self.database.write() as connection:
            release(connection, self.org_id, contact_id, self.user_id)

    # --- telling

    @property
    def revision(self) -> int:
        """The last revision that this object knows of."""
        return self._revision

    def now(self) -> dt.datetime:
        """The workspace's clock."""
        return self._clock()

    def expect(self, revision: int) -> None:
        """Says, before it is committed, that a revision is this workspace's own; for what writes past `execute`."""
        self._watcher.mine(revision)
        self._writer_version = -1

    def tell(self, changed: Changed) -> None:
        """Tells subscribers of what was written past `execute`."""
        self._notify(changed)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """See `core.workspace.Workspace.subscribe`."""
        with self._listeners_lock:
            self._watcher.start()
            self._listeners.append(listener)

        def stop() -> None:
            with self._listeners_lock:
                with contextlib.suppress(ValueError):
                    self._listeners.remove(listener)
                if not self._listeners:
                    self._watcher.stop()

        return stop

    def _notify(self, changed: Changed) -> None:
        self._revision = max(self._revision, changed.revision)
        with self._listeners_lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            try:
                listener(changed)
            except Exception:
                # What was written stays written, and the others are told, whatever one listener makes of it.
                import logging

                logging.getLogger(__name__).exception("a listener failed")

    def health(self) -> Health:
        """See `core.workspace.Workspace.health`."""
        notes = tuple(note for note in (self._trouble, self.key.note) if note)
        line, level = ("✗ not saved", "error") if self._trouble else ("● saved", "ok")
        return Health("solo", self._known[1].me.name, line, level, notes)

    def watch_health(self, listener: Callable[[Health], None]) -> Callable[[], None]:
        """See `core.workspace.Workspace.watch_health`: a file on this machine is not lost while nothing is asked of it."""
        return lambda: None

    # --- reading

    def who_took(self, table: str, record_id: str) -> str:
        """See `core.workspace.Workspace.who_took`: on one's own machine nothing leaves one's sight."""
        return ""

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

    def contact_ids(self, query: Query) -> list[str]:
        """See `core.workspace.Workspace.contact_ids`."""
        from storage.reads.contacts import contact_ids

        with self.database.read() as connection:
            return contact_ids(connection, self._catalog(connection), query)

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
    ) -> list[Entry]:
        """See `core.workspace.Workspace.timeline`."""
        from storage.reads.timeline import timeline

        with self.database.read() as connection:
            return timeline(
                connection, self._catalog(connection), subject, kinds=kinds, before=before, limit=limit
            )

    def tasks(
        self,
        *,
        assignee_id: str | None = None,
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

    def close(self) -> None:
        """See `core.workspace.Workspace.close`."""
        self._watcher.stop(wait=True)
        self.database.close()


def _stored_answer(connection: Any, org_id: str, command_id: str) -> Answer | None:
    found = connection.execute(
        "SELECT seq, status, body FROM changesets WHERE org_id = ? AND id = ?", (org_id, command_id)
    ).fetchone()
    if found is None:
        return None
    return Answer(Status(found[1]), from_json(json.loads(found[2])), revision=found[0])


def _last_revision(connection: Any) -> int:
    return int(connection.execute("SELECT coalesce(max(seq), 0) FROM changesets").fetchone()[0])
