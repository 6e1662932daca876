"""SQLite files: how they are opened, read by many and written by one.

The driver is SQLCipher's where it is installed, else Python's own (then a file is not encrypted, which is said).
A file is in WAL mode. Readers are taken from a small pool and each reads one snapshot; there is one writer behind a
lock, in this process, and SQLite's own lock between processes. What the writer commits is on the disk when COMMIT
returns (`synchronous=FULL`). Checkpoints run on a thread of their own, so that no command waits for one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.errors import Unavailable
from storage.reads.sqlite import prepare

BUSY_SECONDS = 15.0
"""How long a command waits for another program that is writing."""

_READERS = 4
_READER_CACHE_KIB = 6_144
_WRITER_CACHE_KIB = 4_096
MANY_CACHE_KIB = 65_536
"""The writer's cache for work on many rows."""
_CHECKPOINT_CHANGES = 1_500
_MOST_WAL_PAGES = 64_000
"""From so many pages of the WAL on, a quarter of a gigabyte, a checkpoint makes writing wait until all is folded in."""
_LET_WRITE = 0.1
"""Seconds that a checkpoint waits for whoever is writing: longer than a command takes, not so long as a batch of an import."""
_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT) if hasattr(errno, "EDQUOT") else (errno.ENOSPC, errno.EFBIG)


class Damaged(Unavailable):
    """The file cannot be read as what it is: the key does not fit, or it is not whole."""


def cipher() -> Any | None:
    """SQLCipher's DB-API module; None where it is not installed."""
    try:
        from sqlcipher3 import dbapi2
    except ImportError:
        return None
    return dbapi2


def errors() -> tuple[type[Exception], ...]:
    """The exceptions that a connection may raise."""
    module = cipher()
    return (sqlite3.Error,) if module is None else (module.Error, sqlite3.Error)


def failures() -> tuple[type[Exception], ...]:
    """The exceptions that work on a file may raise: those of the connection and those of the file system."""
    return (OSError, *errors())


def connect(path: Path, key: str | None, *, create: bool = False, wait: float = BUSY_SECONDS) -> Any:
    """A bare connection in autocommit mode, keyed and proven to be able to read the file.

    Args:
        path: the file. It must be there unless `create`.
        key: 64 hex digits; None: the file is not encrypted.
        create: make an empty file, for the user's eyes only.
        wait: seconds to wait for a lock.

    Raises:
        Unavailable: it cannot be opened; says why and what to do.
    """
    module: Any = cipher() or sqlite3
    if key is not None and cipher() is None:
        raise Unavailable(
            f"{path.name} is encrypted, and this Python has no sqlcipher3 to open it with."
            " Install offhook for a Python that has it (pip install sqlcipher3), or use the one that made the file."
        )
    try:
        if create:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        elif not path.exists():
            raise Unavailable(f"There is no workspace at {path}.")
        connection = module.connect(
            str(path), timeout=wait, isolation_level=None, check_same_thread=False, cached_statements=256
        )
    except failures() as error:
        raise explain(error, path) from error
    try:
        if cipher() is not None:
            # SQLCipher reports a wrong key on stderr, which belongs to the screen.
            connection.execute("PRAGMA cipher_log_level = NONE").fetchall()
        if key is not None:
            connection.execute(f"PRAGMA key = \"x'{_checked(key)}'\"").fetchall()
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except errors() as error:
        connection.close()
        raise explain(error, path) from error
    return connection


def _checked(key: str) -> str:
    if len(key) != 64 or set(key) - set("0123456789abcdef"):
        raise Unavailable("The key of this workspace is not whole: it must be 64 hexadecimal digits.")
    return key


