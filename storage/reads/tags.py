"""Tags in use."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import json
from collections import Counter

from core.catalog import Catalog
from core.errors import NotFound
from storage.reads.sqlite import Connection

TAGGED = ("contacts", "deals", "companies")


def tags(connection: Connection, catalog: Catalog, table: str) -> list[str]:
    """The tags of a table's records, most used first.

    Raises:
        NotFound: records of that table have no tags.
    """
    if table not in TAGGED:
        raise NotFound(f"“{table}” have no tags; {', '.join(TAGGED)} have.")
    # An index holds the lists, which are never empty texts, and of different lists there are few.
    sql = (
        f"select tags, count(*) from {table}"
        " where org_id = :org and deleted_at is null and tags <> '[]' and tags > '' group by tags"
    )
    used: Counter[str] = Counter()
    for listed, count in connection.execute(sql, {"org": catalog.organization.id}):
        for tag in json.loads(listed):
            used[tag] += count
    return sorted(used, key=lambda tag: (-used[tag], tag))
