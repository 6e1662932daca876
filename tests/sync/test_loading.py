"""Loading: everything that the login sees comes in, the useful first, whatever cuts it and whatever happens meanwhile."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core.commands.contacts import CreateContact, EditContact
from core.commands.records import Claim
from core.errors import Unavailable
from storage.codec import Encoded, codec
from storage.postgres import pages
from storage.postgres.connection import Lost
from storage.postgres.install import as_owner
from storage.postgres.pages import TABLES, OutOfSight, Page, Place
from storage.postgres.profile import Profile
from sync import books, filling, loading, overlay
from sync.cache import Cache, create_cache, open_cache
from sync.loading import Loader
from sync.pull import Puller
from sync.push import Pusher
from sync.remote import Remote
from sync.workspace import FieldWorkspace
from tests.postgres.floor import Floor, made_id

NOW = dt.datetime(2026, 3, 2, 10, 0, tzinfo=dt.UTC)


@dataclass
class Source:
    """The server in small pages, by a network that can be cut."""

    remote: Remote
    limit: int = 3
    calls_left: int = 1_000_000
    rows: int = 0
    """How many rows pages have brought."""
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    """What pages were asked for: the table, the cursor, and how many books."""
    between: Callable[[], object] = lambda: None
    """What happens on the server after each page."""

    def page(self, table: str, places: Sequence[Place], *, since: str = "", limit: int = 0) -> Page:
        self._call()
        page = self.remote.page(table, places, since=since, limit=self.limit)
        self.rows += len(page.rows)
        self.asked.append((table, since, len(places)))
        self.between()
        return page

    def first_look(self) -> dict[str, list[Encoded]]:
        self._call()
        return self.remote.first_look()

    def sizes(self, books: Collection[str]) -> dict[str, dict[str, int]]:
        self._call()
        return self.remote.sizes(books)

    def ids(self, table: str, books: Collection[str]) -> set[str]:
        self._call()
        return self.remote.ids(table, books)

    def _call(self) -> None:
        self.calls_left -= 1
        if self.calls_left < 0:
            raise Lost("cut")


class Desk:
    """A cache of somebody on the floor, kept by hand."""

    def __init__(self, floor: Floor, folder: Path, login: str = "mia") -> None:
        self.floor, self.login = floor, login
        cluster = floor.database.cluster
        self.wire: psycopg.Connection[Any] = floor.connect(login)
        self.remote = Remote(self.wire, Profile(cluster.host, cluster.port, floor.database.name, login))
        self.source = Source(self.remote)
        self.path = folder / login / "cache.db"
        told = self.remote.pull(None, ())
        assert told.setup is not None
        self.cache = create_cache(self.path, hello=self.remote.hello(), setup_rows=told.setup, store="file")
        self.open()

    def open(self, cache: Cache | None = None) -> None:
        self.cache = cache or self.cache
        self.workspace = FieldWorkspace(self.cache, clock=lambda: NOW)
        self.puller = Puller(self.cache, lambda _: None, lambda: NOW)
        self.loader = Loader(self.cache, ahead=False)

    def reopen(self) -> None:
        """Closes the file and opens it again, as after a crash."""
        self.workspace.close()
        self.open(open_cache(self.path))

    def pull(self) -> None:
        self.puller.pull(self.remote)

    def load(self) -> None:
        """Everything that is to be loaded."""
        while self.loader.step(self.source):
            pass

    def ready(self) -> Desk:
        self.pull()
        self.load()
        self.source.rows = 0
        self.source.asked.clear()
        return self

    def sql(self, statement: str, *values: Any) -> list[Any]:
        with self.cache.database.read() as connection:
            return connection.execute(statement, values).fetchall()

    def rows(self, table: str) -> dict[str, list[Any]]:
        """What the cache holds."""
        return by_id(table, self.sql(f"SELECT {codec(table).columns} FROM {table}"))

    def seen(self, table: str) -> dict[str, list[Any]]:
        """What the login sees on the server."""
        books = list(self.remote.pull(None, ()).books)
        return by_id(table, pages.page(self.wire, table, [Place(book) for book in books], limit=100_000).rows)

    def unequal(self) -> list[str]:
        """The tables in which the cache is not what the login sees."""
        return [table for table in TABLES if self.rows(table) != self.seen(table)]

    def found(self, words: str) -> int:
        return len(self.sql("SELECT rowid FROM contacts_fts WHERE contacts_fts MATCH ?", words))


def by_id(table: str, rows: Any) -> dict[str, list[Any]]:
    place = codec(table).names.index("id")
    return {row[place]: list(row) for row in rows}


def add_contacts(floor: Floor, book: str, count: int) -> None:
    floor.as_owner(
        "insert into contacts (org_id, id, book_id, first_name, last_name, title, emails, phones, lead_status, source,"
        " time_zone, address, postal_code, city, region, country, do_not_call, description, tags, custom)"
        " select %s, gen_random_uuid(), %s, 'Nina', 'Number' || n, '',"
        " jsonb_build_array(jsonb_build_object('value', 'nina' || n || '@x.example', 'label', 'work')), '[]', '', '', '',"
        " '', '', '', '', '', false, '', '[]', '{}' from generate_series(1, %s) n",
        floor.org(), floor.book(book), count,
    )  # fmt: skip


def rename(floor: Floor, contact: str, name: str) -> None:
    floor.as_owner("update contacts set last_name = %s where id = %s", name, contact)


@pytest.fixture
def mia(floor: Floor, tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(floor, tmp_path)
    yield desk
    desk.workspace.close()


# --- the first time


def test_everything_that_the_login_sees_comes_in(mia: Desk) -> None:
    add_contacts(mia.floor, "East", 20)
    mia.ready()
    assert mia.unequal() == []
    assert len(mia.rows("contacts")) == 20 + 2 * 4
    assert not mia.loader.step(mia.source)
    assert mia.sql("SELECT DISTINCT state FROM sync_books") == [("live",)]


@pytest.mark.parametrize("login", ["ada", "mia", "ann", "rob"])
def test_everybody_gets_what_they_see_and_no_more(floor: Floor, tmp_path: Path, login: str) -> None:
    desk = Desk(floor, tmp_path, login).ready()
    assert desk.unequal() == []
    desk.workspace.close()


def test_what_is_of_use_comes_first_and_can_be_searched_at_once(mia: Desk) -> None:
    mia.floor.as_owner("update tasks set due_at = now() where id = %s", mia.floor.task("mia"))
    mia.pull()
    mia.source.calls_left = 2  # The first look, and how large the books are.
    with pytest.raises(Lost):
        mia.load()
    assert mia.floor.deal("mia") in mia.rows("deals")
    assert mia.floor.contact("mia") in mia.rows("contacts")
    assert mia.floor.task("mia") in mia.rows("tasks")
    assert mia.found("kunde") >= 1
    assert mia.source.rows == 0


def test_ones_own_book_comes_before_the_others(mia: Desk) -> None:
    for book in ("ann", "mia", "East"):
        add_contacts(mia.floor, book, 6)
    order: list[str] = []
    inner = mia.source.page
    mia.source.page = lambda table, places, **more: (
        order.append(places[0].book_id) or inner(table, places, **more)
    )  # type: ignore[method-assign,func-returns-value]
    mia.ready()
    assert order[0] == mia.floor.book("mia")


def test_small_books_come_in_one_page(mia: Desk) -> None:
    mia.pull()
    mia.load()
    assert mia.source.asked == [(table, "", 4) for table in TABLES]


def test_how_far_it_is_can_be_seen(mia: Desk) -> None:
    add_contacts(mia.floor, "East", 30)
    mia.pull()
    seen = []
    mia.source.between = lambda: seen.append(mia.loader.progress())
    mia.load()
    loaded = [each for each, _ in seen]
    assert loaded == sorted(loaded)
    total = 30 + 4 * (1 + 2 + 1 + 2 + 1)
    assert {each for _, each in seen} == {total}
    assert mia.loader.progress() == (total, total)


@pytest.mark.parametrize("ahead", [False, True])
def test_a_load_makes_way_for_others_between_two_pages(
    mia: Desk, monkeypatch: pytest.MonkeyPatch, ahead: bool
) -> None:
    monkeypatch.setattr(loading, "STRETCH_SECONDS", 60.0)
    add_contacts(mia.floor, "East", 60)
    mia.pull()
    mia.loader = Loader(mia.cache, ahead=ahead)
    assert mia.loader.step(mia.source, lambda: True)
    # One that was fetched already, and one that was on its way.
    assert len(mia.source.asked) <= (3 if ahead else 1)
    assert mia.loader.step(mia.source, lambda: False)
    assert not mia.loader.step(mia.source, lambda: False)
    assert mia.unequal() == []


# --- whatever cuts it


def test_a_load_that_is_cut_anywhere_goes_on_where_it_was(mia: Desk) -> None:
    add_contacts(mia.floor, "East", 17)
    mia.pull()
    for calls in range(1, 100):
        mia.source.calls_left = 1 + calls % 4
        try:
            mia.load()
            break
        except Lost:
            mia.reopen()
    assert calls > 3
    assert mia.unequal() == []
    # No page was read twice but the one that was cut.
    assert mia.source.rows == sum(len(mia.rows(table)) for table in TABLES)


def test_pages_that_are_fetched_ahead_are_cut_just_as_well(mia: Desk) -> None:
    add_contacts(mia.floor, "East", 17)
    mia.pull()
    for calls in range(1, 100):
        mia.loader = Loader(mia.cache, ahead=True)
        mia.source.calls_left = 2 + calls % 3
        try:
            mia.load()
            break
        except Lost:
            mia.reopen()
    assert mia.unequal() == []


def test_a_page_is_written_with_its_place_or_not_at_all(mia: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    add_contacts(mia.floor, "East", 9)
    mia.pull()

    def power_cut(*_: object) -> None:
        raise Unavailable("cut")

    monkeypatch.setattr(Loader, "_move_on", power_cut)
    with pytest.raises(Unavailable):
        mia.load()
    before = len(mia.rows("companies"))
    monkeypatch.undo()
    mia.reopen()
    mia.load()
    assert before <= 4  # The first look alone.
    assert mia.unequal() == []


# --- whatever happens meanwhile


def test_what_others_do_during_a_load_is_not_lost(mia: Desk) -> None:
    add_contacts(mia.floor, "East", 12)
    floor, numbers = mia.floor, iter(range(1000))
    moves = iter([("ann", "East"), ("ben", "West"), ("East", "ann"), ("East", "mia")])

    def others() -> None:
        number = next(numbers)
        rename(floor, floor.contact("mia", number % 2), f"Later{number}")
        if number % 2 and (move := next(moves, None)):
            floor.as_owner(
                "update contacts set book_id = %s where id = %s",
                floor.book(move[1]),
                floor.contact(move[0], 1),
            )
        if number % 5 == 4:
            add_contacts(floor, "ben", 1)

    mia.source.between = others
    mia.pull()
    while mia.loader.step(mia.source):
        mia.pull()
    mia.pull()
    assert mia.unequal() == []


def test_what_commits_late_behind_the_pages_comes_by_the_feed(mia: Desk) -> None:
    add_contacts(mia.floor, "East", 8)
    slow = mia.floor.connect("ann")
    with slow.transaction():
        slow.execute("update contacts set last_name = 'Slow' where id = %s", (mia.floor.contact("East"),))
        add_contacts(mia.floor, "East", 8)
        mia.pull()
        mia.load()
        assert mia.found("slow") == 0
    mia.pull()
    assert mia.unequal() == []
    assert mia.found("slow") == 1


def test_a_book_that_is_gained_is_loaded_and_a_lost_one_leaves(floor: Floor, tmp_path: Path) -> None:
    add_contacts(floor, "ann", 7)
    desk = Desk(floor, tmp_path, "wim").ready()
    share = made_id("share", "ann", "wim")
    floor.as_owner(
        "insert into shares (org_id, id, book_id, user_id, can_write, version, created_at, updated_at)"
        " values (%s, %s, %s, %s, false, 1, now(), now())",
        floor.org(), share, floor.book("ann"), floor.user("wim"),
    )  # fmt: skip
    desk.pull()
    rename(floor, floor.contact("ann"), "Neu")
    desk.pull()
    desk.load()
    desk.pull()
    assert desk.unequal() == []
    assert {books for _, _, books in desk.source.asked} == {1}
    assert desk.found("nina") == 7
    floor.as_owner("update shares set deleted_at = now() where id = %s", share)
    desk.pull()
    assert desk.unequal() == []
    assert desk.found("nina") == 0
    desk.workspace.close()


def test_a_book_that_is_lost_and_gained_during_a_load_is_whole_in_the_end(mia: Desk) -> None:
    floor = mia.floor
    add_contacts(floor, "East", 9)
    floor.as_owner("delete from tasks where book_id <> %s", floor.book("West"))
    mia.pull()
    mia.source.calls_left = 5
    with pytest.raises(Lost):
        mia.load()
    mia.source.calls_left = 1_000_000
    for gone in ("now()", "null"):
        # With its task: there was none when the books were measured.
        floor.as_owner(
            "update contacts set book_id = %s where id = %s", floor.book("East"), floor.contact("West")
        )
        mia.floor.as_owner(
            f"update memberships set deleted_at = {gone} where user_id = %s", mia.floor.user("mia")
        )
        mia.pull()
        add_contacts(mia.floor, "East", 2)
    mia.load()
    mia.pull()
    assert mia.unequal() == []


@pytest.mark.parametrize("again", [False, True], ids=["first load", "comparison"])
def test_a_book_that_is_out_of_sight_for_one_question_is_whole_in_the_end(mia: Desk, again: bool) -> None:
    """It is lost and there again before a pull could tell: that it came out empty says nothing."""
    if again:
        mia.ready()
        with mia.cache.truth() as truth:
            books.compare_everything(truth)
    else:
        mia.pull()
    operator = mia.floor.operator()
    calls, hidden = 0, 0

    def see(gone: str) -> None:
        with as_owner(operator):
            operator.execute(
                f"update memberships set deleted_at = {gone} where user_id = %s", (mia.floor.user("mia"),)
            )

    def blink(ask: Callable[..., Any]) -> Callable[..., Any]:
        def answer(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls, hidden
            calls += 1
            if calls % 3:
                return ask(*args, **kwargs)
            see("now()")
            try:
                return ask(*args, **kwargs)
            except OutOfSight:
                hidden += 1
                raise
            finally:
                see("null")

        return answer

    for name in ("page", "sizes", "ids"):
        setattr(mia.source, name, blink(getattr(mia.source, name)))
    loading_goes_on = True
    while loading_goes_on and calls < 500:
        try:
            loading_goes_on = mia.loader.step(mia.source)
        except OutOfSight:
            mia.pull()
    assert hidden
    mia.pull()
    assert mia.unequal() == []


# --- too much for a delta


def fall_behind(desk: Desk) -> None:
    """Has the next pull say that too much has changed."""
    cursor = desk.cache.get("sync.cursor")
    told = desk.remote.pull(cursor, [])
    with desk.cache.truth() as truth:
        books.fall_behind(truth, cursor)
        truth.set("sync.cursor", told.cursor)


def test_what_is_too_much_for_a_delta_is_read_in_pages_and_no_more_than_that(mia: Desk) -> None:
    add_contacts(mia.floor, "East", 20)
    mia.ready()
    for number in range(2):
        rename(mia.floor, mia.floor.contact("East", number), "Neu")
    fall_behind(mia)
    mia.load()
    assert mia.unequal() == []
    assert mia.source.rows <= 2 + 3  # The contacts, and the deal and entries that name them.


def test_a_pull_that_says_more_brings_everything(mia: Desk) -> None:
    mia.ready()
    add_contacts(mia.floor, "East", 5001)
    mia.floor.as_owner(
        "update contacts set book_id = %s where id = %s",
        mia.floor.book("West"),
        mia.floor.contact("ann", 1),
    )
    mia.source.limit = 5000
    mia.pull()
    assert mia.sql("SELECT DISTINCT state FROM sync_books") == [("loading",)]
    mia.load()
    assert mia.unequal() == []


def test_too_much_again_during_a_load_is_read_after_it(mia: Desk) -> None:
    add_contacts(mia.floor, "East", 9)
    mia.pull()
    for calls in (4, 6):
        mia.source.calls_left = calls
        with pytest.raises(Lost):
            mia.load()
        # Behind the pages that were read already.
        rename(mia.floor, mia.floor.contact("mia"), f"After{calls}")
        rename(mia.floor, mia.floor.contact("East"), f"After{calls}")
        fall_behind(mia)
    mia.source.calls_left = 1_000_000
    mia.load()
    assert mia.unequal() == []


# --- comparing everything


def compare(desk: Desk) -> None:
    with desk.cache.truth() as truth:
        books.compare_everything(truth)
    desk.load()


def test_a_comparison_brings_what_is_missing_and_removes_what_is_too_much(mia: Desk) -> None:
    add_contacts(mia.floor, "East", 5)
    mia.ready()
    # What no feed tells: as after a restore.
    mia.floor.as_owner("delete from contact_points where book_id = %s", mia.floor.book("ann"))
    mia.floor.as_owner("delete from tasks where id = %s", mia.floor.task("ann"))
    mia.floor.as_owner("delete from exits")
    add_contacts(mia.floor, "ann", 3)
    with mia.cache.truth() as truth:
        truth.connection.execute(
            "UPDATE contacts SET last_name = 'Wrong', search = 'wrong' WHERE id = ?",
            (mia.floor.contact("ben"),),
        )
        truth.connection.execute("DELETE FROM deals WHERE id = ?", (mia.floor.deal("East"),))
    compare(mia)
    assert mia.unequal() == []
    assert mia.floor.task("ann") not in mia.rows("tasks")
    assert mia.found("wrong") == 0


def test_a_comparison_keeps_what_was_not_sent(mia: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # Each book by itself: what was claimed here lies in another one there.
    monkeypatch.setattr(loading, "_GROUP", 1)
    mia.ready()
    added = mia.workspace.execute(CreateContact(values={"first_name": "Petra", "last_name": "Pending"}))
    assert added.applied
    contact = mia.floor.contact("ann")
    assert mia.workspace.execute(EditContact(contact_id=contact, values={"title": "Mine"})).applied
    claimed = mia.floor.contact("East", 1)
    assert mia.workspace.execute(Claim(table="contacts", ids=(claimed,))).applied
    rename(mia.floor, contact, "Theirs")
    mia.floor.as_owner("delete from exits")
    compare(mia)
    rows = mia.rows("contacts")
    assert rows[claimed][codec("contacts").names.index("book_id")] == mia.floor.book("mia")
    title, name = (codec("contacts").names.index(each) for each in ("title", "last_name"))
    assert (rows[contact][title], rows[contact][name]) == ("Mine", "Theirs")
    assert mia.found("petra") == 1
    assert len(mia.workspace.unsent()) == 3


def test_a_comparison_that_is_cut_goes_on(mia: Desk) -> None:
    add_contacts(mia.floor, "East", 11)
    mia.ready()
    mia.floor.as_owner(
        "delete from tasks where book_id = any (%s)",
        [mia.floor.book("ann"), mia.floor.book("ben")],
    )
    mia.floor.as_owner("delete from exits")
    with mia.cache.truth() as truth:
        books.compare_everything(truth)
    for calls in range(1, 100):
        mia.source.calls_left = 2 + calls % 3
        try:
            mia.load()
            break
        except Lost:
            mia.reopen()
    assert mia.unequal() == []


# --- work that waits


def test_work_that_waits_lies_over_what_a_load_brings(floor: Floor, tmp_path: Path) -> None:
    desk = Desk(floor, tmp_path, "ann")
    desk.pull()
    desk.source.calls_left = 2
    with pytest.raises(Lost):
        desk.load()
    contact = floor.contact("ann")
    assert desk.workspace.execute(EditContact(contact_id=contact, values={"title": "Mine"})).applied
    rename(floor, contact, "Theirs")
    desk.source.calls_left = 1_000_000
    desk.load()
    title, name = (codec("contacts").names.index(each) for each in ("title", "last_name"))
    row = desk.rows("contacts")[contact]
    assert (row[title], row[name]) == ("Mine", "Theirs")
    [item] = desk.workspace.unsent()
    with desk.cache.truth() as truth:
        truth.settle(seq for (seq,) in truth.connection.execute("SELECT seq FROM outbox").fetchall())
    assert desk.unequal() == []
    assert item.command
    desk.workspace.close()


def test_what_was_taken_and_moved_at_once_stays_on_the_screen_while_its_book_comes_in(
    floor: Floor, tmp_path: Path
) -> None:
    desk = Desk(floor, tmp_path, "wim").ready()
    new = CreateContact(values={"first_name": "Nora", "last_name": "New"})
    assert desk.workspace.execute(new).applied
    [made] = desk.sql("SELECT id FROM contacts WHERE first_name = 'Nora'")
    assert Pusher(desk.cache, lambda _: None, lambda low, _high: low).push(desk.remote)
    # Before wim's cache has seen it on the server, it lies in another book, which is his to see from now on.
    floor.as_owner("update contacts set book_id = %s where id = %s", floor.book("ann"), made[0])
    floor.as_owner(
        "insert into shares (org_id, id, book_id, user_id, can_write, version, created_at, updated_at)"
        " values (%s, %s, %s, %s, false, 1, now(), now())",
        floor.org(), made_id("share", "ann", "wim"), floor.book("ann"), floor.user("wim"),
    )  # fmt: skip
    desk.pull()
    assert made[0] in desk.rows("contacts"), "its page is still to come"
    desk.pull()
    assert made[0] in desk.rows("contacts")
    desk.load()
    desk.pull()
    assert desk.unequal() == []
    assert desk.sql("SELECT 1 FROM outbox") == []
    desk.workspace.close()


# --- many rows


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few rows count as many."""
    monkeypatch.setattr(filling, "WORTH", 10)
    monkeypatch.setattr(filling, "CHUNK", 7)


