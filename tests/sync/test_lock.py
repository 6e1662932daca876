"""One agent for each cache, whatever becomes of the program that has it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import Unavailable
from sync.lock import AgentLock

HOLD = """
import sys
from pathlib import Path
from sync.lock import AgentLock
lock = AgentLock(Path(sys.argv[1]))
print(lock.take(), flush=True)
sys.stdin.read()
"""


def holder(cache: Path) -> subprocess.Popen[str]:
    """Another program that has taken the lock."""
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(cache)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "True\n"
    return other


def test_only_one_of_two_programs_has_it(tmp_path: Path) -> None:
    cache = tmp_path / "cache.db"
    with holder(cache) as other:
        lock = AgentLock(cache)
        assert not lock.take()
        assert not lock.held
        assert lock.is_taken()
        assert other.stdin is not None
        other.stdin.close()
        other.wait(10)
        assert lock.take()
        assert lock.held
        lock.free()


def test_only_one_of_two_agents_in_one_program_has_it(tmp_path: Path) -> None:
    first, second = (AgentLock(tmp_path / "cache.db") for _ in range(2))
    assert first.take()
    assert first.take(), "it has it already"
    assert not second.take()
    assert first.is_taken()
    first.free()
    assert not first.held
    assert second.take()
    second.free()


def test_who_is_killed_has_it_no_longer(tmp_path: Path) -> None:
    cache = tmp_path / "cache.db"
    with holder(cache) as other:
        other.send_signal(signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
        other.wait(10)
        lock = AgentLock(cache)
        assert not lock.is_taken()
        assert lock.take()
        lock.free()


def test_asking_does_not_take_it(tmp_path: Path) -> None:
    lock, other = (AgentLock(tmp_path / "cache.db") for _ in range(2))
    assert not lock.is_taken()
    assert not list(tmp_path.iterdir()), "nobody has ever had it"
    assert other.take()
    other.free()
    assert not lock.is_taken()
    assert other.take()
    other.free()


def test_the_file_is_for_the_user_alone(tmp_path: Path) -> None:
    lock = AgentLock(tmp_path / "cache.db")
    lock.take()
    [file] = tmp_path.iterdir()
    assert os.name == "nt" or file.stat().st_mode & 0o777 == 0o600
    lock.free()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no folder"):
        AgentLock(tmp_path / "nowhere" / "cache.db").take()
