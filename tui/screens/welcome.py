"""The first start: one question, and no more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import ProgressBar, Static

from core.errors import OffhookError
from core.text import clean_text
from core.workspace import Workspace
from tui.config import Opener
from tui.widgets.choices import Choices, Option

if TYPE_CHECKING:
    from tui.app import OffhookApp

_OPTIONS = (
    Option("demo", "Try the demo", "with sample data", key="1"),
    Option("alone", "Start alone", "on this machine", key="2"),
    Option("team", "Join my team", "on its server", key="3"),
)
_HINT = "↑↓ and enter, or the number · q leaves"


class _Left(OffhookError):
    """The user left while something was being made."""


class WelcomeScreen(Screen[None]):
    """Asks how to begin. The answer makes a workspace and goes to work in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", "Down", show=False, id="welcome.down", tooltip="One down"),
        Binding("k,up", "step(-1)", "Up", show=False, id="welcome.up", tooltip="One up"),
        Binding("enter", "choose", "Choose", id="welcome.choose", tooltip="Begin like that"),
        Binding("1", "pick('demo')", "Try the demo", id="welcome.demo", tooltip="A made-up sales floor to play with"),
        Binding("2", "pick('alone')", "Start alone", id="welcome.alone", tooltip="Your own workspace"),
        Binding("3", "pick('team')", "Join my team", id="welcome.team", tooltip="Address, login and password"),
        Binding("q,escape,ctrl+c", "app.quit", "Leave", id="welcome.quit", tooltip="Nothing is made"),
    ]  # fmt: skip

    def __init__(self, opener: Opener) -> None:
        super().__init__()
        self._opener = opener
        self._busy = False
        self._left = threading.Event()

    def compose(self) -> ComposeResult:
        """The question."""
        with Vertical(id="welcome-middle"), Vertical(id="welcome"):
            yield Static("offhook", id="welcome-name")
            yield Static("The CRM for people on the phone.", id="welcome-line", markup=False)
            yield Static("How do you want to begin?", id="welcome-question", markup=False)
            yield Choices(_OPTIONS)
            yield ProgressBar(total=1.0, show_eta=False, id="welcome-progress")
            yield Static(_HINT, id="welcome-hint", markup=False)

    def on_unmount(self) -> None:
        """Lets the thread that makes the demo stop where it is."""
        self._left.set()

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
            self.query_one(Choices).point([option.id for option in _OPTIONS].index(way))
            self.run_worker(self._join() if way == "team" else self._begin(way))

    async def _join(self) -> None:
        from tui.dialogs.signin import ADDRESS, COPY, LOGIN, PASSWORD, SignInDialog

        opened: list[Workspace] = []

        async def sign_in(typed: Mapping[str, str]) -> None:
            def join() -> Workspace:
                return self._opener.join(
                    typed[ADDRESS.name],
                    typed[LOGIN.name],
                    typed[PASSWORD.name],
                    field=typed[COPY.name] == "yes",
                )

            opened.append(await asyncio.get_running_loop().run_in_executor(None, join))

        words = "Your admin gives you these. It is what `offhook login HOST/DATABASE` does, too."
        dialog = SignInDialog("Join my team's server", words, [ADDRESS, LOGIN, COPY, PASSWORD], sign_in)
        if await self.app.push_screen_wait(dialog):
            await self._offhook.enter(opened[0], made=True)
        else:
            self._busy = False

    def _say(self, sentence: str, *, problem: bool = False) -> None:
        hint = self.query_one("#welcome-hint", Static)
        hint.update(clean_text(sentence))
        hint.set_class(problem, "-problem")

    def _show_progress(self, share: float, what: str) -> None:
        if self.is_mounted:
            bar = self.query_one(ProgressBar)
            bar.display = True
            bar.update(progress=share)
            self._say(what)

    async def _begin(self, way: str) -> None:
        loop = asyncio.get_running_loop()

        def progress(share: float, what: str) -> None:
            if self._left.is_set():
                raise _Left("Stopped.")
            loop.call_soon_threadsafe(self._show_progress, share, what)

        make: Callable[[], Workspace]
        if way == "demo":
            make = lambda: self._opener.start_demo(progress)  # noqa: E731 (one line beats a second function)
            self._say("Making the demo …")
        else:
            make = self._opener.start_alone
            self._say("Making your workspace …")
        try:
            workspace = await loop.run_in_executor(None, make)
        except OffhookError as error:
            if self.is_mounted:
                self.query_one(ProgressBar).display = False
                self._say(f"✗ {error}", problem=True)
                self._busy = False
            return
        await self._offhook.enter(workspace, demo=way == "demo", made=way == "alone")

    @property
    def _offhook(self) -> OffhookApp:
        from tui.app import OffhookApp

        app = self.app
        assert isinstance(app, OffhookApp)
        return app
