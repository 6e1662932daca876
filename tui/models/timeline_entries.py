"""What has been read of a timeline: in order, under the heads of its threads, folded or not. No terminal, no store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from core.workspace import Entry
from tui.models.telling import older_than
from tui.models.threads import Threads


class Entries:
    """The entries of a timeline, newest first.

    Attributes:
        read: all that have been read.
        shown: those that are not folded away under the head of a thread.
        unfolded: the ids of those that are shown in full.
    """

    def __init__(self) -> None:
        self.read: list[Entry] = []
        self.shown: list[Entry] = []
        self.unfolded: set[str] = set()
        self._threads = Threads()
        self._opened: set[str] = set()
        self._ordinals: dict[str, int] = {}

    def fold_all(self) -> None:
        """Has everything folded when entries are taken in the next time."""
        self.unfolded.clear()
        self._opened.clear()

    # --- coming in --------------------------------------------------------------------------------------------------

    def take(self, entries: Sequence[Entry]) -> set[str]:
        """Takes others in the place of these. Returns the ids of those whose lines are not the same any more."""
        self.read = list(entries)
        return self._thread()

    def add(self, chunk: Sequence[Entry]) -> set[str]:
        """Takes in the next, older ones. Returns the ids of the heads whose threads have grown."""
        fresh = older_than(chunk, self.read[-1]) if self.read else list(chunk)
        for number, entry in enumerate(fresh, len(self.read)):
            self._ordinals[entry.activity.id] = number
        self.read += fresh
        grown = self._threads.add(fresh)
        self.shown = self._threads.shown
        return grown

    def _thread(self) -> set[str]:
        before = self._threads
        self._threads = after = Threads(self.read, self._opened)
        self.shown = after.shown
        self._ordinals = {entry.activity.id: n for n, entry in enumerate(self.read)}
        sizes = {entry_id for entry_id, _ in before.sizes.items() ^ after.sizes.items()}
        return sizes | (before.heads.keys() ^ after.heads.keys())

    # --- finding ----------------------------------------------------------------------------------------------------

    def at(self, index: int) -> Entry | None:
        """The entry that is shown there."""
        return self.shown[index] if 0 <= index < len(self.shown) else None

    def id_at(self, index: int) -> str:
        """Its id; empty where there is none."""
        entry = self.at(index)
        return entry.activity.id if entry is not None else ""

    def places(self) -> dict[str, int]:
        """Where each is shown, by its id, and by that of what it revises."""
        places: dict[str, int] = {}
        for index, entry in enumerate(self.shown):
            places[entry.activity.id] = index
            if entry.activity.revises:
                places.setdefault(entry.activity.revises, index)
        return places

    def ordinal(self, index: int) -> int:
        """The number of a shown entry among all, those of folded threads included."""
        return self._ordinals.get(self.id_at(index), index)

    def day(self, index: int, zone: dt.tzinfo) -> dt.date:
        """The day under which an entry stands: an older e-mail of a thread under that of its head."""
        activity = self.shown[index].activity
        head = self._threads.heads.get(activity.id)
        if head is not None:
            activity = self.read[self._ordinals[head]].activity
        return activity.occurred_at.astimezone(zone).date()

    # --- threads ----------------------------------------------------------------------------------------------------

    @property
    def has_open_threads(self) -> bool:
        """Whether older e-mails are shown behind their heads."""
        return bool(self._threads.heads)

    def thread_size(self, entry_id: str) -> int:
        """How many e-mails are in the thread that an entry is the head of; 0 where it is of none."""
        return self._threads.sizes.get(entry_id, 0)

    def is_older(self, entry_id: str) -> bool:
        """Whether an entry stands behind the head of its thread."""
        return entry_id in self._threads.heads

    def is_open(self, entry_id: str) -> bool:
        """Whether the thread of an entry is unfolded."""
        return self._threads.key_of(entry_id) in self._opened

    def fold(self, entry_id: str, *, folded: bool) -> set[str]:
        """Shows an entry in full with its thread, or not. Returns the ids of those whose lines are not the same any more."""
        (self.unfolded.discard if folded else self.unfolded.add)(entry_id)
        changed = {entry_id}
        if self.thread_size(entry_id):
            key = self._threads.key_of(entry_id)
            (self._opened.discard if folded else self._opened.add)(key)
            changed |= self._thread()
        return changed

    def open_thread(self, entry_id: str) -> set[str]:
        """Has an entry come out from under its head. Returns the ids of those whose lines are not the same any more."""
        key = self._threads.key_of(entry_id)
        if not key:
            return set()
        self._opened.add(key)
        return self._thread()
