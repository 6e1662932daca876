"""Backups: made while the app runs, whole, and of use on another machine."""

from __future__ import annotations

import shutil
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from core.commands.contacts import CreateContact
from core.errors import Refused, Unavailable
from storage import keys
from storage.backup import backup, read_recovery_key, recovery_key, restore, write_recovery_key
from storage.check import check
from storage.database import connect
from storage.solo import create_solo, open_solo
from tests.storage.conftest import Clock, Office, a_founding, encrypted


def names(path: Path, key: str | None) -> set[str]:
    connection = connect(path, key)
    try:
        return {
            row[0] for row in connection.execute("SELECT first_name FROM contacts WHERE deleted_at IS NULL")
        }
    finally:
        connection.close()


@encrypted
def test_a_backup_holds_everything_and_opens_with_the_same_key(office: Office, tmp_path: Path) -> None:
    office.contact("Lena")
    pages: list[tuple[int, int]] = []
    made = backup(office.workspace, tmp_path / "copy.db", progress=lambda left, of: pages.append((left, of)))
    assert made.size == made.path.stat().st_size
    assert "recovery key" in made.note
    assert pages[-1][0] == 0
    assert names(made.path, office.workspace.key.hex) == {"Lena"}
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_backup_is_one_moment_while_others_write(office: Office, tmp_path: Path) -> None:
    for n in range(20):
        office.contact(f"C{n}")
    stop = threading.Event()

    def write() -> None:
        n = 20
        while not stop.is_set():
            office.do(CreateContact(values={"first_name": f"C{n}"}))
            n += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [backup(office.workspace, tmp_path / f"copy{n}.db").path for n in range(5)]
    finally:
        stop.set()
        writer.join()
    held = []
    for path in made:
        inside = names(path, office.workspace.key.hex)
        assert inside == {f"C{n}" for n in range(len(inside))}, (
            "no gap: what is there was there at one moment"
        )
        held.append(len(inside))
        connection = connect(path, office.workspace.key.hex)
        counts = connection.execute(
            "SELECT (SELECT count(*) FROM contacts), (SELECT count(*) FROM changesets WHERE command = 'create_contact')"
        ).fetchone()
        connection.close()
        assert len(set(counts)) == 1
    assert held == sorted(held)


