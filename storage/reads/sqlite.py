"""What the read queries say to SQLite alone: JSON columns, full-text indexes, text compared without case.

The first part is a `storage.reads.dialect.Dialect`, the second what no other database needs to be told.
"""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from core.schema import Kind
from core.text import begins_words, fold
from storage.codec import to_micros

_EMPTY = {Kind.LINE: "''", Kind.TEXT: "''", Kind.SET: "'[]'", Kind.MAP: "'{}'"}

BY_ROW = "+t.org_id = :org"
"""The organization, for rows of `t` that are given by their `n`. The plus keeps SQLite from going by an index instead."""


class Cursor(Protocol):
    """What a DB-API cursor offers to the reads."""

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """What sqlite3 and sqlcipher3 connections offer to the reads. Rows come as plain tuples."""

    def execute(self, sql: str, parameters: Mapping[str, Any] = ..., /) -> Cursor: ...


class Preparable(Protocol):
    """A connection to which SQL functions can be added."""

    def create_function(self, name: str, narg: int, func: Any, /, *, deterministic: bool = ...) -> None: ...


def prepare(connection: Preparable) -> None:
    """Teaches a fresh connection the functions that the reads use; once, before the first of them.

    SQLite's own `lower` knows ASCII only, and nothing in it folds accents.
    """
    connection.create_function("offhook_fold", 1, fold, deterministic=True)
    connection.create_function("offhook_lower", 1, str.lower, deterministic=True)
    connection.create_function("offhook_says", 2, begins_words, deterministic=True)


def bindable(value: str) -> str:
    """`value` as SQLite takes it: halves of a character, which bytes that are no text may turn to, cannot be stored."""
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")


def plain(kind: Kind, value: Any) -> Any:
    """See `Dialect.plain`."""
    if kind is Kind.TIME:
        return to_micros(value)
    if kind is Kind.DATE:
        return value.isoformat()
    if kind in (Kind.INT, Kind.BOOL):
        return int(value)
    return bindable(value) if isinstance(value, str) else value


def number(value: float) -> Any:
    """See `Dialect.number`."""
    return value


def empty(kind: Kind) -> str:
    """See `Dialect.empty`."""
    return _EMPTY.get(kind, "")


def _is_ascii(column: str) -> str:
    return f"length(cast({column} as blob)) = length({column})"


def text_in(column: str, plain: Sequence[str], other: Sequence[str]) -> str:
    """Whether a text is one of the values, without case.

    Args:
        column: the text.
        plain: parameters that hold ASCII values in lower case; SQLite compares these by itself.
        other: parameters that hold other values in lower case.
    """
    parts = []
    if plain:
        parts.append(f"{column} collate nocase in ({', '.join(plain)})")
    if other:
        parts.append(f"offhook_lower({column}) in ({', '.join(other)})")
    return f"({' or '.join(parts)})"


def text_starts(column: str, value: str, length: str) -> str:
    """Whether a text, folded, starts with the folded value of so many characters (both parameters)."""
    # Most text is ASCII, for which SQLite folds by itself: a tenth of the time of a call to Python.
    return (
        f"case when {_is_ascii(column)} then lower(substr({column}, 1, {length})) = {value}"
        f" else substr(offhook_fold({column}), 1, {length}) = {value} end"
    )


def key_starts(column: str, value: str) -> str:
    """Whether a folded key starts with the folded value (a parameter), as a range that an index answers."""
    return f"({column} >= {value} and {column} < {value} || char(1114111))"


def any_item(column: str, alias: str, condition: str) -> str:
    """Whether any item of a list column holds the condition, which names it `{alias}.value`."""
    items = _tested(f"select 1 from json_each({column}) {alias} where {condition}")
    # The first two are in the words of an index, and a reason to go by it.
    return f"{column} <> '[]' and {column} > '' and {items}"


def any_named(column: str, alias: str, name: str, condition: str) -> str:
    """See `Dialect.any_named`."""
    return _tested(f"select 1 from json_each({column}) {alias} where {alias}.key = {name} and {condition}")


def _tested(select: str) -> str:
    # A bare EXISTS becomes a join, and SQLite puts it behind the others: names would be looked up for rows that fail.
    return f"(exists ({select}) is true)"


def is_held(alias: str) -> str:
    """See `Dialect.is_held`."""
    return f"{alias}.type <> 'null' and {alias}.value <> ''"


def is_text(alias: str) -> str:
    """See `Dialect.is_text`."""
    return f"{alias}.type = 'text'"


def text_of(alias: str) -> str:
    """See `Dialect.text_of`."""
    return f"{alias}.value"


def is_number(alias: str) -> str:
    """See `Dialect.is_number`."""
    return f"{alias}.type in ('integer', 'real')"


def number_of(alias: str) -> str:
    """See `Dialect.number_of`."""
    return f"{alias}.value"


def is_flag(alias: str, value: bool) -> str:
    """See `Dialect.is_flag`."""
    return f"{alias}.type = '{str(value).lower()}'"


def named_text(column: str, name: str) -> str:
    """See `Dialect.named_text`."""
    return f"json_extract({column}, '$.{name}')"


