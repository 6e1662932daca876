"""What becomes of files that are brought in."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from core.commands.activities import LogActivity
from core.commands.contacts import CreateContact, EditContact
from core.errors import NotFound, Refused
from core.imports.shapes import Cancelled, Unusable
from tests.importing.desk import Desk, numbers, silent, steps

PEOPLE = (
    "First Name,Last Name,Email,Phone,Company",
    "Ann,Lee,ann@acme.com,+4930123456,Acme GmbH",
    "Ben,Stone,ben@acme.com,,ACME",
    "Cem,Kaya,,+4930999888,Kaya OHG",
)


def test_people_come_with_their_companies(desk: Desk) -> None:
    report = desk.bring(desk.file("people.csv", *PEOPLE))
    assert (report.rows, report.imported, report.made["companies"]) == (3, 3, 2)
    people, companies = desk.contacts(), desk.companies()
    assert sorted(people) == ["Ann Lee", "Ben Stone", "Cem Kaya"]
    assert people["Ben Stone"].company_id == companies["Acme GmbH"].id
    assert people["Ann Lee"].phones[0]["value"] == "+4930123456"


@pytest.mark.parametrize(
    ("policy", "what"),
    [("fill", "unchanged"), ("overwrite", "unchanged"), ("ask", "unchanged"), ("skip", "skipped")],
)
def test_the_same_file_twice_changes_nothing(desk: Desk, policy: str, what: str) -> None:
    file = desk.file("people.csv", *PEOPLE)
    desk.bring(file)
    versions = {name: one.version for name, one in (desk.contacts() | desk.companies()).items()}
    report = desk.bring(file, on_duplicate=policy)
    if policy == "ask":
        # A phone number alone leaves a doubt whether it is the same person.
        assert (report.unchanged, report.refused) == (2, 1)
        assert "Cem Kaya" in report.problems[0].reason
    else:
        assert getattr(report, what) == report.duplicates == 3
    assert {name: one.version for name, one in (desk.contacts() | desk.companies()).items()} == versions


def test_what_is_empty_is_filled_and_lists_get_what_is_new(desk: Desk) -> None:
    desk.bring(desk.file("people.csv", *PEOPLE))
    more = desk.file(
        "more.csv",
        "First Name,Last Name,Email,Email 2,Title,City",
        "Anna,Leeson,ann@acme.com,ann@home.org,CEO,Berlin",
    )
    report = desk.bring(more)
    assert (report.updated, report.duplicates) == (1, 1)
    ann = desk.contacts()["Ann Lee"]
    assert (ann.title, ann.city) == ("CEO", "Berlin")
    assert [one["value"] for one in ann.emails] == ["ann@acme.com", "ann@home.org"]


def test_overwriting_takes_over_what_the_row_says_and_empties_nothing(desk: Desk) -> None:
    desk.bring(desk.file("people.csv", *PEOPLE))
    desk.bring(desk.file("a.csv", "First Name,Last Name,Email,Title", "Ann,Lee,ann@acme.com,CEO"))
    report = desk.bring(
        desk.file("b.csv", "First Name,Last Name,Email,Title,City", "Anna,Lee,ann@acme.com,CFO,"),
        on_duplicate="overwrite",
    )
    assert report.updated == 1
    anna = desk.contacts()["Anna Lee"]
    assert (anna.title, anna.phones[0]["value"]) == ("CFO", "+4930123456")


def test_an_edit_is_told_in_the_timeline(desk: Desk) -> None:
    from core.workspace import Subject

    desk.bring(desk.file("people.csv", *PEOPLE))
    desk.bring(desk.file("a.csv", "First Name,Last Name,Email,Title", "Ann,Lee,ann@acme.com,CEO"))
    told = desk.workspace.timeline(Subject("contacts", desk.contacts()["Ann Lee"].id))
    assert [entry.activity.subject for entry in told] == ["Title: – → CEO"]
    assert "a.csv" in told[0].activity.body


def test_two_who_share_a_number_are_two(desk: Desk) -> None:
    file = desk.file(
        "people.csv",
        "First Name,Last Name,Phone,Company",
        "Ann,Lee,+4930123456,Acme",
        "Ben,Stone,+4930123456,Acme",
    )
    assert desk.bring(file).imported == 2
    assert desk.bring(file).unchanged == 2


def test_namesakes_with_addresses_at_one_place_are_two(desk: Desk) -> None:
    file = desk.file(
        "people.csv", "Name,Email,Company", "Ann Lee,ann.lee@acme.com,Acme", "Ann Lee,ann.lee2@acme.com,Acme"
    )
    assert desk.bring(file).imported == 2
    assert desk.bring(file).unchanged == 2


def test_nobody_is_the_same_for_having_no_address(desk: Desk) -> None:
    file = desk.file(
        "people.csv", "Name,Email,Company", "Ann Lee,,Acme", "Ben Stone,n/a,Acme", "Cem Kaya,-,Acme"
    )
    assert desk.bring(file).imported == 3


def test_a_name_that_is_nearly_the_same_at_a_company_is_told(desk: Desk) -> None:
    desk.bring(desk.file("a.csv", "First Name,Last Name,Company", "John,Meierhoff,Acme"))
    report = desk.bring(
        desk.file("b.csv", "First Name,Last Name,Company,Title", "Jon,Meierhoff,Acme Ltd,CEO")
    )
    assert report.updated == 1
    assert "John Meierhoff" in report.warnings[0].reason


def test_rows_that_cannot_be_read_come_out_and_go_in_when_they_are_mended(desk: Desk) -> None:
    file = desk.file("people.csv", *PEOPLE, "Dan,Moss,dan-at-acme,,Acme", "=cmd(),Fox,fox@,,Acme")
    report = desk.bring(file)
    assert (report.imported, report.refused) == (3, 2)
    rejects = Path(report.rejects_file)
    assert rejects.name == "people.rejected.csv"
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    lines = rejects.read_text().splitlines()
    assert lines[0] == "First Name,Last Name,Email,Phone,Company,row,reason"
    assert lines[1].startswith("Dan,Moss,dan-at-acme,,Acme,5,")
    assert lines[2].startswith("'=cmd()")
    rejects.write_text(
        rejects.read_text().replace("dan-at-acme", "dan@acme.com").replace("fox@", "fox@acme.com")
    )
    assert desk.bring(rejects).imported == 2
    assert desk.contacts()["=cmd() Fox"].emails[0]["value"] == "fox@acme.com"


def test_refused_rows_never_take_the_place_of_an_earlier_file(desk: Desk) -> None:
    file = desk.file("people.csv", *PEOPLE, "Dan,Moss,dan-at-acme,,Acme")
    assert Path(desk.bring(file).rejects_file).name == "people.rejected.csv"
    assert Path(desk.bring(file).rejects_file).name == "people.rejected-2.csv"


def test_an_import_is_taken_back_whole(desk: Desk) -> None:
    desk.workspace.execute(
        CreateContact(values={"first_name": "Ann", "emails": ["ann@acme.com"], "tags": ["vip"]})
    )
    before = desk.contacts()
    report = desk.bring(desk.file("people.csv", *PEOPLE))
    assert (report.imported, report.updated) == (2, 1)
    undone = desk.importer.undo(report.id, silent)
    assert (undone.removed, undone.restored, undone.kept) == (4, 1, ())
    after = desk.contacts()
    assert list(after) == ["Ann"]
    assert (after["Ann"].emails, after["Ann"].company_id, after["Ann"].tags) == (
        before["Ann"].emails,
        None,
        ("vip",),
    )
    assert desk.importer.past()[0].state == "undone"
    with pytest.raises(Refused, match="taken back already"):
        desk.importer.undo(report.id, silent)


def test_what_people_worked_with_since_stays_and_is_named(desk: Desk) -> None:
    report = desk.bring(desk.file("people.csv", *PEOPLE))
    people = desk.contacts()
    ann, cem = people["Ann Lee"], people["Cem Kaya"]
    desk.workspace.execute(EditContact(contact_id=ann.id, values={"title": "CEO"}, expected={"title": ""}))
    desk.workspace.execute(LogActivity(table="contacts", record_id=cem.id, kind="note", body="Called me"))
    undone = desk.importer.undo(report.id, silent)
    assert undone.removed == 1
    assert sorted(undone.kept) == [
        "Acme GmbH: the contact Ann Lee belongs to it",
        "Ann Lee: title was edited by Ann",
        "Cem Kaya: a note was logged by Ann",
        "Kaya OHG: the contact Cem Kaya belongs to it",
    ]
    assert sorted(desk.contacts()) == ["Ann Lee", "Cem Kaya"]


def test_a_field_that_was_edited_since_keeps_its_value(desk: Desk) -> None:
    made = CreateContact(values={"first_name": "Ann", "emails": ["ann@acme.com"]})
    desk.workspace.execute(made)
    file = desk.file("a.csv", "First Name,Email,Title,City", "Ann,ann@acme.com,CEO,Berlin")
    report = desk.bring(file)
    desk.workspace.execute(
        EditContact(contact_id=made.contact_id, values={"title": "CFO"}, expected={"title": "CEO"})
    )
    undone = desk.importer.undo(report.id, silent)
    assert undone.kept == ("Ann: title was edited by Ann",)
    ann = desk.workspace.record("contacts", made.contact_id)
    assert (ann.title, ann.city) == ("CFO", "")


def test_an_import_goes_on_where_it_was_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importing.run._SOLO", 10)
    file = desk.file("many.csv", "Name,Email", *(f"P{n} Q{n},p{n}@x.com" for n in range(35)), "Z,z-at-x.com")
    job = desk.open(file)
    with pytest.raises(Cancelled):
        job.run(steps(2, Cancelled("Stopped.")))
    past = desk.importer.past()[0]
    assert (past.state, past.imported, past.resumable) == ("stopped", 20, True)
    report = desk.importer.resume(past.id).run(silent)
    assert (report.rows, report.imported, report.refused) == (36, 35, 1)
    assert Path(report.rejects_file).read_text().splitlines()[1].startswith("Z,z-at-x.com")
    past = desk.importer.past()[0]
    assert (past.state, past.imported, past.resumable) == ("done", 35, False)
    assert len(desk.contacts()) == 35
    assert desk.importer.undo(past.id, silent).removed == 35


def test_an_import_does_not_go_on_with_another_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importing.run._SOLO", 2)
    file = desk.file("people.csv", *PEOPLE)
    with pytest.raises(Cancelled):
        desk.open(file).run(steps(1, Cancelled("Stopped.")))
    past = desk.importer.past()[0]
    desk.file("people.csv", *PEOPLE, "Dan,Moss,dan@acme.com,,Acme")
    assert not desk.importer.past()[0].resumable
    with pytest.raises(Unusable, match="has changed"):
        desk.importer.resume(past.id)


def test_no_name_of_a_person_is_in_a_journal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importing.run._SOLO", 2)
    with pytest.raises(Cancelled):
        desk.open(desk.file("people.csv", *PEOPLE)).run(steps(1, Cancelled("Stopped.")))
    assert stat.S_IMODE(desk.journals.stat().st_mode) == 0o700
    for path in desk.journals.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        text = path.read_bytes().lower()
        assert not any(word in text for word in (b"stone", b"kaya", b"ann@", b"4930"))


def test_nothing_begins_for_who_may_not_import(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.permissions.may_import", lambda catalog: False)
    with pytest.raises(Refused, match="may not import"):
        desk.open(desk.file("people.csv", *PEOPLE))


def test_an_import_that_is_not_there_cannot_be_taken_back(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.importer.undo("0197", silent)
    with pytest.raises(NotFound):
        desk.importer.resume("../../etc/passwd")


def test_two_columns_on_one_field_are_refused(desk: Desk) -> None:
    job = desk.open(desk.file("people.csv", *PEOPLE))
    with pytest.raises(Refused, match="First Name"):
        job.assign(0, "Company", "first_name")
    job.assign(0, "First Name", "")
    job.assign(0, "Company", "first_name")
    assert {guess.header: guess.target for guess in job.tables()[0].guesses}["Company"] == "first_name"


def test_a_mapping_is_remembered(desk: Desk) -> None:
    file = desk.file("odd.csv", "Who,Mail,Foo", "Ann Lee,ann@acme.com,CEO")
    job = desk.open(file)
    job.assign(0, "Foo", "title")
    job.run(silent)
    guesses = {guess.header: guess.target for guess in desk.open(file).tables()[0].guesses}
    assert guesses["Foo"] == "title"


def test_of_a_file_and_its_rejects_the_file_is_remembered(desk: Desk) -> None:
    rows = [f"Ann Lee{n},ann{n}@acme.com" for n in range(30)]
    file = desk.file("people.csv", "Name,Email", *rows)
    wrong = [f"Bo Lee{n},bo@" for n in range(12)]
    desk.bring(file, desk.file("people.rejected.csv", "Name,Email,row,reason", *wrong))
    guesses = {guess.header: guess.target for guess in desk.open(file).tables()[0].guesses}
    assert guesses["Email"] == "email"


def test_numbers_of_an_import_that_is_over_stay(desk: Desk) -> None:
    report = desk.bring(desk.file("people.csv", *PEOPLE))
    past = desk.importer.past()[0]
    assert (past.name, past.who, past.state, past.mine) == ("people.csv", "Ann", "done", True)
    assert past.rows == numbers(report)["rows"]


def test_what_the_user_says_of_columns_goes_before_what_was_guessed(desk: Desk) -> None:
    file = desk.file(
        "people.csv", "First Name,Last Name,Email,Work Email", "Ann,Lee,ann@home.org,ann@acme.com"
    )
    job = desk.open(file, mapping={"email": "Work Email", "last_name": ""})
    guesses = {guess.header: guess.target for guess in job.tables()[0].guesses}
    assert guesses["Work Email"] == "email"
    assert guesses["Last Name"] == ""
    assert guesses["Email"] != "email"


@pytest.mark.parametrize(
    ("mapping", "why"),
    [
        ({"email": "Email", "e-mail": "Work Email"}, "already"),
        ({"email": "Email", "phone": "Email"}, "one column, one field"),
        ({"email": "Nothing"}, "no column"),
        ({"shoe size": "Email"}, "no field"),
    ],
)
def test_a_mapping_that_would_lose_a_column_is_refused(desk: Desk, mapping: dict[str, str], why: str) -> None:
    file = desk.file(
        "people.csv", "First Name,Last Name,Email,Work Email", "Ann,Lee,ann@home.org,ann@acme.com"
    )
    with pytest.raises(Refused, match=why):
        desk.open(file, mapping=mapping)


def test_a_warning_comes_once_for_a_value_with_the_number_of_its_rows(desk: Desk) -> None:
    lines = [f"P{n} Lee,p{n}@x.com,{'Sam Sales' if n % 2 else 'Tom Gone'},bad page {n}" for n in range(10)]
    report = desk.bring(desk.file("people.csv", "Name,Email,Owner,Phone", *lines))
    owners = {one.value: one.reason for one in report.warnings if one.column == "Owner"}
    assert sorted(owners) == ["Sam Sales", "Tom Gone"]
    assert all(reason.endswith("So in 5 rows.") for reason in owners.values())
    phones = [one for one in report.warnings if one.column == "Phone"]
    assert len(phones) == 6
    assert phones[-1].reason.endswith("So in 5 more rows.")


def test_rows_that_are_deleted_in_the_other_system_are_skipped_and_counted(desk: Desk) -> None:
    file = desk.file(
        "Contact.csv",
        "Id,IsDeleted,AccountId,LastName,FirstName,Email,OwnerId,MailingCity",
        "0035g00000ABCdeAAG,false,,Lovelace,Ada,ada@acme.com,,Austin",
        "0035g00000ABCdfAAG,true,,Doe,Dan,dan@acme.com,,",
        "0035g00000ABCdgAAG,true,,Roe,Eva,eva@acme.com,,",
    )
    report = desk.bring(file)
    assert (report.imported, report.skipped, report.duplicates, report.refused) == (1, 2, 0, 0)
    assert list(desk.contacts()) == ["Ada Lovelace"]
    (told,) = [one for one in report.warnings if one.column == "IsDeleted"]
    assert told.reason.endswith("So in 2 rows.")
