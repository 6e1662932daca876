"""The agent at work: what colleagues do comes in by itself, what is done here goes out, and the status bar says how it stands."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from core.commands.companies import EditCompany
from core.commands.contacts import CreateContact, EditContact
from core.commands.records import Assign
from core.errors import NotFound
from storage.postgres import link
from storage.postgres.install import as_owner
from sync import agent as agents
from sync.pull import Puller
from tests.postgres.floor import Floor, made_id, password_of
from tests.sync.desks import Desk, Desks
from tests.waiting import eventually


@pytest.fixture
def desks(floor: Floor, tmp_path: Path) -> Iterator[Desks]:
    with contextlib.closing(Desks(floor, tmp_path)) as desks:
        yield desks


def live(desk: Desk) -> None:
    eventually(lambda: desk.workspace.health().line == "● live", seconds=40)


def has(desk: Desk, table: str, record_id: str) -> bool:
    try:
        desk.workspace.record(table, record_id)
    except NotFound:
        return False
    return True


def share(floor: Floor, book: str, login: str, *, can_write: bool = True) -> None:
    operator = floor.operator()
    with as_owner(operator):
        operator.execute(
            "insert into shares (org_id, id, book_id, user_id, can_write, version, created_at, updated_at)"
            " values (%s, %s, %s, %s, %s, 1, now(), now())",
            (floor.org(), made_id("share", book, login), floor.book(book), floor.user(login), can_write),
        )


def unshare(floor: Floor, book: str, login: str) -> None:
    operator = floor.operator()
    with as_owner(operator):
        operator.execute("delete from shares where id = %s", (made_id("share", book, login),))


# --- what others do


def test_a_colleagues_change_arrives_by_itself(desks: Desks) -> None:
    ann, ben = desks.ready("ann"), desks.ready("ben")
    live(ben)
    pool = desks.floor.contact("East")
    heard: list[tuple[str, str]] = []
    ben.workspace.subscribe(lambda changed: heard.extend(() if changed.local else changed.rows))
    city = ann.edit(pool, "city")
    eventually(lambda: ben.workspace.record("contacts", pool).city == city)
    assert ("contacts", pool) in eventually(lambda: heard)
    desks.check()


def test_a_record_that_is_handed_over_leaves_one_cache_and_comes_to_the_other(desks: Desks) -> None:
    ann, ben = desks.ready("ann"), desks.ready("ben")
    contact = desks.floor.contact("ann")
    ann.do(Assign(table="contacts", ids=(contact,), book_id=desks.floor.book("ben")))
    eventually(lambda: not has(ann, "contacts", contact))
    eventually(lambda: has(ben, "contacts", contact))
    desks.converge()


def test_a_book_that_is_shared_comes_and_goes_whole(desks: Desks) -> None:
    wim = desks.ready("wim")
    live(wim)
    contact = desks.floor.contact("ann")
    assert not has(wim, "contacts", contact)
    share(desks.floor, "ann", "wim")
    eventually(lambda: has(wim, "contacts", contact) and has(wim, "deals", desks.floor.deal("ann")))
    desks.converge(wim)
    ann = desks.ready("ann")
    city = ann.edit(contact, "city")
    eventually(lambda: wim.workspace.record("contacts", contact).city == city)
    unshare(desks.floor, "ann", "wim")
    eventually(lambda: not has(wim, "contacts", contact))
    desks.converge()
    assert wim.workspace.search("ann", tables=("contacts",)) == []


def test_a_change_without_a_hint_is_found_by_looking(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(agents.Agent.__init__.__kwdefaults__, "poll_seconds", 0.3)
    ben = desks.ready("ben")
    live(ben)
    desks.floor.database.superuser().execute(
        "update offhook.channels set name = 'oh_' || replace(gen_random_uuid()::text, '-', '')"
    )
    ann = desks.floor.connect("ann")
    ann.execute("update contacts set city = 'Kiel' where id = %s", (desks.floor.contact("East"),))
    eventually(lambda: ben.workspace.record("contacts", desks.floor.contact("East")).city == "Kiel")


def count_pulls(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pulls: list[float] = []
    pull = Puller.pull

    def counted(self: Puller, remote: Any) -> bool:
        pulls.append(time.monotonic())
        return pull(self, remote)

    monkeypatch.setattr(Puller, "pull", counted)
    return pulls


def test_a_flood_of_spoofed_hints_costs_little_and_hides_nothing(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulls = count_pulls(monkeypatch)
    ben = desks.ready("ben")
    live(ben)
    stop = threading.Event()
    spoofer = desks.floor.connect("ann")
    [channels] = spoofer.execute("select my_channels()").fetchone()

    def flood() -> None:
        while not stop.is_set():
            for name in channels:
                spoofer.execute(f"notify {name}")

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        before = len(pulls)
        time.sleep(1.0)
        assert len(pulls) - before < 12
        pool = desks.floor.contact("East")
        city = desks.ready("mia").edit(pool, "city")
        eventually(lambda: ben.workspace.record("contacts", pool).city == city, seconds=30)
    finally:
        stop.set()
        thread.join()


def test_ones_own_push_is_looked_for_once(desks: Desks, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = desks.ready("ann")
    live(ann)
    pulls = count_pulls(monkeypatch)
    ann.edit(desks.floor.contact("ann"), "city")
    desks.converge(ann)
    time.sleep(0.3)
    assert len(pulls) == 1, "one's own hint is none"


def test_what_another_program_does_on_the_same_cache_is_sent(desks: Desks) -> None:
    ann = desks.ready("ann")
    live(ann)
    with contextlib.closing(ann.workspace):
        other = desks.open("ann", agent=False)
        said = other.call(desks.floor.contact("ann"))
        eventually(lambda: desks.count(said) == 1)


# --- how it stands


def test_a_changed_password_locks_out_and_loses_nothing(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agents, "LOCKED_DELAY", 0.3)
    floor = desks.floor
    with _login_of_its_own(floor, "ann") as login:
        ann = desks.ready(login)
        live(ann)
        _change_password(floor, login, "another-secret-2")
        _hang_up(floor, login)
        eventually(lambda: ann.workspace.health().line.startswith("✗ locked out since "))
        said = ann.call(floor.contact("ann"))
        eventually(lambda: ann.workspace.health().line.endswith("· 1 to send"))
        assert ann.workspace.health().level == "error"
        assert link.LOCKED in ann.workspace.health().notes
        _change_password(floor, login, password_of(login))
        eventually(lambda: desks.count(said) == 1)
        desks.check()
        desks.close()


def test_a_password_that_was_kept_meanwhile_lets_an_open_copy_in(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agents, "LOCKED_DELAY", 0.3)
    floor = desks.floor
    kept = ["another-secret-1"]
    with _login_of_its_own(floor, "ann") as login:
        ann = desks.ready(login, kept=lambda: kept[-1])
        live(ann)
        _change_password(floor, login, "another-secret-2")
        _hang_up(floor, login)
        eventually(lambda: ann.workspace.health().line.startswith("✗ locked out since "))
        said = ann.call(floor.contact("ann"))
        # As another program does it: `offhook login`.
        kept.append("another-secret-2")
        eventually(lambda: desks.count(said) == 1)
        live(ann)
        _change_password(floor, login, password_of(login))
        desks.close()


def test_a_disabled_login_is_locked_out_and_nothing_of_it_is_parked(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agents, "LOCKED_DELAY", 0.3)
    floor, ann = desks.floor, desks.ready("ann")
    live(ann)
    operator = floor.operator()
    with as_owner(operator):
        operator.execute("update users set disabled_at = now() where id = %s", (floor.user("ann"),))
    said = ann.call(floor.contact("ann"))
    eventually(lambda: ann.workspace.health().line.startswith("✗ locked out since "))
    assert "Your login was disabled. Ask your admin." in ann.workspace.health().notes
    assert ann.workspace.parked() == []
    assert len(ann.workspace.unsent()) == 1
    with as_owner(operator):
        operator.execute("update users set disabled_at = null where id = %s", (floor.user("ann"),))
    eventually(lambda: desks.count(said) == 1)
    live(ann)


def test_a_server_that_asks_for_a_newer_offhook_is_told_and_done_without(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agents, "LAST_DELAY", 0.3)
    floor, ann = desks.floor, desks.ready("ann")
    live(ann)
    _asks_for(floor, "9999")
    _hang_up(floor, "ann")
    eventually(lambda: ann.workspace.health().line.startswith("✗ update needed"))
    assert any("too old for the server" in note for note in ann.workspace.health().notes)
    said = ann.call(floor.contact("ann"))
    assert len(ann.workspace.unsent()) == 1
    _asks_for(floor, "0002")
    eventually(lambda: desks.count(said) == 1)
    live(ann)


def test_one_agent_works_on_a_cache_and_the_next_one_takes_over(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agents, "TAKE_OVER_SECONDS", 0.1)
    first = desks.ready("ann")
    live(first)
    second = desks.open("ann")
    eventually(lambda: second.workspace.health().line == "● live")
    wires = desks.floor.database.superuser().execute(
        "select count(*) from pg_stat_activity where usename = 'ann' and application_name = 'offhook'"
        " and datname = current_database()"
    )
    assert wires.fetchone() == (1,), "the second one only looks on"
    first.workspace.close()
    pool = desks.floor.contact("East")
    city = desks.ready("ben").edit(pool, "city")
    eventually(lambda: second.workspace.record("contacts", pool).city == city)
    said = second.call(desks.floor.contact("ann"))
    eventually(lambda: desks.count(said) == 1)


def test_nothing_is_told_of_a_change_that_was_told_when_it_was_made(desks: Desks) -> None:
    ann = desks.ready("ann")
    live(ann)
    told: list[Any] = []
    ann.workspace.subscribe(told.append)
    contact = desks.floor.contact("ann")
    ann.do(EditContact(contact_id=contact, values={"city": "Kiel"}))
    desks.converge(ann)
    assert [changed for changed in told if ("contacts", contact) in changed.rows and not changed.local] == []


def test_what_the_server_works_out_follows(desks: Desks) -> None:
    """A company's new name is in the search of its people, whoever renamed it."""
    ann, ben = desks.ready("ann"), desks.ready("ben")
    ann.do(EditCompany(company_id=desks.floor.company("East"), values={"name": "Zenith"}))
    eventually(lambda: ben.workspace.search("zenith", tables=("contacts",)))
    desks.check()


