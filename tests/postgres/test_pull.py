"""What a cache is told: with each pull exactly what became visible since the last one, and what left."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Any

import psycopg
import pytest

from core.entities import RECORDS
from core.ids import new_id
from storage.codec import codec
from storage.postgres import feed, install
from storage.postgres.feed import Exit, Pulled
from tests.postgres.floor import Floor, made_id

Wire = psycopg.Connection[Any]
IN_BOOKS = ("companies", "contacts", "deals", "activities", "tasks")


class Cache:
    """What somebody's cache would ask, and keep of the answers."""

    def __init__(self, wire: Wire, held: Iterable[str] | None = None) -> None:
        self.wire = wire
        self.begun = feed.pull(wire, None, ())
        self.cursor = self.begun.cursor
        self.held = set(self.begun.books if held is None else held)

    def pull(self) -> Pulled:
        told = feed.pull(self.wire, self.cursor, self.held)
        self.cursor = told.cursor
        return told

    def ids(self) -> set[tuple[str, str]]:
        return {(table, row["id"]) for table, rows in named(self.pull().rows).items() for row in rows}


def named(rows: Any) -> dict[str, list[dict[str, Any]]]:
    return {
        table: [dict(zip(codec(table).names, row, strict=True)) for row in some]
        for table, some in rows.items()
    }


def rename(wire: Wire, contact: str, name: str) -> None:
    assert wire.execute("update contacts set last_name = %s where id = %s", (name, contact)).rowcount == 1


def tidy(wire: Wire) -> None:
    wire.execute("select offhook.tidy()")


def move(floor: Floor, contact: str, book: str) -> None:
    floor.as_owner("update contacts set book_id = %s where id = %s", floor.book(book), contact)


def share(floor: Floor, book: str, login: str) -> str:
    share_id = new_id()
    floor.as_owner(
        "insert into shares (org_id, id, book_id, user_id, can_write, version, created_at, updated_at)"
        " values (%s, %s, %s, %s, false, 1, now(), now())",
        floor.org(), share_id, floor.book(book), floor.user(login),
    )  # fmt: skip
    return share_id


# --- what is in it


def test_the_first_pull_gives_the_set_up_and_a_place_to_begin_from(shared_floor: Floor) -> None:
    ann = shared_floor.connect("ann")
    told = feed.pull(ann, None, [shared_floor.book("ann")])
    assert told.setup is not None
    assert set(told.setup) == set(RECORDS) - set(IN_BOOKS)
    assert {row["login"] for row in named(told.setup)["users"]} == {"ada", "mia", "ann", "ben", "wim", "rob"}
    assert told.books == {shared_floor.book("ann"): True, shared_floor.book("East"): True}
    assert not any(told.rows.values())
    assert (told.exits, told.more, told.stale) == ((), False, False)


def test_a_change_comes_whole_and_once(floor: Floor) -> None:
    ann, ben = floor.connect("ann"), Cache(floor.connect("ben"))
    rename(ann, floor.contact("East", 1), "Neu")
    told = ben.pull()
    [row] = named(told.rows)["contacts"]
    assert (row["id"], row["last_name"], row["version"]) == (floor.contact("East", 1), "Neu", 2)
    assert "neu" in row["search"]
    assert told.setup is None
    again = ben.pull()
    assert not again.rows
    assert again.setup is None


@pytest.mark.parametrize("table", IN_BOOKS)
def test_every_record_in_a_book_is_in_it(floor: Floor, table: str) -> None:
    ben = Cache(floor.connect("ben"))
    floor.as_owner(f"update {table} set sync_xid = default where book_id = %s", floor.book("East"))
    assert table in {name for name, _ in ben.ids()}


