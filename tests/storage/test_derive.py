"""What the store works out: search texts, sort keys, contact points, books of children."""

from __future__ import annotations

import datetime as dt
import random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.commands.activities import EditActivity, LogActivity, RetractActivity
from core.commands.companies import EditCompany
from core.commands.contacts import DeleteContacts, EditContact
from core.commands.deals import EditDeal, MoveDeal
from core.commands.records import Assign, Claim, TagRecords
from core.commands.setup import DefineField
from core.commands.tasks import CompleteTask, CreateTask, DeleteTask
from core.commands.undo import Undo
from core.fractional import spread
from storage.check import check
from storage.derive import contact_sort_key, phone_words
from tests.storage.conftest import Office

PHONE = {"value": "+493012345678", "label": "work"}


def test_a_contact_is_found_by_everything_a_rep_would_type(office: Office) -> None:
    for label, kind in (("Hobby", "text"), ("Size", "number"), ("VIP", "flag")):
        office.do(DefineField(entity="contacts", label=label, kind=kind))
    contact = office.contact(
        "Łukasz",
        last_name="Müller-Straße",
        title="Head of Sales",
        company="Søren & Co",
        city="Kraków",
        emails=({"value": "Lukasz.M@example.com", "label": "work"},),
        phones=(PHONE,),
        tags=("key-account",),
        custom={"hobby": "Chess", "size": 39, "vip": True},
    )
    for word in (
        "lukas", "muller", "strasse", "head", "soren", "krak", "lukasz", "example",
        "493012", "3012345", "03012345678", "key", "account", "chess", "39",
    ):  # fmt: skip
        assert office.found("contacts", word) == {contact}, word
    assert office.found("contacts", "true") == set()


def test_companies_deals_and_entries_are_found(office: Office) -> None:
    contact = office.contact("Lena", last_name="Berg", company="Acme")
    deal = office.deal("Renewal 2026", contact_id=contact, tags=("big",))
    company = office.get("deals", deal).company_id
    office.do(
        EditCompany(company_id=company, values={"domain": "acme.io", "phone": "+14155550123", "city": "Oslo"})
    )
    for word in ("acme", "io", "1415", "4155550", "oslo"):
        assert office.found("companies", word) == {company}, word
    for word in ("renew", "2026", "acme", "lena", "berg", "big"):
        assert office.found("deals", word) == {deal}, word
    log = LogActivity(table="deals", record_id=deal, kind="note", subject="Prices", body="Wants a rebate")
    office.do(log)
    assert office.found("activities", "rebat") == {log.activity_id}
    assert office.found("activities", "created") == set(), "what offhook writes by itself is not searched"


def test_an_edited_or_deleted_entry_is_found_as_it_is_now(office: Office) -> None:
    contact = office.contact()
    log = LogActivity(table="contacts", record_id=contact, kind="note", body="apples")
    office.do(log)
    office.do(EditActivity(activity_id=log.activity_id, values={"body": "pears"}))
    assert office.found("activities", "apple") == set()
    [pears] = office.found("activities", "pear")
    office.do(RetractActivity(activity_id=pears))
    assert office.found("activities", "pear") == set()


def test_names_follow_into_what_is_found_by_them(office: Office) -> None:
    contact = office.contact("Lena", last_name="Berg", company="Acme")
    deal = office.deal(contact_id=contact)
    company = office.get("deals", deal).company_id
    office.do(EditCompany(company_id=company, values={"name": "Zenith"}))
    assert office.found("contacts", "zenith") == {contact}
    assert office.found("deals", "zenith") == {deal}
    assert office.found("contacts", "acme") == set()
    office.do(EditContact(contact_id=contact, values={"last_name": "Voss"}))
    assert office.found("deals", "voss") == {deal}
    assert office.get("contacts", contact).sort_key == "voss lena"
    other = office.contact("Ida", company="Nadir")
    office.do(EditDeal(deal_id=deal, values={"contact_id": other}))
    assert office.found("deals", "voss") == set()
    assert office.found("deals", "ida") == {deal}


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"first_name": "Lena", "last_name": "Åberg"}, "aberg lena"),
        ({"first_name": "Lena"}, "lena"),
        ({"emails": ({"value": "X@y.de"},), "phones": ({"value": "+1"},)}, "x@y.de"),
        ({"phones": ({"value": "+4930"},)}, "+4930"),
        ({}, ""),
    ],
)
def test_contacts_sort_by_last_name(row: dict[str, object], key: str) -> None:
    assert contact_sort_key({"first_name": "", "last_name": "", "emails": (), "phones": (), **row}) == key


@given(st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)))
def test_every_calling_code_is_told_from_the_number(code: int) -> None:
    digits, national, at_home = phone_words(f"+{code}2345678").split()
    assert (digits, national, at_home) == (f"{code}2345678", "2345678", "02345678")


@pytest.mark.parametrize(
    ("value", "words"),
    [("+493012345;ext=12", "493012345 3012345 03012345"), ("110", "110"), ("+1", "1"), ("", "")],
)
def test_odd_numbers(value: str, words: str) -> None:
    assert phone_words(value) == words


def test_contact_points_are_looked_up_in_one_form(office: Office) -> None:
    contact = office.contact(
        emails=({"value": "Lena@Acme.de", "label": "work"}, {"value": "lena@acme.de", "label": "home"}),
        phones=({"value": "+493012345678;ext=9", "label": "work"},),
    )
    wanted = [("email", "lena@acme.de"), ("phone", "+493012345678")]
    assert office.sql("SELECT kind, value FROM contact_points ORDER BY kind") == wanted
    office.do(EditContact(contact_id=contact, values={"emails": ()}))
    assert office.sql("SELECT kind, value FROM contact_points") == wanted[1:]


