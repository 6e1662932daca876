"""Dialling a number, and watching what the line does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar, cast
from weakref import WeakSet

from core.dialling import ByHand, CallState, Dialled, Dialler, PerhapsDialled, dialable
from core.errors import OffhookError, Unavailable
from core.text import printable

if TYPE_CHECKING:
    from tui.desk import Desk
    from tui.screens.base import DeskScreen

T = TypeVar("T")

EVERY = 1.0
"""Seconds between two looks at a call."""
PATIENCE = 30
"""Looks at a call that may fail one after the other before it is given up to watch it."""
_SAMPLE = ByHand(sample=True)
_at_it: WeakSet[Desk] = WeakSet()
"""Where a number is being dialled at this moment."""


def dialler_of(screen: DeskScreen) -> Dialler:
    """How numbers are dialled from a screen. Sample numbers never are."""
    config = screen.desk.config
    return _SAMPLE if config.demo else config.dialler


async def dial(screen: DeskScreen, number: str, name: str = "") -> Dialled | None:
    """Dials, and says what was done, or why not; the user can always go on by hand.

    Args:
        screen: where it is said.
        number: as the contact keeps it.
        name: whose it is.

    Returns:
        What came of it; None where nothing was dialled, or nobody knows. A number that could not be dialled is on the
        clipboard then.
    """
    desk = screen.desk
    if desk in _at_it:
        # A key that was pressed twice, while a service takes its time, rings nobody twice.
        screen.front.say("Still dialling …")
        return None
    _at_it.add(desk)
    try:
        return await _dial(screen, number, name)
    finally:
        _at_it.discard(desk)


async def _dial(screen: DeskScreen, number: str, name: str) -> Dialled | None:
    dialler = dialler_of(screen)
    try:
        dialled = await _apart(lambda: dialler.dial(number, name=name))
    except PerhapsDialled as error:
        screen.front.say(printable(str(error)), problem=True)
        return None
    except OffhookError as error:
        screen.front.say(f"{printable(str(error))}{_by_hand(screen, number)}", problem=True)
        return None
    if dialled.copy:
        screen.app.copy_to_clipboard(dialled.copy)
    if dialled.said:
        screen.front.say(printable(dialled.said))
    return dialled


def _by_hand(screen: DeskScreen, number: str) -> str:
    """Has a number copied that could not be dialled, and says so; empty where it is none."""
    try:
        target = dialable(number)
    except OffhookError:
        return ""
    screen.app.copy_to_clipboard(target.written)
    return f" By hand: {target} (copied)."


async def watch(
    screen: DeskScreen, dialled: Dialled, *, every: float = EVERY
) -> AsyncGenerator[CallState, None]:
    """How a call goes on, each time that this is not what it was; ends when the call is over, or cannot be watched.

    Args:
        screen: whose call it is.
        dialled: what `dial` returned.
        every: seconds between two looks.
    """
    if not dialled.watchable:
        return
    dialler = dialler_of(screen)
    before: CallState | None = None
    failed = 0
    while failed < PATIENCE:
        try:
            state = await _apart(lambda: dialler.status(dialled.call_id))
            failed = 0
        except Unavailable as error:
            # The network may be away for a moment; the call itself does not depend on it.
            failed += 1
            state = CallState("unknown", before.seconds if before else 0, str(error))
        except OffhookError as error:
            yield CallState("unknown", before.seconds if before else 0, str(error))
            return
        if state != before:
            yield state
        if state.over:
            return
        before = state
        await asyncio.sleep(every)


async def hang_up(screen: DeskScreen, dialled: Dialled) -> bool:
    """Hangs up; says so where that did not work. Whether it did."""
    if not dialled.watchable:
        return False
    dialler = dialler_of(screen)
    try:
        await _apart(lambda: dialler.hang_up(dialled.call_id))
    except OffhookError as error:
        screen.front.say(f"{printable(str(error))} Hang up on your phone.", problem=True)
        return False
    return True


async def _apart(call: Callable[[], T]) -> T:
    """Runs what blocks on a thread of its own, which nobody who leaves has to wait for."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: Exception | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(cast("T", result))

    def work() -> None:
        result: T | None = None
        failed: Exception | None = None
        try:
            result = call()
        except Exception as error:  # noqa: BLE001 (handed to whoever waits, as it is)
            failed = error
        # Whoever waited may have left, and the loop with them.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(settle, result, failed)

    threading.Thread(target=work, name="offhook-dial", daemon=True).start()
    return await answer
