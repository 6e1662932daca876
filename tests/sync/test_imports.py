"""Files that are brought in offline: what a colleague did meanwhile keeps no row out but the one that it is about.

Each test ends with a sync of everybody, after which every cache must equal what its login sees on the server.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from core.commands.companies import DeleteCompany
from core.commands.contacts import CreateContact, DeleteContacts, EditContact
from core.commands.people import EditUser
from core.conflicts import Edited, Side
from storage.local import utc_now
from tests.importing.desk import Desk, silent
from tests.sync.reps import Rep, Reps

LEADS = 30
COLUMNS = "First Name,Last Name,Email,Title,Company Name"

Desked = Callable[[Rep], Desk]


@pytest.fixture
def ann(reps: Reps, monkeypatch: pytest.MonkeyPatch) -> Rep:
    """A rep who may import."""
    user = reps.floor.user("ann")
    reps.at_the_office(
        "ada", EditUser(user_id=user, values={"import_right": "yes"}, expected={"import_right": ""})
    )
    monkeypatch.setattr("importing.run._TEAM", 20)
    return reps.rep("ann")


@pytest.fixture
def ben(reps: Reps) -> Rep:
    return reps.rep("ben")


@pytest.fixture
def desk_of(tmp_path: Path) -> Desked:
    """A desk with an importer for a rep."""

    def desk_of(rep: Rep) -> Desk:
        folder = tmp_path / f"files-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        return Desk(rep.workspace, folder, utc_now)

    return desk_of


def leads(*, company: str = "") -> list[str]:
    return [COLUMNS, *(f"Pq{n},Zwq{n},p{n}@zweig.example,CTO,{company}" for n in range(LEADS))]


def known(reps: Reps, ann: Rep, ben: Rep, number: int = 3) -> CreateContact:
    """One of the leads, who is there already, in the pool."""
    made = CreateContact(
        values={
            "first_name": f"Pq{number}", "last_name": f"Zwq{number}", "book_id": reps.floor.book("East"),
            "emails": ({"value": f"p{number}@zweig.example", "label": "work"},),
        }
    )  # fmt: skip
    ben.do(made)
    ben.sync()
    ann.sync()
    return made


def there(rep: Rep) -> int:
    return len(rep.workspace.search("Zwq", tables=("contacts",), limit=100))


@pytest.mark.parametrize("answer", ["mine", "theirs"])
def test_only_the_row_that_a_colleague_has_filled_meanwhile_is_asked(
    reps: Reps, ann: Rep, ben: Rep, desk_of: Desked, answer: Side
) -> None:
    made = known(reps, ann, ben)
    desk = desk_of(ann)
    report = desk.bring(desk.file("leads.csv", *leads()))
    assert (report.imported, report.updated) == (LEADS - 1, 1)
    ben.do(EditContact(contact_id=made.contact_id, values={"title": "CFO"}))
    ben.sync()
    ann.sync()
    assert ann.asked() == {"title": ("", "CTO", "CFO")}
    parked = ann.the_question()
    assert (parked.about, parked.title) == (("contacts", made.contact_id), "Pq3 Zwq3")
    assert there(ann) == LEADS, "nothing else waits for that"
    assert len(ann.workspace.history("contacts", made.contact_id)) == 3
    ann.decide({"title": answer})
    ann.sync()
    assert ann.parked == []
    assert ann.get("contacts", made.contact_id).title == ("CTO" if answer == "mine" else "CFO")
    undone = desk.importer.undo(report.id, silent)
    assert undone.removed == LEADS - 1
    ann.sync()
    assert there(ann) == 1


def test_only_the_row_whose_record_was_deleted_meanwhile_waits(
    reps: Reps, ann: Rep, ben: Rep, desk_of: Desked
) -> None:
    one, other = known(reps, ann, ben), known(reps, ann, ben, 25)
    desk = desk_of(ann)
    desk.bring(desk.file("leads.csv", *leads()))
    ben.do(DeleteContacts(contact_ids=(one.contact_id, other.contact_id)))
    ben.sync()
    ann.sync()
    assert {(parked.kind, parked.title) for parked in ann.parked} == {
        ("gone", "Pq3 Zwq3"),
        ("gone", "Pq25 Zwq25"),
    }
    assert there(ann) == LEADS - 2
    for parked in ann.parked:
        ann.workspace.drop(parked)
    assert ann.parked == []


def test_people_of_a_company_that_was_deleted_meanwhile_wait_and_can_come_without_it(
    reps: Reps, ann: Rep, ben: Rep, desk_of: Desked
) -> None:
    company = reps.floor.company("East")
    name = ann.get("companies", company).name
    desk = desk_of(ann)
    lines = leads()
    lines[5] = lines[5] + name
    desk.bring(desk.file("leads.csv", *lines))
    reps.floor.as_owner("UPDATE contacts SET company_id = NULL WHERE company_id = %s", company)
    reps.floor.as_owner("UPDATE deals SET company_id = NULL WHERE company_id = %s", company)
    reps.at_the_office("mia", DeleteCompany(company_id=company))
    ann.sync()
    parked = ann.the_question()
    assert "company" in parked.reason
    assert there(ann) == LEADS - 1
    ann.decide({"company_id": Edited(None)})
    ann.sync()
    assert ann.parked == []
    assert there(ann) == LEADS


def test_a_batch_of_which_nothing_was_taken_keeps_no_other_from_being_taken_back(
    ann: Rep, ben: Rep, reps: Reps, desk_of: Desked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importing.run._TEAM", 1)
    made = known(reps, ann, ben, 0)
    desk = desk_of(ann)
    report = desk.bring(desk.file("leads.csv", *leads()))
    ben.do(DeleteContacts(contact_ids=(made.contact_id,)))
    ben.sync()
    ann.sync()
    assert ann.the_question().kind == "gone"
    undone = desk.importer.undo(report.id, silent)
    assert undone.removed == LEADS - 1
    assert [line.partition(": ")[2] for line in undone.kept] == [
        "1 updated: the server has not taken it; see what waits for you"
    ]
    ann.drop()
    ann.sync()
    assert there(ann) == 0


def test_an_import_that_is_taken_back_before_it_was_sent_leaves_nothing(ann: Rep, desk_of: Desked) -> None:
    desk = desk_of(ann)
    report = desk.bring(desk.file("leads.csv", *leads()))
    undone = desk.importer.undo(report.id, silent)
    assert (undone.removed, undone.kept) == (LEADS, ())
    ann.sync()
    assert ann.parked == []
    assert there(ann) == 0


def test_what_a_colleague_has_worked_with_meanwhile_is_all_that_stays_of_an_import(
    ann: Rep, ben: Rep, reps: Reps, desk_of: Desked
) -> None:
    desk = desk_of(ann)
    report = desk.bring(desk.file("leads.csv", *leads()))
    ann.sync()
    hit = ann.workspace.search("Zwq7", tables=("contacts",))[0]
    reps.at_the_office("mia", EditContact(contact_id=hit.id, values={"title": "CFO"}))
    undone = desk.importer.undo(report.id, silent)
    assert undone.removed == LEADS
    ann.sync()
    parked = ann.the_question()
    assert "Mia Moor changed" in parked.reason
    assert there(ann) == 1
    ann.drop()


def test_an_import_made_offline_is_taken_back_at_the_office(
    ann: Rep, reps: Reps, desk_of: Desked, tmp_path: Path
) -> None:
    desk = desk_of(ann)
    report = desk.bring(desk.file("leads.csv", *leads()))
    ann.sync()
    office = Desk(reps.direct("ann"), tmp_path, lambda: dt.datetime.now(dt.UTC))
    assert office.importer.undo(report.id, silent).removed == LEADS
    ann.sync()
    assert there(ann) == 0
    assert desk.importer.past()[0].state == "undone"
