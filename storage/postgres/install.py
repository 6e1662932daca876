"""Installs offhook in a PostgreSQL database, and brings it up to date.

Who runs this is called the operator: a login that owns the database and may make roles (CREATEROLE), as every managed
service hands out one; no superuser. Everything that is made belongs to the role `offhook_owner`, which nobody can log
in as. Afterwards people work with logins of their own, and the operator is needed for upgrades only.

Roles belong to the server, not to a database: several databases of one server share them, and each knows its people
by its own `users`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.types.json import Jsonb

from core.changes import Change, Changeset, encode_value, to_json
from core.entities import RECORDS
from core.errors import Refused, Unavailable
from core.schema import Kind, fields_of
from storage import schema_version
from storage.postgres.folding import placeholders

OWNER = "offhook_owner"
"""Owns all that offhook has in a database."""
USER_ADMIN = "offhook_useradmin"
"""Owns the few functions that manage logins, since it may make roles."""
GROUPS = {
    "admin": "offhook_admin",
    "manager": "offhook_manager",
    "rep": "offhook_rep",
    "readonly": "offhook_readonly",
}
"""The group that a person's login belongs to, by their role."""
SCHEMA = "offhook"
PROGRAM = Path(__file__).parent / "sql"
"""Functions, triggers, policies and grants: files that are run in the order of their names, at every upgrade."""

LOCK_TIMEOUT_MS = 400
"""How long an upgrade waits for a table. Whoever comes after it waits as long, so it gives up early and tries again."""
ATTEMPTS = 8
_PAUSE_S = 0.25


def init(connection: psycopg.Connection[Any]) -> None:
    """Makes the roles, the schema and all that is in it. Running it again does no harm.

    Args:
        connection: the operator's, in autocommit mode.

    Raises:
        Refused: the server or the database does not fit, or the operator may not do this.
        Unavailable: the tables are in use all the time.
    """
    _check_server(connection)
    _patiently(lambda: _install(connection))


def upgrade(connection: psycopg.Connection[Any]) -> None:
    """Brings an installed database to what this offhook needs: missing migrations, then the whole program again.

    All of it or nothing, in one transaction that never lets users queue behind it.

    Args:
        connection: the operator's, in autocommit mode.

    Raises:
        Refused: there is nothing to upgrade, or a newer offhook has been here.
        Unavailable: the tables are in use all the time.
    """
    _check_server(connection)
    if not is_installed(connection):
        raise Refused("offhook is not installed in this database. Run: offhook admin init")
    _patiently(lambda: _install(connection))


def renew_epoch(connection: psycopg.Connection[Any]) -> int:
    """Says to every cache that this database was brought back from a backup, or moved to another server.

    Each compares itself with what is here the next time that it connects, keeps what it has not sent, and sends again what
    the backup did not have. Rows that seem to be from the future, since transactions are numbered anew here, are numbered
    as of now: the feed would tell of them again and again.

    Args:
        connection: the operator's, in autocommit mode.

    Returns:
        How many rows were numbered anew.

    Raises:
        Refused: offhook is not installed here, or by somebody else.
    """
    if not is_installed(connection):
        raise Refused("offhook is not installed in this database. Run: offhook admin init")
    if connection.execute("SELECT pg_has_role(%s, 'MEMBER')", (OWNER,)).fetchone() != (True,):
        raise Refused("This login has not installed offhook here. Use the login that owns the database.")
    renumbered = 0
    with as_owner(connection):
        for (table,) in connection.execute(
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'offhook' AND column_name = 'sync_xid' ORDER BY 1"
        ).fetchall():
            renumbered += connection.execute(
                sql.SQL(
                    "UPDATE {} SET sync_xid = DEFAULT WHERE sync_xid >= pg_snapshot_xmax(pg_current_snapshot())"
                ).format(sql.Identifier(table))
            ).rowcount
        # Which exits are not kept any more was said in the old numbers.
        connection.execute("DELETE FROM meta WHERE key = 'exits_since'")
        connection.execute("UPDATE meta SET value = gen_random_uuid()::text WHERE key = 'epoch'")
    return renumbered


def found(connection: psycopg.Connection[Any], founding: Changeset, login: str) -> None:
    """Writes the first rows of an organization; several may live in one database, wholly apart.

    The login itself is not made here.

    Args:
        connection: the operator's, in autocommit mode.
        founding: from `core.defaults.founding`.
        login: what the organization's first user, who is its admin, logs in as.

    Raises:
        Refused: the login belongs to a user already.
    """
    with as_owner(connection):
        try:
            insert_rows(connection, founding, {founding.user_id: login})
        except errors.UniqueViolation as error:
            if error.diag.constraint_name != "ix_users_login":
                raise
            raise Refused(f"The login {login} belongs to a user already. Choose another.") from error


