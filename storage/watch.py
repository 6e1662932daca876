"""Tells of what other programs write into the same file."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from core.errors import Unavailable
from core.workspace import Changed
from storage.database import Database, errors
from storage.derive import PARENTS

POLL_SECONDS = 0.2
MOST_ROWS = 2_000
"""More rows than this are told as `everything`."""

_NEWS_KEPT = 200

_FOLLOWERS = {
    "companies": (("contacts", "company_id"), ("deals", "company_id")),
    "contacts": (("deals", "contact_id"),),
}


class Watcher:
    """Looks every 200 ms whether the file was written by others, while anybody wants to know.

    Args:
        database: the file.
        tell: is called on the watching thread with what others have changed.
        stirred: is called there whenever anything was written, by whomever, that may not show in the records.
    """

    def __init__(
        self,
        database: Database,
        tell: Callable[[Changed], None],
        stirred: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._tell = tell
        self._stirred = stirred
        self._lock = threading.Lock()
        self._watch: _Watch | None = None
        self._ended: _Watch | None = None

    def start(self) -> None:
        """Begins to watch; changes made from here on are told.

        Raises:
            Unavailable: the file cannot be read.
        """
        with self._lock:
            if self._watch is None:
                self._watch = _Watch(self._database, self._tell, self._stirred)
                try:
                    self._watch.begin()
                except BaseException:
                    self._watch = None
                    raise

    def stop(self, *, wait: bool = False) -> None:
        """Stops watching. May be called by a listener, on the thread itself.

        Args:
            wait: until the thread has ended and let go of its connection.
        """
        with self._lock:
            watch, self._watch = self._watch, None
            # One that was told to end before may still be at its last look.
            watch = self._ended = watch or self._ended
        if watch is not None:
            watch.end(wait)

    def mine(self, revision: int) -> None:
        """Says, before it is committed, that a revision is this workspace's own."""
        watch = self._watch
        if watch is not None:
            watch.mine(revision)

    def not_mine(self, revision: int) -> None:
        """Takes back what was said of a revision that was not committed: another program may write it yet."""
        watch = self._watch
        if watch is not None:
            watch.not_mine(revision)

    def my_news(self, number: int) -> None:
        """Says the same of an entry in the news as `mine` does of a revision."""
        watch = self._watch
        if watch is not None:
            watch.my_news(number)


