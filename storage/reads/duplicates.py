"""Contacts that may be the same person as one who is being typed in."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from core.catalog import Catalog
from core.changes import Row
from core.errors import Invalid
from core.points import clean_phone
from core.text import fold
from core.workspace import Hit
from storage.codec import to_json
from storage.reads import sqlite
from storage.reads.sqlite import Connection

MOST = 5
_SIMILAR = 85
"""From this likeness of two names on (0 to 100) one may be a misspelling of the other: Jon and John, Meier and Maier."""
_LEAST_LETTERS = 4
_NEARLY = 90
"""The same without a company that says it is the same person: Ana and Anna, Muller and Müller."""
_BEGINNING = 2
"""Letters that two names which are nearly the same have in common at the beginning of one of their parts."""
_NAMESAKES = 1_000
"""Contacts whose names are compared for each beginning."""
_COMPANIES = 5
_COLLEAGUES = 500
"""Contacts of the company whose names are compared."""


class _Match(NamedTuple):
    contact_id: str
    why: str


def likely_duplicates(connection: Connection, catalog: Catalog, draft: Row) -> list[Hit]:
    """Contacts that may be the same person as the draft, best first, each with the reason.

    Args:
        connection: a reader.
        catalog: the set-up.
        draft: what has been typed so far, any of `first_name`, `last_name`, `company_name`, `emails`, `phones`,
            `country`, and `id` where an existing contact is edited. Points may be mappings with a `value`, or text.
    """
    matches: dict[str, str] = {}
    for match in (*_same_points(connection, catalog, draft), *_same_names(connection, catalog, draft)):
        if match.contact_id != draft.get("id"):
            matches.setdefault(match.contact_id, match.why)
    best = dict(list(matches.items())[:MOST])
    sql = f"""
        select t.id, {sqlite.person_name("t")}, coalesce(k.name, '')
        from {sqlite.placed(":ids", "place")} cross join contacts t on t.org_id = :org and t.id = place.value
        left join companies k on k.org_id = :org and k.id = t.company_id and k.deleted_at is null
        where t.deleted_at is null order by place.key
    """
    parameters = {"org": catalog.organization.id, "ids": to_json(list(best))}
    return [
        Hit("contacts", contact_id, "contacts", name, " · ".join(filter(None, (best[contact_id], company))))
        for contact_id, name, company in connection.execute(sql, parameters)
    ]


def _same_points(connection: Connection, catalog: Catalog, draft: Row) -> Iterator[_Match]:
    emails = [value.lower() for value in _values(draft, "emails") if "@" in value]
    country = str(draft.get("country") or catalog.organization.country)
    phones = [phone for value in _values(draft, "phones") if (phone := _phone(value, country))]
    sql = (
        f"select contact_id, value from contact_points where org_id = :org and value in {sqlite.listed(':values')}"
        f" and kind = :kind limit {4 * MOST}"
    )
    for kind, values, name in (("email", emails, "e-mail"), ("phone", phones, "phone")):
        parameters = {"org": catalog.organization.id, "kind": kind, "values": to_json(values)}
        for contact_id, value in connection.execute(sql, parameters) if values else ():
            yield _Match(contact_id, f"Same {name}: {value}")


def _values(draft: Row, name: str) -> list[str]:
    points: Sequence[Any] = draft.get(name) or ()
    values = (point if isinstance(point, str) else point.get("value", "") for point in points)
    return [sqlite.bindable(value.strip()) for value in values if value.strip()]


def _folded(draft: Row, name: str) -> str:
    return fold(sqlite.bindable(" ".join(str(draft.get(name) or "").split())))


def _phone(typed: str, country: str) -> str:
    """The number as the index has it; empty while it is none yet."""
    try:
        return clean_phone(typed, country).partition(";")[0]
    except Invalid:
        return ""


def _same_names(connection: Connection, catalog: Catalog, draft: Row) -> Iterator[_Match]:
    names = f"{_folded(draft, 'last_name')} {_folded(draft, 'first_name')}".split()
    key = " ".join(names)
    if len(names) < 2 or len(key) <= _LEAST_LETTERS:
        return
    company = _folded(draft, "company_name")
    if company:
        yield from _colleagues(connection, catalog, key, company)
    # People change companies, and many are called the same: only where one of the two says nothing about it.
    # A whole name may stand in one field, in either order.
    sql = (
        f"select t.id from contacts t where t.org_id = :org and t.deleted_at is null"
        f" and t.sort_key in {sqlite.listed(':keys')} and (:company = '' or t.company_id is null) limit {MOST}"
    )
    keys = list(dict.fromkeys((key, *(" ".join(names[n:] + names[:n]) for n in range(1, len(names))))))
    parameters = {"org": catalog.organization.id, "keys": to_json(keys), "company": company}
    for (contact_id,) in connection.execute(sql, parameters):
        yield _Match(contact_id, "Same name")
    yield from _alike(connection, catalog, names, company)


def _alike(connection: Connection, catalog: Catalog, names: Sequence[str], company: str) -> Iterator[_Match]:
    """Contacts whose whole name is nearly the same. Their names begin with as many letters as one of the draft's."""
    from rapidfuzz import fuzz, process

    found: dict[str, str] = {}
    parts = (names[0], names[-1])
    # Where there are too many of a beginning, at least those with a letter more in common are compared.
    for start in dict.fromkeys(name[:size] for size in (_BEGINNING + 1, _BEGINNING) for name in parts):
        sql = (
            "select t.id, t.sort_key from contacts t where t.org_id = :org and t.deleted_at is null"
            f" and {sqlite.key_starts('t.sort_key', ':start')} and (:company = '' or t.company_id is null)"
            f" order by t.sort_key limit {_NAMESAKES}"
        )
        parameters = {"org": catalog.organization.id, "start": start, "company": company}
        found.update(connection.execute(sql, parameters).fetchall())
    likely = process.extract(
        " ".join(names), found, scorer=fuzz.token_sort_ratio, score_cutoff=_NEARLY, limit=MOST
    )
    for _name, likeness, contact_id in likely:
        yield _Match(contact_id, "Same name" if likeness == 100 else "Similar name")


def _colleagues(connection: Connection, catalog: Catalog, key: str, company: str) -> Iterator[_Match]:
    """Contacts with the same or a similar name at the company, or at one whose name begins so."""
    from rapidfuzz import fuzz, process

    named = "k.sort_key = :company"
    if len(company) >= _LEAST_LETTERS:
        named = sqlite.key_starts("k.sort_key", ":company")
    sql = f"""
        select t.sort_key, t.id from
        (select k.id from companies k where k.org_id = :org and k.deleted_at is null and {named}
         order by k.sort_key limit {_COMPANIES}) firm
        cross join contacts t on t.company_id = firm.id
        where t.org_id = :org and t.deleted_at is null limit {_COLLEAGUES}
    """
    parameters = {"org": catalog.organization.id, "company": company}
    people = connection.execute(sql, parameters).fetchall()
    names = [name for name, _ in people]
    alike = process.extract(key, names, scorer=fuzz.token_sort_ratio, score_cutoff=_SIMILAR, limit=MOST)
    for name, likeness, place in alike:
        how = "Same name" if likeness == 100 or name == key else "Similar name"
        yield _Match(people[place][1], f"{how} at the same company")
