"""Proves on the live catalog that a database guards itself as offhook means it to.

Nothing here trusts what was once installed: policies and grants are made again on empty twins of the tables, in a
transaction that is rolled back, and compared with what the tables have now; functions and triggers are compared with the
digests taken when the program was run; roles are looked at one by one.
"""

# ruff: noqa: S608 (what is put into these statements are the constants below)
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from core.errors import Refused
from storage import schema_version
from storage.postgres.install import (
    GROUPS,
    OWNER,
    PROGRAM,
    SCHEMA,
    USER_ADMIN,
    as_owner,
    is_installed,
    made,
    statements,
)

SAFE_SERVERS = {15: 14, 16: 10, 17: 6}
"""The minor versions from which on no known defect of PostgreSQL lets people see past policies (CVE-2025-8713)."""

_FOREIGN = (
    "SELECT count(*) FROM pg_class"
    " WHERE relnamespace = 'offhook'::regnamespace AND relkind IN ('r', 'p') AND relowner::regrole::text <> %s"
)
_POLICIES = "90_policies.sql"
_GRANTS = "95_grants.sql"
_POWERS = "rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication"


class Problem(NamedTuple):
    """Something by which people could see or change more than they may, or which offhook did not put there.

    Attributes:
        where: the table, function, role or other thing that it is about.
        what: what is wrong with it, in a sentence.
    """

    where: str
    what: str


def problems(connection: psycopg.Connection[Any]) -> list[Problem]:
    """All that is wrong, in a steady order; empty where everything is as it should be.

    It can be run while people work: it waits for nobody and keeps nobody waiting.

    Args:
        connection: the operator's, in autocommit mode.

    Raises:
        Refused: offhook is not installed here, or the login is not the operator's.
    """
    if not is_installed(connection):
        raise Refused("offhook is not installed in this database. Run: offhook admin init")
    if _all(connection, "SELECT NOT pg_has_role(%s, 'MEMBER')", OWNER) == [(True,)]:
        raise Refused(
            "This login has not installed offhook here. Check with the login that owns the database."
        )
    found: list[Problem] = []
    with connection.transaction(force_rollback=True):
        # Names are told with their schema whatever the operator has set.
        connection.execute("SET LOCAL search_path = pg_catalog")
        for look in (_server, _relations, _public, _group_rights, _functions, _groups):
            found += look(connection)
        if _all(connection, _FOREIGN, OWNER) == [(0,)]:
            with as_owner(connection):
                found += _program(connection)
                connection.execute("SET LOCAL search_path = pg_catalog")
                found += _people(connection)
            found += _twins(connection)
        else:
            found.append(Problem("schema", "has tables of others, which stand in the way of a closer look"))
    return sorted(set(found))


def _all(connection: psycopg.Connection[Any], query: str, *values: Any, **named: Any) -> list[Any]:
    return connection.execute(query, values or named or None).fetchall()


# --- server and relations -------------------------------------------------------------------------------------------


def _server(connection: psycopg.Connection[Any]) -> Iterator[Problem]:
    major, minor = divmod(connection.info.server_version, 10_000)
    if minor < SAFE_SERVERS.get(major, 0):
        yield Problem(
            f"PostgreSQL {major}.{minor}",
            f"has a known defect by which people see what policies hide; update it to {major}.{SAFE_SERVERS[major]} or newer",
        )


def _relations(connection: psycopg.Connection[Any]) -> Iterator[Problem]:
    for name, kind, owner, enabled, forced, options, partition, rules in _all(
        connection,
        "SELECT relname, relkind::text, relowner::regrole::text, relrowsecurity, relforcerowsecurity,"
        " coalesce(reloptions, '{}'), relispartition, relhasrules"
        " FROM pg_class WHERE relnamespace = 'offhook'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S')",
    ):
        if owner != OWNER:
            yield Problem(name, f"belongs to {owner} instead of {OWNER}")
        if kind in ("r", "p"):
            if not enabled:
                yield Problem(name, "is not under row-level security")
            if not forced:
                yield Problem(name, "does not force row-level security on its owner")
            if rules:
                yield Problem(name, "has a rewrite rule; offhook makes none")
        if kind == "v" and not {"security_invoker=true", "security_invoker=on"} & set(options):
            yield Problem(name, "is a view that shows what its owner sees (no security_invoker)")
        if kind in ("m", "f"):
            yield Problem(
                name,
                f"is a {'materialized view' if kind == 'm' else 'foreign table'}: policies cannot guard it",
            )
        if partition and _all(
            connection,
            "SELECT FROM pg_class, aclexplode(relacl)"
            " WHERE relnamespace = 'offhook'::regnamespace AND relname = %s AND grantee <> relowner",
            name,
        ):
            yield Problem(name, "is a partition that can be read past the policies of its parent")


