"""Where keys are kept: the system's keyring, a file where there is none that keeps anything, and honesty about it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.fail
import keyring.backends.null
import keyring.errors
import pytest

from core.errors import Unavailable
from storage import keys
from storage.solo import create_solo, open_solo
from tests.storage.conftest import a_founding, encrypted

pytestmark = encrypted
ROOT = Path(__file__).parents[2]


class Memory(keyring.backend.KeyringBackend):
    """A keyring that keeps what it is given."""

    priority = 1  # type: ignore[assignment]
    held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        raise AssertionError("no key is ever deleted")


class Erasing(Memory):
    """A keyring that lets go of what it is told to."""

    def delete_password(self, service: str, username: str) -> None:
        del self.held[service, username]


class Locked(Memory):
    """A keyring whose user has gone home."""

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked("the collection is locked")

    set_password = get_password  # type: ignore[assignment]


class Forgetful(Memory):
    """A keyring that nods and forgets."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Truncating(Memory):
    """A keyring that keeps a part of what it is given."""

    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:32])


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    before = keyring.get_keyring()
    Memory.held.clear()
    yield
    keyring.set_keyring(before)


def test_a_keyring_that_keeps_keys_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring.set_keyring(Memory())
    path = tmp_path / "work" / "work.db"
    workspace = create_solo(path, a_founding())
    assert workspace.key.store == "keyring"
    assert workspace.health().notes == ()
    workspace.close()
    assert list(Memory.held.values()) == [workspace.key.hex]
    assert not keys.key_file(path).exists()
    # The back end that kept it is asked, whatever has been made the default since.
    keyring.set_keyring(keyring.backends.null.Keyring())
    monkeypatch.setattr("keyring.core.load_keyring", lambda name: {f"{__name__}.Memory": Memory}[name]())
    workspace = open_solo(path)
    assert workspace.catalog().organization.name == "Nordlicht"
    workspace.close()


@pytest.mark.parametrize(
    "backend",
    [
        keyring.backends.fail.Keyring,
        keyring.backends.null.Keyring,
        Locked,
        Forgetful,
        Truncating,
        type("Plain", (Memory,), {"__module__": "keyrings.alt.file"}),
    ],
    ids=lambda backend: backend.__module__ + "." + backend.__name__,
)
def test_otherwise_a_file_is_used_and_said(
    tmp_path: Path, backend: type[keyring.backend.KeyringBackend]
) -> None:
    keyring.set_keyring(backend())
    path = tmp_path / "work" / "work.db"
    workspace = create_solo(path, a_founding())
    assert workspace.key.store == "file"
    [note] = workspace.health().notes
    assert "lies in a file beside the data" in note
    workspace.close()
    file = keys.key_file(path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().strip() == workspace.key.hex
    assert keys.report(path) == keys.KeyReport("file", str(file), "", note)


def test_keys_are_random_and_no_two_alike(tmp_path: Path) -> None:
    made = {keys.make(tmp_path / str(n) / "work.db", prefer="file").hex for n in range(20)}
    assert len(made) == 20
    assert all(len(key or "") == 64 for key in made)


def test_a_key_is_not_shown() -> None:
    assert "ab" * 32 not in repr(keys.Key("ab" * 32, "file"))


def test_a_keyring_that_is_locked_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring.set_keyring(Memory())
    path = tmp_path / "work" / "work.db"
    create_solo(path, a_founding()).close()
    keyring.set_keyring(Locked())
    monkeypatch.setattr("keyring.core.load_keyring", lambda name: Locked())
    with pytest.raises(Unavailable, match="Unlock the keyring") as caught:
        open_solo(path)
    assert "KeyringLocked: the collection is locked" in str(caught.value)
    assert not keys.key_file(path).exists()
    assert "Unlock the keyring" in keys.report(path).problem
    keyring.set_keyring(Memory())
    open_solo(path).close()


def test_a_keyring_that_is_gone(tmp_path: Path) -> None:
    keyring.set_keyring(Memory())
    path = tmp_path / "work" / "work.db"
    create_solo(path, a_founding()).close()
    Memory.held.clear()
    with pytest.raises(Unavailable, match="and is not there"):
        open_solo(path)


def test_a_missing_key_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "work" / "work.db"
    create_solo(path, a_founding(), store="file").close()
    keys.key_file(path).rename(tmp_path / "elsewhere")
    with pytest.raises(Unavailable, match=r"work\.db\.key is not there"):
        open_solo(path)
    assert "is not there" in keys.report(path).problem


def test_a_file_copied_with_its_key_opens(tmp_path: Path) -> None:
    path = tmp_path / "work" / "work.db"
    create_solo(path, a_founding(), store="file").close()
    keys.store_file(path).unlink()
    open_solo(path).close()


def test_the_key_of_another_start_is_kept_aside(tmp_path: Path) -> None:
    path = tmp_path / "work" / "work.db"
    first = keys.make(path, prefer="file")
    keys.adopt(path, "ab" * 32, prefer="file")
    assert keys.read(path).hex == "ab" * 32
    [aside] = path.parent.glob("*.old")
    assert aside.read_text().strip() == first.hex


@pytest.mark.parametrize("place", ["keyring", "file"])
def test_the_key_of_what_is_wiped_is_nowhere_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: keys.Store
) -> None:
    keyring.set_keyring(Erasing())
    monkeypatch.setattr("keyring.core.load_keyring", lambda _name: Erasing())
    data = tmp_path / "team" / "cache.db"
    keys.make(data, prefer=place)
    assert keys.read(data).store == place
    for _ in range(2):
        keys.forget(data)
        assert list(data.parent.iterdir()) == []
    assert Memory.held == {}


def test_others_eyes_on_the_key_are_a_problem(tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("the system has no such permissions")
    path = tmp_path / "work" / "work.db"
    create_solo(path, a_founding(), store="file").close()
    keys.key_file(path).chmod(0o644)
    assert "chmod 600" in keys.report(path).problem


def test_a_spoilt_note_is_named(tmp_path: Path) -> None:
    path = tmp_path / "work" / "work.db"
    create_solo(path, a_founding(), store="file").close()
    keys.store_file(path).write_text("{")
    with pytest.raises(Unavailable, match="says where the key is"):
        open_solo(path)


USE = """
import sys
from pathlib import Path
from core.commands.contacts import CreateContact
from core.filters import EVERYTHING
from storage.solo import open_solo
workspace = open_solo(Path(sys.argv[1]))
assert workspace.execute(CreateContact(values={"first_name": "Kim"})).applied
workspace.board(workspace.catalog().pipelines[0].id, EVERYTHING)
workspace.search("kim")
stop = workspace.subscribe(print)
stop()
workspace.close()
heavy = {"sqlalchemy", "alembic", "keyring", "textual", "rich", "typer", "phonenumbers"} & set(sys.modules)
print(sorted(heavy))
"""


def test_a_workspace_opens_and_works_without_anything_heavy(tmp_path: Path) -> None:
    path = tmp_path / "work" / "work.db"
    create_solo(path, a_founding(), store="file").close()
    run = subprocess.run(
        [sys.executable, "-c", USE, str(path)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert run.stdout.strip() == "[]"
