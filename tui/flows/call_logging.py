"""The end of a call: what its outcome asks, what comes next, and logging it behind the rep's back."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING

from core.changes import Answer
from core.commands.activities import LogActivity
from core.commands.calls import LogCall
from core.entities import Outcome
from core.errors import Invalid
from core.next_step import NextStep, show_next_step
from tui.actions import key_of
from tui.flows import call_questions
from tui.flows.run import behind, flow
from tui.models import call_words
from tui.models.call import LIVE, Ended, Logged, Phase
from tui.models.call_card import CallBrief

if TYPE_CHECKING:
    from tui.flows.calling import Calling
    from tui.screens.call import CallScreen


YIELD = 0.0005
"""Seconds for which the interpreter is left to the thread that writes to the terminal."""
_HandedIn = Mapping[str, str]
"""What of the drafts is being saved, by key."""


class CallLog:
    """Logs the calls of a session.

    Args:
        screen: where they are made.
        calling: the session's driver.
    """

    def __init__(self, screen: CallScreen, calling: Calling) -> None:
        self._screen = screen
        self._calling = calling
        self._session = calling.session
        self._desk = screen.desk

    def end(self, outcome: Outcome) -> None:
        """The call ended so. What reached nobody is logged at once, and the next one is up."""
        if self._session.current is None:
            return
        if call_questions.asks(outcome):
            self._screen.start(_ask(self._screen, self, outcome))
        else:
            self.go_on_with(Ended(outcome))

    def go_on_with(self, ended: Ended) -> None:
        """What its outcome asks has been answered: asks what comes next where it plans something, and logs the call."""
        outcome, now, zone = ended.outcome, self._desk.now, self._desk.zone
        if self._session.phase not in LIVE:
            return
        if not outcome.connected:
            self._log(ended)
            return
        ended.step = call_words.default_step(outcome, now, zone, self._session.their_zone)
        if outcome.asks == "when" or ended.step is not None or self._session.typed_step.strip():
            self._screen.ask_step(
                ended, call_words.when_typed(ended.step, now, zone) if ended.step is not None else ""
            )
        else:
            self._log(ended)

    def finish(self) -> None:
        """What comes next has been typed: logs the call."""
        if self._session.ended is not None:
            self._log(self._session.ended)

    def _log(self, ended: Ended) -> None:
        """Logs the call, and shows at once what follows; the workspace's answer comes behind."""
        session, screen = self._session, self._screen
        try:
            step = screen.read_step()
        except Invalid:
            # What cannot be read is not thrown away: it is asked again.
            if session.phase is not Phase.STEP:
                session.ask(ended)
            screen.to(screen.step_line)
            screen.show()
            return
        asked = session.phase is Phase.STEP
        if asked and step is None and ended.outcome.asks == "when":
            screen.say(f"{ended.outcome.name}: when? Type tue 3pm, or 14:30 their time.", problem=True)
            return
        follow_up = step is not None or not asked
        planned = step or (ended.step if follow_up else None)
        if asked and step is not None and step == ended.step:
            # As the outcome has it: the call works it out anew.
            step = None
        note, typed_step = screen.notes.text.strip(), screen.step_line.value
        command = session.command(ended, self._desk.now, note=note, step=step, follow_up=follow_up)
        contact_id = command.contact_id
        self._calling.keep_typed()
        session.has_logged(command, ended.outcome, typed_step)
        self._calling.upcoming.hold_until_known(command.id, contact_id)
        session.typed(contact_id, "", "")
        if ended.outcome.connected:
            session.saved(self._saved_words(ended.outcome, planned))
            screen.put_typed(contact_id, "", "")
            screen.to(screen.outcomes)
            screen.show()
            self._calling.save()
        else:
            self._calling.line.left()
            self._calling.upcoming.let_go(contact_id)
            self._calling.upcoming.go()
        # Painted before it is sent to its thread, and the terminal's thread has its turn before that one: the eye does not
        # wait for the disk.
        time.sleep(YIELD)
        behind(screen, self._answered(command, self._hand_in(contact_id), self._desk.execute(command)))

    def _saved_words(self, outcome: Outcome, step: NextStep | None) -> str:
        if step is None:
            return outcome.name
        return f"{outcome.name} · {show_next_step(step, self._desk.now, self._desk.zone, self._session.their_zone)}"

    async def _answered(self, command: LogCall, typed: _HandedIn, waiting: Awaitable[Answer]) -> None:
        """What became of a call that was logged. What was not saved is told, with what was typed and a way back."""
        answer, session = await waiting, self._session
        self._calling.upcoming.is_known(command.id)
        if command.id not in session.logged:
            # It was taken back before it was answered: what was typed is being typed again.
            for key, text in typed.items():
                self._desk.drafts.not_saved(key, text)
            if not answer.applied:
                session.refused.add(command.id)
        elif answer.applied:
            self._forget(typed)
            if answer.changeset is not None and self._screen.is_attached:
                self._screen.mention(call_words.logged(answer.changeset, self._desk.now, self._desk.zone))
        else:
            for key, text in typed.items():
                self._desk.drafts.given_back(key, text, text)
            logged = session.was_refused(command.id, answer.reason)
            assert logged is not None
            self._give_back(logged, answer.reason or "That did not work.")

    def _give_back(self, logged: Logged, why: str) -> None:
        session, screen = self._session, self._screen
        current = session.current
        if not screen.is_attached:
            kept = " What was typed is under “Unsaved texts”." if logged.note or logged.step else ""
            screen.front.say(f"The call to {logged.name} is not saved.{kept} {why}", problem=True)
            return
        if current is not None and current.callee.id == logged.contact_id:
            # What was typed since stands behind it.
            since = screen.notes.text.strip()
            note = "\n".join(filter(None, (logged.note, since)))
            screen.put_typed(logged.contact_id, note, screen.step_line.value.strip() or logged.step)
            self._calling.keep_typed()
            screen.say(f"Not saved. {why}", problem=True)
        else:
            session.typed(logged.contact_id, logged.note, logged.step)
            back = key_of(screen, "record.waiting")
            screen.say(f"The call to {logged.name} is not saved: {back} goes back to it. {why}", problem=True)
        self._calling.save()
        screen.show()

    def _hand_in(self, contact_id: str) -> _HandedIn:
        """What is kept of what was typed about a contact is being saved."""
        keys = (call_words.note_key(contact_id), call_words.step_key(contact_id))
        return {key: self._desk.drafts.hand_in(key) for key in keys}

    def _forget(self, typed: _HandedIn) -> None:
        for key, text in typed.items():
            self._desk.drafts.saved(key, text)

    def log_afterthought(self, call: CallBrief) -> None:
        """What was typed after the call was saved is a note of its own; a next step stays for when they are up again."""
        contact_id, text, step = call.callee.id, self._screen.notes.text.strip(), self._screen.step_line.value
        if not text and not step.strip():
            return
        self._calling.keep_typed()
        self._session.typed(contact_id, "", step)
        if text:
            key = call_words.note_key(contact_id)
            typed = {key: self._desk.drafts.hand_in(key)}
            command = LogActivity(table="contacts", record_id=contact_id, kind="note", body=text)
            behind(self._screen, self._note(command, call.callee.name, typed))

    async def _note(self, command: LogActivity, name: str, typed: _HandedIn) -> None:
        answer = await self._desk.execute(command)
        if answer.applied:
            self._forget(typed)
            return
        for key, text in typed.items():
            self._desk.drafts.given_back(key, text, text)
        self._session.typed(command.record_id, command.body, "")
        self._screen.front.say(
            f"The note about {name} is not saved, and kept under “Unsaved texts”. {answer.reason}",
            problem=True,
        )


@flow
async def _ask(screen: CallScreen, log: CallLog, outcome: Outcome) -> None:
    """Asks what an outcome asks; the call goes on where that is left."""
    current = screen.session.current
    if current is None:
        return
    ended = await call_questions.ask(screen, outcome, current.callee.name)
    now = screen.session.current
    # Who was asked about may be gone by now, and another be up: what was answered is not true of them.
    if ended is not None and now is not None and now.callee.id == current.callee.id:
        log.go_on_with(ended)
