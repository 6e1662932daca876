"""What filters mean, in plain Python over plain rows, and rows to try them on."""

from __future__ import annotations

import contextlib
import datetime as dt
import operator
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from core.filters import All, Any_, Expr, Not, Test
from core.ids import new_id
from core.text import clean_line, fold
from storage.bulk import Loader
from storage.codec import to_micros
from storage.database import connect
from storage.reads.sqlite import prepare
from tests.storage.mirror import Asked, MirroredWorkspace

NOW = dt.datetime(2026, 3, 18, 9, 30, tzinfo=dt.UTC)

# --- what a filter means -------------------------------------------------------------------------------------------


def holds(expr: Expr, row: Mapping[str, Any]) -> bool:
    """Whether a row passes. `row` holds Python values by field name, and the names of its `company` and `contact`."""
    match expr:
        case Not(part):
            return not holds(part, row)
        case All(parts):
            return all(holds(part, row) for part in parts)
        case Any_(parts):
            return any(holds(part, row) for part in parts)
    assert isinstance(expr, Test)
    head, _, key = expr.column.partition(".")
    value = row[head].get(key) if key else row[head]
    if expr.op == "null":
        return value in (None, "", ())
    if value is None:
        return False
    if expr.op == "good":
        return any(not item.get("bad") for item in value)
    match expr.op:
        case "prefix":
            names = value if isinstance(value, tuple) else (value,)
            return any(isinstance(n, str) and fold(n).startswith(fold(expr.values[0])) for n in names)
        case "has":
            items = [item["value"] if isinstance(item, dict) else item for item in value]
            return any(item.lower() == wanted.lower() for item in items for wanted in expr.values)
        case "in":
            return any(_same(value, wanted) for wanted in expr.values)
    wanted = expr.values[0]
    if isinstance(value, bool) or isinstance(wanted, str) is not isinstance(value, str):
        return False
    return bool(getattr(operator, expr.op)(value, wanted))


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, str) and isinstance(wanted, str):
        return value.lower() == wanted.lower()
    return isinstance(value, bool) is isinstance(wanted, bool) and bool(value == wanted)


# --- rows and tests ------------------------------------------------------------------------------------------------

TEXTS = (
    "", "Berlin", "BERLIN", "Berlin-Mitte", "BÉRLIN", "Łódź", "łódź", "Straße", "STRASSE", "O’Brien", 'a"b', "50%",
    "x_y", "中村", "İzmir", "ß", "🐝", "';--",
)  # fmt: skip
lines = st.one_of(st.sampled_from(TEXTS), st.text(max_size=8).map(clean_line))
some_tags = st.lists(st.sampled_from(["vip", "VIP", "été", "Été", "a-b", "x"]), max_size=3, unique=True).map(
    tuple
)
times = st.none() | st.integers(-3, 3).map(lambda hours: NOW + dt.timedelta(hours=hours, microseconds=1))
days = st.none() | st.integers(-3, 3).map(lambda n: NOW.date() + dt.timedelta(days=n))
custom = st.dictionaries(
    st.sampled_from(["tier", "seats", "λ"]),
    st.one_of(lines, st.integers(-3, 3), st.booleans(), st.sampled_from([0.5, 2.0])),
)


def points(*values: str) -> st.SearchStrategy[tuple[dict[str, str], ...]]:
    listed = st.lists(st.sampled_from(values), max_size=2, unique=True)
    return listed.map(lambda some: tuple({"value": value, "label": "work"} for value in some))


EMAILS = ("a@x.de", "A@X.de", "ñ@x.de")
PHONES = ("+4930123", "+331234")
_IDS = [f"0197a000-0000-7000-8000-{n:012}" for n in range(6)]
BOOKS = tuple(_IDS[:3])
STAGES = tuple(_IDS[3:5])
PIPELINE = _IDS[5]

