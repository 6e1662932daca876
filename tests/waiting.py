"""Waiting for what another thread does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T], *, seconds: float = 15.0) -> T:
    """What `look` gives as soon as it is true.

    Raises:
        AssertionError: it does not become true in that time.
    """
    until = time.monotonic() + seconds
    while not (seen := look()):
        if time.monotonic() > until:
            raise AssertionError(f"not in {seconds:g} s; last seen: {seen!r}")
        time.sleep(0.01)
    return seen
