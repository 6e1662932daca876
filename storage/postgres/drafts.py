"""What is being typed in the direct mode: kept on this machine, since a server that is out of reach must lose no word."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from storage import drafts
from storage.postgres.codec import is_id
from storage.postgres.login_file import LoginFile


class Drafts:
    """The drafts of one user. May be used from any thread.

    Args:
        file: where they are kept. Where it cannot be had, they are kept in memory.
    """

    def __init__(self, file: LoginFile) -> None:
        self._file = file
        self._held: dict[str, str] = {}

    def keep(self, user_id: str, key: str, text: str, now: dt.datetime) -> None:
        """Keeps a text in place of what the key had; an empty one is forgotten. On the disk when this returns.

        Args:
            user_id: whose it is: another login may use the same file.
            key: what it is about.
            text: what to keep.
            now: the time.

        Raises:
            Unavailable: it cannot be written.
        """
        own = _own(user_id, key)
        self._file.open()
        with self._file.lock:
            if self._file.durable:
                self._file.write(lambda connection: drafts.keep(connection, own, text, now))
                return
            self._held.pop(own, None)
            if text:
                self._held[own] = text

    def kept(self, user_id: str, prefix: str) -> dict[str, str]:
        """What is kept of a user under keys that begin so, the latest kept last.

        Raises:
            Unavailable: it cannot be read.
        """
        own = _own(user_id, prefix)
        held = {key: text for key, text in tuple(self._held.items()) if key.startswith(own)}
        nothing: dict[str, str] = {}
        found = held | self._file.read(lambda connection: drafts.kept(connection, own), nothing)
        skipped = len(_own(user_id, ""))
        return {key[skipped:]: text for key, text in found.items()}

    def about(self) -> frozenset[str]:
        """The ids of records that there are drafts about, whoever typed them.

        Raises:
            Unavailable: the file cannot be read.
        """
        nothing: list[str] = []
        found = (*tuple(self._held), *self._file.read(drafts.keys, nothing))
        return frozenset(end for key in found if is_id(end := key.rpartition(":")[2]))

    def drop(self, ids: Collection[str]) -> None:
        """Forgets what was being typed about records, whoever typed it."""
        with self._file.lock:
            for key in tuple(self._held):
                if key.endswith(tuple(ids)):
                    del self._held[key]
            self._file.write(lambda connection: drafts.drop(connection, ids))


def _own(user_id: str, key: str) -> str:
    return f"{user_id} {key}"
