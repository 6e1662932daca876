"""Brings converted rows in, batch by batch, or only says what would come of it."""

from __future__ import annotations

import contextlib
import gc
import itertools
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from core.changes import Answer, Status
from core.commands.imports import ImportRows
from core.errors import Unavailable
from core.imports.ids import batch_id
from core.imports.shapes import (
    Converted,
    Entity,
    Problem,
    Progress,
    RawRow,
    Report,
    Step,
    Table,
)
from core.permissions import require_import
from core.workspace import Workspace
from importing.batch import Around
from importing.beside import Recipe, converted
from importing.deciding import Decided, Decider
from importing.imagined import Imagined
from importing.journal import Journal, Journals, Reached
from importing.met import Met, Nobody
from importing.rejects import Kept, Rejects
from importing.told import Told

COUNTS = ("rows", "imported", "updated", "unchanged", "skipped", "refused", "duplicates")
_SOLO, _TEAM = 6000, 300
"""Rows in a batch. In a file of one's own each batch writes most pages of the indexes anew: few large ones cost less, but nobody
else can write meanwhile, which is to stay below about a second. For a team each batch is a message to a server."""

Rows = Sequence[tuple[RawRow, Converted]]


@dataclass(frozen=True, slots=True)
class Part:
    """A table that is to be brought in.

    Attributes:
        place: which of the import's tables it is.
        table: the table.
        source: its file.
        entity: what its rows are.
        rows: how many there are.
        recipe: how records are made of them.
    """

    place: int
    table: Table
    source: Path
    entity: Entity
    rows: int
    recipe: Recipe


class Writer(Protocol):
    """What batches go through."""

    def begin(self, reached: Reached, after: Reached, decided: Decided) -> None:
        """Notes that a batch is about to be written, and how far the import is then; its refused rows were put down."""
        ...

    def execute(self, command: ImportRows, decided: Decided) -> Answer:
        """Writes it."""
        ...

    def refuse(self, part: Part, row: RawRow, problems: Sequence[Problem]) -> None:
        """Puts a refused row down."""
        ...

    def fail(self) -> None:
        """The batch was not written: nothing of it counts."""
        ...

    def reached(self, reached: Reached, decided: Decided) -> None:
        """Notes how far the import is."""
        ...


