"""Attacks on what a field rep's cache asks the server, by a rep who has SQL: the feed, handing in, clearing away."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from core.ids import new_id
from tests.postgres.attacks import (
    DEAL,
    Wire,
    applied,
    forged,
    one,
    pull,
    pushed,
    put,
    refused,
    statuses,
    truth,
)
from tests.postgres.floor import BOOKS, made_id

if TYPE_CHECKING:
    from tests.postgres.floor import Floor

RECORDS = ("companies", "contacts", "deals", "activities", "tasks")


@pytest.fixture(scope="module")
def ann(shared_floor: Floor) -> Wire:
    return shared_floor.connect("ann")


def move(floor: Floor, table: str, record: str, book: str) -> None:
    """Past offhook, by who may."""
    root = floor.database.superuser()
    root.execute(f"UPDATE offhook.{table} SET book_id = %s WHERE id = %s", (floor.book(book), record))


# --- the feed


@pytest.mark.parametrize("login", ["ann", "mia", "ben", "wim", "rob", "ada", "zed"])
@pytest.mark.parametrize("since", ["1:1:", "3:3:"])
def test_a_forged_place_in_the_feed_tells_what_a_select_tells(
    shared_floor: Floor, login: str, since: str
) -> None:
    """Whoever asks from the beginning of time, for all books that there are, gets rows that they may read, and all of them."""
    wire = shared_floor.connect(login)
    everything = [made_id("book", name) for name in BOOKS] + [new_id()]
    told = pull(wire, since, everything)
    assert (told["more"], told["stale"]) == (False, False)
    for table in RECORDS:
        seen = {row for (row,) in wire.execute(f"SELECT id::text FROM {table}")}
        assert {row["id"] for row in told["rows"].get(table, [])} == seen
    for table, rows in told["setup"].items():
        seen = {row for (row,) in wire.execute(f"SELECT id::text FROM {table}")}
        assert {row["id"] for row in rows} == seen, table
    assert {book for book, _ in told["books"]} == {str(book) for book in one(wire, "SELECT visible_books()")}


@pytest.mark.parametrize(
    "since",
    [
        "0:0:",
        "-1:5:",
        "5:4:",
        "x",
        "",
        "9:9:9",
        "1:1:'; DROP TABLE audit; --",
        "9223372036854775807:9223372036854775807:",
    ],
)
def test_what_is_no_place_in_the_feed_is_refused(ann: Wire, shared_floor: Floor, since: str) -> None:
    refused(ann, "SELECT pull(%s, %s::uuid[])", (since, [shared_floor.book("ann")]), by="OH003")
    refused(ann, "SELECT changes(%s)", (since,), by="OH003")


def test_what_leaves_another_book_leaves_unseen(floor: Floor) -> None:
    """Not that it left, nor that it came, nor which it was: held lists are wishes."""
    ann, wim = floor.connect("ann"), floor.connect("wim")
    begun = pull(ann, None, [])["cursor"]
    wim.execute("SELECT hand_over('contacts', %s, %s)", (floor.contact("wim"), floor.book("West")))
    wim.execute("UPDATE deals SET title = 'Secret' WHERE id = %s", (floor.deal("wim"),))
    held = [floor.book(name) for name in ("wim", "West", "ben", "zed", "South")]
    told = pull(ann, begun, held)
    assert (told["exits"], told["rows"], told["setup"]) == ([], {}, None)
    assert floor.contact("wim") in {row for _, row, _, _ in pull(wim, begun, held)["exits"]}


@pytest.mark.parametrize(
    "statement",
    [
        (
            "INSERT INTO smart_views (id, entity, name, query, sort, shared, user_id, position)"
            " VALUES (%s, 'deals', 'Leaving soon', '', '', false, my_user(), 'V')"
        ),
        (
            "INSERT INTO scripts (id, name, body, shared, user_id, position)"
            " VALUES (%s, 'Notes to self', 'Leaving soon', false, my_user(), 'V')"
        ),
    ],
    ids=["views", "scripts"],
)
def test_views_and_scripts_of_others_are_in_nobodys_set_up(floor: Floor, statement: str) -> None:
    ann, ben = floor.connect("ann"), floor.connect("ben")
    begun = pull(ann, None, [])["cursor"]
    ben.execute(statement, (new_id(),))
    # Nor does the time at which somebody makes one show.
    assert pull(ann, begun, [])["setup"] is None
    assert "Leaving soon" not in str(pull(ann, None, []))
    assert "Leaving soon" in str(pull(ben, begun, []))


@pytest.mark.parametrize(
    "setting",
    [
        ("search_path", "pg_temp,public"), ("role", "none"), ("plan_cache_mode", "force_custom_plan"), ("enable_seqscan", "on"),
        ("offhook.org", made_id("org", "Suedlicht")), ("offhook.user", made_id("user", "ada")), ("offhook.changeset", new_id()),
    ],
)  # fmt: skip
def test_no_setting_opens_the_feed(shared_floor: Floor, setting: tuple[str, str]) -> None:
    ann = shared_floor.connect("ann")
    ann.execute("SELECT set_config(%s, %s, false)", setting)
    books = [made_id("book", name) for name in BOOKS]
    told = one(ann, "SELECT offhook.pull('1:1:', %s::uuid[])", (books,))
    assert {row["book_id"] for row in told["rows"]["contacts"]} == {
        shared_floor.book("ann"),
        shared_floor.book("East"),
    }


def test_asking_without_row_level_security_fails_instead_of_telling_more(shared_floor: Floor) -> None:
    ann = shared_floor.connect("ann")
    ann.execute("SET row_security = off")
    refused(ann, "SELECT offhook.pull('1:1:', %s::uuid[])", ([shared_floor.book("wim")],))
    refused(ann, "SELECT known_changesets('{}')")


def test_everybody_is_told_of_their_own_changesets_only(floor: Floor) -> None:
    ann, ben = floor.connect("ann"), floor.connect("ben")
    body = forged("ben", put("contacts", floor.contact("East"), {"title": "x"}))
    assert applied(ben, body)["status"] == "ok"
    assert one(ann, "SELECT known_changesets(%s::uuid[])", ([body["id"]],)) == []
    assert [str(known) for known in one(ben, "SELECT known_changesets(%s::uuid[])", ([body["id"]],))] == [
        body["id"]
    ]


def test_known_limit_that_somebody_was_erased_is_known_by_ids(floor: Floor) -> None:
    """Ids of the book, the contact and what was told of it: work on them may lie in anybody's cache."""
    contact = floor.contact("wim")
    floor.connect("ada").execute("SELECT erase_person(%s)", (contact,))
    ann = floor.connect("ann")
    exits = pull(ann, "3:3:", [])["exits"]
    assert {op for _, _, _, op in exits} == {"erased"}
    assert contact in {row for _, row, _, _ in exits}
    assert pull(floor.connect("zed"), "3:3:", [])["exits"] == []


