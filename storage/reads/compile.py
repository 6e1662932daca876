"""From a parsed filter to a condition in SQL.

A test on an empty field is false and its opposite true, as in `core.filters`: nothing here has SQL's third truth
value at its edge. The rows are those of the table under the alias `t`.
"""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.catalog import Catalog
from core.entities import RECORDS
from core.errors import Invalid
from core.filters import All, Any_, Expr, Not, Query, Test
from core.schema import Field, Kind, fields_of
from core.text import fold, words
from storage.reads import sqlite
from storage.reads.dialect import Dialect
from storage.reads.words import LONGEST_WORD, Terms, terms

MOST_TESTS = 400
"""More than anybody types, and few enough that SQLite can nest them."""
MOST_VALUES = 10_000

_COMPARE = {"lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_PUNCTUATION = re.compile(r"[\s().\-/]+")


_HELD = frozenset({"lead_status"})
"""Texts of which there are few different ones and an index."""
_FEW = frozenset({("id", "in"), ("id", "ge"), ("company", "prefix"), ("emails", "has"), ("phones", "has")})
"""Tests on contacts that leave few of them, which an index leads to."""
_IN_SEARCH = frozenset({"title", "city"})
"""Fields of contacts that the index of words holds; it holds custom fields, too."""
_SOME = frozenset(
    {("tags", "has"), ("lead_status", "in"), *(("next_task_at", op) for op in ("lt", "le", "gt", "ge"))}
)
"""Tests on contacts that may leave many of them, which an index leads to."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter in SQL.

    Attributes:
        table: whose rows it is about.
        live: the organization, and not deleted.
        tests: every test; `true` where there is none.
        parameters: the values in it, `org`, and `match`, `phrases` and `hint` for the index of words.
        terms: what to search the index of words for; None where the filter has none.
        dialect: whose SQL it is.
        few: an index leads to the rows that it is about, and they are few.
        some: an index leads to the rows that it is about.
        in_book: it is about some books only, and a book has an index by name.
        hinted: the index of words leads to the rows that it is about, and to others.
    """

    table: str
    live: str
    tests: str
    parameters: Mapping[str, Any]
    terms: Terms | None
    dialect: Dialect
    few: bool = False
    some: bool = False
    in_book: bool = False
    hinted: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it lets every row through."""
        return self.tests == "true" and self.terms is None

    @property
    def where(self) -> str:
        """Everything but the words."""
        return f"{self.live} and {self.tests}"

    @property
    def whole(self) -> str:
        """Everything, the words as a test among others."""
        if self.terms is None:
            return self.where
        return f"{self.where} and {self.dialect.matches(self.table)}"


@dataclass(slots=True)
class _Build:
    table: str
    fields: Mapping[str, Field]
    sql: Dialect
    parameters: dict[str, Any] = field(default_factory=dict)
    tests: int = 0

    def value(self, value: Any) -> str:
        name = f"p{len(self.parameters)}"
        self.parameters[name] = self.sql.bindable(value) if isinstance(value, str) else value
        return f":{name}"

    def values(self, values: Sequence[Any]) -> list[str]:
        return [self.value(value) for value in values]


def live(table: str) -> str:
    """What every read of a table says first: this organization's rows that are not deleted (entries: that stand)."""
    told = " and not t.superseded and not t.retracted" if table == "activities" else ""
    return f"t.org_id = :org and t.deleted_at is null{told}"


def compile_query(catalog: Catalog, table: str, query: Query, dialect: Dialect = sqlite) -> Condition:
    """A filter on contacts, deals or another table with an index of words.

    Args:
        catalog: the set-up.
        table: whose rows it is about.
        query: the filter.
        dialect: whose SQL to write; a filter means the same in each.

    Raises:
        Invalid: more tests or values than a filter can have.
        ValueError: a test that does not fit its column; `core.filters.parse` makes none.
    """
    build = _Build(table, fields_of(RECORDS[table]), dialect)
    tests = _expr(build, query.where)
    if len(build.parameters) > MOST_VALUES:
        raise Invalid({"filter": f"That filter has too many values; the most is {MOST_VALUES:,}."})
    parts = query.where.parts if isinstance(query.where, All) else (query.where,)
    needed = {(part.column, part.op) for part in parts if isinstance(part, Test)}
    build.parameters["org"] = catalog.organization.id
    hints = [hint for part in parts if (hint := _hint(dialect, part))] if table == "contacts" else []
    if hints:
        build.parameters["hint"] = dialect.every(hints)
    found = terms(query.words, dialect)
    if found is not None:
        build.parameters |= found.parameters
    elif query.words:
        # Words without a letter or digit are in no index.
        tests = "false"
    return Condition(
        table=table,
        live=live(table),
        tests=tests,
        parameters=build.parameters,
        terms=found,
        dialect=dialect,
        few=bool(needed & _FEW),
        some=bool(needed & (_FEW | _SOME)),
        in_book=("book_id", "in") in needed,
        hinted=bool(hints),
    )


def _hint(sql: Dialect, expr: Expr) -> str:
    """A search for everything that passes a test on the beginning of a field; empty where there is none."""
    if isinstance(expr, Any_) and expr.parts:
        hints = [_hint(sql, part) for part in expr.parts]
        return functools.reduce(sql.either, hints) if all(hints) else ""
    if not isinstance(expr, Test) or expr.op != "prefix":
        return ""
    if expr.column not in _IN_SEARCH and not expr.column.startswith("custom."):
        return ""
    value = sql.bindable(fold(expr.values[0])[:LONGEST_WORD])
    return sql.phrase(value) if words(value) else ""


def _expr(build: _Build, expr: Expr) -> str:
    if isinstance(expr, Test):
        build.tests += 1
        if build.tests > MOST_TESTS:
            raise Invalid({"filter": f"That filter has too many parts; the most is {MOST_TESTS}."})
        return f"({_test(build, expr)})"
    if isinstance(expr, Not):
        return f"({_expr(build, expr.part)} is not true)"
    if not expr.parts:
        return "true" if isinstance(expr, All) else "false"
    word = " and " if isinstance(expr, All) else " or "
    return f"({word.join(_expr(build, part) for part in expr.parts)})"


def _test(build: _Build, test: Test) -> str:
    head, _, key = test.column.partition(".")
    if key and head == "custom":
        return _custom(build, key, test)
    if head in ("company", "contact"):
        return _JOINED[head](build, test)
    spec = build.fields[test.column]
    column = f"t.{spec.name}"
    if test.op == "null":
        empty = build.sql.empty(spec.kind)
        return f"{column} = {empty}" if empty else f"{column} is null"
    if test.op in ("in", "has") and not test.values:
        return "false"
    if test.op == "good":
        return f"{build.sql.first_good_point(column)} is not null"
    if test.op == "has" and spec.kind is Kind.SET:
        return _has(build, spec.name, column, test.values)
    if test.op == "prefix" and spec.kind in (Kind.LINE, Kind.TEXT):
        return _starts(build, column, test.values[0])
    if test.op == "in" and spec.kind in (Kind.LINE, Kind.TEXT):
        return _line_in(build, spec.name, test.values)
    if test.op == "in" and spec.kind not in (Kind.SET, Kind.MAP):
        return (
            f"{column} in ({', '.join(build.values([build.sql.plain(spec.kind, v) for v in test.values]))})"
        )
    if test.op in _COMPARE and spec.kind not in (Kind.SET, Kind.MAP):
        return f"{column} {_COMPARE[test.op]} {build.value(build.sql.plain(spec.kind, test.values[0]))}"
    raise ValueError(f"{test.op} does not fit {build.table}.{test.column}")


def _line_in(build: _Build, name: str, values: Sequence[str]) -> str:
    if name not in _HELD:
        return _text_in(build, f"t.{name}", values)
    # Of the few values that there are, those that are meant: an index compares with case.
    meant = _text_in(build, "held.value", values)
    return f"t.{name} in (select held.value from {build.sql.held(build.table, name)} where {meant})"


def _text_in(build: _Build, column: str, values: Sequence[str]) -> str:
    lowered = [value.lower() for value in values]
    plain = build.values([value for value in lowered if value.isascii()])
    return build.sql.text_in(column, plain, build.values([value for value in lowered if not value.isascii()]))


def _starts(build: _Build, column: str, value: str) -> str:
    folded = fold(value)
    return build.sql.text_starts(column, build.value(folded), build.value(len(folded)))


def _has(build: _Build, name: str, column: str, values: Sequence[str]) -> str:
    if name not in ("emails", "phones"):
        return build.sql.any_item(column, "item", _text_in(build, "item.value", values))
    # Contact points lie in a table of their own, with an index on what they are.
    if name == "phones":
        # The number is what is looked up: as dialled, without its dress and whatever its extension.
        values = [_PUNCTUATION.sub("", value).partition(";")[0] for value in values]
    wanted = ", ".join(build.values([value.lower() for value in values]))
    return (
        "t.id in (select point.contact_id from contact_points point where point.org_id = :org"
        f" and point.value in ({wanted}) and point.kind = '{name.removesuffix('s')}')"
    )


def _custom(build: _Build, key: str, test: Test) -> str:
    sql, name = build.sql, build.value(key)
    if test.op == "null":
        return f"not {sql.any_named('t.custom', 'own', name, sql.is_held('own'))}"
    if test.op == "in":
        conditions = [_custom_is(build, value) for value in test.values]
        if not conditions:
            return "false"
        return sql.any_named("t.custom", "own", name, f"({' or '.join(conditions)})")
    value = test.values[0]
    if test.op == "prefix":
        condition = f"{sql.is_text('own')} and {_starts(build, sql.text_of('own'), value)}"
    elif test.op in _COMPARE and isinstance(value, (int, float)) and not isinstance(value, bool):
        wanted = build.value(sql.number(value))
        condition = f"{sql.is_number('own')} and {sql.number_of('own')} {_COMPARE[test.op]} {wanted}"
    elif test.op in _COMPARE:
        wanted = build.value(value.isoformat() if isinstance(value, dt.date) else value)
        condition = f"{sql.is_text('own')} and {sql.text_of('own')} {_COMPARE[test.op]} {wanted}"
    else:
        raise ValueError(f"{test.op} does not fit {build.table}.{test.column}")
    return sql.any_named("t.custom", "own", name, condition)


def _custom_is(build: _Build, value: Any) -> str:
    sql = build.sql
    if isinstance(value, bool):
        return sql.is_flag("own", value)
    if isinstance(value, (int, float)):
        return f"({sql.is_number('own')} and {sql.number_of('own')} = {build.value(sql.number(value))})"
    text = value.isoformat() if isinstance(value, dt.date) else value
    return f"({sql.is_text('own')} and {_text_in(build, sql.text_of('own'), [text])})"


def _company(build: _Build, test: Test) -> str:
    companies = "select k.id from companies k where k.org_id = :org and k.deleted_at is null"
    if test.op == "null":
        return f"not exists ({companies} and k.id = t.company_id)"
    if test.op == "prefix":
        return (
            f"t.company_id in ({companies} and"
            f" {build.sql.key_starts('k.sort_key', build.value(fold(test.values[0])))})"
        )
    raise ValueError(f"{test.op} does not fit {build.table}.company")


def _contact(build: _Build, test: Test) -> str:
    contacts = "exists (select 1 from contacts c where c.org_id = :org and c.id = t.contact_id and c.deleted_at is null"
    if test.op == "null":
        return f"not {contacts})"
    if test.op == "prefix":
        name = _starts(build, "trim(c.first_name || ' ' || c.last_name)", test.values[0])
        return f"{contacts} and ({name} or {_starts(build, 'c.last_name', test.values[0])}))"
    raise ValueError(f"{test.op} does not fit {build.table}.contact")


_JOINED: Mapping[str, Callable[[_Build, Test], str]] = {"company": _company, "contact": _contact}
