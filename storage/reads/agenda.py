"""What there is to do today: tasks that are due, leads that nobody has called, deals that nobody looks after."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from core.calling.follow_up import RETRY_PRIORITY
from core.catalog import Catalog
from core.errors import NotFound
from core.filters import EVERYTHING
from core.health import DAY
from core.workspace import Agenda, Card, ContactLine, TaskLine
from storage.codec import to_json, to_micros
from storage.reads import sqlite
from storage.reads.board import cards
from storage.reads.lines import contact_lines
from storage.reads.sqlite import Connection
from storage.reads.tasks import task_lines

TASKS = "t.org_id = :org and t.deleted_at is null and t.done_at is null and t.assignee_id = :me and t.due_at < :tomorrow"
_CALLBACK = f"(t.kind = 'call' and not t.all_day and t.priority <> '{RETRY_PRIORITY}')"
"""See `core.calling.follow_up.is_callback`."""
TASK_ORDER = f"""
    case when {_CALLBACK} then 0 else 1 end, t.due_at, case t.priority when 'high' then 0 when 'low' then 2 else 1 end, t.id
"""


def agenda(
    connection: Connection, catalog: Catalog, now: dt.datetime, tomorrow: dt.datetime, *, limit: int = 200
) -> Agenda:
    """What there is to do for the user; see `core.workspace.Agenda`.

    Args:
        connection: a reader.
        catalog: the set-up.
        now: what deals are stale by.
        tomorrow: when today ends.
        limit: the most to return of each part.
    """
    tasks, due = _tasks(connection, catalog, tomorrow, limit)
    leads, fresh = _leads(connection, catalog, limit)
    (stale, idle), (overdue, untouched) = _deals(connection, catalog, now, limit)
    more = {
        "tasks": due - len(tasks),
        "leads": fresh - len(leads),
        "stale": overdue - len(stale),
        "idle": untouched - len(idle),
    }
    return Agenda(tasks, leads, stale, idle, more)


def my_pools(catalog: Catalog) -> list[str]:
    """The ids of the pools that the user takes leads from: those of their teams; of who is in no team, all they may change."""
    pools = [pool for pool in catalog.pools() if pool.id in catalog.writable_books]
    teams = catalog.teams_of(catalog.me.id)
    return [pool.id for pool in pools if pool.team_id in teams or not teams]


def my_books(catalog: Catalog) -> list[str]:
    """The ids of the books that are the user's: their own, and those held together with others."""
    try:
        own = [catalog.my_book.id]
    except NotFound:
        own = []
    return [*own, *(book.id for book in catalog.held_together(catalog.me.id))]


def patience(catalog: Catalog) -> list[tuple[str, int | None]]:
    """The stages, each with the seconds that nothing may happen in it; None: as long as one likes."""
    return [
        (
            stage.id,
            None if stage.stale_days is None or stage.kind != "open" else stage.stale_days * DAY,
        )
        for stage in catalog.stages
    ]


def _tasks(
    connection: Connection, catalog: Catalog, tomorrow: dt.datetime, limit: int
) -> tuple[list[TaskLine], int]:
    parameters = {
        "org": catalog.organization.id,
        "me": catalog.me.id,
        "tomorrow": to_micros(tomorrow),
        "limit": limit,
    }
    lines = task_lines(connection, TASKS, parameters, TASK_ORDER)
    if len(lines) < limit:
        return lines, len(lines)
    (count,) = connection.execute(f"select count(*) from tasks t where {TASKS}", parameters).fetchone()
    return lines, count


def _leads(connection: Connection, catalog: Catalog, limit: int) -> tuple[list[ContactLine], int]:
    where = (
        "t.org_id = :org and t.deleted_at is null and t.lead_status <> '' and t.lead_status = :first"
        " and t.book_id = :book"
    )
    found: list[tuple[int, str, int]] = []
    count = 0
    for book in my_pools(catalog):
        parameters = {
            "org": catalog.organization.id,
            "book": book,
            "first": sqlite.bindable(catalog.lead_statuses[0]),
            "limit": limit,
        }
        # One pool after the other is read newest first, and counted, from an index.
        newest = f"select t.created_at, t.id, t.n from contacts t where {where} order by t.created_at desc, t.id desc"
        found += connection.execute(f"{newest} limit :limit", parameters).fetchall()
        count += connection.execute(f"select count(*) from contacts t where {where}", parameters).fetchone()[
            0
        ]
    newest_first = sorted(found, reverse=True)[:limit]
    return contact_lines(connection, catalog, [row[2] for row in newest_first]), count


def _deals(
    connection: Connection, catalog: Catalog, now: dt.datetime, limit: int
) -> tuple[Sequence[list[Card]], tuple[int, int]]:
    # Stage by stage from an index that holds all that is asked: of ten thousand deals none is read that is not shown.
    own = f"""
        select t.n as n, max(t.stage_since, coalesce(t.last_activity_at, 0)) as touched,
            json_extract(stage.value, '$[1]') * 1000000 as allowed, t.next_step = '' and t.next_task_at is null as idle
        from {sqlite.placed(":stages", "stage")} cross join deals t
        where t.org_id = :org and t.deleted_at is null and t.outcome = 'open' and t.book_id in {sqlite.listed(":books")}
        and t.stage_id = json_extract(stage.value, '$[0]')
    """
    stale = "coalesce(:now - touched > allowed, 0)"

    def part(which: str, order: str) -> str:
        first = f"select n from own where {which} order by {order}, n limit :limit"
        ids = f"select json_group_array(t.id) from ({first}) first cross join deals t on t.n = first.n"
        return f"({ids}), (select count(*) from own where {which})"

    sql = f"""
        with own as materialized ({own})
        select {part(stale, "touched + allowed")}, {part(f"idle and not {stale}", "touched")}
    """
    parameters = {
        "org": catalog.organization.id, "stages": to_json(patience(catalog)), "books": to_json(my_books(catalog)),
        "now": to_micros(now), "limit": limit,
    }  # fmt: skip
    stale_ids, overdue, idle_ids, untouched = connection.execute(sql, parameters).fetchone()
    parts = [json.loads(stale_ids), json.loads(idle_ids)]
    known = {card.id: card for card in cards(connection, catalog, [*parts[0], *parts[1]], EVERYTHING)}
    return [[known[deal_id] for deal_id in ids] for ids in parts], (overdue, untouched)
