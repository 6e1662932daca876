"""What a file is, by what is in it, and the tables in it."""

from __future__ import annotations

from pathlib import Path

from core.imports.shapes import Table, Unusable
from importing.reading.delimited import open_delimited
from importing.reading.encodings import find_encoding
from importing.reading.origin import Origin


def open_tables(path: Path) -> list[Table]:
    """The tables of a file: a text's only one, the sheets of a workbook, the members of an archive.

    Raises:
        Unusable: there is nothing in it that can be brought in. The message says why, and what to do.
    """
    origin = Origin(path)
    if not origin.size:
        raise Unusable(f"{origin.said} is empty. Export it again.")
    table = open_delimited(origin, find_encoding(origin))
    if table.empty:
        raise Unusable(f"{origin.said} holds nothing but blank lines. Export it again.")
    return [table]
