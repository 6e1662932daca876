"""Tables that come together and point to each other by numbers of their own: `customers.csv` with an id, `deals.csv` with a `customer_id`.

Such numbers say nothing outside of their files: another spreadsheet has a row 1, too. So they are kept under a name that is made
of the table that gives them, and only where another table of the same import points to it.
"""

# ruff: noqa: SIM905 (lists of words are read more easily as text)
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from core.catalog import Catalog
from core.imports.fit import diverse
from core.imports.shapes import Column, Entity, Guess
from core.imports.targets import exact_target
from core.imports.values.lists import split_ids
from core.imports.vocabulary import header_words, read_header

_WORD: dict[Entity, str] = {"companies": "company", "contacts": "contact", "deals": "deal"}
_OF_A_FILE = "file-"
_NUMBER = frozenset("id ids no nr num number key ref code nummer numero".split())
_SAYS_NOTHING = frozenset(
    "all csv crm data export exported exports list my new sheet table tables xlsx".split()
)


@dataclass(frozen=True, slots=True)
class Part:
    """A table of an import that no known system wrote.

    Attributes:
        name: what it is called, by its sheet or file.
        system: what its numbers can be kept under: the same for the same table, and for no other one.
        entity: what a row is.
        columns: what was seen of its columns.
        guesses: what they are taken for.
    """

    name: str
    system: str
    entity: Entity
    columns: Sequence[Column]
    guesses: Sequence[Guess]


class Link(NamedTuple):
    """A column of ids that tables of one import know each other by."""

    part: int
    header: str
    target: str
    system: str
    """What its ids are kept under; empty: under the table's source, as they are sure to be nobody else's."""


def system_of(digest: str, place: int) -> str:
    """What the numbers of a table are kept under.

    Args:
        digest: of its file.
        place: which of the file's tables it is.
    """
    return f"{_OF_A_FILE}{digest[:12]}-{place}"


def shown_id(external_id: str) -> str:
    """An id as a person knows it: of a number that a file gave, the number."""
    return external_id.partition(":")[2] if external_id.startswith(_OF_A_FILE) else external_id


def links_between(parts: Sequence[Part], catalog: Catalog) -> list[Link]:
    """The columns by which tables point to each other, and those that they point to."""
    givers = [(place, own) for place, part in enumerate(parts) if (own := _own_id(part)) is not None]
    fitting: list[tuple[int, int, Column, int, Column]] = []
    for here, part in enumerate(parts):
        for column, guess in zip(part.columns, part.guesses, strict=True):
            if column.filled and (not guess.target or guess.target.endswith("_external_id")):
                fitting += [
                    (nearness, here, column, there, own)
                    for there, own in givers
                    if here != there and (nearness := _nearness(column.header, parts[there], own.header))
                ]
    found: dict[tuple[int, str], Link] = {}
    taken: set[tuple[int, str]] = set()
    # What is called as a table is points there, rather than to whatever else the word may mean.
    for _, here, column, there, own in sorted(fitting, key=lambda one: -one[0]):
        giver = parts[there]
        target = f"{_WORD[giver.entity]}_external_id"
        if {(here, target), (here, column.header)} & taken or not _known(column, own):
            continue
        if exact_target(target, parts[here].entity, catalog) is not None:
            system = "" if _is_sure(giver, own) else giver.system
            found[here, column.header] = Link(here, column.header, target, system)
            found[there, own.header] = Link(there, own.header, "external_id", system)
            taken |= {(here, target), (here, column.header)}
    return list(found.values())


def _own_id(part: Part) -> Column | None:
    """The column in which a table numbers its rows; None where it has none."""
    if part.entity not in _WORD:
        return None
    for column, guess in zip(part.columns, part.guesses, strict=True):
        said = read_header(column.header)
        own = said.meaning == "id" and said.subject in ("", _WORD[part.entity])
        if guess.target == "external_id" or (
            not guess.target
            and column.filled
            and diverse(column)
            and (own or _nearness(column.header, part, "") == 2)
        ):
            return column
    return None


def _is_sure(part: Part, own: Column) -> bool:
    return any(guess.header == own.header and guess.target == "external_id" for guess in part.guesses)


def _nearness(header: str, giver: Part, own: str) -> int:
    """How surely a header says that it is a number of another table: 2 by its name or its own header, 1 by what it is about."""
    words = header_words(header)
    if len(words) < 2 or not _NUMBER & {words[0], words[-1]}:
        return 0
    stems = {_one(word) for word in words} - _NUMBER
    called = {_one(word) for word in header_words(giver.name)} - _SAYS_NOTHING
    if words == header_words(own) or stems & called:
        return 2
    said = read_header(header)
    return int(said.meaning == "id" and said.subject == _WORD[giver.entity])


def _one(word: str) -> str:
    """A word without the ending of the plural, as far as that takes to compare it: it need not be right."""
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _known(column: Column, own: Column) -> bool:
    """Whether at least half of the ids are among those that the other table gives, as far as that can be seen."""
    if own.values is None:
        return True
    ids = {one for text in (column.values or column.samples) for one in split_ids(text)}
    given = {one for text in own.values for one in split_ids(text)}
    return 2 * len(ids & given) >= len(ids)
