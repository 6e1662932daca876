"""Connections to the team's PostgreSQL: how they are secured, and what their errors mean to a person.

Off this machine only TLS with a verified certificate will do, and everywhere only SCRAM: a server that asks for the
password itself does not get it. The password is handed on by itself, never inside a text that may be logged.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors as pg
from psycopg.abc import PQGen

from core.errors import NotFound, OffhookError, Refused, SignInRefused, Unavailable, Unreachable
from storage.postgres.adapt import adapt
from storage.postgres.profile import Profile
from storage.schema_version import OLDEST_SERVER

CONNECT_SECONDS = 5
ANSWER_SECONDS = 40.0
"""How long an answer may take before the connection counts as lost; the server gives a statement up before that."""

_OPTIONS = (
    "-c search_path=offhook,pg_temp -c statement_timeout=30s -c lock_timeout=4s"
    " -c idle_in_transaction_session_timeout=30s -c jit=off"
)
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)

Wire = psycopg.Connection[Any]
"""A connection as offhook uses it: in autocommit mode, ids as text, tuples as rows."""


class Lost(Unreachable):
    """The connection broke. Whether what was sent last took effect is not known."""


class Mismatch(Refused):
    """This program and the server are of versions that do not fit."""


class _Wire(psycopg.Connection[Any]):
    """A connection that gives up on a server that says nothing.

    Attributes:
        answer_seconds: how long an answer may take.
    """

    answer_seconds: float = ANSWER_SECONDS

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        # A network that swallows everything never says so: without this a call would hang for good.
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        began = time.monotonic()
        try:
            return super().wait(gen, interval, self.answer_seconds)
        except psycopg.OperationalError:
            if time.monotonic() - began < self.answer_seconds:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError("the server does not answer") from None


def connect(profile: Profile, password: str | None, *, answer_seconds: float = ANSWER_SECONDS) -> Wire:
    """Opens a connection.

    Args:
        profile: where to, and who.
        password: the login's; None: libpq looks for one in its own places (`~/.pgpass`).
        answer_seconds: how long an answer may take before the connection counts as lost.

    Raises:
        Unavailable: the server cannot be reached at the moment.
        SignInRefused: login or password is not good.
        Refused: it must not or cannot be used: its certificate, its version, the database's name.
    """
    try:
        wire = _Wire.connect(**_parameters(profile, password))
    except psycopg.Error as error:
        raise explain_connect(error, profile) from None
    except UnicodeError:
        # The error's own words may hold the password.
        raise Refused(
            "The address, the login or the password holds characters that no server takes. Type them anew."
        ) from None
    wire.answer_seconds = answer_seconds
    if wire.info.server_version < OLDEST_SERVER * 10_000:
        wire.close()
        raise Refused(
            f"{profile.host} runs PostgreSQL {wire_version(wire.info.server_version)}; offhook needs {OLDEST_SERVER} or"
            " newer. Ask your admin."
        )
    return adapt(wire)


def wire_version(number: int) -> str:
    """A server's version number as people write it: 150018 is 15.18."""
    return f"{number // 10_000}.{number % 10_000}"


def _parameters(profile: Profile, password: str | None) -> dict[str, Any]:
    given: dict[str, Any] = {
        "host": profile.host,
        # Not the one that the environment may name.
        "hostaddr": "",
        "port": profile.port,
        "dbname": profile.database,
        "user": profile.login,
        "require_auth": "scram-sha-256",
        "gssencmode": "disable",
        "application_name": "offhook",
        "connect_timeout": CONNECT_SECONDS,
        "keepalives": 1,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
        "options": _OPTIONS,
        "autocommit": True,
    }
    if password is not None:
        given["password"] = password
    if profile.ca_file or not (profile.loopback or profile.insecure):
        given["sslmode"] = "verify-full"
        given["channel_binding"] = "require"
        given["sslrootcert"] = profile.ca_file or system_certificates()
    else:
        given["sslmode"] = "prefer"
    return given


