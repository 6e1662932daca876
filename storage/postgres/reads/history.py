"""Changesets: what was done to a record, and what can be undone."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from core.catalog import Catalog
from core.changes import Changeset, from_json, invert
from core.workspace import HistoryEntry
from storage.postgres.reads.dialect import as_id, bindable
from storage.postgres.reads.statement import Connection, rows, value

_APPLIED = "status in ('ok', 'merged')"


def history(
    connection: Connection, _catalog: Catalog, table: str, record_id: str, *, limit: int = 100
) -> list[HistoryEntry]:
    """See `storage.reads.history.history`. Of each changeset only what it did to this record is told."""
    parameters = {"table": bindable(table), "id": as_id(record_id), "limit": limit}
    sql = rows("select body, undone from offhook.history(:table, :id::uuid, :limit::integer)", 2)
    entries = []
    for body, undone in value(connection, sql, parameters):
        # The server knows more ways to write a time than offhook does, and a rep who has SQL may have used one.
        with suppress(ValueError, TypeError, KeyError):
            entries.append(HistoryEntry(from_json(body), undone))
    return entries


def undoable(connection: Connection, catalog: Catalog, skip: Collection[str] = ()) -> Changeset | None:
    """See `storage.reads.history.undoable`."""
    # A changeset that undoes another did something again if that one undid something, and so on, back to the first.
    undid = """(
        with recursive chain (undoes, steps) as (
            select t.undoes, 0
            union all
            select before.undoes, chain.steps + 1
            from chain left join changesets before on before.org_id = :org and before.id = chain.undoes
            where chain.undoes is not null
        ) select max(steps) % 2 = 1 from chain
    )"""
    sql = rows(
        f"""
        select t.seq, t.body from changesets t
        where t.org_id = :org and t.user_id = :user and t.undone_by is null and {_APPLIED}
        and t.command <> 'founding' and t.seq < :before and t.id <> all (:skip::uuid[]) and (t.undoes is null or not {undid})
        order by t.seq desc limit 1
        """,
        2,
    )
    parameters = {
        "org": catalog.organization.id,
        "user": catalog.me.id,
        "before": 2**62,
        "skip": [as_id(one) for one in skip],
    }
    while found := value(connection, sql, parameters):
        ((parameters["before"], body),) = found
        changeset = from_json(body)
        if invert(changeset, new_id=lambda: "", at=changeset.at):
            return changeset
    return None
