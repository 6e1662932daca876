"""Files with people's data: new ones, for the user's eyes alone."""

from __future__ import annotations

import os
from pathlib import Path

from core.errors import Refused, Unavailable


def require_free(file: Path) -> None:
    """Raises `Refused` where a file cannot be made: there is one, or there is no folder for it."""
    if file.exists():
        raise Refused(f"There is a file at {file} already. Choose another name.")
    if not file.absolute().parent.is_dir():
        raise Refused(f"There is no folder {file.absolute().parent}. Make it first, or name another.")


def write_private(file: Path, text: str) -> None:
    """Writes a new file that nobody else can read.

    Raises:
        Unavailable: it cannot be written, or is there.
    """
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        raise Unavailable(f"{file} cannot be written: {error.strerror or error}.") from None
