"""The matrix of rights: every table, every way to touch it, every kind of person, against a model in Python.

The policies are the floor that everything else stands on, so each of them is also taken away, and opened, to see that the
matrix tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import sql

from core.ids import new_id
from storage.postgres.check import problems
from storage.postgres.install import OWNER
from tests.postgres.bench import LOGINS, MARKS, Bench
from tests.postgres.floor import PEOPLE, START, TEAMS, made_id
from tests.postgres.model import IN_BOOKS, SET_UP, TABLES

if TYPE_CHECKING:
    from tests.postgres.floor import Floor

STRANGER = "nobody_of_offhook"
"""A login that the server has for something else: in no group, and nobody's."""
HOME = [login for login, person in PEOPLE.items() if person.org == "Nordlicht"]
HOME_TEAMS = [team for team, org in TEAMS.items() if org == "Nordlicht"]
TOGETHER = ("first", "second")
"""Books that are shared, by names of the test's own."""


@pytest.fixture(scope="module")
def bench(shared_floor: Floor) -> Iterator[Bench]:
    bench = Bench(shared_floor)
    # The server's roles are all workers'.
    with suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
        bench.boss.execute(f"CREATE ROLE {STRANGER} LOGIN PASSWORD 'stranger-secret-1'")
    yield bench
    bench.boss.close()


# --- arranging the floor ------------------------------------------------------------------------------------------


def furnish(bench: Bench) -> None:
    """Something in each table, for both organizations and for several people, so that there is something to hide."""
    for login in ("ann", "ben", "wim", "zed"):
        org, user = PEOPLE[login].org_id, PEOPLE[login].id
        bench.put(
            "reservations",
            org_id=org,
            contact_id=made_id("contacts", login, "0"),
            user_id=user,
            until=START.isoformat(),
        )
        for op in ("moved", "erased"):
            bench.put(
                "exits", org_id=org, book_id=made_id("book", login), table_name="contacts", row_id=new_id(), op=op,
                at=START.isoformat(), sync_xid="5",
            )  # fmt: skip
        bench.put(
            "changesets", org_id=org, id=new_id(), user_id=user, at=START.isoformat(), command="x", summary="x", body={},
            status="ok",
        )  # fmt: skip
        client = new_id()
        bench.put("clients", org_id=org, client_id=client, user_id=user, acked=0, seen_at=START.isoformat())
        bench.put("answers", org_id=org, client_id=client, seq=1, changeset_id=new_id(), answer={})
        for shared in (True, False):
            bench.put(
                "smart_views", org_id=org, id=new_id(), entity="deals", name=login, query="", sort="", shared=shared,
                user_id=user, position="V",
            )  # fmt: skip
            bench.put(
                "scripts", org_id=org, id=new_id(), name=login, body="", shared=shared, user_id=user, position="V",
            )  # fmt: skip
        bench.put(
            "imports", org_id=org, id=new_id(), name=login, source="", user_id=user, state="done",
            started_at=START.isoformat(), rows=0, imported=0, updated=0, unchanged=0, skipped=0, refused=0, mapping={},
        )  # fmt: skip
        bench.put(
            "custom_fields", org_id=org, id=new_id(), entity="deals", key=login, label=login, kind="text", options=[],
            position="V",
        )  # fmt: skip
    for number, org in enumerate(("Nordlicht", "Suedlicht")):
        bench.put(
            "audit_seals", org_id=made_id("org", org), number=1, at=START.isoformat(), up_to_seq=number, entries=1,
            digest="\\x00",
        )  # fmt: skip


def share(bench: Bench, book: str, login: str, *, can_write: bool, by: str | None = None) -> None:
    bench.put(
        "shares", org_id=bench.floor.org(), id=new_id(), book_id=book, user_id=bench.floor.user(login),
        can_write=can_write, updated_by=by,
    )  # fmt: skip


def share_some(bench: Bench) -> None:
    """Books that are shared in each way that there is."""
    floor = bench.floor
    for name, maker in zip(TOGETHER, ("ann", "wim"), strict=True):
        bench.put(
            "books", org_id=floor.org(), id=made_id("book", name), kind="shared", name=name,
            updated_by=floor.user(maker),
        )  # fmt: skip
        bench.put("contacts", **contact_in(bench, made_id("book", name)))
    share(bench, floor.book("ann"), "wim", can_write=False)
    share(bench, floor.book("wim"), "ben", can_write=True)
    share(bench, made_id("book", "first"), "ben", can_write=True, by=floor.user("ann"))
    share(bench, made_id("book", "first"), "mia", can_write=False, by=floor.user("ben"))


