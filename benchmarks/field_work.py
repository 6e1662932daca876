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
class Loaded:
    """A first load: seconds until the app could be used, until all was there, rows, megabytes."""

    usable: float
    seconds: float
    rows: int
    memory: float


def first_load(place: Place) -> Loaded:
    """Fills an empty cache."""
    began = time.perf_counter()
    with place.open() as workspace:
        usable = time.perf_counter() - began
        seconds = wait_until_live(workspace) - began
        with workspace.database.read() as connection:
            rows = sum(
                connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES[:-1]
            )
    return Loaded(usable, seconds, rows, peak_memory())


def bare_inserts(place: Place, folder: Path) -> tuple[float, float]:
    """Writes the rows of a cache, which lie in memory, into the same tables of another encrypted file, with nothing else.

    Returns:
        Seconds for the rows alone; seconds for all indexes and the full-text search made behind them.
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
    gc.collect()
    gc.freeze()
    began = time.perf_counter()
    bare.execute("BEGIN IMMEDIATE")
    for table in TABLES:
        marks = ", ".join("?" * len(columns[table]))
        bare.executemany(f"INSERT INTO {table} ({', '.join(columns[table])}) VALUES ({marks})", rows[table])
    bare.execute("COMMIT")
    inserted = time.perf_counter() - began
    began = time.perf_counter()
    bare.execute("BEGIN IMMEDIATE")
    for statement in indexes:
        bare.execute(statement)
    for table in TABLES:
        if f"{table}_fts" in made:
            bare.execute(made[f"{table}_searched"])
            bare.execute(made[f"{table}_fts"])
            bare.execute(f"INSERT INTO {table}_fts ({table}_fts) VALUES ('rebuild')")
    bare.execute("COMMIT")
    indexed = time.perf_counter() - began
    bare.close()
    for path in folder.glob(f"{file.name}*"):
        path.unlink()
    return inserted, indexed


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
