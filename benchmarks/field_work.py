"""What the scenarios of the field do in processes of their own, so that no client waits for another one's interpreter.

Every function here runs in a fresh process (`apart`) and returns what it measured. Times between processes are
comparable: `time.perf_counter` is the machine's own clock on Linux and macOS.
"""

from __future__ import annotations

import datetime as dt
import gc
import multiprocessing
import random
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from core.commands.activities import LogActivity
from core.commands.base import Command
from core.commands.contacts import CreateContact, EditContact
from core.commands.deals import MoveDeal
from core.commands.tasks import CreateTask
from core.filters import Query
from core.workspace import Changed, Health, Workspace
from storage.database import connect
from storage.postgres.profile import Profile
from sync.opening import open_field
from sync.workspace import FieldWorkspace

T = TypeVar("T")
TABLES = ("companies", "contacts", "deals", "activities", "tasks", "contact_points")
"""What a first load brings in."""
PATIENCE = 1_800.0


@dataclass(frozen=True)
class Place:
    """A rep's place: how they get at the server, and where their cache lies."""

    profile: Profile
    password: str
    folder: Path

    @contextmanager
    def open(self, *, agent: bool = True) -> Iterator[FieldWorkspace]:
        """Their workspace."""
        workspace = open_field(self.profile, self.password, folder=self.folder, store="file", agent=agent)
        try:
            yield workspace
        finally:
            workspace.close()


def apart(work: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """Runs something in a process of its own, and waits for what it returns."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments, named)


def wait_until_live(workspace: Workspace) -> float:
    """Waits until nothing is left to be sent or loaded. Returns when that was (`time.perf_counter`).

    Raises:
        TimeoutError: it does not come to that.
    """
    live = threading.Event()

    def look(health: Health) -> None:
        if health.line == "● live":
            live.set()

    stop = workspace.watch_health(look)
    look(workspace.health())
    try:
        if not live.wait(PATIENCE):
            raise TimeoutError(f"it stays at “{workspace.health().line}”")
        return time.perf_counter()
    finally:
        stop()


def peak_memory() -> float:
    """The most megabytes that this process ever had in memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise OSError("the kernel does not tell")


# --- the first load ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Spent:
    """What something took: seconds on the clock, and seconds of processor time in all threads of the process."""

    wall: float
    cpu: float

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.wall + other.wall, self.cpu + other.cpu)


