"""What becomes of rows: whom they mean, and what of them is new.

A batch of converted rows goes in; records to add and to edit come out, with what became of each row. Nothing is written
here, and what a batch has decided is forgotten unless it is `keep`-ed: so it can be decided once more, or in halves.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from core.commands.imports import Added, Edited
from core.imports.shapes import ENTITIES, Converted, Problem
from importing.batch import About, Around, Batch, Refusal, Waiting
from importing.entries import Entries, Entry
from importing.known import Hand, Staff
from importing.links import Links
from importing.lookup import Lookup
from importing.records import Records, main_of

_COMPANIES = 20_000
"""Companies that are remembered by name, so that one that is named in every row is looked for once."""


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
        waiting: what is to be made good when this is written.
        hand: the records that the rows met or make.
        met: the ids of those that rows are about, or bring along.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    added: tuple[Added, ...] = ()
    edited: tuple[Edited, ...] = ()
    linked: tuple[tuple[str, str], ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    waiting: tuple[Waiting, ...] = ()
    hand: Hand = field(default_factory=Hand)
    met: frozenset[str] = frozenset()


class Decider:
    """Decides batch by batch."""

    def __init__(self, around: Around) -> None:
        self._around = around
        self._companies: OrderedDict[str, About] = OrderedDict()
        self._staff = Staff()
        self._batch = Batch(around, self._companies, self._staff)

    def decide(self, rows: Sequence[Converted]) -> Decided:
        """What becomes of the rows, after those that were kept."""
        self._batch = Batch(self._around, self._companies, self._staff)
        return _decided(self._batch, _Rows(self._batch).outcomes(rows))

    def link(self, waiting: Sequence[Waiting]) -> Decided:
        """What becomes of records that wait for what has come."""
        self._batch = Batch(self._around, self._companies, self._staff)
        Links(self._batch).make_good(waiting)
        return _decided(self._batch, [])

    def keep(self) -> None:
        """What was decided last is written."""
        batch = self._batch
        self._companies.update(batch.companies)
        while len(self._companies) > _COMPANIES:
            self._companies.popitem(last=False)
        held = batch.hand.all()
        self._staff.add(
            (one.id for one in held if one.is_new and one.table == "companies"),
            (one for one in held if one.table == "contacts" and (one.is_new or one.before)),
        )

    def forget(self) -> None:
        """What was found before may not be there any more: looks again."""
        self._companies.clear()
        self._staff.clear()


def _decided(batch: Batch, outcomes: list[Outcome]) -> Decided:
    changes = [change for held in batch.hand.all() if (change := held.change()) is not None]
    added = [change for change in changes if isinstance(change, Added)]
    added.sort(key=lambda one: ENTITIES.index(one.table))
    made_here = {one.id for one in added}
    return Decided(
        outcomes=outcomes,
        added=tuple(added),
        edited=tuple(change for change in changes if isinstance(change, Edited)),
        linked=tuple(link for link in batch.linked if link[1] not in made_here),
        names=batch.names,
        made=dict(batch.made),
        waiting=tuple(batch.waiting),
        hand=batch.hand,
        met=frozenset(batch.met),
    )


class _Begun(NamedTuple):
    """What has become of a row so far."""

    row: Converted
    problem: Problem | None = None
    is_skipped: bool = False
    met: bool = False
    """The record that it is about was there, unless that is an entry or a task."""
    changed: bool = False
    entries: tuple[Entry, ...] = ()
    warnings: tuple[Problem, ...] = ()


class _Rows:
    """The rows of a batch, one after the other."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._policy = batch.around.policy
        links = Links(batch)
        self._lookup = Lookup(batch, links)
        self._records = Records(batch, links, self._lookup)
        self._entries = Entries(batch, links)

    def outcomes(self, rows: Sequence[Converted]) -> list[Outcome]:
        self._lookup.look_up([row for row in rows if not (row.problems or row.left_out)])
        begun = [self._begin(row) for row in rows]
        self._entries.look_up([entry for row in begun for entry in row.entries])
        return [self._end(row) for row in begun]

    def _begin(self, row: Converted) -> _Begun:
        if row.problems or row.left_out:
            return _Begun(row)
        self._batch.begin(row.row, row.warnings)
        try:
            begun = self._bring(row)
        except Refusal as refused:
            self._batch.take_back()
            return _Begun(row, Problem(row.row, "", "", str(refused)), met=refused.duplicate)
        return begun._replace(warnings=self._batch.settle())

    def _bring(self, row: Converted) -> _Begun:
        main = main_of(row)
        if main is None:
            raise Refusal("There is nothing in this row to bring in.")
        if self._policy == "skip" and self._records.meets(row):
            return _Begun(row, is_skipped=True, met=True)
        company = contact = deal = None
        is_new = is_changed = met = changed = False
        for draft in (row.company, row.contact, row.deal):
            if draft is None:
                continue
            if draft is row.company:
                company, is_new, is_changed = self._records.company(draft, row)
            elif draft is row.contact:
                contact, is_new, is_changed = self._records.contact(draft, company, row)
            else:
                deal, is_new, is_changed = self._records.deal(draft, company, contact, row)
            changed = changed or is_new or is_changed
            if draft is main:
                met = not is_new
            elif is_new:
                self._batch.count(draft.table)
        drafts = (*row.tasks, *row.entries) if row.main == "tasks" else (*row.entries, *row.tasks)
        entries = tuple(self._entries.entry(draft, company, contact, deal) for draft in drafts)
        return _Begun(row, met=met, changed=changed, entries=entries)

    def _end(self, begun: _Begun) -> Outcome:
        row = begun.row
        if row.problems:
            return Outcome(row.row, "refused", problems=row.problems)
        if row.left_out:
            return Outcome(row.row, "skipped", warnings=row.warnings)
        if begun.problem is not None:
            return Outcome(row.row, "refused", begun.met, (begun.problem,))
        if begun.is_skipped:
            return Outcome(row.row, "skipped", True, warnings=begun.warnings)
        along = [(entry.table, self._entries.write(entry)) for entry in begun.entries]
        met, changed = begun.met, begun.changed
        if row.main in ("activities", "tasks"):
            # Rows of entries have one, which is the first.
            (_, is_new), *along = along
            met = not is_new
        for table, is_new in along:
            if is_new:
                changed = True
                self._batch.made[table] += 1
        if not met:
            return Outcome(row.row, "imported", warnings=begun.warnings)
        kind = "updated" if changed else "skipped" if self._policy == "skip" else "unchanged"
        return Outcome(row.row, kind, True, warnings=begun.warnings)
