"""A workspace as it would be: what a dry run would have written, laid over what is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from core.changes import Answer, Changeset, Status
from core.commands.base import Context, Seen
from core.commands.imports import ImportRows
from core.errors import Invalid, NotFound, OffhookError
from core.imports.shapes import Match, Probe
from core.schema import Record
from core.workspace import Workspace
from importing.deciding import Decided
from importing.known import Hand

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
        self._hand = Hand()

    def matches(self, table: str, probes: Sequence[Probe]) -> list[list[Match]]:
        """See `core.workspace.Workspace.matches`."""
        found = self._workspace.matches(table, probes)
        return [self._with_imagined(table, probe, there) for probe, there in zip(probes, found, strict=True)]

    def _with_imagined(self, table: str, probe: Probe, there: Sequence[Match]) -> list[Match]:
        by_id = {match.record.id: match for match in there}
        for held in self._hand.find(table, probe):
            by_id[held.id] = Match(held.record(self._org_id), held.company)
        for record_id in by_id:
            held_now = self._hand.get(record_id)
            if held_now is not None:
                by_id[record_id] = Match(held_now.record(self._org_id), held_now.company)
        return list(by_id.values())

    def execute(self, command: ImportRows, decided: Decided) -> Answer:
        """What the workspace would answer."""
        try:
            decision = command.decide(cast(Seen, _AsMet(decided.hand, self._org_id)), self._context)
        except NotFound as error:
            return Answer(Status.GONE, None, str(error))
        except OffhookError as error:
            fields = error.fields if isinstance(error, Invalid) else {}
            return Answer(Status.REJECTED, None, str(error), fields=fields)
        for held in decided.hand.all():
            if held.change() is not None:
                self._hand.lay(held)
        me = self._context.catalog.me
        done = Changeset(
            command.id,
            self._org_id,
            me.id,
            self._context.now,
            command.NAME,
            decision.summary,
            decision.changes,
        )
        return Answer(Status.OK, done)


class _AsMet:
    """The records as the rows of a batch met them. What they only point to was found a moment ago, and is there."""

    def __init__(self, hand: Hand, org_id: str) -> None:
        self._hand = hand
        self._org_id = org_id

    def get(self, record: type[R], record_id: str) -> Any:
        """See `core.commands.base.Seen.get`."""
        held = self._hand.get(record_id)
        return None if held is None else held.record(self._org_id, original=True)
