"""Tags in use."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from core.catalog import Catalog
from core.errors import NotFound
from storage.reads.sqlite import Connection

TAGGED = ("contacts", "deals", "companies")


def check_tagged(table: str) -> None:
    """Raises NotFound for records that have no tags."""
    if table not in TAGGED:
        raise NotFound(f"“{table}” have no tags; {', '.join(TAGGED)} have.")


def most_used(lists: Iterable[tuple[str, int]]) -> list[str]:
    """Tags, most used first, from lists of them (JSON) and how many records have each list."""
    used: Counter[str] = Counter()
    for listed, count in lists:
        for tag in json.loads(listed):
            used[tag] += count
    return sorted(used, key=lambda tag: (-used[tag], tag))


def tags(connection: Connection, catalog: Catalog, table: str) -> list[str]:
    """The tags of a table's records, most used first.

    Raises:
        NotFound: records of that table have no tags.
    """
    check_tagged(table)
    # An index holds the lists, which are never empty texts, and of different lists there are few.
    sql = (
        f"select tags, count(*) from {table}"
        " where org_id = :org and deleted_at is null and tags <> '[]' and tags > '' group by tags"
    )
    return most_used(connection.execute(sql, {"org": catalog.organization.id}))
