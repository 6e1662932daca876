"""A bad network between agent and server: nothing is lost, nothing is done twice, and all ends up the same everywhere."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.commands.contacts import EditContact
from storage.postgres import connection
from tests.postgres.floor import Floor
from tests.proxy import Proxy
from tests.sync.desks import Desk, Desks, desks_behind_a_proxy
from tests.waiting import eventually

PUSH = b"offhook.apply"
FAR, LOSSY = 0.15, 0.05
"""Half a round trip of 300 ms, and five packets of a hundred."""


@pytest.fixture
def desks(floor: Floor, tmp_path: Path) -> Iterator[Desks]:
    """Desks with a network that can be spoilt."""
    with desks_behind_a_proxy(floor, tmp_path) as desks:
        yield desks


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer may take a second, and not forty: who waits for a dead network waits that long."""
    assert connection.connect.__kwdefaults__ is not None
    monkeypatch.setitem(connection.connect.__kwdefaults__, "answer_seconds", 1.0)


def network(desks: Desks) -> Proxy:
    assert desks.proxy is not None
    return desks.proxy


def offline(desk: Desk) -> None:
    """Waits until the agent has noticed."""
    eventually(lambda: "offline" in desk.workspace.health().line)


def live(desk: Desk) -> None:
    eventually(lambda: desk.workspace.health().line == "● live", seconds=40)


# --- every way in which one message can go wrong


def test_an_answer_that_is_lost_is_asked_for_again(desks: Desks) -> None:
    ann, proxy = desks.ready("ann"), network(desks)
    live(ann)
    proxy.lose_answer_to(PUSH)
    said = ann.call(desks.floor.contact("ann"))
    eventually(lambda: not proxy.accepting)
    assert desks.count(said) == 1, "it was carried out"
    assert [changeset.id for changeset in ann.workspace.unsent()], "which is not known here"
    proxy.start()
    desks.check()
    assert desks.count(said) == 1


def test_a_request_that_never_arrived_is_sent_again(desks: Desks) -> None:
    ann, proxy = desks.ready("ann"), network(desks)
    proxy.lose_request(PUSH)
    said = ann.call(desks.floor.contact("ann"))
    desks.check()
    assert desks.count(said) == 1


@pytest.mark.parametrize("way", ["asked", "answered"])
def test_wherever_a_message_breaks_off_nothing_is_lost(desks: Desks, way: str) -> None:
    """Cut after so many bytes, from the first of a push to the last of the pull behind it."""
    ann, ben, proxy = desks.ready("ann"), desks.ready("ben", agent=True), network(desks)
    assert ben.workspace.unsent() == []
    contact, pool = desks.floor.contact("ann"), desks.floor.contact("East")
    live(ann)
    before = proxy.asked_bytes if way == "asked" else proxy.answered_bytes
    ann.call(contact)
    desks.converge()
    exchange = (proxy.asked_bytes if way == "asked" else proxy.answered_bytes) - before
    chance = random.Random(5)
    for count in sorted(chance.sample(range(max(exchange, 40)), 12)):
        proxy.cut_after(**{way: count})
        said = ann.call(contact)
        ann.edit(pool, "city")
        eventually(lambda: not ann.workspace.unsent(), seconds=40)
        proxy.cut_after()
        assert desks.count(said) == 1
    desks.check(seconds=60)


def test_a_batch_that_arrives_when_it_was_long_sent_again_has_no_second_effect(desks: Desks) -> None:
    """An old connection delivers late: the server carries out a batch whose answer nobody reads, the second time."""
    ann, proxy = desks.ready("ann"), network(desks)
    contact = desks.floor.contact("ann")
    live(ann)
    proxy.hold(PUSH)
    said = [ann.call(contact) for _ in range(5)]
    eventually(lambda: proxy.holding)
    eventually(lambda: not ann.workspace.unsent(), seconds=40)
    later = ann.call(contact)
    eventually(lambda: not ann.workspace.unsent())
    proxy.deliver()
    desks.check()
    assert [desks.count(each) for each in (*said, later)] == [1] * 6


