"""Whose a record is: who may hand it over, to whom, who is told where it went, and who talks to whom at the moment."""

from __future__ import annotations

import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from core.changes import Change, Status
from core.commands.base import insert, update
from core.commands.records import Assign
from core.commands.undo import Undo
from core.entities import Book, Contact, Share
from core.errors import Refused
from core.ids import new_id
from tests.postgres.desk import Desk
from tests.postgres.floor import Floor


@pytest.fixture
def ann(floor: Floor) -> Desk:
    return Desk(floor, "ann")


def hand_over(desk: Desk, table: str, record_id: str, book: str) -> None:
    """As somebody does it with plain SQL."""
    desk.connection.execute("SELECT offhook.hand_over(%s, %s, %s)", (table, record_id, book))


def book_of(floor: Floor, table: str, record_id: str) -> str:
    row = (
        floor.database.superuser()
        .execute(f"SELECT book_id FROM {table} WHERE id = %s", (record_id,))
        .fetchone()
    )
    assert row is not None
    return str(row[0])


# --- handing over


def test_a_rep_hands_a_contact_with_all_that_belongs_to_it_to_a_colleague(floor: Floor, ann: Desk) -> None:
    ann.do(Assign(table="contacts", ids=(floor.contact("ann"),), book_id=floor.book("ben")))
    ben = Desk(floor, "ben")
    assert ben.get(Contact, floor.contact("ann")).book_id == floor.book("ben")
    for table, record_id in (
        ("deals", floor.deal("ann")),
        ("activities", floor.activity("ann")),
        ("activities", floor.activity("ann", 1)),
        ("tasks", floor.task("ann")),
    ):
        assert book_of(floor, table, record_id) == floor.book("ben")
    assert ann.find(Contact, floor.contact("ann")) is None
    # The entry that tells of it has gone along.
    told = ben.connection.execute(
        "SELECT subject, user_id FROM activities WHERE contact_id = %s AND kind = 'assigned'",
        (floor.contact("ann"),),
    )
    assert told.fetchall() == [("Ann Arndt → Ben Berg", floor.user("ann"))]


def test_what_is_handed_over_may_change_in_the_same_breath(floor: Floor, ann: Desk) -> None:
    contact = ann.get(Contact, floor.contact("ann", 1))
    step = update(contact, {"book_id": floor.book("ben"), "title": "CEO"})
    assert ann.put(step).status is Status.OK
    after = Desk(floor, "ben").get(Contact, contact.id)
    assert (after.book_id, after.title) == (floor.book("ben"), "CEO")


def test_a_manager_moves_between_her_peoples_books_and_takes_it_back(floor: Floor) -> None:
    mia = Desk(floor, "mia")
    assign = Assign(table="contacts", ids=(floor.contact("ann"),), book_id=floor.book("ben"))
    mia.do(assign)
    assert book_of(floor, "contacts", floor.contact("ann")) == floor.book("ben")
    mia.do(Undo(changeset_id=assign.id))
    assert book_of(floor, "contacts", floor.contact("ann")) == floor.book("ann")
    assert book_of(floor, "deals", floor.deal("ann")) == floor.book("ann")


@pytest.mark.parametrize("book", ["ben", "wim", "West", "zed"])
def test_nobody_takes_what_they_cannot_see(floor: Floor, ann: Desk, book: str) -> None:
    with pytest.raises(psycopg.Error, match="That contact is not there any more") as caught:
        hand_over(ann, "contacts", floor.contact(book), floor.book("ann"))
    assert caught.value.sqlstate == "OH002"
    step = Change("contacts", floor.contact(book), set={"book_id": floor.book("ann")}, base={})
    assert ann.put(step).status is Status.GONE
    assert book_of(floor, "contacts", floor.contact(book)) == floor.book(book)


def test_a_hidden_record_and_none_are_refused_in_the_same_words(floor: Floor, ann: Desk) -> None:
    told = []
    for record_id in (floor.contact("wim"), new_id()):
        with pytest.raises(psycopg.Error) as caught:
            hand_over(ann, "contacts", record_id, floor.book("ann"))
        told.append((caught.value.sqlstate, caught.value.diag.message_primary))
    assert told[0] == told[1]


def test_what_is_only_shared_for_looking_is_not_taken(floor: Floor, ann: Desk) -> None:
    ben = Desk(floor, "ben")
    share = {"book_id": floor.book("ben"), "user_id": floor.user("ann"), "can_write": False}
    assert ben.put(insert(Share, new_id(), share)).status is Status.OK
    contact = ann.get(Contact, floor.contact("ben"))
    for step in (update(contact, {"book_id": floor.book("ann")}), update(contact, {"title": "CEO"})):
        answer = ann.put(step)
        assert answer.status is Status.REJECTED
        assert answer.reason == "Jörg Kunde Ben belongs to Ben Berg; you cannot change it."
    with pytest.raises(psycopg.Error, match="Jörg Kunde Ben belongs to Ben Berg; you cannot change it"):
        hand_over(ann, "contacts", contact.id, floor.book("ann"))