def explain(error: Exception, path: Path) -> Unavailable:
    """An error of SQLite or of the file system as a sentence that says what to do."""
    if isinstance(error, Unavailable):
        return error
    name = str(getattr(error, "sqlite_errorname", "") or "")
    text = str(error)
    if isinstance(error, PermissionError):
        return Unavailable(f"You may not use {path}. Check who owns the file and its folder.")
    if isinstance(error, FileNotFoundError):
        return Unavailable(f"There is no folder {path.parent}.")
    if name == "SQLITE_FULL" or "is full" in text or (isinstance(error, OSError) and error.errno in _FULL):
        return Unavailable(f"The disk that holds {path} is full. Free some space, then try again.")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or "locked" in text:
        return Unavailable("Another program is writing to this workspace. Try again in a moment.")
    if name.startswith("SQLITE_READONLY") or "readonly" in text:
        return Unavailable(
            f"{path} cannot be written to. Check the permissions of the file and of its folder."
        )
    if name == "SQLITE_NOTADB" or "not a database" in text:
        return Damaged(
            f"{path} cannot be read: the key does not fit, or the file is damaged or no workspace at all."
            " Nothing was changed. Check the key with `offhook doctor`, or bring a backup back with `offhook restore`."
        )
    if name.startswith("SQLITE_CORRUPT") or "malformed" in text:
        return Damaged(
            f"{path} is damaged. Nothing was changed. Run `offhook doctor`, or bring a backup back with"
            " `offhook restore`."
        )
    if name.startswith("SQLITE_CANTOPEN") or "unable to open" in text:
        return Unavailable(
            f"{path} cannot be opened. Check that the file and its folder may be read and written."
        )
    if name.startswith("SQLITE_IOERR") or "I/O error" in text or isinstance(error, OSError):
        return Unavailable(
            f"The disk that holds {path} does not work as it should ({text}). Check its space and its health,"
            " then try again."
        )
    return Unavailable(
        f"{path} cannot be used at the moment ({text}). Try again; if it stays, run `offhook doctor`."
    )


