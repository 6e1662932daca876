"""What there is to do today, in one round trip."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import datetime as dt
import json

from core.catalog import Catalog
from core.workspace import Agenda, Card, ContactLine
from storage.postgres.reads import dialect
from storage.postgres.reads.statement import Connection, looked_up, value
from storage.postgres.reads.tasks import select_task_lines, task_lines
from storage.reads import board, lines
from storage.reads.agenda import TASK_ORDER, TASKS, my_books, my_pools, patience

_LEADS = """
    t.org_id = :org and t.deleted_at is null and t.lead_status <> '' and t.lead_status = :first
    and t.book_id = any (:pools::uuid[])
"""
_OWN = """
    select t.id, greatest(t.stage_since, t.last_activity_at) as touched,
        greatest(t.stage_since, t.last_activity_at) + stage.patience as ends,
        t.next_step = '' and t.next_task_at is null as idle
    from deals t
    join (
        select (item ->> 0)::uuid as id, make_interval(secs => (item ->> 1)::float8) as patience
        from jsonb_array_elements(:stages::jsonb) item
    ) stage on stage.id = t.stage_id
    where t.org_id = :org and t.deleted_at is null and t.outcome = 'open' and t.book_id = any (:books::uuid[])
"""
_DEAL = looked_up("deals", "t", "first.id")
_COMPANY = looked_up("companies", "k", "t.company_id")
_CONTACT = looked_up("contacts", "c", "t.contact_id")
_STALE = "coalesce(ends < :now, false)"


def agenda(
    connection: Connection, catalog: Catalog, now: dt.datetime, tomorrow: dt.datetime, *, limit: int = 200
) -> Agenda:
    """See `storage.reads.agenda.agenda`."""
    idle = f"idle and not {_STALE}"
    sql = f"""
        with own as materialized ({_OWN})
        select json_build_array(
            ({select_task_lines(TASKS, TASK_ORDER)}), (select count(*) from tasks t where {TASKS}),
            ({_leads()}), (select count(*) from contacts t where {_LEADS}),
            ({_cards(_STALE, "ends")}), (select count(*) from own where {_STALE}),
            ({_cards(idle, "touched")}), (select count(*) from own where {idle})
        )
    """
    parameters = {
        "org": catalog.organization.id, "me": catalog.me.id, "now": now, "tomorrow": tomorrow, "limit": limit,
        "first": dialect.bindable(catalog.lead_statuses[0]), "pools": my_pools(catalog), "books": my_books(catalog),
        "stages": json.dumps(patience(catalog)),
    }  # fmt: skip
    told = value(connection, sql, parameters)
    parts = (
        task_lines(told[0]),
        [ContactLine._make(line) for line in told[2]],
        [Card._make(card) for card in told[4]],
        [Card._make(card) for card in told[6]],
    )
    names = ("tasks", "leads", "stale", "idle")
    more = {name: told[2 * place + 1] - len(parts[place]) for place, name in enumerate(names)}
    return Agenda(*parts, more)


def _leads() -> str:
    """The newest leads, as lines."""
    newest = "order by t.created_at desc, t.id desc"
    return f"""
        select coalesce(json_agg(json_build_array({lines.columns(dialect)}) {newest}), '[]')
        from (select * from contacts t where {_LEADS} {newest} limit :limit) t {_COMPANY}
    """


def _cards(which: str, order: str) -> str:
    """The first of one's own deals of a kind, as cards."""
    return f"""
        select coalesce(json_agg(json_build_array({board.columns(dialect)}) order by first.{order}, first.id), '[]')
        from (select * from own where {which} order by {order}, id limit :limit) first
        {_DEAL} {_COMPANY} {_CONTACT}
    """
