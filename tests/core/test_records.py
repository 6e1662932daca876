"""Contacts, companies and deals: made, edited, found again under the same name, and deleted."""

from __future__ import annotations

import datetime as dt

import pytest

from core.commands.companies import CreateCompany, DeleteCompany, EditCompany
from core.commands.contacts import CreateContact, DeleteContacts, EditContact
from core.commands.deals import CreateDeal, DeleteDeals, EditDeal, MoveDeal
from core.commands.setup import DefineField, EditOrganization
from core.commands.tasks import CreateTask
from core.entities import Company, Contact, Deal, Task
from core.errors import Invalid, NotFound, Refused
from core.money import MAX_MINOR


def wrong(office, command):
    """What is wrong with a command, field by field."""
    with pytest.raises(Invalid) as refused:
        office.bob.execute(command)
    return refused.value.fields


# --- contacts


def test_a_contact_is_kept_as_it_was_meant(office):
    contact = office.contact(
        office.bob, "  Zoë\t", last_name="Müller\x1b[31m", title="CTO 🚀", emails=["Zoe@Acme.COM", {"value": ""}],
        phones=[{"value": "030 1234567", "label": " Mobile "}, "+49 30 1234568"], tags=["#VIP", "Key Account", "vip"],
        country="de", lead_status="new", description="Met in\r\nHamburg",
    )  # fmt: skip
    assert contact.name == "Zoë Müller[31m"
    assert contact.emails == ({"value": "Zoe@acme.com", "label": "work"},)
    assert contact.phones == (
        {"value": "+49301234567", "label": "mobile"}, {"value": "+49301234568", "label": "work"},
    )  # fmt: skip
    assert contact.tags == ("vip", "key-account")
    assert (contact.country, contact.lead_status, contact.description) == ("DE", "New", "Met in\nHamburg")
    assert contact.book_id == office.book(office.bob)
    assert office.bob.told(contact_id=contact.id) == ["Contact created"]


def test_names_right_to_left_and_emoji_are_names(office):
    for first, last in (("محمد", "العلي"), ("שירה", "כהן"), ("👩‍💻", ""), ("田中", "さくら")):
        assert office.contact(office.bob, first, last_name=last).name == f"{first} {last}".strip()


def test_a_contact_is_somebody(office):
    nobody = {"first_name": "A contact needs a name, an e-mail or a phone number."}
    assert wrong(office, CreateContact(values={"title": "CTO"})) == nobody
    lena = office.contact(office.bob)
    assert wrong(office, EditContact(contact_id=lena.id, values={"first_name": ""})) == nobody
    office.bob.run(EditContact(contact_id=lena.id, values={"first_name": "", "emails": ["lena@acme.com"]}))
    assert office.bob.get(Contact, lena.id).name == "lena@acme.com"
    assert wrong(office, EditContact(contact_id=lena.id, values={"emails": []})) == nobody


def test_the_summary_of_a_nameless_contact_names_its_number(office):
    done = office.bob.run(CreateContact(values={"phones": ["030 1234567"]}))
    assert done.summary == "Created +49301234567"


def test_all_that_is_wrong_is_said_at_once(office):
    fields = wrong(
        office,
        CreateContact(
            values={
                "first_name": "x" * 301, "emails": ["lena"], "phones": ["123"], "country": "Germany",
                "time_zone": "Mars/Base", "lead_status": "Hot", "do_not_call": "perhaps", "tags": ["x" * 41],
                "shoe_size": "44",
            }
        ),
    )  # fmt: skip
    assert fields == {
        "first_name": "First name has 301 characters; the most is 300.",
        "do_not_call": "Do not call is yes or no.",
        "shoe_size": "A contact has no field “shoe_size”.",
        "emails": "“lena” is not an e-mail address: An email address must have an @-sign.",
        "phones": "“123” can only be dialled locally. Put the area code in front of it.",
        "country": "“Germany” is not a country code. Use two letters, as in DE, FR or US.",
        "time_zone": "“Mars/Base” is not a time zone. Try Europe/Berlin or America/New_York.",
        "lead_status": (
            "“Hot” is no lead status. Statuses: New, Attempting, Connected, Qualified, Nurture, Customer, Unqualified."
        ),
        "tags": "A tag has at most 40 characters; “xxxxxxxxxxxxxxxxxxxx…” has 41.",
    }


def test_blanks_are_nothing(office):
    lena = office.contact(
        office.bob, country=" ", time_zone="\x07", lead_status="\t", tags=[" "], emails=["  "]
    )
    assert (lena.country, lena.time_zone, lena.lead_status, lena.tags, lena.emails) == ("", "", "", (), ())


