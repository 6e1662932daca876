"""Records of one system find each other, whatever order their files come in."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.importing.desk import Desk, silent

COMPANIES = ("Record ID,Company name,Company Domain Name", "8001,Acme GmbH,acme.com", "8002,Kaya OHG,kaya.de")
CONTACTS = (
    "Record ID,First Name,Last Name,Email,Associated Company IDs",
    "101,Ann,Lee,ann@acme.com,8001",
    "102,Cem,Kaya,cem@kaya.de,8002",
)
DEALS = (
    "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Associated Company IDs,Associated Contact IDs",
    "501,Renewal,Appointment Scheduled,Sales Pipeline,1200.50,2026-05-01,8001,101",
    "502,Upsell,Closed Won,Sales Pipeline,99,2026-02-01,8002,102",
)


def files(desk: Desk) -> dict[str, Path]:
    """An export of HubSpot in three files."""
    return {
        "companies": desk.file("companies.csv", *COMPANIES),
        "contacts": desk.file("contacts.csv", *CONTACTS),
        "deals": desk.file("deals.csv", *DEALS),
    }


def links(desk: Desk) -> dict[str, tuple[str, ...]]:
    """What points to what, by names."""
    people = {one.id: name for name, one in desk.contacts().items()}
    companies = {one.id: name for name, one in desk.companies().items()}
    found: dict[str, tuple[str, ...]] = {
        name: (companies.get(one.company_id, ""),) for name, one in desk.contacts().items()
    }
    for title, deal in desk.deals().items():
        found[title] = (companies.get(deal.company_id, ""), people.get(deal.contact_id, ""))
    return found


LINKED = {
    "Ann Lee": ("Acme GmbH",),
    "Cem Kaya": ("Kaya OHG",),
    "Renewal": ("Acme GmbH", "Ann Lee"),
    "Upsell": ("Kaya OHG", "Cem Kaya"),
}


def test_files_of_one_import_are_linked(desk: Desk) -> None:
    found = files(desk)
    report = desk.bring(found["deals"], found["contacts"], found["companies"], source="hubspot")
    assert (report.rows, report.imported) == (6, 6)
    assert links(desk) == LINKED
    deals = desk.deals()
    assert deals["Renewal"].value_minor == 120050
    assert deals["Upsell"].outcome == "won"


@pytest.mark.parametrize("order", list(itertools.permutations(["companies", "contacts", "deals"])))
def test_files_that_come_one_by_one_are_linked_too(desk: Desk, order: tuple[str, ...]) -> None:
    found = files(desk)
    for name in order:
        desk.bring(found[name], source="hubspot")
    assert links(desk) == LINKED
    # Nothing waits any more.
    records = [*desk.contacts().values(), *desk.deals().values(), *desk.companies().values()]
    assert not [mark for one in records for mark in one.external_ids if ">" in mark]
    versions = {one.id: one.version for one in records}
    report = desk.bring(*found.values(), source="hubspot", on_duplicate="overwrite")
    assert report.unchanged == 6
    records = [*desk.contacts().values(), *desk.deals().values(), *desk.companies().values()]
    assert {one.id: one.version for one in records} == versions


def test_what_was_linked_is_loose_again_when_its_import_is_taken_back(desk: Desk) -> None:
    found = files(desk)
    desk.bring(found["contacts"], source="hubspot")
    report = desk.bring(found["companies"], source="hubspot")
    undone = desk.importer.undo(report.id, silent)
    assert (undone.removed, undone.restored, undone.kept) == (2, 2, ())
    ann = desk.contacts()["Ann Lee"]
    assert ann.company_id is None
    assert set(ann.external_ids) == {"hubspot:101", "company_id>hubspot:8001"}
    desk.bring(found["companies"], source="hubspot")
    assert links(desk)["Ann Lee"] == ("Acme GmbH",)


def test_pipelines_and_stages_that_are_unknown_are_made(desk: Desk) -> None:
    report = desk.bring(files(desk)["deals"], source="hubspot")
    assert report.made.get("stages", 0) + report.made.get("pipelines", 0) > 0
    catalog = desk.workspace.catalog()
    deal = desk.deals()["Renewal"]
    assert catalog.stage(deal.stage_id).name == "Appointment Scheduled"


def test_entries_come_once_and_go_with_their_import(desk: Desk) -> None:
    from core.workspace import Subject

    desk.bring(desk.file("contacts.csv", *CONTACTS), source="hubspot")
    notes = desk.file(
        "notes.csv",
        "Email,Note,Date",
        "ann@acme.com,Wants a quote,2026-01-05",
        "ann@acme.com,Wants a quote,2026-01-05",
        "cem@kaya.de,Call back,2026-01-06",
    )
    job = desk.open(notes)
    if job.tables()[0].entity != "activities":
        job.set_entity(0, "activities")
    told = job.preview(silent)
    report = job.run(silent)
    assert (report.imported, report.unchanged) == (told.imported, told.unchanged) == (2, 1)
    again = desk.open(notes)
    again.set_entity(0, "activities")
    assert again.run(silent).unchanged == 3
    ann = Subject("contacts", desk.contacts()["Ann Lee"].id)
    assert len(desk.workspace.timeline(ann)) == 1
    undone = desk.importer.undo(report.id, silent)
    assert (undone.removed, undone.kept) == (2, ())
    assert desk.workspace.timeline(ann) == []
    third = desk.open(notes)
    third.set_entity(0, "activities")
    assert third.run(silent).imported == 2
    assert len(desk.workspace.timeline(ann)) == 1


CUSTOMERS = ("id,company_name,city", "1,Acme GmbH,Berlin", "2,Globex,Paris", "3,Initech,Austin")
STAFF = ("id,customer_id,first_name,last_name,email", "1,2,Ann,Lee,ann@globex.fr", "2,1,Bob,Ray,bob@acme.de")
SALES = (
    "id,title,customer_id,contact_id,amount,stage",
    "1,Big one,2,1,1000,Proposal",
    "2,Small one,1,2,500,Proposal",
)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_tables_of_unknown_origin_that_come_together_point_to_each_other(
    desk: Desk, order: tuple[int, int, int]
) -> None:
    files = [
        desk.file("customers.csv", *CUSTOMERS),
        desk.file("people.csv", *STAFF),
        desk.file("deals.csv", *SALES),
    ]
    there = [files[place] for place in order]
    assert desk.bring(*there).imported == 7
    companies = {one.id: name for name, one in desk.companies().items()}
    contacts = {one.id: name for name, one in desk.contacts().items()}
    assert {contacts[one.id]: companies[one.company_id] for one in desk.contacts().values()} == {
        "Ann Lee": "Globex",
        "Bob Ray": "Acme GmbH",
    }
    deals = {
        name: (companies[one.company_id], contacts[one.contact_id]) for name, one in desk.deals().items()
    }
    assert deals == {"Big one": ("Globex", "Ann Lee"), "Small one": ("Acme GmbH", "Bob Ray")}
    assert desk.bring(*reversed(there)).unchanged == 7


def test_the_first_row_of_another_spreadsheet_is_never_taken_for_that_of_this_one(desk: Desk) -> None:
    desk.bring(desk.file("customers.csv", *CUSTOMERS), desk.file("people.csv", *STAFF))
    other = desk.file("b/customers.csv", "id,company_name,city", "1,Umbrella,Oslo", "2,Tyrell,Rome")
    staff = desk.file("b/people.csv", STAFF[0], "1,1,Eva,Moe,eva@umbrella.no")
    report = desk.bring(other, staff)
    assert (report.imported, report.updated) == (3, 0)
    assert desk.bring(desk.file("c/customers.csv", "id,company_name,city", "1,Wonka,Bonn")).imported == 1
    assert sorted(desk.companies()) == ["Acme GmbH", "Globex", "Initech", "Tyrell", "Umbrella", "Wonka"]


def test_users_of_the_other_system_name_owners_and_are_no_contacts(desk: Desk) -> None:
    me = desk.workspace.catalog().me
    users = desk.file(
        "User.csv",
        "Id,Username,LastName,FirstName,Name,Email,IsActive,ProfileId",
        f"0055g000001abcdAAA,me@acme.com.sandbox,Me,,{me.name},me@acme.com,true,00e5g000001abcd",
        "0055g000001abceAAA,tom@acme.com.sandbox,Gone,Tom,Tom Gone,tom@acme.com,false,00e5g000001abcd",
    )
    leads = desk.file(
        "Lead.csv",
        "Id,IsDeleted,LastName,FirstName,Company,Status,LeadSource,OwnerId,IsConverted",
        "00Q5g000001abcdAAA,false,Lee,Ann,Acme,New,Web,0055g000001abcdAAA,false",
        "00Q5g000001abceAAA,false,Ray,Bob,Acme,New,Web,0055g000001abce,false",
    )
    job = desk.open(leads, users)
    (question,) = [one for one in job.questions() if one.kind == "owner"]
    assert question.samples == ("Tom Gone (tom@acme.com)",)
    (view,) = job.tables()
    assert "User" in view.notes[-1]
    report = desk.bring(leads, users)
    assert report.imported == report.rows == 2
    assert sorted(desk.contacts()) == ["Ann Lee", "Bob Ray"]
    assert [one.value for one in report.warnings] == ["Tom Gone (tom@acme.com)"]


def test_an_export_of_atomic_crm_comes_in_whole(desk: Desk) -> None:
    file = desk.file(
        "export.json",
        '{"sales": [{"id": 1, "first_name": "Tom", "last_name": "Gone", "email": "tom@x.com"}],',
        '"companies": [{"id": 2, "name": "Acme", "sector": "it", "size": 250, "website": "https://acme.com", "sales_id": 1}],',
        '"contacts": [{"id": 3, "first_name": "Ann", "last_name": "Lee", "company_id": 2, "has_newsletter": true,',
        ' "emails": [{"email": "ann@acme.com", "type": "Work"}, {"email": "ann@home.org", "type": "Home"}], "tags": ["VIP"],',
        ' "phones": [{"number": "+1 505 555 0001", "type": "Work"}], "gender": "female", "sales_id": 1}],',
        '"notes": [{"contact_id": 3, "sales_id": 1, "text": "Likes tea.", "date": "2025-11-13T08:16:10Z"}],',
        '"tasks": [{"contact_id": 3, "sales_id": 1, "text": "Send tea", "due_date": "2027-01-05T10:00:00Z"},',
        ' {"contact_id": 3, "sales_id": 1, "text": "Call", "due_date": "2025-01-05T10:00:00Z", "done_date": "2025-01-06T10:00:00Z"}]}',
    )
    report = desk.bring(file)
    assert report.imported == report.rows == 5
    ann = desk.contacts()["Ann Lee"]
    assert [(one["value"], one["label"]) for one in ann.emails] == [
        ("ann@acme.com", "work"),
        ("ann@home.org", "home"),
    ]
    assert ann.company_id == desk.companies()["Acme"].id
    entries = {row["body"].partition("\n")[0]: row for row in desk.rows("activities")}
    assert entries["Likes tea."]["occurred_at"].startswith("2025-11-13T08:16:10")
    assert "Who did it: Tom Gone (tom@x.com)" in entries["Likes tea."]["body"]
    assert entries["Call"]["contact"] == "Ann Lee"
    assert desk.bring(file).unchanged == 5


def test_a_pipeline_and_its_stages_are_the_same_by_their_internal_names(desk: Desk) -> None:
    labels = desk.file("deals.csv", *DEALS)
    internal = desk.file(
        "api.csv",
        "hs_object_id,dealname,dealstage,pipeline,amount,closedate,hubspot_owner_id,hs_is_closed",
        "503,Third,appointmentscheduled,default,1,2026-02-01,,false",
        "504,Fourth,closedlost,default,1,2026-02-01,,true",
    )
    desk.bring(internal, labels)
    pipelines = {one.pipeline_id for one in desk.deals().values()}
    assert len(pipelines) == 1
    stages = {stage.id: stage.name for stage in desk.workspace.catalog().stages}
    found = {title: stages[deal.stage_id] for title, deal in desk.deals().items()}
    assert found == {
        "Renewal": "Appointment Scheduled",
        "Third": "Appointment Scheduled",
        "Upsell": "Closed Won",
        "Fourth": "Closed Lost",
    }
