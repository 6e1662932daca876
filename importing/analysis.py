"""A table read from end to end, once: how many rows it has, and what was seen of each column."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from core.imports.columns import ColumnWatch
from core.imports.shapes import Column, Progress, RawRow, Step, Table

_BUNCH = 2000
"""Rows that are looked at together, and after which progress is told."""


@dataclass(frozen=True, slots=True)
class Analysed:
    """What was seen of a table.

    Attributes:
        rows: rows of data, unreadable ones too.
        columns: what was seen of each column, in the order of `Table.headers`.
        problems_seen: how many of the rows cannot be read; their cells are in no column.
    """

    rows: int
    columns: tuple[Column, ...]
    problems_seen: int


def analyse(table: Table, progress: Progress) -> Analysed:
    """Reads a table from end to end. It is never held whole.

    Args:
        table: the table.
        progress: is told of every few thousand rows, and may stop it.

    Raises:
        Unusable: the file is not what it was when it was opened.
        Cancelled: `progress` has stopped it.
    """
    began = time.monotonic()
    watches = [ColumnWatch() for _ in table.headers]
    rows = problems = 0
    for bunch in _bunches(table.rows()):
        rows += len(bunch)
        whole = [row.cells for row in bunch if not row.problem]
        problems += len(bunch) - len(whole)
        for watch, texts in zip(watches, zip(*whole, strict=True), strict=False):
            watch.see_all(texts)
        progress(Step("reading", rows, _total(rows, table.share()), time.monotonic() - began))
    columns = (watch.column(header) for watch, header in zip(watches, table.headers, strict=True))
    return Analysed(rows, tuple(columns), problems)


def pairs(table: Table, *headers: str) -> Mapping[tuple[str, ...], int]:
    """How often the values of columns stand in one row: which stages come in which pipeline, and how deals end there.

    Reads the table once more; what comes is small, since they are columns of few values.

    Raises:
        Unusable: the file is not what it was when it was opened.
    """
    places = [table.headers.index(header) for header in headers]
    return Counter(tuple(row.cells[place] for place in places) for row in table.rows() if not row.problem)


def _bunches(rows: Iterator[RawRow]) -> Iterator[Sequence[RawRow]]:
    while bunch := list(islice(rows, _BUNCH)):
        yield bunch


def _total(rows: int, share: float) -> int | None:
    """How many rows there probably are; None while nobody knows."""
    return max(rows, round(rows / share)) if share > 0 else None
