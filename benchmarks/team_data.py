"""A team's PostgreSQL for the benchmarks: many reps, each with a book of their own, a pool that all of them share, and a
manager who sees it all."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.app import CannotRun
from cli.demo.generate import fill, found
from core.changes import Row
from core.commands.base import insert
from core.entities import RECORDS, Book, Membership, User
from core.errors import OffhookError
from core.ids import new_id
from storage.load import CATALOG_TABLES
from storage.postgres import install, people
from storage.postgres.adapt import adapt
from storage.postgres.bulk import load_rows
from storage.postgres.launcher import HOST, SUPERUSER, Server
from storage.postgres.profile import Profile

DATABASE = "offhook"
POOL_SHARE = 10
"""Every so-manieth account lies in the pool."""
MANAGER = "manager"
_NOTE = "team-and-manager.json"
_SETTINGS = {"max_connections": "400", "shared_buffers": "256MB"}
_ZONE = dt.UTC
_SETUP = tuple(table for table in RECORDS if table in CATALOG_TABLES)


@dataclass(frozen=True)
class TeamServer:
    """The running server.

    Attributes:
        port: where it listens.
        passwords: everybody's passwords by login.
        superuser_password: for what no rep may do.
        loaded: seconds that filling the database took when it was made.
        rows: how many rows were loaded then.
    """

    port: int
    passwords: dict[str, str]
    superuser_password: str
    loaded: float
    rows: int

    @property
    def logins(self) -> list[str]:
        """The reps."""
        return [login for login in self.passwords if login != MANAGER]

    def profile(self, login: str) -> Profile:
        """How a rep gets at the database."""
        return Profile(HOST, self.port, DATABASE, login)

    def superuser(self) -> psycopg.Connection[Any]:
        """A connection that may do everything."""
        return _connect(self.port, self.superuser_password)


@contextmanager
def team_server(folder: Path, *, reps: int, deals: int, contacts: int) -> Iterator[TeamServer]:
    """A server with so much in it, made where it is not there yet. What is committed is on the disk, as in earnest.

    Raises:
        CannotRun: there is no PostgreSQL, or it does not start.
    """
    folder = folder / f"team-{reps}-reps-{deals}-deals-{contacts}-contacts"
    note = folder / _NOTE
    if not note.exists():
        shutil.rmtree(folder, ignore_errors=True)
    try:
        with Server(folder, settings=_SETTINGS) as server:
            if not note.exists():
                note.write_text(json.dumps(_make(server, reps, deals, contacts)))
            else:
                with _connect(server.port, server.password) as operator:
                    install.upgrade(operator)
            known = json.loads(note.read_text())
            yield TeamServer(server.port, known["passwords"], server.password, known["loaded"], known["rows"])
    except OffhookError as error:
        raise CannotRun(str(error)) from error


def enlarge(server: TeamServer, wanted: dict[str, int]) -> None:
    """Makes copies of rows until a table holds so many, past every trigger: what lies there does not matter, its amount does.

    Args:
        server: where.
        wanted: the number of rows by table.
    """
    with server.superuser() as superuser:
        for table, count in wanted.items():
            there = superuser.execute(f"select count(*) from offhook.{table}").fetchone()[0]  # type: ignore[index]
            if there >= count:
                continue
            columns = [
                row[0]
                for row in superuser.execute(
                    "select column_name from information_schema.columns where table_schema = 'offhook' and table_name = %s",
                    (table,),
                )
            ]
            values = ", ".join("gen_random_uuid()" if name == "id" else f"t.{name}" for name in columns)
            superuser.execute(f"alter table offhook.{table} disable trigger user")
            superuser.execute(
                f"insert into offhook.{table} ({', '.join(columns)}) select {values} from offhook.{table} t,"
                f" generate_series(1, {-(-count // there)}) limit {count - there}"
            )
            superuser.execute(f"alter table offhook.{table} enable trigger user")
        # Brings the triggers back as they were: enabled whoever writes.
        install.upgrade(superuser)
        superuser.execute("vacuum analyze")


def _make(server: Server, reps: int, deals: int, contacts: int) -> dict[str, Any]:
    with _connect(server.port, server.password, "postgres") as superuser:
        superuser.execute(sql.SQL("create database {} template template0").format(sql.Identifier(DATABASE)))
    now = dt.datetime.now(dt.UTC)
    with _connect(server.port, server.password) as operator:
        install.init(operator)
        house, rng = found(seed=1, now=now, user="Alex Morgan", zone=_ZONE)
        team = next(change for change in house.founding.changes if change.table == "teams")
        members = [
            _person(f"rep{number:03}", f"Rep {number:03}", "rep", team.id) for number in range(1, reps + 1)
        ]
        books = [changes[1].id for _, changes in members]
        members.append(_person(MANAGER, "Mona Manager", "manager", team.id))
        setup = [*house.founding.changes, *(change for _, changes in members for change in changes)]
        pool = house.pools[0].book_id

        def rows() -> Iterator[tuple[str, list[Row]]]:
            for table in _SETUP:
                yield table, [dict(change.set) for change in setup if change.table == table]
            for table, batch in fill(
                house, rng, deals=deals, contacts=contacts, now=now, zone=_ZONE, big_timeline=False,
                progress=lambda *_: None,
            ):  # fmt: skip
                yield table, [row | {"book_id": _book(table, row, books, pool)} for row in batch]

        count = load_rows(operator, house.founding.org_id, house.founding.user_id, rows(), now=now)
        seconds = (dt.datetime.now(dt.UTC) - now).total_seconds()
        passwords = {login: secrets.token_urlsafe(12) for login, _ in members}
        _make_logins(operator, passwords)
        operator.execute("vacuum analyze")
    return {"passwords": passwords, "loaded": seconds, "rows": count}


def _person(login: str, name: str, role: str, team_id: str) -> tuple[str, list[Any]]:
    user = insert(User, new_id(), {"name": name, "login": login, "role": role})
    book = insert(Book, new_id(), {"kind": "own", "name": name, "user_id": user.id})
    return login, [user, book, insert(Membership, new_id(), {"team_id": team_id, "user_id": user.id})]


def _book(table: str, row: Row, books: list[str], pool: str) -> str:
    """An account stays together: its company, people and deals lie in one book."""
    own = row["id"] if table in ("companies", "contacts") else ""
    if table == "companies":
        account = own
    elif table == "contacts":
        account = row["company_id"] or own
    else:
        account = row["company_id"] or row["contact_id"] or row["id"]
    number = int(account[-6:], 16)
    return pool if number % POOL_SHARE == 0 else books[number // POOL_SHARE % len(books)]


def _make_logins(operator: psycopg.Connection[Any], passwords: dict[str, str]) -> None:
    for login, password in passwords.items():
        operator.execute(
            sql.SQL("create role {} login password {} in role {}").format(
                sql.Identifier(login),
                sql.Literal(people.verifier(operator, login, password)),
                sql.Identifier(install.GROUPS["manager" if login == MANAGER else "rep"]),
            )
        )


def _connect(port: int, password: str, database: str = DATABASE) -> psycopg.Connection[Any]:
    return adapt(
        psycopg.connect(
            host=HOST, port=port, dbname=database, user=SUPERUSER, password=password, autocommit=True
        )
    )
