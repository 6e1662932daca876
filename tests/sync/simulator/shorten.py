"""Makes a history that fails as short as it can be."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.server import Cluster
from tests.sync.simulator.driver import Result, play


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


def shorter(cluster: Cluster, result: Result, *, tries: int = 200) -> Result:
    """A history that fails, with as few of its steps as are found in so many tries."""
    best = result

    def fails(steps: Sequence[int]) -> bool:
        nonlocal best
        tried = play(cluster, result.seed, steps)
        if tried.faults:
            best = tried
        return bool(tried.faults)

    # What comes after the step that failed has not been made.
    made = len(result.told) + 1
    shortened(fails, result.steps[:made], tries=tries)
    return best
