"""What was answered stays: through kill -9, a power cut, a full disk, and others who write at the same time."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.changes import Status
from core.commands.contacts import CreateContact, EditContact
from storage.check import check
from storage.database import connect
from storage.solo import SoloWorkspace, open_solo
from tests.power import ruined
from tests.storage.conftest import Clock, Office

ROOT = Path(__file__).parents[2]
WRITER = Path(__file__).parent / "writer.py"


def start(path: Path, name: str = "Kim", most: int | None = None) -> subprocess.Popen[bytes]:
    arguments = [sys.executable, str(WRITER), str(path), name, *([str(most)] if most else [])]
    return subprocess.Popen(
        arguments, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)}, cwd=ROOT
    )


def assert_whole(workspace: SoloWorkspace, promised: set[str]) -> None:
    """Every promised command is there, none is there by half, and the file and all derived values agree."""
    with workspace.database.read() as connection:
        kept = {row[0] for row in connection.execute("SELECT id FROM changesets")}
        halves = connection.execute(
            "SELECT (SELECT count(*) FROM changesets WHERE command = 'create_contact'),"
            " (SELECT count(*) FROM contacts), (SELECT count(*) FROM contact_points),"
            " (SELECT count(*) FROM activities WHERE kind = 'created'),"
            " (SELECT count(*) FROM changeset_rows WHERE table_name = 'contacts')"
        ).fetchone()
    assert promised <= kept
    assert len(set(halves)) == 1, halves
    assert [finding for finding in check(workspace) if finding.level == "error"] == []


def test_no_kill_loses_or_halves_a_command(fresh: Callable[[str], Path]) -> None:
    path = fresh()
    chance = random.Random(7)
    promised: set[str] = set()
    for _ in range(25):
        writer = start(path)
        assert writer.stdout is not None
        heard = [writer.stdout.readline() for _ in range(chance.randrange(2, 8))]
        # Somewhere in the next command, or the one behind it.
        time.sleep(chance.uniform(0, 0.004))
        writer.send_signal(signal.SIGKILL)
        heard += writer.stdout.readlines()
        writer.wait()
        writer.stdout.close()
        # A line that was cut short is no promise.
        promised |= {line.decode().strip() for line in heard if line.endswith(b"\n")} - {"ready"}
    assert len(promised) > 50
    workspace = open_solo(path)
    assert_whole(workspace, promised)
    workspace.close()


def test_a_power_cut_loses_nothing_that_was_answered(fresh: Callable[[str], Path], tmp_path: Path) -> None:
    """Whatever the disk made of the bytes behind the last answered commit, everything before them is there."""
    office = Office(open_solo(fresh("before"), clock=Clock()))
    path = office.workspace.path
    wal = path.with_name(path.name + "-wal")
    promised: list[tuple[int, str]] = []
    for n in range(12):
        phone = {"value": f"+4930{n:07}", "label": "work"}
        answer = office.do(
            CreateContact(values={"first_name": f"C{n}", "phones": (phone,)}, company_name="Acme")
        )
        promised.append((wal.stat().st_size, answer.changeset.id))
    image = path.read_bytes(), wal.read_bytes()
    office.workspace.close()
    chance = random.Random(11)
    for turn in range(30):
        place = tmp_path / f"after{turn}"
        shutil.copytree(path.parent, place, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
        durable, _ = chance.choice(promised)
        after = ruined(image[1], durable, chance)
        (place / path.name).write_bytes(image[0])
        (place / wal.name).write_bytes(after)
        workspace = open_solo(place / path.name)
        assert_whole(workspace, {changeset for size, changeset in promised if size <= durable})
        workspace.close()


def test_two_programs_at_once_lose_nothing(fresh: Callable[[str], Path]) -> None:
    path = fresh()
    writers = [start(path, name, most=60) for name in ("Kim", "Sam")]
    workspace = open_solo(path)
    mine = {
        answer.changeset.id
        for n in range(60)
        if (
            answer := workspace.execute(CreateContact(values={"first_name": f"Me {n}"}, company_name="Acme"))
        ).applied
        and answer.changeset
    }
    promised = set(mine)
    for writer in writers:
        said = writer.communicate(timeout=60)[0].decode().split()
        assert writer.returncode == 0
        promised |= set(said) - {"ready"}
    assert len(promised) == 180
    with workspace.database.read() as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT id) FROM contacts").fetchone() == (
            180,
            180,
        )
        # They all named the same company, which none of them had seen.
        assert connection.execute("SELECT count(*) FROM companies").fetchone() == (1,)
    assert [finding for finding in check(workspace) if finding.level == "error"] == []
    workspace.close()


def test_a_full_disk_says_so_and_the_command_can_be_given_again(office: Office) -> None:
    contact = office.contact("Lena")
    command = EditContact(contact_id=contact, values={"description": "long " * 100_000})
    with office.database.exclusive_writer() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}").fetchall()
    answer = office.workspace.execute(command)
    assert answer.status is Status.UNAVAILABLE
    assert answer.reason.startswith("Not saved. The disk that holds")
    assert "is full. Free some space, then try again." in answer.reason
    assert (office.workspace.health().level, office.workspace.health().line) == ("error", "✗ not saved")
    assert office.get("contacts", contact).description == ""
    with office.database.exclusive_writer() as connection:
        connection.execute("PRAGMA max_page_count = 1000000").fetchall()
    office.do(command)
    assert office.get("contacts", contact).description.startswith("long long")
    assert office.workspace.health().level == "ok"
    assert [finding for finding in check(office.workspace) if finding.level == "error"] == []


FULL = """
import resource, signal, sys
from pathlib import Path
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from core.commands.contacts import CreateContact
from storage.solo import open_solo
workspace = open_solo(Path(sys.argv[1]))
size = Path(sys.argv[1] + "-wal").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 150_000, resource.RLIM_INFINITY))
done = 0
while True:
    command = CreateContact(values={"first_name": "Kim"}, company_name="Acme")
    answer = workspace.execute(command)
    if not answer.applied:
        break
    done += 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
