"""Tasks, with what they are about."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from core.catalog import Catalog
from core.entities import Task
from core.workspace import TaskLine
from storage.postgres.reads import dialect
from storage.postgres.reads.dialect import as_id
from storage.postgres.reads.statement import Connection, columns_of, entity, looked_up, value
from storage.reads.subjects import ties
from storage.reads.tasks import FIRM, PERSON, about

_AROUND = (
    looked_up("deals", "d", "t.deal_id")
    + looked_up("contacts", "c", PERSON)
    + looked_up("companies", "k", FIRM)
)
"""See `storage.reads.tasks.AROUND`."""


def tasks(
    connection: Connection,
    catalog: Catalog,
    *,
    assignee_id: str | None = None,
    due_after: dt.datetime | None = None,
    due_before: dt.datetime | None = None,
    done: bool = False,
    limit: int = 500,
) -> list[TaskLine]:
    """See `storage.reads.tasks.tasks`."""
    parameters: dict[str, Any] = {"org": catalog.organization.id, "limit": limit}
    where = "t.org_id = :org and t.deleted_at is null and t.done_at is " + ("not null" if done else "null")
    if assignee_id is not None:
        where += " and t.assignee_id = :assignee"
        parameters["assignee"] = as_id(assignee_id)
    if due_after is not None:
        where += " and t.due_at >= :since"
        parameters["since"] = due_after
    if due_before is not None:
        where += " and t.due_at < :due"
        parameters["due"] = due_before
    way = " desc" if done else ""
    sql = select_task_lines(where, f"t.due_at{way}, t.id{way}")
    return task_lines(value(connection, sql, parameters))


def select_task_lines(where: str, order: str) -> str:
    """The lines of the first `limit` tasks `t` in an order, as a JSON list for `task_lines`."""
    return f"""
        select coalesce(json_agg(json_build_array({columns_of(Task, "t")}, {about(dialect)}) order by {order}), '[]')
        from (select * from tasks t where {where} order by {order} limit :limit) t {_AROUND}
    """


def task_lines(listed: Sequence[Any]) -> list[TaskLine]:
    """What `select_task_lines` selects."""
    return [TaskLine(entity(Task, values), *shown) for values, *shown in listed]


def select_open_tasks(table: str) -> str:
    """The open tasks about the parameter `subject`, the one due first in front, as a JSON list of at most `limit`.

    Raises:
        NotFound: the subject is neither a contact nor a deal nor a company.
    """
    legs = " union ".join(
        "select t.id from tasks t where t.org_id = :org and t.deleted_at is null and t.done_at is null"
        f" and t.{column} {condition}"
        for column, condition in ties(table)
    )
    return f"""
        select coalesce(json_agg({columns_of(Task, "t")} order by t.due_at, t.id), '[]') from (
            select t.* from ({legs}) found join tasks t on t.org_id = :org and t.id = found.id
            order by t.due_at, t.id limit :limit
        ) t
    """
