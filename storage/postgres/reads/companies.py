"""Companies by the beginning of their name."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from core.catalog import Catalog
from core.entities import Company
from core.text import fold
from storage.postgres.reads import dialect
from storage.postgres.reads.statement import Connection, columns_of, entity, value


def companies(connection: Connection, catalog: Catalog, text: str, *, limit: int = 20) -> list[Company]:
    """See `storage.reads.companies.companies`."""
    sql = f"""
        select coalesce(json_agg({columns_of(Company, "t")} order by t.sort_key, t.id), '[]') from (
            select * from companies t where t.org_id = :org and t.deleted_at is null
            and {dialect.key_starts("t.sort_key", ":start")} order by t.sort_key, t.id limit :limit
        ) t
    """
    start = fold(dialect.bindable(" ".join(text.split())))
    parameters = {"org": catalog.organization.id, "start": start, "limit": limit}
    return [entity(Company, values) for values in value(connection, sql, parameters)]
