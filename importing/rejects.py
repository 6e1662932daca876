"""The rows that were refused, as a file that can be mended and brought in again."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path

from core.cells import neutralised
from core.errors import Unavailable
from core.imports.shapes import Problem, RawRow, Table

COLUMNS = ("row", "reason")
"""What stands behind a table's own columns."""
_MOST = 1_000
"""Files of one name that are tried."""


class Rejects:
    """The file of a table's refused rows. It is made with the first of them, and nothing is ever written over.

    Args:
        table: the table.
        source: its file; the refused rows come to lie beside it, if that can be.
        otherwise: where they lie where that cannot be.
        path, size: where an import goes on that had begun one, and how much of it counts.
    """

    def __init__(self, table: Table, source: Path, otherwise: Path, *, path: str = "", size: int = 0) -> None:
        self._headers = tuple(table.headers)
        self._name = " ".join(filter(None, (source.stem, table.name.replace("/", "-").replace("\\", "-"))))
        self._folders = (source.parent, otherwise)
        self.path = path
        self.size = size
        self._lines: list[bytes] = []

    def add(self, row: RawRow, problems: Sequence[Problem]) -> None:
        """Puts a row down; `flush` writes it."""
        # A row with more cells than headers is given as it is: what is wrong with it shows.
        cells = [*row.cells, *("" for _ in range(len(self._headers) - len(row.cells)))]
        reason = "; ".join(dict.fromkeys(_sentence(problem) for problem in problems))
        self._lines.append(_line([*cells, str(row.number), reason]))

    def back_to(self, size: int) -> None:
        """What was put down beyond a size does not count."""
        self._lines.clear()
        self.size = size

    def flush(self) -> None:
        """Writes what was put down, so that it survives a crash.

        Raises:
            Unavailable: there is no room for it.
        """
        if not (self._lines or self.path):
            return
        try:
            if not self.path:
                self.path = str(self._new())
            with Path(self.path).open("r+b") as file:
                file.truncate(self.size)
                file.seek(self.size)
                if self._lines and self.size == 0:
                    file.write(_line([*self._headers, *COLUMNS]))
                file.writelines(self._lines)
                file.flush()
                if self._lines:
                    os.fsync(file.fileno())
                self.size = file.tell()
        except OSError as error:
            raise Unavailable(
                f"The rows that are not brought in cannot be written to {self.path or self._folders[0]}:"
                f" {error.strerror or error}."
            ) from None
        self._lines.clear()

    def close(self) -> None:
        """Takes the file away again if there is no row in it."""
        if self.path and self.size == 0:
            Path(self.path).unlink(missing_ok=True)
            self.path = ""

    def _new(self) -> Path:
        for folder in self._folders:
            for number in range(1, _MOST):
                path = folder / f"{self._name}.rejected{'' if number == 1 else f'-{number}'}.csv"
                try:
                    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                except FileExistsError:
                    continue
                except OSError:
                    break
                os.close(handle)
                return path
        raise OSError("there is no folder to write to")


def _sentence(problem: Problem) -> str:
    said = f"{problem.column}: " if problem.column else ""
    value = f"“{problem.value}” – " if problem.value and problem.value not in problem.reason else ""
    return f"{said}{value}{problem.reason}"


def _line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([neutralised(text) for text in cells])
    return buffer.getvalue().encode("utf-8", "replace")
