"""A workspace in which work waits: for a person to decide, and for the server to be in reach."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

from core.changes import Answer, Changeset, FieldConflict
from core.commands.base import Command, Context, changeset, load_needs
from core.errors import NotFound, Unavailable
from core.parked import Parked
from core.workspace import Changed, Health, HistoryEntry
from storage import load
from storage.solo import SoloWorkspace, open_solo


class WaitingWorkspace:
    """Passes everything on to a workspace, and says that work waits beside it.

    Attributes:
        waits: what waits for a person.
        to_send: what waits for the server.
        loading: how much of the first load is here, in percent; None: all.
        remarks: what is less than perfect.
        reachable: the server is in reach.
        handed: what was handed over.
    """

    def __init__(self, inner: SoloWorkspace) -> None:
        self.inner = inner
        self.waits: list[Parked] = []
        self.to_send: list[Changeset] = []
        self.loading: int | None = None
        self.remarks: tuple[str, ...] = ()
        self.reachable = True
        self.handed: list[str] = []
        self.notes: dict[str, str] = {}
        self._watchers: list[Callable[[Health], None]] = []
        self._listeners: list[Callable[[Changed], None]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def execute(self, command: Command) -> Answer:
        answer = self.inner.execute(command)
        if answer.applied and command.settles:
            self._settle(command.settles)
            self._tell()
        return answer

    def _settle(self, parked_id: str) -> Parked:
        found = next((one for one in self.waits if one.id == parked_id), None)
        if found is None:
            raise NotFound("That does not wait here any more.")
        self.waits = [one for one in self.waits if one is not found]
        return found

    def parked(self) -> list[Parked]:
        return list(self.waits)

    def drop(self, parked: Parked) -> None:
        self.notes[parked.id] = "Not applied: given up"
        self._settle(parked.id)
        self._tell()

    def hand_in(self, parked_id: str) -> str:
        if not self.reachable:
            raise Unavailable("The server cannot be reached. It goes on waiting here.")
        self.handed.append(self._settle(parked_id).id)
        self._tell()
        return "Jonas Weber"

    def unsent(self) -> list[Changeset]:
        return list(self.to_send)

    def history(self, table: str, record_id: str, *, limit: int = 100) -> list[HistoryEntry]:
        entries = self.inner.history(table, record_id, limit=limit)
        return [dataclasses.replace(entry, note=self.notes.get(entry.changeset.id, "")) for entry in entries]

    def health(self) -> Health:
        parts = []
        if not self.reachable:
            parts.append("○ offline since 10:02")
        if self.loading is not None:
            parts.append(f"◐ loading {self.loading} %")
        if self.to_send:
            parts.append(f"{self._sign}{len(self.to_send)} to send")
        if self.waits:
            parts.append(f"⚠ {len(self.waits)} conflict{'s' * (len(self.waits) > 1)}")
        level = "warning" if self.waits or not self.reachable else "busy" if parts else "ok"
        return Health(
            "field", self.inner.health().who, " · ".join(parts) or "● live", level, self.remarks,
            to_send=len(self.to_send), parked=len(self.waits), loading=self.loading,
        )  # fmt: skip

    @property
    def _sign(self) -> str:
        return "" if not self.reachable or self.loading is not None else "◐ "

    def watch_health(self, listener: Callable[[Health], None]) -> Callable[[], None]:
        self._watchers.append(listener)

        def stop() -> None:
            with contextlib.suppress(ValueError):
                self._watchers.remove(listener)

        return stop

    def change(self, **state: Any) -> None:
        """Sets attributes, and says that it stands differently."""
        for name, value in state.items():
            setattr(self, name, value)
        self._tell()

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher(self.health())


class WaitingOpener:
    """Opens the sales floor with work that waits.

    Attributes:
        workspace: the one that was opened last.
    """

    def __init__(self, path: Any, clock: Any, prepare: Callable[[WaitingWorkspace], None]) -> None:
        self._path = path
        self._clock = clock
        self._prepare = prepare
        self.workspace: WaitingWorkspace | None = None

    def existing(self) -> WaitingWorkspace:
        self.workspace = WaitingWorkspace(open_solo(self._path, clock=self._clock))
        self._prepare(self.workspace)
        return self.workspace


def clash(done: Changeset, who: str, **theirs: Any) -> tuple[FieldConflict, ...]:
    """The conflicts of a changeset with what a colleague has made of its fields."""
    found = [
        FieldConflict(
            change.table, change.id, name, change.base[name], change.set[name], theirs[name], who, done.at
        )
        for change in done.changes
        for name in ({} if change.insert else change.set.keys() & theirs.keys())
    ]
    return tuple(sorted(found, key=lambda one: one.field))


def decided(workspace: Any, command: Command, at: dt.datetime) -> Changeset:
    """What a command comes to, not applied."""
    catalog = workspace.catalog()
    with workspace.database.read() as connection:
        seen = load.Loaded(connection, catalog.organization.id)
        load_needs(command, seen, catalog, seen.load)
        context = Context(catalog, at)
        return changeset(command, command.decide(seen, context), context)
