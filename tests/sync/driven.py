"""An agent that is driven step by step, over a server that stumbles where a test wants it to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from core.catalog import Catalog
from storage.postgres.connection import connect
from storage.postgres.feed import Pulled
from storage.postgres.push import Item, Pushed
from sync import outbox
from sync.agent import Agent
from sync.remote import Remote
from tests.postgres.floor import password_of
from tests.sync.desks import Desk, Desks


class Stumbling(Remote):
    """A server with which something goes wrong.

    Attributes:
        before_push: is called with what is about to be sent, and may raise.
        after_push: is called when the server has done it, before anybody knows, and may raise.
        pulled: is given every answer to a pull and gives another one.
        pushes: how many changesets each batch had.
    """

    before_push: Callable[[Sequence[Item]], None] = staticmethod(lambda _items: None)
    after_push: Callable[[], None] = staticmethod(lambda: None)
    pulled: Callable[[Pulled], Pulled] = staticmethod(lambda told: told)
    pushes: list[int]

    def push(self, client_id: str, acked: int, items: Sequence[Item], *, catalog: Catalog) -> list[Pushed]:
        self.pushes.append(len(items))
        self.before_push(items)
        answers = super().push(client_id, acked, items, catalog=catalog)
        self.after_push()
        return answers

    def pull(self, since: str | None, held: Collection[str]) -> Pulled:
        return self.pulled(super().pull(since, held))


@dataclass
class Driven:
    """A desk whose agent does nothing by itself.

    Attributes:
        desk: the desk.
        agent: its agent.
        fault: what goes wrong with its server; set it before the step.
    """

    desk: Desk
    agent: Agent
    fault: dict[str, Any]
    pushes: list[int]

    def sync(self) -> None:
        """Everything that there is to do."""
        self.agent.connect()
        self.agent.pull_once()
        while self.agent.push_once():
            pass
        while self.agent.load_step():
            pass
        self.agent.pull_once()

    def restart(self, desks: Desks) -> Driven:
        """The program has ended, and is started again."""
        self.agent.disconnect()
        desks.shut(self.desk)
        return driven(desks, self.desk.login)

    def states(self) -> list[str]:
        """How far each changeset in the outbox is."""
        with self.desk.workspace.database.read() as connection:
            return [item.state for item in outbox.everything(connection)]

    def aside(self) -> int:
        """How many rows are kept as the server has them, under unsent work."""
        with self.desk.workspace.database.read() as connection:
            return int(connection.execute("SELECT count(*) FROM base").fetchone()[0])


def driven(desks: Desks, login: str) -> Driven:
    """A desk of somebody's, whose cache is driven from here."""
    desk = desks.open(login, agent=False)
    fault: dict[str, Any] = {}
    pushes: list[int] = []

    def reach() -> Remote:
        profile = desks.profile(login)
        remote = Stumbling(connect(profile, password_of(login)), profile)
        remote.pushes = pushes
        for name, what in fault.items():
            setattr(remote, name, what)
        return remote

    agent = Agent(
        desk.workspace.cache, reach, tell=desk.workspace.tell, jitter=lambda low, _: low, ahead=False
    )
    return Driven(desk, agent, fault, pushes)
