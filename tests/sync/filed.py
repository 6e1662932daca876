"""A team's server that is a file, and a cache of it that is told by hand what a feed would tell: no network, no PostgreSQL.

What a cache must be is worked out beside it, in another file, from nothing but the rows that it was told and the
changesets that wait.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

from core.changes import Changeset
from core.commands.activities import LogActivity
from core.commands.base import Command
from core.commands.contacts import EditContact
from core.commands.records import Assign
from core.commands.tasks import CreateTask
from core.entities import RECORDS
from storage import derive, load
from storage.apply import Applied, Stopped, apply, replay
from storage.codec import codec
from storage.database import connect
from storage.solo import SoloWorkspace, create_solo, open_solo
from sync import outbox, overlay
from sync.cache import Cache, create_cache, open_cache
from sync.refusal import Refusal
from sync.workspace import FieldWorkspace
from tests.storage.conftest import a_founding
from tests.storage.hiring import hire
from tests.workspace.office import START, Clock, Office

Key = tuple[str, str]
Rows = dict[Key, tuple[Any, ...]]

TABLES = tuple(RECORDS)
COLLEAGUES = ("Ben", "Cem")


@dataclass
class Templates:
    """Files to copy: making a new one takes half a second."""

    folder: Path

    def __post_init__(self) -> None:
        workspace = create_solo(self.folder / "centre.db", a_founding(), store="plain", clock=Clock())
        for name in COLLEAGUES:
            hire(workspace, name)
        workspace.close()
        with centre(self.folder / "centre.db") as there:
            create_cache(
                self.folder / "cache.db",
                hello=SimpleNamespace(org_id=there.org_id, user_id=there.user_id, epoch="1"),
                setup_rows=setup_of(there.rows()),
                store="plain",
            ).close()
        create_solo(self.folder / "scratch.db", a_founding(), store="plain", clock=Clock()).close()

    def copy(self, name: str, folder: Path) -> Path:
        """A copy of a file in a folder."""
        folder.mkdir(exist_ok=True)
        for file in self.folder.glob(f"{name}*"):
            shutil.copy(file, folder)
        return folder / name


class CentreFile:
    """The server: a file that everybody's changesets are applied to."""

    def __init__(self, path: Path) -> None:
        self.workspace: SoloWorkspace = open_solo(path, clock=Clock())
        self.office = Office(self.workspace)
        self.org_id, self.user_id = self.workspace.org_id, self.workspace.user_id

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.workspace.close()

    def rows(self) -> Rows:
        """Everything that is in it."""
        with self.workspace.database.read() as connection:
            return rows_of(connection)

    def books(self) -> list[str]:
        """The books, Ann's own first."""
        catalog = self.workspace.catalog()
        mine = catalog.my_book.id
        return [mine, *sorted(book.id for book in catalog.books if book.id != mine)]

    def take(self, changeset: Changeset) -> Refusal | None:
        """Applies what a client has sent; says why not, if not."""
        try:
            with self.workspace.database.write() as connection:
                known = connection.execute(
                    "SELECT 1 FROM changesets WHERE id = ?", (changeset.id,)
                ).fetchone()
                if known is None:
                    self._apply(connection, changeset)
        except Stopped as stop:
            kind: Any = stop.status.value
            return Refusal(kind, stop.reason, conflicts=stop.conflicts)
        return None

    def _apply(self, connection: Any, changeset: Changeset) -> Applied:
        loaded = load.Loaded(connection, self.org_id)
        applied = apply(connection, changeset, loaded, now=self.office.clock(), catalog=None)
        self.workspace.expect(applied.revision)
        return applied


def centre(path: Path) -> CentreFile:
    """Opens a centre."""
    return CentreFile(path)


def rows_of(connection: Any) -> Rows:
    """All rows of all record tables, without the numbers that a file gives them."""
    out: Rows = {}
    for table in TABLES:
        place = overlay.place(table, "id")
        for row in connection.execute(f"SELECT {codec(table).columns} FROM {table}"):
            out[table, row[place]] = tuple(row)
    return out