def _public(connection: psycopg.Connection[Any]) -> Iterator[Problem]:
    """Everything that anybody with a login may do."""
    for where, right in _all(
        connection,
        "SELECT relname, privilege_type FROM pg_class, aclexplode(relacl)"
        " WHERE relnamespace = 'offhook'::regnamespace AND grantee = 0"
        " UNION ALL SELECT relname || '.' || attname, privilege_type"
        " FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid, aclexplode(attacl)"
        " WHERE relnamespace = 'offhook'::regnamespace AND grantee = 0"
        " UNION ALL SELECT 'schema ' || nspname, privilege_type"
        " FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner)))"
        " WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND grantee = 0"
        " AND (nspname IN ('offhook', 'public') OR privilege_type = 'CREATE')"
        " UNION ALL SELECT 'database ' || datname, privilege_type"
        " FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba)))"
        " WHERE datname = current_database() AND grantee = 0",
    ):
        yield Problem(where, f"everybody has {right} on it (granted to PUBLIC)")


def _group_rights(connection: psycopg.Connection[Any]) -> Iterator[Problem]:
    """What the groups may do with database, schemas and sequences; their rights on tables are compared with twins."""
    ours = [USER_ADMIN, *GROUPS.values()]
    wanted = {(f"database {connection.info.dbname}", "CONNECT", group) for group in GROUPS.values()}
    wanted |= {(f"schema {SCHEMA}", "USAGE", role) for role in ours}
    there = set(
        _all(
            connection,
            "SELECT 'database ' || datname, privilege_type, grantee::regrole::text FROM pg_database, aclexplode(datacl)"
            " WHERE datname = current_database() AND grantee::regrole::text = ANY (%(ours)s)"
            " UNION ALL SELECT 'schema ' || nspname, privilege_type, grantee::regrole::text"
            " FROM pg_namespace, aclexplode(nspacl) WHERE grantee::regrole::text = ANY (%(ours)s)"
            " UNION ALL SELECT 'sequence ' || relname, privilege_type, grantee::regrole::text"
            " FROM pg_class, aclexplode(relacl) WHERE relkind = 'S' AND grantee::regrole::text = ANY (%(ours)s)"
            " UNION ALL SELECT 'parameter ' || parname, privilege_type, grantee::regrole::text"
            " FROM pg_parameter_acl, aclexplode(paracl) WHERE grantee::regrole::text = ANY (%(ours)s)"
            " UNION ALL SELECT 'whatever is made later', privilege_type, grantee::regrole::text"
            " FROM pg_default_acl, aclexplode(defaclacl) WHERE grantee::regrole::text = ANY (%(ours)s)",
            ours=ours,
        )
    )
    for where, right, role in wanted - there:
        yield Problem(where, f"{role} has no {right} on it, which it needs")
    for where, right, role in there - wanted:
        yield Problem(where, f"{role} has {right} on it, which it may not")


# --- functions --------------------------------------------------------------------------------------------------------


def callable_functions() -> frozenset[str]:
    """The names of the functions that people may call, as the program lists them."""
    listed = re.search(
        r"callable constant text\[\] := array\[(.*?)\];", statements(PROGRAM / _GRANTS), re.DOTALL
    )
    assert listed is not None, _GRANTS
    return frozenset(re.findall(r"'(\w+)'", re.sub(r"--.*", "", listed[1])))


