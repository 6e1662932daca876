"""Commands on companies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from core.catalog import Catalog
from core.changes import Change
from core.commands.base import (
    Command,
    Context,
    Decision,
    Get,
    Need,
    Seen,
    Where,
    book_for,
    changes_nothing,
    cleaned,
    counted,
    delete,
    delete_open,
    insert,
    refuse_owner,
    told,
    update,
    written,
)
from core.commands.checks import Checks
from core.commands.tell import edit_entry
from core.entities import Company, Contact, Deal, Task
from core.errors import Invalid, NotFound, Refused
from core.ids import new_id
from core.permissions import require_can_change, require_write
from core.points import check_country, clean_domain, clean_phone, clean_url
from core.text import clean_line, fold


def needs_company(name: Any) -> list[Need]:
    """What must be loaded to find a company by its name. A second one shows whether a name is free for the first."""
    if not isinstance(name, str) or not clean_line(name):
        return []
    return [Where("companies", {"sort_key": fold(clean_line(name))}, limit=2)]


def company_by_name(
    seen: Seen, context: Context, name: str, book_id: str
) -> tuple[tuple[Change, ...], str | None]:
    """The company of that name, made in the book if there is none: (changes, id). Nothing for an empty name."""
    name = clean_line(name)
    if not name:
        return (), None
    found = seen.where(Company, sort_key=fold(name))
    if found:
        return (), found[0].id
    company_id = context.new_id()
    values = cleaned(Company, {"name": name, "book_id": book_id})
    return (insert(Company, company_id, values),), company_id


def company_names(seen: Seen, changes: Sequence[Change], typed: str, *ids: str | None) -> dict[str, str]:
    """The names of companies, by id, for the timeline.

    Args:
        seen: what was loaded.
        changes: those of `company_by_name`.
        typed: the name that was looked for.
        ids: companies that were loaded by their ids; None is left out.
    """
    names = {change.id: change.set["name"] for change in changes if change.table == "companies"}
    if needs_company(typed):
        names |= {
            company.id: company.name for company in seen.where(Company, sort_key=fold(clean_line(typed)))
        }
    for company_id in ids:
        if company_id and company_id not in names:
            try:
                names[company_id] = seen.get(Company, company_id).name
            except NotFound:
                names[company_id] = "a deleted company"
    return names


@dataclass(frozen=True, kw_only=True)
class CreateCompany(Command):
    """A new company in one's own book. `values`: fields of `core.entities.Company`; `name` is required."""

    NAME: ClassVar[str] = "create_company"
    values: Mapping[str, Any]
    company_id: str = field(default_factory=new_id)

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return needs_company(self.values.get("name"))

    def decide(self, seen: Seen, context: Context) -> Decision:
        require_can_change(context.catalog)
        values = _checked(context, {"name": "", "book_id": book_for(context, self.values), **self.values})
        require_write(context.catalog, values["book_id"], "The new company")
        _free_name(seen, values["name"])
        entry = told(
            context,
            kind="created",
            subject="Company created",
            book_id=values["book_id"],
            company_id=self.company_id,
        )
        return Decision(
            f"Created {values['name']}", (insert(Company, self.company_id, values), entry), "company.created"
        )


@dataclass(frozen=True, kw_only=True)
class EditCompany(Command):
    """Changes fields of a company; see `core.commands.deals.EditDeal` for `values` and `expected`."""

    NAME: ClassVar[str] = "edit_company"
    company_id: str
    values: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get("companies", self.company_id), *needs_company(self.values.get("name"))]

    def decide(self, seen: Seen, context: Context) -> Decision:
        company = seen.get(Company, self.company_id)
        require_write(context.catalog, company.book_id, company.name)
        refuse_owner(self.values)
        values = _checked(context, self.values, company.country)
        if values.get("name", company.name) != company.name:
            _free_name(seen, values["name"], company.id)
        change = update(company, values, self.expected)
        if changes_nothing(change):
            return Decision(f"{company.name}: nothing to change", ())
        entry = edit_entry(context, company, change)
        return Decision(f"Edited {values.get('name', company.name)}", (change, entry), "company.edited")


@dataclass(frozen=True, kw_only=True)
class DeleteCompany(Command):
    """Deletes a company that no contact and no open deal belongs to, with its open tasks."""

    NAME: ClassVar[str] = "delete_company"
    company_id: str

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [
            Get("companies", self.company_id),
            Where("contacts", {"company_id": self.company_id}),
            Where("deals", {"company_id": self.company_id, "outcome": "open"}),
            Where("tasks", {"company_id": self.company_id}),
        ]

    def decide(self, seen: Seen, context: Context) -> Decision:
        company = seen.get(Company, self.company_id)
        require_write(context.catalog, company.book_id, company.name)
        contacts = seen.where(Contact, company_id=company.id)
        deals = seen.where(Deal, company_id=company.id, outcome="open")
        if contacts or deals:
            held = [
                counted(len(records), one)
                for records, one in ((contacts, "contact"), (deals, "open deal"))
                if records
            ]
            them = "it" if len(contacts) + len(deals) == 1 else "them"
            raise Refused(f"{company.name} has {' and '.join(held)}. Move or delete {them} first.")
        tasks = seen.where(Task, company_id=company.id)
        # What is to be done about a deal that was closed stays with the deal.
        own = [task for task in tasks if task.deal_id is None and task.contact_id is None]
        changes = (*delete_open(own, context.now), delete(company, context.now, relies_on=written(Company)))
        return Decision(f"Deleted {company.name}", changes, "company.deleted")


def _free_name(seen: Seen, name: str, own_id: str = "") -> None:
    for company in seen.where(Company, sort_key=fold(name)):
        if company.id != own_id:
            raise Invalid({"name": f"There is a company called {company.name} already."})


def _checked(context: Context, values: Mapping[str, Any], country: str = "") -> dict[str, Any]:
    checks = Checks(Company, values, context.catalog)
    if checks.values.get("name") == "":
        checks.refuse("name", "A company needs a name.")
    checks.apply("country", check_country)
    country = checks.values.get("country") or country or context.catalog.organization.country
    checks.apply("domain", clean_domain)
    checks.apply("website", clean_url)
    checks.apply("phone", lambda value: clean_phone(value, country))
    if (checks.values.get("employees") or 0) < 0:
        checks.refuse("employees", "A company has zero employees or more.")
    return checks.done()
