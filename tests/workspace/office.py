"""An open workspace of any mode, and shorthands for what a rep does in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from core.catalog import Catalog
from core.changes import Answer, Status
from core.commands.base import Command
from core.commands.contacts import CreateContact
from core.commands.deals import CreateDeal, MoveDeal
from core.entities import Stage
from core.workspace import Changed, Workspace
from tests.waiting import eventually

START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


@dataclass
class Clock:
    """A clock that goes on by a second whenever it is looked at, so that no two moments are one."""

    now: dt.datetime = START

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now


@dataclass
class Office:
    """A workspace, and what is done in it."""

    workspace: Workspace
    clock: Clock = field(default_factory=Clock)

    @property
    def catalog(self) -> Catalog:
        return self.workspace.catalog()

    @property
    def pipeline_id(self) -> str:
        return self.catalog.pipelines[0].id

    def stage(self, name: str) -> Stage:
        return next(s for s in self.catalog.stages if s.name == name)

    def do(self, command: Command) -> Answer:
        """Executes a command that must succeed."""
        answer = self.workspace.execute(command)
        assert answer.applied, answer.reason
        return answer

    def became(self, answer: Answer) -> Answer:
        """What became of a command in the end: where it took effect in a copy, the server has the last word."""
        if not answer.applied or answer.changeset is None:
            return answer
        eventually(lambda: not self.workspace.unsent())
        for parked in self.workspace.parked():
            if parked.id == answer.changeset.id:
                return Answer(
                    Status(parked.kind), answer.changeset, parked.reason, parked.conflicts, answer.revision
                )
        return answer

    def contact(self, first_name: str = "Lena", *, company: str = "", **values: Any) -> str:
        command = CreateContact(values={"first_name": first_name, **values}, company_name=company)
        self.do(command)
        return command.contact_id

    def deal(self, title: str = "Acme renewal", *, company: str = "", **values: Any) -> str:
        command = CreateDeal(
            pipeline_id=self.pipeline_id, values={"title": title, **values}, company_name=company
        )
        self.do(command)
        return command.deal_id

    def move(self, deal: str, origin: str, target: str, **more: Any) -> MoveDeal:
        """The command that moves a deal from one stage to another."""
        return MoveDeal(
            deal_id=deal, stage_id=self.stage(target).id, from_stage_id=self.stage(origin).id, **more
        )

    def get(self, table: str, record_id: str) -> Any:
        return self.workspace.record(table, record_id)

    def written(self, table: str, record_id: str) -> int:
        """How many changesets have touched a record."""
        return len(self.workspace.history(table, record_id))


@dataclass
class Ear:
    """A subscriber that remembers what it was told."""

    told: list[Changed] = field(default_factory=list)

    def __call__(self, changed: Changed) -> None:
        self.told.append(changed)

    @property
    def rows(self) -> set[tuple[str, str]]:
        """Every record that it was told of."""
        return {row for changed in tuple(self.told) for row in changed.rows}

    def heard(self, table: str, record_id: str, *, local: bool = False) -> bool:
        """Whether it was told of the record, as one's own doing or as others'."""
        return any((table, record_id) in c.rows and c.local == local for c in tuple(self.told))

    @property
    def everything(self) -> bool:
        """Whether it was told to read all anew."""
        return any(c.everything for c in tuple(self.told))

    def hears(self, table: str, record_id: str) -> None:
        """Waits until it is told of the record."""
        eventually(lambda: (table, record_id) in self.rows)
