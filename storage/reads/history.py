"""Changesets: what was done to a record, and what can be undone."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from core.catalog import Catalog
from core.changes import Changeset, from_json, invert
from core.workspace import HistoryEntry
from storage.reads.sqlite import Connection

_APPLIED = "status in ('ok', 'merged')"


def history(
    connection: Connection,
    catalog: Catalog,
    table: str,
    record_id: str,
    *,
    limit: int = 100,
    refused: bool = False,
) -> list[HistoryEntry]:
    """The changesets that touched a record, newest first.

    Args:
        connection: a reader.
        catalog: the set-up.
        table: the record's table.
        record_id: the record, deleted or not.
        limit: the most to return.
        refused: those as well that a server has not taken.
    """
    sql = f"""
        select body, undone_by is not null from changesets
        where +org_id = :org and ({"true" if refused else _APPLIED}) and seq in (
            select r.seq from changeset_rows r where r.org_id = :org and r.table_name = :table and r.row_id = :id
        )
        order by seq desc limit :limit
    """
    parameters = {"org": catalog.organization.id, "table": table, "id": record_id, "limit": limit}
    return [
        HistoryEntry(from_json(json.loads(body)), bool(undone))
        for body, undone in connection.execute(sql, parameters)
    ]


def undoable(connection: Connection, catalog: Catalog, skip: Collection[str] = ()) -> Changeset | None:
    """The user's latest changeset that can be undone and has not been, apart from those of the ids in `skip`.

    Undoing goes back step by step: what undid something is passed over, what did it again is not. The founding of a
    workspace stays.
    """
    # Read from the end, where it is found soon; the plus keeps SQLite from gathering all of them first.
    sql = f"""
        select id, body, undoes from changesets where +org_id = :org and +user_id = :user and undone_by is null
        and {_APPLIED} and command <> 'founding' order by seq desc
    """
    parameters = {"org": catalog.organization.id, "user": catalog.me.id}
    for changeset_id, body, undoes in connection.execute(sql, parameters):
        if changeset_id in skip:
            continue
        if undoes is not None and _is_undo(connection, parameters["org"], undoes):
            continue
        changeset = from_json(json.loads(body))
        if invert(changeset, new_id=lambda: "", at=changeset.at):
            return changeset
    return None


def _is_undo(connection: Connection, org_id: str, undoes: str | None) -> bool:
    """Whether a changeset that undoes this one undid something, as opposed to doing it again."""
    steps = 0
    sql = "select undoes from changesets where org_id = :org and id = :id"
    while undoes is not None:
        steps += 1
        row: Any = connection.execute(sql, {"org": org_id, "id": undoes}).fetchone()
        undoes = row[0] if row else None
    return steps % 2 == 1