def test_who_may_only_write_in_a_colleagues_book_takes_nothing_out_of_it(floor: Floor, ann: Desk) -> None:
    ben = Desk(floor, "ben")
    share = {"book_id": floor.book("ben"), "user_id": floor.user("ann"), "can_write": True}
    assert ben.put(insert(Share, new_id(), share)).status is Status.OK
    contact = ann.get(Contact, floor.contact("ben"))
    assert ann.put(update(contact, {"title": "CEO"})).status is Status.OK
    said = "Jörg Kunde Ben belongs to Ben Berg; only Ben Berg, their manager or an admin hands it over."
    with pytest.raises(Refused) as refused:
        ann.decide(Assign(table="contacts", ids=(contact.id,), book_id=floor.book("ann")))
    assert str(refused.value) == said
    # The same where no client decided it: in a changeset of her own making, and in SQL.
    for to in ("ann", "East", "wim"):
        answer = ann.put(Change("contacts", contact.id, set={"book_id": floor.book(to)}, base={}))
        assert (answer.status, answer.reason) == (Status.REJECTED, said)
        for table, record_id in (
            ("companies", floor.company("ben")),
            ("contacts", contact.id),
            ("deals", floor.deal("ben")),
        ):
            with pytest.raises(psycopg.Error, match="only Ben Berg, their manager or an admin") as caught:
                hand_over(ann, table, record_id, floor.book(to))
            assert caught.value.sqlstate == "OH001"
    assert book_of(floor, "contacts", contact.id) == floor.book("ben")
    Desk(floor, "mia").do(Assign(table="contacts", ids=(contact.id,), book_id=floor.book("ann")))
    assert book_of(floor, "contacts", contact.id) == floor.book("ann")


def test_a_rep_cannot_take_back_what_a_colleague_has_now(floor: Floor, ann: Desk) -> None:
    assign = Assign(table="contacts", ids=(floor.contact("ann"),), book_id=floor.book("ben"))
    ann.do(assign)
    stays = r"This stays: .*\. Only Ben Berg, their manager or an admin hands that back\."
    with pytest.raises(Refused, match=stays):
        ann.decide(Undo(changeset_id=assign.id))
    # No more where she may write in Ben's book, and sees it there.
    share = {"book_id": floor.book("ben"), "user_id": floor.user("ann"), "can_write": True}
    assert Desk(floor, "ben").put(insert(Share, new_id(), share)).status is Status.OK
    with pytest.raises(Refused, match=stays):
        ann.decide(Undo(changeset_id=assign.id))
    assert book_of(floor, "contacts", floor.contact("ann")) == floor.book("ben")


def test_readonly_hands_nothing_over(floor: Floor) -> None:
    rob = Desk(floor, "rob")
    with pytest.raises(psycopg.Error, match="Your role is read-only"):
        hand_over(rob, "contacts", floor.contact("ann"), floor.book("ben"))
    assert book_of(floor, "contacts", floor.contact("ann")) == floor.book("ann")


def test_nothing_goes_to_another_organization_or_into_the_void(floor: Floor, ann: Desk) -> None:
    for book in (floor.book("zed"), floor.book("South"), new_id()):
        with pytest.raises(psycopg.Error, match="That person or pool is not there any more"):
            hand_over(ann, "contacts", floor.contact("ann"), book)
        step = Change("contacts", floor.contact("ann"), set={"book_id": book}, base={})
        assert ann.put(step).status is Status.GONE


def test_nothing_goes_to_somebody_who_cannot_log_in_any_more(floor: Floor, ann: Desk) -> None:
    everything = floor.database.superuser()
    everything.execute("UPDATE users SET disabled_at = now() WHERE login = 'ben'")
    with pytest.raises(psycopg.Error, match="Ben Berg cannot log in any more"):
        hand_over(ann, "contacts", floor.contact("ann"), floor.book("ben"))


def hand_over_all(desk: Desk, ids: list[str], books: list[str]) -> None:
    desk.connection.execute("SELECT offhook.hand_over_many('contacts', %s::uuid[], %s::uuid[])", (ids, books))


def test_many_are_handed_over_at_once_with_what_belongs_to_each(floor: Floor, ann: Desk) -> None:
    ids = [floor.contact("ann"), floor.contact("East")]
    hand_over_all(ann, ids, [floor.book("ben"), floor.book("ann")])
    assert [book_of(floor, "contacts", each) for each in ids] == [floor.book("ben"), floor.book("ann")]
    for table, record_id in (("activities", floor.activity("ann")), ("tasks", floor.task("ann"))):
        assert book_of(floor, table, record_id) == floor.book("ben")
    for table, record_id in (("activities", floor.activity("East")), ("tasks", floor.task("East"))):
        assert book_of(floor, table, record_id) == floor.book("ann")


