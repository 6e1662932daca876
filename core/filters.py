"""The filter language of smart views and filter bars: `owner:me stage:proposal,negotiation value>10k close<30d "acme"`.

Words are searched for. `field:value` tests a field, a comma means or, `-` in front means not, `<` and `>` compare. An
address such as `ann@acme.com`, a time such as `10:30` and a link are words.
`text` parses to a `Query` of words and a tree of tests on columns; a store only has to know how to compile the tree.

Ages (`last`, `created`, `updated`, `instage`) count days back: `last>30d` is "the last activity is more than 30 days
ago". Days to come (`close`, `next`) count forward: `close<2w` is "closes in less than two weeks".
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from core.catalog import Catalog
from core.errors import Invalid, NotFound
from core.health import end_of_today
from core.money import CURRENCIES, SYMBOLS, exponent, parse_money
from core.pipelines import effective_probability
from core.text import clean_tag, fold, printable


@dataclass(frozen=True, slots=True)
class Test:
    """A test on a column. A test on a field that holds nothing is false (except `null`), and `Not` of it is true.

    Attributes:
        column: a field of the record, `custom.KEY`, or `company` or `contact`: the name of the one it belongs to.
        op: in (one of the values; text without case), lt, le, gt, ge, null (nothing there: no value, an empty text, an
            empty list), has (a list field holds one of the values, without case), prefix (folded text starts with it), good
            (one of the phones is not known to be bad).
        values: Python values of the column's kind; one for the comparisons and `prefix`, none for `null` and `good`.
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
class Any_:  # noqa: N801 (Any is the type that may be anything)
    """At least one part holds (false where there is none)."""

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
    r"""
    (?P<neg>-?)
    (?:
        (?P<field>[^\W\d]\w*)(?P<op><=|>=|:|<|>|=)(?P<value>(?:"[^"]*"?|[^\s"])*)
        | "(?P<quoted>[^"]*)"?
        | (?P<word>\S+)
    )
    """,
    re.VERBOSE,
)
_VALUE = re.compile(r'(?:"[^"]*"?|[^,"])+')
_SPAN = re.compile(r"(\d{1,5})(d|w|m|y)?", re.ASCII)
_COMPARE = {"<": "lt", ">": "gt", "<=": "le", ">=": "ge", ":": "in"}
_HOLDS = {"<": operator.lt, ">": operator.gt, "<=": operator.le, ">=": operator.ge, ":": operator.eq}
_FIRST_DAY, _LAST_DAY = dt.date(1900, 1, 1), dt.date(2200, 1, 1)
_OUTCOMES = ("open", "won", "lost", "abandoned")


@dataclass(frozen=True, slots=True)
class _Ask:
    """One `field:value` of a filter, and who asks it when."""

    catalog: Catalog
    now: dt.datetime
    zone: dt.tzinfo
    name: str
    op: str
    values: tuple[str, ...]

    @property
    def today(self) -> dt.date:
        return self.now.astimezone(self.zone).date()

    def only_equals(self) -> None:
        if self.op != ":":
            raise _invalid(f"“{self.name}” is compared by “:”, as in {self.name}:value.")


_Build = Callable[[_Ask], Expr]
"""What a field makes of its values; raises Invalid."""


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
    fields = _fields(entity, catalog)
    words: list[str] = []
    parts: list[Expr] = []
    for match in _TOKEN.finditer(text):
        name = fold(match["field"] or "")
        if not name or (name not in fields and match["value"].startswith("//")):
            words += _words(match)
            continue
        if name not in fields:
            raise _invalid(f"There is no field {_show(match['field'])}. Fields: {', '.join(sorted(fields))}.")
        values = tuple(filter(None, map(_unquoted, _VALUE.findall(match["value"]))))
        if not values:
            raise _invalid(f"“{name}{match['op']}” wants a value behind it.")
        op = ":" if match["op"] == "=" else match["op"]
        part = fields[name](_Ask(catalog, now, zone, name, op, values))
        parts.append(Not(part) if match["neg"] else part)
    return Query(text.strip(), tuple(words), All(tuple(parts)))