@pytest.mark.parametrize("table", sorted(set(RECORDS) - set(IN_BOOKS)))
def test_every_part_of_the_set_up_brings_the_whole(floor: Floor, table: str) -> None:
    if table == "shares":
        share(floor, "ann", "ben")
    elif table == "custom_fields":
        floor.as_owner(
            "insert into custom_fields (org_id, id, entity, key, label, kind, options, position)"
            " values (%s, %s, 'contacts', 'x', 'X', 'text', '[]', 'V')",
            floor.org(), made_id("field", "x"),
        )  # fmt: skip
    ben = Cache(floor.connect("ben"))
    floor.as_owner(f"update {table} set sync_xid = default where org_id = %s", floor.org())
    told = ben.pull()
    assert told.setup == ben.begun.setup
    assert ben.pull().setup is None


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        (
            "smart_views",
            (
                "insert into smart_views (id, entity, name, query, sort, shared, user_id, position)"
                " values (%s, 'deals', 'Mine', '', '', true, my_user(), 'V')"
            ),
        ),
        (
            "scripts",
            (
                "insert into scripts (id, name, body, shared, user_id, position)"
                " values (%s, 'Mine', '', true, my_user(), 'V')"
            ),
        ),
    ],
)
def test_a_view_or_script_that_somebody_takes_back_is_taken_from_the_others(
    floor: Floor, table: str, statement: str
) -> None:
    ann, ben = floor.connect("ann"), floor.connect("ben")
    made = new_id()
    ann.execute(statement, (made,))
    cache = Cache(ben)
    assert made in {row["id"] for row in named(cache.begun.setup)[table]}
    ann.execute(f"update {table} set shared = false where id = %s", (made,))
    told = cache.pull()
    assert told.setup is not None
    assert made not in {row["id"] for row in named(told.setup)[table]}


def test_only_the_books_that_are_held_are_told_of(floor: Floor) -> None:
    ann = floor.connect("ann")
    ben = Cache(floor.connect("ben"), held=[floor.book("ben")])
    rename(ann, floor.contact("East"), "Neu")
    told = ben.pull()
    assert not told.rows
    assert floor.book("East") in told.books


def test_a_book_that_is_out_of_sight_is_not_told_of_whatever_is_asked(floor: Floor) -> None:
    ann, wim = floor.connect("ann"), floor.connect("wim")
    cache = Cache(wim, held=[floor.book("ann"), floor.book("East"), floor.book("wim"), new_id()])
    rename(ann, floor.contact("East"), "Neu")
    move(floor, floor.contact("ann", 1), "East")
    told = cache.pull()
    assert not told.rows
    assert told.exits == ()
    assert set(told.books) == {floor.book("wim"), floor.book("West")}


# --- nothing is lost, nothing comes twice


def test_what_commits_late_and_in_any_order_comes_exactly_once(floor: Floor) -> None:
    writers = [floor.connect("ann"), floor.connect("mia"), floor.connect("ada")]
    places = [floor.contact("East", 0), floor.contact("East", 1), floor.contact("ben", 0)]
    ben = Cache(floor.connect("ben"))
    for number, order in enumerate(sorted(set(itertools.permutations([0, 0, 1, 1, 2, 2])))[::11]):
        open_ones: dict[int, Any] = {}
        came: list[tuple[str, str]] = []
        for writer in order:
            if writer in open_ones:
                open_ones.pop(writer).__exit__(None, None, None)
            else:
                block = writers[writer].transaction()
                block.__enter__()
                rename(writers[writer], places[writer], f"{number}-{writer}")
                open_ones[writer] = block
            came += [key for key in ben.ids() if key[0] == "contacts"]
        assert sorted(came) == sorted(("contacts", place) for place in places), order


def test_an_old_cursor_is_as_good_as_a_new_one(floor: Floor) -> None:
    ann, ben = floor.connect("ann"), Cache(floor.connect("ben"))
    old = ben.cursor
    for name in ("One", "Two", "Three"):
        rename(ann, floor.contact("East"), name)
        ben.pull()
    told = feed.pull(ben.wire, old, ben.held)
    assert [row["last_name"] for row in named(told.rows)["contacts"]] == ["Three"]


# --- what leaves


def test_a_record_that_moves_leaves_one_book_and_comes_in_another(floor: Floor) -> None:
    ben, wim, ada = (Cache(floor.connect(login)) for login in ("ben", "wim", "ada"))
    contact = floor.contact("East", 1)
    move(floor, contact, "West")
    left = Exit("contacts", contact, floor.book("East"), "moved")
    told = ben.pull()
    assert told.exits == (left,)
    assert not told.rows.get("contacts")
    told = wim.pull()
    assert told.exits == ()
    assert [row["id"] for row in named(told.rows)["contacts"]] == [contact]
    # Who sees both books hears of both; the exit names the book, so that the row stays.
    told = ada.pull()
    assert told.exits == (left,)
    assert [row["book_id"] for row in named(told.rows)["contacts"]] == [floor.book("West")]


def test_there_and_back_again_ends_where_it_is(floor: Floor) -> None:
    ben, contact = Cache(floor.connect("ben")), floor.contact("East", 1)
    for book in ("West", "East", "West", "East"):
        move(floor, contact, book)
    told = ben.pull()
    assert Exit("contacts", contact, floor.book("East"), "moved") in told.exits
    assert [row["book_id"] for row in named(told.rows)["contacts"]] == [floor.book("East")]