# --- the tables, and the functions that make up the outbox


@pytest.mark.parametrize("table", ["clients", "answers", "exits", "meta", "changesets", "changeset_rows"])
def test_what_the_feed_is_kept_in_is_nobodys_to_touch(shared_floor: Floor, table: str) -> None:
    for login in ("ann", "mia", "ada", "rob"):
        wire = shared_floor.connect(login)
        refused(wire, f"DELETE FROM {table}")
        refused(wire, f"INSERT INTO {table} DEFAULT VALUES")
        refused(wire, f"TRUNCATE {table}")
        refused(wire, f"LOCK TABLE {table} IN ROW EXCLUSIVE MODE")
        refused(wire, f"UPDATE {table} SET {'value' if table == 'meta' else 'org_id'} = NULL")
        if table in ("clients", "answers", "changeset_rows"):
            refused(wire, f"SELECT FROM {table}")


def test_nobody_says_that_the_server_is_another_one(ann: Wire) -> None:
    epoch = one(ann, "SELECT hello('x') ->> 'epoch'")
    refused(ann, "UPDATE meta SET value = gen_random_uuid()::text WHERE key = 'epoch'")
    refused(ann, "INSERT INTO meta (key, value) VALUES ('exits_since', '9') ON CONFLICT (key) DO NOTHING")
    refused(ann, "SELECT server_epoch()")
    assert one(ann, "SELECT hello('x') ->> 'epoch'") == epoch


