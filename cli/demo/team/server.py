"""The sample team's PostgreSQL: made with everything in it, started, or found running."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

from cli.demo.team.cast import CONTACTS, DEALS, PEOPLE, Person, sample_team
from cli.home import make_private
from core.errors import NotFound, Refused, Unavailable
from storage.keys import replace_secret
from storage.postgres import install, people
from storage.postgres.adapt import adapt
from storage.postgres.bulk import load_rows
from storage.postgres.launcher import HOST, SUPERUSER, Server, running
from storage.postgres.profile import Profile

Progress = Callable[[float, str], None]
"""Told the share that is done (0 to 1), and what is being done."""

DATABASE = "offhook"
OPERATOR = "operator"
"""Who installs offhook in it; no superuser, as with any server."""

_LOGINS = "logins.json"
_WAIT_SECONDS = 120.0
_SETTINGS = {"max_connections": "60", "shared_buffers": "64MB"}


class TeamServer:
    """The sample team's server, running.

    Attributes:
        folder: where it lives.
        made_in: seconds that making it took; 0 where it was there.
    """

    def __init__(self, folder: Path, port: int, passwords: dict[str, str], server: Server | None) -> None:
        self.folder = folder
        self.made_in = 0.0
        self._port = port
        self._passwords = passwords
        self._server = server

    @property
    def ours(self) -> bool:
        """Whether it stops with this program; otherwise it is another program's."""
        return self._server is not None

    @property
    def logins(self) -> Path:
        """The file with the passwords."""
        return self.folder / _LOGINS

    def profile(self, login: str) -> Profile:
        """How somebody gets at the database."""
        return Profile(HOST, self._port, DATABASE, login)

    def password(self, login: str) -> str:
        """What somebody logs in with."""
        return self._passwords[login]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.stop()


def person(login: str) -> Person:
    """Somebody of the sample team by login or first name.

    Raises:
        NotFound: there is nobody of that name.
    """
    wanted = login.strip().lower()
    for each in PEOPLE:
        if wanted in (each.login, each.first_name.lower()):
            return each
    there = ", ".join(f"{each.login} ({each.role})" for each in PEOPLE)
    raise NotFound(f"Nobody in the sample team is called {login}. There are: {there}.")


def is_made(folder: Path) -> bool:
    """Whether the sample team is there already, running or not."""
    return _read(folder / _LOGINS) is not None


def start(
    folder: Path,
    *,
    zone: dt.tzinfo,
    now: dt.datetime,
    reset: bool = False,
    progress: Progress = lambda *_: None,
) -> TeamServer:
    """Starts the sample team's server, made first where it is not there; or finds the one that is running.

    Args:
        folder: where it lives; the sample team's alone.
        zone: where the viewer is: what today means in the data.
        now: the present.
        reset: make it anew; what was tried out in it is gone.
        progress: told how far making it is.

    Raises:
        Refused: it is to be made anew and is in use.
        Unavailable: there is no PostgreSQL to be had, or it does not start.
    """
    make_private(folder.parent)
    with _alone(folder.parent / f"{folder.name}.lock"):
        port = running(folder)
        if reset and port:
            raise Refused(
                "The sample team is in use by another offhook, so it cannot be made anew. Close that one first."
                " Nothing was changed."
            )
        passwords = None if reset else _read(folder / _LOGINS)
        if port and passwords:
            return TeamServer(folder, port, passwords, None)
        if not passwords:
            # Never finished, or not wanted any more.
            shutil.rmtree(folder, ignore_errors=True)
            return _make(folder, zone, now, progress)
        server = Server(folder, settings=_SETTINGS)
        try:
            server.start()
        except Unavailable as error:
            raise Unavailable(f"{error} Or make the sample team anew: add --reset.") from error
        try:
            with _operator(server, passwords[OPERATOR]) as operator:
                install.upgrade(operator)
        except BaseException:
            server.stop()
            raise
        return TeamServer(folder, server.port, passwords, server)


