"""Fractional keys: a place between any two neighbours, so that moving one row writes one row.

Keys are strings over 0-9A-Za-z compared byte by byte. A key never ends in the lowest digit, so there is always room
before it. (The scheme is the one described by David Greenspan, "Implementing Fractional Indexing", 2020.)
"""

from __future__ import annotations

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUE = {digit: n for n, digit in enumerate(_DIGITS)}


def between(before: str, after: str) -> str:
    """A key greater than `before` and less than `after`; an empty string stands for no neighbour on that side.

    Raises:
        ValueError: `before` is not less than `after`, or a key is malformed.
    """
    for key in (before, after):
        if key and (key[-1] == _DIGITS[0] or any(c not in _VALUE for c in key)):
            raise ValueError(f"not a fractional key: {key!r}")
    if after and before >= after:
        raise ValueError(f"no place between {before!r} and {after!r}")
    return _midpoint(before, after)


def _midpoint(low: str, high: str) -> str:
    prefix = 0
    if high:
        while prefix < len(high) and (low[prefix] if prefix < len(low) else _DIGITS[0]) == high[prefix]:
            prefix += 1
        if prefix:
            return high[:prefix] + _midpoint(low[prefix:], high[prefix:])
    first = _VALUE[low[0]] if low else 0
    last = _VALUE[high[0]] if high else len(_DIGITS)
    if last - first > 1:
        return _DIGITS[(first + last) // 2]
    if len(high) > 1:
        return high[0]
    return _DIGITS[first] + _midpoint(low[1:], "")


def spread(count: int) -> list[str]:
    """`count` keys in ascending order, as short as can be, for rows that are laid out at once."""
    if count <= 0:
        return []
    width = 1
    while len(_DIGITS) ** width < (count + 1) * 2:
        width += 1
    step = len(_DIGITS) ** width / (count + 1)
    keys = []
    for n in range(1, count + 1):
        value = int(n * step)
        digits = ""
        for _ in range(width):
            value, digit = divmod(value, len(_DIGITS))
            digits = _DIGITS[digit] + digits
        keys.append(digits.rstrip(_DIGITS[0]) or _DIGITS[1])
    return keys
