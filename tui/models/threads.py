"""E-mails that belong together, under the newest of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from core.entities import Activity
from core.text import fold
from core.workspace import Entry

_REPLY = re.compile(
    r"^(?:\s*(?:re|fw|fwd|aw|wg|antw|antwort|rv|tr|sv|vs|odp|ref)(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE
)
"""What mail programs put in front of a subject when one answers or passes on."""


class Threads(NamedTuple):
    """A timeline with its threads folded, or not.

    Attributes:
        shown: the entries in their order; behind the head of an unfolded thread come the older ones of it.
        sizes: how many e-mails a thread has that are read so far, by its head's id; those of one are no threads.
        heads: the head's id by the id of each older one that is shown.
    """

    shown: list[Entry]
    sizes: dict[str, int]
    heads: dict[str, str]


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


def threaded(entries: Sequence[Entry], unfolded: Collection[str], known: dict[str, str]) -> Threads:
    """Puts the e-mails of a thread under its newest one.

    Args:
        entries: newest first.
        unfolded: the threads that are unfolded, as `thread_of` names them.
        known: the threads of entries by their ids; what is found out is put into it.
    """
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        key = known.get(entry.activity.id)
        if key is None:
            key = known[entry.activity.id] = thread_of(entry.activity)
        if key:
            groups.setdefault(key, []).append(entry)
    shown: list[Entry] = []
    sizes: dict[str, int] = {}
    heads: dict[str, str] = {}
    for entry in entries:
        key = known[entry.activity.id]
        group = groups[key] if key else ()
        if len(group) < 2:
            shown.append(entry)
        elif group[0] is entry:
            shown.append(entry)
            sizes[entry.activity.id] = len(group)
            if key in unfolded:
                shown += group[1:]
                heads.update((older.activity.id, entry.activity.id) for older in group[1:])
    return Threads(shown, sizes, heads)
