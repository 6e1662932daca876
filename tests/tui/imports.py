"""An importer for tests of the wizard: files are what a test says they are, and steps wait until a test lets them go on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.commands.contacts import CreateContact
from core.errors import NotFound, Refused
from core.imports.shapes import (
    Column,
    Entity,
    Guess,
    Option,
    Options,
    Past,
    Problem,
    Progress,
    Question,
    Report,
    Step,
    TableView,
    Undone,
    Unusable,
)
from core.imports.targets import exact_target, targets_for

NOTE = "2 lines above the header were passed over: “Export of 12 March”."


def column(header: str, *samples: str, filled: int = 40, **looks: int) -> Column:
    """A column as analysis hands it over."""
    return Column(header, filled=filled, samples=samples, looks=looks, looked=filled, longest=30)


CONTACTS = (
    (column("Record ID", "8001", "8002", "8003"), "external_id", 0.98, "HubSpot’s name for it"),
    (column("First Name", "Ann", "Łukasz", "Zoë"), "first_name", 0.98, "HubSpot’s name for it"),
    (column("Last Name", "Lee", "Wójcik", "O’Brien"), "last_name", 0.98, "HubSpot’s name for it"),
    (column("Email", "ann@acme.example", "lukasz@lodz.example"), "email", 0.99, "HubSpot’s name for it"),
    (column("Phone Number", "+49 30 1234567", "030/7654321"), "phone", 0.97, "HubSpot’s name for it"),
    (column("Mobile", "0171 5550100", filled=7), "phone_2", 0.7, "like the header “Mobile phone”"),
    (column("Associated Company", "Acme GmbH", "Łódź Logistics"), "company", 0.9, "HubSpot’s name for it"),
    (column("Contact owner", "Mara Lindqvist", "Sam Old"), "owner", 0.95, "HubSpot’s name for it"),
    (column("Lead Status", "NEW", "IN_PROGRESS"), "lead_status", 0.95, "HubSpot’s name for it"),
    (column("Original Source", "Organic Search", "Direct Traffic"), "source", 0.88, "HubSpot’s name for it"),
    (column("Last Activity Date", "2024-03-12 09:14", filled=31), "", 0.0, "nothing here takes it"),
    (column("Favourite colour", "green", "blue", filled=3), "", 0.0, "no field is like it"),
)  # fmt: skip
"""A clean export: nothing is unsure."""
COMPANIES = (
    (column("Company name", "Acme GmbH", "Łódź Logistics"), "name", 0.98, "HubSpot’s name for it"),
    (column("Company Domain Name", "acme.example"), "domain", 0.98, "HubSpot’s name for it"),
    (column("Notes?", "calls back", "asks for Ann"), "description", 0.4, "texts of some length"),
)
OWNER = Question(
    "owner:Sam Old", "owner", "Who is “Sam Old” here?", 12, ("Sam Old",),
    (Option("me", "Mara Lindqvist"), Option("jonas", "Jonas Weber"), Option("pool", "The pool")), "me",
)  # fmt: skip
ORDER = Question(
    "order:Birthday", "order", "How are the days in “Birthday” written?", 31, ("03/04/2026", "07/08/2025"),
    (Option("dmy", "day, month, year (31/12/2026)"), Option("mdy", "month, day, year (12/31/2026)")), "",
)  # fmt: skip
REPORT = Report("", rows=40, imported=34, updated=3, unchanged=1, refused=2, duplicates=4, seconds=1.4)
MESSY = dataclasses.replace(
    REPORT,
    problems=(
        Problem(7, "Email", "ann@@acme", "This is no e-mail address."),
        Problem(19, "Email", "n.a. (asked)", "This is no e-mail address."),
    ),
    warnings=(Problem(12, "Phone Number", "9.19877E+11", "A spreadsheet has ruined the number; kept in the description."),),
    made={"companies": 12},
)  # fmt: skip
CLEAN = dataclasses.replace(REPORT, imported=36, refused=0)
STARTED = dt.datetime(2026, 3, 17, 14, 5, tzinfo=dt.UTC)


def past(import_id: str, **values: Any) -> Past:
    """An import that was begun."""
    told = {
        "name": "contacts.csv", "source": "hubspot", "who": "Mara Lindqvist", "state": "done", "started_at": STARTED,
        "rows": 40, "imported": 34, "updated": 3, "unchanged": 1, "skipped": 0, "refused": 2, "resumable": False,
        "mine": True,
    }  # fmt: skip
    return Past(id=import_id, **{**told, **values})


@dataclass
class Gate:
    """Where something long waits until a test lets it go on; open to begin with."""

    event: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.event.set()

    def wait(self, progress: Progress, what: str, total: int) -> None:
        """Tells how far it is, and waits; can be stopped all the while."""
        progress(Step(what, 0, total, 0.0))
        progress(Step(what, total // 2, total, 1.0))
        while not self.event.wait(0.005):
            progress(Step(what, total // 2, total, 1.0))
        progress(Step(what, total, total, 2.0))


class Stubborn(Gate):
    """Does not hear that it is to stop before a test lets it go on: a batch that takes long."""

    def __init__(self) -> None:
        self.event = threading.Event()

    def wait(self, progress: Progress, what: str, total: int) -> None:
        """Tells how far it is, and waits."""
        progress(Step(what, total // 2, total, 1.0))
        self.event.wait(20)


class FakeJob:
    """Files on their way in; see `core.imports.shapes.Job`."""

    def __init__(self, importer: FakeImporter, files: Sequence[str], options: Options) -> None:
        self.id = f"import-{len(importer.jobs) + 1}"
        self._importer = importer
        self._files = files
        self._options = options
        self._entity: list[Entity] = []
        self.mapping: list[dict[str, str]] = []
        self.answers: dict[str, str] = {}
        for name in files:
            self._entity.append("companies" if "compan" in name else "contacts")
            self.mapping.append({one.header: target for one, target, _, _ in self._columns(name)})

    def _columns(self, name: str) -> Sequence[tuple[Column, str, float, str]]:
        return COMPANIES if "compan" in name else CONTACTS

    def tables(self) -> Sequence[TableView]:
        catalog = self._importer.workspace.catalog()
        return [
            TableView(
                name, "", "csv", "utf-8-sig", ",", 40, "hubspot", self._entity[n], (NOTE,),
                tuple(one for one, _, _, _ in self._columns(name)),
                tuple(
                    Guess(one.header, now, sure if now == target else 1.0, why if now == target else "you said so")
                    for one, target, sure, why in self._columns(name)
                    for now in (self.mapping[n][one.header],)
                ),
                targets_for(self._entity[n], catalog),
            )
            for n, name in enumerate(self._files)
        ]  # fmt: skip

    def assign(self, table: int, header: str, target: str) -> None:
        mapping = self.mapping[table]
        if target:
            other = next((one for one, has in mapping.items() if has == target and one != header), None)
            if other is not None:
                raise Refused(f"“{other}” goes there already.")
            if exact_target(target, self._entity[table], self._importer.workspace.catalog()) is None:
                raise Refused(f"There is no field {target}.")
        mapping[header] = target

    def set_entity(self, table: int, entity: Entity) -> None:
        self._entity[table] = entity
        self.mapping[table] = dict.fromkeys(self.mapping[table], "") | {"Email": "contact.email"}

    def set_options(self, options: Options) -> None:
        if options.region == "XX":
            raise Refused("There is no country XX.")
        self._options = options

    @property
    def options(self) -> Options:
        return self._options

    def questions(self) -> Sequence[Question]:
        return [one for one in self._importer.questions if one.id not in self.answers]

    def answer(self, question_id: str, value: str) -> None:
        self.answers[question_id] = value

    def preview(self, progress: Progress) -> Report:
        self._importer.checking.wait(progress, "checking", 40)
        self._importer.previewed.append(self._options)
        return dataclasses.replace(self._importer.report, id=self.id, dry=True)

    def run(self, progress: Progress) -> Report:
        self._importer.importing.wait(progress, "importing", 40)
        if self._importer.breaks:
            raise Refused(self._importer.breaks.pop())
        answer = self._importer.workspace.execute(
            CreateContact(values={"first_name": "Ann", "last_name": "Imported"})
        )
        assert answer.applied
        report = self._importer.report
        self._importer.done.append(self.id)
        where = (str(Path.home() / "contacts.rejects.csv"),) if report.refused else ()
        return dataclasses.replace(report, id=self.id, rejects_files=where)


class FakeImporter:
    """Opens any file whose name ends with csv, and knows the imports that a test tells it of.

    Attributes:
        questions: what every job asks.
        report: what comes of every job.
        pasts: the imports there were.
        undone: what came of taking one back.
        breaks: why runs break off, the last one first.
    """

    def __init__(self, workspace: Any) -> None:
        self.workspace = workspace
        self.reading, self.checking, self.importing, self.undoing = Gate(), Gate(), Gate(), Gate()
        self.questions: Sequence[Question] = ()
        self.report = CLEAN
        self.pasts: list[Past] = []
        self.undone = Undone(34, 3, ("Ann Lee: the e-mail was edited by Jonas Weber",))
        self.breaks: list[str] = []
        self.jobs: list[FakeJob] = []
        self.previewed: list[Options] = []
        self.done: list[str] = []
        self.taken_back: list[str] = []

    def open(self, files: Sequence[Path], options: Options, progress: Progress) -> FakeJob:
        self.reading.wait(progress, "reading", 40)
        for path in files:
            if path.suffix != ".csv":
                raise Unusable(f"{path.name} is a picture, and no table. Export it as CSV or Excel.")
        job = FakeJob(self, [path.name for path in files], options)
        self.jobs.append(job)
        return job

    def past(self) -> Sequence[Past]:
        return list(self.pasts)

    def resume(self, import_id: str) -> FakeJob:
        found = next((one for one in self.jobs if one.id == import_id), None)
        if found is None and not any(one.id == import_id for one in self.pasts):
            raise NotFound("There is no such import on this machine.")
        return found or FakeJob(self, ["contacts.csv"], Options())

    def undo(self, import_id: str, progress: Progress) -> Undone:
        self.undoing.wait(progress, "undoing", 40)
        self.taken_back.append(import_id)
        return self.undone


@dataclass
class Handed:
    """What the application is handed in place of an importer: makes one when it is asked, as a test prepares it.

    Attributes:
        made: the one that was made.
    """

    prepare: Callable[[FakeImporter], object] = lambda _: None
    made: FakeImporter | None = None

    def __call__(self, workspace: Any) -> FakeImporter:
        self.made = FakeImporter(workspace)
        self.prepare(self.made)
        return self.made

    @property
    def importer(self) -> FakeImporter:
        """The importer; there once the application has needed it."""
        assert self.made is not None
        return self.made


def mapping_of(job: FakeJob, table: int = 0) -> Mapping[str, str]:
    """Where the columns of a table go."""
    return job.mapping[table]
