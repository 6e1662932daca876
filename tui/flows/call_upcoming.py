"""Who comes next in a calling session: found, checked, reserved and read while the rep is busy with the one before."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from core.errors import OffhookError
from core.workspace import Workspace
from tui.models.call import Phase
from tui.models.call_card import CallBrief
from tui.models.call_reading import HOLD, Found, find
from tui.models.call_words import QUIET

if TYPE_CHECKING:
    from tui.flows.calling import Calling
    from tui.screens.call import CallScreen

PROLONG = 300.0
"""Seconds after which a reservation is prolonged."""
LOOK_AFTER = 0.04
"""Seconds after a contact has come up in which the one behind is looked for."""
LOOK_AGAIN = 20.0
"""Seconds between looks whether somebody can be called by now, where nobody could."""
_TOGETHER = (4, 50, 200)
"""How many contacts are looked at together: few, as the first is mostly good; more and more, where it was not."""


class Upcoming:
    """Has somebody ready to be shown, and holds them and who is up for the rep.

    Args:
        screen: where they are shown.
        calling: the session's driver.
    """

    def __init__(self, screen: CallScreen, calling: Calling) -> None:
        self._screen = screen
        self._calling = calling
        self._session = calling.session
        self._desk = screen.desk
        self._looking = False
        self._waited_for = ""
        self._held: set[str] = set()
        self._until_known: dict[str, str] = {}
        self._doubted: set[str] = set()

    def begin(self) -> None:
        """Keeps reservations alive from here on, and looks for who can be called again."""
        self._screen.set_interval(PROLONG, self._prolong)
        self._screen.set_interval(LOOK_AGAIN, self._look_again)

    # --- moving on ----------------------------------------------------------------------------------------------------

    def go(self, *, skip: bool = False) -> None:
        """Puts the next contact on the screen: at once where they are ready, else as soon as they are.

        Args:
            skip: who is up was not called, and is remembered as skipped.
        """
        session, now = self._session, self._desk.now
        ahead, first = session.ahead, session.queue.candidates(now, 1)
        if ahead is not None and first == [ahead.callee.id]:
            self._move(skip=skip)
            self._calling.show(ahead)
            # Whoever comes after is not looked for while the frame is on its way: both want the interpreter.
            asyncio.get_running_loop().call_later(LOOK_AFTER, self.look)
            return
        self.drop()
        session.current = None
        if first:
            self._waited_for = "skip" if skip else "next"
            session.phase = Phase.LOADING
            self._screen.show()
            self.look()
        else:
            self._move(skip=skip)
            self._calling.over()

    def _move(self, *, skip: bool) -> None:
        self._waited_for = ""
        queue, now = self._session.queue, self._desk.now
        if skip:
            queue.skip(now)
        else:
            queue.advance(now)

    def stay(self) -> None:
        """Nobody is waited for any more: somebody else was put on the screen."""
        self._waited_for = ""

    # --- looking ------------------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Makes the next contact ready, unless somebody is."""
        if not self._looking and self._session.ahead is None and self._screen.is_attached:
            self._looking = True
            self._screen.run_worker(self._look(), group="calling")

    def look_anew(self) -> None:
        """Makes the next contact ready again. Who was stays held meanwhile: they mostly still are the next one."""
        if self._session.ahead is not None:
            self._doubted.add(self._session.ahead.callee.id)
            self._session.ahead = None
        self.look()

    async def _look(self) -> None:
        session, sizes = self._session, iter(_TOGETHER)
        size = 0
        try:
            while session.ahead is None and session.phase not in (Phase.ENDED, Phase.PAUSED):
                size = next(sizes, size)
                contact_ids = session.queue.candidates(self._desk.now, size)
                if not contact_ids:
                    break
                self._take(await self._desk.read(partial(self._find, contact_ids)))
                if self._waited_for and session.ahead is None:
                    # Where thousands sleep, one sees how it gets on.
                    self._screen.show()
        except OffhookError as error:
            self._screen.say(f"The next contact cannot be read. {error}", problem=True)
            return
        finally:
            self._looking = False
            doubted, self._doubted = self._doubted, set()
            for contact_id in doubted:
                if not self._is_wanted(contact_id):
                    self.let_go(contact_id)
        if self._waited_for:
            self.go(skip=self._waited_for == "skip")

    def _find(self, contact_ids: Sequence[str], workspace: Workspace) -> Found:
        session, now = self._session, self._desk.now
        agreed = [one for one in contact_ids if session.agreed(one)]
        return find(
            workspace, contact_ids, session.calls, now, zone=self._desk.zone, agreed=agreed, insist=session.total == 1
        )  # fmt: skip

    def _take(self, found: Found) -> None:
        session = self._session
        for passed in found.passed:
            session.passed[passed.contact_id] = (passed.why, passed.until)
            session.queue.pass_over(passed.contact_id, passed.why, passed.until)
        session.queue.leave(found.gone)
        call = found.call
        if call is None:
            return
        contact_id = call.callee.id
        session.passed.pop(contact_id, None)
        if call.reservation is not None and call.reservation.ok:
            self._held.add(contact_id)
        if session.queue.candidates(self._desk.now, 1) == [contact_id]:
            session.ahead = call
            session.remember(call)
        elif session.queue.current != contact_id:
            self.let_go(contact_id)

    def drop(self) -> None:
        """Whoever was made ready is not the next one any more."""
        ahead, self._session.ahead = self._session.ahead, None
        if ahead is not None:
            self.let_go(ahead.callee.id)

    def put_next(self, call: CallBrief) -> None:
        """Somebody who was up a moment ago comes next."""
        self._session.ahead = call
        self.hold(call.callee.id)

    def _look_again(self) -> None:
        session = self._session
        if session.phase is Phase.OVER and session.queue.candidates(self._desk.now, 1):
            self.go()

    # --- holding ------------------------------------------------------------------------------------------------------

    def hold(self, contact_id: str) -> None:
        """Reserves somebody, behind what is under way; who has them is asked again when they are dialled."""
        self._screen.run_worker(self._hold(contact_id), group="holding")

    async def _hold(self, contact_id: str) -> None:
        with suppress(OffhookError):
            held = await self._desk.read(lambda ws: ws.reserve(contact_id, seconds=HOLD))
            if held.ok:
                self._held.add(contact_id)

    def holds(self, contact_id: str) -> None:
        """Somebody has been reserved."""
        self._held.add(contact_id)

    def let_go(self, contact_id: str) -> None:
        """Lets others call somebody: at once, or as soon as the call to them is known."""
        if contact_id in self._held and contact_id not in self._until_known.values():
            self._held.discard(contact_id)
            self._desk.later(partial(_release, (contact_id,)))

    def hold_until_known(self, command_id: str, contact_id: str) -> None:
        """A call is on its way: to a colleague who gets the contact before it arrives, they were never called."""
        self._until_known[command_id] = contact_id

    def is_known(self, command_id: str) -> None:
        """What became of a call is known. Who was called is free, unless they are up or next again."""
        contact_id = self._until_known.pop(command_id, "")
        if contact_id and not self._is_wanted(contact_id):
            self.let_go(contact_id)

    def _is_wanted(self, contact_id: str) -> bool:
        session, queue = self._session, self._session.queue
        if not self._screen.is_attached or session.phase in QUIET:
            return False
        shown = [call.callee.id for call in (session.current, session.ahead) if call is not None]
        return contact_id in shown or (contact_id == queue.current and not queue.current_is_done)

    def let_go_of_all(self) -> None:
        """Lets others call everybody, but for those the call to whom is on its way."""
        waiting = self._held.intersection(self._until_known.values())
        held, self._held = self._held - waiting, waiting
        if held:
            self._desk.later(partial(_release, held))

    def _prolong(self) -> None:
        for contact_id in tuple(self._held):
            self.hold(contact_id)


def _release(contact_ids: Collection[str], workspace: Workspace) -> None:
    for contact_id in contact_ids:
        workspace.release(contact_id)
