"""Links between records of one system: to those that are there, and to those that have not come yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from core.imports.keys import waiting_mark
from core.imports.matching import own_ids
from core.imports.shapes import Converted, Draft, Entity, Probe
from importing.asking import ask
from importing.batch import About, Batch, Waiting, called
from importing.known import MOST_ALIKE, Held

_POINTS_TO: Mapping[str, Entity] = {
    "company_id": "companies",
    "contact_id": "contacts",
    "deal_id": "deals",
}
_MARKED: tuple[Entity, ...] = ("companies", "contacts", "deals")
"""What keeps external ids."""
_POINTED_FROM: Mapping[str, tuple[tuple[Entity, str], ...]] = {
    "companies": (("contacts", "company_id"), ("deals", "company_id")),
    "contacts": (("deals", "contact_id"),),
}
"""What may wait for a record of the table: (table, field)."""
_AT_ONCE = 2_000
"""Links that are made good in one batch, beside its rows; the rest has batches of its own."""


class Links:
    """The links of a batch."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._targets: dict[tuple[str, str], Held] = {}
        self._waiting: dict[tuple[str, str], list[Held]] = {}
        self._made_good = 0

    def look_up(self, rows: Iterable[Converted]) -> None:
        """Finds what rows point to, and what waits for them."""
        wanted: dict[tuple[Entity, str], None] = {}
        marks: dict[Entity, dict[str, None]] = {"contacts": {}, "deals": {}}
        for row in rows:
            for draft in (row.company, row.contact, row.deal, *row.entries, *row.tasks):
                if draft is None or not (draft.links or draft.external_id or draft.record_id or draft.also):
                    continue
                for name, ids in draft.links.items():
                    wanted.update(dict.fromkeys((_POINTS_TO[name], one) for one in ids))
                for table, name in _POINTED_FROM.get(draft.table, ()):
                    marks[table].update(dict.fromkeys(waiting_mark(name, one) for one in own_ids(draft)))
        for table in _MARKED:
            asked = [external_id for held_in, external_id in wanted if held_in == table]
            probes = [Probe(external_ids=(one,), ids=_exported(one)) for one in asked]
            for one, found in zip(asked, ask(self._batch, table, probes), strict=True):
                if found:
                    self._targets[table, one] = min(found, key=lambda held: held.id)
        for held_in, waited in marks.items():
            self._look_up_waiting(held_in, list(waited))

    def _look_up_waiting(self, table: Entity, marks: Sequence[str]) -> None:
        found = ask(self._batch, table, [Probe(external_ids=(mark,)) for mark in marks])
        self._waiting.update({(table, mark): some for mark, some in zip(marks, found, strict=True) if some})

    # --- to what is there

    def target(self, name: str, draft: Draft) -> Held | None:
        """What a draft points to by an external id, if that is here."""
        table, hand = _POINTS_TO[name], self._batch.hand
        for one in draft.links.get(name, ()):
            here = hand.find(table, (f"x{one}",), _exported(one))
            held = here[0] if here else self._targets.get((table, one))
            if held is not None:
                return held
        return None

    def linked(self, draft: Draft, name: str) -> About | None:
        """What a draft points to, as what its row points to from now on."""
        held = self.target(name, draft)
        return self._batch.point(held) if held is not None else None

    # --- to what has not come yet

    def marks(self, draft: Draft, values: Mapping[str, Any]) -> tuple[str, ...]:
        """What a record keeps of links to records that have not come."""
        if draft.table not in _MARKED:
            return ()
        return tuple(
            waiting_mark(name, one)
            for name, ids in draft.links.items()
            if not values.get(name)
            for one in ids
        )

    def arrived(self, held: Held) -> None:
        """Makes good the links of those who wait for a record."""
        for external_id in held.row["external_ids"]:
            if ">" in external_id:
                continue
            for table, name in _POINTED_FROM.get(held.table, ()):
                mark = waiting_mark(name, external_id)
                there = self._waiting.get((table, mark), [])
                if there and (len(there) >= MOST_ALIKE or self._made_good >= _AT_ONCE):
                    self._batch.wait(Waiting(table, mark, held.id))
                if self._made_good >= _AT_ONCE:
                    there = []
                for one in (*there, *self._batch.hand.find(table, (f"x{mark}",))):
                    self._make_good(one, name, mark, held)

    def _make_good(self, one: Held, name: str, mark: str, target: Held) -> bool:
        if mark not in one.row["external_ids"] or not self._batch.may_write(one.book_id):
            return False
        values: dict[str, Any] = {
            "external_ids": tuple(x for x in one.row["external_ids"] if not x.startswith(f"{name}>"))
        }
        if not one.row[name]:
            values[name] = target.id
            self._batch.names[target.id] = called(target)
        self._batch.put(one, values)
        self._made_good += 1
        return True

    def make_good(self, waiting: Sequence[Waiting]) -> None:
        """Makes good what earlier batches have left."""
        for place, one in enumerate(waiting):
            if self._made_good >= _AT_ONCE:
                for left in waiting[place:]:
                    self._batch.wait(left)
                return
            name = one.mark.partition(">")[0]
            (found,) = ask(self._batch, _POINTS_TO[name], [Probe(ids=(one.record_id,))])
            if not found:
                # It is gone again: they go on waiting.
                continue
            self._look_up_waiting(one.table, [one.mark])
            there = self._waiting.get((one.table, one.mark), [])
            made = [self._make_good(each, name, one.mark, found[0]) for each in there]
            if any(made) and len(there) >= MOST_ALIKE:
                self._batch.wait(one)


def _exported(external_id: str) -> tuple[str, ...]:
    """The id of a record, where offhook itself gave the external one."""
    system, _, key = external_id.partition(":")
    return (key,) if system == "offhook" else ()
