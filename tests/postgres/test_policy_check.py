"""The policy check finds whatever would let people see or change more than they may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from core.errors import Refused
from storage.postgres import check, install
from storage.postgres.check import callable_functions, problems

if TYPE_CHECKING:
    from tests.postgres.floor import Floor
    from tests.server import Cluster, Database


def told(connection: psycopg.Connection[Any]) -> list[str]:
    return [f"{problem.where} | {problem.what}" for problem in problems(connection)]


def test_a_fresh_installation_has_no_problem(shared_floor: Floor) -> None:
    assert told(shared_floor.operator()) == []


def test_a_database_that_was_upgraded_has_no_problem(shared_floor: Floor) -> None:
    operator = shared_floor.operator()
    install.upgrade(operator)
    assert told(operator) == []


def test_looking_changes_nothing(shared_floor: Floor) -> None:
    operator = shared_floor.operator()
    before = operator.execute(
        "SELECT datacl::text FROM pg_database WHERE datname = current_database()"
    ).fetchall()
    problems(operator)
    assert operator.execute(
        "SELECT pg_my_temp_schema() = 0 OR NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = pg_my_temp_schema())"
    ).fetchone() == (True,)
    assert (
        operator.execute("SELECT datacl::text FROM pg_database WHERE datname = current_database()").fetchall()
        == before
    )


def test_looking_waits_for_nobody_who_works(shared_floor: Floor) -> None:
    rep = shared_floor.connect("ann", autocommit=False)
    rep.execute("UPDATE contacts SET title = 'Boss' WHERE id = %s", (shared_floor.contact("ann"),))
    operator = shared_floor.operator()
    operator.execute("SET lock_timeout = '100ms'")
    assert told(operator) == []
    rep.rollback()


def test_every_function_that_people_are_to_call_is_there(shared_floor: Floor) -> None:
    with install.as_owner(operator := shared_floor.operator()):
        there = {
            name
            for (name,) in operator.execute(
                "SELECT proname FROM pg_proc WHERE pronamespace = 'offhook'::regnamespace"
            )
        }
    assert callable_functions() <= there


DEFECTS = {
    "policies are off": (
        "ALTER TABLE contacts DISABLE ROW LEVEL SECURITY",
        "contacts | is not under row-level security",
    ),
    "the owner is free of policies": (
        "ALTER TABLE deals NO FORCE ROW LEVEL SECURITY",
        "deals | does not force row-level security",
    ),
    "a table of somebody's own": (
        "CREATE TABLE notes (id uuid)",
        "notes | is not under row-level security",
    ),
    "a policy is gone": (
        "DROP POLICY see ON tasks",
        "tasks: see | the policy is missing",
    ),
    "a policy lets everything through": (
        "ALTER POLICY see ON companies USING (true)",
        "companies: see | the policy is not as offhook made it",
    ),
    "a policy is for everybody": (
        "ALTER POLICY see ON companies TO PUBLIC",
        "companies: see | the policy is not as offhook made it",
    ),
    "one more policy": (
        "CREATE POLICY friends ON contacts FOR SELECT TO offhook_rep USING (true)",
        "contacts: friends | the policy is not offhook's",
    ),
    "the version can be written": (
        "GRANT UPDATE (version) ON contacts TO offhook_rep",
        "contacts: UPDATE (version) to offhook_rep | the grant is not offhook's",
    ),
    "a whole table can be written": (
        "GRANT UPDATE ON users TO offhook_manager",
        "users: UPDATE to offhook_manager | the grant is not offhook's",
    ),
    "a right can be passed on": (
        "GRANT SELECT ON contacts TO offhook_rep WITH GRANT OPTION",
        "contacts: SELECT to offhook_rep with grant option | the grant is not offhook's",
    ),
    "a right is missing": (
        "REVOKE SELECT ON deals FROM offhook_readonly",
        "deals: SELECT to offhook_readonly | the grant is missing",
    ),
    "a right of one person": (
        "GRANT SELECT ON audit TO ann",
        "ann | was granted something in person",
    ),
    "everybody reads a table": (
        "GRANT SELECT ON meta TO PUBLIC",
        "meta | everybody has SELECT on it",
    ),
    "everybody reads a column": (
        "GRANT SELECT (login) ON users TO PUBLIC",
        "users.login | everybody has SELECT on it",
    ),
    "everybody uses the schema": (
        "GRANT USAGE ON SCHEMA offhook TO PUBLIC",
        "schema offhook | everybody has USAGE on it",
    ),
    "a function for everybody": (
        "GRANT EXECUTE ON FUNCTION my_org() TO PUBLIC",
        "my_org() | can be called by PUBLIC",
    ),
    "an inner function for reps": (
        "GRANT EXECUTE ON FUNCTION write_audit(uuid, text, text, uuid, jsonb) TO offhook_rep",
        "can be called by offhook_rep, which may not",
    ),
    "a function out of reach": (
        "REVOKE EXECUTE ON FUNCTION my_role() FROM offhook_readonly",
        "my_role() | cannot be called by offhook_readonly",
    ),
    "a definer function without a path": (
        "ALTER FUNCTION my_org() RESET search_path",
        "my_org() | runs as its owner without a fixed search path",
    ),
    "a definer function with somebody's path": (
        "ALTER FUNCTION my_org() SET search_path = offhook, public, pg_temp",
        "my_org() | runs as its owner without a fixed search path",
    ),
    "a function that says something else": (
        (
            "CREATE OR REPLACE FUNCTION my_role() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER"
            " SET search_path = offhook, pg_temp AS $$ SELECT 'admin' $$"
        ),
        "function my_role() | is not as offhook made it",
    ),
    "one more function": (
        (
            "CREATE FUNCTION peek() RETURNS SETOF contacts LANGUAGE sql SECURITY DEFINER"
            " SET search_path = offhook, pg_temp AS 'SELECT * FROM contacts'"
        ),
        "function peek() | is not offhook's",
    ),
    "a function is gone": (
        "DROP FUNCTION apply(jsonb)",
        "function apply(jsonb) | is missing",
    ),
    "a sequence for reps": (
        "GRANT USAGE ON SEQUENCE audit_seq_seq TO offhook_rep",
        "sequence audit_seq_seq | offhook_rep has USAGE on it",
    ),
    "reps make tables": (
        "GRANT CREATE ON SCHEMA offhook TO offhook_rep",
        "schema offhook | offhook_rep has CREATE on it",
    ),
    "reps are shut out": (
        "REVOKE USAGE ON SCHEMA offhook FROM offhook_rep",
        "schema offhook | offhook_rep has no USAGE on it",
    ),
    "reps read whatever is made later": (
        "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO offhook_rep",
        "whatever is made later | offhook_rep has SELECT on it",
    ),
    "a view for its owner's eyes": (
        "CREATE VIEW everything AS SELECT * FROM contacts",
        "everything | is a view that shows what its owner sees",
    ),
    "a materialized view": (
        "CREATE MATERIALIZED VIEW everything AS SELECT * FROM contacts",
        "everything | is a materialized view",
    ),
    "a partition past its parent": (
        (
            "CREATE TABLE log (at date) PARTITION BY RANGE (at); CREATE TABLE log_1 PARTITION OF log DEFAULT;"
            " GRANT SELECT ON log_1 TO offhook_rep"
        ),
        "log_1 | is a partition that can be read past the policies of its parent",
    ),
    "a rule": (
        "CREATE RULE silent AS ON DELETE TO audit DO INSTEAD NOTHING",
        "audit | has a rewrite rule",
    ),
    "a trigger is off": (
        "ALTER TABLE contacts DISABLE TRIGGER t11_stamp",
        "trigger contacts.t11_stamp | does not fire always",
    ),
    "a trigger sleeps in replicas": (
        "ALTER TABLE contacts ENABLE TRIGGER t11_stamp",
        "trigger contacts.t11_stamp | does not fire always",
    ),
    "a trigger is gone": (
        "DROP TRIGGER t10_touch ON deals",
        "trigger deals.t10_touch | is missing",
    ),
    "an older schema": (
        "UPDATE alembic_version SET version_num = '0001'",
        "schema | is of version 0001",
    ),
    "a role that the login has not": (
        "UPDATE users SET role = 'admin' WHERE login = 'ann'",
        "ann | is not a member of offhook_admin",
    ),
    "a login of somebody disabled": (
        "UPDATE users SET disabled_at = now() WHERE login = 'ben'",
        "ben | can log in though the user is disabled",
    ),
}
"""By name: what an owner does to the schema, and what the check says of it."""


@pytest.mark.parametrize("defect", DEFECTS)
def test_what_is_wrong_in_the_schema_is_found(shared_floor: Floor, defect: str) -> None:
    statement, expected = DEFECTS[defect]
    operator = shared_floor.operator()
    with operator.transaction(force_rollback=True):
        with install.as_owner(operator):
            operator.execute(statement)
        found = told(operator)
    assert [line for line in found if expected in line], found


ROLE_DEFECTS = {
    "everybody makes temporary tables": (
        "GRANT TEMPORARY ON DATABASE {database} TO PUBLIC",
        "everybody has TEMPORARY on it",
    ),
    "reps make temporary tables": (
        "GRANT TEMPORARY ON DATABASE {database} TO offhook_rep",
        "offhook_rep has TEMPORARY on it",
    ),
    "reps set what switches triggers off": (
        "GRANT SET ON PARAMETER session_replication_role TO offhook_rep",
        "parameter session_replication_role | offhook_rep has SET on it",
    ),
    "everybody connects": ("GRANT CONNECT ON DATABASE {database} TO PUBLIC", "everybody has CONNECT on it"),
    "everybody makes tables in public": (
        "GRANT CREATE ON SCHEMA public TO PUBLIC",
        "schema public | everybody has CREATE on it",
    ),
    "a superuser's function": (
        "ALTER FUNCTION offhook.my_org() OWNER TO postgres",
        "my_org() | belongs to postgres",
    ),
    "a superuser's table": ("ALTER TABLE offhook.deals OWNER TO postgres", "deals | belongs to postgres"),
    "a person's table": (
        "CREATE TABLE public.stolen (id int); ALTER TABLE public.stolen OWNER TO ann",
        "ann | owns something",
    ),
    "a rep who passes policies": ("ALTER ROLE ann BYPASSRLS", "ann | has the attribute BYPASSRLS"),
    "a rep who makes roles": ("ALTER ROLE ann CREATEROLE", "ann | has the attribute CREATEROLE"),
    "a rep who is the superuser": ("ALTER ROLE ann SUPERUSER", "ann | has the attribute SUPER"),
    "a group that makes databases": (
        "ALTER ROLE offhook_rep CREATEDB",
        "offhook_rep | has the attribute CREATEDB",
    ),
    "a group that replicates": (
        "ALTER ROLE offhook_rep REPLICATION",
        "offhook_rep | has the attribute REPLICATION",
    ),
    "an owner who logs in": ("ALTER ROLE offhook_owner LOGIN", "offhook_owner | can log in"),
    "a rep of two roles": ("GRANT offhook_manager TO ann", "ann | is a member of offhook_manager"),
    "a rep who reads everything": ("GRANT pg_read_all_data TO ann", "ann | is a member of pg_read_all_data"),
    "a group that reads everything": (
        "GRANT pg_read_all_data TO offhook_rep",
        "offhook_rep | is a member of pg_read_all_data",
    ),
}
"""By name: what a superuser does, and what the check says of it."""


@pytest.mark.parametrize("defect", ROLE_DEFECTS)
def test_what_is_wrong_with_roles_and_owners_is_found(
    cluster: Cluster, shared_database: Database, defect: str
) -> None:
    statement, expected = ROLE_DEFECTS[defect]
    superuser = shared_database.superuser()
    # Roles belong to the whole server: what is done to them here is never committed.
    with superuser.transaction(force_rollback=True):
        superuser.execute(statement.format(database=shared_database.name))
        found = told(superuser)
    assert [line for line in found if expected in line], found


def test_a_server_with_a_known_defect_is_told(
    cluster: Cluster, shared_floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(check.SAFE_SERVERS, cluster.version, 99)
    [line] = told(shared_floor.operator())
    assert f"update it to {cluster.version}.99 or newer" in line


def test_only_who_has_installed_offhook_can_check_it(shared_floor: Floor) -> None:
    with pytest.raises(Refused, match="has not installed"):
        problems(shared_floor.connect("ada"))


def test_where_nothing_is_installed_there_is_nothing_to_check(cluster: Cluster) -> None:
    with cluster.operator() as connection, pytest.raises(Refused, match="offhook admin init"):
        problems(connection)
