"""What call mode shows: the card, facts, script, notes and outcomes, in whatever room there is."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.events import DescendantBlur, DescendantFocus, Resize
from textual.widget import Widget
from textual.widgets import Input, TextArea

from core.entities import Script
from core.errors import Invalid
from core.next_step import NextStep, parse_next_step, show_next_step
from tui.actions import key_of
from tui.desk import Desk
from tui.drafts import Drafts
from tui.models import call_words
from tui.models.call import CallSession, Phase
from tui.models.call_script import script_for, values
from tui.models.record_text import Scene
from tui.repaint import paint_now
from tui.screens.quick import QuickScreen
from tui.widgets.call_card import CallCard
from tui.widgets.call_facts import CallFacts
from tui.widgets.call_notes import CallNotes, StepBar, StepLabel, StepLine, StepSaid
from tui.widgets.call_outcomes import OutcomeBar
from tui.widgets.call_panel import CallPanel, PaneTitle
from tui.widgets.panes import PaneBar
from tui.widgets.script import ScriptView

FACTS, SCRIPT, NOTES = range(3)
"""The panes, where only some are in sight."""
WIDE, NARROW = 118, 60
"""Cells from which all panes are in sight, and below which only one is."""
READING = "calling"
"""The group of workers that find and read whoever comes up."""
_NAMES = ("Facts", "Script", "Notes")


class CallFace(QuickScreen):
    """Shows a calling session. What is done about it is up to the screen that this is the face of.

    Attributes:
        session: what is shown.
        notes: what was said.
        step_line: what comes next.
        pane: which of the panes is in sight where there is not room for all.
    """

    def __init__(self, desk: Desk, session: CallSession) -> None:
        super().__init__(desk)
        self.session = session
        self.notes = CallNotes()
        self.step_line = StepLine()
        self.pane = FACTS

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
                    empty=(
                        "No script for this call",
                        f"{key_of(self, 'call.script')} and then {key_of(self, 'call.edit-script')} writes one.",
                    )
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

    # --- where one is -----------------------------------------------------------------------------------------------

    def on_resize(self, event: Resize) -> None:
        """Puts the panes where there is room for them."""
        self._name_panes()
        self.show_pane()

    @property
    def is_typing(self) -> bool:
        """Whether the cursor is where one types."""
        return self.focused in (self.notes, self.step_line)

    def to(self, widget: Widget) -> None:
        """Goes to a part of the screen, at once: what is typed ahead is meant for it. `Widget.focus` waits for its turn."""
        self.set_focus(widget)

    def _name_panes(self) -> None:
        names = _NAMES if self.app.size.width < NARROW else _NAMES[:NOTES]
        for bar in self.query(PaneBar):
            bar.rename(names)

    def keys_of(self, action: str) -> str:
        """The key of an action."""
        return key_of(self, action)

    # --- what it shows ----------------------------------------------------------------------------------------------

    def show(self) -> None:
        """Shows all of it, and at once: the eye waits for nothing that is under way."""
        session, scene = self.session, self.scene
        quiet = session.current is None or session.phase in call_words.QUIET
        self.set_class(quiet, "-quiet")
        if quiet:
            self.panel.show(call_words.panel(session, scene, self.session.stats, self.keys_of))
        else:
            self._show_contact(scene)
        self._show_rest()
        self.paint()
        if not self.is_awaited:
            self.offhook.type_ahead.go_on()

    @property
    def is_awaited(self) -> bool:
        """Whether somebody is being read who is about to come up: a key that would be lost on nobody is meant for them."""
        if self.session.phase is not Phase.LOADING:
            return False
        return not self.is_mounted or any(
            worker.group == READING and worker.node is self and not worker.is_finished
            for worker in self.workers
        )

    def _show_contact(self, scene: Scene) -> None:
        session = self.session
        call = session.current
        assert call is not None
        self.card.show(call, scene, index=session.number, timer=session.timer(scene.now))
        plan = key_of(self, "record.task")
        self.facts.show(call_words.facts(call, scene, plan))
        script = self.what_to_say
        self.script.show(script.body if script else "", self.script_fields)
        if self.notes.about != call.callee.id:
            self.put_typed(call.callee.id, call.draft, call.step_draft)

    @property
    def what_to_say(self) -> Script | None:
        """The script of this call; None where there is none."""
        session = self.session
        deal = session.current.deal if session.current else None
        return script_for(self.desk.catalog, view_id=session.calls.view_id, deal=deal)

    @property
    def script_fields(self) -> dict[str, str]:
        """What the fields of a script hold for who is up."""
        call = self.session.current
        if call is None:
            return {}
        return values(self.desk.catalog, call.contact, call.brief.page.company, call.deal)

    def _show_rest(self) -> None:
        """The bar of outcomes, the next step, the titles."""
        session, scene = self.session, self.scene
        outcomes = scene.catalog.call_outcomes
        proposed = call_words.proposed(session, outcomes)
        self.outcomes.show(outcomes, call_words.prompt(session, self.keys_of), proposed)
        self._said_of_step()
        left, whole = session.left, session.total
        place = f"{left} of {whole} left" if whole > 1 else ""
        troubled = f"⚠ {len(session.troubles)} not saved · " if session.troubles else ""
        narrow = self.size.width < NARROW
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
        hints = [hint] if count else []
        if focused is self.script:
            hints.append(f"{key_of(self, 'call.edit-script')}: {'edit' if self.what_to_say else 'write one'}")
        script.show(key=key_of(self, "call.script"), hint=" · ".join(hints), on=focused is self.script)
        writing = focused is self.notes
        notes.show(
            key=key_of(self, "call.notes"),
            hint="kept with every letter" if not writing else "esc: back to the call",
            on=writing,
        )
        self.query_one(StepLabel).show(key_of(self, "call.step"))

    def show_pane(self) -> None:
        """Puts the pane in sight that is wanted."""
        body = self.query_one("#call-body")
        shown = self.pane if self.size.width < NARROW or self.pane != NOTES else FACTS
        for n in range(len(_NAMES)):
            body.set_class(n == shown, f"-pane-{n}")
        for bar in self.query(PaneBar):
            bar.show(shown)

    def paint(self) -> None:
        """Puts out what has changed, before anything else is done."""
        paint_now(self, *(one for one in self.query(Widget) if one._repaint_required))

    def _tick(self) -> None:
        """Lets time pass."""
        if not self.is_in_sight or self.has_class("-quiet"):
            return
        scene = self.scene
        self.card.tick(scene, self.session.timer(scene.now))

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
            their_zone=self.session.their_zone,
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
            said.show(show_next_step(step, self.desk.now, self.desk.zone, self.session.their_zone))
        elif ended is not None:
            said.show("When?" if ended.outcome.asks == "when" else "Nothing comes next", "muted")
        else:
            said.show("What the outcome says, unless you type something", "muted")

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _looked_elsewhere(self) -> None:
        if self.is_mounted:
            self._show_titles()
