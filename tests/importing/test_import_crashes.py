"""What is brought in is whole and counted once, wherever an import is cut off, and whatever becomes of its batches."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.changes import Answer, Status
from core.commands.imports import ImportRows
from core.errors import OffhookError
from core.imports.shapes import Cancelled, Report
from importing.job import FileJob
from importing.journal import Journals
from importing.rejects import Rejects
from tests.importing.desk import Desk, numbers, silent, steps
from tests.importing.test_import_properties import a_desk

HEADER = "Record ID,First Name,Last Name,Email,Company,Title,City"
THERE = (
    HEADER,
    "1,Ann,Lee,ann@acme.com,Acme,CTO,Bonn",
    "2,Ben,Stone,ben@acme.com,Acme,,",
    "3,Cem,Kaya,,Kaya OHG,,",
)
ROWS = (
    HEADER,
    "9,Bad,One,not a mail,,,",
    "9,Bad,Two,not a mail,,,",
    "1,Ann,Lee,ann@acme.com,Acme,CEO,Bonn",
    "1,Ann,Lee,ann@acme.com,Acme,CFO,Köln",
    "4,Dora,Moss,dora@moss.com,Moss Ltd,,",
    "2,Ben,Stone,ben@acme.com,Acme,,",
    "9,Bad,Three,not a mail,Moss Ltd,,",
    "5,Emil,Fox,emil@fox.com,Fox,CEO,",
    "2,Ben,Stone,ben@acme.com,Acme,Buyer,",
    "4,Dora,Moss,dora@home.org,Moss Ltd,CEO,Ulm",
    "6,Fay,Berg,fay@berg.com,Fox,,",
)


class Killed(BaseException):
    """The process is gone at this moment."""


class Fate:
    """Kills at a moment: before or after something is written."""

    def __init__(self, moment: int) -> None:
        self.left = moment

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """A piece of work before and after which there is a moment."""

        def done(*args: Any, **named: Any) -> Any:
            self.pass_by()
            result = work(*args, **named)
            self.pass_by()
            return result

        return done

    def pass_by(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise Killed


def came_of(desk: Desk, report: Report) -> tuple[Any, ...]:
    """What an import has left behind."""
    people = {
        name: (one.title, one.city, [each["value"] for each in one.emails], sorted(one.external_ids))
        for name, one in desk.contacts().items()
    }
    with Path(report.rejects_file).open(encoding="utf-8", newline="") as lines:
        rejected = list(csv.reader(lines))
    files = sorted(path.name for path in desk.folder.glob("*.csv"))
    problems = [one.row for one in report.problems]
    return numbers(report), people, sorted(desk.companies()), rejected, files, problems, dict(report.made)


def prepared(desk: Desk) -> Path:
    desk.bring(desk.file("there.csv", *THERE), source="hubspot")
    return desk.file("rows.csv", *ROWS)


MOMENTS = range(3, 60, int(os.environ.get("OFFHOOK_CRASHES", "9")))
"""Every ninth of them each time, all of them with OFFHOOK_CRASHES=1."""


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_import_that_is_cut_off_at_any_moment_goes_on_to_the_same_end(
    empty: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    monkeypatch.setattr("importing.run._SOLO", 2)
    with a_desk(empty) as desk:
        file = prepared(desk)
        report = desk.open(file, source="hubspot", on_duplicate="overwrite").run(silent)
        undisturbed = came_of(desk, report)
    with a_desk(empty) as desk, monkeypatch.context() as patch:
        file, fate = prepared(desk), Fate(moment)
        patch.setattr(Journals, "write", fate.around(Journals.write))
        patch.setattr(Rejects, "flush", fate.around(Rejects.flush))
        patch.setattr(desk.workspace, "execute", fate.around(desk.workspace.execute))
        patch.setattr(FileJob, "_stop", lambda *_: None)
        job = desk.open(file, source="hubspot", on_duplicate="overwrite")
        try:
            report = job.run(silent)
        except Killed:
            fate.left = 0
            past = desk.importer.past()[0]
            if past.id == job.id and past.state == "done":
                # All of it is in, and its end is noted.
                assert past.rows == undisturbed[0]["rows"]
                return
            if past.id != job.id or not past.resumable:
                # Before the first row: it is begun anew.
                assert past.rows == 0 or past.id != job.id
                job = desk.open(file, source="hubspot", on_duplicate="overwrite")
                report = job.run(silent)
            else:
                report = desk.importer.resume(job.id).run(silent)
        assert came_of(desk, report) == undisturbed
        assert list(desk.journals.iterdir()) == []


def answering(desk: Desk, patch: pytest.MonkeyPatch, *answers: Status | None) -> list[ImportRows]:
    """Has the next batches answered so without being written; None: as they are. What batches there were."""
    execute, left, seen = desk.workspace.execute, list(answers), list[ImportRows]()

    def answered(command: Any) -> Answer:
        if isinstance(command, ImportRows):
            seen.append(command)
            if left and (status := left.pop(0)) is not None:
                return Answer(status, None, "So it is.")
        return execute(command)

    patch.setattr(desk.workspace, "execute", answered)
    return seen


@pytest.mark.parametrize("status", [Status.CONFLICT, Status.GONE, Status.REJECTED])
def test_rows_that_are_refused_before_a_batch_fails_stay_in_the_file(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, status: Status
) -> None:
    monkeypatch.setattr("importing.run._SOLO", 2)
    job = desk.open(desk.file("rows.csv", *ROWS), source="hubspot")
    answering(desk, monkeypatch, status)
    report = job.run(silent)
    assert [one.row for one in report.problems] == [2, 3, 8]
    assert len(Path(report.rejects_file).read_text().splitlines()) == 4
    assert numbers(report)["rows"] == 11


def test_a_row_that_alone_cannot_be_written_is_refused_and_the_others_go_in(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = desk.file("people.csv", "Name,Email", *(f"P{n} Q{n},p{n}@x.com" for n in range(8)))
    job = desk.open(file)
    # All eight, the first four, the first two, the first one.
    batches = answering(desk, monkeypatch, *[Status.REJECTED] * 4)
    report = job.run(silent)
    assert (report.rows, report.imported, report.refused) == (8, 7, 1)
    assert report.problems[0][0] == 2
    written = batches[4:]
    assert [len(one.added) for one in written] == [1, 2, 4]
    assert len({one.id for one in written}) == 3
    assert desk.importer.undo(report.id, silent).removed == 7


def test_an_import_goes_on_in_the_middle_of_a_batch_that_was_halved(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = desk.file("people.csv", "Name,Email", *(f"P{n} Q{n},p{n}@x.com" for n in range(8)))
    job = desk.open(file)
    with monkeypatch.context() as patch:
        answering(desk, patch, Status.REJECTED, None, Status.UNAVAILABLE)
        with pytest.raises(OffhookError, match="So it is"):
            job.run(silent)
    past = desk.importer.past()[0]
    assert (past.rows, past.imported) == (4, 4)
    report = desk.importer.resume(past.id).run(silent)
    assert (report.rows, report.imported, len(desk.contacts())) == (8, 8, 8)
    assert desk.importer.undo(past.id, silent).removed == 8


def test_a_row_that_is_refused_leaves_nothing_to_those_after_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.bring(desk.file("a.csv", "First Name,Last Name,Phone", "Cem,Kaya,+49 30 555 1234"))
    file = desk.file(
        "b.csv",
        "First Name,Last Name,Phone,Company",
        "Cem,Kaya,+49 30 555 1234,Neu GmbH",
        "Dan,Moss,,Neu GmbH",
    )
    batches = answering(desk, monkeypatch)
    report = desk.bring(file, on_duplicate="ask")
    assert (report.imported, report.refused, report.made) == (1, 1, {"companies": 1})
    assert len(batches) == 1
    assert desk.contacts()["Dan Moss"].company_id == desk.companies()["Neu GmbH"].id


def test_all_who_wait_for_a_company_find_it_however_many_they_are(desk: Desk) -> None:
    people = [f"{n},P{n},Q{n},p{n}@acme.com,8001" for n in range(450)]
    desk.bring(
        desk.file("people.csv", "Record ID,First Name,Last Name,Email,Associated Company IDs", *people),
        source="hubspot",
    )
    report = desk.bring(
        desk.file("companies.csv", "Record ID,Company name,Company Domain Name", "8001,Acme,acme.com"),
        source="hubspot",
    )
    assert (report.rows, report.imported) == (1, 1)
    found = desk.contacts()
    assert len(found) == 450
    assert {one.company_id for one in found.values()} == {desk.companies()["Acme"].id}
    undone = desk.importer.undo(report.id, silent)
    assert (undone.removed, undone.restored, undone.kept) == (1, 450, ())


def test_a_file_of_refused_rows_that_was_mended_meanwhile_stays_as_it_is(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importing.run._SOLO", 2)
    with pytest.raises(Cancelled):
        desk.open(desk.file("rows.csv", *ROWS), source="hubspot").run(steps(2, Cancelled("Stopped.")))
    mended = desk.folder / "rows.rejected.csv"
    mended.write_text(mended.read_text().replace("not a mail", "bad@one.com"))
    before = mended.read_text()
    report = desk.importer.resume(desk.importer.past()[0].id).run(silent)
    assert mended.read_text() == before
    assert Path(report.rejects_file).name == "rows.rejected-2.csv"
    assert len(Path(report.rejects_file).read_text().splitlines()) == 2


def test_every_file_of_refused_rows_is_named_and_every_problem_told(desk: Desk) -> None:
    lines = [f"P{n} Q{n},{'bad' if n % 2 else f'p{n}@x.com'}" for n in range(2_400)]
    one, other = (
        desk.file("people.csv", "Name,Email", *lines),
        desk.file("more.csv", "Name,Email", *lines[:3]),
    )
    report = desk.bring(one, other)
    assert sorted(Path(path).name for path in report.rejects_files) == [
        "more.rejected.csv",
        "people.rejected.csv",
    ]
    assert len(report.problems) == report.refused == 1_201
    assert report.problems[1_200] == list(report.problems)[-1]
