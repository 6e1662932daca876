"""A small sales floor: two organizations, two teams, and a few records in every book. All ids follow from names."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import psycopg
from psycopg import sql

from core.changes import Change, Changeset
from core.commands.base import insert
from core.defaults import founding
from core.entities import (
    Activity,
    Book,
    CallingRule,
    Company,
    Contact,
    Deal,
    Import,
    Membership,
    Outcome,
    Script,
    Task,
    Team,
    User,
)
from storage.postgres.install import GROUPS, USER_ADMIN, as_owner, insert_rows
from tests.server import Database

START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
_NAMES = uuid.UUID("0198a000-0000-7000-8000-000000000000")


@dataclass(frozen=True)
class Person:
    """Somebody who works on the floor."""

    login: str
    name: str
    role: str
    org: str
    teams: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return made_id("user", self.login)

    @property
    def org_id(self) -> str:
        return made_id("org", self.org)


PEOPLE = {
    person.login: person
    for person in (
        Person("ada", "Ada Adler", "admin", "Nordlicht"),
        Person("mia", "Mia Moor", "manager", "Nordlicht", ("East",)),
        Person("ann", "Ann Arndt", "rep", "Nordlicht", ("East",)),
        Person("ben", "Ben Berg", "rep", "Nordlicht", ("East",)),
        Person("wim", "Wim Wolff", "rep", "Nordlicht", ("West",)),
        Person("rob", "Rob Ried", "readonly", "Nordlicht"),
        Person("zoe", "Zoe Zander", "admin", "Suedlicht"),
        Person("zed", "Zed Ziegler", "rep", "Suedlicht", ("South",)),
    )
}
TEAMS = {"East": "Nordlicht", "West": "Nordlicht", "South": "Suedlicht"}
"""By name, the organization of each team; each has a pool."""
BOOKS = {login: person.org for login, person in PEOPLE.items()} | TEAMS
"""By name (a login for an own book, a team for its pool), the organization of each book."""
RECORDS_PER_BOOK = {"companies": 1, "contacts": 2, "deals": 1, "activities": 2, "tasks": 1}


def made_id(*words: str) -> str:
    """The id of what is named so: ("user", "ann"), ("org", "Nordlicht"), ("team" | "book", name), ("contacts", book, "0")."""
    return str(uuid.uuid5(_NAMES, "/".join(words)))


def password_of(login: str) -> str:
    """What a person of the floor logs in with."""
    return f"{login}-secret-1"


@dataclass(frozen=True)
class Floor:
    """The floor in a database, and shorthands for what is on it."""

    database: Database

    def connect(self, login: str, **more: Any) -> psycopg.Connection[Any]:
        """Log in as one of the people; closed with the database."""
        return self.database.connect(login, password_of(login), **more)

    def operator(self) -> psycopg.Connection[Any]:
        """Log in as who has installed offhook."""
        return self.database.operator()

    def as_owner(self, statement: str, *values: Any) -> list[Any]:
        """Does something past all rights, as the operator may; the rows that it gives, if any."""
        operator = self.operator()
        with as_owner(operator):
            done = operator.execute(statement, values)
            return done.fetchall() if done.description else []

    def org(self, name: str = "Nordlicht") -> str:
        return made_id("org", name)

    def user(self, login: str) -> str:
        return made_id("user", login)

    def team(self, name: str) -> str:
        return made_id("team", name)

    def book(self, name: str) -> str:
        """A person's own book by login, or a team's pool by the team's name."""
        return made_id("book", name)

    def company(self, book: str) -> str:
        """The company in a book."""
        return made_id("companies", book, "0")

    def contact(self, book: str, number: int = 0) -> str:
        """One of the two contacts in a book; the first one works for its company."""
        return made_id("contacts", book, str(number))

    def deal(self, book: str) -> str:
        """The deal in a book: with its company and first contact, in the stage New."""
        return made_id("deals", book, "0")

    def activity(self, book: str, number: int = 0) -> str:
        """One of the two entries in a book: a call with the first contact, a note at the deal."""
        return made_id("activities", book, str(number))

    def task(self, book: str) -> str:
        """The task in a book, at its first contact."""
        return made_id("tasks", book, "0")

    def pipeline(self, org: str = "Nordlicht") -> str:
        return made_id("pipeline", org)

    def imported(self, org: str = "Nordlicht") -> str:
        """What Ben has brought in, or in the other organization Zed."""
        return made_id("import", org)

    def stage(self, name: str, org: str = "Nordlicht") -> str:
        """A stage of the organization's pipeline by its name, as in `core.defaults.SALES_PIPELINE`."""
        return made_id("stage", org, name)


def build(operator: psycopg.Connection[Any]) -> None:
    """Fills an installed, empty database with the floor, and makes the logins that the server does not have yet.

    Args:
        operator: a connection of who has installed offhook.
    """
    _make_logins(operator, PEOPLE.values())
    with as_owner(operator):
        for org in ("Nordlicht", "Suedlicht"):
            first = _founding(org)
            logins = {person.id: person.login for person in PEOPLE.values() if person.org == org}
            insert_rows(operator, first, logins)
            changes = tuple(change for book in BOOKS if BOOKS[book] == org for change in _records(book))
            insert_rows(
                operator,
                replace(
                    first, id=made_id("filling", org), command="import", summary="Filled", changes=changes
                ),
            )


