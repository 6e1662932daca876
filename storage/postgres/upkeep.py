"""What a server has no clock of its own for: who works with it has it done from time to time."""

from __future__ import annotations

import contextlib
import random
import time

import psycopg

from storage.postgres.connection import Lost, Wire, is_broken

EVERY_SECONDS = 600.0
"""How often it is asked for while somebody is at work."""
PATIENCE_MS = 3_000
_JOBS = ("select seal_audit()", "select tidy()")


class Upkeep:
    """Asks for it when it is due, the first time at once. Of all who ask a server listens to one in ten minutes."""

    def __init__(self) -> None:
        self._due = 0.0

    @property
    def due(self) -> bool:
        """Whether it is time."""
        return time.monotonic() >= self._due

    def run(self, wire: Wire) -> None:
        """Has the audit sealed and what nobody needs any more removed. What cannot be done in this while is left.

        Raises:
            Lost: the connection broke.
        """
        self._due = time.monotonic() + EVERY_SECONDS * random.uniform(0.75, 1.25)  # noqa: S311
        for job in _JOBS:
            with contextlib.suppress(psycopg.Error), wire.transaction():
                wire.execute(f"set local statement_timeout = {PATIENCE_MS}")
                wire.execute(job)
            if is_broken(wire):
                # Nothing would be heard on it any more, not even its end.
                raise Lost("The connection to the server broke.")
