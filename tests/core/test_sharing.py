"""Colleagues share a book, or a single record, and take it back."""

from __future__ import annotations

import datetime as dt

import pytest

from core.changes import Changeset
from core.commands.base import update
from core.commands.contacts import CreateContact, EditContact
from core.commands.deals import CreateDeal
from core.commands.records import Assign, Claim, assignments
from core.commands.sharing import ShareBook, ShareRecord, UnshareBook
from core.commands.tasks import CreateTask, EditTask
from core.entities import Book, Contact, Deal, Share, Task, User
from core.errors import Invalid, NotFound, Refused
from core.filters import parse
from core.ids import new_id
from tests.core.office import Office


def why(who, command):
    with pytest.raises(Refused) as refused:
        who.execute(command)
    return str(refused.value)


def disable(office: Office, who) -> None:
    """As a function of the server does it."""
    change = update(office.ann.get(User, who.user_id), {"disabled_at": office.store.now})
    done = Changeset(
        new_id(), office.store.org_id, office.ann.user_id, office.store.now, "disable", "", (change,)
    )
    assert office.ann.apply(done).applied


def with_eve(office, who=None, **values):
    """A contact that Bob shares with Eve."""
    lena = office.contact(who or office.bob, **values)
    office.bob.run(ShareRecord(table="contacts", record_id=lena.id, user_ids=(office.eve.user_id,)))
    return office.bob.get(Contact, lena.id)


# --- a book


def test_a_book_is_shared_for_looking_then_for_writing_then_no_more(office):
    bob, eve = office.book(office.bob), office.eve
    lena = office.contact(office.bob)
    done = office.bob.run(ShareBook(book_id=bob, user_id=eve.user_id))
    assert done.summary == "Shared the book of Bob with Eve, to look at"
    assert bob in eve.catalog().visible_books
    assert bob not in eve.catalog().writable_books
    edit = EditContact(contact_id=lena.id, values={"title": "CTO"})
    assert why(eve, edit) == "Lena belongs to Bob; you cannot change it."
    office.bob.run(ShareBook(book_id=bob, user_id=eve.user_id, can_write=True))
    eve.run(edit)
    assert len(office.store.live(Share)) == 1
    again = office.bob.run(ShareBook(book_id=bob, user_id=eve.user_id, can_write=True))
    assert (again.changes, again.summary) == ((), "The book of Bob: shared with Eve already")
    office.bob.run(UnshareBook(book_id=bob, user_id=eve.user_id))
    assert bob not in eve.catalog().visible_books
    with pytest.raises(NotFound, match="The book of Bob is not shared with Eve"):
        office.bob.execute(UnshareBook(book_id=bob, user_id=eve.user_id))


def test_sharing_a_book_is_taken_back(office):
    bob, eve = office.book(office.bob), office.eve
    shared = office.bob.run(ShareBook(book_id=bob, user_id=eve.user_id))
    undone = office.bob.undo(shared)
    assert bob not in eve.catalog().visible_books
    office.bob.undo(undone)
    assert bob in eve.catalog().visible_books


def test_a_book_is_shared_by_whose_it_is_by_a_manager_of_theirs_and_by_admins(office):
    bob, eve = office.book(office.bob), office.eve
    for who in (office.bob, office.max, office.ann):
        done = who.run(ShareBook(book_id=bob, user_id=eve.user_id))
        who.undo(done)
    assert "belongs to Bob; you cannot change it" in why(eve, ShareBook(book_id=bob, user_id=eve.user_id))
    # Who has it shared with them does not pass it on, even if they may write in it.
    office.bob.run(ShareBook(book_id=bob, user_id=eve.user_id, can_write=True))
    assert why(eve, ShareBook(book_id=bob, user_id=office.max.user_id)) == (
        "The book of Bob is not yours to share. Ask whose it is, or a manager of theirs."
    )


