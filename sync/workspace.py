"""The field workspace: a cache that reads and writes without a network, and the agent that keeps it and the server together.

`sync.opening` is the door. Every command takes effect at once and lies in the outbox in the same transaction, so that what
is answered as done is done here and on its way, whatever happens next.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import heapq
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from typing import Any, Protocol, TypeVar
from uuid import UUID, uuid5

from core.changes import Answer, Changeset, Row
from core.commands.base import Command
from core.commands.settle import SendAgain
from core.errors import NotFound, OffhookError, Refused, Unavailable
from core.filters import Query
from core.parked import Parked
from core.permissions import require_export
from core.workspace import Callee, CallStats, Changed, Entry, Health, HistoryEntry, Reservation, Subject
from storage.apply import Applied
from storage.listeners import tell
from storage.local import Clock, LocalWorkspace, utc_now
from sync import books, outbox, parking, waiting
from sync.cache import Cache
from sync.lock import AgentLock
from sync.reserving import Reserving
from sync.standing import Standing, State, line, read_standing

T = TypeVar("T")

ANSWER_SECONDS = 1.0
"""How long what can do without the server waits for what it says."""
_NOT_WAITING = "That does not wait here any more."
_COMPARING = (
    "The server is not what it was, and what is here is being compared with it. Decide when that is done."
)
_MORE_WAITS = "More of your work has joined what waits since you looked. Look at it once more, then decide."


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
    def give(self, table: str, record_id: str, text: str, note_id: str) -> str: ...
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
        self._reserving = Reserving(
            ask=self._answer, put=self._put, give_back=super().release, told=self._told_of, clock=clock
        )
        self._alone = Standing(State.OFFLINE, clock())
        self._lock = threading.Lock()
        self._telling = threading.RLock()
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
            except Exception as error:
                told = str(error)
                if not isinstance(error, OffhookError):
                    logging.getLogger(__name__).error("no agent could be made", exc_info=error)
                    told = "Nothing is sent or fetched: something unexpected happened. Start offhook again."
                self._notes = (*self._notes, told)
                self._alone = Standing(State.OFFLINE, self._clock())
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
        self._stop_watching = self.subscribe(lambda _changed: None)
        self._opens = office
        self._agent = agent

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
            held = parking.get(connection, command.settles)
            if held is None:
                raise NotFound(_NOT_WAITING)
            if isinstance(command, SendAgain) and command.parked.joined != held.joined:
                raise Refused(_MORE_WAITS)
            if books.is_compared(connection):
                # What looks as if it were there may be what a restored server has lost: it would not be sent again.
                raise Refused(_COMPARING)
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

    def timeline(self, subject: Subject, **asked: Any) -> list[Entry]:
        """See `core.workspace.Workspace.timeline`. What was logged stays there while it waits for a decision."""
        shown = super().timeline(subject, **asked)
        with self.database.read() as connection:
            if not parking.count(connection):
                return shown
            text, org_id = asked.pop("words", ""), self._catalog(connection).organization.id
            held = parking.waiting(connection)
            return waiting.among(shown, held, connection, org_id, subject, text=text, **asked)

    def drop(self, parked: Parked) -> None:
        """See `core.workspace.Workspace.drop`."""
        self._settle(parked, "dropped")

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
        text = told(held, catalog)
        # Whoever dies before it is noted here hands the same in once more, and the server knows it by this id.
        name = office.give(table, record_id, text, str(uuid5(UUID(parked_id), text)))
        self._settle(held, "handed in")
        return name

    def _settle(self, parked: Parked, how: parking.How) -> None:
        with self.database.write() as connection:
            held = parking.get(connection, parked.id)
            if held is None:
                raise NotFound(_NOT_WAITING)
            if held.joined != parked.joined:
                raise Refused(_MORE_WAITS)
            parking.settle(connection, parked.id, how, self._clock())
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
        """What the server says, unless it is out of reach, says no or takes too long."""
        with contextlib.suppress(OffhookError):
            return self._answer(question)
        return None

    def _answer(self, question: Callable[[Office], T]) -> T:
        """What the server says at once.

        Raises:
            Unavailable: it is out of reach, or takes too long. What was asked may be done all the same.
            OffhookError: it says no.
        """
        asked = self._put(question)
        try:
            return asked.result(ANSWER_SECONDS)
        except (TooLate, CancelledError):
            # Nobody waits for it any more; where it has not begun it need not.
            asked.cancel()
            raise Unavailable("The server does not answer.") from None

    def _put(self, question: Callable[[Office], T]) -> Future[T]:
        """Asks the server, on the thread that is for that.

        Raises:
            Unavailable: it is out of reach.
        """
        office = self._reached()
        if office is None:
            raise Unavailable("The server is out of reach.")
        with self._lock:
            if self._asker is None:
                self._asker = ThreadPoolExecutor(1, thread_name_prefix="offhook-ask")
            asker = self._asker
        try:
            return asker.submit(question, office)
        except RuntimeError as error:
            raise Unavailable("This workspace is closed.") from error

    def who_took(self, table: str, record_id: str) -> str:
        """See `core.workspace.Workspace.who_took`."""
        return self._ask(lambda office: office.who_took(table, record_id)) or ""

    def callees(self, contact_ids: Sequence[str], now: dt.datetime) -> list[Callee]:
        """See `core.workspace.Workspace.callees`.

        Others' reservations lie on the server. It is not asked for every look, which would be out of date a moment later:
        what counts is what `reserve` says when it is time to dial. What that has said is shown.
        """
        found, made = super().callees(contact_ids, now), waiting.calls(self.parked())
        return [self._reserving.shown(waiting.with_calls(callee, made, now), now) for callee in found]

    def call_stats(
        self, since: dt.datetime, until: dt.datetime, *, user_id: str | None = None, block: str = ""
    ) -> CallStats:
        """See `core.workspace.Workspace.call_stats`. One's own calls count while they wait for a decision, too."""
        stats = super().call_stats(since, until, user_id=user_id, block=block)
        if user_id not in (None, self.catalog().me.id):
            return stats
        return waiting.with_stats(stats, waiting.calls(self.parked()), since, until, block)

    def reserve(self, contact_id: str, *, seconds: int = 900) -> Reservation:
        """See `core.workspace.Workspace.reserve`. Without the server it is not confirmed: somebody else may have it.

        When the server is there again, it is asked by itself, and subscribers are told that the contact has changed: it is
        confirmed, or a colleague has them, and `callees` says who.
        """
        here = super().reserve(contact_id, seconds=seconds)
        return self._reserving.reserve(contact_id, here, seconds)

    def _told_of(self, contact_id: str) -> None:
        self._notify(Changed(frozenset({("contacts", contact_id)}), local=False, revision=self._revision))

    def release(self, contact_id: str) -> None:
        """See `core.workspace.Workspace.release`. On the server it ends when that has all that was done here.

        A colleague who got the contact before the call to them arrived would call them once more.
        """
        super().release(contact_id)
        self._reserving.released(contact_id)
        with self.database.read() as connection:
            waits = outbox.waiting(connection)
        if not waits and (told := self._reserving.end()) is not None:
            with contextlib.suppress(OffhookError, TooLate, CancelledError):
                told.result(ANSWER_SECONDS)

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
        self._reserving.confirm()
        # One after the other: what is told last is how it stands.
        with self._telling:
            with contextlib.suppress(Unavailable):
                self._count()
            if not self._waiting[0]:
                self._reserving.end()
            health = self.health()
            if health == self._told:
                return
            self._told = health
            with self._lock:
                listeners = tuple(self._health_listeners)
            tell(listeners, health)

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
