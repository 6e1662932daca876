"""What a batch of rows may mean: asked of the workspace before the first row, and of the rows before it for each."""

from __future__ import annotations

from collections.abc import Sequence

from core.imports.keys import company_key
from core.imports.matching import (
    ALIKE,
    SURE,
    Sought,
    colleagues_key,
    likeness,
    same_company,
    same_contact,
    sought,
)
from core.imports.shapes import Converted, Draft, Probe
from core.text import fold
from importing.asking import ask
from importing.batch import Batch
from importing.known import Held
from importing.links import Links


class Lookup:
    """Candidates for the records of a batch's rows."""

    def __init__(self, batch: Batch, links: Links) -> None:
        self._batch = batch
        self._links = links
        self._sought: dict[int, Sought] = {}
        self._found: dict[int, list[Held]] = {}
        self._keys: dict[int, str] = {}

    def look_up(self, rows: Sequence[Converted]) -> None:
        """Asks the workspace for all that rows may mean."""
        self._links.look_up(rows)
        self._look_up_companies([row.company for row in rows if row.company is not None])
        self._look_up_all("deals", [row.deal for row in rows if row.deal is not None])
        self._look_up_contacts([row for row in rows if row.contact is not None])

    def _look_up_all(self, table: str, drafts: Sequence[Draft]) -> None:
        probes = [self.sought(draft).probe for draft in drafts]
        for draft, held in zip(drafts, ask(self._batch, table, probes), strict=True):
            if held:
                self._found[id(draft)] = held

    def _look_up_companies(self, drafts: Sequence[Draft]) -> None:
        """Finds companies: one that many rows name is looked for once."""
        alike: dict[str | int, list[Draft]] = {}
        for draft in drafts:
            key = self.key(draft)
            if self._batch.company(key) is None:
                alike.setdefault(key or id(draft), []).append(draft)
        self._look_up_all("companies", [some[0] for some in alike.values()])
        for first, *others in alike.values():
            found = self._found.get(id(first))
            for draft in others:
                self._sought[id(draft)] = self._sought[id(first)]
                if found:
                    self._found[id(draft)] = found

    def _look_up_contacts(self, rows: Sequence[Converted]) -> None:
        """Finds contacts; those that nothing surely tells are looked for among their colleagues, too."""
        self._look_up_all("contacts", [row.contact for row in rows if row.contact is not None])
        wider: dict[Probe, list[Draft]] = {}
        places: dict[str, tuple[str, str]] = {}
        for row in rows:
            assert row.contact is not None
            key = self.key(row.company) if row.company is not None else ""
            works = places.get(key) or self._works_for(row.contact, row.company)
            if key:
                places[key] = works
            probe = self._colleagues(row.contact, *works)
            if probe is not None:
                wider.setdefault(probe, []).append(row.contact)
        for drafts, held in zip(wider.values(), ask(self._batch, "contacts", list(wider)), strict=True):
            for draft in drafts:
                self._found[id(draft)] = [*self._found.get(id(draft), ()), *held]

    def _colleagues(self, draft: Draft, company_id: str, company: str) -> Probe | None:
        """What is asked for to find somebody with a similar name at the same company; None where it need not be asked."""
        wanted = self.sought(draft)
        if not wanted.name or not company_id:
            return None
        found = self._found.get(id(draft))
        if found and (same := same_contact(wanted, company, found)) and same.by in SURE:
            return None
        people = self._batch.staff.get(company_id)
        if people is None:
            return Probe(company=fold(company), names=wanted.probe.names)
        # Whom this import has made itself it need not ask for.
        alike = tuple(record_id for other, record_id in people if likeness(wanted.name, other) >= ALIKE)
        return Probe(ids=alike) if alike else None

    # --- for one row

    def key(self, company: Draft) -> str:
        """What a company that is only named is remembered by; empty where the row tells more of it."""
        known = self._keys.get(id(company))
        if known is None:
            known = self._keys[id(company)] = _by_name(company)
        return known

    def sought(self, draft: Draft) -> Sought:
        """How a draft is looked for."""
        known = self._sought.get(id(draft))
        if known is None:
            known = self._sought[id(draft)] = sought(draft)
        return known

    def candidates(self, draft: Draft, company: str = "") -> list[Held]:
        """What a draft may mean.

        Args:
            draft: it.
            company: the name of its company, where colleagues may be meant as well.
        """
        wanted, hand = self.sought(draft), self._batch.hand
        found = list(self._found.get(id(draft), ()))
        found += hand.find(draft.table, wanted.keys, wanted.probe.ids)
        if company:
            found += hand.find(draft.table, (colleagues_key(company),))
        return list(dict.fromkeys(found)) if len(found) > 1 else found

    def workplace(self, draft: Draft, company: Draft | None) -> str:
        """What the company of a row’s contact is called here, or in the row where it is new."""
        return self._works_for(draft, company)[1]

    def _works_for(self, draft: Draft, company: Draft | None) -> tuple[str, str]:
        """The id of the company of a row's contact, empty where it is new, and what it is called."""
        if company is None:
            linked = self._links.target("company_id", draft)
            return (linked.id, str(linked.row["name"])) if linked else ("", "")
        known = self._batch.company(self.key(company))
        if known is not None:
            return known.id, known.name
        meant = same_company(self.sought(company), self.candidates(company))
        held = self._batch.hand.get(meant.record_id) if meant else None
        return (held.id, str(held.row["name"])) if held else ("", str(company.values.get("name") or ""))


def _by_name(company: Draft) -> str:
    if company.external_id or company.record_id or company.links or company.also:
        return ""
    values = company.values
    for name, value in values.items():
        if name not in ("name", "book_id") and value not in (None, "", ()):
            return ""
    return company_key(str(values.get("name") or ""))
