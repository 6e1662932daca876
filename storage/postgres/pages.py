"""Rows in pages, for a cache that takes in whole books: read under the login's own rights, as SQLite keeps them.

A page is read in the order of the feed (`sync_xid`, `id`), so a row that is written meanwhile only moves forward, and
whatever a page cannot have seen is in the delta since a cursor that was taken before the first one. The server makes
most of the conversion, and the client only takes the spaces out of JSON: half of the time of a load would go into
Python objects otherwise.
"""

# ruff: noqa: S608 (table and column names come from the declarations in core, values are always bound)
from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import psycopg

from core.entities import RECORDS
from core.errors import Unavailable
from core.schema import Kind, fields_of
from storage.codec import Encoded, codec, to_json

TABLES = ("companies", "contacts", "deals", "tasks", "activities")
"""The tables whose rows lie in books, in the order in which they are of use to somebody who waits for them."""
ROWS = 5_000
"""How many rows of a book a page has at most."""


class OutOfSight(Unavailable):
    """A book is not among those that the login sees at this moment: that it came out empty says nothing.

    Which books there are is to be asked first (`storage.postgres.feed.pull`); where it is among them again, it is read on.
    """

    def __init__(self) -> None:
        super().__init__("Which records you see has just changed.")


class Place(NamedTuple):
    """How far a table was read in one book.

    Attributes:
        book_id: the book.
        after_xid: the transaction of the last row; empty before the first one.
        after_id: the last row's id; empty before the first one.
    """

    book_id: str
    after_xid: str = ""
    after_id: str = ""


class Page(NamedTuple):
    """Rows of one table out of one or several books.

    Attributes:
        rows: the rows.
        unfinished: the books in which there may be more, and how far they are read now.
    """

    rows: list[Encoded]
    unfinished: dict[str, Place]


def page(
    wire: psycopg.Connection[Any], table: str, places: Sequence[Place], *, since: str = "", limit: int = ROWS
) -> Page:
    """Reads on in some books. One round trip.

    Args:
        wire: the login's connection, in autocommit mode.
        table: one of `TABLES`.
        places: where to read on, one for each book. Of several books each gives `limit` rows at most, so several are for
            small ones.
        since: a cursor: only what it has not seen; empty: everything.
        limit: how many rows of a book at most.

    Raises:
        OutOfSight: the login does not see one of the books.
        psycopg.Error: it cannot be read.
    """
    names = len(codec(table).names)
    given: dict[str, Any] = {
        "books": [place.book_id for place in places],
        "xids": [place.after_xid or "0" for place in places],
        "ids": [place.after_id or _FIRST for place in places],
        "limit": limit,
        "since": since,
    }
    with wire.cursor(binary=True) as cursor:
        found = cursor.execute(_page_sql(table, bool(since)), given).fetchall()
    book, own = codec(table).names.index("book_id"), codec(table).names.index("id")
    if not all(row[names + 1] for row in found):
        raise OutOfSight
    # A book without rows is there with an empty one.
    found = [row for row in found if row[own] is not None]
    shorten = _shortener(table)
    counts: dict[str, int] = {}
    last: dict[str, tuple[int, str]] = {}
    if len(places) == 1:
        # As they come: the one scan that there is goes by the index.
        counts[places[0].book_id] = len(found)
        if found:
            last[places[0].book_id] = (found[-1][names], found[-1][own])
    else:
        for row in found:
            counts[row[book]] = counts.get(row[book], 0) + 1
            last[row[book]] = max(last.get(row[book], (0, "")), (row[names], row[own]))
    return Page(
        [shorten(row) for row in found],
        {key: Place(key, str(last[key][0]), last[key][1]) for key, count in counts.items() if count >= limit},
    )


def first_look(
    wire: psycopg.Connection[Any], *, deals: int = 2_000, tasks: int = 500
) -> dict[str, list[Encoded]]:
    """What is of use first: open deals, one's own before others', one's tasks that are due, and whom they are about.

    Args:
        wire: the login's connection, in autocommit mode.
        deals: how many deals at most.
        tasks: how many tasks at most.

    Returns:
        Rows by table.

    Raises:
        psycopg.Error: it cannot be read.
    """
    with wire.cursor(binary=True) as cursor:
        row = cursor.execute(_FIRST_LOOK, {"deals": deals, "tasks": tasks}).fetchone()
        assert row is not None, "aggregates give one row"
        out: dict[str, list[Encoded]] = {}
        for table, ids in zip(("companies", "contacts", "deals", "tasks"), row, strict=True):
            found = cursor.execute(_rows_sql(table), {"ids": ids}).fetchall() if ids else []
            out[table] = [_shortener(table)(each) for each in found]
    return out


def sizes(wire: psycopg.Connection[Any], books: Collection[str]) -> dict[str, dict[str, int]]:
    """How many rows there are: by book and table, without tables that have none and books that the login does not see.

    Raises:
        psycopg.Error: it cannot be read.
    """
    out: dict[str, dict[str, int]] = {}
    for table, book_id, count in wire.execute(_SIZES, {"books": list(books)}):
        held = out.setdefault(book_id, {})
        if table:
            held[table] = count
    return out


def ids(wire: psycopg.Connection[Any], table: str, books: Collection[str]) -> set[str]:
    """The ids of all rows of a table that lie in some books.

    Raises:
        OutOfSight: the login does not see one of the books.
        psycopg.Error: it cannot be read.
    """
    [(row_ids, in_sight)] = wire.execute(
        f"select array(select t.id::text from offhook.{table} t where t.org_id = (select my_org())"
        " and t.book_id = any (%(books)s::uuid[])), %(books)s::uuid[] <@ (select visible_books())::uuid[]",
        {"books": list(books)},
    )
    if not in_sight:
        raise OutOfSight
    return set(row_ids)


