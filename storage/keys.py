"""The keys that workspaces are encrypted with, and where they are kept.

A key is 32 random bytes. It is kept in the keyring of the operating system, or, where there is none that keeps what
it is given, in a file beside the data that only the user may read. Which of the two it is, is written down beside
the data (`NAME.keystore`), so that a start that needs no keyring does not load one. Only `forget`
ever deletes a key: that of a copy of what lies on a server.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.errors import Unavailable
from storage import keyrings
from storage.database import cipher
from storage.keyrings import SERVICE

Store = Literal["keyring", "file", "plain"]

_NOTES: dict[Store, str] = {
    "keyring": "",
    "file": "The key lies in a file beside the data: whoever can read your files can read this workspace.",
    "plain": "This workspace is not encrypted: this Python has no sqlcipher3.",
}


@dataclass(frozen=True, slots=True)
class Key:
    """A workspace's key.

    Attributes:
        hex: 64 hexadecimal digits; None where the workspace is not encrypted. Never shown, logged or sent.
        store: where it is kept.
    """

    hex: str | None
    store: Store

    def __repr__(self) -> str:
        return f"Key(store={self.store!r})"

    @property
    def note(self) -> str:
        """What is less than perfect about where it is kept, in one sentence; empty where nothing is."""
        return _NOTES[self.store]


def key_file(data: Path) -> Path:
    """Where the key of a data file lies if it lies in a file."""
    return data.with_name(data.name + ".key")


def store_file(data: Path) -> Path:
    """The file that says where the key of a data file is kept."""
    return data.with_name(data.name + ".keystore")


def make(data: Path, *, prefer: Store = "keyring") -> Key:
    """A key for a data file that is about to be made, kept for good before this returns.

    Args:
        data: the data file, which is not there yet. Its folder is made, for the user alone.
        prefer: `keyring` falls back to `file`; `plain` means no encryption, and is what it comes to without SQLCipher.

    Raises:
        Unavailable: the folder cannot be written to.
    """
    private_folder(data.parent)
    if prefer == "plain" or cipher() is None:
        _remember(data, {"store": "plain"})
        return Key(None, "plain")
    if prefer == "keyring" and not key_file(data).exists():
        key = os.urandom(32).hex()
        account = f"workspace-{os.urandom(8).hex()}"
        backend = keyrings.put(account, key)
        if backend:
            _remember(data, {"store": "keyring", "account": account, "backend": backend})
            return Key(key, "keyring")
    try:
        key = _make_key_file(key_file(data))
    except OSError as error:
        raise Unavailable(
            f"The key cannot be written to {data.parent}: {error.strerror}. Check the folder and its space."
        ) from error
    _remember(data, {"store": "file"})
    return Key(key, "file")


def read(data: Path) -> Key:
    """The key of a data file.

    Raises:
        Unavailable: it cannot be had; says where it was kept and what to do.
    """
    known = _recall(data)
    match known.get("store"):
        case "keyring":
            return Key(_from_keyring(data, str(known.get("account")), str(known.get("backend"))), "keyring")
        case "plain":
            return Key(None, "plain")
    # The note may have been lost or the file copied without it: a key file beside the data speaks for itself.
    try:
        written = key_file(data).read_text("ascii").strip()
    except FileNotFoundError:
        if known.get("store") == "file":
            raise Unavailable(
                f"The key of this workspace is missing: {key_file(data)} is not there."
                " Bring it back from a backup of your files; without it nobody can read the data."
            ) from None
        return Key(None, "plain")
    except (OSError, UnicodeDecodeError) as error:
        raise Unavailable(
            f"The key in {key_file(data)} cannot be read. Check the file's permissions."
        ) from error
    return Key(written, "file")


def recorded(data: Path) -> Store:
    """Where the key of a data file is noted to be kept; `file` where nothing is noted."""
    store = _recall(data).get("store")
    return "keyring" if store == "keyring" else "plain" if store == "plain" else "file"


def adopt(data: Path, key: str | None, *, prefer: Store = "keyring") -> Key:
    """Keeps the key that a data file already has: of a restored backup, or brought from another machine.

    Whatever key file lies there is kept aside, never overwritten.

    Raises:
        Unavailable: it cannot be written.
    """
    private_folder(data.parent)
    if key is None:
        _remember(data, {"store": "plain"})
        return Key(None, "plain")
    account = f"workspace-{os.urandom(8).hex()}"
    backend = keyrings.put(account, key) if prefer == "keyring" else ""
    if backend:
        _remember(data, {"store": "keyring", "account": account, "backend": backend})
        return Key(key, "keyring")
    try:
        write_secret(key_file(data), key, keep_old=True)
    except OSError as error:
        raise Unavailable(f"The key cannot be written to {data.parent}: {error.strerror}.") from error
    _remember(data, {"store": "file"})
    return Key(key, "file")


def share(data: Path, other: Path) -> None:
    """Lets a second data file be opened with the key of the first, wherever that is kept.

    Raises:
        OSError: it cannot be noted.
    """
    if key_file(data).exists():
        write_secret(key_file(other), key_file(data).read_text("ascii").strip(), keep_old=True)
    known = _recall(data)
    if known:
        _remember(other, known)


def forget(data: Path) -> None:
    """Deletes the key of a data file, wherever it is kept: nobody can read the file any more, or a copy of it.

    For what is wiped because it lies on a server. Files of one's own are never treated so.

    Raises:
        Unavailable: it cannot be deleted.
    """
    with contextlib.suppress(Unavailable):
        known = _recall(data)
        if known.get("store") == "keyring":
            keyrings.drop(str(known.get("account")), str(known.get("backend")))
    try:
        for path in (key_file(data), store_file(data)):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable(f"The key of {data} cannot be deleted: {error.strerror}.") from error


def write_secret(path: Path, text: str, *, keep_old: bool = False) -> None:
    """Writes a small secret for the user's eyes alone, durably.

    Args:
        path: the file.
        text: what it holds.
        keep_old: a file of that name is renamed; otherwise it is an error.

    Raises:
        OSError: it cannot be written, or is there.
    """
    if keep_old and path.exists():
        if path.read_text("ascii", errors="replace").strip() == text:
            return
        path.rename(path.with_name(f"{path.name}.{os.urandom(4).hex()}.old"))
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def private_folder(folder: Path) -> None:
    """Makes a folder that only the user may enter. One that is there keeps its permissions.

    Raises:
        Unavailable: it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(f"The folder {folder} cannot be made: {error.strerror}.") from error


