"""Upgrading while everybody works: who writes waits a moment, and nothing else."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
import pytest

from core.commands.activities import LogActivity
from core.commands.calling_rules import SaveCallingRule
from core.commands.calling_setup import SaveOutcome, SaveScript
from core.commands.contacts import EditContact
from core.commands.tasks import EditTask
from core.errors import OffhookError, Unavailable
from storage.postgres import install
from storage.postgres.check import problems
from storage.postgres.connection import Wire
from tests.postgres.desk import Desk
from tests.postgres.floor import Floor
from tests.postgres.older import take_back

WORKERS = ("ann", "ben", "mia", "wim")
PATIENCE_S = 30.0


@dataclass
class Work:
    """What colleagues do until they are told to stop: edit, log a call, look at the feed, as fast as they can."""

    floor: Floor
    stop: threading.Event = field(default_factory=threading.Event)
    done: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WORKERS, 0))
    errors: list[Exception] = field(default_factory=list)

    def of(self, login: str) -> None:
        desk, contact = Desk(self.floor, login), self.floor.contact(_book(login))
        # As the app has it: who waits longer than that for a table is told that it does not work.
        desk.connection.execute("SET lock_timeout = '4s'")
        try:
            while not self.stop.is_set():
                desk.do(EditContact(contact_id=contact, values={"title": f"{self.done[login]}"}))
                desk.do(LogActivity(table="contacts", record_id=contact, kind="call", outcome="busy"))
                desk.connection.execute("SELECT changes(NULL)")
                self.done[login] += 1
        except (psycopg.Error, OffhookError, AssertionError) as error:
            self.errors.append(error)

    def until_everybody_went_on(self) -> None:
        """Until each of them has done something that began after this moment."""
        before = dict(self.done)
        until = time.monotonic() + PATIENCE_S
        while not self.errors and any(self.done[login] < before[login] + 2 for login in WORKERS):
            assert time.monotonic() < until, f"somebody hangs: {before} then {self.done}"
            time.sleep(0.01)


@dataclass
class OlderWork(Work):
    """The same by an older program: it knows nothing of what is new."""

    def of(self, login: str) -> None:
        wire, contact = self.floor.connect(login), self.floor.contact(_book(login))
        wire.execute("SET lock_timeout = '4s'")
        try:
            while not self.stop.is_set():
                with wire.transaction():
                    # The door, as apply() and the feed have it.
                    wire.execute("SELECT FROM meta")
                    wire.execute(
                        "UPDATE contacts SET title = %s WHERE id = %s", (str(self.done[login]), contact)
                    )
                    wire.execute("UPDATE tasks SET body = %s WHERE contact_id = %s", (login, contact))
                self.done[login] += 1
        except psycopg.Error as error:
            self.errors.append(error)


def _book(login: str) -> str:
    return "East" if login == "mia" else login


@contextmanager
def at_work(floor: Floor, kind: type[Work] = Work) -> Iterator[Work]:
    """Four colleagues who write all the time."""
    work = kind(floor)
    threads = [threading.Thread(target=work.of, args=(login,)) for login in WORKERS]
    for thread in threads:
        thread.start()
    try:
        work.until_everybody_went_on()
        yield work
    finally:
        work.stop.set()
        for thread in threads:
            thread.join()


def _lose_something(operator: Wire) -> None:
    with install.as_owner(operator):
        operator.execute("DROP POLICY see ON exits")


def test_an_upgrade_takes_place_while_everybody_writes(floor: Floor) -> None:
    operator = floor.operator()
    _lose_something(operator)
    assert problems(operator) != []
    with at_work(floor) as work:
        install.upgrade(operator)
        assert problems(operator) == []
        work.until_everybody_went_on()
    assert work.errors == []


def test_a_database_from_before_there_were_calls_is_upgraded_under_everybodys_hands(floor: Floor) -> None:
    operator = floor.operator()
    take_back(floor.database.superuser(), "0003")
    with install.as_owner(operator):
        tasks = operator.execute("SELECT id, subject, due_at, contact_id FROM tasks ORDER BY id").fetchall()
    with at_work(floor, OlderWork) as work:
        install.upgrade(operator)
        assert problems(operator) == []
        work.until_everybody_went_on()
    assert work.errors == []
    with install.as_owner(operator):
        kept = operator.execute(
            "SELECT id, subject, due_at, contact_id FROM tasks WHERE priority = '' AND recurrence = '' ORDER BY id"
        ).fetchall()
    assert kept == tasks != []
    # Who has an older program is told; who has this one finds all of it.
    assert floor.connect("ann").execute("SELECT hello('0003') -> 'fits'").fetchone() == (False,)
    mia, ann = Desk(floor, "mia"), Desk(floor, "ann")
    mia.do(SaveOutcome(key="busy", values={"name": "Engaged"}))
    mia.do(SaveScript(values={"name": "Opening", "shared": True}))
    mia.do(SaveCallingRule(region="AT", values={"daily_cap": 1}))
    assert ann.catalog.outcome("busy") in ann.catalog.outcomes
    assert [script.name for script in ann.catalog.scripts] == ["Opening"]
    ann.do(EditTask(task_id=floor.task("ann"), values={"priority": "high"}))


def test_an_upgrade_gives_up_for_who_keeps_a_transaction_open_and_the_others_go_on(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "ATTEMPTS", 3)
    operator = floor.operator()
    _lose_something(operator)
    lost = problems(operator)
    ada = floor.connect("ada", autocommit=False)
    ada.execute("UPDATE deals SET title = 'Long thought about' WHERE id = %s", (floor.deal("West"),))
    with at_work(floor) as work:
        with pytest.raises(Unavailable, match=r"Nothing was changed.*end long transactions"):
            install.upgrade(operator)
        work.until_everybody_went_on()
        assert problems(operator) == lost
        ada.commit()
        work.until_everybody_went_on()
    assert work.errors == []
