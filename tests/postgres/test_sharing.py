"""What colleagues share, hand over and are called, on the team's server under everybody's own rights."""

from __future__ import annotations

import psycopg
import pytest

from core.commands.contacts import EditContact
from core.commands.people import CreateTeam, EditUser, JoinTeam, LeaveTeam, RenameTeam
from core.commands.records import Assign, assignments
from core.commands.sharing import ShareBook, ShareRecord, UnshareBook
from core.commands.undo import Undo
from core.entities import RECORDS, Book, User
from storage.postgres.reads.books import book_contents
from tests.postgres.desk import Desk
from tests.postgres.floor import Floor


def sees(desk: Desk, table: str, record_id: str) -> bool:
    return desk.find(RECORDS[table], record_id) is not None


def book_of(desk: Desk, table: str, record_id: str) -> str:
    book: str = desk.row(RECORDS[table], record_id)["book_id"]
    return book


def test_a_shared_record_is_both_of_theirs_with_all_that_belongs_to_it(floor: Floor) -> None:
    ann, ben, mia, wim = (Desk(floor, login) for login in ("ann", "ben", "mia", "wim"))
    lena, deal, call = floor.contact("ann"), floor.deal("ann"), floor.activity("ann")
    assert not sees(wim, "contacts", lena)
    ann.do(ShareRecord(table="contacts", record_id=lena, user_ids=(floor.user("wim"),)))
    shared = book_of(wim, "contacts", lena)
    assert wim.catalog.owner_name(shared) == "Ann Arndt & Wim Wolff"
    for table, one in (("deals", deal), ("activities", call), ("tasks", floor.task("ann"))):
        assert book_of(wim, table, one) == shared
    assert sees(mia, "contacts", lena)
    assert not sees(ben, "contacts", lena)
    wim.do(EditContact(contact_id=lena, values={"title": "CTO"}))
    assert not sees(wim, "contacts", floor.contact("ann", 1))


def test_sharing_a_record_is_taken_back_and_the_same_book_is_used_again(floor: Floor) -> None:
    ann, wim = Desk(floor, "ann"), Desk(floor, "wim")
    lena = floor.contact("ann")
    share = ShareRecord(table="contacts", record_id=lena, user_ids=(floor.user("wim"),))
    ann.do(share)
    shared = book_of(wim, "contacts", lena)
    undo = Undo(changeset_id=share.id)
    ann.do(undo)
    assert book_of(ann, "contacts", lena) == floor.book("ann")
    assert not sees(wim, "contacts", lena)
    ann.do(Undo(changeset_id=undo.id))
    assert book_of(wim, "contacts", lena) == shared
    ann.do(ShareRecord(table="contacts", record_id=floor.contact("ann", 1), user_ids=(floor.user("wim"),)))
    assert book_of(wim, "contacts", floor.contact("ann", 1)) == shared


def test_a_manager_shares_what_her_people_and_her_pool_have(floor: Floor) -> None:
    mia, wim = Desk(floor, "mia"), Desk(floor, "wim")
    for book in ("ann", "East"):
        contact = floor.contact(book)
        mia.do(ShareRecord(table="contacts", record_id=contact, user_ids=(floor.user("wim"),)))
        assert sees(wim, "contacts", contact)
        assert sees(mia, "contacts", contact)
    assert sees(Desk(floor, "ann"), "contacts", floor.contact("ann"))


def test_a_shared_record_is_handed_back(floor: Floor) -> None:
    ann, wim = Desk(floor, "ann"), Desk(floor, "wim")
    lena = floor.contact("ann")
    ann.do(ShareRecord(table="contacts", record_id=lena, user_ids=(floor.user("wim"),)))
    wim.do(Assign(table="contacts", ids=(lena,), book_id=floor.book("ann")))
    assert book_of(ann, "contacts", lena) == floor.book("ann")
    assert not sees(wim, "contacts", lena)


