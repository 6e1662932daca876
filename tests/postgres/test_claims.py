"""Claiming: of any number of people who want one lead at the same instant one gets it, and the others are told who."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from psycopg import sql

from core.changes import Status
from core.commands.base import insert
from core.commands.contacts import EditContact
from core.commands.records import Claim
from core.entities import Book, Contact, Membership, User
from core.errors import NotFound
from core.ids import new_id
from storage.postgres.apply import Applied
from storage.postgres.install import as_owner, insert_rows
from tests.postgres.desk import Desk
from tests.postgres.floor import Floor, Person, _make_logins, made_id

REPS, LEADS, EACH = 100, 200, 10


def claim(floor: Floor, contact_id: str, pool: str = "East") -> Claim:
    return Claim(table="contacts", ids=(contact_id,), from_book_id=floor.book(pool))


def test_the_first_gets_it_with_its_deals_and_the_other_is_told_who(floor: Floor) -> None:
    ann, ben = Desk(floor, "ann"), Desk(floor, "ben")
    bens = ben.decide(claim(floor, floor.contact("East")))
    ann.do(claim(floor, floor.contact("East")))
    answer = ben.send(bens)
    assert (answer.status, answer.taken_by) == (Status.GONE, "Ann Arndt")
    assert answer.reason == "Ann Arndt was faster: Jörg Kunde East is taken."
    for table, record_id in (
        ("contacts", floor.contact("East")),
        ("deals", floor.deal("East")),
        ("activities", floor.activity("East")),
        ("tasks", floor.task("East")),
    ):
        found = ann.connection.execute(f"SELECT book_id FROM {table} WHERE id = %s", (record_id,))
        assert found.fetchone() == (floor.book("ann"),)
        assert ben.connection.execute(f"SELECT 1 FROM {table} WHERE id = %s", (record_id,)).fetchone() is None


def test_who_still_sees_it_is_told_in_the_same_words(floor: Floor) -> None:
    ann, mia = Desk(floor, "ann"), Desk(floor, "mia")
    mias = mia.decide(claim(floor, floor.contact("East")))
    ann.do(claim(floor, floor.contact("East")))
    answer = mia.send(mias)
    assert (answer.status, answer.taken_by) == (Status.CONFLICT, "Ann Arndt")
    assert answer.reason == "Ann Arndt was faster: Jörg Kunde East is taken."


def test_a_lead_is_named_even_to_a_client_that_knows_nothing_of_it_any_more(floor: Floor) -> None:
    ann, ben = Desk(floor, "ann"), Desk(floor, "ben")
    bens = ben.decide(claim(floor, floor.contact("East")))
    ann.do(claim(floor, floor.contact("East")))
    bens.seen = Desk(floor, "ben").decide(claim(floor, floor.contact("East", 1))).seen
    assert ben.send(bens).reason == "Ann Arndt was faster: that contact is taken."


def test_who_comes_late_is_told_who_has_it_before_anything_is_sent(floor: Floor) -> None:
    Desk(floor, "ann").do(claim(floor, floor.contact("East")))
    with pytest.raises(NotFound, match="That contact lies with Ann Arndt now"):
        Desk(floor, "ben").decide(claim(floor, floor.contact("East")))


def test_an_edit_of_a_lead_that_was_claimed_meanwhile_says_where_it_is(floor: Floor) -> None:
    ann, ben = Desk(floor, "ann"), Desk(floor, "ben")
    edit = ben.decide(EditContact(contact_id=floor.contact("East"), values={"title": "CEO"}))
    ann.do(claim(floor, floor.contact("East")))
    answer = ben.send(edit)
    assert (answer.status, answer.taken_by) == (Status.GONE, "Ann Arndt")
    assert answer.reason == "Jörg Kunde East lies with Ann Arndt now, so you cannot change it any more."


@pytest.fixture
def people(floor: Floor) -> Iterator[list[Person]]:
    """As many reps of the East as the storm wants. Logins outlive their database, so they are dropped with it."""
    people = _hire(floor)
    yield people
    floor.database.close()
    with floor.database.cluster.superuser() as connection:
        for person in people:
            connection.execute(sql.SQL("drop role {}").format(sql.Identifier(person.login)))


def test_a_storm_of_claims_gives_every_lead_one_winner(floor: Floor, people: list[Person]) -> None:
    leads = _leads(floor)
    desks = [Desk(floor, person.login) for person in people]
    names = {person.login: person.name for person in people}
    wanted = random.Random(1).choices(leads, k=REPS * EACH)
    start = threading.Barrier(REPS)

    def work(number: int) -> list[tuple[str, str, Applied]]:
        desk = desks[number]
        mine = [(lead, desk.decide(claim(floor, lead))) for lead in dict.fromkeys(wanted[number::REPS])]
        start.wait()
        return [(lead, desk.login, desk.send(decided)) for lead, decided in mine]

    with ThreadPoolExecutor(REPS) as pool:
        done = [each for answers in pool.map(work, range(REPS)) for each in answers]

    winners = {lead: login for lead, login, answer in done if answer.status is Status.OK}
    assert sum(answer.status is Status.OK for *_, answer in done) == len(winners) == len(set(wanted))
    losers = [(lead, answer) for lead, _, answer in done if answer.status is not Status.OK]
    assert len(losers) > LEADS
    for lead, answer in losers:
        winner = names[winners[lead]]
        assert (answer.status, answer.taken_by) == (Status.GONE, winner)
        assert answer.reason == f"{winner} was faster: Lead {leads.index(lead)} is taken."
    everything = floor.database.superuser()
    for lead, login in winners.items():
        assert everything.execute("SELECT book_id FROM contacts WHERE id = %s", (lead,)).fetchone() == (
            floor.book(login),
        )
        told = everything.execute(
            "SELECT user_id, book_id FROM activities WHERE contact_id = %s AND kind = 'claimed'", (lead,)
        )
        assert told.fetchall() == [(floor.user(login), floor.book(login))]


def _hire(floor: Floor) -> list[Person]:
    people = [Person(f"storm{n:03}", f"Rep {n:03}", "rep", "Nordlicht", ("East",)) for n in range(REPS)]
    operator = floor.operator()
    _make_logins(operator, people)
    changes = [
        change
        for person in people
        for change in (
            insert(User, person.id, {"name": person.name, "role": "rep"}),
            insert(
                Book, floor.book(person.login), {"kind": "own", "name": person.name, "user_id": person.id}
            ),
            insert(Membership, new_id(), {"team_id": floor.team("East"), "user_id": person.id}),
        )
    ]
    changes.sort(key=lambda change: ("users", "books", "memberships").index(change.table))
    with as_owner(operator):
        ada = Desk(floor, "ada")
        insert_rows(operator, ada.changes(*changes), {person.id: person.login for person in people})
    return people


def _leads(floor: Floor) -> list[str]:
    """Leads in the pool of the East."""
    ids = [made_id("contacts", "storm", str(n)) for n in range(LEADS)]
    made = [
        insert(Contact, lead, {"book_id": floor.book("East"), "first_name": "Lead", "last_name": str(n)})
        for n, lead in enumerate(ids)
    ]
    assert Desk(floor, "ann").put(*made).status is Status.OK
    return ids
