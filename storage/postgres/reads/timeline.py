"""The timeline of a contact, deal or company: what stands, newest first."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from core.catalog import Catalog
from core.entities import Activity
from core.text import words as split
from core.workspace import Entry, Subject
from storage.postgres.reads import dialect
from storage.postgres.reads.dialect import as_id
from storage.postgres.reads.statement import Connection, columns_of, entity, value
from storage.reads.compile import live
from storage.reads.subjects import ties


def timeline(
    connection: Connection,
    catalog: Catalog,
    subject: Subject,
    *,
    kinds: Sequence[str] = (),
    before: tuple[dt.datetime, str] | None = None,
    limit: int = 200,
    words: str = "",
) -> list[Entry]:
    """See `storage.reads.timeline.timeline`."""
    parameters: dict[str, Any] = {
        "org": catalog.organization.id, "subject": as_id(subject.id), "limit": limit,
        "kinds": list(map(dialect.bindable, kinds)),
    }  # fmt: skip
    where = live("activities")
    if words:
        wanted = split(dialect.bindable(words))
        if not wanted:
            return []
        where += f" and {_says(len(wanted))}"
        parameters |= {"words": wanted, **{f"word{n}": word for n, word in enumerate(wanted)}}
    if kinds:
        where += " and t.kind = any (:kinds::text[])"
    if before is not None:
        where += " and (t.occurred_at, t.id) < (:at::timestamptz, :id::uuid)"
        parameters |= {"at": before[0], "id": as_id(before[1])}
    newest = "order by t.occurred_at desc, t.id desc"
    legs = " union ".join(
        f"(select t.id from activities t where {where} and t.{column} {condition} {newest} limit :limit)"
        for column, condition in ties(subject.table)
    )
    contact = f"case when c.id is null then '' else {dialect.person_name('c')} end"
    told = f"json_build_array({columns_of(Activity, 't')}, {contact}, coalesce(d.title, ''))"
    sql = f"""
        select coalesce(json_agg({told} {newest}), '[]')
        from (
            select t.* from ({legs}) found join activities t on t.org_id = :org and t.id = found.id {newest} limit :limit
        ) t
        left join contacts c on c.org_id = :org and c.id = t.contact_id and c.deleted_at is null
        left join deals d on d.org_id = :org and d.id = t.deal_id and d.deleted_at is null
    """
    entries = []
    for values, name, deal in value(connection, sql, parameters):
        activity = entity(Activity, values)
        entries.append(Entry(activity, activity.revises is not None, name, deal))
    return entries


def _says(count: int) -> str:
    """See `storage.reads.timeline.says`; the parameter `words` holds them as a list."""
    said = (
        "select case when t.search <> '' then t.search || ' ' || t.outcome"
        " else offhook.fold(t.subject || ' ' || t.body || ' ' || t.outcome) end as line offset 0"
    )
    anywhere = " and ".join(f"strpos(said.line, :word{n}::text) > 0" for n in range(count))
    begun = f"case when {anywhere} then offhook.stands_in(said.line, :words::text[]) else false end"
    return f"exists (select 1 from ({said}) said where {begun})"


def select_counts(table: str) -> str:
    """How many entries of each kind the timeline of the parameter `subject` has: pairs as a JSON list, most first.

    Raises:
        NotFound: the subject is neither a contact nor a deal nor a company.
    """
    legs = " union ".join(
        f"select t.id, t.kind from activities t where {live('activities')} and t.{column} {condition}"
        for column, condition in ties(table)
    )
    counted = f"select kind, count(*) as entries from ({legs}) told group by kind"
    return f"select json_agg(json_build_array(kind, entries) order by entries desc, kind) from ({counted}) counted"
