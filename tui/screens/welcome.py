"""The first start: one question, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Center, Middle, Vertical
from textual.screen import Screen
from textual.widgets import ProgressBar, Static

from core.errors import OffhookError
from core.workspace import Workspace
from tui.config import Opener
from tui.widgets.choices import Choices, Option

_OPTIONS = (
    Option("demo", "Try the demo", "a made-up sales floor to play with", key="1"),
    Option("alone", "Start alone", "your own encrypted workspace", key="2"),
)


class WelcomeScreen(Screen[None]):
    """Asks how to begin. The answer makes a workspace and goes to work in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", "Down", show=False, id="welcome.down"),
        Binding("k,up", "step(-1)", "Up", show=False, id="welcome.up"),
        Binding("enter", "choose", "Choose", id="welcome.choose"),
        Binding("1", "pick('demo')", "Try the demo", id="welcome.demo"),
        Binding("2", "pick('alone')", "Start alone", id="welcome.alone"),
        Binding("q,escape", "app.quit", "Leave", id="welcome.quit"),
    ]

    def __init__(self, opener: Opener) -> None:
        super().__init__()
        self._opener = opener
        self._busy = False

    def compose(self) -> ComposeResult:
        """The question."""
        with Middle(), Center(), Vertical(id="welcome"):
            yield Static("offhook", id="welcome-name")
            yield Static("The CRM for people on the phone.", id="welcome-line", markup=False)
            yield Static("How do you want to begin?", id="welcome-question", markup=False)
            choices = Choices(_OPTIONS)
            choices.styles.height = len(_OPTIONS)
            yield choices
            yield ProgressBar(total=1.0, show_eta=False, id="welcome-progress")
            yield Static("↑↓ and enter, or the number · q leaves", id="welcome-hint", markup=False)

    def on_mount(self) -> None:
        """Hides the progress until there is some."""
        self.query_one(ProgressBar).display = False

    def action_step(self, step: int) -> None:
        """Moves the cursor."""
        self.query_one(Choices).move(step)

    def on_choices_chosen(self, event: Choices.Chosen) -> None:
        """The mouse chooses too."""
        self.action_pick(event.option.id)

    def action_choose(self) -> None:
        """Begins as the cursor says."""
        current = self.query_one(Choices).current
        if current is not None:
            self.action_pick(current.id)

    def action_pick(self, way: str) -> None:
        """Begins."""
        if not self._busy:
            self._busy = True
            self.run_worker(self._begin(way))

    async def _begin(self, way: str) -> None:
        loop = asyncio.get_running_loop()
        hint, bar = self.query_one("#welcome-hint", Static), self.query_one(ProgressBar)
        bar.display = True

        def show(share: float, what: str) -> None:
            bar.update(progress=share)
            hint.update(what)

        def progress(share: float, what: str) -> None:
            loop.call_soon_threadsafe(show, share, what)

        make: Callable[[], Workspace]
        if way == "demo":
            make = lambda: self._opener.start_demo(progress)  # noqa: E731
        else:
            hint.update("Making your workspace …")
            make = self._opener.start_alone
        try:
            workspace = await loop.run_in_executor(None, make)
        except OffhookError as error:
            bar.display = False
            hint.update(str(error))
            self._busy = False
            return
        from tui.app import OffhookApp

        app = self.app
        assert isinstance(app, OffhookApp)
        await app.enter(workspace, demo=way == "demo")
