"""What the tests of reading have in common."""

from __future__ import annotations

from pathlib import Path

from core.imports.shapes import RawRow, Table
from importing.reading import open_tables

CORPUS = Path(__file__).parent / "corpus"


def only(path: Path | str) -> Table:
    """The one table of a file (of the corpus, by its name)."""
    (table,) = open_tables(CORPUS / path if isinstance(path, str) else path)
    return table


def cells(table: Table) -> list[list[str]]:
    """The cells of all rows, of which none has a problem."""
    rows = list(table.rows())
    assert [row.problem for row in rows if row.problem] == []
    return [list(row.cells) for row in rows]


def broken(table: Table) -> list[RawRow]:
    """The rows that have a problem."""
    return [row for row in table.rows() if row.problem]


def numbers(table: Table) -> list[int]:
    """Where the rows are in the file."""
    return [row.number for row in table.rows()]


def written(folder: Path, content: str | bytes, name: str = "file") -> Path:
    """A file with that in it."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
