"""The sample team: a sales floor on its own PostgreSQL, from one command, with nothing to install or to clean up."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.demo.team.cast import CONTACTS, DEALS, PEOPLE
from cli.demo.team.server import OPERATOR, TeamServer, person, start
from cli.demo.team.traffic import Colleague
from cli.sample_team import open_as
from core.errors import NotFound, Refused
from core.filters import EVERYTHING, parse
from storage.postgres.launcher import running
from tests.cli.conftest import PROGRAM, ROOT, Offhook, environment
from tests.server import roomy_memory

posix = pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal and POSIX's signals")
NOW = dt.datetime(2026, 11, 18, 9, 30, tzinfo=dt.UTC)
SEES = {
    "ann": {"Ann Bakker", "Europe pool", "Overseas pool"},
    "ben": {"Ben Kowalski", "Europe pool"},
    "dan": {"Dan Whitfield", "Overseas pool"},
    "mia": {
        "Ann Bakker",
        "Ben Kowalski",
        "Eva Ferrer",
        "Dan Whitfield",
        "Mia Sandberg",
        "Europe pool",
        "Overseas pool",
    },
}
"""By login: whose contacts they see."""


@dataclass(frozen=True)
class Made:
    """How the sample team was made, once for all tests here."""

    offhook: Offhook
    folder: Path
    told: list[dict[str, Any]]


@pytest.fixture(scope="module")
def made() -> Iterator[Made]:
    """The sample team, wanted by two programs at once where an earlier attempt was cut short."""
    home = Path(tempfile.mkdtemp(prefix="offhook-team-", dir=roomy_memory()))
    folder = home / "data" / "demo" / "team"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "PG_VERSION").write_text("18\n")
    command = [*PROGRAM, "demo", "--team", "--generate-only", "--json"]
    both = [
        subprocess.Popen(command, env=environment(home), stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [each.communicate(timeout=300)[0] for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    yield Made(Offhook(home), folder, [json.loads(text) for text in said])
    shutil.rmtree(home)


@pytest.fixture
def offhook(made: Made) -> Offhook:
    return made.offhook


@pytest.fixture
def folder(made: Made) -> Path:
    return made.folder


@pytest.fixture
def team(folder: Path) -> Iterator[TeamServer]:
    with start(folder, zone=dt.UTC, now=NOW) as started:
        yield started


@contextmanager
def at_work(team: TeamServer, login: str):
    workspace = open_as(team, login)
    try:
        yield workspace
    finally:
        workspace.close()


# --- making it -------------------------------------------------------------------------------------------------------


def test_a_script_can_make_it_and_find_out_who_is_there(made: Made):
    for told in made.told:
        assert Path(told["folder"]) == made.folder
        assert [each["login"] for each in told["people"]] == ["ann", "mia", "ben", "eva", "dan", "ada"]
        assert {each["role"] for each in told["people"]} == {"rep", "manager", "admin"}


def test_two_that_start_at_once_make_one_team(made: Made):
    """Somebody opens two terminals and pastes both commands. What was cut short before is in neither's way."""
    assert sorted(told["seconds"] > 0 for told in made.told) == [False, True]


def test_the_passwords_are_in_a_file_for_the_users_eyes_alone(offhook: Offhook, folder: Path):
    result = offhook("demo", "--team", "--generate-only")
    logins = folder / "logins.json"
    passwords = json.loads(logins.read_text())
    assert set(passwords) == {OPERATOR, *(each.login for each in PEOPLE)}
    assert len(set(passwords.values())) == len(passwords)
    assert stat.S_IMODE(logins.stat().st_mode) == 0o600
    told = result.out + result.err + (folder / "server.log").read_text()
    assert not any(password in told for password in passwords.values())


def test_no_server_is_left_behind(offhook: Offhook, folder: Path):
    offhook("demo", "--team", "--generate-only")
    assert running(folder) is None


# --- who sees what ---------------------------------------------------------------------------------------------------


def test_everybody_sees_what_is_theirs_to_see(team: TeamServer):
    for login, books in SEES.items():
        with at_work(team, login) as workspace:
            catalog = workspace.catalog()
            assert catalog.me.login == login
            lines = workspace.contacts(EVERYTHING, limit=5_000)
            assert {catalog.owner_name(line.book_id) for line in lines} == books
    with at_work(team, "ada") as workspace:
        assert workspace.count_contacts(EVERYTHING) == CONTACTS
        pipelines = workspace.catalog().pipelines
        assert sum(len(workspace.board(pipeline.id, EVERYTHING)) for pipeline in pipelines) == DEALS


def test_people_are_found_by_login_and_first_name():
    assert person("ben").login == "ben"
    assert person(" Ben ").login == "ben"
    with pytest.raises(NotFound, match=r"called otto\. There are: ann \(rep\), mia \(manager\)"):
        person("otto")