class _Watch:
    """Measures from when it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def spent(self) -> Spent:
        """How much it was so far."""
        return Spent(time.perf_counter() - self._wall, time.process_time() - self._cpu)


@dataclass(frozen=True)
class Loaded:
    """A first load.

    Attributes:
        opened: from the empty folder until the app is open.
        useful: from then on, until what is of use first was there.
        rows_in: until all rows were there, to be opened and listed.
        complete: until all indexes and the search were made, too, and the agent said that it is live.
        rows: how many rows it was.
        memory: the most megabytes.
    """

    opened: Spent
    useful: Spent
    rows_in: Spent
    complete: Spent
    rows: int
    memory: float


def first_load(place: Place) -> Loaded:
    """Fills an empty cache."""
    opening = _Watch()
    with place.open() as workspace:
        opened, watch = opening.spent(), _Watch()
        useful = rows_in = None
        while rows_in is None:
            time.sleep(0.02)
            with workspace.database.read() as connection:
                looked, loading = connection.execute(
                    "SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'sync.looked'),"
                    " EXISTS (SELECT 1 FROM sync_books WHERE state = 'loading')"
                ).fetchone()
            if looked and useful is None:
                useful = watch.spent()
            if looked and not loading:
                rows_in = watch.spent()
            if watch.spent().wall > PATIENCE:
                raise TimeoutError(f"it stays at “{workspace.health().line}”")
        wait_until_live(workspace)
        complete = watch.spent()
        with workspace.database.read() as connection:
            rows = sum(
                connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES[:-1]
            )
    assert useful is not None, "it is there before all rows are"
    return Loaded(opened, useful, rows_in, complete, rows, peak_memory())


_AT_ONCE = 5_000


def bare_inserts(place: Place, folder: Path) -> tuple[Spent, Spent]:
    """Writes the rows of a cache, which lie in memory, into the same tables of another encrypted file, with nothing else.

    Returns:
        What the rows alone took, a transaction for 5,000 of them; and what it took to add all that can be worked out
        of them: what contacts are looked up by, all indexes, and the full-text search.
    """
    with place.open(agent=False) as workspace, workspace.database.read() as connection:
        made = dict(
            connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('table', 'view')"
            )
        )
        indexes = [
            statement
            for table in TABLES
            for (statement,) in connection.execute(
                "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND type = 'index' AND tbl_name = ?",
                (table,),
            )
        ]
        columns = {
            table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")] for table in TABLES
        }
        rows = {
            table: connection.execute(f"SELECT {', '.join(columns[table])} FROM {table}").fetchall()
            for table in TABLES
        }
        pragmas = [f"PRAGMA page_size = {connection.execute('PRAGMA page_size').fetchone()[0]}"]
    file = folder / f"bare-{secrets.token_hex(4)}.db"
    bare = connect(file, secrets.token_hex(32), create=True)
    for pragma in (
        *pragmas,
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = NORMAL",
        "PRAGMA cache_size = -65536",
    ):
        bare.execute(pragma).fetchall()
    for table in TABLES:
        bare.execute(made[table])

    def insert(table: str) -> None:
        marks = ", ".join("?" * len(columns[table]))
        statement = f"INSERT INTO {table} ({', '.join(columns[table])}) VALUES ({marks})"
        for begin in range(0, len(rows[table]), _AT_ONCE):
            bare.execute("BEGIN IMMEDIATE")
            bare.executemany(statement, rows[table][begin : begin + _AT_ONCE])
            bare.execute("COMMIT")

    gc.collect()
    gc.freeze()
    watch = _Watch()
    for table in TABLES[:-1]:
        insert(table)
    inserted, watch = watch.spent(), _Watch()
    insert(TABLES[-1])
    bare.execute("BEGIN IMMEDIATE")
    for statement in indexes:
        bare.execute(statement)
    for table in TABLES:
        if f"{table}_fts" in made:
            bare.execute(made[f"{table}_searched"])
            bare.execute(made[f"{table}_fts"])
            bare.execute(f"INSERT INTO {table}_fts ({table}_fts) VALUES ('rebuild')")
    bare.execute("COMMIT")
    completed = watch.spent()
    bare.close()
    for path in folder.glob(f"{file.name}*"):
        path.unlink()
    return inserted, completed


# --- work ----------------------------------------------------------------------------------------------------------


def day_of_work(workspace: FieldWorkspace, rng: random.Random) -> Iterator[Command]:
    """What a rep does in a day, without end: calls and notes, edits, moves, tasks, now and then somebody new."""
    catalog = workspace.catalog()
    contacts = workspace.contact_ids(Query())
    stages = {card.id: card.stage_id for card in workspace.board(catalog.pipelines[0].id, Query())}
    rng.shuffle(contacts)
    number = 0
    while True:
        number += 1
        contact = contacts[number % len(contacts)]
        what = rng.choices(("call", "edit", "move", "task", "new"), (50, 20, 15, 10, 5))[0]
        if what == "move":
            deal = rng.choice(list(stages))
            ahead = [
                to for to in catalog.stage(stages[deal]).next_stage_ids if catalog.stage(to).kind == "open"
            ]
            if ahead:
                origin, stages[deal] = stages[deal], ahead[0]
                yield MoveDeal(deal_id=deal, stage_id=ahead[0], from_stage_id=origin)
                continue
        if what == "edit":
            yield EditContact(contact_id=contact, values={"title": f"Manager {number}"})
        elif what == "task":
            due = dt.datetime.now(dt.UTC) + dt.timedelta(days=1 + number % 9)
            yield CreateTask(table="contacts", record_id=contact, subject=f"Call back {number}", due_at=due)
        elif what == "new":
            yield CreateContact(values={"first_name": "Nora", "last_name": f"New {number}"})
        else:
            yield LogActivity(
                table="contacts", record_id=contact, kind="call", direction="out", outcome="no answer"
            )


def edits(workspace: FieldWorkspace, rng: random.Random) -> Iterator[Command]:
    """One field of one contact each, no contact twice before all had their turn."""
    contacts = workspace.contact_ids(Query())
    rng.shuffle(contacts)
    number = 0
    while True:
        number += 1
        yield EditContact(
            contact_id=contacts[number % len(contacts)], values={"title": f"Edit {number} {rng.random()}"}
        )


@dataclass(frozen=True)
class Worked:
    """Commands that were executed without a network: milliseconds of each, rows changed, megabytes."""

    took: list[float]
    changes: int
    memory: float


def work_offline(place: Place, count: int, seed: int, *, only_edits: bool = False) -> Worked:
    """Executes so many commands with the agent off; they stay in the outbox.

    Raises:
        RuntimeError: one was not applied.
    """
    with place.open(agent=False) as workspace:
        rng = random.Random(seed)
        commands = (edits if only_edits else day_of_work)(workspace, rng)
        took, changes = [], 0
        gc.collect()
        gc.freeze()
        for _ in range(count):
            command = next(commands)
            began = time.perf_counter()
            answer = workspace.execute(command)
            took.append((time.perf_counter() - began) * 1000)
            if not answer.applied or answer.changeset is None:
                raise RuntimeError(f"{type(command).__name__} was not applied: {answer.reason}")
            changes += len(answer.changeset.changes)
        return Worked(took, changes, peak_memory())


@dataclass(frozen=True)
class Sent:
    """An outbox that was sent: seconds from the beginning until all was answered, and until all had settled."""

    answered: float
    settled: float
    memory: float
    parked: int


def send(place: Place, batch: int) -> Sent:
    """Sends the outbox, in batches of so many, over a connection that is there already, until everything has settled."""
    import sync.push
    from storage.postgres.connection import connect as connect_server
    from sync.agent import Agent
    from sync.cache import open_cache
    from sync.remote import Remote

    sync.push.MOST_ITEMS = batch  # type: ignore[attr-defined]
    with place.open(agent=False) as workspace:
        file = workspace.path
    cache = open_cache(file)
    try:
        agent = Agent(cache, lambda: Remote(connect_server(place.profile, place.password), place.profile))
        agent.connect()
        gc.collect()
        gc.freeze()
        began = time.perf_counter()
        while agent.push_once():
            pass
        answered = time.perf_counter() - began
        agent.pull_once()
        settled = time.perf_counter() - began
        agent.disconnect()
        with cache.database.read() as connection:
            left = connection.execute("SELECT count(*) FROM outbox").fetchone()[0]
            parked = connection.execute("SELECT count(*) FROM parked").fetchone()[0]
        if left:
            raise RuntimeError(f"{left} changesets are left in the outbox")
        return Sent(answered, settled, peak_memory(), parked)
    finally:
        cache.close()


def come_back(place: Place) -> Sent:
    """The network is there again: from the start of the agent, sign-in and all, until everything was sent and taken in."""
    began = time.perf_counter()
    with place.open() as workspace:
        settled = wait_until_live(workspace) - began
        return Sent(settled, settled, peak_memory(), len(workspace.parked()))


# --- live ----------------------------------------------------------------------------------------------------------


def follow(place: Place, pipe: Connection) -> None:
    """Follows the server; says when which record has come in. Ends when it is told to."""
    with place.open() as workspace:
        wait_until_live(workspace)

        def told(changed: Changed) -> None:
            now = time.perf_counter()
            if not changed.local:
                pipe.send((now, changed.rows))

        workspace.subscribe(told)
        pipe.send("live")
        pipe.recv()


@contextmanager
def follower(place: Place) -> Iterator[Connection]:
    """Another client, live, in a process of its own. Its pipe gives what `follow` says."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=follow, args=(place, there))
    process.start()
    try:
        if not here.poll(PATIENCE) or here.recv() != "live":
            raise TimeoutError("the other client does not get there")
        yield here
        here.send("end")
    finally:
        process.join(10)
        if process.is_alive():
            process.kill()


def empty_pulls(place: Place, count: int) -> tuple[list[float], list[float]]:
    """Asks for news where there are none, for all books that the login sees.

    Returns:
        Milliseconds of each pull, and of as many `select 1`.

    Raises:
        RuntimeError: there were news.
    """
    from storage.postgres.connection import connect as connect_server
    from sync.remote import Remote

    wire = connect_server(place.profile, place.password)
    try:
        remote = Remote(wire, place.profile)
        cursor = remote.hello().cursor
        held = list(remote.pull(cursor, []).books)
        pulls, nothing = [], []
        for _ in range(count):
            began = time.perf_counter()
            pulled = remote.pull(cursor, held)
            pulls.append((time.perf_counter() - began) * 1000)
            if any(pulled.rows.values()):
                raise RuntimeError("somebody is at work: the pull was not empty")
            began = time.perf_counter()
            wire.execute("select 1").fetchone()
            nothing.append((time.perf_counter() - began) * 1000)
        return pulls, nothing
    finally:
        wire.close()
