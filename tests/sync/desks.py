"""Field workspaces for tests: whose cache lies where, through which network its agent works, and what must hold in the end.

What people do is put down in the simulator's ledger, so that its checks can be asked here too.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.changes import Answer, Changeset
from core.commands.activities import LogActivity
from core.commands.base import Command
from core.commands.contacts import EditContact
from storage.postgres.profile import Profile
from sync.opening import open_field
from sync.workspace import FieldWorkspace
from tests.postgres.floor import Floor, password_of
from tests.proxy import Proxy
from tests.sync.simulator import checks
from tests.sync.simulator.evidence import CacheView, ServerView, look, read_server
from tests.sync.simulator.ledger import Done, Ledger
from tests.sync.simulator.sight import converged, drained
from tests.waiting import eventually


@dataclass(eq=False)
class Desk:
    """A field workspace of somebody's.

    Attributes:
        name: tells several caches of one login apart.
        login: whose it is.
        workspace: the open workspace.
        ledger: where all that is done is put down.
    """

    name: str
    login: str
    workspace: FieldWorkspace
    ledger: Ledger
    _steps: Iterator[int]

    @property
    def file(self) -> Path:
        """The cache's file."""
        return self.workspace.path

    def do(self, command: Command, *tokens: str) -> Answer:
        """Executes a command that must succeed here."""
        answer = self.workspace.execute(command)
        assert answer.applied, answer.reason
        if answer.changeset is not None:
            self.note_down(answer.changeset, tokens, settles=command.settles)
        return answer

    def note_down(self, changeset: Changeset, tokens: tuple[str, ...], *, settles: str = "") -> None:
        """Puts down that somebody was told that this is done."""
        self.ledger.done[changeset.id] = Done(
            changeset, self.name, next(self._steps), tokens, settles=settles
        )

    def call(self, contact_id: str) -> str:
        """Logs an entry at a contact; returns its text, of which there is only one."""
        token = self.ledger.token()
        self.do(LogActivity(table="contacts", record_id=contact_id, kind="note", body=token), token)
        return token

    def edit(self, contact_id: str, field_name: str = "description") -> str:
        """Types something new into a field of a contact; returns it."""
        token = self.ledger.token()
        self.do(EditContact(contact_id=contact_id, values={field_name: token}), token)
        return token

    def view(self) -> CacheView:
        """What lies in the file."""
        return look(self.workspace, self.name, self.login, self.ledger.called)


@dataclass
class Desks:
    """Opens field workspaces on a floor, each with a cache in a folder of its own, and closes them in the end."""

    floor: Floor
    folder: Path
    proxy: Proxy | None = None
    ledger: Ledger = field(default_factory=Ledger)
    _open: dict[str, Desk] = field(default_factory=dict)
    _steps: Iterator[int] = field(default_factory=itertools.count)

    def profile(self, login: str, *, direct: bool = False) -> Profile:
        """How somebody gets at the server; `direct`: past the proxy."""
        cluster = self.floor.database.cluster
        port = self.proxy.port if self.proxy and not direct else cluster.port
        return Profile(cluster.host, port, self.floor.database.name, login)

    def place(self, name: str) -> Path:
        """The folder of a cache."""
        return self.folder / name

    def open(self, login: str, name: str = "", **more: Any) -> Desk:
        """A workspace of one of the floor's people; `name` tells several caches of one login apart."""
        name = name or login
        more = {"store": "file", **more}
        workspace = open_field(self.profile(login), password_of(login), folder=self.place(name), **more)
        self._open[name] = Desk(name, login, workspace, self.ledger, self._steps)
        return self._open[name]

    def ready(self, login: str, name: str = "", **more: Any) -> Desk:
        """A workspace that holds everything that its login sees."""
        desk = self.open(login, name, **more)
        self.converge(desk)
        return desk

    def shut(self, desk: Desk) -> None:
        """Closes a workspace."""
        self._open.pop(desk.name, None)
        desk.workspace.close()

    def server(self) -> ServerView:
        """What lies on the server, and what each login with an open workspace sees of it."""
        with contextlib.ExitStack() as stack:
            cluster, database = self.floor.database.cluster, self.floor.database.name
            wires = {
                login: stack.enter_context(cluster.connect(login, password_of(login), database))
                for login in {desk.login for desk in self._open.values()}
            }
            return read_server(stack.enter_context(cluster.superuser(database)), wires)

    def converge(self, *desks: Desk, seconds: float = 30.0) -> None:
        """Waits until nothing is left to be sent, and each cache holds exactly what its login sees on the server.

        Raises:
            AssertionError: it does not come to that in that time.
        """
        waited = desks or tuple(self._open.values())

        def settled() -> bool:
            return not any(desk.workspace.unsent() for desk in waited)

        def unequal() -> list[str]:
            server = self.server()
            return [
                fault
                for desk in waited
                for view in [desk.view()]
                for fault in (*drained(view), *converged(view, server))
            ]

        try:
            eventually(settled, seconds=seconds)
            eventually(lambda: not unequal(), seconds=seconds)
        except AssertionError:
            told = [
                f"{desk.name}: {health.line}; {'; '.join(health.notes)}"
                for desk in waited
                for health in [desk.workspace.health()]
            ]
            raise AssertionError("\n".join([*told, *unequal()[:20]])) from None

    def check(self, *, seconds: float = 30.0) -> None:
        """Everything comes to rest; nothing is lost, nothing doubled, nothing overwritten unseen."""
        self.converge(seconds=seconds)
        faults = checks.at_rest(self.ledger, self.server(), [desk.view() for desk in self._open.values()])
        assert faults == [], "\n".join(faults[:20])

    def count(self, body: str) -> int:
        """How many entries of timelines on the server have this text."""
        cluster, database = self.floor.database.cluster, self.floor.database.name
        with cluster.superuser(database) as superuser:
            row = superuser.execute(
                "select count(*) from offhook.activities where body = %s", (body,)
            ).fetchone()
        return int(row[0]) if row else 0

    def close(self) -> None:
        """Closes all that is open."""
        while self._open:
            self._open.popitem()[1].workspace.close()


@contextlib.contextmanager
def desks_behind_a_proxy(floor: Floor, folder: Path) -> Iterator[Desks]:
    """Field workspaces whose network can be spoilt: `desks.proxy`."""
    cluster = floor.database.cluster
    proxy = Proxy((cluster.host, cluster.port))
    proxy.start()
    desks = Desks(floor, folder, proxy)
    try:
        yield desks
    finally:
        desks.close()
        proxy.close()
