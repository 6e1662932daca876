"""What is known of a system whose exports come in: its tables, the headers in them, its stages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from core.imports.shapes import Entity, Order
from core.imports.vocabulary import plain_header

ENOUGH = 10
"""The weight of telling headers from which on a table is taken for an export of a system."""
_AGAIN = re.compile(r"\s*\(\d+\)$")


class KnownStage(NamedTuple):
    """A stage that a system comes with."""

    name: str
    kind: str
    """open, won or lost."""


class Place(NamedTuple):
    """What a header is in a layout."""

    rank: int
    """Where it stands: of two headers for one field, the earlier one is taken."""
    target: str
    """The name of a target; `phone+` is the next phone that is free; empty: it is kept nowhere."""
    derived: bool
    """The system worked it out, or it says nothing outside of it: never worth a field of its own."""


@dataclass(frozen=True)
class Layout:
    """A table that a system writes.

    Attributes:
        entity: what a row is.
        fields: a line each: `Header = target`, `Header | Header = target`, `Header =` for what is kept nowhere, `Header = -` for
            what never needs to be. `{n}` in a header is a number, in its target the same one. Lines are in order of preference.
        telling: headers that give the system away, with a weight each (`Lifecycle Stage:5`), by `|`.
        strange: headers that it never has, likewise.
        least: the weight from which on a table is taken for it.
    """

    entity: Entity
    fields: str
    telling: str
    strange: str = ""
    least: int = ENOUGH

    def place(self, header: str) -> Place | None:
        """What a header is in it; None where it does not belong to it."""
        key = plain_header(_AGAIN.sub("", header))
        exact = self._places.get(key)
        if exact is not None:
            return exact
        for pattern, place in self._patterns:
            match = pattern.fullmatch(key)
            if match:
                return place._replace(target=_numbered(place.target, int(match[1])))
        return None

    def weight(self, headers: Sequence[str]) -> float:
        """How much tells that a table with these headers is this; compares with `least`."""
        said = {plain_header(header) for header in headers}
        found = sum(weight for key, weight in self._telling.items() if key in said)
        found += sum(
            weight for pattern, weight in self._telling_patterns if any(map(pattern.fullmatch, said))
        )
        if found < self.least or any(key in said for key in self._strange):
            return 0.0
        return found + sum(0.1 for header in headers if self.place(header) is not None)

    @cached_property
    def lines(self) -> list[tuple[str, Place]]:
        """All headers that it is known by, with what they are."""
        found: list[tuple[str, Place]] = []
        for rank, line in enumerate(filter(None, map(str.strip, self.fields.splitlines()))):
            headers, _, target = line.rpartition("=")
            named = target.strip()
            place = Place(rank, "" if named == "-" else named, named == "-")
            found += [(header.strip(), place) for header in headers.split("|")]
        return found

    @cached_property
    def _places(self) -> dict[str, Place]:
        found: dict[str, Place] = {}
        for header, place in self.lines:
            if "{n}" not in header:
                found.setdefault(plain_header(header), place)
        return found

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], Place]]:
        return [(_pattern(header), place) for header, place in self.lines if "{n}" in header]

    @cached_property
    def _telling(self) -> dict[str, int]:
        return {plain_header(name): weight for name, weight in _weights(self.telling) if "{n}" not in name}

    @cached_property
    def _telling_patterns(self) -> list[tuple[re.Pattern[str], int]]:
        return [(_pattern(name), weight) for name, weight in _weights(self.telling) if "{n}" in name]

    @cached_property
    def _strange(self) -> frozenset[str]:
        return frozenset(plain_header(name) for name in self.strange.split("|") if name.strip())


@dataclass(frozen=True)
class Source:
    """A system that people come from.

    Attributes:
        name: as `--source` names it, and what its ids are kept under.
        label: as people know it.
        layouts: the tables that it writes.
        order: how it always writes days; None where that depends.
        stages: the stages that it comes with, in their order.
        separators: what divides several values in a cell, beside commas.
    """

    name: str
    label: str
    layouts: tuple[Layout, ...]
    order: Order | None = None
    stages: tuple[KnownStage, ...] = ()
    separators: tuple[str, ...] = field(default=(";",))

    @property
    def ids(self) -> str:
        """What its ids are kept under (`hubspot` of `hubspot:8001`)."""
        return self.name

    def layout_for(self, headers: Sequence[str], entity: Entity | None = None) -> Layout | None:
        """The table of its that has these headers; None where none of them has."""
        weighed = [
            (layout.weight(headers), -place, layout)
            for place, layout in enumerate(self.layouts)
            if entity in (None, layout.entity)
        ]
        best = max(weighed, default=(0.0, 0, None), key=lambda one: one[:2])
        return best[2] if best[0] > 0 else None

    def nearest_layout(self, headers: Sequence[str], entity: Entity | None = None) -> Layout | None:
        """The table of its that shares most headers with these, however few tell of it; None where it shares not even two.

        Of two that share as many, the one that they say the name of.
        """
        weighed = []
        for place, layout in enumerate(self.layouts):
            if entity in (None, layout.entity):
                found = [held for header in headers if (held := layout.place(header)) is not None]
                named = any(held.target in _NAMES[layout.entity] for held in found)
                weighed.append((len(found), named, -place, layout))
        best = max(weighed, default=(0, False, 0, None), key=lambda one: one[:3])
        return best[3] if best[0] >= 2 else None


_NAMES: Mapping[Entity, frozenset[str]] = {
    "companies": frozenset({"name"}),
    "contacts": frozenset({"name", "first_name", "last_name", "email"}),
    "deals": frozenset({"title"}),
    "activities": frozenset({"kind", "subject", "body"}),
    "tasks": frozenset({"subject"}),
}
"""What a record of an entity is called by."""


def _pattern(header: str) -> re.Pattern[str]:
    plain = plain_header(header.replace("{n}", " 987654321 "))
    return re.compile(re.escape(plain).replace("987654321", r"(\d{1,2})"))


def _numbered(target: str, number: int) -> str:
    if "{n}" not in target:
        return target
    return target.replace("_{n}", "" if number == 1 else f"_{number}")


def _weights(telling: str) -> list[tuple[str, int]]:
    found = []
    for part in telling.replace("\n", "|").split("|"):
        name, _, weight = part.strip().rpartition(":")
        if name:
            found.append((name, int(weight)))
    return found
