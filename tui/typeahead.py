"""Keys wait for their turn.

A rep types ahead: `a` and at once the note, `g` and at once `c`; over a slow line both come in one packet. A key must
not be looked at before the one in front of it has had its effect: letters of a note would move and lose deals. So keys
are handed on one by one, each when the one before has passed through, and while a flow is about to ask something they
wait until its question can take them.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol, runtime_checkable

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.timer import Timer
from textual.worker import NoActiveWorker, Worker, get_current_worker

FLOW = "flow"
"""The group of workers that ask: see `tui.flows`."""
PATIENCE = 5.0
"""Seconds that a key waits for a question at most; a flow reads from a server before it asks."""
LOST = 2.0
"""Seconds after which a key counts as passed in any case: what it was handed to has gone."""


@runtime_checkable
class Question(Protocol):
    """A screen that asks."""

    is_ready: bool
    """It can be typed into."""
    is_deaf: bool
    """It has come while the user was at something else; keys are not meant for it yet, and are dropped."""


@runtime_checkable
class Awaited(Protocol):
    """A screen that shows one thing after the other."""

    is_awaited: bool
    """What keys are meant for is not there yet."""


class TypeAhead:
    """Hands keys on, in order.

    Args:
        app: whose keys.
        hand_on: gives a key to whoever has the focus.
    """

    def __init__(self, app: App[Any], hand_on: Callable[[events.Event], Awaitable[None]]) -> None:
        self._app = app
        self._hand_on = hand_on
        self._waiting: deque[events.Event] = deque()
        self._under_way = 0
        self._handed = 0
        self._patience: Timer | None = None
        self._at_work: set[Worker[Any]] = set()

    async def take(self, key: events.Key | events.Paste) -> None:
        """Hands a key, or a paste, on at once or when its turn comes."""
        screen = self._app.screen
        if isinstance(screen, Question) and screen.is_deaf:
            return
        if self._under_way or self._waiting or self._asking():
            self._waiting.append(key)
            if self._under_way:
                asyncio.get_running_loop().call_later(LOST, self._passed, self._under_way)
            else:
                self._be_patient()
        else:
            self._begin()
            await self._hand(key, self._under_way)

    def go_on(self) -> None:
        """To be called when a question or what was awaited is ready, or a flow is over: hands on what waited."""
        if not self._waiting or self._under_way:
            return
        if self._asking():
            self._be_patient()
        else:
            self._hand_next()

    @contextmanager
    def not_asking(self) -> Iterator[None]:
        """While a flow waits for the workspace to do something, and not to ask: keys need not wait for it."""
        try:
            worker = get_current_worker()
        except NoActiveWorker:
            yield
            return
        self._at_work.add(worker)
        self.go_on()
        try:
            yield
        finally:
            self._at_work.discard(worker)

    def forget(self) -> None:
        """Drops what waits: it was typed for a question that does not come, and means something else to what is there."""
        self._waiting.clear()

    def _asking(self) -> bool:
        """Whether a question is on its way and cannot be typed into yet."""
        screen = self._app.screen
        if isinstance(screen, Question):
            return not screen.is_ready
        if isinstance(screen, Awaited) and screen.is_awaited:
            return True
        return any(
            worker.group == FLOW and not worker.is_finished and worker not in self._at_work
            for worker in self._app.workers
        )

    def _be_patient(self) -> None:
        if self._patience is None:
            self._patience = self._app.set_timer(PATIENCE, self._lose_patience)

    def _lose_patience(self) -> None:
        """The question does not come: one key is let through to what is there, the next waits anew."""
        self._patience = None
        if self._waiting and not self._under_way:
            self._hand_next()

    def _hand_next(self) -> None:
        if self._patience is not None:
            self._patience.stop()
            self._patience = None
        self._begin()
        self._app.call_next(self._hand, self._waiting.popleft(), self._under_way)

    def _begin(self) -> None:
        self._handed += 1
        self._under_way = self._handed

    async def _hand(self, key: events.Event, number: int) -> None:
        target: MessagePump = self._app.focused or self._app.screen
        await self._hand_on(key)
        self._climb(target, number, again=target)

    def _climb(self, node: MessagePump, number: int, again: MessagePump | None) -> None:
        """Follows the key: behind it in the queue of each node that it bubbles through, up to the app.

        Args:
            node: where it is.
            number: the key's.
            again: where what the key has brought about begins, as the message of a list that asks for something, which
                is followed in the same way; None: that is what is being followed.
        """
        if node is not self._app:
            then = partial(self._climb, node._parent or self._app, number, again)
        elif again is not None:
            then = partial(self._climb, again, number, None)
        else:
            then = partial(self._passed, number)
        if not node.call_later(then):
            self._passed(number)

    def _passed(self, number: int) -> None:
        """The key of that number has had its effect."""
        if number == self._under_way:
            self._under_way = 0
            self.go_on()
