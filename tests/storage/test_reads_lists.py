"""The board, the list of contacts, companies and tags, as screens draw them."""

from __future__ import annotations

import datetime as dt

import pytest

from core.commands.companies import DeleteCompany, EditCompany
from core.commands.contacts import DeleteContacts, EditContact
from core.commands.deals import DeleteDeals, EditDeal, MoveDeal
from core.commands.records import TagRecords
from core.commands.setup import DefineField
from core.commands.tasks import CompleteTask, CreateTask
from core.errors import NotFound
from core.filters import EVERYTHING, Query, parse
from core.ids import new_id
from core.workspace import Card, ContactLine
from storage.bulk import load_rows
from storage.database import connect

STORES = ("solo", "postgresql")
ANN = "0197a000-0000-7000-8000-000000000001"


def point(*values):
    return tuple({"value": value, "label": "work"} for value in values)


def ask(office, text, entity="deals"):
    return parse(text, entity, office.catalog, now=office.clock(), zone=dt.UTC)


def board(office, text="", **more):
    return {
        card.title: card for card in office.workspace.board(office.pipeline_id, ask(office, text), **more)
    }


def move(office, deal_id, *stages, **more):
    for name in stages:
        deal = office.get("deals", deal_id)
        office.do(
            MoveDeal(deal_id=deal_id, stage_id=office.stage(name).id, from_stage_id=deal.stage_id, **more)
        )


# --- the board -----------------------------------------------------------------------------------------------------


def test_a_card_says_all_that_is_drawn(office):
    contact_id = office.contact("Ann", last_name="Lee", phones=point("+4930111", "+4930222"))
    deal_id = office.deal(
        "Robots", company="Acme", contact_id=contact_id, value_minor=123_456, currency="USD", probability=40,
        expected_close=dt.date(2026, 7, 1), next_step="Call", tags=("vip", 'say "hi"', "a\\b"),
    )  # fmt: skip
    office.do(
        CreateTask(
            table="deals", record_id=deal_id, subject="x", due_at=office.clock.now + dt.timedelta(days=1)
        )
    )
    deal = office.get("deals", deal_id)
    (card,) = office.workspace.board(office.pipeline_id, EVERYTHING)
    assert card == Card(
        id=deal_id, title="Robots", company="Acme", contact="Ann Lee", contact_id=contact_id, company_id=deal.company_id,
        value_minor=123_456, currency="USD", probability=40, stage_id=office.stage("New").id,
        stage_since=int(deal.stage_since.timestamp()), last_activity_at=None,
        next_task_at=int(deal.next_task_at.timestamp()), next_step="Call", expected_close="2026-07-01",
        book_id=office.catalog.my_book.id, outcome="open", position=deal.position,
        created_at=int(deal.created_at.timestamp()), tags='vip say-"hi" a\\b', phone="+4930111",
    )  # fmt: skip
    assert type(card) is Card


def test_a_card_without_anything_says_so(office):
    office.deal("Bare")
    card = board(office)["Bare"]
    assert (card.company, card.contact, card.company_id, card.contact_id, card.phone, card.tags) == (
        "",
        "",
        None,
        None,
        "",
        "",
    )
    assert (card.value_minor, card.probability, card.next_task_at, card.expected_close) == (
        None,
        None,
        None,
        "",
    )


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"first_name": "Ann"}, "Ann"),
        ({"last_name": "Lee"}, "Lee"),
        ({"emails": ({"value": "x@y.example", "label": ""},), "phones": ({"value": "+4930", "label": ""},)}, "x@y.example"),
        ({"phones": ({"value": "+4930123456", "label": ""},)}, "+4930123456"),
        ({"first_name": "", "last_name": ""}, "(no name)"),
    ],
)  # fmt: skip
def test_a_contact_is_called_the_same_everywhere(office, values, name):
    row = {"id": ANN, "book_id": office.catalog.my_book.id, **values}
    load_rows(office.workspace, {"contacts": [row]})
    office.deal("Deal", contact_id=ANN)
    assert office.get("contacts", ANN).name == name
    assert board(office)["Deal"].contact == name
    assert office.workspace.page("deals", board(office)["Deal"].id).contact.name == name


