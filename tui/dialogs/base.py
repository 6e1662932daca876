"""What every question has: a box in the middle, a title, a line of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.widgets.bars import KeyBar

R = TypeVar("R")


class Dialog(ModalScreen[R | None]):
    """A question. Escape leaves it without an answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,ctrl+c",
            "leave",
            "Leave",
            id="dialog.leave",
            tooltip="Go back without an answer",
            priority=True,
        )
    ]

    def __init__(self, title: str, *, hints: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__()
        self._title = title
        self._hints = tuple(hints)

    def compose(self) -> ComposeResult:
        """The box."""
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="dialog--title", markup=False)
            yield from self.compose_body()
            bar = KeyBar()
            bar.show([*self._hints, ("esc", "leave")])
            yield bar

    def compose_body(self) -> ComposeResult:
        """What is between the title and the keys."""
        raise NotImplementedError

    def action_leave(self) -> None:
        """Goes back without an answer."""
        self.dismiss(None)
