"""The password of a team login: kept in the system's keyring, or in a file for the user's eyes alone.

The order in which one is looked for: the environment (`OFFHOOK_PASSWORD`, for automatic runs), the keyring, the file.
Nothing else of offhook ever holds it, and no log, argument or address does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from core.errors import Unavailable
from storage import keyrings
from storage.keys import private_folder, replace_secret

VARIABLE = "OFFHOOK_PASSWORD"
Place = Literal["keyring", "file"]

NOTE = "The password lies in a file: whoever can read your files can log in as you. A keyring would keep it better."
"""What is less than perfect about the file."""


def keep(folder: Path, password: str, *, prefer: Place = "keyring") -> Place:
    """Keeps a password in place of the one before.

    Args:
        folder: where the profile lies.
        password: what is kept.
        prefer: `keyring` falls back to `file`.

    Returns:
        Where it is kept.

    Raises:
        Unavailable: it cannot be written.
    """
    private_folder(folder)
    before = _known_or_none(folder)
    account = f"team-{os.urandom(8).hex()}"
    backend = keyrings.put(account, password) if prefer == "keyring" else ""
    held = {"account": account, "backend": backend} if backend else {"password": password}
    try:
        # ASCII only: JSON escapes what else there is.
        replace_secret(_file(folder), json.dumps(held))
    except Unavailable:
        if backend:
            keyrings.drop(account, backend)
        raise
    # Not before the new one is safe: whoever cannot write it down still has the old one.
    if "account" in before:
        keyrings.drop(before["account"], before["backend"])
    return "keyring" if backend else "file"


def read(folder: Path, environment: Mapping[str, str] = os.environ) -> str | None:
    """The password; None where none is kept.

    Raises:
        Unavailable: it is kept and cannot be had.
    """
    if given := environment.get(VARIABLE):
        return given
    known = _known(folder)
    if "password" in known:
        return known["password"]
    if "account" not in known:
        return None
    password, failed = keyrings.get(known["account"], known["backend"])
    if not password:
        raise Unavailable(
            f"Your password is kept in the keyring of this system, and {failed}. Unlock the keyring (log in to the"
            " desktop), or run `offhook login` again."
        )
    return password


def note(folder: Path) -> str:
    """What is less than perfect about where the password lies; empty where nothing is."""
    return NOTE if "password" in _known(folder) else ""


def forget(folder: Path) -> None:
    """Takes the password away from wherever it is kept.

    Raises:
        Unavailable: the file cannot be removed.
    """
    known = _known_or_none(folder)
    if "account" in known:
        keyrings.drop(known["account"], known["backend"])
    try:
        _file(folder).unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable(f"{_file(folder)} cannot be removed: {error.strerror}.") from None


def _file(folder: Path) -> Path:
    return folder / "password"


def _known_or_none(folder: Path) -> dict[str, str]:
    """What is noted; nothing where that is damaged, which must not stand in the way of a new password."""
    try:
        return _known(folder)
    except Unavailable:
        return {}


def _known(folder: Path) -> dict[str, str]:
    try:
        known = json.loads(_file(folder).read_text("ascii"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise Unavailable(f"{_file(folder)} cannot be read. Run `offhook login` again.") from None
    return known if isinstance(known, dict) else {}
