"""What a list says about a contact, in few words."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

from core.catalog import Catalog
from core.entities import person_name
from core.health import DAY, Next
from core.points import show_phone
from core.workspace import ContactLine
from tui.models.card_text import Clock, due_words, span

DO_NOT_CALL = "⊘"
NEXT_STYLE = {
    Next.OVERDUE: "overdue",
    Next.TODAY: "today",
    Next.NONE: "muted",
    Next.FUTURE: "planned",
}
"""The style's name for each state of a next task."""


@lru_cache(maxsize=4096)
def phone_words(value: str, country: str) -> str:
    """A stored number as people at home in `country` read it. Formatting one costs more than drawing its row."""
    return show_phone(value, country) if value else ""


def name_words(line: ContactLine) -> str:
    """A contact's name, or what there is in its place."""
    point = line.email or line.phone
    return person_name(line.first_name, line.last_name, ({"value": point},) if point else ())


def number_words(line: ContactLine, country: str) -> str:
    """The number to dial, or that it must not be dialled."""
    number = phone_words(line.phone, country)
    return f"{DO_NOT_CALL} {number or 'do not call'}" if line.do_not_call else number


def ago(then: int | None, clock: Clock) -> str:
    """How long ago something was: `3d ago`; `never`."""
    if then is None:
        return "never"
    return "today" if clock.now - then < DAY / 24 else f"{span(clock.now - then)} ago"


def next_words(due: int | None, clock: Clock) -> str:
    """When the next task is due, in short; nothing where there is none."""
    return "" if due is None else due_words(due, clock)[1].full


def next_sign(due: int | None, clock: Clock) -> str:
    """When the next task is due, in as few cells as can be; nothing where there is none."""
    return "" if due is None else due_words(due, clock)[1].short


def next_style(due: int | None, clock: Clock) -> str:
    """The style's name for that."""
    return NEXT_STYLE[due_words(due, clock)[0]]


def owner_words(book_id: str, catalog: Catalog) -> str:
    """Whose it is: `me`, a colleague, several together, or the pool."""
    book = catalog.book_by_id.get(book_id)
    if book is not None and book.kind == "own" and book.user_id == catalog.me.id:
        return "me"
    return catalog.owner_name(book_id)


READ_ONLY = "🔒 read-only"


def right_words(book_id: str, catalog: Catalog) -> str:
    """That the user may only look at what lies in a book; empty where they may change it."""
    return "" if book_id in catalog.writable_books else READ_ONLY


def shared_words(book_id: str, catalog: Catalog) -> str:
    """Who else sees an own book or a pool: `Ben (looks), Cem`; empty where nobody does."""
    book = catalog.book_by_id.get(book_id)
    if book is None or book.kind == "shared":
        return ""
    rights = catalog.shared_with(book_id)
    names = sorted((catalog.user_name(user_id), right) for user_id, right in rights.items())
    return ", ".join(name if right else f"{name} (looks)" for name, right in names)


def local_time(zone_name: str, now: dt.datetime) -> str:
    """The time of day in a zone, and where that is not the same day, the day too; empty for a zone nobody knows."""
    try:
        there = now.astimezone(ZoneInfo(zone_name))
    except (KeyError, ValueError, OSError):
        return ""
    return f"{there:%a %H:%M}"


def clock_there(at: float, zone_name: str, zone: dt.tzinfo) -> str:
    """What clocks show at an instant where somebody is, with the day where it is another; empty where it is the same as here.

    Args:
        at: in seconds since the epoch.
        zone_name: where they are; empty: nobody knows.
        zone: where the viewer is.
    """
    try:
        theirs = ZoneInfo(zone_name)
    except (KeyError, ValueError, OSError):
        return ""
    there, here = dt.datetime.fromtimestamp(at, theirs), dt.datetime.fromtimestamp(at, zone)
    if there.utcoffset() == here.utcoffset():
        return ""
    return f"{there:%H:%M}" if there.date() == here.date() else f"{there:%a %H:%M}"
