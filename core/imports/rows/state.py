"""A row while it is being converted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.imports.shapes import Entity, Problem, Unread


class Aside(Unread):
    """A value that cannot go to its field, and does not keep its row out: it is kept as a line of the description."""


class Said(NamedTuple):
    """What a cell says."""

    header: str
    text: str
    value: Any
    label: str
    """What a person calls the field that it goes to."""
    slot: int = 1
    """Which of several e-mails, phones, … it is."""


Bag = dict[str, list[Said]]
"""What a row says of a record, by field."""


@dataclass(slots=True)
class Row:
    """What was found in a row so far.

    Attributes:
        number: where a person finds it.
        bags: what is said of each entity.
        asides: lines for the description, by the entity that they are about.
        problems: why the row is refused.
        warnings: what was kept in another place, or read with doubt.
    """

    number: int
    bags: dict[Entity, Bag] = field(default_factory=dict)
    asides: dict[Entity, list[str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def bag(self, entity: Entity) -> Bag:
        """What is said of an entity; an empty bag where nothing is."""
        return self.bags.get(entity) or {}

    def refuse(self, header: str, text: str, reason: str) -> None:
        """Keeps the row out, and says why."""
        self.problems.append(Problem(self.number, header, text, reason))

    def warn(self, header: str, text: str, reason: str) -> None:
        """Says what became of a value."""
        self.warnings.append(Problem(self.number, header, text, reason))

    def keep(self, entity: Entity, said: Said, reason: str = "") -> None:
        """Keeps a value as a line of the description, with a warning where there is a reason to give."""
        self.line(entity, f"{said.label}: {said.text}")
        if reason:
            self.warn(said.header, said.text, reason)

    def line(self, entity: Entity, line: str) -> None:
        """Adds a line to the description of an entity."""
        lines = self.asides.setdefault(entity, [])
        if line not in lines:
            lines.append(line)


def one(bag: Bag, name: str) -> Any:
    """The value of a field that there is one of; None where it is not said."""
    said = bag.get(name)
    return said[0].value if said else None


def pop(bag: Bag, name: str) -> Sequence[Said]:
    """What is said of a field, taken out: what stays in a bag has no place of its own."""
    return bag.pop(name, ())
