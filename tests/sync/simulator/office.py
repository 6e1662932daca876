"""What a client is made of besides its agent: its file, and the way on which a person asks the server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg

from core.ids import new_id
from storage import database, keys, load
from storage.postgres import feed
from storage.postgres.connection import Wire, explain
from sync.cache import create_cache
from sync.remote import Remote
from tests.sync.simulator.faults import Faults

_made: dict[str, bytes] = {}
"""By person a cache with nothing but a set-up: to make one takes a tenth of a second, and a copy nothing."""


def make(path: Path, person: str, remote: Remote) -> None:
    """Makes a cache, or copies one that was made for the same person in an earlier world, and makes it another one."""
    hello = remote.hello()
    if person not in _made:
        create_cache(path, hello=hello, setup_rows=remote.pull(None, []).setup or {}, store="plain").close()
        _made[person] = path.read_bytes()
        return
    keys.make(path, prefer="plain")
    path.write_bytes(_made[person])
    connection = database.connect(path, None)
    load.write_meta(connection, "sync.client_id", new_id())
    load.write_meta(connection, "sync.epoch", hello.epoch)
    connection.close()


class Office:
    """The server, as far as a person asks it themselves.

    Args:
        faults: what goes wrong on the way.
        wire: gives the connection.
    """

    def __init__(self, faults: Faults, wire: Callable[[], Wire]) -> None:
        self._faults = faults
        self._wire = wire

    def give(self, table: str, record_id: str, text: str, note_id: str) -> str:
        """See `sync.server.Server.give`."""
        try:
            name = feed.hand_in(self._wire(), table, record_id, text, note_id)
        except psycopg.Error as error:
            raise explain(error) from error
        self._faults.after_call("hand_in")
        return name

    def close(self) -> None:
        """See `sync.server.Server.close`."""
