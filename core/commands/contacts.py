"""Commands on contacts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

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
from core.commands.companies import company_by_name, needs_company
from core.commands.tell import edit_entry
from core.entities import Contact, Deal, Task
from core.errors import Invalid, Refused
from core.ids import new_id
from core.permissions import require_write
from core.points import LABELS, check_country, clean_email, clean_phone, time_zone_of


@dataclass(frozen=True, kw_only=True)
class CreateContact(Command):
    """A new contact in one's own book.

    Attributes:
        values: fields of `core.entities.Contact`; a name, an e-mail or a phone is required.
        company_name: a company by name, made if there is none.
        contact_id: the new record's id.
    """

    NAME: ClassVar[str] = "create_contact"
    values: Mapping[str, Any]
    company_name: str = ""
    contact_id: str = field(default_factory=new_id)

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return needs_company(self.company_name)

    def decide(self, seen: Seen, context: Context) -> Decision:
        values = _checked(context, {"book_id": context.catalog.my_book.id, **self.values})
        require_write(context.catalog, values["book_id"], "The new contact")
        if not any(values.get(name) for name in ("first_name", "last_name", "emails", "phones")):
            raise Invalid({"first_name": "A contact needs a name, an e-mail or a phone number."})
        if values.get("phones") and not values.get("time_zone"):
            values["time_zone"] = time_zone_of(values["phones"][0]["value"])
        changes, company_id = company_by_name(seen, context, self.company_name, values["book_id"])
        if company_id:
            values["company_id"] = company_id
        contact = insert(Contact, self.contact_id, values)
        entry = told(
            context, kind="created", subject="Contact created", book_id=values["book_id"],
            contact_id=self.contact_id, company_id=values.get("company_id"),
        )  # fmt: skip
        name = f"{values.get('first_name', '')} {values.get('last_name', '')}".strip() or "a contact"
        return Decision(f"Created {name}", (*changes, contact, entry), "contact.created")


@dataclass(frozen=True, kw_only=True)
class EditContact(Command):
    """Changes fields of a contact.

    Attributes:
        contact_id: the contact.
        values: new values by field name; `custom.KEY` for custom fields. E-mails, phones and tags are given whole
            and become additions and removals.
        expected: the values on the user's screen, for each field in `values`.
        company_name: as in `CreateContact`.
    """

    NAME: ClassVar[str] = "edit_contact"
    contact_id: str
    values: Mapping[str, Any]
    expected: Mapping[str, Any] = field(default_factory=dict)
    company_name: str = ""

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        return [Get("contacts", self.contact_id), *needs_company(self.company_name)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        contact = seen.get(Contact, self.contact_id)
        require_write(context.catalog, contact.book_id, contact.name)
        values = _checked(context, self.values, contact.country)
        changes, company_id = company_by_name(seen, context, self.company_name, contact.book_id)
        if company_id:
            values["company_id"] = company_id
        change = update(contact, values, self.expected)
        if changes_nothing(change):
            return Decision(f"{contact.name}: nothing to change", ())
        entry = edit_entry(context, contact, change)
        return Decision(f"Edited {contact.name}", (*changes, change, entry), "contact.edited")


@dataclass(frozen=True, kw_only=True)
class DeleteContacts(Command):
    """Deletes contacts (softly: undo brings them back) with their open tasks. Contacts with open deals stay."""

    NAME: ClassVar[str] = "delete_contacts"
    contact_ids: tuple[str, ...]

    def needs(self, catalog: Catalog) -> Sequence[Need]:
        needs: list[Need] = []
        for contact_id in self.contact_ids:
            needs += [
                Get("contacts", contact_id),
                Where("deals", {"contact_id": contact_id, "outcome": "open"}),
                Where("tasks", {"contact_id": contact_id}),
            ]
        return needs

    def decide(self, seen: Seen, context: Context) -> Decision:
        changes: list[Change] = []
        contacts = [seen.get(Contact, contact_id) for contact_id in self.contact_ids]
        held = []
        for contact in contacts:
            require_write(context.catalog, contact.book_id, contact.name)
            if seen.where(Deal, contact_id=contact.id, outcome="open"):
                held.append(contact.name)
            changes.append(update(contact, {"deleted_at": context.now}))
            for task in seen.where(Task, contact_id=contact.id):
                if task.done_at is None:
                    changes.append(update(task, {"deleted_at": context.now}))
        if held:
            who = ", ".join(held[:3]) + (f" and {len(held) - 3} more" if len(held) > 3 else "")
            raise Refused(
                f"{who} still in open deals. Close or delete those deals first. Nothing was deleted."
            )
        what = contacts[0].name if len(contacts) == 1 else f"{len(contacts)} contacts"
        return Decision(f"Deleted {what}", tuple(changes), "contact.deleted")


def _checked(context: Context, values: Mapping[str, Any], country: str = "") -> dict[str, Any]:
    out = cleaned(Contact, values)
    wrong: dict[str, str] = {}
    if out.get("country"):
        try:
            out["country"] = check_country(out["country"])
        except Invalid as error:
            wrong["country"] = str(error)
    country = out.get("country") or country or context.catalog.organization.country
    if "phones" in out:
        out["phones"], problem = _points(out["phones"], lambda value: clean_phone(value, country))
        if problem:
            wrong["phones"] = problem
    if "emails" in out:
        out["emails"], problem = _points(out["emails"], clean_email)
        if problem:
            wrong["emails"] = problem
    if out.get("time_zone"):
        try:
            ZoneInfo(out["time_zone"])
        except (KeyError, ValueError, OSError):
            wrong["time_zone"] = (
                f"“{out['time_zone'][:40]}” is not a time zone. Try Europe/Berlin or America/New_York."
            )
    if wrong:
        raise Invalid(wrong)
    return out


def _points(points: Sequence[Mapping[str, str]], check: Any) -> tuple[tuple[dict[str, str], ...], str]:
    """The checked points, each value once, and what is wrong with the first one that is."""
    out: list[dict[str, str]] = []
    for point in points:
        if not point["value"].strip():
            continue
        try:
            value = check(point["value"])
        except Invalid as error:
            return (), str(error)
        if all(value != other["value"] for other in out):
            label = point.get("label") or LABELS[0]
            out.append({"value": value, "label": label.strip().lower()[:40]})
    return tuple(out), ""
