"""The direct workspace: a team's PostgreSQL over a handful of connections, for who is online.

`open_direct` is the door. A command takes two round trips, one to load what it must see and one to apply what it
comes to; a screen takes one or two.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import ParamSpec, TypeVar

from core.catalog import Catalog
from core.changes import Answer, Changeset, Status
from core.commands.base import Command, Context, GetChangeset, Need, changeset, load_needs
from core.errors import Invalid, NotFound, OffhookError, Unavailable
from core.workspace import (
    Changed,
    Health,
)
from storage.derive import PARENTS
from storage.keys import Store
from storage.listeners import tell
from storage.load import CATALOG_TABLES
from storage.postgres.connection import ANSWER_SECONDS, Hello, Wire, greet
from storage.postgres.drafts import Drafts
from storage.postgres.link import Link
from storage.postgres.live import POLL_SECONDS, Live, News, Own, RowKey
from storage.postgres.load import Loaded
from storage.postgres.load import catalog as load_catalog
from storage.postgres.login_file import LoginFile
from storage.postgres.profile import Profile
from storage.postgres.questions import Questions
from storage.postgres.sending import PATIENCE_SECONDS, Decided, NoAnswer, Sender
from storage.postgres.unsettled import Unsettled
from storage.schema_version import HEAD

P = ParamSpec("P")
T = TypeVar("T")
Clock = Callable[[], dt.datetime]

_CATALOG_SECONDS = 5.0
"""How old the set-up may be while nobody follows the feed."""
_PARTING_SECONDS = 2.0


def utc_now() -> dt.datetime:
    """The time, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def open_direct(
    profile: Profile,
    password: str | None,
    *,
    folder: Path | None = None,
    store: Store = "keyring",
    notes: Sequence[str] = (),
    clock: Clock = utc_now,
    patience: float = PATIENCE_SECONDS,
    answer_seconds: float = ANSWER_SECONDS,
    poll_seconds: float = POLL_SECONDS,
) -> DirectWorkspace:
    """Logs in and opens the workspace.

    Args:
        profile: where to, and who.
        password: the login's; None: libpq looks for one in its own places.
        folder: where commands without an answer and drafts are kept over a restart; None: they are not.
        store: where the key of that file is kept.
        notes: what is less than perfect about the login, for `health`.
        clock: what time it is.
        patience: seconds that a command waits for a connection before it is given back.
        answer_seconds: seconds after which a server that says nothing counts as lost.
        poll_seconds: how often to look for changes without a hint.

    Raises:
        SignInRefused: login or password is not good.
        Refused: this program and the server do not fit, or the connection would not be safe.
        Unavailable: the server cannot be reached.
    """
    workspace = DirectWorkspace(
        profile,
        password,
        file=LoginFile(folder, store=store),
        notes=notes,
        clock=clock,
        patience=patience,
        answer_seconds=answer_seconds,
        poll_seconds=poll_seconds,
    )
    try:
        workspace.begin()
    except BaseException:
        workspace.close()
        raise
    return workspace


