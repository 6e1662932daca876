"""Whatever is asked, by whoever: an answer holds what lies in the books that they see, and nothing else."""

from __future__ import annotations

import dataclasses

import psycopg
import pytest

from core.errors import NotFound
from core.filters import EVERYTHING, Query, Test
from core.workspace import Subject
from storage.postgres.load import catalog
from storage.postgres.reads.board import board, cards
from storage.postgres.reads.companies import companies
from storage.postgres.reads.contacts import SORTS, contact_ids, contacts, count_contacts
from storage.postgres.reads.duplicates import likely_duplicates
from storage.postgres.reads.export import export
from storage.postgres.reads.history import history, undoable
from storage.postgres.reads.page import page
from storage.postgres.reads.record import record
from storage.postgres.reads.search import search
from storage.postgres.reads.tags import tags
from storage.postgres.reads.tasks import tasks
from storage.postgres.reads.timeline import timeline

EAST, WEST = ("East", "ann", "ben", "mia"), ("West", "wim")
SEES = {
    "ada": (*EAST, *WEST, "ada", "rob"),
    "rob": (*EAST, *WEST, "ada", "rob"),
    "mia": EAST,
    "ann": ("East", "ann"),
    "ben": ("East", "ben"),
    "wim": WEST,
    "zed": ("South", "zed"),
}
"""By login, the books whose records they see."""


@pytest.fixture(params=sorted(SEES))
def person(shared_floor, request):
    """Somebody's connection, set-up, and the names of the books that they see: (connection, catalog, books)."""
    connection = shared_floor.connect(request.param)
    return connection, catalog(connection), SEES[request.param]


def test_lists_and_counts_are_of_the_books_that_one_sees(shared_floor, person):
    connection, setup, books = person
    expected = {shared_floor.contact(book, n) for book in books for n in (0, 1)}
    assert set(contact_ids(connection, setup, EVERYTHING)) == expected
    assert count_contacts(connection, setup, EVERYTHING) == len(expected)
    for sort in SORTS:
        assert {line.id for line in contacts(connection, setup, EVERYTHING, sort=sort)} == expected
    assert {one.id for one in companies(connection, setup, "")} == {shared_floor.company(b) for b in books}
    assert {line.task.id for line in tasks(connection, setup)} == {shared_floor.task(b) for b in books}
    assert tags(connection, setup, "contacts") == ["vip"]


def test_words_find_what_lies_in_the_books_that_one_sees(shared_floor, person):
    connection, setup, books = person
    expected = {shared_floor.contact(book) for book in books}
    for words in (("jorg",), ("j", "kunde"), ("joerg@",)):
        query = Query(" ".join(words), words)
        assert set(contact_ids(connection, setup, query)) == expected
        assert count_contacts(connection, setup, query) == len(expected)
        assert {line.id for line in contacts(connection, setup, query, sort="relevance")} == expected
    hits = search(connection, setup, "renewal", limit=100)
    assert {hit.id for hit in hits if hit.table == "deals"} == {shared_floor.deal(book) for book in books}
    assert {hit.id for hit in hits if hit.table == "activities"} == expected
    hits = search(connection, setup, "works", tables=("companies",), limit=100)
    assert {hit.id for hit in hits} == {shared_floor.company(book) for book in books}


def test_boards_cards_and_exports_are_of_the_books_that_one_sees(shared_floor, person):
    connection, setup, books = person
    expected = {shared_floor.deal(book) for book in books}
    everywhere = [shared_floor.deal(book) for book in (*SEES["ada"], *SEES["zed"])]
    pipeline = setup.pipelines[0].id
    assert {card.id for card in board(connection, setup, pipeline, EVERYTHING)} == expected
    assert {card.id for card in cards(connection, setup, everywhere, EVERYTHING)} == expected
    for query in (EVERYTHING, Query("renewal", ("renewal",))):
        assert {row["id"] for row in export(connection, setup, "deals", query)} == expected
    assert len(list(export(connection, setup, "activities", EVERYTHING))) == 2 * len(books)


def test_what_one_does_not_see_is_as_if_it_were_not_there(shared_floor, person):
    connection, setup, books = person
    hidden = set(SEES["ada"] + SEES["zed"]) - set(books)
    for book in hidden:
        contact, deal, company = (
            shared_floor.contact(book),
            shared_floor.deal(book),
            shared_floor.company(book),
        )
        for table, record_id in (("contacts", contact), ("deals", deal), ("companies", company)):
            for ask in (page, record):
                with pytest.raises(NotFound) as refused:
                    ask(connection, setup, table, record_id)
                with pytest.raises(NotFound) as missing:
                    ask(connection, setup, table, shared_floor.user("nobody"))
                assert str(refused.value) == str(missing.value)
            assert timeline(connection, setup, Subject(table, record_id)) == []
            assert history(connection, setup, table, record_id) == []
        draft = {
            "emails": (f"joerg@{book.lower()}.example",),
            "first_name": "Jörg",
            "last_name": f"Kunde {book}",
        }
        assert contact not in {hit.id for hit in likely_duplicates(connection, setup, draft)}
        by_email = Query(where=Test("emails", "has", (f"joerg@{book.lower()}.example",)))
        assert contact_ids(connection, setup, by_email) == []


