"""Commands that were sent and whose answer has not come: kept, and sent again until it has.

The server knows a command by its id, so that one sent twice has one effect. What is written here survives the end
of the program; the file is encrypted like every other.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import threading
from pathlib import Path
from typing import Any

from core.changes import Changeset, from_json, to_json
from core.errors import Unavailable
from storage import database, keys
from storage.keys import Store

FILE = "unsettled.db"
_UNREADABLE = "A command that waits for an answer was kept by a newer offhook, and is sent by that one."
_TROUBLE: tuple[type[Exception], ...] = (Unavailable, ValueError, KeyError, *database.failures())


class Unsettled:
    """The commands without an answer, oldest first.

    Args:
        folder: where their file lies, or is made; None: they are kept in memory, and end with the program.
        store: where the file's key is kept if it must be made; see `storage.keys.make`.
    """

    def __init__(self, folder: Path | None, *, store: Store = "keyring") -> None:
        self._path = folder / FILE if folder is not None else None
        self._store = store
        self._lock = threading.RLock()
        self._held: dict[str, Changeset] = {}
        self._earlier: tuple[Changeset, ...] = ()
        self._done: set[str] = set()
        self._connection: Any = None
        self._opened = self._path is None
        self._durable = False
        self._notes: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What is less than perfect about how they are kept, one sentence each."""
        return self._notes

    @property
    def durable(self) -> bool:
        """Whether they survive the end of the program."""
        return self._durable

    def __len__(self) -> int:
        return len(self._held)

    def open(self) -> None:
        """Opens the file, or makes it, and reads what an earlier start has left behind.

        A file that cannot be opened stays as it is, and what is sent now is kept in memory; the notes say so.
        """
        with self._lock:
            if self._opened:
                return
            self._opened = True
            try:
                self._open()
                self._durable = True
            except _TROUBLE as error:
                self._connection = None
                self._notes = (
                    f"Commands without an answer are not kept over a restart: {error}",
                    *self._notes,
                )

    def _open(self) -> None:
        path = self._path
        if path is None:
            return
        new = not path.exists()
        key = keys.make(path, prefer=self._store) if new else keys.read(path)
        # Where the key lies in a file, so does the password, and that is told.
        self._notes = (key.note,) if key.store == "plain" else ()
        self._connection = database.connect(path, key.hex, create=new)
        run = self._connection.execute
        run("PRAGMA journal_mode = WAL").fetchone()
        run(
            "CREATE TABLE IF NOT EXISTS unsettled (id TEXT PRIMARY KEY, at TEXT NOT NULL, body TEXT NOT NULL)"
        )
        for (body,) in run("SELECT body FROM unsettled ORDER BY at, id").fetchall():
            try:
                left = from_json(json.loads(body))
            except (KeyError, TypeError, ValueError):
                self._notes = (*self._notes, _UNREADABLE)
                continue
            self._held[left.id] = left
        self._earlier = tuple(self._held.values())

    def earlier(self) -> tuple[Changeset, ...]:
        """Those that an earlier start has left, oldest first. None that was put since: that one is being sent."""
        self.open()
        return self._earlier

    def all(self) -> list[Changeset]:
        """Those that wait for an answer, oldest first."""
        self.open()
        with self._lock:
            return list(self._held.values())

    def put(self, changeset: Changeset) -> None:
        """Keeps a command that is about to be sent. On the disk when this returns.

        Raises:
            Unavailable: it cannot be written; it must not be sent.
        """
        self.open()
        with self._lock:
            self._write(
                "FULL",
                "INSERT OR REPLACE INTO unsettled (id, at, body) VALUES (?, ?, ?)",
                changeset.id,
                dt.datetime.now(dt.UTC).isoformat(timespec="microseconds"),
                json.dumps(to_json(changeset)),
            )
            self._held[changeset.id] = changeset

    def settle(self, changeset_id: str) -> None:
        """Lets go of a command whose answer is known."""
        with self._lock:
            self._held.pop(changeset_id, None)
            self._done.add(changeset_id)
            # A full disk or another program's lock makes no answer untrue. What cannot be removed now is with the next one.
            with contextlib.suppress(Unavailable):
                for done in tuple(self._done):
                    # Need not be gone for good: a command that is sent once more has no other effect.
                    self._write("NORMAL", "DELETE FROM unsettled WHERE id = ?", done)
                    self._done.remove(done)

    def _write(self, synchronous: str, statement: str, *values: str) -> None:
        if self._connection is None or self._path is None:
            return
        try:
            self._connection.execute(f"PRAGMA synchronous = {synchronous}")
            self._connection.execute(statement, values)
        except database.errors() as error:
            raise database.explain(error, self._path) from error

    def close(self) -> None:
        """Closes the file. What has no answer yet stays in it."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