class DirectWorkspace(Questions):
    """A workspace over a PostgreSQL server; see `core.workspace.Workspace` for what its methods are for."""

    def __init__(
        self,
        profile: Profile,
        password: str | None,
        *,
        file: LoginFile,
        notes: Sequence[str],
        clock: Clock,
        patience: float,
        answer_seconds: float,
        poll_seconds: float,
    ) -> None:
        self.profile = profile
        self._clock = clock
        self._poll_seconds = poll_seconds
        self._file = file
        self._drafts = Drafts(file)
        self._notes = tuple(notes)
        self._own = Own()
        super().__init__(
            Link(
                profile,
                password,
                clock=clock,
                hour=self._hour,
                tell=self._health_changed,
                answer_seconds=answer_seconds,
            )
        )
        self._sender = Sender(
            self._link,
            Unsettled(file),
            self._own,
            tell=self._health_changed,
            mine=lambda left: (left.org_id, left.user_id) == (self.org_id, self.user_id),
            catalog=lambda: self._known,
            patience=patience,
        )
        self._live: Live | None = None
        self._hello: Hello
        self._known: Catalog
        self._known_at = float("-inf")
        self._known_lock = threading.Lock()
        self._revision = 0
        self._lock = threading.Lock()
        self._listeners: list[Callable[[Changed], None]] = []
        self._health_listeners: list[Callable[[Health], None]] = []
        self._settler: threading.Thread | None = None

    def begin(self) -> None:
        """Logs in, reads the set-up, and sends in the background what an earlier start has left.

        Raises:
            OffhookError: see `open_direct`.
        """

        def meet(wire: Wire) -> tuple[Hello, Catalog]:
            return greet(wire, self.profile, HEAD), load_catalog(wire)

        try:
            self._hello, self._known = self._link.use_once(meet)
        except Unavailable as error:
            # There has been no connection yet that could be gone since some time.
            down = self._link.down
            raise Unavailable(down.reason if down and down.reason else str(error)) from None
        self._known_at = time.monotonic()
        self._settle(self._remember)

    def _remember(self) -> None:
        self._sender.remember()
        # What is typed about somebody who was erased meanwhile is gone at the next start at the latest.
        with contextlib.suppress(OffhookError):
            self._link.use(self._forget_erased)

    def _forget_erased(self, wire: Wire, among: Collection[str] | None = None) -> None:
        """Drops the drafts about people whose data was erased, if those are among the records."""
        about = self._drafts.about()
        about = about if among is None else about.intersection(among)
        if about:
            row = wire.execute(
                "select array_agg(row_id::text) from exits where op = 'erased' and row_id = any (%s::uuid[])",
                (sorted(about),),
            ).fetchone()
            if row and row[0]:
                self._drafts.drop(row[0])

    def _settle(self, first: Callable[[], None] = lambda: None) -> None:
        """Sends what has no answer and nobody waits for, on a thread of its own."""

        def run() -> None:
            first()
            # What cannot be sent now is sent with the next command or when the connection is there again.
            with contextlib.suppress(OffhookError):
                self._sender.settle_earlier()

        with self._lock:
            if self._settler is None or not self._settler.is_alive():
                self._settler = threading.Thread(target=run, name="offhook-settle", daemon=True)
                self._settler.start()

    @property
    def org_id(self) -> str:
        """The tenant."""
        return self._hello.org_id

    @property
    def user_id(self) -> str:
        """The user whose login it is."""
        return self._hello.user_id

    @property
    def revision(self) -> int:
        """The last revision of one's own that this object knows of."""
        return self._revision

    def now(self) -> dt.datetime:
        """The workspace's clock."""
        return self._clock()

    # --- the set-up

    def catalog(self) -> Catalog:
        """See `core.workspace.Workspace.catalog`."""
        followed = self._live is not None and self._live.following
        if not followed and time.monotonic() - self._known_at > _CATALOG_SECONDS and self._link.down is None:
            self._link.use(self._renew_catalog)
        return self._known

    def _renew_catalog(self, wire: Wire) -> None:
        # One after the other, so that the last one to be kept is the last one to be read.
        with self._known_lock:
            self._known = load_catalog(wire)
            self._known_at = time.monotonic()

    # --- writing

    def execute(self, command: Command) -> Answer:
        """See `core.workspace.Workspace.execute`.

        A command whose answer was lost is sent again until its answer is known, and this waits for it, until `close`
        is called.
        """
        try:
            decided, applied = self._sender.run(lambda wire: self._decide(wire, command))
        except NoAnswer as error:
            return Answer(Status.UNAVAILABLE, error.changeset, str(error), revision=self._revision)
        except NotFound as error:
            return Answer(Status.GONE, None, str(error), revision=self._revision)
        except Unavailable as error:
            return Answer(Status.UNAVAILABLE, None, f"Not saved. {error}", revision=self._revision)
        except OffhookError as error:
            fields = error.fields if isinstance(error, Invalid) else {}
            return Answer(Status.REJECTED, None, str(error), revision=self._revision, fields=fields)
        if applied is None:
            return Answer(Status.OK, decided.changeset, revision=self._revision)
        answer = Answer(
            applied.status,
            decided.changeset,
            applied.reason,
            applied.conflicts,
            applied.revision or self._revision,
            applied.fields,
        )
        if answer.applied:
            self._revision = max(self._revision, applied.revision)
            if any(table in CATALOG_TABLES for table, _ in decided.rows):
                # What was set up is applied; when the new set-up cannot be read now, the feed tells of it later.
                with contextlib.suppress(OffhookError):
                    self._link.use(self._renew_catalog)
            self._notify(Changed(decided.rows, local=True, revision=self._revision))
        return answer

    def _decide(self, wire: Wire, command: Command) -> Decided:
        catalog = self._known
        loaded = Loaded(wire, catalog.organization.id)
        asked = False

        def load(needs: Sequence[Need]) -> None:
            nonlocal asked
            # Whether the command was applied already is asked beside what it must see.
            loaded.load(needs if asked else [*needs, GetChangeset(command.id)])
            asked = True

        load_needs(command, loaded, catalog, load)
        with contextlib.suppress(NotFound):
            done, _ = loaded.changeset(command.id)
            return Decided(done, _shown(done, loaded), again=True)
        context = Context(catalog, self._clock())
        done = changeset(command, command.decide(loaded, context), context)
        return Decided(done, _shown(done, loaded), loaded)

    def put_by(self, commands: Sequence[Command]) -> Sequence[Command]:
        """See `core.workspace.Workspace.put_by`.

        What was sent is kept. What was not cannot be: without the server nothing is known of what it would change.
        """
        kept = self._sender.kept()
        return tuple(command for command in commands if command.id not in kept)

    def unsent(self) -> list[Changeset]:
        """See `core.workspace.Workspace.unsent`: what was sent and has no answer yet."""
        return list(self._sender.late)

    # --- what is being typed

    def keep_draft(self, key: str, text: str) -> None:
        """See `core.workspace.Workspace.keep_draft`. It works without the server."""
        self._drafts.keep(self.user_id, key, text, self._clock())

    def drafts(self, prefix: str = "") -> dict[str, str]:
        """See `core.workspace.Workspace.drafts`."""
        return self._drafts.kept(self.user_id, prefix)

    # --- telling

    def subscribe(self, listener: Callable[[Changed], None]) -> Callable[[], None]:
        """See `core.workspace.Workspace.subscribe`. The first listener has the feed followed until the workspace is closed."""
        with self._lock:
            self._listeners.append(listener)
            if self._live is None:
                self._live = Live(
                    self._link,
                    self._own,
                    self._hello,
                    tell=self._hear,
                    joined=self._joined,
                    poll_seconds=self._poll_seconds,
                )
                self._live.start()
        return self._remover(self._listeners, listener)

    def watch_health(self, listener: Callable[[Health], None]) -> Callable[[], None]:
        """See `core.workspace.Workspace.watch_health`."""
        with self._lock:
            self._health_listeners.append(listener)
        return self._remover(self._health_listeners, listener)

    def _remover(self, among: list[T], listener: T) -> Callable[[], None]:
        def stop() -> None:
            with self._lock, contextlib.suppress(ValueError):
                among.remove(listener)

        return stop

    def _hear(self, news: News, wire: Wire) -> None:
        if news.everything or any(table in CATALOG_TABLES for table, _ in news.rows | news.mine):
            self._renew_catalog(wire)
        # A file that cannot be used at the moment holds up no news.
        with contextlib.suppress(Unavailable):
            self._forget_erased(wire, None if news.everything else {row_id for _, row_id in news.rows})
        if news.mine:
            self._notify(Changed(news.mine, local=True, revision=self._revision))
        if news.rows or news.everything:
            self._notify(Changed(news.rows, local=False, revision=self._revision, everything=news.everything))

    def _joined(self, hello: Hello) -> None:
        self._hello = hello
        self._sender.again()
        if self._sender.waiting:
            self._settle()
        self._health_changed()

    def _notify(self, changed: Changed) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        tell(listeners, changed)

    def _health_changed(self) -> None:
        if self._live is not None and not self._live.following and self._link.down is None:
            # Somebody else has found the server again.
            self._live.nudge()
        with self._lock:
            listeners = tuple(self._health_listeners)
        if listeners:
            tell(listeners, self.health())

    def health(self) -> Health:
        """See `core.workspace.Workspace.health`."""
        down, waiting, live = self._link.down, self._sender.waiting, self._live
        to_send = f"{waiting} to send" if waiting else ""
        if down is not None:
            what, level = ("✗ locked out", "error") if down.locked else ("○ offline", "warning")
            line = f"{what} since {self._hour(down.since)}" + (f" · {to_send}" if to_send else "")
        elif to_send:
            line, level = f"◐ {to_send}", "busy"
        elif live is None:
            line, level = "● online", "ok"
        elif live.following:
            line, level = "● live", "ok"
        else:
            line, level = "◐ connecting", "busy"
        notes = (
            down.reason if down else "",
            *self._sender.news,
            *self._notes,
            self.profile.note,
            self._hello.note,
            *self._file.notes,
        )
        return Health(
            "direct",
            self._known.me.name,
            line,
            level,
            tuple(note for note in notes if note),
            insecure=bool(self.profile.note),
            to_send=waiting,
        )

    @staticmethod
    def _hour(moment: dt.datetime) -> str:
        """A time of day by this machine's clock, like all others on the screen."""
        return moment.astimezone().strftime("%H:%M")

    # --- the end

    def close(self) -> None:
        """See `core.workspace.Workspace.close`. Commands without an answer are kept."""
        self._sender.stop()
        if self._live is not None:
            self._live.stop()
        settler = self._settler if self._settler is not threading.current_thread() else None
        if settler is not None:
            # A program that only looks something up gives what an earlier one has left a moment to get through.
            settler.join(_PARTING_SECONDS)
        self._link.close()
        if settler is not None:
            settler.join()
        self._file.close()


def _shown(done: Changeset, loaded: Loaded) -> frozenset[RowKey]:
    """The rows that a changeset changes, and those on whose screens they are."""
    rows: set[RowKey] = set()
    for change in done.changes:
        rows.add((change.table, change.id))
        if change.table in ("activities", "tasks"):
            held = None if change.insert else loaded.row(change.table, change.id)
            for parent, column in PARENTS:
                for values in (change.set, held or {}):
                    if values.get(column):
                        rows.add((parent, str(values[column])))
    return frozenset(rows)
