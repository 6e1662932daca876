"""Records as flat rows for files that other programs read: their columns, and how what is kept is told in them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from core.catalog import Catalog
from core.changes import Row
from core.errors import NotFound
from core.money import exponent
from core.text import fold
from storage.codec import from_micros
from storage.reads.dialect import Dialect

CUSTOM = "custom"
"""The column that becomes one for each custom field."""
_SPREAD = re.compile(r"(?:email|phone)_(?:\d+_)?(?:label|bad|original)|(?:email|phone)_\d+")
"""Columns that items of lists get."""


class Column(NamedTuple):
    """A column: its name, what is selected for it (the field of that name, where it is empty), and how that is told."""

    name: str
    sql: str = ""
    read: Callable[[Any], Any] | None = None


class Plan(NamedTuple):
    """How a table is exported.

    Attributes:
        table: whose records.
        columns: theirs; the last one is `CUSTOM` where there are custom fields.
        joins: what has to be joined to a record `t`.
        lists: columns whose items get a column each.
        facts: what else items of a list can say; it has columns only where one of them says it.
        custom: the columns of custom fields, by key.
    """

    table: str
    columns: Sequence[Column]
    joins: str
    lists: Sequence[str] = ()
    facts: Sequence[tuple[str, str]] = ()
    custom: Mapping[str, str] | None = None

    @property
    def selected(self) -> list[str]:
        """What `row` is made of, of a record `t` and what is joined to it."""
        return [column.sql or f"t.{column.name}" for column in self.columns]

    def widths(self, sql: Dialect) -> list[str]:
        """What is selected, once over all that is exported, for the number of columns: of each list, and of each fact."""
        lists = [f"max({sql.length_of_list(f't.{name}s')})" for name in self.lists]
        facts = [
            f"max(case when {sql.has_item_with(f't.{name}s', fact)} then 1 else 0 end)"
            for name, fact in self.facts
        ]
        return lists + facts

    def row(self, values: Sequence[Any], widths: Sequence[int | None]) -> Row:
        """A record as a flat row.

        Args:
            values: what was selected.
            widths: what was selected for `widths`.
        """
        row: Row = {}
        longest = {name: width or 1 for name, width in zip(self.lists, widths, strict=False)}
        told = [fact for fact, any_ in zip(self.facts, widths[len(self.lists) :], strict=True) if any_]
        held_facts: Row = {}
        for column, value in zip(self.columns, values, strict=True):
            if column.name in self.lists:
                points = json.loads(value)
                row |= _spread(column.name, points, longest[column.name])
                for name, fact in told:
                    if name == column.name:
                        held_facts |= _facts(name, fact, points, longest[name])
            elif column.name == CUSTOM:
                row |= held_facts
                held = json.loads(value)
                row |= {label: held.get(key) for key, label in (self.custom or {}).items()}
            else:
                row[column.name] = value if column.read is None else column.read(value)
        if "value" in row:
            row["value"] = _amount(row["value"], row["currency"])
        return row


_COMPANY = "left join companies k on k.org_id = :org and k.id = t.company_id and k.deleted_at is null"
_CONTACT = "left join contacts c on c.org_id = :org and c.id = t.contact_id and c.deleted_at is null"
_DEAL = "left join deals d on d.org_id = :org and d.id = t.deal_id and d.deleted_at is null"
_COMPANY_NAME = Column("company", "coalesce(k.name, '')")
_COMPANY_ID, _CONTACT_ID, _DEAL_ID = (
    Column("company_id", "k.id"),
    Column("contact_id", "c.id"),
    Column("deal_id", "d.id"),
)
"""Beside the names, so that two of one name stay apart where the file is read again."""


def _plain(*names: str) -> list[Column]:
    return [Column(name) for name in names]


def _times(sql: Dialect, *names: str) -> list[Column]:
    return [Column(name, sql.micros(f"t.{name}"), _time) for name in names]


def _contact_name(sql: Dialect) -> Column:
    return Column("contact", f"case when c.id is null then '' else {sql.person_name('c')} end")


def _tags(sql: Dialect) -> Column:
    return Column("tags", sql.json_text("t.tags"), _joined)


def _external_ids(sql: Dialect) -> Column:
    return Column("external_ids", sql.json_text("t.external_ids"), _joined)


def _with_custom(catalog: Catalog, plan: Plan, sql: Dialect) -> Plan:
    """The plan with the custom fields: their labels, with the key where another column is called so."""
    taken = {column.name for column in plan.columns}
    custom: dict[str, str] = {}
    for field in catalog.fields_for(plan.table):
        plain = fold(field.label).replace(" ", "_")
        is_taken = plain in taken or _SPREAD.fullmatch(plain)
        custom[field.key] = f"{field.label} ({field.key})" if is_taken else field.label
        taken.add(plain)
    columns = (*plan.columns, Column(CUSTOM, sql.json_text("t.custom")))
    return plan._replace(columns=columns, custom=custom)


def _contacts(catalog: Catalog, sql: Dialect) -> Plan:
    columns = (
        *_plain("id", "first_name", "last_name", "title"),
        _COMPANY_NAME,
        Column("email", sql.json_text("t.emails")),
        Column("phone", sql.json_text("t.phones")),
        *_plain("lead_status", "source"),
        Column("owner", "t.book_id", catalog.owner_name),
        *_plain("address", "postal_code", "city", "region", "country", "time_zone"),
        Column("do_not_call", read=bool),
        Column("description"),
        _tags(sql),
        *_times(sql, "last_activity_at", "next_task_at", "created_at", "updated_at"),
        _COMPANY_ID,
        _external_ids(sql),
    )
    facts = (("phone", "bad"), ("phone", "original"))
    return _with_custom(
        catalog, Plan("contacts", columns, _COMPANY, lists=("email", "phone"), facts=facts), sql
    )


def _companies(catalog: Catalog, sql: Dialect) -> Plan:
    columns = (
        *_plain("id", "name", "domain", "website", "phone", "industry", "employees"),
        *_plain("address", "postal_code", "city", "region", "country"),
        Column("owner", "t.book_id", catalog.owner_name),
        Column("description"),
        _tags(sql),
        *_times(sql, "created_at", "updated_at"),
        _external_ids(sql),
    )
    return _with_custom(catalog, Plan("companies", columns, ""), sql)


def _deals(catalog: Catalog, sql: Dialect) -> Plan:
    stages = {stage.id: stage.name for stage in catalog.stages}
    pipelines = {pipeline.id: pipeline.name for pipeline in catalog.pipelines}
    columns = (
        *_plain("id", "title"),
        _COMPANY_NAME,
        _contact_name(sql),
        Column("value", "t.value_minor"),
        *_plain("currency", "probability"),
        Column("pipeline", "t.pipeline_id", lambda value: pipelines.get(value, "")),
        Column("stage", "t.stage_id", lambda value: stages.get(value, "")),
        *_plain("outcome", "lost_reason", "expected_close", "next_step", "source"),
        Column("owner", "t.book_id", catalog.owner_name),
        Column("description"),
        _tags(sql),
        *_times(
            sql, "stage_since", "closed_at", "last_activity_at", "next_task_at", "created_at", "updated_at"
        ),
        _COMPANY_ID,
        _CONTACT_ID,
        _external_ids(sql),
    )
    return _with_custom(catalog, Plan("deals", columns, f"{_COMPANY} {_CONTACT}"), sql)


def _activities(catalog: Catalog, sql: Dialect) -> Plan:
    columns = (
        *_plain("id"),
        *_times(sql, "occurred_at"),
        *_plain("kind", "direction", "outcome", "duration_s", "subject", "body"),
        _contact_name(sql),
        _COMPANY_NAME,
        Column("deal", "coalesce(d.title, '')"),
        Column("user", "t.user_id", lambda value: catalog.user_name(value) if value else ""),
        Column("owner", "t.book_id", catalog.owner_name),
        _CONTACT_ID,
        _COMPANY_ID,
        _DEAL_ID,
    )
    return Plan("activities", columns, f"{_COMPANY} {_CONTACT} {_DEAL}")


_PLANS: Mapping[str, Callable[[Catalog, Dialect], Plan]] = {
    "contacts": _contacts,
    "companies": _companies,
    "deals": _deals,
    "activities": _activities,
}


def plan(catalog: Catalog, table: str, sql: Dialect) -> Plan:
    """How the records of a table are exported.

    Raises:
        NotFound: such records cannot be exported.
    """
    if table not in _PLANS:
        raise NotFound(f"“{table}” cannot be exported, only {', '.join(_PLANS)}.")
    return _PLANS[table](catalog, sql)


def _joined(value: str) -> str:
    from core.imports.values.lists import join_list

    return join_list(json.loads(value))


def _time(value: int | None) -> str | None:
    if value is None:
        return None
    return from_micros(value).isoformat(timespec="seconds").replace("+00:00", "Z")


def _amount(minor: int | None, currency: str) -> str | None:
    return None if minor is None else f"{Decimal(minor).scaleb(-exponent(currency)):f}"


def _spread(name: str, points: Sequence[Mapping[str, str]], columns: int) -> Row:
    """E-mails or phones in so many columns, each with its label beside it."""
    row: Row = {}
    for place in range(columns):
        point = points[place] if place < len(points) else {}
        column = name if place == 0 else f"{name}_{place + 1}"
        row[column] = point.get("value", "")
        row[f"{column}_label"] = point.get("label", "")
    return row


def _facts(name: str, fact: str, points: Sequence[Mapping[str, str]], columns: int) -> Row:
    """What items say beside their value and label: why a phone is bad, how a file had it."""
    return {
        f"{name}_{fact}" if place == 0 else f"{name}_{place + 1}_{fact}": (
            points[place].get(fact, "") if place < len(points) else ""
        )
        for place in range(columns)
    }