def test_nothing_is_overwritten_unless_told_to(office: Office, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("precious")
    with pytest.raises(Refused, match="already"):
        backup(office.workspace, target)
    assert target.read_text() == "precious"
    with pytest.raises(Refused, match="workspace itself"):
        backup(office.workspace, office.workspace.path, force=True)
    with pytest.raises(Refused, match="no folder"):
        backup(office.workspace, tmp_path / "nowhere" / "copy.db")
    backup(office.workspace, target, force=True)
    assert names(target, office.workspace.key.hex) == set()


def test_restore_brings_it_back_and_keeps_the_other_aside(office: Office, tmp_path: Path) -> None:
    office.contact("Lena")
    made = backup(office.workspace, tmp_path / "copy.db")
    office.contact("Max")
    path = office.workspace.path
    office.workspace.close()
    restored = restore(made.path, path)
    assert restored.replaced is not None
    assert restored.replaced.name.startswith("work-before-restore-")
    workspace = open_solo(path, clock=Clock())
    assert [f for f in check(workspace) if f.level == "error"] == []
    again = Office(workspace)
    assert {row[0] for row in again.sql("SELECT first_name FROM contacts")} == {"Lena"}
    again.contact("Ida")
    workspace.close()
    # What was replaced is a workspace of its own, with its key.
    old = open_solo(restored.replaced, clock=Clock())
    assert {row[0] for row in Office(old).sql("SELECT first_name FROM contacts")} == {"Lena", "Max"}
    old.close()


def test_restore_waits_for_nobody_who_has_it_open(office: Office, tmp_path: Path) -> None:
    office.contact("Lena")
    made = backup(office.workspace, tmp_path / "copy.db")
    office.contact("Max")
    with pytest.raises(Unavailable, match=r"Another program has .* open"):
        restore(made.path, office.workspace.path)
    office.contact("Ida")
    assert len(office.sql("SELECT 1 FROM contacts")) == 3
    assert [p.name for p in office.workspace.path.parent.iterdir() if "restore" in p.name] == []


@encrypted
def test_on_another_machine_the_recovery_key_opens_it(office: Office, tmp_path: Path) -> None:
    office.contact("Lena")
    made = backup(office.workspace, tmp_path / "copy.db")
    noted = tmp_path / "recovery.txt"
    write_recovery_key(office.workspace, noted)
    assert stat.S_IMODE(noted.stat().st_mode) == 0o600
    with pytest.raises(Refused, match="already"):
        write_recovery_key(office.workspace, noted)
    elsewhere = tmp_path / "elsewhere" / "work.db"
    with pytest.raises(Unavailable, match="give the recovery key"):
        restore(made.path, elsewhere, store="file")
    assert not elsewhere.exists()
    restored = restore(made.path, elsewhere, key=noted.read_text(), store="file")
    assert (restored.path, restored.replaced) == (elsewhere, None)
    assert "lies in a file beside the data" in restored.note
    workspace = open_solo(elsewhere, clock=Clock())
    assert {row[0] for row in Office(workspace).sql("SELECT first_name FROM contacts")} == {"Lena"}
    workspace.close()


@encrypted
def test_a_backup_of_another_workspace_brings_its_own_key(
    office: Office, fresh: Callable[[str], Path], tmp_path: Path
) -> None:
    mine = fresh("mine")
    keys.adopt(mine, keys.read(mine).hex, prefer="file")
    other = tmp_path / "other" / "work.db"
    create_solo(other, a_founding(), store="file").close()
    theirs = open_solo(other, clock=Clock())
    made = backup(theirs, tmp_path / "copy.db")
    key = recovery_key(theirs)
    theirs.close()
    restored = restore(made.path, mine, key=key, store="file")
    open_solo(mine).close()
    assert restored.replaced is not None
    open_solo(restored.replaced).close()


@encrypted
def test_a_backup_beside_its_key_file_needs_no_typing(office: Office, tmp_path: Path) -> None:
    made = backup(office.workspace, tmp_path / "copy.db")
    shutil.copy(keys.key_file(office.workspace.path), keys.key_file(made.path))
    restore(made.path, tmp_path / "elsewhere" / "work.db", store="file")
    open_solo(tmp_path / "elsewhere" / "work.db").close()


@pytest.mark.parametrize("ruin", ["cut", "garbled", "letter", "missing", "foreign"])
def test_a_backup_that_is_no_good_changes_nothing(office: Office, tmp_path: Path, ruin: str) -> None:
    for n in range(50):
        office.contact(f"C{n}")
    made = backup(office.workspace, tmp_path / "copy.db").path
    key = office.workspace.key.hex
    path = office.workspace.path
    office.workspace.close()
    whole = made.read_bytes()
    match ruin:
        case "cut":
            made.write_bytes(whole[:-8192])
        case "garbled":
            made.write_bytes(whole[: 20 * 4096] + bytes(4096) + whole[21 * 4096 :])
        case "letter":
            made.write_text("Dear customer, " * 1000)
        case "missing":
            made.unlink()
        case "foreign":
            made.unlink()
            connection = connect(made, key, create=True)
            connection.execute("CREATE TABLE recipes (name TEXT)")
            connection.close()
    before = path.read_bytes()
    with pytest.raises(Unavailable):
        restore(made, path)
    assert path.read_bytes() == before
    open_solo(path).close()


@encrypted
def test_a_recovery_key_is_read_as_people_write(office: Office) -> None:
    shown = recovery_key(office.workspace)
    assert len(shown) == 64 + 7
    assert read_recovery_key(f"  {shown.upper().replace('-', ' ')}\n") == office.workspace.key.hex
    with pytest.raises(Refused, match="not a recovery key"):
        read_recovery_key("1234")


def test_the_workspace_is_no_backup_of_itself(office: Office) -> None:
    with pytest.raises(Refused, match="workspace itself"):
        restore(office.workspace.path, office.workspace.path)
