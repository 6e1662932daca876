"""What becomes of rows: whom they mean, and what of them is new.

A batch of converted rows goes in; records to add and to edit come out, with what became of each row. Nothing is written
here, and what a batch has decided is forgotten unless it is `keep`-ed: so it can be decided once more, or in halves.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from core.catalog import Catalog
from core.commands.imports import Added, Edited
from core.entities import person_name
from core.ids import new_id
from core.imports.ids import entry_id, taken_back_id
from core.imports.keys import company_key, person_key, waiting_mark
from core.imports.matching import (
    ALIKE,
    SURE,
    Found,
    colleagues_of,
    likeness,
    own_ids,
    probe_of,
    same_company,
    same_contact,
    same_deal,
)
from core.imports.merging import joined, merged
from core.imports.shapes import ENTITIES, Converted, Draft, Entity, Match, Policy, Probe, Problem
from core.imports.together import shown_id
from importing.known import Hand, Held, Staff, new_held

_PROBES = 500
"""Probes that are asked at once."""
_COMPANIES = 50_000
"""Companies that are remembered by name, so that one that is named in every row is looked for once."""
_POINTS_TO: dict[str, Entity] = {"company_id": "companies", "contact_id": "contacts", "deal_id": "deals"}
_MARKED = ("companies", "contacts", "deals")
"""What keeps external ids."""
_TOLD = (
    "kind", "subject", "body", "occurred_at", "due_at", "direction", "duration_s", "deal_id", "contact_id", "company_id",
)  # fmt: skip
"""What tells entries and tasks without an id from each other."""
_POINTED_FROM: dict[str, tuple[tuple[Entity, str], ...]] = {
    "companies": (("contacts", "company_id"), ("deals", "company_id")),
    "contacts": (("deals", "contact_id"),),
}
"""What may wait for a record of the table: (table, field)."""

_AGAIN = 5
"""How often the same entry can be brought in and taken back."""

Matches = Callable[[str, Sequence[Probe]], list[list[Match]]]


class Met(Protocol):
    """Ids of the records that an import has met: a row takes over what it says only where no earlier row has."""

    def __contains__(self, record_id: str) -> bool: ...
    def update(self, ids: Iterable[str]) -> None: ...


class Outcome(NamedTuple):
    """What becomes of a row."""

    row: int
    kind: str
    """imported, updated, unchanged, skipped or refused."""
    duplicate: bool = False
    """It met a record."""
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()


@dataclass(slots=True)
class Decided:
    """What becomes of a batch.

    Attributes:
        outcomes: of each row.
        added, edited: what is to be written.
        linked: records that rows point to and that were there.
        names: what those are called, by id.
        made: records that came along beside the rows' own, by table.
        hand: the records that the rows met or make.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    added: tuple[Added, ...] = ()
    edited: tuple[Edited, ...] = ()
    linked: tuple[tuple[str, str], ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    hand: Hand = field(default_factory=Hand)


class _About(NamedTuple):
    """What a row is about, as far as others need to know it."""

    id: str
    name: str
    book_id: str
    company_id: str | None = None
    contact_id: str | None = None


class _Entry(NamedTuple):
    """An entry or task of a row, before it is known whether it is there already."""

    table: Entity
    record_id: str
    """The id under which it may be here as it is; empty where it names none."""
    what: str
    """What tells it from others."""
    values: dict[str, Any]


class _Row(NamedTuple):
    """What has become of a row so far."""

    row: Converted
    problem: Problem | None = None
    is_skipped: bool = False
    met: bool = False
    """The record that it is about was there, unless that is an entry or a task."""
    changed: bool = False
    entries: tuple[_Entry, ...] = ()
    warnings: tuple[Problem, ...] = ()


class _Refused(Exception):
    """A row cannot be brought in."""

    def __init__(self, reason: str, *, duplicate: bool = False) -> None:
        super().__init__(reason)
        self.duplicate = duplicate


@dataclass(frozen=True, slots=True)
class Around:
    """What rows are decided in.

    Attributes:
        catalog: the set-up, and who asks.
        matches: finds what may be meant; see `core.workspace.Workspace.matches`.
        was_there: whether there is a row of a table that was deleted.
        policy: what becomes of rows that meet a record.
        met: the records that the import has met.
        completed: the values of a draft as those of a new record, with what a row need not say.
    """

    catalog: Catalog
    matches: Matches
    was_there: Callable[[str, str], bool]
    policy: Policy
    met: Met
    completed: Callable[[Draft], dict[str, Any]]


class Decider:
    """Decides batch by batch."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._companies: OrderedDict[str, tuple[str, str, str]] = OrderedDict()
        self._staff = Staff()
        self._batch = _Batch(around, self._companies, self._staff)

    def decide(self, rows: Sequence[Converted]) -> Decided:
        """What becomes of the rows, after those that were kept."""
        self._batch = _Batch(self._around, self._companies, self._staff)
        return self._batch.decide(rows)

    def keep(self) -> None:
        """What was decided last is written."""
        batch = self._batch
        self._around.met.update(batch.met)
        self._companies.update(batch.companies)
        self._staff.add(batch.founded(), batch.hired())
        while len(self._companies) > _COMPANIES:
            self._companies.popitem(last=False)

    def forget(self) -> None:
        """What was found before may not be there any more: looks again."""
        self._companies.clear()
        self._staff.clear()


class _Batch:
    def __init__(
        self, around: Around, companies: OrderedDict[str, tuple[str, str, str]], staff: Staff
    ) -> None:
        self._staff = staff
        self._catalog = around.catalog
        self._matches = around.matches
        self._was_there = around.was_there
        self._policy = around.policy
        self._met_before = around.met
        self._completed = around.completed
        self._known_companies = companies
        self._hand = Hand()
        self._found: dict[int, list[Held]] = {}
        self._probes: dict[int, Probe] = {}
        self._of_link: dict[tuple[str, str], Held] = {}
        self._of_mark: dict[tuple[str, str], list[Held]] = {}
        self._by, self._others = _who(around.catalog)
        self._entry_ids: dict[tuple[Entity, str, str], tuple[str, str]] = {}
        self._touched: list[tuple[Held, Held | None]] = []
        self._linked: dict[tuple[str, str], None] = {}
        self._made: dict[str, int] = {}
        self._warnings: list[Problem] = []
        self._row = 0
        self.met: set[str] = set()
        self.companies: dict[str, tuple[str, str, str]] = {}
        self.names: dict[str, str] = {}

    # --- the whole

    def decide(self, rows: Sequence[Converted]) -> Decided:
        self._look_up([row for row in rows if not row.problems])
        begun = [self._begin(row) for row in rows]
        self._look_up_entries([entry for row in begun for entry in row.entries])
        outcomes = [self._end(row) for row in begun]
        changes = [change for held in self._hand.all() if (change := held.change()) is not None]
        added = [change for change in changes if isinstance(change, Added)]
        added.sort(key=lambda one: ENTITIES.index(one.table))
        return Decided(
            outcomes=outcomes,
            added=tuple(added),
            edited=tuple(change for change in changes if isinstance(change, Edited)),
            linked=tuple(link for link in self._linked if not self._is_new(link[1])),
            names=self.names,
            made=self._made,
            hand=self._hand,
        )

    def _is_new(self, record_id: str) -> bool:
        held = self._hand.get(record_id)
        return held is not None and held.is_new

    def _begin(self, row: Converted) -> _Row:
        if row.problems or row.left_out:
            return _Row(row)
        self._warnings, self._touched = list(row.warnings), []
        self._row = row.row
        try:
            begun = self._bring(row)
        except _Refused as refused:
            for held, was in reversed(self._touched):
                self._hand.restore(held, was)
            return _Row(row, Problem(row.row, "", "", str(refused)), met=refused.duplicate)
        return begun._replace(warnings=tuple(self._warnings))

    def _end(self, begun: _Row) -> Outcome:
        row = begun.row
        if row.problems:
            return Outcome(row.row, "refused", problems=row.problems)
        if row.left_out:
            return Outcome(row.row, "skipped", warnings=row.warnings)
        if begun.problem is not None:
            return Outcome(row.row, "refused", begun.met, (begun.problem,))
        if begun.is_skipped:
            return Outcome(row.row, "skipped", True, warnings=begun.warnings)
        news = [self._write_entry(entry) for entry in begun.entries]
        met, changed = begun.met, begun.changed
        if row.main in ("activities", "tasks"):
            # Rows of entries have one, which is the first.
            met, along = not news[0], news[1:]
            changed = changed or any(along)
        else:
            along, changed = news, changed or any(news)
        for entry, is_new in zip(begun.entries[len(news) - len(along) :], along, strict=True):
            if is_new:
                self._count(entry.table)
        if not met:
            return Outcome(row.row, "imported", warnings=begun.warnings)
        kind = "updated" if changed else "skipped" if self._policy == "skip" else "unchanged"
        return Outcome(row.row, kind, True, warnings=begun.warnings)

    def _count(self, table: str) -> None:
        self._made[table] = self._made.get(table, 0) + 1

    def founded(self) -> list[str]:
        """The companies that the batch makes."""
        return [one.id for one in self._hand.all() if one.is_new and one.table == "companies"]

    def hired(self) -> list[Held]:
        """The contacts that the batch makes, or puts into a company."""
        people = (one for one in self._hand.all() if one.table == "contacts" and one.row["company_id"])
        return [one for one in people if one.is_new or one.before]

    # --- what is asked of the workspace

    def _look_up(self, rows: Sequence[Converted]) -> None:
        links: dict[tuple[Entity, str], None] = {}
        marks: dict[Entity, dict[str, None]] = {"contacts": {}, "deals": {}}
        for row in rows:
            for draft in (row.company, row.contact, row.deal, *row.entries, *row.tasks):
                if draft is None:
                    continue
                for name, ids in draft.links.items():
                    links.update(dict.fromkeys((_POINTS_TO[name], one) for one in ids))
                for table, name in _POINTED_FROM.get(draft.table, ()):
                    marks[table].update(dict.fromkeys(waiting_mark(name, one) for one in own_ids(draft)))
        self._look_up_links(list(links))
        for table, waited in marks.items():
            probes = [Probe(external_ids=(mark,)) for mark in waited]
            for mark, found in zip(waited, self._ask(table, probes), strict=True):
                self._of_mark[table, mark] = found
        self._look_up_companies([row.company for row in rows if row.company is not None])
        deals = [row.deal for row in rows if row.deal is not None]
        for draft, held in zip(deals, self._ask("deals", list(map(probe_of, deals))), strict=True):
            self._found[id(draft)] = held
        self._look_up_contacts([row for row in rows if row.contact is not None])

    def _look_up_contacts(self, rows: Sequence[Converted]) -> None:
        """Finds contacts; those that nothing surely tells are looked for among their colleagues, too."""
        drafts = [row.contact for row in rows if row.contact is not None]
        surest = list(map(probe_of, drafts))
        for draft, probe, held in zip(drafts, surest, self._ask("contacts", surest), strict=True):
            self._found[id(draft)], self._probes[id(draft)] = held, probe
        probes: dict[Probe, list[Draft]] = {}
        for row, draft in zip(rows, drafts, strict=True):
            wider = self._colleagues(row, draft)
            if wider is not None:
                probes.setdefault(wider, []).append(draft)
        for some, held in zip(probes.values(), self._ask("contacts", list(probes)), strict=True):
            for draft in some:
                self._found[id(draft)] = [*self._found[id(draft)], *held]

    def _colleagues(self, row: Converted, draft: Draft) -> Probe | None:
        """What is asked for to find somebody with a similar name at the same company; None where it need not be asked."""
        values = draft.values
        name = person_key(values.get("first_name") or "", values.get("last_name") or "")
        company, works = self._works_for(draft, row)
        if not name or not company:
            return None
        found = self._found[id(draft)]
        if found and (same := same_contact(draft, works, found)) and same.by in SURE:
            return None
        people = self._staff.get(company)
        if people is None:
            return colleagues_of(works)
        # Whom this import has made itself it need not ask for.
        alike = tuple(record_id for other, record_id in people if likeness(name, other) >= ALIKE)
        return Probe(ids=alike) if alike else None

    def _look_up_companies(self, drafts: Sequence[Draft]) -> None:
        """Finds companies: one that many rows name is looked for once."""
        keys = {id(draft): _by_name(draft) for draft in drafts}
        wanted: dict[str | int, Draft] = {}
        for draft in drafts:
            key = keys[id(draft)]
            if not (key and key in self._known_companies):
                wanted.setdefault(key or id(draft), draft)
        found = dict(zip(wanted, self._ask("companies", list(map(probe_of, wanted.values()))), strict=True))
        for draft in drafts:
            self._found[id(draft)] = found.get(keys[id(draft)] or id(draft), [])

    def _works_at(self, draft: Draft, row: Converted) -> str:
        """What the company of a row’s contact is called here, or in the row where it is new."""
        return self._works_for(draft, row)[1]

    def _works_for(self, draft: Draft, row: Converted) -> tuple[str, str]:
        """The id of the company of a row's contact, empty where it is new, and what it is called."""
        company = row.company
        if company is None:
            linked = self._of("company_id", draft)
            return (linked.id, _called(linked)) if linked else ("", "")
        name = str(company.values.get("name") or "")
        key = _by_name(company)
        known = self.companies.get(key) or self._known_companies.get(key) if key else None
        if known is not None:
            return known[0], known[1]
        meant = same_company(company, self._candidates(company))
        held = self._hand.get(meant.record_id) if meant else None
        return (held.id, str(held.row["name"])) if held else ("", name)

    def _look_up_links(self, links: Sequence[tuple[Entity, str]]) -> None:
        for table in ("companies", "contacts", "deals"):
            ids = [external_id for held_in, external_id in links if held_in == table]
            probes = [Probe(external_ids=(one,), ids=_exported(one)) for one in ids]
            for one, found in zip(ids, self._ask(table, probes), strict=True):
                if found:
                    self._of_link[table, one] = min(found, key=lambda held: held.id)

    def _look_up_entries(self, entries: Sequence[_Entry]) -> None:
        """Finds out under which ids entries are to be made, and which are there already."""
        org_id = self._catalog.organization.id
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
                found = self._matches_of(table, probes)
                for one, record_id, matches in zip(some, ids, found, strict=True):
                    there = {match.record.id for match in matches}
                    if taken_back_id(record_id) in there or (not there and self._was_there(table, record_id)):
                        taken_back.add(one)
                    self._entry_ids[one] = ("" if there else record_id, record_id)
            left = taken_back
            if not left:
                return

    def _matches_of(self, table: str, probes: Sequence[Probe]) -> list[list[Match]]:
        found: list[list[Match]] = []
        for start in range(0, len(probes), _PROBES):
            found += self._matches(table, probes[start : start + _PROBES])
        return found

    def _ask(self, table: str, probes: Sequence[Probe]) -> list[list[Held]]:
        return [[self._hand.take(match) for match in some] for some in self._matches_of(table, probes)]

    # --- one row

    def _bring(self, row: Converted) -> _Row:
        main = _main(row)
        if main is None:
            raise _Refused("There is nothing in this row to bring in.")
        if self._policy == "skip" and self._meets(row):
            return _Row(row, is_skipped=True, met=True)
        company = contact = deal = None
        is_new = is_changed = met = changed = False
        for draft in (row.company, row.contact, row.deal):
            if draft is None:
                continue
            if draft is row.company:
                company, is_new, is_changed = self._company(draft, row)
            elif draft is row.contact:
                contact, is_new, is_changed = self._contact(draft, company, row)
            else:
                deal, is_new, is_changed = self._deal(draft, company, contact, row)
            changed = changed or is_new or is_changed
            if draft is main:
                met = not is_new
            elif is_new:
                self._count(draft.table)
        drafts = (*row.tasks, *row.entries) if row.main == "tasks" else (*row.entries, *row.tasks)
        entries = tuple(self._entry(draft, company, contact, deal) for draft in drafts)
        return _Row(row, met=met, changed=changed, entries=entries)

    def _meets(self, row: Converted) -> bool:
        """Whether the record that a row is about is there."""
        company = self._meant_company(row.company) if row.company else None
        contact = self._meant_contact(row.contact, row) if row.contact else None
        match row.main:
            case "companies":
                return company is not None
            case "contacts":
                return contact is not None
            case "deals":
                at = company.record_id if company else None
                of = contact.record_id if contact else None
                return row.deal is not None and self._meant_deal(row.deal, at, of) is not None
        return False

    def _candidates(self, draft: Draft, company: str = "") -> list[Held]:
        found = list(self._found.get(id(draft), ()))
        probe = self._probes.get(id(draft))
        if probe is None:
            probe = self._probes[id(draft)] = probe_of(draft)
        found += self._hand.find(draft.table, probe)
        if company:
            found += self._hand.find(draft.table, colleagues_of(company))
        if len(found) < 2:
            return found
        return list({held.id: held for held in found}.values())

    def _sure(self, found: Found | None, draft: Draft, name: str) -> Found | None:
        """What was found, unless a person is to look at it.

        Raises:
            _Refused: they are.
        """
        if found is None or found.is_sure:
            return found
        meant = self._hand.get(found.record_id)
        who = _called(meant) if meant else name
        if self._policy == "ask":
            others = f" or {found.also} more" if found.also else ""
            raise _Refused(f"This may be {who}{others}, by the {found.by}. Is it the same?", duplicate=True)
        if found.also:
            others = "another one" if found.also == 1 else f"{found.also} others"
            reason = f"Taken for {who}; by the {found.by} it could be {others} as well."
            self._warnings.append(Problem(self._row, "", name, reason))
        elif found.by == "similar name":
            reason = f"Taken for {who}, who has a similar name and works there, too."
            self._warnings.append(Problem(self._row, "", name, reason))
        return found

    # --- companies

    def _meant_company(self, draft: Draft) -> Found | None:
        key = _by_name(draft)
        known = self.companies.get(key) or self._known_companies.get(key) if key else None
        if known is not None:
            return Found(known[0], "name")
        return same_company(draft, self._candidates(draft))

    def _company(self, draft: Draft, row: Converted) -> tuple[_About, bool, bool]:
        key = _by_name(draft)
        known = self.companies.get(key) or self._known_companies.get(key) if key else None
        if known is not None and row.main != "companies":
            about = _About(*known)
            self._point("companies", about)
            return about, False, False
        found = same_company(draft, self._candidates(draft))
        found = self._sure(found, draft, str(draft.values.get("name") or ""))
        if found is None and not draft.values.get("name"):
            raise _Refused("A company needs a name.")
        is_new = found is None
        if found is None:
            book_id = self._book(draft, row)
            held = self._add(draft, {"book_id": book_id}, "")
            changed = False
        else:
            held, changed = self._fill(found.record_id, draft, {}, is_main=row.main == "companies")
        about = _About(held.id, str(held.row["name"]), held.book_id)
        if not held.is_new:
            self._point("companies", about)
        if key:
            self.companies[key] = (about.id, about.name, about.book_id)
        self._arrived(held)
        return about, is_new, changed

    # --- contacts

    def _meant_contact(self, draft: Draft, row: Converted) -> Found | None:
        company = self._works_at(draft, row)
        return same_contact(draft, company, self._candidates(draft, company))

    def _contact(self, draft: Draft, company: _About | None, row: Converted) -> tuple[_About, bool, bool]:
        links: dict[str, Any] = {}
        at = company or self._linked_to(draft, "company_id")
        if at is not None:
            links["company_id"] = at.id
            self.names[at.id] = at.name
        name = at.name if at else ""
        values = draft.values
        called = f"{values.get('first_name') or ''} {values.get('last_name') or ''}".strip()
        found = self._sure(same_contact(draft, name, self._candidates(draft, name)), draft, called)
        is_new, changed = found is None, False
        if found is None:
            held = self._add(draft, {**links, "book_id": self._book(draft, row)}, name)
        else:
            held, changed = self._fill(found.record_id, draft, links, is_main=row.main == "contacts")
        about = _About(held.id, _called(held), held.book_id, held.row["company_id"])
        if not held.is_new:
            self._point("contacts", about)
        self._arrived(held)
        return about, is_new, changed

    # --- deals

    def _meant_deal(self, draft: Draft, company_id: str | None, contact_id: str | None) -> Found | None:
        return same_deal(draft, company_id, contact_id, self._candidates(draft))

    def _deal(
        self, draft: Draft, company: _About | None, contact: _About | None, row: Converted
    ) -> tuple[_About, bool, bool]:
        links: dict[str, Any] = {}
        of = contact or self._linked_to(draft, "contact_id")
        at = company or self._linked_to(draft, "company_id")
        if of is not None:
            links["contact_id"] = of.id
            self.names[of.id] = of.name
        if at is not None:
            links["company_id"] = at.id
            self.names[at.id] = at.name
        elif of is not None and of.company_id and "company_id" not in draft.links:
            links["company_id"] = of.company_id
        title = str(draft.values.get("title") or "")
        meant = self._meant_deal(draft, links.get("company_id"), links.get("contact_id"))
        found = self._sure(meant, draft, title)
        is_new, changed = found is None, False
        if found is None:
            held = self._add(draft, {**links, "book_id": self._book(draft, row)}, at.name if at else "")
        else:
            held, changed = self._fill(found.record_id, draft, links, is_main=row.main == "deals")
        about = _About(
            held.id, str(held.row["title"]), held.book_id, held.row["company_id"], held.row["contact_id"]
        )
        if not held.is_new:
            self._point("deals", about)
        self._arrived(held)
        return about, is_new, changed

    # --- entries and tasks

    def _entry(
        self, draft: Draft, company: _About | None, contact: _About | None, deal: _About | None
    ) -> _Entry:
        deal = deal or self._linked_to(draft, "deal_id")
        contact = contact or self._linked_to(draft, "contact_id")
        company = company or self._linked_to(draft, "company_id")
        parent = deal or contact or company
        if parent is None:
            ids = [shown_id(one) for some in draft.links.values() for one in some]
            if ids:
                raise _Refused(f"What it is about is not here: {', '.join(ids[:3])}. Bring that in first.")
            raise _Refused("It does not say whom or what it is about.")
        if parent.book_id not in self._catalog.writable_books:
            raise _Refused(self._not_yours(parent.name, parent.book_id))
        contact_id = contact.id if contact else deal.contact_id if deal else None
        company_id = company.id if company else contact.company_id if contact else parent.company_id
        links = {"deal_id": deal.id if deal else None, "contact_id": contact_id, "company_id": company_id}
        # Told by what the row says alone: the time of the import is another one the next time.
        known, said = own_ids(draft), {**draft.values, **links}
        what = known[0] if known else "\n".join(f"{name}={said.get(name) or ''}" for name in _TOLD)
        values = {**self._completed(draft), **links, "book_id": parent.book_id}
        me = self._catalog.me
        if draft.table == "activities" and (me.role not in ("admin", "manager") or not values.get("user_id")):
            values["user_id"] = me.id
        return _Entry(draft.table, draft.record_id, what, values)

    def _write_entry(self, entry: _Entry) -> bool:
        """Makes an entry unless it is there; whether it is new."""
        new, _ = self._entry_ids[entry[:3]]
        if not new or self._hand.get(new) is not None:
            return False
        self._hand.add(new_held(entry.table, new, entry.values, ""))
        return True

    # --- records in hand

    def _add(self, draft: Draft, links: dict[str, Any], company: str) -> Held:
        """A new record, with what it points to and what it is known by elsewhere."""
        values = {**self._completed(draft), **links}
        if values["book_id"] not in self._catalog.writable_books:
            raise _Refused(self._not_yours("The new record", values["book_id"]))
        ids = (*own_ids(draft), *self._marks(draft, values))
        held = new_held(draft.table, new_id(), {**values, "external_ids": ids} if ids else values, company)
        self._touched.append((held, None))
        self._hand.add(held)
        self.met.add(held.id)
        return held

    def _fill(
        self, record_id: str, draft: Draft, links: dict[str, Any], *, is_main: bool
    ) -> tuple[Held, bool]:
        """Has a record that is there take what the row says of it; whether that changes anything."""
        held = self._hand.get(record_id)
        if held is None:
            raise _Refused("The record that this row is about is not there any more.")
        row = held.row
        first = not held.is_new and record_id not in self.met and record_id not in self._met_before
        self.met.add(record_id)
        if self._policy == "skip":
            return held, False
        values = merged(
            draft.table, row, {**draft.values, **links}, overwrite=self._policy == "overwrite" and first
        )
        ids = tuple(one for one in own_ids(draft) if one != f"offhook:{record_id}")
        ids = (*ids, *self._marks(draft, {**row, **values}))
        if len(known := joined("external_ids", row["external_ids"], ids)) > len(row["external_ids"]):
            values["external_ids"] = known
        if not values:
            return held, False
        if held.book_id not in self._catalog.writable_books:
            if is_main:
                raise _Refused(self._not_yours(_called(held), held.book_id), duplicate=True)
            sentence = f"{self._not_yours(_called(held), held.book_id)} It stays as it is."
            self._warnings.append(Problem(self._row, "", _called(held), sentence))
            return held, False
        self._put(held, values)
        return held, True

    def _put(self, held: Held, values: dict[str, Any]) -> None:
        self._touched.append((held, held.copy()))
        held.put(values)
        self._hand.index(held)

    def _book(self, draft: Draft, row: Converted) -> str:
        """Where a new record lies: as the row says, with what the row is about, or in one's own book."""
        main = _main(row)
        said = draft.values.get("book_id") or (main.values.get("book_id") if main else None)
        return str(said or self._catalog.my_book.id)

    def _not_yours(self, what: str, book_id: str) -> str:
        return f"{what} belongs to {self._catalog.owner_name(book_id)}; you cannot change it."

    # --- links

    def _linked_to(self, draft: Draft, name: str) -> _About | None:
        """What a draft points to by an external id, if that is here."""
        held = self._of(name, draft)
        if held is None:
            return None
        row = held.row
        about = _About(held.id, _called(held), held.book_id, row.get("company_id"), row.get("contact_id"))
        self._point(held.table, about)
        return about

    def _of(self, name: str, draft: Draft) -> Held | None:
        table = _POINTS_TO[name]
        for one in draft.links.get(name, ()):
            probe = Probe(external_ids=(one,), ids=_exported(one))
            held = next(self._hand.find(table, probe), None) or self._of_link.get((table, one))
            if held is not None:
                return held
        return None

    def _marks(self, draft: Draft, values: dict[str, Any]) -> tuple[str, ...]:
        """What a record keeps of links to records that have not come."""
        return tuple(
            waiting_mark(name, one)
            for name, ids in draft.links.items()
            if not values.get(name) and draft.table in _MARKED
            for one in ids
        )

    def _point(self, table: str, about: _About) -> None:
        self.names[about.id] = about.name
        self._linked[table, about.id] = None

    def _arrived(self, held: Held) -> None:
        """Makes good the links of those who wait for a record."""
        for external_id in held.row["external_ids"]:
            if ">" in external_id:
                continue
            for table, name in _POINTED_FROM.get(held.table, ()):
                mark = waiting_mark(name, external_id)
                waiting = (
                    *self._of_mark.get((table, mark), ()),
                    *self._hand.find(table, Probe(external_ids=(mark,))),
                )
                for one in waiting:
                    if mark not in one.row["external_ids"] or one.book_id not in self._catalog.writable_books:
                        continue
                    kept = tuple(x for x in one.row["external_ids"] if not x.startswith(f"{name}>"))
                    values: dict[str, Any] = {"external_ids": kept}
                    if not one.row[name]:
                        values[name] = held.id
                        self.names[held.id] = _called(held)
                    self._put(one, values)


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


def _main(row: Converted) -> Draft | None:
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


def _called(held: Held) -> str:
    row = held.row
    match held.table:
        case "contacts":
            return person_name(row["first_name"], row["last_name"], row["emails"], row["phones"])
        case "companies":
            return str(row["name"])
    return str(row.get("title") or "")


def _by_name(company: Draft) -> str:
    """What a company that is only named is remembered by; empty where the row tells more of it."""
    if company.external_id or company.record_id or company.links:
        return ""
    values = company.values
    if any(value not in (None, "", ()) for name, value in values.items() if name not in ("name", "book_id")):
        return ""
    return company_key(str(values.get("name") or ""))


def _exported(external_id: str) -> tuple[str, ...]:
    """The id of a record, where offhook itself gave the external one."""
    system, _, key = external_id.partition(":")
    return (key,) if system == "offhook" else ()