def insert_rows(
    connection: psycopg.Connection[Any], changeset: Changeset, logins: dict[str, str] | None = None
) -> None:
    """Inserts the rows of a changeset that has nothing but new rows, and the changeset itself, as the owner.

    Args:
        connection: inside `as_owner`.
        changeset: parents before children.
        logins: what users log in as, by their ids.
    """
    table, rows = "", list[dict[str, Any]]()
    for change in changeset.changes:
        if change.table != table:
            insert_many(connection, table, rows)
            table, rows = change.table, []
        row = _row(change, changeset)
        if table == "users":
            row["login"] = (logins or {}).get(change.id, row["login"])
        rows.append(row)
    insert_many(connection, table, rows)
    connection.execute(
        "WITH told AS ("
        "  INSERT INTO changesets (id, org_id, user_id, at, command, summary, body, status, undoes)"
        "  VALUES (%s, %s, %s, %s, %s, %s, %s, 'ok', %s) RETURNING org_id, seq)"
        " INSERT INTO changeset_rows (org_id, table_name, row_id, seq)"
        " SELECT org_id, table_name, row_id, seq FROM told, unnest(%s::text[], %s::uuid[]) AS rows (table_name, row_id)",
        (
            changeset.id, changeset.org_id, changeset.user_id, changeset.at, changeset.command, changeset.summary,
            Jsonb(to_json(changeset)), changeset.undoes,
            [change.table for change in changeset.changes], [change.id for change in changeset.changes],
        ),
    )  # fmt: skip


@contextmanager
def as_owner(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """A transaction in which the operator is the owner of all that offhook has.

    Args:
        connection: the operator's, in autocommit mode.
    """
    with connection.transaction():
        _become(connection, OWNER)
        connection.execute("SET LOCAL search_path = offhook, pg_temp")
        yield
        connection.execute("RESET ROLE")


def is_installed(connection: psycopg.Connection[Any]) -> bool:
    """Whether offhook is in this database."""
    row = connection.execute("SELECT to_regnamespace('offhook') IS NOT NULL").fetchone()
    return row == (True,)


def made(connection: psycopg.Connection[Any]) -> dict[str, str]:
    """What functions and triggers there are: by name a digest of what each does.

    Args:
        connection: inside `as_owner`.
    """
    return dict(
        connection.execute(
            "SELECT 'function ' || p.oid::regprocedure, encode(sha256(convert_to(pg_get_functiondef(p.oid), 'UTF8')), 'hex')"
            " FROM pg_proc p WHERE pronamespace = 'offhook'::regnamespace"
            " UNION ALL SELECT 'trigger ' || relname || '.' || tgname,"
            " encode(sha256(convert_to(pg_get_triggerdef(t.oid) || tgenabled::text, 'UTF8')), 'hex')"
            " FROM pg_trigger t JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE relnamespace = 'offhook'::regnamespace AND NOT tgisinternal"
        )
    )


def program(connection: psycopg.Connection[Any]) -> None:
    """Runs the program: all files of SQL, in order.

    Args:
        connection: inside `as_owner`.
    """
    for path in program_files():
        try:
            connection.execute(statements(path))
        except psycopg.Error as error:
            error.add_note(f"in {path.name}")
            raise
    _put(connection, "program", json.dumps(made(connection), sort_keys=True))


def program_files() -> list[Path]:
    """The files of the program in the order in which they are run."""
    return sorted(PROGRAM.glob("*.sql"))


def statements(path: Path) -> str:
    """The SQL of one file of the program, with its placeholders filled."""
    text = path.read_text("utf-8")
    for name, value in placeholders().items():
        text = text.replace(f"{{{{{name}}}}}", value)
    return text


def _check_server(connection: psycopg.Connection[Any]) -> None:
    if connection.info.server_version < schema_version.OLDEST_SERVER * 10_000:
        raise Refused(
            f"This server runs PostgreSQL {connection.info.server_version // 10_000}; offhook needs"
            f" {schema_version.OLDEST_SERVER} or newer."
        )
    row = connection.execute(
        "SELECT pg_encoding_to_char(encoding), pg_has_role(datdba, 'USAGE'), current_user, datname"
        " FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    assert row is not None
    encoding, owns, login, name = row
    if encoding != "UTF8":
        raise Refused(
            f"The database {name} has the encoding {encoding}; offhook needs UTF8. Make one with:"
            " CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
        )
    if not owns:
        raise Refused(
            f"The login {login} does not own the database {name}. Install with the login that does, or give it away"
            f" first: ALTER DATABASE {name} OWNER TO {login}"
        )


def _patiently(work: Callable[[], None]) -> None:
    """Does the work once the tables are free for it, without ever standing in the way of those who use them."""
    for attempt in range(ATTEMPTS):
        try:
            work()
        except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
            if attempt == ATTEMPTS - 1:
                raise Unavailable(
                    "The tables are in use all the time, so they could not be changed. Nothing was changed. Try again"
                    " when less is going on, or end long transactions (pg_stat_activity shows them)."
                ) from error
            time.sleep(_PAUSE_S * 2**attempt)
        else:
            return


def _install(connection: psycopg.Connection[Any]) -> None:
    # Worked out before the first lock is taken: it takes a second.
    placeholders()
    with connection.transaction():
        connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT_MS)))
        _make_roles(connection)
        _close_database(connection)
        with as_owner(connection):
            version = _version(connection)
            if version > schema_version.HEAD:
                raise Refused(
                    f"This database was upgraded by a newer offhook (its schema is {version}, this one knows"
                    f" {schema_version.HEAD}). Update offhook here, then try again. Nothing was changed."
                )
            if version:
                _stop_at_the_door(connection)
            if version < schema_version.HEAD:
                from storage.upgrade import postgres_sql

                connection.execute(postgres_sql(version))
            _fill(connection)
            program(connection)


