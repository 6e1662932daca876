"""Which books a cache has, and how far each is: live, or being read from some cursor on.

Pulls tell which there are; `sync.loading` reads them, and moves each on in the transaction that writes a page of it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from storage.postgres.pages import TABLES
from sync.truth import Truth

CURSOR = "sync.cursor"
"""Under what is kept how far the server's changes were seen; empty where all is to be compared."""
EVERYTHING = "*"
"""In the place of a cursor: all rows are read, and what is not among them leaves."""


def held(connection: Any) -> frozenset[str]:
    """The books whose rows the cache has or is loading: those of which deltas must tell."""
    return frozenset(book for (book,) in connection.execute("SELECT book_id FROM sync_books"))


def is_compared(connection: Any) -> bool:
    """Whether some of the rows may be those of a server that is not what it was: what it has lost is still here."""
    # A cache that was never filled has no place in the feed at all.
    asked = (
        "SELECT 1 FROM meta WHERE key = ? AND value = ''"
        " UNION ALL SELECT 1 FROM sync_books WHERE state = 'loading' AND since = ? LIMIT 1"
    )
    return connection.execute(asked, (CURSOR, EVERYTHING)).fetchone() is not None


def follow_books(truth: Truth, books: Collection[str]) -> None:
    """Takes over which books the user sees: lost ones are evicted, gained ones are to be loaded.

    Args:
        truth: the transaction of the pull that told, which also keeps its cursor.
        books: all that the user sees.
    """
    before = held(truth.connection)
    for book_id in sorted(before - set(books)):
        truth.drop_book(book_id)
        truth.connection.execute("DELETE FROM sync_books WHERE book_id = ?", (book_id,))
    gained = sorted(set(books) - before)
    if gained:
        _begin_to_count(truth.connection)
        truth.connection.executemany(
            "INSERT INTO sync_books (book_id, state, table_name, after_xid, after_id, since, next_since, loaded, total)"
            " VALUES (?, 'loading', ?, '', '', '', '', 0, -1)",
            [(book_id, TABLES[0]) for book_id in gained],
        )


def fall_behind(truth: Truth, since: str) -> None:
    """Has what a cursor has not seen read in pages, where a pull said that it is too much for a delta.

    Args:
        truth: the transaction of the pull that said so, which keeps the next cursor.
        since: the cursor that was asked with.
    """
    # A book that is being read anyway is read once more afterwards: the pages behind may have been overtaken.
    truth.connection.execute(
        "UPDATE sync_books SET next_since = ? WHERE state = 'loading' AND next_since = ''", (since,)
    )
    _restart(truth.connection, since)


def compare_everything(truth: Truth) -> None:
    """Has all books read anew, and what the server does not have any more removed: after a restore, or a long absence.

    Args:
        truth: the transaction of the pull after which it is to be done, which keeps its cursor.
    """
    truth.connection.execute("UPDATE sync_books SET state = 'live', next_since = ''")
    _restart(truth.connection, EVERYTHING)


def _restart(connection: Any, since: str) -> None:
    _begin_to_count(connection)
    connection.execute(
        "UPDATE sync_books SET state = 'loading', table_name = ?, after_xid = '', after_id = '', since = ?,"
        " total = -1 WHERE state = 'live'",
        (TABLES[0], since),
    )


def _begin_to_count(connection: Any) -> None:
    """Progress is that of the load that begins now, not of those before it."""
    if not connection.execute("SELECT 1 FROM sync_books WHERE state = 'loading' LIMIT 1").fetchone():
        connection.execute("UPDATE sync_books SET loaded = 0, total = 0")