def test_a_number_is_read_where_the_contact_lives(office):
    abroad = office.contact(office.bob, phones=["01 42 68 53 00"], country="FR")
    assert abroad.phones[0]["value"] == "+33142685300"
    office.bob.run(EditContact(contact_id=abroad.id, values={"phones": ["06 12 34 56 78"]}))
    assert office.bob.get(Contact, abroad.id).phones[0]["value"] == "+33612345678"
    office.bob.run(EditContact(contact_id=abroad.id, values={"country": "IT", "phones": ["06 1234 5678"]}))
    assert office.bob.get(Contact, abroad.id).phones[0]["value"] == "+390612345678"


def test_the_first_number_tells_where_the_contact_is(office):
    assert office.contact(office.bob, phones=["+1 212 555 0123"]).time_zone == "America/New_York"
    known = office.contact(office.bob, phones=["+1 212 555 0123"], time_zone="Asia/Tokyo")
    assert known.time_zone == "Asia/Tokyo"
    later = office.contact(office.bob)
    office.bob.run(EditContact(contact_id=later.id, values={"phones": ["+49 30 1234567"]}))
    assert office.bob.get(Contact, later.id).time_zone == "Europe/Berlin"


def test_an_edit_tells_what_changed(office):
    acme = office.company(office.bob, "Acme")
    lena = office.contact(office.bob, phones=["+49301234567"], tags=["old"])
    office.bob.run(
        EditContact(
            contact_id=lena.id,
            values={
                "title": "CTO", "do_not_call": True, "tags": ["new"], "company_id": acme.id,
                "phones": [{"value": "+49301234567", "label": "mobile"}, "+49301234568"],
                "description": "Line one\nline two " + "x" * 400,
            },
        )
    )  # fmt: skip
    entry = office.bob.timeline(contact_id=lena.id)[-1]
    assert entry.subject == "Edited 6 fields"
    assert entry.body.splitlines() == [
        "Title: – → CTO",
        "Do not call: no → yes",
        "Company: – → Acme",
        "Phones: ++49301234567 (mobile) ++49301234568 (work) -+49301234567 (work)",
        "Description: – → Line one line two " + "x" * 61 + "…",
        "Tags: +new -old",
    ]
    assert entry.data["fields"]["title"] == ["", "CTO"]
    assert entry.data["fields"]["tags"] == [["old"], ["new"]]
    assert len(entry.data["fields"]["description"][1]) == 300


def test_an_edit_of_one_field_is_its_own_headline(office):
    deal = office.deal(office.bob, value_minor=1_000_000)
    for values, line in (
        ({"value_minor": 1_200_000}, "Value: €10,000.00 → €12,000.00"),
        ({"value_minor": 900, "currency": "JPY"}, "Value: €12,000.00 → ¥900"),
        ({"currency": "USD"}, "Currency: JPY → USD"),
        ({"probability": 40}, "Probability: – → 40 %"),
        ({"probability": 0}, "Probability: 40 % → 0 %"),
        ({"expected_close": dt.date(2026, 12, 24)}, "Expected close: – → 2026-12-24"),
        ({"next_step": "Send\nthe offer"}, "Next step: – → Send the offer"),
    ):
        office.bob.run(EditDeal(deal_id=deal.id, values=values))
        assert office.bob.told(deal_id=deal.id)[-1] == line


def test_an_edit_is_told_under_the_name_that_it_gave(office):
    deal, contact, company = office.deal(office.bob), office.contact(office.bob), office.company(office.bob)
    for command, name in (
        (EditDeal(deal_id=deal.id, values={"title": "Renewal"}), "Renewal"),
        (EditContact(contact_id=contact.id, values={"first_name": "Zoë", "last_name": "Kern"}), "Zoë Kern"),
        (EditCompany(company_id=company.id, values={"name": "Acme AG"}), "Acme AG"),
    ):
        assert office.bob.run(command).summary == f"Edited {name}"


def test_an_edit_that_changes_nothing_leaves_no_trace(office):
    lena = office.contact(office.bob, emails=["lena@acme.com"], tags=["a", "b"])
    command = EditContact(
        contact_id=lena.id, values={"first_name": " Lena", "tags": ["b", "A"], "emails": ["lena@acme.com"]}
    )
    done = office.bob.run(command)
    assert done.changes == ()
    assert done.summary == "Lena: nothing to change"


