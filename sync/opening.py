"""Opens the cache of a login as a workspace, and makes it first where there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import Refused
from storage.keys import Store
from storage.local import Clock, utc_now
from sync.cache import create_cache, open_cache
from sync.credential import Credential
from sync.workspace import FieldWorkspace

if TYPE_CHECKING:
    from storage.postgres.profile import Profile

FILE = "cache.db"
"""What the cache is called in its folder."""


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
    kept: Callable[[], str | None] | None = None,
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
        kept: reads the password that is kept now; it is asked where the one that was kept is refused.

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
        workspace.begin(lambda: _keep_together(workspace, profile, Credential(password, kept), clock))
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


def _keep_together(workspace: FieldWorkspace, profile: Profile, credential: Credential, clock: Clock) -> None:
    from sync.agent import Agent
    from sync.remote import Remote
    from sync.server import Server

    agent = Agent(
        workspace.cache,
        lambda: Remote(credential.connect(profile), profile),
        tell=workspace.tell,
        stands=workspace.look_again,
        clock=clock,
    )
    workspace.join(
        agent, lambda: Server(profile, credential.password, clock=clock, catalog=workspace.catalog)
    )
    agent.start()
