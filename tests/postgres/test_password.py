"""The password of a login where there is no keyring: in a file for the user's eyes alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import Unavailable
from storage import keyrings, secret
from storage.postgres import password

SECRET = "correct horse – pferd"


def test_it_is_kept_in_a_file_that_nobody_else_may_read(tmp_path: Path) -> None:
    folder = tmp_path / "team"
    assert password.keep(folder, SECRET, prefer="file") == "file"
    assert password.read(folder, {}) == SECRET
    assert password.note(folder) == password.NOTE
    assert not (folder / "password").stat().st_mode & 0o077
    password.forget(folder)
    assert password.read(folder, {}) is None


def test_the_environment_comes_first(tmp_path: Path) -> None:
    password.keep(tmp_path, SECRET, prefer="file")
    assert password.read(tmp_path, {password.VARIABLE: "another"}) == "another"


def test_logging_in_anew_mends_a_damaged_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_bytes(b"\xff\0")
    with pytest.raises(Unavailable, match="Run `offhook login` again"):
        password.read(tmp_path, {})
    password.keep(tmp_path, SECRET, prefer="file")
    assert password.read(tmp_path, {}) == SECRET


class _Ring:
    """A keyring of the system's, in memory."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.held: dict[str, str] = {}
        monkeypatch.setattr(keyrings, "put", self._put)
        monkeypatch.setattr(keyrings, "get", lambda account, _: (self.held.get(account, ""), "is not there"))
        monkeypatch.setattr(keyrings, "drop", lambda account, _: self.held.pop(account, None))

    def _put(self, account: str, secret: str) -> str:
        self.held[account] = secret
        return "ring"


def test_the_old_password_stays_until_the_new_one_is_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = _Ring(monkeypatch)
    password.keep(tmp_path, "the old one")

    def full(path: Path, text: str) -> None:
        raise Unavailable(f"{path} cannot be written: No space left on device.")

    with monkeypatch.context() as disk:
        disk.setattr(secret, "replace_secret", full)
        with pytest.raises(Unavailable, match="No space"):
            password.keep(tmp_path, "the new one")
    assert password.read(tmp_path, {}) == "the old one"
    assert list(ring.held.values()) == ["the old one"]
    password.keep(tmp_path, "the new one")
    assert password.read(tmp_path, {}) == "the new one"
    assert list(ring.held.values()) == ["the new one"], "nothing of the old one is left behind"


def test_a_password_moves_from_the_keyring_into_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = _Ring(monkeypatch)
    password.keep(tmp_path, "the old one")
    assert password.keep(tmp_path, "the new one", prefer="file") == "file"
    assert password.read(tmp_path, {}) == "the new one"
    assert ring.held == {}
