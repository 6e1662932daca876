"""Exports: flat rows with names for people, whatever the records hold."""

from __future__ import annotations

import datetime as dt

import pytest

from core.commands.activities import EditActivity, LogActivity
from core.commands.contacts import DeleteContacts
from core.commands.deals import EditDeal
from core.commands.setup import DefineField
from core.errors import NotFound
from core.filters import EVERYTHING, Query, parse
from core.ids import new_id
from core.imports.values.lists import split_list
from storage.bulk import load_rows

STORES = ("solo", "postgresql")


def point(*pairs):
    return tuple({"value": value, "label": label} for value, label in pairs)


def export(office, table, text=""):
    query = parse(text, table, office.catalog, now=office.clock(), zone=dt.UTC) if text else EVERYTHING
    return list(office.workspace.export(table, query))


def test_contacts_are_told_in_columns_that_people_can_read(office):
    for label, kind in (("Seats", "number"), ("Reference", "flag"), ("Hobby", "text")):
        office.do(DefineField(entity="contacts", label=label, kind=kind))
    ann = office.contact(
        "Ann", last_name="=cmd()", company="Acme, Inc", title="CEO", emails=point(("a@x.example", "work"), ("b@x.example", "home")),
        phones=point(("+4930123456", "mobile")), lead_status="New", city="Łódź", do_not_call=True, tags=("vip", "key-account"),
        description='Two\nlines, "quoted"', custom={"seats": 12, "reference": True},
    )  # fmt: skip
    office.contact("Bob", phones=point(("+4930111", "work"), ("+4930222", "work"), ("+4930333", "fax")))
    first, second = export(office, "contacts")
    assert list(first) == list(second)
    record = office.get("contacts", ann)
    assert first == {
        "id": ann, "first_name": "Ann", "last_name": "=cmd()", "title": "CEO", "company": "Acme, Inc",
        "email": "a@x.example", "email_label": "work", "email_2": "b@x.example", "email_2_label": "home",
        "phone": "+4930123456", "phone_label": "mobile", "phone_2": "", "phone_2_label": "", "phone_3": "",
        "phone_3_label": "", "lead_status": "New", "source": "", "owner": "Ann", "address": "", "postal_code": "",
        "city": "Łódź", "region": "", "country": "", "time_zone": "Europe/Berlin", "do_not_call": True,
        "description": 'Two\nlines, "quoted"', "tags": "vip, key-account", "last_activity_at": None, "next_task_at": None,
        "created_at": record.created_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "updated_at": record.updated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "company_id": record.company_id, "external_ids": "", "Seats": 12, "Reference": True, "Hobby": None,
    }  # fmt: skip
    assert (second["phone_3"], second["phone_3_label"], second["email_2"], second["Seats"]) == (
        "+4930333",
        "fax",
        "",
        None,
    )


def test_a_field_that_is_called_like_a_column_keeps_apart(office):
    fields = [
        {"id": new_id(), "entity": "contacts", "key": key, "label": label, "kind": "text"}
        for key, label in (("own_city", "City"), ("twin", "City"), ("nick", "Nickname"))
    ]
    load_rows(office.workspace, {"custom_fields": fields})
    row = {
        "id": new_id(),
        "book_id": new_id(),
        "city": "Bonn",
        "custom": {"own_city": "Ulm", "twin": "Jena", "nick": "Jo"},
    }
    load_rows(office.workspace, {"contacts": [row]})
    (told,) = export(office, "contacts")
    assert [told[name] for name in ("city", "City (own_city)", "City (twin)", "Nickname")] == [
        "Bonn",
        "Ulm",
        "Jena",
        "Jo",
    ]


@pytest.mark.parametrize(
    ("minor", "currency", "value"),
    [
        (123_450, "EUR", "1234.50"),
        (5, "EUR", "0.05"),
        (0, "EUR", "0.00"),
        (1_500, "JPY", "1500"),
        (1_234_567, "KWD", "1234.567"),
        (2**53, "USD", "90071992547409.92"),
        (None, "EUR", None),
    ],
)
def test_money_is_told_exactly(office, minor, currency, value):
    office.deal("Deal", value_minor=minor, currency=currency)
    (told,) = export(office, "deals")
    assert (told["value"], told["currency"]) == (value, currency)


def test_deals_are_told_by_names(office):
    ann = office.contact("Ann", last_name="Lee", company="Acme")
    deal = office.deal("Robots", contact_id=ann, expected_close=dt.date(2026, 7, 1), tags=("a",))
    office.do(EditDeal(deal_id=deal, values={"probability": 0}))
    (told,) = export(office, "deals")
    assert (told["company"], told["contact"], told["owner"]) == ("Acme", "Ann Lee", "Ann")
    assert (told["pipeline"], told["stage"], told["outcome"]) == ("Sales", "New", "open")
    assert (told["expected_close"], told["probability"], told["closed_at"]) == ("2026-07-01", 0, None)
    assert (told["contact_id"], told["company_id"]) == (ann, office.get("contacts", ann).company_id)


