"""Reps who are out of reach of each other until they sync: what each sees, what waits for whom, and what the record tells."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from core.changes import Answer
from core.commands.base import Command
from core.commands.settle import SendAgain
from core.conflicts import Choice
from core.entities import Stage, Task
from core.errors import NotFound, Unavailable
from core.parked import Parked
from core.parked_text import told
from core.workspace import HistoryEntry, Subject
from storage.local import utc_now
from storage.postgres.direct import DirectWorkspace
from sync.server import Server
from sync.standing import Standing, State
from sync.workspace import FieldWorkspace
from tests.postgres.floor import Floor, password_of
from tests.postgres.rooms import Rooms
from tests.sync.desks import Desks
from tests.sync.driven import Driven, driven


class _Reached:
    """An agent that is driven from here, as its workspace sees it."""

    notes: tuple[str, ...] = ()

    def __init__(self, rep: Driven) -> None:
        self._rep = rep
        self._since = utc_now()

    @property
    def standing(self) -> Standing:
        """Online as long as the agent has a connection."""
        try:
            _ = self._rep.agent.remote
        except Unavailable:
            return Standing(State.OFFLINE, self._since)
        return Standing(State.LIVE, self._since)

    def nudge(self) -> None:
        """What is done is sent when the rep says so."""

    def stop(self) -> None:
        """It has no thread."""
        self._rep.agent.disconnect()


@dataclass(eq=False)
class Rep:
    """Somebody with a cache, who does nothing but what is said here."""

    driven: Driven

    @property
    def workspace(self) -> FieldWorkspace:
        """What the rep works in."""
        return self.driven.desk.workspace

    def do(self, command: Command, *tokens: str) -> Answer:
        """Does something, here and now."""
        return self.driven.desk.do(command, *tokens)

    def call(self, contact_id: str) -> str:
        """Logs an entry; returns its text."""
        return self.driven.desk.call(contact_id)

    def edit(self, contact_id: str, field_name: str = "description") -> str:
        """Types something new into a field of a contact; returns it."""
        return self.driven.desk.edit(contact_id, field_name)

    def sync(self) -> None:
        """Sends what was done and takes in what others did."""
        self.driven.sync()

    def leave(self) -> None:
        """Is offline from here on."""
        self.driven.agent.disconnect()

    # --- what the rep sees

    def get(self, table: str, record_id: str) -> Any:
        """A record as it is on the rep's screen."""
        return self.workspace.record(table, record_id)

    def has(self, table: str, record_id: str) -> bool:
        """Whether the record is here, and not deleted."""
        with contextlib.suppress(NotFound):
            return bool(self.get(table, record_id).deleted_at is None)
        return False

    def stage(self, name: str) -> Stage:
        """A stage by its name."""
        return next(stage for stage in self.workspace.catalog().stages if stage.name == name)

    def told(self, table: str, record_id: str, *kinds: str) -> list[str]:
        """What the timeline says, the newest first: headline and text."""
        entries = self.workspace.timeline(Subject(table, record_id), kinds=kinds)
        return [f"{entry.activity.subject}{entry.activity.body}" for entry in entries]

    def planned(self, contact_id: str) -> list[Task]:
        """The open tasks about a contact."""
        return [line.task for line in self.workspace.tasks() if line.task.contact_id == contact_id]

    def lost(self, table: str, record_id: str) -> list[str]:
        """What the timeline says of values that lost."""
        return self.told(table, record_id, "conflict")

    def history(self, table: str, record_id: str, parked: Parked) -> HistoryEntry:
        """What the history says of a changeset that was not taken."""
        entries = self.workspace.history(table, record_id)
        return next(entry for entry in entries if entry.changeset.id == parked.id)

    # --- what waits

    @property
    def parked(self) -> list[Parked]:
        """What waits for the rep."""
        return self.workspace.parked()

    def the_question(self) -> Parked:
        """The one thing that waits for the rep."""
        [parked] = self.parked
        return parked

    def asked(self) -> dict[str, tuple[Any, Any, Any]]:
        """By field: what both saw, mine and theirs, of the one thing that waits."""
        return {c.field: (c.base, c.mine, c.theirs) for c in self.the_question().conflicts}

    def decide(self, choices: Mapping[str, Choice] | None = None, *, of: Parked | None = None) -> Answer:
        """Sends again what waits, as decided."""
        parked = of or self.the_question()
        return self.do(SendAgain(parked=parked, choices=choices or {}))

    def drop(self) -> Parked:
        """Gives up the one thing that waits."""
        parked = self.the_question()
        self.workspace.drop(parked)
        self.driven.desk.ledger.dropped.add(parked.id)
        return parked

    def hand_in(self, parked: Parked) -> str:
        """Gives what waits to whoever has the record; returns their name."""
        ledger = self.driven.desk.ledger
        ledger.hand_ins.add((parked.id, told(parked, self.workspace.catalog())))
        name = self.workspace.hand_in(parked.id)
        ledger.handed_in.add(parked.id)
        return name


@dataclass
class Reps:
    """The reps of a test, and colleagues who work on the server itself."""

    floor: Floor
    desks: Desks
    rooms: Rooms
    reps: dict[str, Rep] = field(default_factory=dict)

    def rep(self, login: str) -> Rep:
        """Somebody with everything on their machine."""
        one = driven(self.desks, login)
        workspace = one.desk.workspace
        profile = self.desks.profile(login)
        workspace.join(
            cast(Any, _Reached(one)),
            lambda: Server(profile, password_of(login), clock=utc_now, catalog=workspace.catalog),
        )
        self.reps[login] = Rep(one)
        self.reps[login].sync()
        return self.reps[login]

    def direct(self, login: str) -> DirectWorkspace:
        """Somebody at the office, without a cache."""
        return self.rooms.open(login)

    def at_the_office(self, login: str, *commands: Command) -> None:
        """What somebody without a cache does."""
        workspace = self.direct(login)
        for command in commands:
            answer = workspace.execute(command)
            assert answer.applied, answer.reason

    def rest(self) -> None:
        """Everybody syncs until nothing is left; then all is as it must be: nothing lost, doubled, or overwritten unseen."""
        for _ in range(2):
            for rep in self.reps.values():
                rep.sync()
        self.desks.check()


@contextlib.contextmanager
def reps_on(floor: Floor, folder: Path) -> Iterator[Reps]:
    """Reps on a floor. When the test is through, everybody syncs, and all is checked."""
    rooms = Rooms(floor)
    with contextlib.closing(Desks(floor, folder)) as desks, contextlib.closing(rooms):
        reps = Reps(floor, desks, rooms)
        yield reps
        reps.rest()