def test_of_many_none_is_handed_over_where_one_may_not_be(floor: Floor, ann: Desk) -> None:
    mine, pool = floor.contact("ann"), floor.contact("East")
    everything = floor.database.superuser()
    everything.execute("UPDATE users SET disabled_at = now() WHERE login = 'mia'")
    for ids, books in (
        ([pool, floor.contact("ben")], [floor.book("ann")] * 2),
        ([pool, floor.contact("zed")], [floor.book("ann")] * 2),
        ([pool, new_id()], [floor.book("ann")] * 2),
        ([pool, pool], [floor.book("ann"), floor.book("ben")]),
        ([pool, mine], [floor.book("ann")] * 2),
        ([pool, mine], [floor.book("ann"), floor.book("mia")]),
        ([pool, mine], [floor.book("ann"), floor.book("zed")]),
        ([pool, mine], [floor.book("ann"), new_id()]),
        ([pool, mine], [floor.book("ann")]),
    ):
        with pytest.raises(psycopg.Error, match="Not all of these can be handed over"):
            hand_over_all(ann, ids, books)
    with pytest.raises(psycopg.Error, match="Not all of these can be handed over"):
        hand_over_all(Desk(floor, "rob"), [pool], [floor.book("ann")])
    assert book_of(floor, "contacts", pool) == floor.book("East")
    assert book_of(floor, "contacts", mine) == floor.book("ann")


def test_a_book_that_others_share_takes_nothing_from_strangers(floor: Floor, ann: Desk) -> None:
    ben, shared = Desk(floor, "ben"), new_id()
    assert ben.put(
        insert(Book, shared, {"kind": "shared", "name": "Ben & Mia"}),
        insert(Share, new_id(), {"book_id": shared, "user_id": floor.user("ben"), "can_write": True}),
        insert(Share, new_id(), {"book_id": shared, "user_id": floor.user("mia"), "can_write": True}),
    ).status is Status.OK  # fmt: skip
    step = Change("contacts", floor.contact("ann"), set={"book_id": shared}, base={})
    answer = ann.put(step)
    assert (answer.status, answer.reason) == (
        Status.REJECTED,
        "The book of Ben Berg & Mia Moor is theirs alone. Share the record with them instead.",
    )
    mine = insert(Share, new_id(), {"book_id": shared, "user_id": floor.user("ann"), "can_write": True})
    assert ann.put(mine).status is Status.REJECTED
    ben.do(Assign(table="contacts", ids=(floor.contact("ben"),), book_id=shared))
    assert ben.get(Contact, floor.contact("ben")).book_id == shared
    assert ann.find(Contact, floor.contact("ben")) is None


