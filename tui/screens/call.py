"""Call mode: one contact after the other, each ended by one key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from core.entities import Outcome
from core.errors import Invalid
from core.workspace import Changed, Subject
from tui.desk import Desk
from tui.flows import call_line, calling, calling_setup
from tui.flows.calling import Calling
from tui.models import call_words
from tui.models.call import LIVE, CallSession, Ended, Phase
from tui.models.debounce import Debounce
from tui.screens.call_face import FACTS, NOTES, SCRIPT, WIDE, CallFace
from tui.widgets.call_outcomes import TakesOutcomes
from tui.widgets.panes import PaneBar

_SECOND = 1.0
_HINTS = {
    "dial": "Dial", "take": "Answered", "notes": "Notes", "step": "Next step", "script": "Script", "skip": "Skip",
    "requeue": "Later", "pause": "Pause", "undo_outcome": "Undo",
}  # fmt: skip


_WHILE_TYPING = {"back": "To the call", "pane(1)": "Next pane", "objection(1)": "Objection 1…9"}
"""What the key bar says while notes or the next step are typed."""
SHAPED_BY = frozenset({"outcomes", "scripts", "calling_rules"})
"""What people shape calls by: whoever changes it sees it at once."""
_ON_SOMEBODY = frozenset(
    {"dial", "requeue", "number", "open", "notes", "step", "script", "skip", "hang_up", "objection"}
)
"""Actions that need somebody on the screen."""


class CallScreen(CallFace, TakesOutcomes):
    """Who is called, what to say, what was said, and how it ended.

    Attributes:
        session: what it goes through.
        calling: drives it.
        in_sight: knows how long whoever is up has been.
    """

    AUTO_FOCUS = "OutcomeBar"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "dial", "Dial", id="call.dial", tooltip="Dial the number; checked once more before"),
        Binding("enter", "take", "Answered", id="call.take",
                tooltip="They answered: to the notes; after a call that is saved: the next contact"),
        Binding("n", "notes", "Notes", id="call.notes", tooltip="Write what is said; kept with every letter"),
        Binding("w", "step", "Next step", id="call.step", tooltip="What comes next, in plain words: tue 3pm"),
        Binding("s", "script", "Script", id="call.script", tooltip="What to say; digits there show objections"),
        Binding("right,greater_than_sign", "skip", "Skip", id="call.skip", tooltip="The next one; this one stays uncalled"),
        Binding("left,less_than_sign", "before", "Back", show=False, id="call.before", tooltip="The one before"),
        Binding("r", "requeue", "Later", id="call.requeue", tooltip="Again in this block: asks when"),
        Binding("p", "pause", "Pause", id="call.pause", tooltip="Take a break; nobody is held meanwhile"),
        Binding("u", "undo_outcome", "Undo", id="call.undo",
                tooltip="Take the last outcome back with all that followed, and return to that contact"),
        Binding("N,number_sign", "number", "Other number", show=False, id="call.number", tooltip="Dial the next of their numbers"),
        Binding("h", "hang_up", "Hang up", show=False, id="call.hang-up", tooltip="Where the phone can be told to"),
        Binding("o", "open", "Record", show=False, id="call.open", tooltip="Open the contact; escape comes back"),
        Binding("tab", "pane(1)", "Next pane", show=False, id="call.next-pane", tooltip="Call, notes, script"),
        Binding("shift+tab", "pane(-1)", "Pane before", show=False, id="call.previous-pane", tooltip="Call, notes, script"),
        Binding("escape", "back", "Back", show=False, id="call.back", tooltip="From what is typed to the call; from the call: end"),
        Binding("q", "end", "End", show=False, id="call.end", tooltip="End the block; it can be gone on with later"),
        Binding("e", "edit_script", "Edit script", show=False, id="call.edit-script",
                tooltip="With the cursor on the script: change it here and now, or write one"),
        Binding("ctrl+o", "set_outcomes", "Call outcomes", show=False, id="call.outcomes",
                tooltip="How calls can end: keys, and what follows"),
        *(Binding(f"alt+{n}", f"objection({n})", "Objection 1…9" if n == 1 else "", show=False, id=f"call.objection-{n}",
                  tooltip="What to say to an objection, wherever the cursor is", priority=True) for n in range(1, 10)),
    ]  # fmt: skip

    def __init__(self, desk: Desk, session: CallSession) -> None:
        super().__init__(desk, session)
        self.calling = Calling(self, session)
        self._offered = ""
        self.in_sight = Debounce(desk.config.debounce)

    # --- coming and going -------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Looks for the first contact."""
        self.to(self.outcomes)
        self._name_panes()
        self.set_interval(_SECOND, self._tick)
        self.calling.begin()
        self.show()

    def on_unmount(self) -> None:
        """Lets go of whom it held; what is left can be gone on with."""
        self.calling.close()

    def key_hints(self) -> list[tuple[str, str]]:
        """What is most useful here."""
        hints = super().key_hints()
        if self.is_typing:
            # Every letter is text here; what is said are the keys that are none.
            return [*self.hints_for(_WHILE_TYPING), *hints[-1:]]
        labels = dict(_HINTS)
        labels["take"] = call_words.TAKE.get(self.session.phase, labels["take"])
        return [*self.hints_for(labels), *hints[-1:]]

    # --- what is called upon ----------------------------------------------------------------------------------------

    def subject(self) -> Subject | None:
        """Who is up."""
        current = self.session.current
        return Subject("contacts", current.callee.id) if current is not None else None

    def called(self, subject: Subject) -> str:
        """The name of who is up."""
        current = self.session.current
        return current.callee.name if current is not None and current.callee.id == subject.id else ""

    def show(self) -> None:
        """Shows all of it; from here on whoever is up is in sight, and a briefing is about them."""
        super().show()
        self.in_sight.see(self.session.current.callee.id if self.session.current is not None else "")
        self.look_closer()

    async def apply_changes(self, changes: Sequence[Changed]) -> None:
        """Lets new matches join, and who is gone leave; what is known of who is up is read anew."""
        await self.calling.take_in(changes)
        if any(change.everything or SHAPED_BY & {table for table, _ in change.rows} for change in changes):
            self.show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes sense now."""
        if action in ("call", "calls", "claim"):
            return False
        if action == "edit_script":
            return self.focused is self.script
        if action == "waiting" and self.session.troubles:
            return True
        if action in _ON_SOMEBODY:
            return self.session.current is not None and self.session.phase not in call_words.QUIET
        if action == "pause":
            return self.session.phase not in (Phase.OVER, Phase.ENDED)
        return super().check_action(action, parameters)

    def entered(self, field: Widget) -> None:
        """Enter in the next step: what was asked is answered; otherwise back to the call, with it typed."""
        if field is not self.step_line:
            return
        if self.session.phase is Phase.STEP:
            self.calling.log.finish()
            return
        try:
            self.read_step()
        except Invalid:
            self._said_of_step()
            return
        self.to(self.outcomes)

    # --- outcomes ---------------------------------------------------------------------------------------------------

    def ended(self, outcome: Outcome) -> None:
        """The call ended so."""
        if self.session.phase is Phase.READY and self.in_sight.is_bounce():
            # Nobody has called them: an accident would tell the team of a call that never was.
            current = self.session.current
            name = current.callee.name if current is not None else "The next one"
            self.say(
                f"{name} has only just come up, so this is not logged. Press it again if the call ended so."
            )
        elif self.session.phase in LIVE:
            self.calling.log.end(outcome)
        elif self.session.phase is Phase.SAVED:
            self.say(
                f"This call is saved. {self.keys_of('call.take')} goes on, {self.keys_of('call.undo')} takes it back."
            )
        else:
            self.say("Nobody is being called.")

    def ask_step(self, ended: Ended, text: str) -> None:
        """Asks what comes next, with what the outcome says already typed."""
        self.session.ask(ended)
        if not self.step_line.value.strip():
            self._put_step(text)
            self._offered = text
            # What is typed takes the place of what is only offered.
            self.step_line.select_all()
        self.to(self.step_line)
        self.show()

    # --- actions ----------------------------------------------------------------------------------------------------

    def action_take(self) -> None:
        """They answered; or the rep goes on."""
        phase = self.session.phase
        if phase is Phase.SAVED:
            self.calling.go_on()
        elif phase is Phase.PAUSED:
            self.calling.resume()
        elif phase in (Phase.OVER, Phase.ENDED):
            self.leave()
        elif phase in LIVE:
            self.session.answered(self.desk.now)
            self.action_notes()
            self.show()

    def action_dial(self) -> None:
        """Dials."""
        self.start(call_line.dial(self))

    def action_hang_up(self) -> None:
        """Hangs up."""
        self.start(self.calling.line.hang_up())

    def action_notes(self) -> None:
        """To the notes."""
        self.pane = NOTES
        self.show_pane()
        self.to(self.notes)

    def action_script(self) -> None:
        """To the script; from there back to what is known of them."""
        if self.focused is self.script:
            self.pane = FACTS
            self.to(self.outcomes)
        else:
            self.pane = SCRIPT
            self.to(self.script)
        self.show_pane()

    def action_edit_script(self) -> None:
        """Changes what is said; writes it where there is nothing yet."""
        call, view_id = self.session.current, self.session.calls.view_id
        reader = (call.callee.name, self.script_fields) if call is not None else None
        target = f"v:{view_id}" if view_id else ""
        self.start(calling_setup.write_script(self, self.what_to_say, target=target, reader=reader))

    def action_set_outcomes(self) -> None:
        """Shows how calls can end."""
        self.start(calling_setup.edit_outcomes(self))

    def action_step(self) -> None:
        """To the next step; after the call is saved that is a task of its own."""
        if self.session.phase is Phase.SAVED:
            self.say(f"This call is saved. {self.keys_of('record.task')} plans what comes next.")
        else:
            self.to(self.step_line)

    def action_objection(self, number: int) -> None:
        """Shows what to say to an objection, wherever the cursor is."""
        if self.script.toggle(number):
            if self.size.width < WIDE and self.focused is not self.notes:
                self.pane = SCRIPT
                self.show_pane()
        else:
            self.say(f"This script has {self.script.objections} objections.")

    def action_pane(self, step: int) -> None:
        """The next of call, notes and script."""
        places: list[Widget] = [self.outcomes, self.notes, self.script]
        at = places.index(self.focused) if self.focused in places else 0
        target = places[(at + step) % len(places)]
        if target is self.notes:
            self.action_notes()
        elif target is self.script:
            self.action_script()
        else:
            self.to(target)

    @on(PaneBar.Chosen)
    def _pane_chosen(self, event: PaneBar.Chosen) -> None:
        self.pane = event.index
        self.show_pane()
        self.to({FACTS: self.outcomes, SCRIPT: self.script, NOTES: self.notes}[event.index])

    def action_back(self) -> None:
        """From what is typed to the call; from there the block ends."""
        if self.close_briefing():
            return
        if self.session.phase is Phase.STEP:
            self.session.unask()
            if self.step_line.value == self._offered:
                # Nobody has typed it: another outcome says something else.
                self._put_step("")
            self.to(self.outcomes)
            self.show()
        elif self.focused is not self.outcomes and not self.has_class("-quiet"):
            if self.pane == NOTES:
                self.pane = FACTS
                self.show_pane()
            self.to(self.outcomes)
        else:
            self.action_end()

    def action_end(self) -> None:
        """Ends the block, and shows how it went; from there it is left."""
        if self.session.phase in (Phase.ENDED, Phase.OVER):
            self.leave()
        else:
            self.calling.stop()

    def leave(self) -> None:
        """Goes back to where it was begun."""
        self.dismiss()

    def action_skip(self) -> None:
        """The next one."""
        self.calling.skip()

    def action_before(self) -> None:
        """The one before."""
        self.calling.back()

    def action_requeue(self) -> None:
        """Again in this block."""
        self.start(calling.requeue(self))

    def action_pause(self) -> None:
        """A break, or its end."""
        if self.session.phase is Phase.PAUSED:
            self.calling.resume()
        else:
            self.calling.pause()

    def action_undo_outcome(self) -> None:
        """Takes the last outcome back."""
        self.calling.undo()

    def action_number(self) -> None:
        """Dials the next of their numbers."""
        if self.session.next_number():
            self.show()
        else:
            self.say("There is no other number.")

    def action_open(self) -> None:
        """Opens the contact."""
        if subject := self.subject():
            self.offhook.open_record(subject.table, subject.id)

    def action_waiting(self) -> None:
        """Back to a call that was not saved; where there is none, decides what waits about who is up."""
        if self.session.troubles:
            self.calling.to_trouble()
        else:
            super().action_waiting()
