"""Files are brought in in every mode: once, whole, under the importer's own rights, and others see it arrive."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from core.commands.contacts import EditContact
from core.commands.imports import BeginImport, EndImport
from core.commands.people import EditUser
from core.commands.undo import Undo
from core.errors import Refused
from core.ids import new_id
from core.permissions import may_import
from core.workspace import Subject
from tests.importing.desk import Desk, silent, steps
from tests.waiting import eventually
from tests.workspace.office import Ear, Office

COMPANIES = (
    "Record ID,Company name,Company Domain Name",
    "8001,Zweig GmbH,zweig.example",
    "8002,Kaya OHG,kaya.example",
)
CONTACTS = (
    "Record ID,First Name,Last Name,Email,Title,Associated Company IDs",
    "101,Anneliese,Zweig,anneliese@zweig.example,CEO,8001",
    "102,Cem,Kaya,cem@kaya.example,,8002",
)
DEALS = (
    "Record ID,Deal Name,Deal Stage,Amount,Close Date,Associated Company IDs,Associated Contact IDs",
    "501,Zweig renewal,Appointment Scheduled,1200.50,2026-05-01,8001,101",
)


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> Desk:
    """The office's workspace with a folder of files."""
    return desk_of(office, tmp_path)


def desk_of(office: Office, tmp_path: Path) -> Desk:
    folder = tmp_path / f"files-{len(list(tmp_path.iterdir()))}"
    folder.mkdir()
    return Desk(office.workspace, folder, office.clock)


def export(desk: Desk) -> list[Path]:
    """The three files of an export, in the wrong order."""
    return [
        desk.file("deals.csv", *DEALS),
        desk.file("contacts.csv", *CONTACTS),
        desk.file("companies.csv", *COMPANIES),
    ]


def people(desk: Desk) -> dict[str, Any]:
    """Those contacts that the files hold."""
    found = [
        hit for name in ("Anneliese", "Cem Kaya") for hit in desk.workspace.search(name, tables=("contacts",))
    ]
    return {hit.title: desk.workspace.record("contacts", hit.id) for hit in found}


def settled(office: Office) -> None:
    """Waits until a copy has sent what it has."""
    eventually(lambda: not office.workspace.unsent(), seconds=30)
    assert office.workspace.parked() == []


def test_an_export_comes_in_with_its_links_and_only_once(office: Office, desk: Desk) -> None:
    files = export(desk)
    report = desk.bring(*files, source="hubspot")
    assert (report.rows, report.imported) == (5, 5)
    settled(office)
    found = people(desk)
    company = office.get("companies", found["Anneliese Zweig"].company_id)
    assert company.name == "Zweig GmbH"
    again = desk.bring(*files, source="hubspot", on_duplicate="overwrite")
    assert again.unchanged == 5
    assert {one.version for one in people(desk).values()} == {one.version for one in found.values()}


def test_links_are_made_good_when_what_they_mean_comes_later(office: Office, desk: Desk) -> None:
    for file in export(desk):
        assert desk.bring(file, source="hubspot").refused == 0
        settled(office)
    found = people(desk)
    assert office.get("companies", found["Cem Kaya"].company_id).name == "Kaya OHG"
    assert found["Cem Kaya"].external_ids == ("hubspot:102",)


def test_an_import_is_taken_back_but_for_what_was_worked_on(office: Office, desk: Desk) -> None:
    report = desk.bring(*export(desk), source="hubspot")
    cem = people(desk)["Cem Kaya"]
    office.do(EditContact(contact_id=cem.id, values={"title": "CFO"}, expected={"title": ""}))
    settled(office)
    undone = desk.importer.undo(report.id, silent)
    assert undone.removed == 3
    assert [line.partition(":")[0] for line in undone.kept] == ["Cem Kaya", "Kaya OHG"]
    settled(office)
    assert list(people(desk)) == ["Cem Kaya"]
    assert next(past for past in desk.importer.past() if past.id == report.id).state == "undone"


