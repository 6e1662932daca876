"""Who hears of a change, whichever the workspace: everybody who asked, once, and of all that looks different."""

from __future__ import annotations

import pytest

from core.commands.activities import LogActivity
from core.commands.companies import EditCompany
from core.commands.contacts import EditContact
from core.workspace import Changed
from tests.workspace.office import Ear, Office


def test_subscribers_hear_of_all_rows_whose_look_changed(office: Office) -> None:
    contact = office.contact("Lena", company="Acme")
    deal = office.deal(contact_id=contact)
    company = office.get("deals", deal).company_id
    ear = Ear()
    stop = office.workspace.subscribe(ear)
    answer = office.do(EditCompany(company_id=company, values={"name": "Zenith"}))
    assert any(("companies", company) in c.rows and c.revision == answer.revision for c in ear.told), (
        "at once"
    )
    ear.hears("contacts", contact)
    ear.hears("deals", deal)
    assert all(changed.local for changed in ear.told)
    stop()
    stop()
    heard = len(ear.told)
    office.do(EditCompany(company_id=company, values={"name": "Nadir"}))
    assert len(ear.told) == heard


def test_a_subscriber_hears_of_the_record_that_an_entry_is_about(office: Office) -> None:
    contact = office.contact("Lena")
    ear = Ear()
    office.workspace.subscribe(ear)
    office.do(LogActivity(table="contacts", record_id=contact, kind="note", body="x"))
    assert ("contacts", contact) in ear.rows


def test_a_subscriber_may_use_the_workspace(office: Office) -> None:
    contact = office.contact("Lena")
    seen: list[str] = []

    def listen(changed: Changed) -> None:
        if ("contacts", contact) in changed.rows:
            seen.append(office.get("contacts", contact).city)
            if len(seen) == 1:
                office.do(EditContact(contact_id=contact, values={"title": "CEO"}))

    stop = office.workspace.subscribe(listen)
    office.do(EditContact(contact_id=contact, values={"city": "Berlin"}))
    stop()
    assert seen == ["Berlin", "Berlin"]


def test_nobody_hears_of_what_did_not_happen(office: Office) -> None:
    deal = office.deal()
    ear = Ear()
    stop = office.workspace.subscribe(ear)
    assert not office.workspace.execute(office.move(deal, "New", "Won")).applied
    stop()
    assert ("deals", deal) not in ear.rows


def test_a_listener_that_fails_harms_nobody(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    ear = Ear()

    def fail(changed: Changed) -> None:
        raise RuntimeError("the listener's own fault")

    stops = [office.workspace.subscribe(fail), office.workspace.subscribe(ear)]
    contact = office.contact("Lena")
    for stop in stops:
        stop()
    assert ("contacts", contact) in ear.rows
    assert "a listener failed" in caplog.text
