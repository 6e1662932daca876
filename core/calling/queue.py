"""Who is called next, and what has become of those before: a state machine without a clock or a database."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from core.calling.order import LEFT, PASSED, REQUEUED, SKIPPED, Apart, Order, places
from core.errors import Invalid

_VERSION = 1
_REMEMBERED = 100
"""Steps that can be gone back, and outcomes that can be undone."""


class Logged(NamedTuple):
    """An outcome that can be undone."""

    id: str
    changeset_id: str
    outcome: str
    before: Apart | None
    """How the contact was kept apart before."""
    done: bool
    """It had been logged before, too."""


class Waiting(NamedTuple):
    """Who is held back."""

    contacts: int
    until: dt.datetime | None
    """When the first of them comes back; None: nobody waits."""


class CallQueue:
    """Who is called next.

    The caller asks `candidates`, checks each (`core.calling.check`), tells `pass_over` of those who must not be called
    now and `leave` of those who are not there any more, and with the same time `advance`s to the first that is left.

    To outlive a crash, save `ids_json()` whenever `grown` says so, and then `state_json()`, after every change.
    """

    def __init__(self, ids: Iterable[str] = ()) -> None:
        self._order = Order(dict.fromkeys(ids))
        self._current = ""
        self._done = False
        self._agreed = False
        self._paused = False
        self._called = 0
        self._again: list[str] = []
        self._trail: list[tuple[str, bool]] = []
        self._logged: list[Logged] = []
        self._base = 0

    # --- what there is --------------------------------------------------------------------------------------------

    @property
    def current(self) -> str:
        """The id of the contact on the screen, or empty."""
        return self._current

    @property
    def current_is_done(self) -> bool:
        """Whether an outcome was logged for the contact on the screen."""
        return self._done

    @property
    def ids(self) -> Sequence[str]:
        """Everybody who is or was in the queue, in order; who left and joined again is in it twice."""
        return self._order.ids

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def called(self) -> int:
        """Outcomes logged, without those undone."""
        return self._called

    @property
    def to_go(self) -> int:
        """How many are still to come in order, without those held back and the current one."""
        return self._order.to_go + len(self._again)

    @property
    def skipped(self) -> tuple[str, ...]:
        """Who was skipped and not called since."""
        return tuple(id_ for id_, apart in self._order.apart.items() if apart.kind == SKIPPED)

    @property
    def waiting(self) -> Waiting:
        """Who is held back, or was put to a time, and when the first of them comes back."""
        times = [
            apart.until for id_, apart in self._order.apart.items() if apart.held and id_ != self._current
        ]
        return Waiting(len(times), dt.datetime.fromtimestamp(min(times), dt.UTC) if times else None)

    @property
    def finished(self) -> bool:
        """Whether nobody is left: nobody current, nobody to come, nobody held back."""
        return not self._current and not self.to_go and not self.waiting.contacts

    @property
    def grown(self) -> bool:
        """Whether `ids_json` has to be saved anew: it never was, or much has changed since."""
        return self._order.grown

    def agreed(self, contact_id: str) -> bool:
        """Whether the contact was put to its time by the rep: then the organization's own gap does not hold it up."""
        if contact_id == self._current:
            return self._agreed
        apart = self._order.apart.get(contact_id)
        return apart is not None and apart.kind == REQUEUED

    def held(self, contact_id: str) -> tuple[str, dt.datetime] | None:
        """Why a contact is held back (empty: the rep put it there) and until when; None: it is not."""
        apart = self._order.apart.get(contact_id)
        if apart is None or not apart.held:
            return None
        return apart.reason, dt.datetime.fromtimestamp(apart.until, dt.UTC)

    def candidates(self, now: dt.datetime, limit: int = 50) -> list[str]:
        """Who may come next, the current one left out.

        First those put to a time that has come, then those that were gone back from, then those who were held back until
        now, then the order.
        """
        return list(islice(self._next(now.timestamp()), limit))

    def _next(self, now: float) -> Iterator[str]:
        requeued, passed = self._order.due(now)
        first = dict.fromkeys((*requeued, *self._again, *passed))
        first.pop(self._current, None)
        yield from first
        yield from (id_ for id_ in self._order.ahead() if id_ != self._current)

    # --- what the rep does ----------------------------------------------------------------------------------------

    def advance(self, now: dt.datetime) -> str:
        """Puts the current contact away and brings the first candidate; while paused, nothing moves.

        Returns:
            The id of the contact that is current now; empty where nobody can be called now.
        """
        if self._paused:
            return self._current
        found = next(self._next(now.timestamp()), "")
        if self._current:
            self._trail = [*self._trail, (self._current, self._done)][-_REMEMBERED:]
        agreed = bool(found) and self.agreed(found)
        self._show("")
        if found:
            self._take(found)
            self._show(found, agreed=agreed)
        return self._current

    def skip(self, now: dt.datetime) -> str:
        """As `advance`, and the current contact, if it was not called, is remembered as skipped."""
        if self._current and not self._done and not self._paused:
            apart = self._order.of(self._current)
            if not apart.held:
                self._order.put(self._current, apart._replace(kind=SKIPPED))
        return self.advance(now)

    def back(self) -> str:
        """Brings the contact before the current one again; the current one, if it was not called, comes next.

        Returns:
            The id of the contact that is current now; the same as before where there is none to go back to.
        """
        if self._trail:
            self._put_off_current()
            contact_id, done = self._trail.pop()
            self._return_to(contact_id, done=done)
        return self._current

    def requeue(self, contact_id: str, at: dt.datetime) -> None:
        """Puts a contact to a time: it comes up as soon as that has come, before all others. It stays current if it is."""
        if contact_id != self._current:
            self._take(contact_id)
        early = self._order.of(contact_id).early
        self._order.put(contact_id, Apart(REQUEUED, at.timestamp(), early=early))

    def pause(self) -> None:
        """Keeps `advance` from bringing anybody."""
        self._paused = True

    def resume(self) -> None:
        """Ends the pause."""
        self._paused = False

    def logged(self, contact_id: str, changeset_id: str, outcome: str) -> None:
        """An outcome was logged: the contact has been called, and does not come again unless it is put to a time."""
        before = self._order.apart.get(contact_id)
        current = contact_id == self._current
        entry = Logged(contact_id, changeset_id, outcome, before, current and self._done)
        self._logged = [*self._logged, entry][-_REMEMBERED:]
        self._called += 1
        self._take(contact_id)
        if current:
            self._done = True
        self._trail = [(id_, done or id_ == contact_id) for id_, done in self._trail]

    def undo_last(self) -> tuple[str, str] | None:
        """Takes the last outcome back and returns to its contact; who was current, and not called, comes next.

        Returns:
            The contact's id and the id of the changeset to be undone; None where no outcome is left.
        """
        if not self._logged:
            return None
        entry = self._logged.pop()
        self._called -= 1
        if self._current != entry.id:
            self._put_off_current()
        self._take(entry.id)
        early = self._order.of(entry.id).early
        self._order.put(entry.id, (entry.before or Apart())._replace(early=early))
        for index in reversed(range(len(self._trail))):
            if self._trail[index][0] == entry.id:
                del self._trail[index]
                break
        self._return_to(entry.id, done=entry.done)
        return entry.id, entry.changeset_id

    # --- what becomes known ---------------------------------------------------------------------------------------

    def pass_over(self, contact_id: str, reason: str, until: dt.datetime | None) -> None:
        """A contact must not be called now. It comes back when the time has come; without one it has left."""
        agreed = self.agreed(contact_id)
        slot = -1 if agreed or until is None else self._order.slot(contact_id)
        self._take(contact_id)
        if contact_id == self._current:
            self._show("")
        early = self._order.of(contact_id).early
        if until is None:
            self._forget({contact_id})
            self._order.put(contact_id, Apart(LEFT, reason=reason, early=early))
        else:
            # What the rep put to a time stays so, although the law puts it off.
            kind = REQUEUED if agreed else PASSED
            self._order.put(contact_id, Apart(kind, until.timestamp(), reason, slot, early))
        self._order.settle()

    def join(self, order: Sequence[str]) -> None:
        """Takes in contacts that match now.

        Args:
            order: ids in the view's order. Those that are in the queue already say where the new ones belong: behind the
                one they follow, before the one they precede; without any of these, at the end. Nobody joins before the
                current place, and nobody who was called or skipped joins again.
        """
        wanted, slots, place = set(order), self._order.ids, self._order.place
        ahead = {id_: slot for slot, id_ in enumerate(islice(slots, place, None), place) if id_ in wanted}
        known = {
            self._current,
            *self._again,
            *wanted.intersection(slots),
            *wanted.intersection(self._order.apart),
        }
        fresh = [contact_id for contact_id in dict.fromkeys(order) if contact_id not in known]
        for contact_id in wanted:
            apart = self._order.of(contact_id)
            if apart.kind == LEFT and contact_id != self._current:
                self._order.put(contact_id, None)
                if not apart.early:
                    fresh.append(contact_id)
        self._order.insert(places(order, fresh, ahead, len(slots)))

    def leave(self, ids: Collection[str]) -> None:
        """Contacts that do not match any more, or are gone. One on the screen stays there."""
        gone = set(ids) - {self._current}
        again = gone.intersection(self._again)
        self._forget(gone)
        ahead = self._order.ahead_of(gone)
        for contact_id in gone:
            apart = self._order.of(contact_id)
            if apart.held:
                self._order.put(contact_id, Apart(LEFT, early=apart.early))
            elif contact_id in again or contact_id in ahead:
                self._order.put(contact_id, Apart(LEFT, early=contact_id in ahead))
        self._order.settle()

    # --- moves ----------------------------------------------------------------------------------------------------

    def _show(self, contact_id: str, *, done: bool = False, agreed: bool = False) -> None:
        self._current, self._done, self._agreed = contact_id, done, agreed

    def _return_to(self, contact_id: str, *, done: bool) -> None:
        apart = self._order.apart.get(contact_id)
        if contact_id in self._again:
            self._again.remove(contact_id)
        if apart and apart.kind == SKIPPED:
            self._order.put(contact_id, Apart(early=apart.early))
        self._show(contact_id, done=done, agreed=apart is not None and apart.kind == REQUEUED)

    def _put_off_current(self) -> None:
        """Who is current comes next, unless it was called or comes back by itself."""
        contact_id = self._current
        apart = self._order.of(contact_id)
        if not contact_id or self._done or apart.held:
            return
        if self._agreed:
            self._order.put(contact_id, Apart(REQUEUED, 0.0, "", apart.slot, apart.early))
        else:
            self._again.insert(0, contact_id)

    def _take(self, contact_id: str) -> None:
        """Takes a contact from wherever it waits."""
        again = contact_id in self._again
        if again:
            self._again.remove(contact_id)
        self._order.take(contact_id, out_of_order=contact_id != self._current and not again)

    def _forget(self, gone: set[str]) -> None:
        self._again = [id_ for id_ in self._again if id_ not in gone]
        self._trail = [(id_, done) for id_, done in self._trail if id_ not in gone]

    # --- saved and read -------------------------------------------------------------------------------------------

    def ids_json(self) -> str:
        """Everything, to be saved when `grown`: large. What `state_json` gives from now on belongs to this."""
        text = _dump({"version": _VERSION, "order": self._order.base(), "steps": self._steps()})
        self._base = zlib.crc32(text.encode())
        return text

    def state_json(self) -> str:
        """What has changed since `ids_json`, to be saved after every change: small."""
        return _dump({"base": self._base, "order": self._order.changes(), "steps": self._steps()})

    def _steps(self) -> dict[str, Any]:
        return {
            "current": self._current,
            "done": self._done,
            "agreed": self._agreed,
            "paused": self._paused,
            "called": self._called,
            "again": self._again,
            "trail": self._trail,
            "logged": self._logged,
        }

    @classmethod
    def from_json(cls, ids_json: str, state_json: str = "") -> CallQueue:
        """The queue as it was saved.

        Where a crash came between saving the two, the ids alone tell how it was then.

        Raises:
            Invalid: it is not what was saved, or a later version of offhook saved it.
        """
        try:
            base = json.loads(ids_json)
            if base["version"] != _VERSION:
                raise ValueError(base["version"])
            number = zlib.crc32(ids_json.encode())
            state = json.loads(state_json) if state_json else None
            if state is not None and state["base"] != number:
                state = None
            queue = cls()
            queue._base = number
            queue._order = Order.read(base["order"], state and state["order"])
            queue._retrace((state or base)["steps"])
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Invalid({"queue": "The calls that were begun cannot be read. Start them anew."}) from None
        return queue

    def _retrace(self, steps: dict[str, Any]) -> None:
        self._current, self._done, self._agreed = steps["current"], steps["done"], steps["agreed"]
        self._paused, self._called = steps["paused"], int(steps["called"])
        self._again = list(steps["again"])
        self._trail = [(id_, done) for id_, done in steps["trail"]]
        self._logged = [
            Logged(id_, changeset, outcome, Apart(*before) if before else None, done)
            for id_, changeset, outcome, before, done in steps["logged"]
        ]


def _dump(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
