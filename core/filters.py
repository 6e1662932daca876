"""The filter language of smart views and filter bars: `owner:me stage:proposal,negotiation value>10k close<30d "acme"`.

Words are searched for. `field:value` tests a field, a comma means or, `-` in front means not, `<` and `>` compare.
`text` parses to a `Query` of words and a tree of tests on columns; a store only has to know how to compile the tree.

Ages (`last`, `created`, `updated`, `instage`) count days back: `last>30d` is "the last activity is more than 30 days
ago". Days to come (`close`, `next`) count forward: `close<2w` is "closes in less than two weeks".
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.catalog import Catalog
from core.errors import Invalid
from core.health import end_of_today
from core.money import parse_money
from core.text import fold


@dataclass(frozen=True, slots=True)
class Test:
    """A test on a column. `op` is one of: in, lt, le, gt, ge, null, has (a list field holds any of the values), prefix (folded text starts with).

    `column` may be `custom.KEY`. Values are Python values of the column's kind. `in` on text compares without case.
    """

    __test__ = False  # not a pytest class, whatever its name says

    column: str
    op: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """What its part is not."""

    part: Expr


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds (true where there is none)."""

    parts: tuple[Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Any_:
    """At least one part holds."""

    parts: tuple[Expr, ...]


Expr = Test | Not | All | Any_


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed filter.

    Attributes:
        text: what was typed.
        words: words to search for; every one must match as a prefix.
        where: tests on columns.
    """

    text: str = ""
    words: tuple[str, ...] = ()
    where: Expr = field(default_factory=All)

    @property
    def is_empty(self) -> bool:
        """Whether it lets everything through."""
        return not self.words and self.where == All()


EVERYTHING = Query()

_TOKEN = re.compile(
    r"""(?P<neg>-?)(?P<field>[A-Za-z_][\w]*)(?P<op><=|>=|:|<|>|=)(?P<value>(?:"[^"]*"|[^\s"])*)|"(?P<quoted>[^"]*)"?|(?P<word>\S+)"""
)
_SPAN = re.compile(r"(\d{1,5})(d|w|m|y)?")


@dataclass(frozen=True, slots=True)
class _Context:
    catalog: Catalog
    now: dt.datetime
    zone: dt.tzinfo

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(self.zone).date()


_Build = Callable[[_Context, str, str, tuple[str, ...]], Expr]
"""(context, field name, operator, values) → expression; raises Invalid."""


def parse(text: str, entity: str, catalog: Catalog, *, now: dt.datetime, zone: dt.tzinfo) -> Query:
    """Reads a filter.

    Args:
        text: what was typed.
        entity: contacts or deals.
        catalog: names of stages, people and custom fields.
        now: the current time.
        zone: where the viewer is: what "today" means.

    Raises:
        Invalid: an unknown field or a value that does not fit it; the message says which fields or values there are.
    """
    context = _Context(catalog, now, zone)
    fields = _fields(entity, catalog)
    words: list[str] = []
    parts: list[Expr] = []
    for match in _TOKEN.finditer(text):
        if match["field"] is None:
            words += [word for word in (match["quoted"] or match["word"] or "").split() if word != "-"]
            continue
        name = match["field"].lower()
        if name not in fields:
            if match["op"] == ":" and match["value"].startswith("//"):
                words.append(match[0])
                continue
            raise Invalid({"filter": f"There is no field “{name}”. Fields: {', '.join(sorted(fields))}."})
        values = tuple(value.strip() for value in _split(match["value"]))
        if not any(values):
            raise Invalid({"filter": f"“{name}{match['op']}” wants a value behind it."})
        part = fields[name](
            context, name, match["op"].replace("=", ":") if match["op"] == "=" else match["op"], values
        )
        parts.append(Not(part) if match["neg"] else part)
    return Query(text.strip(), tuple(words), All(tuple(parts)))


def field_names(entity: str, catalog: Catalog) -> list[str]:
    """The fields that a filter on the entity may name, for help and completion."""
    return sorted(_fields(entity, catalog))


def _split(value: str) -> list[str]:
    return [part.strip('"') for part in re.findall(r'(?:"[^"]*"|[^,"])+', value)]


