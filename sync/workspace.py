"""The field workspace: a cache that reads and writes without a network, and the agent that keeps it and the server together.

`open_field` is the door. Every command takes effect at once and lies in the outbox in the same transaction, so that what
is answered as done is done here and on its way, whatever happens next.
"""

from __future__ import annotations

import contextlib
import heapq
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from core.changes import Answer, Changeset, Row
from core.commands.base import Command
from core.errors import NotFound, OffhookError, Refused, Unavailable
from core.filters import Query
from core.parked import Parked
from core.permissions import require_export
from core.workspace import Changed, Health, HistoryEntry, Reservation
from storage.apply import Applied
from storage.keys import Store
from storage.local import Clock, LocalWorkspace, utc_now
from sync import outbox, parking
from sync.cache import Cache, create_cache, open_cache
from sync.lock import AgentLock
from sync.standing import Standing, State, line, read_standing

if TYPE_CHECKING:
    from storage.postgres.profile import Profile

T = TypeVar("T")

FILE = "cache.db"
"""What the cache is called in its folder."""
HISTORY_SECONDS = 1.0
"""How long a history waits for what the server knows of it."""
_NOT_WAITING = "That does not wait here any more."


def open_field(
    profile: Profile,
    password: str | None,
    *,
    folder: Path,
    store: Store = "keyring",
    notes: Sequence[str] = (),
    clock: Clock = utc_now,
    agent: bool = True,
    progress: Callable[[str], None] | None = None,
) -> FieldWorkspace:
    """Opens the cache of a login. Where there is none yet it is made, and for that the server must be in reach.

    A cache that is there opens at once, whether the server is in reach or not. What is not in it yet comes in while it is
    used.

    Args:
        profile: where the server is, and who logs in.
        password: the login's; None: libpq looks for one in its own places.
        folder: where the cache lies.
        store: where its key is kept, if it is made.
        notes: what is less than perfect about the login, for `health`.
        clock: what time it is.
        agent: keep the cache and the server together as long as the workspace is open.
        progress: is told what is being done while the cache is made.

    Raises:
        SignInRefused: there is no cache yet, and login or password is not good.
        Refused: the cache is another login's, or this program and the server do not fit.
        Unavailable: the cache cannot be opened; or there is none, and the server cannot be reached.
    """
    path = Path(folder) / FILE
    if not path.exists():
        _make(path, profile, password, store, progress or (lambda _what: None))
    cache = open_cache(path)
    try:
        workspace = FieldWorkspace(
            cache, notes=[*notes, *filter(None, [profile.note])], insecure=bool(profile.note), clock=clock
        )
        login = workspace.catalog().me.login
        if login != profile.login:
            raise Refused(
                f"{path} holds the work of {login}, and you log in as {profile.login}. Log in as {login}, or put it away"
                " with `offhook logout` first."
            )
    except BaseException:
        cache.close()
        raise
    if agent:
        workspace.begin(lambda: _keep_together(workspace, profile, password, clock))
    return workspace


def _make(
    path: Path, profile: Profile, password: str | None, store: Store, progress: Callable[[str], None]
) -> None:
    """Makes a cache with what nothing can be shown without."""
    from storage.postgres.connection import connect
    from sync.remote import Remote

    progress("set-up")
    remote = Remote(connect(profile, password), profile)
    try:
        hello = remote.hello()
        pulled = remote.pull(None, ())
    finally:
        remote.close()
    create_cache(path, hello=hello, setup_rows=pulled.setup or {}, store=store).close()


def _keep_together(workspace: FieldWorkspace, profile: Profile, password: str | None, clock: Clock) -> None:
    from storage.postgres.connection import connect
    from sync.agent import Agent
    from sync.remote import Remote
    from sync.server import Server

    agent = Agent(
        workspace.cache,
        lambda: Remote(connect(profile, password), profile),
        tell=workspace.tell,
        stands=workspace.look_again,
        clock=clock,
    )
    workspace.join(agent, lambda: Server(profile, password, clock=clock, catalog=workspace.catalog))
    agent.start()


class Keeper(Protocol):
    """What keeps a cache and its server together; see `sync.agent.Agent`."""

    @property
    def standing(self) -> Standing: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    def nudge(self) -> None: ...
    def stop(self) -> None: ...


class Office(Protocol):
    """What a field workspace asks the server while it is reached; see `sync.server.Server`."""

    def history(self, table: str, record_id: str, *, limit: int = 100) -> list[HistoryEntry]: ...
    def reserve(self, contact_id: str, *, seconds: int = 900) -> Reservation: ...
    def release(self, contact_id: str) -> None: ...
    def who_took(self, table: str, record_id: str) -> str: ...
    def give(self, table: str, record_id: str, text: str) -> str: ...
    def note_export(self, table: str, query: Query) -> None: ...
    def close(self) -> None: ...


