"""The list of contacts: windows into an order, counts, ids."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from core.catalog import Catalog
from core.filters import Query
from core.workspace import ContactLine
from storage.codec import to_json
from storage.reads import sqlite
from storage.reads.compile import Condition, compile_query
from storage.reads.lines import contact_lines
from storage.reads.ranking import RANKED, rank
from storage.reads.sqlite import Connection


class _Leg(NamedTuple):
    """A part of an order: the whole order is its parts, one behind the other.

    Attributes:
        order: the columns.
        where: which contacts are in this part.
        walk: where they come from in that order without being sorted, by an index.
        join: what else is needed to sort them.
        one: `where` as it is best asked of one contact after the other; empty: as it is.
    """

    order: tuple[str, ...]
    where: str = "true"
    walk: str = "contacts t"
    join: str = ""
    one: str = ""

    @property
    def test(self) -> str:
        """`where` for contacts that come from elsewhere; the plus keeps SQLite from going by an index of this order."""
        return self.where if self.where == "true" else f"+{self.where}"


_BY_NAME = ("t.sort_key", "t.id")
_COMPANIES = "companies k where k.org_id = :org and k.deleted_at is null"
# True of every text: it points SQLite to the index that has them in their order.
_COMPANIES_BY_NAME = f"(select k.id, k.sort_key from {_COMPANIES} and k.sort_key >= '') k"
# Contacts of a company that was deleted or is out of sight have none to be sorted by.
_WITHOUT_COMPANY = (
    "(select t.company_id from contacts t where t.org_id = :org and t.deleted_at is null and t.company_id is not null"
    f" except select k.id from {_COMPANIES})"
)

_NAME = _Leg(_BY_NAME)

SORTS: Mapping[str, Sequence[_Leg]] = {
    "name": (_NAME,),
    "last": (_Leg(("t.last_activity_at", "t.id")),),
    "created": (_Leg(("t.created_at", "t.id")),),
    "status": (_Leg(("t.lead_status", *_BY_NAME)),),
    "next": (
        _Leg(("t.next_task_at", "t.id"), "t.next_task_at is not null"),
        _Leg(("t.id",), "t.next_task_at is null"),
    ),
    "company": (
        _Leg(
            ("k.sort_key", "k.id", *_BY_NAME),
            walk=f"{_COMPANIES_BY_NAME} cross join contacts t on t.company_id = k.id",
            join=f" cross join (select k.id, k.sort_key from {_COMPANIES}) k on k.id = t.company_id",
        ),
        _Leg(_BY_NAME, "t.company_id is null"),
        _Leg(
            ("t.company_id", *_BY_NAME),
            f"t.company_id in {_WITHOUT_COMPANY}",
            f"{_WITHOUT_COMPANY} gone cross join contacts t on t.company_id = gone.company_id",
            one=f"t.company_id is not null and not exists (select 1 from {_COMPANIES} and k.id = t.company_id)",
        ),
    ),
}
"""How the list can be sorted. Contacts without a task or company come last, whichever way it runs; contacts that were
never spoken to come before the first that was."""

PROBED = 2_000
"""How many contacts are looked at in their order before it is given up for reading all and sorting what matches. A
filter that one contact in twenty passes is answered by these."""


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
    """A window of the contacts that match.

    By relevance, the newest contacts that match are ranked, and the rest follows, newest first; without words to be
    relevant to, and for a sort that is none, the order is by name.

    Args:
        connection: a reader.
        catalog: the set-up.
        query: the filter.
        sort: name, company, last, next, created, status, or relevance.
        descending: the other way round; not for relevance.
        offset: how many to skip.
        limit: the most to return.

    Raises:
        Invalid: the filter has more parts than a filter can have.
    """
    condition = compile_query(catalog, "contacts", query)
    if sort == "relevance" and condition.terms is not None:
        rows = _relevant(connection, condition, offset, limit)
    else:
        rows = _sorted(connection, condition, SORTS.get(sort, SORTS["name"]), descending, offset, limit)
    return contact_lines(connection, catalog, rows)


def count_contacts(connection: Connection, catalog: Catalog, query: Query) -> int:
    """How many contacts match.

    Raises:
        Invalid: the filter has more parts than a filter can have.
    """
    condition = compile_query(catalog, "contacts", query)
    if condition.terms is not None and condition.tests == "true":
        sql = sqlite.count_found("contacts", sqlite.by_row(condition.where))
        return int(connection.execute(sql, condition.parameters).fetchone()[0])
    return _count(connection, condition)


def contact_ids(
    connection: Connection,
    catalog: Catalog,
    query: Query,
    *,
    sort: str = "name",
    descending: bool = False,
    among: Collection[str] | None = None,
) -> list[str]:
    """The ids of all contacts that match, in the order of `contacts`.

    Args:
        connection: a reader.
        catalog: the set-up.
        query: the filter.
        sort: as for `contacts`.
        descending: as for `contacts`.
        among: only of these, which are few.

    Raises:
        Invalid: the filter has more parts than a filter can have.
    """
    condition = compile_query(catalog, "contacts", query)
    if sort == "relevance" and condition.terms is not None:
        rows = _relevant(connection, condition, 0, None)
        found = _ids(connection, catalog, rows)
        return found if among is None else [found_id for found_id in found if found_id in among]
    way = " desc" if descending else ""
    parameters = dict(condition.parameters)
    if among is not None:
        parameters["among"] = to_json(sorted(set(among)))
    ids: list[str] = []
    for leg in SORTS.get(sort, SORTS["name"]):
        order = ", ".join(f"{column}{way}" for column in leg.order)
        if among is None:
            sql = _in_order(condition, leg, order, "t.id")
        else:
            sql = (
                f"select t.id from {sqlite.placed(':among', 'one')} cross join contacts t on t.id = one.value{leg.join}"
                f" where {condition.whole} and {leg.one or leg.test} order by +{order}"
            )
        ids += [row[0] for row in connection.execute(sql, parameters)]
    return ids


def _ids(connection: Connection, catalog: Catalog, rows: Sequence[int]) -> list[str]:
    """The ids of contacts given by their `n`, in that order."""
    sql = (
        f"select t.id from {sqlite.placed(':rows', 'place')} cross join contacts t on t.n = place.value"
        f" where {sqlite.BY_ROW} order by place.key"
    )
    parameters = {"org": catalog.organization.id, "rows": to_json(list(rows))}
    return [row[0] for row in connection.execute(sql, parameters)]


def _source(condition: Condition) -> tuple[str, str]:
    """Where all that matches is best read from, in no order, and the condition that is left."""
    if condition.terms is not None:
        source, match, _ = sqlite.found("contacts")
        return source, f"{match} and {sqlite.by_row(condition.where)}"
    if condition.few or condition.is_empty:
        return "contacts t", condition.where
    if condition.hinted:
        source, match, _ = sqlite.found("contacts", ":hint")
        return source, f"{match} and {sqlite.by_row(condition.where)}"
    if condition.some or condition.in_book:
        return "contacts t", condition.where
    return sqlite.unordered("contacts"), condition.where


def _count(connection: Connection, condition: Condition, leg: _Leg | None = None) -> int:
    if leg is None and condition.is_empty:
        # True of every text: of all indexes that could count, it points to a lean one.
        source, where = "contacts t", f"{condition.live} and t.sort_key >= ''"
    elif leg is None:
        source, where = _source(condition)
    elif condition.is_empty:
        source, where = leg.walk, f"{condition.live} and {leg.where}"
    else:
        source, where = _source(condition)
        source, where = f"{source}{leg.join}", f"{where} and {leg.test}"
    sql = f"select count(*) from {source} where {where}"
    return int(connection.execute(sql, condition.parameters).fetchone()[0])


def _sorted(
    connection: Connection,
    condition: Condition,
    legs: Sequence[_Leg],
    descending: bool,
    offset: int,
    limit: int,
) -> list[int]:
    rows: list[int] = []
    for leg in legs:
        found = _part(connection, condition, leg, descending, offset, limit - len(rows))
        rows += found
        if len(rows) >= limit or leg is legs[-1]:
            break
        # What was skipped here need not be skipped in the next part.
        offset = 0 if found or not offset else offset - _count(connection, condition, leg)
    return rows


def _part(
    connection: Connection, condition: Condition, leg: _Leg, descending: bool, offset: int, limit: int
) -> list[int]:
    way = " desc" if descending else ""
    order = ", ".join(f"{column}{way}" for column in leg.order)
    if condition.terms is None and not _walks(condition, leg):
        probe = f"select t.n, {condition.tests} {_walk(condition, leg)} order by {order} limit {PROBED}"
        found = (row[0] for row in connection.execute(probe, condition.parameters) if row[1])
        rows = list(islice(found, offset, offset + limit))
        if len(rows) == limit:
            return rows
    sql = f"{_in_order(condition, leg, order, 't.n')} limit :limit offset :offset"
    window = {**condition.parameters, "limit": limit, "offset": offset}
    return [row[0] for row in connection.execute(sql, window)]


def _in_order(condition: Condition, leg: _Leg, order: str, what: str) -> str:
    """The SQL that selects something of all that matches and is in a part, in its order."""
    if _walks(condition, leg):
        return f"select {what} {_walk(condition, leg)} and {condition.tests} order by {order}"
    source, where = _source(condition)
    return f"select {what} from {source}{leg.join} where {where} and {leg.test} order by +{order}"


def _walks(condition: Condition, leg: _Leg) -> bool:
    """Whether an index has all that matches in the order of the part, and hardly anything else."""
    own_by_name = condition.in_book and not condition.few and condition.terms is None and leg == _NAME
    return condition.is_empty or own_by_name


def _walk(condition: Condition, leg: _Leg) -> str:
    return f"from {leg.walk} where {condition.live} and {leg.where}"


def _relevant(connection: Connection, condition: Condition, offset: int, limit: int | None) -> list[int]:
    assert condition.terms is not None
    upto = None if limit is None else offset + limit
    source, found, order = sqlite.found("contacts")
    tail = f"from {source} where {found} and {sqlite.by_row(condition.where)} order by {order} limit :limit offset :offset"
    rows: list[int] = []
    if offset < RANKED:
        head = f"select t.n, t.sort_key, t.search, t.last_activity_at {tail}"
        window = {"limit": RANKED, "offset": 0}
        hits = connection.execute(head, {**condition.parameters, **window}).fetchall()
        rows = [hit[0] for hit in rank(hits, condition.terms.tokens)][offset:upto]
        if len(hits) < RANKED:
            return rows
    if limit is None or len(rows) < limit:
        # SQLite takes a limit below zero for none.
        rest = -1 if limit is None else limit - len(rows)
        window = {"limit": rest, "offset": max(offset, RANKED)}
        more = connection.execute(f"select t.n {tail}", {**condition.parameters, **window})
        rows += [row[0] for row in more]
    return rows