class Run:
    """An import under way.

    Args:
        import_id: its id.
        around: what rows are decided in.
        writer: what batches go through.
        reached: how far it is already.
        total: how many rows there are in all.
        progress: is told of each batch.
        size: rows in a batch.
    """

    def __init__(
        self,
        import_id: str,
        around: Around,
        writer: Writer,
        reached: Reached,
        *,
        total: int,
        progress: Progress,
        size: int,
        what: str,
    ) -> None:
        self._id = import_id
        self._writer = writer
        self._decider = Decider(around)
        self._total = total
        self._progress = progress
        self._size = size
        self._what = what
        self._began = time.monotonic() - reached.seconds
        self.reached = reached
        self.told = Told()
        for name in COUNTS:
            reached.counts.setdefault(name, 0)

    def all(self, parts: Sequence[Part]) -> None:
        """Brings all tables in, from where it is.

        Raises:
            Cancelled: the user has stopped it.
            Unusable: a file is not what it was.
            Unavailable: the workspace cannot be written to.
            Refused: the user may not import any more.
        """
        with _without_collector():
            for place, part in enumerate(parts):
                if place < self.reached.table:
                    continue
                if place > self.reached.table:
                    self.reached.table, self.reached.row = place, 0
                with contextlib.closing(batches(part, self._size, skip=self.reached.row)) as ready:
                    self._link(part)
                    for rows in ready:
                        self._tell()
                        self._bring(part, rows)
                        self._link(part)
                # Collected here and there, since what the libraries keep is not free of cycles.
                gc.collect(1)
            self._tell()

    def _tell(self) -> None:
        done = self.reached.counts["rows"]
        self._progress(Step(self._what, done, max(self._total, done), self._seconds()))

    def _seconds(self) -> float:
        """How long it has taken, before a cut too."""
        return time.monotonic() - self._began

    def _bring(self, part: Part, rows: Rows, *, again: bool = True) -> None:
        decided = self._decider.decide([converted for _, converted in rows])
        for (raw, _), outcome in zip(rows, decided.outcomes, strict=True):
            if outcome.kind == "refused":
                self._writer.refuse(part, raw, outcome.problems)
        answer = self._write(part, decided, rows[0][0].number, rows[-1][0].number)
        if answer is None:
            return
        if again and answer.status in (Status.CONFLICT, Status.GONE):
            # Somebody has changed what the rows met: they are decided once more, by what is there now.
            self._bring(part, rows, again=False)
        elif len(rows) > 1:
            middle = len(rows) // 2
            self._bring(part, rows[:middle])
            self._bring(part, rows[middle:])
        else:
            self._refuse(part, rows[0], answer)

    def _link(self, part: Part) -> None:
        """Makes good the links of all who wait for what has come: they may be more than are found at once."""
        again = True
        while self.reached.waiting:
            decided = self._decider.link(self.reached.waiting)
            answer = self._write(part, decided, 0, 0)
            if answer is not None:
                if not (again and answer.status in (Status.CONFLICT, Status.GONE)):
                    # They go on waiting, and find it when it is brought in again.
                    self.reached.waiting = ()
                again = False

    def _write(self, part: Part, decided: Decided, first: int, last: int) -> Answer | None:
        """Writes a batch; the answer where that is not done.

        Raises:
            Unavailable: the workspace cannot be written to.
        """
        after = self._after(decided)
        if not (decided.added or decided.edited):
            self._done(decided, after)
            return None
        after.batch += 1
        command = ImportRows(
            id=batch_id(self._id, self.reached.batch), import_id=self._id, file=part.table.file, first=first,
            last=last, added=decided.added, edited=decided.edited, linked=decided.linked, names=decided.names,
        )  # fmt: skip
        self._writer.begin(self.reached, after, decided)
        answer = self._writer.execute(command, decided)
        if answer.applied:
            self._done(decided, after)
            return None
        if answer.status is Status.UNAVAILABLE:
            # Nobody knows whether it is written: whoever goes on finds out.
            raise Unavailable(answer.reason)
        self._writer.fail()
        self._decider.forget()
        return answer

    def _refuse(self, part: Part, row: tuple[RawRow, Converted], answer: Answer) -> None:
        raw, converted = row
        reasons = list(answer.fields.values()) or [answer.reason]
        problems = tuple(Problem(raw.number, "", "", reason) for reason in reasons)
        refused = Converted(raw.number, converted.main, problems=problems)
        self._bring(part, [(raw, refused)])

    def _after(self, decided: Decided) -> Reached:
        after = self.reached.copy()
        after.row += len(decided.outcomes)
        after.waiting, after.seconds = decided.waiting, self._seconds()
        counts = after.counts
        counts["rows"] += len(decided.outcomes)
        for outcome in decided.outcomes:
            counts[outcome.kind] += 1
            counts["duplicates"] += outcome.duplicate
        for table, number in decided.made.items():
            after.made[table] = after.made.get(table, 0) + number
        return after

    def _done(self, decided: Decided, after: Reached) -> None:
        self._decider.keep()
        for outcome in decided.outcomes:
            if outcome.problems or outcome.warnings:
                self.told.add(outcome)
        self.reached = after
        self._writer.reached(after, decided)

    def report(self, *, rejects: Sequence[str] = (), dry: bool) -> Report:
        """What has come of it so far."""
        reached = self.reached
        return Report(
            id=self._id,
            **{name: reached.counts[name] for name in COUNTS},
            problems=self.told.problems,
            warnings=self.told.warnings,
            made=dict(reached.made),
            rejects_file=rejects[0] if rejects else "",
            rejects_files=tuple(rejects),
            seconds=self._seconds(),
            dry=dry,
        )


def batches(part: Part, size: int, *, skip: int = 0) -> Generator[Rows, None, None]:
    """The rows of a table, converted, in lists of so many.

    Args:
        part: the table.
        size: how many.
        skip: rows that are done.

    Raises:
        Unusable: the file is not what it was.
    """
    with contextlib.closing(converted(part.table, part.recipe, rows=part.rows, skip=skip)) as rows:
        while some := list(itertools.islice(rows, size)):
            yield some