common: dict[str, st.SearchStrategy[Any]] = {
    "book_id": st.sampled_from(BOOKS),
    "source": lines,
    "tags": some_tags,
    "custom": custom,
    "created_at": times,
    "last_activity_at": times,
    "next_task_at": times,
    "company": st.sampled_from(["", "Acme", "Ömer & Co", "gone"]),
}
contact_rows = st.fixed_dictionaries(
    {
        **common,
        "first_name": lines,
        "last_name": lines,
        "title": lines,
        "city": lines,
        "country": st.sampled_from(["", "DE", "de", "FR"]),
        "lead_status": st.sampled_from(["", "New", "new", "Qualified", "Überfällig"]),
        "do_not_call": st.booleans(),
        "emails": points(*EMAILS),
        "phones": st.tuples(points(*PHONES), st.booleans()).map(
            lambda drawn: (
                (*({**p, "bad": "wrong number"} for p in drawn[0][:1]), *drawn[0][1:])
                if drawn[1]
                else drawn[0]
            )
        ),
    }
)
deal_rows = st.fixed_dictionaries(
    {
        **common,
        "title": lines.map(lambda title: title or "Deal"),
        "contact": st.none() | st.tuples(lines, lines, st.booleans()),
        "value_minor": st.none() | st.integers(0, 5),
        "currency": st.sampled_from(["EUR", "USD"]),
        "probability": st.none() | st.integers(0, 100),
        "expected_close": days,
        "stage_since": times.filter(lambda at: at is not None),
        "stage_id": st.sampled_from(STAGES),
        "outcome": st.sampled_from(["open", "won", "lost"]),
    }
)


def _tests(table: str) -> st.SearchStrategy[Test]:
    one_text = lines.map(lambda value: (value,))
    some_texts = st.lists(lines, max_size=3).map(tuple)
    compare = st.sampled_from(["lt", "le", "gt", "ge"])

    def columns(*names: str) -> st.SearchStrategy[str]:
        return st.sampled_from(names)

    own_text = ("source", "title", "custom.tier", "custom.λ")
    kinds = [
        st.builds(Test, columns(*own_text), st.just("in"), some_texts),
        st.builds(Test, columns(*own_text, "company"), st.just("prefix"), one_text),
        st.builds(Test, columns(*own_text, "company", "tags", "custom.seats", "next_task_at"), st.just("null")),
        st.builds(Test, st.just("tags"), st.just("has"), some_tags),
        st.builds(Test, st.just("book_id"), st.just("in"), st.lists(st.sampled_from(BOOKS)).map(tuple)),
        st.builds(Test, columns("last_activity_at", "next_task_at", "created_at"), compare, times.filter(bool).map(lambda v: (v,))),
        st.builds(Test, st.just("custom.seats"), compare, st.integers(-3, 3).map(lambda v: (v,))),
        st.builds(Test, st.just("custom.seats"), st.just("in"), st.lists(st.integers(-3, 3) | st.booleans()).map(tuple)),
    ]  # fmt: skip
    if table == "contacts":
        kinds += [
            st.builds(Test, columns("city", "country", "lead_status"), columns("in"), some_texts),
            st.builds(
                Test, columns("country", "lead_status"), columns("in"),
                st.lists(st.sampled_from(["NEW", "überFÄLLIG", "de"])).map(tuple),
            ),
            st.builds(Test, columns("city"), st.just("prefix"), one_text),
            st.builds(Test, st.just("emails"), st.just("has"), st.lists(st.sampled_from(EMAILS)).map(tuple)),
            st.builds(Test, st.just("phones"), st.just("has"), st.lists(st.sampled_from(PHONES)).map(tuple)),
            st.builds(Test, columns("emails", "phones", "city"), st.just("null")),
            st.builds(Test, st.just("phones"), st.just("good")),
            st.builds(Test, st.just("do_not_call"), st.just("in"), st.booleans().map(lambda v: (v,))),
        ]  # fmt: skip
    else:
        kinds += [
            st.builds(Test, columns("value_minor", "probability"), compare, st.integers(0, 100).map(lambda v: (v,))),
            st.builds(Test, columns("value_minor"), st.just("in"), st.lists(st.integers(0, 5)).map(tuple)),
            st.builds(Test, st.just("expected_close"), compare, days.filter(bool).map(lambda v: (v,))),
            st.builds(Test, st.just("stage_id"), st.just("in"), st.lists(st.sampled_from(STAGES)).map(tuple)),
            st.builds(Test, columns("value_minor", "probability", "expected_close", "contact"), st.just("null")),
            st.builds(Test, st.just("contact"), st.just("prefix"), one_text),
            st.builds(Test, st.just("outcome"), st.just("in"), st.just(("OPEN", "won"))),
        ]  # fmt: skip
    return st.one_of(kinds)


