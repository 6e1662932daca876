"""kill -9 of apps and agents between any two writes: real processes on real caches, and nothing is lost or doubled.

`OFFHOOK_KILLS=5000` makes a long run of it, `OFFHOOK_KILL_SEED=7` another one.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest

from core.changes import Changeset, from_json
from tests.postgres.floor import Floor, password_of
from tests.sync.desks import Desk, Desks, desks_behind_a_proxy
from tests.sync.field_worker import Job, as_line
from tests.waiting import eventually

if sys.platform == "win32":
    pytest.skip("there is no SIGKILL here", allow_module_level=True)

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("OFFHOOK_KILLS", "200"))
SEED = int(os.environ.get("OFFHOOK_KILL_SEED", "7"))
CLIENTS = {"ann at home": "ann", "ann on the road": "ann", "ben": "ben", "mia": "mia"}
_TOKEN = re.compile(r"zq\d+x")


@dataclass
class Crew:
    """Processes on caches, which are killed and started again."""

    desks: Desks
    folder: Path
    chance: random.Random
    kills: int = 0
    _seeds: int = 0
    _running: dict[tuple[str, bool], int] = field(default_factory=dict)
    _starter: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._starter = subprocess.Popen(
            [sys.executable, "-m", "tests.sync.field_worker"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, bufsize=1,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        assert self._starter is not None
        for place in tuple(self._running):
            self.kill(*place)
        for pipe in (self._starter.stdin, self._starter.stdout):
            assert pipe is not None
            pipe.close()
        self._starter.wait(10)

    def promises(self, name: str) -> Path:
        return self.folder / f"{name}.promises"

    def start(self, name: str, *, app: bool) -> None:
        """An app in which somebody types, which may have an agent of its own; or an agent alone."""
        assert self._starter is not None
        assert self._starter.stdin is not None
        assert self._starter.stdout is not None
        self._seeds += 1
        profile = self.desks.profile(CLIENTS[name])
        job = Job(
            profile.host, profile.port, profile.database, profile.login, password_of(profile.login),
            folder=str(self.desks.place(name)),
            promises=str(self.promises(name)) if app else "",
            agent=not app or self.chance.random() < 0.5,
            seed=SEED * 10_000 + self._seeds,
        )  # fmt: skip
        self._starter.stdin.write(as_line(job))
        self._running[name, app] = int(self._starter.stdout.readline())

    def kill(self, name: str, app: bool) -> None:
        """The process ends in the middle of whatever it is at."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._running.pop((name, app)), signal.SIGKILL)
        self.kills += 1

    def start_all(self) -> None:
        """An app and an agent for every cache."""
        for name in CLIENTS:
            for app in (True, False):
                self.start(name, app=app)

    def work(self, kills: int, *, pace: float) -> None:
        """Everybody is at work, and every now and then one of them is not any more.

        Args:
            kills: how often.
            pace: seconds between two, about.
        """
        for _ in range(kills):
            time.sleep(self.chance.uniform(0.0, 2 * pace))
            name, app = self.chance.choice(sorted(self._running))
            self.kill(name, app)
            self.start(name, app=app)

    def all_at_work(self) -> bool:
        """Whether every app was promised something."""
        return all(self.promises(name).exists() for name in CLIENTS)

    def failures(self) -> list[str]:
        """What processes have died of that nobody has killed."""
        return [path.read_text() for path in self.folder.glob("*.failed")]


@pytest.fixture
def desks(floor: Floor, tmp_path: Path) -> Iterator[Desks]:
    with desks_behind_a_proxy(floor, tmp_path) as desks:
        yield desks


@contextlib.contextmanager
def slow_writers(desks: Desks) -> Iterator[None]:
    """Somebody whose transactions stay open and commit late, so that what was written first is seen last."""
    stop, chance = threading.Event(), random.Random(SEED)

    def write() -> None:
        with desks.floor.connect("wim", autocommit=False) as wire:
            while not stop.is_set():
                contact = desks.floor.contact("West", chance.randrange(2))
                wire.execute(
                    "update contacts set city = %s where id = %s", (f"West {chance.random()}", contact)
                )
                stop.wait(chance.uniform(0.1, 0.8))
                wire.commit()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.mark.slow
def test_no_kill_of_an_app_or_an_agent_loses_or_doubles_anything(desks: Desks) -> None:
    """From the making of the caches on, whoever is at it, and whatever they are at."""
    assert desks.proxy is not None
    chance = random.Random(SEED)
    with Crew(desks, desks.folder, chance) as crew, slow_writers(desks):
        crew.start_all()
        crew.work(KILLS // 20, pace=0.3)
        eventually(lambda: crew.failures() or crew.all_at_work(), seconds=120)
        assert crew.failures() == []
        for _ in range(4):
            crew.work(KILLS // 5, pace=0.12)
            if chance.random() < 0.5:
                desks.proxy.cut()
        failures = crew.failures()
    assert failures == []
    promised = 0
    for name, login in CLIENTS.items():
        promised += _note_down(desks.open(login, name), crew.promises(name))
    assert promised > KILLS, "there was something to lose"
    desks.check(seconds=120)


def _note_down(desk: Desk, promises: Path) -> int:
    """Puts down, in its order, what was promised, and what was done while the promise was still on its way."""
    promised: dict[str, Changeset] = {}
    tokens: dict[str, tuple[str, ...]] = {}
    for line in promises.read_text().splitlines():
        said = json.loads(line)
        done = from_json(said["changeset"])
        promised[done.id], tokens[done.id] = done, tuple(said["tokens"])
    with desk.workspace.database.read() as connection:
        me = desk.workspace.user_id
        history = [
            from_json(json.loads(body))
            for (body,) in connection.execute(
                "SELECT body FROM changesets WHERE user_id = ? ORDER BY seq", (me,)
            )
        ]
    kept = {done.id for done in history}
    gone = [done for done in promised.values() if done.id not in kept]
    for done in (*gone, *history):
        text = str(done.changes)
        typed = tokens.get(done.id, tuple(sorted(set(_TOKEN.findall(text)))))
        # In a move, nothing is typed.
        desk.note_down(done, tuple(token for token in typed if token in text))
    return len(promised)