def _make(folder: Path, zone: dt.tzinfo, now: dt.datetime, progress: Progress) -> TeamServer:
    began = dt.datetime.now(dt.UTC)
    progress(0.0, "the server")
    server = Server(folder, settings=_SETTINGS)
    try:
        server.start()
        passwords = {
            login: secrets.token_urlsafe(12) for login in (OPERATOR, *(each.login for each in PEOPLE))
        }
        with _superuser(server) as superuser:
            _make_operator(superuser, passwords[OPERATOR])
        with _operator(server, passwords[OPERATOR]) as operator:
            progress(0.1, "the database")
            install.init(operator)
            _fill(operator, zone, now, progress)
            _make_logins(operator, passwords)
            operator.execute("analyze")
        # Last of all: without it nobody takes what is there for a whole team.
        replace_secret(folder / _LOGINS, json.dumps(passwords, indent=2))
    except BaseException:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
        raise
    team = TeamServer(folder, server.port, passwords, server)
    team.made_in = (dt.datetime.now(dt.UTC) - began).total_seconds()
    return team


def _fill(operator: psycopg.Connection[Any], zone: dt.tzinfo, now: dt.datetime, progress: Progress) -> None:
    team = sample_team(now=now)

    def made(done: int, total: int, what: str) -> None:
        progress(0.3 + 0.6 * done / total, what)

    rows = team.rows(now=now, zone=zone, deals=DEALS, contacts=CONTACTS, progress=made)
    load_rows(operator, team.org_id, team.founder_id, rows, now=now)
    progress(0.9, "the logins")


def _make_operator(superuser: psycopg.Connection[Any], password: str) -> None:
    name = sql.Identifier(OPERATOR)
    verifier = people.verifier(superuser, OPERATOR, password)
    superuser.execute(
        sql.SQL("create role {} login createrole createdb password {}").format(name, sql.Literal(verifier))
    )
    superuser.execute(
        sql.SQL("create database {} owner {} template template0").format(sql.Identifier(DATABASE), name)
    )


def _make_logins(operator: psycopg.Connection[Any], passwords: dict[str, str]) -> None:
    with install.as_owner(operator):
        # By the role that manages logins, so that it may manage these, too.
        operator.execute(sql.SQL("set local role {}").format(sql.Identifier(install.USER_ADMIN)))
        for each in PEOPLE:
            operator.execute(
                sql.SQL("create role {} login password {} in role {}").format(
                    sql.Identifier(each.login),
                    sql.Literal(people.verifier(operator, each.login, passwords[each.login])),
                    sql.Identifier(install.GROUPS[each.role]),
                )
            )


def _superuser(server: Server) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=HOST,
        port=server.port,
        dbname="postgres",
        user=SUPERUSER,
        password=server.password,
        autocommit=True,
    )


def _operator(server: Server, password: str) -> psycopg.Connection[Any]:
    connection = psycopg.connect(
        host=HOST, port=server.port, dbname=DATABASE, user=OPERATOR, password=password, autocommit=True
    )
    return adapt(connection)


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Lets one program at a time make or start the team; the others wait. It ends with the program, however that ends."""
    try:
        connection = sqlite3.connect(lock, timeout=_WAIT_SECONDS, isolation_level=None)
    except sqlite3.Error as error:
        raise Unavailable(f"{lock} cannot be written: {error}. Check the folder and its space.") from None
    try:
        connection.execute("begin exclusive")
        yield
    except sqlite3.OperationalError as error:
        raise Unavailable(
            f"Another offhook is making the sample team, and does not come to an end: {error}."
        ) from None
    finally:
        connection.close()


def _read(path: Path) -> dict[str, str] | None:
    """The passwords by login; None where they are not there or not whole."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        return {login: str(known[login]) for login in (OPERATOR, *(each.login for each in PEOPLE))}
    except (OSError, ValueError, KeyError, TypeError):
        return None