def _make_logins(operator: psycopg.Connection[Any], people: Iterable[Person]) -> None:
    # By the role that manages logins, so that it may manage these too.
    with as_owner(operator):
        operator.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(USER_ADMIN)))
        there = {name for (name,) in operator.execute("SELECT rolname FROM pg_roles")}
        for person in people:
            if person.login not in there:
                operator.execute(
                    sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE {}").format(
                        sql.Identifier(person.login), sql.Literal(password_of(person.login)),
                        sql.Identifier(GROUPS[person.role]),
                    )
                )  # fmt: skip


def _founding(org: str) -> Changeset:
    """An organization as it is founded, but with its own teams and people."""
    people = [person for person in PEOPLE.values() if person.org == org]
    admin = people[0]
    made = founding(
        organization=org, user=admin.name, currency="EUR", country="DE", time_zone="Europe/Berlin", now=START,
        make_id=_ids_of_founding(org, admin),
    )  # fmt: skip
    kept = [c for c in made.changes if c.table not in ("teams", "memberships", "books", "users")]
    staff: list[Change] = []
    for name in [name for name, home in TEAMS.items() if home == org]:
        staff.append(insert(Team, made_id("team", name), {"name": name}))
        staff.append(
            insert(
                Book,
                made_id("book", name),
                {"kind": "pool", "name": f"{name} pool", "team_id": made_id("team", name)},
            )
        )
    for person in people:
        staff.append(
            insert(
                User,
                person.id,
                {"name": person.name, "role": person.role, "email": f"{person.login}@{org.lower()}.example"},
            )
        )
        staff.append(
            insert(
                Book,
                made_id("book", person.login),
                {"kind": "own", "name": person.name, "user_id": person.id},
            )
        )
        staff += [
            insert(
                Membership,
                made_id("membership", person.login, team),
                {"team_id": made_id("team", team), "user_id": person.id},
            )
            for team in person.teams
        ]
    calls = (
        insert(
            Outcome,
            made_id("outcome", org),
            {"key": "busy", "name": "Engaged", "hotkey": "3", "line": "busy"},
        ),
        insert(Script, made_id("script", org), {"name": "Opening", "shared": True, "user_id": admin.id}),
        insert(CallingRule, made_id("rule", org), {"region": "DE", "hours": {"sun": ""}}),
    )
    rep = next(person for person in reversed(people) if person.role == "rep" and person.login != "wim")
    file = {"name": "leads.csv", "user_id": rep.id, "state": "done", "started_at": START}
    imported = insert(Import, made_id("import", org), file)
    # Organization, people, then what refers to them.
    return replace(made, changes=(kept[0], *staff, *kept[1:], *calls, imported))


def _ids_of_founding(org: str, admin: Person) -> Callable[[], str]:
    """The ids that `founding` asks for, in the order in which it does."""
    stages = ("New", "Contacted", "Qualified", "Proposal", "Negotiation", "Won", "Lost")
    fixed: Iterator[str] = iter(
        (
            admin.org_id,
            admin.id,
            *(made_id("unused", org, str(n)) for n in range(4)),
            made_id("pipeline", org),
            *(made_id("stage", org, name) for name in stages),
        )
    )
    rest = (made_id("founding", org, str(n)) for n in count())
    return lambda: next(fixed, None) or next(rest)


def _records(book: str) -> Iterator[Change]:
    """What lies in a book."""
    org = BOOKS[book]
    people = [p for p in PEOPLE.values() if p.org == org]
    owner = PEOPLE[book] if book in PEOPLE else next(p for p in people if book in p.teams)
    at = {"book_id": made_id("book", book)}
    company, contact, deal = (made_id(table, book, "0") for table in ("companies", "contacts", "deals"))
    yield insert(
        Company,
        company,
        {
            **at,
            "name": f"{book.title()} Works",
            "domain": f"{book.lower()}.example",
            "city": "Kiel",
            "external_ids": (f"crm:{book}",),
        },
    )
    yield insert(
        Contact,
        contact,
        {
            **at,
            "first_name": "Jörg",
            "last_name": f"Kunde {book.title()}",
            "company_id": company,
            "emails": ({"value": f"joerg@{book.lower()}.example", "label": "work"},),
            "phones": ({"value": f"+4930{int(uuid.UUID(contact)) % 10_000_000:07d}", "label": "mobile"},),
            "lead_status": "New",
            "tags": ("vip",),
        },
    )
    yield insert(
        Contact,
        made_id("contacts", book, "1"),
        {**at, "first_name": "Łucja", "last_name": f"Lead {book.title()}", "source": "fair"},
    )
    yield insert(
        Deal,
        deal,
        {
            **at,
            "title": f"{book.title()} renewal",
            "pipeline_id": made_id("pipeline", org),
            "stage_id": made_id("stage", org, "New"),
            "company_id": company,
            "contact_id": contact,
            "value_minor": 120_000,
            "currency": "EUR",
            "outcome": "open",
            "stage_since": START,
            "position": "V",
        },
    )
    told = {**at, "occurred_at": START, "user_id": owner.id}
    yield insert(
        Activity,
        made_id("activities", book, "0"),
        {
            **told,
            "kind": "call",
            "direction": "out",
            "outcome": "connected",
            "duration_s": 120,
            "contact_id": contact,
            "body": f"Talked about the renewal with {book.title()}",
        },
    )
    yield insert(
        Activity,
        made_id("activities", book, "1"),
        {**told, "kind": "note", "deal_id": deal, "body": "Budget is set"},
    )
    yield insert(
        Task,
        made_id("tasks", book, "0"),
        {
            **at,
            "kind": "call",
            "subject": f"Call {book.title()} back",
            "due_at": START + dt.timedelta(days=2),
            "assignee_id": owner.id,
            "contact_id": contact,
        },
    )