def test_the_board_shows_open_deals_and_those_closed_lately(office):
    for title, stages in (
        ("Open", ()),
        ("Won", ("Contacted", "Qualified", "Proposal", "Negotiation", "Won")),
    ):
        move(office, office.deal(title), *stages)
    lost = office.deal("Lost")
    move(office, lost, "Lost", reason="Price")
    assert set(board(office)) == {"Open"}
    closed_at = office.get("deals", lost).closed_at
    assert set(board(office, closed_since=closed_at - dt.timedelta(days=1))) == {"Open", "Won", "Lost"}
    assert set(board(office, closed_since=closed_at)) == {"Open", "Lost"}
    assert set(board(office, closed_since=closed_at + dt.timedelta(microseconds=1))) == {"Open"}
    assert set(board(office, "outcome:lost", closed_since=closed_at)) == {"Lost"}


def test_a_board_has_the_deals_of_its_pipeline_alone(office):
    office.deal("Here")
    assert office.workspace.board("another", EVERYTHING) == []


def test_what_was_deleted_is_off_the_board_and_off_the_cards(office):
    contact_id = office.contact("Ann")
    gone, stays = office.deal("Gone"), office.deal("Stays", company="Acme", contact_id=contact_id)
    office.do(DeleteDeals(deal_ids=(gone,)))
    move(office, stays, "Lost", reason="x")
    company_id = office.get("deals", stays).company_id
    office.do(DeleteContacts(contact_ids=(contact_id,)))
    office.do(EditContact(contact_id=office.contact("Else"), values={"title": "x"}))
    office.do(DeleteCompany(company_id=company_id))
    (card,) = office.workspace.cards([gone, stays, "never"], EVERYTHING)
    assert (card.id, card.contact, card.contact_id, card.company, card.company_id) == (
        stays,
        "",
        None,
        "",
        None,
    )


def test_a_card_changes_with_the_names_on_it(office):
    contact_id = office.contact("Ann", company="Acme")
    deal_id = office.deal("Deal", contact_id=contact_id)
    office.do(EditContact(contact_id=contact_id, values={"first_name": "Anna"}))
    office.do(
        EditCompany(company_id=office.get("contacts", contact_id).company_id, values={"name": "Acme AG"})
    )
    (card,) = office.workspace.cards([deal_id], EVERYTHING)
    assert (card.contact, card.company) == ("Anna", "Acme AG")


def test_a_filtered_board_patches_by_the_same_filter(office):
    small, large = office.deal("Small", value_minor=100), office.deal("Large", value_minor=10_000_00)
    query = ask(office, "value>500")
    assert [card.id for card in office.workspace.cards([small, large], query)] == [large]
    office.do(EditDeal(deal_id=small, values={"value_minor": 90_000}))
    assert len(office.workspace.cards([small, large], query)) == 2
    assert office.workspace.cards([], query) == []


def test_cards_of_many_deals_are_read_at_once(office):
    book, stage = office.catalog.my_book.id, office.stage("New").id
    deals = [
        {
            "id": new_id(), "book_id": book, "title": f"Deal {n}", "pipeline_id": office.pipeline_id, "stage_id": stage,
            "currency": "EUR", "outcome": "open", "stage_since": office.clock.now,
        }
        for n in range(3_000)
    ]  # fmt: skip
    load_rows(office.workspace, {"deals": deals})
    ids = [deal["id"] for deal in deals]
    assert len(office.workspace.cards(ids, EVERYTHING)) == 3_000
    assert {card.id for card in office.workspace.board(office.pipeline_id, EVERYTHING)} == set(ids)


# --- the list of contacts ------------------------------------------------------------------------------------------


