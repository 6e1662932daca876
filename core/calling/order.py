"""The order in which contacts are called, and how some of them depart from it.

The order is a list of slots that is gone through once. Whatever departs from it is kept apart by contact: who is held
back until a time, who was put to another one, who left. So what has to be saved after a call is small, however many
contacts there are.
"""

from __future__ import annotations

import bisect
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

PASSED, REQUEUED, LEFT, SKIPPED = "passed", "requeued", "left", "skipped"
_MANY = 256
"""Contacts kept apart since the base was saved, beyond which a new base costs less than carrying them along."""
_NEVER = float("inf")


class Apart(NamedTuple):
    """How a contact departs from the order."""

    kind: str = ""
    """`PASSED`: held back until a time; `REQUEUED`: put to a time; `LEFT`; `SKIPPED`; or nothing but `early`."""
    until: float = 0.0
    """Seconds since the epoch."""
    reason: str = ""
    slot: int = -1
    """Where it was in the order."""
    early: bool = False
    """Its slot is still ahead, and is passed by: it was taken out of turn, or left."""

    @property
    def held(self) -> bool:
        """Whether it comes back by itself."""
        return self.kind in (PASSED, REQUEUED)


class Order:
    """Slots, the place up to which they were gone through, and who is kept apart."""

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self.ids = list(ids)
        """A slot each; who left and joined again has a second one."""
        self.place = 0
        """The first slot that is still ahead; it is never one to be passed by."""
        self.apart: dict[str, Apart] = {}
        self._early = 0
        self._soonest = _NEVER
        self._inserted: list[tuple[int, str]] = []
        self._touched: dict[str, None] = {}
        self.grown = True
        """So much has changed since `base` that it should be asked for again."""

    @property
    def to_go(self) -> int:
        """How many slots are ahead, without those to be passed by."""
        return len(self.ids) - self.place - self._early

    def of(self, contact_id: str) -> Apart:
        """How a contact is kept apart; in no way, where it is not."""
        return self.apart.get(contact_id) or Apart()

    def ahead(self) -> Iterator[str]:
        """Who is still to come, in order."""
        for slot in range(self.place, len(self.ids)):
            apart = self.apart.get(self.ids[slot])
            if not (apart and apart.early):
                yield self.ids[slot]

    def ahead_of(self, wanted: Collection[str]) -> set[str]:
        """Which of these are still to come in order."""
        found: set[str] = set()
        for contact_id in self.ahead():
            if len(found) == len(wanted):
                break
            if contact_id in wanted:
                found.add(contact_id)
        return found

    def due(self, now: float) -> tuple[list[str], list[str]]:
        """Whose time has come: those put to it, by time, and those held back until it, in order."""
        if now < self._soonest:
            return [], []
        held = [(id_, apart) for id_, apart in self.apart.items() if apart.held]
        self._soonest = min((apart.until for _, apart in held), default=_NEVER)
        due = [(id_, apart) for id_, apart in held if apart.until <= now]
        requeued = sorted((apart.until, id_) for id_, apart in due if apart.kind == REQUEUED)
        passed = sorted((apart.slot, id_) for id_, apart in due if apart.kind == PASSED)
        return [id_ for _, id_ in requeued], [id_ for _, id_ in passed]

    def slot(self, contact_id: str) -> int:
        """Where a contact is, or was, in the order; the place, where it never was in it."""
        apart = self.of(contact_id)
        if apart.slot >= 0:
            return apart.slot
        if self._is_next(contact_id):
            return self.place
        # The last of its slots: who left and joined again stands where they joined.
        try:
            return len(self.ids) - 1 - self.ids[::-1].index(contact_id)
        except ValueError:
            return self.place

    # --- changes --------------------------------------------------------------------------------------------------

    def put(self, contact_id: str, apart: Apart | None) -> None:
        """Keeps a contact apart in this way, or not at all."""
        old = self.apart.pop(contact_id, None)
        new = apart if apart is not None and (apart.kind or apart.early) else None
        if old is None and new is None:
            return
        self._early += (new is not None and new.early) - (old is not None and old.early)
        if new is not None:
            self.apart[contact_id] = new
            if new.held:
                self._soonest = min(self._soonest, new.until)
        self._touch(contact_id)

    def take(self, contact_id: str, *, out_of_order: bool = True) -> None:
        """Takes a contact from where it waits, so that it is not offered from there.

        Args:
            contact_id: whose turn it is.
            out_of_order: its slot may still be ahead, or it may have none. One whose slot was taken needs no search.
        """
        apart = self.apart.get(contact_id)
        if apart is not None:
            self.put(contact_id, Apart(early=apart.early))
        elif self._is_next(contact_id):
            self.place += 1
        elif out_of_order and contact_id in self.ids:
            if contact_id in self.ids[self.place :]:
                self.put(contact_id, Apart(early=True))
        elif out_of_order:
            # From outside. It is had behind, so that it does not join as a new one later.
            self.insert([(self.place, contact_id)])
            self.place += 1
        self.settle()

    def settle(self) -> None:
        """Moves on past the slots of those that were taken out of turn or left."""
        while self.place < len(self.ids):
            contact_id = self.ids[self.place]
            apart = self.apart.get(contact_id)
            if not (apart and apart.early):
                return
            self.put(contact_id, apart._replace(early=False))
            self.place += 1

    def insert(self, places: Sequence[tuple[int, str]]) -> None:
        """Makes slots: each before the one that has the number now, the numbers ascending."""
        if not places:
            return
        for shift, (slot, contact_id) in enumerate(places):
            self.ids.insert(slot + shift, contact_id)
            self._inserted.append((slot + shift, contact_id))
        slots = [slot for slot, _ in places]
        for contact_id, apart in list(self.apart.items()):
            if apart.slot >= slots[0]:
                moved = bisect.bisect_right(slots, apart.slot)
                self.put(contact_id, apart._replace(slot=apart.slot + moved))
        self._grow()

    def _is_next(self, contact_id: str) -> bool:
        return self.place < len(self.ids) and self.ids[self.place] == contact_id

    def _touch(self, contact_id: str) -> None:
        self._touched[contact_id] = None
        self._grow()

    def _grow(self) -> None:
        if len(self._touched) + len(self._inserted) > _MANY:
            self.grown = True

    # --- saved and read -------------------------------------------------------------------------------------------

    def base(self) -> dict[str, Any]:
        """All of it, as JSON has it; what `changes` tells from now on are changes to this."""
        self._touched, self._inserted, self.grown = {}, [], False
        return {"ids": self.ids, "place": self.place, "apart": self.apart}

    def changes(self) -> dict[str, Any]:
        """What has changed since the base, as JSON has it."""
        apart = {id_: self.apart.get(id_) for id_ in self._touched}
        return {"place": self.place, "inserted": self._inserted, "apart": apart}

    @classmethod
    def read(cls, base: dict[str, Any], changes: dict[str, Any] | None) -> Order:
        """The order as it was saved; without changes, as the base has it."""
        order = cls(base["ids"])
        order._keep(base)
        order._touched = {}
        if changes is not None:
            for slot, contact_id in changes["inserted"]:
                order.ids.insert(slot, contact_id)
                order._inserted.append((slot, contact_id))
            order._keep(changes)
        order.grown = changes is None
        order._grow()
        return order

    def _keep(self, saved: dict[str, Any]) -> None:
        self.place = int(saved["place"])
        for contact_id, apart in saved["apart"].items():
            self.put(contact_id, Apart(*apart) if apart else None)
            self._touched[contact_id] = None


def places(
    order: Sequence[str], fresh: Iterable[str], ahead: dict[str, int], end: int
) -> list[tuple[int, str]]:
    """Before which slot each new contact belongs, ascending.

    Args:
        order: ids in the order of the view, known and new.
        fresh: the new ones among them.
        ahead: the slots of the known ones that are still to come.
        end: the slot behind the last one.
    """
    new = dict.fromkeys(fresh)
    found: list[tuple[int, str]] = []
    slot = next((ahead[id_] for id_ in order if id_ in ahead), end)
    for contact_id in order:
        if contact_id in ahead:
            slot = ahead[contact_id] + 1
        elif contact_id in new:
            del new[contact_id]
            found.append((slot, contact_id))
    return sorted(found, key=lambda place: place[0])
