"""Likely duplicates: who of those there are may be the one that is being typed in."""

from __future__ import annotations

import pytest

from core.commands.contacts import DeleteContacts

STORES = ("solo", "postgresql")


def point(*values):
    return tuple({"value": value, "label": "work"} for value in values)


@pytest.fixture
def john(office):
    office.contact("Ann", last_name="Lee", company="Acme", emails=point("ann@acme.example"))
    return office.contact(
        "John", last_name="Meyer", company="Acme Robotics", emails=point("John.Meyer@acme.example", "jm@home.example"),
        phones=point("+4930123456;ext=7", "+491701234567"),
    )  # fmt: skip


def likely(office, **draft):
    return [(hit.title, hit.detail) for hit in office.workspace.likely_duplicates(draft)]


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        ({"emails": ("JOHN.MEYER@ACME.EXAMPLE",)}, "Same e-mail: john.meyer@acme.example"),
        ({"emails": point("new@x.example", " jm@home.example ")}, "Same e-mail: jm@home.example"),
        ({"phones": ("+49 170 1234567",)}, "Same phone: +491701234567"),
        ({"phones": point("0170/1234567")}, "Same phone: +491701234567"),
        ({"phones": ("030 123456",)}, "Same phone: +4930123456"),
        ({"first_name": "John", "last_name": "Meyer", "company_name": "Acme Robotics"}, "Same name at the same company"),
        ({"first_name": "jöhn", "last_name": "MEYER", "company_name": "acme rob"}, "Same name at the same company"),
        ({"first_name": "Jon", "last_name": "Meier", "company_name": "Acme"}, None),
        ({"first_name": "Jon", "last_name": "Meyer", "company_name": "Acme"}, "Similar name at the same company"),
        ({"first_name": "Meyer", "last_name": "John", "company_name": "Acme Robotics"}, "Same name at the same company"),
        ({"first_name": "John", "last_name": "Meyer"}, "Same name"),
    ],
)  # fmt: skip
def test_a_likely_duplicate_is_named_with_the_reason(office, john, draft, why):
    assert likely(office, **draft) == ([("John Meyer", f"{why} · Acme Robotics")] if why else [])


@pytest.mark.parametrize(
    "draft",
    [
        {},
        {"first_name": "", "last_name": "", "company_name": "", "emails": (), "phones": ()},
        {"emails": ("john",), "phones": ("0", "+", "abc")},
        {"emails": ("john.meyer@",), "phones": ("+49 170 12345",)},
        {"first_name": "John"},
        {"last_name": "Meyer", "company_name": "Acme Robotics"},
        {"first_name": "John", "last_name": "Meyer", "company_name": "Somewhere else"},
        {"first_name": "Zaphod", "last_name": "Meyerbeer", "company_name": "Acme"},
        {"company_name": "Acme"},
    ],
)
def test_half_of_it_or_another_person_is_no_duplicate(office, john, draft):
    assert likely(office, **draft) == []


def test_the_surest_reason_comes_first_and_once(office, john):
    twin = office.contact("John", last_name="Meyer", company="Acme Robotics")
    draft = {
        "first_name": "John", "last_name": "Meyer", "company_name": "Acme Robotics", "emails": ("jm@home.example",),
        "phones": ("+491701234567",),
    }  # fmt: skip
    hits = office.workspace.likely_duplicates(draft)
    assert [hit.id for hit in hits] == [john, twin]
    assert hits[0].detail.startswith("Same e-mail")
    assert {(hit.table, hit.open_table) for hit in hits} == {("contacts", "contacts")}


def test_nobody_is_a_duplicate_of_themselves_or_of_the_deleted(office, john):
    draft = {
        "emails": ("jm@home.example",),
        "first_name": "John",
        "last_name": "Meyer",
        "company_name": "Acme Robotics",
    }
    assert likely(office, id=john, **draft) == []
    office.do(DeleteContacts(contact_ids=(john,)))
    assert likely(office, **draft) == []


def test_a_namesake_counts_where_one_of_the_two_has_no_company(office):
    office.contact("Ida", last_name="Berg")
    assert likely(office, first_name="Ida", last_name="Berg", company_name="Acme") == [
        ("Ida Berg", "Same name")
    ]


def test_only_a_few_are_named(office):
    for _ in range(20):
        office.contact("Max", last_name="Power", company="Acme", emails=point("info@acme.example"))
    assert len(likely(office, emails=("info@acme.example",))) == 5


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("Anna", "Müller", "Same name"),
        ("Müller", "Anna", "Same name"),
        ("anna muller", "", "Same name"),
        ("Ana", "Muller", "Similar name"),
        ("Anna", "Mayer", None),
        ("Anna", "", None),
    ],
)
@pytest.mark.parametrize("split", [False, True])
def test_a_whole_name_counts_however_it_is_split(office, first, last, why, split):
    office.contact("Anna" if split else "Anna Müller", last_name="Müller" if split else "")
    assert likely(office, first_name=first, last_name=last) == ([("Anna Müller", why)] if why else [])