def _fields(entity: str, catalog: Catalog) -> dict[str, _Build]:
    common: dict[str, _Build] = {
        "owner": _owner,
        "tag": _plain("tags", "has"),
        "company": _plain("company", "prefix"),
        "source": _plain("source"),
        "created": _age("created_at"),
        "updated": _age("updated_at"),
        "last": _age("last_activity_at"),
        "next": _next,
    }
    if entity == "deals":
        common |= {
            "stage": _stage,
            "value": _money,
            "currency": _plain("currency"),
            "close": _close,
            "outcome": _plain("outcome"),
            "probability": _number("probability"),
            "instage": _age("stage_since"),
            "stale": _stale,
            "contact": _plain("contact", "prefix"),
        }
    else:
        common |= {
            "status": _plain("lead_status"),
            "title": _plain("title", "prefix"),
            "city": _plain("city", "prefix"),
            "country": _plain("country"),
            "email": _has("emails"),
            "phone": _has("phones"),
            "dnc": _flag("do_not_call"),
        }
    for custom in catalog.fields_for(entity):
        column = f"custom.{custom.key}"
        build = {"number": _number(column), "flag": _flag(column), "text": _plain(column, "prefix")}
        common.setdefault(custom.key, build.get(custom.kind, _plain(column)))
    return common


def _only_equals(name: str, op: str) -> None:
    if op != ":":
        raise Invalid({"filter": f"“{name}” is compared by “:”, as in {name}:value."})


def _plain(column: str, how: str = "in") -> _Build:
    def build(context: _Context, name: str, op: str, values: tuple[str, ...]) -> Expr:
        _only_equals(name, op)
        tests: list[Expr] = []
        rest = tuple(value for value in values if value.lower() not in ("none", "any"))
        if len(rest) < len(values):
            empty = Test(column, "null")
            tests += [
                empty if value.lower() == "none" else Not(empty) for value in values if value not in rest
            ]
        if how == "prefix":
            tests += [Test(column, "prefix", (fold(value),)) for value in rest]
        elif rest:
            tests.append(Test(column, how, rest))
        return tests[0] if len(tests) == 1 else Any_(tuple(tests))

    return build


def _number(column: str) -> _Build:
    ops = {"<": "lt", ">": "gt", "<=": "le", ">=": "ge", ":": "in"}

    def build(context: _Context, name: str, op: str, values: tuple[str, ...]) -> Expr:
        try:
            numbers = tuple(int(value.rstrip("%")) for value in values)
        except ValueError:
            raise Invalid({"filter": f"“{name}” wants a whole number, as in {name}>10."}) from None
        return Test(column, ops[op], numbers)

    return build


def _money(context: _Context, name: str, op: str, values: tuple[str, ...]) -> Expr:
    ops = {"<": "lt", ">": "gt", "<=": "le", ">=": "ge", ":": "in"}
    if values == ("none",):
        return Test("value_minor", "null")
    parts: list[Expr] = []
    for value in values:
        money = parse_money(value, context.catalog.organization.currency)
        amount: Expr = Test("value_minor", ops[op], (money.minor,))
        named = money.currency != context.catalog.organization.currency or money.currency in value.upper()
        parts.append(All((amount, Test("currency", "in", (money.currency,)))) if named else amount)
    return parts[0] if len(parts) == 1 else Any_(tuple(parts))


def _flag(column: str) -> _Build:
    def build(context: _Context, name: str, op: str, values: tuple[str, ...]) -> Expr:
        _only_equals(name, op)
        wanted = _yes(name, values)
        return Test(column, "in", (wanted,)) if wanted else Not(Test(column, "in", (True,)))

    return build


def _has(column: str) -> _Build:
    def build(context: _Context, name: str, op: str, values: tuple[str, ...]) -> Expr:
        _only_equals(name, op)
        if values[0].lower() in ("none", "no"):
            return Test(column, "null")
        if values[0].lower() in ("any", "yes"):
            return Not(Test(column, "null"))
        return Test(column, "has", values)

    return build


def _yes(name: str, values: Sequence[str]) -> bool:
    value = values[0].lower()
    if value in ("yes", "y", "true", "1", "on"):
        return True
    if value in ("no", "n", "false", "0", "off"):
        return False
    raise Invalid({"filter": f"“{name}” is yes or no."})


def _owner(context: _Context, name: str, op: str, values: tuple[str, ...]) -> Expr:
    _only_equals(name, op)
    catalog = context.catalog
    books: list[str] = []
    for value in values:
        wanted = fold(value)
        if wanted == "me":
            found = [catalog.my_book.id]
        elif wanted in ("pool", "none"):
            found = [book.id for book in catalog.pools()]
        else:
            found = [
                book.id
                for book in catalog.books
                if any(w.startswith(wanted) for w in _name_words(catalog.owner_name(book.id)))
            ]
        if not found:
            names = ", ".join(sorted({user.name for user in catalog.users}))
            raise Invalid({"filter": f"There is nobody called “{value}”. People: me, pool, {names}."})
        books += found
    return Test("book_id", "in", tuple(books))


def _name_words(name: str) -> list[str]:
    folded = fold(name)
    return [folded, *folded.split()]


