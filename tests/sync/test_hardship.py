"""Hard times for a cache: power cuts, full disks, wrong clocks, copies, other programs, damage. Nothing is lost in silence."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.changes import Status, from_json
from core.commands.activities import LogActivity
from core.commands.contacts import EditContact
from core.errors import Unavailable
from storage.database import connect
from tests.postgres.floor import Floor, password_of
from tests.power import ruined
from tests.sync.desks import Desk, Desks
from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
DAY = dt.timedelta(days=1)


@pytest.fixture
def desks(floor: Floor, tmp_path: Path) -> Iterator[Desks]:
    desks = Desks(floor, tmp_path)
    yield desks
    desks.close()


# --- the power goes


def wal_of(file: Path) -> Path:
    return file.with_name(file.name + "-wal")


def test_a_power_cut_at_any_moment_loses_nothing_that_was_answered(
    desks: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day's work is cut short after every command and every exchange with the server, whatever the disk made of the rest."""
    # All that is written from here on stays in the log, in its order.
    monkeypatch.setattr("storage.database._CHECKPOINT_CHANGES", 10**9)
    ann, ben = desks.ready("ann"), desks.ready("ben")
    own, pool = desks.floor.contact("ann"), desks.floor.contact("East")
    file = ann.file
    with ann.workspace.database.exclusive_writer() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert wal_of(file).stat().st_size == 0
    moments: list[tuple[int, int]] = []
    """How long the log was that is certainly on the disk, and how many commands had been answered."""
    for turn in range(8):
        ann.call(own)
        ann.edit(pool, "city")
        moments.append((wal_of(file).stat().st_size, len(ann.ledger.done)))
        if turn % 3 == 0:
            ben.edit(pool, "title")
        if turn % 2:
            # What the agent writes here may be lost: it can be had again.
            desks.converge()
    before, log = file.read_bytes(), wal_of(file).read_bytes()
    desks.shut(ann)
    order = list(desks.ledger.done.values())
    chance = random.Random(11)
    for turn in range(12):
        durable, answered = chance.choice(moments)
        place = desks.place(f"after {turn}")
        shutil.copytree(file.parent, place, ignore=shutil.ignore_patterns("*-wal", "*-shm", "*.agent"))
        (place / file.name).write_bytes(before)
        wal_of(place / file.name).write_bytes(ruined(log, durable, chance))
        again = desks.open("ann", f"after {turn}", agent=False)
        kept = _history(again)
        assert {done.changeset.id for done in order[:answered] if done.client == "ann"} <= kept
        desks.shut(again)
        again = desks.open("ann", f"after {turn}")
        said = again.call(own)
        desks.converge(again)
        assert desks.count(said) == 1
        for done in order:
            for token in done.tokens:
                assert desks.count(token) <= 1, "sent once"
        desks.shut(again)
    desks.open("ann")
    _forget_other_names(desks, "ann")
    desks.check()


def _history(desk: Desk) -> set[str]:
    with desk.workspace.database.read() as connection:
        return {row[0] for row in connection.execute("SELECT id FROM changesets")}


def _forget_other_names(desks: Desks, name: str) -> None:
    """What was done at copies of a cache counts as done at the cache, as far as it has got to the server."""
    history = desks.server().history
    for changeset_id, done in list(desks.ledger.done.items()):
        if done.client.startswith(("after", "copy")):
            assert changeset_id in history
            del desks.ledger.done[changeset_id]


# --- the disk is full


def _let_grow(desk: Desk, pages: int | None) -> None:
    """The file may grow by so many pages, or by as many as it likes."""
    with desk.workspace.database.exclusive_writer() as connection:
        count = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(
            f"PRAGMA max_page_count = {count + pages if pages is not None else 10_000_000}"
        ).fetchall()


