"""How an entry of a timeline is told: its sign, its words, its day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len

from core.catalog import Catalog
from core.changes import TOLD_KINDS
from core.commands.base import LOSS
from core.duration import show_duration
from core.entities import Activity
from core.text import printable
from core.workspace import Entry
from tui.models.card_text import initials
from tui.paint import fit

_KINDS = {
    "call": ("✆", "Call"),
    "email": ("✉", "E-mail"),
    "meeting": ("◉", "Meeting"),
    "note": ("✎", "Note"),
    "stage_change": ("→", "Stage"),
    "created": ("✦", "Created"),
    "edited": ("±", "Edited"),
    "claimed": ("⚑", "Claimed"),
    "assigned": ("⇄", "Assigned"),
    "task_done": ("✓", "Done"),
    "do_not_call": ("⊘", "Do not call"),
    LOSS: ("≠", "Conflict"),
}
_LONGEST = 400
"""Characters of a text that can have a place in a headline."""
_AUTHOR = 12
"""Cells that the name of an author may take."""


class Group(NamedTuple):
    """Kinds of entries that are looked at together."""

    key: str
    sign: str
    label: str


GROUPS = (
    Group("", "≡", "all"),
    Group("call", "✆", "calls"),
    Group("email", "✉", "e-mails"),
    Group("meeting", "◉", "meetings"),
    Group("note", "✎", "notes"),
    Group("changes", "±", "changes"),
)
"""What a timeline can be narrowed down to, in the order in which the key goes through it."""


def kinds_of(group: str, counts: Mapping[str, int]) -> tuple[str, ...]:
    """The kinds of a group, out of those that occur; empty stands for all."""
    if group == "changes":
        return tuple(kind for kind in counts if kind not in TOLD_KINDS)
    return (group,) if group else ()


def count_of(group: str, counts: Mapping[str, int]) -> int:
    """How many entries a group has."""
    kinds = kinds_of(group, counts)
    return sum(counts.get(kind, 0) for kind in kinds) if kinds or group else sum(counts.values())


class Told(NamedTuple):
    """The headline of an entry."""

    sign: str
    word: str
    text: str
    about: str
    """The deal or contact around it, where the timeline is not its own."""
    quiet: bool
    """offhook wrote it by itself."""


def tell(entry: Entry, table: str) -> Told:
    """An entry's headline on the timeline of a contact, deal or company."""
    activity = entry.activity
    sign, word = _KINDS.get(activity.kind, ("·", printable(activity.kind).replace("_", " ").capitalize()))
    around = [entry.deal] if table == "contacts" else [entry.contact] if table == "deals" else []
    if table == "companies":
        around = [entry.contact, entry.deal]
    text = _call(activity) if activity.kind == "call" else _subject(activity, word)
    if activity.kind == "email" and activity.direction:
        word += " in" if activity.direction == "in" else " out"
    return Told(
        sign,
        word,
        printable(text),
        printable(" · ".join(filter(None, around))),
        activity.kind not in TOLD_KINDS,
    )


def author(user_id: str | None, catalog: Catalog, *, short: bool = False) -> str:
    """Who wrote an entry, in few letters: a colleague's first name, or with `short` the initials that cards show.

    One's own entries say nothing, and neither does any where there is nobody else.
    """
    if user_id is None or user_id == catalog.me.id or len(catalog.users) < 2:
        return ""
    name = printable(catalog.user_name(user_id))
    if short:
        return initials(name)
    first = name.split(" ")[0]
    namesakes = [
        user for user in catalog.users if user.id != user_id and printable(user.name).split(" ")[0] == first
    ]
    # Two of the same first name are told apart by what follows it.
    told = " ".join((first, initials(name)[1:])).strip() if namesakes else first
    return fit(told, min(cell_len(told), _AUTHOR))


def _call(activity: Activity) -> str:
    outcome = activity.outcome
    subject = activity.subject
    if subject.casefold() in (f"call: {outcome}".casefold(), "call"):
        subject = ""
    parts = [outcome, subject, show_duration(activity.duration_s)]
    if activity.direction == "in":
        parts.insert(0, "incoming")
    return " · ".join(part for part in parts if part)


def _subject(activity: Activity, word: str) -> str:
    subject = activity.subject
    if activity.kind == "edited" and activity.body:
        return " · ".join(activity.body[:_LONGEST].splitlines())
    if activity.kind == "created":
        return ""
    subject = subject.removeprefix(f"{word} ")
    return " · ".join(part for part in (subject, show_duration(activity.duration_s)) if part)


def day_name(day: dt.date, today: dt.date) -> str:
    """A heading for a day: `Today`, `Yesterday`, `Tue 17 Nov`, `Tue 17 Nov 2024`."""
    if day == today:
        return "Today"
    if day == today - dt.timedelta(days=1):
        return "Yesterday"
    year = "" if day.year == today.year else f" {day.year}"
    return f"{day:%a} {day.day} {day:%b}{year}"


def key_of(entry: Entry) -> tuple[dt.datetime, str]:
    """By what a timeline is in order: the newest first."""
    return entry.activity.occurred_at, entry.activity.id


def older_than(entries: Sequence[Entry], last: Entry) -> list[Entry]:
    """The entries that come after `last` on a timeline."""
    limit = key_of(last)
    return [entry for entry in entries if key_of(entry) < limit]
