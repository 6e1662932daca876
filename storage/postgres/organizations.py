"""Organizations: founded by the operator, since nobody in a database may make another tenant."""

from __future__ import annotations

import datetime as dt
from typing import Any

from psycopg import Connection, errors, sql

from core.defaults import founding
from core.errors import Refused
from storage.postgres import install
from storage.postgres.people import check_login, check_password, verifier


def found_organization(
    connection: Connection[Any],
    *,
    name: str,
    admin_name: str,
    login: str,
    password: str,
    currency: str,
    country: str,
    time_zone: str,
    now: dt.datetime,
) -> str:
    """Makes an organization with its first admin, a team with a pool, a pipeline and views.

    Args:
        connection: the operator's, in autocommit mode.
        name: the organization's.
        admin_name: what colleagues call its first admin.
        login: what that one logs in as.
        password: with what; turned into a verifier here.
        currency: ISO 4217.
        country: ISO 3166 alpha-2.
        time_zone: an IANA name.
        now: the time.

    Returns:
        The organization's id.

    Raises:
        Invalid, Refused: a value cannot be kept, or the login is taken.
    """
    check_login(login)
    secret = verifier(connection, login, check_password(password))
    first = founding(
        organization=name, user=admin_name, currency=currency, country=country, time_zone=time_zone, now=now
    )
    with connection.transaction():
        install.found(connection, first, login)
        with install.as_owner(connection):
            # By the role that manages logins, so that it may manage this one, too.
            connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(install.USER_ADMIN)))
            try:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} IN ROLE {}").format(
                        sql.Identifier(login), sql.Literal(secret), sql.Identifier(install.GROUPS["admin"])
                    )
                )
            except errors.DuplicateObject:
                raise Refused(f"The login {login} is taken on this server. Choose another.") from None
    return first.org_id


def organizations(connection: Connection[Any]) -> list[tuple[str, str, int, int]]:
    """What there is, by name: (id, name, users, contacts).

    Args:
        connection: the operator's, in autocommit mode.
    """
    with install.as_owner(connection):
        return connection.execute(
            "SELECT o.id, o.name, (SELECT count(*) FROM users u WHERE u.org_id = o.id AND u.deleted_at IS NULL),"
            " (SELECT count(*) FROM contacts c WHERE c.org_id = o.id AND c.deleted_at IS NULL)"
            " FROM organizations o WHERE o.deleted_at IS NULL ORDER BY o.name, o.id"
        ).fetchall()