again = workspace.execute(command)
print(done, again.status.value, answer.reason, flush=True)
"""


def test_a_disk_that_fills_up_in_the_middle_of_a_commit(fresh: Callable[[str], Path]) -> None:
    """The real error of a real write call, not SQLite's own bookkeeping."""
    pytest.importorskip("resource", reason="the system has no limit for the size of files")
    path = fresh()
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(path)],
        capture_output=True, text=True, check=True, cwd=ROOT, timeout=60,
    )  # fmt: skip
    done, again, reason = run.stdout.split(" ", 2)
    assert again == "ok"
    assert "Not saved. The disk" in reason
    workspace = open_solo(path)
    with workspace.database.read() as connection:
        assert connection.execute("SELECT count(*) FROM contacts").fetchone() == (int(done) + 1,)
    assert [finding for finding in check(workspace) if finding.level == "error"] == []
    workspace.close()


def test_whoever_writes_too_long_is_named_and_nothing_is_lost(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = connect(office.workspace.path, office.workspace.key.hex)
    with office.database.exclusive_writer() as connection:
        connection.execute("PRAGMA busy_timeout = 50").fetchall()
    other.execute("BEGIN IMMEDIATE")
    command = CreateContact(values={"first_name": "Kim"})
    answer = office.workspace.execute(command)
    assert answer.status is Status.UNAVAILABLE
    assert "Another program is writing to this workspace" in answer.reason
    other.execute("ROLLBACK")
    other.close()
    assert office.workspace.execute(command).applied


def test_a_long_log_is_folded_in_while_others_write(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The write-ahead log must not grow for ever, however steadily there is something written."""
    monkeypatch.setattr("storage.database._CHECKPOINT_CHANGES", 40)
    contact = office.contact("Lena")
    sizes = []
    for n in range(240):
        office.do(EditContact(contact_id=contact, values={"description": f"No {n}"}))
        sizes.append(Path(f"{office.workspace.path}-wal").stat().st_size)
    assert sizes[-1] < 2 * sizes[80]
    assert office.get("contacts", contact).description == "No 239"
