"""Pages: whole books in the order of the feed, and each row exactly as a cache would keep what direct mode reads."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.codec import Encoded, codec, to_json
from storage.postgres import feed, pages
from storage.postgres.codec import codec as json_codec
from storage.postgres.pages import TABLES, OutOfSight, Place
from tests.postgres.floor import Floor

Wire = psycopg.Connection[Any]


def read_book(wire: Wire, table: str, book: str, *, since: str = "", limit: int = 2) -> list[Encoded]:
    """All pages of a table in a book."""
    rows, place = [], Place(book)
    while True:
        page = pages.page(wire, table, [place], since=since, limit=limit)
        rows += page.rows
        if not page.unfinished:
            return rows
        place = page.unfinished[book]


def as_direct_reads(wire: Wire, table: str, book: str) -> dict[str, list[Any]]:
    """The rows of a book as direct mode reads them, as SQLite would keep them; by id."""
    form = json_codec(table)
    found = wire.execute(
        f"select {form.selected('t')} from {table} t where t.book_id = %s", (book,)
    ).fetchall()
    return {row["id"]: codec(table).encode_row(row) for (values,) in found for row in [form.decode(values)]}


def by_id(table: str, rows: list[Encoded]) -> dict[str, list[Any]]:
    place = codec(table).names.index("id")
    return {row[place]: list(row) for row in rows}


def add_companies(floor: Floor, book: str, count: int) -> None:
    floor.as_owner(
        "insert into companies (org_id, id, book_id, name, domain, website, phone, industry, address, postal_code,"
        " city, region, country, description, tags, custom, sort_key, search, version, created_at, updated_at)"
        " select %s, gen_random_uuid(), %s, 'C' || n, '', '', '', '', '', '', '', '', '', '', '[]', '{}', '', '', 1,"
        " now(), now() from generate_series(1, %s) n",
        floor.org(), floor.book(book), count,
    )  # fmt: skip


# --- what a row looks like

ODD = (
    "", "plain", "O’Brien “x”", 'say "hi"', "back\\slash", "two\nlines\ttab", ": ", ", ", "}, {", "] [", "a: b, c",
    "\x7f\x01", "ünï ✓ 漢字 🙂", "1.50", "null", "%s ? :x",
)  # fmt: skip
CUSTOM = {
    "text": "x, y: z",
    "number": 1.5,
    "tenth": 0.1,
    "whole": 7,
    "round": 2.0,
    "huge": 12345678901234567890,
    "flag": True,
    "none": None,
    "list": ["a", ["b, c", []], {"d": {}}],
    'odd "key": ': "v",
    "": "",
}


def dress_up(floor: Floor, value: str) -> None:
    """Puts every kind of value into the records of the pool East."""
    book = floor.book("East")
    floor.as_owner(
        "update contacts set first_name = 'A', last_name = %s, description = %s, tags = %s, custom = %s, emails = %s,"
        " phones = %s, do_not_call = true, deleted_at = '0999-12-31 23:59:59.999999Z' where book_id = %s",
        value, value, json.dumps([value, "x"]), json.dumps({**CUSTOM, "odd": value}),
        json.dumps([{"value": value, "label": "work"}, {"value": "b@x.example", "label": value}]),
        json.dumps([{"value": "+4930123;ext=1", "label": "main", "more": [value, 1.25]}]), book,
    )  # fmt: skip
    floor.as_owner(
        "update deals set expected_close = '0044-03-15', value_minor = 9007199254740991, probability = null,"
        " stage_since = '9999-12-29 23:59:59.000001Z', description = %s, custom = %s where book_id = %s",
        value, json.dumps({"n": 1e-7}), book,
    )  # fmt: skip
    floor.as_owner(
        "update activities set body = %s, data = %s, occurred_at = '1969-12-31 23:59:59.999999Z', duration_s = 0"
        " where book_id = %s",
        value, json.dumps({"fields": {"a": [value, None]}}), book,
    )  # fmt: skip
    floor.as_owner(
        "update tasks set body = %s, due_at = '2400-02-29 12:00:00.123456Z', all_day = true, done_at = now()"
        " where book_id = %s",
        value, book,
    )  # fmt: skip
    floor.as_owner(
        "update companies set description = %s, employees = null, tags = %s where book_id = %s",
        value, json.dumps([value]), book,
    )  # fmt: skip


def test_every_kind_of_value_comes_as_direct_mode_would_keep_it(floor: Floor) -> None:
    ben, book = floor.connect("ben"), floor.book("East")
    for value in ODD:
        dress_up(floor, value)
        for table in TABLES:
            wanted = as_direct_reads(ben, table, book)
            assert wanted
            assert by_id(table, read_book(ben, table, book)) == wanted, value


def test_a_delta_gives_the_same_rows_as_a_page(floor: Floor) -> None:
    ben, book = floor.connect("ben"), floor.book("East")
    cursor = feed.pull(ben, None, ()).cursor
    dress_up(floor, 'x ": " y')
    told = feed.pull(ben, cursor, [book])
    for table in TABLES:
        assert by_id(table, told.rows[table]) == by_id(table, read_book(ben, table, book))


def test_nothing_depends_on_how_a_login_likes_its_dates(floor: Floor) -> None:
    dress_up(floor, "x")
    ben, book = floor.connect("ben"), floor.book("East")
    wanted = {table: by_id(table, read_book(ben, table, book)) for table in TABLES}
    odd = floor.connect(
        "ben",
        options="-c search_path=offhook,pg_temp -c datestyle=german -c timezone=Asia/Kathmandu -c intervalstyle=iso_8601",
    )
    assert {table: by_id(table, read_book(odd, table, book)) for table in TABLES} == wanted


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
        | st.sampled_from([": ", ", ", "}, {", '", "', '": "', "\\", "e1", " "]),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)  # fmt: skip
def test_json_loses_its_spaces_and_nothing_else(value: Any) -> None:
    assert pages.compact(json.dumps(value, ensure_ascii=False)) == to_json(value)


# --- how books are read


@pytest.mark.parametrize("limit", [1, 2, 7, 100])
def test_pages_give_every_row_once_whatever_their_size(floor: Floor, limit: int) -> None:
    add_companies(floor, "East", 13)
    add_companies(floor, "East", 1)
    ben = floor.connect("ben")
    rows = read_book(ben, "companies", floor.book("East"), limit=limit)
    assert len(rows) == 15
    assert by_id("companies", rows) == as_direct_reads(ben, "companies", floor.book("East"))


def test_small_books_come_together(floor: Floor) -> None:
    add_companies(floor, "East", 4)
    mia = floor.connect("mia")
    books = {name: floor.book(name) for name in ("East", "ann", "ben")}
    page = pages.page(mia, "companies", [Place(book) for book in books.values()], limit=3)
    assert len(page.rows) == 3 + 1 + 1
    assert set(page.unfinished) == {books["East"]}
    rest = pages.page(mia, "companies", [page.unfinished[books["East"]], Place(books["ann"])], limit=3)
    assert len(rest.rows) == 2 + 1
    assert not rest.unfinished
    assert len(by_id("companies", page.rows + rest.rows)) == 5 + 1 + 1


def test_a_row_that_is_written_meanwhile_comes_again_and_none_is_missed(floor: Floor) -> None:
    add_companies(floor, "East", 6)
    ann, book = floor.connect("ann"), floor.book("East")
    first = pages.page(ann, "companies", [Place(book)], limit=4)
    seen = by_id("companies", first.rows)
    again = next(iter(seen))
    ann.execute("update companies set name = 'Neu' where id = %s", (again,))
    rest = pages.page(ann, "companies", [first.unfinished[book]], limit=10)
    later = by_id("companies", rest.rows)
    assert later[again][codec("companies").names.index("name")] == "Neu"
    assert len(seen.keys() | later.keys()) == 7


def test_what_commits_behind_a_page_is_in_the_delta_since_a_cursor_before_it(floor: Floor) -> None:
    slow, ben, book = floor.connect("ann"), floor.connect("ben"), floor.book("East")
    with slow.transaction():
        slow.execute("select pg_current_xact_id()")
        add_companies(floor, "East", 3)
        cursor = feed.pull(ben, None, ()).cursor
        page = pages.page(ben, "companies", [Place(book)], limit=4)
        # Its transaction is older than all that was read so far.
        slow.execute("update companies set name = 'Slow' where id = %s", (floor.company("East"),))
    rest = pages.page(ben, "companies", [page.unfinished[book]], limit=4)
    assert rest.rows == []
    [row] = feed.pull(ben, cursor, [book]).rows["companies"]
    assert row[codec("companies").names.index("name")] == "Slow"


def test_a_page_since_a_cursor_has_what_it_has_not_seen(floor: Floor) -> None:
    ann, ben, book = floor.connect("ann"), floor.connect("ben"), floor.book("East")
    late = floor.connect("mia")
    with late.transaction():
        late.execute("update contacts set title = 'Late' where id = %s", (floor.contact("East", 0),))
        cursor = feed.pull(ben, None, ()).cursor
    add_companies(floor, "East", 5)
    ann.execute("update contacts set title = 'New' where id = %s", (floor.contact("East", 1),))
    assert len(read_book(ben, "companies", book, since=cursor)) == 5
    assert set(by_id("contacts", read_book(ben, "contacts", book, since=cursor))) == {
        floor.contact("East", 0),
        floor.contact("East", 1),
    }
    assert read_book(ben, "deals", book, since=cursor) == []


def test_a_hidden_book_gives_nothing_and_does_not_pass_for_an_empty_one(shared_floor: Floor) -> None:
    for login, book in (("wim", "East"), ("ann", "ben"), ("zoe", "East"), ("ada", "South")):
        wire = shared_floor.connect(login)
        hidden, own = shared_floor.book(book), shared_floor.book(login)
        for table in TABLES:
            for group in ([hidden], [own, hidden]):
                with pytest.raises(OutOfSight):
                    pages.page(wire, table, [Place(each) for each in group])
                with pytest.raises(OutOfSight):
                    pages.ids(wire, table, group)
        assert set(pages.sizes(wire, [own, hidden])) == {own}


def test_sizes_and_ids_tell_what_is_there(shared_floor: Floor) -> None:
    mia = shared_floor.connect("mia")
    books = [shared_floor.book(name) for name in ("East", "ann")]
    wanted = {"companies": 1, "contacts": 2, "deals": 1, "activities": 2, "tasks": 1}
    assert pages.sizes(mia, books) == dict.fromkeys(books, wanted)
    assert pages.ids(mia, "contacts", books) == {
        shared_floor.contact(name, number) for name in ("East", "ann") for number in (0, 1)
    }


# --- what is of use first


def test_the_first_look_has_open_deals_due_tasks_and_whom_they_are_about(floor: Floor) -> None:
    ann = floor.connect("ann")
    floor.as_owner("update tasks set due_at = now() where id = %s", floor.task("ann"))
    look = {table: set(by_id(table, rows)) for table, rows in pages.first_look(ann).items()}
    assert look["deals"] == {floor.deal("ann"), floor.deal("East")}
    assert look["tasks"] == {floor.task("ann")}
    assert floor.contact("ann") in look["contacts"]
    assert floor.company("ann") in look["companies"]
    assert floor.contact("ann", 1) not in look["contacts"]


def test_ones_own_come_before_what_others_share(floor: Floor) -> None:
    look = pages.first_look(floor.connect("ann"), deals=1, tasks=0)
    assert set(by_id("deals", look["deals"])) == {floor.deal("ann")}
    assert look["tasks"] == []


def test_closed_deals_and_tasks_of_next_week_can_wait(floor: Floor) -> None:
    floor.as_owner("update tasks set due_at = now() + interval '7 days'")
    floor.as_owner("update deals set deleted_at = now() where id = %s", floor.deal("East"))
    look = pages.first_look(floor.connect("ann"))
    assert set(by_id("deals", look["deals"])) == {floor.deal("ann")}
    assert look["tasks"] == []


# --- speed, as a plan


@pytest.mark.parametrize("login", ["ben", "ada"])
@pytest.mark.parametrize("table", TABLES)
def test_a_page_is_read_by_the_index_of_the_feed(floor: Floor, table: str, login: str) -> None:
    if table == "companies":
        add_companies(floor, "East", 3000)
        floor.as_owner("analyze companies")
    wire = floor.connect(login)
    if table != "companies":
        wire.execute("set enable_seqscan = off")
    statement = pages._page_sql(table, False)
    given = {"books": [floor.book("East")], "xids": ["5"], "ids": [pages._FIRST], "limit": 100}
    plan = "\n".join(line for (line,) in wire.execute(f"explain (costs off) {statement}", given).fetchall())
    assert f"Index Scan using ix_{table}_org_id_book_id_sync_xid_id" in plan, plan
    assert "Sort" not in plan, plan
