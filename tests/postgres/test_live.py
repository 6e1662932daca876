"""Live changes: what one rep does shows at the other's by itself, all of it and only once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from core.commands.activities import LogActivity
from core.commands.companies import EditCompany
from core.commands.contacts import EditContact
from core.commands.pipelines import EditStage
from storage.postgres import upkeep
from storage.postgres.connection import Wire
from storage.postgres.direct import DirectWorkspace
from storage.postgres.install import as_owner
from storage.postgres.live import Live
from tests.postgres.floor import Floor, made_id
from tests.postgres.rooms import Rooms, rooms_on
from tests.waiting import eventually
from tests.workspace.office import Ear


@pytest.fixture
def rooms(floor: Floor) -> Iterator[Rooms]:
    with rooms_on(floor) as rooms:
        yield rooms


def listen(workspace: DirectWorkspace) -> Ear:
    """A subscriber that hears everything from now on."""
    ear = Ear()
    workspace.subscribe(ear)
    eventually(lambda: workspace.health().line == "● live")
    return ear


def do(workspace: DirectWorkspace, command: object) -> None:
    answer = workspace.execute(command)  # type: ignore[arg-type]
    assert answer.applied, answer.reason


def count_looks(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The times at which any workspace asks the feed."""
    looks: list[float] = []
    look = Live._look

    def counted(self: Live, wire: Wire) -> bool:
        looks.append(time.monotonic())
        return look(self, wire)

    monkeypatch.setattr(Live, "_look", counted)
    return looks


def test_a_colleagues_edit_is_told(rooms: Rooms) -> None:
    ann, ben = rooms.open("ann"), rooms.open("ben")
    ear = listen(ben)
    contact = rooms.floor.contact("East")
    do(ann, EditContact(contact_id=contact, values={"city": "Kiel"}))
    eventually(lambda: ear.heard("contacts", contact))
    assert ben.record("contacts", contact).city == "Kiel"


def test_a_call_is_told_of_the_records_that_show_it(rooms: Rooms) -> None:
    ann, ben = rooms.open("ann"), rooms.open("ben")
    ear = listen(ben)
    deal, contact = rooms.floor.deal("East"), rooms.floor.contact("East")
    log = LogActivity(table="deals", record_id=deal, kind="call", outcome="busy")
    do(ann, log)
    eventually(lambda: ear.heard("activities", log.activity_id))
    assert ear.heard("deals", deal)
    assert ear.heard("contacts", contact)


def test_who_follows_the_feed_has_the_audit_sealed(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "EVERY_SECONDS", 0.0)
    ann, boss = rooms.floor.connect("ann"), rooms.floor.database.superuser()
    listen(rooms.open("ben"))

    def sealed() -> list[object]:
        # A hint, which wakes whoever listens. What others are still writing is sealed later.
        ann.execute("update contacts set city = 'Kiel' where id = %s", (rooms.floor.contact("East"),))
        return boss.execute("select org_id, number from audit_seals").fetchall()

    assert eventually(sealed) == [(rooms.floor.org(), 1)]


def test_what_happened_between_opening_and_listening_is_told(rooms: Rooms) -> None:
    ben, ann = rooms.open("ben"), rooms.open("ann")
    contact = rooms.floor.contact("East")
    do(ann, EditContact(contact_id=contact, values={"city": "Kiel"}))
    ear = listen(ben)
    eventually(lambda: ear.heard("contacts", contact))


def test_ones_own_change_is_told_once(rooms: Rooms) -> None:
    ann = rooms.open("ann")
    ear = listen(ann)
    contact = rooms.floor.contact("ann", 1)
    do(ann, EditContact(contact_id=contact, values={"city": "Kiel"}))
    assert ear.heard("contacts", contact, local=True), "before the command returns"
    # What comes later in the feed proves that one's own change has gone by.
    do(rooms.open("mia"), EditContact(contact_id=rooms.floor.contact("East"), values={"city": "Bonn"}))
    eventually(lambda: ear.heard("contacts", rooms.floor.contact("East")))
    assert sum(("contacts", contact) in c.rows for c in ear.told) == 1


def test_what_follows_from_ones_own_change_is_told_too(rooms: Rooms) -> None:
    ann = rooms.open("ann")
    ear = listen(ann)
    company, contact = rooms.floor.company("ann"), rooms.floor.contact("ann")
    do(ann, EditCompany(company_id=company, values={"name": "Zenith"}))
    eventually(lambda: ear.heard("contacts", contact, local=True))
    assert not ear.heard("contacts", contact, local=False)


def test_another_teams_work_is_no_news(rooms: Rooms) -> None:
    ann, wim, ben = rooms.open("ann"), rooms.open("wim"), rooms.open("ben")
    ear = listen(wim)
    do(ann, EditContact(contact_id=rooms.floor.contact("East"), values={"city": "Kiel"}))
    do(ben, EditContact(contact_id=rooms.floor.contact("ben"), values={"city": "Kiel"}))
    west = rooms.floor.contact("West")
    do(rooms.open("ada"), EditContact(contact_id=west, values={"city": "Kiel"}))
    eventually(lambda: ear.heard("contacts", west))
    told = {key for c in ear.told for key in c.rows}
    assert not told & {("contacts", rooms.floor.contact(book)) for book in ("East", "ben")}
    assert all(wim.record(table, row) for table, row in told), "nothing that is out of sight"