def contact_in(bench: Bench, book: str) -> dict[str, Any]:
    return next(dict(row) for row in bench.candidates("contacts", "ada") if row["book_id"] == book)


@contextmanager
def furnished(bench: Bench) -> Iterator[None]:
    with bench.arranged():
        furnish(bench)
        share_some(bench)
        yield


# --- comparing ----------------------------------------------------------------------------------------------------


def differences(
    bench: Bench, logins: tuple[str, ...], tables: Any, commands: str = "rwda", *, whole: bool = False
) -> list[str]:
    """Where the server and the model do not agree: a line for each cell of the matrix.

    Args:
        bench: as it is arranged.
        logins: who.
        tables: which.
        commands: as pg_policy writes them: r see, w change, d remove, a add.
        whole: who adds rows writes all of them.
    """
    found: list[str] = []
    for login in logins:
        person = bench.person(login)
        for table in sorted(tables):
            rows = bench.rows(table)
            cells = {
                "r": (bench.seen, person.sees), "w": (bench.changed, person.changes), "d": (bench.removed, person.removes),
            }  # fmt: skip
            for command in commands.replace("a", ""):
                does, may = cells[command]
                there = does(login, table)
                wanted = {key for key, row in rows.items() if may(table, row)}
                if there != wanted:
                    found.append(
                        f"{login} {command} {table}: +{sorted(there - wanted)} -{sorted(wanted - there)}"
                    )
            if "a" in commands:
                found += [
                    f"{login} a {table}: {row}"
                    for row in bench.candidates(table, login)
                    if bench.adds(login, table, row, whole=whole) != person.adds(table, row)
                ]
    return found


def differences_of_sync(bench: Bench, login: str) -> list[str]:
    """Where what a cache is told, and what is taken in of one, is not what the model says."""
    person, found = bench.person(login), []
    told = bench.pulled(login)
    for table in sorted({*IN_BOOKS, *SET_UP, "exits"}):
        key = "row_id" if table == "exits" else "id"
        wanted = {row[key] for row in bench.rows(table).values() if person.pulls(table, row)}
        if told.get(table, frozenset()) != wanted:
            found.append(f"{login} pulls {table}: {sorted(told.get(table, frozenset()) ^ wanted)}")
    for table in ("companies", "contacts", "deals"):
        found += [
            f"{login} hands in {table}: {row}"
            for row in bench.rows(table).values()
            if bench.hands_in(login, table, row) != person.hands_in(row)
        ]
    return found


# --- the matrix ---------------------------------------------------------------------------------------------------


def test_the_matrix_knows_every_table(bench: Bench) -> None:
    assert bench.tables == TABLES == MARKS.keys()


@pytest.mark.parametrize("login", [*LOGINS, STRANGER])
def test_everybody_can_do_what_the_model_says_and_nothing_else(bench: Bench, login: str) -> None:
    with furnished(bench):
        empty = [table for table in bench.tables if len(bench.rows(table)) < 2 and table != "alembic_version"]
        assert empty == []
        assert differences(bench, (login,), bench.tables) == []
        assert differences_of_sync(bench, login) == []


def test_who_logs_in_sees_what_the_bench_says_of_them(bench: Bench) -> None:
    """The bench lets a superuser say who they are; those who log in with a password of theirs are no others."""
    for login in LOGINS:
        connection = bench.floor.connect(login)
        assert connection.execute("SELECT session_user::text, current_user::text").fetchone() == (
            login,
            login,
        )
        for table in bench.tables:
            try:
                seen = bench.selected(connection, table)
            except psycopg.errors.InsufficientPrivilege:
                seen = frozenset()
            assert seen == bench.seen(login, table), (login, table)
        connection.close()


def test_who_is_in_no_group_does_not_even_get_in(bench: Bench) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        bench.floor.database.connect(STRANGER, "stranger-secret-1")
    assert bench.boss.execute(
        "SELECT count(*) FROM pg_class, aclexplode(relacl)"
        " WHERE relnamespace = 'offhook'::regnamespace AND grantee = 0"
    ).fetchone() == (0,)


