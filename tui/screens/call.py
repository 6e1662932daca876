"""Call mode: one contact after the other, each ended by one key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.events import DescendantBlur, DescendantFocus, Resize
from textual.widget import Widget
from textual.widgets import Input, TextArea

from core.entities import Outcome
from core.errors import Invalid
from core.next_step import NextStep, parse_next_step, show_next_step
from core.workspace import Changed, Subject
from tui.actions import key_of
from tui.desk import Desk
from tui.flows import call_line, calling
from tui.flows.calling import Calling
from tui.models import call_words
from tui.models.call import LIVE, CallSession, Ended, Phase
from tui.models.call_script import script_for, values
from tui.models.record_text import Scene
from tui.repaint import paint_now
from tui.screens.quick import QuickScreen
from tui.widgets.call_card import CallCard
from tui.widgets.call_facts import CallFacts
from tui.widgets.call_notes import CallNotes, StepBar, StepLabel, StepLine, StepSaid
from tui.widgets.call_outcomes import OutcomeBar, TakesOutcomes
from tui.widgets.call_panel import CallPanel, PaneTitle
from tui.widgets.panes import PaneBar
from tui.widgets.script import ScriptView

if TYPE_CHECKING:
    from tui.drafts import Drafts

FACTS, SCRIPT, NOTES = range(3)
"""The panes, where only some are in sight."""
_NAMES = ("Facts", "Script", "Notes")
_WIDE, _NARROW = 118, 60
_SECOND = 1.0
_HINTS = {
    "dial": "Dial", "take": "Answered", "notes": "Notes", "step": "Next step", "script": "Script", "skip": "Skip",
    "requeue": "Later", "pause": "Pause", "undo_outcome": "Undo",
}  # fmt: skip


_WHILE_TYPING = {"back": "To the call", "pane(1)": "Next pane", "objection(1)": "Objection 1…9"}
"""What the key bar says while notes or the next step are typed."""
_ON_SOMEBODY = frozenset(
    {"dial", "requeue", "number", "open", "notes", "step", "script", "skip", "hang_up", "objection"}
)
"""Actions that need somebody on the screen."""


class CallScreen(QuickScreen, TakesOutcomes):
    """Who is called, what to say, what was said, and how it ended.

    Attributes:
        session: what it goes through.
        calling: drives it.
        notes: what was said.
        step_line: what comes next.
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
        *(Binding(f"alt+{n}", f"objection({n})", "Objection 1…9" if n == 1 else "", show=False, id=f"call.objection-{n}",
                  tooltip="What to say to an objection, wherever the cursor is", priority=True) for n in range(1, 10)),
    ]  # fmt: skip

    def __init__(self, desk: Desk, session: CallSession) -> None:
        super().__init__(desk)
        self.session = session
        self.notes = CallNotes()
        self.step_line = StepLine()
        self.calling = Calling(self, session)
        self._pane = FACTS

    # --- parts ------------------------------------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        """The card, facts, script and notes, the next step, the outcomes."""
        yield CallCard()
        with Container(id="call-body", classes="-pane-0"):
            with Vertical(id="call-side"):
                yield PaneBar(_NAMES)
                yield PaneTitle("Before you talk", classes="-tabbed")
                yield CallFacts()
            with Vertical(id="call-script"):
                yield PaneBar(_NAMES)
                yield PaneTitle("Script", classes="-tabbed")
                yield ScriptView(
                    empty=("No script for this call", "Sales people write them in the palette: Scripts")
                )
            with Vertical(id="call-notes-box"):
                yield PaneBar(_NAMES)
                yield PaneTitle("Notes")
                yield self.notes
        yield CallPanel()
        yield StepBar(self.step_line)
        yield OutcomeBar()

    @property
    def card(self) -> CallCard:
        """Who is called."""
        return self.query_one(CallCard)

    @property
    def facts(self) -> CallFacts:
        """What is known of them."""
        return self.query_one(CallFacts)

    @property
    def script(self) -> ScriptView:
        """What to say."""
        return self.query_one(ScriptView)

    @property
    def outcomes(self) -> OutcomeBar:
        """How it ended."""
        return self.query_one(OutcomeBar)

    @property
    def panel(self) -> CallPanel:
        """What stands there while nobody is up."""
        return self.query_one(CallPanel)

    @property
    def scene(self) -> Scene:
        """Around the call."""
        return Scene(self.desk.catalog, self.desk.now, self.desk.zone)

    @property
    def drafts(self) -> Drafts:
        """What is kept of what is typed."""
        return self.desk.drafts

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

    def on_resize(self, event: Resize) -> None:
        """Puts the panes where there is room for them."""
        self._name_panes()
        self._show_pane()

    @property
    def is_typing(self) -> bool:
        """Whether the cursor is where one types."""
        return self.focused in (self.notes, self.step_line)

    def to(self, widget: Widget) -> None:
        """Goes to a part of the screen, at once: what is typed ahead is meant for it. `Widget.focus` waits for its turn."""
        self.set_focus(widget)

    def _name_panes(self) -> None:
        names = _NAMES if self.app.size.width < _NARROW else _NAMES[:NOTES]
        for bar in self.query(PaneBar):
            bar.rename(names)

    # --- what it shows ----------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Shows all of it, and at once: the eye waits for nothing that is under way."""
        session, scene = self.session, self.scene
        quiet = session.current is None or session.phase in call_words.QUIET
        self.set_class(quiet, "-quiet")
        if quiet:
            self.panel.show(call_words.panel(session, scene, self.calling.stats, self._keys_of))
        else:
            self._show_contact(scene)
        self._show_rest()
        self.paint()

    def _show_contact(self, scene: Scene) -> None:
        session = self.session
        call = session.current
        assert call is not None
        self.card.show(call, scene, index=session.number, timer=session.timer(scene.now))
        plan = key_of(self, "record.task")
        self.facts.show(call_words.facts(call, scene, plan))
        script = script_for(scene.catalog, view_id=session.calls.view_id, deal=call.deal)
        fields = values(scene.catalog, call.contact, call.brief.page.company, call.deal)
        self.script.show(script.body if script else "", fields)
        if self.notes.about != call.callee.id:
            self.put_typed(call.callee.id, call.draft, call.step_draft)

    def _show_rest(self) -> None:
        """The bar of outcomes, the next step, the titles."""
        session, scene = self.session, self.scene
        self.outcomes.show(scene.catalog.call_outcomes, call_words.prompt(session, self._keys_of))
        self._said_of_step()
        left, whole = session.left, session.total
        place = f"{left} of {whole} left" if whole > 1 else ""
        troubled = f"⚠ {len(session.troubles)} not saved · " if session.troubles else ""
        narrow = self.size.width < _NARROW
        crumbs = (place or session.calls.name,) if narrow else (session.calls.name, place)
        figures = troubled if narrow else troubled + session.figures
        self.title_bar.show("Calling", tuple(filter(None, crumbs)), figures=figures)
        self._show_titles()
        self.refresh_bars()

    def _show_titles(self) -> None:
        focused = self.focused
        side, script, notes = self.query(PaneTitle)
        side.show()
        count = self.script.objections
        hint = (
            f"digits: objections 1–{min(count, 9)}"
            if focused is self.script
            else f"alt+digit: {count} objections"
        )
        script.show(key=key_of(self, "call.script"), hint=hint if count else "", on=focused is self.script)
        writing = focused is self.notes
        notes.show(
            key=key_of(self, "call.notes"),
            hint="kept with every letter" if not writing else "esc: back to the call",
            on=writing,
        )
        self.query_one(StepLabel).show(key_of(self, "call.step"))

    def _show_pane(self) -> None:
        body = self.query_one("#call-body")
        shown = self._pane if self.size.width < _NARROW or self._pane != NOTES else FACTS
        for n in range(len(_NAMES)):
            body.set_class(n == shown, f"-pane-{n}")
        for bar in self.query(PaneBar):
            bar.show(shown)

    def paint(self) -> None:
        """Puts out what has changed, before anything else is done."""
        paint_now(self, *(one for one in self.query(Widget) if one._repaint_required))

    def _tick(self) -> None:
        """Lets time pass."""
        if not self.is_current or self.has_class("-quiet"):
            return
        scene = self.scene
        self.card.tick(scene, self.session.timer(scene.now))

    def key_hints(self) -> list[tuple[str, str]]:
        """What is most useful here."""
        hints = super().key_hints()
        if self.is_typing:
            # Every letter is text here; what is said are the keys that are none.
            return [*self.hints_for(_WHILE_TYPING), *hints[-1:]]
        labels = dict(_HINTS)
        labels["take"] = call_words.TAKE.get(self.session.phase, labels["take"])
        return [*self.hints_for(labels), *hints[-1:]]

    def _keys_of(self, action: str) -> str:
        return key_of(self, action)

    # --- what is called upon ----------------------------------------------------------------------------------------

    def subject(self) -> Subject | None:
        """Who is up."""
        current = self.session.current
        return Subject("contacts", current.callee.id) if current is not None else None

    def called(self, subject: Subject) -> str:
        """The name of who is up."""
        current = self.session.current
        return current.callee.name if current is not None and current.callee.id == subject.id else ""

    async def apply_changes(self, changes: Sequence[Changed]) -> None:
        """Lets new matches join, and who is gone leave; what is known of who is up is read anew."""
        await self.calling.take_in(changes)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What makes sense now."""
        if action in ("call", "calls", "claim"):
            return False
        if action == "waiting" and self.session.troubles:
            return True
        if action in _ON_SOMEBODY:
            return self.session.current is not None and self.session.phase not in call_words.QUIET
        if action == "pause":
            return self.session.phase not in (Phase.OVER, Phase.ENDED)
        return super().check_action(action, parameters)

    # --- what is typed ----------------------------------------------------------------------------------------------

    @on(TextArea.Changed, "#call-notes")
    def _noted(self) -> None:
        if self.notes.about:
            self.drafts.keep(call_words.note_key(self.notes.about), self.notes.text)

    @on(Input.Changed, "#call-step-line")
    def _step_typed(self) -> None:
        self.session.typed_step = self.step_line.value
        if self.notes.about:
            self.drafts.keep(call_words.step_key(self.notes.about), self.step_line.value)
        self._said_of_step()

    def _put_step(self, text: str) -> None:
        with self.step_line.prevent(Input.Changed):
            self.step_line.value = text
        self.step_line.cursor_position = len(text)
        self.session.typed_step = text

    def read_step(self) -> NextStep | None:
        """The next step that is typed; None where none is.

        Raises:
            Invalid: it cannot be read.
        """
        typed = self.step_line.value.strip()
        if not typed:
            return None
        outcome = self.session.ended.outcome if self.session.ended else None
        subject = (outcome.task or outcome.name) if outcome else "Call back"
        kind = (outcome.task_kind if outcome else "") or "call"
        return parse_next_step(
            typed,
            self.desk.now,
            self.desk.zone,
            their_zone=self.calling.their_zone,
            subject=subject,
            kind=kind,
        )

    def put_typed(self, contact_id: str, notes: str, step: str) -> None:
        """Puts notes and a next step about who is up into their fields."""
        self.notes.put(contact_id, notes)
        self._put_step(step)

    def _said_of_step(self) -> None:
        said = self.query_one(StepSaid)
        ended = self.session.ended
        try:
            step = self.read_step()
        except Invalid as error:
            said.show(next(iter(error.fields.values()), str(error)), "problem")
            return
        if step is not None:
            said.show(show_next_step(step, self.desk.now, self.desk.zone, self.calling.their_zone))
        elif ended is not None:
            said.show("When?" if ended.outcome.asks == "when" else "Nothing comes next", "muted")
        else:
            said.show("What the outcome says, unless you type something", "muted")

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
        if self.session.phase in LIVE:
            self.calling.log.end(outcome)
        elif self.session.phase is Phase.SAVED:
            self.say(
                f"This call is saved. {self._keys_of('call.take')} goes on, {self._keys_of('call.undo')} takes it back."
            )
        else:
            self.say("Nobody is being called.")

    def ask_step(self, ended: Ended, text: str) -> None:
        """Asks what comes next, with what the outcome says already typed."""
        self.session.ask(ended)
        if not self.step_line.value.strip():
            self._put_step(text)
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
        self._pane = NOTES
        self._show_pane()
        self.to(self.notes)

    def action_script(self) -> None:
        """To the script; from there back to what is known of them."""
        if self.focused is self.script:
            self._pane = FACTS
            self.to(self.outcomes)
        else:
            self._pane = SCRIPT
            self.to(self.script)
        self._show_pane()

    def action_step(self) -> None:
        """To the next step."""
        self.to(self.step_line)

    def action_objection(self, number: int) -> None:
        """Shows what to say to an objection, wherever the cursor is."""
        if self.script.toggle(number):
            if self.size.width < _WIDE and self.focused is not self.notes:
                self._pane = SCRIPT
                self._show_pane()
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
        self._pane = event.index
        self._show_pane()
        self.to({FACTS: self.outcomes, SCRIPT: self.script, NOTES: self.notes}[event.index])

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _looked_elsewhere(self) -> None:
        if self.is_mounted:
            self._show_titles()

    def action_back(self) -> None:
        """From what is typed to the call; from there the block ends."""
        if self.close_briefing():
            return
        if self.session.phase is Phase.STEP:
            self.session.unask()
            self.to(self.outcomes)
            self.show()
        elif self.focused is not self.outcomes and not self.has_class("-quiet"):
            if self._pane == NOTES:
                self._pane = FACTS
                self._show_pane()
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
