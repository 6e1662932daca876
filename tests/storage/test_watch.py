"""What another program writes into the same file is told."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.changes import Status
from core.commands.activities import LogActivity
from core.commands.companies import EditCompany
from core.commands.contacts import EditContact
from core.errors import Unavailable
from core.ids import new_id
from core.workspace import Changed
from storage.bulk import load_rows
from storage.solo import SoloWorkspace, open_solo
from tests.storage.conftest import Clock, Office


class Ear:
    """Hears what is told, and waits for it."""

    def __init__(self) -> None:
        self.heard: list[Changed] = []
        self._news = threading.Condition()

    def __call__(self, changed: Changed) -> None:
        with self._news:
            self.heard.append(changed)
            self._news.notify_all()

    def until(self, test: Callable[[list[Changed]], bool]) -> list[Changed]:
        with self._news:
            assert self._news.wait_for(lambda: test(self.heard), timeout=10), self.heard
            return list(self.heard)

    @property
    def foreign(self) -> list[Changed]:
        return [changed for changed in self.heard if not changed.local]


@pytest.fixture
def pair(fresh: Callable[[str], Path]) -> Iterator[tuple[Office, SoloWorkspace, Ear]]:
    """Somebody's workspace, and another one on the same file that listens."""
    path = fresh()
    one, other = open_solo(path, clock=Clock()), open_solo(path, clock=Clock())
    ear = Ear()
    stop = other.subscribe(ear)
    yield Office(one), other, ear
    stop()
    one.close()
    other.close()


def test_the_rows_are_told_and_what_hangs_on_them(pair: tuple[Office, SoloWorkspace, Ear]) -> None:
    office, other, ear = pair
    contact = office.contact("Lena", company="Acme")
    deal = office.deal(contact_id=contact)
    company = office.get("deals", deal).company_id
    ear.until(lambda heard: any(("deals", deal) in changed.rows for changed in heard))
    ear.heard.clear()
    log = LogActivity(table="deals", record_id=deal, kind="note", body="x")
    answer = office.do(log)
    [changed] = ear.until(lambda heard: bool(heard))
    assert changed.rows == {
        ("activities", log.activity_id), ("deals", deal), ("contacts", contact), ("companies", company)
    }  # fmt: skip
    assert (changed.local, changed.revision) == (False, answer.revision)
    assert other.revision == answer.revision
    ear.heard.clear()
    office.do(EditCompany(company_id=company, values={"name": "Zenith"}))
    [changed] = ear.until(lambda heard: bool(heard))
    assert {("companies", company), ("contacts", contact), ("deals", deal)} <= changed.rows


def test_one_is_told_of_ones_own_once(pair: tuple[Office, SoloWorkspace, Ear]) -> None:
    office, other, ear = pair
    contact = office.contact("Lena")
    ear.until(lambda heard: bool(heard))
    mine = [other.execute(EditContact(contact_id=contact, values={"city": f"City {n}"})) for n in range(30)]
    last = office.do(EditContact(contact_id=contact, values={"title": "CEO"}))
    heard = ear.until(lambda heard: heard[-1].revision >= last.revision)
    local = [changed.revision for changed in heard if changed.local]
    assert local == [answer.revision for answer in mine]
    assert {revision for changed in ear.foreign for revision in [changed.revision]} & set(local) == set()


def test_what_others_do_is_told_also_where_ones_own_could_not_be_kept(
    pair: tuple[Office, SoloWorkspace, Ear], monkeypatch: pytest.MonkeyPatch
) -> None:
    office, other, ear = pair
    contact = office.contact("Lena")
    ear.until(lambda heard: any(("contacts", contact) in changed.rows for changed in heard))
    ear.heard.clear()
    write = other.database.write

    @contextlib.contextmanager
    def full(**how: Any) -> Iterator[Any]:
        with write(**how) as connection:
            yield connection
            raise Unavailable("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(other.database, "write", full)
        answer = other.execute(EditContact(contact_id=contact, values={"city": "Kiel"}))
    assert answer.status is Status.UNAVAILABLE
    theirs = office.do(EditContact(contact_id=contact, values={"city": "Bonn"}))
    assert theirs.revision == answer.revision + 1, "it has the number that one's own would have had"
    [changed] = ear.until(lambda heard: bool(heard))
    assert ("contacts", contact) in changed.rows


def test_a_load_is_told_as_everything(pair: tuple[Office, SoloWorkspace, Ear]) -> None:
    office, _other, ear = pair
    book = office.catalog.my_book.id
    load_rows(office.workspace, {"contacts": [{"id": new_id(), "book_id": book, "first_name": "A"}]})
    [changed] = ear.until(lambda heard: bool(heard))
    assert changed.everything
    assert changed.rows == frozenset()


def test_who_has_stopped_listening_hears_nothing(fresh: Callable[[str], Path]) -> None:
    path = fresh()
    one, other = open_solo(path, clock=Clock()), open_solo(path, clock=Clock())
    first, second = Ear(), Ear()
    stop = other.subscribe(first)
    other.subscribe(second)
    stop()
    Office(one).contact("Lena")
    second.until(lambda heard: bool(heard))
    assert first.heard == []
    names = {thread.name for thread in threading.enumerate()}
    assert "offhook-watch" in names
    other.close()
    one.close()
    assert "offhook-watch" not in {thread.name for thread in threading.enumerate()}


def test_listening_again_tells_only_what_is_new(fresh: Callable[[str], Path]) -> None:
    path = fresh()
    one, other = open_solo(path, clock=Clock()), open_solo(path, clock=Clock())
    other.subscribe(Ear())()
    office = Office(one)
    missed = office.contact("Lena")
    ear = Ear()
    stop = other.subscribe(ear)
    contact = office.contact("Max")
    heard = ear.until(lambda heard: any(("contacts", contact) in changed.rows for changed in heard))
    assert all(("contacts", missed) not in changed.rows for changed in heard)
    stop()
    one.close()
    other.close()


def test_a_listener_may_stop_itself_from_the_thread_that_tells_it(
    pair: tuple[Office, SoloWorkspace, Ear],
) -> None:
    office, other, ear = pair
    stops: list[Callable[[], None]] = []
    once = Ear()

    def listen(changed: Changed) -> None:
        stops[0]()
        once(changed)

    stops.append(other.subscribe(listen))
    office.contact("Lena")
    once.until(lambda heard: bool(heard))
    ear.until(lambda heard: bool(heard))
    ear.heard.clear()
    office.contact("Max")
    ear.until(lambda heard: bool(heard))
    assert len(once.heard) == 1