def test_what_hangs_on_a_record_leaves_with_it(floor: Floor) -> None:
    ben = Cache(floor.connect("ben"))
    move(floor, floor.contact("East"), "West")
    left = {(each.table, each.id) for each in ben.pull().exits}
    assert {("contacts", floor.contact("East")), ("tasks", floor.task("East"))} <= left


def test_what_is_deleted_for_good_leaves(floor: Floor) -> None:
    ben, ada = Cache(floor.connect("ben")), floor.connect("ada")
    ada.execute("delete from tasks where id = %s", (floor.task("East"),))
    assert Exit("tasks", floor.task("East"), floor.book("East"), "deleted") in ben.pull().exits


def test_books_come_and_go(floor: Floor) -> None:
    ben = Cache(floor.connect("ben"))
    share_id = share(floor, "ann", "ben")
    told = ben.pull()
    assert told.books[floor.book("ann")] is False
    assert told.setup is not None
    # It is not held yet, so nothing of it is told.
    rename(floor.connect("ann"), floor.contact("ann"), "Neu")
    assert not ben.pull().rows
    ben.held.add(floor.book("ann"))
    rename(floor.connect("ann"), floor.contact("ann"), "Neuer")
    assert ("contacts", floor.contact("ann")) in ben.ids()
    floor.as_owner("update shares set deleted_at = now() where id = %s", share_id)
    rename(floor.connect("ann"), floor.contact("ann"), "Zuletzt")
    told = ben.pull()
    assert floor.book("ann") not in told.books
    assert not told.rows


# --- erased people


def test_an_erased_person_is_told_to_every_cache_that_may_hold_work_on_them(floor: Floor) -> None:
    contact = floor.contact("East", 1)
    caches = {login: Cache(floor.connect(login)) for login in ("ann", "ben", "wim", "rob", "zoe")}
    # Wim had it once, and has lost the book since.
    move(floor, contact, "West")
    move(floor, contact, "East")
    for cache in caches.values():
        cache.pull()
    floor.connect("ada").execute("select erase_person(%s)", (contact,))
    for login in ("ann", "ben", "wim", "rob"):
        told = caches[login].pull()
        assert (contact, "erased") in {(each.id, each.op) for each in told.exits}, login
    assert caches["zoe"].pull().exits == ()
    # Who sees the book has what is left of them.
    fresh = Cache(floor.connect("ben"))
    assert Exit("contacts", contact, floor.book("East"), "erased") in fresh.begun.exits


def test_what_was_said_about_an_erased_person_is_erased_as_well(floor: Floor) -> None:
    ben = Cache(floor.connect("ben"))
    floor.connect("ada").execute("select erase_person(%s)", (floor.contact("East"),))
    gone = {(each.table, each.op) for each in ben.pull().exits}
    assert gone == {("contacts", "erased"), ("activities", "erased"), ("tasks", "erased")}


def test_that_somebody_was_erased_is_never_taken_back(floor: Floor) -> None:
    contact = floor.contact("East", 1)
    floor.connect("ada").execute("select erase_person(%s)", (contact,))
    move(floor, contact, "West")
    assert set(floor.as_owner("select op from exits where row_id = %s", contact)) == {("erased",)}
    floor.as_owner("update exits set at = now() - interval '10 years'")
    tidy(floor.connect("ann"))
    assert floor.as_owner("select count(*) from exits where op = 'erased'")[0][0] > 0


# --- too much, and too old


def test_too_much_for_a_delta_is_read_in_pages(floor: Floor) -> None:
    ben = Cache(floor.connect("ben"))
    floor.as_owner(
        "insert into companies (org_id, id, book_id, name, domain, website, phone, industry, address, postal_code,"
        " city, region, country, description, tags, custom, sort_key, search, version, created_at, updated_at)"
        " select %s, gen_random_uuid(), %s, 'C' || n, '', '', '', '', '', '', '', '', '', '', '[]', '{}', '', '', 1,"
        " now(), now() from generate_series(1, 5001) n",
        floor.org(), floor.book("East"),
    )  # fmt: skip
    move(floor, floor.contact("East", 1), "West")
    told = ben.pull()
    assert told.more
    assert not told.rows
    assert len(told.exits) == 1
    assert not ben.pull().more


