"""What is decided of a batch of rows so far. What a row has done to it is taken back where the row is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from core.catalog import Catalog
from core.entities import person_name
from core.imports.shapes import Draft, Entity, Match, Policy, Probe, Problem
from importing.known import Hand, Held, Staff

Matches = Callable[[str, Sequence[Probe]], list[list[Match]]]


class Met(Protocol):
    """Ids of the records that an import has met: a row takes over what it says only where no earlier row has."""

    def __contains__(self, record_id: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Around:
    """What rows are decided in.

    Attributes:
        catalog: the set-up, and who asks.
        matches: finds what may be meant; see `core.workspace.Workspace.matches`.
        was_there: whether there is a row of a table that was deleted.
        policy: what becomes of rows that meet a record.
        met: the records that the import has met.
        completed: the values of a draft as those of a new record, with what a row need not say.
    """

    catalog: Catalog
    matches: Matches
    was_there: Callable[[str, str], bool]
    policy: Policy
    met: Met
    completed: Callable[[Draft], dict[str, Any]]


class About(NamedTuple):
    """What a row is about, as far as others need to know it."""

    id: str
    name: str
    book_id: str
    company_id: str | None = None
    contact_id: str | None = None


class Waiting(NamedTuple):
    """Records that still wait for one that has come: more of them than are found at once."""

    table: Entity
    mark: str
    """What they keep of the link: `company_id>hubspot:8001`."""
    record_id: str
    """What they wait for."""


class Refusal(Exception):
    """A row cannot be brought in."""

    def __init__(self, reason: str, *, duplicate: bool = False) -> None:
        super().__init__(reason)
        self.duplicate = duplicate


@dataclass(slots=True)
class _Row:
    """What a row has done so far."""

    number: int
    warnings: list[Problem]
    touched: list[tuple[Held, Held | None]] = field(default_factory=list)
    met: list[str] = field(default_factory=list)
    linked: list[tuple[str, str]] = field(default_factory=list)
    companies: dict[str, About] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)


class Batch:
    """What is decided so far.

    Args:
        around: what rows are decided in.
        known: companies by name, as earlier batches have found or made them.
        staff: the people of companies that earlier batches have made.

    Attributes:
        hand: the records that rows met or make.
        met: their ids.
        linked: records that rows point to.
        names: what those are called, by id.
        companies: the companies that rows have named, by name.
        made: records that came along beside the rows' own, by table.
        waiting: what is to be made good when the batch is written.
    """

    def __init__(self, around: Around, known: Mapping[str, About], staff: Staff) -> None:
        self.around = around
        self.catalog = around.catalog
        self.staff = staff
        self.hand = Hand()
        self.met: set[str] = set()
        self.linked: dict[tuple[str, str], None] = {}
        self.names: dict[str, str] = {}
        self.companies: dict[str, About] = {}
        self.made: Counter[str] = Counter()
        self.waiting: list[Waiting] = []
        self._known = known
        self._row = _Row(0, [])

    # --- rows

    def begin(self, number: int, warnings: Iterable[Problem]) -> None:
        """A row begins."""
        self._row = _Row(number, list(warnings))

    def settle(self) -> tuple[Problem, ...]:
        """The row goes in; what it is warned of."""
        row = self._row
        self.met.update(row.met)
        self.linked.update(dict.fromkeys(row.linked))
        self.companies.update(row.companies)
        self.made.update(row.made)
        return tuple(row.warnings)

    def take_back(self) -> None:
        """The row does not go in: nothing of it stays."""
        for held, was in reversed(self._row.touched):
            self.hand.restore(held, was)

    def warn(self, value: str, reason: str) -> None:
        """Says something of the row."""
        self._row.warnings.append(Problem(self._row.number, "", value, reason))

    def count(self, table: str) -> None:
        """Counts a record that the row brings along."""
        self._row.made.append(table)

    def wait(self, waiting: Waiting) -> None:
        """Leaves links for the time when the batch is written."""
        self.waiting.append(waiting)

    # --- records

    def add(self, held: Held) -> None:
        """Takes a new record in hand."""
        self._row.touched.append((held, None))
        self._row.met.append(held.id)
        self.hand.add(held)

    def meet(self, record_id: str) -> bool:
        """Notes that the row means a record that is there; whether it is the first row of the import that does."""
        is_first = record_id not in self.met and record_id not in self.around.met
        self._row.met.append(record_id)
        return is_first

    def put(self, held: Held, values: Mapping[str, Any]) -> None:
        """Changes values of a record."""
        self._row.touched.append((held, held.copy()))
        held.put(values)
        if held.table == "contacts" and "company_id" in values:
            held.company = self.names.get(values["company_id"], "")
        self.hand.index(held)

    def point(self, held: Held) -> About:
        """A record as what the row points to."""
        about = about_of(held)
        self.point_to(held.table, about)
        return about

    def point_to(self, table: str, about: About) -> None:
        """Has the row point to a record."""
        self.names[about.id] = about.name
        self._row.linked.append((table, about.id))

    def company(self, key: str) -> About | None:
        """A company that a row of this or an earlier batch has named."""
        return (self.companies.get(key) or self._known.get(key)) if key else None

    def name_company(self, key: str, about: About) -> None:
        """Later rows find a company by its name alone."""
        if key:
            self._row.companies[key] = about

    def may_write(self, book_id: str) -> bool:
        """Whether the user may write what lies in a book."""
        return book_id in self.catalog.writable_books

    def not_yours(self, what: str, book_id: str) -> str:
        """Why something cannot be changed."""
        return f"{what} belongs to {self.catalog.owner_name(book_id)}; you cannot change it."


def about_of(held: Held) -> About:
    """A record as what others point to."""
    row = held.row
    return About(held.id, called(held), held.book_id, row.get("company_id"), row.get("contact_id"))


def called(held: Held) -> str:
    """What a record is called."""
    row = held.row
    match held.table:
        case "contacts":
            return person_name(row["first_name"], row["last_name"], row["emails"], row["phones"])
        case "companies":
            return str(row["name"])
    return str(row.get("title") or "")