def setup_of(rows: Rows) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the set-up, by table."""
    found: dict[str, list[tuple[Any, ...]]] = {table: [] for table in load.CATALOG_TABLES}
    for (table, _), row in rows.items():
        if table in found:
            found[table].append(row)
    return found


def fill(there: CentreFile) -> None:
    """Some records in Ann's book and in Ben's."""
    office = there.office
    for n in range(3):
        contact = office.contact(
            f"C{n}", last_name="Ümit", company="Acme", emails=({"value": f"c{n}@x.de", "label": "work"},)
        )
        deal = office.deal(f"Deal {n}", contact_id=contact)
        office.do(LogActivity(table="deals", record_id=deal, kind="call", subject=f"Called {n}"))
        office.do(CreateTask(table="contacts", record_id=contact, subject="Again", due_at=START))
    other = office.contact("Of Ben", company="Nadir")
    office.do(Assign(table="contacts", ids=(other,), book_id=there.books()[1]))


@dataclass
class Field:
    """A cache, and what it was told."""

    centre: CentreFile
    path: Path
    scratch: Path
    held: set[str] = field(default_factory=set)
    told: Rows = field(default_factory=dict)
    """What the server has as far as the cache was told."""

    def __post_init__(self) -> None:
        self.clock = Clock(START.replace(hour=12))
        self.told = {key: row for key, row in self.centre.rows().items() if key[0] in load.CATALOG_TABLES}
        self._oracle = connect(self.scratch, None)
        self._oracle.execute("BEGIN")
        self.open()

    def open(self) -> None:
        """Starts the program."""
        self.cache: Cache = open_cache(self.path)
        self.workspace = FieldWorkspace(self.cache, clock=self.clock)

    def close(self) -> None:
        """Ends all of it."""
        self.close_file()
        self._oracle.close()

    def close_file(self) -> None:
        """Ends the program."""
        self.workspace.close()

    def restart(self) -> None:
        """Ends the program and starts it again."""
        self.close_file()
        self.open()

    def do(self, command: Command) -> Any:
        return self.workspace.execute(command)

    def there_edits(self, contact_id: str, **values: Any) -> None:
        """A colleague edits a contact on the server."""
        self.centre.office.do(EditContact(contact_id=contact_id, values=values))

    # --- what an agent does

    def push(self, most: int = 500) -> None:
        """Sends what waits; what is refused is parked."""
        with self.cache.database.read() as connection:
            items = outbox.batch(connection, most=most)
        for item in items:
            refusal = self.centre.take(item.changeset)
            with self.cache.truth(clock=self.clock) as truth:
                if refusal is None:
                    truth.accept([item.seq])
                else:
                    truth.park(item.seq, refusal)

    def visible(self) -> Rows:
        """What the server would show now."""
        out: Rows = {}
        for key, row in self.centre.rows().items():
            table = key[0]
            if table in overlay.BOOKED and row[overlay.place(table, "book_id")] not in self.held:
                continue
            out[key] = row
        return out

    def pull(self, *, dies_at: int | None = None, settle: bool = True) -> Any:
        """Tells the cache everything that is new, in one transaction.

        Args:
            dies_at: the program dies before this call of it.
            settle: take accepted changesets out.
        """
        with self.cache.database.read() as connection:
            accepted = outbox.accepted(connection) if settle else []
        now = self.visible()
        calls = _calls(self.told, now)
        with self.cache.truth(clock=self.clock) as truth:
            truth.foresee(_coming(self.told, now))
            if accepted:
                truth.lift()
            for number, call in enumerate([*calls, lambda truth: truth.settle(accepted)]):
                if number == dies_at:
                    raise Died
                call(truth)
        self.told = now
        return truth

    def lose(self, book_id: str) -> None:
        """A book is out of sight from now on."""
        self.held.discard(book_id)
        with self.cache.truth(clock=self.clock) as truth:
            truth.drop_book(book_id)
        self.told = {
            key: row
            for key, row in self.told.items()
            if key[0] not in overlay.BOOKED or row[overlay.place(key[0], "book_id")] != book_id
        }

    # --- what must hold

    def wanted(self) -> Rows:
        """What the cache must hold: what it was told, with what waits laid over it."""
        self._oracle.execute("ROLLBACK")
        self._oracle.execute("BEGIN")
        for table in (*TABLES, "contact_points"):
            self._oracle.execute(f"DELETE FROM {table}")
        for table in TABLES:
            rows = [row for key, row in self.told.items() if key[0] == table]
            overlay.put(self._oracle, self.centre.org_id, table, rows)
        with self.cache.database.read() as connection:
            waiting = outbox.everything(connection)
        for item in waiting:
            replay(self._oracle, item.changeset, load.Loaded(self._oracle, self.centre.org_id))
        return rows_of(self._oracle)

    def check(self) -> None:
        """Whether the cache is what it must be, and everything in it agrees."""
        with self.cache.database.write() as connection:
            held = rows_of(connection)
            base = {
                (table, row_id): body is None
                for table, row_id, body in connection.execute("SELECT table_name, row_id, body FROM base")
            }
            points = set(connection.execute("SELECT contact_id, kind, value FROM contact_points"))
            for table in derive.SEARCHED:
                connection.execute(
                    f"INSERT INTO {table}_fts ({table}_fts, rank) VALUES ('integrity-check', 1)"
                )
            assert load.read_meta(connection, overlay.SWITCH) == "1"
        wanted = self.wanted()
        assert differences(held, wanted) == {}
        form = codec("contacts")
        assert points == {
            (key[1], *point)
            for key, row in held.items()
            if key[0] == "contacts"
            for point in derive.points_of(form.decode(row))
        }
        changed = {key for key in held.keys() | self.told.keys() if held.get(key) != self.told.get(key)}
        assert changed <= base.keys(), "every row under local work is put aside"
        assert all(absent == (key not in self.told) for key, absent in base.items())

    def restored(self) -> Rows:
        """The rows that the cache would have without any local work."""
        with self.cache.database.write() as connection:
            connection.execute("SAVEPOINT look")
            overlay.switch(connection, local=False)
            overlay.restore(connection, self.cache.org_id)
            found = rows_of(connection)
            connection.execute("ROLLBACK TO look")
        return found


class Died(Exception):
    """The program has ended."""


def _calls(old: Rows, new: Rows) -> list[Callable[[Any], None]]:
    """What a feed would tell: what left, what is there, the set-up."""
    exits = []
    for key, row in old.items():
        table, row_id = key
        if table in overlay.BOOKED:
            place = overlay.place(table, "book_id")
            if key not in new or new[key][place] != row[place]:
                exits.append((table, row_id, row[place], "moved"))
    calls: list[Callable[[Any], None]] = [lambda truth: truth.leave(exits)] if exits else []
    for table, rows in _coming(old, new).items():
        calls.append(lambda truth, table=table, rows=rows: truth.put(table, rows))  # type: ignore[misc]
    before, after = setup_of(old), setup_of(new)
    if {t: set(rows) for t, rows in before.items()} != {t: set(rows) for t, rows in after.items()}:
        calls.append(lambda truth: truth.put_setup(after))
    return calls


def _coming(old: Rows, new: Rows) -> dict[str, list[Any]]:
    """The rows of books that a feed would bring, by table."""
    coming: dict[str, list[Any]] = {}
    for table in overlay.BOOKED:
        rows = [row for key, row in new.items() if key[0] == table and old.get(key) != row]
        if rows:
            coming[table] = rows
    return coming


def differences(one: Rows, other: Rows) -> dict[Key, Any]:
    """Where two sets of rows differ, column by column."""
    out: dict[Key, Any] = {}
    for key in one.keys() | other.keys():
        a, b = one.get(key), other.get(key)
        if a != b:
            names = codec(key[0]).names
            out[key] = (
                "missing" if a is None else "too much"
                if b is None
                else {n: (x, y) for n, x, y in zip(names, a, b, strict=True) if x != y}
            )  # fmt: skip
    return out


def first(rows: Iterable[str], number: int) -> str | None:
    """One of some ids by a number that may be larger than there are."""
    found = sorted(rows)
    return found[number % len(found)] if found else None
