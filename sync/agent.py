"""The agent: keeps a cache and its server together, on one thread, over every loss of the connection.

Each step can be made by itself (`connect`, `push_once`, `pull_once`, `load_step`, `cycle`), and is what `run` makes
over and over: send what was done here, take in what others did, load what was never here, wait. Nothing that goes
wrong on the way loses anything: what was sent without an answer is sent again, and what came in half was never there.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import random
import threading
import time
from collections.abc import Callable

from core.errors import OffhookError, Refused, SignInRefused, Unavailable
from core.workspace import Changed
from storage import database
from storage.local import utc_now
from storage.postgres.connection import Mismatch
from storage.postgres.hints import Rest, Waker
from storage.postgres.link import LOCKED, LOCKED_DELAY
from storage.postgres.pages import OutOfSight
from storage.postgres.upkeep import Upkeep
from sync.cache import Cache
from sync.loading import Loader
from sync.lock import AgentLock
from sync.pull import Puller
from sync.push import Pusher
from sync.remote import Remote
from sync.scrubbing import Scrubber
from sync.standing import Standing, State, note_contact, read_standing, write_standing

POLL_SECONDS = 20.0
"""How often to look for changes without a hint."""
CLEAR_SECONDS = 0.02
"""How long one's own accepted work waits to be seen in the feed: other people's agents are at it first."""
FIRST_DELAY, LAST_DELAY = 0.5, 30.0
"""Seconds before the first attempt to reach a lost server again, and between later ones at most."""
TAKE_OVER_SECONDS = 2.0
"""How often to look whether another program's agent has ended."""
_SHOW_SECONDS = 0.5
"""How often to tell how far a load is."""
_STOP_SECONDS = 2.0

Jitter = Callable[[float, float], float]


