"""Asks a workspace: about many rows, in portions; and what became of a changeset."""

from __future__ import annotations

from collections.abc import Sequence

from core.changes import Answer, Status
from core.commands.imports import ImportRows
from core.errors import Unavailable
from core.imports.shapes import Match, Probe
from core.workspace import Workspace
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


def answer_to(workspace: Workspace, import_id: str, changeset_id: str) -> Answer:
    """The answer that a changeset of an import got: applied where it is in the history.

    Raises:
        Unavailable: the workspace cannot be asked.
    """
    # A batch without rows is refused; an id that was there before gets the answer that it had then.
    asked = ImportRows(id=changeset_id, import_id=import_id, file="", first=0, last=0)
    answer = workspace.execute(asked)
    if answer.status is Status.UNAVAILABLE:
        raise Unavailable(answer.reason)
    return answer
