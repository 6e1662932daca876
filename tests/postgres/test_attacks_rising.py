"""Attacks by a rep who has SQL and wants to be more than a rep: another person, another role, or the schema's owner."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg
import pytest

from core.ids import new_id
from storage.postgres.check import callable_functions
from tests.postgres.attacks import DENIED, Wire, one, refused, truth
from tests.postgres.floor import PEOPLE

if TYPE_CHECKING:
    from tests.postgres.floor import Floor

SYNTAX = "42601"


@pytest.fixture(scope="module")
def ann(shared_floor: Floor) -> Wire:
    return shared_floor.connect("ann")


@pytest.mark.parametrize(
    "statement",
    [
        *(f"SET ROLE {role}" for role in ("offhook_admin", "offhook_manager", "offhook_owner", "offhook_useradmin", "ada", "operator", "postgres", "pg_monitor", "pg_read_all_data")),
        "SET SESSION AUTHORIZATION ada", "SET LOCAL SESSION AUTHORIZATION postgres", "SET session_authorization = 'ada'",
        "GRANT offhook_admin TO ann", "GRANT offhook_owner TO ann", "GRANT ada TO ann", "GRANT ann TO zed",
        "GRANT pg_read_all_data TO ann", "GRANT SELECT ON offhook.audit TO ann",
        "ALTER ROLE ann SUPERUSER", "ALTER ROLE ann CREATEROLE", "ALTER ROLE ann BYPASSRLS", "ALTER ROLE ann REPLICATION",
        "ALTER ROLE ann CREATEDB", "ALTER ROLE ann VALID UNTIL 'infinity'", "ALTER ROLE ann RENAME TO ada2",
        "ALTER ROLE ann CONNECTION LIMIT 1000", "ALTER ROLE ben PASSWORD 'x'", "ALTER ROLE ada NOLOGIN",
        "ALTER ROLE offhook_rep SET row_security = off", "ALTER ROLE ALL SET search_path = public",
        "CREATE ROLE mallory LOGIN", "DROP ROLE ben", "REASSIGN OWNED BY offhook_owner TO ann", "DROP OWNED BY ada",
        "ALTER GROUP offhook_admin ADD USER ann", "REVOKE offhook_rep FROM ben",
        "ALTER DEFAULT PRIVILEGES FOR ROLE offhook_owner GRANT SELECT ON TABLES TO ann",
        "SET session_preload_libraries = 'x'", "SET log_statement = 'none'",
        "SET session_replication_role = 'replica'", "LOAD 'auto_explain'", "SET lo_compat_privileges = on",
        "SET zero_damaged_pages = on", "SET allow_system_table_mods = on",
    ],
)  # fmt: skip
def test_nobody_becomes_somebody_else(ann: Wire, statement: str) -> None:
    refused(ann, statement, by=(DENIED, "0LP01", "55P02", "2BP01", "42602", "0A000"))
    assert one(ann, "SELECT my_role()") == "rep"


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE SCHEMA mine", "CREATE SCHEMA pg_temp_99", "CREATE TABLE offhook.mine ()", "CREATE TABLE public.mine ()",
        "CREATE TEMP TABLE mine ()", "CREATE TEMP TABLE users AS SELECT 1", "CREATE TEMP SEQUENCE s", "CREATE TEMP VIEW v AS SELECT 1",
        "CREATE TABLE public.part PARTITION OF offhook.contacts DEFAULT", "CREATE TABLE public.child () INHERITS (offhook.contacts)",
        "CREATE FUNCTION offhook.my_role() RETURNS text LANGUAGE sql AS $$ SELECT 'admin' $$",
        "CREATE OR REPLACE FUNCTION offhook.my_user() RETURNS uuid LANGUAGE sql AS $$ SELECT null::uuid $$",
        "CREATE FUNCTION pg_temp.my_role() RETURNS text LANGUAGE sql AS $$ SELECT 'admin' $$",
        "CREATE FUNCTION public.lower(text) RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$",
        "CREATE PROCEDURE public.p() LANGUAGE sql AS $$ $$", "CREATE AGGREGATE public.a(int) (sfunc = int4pl, stype = int)",
        "CREATE OPERATOR public.= (leftarg = text, rightarg = text, function = texteq)", "CREATE TYPE public.t AS (x int)",
        "CREATE CAST (text AS uuid) WITH INOUT AS IMPLICIT", "CREATE DOMAIN public.d AS text", "CREATE COLLATION public.c (locale = 'C')",
        "CREATE EXTENSION dblink", "CREATE EXTENSION postgres_fdw", "CREATE EXTENSION file_fdw", "CREATE EXTENSION pg_trgm",
        "CREATE LANGUAGE plperl", "CREATE TRUSTED LANGUAGE plx HANDLER plpgsql_call_handler",
        "CREATE FOREIGN DATA WRAPPER w", "CREATE SERVER s FOREIGN DATA WRAPPER w", "CREATE PUBLICATION p FOR ALL TABLES",
        "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION x()",
        "CREATE ACCESS METHOD m TYPE TABLE HANDLER heap_tableam_handler",
        "CREATE INDEX ON offhook.contacts (last_name)", "CREATE STATISTICS public.s ON id, org_id FROM offhook.contacts",
        "ALTER TABLE contacts ADD COLUMN x int", "ALTER TABLE contacts DISABLE ROW LEVEL SECURITY", "ALTER TABLE contacts OWNER TO ann",
        "ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY", "ALTER POLICY see ON contacts USING (true)", "DROP POLICY see ON contacts",
        "CREATE POLICY mine ON contacts USING (true)", "ALTER FUNCTION my_role() OWNER TO ann", "ALTER FUNCTION my_role() SECURITY INVOKER",
        "DROP FUNCTION my_role() CASCADE", "DROP SCHEMA offhook CASCADE", "ALTER SCHEMA offhook RENAME TO o", "TRUNCATE users",
        "DROP TRIGGER t10_stamp_new ON contacts", "ALTER DATABASE postgres SET row_security = off", "COMMENT ON SCHEMA offhook IS ''",
        "LOCK TABLE contacts IN ROW SHARE MODE", "LOCK TABLE contacts", "REINDEX TABLE contacts", "CLUSTER contacts",
        "REFRESH MATERIALIZED VIEW contacts", "SECURITY LABEL ON TABLE contacts IS 'x'", "IMPORT FOREIGN SCHEMA x FROM SERVER s INTO public",
    ],
)  # fmt: skip
def test_nothing_can_be_made_that_could_stand_in_for_what_offhook_has(ann: Wire, statement: str) -> None:
    refused(
        ann,
        statement,
        by=(DENIED, "3F000", "42939", "22023", "42704", "0A000", "42809", SYNTAX, "58P01", "42883"),
    )
    assert truth_unchanged(ann)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE DATABASE mine", "CREATE TABLESPACE t LOCATION '/tmp'", "ALTER SYSTEM SET password_encryption = 'md5'",
        "CREATE SUBSCRIPTION s CONNECTION 'dbname=x' PUBLICATION p", "CHECKPOINT", "DROP DATABASE postgres",
    ],
)  # fmt: skip
def test_the_server_itself_is_not_the_reps(ann: Wire, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ann.execute(statement)


def test_what_is_granted_without_the_right_to_grant_comes_to_nothing(floor: Floor) -> None:
    ann, rights = floor.connect("ann"), "SELECT nspacl::text FROM pg_namespace WHERE nspname = 'offhook'"
    before = truth(floor, rights)
    ann.execute("GRANT ALL ON SCHEMA offhook TO ann")
    assert truth(floor, rights) == before
    tables = "SELECT array_agg(relacl::text ORDER BY oid) FROM pg_class WHERE relnamespace = 'offhook'::regnamespace"
    before = truth(floor, tables)
    ann.execute("GRANT SELECT ON offhook.contacts TO PUBLIC")
    assert truth(floor, tables) == before


def truth_unchanged(ann: Wire) -> bool:
    """What Ann sees is still what she saw."""
    return bool(one(ann, "SELECT count(*) = 4 FROM contacts") and one(ann, "SELECT my_role() = 'rep'"))


def test_no_search_path_leads_a_function_of_the_owner_astray(floor: Floor) -> None:
    ann = floor.connect("ann")
    for path in (
        "pg_temp, offhook",
        "public, pg_temp, offhook, pg_catalog",
        "",
        '"$user", offhook',
        "information_schema, offhook",
    ):
        ann.execute("SELECT set_config('search_path', %s, false)", (path,))
        assert one(ann, "SELECT offhook.my_role()") == "rep"
        assert one(ann, "SELECT count(*) FROM offhook.contacts") == 4
        assert one(ann, "SELECT (offhook.apply('[]'))::text") == "[]"
        ann.execute(
            "UPDATE offhook.contacts SET title = %s WHERE id = %s", (path or "none", floor.contact("ann"))
        )
    definers = floor.database.superuser().execute(
        "SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'offhook'::regnamespace AND prosecdef"
        " AND NOT coalesce('search_path=offhook, pg_temp' = ANY (proconfig), false)"
    )
    assert definers.fetchall() == []


def test_no_setting_makes_a_rep_more_than_a_rep(floor: Floor) -> None:
    """Every setting that a rep may change is changed, to whatever the other extreme is; what they see stays the same."""
    ann = floor.connect("ann")
    settings = ann.execute(
        "SELECT name, vartype, enumvals, setting FROM pg_settings WHERE context = 'user'"
        " AND name NOT IN ('role', 'session_authorization', 'client_encoding', 'search_path', 'row_security', 'statement_timeout',"
        " 'transaction_timeout', 'default_transaction_read_only', 'transaction_read_only', 'lock_timeout', 'check_function_bodies')"
        " AND name !~ '(timeout|_delay|cost|limit|isolation|deferrable|target)'"
    ).fetchall()
    assert len(settings) > 60
    for name, kind, choices, setting in settings:
        values = {"bool": ["on", "off"], "enum": choices or []}.get(kind, [setting])
        for value in values:
            # Some values need another server, or another setting beside them.
            with (
                suppress(
                    psycopg.errors.FeatureNotSupported, psycopg.errors.InvalidParameterValue,
                    psycopg.errors.ObjectNotInPrerequisiteState, psycopg.errors.InsufficientPrivilege,
                ),
                ann.transaction(force_rollback=True),
            ):  # fmt: skip
                ann.execute("SELECT set_config(%s, %s, true)", (name, value))
                assert one(ann, "SELECT count(*) FROM contacts") == 4, name
                assert one(ann, "SELECT my_user()") == floor.user("ann")


def test_only_what_is_meant_for_people_can_be_called(ann: Wire, shared_floor: Floor) -> None:
    allowed = {
        name
        for (name,) in ann.execute(
            "SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'offhook'::regnamespace"
            " AND has_function_privilege(oid, 'execute')"
        )
    }
    assert allowed == callable_functions()
    for call in (
        "login_make('mallory', 'SCRAM-SHA-256$4096:AAAA$AAAA:AAAA', 'admin')", "login_change('ann', 'admin')",
        "login_password('ada', 'SCRAM-SHA-256$4096:AAAA$AAAA:AAAA')", "login_open('ada', false)", "login_end('ada')",
        "require_admin('x')", "user_to_change(my_org(), my_user())", "set_times('contacts', 'version', '<', my_org(), '{}', '{}')",
        "find_last_activity(my_org(), my_user(), null)", "require_move(my_org(), my_user(), true, my_user(), null)",
    ):  # fmt: skip
        refused(ann, f"SELECT {call}")


@pytest.mark.parametrize("login", ["ann", "mia", "rob", "zed"])
def test_people_are_an_admins_affair_and_of_their_own_organization(shared_floor: Floor, login: str) -> None:
    floor, verifier = shared_floor, "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA"
    wire = floor.connect(login)
    for call, values in (
        ("create_user(%s, 'mallory', %s, 'Mallory', 'admin')", (new_id(), verifier)),
        ("set_role(%s, 'admin')", (PEOPLE[login].id,)), ("disable_user(%s)", (floor.user("ada"),)),
        ("enable_user(%s)", (floor.user("ben"),)), ("reset_password(%s, %s)", (floor.user("ada"), verifier)),
        ("export_person(%s)", (floor.contact("ann"),)), ("erase_person(%s)", (floor.contact("ann"),)),
    ):  # fmt: skip
        refused(wire, f"SELECT {call}", values, by="OH001")


def test_an_admin_is_one_in_their_own_organization_only(shared_floor: Floor) -> None:
    floor, zoe = shared_floor, shared_floor.connect("zoe")
    verifier = "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA"
    for call, values in (
        ("set_role(%s, 'readonly')", (floor.user("ada"),)), ("disable_user(%s)", (floor.user("ann"),)),
        ("reset_password(%s, %s)", (floor.user("ada"), verifier)), ("export_person(%s)", (floor.contact("ann"),)),
        ("erase_person(%s)", (floor.contact("ann"),)), ("hand_over('contacts', %s, %s)", (floor.contact("ann"), floor.book("zoe"))),
    ):  # fmt: skip
        refused(zoe, f"SELECT {call}", values, by="OH002")
    refused(zoe, "SELECT create_user(%s, 'ann', %s, 'A', 'admin')", (new_id(), verifier), by="OH001")
    refused(zoe, "SELECT create_user(%s, 'postgres', %s, 'A', 'admin')", (new_id(), verifier), by="OH001")
    for login in ("offhook_owner", "pg_monitor", "x; drop role ada", "Ada", ""):
        refused(
            zoe,
            "SELECT create_user(%s, %s, %s, 'A', 'admin')",
            (new_id(), login, verifier),
            by=("OH001", "OH003"),
        )
    for password in ("secret", "md5abc", "", verifier + "' superuser password 'x"):
        refused(zoe, "SELECT create_user(%s, 'mallory', %s, 'A', 'rep')", (new_id(), password), by="OH003")
    for statement in (
        "UPDATE users SET login = 'ada'",
        "UPDATE users SET role = 'admin'",
        "INSERT INTO users (id) VALUES (gen_random_uuid())",
    ):
        refused(zoe, statement)
    assert truth(floor, "SELECT count(*) FROM pg_roles WHERE rolname = 'mallory'") == 0


def test_known_limit_an_object_of_ones_own_can_be_made_in_the_large_object_store(floor: Floor) -> None:
    """Only a superuser could forbid it. It fills the disk at most: nobody else reads it, and nobody reads others'."""
    ann, ben = floor.connect("ann"), floor.connect("ben")
    oid = one(ann, "SELECT lo_from_bytea(0, 'x')")
    refused(ben, "SELECT lo_get(%s)", (oid,))
    refused(ben, "SELECT lo_unlink(%s)", (oid,))
    refused(ben, "SELECT lo_import('/etc/passwd')")
    refused(ann, "SELECT lo_export(%s, '/tmp/x')", (oid,))
    ann.execute("SELECT lo_unlink(%s)", (oid,))


def test_known_limit_people_set_their_own_password_and_their_own_defaults(floor: Floor) -> None:
    ann = floor.connect("ann")
    with ann.transaction(force_rollback=True):
        ann.execute("ALTER ROLE ann SET statement_timeout = 0")
        ann.execute("ALTER ROLE ann PASSWORD 'another-secret-1'")
