"""Writes many rows at once: sample data into a file of its own, imports into a workspace in use.

What comes out is what commands would have written: the same texts, the same derived columns, the same indexes. An
empty file is filled without indexes, which are then built in one go.
"""

# ruff: noqa: S608 (table and column names come from the declarations in core, values are always bound)
from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from core.changes import Changeset, Row, to_json
from core.entities import RECORDS
from core.ids import new_id
from core.schema import defaults_of, fields_of
from core.workspace import Changed
from storage import derive, files, load
from storage.codec import codec, to_micros
from storage.codec import to_json as json_text
from storage.database import MANY_CACHE_KIB
from storage.garbage import no_garbage_collection
from storage.keys import Store
from storage.local import Clock, utc_now
from storage.lookup import Lookup
from storage.solo import SoloWorkspace, found

Rows = Mapping[str, Iterable[Mapping[str, Any]]] | Iterable[tuple[str, Iterable[Mapping[str, Any]]]]
"""Rows by table, or a stream of tables with some rows each, in which parents come before their children.

A row holds Python values by field name (see `core.schema.Kind`): `id`, whatever is required, and what differs from the
defaults. `created_at` and `updated_at` may be given, other stamps and derived fields may not."""

Progress = Callable[[str, int], None]
"""Is told what is being written (a table's name; at the end `links`, `search` and `indexes`, when an empty file is
filled) and how many rows there are so far."""

_BATCH = 2_000
_STAMPS = ("created_at", "updated_at")
_CHILDREN = ("activities", "tasks")


def create_solo_bulk(
    path: Path,
    founding: Changeset,
    rows: Rows,
    *,
    store: Store = "file",
    progress: Progress | None = None,
    clock: Clock = utc_now,
) -> int:
    """Makes a workspace that is full from the start. It appears at `path` when all of it is on the disk.

    Args:
        path: the data file, which must not be there yet.
        founding: its first changeset.
        rows: everything else. Where it is a mapping, it is drawn on one table after the other, parents before children.
        store: where its key is kept; see `storage.keys.make`.
        progress: is told how far it is.
        clock: what time it is.

    Returns:
        How many rows were loaded.

    Raises:
        Unavailable: there is a file already, or it cannot be written.
    """
    fast = (
        "journal_mode = OFF",
        "synchronous = OFF",
        f"cache_size = -{MANY_CACHE_KIB}",
        "threads = 2",
        "locking_mode = EXCLUSIVE",
    )
    with files.fresh(Path(path), store=store, pragmas=fast) as (connection, _key):
        found(connection, founding, clock())
        loader = Loader(connection, founding.org_id, founding.user_id, clock(), progress)
        connection.execute("BEGIN IMMEDIATE")
        count = loader.fill(rows)
        connection.execute("COMMIT")
        connection.execute("PRAGMA analysis_limit = 1000").fetchall()
        connection.execute("PRAGMA locking_mode = NORMAL").fetchall()
    return count


def load_rows(
    workspace: SoloWorkspace, rows: Rows, *, summary: str = "Loaded rows", progress: Progress | None = None
) -> int:
    """Adds rows to a workspace in use, in one transaction; call it batch by batch to keep others' waits short.

    Args:
        workspace: the workspace.
        rows: the rows, as for `create_solo_bulk`.
        summary: what the history says.
        progress: is told how far it is.

    Returns:
        How many rows were loaded.

    Raises:
        Unavailable: nothing was written: the disk is full, another program writes, …
    """
    with workspace.database.write(cache_kib=MANY_CACHE_KIB) as connection:
        loader = Loader(connection, workspace.org_id, workspace.user_id, workspace.now(), progress)
        count = loader.add(rows)
        revision = loader.remember(summary)
        workspace.expect(revision)
    workspace.tell(Changed(frozenset(), local=True, revision=revision, everything=True))
    return count


