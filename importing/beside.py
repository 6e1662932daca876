"""Reads and converts the rows of a large table in a process of its own, beside the one that writes them.

Both take about as long, and neither waits for the other. The process knows no workspace and writes nothing. Should it not
start, or end before its time, the rest is read here.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import itertools
import multiprocessing
import pickle
import queue
import signal
import sys
import threading
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from operator import attrgetter
from pathlib import Path
from typing import Any

from core.errors import OffhookError
from core.imports.convert import Conversion, Converter
from core.imports.shapes import Converted, Draft, Problem, RawRow, Table, TablePlan
from importing.reading import open_tables

WORTH = 5_000
"""From how many rows on a process is worth its start, which takes as long as a few thousand rows."""
_CHUNK = 500
"""Rows in a message."""
_AHEAD = 16
"""Messages that may wait here, so that a large table is never held whole."""

Row = tuple[RawRow, Converted]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a table is read and converted, for whoever does it. Can be pickled.

    Attributes:
        path: the file.
        place: which of its tables it is.
        plan: how it is read.
        conversion: what is the same for all tables of an import.
    """

    path: Path
    place: int
    plan: TablePlan
    conversion: Conversion

    def converter(self, headers: Sequence[str]) -> Converter:
        """Makes records of the table's rows."""
        return Converter(self.plan, headers, self.conversion)


def converted(table: Table, recipe: Recipe, *, rows: int, skip: int = 0) -> Generator[Row, None, None]:
    """The rows of a table with what they come to, one after the other.

    Args:
        table: the table.
        recipe: how it is converted.
        rows: how many there are, about.
        skip: rows that are done.

    Raises:
        Unusable: the file is not what it was.
    """
    if rows - skip >= WORTH:
        with contextlib.closing(_Beside(recipe, skip)) as beside:
            for row in beside.rows():
                yield row
                skip += 1
            if beside.whole:
                return
    yield from _here(table, recipe, skip)


def _here(table: Table, recipe: Recipe, skip: int) -> Iterator[Row]:
    convert = recipe.converter(table.headers).convert
    return ((row, convert(row)) for row in itertools.islice(table.rows(), skip, None))


class _Beside:
    """The process, and what has come of it.

    Attributes:
        whole: all rows have come.
    """

    def __init__(self, recipe: Recipe, skip: int) -> None:
        self.whole = False
        self._closed = threading.Event()
        self._ready: queue.Queue[bytes] = queue.Queue(_AHEAD)
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        self._pipe = ours
        self._process = context.Process(target=_work, args=(recipe, skip, theirs), daemon=True)
        self._listener = threading.Thread(target=self._listen, name="rows", daemon=True)
        with theirs, _without_interrupts(), _own_errors(), contextlib.suppress(OSError, ValueError):
            self._process.start()
        self._listener.start()

    def _listen(self) -> None:
        # Here, and not where rows are used: meanwhile the process goes on.
        with contextlib.suppress(EOFError, OSError):
            while not self._closed.is_set():
                self._put(self._pipe.recv_bytes())
        self._put(b"")

    def _put(self, message: bytes) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(queue.Full):
                self._ready.put(message, timeout=0.2)
                return

    def rows(self) -> Iterator[Row]:
        """What comes, up to its end or the end of the process."""
        while message := self._ready.get():
            # It comes from a process of our own, over a pipe that nobody else has.
            said = pickle.loads(message)  # noqa: S301
            if said is None:
                self.whole = True
                return
            if isinstance(said, OffhookError):
                raise said
            for row in said:
                yield _unpacked(row)

    def close(self) -> None:
        """Ends the process."""
        self._closed.set()
        if self._process.pid is not None:
            self._process.kill()
            self._process.join()
        self._listener.join()
        self._pipe.close()


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """What is started meanwhile never hears of ctrl-c, which a terminal sends to all: who started it will end it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _own_errors() -> contextlib.AbstractContextManager[object]:
    """Hands what is started the standard error that this process began with.

    An application that draws on the terminal has put something in its place that is no file, with which nothing starts.
    """
    return contextlib.redirect_stderr(sys.__stderr__)


# --- in the process -----------------------------------------------------------------------------------------------


def _work(recipe: Recipe, skip: int, pipe: Connection) -> None:
    gc.freeze()
    gc.set_threshold(50_000)
    said: OffhookError | None = None
    # Where the pipe breaks, nobody waits any more. What else fails is met again, and told, by whoever reads the rest.
    with pipe, contextlib.suppress(Exception):
        try:
            table = open_tables(recipe.path)[recipe.place]
            rows = _here(table, recipe, skip)
            while chunk := [_packed(*row) for row in itertools.islice(rows, _CHUNK)]:
                pipe.send_bytes(pickle.dumps(chunk, pickle.HIGHEST_PROTOCOL))
        except OffhookError as error:
            said = error
        pipe.send_bytes(pickle.dumps(said, pickle.HIGHEST_PROTOCOL))


# --- rows as plain tuples, which are pickled many times faster ----------------------------------------------------

_draft_parts = attrgetter(*(field.name for field in dataclasses.fields(Draft)))
_row_parts = attrgetter(*(field.name for field in dataclasses.fields(Converted)))


def _packed(raw: RawRow, made: Converted) -> tuple[Any, ...]:
    return tuple(raw), tuple(_plain(part) for part in _row_parts(made))


def _plain(part: Any) -> Any:
    if isinstance(part, Draft):
        return _DRAFT, _draft_parts(part)
    if isinstance(part, Problem):
        return _PROBLEM, tuple(part)
    if isinstance(part, tuple):
        return _MANY, [_plain(one) for one in part]
    return part


_DRAFT, _PROBLEM, _MANY = range(3)


def _unpacked(row: tuple[Any, ...]) -> Row:
    raw, parts = row
    return RawRow(*raw), Converted(*[_made(part) for part in parts])


def _made(part: Any) -> Any:
    if not isinstance(part, tuple):
        return part
    kind, content = part
    if kind == _DRAFT:
        return Draft(*content)
    if kind == _PROBLEM:
        return Problem(*content)
    return tuple([_made(one) for one in content])