def test_a_custom_field_is_told_as_it_is_whatever_it_is_called(office):
    office.ann.run(DefineField(entity="contacts", label="Account ID"))
    lena = office.contact(office.bob)
    office.bob.run(EditContact(contact_id=lena.id, values={"custom.account_id": "A-17"}))
    assert office.bob.told(contact_id=lena.id)[-1] == "Account ID: – → A-17"


def test_the_company_is_found_by_its_name_or_made(office):
    acme = office.company(office.ann, "Łódź Robotics")
    one = CreateContact(values={"first_name": "Lena"}, company_name=" lodz robotics ")
    two = CreateContact(values={"first_name": "Omar"}, company_name="Neue Firma")
    office.bob.run(one)
    office.bob.run(two)
    assert office.bob.get(Contact, one.contact_id).company_id == acme.id
    made = office.bob.get(Company, office.bob.get(Contact, two.contact_id).company_id)
    assert (made.name, made.book_id) == ("Neue Firma", office.book(office.bob))
    office.bob.run(EditContact(contact_id=two.contact_id, values={}, company_name="Łódź Robotics"))
    assert office.bob.told(contact_id=two.contact_id)[-1] == "Company: Neue Firma → Łódź Robotics"


def test_what_a_record_points_to_must_be_there(office):
    gone = office.company(office.bob, "Gone")
    office.bob.run(DeleteCompany(company_id=gone.id))
    lena = office.contact(office.bob)
    deal = office.deal(office.bob)
    for command in (
        CreateContact(values={"first_name": "Omar", "company_id": gone.id}),
        EditContact(contact_id=lena.id, values={"company_id": gone.id}),
        CreateDeal(pipeline_id=office.pipeline_id, values={"title": "x", "company_id": gone.id}),
        CreateDeal(pipeline_id=office.pipeline_id, values={"title": "x", "contact_id": "nobody"}),
        EditDeal(deal_id=deal.id, values={"contact_id": "nobody"}),
        EditDeal(deal_id="nothing", values={"title": "x"}),
    ):
        with pytest.raises(NotFound):
            office.bob.execute(command)


def test_whose_a_record_is_and_whether_it_exists_are_no_fields_to_edit(office):
    lena, acme, deal = office.contact(office.bob), office.company(office.bob), office.deal(office.bob)
    edits = (
        lambda v: EditContact(contact_id=lena.id, values=v),
        lambda v: EditCompany(company_id=acme.id, values=v),
        lambda v: EditDeal(deal_id=deal.id, values=v),
    )
    for edit in edits:
        with pytest.raises(Refused, match="Whose it is changes by assigning or claiming it"):
            office.bob.execute(edit({"book_id": office.book(office.eve)}))
        for name in ("id", "deleted_at", "version", "updated_by", "search"):
            assert "is kept by offhook itself." in wrong(office, edit({name: None}))[name]


def test_contacts_are_deleted_with_their_tasks_unless_a_deal_needs_them(office):
    lena, omar = office.contact(office.bob, "Lena"), office.contact(office.bob, "Omar")
    deal = office.deal(office.bob, contact_id=lena.id)
    task = CreateTask(table="contacts", record_id=lena.id, subject="Call", due_at=office.store.now)
    office.bob.run(task)
    both = (lena.id, omar.id, lena.id)
    with pytest.raises(Refused) as refused:
        office.bob.execute(DeleteContacts(contact_ids=both))
    assert str(refused.value) == (
        "Lena is still in open deals. Close or delete those deals first; nothing was deleted."
    )
    office.bob.run(
        MoveDeal(
            deal_id=deal.id, stage_id=office.stage("Lost").id, from_stage_id=deal.stage_id, reason="Price"
        )
    )
    follow_up = CreateTask(table="deals", record_id=deal.id, subject="Ask again", due_at=office.store.now)
    office.bob.run(follow_up)
    assert office.bob.run(DeleteContacts(contact_ids=both)).summary == "Deleted 2 contacts"
    assert office.bob.get(Task, task.task_id).deleted_at is not None
    # What is to be done about the closed deal stays with the deal.
    assert office.bob.get(Task, follow_up.task_id).deleted_at is None


def test_four_contacts_in_deals_are_named_briefly(office):
    ids = []
    for name in ("Ada", "Ben", "Cem", "Dia", "Eva"):
        contact = office.contact(office.bob, name)
        office.deal(office.bob, contact_id=contact.id)
        ids.append(contact.id)
    with pytest.raises(Refused, match=r"^Ada, Ben, Cem and 2 more are still in open deals\."):
        office.bob.execute(DeleteContacts(contact_ids=tuple(ids)))