def _stop_at_the_door(connection: psycopg.Connection[Any]) -> None:
    """Takes every table, in an order in which nobody who waits for one of them holds another.

    Writers and the feed look into `meta` before anything else, so once that is taken they wait there with empty hands.
    A query takes the tables that it names before it asks who is calling, so what tells that is taken last.
    """
    asked_for_rights = ["shares", "books", "memberships", "users"]
    rest = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'offhook'::regnamespace AND relkind = 'r'"
        " AND relname <> 'meta' AND relname <> ALL (%s) ORDER BY relname",
        (asked_for_rights,),
    )
    tables = sql.SQL(", ").join(map(sql.Identifier, ["meta", *(name for (name,) in rest), *asked_for_rights]))
    connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(tables))


def _make_roles(connection: psycopg.Connection[Any]) -> None:
    wanted = {OWNER: "NOLOGIN", USER_ADMIN: "NOLOGIN CREATEROLE"} | dict.fromkeys(GROUPS.values(), "NOLOGIN")
    there = dict(
        connection.execute(
            "SELECT rolname, rolcanlogin OR rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = ANY (%s)",
            (list(wanted),),
        )
    )
    for name, powerful in there.items():
        if powerful:
            raise Refused(
                f"The server has a role {name} that can log in or pass policies, so it is not offhook's. Rename it first."
            )
    try:
        for name, attributes in wanted.items():
            if name not in there:
                # Somebody may make the same roles at this moment, for another database.
                with suppress(errors.DuplicateObject, errors.UniqueViolation), connection.transaction():
                    connection.execute(
                        sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(name), sql.SQL(attributes))
                    )
        _grant_roles(connection)
    except errors.InsufficientPrivilege as error:
        raise Refused(
            "This login may not make offhook's roles, or somebody else made them on this server. Install with a login"
            " that has CREATEROLE; where another database of the server has offhook, with the login that installed it."
        ) from error


