"""The file that a login keeps on this machine although its records lie on a server: encrypted like every other.

Commands whose answer has not come (`storage.postgres.unsettled`) and drafts (`storage.postgres.drafts`) lie in it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from core.errors import Unavailable
from storage import database, drafts, keys
from storage.keys import Store

FILE = "unsettled.db"

_UNSETTLED = (
    "CREATE TABLE IF NOT EXISTS unsettled (id TEXT PRIMARY KEY, at TEXT NOT NULL, body TEXT NOT NULL)"
)
_TROUBLE: tuple[type[Exception], ...] = (Unavailable, ValueError, KeyError, *database.failures())
_T = TypeVar("_T")


class LoginFile:
    """The file, opened or made when it is first needed. May be used from any thread.

    A file that cannot be opened stays as it is: then nothing is kept over a restart, and the notes say so.

    Args:
        folder: where it lies, or is made; None: there is none, and what would lie in it ends with the program.
        store: where its key is kept if it must be made; see `storage.keys.make`.

    Attributes:
        lock: whoever changes what is in the file, and knows of it beside, holds it meanwhile. May be taken again.
    """

    def __init__(self, folder: Path | None, *, store: Store = "keyring") -> None:
        self.lock = threading.RLock()
        self._path = folder / FILE if folder is not None else None
        self._store = store
        self._connection: Any = None
        self._opened = self._path is None
        self._durable = False
        self._notes: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What is less than perfect about how things are kept, one sentence each."""
        return self._notes

    @property
    def durable(self) -> bool:
        """Whether what is kept survives the end of the program. Not before `open`."""
        return self._durable

    def note(self, sentence: str) -> None:
        """Adds to `notes`."""
        self._notes = (*self._notes, sentence)

    def open(self) -> None:
        """Opens the file, or makes it, unless that was done before."""
        with self.lock:
            if self._opened or self._path is None:
                return
            self._opened = True
            try:
                self._open(self._path)
                self._durable = True
            except _TROUBLE as error:
                self.give_up(error)

    def _open(self, path: Path) -> None:
        new = not path.exists()
        key = keys.make(path, prefer=self._store) if new else keys.read(path)
        # Where the key lies in a file, so does the password, and that is told.
        self._notes = (key.note,) if key.store == "plain" else ()
        self._connection = database.connect(path, key.hex, create=new)
        self._connection.execute("PRAGMA journal_mode = WAL").fetchone()
        for table in (_UNSETTLED, drafts.TABLE):
            self._connection.execute(table)

    def give_up(self, error: Exception) -> None:
        """Keeps nothing in the file, since it cannot be read."""
        self.close()
        self._durable = False
        self._notes = (
            f"What you type and commands without an answer are not kept over a restart: {error}",
            *self._notes,
        )

    def read(self, question: Callable[[Any], _T], otherwise: _T) -> _T:
        """What a connection to the file answers; `otherwise` where there is no file.

        Raises:
            Unavailable: the file cannot be read, or is closed.
        """
        with self._in_use() as connection:
            return otherwise if connection is None else question(connection)

    def write(self, change: Callable[[Any], None], *, durable: bool = True) -> None:
        """Changes what is in the file, if there is one.

        Args:
            change: one statement.
            durable: it is on the disk when this returns; otherwise a power cut may take it back.

        Raises:
            Unavailable: it cannot be written, or is closed.
        """
        with self._in_use() as connection:
            if connection is not None:
                connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                change(connection)

    @contextlib.contextmanager
    def _in_use(self) -> Iterator[Any]:
        self.open()
        with self.lock:
            if self._durable and self._connection is None:
                raise Unavailable("This workspace is closed.")
            try:
                yield self._connection
            except database.errors() as error:
                assert self._path is not None, "errors of a connection come from one that is open"
                raise database.explain(error, self._path) from error

    def close(self) -> None:
        """Closes the file. What is in it stays."""
        with self.lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
