"""The indexes that only the read queries need, in the shape of `storage.tables.INDEXES` (columns behind `org_id`, rows).

Conditions are written as both dialects read them, and word for word as the queries say them: SQLite uses a partial
index only where the query repeats its condition.
"""

from __future__ import annotations

LIVE = "deleted_at IS NULL"
TOLD = f"{LIVE} AND NOT superseded AND NOT retracted"
"""Entries that a timeline shows: the latest revision of what has not been taken back."""
TAGGED = f"{LIVE} AND tags <> '[]'"
CALLS = f"{TOLD} AND kind = 'call'"
LEADS = f"{LIVE} AND lead_status <> ''"
OPEN = f"{LIVE} AND outcome = 'open'"

Indexes = dict[str, tuple[tuple[tuple[str, ...], str], ...]]


def _timelines(*covered: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    """An index for each timeline, with what lets ten thousand entries be filtered and counted without reading them."""
    return tuple(
        ((column, "occurred_at", "id", *covered), f"{TOLD} AND {column} IS NOT NULL")
        for column in ("contact_id", "deal_id", "company_id")
    )


READ_INDEXES: Indexes = {
    "contacts": (
        (("company_id", "sort_key", "id"), LIVE),
        # A pool's new leads, newest first.
        (("book_id", "lead_status", "created_at", "id"), LEADS),
    ),
    # By the exact name, as imports look for it.
    "deals": ((("sort_key",), LIVE),),
    "activities": ((("user_id", "occurred_at"), CALLS),),
    "tasks": ((("assignee_id", "done_at", "due_at"), LIVE),),
}
"""In both dialects."""

SQLITE_INDEXES: Indexes = {
    "companies": (
        # Covering: ten thousand cards take their company's name from pages that hold thirty of them each. Not partial,
        # since an outer join looks at `deleted_at` for itself.
        (("id", "deleted_at", "name"), ""),
        (("tags",), TAGGED),
    ),
    "contacts": (
        # Covering, as above: the names and first number of a card's contact.
        (("id", "deleted_at", "first_name", "last_name", "phones"), ""),
        (("tags",), TAGGED),
    ),
    "deals": (
        (("tags",), TAGGED),
        # Covering: which of one's own deals are stale, or without a next step, is told without reading them.
        (("book_id", "stage_id", "stage_since", "last_activity_at", "next_task_at", "next_step"), OPEN),
    ),
    "activities": _timelines("kind"),
}
"""On SQLite only: PostgreSQL refuses an index entry of more than 2.7 kB, which a row with many tags or numbers makes."""

POSTGRES_INDEXES: Indexes = {
    # Words are looked for among one's own books, and told newest first.
    "companies": ((("book_id", "sort_key", "id"), LIVE), (("created_at", "id"), LIVE)),
    "deals": ((("created_at", "id"), LIVE),),
    # With the book, which row-level security looks at.
    "activities": (*_timelines("kind", "book_id"), (("created_at", "id"), TOLD)),
}
"""On PostgreSQL only."""