def test_a_pool_is_shared_by_its_managers(office):
    share = ShareBook(book_id=office.pool, user_id=office.eve.user_id, can_write=True)
    assert why(office.bob, share) == "Sales pool is not yours to share. Ask a manager of its team."
    lena = office.contact(office.bob, book_id=office.pool)
    office.max.run(share)
    office.eve.run(Claim(table="contacts", ids=(lena.id,)))
    assert office.eve.get(Contact, lena.id).book_id == office.book(office.eve)


def test_nothing_is_shared_with_whom_it_makes_no_sense(office):
    bob = office.book(office.bob)
    assert why(office.bob, ShareBook(book_id=bob, user_id=office.bob.user_id)) == (
        "The book of Bob is Bob’s own already."
    )
    assert why(office.bob, ShareBook(book_id=bob, user_id=office.rex.user_id)) == (
        "Rex sees everything already, and may change nothing."
    )
    with pytest.raises(NotFound, match="That person is not there any more"):
        office.bob.execute(ShareBook(book_id=bob, user_id="gone"))
    with pytest.raises(NotFound, match="That book is not there any more"):
        office.bob.execute(ShareBook(book_id="gone", user_id=office.eve.user_id))
    disable(office, office.eve)
    assert why(office.bob, ShareBook(book_id=bob, user_id=office.eve.user_id)) == (
        "Eve cannot log in any more, so nothing can be shared with them."
    )


# --- a record


def test_a_shared_record_lies_in_a_book_that_both_hold(office):
    lena = office.contact(office.bob)
    open_, other = office.deal(office.bob, contact_id=lena.id), office.deal(office.bob, "Other")
    done = office.bob.run(ShareRecord(table="contacts", record_id=lena.id, user_ids=(office.eve.user_id,)))
    assert done.summary == "Shared Lena with Eve"
    book = office.bob.get(Book, office.bob.get(Contact, lena.id).book_id)
    assert (book.kind, book.name, book.user_id, book.team_id) == ("shared", "Bob & Eve", None, None)
    assert office.catalog.holders(book.id) == {office.bob.user_id, office.eve.user_id}
    assert office.bob.get(Deal, open_.id).book_id == book.id
    assert office.bob.get(Deal, other.id).book_id == office.book(office.bob)
    assert office.bob.told(contact_id=lena.id, kind="shared") == ["Shared with Eve"]
    for who in (office.bob, office.eve, office.max, office.ann):
        assert book.id in who.catalog().writable_books
    assert [change.table for change in done.changes[:3]] == ["books", "shares", "shares"]
    assert done.changes[1].set["user_id"] == office.bob.user_id


def test_what_the_same_people_share_next_lies_in_the_same_book(office):
    lena, omar = with_eve(office), with_eve(office, first_name="Omar")
    assert lena.book_id == omar.book_id
    acme = office.company(office.eve)
    office.eve.run(ShareRecord(table="companies", record_id=acme.id, user_ids=(office.bob.user_id,)))
    assert office.eve.get(type(acme), acme.id).book_id == lena.book_id
    looking = office.contact(office.bob, "Ida")
    command = ShareRecord(
        table="contacts", record_id=looking.id, user_ids=(office.eve.user_id,), can_write=False
    )
    office.bob.run(command)
    book_id = office.bob.get(Contact, looking.id).book_id
    assert book_id != lena.book_id
    assert book_id not in office.eve.catalog().writable_books


def test_a_third_colleague_joins_in(office):
    lena = with_eve(office)
    office.eve.run(ShareRecord(table="contacts", record_id=lena.id, user_ids=(office.max.user_id,)))
    now = office.bob.get(Contact, lena.id)
    assert office.catalog.owner_name(now.book_id) == "Bob, Eve & Max"
    again = ShareRecord(table="contacts", record_id=lena.id, user_ids=(office.max.user_id,))
    assert office.bob.run(again).summary == "Lena: shared with Max already"