def test_a_full_disk_says_so_and_the_command_can_be_given_again(desks: Desks) -> None:
    ann = desks.ready("ann")
    contact = desks.floor.contact("ann")
    command = EditContact(contact_id=contact, values={"description": "long " * 100_000})
    _let_grow(ann, 2)
    answer = ann.workspace.execute(command)
    assert answer.status is Status.UNAVAILABLE
    assert answer.reason.startswith("Not saved. The disk that holds")
    assert ann.workspace.unsent() == [], "it is not sent either"
    assert ann.workspace.record("contacts", contact).description == ""
    _let_grow(ann, None)
    ann.do(command)
    desks.check()


def test_a_full_disk_stops_what_others_did_and_goes_on_when_there_is_room(desks: Desks) -> None:
    ann, ben = desks.ready("ann"), desks.ready("ben")
    contact = desks.floor.contact("East")
    _let_grow(ann, 1)
    text = "long " * 20_000
    ben.do(EditContact(contact_id=contact, values={"description": text}))
    eventually(lambda: any("is full" in note for note in ann.workspace.health().notes))
    assert ann.workspace.health().level in ("warning", "error")
    assert ann.workspace.record("contacts", contact).description == ""
    assert ann.workspace.record("contacts", desks.floor.contact("ann")).last_name, "reading goes on"
    _let_grow(ann, None)
    desks.check(seconds=60)
    eventually(lambda: ann.workspace.health().line == "● live")


FULL = """
import json, resource, signal, sys, time
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from core.changes import to_json
from core.commands.contacts import CreateContact
from core.errors import OffhookError
from storage.postgres.profile import Profile
from sync.opening import open_field
port, database, folder, room = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
profile = Profile("127.0.0.1", port, database, "ann")
resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
def attempt():
    try:
        return open_field(profile, "ann-secret-1", folder=folder, store="file")
    except OffhookError as error:
        print("said", error, flush=True)
workspace = attempt()
if workspace is not None:
    for number in range(200):
        command = CreateContact(values={"first_name": "Kim", "description": "x" * 20_000})
        answer = workspace.execute(command)
        print(json.dumps(to_json(answer.changeset)) if answer.applied else "said " + answer.reason, flush=True)
        if not answer.applied:
            break
    time.sleep(1)
    print("said", *workspace.health().notes, flush=True)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
if workspace is None:
    workspace = attempt()
else:
    answer = workspace.execute(command)
    print(json.dumps(to_json(answer.changeset)), flush=True)
deadline = time.monotonic() + 40
while time.monotonic() < deadline and (workspace.unsent() or "live" not in workspace.health().line):
    time.sleep(0.05)
print("done", workspace.health().line, flush=True)
workspace.close()
"""


@pytest.mark.parametrize("room", [20_000, 300_000, 700_000, 1_500_000])
def test_a_disk_that_fills_up_in_the_middle_of_a_write(desks: Desks, room: int) -> None:
    """The real error of a real write call: while the cache is made, while it is filled, while commands come in."""
    pytest.importorskip("resource", reason="the system has no limit for the size of files")
    profile, folder = desks.profile("ann"), desks.place("ann")
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(profile.port), profile.database, str(folder), str(room)],
        capture_output=True, text=True, cwd=ROOT, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    lines = run.stdout.splitlines()
    assert any(line.startswith("said") and "The disk that holds" in line for line in lines), lines
    assert lines[-1].startswith("done ● live")
    ann = desks.open("ann")
    for line in lines:
        if line.startswith("{"):
            ann.note_down(from_json(json.loads(line)), ())
    desks.check()


# --- clocks


@pytest.mark.parametrize("off", [DAY, -DAY], ids=["ahead", "behind"])
def test_a_clock_that_is_a_day_wrong_decides_nothing(desks: Desks, off: dt.timedelta) -> None:
    ann = desks.ready("ann", clock=lambda: dt.datetime.now(dt.UTC) + off)
    ben = desks.ready("ben")
    contact = desks.floor.contact("East")
    # Whoever is first at the server has it, whatever the clocks say.
    first = ben.edit(contact, "city")
    desks.converge(ben)
    desks.converge(ann)
    second = ann.edit(contact, "city")
    desks.converge()
    assert ben.workspace.record("contacts", contact).city == second
    third = ben.edit(contact, "city")
    desks.converge()
    assert ann.workspace.record("contacts", contact).city == third != first
    ann.call(contact)
    ben.call(contact)
    desks.check()


