"""What is on the terminal before there is a workspace, or instead of one."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Middle
from textual.screen import Screen
from textual.widgets import Static


class OpeningScreen(Screen[None]):
    """The first frame: out before the data is read."""

    def compose(self) -> ComposeResult:
        """One calm line."""
        with Middle(), Center():
            yield Static("offhook", id="opening-name")


class ProblemScreen(Screen[None]):
    """The workspace cannot be opened: why, and what to do. Nothing is touched."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "app.quit", "Leave")]

    def __init__(self, problem: str) -> None:
        super().__init__()
        self._problem = problem

    def compose(self) -> ComposeResult:
        """The sentence, and the key that leaves."""
        with Middle(), Center():
            yield Static("Your workspace could not be opened", id="problem-title", markup=False)
            yield Static(self._problem, id="problem-text", markup=False)
            yield Static(
                "Nothing was changed. Press q to leave; `offhook doctor` says more.",
                id="problem-hint",
                markup=False,
            )
