"""Following the agent of a copy: what it has done, and whether it has come to an end."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from core.workspace import Changed, Health

if TYPE_CHECKING:
    from cli.progress import Progress
    from sync.standing import Standing
    from sync.workspace import FieldWorkspace

_LOOK_SECONDS = 0.2
"""How often to look where nobody says that something has changed."""
_PATIENCE = 1.0
"""Seconds that a server that is there may leave lying what was sent."""


class Watch:
    """Follows a workspace with an agent, as long as its block runs.

    Args:
        workspace: the workspace, open.
    """

    def __init__(self, workspace: FieldWorkspace) -> None:
        self._workspace = workspace
        self._changed = threading.Event()
        self._stops = ExitStack()
        self._waited = {each.id for each in workspace.unsent()}
        self._to_send = len(self._waited)
        self._parked = {each.id for each in workspace.parked()}
        self._received = self._loaded = 0
        self._left_since = 0.0

    def __enter__(self) -> Self:
        self._stops.callback(self._workspace.watch_health(self._look))
        self._stops.callback(self._workspace.subscribe(self._hear))
        return self

    def __exit__(self, *_: object) -> None:
        self._stops.close()

    def _look(self, health: Health) -> None:
        # Before the agent has been woken: what other programs have done is counted before it is sent.
        if health.to_send > self._to_send:
            self._waited |= {each.id for each in self._workspace.unsent()}
        self._to_send = health.to_send
        self._changed.set()

    def _hear(self, changed: Changed) -> None:
        if not changed.local:
            self._received += len(changed.rows)
        self._changed.set()

    def wait(self, seconds: float = _LOOK_SECONDS) -> None:
        """Waits until something has changed, as long as that."""
        self._changed.wait(seconds)
        self._changed.clear()

    @property
    def standing(self) -> Standing:
        """How it stands."""
        return self._workspace.standing

    @property
    def away(self) -> bool:
        """Whether nothing comes of waiting; see `sync.standing.Standing.away`."""
        return self.standing.away

    @property
    def done(self) -> bool:
        """Whether the copy is what the server has, and the server has what was done here."""
        from sync.standing import State

        return self.standing.state is State.LIVE and not self._workspace.unsent()

    @property
    def refused(self) -> bool:
        """Whether the server is there and takes nothing at the moment."""
        from sync.standing import State

        if self.standing.state is not State.LIVE or not self._workspace.unsent():
            self._left_since = 0.0
            return False
        self._left_since = self._left_since or time.monotonic()
        return time.monotonic() - self._left_since > _PATIENCE

    def until_done(self, progress: Progress) -> None:
        """Waits until nothing more is to come, or nothing more can come."""
        while not (self.done or self.away or self.refused):
            self._show(progress)
            self.wait()

    def until_useful(self, progress: Progress) -> None:
        """Waits until what is needed first is here: one's own deals, what is due, and with whom."""
        from sync.standing import State

        while self.standing.state not in (State.LIVE, State.LOADING) and not self.away:
            self._show(progress)
            self.wait()

    def until_known(self, seconds: float = 2.0) -> None:
        """Waits until it is known how it stands, as long as that."""
        from sync.standing import State

        until = time.monotonic() + seconds
        on_the_way = (State.CONNECTING, State.CATCHING_UP)
        while self.standing.state in on_the_way and (left := until - time.monotonic()) > 0:
            self.wait(min(left, _LOOK_SECONDS))

    def _show(self, progress: Progress) -> None:
        standing = self.standing
        self._loaded = max(self._loaded, standing.loaded)
        if standing.total:
            progress.share(standing.loaded / standing.total, f"{standing.loaded:,} records")
        else:
            progress.step(standing.state.value)

    def counted(self) -> dict[str, int]:
        """What has been sent and received so far, and what waits."""
        unsent = {each.id for each in self._workspace.unsent()}
        parked = {each.id for each in self._workspace.parked()}
        return {
            "sent": len(self._waited - unsent - (parked - self._parked)),
            "received": self._received + self._loaded,
            "to_send": len(unsent),
            "parked": len(parked),
        }