def test_a_book_is_shared_for_looking_then_for_writing_then_no_more(floor: Floor) -> None:
    ann, wim = Desk(floor, "ann"), Desk(floor, "wim")
    book, lena = floor.book("ann"), floor.contact("ann")
    edit = "UPDATE contacts SET title = 'x' WHERE id = %s"
    ann.do(ShareBook(book_id=book, user_id=floor.user("wim")))
    assert sees(wim, "contacts", lena)
    assert wim.connection.execute(edit, (lena,)).rowcount == 0
    share = ShareBook(book_id=book, user_id=floor.user("wim"), can_write=True)
    ann.do(share)
    assert wim.connection.execute(edit, (lena,)).rowcount == 1
    ann.do(Undo(changeset_id=share.id))
    assert wim.connection.execute(edit, (lena,)).rowcount == 0
    unshare = UnshareBook(book_id=book, user_id=floor.user("wim"))
    ann.do(unshare)
    assert not sees(wim, "contacts", lena)
    ann.do(Undo(changeset_id=unshare.id))
    assert sees(wim, "contacts", lena)


def test_nobody_lets_themselves_into_anothers_book(floor: Floor) -> None:
    ben = Desk(floor, "ben")
    statement = (
        "INSERT INTO shares (id, book_id, user_id, can_write) VALUES (gen_random_uuid(), %s, %s, true)"
    )
    for book in ("ann", "wim", "East", "West"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ben.connection.execute(statement, (floor.book(book), floor.user("ben")))


def test_a_whole_book_is_handed_over(floor: Floor) -> None:
    mia, ben = Desk(floor, "mia"), Desk(floor, "ben")
    contents = book_contents(mia.connection, mia.catalog, floor.book("ann"))
    assert {table: len(ids) for table, ids in contents.items()} == {"companies": 1, "contacts": 2, "deals": 1}
    for command in assignments(contents, floor.book("ben"), size=1):
        mia.do(command)
    for table, ids in contents.items():
        assert {book_of(ben, table, one) for one in ids} == {floor.book("ben")}
    left = book_contents(mia.connection, mia.catalog, floor.book("ann"))
    assert not any(left.values())


def test_what_is_out_of_sight_is_in_no_answer(floor: Floor) -> None:
    ben = Desk(floor, "ben")
    for book in (floor.book("wim"), floor.book("zed"), "no id"):
        found = book_contents(ben.connection, ben.catalog, book)
        assert found == {"companies": [], "contacts": [], "deals": []}


def test_an_admin_makes_teams_and_decides_who_is_in_them(floor: Floor) -> None:
    ada, wim = Desk(floor, "ada"), Desk(floor, "wim")
    team = CreateTeam(name="North")
    ada.do(team)
    assert team.book_id not in wim.catalog.visible_books
    join = JoinTeam(user_id=floor.user("wim"), team_id=team.team_id)
    ada.do(join)
    assert team.book_id in wim.catalog.writable_books
    ada.do(RenameTeam(team_id=team.team_id, name="Nord"))
    assert wim.get(Book, team.book_id).name == "Nord pool"
    ada.do(LeaveTeam(user_id=floor.user("wim"), team_id=team.team_id))
    assert team.book_id not in wim.catalog.visible_books


def test_people_are_called_what_they_say_and_export_if_an_admin_says_so(floor: Floor) -> None:
    ada, ann = Desk(floor, "ada"), Desk(floor, "ann")
    values = {"name": "Anna Arndt", "email": "anna@nordlicht.example", "time_zone": "Europe/Oslo"}
    ann.do(EditUser(user_id=floor.user("ann"), values=values))
    assert ada.get(User, floor.user("ann")).name == "Anna Arndt"
    with pytest.raises(psycopg.Error):
        ann.connection.execute("UPDATE users SET export_right = 'yes' WHERE id = %s", (floor.user("ann"),))
    ada.do(EditUser(user_id=floor.user("ann"), values={"export_right": "yes"}))
    assert ann.get(User, floor.user("ann")).export_right == "yes"
