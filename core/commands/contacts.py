"""Commands on contacts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
    counted,
    delete,
    delete_open,
    insert,
    refuse_owner,
    told,
    update,
    written,
)
from core.commands.checks import Checks, needs_links, require_links
from core.commands.companies import company_by_name, company_names, needs_company
from core.commands.tell import edit_entry
from core.entities import Contact, Deal, Task, person_name
from core.errors import Invalid, Refused
from core.ids import new_id
from core.permissions import require_can_change, require_write
from core.points import (
    LABELS,
    bad_last,
    check_bad,
    check_country,
    check_zone,
    clean_email,
    clean_phone,
    time_zone_of,
)
from core.text import clean_line, fold

IDENTITY = ("first_name", "last_name", "emails", "phones")
"""What a contact is known by; it needs at least one of them."""


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
        return [*needs_company(self.company_name), *needs_links(self.values)]

    def decide(self, seen: Seen, context: Context) -> Decision:
        require_can_change(context.catalog)
        values = _checked(context, {**self.values, "book_id": book_for(context, self.values)})
        require_write(context.catalog, values["book_id"], "The new contact")
        _require_identity(values)
        require_links(seen, values)
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
        name = person_name(*(contact.set[part] for part in IDENTITY))
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
        links = needs_links(self.values)
        return [Get("contacts", self.contact_id), *needs_company(self.company_name), *links]

    def also_needs(self, seen: Seen, catalog: Catalog) -> Sequence[Need]:
        company_id = seen.get(Contact, self.contact_id).company_id
        return [Get("companies", company_id)] if company_id else []

    def decide(self, seen: Seen, context: Context) -> Decision:
        contact = seen.get(Contact, self.contact_id)
        require_write(context.catalog, contact.book_id, contact.name)
        refuse_owner(self.values)
        values = _checked(context, self.values, contact)
        require_links(seen, values)
        _require_identity({name: values.get(name, getattr(contact, name)) for name in IDENTITY})
        if values.get("phones") and not contact.time_zone and "time_zone" not in values:
            values["time_zone"] = time_zone_of(values["phones"][0]["value"])
        changes, company_id = company_by_name(seen, context, self.company_name, contact.book_id)
        if company_id:
            values["company_id"] = company_id
        change = update(contact, values, self.expected)
        if changes_nothing(change):
            return Decision(f"{contact.name}: nothing to change", ())
        names = company_names(
            seen, changes, self.company_name, contact.company_id, change.set.get("company_id")
        )
        entry = edit_entry(context, contact, change, names)
        named = replace(contact, **{name: values.get(name, getattr(contact, name)) for name in IDENTITY})
        return Decision(f"Edited {named.name}", (*changes, change, entry), "contact.edited")


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
        contacts = [seen.get(Contact, contact_id) for contact_id in dict.fromkeys(self.contact_ids)]
        held = []
        for contact in contacts:
            require_write(context.catalog, contact.book_id, contact.name)
            if seen.where(Deal, contact_id=contact.id, outcome="open"):
                held.append(contact.name)
            changes.append(delete(contact, context.now, relies_on=written(Contact)))
            # What is to be done about a deal that was closed stays with the deal.
            own = [task for task in seen.where(Task, contact_id=contact.id) if task.deal_id is None]
            changes += delete_open(own, context.now)
        if held:
            who = ", ".join(held[:3]) + (f" and {len(held) - 3} more" if len(held) > 3 else "")
            raise Refused(
                f"{who} {'is' if len(held) == 1 else 'are'} still in open deals. Close or delete those deals "
                f"first{'.' if len(contacts) == 1 else '; nothing was deleted.'}"
            )
        what = contacts[0].name if len(contacts) == 1 else counted(len(contacts), "contact")
        return Decision(f"Deleted {what}", tuple(changes), "contact.deleted")


def _require_identity(values: Mapping[str, Any]) -> None:
    if not any(values.get(name) for name in IDENTITY):
        raise Invalid({"first_name": "A contact needs a name, an e-mail or a phone number."})


def _checked(context: Context, values: Mapping[str, Any], current: Contact | None = None) -> dict[str, Any]:
    checks = Checks(Contact, values, context.catalog)
    checks.apply("country", check_country)
    country = checks.values.get("country") or (current.country if current else "")
    country = country or context.catalog.organization.country
    checks.apply(
        "phones", lambda points: bad_last(_points(points, lambda value: clean_phone(value, country)))
    )
    checks.apply("emails", lambda points: _points(points, clean_email))
    checks.apply("time_zone", check_zone)
    if current is None or checks.values.get("lead_status") != current.lead_status:
        checks.apply("lead_status", lambda status: _status(context.catalog, status))
    return checks.done()


def _status(catalog: Catalog, typed: str) -> str:
    for status in catalog.lead_statuses:
        if fold(status) == fold(typed):
            return status
    raise Invalid(
        {"lead_status": f"“{typed[:40]}” is no lead status. Statuses: {', '.join(catalog.lead_statuses)}."}
    )


def _points(
    points: Sequence[Mapping[str, str] | str], check: Callable[[str], str]
) -> tuple[dict[str, str], ...]:
    """The checked points, each value once, the first one first; a number that is marked as bad keeps its mark."""
    out: dict[str, dict[str, str]] = {}
    for point in points:
        typed = point if isinstance(point, str) else point["value"]
        label = "" if isinstance(point, str) else clean_line(point.get("label") or "")
        if typed.strip():
            value = check(typed)
            bad = "" if isinstance(point, str) else point.get("bad") or ""
            kept = {"value": value, "label": label.lower()[:40] or LABELS[0]}
            out.setdefault(value.lower(), {**kept, "bad": check_bad(bad)} if bad else kept)
    return tuple(out.values())
