"""A workspace as it would be: what a dry run would have written, laid over what is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from core.changes import Answer, Status
from core.commands.base import Context, Seen, changeset
from core.commands.imports import ImportRows
from core.errors import Invalid, NotFound, OffhookError
from core.imports.shapes import Match, Probe
from core.schema import Record
from core.workspace import Workspace
from importing.deciding import Decided
from importing.known import Hand
from importing.scratch import Scratch

R = TypeVar("R", bound=Record)


class Imagined:
    """Finds and takes what a workspace would, and writes nothing.

    Args:
        workspace: what is there.
        context: the set-up as it will be, who asks, and when.
    """

    def __init__(self, workspace: Workspace, context: Context) -> None:
        self._workspace = workspace
        self._context = context
        self._org_id = context.catalog.organization.id
        self._scratch = Scratch()

    def matches(self, table: str, probes: Sequence[Probe]) -> list[list[Match]]:
        """See `core.workspace.Workspace.matches`."""
        found = self._workspace.matches(table, probes)
        imagined = self._scratch.find(table, probes)
        return [self._now(there, ids) for there, ids in zip(found, imagined, strict=True)]

    def _now(self, there: Sequence[Match], ids: Sequence[str]) -> list[Match]:
        """What is there, as it would be by now, and what would have been made."""
        by_id: dict[str, Match | None] = {match.record.id: match for match in there}
        by_id.update(dict.fromkeys(ids))
        out: list[Match] = []
        for record_id, match in by_id.items():
            held = self._scratch.get(record_id)
            if held is not None:
                out.append(Match(held.record(self._org_id), held.company))
            elif match is not None:
                out.append(match)
        return out

    def execute(self, command: ImportRows, decided: Decided) -> Answer:
        """What the workspace would answer."""
        try:
            decision = command.decide(cast(Seen, _AsMet(decided.hand, self._org_id)), self._context)
        except NotFound as error:
            return Answer(Status.GONE, None, str(error))
        except OffhookError as error:
            fields = error.fields if isinstance(error, Invalid) else {}
            return Answer(Status.REJECTED, None, str(error), fields=fields)
        self._scratch.put(held for held in decided.hand.all() if held.change() is not None)
        return Answer(Status.OK, changeset(command, decision, self._context))

    def close(self) -> None:
        """Forgets what it has imagined."""
        self._scratch.close()


class _AsMet:
    """The records as the rows of a batch met them. What they only point to was found a moment ago, and is there."""

    def __init__(self, hand: Hand, org_id: str) -> None:
        self._hand = hand
        self._org_id = org_id

    def get(self, record: type[R], record_id: str) -> Any:
        """See `core.commands.base.Seen.get`."""
        held = self._hand.get(record_id)
        return None if held is None else held.record(self._org_id, original=True)