def field_names(entity: str, catalog: Catalog) -> list[str]:
    """The fields that a filter on the entity may name, for help and completion."""
    return sorted(_fields(entity, catalog))


def _words(match: re.Match[str]) -> list[str]:
    found = match[0].replace('"', " ").removeprefix("-").split()
    if match["neg"] and found:
        raise _invalid(
            f"Words cannot be left out, only fields: “-tag:cold” works, {_show(match[0])} does not."
        )
    return found


def _unquoted(value: str) -> str:
    return value.replace('"', "").strip()


def _invalid(message: str) -> Invalid:
    return Invalid({"filter": message})


def _show(value: str) -> str:
    shown = printable(value)
    return f"“{shown if len(shown) <= 40 else shown[:39] + '…'}”"


def _either(parts: Sequence[Expr]) -> Expr:
    return parts[0] if len(parts) == 1 else Any_(tuple(parts))


def _fields(entity: str, catalog: Catalog) -> dict[str, _Build]:
    common: dict[str, _Build] = {
        "owner": _owner,
        "tag": _listed("tags", _tag),
        "company": _text("company", "prefix"),
        "source": _text("source"),
        "created": _age("created_at"),
        "updated": _age("updated_at"),
        "last": _age("last_activity_at"),
        "next": _next,
    }
    if entity == "deals":
        common |= {
            "stage": _stage,
            "value": _money,
            "currency": _text("currency"),
            "close": _close,
            "outcome": _outcome,
            "probability": _probability,
            "instage": _age("stage_since"),
            "stale": _stale,
            "contact": _text("contact", "prefix"),
        }
    else:
        common |= {
            "status": _text("lead_status"),
            "title": _text("title", "prefix"),
            "city": _text("city", "prefix"),
            "country": _text("country"),
            "email": _listed("emails", _email),
            "phone": _phones,
            "dnc": _flag("do_not_call"),
        }
    for custom in catalog.fields_for(entity):
        column = f"custom.{custom.key}"
        build = {
            "number": _number(column),
            "flag": _flag(column),
            "text": _text(column, "prefix"),
            "url": _text(column, "prefix"),
            "date": _day(column),
        }
        common.setdefault(custom.key, build.get(custom.kind, _text(column)))
    return common


def _presence(column: str, values: Sequence[str]) -> tuple[list[Expr], list[str]]:
    """The tests that `none` and `any` stand for, and the other values."""
    empty = Test(column, "null")
    tests: list[Expr] = []
    rest: list[str] = []
    for value in values:
        if value.lower() in ("none", "any"):
            tests.append(empty if value.lower() == "none" else Not(empty))
        else:
            rest.append(value)
    return tests, rest


def _compared(column: str, ask: _Ask) -> tuple[list[Expr], list[str]]:
    """As `_presence`, for a field that can be compared: `none` and `any` are values behind `:` only."""
    return _presence(column, ask.values) if ask.op == ":" else ([], list(ask.values))


def _text(column: str, how: str = "in") -> _Build:
    def build(ask: _Ask) -> Expr:
        ask.only_equals()
        tests, rest = _presence(column, ask.values)
        if how == "prefix":
            tests += [Test(column, "prefix", (fold(value),)) for value in rest]
        elif rest:
            tests.append(Test(column, how, tuple(rest)))
        return _either(tests)

    return build


def _outcome(ask: _Ask) -> Expr:
    ask.only_equals()
    wanted = tuple(value.lower() for value in ask.values)
    for value in wanted:
        if value not in _OUTCOMES:
            raise _invalid(f"“{ask.name}” is one of {', '.join(_OUTCOMES)}; {_show(value)} is not.")
    return Test("outcome", "in", wanted)


def _listed(column: str, normal: Callable[[_Ask, str], str]) -> _Build:
    synonyms = {"yes": "any", "no": "none"}

    def build(ask: _Ask) -> Expr:
        ask.only_equals()
        tests, rest = _presence(column, [synonyms.get(value.lower(), value) for value in ask.values])
        if rest:
            tests.append(Test(column, "has", tuple(normal(ask, value) for value in rest)))
        return _either(tests)

    return build


