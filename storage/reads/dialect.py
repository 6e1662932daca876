"""What the reads have to say differently to SQLite and to PostgreSQL.

Each dialect is a module (`storage.reads.sqlite`, `storage.postgres.reads.dialect`) that has these functions. All of
them return SQL for a value or a condition; values travel as parameters, named `:name`, never inside the SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from core.schema import Kind


class Dialect(Protocol):
    """SQL for what the two databases have in common in meaning, but not in words."""

    # --- values

    def bindable(self, value: str, /) -> str:
        """A text as the database takes it, whatever was typed or pasted."""
        ...

    def plain(self, kind: Kind, value: Any, /) -> Any:
        """A value of a kind of field as a parameter for comparing with it."""
        ...

    def number(self, value: float, /) -> Any:
        """A number as a parameter for comparing with a number in JSON."""
        ...

    def empty(self, kind: Kind, /) -> str:
        """What a field of that kind holds where it holds nothing; empty where that is null."""
        ...

    # --- text

    def text_in(self, column: str, plain: Sequence[str], other: Sequence[str], /) -> str:
        """Whether a text is one of the values, without case.

        Args:
            column: the text.
            plain: parameters that hold ASCII values in lower case.
            other: parameters that hold other values in lower case.
        """
        ...

    def text_starts(self, column: str, value: str, length: str, /) -> str:
        """Whether a text, folded, starts with the folded value of so many characters (both parameters)."""
        ...

    def key_starts(self, column: str, value: str, /) -> str:
        """Whether a folded key starts with the folded value (a parameter), as a range that an index answers."""
        ...

    def held(self, table: str, column: str, /) -> str:
        """The values that a column holds, each once, as a subquery with the column `value`, to be selected from."""
        ...

    # --- lists and mappings

    def any_item(self, column: str, alias: str, condition: str, /) -> str:
        """Whether any item of a list column holds the condition, which names it `{alias}.value`."""
        ...

    def any_named(self, column: str, alias: str, name: str, condition: str, /) -> str:
        """Whether a mapping column has the name (a parameter), and what it has there (`alias`) holds the condition."""
        ...

    def is_held(self, alias: str, /) -> str:
        """Whether what a mapping has under a name is more than nothing: a form may leave an empty text behind."""
        ...

    def is_text(self, alias: str, /) -> str:
        """Whether what a mapping has under a name is a text."""
        ...

    def text_of(self, alias: str, /) -> str:
        """What a mapping has under a name as a text."""
        ...

    def is_number(self, alias: str, /) -> str:
        """Whether what a mapping has under a name is a number."""
        ...

    def number_of(self, alias: str, /) -> str:
        """What a mapping has under a name as a number; only where it is one."""
        ...

    def is_flag(self, alias: str, value: bool, /) -> str:
        """Whether what a mapping has under a name is yes, or no."""
        ...

    def named_text(self, column: str, name: str, /) -> str:
        """The text that a mapping column has under a name (a constant, not a parameter); null where it has none."""
        ...

    def named_flag(self, column: str, name: str, /) -> str:
        """The yes or no that a mapping column has under a name (a constant, not a parameter); null where it has none."""
        ...

    def gathered(self, value: str, /) -> str:
        """An aggregate: the values of all rows as a JSON list, in no order."""
        ...

    # --- what is shown

    def person_name(self, alias: str, /) -> str:
        """The name of a contact as `core.entities.person_name` writes it."""
        ...

    def first_point(self, column: str, /) -> str:
        """The value of the first e-mail or phone; null where there is none."""
        ...

    def first_good_point(self, column: str, /) -> str:
        """The value of the first e-mail or phone that is not known to be bad; null where there is none."""
        ...

    def joined(self, column: str, /) -> str:
        """The items of a list column, joined by blanks."""
        ...

    def earliest(self) -> str:
        """A time before every other."""
        ...

    def seconds(self, column: str, /) -> str:
        """A time in whole seconds since the epoch."""
        ...

    def micros(self, column: str, /) -> str:
        """A time in microseconds since the epoch."""
        ...

    def day(self, column: str, /) -> str:
        """A day in ISO 8601; empty where there is none."""
        ...

    def json_text(self, column: str, /) -> str:
        """A list or mapping column as JSON text."""
        ...

    def length_of_list(self, column: str, /) -> str:
        """How many items a list column holds."""
        ...

    def has_item_with(self, column: str, key: str, /) -> str:
        """Whether an item of a list column says something under a key."""
        ...

    # --- words

    def phrase(self, word: str, /) -> str:
        """A folded word as a term of a search: found where a text has it, split as the index splits it, as the start of words."""
        ...

    def every(self, terms: Sequence[str], /) -> str:
        """The search that finds what every term finds."""
        ...

    def either(self, one: str, other: str, /) -> str:
        """The term that finds what one of two terms finds."""
        ...

    def matches(self, table: str, /) -> str:
        """Whether the row `t` of the table is found by the search in the parameters `match` and `phrases`."""
        ...