def _grant_roles(connection: psycopg.Connection[Any]) -> None:
    """Lets the operator act as the owner, the owner have functions run as the user admin, and that one fill the groups."""
    row = connection.execute(
        "SELECT rolsuper, current_user FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row is not None
    superuser, operator = row
    fine = connection.info.server_version >= 160_000
    if not superuser and not _can_become(connection, operator, OWNER):
        # Rights that are taken (SET ROLE), not had all the time; older servers know only the latter.
        _grant(connection, OWNER, operator, "WITH SET TRUE, INHERIT FALSE" if fine else "")
    if not _can_become(connection, OWNER, USER_ADMIN):
        _grant(connection, USER_ADMIN, OWNER)
    if fine:
        # Older servers let whoever has CREATEROLE fill every group.
        for group in GROUPS.values():
            if not connection.execute(
                "SELECT 1 FROM pg_auth_members WHERE roleid = %s::regrole AND member = %s::regrole AND admin_option",
                (group, USER_ADMIN),
            ).fetchone():
                _grant(connection, group, USER_ADMIN, "WITH ADMIN TRUE, INHERIT FALSE, SET FALSE")


def _can_become(connection: psycopg.Connection[Any], who: str, role: str) -> bool:
    how = "SET" if connection.info.server_version >= 160_000 else "MEMBER"
    row = connection.execute("SELECT pg_has_role(%s, %s, %s)", (who, role, how)).fetchone()
    return bool(row and row[0])


def _grant(connection: psycopg.Connection[Any], role: str, to: str, how: str = "") -> None:
    connection.execute(
        sql.SQL("GRANT {} TO {} {}").format(sql.Identifier(role), sql.Identifier(to), sql.SQL(how))
    )


def _close_database(connection: psycopg.Connection[Any]) -> None:
    """Takes from PUBLIC what every database and schema begins with: connecting, and making temporary tables."""
    groups = sql.SQL(", ").join(map(sql.Identifier, GROUPS.values()))
    name = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(name, groups))
    # Some take this schema away altogether.
    if connection.execute("SELECT to_regnamespace('public') IS NOT NULL").fetchone() == (True,):
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA} AUTHORIZATION {OWNER}")
    _become(connection, OWNER)
    connection.execute(f"REVOKE ALL ON SCHEMA {SCHEMA} FROM PUBLIC")
    connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(SCHEMA), groups))
    connection.execute("RESET ROLE")


def _become(connection: psycopg.Connection[Any], role: str) -> None:
    connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(role)))


def _version(connection: psycopg.Connection[Any]) -> str:
    """The schema version of the database; empty where offhook is not installed. As the owner."""
    row = connection.execute("SELECT to_regclass('offhook.alembic_version') IS NOT NULL").fetchone()
    if row != (True,):
        return ""
    row = connection.execute("SELECT version_num FROM offhook.alembic_version").fetchone()
    return str(row[0]) if row else ""


def _fill(connection: psycopg.Connection[Any]) -> None:
    """What the program reads: the declared fields, and what clients are told about this database."""
    connection.execute("DELETE FROM fields")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO fields VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)", declared_fields()
        )
    _put(connection, "schema_version", schema_version.HEAD)
    _put(connection, "min_client", schema_version.OLDEST_CLIENT)
    # Made once: another one tells clients that this is another database, or one restored from a backup.
    connection.execute(
        "INSERT INTO meta (key, value) VALUES ('epoch', gen_random_uuid()::text) ON CONFLICT (key) DO NOTHING"
    )


def _put(connection: psycopg.Connection[Any], key: str, value: str) -> None:
    connection.execute(
        "INSERT INTO meta (key, value) VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )


def declared_fields() -> list[tuple[Any, ...]]:
    """The rows of the table `fields`: what core declares, in the order of the table's columns."""
    out = list[tuple[Any, ...]]()
    for table, record in RECORDS.items():
        for position, (name, spec) in enumerate(fields_of(record).items()):
            group = next((n for n, names in enumerate(record.MERGE_GROUPS) if name in names), None)
            limit = spec.limit if spec.kind in (Kind.LINE, Kind.TEXT) else None
            out.append(
                (
                    table,
                    name,
                    position,
                    spec.kind.value,
                    spec.role.value,
                    spec.nullable,
                    group,
                    limit,
                    spec.ref,
                )
            )
    return out


def _row(change: Change, changeset: Changeset) -> dict[str, Any]:
    """A new row as JSON, with the stamps that the store would give it."""
    record = RECORDS[change.table]
    stamps = {
        "org_id": changeset.org_id,
        "id": change.id,
        "created_at": changeset.at,
        "updated_at": changeset.at,
        "updated_by": changeset.user_id,
    }
    new = record(**{**change.set, **stamps})
    return {name: encode_value(spec.kind, getattr(new, name)) for name, spec in fields_of(record).items()}


def insert_many(connection: psycopg.Connection[Any], table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Inserts rows that all name the same columns, as the owner.

    Args:
        connection: inside `as_owner`.
        table: a table of offhook.
        rows: values as JSON holds them, by column.
    """
    if not rows:
        return
    # Not by COPY, which PostgreSQL refuses where policies hold; and they hold for the owner, too.
    columns = sql.SQL(", ").join(map(sql.Identifier, rows[0]))
    connection.execute(
        sql.SQL(
            "INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_recordset(null::{table}, %s)"
        ).format(table=sql.Identifier(table), columns=columns),
        (Jsonb(rows),),
    )
