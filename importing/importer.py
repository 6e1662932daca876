"""The door to importing. See `core.imports.shapes.Importer`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from core.catalog import Catalog
from core.errors import NotFound, Refused
from core.ids import new_id
from core.imports.guess import TABLE, Proposal, guess
from core.imports.rows.common import OWN
from core.imports.shapes import (
    ENTITIES,
    Entity,
    Guess,
    Importer,
    Job,
    Options,
    Past,
    Progress,
    Table,
    Undone,
    Unusable,
)
from core.imports.staff import is_staff, names_of_staff
from core.imports.targets import find_target
from core.imports.together import Part, links_between, system_of
from core.permissions import require_import
from core.workspace import Workspace
from importing.analysis import Analysed, analyse, pairs
from importing.job import Clock, FileJob, Sheet, assign, remembered
from importing.journal import Journals, mark, require_same
from importing.reading import open_tables
from importing.reading.words import quoted_list
from importing.undoing import undo


def open_importer(workspace: Workspace, folder: Path, *, clock: Clock) -> Importer:
    """Brings files into a workspace.

    Args:
        workspace: where to.
        folder: where journals lie, so that an import can go on after a cut. Made for the user alone.
        clock: what time it is.
    """
    return FileImporter(workspace, folder, clock)


class FileImporter:
    """See `core.imports.shapes.Importer`."""

    def __init__(self, workspace: Workspace, folder: Path, clock: Clock) -> None:
        self._workspace = workspace
        self._journals = Journals(folder)
        self._clock = clock

    def open(self, files: Sequence[Path], options: Options, progress: Progress) -> Job:
        """See `core.imports.shapes.Importer.open`."""
        catalog = self._workspace.catalog()
        require_import(catalog)
        for one in catalog.imports:
            if one.state in ("done", "undone"):
                # Cut off after its end was noted.
                self._journals.drop(one.id)
        if not files:
            raise Unusable("Say which file to import.")
        sheets = []
        for path in dict.fromkeys(path.resolve() for path in files):
            tables = open_tables(path)
            seen = [analyse(table, progress) for table in tables]
            proposals = _proposals(tables, seen, options, options.entities.get(path.name), catalog)
            for place, (table, looked, proposal) in enumerate(zip(tables, seen, proposals, strict=True)):
                guesses = list(proposal.guesses)
                sheet = Sheet(
                    path,
                    place,
                    table,
                    looked.rows,
                    looked.columns,
                    proposal.source,
                    proposal.entity,
                    guesses,
                    {},
                )
                columns = {one.target.removeprefix("deal."): one.header for one in guesses if one.target}
                if "pipeline" in columns and "stage" in columns:
                    told = (
                        ("pipeline", "stage", "outcome") if proposal.source == OWN else ("pipeline", "stage")
                    )
                    headers = [columns[name] for name in told if name in columns]
                    sheet.pairs = pairs(table, *headers)
                sheets.append(sheet)
        _require_rows(sheets)
        sheets = _without_staff(sheets)
        self._link(sheets)
        self._map(sheets, options.mapping)
        return FileJob(self._workspace, self._journals, self._clock, new_id(), sheets, options)

    def _link(self, sheets: Sequence[Sheet]) -> None:
        """Has tables of unknown origin point to each other by the numbers that they give their rows."""
        unknown = [sheet for sheet in sheets if sheet.source == TABLE]
        parts = [
            Part(
                _called(sheet), system_of(mark(sheet.path).digest, sheet.place),
                sheet.entity, sheet.columns, sheet.guesses,
            )
            for sheet in unknown
        ]  # fmt: skip
        for link in links_between(parts, self._workspace.catalog()):
            sheet = unknown[link.part]
            sheet.guesses = [
                Guess(one.header, link.target, 0.9, "the files know each other by it")
                if one.header == link.header
                else one
                for one in sheet.guesses
            ]
            if link.system:
                sheet.systems = {**sheet.systems, link.header: link.system}

    def _map(self, sheets: Sequence[Sheet], mapping: Mapping[str, str]) -> None:
        """Puts down what the user says of targets, in every table that has the column and the field."""
        catalog = self._workspace.catalog()
        taken: dict[str, str] = {}
        for said, header in mapping.items():
            if header and taken.setdefault(header, said) != said:
                raise Refused(
                    f"“{header}” cannot go to {taken[header]} and to {said}: one column, one field."
                )
            fitting = [
                (sheet, target)
                for sheet in sheets
                if (target := find_target(said, sheet.entity, catalog)) is not None
            ]
            if not fitting:
                raise Refused(f"“{said}” is no field that a column can go to.")
            having = [
                (sheet, target) for sheet, target in fitting if not header or header in sheet.table.headers
            ]
            if not having:
                known = ", ".join(
                    dict.fromkeys(name for sheet in sheets for name in sheet.table.headers[:40])
                )
                raise Refused(f"There is no column “{header}”. Columns: {known}.")
            for sheet, target in having:
                for place, one in enumerate(sheet.guesses):
                    # What the user says goes before what was guessed.
                    if one.target == target.name and one.header not in (header, *taken):
                        sheet.guesses[place] = Guess(one.header, "", 0.0, "left out, as you have set it")
                if header:
                    assign(sheet, header, target.name, catalog)

    def past(self) -> Sequence[Past]:
        """See `core.imports.shapes.Importer.past`."""
        catalog = self._workspace.catalog()
        here = self._journals.ids()
        found = [
            Past(
                one.id, one.name, one.source, catalog.user_name(one.user_id), one.state, one.started_at, one.rows,
                one.imported, one.updated, one.unchanged, one.skipped, one.refused,
                resumable=one.id in here and one.state in ("running", "stopped") and self._can_go_on(one.id),
                mine=one.user_id == catalog.me.id,
            )
            for one in catalog.imports
        ]  # fmt: skip
        return sorted(found, key=lambda past: past.started_at, reverse=True)

    def _can_go_on(self, import_id: str) -> bool:
        try:
            for one in self._journals.read(import_id).files:
                require_same(one)
        except (NotFound, Unusable):
            return False
        return True

    def resume(self, import_id: str) -> Job:
        """See `core.imports.shapes.Importer.resume`."""
        journal = self._journals.read(import_id)
        opened = []
        for known in journal.files:
            require_same(known)
            opened.append(open_tables(Path(known.path)))
        sheets = []
        for one in journal.tables:
            path, plan = Path(journal.files[one.file].path), one.plan
            if one.place >= len(opened[one.file]):
                raise Unusable(
                    f"{path.name} has changed since. Take the import back, or bring the file in anew."
                )
            table = opened[one.file][one.place]
            targets = {header: target for target, header in plan.mapping.items()}
            guesses = [
                Guess(header, targets.get(header, ""), 1.0, "as it was planned") for header in table.headers
            ]
            sheets.append(
                Sheet(
                    path,
                    one.place,
                    table,
                    one.rows,
                    (),
                    plan.source,
                    plan.entity,
                    guesses,
                    {},
                    plan.systems,
                    plan.staff,
                )
            )
        sheets.sort(key=lambda sheet: ENTITIES.index(sheet.entity))
        return FileJob(
            self._workspace, self._journals, self._clock, journal.id, sheets, journal.options,
            answers=journal.answers, journal=journal,
        )  # fmt: skip

    def undo(self, import_id: str, progress: Progress) -> Undone:
        """See `core.imports.shapes.Importer.undo`."""
        begun = [one for one in self._workspace.catalog().imports if one.id.startswith(import_id)]
        if len(begun) != 1 or not import_id:
            few = (
                "There is no import of that id."
                if not begun
                else "Several imports begin so: give more of the id."
            )
            raise NotFound(few)
        undone = undo(self._workspace, begun[0], progress)
        self._journals.drop(begun[0].id)
        return undone


def _proposals(
    tables: Sequence[Table],
    seen: Sequence[Analysed],
    options: Options,
    entity: Entity | None,
    catalog: Catalog,
) -> list[Proposal]:
    """What the tables of a file probably are. The lists of one JSON object are of one system, however little each tells of it."""

    def proposed(place: int, source: str) -> Proposal:
        table = tables[place]
        return guess(
            table.name or table.file, seen[place].columns, table.headers, catalog, source=source,
            remembered=remembered(catalog, table.headers), new_fields=options.new_fields, entity=entity,
        )  # fmt: skip

    found = [proposed(place, options.source) for place in range(len(tables))]
    sources = {one.source for one in found} - {TABLE}
    if len(sources) != 1 or any(table.kind != "json" for table in tables):
        return found
    (source,) = sources
    return [proposed(place, source) if one.source == TABLE else one for place, one in enumerate(found)]


def _require_rows(sheets: Sequence[Sheet]) -> None:
    """Refuses files of which no table has a row.

    Raises:
        Unusable: so it is.
    """
    if not any(sheet.rows for sheet in sheets):
        names = ", ".join(dict.fromkeys(sheet.table.file for sheet in sheets))
        raise Unusable(
            f"{names} has headers but no rows: {quoted_list(sheets[0].table.headers, 8)}. "
            "Export it again, and check what was selected for the export."
        )


def _without_staff(sheets: list[Sheet]) -> list[Sheet]:
    """The tables without those of the other system's users, if there are others; the users name the owners in them."""
    staff = [sheet for sheet in sheets if is_staff(_called(sheet), sheet.table.headers)]
    others = [sheet for sheet in sheets if sheet not in staff]
    if not (staff and others):
        return sheets
    names: dict[str, str] = {}
    for sheet in staff:
        names |= names_of_staff(sheet.table.headers, sheet.table.rows())
    for sheet in others:
        sheet.staff = names
    others[0].notes = tuple(
        f"Not brought in: {_called(sheet)}, the users of the other system. They name the owners of records."
        for sheet in staff
    )
    return others


def _called(sheet: Sheet) -> str:
    return sheet.table.name or Path(sheet.table.file).stem
