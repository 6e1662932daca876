"""What happens in the world, each kind of step as often as its weight says."""

from __future__ import annotations

import datetime as dt

import psycopg

from tests.postgres.floor import PEOPLE
from tests.sync.simulator.actions import ACTIONS
from tests.sync.simulator.centre import SLOW, Slow
from tests.sync.simulator.chance import Chance
from tests.sync.simulator.checks import Broken
from tests.sync.simulator.client import Client
from tests.sync.simulator.faults import Died
from tests.sync.simulator.people import Intent, edited
from tests.sync.simulator.world import Step, World

SYNCS = ((3, "cycle"), (2, "push"), (2, "pull"), (1, "load"))
"""What an agent is made to do, each as often as its weight says."""
BOOKS = ("ann", "ben", "wim", "mia", "East", "West")


def _act(world: World, chance: Chance) -> str:
    client = world.client(chance)
    intent = chance.weighted(ACTIONS)(client, chance)
    if intent is None:
        return f"{client.name} finds nothing to do"
    return f"{client.name} {_do(world, client, intent, chance)}"


def _do(world: World, client: Client, intent: Intent, chance: Chance, shown: object = None) -> str:
    if chance.percent(4):
        client.faults.die_at = chance.below(12)
    answer = client.do(intent, shown=shown)
    client.faults.die_at = None
    if answer is None:
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


def _draft(world: World, chance: Chance) -> str:
    """Somebody is typing, be it that the program dies over it."""
    client = world.client(chance)
    ids = [id_ for id_ in client.ids("contacts") if id_ not in SLOW]
    keys = ["call.queue", *(f"note:contacts:{id_}" for id_ in ids)]
    key, text = chance.pick(keys), client.token() if chance.percent(85) else ""
    if chance.percent(10):
        client.faults.die_at = chance.below(6)
    client.keep_draft(key, text)
    return f"{client.name} types “{text}” for {key[-12:]}"


def _sync(world: World, chance: Chance) -> str:
    client = world.client(chance)
    what = chance.weighted(SYNCS)
    happened = client.faults.happened.total()
    made = client.sync(what)
    assert client.faults.happened.total() == happened, "nothing goes wrong without a fault"
    hidden = client.hidden_work()
    if made and what == "pull" and not client.loads and chance.percent(30):
        hidden += [
            f"{client.name}: {table} {row} is here and out of sight" for table, row in client.out_of_sight()
        ]
    if hidden:
        raise Broken(hidden)
    return f"{client.name} {what}: {'made' if made else client.agent.standing.reason or 'offline'}"


def _storm(world: World, chance: Chance) -> str:
    """The network comes and breaks off again, and the program dies over it, several times on end."""
    client = world.client(chance)
    faults, told = client.faults, []
    offline, faults.offline = faults.offline, False
    for _ in range(1 + chance.below(5)):
        what = chance.weighted(SYNCS)
        fault = chance.weighted(((6, "before"), (6, "after"), (2, "late"), (7, "death")))
        faults.at_greeting = chance.percent(15)
        # Mostly at once; now and then deep in what is being done.
        if fault == "before":
            faults.cut_before = chance.below(chance.pick((1, 2, 6)))
        elif fault == "after":
            faults.cut_after = chance.below(chance.pick((1, 2, 6)))
        elif fault == "late":
            faults.hold_back = True
        else:
            faults.die_at = chance.below(chance.pick((4, 16, 80)))
        try:
            made = client.sync(what)
        except Died:
            client.die()
            told.append(f"dies in {what}")
        else:
            told.append(f"{what} {fault}: {'made' if made else 'cut'}")
        faults.clear()
    faults.offline = offline
    hidden = client.hidden_work()
    if hidden:
        raise Broken(hidden)
    return f"{client.name} {', '.join(told)}"


def _arrive(world: World, chance: Chance) -> str:
    return world.deliver(chance)


def _network(world: World, chance: Chance) -> str:
    client = world.client(chance)
    client.faults.offline = not client.faults.offline
    return f"{client.name} is {'offline' if client.faults.offline else 'online'}"


def _end_program(world: World, chance: Chance) -> str:
    client = world.client(chance)
    client.die()
    return f"{client.name} is ended and started again"


def _skew(world: World, chance: Chance) -> str:
    client = world.client(chance)
    client.skew = dt.timedelta(hours=chance.pick((0, 0, 0, 1, -1, 5, -30, 26, 240, -240)))
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
    world.lose_what_is_under_way()
    world.centre.make_copy()
    return "the database is copied"


def _restore(world: World, chance: Chance) -> str:
    if not world.centre.copy:
        return "there is no copy"
    world.end_slow()
    newer = world.centre.history_ids() - world.centre.copied_ids
    world.lose_what_is_under_way()
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
        (560, "act", _act), (25, "form", _open_form), (25, "save", _save_form), (20, "draft", _draft), (130, "sync", _sync),
        (80, "storm", _storm), (15, "arrival", _arrive),
        (45, "network", _network), (12, "restart", _end_program), (8, "clock", _skew), (22, "slow", _begin_slow),
        (22, "late", _end_slow), (20, "desk", _desk), (30, "decide", _decide), (3, "erase", _erase), (5, "role", _role),
        (2, "copy", _copy), (2, "restore", _restore), (2, "forget", _forget), (1, "rest", _rest),
    )
)  # fmt: skip
"""Everything that happens, each as often as its weight says."""
