"""Companies, contacts and deals of rows: whom they mean, and what of them is new."""

from __future__ import annotations

from typing import Any

from core.ids import new_id
from core.imports.keys import former_name
from core.imports.matching import Found, own_ids, same_company, same_contact, same_deal
from core.imports.merging import joined, merged
from core.imports.shapes import Converted, Draft
from importing.batch import About, Batch, Refusal, about_of, called
from importing.known import Held, new_held
from importing.links import Links
from importing.lookup import Lookup

_CALLED = frozenset({"first_name", "last_name", "company_id"})
"""What a contact is found by who has nothing else."""


class Records:
    """The companies, contacts and deals of a batch."""

    def __init__(self, batch: Batch, links: Links, lookup: Lookup) -> None:
        self._batch = batch
        self._links = links
        self._lookup = lookup
        self._policy = batch.around.policy

    def meets(self, row: Converted) -> bool:
        """Whether the record that a row is about is there."""
        at = of = None
        if row.company is not None:
            at = self._meant_company(row.company)
        if row.contact is not None:
            works = self._lookup.workplace(row.contact, row.company)
            of = self._meant_contact(row.contact, works)
        match row.main:
            case "companies":
                return at is not None
            case "contacts":
                return of is not None
            case "deals":
                company_id, contact_id = at.record_id if at else None, of.record_id if of else None
                return row.deal is not None and self._meant_deal(row.deal, company_id, contact_id) is not None
        return False

    def _meant_company(self, draft: Draft) -> Found | None:
        known = self._batch.company(self._lookup.key(draft))
        if known is not None:
            return Found(known.id, "name")
        return same_company(self._lookup.sought(draft), self._lookup.candidates(draft))

    def _meant_contact(self, draft: Draft, company: str) -> Found | None:
        return same_contact(self._lookup.sought(draft), company, self._lookup.candidates(draft, company))

    def _meant_deal(self, draft: Draft, company_id: str | None, contact_id: str | None) -> Found | None:
        return same_deal(self._lookup.sought(draft), company_id, contact_id, self._lookup.candidates(draft))

    # --- one of a row

    def company(self, draft: Draft, row: Converted) -> tuple[About, bool, bool]:
        """The company of a row; whether it is new, and whether anything of it changes.

        Raises:
            Refusal: it cannot be brought in.
        """
        key = self._lookup.key(draft)
        known = self._batch.company(key)
        if known is not None and row.main != "companies":
            self._batch.point_to("companies", known)
            return known, False, False
        name = str(draft.values.get("name") or "")
        found = same_company(self._lookup.sought(draft), self._lookup.candidates(draft))
        if found is None and not name:
            raise Refusal("A company needs a name.")
        about, is_new, changed = self._bring(draft, row, self._sure(found, draft, name), {}, "")
        self._batch.name_company(key, about)
        return about, is_new, changed

    def contact(self, draft: Draft, company: About | None, row: Converted) -> tuple[About, bool, bool]:
        """The contact of a row; whether it is new, and whether anything of it changes.

        Raises:
            Refusal: it cannot be brought in.
        """
        links: dict[str, Any] = {}
        at = company or self._links.linked(draft, "company_id")
        if at is not None:
            links["company_id"] = at.id
            self._batch.names[at.id] = at.name
        name = at.name if at else ""
        values = draft.values
        who = f"{values.get('first_name') or ''} {values.get('last_name') or ''}".strip()
        found = self._sure(self._meant_contact(draft, name), draft, who)
        if found and row.main != "contacts" and draft.external_id.startswith("offhook:"):
            # Our own export of a deal says where the deal is, and their own row says where they work.
            links = {}
        return self._bring(draft, row, found, links, name)

    def deal(
        self, draft: Draft, company: About | None, contact: About | None, row: Converted
    ) -> tuple[About, bool, bool]:
        """The deal of a row; whether it is new, and whether anything of it changes.

        Raises:
            Refusal: it cannot be brought in.
        """
        links: dict[str, Any] = {}
        of = contact or self._links.linked(draft, "contact_id")
        at = company or self._links.linked(draft, "company_id")
        if of is not None:
            links["contact_id"] = of.id
            self._batch.names[of.id] = of.name
        if at is not None:
            links["company_id"] = at.id
            self._batch.names[at.id] = at.name
        elif of is not None and of.company_id and "company_id" not in draft.links:
            links["company_id"] = of.company_id
        meant = self._meant_deal(draft, links.get("company_id"), links.get("contact_id"))
        found = self._sure(meant, draft, str(draft.values.get("title") or ""))
        return self._bring(draft, row, found, links, at.name if at else "")

    def _sure(self, found: Found | None, draft: Draft, name: str) -> Found | None:
        """What was found, unless a person is to look at it.

        Raises:
            Refusal: they are.
        """
        if found is None or found.is_sure:
            return found
        meant = self._batch.hand.get(found.record_id)
        who = called(meant) if meant else name
        if self._policy == "ask":
            others = f" or {found.also} more" if found.also else ""
            raise Refusal(f"This may be {who}{others}, by the {found.by}. Is it the same?", duplicate=True)
        if found.also:
            others = "another one" if found.also == 1 else f"{found.also} others"
            self._batch.warn(name, f"Taken for {who}; by the {found.by} it could be {others} as well.")
        elif found.by == "similar name":
            self._batch.warn(name, f"Taken for {who}, who has a similar name and works there, too.")
        return found

    # --- what is written of it

    def _bring(
        self, draft: Draft, row: Converted, found: Found | None, links: dict[str, Any], company: str
    ) -> tuple[About, bool, bool]:
        if found is None:
            held, changed = self._add(draft, {**links, "book_id": self._book(draft, row)}, company), False
        else:
            held, changed = self._fill(found.record_id, draft, links, is_main=row.main == draft.table)
        about = about_of(held)
        if not held.is_new:
            self._batch.point_to(held.table, about)
        self._links.arrived(held)
        return about, found is None, changed

    def _add(self, draft: Draft, links: dict[str, Any], company: str) -> Held:
        """A new record, with what it points to and what it is known by elsewhere."""
        values = {**self._batch.around.completed(draft), **links}
        if not self._batch.may_write(values["book_id"]):
            raise Refusal(self._batch.not_yours("The new record", values["book_id"]))
        ids = (*own_ids(draft), *self._links.marks(draft, values))
        if ids:
            values["external_ids"] = ids
        held = new_held(draft.table, new_id(), values, company)
        self._batch.add(held)
        return held

    def _fill(
        self, record_id: str, draft: Draft, links: dict[str, Any], *, is_main: bool
    ) -> tuple[Held, bool]:
        """Has a record that is there take what the row says of it; whether that changes anything."""
        held = self._batch.hand.get(record_id)
        if held is None:
            raise Refusal("The record that this row is about is not there any more.")
        row = held.row
        is_first = self._batch.meet(record_id) and not held.is_new
        if self._policy == "skip":
            return held, False
        overwrite = self._policy == "overwrite" and is_first
        values = merged(draft.table, row, {**draft.values, **links}, overwrite=overwrite)
        ids = tuple(one for one in own_ids(draft) if one != f"offhook:{record_id}")
        ids = (*ids, *self._links.marks(draft, {**row, **values}))
        if len(known := joined("external_ids", row["external_ids"], ids)) > len(row["external_ids"]):
            values["external_ids"] = known
        if held.name and not row["company_id"] and not values.keys().isdisjoint(_CALLED):
            called_before = (former_name(held.name),)
            values["external_ids"] = joined("external_ids", known, called_before)
        if not values:
            return held, False
        if not self._batch.may_write(held.book_id):
            sentence = self._batch.not_yours(called(held), held.book_id)
            if is_main:
                raise Refusal(sentence, duplicate=True)
            self._batch.warn(called(held), f"{sentence} It stays as it is.")
            return held, False
        self._batch.put(held, values)
        return held, True

    def _book(self, draft: Draft, row: Converted) -> str:
        """Where a new record lies: as the row says, with what the row is about, or in one's own book."""
        main = main_of(row)
        said = draft.values.get("book_id") or (main.values.get("book_id") if main else None)
        return str(said or self._batch.catalog.my_book.id)


def main_of(row: Converted) -> Draft | None:
    """The draft of what a row is about."""
    match row.main:
        case "companies":
            return row.company
        case "contacts":
            return row.contact
        case "deals":
            return row.deal
        case "activities":
            return row.entries[0] if row.entries else None
    return row.tasks[0] if row.tasks else None