def schema(desk: Desk) -> set[Any]:
    return set(desk.sql("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_stat%'"))


def sound(desk: Desk) -> bool:
    """Whether search indexes hold just what is to be found, and points what contacts are looked up by."""
    with desk.cache.database.exclusive_writer() as connection:
        for table in ("companies", "contacts", "deals", "activities"):
            connection.execute(f"INSERT INTO {table}_fts ({table}_fts, rank) VALUES ('integrity-check', 1)")
    missing = desk.sql(
        "SELECT id FROM contacts c WHERE deleted_at IS NULL AND emails <> '[]'"
        " AND NOT EXISTS (SELECT 1 FROM contact_points p WHERE p.org_id = c.org_id AND p.contact_id = c.id)"
    )
    return missing == []


@pytest.mark.usefixtures("many")
def test_many_rows_come_in_without_indexes_which_are_made_afterwards(mia: Desk) -> None:
    add_contacts(mia.floor, "East", 40)
    before = schema(mia)
    mia.pull()
    down: list[tuple[str, ...]] = []
    mia.source.between = lambda: down.append(
        tuple(mia.sql("SELECT value FROM meta WHERE key = 'sync.loading'"))
    )
    mia.load()
    assert any(down)
    assert schema(mia) == before
    assert mia.unequal() == []
    assert sound(mia)
    assert mia.found("nina") == 40
    assert mia.sql("SELECT count(*) FROM contact_points WHERE value LIKE 'nina%'") == [(40,)]
    assert mia.cache.get(filling.DOWN) == ""
    assert mia.sql("SELECT 1 FROM meta WHERE key = 'sync.bulk'") == []


