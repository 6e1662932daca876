"""Makes a history that fails as short as it can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def shortened(fails: Callable[[Sequence[int]], bool], steps: Sequence[int], *, tries: int = 200) -> list[int]:
    """The fewest of the steps with which it still fails, as far as that is found in so many tries."""
    kept = list(steps)
    size = len(kept) // 2
    while size and tries:
        start = 0
        while start < len(kept) and tries:
            tries -= 1
            fewer = kept[:start] + kept[start + size :]
            if fails(fewer):
                kept = fewer
            else:
                start += size
        size //= 2
    return kept
