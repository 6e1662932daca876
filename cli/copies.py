"""The copy of a team's data on this machine: opened, counted, made and wiped. See `offhook mode`."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cli.home import Home
from core.errors import Refused, Unavailable

if TYPE_CHECKING:
    from storage.keys import Store
    from storage.postgres.profile import Profile
    from sync.remote import Remote
    from sync.workspace import FieldWorkspace


@dataclass(frozen=True, slots=True)
class Pending:
    """Work on this machine that the server does not have.

    Attributes:
        unanswered: changes of the direct mode whose answer has not come.
        unsent: changes in the copy that wait to be sent.
        parked: changes in the copy that wait for a decision.
    """

    unanswered: int = 0
    unsent: int = 0
    parked: int = 0

    def __bool__(self) -> bool:
        return bool(self.unanswered or self.unsent or self.parked)

    def __str__(self) -> str:
        """In words: "3 of your changes wait to be sent and 1 waits for your decision"."""
        told = [
            _counted(self.unanswered, "for the server's answer"),
            _counted(self.unsent, "to be sent"),
            _counted(self.parked, "for your decision"),
        ]
        parts = [part for part in told if part]
        first, *more = parts or [""]
        return " and ".join([first.replace(" ", " of your changes ", 1), *more])


def _counted(number: int, what: str) -> str:
    return f"{number} {'waits' if number == 1 else 'wait'} {what}" if number else ""


def open_copy(
    home: Home,
    profile: Profile,
    *,
    agent: bool,
    store: Store = "keyring",
    progress: Callable[[str], None] | None = None,
) -> FieldWorkspace:
    """Opens the copy, which is made first where it is not there; that needs the server.

    Args:
        home: where it lies.
        profile: the team's server, and who logs in.
        agent: keep it and the server together as long as it is open.
        store: where its key is kept if it is made.
        progress: is told what is being done while it is made.

    Raises:
        Refused, Unavailable: it cannot be opened or made; the message says why.
    """
    from sync.opening import open_field

    known, notes = _password(home)
    return open_field(
        profile, known, folder=home.team, store=store, notes=notes, agent=agent, progress=progress,
        kept=lambda: _password(home)[0],
    )  # fmt: skip


def remote_for(home: Home, profile: Profile) -> Callable[[], Remote]:
    """How to get at the server, for who sends in passing."""
    from storage.postgres.connection import connect
    from sync.remote import Remote

    known, _ = _password(home)
    return lambda: Remote(connect(profile, known), profile)


def _password(home: Home) -> tuple[str | None, list[str]]:
    """The login's password, if it can be had, and what is less than perfect about it."""
    from storage.postgres import password as keeping

    try:
        known = keeping.read(home.team)
        notes = [keeping.note(home.team)]
    except Unavailable as error:
        # What is here is here, whether one can log in or not.
        if not home.cache.exists():
            raise
        known, notes = None, [str(error)]
    return known, [note for note in notes if note]


def pending(home: Home) -> Pending:
    """Counts the work that the server does not have.

    Raises:
        Unavailable: a file that says so cannot be read: there may be some.
    """
    unsent = parked = 0
    if home.cache.exists():
        from sync import outbox, parking
        from sync.cache import open_cache

        cache = open_cache(home.cache)
        try:
            with cache.database.read() as connection:
                unsent, parked = outbox.waiting(connection), parking.count(connection)
        finally:
            cache.close()
    return Pending(unanswered(home), unsent, parked)


def unanswered(home: Home) -> int:
    """How many changes of the direct mode wait for the server's answer.

    Raises:
        Unavailable: the file that says so cannot be read.
    """
    from storage.postgres.login_file import FILE, LoginFile
    from storage.postgres.unsettled import Unsettled

    if not (home.team / FILE).exists():
        return 0
    file = LoginFile(home.team)
    waiting = Unsettled(file)
    try:
        waiting.open()
        if not waiting.durable:
            raise Unavailable(
                f"{home.team / FILE} cannot be read, so changes of yours may be waiting there to be sent."
            )
        return len(waiting)
    finally:
        file.close()


@contextmanager
def alone_with(home: Home) -> Iterator[None]:
    """Makes sure that no other program works on the copy as long as the block runs.

    Raises:
        Refused: one does.
    """
    if not home.cache.exists():
        yield
        return
    from storage import files, keys
    from sync.lock import AgentLock

    in_use = Refused(
        "Another offhook has the copy of your team's data open. Close it, then try again. Nothing was changed."
    )
    lock = AgentLock(home.cache)
    if not lock.take():
        raise in_use
    try:
        # Whoever has no key, or a damaged file, cannot have it open, either.
        with suppress(Unavailable):
            key = keys.read(home.cache).hex
            try:
                files.require_unused(home.cache, key)
            except files.InUse:
                raise in_use from None
        yield
    finally:
        lock.free()


def wipe_copy(home: Home) -> None:
    """Removes the copy with its key. Whoever calls has made sure that nobody works on it, and what would be lost.

    Raises:
        Unavailable: it cannot be removed.
    """
    from storage import keys

    # The key first: without it the rest says nothing to anybody, whatever becomes of the files.
    keys.forget(home.cache)
    try:
        for suffix in ("", "-wal", "-shm", "-journal"):
            home.cache.with_name(home.cache.name + suffix).unlink(missing_ok=True)
    except OSError as error:
        raise Unavailable(f"{home.cache} cannot be removed: {error.strerror}.") from error


def wipe_team(home: Home) -> None:
    """Removes everything of the team from this machine, keys and password too."""
    from storage import keys
    from storage.postgres import password as keeping
    from storage.postgres.login_file import FILE

    keeping.forget(home.team)
    wipe_copy(home)
    keys.forget(home.team / FILE)
    # The profile before the rest: without it nothing of that is ever looked at again.
    home.team_profile.unlink(missing_ok=True)
    shutil.rmtree(home.team, ignore_errors=True)
