"""The solo workspace: everything in one SQLite file on this machine, encrypted where it can be.

`open_solo` and `create_solo` are the two doors.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.changes import Changeset
from core.errors import Unavailable
from core.workspace import Health
from storage import files, keys, load
from storage.apply import apply
from storage.at_once import AtOnce
from storage.database import Database
from storage.keys import Key, Store
from storage.local import Clock, LocalWorkspace, utc_now


def open_solo(path: Path, *, key: str | None = None, clock: Clock = utc_now) -> SoloWorkspace:
    """Opens a workspace. A file of an older format is backed up beside itself and upgraded first.

    Args:
        path: the data file.
        key: 64 hex digits where the key is not to be had from the place that is noted beside the file.
        clock: what time it is.

    Raises:
        Unavailable: it is not there, its key is not, it is damaged, or a newer offhook made it. The message says what
            to do; nothing is ever wiped.
    """
    path = Path(path)
    if not path.exists():
        raise Unavailable(f"There is no workspace at {path}.")
    found = Key(key, keys.recorded(path)) if key is not None else keys.read(path)
    files.make_current(path, found.hex)
    return SoloWorkspace(Database(path, found.hex), found, clock=clock)


def create_solo(
    path: Path, founding: Changeset, *, store: Store = "keyring", clock: Clock = utc_now
) -> SoloWorkspace:
    """Makes a workspace with its first changeset and opens it. What is cut short leaves no half workspace.

    Args:
        path: the data file, which must not be there yet. Its folder is made for the user alone.
        founding: see `core.defaults.founding`; the user who did it is the one that the workspace belongs to.
        store: where its key is kept; see `storage.keys.make`.
        clock: what time it is.

    Raises:
        Unavailable: there is a file already, or it cannot be written.
    """
    path = Path(path)
    with files.fresh(path, store=store) as (connection, _key):
        found(connection, founding, clock())
    return open_solo(path, clock=clock)


def found(connection: Any, founding: Changeset, now: dt.datetime) -> None:
    """Writes the first changeset into an empty file.

    Args:
        connection: on a file with a schema, in autocommit mode.
        founding: the changeset.
        now: for the stamps.
    """
    connection.execute("BEGIN IMMEDIATE")
    apply(connection, founding, load.Loaded(connection, founding.org_id), now=now, catalog=None)
    load.write_meta(connection, "org_id", founding.org_id)
    load.write_meta(connection, "user_id", founding.user_id)
    connection.execute("COMMIT")


class SoloWorkspace(AtOnce, LocalWorkspace):
    """A workspace that one person has for themselves; see `core.workspace.Workspace` for what its methods are for."""

    def health(self) -> Health:
        """See `core.workspace.Workspace.health`."""
        notes = tuple(note for note in (self._trouble, self.key.note) if note)
        line, level = ("✗ not saved", "error") if self._trouble else ("● saved", "ok")
        return Health("solo", self._known[1].me.name, line, level, notes)

    def watch_health(self, listener: Callable[[Health], None]) -> Callable[[], None]:
        """See `core.workspace.Workspace.watch_health`: a file on this machine is not lost while nothing is asked of it."""
        return lambda: None

    def who_took(self, table: str, record_id: str) -> str:
        """See `core.workspace.Workspace.who_took`: on one's own machine nothing leaves one's sight."""
        return ""
