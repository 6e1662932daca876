"""Whatever the headers and values are: a proposal can be carried out as it is."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from core.imports.guess import guess, signature
from core.imports.shapes import Column
from core.imports.sources import SOURCES
from core.imports.targets import exact_target
from core.imports.words import MEANINGS
from tests.core.imports.tables import mapped, seen, set_up

CATALOG = set_up(
    ("contacts", "tea", "Favourite tea"), ("deals", "size", "Size"), ("companies", "name", "Name")
)
_WORDS = sorted(
    {
        phrase.strip()
        for meaning in MEANINGS.values()
        for phrase in meaning.words.replace("\n", "|").split("|")
    }
)
_KNOWN = sorted(
    {
        header
        for source in SOURCES
        for layout in source.layouts
        for header, _ in layout.lines
        if "{n}" not in header
    }
)
_HEADERS = st.one_of(
    st.sampled_from(_WORDS),
    st.sampled_from(_KNOWN),
    st.sampled_from(
        [
            "Favourite tea",
            "Size",
            "row",
            "reason",
            "Column 1",
            "Column 2",
            "Email 2",
            "Phone 1 - Value",
            "電話2",
            "Work e-mail",
        ]
    ),
    st.text(max_size=12),
)
_VALUES = st.sampled_from(
    [
        "",
        "Ann Lee",
        "ann@acme.com",
        "+49 30 1234567",
        "Acme GmbH",
        "2026-03-04",
        "5000",
        "acme.com",
        "yes",
        "Mr",
        "Germany",
        "n/a",
        "won",
        "1",
        "x",
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[Column]]:
    headers = draw(st.lists(_HEADERS, max_size=14, unique=True))
    rows = draw(st.lists(st.lists(_VALUES, min_size=len(headers), max_size=len(headers)), max_size=3))
    return headers, seen(headers, *rows)


@settings(max_examples=100, deadline=None)
@given(
    tables(),
    st.sampled_from(["", "hubspot", "pipedrive", "mine"]),
    st.sampled_from([None, "contacts", "deals", "tasks"]),
    st.booleans(),
)
def test_a_proposal_has_each_column_once_and_each_field_once(table, source, entity, new_fields):
    headers, columns = table
    proposal = guess("x.csv", columns, headers, CATALOG, source=source, entity=entity, new_fields=new_fields)
    assert [one.header for one in proposal.guesses] == headers
    targets = [one.target for one in proposal.guesses if one.target]
    assert len(targets) == len(set(targets))
    assert all(exact_target(target, proposal.entity, CATALOG) for target in targets)
    assert all(0 <= one.confidence <= 1 and one.why for one in proposal.guesses)
    assert entity in (None, proposal.entity)
    assert proposal == guess(
        "x.csv", columns, headers, CATALOG, source=source, entity=entity, new_fields=new_fields
    )


@settings(max_examples=60, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_columns_does_not_matter(table, random):
    headers, columns = table
    order = list(range(len(headers)))
    random.shuffle(order)
    turned = guess("x.csv", [columns[place] for place in order], [headers[place] for place in order], CATALOG)
    first = guess("x.csv", columns, headers, CATALOG)
    assert mapped(turned) == mapped(first)
    assert (turned.source, turned.entity) == (first.source, first.entity)
    assert signature(headers) == signature([headers[place] for place in order])


@settings(max_examples=40, deadline=None)
@given(tables())
def test_what_was_proposed_can_be_remembered(table):
    headers, columns = table
    first = guess("x.csv", columns, headers, CATALOG)
    remembered = {target: header for header, target in mapped(first).items()}
    again = guess(
        "x.csv", columns, headers, CATALOG, entity=first.entity, source=first.source, remembered=remembered
    )
    assert mapped(again) == mapped(first)


def test_a_thousand_columns_are_guessed_at_once():
    headers = [f"Some coloumn of mine {number}" for number in range(1000)]
    columns = [Column(header, 5, ("a",)) for header in headers]
    begin = time.process_time()
    guess("x.csv", columns, headers, CATALOG)
    assert time.process_time() - begin < 2
