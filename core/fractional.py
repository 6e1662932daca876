"""Fractional keys: a place between any two neighbours, so that moving one row writes one row.

Keys are strings over 0-9A-Za-z compared byte by byte. A key never ends in the lowest digit, so there is always room
before it. Between two neighbours the scheme is the one described by David Greenspan, "Implementing Fractional
Indexing", 2020. At the ends it takes small steps instead of halving what is left, so that keys stay short when
everything is always put first or last.
"""

from __future__ import annotations

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_BASE = len(_DIGITS)
_VALUE = {digit: n for n, digit in enumerate(_DIGITS)}
_STEP = 3
"""Digits behind the first one that is neither lowest nor highest, at which a step is taken at the ends."""


def between(before: str, after: str) -> str:
    """A key greater than `before` and less than `after`; an empty string stands for no neighbour on that side.

    Raises:
        ValueError: `before` is not less than `after`, or a key is malformed.
    """
    for key in (before, after):
        if key and not is_key(key):
            raise ValueError(f"not a fractional key: {key!r}")
    if after and before >= after:
        raise ValueError(f"no place between {before!r} and {after!r}")
    if before and not after:
        return _next(before)
    if after and not before:
        return _previous(after)
    return _midpoint(before, after)


def near(before: str, after: str) -> str:
    """A key between the two as far as there is room.

    Two people who put something into the same gap at the same time leave neighbours with the same key, and an old
    row may have none; then the place is right behind `before`, or before `after`.
    """
    before, after = before if is_key(before) else "", after if is_key(after) else ""
    return between(before, after if before < after else "")


def is_key(key: str) -> bool:
    """Whether the text is a fractional key."""
    return bool(key) and key[-1] != _DIGITS[0] and all(c in _VALUE for c in key)


def spread(count: int) -> list[str]:
    """`count` keys in ascending order, as short as can be, for rows that are laid out at once."""
    if count <= 0:
        return []
    width = 1
    while _BASE**width < (count + 1) * 2:
        width += 1
    return [_digits(n * _BASE**width // (count + 1), width).rstrip(_DIGITS[0]) for n in range(1, count + 1)]


def _midpoint(low: str, high: str) -> str:
    prefix = 0
    if high:
        while prefix < len(high) and (low[prefix] if prefix < len(low) else _DIGITS[0]) == high[prefix]:
            prefix += 1
        if prefix:
            return high[:prefix] + _midpoint(low[prefix:], high[prefix:])
    first = _VALUE[low[0]] if low else 0
    last = _VALUE[high[0]] if high else _BASE
    if last - first > 1:
        return _DIGITS[(first + last) // 2]
    if len(high) > 1:
        return high[0]
    return _DIGITS[first] + _midpoint(low[1:], "")


def _next(low: str) -> str:
    width = len(low) - len(low.lstrip(_DIGITS[-1])) + _STEP
    return _digits(_number(low, width) + 1, width).rstrip(_DIGITS[0])


def _previous(high: str) -> str:
    width = len(high) - len(high.lstrip(_DIGITS[0])) + _STEP
    number = _number(high, width)
    # Cut off behind the step it is less already.
    return _digits(number - (len(high) <= width), width).rstrip(_DIGITS[0])


def _number(key: str, width: int) -> int:
    number = 0
    for digit in key[:width].ljust(width, _DIGITS[0]):
        number = number * _BASE + _VALUE[digit]
    return number


def _digits(number: int, width: int) -> str:
    out = ""
    for _ in range(width):
        number, digit = divmod(number, _BASE)
        out = _DIGITS[digit] + out
    return out