def _stage(context: _Context, name: str, op: str, values: tuple[str, ...]) -> Expr:
    _only_equals(name, op)
    found: list[str] = []
    for value in values:
        wanted = fold(value)
        stages = [s for s in context.catalog.stages if fold(s.name) == wanted or s.kind == wanted]
        stages = stages or [s for s in context.catalog.stages if fold(s.name).startswith(wanted)]
        if not stages:
            names = ", ".join(dict.fromkeys(s.name for s in context.catalog.stages))
            raise Invalid({"filter": f"There is no stage “{value}”. Stages: {names}."})
        found += [s.id for s in stages]
    return Test("stage_id", "in", tuple(found))


def _stale(context: _Context, name: str, op: str, values: tuple[str, ...]) -> Expr:
    _only_equals(name, op)
    stale: Expr = Any_(
        tuple(
            All(
                (
                    Test("outcome", "in", ("open",)),
                    Test("stage_id", "in", (stage.id,)),
                    Test("stage_since", "lt", (context.now - dt.timedelta(days=stage.stale_days),)),
                    Not(Test("last_activity_at", "ge", (context.now - dt.timedelta(days=stage.stale_days),))),
                )
            )
            for stage in context.catalog.stages
            if stage.stale_days is not None and stage.kind == "open"
        )
    )
    return stale if _yes(name, values) else Not(stale)


def _next(context: _Context, name: str, op: str, values: tuple[str, ...]) -> Expr:
    column = "next_task_at"
    tomorrow = end_of_today(context.now, context.zone)
    states: dict[str, Expr] = {
        "overdue": Test(column, "lt", (context.now,)),
        "today": All((Test(column, "ge", (context.now,)), Test(column, "lt", (tomorrow,)))),
        "none": Test(column, "null"),
        "future": Test(column, "ge", (tomorrow,)),
        "any": Not(Test(column, "null")),
    }
    parts: list[Expr] = []
    for value in values:
        if op == ":" and value.lower() in states:
            parts.append(states[value.lower()])
        elif op != ":":
            until = _midnight(context, _day_ahead(context, name, value))
            parts.append(Test(column, {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}[op], (until,)))
        else:
            raise Invalid({"filter": f"“next” is one of {', '.join(states)}, or a time as in next<7d."})
    return parts[0] if len(parts) == 1 else Any_(tuple(parts))


def _close(context: _Context, name: str, op: str, values: tuple[str, ...]) -> Expr:
    column = "expected_close"
    if op != ":":
        ops = {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
        return Test(column, ops[op], (_day_ahead(context, name, values[0]),))
    parts: list[Expr] = []
    for value in values:
        if value.lower() == "none":
            parts.append(Test(column, "null"))
        elif value.lower() in ("overdue", "past"):
            parts.append(Test(column, "lt", (context.today,)))
        elif value.lower() in ("thismonth", "month"):
            first = context.today.replace(day=1)
            last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
            parts.append(All((Test(column, "ge", (first,)), Test(column, "le", (last,)))))
        else:
            parts.append(Test(column, "in", (_day_ahead(context, name, value),)))
    return parts[0] if len(parts) == 1 else Any_(tuple(parts))


def _age(column: str) -> _Build:
    # An age runs against the clock: older than (>) means a smaller time.
    ops = {"<": "gt", "<=": "ge", ">": "lt", ">=": "le"}

    def build(context: _Context, name: str, op: str, values: tuple[str, ...]) -> Expr:
        value = values[0].lower()
        if op == ":" and value in ("none", "never"):
            return Test(column, "null")
        if op == ":" and value == "today":
            return Test(column, "ge", (_midnight(context, context.today),))
        if op == ":":
            raise Invalid(
                {
                    "filter": f"“{name}” is compared by < or >, as in {name}>30d, or is {name}:none, {name}:today."
                }
            )
        span = _SPAN.fullmatch(value)
        if span:
            instant = context.now - _span(span)
            older = Test(column, ops[op], (instant,))
            return (
                Any_((older, Test(column, "null")))
                if op.startswith(">") and column == "last_activity_at"
                else older
            )
        day = _midnight(context, _iso_day(name, value))
        return Test(column, {"<": "lt", "<=": "le", ">": "gt", ">=": "ge"}[op], (day,))

    return build


def _span(match: re.Match[str]) -> dt.timedelta:
    return dt.timedelta(days=int(match[1]) * {"d": 1, "w": 7, "m": 30, "y": 365}[match[2] or "d"])


def _day_ahead(context: _Context, name: str, value: str) -> dt.date:
    value = value.lower()
    if value == "today":
        return context.today
    if value == "tomorrow":
        return context.today + dt.timedelta(days=1)
    if span := _SPAN.fullmatch(value):
        return context.today + _span(span)
    return _iso_day(name, value)


def _iso_day(name: str, value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise Invalid(
            {
                "filter": f"“{value}” is not a time. Try {name}<30d, {name}>2w or a day as in {name}>2026-12-31."
            }
        ) from None


def _midnight(context: _Context, day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), context.zone)
