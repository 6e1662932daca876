"""Backups of a workspace, while it is in use, and the way back.

A backup is encrypted with the workspace's own key. That key is not in it: whoever finds the backup cannot read it,
and on another machine it is of use only together with the key. So `recovery_key` and `write_recovery_key` hand the
key out, to be kept apart from the backup (on paper, in a password manager), and `restore` takes it.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import Refused, Unavailable
from storage import files, keys, schema_version
from storage.database import connect, errors, explain, failures
from storage.load import read_meta
from storage.solo import SoloWorkspace

Progress = Callable[[int, int], None]
"""Is told how many pages are left, and how many there are."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made.

    Attributes:
        path: the file.
        size: its size in bytes.
        note: what the user has to know about its key, in one sentence.
    """

    path: Path
    size: int
    note: str


@dataclass(frozen=True, slots=True)
class Restored:
    """A workspace that was brought back.

    Attributes:
        path: the workspace.
        replaced: where the file that was there before is kept; None where there was none.
        note: what is less than perfect about where the key is kept now; may be empty.
    """

    path: Path
    replaced: Path | None
    note: str


def backup(
    workspace: SoloWorkspace, target: Path, *, force: bool = False, progress: Progress | None = None
) -> Backup:
    """Copies the workspace as it is at this moment, whatever is written meanwhile, and checks the copy.

    Args:
        workspace: the workspace; it stays in use.
        target: where the copy goes. It appears there when it is whole and on the disk.
        force: take the place of a file that is there; it stays until the copy is whole.
        progress: is told how far it is.

    Raises:
        Refused: there is a file at `target`, or it is the workspace itself.
        Unavailable: the copy cannot be written, or is not whole.
    """
    target = Path(target)
    if target.exists() and target.samefile(workspace.path):
        raise Refused("A backup cannot take the place of the workspace itself.")
    if target.exists() and not force:
        raise Refused(
            f"There is a file at {target} already. Choose another name, or say that it may be replaced."
        )
    if not target.parent.is_dir():
        raise Refused(f"There is no folder {target.parent}.")
    source = workspace.database.reader()
    try:
        files.copy(source, target, workspace.key.hex, replace=force, progress=progress)
    finally:
        source.close()
    return Backup(target, target.stat().st_size, _note(workspace))


def recovery_key(workspace: SoloWorkspace) -> str:
    """The workspace's key as a person can write it down: 64 hexadecimal digits in groups of eight.

    Raises:
        Refused: the workspace is not encrypted.
    """
    key = workspace.key.hex
    if key is None:
        raise Refused("This workspace is not encrypted; its backups open without a key.")
    return "-".join(key[place : place + 8] for place in range(0, 64, 8))


def write_recovery_key(workspace: SoloWorkspace, target: Path) -> None:
    """Writes the recovery key into a new file that only the user may read.

    Raises:
        Refused: there is a file, or the workspace is not encrypted.
        Unavailable: it cannot be written.
    """
    key = recovery_key(workspace)
    try:
        keys.write_secret(Path(target), key)
    except FileExistsError:
        raise Refused(f"There is a file at {target} already. Choose another name.") from None
    except OSError as error:
        raise Unavailable(f"The recovery key cannot be written to {target}: {error.strerror}.") from error


def read_recovery_key(typed: str) -> str:
    """A recovery key as a person types or pastes it, in its one form.

    Raises:
        Refused: it is not one.
    """
    key = re.sub(r"[\s-]", "", typed).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", key):
        raise Refused("That is not a recovery key: it has 64 characters, 0 to 9 and a to f.")
    return key


def restore(source: Path, target: Path, *, key: str | None = None, store: keys.Store = "keyring") -> Restored:
    """Brings a backup back as the workspace. The file that is there is kept aside, with its key.

    Args:
        source: the backup.
        target: the workspace's file; nobody may have it open.
        key: the recovery key, where the backup is of another machine. Otherwise the workspace's key is taken, or the
            one that lies beside the backup.
        store: where the key is kept, if it is not kept for `target` yet.

    Raises:
        Refused: the recovery key is malformed, or it is no backup but a copy of a team's data.
        Unavailable: the backup cannot be opened or is not whole, or another program has the workspace open. Nothing
            was changed.
    """
    source, target = Path(source), Path(target)
    if target.exists() and source.exists() and target.samefile(source):
        raise Refused("That is the workspace itself, not a backup of it.")
    chosen, connection = _open_backup(source, target, read_recovery_key(key) if key else None)
    building = files.temporary(target)
    try:
        keys.private_folder(target.parent)
        files.copy(connection, building, chosen)
        return _swap(building, target, chosen, store)
    except failures() as error:
        raise explain(error, target) from error
    finally:
        connection.close()
        files.remove(building)


def _note(workspace: SoloWorkspace) -> str:
    if workspace.key.hex is None:
        return "This backup is not encrypted: whoever has the file can read it."
    return (
        "This backup opens only with the key of this workspace, which is not in it. To be able to restore it on another"
        " machine, write down the recovery key and keep it apart from the backup."
    )


def _open_backup(source: Path, target: Path, given: str | None) -> tuple[str | None, Any]:
    """The key that fits a backup, and a connection to it."""
    if not source.exists():
        raise Unavailable(f"There is no backup at {source}.")
    candidates: list[str | None] = [given] if given else []
    if not given:
        for beside in (target, source):
            try:
                candidates.append(keys.read(beside).hex)
            except Unavailable:
                continue
        candidates.append(None)
    for key in dict.fromkeys(candidates):
        try:
            connection = connect(source, key)
        except Unavailable:
            continue
        try:
            _check_backup(connection, source)
        except BaseException:
            connection.close()
            raise
        return key, connection
    raise Unavailable(
        f"{source} cannot be opened: the key does not fit, or the file is damaged. If the backup is of another machine,"
        " give the recovery key that was written down there. Nothing was changed."
    )


def _check_backup(connection: Any, source: Path) -> None:
    try:
        version = schema_version.read(connection)
        if not version or not read_meta(connection, "org_id"):
            raise Unavailable(f"{source} is not a backup of an offhook workspace. Nothing was changed.")
        if read_meta(connection, "sync.client_id"):
            raise Refused(
                f"{source} is a copy of a team's data, not a backup: put back, it would send again what was sent long ago."
                " Log in to your team instead: offhook login. Nothing was changed."
            )
        schema_version.is_behind(version)
        problems = files.problems(connection)
    except errors() as error:
        raise explain(error, source) from error
    if problems:
        raise Unavailable(f"{source} is damaged ({problems[0]}). Nothing was changed. Try an older backup.")


def _swap(building: Path, target: Path, key: str | None, store: keys.Store) -> Restored:
    held: str | None = None
    known = False
    replaced = None
    if target.exists():
        held_key = _key_of(target)
        known = held_key is not None
        held = held_key.hex if held_key else None
        if held_key is not None:
            files.require_unused(target, held_key.hex)
        files.require_no_wal(target)
        day = dt.datetime.now(dt.UTC).strftime("%Y-%m-%d")
        replaced = files.unused(target.with_name(f"{target.stem}-before-restore-{day}{target.suffix}"))
        keys.share(target, replaced)
        _keep_aside(target, replaced)
    note = ""
    if not known or held != key:
        note = keys.adopt(target, key, prefer=store).note
    files.put(building, target, replace=True)
    return Restored(target, replaced, note)


def _key_of(target: Path) -> keys.Key | None:
    """The key of the file that is to be replaced; None where it is lost or does not fit."""
    try:
        key = keys.read(target)
        connect(target, key.hex).close()
    except Unavailable:
        return None
    return key


def _keep_aside(target: Path, replaced: Path) -> None:
    # A second name, so that there is a workspace at every moment; a rename where the file system knows no second names.
    try:
        os.link(target, replaced)
    except (OSError, NotImplementedError):
        target.rename(replaced)
