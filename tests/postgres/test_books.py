"""Who sees which books: the server says the same as core, whatever the teams, roles and shares."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.catalog import Catalog
from core.ids import new_id
from core.permissions import may_hand_over, may_share
from storage.postgres.install import as_owner
from storage.postgres.load import catalog
from tests.postgres.floor import PEOPLE, TEAMS, Floor
from tests.server import Database

LOGINS = [person.login for person in PEOPLE.values() if person.org == "Nordlicht"]
HOME_TEAMS = [name for name, org in TEAMS.items() if org == "Nordlicht"]
TOGETHER = ("first", "second")
"""Shared books, by a name of the test's own."""

floors = st.fixed_dictionaries(
    {
        "roles": st.fixed_dictionaries(
            {login: st.sampled_from(["admin", "manager", "rep", "readonly"]) for login in LOGINS}
        ),
        "places": st.sets(st.tuples(st.sampled_from(HOME_TEAMS), st.sampled_from(LOGINS))),
        "shares": st.dictionaries(
            st.tuples(st.sampled_from([*LOGINS, *HOME_TEAMS, *TOGETHER]), st.sampled_from(LOGINS)),
            st.booleans(),
            max_size=10,
        ),
        "deleted": st.sets(st.sampled_from(TOGETHER), max_size=1),
    }
)


class Office:
    """The floor, arranged anew again and again, and everybody's connection to it."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        self.operator = floor.operator()
        self.wires = {login: floor.connect(login) for login in LOGINS}
        self.books = {name: floor.book(name) for name in (*LOGINS, *HOME_TEAMS)}
        self.books |= {name: new_id() for name in TOGETHER}
        self._write([self._book(name) for name in TOGETHER])

    def arrange(self, roles: Any, places: Any, shares: Any, deleted: Any) -> None:
        """Gives people roles, teams and shares, past every rule."""
        floor, org = self.floor, self.floor.org()
        rows: list[tuple[str, Any]] = [
            ("DELETE FROM shares", ()),
            ("DELETE FROM memberships WHERE org_id = %s", (org,)),
            ("UPDATE books SET deleted_at = NULL WHERE org_id = %s", (org,)),
        ]
        rows += [
            ("UPDATE users SET role = %s WHERE id = %s", (role, floor.user(login)))
            for login, role in roles.items()
        ]
        rows += [
            (
                "INSERT INTO memberships (id, org_id, team_id, user_id) VALUES (%s, %s, %s, %s)",
                (new_id(), org, floor.team(team), floor.user(login)),
            )
            for team, login in places
        ]
        rows += [
            (
                "INSERT INTO shares (id, org_id, book_id, user_id, can_write) VALUES (%s, %s, %s, %s, %s)",
                (new_id(), org, self.books[book], floor.user(login), can_write),
            )
            for (book, login), can_write in shares.items()
        ]
        rows += [
            ("UPDATE books SET deleted_at = now() WHERE id = %s", (self.books[name],)) for name in deleted
        ]
        self._write(rows)

    def _book(self, name: str) -> tuple[str, Any]:
        statement = "INSERT INTO books (id, org_id, kind, name) VALUES (%s, %s, 'shared', %s)"
        return statement, (self.books[name], self.floor.org(), name)

    def _write(self, rows: list[tuple[str, Any]]) -> None:
        with as_owner(self.operator):
            for statement, values in rows:
                self.operator.execute(statement, values)

    def server_says(self, login: str, function: str) -> frozenset[str]:
        found = self.wires[login].execute(f"SELECT unnest({function}())::text")
        return frozenset(row[0] for row in found)

    def core_says(self, login: str) -> Catalog:
        return catalog(self.wires[login])


@pytest.fixture(scope="module")
def office(shared_database: Database) -> Office:
    return Office(Floor(shared_database))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # fmt: skip
@given(arrangement=floors)
def test_the_server_lets_people_into_the_books_that_core_says(office: Office, arrangement: Any) -> None:
    office.arrange(**arrangement)
    for login in LOGINS:
        core = office.core_says(login)
        assert office.server_says(login, "visible_books") == core.visible_books, login
        assert office.server_says(login, "writable_books") == core.writable_books, login
        movable = {book.id for book in core.books if may_hand_over(core, book.id)}
        assert office.server_says(login, "movable_books") == movable, login
        sharable = {book.id for book in core.books if may_share(core, book.id)}
        assert office.server_says(login, "shareable_books") == sharable, login


def test_nobody_sees_a_book_of_another_organization(shared_database: Database) -> None:
    floor = Floor(shared_database)
    for login, person in PEOPLE.items():
        with floor.connect(login) as wire:
            seen = {row[0] for row in wire.execute("SELECT unnest(visible_books())::text")}
            homes = _homes(floor.operator(), seen)
        assert homes <= {person.org_id}, login


def _homes(operator: psycopg.Connection[Any], books: set[str]) -> set[str]:
    with as_owner(operator):
        found = operator.execute(
            "SELECT DISTINCT org_id::text FROM books WHERE id::text = ANY (%s)", (list(books),)
        )
        return {row[0] for row in found}