def _tag(ask: _Ask, value: str) -> str:
    tag = clean_tag(value)
    if not tag:
        raise _invalid(f"{_show(value)} is no tag. Try {ask.name}:vip.")
    return tag


def _email(ask: _Ask, value: str) -> str:
    if "@" not in value:
        raise _invalid(
            f"{_show(value)} is no whole e-mail address. Search for a part of it without “{ask.name}:”."
        )
    return value


def _phone(ask: _Ask, value: str) -> str:
    from core.points import clean_phone

    try:
        return clean_phone(value, ask.catalog.organization.country)
    except Invalid:
        raise _invalid(
            f"{_show(value)} is no whole phone number. Search for a part of it without “{ask.name}:”."
        ) from None


def _phones(ask: _Ask) -> Expr:
    """Numbers, and whether one can be dialled: `phone:good`; `phone:bad` where all that are known are marked as bad."""
    good = Test("phones", "good")
    states: dict[str, Expr] = {"good": good, "bad": All((Not(Test("phones", "null")), Not(good)))}
    ask.only_equals()
    tests = [states[value.lower()] for value in ask.values if value.lower() in states]
    rest = tuple(value for value in ask.values if value.lower() not in states)
    if rest:
        tests.append(_listed("phones", _phone)(replace(ask, values=rest)))
    return _either(tests)


def _number(column: str) -> _Build:
    def build(ask: _Ask) -> Expr:
        tests, rest = _compared(column, ask)
        return _either([*tests, *(Test(column, _COMPARE[ask.op], (_read_number(ask, v),)) for v in rest)])

    return build


def _read_number(ask: _Ask, value: str) -> int | float:
    try:
        number = float(value.removesuffix("%"))
    except ValueError:
        number = math.nan
    if not abs(number) <= 2**53:
        raise _invalid(f"“{ask.name}” wants a number, as in {ask.name}>10.")
    return int(number) if number.is_integer() else number


def _probability(ask: _Ask) -> Expr:
    """A deal's own probability where it has one, otherwise its stage's; closed stages decide for themselves."""
    stages = ask.catalog.stages
    decided = Test("stage_id", "in", tuple(stage.id for stage in stages if stage.kind != "open"))
    parts: list[Expr] = []
    for value in ask.values:
        wanted = _read_number(ask, value)
        if not isinstance(wanted, int):
            raise _invalid(f"“{ask.name}” wants whole percents, as in {ask.name}>50.")
        holds = _HOLDS[ask.op]
        by_stage = tuple(stage.id for stage in stages if holds(effective_probability(None, stage), wanted))
        parts.append(All((Not(decided), Test("probability", _COMPARE[ask.op], (wanted,)))))
        unset = Any_((decided, Test("probability", "null")))
        parts.append(All((unset, Test("stage_id", "in", by_stage))))
    return _either(parts)


def _money(ask: _Ask) -> Expr:
    parts, rest = _compared("value_minor", ask)
    home = ask.catalog.organization.currency
    for value in rest:
        try:
            money = parse_money(value, home)
        except Invalid as error:
            raise _invalid(str(error)) from None
        if re.search("[A-Za-z]{3}", value) or any(symbol in value for symbol in SYMBOLS.values()):
            amount = Test("value_minor", _COMPARE[ask.op], (money.minor,))
            parts.append(All((amount, Test("currency", "in", (money.currency,)))))
        else:
            parts.append(_in_any_currency(money.minor, exponent(home), ask.op))
    return _either(parts)


def _in_any_currency(minor: int, decimals: int, op: str) -> Expr:
    """An amount without a currency counts in each deal's own, whose minor units may be of another size."""
    parts: list[Expr] = []
    odd: list[str] = []
    for digits in sorted({exponent(code) for code in CURRENCIES} - {decimals}):
        codes = tuple(sorted(code for code in CURRENCIES if exponent(code) == digits))
        odd += codes
        scaled, rest = divmod(minor * 10**digits, 10**decimals)
        if rest and op == ":":
            continue
        # Between two whole units: more than 10.5 is more than 10, less than 10.5 is less than 11.
        bound = scaled + (1 if rest and op in ("<", ">=") else 0)
        parts.append(All((Test("currency", "in", codes), Test("value_minor", _COMPARE[op], (bound,)))))
    usual = Not(Test("currency", "in", tuple(odd)))
    return Any_((All((usual, Test("value_minor", _COMPARE[op], (minor,)))), *parts))


