"""The world: clients, a server, and the steps by which it goes on. What happens in a step follows from a `Chance`."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.postgres.floor import PEOPLE
from tests.server import Cluster
from tests.sync.simulator import checks
from tests.sync.simulator.centre import SLOW, STAFF, Centre, Slow
from tests.sync.simulator.chance import Chance
from tests.sync.simulator.checks import Broken
from tests.sync.simulator.client import Client
from tests.sync.simulator.evidence import read_server
from tests.sync.simulator.faults import Died
from tests.sync.simulator.ledger import Ledger
from tests.sync.simulator.people import ACTIONS, Intent, edited

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
BOOKS = ("ann", "ben", "wim", "mia", "East", "West")


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

    def step(self, number: int, chance: Chance) -> None:
        """Makes one step.

        Raises:
            Broken: something does not hold that must hold at any moment.
        """
        self.make(chance.weighted(STEPS), number, chance)

    def make(self, kind: Step, number: int, chance: Chance) -> None:
        """Makes one step of a kind; see `step`."""
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
                client.workspace.drop(parked.id)
                self.ledger.dropped.add(parked.id)
        self.told.append(f"{len(left)} were given up in the end")

    def end_slow(self) -> None:
        """Commits what is still under way on the server."""
        while self.slow:
            self.slow.pop(0).end(commit=True)


# --- the steps -----------------------------------------------------------------------------------------------------


def _act(world: World, chance: Chance) -> str:
    client = world.client(chance)
    intent = chance.weighted(ACTIONS)(client, chance)
    if intent is None:
        return f"{client.name} finds nothing to do"
    return f"{client.name} {_do(world, client, intent, chance)}"


def _do(world: World, client: Client, intent: Intent, chance: Chance, shown: object = None) -> str:
    if chance.percent(2):
        client.faults.die_at = chance.below(12)
    answer = client.do(intent, shown=shown)
    client.faults.die_at = None
    if answer is None:
        world.counts["deaths"] += 1
        return f"{intent.command.NAME}: died over it"
    world.counts[f"local {answer.status.value}"] += 1
    return f"{intent.command.NAME} {intent.command.id[-4:]} {' '.join(intent.tokens)}: {answer.status.value} {answer.reason}"


def _open_form(world: World, chance: Chance) -> str:
    client = world.client(chance)
    table = chance.pick(("contacts", "deals", "companies"))
    ids = [id_ for id_ in client.ids(table) if id_ not in SLOW]
    if not ids:
        return f"{client.name} has nothing to edit"
    client.form = client.workspace.record(table, chance.pick(ids))
    return f"{client.name} opens the form of {table} {client.form.id[-4:]}"


def _save_form(world: World, chance: Chance) -> str:
    client = world.client(chance)
    form, client.form = client.form, None
    if form is None:
        return f"{client.name} has no form open"
    return f"{client.name} saves: {_do(world, client, edited(form, chance, client.token), chance, form)}"


def _sync(world: World, chance: Chance) -> str:
    client = world.client(chance)
    what = chance.weighted(((3, "cycle"), (2, "push"), (2, "pull"), (1, "load")))
    fault = chance.weighted(((74, ""), (8, "before"), (8, "after"), (10, "death")))
    if fault == "before":
        client.faults.cut_before = chance.below(4)
    elif fault == "after":
        client.faults.cut_after = chance.below(4)
    elif fault == "death":
        client.faults.die_at = chance.below(60)
    happened = client.faults.happened
    try:
        made = client.sync(what)
    except Died:
        client.die()
        world.counts["deaths"] += 1
        return f"{client.name} dies in {what}"
    finally:
        client.faults.clear()
    world.counts["cuts"] += client.faults.happened - happened
    hidden = client.hidden_work()
    if made and what == "pull" and not client.loads and chance.percent(30):
        hidden += [
            f"{client.name}: {table} {row} is here and out of sight" for table, row in client.out_of_sight()
        ]
    if hidden:
        raise Broken(hidden)
    return f"{client.name} {what} {fault}: {'made' if made else client.agent.standing.reason or 'offline'}"


def _network(world: World, chance: Chance) -> str:
    client = world.client(chance)
    client.faults.offline = not client.faults.offline
    return f"{client.name} is {'offline' if client.faults.offline else 'online'}"


def _end_program(world: World, chance: Chance) -> str:
    client = world.client(chance)
    world.counts["deaths"] += 1
    client.die()
    return f"{client.name} is ended and started again"


def _skew(world: World, chance: Chance) -> str:
    client = world.client(chance)
    client.skew = dt.timedelta(hours=chance.pick((0, 1, -1, 5, -30, 26, 240, -240)))
    return f"the clock of {client.name} goes wrong by {client.skew}"


def _begin_slow(world: World, chance: Chance) -> str:
    taken = {slow.book for slow in world.slow}
    free = [book for book in BOOKS if book not in taken]
    if not free:
        return "all are under way"
    book, kind = chance.pick(free), chance.below(Slow.KINDS)
    world.slow.append(Slow(world.centre, kind, book, chance.pick(BOOKS)))
    return f"kind {kind} in the book {book}"


def _end_slow(world: World, chance: Chance) -> str:
    if not world.slow:
        return "none is under way"
    slow, commit = world.slow.pop(chance.below(len(world.slow))), chance.percent(80)
    slow.end(commit=commit)
    return f"{'commit' if commit else 'rollback'} in the book {slow.book}"


def _desk(world: World, chance: Chance) -> str:
    """Somebody in the office works on the server itself."""
    wire, client = world.centre.wire("mia"), world.client(chance)
    table, column = chance.pick(
        (("contacts", "city"), ("deals", "next_step"), ("companies", "city"), ("contacts", "title"))
    )
    ids = [id_ for id_ in client.ids(table) if id_ not in SLOW]
    if not ids:
        return "finds nothing"
    record, word = chance.pick(ids), f"desk{world.step_number}"
    try:
        changed = wire.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", (word, record)).rowcount
    except psycopg.Error as error:
        return str(error)
    return f"{table} {record[-4:]} {column} = {word}: {changed}"


def _decide(world: World, chance: Chance) -> str:
    client = world.client(chance)
    return f"{client.name} {'decides' if client.decide(chance) else 'has nothing to decide'}"


def _erase(world: World, chance: Chance) -> str:
    client = world.client(chance)
    ids = [id_ for id_ in client.ids("contacts") if id_ not in SLOW]
    if not ids:
        return "nobody is there"
    contact = chance.pick(ids)
    try:
        world.ledger.erased |= world.centre.erase(contact)
    except psycopg.Error as error:
        return str(error).splitlines()[0]
    return f"contact {contact[-4:]}"


def _role(world: World, chance: Chance) -> str:
    person, what = chance.pick(("ben", "wim")), chance.below(5)
    user = PEOPLE[person].id
    if what == 0:
        world.centre.disable(person)
        return f"{person} is shut out"
    if what == 1:
        world.centre.as_admin("SELECT enable_user(%s)", user)
        return f"{person} is let in"
    role = ("rep", "manager", "readonly")[what - 2]
    world.centre.as_admin("SELECT set_role(%s, %s)", user, role)
    return f"{person} is {role}"


def _copy(world: World, chance: Chance) -> str:
    if world.centre.copy:
        return "there is a copy"
    world.end_slow()
    world.centre.make_copy()
    return "the database is copied"


def _restore(world: World, chance: Chance) -> str:
    if not world.centre.copy:
        return "there is no copy"
    world.end_slow()
    newer = world.centre.history_ids() - world.centre.copied_ids
    world.centre.restore()
    # Who did them offers them again; those that nobody has any more went with the disk.
    for client in world.clients:
        newer -= client.remembered()
    world.ledger.went |= newer
    world.counts["restores"] += 1
    return f"the copy is put back; {len(newer)} changes went with the disk"


def _forget(world: World, chance: Chance) -> str:
    world.end_slow()
    world.centre.forget_exits()
    return "what has left books is forgotten"


def _rest(world: World, chance: Chance) -> str:
    world.come_to_rest()
    world.check()
    return "all is as it must be"


STEPS: tuple[tuple[int, Step], ...] = tuple(
    (weight, Step(weight, name, make))
    for weight, name, make in (
        (560, "act", _act), (25, "form", _open_form), (25, "save", _save_form), (210, "sync", _sync),
        (45, "network", _network), (12, "restart", _end_program), (8, "clock", _skew), (22, "slow", _begin_slow),
        (22, "late", _end_slow), (20, "desk", _desk), (30, "decide", _decide), (3, "erase", _erase), (5, "role", _role),
        (2, "copy", _copy), (2, "restore", _restore), (2, "forget", _forget), (1, "rest", _rest),
    )
)  # fmt: skip
"""Everything that happens, each as often as its weight says."""
