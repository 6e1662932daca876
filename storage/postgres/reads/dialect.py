"""What the read queries say to PostgreSQL: see `storage.reads.dialect.Dialect`.

Text columns have the collation C, so texts are compared and sorted by code point, as SQLite and Python do.
"""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from core.schema import Kind
from core.text import words

NOBODY = "00000000-0000-0000-0000-000000000000"
"""An id that no record has: what a text is taken for that is no id."""
LONGEST_LEXEME = 250
"""Characters of a word that the index holds; see offhook.lexemes."""

_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EMPTY = {Kind.LINE: "''", Kind.TEXT: "''", Kind.SET: "'[]'::jsonb", Kind.MAP: "'{}'::jsonb"}


def as_id(value: str | None) -> str | None:
    """An id as a parameter: PostgreSQL raises over a text that is none, where there is just nothing to be found."""
    if value is None or _ID.fullmatch(value):
        return value
    return NOBODY


def as_ids(values: Sequence[str]) -> list[str]:
    """Those of the values that can be ids."""
    return [value for value in values if _ID.fullmatch(value)]


def bindable(value: str) -> str:
    """`value` as PostgreSQL takes it: without halves of characters, and without NUL, of which it knows nothing."""
    return value.encode("utf-8", "replace").decode("utf-8").replace("\0", "\N{REPLACEMENT CHARACTER}")


def plain(kind: Kind, value: Any) -> Any:
    """See `Dialect.plain`."""
    if kind in (Kind.ID, Kind.REF):
        return as_id(value)
    if kind is Kind.BOOL:
        return bool(value)
    if kind is Kind.INT:
        return int(value)
    return bindable(value) if isinstance(value, str) else value


def number(value: float) -> Any:
    """See `Dialect.number`: exact, since a number in JSON may be larger than any that a machine counts with."""
    return value if isinstance(value, int) else Decimal(repr(value))


def empty(kind: Kind) -> str:
    """See `Dialect.empty`."""
    return _EMPTY.get(kind, "")


def _is_ascii(column: str) -> str:
    return f"octet_length({column}) = char_length({column})"


def _small(value: str) -> str:
    # offhook.lowered knows one small sigma only.
    return f"replace({value}, 'ς', 'σ')"


def text_in(column: str, plain: Sequence[str], other: Sequence[str]) -> str:
    """See `Dialect.text_in`."""
    parts = []
    if plain:
        parts.append(f'lower({column} collate "C") in ({", ".join(plain)})')
    if other:
        listed = ", ".join(_small(f"{value}::text") for value in other)
        parts.append(f"(not {_is_ascii(column)} and {_small(f'offhook.lowered({column})')} in ({listed}))")
    return f"({' or '.join(parts)})"


def text_starts(column: str, value: str, length: str) -> str:
    """See `Dialect.text_starts`."""
    # Most text is ASCII, for which PostgreSQL folds by itself: a tenth of the time of a call.
    return (
        f'case when {_is_ascii(column)} then left(lower({column} collate "C"), {length}) = {value}'
        f" else left(offhook.fold({column}), {length}) = {value} end"
    )


def key_starts(column: str, value: str) -> str:
    """See `Dialect.key_starts`."""
    return f"({column} >= {value}::text and {column} < {value}::text || U&'\\+10FFFF')"


def held(table: str, column: str) -> str:
    """See `Dialect.held`: a hop a value through an index; whose records have the value does not matter."""
    if (table, column) != ("contacts", "lead_status"):
        raise ValueError(f"no index leads from value to value of {table}.{column}")
    return "(select status as value from offhook.lead_statuses() status) held"


def any_item(column: str, alias: str, condition: str) -> str:
    """See `Dialect.any_item`."""
    items = f"select 1 from jsonb_array_elements_text({column}) as {alias}(value) where {condition}"
    return f"({column} <> '[]' and exists ({items}))"


def any_named(column: str, alias: str, name: str, condition: str) -> str:
    """See `Dialect.any_named`."""
    held = f"(select {column} -> {name}::text as value offset 0) {alias}"
    return f"exists (select 1 from {held} where {alias}.value is not null and {condition})"


def is_held(alias: str) -> str:
    """See `Dialect.is_held`."""
    return f"{alias}.value not in ('null', '\"\"')"


def is_text(alias: str) -> str:
    """See `Dialect.is_text`."""
    return f"jsonb_typeof({alias}.value) = 'string'"


def text_of(alias: str) -> str:
    """See `Dialect.text_of`."""
    return f"(({alias}.value #>> '{{}}') collate \"C\")"


