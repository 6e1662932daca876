"""A bad network: nothing is lost, nothing is done twice, and the user is told how it stands."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.changes import Answer, Status
from core.commands.activities import LogActivity
from core.commands.base import Command
from core.commands.contacts import EditContact
from core.errors import Unavailable
from core.filters import Query
from core.ids import new_id
from storage.postgres.direct import DirectWorkspace
from storage.postgres.install import as_owner
from tests.postgres.floor import Floor
from tests.postgres.rooms import Rooms, rooms_behind_a_proxy
from tests.proxy import Proxy
from tests.waiting import eventually
from tests.workspace.office import Ear

APPLY = b"offhook.apply"


@pytest.fixture
def network(floor: Floor) -> Iterator[tuple[Rooms, Proxy]]:
    with rooms_behind_a_proxy(floor) as both:
        yield both


class Running:
    """A command under way on a thread of its own."""

    def __init__(self, workspace: DirectWorkspace, command: Command) -> None:
        self.answer: Answer | None = None
        self._thread = threading.Thread(target=self._run, args=(workspace, command))
        self._thread.start()

    def _run(self, workspace: DirectWorkspace, command: Command) -> None:
        self.answer = workspace.execute(command)

    def result(self) -> Answer:
        self._thread.join(20)
        assert self.answer is not None, "no answer in time"
        return self.answer


def calls_of(floor: Floor, contact: str) -> int:
    operator = floor.operator()
    with as_owner(operator):
        row = operator.execute(
            "select count(*) from activities where contact_id = %s and body = 'only once'", (contact,)
        ).fetchone()
    return int(row[0]) if row else 0


def note(contact: str) -> LogActivity:
    return LogActivity(table="contacts", record_id=contact, kind="note", body="only once")


def opened(network: tuple[Rooms, Proxy], **more: Any) -> tuple[DirectWorkspace, Proxy, Floor]:
    rooms, proxy = network
    return rooms.open("ann", **more), proxy, rooms.floor


def test_a_lost_answer_is_found_out_and_the_command_has_one_effect(network: tuple[Rooms, Proxy]) -> None:
    ann, proxy, floor = opened(network)
    ear = Ear()
    ann.subscribe(ear)
    eventually(lambda: ann.health().line == "● live")
    contact = floor.contact("ann")
    proxy.lose_answer_to(APPLY)
    running = Running(ann, command := note(contact))
    eventually(lambda: "1 to send" in ann.health().line)
    eventually(lambda: ann.health().line.startswith("○ offline since "))
    assert calls_of(floor, contact) == 1
    proxy.start()
    answer = running.result()
    assert answer.status is Status.OK
    assert calls_of(floor, contact) == 1
    assert ear.heard("contacts", contact, local=True)
    eventually(lambda: ann.health().line == "● live")
    assert ann.execute(command) == answer


def test_a_request_that_never_arrived_is_sent_again(network: tuple[Rooms, Proxy]) -> None:
    ann, proxy, floor = opened(network)
    contact = floor.contact("ann")
    proxy.lose_request(APPLY)
    answer = ann.execute(note(contact))
    assert answer.status is Status.OK
    assert calls_of(floor, contact) == 1


def test_answers_that_are_lost_again_and_again_end_in_one(network: tuple[Rooms, Proxy]) -> None:
    ann, proxy, floor = opened(network)
    contact = floor.contact("ann")
    proxy.lose_answer_to(APPLY)
    running = Running(ann, note(contact))
    for _ in range(2):
        eventually(lambda: "1 to send" in ann.health().line and not proxy.accepting)
        proxy.lose_answer_to(APPLY)
        proxy.start()
        eventually(lambda: not proxy.accepting)
    proxy.start()
    assert running.result().status is Status.OK
    assert calls_of(floor, contact) == 1


def test_what_was_never_sent_is_given_back_soon(network: tuple[Rooms, Proxy]) -> None:
    ann, proxy, floor = opened(network)
    proxy.down()
    began = time.monotonic()
    answer = ann.execute(EditContact(contact_id=floor.contact("ann"), values={"city": "Kiel"}))
    assert time.monotonic() - began < 5
    assert answer.status is Status.UNAVAILABLE
    assert answer.reason.startswith("Not saved. No connection to the server since ")
    assert "Nothing answers at 127.0.0.1" in answer.reason
    eventually(lambda: ann.health().line.startswith("○ offline since "))
    assert "to send" not in ann.health().line
    proxy.start()
    eventually(lambda: ann.execute(note(floor.contact("ann"))).applied)
    assert ann.health().line == "● online"


def test_reading_goes_on_over_a_connection_that_broke(network: tuple[Rooms, Proxy]) -> None:
    ann, proxy, _ = opened(network)
    assert ann.count_contacts(Query()) > 0
    proxy.cut()
    assert ann.count_contacts(Query()) > 0
    assert ann.health().level == "ok"


def test_reading_without_a_server_says_so_in_words(network: tuple[Rooms, Proxy]) -> None:
    ann, proxy, _ = opened(network)
    proxy.down()
    with pytest.raises(Unavailable, match=r"No connection to the server since \d\d:\d\d\. Nothing answers"):
        ann.count_contacts(Query())
    assert ann.catalog().me.name == "Ann Arndt", "what is at hand stays at hand"


def test_a_network_that_swallows_everything_is_noticed(network: tuple[Rooms, Proxy]) -> None:
    ann, proxy, floor = opened(network, answer_seconds=0.6)
    contact = floor.contact("ann")
    ann.execute(note(floor.contact("ann", 1)))
    proxy.swallowing = True
    began = time.monotonic()
    with pytest.raises(Unavailable):
        ann.count_contacts(Query())
    assert time.monotonic() - began < 12
    proxy.swallowing = False
    proxy.cut()
    eventually(lambda: ann.execute(note(contact)).applied)
    assert calls_of(floor, contact) == 1


def test_changes_made_while_it_was_away_are_told_afterwards(network: tuple[Rooms, Proxy]) -> None:
    ann, proxy, floor = opened(network)
    ear = Ear()
    ann.subscribe(ear)
    eventually(lambda: ann.health().line == "● live")
    proxy.down()
    eventually(lambda: ann.health().line.startswith("○ offline"))
    ben = floor.connect("ben")
    contact = floor.contact("East")
    ben.execute("update contacts set city = 'Kiel' where id = %s", (contact,))
    time.sleep(0.3)
    assert not ear.heard("contacts", contact)
    proxy.start()
    eventually(lambda: ear.heard("contacts", contact))
    eventually(lambda: ann.health().line == "● live")


def test_whoever_watches_is_told_that_the_server_is_gone_and_there_again(
    network: tuple[Rooms, Proxy],
) -> None:
    ann, proxy, _ = opened(network)
    lines: list[str] = []
    stop = ann.watch_health(lambda health: lines.append(health.line))
    ann.subscribe(Ear())
    eventually(lambda: "● live" in lines)
    proxy.down()
    eventually(lambda: lines[-1].startswith("○ offline"))
    proxy.start()
    eventually(lambda: lines[-1] == "● live")
    stop()


def leave_unsettled(network: tuple[Rooms, Proxy], folder: Path, *, arrives: bool) -> LogActivity:
    """Sends a command whose answer is lost, and ends the program meanwhile."""
    ann, proxy, floor = opened(network, folder=folder)
    command = note(floor.contact("ann"))
    if arrives:
        proxy.lose_answer_to(APPLY)
    else:
        proxy.lose_request(APPLY)
        eventually(lambda: ann.health().line)
        proxy.refuse()
    running = Running(ann, command)
    eventually(lambda: "1 to send" in ann.health().line)
    never_sent = EditContact(contact_id=floor.contact("ann"), values={"city": "Kiel"})
    assert ann.put_by([command, never_sent]) == (never_sent,)
    ann.close()
    answer = running.result()
    assert answer.status is Status.UNAVAILABLE
    assert "It is kept, and sent again at the next start." in answer.reason
    return command


def test_whoever_stays_after_all_gets_the_answer(network: tuple[Rooms, Proxy], tmp_path: Path) -> None:
    ann, proxy, floor = opened(network, folder=tmp_path)
    proxy.lose_answer_to(APPLY)
    command = note(floor.contact("ann"))
    running = Running(ann, command)
    eventually(lambda: "1 to send" in ann.health().line)
    assert ann.put_by([command]) == ()
    proxy.start()
    assert running.result().applied


@pytest.mark.parametrize("arrives", [True, False])
def test_the_next_start_settles_what_the_last_one_could_not(
    network: tuple[Rooms, Proxy], tmp_path: Path, arrives: bool
) -> None:
    command = leave_unsettled(network, tmp_path, arrives=arrives)
    rooms, proxy = network
    contact = rooms.floor.contact("ann")
    assert calls_of(rooms.floor, contact) == int(arrives)
    proxy.start()
    again = rooms.open("ann", folder=tmp_path)
    eventually(lambda: any("is saved" in sentence for sentence in again.health().notes))
    assert calls_of(rooms.floor, contact) == 1
    assert again.record("activities", command.activity_id).body == "only once"
    assert "to send" not in again.health().line
    again.close()
    third = rooms.open("ann", folder=tmp_path)
    assert not any("is saved" in sentence for sentence in third.health().notes), "told once"


def test_what_one_login_has_left_is_not_sent_by_another(network: tuple[Rooms, Proxy], tmp_path: Path) -> None:
    leave_unsettled(network, tmp_path, arrives=False)
    rooms, proxy = network
    proxy.start()
    ben = rooms.open("ben", folder=tmp_path)
    eventually(lambda: any("another login" in sentence for sentence in ben.health().notes))
    contact = rooms.floor.contact("ann")
    assert calls_of(rooms.floor, contact) == 0
    ben.close()
    rooms.open("ann", folder=tmp_path)
    eventually(lambda: calls_of(rooms.floor, contact) == 1)


def test_what_waits_lies_encrypted_on_the_disk(network: tuple[Rooms, Proxy], tmp_path: Path) -> None:
    from storage.database import cipher

    if cipher() is None:
        pytest.skip("sqlcipher3 has no wheel for this Python: nothing is encrypted")
    leave_unsettled(network, tmp_path, arrives=False)
    for path in tmp_path.iterdir():
        assert b"only once" not in path.read_bytes()
        assert not path.stat().st_mode & 0o077


def test_without_a_folder_it_says_what_it_cannot_keep(network: tuple[Rooms, Proxy]) -> None:
    ann, proxy, floor = opened(network)
    proxy.lose_answer_to(APPLY)
    command = note(floor.contact("ann"))
    running = Running(ann, command)
    eventually(lambda: "1 to send" in ann.health().line)
    assert ann.put_by([command]) == (command,)
    ann.close()
    reason = running.result().reason
    assert "whether it was saved is not known" in reason
    assert "It is kept" not in reason


def test_the_same_command_from_two_places_at_once_has_one_effect(network: tuple[Rooms, Proxy]) -> None:
    rooms, _ = network
    one, other = rooms.open("ann"), rooms.open("ann")
    contact = rooms.floor.contact("ann")
    command = note(contact)
    answers = [running.result() for running in [Running(one, command), Running(other, command)]]
    assert all(answer.applied for answer in answers)
    assert calls_of(rooms.floor, contact) == 1


def test_a_server_that_restarts_is_waited_for(network: tuple[Rooms, Proxy]) -> None:
    ann, _, floor = opened(network)
    with floor.database.superuser() as superuser:
        superuser.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ann' and datname = %s",
            (floor.database.name,),
        )
    assert ann.execute(note(floor.contact("ann"))).applied
    assert calls_of(floor, floor.contact("ann")) == 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_chaos_neither_loses_nor_doubles(network: tuple[Rooms, Proxy], seed: int) -> None:
    ann, proxy, floor = opened(network, patience=30.0)
    chance = random.Random(seed)
    contact = floor.contact("ann")
    fates = ["fine", "cut", "lost request", "lost answer", "lost answer twice", "away"]
    chance.shuffle(fates)
    for done, fate in enumerate(fates):
        command = note(contact)
        if fate == "cut":
            proxy.cut()
        elif fate == "lost request":
            proxy.lose_request(APPLY)
        elif fate == "away":
            proxy.down()
        elif fate != "fine":
            proxy.lose_answer_to(APPLY)
        running = Running(ann, command)
        if fate.startswith("lost answer"):
            eventually(lambda: "1 to send" in ann.health().line)
        if fate.endswith("twice"):
            proxy.lose_answer_to(APPLY)
            proxy.start()
            eventually(lambda: not proxy.accepting)
        if not proxy.accepting:
            proxy.start()
        assert running.result().applied, fate
        assert calls_of(floor, contact) == done + 1, fate


def test_a_workspace_that_was_closed_says_so(network: tuple[Rooms, Proxy]) -> None:
    ann, _, _ = opened(network)
    ann.close()
    ann.close()
    with pytest.raises(Unavailable, match="closed"):
        ann.count_contacts(Query())
    assert not ann.execute(note(new_id())).applied


def test_it_cannot_be_opened_without_a_server(network: tuple[Rooms, Proxy]) -> None:
    rooms, proxy = network
    proxy.down()
    with pytest.raises(Unavailable, match=r"^Nothing answers at 127\.0\.0\.1, port"):
        rooms.open("ann")
