"""Text files in which a delimiter stands between the cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from importing.reading.grid import Chunk, GridTable
from importing.reading.origin import Origin

_BLOCK = 131_072


class DelimitedGrid:
    """The rows of a delimited text."""

    def __init__(self, origin: Origin, encoding: str, delimiter: str) -> None:
        self._origin = origin
        self._encoding = encoding
        self._delimiter = delimiter
        self._read = 0

    def share(self) -> float:
        """How much of the file the last `chunks` has come through, from 0 to 1."""
        return min(1.0, self._read / (self._origin.size or 1))

    def chunks(self) -> Iterator[Chunk]:
        """All rows, from the first one, each time."""
        with self._origin.open() as binary:
            reader = csv.reader(
                io.TextIOWrapper(binary, self._encoding, newline=""), delimiter=self._delimiter
            )
            before = 0
            rows, numbers = [], []
            for row in reader:
                rows.append(row)
                numbers.append(before + 1)
                before = reader.line_num
                if len(rows) >= 500:
                    yield Chunk(numbers[0], rows, numbers)
                    rows, numbers = [], []
            if rows:
                yield Chunk(numbers[0], rows, numbers)


def open_delimited(origin: Origin, encoding: str) -> GridTable:
    """A delimited text as a table."""
    return GridTable(
        DelimitedGrid(origin, encoding, ","),
        file=origin.file,
        name=origin.member,
        encoding=encoding,
        delimiter=",",
    )
