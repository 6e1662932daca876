"""What a block of calls came to, in rates; how to say them is the screen's affair."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.workspace import CallStats


def connect_rate(stats: CallStats) -> float | None:
    """How many of the dials connected, between 0 and 1; None: nobody was dialled."""
    return stats.connects / stats.dials if stats.dials else None


def seconds_per_dial(stats: CallStats) -> float | None:
    """Seconds from one dial to the next, talk and pauses included; None: there were not two dials."""
    if stats.dials < 2 or stats.first_at is None or stats.last_at is None:
        return None
    return (stats.last_at - stats.first_at) / (stats.dials - 1)
