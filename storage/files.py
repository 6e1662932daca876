"""Workspace files as a whole: made, brought to the current schema, put into place. Never wiped."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from core.errors import Unavailable
from storage import keys, schema_version
from storage.database import connect, errors, explain, failures
from storage.keys import Key, Store

_LEFTOVER_SECONDS = 86_400


class InUse(Unavailable):
    """Another program has a file open that nobody may have open now."""


@contextlib.contextmanager
def fresh(path: Path, *, store: Store, pragmas: tuple[str, ...] = ()) -> Iterator[tuple[Any, Key]]:
    """An empty file with the current schema, built beside `path` and put there when the caller is done with it.

    Args:
        path: where it will be. Nothing may be there.
        store: where its key is kept; see `storage.keys.make`.
        pragmas: for building it fast (`synchronous = OFF`): nothing is at `path` until all is on the disk.

    Raises:
        Unavailable: there is a file already, or it cannot be written.
    """
    refuse_existing(path)
    keys.private_folder(path.parent)
    _sweep(path)
    key = keys.make(path, prefer=store)
    building = temporary(path)
    connection = None
    try:
        connection = connect(building, key.hex, create=True)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").fetchall()
        from storage.upgrade import upgrade

        upgrade(connection)
        yield connection, key
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.close()
        put(building, path)
    except failures() as error:
        raise explain(error, path) from error
    finally:
        if connection is not None:
            connection.close()
        remove(building)


def make_current(path: Path, key: str | None, *, before: Callable[[Any], None] | None = None) -> None:
    """Upgrades a file of an older schema, after a backup beside it. A current one is left alone.

    Args:
        path: the file.
        key: 64 hex digits, or None for a file that is not encrypted.
        before: is called with the connection once the backup is made, to put away what would hinder the upgrade.

    Raises:
        Unavailable: it is no workspace, is newer than this program, or cannot be opened.
    """
    connection = connect(path, key)
    try:
        version = schema_version.read(connection)
        if not version:
            raise Unavailable(f"{path} is not an offhook workspace. Nothing was changed.")
        if not schema_version.is_behind(version):
            return
        day = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d")
        kept = unused(path.with_name(f"{path.stem}-before-upgrade-{day}{path.suffix}"))
        copy(connection, kept, key)
        from storage.upgrade import upgrade

        if before is not None:
            before(connection)
        upgrade(connection)
    except failures() as error:
        raise explain(error, path) from error
    finally:
        connection.close()


def copy(
    connection: Any,
    target: Path,
    key: str | None,
    *,
    replace: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Copies an open database as it is now, whatever is written meanwhile, and checks the copy.

    Args:
        connection: the source, in no transaction.
        target: where the copy goes; it appears there when it is whole.
        key: the key of both.
        replace: take the place of a file that is there.
        progress: is told how many pages are left, and how many there are.

    Raises:
        Unavailable: the copy cannot be written or is not whole.
    """
    building = temporary(target)
    try:
        other = connect(building, key, create=True)
        try:
            # One snapshot: a copy that follows the writers would start over with each of their commands.
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            told = (lambda _status, left, pages: progress(left, pages)) if progress else None
            connection.backup(other, pages=2_000, progress=told)
            found = problems(other)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            other.close()
        if found:
            raise Unavailable(f"The copy is not whole ({found[0]}). Run `offhook doctor` on the original.")
        put(building, target, replace=replace)
    except failures() as error:
        raise explain(error, target) from error
    finally:
        remove(building)


def problems(connection: Any) -> list[str]:
    """What is wrong with the structure of a file; every page is read, and with it every page's seal."""
    return [str(row[0]) for row in connection.execute("PRAGMA quick_check(5)") if row[0] != "ok"]


def require_unused(path: Path, key: str | None) -> None:
    """Makes sure that no program has a file open, and folds its WAL in.

    Raises:
        InUse: one has.
        Unavailable: the file cannot be opened.
    """
    connection = connect(path, key, wait=1.0)
    try:
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0].lower()
    except errors() as error:
        if "locked" in str(error):
            mode = "wal"
        else:
            raise explain(error, path) from error
    finally:
        connection.close()
    if mode == "wal":
        raise InUse(f"Another program has {path} open. Close it, then try again. Nothing was changed.")


def require_no_wal(path: Path) -> None:
    """Makes sure that nothing lies beside a file that SQLite would take for the newest part of whatever is put there.

    Raises:
        Unavailable: something does.
    """
    for suffix in ("-wal", "-journal"):
        beside = path.with_name(path.name + suffix)
        if beside.exists() and beside.stat().st_size:
            raise Unavailable(
                f"{beside} holds changes that cannot be read without the key of {path.name}. Move both files away"
                " together, then try again. Nothing was changed."
            )
        beside.unlink(missing_ok=True)


def refuse_existing(path: Path) -> None:
    """Raises `Unavailable` if there is a file."""
    if path.exists():
        raise Unavailable(f"There is a file at {path} already. Nothing was changed.")


def temporary(path: Path) -> Path:
    """A name beside `path` that nobody uses, for building what will be there."""
    return path.with_name(f".{path.name}.{os.urandom(4).hex()}.new")


def unused(path: Path) -> Path:
    """`path`, or a numbered name like it that nobody uses."""
    if not path.exists():
        return path
    for number in range(2, 10_000):
        other = path.with_name(f"{path.stem}-{number}{path.suffix}")
        if not other.exists():
            return other
    raise Unavailable(f"There are too many files like {path}.")


def put(building: Path, path: Path, *, replace: bool = False) -> None:
    """Puts a finished file into its place in one step that survives a power cut. Overwrites nothing unless told to.

    Raises:
        Unavailable: a file has appeared there meanwhile.
        OSError: it cannot be done.
    """
    descriptor = os.open(building, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if replace:
        building.replace(path)
    else:
        _put_without_overwriting(building, path)
    keys.sync_folder(path.parent)


def _put_without_overwriting(building: Path, path: Path) -> None:
    # A second name is refused where there is a file, whoever made it a moment ago; a rename would overwrite it.
    try:
        os.link(building, path)
    except FileExistsError:
        refuse_existing(path)
    except (OSError, NotImplementedError):
        refuse_existing(path)
        building.rename(path)


def remove(building: Path) -> None:
    """Removes what was being built, with SQLite's files beside it."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        with contextlib.suppress(OSError):
            building.with_name(building.name + suffix).unlink()


def _sweep(path: Path) -> None:
    """Removes what was being built here when the power went, long ago."""
    for old in path.parent.glob(f".{path.name}.*.new*"):
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > _LEFTOVER_SECONDS:
                old.unlink()
