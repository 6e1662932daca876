"""The indexes that only the read queries need, in the shape of `storage.tables.INDEXES` (columns behind `org_id`, rows).

Conditions are written as both dialects read them, and word for word as the queries say them: SQLite uses a partial
index only where the query repeats its condition.
"""

from __future__ import annotations

LIVE = "deleted_at IS NULL"
TOLD = f"{LIVE} AND NOT superseded AND NOT retracted"
"""Entries that a timeline shows: the latest revision of what has not been taken back."""
TAGGED = f"{LIVE} AND tags <> '[]'"

READ_INDEXES: dict[str, tuple[tuple[tuple[str, ...], str], ...]] = {
    "companies": (
        # Covering: ten thousand cards take their company's name from pages that hold thirty of them each. Not partial,
        # since an outer join looks at `deleted_at` for itself.
        (("id", "deleted_at", "name"), ""),
        (("tags",), TAGGED),
    ),
    "contacts": (
        # Covering, as above: the names and first number of a card's contact.
        (("id", "deleted_at", "first_name", "last_name", "phones"), ""),
        (("company_id", "sort_key", "id"), LIVE),
        (("tags",), TAGGED),
    ),
    "deals": ((("tags",), TAGGED),),
    "activities": tuple(
        # With the kind, so that a timeline of ten thousand entries is filtered and counted without reading them.
        ((column, "occurred_at", "id", "kind"), f"{TOLD} AND {column} IS NOT NULL")
        for column in ("contact_id", "deal_id", "company_id")
    ),
    "tasks": ((("assignee_id", "done_at", "due_at"), LIVE),),
}