def test_who_saw_it_because_the_book_is_shared_sees_it_still(office):
    office.bob.run(ShareBook(book_id=office.book(office.bob), user_id=office.eve.user_id))
    lena = office.contact(office.bob)
    office.bob.run(ShareRecord(table="contacts", record_id=lena.id, user_ids=(office.ann.user_id,)))
    book_id = office.bob.get(Contact, lena.id).book_id
    assert book_id in office.eve.catalog().visible_books
    assert book_id not in office.eve.catalog().writable_books


def test_a_manager_shares_a_reps_record_and_the_rep_keeps_it(office):
    lena = office.contact(office.bob)
    office.max.run(ShareRecord(table="contacts", record_id=lena.id, user_ids=(office.eve.user_id,)))
    book_id = office.bob.get(Contact, lena.id).book_id
    assert office.catalog.holders(book_id) == {office.bob.user_id, office.eve.user_id}


def test_what_lies_in_a_pool_is_shared_by_its_manager_who_then_holds_it_too(office):
    lena = office.contact(office.bob, book_id=office.pool)
    command = ShareRecord(table="contacts", record_id=lena.id, user_ids=(office.eve.user_id,))
    assert why(office.bob, command) == "Lena belongs to Sales pool; it is not yours to share."
    office.max.run(command)
    book_id = office.bob.get(Contact, lena.id).book_id
    assert office.catalog.holders(book_id) == {office.max.user_id, office.eve.user_id}


def test_nobody_shares_anothers_record(office):
    lena = office.contact(office.bob)
    command = ShareRecord(table="contacts", record_id=lena.id, user_ids=(office.max.user_id,))
    assert why(office.eve, command) == "Lena belongs to Bob; you cannot change it."
    with pytest.raises(Invalid, match="Say with whom to share it"):
        office.bob.execute(ShareRecord(table="contacts", record_id=lena.id, user_ids=()))


def test_sharing_a_record_is_taken_back_and_done_again(office):
    lena = office.contact(office.bob)
    command = ShareRecord(table="contacts", record_id=lena.id, user_ids=(office.eve.user_id,))
    done = office.bob.run(command)
    book_id = office.bob.get(Contact, lena.id).book_id
    omar = office.contact(office.eve, "Omar")
    office.eve.run(Assign(table="contacts", ids=(omar.id,), book_id=book_id))
    undone = office.bob.undo(done)
    assert office.bob.get(Contact, lena.id).book_id == office.book(office.bob)
    assert office.bob.told(contact_id=lena.id, kind="shared")[-1] == "Undid: Shared with Eve"
    # The book stays: by now it holds what Eve has put there.
    assert office.bob.get(Contact, omar.id).book_id in office.bob.catalog().visible_books
    office.bob.undo(undone)
    assert office.bob.get(Contact, lena.id).book_id == book_id


def test_sharing_ends_by_handing_the_record_over(office):
    lena = with_eve(office)
    office.eve.run(Assign(table="contacts", ids=(lena.id,), book_id=office.book(office.bob)))
    assert office.bob.told(contact_id=lena.id, kind="assigned") == ["Bob & Eve → Bob"]
    assert office.bob.get(Contact, lena.id).book_id == office.book(office.bob)


def test_only_its_holders_hand_something_over_to_a_shared_book(office):
    shared = with_eve(office).book_id
    hers = office.contact(office.max)
    command = Assign(table="contacts", ids=(hers.id,), book_id=shared)
    assert why(office.max, command) == (
        "The book of Bob & Eve is theirs alone. Share the record with them instead."
    )
    mine = office.contact(office.eve)
    office.eve.run(Assign(table="contacts", ids=(mine.id,), book_id=shared))
    assert [book.id for book in office.eve.catalog().destinations if book.kind == "shared"] == [shared]
    assert all(book.kind != "shared" for book in office.max.catalog().destinations)


