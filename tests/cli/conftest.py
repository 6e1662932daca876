"""Runs the real program as a process of its own, as a shell does."""

from __future__ import annotations

import datetime as dt
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from cli.home import Home
from cli.team import join
from storage.postgres import install
from storage.postgres.organizations import found_organization
from storage.postgres.profile import Profile, parse_address
from tests.cli import warm
from tests.server import OPERATOR, Cluster, clone, template

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
        seen, typed = environment(self.home, **variables), stdin.encode() if isinstance(stdin, str) else stdin
        if not variables and warm.can_start_warm(seen):
            done = warm.run([*map(str, arguments)], seen, typed, str(ROOT))
        else:
            done = subprocess.run(
                [*PROGRAM, *map(str, arguments)],
                env=seen, input=typed, capture_output=True, timeout=60, check=False,
            )  # fmt: skip
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


# --- a team's server ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Site:
    """A database with offhook and an organization in it, and its admin's machine.

    Attributes:
        address: where it is.
        tag: what every login here ends with: logins belong to the whole server.
        ada: the admin's machine, logged in.
        password: the admin's first one.
        operator_password: the operator's.
        home: where machines of others are made.
        cluster: the server.
    """

    address: str
    tag: str
    ada: Offhook
    password: str
    operator_password: str
    home: Path
    cluster: Cluster

    @property
    def database(self) -> str:
        """Its name."""
        return self.address.rpartition("/")[2]

    def operator(self, program: Offhook, *arguments: str, code: int = 0) -> Result:
        """Runs a command that wants the operator."""
        return program(
            *arguments, "--as", OPERATOR, "--password-stdin", stdin=f"{self.operator_password}\n", code=code
        )

    def hire(self, login: str, *more: str) -> tuple[str, str]:
        """Makes a user as the admin: (login, first password)."""
        made = self.ada("admin", "user", "add", f"{login}{self.tag}", "--json", *more).json
        return made["login"], made["password"]

    def machine(self, login: str, password: str, *, address: str = "", field: bool = False) -> Offhook:
        """A colleague's machine, logged in; at another address than the server's own where one is given."""
        program = Offhook(self.home / login)
        data = program.home / "data"
        join(
            Home(program.home / "config", data, data),
            Profile(*parse_address(address or self.address), login=login),
            password,
            prefer="file",
            field=field,
        )
        return program


@pytest.fixture(scope="session")
def installed(cluster: Cluster) -> str:
    """The name of a database that offhook is installed in, to be cloned: installing takes a second."""
    return template(cluster, "installed", install.init)


@pytest.fixture
def site(cluster: Cluster, installed: str, tmp_path: Path) -> Iterator[Site]:
    tag = secrets.token_hex(4)
    login, password = f"ada{tag}", "a first sentence"
    with clone(cluster, installed) as database:
        found_organization(
            database.operator(), name="Nordlicht", admin_name="Ada Adler", login=login, password=password,
            currency="EUR", country="DE", time_zone="Europe/Berlin", now=dt.datetime.now(dt.UTC),
        )  # fmt: skip
        address = f"127.0.0.1:{cluster.port}/{database.name}"
        ada = Offhook(tmp_path / login)
        site = Site(address, tag, ada, password, cluster.operator_password, tmp_path, cluster)
        site.machine(login, password)
        yield site
    with cluster.superuser() as root:
        for (made,) in root.execute(
            "select rolname from pg_roles where rolname like %s", (f"%{tag}",)
        ).fetchall():
            root.execute(sql.SQL("drop role {}").format(sql.Identifier(made)))


def fill(program: Offhook, number: int) -> None:
    """Makes contacts with a deal each in the book of whoever is logged in."""
    from core.commands.contacts import CreateContact
    from core.commands.deals import CreateDeal
    from storage.postgres.direct import open_direct

    folder = program.home / "data" / "team"
    held = json.loads((folder / "password").read_text())
    workspace = open_direct(Profile.load(folder / "profile.json"), held["password"])
    try:
        for place in range(number):
            person = CreateContact(values={"first_name": "Lena", "last_name": f"Maier {place}"})
            deal = CreateDeal(
                pipeline_id=workspace.catalog().pipelines[0].id,
                values={"title": f"Renewal {place}", "contact_id": person.contact_id},
            )
            for command in (person, deal):
                answer = workspace.execute(command)
                assert answer.applied, answer.reason
    finally:
        workspace.close()
