"""What the policies let people see and change, whatever program they use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from storage.postgres.install import as_owner
from tests.postgres.floor import made_id

if TYPE_CHECKING:
    from tests.postgres.floor import Floor

SEES = {
    "ada": {"ada", "mia", "ann", "ben", "wim", "rob", "East", "West"},
    "rob": {"ada", "mia", "ann", "ben", "wim", "rob", "East", "West"},
    "mia": {"mia", "ann", "ben", "East"},
    "ann": {"ann", "East"},
    "ben": {"ben", "East"},
    "wim": {"wim", "West"},
    "zoe": {"zoe", "zed", "South"},
    "zed": {"zed", "South"},
}
"""By login: the books whose records they see."""
IN_BOOKS = ("companies", "contacts", "deals", "activities", "tasks")
SET_UP = (
    "organizations", "teams", "users", "memberships", "books", "pipelines", "stages", "smart_views",
    "outcomes", "scripts", "calling_rules",
)  # fmt: skip


Sessions = Callable[[str], psycopg.Connection[Any]]


@pytest.fixture(scope="module")
def sessions(shared_floor: Floor) -> Sessions:
    """One connection for each of the people, for all tests that leave nothing behind."""
    return cache(shared_floor.connect)


def does(connection: psycopg.Connection[Any], statement: str, **values: Any) -> bool:
    """Whether a statement changes anything; it is taken back. What offhook has no rule against may fail in no other way."""
    try:
        with connection.transaction(force_rollback=True):
            return connection.execute(statement, values).rowcount > 0
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ForeignKeyViolation):
        return False
    except psycopg.Error as error:
        if (error.sqlstate or "").startswith("OH"):
            return False
        raise


@pytest.mark.parametrize("login", SEES)
@pytest.mark.parametrize("table", [*IN_BOOKS, "contact_points", "record_keys"])
def test_everybody_sees_the_records_of_their_books_alone(
    shared_floor: Floor, sessions: Sessions, login: str, table: str
) -> None:
    found = sessions(login).execute(f"SELECT DISTINCT book_id FROM {table}").fetchall()
    assert {book for (book,) in found} == {shared_floor.book(name) for name in SEES[login]}


@pytest.mark.parametrize("login", SEES)
@pytest.mark.parametrize("table", SET_UP)
def test_everybody_sees_the_set_up_of_their_organization_alone(
    shared_floor: Floor, sessions: Sessions, login: str, table: str
) -> None:
    org = shared_floor.org("Suedlicht" if login.startswith("z") else "Nordlicht")
    assert sessions(login).execute(f"SELECT DISTINCT org_id FROM {table}").fetchall() == [(org,)]


@pytest.mark.parametrize("login", SEES)
@pytest.mark.parametrize(
    ("table", "column"),
    [("companies", "city"), ("contacts", "title"), ("deals", "next_step"), ("tasks", "subject")],
)
def test_everybody_changes_what_they_see_but_who_may_only_look(
    shared_floor: Floor, sessions: Sessions, login: str, table: str, column: str
) -> None:
    connection = sessions(login)
    with connection.transaction(force_rollback=True):
        try:
            changed = connection.execute(f"UPDATE {table} SET {column} = 'seen' RETURNING book_id").fetchall()
        except psycopg.errors.InsufficientPrivilege:
            changed = []
    expected = set() if login == "rob" else {shared_floor.book(name) for name in SEES[login]}
    assert {book for (book,) in changed} == expected


ADD_CONTACT = (
    "INSERT INTO contacts (id, book_id, first_name, last_name, title, emails, phones, lead_status, source, time_zone,"
    " address, postal_code, city, region, country, do_not_call, description, tags, custom)"
    " VALUES (gen_random_uuid(), %(book)s, 'New', 'One', '', '[]', '[]', '', '', '', '', '', '', '', '', false, '',"
    " '[]', '{}')"
)


@pytest.mark.parametrize("login", SEES)
@pytest.mark.parametrize("book", ["ann", "East", "West", "zed"])
def test_everybody_adds_to_the_books_that_they_work_with(
    shared_floor: Floor, sessions: Sessions, login: str, book: str
) -> None:
    added = does(sessions(login), ADD_CONTACT, book=shared_floor.book(book))
    assert added == (login != "rob" and book in SEES[login])


@pytest.mark.parametrize("table", IN_BOOKS)
def test_only_admins_delete_for_good(sessions: Sessions, table: str) -> None:
    for login in ("mia", "ann", "rob"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sessions(login).execute(f"DELETE FROM {table}")


@pytest.mark.parametrize(
    ("table", "number"), [("contacts", "1"), ("activities", "0"), ("activities", "1"), ("tasks", "0")]
)
def test_admins_delete_for_good_what_nothing_refers_to(sessions: Sessions, table: str, number: str) -> None:
    delete = f"DELETE FROM {table} WHERE id = %(id)s"
    assert does(sessions("ada"), delete, id=made_id(table, "wim", number))
    assert not does(sessions("zoe"), delete, id=made_id(table, "wim", number))
    assert not does(sessions("ada"), delete, id=made_id(table, "zed", number))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contacts SET version = 99",
        "UPDATE contacts SET updated_by = NULL",
        "UPDATE contacts SET created_at = now()",
        "UPDATE contacts SET sync_xid = '1'",
        "UPDATE contacts SET org_id = gen_random_uuid()",
        "UPDATE contacts SET id = gen_random_uuid()",
        "UPDATE contacts SET book_id = book_id",
        "UPDATE contacts SET search = ''",
        "UPDATE contacts SET last_activity_at = now()",
        "UPDATE activities SET body = 'never said'",
        "UPDATE users SET role = 'admin'",
        "UPDATE users SET login = 'root'",
        "UPDATE users SET disabled_at = now()",
        "UPDATE users SET deleted_at = now()",
        "UPDATE books SET user_id = NULL",
        "UPDATE books SET kind = 'own'",
        "UPDATE shares SET user_id = user_id",
        "UPDATE audit SET diff = '{}'",
        "DELETE FROM audit",
        "DELETE FROM users",
        "DELETE FROM organizations",
        "UPDATE audit_seals SET entries = 0",
        "UPDATE changesets SET summary = 'nothing'",
        "DELETE FROM changesets",
        "UPDATE meta SET value = ''",
        "DELETE FROM fields",
        "DELETE FROM exits",
        "UPDATE channels SET name = 'oh_mine'",
        "DELETE FROM reservations",
        "UPDATE contact_points SET value = '1'",
        "INSERT INTO record_keys SELECT * FROM record_keys",
        "UPDATE imports SET user_id = user_id",
        "SELECT * FROM changeset_rows",
        "SELECT * FROM alembic_version",
        "TRUNCATE contacts",
        "CREATE TABLE offhook.mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "SELECT offhook.write_audit(offhook.my_org(), 'update', 'contacts', NULL, '{}')",
    ],
)
def test_what_the_server_keeps_is_beyond_everybody(
    shared_floor: Floor, sessions: Sessions, statement: str
) -> None:
    for login in ("ada", "mia", "ann", "rob"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            sessions(login).execute(statement)


SET_UP_WRITES: dict[str, tuple[str, set[str]]] = {
    "rename the organization": ("UPDATE organizations SET name = 'Ours'", {"ada", "zoe"}),
    "make a team": ("INSERT INTO teams (id, name) VALUES (gen_random_uuid(), 'North')", {"ada", "zoe"}),
    "join West": (
        "INSERT INTO memberships (id, team_id, user_id) VALUES (gen_random_uuid(), %(west)s, %(me)s)",
        {"ada"},
    ),
    "leave a team": ("UPDATE memberships SET deleted_at = now()", {"ada", "zoe"}),
    "take oneself another name": (
        "UPDATE users SET name = 'Me' WHERE id = %(me)s",
        {"ada", "mia", "ann", "wim", "zoe"},
    ),
    "give Ben another name": ("UPDATE users SET name = 'B' WHERE id = %(ben)s", {"ada"}),
    "let Ben export": ("UPDATE users SET export_right = 'yes' WHERE id = %(ben)s", {"ada"}),
    "let Ben import": ("UPDATE users SET import_right = 'yes' WHERE id = %(ben)s", {"ada"}),
    "let oneself import": ("UPDATE users SET import_right = 'yes' WHERE id = %(me)s", {"ada", "zoe"}),
    "import": (
        (
            "INSERT INTO imports (id, name, source, user_id, state, started_at, rows, imported, updated, unchanged, skipped,"
            " refused, mapping) VALUES (gen_random_uuid(), 'x.csv', '', %(me)s, 'running', now(), 0, 0, 0, 0, 0, 0, '{}')"
        ),
        {"ada", "mia", "zoe"},
    ),
    "import in Ben's name": (
        (
            "INSERT INTO imports (id, name, source, user_id, state, started_at, rows, imported, updated, unchanged, skipped,"
            " refused, mapping) VALUES (gen_random_uuid(), 'x.csv', '', %(ben)s, 'running', now(), 0, 0, 0, 0, 0, 0, '{}')"
        ),
        set(),
    ),
    "make a pipeline": (
        "INSERT INTO pipelines (id, name, position) VALUES (gen_random_uuid(), 'Renewals', 'W')",
        {"ada", "mia", "zoe"},
    ),
    "rename the stages": ("UPDATE stages SET stale_days = 3", {"ada", "mia", "zoe"}),
    "define a field": (
        (
            "INSERT INTO custom_fields (id, entity, key, label, kind, options, position)"
            " VALUES (gen_random_uuid(), 'deals', 'size', 'Size', 'text', '[]', 'V')"
        ),
        {"ada", "mia", "zoe"},
    ),
    "keep a view": (
        (
            "INSERT INTO smart_views (id, entity, name, query, sort, shared, user_id, position)"
            " VALUES (gen_random_uuid(), 'deals', 'Mine', '', '', false, %(me)s, 'V')"
        ),
        {"ada", "mia", "ann", "wim", "zoe"},
    ),
    "keep a view in Ben's name": (
        (
            "INSERT INTO smart_views (id, entity, name, query, sort, shared, user_id, position)"
            " VALUES (gen_random_uuid(), 'deals', 'His', '', '', true, %(ben)s, 'V')"
        ),
        set(),
    ),
    "change the views that all share": (
        "UPDATE smart_views SET name = name || '!' WHERE shared",
        {"ada", "zoe"},
    ),
    "make an outcome of calls": (
        (
            "INSERT INTO outcomes (id, key, name, hotkey, line, connected, follow_up, task, task_kind, asks, reasons,"
            " lead_status, move, number, do_not_call, meeting, stops, hidden, position)"
            " VALUES (gen_random_uuid(), 'hung up', 'Hung up', 'h', 'answered', false, '', '', '', '', '[]', '', '', '',"
            " false, false, false, false, 'V')"
        ),
        {"ada", "mia", "zoe"},
    ),
    "rename the outcomes": ("UPDATE outcomes SET name = name || '!'", {"ada", "mia", "zoe"}),
    "keep outcomes under another key": ("UPDATE outcomes SET key = 'other'", set()),
    "make a rule for calls": (
        (
            "INSERT INTO calling_rules (id, region, hours, notice, source)"
            " VALUES (gen_random_uuid(), 'FR', '{}', '', '')"
        ),
        {"ada", "mia", "zoe"},
    ),
    "call on Sundays": ("UPDATE calling_rules SET hours = '{}'", {"ada", "mia", "zoe"}),
    "write a script": (
        (
            "INSERT INTO scripts (id, name, body, shared, user_id, position)"
            " VALUES (gen_random_uuid(), 'Mine', '', false, %(me)s, 'V')"
        ),
        {"ada", "mia", "ann", "wim", "zoe"},
    ),
    "write a script in Ben's name": (
        (
            "INSERT INTO scripts (id, name, body, shared, user_id, position)"
            " VALUES (gen_random_uuid(), 'His', '', true, %(ben)s, 'V')"
        ),
        set(),
    ),
    "change the scripts that all share": (
        "UPDATE scripts SET body = 'Hello' WHERE shared",
        {"ada", "mia", "zoe"},
    ),
    "make the scripts that all share one's own": ("UPDATE scripts SET user_id = %(me)s", set()),
    "make East a second pool": (
        "INSERT INTO books (id, kind, name, team_id) VALUES (gen_random_uuid(), 'pool', 'More', %(east)s)",
        {"ada", "mia"},
    ),
    "make West a second pool": (
        "INSERT INTO books (id, kind, name, team_id) VALUES (gen_random_uuid(), 'pool', 'More', %(west)s)",
        {"ada"},
    ),
    "rename East's pool": ("UPDATE books SET name = 'Pond' WHERE team_id = %(east)s", {"ada", "mia"}),
    "make a second book of one's own": (
        "INSERT INTO books (id, kind, name, user_id) VALUES (gen_random_uuid(), 'own', 'More', %(me)s)",
        {"ada", "zoe"},
    ),
    "make a book to share": (
        "INSERT INTO books (id, kind, name) VALUES (gen_random_uuid(), 'shared', 'Ours')",
        {"ada", "mia", "ann", "wim", "zoe"},
    ),
    "share Ann's book with Wim": (
        (
            "INSERT INTO shares (id, book_id, user_id, can_write)"
            " VALUES (gen_random_uuid(), %(anns)s, %(wim)s, false)"
        ),
        {"ada", "mia", "ann"},
    ),
    "share Ann's book with oneself": (
        (
            "INSERT INTO shares (id, book_id, user_id, can_write)"
            " VALUES (gen_random_uuid(), %(anns)s, %(me)s, true)"
        ),
        {"ada", "mia", "ann"},
    ),
    "share East's pool with Wim": (
        (
            "INSERT INTO shares (id, book_id, user_id, can_write)"
            " VALUES (gen_random_uuid(), %(pool)s, %(wim)s, false)"
        ),
        {"ada", "mia"},
    ),
    "tell of a change of one's own past apply()": (
        (
            "INSERT INTO changesets (id, org_id, user_id, at, command, summary, body, status)"
            " VALUES (gen_random_uuid(), my_org(), %(me)s, now(), 'x', 'x', '{}', 'ok')"
        ),
        set(),
    ),
    "tell of a change of Ben's": (
        (
            "INSERT INTO changesets (id, org_id, user_id, at, command, summary, body, status)"
            " VALUES (gen_random_uuid(), my_org(), %(ben)s, now(), 'x', 'x', '{}', 'ok')"
        ),
        set(),
    ),
}
"""By what is tried: the statement, and who of the six may."""


@pytest.mark.parametrize("wish", SET_UP_WRITES)
def test_the_set_up_is_changed_by_who_may(shared_floor: Floor, sessions: Sessions, wish: str) -> None:
    statement, allowed = SET_UP_WRITES[wish]
    floor = shared_floor
    names = {
        "ben": floor.user("ben"), "wim": floor.user("wim"), "east": floor.team("East"), "west": floor.team("West"),
        "anns": floor.book("ann"), "pool": floor.book("East"),
    }  # fmt: skip
    did = {
        login
        for login in ("ada", "mia", "ann", "wim", "rob", "zoe")
        if does(sessions(login), statement, me=floor.user(login), **names)
    }
    assert did == allowed


def test_a_view_that_is_not_shared_is_its_makers_alone(floor: Floor) -> None:
    floor.connect("ann").execute(
        "INSERT INTO smart_views (id, entity, name, query, sort, shared, user_id, position)"
        " VALUES (gen_random_uuid(), 'deals', 'Private', '', '', false, %s, 'V')",
        (floor.user("ann"),),
    )
    sees = {
        login: floor.connect(login)
        .execute("SELECT count(*) FROM smart_views WHERE name = 'Private'")
        .fetchone()
        for login in ("ann", "ben", "mia", "ada")
    }
    assert sees == {"ann": (1,), "ben": (0,), "mia": (0,), "ada": (0,)}


def test_a_script_that_is_not_shared_is_its_makers_alone(floor: Floor) -> None:
    floor.connect("ann").execute(
        "INSERT INTO scripts (id, name, body, shared, user_id, position)"
        " VALUES (gen_random_uuid(), 'Private', '', false, %s, 'V')",
        (floor.user("ann"),),
    )
    sees, changes = set(), set()
    for login in ("ann", "ben", "mia", "ada", "rob", "zed"):
        connection = floor.connect(login)
        if connection.execute("SELECT FROM scripts WHERE name = 'Private'").rowcount:
            sees.add(login)
        if (
            login != "rob"
            and connection.execute("UPDATE scripts SET body = 'x' WHERE name = 'Private'").rowcount
        ):
            changes.add(login)
    assert sees == changes == {"ann"}


def test_who_makes_a_shared_book_lets_others_in(floor: Floor) -> None:
    ann, wim, ben = (floor.connect(login) for login in ("ann", "wim", "ben"))
    [(book,)] = ann.execute(
        "INSERT INTO books (id, kind, name) VALUES (gen_random_uuid(), 'shared', 'Ann & Wim') RETURNING id"
    ).fetchall()
    share = "INSERT INTO shares (id, book_id, user_id, can_write) VALUES (gen_random_uuid(), %(book)s, %(user)s, %(write)s)"
    # Nobody else lets themselves into it, be it empty or not.
    assert not does(ben, share, book=book, user=floor.user("ben"), write=True)
    ann.execute(share, {"book": book, "user": floor.user("wim"), "write": True})
    assert not does(ben, share, book=book, user=floor.user("ben"), write=True)
    ann.execute(share, {"book": book, "user": floor.user("ann"), "write": True})
    ann.execute(ADD_CONTACT, {"book": book})
    assert wim.execute("SELECT first_name FROM contacts WHERE book_id = %s", (book,)).fetchall() == [("New",)]
    assert ben.execute("SELECT first_name FROM contacts WHERE book_id = %s", (book,)).fetchall() == []
    # Wim holds it as much as Ann does, and whoever was put out does not come back by themselves.
    wim.execute(
        "UPDATE shares SET deleted_at = now() WHERE book_id = %s AND user_id = %s", (book, floor.user("ann"))
    )
    assert ann.execute("SELECT first_name FROM contacts WHERE book_id = %s", (book,)).fetchall() == []
    assert not does(ann, share, book=book, user=floor.user("ann"), write=True)
    assert not does(ann, "UPDATE shares SET deleted_at = NULL WHERE book_id = %(book)s", book=book)


def test_a_share_to_look_at_is_no_share_to_change(floor: Floor) -> None:
    ann, wim = floor.connect("ann"), floor.connect("wim")
    ann.execute(
        "INSERT INTO shares (id, book_id, user_id, can_write) VALUES (gen_random_uuid(), %s, %s, false)",
        (floor.book("ann"), floor.user("wim")),
    )
    ids = {"id": floor.contact("ann"), "book": floor.book("ann")}
    assert wim.execute("SELECT count(*) FROM contacts WHERE book_id = %(book)s", ids).fetchone() == (2,)
    assert not does(wim, "UPDATE contacts SET title = 'x' WHERE id = %(id)s", **ids)
    assert not does(wim, "UPDATE shares SET can_write = true WHERE book_id = %(book)s", **ids)
    assert not does(wim, ADD_CONTACT, **ids)
    ann.execute("UPDATE shares SET can_write = true WHERE book_id = %(book)s", ids)
    assert does(wim, "UPDATE contacts SET title = 'x' WHERE id = %(id)s", **ids)
    # What Wim may change is still not his to show to others.
    assert not does(
        wim,
        "INSERT INTO shares (id, book_id, user_id, can_write) VALUES (gen_random_uuid(), %(book)s, %(rob)s, false)",
        rob=floor.user("rob"), **ids,
    )  # fmt: skip


def test_a_disabled_person_sees_nothing_though_still_connected(floor: Floor) -> None:
    ben = floor.connect("ben")
    assert ben.execute("SELECT count(*) FROM contacts").fetchone() == (4,)
    operator = floor.operator()
    with as_owner(operator):
        operator.execute("UPDATE users SET disabled_at = now() WHERE login = 'ben'")
    for table in (
        *IN_BOOKS,
        *SET_UP,
        "contact_points",
        "record_keys",
        "imports",
        "channels",
        "exits",
        "changesets",
        "reservations",
    ):
        assert ben.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    assert ben.execute("SELECT my_org(), my_user(), my_role(), visible_books(), writable_books()").fetchone() == (
        None, None, None, [], [],
    )  # fmt: skip


def test_settings_make_nobody_somebody_else(shared_floor: Floor) -> None:
    ann = shared_floor.connect("ann")
    ann.execute(
        "SELECT set_config('offhook.user', 'ada', false), set_config('offhook.changeset', 'x', false)"
    )
    for statement in (
        "SET ROLE offhook_admin",
        "SET ROLE ada",
        "SET SESSION AUTHORIZATION ada",
        "SET ROLE offhook_owner",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ann.execute(statement)
    ann.execute("SET ROLE offhook_rep")
    assert ann.execute("SELECT my_user()").fetchone() == (shared_floor.user("ann"),)


def test_a_rep_sees_no_audit_and_an_admin_that_of_their_organization(shared_floor: Floor) -> None:
    for login in ("ann", "mia", "rob"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            shared_floor.connect(login).execute("SELECT * FROM audit")
    assert shared_floor.connect("ada").execute("SELECT DISTINCT org_id FROM audit").fetchall() == [
        (shared_floor.org(),)
    ]