def test_a_line_says_all_that_is_drawn(office):
    contact_id = office.contact(
        "Ann", last_name="Lee", company="Acme", title="CEO", emails=point("a@b.example", "c@d.example"),
        phones=point("+4930111", "+4930222"), lead_status="New", tags=("a", "b"), city="Berlin", country="DE",
        time_zone="Europe/Berlin", do_not_call=True,
    )  # fmt: skip
    office.contact("Bare")
    ann, bare = office.workspace.contacts(EVERYTHING, sort="created")
    assert ann == ContactLine(
        id=contact_id, first_name="Ann", last_name="Lee", title="CEO", company="Acme",
        company_id=office.get("contacts", contact_id).company_id, email="a@b.example", phone="+4930111", lead_status="New",
        tags="a b", city="Berlin", country="DE", time_zone="Europe/Berlin", book_id=office.catalog.my_book.id,
        last_activity_at=None, next_task_at=None, do_not_call=True,
    )  # fmt: skip
    assert ann.do_not_call is True
    assert bare.do_not_call is False
    assert (bare.company, bare.company_id, bare.email, bare.phone, bare.tags) == ("", None, "", "", "")


def names(office, sort, *, descending=False, text="", **window):
    query = ask(office, text, "contacts")
    lines = office.workspace.contacts(query, sort=sort, descending=descending, **window)
    return "".join(line.first_name for line in lines)


@pytest.fixture
def five(office):
    """Five people whose every order is another one."""
    for first, last, company, status in (
        ("A", "Young", "Beta", "New"),
        ("B", "Xu", "", "Customer"),
        ("C", "Öz", "alpha", "Nurture"),
        ("D", "Zed", "Alpha", "New"),
        ("E", "Adam", "Gamma", ""),
    ):
        office.contact(first, last_name=last, company=company, lead_status=status)
    ids = {line.first_name: line.id for line in office.workspace.contacts(EVERYTHING)}
    from core.commands.activities import LogActivity

    for first in "DB":
        office.do(LogActivity(table="contacts", record_id=ids[first], kind="call"))
    for first, days in (("E", 3), ("A", 1), ("D", -2)):
        due = office.clock.now + dt.timedelta(days=days)
        office.do(CreateTask(table="contacts", record_id=ids[first], subject="x", due_at=due))
    return office


@pytest.mark.parametrize(
    ("sort", "up", "down"),
    [
        ("name", "ECBAD", "DABCE"),
        ("created", "ABCDE", "EDCBA"),
        ("last", "ACEDB", "BDECA"),
        ("next", "DAEBC", "EADCB"),
        ("status", "EBADC", "CDABE"),
        ("company", "CDAEB", "EADCB"),
        ("relevance", "ECBAD", "DABCE"),
        ("whatever", "ECBAD", "DABCE"),
    ],
)
def test_the_list_is_sorted_as_asked(five, sort, up, down):
    assert names(five, sort) == up
    assert names(five, sort, descending=True) == down
    assert names(five, sort, offset=3, limit=2) == up[3:]
    assert names(five, sort, offset=5) == ""
    assert names(five, sort, text="owner:me") == up
    assert names(five, sort, text="created:today") == up
    assert names(five, sort, text="-status:customer") == up.replace("B", "")


def test_a_contact_whose_company_is_gone_stays_in_the_list(five):
    with five.database.write() as connection:
        connection.execute("UPDATE companies SET deleted_at = 1 WHERE name = 'alpha'")
        connection.execute("DELETE FROM companies WHERE name = 'Gamma'")
    for descending in (False, True):
        assert sorted(names(five, "company", descending=descending)) == list("ABCDE")
    pieces = [names(five, "company", offset=n, limit=1) for n in range(6)]
    assert "".join(pieces) == names(five, "company")
    gone = {line.first_name: line for line in five.workspace.contacts(EVERYTHING)}["E"]
    assert (gone.company, gone.company_id) == ("", None)


