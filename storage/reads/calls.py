"""Who is called next, and what came of calling: what was tried before, who else is about to, a day's figures."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.catalog import Catalog
from core.workspace import Callee, CallStats
from storage.codec import to_json, to_micros
from storage.reads import sqlite
from storage.reads.compile import live
from storage.reads.dialect import Dialect
from storage.reads.sqlite import Connection

DAY = dt.timedelta(hours=24)
CONVERSATION_SECONDS = 60
"""A call that connected and took longer is a conversation."""

CALLS = f"{live('activities')} and t.kind = 'call'"
OUT = "t.direction <> 'in'"
"""Whoever logs a call that came in says so."""


def connected(sql: Dialect) -> str:
    """Whether the call `t` reached somebody. Entries from before outcomes could be edited say so by their outcome alone."""
    return f"coalesce({sql.named_flag('t.data', 'connected')}, t.outcome = 'connected')"


def columns(sql: Dialect) -> str:
    """What is to be known of a contact `c`, its company `k` and somebody else's reservation `r` of it, before it is called."""
    calls = f"from activities t where {CALLS} and t.contact_id = c.id"
    newest = "order by t.occurred_at desc limit 1"
    since = f"coalesce((select t.occurred_at {calls} and {connected(sql)} {newest}), {sql.earliest()})"
    return f"""
        c.id, {sql.person_name("c")}, c.title, c.book_id, k.id, coalesce(k.name, ''), c.do_not_call,
        {sql.json_text("c.phones")}, c.lead_status, c.time_zone, c.country, c.region, c.city,
        coalesce(k.country, ''), coalesce(k.region, ''),
        (select {sql.seconds("t.occurred_at")} {calls} {newest}),
        (select {sql.gathered(sql.seconds("t.occurred_at"))} {calls} and {OUT} and t.occurred_at > :day_ago),
        (select count(*) {calls} and {OUT} and t.occurred_at > {since} and not {connected(sql)}),
        (select {sql.seconds("t.occurred_at")} {calls} and {OUT} {newest}),
        r.user_id, {sql.seconds("r.until")}
    """


def around(now: str) -> str:
    """Joins a contact's company, and somebody else's reservation of it that holds by the store's clock."""
    return f"""
        left join companies k on k.org_id = :org and k.id = c.company_id and k.deleted_at is null
        left join reservations r on r.org_id = :org and r.contact_id = c.id and r.user_id <> :me and r.until > {now}
    """


def callees(
    connection: Connection, catalog: Catalog, contact_ids: Sequence[str], now: dt.datetime
) -> list[Callee]:
    """Contacts as those who may be called, in the order of their ids. Those that are not there are left out.

    Args:
        connection: a reader.
        catalog: the set-up.
        contact_ids: whom.
        now: what the last 24 hours count back from, and reservations end by.
    """
    sql = (
        f"select {columns(sqlite)} from {sqlite.placed(':ids', 'place')}"
        f" cross join contacts c on c.org_id = :org and c.id = place.value and c.deleted_at is null {around(':now')}"
        " order by place.key"
    )
    parameters = {
        "org": catalog.organization.id, "me": catalog.me.id, "ids": to_json(list(contact_ids)),
        "now": to_micros(now), "day_ago": to_micros(now - DAY),
    }  # fmt: skip
    return [
        callee(catalog, row, json.loads(row[7]), json.loads(row[16]))
        for row in connection.execute(sql, parameters)
    ]


def callee(
    catalog: Catalog, row: Sequence[Any], phones: Sequence[Mapping[str, str]], today: Sequence[int]
) -> Callee:
    """A row of `columns`, with what its lists hold."""
    holder = row[19]
    return Callee._make(
        (
            *row[:6],
            bool(row[6]),
            tuple(phones),
            *row[8:16],
            tuple(sorted(today, reverse=True)),
            *row[17:19],
            "" if holder is None else catalog.user_name(holder),
            row[20],
        )
    )


def stats_columns(sql: Dialect) -> str:
    """The figures over calls `t`."""
    reached = connected(sql)
    talked = f"case when {reached} then coalesce(t.duration_s, 0) else 0 end"
    return f"""
        count(*), count(case when {reached} then 1 end), count(case when {talked} > {CONVERSATION_SECONDS} then 1 end),
        count(case when {sql.named_flag("t.data", "meeting")} then 1 end), coalesce(sum({talked}), 0),
        {sql.seconds("min(t.occurred_at)")}, {sql.seconds("max(t.occurred_at)")}
    """


def stats_where(sql: Dialect, block: str) -> str:
    """Which calls they are over; the parameter `block` holds the calling session where one is asked for."""
    of_block = f" and {sql.named_text('t.data', 'block')} = :block" if block else ""
    return f"{CALLS} and {OUT} and t.user_id = :user and t.occurred_at >= :since and t.occurred_at < :until{of_block}"


def call_stats(
    connection: Connection,
    catalog: Catalog,
    since: dt.datetime,
    until: dt.datetime,
    *,
    user_id: str | None = None,
    block: str = "",
) -> CallStats:
    """What came of the calls out from `since` up to, but without, `until`.

    Args:
        connection: a reader.
        catalog: the set-up.
        since: the begin.
        until: the end.
        user_id: whose calls; None: one's own.
        block: of one calling session alone; empty: of all.
    """
    sql = f"select {stats_columns(sqlite)} from activities t where {stats_where(sqlite, block)}"
    parameters = {
        "org": catalog.organization.id, "user": user_id or catalog.me.id, "since": to_micros(since),
        "until": to_micros(until), "block": sqlite.bindable(block),
    }  # fmt: skip
    return CallStats._make(connection.execute(sql, parameters).fetchone())
