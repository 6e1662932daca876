"""Attacks by a rep who wants others not to work: locks, floods, races. What cannot be kept from happening has an end."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql

from storage.postgres import people
from storage.postgres.install import as_owner
from tests.postgres.attacks import DENIED, Wire, applied, forged, one, refused, truth

if TYPE_CHECKING:
    from tests.postgres.floor import Floor


PASSWORD = "a good long sentence"


def together(*works: Callable[[], Any]) -> list[Any]:
    """What each comes to when all are begun at once: a result or an error."""
    start = threading.Barrier(len(works))
    out: list[Any] = [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        start.wait()
        try:
            out[place] = work()
        except psycopg.Error as error:
            out[place] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return out


Hire = Callable[[str], tuple[Wire, str]]


@pytest.fixture
def hire(floor: Floor) -> Iterator[Hire]:
    """People of this test alone, by role: their connection and id. The floor's own logins are other tests' too."""
    logins: list[str] = []

    def make(role: str) -> tuple[Wire, str]:
        login = f"t{secrets.token_hex(6)}"
        logins.append(login)
        made = people.create_user(
            floor.connect("ada"), login=login, password=PASSWORD, name="Nora Neu", role=role, team_ids=(floor.team("East"),)
        )  # fmt: skip
        wire = floor.database.connect(login, PASSWORD)
        wire.execute("SET idle_in_transaction_session_timeout = 0")
        return wire, made

    yield make
    floor.database.close()
    with floor.database.cluster.superuser() as boss:
        for login in logins:
            boss.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(login)))


# --- who shall go ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hold",
    [
        "UPDATE users SET name = 'Ben' WHERE id = my_user()", "SELECT 1 FROM users WHERE id = my_user() FOR UPDATE",
        "ALTER ROLE CURRENT_USER SET work_mem = '4MB'", "ALTER ROLE CURRENT_USER PASSWORD 'nora-secret-2'", "LOCK TABLE users IN ACCESS SHARE MODE",
        (
            "INSERT INTO tasks (id, book_id, kind, subject, body, due_at, all_day, assignee_id)"
            " SELECT gen_random_uuid(), t.book_id, 'todo', 'x', '', now(), false, u.id FROM tasks t, users u"
        ),
    ],
)  # fmt: skip
def test_nobody_keeps_themselves_in_by_holding_what_the_admin_needs(
    floor: Floor, hire: Hire, hold: str
) -> None:
    nora, user = hire("rep")
    nora.execute("BEGIN")
    nora.execute(hold)
    assert one(floor.connect("ada"), "SELECT disable_user(%s)", (user,)) == 1
    with pytest.raises(psycopg.OperationalError):
        nora.execute("SELECT 1")
    assert truth(floor, "SELECT disabled_at IS NOT NULL FROM users WHERE id = %s", (user,))


def test_a_rep_with_a_task_for_every_admin_under_way_holds_up_no_admin(floor: Floor, hire: Hire) -> None:
    """Who merely points to a user locks them a little; that must not be in the way of those who manage users."""
    _, user = hire("rep")
    ben, ada = floor.connect("ben", autocommit=False), floor.connect("ada")
    ben.execute(
        "INSERT INTO tasks (id, book_id, kind, subject, body, due_at, all_day, assignee_id)"
        " SELECT gen_random_uuid(), t.book_id, 'todo', 'x', '', now(), false, u.id FROM tasks t, users u"
    )
    ada.execute("SET statement_timeout = '4s'")
    ada.execute("SELECT set_role(%s, 'manager')", (user,))
    assert one(ada, "SELECT role FROM users WHERE id = %s", (user,)) == "manager"
    ben.rollback()


def test_waiting_for_a_row_that_its_owner_holds_has_an_end(floor: Floor, hire: Hire) -> None:
    nora, user = hire("rep")
    nora.execute("BEGIN")
    nora.execute("UPDATE users SET name = 'Nora' WHERE id = my_user()")
    refused(floor.connect("ada"), "SELECT set_role(%s, 'manager')", (user,), by="55P03")
    nora.execute("ROLLBACK")


def test_of_two_admins_who_demote_each_other_one_stays(floor: Floor, hire: Hire) -> None:
    (one_of_them, first), (other, second) = hire("admin"), hire("admin")
    operator = floor.operator()
    with as_owner(operator):
        operator.execute("UPDATE users SET role = 'rep' WHERE login = 'ada'")
    answers = together(
        lambda: one_of_them.execute("SELECT set_role(%s, 'rep')", (second,)).fetchall(),
        lambda: other.execute("SELECT set_role(%s, 'rep')", (first,)).fetchall(),
    )
    assert sum(isinstance(answer, list) for answer in answers) == 1, answers
    admins = "SELECT count(*) FROM users WHERE role = 'admin' AND org_id = %s"
    assert truth(floor, admins, (floor.org(),)) == 1


# --- locks --------------------------------------------------------------------------------------------------------


def test_a_record_that_somebody_holds_makes_others_wait_for_five_seconds_at_most(
    floor: Floor, hire: Hire
) -> None:
    """Known limit: a rep can hold records that they may change, as anybody can who changes them; the wait has an end."""
    (nora, user), ben = hire("rep"), floor.connect("ben")
    nora.execute("BEGIN")
    nora.execute("SELECT 1 FROM contacts WHERE id = %s FOR UPDATE", (floor.contact("East"),))
    change = {
        "table": "contacts",
        "id": floor.contact("East"),
        "op": "update",
        "set": {"title": "x"},
        "base": {"title": ""},
    }
    began = time.monotonic()
    with pytest.raises(psycopg.errors.LockNotAvailable):
        applied(ben, forged("ben", change))
    assert 4 < time.monotonic() - began < 15
    # Everything else goes on.
    assert applied(ben, forged("ben", {**change, "id": floor.contact("ben")}))["status"] == "ok"
    # Who it is can be seen, and an admin can shut them out, which ends it.
    floor.connect("ada").execute("SELECT disable_user(%s)", (user,))
    assert applied(ben, forged("ben", change))["status"] == "ok"


def test_what_is_out_of_sight_cannot_be_held(floor: Floor) -> None:
    ann, wim = floor.connect("ann", autocommit=False), floor.connect("wim")
    for strength in ("UPDATE", "NO KEY UPDATE", "SHARE", "KEY SHARE"):
        assert (
            ann.execute(
                sql.SQL("SELECT 1 FROM contacts WHERE id = %s FOR {}").format(sql.SQL(strength)),
                (floor.contact("wim"),),
            ).fetchall()
            == []
        )
    for call, values in (
        ("hand_over('contacts', %s, %s)", (floor.contact("wim"), floor.book("ann"))), ("reserve(%s, 60)", (floor.contact("wim"),)),
    ):  # fmt: skip
        with pytest.raises(psycopg.DatabaseError), ann.transaction():
            ann.execute(f"SELECT {call}", values)
    wim.execute("SET lock_timeout = '500ms'")
    wim.execute("UPDATE contacts SET title = 'mine' WHERE id = %s", (floor.contact("wim"),))
    for table in ("audit", "users", "contacts", "shares", "memberships", "changesets", "exits"):
        refused(ann, f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE", by=DENIED)
    ann.rollback()


def test_two_who_change_the_same_records_the_other_way_round_both_get_done(floor: Floor) -> None:
    ids = [floor.contact("East"), floor.contact("East", 1)]

    def body(login: str, order: list[str], n: int) -> dict[str, Any]:
        return forged(
            login,
            *(
                {"table": "contacts", "id": i, "op": "update", "set": {"source": f"{login}{n}"}, "base": {}}
                for i in order
            ),
        )

    ann, ben = floor.connect("ann"), floor.connect("ben")
    for n in range(15):
        answers = together(
            partial(applied, ann, body("ann", ids, n)), partial(applied, ben, body("ben", ids[::-1], n))
        )
        assert [answer["status"] for answer in answers] == ["ok", "ok"]


def test_no_advisory_lock_of_anybodys_is_in_anybodys_way(floor: Floor) -> None:
    """Everybody can take every advisory lock, so offhook waits for none."""
    ann, ben = floor.connect("ann"), floor.connect("ben")
    ann.execute("SELECT pg_advisory_lock(n) FROM generate_series(-500, 500) n")
    change = {
        "table": "contacts",
        "id": floor.contact("ben"),
        "op": "update",
        "set": {"title": "x"},
        "base": {"title": ""},
    }
    ben.execute("SET statement_timeout = '10s'")
    assert applied(ben, forged("ben", change))["status"] == "ok"
    source = floor.database.superuser().execute(
        "SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'offhook'::regnamespace AND prosrc ~* 'advisory'"
    )
    assert source.fetchall() == []


# --- notifications ------------------------------------------------------------------------------------------------


def test_a_spoofed_hint_says_nothing_and_a_real_one_no_more(floor: Floor) -> None:
    """Anybody can notify anybody whose channel they know. What a client does about it is to look, under its own rights."""
    ann, ben = floor.connect("ann"), floor.connect("ben")
    pool = one(ann, "SELECT name FROM channels WHERE book_id = %s", (floor.book("East"),))
    ben.execute(sql.SQL("LISTEN {}").format(sql.Identifier(pool)))
    ann.execute("SELECT pg_notify(%s, 'DROP TABLE users')", (pool,))
    [spoofed] = list(ben.notifies(timeout=5, stop_after=1))
    assert spoofed.payload == "DROP TABLE users"
    ann.execute("UPDATE contacts SET title = 'x' WHERE id = %s", (floor.contact("East"),))
    [real] = list(ben.notifies(timeout=5, stop_after=1))
    assert real.payload == ""
    assert (
        one(ben, "SELECT changes(%s) -> 'more'", (one(ben, "SELECT pg_current_snapshot()::text"),)) is False
    )


# --- the seal of the audit ----------------------------------------------------------------------------------------


def test_known_limit_a_transaction_left_open_holds_up_seals_and_no_more(floor: Floor) -> None:
    """What is not sealed is in the audit all the same, and who holds it up can be seen and shut out."""
    ann, ada = floor.connect("ann", autocommit=False), floor.connect("ada")
    ann.execute("UPDATE contacts SET title = 'x' WHERE id = %s", (floor.contact("ann"),))
    ada.execute("UPDATE contacts SET title = 'y' WHERE id = %s", (floor.contact("wim"),))
    entries = one(ada, "SELECT count(*) FROM audit")
    ada.execute("SELECT seal_audit()")
    assert one(ada, "SELECT sum(entries) FROM audit_seals") < entries
    ann.rollback()
    # The server's other databases may have transactions open too.
    until = time.monotonic() + 20
    while one(ada, "SELECT sum(entries) FROM audit_seals") < entries and time.monotonic() < until:
        ada.execute("SELECT seal_audit()")
        time.sleep(0.1)
    assert one(ada, "SELECT sum(entries) FROM audit_seals") == entries