def exprs(table: str) -> st.SearchStrategy[Expr]:
    """Trees of tests as a filter on the table may have."""
    return st.recursive(
        _tests(table),
        lambda part: st.one_of(
            st.builds(Not, part),
            st.lists(part, max_size=3).map(lambda parts: All(tuple(parts))),
            st.lists(part, max_size=3).map(lambda parts: Any_(tuple(parts))),
        ),
        max_leaves=5,
    )


# --- a file with such rows -----------------------------------------------------------------------------------------


@contextlib.contextmanager
def holding(workspace: Any, table: str, rows: list[dict[str, Any]]) -> Iterator[tuple[Asked, dict[str, Any]]]:
    """The reads of a workspace that has the rows until it is done: (reads, rows by id as a filter sees them)."""
    connection = connect(workspace.path, workspace.key.hex)
    prepare(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        seen = _put(connection, workspace, table, rows)
        if isinstance(workspace, MirroredWorkspace):
            with workspace.reading(connection) as asked:
                yield asked, seen
        else:
            yield Asked(workspace.catalog(), connection, on_postgres=False), seen
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def _put(
    connection: Any, workspace: Any, table: str, rows: list[dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    loader = Loader(connection, workspace.org_id, workspace.user_id, NOW)
    companies = {name: new_id() for name in ("Acme", "Ömer & Co", "gone")}
    loader.add(
        {
            "companies": [
                {
                    "id": company_id,
                    "book_id": BOOKS[0],
                    "name": name,
                    "deleted_at": NOW if name == "gone" else None,
                }
                for name, company_id in companies.items()
            ]
        }
    )
    seen: dict[str, dict[str, Any]] = {}
    for given in rows:
        row = dict(given)
        record_id = new_id()
        derived = {name: row.pop(name) for name in ("last_activity_at", "next_task_at")}
        company = row.pop("company")
        row["company_id"] = companies.get(company)
        if table == "deals":
            row["contact_id"] = _contact(loader, row.pop("contact"))
            row |= {"pipeline_id": PIPELINE, "closed_at": None if row["outcome"] == "open" else NOW}
        loader.add({table: [{"id": record_id, **row}]})
        connection.execute(
            f"UPDATE {table} SET last_activity_at = ?, next_task_at = ? WHERE id = ?",
            [*(None if at is None else to_micros(at) for at in derived.values()), record_id],
        )
        name = given.get("contact")
        seen[record_id] = {
            **given,
            "created_at": given["created_at"] or NOW,
            "company": None if company in ("", "gone") else company,
            "contact": (f"{name[0]} {name[1]}".strip(), name[1]) if name and not name[2] else None,
        }
    return seen


def _contact(loader: Loader, name: tuple[str, str, bool] | None) -> str | None:
    if name is None:
        return None
    first, last, deleted = name
    contact_id = new_id()
    values = {"first_name": first, "last_name": last, "deleted_at": NOW if deleted else None}
    loader.add({"contacts": [{"id": contact_id, "book_id": BOOKS[0], **values}]})
    return contact_id