def test_a_name_that_is_out_of_sight_is_out_of_the_cards_too(floor):
    """A deal may name a company in another's book: the deal is seen, the company's name is not."""
    theirs = floor.company("wim")
    with floor.database.superuser() as superuser:
        superuser.execute("alter table offhook.deals disable trigger user")
        superuser.execute("update deals set company_id = %s where id = %s", (theirs, floor.deal("ann")))
    ann = floor.connect("ann")
    setup = catalog(ann)
    (card,) = cards(ann, setup, [floor.deal("ann")], EVERYTHING)
    assert (card.company, card.company_id) == ("", None)
    assert page(ann, setup, "deals", floor.deal("ann")).company is None
    assert floor.deal("ann") in {
        row["id"] for row in export(ann, setup, "deals", Query(where=Test("company", "null")))
    }


def test_a_record_tells_of_a_changeset_only_what_it_did_to_that_record(shared_floor):
    ann = shared_floor.connect("ann")
    setup = catalog(ann)
    entries = history(ann, setup, "contacts", shared_floor.contact("ann"))
    with shared_floor.database.superuser() as superuser:
        touched = superuser.execute(
            "select count(*) from changeset_rows where row_id = %s", (shared_floor.contact("ann"),)
        ).fetchone()
    assert len(entries) == touched[0]
    for entry in entries:
        assert {change.id for change in entry.changeset.changes} <= {shared_floor.contact("ann")}


def test_what_others_did_is_not_undone_by_me(shared_floor):
    """The floor was filled by the admin, who may take that back; the rep did nothing."""
    ann = shared_floor.connect("ann")
    assert undoable(ann, catalog(ann)) is None


@pytest.mark.parametrize(
    "typed", ["\0", "a\0b", "\ud800", "ann\udfff", "%", "%s", "%(org)s", ":org", "::uuid", "\\"]
)
def test_no_text_makes_a_question_fail(shared_floor, typed):
    ann = shared_floor.connect("ann")
    setup = catalog(ann)
    for where in (
        Test("title", "prefix", (typed,)), Test("source", "in", (typed,)), Test("tags", "has", (typed,)),
        Test("emails", "has", (typed,)), Test("phones", "has", (typed,)), Test("company", "prefix", (typed,)),
        Test("lead_status", "in", (typed,)), Test("book_id", "in", (typed,)), Test("custom.x", "in", (typed,)),
        Test(f"custom.{typed}", "prefix", (typed,)),
    ):  # fmt: skip
        assert contact_ids(ann, setup, Query(where=where)) == []
    assert search(ann, setup, f"qq{typed}qq") == []
    assert companies(ann, setup, f"qq{typed}") == []
    assert board(ann, setup, typed, EVERYTHING) == []
    assert cards(ann, setup, [typed], EVERYTHING) == []
    assert timeline(ann, setup, Subject("contacts", typed), kinds=(typed,)) == []
    assert tasks(ann, setup, assignee_id=typed) == []
    assert history(ann, setup, typed, typed) == []
    draft = dict.fromkeys(("id", "first_name", "last_name", "company_name", "country"), f"{typed} {typed}qq")
    assert likely_duplicates(ann, setup, {**draft, "emails": (f"{typed}@",), "phones": (typed,)}) == []
    for ask in (page, record):
        with pytest.raises(NotFound):
            ask(ann, setup, "contacts", typed)


def test_a_search_functions_answer_is_for_its_caller_alone(shared_floor):
    """Nobody gets more out of the functions that look past row-level security by calling them by hand."""
    wim, rob = shared_floor.connect("wim"), shared_floor.connect("rob")
    found = "select found from found('contacts', '''jorg''')"
    assert {row[0] for row in wim.execute(found)} == {shared_floor.contact(book) for book in WEST}
    newest = "select id from newest_found('contacts', '''jorg''', 1000, '{}', '{jorg}')"
    assert {row[0] for row in wim.execute(newest)} == {shared_floor.contact(book) for book in WEST}
    assert len(rob.execute(found).fetchall()) == len(SEES["rob"])
    for table in ("users", "audit", "contacts t, users u where true --", "pg_authid"):
        with pytest.raises(psycopg.Error) as refused:
            wim.execute("select found(%s, '''a''')", (table,))
        assert refused.value.sqlstate == "OH003"
    theirs = shared_floor.contact("ann")
    assert wim.execute("select count(*) from history('contacts', %s)", (theirs,)).fetchone() == (0,)
    # `stands_in` and `words_of` see nothing but what they are handed; a timeline is searched with them.
    for name in ("where_found", "whole_words"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            wim.execute(f"select {name}('contacts'{', array[]::text[]' if name != 'where_found' else ''})")


def test_a_page_is_one_round_trip_and_a_search_two(shared_floor):
    """What a screen costs at 50 ms of latency."""

    @dataclasses.dataclass
    class Counted:
        connection: psycopg.Connection
        statements: int = 0

        def execute(self, *arguments):
            self.statements += 1
            return self.connection.execute(*arguments)

    ann = shared_floor.connect("ann")
    setup = catalog(ann)
    for most, ask in (
        (1, lambda c: page(c, setup, "contacts", shared_floor.contact("ann"))),
        (1, lambda c: board(c, setup, setup.pipelines[0].id, EVERYTHING)),
        (1, lambda c: timeline(c, setup, Subject("contacts", shared_floor.contact("ann")))),
        (1, lambda c: contacts(c, setup, EVERYTHING, sort="company")),
        (2, lambda c: contacts(c, setup, Query("kunde", ("kunde",)), sort="relevance")),
        (2, lambda c: search(c, setup, "kunde")),
        (2, lambda c: likely_duplicates(c, setup, {"first_name": "Jörg", "last_name": "Kunde Ann"})),
        (1, lambda c: tasks(c, setup)),
    ):
        counted = Counted(ann)
        assert ask(counted)
        assert counted.statements == most
