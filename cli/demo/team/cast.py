"""Who works on the sample team's floor, and what lies in their books."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from cli.demo.generate import SEED, fill
from cli.demo.house import Colleague, House, build, founded_at
from cli.demo.rows import Dice, Ids, Progress, unheard
from core.changes import Change, Row
from core.commands.base import insert
from core.entities import RECORDS, Book, User

DEALS, CONTACTS = 300, 2_000
"""Open deals and contacts of the sample team."""


class Person(NamedTuple):
    """Somebody of the sample team."""

    login: str
    name: str
    role: str

    @property
    def first_name(self) -> str:
        """What colleagues say."""
        return self.name.split()[0]


YOU = Person("ann", "Ann Bakker", "rep")
"""Who opens the sample team unless somebody else is named."""
ADMIN = Person("ada", "Ada Lindqvist", "admin")
_EUROPE, _OVERSEAS = "Europe", "Overseas"
_COLLEAGUES: tuple[tuple[Person, tuple[str, ...], str], ...] = (
    (Person("mia", "Mia Sandberg", "manager"), (_EUROPE, _OVERSEAS), "Europe/Amsterdam"),
    (Person("ben", "Ben Kowalski", "rep"), (_EUROPE,), "Europe/Warsaw"),
    (Person("eva", "Eva Ferrer", "rep"), (_EUROPE,), "Europe/Madrid"),
    (Person("dan", "Dan Whitfield", "rep"), (_OVERSEAS,), "America/Chicago"),
)
PEOPLE = (YOU, *(person for person, _, _ in _COLLEAGUES), ADMIN)
"""Everybody who can log in."""


@dataclass(frozen=True, slots=True)
class SampleTeam:
    """What goes into the sample team's database.

    Attributes:
        org_id: the organization.
        founder_id: the user who made all of it: the admin.
        house: its people, books and pipelines.
    """

    org_id: str
    founder_id: str
    house: House
    _rng: random.Random
    _set_up: tuple[Change, ...]

    def rows(
        self,
        *,
        now: dt.datetime,
        zone: dt.tzinfo,
        deals: int = DEALS,
        contacts: int = CONTACTS,
        progress: Progress = unheard,
    ) -> Iterator[tuple[str, list[Row]]]:
        """All rows by table, parents before their children; see `cli.demo.generate.generate`. To be drawn on once."""
        by_table: dict[str, list[Row]] = {}
        for change in self._set_up:
            by_table.setdefault(change.table, []).append({**change.set, "id": change.id})
        yield from ((table, by_table[table]) for table in RECORDS if table in by_table)
        yield from fill(
            self.house, self._rng, deals=deals, contacts=contacts, now=now, zone=zone, big_timeline=False,
            progress=progress,
        )  # fmt: skip


def sample_team(*, now: dt.datetime, seed: int = SEED) -> SampleTeam:
    """The sample team, with nothing in its books yet.

    Args:
        now: the present.
        seed: the same number makes the same data.
    """
    rng = Dice(seed)
    founded = founded_at(now)
    ids = Ids(rng)
    colleagues: tuple[Colleague, ...] = tuple(
        (person.name, person.role, teams, zone) for person, teams, zone in _COLLEAGUES
    )
    house = build(user=YOU.name, time_zone="", founded=founded, ids=ids, colleagues=colleagues)
    admin = insert(
        User,
        ids.at(founded),
        {"name": ADMIN.name, "role": ADMIN.role, "email": f"{ADMIN.login}@orrinfell.example"},
    )
    book = insert(Book, ids.at(founded), {"kind": "own", "name": ADMIN.name, "user_id": admin.id})
    by_name = {person.name: person for person in PEOPLE}
    changes = tuple(
        dataclasses.replace(
            change,
            set={
                **change.set,
                "login": by_name[change.set["name"]].login,
                "role": by_name[change.set["name"]].role,
            },
        )
        if change.table == "users"
        else change
        for change in (*house.founding.changes, admin, book)
    )
    return SampleTeam(house.founding.org_id, admin.id, house, rng, changes)
