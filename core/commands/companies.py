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
    changes_nothing,
    cleaned,
    insert,
    told,
    update,
)
from core.commands.tell import edit_entry
from core.entities import Company, Contact, Deal
from core.errors import Invalid, Refused
from core.ids import new_id
from core.permissions import require_write
from core.points import check_country, clean_domain, clean_phone
from core.text import clean_line, fold


def needs_company(name: str) -> list[Need]:
    """What must be loaded to find a company by its name."""
    return [Where("companies", {"sort_key": fold(clean_line(name))}, limit=1)] if name.strip() else []


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


@dataclass(frozen=True, kw_only=True)
class CreateCompany(Command):
    """A new company in one's own book. `values`: fields of `core.entities.Company`; `name` is required."""

    NAME: ClassVar[str] = "create_company"
    values: Mapping[str, Any]
    company_id: str = field(default_factory=new_id)

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return needs_company(str(self.values.get("name", "")))

    def decide(self, seen: Seen, context: Context) -> Decision:
        values = _checked(context, {"name": "", "book_id": context.catalog.my_book.id, **self.values})
        require_write(context.catalog, values["book_id"], "The new company")
        if seen.where(Company, sort_key=fold(values["name"])):
            raise Refused(f"There is a company called {values['name']} already.")
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
        return [Get("companies", self.company_id)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        company = seen.get(Company, self.company_id)
        require_write(context.catalog, company.book_id, company.name)
        change = update(company, _checked(context, self.values), self.expected)
        if changes_nothing(change):
            return Decision(f"{company.name}: nothing to change", ())
        entry = edit_entry(context, company, change)
        return Decision(f"Edited {company.name}", (change, entry), "company.edited")


@dataclass(frozen=True, kw_only=True)
class DeleteCompany(Command):
    """Deletes a company that no contact and no open deal belongs to."""

    NAME: ClassVar[str] = "delete_company"
    company_id: str

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [
            Get("companies", self.company_id),
            Where("contacts", {"company_id": self.company_id}),
            Where("deals", {"company_id": self.company_id, "outcome": "open"}),
        ]

    def decide(self, seen: Seen, context: Context) -> Decision:
        company = seen.get(Company, self.company_id)
        require_write(context.catalog, company.book_id, company.name)
        contacts = seen.where(Contact, company_id=company.id)
        deals = seen.where(Deal, company_id=company.id, outcome="open")
        if contacts or deals:
            raise Refused(
                f"{company.name} has {len(contacts)} contacts and {len(deals)} open deals. Move or delete those first."
            )
        return Decision(
            f"Deleted {company.name}", (update(company, {"deleted_at": context.now}),), "company.deleted"
        )


def _checked(context: Context, values: Mapping[str, Any]) -> dict[str, Any]:
    out = cleaned(Company, values)
    wrong: dict[str, str] = {}
    if "name" in out and not out["name"]:
        wrong["name"] = "A company needs a name."
    country = out.get("country") or context.catalog.organization.country
    for name, check in (("country", check_country), ("domain", clean_domain)):
        if out.get(name):
            try:
                out[name] = check(out[name])
            except Invalid as error:
                wrong[name] = str(error)
    if out.get("phone"):
        try:
            out["phone"] = clean_phone(out["phone"], country)
        except Invalid as error:
            wrong["phone"] = str(error)
    if out.get("employees") is not None and out["employees"] < 0:
        wrong["employees"] = "A company has zero employees or more."
    if wrong:
        raise Invalid(wrong)
    return out
