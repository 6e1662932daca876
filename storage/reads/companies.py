"""Companies by the beginning of their name."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from core.catalog import Catalog
from core.entities import Company
from core.text import fold
from storage.codec import codec_of
from storage.reads import sqlite
from storage.reads.sqlite import Connection


def companies(connection: Connection, catalog: Catalog, text: str, *, limit: int = 20) -> list[Company]:
    """Companies whose name starts like `text`, case and accents aside, by name; all where it is empty.

    Args:
        connection: a reader.
        catalog: the set-up.
        text: as typed.
        limit: the most to return.
    """
    form = codec_of(Company)
    sql = (
        f"select {form.prefixed('t')} from companies t where t.org_id = :org and t.deleted_at is null"
        f" and {sqlite.key_starts('t.sort_key', ':start')} order by t.sort_key, t.id limit :limit"
    )
    start = fold(sqlite.bindable(" ".join(text.split())))
    parameters = {"org": catalog.organization.id, "start": start, "limit": limit}
    return [form.entity(row) for row in connection.execute(sql, parameters)]
