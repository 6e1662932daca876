"""The work that waits in the outbox, as what comes from the server must be held against it."""

# ruff: noqa: S608 (table and column names come from the declarations in core, values are always bound)
from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

from core.changes import Changeset, from_json
from core.entities import RECORDS
from core.schema import Kind, fields_of
from storage.codec import Encoded, codec
from sync import overlay


class Work(NamedTuple):
    """A changeset of the outbox."""

    changeset: Changeset
    rows: frozenset[str]
    """The ids of the rows that it changes."""
    refs: frozenset[str]
    """The ids that it points to."""


class Watched(NamedTuple):
    """Which rows of the server make a difference to the work that is laid over them, by their ids."""

    rows: frozenset[str]
    """Those that the work has changed, or means to."""
    around: frozenset[str]
    """Those, and what they point to."""

    def meets(self, table: str, rows: Iterable[Encoded]) -> bool:
        """Whether any of these rows makes a difference: it is one of them, or points to one that the work has changed."""
        place = codec(table).names.index("id")
        points = [where for where, _ in overlay.reference_places(table)]
        return any(
            row[place] in self.around or any(row[where] in self.rows for where in points) for row in rows
        )


NOTHING = Watched(frozenset(), frozenset())


class Pending:
    """Remembers the changesets of the outbox, so that each is read from the file once."""

    def __init__(self) -> None:
        self._held: dict[str, Work] = {}

    def work(self, connection: Any) -> list[tuple[int, Work]]:
        """What lies in the outbox, with its numbers, in order."""
        found = connection.execute("SELECT seq, changeset_id FROM outbox ORDER BY seq").fetchall()
        missing = [changeset_id for _, changeset_id in found if changeset_id not in self._held]
        if missing:
            bodies = connection.execute(
                "SELECT changeset_id, body FROM outbox WHERE changeset_id IN (SELECT value FROM json_each(?))",
                (json.dumps(missing),),
            ).fetchall()
            self._held.update((changeset_id, _work(body)) for changeset_id, body in bodies)
        if len(self._held) > 2 * len(found) + 100:
            there = {changeset_id for _, changeset_id in found}
            self._held = {key: work for key, work in self._held.items() if key in there}
        return [(seq, self._held[changeset_id]) for seq, changeset_id in found]

    def forget(self) -> None:
        """Forgets what it has read: the changesets themselves were rewritten."""
        self._held.clear()


def watched(connection: Any, org_id: str, work: Sequence[tuple[int, Work]]) -> Watched:
    """Which rows make a difference to the work."""
    base: dict[str, list[str]] = {}
    for table, row_id in connection.execute("SELECT table_name, row_id FROM base"):
        base.setdefault(table, []).append(row_id)
    if not work and not base:
        return NOTHING
    rows = {row_id for ids in base.values() for row_id in ids}
    rows.update(*(each.rows for _, each in work))
    around = rows.union(*(each.refs for _, each in work))
    for table in base:
        columns = _reference_columns(table)
        if columns:
            found = connection.execute(
                f"SELECT {columns} FROM base b CROSS JOIN {table} t"
                " WHERE b.table_name = ? AND t.org_id = ? AND t.id = b.row_id",
                (table, org_id),
            )
            around.update(value for row in found for value in row if value is not None)
    return Watched(frozenset(rows), frozenset(around))


@cache
def _reference_columns(table: str) -> str:
    names = codec(table).names
    return ", ".join(f"t.{names[place]}" for place, _ in overlay.reference_places(table))


def _work(body: str) -> Work:
    changeset = from_json(json.loads(body))
    refs = set()
    for change in changeset.changes:
        specs = fields_of(RECORDS[change.table])
        refs |= {
            value
            for name, value in change.set.items()
            if value is not None and "." not in name and specs[name].kind is Kind.REF
        }
    return Work(changeset, frozenset(change.id for change in changeset.changes), frozenset(refs))
