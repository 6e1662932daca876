"""The password of a login where there is no keyring: in a file for the user's eyes alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import Unavailable
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
