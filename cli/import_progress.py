"""While an import runs: how far it is, and ctrl-c."""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from types import FrameType
from typing import Any, Self

from cli.progress import Progress
from cli.session import Session
from core.imports.shapes import Cancelled, Step


class Stop:
    """Ctrl-c while its block runs: the first one asks to stop where that leaves nothing half done, the second stops at once.

    Attributes:
        asked: it was asked for.
        listened: whether somebody looks at that from time to time; otherwise the first one stops at once.
    """

    def __init__(self) -> None:
        self.asked = self.listened = False
        self._before: Any = None

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._ask)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked or not self.listened:
            raise KeyboardInterrupt
        self.asked = True


class Shown:
    """Shows how far it is as long as its block runs, and stops it when that is asked for. It is a `Progress` of shapes."""

    _TITLES: Mapping[str, str] = {
        "reading": "Reading", "checking": "Checking", "importing": "Importing", "undoing": "Taking back",
    }  # fmt: skip

    def __init__(self, session: Session, stop: Stop) -> None:
        self._stop = stop
        self._bar = Progress("", quiet=session.json)

    def __enter__(self) -> Self:
        self._stop.listened = True
        self._bar.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.listened = False
        self._bar.__exit__(None, None, None)

    def __call__(self, step: Step) -> None:
        if self._stop.asked:
            raise Cancelled("Stopped.")
        self._bar.title = self._TITLES.get(step.what, step.what.capitalize())
        self._bar.steps(step.done, step.total, "rows", rate=step.rate, left=step.left)
