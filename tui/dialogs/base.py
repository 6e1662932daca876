"""What every question has: a box in the middle, a title, a line of keys, and care for what was typed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Resize, ScreenResume
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from core.text import clean_text
from tui.actions import key_of
from tui.widgets.bars import KeyBar
from tui.widgets.entry import TooLong

R = TypeVar("R")

DEAF = 0.6
"""Seconds in which a question that nobody asked for takes no key: they were meant for what is below it."""
BORDERS = 2
_MARGIN = 2
_ACTION = re.compile(r"[a-z]+\.[a-z-]+")
_AROUND = 6
"""Lines of a box around what scrolls: borders, title, keys, and a blank line beside each of those."""


class Dialog(ModalScreen[R | None]):
    """A question. Escape leaves it without an answer; what was typed is not dropped at the first escape.

    Hints are (what to press, what it does); an action's id (`form.save`) stands for its key, several apart by blanks.

    One widget of the body may be of class `dialog--flex`: it takes what room there is and scrolls. `tell` says
    something below it.
    """

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", id="dialog.leave", tooltip="Go back without an answer", priority=True),
        Binding(
            "ctrl+c", "copy_or_leave", "Leave", show=False, id="dialog.leave-at-once",
            tooltip="Copy the marked text; without any, go back", priority=True,
        ),
        Binding("f1", "app.keys", "All keys", show=False, id="dialog.keys", tooltip="The keys of this dialog"),
    ]  # fmt: skip

    def __init__(self, title: str, *, hints: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__()
        self._title = title
        self._hints = tuple(hints)
        self._warned = False
        self._told = ""
        self._unasked = False
        self._answers: Callable[[], object] | None = None
        self.is_ready = False
        self.is_deaf = False

    def come_unasked(self) -> None:
        """To be called before it is shown where the user is at something else: for a moment, keys do nothing."""
        self._unasked = self.is_deaf = True

    def on_mount(self) -> None:
        """Guesses the room of what scrolls, and lets in what was typed ahead once there is a field for it."""
        if self._unasked:
            self.set_timer(DEAF, self._hear)
        for flex in self.query(".dialog--flex"):
            # So the first layout is mostly the last.
            flex.styles.max_height = max(3, self.app.size.height - _MARGIN - _AROUND)
        # A focus that was asked for while mounting is set by the app's own queue: get in line behind it.
        self.call_after_refresh(self.app.call_later, self.go_on)

    def _hear(self) -> None:
        self.is_deaf = False

    def hold(self) -> None:
        """Has what is typed from here on wait until it is known who it is for."""
        self.is_ready = False

    def go_on(self) -> None:
        """Lets in what was typed meanwhile."""
        from tui.app import OffhookApp

        self.is_ready = True
        if isinstance(self.app, OffhookApp):
            self.app.type_ahead.go_on()

    def compose(self) -> ComposeResult:
        """The box."""
        with Vertical(classes="dialog"):
            yield Static(clean_text(self._title), classes="dialog--title", markup=False)
            yield from self.compose_body()
            yield Static("", classes="dialog--said", markup=False)
            bar = KeyBar(whole=True)
            hints = (*self._hints, ("dialog.leave", self.leave_word))
            bar.show([(self._pressed(what), label) for what, label in hints])
            yield bar

    def _pressed(self, what: str) -> str:
        return " ".join(key_of(self, part) if _ACTION.fullmatch(part) else part for part in what.split(" "))

    def dismiss(self, result: R | None = None) -> AwaitComplete:
        """Returns the answer, once nothing is in front. What is typed from here on is for whoever comes next."""
        self.is_ready = False
        if self.app.screen is not self:
            # Textual would take away what is in front, which came unasked and is not answered yet.
            self._answers = lambda: self.dismiss(result)
            return AwaitComplete()
        return super().dismiss(result)

    @on(ScreenResume)
    def _in_front(self) -> None:
        answers, self._answers = self._answers, None
        if answers is not None:
            answers()

    def compose_body(self) -> ComposeResult:
        """What is between the title and the keys."""
        raise NotImplementedError

    # --- saying something ---------------------------------------------------------------------------------------

    def tell(self, sentence: str, *, problem: bool = False) -> None:
        """Says something above the keys; empty takes it away."""
        self._told = sentence
        place = self.query_one(".dialog--said", Static)
        place.update(("✗ " if problem and sentence else "") + clean_text(sentence))
        place.set_class(problem, "-problem")
        place.display = bool(sentence)
        self.call_after_refresh(self.fit)

    @property
    def told(self) -> str:
        """What is being said."""
        return self._told

    @on(TooLong)
    def _refuse(self, message: TooLong) -> None:
        self.tell(message.sentence, problem=True)

    # --- size ---------------------------------------------------------------------------------------------------

    def on_resize(self, event: Resize) -> None:
        """Gives the part that can scroll what the others leave."""
        self.call_after_refresh(self.fit)

    def fit(self) -> None:
        """Keeps the whole box on the terminal."""
        box = next(iter(self.query(".dialog")), None)
        if box is None:
            # A resize is told before there is anything to fit, and after the dialog was left.
            return
        for flex in self.query(".dialog--flex"):
            around = box.virtual_size.height - flex.outer_size.height + BORDERS
            # On a small terminal every line counts.
            margin = _MARGIN if self.size.height >= 20 else 0
            most = max(3, self.size.height - margin - around)
            if flex.styles.max_height is None or flex.styles.max_height.value != most:
                flex.styles.max_height = most

    # --- leaving ------------------------------------------------------------------------------------------------

    @property
    def unsaved(self) -> bool:
        """Whether something was typed that leaving would drop."""
        return False

    def keeps(self) -> bool:
        """Asks once before what was typed is dropped: True the first time, and the user is told."""
        if not self.unsaved or self._warned:
            return False
        self._warned = True
        self.tell(f"Not saved yet: {self.way_to_keep}, leaving again drops it.", problem=True)
        return True

    @property
    def way_to_keep(self) -> str:
        """How what was typed is not lost, in words."""
        return f"{self._pressed(self.save_key)} saves"

    save_key = "form.save"
    leave_word = "leave"
    """What the line of keys calls going back without an answer."""

    def typed_on(self) -> None:
        """To be called when something is typed: the next escape asks again."""
        if self._warned:
            self._warned = False
            self.tell("")

    def action_leave(self) -> None:
        """Goes back without an answer."""
        if not self.keeps():
            self.dismiss(None)

    def action_copy_or_leave(self) -> None:
        """Ctrl+c is both in terminals: it copies what is marked, and leaves where nothing is."""
        field = self.focused
        if isinstance(field, (Input, TextArea)) and field.selected_text:
            self.app.copy_to_clipboard(field.selected_text)
        else:
            self.action_leave()
