"""Contacts that may be the same person as one who is being typed in: one round trip to look, one to tell."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.catalog import Catalog
from core.changes import Row
from core.workspace import Hit
from storage.postgres.reads import dialect
from storage.postgres.reads.dialect import as_ids
from storage.postgres.reads.statement import Connection, rows, value
from storage.reads.likeness import (
    COLLEAGUES,
    COMPANIES,
    LEAST_LETTERS,
    MOST,
    NAMESAKES,
    Draft,
    Match,
    colleagues,
    namesakes,
    same_point,
    surest,
)

_CONTACTS = "from contacts t where t.org_id = :org and t.deleted_at is null"
# People change companies, and many are called the same: only where one of the two says nothing about it.
_LOOSE = f"{_CONTACTS} and (:company = '' or t.company_id is null)"


def likely_duplicates(connection: Connection, catalog: Catalog, draft: Row) -> list[Hit]:
    """See `storage.reads.duplicates.likely_duplicates`."""
    typed = Draft.read(catalog, draft, dialect)
    if not (typed.emails or typed.phones or typed.names):
        return []
    best = surest(typed, _matches(typed, _look(connection, catalog, typed)))
    if not best:
        return []
    sql = f"""
        select t.id, {dialect.person_name("t")}, coalesce(k.name, '')
        from unnest(:ids::uuid[]) with ordinality as place (id, place)
        join contacts t on t.org_id = :org and t.id = place.id
        left join companies k on k.org_id = :org and k.id = t.company_id and k.deleted_at is null
        where t.deleted_at is null order by place.place
    """
    parameters = {"org": catalog.organization.id, "ids": as_ids(list(best))}
    return [
        Hit("contacts", contact_id, "contacts", name, " · ".join(filter(None, (best[contact_id], company))))
        for contact_id, name, company in value(connection, rows(sql, 3), parameters)
    ]


def _look(connection: Connection, catalog: Catalog, draft: Draft) -> list[Any]:
    """Everything that may be meant: by e-mail, by phone, at the company, of the same name, of the same beginning."""
    parameters: dict[str, Any] = {
        "org": catalog.organization.id, "email": list(draft.emails), "phone": list(draft.phones),
        "keys": draft.keys if draft.names else [], "company": draft.company,
    }  # fmt: skip
    parts = [_points("email"), _points("phone")]
    if draft.names:
        parts += [_people(draft) if draft.company else "'[]'::json"]
        parts += [_listed(f"select t.id {_LOOSE} and t.sort_key = any (:keys::text[]) limit {MOST}", "id")]
        legs = []
        for place, start in enumerate(draft.beginnings):
            parameters[f"start{place}"] = start
            begins = dialect.key_starts("t.sort_key", f":start{place}")
            legs.append(
                f"(select t.id, t.sort_key {_LOOSE} and {begins} order by t.sort_key limit {NAMESAKES})"
            )
        parts += [_listed(" union ".join(legs), "id, sort_key")]
    looked: list[Any] = value(connection, f"select json_build_array({', '.join(parts)})", parameters)
    return looked


def _listed(select: str, names: str) -> str:
    return f"(select coalesce(json_agg(json_build_array({names})), '[]') from ({select}) found)"


def _points(kind: str) -> str:
    wanted = f"p.org_id = :org and p.value = any (:{kind}::text[]) and p.kind = '{kind}'"
    return _listed(
        f"select p.contact_id, p.value from contact_points p where {wanted} limit {4 * MOST}",
        "contact_id, value",
    )


def _people(draft: Draft) -> str:
    """The contacts of the company, or of those whose name begins so."""
    named = "k.sort_key = :company"
    if len(draft.company) >= LEAST_LETTERS:
        named = dialect.key_starts("k.sort_key", ":company")
    firms = (
        f"select k.id from companies k where k.org_id = :org and k.deleted_at is null and {named}"
        f" order by k.sort_key limit {COMPANIES}"
    )
    people = (
        f"select t.sort_key, t.id from ({firms}) firm join contacts t on t.company_id = firm.id"
        f" where t.org_id = :org and t.deleted_at is null limit {COLLEAGUES}"
    )
    return _listed(people, "sort_key, id")


def _matches(draft: Draft, looked: list[Any]) -> Iterator[Match]:
    emails, phones, *by_name = looked
    for kind, points in (("email", emails), ("phone", phones)):
        for contact_id, point in points:
            yield same_point(contact_id, kind, point)
    if by_name:
        people, same, alike = by_name
        yield from colleagues(draft, people)
        yield from (Match(contact_id, "Same name") for (contact_id,) in same)
        yield from namesakes(draft, dict(alike))
