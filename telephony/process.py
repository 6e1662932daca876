"""Starting a program that the terminal must not notice, and learning whether it took offence."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from core.text import clean_line

_WITHHELD = ("OFFHOOK_PASSWORD", "PGPASSWORD")
"""Variables of the environment that a program which outlives us has no business with: the login at the team's server."""
_SHOWN = 160
"""Characters of a program's complaint that fit into a message."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a program in its first moment.

    Attributes:
        code: its exit code; None where it is still running.
        complaint: the end of what it wrote to its standard error, on one line.
    """

    code: int | None
    complaint: str


def start(argv: Sequence[str], *, patience: float) -> Outcome:
    """Starts a program without a shell, in a session of its own: it outlives us and never sees our terminal.

    Args:
        argv: the program and its arguments.
        patience: seconds that it gets to fail in. One that runs on is left alone.

    Raises:
        OSError: it cannot be started.
    """
    # A file, not a pipe: a program that goes on writing must not be stopped by our end.
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 (no shell; the arguments are the user's own settings and a checked number)
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={name: value for name, value in os.environ.items() if name not in _WITHHELD},
            start_new_session=True,
        )
        try:
            code = process.wait(patience)
        except subprocess.TimeoutExpired:
            # Somebody has to take note of its end, or it stays in the process table.
            threading.Thread(target=process.wait, name="offhook-reap", daemon=True).start()
            return Outcome(None, "")
        size = errors.seek(0, 2)
        errors.seek(max(0, size - 4096))
        return Outcome(code, _last_line(errors.read().decode(errors="replace")))


def _last_line(text: str) -> str:
    lines = [line for line in map(clean_line, text.splitlines()) if line]
    return lines[-1][:_SHOWN] if lines else ""
