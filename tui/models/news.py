"""What changed, gathered: many tellings are one look at what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.workspace import Changed

MOST_ROWS = 2_000
"""Changed rows from which on everything is read anew."""


class News:
    """Changes that wait to be looked at. However many are told, no more than two wait: one's own, and the others'."""

    def __init__(self) -> None:
        self._waiting: dict[bool, Changed] = {}

    def add(self, changed: Changed) -> None:
        """Takes a change in."""
        before = self._waiting.get(changed.local)
        self._waiting[changed.local] = changed if before is None else _together(before, changed)

    def take(self) -> list[Changed]:
        """What waits, one's own first; nothing waits afterwards."""
        waiting, self._waiting = self._waiting, {}
        return [waiting[local] for local in (True, False) if local in waiting]

    def clear(self) -> None:
        """Forgets what waits."""
        self._waiting.clear()

    def __bool__(self) -> bool:
        return bool(self._waiting)


def _together(one: Changed, other: Changed) -> Changed:
    rows = one.rows | other.rows
    everything = one.everything or other.everything or len(rows) > MOST_ROWS
    revision = max(one.revision, other.revision)
    return Changed(frozenset() if everything else rows, one.local, revision, everything)


def rows_of(changes: Iterable[Changed], *, local: bool | None = None) -> set[tuple[str, str]]:
    """The rows that changed; with `local`, only those by the user, or by others."""
    return {row for one in changes if local in (None, one.local) for row in one.rows}


def ids_of(changes: Sequence[Changed], table: str, *, local: bool | None = None) -> set[str]:
    """The ids of the rows of a table that changed."""
    return {row_id for name, row_id in rows_of(changes, local=local) if name == table}