# --- companies


def test_a_company_is_kept_in_one_form(office):
    acme = office.company(
        office.bob, " Acme ", domain="https://www.ACME.com/about", website="acme.com", phone="030 1234567", employees=12
    )  # fmt: skip
    assert (acme.name, acme.domain, acme.website) == ("Acme", "acme.com", "https://acme.com")
    assert (acme.phone, acme.employees) == ("+49301234567", 12)


def test_a_company_that_makes_no_sense_is_refused(office):
    fields = wrong(
        office,
        CreateCompany(values={"domain": "acme", "website": "javascript:1", "phone": "x", "employees": -1}),
    )
    assert fields == {
        "name": "A company needs a name.",
        "domain": "“acme” is not a domain. Try acme.com.",
        "website": "“javascript:1” is not a web address. Try https://acme.com.",
        "phone": "“x” is not a phone number. Digits, please, as in +49 30 1234567.",
        "employees": "A company has zero employees or more.",
    }
    assert wrong(office, CreateCompany(values={"name": "Acme", "employees": 2**60})) == {
        "employees": "Employees is too large a number to keep."
    }


def test_there_is_one_company_of_a_name(office):
    office.company(office.ann, "Straße AG")
    other = office.company(office.bob, "Other")
    taken = {"name": "There is a company called Straße AG already."}
    assert wrong(office, CreateCompany(values={"name": "STRASSE AG"})) == taken
    assert wrong(office, EditCompany(company_id=other.id, values={"name": "strasse ag"})) == taken
    assert office.bob.run(EditCompany(company_id=other.id, values={"name": "Other"})).changes == ()
    office.bob.run(EditCompany(company_id=other.id, values={"name": "OTHER", "city": "Köln"}))
    assert office.bob.get(Company, other.id).name == "OTHER"


def test_a_company_in_use_is_kept(office):
    acme = office.company(office.bob)
    lena = office.contact(office.bob, company_id=acme.id)
    with pytest.raises(Refused, match=r"^Acme has 1 contact\. Move or delete it first\.$"):
        office.bob.execute(DeleteCompany(company_id=acme.id))
    deal = office.deal(office.bob, company_id=acme.id)
    with pytest.raises(Refused, match=r"^Acme has 1 contact and 1 open deal\. Move or delete them first\.$"):
        office.bob.execute(DeleteCompany(company_id=acme.id))
    task = CreateTask(table="companies", record_id=acme.id, subject="Call", due_at=office.store.now)
    office.bob.run(task)
    office.bob.run(DeleteDeals(deal_ids=(deal.id,)))
    office.bob.run(DeleteContacts(contact_ids=(lena.id,)))
    office.bob.run(DeleteCompany(company_id=acme.id))
    assert office.bob.get(Task, task.task_id).deleted_at is not None


# --- deals


def test_a_deal_takes_the_company_of_its_contact_and_the_house_currency(office):
    acme = office.company(office.bob)
    lena = office.contact(office.bob, company_id=acme.id)
    deal = office.deal(office.bob, contact_id=lena.id)
    assert (deal.company_id, deal.currency, deal.value_minor) == (acme.id, "EUR", None)
    assert office.bob.told(deal_id=deal.id) == ["Deal created in New"]
    assert office.deal(office.bob, currency="usd").currency == "USD"


def test_a_deal_that_makes_no_sense_is_refused(office):
    fields = wrong(
        office,
        CreateDeal(
            pipeline_id=office.pipeline_id,
            values={
                "currency": "XXX", "value_minor": -1, "probability": 101, "expected_close": dt.date(1999, 12, 31)
            },
        ),
    )  # fmt: skip
    assert fields == {
        "title": "A deal needs a title.",
        "currency": "“XXX” is not a currency code. Try EUR, USD or GBP.",
        "value_minor": "The value must be zero or more, and at most about 90 trillion.",
        "probability": "The probability is a percentage from 0 to 100.",
        "expected_close": "1999-12-31 is not a likely day to close a deal.",
    }
    for values in ({"value_minor": 12.5}, {"value_minor": True}, {"value_minor": "12"}):
        assert wrong(office, CreateDeal(pipeline_id=office.pipeline_id, values={"title": "x"} | values)) == {
            "value_minor": "Value must be a whole number."
        }
    assert office.deal(office.bob, value_minor=MAX_MINOR).value_minor == MAX_MINOR
    moment = office.store.now
    assert wrong(office, CreateDeal(pipeline_id=office.pipeline_id, values={"title": "x", "expected_close": moment})) == {
        "expected_close": "Expected close must be a day, as in 2026-12-31."
    }  # fmt: skip


