"""One transaction in which what the server has said is written into a cache.

Where that touches rows under unsent work, the work is lifted first: every row is brought back as the server last had it.
Then comes what the server says now, and the work that is still in the outbox is laid over it again. Where it touches no
such row, nothing is lifted: others' changes cost what they are, however much waits.
"""

# ruff: noqa: S608 (table and column names come from the declarations in core, values are always bound)
from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from core.changes import Changeset, Status, to_json
from core.entities import RECORDS
from core.workspace import Changed
from storage import drafts, load
from storage.apply import remember, replay
from storage.codec import Encoded, codec
from storage.codec import to_json as json_text
from storage.watch import MOST_ROWS, look_of, note_news
from sync import outbox, overlay, parking, parting, traces
from sync.overlay import BOOKED, Key, Keys
from sync.pending import Pending, Watched, watched
from sync.refusal import Refusal

Exit = Sequence[str]
"""A row that left a book, as (table, id, book, op); op is moved, deleted or erased."""


class Truth:
    """See `sync.cache.Cache.truth`, which makes it.

    Attributes:
        connection: the writer, in the transaction; for the tables that are nobody's rows (`sync_books`).
        changed: once it has ended, what subscribers are to be told: what others did, and rows of which only what the
            server works out has followed one's own work.
    """

    def __init__(
        self, connection: Any, org_id: str, pending: Pending, clock: Callable[[], dt.datetime]
    ) -> None:
        self.connection = connection
        self.changed: tuple[Changed, ...] = ()
        self._org_id = org_id
        self._pending = pending
        self._clock = clock
        self._watched: Watched | None = None
        self._lifted = False
        self._setup = False
        self._everything = False
        self._before: dict[Key, Encoded | None] = {}
        self._own: Keys = set()
        self._laid: Keys = set()
        self._settled: Keys = set()
        self._coming: Keys = set()
        self._left = False
        self._was_loading = self.is_loading()
        overlay.switch(connection, local=False)

    # --- rows

    def foresee(self, rows: Mapping[str, Sequence[Encoded]]) -> None:
        """Says which rows are put later in this transaction: what is written over them anyway is not brought back first.

        Args:
            rows: by table all that `put` is going to be called with.
        """
        for table, some in rows.items():
            place = overlay.place(table, "id")
            self._coming.update((table, row[place]) for row in some)

    def put(self, table: str, rows: Sequence[Encoded]) -> None:
        """Writes rows of a book as the server has them: every column, derived ones too.

        Args:
            table: companies, contacts, deals, activities or tasks.
            rows: their values as SQLite keeps them, in the order of `storage.codec.codec(table).names`.
        """
        if not rows:
            return
        if self._meets(table, rows):
            self.lift()
        place = overlay.place(table, "id")
        self._note(table, [row[place] for row in rows])
        overlay.put(self.connection, self._org_id, table, rows)

    def fill(self, table: str, rows: Sequence[Encoded], *, bare: bool = False) -> None:
        """Writes the many rows of a load, of which nobody is told one by one.

        Args:
            table: companies, contacts, deals, activities or tasks.
            rows: their values, as for `put`.
            bare: without what they are searched by; see `sync.filling`.
        """
        if rows and self._meets(table, rows):
            self.lift()
        self._everything = True
        self._before.clear()
        if bare:
            overlay.put_bare(self.connection, self._org_id, table, rows)
        else:
            overlay.put(self.connection, self._org_id, table, rows)

    def put_setup(self, tables: Mapping[str, Sequence[Encoded]]) -> None:
        """Takes these rows for the whole set-up; what is not among them goes.

        Args:
            tables: the rows of each table of the set-up.
        """
        if self.connection.execute(
            "SELECT 1 FROM base WHERE table_name IN (SELECT value FROM json_each(?)) LIMIT 1",
            (json.dumps(list(tables)),),
        ).fetchone():
            self.lift()
        for table, rows in tables.items():
            place = overlay.place(table, "id")
            new = {row[place]: row for row in rows}
            held = {
                row[place]: row
                for row in self.connection.execute(
                    f"SELECT {codec(table).columns} FROM {table} WHERE org_id = ?", (self._org_id,)
                )
            }
            changed = [row for key, row in new.items() if tuple(row) != held.get(key)]
            gone = held.keys() - new.keys()
            if changed or gone:
                # What work points to (a stage, a book) may come or go.
                self.lift()
                self._setup = True
                self._note(table, [*(row[place] for row in changed), *gone])
                overlay.put(self.connection, self._org_id, table, changed)
                overlay.remove(self.connection, self._org_id, table, gone)

    def leave(self, exits: Iterable[Exit]) -> None:
        """Evicts rows that have left a book, unless they lie in another one here; erased ones wherever they lie.

        Call it before `put`: a row that has only moved comes again.

        Args:
            exits: the rows, as (table, id, book, op).
        """
        books: dict[str, dict[str, set[str]]] = {}
        erased: set[str] = set()
        for table, row_id, book_id, op in exits:
            books.setdefault(table, {}).setdefault(row_id, set()).add(book_id)
            if op == "erased":
                erased.add(row_id)
        if erased:
            overlay.note_left(self.connection, now=True)
            if self._erase(erased):
                self.lift()
        for table, found in books.items():
            held = overlay.images(self.connection, self._org_id, table, found)
            if self._meets(table, held.values()):
                self.lift()
                held = overlay.images(self.connection, self._org_id, table, found)
            place = overlay.place(table, "book_id")
            self._evict(
                table,
                [row_id for row_id, row in held.items() if row_id in erased or row[place] in found[row_id]],
            )

    def drop_book(self, book_id: str) -> None:
        """Evicts everything that lies in a book that the user does not see any more.

        Args:
            book_id: the book.
        """
        self.lift()
        for table in BOOKED:
            found = self.connection.execute(
                f"SELECT id FROM {table} WHERE org_id = ? AND book_id = ?", (self._org_id, book_id)
            )
            self._evict(table, [row_id for (row_id,) in found])

    def remove(self, table: str, ids: Sequence[str]) -> None:
        """Evicts rows that the server does not have any more, as a comparison of everything shows.

        Args:
            table: their table.
            ids: the rows.
        """
        held = overlay.images(self.connection, self._org_id, table, ids)
        if self._meets(table, held.values()):
            self.lift()
            held = overlay.images(self.connection, self._org_id, table, ids)
        self._evict(table, list(held))

    def _evict(self, table: str, ids: Sequence[str]) -> None:
        self._left = True
        if ids:
            self._note(table, ids)
            overlay.remove(self.connection, self._org_id, table, ids)
            traces.forget(self.connection, self._org_id, [(table, row_id) for row_id in ids])
            overlay.note_left(self.connection, now=False)

    def _erase(self, ids: Collection[str]) -> bool:
        drafts.drop(self.connection, ids)
        if not traces.erase(self.connection, self._org_id, ids, self._clock):
            return False
        self._pending.forget()
        return True

    # --- the outbox

    def settle(self, seqs: Iterable[int]) -> None:
        """Takes accepted changesets out of the outbox: what they did is in the rows by now.

        Args:
            seqs: those that were accepted before the pull began whose rows are in this transaction.
        """
        gone = set(seqs)
        if gone:
            self.lift()
            self._settled |= outbox.rows_of(self.connection, gone)
            outbox.remove(self.connection, gone)

    def accept(self, seqs: Iterable[int]) -> None:
        """Notes that the server has accepted changesets. They stay laid over the rows until a later pull.

        Args:
            seqs: their numbers.
        """
        outbox.set_state(self.connection, seqs, "accepted")

    def park(self, seq: int, refusal: Refusal) -> str:
        """Takes a changeset that was refused out of the outbox and keeps it for a person.

        Args:
            seq: its number.
            refusal: why.

        Returns:
            The id under which it waits; empty where it is not in the outbox any more.
        """
        found = self.connection.execute(
            "SELECT seq, changeset_id, body, state FROM outbox WHERE seq = ?", (seq,)
        ).fetchone()
        if found is None:
            return ""
        changeset = outbox.Item(*found).changeset
        # What the record is called is asked before it may be gone from here.
        parked_id = parking.park(self.connection, changeset, refusal, self._clock())
        self.lift()
        outbox.remove(self.connection, [seq])
        return parked_id

    def part(self, seq: int, rest: Changeset, taken: Changeset, refusal: Refusal) -> None:
        """Keeps for a person what was refused of a changeset. The rest of it stays in its place in the outbox.

        Args:
            seq: its number.
            rest: what is left of it.
            taken: what was refused.
            refusal: why.
        """
        remember(self.connection, taken, Status.REJECTED)
        parking.park(self.connection, taken, refusal, self._clock())
        self.lift()
        parting.keep(self.connection, seq, rest, json_text(to_json(rest)))
        self._pending.forget()

    def send_again(self) -> None:
        """Gives all that has no answer that counts a new number, in its order: under the old ones the server says the same."""
        self.lift()
        outbox.renumber(self.connection, 0)

    def warn(self, changeset: Changeset, refusal: Refusal) -> None:
        """Keeps for a person what they must know of a changeset that was accepted: a likely duplicate.

        Args:
            changeset: what was accepted.
            refusal: of kind `duplicate`.
        """
        parking.park(self.connection, changeset, refusal, self._clock())

    def offer_again(self, lost: Sequence[Changeset]) -> None:
        """Puts changesets that a restored server does not know any more back into the outbox, before all others.

        Args:
            lost: what it had taken, in order.
        """
        # What it had accepted and no pull has brought yet is offered again even where nothing else was lost.
        self.lift()
        outbox.offer_again(self.connection, lost)

    # --- notes

    def get(self, key: str) -> str:
        """A value of `meta`; empty where there is none."""
        return load.read_meta(self.connection, key)

    def set(self, key: str, value: str) -> None:
        """Sets a value of `meta`."""
        load.write_meta(self.connection, key, value)

    # --- lifting the work, and laying it over again

    def _watch(self) -> Watched:
        if self._watched is None:
            self._watched = watched(self.connection, self._org_id, self._pending.work(self.connection))
        return self._watched

    def _meets(self, table: str, rows: Iterable[Encoded]) -> bool:
        if self._lifted:
            return False
        watch = self._watch()
        return bool(watch.around) and watch.meets(table, rows)

    def lift(self) -> None:
        """Brings the rows under all unsent work back as the server last had them."""
        if self._lifted:
            return
        self._lifted = True
        held: dict[str, list[str]] = {}
        for table, row_id in self.connection.execute("SELECT table_name, row_id FROM base").fetchall():
            held.setdefault(table, []).append(row_id)
        for table, ids in held.items():
            self._note(table, ids)
            self._own.update((table, row_id) for row_id in ids)
            self._setup = self._setup or table in load.CATALOG_TABLES
        overlay.restore(self.connection, self._org_id, but=self._coming)

    def _lay_over(self) -> None:
        """Lays what is still in the outbox over the rows, in order."""
        for _, work in self._pending.work(self.connection):
            touched = replay(self.connection, work.changeset, load.Loaded(self.connection, self._org_id))
            self._setup = self._setup or any(table in load.CATALOG_TABLES for table, _ in touched)
            self._laid |= touched

    # --- what is out of sight

    def is_loading(self) -> bool:
        """Whether pages are still to come: for the first time, or to read anew what is here."""
        return bool(
            self.connection.execute("SELECT 1 FROM sync_books WHERE state = 'loading' LIMIT 1").fetchone()
        )

    def _leave_no_trace(self) -> None:
        """Forgets what is told here of rows that are out of sight, those that the server has never shown among them."""
        if self.is_loading():
            # What is not here may be on its way. It is looked at when the load is through.
            return
        if self._was_loading:
            traces.forget_missing(self.connection, self._org_id)
        elif self._settled:
            traces.forget_missing(self.connection, self._org_id, self._settled)
        if self._was_loading or self._settled or self._left:
            parking.hide_missing(self.connection, self._org_id)

    # --- telling

    def _note(self, table: str, ids: Iterable[str]) -> None:
        """Remembers rows as they are before they are written, to tell what has changed."""
        if self._everything:
            return
        unknown = [row_id for row_id in ids if (table, row_id) not in self._before]
        if len(self._before) + len(unknown) > MOST_ROWS:
            self._everything = True
            self._before.clear()
            return
        held = overlay.images(self.connection, self._org_id, table, unknown)
        for row_id in unknown:
            self._before[table, row_id] = held.get(row_id)

    def finish(self, expect: Callable[[int], None]) -> None:
        """Lays the work over again where it was lifted, and works out what to tell. For `Cache.truth` alone.

        Args:
            expect: is told the number of the entry for other programs.
        """
        overlay.switch(self.connection, local=True)
        if self._lifted:
            self._lay_over()
        self._leave_no_trace()
        if self._setup:
            load.note_new_catalog(self.connection)
        own, others = self._differences()
        if not (own or others or self._everything):
            return
        expect(note_news(self.connection, own | others, everything=self._everything))
        revision = load.last_revision(self.connection)
        told = []
        if others or self._everything:
            rows: frozenset[Key] = frozenset() if self._everything else frozenset(others)
            told.append(Changed(rows, local=False, revision=revision, everything=self._everything))
        if own:
            told.append(Changed(frozenset(own), local=True, revision=revision))
        self.changed = tuple(told)

    def _differences(self) -> tuple[Keys, Keys]:
        """The rows that are not as they were: those where only what the server works out followed one's own, and the others."""
        # What work reaches that did not reach it before.
        own: Keys = self._laid - self._before.keys()
        others: Keys = set()
        tables: dict[str, list[str]] = {}
        for table, row_id in self._before:
            tables.setdefault(table, []).append(row_id)
        for table, ids in tables.items():
            now = overlay.images(self.connection, self._org_id, table, ids)
            places = overlay.data_places(table)
            for row_id in ids:
                key, new = (table, row_id), now.get(row_id)
                old = self._before[key]
                if new == old:
                    continue
                same = (
                    new is not None
                    and old is not None
                    and all(overlay.is_same(new[where], old[where]) for where in places)
                )
                if same and key in self._own:
                    own.add(key)
                else:
                    others.add(key)
                    others |= _parents(table, old)
        if others:
            others |= look_of(self.connection, self._org_id, others)
            if len(others) > MOST_ROWS:
                self._everything = True
        return own - others, others


def _parents(table: str, row: Encoded | None) -> Keys:
    """What an entry or a task was about: its screen shows it."""
    if row is None or table not in ("activities", "tasks"):
        return set()
    return {
        (parent, row[place])
        for place, parent in overlay.reference_places(table)
        if row[place] is not None and parent in RECORDS and parent != "activities"
    }