class Loader:
    """Writes rows through an open transaction.

    Args:
        connection: the writer, in a transaction.
        org_id: the tenant.
        user_id: whose rows they are where they do not say.
        now: for the stamps.
        progress: is told how far it is.
    """

    def __init__(
        self, connection: Any, org_id: str, user_id: str, now: dt.datetime, progress: Progress | None = None
    ) -> None:
        self._connection = connection
        self._org_id = org_id
        self._user_id = user_id
        self._now = now
        self._progress = progress or (lambda _what, _count: None)
        self._count = 0
        self._tables: set[str] = set()
        self._lookup = Lookup(connection, org_id)

    def fill(self, rows: Rows) -> int:
        """Loads into a file that has nothing but its set-up: without indexes and triggers, which are then built."""
        held = _take_down(self._connection)
        with no_garbage_collection():
            for _table, _batch in self._insert(rows):
                pass
        self._progress("links", self._count)
        for derivation in derive.derivations():
            # The books of children were seen to row by row.
            if not derivation.what.endswith(".book_id"):
                self._connection.execute(derivation.fill, {"org": self._org_id})
        self._progress("search", self._count)
        for table in derive.SEARCHED:
            self._connection.execute(f"INSERT INTO {table}_fts ({table}_fts) VALUES ('rebuild')")
        self._progress("indexes", self._count)
        for statement in held:
            self._connection.execute(statement)
        self.remember("Loaded rows")
        return self._count

    def add(self, rows: Rows) -> int:
        """Loads into a workspace in use, and brings what depends on the rows up to date."""
        for table, batch in self._insert(rows):
            written = [derive.Written(table, row["id"], None, row) for row in batch]
            derive.follow(self._connection, self._org_id, written, self._lookup, points=False)
        return self._count

    def remember(self, summary: str) -> int:
        """Puts an entry without rows into the history, by which other programs see that much has changed."""
        note = Changeset(new_id(), self._org_id, self._user_id, self._now, "load", summary, ())
        cursor = self._connection.execute(
            "INSERT INTO changesets (id, org_id, user_id, at, command, summary, body, status)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, 'ok')",
            (
                note.id, note.org_id, note.user_id, to_micros(note.at), note.command, note.summary,
                json_text(to_json(note)),
            ),
        )  # fmt: skip
        revision = int(cursor.lastrowid)
        if self._tables & load.CATALOG_TABLES:
            load.note_new_catalog(self._connection)
        return revision

    def _insert(self, rows: Rows) -> Iterator[tuple[str, list[Row]]]:
        for table, some in _in_order(rows):
            if table not in RECORDS:
                raise ValueError(f"there is no table {table}")
            source = iter(some)
            while batch := list(itertools.islice(source, _BATCH)):
                self._tables.add(table)
                yield table, self._insert_batch(table, batch)
                self._count += len(batch)
                self._progress(table, self._count)

    def _insert_batch(self, table: str, batch: list[Mapping[str, Any]]) -> list[Row]:
        form = codec(table)
        complete = [self._complete(table, row) for row in batch]
        sql = f"INSERT INTO {table} ({form.columns}) VALUES ({', '.join('?' * len(form.names))})"
        self._connection.executemany(sql, map(form.encode_row, complete))
        if table == "contacts":
            self._connection.executemany(
                "INSERT INTO contact_points (org_id, contact_id, kind, value) VALUES (?, ?, ?, ?)",
                [(self._org_id, row["id"], *point) for row in complete for point in derive.points_of(row)],
            )
        return complete

    def _complete(self, table: str, given: Mapping[str, Any]) -> Row:
        row: Row = {"org_id": "", **defaults_of(RECORDS[table]), **given}
        if len(row) != len(_names(table)):
            raise ValueError(f"{table}: {sorted(set(row) ^ _names(table))} should or should not be given")
        row["org_id"] = self._org_id
        row["updated_by"] = self._user_id
        for name in _STAMPS:
            if row[name] is None:
                row[name] = row["created_at"] or self._now
        if table in _CHILDREN:
            parent = derive.parent_of(row)
            held = self._lookup.book(*parent) if parent else None
            row["book_id"] = held or row["book_id"]
        row.update(derive.own_columns(table, row, self._lookup))
        self._lookup.remember(table, row)
        return row


def _in_order(rows: Rows) -> Iterable[tuple[str, Iterable[Mapping[str, Any]]]]:
    if not isinstance(rows, Mapping):
        return rows
    # Tables that nobody knows come last, for the caller to complain about.
    places = {table: place for place, table in enumerate(RECORDS)}
    return sorted(rows.items(), key=lambda item: places.get(item[0], len(places)))


@cache
def _names(table: str) -> frozenset[str]:
    return frozenset(fields_of(RECORDS[table]))


def _take_down(connection: Any) -> list[str]:
    """Drops indexes and triggers; returns the statements that make them again, in the file's own words."""
    found = connection.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL"
        " AND name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for kind, name, _sql in found:
        connection.execute(f"DROP {kind} {name}")
    return [sql for _kind, _name, sql in found]
