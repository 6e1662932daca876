"""The world: clients, a server, and the steps by which it goes on. What happens in a step follows from a `Chance`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.server import Cluster
from tests.sync.simulator import checks
from tests.sync.simulator.centre import STAFF, Centre, Slow
from tests.sync.simulator.chance import Chance, Seeded
from tests.sync.simulator.checks import Broken
from tests.sync.simulator.client import Client
from tests.sync.simulator.evidence import read_server
from tests.sync.simulator.ledger import Ledger

CREW = (
    ("ann-laptop", "ann"),
    ("ann-desk", "ann"),
    ("ben", "ben"),
    ("wim", "wim"),
    ("mia", "mia"),
    ("ada", "ada"),
)
"""The clients: two of one rep, one each of two others, of their manager and of an admin."""
ROUNDS = 30
"""So many rounds of all agents must be enough to come to rest."""


@dataclass(frozen=True)
class Step:
    """A kind of step.

    Attributes:
        weight: how often it is made.
        name: what it is called.
        make: makes it; returns a word or two on what came of it.
    """

    weight: int
    name: str
    make: Callable[[World, Chance], str]


class World:
    """A team and its server.

    Args:
        cluster: where the server's database is made.
        folder: where the caches lie; empty.
        crew: the clients' names, and whose they are.

    Attributes:
        told: what came of every step.
        counts: how often what happened.
    """

    def __init__(self, cluster: Cluster, folder: Path, crew: Sequence[tuple[str, str]] = CREW) -> None:
        self.ledger = Ledger()
        self.centre = Centre(cluster)
        self.told: list[str] = []
        self.counts: Counter[str] = Counter()
        self.slow: list[Slow] = []
        self.clients: list[Client] = []
        self.step_number = 0
        try:
            for name, person in crew:
                client = Client(
                    name, person, self.centre, folder / name, self.ledger, lambda: self.step_number
                )
                self.clients.append(client)
                # The others are cut in their first load.
                if len(self.clients) % 2:
                    client.sync("cycle")
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Ends it, whatever state it is in."""
        for client in self.clients:
            client.faults.clear()
            client.close()
        for slow in self.slow:
            slow.end(commit=False)
        self.centre.close()

    # --- going on

    def make(self, kind: Step, number: int, chance: Chance) -> None:
        """Makes one step.

        Args:
            kind: what is done.
            number: which step of the history it is.
            chance: makes its choices.

        Raises:
            Broken: something does not hold that must hold at any moment.
        """
        self.step_number = number
        said = kind.make(self, chance)
        self.counts[kind.name] += 1
        self.told.append(f"{number} {kind.name}: {said}")

    def client(self, chance: Chance) -> Client:
        """One of the clients."""
        return chance.pick(self.clients)

    # --- coming to rest

    def come_to_rest(self) -> None:
        """Everybody is online, nothing goes wrong, and the agents work until nothing moves.

        Raises:
            Broken: they do not come to rest.
        """
        self.end_slow()
        self._let_everybody_in()
        while any(client.faults.under_way for client in self.clients):
            self.deliver(Seeded("all"))
        for client in self.clients:
            client.faults.clear()
            client.faults.offline = False
        for _ in range(ROUNDS):
            before = self._moves()
            reached = [client.sync("cycle") for client in self.clients]
            if all(reached) and not any(client.waits for client in self.clients) and self._moves() == before:
                return
        stuck = [
            f"{client.name} does not come to rest: {client.agent.standing}"
            for client in self.clients
            if client.waits
        ]
        raise Broken(stuck or [f"after {ROUNDS} rounds of all agents something still moves"])

    def _moves(self) -> tuple[object, ...]:
        """What is another one as long as anything moves."""
        (place,) = self.centre.superuser().execute(
            "SELECT coalesce(max(seq), 0) FROM offhook.audit"
        ).fetchone() or (0,)
        return place, *(client.workspace.cache.get("sync.epoch") for client in self.clients)

    def _let_everybody_in(self) -> None:
        shut = (
            self.centre.superuser()
            .execute("SELECT id::text FROM offhook.users WHERE disabled_at IS NOT NULL")
            .fetchall()
        )
        for (user,) in shut:
            self.centre.as_admin("SELECT enable_user(%s)", user)

    def check(self) -> None:
        """Checks all that must hold at rest.

        Raises:
            Broken: something does not.
        """
        server = read_server(self.centre.superuser(), {person: self.centre.wire(person) for person in STAFF})
        faults = checks.at_rest(self.ledger, server, [client.view() for client in self.clients])
        if faults:
            raise Broken(faults)

    def decide_all(self, chance: Chance) -> None:
        """Everybody decides what waits for them, until nothing does.

        Raises:
            Broken: it goes on without an end.
        """
        for _ in range(ROUNDS):
            self.come_to_rest()
            decided = False
            for client in self.clients:
                for _ in client.workspace.parked():
                    decided = client.decide(chance) or decided
            if not decided:
                return
        left = [p for client in self.clients for p in client.workspace.parked()]
        for client in self.clients:
            for parked in client.workspace.parked():
                client.give_up(parked)
        self.told.append(f"{len(left)} were given up in the end")

    def lose_what_is_under_way(self) -> None:
        """Ends every connection, and with it what was still to arrive."""
        for client in self.clients:
            client.faults.under_way.clear()

    def deliver(self, chance: Chance) -> str:
        """Has something arrive at the server that was sent before."""
        waiting = [client for client in self.clients if client.faults.under_way]
        if not waiting:
            return "nothing is under way"
        client = chance.pick(waiting)
        return f"{client.name}: {client.deliver(chance.below(len(client.faults.under_way)))}"

    def end_slow(self) -> None:
        """Commits what is still under way on the server."""
        while self.slow:
            self.slow.pop(0).end(commit=True)