def test_a_few_very_long_texts_are_too_much_as_well(floor: Floor) -> None:
    ben = Cache(floor.connect("ben"))
    floor.as_owner(
        "update companies set description = repeat('x', 900000) where book_id = any (%s)",
        [floor.book("East"), floor.book("ben")],
    )
    assert not ben.pull().more
    floor.as_owner(
        "insert into companies (org_id, id, book_id, name, domain, website, phone, industry, address, postal_code,"
        " city, region, country, description, tags, custom, sort_key, search, version, created_at, updated_at)"
        " select %s, gen_random_uuid(), %s, 'C' || n, '', '', '', '', '', '', '', '', '', repeat('x', 900000), '[]',"
        " '{}', '', '', 1, now(), now() from generate_series(1, 9) n",
        floor.org(), floor.book("East"),
    )  # fmt: skip
    assert ben.pull().more


def test_a_cursor_from_before_the_exits_that_are_kept_is_stale(floor: Floor) -> None:
    ben, late = Cache(floor.connect("ben")), Cache(floor.connect("ben"))
    move(floor, floor.contact("East", 1), "West")
    ben.pull()
    # Transactions in the server's other databases hold back from where on a place has not seen everything.
    behind = "select pg_snapshot_xmin(%s::pg_snapshot) <= max(sync_xid) from exits"
    while floor.as_owner(behind, ben.cursor) == [(True,)]:
        ben.pull()
    floor.as_owner("update exits set at = now() - interval '91 days'")
    tidy(floor.connect("wim"))
    assert floor.as_owner("select count(*) from exits") == [(0,)]
    told = late.pull()
    assert told.stale
    assert told.setup == late.begun.setup
    assert not told.rows
    assert not late.pull().stale
    # Who had seen them goes on as before.
    assert not ben.pull().stale


def test_exits_are_kept_for_ninety_days(floor: Floor) -> None:
    late = Cache(floor.connect("ben"))
    move(floor, floor.contact("East", 1), "West")
    floor.as_owner("update exits set at = now() - interval '89 days'")
    tidy(floor.connect("wim"))
    assert len(late.pull().exits) == 1


def test_tidying_happens_once_a_day_whoever_asks(floor: Floor) -> None:
    move(floor, floor.contact("East", 1), "West")
    tidy(floor.connect("wim"))
    floor.as_owner("update exits set at = now() - interval '91 days'")
    tidy(floor.connect("ann"))
    assert floor.as_owner("select count(*) from exits") == [(1,)]
    floor.as_owner("update meta set value = (now() - interval '25 hours')::text where key = 'tidied_at'")
    tidy(floor.connect("rob"))
    assert floor.as_owner("select count(*) from exits") == [(0,)]


def test_clients_that_never_come_back_are_forgotten(floor: Floor) -> None:
    for days in (10, 401):
        client = new_id()
        floor.as_owner(
            "insert into clients (org_id, client_id, user_id, acked, seen_at) values (%s, %s, %s, 0, now() - %s)",
            floor.org(), client, floor.user("ann"), dt.timedelta(days=days),
        )  # fmt: skip
        floor.as_owner(
            "insert into answers (org_id, client_id, seq, changeset_id, answer) values (%s, %s, 1, %s, '{}')",
            floor.org(), client, new_id(),
        )  # fmt: skip
    tidy(floor.connect("ann"))
    assert floor.as_owner("select count(*) from clients") == [(1,)]
    assert floor.as_owner("select count(*) from answers join clients using (org_id, client_id)") == [(1,)]
    assert floor.as_owner("select count(*) from answers") == [(1,)]


def test_a_restored_server_is_another_one_and_tells_everything_only_once(floor: Floor) -> None:
    ben, root = floor.connect("ben"), floor.database.superuser()
    before = ben.execute("select hello('0003')").fetchone()[0]["epoch"]
    contact = floor.contact("East", 1)
    # As after a dump: the rows have the numbers of the old server's transactions.
    with root.transaction():
        root.execute("alter table offhook.contacts disable trigger user")
        root.execute("update offhook.contacts set sync_xid = '900000000' where id = %s", (contact,))
    install.upgrade(floor.operator())
    cache = Cache(ben)
    assert [cache.ids(), cache.ids()] == [{("contacts", contact)}] * 2
    assert install.renew_epoch(floor.operator()) == 1
    assert ben.execute("select hello('0003')").fetchone()[0]["epoch"] != before
    assert cache.ids() == {("contacts", contact)}
    assert cache.ids() == set()
    assert ben.execute("select version from contacts where id = %s", (contact,)).fetchone() == (1,)


