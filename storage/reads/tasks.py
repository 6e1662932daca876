"""Tasks, with what they are about."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import datetime as dt
from typing import Any

from core.catalog import Catalog
from core.entities import Task
from core.workspace import Subject, TaskLine
from storage.codec import codec_of, to_micros
from storage.reads import sqlite
from storage.reads.dialect import Dialect
from storage.reads.sqlite import Connection
from storage.reads.subjects import ties


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
    """Open tasks, the one due first in front; or the done ones, the one due last in front.

    Args:
        connection: a reader.
        catalog: the set-up.
        assignee_id: whose; everybody's where it is None.
        due_after: only those due at this time or later.
        due_before: only those due before this time.
        done: the done ones instead of the open ones.
        limit: the most to return.
    """
    parameters: dict[str, Any] = {"org": catalog.organization.id, "limit": limit}
    where = "t.org_id = :org and t.deleted_at is null and t.done_at is " + ("not null" if done else "null")
    if assignee_id is not None:
        where += " and t.assignee_id = :assignee"
        parameters["assignee"] = assignee_id
    if due_after is not None:
        where += " and t.due_at >= :since"
        parameters["since"] = to_micros(due_after)
    if due_before is not None:
        where += " and t.due_at < :due"
        parameters["due"] = to_micros(due_before)
    way = " desc" if done else ""
    return task_lines(connection, where, parameters, f"t.due_at{way}, t.n{way}")


def about(sql: Dialect) -> str:
    """What a line shows of what the task `t` is about, with what `AROUND` joins to it."""
    name = sql.person_name("c")
    here = "case when c.country <> '' then c.{0} else coalesce(k.{0}, '') end"
    return f"""
        coalesce(case when c.id = t.contact_id then {name} end, nullif(d.title, ''), k.name, ''),
        coalesce(case when c.id is not null then {name} end, ''), coalesce(k.name, ''),
        coalesce({sql.first_good_point("c.phones")}, ''), coalesce(c.time_zone, ''),
        {here.format("country")}, {here.format("region")}
    """


# PostgreSQL lets no index be used for what `coalesce` says, since that could tell of rows that nobody may see.
PERSON = "case when t.contact_id is null then d.contact_id else t.contact_id end"
"""The contact of a task, or else its deal's."""
FIRM = (
    "case when t.company_id is not null then t.company_id when c.company_id is not null then c.company_id"
    " else d.company_id end"
)
"""The company of a task, or else its contact's or its deal's."""
AROUND = f"""
    left join deals d on d.org_id = :org and d.id = t.deal_id and d.deleted_at is null
    left join contacts c on c.org_id = :org and c.id = {PERSON} and c.deleted_at is null
    left join companies k on k.org_id = :org and k.id = {FIRM} and k.deleted_at is null
"""


def task_lines(connection: Connection, where: str, parameters: dict[str, Any], order: str) -> list[TaskLine]:
    """The lines of the first `limit` tasks `t` in an order.

    Args:
        connection: a reader.
        where: which tasks.
        parameters: what that names, `org` and `limit`.
        order: the columns.
    """
    form = codec_of(Task)
    sql = f"""
        select {form.prefixed("t")}, {about(sqlite)}
        from (select t.n from tasks t where {where} order by {order} limit :limit) chosen
        cross join tasks t on t.n = chosen.n {AROUND}
        where {sqlite.BY_ROW} order by {order}
    """
    shown = len(TaskLine._fields) - 1
    return [TaskLine(form.entity(row[:-shown]), *row[-shown:]) for row in connection.execute(sql, parameters)]


def open_tasks(connection: Connection, catalog: Catalog, subject: Subject, *, limit: int) -> tuple[Task, ...]:
    """The open tasks about a contact, deal or company, the one due first in front.

    Raises:
        NotFound: the subject is neither a contact nor a deal nor a company.
    """
    form = codec_of(Task)
    legs = " union ".join(
        # The plus keeps SQLite from looking among all open tasks for those of the subject.
        "select t.n from tasks t where t.org_id = :org and t.deleted_at is null and +t.done_at is null"
        f" and t.{column} {condition}"
        for column, condition in ties(subject.table)
    )
    sql = (
        f"select {form.prefixed('t')} from ({legs}) found cross join tasks t on t.n = found.n"
        f" where {sqlite.BY_ROW} order by t.due_at, t.id limit :limit"
    )
    parameters = {"org": catalog.organization.id, "subject": subject.id, "limit": limit}
    return tuple(form.entity(row) for row in connection.execute(sql, parameters))