def _functions(connection: psycopg.Connection[Any]) -> Iterator[Problem]:
    callable_ones = callable_functions()
    for signature, name, owner, definer, path, grantees in _all(
        connection,
        "SELECT p.oid::regprocedure::text, proname, proowner::regrole::text, prosecdef,"
        " EXISTS (SELECT FROM unnest(proconfig) c WHERE c ~ '^search_path=offhook, pg_temp$'),"
        " ARRAY(SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END"
        "  FROM aclexplode(coalesce(proacl, acldefault('f', proowner))))"
        " FROM pg_proc p WHERE pronamespace = 'offhook'::regnamespace",
    ):
        if owner not in (OWNER, USER_ADMIN):
            yield Problem(signature, f"belongs to {owner} instead of {OWNER}")
        if definer and not path:
            yield Problem(signature, "runs as its owner without a fixed search path (offhook, pg_temp)")
        wanted = {owner, OWNER, USER_ADMIN}
        if name in callable_ones and owner == OWNER:
            wanted |= set(GROUPS.values())
            for group in set(GROUPS.values()) - set(grantees):
                yield Problem(signature, f"cannot be called by {group}, which needs it")
        for grantee in set(grantees) - wanted:
            yield Problem(signature, f"can be called by {grantee}, which may not")
    for signature, owner in _all(
        connection,
        "SELECT p.oid::regprocedure::text, proowner::regrole::text FROM pg_proc p"
        " WHERE prosecdef AND pronamespace <> 'offhook'::regnamespace AND pronamespace::regnamespace::text !~ '^pg_'"
        " AND pronamespace <> 'information_schema'::regnamespace AND proowner::regrole::text = ANY (%s)",
        [OWNER, USER_ADMIN],
    ):
        yield Problem(signature, f"runs as {owner} and is not offhook's")


def _program(connection: psycopg.Connection[Any]) -> Iterator[Problem]:
    """Functions and triggers against the digests that were taken when the program was run. As the owner."""
    [(version,)] = _all(connection, "SELECT version_num FROM alembic_version")
    if version != schema_version.HEAD:
        yield Problem(
            "schema",
            f"is of version {version}, this offhook works with {schema_version.HEAD}: run offhook admin upgrade",
        )
    [(known,)] = _all(connection, "SELECT value::jsonb FROM meta WHERE key = 'program'")
    there = made(connection)
    for name in known.keys() - there.keys():
        yield Problem(name, "is missing")
    for name in there.keys() - known.keys():
        yield Problem(name, "is not offhook's")
    for name in known.keys() & there.keys():
        if known[name] != there[name]:
            yield Problem(name, "is not as offhook made it")
    for table, trigger in _all(
        connection,
        "SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE relnamespace = 'offhook'::regnamespace AND NOT tgisinternal AND tgenabled <> 'A'",
    ):
        yield Problem(f"trigger {table}.{trigger}", "does not fire always")


# --- policies and grants ----------------------------------------------------------------------------------------------


def _twins(connection: psycopg.Connection[Any]) -> Iterator[Problem]:
    """Policies and grants of the tables against those that the program makes on empty twins of them."""
    # For this transaction only, which is rolled back.
    connection.execute(
        sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(
            sql.Identifier(connection.info.dbname), sql.Identifier(OWNER)
        )
    )
    with as_owner(connection):
        for (name,) in _all(
            connection,
            "SELECT relname FROM pg_class WHERE relnamespace = 'offhook'::regnamespace AND relkind IN ('r', 'p')",
        ):
            twin = sql.SQL("CREATE TEMPORARY TABLE {} (LIKE {})")
            connection.execute(twin.format(sql.Identifier(name), sql.Identifier(SCHEMA, name)))
        connection.execute("SET LOCAL search_path = pg_temp, offhook")
        connection.execute(statements(PROGRAM / _POLICIES))
        for kind, query in (("policy", _POLICY), ("grant", _GRANT)):
            wanted = dict(_all(connection, f"{query} WHERE relnamespace = pg_my_temp_schema()"))
            there = dict(_all(connection, f"{query} WHERE relnamespace = 'offhook'::regnamespace"))
            for name in wanted.keys() - there.keys():
                yield Problem(name, f"the {kind} is missing")
            for name in there.keys() - wanted.keys():
                yield Problem(name, f"the {kind} is not offhook's")
            for name in wanted.keys() & there.keys():
                if wanted[name] != there[name]:
                    yield Problem(name, f"the {kind} is not as offhook made it: {there[name]}")


