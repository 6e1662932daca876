"""What a card says about its deal, in few words: when it wants something next, how long it has been where it is."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from core.catalog import Catalog
from core.entities import Stage
from core.health import DAY, Next, end_of_today, is_stale, next_state
from core.text import printable
from core.workspace import Card

SIGNS = {Next.OVERDUE: "!", Next.TODAY: "◆", Next.NONE: "○", Next.FUTURE: "·"}
"""One sign per state, so that colour is never the only one."""
STALE = "▼"
WAITING = "⚠ "
"""Stands before what the user has something to decide about."""
_HOUR = 3_600


class Clock(NamedTuple):
    """What time it is for the viewer; instants in seconds since the epoch."""

    now: float
    tomorrow: float
    """The first second of tomorrow where the viewer is."""
    zone: dt.tzinfo

    @classmethod
    def at(cls, now: dt.datetime, zone: dt.tzinfo) -> Clock:
        """The clock at an instant."""
        return cls(now.timestamp(), end_of_today(now, zone).timestamp(), zone)


class Wording(tuple[str, ...]):
    """A text from its longest form to its shortest, for where there is little room."""

    __slots__ = ()

    @property
    def full(self) -> str:
        """The longest form."""
        return self[0]

    @property
    def short(self) -> str:
        """The shortest form."""
        return self[-1]

    def within(self, width: int) -> str:
        """The longest form that fits, or the shortest one."""
        return next((form for form in self if len(form) <= width), self[-1])


def span(seconds: float) -> str:
    """A length of time in its largest unit: `5m`, `3h`, `12d`, `3y`."""
    if seconds < _HOUR:
        return f"{max(0, int(seconds // 60))}m"
    if seconds < DAY:
        return f"{int(seconds // _HOUR)}h"
    days = int(seconds // DAY)
    return f"{days}d" if days < 1000 else f"{days // 365}y"


def days_in_stage(card: Card, clock: Clock) -> str:
    """How long the deal has been in its stage, in whole days."""
    return f"{max(0, int((clock.now - card.stage_since) // DAY))}d"


def next_activity(card: Card, clock: Clock) -> tuple[Next, Wording]:
    """When the next activity is due."""
    return due_words(card.next_task_at, clock)


def due_words(due: int | None, clock: Clock) -> tuple[Next, Wording]:
    """When something is due, in seconds since the epoch; None: nothing is."""
    state = next_state(due, clock.now, clock.tomorrow)
    sign = SIGNS[state]
    if due is None:
        return state, Wording((f"{sign} nothing planned", f"{sign} unplanned", f"{sign} none"))
    if state is Next.OVERDUE:
        late = span(clock.now - due)
        return state, Wording((f"{sign} overdue {late}", f"{sign} {late}"))
    if state is Next.TODAY:
        at = dt.datetime.fromtimestamp(due, clock.zone)
        # A task for the whole day is due in its last second; that is no time of day to show.
        if (at.hour, at.minute) == (23, 59):
            return state, Wording((f"{sign} today",))
        return state, Wording((f"{sign} today {at:%H:%M}", f"{sign} {at:%H:%M}"))
    days = int((due - clock.tomorrow) // DAY) + 1
    return state, Wording((f"{sign} tomorrow" if days == 1 else f"{sign} in {days}d", f"{sign} {days}d"))


def closed_words(card: Card, clock: Clock) -> Wording:
    """How a closed deal ended and when."""
    sign = "✓" if card.outcome == "won" else "✗"
    ago = span(clock.now - card.stage_since)
    return Wording((f"{sign} {card.outcome} {ago} ago", f"{sign} {ago} ago", f"{sign} {ago}"))


def stale(card: Card, stage: Stage, clock: Clock) -> bool:
    """Whether nothing has happened to the deal for longer than its stage allows."""
    return stage.kind == "open" and is_stale(
        card.stage_since, card.last_activity_at, stage.stale_days, clock.now
    )


def owner_mark(card: Card, catalog: Catalog) -> str:
    """Whose the deal is, where it is not one's own alone: `pool`, a colleague's initials, `+JW` for one held with them."""
    book = catalog.book_by_id.get(card.book_id)
    if book is None or book.user_id == catalog.me.id:
        return ""
    if book.kind == "pool":
        return "pool"
    holders = catalog.holders(book.id)
    names = sorted(catalog.user_name(user_id) for user_id in holders if user_id != catalog.me.id)
    marks = "+".join(initials(name) for name in names)
    return f"+{marks}" if catalog.me.id in holders else marks


def initials(name: str) -> str:
    """The first letters of the first two words of a name."""
    return "".join(word[0] for word in printable(name).split()[:2]).upper()


def about(card: Card) -> str:
    """Who the deal is with: the company, otherwise the contact."""
    return card.company or card.contact
