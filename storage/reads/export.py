"""Records as flat rows for files that other programs read."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from core.catalog import Catalog
from core.changes import Row
from core.errors import NotFound
from core.filters import Query
from core.money import exponent
from core.text import fold
from storage.codec import from_micros
from storage.reads import sqlite
from storage.reads.compile import Condition, compile_query
from storage.reads.sqlite import Connection


def export(connection: Connection, catalog: Catalog, table: str, query: Query) -> Iterator[Row]:
    """Contacts, deals or activities that match, in the order in which they came in, one at a time.

    Each row has the same columns: names in place of ids, `email`, `email_2` and so on (`email_label` says whether it is
    for work), and after all others the custom fields under their labels. Amounts are decimal numbers as text beside their currency, times are UTC in ISO 8601,
    tags are joined by commas; what is not there is None or an empty text.

    The values are what people typed: a text may begin with `=` or hold line breaks. Whoever writes a spreadsheet has to
    see to it that no formula comes of it.

    Args:
        connection: read from as long as the rows are taken.
        catalog: the names.
        table: contacts, deals or activities.
        query: a filter on that table.

    Raises:
        NotFound: such records cannot be exported.
        Invalid: the filter has more parts than a filter can have.
    """
    if table not in _PLANS:
        raise NotFound(f"“{table}” cannot be exported, only {', '.join(_PLANS)}.")
    plan = _PLANS[table](catalog)
    condition = compile_query(catalog, table, query)
    longest = {name: _longest(connection, condition, f"{name}s") for name in plan.lists}
    custom = _custom_columns(catalog, table, plan)
    for values in connection.execute(_sql(plan, condition), condition.parameters):
        row: Row = {}
        for column, value in zip(plan.columns, values, strict=False):
            if column.name in longest:
                row |= _spread(column.name, json.loads(value), longest[column.name])
            else:
                row[column.name] = value if column.read is None else column.read(value)
        if "value" in row:
            row["value"] = _amount(row["value"], row["currency"])
        if plan.custom:
            held = json.loads(values[-1])
            row |= {label: held.get(key) for key, label in custom.items()}
        yield row


class _Column(NamedTuple):
    """A column: its name, what is selected for it (the field of that name, where it is empty), and how that is told."""

    name: str
    sql: str = ""
    read: Callable[[Any], Any] | None = None


class _Plan(NamedTuple):
    """How a table is exported: its columns, what is joined to it, the lists that get several columns, whether there are custom fields."""

    table: str
    columns: Sequence[_Column]
    joins: str
    lists: Sequence[str] = ()
    custom: bool = True


_COMPANY = "left join companies k on k.org_id = :org and k.id = t.company_id and k.deleted_at is null"
_CONTACT = "left join contacts c on c.org_id = :org and c.id = t.contact_id and c.deleted_at is null"
_DEAL = "left join deals d on d.org_id = :org and d.id = t.deal_id and d.deleted_at is null"
_COMPANY_NAME = _Column("company", "coalesce(k.name, '')")
_CONTACT_NAME = _Column("contact", f"case when c.id is null then '' else {sqlite.person_name('c')} end")


def _plain(*names: str) -> list[_Column]:
    return [_Column(name) for name in names]


def _times(*names: str) -> list[_Column]:
    return [_Column(name, read=_time) for name in names]


def _contacts(catalog: Catalog) -> _Plan:
    columns = (
        *_plain("id", "first_name", "last_name", "title"),
        _COMPANY_NAME,
        _Column("email", "t.emails"),
        _Column("phone", "t.phones"),
        *_plain("lead_status", "source"),
        _Column("owner", "t.book_id", catalog.owner_name),
        *_plain("address", "postal_code", "city", "region", "country", "time_zone"),
        _Column("do_not_call", read=bool),
        _Column("description"),
        _Column("tags", read=_tags),
        *_times("last_activity_at", "next_task_at", "created_at", "updated_at"),
    )
    return _Plan("contacts", columns, _COMPANY, lists=("email", "phone"))


def _deals(catalog: Catalog) -> _Plan:
    stages = {stage.id: stage.name for stage in catalog.stages}
    pipelines = {pipeline.id: pipeline.name for pipeline in catalog.pipelines}
    columns = (
        *_plain("id", "title"),
        _COMPANY_NAME,
        _CONTACT_NAME,
        _Column("value", "t.value_minor"),
        *_plain("currency", "probability"),
        _Column("pipeline", "t.pipeline_id", lambda value: pipelines.get(value, "")),
        _Column("stage", "t.stage_id", lambda value: stages.get(value, "")),
        *_plain("outcome", "lost_reason", "expected_close", "next_step", "source"),
        _Column("owner", "t.book_id", catalog.owner_name),
        _Column("description"),
        _Column("tags", read=_tags),
        *_times("stage_since", "closed_at", "last_activity_at", "next_task_at", "created_at", "updated_at"),
    )
    return _Plan("deals", columns, f"{_COMPANY} {_CONTACT}")


def _activities(catalog: Catalog) -> _Plan:
    columns = (
        *_plain("id"),
        *_times("occurred_at"),
        *_plain("kind", "direction", "outcome", "duration_s", "subject", "body"),
        _CONTACT_NAME,
        _COMPANY_NAME,
        _Column("deal", "coalesce(d.title, '')"),
        _Column("user", "t.user_id", lambda value: catalog.user_name(value) if value else ""),
        _Column("owner", "t.book_id", catalog.owner_name),
    )
    return _Plan("activities", columns, f"{_COMPANY} {_CONTACT} {_DEAL}", custom=False)


_PLANS: Mapping[str, Callable[[Catalog], _Plan]] = {
    "contacts": _contacts,
    "deals": _deals,
    "activities": _activities,
}


def _time(value: int | None) -> str | None:
    if value is None:
        return None
    return from_micros(value).isoformat(timespec="seconds").replace("+00:00", "Z")


def _tags(value: str) -> str:
    return ", ".join(json.loads(value))


def _amount(minor: int | None, currency: str) -> str | None:
    return None if minor is None else f"{Decimal(minor).scaleb(-exponent(currency)):f}"


def _sql(plan: _Plan, condition: Condition) -> str:
    columns = [column.sql or f"t.{column.name}" for column in plan.columns]
    if plan.custom:
        columns.append("t.custom")
    # In the order in which the rows lie, so that nothing is gathered to be sorted.
    source = sqlite.unordered(plan.table)
    return f"select {', '.join(columns)} from {source} {plan.joins} where {condition.whole} order by t.n"


def _longest(connection: Connection, condition: Condition, column: str) -> int:
    """How many items the longest list has, at least one."""
    sql = (
        f"select max({sqlite.length_of_list(f't.{column}')}) from {sqlite.unordered(condition.table)}"
        f" where {condition.whole}"
    )
    return int(connection.execute(sql, condition.parameters).fetchone()[0] or 1)


def _spread(name: str, points: Sequence[Mapping[str, str]], columns: int) -> Row:
    """E-mails or phones in so many columns, each with its label beside it."""
    row: Row = {}
    for place in range(columns):
        point = points[place] if place < len(points) else {}
        column = name if place == 0 else f"{name}_{place + 1}"
        row[column] = point.get("value", "")
        row[f"{column}_label"] = point.get("label", "")
    return row


def _custom_columns(catalog: Catalog, table: str, plan: _Plan) -> dict[str, str]:
    """The columns of the custom fields by key: their labels, with the key where another column is called so."""
    taken = {column.name for column in plan.columns}
    out: dict[str, str] = {}
    for field in catalog.fields_for(table):
        plain = fold(field.label).replace(" ", "_")
        out[field.key] = f"{field.label} ({field.key})" if plain in taken else field.label
        taken.add(plain)
    return out
