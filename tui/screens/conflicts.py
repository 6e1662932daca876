"""What waits for the user to decide: a list, and below it the question of the one under the cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from core.errors import OffhookError
from core.parked import Parked
from core.parked_text import told
from core.text import clean_text
from core.when import show_when
from core.workspace import Changed, Subject
from tui.actions import key_of
from tui.desk import Desk
from tui.flows import waiting
from tui.flows.typing_over import NotTyped, type_over
from tui.models.parked_text import SIGNS, goes_along, kind, title, who, why
from tui.models.question import Question
from tui.screens.quick import QuickScreen
from tui.widgets.sides import Sides
from tui.widgets.table import Column, ListSource, Table

_FOLD_BELOW = 58
_SIDES = {"take('mine')": "Mine", "take('theirs')": "Theirs", "take('original')": "Original", "edit": "Edit"}
_ALL = {"take_all('mine')": "All mine", "take_all('theirs')": "All theirs"}
_REFUSED = {"take('original')": "Leave out", "edit": "Edit"}
_TWICE = {"take('theirs')": "Open theirs", "send": "Keep both"}
_ALWAYS = {"send": "Send", "hand_in": "Hand over", "drop": "Give up", "copy": "Copy", "write": "To a file"}
"""Actions with what the key bar calls them, by what waits."""
_AT_ONCE = (
    "Here, what you do is answered at once. Where you work offline, your work comes here when somebody else has changed"
    " the same meanwhile."
)
_OFFLINE = (
    "When you and a colleague have changed the same field, or a record has gone to somebody else, your work comes here."
    " Nothing of it is dropped unasked."
)


class WaitingList(Table[Parked]):
    """The list of what waits, and the keys that decide about the one under its cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "screen.take('mine')", "Mine", id="conflicts.mine",
                tooltip="Your value, for the field under the cursor"),
        Binding("t", "screen.take('theirs')", "Theirs", id="conflicts.theirs",
                tooltip="Their value; of what is there twice, opens theirs"),
        Binding("o", "screen.take('original')", "Original", id="conflicts.original",
                tooltip="What stood there before; where your work was refused, leaves the field out"),
        Binding("e", "screen.edit", "Edit", id="conflicts.edit", tooltip="Type another value"),
        Binding("a", "screen.take_all('mine')", "All mine", show=False, id="conflicts.all-mine",
                tooltip="Your values, for every field"),
        Binding("A", "screen.take_all('theirs')", "All theirs", show=False, id="conflicts.all-theirs",
                tooltip="Their values, for every field"),
        Binding("right,tab", "screen.field(1)", "Next field", show=False, id="conflicts.next-field",
                tooltip="To the next field of this one"),
        Binding("left,shift+tab", "screen.field(-1)", "Field before", show=False, id="conflicts.previous-field",
                tooltip="To the field before"),
        Binding("s,ctrl+s", "screen.send", "Send", id="conflicts.send",
                tooltip="Do what was decided; of what is there twice, keep both"),
        Binding("x", "screen.hand_in", "Hand over", id="conflicts.hand-in",
                tooltip="Give your work to whoever has the record now, as a note and a task"),
        Binding("d", "screen.drop", "Give up", id="conflicts.drop", tooltip="It is not done; it stays in the history"),
        Binding("c", "screen.copy", "Copy", show=False, id="conflicts.copy", tooltip="All of it, as text"),
        Binding("w", "screen.write", "To a file", show=False, id="conflicts.write",
                tooltip="All of it, to be read or for programs"),
    ]  # fmt: skip

    def __init__(self, who: Callable[[Parked], str], when: Callable[[Parked], str]) -> None:
        """Makes the list.

        Args:
            who: who stands on the other side.
            when: when it was done.
        """
        sign = Column[Parked]("sign", "", 1, lambda one: SIGNS[one.kind], style="warning")
        super().__init__(
            [
                sign,
                Column("title", "Record", 18, title, weight=3, style="strong"),
                Column("what", "What you did", 20, lambda one: one.changeset.summary, weight=4, priority=2),
                Column("why", "Why it waits", 14, kind, priority=3),
                Column("who", "Who", 14, who, style="muted", priority=1),
                Column("when", "You did it", 16, when, style="muted", priority=4),
            ],
            folded=(
                [sign, Column("title", "", 16, title, weight=1, style="strong")],
                [
                    Column("why", "", 14, lambda one: f"  {kind(one)}", weight=1, style="muted"),
                    Column("who", "", 14, who, align="right", style="muted"),
                ],
            ),
            fold_below=_FOLD_BELOW,
            selectable=False,
            widget_id="conflicts-list",
        )