def sync_folder(folder: Path) -> None:
    """Makes renames and new files in a folder survive a power cut, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def too_open(path: Path) -> bool:
    """Whether others than the user may read a file or enter a folder. False where the system has no such thing."""
    return os.name == "posix" and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _make_key_file(path: Path) -> str:
    # A key file without data is what a start that was cut short left behind: its key has locked nothing yet.
    if path.exists():
        key = path.read_text("ascii", errors="replace").strip()
        if len(key) == 64 and not set(key) - set("0123456789abcdef"):
            return key
    key = os.urandom(32).hex()
    write_secret(path, key, keep_old=True)
    return key


def replace_secret(path: Path, text: str) -> None:
    """Writes a small secret in the place of what the file held, for the user's eyes alone: whole or not at all.

    Raises:
        Unavailable: it cannot be written.
    """
    fresh = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    try:
        write_secret(fresh, text)
        fresh.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror}.") from error


def _remember(data: Path, what: dict[str, str]) -> None:
    replace_secret(store_file(data), json.dumps(what))


def _recall(data: Path) -> dict[str, Any]:
    try:
        known = json.loads(store_file(data).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Unavailable(f"{store_file(data)} cannot be read; it says where the key is.") from error
    return known if isinstance(known, dict) else {}


# --- the operating system's keyring -----------------------------------------------------------------------------


def _from_keyring(data: Path, account: str, backend: str) -> str:
    key, failed = keyrings.get(account, backend)
    if key:
        return key
    raise Unavailable(
        f"The key of {data.name} is kept in the keyring of this system as {SERVICE}/{account}, and {failed}."
        " Unlock the keyring (log in to the desktop), then try again. Nothing was changed."
    )


@dataclass(frozen=True, slots=True)
class KeyReport:
    """What `doctor` says about a workspace's key.

    Attributes:
        store: keyring, file or plain.
        where: the file, or the keyring and the account.
        problem: what is wrong; empty where nothing is.
        note: what is less than perfect.
    """

    store: Store
    where: str
    problem: str
    note: str


def report(data: Path, *, get: Callable[[Path], Key] = read) -> KeyReport:
    """Where a workspace's key is kept, and whether it can be had."""
    known = _recall(data)
    try:
        key = get(data)
    except Unavailable as error:
        store: Store = "keyring" if known.get("store") == "keyring" else "file"
        return KeyReport(store, _where(data, store, known), str(error), "")
    problem = ""
    if key.store == "file" and too_open(key_file(data)):
        problem = f"Others can read {key_file(data)}. Take their permission away: chmod 600."
    return KeyReport(key.store, _where(data, key.store, known), problem, key.note)


def _where(data: Path, store: Store, known: dict[str, Any]) -> str:
    match store:
        case "keyring":
            return f"{known.get('backend')} as {SERVICE}/{known.get('account')}"
        case "file":
            return str(key_file(data))
        case "plain":
            return "nowhere"
