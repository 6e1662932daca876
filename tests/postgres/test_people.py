"""People and their logins: made, changed and shut out together, by admins alone, without a clear password on the way."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from core.errors import Invalid, NotFound, Refused, Unavailable
from storage.postgres import audit, people
from tests.postgres.floor import Floor

PASSWORD = "a good long sentence"

Hire = Callable[..., tuple[str, str]]


@pytest.fixture
def hire(floor: Floor) -> Iterator[Hire]:
    """Makes a person as ada: (login, id). Logins belong to the server, so they are taken away afterwards."""
    made: list[str] = []

    def make(role: str = "rep", *, teams: tuple[str, ...] = (), by: str = "ada") -> tuple[str, str]:
        login = f"t{secrets.token_hex(6)}"
        made.append(login)
        user_id = people.create_user(
            floor.connect(by), login=login, password=PASSWORD, name="Nora Neu", role=role, team_ids=teams
        )
        return login, user_id

    yield make
    floor.database.close()
    with floor.database.cluster.superuser() as root:
        for login in made:
            root.execute(f'drop role if exists "{login}"')  # type: ignore[arg-type]


def log_in(floor: Floor, login: str, password: str = PASSWORD) -> psycopg.Connection[Any]:
    return floor.database.connect(login, password)


def test_a_new_rep_logs_in_and_sees_the_pool_and_an_empty_book(floor: Floor, hire: Hire) -> None:
    login, user_id = hire(teams=(floor.team("East"),))
    nora = log_in(floor, login)
    assert nora.execute("select my_role(), my_user()").fetchone() == ("rep", user_id)
    assert {row[0] for row in nora.execute("select id from contacts")} == {
        floor.contact("East"),
        floor.contact("East", 1),
    }


def test_the_password_never_crosses_the_line(floor: Floor, hire: Hire) -> None:
    login, _ = hire()
    root = floor.database.superuser()
    [(kept,)] = root.execute("select rolpassword from pg_authid where rolname = %s", (login,)).fetchall()
    assert kept.startswith("SCRAM-SHA-256$")
    with pytest.raises(psycopg.Error, match="verifier"):
        floor.connect("ada").execute(
            "select create_user(gen_random_uuid(), 'cleartext', 'secret word', 'X', 'rep')"
        )


def test_a_login_has_no_power_over_the_server(floor: Floor, hire: Hire) -> None:
    login, _ = hire("admin")
    root = floor.database.superuser()
    flags = "rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls"
    assert root.execute(f"select {flags} from pg_roles where rolname = %s", (login,)).fetchone() == (False,)  # type: ignore[arg-type]


@pytest.mark.parametrize("login", ["Ann", "1ann", "a b", "pg_ann", "offhook_admin", "a" * 64, "ann;drop", ""])
def test_a_login_that_is_none_is_refused_before_anything_is_made(floor: Floor, login: str) -> None:
    with pytest.raises(Invalid, match="A login has"):
        people.create_user(floor.connect("ada"), login=login, password=PASSWORD, name="X", role="rep")


@pytest.mark.parametrize("login", ["ben", "zed", "postgres", "operator"])
def test_a_login_that_somebody_on_the_server_has_is_taken(floor: Floor, login: str) -> None:
    ada = floor.connect("ada")
    before = ada.execute("select count(*) from users").fetchone()
    with pytest.raises(Refused, match="taken"):
        people.create_user(ada, login=login, password=PASSWORD, name="X", role="rep")
    assert ada.execute("select count(*) from users").fetchone() == before


@pytest.mark.parametrize("login", ["mia", "ann", "rob"])
def test_only_admins_manage_people(floor: Floor, login: str) -> None:
    connection = floor.connect(login)
    wishes: list[Callable[[], object]] = [
        lambda: people.create_user(connection, login="newone", password=PASSWORD, name="X", role="rep"),
        lambda: people.set_role(connection, floor.user(login), "admin"),
        lambda: people.disable_user(connection, floor.user("ben")),
        lambda: people.enable_user(connection, floor.user("ben")),
        lambda: people.reset_password(connection, floor.user("ada"), "ada", PASSWORD),
    ]
    for wish in wishes:
        with pytest.raises(Refused, match="Only an admin"):
            wish()


@pytest.mark.parametrize(
    "call",
    [
        "login_make('evil', 'SCRAM-SHA-256$4096:YQ==$YQ==:YQ==', 'admin')",
        "login_change('ann', 'admin')",
        "login_password('ada', 'SCRAM-SHA-256$4096:YQ==$YQ==:YQ==')",
        "login_open('ada', false)",
        "login_guard('ann')",
    ],
)
@pytest.mark.parametrize("login", ["ann", "ada"])
def test_the_functions_that_touch_logins_are_nobodys_to_call(floor: Floor, login: str, call: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        floor.connect(login).execute(f"select {call}")  # type: ignore[arg-type]


def test_an_admin_reaches_no_other_organizations_people(floor: Floor) -> None:
    zoe = floor.connect("zoe")
    for wish in (
        lambda: people.set_role(zoe, floor.user("ann"), "readonly"),
        lambda: people.disable_user(zoe, floor.user("ann")),
        lambda: people.reset_password(zoe, floor.user("ann"), "ann", PASSWORD),
    ):
        with pytest.raises(NotFound):
            wish()


def test_a_role_holds_from_the_moment_it_is_given(floor: Floor, hire: Hire) -> None:
    login, user_id = hire(teams=(floor.team("East"),))
    nora = log_in(floor, login)
    people.set_role(floor.connect("ada"), user_id, "manager")
    assert nora.execute("select my_role()").fetchone() == ("manager",)
    assert floor.contact("ann") in {row[0] for row in nora.execute("select id from contacts")}
    people.set_role(floor.connect("ada"), user_id, "readonly")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        nora.execute("update contacts set title = 'x'")


def test_who_is_shut_out_is_out_at_once_and_may_come_back(floor: Floor, hire: Hire) -> None:
    login, user_id = hire()
    ada, nora = floor.connect("ada"), log_in(floor, login)
    nora.execute("select 1")
    assert people.disable_user(ada, user_id) == 1
    with pytest.raises(psycopg.OperationalError):
        nora.execute("select 1")
    with pytest.raises(psycopg.OperationalError, match="not permitted"):
        log_in(floor, login)
    people.enable_user(ada, user_id)
    assert log_in(floor, login).execute("select my_role()").fetchone() == ("rep",)


def test_a_forgotten_password_is_replaced_and_the_replacing_is_audited(floor: Floor, hire: Hire) -> None:
    login, user_id = hire()
    ada = floor.connect("ada")
    people.reset_password(ada, user_id, login, "another good sentence")
    with pytest.raises(psycopg.OperationalError, match="password"):
        log_in(floor, login)
    log_in(floor, login, "another good sentence").execute("select 1")
    assert [entry.row_id for entry in audit.entries(ada, op="reset")] == [user_id]


def test_somebody_is_always_admin(floor: Floor, hire: Hire) -> None:
    ada = floor.connect("ada")
    with pytest.raises(Refused, match="Nobody else is an admin"):
        people.set_role(ada, floor.user("ada"), "rep")
    with pytest.raises(Refused, match="shut yourself out"):
        people.disable_user(ada, floor.user("ada"))
    login, _ = hire("admin")
    second = log_in(floor, login)
    people.disable_user(second, floor.user("rob"))
    people.enable_user(second, floor.user("rob"))


@pytest.mark.parametrize("password", ["short", "", "with a\nline break in it"])
def test_a_password_that_is_none_is_refused(floor: Floor, password: str) -> None:
    with pytest.raises(Invalid, match="password"):
        people.create_user(floor.connect("ada"), login="newone", password=password, name="X", role="rep")


# --- a server that goes away


def _cut_off(floor: Floor, connection: psycopg.Connection[Any]) -> None:
    """Ends a connection from the server's side, as a restart of it does."""
    with floor.database.cluster.superuser() as root:
        root.execute("select pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))


@pytest.mark.parametrize(
    "work",
    [
        lambda connection, floor: people.set_role(connection, floor.user("ben"), "manager"),
        lambda connection, floor: audit.seal(connection),
        lambda connection, floor: audit.verify(connection),
        lambda connection, floor: audit.entries(connection),
        lambda connection, floor: audit.erase_person(connection, floor.contact("East")),
    ],
    ids=["role", "seal", "verify", "entries", "erase"],
)
def test_a_lost_connection_is_a_sentence(
    floor: Floor, work: Callable[[psycopg.Connection[Any], Floor], object]
) -> None:
    connection = floor.connect("ada")
    _cut_off(floor, connection)
    with pytest.raises(Unavailable, match="connection to the server broke"):
        work(connection, floor)


def test_a_user_that_somebody_else_is_changing_is_a_sentence(floor: Floor, hire: Hire) -> None:
    login, user_id = hire()
    connection, other = floor.connect("ada"), floor.database.superuser()
    connection.execute("set lock_timeout = '50ms'")
    with other.transaction():
        other.execute("select 1 from offhook.users where login = %s for update", (login,))
        with pytest.raises(Unavailable, match="Somebody else holds what you want to change"):
            people.set_role(connection, user_id, "manager")
    people.set_role(connection, user_id, "manager")