def test_counts_and_ids_agree_with_the_list(five):
    for text in (
        "",
        "status:new",
        "owner:me next:any",
        "-company:alpha",
        "zed",
        "zed status:new",
        "z status:customer",
    ):
        query = ask(five, text, "contacts")
        ids = five.workspace.contact_ids(query)
        assert five.workspace.count_contacts(query) == len(ids) == len(set(ids))
        assert set(ids) == {line.id for line in five.workspace.contacts(query)}


@pytest.mark.parametrize(
    "text", ["", "status:new", "owner:me", "-company:alpha", "zed", "z -status:customer"]
)
def test_ids_come_in_the_order_of_the_list_all_or_among_some(five, text):
    """So calling goes down the list as it is on the screen, and whoever joins it later stands where they stand there."""
    query = ask(five, text, "contacts")
    for sort in ("name", "created", "last", "next", "status", "company", "relevance", "whatever"):
        for descending in (False, True):
            order = {"sort": sort, "descending": descending}
            listed = [line.id for line in five.workspace.contacts(query, **order)]
            assert five.workspace.contact_ids(query, **order) == listed, order
            some = [*listed[::2], *listed[:1], "nobody"]
            assert five.workspace.contact_ids(query, **order, among=some) == listed[::2], order
            assert five.workspace.contact_ids(query, **order, among=()) == []


def test_a_task_that_is_done_is_no_next_task(five):
    (task, *_), lines = [line.task for line in five.workspace.tasks()], names(five, "next")
    assert lines[0] == "D"
    five.do(CompleteTask(task_id=task.id))
    assert names(five, "next")[:2] == "AE"


def test_another_organization_in_the_same_file_is_not_there(five):
    connection, other = connect(five.workspace.path, five.workspace.key.hex), new_id()
    for table in ("organizations", "contacts", "companies", "deals", "activities", "tasks"):
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "n"]
        values = ", ".join(f"'{other}'" if name == "org_id" else name for name in columns)
        connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table}")
    connection.close()
    assert names(five, "name") == "ECBAD"
    for words in ((), ("z",)):
        query = Query(words=words)
        assert (
            five.workspace.count_contacts(query)
            == len(five.workspace.contact_ids(query))
            == (1 if words else 5)
        )
    assert len(five.workspace.search("z")) == 1
    assert len(five.workspace.tasks()) == 3
    assert len(five.workspace.companies("")) == 3


# --- companies and tags --------------------------------------------------------------------------------------------


def test_companies_are_found_by_the_beginning_of_their_name(office):
    for name in ("Übermut", "uber alles", "Zebra", "Acme"):
        office.contact("x", company=name)
    assert [company.name for company in office.workspace.companies("Ü")] == ["uber alles", "Übermut"]
    assert [company.name for company in office.workspace.companies("  ÜBER  a")] == ["uber alles"]
    assert [c.name for c in office.workspace.companies("")] == ["Acme", "uber alles", "Übermut", "Zebra"]
    assert len(office.workspace.companies("", limit=2)) == 2
    assert office.workspace.companies("bra") == []


def test_tags_come_most_used_first(office):
    ids = [office.contact(first) for first in "ABC"]
    office.do(TagRecords(table="contacts", ids=tuple(ids), add=("often",)))
    office.do(TagRecords(table="contacts", ids=tuple(ids[:1]), add=("zeta", "alpha")))
    assert office.workspace.tags("contacts") == ["often", "alpha", "zeta"]
    office.do(DeleteContacts(contact_ids=(ids[0],)))
    assert office.workspace.tags("contacts") == ["often"]
    assert office.workspace.tags("deals") == []
    with pytest.raises(NotFound, match="no tags"):
        office.workspace.tags("tasks")


def test_a_field_of_ones_own_filters_the_board(office):
    office.do(DefineField(entity="deals", label="Seats", kind="number"))
    office.deal("Few", custom={"seats": 3})
    office.deal("Many", custom={"seats": 300})
    office.deal("Unknown")
    assert set(board(office, "seats>10")) == {"Many"}
    assert set(board(office, "-seats>10")) == {"Few", "Unknown"}