def test_the_column_itself_is_nobodys_to_write(floor: Floor, ann: Desk) -> None:
    for login in ("ann", "mia", "ada"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            Desk(floor, login).connection.execute(
                "UPDATE contacts SET book_id = %s WHERE id = %s", (floor.book("ben"), floor.contact("ann"))
            )
    with pytest.raises(psycopg.Error, match="Only contacts, deals and companies are handed over"):
        hand_over(ann, "tasks", floor.task("ann"), floor.book("ben"))
    with pytest.raises(psycopg.Error, match="Only contacts, deals and companies are handed over"):
        hand_over(ann, "deals; drop table deals", floor.deal("ann"), floor.book("ben"))


def test_two_who_hand_it_over_at_once_do_not_overwrite_each_other(floor: Floor) -> None:
    mia, ada = Desk(floor, "mia"), Desk(floor, "ada")
    to_ben = mia.decide(Assign(table="contacts", ids=(floor.contact("ann"),), book_id=floor.book("ben")))
    to_wim = ada.decide(Assign(table="contacts", ids=(floor.contact("ann"),), book_id=floor.book("wim")))
    mia.send(to_ben)
    answer = ada.send(to_wim)
    assert answer.status is Status.CONFLICT
    assert answer.taken_by == "Ben Berg"
    assert answer.reason.startswith("Mia Moor changed Book of Jörg Kunde Ann meanwhile: it is Ben Berg now.")


# --- who has it now


def who_took(desk: Desk, table: str, record_id: str) -> Any:
    row = desk.connection.execute("SELECT offhook.who_took(%s, %s)", (table, record_id)).fetchone()
    assert row is not None
    return row[0]


def test_who_had_it_in_sight_is_told_who_has_it_now(floor: Floor, ann: Desk) -> None:
    contact = floor.contact("ann")
    ann.do(Assign(table="contacts", ids=(contact,), book_id=floor.book("wim")))
    assert who_took(ann, "contacts", contact) == "Wim Wolff"
    assert who_took(ann, "tasks", floor.task("ann")) == "Wim Wolff"
    # Mia sees Ann's book, from which it went; Ben has never seen it, and Wim has it in sight.
    assert who_took(Desk(floor, "mia"), "contacts", contact) == "Wim Wolff"
    assert who_took(Desk(floor, "ben"), "contacts", contact) is None
    assert who_took(Desk(floor, "wim"), "contacts", contact) is None
    assert who_took(Desk(floor, "zed"), "contacts", contact) is None


def test_what_was_never_in_sight_or_is_still_there_was_taken_by_nobody(floor: Floor, ann: Desk) -> None:
    for table, record_id in (
        ("contacts", floor.contact("wim")),
        ("contacts", floor.contact("ann")),
        ("contacts", new_id()),
        ("users", floor.user("wim")),
    ):
        assert who_took(ann, table, record_id) is None


# --- who talks to whom


def reserve(desk: Desk, contact: str, seconds: int = 900) -> dict[str, Any]:
    row = desk.connection.execute("SELECT offhook.reserve(%s, %s)", (contact, seconds)).fetchone()
    assert row is not None
    found: dict[str, Any] = row[0]
    return found


def test_a_reserved_contact_is_kept_from_the_others_until_it_is_released(floor: Floor, ann: Desk) -> None:
    ben, contact = Desk(floor, "ben"), floor.contact("East")
    mine = reserve(ann, contact)
    assert (mine["ok"], mine["by"]) == (True, "Ann Arndt")
    theirs = reserve(ben, contact)
    assert (theirs["ok"], theirs["by"], theirs["until"]) == (False, "Ann Arndt", mine["until"])
    ben.connection.execute("SELECT offhook.release(%s)", (contact,))
    assert not reserve(ben, contact)["ok"]
    ann.connection.execute("SELECT offhook.release(%s)", (contact,))
    assert reserve(ben, contact)["by"] == "Ben Berg"


def test_a_reservation_lasts_longer_when_it_is_made_again_and_ends_by_itself(floor: Floor, ann: Desk) -> None:
    ben, contact = Desk(floor, "ben"), floor.contact("East")
    first, again = reserve(ann, contact, 60), reserve(ann, contact, 600)
    lasts = dt.datetime.fromisoformat(again["until"]) - dt.datetime.fromisoformat(first["until"])
    assert lasts > dt.timedelta(seconds=500)
    floor.database.superuser().execute("UPDATE reservations SET until = now() - interval '1 second'")
    assert reserve(ben, contact)["by"] == "Ben Berg"


def test_of_many_who_reserve_at_once_one_does(floor: Floor) -> None:
    desks = [Desk(floor, login) for login in ("ann", "ben", "mia", "ada")]
    start = threading.Barrier(len(desks))

    def go(desk: Desk) -> dict[str, Any]:
        start.wait()
        return reserve(desk, floor.contact("East"))

    with ThreadPoolExecutor(len(desks)) as pool:
        answers = list(pool.map(go, desks))
    assert sum(answer["ok"] for answer in answers) == 1
    assert len({(answer["by"], answer["until"]) for answer in answers}) == 1


@pytest.mark.parametrize("book", ["ben", "West", "zed"])
def test_what_is_out_of_sight_cannot_be_reserved(floor: Floor, ann: Desk, book: str) -> None:
    with pytest.raises(psycopg.Error, match="That contact is not there any more"):
        reserve(ann, floor.contact(book))


def test_readonly_reserves_nothing(floor: Floor) -> None:
    with pytest.raises(psycopg.Error, match="Your role is read-only"):
        reserve(Desk(floor, "rob"), floor.contact("East"))


# --- the history of a record


def test_nobody_writes_into_the_history_of_a_record_that_they_did_not_change(floor: Floor, ann: Desk) -> None:
    everything = floor.database.superuser()
    ann.put(update(ann.get(Contact, floor.contact("ann")), {"title": "CEO"}))
    [(seq,)] = ann.connection.execute("SELECT max(seq) FROM changesets").fetchall()
    for table, record_id in (("contacts", floor.contact("wim")), ("contacts", floor.contact("ann", 1))):
        ann.connection.execute(
            "SELECT offhook.remember(%s, 'ok', %s, %s::uuid[])", (seq, [table], [record_id])
        )
        found = everything.execute(
            "SELECT count(*) FROM changeset_rows WHERE row_id = %s AND seq = %s", (record_id, seq)
        )
        assert found.fetchone() == (0,)
    with pytest.raises(psycopg.Error, match="That change is not yours to tell of"):
        Desk(floor, "ben").connection.execute(
            "SELECT offhook.remember(%s, 'ok', '{contacts}', %s::uuid[])", (seq, [floor.contact("ben")])
        )
