"""Installing offhook on a server, and bringing it up to date."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from core.defaults import founding
from core.errors import Refused, Unavailable
from storage import schema_version, tables
from storage.postgres import install
from storage.postgres.check import problems
from tests.server import Cluster, Database

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def empty(cluster: Cluster) -> Iterator[Database]:
    """A database with nothing in it, owned by the operator."""
    name = f"empty_{threading.get_native_id()}"
    with cluster.operator() as connection:
        connection.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
    database = Database(cluster, name)
    yield database
    database.close()
    with cluster.superuser() as connection:
        connection.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


def found(connection: psycopg.Connection[Any], name: str, login: str) -> None:
    made = founding(
        organization=name, user="Ada", currency="EUR", country="DE", time_zone="Europe/Berlin", now=NOW
    )
    install.found(connection, made, login)


def all_of(connection: psycopg.Connection[Any], statement: str, *values: Any) -> list[Any]:
    return connection.execute(statement, values).fetchall()


def structure(connection: psycopg.Connection[Any], schema: str) -> dict[str, set[Any]]:
    """Columns, constraints and indexes of a schema as the server tells them."""
    columns = all_of(
        connection,
        "SELECT table_name, column_name, data_type, is_nullable, column_default, is_identity, collation_name"
        " FROM information_schema.columns WHERE table_schema = %s AND table_name <> 'alembic_version'",
        schema,
    )
    constraints = all_of(
        connection,
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = %s::regnamespace AND contype <> 'n' AND conrelid::regclass::text !~ 'alembic_version'",
        schema,
    )
    indexes = all_of(
        connection,
        "SELECT tablename, indexname, replace(indexdef, schemaname || '.', '') FROM pg_indexes"
        " WHERE schemaname = %s AND tablename <> 'alembic_version'",
        schema,
    )

    def plain(rows: list[Any]) -> set[Any]:
        return {tuple(p.replace(f"{schema}.", "") if isinstance(p, str) else p for p in row) for row in rows}

    return {"columns": plain(columns), "constraints": plain(constraints), "indexes": plain(indexes)}


def test_the_migrations_make_the_declared_tables(empty: Database) -> None:
    operator = empty.operator()
    install.init(operator)
    operator.execute("CREATE SCHEMA declared")
    operator.execute("SET search_path = declared")
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in tables.build("postgresql").sorted_tables:
        for part in (CreateTable(table), *(CreateIndex(index) for index in table.indexes)):
            operator.execute(str(part.compile(dialect=dialect)))
    operator.execute("SET search_path = pg_catalog")
    with install.as_owner(operator):
        operator.execute("SET LOCAL search_path = pg_catalog")
        made = structure(operator, "offhook")
    assert made == structure(operator, "declared")


def test_all_that_is_made_belongs_to_a_role_that_nobody_logs_in_as(empty: Database) -> None:
    operator = empty.operator()
    install.init(operator)
    owners = all_of(
        operator,
        "SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE relnamespace = 'offhook'::regnamespace",
    )
    assert owners == [(install.OWNER,)]
    assert (
        all_of(
            operator,
            "SELECT rolname FROM pg_roles WHERE rolname LIKE 'offhook\\_%%' AND (rolcanlogin OR rolsuper OR rolbypassrls)",
        )
        == []
    )


def test_installing_twice_changes_nothing_that_is_there(empty: Database) -> None:
    operator = empty.operator()
    install.init(operator)
    found(operator, "Nordlicht", "first.admin")
    with install.as_owner(operator):
        before = all_of(operator, "SELECT key, value FROM meta ORDER BY key")
    install.init(operator)
    install.upgrade(operator)
    with install.as_owner(operator):
        assert all_of(operator, "SELECT key, value FROM meta ORDER BY key") == before
        assert all_of(operator, "SELECT name FROM organizations") == [("Nordlicht",)]
    assert dict(before)["schema_version"] == schema_version.HEAD


def test_several_organizations_live_in_one_database(empty: Database) -> None:
    operator = empty.operator()
    install.init(operator)
    found(operator, "Nordlicht", "north.admin")
    found(operator, "Suedlicht", "south.admin")
    with install.as_owner(operator):
        rows = all_of(operator, "SELECT login, role FROM users ORDER BY login")
    assert rows == [("north.admin", "admin"), ("south.admin", "admin")]


def test_a_login_is_one_person(empty: Database) -> None:
    operator = empty.operator()
    install.init(operator)
    found(operator, "Nordlicht", "ada")
    with pytest.raises(Refused, match="belongs to a user already"):
        found(operator, "Suedlicht", "ada")
    with install.as_owner(operator):
        assert all_of(operator, "SELECT name FROM organizations") == [("Nordlicht",)]


def test_what_is_written_at_the_founding_is_kept_as_history(empty: Database) -> None:
    operator = empty.operator()
    install.init(operator)
    found(operator, "Nordlicht", "ada")
    with install.as_owner(operator):
        [(command, status)] = all_of(operator, "SELECT command, status FROM changesets")
        [(stages,)] = all_of(operator, "SELECT count(*) FROM changeset_rows WHERE table_name = 'stages'")
    assert (command, status, stages) == ("founding", "ok", 7)


def test_nobody_connects_but_people_and_nobody_makes_temporary_tables(empty: Database) -> None:
    operator = empty.operator()
    install.init(operator)
    for right, who in (("CONNECT", "pg_monitor"), ("TEMP", "offhook_rep"), ("CREATE", "offhook_admin")):
        assert all_of(operator, "SELECT has_database_privilege(%s, current_database(), %s)", who, right) == [
            (False,)
        ]
    assert all_of(
        operator, "SELECT has_database_privilege('offhook_rep', current_database(), 'CONNECT')"
    ) == [(True,)]
    assert all_of(operator, "SELECT has_schema_privilege('offhook_rep', 'public', 'USAGE')") == [(False,)]


def test_a_database_without_the_schema_public_is_as_good(empty: Database) -> None:
    operator = empty.operator()
    operator.execute("DROP SCHEMA public")
    install.init(operator)
    assert problems(operator) == []


def test_an_upgrade_waits_for_nobody_who_works(
    shared_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "ATTEMPTS", 2)
    monkeypatch.setattr(install, "LOCK_TIMEOUT_MS", 50)
    rep = shared_database.connect("ann", autocommit=False)
    rep.execute("SELECT count(*) FROM contacts")
    with pytest.raises(Unavailable, match="in use all the time"):
        install.upgrade(shared_database.operator())
    # Nobody had to queue behind it, and it left nothing half done.
    assert rep.execute("SELECT count(*) FROM deals").fetchone() == (2,)
    rep.commit()
    install.upgrade(shared_database.operator())


def test_an_upgrade_takes_place_once_the_tables_are_free(
    shared_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "LOCK_TIMEOUT_MS", 50)
    rep = shared_database.connect("ann", autocommit=False)
    rep.execute("SELECT count(*) FROM contacts")
    operator = shared_database.operator()
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 2:
            rep.commit()

    monkeypatch.setattr("storage.postgres.install.time.sleep", pause)
    install.upgrade(operator)
    assert pauses == sorted(pauses)
    assert len(pauses) == 2


def test_upgrading_where_nothing_is_installed_says_what_to_do(empty: Database) -> None:
    with pytest.raises(Refused, match="offhook admin init"):
        install.upgrade(empty.operator())


def test_a_database_of_a_newer_offhook_is_left_alone(database: Database) -> None:
    operator = database.operator()
    with install.as_owner(operator):
        operator.execute("UPDATE alembic_version SET version_num = '0042'")
    with pytest.raises(Refused, match="newer offhook"):
        install.upgrade(operator)
    with pytest.raises(Refused, match="newer offhook"):
        install.init(operator)


def test_a_database_in_another_encoding_is_refused(cluster: Cluster) -> None:
    with cluster.operator() as connection:
        connection.execute("create database latin template template0 encoding 'LATIN1' locale 'C'")
    try:
        with cluster.operator("latin") as connection, pytest.raises(Refused, match="UTF8"):
            install.init(connection)
    finally:
        with cluster.operator() as connection:
            connection.execute("drop database latin")


def test_somebody_elses_database_is_refused(cluster: Cluster) -> None:
    with cluster.superuser() as connection:
        connection.execute("create database foreign_one template template0")
    try:
        with cluster.operator("foreign_one") as connection, pytest.raises(Refused, match="does not own"):
            install.init(connection)
    finally:
        with cluster.superuser() as connection:
            connection.execute("drop database foreign_one")


def test_who_may_not_make_roles_is_told_so(cluster: Cluster, empty: Database) -> None:
    with cluster.superuser() as connection:
        connection.execute("create role mere_owner login password 'mere'")
        connection.execute(
            sql.SQL("alter database {} owner to mere_owner").format(sql.Identifier(empty.name))
        )
    try:
        connection = cluster.connect("mere_owner", "mere", empty.name)
        with connection, pytest.raises(Refused, match="CREATEROLE"):
            install.init(connection)
    finally:
        with cluster.superuser() as connection:
            connection.execute(
                sql.SQL("alter database {} owner to operator").format(sql.Identifier(empty.name))
            )
        with cluster.superuser(empty.name) as connection:
            connection.execute("drop owned by mere_owner")
            connection.execute("drop role mere_owner")


def test_another_operator_of_the_same_server_is_told_whom_to_ask(
    cluster: Cluster, empty: Database, floor_template: str
) -> None:
    with cluster.superuser() as connection:
        connection.execute("create role second_operator login createrole password 'second'")
        connection.execute(
            sql.SQL("alter database {} owner to second_operator").format(sql.Identifier(empty.name))
        )
    try:
        with cluster.connect("second_operator", "second", empty.name) as connection:
            if cluster.version >= 16:
                with pytest.raises(Refused, match="with the login that installed it"):
                    install.init(connection)
            else:
                # Older servers let everybody who makes roles use all of them.
                install.init(connection)
    finally:
        with cluster.superuser(empty.name) as connection:
            connection.execute("drop schema if exists offhook cascade")
            connection.execute(
                sql.SQL("alter database {} owner to operator").format(sql.Identifier(empty.name))
            )
            connection.execute("drop owned by second_operator")
            connection.execute("drop role second_operator")


def test_a_superuser_may_install_too(empty: Database, floor_template: str) -> None:
    superuser = empty.superuser()
    install.init(superuser)
    assert problems(superuser) == []


def test_a_file_of_the_program_that_fails_leaves_all_as_it_was(
    database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    (tmp_path / "10_broken.sql").write_text(
        "DROP FUNCTION offhook.my_org() CASCADE; SELECT nothing FROM nowhere"
    )
    monkeypatch.setattr(install, "PROGRAM", tmp_path)
    with pytest.raises(errors.UndefinedTable) as failure:
        install.upgrade(database.operator())
    assert failure.value.__notes__ == ["in 10_broken.sql"]
    assert database.connect("ann").execute("SELECT count(*) FROM contacts").fetchone() == (4,)