class ConflictsScreen(QuickScreen):
    """Work that did not take effect as it was done. Nothing leaves this list but by a decision of the user."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._shown: tuple[Parked, ...] = ()
        self._parked: Parked | None = None
        self._questions: dict[str, tuple[Parked, Question | None]] = {}
        self._wanted = ""
        self._renewing = False

    def compose_body(self) -> ComposeResult:
        """The list, and the question."""
        yield WaitingList(self._who, self._when)
        with Vertical(id="conflicts-question"):
            yield Static("", id="conflicts-title", markup=False)
            with VerticalScroll(id="conflicts-body", can_focus=False):
                yield Static("", id="conflicts-words", markup=False)
                yield Sides()
                yield Static("", id="conflicts-aside", markup=False)

    def _who(self, parked: Parked) -> str:
        return who(parked, self.desk.catalog)

    def _when(self, parked: Parked) -> str:
        return show_when(parked.changeset.at, all_day=False, now=self.desk.now, zone=self.desk.zone)

    def on_mount(self) -> None:
        """Begins with the list."""
        self._table.focus()
        self.title_bar.show("Conflicts")
        self._renew()

    def on_resize(self) -> None:
        """Where there is less room, other keys come first."""
        self.refresh_bars()

    @property
    def _table(self) -> WaitingList:
        return self.query_one(WaitingList)

    @property
    def _sides(self) -> Sides:
        return self.query_one(Sides)

    @property
    def _question(self) -> Question | None:
        return self._questions[self._parked.id][1] if self._parked else None

    # --- what waits -----------------------------------------------------------------------------------------------

    def point(self, parked_id: str) -> None:
        """Puts the cursor on one, as soon as it is there."""
        self._wanted = parked_id
        self._show_wanted()

    def refresh_bars(self) -> None:
        """Shows what waits as it is now, with the bars."""
        super().refresh_bars()
        if self.is_in_sight and self.desk.waiting != self._shown:
            self._renew()

    async def apply_changes(self, changes: Sequence[Changed]) -> None:
        """A record that was renamed is called by its new name, and what waits may have become another."""
        self._renew()

    def _renew(self) -> None:
        if not self._renewing:
            self._renewing = True
            self.run_worker(self._read(), group="load")

    async def _read(self) -> None:
        """Makes the questions before the list is shown: whoever sees one can answer it."""
        try:
            first = True
            while first or self.desk.waiting != self._shown:
                first = False
                waits = self.desk.waiting
                questions: dict[str, tuple[Parked, Question | None]] = {}
                for parked in waits:
                    before = self._questions.get(parked.id)
                    if before is not None and before[0] == parked:
                        # What was decided already is not asked again.
                        questions[parked.id] = before
                    else:
                        questions[parked.id] = (parked, await waiting.question_of(self.desk, parked))
                self._questions, self._shown = questions, waits
                self._show_list()
        except OffhookError as error:
            self.say(str(error), problem=True)
        finally:
            self._renewing = False

    def _show_list(self) -> None:
        self._table.show(ListSource(list(self._shown), lambda one: one.id), empty=self._nothing())
        self._show_wanted()
        self._show_question(self._table.cursor_row)
        count = len(self._shown)
        self.title_bar.show("Conflicts", figures=f"{count} to decide" if count else "")

    def _show_wanted(self) -> None:
        ids = [parked.id for parked in self._shown]
        if self._wanted in ids:
            self._table.point(ids.index(self._wanted))
            self._wanted = ""

    def _nothing(self) -> Sequence[str]:
        if self.desk.last_seen_health.mode != "field":
            words = _AT_ONCE
        else:
            words = _OFFLINE
        return "Nothing waits for you", *wrap(words, max(20, min(72, self.app.size.width - 4)))

    @on(Table.Highlighted)
    def _highlighted(self, event: Table.Highlighted) -> None:
        self._show_question(event.row)

    def _show_question(self, parked: Parked | None) -> None:
        self._parked = parked if parked is not None and parked.id in self._questions else None
        place = self.query_one("#conflicts-question")
        place.display = self._parked is not None
        if self._parked is None:
            self.refresh_bindings()
            return
        parked, question = self._parked, self._question
        sign = SIGNS[parked.kind]
        self.query_one("#conflicts-title", Static).update(clean_text(f"{sign} {self._headline(parked)}"))
        self.query_one("#conflicts-words", Static).update(self._words(parked))
        self._sides.display = question is not None
        self._sides.show(question.rows if question else (), question.heads if question else {})
        self.query_one("#conflicts-aside", Static).update(self._aside(parked, question))
        self.refresh_bindings()

    def _headline(self, parked: Parked) -> str:
        other = who(parked, self.desk.catalog)
        if parked.kind == "conflict":
            return f"{title(parked)}: {other or 'somebody'} changed the same meanwhile"
        words = {
            # What is gone may be the record or what the work points to, as a stage: the reason below says which.
            "gone": f"with {other} now" if other else "not taken",
            "rejected": "not taken",
            "duplicate": "may be there twice",
        }
        return f"{title(parked)}: {words[parked.kind]}"

    def _words(self, parked: Parked) -> str:
        lines = [f"You, {self._when(parked)}: {parked.changeset.summary}"]
        lines += [] if parked.conflicts else [why(parked, self.desk.catalog)]
        lines += [f"✗ {sentence}" for sentence in parked.fields.values() if sentence not in parked.reason]
        if parked.id in self._questions and self._questions[parked.id][1] is None:
            # There is nothing to choose from: what was typed is to be seen all the same.
            lines += ["", *told(parked, self.desk.catalog).splitlines()[1:]]
        return clean_text("\n".join(lines).strip())

    def _aside(self, parked: Parked, question: Question | None) -> str:
        keys = {name: key_of(self, f"conflicts.{name}") for name in ("theirs", "send", "hand-in", "drop")}
        notes = []
        if question is not None and question.when:
            notes.append(f"Theirs is from {question.when}.")
        if question is not None and (along := goes_along(parked, self.desk.catalog)):
            notes.append(f"Goes along: {along}.")
        if parked.kind == "duplicate":
            notes.append(
                f"Both are kept for now. {keys['send']} says that both are meant, {keys['theirs']} opens theirs."
            )
        elif question is None or not parked.conflicts:
            notes.append(f"{keys['send']} tries once more, {keys['drop']} gives it up.")
        if parked.can_hand_in:
            notes.append(f"{keys['hand-in']} gives it to whoever has the record now.")
        return "\n".join(notes)

    # --- what is acted upon -----------------------------------------------------------------------------------------

    def subject(self) -> Subject | None:
        """The record of the one under the cursor."""
        about = self._parked.about if self._parked else None
        return Subject(*about) if about else None

    def called(self, subject: Subject) -> str:
        """The record's name."""
        return (
            title(self._parked) if self._parked and self._parked.about == (subject.table, subject.id) else ""
        )

    def key_hints(self) -> list[tuple[str, str]]:
        """What can be done about the one under the cursor."""
        last = super().key_hints()[-1:]
        parked, question = self._parked, self._question
        if parked is None:
            return [*super().key_hints()[-4:]]
        if parked.kind == "duplicate":
            first = _TWICE
        elif parked.conflicts:
            first = _SIDES
        else:
            first = _REFUSED
        labels = first | _ALWAYS | first
        if self.size.width < _FOLD_BELOW:
            # Where there is room for three, deciding and sending go first.
            soon = [action for action in (*first, "send") if action not in ("take('original')", "edit")][:2]
            labels = {action: labels[action] for action in dict.fromkeys([*soon, "send", *labels])}
        elif question and len(question.rows) > 1 and parked.conflicts:
            labels |= _ALL
        hints = self.hints_for({f"screen.{action}": label for action, label in labels.items()})
        return [*hints, ("enter", "Open"), *last]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is offered that cannot be done about the one under the cursor."""
        parked, question = self._parked, self._question
        if action in ("take", "take_all", "edit", "field"):
            if parked is not None and parked.kind == "duplicate":
                return action == "take" and parameters[0] == "theirs" and parked.other is not None
            if question is None:
                return False
            return (
                "edited" in question.ways
                if action == "edit"
                else action == "field" or parameters[0] in question.ways
            )
        if action == "hand_in":
            return parked is not None and parked.can_hand_in
        if action == "drop":
            # What is there twice is done already: there is nothing to give up.
            return parked is not None and parked.kind != "duplicate"
        if action in ("send", "copy", "write"):
            return parked is not None
        return super().check_action(action, parameters)

    @on(Table.Activated)
    def _open(self, event: Table.Activated) -> None:
        if event.row.about is None:
            self.say("It is about the set-up, not about a record.")
        else:
            self.offhook.open_record(*event.row.about)

    # --- deciding ---------------------------------------------------------------------------------------------------

    def action_field(self, step: int) -> None:
        """Goes to another field."""
        self._sides.point(self._sides.cursor + step)

    def action_take(self, side: str) -> None:
        """Decides about the field under the cursor, and goes on to the next that is open."""
        if self._parked and self._parked.kind == "duplicate":
            if self._parked.other:
                self.offhook.open_record(*self._parked.other)
        elif self._question is not None:
            self._question.decide(self._sides.current, side)
            self._go_on()

    @on(Sides.Clicked)
    def _side_clicked(self, event: Sides.Clicked) -> None:
        if self._question is not None and event.side in self._question.ways:
            self._question.decide(self._sides.current, event.side)
        self._sides.redraw()

    def action_take_all(self, side: str) -> None:
        """Decides about every field."""
        if self._question is not None:
            self._question.decide_all(side)
            self._go_on()

    def _go_on(self) -> None:
        """To the next field that is open; where none is, says how it is done."""
        assert self._question is not None
        self._sides.point(self._question.next_open(self._sides.cursor))
        if not self._question.undecided:
            self.say(f"{key_of(self, 'conflicts.send')} does it.")

    def action_edit(self) -> None:
        """Has another value typed for the field under the cursor."""
        if self._question is not None:
            self.start(self._edit(self._question))

    async def _edit(self, question: Question) -> None:
        try:
            if await type_over(self.app, question, self._sides.current) and question is self._question:
                self._go_on()
        except NotTyped as error:
            self.say(str(error), problem=True)

    def action_send(self) -> None:
        """Does what was decided, once everything is."""
        parked, question = self._parked, self._question
        if parked is None:
            return
        undecided = question.undecided if question else []
        if question is not None and undecided:
            self._sides.point(question.next_open(self._sides.cursor))
            ways = [way for way in ("mine", "theirs", "original") if way in question.ways]
            keys = ", ".join(f"{key_of(self, f'conflicts.{way}')} {way}" for way in ways)
            self.say(f"Whose is it to be? {undecided[0].label}: {keys}.", problem=True)
            return
        self.start(waiting.send(self, parked, question.choices if question else {}))

    def action_hand_in(self) -> None:
        """Gives it to whoever has the record now."""
        if self._parked is not None:
            self.start(waiting.hand_in(self, self._parked))

    def action_drop(self) -> None:
        """Gives it up, once confirmed."""
        if self._parked is not None:
            self.start(waiting.drop(self, self._parked))

    def action_copy(self) -> None:
        """Copies all of it."""
        if self._parked is not None:
            self.start(waiting.copy(self, self._parked))

    def action_write(self) -> None:
        """Writes all of it to a file."""
        if self._parked is not None:
            self.start(waiting.write(self, self._parked))
