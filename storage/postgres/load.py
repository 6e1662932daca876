"""Loads what commands need to see, and the set-up, from PostgreSQL: each time in one round trip, as one JSON value.

What the user may not see is not there; the policies of the tables see to that, not the statements here.
"""

# ruff: noqa: S608 (table and column names come from the declarations in core, values are always bound)
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

import psycopg

from core.catalog import Catalog
from core.changes import Row, from_json
from core.commands.base import Get, GetChangeset, Need, Where
from core.entities import RECORDS
from core.errors import NotFound, Unavailable
from core.schema import Kind, Record, fields_of
from core.text import fold
from storage.load import CATALOG_TABLES, Held, assemble, signature
from storage.postgres.codec import codec, codec_of, is_id
from storage.telling import is_elsewhere

R = TypeVar("R", bound=Record)

_LINKS = {
    "contacts": (("companies", "company_id"),),
    "deals": (("contacts", "contact_id"), ("companies", "company_id")),
}
"""What is loaded along with a few records: editing one asks for what it points to, which would be a round trip more."""
_FEW = 3
"""More than so many are not edited but handed over, tagged, deleted."""

_Shape = tuple[str, tuple[str, ...], tuple[str, ...], int]
"""What needs by value have in common that are answered by one subquery: table, fields, conditions without a value, limit."""


class Loaded(Held):
    """What was loaded for one command. Implements `core.commands.base.Seen`.

    Nothing is locked: what changes between loading and applying shows when it is applied.

    Args:
        connection: the user's.
        org_id: the tenant.
    """

    def __init__(self, connection: psycopg.Connection[Any], org_id: str) -> None:
        super().__init__()
        self._connection = connection
        self._org_id = org_id
        self._beside: dict[tuple[str, str], Row] = {}
        self._taken: dict[tuple[str, str], str] = {}

    def load(self, needs: Iterable[Need]) -> None:
        """Loads the needs of a command, those that were not loaded before.

        Raises:
            NotFound: a table is named that there is not.
            psycopg.Error: the server cannot be asked.
        """
        ids: dict[str, list[str]] = {}
        wheres: dict[_Shape, list[Mapping[str, Any]]] = {}
        histories: list[str] = []
        for need in needs:
            match need:
                case Get(table, record_id):
                    if table not in RECORDS:
                        raise NotFound(f"There is no “{table}” to look in.")
                    if (table, record_id) not in self._rows:
                        self._rows[table, record_id] = self._beside.get((table, record_id))
                        if (table, record_id) not in self._beside and is_id(record_id):
                            ids.setdefault(table, []).append(record_id)
                case Where(table, values, limit):
                    if self._begin(table, values):
                        wheres.setdefault(_shape(table, values, limit), []).append(values)
                case GetChangeset(changeset_id):
                    if changeset_id not in self._changesets:
                        self._changesets[changeset_id] = None
                        if is_id(changeset_id):
                            histories.append(changeset_id)
        if ids or wheres or histories:
            self._ask(ids, wheres, histories)

    # --- what commands ask

    def get(self, record: type[R], record_id: str) -> R:
        """See `core.commands.base.Seen.get`. Where a colleague has taken the record out of sight, it says who."""
        key = (record.TABLE, record_id)
        if self._rows[key] is None and key in self._taken:
            raise NotFound(is_elsewhere(self._taken[key], f"that {record.LABEL}"))
        return super().get(record, record_id)

    def row(self, table: str, record_id: str) -> Row | None:
        """A row that was loaded, deleted or not; None where it was not, or there is none."""
        return self._rows.get((table, record_id))

    # --- the round trip

    def _begin(self, table: str, values: Mapping[str, Any]) -> bool:
        """Makes room for what a need by value finds; False where there is nothing to ask."""
        specs = fields_of(RECORDS[table])
        if unknown := set(values) - set(specs):
            raise ValueError(f"{table} has no field {', '.join(sorted(unknown))}")
        key = table, signature(values)
        if key in self._found:
            return False
        self._found[key] = []
        return all(_findable(specs[name].kind, value) for name, value in values.items())

    def _ask(
        self,
        ids: Mapping[str, Sequence[str]],
        wheres: Mapping[_Shape, Sequence[Mapping[str, Any]]],
        histories: Sequence[str],
    ) -> None:
        parameters: dict[str, Any] = {"org": self._org_id, "histories": list(histories)}
        by_id, by_value = [], []
        links = [(table, *link) for table in ids if len(ids[table]) <= _FEW for link in _LINKS.get(table, ())]
        for table, wanted in ids.items():
            parameters[f"ids_{table}"] = wanted
            by_id.append(_get_sql(table))
        for place, (shape, many) in enumerate(wheres.items()):
            by_value.append(_where_sql(shape, many, f"w{place}", parameters))
        history = (
            "(SELECT coalesce(json_agg(json_build_array(id, body, undone_by)), '[]') FROM changesets"
            " WHERE org_id = %(org)s AND id = ANY (%(histories)s::uuid[]))"
            if histories
            else "'[]'::json"
        )
        linked = [_linked_sql(*link) for link in links]
        sql = f"SELECT json_build_array({_list(by_id)}, {_list(by_value)}, {history}, {_list(linked)})"
        answer = _value(self._connection, sql, parameters)
        for table, (rows, missing) in zip(ids, answer[0], strict=True):
            self._put(table, rows)
            self._taken |= {(table, record_id): owner for record_id, owner in missing.items() if owner}
        for (shape, many), found in zip(wheres.items(), answer[1], strict=True):
            for number, rows in found:
                self._found[shape[0], signature(many[number - 1])] = self._put(shape[0], rows)
        for changeset_id, body, undone_by in answer[2]:
            self._changesets[changeset_id] = (from_json(body), undone_by)
        for (_, table, _), rows in zip(links, answer[3], strict=True):
            form = codec(table)
            self._beside |= {(table, row["id"]): row for row in map(form.decode, rows)}

    def _put(self, table: str, rows: Iterable[Sequence[Any]]) -> list[str]:
        form, found = codec(table), []
        for values in rows:
            row = form.decode(values)
            self._rows[table, row["id"]] = row
            found.append(row["id"])
        return found