# --- statements ---------------------------------------------------------------------------------------------------

_FIRST = "00000000-0000-0000-0000-000000000000"

_SIZES = " union all ".join(
    [
        "select '', b.id, 0 from unnest(%(books)s::uuid[]) as b (id) where b.id = any ((select visible_books())::uuid[])"
    ]
    + [
        f"select '{table}', t.book_id, count(*) from offhook.{table} t"
        " where t.org_id = (select my_org()) and t.book_id = any (%(books)s::uuid[]) group by t.book_id"
        for table in TABLES
    ]
)

_FIRST_LOOK = """
with seen_deals as materialized (
    select d.id, d.contact_id, d.company_id from offhook.deals d
    where d.org_id = (select my_org()) and d.outcome = 'open' and d.deleted_at is null
    order by d.book_id in (select b.id from offhook.books b where b.user_id = (select my_user())) desc, d.id desc
    limit %(deals)s
), due as materialized (
    select t.id, t.deal_id, t.contact_id, t.company_id from offhook.tasks t
    where t.org_id = (select my_org()) and t.assignee_id = (select my_user()) and t.done_at is null
        and t.deleted_at is null and t.due_at < now() + interval '1 day'
    order by t.due_at limit %(tasks)s
), people as materialized (
    select c.id, c.company_id from offhook.contacts c
    where c.org_id = (select my_org())
        and c.id in (select contact_id from seen_deals union select contact_id from due)
)
select
    array(select company_id from seen_deals union select company_id from due union select company_id from people),
    array(select id from people),
    array(select id from seen_deals union select deal_id from due),
    array(select id from due)
"""


@cache
def _page_sql(table: str, with_since: bool) -> str:
    since = (
        " and t.sync_xid >= pg_snapshot_xmin(%(since)s::pg_snapshot)"
        " and not pg_visible_in_snapshot(t.sync_xid, %(since)s::pg_snapshot)"
        if with_since
        else ""
    )
    # Book by book: all at once would walk the index across everybody's. Whether each is in sight is said by the same
    # snapshot that reads it: one that is lost and regained would pass for an empty one otherwise.
    return (
        f"select {_selected(table, 'p')}, p.sync_xid::text::bigint, b.book_id = any ((select visible_books())::uuid[])"
        " from unnest(%(books)s::uuid[], %(xids)s::xid8[], %(ids)s::uuid[]) as b (book_id, xid, id)"
        f" left join lateral (select * from offhook.{table} t"
        " where t.org_id = (select my_org()) and t.book_id = b.book_id"
        f" and (t.sync_xid, t.id) > (b.xid, b.id){since} order by t.sync_xid, t.id limit %(limit)s) p on true"
    )


@cache
def _rows_sql(table: str) -> str:
    return (
        f"select {_selected(table, 't')} from offhook.{table} t"
        " where t.org_id = (select my_org()) and t.id = any (%(ids)s::uuid[])"
    )


def _selected(table: str, alias: str) -> str:
    return ", ".join(
        _AS_KEPT.get(spec.kind, "{}").format(f"{alias}.{name}")
        for name, spec in fields_of(RECORDS[table]).items()
    )


_AS_KEPT: Mapping[Kind, str] = {
    Kind.ID: "{}::text",
    Kind.REF: "{}::text",
    Kind.BOOL: "{}::int",
    Kind.TIME: "(extract(epoch from {}) * 1000000)::bigint",
    Kind.DATE: "to_char({}, 'YYYY-MM-DD')",
    Kind.SET: "{}::text",
    Kind.MAP: "{}::text",
}
"""How each kind of value is selected so that it comes as SQLite keeps it; other kinds come so by themselves."""


# --- JSON as SQLite keeps it ---------------------------------------------------------------------------------------


@cache
def _shortener(table: str) -> Callable[[Sequence[Any]], Encoded]:
    """Makes rows of a table as SQLite keeps them out of selected ones, which may have more columns."""
    kinds = [spec.kind for spec in fields_of(RECORDS[table]).values()]
    places = [place for place, kind in enumerate(kinds) if kind in (Kind.SET, Kind.MAP)]
    count = len(kinds)

    def shorten(row: Sequence[Any]) -> Encoded:
        for place in places:
            if len(row[place]) > 2:
                out = list(row[:count])
                for each in places:
                    if len(out[each]) > 2:
                        out[each] = compact(out[each])
                return tuple(out)
        return tuple(row[:count])

    return shorten


def compact(text: str) -> str:
    """JSON as PostgreSQL writes it, as `storage.codec` writes it: the same without the spaces between its parts."""
    if "\\" not in text:
        # Between the quotes are strings, which stay; what is between the strings is of few kinds.
        parts = text.split('"')
        between = _without_spaces(tuple(parts[::2]))
        if between:
            parts[::2] = between
            return '"'.join(parts)
    return to_json(json.loads(text))


@lru_cache(maxsize=4_096)
def _without_spaces(between: tuple[str, ...]) -> tuple[str, ...]:
    """What stands between the strings of a JSON text, without spaces; nothing where numbers may be written in another way."""
    return () if re.search(r"[\d.]", "".join(between)) else tuple(part.replace(" ", "") for part in between)