def test_a_clock_that_jumps_back_while_at_work(desks: Desks) -> None:
    shift = [dt.timedelta()]
    ann = desks.ready("ann", clock=lambda: dt.datetime.now(dt.UTC) + shift[0])
    contact = desks.floor.contact("ann")
    for jump in (DAY, -DAY, dt.timedelta(), -365 * DAY):
        shift[0] = jump
        ann.call(contact)
        ann.edit(contact, "city")
        desks.converge()
    desks.check()


# --- more than one program, more than one copy


def test_two_apps_on_one_cache_see_each_other_and_one_of_them_speaks_with_the_server(desks: Desks) -> None:
    one = desks.ready("ann")
    other = Desk("ann", "ann", _second(desks, "ann"), desks.ledger, desks._steps)
    contact = desks.floor.contact("ann")
    said = [one.call(contact), other.call(contact), one.edit(contact, "city"), other.edit(contact, "title")]
    eventually(lambda: one.workspace.record("contacts", contact).title == said[3])
    eventually(lambda: other.workspace.record("contacts", contact).city == said[2])
    desks.converge()
    ben = desks.ready("ben")
    ben.edit(pool := desks.floor.contact("East"), "city")
    eventually(
        lambda: (
            one.workspace.record("contacts", pool).city == other.workspace.record("contacts", pool).city != ""
        )
    )
    # The one that speaks with the server goes; the other takes its place.
    desks.shut(one)
    later = other.call(contact)
    eventually(lambda: not other.workspace.unsent(), seconds=20)
    assert desks.count(later) == 1
    other.workspace.close()
    desks.open("ann")
    desks.check()


def _second(desks: Desks, login: str):
    from sync.opening import open_field

    return open_field(desks.profile(login), password_of(login), folder=desks.place(login), store="file")


def _copy(desks: Desks, desk: Desk, name: str) -> None:
    """A copy of a closed cache, as a backup of the whole laptop has it."""
    shutil.copytree(desks.place(desk.name), desks.place(name))


def test_a_laptop_restored_from_a_backup_loses_and_doubles_nothing(desks: Desks) -> None:
    """The same client with the same numbers, once more: what it sends under them is other work."""
    ann = desks.ready("ann")
    contact = desks.floor.contact("ann")
    early = ann.call(contact)
    desks.converge()
    desks.shut(ann)
    _copy(desks, ann, "copy")
    ann = desks.open("ann")
    after = [ann.call(contact) for _ in range(5)]
    desks.converge()
    desks.shut(ann)
    # The laptop breaks, and the backup is put on a new one.
    copy = desks.open("ann", "copy")
    restored = [copy.call(contact) for _ in range(7)]
    desks.converge(copy)
    assert [desks.count(each) for each in (early, *after, *restored)] == [1] * 13
    assert copy.workspace.parked() == []
    desks.shut(copy)
    desks.open("ann")
    _forget_other_names(desks, "ann")
    desks.check()


def test_a_backup_with_unsent_work_that_was_sent_meanwhile(desks: Desks) -> None:
    """What waits in the backup's outbox has long been sent by the original, under the same numbers."""
    ann = desks.ready("ann")
    contact = desks.floor.contact("ann")
    desks.shut(ann)
    ann = desks.open("ann", agent=False)
    waiting = [ann.call(contact) for _ in range(3)]
    city = ann.edit(contact, "city")
    desks.shut(ann)
    _copy(desks, ann, "copy")
    ann = desks.open("ann")
    desks.converge()
    newer = ann.edit(contact, "city")
    desks.converge()
    desks.shut(ann)
    copy = desks.open("ann", "copy")
    desks.converge(copy)
    assert [desks.count(each) for each in waiting] == [1, 1, 1]
    assert copy.workspace.record("contacts", contact).city == newer != city, (
        "not set back by what is sent again"
    )
    desks.shut(copy)
    desks.open("ann")
    desks.check()