def test_deals_are_deleted_with_their_tasks(office):
    deals = [office.deal(office.bob, title) for title in ("One", "Two")]
    task = CreateTask(table="deals", record_id=deals[0].id, subject="Call", due_at=office.store.now)
    office.bob.run(task)
    assert office.bob.run(DeleteDeals(deal_ids=(deals[0].id,) * 2)).summary == "Deleted One"
    assert office.bob.get(Task, task.task_id).deleted_at is not None
    with pytest.raises(NotFound):
        office.bob.execute(EditDeal(deal_id=deals[0].id, values={"title": "x"}))
    assert [deal.title for deal in office.store.live(Deal)] == ["Two"]


# --- custom fields


@pytest.fixture
def fields(office):
    for label, kind, options in (
        ("Tier", "choice", ("Gold", "Silver")), ("Seats", "number", ()), ("Renewal", "date", ()),
        ("Partner", "flag", ()), ("Wiki", "url", ()), ("Notes", "text", ()),
    ):  # fmt: skip
        office.ann.run(DefineField(entity="contacts", label=label, kind=kind, options=options))
    return office


def test_custom_fields_hold_what_they_are_for(fields):
    lena = fields.contact(
        fields.bob, **{
            "custom.tier": "gold", "custom.seats": "12,5", "custom.renewal": dt.date(2026, 12, 24),
            "custom.partner": True, "custom.wiki": "wiki.acme.com", "custom.notes": "a\x07b",
        },
    )  # fmt: skip
    assert lena.custom == {
        "tier": "Gold", "seats": 12.5, "renewal": "2026-12-24", "partner": True, "wiki": "https://wiki.acme.com",
        "notes": "ab",
    }  # fmt: skip
    whole = fields.contact(fields.bob, custom={"tier": "Silver", "seats": 3})
    assert whole.custom == {"tier": "Silver", "seats": 3}


def test_custom_fields_are_edited_one_by_one(fields):
    lena = fields.contact(fields.bob, custom={"tier": "Gold", "seats": 3})
    mine = fields.bob.decide(EditContact(contact_id=lena.id, values={"custom.seats": 5}))
    fields.ann.run(EditContact(contact_id=lena.id, values={"custom": {"tier": "", "partner": False}}))
    assert fields.bob.apply(mine).applied
    assert fields.bob.get(Contact, lena.id).custom == {"seats": 5, "partner": False}
    assert fields.bob.told(contact_id=lena.id)[-1] == "Seats: 3 → 5"


def test_custom_values_that_do_not_fit_are_refused(fields):
    values = {
        "custom.tier": "Bronze", "custom.seats": "many", "custom.renewal": "soon", "custom.partner": "perhaps",
        "custom.wiki": "file:///x", "custom.notes": "x" * 10_001, "custom.unknown": "x",
    }  # fmt: skip
    assert wrong(fields, CreateContact(values={"first_name": "Lena"} | values)) == {
        "custom.tier": "Tier is one of Gold, Silver.",
        "custom.seats": "Seats is a number.",
        "custom.renewal": "Renewal is a day, as in 2026-12-31.",
        "custom.partner": "Partner is yes or no.",
        "custom.wiki": "Wiki is a web address, as in https://acme.com.",
        "custom.notes": "Notes is text of at most 10,000 characters.",
        "custom.unknown": "There is no field “unknown”. Define it first.",
    }
    for number in ("nan", "inf", 1e300, True):
        assert wrong(fields, CreateContact(values={"first_name": "Lena", "custom.seats": number})) == {
            "custom.seats": "Seats is a number."
        }


def test_the_organizations_own_statuses_count(office):
    office.ann.run(EditOrganization(values={"settings.lead_statuses": ["Cold", "Warm"]}))
    assert office.contact(office.bob, lead_status="warm").lead_status == "Warm"
    assert "lead_status" in wrong(office, CreateContact(values={"first_name": "x", "lead_status": "New"}))


def test_a_status_that_is_listed_no_more_stays_until_it_is_changed(office):
    lena = office.contact(office.bob, lead_status="Nurture")
    office.ann.run(EditOrganization(values={"settings.lead_statuses": ["Cold", "Warm"]}))
    office.bob.run(EditContact(contact_id=lena.id, values={"lead_status": "Nurture", "title": "CTO"}))
    assert office.bob.get(Contact, lena.id).lead_status == "Nurture"