def test_a_batch_is_not_taken_back_by_itself(office: Office, desk: Desk) -> None:
    desk.bring(*export(desk), source="hubspot")
    settled(office)
    last = office.workspace.undoable()
    assert last is not None
    answer = office.workspace.execute(Undo(changeset_id=last.id))
    assert not answer.applied
    assert "import" in answer.reason


class Cut(Exception):
    """The power fails."""


def test_a_batch_that_was_written_before_a_cut_counts_once(
    office: Office, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importing.run._SOLO", 10)
    monkeypatch.setattr("importing.run._TEAM", 10)
    lines = [f"Pq{n},Zwq{n},p{n}@zweig.example" for n in range(25)]
    file = desk.file("many.csv", "First Name,Last Name,Email", *lines[:13], "Bad,Row,bad-at-x", *lines[13:])
    job = desk.open(file)
    execute, journal_ends = office.workspace.execute, []

    def cut(command: Any) -> Any:
        answer = execute(command)
        if command.NAME == "import_rows":
            journal_ends.append(command.id)
            if len(journal_ends) == 2:
                raise Cut
        return answer

    monkeypatch.setattr(office.workspace, "execute", cut)
    # Nothing is told to anybody after a power cut.
    monkeypatch.setattr("importing.job.FileJob._stop", lambda *args: None)
    with pytest.raises(Cut):
        job.run(silent)
    monkeypatch.undo()
    monkeypatch.setattr("importing.run._SOLO", 10)
    monkeypatch.setattr("importing.run._TEAM", 10)
    past = next(past for past in desk.importer.past() if past.name == "many.csv")
    assert (past.state, past.resumable) == ("running", True)
    report = desk.importer.resume(past.id).run(silent)
    assert (report.rows, report.imported, report.duplicates, report.refused) == (26, 25, 0, 1)
    assert len(Path(report.rejects_file).read_text().splitlines()) == 2
    settled(office)
    assert len(office.workspace.search("Zwq", tables=("contacts",))) == 25


def test_colleagues_see_an_import_arrive(log_in: Callable[[str], Office], tmp_path: Path) -> None:
    ada, mia = log_in("ada"), log_in("mia")
    ear = Ear()
    stop = mia.workspace.subscribe(ear)
    desk = desk_of(ada, tmp_path)
    owner = next(user.name for user in ada.catalog.users if user.login == "mia")
    file = desk.file(
        "leads.csv", "First Name,Last Name,Email,Owner", f"Anneliese,Zweig,anneliese@zweig.example,{owner}"
    )
    assert desk.bring(file).imported == 1
    contact = people(desk)["Anneliese Zweig"]
    assert contact.book_id == ada.catalog.book_of(contact_owner(ada, "mia")).id
    eventually(lambda: ear.heard("contacts", contact.id) or ear.everything, seconds=30)
    eventually(lambda: bool(mia.workspace.search("Anneliese", tables=("contacts",))), seconds=30)
    stop()


def contact_owner(office: Office, login: str) -> str:
    """The id of a user."""
    return next(user.id for user in office.catalog.users if user.login == login)


def test_who_has_not_the_right_brings_nothing_in_until_they_are_given_it(
    log_in: Callable[[str], Office], tmp_path: Path
) -> None:
    ann = log_in("ann")
    desk = desk_of(ann, tmp_path)
    with pytest.raises(Refused, match="may not import"):
        desk.open(desk.file("contacts.csv", *CONTACTS))
    ada = log_in("ada")
    user = next(user for user in ada.catalog.users if user.login == "ann")
    ada.do(EditUser(user_id=user.id, values={"import_right": "yes"}, expected={"import_right": ""}))
    settled(ada)
    eventually(lambda: ann.catalog.me.import_right == "yes", seconds=30)
    file = desk.file("deals.csv", *DEALS, "502,Zweig lost,Closed Won,10,2026-02-01,8001,101")
    report = desk.bring(file, source="hubspot", answers={})
    assert (report.imported, report.refused) == (2, 0)
    settled(ann)


def test_a_stopped_import_is_seen_and_goes_on(
    office: Office, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.imports.shapes import Cancelled

    monkeypatch.setattr("importing.run._SOLO", 2)
    monkeypatch.setattr("importing.run._TEAM", 2)
    lines = [f"Pq{n},Zwq{n},p{n}@zweig.example" for n in range(5)]
    with pytest.raises(Cancelled):
        desk.open(desk.file("five.csv", "First Name,Last Name,Email", *lines)).run(
            steps(1, Cancelled("Stopped."))
        )
    past = desk.importer.past()[0]
    assert (past.state, past.imported) == ("stopped", 2)
    assert desk.importer.resume(past.id).run(silent).imported == 5
    assert desk.importer.past()[0].state == "done"


def test_whoever_begins_while_a_colleague_imports_is_told_before(
    log_in: Callable[[str], Office], tmp_path: Path
) -> None:
    mia, ada = log_in("mia"), log_in("ada")
    begun = BeginImport(import_id=new_id(), name="fair.csv", source="table")
    mia.do(begun)
    settled(mia)
    desk = desk_of(ada, tmp_path)
    eventually(lambda: begun.import_id in {one.id for one in ada.catalog.imports}, seconds=30)
    job = desk.open(*export(desk), source="hubspot")
    first, *others = job.tables()
    assert first.notes[-1].startswith("Mia Moor began to import fair.csv just now, and is not through.")
    assert not any("fair.csv" in note for view in others for note in view.notes)
    mia.do(EndImport(import_id=begun.import_id, state="done"))
    settled(mia)
    eventually(lambda: not any("fair.csv" in note for note in job.tables()[0].notes), seconds=30)


CALLS = (
    "ID,Type,Subject,Date,Contact email,Note",
    "901,Call,Renewal,2026-01-05 10:00,cem@kaya.example,Wants three",
)


def test_two_who_cannot_see_each_others_work_bring_in_the_same_calls(
    log_in: Callable[[str], Office], tmp_path: Path
) -> None:
    ada = log_in("ada")
    for login in ("ann", "wim"):
        user_id = contact_owner(ada, login)
        ada.do(EditUser(user_id=user_id, values={"import_right": "yes"}, expected={"import_right": ""}))
    settled(ada)
    for login in ("ann", "wim"):
        rep = log_in(login)
        eventually(partial(may, rep), seconds=30)
        desk = desk_of(rep, tmp_path)
        desk.bring(desk.file("contacts.csv", *CONTACTS), source="hubspot")
        calls = desk.file("calls.csv", *CALLS)
        said = desk.bring(calls, mapping={"external_id": "ID"})
        # What the other one has is neither met nor told of.
        assert (said.imported, said.duplicates, said.refused) == (1, 0, 0)
        settled(rep)
        again = desk.bring(calls, mapping={"external_id": "ID"})
        assert (again.imported, again.unchanged) == (0, 1)
    eventually(lambda: len(people_of_calls(ada)) == 2, seconds=30)
    desk = desk_of(ada, tmp_path)
    both = desk.bring(desk.file("calls.csv", *CALLS), mapping={"external_id": "ID"})
    assert (both.imported, both.unchanged) == (0, 1)


def may(office: Office) -> bool:
    """Whether they know already that they may import."""
    return may_import(office.catalog)


def people_of_calls(office: Office) -> list[str]:
    """Whoever has the imported call in their timeline."""
    found = [hit.id for hit in office.workspace.search("Cem Kaya", tables=("contacts",))]
    return [
        one
        for one in found
        if any(
            entry.activity.subject == "Renewal"
            for entry in office.workspace.timeline(Subject("contacts", one))
        )
    ]
