"""Rows of SQLite and the Python values that core knows them by.

Times are whole microseconds since the epoch, days are ISO text, lists and mappings are compact JSON, everything else
is what it looks like. Column lists come from the declarations in core, so no statement names a column that core does
not know.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, Generic, TypeVar

from core.changes import Row
from core.entities import RECORDS
from core.schema import Kind, Record, fields_of

R = TypeVar("R", bound=Record)
Encoded = Sequence[Any]
"""A row as SQLite keeps it: its values, in the order of `TableCodec.names`."""

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_DAY = 86_400_000_000
# What is looked for in vain in every value, and costs as much as writing it, are circles.
_encode_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def to_micros(value: dt.datetime) -> int:
    """An aware time as microseconds since the epoch."""
    delta = value - EPOCH
    return delta.days * _DAY + delta.seconds * 1_000_000 + delta.microseconds


def from_micros(value: int) -> dt.datetime:
    """The inverse of `to_micros`; the time is in UTC."""
    return EPOCH + dt.timedelta(microseconds=value)


def to_json(value: Any) -> str:
    """Compact JSON text."""
    return _encode_json(value)


def _encode_set(value: Sequence[Any]) -> str:
    return _encode_json(value) if value else "[]"


def _decode_set(value: str) -> tuple[Any, ...]:
    return () if value == "[]" else tuple(json.loads(value))


def _encode_map(value: Mapping[str, Any]) -> str:
    return _encode_json(value if isinstance(value, dict) else dict(value)) if value else "{}"


def _decode_map(value: str) -> dict[str, Any]:
    if value == "{}":
        return {}
    out: dict[str, Any] = json.loads(value)
    return out


# A bool needs nothing: it is bound as the number it is.
_ENCODE: dict[Kind, Callable[[Any], Any]] = {
    Kind.TIME: to_micros,
    Kind.DATE: dt.date.isoformat,
    Kind.SET: _encode_set,
    Kind.MAP: _encode_map,
}
_DECODE: dict[Kind, Callable[[Any], Any]] = {
    Kind.TIME: from_micros,
    Kind.DATE: dt.date.fromisoformat,
    Kind.BOOL: bool,
    Kind.SET: _decode_set,
    Kind.MAP: _decode_map,
}


class TableCodec(Generic[R]):
    """Reads and writes the rows of one table.

    Attributes:
        record: the record class.
        table: the table's name.
        names: the columns in their order, which is the order of the fields.
        columns: the names as a select list.
    """

    __slots__ = ("_decoders", "_encoders", "_kinds", "_values", "columns", "names", "record", "table")

    def __init__(self, record: type[R]) -> None:
        self.record = record
        self.table = record.TABLE
        self._kinds = {name: spec.kind for name, spec in fields_of(record).items()}
        self.names = tuple(self._kinds)
        self.columns = ", ".join(self.names)
        self._values = itemgetter(*self.names)
        self._encoders = tuple(
            (place, _ENCODE[kind]) for place, kind in enumerate(self._kinds.values()) if kind in _ENCODE
        )
        self._decoders = tuple((n, _DECODE[kind]) for n, kind in self._kinds.items() if kind in _DECODE)

    def prefixed(self, alias: str) -> str:
        """The select list with a table alias before each name."""
        return ", ".join(f"{alias}.{name}" for name in self.names)

    def decode(self, values: Sequence[Any]) -> Row:
        """A selected row (`columns` in their order) as Python values by name."""
        row = dict(zip(self.names, values, strict=True))
        for name, convert in self._decoders:
            value = row[name]
            if value is not None:
                row[name] = convert(value)
        return row

    def entity(self, values: Sequence[Any]) -> R:
        """A selected row (`columns` in their order) as its record."""
        return self.record(**self.decode(values))

    def encode(self, name: str, value: Any) -> Any:
        """One field's value as SQLite keeps it."""
        convert = _ENCODE.get(self._kinds[name])
        return value if value is None or convert is None else convert(value)

    def encode_row(self, row: Mapping[str, Any]) -> list[Any]:
        """A whole row as SQLite keeps it, in the order of `names`."""
        out = list(self._values(row))
        for place, convert in self._encoders:
            value = out[place]
            if value is not None:
                out[place] = convert(value)
        return out


@cache
def codec(table: str) -> TableCodec[Any]:
    """The codec of a table.

    Raises:
        KeyError: core declares no such table.
    """
    return TableCodec(RECORDS[table])


def codec_of(record: type[R]) -> TableCodec[R]:
    """The codec of a record class, typed by it."""
    return codec(record.TABLE)
