"""Rows as the store takes them, their ids, and the working hours in which things happened."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from core.changes import Row
from core.commands.base import insert
from core.entities import Activity, Company, Contact, Deal, Task
from core.schema import Record

if TYPE_CHECKING:
    from _typeshed import SupportsLenAndGetItem

T = TypeVar("T")

DAY = 86_400
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

TABLES = ("companies", "contacts", "deals", "tasks", "activities")
"""The tables that sample data fills by the thousand, parents before children."""


def instant(seconds: int) -> dt.datetime:
    """Seconds since the epoch as the store takes a time."""
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


class Dice(random.Random):
    """Dice that are good enough for sample data, and quicker than those that must be fair to the last bit."""

    def choice(self, seq: SupportsLenAndGetItem[T]) -> T:
        """One of the values."""
        return seq[int(self.random() * len(seq))]


class Choice(Generic[T]):
    """Picks one of several with weights."""

    __slots__ = ("_sums", "_values")

    def __init__(self, pairs: Sequence[tuple[T, int]]) -> None:
        self._values = [value for value, _ in pairs]
        self._sums = list(accumulate(weight for _, weight in pairs))

    def __call__(self, rng: random.Random) -> T:
        """One of the values."""
        return self._values[bisect(self._sums, rng.random() * self._sums[-1])]


class Deck(Generic[T]):
    """Deals out values like cards, so that a few draws already show the shares that many would."""

    __slots__ = ("_cards", "_held")

    def __init__(self, pairs: Sequence[tuple[T, int]]) -> None:
        self._cards = [value for value, count in pairs for _ in range(count)]
        self._held: list[T] = []

    def __call__(self, rng: random.Random) -> T:
        """The next card; the deck is shuffled anew when it is used up."""
        if not self._held:
            self._held = self._cards.copy()
            rng.shuffle(self._held)
        return self._held.pop()


@dataclass(slots=True)
class Ids:
    """Ids that look like any others (UUIDv7) and are the same in every run with the same seed."""

    rng: random.Random

    def at(self, seconds: int) -> str:
        """An id made at that time."""
        digits = f"{seconds * 1000 + self.rng.getrandbits(9):012x}{self.rng.getrandbits(76):019x}"
        variant = "89ab"[int(digits[15], 16) & 3]
        return f"{digits[:8]}-{digits[8:12]}-7{digits[12:15]}-{variant}{digits[16:19]}-{digits[19:31]}"


@cache
def blank(record: type[Record]) -> Mapping[str, Any]:
    """A row of a table with what its fields hold where nothing is said; what must be said is None."""
    open_fields = {
        item.name: None
        for item in dataclasses.fields(record)
        if item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING
    }
    return insert(record, "", open_fields).set


@dataclass(slots=True)
class Batch:
    """Rows that go to the store together: whatever they name is among them or came before."""

    companies: list[Row] = field(default_factory=list)
    contacts: list[Row] = field(default_factory=list)
    deals: list[Row] = field(default_factory=list)
    tasks: list[Row] = field(default_factory=list)
    activities: list[Row] = field(default_factory=list)
    _company: Mapping[str, Any] = field(default_factory=lambda: blank(Company))
    _contact: Mapping[str, Any] = field(default_factory=lambda: blank(Contact))
    _deal: Mapping[str, Any] = field(default_factory=lambda: blank(Deal))
    _task: Mapping[str, Any] = field(default_factory=lambda: blank(Task))
    _activity: Mapping[str, Any] = field(default_factory=lambda: blank(Activity))

    def company(self, **values: Any) -> Row:
        """Adds a company."""
        row = {**self._company, **values}
        self.companies.append(row)
        return row

    def contact(self, **values: Any) -> Row:
        """Adds a contact."""
        row = {**self._contact, **values}
        self.contacts.append(row)
        return row

    def deal(self, **values: Any) -> Row:
        """Adds a deal."""
        row = {**self._deal, **values}
        self.deals.append(row)
        return row

    def task(self, **values: Any) -> Row:
        """Adds a task."""
        row = {**self._task, **values}
        self.tasks.append(row)
        return row

    def activity(self, **values: Any) -> Row:
        """Adds an entry of the timeline."""
        row = {**self._activity, **values}
        self.activities.append(row)
        return row

    def tables(self) -> tuple[tuple[str, list[Row]], ...]:
        """The rows by table, parents before children."""
        return tuple((name, rows) for name in TABLES if (rows := getattr(self, name)))


class Hours:
    """Working hours: when things happen, in the zone of whom they happen to.

    Args:
        rng: whose luck it is.
        now: the present, in seconds since the epoch; nothing is later.
    """

    # Offsets into the day, as often as things happen then: late morning and late afternoon reach most people.
    _SLOTS = tuple(
        hour * 3600 + quarter * 900
        for hour, weight in zip(range(8, 18), (2, 5, 6, 5, 2, 3, 5, 5, 6, 2), strict=True)
        for quarter in range(4 if hour < 17 else 3)
        for _ in range(weight)
    )

    def __init__(self, rng: random.Random, now: int) -> None:
        self._choose = rng.choice
        self._below = rng.randrange
        self._random = rng.random
        self.now = now
        self._midnights: dict[str, dict[int, int]] = {}

    def midnight(self, zone: ZoneInfo, day: int) -> int:
        """When a day (counted from the epoch) begins in a zone, going by its clock at noon."""
        days = self._midnights.get(zone.key)
        if days is None:
            days = self._midnights[zone.key] = {}
        start = days.get(day)
        if start is None:
            noon = dt.datetime.combine(dt.date.fromordinal(719_163 + day), dt.time(12), zone)
            start = days[day] = int(noon.timestamp()) - DAY // 2
        return start

    def on(self, zone: ZoneInfo, day: int) -> int:
        """Some working hour of a day."""
        return self.midnight(zone, day) + self._choose(self._SLOTS) + self._below(900)

    def back(self, moment: int, zone: ZoneInfo, workdays: frozenset[int]) -> int:
        """A working hour at or before a moment, as near as days go."""
        day = moment // DAY
        while True:
            if (day + 3) % 7 in workdays:
                found = self.on(zone, day)
                if found <= moment:
                    return found
            day -= 1

    def within(self, low: int, high: int, zone: ZoneInfo, workdays: frozenset[int]) -> int:
        """A working hour from `low`, itself one, to `high`; shortly after `low` where there is no better."""
        if high - low > DAY // 2:
            first, span = low // DAY, (high - low) // DAY + 1
            for _ in range(6):
                day = first + self._below(span + 1)
                if (day + 3) % 7 in workdays:
                    found = self.on(zone, day)
                    if low <= found <= high:
                        return found
        return min(high, low + 60 + int(self._random() * 1500))

    def after(self, low: int, days: int, zone: ZoneInfo, workdays: frozenset[int]) -> int:
        """A working hour `days` after `low` or the next working day after that; may lie in the future."""
        day = low // DAY + days
        while (day + 3) % 7 not in workdays:
            day += 1
        return self.on(zone, day)


Progress = Callable[[int, int, str], None]
"""Told how much is done of how much, and what is being done."""


def unheard(_done: int, _total: int, _what: str) -> None:
    """Progress that nobody watches."""
