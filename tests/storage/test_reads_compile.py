"""A filter lets through what it says, whatever is in the rows and in the filter."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.filters import All, Any_, Query, Test, parse
from core.ids import new_id
from storage.bulk import load_rows
from storage.reads import contacts as contact_list
from storage.reads.compile import compile_query
from storage.reads.contacts import SORTS
from tests.storage.reads_fixtures import NOW, PIPELINE, contact_rows, deal_rows, exprs, holding, holds

STORES = ("solo", "postgresql")

LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@settings(max_examples=60)
@given(rows=st.lists(contact_rows, max_size=6), expr=exprs("contacts"))
def test_contacts_are_let_through_as_the_filter_says(office, rows, expr):
    query = Query(where=expr)
    with holding(office.workspace, "contacts", rows) as (asked, seen):
        expected = {record_id for record_id, row in seen.items() if holds(expr, row)}
        assert set(asked.contact_ids(query)) == expected
        assert asked.count_contacts(query) == len(expected)


@settings(max_examples=60)
@given(
    rows=st.lists(contact_rows, max_size=7),
    expr=exprs("contacts") | st.just(All()),
    sort=st.sampled_from(sorted(SORTS)),
    descending=st.booleans(),
    probed=st.sampled_from([2, 2000]),
)
def test_windows_put_together_are_the_whole_list_once(office, rows, expr, sort, descending, probed):
    query = Query(where=expr)
    with (
        pytest.MonkeyPatch.context() as patch,
        holding(office.workspace, "contacts", rows) as (asked, seen),
    ):
        patch.setattr(contact_list, "PROBED", probed)

        def window(offset, limit):
            found = asked.contacts(
                query,
                sort=sort,
                descending=descending,
                offset=offset,
                limit=limit,
            )
            return [line.id for line in found]

        whole = window(0, 100)
        assert sorted(whole) == sorted(record_id for record_id, row in seen.items() if holds(expr, row))
        pieces = [record_id for offset in range(0, len(whole) + 2, 2) for record_id in window(offset, 2)]
        assert pieces == whole


@settings(max_examples=60)
@given(rows=st.lists(deal_rows, max_size=6), expr=exprs("deals"))
def test_deals_are_let_through_as_the_filter_says(office, rows, expr):
    query = Query(where=expr)
    with holding(office.workspace, "deals", rows) as (asked, seen):
        expected = {record_id for record_id, row in seen.items() if holds(expr, row)}
        everything = asked.board(PIPELINE, query, closed_since=LONG_AGO)
        assert {card.id for card in everything} == expected
        opened = asked.board(PIPELINE, query)
        assert {card.id for card in opened} == {i for i in expected if seen[i]["outcome"] == "open"}
        assert {card.id for card in asked.cards(list(seen), query)} == expected


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("owner:me", ["Ann", "Bea", "Carl"]),
        ("status:NEW", ["Ann", "Bea"]),
        ("company:acme", ["Ann"]),
        ("company:none", ["Bea", "Carl"]),
        ("tag:VIP", ["Ann"]),
        ("tag:none", ["Bea", "Carl"]),
        ("city:lodz", ["Bea"]),
        ("email:ANN@ACME.de", ["Ann"]),
        ("email:none", ["Bea", "Carl"]),
        ('phone:"+49 (30) 123-456"', ["Carl"]),
        ("dnc:yes", ["Carl"]),
        ("-dnc:yes", ["Ann", "Bea"]),
        ("last:never", ["Ann", "Bea", "Carl"]),
        ("last>30d", ["Ann", "Bea", "Carl"]),
        ("next:none status:new", ["Ann", "Bea"]),
        ("created:today -tag:vip", ["Bea", "Carl"]),
    ],
)
def test_what_a_rep_types_finds_whom_a_rep_means(office, typed, names):
    office.contact(
        "Ann",
        company="Acme",
        lead_status="New",
        tags=("vip",),
        emails=({"value": "Ann@acme.de", "label": ""},),
    )
    office.contact("Bea", lead_status="new", city="Łódź")
    office.contact(
        "Carl", lead_status="Customer", do_not_call=True, phones=({"value": "+4930123456", "label": ""},)
    )
    query = parse(typed, "contacts", office.catalog, now=office.clock(), zone=dt.UTC)
    assert sorted(line.first_name for line in office.workspace.contacts(query)) == names


def test_a_field_of_ones_own_is_tested_whatever_its_name_and_value(office):
    keys = ("tier", "a.b", 'a"b', "$", "λόγος", "' or 1=1 --")
    contact_id = new_id()
    row = {"id": contact_id, "book_id": office.catalog.my_book.id, "custom": dict.fromkeys(keys, "gold")}
    load_rows(office.workspace, {"contacts": [row]})
    for key in keys:
        query = Query(where=Test(f"custom.{key}", "in", ("GOLD",)))
        assert office.workspace.contact_ids(query) == [contact_id], key
        assert office.workspace.contact_ids(Query(where=Test(f"custom.{key}", "null"))) == []
    assert office.workspace.contact_ids(Query(where=Test("custom.other", "null"))) == [contact_id]


def test_a_filter_that_nobody_types_is_refused_in_words_not_by_the_database(office):
    parts = tuple(Test("city", "in", (str(n),)) for n in range(5_000))
    for huge in (All(parts), Any_(parts)):
        with pytest.raises(Invalid, match="too many parts"):
            office.workspace.contact_ids(Query(where=huge))
    with pytest.raises(Invalid, match="too many values"):
        office.workspace.contact_ids(Query(where=Test("city", "in", tuple(map(str, range(50_000))))))
    long_list = Test("city", "in", tuple(map(str, range(9_000))))
    assert office.workspace.contact_ids(Query(where=long_list)) == []


def test_a_test_that_fits_no_column_is_a_mistake_of_the_program(office):
    for wrong in (
        Test("tags", "lt", ("a",)),
        Test("value_minor", "prefix", ("a",)),
        Test("company", "in", ("a",)),
        Test("contact", "lt", ("a",)),
        Test("custom.x", "has", ("a",)),
    ):
        with pytest.raises(ValueError, match="does not fit"):
            compile_query(office.catalog, "deals", Query(where=wrong))


def test_values_never_become_part_of_the_statement(office):
    value = "x') or 1=1; drop table contacts; --"
    where = All(
        (Test("city", "prefix", (value,)), Test("source", "in", (value,)), Test("tags", "has", (value,)))
    )
    condition = compile_query(office.catalog, "contacts", Query(words=(value,), where=where))
    assert value not in condition.whole
    assert office.workspace.contact_ids(Query(words=(value,), where=where)) == []


def test_now_is_a_time_that_a_filter_can_compare(office):
    office.contact("Ann")
    later = Query(where=Test("created_at", "gt", (NOW + dt.timedelta(days=365),)))
    assert office.workspace.contact_ids(later) == []
