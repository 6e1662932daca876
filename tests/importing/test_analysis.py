"""A table read from end to end, once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from core.imports.shapes import Cancelled, RawRow, Step
from importing.analysis import analyse, pairs


class Held:
    """A table that is held in memory."""

    file, name, kind, encoding, delimiter = "deals.csv", "", "csv", "utf-8", ","
    notes: Sequence[str] = ()

    def __init__(self, headers: Sequence[str], rows: Sequence[RawRow]) -> None:
        self.headers = headers
        self._rows = rows
        self._read = 0

    def rows(self) -> Iterator[RawRow]:
        for row in self._rows:
            self._read += 1
            yield row

    def share(self) -> float:
        return self._read / len(self._rows)


def test_every_row_is_counted_and_every_column_seen() -> None:
    rows = [RawRow(n + 2, (f"Deal {n}", "Won" if n % 2 else "New")) for n in range(5000)]
    table = Held(("Name", "Stage"), [*rows, RawRow(5002, ("x", "y"), "It has 3 cells, and the header 2.")])
    steps: list[Step] = []

    found = analyse(table, steps.append)

    assert (found.rows, found.problems_seen) == (5001, 1)
    assert [column.header for column in found.columns] == ["Name", "Stage"]
    assert found.columns[1].values == {"New": 2500, "Won": 2500}
    assert [step.done for step in steps] == [2000, 4000, 5001]
    assert all(step.total == 5001 for step in steps)


def test_an_empty_table_has_empty_columns() -> None:
    found = analyse(Held(("Name",), []), lambda step: None)

    assert (found.rows, found.columns[0].filled) == (0, 0)


def test_the_user_can_stop_it() -> None:
    def stop(step: Step) -> None:
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        analyse(Held(("Name",), [RawRow(2, ("Ann",))]), stop)


def test_which_stages_stand_in_which_pipeline_is_counted() -> None:
    rows = [
        RawRow(2, ("a", "Sales", "New")),
        RawRow(3, ("b", "Sales", "New")),
        RawRow(4, ("c", "Partners", "Won")),
    ]

    assert pairs(Held(("N", "P", "S"), rows), "P", "S") == {("Sales", "New"): 2, ("Partners", "Won"): 1}
