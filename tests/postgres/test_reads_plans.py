"""What PostgreSQL does for the reads that people wait for: under row-level security, too, it goes by an index.

A plan is what a query costs at any size; a stopwatch on a small table tells nothing of a large one.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from typing import Any

import psycopg
import pytest

from core.catalog import Catalog
from core.entities import RECORDS
from core.filters import EVERYTHING, Query, Test
from core.imports.shapes import Probe
from core.schema import fields_of
from core.workspace import Subject
from storage.postgres.install import as_owner
from storage.postgres.load import catalog
from storage.postgres.reads.agenda import agenda
from storage.postgres.reads.calls import call_stats, callees
from storage.postgres.reads.companies import companies
from storage.postgres.reads.contacts import SORTS, contact_ids, contacts
from storage.postgres.reads.duplicates import likely_duplicates
from storage.postgres.reads.matches import matches
from storage.postgres.reads.page import page
from storage.postgres.reads.record import record
from storage.postgres.reads.search import search
from storage.postgres.reads.tasks import tasks
from storage.postgres.reads.timeline import timeline

NOW = dt.datetime.now(dt.UTC)
_LARGE = ("contacts", "companies", "deals", "activities", "contact_points", "record_keys")

_MANY = """
insert into {table} ({columns}, lexemes)
select {values}, offhook.lexemes(made.search)
from (select to_jsonb(t) as row from {table} t where t.org_id = %(org)s and t.id = %(one)s) one
    cross join generate_series(1, {number}) as n
    join (select id as book, row_number() over (order by id) as place from books where org_id = %(org)s) books
        on books.place = 1 + n %% (select count(*) from books where org_id = %(org)s)
    cross join lateral jsonb_populate_record(null::{table}, one.row || jsonb_build_object({set})) as made
"""
"""Copies of a record with a few fields of their own, dealt out to all books."""
_COMPANY = "'company_id', md5('companies' || n %% 4000 + 1)::uuid"


def _fill(superuser: psycopg.Connection[Any], floor: Any) -> None:
    """Puts so much into the floor that reading all of a table is no way to answer a question."""
    made = {
        "companies": (4_000, floor.company("ann"), "'name', 'Firm ' || n, 'sort_key', 'firm ' || n, 'search', 'firm ' || n"),
        "contacts": (
            20_000, floor.contact("ann"),
            "'last_name', 'Nr' || n, 'sort_key', 'nr' || n || ' jorg', 'search', 'jorg nr' || n || ' kiel'," + _COMPANY,
        ),
        "deals": (4_000, floor.deal("ann"), "'search', 'deal nr' || n, 'contact_id', md5('contacts' || n)::uuid," + _COMPANY),
        "activities": (
            40_000, floor.activity("ann"),
            ("'search', 'spoke of nr' || n, 'contact_id', md5('contacts' || n %% 20000 + 1)::uuid, 'deal_id', null,"
            " 'kind', case n %% 2 when 0 then 'call' else 'note' end"),
        ),
    }  # fmt: skip
    for table, (number, one, own) in made.items():
        superuser.execute(f"alter table {table} disable trigger all")
        columns = ", ".join(fields_of(RECORDS[table]))
        at = "'created_at', now() - n * interval '1 minute', 'occurred_at', now() - n * interval '1 minute'"
        superuser.execute(
            _MANY.format(
                table=table, number=number, columns=columns, values=f"made.{columns.replace(', ', ', made.')}",
                set=f"'id', md5('{table}' || n)::uuid, 'book_id', book, {at}, {own}",
            ),
            {"org": floor.org(), "one": one},
        )  # fmt: skip
    superuser.execute("alter table contact_points disable trigger all")
    superuser.execute(
        "insert into contact_points (org_id, contact_id, kind, value, book_id)"
        " select org_id, id, 'email', sort_key || '@x.example', book_id from contacts"
    )
    superuser.execute("alter table record_keys disable trigger all")
    superuser.execute(
        "insert into record_keys (org_id, table_name, row_id, value, book_id)"
        " select org_id, 'contacts', id, 'hub:' || sort_key, book_id from contacts"
    )
    superuser.execute("vacuum analyze")


@pytest.fixture(scope="module")
def large_floor(shared_floor):
    with shared_floor.database.cluster.superuser(shared_floor.database.name) as superuser:
        _fill(superuser, shared_floor)
    return shared_floor


@dataclasses.dataclass
class Watched:
    """A connection that notes what each statement makes PostgreSQL do."""

    connection: psycopg.Connection[Any]
    steps: list[str] = dataclasses.field(default_factory=list)

    def execute(self, sql: Any, parameters: Any = None) -> Any:
        plan = self.connection.execute(f"explain {sql}", parameters).fetchall()
        self.steps += [line for (line,) in plan]
        return self.connection.execute(sql, parameters)

    @property
    def scans(self) -> list[str]:
        """The steps that read all of a large table."""
        return [step for step in self.steps if re.search(rf"Seq Scan on ({'|'.join(_LARGE)})\b", step)]


@pytest.fixture(params=["ann", "mia", "ada"])
def asking(large_floor, request) -> tuple[Watched, Catalog]:
    """A rep, a manager, an admin: their connection and set-up."""
    connection = large_floor.connect(request.param)
    return Watched(connection), catalog(connection)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", sorted(SORTS))
def test_a_window_of_contacts_is_not_cut_from_all_of_them(asking, sort, descending):
    watched, setup = asking
    assert len(contacts(watched, setup, EVERYTHING, sort=sort, descending=descending)) == 100
    # By company, the few contacts whose company is gone are found by going through companies.
    assert [step for step in watched.scans if "companies" not in step] == []


def test_a_filter_goes_by_the_index_that_leads_to_few(asking):
    watched, setup = asking
    for where in (
        Test("emails", "has", ("nr17 jorg@x.example",)), Test("city", "prefix", ("atlantis",)),
        Test("company", "prefix", ("firm 17",)), Test("id", "in", (setup.me.id,)),
    ):  # fmt: skip
        contacts(watched, setup, Query(where=where))
    assert watched.scans == []


def test_everything_around_a_contact_is_looked_up(asking, large_floor):
    watched, setup = asking
    contact, deal, company = large_floor.contact("ann"), large_floor.deal("ann"), large_floor.company("ann")
    if setup.me.login == "ann":
        assert page(watched, setup, "contacts", contact).contact.id == contact
    for table, record_id in (("contacts", contact), ("deals", deal), ("companies", company)):
        page(watched, setup, table, record_id)
        timeline(watched, setup, Subject(table, record_id))
        record(watched, setup, table, record_id)
    assert watched.scans == []


def test_names_tasks_and_duplicates_are_looked_up(asking):
    watched, setup = asking
    companies(watched, setup, "fir")
    tasks(watched, setup, assignee_id=setup.me.id)
    draft = {
        "first_name": "Jörg",
        "last_name": "Nr17",
        "company_name": "Firm 17",
        "emails": ("nr17 jorg@x.example",),
    }
    likely_duplicates(watched, setup, draft)
    assert watched.scans == []


@pytest.mark.parametrize("number", [1, 500])
def test_what_rows_of_an_import_may_mean_is_looked_up_value_by_value(asking, number):
    watched, setup = asking
    people = [
        Probe((f"hub:nr{n} jorg",), (), (f"nr{n} jorg@x.example",), ("+491",), (f"nr{n} jorg",), "firm 1")
        for n in range(1, number + 1)
    ]
    found = matches(watched, setup, "contacts", people)
    named = [[match.record.last_name for match in some[:1]] for some in found]
    assert all(names in ([f"Nr{n}"], [], ["Nr1"]) for n, names in enumerate(named, 1))
    matches(watched, setup, "companies", [Probe(names=("firm 17",), domain="firm.example")] * number)
    matches(watched, setup, "deals", [Probe(("hub:1",), names=(f"deal {n}",)) for n in range(number)])
    matches(watched, setup, "tasks", [Probe(ids=(setup.me.id,))] * number)
    assert watched.scans == []


@pytest.mark.parametrize("word", ["nr17", "n", "qqqq"])
def test_a_search_reads_what_it_tells_of(asking, word):
    watched, setup = asking
    search(watched, setup, word)
    contacts(watched, setup, Query(word, (word,)), sort="relevance")
    assert watched.scans == []


@pytest.mark.parametrize("table", ["contacts", "companies", "deals", "activities"])
@pytest.mark.parametrize("word", ["nr17", "firm17", "n", "qqqq"])
def test_the_search_function_goes_by_words_or_from_the_newest(large_floor, table, word):
    """Its query has the caller's books in it, and the planner may use what it likes."""
    owner = large_floor.operator()
    with as_owner(owner):
        (condition,) = owner.execute("select where_found(%s)", (table,)).fetchone()
        (books,) = owner.execute(
            "select array_agg(id) from books where org_id = %s", (large_floor.org(),)
        ).fetchone()
        sql = f"select * from {table} t where {condition} order by t.created_at desc, t.id desc limit 200"
        values = {"1": large_floor.org(), "2": books, "3": f"'{word}':*", "4": []}
        types = {"1": "uuid", "2": "uuid[]", "3": "tsquery", "4": "text[]"}
        sql = re.sub(r"\$(\d)", lambda found: f"%({found[1]})s::{types[found[1]]}", sql)
        plan = [line for (line,) in owner.execute(f"explain {sql}", values)]
    assert [line for line in plan if "Seq Scan" in line] == []


