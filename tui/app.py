"""The application: opens the workspace, holds the screens, knows the keys that work everywhere. Nothing else."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import inspect
import os
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import Screen
from textual.worker import WorkerFailed

from core.errors import OffhookError
from core.text import printable
from tui import theme
from tui.restyle import PartStylesheet
from tui.screens.opening import OpeningScreen, TooSmall
from tui.terminal_keys import read_alt_digits
from tui.typeahead import FLOW, TypeAhead

if TYPE_CHECKING:
    from core.workspace import Workspace
    from tui.ahead import Ahead
    from tui.config import Config, Opener
    from tui.desk import Desk
    from tui.importing import ImportDesk, Running
    from tui.models.call_state import Resumable
    from tui.models.card_text import Wording
    from tui.reminders import Reminders
    from tui.screens.base import DeskScreen

BASE_SCREENS = {
    "t": ("today", "Today"),
    "p": ("pipeline", "Pipeline"),
    "c": ("contacts", "Contacts"),
    "x": ("conflicts", "Conflicts"),
    "o": ("unsent", "What waits to be sent"),
    "i": ("imports", "Imports"),
}
"""Where `g` + letter goes: (name of the screen, label)."""
PLACE_DETAILS = {"imports": "Those before: take one back, or go on with one that was stopped"}
"""More about where one can go, in the palette, by the name of the screen."""
SETUPS = {
    "outcomes": ("Call outcomes…", "How calls can end: keys, and what follows"),
    "scripts": ("Scripts…", "What is said on calls"),
    "rules": ("Calling rules…", "When, and how often, who may be called; what holds where"),
}
"""What is shaped in the application itself, in the palette: label and more about it, by name."""
LEAST_SIZE = (30, 10)
"""Columns and lines below which nothing useful can be shown."""
NOTICE_SECONDS = 10
UNFINISHED = ("running", "stopped")
"""States of an import that can be gone on with."""
IMPORT_SHOWN_EVERY = 0.5
"""Seconds between two looks of the status bar at an import that is under way."""
QUIT_PATIENCE = 0.4
"""Seconds that leaving waits for what is under way before it asks."""


class OffhookApp(App[int]):
    """offhook in a terminal. Run it with `run()`; its result is the exit code."""

    TITLE = "offhook"
    CSS_PATH = ["style.tcss", "board.tcss", "records.tcss", "call.tcss", "dialogs.tcss", "imports.tcss"]
    ENABLE_COMMAND_PALETTE = (
        False  # offhook has its own: one list, drawn by the line, with the keys beside the actions
    )
    HORIZONTAL_BREAKPOINTS = [
        (0, "-narrow"),
        (60, "-normal"),
        (118, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "chord('g')", "Go to", id="app.go", tooltip="Then a letter: t today, p pipeline, c contacts, x conflicts, o what waits to be sent, i imports"),
        Binding("slash", "search", "Find", id="app.find", tooltip="Anything by name, e-mail, phone or words of a note"),
        Binding("u", "undo", "Undo", id="app.undo", tooltip="Take your latest change back"),
        Binding(
            "ctrl+p", "palette", "Palette", show=False, id="app.palette", tooltip="Every action, by name", priority=True
        ),
        Binding(
            "question_mark,f1", "keys", "All keys", show=False, id="app.keys", tooltip="The keys of where you are"
        ),
        Binding(
            "ctrl+o", "import", "Import …", show=False, id="app.import",
            tooltip="Bring in contacts, companies, deals, notes from files",
        ),
        Binding("ctrl+t", "themes", "Theme", show=False, id="app.theme", tooltip="Choose how offhook looks"),
        Binding("ctrl+q", "quit", "Quit", show=False, id="app.quit", tooltip="Everything is saved", priority=True),
    ]  # fmt: skip

    def __init__(self, opener: Opener, config: Config) -> None:
        super().__init__()
        read_alt_digits()
        self._ahead: Ahead | None = None
        self.reminders: Reminders | None = None
        self.opener = opener
        self.config = config
        self.desk: Desk | None = None
        self._imports: ImportDesk | None = None
        self._import_shown = 0.0
        self.calls_left: Resumable | None = None
        """A list of contacts that can be gone on with."""
        self.kept_here = 0
        """How many changes were not sent yet when the user left a copy."""
        self.type_ahead = TypeAhead(self, self._hand_on)
        self._chord = ""
        self._notices: list[str] = []
        self._is_ready = False
        self._themes = theme.load(config.theme_folder)
        for one in self._themes.by_name.values():
            self.register_theme(one)
        problems = [*config.notices, *self._themes.problems]
        known = config.theme in self._themes.by_name
        self._begin_in(config.theme if known else theme.DEFAULT)
        if not known and not any(problem.startswith(f"{config.theme}.toml") for problem in problems):
            problems.append(f"There is no theme “{printable(config.theme)}”; this is {theme.DEFAULT}.")
        self._notices += problems

    def _begin_in(self, name: str) -> None:
        """Wears a theme from the first frame on. Setting `theme` would have Textual read all styles a second time."""
        self.set_reactive(App.theme, name)
        dark = self.current_theme.dark
        self.update_classes(
            {f"-theme-{name}": True, "-dark-mode": dark, "-light-mode": not dark}, update=False
        )
        self.stylesheet = PartStylesheet(variables=self.get_css_variables())

    # --- start --------------------------------------------------------------------------------------------------

    def get_default_screen(self) -> Screen[Any]:
        """The frame that is on the terminal before anything has been read."""
        return OpeningScreen()

    def on_ready(self) -> None:
        """Opens the workspace once the first frame is out."""
        self._is_ready = True
        self.screen_change_signal.subscribe(self, lambda _: self._check_size(self.size), immediate=True)
        self._check_size(self.size)
        if self.config.keymap:
            from tui import keymap

            usable, problems = keymap.checked(self.config.keymap)
            self.set_keymap(usable)
            self._notices += problems
        self.run_worker(self._open(), exclusive=True, group="open")

    async def _open(self) -> None:
        try:
            await self.open_workspace()
        except OffhookError as error:
            from tui import beginning

            await beginning.go_on(self, error)

    async def open_workspace(self) -> None:
        """Opens the workspace that is there and goes to work in it; asks how to begin where there is none.

        Raises:
            OffhookError: it cannot be opened.
        """
        from tui.ahead import Ahead

        # Not before the first frame: the two would share the interpreter, and the frame would come later.
        self._ahead = Ahead(self.opener, self.config.clock)
        try:
            opening = asyncio.wrap_future(self._ahead.workspace)
            # While the file is opened, the board's modules are loaded: neither had to be there for the first frame.
            import tui.screens.pipeline  # noqa: F401

            workspace = await opening
            if workspace is None:
                from tui.screens.welcome import WelcomeScreen

                await self.push_screen(WelcomeScreen(self.opener))
                return
            await self.enter(workspace)
        except OffhookError:
            self._ahead = None
            raise

    async def enter(self, workspace: Workspace, *, demo: bool = False, made: bool = False) -> None:
        """Goes to work in a workspace.

        Args:
            workspace: open.
            demo: it holds sample data.
            made: it was made a moment ago.
        """
        from tui.desk import Desk

        catalog = await asyncio.get_running_loop().run_in_executor(None, workspace.catalog)
        config = dataclasses.replace(self.config, demo=demo or self.config.demo)
        self.desk = Desk(workspace, catalog, config, self._ahead)
        self.desk.drafts.on_problem = self._draft_not_kept
        self._ahead = None
        if config.start != "pipeline":
            self.desk.forget_ahead()
        self.go(config.start)
        health = self.desk.last_seen_health
        if made or health.insecure or (health.level != "ok" and health.mode != "field"):
            # What is less than perfect is said when it begins; later `offhook doctor` knows it, and nobody is nagged. A
            # copy has but begun to look for its server: how that stands the status bar says.
            self._notices += health.notes
        if self._notices:
            self.notify("\n".join(map(printable, self._notices)), markup=False, timeout=NOTICE_SECONDS)
            self._notices = []
        self.set_timer(0.6, self._settle)
        self.run_worker(self._offer_what_was_left(), group="keep", exit_on_error=False)

    def _settle(self) -> None:
        """What can wait until the user sees something: other screens, and the garbage that start-up left behind.

        A full collection costs tens of milliseconds and would fall into some key press; after this, what lives long is
        not looked at again.
        """
        if self.desk is None:
            return
        if self.config.reminders:
            from tui.reminders import Reminders

            self.reminders = Reminders(self.desk, self._remind)
        self._screen_named("contacts")
        self._screen_named("today")
        gc.collect()
        gc.freeze()
        if any(one.state in UNFINISHED for one in self.desk.catalog.imports):
            self.run_worker(self._offer_imports(), group="keep", exit_on_error=False)

    async def _offer_what_was_left(self) -> None:
        """Says once what an earlier run has left: a list with people in it to call, texts that were never saved."""
        desk = self.desk
        if desk is None or not await desk.read(lambda ws: bool(ws.drafts())):
            return
        await self._offer_calls(desk)
        from tui.actions import key_of
        from tui.flows.unsaved import find_unsaved
        from tui.models.unsaved import notice

        if words := notice(await find_unsaved(desk), key_of(self.screen, "app.palette")):
            self.notify(words, markup=False, timeout=NOTICE_SECONDS)

    async def _offer_calls(self, desk: Desk) -> None:
        self.calls_left = await desk.read(_calls_left)
        if self.calls_left is not None:
            from tui.actions import key_of

            key = key_of(self.screen, "record.calls")
            self.notify(f"{self.calls_left.words} {key} goes on.", markup=False, timeout=NOTICE_SECONDS)

    def _draft_not_kept(self, problem: str) -> None:
        """What is being typed is on the screen alone, for now; the user should know."""
        words = f"What you type is not kept on the disk at the moment: a crash would lose it. {problem}"
        self.notify(printable(words), severity="warning", markup=False, timeout=NOTICE_SECONDS)

    def show_unsaved(self) -> None:
        """Lists what was typed and never saved."""
        from tui.flows.unsaved import show_unsaved
        from tui.screens.base import DeskScreen

        if isinstance(self.screen, DeskScreen):
            self.screen.start(show_unsaved(self.screen))

    async def _go_on_calling(self) -> None:
        from tui.flows.call_start import resume_calling
        from tui.screens.base import DeskScreen

        if isinstance(self.screen, DeskScreen):
            self.screen.start(resume_calling(self.screen))

    # --- going places -------------------------------------------------------------------------------------------

    def _screen_named(self, name: str) -> DeskScreen:
        assert self.desk is not None
        if not self.is_screen_installed(name):
            self.install_screen(self._make_screen(name, self.desk), name)
        return cast("DeskScreen", self.get_screen(name))

    @staticmethod
    def _make_screen(name: str, desk: Desk) -> DeskScreen:
        if name == "today":
            from tui.screens.today import TodayScreen

            return TodayScreen(desk)
        if name == "contacts":
            from tui.screens.contacts import ContactsScreen

            return ContactsScreen(desk)
        if name == "conflicts":
            from tui.screens.conflicts import ConflictsScreen

            return ConflictsScreen(desk)
        if name == "imports":
            from tui.screens.imports import ImportsScreen

            return ImportsScreen(desk)
        from tui.screens.pipeline import PipelineScreen

        return PipelineScreen(desk)

    def go(self, name: str) -> None:
        """Shows one of the base screens, leaving the record screens on top of the present one."""
        assert self.desk is not None
        if name == "unsent":
            from tui.dialogs.unsent import UnsentDialog

            self.push_screen(UnsentDialog(self.desk))
            return
        target = self._screen_named(name)
        if self.screen is not target:
            while len(self.screen_stack) > 2:
                self.pop_screen()
            if len(self.screen_stack) == 1:
                self.push_screen(target)
            else:
                self.switch_screen(target)
        target.arrived()

    def show_waiting(self, parked_id: str = "") -> None:
        """Shows what waits for the user to decide, with the cursor on one of them."""
        from tui.screens.conflicts import ConflictsScreen

        self.go("conflicts")
        screen = self._screen_named("conflicts")
        if isinstance(screen, ConflictsScreen):
            screen.point(parked_id)

    def open_record(self, table: str, record_id: str) -> None:
        """Opens the screen of a contact, deal or company on top of the present one."""
        assert self.desk is not None
        from tui.screens.record import record_screen

        self.push_screen(record_screen(self.desk, table, record_id))

    def delay_update(self, delay: float = 0.05) -> None:
        """Textual masks a change of mode by 50 ms of nothing; a rep would feel them."""

    # --- what comes due ---------------------------------------------------------------------------------------------

    @property
    def reminder(self) -> Wording | None:
        """What has come due and was not seen to, in words for the status bar; None where nothing has."""
        desk, reminders = self.desk, self.reminders
        if desk is None or reminders is None or not reminders.due:
            return None
        from tui.actions import key_of
        from tui.models.agenda_text import reminder_words

        country = desk.catalog.organization.country
        letter = next(letter for letter, (name, _) in BASE_SCREENS.items() if name == "today")
        key = f"{key_of(self.screen, 'app.go')} {letter}"
        return reminder_words(reminders.due, desk.now, desk.zone, country=country, key=key)

    def _remind(self) -> None:
        """Shows what has come due where the user is, under whatever is being asked; nothing else happens."""
        from tui.screens.base import DeskScreen

        for screen in self.screen_stack:
            if isinstance(screen, DeskScreen):
                screen.refresh_bars()

    # --- imports ----------------------------------------------------------------------------------------------------

    @property
    def imports(self) -> ImportDesk:
        """What works on imports; made when it is first needed."""
        if self._imports is None:
            from pathlib import Path

            from tui.importing import ImportDesk

            assert self.desk is not None
            config = self.desk.config
            downloads = Path.home() / "Downloads"
            folder = next(
                (one for one in (config.import_folder, downloads) if one is not None and one.is_dir()),
                Path.home(),
            )
            self._imports = ImportDesk(self.desk, config.importer, folder)
        return self._imports

    def action_import(self) -> None:
        """Brings files in, or shows the import that is under way."""
        from tui.flows.importing import begin_import
        from tui.screens.base import DeskScreen

        if isinstance(self.screen, DeskScreen):
            self.screen.start(begin_import(self.screen))

    @property
    def import_words(self) -> str:
        """How far an import is that is under way, for the status bar; empty where none is."""
        busy = self._imports.busy if self._imports is not None else None
        if busy is None or busy.step is None:
            return ""
        from tui.models.import_words import short_step

        return short_step(busy.step)

    def show_import(self) -> None:
        """Shows in the status bar how far an import is; no more often than somebody would look."""
        now, busy = time.monotonic(), self._imports.busy if self._imports is not None else None
        if busy is None or now - self._import_shown >= IMPORT_SHOWN_EVERY:
            self._import_shown = now
            self._remind()

    def tell_of_import(self, running: Running, words: str) -> None:
        """Says that an import has come to its end, unless the user is looking at it."""
        from tui.screens.import_run import ImportRunScreen

        screen = self.screen
        if not (isinstance(screen, ImportRunScreen) and screen.running is running):
            from tui.actions import key_of

            key = f"{key_of(self.screen, 'app.go')} i"
            level: Literal["warning", "information"] = "warning" if running.problem else "information"
            self.notify(
                printable(f"{words} {key} shows it."), severity=level, markup=False, timeout=NOTICE_SECONDS
            )

    async def _offer_imports(self) -> None:
        """Says once that an import was cut off."""
        from tui.screens.base import DeskScreen

        if isinstance(self.screen, DeskScreen):
            from tui.actions import key_of
            from tui.flows.importing import left_over
            from tui.models.import_words import left_notice

            key = f"{key_of(self.screen, 'app.go')} i"
            if words := left_notice(await left_over(self.screen), key):
                self.notify(printable(words), markup=False, timeout=NOTICE_SECONDS)

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
        """Has keys and pastes wait for their turn."""
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            await self.type_ahead.take(event)
        else:
            await super().on_event(event)

    async def _hand_on(self, event: events.Event) -> None:
        """Takes the second key of a chord before anything else sees it."""
        if self._chord and isinstance(event, events.Key):
            self._chord = ""
            self._show_chord()
            if event.key in BASE_SCREENS:
                self.go(BASE_SCREENS[event.key][0])
            return
        await super().on_event(event)

    # --- actions that work everywhere -------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing but leaving and looks works before there is a workspace, or under a question."""
        if action == "undo" and not getattr(self.screen, "UNDOES", True):
            return False
        if action in ("chord", "search", "undo", "palette", "import"):
            return self.desk is not None and not self.screen.is_modal
        if action == "themes":
            return not self.screen.is_modal
        return True

    def action_undo(self) -> None:
        """Takes the latest change back."""
        self.run_worker(self._undo(), group="undo")

    async def _undo(self) -> None:
        if self.desk is None:
            return
        from tui.flows.undoing import undo
        from tui.screens.base import DeskScreen

        if isinstance(self.screen, DeskScreen):
            await undo(self.screen)

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

        if not isinstance(self.screen, (KeysDialog, TooSmall)):
            self.push_screen(KeysDialog(self.screen), self._do)

    def action_palette(self) -> None:
        """Shows every action of where the user is, and everywhere to go."""
        from tui.dialogs.keys import KeysDialog, Place

        places = [
            Place(f"g {letter}", f"Go to {label}", partial(self.go, name), PLACE_DETAILS.get(name, ""))
            for letter, (name, label) in BASE_SCREENS.items()
        ]
        if self.calls_left is not None:
            places.insert(0, Place("C", f"Go on calling: {self.calls_left.name}", self._go_on_calling))
        self.push_screen(
            KeysDialog(
                self.screen,
                title="What do you want to do?",
                places=places,
                setups=[
                    Place("", label, partial(self.set_up, name), detail)
                    for name, (label, detail) in SETUPS.items()
                ]
                + [Place("", "Unsaved texts", self.show_unsaved, "Typed, and never saved: go on with them")],
                grouped=False,
            ),
            self._do,
        )

    def set_up(self, name: str) -> None:
        """Opens what is shaped in the application itself: one of `SETUPS`."""
        from tui.flows.calling_setup import OPENED_BY
        from tui.screens.base import DeskScreen

        if isinstance(self.screen, DeskScreen):
            self.screen.start(OPENED_BY[name](self.screen))

    async def _do(self, action: Callable[[], Any] | None) -> None:
        if action is not None:
            result = action()
            if inspect.isawaitable(result):
                await result

    def action_themes(self) -> None:
        """Chooses a theme, showing each while the cursor is on it."""
        self.run_worker(self._choose_theme(), group=FLOW)

    async def _choose_theme(self) -> None:
        from tui.dialogs.pick import Option, Picker

        before = self.theme
        options = [Option(name, label) for name, label in self._themes.labels.items()]
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

    def get_key_display(self, binding: Binding) -> str:
        """A key as people read it: `ctrl+s`, `H`, `→`."""
        from tui.actions import shown_key

        return shown_key(binding)

    # --- the terminal ---------------------------------------------------------------------------------------------

    def on_resize(self, event: events.Resize) -> None:
        """Says so where nothing useful can be shown; what was there is there again once there is room."""
        if self._is_ready:
            self._check_size(event.size)

    def _check_size(self, size: Size) -> None:
        small = size.width < LEAST_SIZE[0] or size.height < LEAST_SIZE[1]
        if small and not isinstance(self.screen, TooSmall):
            self.push_screen(TooSmall())

    def _handle_exception(self, error: Exception) -> None:
        """A failed worker is its error: a refusal is said, anything else ends the application with the real cause."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        if isinstance(error, WorkerFailed) and isinstance(cause, OffhookError):
            self.notify(printable(str(cause)), severity="error", markup=False, timeout=NOTICE_SECONDS)
            return
        super()._handle_exception(cause if isinstance(cause, Exception) else error)

    async def action_quit(self) -> None:
        """Leaves. Commands under way are finished first; what is being typed is asked for once."""
        from tui.dialogs.base import Dialog

        for screen in reversed(self.screen_stack):
            if isinstance(screen, Dialog) and screen.keeps():
                return
        desk = self.desk
        asking = any(worker.group == "quit" and not worker.is_finished for worker in self.workers)
        if self._imports is not None and self._imports.has_to_lose:
            if not asking:
                self.run_worker(self._ask_to_leave_import(), group="quit")
        elif desk is None:
            self._leave(desk)
        elif not await self._leave_settled(desk) and not asking:
            self.run_worker(self._ask_to_quit(desk), group="quit")

    async def _leave_settled(self, desk: Desk) -> bool:
        """Leaves as soon as every command has its answer; False where that takes longer."""
        refused = desk.refused
        if not await desk.settled(QUIT_PATIENCE):
            return False
        # A no comes with its reason, and with what was typed: who left now would lose both.
        if desk.refused == refused:
            self._leave(desk)
        return True

    async def _ask_to_leave_import(self) -> None:
        from tui.dialogs.prompt import Confirm

        if self.imports.busy is not None:
            question = Confirm(
                "An import is under way. Leave?",
                "It stops here. What is in stays; you can go on with it after the next start, or take it back.",
                yes="stop it and leave",
            )
        else:
            question = Confirm(
                "An import is being prepared. Leave?",
                "Nothing was imported yet. What you have set for its columns is dropped.",
                yes="drop it and leave",
            )
        if await self.push_screen_wait(question):
            # One that does not stop in time is cut off: it goes on from its last batch, too.
            await self.imports.stop()
            if self.desk is not None and not await self._leave_settled(self.desk):
                await self._ask_to_quit(self.desk)

    async def _ask_to_quit(self, desk: Desk) -> None:
        from tui.dialogs.unsettled import UnsettledDialog

        answer = await self.push_screen_wait(UnsettledDialog(desk))
        if answer is not None:
            self._leave(desk, wait=answer != "leave")

    def _leave(self, desk: Desk | None, *, wait: bool = True) -> None:
        self.desk = None
        if self.reminders is not None:
            self.reminders.close()
        if self._imports is not None:
            self._imports.close()
        if desk is not None:
            health = desk.last_seen_health
            self.kept_here = health.to_send if health.mode == "field" else 0
            desk.close(wait=wait)
        self.exit(0)


def _calls_left(workspace: Workspace) -> Resumable | None:
    if not workspace.drafts("call."):
        return None
    from tui.models.call_state import resumable

    return resumable(workspace)


def quiet_environment() -> None:
    """Settings that Textual reads when it is imported: no animations, as a rep waits for none. The user's own win."""
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