def test_another_ones_client_answers_nobody_else(floor: Floor) -> None:
    ann, ben, zed = (floor.connect(login) for login in ("ann", "ben", "zed"))
    client, body = new_id(), forged("ben", put("contacts", floor.contact("ann"), {"title": "x"}))
    assert statuses(pushed(ben, [body], client=client)) == ["gone"]
    batch = Jsonb([{"seq": 1, **body}])
    refused(ann, "SELECT apply(%s, 0, %s)", (client, batch), by="OH001")
    refused(ann, "SELECT apply(%s, 99, '[]')", (client,), by="OH001")
    refused(ann, "SELECT * FROM open_batch(%s, 99, '{1}')", (client,), by="OH001")
    refused(
        ann, "SELECT keep_answers(%s, '{1}', ARRAY[%s::uuid], ARRAY['{\"status\": \"ok\"}'::jsonb])", (client, body["id"]),
        by="OH001",
    )  # fmt: skip
    # Another organization has its own numbers: it is neither told of that one nor in its way.
    assert zed.execute("SELECT * FROM open_batch(%s, 0, '{1}')", (client,)).fetchall() == []
    refused(zed, "SELECT apply(%s, 0, '[5]')", (client,), by="OH003")
    assert truth(floor, "SELECT acked FROM clients WHERE user_id = %s", (floor.user("ben"),)) == 0
    assert statuses(pushed(ben, [body], client=client)) == ["gone"]


def test_who_was_disabled_pushes_and_pulls_nothing_in_a_session_that_is_open(floor: Floor) -> None:
    ann, client = floor.connect("ann", autocommit=False), new_id()
    assert statuses(
        pushed(ann, [forged("ann", put("contacts", floor.contact("ann"), {"title": "x"}))], client=client)
    ) == ["ok"]
    ann.commit()
    root = floor.database.superuser()
    root.execute("UPDATE offhook.users SET disabled_at = now() WHERE login = 'ann'")
    for call in (
        f"apply('{client}', 0, '[]')", "pull(NULL, '{}')", "tidy()", f"hand_in('contacts', '{floor.contact('ann')}', 'x')",
        f"open_batch('{client}', 0, '{{}}')",
    ):  # fmt: skip
        with pytest.raises(psycopg.DatabaseError) as caught:
            ann.execute(f"SELECT {call}")
        assert caught.value.sqlstate == "OH001", call
        ann.rollback()
    assert one(ann, "SELECT known_changesets(ARRAY[%s::uuid])", (new_id(),)) == []
    refused(ann, "SELECT keep_answers(%s, '{}', '{}', '{}')", (client,), by="OH001")
    assert one(ann, "SELECT open_changesets(ARRAY[%s])", (Jsonb(forged("ann")),)) == [None]


def test_numbers_as_large_as_you_like_harm_their_owner_alone(floor: Floor) -> None:
    ann, ben = floor.connect("ann"), floor.connect("ben")
    client, most = new_id(), 2**63 - 1
    good = forged("ann", put("contacts", floor.contact("ann"), {"title": "x"}))
    seqs: tuple[Any, ...] = (-1, 10**18, 2**63, 1.5, "1", None, [1], {}, "1; DROP TABLE audit")
    for seq in seqs:
        refused(ann, "SELECT apply(%s, 0, %s)", (client, Jsonb([{**good, "seq": seq}])), by="OH003")
    refused(
        ann, "SELECT apply(%s, 0, %s)", (client, Jsonb([{**good, "seq": 3}, {**good, "seq": 3}])), by="OH003"
    )
    refused(ann, "SELECT apply(NULL, 0, '[]')", by="OH003")
    refused(ann, "SELECT apply(%s, NULL, '[]')", (client,), by="OH003")
    assert pushed(ann, [], client=client, acked=-(2**63)) == []
    assert pushed(ann, [], client=client, acked=most) == []
    # Whoever says that they have all answers there will ever be has said so for this client.
    refused(ann, "SELECT apply(%s, 0, %s)", (client, Jsonb([{**good, "seq": 1}])), by="OH004")
    assert truth(floor, "SELECT title FROM contacts WHERE id = %s", (floor.contact("ann"),)) == ""
    assert statuses(pushed(ben, [forged("ben", put("contacts", floor.contact("ben"), {"title": "x"}))])) == [
        "ok"
    ]


# --- handing in


def share(floor: Floor, book: str, login: str) -> str:
    share_id = new_id()
    floor.connect("ada").execute(
        "INSERT INTO shares (id, book_id, user_id, can_write) VALUES (%s, %s, %s, true)",
        (share_id, floor.book(book), floor.user(login)),
    )
    return share_id


