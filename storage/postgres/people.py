"""People of an organization: users, their logins and their roles. An admin's work; the server checks it all once more."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import Connection

from core.commands.base import cleaned
from core.entities import User
from core.errors import Invalid, NotFound, OffhookError, Refused
from core.ids import new_id
from core.permissions import ROLES
from storage.postgres.connection import Lost, Wire, explain, first_line, is_broken

LEAST_PASSWORD = 10
"""Characters."""
_LOGIN = re.compile(r"[a-z][a-z0-9_.-]{0,62}")
_KINDS: dict[str, type[OffhookError]] = {
    "OH001": Refused,
    "OH002": NotFound,
    "42501": Refused,
    "42710": Refused,
}


def check_login(login: str) -> str:
    """A login name as the server takes it.

    Raises:
        Invalid: it is none.
    """
    if not _LOGIN.fullmatch(login) or login.startswith(("pg_", "offhook_")):
        raise Invalid(
            {
                "login": "A login has up to 63 small letters, digits, dots, dashes or underscores and begins with a letter."
            }
        )
    return login


def check_password(password: str) -> str:
    """A password that is worth being one.

    Raises:
        Invalid: it is too short, or holds what cannot be typed everywhere.
    """
    if len(password) < LEAST_PASSWORD:
        raise Invalid(
            {"password": f"A password has at least {LEAST_PASSWORD} characters. A sentence is a good one."}
        )
    if not password.isprintable():
        raise Invalid(
            {"password": "A password is text that can be typed: no line breaks, no control characters."}
        )
    return password


def verifier(connection: Connection[Any], login: str, password: str) -> str:
    """What the server keeps instead of a password (SCRAM-SHA-256), worked out here so that the password is never sent."""
    encrypted = connection.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
    return encrypted.decode()


def create_user(
    connection: Connection[Any],
    *,
    login: str,
    password: str,
    name: str,
    role: str,
    email: str = "",
    time_zone: str = "",
    team_ids: Sequence[str] = (),
) -> str:
    """Makes a person with a login, a book of their own and their places in teams.

    Args:
        connection: an admin's.
        login: see `check_login`; nobody else on the server has it.
        password: the first one; they change it with `offhook password`.
        name: as colleagues read it.
        role: admin, manager, rep or readonly.
        email: their address; may be empty.
        time_zone: an IANA name; may be empty.
        team_ids: teams that they belong to.

    Returns:
        The user's id.

    Raises:
        Invalid, Refused, NotFound: a value cannot be kept, the caller is no admin, a team is not there.
    """
    if role not in ROLES:
        raise Invalid({"role": f"A role is one of {', '.join(ROLES)}."})
    values = cleaned(User, {"name": name, "email": email, "time_zone": time_zone})
    check_login(login)
    user_id = new_id()
    secret = verifier(connection, login, check_password(password))
    _call(
        connection,
        "select offhook.create_user(%s, %s, %s, %s, %s, %s, %s, %s::uuid[])",
        user_id,
        login,
        secret,
        values["name"],
        role,
        values["email"],
        values["time_zone"],
        list(team_ids),
    )
    return user_id


def set_role(connection: Connection[Any], user_id: str, role: str) -> None:
    """Gives a person another role, which holds from this moment on.

    Raises:
        Invalid, Refused, NotFound: there is no such role or user, the caller is no admin, nobody else would be one.
    """
    if role not in ROLES:
        raise Invalid({"role": f"A role is one of {', '.join(ROLES)}."})
    _call(connection, "select offhook.set_role(%s, %s)", user_id, role)


def disable_user(connection: Connection[Any], user_id: str) -> int:
    """Shuts a person out and ends what they have open. Their book stays until it is handed over.

    Returns:
        How many sessions were ended.

    Raises:
        Refused, NotFound: the caller is no admin, it is the last admin or oneself, there is no such user.
    """
    return int(_call(connection, "select offhook.disable_user(%s)", user_id))


def enable_user(connection: Connection[Any], user_id: str) -> None:
    """Lets a person in again.

    Raises:
        Refused, NotFound: the caller is no admin, there is no such user.
    """
    _call(connection, "select offhook.enable_user(%s)", user_id)


def reset_password(connection: Connection[Any], user_id: str, login: str, password: str) -> None:
    """Gives a person a new password, in place of one that was forgotten.

    Raises:
        Invalid, Refused, NotFound: the password is none, the caller is no admin, there is no such user.
    """
    secret = verifier(connection, login, check_password(password))
    _call(connection, "select offhook.reset_password(%s, %s)", user_id, secret)


def change_password(wire: Wire, login: str, new: str) -> None:
    """Changes a login's password. It is hashed here; the server never sees it, and neither does its log.

    Raises:
        Invalid: it is too short or cannot be typed again.
        Refused: the server does not let this login change it.
        Unavailable: the connection broke.
    """
    check_password(new)
    try:
        wire.pgconn.change_password(login.encode(), new.encode())
    except psycopg.Error as error:
        if is_broken(wire):
            raise Lost(
                "The connection broke. Whether the password was changed shows when you log in."
            ) from None
        raise Refused(f"The password was not changed: {first_line(error)}.") from None


def _call(connection: Connection[Any], sql: str, *values: Any) -> Any:
    try:
        row = connection.execute(sql, values).fetchone()
    except psycopg.Error as error:
        message = error.diag.message_primary or ""
        if error.sqlstate == "OH003":
            raise Invalid({"user": message}) from None
        if kind := _KINDS.get(error.sqlstate or ""):
            raise kind("Only an admin can do that." if error.sqlstate == "42501" else message) from None
        raise explain(error) from None
    return row[0] if row else None
