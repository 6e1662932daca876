"""The rows that were refused, as a file that can be mended and brought in again."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from core.cells import neutralised, restored
from core.errors import Unavailable
from core.imports.shapes import Problem, RawRow, Table

COLUMNS = ("row", "reason")
"""What stands behind a table's own columns."""
_MOST = 1_000
"""Files of one name that are tried."""
_BLOCK = 1 << 20


class Kept(NamedTuple):
    """What there is of a file of refused rows.

    Attributes:
        path: the file; empty: there is none.
        size: how many bytes of it count.
        digest: of those bytes, by which it is known that nobody has changed them.
    """

    path: str = ""
    size: int = 0
    digest: str = ""


class Rejects:
    """The file of a table's refused rows. It is made with the first of them, and nothing is ever written over.

    Args:
        table: the table.
        source: its file; the refused rows come to lie beside it, if that can be.
        otherwise: where they lie where that cannot be.
        kept: what an import that goes on had of it. Where its user has changed or taken away that file meanwhile, the rest of
            the rows gets another one.
    """

    def __init__(self, table: Table, source: Path, otherwise: Path, *, kept: Kept | None = None) -> None:
        self._headers = tuple(table.headers)
        self._name = " ".join(filter(None, (source.stem, table.name.replace("/", "-").replace("\\", "-"))))
        self._folders = (source.parent, otherwise)
        self._goes_on = kept is not None
        self._lines: list[bytes] = []
        self._path = ""
        self._size = 0
        self._digest = _digest()
        if kept is not None and kept.path and (digest := _same(kept)) is not None:
            self._path, self._size, self._digest = kept.path, kept.size, digest
        self._counted = self._size, self._digest.copy()

    @property
    def path(self) -> str:
        """The file; empty while there is none."""
        return self._path

    def add(self, row: RawRow, problems: Sequence[Problem]) -> None:
        """Puts a row down; `flush` writes it."""
        # A row with more cells than headers is given as it is: what is wrong with it shows.
        cells = [*row.cells, *("" for _ in range(len(self._headers) - len(row.cells)))]
        reason = "; ".join(dict.fromkeys(_sentence(problem) for problem in problems))
        self._lines.append(_line([*cells, str(row.number), reason]))

    def reserve(self) -> bool:
        """Makes the file if it is needed and not there; whether it was made now.

        Raises:
            Unavailable: there is no folder for it.
        """
        if not self._lines or self._path:
            return False
        try:
            self._path = str(self._new())
        except OSError as error:
            raise self._unwritable(error) from None
        return True

    def flush(self) -> None:
        """Writes what was put down, so that it survives a crash.

        Raises:
            Unavailable: there is no room for it.
        """
        self.reserve()
        if not self._path:
            return
        lines = self._lines
        if lines and self._size == 0:
            lines = [_line([*self._headers, *COLUMNS]), *lines]
        try:
            with Path(self._path).open("r+b") as file:
                file.truncate(self._size)
                file.seek(self._size)
                file.writelines(lines)
                file.flush()
                if lines:
                    os.fsync(file.fileno())
        except OSError as error:
            raise self._unwritable(error) from None
        for line in lines:
            self._size += len(line)
            self._digest.update(line)
        self._lines.clear()

    @property
    def kept(self) -> Kept:
        """What there is of it on the disk."""
        return Kept(self._path, self._size, self._digest.hexdigest())

    def count(self) -> None:
        """What was put down counts."""
        self.flush()
        self._counted = self._size, self._digest.copy()

    def drop(self) -> None:
        """What was put down since `count` does not count."""
        self._lines.clear()
        self._size, self._digest = self._counted[0], self._counted[1].copy()

    def close(self) -> None:
        """Takes the file away again if there is no row in it."""
        if self._path and self._size == 0:
            Path(self._path).unlink(missing_ok=True)
            self._path = ""

    def problems(self) -> Iterator[Problem]:
        """Why the rows in the file were refused."""
        if not self._size:
            return
        with Path(self._path).open("rb") as file:
            rows = csv.reader(_lines(file, self._size))
            next(rows, None)
            for *_, number, reason in rows:
                yield Problem(int(number), "", "", restored(reason))

    def _new(self) -> Path:
        for folder in self._folders:
            for number in range(1, _MOST):
                path = folder / f"{self._name}.rejected{'' if number == 1 else f'-{number}'}.csv"
                try:
                    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                except FileExistsError:
                    if self._goes_on and path.is_file() and path.stat().st_size == 0:
                        # It was cut off between making it and noting it.
                        return path
                    continue
                except OSError:
                    break
                os.close(handle)
                return path
        raise OSError("there is no folder to write to")

    def _unwritable(self, error: OSError) -> Unavailable:
        return Unavailable(
            f"The rows that are not brought in cannot be written to {self._path or self._folders[0]}:"
            f" {error.strerror or error}."
        )


def _lines(file: IO[bytes], size: int) -> Iterator[str]:
    """The lines in the first bytes of a file."""
    for line in file:
        if size <= 0:
            return
        size -= len(line)
        yield line.decode("utf-8")


def _digest() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=16)


def _same(kept: Kept) -> hashlib.blake2b | None:
    """The digest of what counts of a file; None where that is not what it was any more."""
    digest, left = _digest(), kept.size
    try:
        with Path(kept.path).open("rb") as file:
            while left and (block := file.read(min(left, _BLOCK))):
                digest.update(block)
                left -= len(block)
    except OSError:
        return None
    return digest if digest.hexdigest() == kept.digest and not left else None


def _sentence(problem: Problem) -> str:
    said = f"{problem.column}: " if problem.column else ""
    value = f"“{problem.value}” – " if problem.value and problem.value not in problem.reason else ""
    return f"{said}{value}{problem.reason}"


def _line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([neutralised(text) for text in cells])
    return buffer.getvalue().encode("utf-8", "replace")
