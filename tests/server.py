"""The PostgreSQL that tests run on: one server for a whole run, a database of its own for whoever wants one.

`OFFHOOK_PG=system` runs the tests on the system's PostgreSQL instead of the embedded one.
"""

from __future__ import annotations

import itertools
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from core.errors import Unavailable
from storage.postgres.adapt import adapt
from storage.postgres.launcher import HOST, SUPERUSER, Server

CLUSTER = "OFFHOOK_TEST_CLUSTER"
"""Environment variable in which the run's controller tells its workers where the server is."""

OPERATOR = "operator"
"""Who installs: as on managed services, may make roles and databases, and is no superuser."""

_MADE_ONCE = 0x0FF_400C
_settings = {"max_connections": "300", "superuser_reserved_connections": "5"}
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Cluster:
    """A running server."""

    port: int
    version: int
    superuser_password: str
    operator_password: str
    host: str = HOST

    def connect(
        self, user: str, password: str, database: str = "postgres", **more: Any
    ) -> psycopg.Connection[Any]:
        """Log in. What is done is committed at once, and ids are text, unless `more` says otherwise."""
        connection = psycopg.connect(
            host=self.host, port=self.port, dbname=database, user=user, password=password,
            **{"autocommit": True, "options": "-c search_path=offhook,pg_temp", "connect_timeout": 10, **more},
        )  # fmt: skip
        return adapt(connection)

    def operator(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Log in as who installs and makes databases."""
        return self.connect(OPERATOR, self.operator_password, database)

    def superuser(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """Log in as who may do everything: to look at what nobody else may, never to run offhook."""
        return self.connect(SUPERUSER, self.superuser_password, database)


@dataclass
class Database:
    """A database of a test's own. What was connected through it is closed with it."""

    cluster: Cluster
    name: str
    _open: list[psycopg.Connection[Any]] = field(default_factory=list)

    def connect(self, login: str, password: str | None = None, **more: Any) -> psycopg.Connection[Any]:
        """Log in as one of the floor's people, or anybody else whose password is given."""
        return self._kept(self.cluster.connect(login, password or f"{login}-secret-1", self.name, **more))

    def operator(self) -> psycopg.Connection[Any]:
        """Log in as who has installed offhook here."""
        return self._kept(self.cluster.operator(self.name))

    def superuser(self) -> psycopg.Connection[Any]:
        """Log in as the server's superuser."""
        return self._kept(self.cluster.superuser(self.name))

    def close(self) -> None:
        """Close all that was connected."""
        while self._open:
            self._open.pop().close()

    def _kept(self, connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
        self._open.append(connection)
        return connection


def roomy_memory() -> str | None:
    """The folder that Linux keeps in memory, if there is a gigabyte left in it.

    A copy of a database is some hundred files: making them takes 0.01 s there, and 0.3 s on a common disk.
    """
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK | os.X_OK) and shutil.disk_usage(memory).free > 1 << 30:
        return str(memory)
    return None


def start() -> tuple[Server, Cluster]:
    """Start a server with an operator in it."""
    folder = Path(tempfile.mkdtemp(prefix="offhook-tests-", dir=roomy_memory()))
    server = Server(folder, durable=False, remove=True, settings=_settings)
    server.start()
    cluster = Cluster(server.port, server.programs.version, server.password, secrets.token_urlsafe(16))
    with cluster.superuser() as connection:
        connection.execute(
            sql.SQL("create role {} login createrole createdb password {}").format(
                sql.Identifier(OPERATOR), sql.Literal(cluster.operator_password)
            )
        )
    return server, cluster


def start_for_workers() -> Server | None:
    """Start a server and tell the processes that this one will start. Trouble is told to the tests that need it."""
    try:
        server, cluster = start()
    except Unavailable as error:
        os.environ[CLUSTER] = json.dumps({"error": str(error)})
        return None
    os.environ[CLUSTER] = json.dumps(asdict(cluster))
    return server


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """The run's server; one of this process's own where nobody has started any."""
    told = json.loads(os.environ.get(CLUSTER, "{}"))
    if "error" in told:
        raise Unavailable(told["error"])
    if told:
        yield Cluster(**told)
        return
    server, cluster = start()
    try:
        yield cluster
    finally:
        server.stop()


def template(cluster: Cluster, name: str, fill: Callable[[psycopg.Connection[Any]], object]) -> str:
    """A database to be cloned, filled once a run by whoever needs it first.

    Args:
        cluster: where.
        name: its name, which tells what is in it.
        fill: fills an empty one, as the operator.
    """
    with cluster.operator() as connection:
        connection.execute("select pg_advisory_lock(%s)", (_MADE_ONCE,))
        if connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone():
            return name
        # What was half made by a worker that has failed is of no use to the next one.
        making, made = sql.Identifier(f"{name}_making"), sql.Identifier(name)
        connection.execute(sql.SQL("drop database if exists {}").format(making))
        connection.execute(sql.SQL("create database {} template template0").format(making))
        with cluster.operator(f"{name}_making") as inside:
            fill(inside)
        connection.execute(sql.SQL("alter database {} rename to {}").format(making, made))
    return name


@contextmanager
def clone(cluster: Cluster, of: str) -> Iterator[Database]:
    """A copy of a template, dropped in the end whoever is still connected."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    # The superuser's work: an operator cannot end other people's sessions.
    with cluster.superuser() as connection:
        connection.execute(
            sql.SQL("create database {} template {} owner {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(of), sql.Identifier(OPERATOR)
            )
        )
        _copy_rights(connection, of, name)
        database = Database(cluster, name)
        try:
            yield database
        finally:
            database.close()
            connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def _copy_rights(connection: psycopg.Connection[Any], of: str, to: str) -> None:
    """Who may connect, or make temporary tables, is the one thing that PostgreSQL does not copy with a database."""
    granted = connection.execute(
        "select privilege_type, grantee::regrole::text from pg_database, aclexplode(datacl)"
        " where datname = %s and grantee <> datdba",
        (of,),
    ).fetchall()
    commands = [sql.SQL("revoke all on database {} from public").format(sql.Identifier(to))]
    commands += [
        sql.SQL("grant {} on database {} to {}").format(sql.SQL(right), sql.Identifier(to), sql.SQL(role))
        for right, role in granted
    ]
    connection.execute(sql.SQL("; ").join(commands))
