"""What a terminal would show: a small interpreter for what a full-screen program writes.

It knows cursor addressing, erasing, wide and combining characters, line wrap and the alternate screen.
Colours are ignored; scrolling regions, tabs, insertion and deletion are unknown: Textual uses none of them.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from functools import lru_cache

_TOKEN = re.compile(
    r"\x1b\[(?P<params>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # titles, pointer shapes and the like: no effect on the cells
    r"|\x1b[ -/]*[0-OQ-WYZ\\`-~]"  # character sets, keypad modes: none either
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])"
    r"|(?P<text>[^\x00-\x1f\x7f]+)"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)\Z")


@lru_cache(maxsize=4096)
def width(character: str) -> int:
    """How many cells a character takes: 0 (it joins the one before it), 1 or 2."""
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Screen:
    """The cells of a terminal, kept up to date by `feed`. A wide character's right half is empty."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.row = self.column = 0
        self._wrap = True
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._cells = self._blank(rows)
        self._main: tuple[list[list[str]], int, int] | None = (
            None  # and its cursor, under the alternate screen
        )

    def _blank(self, rows: int) -> list[list[str]]:
        return [[" "] * self.columns for _ in range(rows)]

    def lines(self) -> list[str]:
        """The screen's lines from the top, without trailing blanks."""
        return ["".join(line).rstrip() for line in self._cells]

    def resize(self, columns: int, rows: int) -> None:
        """Cuts or pads to a new size; what the program redraws is its own affair."""
        self.columns, self.rows = columns, rows
        for cells in (self._cells, self._main[0] if self._main else []):
            cells[:] = [(line + [" "] * columns)[:columns] for line in cells[:rows]]
            cells.extend(self._blank(rows - len(cells)))
        self._move(self.row, self.column)

    def feed(self, data: bytes) -> None:
        """Interprets what the program wrote. A sequence may be cut anywhere between two calls."""
        text = self._rest + self._decoder.decode(data)
        self._rest = ""
        position = 0
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is not None:
                position = match.end()
                if run := match["text"]:
                    self._print(run)
                elif final := match["final"]:
                    self._control(final, match["params"])
                elif match["control"] == "\n":
                    self._line_feed()
                elif match["control"] == "\r":
                    self.column = 0
            elif _UNFINISHED.match(text, position):
                self._rest = text[position:]
                return
            else:
                position += 1  # no sequence that a terminal knows: drop its ESC

    def _print(self, run: str) -> None:
        for character in run:
            cells = width(character)
            if self.column + cells > self.columns:
                if self._wrap:
                    self._line_feed()
                self.column = 0 if self._wrap else self.columns - cells
            line, column = self._cells[self.row], self.column
            if cells == 0:
                before = max(column - 1, 0)
                line[before - (line[before] == "")] += character
                continue
            if line[column] == "" and column:
                line[column - 1] = " "  # the wide character there loses its right half, and so is gone
            end = column + cells
            if end < self.columns and line[end] == "":
                line[end] = " "
            line[column:end] = [character, ""][:cells]
            self.column = end

    def _line_feed(self) -> None:
        if self.row == self.rows - 1:
            self._cells[:] = [*self._cells[1:], *self._blank(1)]
        else:
            self.row += 1

    def _move(self, row: int, column: int) -> None:
        self.row = min(max(row, 0), self.rows - 1)
        self.column = min(max(column, 0), self.columns - 1)

    def _control(self, final: str, params: str) -> None:
        if params[:1] in {"?", "<", "=", ">"}:  # a mode; else a query or a keyboard protocol
            if final in "hl":
                self._mode(params[1:], on=final == "h")
            return
        first, second = (int(n) if n.isdecimal() else 0 for n in [*params.split(";"), ""][:2])
        count = max(first, 1)
        if final == "H":
            self._move(count - 1, second - 1)
        elif final in "ABCD":
            down, right = {"A": (-1, 0), "B": (1, 0), "C": (0, 1), "D": (0, -1)}[final]
            self._move(self.row + down * count, self.column + right * count)
        elif final in "JK":
            self._erase(first, lines=final == "J")

    def _erase(self, part: int, *, lines: bool) -> None:
        """Part 0: from the cursor on, 1: up to it, 2 and more: all."""
        line = self._cells[self.row]
        start, end = {0: (self.column, self.columns), 1: (0, self.column + 1)}.get(part, (0, self.columns))
        line[start:end] = [" "] * (min(end, self.columns) - start)
        if lines:
            for row in {0: range(self.row + 1, self.rows), 1: range(self.row)}.get(part, range(self.rows)):
                self._cells[row] = [" "] * self.columns

    def _mode(self, mode: str, *, on: bool) -> None:
        if mode == "7":
            self._wrap = on
        elif mode == "1049" and on and self._main is None:
            self._main = (self._cells, self.row, self.column)
            self._cells = self._blank(self.rows)
        elif mode == "1049" and not on and self._main is not None:
            self._cells, row, column = self._main
            self._main = None
            self._move(row, column)