def test_a_person_whom_two_enter_is_told_to_the_second(desks: Desks) -> None:
    mia, ann = desks.ready("mia"), desks.ready("ann")
    desks.shut(mia)
    mia = desks.open("mia", agent=False)
    person = {"last_name": "Quill", "emails": ({"value": "quill@nib.example", "label": "work"},)}
    mine, theirs = (CreateContact(values={**person, "first_name": name}) for name in ("Q.", "Quentin"))
    mia.do(mine)
    ann.do(theirs)
    desks.converge(ann)
    desks.shut(mia)
    mia = desks.open("mia")
    [parked] = eventually(mia.workspace.parked)
    assert parked.kind == "duplicate"
    assert parked.about == ("contacts", mine.contact_id)
    assert parked.other == ("contacts", theirs.contact_id)
    assert "quill@nib.example" in parked.reason
    desks.converge()
    assert has(mia, "contacts", mine.contact_id), "both are kept"
    assert has(mia, "contacts", theirs.contact_id), "both are kept"
    assert ann.workspace.parked() == []


def test_a_likeness_that_was_known_is_not_told(desks: Desks) -> None:
    """Who adds a person of the same address as one in the list was warned by the form, and has decided."""
    ann = desks.ready("ann")
    known = ann.workspace.record("contacts", desks.floor.contact("ann"))
    ann.do(CreateContact(values={"last_name": "Twin", "emails": known.emails}))
    desks.converge()
    assert ann.workspace.parked() == []