@pytest.mark.parametrize(
    "cursor", ["", "x", "5:3:", "1:2:3:4", "'; drop table users", "900000000000:900000000000:"]
)
def test_a_cursor_of_another_server_is_refused_in_words(shared_floor: Floor, cursor: str) -> None:
    with pytest.raises(psycopg.DatabaseError, match="place in the feed") as caught:
        feed.pull(shared_floor.connect("ann"), cursor, ())
    assert caught.value.sqlstate == "OH003"


# --- who asks


def test_who_was_disabled_is_told_so(floor: Floor) -> None:
    ben = Cache(floor.connect("ben"))
    floor.as_owner("update users set disabled_at = now() where id = %s", floor.user("ben"))
    for ask in (
        ben.pull,
        lambda: feed.hand_in(ben.wire, "contacts", floor.contact("East"), "x"),
        lambda: tidy(ben.wire),
    ):
        with pytest.raises(psycopg.DatabaseError, match="Your login was disabled") as caught:
            ask()
        assert caught.value.sqlstate == "OH001"
    assert feed.known_changesets(ben.wire, [new_id()]) == set()


def test_who_only_looks_sees_everything_and_may_write_nowhere(shared_floor: Floor) -> None:
    told = feed.pull(shared_floor.connect("rob"), None, ())
    assert len(told.books) == 8
    assert not any(told.books.values())


def test_another_organization_sees_nothing(floor: Floor) -> None:
    zoe = Cache(floor.connect("zoe"), held=[floor.book(book) for book in ("ann", "East", "zoe", "South")])
    rename(floor.connect("ann"), floor.contact("East"), "Neu")
    move(floor, floor.contact("ann", 1), "East")
    told = zoe.pull()
    assert not told.rows
    assert (told.exits, told.setup) == ((), None)
    assert set(told.books) == {floor.book("zoe"), floor.book("zed"), floor.book("South")}


def test_everybody_learns_of_their_own_changesets_only(floor: Floor) -> None:
    mine, other = new_id(), new_id()
    for changeset, login in ((mine, "ann"), (other, "ben")):
        floor.as_owner(
            "insert into changesets (org_id, id, user_id, at, command, summary, body, status)"
            " values (%s, %s, %s, now(), 'x', 'x', '{}', 'ok')",
            floor.org(), changeset, floor.user(login),
        )  # fmt: skip
    assert feed.known_changesets(floor.connect("ann"), [mine, other, new_id()]) == {mine}
    assert feed.known_changesets(floor.connect("ann"), []) == set()


# --- handing in


def test_work_on_a_record_that_was_lost_is_handed_to_whoever_has_it(floor: Floor) -> None:
    ann, ben = floor.connect("ann"), floor.connect("ben")
    contact = floor.contact("East", 1)
    move(floor, contact, "ben")
    assert ann.execute("select 1 from contacts where id = %s", (contact,)).fetchone() is None
    assert feed.hand_in(ann, "contacts", contact, "She wants to be called on Monday.") == "Ben Berg"
    [entry] = ben.execute(
        "select kind, body, user_id, book_id from activities where contact_id = %s and kind = 'note'",
        (contact,),
    ).fetchall()
    assert entry == ("note", "She wants to be called on Monday.", floor.user("ann"), floor.book("ben"))
    [task] = ben.execute(
        "select subject, assignee_id, done_at, all_day from tasks where contact_id = %s", (contact,)
    ).fetchall()
    # Some time today: what comes in is not overdue as it comes.
    assert task == ("Look at what Ann Arndt handed in", floor.user("ben"), None, True)
    assert ann.execute("select 1 from tasks where contact_id = %s", (contact,)).fetchone() is None


def test_what_is_handed_in_again_with_the_same_id_is_told_once(floor: Floor) -> None:
    ann, contact, note = floor.connect("ann"), floor.contact("East", 1), new_id()
    move(floor, contact, "ben")
    for _ in range(2):
        assert feed.hand_in(ann, "contacts", contact, "Call on Monday.", note) == "Ben Berg"
    # Meanwhile somebody else may have it, or nobody any more.
    move(floor, contact, "wim")
    assert feed.hand_in(ann, "contacts", contact, "Call on Monday.", note) == "Wim Wolff"
    floor.as_owner("update contacts set deleted_at = now() where id = %s", contact)
    assert feed.hand_in(ann, "contacts", contact, "Call on Monday.", note) == "someone"
    told = "select (select count(*) from activities where body = 'Call on Monday.'), (select count(*) from tasks where contact_id = %s)"
    assert floor.as_owner(told, contact) == [(1, 1)]