def test_a_change_of_the_set_up_is_there_when_it_is_told(rooms: Rooms) -> None:
    ada, ben = rooms.open("ada"), rooms.open("ben")
    listen(ben)
    stage = rooms.floor.stage("New")
    names: list[str] = []
    ben.subscribe(lambda changed: names.append(ben.catalog().stage(stage).name))
    do(ada, EditStage(stage_id=stage, values={"name": "Fresh"}))
    assert ada.catalog().stage(stage).name == "Fresh"
    eventually(lambda: names)
    assert names[0] == "Fresh"


def test_a_book_that_is_shared_shows_whole_and_live(rooms: Rooms) -> None:
    floor, wim = rooms.floor, rooms.open("wim")
    ear = listen(wim)
    operator = floor.operator()
    with as_owner(operator):
        operator.execute(
            "insert into shares (org_id, id, book_id, user_id, can_write, version, created_at, updated_at)"
            " values (%s, %s, %s, %s, false, 1, now(), now())",
            (floor.org(), made_id("share", "ann"), floor.book("ann"), floor.user("wim")),
        )
    eventually(lambda: ear.everything)
    assert floor.book("ann") in wim.catalog().visible_books
    contact = floor.contact("ann")
    do(rooms.open("ann"), EditContact(contact_id=contact, values={"city": "Kiel"}))
    eventually(lambda: ear.heard("contacts", contact))


def test_a_change_without_a_hint_is_found_by_looking(rooms: Rooms) -> None:
    ben = rooms.open("ben", poll_seconds=0.3)
    ear = listen(ben)
    floor = rooms.floor
    with floor.database.superuser() as superuser:
        # A pooler in between, or a queue that was full: no notification arrives.
        superuser.execute(
            "update offhook.channels set name = 'oh_' || replace(gen_random_uuid()::text, '-', '')"
        )
    ann = floor.connect("ann")
    ann.execute("update contacts set city = 'Kiel' where id = %s", (floor.contact("East"),))
    eventually(lambda: ear.heard("contacts", floor.contact("East")))


def test_a_flood_of_spoofed_hints_costs_little_and_hides_nothing(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = count_looks(monkeypatch)
    floor, ben = rooms.floor, rooms.open("ben")
    ear = listen(ben)
    stop = threading.Event()
    spoofer = floor.connect("ann")
    channels = spoofer.execute("select my_channels()").fetchone()[0]

    def flood() -> None:
        while not stop.is_set():
            for name in channels:
                spoofer.execute(f"notify {name}")

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        before = len(looks)
        time.sleep(1.0)
        assert len(looks) - before < 12
        contact = floor.contact("East")
        do(rooms.open("mia"), EditContact(contact_id=contact, values={"city": "Kiel"}))
        eventually(lambda: ear.heard("contacts", contact))
    finally:
        stop.set()
        thread.join()
    assert {key for c in ear.told for key in c.rows if key[0] == "contacts"} == {("contacts", contact)}


def test_a_server_that_was_restored_has_everything_read_anew(rooms: Rooms) -> None:
    floor, ben = rooms.floor, rooms.open("ben")
    ear = listen(ben)
    operator = floor.operator()
    with as_owner(operator):
        operator.execute("update meta set value = gen_random_uuid()::text where key = 'epoch'")
    with floor.database.superuser() as superuser:
        superuser.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ben' and datname = %s",
            (floor.database.name,),
        )
    eventually(lambda: ear.everything)
    eventually(lambda: ben.health().line == "● live")


@pytest.mark.parametrize("broken", [False, True], ids=["told by the feed", "cut off first"])
def test_who_was_disabled_is_told_and_does_not_storm_the_server(rooms: Rooms, broken: bool) -> None:
    floor, ben = rooms.floor, rooms.open("ben")
    listen(ben)
    healths = []
    ben.watch_health(healths.append)
    disable = "update users set disabled_at = now() where id = %s"
    cut_off = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'ben' and datname = %s"
    with as_owner(operator := floor.operator()), floor.database.superuser() as superuser:
        if broken:
            # Disabled and cut off before the feed can tell: found out by logging in again, which is still let in.
            with operator.transaction():
                operator.execute(disable, (floor.user("ben"),))
                superuser.execute(cut_off, (floor.database.name,))
        else:
            operator.execute(disable, (floor.user("ben"),))
            superuser.execute(cut_off, (floor.database.name,))
    eventually(lambda: ben.health().level == "error")
    assert ben.health().line.startswith("✗ locked out since ")
    assert "Your login was disabled" in " ".join(ben.health().notes)
    assert healths
    time.sleep(0.8)
    with floor.database.superuser() as superuser:
        seen = superuser.execute(
            "select sum(sessions) from pg_stat_database where datname = %s", (floor.database.name,)
        )
        first = seen.fetchone()[0]
        time.sleep(1.5)
        seen = superuser.execute(
            "select sum(sessions) from pg_stat_database where datname = %s", (floor.database.name,)
        )
        assert seen.fetchone()[0] - first <= 1


def test_a_listener_may_stop_and_use_the_workspace(rooms: Rooms) -> None:
    ann, ben = rooms.open("ann"), rooms.open("ben")
    contact, seen = rooms.floor.contact("East"), []
    stop = ben.subscribe(lambda changed: (seen.append(ben.record("contacts", contact).city), stop()))
    eventually(lambda: ben.health().line == "● live")
    do(ann, EditContact(contact_id=contact, values={"city": "Kiel"}))
    eventually(lambda: seen)
    do(ann, EditContact(contact_id=contact, values={"city": "Bonn"}))
    time.sleep(0.3)
    assert seen == ["Kiel"]
