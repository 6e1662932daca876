"""The records that a run has in hand: those that rows met, as they will be when the batch is written."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from core.changes import same_value
from core.commands.imports import Added, Edited
from core.entities import RECORDS
from core.imports.keys import email_keys, person_key, phone_keys
from core.imports.matching import keys_of
from core.imports.shapes import ENTITIES, Entity, Match
from core.schema import Role, defaults_of, fields_of

MOST_ALIKE = 200
"""Earlier rows of one batch that are looked at as the same: more colleagues than that are not compared with each other."""

_PEOPLE = 30_000
"""People of new companies whose names are kept, the latest."""


@dataclass(slots=True, eq=False)
class Held:
    """A record in hand.

    Attributes:
        table: what it is.
        id: its id.
        row: its data as it will be.
        company: the name of its company.
        is_new: this batch makes it.
        before: what was there in the fields that change.
        said: of a new one, the values that are not its defaults.
        name, emails, phones: what a contact is compared by; see `core.imports.matching.Candidate`.
    """

    table: Entity
    id: str
    row: dict[str, Any]
    company: str
    is_new: bool
    before: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._recognise()

    def _recognise(self) -> None:
        # Worked out once, since a contact is compared with many.
        if self.table == "contacts":
            row = self.row
            self.name = person_key(row["first_name"], row["last_name"])
            self.emails, self.phones = frozenset(email_keys(row)), frozenset(phone_keys(row))

    @property
    def book_id(self) -> str:
        """Where it lies."""
        return str(self.row["book_id"])

    def put(self, values: Mapping[str, Any]) -> None:
        """Changes values; a name `custom.KEY` reaches into the custom fields."""
        for name, value in values.items():
            head, _, key = name.partition(".")
            held = self.row[head].get(key) if key else self.row[head]
            if self.is_new:
                self.said[name] = value
            else:
                self.before.setdefault(name, held)
            if key:
                self.row[head] = {**self.row[head], key: value}
            else:
                self.row[head] = value
        self._recognise()

    def copy(self) -> Held:
        """As it is now."""
        return replace(self, row=dict(self.row), before=dict(self.before), said=dict(self.said))

    def restore(self, was: Held) -> None:
        """Is as it was."""
        self.row, self.before, self.said, self.company = was.row, was.before, was.said, was.company
        self._recognise()

    def record(self, org_id: str, *, original: bool = False) -> Any:
        """It as a record.

        Args:
            org_id: the tenant.
            original: as it is in the workspace, without what changes.
        """
        row = self.row
        if original:
            row = dict(row)
            for name, was in self.before.items():
                head, _, key = name.partition(".")
                if not key:
                    row[head] = was
                else:
                    inner = {**row[head], key: was}
                    row[head] = {each: value for each, value in inner.items() if value is not None}
        return RECORDS[self.table](org_id=org_id, **row)

    def change(self) -> Added | Edited | None:
        """What is to be written of it."""
        if self.is_new:
            return Added(self.table, self.id, self.said)
        values = {}
        for name, was in self.before.items():
            head, _, key = name.partition(".")
            now = self.row[head].get(key) if key else self.row[head]
            if not same_value(was, now):
                values[name] = now
        if not values:
            return None
        return Edited(self.table, self.id, values, {name: self.before[name] for name in values})


def held_of(match: Match) -> Held:
    """A record of the workspace, in hand."""
    record: Any = match.record
    table = record.TABLE
    return Held(
        table, record.id, {name: getattr(record, name) for name in _data(table)}, match.company, False
    )


def new_held(table: Entity, record_id: str, values: Mapping[str, Any], company: str) -> Held:
    """A record that is to be made."""
    row = {**_defaults(table), "id": record_id}
    for name, value in values.items():
        head, _, key = name.partition(".")
        if key:
            row[head] = {**row[head], key: value}
        else:
            row[head] = value
    return Held(table, record_id, row, company, True, said=dict(values))


def told_of(held: Held) -> tuple[Entity, str, str, dict[str, Any]]:
    """A record as little data, for keeping; see `held_again`."""
    defaults = _defaults(held.table)
    return held.table, held.id, held.company, {n: v for n, v in held.row.items() if v != defaults[n]}


def held_again(told: tuple[Entity, str, str, dict[str, Any]]) -> Held:
    """The inverse of `told_of`: a record that is there."""
    table, record_id, company, values = told
    return Held(table, record_id, {**_defaults(table), **values}, company, False)


class Hand:
    """All records in hand, found by their ids and by what records are recognised by."""

    def __init__(self) -> None:
        self._by_id: dict[str, Held] = {}
        self._by_key: dict[str, dict[str, list[Held]]] = {table: {} for table in ENTITIES}

    def get(self, record_id: str) -> Held | None:
        """A record in hand."""
        return self._by_id.get(record_id)

    def take(self, match: Match) -> Held:
        """A record of the workspace: as it will be where it is in hand already."""
        held = self._by_id.get(match.record.id)
        if held is None:
            held = self._by_id[match.record.id] = held_of(match)
        return held

    def add(self, held: Held) -> None:
        """Takes a new record in hand; later rows find it."""
        self._by_id[held.id] = held
        self.index(held)

    def index(self, held: Held) -> None:
        """Has later rows find a record by what it is recognised by now."""
        known = self._by_key[held.table]
        for key in keys_of(held.table, held.row, held.company):
            there = known.get(key)
            if there is None:
                known[key] = [held]
            elif len(there) < MOST_ALIKE and held not in there:
                there.append(held)

    def restore(self, held: Held, was: Held | None) -> None:
        """Puts a record back as it was; None: it was not there."""
        if was is None:
            del self._by_id[held.id]
            known = self._by_key[held.table]
            for key in keys_of(held.table, held.row, held.company):
                if held in known[key]:
                    known[key].remove(held)
        else:
            held.restore(was)

    def find(self, table: str, keys: Iterable[str], ids: Iterable[str] = ()) -> list[Held]:
        """The records of a table that may be meant, by what they are recognised by or by their ids; one may come twice."""
        known = self._by_key[table]
        found = [one for record_id in ids if (one := self._by_id.get(record_id)) and one.table == table]
        for key in keys:
            there = known.get(key)
            if there is not None:
                found += there
        return found

    def all(self) -> Iterable[Held]:
        """Every record in hand."""
        return self._by_id.values()


class Staff:
    """The people of companies that an import has made itself: whom it need not ask the workspace for.

    Of companies that came long ago nothing is kept; they are asked for like those that were there before.
    """

    def __init__(self) -> None:
        self._people: OrderedDict[str, list[tuple[str, str]]] = OrderedDict()
        self._count = 0

    def get(self, company_id: str) -> Sequence[tuple[str, str]] | None:
        """The names and ids of a company's people; None where the workspace must be asked."""
        return self._people.get(company_id)

    def add(self, founded: Iterable[str], hired: Iterable[Held]) -> None:
        """Adds companies that are new, and people who are new or came to a company."""
        for company_id in founded:
            self._people[company_id] = []
        for one in hired:
            people = self._people.get(one.row["company_id"])
            if people is not None and one.name:
                people.append((one.name, one.id))
                self._count += 1
        while self._count > _PEOPLE:
            _, people = self._people.popitem(last=False)
            self._count -= len(people)

    def clear(self) -> None:
        """Forgets them."""
        self._people.clear()
        self._count = 0


@cache
def _data(table: str) -> tuple[str, ...]:
    return tuple(name for name, spec in fields_of(RECORDS[table]).items() if spec.role is Role.DATA)


@cache
def _defaults(table: str) -> Mapping[str, Any]:
    known = defaults_of(RECORDS[table])
    return {name: known.get(name) for name in _data(table)}