def catalog(connection: psycopg.Connection[Any]) -> Catalog:
    """The set-up as the user sees it whose login it is.

    Raises:
        Unavailable: the login belongs to no user, or to one who was disabled.
    """
    tables = sorted(CATALOG_TABLES)
    parts = [
        f"(SELECT coalesce(json_agg({codec(table).selected('t')} ORDER BY t.id), '[]') FROM {table} t"
        " WHERE t.org_id = (SELECT offhook.my_org()) AND t.deleted_at IS NULL)"
        for table in tables
    ]
    me, *found = _value(connection, f"SELECT json_build_array(offhook.my_user(), {', '.join(parts)})", {})
    rows = dict(zip(tables, found, strict=True))

    def all_of(record: type[R]) -> list[R]:
        form = codec_of(record)
        return [form.entity(values) for values in rows[record.TABLE]]

    assembled = assemble(me, all_of) if me is not None else None
    if assembled is None:
        raise Unavailable("This login is not known here, or no longer. Ask your admin.")
    return assembled


def _get_sql(table: str) -> str:
    """A subquery for the rows with these ids: [rows, {id of a missing one: who has it now}]."""
    row = codec(table).selected("t")
    missing = (
        f"coalesce(json_object_agg(i.id, offhook.who_took('{table}', i.id)) FILTER (WHERE t.id IS NULL), '{{}}')"
        if "book_id" in fields_of(RECORDS[table])
        else "'{}'::json"
    )
    return (
        f"(SELECT json_build_array(coalesce(json_agg({row}) FILTER (WHERE t.id IS NOT NULL), '[]'), {missing})"
        f" FROM unnest(%(ids_{table})s::uuid[]) AS i(id)"
        f" LEFT JOIN {table} t ON t.org_id = %(org)s AND t.id = i.id)"
    )


def _linked_sql(table: str, linked: str, column: str) -> str:
    """A subquery for the rows that the rows with these ids point to."""
    return (
        f"(SELECT coalesce(json_agg({codec(linked).selected('t')}), '[]') FROM {linked} t"
        f" WHERE t.org_id = %(org)s AND t.id IN (SELECT r.{column} FROM {table} r"
        f" WHERE r.org_id = %(org)s AND r.id = ANY (%(ids_{table})s::uuid[])))"
    )


def _shape(table: str, values: Mapping[str, Any], limit: int) -> _Shape:
    # A flag is said as the indexes of a timeline say it, which have only entries that stand.
    fixed = {
        name: f"r.{name} IS NULL" if value is None else f"r.{name}" if value else f"NOT r.{name}"
        for name, value in values.items()
        if value is None or isinstance(value, bool)
    }
    return table, tuple(sorted(set(values) - set(fixed))), tuple(sorted(fixed.values())), limit


def _where_sql(
    shape: _Shape, many: Sequence[Mapping[str, Any]], prefix: str, parameters: dict[str, Any]
) -> str:
    """A subquery for all needs of one shape, however many: [[number of the need, rows], …]."""
    table, given, fixed, limit = shape
    form = codec(table)
    tests = "".join(f" AND r.{name} = w.{name}" for name in given)
    tests += "".join(f" AND {test}" for test in fixed)
    for name in given:
        parameters[f"{prefix}_{name}"] = [
            fold(values[name]) if name == "sort_key" else form.parameter(name, values[name])
            for values in many
        ]
    parameters[f"{prefix}_limit"] = limit
    parameters[f"{prefix}_numbers"] = list(range(1, len(many) + 1))
    lists = "".join(f", %({prefix}_{name})s::{form.sql_type(name)}[]" for name in given)
    names = "".join(f", {name}" for name in given)
    return (
        f"(SELECT coalesce(json_agg(json_build_array(w.number, found.rows)), '[]')"
        f" FROM unnest(%({prefix}_numbers)s::int[]{lists}) AS w(number{names})"
        f" CROSS JOIN LATERAL (SELECT coalesce(json_agg({form.selected('t')}), '[]') AS rows"
        f" FROM (SELECT r.* FROM {table} r WHERE r.org_id = %(org)s AND r.deleted_at IS NULL{tests}"
        f" LIMIT %({prefix}_limit)s) t) found)"
    )


def _findable(kind: Kind, value: Any) -> bool:
    """Whether there can be a row with this value: PostgreSQL raises over ids that are none, NUL, and half characters."""
    if kind in (Kind.ID, Kind.REF):
        return value is None or is_id(value)
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    return True


def _list(parts: Sequence[str]) -> str:
    # json_build_array takes a hundred arguments, an array any number.
    return f"to_json(ARRAY[{', '.join(parts)}]::json[])"


def _value(connection: psycopg.Connection[Any], sql: str, parameters: Mapping[str, Any]) -> Any:
    row = connection.execute(sql, parameters).fetchone()
    assert row is not None, "an aggregate gives one row"
    return row[0]