def test_the_index_of_words_is_asked_once_and_not_for_every_row(asking):
    watched, setup = asking
    contacts(watched, setup, Query("", ("jorg",)), sort="name")
    assert any("Function Scan on found" in step for step in watched.steps)
    assert [step for step in watched.steps if "ProjectSet" in step] == []


def test_callees_and_their_calls_are_looked_up(asking, large_floor):
    watched, setup = asking
    some = [line.id for line in contacts(watched, setup, EVERYTHING, limit=50)]
    watched.steps.clear()
    assert len(callees(watched, setup, some, NOW)) == 50
    assert watched.scans == []
    walked = [step for step in watched.steps if "on activities t" in step]
    assert len(walked) == 5
    assert all("ix_activities_org_id_contact_id_occurred_at" in step for step in walked), walked


def test_a_days_calls_are_cut_from_an_index(asking):
    watched, setup = asking
    call_stats(watched, setup, NOW - dt.timedelta(days=1), NOW)
    call_stats(watched, setup, NOW - dt.timedelta(days=1), NOW, block="b")
    assert watched.scans == []
    assert [step for step in watched.steps if "ix_activities_org_id_user_id_occurred_at" in step]


def test_an_agenda_reads_what_it_shows(asking):
    watched, setup = asking
    agenda(watched, setup, NOW, NOW + dt.timedelta(days=1))
    assert watched.scans == []


@pytest.mark.parametrize("sort", sorted(SORTS))
def test_new_matches_are_looked_for_among_themselves(asking, sort):
    watched, setup = asking
    some = [line.id for line in contacts(watched, setup, EVERYTHING, limit=5)]
    watched.steps.clear()
    assert len(contact_ids(watched, setup, EVERYTHING, sort=sort, among=some)) == 5
    assert watched.scans == []
