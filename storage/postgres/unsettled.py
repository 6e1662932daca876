"""Commands that were sent and whose answer has not come: kept, and sent again until it has.

The server knows a command by its id, so that one sent twice has one effect. What is written here survives the end
of the program.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from functools import partial
from typing import Any

from core.changes import Changeset, from_json, to_json
from core.errors import Unavailable
from storage.postgres.login_file import LoginFile

_UNREADABLE = "A command that waits for an answer was kept by a newer offhook, and is sent by that one."


class Unsettled:
    """The commands without an answer, oldest first.

    Args:
        file: where they are kept.
    """

    def __init__(self, file: LoginFile) -> None:
        self._file = file
        self._held: dict[str, Changeset] = {}
        self._earlier: tuple[Changeset, ...] = ()
        self._done: set[str] = set()
        self._opened = False

    @property
    def durable(self) -> bool:
        """Whether they survive the end of the program."""
        return self._file.durable

    def __len__(self) -> int:
        return len(self._held)

    def open(self) -> None:
        """Opens the file, or makes it, and reads what an earlier start has left behind.

        A file that cannot be read stays as it is, and what is sent now is kept in memory; its notes say so.
        """
        with self._file.lock:
            if self._opened:
                return
            self._opened = True
            try:
                self._file.read(self._read, None)
            except Unavailable as error:
                self._file.give_up(error)
            self._earlier = tuple(self._held.values())

    def _read(self, connection: Any) -> None:
        for (body,) in connection.execute("SELECT body FROM unsettled ORDER BY at, id").fetchall():
            try:
                left = from_json(json.loads(body))
            except (KeyError, TypeError, ValueError):
                self._file.note(_UNREADABLE)
                continue
            self._held[left.id] = left

    def earlier(self) -> tuple[Changeset, ...]:
        """Those that an earlier start has left, oldest first. None that was put since: that one is being sent."""
        self.open()
        return self._earlier

    def all(self) -> list[Changeset]:
        """Those that wait for an answer, oldest first."""
        self.open()
        with self._file.lock:
            return list(self._held.values())

    def put(self, changeset: Changeset) -> None:
        """Keeps a command that is about to be sent. On the disk when this returns.

        Raises:
            Unavailable: it cannot be written; it must not be sent.
        """
        self.open()
        values = (
            changeset.id,
            dt.datetime.now(dt.UTC).isoformat(timespec="microseconds"),
            json.dumps(to_json(changeset)),
        )
        with self._file.lock:
            self._file.write(
                lambda connection: connection.execute(
                    "INSERT OR REPLACE INTO unsettled (id, at, body) VALUES (?, ?, ?)", values
                )
            )
            self._held[changeset.id] = changeset

    def settle(self, changeset_id: str) -> None:
        """Lets go of a command whose answer is known."""
        with self._file.lock:
            self._held.pop(changeset_id, None)
            self._done.add(changeset_id)
            # A full disk or another program's lock makes no answer untrue. What cannot be removed now is with the next one.
            with contextlib.suppress(Unavailable):
                for done in tuple(self._done):
                    # Need not be gone for good: a command that is sent once more has no other effect.
                    self._file.write(partial(_remove, changeset_id=done), durable=False)
                    self._done.remove(done)


def _remove(connection: Any, *, changeset_id: str) -> None:
    connection.execute("DELETE FROM unsettled WHERE id = ?", (changeset_id,))
