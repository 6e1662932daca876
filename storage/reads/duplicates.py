"""Contacts that may be the same person as one who is being typed in."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from collections.abc import Iterator

from core.catalog import Catalog
from core.changes import Row
from core.workspace import Hit
from storage.codec import to_json
from storage.reads import sqlite
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
from storage.reads.sqlite import Connection


def likely_duplicates(connection: Connection, catalog: Catalog, draft: Row) -> list[Hit]:
    """Contacts that may be the same person as the draft, best first, each with the reason.

    Args:
        connection: a reader.
        catalog: the set-up.
        draft: what has been typed so far; see `storage.reads.likeness.Draft.read`.
    """
    typed = Draft.read(catalog, draft, sqlite)
    best = surest(typed, _matches(connection, catalog, typed))
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


def _matches(connection: Connection, catalog: Catalog, draft: Draft) -> Iterator[Match]:
    yield from _same_points(connection, catalog, draft)
    if not draft.names:
        return
    if draft.company:
        yield from colleagues(draft, _people(connection, catalog, draft))
    # People change companies, and many are called the same: only where one of the two says nothing about it.
    sql = (
        f"select t.id from contacts t where t.org_id = :org and t.deleted_at is null"
        f" and t.sort_key in {sqlite.listed(':keys')} and (:company = '' or t.company_id is null) limit {MOST}"
    )
    parameters = {"org": catalog.organization.id, "keys": to_json(draft.keys), "company": draft.company}
    for (contact_id,) in connection.execute(sql, parameters):
        yield Match(contact_id, "Same name")
    yield from namesakes(draft, _with_beginnings(connection, catalog, draft))


def _same_points(connection: Connection, catalog: Catalog, draft: Draft) -> Iterator[Match]:
    sql = (
        f"select contact_id, value from contact_points where org_id = :org and value in {sqlite.listed(':values')}"
        f" and kind = :kind limit {4 * MOST}"
    )
    for kind, values in (("email", draft.emails), ("phone", draft.phones)):
        parameters = {"org": catalog.organization.id, "kind": kind, "values": to_json(list(values))}
        for contact_id, value in connection.execute(sql, parameters) if values else ():
            yield same_point(contact_id, kind, value)


def _with_beginnings(connection: Connection, catalog: Catalog, draft: Draft) -> dict[str, str]:
    found: dict[str, str] = {}
    sql = (
        "select t.id, t.sort_key from contacts t where t.org_id = :org and t.deleted_at is null"
        f" and {sqlite.key_starts('t.sort_key', ':start')} and (:company = '' or t.company_id is null)"
        f" order by t.sort_key limit {NAMESAKES}"
    )
    for start in draft.beginnings:
        parameters = {"org": catalog.organization.id, "start": start, "company": draft.company}
        found.update(connection.execute(sql, parameters).fetchall())
    return found


def _people(connection: Connection, catalog: Catalog, draft: Draft) -> list[tuple[str, str]]:
    """The contacts of the company, or of those whose name begins so."""
    named = "k.sort_key = :company"
    if len(draft.company) >= LEAST_LETTERS:
        named = sqlite.key_starts("k.sort_key", ":company")
    sql = f"""
        select t.sort_key, t.id from
        (select k.id from companies k where k.org_id = :org and k.deleted_at is null and {named}
         order by k.sort_key limit {COMPANIES}) firm
        cross join contacts t on t.company_id = firm.id
        where t.org_id = :org and t.deleted_at is null limit {COLLEAGUES}
    """
    parameters = {"org": catalog.organization.id, "company": draft.company}
    return connection.execute(sql, parameters).fetchall()
