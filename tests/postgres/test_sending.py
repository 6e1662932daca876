"""What becomes of a command between being sent and being answered, whatever else goes wrong meanwhile."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.changes import Status
from core.commands.contacts import EditContact
from core.filters import Query
from storage import database, keys
from storage.postgres import people
from storage.postgres.install import as_owner
from storage.postgres.login_file import FILE, LoginFile
from storage.postgres.unsettled import Unsettled
from tests.postgres.floor import Floor, password_of
from tests.postgres.rooms import Rooms, rooms_behind_a_proxy
from tests.postgres.test_outage import APPLY, Running, calls_of, leave_unsettled, note
from tests.proxy import Proxy
from tests.waiting import eventually
from tests.workspace.office import Ear


@pytest.fixture
def network(floor: Floor) -> Iterator[tuple[Rooms, Proxy]]:
    with rooms_behind_a_proxy(floor) as both:
        yield both


@pytest.fixture
def nora(floor: Floor) -> Iterator[str]:
    """A login of its own for one test: those of the floor belong to all."""
    login = f"n{secrets.token_hex(6)}"
    people.create_user(
        floor.connect("ada"), login=login, password=password_of(login), name="Nora Neu", role="rep",
        team_ids=(floor.team("East"),),
    )  # fmt: skip
    yield login
    floor.database.close()
    with floor.database.cluster.superuser() as root:
        root.execute(f"drop role {login}")


def file_of(folder: Path) -> Any:
    """The file of commands without an answer, as another program opens it."""
    path = folder / FILE
    return database.connect(path, keys.read(path).hex)


def test_being_shut_out_while_an_answer_is_missing_is_no_answer(
    nora: str, network: tuple[Rooms, Proxy], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.postgres.live.LOCKED_DELAY", 0.2)
    rooms, proxy = network
    workspace, floor = rooms.open(nora, folder=tmp_path), rooms.floor
    workspace.subscribe(ear := Ear())
    eventually(lambda: workspace.health().line == "● live")
    contact = floor.contact("East")
    proxy.lose_request(APPLY)
    proxy.refuse()
    running = Running(workspace, command := note(contact))
    eventually(lambda: "1 to send" in workspace.health().line)
    proxy.cut()
    ada = floor.connect("ada")
    people.reset_password(ada, workspace.user_id, nora, "quite another one")
    proxy.start()
    answer = running.result()
    assert answer.status is Status.UNAVAILABLE, "not refused: nobody knows"
    assert "Whether it was saved is not known." in answer.reason
    assert workspace.put_by([command]) == ()
    people.reset_password(ada, workspace.user_id, nora, password_of(nora))
    # Nobody does anything: it is sent because the server is there again, and the screens are told.
    eventually(lambda: ear.heard("activities", command.activity_id, local=True))
    assert calls_of(floor, contact) == 1
    eventually(lambda: workspace.health().line == "● live")


def test_what_is_sent_late_shows_on_the_screens(network: tuple[Rooms, Proxy], tmp_path: Path) -> None:
    command = leave_unsettled(network, tmp_path, arrives=False)
    rooms, proxy = network
    proxy.start()
    again = rooms.open("ann", folder=tmp_path)
    again.subscribe(ear := Ear())
    eventually(lambda: ear.heard("activities", command.activity_id, local=True))


def test_what_the_file_cannot_let_go_of_is_saved_all_the_same(
    network: tuple[Rooms, Proxy], tmp_path: Path
) -> None:
    rooms, _ = network
    ann, floor = rooms.open("ann", folder=tmp_path), rooms.floor
    contact = floor.contact("ann")
    assert ann.execute(note(contact)).applied
    other = file_of(tmp_path)
    other.execute("CREATE TRIGGER stuck BEFORE DELETE ON unsettled BEGIN SELECT RAISE(ABORT, 'stuck'); END")
    assert ann.execute(note(contact)).applied, "the server has said so"
    assert calls_of(floor, contact) == 2
    other.execute("DROP TRIGGER stuck")
    assert ann.execute(note(contact)).applied
    assert other.execute("SELECT count(*) FROM unsettled").fetchone() == (0,), "gone with the next one"
    other.close()


def test_what_the_server_cannot_do_does_not_block_what_comes_after(network: tuple[Rooms, Proxy]) -> None:
    rooms, proxy = network
    ann, floor = rooms.open("ann"), rooms.floor
    with as_owner(operator := floor.operator()):
        operator.execute(
            "create function offhook.broken() returns trigger language plpgsql as"
            " $$ begin raise exception 'out of order' using errcode = 'XX000'; end $$"
        )
        operator.execute(
            "create trigger t99_broken before insert on activities for each row"
            " when (new.body = 'only once') execute function offhook.broken()"
        )
    proxy.lose_request(APPLY)
    answer = ann.execute(note(floor.contact("ann")))
    assert not answer.applied
    assert "out of order" in answer.reason
    edit = EditContact(contact_id=floor.contact("ann"), values={"city": "Kiel"})
    assert ann.execute(edit).applied


def test_whoever_leaves_does_not_wait_for_a_server_that_says_nothing(
    network: tuple[Rooms, Proxy], tmp_path: Path
) -> None:
    rooms, proxy = network
    ann, floor = rooms.open("ann", folder=tmp_path), rooms.floor
    assert ann.count_contacts(Query()) > 0
    proxy.swallowing = True
    running = Running(ann, note(floor.contact("ann")))
    time.sleep(0.3)
    began = time.monotonic()
    ann.close()
    assert running.result().status is Status.UNAVAILABLE
    assert time.monotonic() - began < 10


# --- the file


def test_what_is_being_sent_is_not_of_an_earlier_start(network: tuple[Rooms, Proxy], tmp_path: Path) -> None:
    leave_unsettled(network, tmp_path, arrives=False)
    kept = Unsettled(left_file := LoginFile(tmp_path, store="file"))
    [left] = kept.earlier()
    kept.settle(left.id)
    kept.put(left)
    fresh = Unsettled(fresh_file := LoginFile(tmp_path / "fresh", store="file"))
    fresh.open()
    fresh.put(left)
    assert (list(fresh.all()), fresh.earlier()) == ([left], ())
    left_file.close()
    fresh_file.close()


def test_what_a_newer_offhook_has_kept_stays_for_it(network: tuple[Rooms, Proxy], tmp_path: Path) -> None:
    leave_unsettled(network, tmp_path, arrives=False)
    other = file_of(tmp_path)
    body = json.loads(other.execute("SELECT body FROM unsettled").fetchone()[0])
    del body["changes"]
    other.execute("INSERT INTO unsettled VALUES ('newer', '2099-01-01', ?)", (json.dumps(body),))
    rooms, proxy = network
    proxy.start()
    ann = rooms.open("ann", folder=tmp_path)
    eventually(lambda: any("is saved" in each for each in ann.health().notes))
    assert any("by a newer offhook" in each for each in ann.health().notes)
    ann.close()
    assert other.execute("SELECT id FROM unsettled").fetchall() == [("newer",)]
    other.close()