def test_a_batch_and_its_repetition_at_the_same_moment_have_one_effect(desks: Desks) -> None:
    ann, proxy = desks.ready("ann"), network(desks)
    contact = desks.floor.contact("ann")
    live(ann)
    for _ in range(4):
        proxy.hold(PUSH)
        said = ann.call(contact)
        eventually(lambda: proxy.holding)
        late = threading.Thread(target=proxy.deliver)
        late.start()
        eventually(lambda: not ann.workspace.unsent(), seconds=40)
        late.join(30)
        assert desks.count(said) == 1
    desks.check()


def test_what_was_given_up_does_not_come_back_with_a_late_message(desks: Desks) -> None:
    """It was refused, somebody was told and gave it up; then the server hears of it once more, and would take it now."""
    ann, proxy = desks.ready("ann"), network(desks)
    pool, own = desks.floor.contact("East"), desks.floor.contact("ann")
    colleague = desks.floor.connect("ben")
    was = ann.workspace.record("contacts", pool).city
    proxy.down()
    ann.edit(pool, "city")
    colleague.execute("update contacts set city = 'Kiel' where id = %s", (pool,))
    proxy.hold(PUSH)
    proxy.start()
    eventually(lambda: proxy.holding)
    [parked] = eventually(ann.workspace.parked, seconds=40)
    ann.workspace.drop(parked)
    desks.ledger.dropped.add(parked.id)
    for _ in range(2):
        # With these the server is told that all answers before have arrived.
        ann.call(own)
        desks.converge()
    colleague.execute("update contacts set city = %s where id = %s", (was, pool))
    proxy.deliver()
    desks.check()
    assert ann.workspace.record("contacts", pool).city == was


# --- networks that stay bad


def test_a_far_and_lossy_line_works(desks: Desks) -> None:
    """300 ms there and back, and every twentieth packet lost: from the first load to the last edit."""
    proxy = network(desks)
    proxy.delay, proxy.loss, proxy.seed = FAR, LOSSY, 3
    began = time.monotonic()
    ann, ben = desks.open("ann"), desks.open("ben")
    desks.converge(seconds=90)
    assert time.monotonic() - began < 60
    pool = desks.floor.contact("East")
    for _ in range(10):
        ann.call(desks.floor.contact("ann"))
        ben.call(desks.floor.contact("ben"))
    ann.edit(pool, "city")
    ben.edit(pool, "title")
    desks.check(seconds=90)


def test_what_is_done_shows_at_once_however_far_the_server(desks: Desks) -> None:
    proxy = network(desks)
    ann = desks.ready("ann")
    proxy.delay = 2.0
    began = time.monotonic()
    city = ann.edit(desks.floor.contact("ann"), "city")
    assert ann.workspace.record("contacts", desks.floor.contact("ann")).city == city
    assert time.monotonic() - began < 1.0, "not even one way to the server"


def test_a_slow_line_gets_there(desks: Desks) -> None:
    proxy = network(desks)
    proxy.rate, proxy.delay = 20_000, 0.05
    ann = desks.open("ann")
    desks.converge(seconds=90)
    for _ in range(30):
        ann.call(desks.floor.contact("ann"))
    desks.check(seconds=90)


@pytest.mark.usefixtures("impatient")
def test_a_black_hole_is_noticed_and_outlived(desks: Desks) -> None:
    """Nothing comes, nothing goes, nobody is told: no longer than an answer may take, and it says that it is offline."""
    ann, proxy = desks.ready("ann"), network(desks)
    live(ann)
    proxy.swallowing = True
    began = time.monotonic()
    said = ann.call(desks.floor.contact("ann"))
    offline(ann)
    assert time.monotonic() - began < 10
    assert "1 to send" in ann.workspace.health().line
    proxy.swallowing = False
    desks.check(seconds=60)
    assert desks.count(said) == 1


@pytest.mark.usefixtures("impatient")
def test_a_connection_that_went_dead_is_given_up(desks: Desks) -> None:
    """A router has forgotten the connection: it hangs, while a new one would work."""
    ann, proxy = desks.ready("ann"), network(desks)
    live(ann)
    proxy.strand()
    said = ann.call(desks.floor.contact("ann"))
    began = time.monotonic()
    eventually(lambda: not ann.workspace.unsent(), seconds=30)
    assert time.monotonic() - began < 15
    assert desks.count(said) == 1
    desks.check()