def test_a_sight_that_ended_reaches_no_record_that_came_later(floor: Floor) -> None:
    """Whoever was let into a book once, or was in a team, writes into nothing that came there after they were out again."""
    wim, ada = floor.connect("wim"), floor.connect("ada")
    share_id = share(floor, "ann", "wim")
    ada.execute(
        "INSERT INTO memberships (id, team_id, user_id) VALUES (%s, %s, %s)", (made_id("wim in East"), floor.team("East"), floor.user("wim")),
    )  # fmt: skip
    ada.execute("UPDATE shares SET deleted_at = now() WHERE id = %s", (share_id,))
    ada.execute("UPDATE memberships SET deleted_at = now() WHERE id = %s", (made_id("wim in East"),))
    fresh, moved = new_id(), floor.contact("ben")
    floor.connect("ann").execute(DEAL, {
        "id": fresh, "book": floor.book("ann"), "pipeline": floor.pipeline(), "stage": floor.stage("New"), "outcome": "open",
        "closed": None, "company": None, "contact": None,
    })  # fmt: skip
    ada.execute("SELECT hand_over('contacts', %s, %s)", (moved, floor.book("East")))
    refused(wim, "SELECT hand_in('deals', %s, 'Spam')", (fresh,), by="OH002")
    refused(wim, "SELECT hand_in('contacts', %s, 'Spam')", (moved,), by="OH002")
    # Nor after it has left there.
    ada.execute("SELECT hand_over('contacts', %s, %s)", (moved, floor.book("mia")))
    refused(wim, "SELECT hand_in('contacts', %s, 'Spam')", (moved,), by="OH002")
    assert truth(floor, "SELECT count(*) FROM activities WHERE body = 'Spam'") == 0
    # What lay there then was in sight, and still is wherever it went.
    assert one(wim, "SELECT hand_in('contacts', %s, 'Work')", (floor.contact("ann"),)) == "Ann Arndt"
    assert one(wim, "SELECT hand_in('contacts', %s, 'Work')", (floor.contact("East"),)) == "East pool"
    ada.execute("SELECT hand_over('contacts', %s, %s)", (floor.contact("East", 1), floor.book("mia")))
    assert one(wim, "SELECT hand_in('contacts', %s, 'Work')", (floor.contact("East", 1),)) == "Mia Moor"


def test_a_sight_that_begins_reaches_no_record_that_was_gone_before(floor: Floor) -> None:
    """That something left a book is told to everybody who sees the book now, by its id: no more comes of that."""
    wim, ada, gone = floor.connect("wim"), floor.connect("ada"), floor.contact("East", 1)
    ada.execute("SELECT hand_over('contacts', %s, %s)", (gone, floor.book("mia")))
    share(floor, "East", "wim")
    ada.execute(
        "INSERT INTO memberships (id, team_id, user_id) VALUES (%s, %s, %s)",
        (new_id(), floor.team("East"), floor.user("wim")),
    )
    assert one(wim, "SELECT count(*) FROM exits WHERE row_id = %s", (gone,)) == 1
    refused(wim, "SELECT hand_in('contacts', %s, 'Spam')", (gone,), by="OH002")
    # When it has been there since, it was in sight.
    ada.execute("SELECT hand_over('contacts', %s, %s)", (gone, floor.book("East")))
    ada.execute("SELECT hand_over('contacts', %s, %s)", (gone, floor.book("mia")))
    assert one(wim, "SELECT hand_in('contacts', %s, 'Work')", (gone,)) == "Mia Moor"


def test_what_is_handed_in_is_signed_by_the_login_and_lies_with_its_record(floor: Floor) -> None:
    ben, contact = floor.connect("ben"), floor.contact("East", 1)
    move(floor, "contacts", contact, "wim")
    ben.execute("SELECT set_config('offhook.user', %s, false)", (floor.user("ada"),))
    text = "x', now(), '', '', (SELECT id FROM users LIMIT 1)); DROP TABLE audit; --\n\x1b[31m"
    ben.execute("SELECT hand_in('contacts', %s, %s)", (contact, text))
    [entry] = floor.database.superuser().execute(
        "SELECT org_id::text, user_id::text, updated_by::text, book_id::text, kind FROM offhook.activities WHERE body = %s", (text,)
    ).fetchall()  # fmt: skip
    assert entry == (floor.org(), floor.user("ben"), floor.user("ben"), floor.book("wim"), "note")
    # And the rep has no more of the record than before.
    for table in ("contacts", "activities", "tasks"):
        key = "id" if table == "contacts" else "contact_id"
        assert one(ben, f"SELECT count(*) FROM {table} WHERE {key} = %s", (contact,)) == 0