def _flag(column: str) -> _Build:
    yes = Test(column, "in", (True,))

    def build(ask: _Ask) -> Expr:
        ask.only_equals()
        return _either([yes if _yes(ask, value) else Not(yes) for value in ask.values])

    return build


def _yes(ask: _Ask, value: str) -> bool:
    if value.lower() in ("yes", "y", "true", "1", "on"):
        return True
    if value.lower() in ("no", "n", "false", "0", "off"):
        return False
    raise _invalid(f"“{ask.name}” is yes or no.")


def _owner(ask: _Ask) -> Expr:
    ask.only_equals()
    catalog = ask.catalog
    books: list[str] = []
    for value in ask.values:
        wanted = fold(value)
        if wanted == "me":
            books += [_my_book(ask), *(book.id for book in catalog.held_together(catalog.me.id))]
            continue
        if wanted in ("pool", "none"):
            found = [book.id for book in catalog.pools()]
        else:
            found = [
                book.id
                for book in catalog.books
                if any(word.startswith(wanted) for word in _name_words(catalog.owner_name(book.id)))
            ]
        if not found:
            names = ", ".join(sorted({user.name for user in catalog.users}))
            raise _invalid(f"There is nobody called {_show(value)}. People: me, pool, {names}.")
        books += found
    return Test("book_id", "in", tuple(dict.fromkeys(books)))


def _my_book(ask: _Ask) -> str:
    try:
        return ask.catalog.my_book.id
    except NotFound as error:
        raise _invalid(str(error)) from None


def _name_words(name: str) -> list[str]:
    folded = fold(name)
    return [folded, *folded.split()]


def _stage(ask: _Ask) -> Expr:
    ask.only_equals()
    found: list[str] = []
    for value in ask.values:
        wanted = fold(value)
        stages = [s for s in ask.catalog.stages if fold(s.name) == wanted or s.kind == wanted]
        stages = stages or [s for s in ask.catalog.stages if fold(s.name).startswith(wanted)]
        if not stages:
            names = ", ".join(dict.fromkeys(s.name for s in ask.catalog.stages))
            raise _invalid(f"There is no stage {_show(value)}. Stages: {names}.")
        found += [s.id for s in stages]
    return Test("stage_id", "in", tuple(dict.fromkeys(found)))


def _stale(ask: _Ask) -> Expr:
    ask.only_equals()
    parts: list[Expr] = []
    for stage in ask.catalog.stages:
        if stage.stale_days is not None and stage.kind == "open":
            since = ask.now - dt.timedelta(days=stage.stale_days)
            resting = Test("stage_since", "lt", (since,)), Not(Test("last_activity_at", "ge", (since,)))
            parts.append(All((Test("stage_id", "in", (stage.id,)), *resting)))
    stale = All((Test("outcome", "in", ("open",)), Any_(tuple(parts))))
    return _either([stale if _yes(ask, value) else Not(stale) for value in ask.values])


def _next(ask: _Ask) -> Expr:
    column = "next_task_at"
    tomorrow = end_of_today(ask.now, ask.zone)
    states: dict[str, Expr] = {
        "overdue": Test(column, "lt", (ask.now,)),
        "today": All((Test(column, "ge", (ask.now,)), Test(column, "lt", (tomorrow,)))),
        "none": Test(column, "null"),
        "future": Test(column, "ge", (tomorrow,)),
        "any": Not(Test(column, "null")),
    }
    parts: list[Expr] = []
    for value in ask.values:
        if ask.op == ":" and value.lower() in states:
            parts.append(states[value.lower()])
        elif ask.op == ":" and _SPAN.fullmatch(value.lower()):
            raise _invalid(f"“next” is one of {', '.join(states)}, or a time as in next<7d.")
        else:
            parts.append(_by_day(ask, column, _day_ahead(ask, value)))
    return _either(parts)