def named_flag(column: str, name: str) -> str:
    """See `Dialect.named_flag`."""
    return f"case json_type({column}, '$.{name}') when 'true' then 1 when 'false' then 0 end"


def gathered(value: str) -> str:
    """See `Dialect.gathered`."""
    return f"json_group_array({value})"


def listed(parameter: str) -> str:
    """The values of a parameter that holds a JSON list, as a subquery; for lists of any length."""
    return f"(select value from json_each({parameter}))"


def placed(parameter: str, alias: str) -> str:
    """The values of a parameter that holds a JSON list as a table: `{alias}.value`, in the order of `{alias}.key`."""
    return f"json_each({parameter}) {alias}"


def first_point(column: str) -> str:
    """The value of the first e-mail or phone; null where there is none."""
    return f"json_extract({column}, '$[0].value')"


def first_good_point(column: str) -> str:
    """See `Dialect.first_good_point`."""
    return (
        f"(select json_extract(good.value, '$.value') from json_each({column}) good"
        " where coalesce(json_extract(good.value, '$.bad'), '') = '' order by good.key limit 1)"
    )


def joined(column: str) -> str:
    """The items of a list column, joined by blanks."""
    return (
        f"case {column} when '[]' then '' else (select group_concat(value, ' ') from json_each({column})) end"
    )


def length_of_list(column: str) -> str:
    """How many items a list column holds."""
    return f"json_array_length({column})"


def has_item_with(column: str, key: str) -> str:
    """See `Dialect.has_item_with`."""
    return f"exists (select 1 from json_each({column}) i where i.value ->> '$.{key}' is not null)"


def earliest() -> str:
    """See `Dialect.earliest`."""
    return "-9223372036854775808"


def seconds(column: str) -> str:
    """A time in whole seconds since the epoch."""
    return f"{column} / 1000000"


def micros(column: str) -> str:
    """A time in microseconds since the epoch, which is how it is kept."""
    return column


def day(column: str) -> str:
    """A day in ISO 8601, which is how it is kept; empty where there is none."""
    return f"coalesce({column}, '')"


def json_text(column: str) -> str:
    """A list or mapping column as JSON text, which is how it is kept."""
    return column


def person_name(alias: str) -> str:
    """The name of a contact as `core.entities.person_name` writes it."""
    # Contacts without a name are few; for the others nothing but their name is read, which a covering index holds.
    points = f"{first_point('nameless.emails')}, {first_point('nameless.phones')}, '(no name)'"
    return (
        f"case when {alias}.first_name || {alias}.last_name <> ''"
        f" then trim({alias}.first_name || ' ' || {alias}.last_name)"
        f" else (select coalesce({points}) from contacts nameless where nameless.n = {alias}.n) end"
    )


def held(table: str, column: str) -> str:
    """The values that a column holds, each once, as a subquery: a hop a value through an index that begins with it."""
    least = f"select min({column}) from {table} where org_id = :org and deleted_at is null"
    return (
        f"(with recursive held (value) as ({least} union all select ({least} and {column} > held.value)"
        " from held where held.value is not null) select value from held where value is not null) held"
    )


# --- full text ---------------------------------------------------------------------------------------------------


def matches(table: str) -> str:
    """See `Dialect.matches`."""
    return f"t.n in (select rowid from {table}_fts where {table}_fts match :match)"


def by_row(condition: str) -> str:
    """A condition that begins with the organization, for rows of `t` that are given by their `n`."""
    return condition.replace("t.org_id = :org", BY_ROW, 1)


def found(table: str, parameter: str = ":match") -> tuple[str, str, str]:
    """A full-text search, joined to its table `t`: (source, condition, order: the newest rows first)."""
    return (
        f"{table}_fts f cross join {table} t on t.n = f.rowid",
        f"{table}_fts match {parameter}",
        "f.rowid desc",
    )


def count_found(table: str, where: str) -> str:
    """The SQL that counts what a full-text search for `:match` finds.

    A file of one organization needs no look at the rows, of which a first letter finds tens of thousands.
    """
    source, match, _ = found(table)
    return (
        "select case when (select count(*) from organizations) = 1"
        f" then (select count(*) from {table}_fts where {match})"
        f" else (select count(*) from {source} where {match} and {where}) end"
    )


def unordered(table: str) -> str:
    """The table `t`, to be read as it lies on the disk.

    Every index leads with the organization, whose rows are all of them: read through an index, each row costs a seek.
    """
    return f"{table} t not indexed"


def phrase(word: str) -> str:
    """A folded word as a full-text term: found where a text has it, split as the index splits it, as the start of words.

    In quotes nothing is syntax but the quote itself, and the parser reads up to the first NUL.
    """
    return '"' + word.replace("\0", " ").replace('"', '""') + '" *'


def every(terms: Sequence[str]) -> str:
    """The full-text expression that finds what every term finds."""
    return " AND ".join(terms)


def either(one: str, other: str) -> str:
    """The full-text term that finds what one of two terms finds."""
    return f"({one} OR {other})"