@pytest.mark.usefixtures("many")
def test_a_long_load_is_listed_and_searched_before_it_is_through(
    mia: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "LONG_SECONDS", 0.0)
    monkeypatch.setattr(loading, "STEP_SECONDS", 0.0)
    add_contacts(mia.floor, "East", 40)
    mia.pull()
    found: list[int] = []
    while mia.loader.step(mia.source):
        if mia.source.asked and mia.source.asked[-1][0] == "activities":
            found.append(mia.found("nina"))
    assert found[0] == 40
    assert mia.unequal() == []
    assert sound(mia)


@pytest.mark.usefixtures("many")
def test_a_load_is_not_through_before_it_can_be_searched(mia: Desk) -> None:
    add_contacts(mia.floor, "East", 40)
    mia.pull()
    mia.loader.step(mia.source)
    rows = sum(len(mia.rows(table)) for table in TABLES)
    here, total = mia.loader.progress()
    assert mia.source.rows == rows == total
    assert total / 2 < here < total
    mia.load()
    assert mia.loader.progress() == (total, total)


@pytest.mark.usefixtures("many")
def test_contacts_that_come_late_can_be_looked_up_like_those_before(
    floor: Floor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "STEP_SECONDS", 0.0)
    desk = Desk(floor, tmp_path, "wim")
    for book in ("ann", "West"):
        add_contacts(floor, book, 40)
    desk.source.limit = 100
    desk.pull()
    while desk.cache.get(overlay.POINTED) < "8":
        assert desk.loader.step(desk.source)
    # Among those that were looked at, and behind them.
    floor.as_owner(
        "insert into shares (org_id, id, book_id, user_id, can_write, version, created_at, updated_at)"
        " values (%s, %s, %s, %s, false, 1, now(), now())",
        floor.org(), made_id("share", "ann", "wim"), floor.book("ann"), floor.user("wim"),
    )  # fmt: skip
    desk.pull()
    desk.load()
    assert desk.unequal() == []
    assert sound(desk)
    assert desk.sql("SELECT count(*) FROM contact_points WHERE value LIKE 'nina%'") == [(80,)]
    desk.workspace.close()


