"""Whoever reserves a contact first has it, in every program that has the file open."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.commands.contacts import DeleteContacts
from core.commands.people import EditUser
from core.commands.sharing import ShareBook, ShareRecord
from core.commands.undo import Undo
from core.errors import NotFound, Refused
from core.filters import EVERYTHING
from core.workspace import Reservation
from storage.solo import SoloWorkspace, open_solo
from tests.storage.conftest import START, Office
from tests.storage.hiring import hire


class Watch:
    """A clock that stands still until it is turned."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> dt.datetime:
        return self.now

    def turn(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def pair(fresh: Callable[[str], Path], watch: Watch) -> Iterator[tuple[SoloWorkspace, SoloWorkspace]]:
    """Ann's and Ben's programs, with the same file open."""
    path = fresh()
    ann = open_solo(path, clock=watch)
    ben_id = hire(ann, "Ben")
    Office(ann).spoil("UPDATE meta SET value = ? WHERE key = 'user_id'", ben_id)
    ben = open_solo(path, clock=watch)
    yield ann, ben
    ann.close()
    ben.close()


def after(seconds: int) -> dt.datetime:
    return START + dt.timedelta(seconds=seconds)


# --- reservations


def test_whoever_is_first_has_it_and_the_other_is_told(pair: tuple[SoloWorkspace, SoloWorkspace]) -> None:
    ann, ben = pair
    lena = Office(ann).contact()
    assert ann.reserve(lena) == Reservation(True, "Ann", after(900))
    assert ben.reserve(lena, seconds=60) == Reservation(False, "Ann", after(900))


def test_ones_own_reservation_is_prolonged(pair: tuple[SoloWorkspace, SoloWorkspace], watch: Watch) -> None:
    ann, ben = pair
    lena = Office(ann).contact()
    ann.reserve(lena, seconds=60)
    watch.turn(30)
    assert ann.reserve(lena, seconds=60) == Reservation(True, "Ann", after(90))
    watch.turn(59)
    assert not ben.reserve(lena).ok


def test_a_reservation_expires(pair: tuple[SoloWorkspace, SoloWorkspace], watch: Watch) -> None:
    ann, ben = pair
    lena = Office(ann).contact()
    ann.reserve(lena, seconds=60)
    watch.turn(60)
    assert ben.reserve(lena, seconds=60) == Reservation(True, "Ben", after(120))
    assert ann.reserve(lena) == Reservation(False, "Ben", after(120))


def test_what_is_released_can_be_had_at_once_but_not_by_releasing_anothers(
    pair: tuple[SoloWorkspace, SoloWorkspace],
) -> None:
    ann, ben = pair
    lena = Office(ann).contact()
    ann.reserve(lena)
    ben.release(lena)
    assert not ben.reserve(lena).ok
    ann.release(lena)
    assert ben.reserve(lena).by == "Ben"


def test_nothing_is_reserved_for_longer_than_a_day_or_for_no_time(
    pair: tuple[SoloWorkspace, SoloWorkspace],
) -> None:
    ann, _ = pair
    lena = Office(ann).contact()
    assert ann.reserve(lena, seconds=10**9).until == after(86_400)
    assert ann.reserve(lena, seconds=-5).until == after(1)


def test_only_contacts_that_are_there_are_reserved(pair: tuple[SoloWorkspace, SoloWorkspace]) -> None:
    ann, _ = pair
    office = Office(ann)
    lena = office.contact()
    office.do(DeleteContacts(contact_ids=(lena,)))
    for contact_id in (lena, "nobody"):
        with pytest.raises(NotFound, match="That contact is not there any more"):
            ann.reserve(contact_id)
    assert office.sql("SELECT count(*) FROM reservations") == [(0,)]


def test_of_two_who_reserve_at_the_same_moment_exactly_one_has_it(
    pair: tuple[SoloWorkspace, SoloWorkspace],
) -> None:
    office = Office(pair[0])
    contacts = [office.contact(f"C{n}") for n in range(20)]
    start = threading.Barrier(2)
    won: dict[str, list[str]] = {contact: [] for contact in contacts}

    def reserve_all(workspace: SoloWorkspace, name: str) -> None:
        start.wait()
        for contact in contacts:
            if workspace.reserve(contact).ok:
                won[contact].append(name)

    threads = [
        threading.Thread(target=reserve_all, args=each) for each in zip(pair, ("Ann", "Ben"), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(len(names) == 1 for names in won.values())


def test_reservations_that_have_expired_leave_nothing_behind(
    pair: tuple[SoloWorkspace, SoloWorkspace], watch: Watch
) -> None:
    office = Office(pair[0])
    for n in range(3):
        pair[0].reserve(office.contact(f"C{n}"), seconds=10)
    watch.turn(11)
    last = office.contact("Last")
    pair[0].reserve(last)
    assert office.sql("SELECT contact_id FROM reservations") == [(last,)]


# --- sharing, in a file


def test_shares_are_kept_and_the_other_program_knows_of_them(
    pair: tuple[SoloWorkspace, SoloWorkspace],
) -> None:
    ann, ben = pair
    book = ann.catalog().my_book.id
    assert book not in ben.catalog().visible_books
    Office(ann).do(ShareBook(book_id=book, user_id=ben.user_id))
    assert book in ben.catalog().visible_books
    assert book not in ben.catalog().writable_books


def test_a_shared_record_changes_its_book_with_what_belongs_to_it(
    pair: tuple[SoloWorkspace, SoloWorkspace],
) -> None:
    ann, ben = pair
    office = Office(ann)
    lena = office.contact()
    deal = office.deal(contact_id=lena)
    done = office.do(ShareRecord(table="contacts", record_id=lena, user_ids=(ben.user_id,)))
    shared = ben.record("contacts", lena).book_id
    assert ben.catalog().owner_name(shared) == "Ann & Ben"
    assert ben.record("deals", deal).book_id == shared
    assert ann.book_contents(shared) == {"companies": [], "contacts": [lena], "deals": [deal]}
    entries = office.sql("SELECT DISTINCT book_id FROM activities WHERE contact_id = ?", lena)
    assert entries == [(shared,)]
    assert done.changeset is not None
    office.do(Undo(changeset_id=done.changeset.id))
    assert office.get("contacts", lena).book_id == ann.catalog().my_book.id
    assert ann.book_contents(shared) == {"companies": [], "contacts": [], "deals": []}
    again = office.do(ShareRecord(table="contacts", record_id=lena, user_ids=(ben.user_id,)))
    assert again.changeset is not None
    assert office.get("contacts", lena).book_id == shared


def test_a_book_tells_all_that_lies_in_it_in_order(pair: tuple[SoloWorkspace, SoloWorkspace]) -> None:
    ann, _ = pair
    office = Office(ann)
    contacts = [office.contact(f"C{n}", company=f"Firm {n}") for n in range(3)]
    deals = [office.deal(f"D{n}") for n in range(2)]
    office.do(DeleteContacts(contact_ids=(contacts.pop(),)))
    found = ann.book_contents(ann.catalog().my_book.id)
    assert (found["contacts"], found["deals"]) == (contacts, deals)
    assert len(found["companies"]) == 3


# --- the right to export


def test_who_may_not_export_is_refused_before_the_first_row(
    pair: tuple[SoloWorkspace, SoloWorkspace],
) -> None:
    ann, ben = pair
    Office(ann).contact()
    with pytest.raises(Refused, match="You may not export"):
        ben.export("contacts", EVERYTHING)
    Office(ann).do(EditUser(user_id=ben.user_id, values={"export_right": "yes"}))
    assert [row["first_name"] for row in ben.export("contacts", EVERYTHING)] == ["Lena"]
    assert len(list(ann.export("contacts", EVERYTHING))) == 1
