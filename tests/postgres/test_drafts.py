"""What is typed in the direct mode: kept on this machine, whatever becomes of the server, the file and the person it is about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import Unavailable
from storage.postgres.audit import erase_person
from storage.postgres.login_file import FILE
from tests.postgres.floor import Floor
from tests.postgres.rooms import Rooms, rooms_behind_a_proxy, rooms_on
from tests.proxy import Proxy
from tests.storage.conftest import encrypted
from tests.waiting import eventually


@pytest.fixture
def rooms(floor: Floor) -> Iterator[Rooms]:
    with rooms_on(floor) as rooms:
        yield rooms


@pytest.fixture
def network(floor: Floor) -> Iterator[tuple[Rooms, Proxy]]:
    with rooms_behind_a_proxy(floor) as both:
        yield both


def test_what_was_typed_is_there_at_the_next_start_for_whoever_typed_it(rooms: Rooms, tmp_path: Path) -> None:
    for login in ("ann", "ben"):
        workspace = rooms.open(login, folder=tmp_path)
        workspace.keep_draft("note:contacts:1", f"{login} spoke of the bees")
        workspace.close()
        with pytest.raises(Unavailable, match="closed"):
            workspace.keep_draft("note:contacts:1", "")
    for login in ("ann", "ben"):
        assert rooms.open(login, folder=tmp_path).drafts("note:") == {
            "note:contacts:1": f"{login} spoke of the bees"
        }


@encrypted
def test_the_file_does_not_say_what_was_typed(rooms: Rooms, tmp_path: Path) -> None:
    workspace = rooms.open("ann", folder=tmp_path)
    workspace.keep_draft("note:contacts:1", "spoke of the bees")
    assert not any("plain" in note for note in workspace.health().notes)
    for path in tmp_path.iterdir():
        assert b"bees" not in path.read_bytes(), path.name


def test_without_the_server_typing_goes_on(network: tuple[Rooms, Proxy], tmp_path: Path) -> None:
    rooms, proxy = network
    ann = rooms.open("ann", folder=tmp_path)
    proxy.refuse()
    proxy.cut()
    ann.keep_draft("call.queue", "{}")
    assert ann.drafts() == {"call.queue": "{}"}


def test_without_a_file_it_is_kept_while_the_program_runs_and_that_is_said(
    rooms: Rooms, tmp_path: Path
) -> None:
    (tmp_path / FILE).write_bytes(b"not to be read" * 400)
    ann = rooms.open("ann", folder=tmp_path)
    for text in ("first", "", "second"):
        ann.keep_draft("note:contacts:1", text)
    ann.keep_draft("call.queue", "{}")
    ann.keep_draft("note:contacts:1", "third")
    assert list(ann.drafts().items()) == [("call.queue", "{}"), ("note:contacts:1", "third")]
    assert [note for note in ann.health().notes if "What you type" in note]
    assert (tmp_path / FILE).read_bytes() == b"not to be read" * 400, "it may hold work of yours"


def test_drafts_about_a_person_who_was_erased_meanwhile_are_gone_at_the_next_start(
    rooms: Rooms, tmp_path: Path
) -> None:
    floor = rooms.floor
    contact, other = floor.contact("ann"), floor.contact("ann", 1)
    ann = rooms.open("ann", folder=tmp_path)
    for key in (f"note:contacts:{contact}", f"note:contacts:{other}", "call.queue"):
        ann.keep_draft(key, "knows too much")
    ann.close()
    admin = floor.connect("ada")
    erase_person(admin, contact)
    admin.close()
    again = rooms.open("ann", folder=tmp_path)
    eventually(lambda: set(again.drafts()) == {f"note:contacts:{other}", "call.queue"})
