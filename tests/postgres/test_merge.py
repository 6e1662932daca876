"""The server merges as core does: the same row and the same change come to the same, whoever works it out."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from core.changes import Change, FieldConflict, Merge, Row, decode_value, encode_value, merge, to_json
from core.changes import Changeset as AnyChangeset
from core.commands.base import title_of
from core.entities import RECORDS, Contact, Deal
from core.schema import Field, Kind, Role, fields_of

if TYPE_CHECKING:
    from tests.postgres.floor import Floor

IDS = tuple(f"01900000-0000-7000-8000-00000000000{n}" for n in range(3))
TIMES = (
    dt.datetime(2026, 3, 29, 1, 0, tzinfo=dt.UTC),
    dt.datetime(2026, 3, 29, 1, 0, 0, 120000, tzinfo=dt.UTC),
    dt.datetime(2026, 11, 18, 23, 59, 59, 999999, tzinfo=dt.UTC),
)
DAYS = (dt.date(2026, 1, 31), dt.date(2026, 2, 1))
KEYS = {
    "tier": ("a", "ä", ""),
    "size": (1, 2.5, 100),
    "vip": (True, False),
    "a.b": ("x", ["y", "z"], ["z", "y"]),
}
"""Custom fields by key: what each may hold, of one type as `core.custom` keeps it."""

plain_items = st.lists(st.sampled_from("abcd"), max_size=4).map(tuple)
points = st.builds(
    lambda value, label: {"value": value, "label": label}, st.sampled_from("12"), st.sampled_from("wmh")
)
point_items = st.lists(points, max_size=4).map(tuple)
mappings = st.fixed_dictionaries({}, optional={key: st.sampled_from(pool) for key, pool in KEYS.items()})


def values_of(spec: Field) -> st.SearchStrategy[Any]:
    """Few different values, so that two people often pick the same one."""
    match spec.kind:
        case Kind.ID | Kind.REF:
            found: st.SearchStrategy[Any] = st.sampled_from(IDS)
        case Kind.LINE | Kind.TEXT:
            found = st.sampled_from(("", "Ann's", "zoë 🦊"))
        case Kind.INT:
            found = st.sampled_from((0, 7, 2**53))
        case Kind.BOOL:
            found = st.booleans()
        case Kind.TIME:
            found = st.sampled_from(TIMES)
        case Kind.DATE:
            found = st.sampled_from(DAYS)
        case Kind.SET:
            found = point_items if spec.name in ("emails", "phones") else plain_items
        case Kind.MAP:
            found = mappings
    return st.none() | found if spec.nullable else found


@st.composite
def sides(draw: st.DrawFn, spec: Field, held: Any) -> tuple[Any, Any]:
    """What I want a field to be, and what I saw in it, where it is `held` now."""
    mine = draw(values_of(spec))
    match draw(st.sampled_from(("untouched", "agreed", "theirs", "reordered"))):
        case "agreed":
            return held, draw(values_of(spec))
        case "theirs":
            return mine, draw(values_of(spec))
        case "reordered" if isinstance(mine, tuple):
            return mine, draw(st.permutations(mine).map(tuple))
    return mine, held


@st.composite
def cases(draw: st.DrawFn) -> tuple[Row, Change]:
    """A row of any table, and a change of it by somebody who saw it as it is, or as it was."""
    # Most of all where fields hang together, and where lists are merged item by item.
    table = draw(st.sampled_from((*sorted(RECORDS), *("deals", "contacts", "tasks") * 5)))
    record = RECORDS[table]
    specs = fields_of(record)
    row = {name: draw(values_of(spec)) for name, spec in specs.items()}
    data = {name: spec for name, spec in specs.items() if spec.role is Role.DATA and name != "id"}
    names = draw(st.lists(st.sampled_from(sorted(data)), unique=True, max_size=6))
    group = draw(st.sampled_from((frozenset[str](), *record.MERGE_GROUPS)))
    names = sorted({*names[:2], *group}) if group else names
    seen_too = draw(st.lists(st.sampled_from(sorted(data)), unique=True, max_size=4))
    new: dict[str, Any] = {}
    base: dict[str, Any] = {}
    add: dict[str, Any] = {}
    remove: dict[str, Any] = {}
    for name in names:
        spec = data[name]
        if spec.kind is Kind.SET and draw(st.booleans()):
            add[name] = draw(values_of(spec))
            if draw(st.booleans()):
                remove[name] = draw(values_of(spec))
        elif spec.kind is Kind.MAP and draw(st.booleans()):
            for key in draw(st.lists(st.sampled_from(sorted(KEYS)), unique=True, max_size=3)):
                path, pool = f"{name}.{key}", st.none() | st.sampled_from(KEYS[key])
                new[path] = draw(pool)
                base[path] = (row[name] or {}).get(key) if draw(st.booleans()) else draw(pool)
        else:
            new[name], base[name] = draw(sides(spec, row[name]))
    for name in seen_too:
        if data[name].kind is not Kind.MAP:
            base.setdefault(name, row[name] if draw(st.integers(0, 3)) else draw(values_of(data[name])))
    if "deleted_at" in data and not draw(st.integers(0, 5)):
        new["deleted_at"], base["deleted_at"] = draw(st.sampled_from((None, *TIMES))), None
    for name in draw(st.lists(st.sampled_from(sorted(base)), unique=True, max_size=1)) if base else ():
        del base[name]
    return row, Change(table, row["id"], set=new, base=base, add=add, remove=remove)


def encoded(table: str, row: Row) -> dict[str, Any]:
    specs = fields_of(RECORDS[table])
    return {name: encode_value(specs[name].kind, value) for name, value in row.items()}


def sent(change: Change) -> dict[str, Any]:
    """The change as it travels."""
    now = TIMES[0]
    [body] = to_json(AnyChangeset("c", "o", "u", now, "edit", "x", (change,)))["changes"]
    return dict(body)


def on_the_server(connection: psycopg.Connection[Any], row: Row, change: Change) -> Merge:
    table = change.table
    specs = fields_of(RECORDS[table])
    found = connection.execute(
        "SELECT offhook.merge_row(%(table)s, offhook.normal(%(table)s, %(row)s), %(change)s)",
        {"table": table, "row": Jsonb(encoded(table, row)), "change": Jsonb(sent(change))},
    ).fetchone()
    assert found is not None

    def value(name: str, given: Any) -> Any:
        return given if "." in name else decode_value(specs[name].kind, given)

    conflicts = tuple(
        FieldConflict(
            c["table"], c["id"], c["field"], value(c["field"], c["base"]), value(c["field"], c["mine"]),
            value(c["field"], c["theirs"]), c["who"], decode_value(Kind.TIME, c["when"]),
        )
        for c in found[0]["conflicts"]
    )  # fmt: skip
    write = {name: value(name, given) for name, given in found[0]["write"].items()}
    return Merge(write, conflicts, found[0]["merged"])


@pytest.fixture(scope="module")
def connection(shared_floor: Floor) -> psycopg.Connection[Any]:
    return shared_floor.connect("ann")


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(case=cases())
def test_the_server_merges_as_core_does(
    connection: psycopg.Connection[Any], case: tuple[Row, Change]
) -> None:
    row, change = case
    assert on_the_server(connection, row, change) == merge(row, change)


def test_two_labels_for_one_number_are_asked(connection: psycopg.Connection[Any]) -> None:
    def labelled(label: str) -> tuple[dict[str, str], ...]:
        return ({"value": "+4930", "label": label}, {"value": "+4940", "label": "work"})

    row: Row = dict.fromkeys(fields_of(Contact)) | {"id": IDS[0], "phones": labelled("home")}
    change = Change("contacts", IDS[0], set={"phones": labelled("mobile")}, base={"phones": labelled("work")})
    merged = on_the_server(connection, row, change)
    assert [conflict.field for conflict in merged.conflicts] == ["phones"]
    assert merged == merge(row, change)


def test_a_time_is_the_same_in_whatever_zone_it_is_written(connection: psycopg.Connection[Any]) -> None:
    due = {"due_at": "2026-03-29T03:00:00+02:00"}
    found = connection.execute(
        "SELECT offhook.merge_row('tasks', offhook.normal('tasks', %s), %s)",
        (
            Jsonb({"due_at": "2026-03-29T01:00:00Z"}),
            Jsonb({"set": {"due_at": "2026-03-30T01:00:00Z"}, "base": due}),
        ),
    ).fetchone()
    assert found is not None
    assert found[0]["conflicts"] == []


def test_the_server_calls_things_what_core_calls_them(connection: psycopg.Connection[Any]) -> None:
    for table, record in RECORDS.items():
        assert connection.execute("SELECT offhook.label(%s)", (table,)).fetchone() == (record.LABEL,)


@pytest.mark.parametrize(
    "values",
    [
        {"first_name": "Lena", "last_name": "Maier"},
        {"last_name": "Maier"},
        {
            "emails": [{"value": "l@acme.com", "label": "work"}],
            "phones": [{"value": "+4930", "label": "work"}],
        },
        {"phones": [{"value": "+4930", "label": "work"}]},
        {},
    ],
)
def test_the_server_names_people_as_core_does(
    connection: psycopg.Connection[Any], values: dict[str, Any]
) -> None:
    name = title_of(Contact(org_id="o", id="c", book_id="b", **values))
    found = connection.execute("SELECT offhook.title_of('contacts', %s)", (Jsonb(values),)).fetchone()
    assert found == (name,)


def test_the_server_names_deals_as_core_does(connection: psycopg.Connection[Any]) -> None:
    deal = Deal(
        org_id="o", id="d", book_id="b", title="Acme renewal", pipeline_id="p", stage_id="s", currency="EUR",
        outcome="open", stage_since=TIMES[0],
    )  # fmt: skip
    found = connection.execute(
        "SELECT offhook.title_of('deals', %s)", (Jsonb({"title": deal.title}),)
    ).fetchone()
    assert found == (title_of(deal),)
