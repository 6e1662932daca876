"""Files on their way in: what they hold, how that is read, and the run. See `core.imports.shapes.Job`."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from core.catalog import Catalog
from core.changes import Answer, Change, Status
from core.commands.base import Context
from core.commands.imports import BeginImport, EndImport
from core.errors import NotFound, OffhookError, Refused, Unavailable
from core.imports.answers import Settled, settle
from core.imports.convert import Conversion, completed
from core.imports.guess import guess, signature
from core.imports.ids import batch_id, begin_id, end_id, setup_id
from core.imports.questions import all_questions, open_questions
from core.imports.shapes import (
    ENTITIES,
    Column,
    Entity,
    Guess,
    Options,
    Progress,
    Question,
    Report,
    Table,
    TablePlan,
    TableView,
)
from core.imports.targets import find_target, targets_for
from core.permissions import require_import
from core.workspace import Workspace
from importing.asking import answer_to
from importing.batch import Around, Matches
from importing.beside import Recipe
from importing.imagined import Imagined
from importing.journal import Journal, Journals, Reached, TableMark, mark
from importing.met import Met, Nobody
from importing.rejects import Kept, Rejects
from importing.run import COUNTS, Imagining, Part, Run, Writing, batch_size

_AT_WORK = dt.timedelta(hours=1)
"""How long an import runs at most; one that began before was cut off."""
Clock = Callable[[], dt.datetime]
Pairs = Mapping[tuple[str, ...], int]


@dataclass(slots=True)
class Sheet:
    """A table of a job, with what is made of it.

    Attributes:
        path: its file.
        place: which of the file's tables it is.
        table: it.
        rows: how many it has.
        columns: what was seen of them.
        source: the system that it comes from.
        entity: what its rows are.
        guesses: what its columns are taken for.
        pairs: how often a pipeline and a stage stand together.
        systems: what the ids of columns are kept under, by header, where that is not the source.
        staff: what the other system's users are called, by their ids there.
        notes: what is to be told beside what the table tells itself.
    """

    path: Path
    place: int
    table: Table
    rows: int
    columns: tuple[Column, ...]
    source: str
    entity: Entity
    guesses: list[Guess]
    pairs: Pairs
    systems: Mapping[str, str] = field(default_factory=dict)
    staff: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def plan(self) -> TablePlan:
        """How it is read."""
        mapping = {guess.target: guess.header for guess in self.guesses if guess.target}
        return TablePlan(self.source, self.entity, mapping, systems=self.systems, staff=self.staff)


class FileJob:
    """Files on their way in.

    Args:
        workspace: where to.
        journals: where journals lie.
        clock: what time it is.
        import_id: the import's id.
        sheets: the tables.
        options: what the user says of all of it.
        answers: what was answered.
        journal: what an import that goes on has reached; None: it begins.
    """

    def __init__(
        self,
        workspace: Workspace,
        journals: Journals,
        clock: Clock,
        import_id: str,
        sheets: Sequence[Sheet],
        options: Options,
        *,
        answers: Mapping[str, str] | None = None,
        journal: Journal | None = None,
    ) -> None:
        self.id = import_id
        self._workspace = workspace
        self._journals = journals
        self._clock = clock
        self._sheets = sorted(sheets, key=lambda sheet: ENTITIES.index(sheet.entity))
        self._options = options
        self._answers = dict(answers or {})
        self._journal = journal

    # --- what is read, and as what

    def tables(self) -> Sequence[TableView]:
        """See `core.imports.shapes.Job.tables`."""
        catalog = self._workspace.catalog()
        at_work = self._at_work(catalog)
        return [
            TableView(
                sheet.table.file, sheet.table.name, sheet.table.kind, sheet.table.encoding, sheet.table.delimiter,
                sheet.rows, sheet.source, sheet.entity, (*sheet.table.notes, *sheet.notes, *(() if place else at_work)),
                sheet.columns, tuple(sheet.guesses), tuple(targets_for(sheet.entity, catalog)),
            )
            for place, sheet in enumerate(self._sheets)
        ]  # fmt: skip

    def _at_work(self, catalog: Catalog) -> tuple[str, ...]:
        """Who else brings files in at this moment: what two write at once neither can find."""
        now = self._clock()
        return tuple(
            f"{catalog.user_name(one.user_id)} began to import {one.name} {_ago(now - one.started_at)}, and is not through. What is in both"
            " imports comes in twice: wait until that one is through."
            for one in catalog.imports
            if one.state == "running" and one.user_id != catalog.me.id and now - one.started_at < _AT_WORK
        )

    def assign(self, table: int, header: str, target: str) -> None:
        """See `core.imports.shapes.Job.assign`."""
        self._may_change()
        assign(self._sheets[table], header, target, self._workspace.catalog())

    def set_entity(self, table: int, entity: Entity) -> None:
        """See `core.imports.shapes.Job.set_entity`."""
        self._may_change()
        sheet = self._sheets[table]
        catalog = self._workspace.catalog()
        proposal = guess(
            sheet.table.name or sheet.table.file, sheet.columns, sheet.table.headers, catalog, source=sheet.source,
            entity=entity, remembered=remembered(catalog, sheet.table.headers),
            new_fields=self._options.new_fields,
        )  # fmt: skip
        sheet.entity, sheet.guesses = proposal.entity, list(proposal.guesses)
        self._sheets.sort(key=lambda one: ENTITIES.index(one.entity))

    @property
    def options(self) -> Options:
        """See `core.imports.shapes.Job.options`."""
        return self._options

    def set_options(self, options: Options) -> None:
        """See `core.imports.shapes.Job.set_options`."""
        self._may_change()
        self._options = replace(options, mapping=self._options.mapping, source=self._options.source)

    def _may_change(self) -> None:
        if self._journal is not None:
            raise Refused("This import has begun: it goes on as it was planned. Take it back to begin anew.")

    # --- questions

    def questions(self) -> Sequence[Question]:
        """See `core.imports.shapes.Job.questions`."""
        plans, columns, pairs = self._asked()
        return open_questions(plans, columns, self._workspace.catalog(), self._options, self._answers, pairs)

    def answer(self, question_id: str, value: str) -> None:
        """See `core.imports.shapes.Job.answer`."""
        self._may_change()
        plans, columns, pairs = self._asked()
        catalog = self._workspace.catalog()
        for question in all_questions(plans, columns, catalog, self._options, self._answers, pairs):
            if question.id == question_id:
                if value not in [option.value for option in question.options]:
                    choices = ", ".join(option.value for option in question.options)
                    raise Refused(f"“{value}” is no answer to that. Answers: {choices}.")
                self._answers[question_id] = value
                return
        raise Refused(f"Nothing is asked as “{question_id}”.")

    def _asked(self) -> tuple[list[TablePlan], list[Sequence[Column]], list[Pairs]]:
        sheets = self._sheets
        return [one.plan() for one in sheets], [one.columns for one in sheets], [one.pairs for one in sheets]

    # --- the run

    def preview(self, progress: Progress) -> Report:
        """See `core.imports.shapes.Job.preview`."""
        catalog = self._workspace.catalog()
        require_import(catalog)
        now, settled = self._clock(), self._settled(catalog)
        imagined = Imagined(self._workspace, Context(settled.catalog, now))
        met = self._met(None)
        try:
            conversion = self._conversion(settled, settled.catalog, now)
            around = self._around(conversion, imagined.matches, met)
            reached = Reached(made=_made(settled.changes))
            run = self._run(around, Imagining(imagined, met), reached, progress, "checking")
            run.all(self._parts(settled, conversion))
        finally:
            met.close()
            imagined.close()
        return run.report(dry=True)

    def run(self, progress: Progress) -> Report:
        """See `core.imports.shapes.Job.run`."""
        require_import(self._workspace.catalog())
        settled = self._settled(self._workspace.catalog())
        goes_on = self._journal is not None
        journal = self._journal = self._journal or self._begin(settled)
        self._settle_pending(journal)
        now, rejects = self._clock(), self._rejects(journal, goes_on)
        met = self._met(self._journals.met(self.id))
        met.back_to(journal.done.counts.get("rows", 0))
        writing = Writing(self._workspace, self._journals, journal, rejects, met)
        conversion = self._conversion(settled, self._workspace.catalog(), now)
        around = self._around(conversion, self._workspace.matches, met)
        run = self._run(around, writing, journal.done, progress, "importing")
        for one in rejects.values():
            # Of the rows that were refused before a cut.
            run.told.problems.add(one.problems())
        done = False
        try:
            run.all(self._parts(settled, conversion))
            done = True
        finally:
            met.close()
            if done:
                self._end(journal, writing, run, settled)
            else:
                # Why it ends is what matters; what cannot be noted now the next run finds out.
                with contextlib.suppress(OffhookError):
                    self._stop(journal, writing, run)
        paths = [one.path for one in rejects.values() if one.path]
        return run.report(rejects=paths, dry=False)

    def _settled(self, catalog: Catalog) -> Settled:
        """All that is decided before the first row."""
        plans, columns, pairs = self._asked()
        if self._journal is not None:
            return Settled(tuple(one.plan for one in self._journal.tables), catalog, self._answers, ())
        return settle(
            plans, columns, catalog, self._options, self._answers, lambda what: setup_id(self.id, what), pairs
        )

    def _begin(self, settled: Settled) -> Journal:
        """Tells the workspace that the import is under way, and makes what it needs."""
        files = list(dict.fromkeys(sheet.path for sheet in self._sheets))
        name = ", ".join(path.name for path in files)
        sources = list(dict.fromkeys(plan.source for plan in settled.plans))
        journal = Journal(
            id=self.id, name=name, source=sources[0] if len(sources) == 1 else "table",
            files=tuple(mark(path) for path in files),
            tables=tuple(
                TableMark(files.index(sheet.path), sheet.place, sheet.rows, plan)
                for sheet, plan in zip(self._sheets, settled.plans, strict=True)
            ),
            options=self._options, answers=settled.answers, done=Reached(made=_made(settled.changes)),
        )  # fmt: skip
        begin = BeginImport(
            id=begin_id(self.id), import_id=self.id, name=name, source=journal.source, changes=settled.changes
        )
        _must(self._workspace.execute(begin))
        self._journals.write(journal)
        return journal

    def _settle_pending(self, journal: Journal) -> None:
        """Finds out whether the batch that was under way when the import was cut off is written."""
        if journal.pending is None:
            return
        answer = answer_to(self._workspace, self.id, batch_id(self.id, journal.done.batch))
        if answer.applied:
            journal.done = journal.pending
        journal.pending = None

    def _end(self, journal: Journal, writing: Writing, run: Run, settled: Settled) -> None:
        writing.close()
        learned = {
            # Numbers that hold in these files alone are none that the next ones could go by.
            signature(sheet.table.headers): {
                target: header for target, header in plan.mapping.items() if header not in plan.systems
            }
            # Of several tables with the same headers, the one with most rows tells best what its columns are.
            for sheet, plan in sorted(
                zip(self._sheets, settled.plans, strict=True), key=lambda one: one[0].rows
            )
        }
        _must(self._workspace.execute(self._ended(journal, run, "done", learned)))
        self._journals.drop(self.id)

    def _stop(self, journal: Journal, writing: Writing, run: Run) -> None:
        end = self._ended(journal, run, "stopped", {})
        journal.turn += 1
        writing.close()
        self._workspace.execute(end)

    def _ended(
        self, journal: Journal, run: Run, state: str, mapping: Mapping[str, Mapping[str, str]]
    ) -> EndImport:
        counts = {name: run.reached.counts[name] for name in COUNTS if name != "duplicates"}
        return EndImport(
            id=end_id(self.id, journal.turn), import_id=self.id, state=state, counts=counts, mapping=mapping
        )

    def _rejects(self, journal: Journal, goes_on: bool) -> dict[int, Rejects]:
        known = journal.done.rejects
        return {
            place: Rejects(
                sheet.table,
                sheet.path,
                self._journals.folder,
                kept=known.get(place, Kept()) if goes_on else None,
            )
            for place, sheet in enumerate(self._sheets)
        }

    def _run(
        self, around: Around, writer: Writing | Imagining, reached: Reached, progress: Progress, what: str
    ) -> Run:
        return Run(
            self.id, around, writer, reached, total=sum(sheet.rows for sheet in self._sheets), progress=progress,
            size=batch_size(self._workspace), what=what,
        )  # fmt: skip

    def _met(self, path: Path | None) -> Met | Nobody:
        return Met(path) if self._options.on_duplicate == "overwrite" else Nobody()

    def _conversion(self, settled: Settled, catalog: Catalog, now: dt.datetime) -> Conversion:
        return Conversion(catalog, self._options, settled.answers, now)

    def _around(self, conversion: Conversion, matches: Matches, met: Met | Nobody) -> Around:
        catalog = conversion.catalog
        undone = any(one.state == "undone" for one in catalog.imports)

        def was_there(table: str, record_id: str) -> bool:
            if not undone:
                return False
            try:
                return bool(self._workspace.record(table, record_id))
            except NotFound:
                return False

        policy = self._options.on_duplicate
        return Around(catalog, matches, was_there, policy, met, lambda draft: completed(draft, conversion))

    def _parts(self, settled: Settled, conversion: Conversion) -> list[Part]:
        return [
            Part(
                place,
                sheet.table,
                sheet.path,
                plan.entity,
                sheet.rows,
                Recipe(sheet.path, sheet.place, plan, conversion),
            )
            for place, (sheet, plan) in enumerate(zip(self._sheets, settled.plans, strict=True))
        ]


def assign(sheet: Sheet, header: str, target: str, catalog: Catalog) -> None:
    """Has a column go to a target; empty: it is left out.

    Raises:
        Refused: another column goes there already, or there is no such target or column.
    """
    place = next((n for n, one in enumerate(sheet.guesses) if one.header == header), None)
    if place is None:
        raise Refused(f"There is no column “{header}” in {sheet.table.file}.")
    name = ""
    if target:
        found = find_target(target, sheet.entity, catalog)
        if found is None:
            raise Refused(f"“{target}” is no field that a column can go to.")
        name = found.name
        other = next(
            (one.header for one in sheet.guesses if one.target == name and one.header != header), None
        )
        if other is not None:
            raise Refused(
                f"“{other}” goes to {found.label} already. Two columns on one field would lose one."
            )
    sheet.guesses[place] = Guess(header, name, 1.0, "as you have set it")


def _ago(span: dt.timedelta) -> str:
    minutes = max(0, int(span.total_seconds() // 60))
    return "just now" if not minutes else f"{minutes} minute{'s' * (minutes > 1)} ago"


def remembered(catalog: Catalog, headers: Sequence[str]) -> Mapping[str, str] | None:
    """What columns of these headers were taken for the last time."""
    key = signature(headers)
    return next((one.mapping[key] for one in catalog.imports if one.mapping.get(key)), None)


def _must(answer: Answer) -> None:
    if answer.status is Status.UNAVAILABLE:
        raise Unavailable(answer.reason)
    if not answer.applied:
        raise Refused(answer.reason)


_MADE = {"pipelines": "pipelines", "stages": "stages", "custom_fields": "fields"}


def _made(changes: Sequence[Change]) -> dict[str, int]:
    """What of the set-up is made, by what people call it."""
    made: dict[str, int] = {}
    for change in changes:
        if change.insert and (name := _MADE.get(change.table)):
            made[name] = made.get(name, 0) + 1
    return made