class FieldWorkspace(LocalWorkspace):
    """A workspace over a cache; see `core.workspace.Workspace` for what its methods are for.

    Args:
        cache: the open cache, which it closes in the end.
        notes: what is less than perfect about the login, for `health`.
        insecure: the connection could be read by others, as the user has allowed.
        clock: what time it is.

    Attributes:
        cache: the open cache.
    """

    def __init__(
        self, cache: Cache, *, notes: Sequence[str] = (), insecure: bool = False, clock: Clock = utc_now
    ) -> None:
        super().__init__(cache.database, cache.key, clock=clock)
        self.cache = cache
        self._notes = tuple(notes)
        self._insecure = insecure
        self._agent: Keeper | None = None
        self._opens: Callable[[], Office] | None = None
        self._office: Office | None = None
        self._asker: ThreadPoolExecutor | None = None
        self._alone = Standing(State.OFFLINE, clock())
        self._lock = threading.Lock()
        self._health_listeners: list[Callable[[Health], None]] = []
        self._waiting = (0, 0)
        self._told: Health | None = None
        self._stop_watching: Callable[[], None] = lambda: None
        self._beginning: threading.Thread | None = None
        cache.expect = self._watcher.my_news
        cache.written = self.look_again
        self._count()

    def begin(self, keep: Callable[[], None]) -> None:
        """Has an agent join, on a thread of its own: what it takes to speak with a server is slow to load.

        Args:
            keep: makes the agent, has it `join`, and starts it.
        """
        self._alone = Standing(State.CONNECTING, self._clock())

        def run() -> None:
            try:
                keep()
            except OffhookError as error:
                self._notes = (*self._notes, str(error))
            self.look_again()

        self._beginning = threading.Thread(target=run, name="offhook-begin", daemon=True)
        self._beginning.start()

    def join(self, agent: Keeper, office: Callable[[], Office]) -> None:
        """Gives the workspace the agent that keeps its cache, and the way to ask the server.

        What other programs put into the outbox is brought to the agent from here on.

        Args:
            agent: the agent. It is stopped when the workspace is closed.
            office: opens the way to the server, once it is needed.
        """
        self._agent = agent
        self._opens = office
        self._stop_watching = self.subscribe(lambda _changed: None)

    # --- writing

    def execute(self, command: Command) -> Answer:
        """See `core.workspace.Workspace.execute`: it takes effect here, and is sent when the server is reached."""
        answer = super().execute(command)
        if answer.applied:
            self._work_waits()
        return answer

    def _keep(self, connection: Any, command: Command, done: Changeset, applied: Applied | None) -> None:
        if applied is not None:
            outbox.add(connection, done)
        if command.settles:
            redone = any(change.table != "activities" for change in done.changes)
            parking.settle(connection, command.settles, "sent" if redone else "theirs", self._clock())

    def _run(self, command: Command) -> tuple[Answer, Applied | None]:
        answer, applied = super()._run(command)
        if answer.applied and self._agent is not None:
            # It is on its way before anybody here is told of it.
            self._agent.nudge()
        return answer, applied

    def _work_waits(self) -> None:
        # What is sent at once is not worth a word; the agent tells if it is not.
        if self.standing.state is not State.LIVE:
            self.look_again()

    def _hear(self, changed: Changed) -> None:
        """Another program has written: a command of its own, or what it had from the server."""
        if self._agent is not None:
            self._agent.nudge()
        self._work_waits()
        self._notify(changed)

    def _stirred(self) -> None:
        self.look_again()

    # --- what waits

    def parked(self) -> list[Parked]:
        """See `core.workspace.Workspace.parked`."""
        with self.database.read() as connection:
            return parking.waiting(connection)

    def drop(self, parked_id: str) -> None:
        """See `core.workspace.Workspace.drop`."""
        self._settle(parked_id, "dropped")

    def hand_in(self, parked_id: str) -> str:
        """See `core.workspace.Workspace.hand_in`."""
        from core.parked_text import told

        with self.database.read() as connection:
            held = parking.get(connection, parked_id)
            catalog = self._catalog(connection)
        if held is None:
            raise NotFound(_NOT_WAITING)
        if not held.can_hand_in or held.about is None:
            raise Refused("There is nobody to hand it in to. Send it again, or give it up.")
        table, record_id = held.about
        office = self._reached()
        if office is None:
            raise Unavailable(
                "The server is out of reach. It goes on waiting here: hand it in when you are online."
            )
        name = office.give(table, record_id, told(held, catalog))
        self._settle(parked_id, "handed in")
        return name

    def _settle(self, parked_id: str, how: parking.How) -> None:
        with self.database.write() as connection:
            if not parking.settle(connection, parked_id, how, self._clock()):
                raise NotFound(_NOT_WAITING)
        self.look_again()

    def unsent(self) -> list[Changeset]:
        """See `core.workspace.Workspace.unsent`."""
        with self.database.read() as connection:
            return outbox.unsent(connection)

    # --- what the server knows

    def _reached(self) -> Office | None:
        """The server, if it is reached at the moment."""
        if self._agent is None or self._opens is None or not self._agent.standing.online:
            return None
        with self._lock:
            if self._office is None:
                self._office = self._opens()
            return self._office

    def history(self, table: str, record_id: str, *, limit: int = 100) -> list[HistoryEntry]:
        """See `core.workspace.Workspace.history`: what was done here, and what the server says if it does so at once."""
        from storage.reads.history import history

        with self.database.read() as connection:
            mine = history(connection, self._catalog(connection), table, record_id, limit=limit, refused=True)
            notes = parking.notes(connection, [entry.changeset.id for entry in mine])
        mine = [
            HistoryEntry(entry.changeset, entry.undone, notes.get(entry.changeset.id, "")) for entry in mine
        ]
        theirs = self._ask(lambda office: office.history(table, record_id, limit=limit)) or []
        known = {entry.changeset.id for entry in theirs}
        rest = [entry for entry in mine if entry.changeset.id not in known]
        # Each list keeps its order; between the two a time is all there is to go by.
        merged = heapq.merge(theirs, rest, key=lambda entry: entry.changeset.at, reverse=True)
        return list(merged)[:limit]

    def _ask(self, question: Callable[[Office], T]) -> T | None:
        """What the server says, unless it is out of reach or takes too long."""
        office = self._reached()
        if office is None:
            return None
        with self._lock:
            if self._asker is None:
                self._asker = ThreadPoolExecutor(1, thread_name_prefix="offhook-ask")
            asker = self._asker
        with contextlib.suppress(OffhookError, TooLate, RuntimeError):
            return asker.submit(question, office).result(HISTORY_SECONDS)
        return None

    def who_took(self, table: str, record_id: str) -> str:
        """See `core.workspace.Workspace.who_took`."""
        return self._ask(lambda office: office.who_took(table, record_id)) or ""

    def reserve(self, contact_id: str, *, seconds: int = 900) -> Reservation:
        """See `core.workspace.Workspace.reserve`. Without the server it is not confirmed: somebody else may have it."""
        here = super().reserve(contact_id, seconds=seconds)
        office = self._reached()
        if office is not None:
            # A contact that was made here is not there yet.
            with contextlib.suppress(Unavailable, NotFound):
                return office.reserve(contact_id, seconds=seconds)
        return here._replace(confirmed=False)

    def release(self, contact_id: str) -> None:
        """See `core.workspace.Workspace.release`."""
        super().release(contact_id)
        office = self._reached()
        if office is not None:
            # It ends by itself when its time is up.
            with contextlib.suppress(Unavailable):
                office.release(contact_id)

    def export(self, table: str, query: Query) -> Iterator[Row]:
        """See `core.workspace.Workspace.export`. The server notes first what is taken, so it must be in reach."""
        require_export(self.catalog())
        office = self._reached()
        if office is None:
            raise Refused(
                "An export is noted on the team's server, which is out of reach. Export when you are online."
            )
        office.note_export(table, query)
        return super().export(table, query)

    # --- how it stands

    def look_again(self) -> None:
        """Tells whoever watches, if `health` is another one by now. The agent says so, and whatever writes."""
        with contextlib.suppress(Unavailable):
            self._count()
        with self._lock:
            health = self.health()
            if health == self._told:
                return
            self._told = health
            listeners = tuple(self._health_listeners)
        for listener in listeners:
            try:
                listener(health)
            except Exception:
                logging.getLogger(__name__).exception("a listener failed")

    def _count(self) -> None:
        with self.database.read() as connection:
            self._waiting = (outbox.waiting(connection), parking.count(connection))
        if self._agent is None and AgentLock(self.path).is_taken():
            self._alone = read_standing(self.cache) or self._alone

    @property
    def standing(self) -> Standing:
        """How it stands with the server: by the agent here, or by that of another program."""
        return self._agent.standing if self._agent else self._alone

    def health(self) -> Health:
        """See `core.workspace.Workspace.health`."""
        agent, trouble, standing = self._agent, self._trouble, self.standing
        to_send, parked = self._waiting
        said, level = line(standing, to_send, parked, lambda moment: moment.astimezone().strftime("%H:%M"))
        if trouble:
            said, level = "✗ not saved", "error"
        notes = (trouble, *(agent.notes if agent else ()), *self._notes, self.key.note)
        return Health(
            "field",
            self._known[1].me.name,
            said,
            level,
            tuple(note for note in notes if note),
            insecure=self._insecure,
            to_send=to_send,
            parked=parked,
            loading=standing.percent if standing.state is State.LOADING else None,
        )

    def watch_health(self, listener: Callable[[Health], None]) -> Callable[[], None]:
        """See `core.workspace.Workspace.watch_health`."""
        with self._lock:
            self._health_listeners.append(listener)

        def stop() -> None:
            with self._lock, contextlib.suppress(ValueError):
                self._health_listeners.remove(listener)

        return stop

    def close(self) -> None:
        """See `core.workspace.Workspace.close`. What was not sent stays in the outbox."""
        if self._beginning is not None:
            self._beginning.join()
        if self._agent is not None:
            self._agent.stop()
        self._stop_watching()
        if self._asker is not None:
            self._asker.shutdown(wait=False, cancel_futures=True)
        if self._office is not None:
            self._office.close()
        super().close()