class Agent:
    """Keeps one cache.

    Args:
        cache: what is kept.
        connect: opens a connection to the server; raises what `storage.postgres.connection.connect` does.
        tell: is called, on the agent's thread, with what others (or the server) changed.
        stands: is called, on the agent's thread, when `standing` is another.
        clock: what time it is, for what people are told. Nothing is ordered by it.
        jitter: gives a number between two, so that a floor of clients spreads out.
        poll_seconds: how often to look without a hint.
        ahead: fetch the next page of a load on a thread while the last one is written.
    """

    def __init__(
        self,
        cache: Cache,
        connect: Callable[[], Remote],
        *,
        tell: Callable[[Changed], None] = lambda _changed: None,
        stands: Callable[[], None] = lambda: None,
        clock: Callable[[], dt.datetime] = utc_now,
        jitter: Jitter = random.uniform,
        poll_seconds: float = POLL_SECONDS,
        ahead: bool = True,
    ) -> None:
        self._cache = cache
        self._open = connect
        self._stands = stands
        self._clock = clock
        self._jitter = jitter
        self._poll_seconds = poll_seconds
        self._lock = AgentLock(cache.path)
        self._pusher = Pusher(cache, tell, jitter)
        self._puller = Puller(cache, tell, clock)
        self._loader = Loader(cache, tell, ahead=ahead)
        self._scrubber = Scrubber(cache)
        self._upkeep = Upkeep()
        self._remote: Remote | None = None
        self._note = ""
        self._got_on = False
        self._due = 0.0
        """When others' changes are asked for without a hint."""
        self._shown = float("-inf")
        self._standing = Standing(State.CONNECTING, clock())
        self._waker = Waker()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    # --- one step at a time

    def connect(self) -> None:
        """Reaches the server, unless it is reached already, and finds out whether it is the one that it was.

        Raises:
            Mismatch: this program and the server do not fit.
            SignInRefused: the server does not let the login in.
            Unavailable: it is out of reach, or not to be used.
        """
        if self._remote is not None:
            return
        try:
            remote = self._open()
        except SignInRefused as error:
            raise SignInRefused(LOCKED) from error
        except Refused as error:
            raise Unavailable(str(error)) from error
        try:
            self._meet(remote)
            remote.listen(self._waker)
        except BaseException:
            remote.close()
            raise
        self._remote = remote
        self._in_touch()

    def _meet(self, remote: Remote) -> None:
        try:
            hello = remote.hello()
        except Mismatch:
            raise
        except Refused as error:
            raise SignInRefused(str(error)) from error
        if (hello.org_id, hello.user_id) != (self._cache.org_id, self._cache.user_id):
            raise SignInRefused(
                "The login is another person’s than this cache. Log in with the one that it was made with."
            )
        self._note = hello.note
        self._puller.meet(hello.epoch, remote)

    def disconnect(self) -> None:
        """Lets go of the server."""
        remote, self._remote = self._remote, None
        if remote is not None:
            with contextlib.suppress(Exception):
                remote.close()
            self._in_touch()

    def _in_touch(self) -> None:
        """Notes when the server was reached last."""
        # What cannot be written now is told a little wrong later.
        with contextlib.suppress(OffhookError):
            note_contact(self._cache, self._clock())

    @property
    def remote(self) -> Remote:
        """The server.

        Raises:
            Unavailable: it is not reached.
        """
        if self._remote is None:
            raise Unavailable("There is no connection to the server.")
        return self._remote

    def push_once(self) -> bool:
        """Sends one batch of the outbox. Whether there was any."""
        return self._pusher.push(self.remote)

    def pull_once(self) -> bool:
        """Takes in what is new. Whether there was anything."""
        remote = self.remote
        news = self._puller.pull(remote)
        if self._puller.take_sight_changed():
            # Others books, other channels; what came between is looked for once more.
            remote.listen(self._waker)
            self._puller.pull(remote)
        return news

    def load_step(self) -> bool:
        """Loads for a moment what is not here yet. Whether there was anything."""
        return self._load(self.remote)

    def _load(self, remote: Remote, wanted: Callable[[], bool] | None = None) -> bool:
        try:
            return self._loader.step(remote, wanted)
        except OutOfSight:
            # Which books there are now is asked before it is read on, and that is no matter of a minute.
            self._due = 0.0
            return True

    def cycle(self) -> None:
        """Sends all, takes in what is new, loads for a moment."""
        while self.push_once():
            pass
        self.pull_once()
        self.load_step()

    @property
    def standing(self) -> Standing:
        """How it stands. Of the agent at work, if that is another program's."""
        return self._standing

    @property
    def notes(self) -> tuple[str, ...]:
        """What is less than perfect, one sentence each."""
        return tuple(note for note in (self._standing.reason, self._pusher.trouble, self._note) if note)

    # --- the thread

    def start(self) -> None:
        """Begins to keep the cache, in the background."""
        self._thread = threading.Thread(target=self.run, name="offhook-agent", daemon=True)
        self._thread.start()

    def nudge(self) -> None:
        """Says that the outbox holds something new: it is sent at once, if the server is reached."""
        self._waker.wake()

    def stop(self) -> None:
        """Ends the thread and its connection. What was not sent stays in the outbox."""
        self._stopping.set()
        self._waker.wake()
        thread = self._thread
        if thread is None or thread is threading.current_thread():
            return
        thread.join(_STOP_SECONDS)
        if thread.is_alive() and (remote := self._remote) is not None:
            remote.cut()
            thread.join(_STOP_SECONDS)

    def run(self) -> None:
        """Keeps the cache until `stop`, as soon as no other program does."""
        attempt = 0
        try:
            while not self._stopping.is_set():
                leads = False
                try:
                    leads = self._leads()
                    if leads:
                        self.connect()
                        self._follow(self.remote)
                except Exception as error:  # noqa: BLE001 (an agent that ends without a word would be worse)
                    self._fail(error)
                finally:
                    self.disconnect()
                if not leads:
                    self._pause(TAKE_OVER_SECONDS)
                    continue
                self._make_up()
                attempt = 0 if self._got_on else attempt + 1
                self._got_on = False
                self._pause(self._delay(attempt))
        finally:
            self._lock.free()
            self._waker.close()

    def _leads(self) -> bool:
        """Whether this is the cache's agent; if not, it says how that one stands."""
        leads = self._lock.take()
        if not leads:
            self._show(read_standing(self._cache) or self._standing)
        return leads

    def _make_up(self) -> None:
        """A load that was cut has left lists and search slow, or short."""
        try:
            while not self._stopping.is_set() and self._loader.make_up():
                pass
        except OffhookError:
            # There is another chance when the server could not be reached again, or is.
            return
        except Exception as error:  # noqa: BLE001 (as above)
            self._fail(error)

    def _delay(self, attempt: int) -> float:
        match self._standing.state:
            case State.LOCKED:
                return LOCKED_DELAY
            case State.OUTDATED:
                return LAST_DELAY
            case _:
                return min(LAST_DELAY, FIRST_DELAY * 2.0 ** min(attempt, 10))

    def _pause(self, seconds: float) -> None:
        """Waits, however much is written meanwhile: what is done here does not bring a server back."""
        until = time.monotonic() + seconds * self._jitter(0.75, 1.25)
        while (left := until - time.monotonic()) > 0 and not self._stopping.is_set():
            self._waker.sleep(left)

    def _fail(self, error: Exception) -> None:
        match error:
            case Mismatch():
                self._stand(State.OUTDATED, str(error))
            case SignInRefused():
                self._stand(State.LOCKED, str(error))
            case OffhookError() if isinstance(error.__cause__, database.failures()):
                self._stand(State.BROKEN, str(error))
            case OffhookError():
                self._stand(State.OFFLINE, str(error))
            case _:
                logging.getLogger(__name__).error("the agent failed", exc_info=error)
                self._stand(State.OFFLINE, "Something unexpected happened; it is tried again.")

    def _follow(self, remote: Remote) -> None:
        """Until the connection breaks or the thread is to end."""
        self._stand(State.CATCHING_UP)
        rest = Rest()
        hinted, owed = False, False
        self._due = 0.0
        while not self._stopping.is_set():
            # What others did comes first: work that the server does not take must keep nobody from reading.
            if hinted or time.monotonic() >= self._due:
                rest.begin()
                remote.clear_hints()
                rest.end(in_vain=not self.pull_once() and hinted)
                self._due = rest.looked + self._poll_seconds * self._jitter(0.75, 1.25)
            if self._pusher.slow:
                self._stands()
            trouble = self._pusher.trouble
            sent = self.push_once()
            if sent or self._pusher.trouble != trouble:
                self._stands()
            if sent:
                owed = True
            else:
                if owed:
                    # All at once: after each batch the rest would have to be laid over the rows anew.
                    self._due, owed = min(self._due, time.monotonic() + CLEAR_SECONDS), False
                if self._load(remote, self._is_wanted):
                    self._got_on = True
                    self._stand(State.LOADING)
                elif self._scrubber.step():
                    self._got_on = True
                else:
                    self._got_on = True
                    self._stand(State.LIVE)
                    if self._upkeep.due:
                        remote.keep_up(self._upkeep)
                    hinted = remote.wait(self._next(), rest.until)
                    continue
            # There is more to do at once; only what lies ready is taken note of.
            hinted = remote.wait(0.0, rest.until)

    def _is_wanted(self) -> bool:
        """Between two pages of a load: shows how far it is, and says whether there is something else to do."""
        if time.monotonic() >= self._shown + _SHOW_SECONDS:
            self._stand(State.LOADING)
        return self._stopping.is_set() or self._waker.is_woken

    def _next(self) -> float:
        """When something is to be done though nothing happens."""
        retry = self._pusher.retry_at
        return min(self._due, retry) if retry > time.monotonic() else self._due

    # --- how it stands

    def _stand(self, state: State, reason: str = "") -> None:
        before = self._standing
        away = (State.OFFLINE, State.LOCKED, State.OUTDATED, State.BROKEN)
        same = state is before.state or (state in away and before.state in away)
        loaded, total = self._loader.progress() if state is State.LOADING else (0, 0)
        self._shown = time.monotonic()
        now = Standing(state, before.since if same else self._clock(), reason, loaded, total)
        if (now.state, now.reason) != (before.state, before.reason):
            # What cannot be written now other programs learn later.
            with contextlib.suppress(OffhookError):
                write_standing(self._cache, now)
        self._show(now)

    def _show(self, now: Standing) -> None:
        if now != self._standing:
            self._standing = now
            self._stands()
