"""How the cells of a delimited text are told from each other."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

_DELIMITERS = ",;\t|^~"
NONE = "\x1f"
"""In place of a delimiter, where a text has but one column."""
_SAMPLE_LINES = 300
_SEP = re.compile(r'"?sep=(.)"?[\s,;]*', re.IGNORECASE)
_DECIMAL = re.compile(r"-?\d{1,3}(?:\.?\d{3})*,\d{1,2}\s?[€$£%]?")
_ESCAPE = re.compile(r'\\(["\\])')
_BLANK_THEN_QUOTE = '{} "'


class Dialect(NamedTuple):
    """How cells are told from each other.

    Attributes:
        delimiter: what stands between them.
        skip: lines at the beginning that only say so (`sep=;`).
        blanks: a blank after a delimiter belongs to no cell.
        escapes: a quotation mark in a cell has a backslash before it, rather than another mark.
        whole: each line is one cell in which the row is quoted once more, as a spreadsheet leaves it that took the
            delimiter for text.
    """

    delimiter: str
    skip: int = 0
    blanks: bool = False
    escapes: bool = False
    whole: bool = False


def find_dialect(text: str) -> Dialect:
    """The dialect of a text, from its beginning."""
    lines = text.splitlines(keepends=True)[:_SAMPLE_LINES]
    if lines and (said := _SEP.fullmatch(lines[0].lstrip("\ufeff").strip("\r\n"))):
        return _refined(Dialect(said[1], skip=1), lines[1:])
    dialect = Dialect(_delimiter(lines))
    inner = [row[0] for row in _rows(lines, dialect) if len(row) == 1]
    quoted = sum(1 for line in lines if line.lstrip("\ufeff").startswith('"') and line.rstrip().endswith('"'))
    if len(inner) >= 2 and len(inner) >= 0.9 * len(lines) and quoted >= 0.9 * len(lines):
        within = _delimiter([cell + "\n" for cell in inner])
        widths = Counter(len(row) for row in csv.reader(inner, delimiter=within))
        width, times = widths.most_common(1)[0]
        if (
            width > 1
            and times >= 0.9 * len(inner)
            and len(next(csv.reader(inner, delimiter=within))) == width
        ):
            return Dialect(within, whole=True)
    return _refined(dialect, lines)


def unescaped(line: str) -> str:
    """A line whose quotation marks have backslashes before them, as RFC 4180 writes it."""
    return _ESCAPE.sub(lambda found: '""' if found[1] == '"' else "\\", line)


def _refined(dialect: Dialect, lines: Sequence[str]) -> Dialect:
    joined = "".join(lines)
    if '\\"' in joined:
        changed = [unescaped(line) for line in lines]
        if _agreement(changed, dialect) > _agreement(lines, dialect):
            dialect = dialect._replace(escapes=True)
    if _BLANK_THEN_QUOTE.format(dialect.delimiter) in joined:
        skipping = dialect._replace(blanks=True)
        if _agreement(lines, skipping) >= _agreement(lines, dialect):
            dialect = skipping
    return dialect


def _delimiter(lines: Sequence[str]) -> str:
    there = [mark for mark in _DELIMITERS if any(mark in line for line in lines)]
    best, chosen = 0.0, ","
    if _is_one_column(lines):
        chosen = NONE
        there = [mark for mark in there if mark != ","]
    for mark in there:
        if (score := _score(lines, mark)) > best:
            best, chosen = score, mark
    return chosen


def _is_one_column(lines: Sequence[str]) -> bool:
    """Whether a text is one column of `Smith, John` or `1,50` under a header that has no comma."""
    said = [line.strip() for line in lines if line.strip()]
    below = [line for line in said[1:] if "," in line]
    if not below or "," in said[0]:
        return False
    names = all(line.count(",") == line.count(", ") == 1 for line in below)
    return names or all(_DECIMAL.fullmatch(line) for line in below)


def _score(lines: Sequence[str], mark: str) -> float:
    """How much a text looks like a table if the mark stands between its cells."""
    rows = [row for row in _rows(lines, Dialect(mark)) if any(cell.strip() for cell in row)]
    widths = [len(row) for row in rows]
    wide = Counter(width for width in widths if width > 1)
    if not wide:
        return 0.0
    width, times = max(wide.items(), key=lambda entry: (entry[1], entry[0]))
    # A row above the table has none of its delimiters, but the table's own first row has as many as all others.
    first = next((at for at, each in enumerate(widths) if each > 1), 0)
    headed = 1.0 if widths[first] >= 0.5 * width else 0.5
    if widths[first] < width and mark != "\t":
        headed *= 0.8
    if mark == "," and all(row[-1][:1].isspace() for row in rows if len(row) > 1):
        headed *= 0.8
    return times / len(rows) * (1 - 1 / width) * headed


def _agreement(lines: Sequence[str], dialect: Dialect) -> float:
    """The share of rows that have the usual number of cells, all of them without a stray mark."""
    widths = Counter(len(row) for row in _rows(lines, dialect) if row)
    if not widths:
        return 0.0
    width, times = widths.most_common(1)[0]
    return times / widths.total() * width * (1 if _strict(lines, dialect) else 0.5)


def _strict(lines: Sequence[str], dialect: Dialect) -> bool:
    reader = csv.reader(lines, delimiter=dialect.delimiter, skipinitialspace=dialect.blanks, strict=True)
    try:
        for _ in reader:
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return True


def _rows(lines: Sequence[str], dialect: Dialect) -> list[list[str]]:
    reader = csv.reader(lines, delimiter=dialect.delimiter, skipinitialspace=dialect.blanks)
    try:
        return list(reader)
    except csv.Error:
        return []
