"""One agent for each cache: a lock on a file beside it, which the operating system frees when its holder ends, however it ends."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from core.errors import Unavailable
from storage import database

SUFFIX = ".agent"


class AgentLock:
    """The right to keep a cache and its server together. The file stays; it is the lock on it that counts.

    Args:
        cache: the cache's file.
    """

    def __init__(self, cache: Path) -> None:
        self._path = cache.with_name(cache.name + SUFFIX)
        self._file: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object has it."""
        return self._file is not None

    def take(self) -> bool:
        """Takes the lock if nobody has it, here or in another process. Whether this object has it now.

        Raises:
            Unavailable: the file cannot be made.
        """
        if self._file is not None:
            return True
        try:
            file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise database.explain(error, self._path) from error
        try:
            taken = _lock(file)
        except OSError as error:
            os.close(file)
            raise Unavailable(
                f"{self._path.parent} lies on a disk that cannot lock files. Move the workspace to another."
            ) from error
        if taken:
            self._file = file
        else:
            os.close(file)
        return taken

    def free(self) -> None:
        """Lets others have it. Nothing happens where this object does not have it."""
        file, self._file = self._file, None
        if file is not None:
            # Closing it would do; where a child has the same open file it would not.
            with contextlib.suppress(OSError):
                _unlock(file)
            os.close(file)

    def is_taken(self) -> bool:
        """Whether an agent is at work, here or in another process."""
        if self._file is not None:
            return True
        if not self._path.exists():
            return False
        taken = not self.take()
        self.free()
        return taken


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int) -> bool:
        os.lseek(file, 0, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _unlock(file: int) -> None:
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    # Of the open file, not of the process: two agents of one program shut each other out too.
    def _lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_UN)
