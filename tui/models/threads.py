"""E-mails that belong together, under the newest of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from core.entities import Activity
from core.text import fold
from core.workspace import Entry

_REPLY = re.compile(
    r"^(?:\s*(?:re|fw|fwd|aw|wg|antw|antwort|rv|tr|sv|vs|odp|ref)(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE
)
"""What mail programs put in front of a subject when one answers or passes on."""


class Threads:
    """A timeline with its threads folded, or not.

    Args:
        entries: what has been read, newest first.
        opened: the threads that are unfolded, as `thread_of` names them.

    Attributes:
        shown: the entries in their order; behind the head of an unfolded thread come the older ones of it.
        sizes: how many e-mails a thread has that are read so far, by its head's id; those of one are no threads.
        heads: the head's id by the id of each older one that is shown.
    """

    def __init__(self, entries: Sequence[Entry] = (), opened: Collection[str] = ()) -> None:
        self._opened = frozenset(opened)
        self._groups: dict[str, list[Entry]] = {}
        self._keys: dict[str, str] = {}
        self.shown: list[Entry] = []
        self.sizes: dict[str, int] = {}
        self.heads: dict[str, str] = {}
        self.add(entries)

    def key_of(self, entry_id: str) -> str:
        """The thread of an entry; empty where it is in none."""
        return self._keys.get(entry_id, "")

    def add(self, entries: Sequence[Entry]) -> set[str]:
        """Takes in older entries. Returns the ids of heads whose threads have grown."""
        grown: set[str] = set()
        opened = False
        for entry in entries:
            key = self._keys[entry.activity.id] = thread_of(entry.activity)
            if not key:
                self.shown.append(entry)
                continue
            group = self._groups.setdefault(key, [])
            group.append(entry)
            head = group[0].activity.id
            if len(group) == 1:
                self.shown.append(entry)
                continue
            self.sizes[head] = len(group)
            grown.add(head)
            if key in self._opened:
                self.heads[entry.activity.id] = head
                opened = True
        if opened:
            self._put_in_place()
        return grown

    def _put_in_place(self) -> None:
        """Puts the older ones of unfolded threads behind their heads."""
        shown = [entry for entry in self.shown if entry.activity.id not in self.heads]
        self.shown = []
        for entry in shown:
            self.shown.append(entry)
            key = self._keys[entry.activity.id]
            if key in self._opened:
                self.shown += self._groups[key][1:]


def thread_of(activity: Activity) -> str:
    """What e-mails of one thread have in common; empty for what is in none.

    Where a mail program says which thread it is, that counts; otherwise the subject, whatever stands in front of it, with
    the same person.
    """
    if activity.kind != "email":
        return ""
    said = activity.data.get("thread")
    if isinstance(said, str) and said:
        return f"={said}"
    subject = " ".join(fold(_REPLY.sub("", activity.subject)).split())
    return f"{activity.contact_id or activity.company_id or ''}:{subject}" if subject else ""