class _Watch:
    """One thread that watches, and what it has seen."""

    def __init__(
        self, database: Database, tell: Callable[[Changed], None], stirred: Callable[[], None]
    ) -> None:
        self._database = database
        self._tell = tell
        self._stirred = stirred
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._mine: set[int] = set()
        self._my_news: set[int] = set()
        self._seen = self._heard = 0
        self._thread = threading.Thread(target=self._run, name="offhook-watch", daemon=True)

    def begin(self) -> None:
        with self._database.read() as connection:
            self._seen = _last(connection, "changesets")
            self._heard = _last(connection, "news")
        self._thread.start()

    def end(self, wait: bool) -> None:
        self._stop.set()
        if wait and self._thread is not threading.current_thread():
            self._thread.join()

    def mine(self, revision: int) -> None:
        with self._lock:
            self._mine.add(revision)

    def not_mine(self, revision: int) -> None:
        with self._lock:
            self._mine.discard(revision)

    def my_news(self, number: int) -> None:
        with self._lock:
            self._my_news.add(number)

    def _run(self) -> None:
        connection: Any = None
        version = -1
        while not self._stop.wait(POLL_SECONDS):
            # A file that cannot be read at the moment is looked at again; reads tell the user what is wrong with it.
            with contextlib.suppress(Unavailable, *errors()):
                connection = connection or self._database.reader()
                now = connection.execute("PRAGMA data_version").fetchone()[0]
                if now != version:
                    changed = self._look(connection)
                    version = now
                    if not self._stop.is_set():
                        self._stirred()
                        if changed is not None:
                            self._tell(changed)
        if connection is not None:
            connection.close()

    def _look(self, connection: Any) -> Changed | None:
        """What others have changed since the last look."""
        connection.execute("BEGIN")
        try:
            worked, everything = self._work_of_others(connection)
            heard, flooded = self._news_of_others(connection)
        finally:
            connection.execute("ROLLBACK")
        rows = worked | heard
        everything = everything or flooded or len(rows) > MOST_ROWS
        if not rows and not everything:
            return None
        told = frozenset() if everything else frozenset(rows)
        return Changed(told, local=False, revision=self._seen, everything=everything)

    def _work_of_others(self, connection: Any) -> tuple[set[tuple[str, str]], bool]:
        """The rows that commands of other programs have changed; and whether it is too much to list."""
        found = connection.execute(
            "SELECT seq, org_id, body FROM changesets WHERE seq > ? ORDER BY seq", (self._seen,)
        ).fetchall()
        if not found:
            return set(), False
        foreign = self._of_others(found, self._mine)
        self._seen = found[-1][0]
        rows: set[tuple[str, str]] = set()
        for _seq, org_id, body in foreign:
            changes = json.loads(body)["changes"]
            # A bulk load lists no rows.
            if not changes or len(changes) > MOST_ROWS:
                return set(), True
            rows |= look_of(connection, org_id, {(c["table"], c["id"]) for c in changes})
        return rows, False

    def _news_of_others(self, connection: Any) -> tuple[set[tuple[str, str]], bool]:
        """The rows that other programs have taken in from a server; and whether it is too much to list."""
        found = connection.execute(
            "SELECT seq, rows, everything FROM news WHERE seq > ? ORDER BY seq", (self._heard,)
        ).fetchall()
        if not found:
            return set(), False
        foreign = self._of_others(found, self._my_news)
        # What was pruned before anybody looked is not known any more.
        missed = found[0][0] > self._heard + 1
        self._heard = found[-1][0]
        rows = {(table, row_id) for _, listed, _ in foreign for table, row_id in json.loads(listed)}
        return rows, missed or any(everything for _, _, everything in foreign)

    def _of_others(self, found: Sequence[Any], mine: set[int]) -> list[Any]:
        with self._lock:
            foreign = [each for each in found if each[0] not in mine]
            mine.intersection_update({number for number in mine if number > found[-1][0]})
        return foreign


def note_news(connection: Any, rows: Iterable[tuple[str, str]], *, everything: bool) -> int:
    """Notes for other programs on the same file what was written that is in nobody's history here. Returns its number.

    Args:
        connection: the writer, in the transaction that writes it.
        rows: what has changed, as (table, id).
        everything: so much that it is not listed.
    """
    told = [] if everything else sorted(rows)
    cursor = connection.execute(
        "INSERT INTO news (rows, everything) VALUES (?, ?)", (json.dumps(told), everything)
    )
    number = int(cursor.lastrowid)
    connection.execute("DELETE FROM news WHERE seq <= ?", (number - _NEWS_KEPT,))
    return number


def look_of(connection: Any, org_id: str, rows: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """The rows and those whose look hangs on them: what a child is about, whom a name is drawn beside."""
    out = set(rows)
    for table, record_id in tuple(out):
        if table in ("activities", "tasks"):
            columns = ", ".join(column for _, column in PARENTS)
            found = connection.execute(
                f"SELECT {columns} FROM {table} WHERE org_id = ? AND id = ?",  # noqa: S608 (names are constants)
                (org_id, record_id),
            ).fetchone()
            for (parent, _), parent_id in zip(PARENTS, found or (), strict=False):
                if parent_id is not None:
                    out.add((parent, parent_id))
        for follower, column in _FOLLOWERS.get(table, ()):
            found = connection.execute(
                f"SELECT id FROM {follower} WHERE org_id = ? AND {column} = ? AND deleted_at IS NULL LIMIT ?",  # noqa: S608
                (org_id, record_id, MOST_ROWS + 1),
            )
            out |= {(follower, follower_id) for (follower_id,) in found}
    return out


def _last(connection: Any, table: str) -> int:
    return int(connection.execute(f"SELECT coalesce(max(seq), 0) FROM {table}").fetchone()[0])  # noqa: S608 (a constant)
