"""What is on the terminal before there is a workspace, or instead of one."""

from __future__ import annotations

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

    def __init__(self, problem: str) -> None:
        super().__init__()
        self._problem = problem

    def compose(self) -> ComposeResult:
        """The sentence, and the key that leaves."""
        with Middle(), Center():
            yield Static("Your workspace could not be opened", id="problem-title", markup=False)
            yield Static(clean_text(self._problem), id="problem-text", markup=False)
            calm = "" if "Nothing was changed" in self._problem else "Nothing was changed. "
            yield Static(
                f"{calm}Press {key_of(self, 'problem.quit')} to leave; `offhook doctor` says more.",
                id="problem-hint",
                markup=False,
            )


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