def test_the_id_of_somebody_elses_entry_is_none_to_hand_in_with(floor: Floor) -> None:
    ann, contact = floor.connect("ann"), floor.contact("ann", 1)
    for taken in (floor.activity("ben"), floor.activity("ann")):
        with pytest.raises(psycopg.Error, match="Another entry has that id") as refused:
            feed.hand_in(ann, "contacts", contact, "Call on Monday.", taken)
        assert refused.value.sqlstate == "OH003"


@pytest.mark.parametrize(("table", "book"), [("contacts", "East"), ("companies", "East"), ("deals", "East")])
def test_companies_and_deals_are_handed_in_like_contacts(floor: Floor, table: str, book: str) -> None:
    record = made_id(table, book, "0")
    floor.as_owner(f"update {table} set book_id = %s where id = %s", floor.book("wim"), record)
    assert feed.hand_in(floor.connect("ben"), table, record, "Text") == "Wim Wolff"
    assert floor.as_owner(
        "select count(*) from activities where body = 'Text' and user_id = %s", floor.user("ben")
    ) == [(1,)]


def test_what_went_to_a_pool_is_for_its_manager_to_look_at(floor: Floor) -> None:
    contact = floor.contact("ann", 1)
    move(floor, contact, "West")
    move(floor, contact, "East")
    assert feed.hand_in(floor.connect("wim"), "contacts", contact, "Text") == "East pool"
    assert floor.as_owner("select assignee_id from tasks where contact_id = %s", contact) == [
        (floor.user("mia"),)
    ]


def test_a_share_that_ended_is_enough_to_hand_in(floor: Floor) -> None:
    wim, contact = floor.connect("wim"), floor.contact("ann")
    with pytest.raises(psycopg.DatabaseError, match="That contact is not there any more"):
        feed.hand_in(wim, "contacts", contact, "Text")
    share_id = share(floor, "ann", "wim")
    floor.as_owner("update shares set deleted_at = now() where id = %s", share_id)
    assert feed.hand_in(wim, "contacts", contact, "Text") == "Ann Arndt"


def test_nothing_is_handed_in_to_what_one_never_had(floor: Floor) -> None:
    wim, zed = floor.connect("wim"), floor.connect("zed")
    for wire, table, record in (
        (wim, "contacts", floor.contact("ann")),
        (wim, "deals", floor.deal("East")),
        (wim, "companies", floor.company("ben")),
        (zed, "contacts", floor.contact("East")),
        (wim, "contacts", new_id()),
    ):
        with pytest.raises(psycopg.DatabaseError, match="is not there any more") as caught:
            feed.hand_in(wire, table, record, "Text")
        assert caught.value.sqlstate == "OH002"
    assert floor.as_owner("select count(*) from activities where body = 'Text'") == [(0,)]


@pytest.mark.parametrize(
    ("login", "table", "text", "sentence"),
    [
        ("rob", "contacts", "x", "Your role is read-only"),
        ("ann", "contacts", "  \n", "nothing to hand in"),
        ("ann", "contacts", "x" * 20_001, "more than 20000 characters"),
        ("ann", "activities", "x", "a contact, a deal or a company"),
        ("ann", "users", "x", "a contact, a deal or a company"),
    ],
)
def test_handing_in_has_its_limits(
    shared_floor: Floor, login: str, table: str, text: str, sentence: str
) -> None:
    with pytest.raises(psycopg.DatabaseError, match=sentence):
        feed.hand_in(shared_floor.connect(login), table, shared_floor.contact("East"), text)


# --- speed, as a plan


def test_an_empty_pull_reads_no_table_from_end_to_end(floor: Floor) -> None:
    ben = Cache(floor.connect("ben"))
    before = scans(floor)
    ben.pull()
    ben.wire.execute("select pg_stat_force_next_flush()")
    ben.wire.execute("select 1")
    after = scans(floor)
    assert [table for table in IN_BOOKS if after[table] != before[table]] == []


def scans(floor: Floor) -> dict[str, int]:
    """How often each table was read from end to end."""
    return dict(
        floor.as_owner(
            "select relname, pg_stat_get_numscans(oid) from pg_class"
            " where relnamespace = 'offhook'::regnamespace and relkind = 'r'",
        )
    )