@pytest.mark.usefixtures("many")
def test_what_is_done_here_during_such_a_load_is_found_and_sound(mia: Desk) -> None:
    add_contacts(mia.floor, "East", 40)
    mia.pull()
    mia.source.calls_left = 12
    with pytest.raises(Lost):
        mia.load()
    bare = mia.sql("SELECT id FROM contacts WHERE n NOT IN (SELECT id FROM contacts_fts_docsize)")
    assert len(bare) > 3
    (edited,), (other,), *_ = bare
    assert mia.workspace.execute(EditContact(contact_id=edited, values={"last_name": "Edited"})).applied
    assert mia.workspace.execute(
        CreateContact(values={"first_name": "Petra", "last_name": "Pending"})
    ).applied
    rename(mia.floor, other, "Changed")
    mia.floor.as_owner(
        "update contacts set emails = %s where id = %s",
        '[{"value": "new@x.example", "label": "work"}]',
        mia.floor.contact("mia"),
    )
    mia.pull()
    assert [mia.found(word) for word in ("edited", "petra", "changed")] == [1, 1, 1]
    # Those of the first look were written once more, and can be looked up all the while.
    assert mia.sql(
        "SELECT count(*) > 0 FROM contact_points WHERE contact_id = ?", mia.floor.contact("ann")
    ) == [(1,)]
    mia.source.calls_left = 1_000_000
    mia.load()
    assert sound(mia)
    assert [mia.found(word) for word in ("edited", "petra", "changed", "nina")] == [1, 1, 1, 40]
    assert mia.sql("SELECT contact_id FROM contact_points WHERE value = 'new@x.example'") == [
        (mia.floor.contact("mia"),)
    ]


