"""The orders in which a column's cards can lie."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from core.fractional import between
from core.money import CURRENCIES, exponent
from core.text import fold
from core.workspace import Card

SORTS: Mapping[str, str] = MappingProxyType(
    {
        "next": "Next activity: overdue, today, nothing planned, later",
        "value": "Value: each currency by itself, largest first",
        "close": "Close date: soonest first",
        "age": "Time in stage: longest first",
        "title": "Title: A to Z",
        "last": "Last activity: longest ago first",
        "manual": "By hand: J and K move a card",
    }
)
"""Sorts by name, with what people read."""
DEFAULT = "next"

Entry = tuple[Any, ...]
"""What a card is ordered by, its id last: unique, so that its place can be found again by bisection."""
KeyOf = Callable[[Card], Entry]

_SCALE = {currency: 10 ** (4 - exponent(currency)) for currency in CURRENCIES}
_FAR = "9999-99-99"


def key_of(sort: str, tomorrow: float) -> KeyOf:
    """The function that gives a card's place under `sort`.

    Under `next` the key holds whether the card is due by today, has nothing planned, or is due later: overdue before
    today is the order of time itself, so that no card has to change its place while the day goes by.

    Args:
        sort: a name in `SORTS`; an unknown one (from a view that a later program saved) is the default.
        tomorrow: the first second of tomorrow where the viewer is.
    """

    def by_value(card: Card) -> Entry:
        if card.value_minor is None:
            return (1, "", 0, card.id)
        # There are no rates here: across currencies no order would be true.
        return (0, card.currency, -card.value_minor, card.id)

    def by_next(card: Card) -> Entry:
        due = card.next_task_at
        if due is None:
            return (1, 0, _large_first(card), card.id)
        return (0 if due < tomorrow else 2, due, _large_first(card), card.id)

    keys: dict[str, KeyOf] = {
        "value": by_value,
        "close": lambda card: (card.expected_close or _FAR, _large_first(card), card.id),
        "age": lambda card: (card.stage_since, card.id),
        "title": lambda card: (fold(card.title), card.id),
        "last": lambda card: (card.last_activity_at or 0, card.id),
        "manual": lambda card: (place_of(card), card.id),
    }
    return keys.get(sort, by_next)


def _large_first(card: Card) -> int:
    """Largest first, unknown last. Amounts of different currencies compare by their face, as there are no rates here."""
    minor = card.value_minor
    return 1 if minor is None else -minor * _SCALE.get(card.currency, 100)


def place_of(card: Card) -> str:
    """Where a card lies when sorted by hand: its fractional key.

    A card that nobody has placed has one too, made of when it was created, so that any card can be put between any
    two others by writing that one card. Such cards lie below the placed ones, the latest at the bottom.
    """
    return card.position or f"z{card.created_at:09x}{zlib.crc32(card.id.encode()):08x}V"


def fits_between(before: str, after: str) -> bool:
    """Whether a card can be placed between two keys (empty: no neighbour); not so where two people took the same one."""
    try:
        between(before, after)
    except ValueError:
        return False
    return True