# --- helpers


def _hang_up(floor: Floor, login: str) -> None:
    floor.database.superuser().execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where usename = %s and datname = current_database()",
        (login,),
    )


@contextlib.contextmanager
def _login_of_its_own(floor: Floor, person: str) -> Iterator[str]:
    """A login of a person's that no other test knows: logins are the whole server's."""
    login, superuser = f"{person}_{floor.database.name}", floor.database.superuser()
    superuser.execute(
        sql.SQL("create role {} login password {} in role offhook_rep").format(
            sql.Identifier(login), sql.Literal(password_of(login))
        )
    )
    operator = floor.operator()
    with as_owner(operator):
        operator.execute("update users set login = %s where id = %s", (login, floor.user(person)))
    try:
        yield login
    finally:
        _hang_up(floor, login)
        superuser.execute(sql.SQL("drop role {}").format(sql.Identifier(login)))


def _change_password(floor: Floor, login: str, password: str) -> None:
    floor.database.superuser().execute(
        sql.SQL("alter role {} password {}").format(sql.Identifier(login), sql.Literal(password))
    )


def _asks_for(floor: Floor, version: str) -> None:
    operator: psycopg.Connection[Any] = floor.operator()
    with as_owner(operator):
        operator.execute("update meta set value = %s where key = 'min_client'", (version,))
