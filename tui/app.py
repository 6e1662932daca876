"""The application: opens the workspace, holds the screens, knows the keys that work everywhere. Nothing else."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import os
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from core.errors import OffhookError
from core.workspace import Workspace
from tui import theme
from tui.config import Config, Opener
from tui.desk import Desk

if TYPE_CHECKING:
    from tui.screens.base import DeskScreen

BASE_SCREENS = {"p": ("pipeline", "Pipeline"), "c": ("contacts", "Contacts")}
"""Where `g` + letter goes: (name of the screen, label)."""


class OffhookApp(App[int]):
    """offhook in a terminal. Run it with `run()`; its result is the exit code."""

    TITLE = "offhook"
    CSS_PATH = ["style.tcss", "board.tcss", "records.tcss", "dialogs.tcss"]
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    HORIZONTAL_BREAKPOINTS: ClassVar[list[tuple[int, str]]] = [
        (0, "-narrow"),
        (60, "-normal"),
        (118, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "chord('g')", "Go to", id="app.go", tooltip="Then: p pipeline, c contacts"),
        Binding(
            "slash", "search", "Find", id="app.find", tooltip="Find anything by name, e-mail, phone or note"
        ),
        Binding("u", "undo", "Undo", id="app.undo", tooltip="Take your latest change back"),
        Binding(
            "question_mark,f1",
            "keys",
            "All keys",
            show=False,
            id="app.keys",
            tooltip="The keys of where you are",
        ),
        Binding("ctrl+t", "themes", "Theme", show=False, id="app.theme", tooltip="Choose how offhook looks"),
        Binding(
            "ctrl+q", "quit", "Quit", show=False, id="app.quit", tooltip="Leave offhook; everything is saved"
        ),
    ]

    def __init__(self, opener: Opener, config: Config) -> None:
        super().__init__()
        self.opener = opener
        self.config = config
        self.desk: Desk | None = None
        self._chord = ""
        self._themes, self._theme_problems = theme.load(config.theme_folder)
        for one in self._themes.values():
            self.register_theme(one)
        self.theme = config.theme if config.theme in self._themes else theme.DEFAULT
        if config.theme not in self._themes:
            self._theme_problems.append(f"There is no theme “{config.theme}”; this is {theme.DEFAULT}.")

    # --- start --------------------------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[Any]:
        """The frame that is on the terminal before anything has been read."""
        from tui.screens.opening import OpeningScreen

        return OpeningScreen()

    def on_ready(self) -> None:
        """Opens the workspace once the first frame is out."""
        self.set_keymap(self.config.keymap)
        self.run_worker(self._open(self.opener.existing), exclusive=True, group="open")

    async def _open(self, open_workspace: Callable[[], Workspace | None]) -> None:
        loop = asyncio.get_running_loop()
        try:
            workspace = await loop.run_in_executor(None, open_workspace)
            if workspace is None:
                from tui.screens.welcome import WelcomeScreen

                await self.push_screen(WelcomeScreen(self.opener))
                return
            await self.enter(workspace)
        except OffhookError as error:
            from tui.screens.opening import ProblemScreen

            await self.push_screen(ProblemScreen(str(error)))

    async def enter(self, workspace: Workspace, *, demo: bool = False) -> None:
        """Goes to work in a workspace."""
        catalog = await asyncio.get_running_loop().run_in_executor(None, workspace.catalog)
        config = dataclasses.replace(self.config, demo=demo or self.config.demo)
        self.desk = Desk(workspace, catalog, config)
        self.go("pipeline")
        for problem in (*self._theme_problems, *self.desk.last_seen_health.notes):
            self.notify(problem, markup=False, timeout=8)
        self.set_timer(0.6, self._settle)

    def _settle(self) -> None:
        """What can wait until the user sees something: other screens, and the garbage that start-up left behind.

        A full collection costs tens of milliseconds and would fall into some key press; after this, what lives long is
        not looked at again.
        """
        self._screen_named("contacts")
        gc.collect()
        gc.freeze()

    # --- going places -------------------------------------------------------------------------------------------

    def _screen_named(self, name: str) -> DeskScreen:
        assert self.desk is not None
        if not self.is_screen_installed(name):
            self.install_screen(self._make_screen(name, self.desk), name)
        return cast("DeskScreen", self.get_screen(name))

    @staticmethod
    def _make_screen(name: str, desk: Desk) -> DeskScreen:
        if name == "contacts":
            from tui.screens.contacts import ContactsScreen

            return ContactsScreen(desk)
        from tui.screens.pipeline import PipelineScreen

        return PipelineScreen(desk)

    def go(self, name: str) -> None:
        """Shows one of the base screens, leaving the record screens on top of the present one."""
        target = self._screen_named(name)
        if self.screen is target:
            return
        while len(self.screen_stack) > 2:
            self.pop_screen()
        if len(self.screen_stack) == 1:
            self.push_screen(target)
        else:
            self.switch_screen(target)

    def open_record(self, table: str, record_id: str) -> None:
        """Opens the screen of a contact, deal or company on top of the present one."""
        assert self.desk is not None
        from tui.screens.record import record_screen

        self.push_screen(record_screen(self.desk, table, record_id))

    def delay_update(self, delay: float = 0.05) -> None:
        """Textual masks a change of mode by 50 ms of nothing; a rep would feel them."""

    # --- chords: `g` and then a letter ------------------------------------------------------------------------------

    def action_chord(self, key: str) -> None:
        """Waits for the second key of a chord, and shows what it can be."""
        self._chord = key
        self._show_chord()

    def chord_hints(self) -> list[tuple[str, str]]:
        """The continuations of the chord under way, for the key bar."""
        if not self._chord:
            return []
        return [*((letter, label) for letter, (_, label) in BASE_SCREENS.items()), ("esc", "stay")]

    def _show_chord(self) -> None:
        refresh = getattr(self.screen, "refresh_bars", None)
        if refresh is not None:
            refresh()

    async def on_event(self, event: events.Event) -> None:
        """Takes the second key of a chord before anything else sees it."""
        if self._chord and isinstance(event, events.Key) and not event.is_forwarded:
            self._chord = ""
            self._show_chord()
            if event.key in BASE_SCREENS:
                self.go(BASE_SCREENS[event.key][0])
            return
        await super().on_event(event)

    # --- actions that work everywhere -------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing but leaving and looks works before there is a workspace, or under a question."""
        if action in ("chord", "search", "undo"):
            return self.desk is not None and not self.screen.is_modal
        return True

    def action_undo(self) -> None:
        """Takes the latest change back."""
        self.run_worker(self._undo(), group="undo")

    async def _undo(self) -> None:
        if self.desk is None:
            return
        answer = await self.desk.undo()
        from tui.screens.base import DeskScreen

        screen = self.screen
        if not isinstance(screen, DeskScreen):
            return
        if answer is None:
            screen.say("There is nothing to undo.")
        elif answer.applied and answer.changeset is not None:
            screen.say(answer.changeset.summary)
        else:
            screen.say(answer.reason, problem=True)

    def action_search(self) -> None:
        """Finds anything."""
        if self.desk is not None:
            from tui.dialogs.finder import Finder

            self.push_screen(Finder(self.desk), self._open_hit)

    def _open_hit(self, hit: tuple[str, str] | None) -> None:
        if hit is not None:
            self.open_record(*hit)

    def action_keys(self) -> None:
        """Shows the keys of where the user is."""
        from tui.dialogs.keys import KeysDialog

        if not isinstance(self.screen, KeysDialog):
            self.push_screen(KeysDialog(self.screen))

    def action_themes(self) -> None:
        """Chooses a theme, showing each while the cursor is on it."""
        self.run_worker(self._choose_theme(), group="themes")

    async def _choose_theme(self) -> None:
        from tui.dialogs.pick import Option, Picker

        before = self.theme
        options = [Option(name, name.replace("-", " ").capitalize()) for name in self._themes]
        chosen = await self.push_screen_wait(
            Picker(
                "Theme",
                options,
                current=before,
                on_highlight=lambda option: setattr(self, "theme", option.id),
            )
        )
        self.theme = chosen if isinstance(chosen, str) else before
        if isinstance(chosen, str):
            self.config.save("theme", chosen)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action of where the user is, and everywhere to go."""
        from tui.screens.base import actions_of

        for letter, (name, label) in BASE_SCREENS.items():
            if self.desk is not None:
                yield SystemCommand(f"Go to {label}", f"g {letter}", partial(self.go, name))
        for binding in actions_of(screen):
            if binding.action.startswith(("app.chord", "command_palette", "app.command_palette")):
                continue
            help_text = f"{self.get_key_display(binding)} · {binding.tooltip or binding.description}"
            yield SystemCommand(
                binding.description, help_text, partial(self._run_palette_action, binding.action, screen)
            )

    async def _run_palette_action(self, action: str, screen: Screen[Any]) -> None:
        await self.run_action(action, default_namespace=screen.focused or screen)

    async def action_quit(self) -> None:
        """Leaves. Commands under way are finished first."""
        if self.desk is not None:
            self.desk.close()
            self.desk = None
        self.exit(0)


def quiet_environment() -> None:
    """Settings that Textual reads when it is imported: no animations, as a rep waits for none. The user's own win."""
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
