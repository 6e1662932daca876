"""Rows of a delimited text that are written wrongly: read where it is plain what was meant, otherwise told what is wrong."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from importing.reading.dialect import Dialect
from importing.reading.words import shortened

_LONGEST_CELL = 60
"""Lines that a cell with a stray quotation mark may go over."""
_BROKEN = re.compile("[\udc80-\udcff]+")
_END = "\r\n"

_UNCLOSED = (
    "A quotation mark is opened in this row and not closed. Close it, or take it out; where the mark belongs to the text, "
    "write it twice and put the whole cell in quotation marks."
)


class Mending:
    """Reads what the reader in C stumbles over.

    Args:
        dialect: of the text.
        encoding: of the file.
    """

    def __init__(self, dialect: Dialect, encoding: str) -> None:
        self._delimiter = dialect.delimiter
        self._blanks = dialect.blanks
        self._encoding = encoding
        self.width = 0
        """How many cells a row has; 0: not known yet."""

        class Strict(csv.Dialect):
            delimiter = dialect.delimiter
            quotechar = '"'
            doublequote = True
            skipinitialspace = dialect.blanks
            lineterminator = "\n"
            quoting = csv.QUOTE_MINIMAL
            strict = True

        self.strict: type[csv.Dialect] = Strict

    # --- quotation marks -------------------------------------------------------------------------------------------

    def swallowed(self, cells: Sequence[str], lines: Sequence[str]) -> bool:
        """Whether a row of several lines is rather several rows between two stray quotation marks."""
        width = self.width
        if width < 3 or (len(cells) == width and (width == 3 or len(lines) < 4)):
            return False
        inner = [line for line in lines[1:-1] if line.strip()]
        whole = sum(1 for line in inner if self._is_row(line, width))
        if len(cells) == width:
            # A note may hold a table, but hardly one that is as wide as this one, on all of its lines.
            return len(inner) > 1 and whole == len(inner)
        return whole > 0 or (self._is_row(lines[-1], width) and len(cells) > width)

    def row(self, lines: Sequence[str], place: int, width: int) -> tuple[list[str], int, str]:
        """The row that begins on a line.

        Args:
            lines: of the text.
            place: of the line among them.
            width: how many cells it should have.

        Returns:
            Its cells, how many lines it takes, and what is wrong with it; empty: it is plain what was meant.
        """
        cells, closed = self._split(lines[place].rstrip(_END))
        if closed and (len(cells) == width or not width):
            return cells, 1, ""
        # A cell over several lines with a mark in its midst: it ends where the row has all its cells.
        text = lines[place]
        for more in range(1, min(_LONGEST_CELL, len(lines) - place)):
            if closed or self._is_row(lines[place + more], width):
                break
            text += lines[place + more]
            longer, ends = self._split(text.rstrip(_END))
            if ends:
                if len(longer) == width:
                    return longer, more + 1, ""
                break
        used = 1
        while not closed and used < _LONGEST_CELL and place + used < len(lines):
            # What follows is still the open cell, until a line is a row by itself.
            if width < 2 or self._begins_row(lines[place + used], width):
                break
            used += 1
        text = "".join(lines[place : place + used]).rstrip(_END)
        return self._split(text)[0], used, "" if closed else _UNCLOSED

    def _is_row(self, line: str, width: int) -> bool:
        cells, closed = self._split(line.rstrip(_END))
        return closed and len(cells) == width

    def _begins_row(self, line: str, width: int) -> bool:
        cells, closed = self._split(line.rstrip(_END))
        return len(cells) == width or (not closed and len(cells) > 1)

    def _split(self, text: str) -> tuple[list[str], bool]:
        """Cells in which a mark closes a cell only before a delimiter or the end; and whether all are closed."""
        cells: list[str] = []
        delimiter, at, size = self._delimiter, 0, len(text)
        while True:
            start = at
            if self._blanks:
                while start < size and text[start] == " ":
                    start += 1
            if start < size and text[start] == '"':
                end = self._closing(text, start + 1)
                if end < 0:
                    cut = text[start:].split(delimiter)
                    return [*cells, cut[0][1:], *cut[1:]], False
                cells.append(text[start + 1 : end].replace('""', '"'))
                at = end + 1
            else:
                end = text.find(delimiter, at)
                end = size if end < 0 else end
                cells.append(text[at:end])
                at = end
            if at >= size:
                return cells, True
            at += len(delimiter)

    def _closing(self, text: str, at: int) -> int:
        size = len(text)
        while (at := text.find('"', at)) >= 0:
            if text.startswith('""', at) and not (at + 2 >= size or text.startswith(self._delimiter, at + 2)):
                at += 2
            elif at + 1 >= size or text.startswith(self._delimiter, at + 1):
                return at
            elif text.startswith('""', at):
                # Two marks before a delimiter: one of the text, which should have been doubled, and the end.
                return at + 1
            else:
                at += 1
        return -1

    # --- bytes ------------------------------------------------------------------------------------------------------

    def bytes(self, text: str, rows: list[list[str]], problems: dict[int, str]) -> None:
        """Looks for what the decoder could not read in a block, and tells it of the rows; mends what is certain."""
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            pass
        else:
            return
        for place, cells in enumerate(rows):
            if not _BROKEN.search("".join(cells)):
                continue
            doubts = [cell for cell in cells if is_broken(cell)]
            rows[place] = [likely(cell) for cell in cells]
            if doubts:
                problems.setdefault(place, broken_bytes(doubts[0], self._encoding))


def is_broken(cell: str) -> bool:
    """Whether there are bytes in it that the decoder could not read, and of which nobody can be sure."""
    return bool(_BROKEN.search(_certain(cell)))


def broken_bytes(cell: str, encoding: str) -> str:
    """What is wrong with a row that has such a cell."""
    said = encoding.removesuffix("-sig").upper()
    return (
        f"This row has bytes that are not {said}. Read as Windows-1252 it says “{shortened(likely(cell))}”: "
        f"check it, and mend the row."
    )


def _certain(cell: str) -> str:
    """The cell with what can only be meant in one way: pairs of surrogates, as Java and old MySQL write emoji."""
    return _BROKEN.sub(lambda found: _pairs(found[0]), cell)


def _pairs(broken: str) -> str:
    raw = broken.encode("ascii", "surrogateescape")
    try:
        return raw.decode("utf-8", "surrogatepass").encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeError:
        return broken


def likely(cell: str) -> str:
    """The cell with every byte that the decoder could not read taken for Windows-1252: what it most often is."""

    def read(found: re.Match[str]) -> str:
        return found[0].encode("ascii", "surrogateescape").decode("cp1252", "replace")

    return _BROKEN.sub(read, _certain(cell))
