"""The password of a team login: kept in the system's keyring, or in a file for the user's eyes alone.

The order in which one is looked for: the environment (`OFFHOOK_PASSWORD`, for automatic runs), the keyring, the file.
Nothing else of offhook ever holds it, and no log, argument or address does.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from storage.secret import KeptSecret, Place

VARIABLE = "OFFHOOK_PASSWORD"

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
    return _secret(folder).keep(password, account="team", prefer=prefer)


def read(folder: Path, environment: Mapping[str, str] = os.environ) -> str | None:
    """The password; None where none is kept.

    Raises:
        Unavailable: it is kept and cannot be had.
    """
    return environment.get(VARIABLE) or _secret(folder).read()


def note(folder: Path) -> str:
    """What is less than perfect about where the password lies; empty where nothing is."""
    return NOTE if _secret(folder).is_in_file() else ""


def forget(folder: Path) -> None:
    """Takes the password away from wherever it is kept.

    Raises:
        Unavailable: the file cannot be removed.
    """
    _secret(folder).forget()


def _secret(folder: Path) -> KeptSecret:
    return KeptSecret(folder / "password", "password", "Your password", "offhook login")