def test_original_and_copy_at_work_at_the_same_time(desks: Desks) -> None:
    ann = desks.ready("ann")
    contact = desks.floor.contact("ann")
    desks.shut(ann)
    _copy(desks, ann, "copy")
    ann, copy = desks.open("ann"), desks.open("ann", "copy")
    said = [desk.call(contact) for _ in range(10) for desk in (ann, copy)]
    desks.converge(seconds=60)
    assert [desks.count(each) for each in said] == [1] * 20
    assert ann.workspace.parked() == copy.workspace.parked() == []
    desks.check()


# --- files that cannot be used


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_cache_can_be_looked_at(desks: Desks) -> None:
    ann = desks.ready("ann")
    desks.shut(ann)
    ann.file.chmod(0o400)
    ann = desks.open("ann")
    assert ann.workspace.record("contacts", desks.floor.contact("ann")).last_name
    answer = ann.workspace.execute(
        LogActivity(table="contacts", record_id=desks.floor.contact("ann"), kind="note", body="no")
    )
    assert "cannot be written to" in answer.reason


def test_a_cache_that_somebody_else_writes_to_is_waited_for(desks: Desks) -> None:
    ann, ben = desks.ready("ann"), desks.ready("ben")
    other = connect(ann.file, ann.workspace.key.hex)
    other.execute("BEGIN IMMEDIATE")
    city = ben.edit(desks.floor.contact("East"), "city")
    desks.converge(ben)
    eventually(lambda: not ben.workspace.unsent())
    other.execute("ROLLBACK")
    other.close()
    eventually(lambda: ann.workspace.record("contacts", desks.floor.contact("East")).city == city, seconds=40)
    desks.check()


@pytest.mark.parametrize("ruin", ["cut", "garbled head", "garbled middle", "empty", "text"])
def test_a_damaged_cache_is_said_to_be_and_not_touched(desks: Desks, ruin: str) -> None:
    ann = desks.ready("ann")
    desks.shut(ann)
    whole = ann.file.read_bytes()
    ann.file.write_bytes(
        {
            "cut": whole[: len(whole) // 2],
            "garbled head": random.Random(1).randbytes(4096) + whole[4096:],
            "garbled middle": whole[: 5 * 4096] + random.Random(1).randbytes(60 * 4096) + whole[65 * 4096 :],
            "empty": b"",
            "text": b"This is a letter, and no cache at all.\n" * 200,
        }[ruin]
    )
    before = ann.file.read_bytes()
    with pytest.raises(Unavailable) as caught:
        _look_at_everything(desks)
    assert "offhook" in str(caught.value)
    assert ann.file.read_bytes() == before


def _look_at_everything(desks: Desks) -> None:
    ann = desks.open("ann", agent=False)
    for row in ann.view().rows["contacts"].values():
        ann.workspace.page("contacts", row["id"])


def test_damage_that_shows_while_the_agent_is_at_work_stops_it_with_a_reason(desks: Desks) -> None:
    ann, ben = desks.ready("ann"), desks.ready("ben")
    with ann.workspace.database.exclusive_writer() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    with ann.file.open("r+b") as file:
        file.seek(8 * 4096)
        file.write(random.Random(1).randbytes(ann.file.stat().st_size - 9 * 4096))
    ben.edit(desks.floor.contact("East"), "city")
    eventually(lambda: any("damaged" in note for note in ann.workspace.health().notes), seconds=30)
    assert ann.workspace.health().level == "error"
    desks.shut(ann)
