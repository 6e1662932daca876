"""Text files in which a delimiter stands between the cells."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import IO

from core.imports.shapes import Unusable
from importing.reading.dialect import NONE, Dialect, find_dialect, unescaped
from importing.reading.encodings import errors_for
from importing.reading.grid import Chunk, GridTable
from importing.reading.mending import Mending
from importing.reading.origin import Origin

_BLOCK = 32_768
"""Characters of lines that are read at once: few enough that the rows made of them stay in the processor's cache."""
_SAMPLE = 262_144
_LONGEST_LINE = 32_000_000
"""Bytes of a file that has no line end at its beginning, and may be one line."""
_OPEN_LINES = 1_000
_OPEN_CHARACTERS = 1_000_000
"""How far a cell may go from its opening quotation mark to its closing one, before the mark is taken for a stray one."""


class DelimitedGrid:
    """The rows of a delimited text.

    A block of lines goes through the reader in C at once. Only where it stumbles – a quotation mark that is never
    closed, or one too many – the lines of that row are looked at one by one (`Mending`).
    """

    def __init__(self, origin: Origin, encoding: str, dialect: Dialect) -> None:
        self._origin = origin
        self._encoding = encoding
        self._dialect = dialect
        self._mending = Mending(dialect, encoding)
        self._read = 0
        # A limit of the module for all its readers; ours is on lines that have no end.
        csv.field_size_limit(min(sys.maxsize, 2**31 - 1))

    def share(self) -> float:
        """How much of the file the last `chunks` has come through, from 0 to 1."""
        return min(1.0, self._read / (self._origin.size or 1))

    def chunks(self) -> Iterator[Chunk]:
        """All rows, from the first one, each time."""
        self._read = 0
        with self._origin.open() as binary, closing(_texts(binary, self._encoding)) as stream:
            line = 1 + sum(1 for _ in islice(stream, self._dialect.skip))
            rest: list[str] = []
            while True:
                lines = self._lines(stream)
                self._read = _told(binary)
                ended = not lines
                lines = rest + lines
                if not lines:
                    return
                rows, numbers, problems, used = self._parsed(lines, line, ended)
                if rows:
                    yield Chunk(line, rows, numbers, problems)
                line += used
                rest = lines[used:]
                if ended and not rest:
                    return

    def _lines(self, stream: io.TextIOWrapper) -> list[str]:
        lines = stream.readlines(_BLOCK)
        joined = "".join(lines)
        if "\0" in joined or "\x1a" in joined:
            # Padding, and the end of a file as DOS marks it, are no text.
            lines = [line.replace("\0", "").replace("\x1a", "") for line in lines]
        if self._dialect.escapes:
            lines = [unescaped(line) for line in lines]
        if self._dialect.whole:
            lines = ["".join(row) + "\n" for row in csv.reader(lines, delimiter=self._dialect.delimiter)]
        return lines

    def _parsed(
        self, lines: list[str], first: int, ended: bool
    ) -> tuple[list[list[str]], list[int] | None, dict[int, str], int]:
        """The rows of a block, the number of each, what is wrong with some, and how many lines they took."""
        joined = "".join(lines)
        rows: list[list[str]] = []
        problems: dict[int, str] = {}
        if '"' not in joined:
            rows = list(csv.reader(lines, self._reading))
            numbers: list[int] | None = None
            used = len(lines)
        else:
            starts: list[int] = []
            used = self._quoted(lines, ended, rows, starts, problems)
            numbers = None if used == len(rows) else [first + start for start in starts]
        if not joined.isascii() or "\ufffd" in joined:
            self._mending.bytes(joined, rows, problems)
        return rows, numbers, problems, used

    @property
    def _reading(self) -> type[csv.Dialect]:
        return self._mending.strict

    def _quoted(
        self,
        lines: list[str],
        ended: bool,
        rows: list[list[str]],
        starts: list[int],
        problems: dict[int, str],
    ) -> int:
        """Reads rows of which some have quotation marks; those that end before the block does, unless the file ends."""
        begun = 0
        append, begin = rows.append, starts.append
        while begun < len(lines):
            reader = csv.reader(islice(lines, begun, None), self._reading)
            before = begun
            try:
                for row in reader:
                    after = begun + reader.line_num
                    if after - before > 1 and self._mending.swallowed(row, lines[before:after]):
                        begun = self._mended(lines, before, rows, starts, problems)
                        break
                    append(row)
                    begin(before)
                    before = after
                else:
                    return len(lines)
            except csv.Error:
                open_lines = len(lines) - before
                at_end = begun + reader.line_num >= len(lines)
                if (
                    at_end
                    and not ended
                    and open_lines < _OPEN_LINES
                    and _size(lines, before) < _OPEN_CHARACTERS
                ):
                    return before
                begun = self._mended(lines, before, rows, starts, problems)
        return len(lines)

    def _mended(
        self, lines: list[str], place: int, rows: list[list[str]], starts: list[int], problems: dict[int, str]
    ) -> int:
        cells, used, problem = self._mending.row(lines, place, self._usual(rows))
        if problem:
            problems[len(rows)] = problem
        rows.append(cells)
        starts.append(place)
        return place + used

    def _usual(self, rows: Sequence[Sequence[str]]) -> int:
        """How many cells a row has: known by those that came before."""
        if not self._mending.width and rows:
            return max(len(row) for row in rows[-20:])
        return self._mending.width

    def expect(self, width: int) -> None:
        """Tells how many cells a row has, once that is known."""
        self._mending.width = width


def open_delimited(origin: Origin, encoding: str) -> GridTable:
    """A delimited text as a table.

    Raises:
        Unusable: it has nothing but blank lines.
    """
    with origin.open() as binary, closing(_texts(binary, encoding)) as stream:
        sample = stream.read(_SAMPLE)
        if len(sample) == _SAMPLE:
            end = max(sample.rfind("\n"), sample.rfind("\r")) + 1
            if not end and origin.size > _LONGEST_LINE:
                raise Unusable(f"{origin.said} has no line ends: it is no table. Export it as CSV.")
            sample = sample[: end or None]
    dialect = find_dialect(sample.replace("\0", ""))
    grid = DelimitedGrid(origin, encoding, dialect)
    delimiter = "" if dialect.delimiter == NONE else dialect.delimiter
    table = GridTable(grid, file=origin.file, name=origin.member, encoding=encoding, delimiter=delimiter)
    if table.empty:
        raise Unusable(f"{origin.said} holds nothing but blank lines. Export it again.")
    grid.expect(len(table.headers))
    return table


def _texts(binary: IO[bytes], encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(binary, encoding, errors=errors_for(encoding), newline="")


def _told(binary: IO[bytes]) -> int:
    return binary.tell()


def _size(lines: Sequence[str], place: int) -> int:
    return sum(map(len, islice(lines, place, None)))
