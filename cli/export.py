"""`offhook export`: contacts, companies, deals or activities as CSV, JSON or vCard, streamed."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from cli.commands import FORMATS, TABLES
from cli.naming import typed
from cli.output import Code, Usage, say_json
from cli.progress import Progress
from cli.session import Session
from core.catalog import Catalog
from core.changes import Row
from core.encoding import encoder
from core.errors import Refused, Unavailable
from core.filters import EVERYTHING, Query, parse
from core.text import printable


def export(
    session: Session, table: str, *, form: str, where: str, output: Path | None, force: bool, excel: bool
) -> Code:
    """Writes the rows of a table that match a filter."""
    if table not in TABLES:
        raise Usage(f"“{printable(typed(table)[:40])}” cannot be exported. Try {', '.join(TABLES)}.")
    path = None if output is None or str(output) == "-" else output
    form = _format(table, form, path, as_json=session.json)
    if path is not None and path.exists() and not force:
        raise Refused(f"{path} is there already. Give --force to overwrite it, or another name.")
    # Never from a copy, which may still be loading; and the server notes what is taken out.
    with session.open_server() as workspace:
        query = _query(session, workspace.catalog(), table, typed(where))
        rows = workspace.export(table, query)
        with Progress(f"Exporting {table}", quiet=path is None) as progress:
            encode = encoder(form, excel=excel, to_terminal=path is None and sys.stdout.isatty())
            counted = _Counted(rows, lambda done: progress.count(done, table))
            if path is None:
                _stream(sys.stdout.buffer, encode(counted))
            else:
                _write_file(path, encode(counted))
    if path is not None:
        _told(session, table, form, counted.count, path)
    return Code.FINE


def _told(session: Session, table: str, form: str, count: int, path: Path) -> None:
    if session.json:
        say_json({"table": table, "format": form, "rows": count, "file": str(path)})
    else:
        sys.stderr.write(f"Wrote {count:,} {table} to {printable(str(path))}\n")


def _format(table: str, asked: str, path: Path | None, *, as_json: bool) -> str:
    form = asked.lower()
    if not form and path is not None:
        form = path.suffix.lower().removeprefix(".")
        form = form if form in FORMATS else "csv"
    form = form or ("json" if as_json else "csv")
    if form not in FORMATS:
        raise Usage(f"“{printable(typed(asked)[:40])}” is no format. Formats: {', '.join(FORMATS)}.")
    if form == "vcf" and table != "contacts":
        raise Usage("Only contacts can be written as vCards (vcf).")
    return form


def _query(session: Session, catalog: Catalog, table: str, where: str) -> Query:
    return parse(where, table, catalog, now=session.now, zone=session.zone) if where.strip() else EVERYTHING


class _Counted:
    """Rows that are counted while they pass."""

    def __init__(self, rows: Iterable[Row], tell: Callable[[int], None]) -> None:
        self.count = 0
        self._rows = rows
        self._tell = tell

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            if self.count % 500 == 0:
                self._tell(self.count)
            yield row


# --- where to -----------------------------------------------------------------------------------------------------


def _stream(out: BinaryIO, chunks: Iterable[bytes]) -> None:
    sys.stdout.flush()
    out.writelines(chunks)
    out.flush()


def _write_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Writes a file that is there whole or not at all."""
    passing = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with passing.open("xb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        passing.replace(path)
    except OSError as error:
        raise Unavailable(f"{path} cannot be written: {error.strerror or error}.") from None
    finally:
        with contextlib.suppress(OSError):
            passing.unlink(missing_ok=True)
