"""Direct workspaces for tests: who logs in, and through which network."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.postgres.direct import DirectWorkspace, open_direct
from storage.postgres.profile import Profile
from tests.postgres.floor import Floor, password_of
from tests.proxy import Proxy


@dataclass
class Rooms:
    """Opens workspaces on a floor, and closes them in the end."""

    floor: Floor
    proxy: Proxy | None = None
    _open: list[DirectWorkspace] = field(default_factory=list)

    def profile(self, login: str) -> Profile:
        cluster = self.floor.database.cluster
        return Profile(
            cluster.host, self.proxy.port if self.proxy else cluster.port, self.floor.database.name, login
        )

    def open(self, login: str, *, folder: Path | None = None, **more: Any) -> DirectWorkspace:
        """A workspace of one of the floor's people."""
        more = {"patience": 0.5, "store": "file", **more}
        workspace = open_direct(self.profile(login), password_of(login), folder=folder, **more)
        self._open.append(workspace)
        return workspace

    def close(self) -> None:
        for workspace in self._open:
            workspace.close()


@contextlib.contextmanager
def rooms_on(floor: Floor) -> Iterator[Rooms]:
    """Workspaces with nothing in between."""
    rooms = Rooms(floor)
    try:
        yield rooms
    finally:
        rooms.close()


@contextlib.contextmanager
def rooms_behind_a_proxy(floor: Floor) -> Iterator[tuple[Rooms, Proxy]]:
    """Workspaces whose network can be spoilt."""
    cluster = floor.database.cluster
    proxy = Proxy((cluster.host, cluster.port))
    proxy.start()
    rooms = Rooms(floor, proxy)
    try:
        yield rooms, proxy
    finally:
        rooms.close()
        proxy.close()
