"""The cache: an encrypted SQLite file with the server's rows, as its user sees them, and their unsent work over them.

Only what the server has said is written through `Cache.truth`: rows of the feed and of a load, what left the user's
sight, what became of the outbox. Everything of one pull is one transaction; afterwards the file is again the server's
rows with the outbox laid over them, whatever came. Local commands are written by `sync.workspace.FieldWorkspace`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from core.errors import Unavailable
from core.ids import new_id
from storage import files, keys, load
from storage.codec import Encoded
from storage.database import Damaged, Database
from storage.keys import Key, Store
from storage.local import utc_now
from sync import overlay
from sync.pending import Pending
from sync.truth import Truth

_KEPT = (
    "Work that was not sent may be in it, so nothing was deleted. To load everything anew, move it and the files beside it"
    " to another folder, and keep them until it is clear that nothing is missing."
)


class Greeting(Protocol):
    """What a server has said first; see `storage.postgres.connection.Hello`."""

    @property
    def org_id(self) -> str: ...
    @property
    def user_id(self) -> str: ...
    @property
    def epoch(self) -> str: ...


def create_cache(
    path: Path,
    *,
    hello: Greeting,
    setup_rows: Mapping[str, Sequence[Encoded]],
    store: Store = "keyring",
) -> Cache:
    """Makes a cache for a login and opens it. What is cut short leaves no half file.

    Args:
        path: the file, which must not be there yet.
        hello: who the login is, and on which server.
        setup_rows: the rows of the set-up, without which nothing can be shown.
        store: where its key is kept; see `storage.keys.make`.

    Raises:
        Unavailable: there is a file already, or it cannot be written.
    """
    with files.fresh(path, store=store) as (connection, _key):
        connection.execute("BEGIN IMMEDIATE")
        overlay.install(connection)
        overlay.switch(connection, local=False)
        for name, value in (
            ("org_id", hello.org_id),
            ("user_id", hello.user_id),
            ("sync.client_id", new_id()),
            ("sync.epoch", hello.epoch),
        ):
            load.write_meta(connection, name, value)
        for table, rows in setup_rows.items():
            overlay.put(connection, hello.org_id, table, rows, fresh=True)
        load.note_new_catalog(connection)
        overlay.switch(connection, local=True)
        connection.execute("COMMIT")
    return open_cache(path)


def open_cache(path: Path) -> Cache:
    """Opens a cache; no network is needed. One of an older format is backed up beside itself and upgraded first.

    Raises:
        Unavailable: it is not there, its key is not, it is damaged or no cache, or a newer offhook made it. Nothing is
            ever wiped.
    """
    if not path.exists():
        raise Unavailable(f"There is no workspace at {path}.")
    try:
        key = keys.read(path)
    except Unavailable as error:
        raise Unavailable(f"{error} {_KEPT}") from error
    try:
        files.make_current(path, key.hex, before=overlay.uninstall)
        database = Database(path, key.hex)
        try:
            return Cache(database, key)
        except BaseException:
            database.close()
            raise
    except Damaged as error:
        raise Damaged(
            f"{path}, where this machine keeps what it has of the team's data, cannot be read: it is damaged, or its key"
            f" does not fit; `offhook doctor` says more. {_KEPT}"
        ) from error


class Cache:
    """An open cache.

    Attributes:
        path: the file.
        database: the file, open.
        key: its key and where that is kept.
        org_id: the tenant.
        user_id: the user whose login it is.
        client_id: what the server knows this cache by: with the numbers of the outbox it makes a push exactly once.
        expect: is told the number of each entry in `news` before it is committed, so that whoever watches the file for
            others' work knows its own.
        written: is called after each `truth` that was committed.
    """

    def __init__(self, database: Database, key: Key) -> None:
        self.path = database.path
        self.database = database
        self.key = key
        self.expect: Callable[[int], None] = lambda _number: None
        self.written: Callable[[], None] = lambda: None
        self._pending = Pending()
        with database.exclusive_writer() as connection:
            connection.execute("PRAGMA secure_delete = ON").fetchall()
        with database.write() as connection:
            self.org_id = load.read_meta(connection, "org_id")
            self.user_id = load.read_meta(connection, "user_id")
            self.client_id = load.read_meta(connection, "sync.client_id")
            if not self.client_id:
                raise Unavailable(f"{database.path} is a workspace of one's own, not one of a team's server.")
            overlay.install(connection)

    @contextlib.contextmanager
    def truth(
        self, *, durable: bool = False, cache_kib: int = 0, clock: Callable[[], dt.datetime] = utc_now
    ) -> Iterator[Truth]:
        """One transaction in which what the server has said is written; committed at the end, or nothing of it.

        Args:
            durable: it is on the disk when this ends. Otherwise a power cut may take it back as a whole, and the server
                is asked again.
            cache_kib: a larger cache, for many rows.
            clock: for the times that people are told.

        Raises:
            Unavailable: nothing was written: the disk is full, another program writes, …
        """
        with self.database.write(durable=durable, cache_kib=cache_kib) as connection:
            truth = Truth(connection, self.org_id, self._pending, clock)
            yield truth
            truth.finish(self.expect)
        self.written()

    def get(self, key: str) -> str:
        """A value of `meta`; empty where there is none."""
        with self.database.read() as connection:
            return load.read_meta(connection, key)

    def close(self) -> None:
        """Lets go of the file."""
        self.database.close()
