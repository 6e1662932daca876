"""A workspace over one SQLite file on this machine: commands, and telling of what they change.

Several programs may have the same file open: each command is one immediate transaction, and whoever subscribes is told
of the others' changes too.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

from core.catalog import Catalog
from core.changes import Answer, Changeset, Status, from_json
from core.commands.base import Command, Context, changeset, load_needs
from core.errors import Invalid, NotFound, OffhookError, Unavailable
from core.workspace import Changed, Reservation
from storage import drafts, load
from storage.apply import Applied, Stopped, apply
from storage.database import MANY_CACHE_KIB, Database
from storage.garbage import no_garbage_collection
from storage.keys import Key
from storage.listeners import tell
from storage.questions import Questions
from storage.watch import Watcher

Clock = Callable[[], dt.datetime]
Listener = Callable[[Changed], None]


def utc_now() -> dt.datetime:
    """The time, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


class LocalWorkspace(Questions):
    """What solo and field have in common; see `core.workspace.Workspace` for what its methods are for.

    Args:
        database: the open file.
        key: its key and where that is kept.
        clock: what time it is.

    Attributes:
        path: the data file.
        key: its key and where that is kept.
        database: the open file.

    Raises:
        Unavailable: the file cannot be read. It is closed then.
    """

    def __init__(self, database: Database, key: Key, *, clock: Clock = utc_now) -> None:
        super().__init__(database)
        self.path = database.path
        self.key = key
        self._clock = clock
        self._listeners: list[Listener] = []
        self._listeners_lock = threading.Lock()
        self._trouble = ""
        self._watcher = Watcher(database, self._hear, self._stirred)
        try:
            with database.read() as connection:
                self.org_id = load.read_meta(connection, "org_id")
                self.user_id = load.read_meta(connection, "user_id")
                self._known = (-1, load.catalog(connection, self.org_id, self.user_id))
                self._catalog(connection)
                self._revision = load.last_revision(connection)
        except BaseException:
            database.close()
            raise

    # --- the set-up

    def _catalog(self, connection: Any) -> Catalog:
        """The set-up in the connection's snapshot."""
        revision = load.catalog_revision(connection)
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
        known, applied = self._known, None
        try:
            with contextlib.ExitStack() as meanwhile:
                if command.MANY:
                    meanwhile.enter_context(no_garbage_collection())
                connection = meanwhile.enter_context(
                    self.database.write(cache_kib=MANY_CACHE_KIB if command.MANY else 0)
                )
                answer, applied = self._decide_and_apply(connection, command)
                if applied is not None:
                    self._watcher.mine(applied.revision)
        except BaseException:
            # Whether anything was changed is not known before COMMIT has said so.
            self._known = known
            if applied is not None:
                self._watcher.not_mine(applied.revision)
            raise
        return answer, applied

    def _decide_and_apply(self, connection: Any, command: Command) -> tuple[Answer, Applied | None]:
        stored = _stored_answer(connection, self.org_id, command.id)
        if stored is not None:
            return stored, None
        catalog = self._catalog(connection)
        now = self._clock()
        loaded = load.Loaded(connection, self.org_id)
        load_needs(command, loaded, catalog, loaded.load)
        context = Context(catalog, now)
        done = changeset(command, command.decide(loaded, context), context)
        if not done.changes:
            self._keep(connection, command, done, None)
            return Answer(Status.OK, done, revision=self._revision), None
        try:
            applied = apply(connection, done, loaded, now=now, catalog=catalog)
        except Stopped as stop:
            stop.changeset = done
            raise
        if applied.setup:
            self._known = (
                load.catalog_revision(connection),
                load.catalog(connection, self.org_id, self.user_id),
            )
        self._keep(connection, command, done, applied)
        return Answer(applied.status, done, revision=applied.revision), applied

    def _keep(self, connection: Any, command: Command, done: Changeset, applied: Applied | None) -> None:
        """Writes, in the transaction of a command, what else belongs to it. Here nothing does.

        Args:
            connection: the writer, in its transaction.
            command: the command.
            done: what it came to.
            applied: what came of it; None where it changes nothing.
        """

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

    # --- what is being typed

    def keep_draft(self, key: str, text: str) -> None:
        """See `core.workspace.Workspace.keep_draft`: in the file, where it is no part of the history."""
        with self.database.write() as connection:
            drafts.keep(connection, key, text, self._clock())

    def drafts(self, prefix: str = "") -> dict[str, str]:
        """See `core.workspace.Workspace.drafts`."""
        with self.database.read() as connection:
            return drafts.kept(connection, prefix)

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

    def tell(self, changed: Changed) -> None:
        """Tells subscribers of what was written past `execute`."""
        self._notify(changed)

    def _hear(self, changed: Changed) -> None:
        """Tells subscribers of what another program has written."""
        self._notify(changed)

    def _stirred(self) -> None:
        """The file was written. Here all that matters is told by `_hear`."""

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
        tell(listeners, changed)

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
