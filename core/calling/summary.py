"""What a block of calls came to, in figures; how to say them is the screen's affair."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from core.workspace import CallStats


class Figures(NamedTuple):
    """A block of calls, or a day of them."""

    dials: int
    connects: int
    conversations: int
    """Connected calls of more than a minute."""
    meetings: int
    talk_s: int
    """Seconds in connected calls."""
    connect_rate: float | None
    """Of the dials, between 0 and 1; None: nobody was dialled."""
    dials_per_conversation: float | None
    """None: there was no conversation."""
    seconds_per_dial: float | None
    """From one dial to the next, talk included; None: there were not two."""
    dials_per_hour: float | None


class Summary(NamedTuple):
    """Figures beside those they are compared with."""

    now: Figures
    before: Figures | None
    """None: there is nothing to compare with."""
    connect_rate_change: float | None
    """In parts of one: 0.02 is two percentage points more; None: one of the two has no rate."""
    seconds_per_dial_change: float | None
    """Seconds more (less: negative) from one dial to the next."""


def figures(stats: CallStats, *, worked_s: float | None = None) -> Figures:
    """The figures of what was counted.

    Args:
        stats: the counts, as a workspace has them.
        worked_s: seconds of work without pauses, where they are known; else the time from the first dial to the last
            one counts.
    """
    between = None
    if worked_s is not None and stats.dials:
        between = worked_s / stats.dials
    elif stats.dials > 1 and stats.first_at is not None and stats.last_at is not None:
        between = (stats.last_at - stats.first_at) / (stats.dials - 1)
    return Figures(
        dials=stats.dials,
        connects=stats.connects,
        conversations=stats.conversations,
        meetings=stats.meetings,
        talk_s=stats.talk_s,
        connect_rate=stats.connects / stats.dials if stats.dials else None,
        dials_per_conversation=stats.dials / stats.conversations if stats.conversations else None,
        seconds_per_dial=between,
        dials_per_hour=3600 / between if between else None,
    )


def summary(now: CallStats, before: CallStats | None, *, worked_s: float | None = None) -> Summary:
    """A block beside another one, or a day beside the one before.

    Args:
        now: what was counted now.
        before: what was counted then; None, or without a dial: there is nothing to compare with.
        worked_s: as for `figures`, of now.
    """
    mine = figures(now, worked_s=worked_s)
    theirs = figures(before) if before is not None and before.dials else None
    return Summary(
        mine,
        theirs,
        _change(mine.connect_rate, theirs and theirs.connect_rate),
        _change(mine.seconds_per_dial, theirs and theirs.seconds_per_dial),
    )


def _change(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else now - before
