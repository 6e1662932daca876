"""Many rows at once: written without what searching and listing need, which is made afterwards in short steps.

Keeping indexes up row by row costs several times what writing the rows costs. So where a table is to get far more rows
than it has, its indexes are taken down first, and its rows are written bare: without their words in the search index, and
contacts without their points. `MakingUp` does all of that bit by bit, each time holding up local work for a moment only.
What is down is noted in the file (`sync.loading` in `meta`), so that whoever opens it after a cut can go on.
"""

# ruff: noqa: S608 (table and column names come from the declarations in core, values are always bound)
from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from storage import words
from storage.codec import codec
from storage.database import MANY_CACHE_KIB
from storage.derive import SEARCHED
from storage.load import read_meta, write_meta
from sync import overlay
from sync.cache import Cache

DOWN = "sync.loading"
"""The key in `meta` of what is down: by table the statements that make its indexes again."""
WORTH = 1_000
"""How many rows must be coming for a table to be worth taking its indexes down."""
CHUNK = 4_000
"""How many rows get their words, or their points, in one transaction."""
CACHE_KIB = MANY_CACHE_KIB
SHARE = 1 / 3
"""How much of the work on a row is still to be done when it was written bare, about."""


def is_down(connection: Any, table: str) -> bool:
    """Whether the indexes of a table are down."""
    return table in _down(connection)


def is_worth(connection: Any, table: str, coming: int) -> bool:
    """Whether so many rows that are coming are far more than a table has."""
    if coming < WORTH:
        return False
    (there,) = connection.execute(
        f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT ?)", (coming // 2,)
    ).fetchone()
    return int(there) < coming // 2


def take_down(connection: Any, table: str) -> None:
    """Drops the indexes of a table, but for the one that finds a row by its id; with contacts those of their points.

    Args:
        connection: the writer, in a transaction.
        table: the table.
    """
    down = _down(connection)
    down.setdefault(table, [])
    for each in (table, _POINTS) if table == "contacts" else (table,):
        made = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?",
            (each,),
        ).fetchall()
        for name, _ in made:
            connection.execute(f"DROP INDEX {name}")
        if made:
            down[each] = down.get(each, []) + [sql for _, sql in made]
    _note(connection, down)


def down_tables(connection: Any) -> list[str]:
    """The tables whose indexes are down."""
    return [table for table in _down(connection) if table != _POINTS]


def unfinished_rows(connection: Any) -> int:
    """About how many rows lie in tables whose indexes are down."""
    return sum(
        connection.execute(f"SELECT coalesce(max(n), 0) FROM {table}").fetchone()[0]
        for table in down_tables(connection)
    )


class MakingUp:
    """Makes for some tables what their rows were written without: indexes, words and points.

    Args:
        cache: the cache.
        tables: the tables.
    """

    def __init__(self, cache: Cache, tables: Sequence[str]) -> None:
        self._cache = cache
        self._tables = list(tables)
        self._words_at = 0

    def step(self) -> bool:
        """Does a bit of it, in one transaction. False once there is nothing left to do.

        Raises:
            Unavailable: the disk is full, another program writes, … The same bit is done the next time.
        """
        if not self._tables:
            return False
        table = self._tables[0]
        words_at, through = self._words_at, False
        with self._cache.database.write(cache_kib=CACHE_KIB, durable=False) as connection:
            down = _down(connection)
            if down.get(table):
                _make_index(connection, down, table)
            elif (up_to := self._add_words(connection, table)) > words_at:
                words_at = up_to
            elif table == "contacts" and self._add_points(connection):
                pass
            elif table == "contacts" and down.get(_POINTS):
                _make_index(connection, down, _POINTS)
            else:
                through = True
                down.pop(table, None)
                _note(connection, down)
                if table == "contacts":
                    connection.execute("DELETE FROM meta WHERE key = ?", (overlay.POINTED,))
        # Only what was committed is behind.
        if through:
            self._tables.pop(0)
        self._words_at = 0 if through else words_at
        return True

    def _add_words(self, connection: Any, table: str) -> int:
        """Adds some words. Up to which row there are words now: not up to one that is still to come."""
        if table not in SEARCHED:
            return 0
        up_to = min(self._words_at + CHUNK, words.last(connection, table))
        words.add(connection, table, after=self._words_at, up_to=up_to)
        return up_to

    def _add_points(self, connection: Any) -> bool:
        # In the order in which they lie: in another one every bit would write all of the table again.
        rows = connection.execute(
            f"SELECT {codec('contacts').columns} FROM contacts WHERE org_id = ? AND id > ? ORDER BY id LIMIT ?",
            (self._cache.org_id, read_meta(connection, overlay.POINTED), CHUNK),
        ).fetchall()
        if not rows:
            return False
        overlay.put_points(connection, self._cache.org_id, rows, fresh=False)
        write_meta(connection, overlay.POINTED, rows[-1][overlay.place("contacts", "id")])
        return True


_POINTS = "contact_points"


def _make_index(connection: Any, down: dict[str, list[str]], table: str) -> None:
    """Makes the next index of a table that is down."""
    connection.execute(down[table].pop(0))
    if not down[table] and table == _POINTS:
        del down[table]
    _note(connection, down)


def _down(connection: Any) -> dict[str, list[str]]:
    noted: dict[str, list[str]] = json.loads(read_meta(connection, DOWN) or "{}")
    return noted


def _note(connection: Any, down: dict[str, list[str]]) -> None:
    if down:
        write_meta(connection, DOWN, json.dumps(down))
    else:
        connection.execute("DELETE FROM meta WHERE key = ?", (DOWN,))
