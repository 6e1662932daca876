"""All keys of where the user is."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input

from core.text import fold
from tui.dialogs.base import Dialog
from tui.widgets.choices import Choices, Option


class KeysDialog(Dialog[None]):
    """Lists the keys in force on a screen, each with what it does; type to find one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "step(-1)", "Up", show=False, priority=True),
        Binding("down", "step(1)", "Down", show=False, priority=True),
        Binding("pageup", "step(-12)", "Up", show=False, priority=True),
        Binding("pagedown", "step(12)", "Down", show=False, priority=True),
        Binding("f1", "leave", "Leave", show=False, priority=True),
    ]

    def __init__(self, screen: Screen[object]) -> None:
        super().__init__("Keys", hints=[("type", "to find a key"), ("↑↓", "scroll")])
        from tui.screens.base import actions_of

        self._options = []
        for binding in actions_of(screen):
            keys = [
                key
                for key, active in screen.active_bindings.items()
                if active.binding.action == binding.action
            ]
            shown = " ".join(
                dict.fromkeys(screen.app.get_key_display(screen.active_bindings[key].binding) for key in keys)
            )
            self._options.append(
                Option(binding.action, f"{shown:<14} {binding.description}", binding.tooltip)
            )

    def compose_body(self) -> ComposeResult:
        """A line to type in, and the keys."""
        yield Input(placeholder="Type to find a key", compact=True)
        choices = Choices(self._options, empty="No key does that here.")
        choices.styles.height = min(len(self._options), 20)
        yield choices

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        words = fold(event.value).split()
        self.query_one(Choices).show(
            [o for o in self._options if all(word in fold(f"{o.label} {o.detail}") for word in words)]
        )

    def action_step(self, step: int) -> None:
        """Moves along the list."""
        self.query_one(Choices).move(step)