def test_data_of_another_postgresql_is_left_alone_until_one_asks_for_it_anew(offhook: Offhook, folder: Path):
    mark = folder / "data" / "PG_VERSION"
    version = mark.read_text()
    mark.write_text("11\n")
    try:
        result = offhook("demo", "--team", "--generate-only", code=5)
        assert "was made by PostgreSQL 11" in result.err
        assert "--reset" in result.err
    finally:
        mark.write_text(version)


# --- several at once -------------------------------------------------------------------------------------------------


def test_who_comes_second_joins_the_running_server(team: TeamServer, folder: Path):
    assert team.ours
    with start(folder, zone=dt.UTC, now=NOW) as other:
        assert not other.ours
        assert other.profile("ben").port == team.profile("ann").port
    with at_work(team, "ann") as workspace:
        assert workspace.catalog().me.name == "Ann Bakker", "whoever only joined has stopped nothing"


def test_a_team_in_use_is_not_made_anew(team: TeamServer, folder: Path):
    with pytest.raises(Refused, match="in use by another offhook"):
        start(folder, zone=dt.UTC, now=NOW, reset=True)
    with at_work(team, "ann") as workspace:
        assert workspace.count_contacts(EVERYTHING)


def test_what_colleagues_do_is_seen_at_once_and_is_theirs(team: TeamServer):
    told = threading.Event()
    rows = set()

    def hear(changed):
        rows.update(changed.rows)
        told.set()

    with at_work(team, "mia") as manager, at_work(team, "ben") as ben:
        manager.subscribe(hear)
        colleague = Colleague(ben, random.Random(4), lambda: dt.datetime.now(dt.UTC))
        assert colleague.name == "Ben Kowalski"
        sentences = [colleague.act() for _ in range(60)]
        done = {sentence.split()[0] for sentence in sentences if sentence}
        assert {"Logged", "Moved", "Edited", "Claimed"} <= done, done
        assert told.wait(10)
        until = time.monotonic() + 10
        while (
            not {table for table, _ in rows} >= {"contacts", "deals", "activities"}
            and time.monotonic() < until
        ):
            time.sleep(0.05)
        assert {table for table, _ in rows} >= {"contacts", "deals", "activities"}
        mine = ben.contacts(parse("owner:me", "contacts", ben.catalog(), now=NOW, zone=dt.UTC), limit=5_000)
        assert {ben.catalog().owner_name(line.book_id) for line in mine} == {"Ben Kowalski"}


def test_whoever_looks_on_sees_colleagues_at_work(team: TeamServer):
    changed = []

    with at_work(team, "ann") as ann, at_work(team, "mia") as manager, at_work(team, "eva") as eva:
        ann.subscribe(lambda seen: changed.extend(table for table, _ in seen.rows))
        for who in (manager, eva):
            colleague = Colleague(who, random.Random(4), lambda: dt.datetime.now(dt.UTC), watcher="ann")
            for _ in range(30):
                colleague.act()
        until = time.monotonic() + 10
        while changed.count("deals") < 5 and time.monotonic() < until:
            time.sleep(0.05)
        assert changed.count("deals") >= 5, "a rep sees nothing of what others do in their own books"


