"""Everything that stands around one contact, deal or company, in one statement."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from typing import Any, TypeVar

from core.catalog import Catalog
from core.entities import RECORDS, Company, Contact, Deal, Task
from core.errors import NotFound
from core.schema import Record
from core.workspace import ContactLine, Page
from storage.postgres.reads import dialect
from storage.postgres.reads.dialect import as_id
from storage.postgres.reads.statement import Connection, columns_of, entity, value
from storage.postgres.reads.tasks import select_open_tasks
from storage.postgres.reads.timeline import select_counts
from storage.reads.lines import COMPANY, columns
from storage.reads.page import MOST
from storage.reads.subjects import ties

R = TypeVar("R", bound=Record)

# Which contact and company a record stands for, by its table.
_STANDS_FOR = {
    "contacts": "t.id as contact_id, t.company_id",
    "companies": "null::uuid as contact_id, t.id as company_id",
    "deals": "t.contact_id, t.company_id",
}


def page(connection: Connection, catalog: Catalog, table: str, record_id: str) -> Page:
    """See `storage.reads.page.page`."""
    ties(table)
    parameters = {"org": catalog.organization.id, "subject": as_id(record_id), "limit": MOST}
    found = value(connection, _select(table), parameters)
    if found is None:
        raise NotFound(f"That {RECORDS[table].LABEL} is not there any more.")
    contact, deal, company, deals, mine, others, tasks, counts = found
    first = [ContactLine._make(line) for line in mine]
    people = [
        *first,
        *(ContactLine._make(line) for line in others if line[0] not in {one.id for one in first}),
    ]
    return Page(
        contact=_maybe(Contact, contact),
        deal=_maybe(Deal, deal),
        company=_maybe(Company, company),
        deals=tuple(entity(Deal, values) for values in deals),
        contacts=tuple(people),
        tasks=tuple(entity(Task, values) for values in tasks),
        counts=dict(counts or ()),
    )


def _maybe(record: type[R], values: Any) -> R | None:
    return None if values is None else entity(record, values)


def _select(table: str) -> str:
    """The statement; it selects null where the record is not there."""
    one = {
        "contacts": f"(select {columns_of(Contact, 't')} from contacts t where {_there('s.contact_id')})",
        "deals": f"(select {columns_of(Deal, 't')} from deals t where {_there(':subject::uuid')})"
        if table == "deals"
        else "null",
        "companies": f"(select {columns_of(Company, 't')} from companies t where {_there('s.company_id')})",
    }
    parts = (
        one["contacts"], one["deals"], one["companies"], f"({_deals(table)})", *_people(table),
        f"({select_open_tasks(table)})", f"({select_counts(table)})",
    )  # fmt: skip
    subject = f"select {_STANDS_FOR[table]} from {table} t where {_there(':subject::uuid')}"
    # An aggregate of no row is null, and a row there is none or one.
    return f"select (select json_build_array({', '.join(parts)}) from ({subject} offset 0) s)"


def _there(what: str) -> str:
    return f"t.org_id = :org and t.id = {what} and t.deleted_at is null"


def _deals(table: str) -> str:
    columns = {
        "contacts": ("contact_id",),
        "companies": ("company_id",),
        "deals": ("contact_id", "company_id"),
    }[table]
    around = " or ".join(f"t.{column} = s.{column}" for column in columns)
    order = "order by t.outcome = 'open' desc, t.created_at desc, t.id desc"
    return f"""
        select coalesce(json_agg({columns_of(Deal, "t")} {order}), '[]') from (
            select * from deals t where t.org_id = :org and t.deleted_at is null and ({around})
            and t.id <> :subject::uuid {order} limit :limit
        ) t
    """


def _people(table: str) -> tuple[str, str]:
    """The contact of a deal, and the contacts of a deal's company or of a company, as lines."""
    if table == "contacts":
        return "'[]'::json", "'[]'::json"
    line = f"json_build_array({columns(dialect)})"
    read = f"select {line} as line, t.sort_key, t.id from contacts t {COMPANY} where t.org_id = :org and t.deleted_at is null"
    several = "select coalesce(json_agg(line order by sort_key, id), '[]') from"
    return (
        f"({several} ({read} and t.id = s.contact_id) mine)",
        f"({several} ({read} and t.company_id = s.company_id order by t.sort_key, t.id limit :limit) others)",
    )
