"""One record, as it is kept."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from typing import Any

from core.catalog import Catalog
from core.entities import RECORDS
from core.errors import NotFound
from storage.postgres.reads.dialect import as_id
from storage.postgres.reads.statement import Connection, columns_of, entity, value


def record(connection: Connection, catalog: Catalog, table: str, record_id: str) -> Any:
    """A record, deleted or not.

    Raises:
        NotFound: it is not there, or not to be seen.
    """
    if table not in RECORDS:
        raise NotFound(f"There is no “{table}” to look in.")
    kind = RECORDS[table]
    sql = f"select (select {columns_of(kind, 't')} from {table} t where t.org_id = :org and t.id = :id)"
    values = value(connection, sql, {"org": catalog.organization.id, "id": as_id(record_id)})
    if values is None:
        raise NotFound(f"That {kind.LABEL} is not there.")
    return entity(kind, values)