books = st.sampled_from([*HOME, *HOME_TEAMS, *TOGETHER])
arrangements = st.fixed_dictionaries(
    {
        "login": st.sampled_from(LOGINS),
        "places": st.sets(st.tuples(st.sampled_from(HOME_TEAMS), st.sampled_from(HOME)), max_size=5),
        "shares": st.lists(
            st.tuples(books, st.sampled_from(HOME), st.booleans(), st.sampled_from([None, *HOME])), max_size=5
        ),
        "makers": st.tuples(*(st.sampled_from([None, *HOME]) for _ in TOGETHER)),
        "contacts": st.lists(books, max_size=5),
        "views": st.lists(st.tuples(st.sampled_from(HOME), st.booleans()), max_size=3),
        "deleted_books": st.sets(books, max_size=2),
        "deleted_shares": st.sets(st.integers(0, 4), max_size=2),
        "disabled": st.sets(st.sampled_from(HOME), max_size=1),
    }
)


def arrange(bench: Bench, drawn: dict[str, Any]) -> None:
    """Teams, shares and rows as drawn, instead of the floor's own."""
    floor, org = bench.floor, bench.floor.org()
    bench.boss.execute("DELETE FROM memberships WHERE org_id = %s", (org,))
    for team, login in sorted(drawn["places"]):
        bench.put("memberships", org_id=org, id=new_id(), team_id=floor.team(team), user_id=floor.user(login))
    for name, maker in zip(TOGETHER, drawn["makers"], strict=True):
        by = maker and floor.user(maker)
        bench.put("books", org_id=org, id=floor.book(name), kind="shared", name=name, updated_by=by)
    for number, (book, login, can_write, by) in enumerate(drawn["shares"]):
        bench.put(
            "shares", org_id=org, id=new_id(), book_id=floor.book(book), user_id=floor.user(login), can_write=can_write,
            updated_by=by and floor.user(by), deleted_at=START.isoformat() if number in drawn["deleted_shares"] else None,
        )  # fmt: skip
    for book in drawn["contacts"]:
        bench.put("contacts", **contact_in(bench, floor.book(book)))
    for login, shared in drawn["views"]:
        bench.put(
            "smart_views", org_id=org, id=new_id(), entity="deals", name="x", query="", sort="", shared=shared,
            user_id=floor.user(login), position="V",
        )  # fmt: skip
        bench.put(
            "scripts", org_id=org, id=new_id(), name="x", body="", shared=shared, user_id=floor.user(login), position="V",
        )  # fmt: skip
    # Past the rule that a book with records in it stays.
    with bench.boss.transaction():
        bench.boss.execute("ALTER TABLE offhook.books DISABLE TRIGGER t40_keep")
        bench.boss.execute(
            "UPDATE books SET deleted_at = now() WHERE id = ANY (%s::uuid[])",
            ([floor.book(name) for name in drawn["deleted_books"]],),
        )
        bench.boss.execute(
            "UPDATE users SET disabled_at = now() WHERE login = ANY (%s)", (list(drawn["disabled"]),)
        )
        bench.boss.execute("ALTER TABLE offhook.books ENABLE ALWAYS TRIGGER t40_keep")
    bench.forget()


# What fails tells by itself which cell it is; making the example smaller takes minutes.
@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=arrangements)
def test_whatever_the_teams_shares_and_rows_the_server_says_what_the_model_says(
    bench: Bench, drawn: dict[str, Any]
) -> None:
    with bench.arranged():
        arrange(bench, drawn)
        assert differences(bench, (drawn["login"],), bench.tables) == []
        assert differences_of_sync(bench, drawn["login"]) == []


# --- that the matrix would tell -----------------------------------------------------------------------------------


def policies(bench: Bench) -> list[tuple[str, str, str, str]]:
    """Table, name, command and what it asks for, of every policy but the owner's."""
    return bench.boss.execute(
        "SELECT relname, polname, polcmd::text, coalesce(pg_get_expr(polqual, polrelid), '')"
        " FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid"
        " WHERE relnamespace = 'offhook'::regnamespace AND polname <> 'owner' ORDER BY 1, 2"
    ).fetchall()


EVERYBODY = (*LOGINS, STRANGER)


def test_policies_alone_decide_who_adds_what(bench: Bench) -> None:
    """Were every column anybody's to write and no trigger there, nobody could add more than they can now."""
    with furnished(bench):
        bench.leave_to_policies()
        assert differences(bench, EVERYBODY, bench.tables, "a", whole=True) == []
        elsewhere = made_id("org", "Suedlicht")
        for table in bench.tables:
            for row in bench.candidates(table, "ada"):
                if "org_id" in row:
                    assert not bench.adds("ada", table, {**row, "org_id": elsewhere}, whole=True), row


