"""Runs the real program as a process of its own, as a shell does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-m", "cli.main"]


def environment(home: Path, **more: str) -> dict[str, str]:
    """What the program sees: nothing of whoever runs the tests, least of all their keyring."""
    names = ("PATH", "SYSTEMROOT", "TEMP", "TMPDIR", "OFFHOOK_PG", "OFFHOOK_PG_BIN")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return kept | {
        "OFFHOOK_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "PYTHONUTF8": "1",
        "TZ": "Europe/Berlin",
        **more,
    }


@dataclass(frozen=True)
class Result:
    """What a run came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it said to a program."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """What it said was wrong, to a program."""
        error: dict[str, Any] = json.loads(self.err)["error"]
        return error


@dataclass(frozen=True)
class Offhook:
    """offhook with a home of its own."""

    home: Path

    @property
    def workspace(self) -> Path:
        """The workspace's file."""
        return self.home / "data" / "workspace.db"

    def __call__(
        self, *arguments: str | Path, code: int = 0, stdin: str | bytes = b"", **variables: str
    ) -> Result:
        """Runs a command that must end with `code`."""
        done = subprocess.run(
            [*PROGRAM, *map(str, arguments)],
            env=environment(self.home, **variables),
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            timeout=60,
            check=False,
        )
        result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert result.code == code, result
        assert "Traceback" not in result.err
        return result


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a small sample workspace. Not to be written to."""
    home = tmp_path_factory.mktemp("sample")
    Offhook(home)("demo", "--generate-only", "--deals", "60", "--contacts", "300")
    return home / "data" / "demo"


@pytest.fixture
def offhook(tmp_path: Path, sample: Path) -> Offhook:
    """offhook with sample data for a workspace, which it may change."""
    shutil.copytree(sample, tmp_path / "home" / "data")
    return Offhook(tmp_path / "home")


@pytest.fixture(scope="session")
def reader(sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Offhook:
    """The same for tests that change nothing."""
    home = tmp_path_factory.mktemp("reader")
    shutil.copytree(sample, home / "data")
    return Offhook(home)


@pytest.fixture
def empty(tmp_path: Path) -> Offhook:
    """offhook on its first day."""
    return Offhook(tmp_path / "home")


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a workspace that has nobody in it. Not to be written to."""
    home = tmp_path_factory.mktemp("first")
    Offhook(home)("init", "--name", "Anna Müller", "--organization", "Acme", "--country", "DE")
    return home / "data"


@pytest.fixture
def alone(tmp_path: Path, first_day: Path) -> Offhook:
    """offhook with a workspace that has nobody in it, which it may change."""
    shutil.copytree(first_day, tmp_path / "home" / "data")
    return Offhook(tmp_path / "home")


def execute(program: Offhook, *commands: Any) -> None:
    """Runs commands of core on a workspace, for what the command line has no command for."""
    from storage.solo import open_solo

    workspace = open_solo(program.workspace)
    try:
        for command in commands:
            answer = workspace.execute(command)
            assert answer.applied, answer.reason
    finally:
        workspace.close()
