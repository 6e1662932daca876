"""What is told of rows beside their numbers: what is wrong with them, and what was kept in another place."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from core.imports.shapes import Problem
from importing.deciding import Outcome

_SHOWN = 1_000
"""Problems and warnings that are kept for showing."""
_EXAMPLES = 5
"""Values of a column of which each is told; of more that are told the same it is counted in how many rows they are."""
_QUOTED = re.compile(r"“[^”]*”")


@dataclass(slots=True)
class _Alike:
    """Warnings that are the same but for the value: the first one of each value, with its number of rows."""

    values: dict[str, tuple[Problem, int]] = field(default_factory=dict)
    others: int = 0
    """Rows of values that are not kept."""


class Told:
    """Problems, row by row, and warnings, each once.

    What is wrong is told of every row, since every row must be mended. A warning comes once for a value, with how many rows it
    is in; and of a column in which thousands of values are told the same, the first few are enough.
    """

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._warnings: dict[tuple[str, str], _Alike] = {}
        self._kept = 0

    def add(self, outcome: Outcome) -> None:
        """Takes what is wrong with a row, unless there is too much of it already."""
        if len(self._problems) < _SHOWN:
            self._problems += outcome.problems
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
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with rows that are not brought in."""
        return tuple(self._problems[:_SHOWN])

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
