"""The telephone line of a calling session: checked once more, dialled, watched, hung up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.dialling import CallState, Dialled
from core.when import show_when
from tui.dialogs.prompt import Confirm
from tui.flows import dialling
from tui.flows.run import flow
from tui.models import call_words
from tui.models.call import LIVE, Phase
from tui.models.call_card import CallBrief
from tui.models.call_reading import look_again
from tui.models.debounce import Debounce

if TYPE_CHECKING:
    from tui.flows.calling import Calling
    from tui.screens.call import CallScreen

_TWICE = 2.0
"""Seconds in which a number is not dialled a second time."""
_OVER = {
    "busy": "Busy.",
    "no-answer": "No answer.",
    "failed": "The call did not go through.",
    "ended": "They hung up.",
}


class CallLine:
    """Dials for a session.

    Args:
        screen: where it is shown.
        calling: the session's driver.
    """

    def __init__(self, screen: CallScreen, calling: Calling) -> None:
        self._screen = screen
        self._calling = calling
        self._dialled: Dialled | None = None
        self._is_up = False
        self._rung: tuple[str, str] | None = None
        self._ringing = Debounce(_TWICE)
        self._asked: set[str] = set()

    async def dial(self) -> None:
        """Dials the number, unless something has come to stand against it since it was shown.

        Raises:
            OffhookError: that cannot be checked.
        """
        session, screen = self._calling.session, self._screen
        call, number = session.current, session.dial_number
        if call is None or session.phase not in LIVE:
            return
        contact_id, name = call.callee.id, call.callee.name
        if self._is_up and session.phase is Phase.TALKING:
            screen.say(f"{name} is on the line.")
            return
        if self._rung == (contact_id, number) and self._ringing.is_bounce():
            # The second of two presses has waited until the first had dialled: it is not to ring them twice.
            screen.say(f"{name} is being called already.")
            return
        now = screen.desk.now
        look = await screen.desk.read(
            lambda ws: look_again(
                ws,
                contact_id,
                session.calls,
                now,
                number,
                zone=screen.desk.zone,
                agreed=session.agreed(contact_id),
            )
        )
        if session.current is None or session.current.callee.id != contact_id or session.phase not in LIVE:
            return
        if look is None:
            self._calling.is_gone(contact_id, f"{name} is not there any more.")
            return
        session.renew(look)
        if not await self._may(look):
            screen.show()
            return
        session.dialled(screen.desk.now)
        screen.show()
        self._dialled = await dialling.dial(screen, session.dial_number, name)
        self._rung = (contact_id, session.dial_number) if self._dialled is not None else None
        self._ringing.begin()
        self._is_up = self._dialled is not None and self._dialled.watchable
        if self._dialled is None:
            if session.phase is Phase.RINGING:
                session.phase = Phase.READY
                screen.show()
        elif self._dialled.watchable:
            screen.run_worker(self._watch(self._dialled, contact_id), group="line", exclusive=True)

    async def _may(self, look: CallBrief) -> bool:
        """Whether they may be dialled at this moment; where nobody knows, the rep is asked, once."""
        session, screen, calling = self._calling.session, self._screen, self._calling
        callee, held = look.callee, look.reservation
        if held is not None and not held.ok:
            until = show_when(held.until, all_day=False, now=screen.desk.now, zone=screen.desk.zone)
            calling.pass_on(
                callee.id, f"{held.by} is calling {callee.name}, until {until} at the latest.", held.until
            )
            return False
        if look.verdict.kind == "no":
            if session.dial_number or session.total > 1:
                calling.pass_on(callee.id, look.verdict.reason, look.verdict.until)
            else:
                screen.say(look.verdict.reason, problem=True)
            return False
        if not session.dial_number:
            screen.say(f"{callee.name} has no number that can be dialled.", problem=True)
            return False
        if look.verdict.kind == "ask" and callee.id not in self._asked:
            question = Confirm(f"Call {callee.name} now?", look.verdict.reason, yes="call")
            if not await screen.app.push_screen_wait(question):
                return False
            self._asked.add(callee.id)
        if held is not None and not held.confirmed:
            screen.say(
                f"Not yet confirmed: the server cannot be asked whether a colleague calls {callee.name}."
            )
        return session.current is not None and session.current.callee.id == callee.id

    async def _watch(self, dialled: Dialled, contact_id: str) -> None:
        session, screen = self._calling.session, self._screen
        async for state in dialling.watch(screen, dialled, every=dialling.EVERY):
            if (
                session.current is None
                or session.current.callee.id != contact_id
                or session.phase not in (*LIVE, Phase.STEP)
            ):
                return
            self._show_state(state)
        self._is_up = False

    def _show_state(self, state: CallState) -> None:
        session, screen = self._calling.session, self._screen
        self._is_up = not state.over
        if state.line == "answered" and session.phase is Phase.RINGING:
            session.answered(screen.desk.now)
            screen.show()
        if state.over:
            session.line_over(screen.desk.now, state)
            screen.show()
        said = state.said or (_OVER.get(state.line, "") if state.over else "")
        if said and session.phase in LIVE:
            screen.say(f"{said} {self._how_it_ended()}" if state.over else said)

    def _how_it_ended(self) -> str:
        """Asks how the call ended; where the line says so itself, with the key that is marked."""
        proposed = call_words.proposed(self._calling.session, self._screen.desk.catalog.call_outcomes)
        if proposed is None or not proposed.hotkey:
            return "How did it end?"
        return f"{proposed.hotkey} logs it."

    async def hang_up(self) -> None:
        """Hangs up, where the phone can be told to."""
        if self._dialled is None or not self._dialled.watchable:
            self._screen.say("This phone cannot be hung up from here.")
        elif await dialling.hang_up(self._screen, self._dialled):
            self._screen.say("Hung up. How did it end?")

    def left(self) -> None:
        """Who was dialled is not up any more: their line is watched no longer."""
        self._dialled = self._rung = None
        self._is_up = False
        for worker in self._screen.workers:
            if worker.group == "line":
                worker.cancel()


@flow
async def dial(screen: CallScreen) -> None:
    """Dials who is up."""
    await screen.calling.line.dial()