def system_certificates() -> str:
    """The file with the certificates that the system trusts; `system` where there is none: OpenSSL's own places.

    The OpenSSL inside psycopg's wheels looks in a folder of the machine on which they were built.
    """
    found = ssl.get_default_verify_paths()
    for path in (found.cafile, found.openssl_cafile, *_BUNDLES):
        if path and Path(path).is_file():
            return path
    return "system"


def cut(wire: Wire) -> None:
    """Breaks a connection that another thread may be waiting on, so that its wait ends at once."""
    # A duplicate: closing it leaves the other thread's own alone.
    with (
        contextlib.suppress(OSError, psycopg.Error),
        socket.fromfd(wire.fileno(), socket.AF_INET, socket.SOCK_STREAM) as same,
    ):
        same.shutdown(socket.SHUT_RDWR)


# --- who is there ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hello:
    """What the server says first.

    Attributes:
        epoch: another one than before means that the server was restored or replaced.
        schema: the migration that it is at.
        org_id: the tenant of the login.
        user_id: the user whose login it is.
        role: admin, manager, rep or readonly.
        now: the server's time.
        cursor: where the feed of changes stands.
        note: what the user should know about versions; empty where nothing.
    """

    epoch: str
    schema: str
    org_id: str
    user_id: str
    role: str
    now: dt.datetime
    cursor: str
    note: str


def greet(wire: Wire, profile: Profile, client_schema: str) -> Hello:
    """Asks the server who it is and tells it which schema this program knows. One round trip.

    Raises:
        Mismatch: the server and this program do not fit.
        Refused: there is no offhook in the database, or the login belongs to nobody or is disabled.
        Unavailable: the connection broke.
    """
    try:
        row = wire.execute("select hello(%s)", (client_schema,)).fetchone()
    except (pg.UndefinedFunction, pg.InvalidSchemaName, pg.InsufficientPrivilege):
        raise Refused(
            f"The database {profile.database} on {profile.host} holds no offhook that {profile.login} may use."
            " Check the database's name; an admin installs offhook with `offhook admin init`."
        ) from None
    except psycopg.Error as error:
        raise explain(error) from None
    said: dict[str, Any] = row[0] if row else {}
    schema, least = str(said["schema"] or ""), str(said["min_client"] or "")
    if client_schema < least:
        raise Mismatch(
            f"This offhook is too old for the server (it knows format {client_schema}, the server asks for {least})."
            " Update offhook, then start it again."
        )
    if schema < client_schema:
        raise Mismatch(
            f"The server is too old for this offhook (it has format {schema or 'none'}, this one needs"
            f" {client_schema}). Ask your admin to run `offhook admin upgrade`."
        )
    newer = "The server was upgraded: a newer offhook is to be had." if schema > client_schema else ""
    return Hello(
        epoch=str(said["epoch"]),
        schema=schema,
        org_id=str(said["org_id"]),
        user_id=str(said["user_id"]),
        role=str(said["role"]),
        now=dt.datetime.fromisoformat(said["now"]),
        cursor=str(said["cursor"]),
        note=newer,
    )


# --- what errors mean -----------------------------------------------------------------------------------------------


def is_broken(wire: Wire) -> bool:
    """Whether a connection cannot be used any more."""
    return bool(wire.closed or wire.broken)


