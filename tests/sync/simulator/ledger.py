"""What people did, typed and saw, put down apart from the program that is tried."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.changes import Changeset
from core.commands.calls import LogCall

Place = tuple[str, str, str]
"""A table, a record's id and a field."""


TOKEN = re.compile(r"zq\d+x")
"""What a typed word looks like."""


@dataclass(frozen=True)
class Done:
    """A command that a client has said is done.

    Attributes:
        changeset: what it came to.
        client: at which client.
        step: when.
        tokens: the words that a person typed, each one the only one of its kind.
        seen: for each field that was changed the value that stood on the person's screen; several where they were shown
            several, as one is who decides a conflict.
        settles: the parked changeset that was decided by it.
        given_up: words of that one which the person knowingly left out.
    """

    changeset: Changeset
    client: str
    step: int
    tokens: tuple[str, ...] = ()
    seen: Mapping[Place, tuple[Any, ...]] = field(default_factory=dict)
    settles: str = ""
    given_up: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """An answer of the server that has reached a client.

    Attributes:
        client: which one.
        status: ok, merged, conflict, gone or rejected.
        step: when.
    """

    client: str
    status: str
    step: int


@dataclass
class Ledger:
    """The book that is kept of a run.

    Attributes:
        done: by the changeset's id what people did.
        told: by the changeset's id what the server answered.
        dropped: parked changesets that a person gave up knowingly.
        handed_in: parked changesets that a person gave to whoever has the record now.
        hand_ins: what was to be handed in: the parked changeset, and the text. Each is told once, however often it is tried.
        erased: rows of people who were erased.
        went: changesets that went with a server's disk: they were applied after the copy was made that was restored, and
            whoever did them had them no longer.
        drafts: by client and key what is being typed.
        parts: how often a row was refused, and the rest of its batch was not.
        planned_twice: calls that have planned to try somebody again who was to be tried again already.
    """

    done: dict[str, Done] = field(default_factory=dict)
    told: dict[str, list[Told]] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)
    handed_in: set[str] = field(default_factory=set)
    hand_ins: set[tuple[str, str]] = field(default_factory=set)
    erased: set[tuple[str, str]] = field(default_factory=set)
    went: set[str] = field(default_factory=set)
    drafts: dict[str, dict[str, str]] = field(default_factory=dict)
    planned_twice: list[str] = field(default_factory=list)
    parts: int = 0
    _tokens: int = 0

    def token(self) -> str:
        """A word that nobody has typed yet, and that no cleaning of input changes."""
        self._tokens += 1
        return f"zq{self._tokens}x"

    @property
    def typed(self) -> int:
        """How many words were typed."""
        return self._tokens

    @property
    def called(self) -> list[str]:
        """The contacts to whom calls were logged."""
        return sorted({
            change.set["contact_id"]
            for done in self.done.values()
            if done.changeset.command == LogCall.NAME
            for change in done.changeset.changes
            if change.table == "activities" and change.set["kind"] == "call"
        })  # fmt: skip

    def settled_by(self, parked_id: str) -> list[Done]:
        """The commands that decided a parked changeset."""
        return [done for done in self.done.values() if done.settles == parked_id]
