"""Going through a calling session: coming to a contact and leaving them, back and forth, breaks, and taking back."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from core.changes import Answer
from core.commands.undo import Undo
from core.errors import Invalid, OffhookError
from core.text import printable
from core.when import parse_when, show_when
from core.workspace import Changed
from tui.dialogs.prompt import Prompt
from tui.flows import call_changes
from tui.flows.call_line import CallLine
from tui.flows.call_logging import CallLog
from tui.flows.call_upcoming import Upcoming
from tui.flows.run import behind, flow
from tui.models import call_state, call_words
from tui.models.call import LIVE, CallSession, Phase, Trouble
from tui.models.call_card import CallBrief
from tui.models.call_reading import figures, find, look_again

if TYPE_CHECKING:
    from tui.screens.call import CallScreen

SAVE_AFTER = 0.05
"""Seconds after a step in which it is kept how far the session is."""
_SOON = "in 30 min, 14:30, tomorrow 9:00"


class Calling:
    """Drives a session. What it decides is in the session, what is seen in the screen; here is what has to be waited for.

    Args:
        screen: shows it.
        session: what it goes through.

    Attributes:
        upcoming: who comes next.
        line: the telephone.
        log: how calls end.
    """

    def __init__(self, screen: CallScreen, session: CallSession) -> None:
        self.screen = screen
        self.session = session
        self.desk = screen.desk
        self.upcoming = Upcoming(screen, self)
        self.line = CallLine(screen, self)
        self.log = CallLog(screen, self)
        self._saving = self._closed = False

    # --- beginning and ending ---------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Goes to the first contact, or to the one that was up when the session was left."""
        queue = self.session.queue
        queue.resume()
        self.save_now()
        self.upcoming.begin()
        if queue.current and not queue.current_is_done:
            self._read_soon(queue.current)
        else:
            self.upcoming.go()

    def close(self) -> None:
        """Lets go of whom it holds. What is left can be gone on with."""
        if self.session.phase is not Phase.SAVED:
            self.keep_typed()
        self.upcoming.let_go_of_all()
        if not self.session.queue.finished:
            self.save_now()
        self._closed = True
        session = self.session
        if session.is_alone:
            return
        left = call_state.Resumable(session.calls.name, session.left, session.total)
        self.screen.offhook.calls_left = left if session.left else None

    def stop(self) -> None:
        """Ends the block, and shows how it went."""
        self._leave_contact()
        self.upcoming.drop()
        self.upcoming.stay()
        self.session.phase = Phase.ENDED
        self._sum_up()

    def over(self) -> None:
        """Nobody is left who can be called now."""
        self.session.nobody()
        self._sum_up()

    def _sum_up(self) -> None:
        if self.session.queue.finished:
            call_state.forget(self.desk.drafts, self.session)
        else:
            self.save_now()
        self.screen.to(self.screen.outcomes)
        self.screen.show()
        self.screen.run_worker(self._read_figures(), group="calling")

    async def _read_figures(self) -> None:
        session, desk = self.session, self.desk
        await desk.settled(5.0)
        now, zone = desk.now, desk.zone
        with suppress(OffhookError):
            session.stats = await desk.read(
                lambda ws: figures(ws, session.block, session.started_at, now, zone)
            )
            self.screen.show()

    def save(self) -> None:
        """Has the session kept as it is: in a moment, so that the frame is out and the call on its way before.

        Should the plug be pulled in that moment, whom one has just called is offered again, and passed over as called.
        """
        if not self._saving:
            self._saving = True
            asyncio.get_running_loop().call_later(SAVE_AFTER, self.save_now)

    def save_now(self) -> None:
        """Has the session kept as it is."""
        self._saving = False
        if not self._closed:
            call_state.keep(self.desk.drafts, self.session)

    # --- coming to a contact and leaving them -------------------------------------------------------------------------

    def show(self, call: CallBrief) -> None:
        """Puts somebody on the screen, and only then does what can wait."""
        self.upcoming.stay()
        self.session.show(call)
        self.screen.to(self.screen.outcomes)
        self.screen.show()
        self.save()

    def keep_typed(self) -> None:
        """Keeps what is typed about who is up: a letter may be on its way to the disk yet."""
        about, notes, step = self.screen.notes.about, self.screen.notes.text, self.screen.step_line.value
        if about:
            self.desk.drafts.keep(call_words.note_key(about), notes)
            self.desk.drafts.keep(call_words.step_key(about), step)
            self.session.typed(about, notes, step)

    def _leave_contact(self) -> None:
        """Leaves who is up: what was typed is kept, and others may call them."""
        current = self.session.current
        if current is None:
            return
        if self.session.phase is Phase.SAVED:
            self.log.log_afterthought(current)
        else:
            self.keep_typed()
        self.line.left()
        self.upcoming.let_go(current.callee.id)

    def go_on(self) -> None:
        """The next one, after a call that was saved."""
        self._leave_contact()
        self.upcoming.go()

    def skip(self) -> None:
        """The next one; who is up stays uncalled."""
        if self.session.phase in (*LIVE, Phase.SAVED):
            self._leave_contact()
            self.upcoming.go(skip=True)

    def back(self) -> None:
        """The one before."""
        queue, session = self.session.queue, self.session
        if session.phase not in (*LIVE, Phase.SAVED, Phase.OVER):
            return
        before, left = queue.current, session.current
        was_open = bool(queue.current) and not queue.current_is_done
        contact_id = queue.back()
        if contact_id == before:
            self.screen.say("There is nobody before.")
        else:
            self._return_to(contact_id, left if was_open else None)

    def _return_to(self, contact_id: str, left: CallBrief | None) -> None:
        """Puts somebody on the screen again: at once where they were read a short while ago.

        Args:
            contact_id: who.
            left: who was up and comes next; None: nobody.
        """
        session = self.session
        self._leave_contact()
        self.upcoming.drop()
        self.upcoming.stay()
        if left is not None and left.callee.id != contact_id:
            self.upcoming.put_next(session.seen(left.callee.id) or left)
        call = session.seen(contact_id)
        if call is not None:
            self.show(call)
        else:
            session.current = None
            session.phase = Phase.LOADING
            self.screen.show()
        self._read_soon(contact_id)

    def _read_soon(self, contact_id: str) -> None:
        self.screen.run_worker(self._read_again(contact_id), group="calling")

    async def _read_again(self, contact_id: str) -> None:
        """Reads somebody anew, and reserves them."""
        session, desk = self.session, self.desk
        now, zone = desk.now, desk.zone
        try:
            found = await desk.read(
                lambda ws: find(ws, [contact_id], session.calls, now, zone=zone, insist=True)
            )
        except OffhookError as error:
            self.screen.say(str(error), problem=True)
            return
        if found.call is None:
            self.is_gone(contact_id, "They are not there any more.")
            return
        if found.call.reservation is not None and found.call.reservation.ok:
            self.upcoming.holds(contact_id)
        if session.current is None and session.queue.current == contact_id and session.phase is Phase.LOADING:
            self.show(found.call)
            self.upcoming.look()
        elif session.current is not None and session.current.callee.id == contact_id:
            session.renew(found.call)
            self.screen.show()

    # --- breaks -------------------------------------------------------------------------------------------------------

    async def requeue(self) -> None:
        """Puts who is up back into the queue, for a time that is asked."""
        session = self.session
        current = session.current
        if current is None or session.phase not in LIVE:
            return
        name, contact_id = current.callee.name, current.callee.id
        question = Prompt(
            f"{name}: again when?", label="In this block, without a task.", value="in 30 min", placeholder=_SOON,
            check=self._time_to_come, proposed=True,
        )  # fmt: skip
        typed = await self.screen.app.push_screen_wait(question)
        if typed is None or session.current is None or session.current.callee.id != contact_id:
            return
        at = self._time_to_come(typed)
        self._leave_contact()
        session.queue.requeue(contact_id, at)
        self.upcoming.go()
        when = show_when(at, all_day=False, now=self.desk.now, zone=self.desk.zone)
        self.screen.say(f"{name} comes again from {when}.")

    def _time_to_come(self, typed: str) -> dt.datetime:
        at, all_day = parse_when(typed, self.desk.now, self.desk.zone)
        if all_day or at <= self.desk.now:
            raise Invalid({"when": f"A time that is still to come, please: {_SOON}."})
        return at

    def pause(self) -> None:
        """A break: nobody is held meanwhile."""
        if self.session.phase not in (*LIVE, Phase.SAVED):
            return
        self._leave_contact()
        self.upcoming.drop()
        self.session.phase = Phase.PAUSED
        self.session.queue.pause()
        self.save()
        self.screen.to(self.screen.outcomes)
        self.screen.show()

    def resume(self) -> None:
        """Goes on after a break: with who was up, read anew, unless their call is logged."""
        session, queue = self.session, self.session.queue
        queue.resume()
        if (
            session.current is not None
            and queue.current == session.current.callee.id
            and not queue.current_is_done
        ):
            self.show(session.seen(queue.current) or session.current)
            self._read_soon(queue.current)
            self.upcoming.look()
        else:
            self.upcoming.go()

    # --- taking back --------------------------------------------------------------------------------------------------

    def undo(self) -> None:
        """Takes the last outcome of the block back, and returns to that contact with what was typed."""
        session, queue = self.session, self.session.queue
        left = session.current if queue.current and not queue.current_is_done else None
        last = queue.undo_last()
        if last is None:
            self.screen.say("No call was logged in this block yet.")
            return
        contact_id, changeset_id = last
        logged = session.taken_back(changeset_id)
        self._return_to(contact_id, left)
        if logged is not None:
            session.typed(contact_id, logged.note, logged.step)
            self.screen.put_typed(contact_id, logged.note, logged.step)
            self.keep_typed()
        if changeset_id in session.refused:
            # It never was saved: there is nothing to take back, and the rep is where they were.
            return
        answer = self.desk.execute(Undo(changeset_id=changeset_id))
        behind(self.screen, self._undone(contact_id, changeset_id, answer))

    async def _undone(self, contact_id: str, changeset_id: str, waiting: Awaitable[Answer]) -> None:
        answer = await waiting
        if changeset_id in self.session.refused:
            # The call was refused after it had been taken back: it is as the rep wants it.
            return
        if answer.applied:
            self.screen.say(printable(answer.changeset.summary) if answer.changeset else "Taken back.")
            await self._read_again(contact_id)
        else:
            self.screen.say(f"That call stays as it is. {answer.reason}", problem=True)

    def to_trouble(self) -> None:
        """Back to a call that was not saved; who is up comes behind it."""
        session = self.session
        if not session.troubles:
            return
        self.screen.run_worker(self._to_trouble(session.troubles.pop(0)), group="calling")

    async def _to_trouble(self, trouble: Trouble) -> None:
        session, queue, desk, now = self.session, self.session.queue, self.desk, self.desk.now
        contact_id, seen = trouble.contact_id, self.session.seen(trouble.contact_id)
        try:
            there = await desk.read(lambda ws: ws.callees([contact_id], now))
            if not there:
                book_id = seen.callee.book_id if seen is not None else ""
                words = await call_changes.where_to(self, contact_id, trouble.name, book_id)
                kept = " What was typed is under “Unsaved texts”." if trouble.typed else ""
                self.screen.say(f"{words}{kept}", problem=True)
                return
        except OffhookError as error:
            session.troubles.insert(0, trouble)
            self.screen.say(str(error), problem=True)
            return
        self._leave_contact()
        if queue.current and not queue.current_is_done:
            queue.requeue(queue.current, now)
        # What was meant to be over comes first.
        queue.requeue(trouble.contact_id, now - dt.timedelta(seconds=1))
        self.upcoming.go()

    # --- what others do -----------------------------------------------------------------------------------------------

    def pass_on(self, contact_id: str, why: str, until: dt.datetime | None) -> None:
        """Who is up cannot be called now: the next one, and the rep is told why. Where there is no other, they stay."""
        session = self.session
        if session.total > 1:
            self._leave_contact()
            session.passed[contact_id] = (why.rstrip("."), until)
            session.queue.pass_over(contact_id, why, until)
            self.upcoming.go()
        self.screen.say(why, problem=True)

    def is_gone(self, contact_id: str, why: str) -> None:
        """Somebody is not there any more, or has left the list. Who types about them is told, and goes on when they like."""
        session, queue = self.session, self.session.queue
        session.forget(contact_id)
        is_up = queue.current == contact_id
        waits = session.phase is Phase.LOADING or (session.phase is Phase.READY and not self.screen.is_typing)
        if is_up and waits:
            if session.current is not None:
                self._leave_contact()
            self.upcoming.go()
        queue.leave([contact_id])
        self.screen.say(why, problem=True)

    async def renew(self) -> None:
        """Reads anew what is known of who is up."""
        session, desk = self.session, self.desk
        current = session.current
        if current is None:
            return
        contact_id, now, zone = current.callee.id, desk.now, desk.zone
        agreed = session.agreed(contact_id)
        look = await desk.read(
            lambda ws: look_again(ws, contact_id, session.calls, now, "", zone=zone, agreed=agreed)
        )
        if look is not None and session.current is not None and session.current.callee.id == contact_id:
            session.renew(look)
            self.screen.show()

    def look_anew(self) -> None:
        """Makes the next contact ready again: they have changed since."""
        self.upcoming.look_anew()

    def has_moved(self) -> None:
        """Contacts have joined or left."""
        self.save()
        if self.session.phase is Phase.OVER and self.session.queue.candidates(self.desk.now, 1):
            self.upcoming.go()
        else:
            self.screen.show()
            self.upcoming.look()

    async def take_in(self, changes: Sequence[Changed]) -> None:
        """Takes in what changed: new matches join, who is gone leaves, what is known of who is up is read anew."""
        await call_changes.take_in(self, changes)


@flow
async def requeue(screen: CallScreen) -> None:
    """Puts who is up back into the queue."""
    await screen.calling.requeue()