def told(bench: Bench, table: str, command: str) -> bool:
    """Whether the matrix of a table has a cell that is wrong."""
    if differences(bench, EVERYBODY, (table,), command, whole=command == "a"):
        return True
    if command != "a":
        return False
    # And rows of another organization than one's own.
    return any(
        bench.adds(login, table, {**row, "org_id": made_id("org", "Suedlicht")}, whole=True)
        for login in ("ada", "mia", "ann")
        for row in bench.candidates(table, login)
        if "org_id" in row
    )


def test_the_matrix_tells_of_every_policy_that_is_missing_or_open(bench: Bench) -> None:
    unnoticed = []
    with furnished(bench):
        bench.leave_to_policies()
        for table, name, command, asks in policies(bench):
            names = {"name": sql.Identifier(name), "table": sql.Identifier("offhook", table)}
            assert not told(bench, table, command), (table, name)
            with bench.boss.transaction(force_rollback=True):
                bench.boss.execute(sql.SQL("DROP POLICY {name} ON {table}").format(**names))
                if not told(bench, table, command):
                    unnoticed.append(f"{table}: {name} dropped")
            if asks == "true":
                continue
            opened = {"a": "WITH CHECK (true)", "w": "USING (true) WITH CHECK (true)"}.get(
                command, "USING (true)"
            )
            with bench.boss.transaction(force_rollback=True):
                bench.boss.execute(
                    sql.SQL("ALTER POLICY {name} ON {table} {opened}").format(**names, opened=sql.SQL(opened))
                )
                if not told(bench, table, command):
                    unnoticed.append(f"{table}: {name} opened")
    assert unnoticed == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("ALTER FUNCTION offhook.pull(text, uuid[]) SECURITY DEFINER", "ann pulls smart_views"),
        ("DROP POLICY see ON offhook.tasks", "ann pulls tasks"),
        ("ALTER POLICY see ON offhook.scripts USING (true)", "ann pulls scripts"),
        ("DROP POLICY see_erased ON offhook.exits", "ann pulls exits"),
        (
            (
                "CREATE OR REPLACE FUNCTION offhook.once_seen(p_table text, p_id uuid, p_book uuid) RETURNS boolean"
                " LANGUAGE sql AS 'SELECT true'"
            ),
            "ann hands in contacts",
        ),
    ],
)
def test_the_matrix_tells_of_a_feed_that_is_open_or_shut(bench: Bench, change: str, told: str) -> None:
    with furnished(bench):
        assert differences_of_sync(bench, "ann") == []
        bench.boss.execute(change)
        assert any(line.startswith(told) for line in differences_of_sync(bench, "ann"))


def test_a_table_without_its_policies_or_not_forced_under_them_is_told(bench: Bench) -> None:
    operator = bench.floor.operator()
    for table in sorted(bench.tables):
        name = sql.Identifier("offhook", table)
        for command, said in (
            ("DISABLE ROW LEVEL SECURITY", "is not under row-level security"),
            ("NO FORCE ROW LEVEL SECURITY", "does not force row-level security on its owner"),
        ):
            bench.boss.execute(sql.SQL("ALTER TABLE {} {}").format(name, sql.SQL(command)))
            found = [problem.what for problem in problems(operator) if problem.where == table]
            back = command.replace("DISABLE", "ENABLE").replace("NO ", "")
            bench.boss.execute(sql.SQL("ALTER TABLE {} {}").format(name, sql.SQL(back)))
            assert said in found, (table, command)


def test_the_owner_is_under_policy_too(bench: Bench) -> None:
    with furnished(bench):
        for table in bench.tables:
            name = sql.Identifier("offhook", table)
            with bench.boss.transaction(force_rollback=True):
                bench.boss.execute(sql.SQL("DROP POLICY owner ON {}").format(name))
                bench.boss.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
                assert bench.boss.execute(sql.SQL("SELECT count(*) FROM {}").format(name)).fetchone() == (0,)


def test_without_row_level_security_the_matrix_is_wrong(bench: Bench) -> None:
    closed = {"changeset_rows", "clients", "answers", "alembic_version"}  # Nobody has any right on these.
    with furnished(bench):
        for table in bench.tables - closed:
            with bench.boss.transaction(force_rollback=True):
                bench.boss.execute(
                    sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(
                        sql.Identifier("offhook", table)
                    )
                )
                if table in ("meta", "fields"):
                    assert bench.seen(STRANGER, table) == frozenset()
                else:
                    assert differences(bench, ("ada", "ann", "zed"), (table,), "r"), table
