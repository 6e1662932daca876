"""What is on the terminal before there is a workspace, or instead of one."""

from __future__ import annotations

import asyncio
import contextlib
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Middle
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from core.text import clean_text
from tui.actions import key_of


class OpeningScreen(Screen[None]):
    """The first frame: out before the data is read."""

    def compose(self) -> ComposeResult:
        """One calm line."""
        with Middle(), Center():
            yield Static("offhook", id="opening-name")


class ProblemScreen(Screen[None]):
    """The workspace cannot be opened: why, and what to do. Nothing is touched."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape,enter,ctrl+c", "app.quit", "Leave", id="problem.quit", tooltip="Back to the shell")
    ]

    title_words = "Your workspace could not be opened"

    def __init__(self, problem: str) -> None:
        super().__init__()
        self._problem = problem

    def compose(self) -> ComposeResult:
        """The sentence, and the key that leaves."""
        with Middle(), Center():
            yield Static(self.title_words, id="problem-title", markup=False)
            yield Static(clean_text(self._problem), id="problem-text", markup=False)
            yield Static(self.hint_words(), id="problem-hint", markup=False)

    def hint_words(self) -> str:
        """What can be done."""
        calm = "" if "Nothing was changed" in self._problem else "Nothing was changed. "
        return f"{calm}Press {key_of(self, 'problem.quit')} to leave; `offhook doctor` says more."


class UnreachableScreen(ProblemScreen):
    """The team's server does not answer: tries again by itself, and at once when it is asked to."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "Try again", id="problem.retry", tooltip="Try to reach the server now"),
    ]

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self._asked = asyncio.Event()

    title_words = "Your team's server cannot be reached"

    def hint_words(self) -> str:
        """What can be done."""
        return f"{key_of(self, 'problem.retry')} tries again now, {key_of(self, 'problem.quit')} leaves."

    async def wait(self, problem: str, seconds: float) -> None:
        """Says why, and waits until it is time to try again."""
        self._asked.clear()
        self.query_one("#problem-text", Static).update(clean_text(problem))
        self._tell(f"Trying again in {seconds:.0f} s. {self.hint_words()}")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._asked.wait(), seconds)
        self._tell("Trying …")

    def _tell(self, sentence: str) -> None:
        if self.is_mounted:
            self.query_one("#problem-hint", Static).update(sentence)

    def action_retry(self) -> None:
        """Tries again."""
        self._asked.set()


class TooSmall(ModalScreen[None]):
    """Lies over everything while the terminal is too small for it, and goes when there is room again."""

    is_ready = True
    """Keys come here and end here, instead of waiting for a question below that nobody sees."""
    is_deaf = False

    def compose(self) -> ComposeResult:
        """One sentence that fits nearly anywhere."""
        with Middle(), Center():
            yield Static("Too small: make the terminal larger.", id="too-small", markup=False)

    def on_resize(self) -> None:
        """Goes when there is room."""
        self._leave_if_there_is_room()

    def on_screen_resume(self) -> None:
        """Goes if there has come to be room while something lay on top."""
        self._leave_if_there_is_room()

    def _leave_if_there_is_room(self) -> None:
        from tui.app import LEAST_SIZE

        size = self.app.size
        if size.width >= LEAST_SIZE[0] and size.height >= LEAST_SIZE[1] and self.is_current:
            self.dismiss()
