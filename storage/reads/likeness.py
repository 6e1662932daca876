"""Who may be the same person as one who is being typed in: what to look for, and what to make of what was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from core.catalog import Catalog
from core.changes import Row
from core.errors import Invalid
from core.points import clean_phone
from core.text import fold
from storage.reads.dialect import Dialect

MOST = 5
NAMESAKES = 1_000
"""Contacts whose names are compared for each beginning."""
COMPANIES = 5
COLLEAGUES = 500
"""Contacts of the company whose names are compared."""
LEAST_LETTERS = 4
_SIMILAR = 85
"""From this likeness of two names on (0 to 100) one may be a misspelling of the other: Jon and John, Meier and Maier."""
_NEARLY = 90
"""The same without a company that says it is the same person: Ana and Anna, Muller and Müller."""
_BEGINNING = 2
"""Letters that two names which are nearly the same have in common at the beginning of one of their parts."""


class Match(NamedTuple):
    """A contact that may be meant, and why."""

    contact_id: str
    why: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been typed so far, as it is looked for.

    Attributes:
        id: the contact that is being edited; None for a new one.
        emails: in lower case.
        phones: as dialled, without extensions.
        names: the folded parts of the name, last name first; empty while there is too little of one.
        company: the folded name of the company.
    """

    id: str | None
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    names: tuple[str, ...]
    company: str

    @classmethod
    def read(cls, catalog: Catalog, row: Row, sql: Dialect) -> Draft:
        """The draft in a form.

        Args:
            catalog: says how phone numbers without a country are read.
            row: any of `first_name`, `last_name`, `company_name`, `emails`, `phones`, `country`, and `id` where an
                existing contact is edited. Points may be mappings with a `value`, or text.
            sql: how texts are given to the database.
        """
        country = str(row.get("country") or catalog.organization.country)
        names = tuple(f"{_folded(row, 'last_name', sql)} {_folded(row, 'first_name', sql)}".split())
        return cls(
            id=row.get("id"),
            emails=tuple(value.lower() for value in _values(row, "emails", sql) if "@" in value),
            phones=tuple(phone for value in _values(row, "phones", sql) if (phone := _phone(value, country))),
            names=names if len(names) > 1 and len(" ".join(names)) > LEAST_LETTERS else (),
            company=_folded(row, "company_name", sql),
        )

    @property
    def key(self) -> str:
        """The whole name as contacts are sorted by it."""
        return " ".join(self.names)

    @property
    def keys(self) -> list[str]:
        """The name as it is sorted by, wherever it is split: a whole name may stand in one field, in either order."""
        names = self.names
        turned = (" ".join(names[n:] + names[:n]) for n in range(1, len(names)))
        return list(dict.fromkeys((self.key, *turned)))

    @property
    def beginnings(self) -> list[str]:
        """Beginnings of a sort key, of which names that are nearly the same have one.

        Where there are too many of a beginning, at least those with a letter more in common are compared.
        """
        if not self.names:
            return []
        parts = (self.names[0], self.names[-1])
        return list(dict.fromkeys(name[:size] for size in (_BEGINNING + 1, _BEGINNING) for name in parts))


def _values(row: Row, name: str, sql: Dialect) -> list[str]:
    points: Sequence[Any] = row.get(name) or ()
    values = (point if isinstance(point, str) else point.get("value", "") for point in points)
    return [sql.bindable(value.strip()) for value in values if value.strip()]


def _folded(row: Row, name: str, sql: Dialect) -> str:
    return fold(sql.bindable(" ".join(str(row.get(name) or "").split())))


def _phone(typed: str, country: str) -> str:
    """The number as the index has it; empty while it is none yet."""
    try:
        return clean_phone(typed, country).partition(";")[0]
    except Invalid:
        return ""


def same_point(contact_id: str, kind: str, value: str) -> Match:
    """A contact with the same e-mail or phone."""
    return Match(contact_id, f"Same {'e-mail' if kind == 'email' else kind}: {value}")


def colleagues(draft: Draft, people: Sequence[tuple[str, str]]) -> Iterator[Match]:
    """Contacts with the same or a similar name at the company.

    Args:
        draft: has a name and a company.
        people: the sort keys and ids of the company's contacts.
    """
    from rapidfuzz import fuzz, process

    names = [name for name, _ in people]
    alike = process.extract(draft.key, names, scorer=fuzz.token_sort_ratio, score_cutoff=_SIMILAR, limit=MOST)
    for name, likeness, place in alike:
        how = "Same name" if likeness == 100 or name == draft.key else "Similar name"
        yield Match(people[place][1], f"{how} at the same company")


def namesakes(draft: Draft, found: Mapping[str, str]) -> Iterator[Match]:
    """Contacts whose whole name is nearly the same.

    Args:
        draft: has a name.
        found: sort keys by id, of contacts of which each has one of the draft's beginnings.
    """
    from rapidfuzz import fuzz, process

    likely = process.extract(draft.key, found, scorer=fuzz.token_sort_ratio, score_cutoff=_NEARLY, limit=MOST)
    for _name, likeness, contact_id in likely:
        yield Match(contact_id, "Same name" if likeness == 100 else "Similar name")


def surest(draft: Draft, matches: Iterator[Match]) -> dict[str, str]:
    """The first few, each once: why they may be meant, by id. Nobody is a duplicate of themselves."""
    why: dict[str, str] = {}
    for match in matches:
        if match.contact_id != draft.id:
            why.setdefault(match.contact_id, match.why)
    return dict(list(why.items())[:MOST])