class Database:
    """An open file: a pool of readers, one writer, and a thread that checkpoints.

    Args:
        path: the file, which must be there.
        key: 64 hex digits, or None for a file that is not encrypted.

    Raises:
        Unavailable: it cannot be opened.
    """

    def __init__(self, path: Path, key: str | None) -> None:
        self.path = path
        self.key = key
        self._lock = threading.Lock()
        self._idle: list[Any] = []
        self._pool_lock = threading.Lock()
        self._closed = False
        self._writer = connect(path, key)
        self._writer_cache_kib = _WRITER_CACHE_KIB
        self._checkpointer: threading.Thread | None = None
        self._due = threading.Event()
        self._checkpointed = 0
        try:
            self._set_up_writer()
        except errors() as error:
            self._writer.close()
            raise explain(error, path) from error

    def _set_up_writer(self) -> None:
        run = self._writer.execute
        if run("PRAGMA journal_mode = WAL").fetchone()[0].lower() != "wal":
            raise Unavailable(
                f"{self.path} lies on a disk that cannot share files between programs. Move it to another."
            )
        run("PRAGMA synchronous = FULL")
        run(f"PRAGMA cache_size = -{_WRITER_CACHE_KIB}")
        # The thread checkpoints far earlier; this only bounds the WAL should the thread fail. It is more than a batch of an
        # import writes, whose COMMIT would wait for it.
        run(f"PRAGMA wal_autocheckpoint = {_MOST_WAL_PAGES}")

    @contextlib.contextmanager
    def read(self) -> Iterator[Any]:
        """A connection for reading one snapshot. May be nested and used from any thread.

        Raises:
            Unavailable: the file cannot be read.
        """
        try:
            connection = self._take()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                self._give_back(connection)
        except errors() as error:
            raise explain(error, self.path) from error

    def _take(self) -> Any:
        with self._pool_lock:
            if self._closed:
                raise Unavailable("This workspace is closed.")
            if self._idle:
                return self._idle.pop()
        return self.reader()

    def reader(self) -> Any:
        """One more connection that only reads, for the caller to close."""
        connection = connect(self.path, self.key)
        connection.execute(f"PRAGMA cache_size = -{_READER_CACHE_KIB}")
        connection.execute("PRAGMA query_only = ON")
        prepare(connection)
        return connection

    def _give_back(self, connection: Any) -> None:
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except errors():
            connection.close()
            return
        with self._pool_lock:
            if not self._closed and len(self._idle) < _READERS:
                self._idle.append(connection)
                return
        connection.close()

    @contextlib.contextmanager
    def write(self, *, cache_kib: int = 0, durable: bool = True) -> Iterator[Any]:
        """The writer, in a transaction that is committed at the end, or rolled back if anything is raised.

        Args:
            cache_kib: a larger cache, for work on many rows: without it pages leave and come back many times over. It
                stays until somebody writes without one.
            durable: it is on the disk when COMMIT returns. Otherwise a power cut may take it back, whole, unless a
                durable one came after it: for what can be had again.

        Raises:
            Unavailable: nothing was written: the disk is full, another program writes, the file is gone, …
        """
        with self._lock:
            if self._closed:
                raise Unavailable("This workspace is closed.")
            connection = self._writer
            try:
                self._set_writer_cache(cache_kib or _WRITER_CACHE_KIB)
                if not durable:
                    connection.execute("PRAGMA synchronous = NORMAL")
                try:
                    connection.execute("BEGIN IMMEDIATE")
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    # A full disk may have rolled back already.
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
                finally:
                    if not durable:
                        connection.execute("PRAGMA synchronous = FULL")
            except errors() as error:
                raise explain(error, self.path) from error
            self._wake_checkpointer()

    def _set_writer_cache(self, kib: int) -> None:
        if kib != self._writer_cache_kib:
            self._writer.execute(f"PRAGMA cache_size = -{kib}")
            self._writer_cache_kib = kib

    @contextlib.contextmanager
    def exclusive_writer(self) -> Iterator[Any]:
        """The writer without a transaction, for work that brings its own (backup, VACUUM, integrity checks)."""
        with self._lock:
            if self._closed:
                raise Unavailable("This workspace is closed.")
            try:
                yield self._writer
            except errors() as error:
                raise explain(error, self.path) from error

    # --- checkpoints

    def _wake_checkpointer(self) -> None:
        # Two to three pages of the WAL for each changed row. The WAL's size says nothing: it is overwritten, not cut.
        if self._writer.total_changes - self._checkpointed < _CHECKPOINT_CHANGES:
            return
        self._checkpointed = self._writer.total_changes
        if self._checkpointer is None:
            self._checkpointer = threading.Thread(
                target=self._run_checkpoints, name="checkpoints", daemon=True
            )
            self._checkpointer.start()
        self._due.set()

    def _run_checkpoints(self) -> None:
        connection = None
        while True:
            self._due.wait()
            self._due.clear()
            if self._closed:
                break
            # A checkpoint that fails is tried again later; the WAL holds everything meanwhile.
            with contextlib.suppress(Unavailable, *errors()):
                connection = connection or connect(self.path, self.key)
                ((_, pages, _),) = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                # Only when all is folded in does the WAL start over. What was written meanwhile is little, unless somebody is
                # writing much at the moment: then another time, before the WAL is too large.
                if self._lock.acquire(timeout=-1 if pages > _MOST_WAL_PAGES // 2 else _LET_WRITE):
                    try:
                        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
                    finally:
                        self._lock.release()
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Closes every connection; the last one of all programs folds the WAL into the file."""
        with self._lock, self._pool_lock:
            if self._closed:
                return
            self._closed = True
            idle, self._idle = self._idle, []
        self._due.set()
        if self._checkpointer is not None:
            self._checkpointer.join()
        for connection in idle:
            connection.close()
        # No statistics are gathered (no PRAGMA optimize, no ANALYZE): what they say of a small file makes the planner
        # read a grown one from end to end. See tests/storage/test_reads_plans.py.
        self._writer.close()