def explain(error: psycopg.Error) -> OffhookError:
    """An error of a statement as a sentence for the user."""
    state = error.sqlstate or ""
    match state:
        case "OH001":
            return Refused(_said(error))
        case "OH002":
            return NotFound(_said(error))
        case "OH003":
            return Refused(_said(error))
        case "42501":
            return Refused("The server does not let you do that.")
        case "57014":
            return Unavailable("The server took too long, so it was given up. Try again.")
        case "55P03":
            return Unavailable("Somebody else holds what you want to change. Try again in a moment.")
        case "53100" | "53200" | "53400" | "53000":
            return Unavailable("The server has run out of space or memory. Tell your admin.")
        case "25006":
            return Unavailable("The server does not take changes at the moment. Tell your admin.")
        case "40001" | "40P01":
            return Unavailable("Too many people changed the same records at once. Try again.")
    if not state or state.startswith(("08", "57P")):
        return Lost("The connection to the server broke.")
    return Unavailable(f"The server could not do it ({state}: {_said(error)}). Tell your admin if it stays.")


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Whatever a statement in the block fails with is raised as a sentence for the user; see `explain`."""
    try:
        yield
    except psycopg.Error as error:
        raise explain(error) from None


def explain_connect(error: psycopg.Error, profile: Profile) -> OffhookError:
    """Why there is no connection, as a sentence that says what to do. Never holds a password."""
    said = _whole(error)
    host, port = profile.host, profile.port
    for pattern, build in _CONNECT_ERRORS:
        if re.search(pattern, said, re.IGNORECASE):
            kind, sentence = build
            return kind(sentence.format(host=host, port=port, login=profile.login, database=profile.database))
    return Unreachable(f"{host} cannot be used at the moment: {first_line(error)}.")


_NEW_CA = "Check the address; if the server's certificate is your own, name its CA's file (`offhook login --ca-file`)."
# A name may stand for several addresses (localhost: one of IPv6, one of IPv4). What a server said at one of them comes
# before there being none at another.
_CONNECT_ERRORS: tuple[tuple[str, tuple[type[OffhookError], str]], ...] = (
    (
        r"could not translate host name|name or service not known|nodename nor servname|getaddrinfo",
        (Unreachable, "There is no server called {host}. Check the address and the network."),
    ),
    (
        r"does not match host name",
        (Refused, "The certificate of {host} belongs to another server, so nothing was sent. Check the address."),
    ),
    (
        r"certificate verify failed|certificate has expired|unable to get .*issuer",
        (Refused, "The certificate of {host} is not trusted here, so nothing was sent. " + _NEW_CA),
    ),
    (
        r"root certificate file .* does not exist|could not read root certificate|could not load system root",
        (Refused, "The file with the CA's certificate cannot be read. Check its name, or log in anew."),
    ),
    (
        r"server does not support SSL|SSL is not enabled",
        (Refused, "{host} speaks no TLS, so nothing was sent. Ask your admin to turn it on."),
    ),
    (
        r"channel binding",
        (Refused, "{host} cannot prove that the connection is not tapped, so nothing was sent. Ask your admin."),
    ),
    (
        r"require_auth|authentication method requirement|authentication method .* (not |)requested|weak server authentication",
        (Refused, "{host} asks for the password in a way that is not safe, so it was not sent. Ask your admin."),
    ),
    (
        r"password authentication failed|role \".*\" does not exist|no password supplied|empty password",
        (SignInRefused, "Login or password is wrong. Check {login}'s password, or ask your admin."),
    ),
    (
        r"is not permitted to log in|no pg_hba\.conf entry",
        (SignInRefused, "Your login was disabled or may not connect from here. Ask your admin."),
    ),
    (
        r"database \".*\" does not exist|permission denied for database",
        (Refused, "There is no database {database} on {host} for {login}. Check the name."),
    ),
    (
        r"remaining connection slots|too many (clients|connections)",
        (Unavailable, "{host} has no room for another connection at the moment. Try again; tell your admin if it stays."),
    ),
    (
        r"starting up|shutting down|in recovery mode",
        (Unavailable, "{host} is starting or stopping. Try again in a moment."),
    ),
    (
        r"server closed the connection|connection reset|broken pipe|EOF detected|does not answer",
        (Unavailable, "{host} broke the connection off. Check that it is a PostgreSQL server, and the network."),
    ),
    (
        r"connection refused",
        (Unreachable, "Nothing answers at {host}, port {port}. Check the address, or whether the server runs."),
    ),
    (
        r"timeout expired|timed out|no route to host|network is unreachable|host is (down|unreachable)",
        (Unreachable, "{host} cannot be reached. Check the network (or the VPN)."),
    ),
)  # fmt: skip


def _whole(error: psycopg.Error) -> str:
    return " ".join(str(error).split())


def _said(error: psycopg.Error) -> str:
    """The server's own sentence, without the context that psycopg adds."""
    return error.diag.message_primary or first_line(error)


def first_line(error: psycopg.Error) -> str:
    """What an error says, in one line and without a full stop."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].removesuffix(".")