def batch_size(workspace: Workspace) -> int:
    """How many rows are written at once."""
    return _SOLO if workspace.health().mode == "solo" else _TEAM


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Rows are no cycles: looking for some in a hundred thousand of them again and again is for nothing."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class Writing:
    """Writes batches into a workspace. Before each of them its refused rows and the journal are on the disk.

    Args:
        workspace: where to.
        journals: where the journal lies.
        journal: it.
        rejects: the files of refused rows, by the place of their table.
        met: whom the import has met.
    """

    def __init__(
        self,
        workspace: Workspace,
        journals: Journals,
        journal: Journal,
        rejects: Mapping[int, Rejects],
        met: Met | Nobody,
    ) -> None:
        self._workspace = workspace
        self._journals = journals
        self._journal = journal
        self._rejects = rejects
        self._met = met

    def begin(self, reached: Reached, after: Reached, decided: Decided) -> None:
        """See `Writer.begin`."""
        self._reserve()
        for rejects in self._rejects.values():
            rejects.flush()
        self._met.update(decided.met, after.counts["rows"])
        after.rejects = self._kept()
        self._journal.pending = after
        self._journals.write(self._journal)

    def fail(self) -> None:
        """See `Writer.fail`."""
        self._journal.pending = None
        self._met.back_to(self._journal.done.counts["rows"])
        for rejects in self._rejects.values():
            rejects.drop()

    def execute(self, command: ImportRows, decided: Decided) -> Answer:
        """See `Writer.execute`."""
        answer = self._workspace.execute(command)
        if answer.status is Status.REJECTED:
            # A right that is gone is no fault of a row.
            require_import(self._workspace.catalog())
        return answer

    def refuse(self, part: Part, row: RawRow, problems: Sequence[Problem]) -> None:
        """See `Writer.refuse`."""
        self._rejects[part.place].add(row, problems)

    def reached(self, reached: Reached, decided: Decided) -> None:
        """See `Writer.reached`: it is written with the next batch, or in the end."""
        self._reserve()
        for rejects in self._rejects.values():
            rejects.count()
        if self._journal.pending is None:
            self._met.update(decided.met, reached.counts["rows"])
        reached.rejects = self._kept()
        self._journal.done, self._journal.pending = reached, None

    def close(self) -> None:
        """Writes all that is known.

        Raises:
            Unavailable: it cannot be written.
        """
        if self._journal.pending is None:
            for rejects in self._rejects.values():
                rejects.drop()
                rejects.flush()
                rejects.close()
            self._journal.done.rejects = self._kept()
        self._journals.write(self._journal)

    def _reserve(self) -> None:
        """Makes the files that are needed, and notes them before a row is in them: of what a crash leaves somebody must know."""
        if any([rejects.reserve() for rejects in self._rejects.values()]):  # noqa: C419 (all of them)
            self._journal.done.rejects = self._kept()
            self._journals.write(self._journal)

    def _kept(self) -> dict[int, Kept]:
        return {place: one.kept for place, one in self._rejects.items() if one.path}


class Imagining:
    """What batches go through in a dry run.

    Args:
        imagined: the workspace as it would be.
        met: whom the import has met.
    """

    def __init__(self, imagined: Imagined, met: Met | Nobody) -> None:
        self._imagined = imagined
        self._met = met

    def begin(self, reached: Reached, after: Reached, decided: Decided) -> None:
        """See `Writer.begin`."""

    def execute(self, command: ImportRows, decided: Decided) -> Answer:
        """See `Writer.execute`."""
        return self._imagined.execute(command, decided)

    def refuse(self, part: Part, row: RawRow, problems: Sequence[Problem]) -> None:
        """See `Writer.refuse`."""

    def fail(self) -> None:
        """See `Writer.fail`."""

    def reached(self, reached: Reached, decided: Decided) -> None:
        """See `Writer.reached`."""
        self._met.update(decided.met, reached.counts["rows"])
