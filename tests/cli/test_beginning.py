"""The first day: no workspace, `init`, `demo`; and the command line as such."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import PROGRAM, ROOT, Offhook, environment

COMMANDS = (
    ("find", "x"), ("show", "x"), ("move", "x", "y"), ("log", "note", "x", "y"), ("task", "x", "y", "--due", "tomorrow"),
    ("export", "contacts"), ("status",), ("pipelines",), ("undo",), ("doctor",), ("backup", "b.db"),
)  # fmt: skip


def test_whoever_works_in_a_team_logs_out_before_starting_alone(empty: Offhook) -> None:
    team = empty.home / "data" / "team"
    team.mkdir(parents=True)
    (team / "profile.json").write_text('{"host": "db.example.com", "login": "ben"}')
    assert "log out first: offhook logout" in empty("init", code=1).err
    assert not empty.workspace.exists()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: str(command[0]))
def test_without_a_workspace_every_command_says_how_to_get_one(
    empty: Offhook, command: tuple[str, ...]
) -> None:
    told = empty(*command, code=3)
    assert "offhook init" in told.err
    assert "offhook demo" in told.err
    assert not empty.home.exists()


def test_init_asks_nothing_and_guesses_what_it_is_not_told(empty: Offhook) -> None:
    made = empty("init", "--name", "Zoë", "--organization", "Käse & Co", "--json").json
    assert set(made) == {"file", "name", "organization", "currency", "country", "time_zone", "notes"}
    assert (made["name"], made["organization"]) == ("Zoë", "Käse & Co")
    assert (made["country"], made["currency"], made["time_zone"]) == ("DE", "EUR", "Europe/Berlin")
    assert made["file"] == str(empty.workspace)
    before = empty.workspace.read_bytes()
    assert "already" in empty("init", code=1).err
    assert empty.workspace.read_bytes() == before
    if sys.platform != "win32":
        assert stat.S_IMODE(empty.workspace.stat().st_mode) == 0o600
        assert stat.S_IMODE(empty.workspace.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("arguments", [("--currency", "XXL"), ("--country", "Germany")])
def test_init_refuses_what_it_cannot_keep(empty: Offhook, arguments: tuple[str, ...]) -> None:
    assert empty("init", *arguments, "--json", code=1).error["fields"]
    assert not empty.workspace.exists()


def test_the_sample_workspace_is_beside_ones_own(alone: Offhook) -> None:
    before = alone.workspace.read_bytes()
    made = alone("demo", "--generate-only", "--deals", "5", "--contacts", "20", "--seed", "7", "--json").json
    assert set(made) == {"file", "deals", "contacts", "seed", "big_timeline", "seconds"}
    assert (made["deals"], made["contacts"], made["seed"]) == (5, 20, 7)
    told = alone("--demo", "status", "--json").json
    assert (told["demo"], told["file"]) == (True, made["file"])
    assert alone("--demo", "find", "e", "--json").json
    assert alone("--demo", "move", "nobody", "x", code=3)
    assert alone("status", "--json").json["contacts"] == 0
    assert alone.workspace.read_bytes() == before


def test_without_a_sample_workspace_it_says_how_to_make_one(empty: Offhook) -> None:
    assert "offhook demo" in empty("--demo", "find", "x", code=3).err
    assert empty("--demo", "init", code=2).err


@pytest.mark.parametrize("arguments", [(), ("demo",), ("--demo",), ("demo", "--deals", "5")])
def test_the_app_needs_a_terminal_and_says_so_at_once(empty: Offhook, arguments: tuple[str, ...]) -> None:
    assert "terminal" in empty(*arguments, code=2).err
    assert not empty.home.exists()


@pytest.mark.parametrize(
    "arguments", [("frob",), ("--frob",), ("log",), ("move", "x"), ("demo", "--deals", "0")]
)
def test_bad_usage_is_a_sentence_or_an_object(empty: Offhook, arguments: tuple[str, ...]) -> None:
    told = empty(*arguments, code=2)
    assert told.out == ""
    assert "offhook" in told.err
    if arguments != ("log",):
        assert empty(*arguments, "--json", code=2).error["code"] == "usage"


def test_help_shows_every_command_with_examples(empty: Offhook) -> None:
    told = empty("--help").out
    for name in {command[0] for command in COMMANDS} | {"init", "demo", "restore"}:
        assert f"\n  {name} " in told
    for name in ("find", "move", "task", "export", "demo"):
        assert f"\n  offhook {name} " in empty(name, "-h").out


def test_version(empty: Offhook) -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert empty("--version").out == f"offhook {project['version']}\n"


def test_the_shell_completes_commands_and_values(empty: Offhook) -> None:
    def complete(words: str) -> list[str]:
        return empty(
            _OFFHOOK_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=str(len(words.split(" ")) - 1)
        ).out.split("\n")

    assert "export" in complete("offhook ex")
    assert complete("offhook export co")[0] == "contacts"
    assert complete("offhook log call x --outcome b")[0] == "busy"


def test_a_fault_of_its_own_is_one_sentence_and_a_log_for_its_owner(alone: Offhook) -> None:
    script = (
        "import sys, storage.solo\n"
        "def fail(self, *a, **k): number = 4000 + 711; raise RuntimeError(f'customer {number}')\n"
        "storage.solo.SoloWorkspace.search = fail\n"
        "from cli.main import main; sys.exit(main(['find', 'x']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment(alone.home),
        capture_output=True,
        check=False,
        timeout=60,
    )
    told = done.stderr.decode()
    log = alone.home / "state" / "offhook.log"
    assert done.returncode == 70
    assert told.count("\n") == 1
    assert str(log) in told
    assert "Traceback" not in told
    written = log.read_text()
    assert "builtins.RuntimeError" in written
    assert "storage/solo.py" in written or "cli" in written
    assert "4711" not in written
    if sys.platform != "win32":
        assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_ctrl_c_ends_a_command_quietly_and_leaves_nothing_half_done(empty: Offhook) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows sends no signal to one process alone")
    import signal
    import time

    running = subprocess.Popen(
        [*PROGRAM, "demo", "--generate-only", "--contacts", "200000", "--deals", "1000"],
        env=environment(empty.home), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    folder = empty.home / "data" / "demo"
    while not any(folder.glob(".building-*/.workspace.db.*")) and running.poll() is None:
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert b"Traceback" not in told
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert Path(empty.home).exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_answer_that_cannot_be_written_is_said(alone: Offhook) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*PROGRAM, "status"],
            env=environment(alone.home), stdout=full, stderr=subprocess.PIPE, check=False, timeout=60,
        )  # fmt: skip
    assert done.returncode == 5
    assert b"cannot be written" in done.stderr
    assert done.stderr.count(b"\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="closes streams as a shell does")
def test_closed_streams_are_no_fault(alone: Offhook) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&- 2>&- <&-', "sh", *PROGRAM, "status"],
        env=environment(alone.home), check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0
