"""Files that are missing, damaged, foreign, locked away or read-only: a sentence that helps, and nothing changed."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from core.commands.contacts import CreateContact
from core.errors import Unavailable
from core.filters import EVERYTHING
from storage import database, keys
from storage.database import connect, explain
from storage.solo import create_solo, open_solo
from tests.storage.conftest import Office, a_founding, encrypted


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="There is no workspace at"):
        open_solo(tmp_path / "nowhere.db")
    assert list(tmp_path.iterdir()) == []


@encrypted
def test_a_wrong_key_changes_nothing(fresh: Callable[[str], Path], capfd: pytest.CaptureFixture[str]) -> None:
    path = fresh()
    before = path.read_bytes()
    with pytest.raises(Unavailable, match="the key does not fit, or the file is damaged") as caught:
        open_solo(path, key="0" * 64)
    assert "offhook restore" in str(caught.value)
    assert path.read_bytes() == before
    assert {p.name for p in path.parent.iterdir()} == {"work.db", "work.db.key", "work.db.keystore"}
    assert capfd.readouterr() == ("", ""), "SQLCipher's complaints would be on the user's screen"


@encrypted
def test_a_key_that_is_no_key(fresh: Callable[[str], Path]) -> None:
    path = fresh()
    keys.key_file(path).write_text("'; DROP TABLE contacts; --")
    with pytest.raises(Unavailable, match="not whole"):
        open_solo(path)


@pytest.mark.parametrize("ruin", ["cut", "garbled head", "garbled middle", "empty", "text"])
def test_a_damaged_file(fresh: Callable[[str], Path], ruin: str) -> None:
    path = fresh()
    whole = path.read_bytes()
    path.write_bytes(
        {
            "cut": whole[: len(whole) // 2],
            "garbled head": random.Random(1).randbytes(4096) + whole[4096:],
            "garbled middle": whole[: 5 * 4096] + random.Random(1).randbytes(60 * 4096) + whole[65 * 4096 :],
            "empty": b"",
            "text": b"This is a letter, and no workspace at all.\n" * 200,
        }[ruin]
    )
    before = path.read_bytes()
    with pytest.raises(Unavailable) as caught:
        look_at_everything(path)
    assert "offhook" in str(caught.value)
    assert path.read_bytes() == before


def look_at_everything(path: Path) -> None:
    workspace = open_solo(path)
    try:
        workspace.board(workspace.catalog().pipelines[0].id, EVERYTHING)
        list(workspace.export("contacts", EVERYTHING))
    finally:
        workspace.close()


def test_damage_that_shows_while_working(fresh: Callable[[str], Path]) -> None:
    path = fresh()
    workspace = open_solo(path)
    for n in range(60):
        assert workspace.execute(CreateContact(values={"first_name": f"C{n}"})).applied
    workspace.close()
    workspace = open_solo(path)
    with path.open("r+b") as file:
        file.seek(8 * 4096)
        file.write(random.Random(1).randbytes(path.stat().st_size - 9 * 4096))
    with pytest.raises(Unavailable, match=r"damaged|does not work|cannot be read"):
        list(workspace.export("contacts", EVERYTHING))
    answer = workspace.execute(CreateContact(values={"first_name": "Kim"}))
    assert not answer.applied
    assert answer.reason.startswith("Not saved.")
    workspace.close()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_file_can_be_looked_at(fresh: Callable[[str], Path]) -> None:
    path = fresh()
    path.chmod(0o400)
    workspace = open_solo(path)
    assert workspace.catalog().organization.name == "Nordlicht"
    answer = workspace.execute(CreateContact(values={"first_name": "Kim"}))
    assert "cannot be written to" in answer.reason
    workspace.close()


def test_files_are_for_the_users_eyes_alone(tmp_path: Path) -> None:
    was = os.umask(0)
    try:
        path = tmp_path / "a" / "work.db"
        workspace = create_solo(path, a_founding(), store="file")
        assert workspace.execute(CreateContact(values={"first_name": "Kim"})).applied
        modes = {p.name: p.stat().st_mode & 0o777 for p in path.parent.iterdir()}
        assert set(modes.values()) == {0o600}, modes
        assert path.parent.stat().st_mode & 0o777 == 0o700
        workspace.close()
    finally:
        os.umask(was)


@encrypted
def test_nothing_readable_is_on_the_disk(fresh: Callable[[str], Path]) -> None:
    path = fresh()
    workspace = open_solo(path)
    command = CreateContact(values={"first_name": "Wilhelmina", "description": "unmistakable"})
    assert workspace.execute(command).applied
    raw = b"".join(p.read_bytes() for p in path.parent.iterdir())
    assert b"Wilhelmina" not in raw
    assert b"unmistakable" not in raw
    assert b"CREATE TABLE" not in raw
    workspace.close()


def test_creating_overwrites_nothing(fresh: Callable[[str], Path]) -> None:
    path = fresh()
    before = path.read_bytes()
    with pytest.raises(Unavailable, match="There is a file at"):
        create_solo(path, a_founding(), store="file")
    assert path.read_bytes() == before


@encrypted
def test_a_start_that_is_cut_short_leaves_no_half_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new" / "work.db"

    def power_cut(*_given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("storage.files.put", power_cut)
        with pytest.raises(KeyboardInterrupt):
            create_solo(path, a_founding(), store="file")
    assert not path.exists()
    key = keys.key_file(path).read_text()
    create_solo(path, a_founding(), store="file").close()
    assert keys.key_file(path).read_text() == key, "the key that locked nothing yet is taken"
    assert sorted(p.name for p in path.parent.iterdir()) == ["work.db", "work.db.key", "work.db.keystore"]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Unavailable, match="cannot be made"):
        create_solo(tmp_path / "file" / "work.db", a_founding(), store="file")


def test_a_file_that_goes_away_under_a_running_app(fresh: Callable[[str], Path]) -> None:
    path = fresh()
    workspace = open_solo(path)
    for name in ("work.db", "work.db-wal", "work.db-shm"):
        path.with_name(name).unlink(missing_ok=True)
    # The file that is open is still whole, but nobody else will ever see it: a connection more says so.
    with workspace.database.read(), pytest.raises(Unavailable, match="There is no workspace at"):
        workspace.catalog()
    workspace.close()


@encrypted
def test_every_error_of_sqlite_has_its_sentence() -> None:
    module = database.cipher()
    path = Path("/data/work.db")
    said = {
        "database or disk is full": "Free some space",
        "database is locked": "Try again in a moment",
        "attempt to write a readonly database": "Check the permissions",
        "file is not a database": "offhook restore",
        "database disk image is malformed": "offhook doctor",
        "unable to open database file": "may be read and written",
        "disk I/O error": "Check its space and its health",
        "something quite new": "offhook doctor",
    }
    for text, advice in said.items():
        assert advice in str(explain(module.OperationalError(text), path)), text
    assert "full" in str(explain(OSError(28, "No space left on device"), path))
    assert "Check who owns" in str(explain(PermissionError(13, "Permission denied"), path))
    assert "no folder" in str(explain(FileNotFoundError(2, "No such file"), path))
    same = Unavailable("x")
    assert explain(same, path) is same


@encrypted
def test_without_sqlcipher_an_encrypted_file_says_what_is_missing(
    fresh: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fresh()
    monkeypatch.setattr("storage.database.cipher", lambda: None)
    with pytest.raises(Unavailable, match="no sqlcipher3"):
        open_solo(path)


def test_without_sqlcipher_a_new_workspace_is_plain_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("storage.database", "storage.keys", "storage.check"):
        monkeypatch.setattr(f"{module}.cipher", lambda: None)
    path = tmp_path / "plain" / "work.db"
    workspace = create_solo(path, a_founding())
    office = Office(workspace)
    contact = office.contact("Lena", emails=({"value": "lena@acme.de", "label": "work"},))
    assert office.found("contacts", "lena") == {contact}
    assert workspace.health().notes == ("This workspace is not encrypted: this Python has no sqlcipher3.",)
    workspace.close()
    assert path.read_bytes().startswith(b"SQLite format 3\0")


def test_a_plain_file_opens_where_there_is_sqlcipher(tmp_path: Path) -> None:
    path = tmp_path / "plain" / "work.db"
    create_solo(path, a_founding(), store="plain").close()
    workspace = open_solo(path)
    assert workspace.catalog().organization.name == "Nordlicht"
    workspace.close()


def test_a_closed_connection_is_given_no_one(fresh: Callable[[str], Path]) -> None:
    path = fresh()
    opened = connect(path, keys.read(path).hex)
    opened.close()
    workspace = open_solo(path)
    with workspace.database.read() as first, workspace.database.read() as second:
        assert first is not second
        for connection in (first, second):
            with pytest.raises(database.errors()):
                connection.execute("DELETE FROM contacts")
    workspace.close()
