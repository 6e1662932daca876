"""The board that is read while the application starts is there for whoever asks, however early."""

from __future__ import annotations

import datetime as dt
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import Unavailable
from tui.ahead import Ahead

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


class Slow:
    """A workspace whose set-up takes until it is let go."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.go = threading.Event()
        self.asked = threading.Event()
        self._trouble = trouble

    def existing(self) -> Any:
        return self

    def subscribe(self, listener: Any) -> Any:
        return lambda: None

    def catalog(self) -> Any:
        self.asked.set()
        self.go.wait(10)
        if self._trouble:
            raise self._trouble
        return SimpleNamespace(pipelines=(SimpleNamespace(id="p"),))

    def board(self, pipeline_id: str, query: Any, *, closed_since: Any) -> list[str]:
        return ["card"]


@pytest.mark.parametrize(("trouble", "found"), [(None, ["card"]), (Unavailable("The server is away."), None)])
def test_who_asks_before_it_is_read_gets_it_all_the_same(trouble: Exception | None, found: Any) -> None:
    slow = Slow(trouble)
    ahead = Ahead(slow, lambda: NOW)
    assert slow.asked.wait(10)
    taken: list[Any] = []
    asking = threading.Thread(target=lambda: taken.append(ahead.take("p")), daemon=True)
    asking.start()
    # It waits; letting go before it does would be another case.
    asking.join(0.1)
    slow.go.set()
    asking.join(10)
    assert taken == [found]


def test_it_is_given_once() -> None:
    slow = Slow()
    slow.go.set()
    ahead = Ahead(slow, lambda: NOW)
    assert ahead.take("p") == ["card"]
    assert ahead.take("p") is None
