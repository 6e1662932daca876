"""A table out of a grid of cells: its header is found, its rows are fitted to it, and what is no data is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import repeat
from typing import NamedTuple, Protocol

from core.imports.shapes import RawRow
from importing.reading.layout import Layout, find_layout, footers, is_total
from importing.reading.words import quoted_list

_SAMPLE_ROWS = 200
"""Rows from which the header is found."""
_TAIL = 40
"""Rows at the end among which a footer is looked for."""


class Chunk(NamedTuple):
    """Some rows of a grid, one after the other; a blank row may be an empty list."""

    first: int
    """The number of the first row."""
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int] | None = None
    """The number of each row; None: they follow `first` without a gap."""
    problems: Mapping[int, str] = {}
    """What is wrong with a row, by its place in `rows`."""

    def numbered(self) -> Sequence[int]:
        """The number of each row."""
        return self.numbers if self.numbers is not None else range(self.first, self.first + len(self.rows))


class Grid(Protocol):
    """Rows of cells, before anybody knows which of them is the header."""

    def chunks(self) -> Iterator[Chunk]:
        """All rows, from the first one, each time."""
        ...

    def share(self) -> float:
        """How much of it the last `chunks` has come through, from 0 to 1."""
        ...


_row = partial(tuple.__new__, RawRow)
"""`RawRow(*fields)` without a step in Python."""


class GridTable:
    """A `core.imports.shapes.Table` over a grid.

    Args:
        grid: the rows.
        file: the file's name.
        name: the sheet or member.
        kind: csv or xlsx.
        encoding: as in `Table`.
        delimiter: as in `Table`.
        notes: what was passed over before.
    """

    def __init__(
        self,
        grid: Grid,
        *,
        file: str,
        name: str = "",
        kind: str = "csv",
        encoding: str = "",
        delimiter: str = "",
        notes: Sequence[str] = (),
    ) -> None:
        self.file = file
        self.name = name
        self.kind = kind
        self.encoding = encoding
        self.delimiter = delimiter
        self._grid = grid
        self._layout: Layout = find_layout(*_sample(grid))
        self.headers: Sequence[str] = self._layout.headers
        self._before = (*notes, *self._layout.notes)
        self.notes: Sequence[str] = self._before
        self._headers_again = 0
        self._totals: list[str] = []

    @property
    def empty(self) -> bool:
        """There is not even a header."""
        return not self.headers

    def preface(self, notes: Sequence[str]) -> None:
        """Puts notes before its own, which stay there whatever `rows` finds."""
        self._before = (*notes, *self._before)
        self.notes = (*notes, *self.notes)

    def share(self) -> float:
        """How much of the file the last `rows` has come through, from 0 to 1."""
        return self._grid.share()

    def rows(self) -> Iterator[RawRow]:
        """All rows of data, as `Table.rows` says."""
        self._headers_again, self._totals = 0, []
        held: list[RawRow] = []
        for chunk in self._grid.chunks():
            rows = self._fitted(chunk)
            if rows is None:
                yield from held
                held = []
                numbers = chunk.numbered()
                yield from map(_row, zip(numbers[:-_TAIL], chunk.rows[:-_TAIL], repeat("")))
                held = list(map(_row, zip(numbers[-_TAIL:], chunk.rows[-_TAIL:], repeat(""))))
                continue
            held += rows
            if len(held) > _TAIL:
                yield from held[:-_TAIL]
                held = held[-_TAIL:]
        kept = footers(held, len(self.headers))
        yield from held[:kept]
        self.notes = (*self._before, *self._left_out(held[kept:]))

    def _fitted(self, chunk: Chunk) -> list[RawRow] | None:
        """The rows of data, each as wide as the header; None: they are so already, all of them, and there are many."""
        width, rows = len(self.headers), chunk.rows
        if (
            self._layout.data_from <= chunk.first
            and not chunk.problems
            and len(rows) > _TAIL
            and set(map(len, rows)) == {width}
            and self._all_data(rows)
        ):
            return None
        fitted: list[RawRow] = []
        for place, (number, cells) in enumerate(zip(chunk.numbered(), rows, strict=True)):
            if number < self._layout.data_from:
                continue
            problem = chunk.problems.get(place, "")
            if not problem:
                if not "".join(cells).strip():
                    continue
                if self._layout.is_header(cells):
                    self._headers_again += 1
                    continue
                if is_total(cells, width):
                    self._totals.append(next(cell for cell in cells if cell.strip()))
                    continue
            if len(cells) == width:
                fitted.append(RawRow(number, cells, problem))
            else:
                resized, extra = self._resized(cells)
                fitted.append(RawRow(number, resized, problem or extra))
        return fitted

    def _all_data(self, rows: Sequence[Sequence[str]]) -> bool:
        """Whether there is no blank row, no header and no total among rows of the right width; False: perhaps there is."""
        firsts = [row[0] for row in rows]
        some = all(map(str.strip, firsts)) or all(map(str.strip, map("".join, rows)))
        return some and not self._layout.may_be_none_of_data("\n".join(firsts))

    def _resized(self, cells: Sequence[str]) -> tuple[Sequence[str], str]:
        width = len(self.headers)
        if len(cells) < width:
            return [*cells, *repeat("", width - len(cells))], ""
        if not "".join(cells[width:]).strip():
            return cells[:width], ""
        used = max(place for place, cell in enumerate(cells, 1) if cell.strip())
        mark = self.delimiter or ","
        problem = f"This row has {used} cells, but there are {width} headers."
        if self.kind == "csv" and self.delimiter:
            said = "tab" if mark == "\t" else f"“{mark}”"
            problem += f" Probably a cell holds a {said} and is not in quotation marks: put it in quotation marks, or take the {said} out."
        else:
            problem += " Give every column that is to be imported a header."
        return [*cells[: width - 1], mark.join(cells[width - 1 : used])], problem

    def _left_out(self, footer: Sequence[RawRow]) -> Iterator[str]:
        if self._headers_again:
            times = "once" if self._headers_again == 1 else f"{self._headers_again} times"
            yield f"The header comes again further down, {times}: left out."
        if self._totals:
            yield f"Totals between the rows left out: {quoted_list(self._totals)}."
        if footer:
            texts = [" ".join(cell.strip() for cell in row.cells if cell.strip()) for row in footer]
            yield f"Left out at the end: {quoted_list(texts)}."


def _sample(grid: Grid) -> tuple[list[Sequence[str]], list[int]]:
    rows: list[Sequence[str]] = []
    numbers: list[int] = []
    for chunk in grid.chunks():
        for place, (number, cells) in enumerate(zip(chunk.numbered(), chunk.rows, strict=True)):
            if place not in chunk.problems:
                rows.append(cells)
                numbers.append(number)
        if len(rows) >= _SAMPLE_ROWS:
            break
    return rows[:_SAMPLE_ROWS], numbers[:_SAMPLE_ROWS]
