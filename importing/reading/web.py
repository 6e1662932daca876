"""Tables of web pages: what many programs save as `.xls`."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from typing import IO

from core.imports.shapes import Unusable
from importing.reading.encodings import errors_for
from importing.reading.grid import Chunk, GridTable
from importing.reading.mending import broken_bytes, is_broken, likely
from importing.reading.origin import Origin

_BLOCK = 65_536
_ROWS = 500
_WIDEST = 1_000
_LONGEST_MARKUP = 8_000_000
_CHARSET = re.compile(rb"""charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_MOST_TABLES = 50


class _Rows(HTMLParser):
    """Gathers the rows of the outermost tables."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[tuple[int, list[str]]] = []
        self._table = -1
        self._depth = 0
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._wide = 1
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self._table += 1
        elif self._depth == 1 and tag == "tr":
            self._end_row()
            self._row = []
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
            self._row = [] if self._row is None else self._row
            self._cell = []
            wide = dict(attrs).get("colspan") or "1"
            self._wide = min(int(wide), _WIDEST) if wide.isdecimal() else 1
        elif tag in ("br", "p", "div", "li") and self._cell:
            self._cell.append("\n")
        elif tag in ("style", "script"):
            self._silent = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == "table" and self._depth:
            if self._depth == 1:
                self._end_row()
            self._depth -= 1
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
        elif self._depth == 1 and tag == "tr":
            self._end_row()
        elif tag == self._silent:
            self._silent = ""

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._silent:
            # A line break of the markup is a blank; those that are meant are tags.
            self._cell.append(re.sub(r"[ \t\r\n]+", " ", data))

    def finish(self) -> None:
        """Takes what is still open as closed."""
        self.close()
        self._end_row()

    def _end_cell(self) -> None:
        if self._cell is not None and self._row is not None:
            text = "\n".join(line.strip() for line in "".join(self._cell).split("\n")).strip()
            self._row += [text, *[""] * (self._wide - 1)]
        self._cell = None

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            self.rows.append((max(self._table, 0), self._row))
        self._row = None


class PageGrid:
    """The rows of one table of a page.

    Args:
        origin: the page.
        encoding: its encoding.
        index: of the table, from 0.
    """

    def __init__(self, origin: Origin, encoding: str, index: int) -> None:
        self._origin = origin
        self._encoding = encoding
        self._index = index
        self._read = 0

    def share(self) -> float:
        """How much of the file the last `chunks` has come through, from 0 to 1."""
        return min(1.0, self._read / (self._origin.size or 1))

    def chunks(self) -> Iterator[Chunk]:
        """All rows, from the first one, each time."""
        rows: list[list[str]] = []
        first = 1
        for index, row in self._rows():
            if index == self._index:
                rows.append(row)
            if len(rows) == _ROWS:
                yield self._chunk(first, rows)
                first += len(rows)
                rows = []
        if rows:
            yield self._chunk(first, rows)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        with self._origin.open() as binary, closing(_texts(binary, self._encoding)) as stream:
            for row in rows_in(stream):
                self._read = binary.tell()
                yield row

    def _chunk(self, first: int, rows: list[list[str]]) -> Chunk:
        problems = {}
        for place, cells in enumerate(rows):
            if not "".join(cells).isascii():
                if doubts := [cell for cell in cells if is_broken(cell)]:
                    problems[place] = broken_bytes(doubts[0], self._encoding)
                rows[place] = [likely(cell) for cell in cells]
        return Chunk(first, rows, None, problems)


def rows_in(stream: io.TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
    """The rows of the outermost tables of a page, each with the index of its table."""
    parser = _Rows()
    held = 0
    while text := stream.read(_BLOCK):
        parser.feed(text.replace("\0", ""))
        held = 0 if parser.rows else held + len(text)
        if held > _LONGEST_MARKUP:
            raise Unusable("The page has a table whose rows do not end. Save it as CSV in a spreadsheet.")
        yield from parser.rows
        parser.rows.clear()
    parser.finish()
    yield from parser.rows


def open_pages(origin: Origin, encoding: str) -> list[GridTable]:
    """The tables of a page.

    Raises:
        Unusable: there is none with anything in it.
    """
    encoding = _declared(origin, encoding)
    found: set[int] = set()
    with origin.open() as binary, closing(_texts(binary, encoding)) as stream:
        for index, row in rows_in(stream):
            if "".join(row).strip():
                found.add(index)
    tables = []
    for index in sorted(found)[:_MOST_TABLES]:
        name = " ".join(
            part for part in (origin.member, f"Table {index + 1}" if len(found) > 1 else "") if part
        )
        grid = PageGrid(origin, encoding, index)
        tables.append(GridTable(grid, file=origin.file, name=name, encoding=encoding))
    if not tables:
        raise Unusable(f"{origin.said} is a web page without a table in it. Export the data as CSV.")
    return tables


def _declared(origin: Origin, encoding: str) -> str:
    """What the page says of itself decides between 8-bit encodings."""
    if encoding.startswith("utf") or not (said := _CHARSET.search(origin.head(4096))):
        return encoding
    try:
        name = codecs.lookup(said[1].decode("ascii")).name
    except LookupError:
        return encoding
    if name.startswith("utf"):
        return encoding
    return "cp1252" if name == "iso8859-1" else name


def _texts(binary: IO[bytes], encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(binary, encoding, errors=errors_for(encoding))
