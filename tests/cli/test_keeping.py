"""`status`, `pipelines`, `backup`, `restore`, `doctor`."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from core.commands.contacts import CreateContact
from tests.cli.conftest import Offhook, execute


def test_status_says_what_waits(reader: Offhook) -> None:
    told = reader("status", "--json").json
    assert set(told) == {
        "mode", "demo", "who", "organization", "line", "level", "notes", "file", "bytes", "contacts", "open_deals",
        "tasks_overdue", "tasks_today",
    }  # fmt: skip
    assert (told["mode"], told["demo"], told["open_deals"]) == ("solo", False, 60)
    assert told["file"] == str(reader.workspace)
    assert told["organization"] in reader("status").out


def test_pipelines_say_what_leads_to_what(reader: Offhook) -> None:
    listed = reader("pipelines", "--json").json
    sales = next(pipeline for pipeline in listed if pipeline["name"] == "Sales")
    assert [stage["name"] for stage in sales["stages"]][:2] == ["New", "Contacted"]
    assert sales["stages"][0]["leads_to"] == ["Contacted", "Lost"]
    assert sum(stage["open"] for pipeline in listed for stage in pipeline["stages"]) == 60
    assert "Leads to" in reader("pipelines").out


def test_a_backup_brings_everything_back_and_keeps_what_was_there(alone: Offhook, tmp_path: Path) -> None:
    copy, key = tmp_path / "copy.db", tmp_path / "key.txt"
    execute(alone, CreateContact(values={"last_name": "Before"}))
    made = alone("backup", copy, "--recovery-key", key, "--json").json
    assert set(made) == {"file", "bytes", "recovery_key_file", "note"}
    assert made["bytes"] == copy.stat().st_size
    assert b"Before" not in copy.read_bytes()
    execute(alone, CreateContact(values={"last_name": "After"}))
    restored = alone("restore", copy, "--json").json
    assert Path(restored["kept"]).exists()
    alone("find", "before")
    alone("find", "after", code=3)
    assert "already" in alone("backup", copy, code=1).err
    alone("backup", copy, "--force")


def test_a_backup_opens_on_another_machine_with_the_recovery_key_alone(
    alone: Offhook, tmp_path: Path
) -> None:
    copy, key = tmp_path / "copy.db", tmp_path / "key.txt"
    execute(alone, CreateContact(values={"last_name": "Traveller"}))
    alone("backup", copy, "--recovery-key", key)
    other = Offhook(tmp_path / "other")
    assert "recovery key" in other("restore", copy, code=5).err
    assert not other.workspace.exists()
    other("restore", copy, "--recovery-key", "-", stdin=key.read_text())
    other("find", "traveller")
    assert "64" in other("restore", copy, "--recovery-key", "-", stdin="no key", code=1).err


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_place_that_is_not_there_is_said(alone: Offhook, tmp_path: Path, command: str) -> None:
    assert (
        str(tmp_path / "none")
        in alone(command, tmp_path / "none" / "x.db", code=1 if command == "backup" else 3).err
    )


def test_doctor_finds_a_whole_workspace_whole(reader: Offhook) -> None:
    told = reader("doctor", "--json").json
    assert set(told) == {"ok", "findings", "mended", "offhook", "python", "sqlite"}
    assert told["ok"] is True
    assert {finding["level"] for finding in told["findings"]} <= {"ok", "warning"}


def test_doctor_mends_what_can_be_made_anew(alone: Offhook) -> None:
    execute(alone, CreateContact(values={"last_name": "Lostinsearch"}))
    from storage.solo import open_solo

    workspace = open_solo(alone.workspace)
    with workspace.database.write() as connection:
        connection.execute("UPDATE contacts SET search = ''")
    workspace.close()
    alone("find", "lostinsearch", code=3)
    assert alone("doctor", "--json", code=1).json["ok"] is False
    repaired = alone("doctor", "--repair", "--json").json
    assert repaired["ok"] is True
    assert repaired["mended"]
    alone("find", "lostinsearch")


@pytest.mark.parametrize("damage", ["middle", "key", "text"])
def test_what_cannot_be_opened_is_explained_and_left_as_it_is(alone: Offhook, damage: str) -> None:
    key = alone.workspace.with_name("workspace.db.key")
    if damage == "key":
        key.write_text("0" * 64 + "\n")
    else:
        content = bytearray(alone.workspace.read_bytes())
        content[:16] = b"not a database!!"
        if damage == "middle":
            content[:16] = alone.workspace.read_bytes()[:16]
            content[8192:40960] = bytes(32768)
        alone.workspace.write_bytes(content)
    before = alone.workspace.read_bytes()
    error = alone("status", "--json", code=5).error
    assert error["code"] == "unreachable"
    assert "offhook" in error["message"]
    assert alone("doctor", "--json", code=1).json["ok"] is False
    assert alone.workspace.read_bytes() == before


@pytest.mark.skipif(
    sys.platform == "win32" or (hasattr(os, "geteuid") and os.geteuid() == 0), reason="root may all"
)
def test_a_folder_that_may_not_be_written_to_is_said(alone: Offhook) -> None:
    alone.workspace.parent.chmod(0o500)
    try:
        alone("status", code=5)
    finally:
        alone.workspace.parent.chmod(0o700)


def test_a_workspace_of_a_newer_offhook_is_left_alone(alone: Offhook) -> None:
    from storage.solo import open_solo

    workspace = open_solo(alone.workspace)
    with workspace.database.write() as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    workspace.close()
    shutil.copy(alone.workspace, alone.workspace.with_name("before.db"))
    assert "newer offhook" in alone("status", code=5).err
    assert alone.workspace.read_bytes() == alone.workspace.with_name("before.db").read_bytes()
