"""What is told of rows beside their numbers: what is wrong with them, and what was kept in another place."""

from __future__ import annotations

import pickle
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import overload

from core.imports.shapes import Problem
from importing.deciding import Outcome

_SHOWN = 1_000
"""Warnings that are kept for showing."""
_CHUNK = 1_000
"""Problems that are packed together."""
_EXAMPLES = 5
"""Values of a column of which each is told; of more that are told the same it is counted in how many rows they are."""
_QUOTED = re.compile(r"“[^”]*”")


@dataclass(slots=True)
class _Alike:
    """Warnings that are the same but for the value: the first one of each value, with its number of rows."""

    values: dict[str, tuple[Problem, int]] = field(default_factory=dict)
    others: int = 0
    """Rows of values that are not kept."""


class Problems(Sequence[Problem]):
    """Problems in little memory: every row that is refused has one, and they may be a million."""

    def __init__(self) -> None:
        self._packed: list[bytes] = []
        self._last: list[Problem] = []

    def add(self, problems: Iterable[Problem]) -> None:
        """Puts problems behind the others."""
        for one in problems:
            self._last.append(one)
            if len(self._last) == _CHUNK:
                self._packed.append(zlib.compress(pickle.dumps([tuple(each) for each in self._last]), 1))
                self._last.clear()

    def __len__(self) -> int:
        return len(self._packed) * _CHUNK + len(self._last)

    def __iter__(self) -> Iterator[Problem]:
        for place in range(len(self._packed)):
            yield from self._chunk(place)
        yield from self._last

    @overload
    def __getitem__(self, place: int) -> Problem: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Problem, ...]: ...
    def __getitem__(self, place: int | slice) -> Problem | tuple[Problem, ...]:
        if isinstance(place, slice):
            return tuple(self[one] for one in range(*place.indices(len(self))))
        wanted = range(len(self))[place]
        return self._chunk(wanted // _CHUNK)[wanted % _CHUNK]

    def _chunk(self, place: int) -> Sequence[Problem]:
        if place == len(self._packed):
            return self._last
        # What was put there a moment ago, and lay in no file.
        return [Problem(*one) for one in pickle.loads(zlib.decompress(self._packed[place]))]  # noqa: S301


class Told:
    """Problems, row by row, and warnings, each once.

    What is wrong is told of every row, since every row must be mended. A warning comes once for a value, with how many rows it
    is in; and of a column in which thousands of values are told the same, the first few are enough.

    Attributes:
        problems: what is wrong with rows that are not brought in.
    """

    def __init__(self) -> None:
        self.problems = Problems()
        self._warnings: dict[tuple[str, str], _Alike] = {}
        self._kept = 0

    def add(self, outcome: Outcome) -> None:
        """Takes what is to be said of a row."""
        self.problems.add(outcome.problems)
        for warning in outcome.warnings:
            self._warn(warning)

    def _warn(self, warning: Problem) -> None:
        alike = self._warnings.setdefault((warning.column, _QUOTED.sub("“”", warning.reason)), _Alike())
        known = alike.values.get(warning.value)
        if known is not None:
            alike.values[warning.value] = known[0], known[1] + 1
        elif self._kept < _SHOWN:
            self._kept += 1
            alike.values[warning.value] = warning, 1
        else:
            alike.others += 1

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What is to be known of rows that went in, those that are alike together."""
        found: list[Problem] = []
        for alike in self._warnings.values():
            # A value that comes again is a name or a word that many rows share: each of those is told.
            again = [(first, rows) for first, rows in alike.values.values() if rows > 1]
            once = [first for first, rows in alike.values.values() if rows == 1]
            found += [first._replace(reason=f"{first.reason} So in {rows:,} rows.") for first, rows in again]
            found += once[:_EXAMPLES]
            more = len(once) - _EXAMPLES + alike.others if len(once) > _EXAMPLES else alike.others
            if more:
                last = next(islice(once, _EXAMPLES, None), None) or next(iter(alike.values.values()))[0]
                count = "1 more row" if more == 1 else f"{more:,} more rows"
                found.append(last._replace(value="", reason=f"{last.reason} So in {count}."))
        return tuple(found[:_SHOWN])
