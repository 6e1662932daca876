"""The list of contacts: windows into an order, counts, ids."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from core.catalog import Catalog
from core.filters import Query
from core.workspace import ContactLine
from storage.postgres.reads import dialect
from storage.postgres.reads.dialect import as_ids
from storage.postgres.reads.statement import Connection, rows, value
from storage.reads.compile import Condition, compile_query
from storage.reads.lines import COMPANY, columns
from storage.reads.ranking import RANKED, rank


class _Leg(NamedTuple):
    """A part of an order: the whole order is its parts, one behind the other.

    Attributes:
        order: the columns, none of which is null in this part: so an index gives them either way.
        where: which contacts are in this part.
        join: what else is needed to sort them.
    """

    order: tuple[str, ...]
    where: str = "true"
    join: str = ""


_BY_NAME = ("t.sort_key", "t.id")
_HERE = "companies k where k.org_id = :org and k.id = t.company_id and k.deleted_at is null"
SORTS: Mapping[str, Sequence[_Leg]] = {
    "name": (_Leg(_BY_NAME),),
    "last": (
        _Leg(("t.id",), "t.last_activity_at is null"),
        _Leg(("t.last_activity_at", "t.id"), "t.last_activity_at is not null"),
    ),
    "created": (_Leg(("t.created_at", "t.id")),),
    "status": (_Leg(("t.lead_status", *_BY_NAME)),),
    "next": (
        _Leg(("t.next_task_at", "t.id"), "t.next_task_at is not null"),
        _Leg(("t.id",), "t.next_task_at is null"),
    ),
    "company": (
        _Leg(
            ("k.sort_key", "k.id", *_BY_NAME),
            join=" join companies k on k.org_id = :org and k.id = t.company_id and k.deleted_at is null",
        ),
        _Leg(_BY_NAME, "t.company_id is null"),
        _Leg(("t.company_id", *_BY_NAME), f"t.company_id is not null and not exists (select from {_HERE})"),
    ),
}
"""How the list can be sorted, in the meaning of `storage.reads.contacts.SORTS`."""

_TELLING = re.compile(r"'\w{3,}'")
_WORD = re.compile(r"'\w*'")
_NEWEST = "order by t.created_at desc, t.id desc"
_TURNED = frozenset({"last"})
"""Sorts whose parts change places when they run the other way round."""


def contacts(
    connection: Connection,
    catalog: Catalog,
    query: Query,
    *,
    sort: str = "name",
    descending: bool = False,
    offset: int = 0,
    limit: int = 100,
) -> list[ContactLine]:
    """See `storage.reads.contacts.contacts`."""
    condition = compile_query(catalog, "contacts", query, dialect)
    if sort == "relevance" and condition.terms is not None:
        line = f"json_build_array({columns(dialect)})"
        return _lines(_relevant(connection, condition, offset, limit, line))
    legs = _legs(sort, descending)
    parameters = {**condition.parameters, "offset": offset, "limit": limit, "needed": offset + limit}
    return _lines(value(connection, _window(condition, legs, descending), parameters))


def count_contacts(connection: Connection, catalog: Catalog, query: Query) -> int:
    """See `storage.reads.contacts.count_contacts`."""
    condition = compile_query(catalog, "contacts", query, dialect)
    if condition.terms is not None and condition.tests == "true":
        sql = f"select count(*) from {dialect.found('contacts')}"
    else:
        sql = f"select count(*) from contacts t where {_where(condition)}"
    return int(value(connection, sql, condition.parameters))


def contact_ids(
    connection: Connection,
    catalog: Catalog,
    query: Query,
    *,
    sort: str = "name",
    descending: bool = False,
    among: Collection[str] | None = None,
) -> list[str]:
    """See `storage.reads.contacts.contact_ids`."""
    condition = compile_query(catalog, "contacts", query, dialect)
    if sort == "relevance" and condition.terms is not None:
        found: list[str] = _relevant(connection, condition, 0, None, "t.id")
        return found if among is None else [found_id for found_id in found if found_id in among]
    legs = _legs(sort, descending)
    way = " desc" if descending else ""
    where = condition.whole if among is not None else _where(condition)
    parameters = dict(condition.parameters)
    if among is not None:
        where += " and t.id = any (:among::uuid[])"
        parameters["among"] = as_ids(sorted(set(among)))
    parts = []
    for place, leg in enumerate(legs):
        order = ", ".join(f"{column}{way}" for column in leg.order)
        parts.append(
            f"select t.id, {place} as leg, row_number() over (order by {order}) as place"
            f" from contacts t{leg.join} where {where} and {leg.where}"
        )
    sql = f"select coalesce(json_agg(id order by leg, place), '[]') from ({' union all '.join(parts)}) legs"
    ids: list[str] = value(connection, sql, parameters)
    return ids


def _legs(sort: str, descending: bool) -> Sequence[_Leg]:
    legs = SORTS.get(sort, SORTS["name"])
    return legs[::-1] if descending and sort in _TURNED else legs


def _where(condition: Condition) -> str:
    """The condition, and what leads to the rows through the index of words where that leads to few.

    A test on the beginning of a field says nothing to the planner, which else goes through all contacts in their order.
    """
    if condition.hinted and condition.terms is None:
        words = _WORD.findall(condition.parameters["hint"])
        if all(map(_TELLING.fullmatch, words)):
            return f"{condition.whole} and t.id in (select hit from offhook.found('contacts', :hint::tsquery) as hit)"
    return condition.whole


def _window(condition: Condition, legs: Sequence[_Leg], descending: bool) -> str:
    """A window of all that matches: what each part has of it, as far as those before have not enough, then the lines."""
    way = " desc" if descending else ""
    where = _where(condition)
    parts: list[str] = []
    for place, leg in enumerate(legs):
        order = ", ".join(f"{column}{way}" for column in leg.order)
        # A limit of nothing is an answer at once, whatever it is a limit of.
        before = " + ".join(f"(select count(*) from leg{n})" for n in range(place))
        limit = f"greatest(0, :needed - ({before}))" if before else ":needed"
        parts.append(
            f"leg{place} as materialized (select t.id, {place} as leg, row_number() over (order by {order}) as place"
            f" from contacts t{leg.join} where {where} and {leg.where} order by {order} limit {limit})"
        )
    whole = " union all ".join(f"select * from leg{place}" for place in range(len(legs)))
    return f"""
        with {", ".join(parts)}
        select coalesce(json_agg(json_build_array({columns(dialect)}) order by found.leg, found.place), '[]')
        from (select * from ({whole}) legs order by leg, place offset :offset limit :limit) found
        join contacts t on t.org_id = :org and t.id = found.id {COMPANY}
    """


def _lines(listed: Sequence[Any]) -> list[ContactLine]:
    return list(map(ContactLine._make, listed))


def _relevant(
    connection: Connection, condition: Condition, offset: int, limit: int | None, told: str
) -> list[Any]:
    """What is told of a window (of all from its offset on, without a limit) of what words find.

    The newest are ranked, then comes the rest, newest first.
    """
    assert condition.terms is not None
    chosen: list[str] = []
    upto = None if limit is None else offset + limit
    rest = limit
    if offset < RANKED:
        tokens = list(dict.fromkeys(condition.terms.tokens))
        parameters = {**condition.parameters, "tokens": tokens, "ranked": RANKED}
        hits = value(connection, rows(_newest(condition), 4), parameters)
        chosen = [hit[0] for hit in rank(hits, condition.terms.tokens)][offset:upto]
        if len(hits) < RANKED:
            rest = 0
        elif limit is not None:
            rest = limit - len(chosen)
    if not chosen and rest == 0:
        return []
    more = ""
    if rest != 0:
        more = f"""
            union all select * from (
                select t.id, {RANKED} + row_number() over ({_NEWEST}) as place from contacts t where {condition.whole}
                {_NEWEST} offset :offset limit :limit
            ) rest
        """
    sql = f"""
        select coalesce(json_agg({told} order by found.place), '[]')
        from (select id, place from unnest(:ids::uuid[]) with ordinality as chosen (id, place) {more}) found
        join contacts t on t.org_id = :org and t.id = found.id and t.deleted_at is null {COMPANY}
    """
    window = {"ids": chosen, "offset": max(offset, RANKED), "limit": rest}
    found: list[Any] = value(connection, sql, {**condition.parameters, **window})
    return found


def _newest(condition: Condition) -> str:
    """The newest that match, with what ranking looks at."""
    if condition.tests == "true":
        return f"select id, name, told, at from {dialect.newest_found('contacts')}"
    return f"""
        select id, sort_key, array_to_string(array(select token from unnest(:tokens::text[]) token
            where strpos(' ' || search || ' ', ' ' || token || ' ') > 0), ' '), date_part('epoch', last_activity_at)
        from (select * from contacts t where {condition.whole} {_NEWEST} limit :ranked) t {_NEWEST}
    """
