"""Rows of PostgreSQL as JSON, and the Python values that core knows them by.

A statement gives its rows as one JSON value: each row a list in the order of the fields. That is less to send than an
object with names, and far less for Python to take in than the driver's rows.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Generic, TypeVar

from psycopg.types.json import Jsonb

from core.changes import Row
from core.entities import RECORDS
from core.schema import Kind, Record, fields_of

R = TypeVar("R", bound=Record)

SQL_TYPES: Mapping[Kind, str] = {
    Kind.ID: "uuid",
    Kind.REF: "uuid",
    Kind.LINE: "text",
    Kind.TEXT: "text",
    Kind.INT: "bigint",
    Kind.BOOL: "boolean",
    Kind.TIME: "timestamptz",
    Kind.DATE: "date",
    Kind.SET: "jsonb",
    Kind.MAP: "jsonb",
}
"""The SQL type of each kind of field."""

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_id(value: object) -> bool:
    """Whether PostgreSQL takes a value as an id. It answers anything else with an error, where nothing is to be found."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _time(value: str) -> dt.datetime:
    return dt.datetime.fromisoformat(value).astimezone(dt.UTC)


_DECODE: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.TIME: _time,
    Kind.DATE: dt.date.fromisoformat,
    Kind.SET: tuple,
}


class JsonCodec(Generic[R]):
    """Reads the rows of one table from JSON.

    Attributes:
        record: the record class.
        table: the table's name.
        names: the fields in their order.
    """

    __slots__ = ("_decoders", "_kinds", "names", "record", "table")

    def __init__(self, record: type[R]) -> None:
        self.record = record
        self.table = record.TABLE
        self._kinds = {name: spec.kind for name, spec in fields_of(record).items()}
        self.names = tuple(self._kinds)
        self._decoders = tuple((name, _DECODE[kind]) for name, kind in self._kinds.items() if kind in _DECODE)

    def selected(self, alias: str) -> str:
        """SQL for a row as a JSON list, which `decode` and `entity` read.

        Args:
            alias: what the table is called in the statement.
        """
        return f"json_build_array({', '.join(f'{alias}.{name}' for name in self.names)})"

    def decode(self, values: Sequence[Any]) -> Row:
        """A row that was `selected`, as Python values by name."""
        return self._decoded(dict(zip(self.names, values, strict=True)))

    def entity(self, values: Sequence[Any]) -> R:
        """A row that was `selected`, as its record."""
        return self.record(**self.decode(values))

    def decode_named(self, values: Mapping[str, Any]) -> Row:
        """The fields of a row that a JSON object names, as Python values; what is no field is left out."""
        return self._decoded({name: values[name] for name in self.names if name in values})

    def value(self, name: str, value: Any) -> Any:
        """One field's JSON value as Python has it; a name `custom.KEY` reaches into a mapping, whose values are JSON's."""
        convert = None if "." in name else _DECODE.get(self._kinds[name])
        return value if value is None or convert is None else convert(value)

    def sql_type(self, name: str) -> str:
        """The SQL type of a field."""
        return SQL_TYPES[self._kinds[name]]

    def parameter(self, name: str, value: Any) -> Any:
        """One field's value as psycopg takes it."""
        return Jsonb(value) if self._kinds[name] in (Kind.SET, Kind.MAP) else value

    def _decoded(self, row: Row) -> Row:
        for name, convert in self._decoders:
            value = row.get(name)
            if value is not None:
                row[name] = convert(value)
        return row


@cache
def codec(table: str) -> JsonCodec[Any]:
    """The codec of a table.

    Raises:
        KeyError: core declares no such table.
    """
    return JsonCodec(RECORDS[table])


def codec_of(record: type[R]) -> JsonCodec[R]:
    """The codec of a record class, typed by it."""
    return codec(record.TABLE)