def _close(ask: _Ask) -> Expr:
    column = "expected_close"
    parts, rest = _compared(column, ask)
    for value in rest:
        if ask.op == ":" and value.lower() in ("overdue", "past"):
            parts.append(Test(column, "lt", (ask.today,)))
        elif ask.op == ":" and value.lower() in ("thismonth", "month"):
            first = ask.today.replace(day=1)
            last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
            parts.append(All((Test(column, "ge", (first,)), Test(column, "le", (last,)))))
        else:
            parts.append(Test(column, _COMPARE[ask.op], (_day_ahead(ask, value),)))
    return _either(parts)


def _day(column: str) -> _Build:
    def build(ask: _Ask) -> Expr:
        tests, rest = _compared(column, ask)
        return _either([*tests, *(Test(column, _COMPARE[ask.op], (_day_ahead(ask, v),)) for v in rest)])

    return build


def _age(column: str) -> _Build:
    # An age runs against the clock: older than (>) means a smaller time.
    ops = {"<": "gt", "<=": "ge", ">": "lt", ">=": "le"}

    def build(ask: _Ask) -> Expr:
        parts: list[Expr] = []
        for value in ask.values:
            span = _SPAN.fullmatch(value.lower())
            if ask.op == ":" and value.lower() in ("none", "never"):
                parts.append(Test(column, "null"))
            elif span and ask.op == ":":
                raise _invalid(
                    f"“{ask.name}” is compared by < or >, as in {ask.name}>30d, or is {ask.name}:none, {ask.name}:today."
                )
            elif span:
                day = _shifted(ask, -1, span)
                parts.append(Test(column, ops[ask.op], (ask.now - (ask.today - day),)))
                if ask.op.startswith(">") and column == "last_activity_at":
                    # What never was lies as long ago as can be.
                    parts.append(Test(column, "null"))
            else:
                parts.append(_by_day(ask, column, _day_ahead(ask, value)))
        return _either(parts)

    return build


def _shifted(ask: _Ask, direction: int, span: re.Match[str]) -> dt.date:
    """The day that lies a span of days, weeks, months (30 days) or years (365) from today."""
    days = int(span[1]) * {"d": 1, "w": 7, "m": 30, "y": 365}[span[2] or "d"]
    try:
        return _likely(ask, ask.today + direction * dt.timedelta(days=days), span[0])
    except OverflowError:
        raise _not_a_time(ask, span[0]) from None


def _day_ahead(ask: _Ask, value: str) -> dt.date:
    value = value.lower()
    days = {"yesterday": -1, "today": 0, "tomorrow": 1}
    if value in days:
        return ask.today + dt.timedelta(days=days[value])
    if span := _SPAN.fullmatch(value):
        return _shifted(ask, 1, span)
    try:
        return _likely(ask, dt.date.fromisoformat(value), value)
    except ValueError:
        raise _not_a_time(ask, value) from None


def _likely(ask: _Ask, day: dt.date, value: str) -> dt.date:
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise _not_a_time(ask, value)
    return day


def _not_a_time(ask: _Ask, value: str) -> Invalid:
    return _invalid(
        f"{_show(value)} is not a time. Try {ask.name}<30d, {ask.name}>2w or a day as in {ask.name}>2026-12-31."
    )


def _by_day(ask: _Ask, column: str, day: dt.date) -> Expr:
    """Compares a time with a whole day: after a day is after its end, before it is before its beginning."""
    start, end = (dt.datetime.combine(d, dt.time(), ask.zone) for d in (day, day + dt.timedelta(days=1)))
    tests: dict[str, Expr] = {
        "<": Test(column, "lt", (start,)),
        "<=": Test(column, "lt", (end,)),
        ">": Test(column, "ge", (end,)),
        ">=": Test(column, "ge", (start,)),
        ":": All((Test(column, "ge", (start,)), Test(column, "lt", (end,)))),
    }
    return tests[ask.op]
