"""Everything that stands around one contact, deal or company."""

# ruff: noqa: S608 (table and column names are constants here or come from the declarations, values are always bound)
from __future__ import annotations

from typing import Any, TypeVar

from core.catalog import Catalog
from core.entities import RECORDS, Company, Contact, Deal
from core.errors import NotFound
from core.schema import Record
from core.workspace import ContactLine, Page, Subject
from storage.codec import codec_of
from storage.reads import sqlite
from storage.reads.lines import COLUMNS, COMPANY, select_lines
from storage.reads.sqlite import Connection
from storage.reads.subjects import ties
from storage.reads.tasks import open_tasks
from storage.reads.timeline import counts

R = TypeVar("R", bound=Record)

MOST = 200
"""Deals, contacts and tasks that a page shows of each."""


def page(connection: Connection, catalog: Catalog, table: str, record_id: str) -> Page:
    """A record's screen.

    Beside a contact or company stand its deals; beside a deal, the other deals of its contact and company. Beside a
    company stand its contacts; beside a deal its contact, then the others of its company.

    Raises:
        NotFound: it is not there, or was deleted.
    """
    ties(table)
    record: Any = _one(connection, catalog, RECORDS[table], record_id)
    if record is None:
        raise NotFound(f"That {RECORDS[table].LABEL} is not there any more.")
    contact = deal = company = None
    if isinstance(record, Deal):
        deal = record
        contact = _one(connection, catalog, Contact, record.contact_id)
        company = _one(connection, catalog, Company, record.company_id)
    elif isinstance(record, Contact):
        contact = record
        company = _one(connection, catalog, Company, record.company_id)
    else:
        company = record
    subject = Subject(table, record_id)
    return Page(
        contact=contact,
        deal=deal,
        company=company,
        deals=_deals(connection, catalog, record),
        contacts=_contacts(connection, catalog, record),
        tasks=open_tasks(connection, catalog, subject, limit=MOST),
        counts=counts(connection, catalog, subject),
    )


def _one(connection: Connection, catalog: Catalog, record: type[R], record_id: str | None) -> R | None:
    if record_id is None:
        return None
    form = codec_of(record)
    sql = f"select {form.columns} from {form.table} where org_id = :org and id = :id and deleted_at is null"
    row = connection.execute(sql, {"org": catalog.organization.id, "id": record_id}).fetchone()
    return None if row is None else form.entity(row)


def _deals(connection: Connection, catalog: Catalog, record: Any) -> tuple[Deal, ...]:
    form = codec_of(Deal)
    # One leg an index; a deal that two of them find is one deal.
    legs = {
        "contact_id": record.id if isinstance(record, Contact) else getattr(record, "contact_id", None),
        "company_id": record.id if isinstance(record, Company) else getattr(record, "company_id", None),
    }
    if isinstance(record, Contact):
        del legs["company_id"]
    found = " union ".join(
        f"select t.n from deals t where t.org_id = :org and t.deleted_at is null and t.{column} = :{column}"
        for column, value in legs.items()
        if value is not None
    )
    if not found:
        return ()
    sql = (
        f"select {form.prefixed('t')} from ({found}) found cross join deals t on t.n = found.n"
        f" where {sqlite.BY_ROW} and t.id <> :self"
        f" order by t.outcome = 'open' desc, t.created_at desc, t.id desc limit {MOST}"
    )
    parameters = {"org": catalog.organization.id, "self": record.id, **legs}
    return tuple(form.entity(row) for row in connection.execute(sql, parameters))


def _contacts(connection: Connection, catalog: Catalog, record: Any) -> tuple[ContactLine, ...]:
    if isinstance(record, Contact):
        return ()
    company_id = record.id if isinstance(record, Company) else record.company_id
    contact_id = getattr(record, "contact_id", None)
    lines: list[ContactLine] = []
    parameters = {"org": catalog.organization.id, "company": company_id, "contact": contact_id}
    read = f"select {COLUMNS} from contacts t {COMPANY} where t.org_id = :org and t.deleted_at is null"
    if contact_id is not None:
        lines += select_lines(connection, f"{read} and t.id = :contact", parameters)
    if company_id is not None:
        sql = f"{read} and t.company_id = :company order by t.sort_key, t.id limit {MOST}"
        others = select_lines(connection, sql, parameters)
        lines += [line for line in others if line.id != contact_id]
    return tuple(lines)
