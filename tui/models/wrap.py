"""Breaking text into lines that a terminal can show, whatever is in it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len, chop_cells

from core.text import printable

_CELLS_PER_CHARACTER = 4
"""How many characters a cell may take at most before a paragraph is cut for a first look (accents that combine)."""


def wrap(text: str, width: int, limit: int | None = None) -> tuple[list[str], bool]:
    """The lines of a text, each harmless and at most `width` cells wide, broken between words where that is possible.

    Args:
        text: user data; line breaks in it are kept.
        width: cells.
        limit: no more lines than this, blank ones left out; then only as much of the text is looked at as that takes.

    Returns:
        The lines, and whether there is more.
    """
    width = max(1, width)
    lines: list[str] = []
    for line in _lines(text, width, limit):
        if limit is not None:
            if not line.strip():
                continue
            if len(lines) == limit:
                return lines, True
        lines.append(line)
    return lines, False


def _lines(text: str, width: int, limit: int | None) -> Iterator[str]:
    reach = None if limit is None else (limit + 1) * width * _CELLS_PER_CHARACTER
    start = 0
    while start <= len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        upto = end if reach is None else min(end, start + reach)
        yield from _paragraph(printable(text[start:upto]).rstrip(), width)
        start = end + 1


def _paragraph(text: str, width: int) -> Iterator[str]:
    # A wide character beside one without any width makes as many cells as characters, too.
    if text.isascii() or (cell_len(text) == len(text) and all(cell_len(one) == 1 for one in set(text))):
        yield from _plain(text, width)
        return
    line, used = "", 0
    for word in text.split(" "):
        size = cell_len(word)
        if line and used + 1 + size <= width:
            line, used = f"{line} {word}", used + 1 + size
            continue
        if line:
            yield line
        if size > width:
            *whole, rest = chop_cells(word, width)
            yield from whole
            line, used = rest, cell_len(rest)
        else:
            line, used = word, size
    yield line


def _plain(text: str, width: int) -> Iterator[str]:
    """As many characters as cells: found by searching for blanks, without looking at each character."""
    start = 0
    while len(text) - start > width:
        blank = text.rfind(" ", start, start + width + 1)
        if blank <= start or text[start:blank].isspace():
            yield text[start : start + width]
            start += width
        else:
            yield text[start:blank]
            start = blank + 1
    yield text[start:]
