"""Tells a key that is pressed at what stands there from one that was meant for what stood there a moment ago."""

from __future__ import annotations

import time
from collections.abc import Callable


class Debounce:
    """Knows how long something has been in sight.

    A key that bounces, is pressed twice by accident or is held down hits what its first press has brought up. Nobody has
    read a name, let alone called, within a quarter of a second.

    Args:
        seconds: how long something must have been there, and how long a key must have been let go of.
        clock: seconds that only go on.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._seen: object = None
        self._since = clock()

    def see(self, what: object) -> None:
        """Something is in sight now; what already was has been there since it came."""
        if what != self._seen:
            self._seen = what
            self.begin()

    def begin(self) -> None:
        """Something has come into sight at this moment."""
        self._since = self._clock()

    def is_bounce(self) -> bool:
        """Whether a key comes too soon to be meant for it. Each that does puts off when one counts: it may be held down."""
        now = self._clock()
        too_soon = now - self._since < self._seconds
        if too_soon:
            self._since = now
        return too_soon