def is_number(alias: str) -> str:
    """See `Dialect.is_number`."""
    return f"jsonb_typeof({alias}.value) = 'number'"


def number_of(alias: str) -> str:
    """See `Dialect.number_of`: in no order of evaluation is it asked of a text."""
    return f"case when {is_number(alias)} then ({alias}.value #>> '{{}}')::numeric end"


def is_flag(alias: str, value: bool) -> str:
    """See `Dialect.is_flag`."""
    return f"{alias}.value = '{str(value).lower()}'"


def named_text(column: str, name: str) -> str:
    """See `Dialect.named_text`."""
    return f"({column} ->> '{name}')"


def named_flag(column: str, name: str) -> str:
    """See `Dialect.named_flag`."""
    return f"case {column} -> '{name}' when 'true' then true when 'false' then false end"


def gathered(value: str) -> str:
    """See `Dialect.gathered`."""
    return f"coalesce(json_agg({value}), '[]')"


def person_name(alias: str) -> str:
    """See `Dialect.person_name`."""
    points = f"{first_point(f'{alias}.emails')}, {first_point(f'{alias}.phones')}"
    return (
        f"coalesce(nullif(btrim({alias}.first_name || ' ' || {alias}.last_name), ''), {points}, '(no name)')"
    )


def first_point(column: str) -> str:
    """See `Dialect.first_point`."""
    return f"({column} -> 0 ->> 'value')"


def first_good_point(column: str) -> str:
    """See `Dialect.first_good_point`."""
    return (
        f"(select good.item ->> 'value' from jsonb_array_elements({column}) with ordinality as good(item, place)"
        " where coalesce(good.item ->> 'bad', '') = '' order by good.place limit 1)"
    )


def joined(column: str) -> str:
    """See `Dialect.joined`."""
    items = f"select string_agg(item, ' ' order by place) from jsonb_array_elements_text({column})"
    return f"case when {column} = '[]' then '' else ({items} with ordinality as items(item, place)) end"


def earliest() -> str:
    """See `Dialect.earliest`."""
    return "'-infinity'::timestamptz"


def seconds(column: str) -> str:
    """See `Dialect.seconds`."""
    return f"floor(date_part('epoch', {column}))::bigint"


def micros(column: str) -> str:
    """See `Dialect.micros`."""
    return f"(extract(epoch from {column}) * 1000000)::bigint"


def day(column: str) -> str:
    """See `Dialect.day`."""
    return f"coalesce(to_char({column}, 'YYYY-MM-DD'), '')"


def json_text(column: str) -> str:
    """See `Dialect.json_text`."""
    return f"{column}::text"


def length_of_list(column: str) -> str:
    """See `Dialect.length_of_list`."""
    return f"jsonb_array_length({column})"


def has_item_with(column: str, key: str) -> str:
    """See `Dialect.has_item_with`."""
    return (
        f"exists (select 1 from jsonb_array_elements({column}) i(item) where i.item ->> '{key}' is not null)"
    )


# --- words ---------------------------------------------------------------------------------------------------------


def phrase(word: str) -> str:
    """See `Dialect.phrase`: in quotes, made of letters and digits alone, so nothing in it is syntax of a tsquery."""
    *whole, start = [f"'{part[:LONGEST_LEXEME]}'" for part in words(word)] or ["''"]
    return every([*whole, f"{start}:*"])


def every(terms: Sequence[str]) -> str:
    """See `Dialect.every`."""
    return terms[0] if len(terms) == 1 else f"({' & '.join(terms)})"


def either(one: str, other: str) -> str:
    """See `Dialect.either`."""
    return f"({one} | {other})"


def matches(table: str) -> str:
    """See `Dialect.matches`."""
    # In the place of a table the function runs once; in a select list it would run for every row of a nested loop, which
    # is what PostgreSQL plans while it has no statistics: after an import, say.
    return f"t.id in (select hit from {found(table)} as hit)"


def found(table: str) -> str:
    """The call that gives the ids of all that the search in the parameters `match` and `phrases` finds.

    Operators of full-text search tell of what they look at, so under row-level security they go by no index: a function
    that runs as the owner looks, and itself keeps to the caller's books.

    Args:
        table: one with an index of words.
    """
    return f"offhook.found('{table}', :match::tsquery, :phrases::text[])"


def newest_found(table: str) -> str:
    """The call that gives the newest of what the search finds, at most `ranked` of them, with what ranking looks at.

    Its columns: `id`, `name` (folded), `told` (those of the parameter `tokens` that are whole words) and `at`.

    Args:
        table: one with an index of words.
    """
    return f"offhook.newest_found('{table}', :match::tsquery, :ranked, :phrases::text[], :tokens::text[])"
