"""The part of a workspace that answers every command at once: nothing waits for a person, nothing to be sent."""

from __future__ import annotations

from core.changes import Changeset
from core.errors import NotFound
from core.parked import Parked


class AtOnce:
    """What a workspace without an outbox says of what waits; see `core.workspace.Workspace`."""

    def parked(self) -> list[Parked]:
        """See `core.workspace.Workspace.parked`: what does not take effect is answered so, and nothing is kept."""
        return []

    def drop(self, parked: Parked) -> None:
        """See `core.workspace.Workspace.drop`."""
        raise NotFound("That does not wait here any more.")

    def hand_in(self, parked_id: str) -> str:
        """See `core.workspace.Workspace.hand_in`."""
        raise NotFound("That does not wait here any more.")

    def unsent(self) -> list[Changeset]:
        """See `core.workspace.Workspace.unsent`: what is executed is kept."""
        return []
