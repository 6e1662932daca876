"""The feed of changes: whoever looks again sees everything that has become visible since, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core.entities import RECORDS
from storage.postgres import install
from storage.postgres.install import as_owner
from tests.postgres.floor import Floor, made_id

IN_BOOKS = ("companies", "contacts", "deals", "activities", "tasks")


def cursor(connection: psycopg.Connection[Any]) -> str:
    """Where the feed stands."""
    return connection.execute("select changes(null) ->> 'cursor'").fetchone()[0]


def changes(connection: psycopg.Connection[Any], since: str) -> dict[str, Any]:
    return connection.execute("select changes(%s)", (since,)).fetchone()[0]


def rows(connection: psycopg.Connection[Any], since: str) -> set[tuple[str, str]]:
    """The records that changed since the cursor, without what only hangs on them."""
    return {(table, row) for table, row, _ in changes(connection, since)["rows"]}


def rename(connection: psycopg.Connection[Any], contact: str, name: str) -> None:
    done = connection.execute("update contacts set last_name = %s where id = %s", (name, contact))
    assert done.rowcount == 1


def hints(connection: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    """What has been notified, channel and payload."""
    # The server hands over what was committed before the answer to whatever is asked next.
    connection.execute("select 1")
    return [(hint.channel, hint.payload) for hint in connection.notifies(timeout=0)]


# --- what is in it


def test_a_change_is_told_once_and_with_its_transaction(floor: Floor) -> None:
    ann, ben = floor.connect("ann"), floor.connect("ben")
    contact = floor.contact("East", 1)
    since = cursor(ben)
    xid = None
    with ann.transaction():
        rename(ann, contact, "Neu")
        xid = ann.execute("select pg_current_xact_id()::text").fetchone()[0]
    told = changes(ben, since)
    assert ["contacts", contact, xid] in told["rows"]
    assert not told["setup"]
    assert not told["more"]
    assert rows(ben, told["cursor"]) == set()


def test_nothing_is_told_of_what_was_there_before(floor: Floor) -> None:
    ann = floor.connect("ann")
    assert rows(ann, cursor(ann)) == set()
    assert changes(ann, cursor(ann))["books"]


def test_what_is_rolled_back_was_never_there(floor: Floor) -> None:
    ann, ben = floor.connect("ann"), floor.connect("ben")
    since = cursor(ben)
    with ann.transaction(force_rollback=True):
        rename(ann, floor.contact("East"), "Neu")
    assert rows(ben, since) == set()


def test_an_activity_is_told_with_the_records_that_show_it(floor: Floor) -> None:
    ann, ben = floor.connect("ann"), floor.connect("ben")
    since = cursor(ben)
    activity = made_id("activities", "late", "0")
    ann.execute(
        "insert into activities (id, book_id, kind, occurred_at, user_id, deal_id, contact_id, subject, body,"
        " direction, outcome, data, retracted) select %s, book_id, kind, '2001-01-01', %s, deal_id, contact_id, '',"
        " 'x', '', '', '{}', false from activities where id = %s",
        (activity, floor.user("ann"), floor.activity("East", 1)),
    )
    assert {("activities", activity), ("deals", floor.deal("East"))} <= rows(ben, since)


@pytest.mark.parametrize("table", IN_BOOKS)
def test_every_record_in_a_book_is_in_the_feed(floor: Floor, table: str) -> None:
    ben = floor.connect("ben")
    since = cursor(ben)
    operator = floor.operator()
    with as_owner(operator):
        operator.execute(f"update {table} set sync_xid = default where book_id = %s", (floor.book("East"),))
    assert table in {name for name, _ in rows(ben, since)}


@pytest.mark.parametrize("table", sorted(set(RECORDS) - set(IN_BOOKS)))
def test_every_part_of_the_set_up_is_in_the_feed(floor: Floor, table: str) -> None:
    operator, ben = floor.operator(), floor.connect("ben")
    with as_owner(operator):
        count = operator.execute(
            f"select count(*) from {table} where org_id = %s", (floor.org(),)
        ).fetchone()[0]
        if table == "shares":
            _share(operator, floor, "ann", "ben")
            count = 1
        elif table == "custom_fields":
            operator.execute(
                "insert into custom_fields (org_id, id, entity, key, label, kind, options, position, version,"
                " created_at, updated_at) values (%s, %s, 'contacts', 'x', 'X', 'text', '[]', 'V', 1, now(), now())",
                (floor.org(), made_id("field", "x")),
            )
            count = 1
    assert count, f"the floor has no {table}"
    since = cursor(ben)
    with as_owner(operator):
        operator.execute(f"update {table} set sync_xid = default where org_id = %s", (floor.org(),))
    told = changes(ben, since)
    assert told["setup"]
    assert table in {name for name, _, _ in told["rows"]}


def test_the_program_names_every_record() -> None:
    text = (Path(install.PROGRAM) / "40_feed.sql").read_text("utf-8")
    delta = text[text.index("function changes(") :]
    for table in RECORDS:
        assert re.search(rf"from {table} t\b", delta), f"{table} is not in the feed"


def _share(operator: psycopg.Connection[Any], floor: Floor, book: str, login: str) -> None:
    operator.execute(
        "insert into shares (org_id, id, book_id, user_id, can_write, version, created_at, updated_at)"
        " values (%s, %s, %s, %s, false, 1, now(), now())",
        (floor.org(), made_id("share", book, login), floor.book(book), floor.user(login)),
    )


# --- nothing is lost


def test_a_late_commit_is_not_lost(floor: Floor) -> None:
    slow, quick, ben = floor.connect("ann"), floor.connect("mia"), floor.connect("ben")
    first, second = floor.contact("East", 0), floor.contact("East", 1)
    seen = cursor(ben)
    with slow.transaction():
        rename(slow, first, "Slow")
        rename(quick, second, "Quick")
        told = changes(ben, seen)
        assert {row for table, row, _ in told["rows"] if table == "contacts"} == {second}
    assert ("contacts", first) in rows(ben, told["cursor"])
    assert ("contacts", second) not in rows(ben, told["cursor"])


def test_a_number_as_cursor_would_lose_it(floor: Floor) -> None:
    # Why the cursor is a snapshot: the highest transaction seen says nothing about those that began before it.
    slow, quick, ben = floor.connect("ann"), floor.connect("mia"), floor.connect("ben")
    first, second = floor.contact("East", 0), floor.contact("East", 1)
    highest = "select max(sync_xid::text::bigint) from contacts"
    with slow.transaction():
        rename(slow, first, "Slow")
        rename(quick, second, "Quick")
        seen = ben.execute(highest).fetchone()[0]
    later = ben.execute("select id from contacts where sync_xid::text::bigint > %s", (seen,)).fetchall()
    assert (first,) not in later


def test_savepoints_and_long_open_transactions_hold_nothing_up(floor: Floor) -> None:
    old, writer, ben = floor.connect("ann"), floor.connect("mia"), floor.connect("ben")
    contacts = [floor.contact("East", 0), floor.contact("East", 1)]
    with old.transaction():
        rename(old, contacts[0], "Still open")
        since = cursor(ben)
        with writer.transaction():
            with writer.transaction():
                rename(writer, contacts[1], "Kept")
            with writer.transaction(force_rollback=True):
                writer.execute("update companies set name = 'Lost' where id = %s", (floor.company("ben"),))
        told = changes(ben, since)
        assert ("contacts", contacts[1]) in {(table, row) for table, row, _ in told["rows"]}
        assert ("companies", floor.company("ben")) not in {(table, row) for table, row, _ in told["rows"]}
    assert ("contacts", contacts[0]) in rows(ben, told["cursor"])


def test_every_commit_is_told_exactly_once_whatever_their_order(floor: Floor) -> None:
    ben = floor.connect("ben")
    writers = [floor.connect("ann"), floor.connect("mia"), floor.connect("ada")]
    places = [floor.contact("East", 0), floor.contact("East", 1), floor.contact("ben", 0)]
    # Which of the three transactions begins, or commits, at each step; a look after each.
    for order in ([0, 1, 1, 0], [0, 1, 2, 1, 2, 0], [2, 0, 0, 1, 1, 2], [0, 0, 1, 1, 2, 2]):
        since, open_ones, told = cursor(ben), {}, []
        for number in order:
            if number in open_ones:
                open_ones.pop(number).__exit__(None, None, None)
            else:
                # Mia and Ada write into Ben's own book or the pool, which all of them see.
                place = places[2] if number == 2 else places[number]
                block = writers[number].transaction()
                block.__enter__()
                rename(writers[number], place, f"{order}-{number}")
                open_ones[number] = block
            news = changes(ben, since)
            since = news["cursor"]
            told += [row for table, row, _ in news["rows"] if table == "contacts"]
        assert sorted(told) == sorted({places[number] for number in order}), order


# --- leaving a book


def test_a_record_that_moves_is_told_to_those_who_lose_it_and_to_those_who_get_it(floor: Floor) -> None:
    ben, wim = floor.connect("ben"), floor.connect("wim")
    contact = floor.contact("East", 1)
    east, west = cursor(ben), cursor(wim)
    operator = floor.operator()
    with as_owner(operator):
        operator.execute("update contacts set book_id = %s where id = %s", (floor.book("West"), contact))
    assert ("contacts", contact) in rows(ben, east)
    assert ("contacts", contact) in rows(wim, west)
    assert ben.execute("select 1 from contacts where id = %s", (contact,)).fetchone() is None
    left = operator_sees(floor, "select book_id, op from exits where row_id = %s", contact)
    assert left == [(floor.book("East"), "moved")]


def test_there_and_back_again_leaves_one_mark_in_each_book(floor: Floor) -> None:
    contact, operator = floor.contact("East", 1), floor.operator()
    ben = floor.connect("ben")
    since = cursor(ben)
    for book in ("West", "East", "West", "East"):
        with as_owner(operator):
            operator.execute("update contacts set book_id = %s where id = %s", (floor.book(book), contact))
    assert ("contacts", contact) in rows(ben, since)
    left = operator_sees(floor, "select book_id from exits where row_id = %s order by 1", contact)
    assert len(left) == 2


def test_what_is_deleted_for_good_is_told(floor: Floor) -> None:
    ada, ben = floor.connect("ada"), floor.connect("ben")
    task = floor.task("East")
    since = cursor(ben)
    assert ada.execute("delete from tasks where id = %s", (task,)).rowcount == 1
    assert ("tasks", task) in rows(ben, since)
    assert operator_sees(floor, "select op from exits where row_id = %s", task) == [("deleted",)]


def test_an_end_in_the_set_up_is_told_too(floor: Floor) -> None:
    ada, wim = floor.connect("ada"), floor.connect("wim")
    since = cursor(wim)
    ada.execute("delete from memberships where user_id = %s", (floor.user("wim"),))
    told = changes(wim, since)
    assert told["setup"]
    assert floor.book("West") not in told["books"]


def operator_sees(floor: Floor, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    operator = floor.operator()
    with as_owner(operator):
        return operator.execute(statement, values).fetchall()


# --- nobody else hears of it


def test_another_team_and_another_organization_see_nothing(floor: Floor) -> None:
    ann, wim, zoe = floor.connect("ann"), floor.connect("wim"), floor.connect("zoe")
    before = [(who, cursor(who)) for who in (wim, zoe)]
    rename(ann, floor.contact("ann"), "Neu")
    ann.execute("update deals set title = 'Neu' where id = %s", (floor.deal("East"),))
    for who, since in before:
        assert rows(who, since) == set()
    ada = floor.connect("ada")
    assert ("contacts", floor.contact("ann")) in rows(ada, before[0][1])


def test_where_rows_have_gone_is_seen_by_nobody_else(floor: Floor) -> None:
    operator = floor.operator()
    with as_owner(operator):
        operator.execute(
            "update contacts set book_id = %s where id = %s", (floor.book("ann"), floor.contact("East", 1))
        )
    assert floor.connect("ben").execute("select count(*) from exits").fetchone() == (1,)
    for login in ("wim", "zoe", "zed"):
        assert floor.connect(login).execute("select count(*) from exits").fetchone() == (0,)


# --- hints


def test_a_hint_says_nothing_and_comes_once_for_many_rows(floor: Floor) -> None:
    ann, ben = floor.connect("ann"), floor.connect("ben")
    for name in ben.execute("select my_channels()").fetchone()[0]:
        ben.execute(f"listen {name}")
    ann.execute("update contacts set city = 'Kiel' where book_id = %s", (floor.book("East"),))
    [(channel, payload)] = set(hints(ben))
    assert payload == ""
    assert re.fullmatch(r"oh_[0-9a-f]{32}", channel)


def test_everybody_who_can_see_a_change_is_hinted_at_and_nobody_else(floor: Floor) -> None:
    people = {
        login: floor.connect(login) for login in ("ann", "ben", "mia", "wim", "ada", "rob", "zoe", "zed")
    }
    for connection in people.values():
        for name in connection.execute("select my_channels()").fetchone()[0]:
            connection.execute(f"listen {name}")

    def heard() -> set[str]:
        return {login for login, connection in people.items() if hints(connection)}

    rename(people["ann"], floor.contact("ann"), "Neu")
    assert heard() == {"ann", "mia", "ada", "rob"}
    rename(people["ann"], floor.contact("East"), "Neu")
    assert heard() == {"ann", "ben", "mia", "ada", "rob"}
    people["mia"].execute("update stages set name = 'Fresh' where id = %s", (floor.stage("New"),))
    assert heard() == {"ann", "ben", "mia", "wim", "ada", "rob"}
    operator = floor.operator()
    with as_owner(operator):
        operator.execute(
            "update contacts set book_id = %s where id = %s", (floor.book("West"), floor.contact("ann", 1))
        )
    assert heard() == {"ann", "mia", "wim", "ada", "rob"}


def test_a_new_book_has_a_channel_of_its_own(floor: Floor) -> None:
    ada = floor.connect("ada")
    before = set(ada.execute("select my_channels()").fetchone()[0])
    ada.execute(
        "insert into books (id, kind, name, team_id) values (%s, 'pool', 'Second', %s)",
        (made_id("book", "second"), floor.team("East")),
    )
    after = set(ada.execute("select my_channels()").fetchone()[0])
    assert len(after - before) == 1


def test_running_the_program_again_keeps_the_channels(floor: Floor) -> None:
    ada, operator = floor.connect("ada"), floor.operator()
    before = ada.execute("select my_channels()").fetchone()
    install.upgrade(operator)
    assert ada.execute("select my_channels()").fetchone() == before


# --- what a client may send


@pytest.mark.parametrize("garbled", ["", "x", "1", "5:3:", "1:2:3:4", "'; drop table users", "-1:5:", "1:x:"])
def test_a_cursor_that_is_none_is_refused_in_words(floor: Floor, garbled: str) -> None:
    with pytest.raises(psycopg.DatabaseError, match="no place in the feed") as caught:
        changes(floor.connect("ann"), garbled)
    assert caught.value.sqlstate == "OH003"


def test_a_cursor_of_another_server_is_refused_in_words(floor: Floor) -> None:
    with pytest.raises(psycopg.DatabaseError, match="another server") as caught:
        changes(floor.connect("ann"), "900000000000:900000000000:")
    assert caught.value.sqlstate == "OH003"


def test_too_much_to_list_is_not_listed(floor: Floor) -> None:
    ben, operator = floor.connect("ben"), floor.operator()
    since = cursor(ben)
    with as_owner(operator):
        operator.execute(
            "insert into companies (org_id, id, book_id, name, domain, website, phone, industry, address,"
            " postal_code, city, region, country, description, tags, custom, sort_key, search, version, created_at,"
            " updated_at) select %s, gen_random_uuid(), %s, 'C' || n, '', '', '', '', '', '', '', '', '', '', '[]',"
            " '{}', '', '', 1, now(), now() from generate_series(1, 2001) n",
            (floor.org(), floor.book("East")),
        )
    told = changes(ben, since)
    assert told["more"]
    assert told["rows"] == []
    assert rows(ben, told["cursor"]) == set()


def test_hello_says_who_and_where(floor: Floor) -> None:
    said = floor.connect("ann").execute("select hello('0002')").fetchone()[0]
    assert (said["user_id"], said["org_id"], said["role"]) == (floor.user("ann"), floor.org(), "rep")
    assert said["epoch"]
    assert said["schema"] >= "0002"
    assert rows(floor.connect("ann"), said["cursor"]) == set()


def test_the_epoch_is_another_one_after_a_restore_a_move_and_a_failover(floor: Floor) -> None:
    kept, system, timeline = (
        floor.database.superuser()
        .execute(
            "select (select value from offhook.meta where key = 'epoch'), s.system_identifier, c.timeline_id"
            " from pg_control_system() s, pg_control_checkpoint() c"
        )
        .fetchone()
    )
    said = floor.connect("ann").execute("select hello('0002')").fetchone()[0]
    assert said["epoch"] == f"{kept}-{system}-{timeline}"


def test_a_service_that_hides_its_numbers_has_an_epoch_all_the_same(floor: Floor) -> None:
    with floor.database.superuser() as superuser:
        superuser.execute("revoke execute on function pg_control_checkpoint() from public")
    said = floor.connect("ann").execute("select hello('0002')").fetchone()[0]
    assert len(said["epoch"]) == 36


def test_who_was_disabled_is_told_so_and_sees_nothing(floor: Floor) -> None:
    ben, operator = floor.connect("ben"), floor.operator()
    since = cursor(ben)
    with as_owner(operator):
        operator.execute("update users set disabled_at = now() where id = %s", (floor.user("ben"),))
    for statement, values in (("select hello('0002')", ()), ("select changes(%s)", (since,))):
        with pytest.raises(psycopg.DatabaseError, match="Your login was disabled") as caught:
            ben.execute(statement, values)
        assert caught.value.sqlstate == "OH001"
    assert ben.execute("select my_channels()").fetchone() == ([],)


# --- speed, as a plan


@pytest.mark.parametrize("table", IN_BOOKS)
def test_the_feed_is_read_by_its_index(floor: Floor, table: str) -> None:
    # As a rep, through row-level security, with the settings of the function: no table is read from end to end.
    ben = floor.connect("ben")
    ben.execute("set enable_seqscan = off")
    ben.execute("set plan_cache_mode = force_generic_plan")
    ben.execute(
        "prepare delta (uuid, uuid[], xid8, pg_snapshot) as"
        f" select t.id from {table} t where t.org_id = $1 and t.book_id = any ($2)"
        " and t.sync_xid >= $3 and not pg_visible_in_snapshot(t.sync_xid, $4) limit 2001"
    )
    found = ben.execute("explain (costs off) execute delta (null, null, null, null)").fetchall()
    plan = "\n".join(line for (line,) in found)
    assert f"ix_{table}_org_id_book_id_sync_xid_id" in plan
    assert re.search(r"Index Cond: .*sync_xid >= \$3", plan), plan
