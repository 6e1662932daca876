"""What goes into a row comes out of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.entities import RECORDS
from core.schema import Kind, Record, fields_of
from storage.codec import codec, from_micros, to_micros
from tests.storage.conftest import Office

times = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
json_values = st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), texts)
points = st.fixed_dictionaries({"value": texts, "label": texts})

VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.ID: st.uuids().map(str),
    Kind.REF: st.uuids().map(str),
    Kind.LINE: texts,
    Kind.TEXT: texts,
    Kind.INT: st.integers(-(2**53), 2**53),
    Kind.BOOL: st.booleans(),
    Kind.TIME: times,
    Kind.DATE: st.dates(),
    Kind.SET: st.lists(st.one_of(texts, points), max_size=3).map(tuple),
    Kind.MAP: st.dictionaries(texts, json_values, max_size=3),
}


@st.composite
def rows(draw: st.DrawFn) -> tuple[type[Record], dict[str, Any]]:
    record = draw(st.sampled_from(sorted(RECORDS.values(), key=lambda r: r.TABLE)))
    row = {}
    for name, spec in fields_of(record).items():
        values = VALUES[spec.kind]
        row[name] = draw(st.one_of(st.none(), values) if spec.nullable else values)
    return record, row


@given(rows())
def test_rows_survive_being_kept(given_row: tuple[type[Record], dict[str, Any]]) -> None:
    record, row = given_row
    form = codec(record.TABLE)
    kept = form.encode_row(row)
    assert all(value is None or isinstance(value, (str, int)) for value in kept)
    assert form.decode(kept) == row
    assert form.entity(kept) == record(**row)
    assert [form.encode(name, row[name]) for name in form.names] == kept


@given(times)
def test_times_are_whole_microseconds(time: dt.datetime) -> None:
    assert from_micros(to_micros(time)) == time


@given(times, st.integers(-12, 14))
def test_a_time_is_the_same_in_every_zone(time: dt.datetime, hours: int) -> None:
    zone = dt.timezone(dt.timedelta(hours=hours))
    assert to_micros(time.astimezone(zone)) == to_micros(time)


def test_empty_lists_and_mappings_look_as_agreed(office: Office) -> None:
    contact = office.contact()
    assert office.sql("SELECT emails, tags, custom FROM contacts WHERE id = ?", contact) == [
        ("[]", "[]", "{}")
    ]


def test_text_is_kept_as_it_is_written(office: Office) -> None:
    contact = office.contact("Łukasz", tags=("größe",))
    assert office.sql("SELECT first_name, tags FROM contacts WHERE id = ?", contact) == [
        ("Łukasz", '["größe"]')
    ]


def test_only_declared_tables_have_rows() -> None:
    with pytest.raises(KeyError):
        codec("sqlite_master")
