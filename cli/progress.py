"""How far a long command has come: one line that redraws itself on a terminal, a few plain lines elsewhere.

On standard error, so that standard output stays what was asked for.
"""

from __future__ import annotations

import os
import sys
import time
from types import TracebackType
from typing import Self

from cli.output import cells, cut
from core.text import printable

_FRAME = 0.1
_BAR = 24


class Progress:
    """Shows progress as long as its block runs. A quick command shows nothing.

    Args:
        title: what is being done.
        quiet: show nothing at all.
    """

    PATIENCE = 0.3
    """Seconds before anything is shown."""

    def __init__(self, title: str, *, quiet: bool = False) -> None:
        self.title = title
        self._quiet = quiet
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._began = time.monotonic()
        self._drawn = 0.0
        self._said = -1
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def share(self, done: float, what: str = "") -> None:
        """Shows the share that is done, from 0 to 1, and what is being worked on."""
        done = min(max(done, 0.0), 1.0)
        if self._live:
            filled = round(done * _BAR)
            bar = "━" * filled + "─" * (_BAR - filled)
            self._draw(f"{self.title}  {bar} {done:>4.0%}  {printable(what)}")
        elif int(done * 4) > self._said:
            self._said = int(done * 4)
            self._line(f"{self.title}: {done:.0%}" + (f" ({printable(what)})" if what else ""))

    def count(self, done: int, what: str) -> None:
        """Shows how many are done where nobody knows how many there will be."""
        if self._live:
            self._draw(f"{self.title}  {done:,} {what}")

    def steps(self, done: int, total: int | None, what: str, *, rate: float, left: float | None) -> None:
        """Shows how many are done, how many that is a second, and the seconds that it will still take, where they are known."""
        speed = f"{rate:,.0f}/s" if done and rate else ""
        rest = f"{_span(left)} left" if left is not None else ""
        more = ", ".join(part for part in (speed, rest) if part)
        if not total:
            self.count(done, f"{what}  {more}".rstrip())
        else:
            self.share(done / total, f"{done:,} of {total:,} {what}  {more}".rstrip())

    def step(self, what: str) -> None:
        """Shows what is being worked on where nobody knows how long it takes."""
        if self._live:
            self._draw(f"{self.title} {printable(what)} …")

    def _draw(self, text: str) -> None:
        import shutil

        now = time.monotonic()
        if self._quiet or now - self._drawn < _FRAME or now - self._began < self.PATIENCE:
            return
        self._drawn, self._shown = now, True
        width = max(shutil.get_terminal_size().columns - 1, 10)
        text = cut(text, width)
        sys.stderr.write("\r" + text + " " * (width - cells(text)))
        sys.stderr.flush()

    def _line(self, text: str) -> None:
        if not self._quiet and time.monotonic() - self._began >= self.PATIENCE:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _span(seconds: float) -> str:
    """A time to wait: `8 s`, `2 min`, `1 h 5 min`."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