def test_children_share_their_parents_book(office: Office) -> None:
    pool = office.catalog.pools()[0].id
    mine = office.catalog.my_book.id
    contact = office.contact(book_id=pool)
    deal = office.deal(contact_id=contact, book_id=mine)
    about_deal = LogActivity(table="deals", record_id=deal, kind="note", body="x")
    about_contact = LogActivity(table="contacts", record_id=contact, kind="note", body="y")
    task = CreateTask(
        table="contacts", record_id=contact, subject="z", due_at=office.clock.now + dt.timedelta(days=1)
    )
    for command in (about_deal, about_contact, task):
        office.do(command)
    edited = office.do(EditActivity(activity_id=about_contact.activity_id, values={"body": "yy"}))
    office.do(Claim(table="contacts", ids=(contact,)))
    assert office.get("activities", about_deal.activity_id).book_id == mine
    for entry in (about_contact.activity_id, edited.changeset.changes[0].id):
        assert office.get("activities", entry).book_id == mine
    assert office.get("tasks", task.task_id).book_id == mine
    office.do(Assign(table="deals", ids=(deal,), book_id=pool))
    assert office.get("activities", about_deal.activity_id).book_id == pool
    assert office.get("activities", about_contact.activity_id).book_id == mine


@given(st.integers(0, 2**32))
def test_whatever_is_done_all_derived_values_agree(office: Office, seed: int) -> None:
    """A hundred commands in any order; then everything is worked out from scratch and compared."""
    work = Work(office, random.Random(seed))
    for _ in range(40):
        work.step()
    wrong = [finding for finding in check(office.workspace) if finding.level == "error"]
    assert wrong == []


class Work:
    """Somebody who does anything at all."""

    def __init__(self, office: Office, chance: random.Random) -> None:
        self.office = office
        self.chance = chance
        self.contacts = [office.contact("Lena", company="Acme")]
        self.deals = [office.deal(contact_id=self.contacts[0])]
        self.tasks: list[str] = []
        self.entries: list[str] = []
        self.done: list[str] = []

    def step(self) -> None:  # noqa: C901 (one case for each thing that can be done)
        chance, office = self.chance, self.office
        table, about = chance.choice([("contacts", self.contacts), ("deals", self.deals)])
        record = chance.choice(about)
        word = chance.choice(["Ærø", "Berg", "Ida", "Łódź", "x@y.de", "Zoë"])
        when = office.clock.now - dt.timedelta(days=chance.randrange(99))
        companies = [row[0] for row in office.sql("SELECT id FROM companies")]
        books = [book.id for book in office.catalog.books]
        stages = [stage.id for stage in office.catalog.stages]
        point = {"value": f"+4930{chance.randrange(10**6, 10**7)}", "label": "work"}
        match chance.randrange(16):
            case 0:
                self.contacts.append(
                    office.contact(word, company=chance.choice(["", "Acme", "Zenith"]), phones=(point,))
                )
                return
            case 1:
                self.deals.append(office.deal(word, contact_id=chance.choice([None, self.live("contacts")])))
                return
            case 2 | 3:
                command = LogActivity(table=table, record_id=record, kind="call", body=word, occurred_at=when)
                self.entries.append(command.activity_id)
            case 4:
                command = CreateTask(
                    table=table, record_id=record, subject=word, due_at=when + dt.timedelta(days=120)
                )
                self.tasks.append(command.task_id)
            case 5:
                command = EditCompany(company_id=chance.choice(companies), values={"name": word})
            case 6:
                command = EditContact(contact_id=chance.choice(self.contacts), values={"last_name": word})
            case 7:
                command = EditContact(
                    contact_id=chance.choice(self.contacts), values={"phones": (point,)}, company_name=word
                )
            case 8:
                command = EditDeal(
                    deal_id=chance.choice(self.deals),
                    values={"contact_id": chance.choice([None, *self.contacts])},
                )
            case 9:
                command = Assign(table=table, ids=(record,), book_id=chance.choice(books))
            case 10:
                command = TagRecords(table=table, ids=(record,), add=(word,))
            case 11 if self.tasks:
                command = chance.choice([CompleteTask, DeleteTask])(task_id=chance.choice(self.tasks))
            case 12 if self.entries:
                entry = chance.choice(self.entries)
                command = chance.choice(
                    [
                        RetractActivity(activity_id=entry),
                        EditActivity(activity_id=entry, values={"body": word, "occurred_at": when}),
                    ]
                )
            case 13 if self.done:
                command = Undo(changeset_id=chance.choice(self.done))
            case 14:
                command = DeleteContacts(contact_ids=(chance.choice(self.contacts),))
            case _:
                deal = chance.choice(self.deals)
                command = MoveDeal(
                    deal_id=deal,
                    stage_id=chance.choice(stages),
                    from_stage_id=office.get("deals", deal).stage_id,
                    reason="x",
                )
        answer = office.workspace.execute(command)
        if answer.applied and answer.changeset:
            self.done.append(answer.changeset.id)
            self.entries += [
                c.id for c in answer.changeset.changes if c.table == "activities" and c.set["kind"] == "call"
            ]

    def live(self, table: str) -> str:
        rows = self.office.sql(f"SELECT id FROM {table} WHERE deleted_at IS NULL")
        return self.chance.choice(rows)[0] if rows else self.office.contact("Spare")


def test_hand_sorted_positions_are_kept_byte_by_byte(office: Office) -> None:
    keys = spread(60)
    assert office.sql("SELECT value FROM json_each(?) ORDER BY value", str(keys).replace("'", '"')) == [
        (key,) for key in sorted(keys)
    ]
