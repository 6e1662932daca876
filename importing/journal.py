"""What an import needs to go on after a cut: how it was planned, and how far it is.

It is written before each batch, and says both what is done and what will be once that batch is: whether it was, the
workspace knows by the batch's id. Nothing of what the files hold is in it but the headers of their columns.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from core.errors import NotFound, Unavailable
from core.imports.shapes import Options, TablePlan, Unusable
from importing.batch import Waiting
from importing.rejects import Kept

_VERSION = 1
_SAMPLE = 65_536
"""Bytes at the beginning and the end of a file by which it is known again, beside its size and time."""


@dataclass(frozen=True, slots=True)
class FileMark:
    """By what a file is known again."""

    path: str
    size: int
    mtime_ns: int
    digest: str


@dataclass(frozen=True, slots=True)
class TableMark:
    """A table of the files, and how it is read.

    Attributes:
        file: the place of its file.
        place: which of the file's tables it is.
        rows: how many it has.
        plan: how it is read.
    """

    file: int
    place: int
    rows: int
    plan: TablePlan


@dataclass(slots=True)
class Reached:
    """How far an import is.

    Attributes:
        table, row: the table that is under way, and how many of its rows are done.
        batch: how many batches are written.
        counts: rows of data by what became of them, and duplicates.
        made: what came along, by table.
        rejects: by the place of the table what there is of the file of its refused rows.
        waiting: links to records that have come which are still to be made good.
        seconds: how long it has taken.
    """

    table: int = 0
    row: int = 0
    batch: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    rejects: dict[int, Kept] = field(default_factory=dict)
    waiting: tuple[Waiting, ...] = ()
    seconds: float = 0.0

    def copy(self) -> Reached:
        """As it is now."""
        return replace(self, counts=dict(self.counts), made=dict(self.made), rejects=dict(self.rejects))


@dataclass(slots=True)
class Journal:
    """What is kept of an import.

    Attributes:
        id: its id.
        name: the names of its files.
        source: the system that they come from.
        files, tables, options, answers: what it was begun with.
        done: how far it certainly is.
        pending: how far it is once the batch that is under way is written; None: none is.
        turn: how often it was ended before: stopped, and gone on with.
    """

    id: str
    name: str
    source: str
    files: tuple[FileMark, ...]
    tables: tuple[TableMark, ...]
    options: Options
    answers: Mapping[str, str]
    done: Reached = field(default_factory=Reached)
    pending: Reached | None = None
    turn: int = 0


def mark(path: Path) -> FileMark:
    """By what a file will be known again.

    Raises:
        Unusable: it cannot be read.
    """
    try:
        stat = path.stat()
        digest = hashlib.blake2b(digest_size=16)
        with path.open("rb") as file:
            digest.update(file.read(_SAMPLE))
            if stat.st_size > 2 * _SAMPLE:
                file.seek(-_SAMPLE, os.SEEK_END)
                digest.update(file.read(_SAMPLE))
    except OSError as error:
        raise Unusable(f"{path.name} cannot be read: {error.strerror or error}.") from None
    return FileMark(str(path.resolve()), stat.st_size, stat.st_mtime_ns, digest.hexdigest())


def require_same(known: FileMark) -> None:
    """Raises `Unusable` unless a file is what it was."""
    path = Path(known.path)
    if not path.exists():
        raise Unusable(
            f"{path.name} is not there any more. Put it back, or take the import back and begin anew."
        )
    now = mark(path)
    if (now.size, now.digest) != (known.size, known.digest):
        raise Unusable(f"{path.name} has changed since. Take the import back, or bring the file in anew.")


class Journals:
    """The journals in a folder.

    Args:
        folder: it is made, for the user alone, when the first one is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, journal: Journal) -> None:
        """Keeps a journal. It survives a crash when this returns.

        Raises:
            Unavailable: it cannot be written.
        """
        body = {"version": _VERSION, **asdict(journal)}
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=True)
        path = self._path(journal.id)
        beside = path.with_suffix(".new")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except OSError as error:
            raise Unavailable(f"{path} cannot be written: {error.strerror or error}.") from None

    def read(self, import_id: str) -> Journal:
        """A journal.

        Raises:
            NotFound: there is none of that id here, or it cannot be read.
        """
        try:
            body = json.loads(self._path(import_id).read_text(encoding="ascii"))
            if body.pop("version") != _VERSION:
                raise ValueError
            return _decoded(body)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise NotFound("No import of that id was begun on this machine.") from None

    def drop(self, import_id: str) -> None:
        """Forgets a journal that is not needed any more, and whom the import has met."""
        self._path(import_id).unlink(missing_ok=True)
        self.met(import_id).unlink(missing_ok=True)

    def met(self, import_id: str) -> Path:
        """Where it lies whom an import has met."""
        return self._path(import_id).with_suffix(".met")

    def ids(self) -> frozenset[str]:
        """The ids of the imports of which there are journals."""
        if not self.folder.is_dir():
            return frozenset()
        return frozenset(path.stem for path in self.folder.glob("*.json"))

    def _path(self, import_id: str) -> Path:
        return self.folder / f"{Path(import_id).name}.json"


def _decoded(body: dict[str, Any]) -> Journal:
    body["files"] = tuple(FileMark(**one) for one in body["files"])
    body["tables"] = tuple(TableMark(**{**one, "plan": TablePlan(**one["plan"])}) for one in body["tables"])
    body["options"] = Options(**body["options"])
    body["done"] = _reached(body["done"])
    body["pending"] = None if body["pending"] is None else _reached(body["pending"])
    return Journal(**{each.name: body[each.name] for each in fields(Journal)})


def _reached(body: dict[str, Any]) -> Reached:
    rejects = {int(place): Kept(*kept) for place, kept in body["rejects"].items()}
    waiting = tuple(Waiting(*one) for one in body["waiting"])
    return Reached(**{**body, "rejects": rejects, "waiting": waiting})
