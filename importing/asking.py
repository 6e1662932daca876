"""Asks a workspace about many rows, in portions."""

from __future__ import annotations

from collections.abc import Sequence

from core.imports.shapes import Match, Probe
from importing.batch import Batch, Matches
from importing.known import Held

_PROBES = 500
"""Probes that are asked at once."""


def matches_of(matches: Matches, table: str, probes: Sequence[Probe]) -> list[list[Match]]:
    """What each probe leads to."""
    found: list[list[Match]] = []
    for start in range(0, len(probes), _PROBES):
        found += matches(table, probes[start : start + _PROBES])
    return found


def ask(batch: Batch, table: str, probes: Sequence[Probe]) -> list[list[Held]]:
    """What each probe leads to, in hand."""
    take = batch.hand.take
    return [[take(match) for match in some] for some in matches_of(batch.around.matches, table, probes)]
