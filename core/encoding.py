"""Exported rows as bytes of a file: CSV, JSON, vCard."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from core.cells import neutralised
from core.changes import Row
from core.errors import Refused, Unavailable
from core.text import printable
from core.vcard import vcard

Encode = Callable[[Iterable[Row]], Iterator[bytes]]

_CHUNK = 65_536
_BOM = b"\xef\xbb\xbf"


def encoder(form: str, *, excel: bool = False, to_terminal: bool = False) -> Encode:
    """How the rows that a workspace exports are written.

    Args:
        form: csv, json or vcf.
        excel: begin a CSV with a byte order mark, by which Excel knows UTF-8.
        to_terminal: nothing that a terminal would act on may be in the bytes.
    """
    if form == "json":
        return _json
    if form == "vcf":
        return lambda rows: (_clean(vcard(row), to_terminal) for row in rows)
    return lambda rows: _csv(rows, excel=excel, to_terminal=to_terminal)


def _clean(text: str, to_terminal: bool) -> bytes:
    if to_terminal:
        text = "".join(f"{printable(line)}\n" for line in text.splitlines())
    return text.encode("utf-8", "replace")


# --- JSON ---------------------------------------------------------------------------------------------------------


def _json(rows: Iterable[Row]) -> Iterator[bytes]:
    """A list with a row on each line, so that a program can also read it line by line."""
    # ASCII alone: whatever is in the data, neither a terminal nor an old program stumbles over it.
    encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode
    joint = "[\n"
    for row in rows:
        yield (joint + encode(row).replace("\x7f", "\\u007f")).encode()
        joint = ",\n"
    yield b"\n]\n" if joint == ",\n" else b"[]\n"


# --- CSV ----------------------------------------------------------------------------------------------------------


def _csv(rows: Iterable[Row], *, excel: bool, to_terminal: bool) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n" if to_terminal else "\r\n")
    begun = False
    if excel:
        yield _BOM
    for row in rows:
        if not begun:
            writer.writerow([_cell(name, to_terminal) for name in row])
            begun = True
        writer.writerow([_cell(value, to_terminal) for value in row.values()])
        if buffer.tell() > _CHUNK:
            yield _taken(buffer)
    yield _taken(buffer)


def _cell(value: Any, to_terminal: bool) -> str:
    """A value as a spreadsheet may be handed it: no text in it becomes a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return str(value)
    text = printable(value) if to_terminal else value
    return neutralised(text)


def _taken(buffer: io.StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode("utf-8", "replace")


# --- where to -----------------------------------------------------------------------------------------------------


def write_new(path: Path, chunks: Iterable[bytes]) -> None:
    """Writes a file that was not there before; where that fails half way, nothing of it stays.

    Raises:
        Refused: there is a file of that name.
        Unavailable: it cannot be written.
    """
    try:
        file = path.open("xb")
    except FileExistsError:
        raise Refused(f"{path} is there already. Nothing is overwritten: take another name.") from None
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror or error}.") from None
    try:
        with file:
            file.writelines(chunks)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Unavailable(f"{path} cannot be written: {error.strerror or error}.") from None
    except BaseException:
        path.unlink(missing_ok=True)
        raise