@posix
def test_colleagues_play_until_ctrl_c(offhook: Offhook, folder: Path):
    command = [*PROGRAM, "demo", "--team", "--traffic"]
    with subprocess.Popen(
        command,
        env=environment(offhook.home),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as played:
        assert "ctrl+c" in played.stdout.readline()
        said = [played.stdout.readline() for _ in range(3)]
        assert all(any(each.name in line for each in PEOPLE) for line in said), said
        played.send_signal(signal.SIGINT)
        rest, wrong = played.communicate(timeout=30)
    assert "things done." in rest
    assert "Traceback" not in wrong
    assert played.returncode == 0
    assert running(folder) is None


@posix
def test_colleagues_wait_for_a_server_that_went_away(offhook: Offhook, folder: Path):
    """Whoever started it closes the app, and opens it again later."""
    command = [*PROGRAM, "demo", "--team", "--traffic"]
    with (
        start(folder, zone=dt.UTC, now=NOW) as first,
        subprocess.Popen(
            command, env=environment(offhook.home), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as played,
    ):  # fmt: skip
        try:
            assert "ctrl+c" in played.stdout.readline()
            played.stdout.readline()
            first.__exit__(None, None, None)
            said = []
            while not said or "away" not in said[-1]:
                said.append(played.stdout.readline())
                assert played.poll() is None, played.stderr.read()
            assert said[-1] == "The server is away; waiting.\n"
            time.sleep(3)
            with start(folder, zone=dt.UTC, now=NOW):
                line = played.stdout.readline()
                assert any(each.name in line for each in PEOPLE), f"told once, then back at work: {line}"
                played.send_signal(signal.SIGINT)
                rest, wrong = played.communicate(timeout=30)
        finally:
            played.kill()
    assert "things done." in rest
    assert "Traceback" not in wrong
    assert played.returncode == 0


def test_a_start_that_takes_long_is_told(folder: Path, made: Made, monkeypatch, capsys):
    from cli import sample_team
    from cli.session import Session

    monkeypatch.setattr(sample_team, "_folder", lambda session: folder)
    for moment, told in ((0.0, "Starting the sample team's server …\n"), (600.0, "")):
        monkeypatch.setattr(sample_team, "_MOMENT", moment)
        with sample_team._team(Session(json=False), reset=False) as team:
            assert team.ours
        assert capsys.readouterr().err == told


@posix
def test_the_app_opens_as_the_first_rep_and_says_how_another_one_joins(offhook: Offhook, folder: Path):
    from benchmarks.terminal import Terminal

    with Terminal([*PROGRAM, "demo", "--team"], env=environment(offhook.home), columns=120, rows=40) as ann:
        ann.wait_for_text("demo · Ann Bakker", timeout=30)
        ann.wait_for_text("demo --team --as ben")
        with Terminal(
            [*PROGRAM, "demo", "--team", "--as", "ben"], env=environment(offhook.home), columns=120, rows=40
        ) as ben:
            ben.wait_for_text("demo · Ben Kowalski", timeout=30)
            ben.send("ctrl+q")
            assert ben.wait_exit() == 0
        assert running(folder), "whoever only joined has stopped nothing"
        ann.send("ctrl+q")
        assert ann.wait_exit() == 0
    assert running(folder) is None


@posix
def test_a_stranger_takes_the_server_away_works_on_and_brings_it_back(offhook: Offhook, folder: Path):
    from benchmarks.terminal import Terminal

    command = [*PROGRAM, "demo", "--team", "--field", "--as", "ben"]
    with Terminal(command, env=environment(offhook.home), columns=120, rows=40) as ben:
        ben.wait_for_text("demo · Ben Kowalski", timeout=30)
        ben.wait_for_text("Take the server away", timeout=30)
        ben.wait_for_text("live", timeout=60)
        assert "--serve" in offhook("demo", "--team", "--stop").out
        ben.wait_for_text("offline since", timeout=30)
        offhook("demo", "--team", "--stop", code=3)
        with subprocess.Popen(
            [*PROGRAM, "demo", "--team", "--serve"], env=environment(offhook.home), cwd=ROOT,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as served:  # fmt: skip
            assert "ctrl+c" in served.stdout.readline()
            ben.wait_for_text("● live", timeout=60)
            served.send_signal(signal.SIGINT)
            _, wrong = served.communicate(timeout=30)
            assert served.returncode == 0, wrong
        ben.send("ctrl+q")
        assert ben.wait_exit() == 0
    assert running(folder) is None


def test_a_copy_of_the_sample_team_works_without_its_server(team: TeamServer):
    from sync.standing import State
    from tests.waiting import eventually

    workspace = open_as(team, "dan", field=True)
    try:
        eventually(lambda: workspace.standing.state is State.LIVE, seconds=60)
        here = workspace.count_contacts(EVERYTHING)
    finally:
        workspace.close()
    with at_work(team, "dan") as direct:
        assert here == direct.count_contacts(EVERYTHING) > 0
    team.__exit__(None, None, None)
    away = open_as(team, "dan", field=True)
    try:
        assert away.count_contacts(EVERYTHING) == here
    finally:
        away.close()


# --- what is asked for wrongly ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "complaint", "code"),
    [
        (["--as", "ben"], "add --team", 2),
        (["--traffic"], "add --team", 2),
        (["--team", "--deals", "10"], "always the same size", 2),
        (["--field"], "add --team", 2),
        (["--team", "--traffic", "--as", "ben"], "Leave --as", 2),
        (["--team", "--traffic", "--serve"], "exclude each other", 2),
        (["--team", "--stop", "--as", "ben"], "everybody's", 2),
        (["--team", "--json"], "--generate-only", 2),
        (["--team"], "needs a terminal", 2),
        (["--team", "--as", "otto"], "There are: ann (rep)", 3),
    ],
)
def test_what_makes_no_sense_is_said_before_anything_is_made(empty: Offhook, arguments, complaint, code):
    assert complaint in empty("demo", *arguments, code=code).err
    assert not (empty.home / "data").exists()


def test_without_any_postgresql_one_is_told_what_to_install(empty: Offhook, tmp_path: Path):
    result = empty("demo", "--team", "--generate-only", code=5, OFFHOOK_PG_BIN=str(tmp_path))
    assert "Install PostgreSQL 15 or newer" in result.err
    assert not (empty.home / "data" / "demo" / "team").exists()


def test_the_server_ends_with_a_program_that_is_killed(folder: Path):
    script = (
        "import sys, time, datetime as dt; from pathlib import Path; from cli.demo.team.server import start\n"
        "start(Path(sys.argv[1]), zone=dt.UTC, now=dt.datetime.now(dt.UTC)); print('up', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as killed:
        assert killed.stdout.readline() == "up\n"
        assert running(folder)
        killed.kill()
    until = time.monotonic() + 15
    while running(folder) and time.monotonic() < until:
        time.sleep(0.05)
    assert running(folder) is None
