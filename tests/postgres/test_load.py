"""What commands see of the team's data: the same as in solo mode, as far as the user may see it, in one round trip."""

from __future__ import annotations

import datetime as dt
from typing import Any

import psycopg
import pytest

from core.commands.base import Get, GetChangeset, Need, Where, insert
from core.commands.contacts import DeleteContacts
from core.commands.deals import EditDeal
from core.commands.records import Claim
from core.entities import RECORDS, Activity, Company, Contact, Deal, SmartView, Task
from core.errors import NotFound, Unavailable
from core.ids import new_id
from core.schema import fields_of
from storage.postgres.load import Loaded, catalog
from tests.postgres.desk import NOW, Desk
from tests.postgres.floor import Floor


@pytest.fixture
def ann(floor: Floor) -> Desk:
    return Desk(floor, "ann")


class Counting:
    """A connection that counts its round trips."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        self.trips = 0

    def execute(self, *given: Any) -> Any:
        self.trips += 1
        return self.connection.execute(*given)


def loaded(desk: Desk, *needs: Any) -> Loaded:
    seen = Loaded(desk.connection, desk.floor.org())
    seen.load(needs)
    return seen


def test_all_that_a_command_needs_comes_in_one_round_trip(floor: Floor, ann: Desk) -> None:
    counting: Any = Counting(ann.connection)
    seen = Loaded(counting, floor.org())
    seen.load(
        [
            *(
                Get(table, getattr(floor, name)("ann"))
                for table, name in (("contacts", "contact"), ("deals", "deal"))
            ),
            *(Where("deals", {"contact_id": floor.contact(book)}) for book in ("ann", "East", "ben")),
            Where("companies", {"sort_key": "ANN works"}, limit=1),
            Where("tasks", {"done_at": None, "contact_id": floor.contact("ann")}),
            GetChangeset(new_id()),
        ]
    )
    assert counting.trips == 1
    assert seen.get(Deal, floor.deal("ann")).title == "Ann renewal"
    found = {book: seen.where(Deal, contact_id=floor.contact(book)) for book in ("ann", "East", "ben")}
    assert {book: [deal.id for deal in deals] for book, deals in found.items()} == {
        "ann": [floor.deal("ann")],
        "East": [floor.deal("East")],
        "ben": [],
    }
    assert [company.id for company in seen.where(Company, sort_key="ANN works")] == [floor.company("ann")]
    [task] = seen.where(Task, done_at=None, contact_id=floor.contact("ann"))
    assert task.id == floor.task("ann")


def test_what_was_loaded_is_not_asked_for_again(floor: Floor, ann: Desk) -> None:
    counting: Any = Counting(ann.connection)
    seen = Loaded(counting, floor.org())
    needs: list[Need] = [Get("deals", floor.deal("ann")), Where("deals", {"stage_id": floor.stage("New")})]
    seen.load(needs)
    seen.load(needs)
    seen.load([])
    assert counting.trips == 1


def test_hundreds_of_needs_are_one_round_trip_too(floor: Floor, ann: Desk) -> None:
    counting: Any = Counting(ann.connection)
    seen = Loaded(counting, floor.org())
    ids = [floor.contact("ann"), *(new_id() for _ in range(500))]
    seen.load(
        [
            need
            for i in ids
            for need in (Get("contacts", i), Where("deals", {"contact_id": i, "outcome": "open"}))
        ]
    )
    assert counting.trips == 1
    assert len(seen.where(Deal, contact_id=ids[0], outcome="open")) == 1
    assert seen.where(Deal, contact_id=ids[7], outcome="open") == []


def test_every_value_is_what_was_put_in(floor: Floor, ann: Desk) -> None:
    given = {
        "book_id": floor.book("ann"), "first_name": "Zoë 🦊", "last_name": "Ångström “the” \\ /",
        "emails": ({"value": "z@example.com", "label": "work"},), "phones": (), "tags": ("vip", "ä"),
        "do_not_call": True, "description": "two\nlines", "custom": {"n": 1.5, "b": True, "t": "x", "none": None},
    }  # fmt: skip
    contact_id, deal_id = new_id(), new_id()
    close, since = dt.date(2026, 12, 31), dt.datetime(2026, 3, 29, 1, 0, 0, 123456, tzinfo=dt.UTC)
    deal = {
        "book_id": floor.book("ann"), "title": "Big", "pipeline_id": floor.pipeline(), "stage_id": floor.stage("New"),
        "value_minor": 2**53, "currency": "JPY", "outcome": "open", "stage_since": since, "expected_close": close,
    }  # fmt: skip
    assert ann.put(insert(Contact, contact_id, given), insert(Deal, deal_id, deal)).status.value == "ok"
    seen = loaded(ann, Get("contacts", contact_id), Get("deals", deal_id))
    contact, big = seen.get(Contact, contact_id), seen.get(Deal, deal_id)
    assert {name: getattr(contact, name) for name in given} == given
    assert {name: getattr(big, name) for name in deal} == deal
    assert big.stage_since.tzinfo is dt.UTC


def test_times_are_utc_in_whatever_zone_the_session_is(floor: Floor, ann: Desk) -> None:
    ann.connection.execute("SET timezone = 'Asia/Kathmandu'")
    task = loaded(ann, Get("tasks", floor.task("ann"))).get(Task, floor.task("ann"))
    assert task.due_at == dt.datetime(2026, 3, 4, 9, 0, tzinfo=dt.UTC)
    assert task.due_at.tzinfo is dt.UTC


def test_every_table_can_be_loaded(floor: Floor) -> None:
    ada = Desk(floor, "ada")
    for table, record in RECORDS.items():
        seen = loaded(ada, Where(table, {}, limit=3))
        for found in seen.where(record):
            assert set(seen.row(table, found.id) or ()) == set(fields_of(record))
            assert found.org_id == floor.org()


def test_what_is_out_of_sight_is_not_there(floor: Floor, ann: Desk) -> None:
    seen = loaded(
        ann, Get("contacts", floor.contact("wim")), Where("contacts", {"book_id": floor.book("wim")})
    )
    with pytest.raises(NotFound, match="That contact is not there"):
        seen.get(Contact, floor.contact("wim"))
    assert seen.where(Contact, book_id=floor.book("wim")) == []
    assert seen.row("contacts", floor.contact("wim")) is None


def test_what_was_deleted_is_told_so_and_found_by_nothing(floor: Floor, ann: Desk) -> None:
    ann.do(DeleteContacts(contact_ids=(floor.contact("ann", 1),)))
    seen = loaded(ann, Get("contacts", floor.contact("ann", 1)), Where("contacts", {"source": "fair"}))
    with pytest.raises(NotFound, match="That contact was deleted"):
        seen.get(Contact, floor.contact("ann", 1))
    assert floor.contact("ann", 1) not in [contact.id for contact in seen.where(Contact, source="fair")]


@pytest.mark.parametrize("what", ["nonsense", "", "a\0b", "'; drop table contacts --"])
def test_what_is_no_id_is_not_there(ann: Desk, what: str) -> None:
    seen = loaded(
        ann, Get("contacts", what), Where("deals", {"contact_id": what}), Where("companies", {"sort_key": what}),
        GetChangeset(what),
    )  # fmt: skip
    with pytest.raises(NotFound):
        seen.get(Contact, what)
    assert seen.where(Deal, contact_id=what) == []
    assert seen.where(Company, sort_key=what) == []
    with pytest.raises(NotFound):
        seen.changeset(what)


def test_no_more_than_asked_for(floor: Floor, ann: Desk) -> None:
    seen = loaded(ann, Where("contacts", {"book_id": floor.book("ann")}, limit=1))
    assert len(seen.where(Contact, book_id=floor.book("ann"))) == 1


def test_what_was_not_needed_is_not_there(floor: Floor, ann: Desk) -> None:
    seen = loaded(ann, Get("deals", floor.deal("ann")))
    with pytest.raises(KeyError):
        seen.get(Contact, floor.contact("ann"))
    with pytest.raises(KeyError):
        seen.where(Deal, stage_id=floor.stage("New"))


def test_a_table_that_there_is_not_is_not_looked_in(ann: Desk) -> None:
    with pytest.raises(NotFound, match="There is no “pg_authid” to look in"):
        loaded(ann, Get("pg_authid", new_id()))
    with pytest.raises(ValueError, match="deals has no field titel"):
        loaded(ann, Where("deals", {"titel": "x"}))


def test_ones_own_history_is_seen_and_nobody_elses(floor: Floor, ann: Desk) -> None:
    edit = EditDeal(deal_id=floor.deal("ann"), values={"title": "B"})
    decided = ann.decide(edit)
    ann.send(decided)
    assert loaded(ann, GetChangeset(edit.id)).changeset(edit.id) == (decided.changeset, None)
    for login in ("mia", "ada"):
        with pytest.raises(NotFound, match="not in the history"):
            loaded(Desk(floor, login), GetChangeset(edit.id)).changeset(edit.id)


# --- the set-up


def test_the_set_up_comes_in_one_round_trip_as_its_user_sees_it(floor: Floor, ann: Desk) -> None:
    counting: Any = Counting(ann.connection)
    setup = catalog(counting)
    assert counting.trips == 1
    assert (setup.me.id, setup.organization.name) == (floor.user("ann"), "Nordlicht")
    assert [user.name for user in setup.users] == [
        "Ada Adler",
        "Ann Arndt",
        "Ben Berg",
        "Mia Moor",
        "Rob Ried",
        "Wim Wolff",
    ]
    assert [stage.name for stage in setup.stages_of(floor.pipeline())][:3] == [
        "New",
        "Contacted",
        "Qualified",
    ]
    assert setup.my_book.id == floor.book("ann")
    assert setup.writable_books == {floor.book("ann"), floor.book("East")}


def test_another_organization_is_in_no_set_up(floor: Floor) -> None:
    for login, org in (("ann", "Nordlicht"), ("zed", "Suedlicht")):
        setup = Desk(floor, login).catalog
        records = [
            *setup.users,
            *setup.books,
            *setup.teams,
            *setup.stages,
            *setup.memberships,
            setup.organization,
        ]
        assert {record.org_id for record in records} == {floor.org(org)}


def test_what_was_deleted_is_in_no_set_up(floor: Floor) -> None:
    floor.database.superuser().execute(
        "UPDATE stages SET deleted_at = now() WHERE id = %s", (floor.stage("Qualified"),)
    )
    assert floor.stage("Qualified") not in Desk(floor, "ann").catalog.stage_by_id


def test_views_that_somebody_keeps_to_themselves_are_seen_by_nobody_else(floor: Floor, ann: Desk) -> None:
    def view(name: str, shared: bool) -> Any:
        values = {"entity": "contacts", "name": name, "shared": shared, "user_id": floor.user("ann")}
        return insert(SmartView, new_id(), values)

    assert ann.put(view("Mine", False), view("Ours", True)).status.value == "ok"
    assert {each.name for each in ann.catalog.smart_views} >= {"Mine", "Ours"}
    assert "Mine" not in {each.name for each in Desk(floor, "ben").catalog.smart_views}
    assert "Ours" in {each.name for each in Desk(floor, "ben").catalog.smart_views}


def test_a_login_that_was_disabled_is_told_so(floor: Floor, ann: Desk) -> None:
    floor.database.superuser().execute("UPDATE users SET disabled_at = now() WHERE login = 'ann'")
    with pytest.raises(Unavailable, match="not known here, or no longer"):
        catalog(ann.connection)


def test_what_is_seen_is_what_is_decided_by(floor: Floor, ann: Desk) -> None:
    decided = ann.decide(
        Claim(table="contacts", ids=(floor.contact("East"),), from_book_id=floor.book("East"))
    )
    moved = {change.id for change in decided.changeset.changes if change.table != Activity.TABLE}
    assert moved == {floor.contact("East"), floor.deal("East")}
    assert decided.changeset.at == NOW