def test_activities_are_told_as_they_stand(office):
    ann = office.contact("Ann", company="Acme")
    log = LogActivity(
        table="contacts", record_id=ann, kind="call", body="teh call", outcome="connected", duration_s=61
    )
    office.do(log)
    office.do(EditActivity(activity_id=log.activity_id, values={"body": "the call"}))
    created, call = export(office, "activities")
    assert created["kind"] == "created"
    assert {name: call[name] for name in ("kind", "outcome", "duration_s", "body", "contact", "company", "deal", "user")} == {
        "kind": "call", "outcome": "connected", "duration_s": 61, "body": "the call", "contact": "Ann", "company": "Acme",
        "deal": "", "user": "Ann",
    }  # fmt: skip
    assert call["occurred_at"].endswith("Z")
    found = list(office.workspace.export("activities", Query("the", ("the",))))
    assert [row["id"] for row in found] == [call["id"]]


def test_an_export_holds_what_its_filter_lets_through(office):
    ids = [
        office.contact(name, city=city)
        for name, city in (("Ann", "Berlin"), ("Bob", "Bonn"), ("Carl", "Berlin"))
    ]
    assert [row["id"] for row in export(office, "contacts", "city:berlin")] == [ids[0], ids[2]]
    assert [row["id"] for row in export(office, "contacts", "city:berlin carl")] == [ids[2]]
    office.do(DeleteContacts(contact_ids=(ids[2],)))
    assert [row["id"] for row in export(office, "contacts", "city:berlin")] == [ids[0]]
    assert export(office, "deals") == []


def test_an_export_goes_on_as_it_began_whatever_is_written_meanwhile(office):
    for n in range(50):
        office.contact(f"Nr{n}")
    rows = office.workspace.export("contacts", EVERYTHING)
    first = next(rows)
    office.contact("Late")
    assert [first["first_name"], *(row["first_name"] for row in rows)] == [f"Nr{n}" for n in range(50)]
    assert len(export(office, "contacts")) == 51


def test_companies_are_told_too(office):
    office.do(DefineField(entity="companies", label="Fleet", kind="number"))
    row = {
        "id": new_id(), "book_id": new_id(), "name": "Acme, Inc", "domain": "acme.example", "phone": "+4930123456",
        "employees": 40, "country": "DE", "tags": ["vip"], "external_ids": ["hubspot:8001"], "custom": {"fleet": 3},
    }  # fmt: skip
    load_rows(office.workspace, {"companies": [row]})
    (told,) = export(office, "companies")
    assert list(told)[:3] == ["id", "name", "domain"]
    assert list(told)[-2:] == ["external_ids", "Fleet"]
    assert {name: told[name] for name in ("id", "name", "phone", "employees", "tags", "external_ids", "Fleet")} == {
        "id": row["id"], "name": "Acme, Inc", "phone": "+4930123456", "employees": 40, "tags": "vip",
        "external_ids": "hubspot:8001", "Fleet": 3,
    }  # fmt: skip
    assert [row["name"] for row in export(office, "companies", "acme")] == ["Acme, Inc"]


def test_what_phones_say_beside_their_number_has_columns_where_one_says_it(office):
    plain = office.contact("Ann", phones=point(("+4930123456", "work")))
    assert not {"phone_bad", "phone_original"} & set(export(office, "contacts")[0])
    phones = [
        {"value": "+4930111", "label": "work", "original": "030 111"},
        {"value": "+4930222", "label": "home", "bad": "wrong number"},
    ]
    load_rows(
        office.workspace,
        {"contacts": [{"id": new_id(), "book_id": new_id(), "first_name": "Bob", "phones": phones}]},
    )
    first, second = sorted(export(office, "contacts"), key=lambda row: row["first_name"])
    assert list(first) == list(second)
    names = ("phone_bad", "phone_original", "phone_2_bad", "phone_2_original")
    assert [second[name] for name in names] == ["", "030 111", "wrong number", ""]
    assert (first["id"], [first[name] for name in names]) == (plain, ["", "", "", ""])


def test_tags_with_commas_come_out_whole(office):
    tags = ["retail, food", "vip"]
    load_rows(
        office.workspace,
        {"contacts": [{"id": new_id(), "book_id": new_id(), "first_name": "Ann", "tags": tags}]},
    )
    (told,) = export(office, "contacts")
    assert split_list(told["tags"]) == ("retail, food", "vip")


def test_two_contacts_of_one_name_stay_apart(office):
    twins = [office.contact("Ann", last_name="Lee", company=name) for name in ("Acme", "Beta")]
    for contact in twins:
        office.deal("Robots", contact_id=contact)
    assert sorted(row["contact_id"] for row in export(office, "deals")) == sorted(twins)
    assert {row["contact_id"] for row in export(office, "activities")} >= set(twins)


def test_nothing_else_can_be_exported(office):
    for table in ("users", "changesets", "meta", "nonsense"):
        with pytest.raises(NotFound, match="cannot be exported"):
            next(office.workspace.export(table, EVERYTHING))