def test_a_shared_book_is_never_left_without_somebody_who_may_write(office):
    book_id = with_eve(office).book_id
    office.bob.run(ShareBook(book_id=book_id, user_id=office.eve.user_id, can_write=False))
    sentence = "Nobody else may change what lies in the book of Bob & Eve. Hand those records over first."
    assert why(office.bob, UnshareBook(book_id=book_id, user_id=office.bob.user_id)) == sentence
    assert why(office.bob, ShareBook(book_id=book_id, user_id=office.bob.user_id)) == sentence
    office.bob.run(UnshareBook(book_id=book_id, user_id=office.eve.user_id))
    assert office.catalog.holders(book_id) == {office.bob.user_id}


def test_new_records_can_begin_in_a_shared_book(office):
    book_id = with_eve(office).book_id
    office.eve.run(CreateContact(values={"first_name": "Omar", "book_id": book_id}))
    office.bob.run(
        CreateDeal(pipeline_id=office.pipeline_id, values={"title": "Together", "book_id": book_id})
    )
    refused = why(office.eve, CreateContact(values={"first_name": "x", "book_id": office.pool}))
    assert refused == "The new contact belongs to Sales pool; you cannot change it."


# --- who has left


def test_nothing_is_handed_to_somebody_who_has_left(office):
    lena = office.contact(office.max)
    due = office.store.now + dt.timedelta(days=1)
    create = CreateTask(
        table="contacts", record_id=lena.id, subject="Call", due_at=due, assignee_id=office.bob.user_id
    )
    office.max.run(create)
    disable(office, office.bob)
    catalog = office.max.catalog()
    assert [user.name for user in catalog.colleagues] == ["Ann", "Eve", "Rex"]
    assert office.book(office.bob) not in {book.id for book in catalog.destinations}
    assert why(office.max, Assign(table="contacts", ids=(lena.id,), book_id=office.book(office.bob))) == (
        "Bob cannot log in any more. Choose somebody else, or a pool."
    )
    refused = "Bob cannot log in any more. Give the task to somebody else."
    assert why(office.max, CreateTask(
        table="contacts", record_id=lena.id, subject="x", due_at=due, assignee_id=office.bob.user_id,
    )) == refused  # fmt: skip
    # What is theirs already can still be edited.
    values = {"subject": "Call back", "assignee_id": office.bob.user_id}
    office.max.run(EditTask(task_id=create.task_id, values=values))
    assert office.max.get(Task, create.task_id).subject == "Call back"


def test_a_whole_book_is_handed_over_part_by_part(office):
    bob, eve = office.book(office.bob), office.book(office.eve)
    people = [office.contact(office.bob, f"C{n}") for n in range(5)]
    deals = [office.deal(office.bob, f"D{n}", contact_id=people[n].id) for n in range(2)]
    alone = office.deal(office.bob, "Alone")
    acme = office.company(office.bob)
    disable(office, office.bob)
    contents = {
        "companies": [acme.id],
        "contacts": [one.id for one in people],
        "deals": [one.id for one in (*deals, alone)],
    }
    commands = list(assignments(contents, eve, size=2))
    assert [(one.table, len(one.ids)) for one in commands] == [
        ("deals", 2), ("deals", 1), ("contacts", 2), ("contacts", 2), ("contacts", 1), ("companies", 1),
    ]  # fmt: skip
    for command in commands:
        office.max.run(command)
    rows = [row for table in contents for row in office.store.rows[table].values()]
    assert {row["book_id"] for row in rows} == {eve}
    assert bob in office.max.catalog().visible_books


def test_a_manager_does_not_get_into_a_strangers_book_through_their_people(office):
    eve = office.book(office.eve)
    office.eve.run(ShareBook(book_id=eve, user_id=office.bob.user_id, can_write=True))
    assert eve in office.bob.catalog().writable_books
    assert eve not in office.max.catalog().visible_books


def test_what_both_hold_is_found_as_mine(office):
    shared = with_eve(office)
    for who in (office.bob, office.eve):
        query = parse("owner:me", "contacts", who.catalog(), now=office.store.now, zone=dt.UTC)
        assert shared.book_id in repr(query)