@pytest.mark.usefixtures("many")
def test_a_load_that_is_cut_for_long_leaves_nothing_slow_or_hidden(mia: Desk) -> None:
    add_contacts(mia.floor, "East", 40)
    before = schema(mia)
    mia.pull()
    mia.source.calls_left = 12
    with pytest.raises(Lost):
        mia.load()
    assert schema(mia) != before
    mia.reopen()
    while mia.loader.make_up():
        pass
    assert schema(mia) == before
    assert sound(mia)
    assert mia.found("nina") == len([row for row in mia.rows("contacts").values() if "Nina" in row])
    mia.source.calls_left = 1_000_000
    mia.load()
    assert schema(mia) == before
    assert mia.unequal() == []
    assert sound(mia)


@pytest.mark.usefixtures("many")
def test_a_disk_that_is_full_now_and_then_hides_nothing_from_the_search(
    mia: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_contacts(mia.floor, "East", 40)
    mia.pull()
    mia.source.calls_left = 12
    with pytest.raises(Lost):
        mia.load()
    assert mia.cache.get(filling.DOWN)
    write, failed = mia.cache.database.write, set()

    def made(connection: Any) -> list[int]:
        tables = ("contacts_fts_docsize", "contact_points")
        return [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables]

    @contextlib.contextmanager
    def full(**how: Any) -> Iterator[Any]:
        with write(**how) as connection:
            before = made(connection)
            yield connection
            for what, (old, new) in enumerate(zip(before, made(connection), strict=True)):
                if new > old and what not in failed:
                    failed.add(what)
                    raise Unavailable("The disk is full.")

    monkeypatch.setattr(mia.cache.database, "write", full)
    more = True
    while more:
        with contextlib.suppress(Unavailable):
            more = mia.loader.make_up()
    assert failed == {0, 1}
    assert mia.cache.get(filling.DOWN) == ""
    assert sound(mia)
    assert mia.found("nina") == len([row for row in mia.rows("contacts").values() if "Nina" in row])


@pytest.mark.usefixtures("many")
def test_a_book_that_adds_little_leaves_the_indexes_alone(mia: Desk) -> None:
    add_contacts(mia.floor, "East", 40)
    mia.ready()
    before = schema(mia)
    add_contacts(mia.floor, "West", 12)
    mia.floor.as_owner(
        "update memberships set team_id = %s where user_id = %s",
        mia.floor.team("West"),
        mia.floor.user("ann"),
    )
    mia.floor.as_owner(
        "insert into shares (org_id, id, book_id, user_id, can_write, version, created_at, updated_at)"
        " values (%s, %s, %s, %s, false, 1, now(), now())",
        mia.floor.org(), made_id("share", "West", "mia"), mia.floor.book("West"), mia.floor.user("mia"),
    )  # fmt: skip
    mia.source.between = lambda: schema(mia) == before or pytest.fail("an index is down")
    mia.pull()
    mia.load()
    mia.pull()
    assert mia.unequal() == []
    assert sound(mia)
