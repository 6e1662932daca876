"""Entries and tasks of rows. Their ids are made of what they say, so that the same one never comes twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from core.catalog import Catalog
from core.imports.ids import entry_id, taken_back_id
from core.imports.matching import own_ids
from core.imports.shapes import Draft, Entity, Probe
from core.imports.together import shown_id
from importing.asking import matches_of
from importing.batch import About, Batch, Refusal
from importing.known import new_held
from importing.links import Links

_TOLD = (
    "kind", "subject", "body", "occurred_at", "due_at", "direction", "duration_s", "deal_id", "contact_id", "company_id",
)  # fmt: skip
"""What tells entries and tasks without an id from each other."""
_AGAIN = 5
"""How often the same entry can be brought in and taken back."""


class Entry(NamedTuple):
    """An entry or task of a row, before it is known whether it is there already."""

    table: Entity
    record_id: str
    """The id under which it may be here as it is; empty where it names none."""
    what: str
    """What tells it from others."""
    values: dict[str, Any]


class Entries:
    """The entries and tasks of a batch."""

    def __init__(self, batch: Batch, links: Links) -> None:
        self._batch = batch
        self._links = links
        self._by, self._others = _who(batch.catalog)
        self._ids: dict[tuple[Entity, str, str], str] = {}

    def entry(self, draft: Draft, company: About | None, contact: About | None, deal: About | None) -> Entry:
        """An entry or task with what it is about.

        Raises:
            Refusal: it is about nothing that is here, or about what the user may not write.
        """
        deal = deal or self._links.linked(draft, "deal_id")
        contact = contact or self._links.linked(draft, "contact_id")
        company = company or self._links.linked(draft, "company_id")
        parent = deal or contact or company
        if parent is None:
            ids = [shown_id(one) for some in draft.links.values() for one in some]
            if ids:
                raise Refusal(f"What it is about is not here: {', '.join(ids[:3])}. Bring that in first.")
            raise Refusal("It does not say whom or what it is about.")
        if not self._batch.may_write(parent.book_id):
            raise Refusal(self._batch.not_yours(parent.name, parent.book_id))
        contact_id = contact.id if contact else deal.contact_id if deal else None
        company_id = company.id if company else contact.company_id if contact else parent.company_id
        links = {"deal_id": deal.id if deal else None, "contact_id": contact_id, "company_id": company_id}
        # Told by what the row says alone: the time of the import is another one the next time.
        known, said = own_ids(draft), {**draft.values, **links}
        what = known[0] if known else "\n".join(f"{name}={said.get(name) or ''}" for name in _TOLD)
        values = {**self._batch.around.completed(draft), **links, "book_id": parent.book_id}
        me = self._batch.catalog.me
        if draft.table == "activities" and (me.role not in ("admin", "manager") or not values.get("user_id")):
            values["user_id"] = me.id
        return Entry(draft.table, draft.record_id, what, values)

    def look_up(self, entries: Sequence[Entry]) -> None:
        """Finds out under which ids entries are to be made, and which are there already."""
        org_id, around = self._batch.catalog.organization.id, self._batch.around
        left = {(entry.table, entry.record_id, entry.what) for entry in entries}
        for again in range(_AGAIN):
            taken_back: set[tuple[Entity, str, str]] = set()
            for table in ("activities", "tasks"):
                some = [one for one in left if one[0] == table]
                ids = [entry_id(org_id, table, what, again, self._by) for _, _, what in some]
                probes = [
                    Probe(
                        ids=(
                            *filter(None, (known, record_id, taken_back_id(record_id))),
                            *(entry_id(org_id, table, what, again, other) for other in self._others),
                        )
                    )
                    for (_, known, what), record_id in zip(some, ids, strict=True)
                ]
                found = matches_of(around.matches, table, probes)
                for one, record_id, matches in zip(some, ids, found, strict=True):
                    there = {match.record.id for match in matches}
                    if taken_back_id(record_id) in there or (
                        not there and around.was_there(table, record_id)
                    ):
                        taken_back.add(one)
                    self._ids[one] = "" if there else record_id
            left = taken_back
            if not left:
                return

    def write(self, entry: Entry) -> bool:
        """Makes an entry unless it is there; whether it is new."""
        new, hand = self._ids[entry[:3]], self._batch.hand
        if not new or hand.get(new) is not None:
            return False
        hand.add(new_held(entry.table, new, entry.values, ""))
        return True


def _who(catalog: Catalog) -> tuple[str, list[str]]:
    """Under whose name entries are made, and under whose names others may have made the same; admins make them under none."""
    me = catalog.me
    by = "" if me.role == "admin" else me.id
    others = {
        user.id
        for user in catalog.users
        if user.role != "admin" and (user.import_right == "yes" or user.role == "manager")
    }
    return by, sorted({"", me.id, *others} - {by}) if len(catalog.users) > 1 else []
