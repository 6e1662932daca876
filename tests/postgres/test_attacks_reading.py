"""Attacks on what others keep to themselves, by a rep who has SQL: what stays hidden, and what little shows."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import sql

from core.ids import new_id
from tests.postgres.attacks import DENIED, Wire, applied, forged, one, refused, truth
from tests.postgres.floor import made_id

if TYPE_CHECKING:
    from tests.postgres.floor import Floor

HIDDEN = ("Ben", "Wim", "Zed", "ben", "wim", "zed")
"""What is in the names of records that Ann does not see."""


@pytest.fixture(scope="module")
def ann(shared_floor: Floor) -> Wire:
    return shared_floor.connect("ann")


def told(wire: Wire, query: str, values: Any = None) -> str:
    """All that a query gives, as text."""
    return json.dumps(wire.execute(query, values).fetchall(), default=str)


# --- other people's books -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM contacts",
        "SELECT * FROM ONLY contacts",
        "TABLE contacts",
        "SELECT c.* FROM users u JOIN books b ON b.user_id = u.id JOIN contacts c ON c.book_id = b.id",
        "SELECT c FROM books b CROSS JOIN LATERAL (SELECT * FROM contacts WHERE book_id = b.id) c",
        "SELECT (SELECT array_agg(c.last_name) FROM contacts c WHERE c.book_id = b.id) FROM books b",
        "WITH x AS MATERIALIZED (SELECT * FROM contacts) SELECT * FROM x",
        "WITH x AS (UPDATE contacts SET title = title RETURNING *) SELECT * FROM x",
        "SELECT * FROM contacts WHERE true OR book_id IS NOT NULL",
        "SELECT * FROM contacts c FULL JOIN companies k ON k.id = c.company_id",
        "SELECT c.* FROM contact_points p LEFT JOIN contacts c ON c.id = p.contact_id",
        "SELECT * FROM contacts TABLESAMPLE SYSTEM (100)",
        "SELECT * FROM contacts WHERE ctid = ANY (SELECT format('(0,%s)', n)::tid FROM generate_series(1, 100) n)",
        "SELECT json_agg(c) FROM contacts c",
        "SELECT query_to_xml('SELECT * FROM offhook.contacts', true, true, '')::text",
        "SELECT table_to_xml('offhook.contacts', true, true, '')::text",
        "SELECT found('contacts', 'ben | wim | zed | kunde'::tsquery) UNION SELECT id FROM contacts",
        "SELECT changes('1:1:')",
        "SELECT * FROM exits",
        "SELECT * FROM deals JOIN tasks ON tasks.deal_id = deals.id OR true",
    ],
)
def test_other_books_stay_closed_however_they_are_asked_for(ann: Wire, query: str) -> None:
    answer = ""
    # Not every server can write XML.
    with suppress(psycopg.errors.FeatureNotSupported), ann.transaction(force_rollback=True):
        answer = told(ann, query)
    for word in HIDDEN:
        for text in (
            f"Kunde {word}",
            f"Lead {word}",
            f"{word} Works",
            f"{word.lower()}.example",
            f"with {word}",
        ):
            assert text not in answer


def test_what_a_condition_does_beside_is_done_for_visible_rows_alone(ann: Wire) -> None:
    """Functions that tell elsewhere what they were given run behind the policy, not before it."""
    ann.execute("LISTEN leak")
    with ann.transaction():
        ann.execute("SELECT 1 FROM contacts WHERE pg_notify('leak', last_name) IS NULL").fetchall()
    leaked = {note.payload for note in ann.notifies(timeout=2, stop_after=4)}
    ann.execute("UNLISTEN leak")
    assert leaked == {"Kunde Ann", "Lead Ann", "Kunde East", "Lead East"}


def test_a_failing_cast_names_visible_values_alone(ann: Wire) -> None:
    for _ in range(5):
        error = refused(ann, "SELECT last_name::int FROM contacts WHERE last_name::int > 0", by="22P02")
        assert "Ann" in str(error) or "East" in str(error)
    refused(
        ann,
        "SELECT 1 FROM contacts WHERE 1 / (CASE WHEN last_name ~ 'Ann|East' THEN 0 ELSE 1 END) = 1",
        by="22012",
    )
    # A hidden row would divide by zero too.
    assert (
        one(
            ann,
            "SELECT count(*) FROM contacts WHERE 1 / (CASE WHEN last_name ~ 'Ben|Wim' THEN 0 ELSE 1 END) = 1",
        )
        == 4
    )


def test_no_function_of_ones_own_can_be_put_into_a_condition(ann: Wire) -> None:
    body = "(text) RETURNS bool LANGUAGE plpgsql COST 0.0000001 AS $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$"
    for schema in ("offhook", "public", "pg_temp", "ann", "pg_catalog"):
        refused(ann, f"CREATE FUNCTION {schema}.leak{body}", by=(DENIED, "3F000"))
    refused(ann, "CREATE OPERATOR offhook.=== (leftarg = text, rightarg = text, function = texteq)")
    refused(ann, "CREATE VIEW offhook.all_contacts AS SELECT * FROM offhook.contacts")
    refused(ann, "CREATE MATERIALIZED VIEW public.all_contacts AS SELECT * FROM offhook.contacts")
    refused(ann, "CREATE TEMP VIEW all_contacts AS SELECT * FROM offhook.contacts")


def test_asking_without_row_level_security_fails_instead_of_telling(ann: Wire) -> None:
    with ann.transaction(force_rollback=True):
        ann.execute("SET LOCAL row_security = off")
        for table in ("contacts", "users", "contact_points", "changesets"):
            error = refused(ann, f"SELECT * FROM {table}")
            assert "row-level security" in str(error)


def test_copy_takes_out_what_is_visible_and_puts_nothing_in(ann: Wire) -> None:
    with ann.cursor().copy("COPY contacts (last_name) TO STDOUT") as copy:
        lines = {row[0] for row in copy.rows()}
    assert lines == {"Kunde Ann", "Lead Ann", "Kunde East", "Lead East"}
    with ann.cursor().copy("COPY (SELECT last_name FROM contacts) TO STDOUT") as copy:
        assert len(list(copy.rows())) == 4
    refused(ann, "COPY contacts FROM STDIN")
    refused(ann, "COPY contacts (id, book_id, last_name) FROM STDIN", by=(DENIED, "0A000"))
    for statement in (
        "COPY contacts TO '/tmp/contacts'", "COPY contacts TO PROGRAM 'cat'", "COPY (SELECT 1) TO PROGRAM 'id'",
        "COPY contacts (id, book_id) FROM '/etc/passwd'", "COPY contacts (id, book_id) FROM PROGRAM 'id'",
    ):  # fmt: skip
        refused(ann, statement)


@pytest.mark.parametrize(
    "call",
    [
        "pg_read_file('pg_hba.conf')", "pg_read_binary_file('global/1262')", "pg_ls_dir('.')", "pg_stat_file('PG_VERSION')",
        "pg_ls_logdir()", "pg_ls_waldir()", "pg_current_logfile()", "pg_read_file('/etc/passwd')",
        "pg_logical_slot_peek_changes('x', null, null)", "pg_create_logical_replication_slot('x', 'test_decoding')",
        "pg_create_physical_replication_slot('x')", "pg_switch_wal()", "pg_reload_conf()", "pg_rotate_logfile()",
        "pg_promote()", "pg_create_restore_point('x')", "lo_import('/etc/passwd')", "lo_export(1, '/tmp/x')",
        "pg_stat_reset()", "pg_hba_file_rules()", "pg_show_all_file_settings()",
    ],
)  # fmt: skip
def test_the_servers_files_and_journal_stay_closed(ann: Wire, call: str) -> None:
    refused(ann, f"SELECT {call}", by=(DENIED, "55000", "0A000"))


def test_passwords_and_statistics_stay_closed(ann: Wire) -> None:
    for relation in ("pg_authid", "pg_statistic", "pg_largeobject", "pg_user_mapping", "pg_subscription"):
        refused(ann, f"SELECT * FROM {relation}")
    assert one(ann, "SELECT count(*) FROM pg_stats WHERE schemaname = 'offhook'") == 0
    assert one(ann, "SELECT count(*) FROM pg_stats_ext WHERE schemaname = 'offhook'") == 0
    refused(ann, "SELECT * FROM pg_shadow")
    for (sequence,) in ann.execute("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'S'").fetchall():
        refused(ann, f"SELECT last_value FROM {sequence}")
        refused(ann, f"SELECT nextval('{sequence}')")
        refused(ann, f"SELECT setval('{sequence}', 1)")


# --- guessing -----------------------------------------------------------------------------------------------------


def test_a_hidden_row_is_never_taken_for_a_parent_and_looks_like_one_that_is_not_there(
    ann: Wire, shared_floor: Floor
) -> None:
    floor = shared_floor
    attempts = (
        (
            "UPDATE contacts SET company_id = %(id)s WHERE id = %(mine)s",
            floor.company,
            floor.contact("ann", 1),
        ),
        ("UPDATE deals SET contact_id = %(id)s WHERE id = %(mine)s", floor.contact, floor.deal("ann")),
        ("UPDATE deals SET company_id = %(id)s WHERE id = %(mine)s", floor.company, floor.deal("ann")),
        ("UPDATE tasks SET deal_id = %(id)s WHERE id = %(mine)s", floor.deal, floor.task("ann")),
        ("UPDATE tasks SET contact_id = %(id)s WHERE id = %(mine)s", floor.contact, floor.task("ann")),
        ("UPDATE tasks SET company_id = %(id)s WHERE id = %(mine)s", floor.company, floor.task("ann")),
    )
    for statement, parent, mine in attempts:
        errors = {
            (error.sqlstate, error.diag.message_primary, error.diag.message_detail)
            for owner in ("ben", "wim", "zed", None)
            for error in [
                refused(
                    ann, statement, {"id": parent(owner) if owner else new_id(), "mine": mine}, by="OH002"
                )
            ]
        }
        assert len(errors) == 1, statement


def test_functions_say_the_same_of_a_hidden_record_and_of_none(ann: Wire, shared_floor: Floor) -> None:
    floor = shared_floor
    ids = [floor.contact("ben"), floor.contact("wim"), floor.contact("zed"), new_id()]
    for call in (
        "hand_over('contacts', %(id)s, %(mine)s)", "reserve(%(id)s, 60)", "release(%(id)s)",
        "who_took('contacts', %(id)s)", "(SELECT count(*) FROM history('contacts', %(id)s))",
        "visible_row(my_org(), 'contacts', %(id)s)", "(SELECT count(*) FROM locked_rows(my_org(), 'contacts', ARRAY[%(id)s::uuid]))",
    ):  # fmt: skip
        answers = set()
        for guess in ids:
            try:
                with ann.transaction(force_rollback=True):
                    answers.add(str(one(ann, f"SELECT {call}", {"id": guess, "mine": floor.book("ann")})))
            except psycopg.Error as error:
                answers.add(f"{error.sqlstate} {error.diag.message_primary}")
        assert len(answers) == 1, (call, answers)


def test_a_changeset_about_a_hidden_record_is_answered_like_one_about_none(
    ann: Wire, shared_floor: Floor
) -> None:
    answers = set()
    for guess in (shared_floor.contact("ben"), shared_floor.contact("zed"), new_id()):
        change = {
            "table": "contacts",
            "id": guess,
            "op": "update",
            "set": {"title": "x"},
            "base": {"title": ""},
        }
        answer = applied(ann, forged("ann", change))
        answers.add((answer["status"], answer["reason"], answer["taken_by"], json.dumps(answer["rows"])))
    assert answers == {("gone", "That contact is not there any more.", None, "[]")}


def test_a_record_that_left_sight_takes_its_history_with_it(floor: Floor) -> None:
    ann, ben = floor.connect("ann"), floor.connect("ben")
    contact = floor.contact("East")
    change = {
        "table": "contacts",
        "id": contact,
        "op": "update",
        "set": {"title": "CFO"},
        "base": {"title": ""},
    }
    assert applied(ann, forged("ann", change))["status"] == "ok"
    before = one(ann, "SELECT count(*) FROM history('contacts', %s)", (contact,))
    assert before > 0
    ben.execute("SELECT hand_over('contacts', %s, %s)", (contact, floor.book("ben")))
    assert one(ann, "SELECT count(*) FROM history('contacts', %s)", (contact,)) == 0
    # That it went, and to whom, is told on purpose: so a rep knows who has called first.
    assert one(ann, "SELECT who_took('contacts', %s)", (contact,)) == "Ben Berg"
    assert one(ann, "SELECT changes('1:1:')::text LIKE '%%CFO%%'") is False


def test_the_history_of_a_record_tells_of_no_other(floor: Floor) -> None:
    """A changeset may touch more than the reader sees: of its changes they are shown those of the record alone."""
    mia, ann = floor.connect("mia"), floor.connect("ann")
    changes = [
        {"table": "contacts", "id": floor.contact(book), "op": "update", "set": {"title": f"of {book}"}, "base": {"title": ""}}
        for book in ("ann", "ben")
    ]  # fmt: skip
    assert applied(mia, forged("mia", *changes))["status"] == "ok"
    told_ann = told(ann, "SELECT body FROM history('contacts', %s)", (floor.contact("ann"),))
    assert "of ann" in told_ann
    assert "of ben" not in told_ann
    assert floor.contact("ben") not in told_ann
    refused(ann, "SELECT * FROM changeset_rows")
    assert one(ann, "SELECT count(*) FROM changesets WHERE user_id <> my_user()") == 0


def test_who_listens_to_what_stays_hidden(floor: Floor) -> None:
    ben, ann = floor.connect("ben"), floor.connect("ann")
    names = one(ben, "SELECT my_channels()")
    for name in names:
        ben.execute(sql.SQL("LISTEN {}").format(sql.Identifier(name)))
    assert one(ann, "SELECT count(*) FROM pg_listening_channels()") == 0
    mine = set(one(ann, "SELECT my_channels()"))
    hidden = set(names) - mine
    assert len(hidden) == 1
    assert all(len(name) == 35 and name.startswith("oh_") for name in names)
    assert one(ann, "SELECT count(*) FROM channels WHERE name = ANY (%s)", (list(hidden),)) == 0
    activity = told(ann, "SELECT * FROM pg_stat_activity")
    assert not any(name in activity for name in hidden)


# --- known limits: what shows all the same, and how little it is --------------------------------------------------


def test_known_limit_a_taken_id_can_be_told_from_a_free_one(ann: Wire, shared_floor: Floor) -> None:
    """Ids are random, so this answers only about one that was known before; and it says no more than "taken"."""
    insert = (
        "INSERT INTO contacts (id, book_id, first_name, last_name, title, emails, phones, lead_status, source, time_zone,"
        " address, postal_code, city, region, country, do_not_call, description, tags, custom)"
        " VALUES (%(id)s, %(book)s, 'New', '', '', '[]', '[]', '', '', '', '', '', '', '', '', false, '', '[]', '{}')"
    )
    values = {"id": shared_floor.contact("wim"), "book": shared_floor.book("ann")}
    error = refused(ann, insert, values, by="23505")
    assert error.diag.message_detail is None
    with ann.transaction(force_rollback=True):
        assert ann.execute(f"{insert} ON CONFLICT DO NOTHING", values).rowcount == 0
    refused(ann, f"{insert} ON CONFLICT (org_id, id) DO UPDATE SET title = 'taken'", values)
    # Ids of other organizations are not even that: each has its own.
    with ann.transaction(force_rollback=True):
        ann.execute(insert, {**values, "id": shared_floor.contact("zed")})


def test_known_limit_plans_and_sizes_tell_how_much_there_is(ann: Wire, shared_floor: Floor) -> None:
    plan = told(
        ann, "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT * FROM contacts WHERE last_name = 'Kunde Wim'"
    )
    assert "Kunde Wim" in plan
    assert "actual rows=0" in plan
    assert "Rows Removed by Filter" in plan
    assert one(ann, "SELECT reltuples IS NOT NULL FROM pg_class WHERE oid = 'contacts'::regclass")
    assert one(ann, "SELECT pg_relation_size('contacts')") > 0


def test_known_limit_logins_and_policies_can_be_read(ann: Wire) -> None:
    assert one(ann, "SELECT count(*) FROM pg_roles WHERE rolname IN ('zoe', 'zed', 'ada')") == 3
    assert one(ann, "SELECT count(*) FROM pg_policies WHERE schemaname = 'offhook'") > 50
    assert "Zoe" not in told(ann, "SELECT * FROM users")


def test_known_limit_people_books_and_shares_are_known_in_the_organization(
    ann: Wire, shared_floor: Floor
) -> None:
    assert one(ann, "SELECT count(*) FROM users") == truth(
        shared_floor, "SELECT count(*) FROM users WHERE org_id = %s", (shared_floor.org(),)
    )
    assert one(ann, "SELECT owner_name(%s)", (shared_floor.book("wim"),)) == "Wim Wolff"
    assert one(ann, "SELECT owner_name(%s)", (made_id("book", "zed"),)) == "someone"


def test_known_limit_who_is_being_called_is_known_by_id(floor: Floor) -> None:
    """A reservation names a contact by its id alone, which tells nobody who that is."""
    floor.connect("wim").execute("SELECT reserve(%s, 60)", (floor.contact("wim"),))
    ann = floor.connect("ann")
    assert one(ann, "SELECT contact_id FROM reservations") == floor.contact("wim")
    assert one(ann, "SELECT count(*) FROM reservations JOIN contacts ON contacts.id = contact_id") == 0


def test_known_limit_the_company_of_a_visible_contact_is_known_by_name(floor: Floor) -> None:
    ann, ada = floor.connect("ann"), floor.connect("ada")
    ada.execute("SELECT hand_over('companies', %s, %s)", (floor.company("ann"), floor.book("wim")))
    assert one(ann, "SELECT count(*) FROM companies WHERE id = %s", (floor.company("ann"),)) == 0
    assert "ann works" in one(ann, "SELECT search FROM contacts WHERE id = %s", (floor.contact("ann"),))


def test_known_limit_sums_over_the_organization_show_and_no_more(floor: Floor) -> None:
    ann, wim = floor.connect("ann"), floor.connect("wim")
    wim.execute("UPDATE contacts SET lead_status = 'Only with Wim' WHERE id = %s", (floor.contact("wim", 1),))
    assert "Only with Wim" in told(ann, "SELECT lead_statuses()")
    floor.connect("zed").execute("UPDATE contacts SET lead_status = 'Only with Zed'")
    assert "Only with Zed" not in told(ann, "SELECT lead_statuses()")
    floor.connect("ada").execute(
        "SELECT hand_over('contacts', %s, %s)", (floor.contact("ann"), floor.book("wim"))
    )
    error = refused(
        ann, "UPDATE companies SET deleted_at = now() WHERE id = %s", (floor.company("ann"),), by="OH001"
    )
    assert "1 contact" in str(error)
    assert "Kunde" not in str(error)