@pytest.mark.parametrize(
    "table", ["activities", "tasks", "users", "audit", "contacts; DROP TABLE audit", "", None]
)
def test_handing_in_is_about_records_alone(ann: Wire, shared_floor: Floor, table: str | None) -> None:
    refused(ann, "SELECT hand_in(%s, %s, 'x')", (table, shared_floor.activity("ann")), by="OH003")
    refused(ann, "SELECT hand_in('contacts', NULL, 'x')", by="OH002")
    refused(ann, "SELECT hand_in('contacts', %s, NULL)", (shared_floor.contact("ann"),), by="OH003")


def test_known_limit_what_was_in_sight_can_be_held_while_it_is_handed_in(floor: Floor) -> None:
    """Others wait, and are told: handing in writes the record's last activity."""
    ben, wim, contact = floor.connect("ben", autocommit=False), floor.connect("wim"), floor.contact("East", 1)
    move(floor, "contacts", contact, "wim")
    ben.execute("SELECT hand_in('contacts', %s, 'x')", (contact,))
    wim.execute("SET lock_timeout = '200ms'")
    refused(wim, "UPDATE contacts SET title = 'x' WHERE id = %s", (contact,), by="55P03")
    ben.rollback()
    wim.execute("UPDATE contacts SET title = 'x' WHERE id = %s", (contact,))


# --- clearing away


def test_nobody_keeps_others_waiting_by_clearing_away(floor: Floor) -> None:
    """Every agent asks for it now and then: the day's first one may take its time."""
    ann, ben = floor.connect("ann", autocommit=False), floor.connect("ben")
    ann.execute("SELECT tidy()")
    begun = time.monotonic()
    ben.execute("SET statement_timeout = '10s'")
    ben.execute("SELECT tidy()")
    assert time.monotonic() - begun < 3
    ann.rollback()
    ben.execute("SELECT tidy()")
    assert truth(floor, "SELECT count(*) FROM meta WHERE key = 'tidied_at'") == 1
    # Nor by holding what would go.
    move(floor, "contacts", floor.contact("ann", 1), "East")
    root = floor.database.superuser()
    root.execute("UPDATE offhook.exits SET at = now() - interval '91 days'")
    root.execute("DELETE FROM offhook.meta WHERE key = 'tidied_at'")
    ann.execute("SELECT hand_over('contacts', %s, %s)", (floor.contact("ann", 1), floor.book("ann")))
    ann.execute("SELECT hand_over('contacts', %s, %s)", (floor.contact("ann", 1), floor.book("East")))
    begun = time.monotonic()
    ben.execute("SELECT tidy()")
    assert time.monotonic() - begun < 3
    ann.rollback()
    ben.execute("SELECT tidy()")
    assert truth(floor, "SELECT count(*) FROM exits") == 0


@pytest.mark.parametrize(
    "settings",
    [{"datestyle": "SQL, DMY", "timezone": "XYZ-5"}, {"datestyle": "German", "timezone": "XYZ-5"},
     {"datestyle": "Postgres, DMY"}, {"intervalstyle": "sql_standard", "timezone": "Pacific/Kiritimati"}],
)  # fmt: skip
def test_no_way_of_writing_times_makes_clearing_away_early_or_impossible(
    floor: Floor, settings: dict[str, str]
) -> None:
    ann, ben, root = floor.connect("ann"), floor.connect("ben"), floor.database.superuser()
    move(floor, "contacts", floor.contact("East", 1), "West")
    for name, value in settings.items():
        ann.execute("SELECT set_config(%s, %s, false)", (name, value))
    root.execute("UPDATE offhook.exits SET at = now() - interval '89 days'")
    ann.execute("SELECT tidy()")
    ben.execute("SELECT tidy()")
    assert truth(floor, "SELECT count(*) FROM exits") == 1
    assert abs(
        truth(floor, "SELECT value::timestamptz FROM meta WHERE key = 'tidied_at'") - dt.datetime.now(dt.UTC)
    ) < dt.timedelta(minutes=1)
