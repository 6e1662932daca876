"""Who gets which field: columns on their way to targets, each target once."""

from __future__ import annotations

from collections.abc import Mapping

from core.catalog import Catalog
from core.imports.shapes import Column, Entity, Guess, Target
from core.imports.targets import MOST_OF_A_KIND, exact_target

WORTH_TAKING = 0.5
"""How confident one must be of a guess for the column to go there unasked."""


class Assignment:
    """What the columns of a table are so far. A header goes to one target, and a target takes one header."""

    def __init__(self, entity: Entity, catalog: Catalog, columns: Mapping[str, Column]) -> None:
        self.entity = entity
        self.catalog = catalog
        self.columns = columns
        self.header_of: dict[str, str] = {}
        self.guesses: dict[str, Guess] = {}

    def target(self, name: str) -> Target | None:
        """The target of that name, in a table of this kind."""
        return exact_target(name, self.entity, self.catalog)

    def is_open(self, header: str) -> bool:
        """Whether nothing was decided of a column."""
        return header not in self.guesses

    def take(self, header: str, target: str, confidence: float, why: str) -> bool:
        """Has a column go to a target, if the target is there and free, and the column too."""
        if header in self.guesses or target in self.header_of or self.target(target) is None:
            return False
        if confidence < WORTH_TAKING:
            return False
        self.header_of[target] = header
        self.guesses[header] = Guess(header, target, round(confidence, 2), why)
        return True

    def take_next(self, header: str, base: str, confidence: float, why: str) -> bool:
        """Has a column go to the first free one of a kind: `phone`, `phone_2`, …."""
        return self.take(header, self.next_of(base), confidence, why)

    def next_of(self, base: str) -> str:
        """The first free target of a kind; the kind itself where there is only one of it."""
        target = self.target(base)
        if base not in self.header_of or target is None or not target.many:
            return base
        for number in range(2, MOST_OF_A_KIND + 1):
            if f"{base}_{number}" not in self.header_of:
                return f"{base}_{number}"
        return base

    def leave(self, header: str, why: str, confidence: float = 0.9) -> None:
        """Leaves a column out, whatever was thought of it before."""
        old = self.guesses.get(header)
        if old is not None and old.target:
            del self.header_of[old.target]
        self.guesses[header] = Guess(header, "", round(confidence, 2), why)

    def move(self, header: str, target: str, why: str) -> None:
        """Has a column go to another target, which is free, as surely as to the one before."""
        old = self.guesses.pop(header)
        del self.header_of[old.target]
        self.take(header, target, max(old.confidence, WORTH_TAKING), why)

    def filled(self, target: str) -> int:
        """In how many rows the column of a target says something."""
        header = self.header_of.get(target)
        return self.columns[header].filled if header is not None else 0