_POLICY = """
SELECT relname || ': ' || polname,
    concat_ws(' ', polcmd, CASE WHEN polpermissive THEN 'permissive' ELSE 'restrictive' END,
        ARRAY(SELECT coalesce(rolname, 'PUBLIC') FROM unnest(polroles) r LEFT JOIN pg_roles ON oid = r ORDER BY 1)::text,
        'using', pg_get_expr(polqual, polrelid), 'check', pg_get_expr(polwithcheck, polrelid))
FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid
"""
_GRANT = """
SELECT relname || ': ' || privilege_type || coalesce(' (' || col || ')', '') || ' to '
        || coalesce((SELECT rolname FROM pg_roles WHERE oid = grantee), 'PUBLIC')
        || CASE WHEN is_grantable THEN ' with grant option' ELSE '' END, ''
FROM (
    SELECT relname, relnamespace, NULL AS col, acl.*
    FROM pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner))) acl
    WHERE relkind IN ('r', 'p') AND grantee <> relowner
    UNION ALL
    SELECT relname, relnamespace, attname, acl.*
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid, aclexplode(attacl) acl
    WHERE relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped
) granted
"""


# --- roles ------------------------------------------------------------------------------------------------------------


def _groups(connection: psycopg.Connection[Any]) -> Iterator[Problem]:
    ours = [OWNER, USER_ADMIN, *GROUPS.values()]
    for name, can_login, *powers in _all(
        connection, f"SELECT rolname, rolcanlogin, {_POWERS} FROM pg_roles WHERE rolname = ANY (%s)", ours
    ):
        if can_login:
            yield Problem(name, "can log in")
        yield from _powers(name, powers, allowed={"rolcreaterole"} if name == USER_ADMIN else set())
    for member, role, admin in _all(
        connection,
        "SELECT member::regrole::text, roleid::regrole::text, admin_option FROM pg_auth_members"
        " WHERE member::regrole::text = ANY (%s)",
        ours,
    ):
        # The owner lets functions run as the user admin, and that one fills the groups.
        # Whoever makes a login on PostgreSQL 16 or newer may administer it.
        if (member, role) != (OWNER, USER_ADMIN) and not (member == USER_ADMIN and admin):
            yield Problem(member, f"is a member of {role}")


def _people(connection: psycopg.Connection[Any]) -> Iterator[Problem]:
    """Logins against the people whom they belong to. As the owner."""
    roles = {
        name: (can_login, powers)
        for name, can_login, *powers in _all(
            connection,
            f"SELECT rolname, rolcanlogin, {_POWERS} FROM pg_roles WHERE rolname IN (SELECT login FROM offhook.users)",
        )
    }
    memberships: dict[str, set[str]] = {}
    for member, role in _all(
        connection, "SELECT member::regrole::text, roleid::regrole::text FROM pg_auth_members"
    ):
        memberships.setdefault(member.strip('"'), set()).add(role)
    for login, role, gone in _all(
        connection,
        "SELECT login, role, disabled_at IS NOT NULL OR deleted_at IS NOT NULL FROM offhook.users WHERE login <> ''",
    ):
        if login not in roles:
            continue
        can_login, powers = roles[login]
        yield from _powers(login, powers, allowed=set())
        if gone and can_login:
            yield Problem(login, "can log in though the user is disabled")
        group = GROUPS[role]
        if group not in memberships.get(login, set()):
            yield Problem(login, f"is not a member of {group}, as the role {role} asks for")
        for other in memberships.get(login, set()) - {group}:
            yield Problem(login, f"is a member of {other}, which the role {role} does not ask for")
    for login, kind in _all(
        connection,
        "SELECT DISTINCT rolname, deptype::text FROM pg_shdepend JOIN pg_roles ON pg_roles.oid = refobjid"
        " WHERE refclassid = 'pg_authid'::regclass AND deptype IN ('o', 'a')"
        " AND dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))"
        " AND classid <> 'pg_auth_members'::regclass"
        " AND rolname IN (SELECT login FROM offhook.users)",
    ):
        yield Problem(login, "owns something" if kind == "o" else "was granted something in person")


def _powers(name: str, powers: list[bool], *, allowed: set[str]) -> Iterator[Problem]:
    for attribute, has in zip(_POWERS.split(", "), powers, strict=True):
        if has and attribute not in allowed:
            yield Problem(name, f"has the attribute {attribute.removeprefix('rol').upper()}")