def test_leaving_does_not_wait_for_a_dead_network(desks: Desks) -> None:
    ann, proxy = desks.ready("ann"), network(desks)
    live(ann)
    proxy.swallowing = True
    ann.call(desks.floor.contact("ann"))
    time.sleep(0.2)
    began = time.monotonic()
    desks.shut(ann)
    assert time.monotonic() - began < 5
    proxy.swallowing = False
    proxy.cut()
    desks.open("ann")
    desks.check(seconds=40)


def test_whoever_is_away_is_not_hammered(desks: Desks) -> None:
    """Each attempt waits longer than the one before: some in the first seconds, hardly any after that."""
    ann, proxy = desks.ready("ann"), network(desks)
    live(ann)
    refusing = Proxy(proxy.target)
    refusing.start()
    try:
        # Something listens at the address, and hangs up on whoever comes.
        proxy.target = ("127.0.0.1", 1)
        proxy.cut()
        ann.call(desks.floor.contact("ann"))
        begun = len(proxy.connected)
        time.sleep(10)
        tries = proxy.connected[begun:]
        assert 2 <= len(tries) <= 16, (
            "0.5 s, 1 s, 2 s, 4 s, give or take; a try may come in several connections"
        )
        for _ in range(30):
            ann.call(desks.floor.contact("ann"))
        time.sleep(1)
        assert len(proxy.connected) - begun - len(tries) <= 4, (
            "work that comes in does not make it knock faster"
        )
    finally:
        proxy.target = refusing.target
        refusing.close()
    desks.check(seconds=60)


def test_idle_is_quiet(desks: Desks) -> None:
    ann, proxy = desks.ready("ann"), network(desks)
    live(ann)
    time.sleep(1)
    trips, connections = proxy.asked_bytes + proxy.answered_bytes, len(proxy.connected)
    time.sleep(5)
    assert proxy.asked_bytes + proxy.answered_bytes - trips <= 4_000
    assert len(proxy.connected) == connections


# --- all of it


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.usefixtures("impatient")
def test_chaos_loses_nothing_doubles_nothing_and_ends_up_the_same(desks: Desks, seed: int) -> None:
    """Two at work in each other's pool, while the network does to them what networks do."""
    proxy, chance = network(desks), random.Random(seed)
    ann, ben = desks.ready("ann"), desks.ready("ben")
    people = {ann: desks.floor.contact("ann"), ben: desks.floor.contact("ben")}
    pool = [desks.floor.contact("East", number) for number in (0, 1)]
    fates = [
        "cut",
        "lose request",
        "lose answer",
        "hold",
        "strand",
        "swallow",
        "break asked",
        "break answered",
        "away",
        "far",
    ]
    chance.shuffle(fates)
    for fate in fates:
        _spoil(proxy, fate, chance)
        for desk, own in people.items():
            desk.call(own)
            desk.edit(chance.choice(pool), chance.choice(["city", "title", "description"]))
            if chance.random() < 0.3:
                desk.workspace.execute(EditContact(contact_id=own, values={"city": "Kiel"}))
        time.sleep(chance.uniform(0, 0.6))
        _mend(proxy, chance)
    desks.check(seconds=90)


def _spoil(proxy: Proxy, fate: str, chance: random.Random) -> None:
    match fate:
        case "cut":
            proxy.cut()
        case "lose request":
            proxy.lose_request(PUSH)
        case "lose answer":
            proxy.lose_answer_to(PUSH)
        case "hold":
            proxy.hold(PUSH)
        case "strand":
            proxy.strand()
        case "swallow":
            proxy.swallowing = True
        case "break asked":
            proxy.cut_after(asked=chance.randrange(4_000))
        case "break answered":
            proxy.cut_after(answered=chance.randrange(4_000))
        case "away":
            proxy.down()
        case _:
            proxy.delay, proxy.loss = 0.1, 0.2


def _mend(proxy: Proxy, chance: random.Random) -> None:
    """The network is good again, and what it still held may arrive."""
    if proxy.holding and chance.random() < 0.7:
        proxy.deliver()
    proxy.calm()
