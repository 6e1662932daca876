"""What every screen of a workspace has: bars, keys, and being told of changes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import DescendantFocus, Resize, ScreenResume
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.worker import Worker

from core.commands.base import Command
from core.errors import OffhookError
from core.text import printable
from core.workspace import Changed, Subject
from tui.actions import key_of
from tui.briefer import Briefer, Known
from tui.desk import Desk
from tui.models.briefing_known import known_by_name, known_of_row, subject_of_row
from tui.models.news import News
from tui.typeahead import FLOW
from tui.widgets.bars import KeyBar, StatusBar, TitleBar
from tui.widgets.briefing import Briefing
from tui.widgets.table import Table

if TYPE_CHECKING:
    from tui.app import OffhookApp
    from tui.models.call import CallList

MESSAGE_SECONDS = 6.0
BREATH = 0.1
"""Seconds between looks at what others changed: colleagues at work leave the keys as quick as they are."""


def _nothing(_applied: bool) -> None:
    """What there is to do where nothing was shown ahead."""


class DeskScreen(Screen[None]):
    """A screen on a desk.

    Subclasses give `compose_body`, say what is under the cursor (`subject`, `selected_ids`), and bring themselves up
    to date in `apply_changes`. Changes that arrive while another screen is in front wait until this one is shown.
    """

    BRIEF_BESIDE: ClassVar[int] = 110
    """Cells from which a briefing stands beside what is here; below there it is a sheet over the lower half."""
    UNDOES: ClassVar[bool] = True
    """Whether the user's latest change, wherever it was made, can be taken back here."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "note", "Note", id="record.note", tooltip="Write a note about it"),
        Binding("t", "task", "Task", id="record.task", tooltip="Plan something to do: a call, a meeting, a to-do"),
        Binding("c", "call", "Call", id="record.call", tooltip="Call them: who it is, the script, notes, how it ended"),
        Binding("C", "calls", "Call all", show=False, id="record.calls",
                tooltip="Call mode: through the selection, the list, the column; or on where you left"),
        Binding("m", "claim", "Claim", show=False, id="record.claim", tooltip="Take it from the pool into your book"),
        Binding(
            "A", "assign", "Assign", show=False, id="record.assign", tooltip="Hand it over to a colleague or a pool"
        ),
        Binding("S", "share", "Share", show=False, id="record.share", tooltip="Hold it together with a colleague"),
        Binding(
            "B", "share_book", "Share my book", show=False, id="record.share-book",
            tooltip="Let a colleague see, or change, all that is yours",
        ),
        Binding("T", "tag", "Tag", show=False, id="record.tag", tooltip="Add and remove tags"),
        Binding("space", "brief", "Briefing", id="record.brief",
                tooltip="Who it is, numbers, last touches, deals, tasks; again: away"),
        Binding("i", "log", "Log", id="record.log", tooltip="A call, note, meeting or e-mail that took place"),
        Binding("exclamation_mark", "waiting", "Decide", id="record.waiting",
                tooltip="What waits for you to decide about it"),
        Binding("escape", "close_briefing", "Close the briefing", show=False, id="record.close-briefing",
                tooltip="Take the briefing away"),
        Binding("q", "how_to_leave", "How to leave", show=False, id="app.how-to-leave", tooltip="Says which key quits"),
    ]  # fmt: skip

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._pending = News()
        self._applying = False
        self._mine = asyncio.Event()
        self._message_timer: Timer | None = None
        self._dressed_for: tuple[object, ...] = ()
        self._briefer: Briefer | None = None
        self._stop_listening = desk.listen(self._on_changed)
        self._stop_listening_to_health = desk.listen_to_health(self.refresh_bars)

    @property
    def offhook(self) -> OffhookApp:
        """The application, for going elsewhere."""
        from tui.app import OffhookApp

        app = self.app
        assert isinstance(app, OffhookApp)
        return app

    def compose(self) -> ComposeResult:
        """The bars around the body, and the place for a briefing. They share out the room in this order."""
        yield TitleBar()
        yield from self.compose_body()
        yield StatusBar()
        yield KeyBar()
        panel = Briefing(widget_id="briefing")
        panel.display = False
        yield panel

    def compose_body(self) -> ComposeResult:
        """The widgets between the bars."""
        raise NotImplementedError

    # --- what subclasses tell -----------------------------------------------------------------------------------

    def subject(self) -> Subject | None:
        """What notes, tasks and calls are about here: the record under the cursor."""
        return None

    def selected_ids(self) -> tuple[str, Sequence[str]] | None:
        """The table and ids that tagging, claiming and assigning act on: the selection, or the cursor's record."""
        subject = self.subject()
        return (subject.table, [subject.id]) if subject else None

    def stage_names(self) -> Sequence[str]:
        """The stages that `1` to `9` send a deal to, for the palette and the list of keys."""
        return ()

    async def apply_changes(self, changes: Sequence[Changed]) -> None:
        """Brings the screen up to date with changes, in place: cursor, scroll and typing stay."""

    # --- the briefing -------------------------------------------------------------------------------------------

    @property
    def briefer(self) -> Briefer:
        """Keeps the briefing on the record under the cursor."""
        if self._briefer is None:
            panel = self.query_one("#briefing", Briefing)
            self._briefer = Briefer(self, panel, self.desk, lambda: key_of(self, "record.task"))
        return self._briefer

    def brief_about(self) -> tuple[Subject | None, Known | None]:
        """What a briefing is about, and what is known of it here: the row of the list that has the focus, or `subject`."""
        focused = self.focused
        row = focused.cursor_row if isinstance(focused, Table) else None
        subject = subject_of_row(row)
        if subject is not None:
            return subject, lambda scene: known_of_row(row, scene)
        subject = self.subject()
        name = self.called(subject) if subject is not None else ""
        return subject, (lambda _: known_by_name(name)) if name else None

    @property
    def has_briefing(self) -> bool:
        """Whether the briefing is in sight."""
        return self._briefer is not None and self._briefer.is_open

    def look_closer(self) -> None:
        """Has an open briefing follow the cursor. To be called where the cursor moves and no list of rows tells of it."""
        if self._briefer is not None and self.has_briefing:
            self._briefer.look(*self.brief_about())

    def action_brief(self) -> None:
        """Opens the briefing, or takes it away."""
        if self.close_briefing():
            return
        about = self.brief_about()
        if about[0] is None:
            self.say("Nothing is under the cursor.")
            return
        self.briefer.open(*about)
        self.set_class(self.size.width >= self.BRIEF_BESIDE, "-side")
        self.refresh_bindings()

    def action_close_briefing(self) -> None:
        """Takes the briefing away."""
        self.close_briefing()

    def close_briefing(self) -> bool:
        """Takes the briefing away; False where none is open. What escape does first on every screen."""
        if self._briefer is None or not self.has_briefing:
            return False
        self._briefer.close()
        self.refresh_bindings()
        return True

    @on(Table.Highlighted)
    @on(DescendantFocus)
    def _looked_elsewhere(self) -> None:
        self.look_closer()

    @on(Resize)
    def _place_briefing(self, event: Resize) -> None:
        self.set_class(event.size.width >= self.BRIEF_BESIDE, "-side")

    # --- bars ---------------------------------------------------------------------------------------------------

    @property
    def title_bar(self) -> TitleBar:
        """The line at the top."""
        return self.query_one(TitleBar)

    def say(self, message: str, *, problem: bool = False) -> None:
        """Shows a message in the status bar for a few seconds; a problem that is too long for it, as a notice, too."""
        if not self.is_mounted:
            # A job may come to its end after the user has left the screen it was started on.
            return
        bar = self.query_one(StatusBar)
        bar.say(message, problem=problem)
        if problem and not bar.has_room_for(message):
            # Only the latest: what is pressed again and again should not cover the screen with refusals.
            self.app.clear_notifications()
            self.notify(printable(message), severity="warning", markup=False, timeout=MESSAGE_SECONDS * 2)
        if self._message_timer is not None:
            self._message_timer.stop()
        self._message_timer = self.set_timer(MESSAGE_SECONDS * (2 if problem else 1), lambda: bar.say(""))

    def mention(self, message: str) -> None:
        """Says what others did, in the place of messages; what the user has to know stays."""
        if self.is_mounted and not self.query_one(StatusBar).has_problem:
            self.say(message)

    def refresh_bars(self) -> None:
        """Shows the keys of where the focus is, and the state of the data."""
        if not self.is_in_sight:
            return
        if self.is_current:
            self.query_one(KeyBar).show(self.offhook.chord_hints() or self.key_hints())
        bar = self.query_one(StatusBar)
        bar.show_health(self.desk.shown_health, demo=self.desk.config.demo)
        bar.remind(self.offhook.reminder)
        bar.show_work(self.offhook.import_words)

    def key_hints(self) -> list[tuple[str, str]]:
        """(key, label) pairs of the bindings that want to be shown, nearest the focus first, help last."""
        hints: dict[str, str] = {}
        for active in self.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled and binding.description and binding.action not in hints:
                hints[binding.action] = self.app.get_key_display(binding)
        labels = {
            active.binding.action: active.binding.description for active in self.active_bindings.values()
        }
        out = [(key, labels[action]) for action, key in hints.items() if action != "app.keys"]
        return [*out, (key_of(self, "app.keys"), "all keys")]

    def hints_for(self, labels: Mapping[str, str]) -> list[tuple[str, str]]:
        """(key, label) pairs of actions that can be done, in the order of `labels`.

        Args:
            labels: what the key bar calls each action.
        """
        keys: dict[str, str] = {}
        for active in self.active_bindings.values():
            if active.enabled:
                keys.setdefault(active.binding.action, self.app.get_key_display(active.binding))
        return [(keys[action], label) for action, label in labels.items() if action in keys]

    def on_mount(self) -> None:
        """Keeps the key bar right as the focus moves."""
        self.bindings_updated_signal.subscribe(self, lambda _: self.refresh_bars())

    # --- changes ------------------------------------------------------------------------------------------------

    @property
    def is_in_sight(self) -> bool:
        """Whether it can be seen: it is in front, or there are only questions in front of it."""
        if not self.is_mounted:
            return False
        above = self.app.screen_stack[::-1]
        return next((one for one in above if not isinstance(one, ModalScreen)), None) is self

    def arrived(self) -> None:
        """The user has asked to come here, from elsewhere or while being here already."""

    @property
    def front(self) -> DeskScreen:
        """The screen that can be seen: this one, or where the user has gone from it."""
        if self.is_in_sight:
            return self
        screens = (one for one in reversed(self.app.screen_stack) if isinstance(one, DeskScreen))
        return next(screens, self)

    def foresee(self, command: Command) -> Callable[[bool], None]:
        """Shows what a command will have changed before it is so.

        Returns:
            What is to be called with its answer: whether it was applied.
        """
        return _nothing

    def called(self, subject: Subject) -> str:
        """What people call a record that can be seen; empty where the screen does not know."""
        return ""

    def book_of(self, subject: Subject) -> str:
        """The book in which the user sees a record lie; empty where the screen does not know."""
        return ""

    def _on_changed(self, changed: Changed) -> None:
        self._pending.add(changed)
        if changed.local:
            self._mine.set()
        if self.is_in_sight:
            self._catch_up()

    @on(ScreenResume)
    def _resumed(self, event: ScreenResume) -> None:
        # Styling every widget anew is most of what a change of screen costs, and only these change what styles say.
        look = (self.app.theme, self.app.size, self.app.ansi_color)
        event.refresh_styles = look != self._dressed_for
        self._dressed_for = look
        self._catch_up()
        self.offhook.type_ahead.go_on()

    def _catch_up(self) -> None:
        self.refresh_bars()
        if self._pending and not self._applying:
            self._applying = True
            self.run_worker(self._apply_pending(), group="changes")

    async def _apply_pending(self) -> None:
        """Looks at changes as they come: the first at once, those that follow it closely together."""
        try:
            while self._pending and self.is_in_sight:
                self._mine.clear()
                changes = self._pending.take()
                if self._briefer is not None:
                    self._briefer.renew()
                try:
                    await self.apply_changes(changes)
                except OffhookError as error:
                    self.say(str(error), problem=True)
                if not all(changed.local for changed in changes):
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._mine.wait(), BREATH)
        finally:
            self._applying = False

    def on_unmount(self) -> None:
        """Lets go of the desk."""
        self._stop_listening()
        self._stop_listening_to_health()

    # --- flows --------------------------------------------------------------------------------------------------

    def start(self, flow: Awaitable[object]) -> None:
        """Starts a flow that asks something; what is typed meanwhile waits for its question."""
        self.run_worker(flow, group=FLOW)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Lets in what was typed while a flow was under way."""
        if event.worker.group == FLOW and event.worker.is_finished:
            self.offhook.type_ahead.go_on()

    # --- actions on the record under the cursor -------------------------------------------------------------------

    def _about(self) -> Subject | None:
        subject = self.subject()
        if subject is None:
            self.say("Nothing is under the cursor.")
        return subject

    def _chosen(self) -> tuple[str, Sequence[str]] | None:
        chosen = self.selected_ids()
        if chosen is None or not chosen[1]:
            self.say("Nothing is under the cursor.")
            return None
        return chosen

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is to be decided where nothing waits."""
        if action == "close_briefing":
            return self.has_briefing
        if action == "waiting":
            subject = self.subject()
            return subject is not None and bool(self.desk.waiting_for(subject.table, subject.id))
        return super().check_action(action, parameters)

    def action_waiting(self) -> None:
        """Decides what waits about the record, the oldest first."""
        from tui.flows import waiting

        if (subject := self.subject()) and (found := self.desk.waiting_for(subject.table, subject.id)):
            self.start(waiting.decide(self, found[0]))

    @on(StatusBar.Clicked)
    def _state_clicked(self) -> None:
        """Shows what the state of the data is about: what is to be decided, or what waits to be sent."""
        if self.desk.waiting:
            self.offhook.show_waiting()
        else:
            self.offhook.go("unsent")

    @on(StatusBar.ReminderClicked)
    def _reminder_clicked(self) -> None:
        """Goes to what has come due."""
        self.offhook.go("today")

    def action_how_to_leave(self) -> None:
        """Says how to leave: a slip of one key ends nobody's work."""
        self.say(f"{key_of(self, 'app.quit')} leaves offhook; everything is saved.")

    def action_note(self) -> None:
        """Writes a note."""
        from tui.flows import activities

        if subject := self._about():
            self.start(activities.add_note(self, subject))

    def action_task(self) -> None:
        """Plans a task."""
        from tui.flows import tasks

        if subject := self._about():
            self.start(tasks.add_task(self, subject))

    def action_call(self) -> None:
        """Calls whom the record under the cursor is about."""
        from tui.flows import call_start

        if subject := self._about():
            self.start(call_start.call_one(self, subject))

    async def call_list(self) -> CallList:
        """Whom calling through this screen goes to, in order; nobody, unless a subclass says.

        Raises:
            OffhookError: it cannot be read.
        """
        from tui.models.call import CallList

        return CallList("this screen", ())

    def action_calls(self) -> None:
        """Calls through the selection or the list; or goes on where that was left."""
        from tui.flows import call_start

        self.start(call_start.call_through(self))

    def action_log(self) -> None:
        """Logs something that took place, about the record under the cursor or another."""
        from tui.flows import log

        self.start(log.log_past(self, self.brief_about()[0]))

    def action_claim(self) -> None:
        """Claims what is selected."""
        from tui.flows import records

        if chosen := self._chosen():
            self.start(records.claim(self, *chosen))

    def action_assign(self) -> None:
        """Assigns what is selected."""
        from tui.flows import records

        if chosen := self._chosen():
            self.start(records.assign(self, *chosen))

    def action_share(self) -> None:
        """Shares what is selected."""
        from tui.flows import sharing

        if chosen := self._chosen():
            self.start(sharing.share_records(self, *chosen))

    def action_share_book(self) -> None:
        """Lets a colleague into the user's own book."""
        from tui.flows import sharing

        self.start(sharing.share_book(self))

    def action_tag(self) -> None:
        """Tags what is selected."""
        from tui.flows import records

        if chosen := self._chosen():
            self.start(records.tag(self, *chosen))
