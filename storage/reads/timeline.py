"""The timeline of a contact, deal or company: what stands, newest first."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from core.catalog import Catalog
from core.text import words as split
from core.workspace import Entry, Subject
from storage.codec import codec_of, to_json, to_micros
from storage.reads import sqlite
from storage.reads.compile import live
from storage.reads.sqlite import Connection
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
    """The newest entries about the subject, each in its latest revision, without those that were taken back.

    A contact's entries are its own and those of its deals; a company's are its own, its contacts' and its deals'.

    Args:
        connection: a reader.
        catalog: the set-up.
        subject: what it is about.
        kinds: only these; all where it is empty.
        before: only entries older than this: the time and id of the last one seen.
        limit: the most to return.
        words: only entries in which each of these words begins a word; all where it is empty.

    Raises:
        NotFound: the subject is neither a contact nor a deal nor a company.
    """
    from core.entities import Activity

    parameters: dict[str, Any] = {
        "org": catalog.organization.id, "subject": subject.id, "limit": limit, "kinds": to_json(list(kinds)),
    }  # fmt: skip
    where = live("activities")
    if words:
        wanted = split(words)
        if not wanted:
            return []
        where += f" and {says(len(wanted))}"
        parameters |= {"words": " ".join(wanted), **{f"word{n}": word for n, word in enumerate(wanted)}}
    if kinds:
        where += f" and t.kind in {sqlite.listed(':kinds')}"
    if before is not None:
        where += " and (t.occurred_at, t.id) < (:at, :id)"
        parameters |= {"at": to_micros(before[0]), "id": before[1]}
    newest = "order by t.occurred_at desc, t.id desc limit :limit"
    legs = " union ".join(
        f"select n from (select t.n from activities t where {where} and t.{column} {condition} {newest})"
        for column, condition in ties(subject.table)
    )
    form = codec_of(Activity)
    sql = f"""
        select {form.prefixed("t")}, case when c.id is null then '' else {sqlite.person_name("c")} end, coalesce(d.title, '')
        from ({legs}) found cross join activities t on t.n = found.n
        left join contacts c on c.org_id = :org and c.id = t.contact_id and c.deleted_at is null
        left join deals d on d.org_id = :org and d.id = t.deal_id and d.deleted_at is null
        where {sqlite.BY_ROW} {newest}
    """
    entries = []
    for *values, contact, deal in connection.execute(sql, parameters):
        activity = form.entity(values)
        entries.append(Entry(activity, activity.revises is not None, contact, deal))
    return entries


def says(count: int) -> str:
    """Whether the entry `t` has the words of the parameters `word0` and so on, all of them together in `words`.

    The words are looked for where they stand at all, which SQLite sees by itself; whether they begin a word is asked of few.
    """
    said = (
        "case when t.search <> '' then t.search || ' ' || t.outcome"
        " else offhook_fold(t.subject || ' ' || t.body || ' ' || t.outcome) end"
    )
    anywhere = " and ".join(f"instr({said}, :word{n}) > 0" for n in range(count))
    return f"case when {anywhere} then offhook_says({said}, :words) else 0 end"


def counts(connection: Connection, catalog: Catalog, subject: Subject) -> dict[str, int]:
    """How many entries of each kind the subject's timeline has, most first.

    Raises:
        NotFound: the subject is neither a contact nor a deal nor a company.
    """
    legs = " union ".join(
        f"select t.n, t.kind from activities t where {live('activities')} and t.{column} {condition}"
        for column, condition in ties(subject.table)
    )
    sql = f"select kind, count(*) from ({legs}) group by kind order by 2 desc, 1"
    rows = connection.execute(sql, {"org": catalog.organization.id, "subject": subject.id})
    return dict(rows.fetchall())
