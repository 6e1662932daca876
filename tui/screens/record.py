"""The screen of one record: what is known, what happened, what hangs on it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable
from weakref import WeakKeyDictionary

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical
from textual.events import ScreenResume, ScreenSuspend
from textual.widget import Widget

from core.commands.base import Command
from core.entities import Activity, Task
from core.errors import NotFound, OffhookError
from core.workspace import Changed, Entry, Page, Subject, Workspace
from tui.actions import key_of
from tui.desk import Desk
from tui.models.card_text import WAITING, Clock
from tui.models.detail import Detail
from tui.models.foresight import Foreseen, Foresight, entry_of, page_over
from tui.models.record_text import Scene
from tui.models.revisions import earlier
from tui.models.telling import author
from tui.models.whereabouts import gone
from tui.repaint import paint_now
from tui.screens.base import DeskScreen
from tui.screens.quick import QuickScreen
from tui.widgets.details import Details
from tui.widgets.panes import PaneBar
from tui.widgets.table import Table
from tui.widgets.tasks import TaskAsked, TaskList
from tui.widgets.timeline import PAGE, Timeline

if TYPE_CHECKING:
    from tui.models.call import CallList

_NARROW = 60
"""Cells below which the title has room for a name alone."""
TICK = 20.0
"""Seconds between looks at the clock: their local time, what is due."""
_TABLES = frozenset(
    {"contacts", "companies", "deals", "tasks", "activities", "books", "users", "stages", "pipelines"}
)


_MADE: WeakKeyDictionary[Desk, dict[str, list[RecordScreen]]] = WeakKeyDictionary()
"""The screens that were made on each desk, by table."""


@runtime_checkable
class Listing(Protocol):
    """A screen with a list from which records are opened: it knows what comes before and after."""

    def beside(self, record_id: str, step: int) -> str | None:
        """The record after (before: -1) one of the list, with the list's cursor on it; None at the ends."""
        ...


def record_screen(desk: Desk, table: str, record_id: str) -> RecordScreen:
    """The screen of a contact, deal or company.

    A screen that was left is used again for the next record of its kind: making one anew takes several times as long
    as filling it.
    """
    made = _MADE.setdefault(desk, {}).setdefault(table, [])
    for screen in made:
        if screen.is_left:
            screen.begin(record_id)
            return screen
    made.append(_screen_of(table)(desk, record_id))
    return made[-1]


def _screen_of(table: str) -> type[RecordScreen]:
    if table == "deals":
        from tui.screens.deal import DealScreen

        return DealScreen
    if table == "companies":
        from tui.screens.company import CompanyScreen

        return CompanyScreen
    from tui.screens.contact import ContactScreen

    return ContactScreen


class RecordScreen(QuickScreen):
    """Details, timeline, and what hangs on the record; three panes, two, or one at a time, as there is room.

    Subclasses give the details, the lists of the third pane, and their keys.
    """

    TABLE: ClassVar[str]
    LABEL: ClassVar[str]
    WORK: ClassVar[str]
    """The third pane's name."""

    BRIEF_BESIDE = 168
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "leave", "Back", id="record.back", tooltip="Go back to where you came from"),
        Binding("tab", "pane(1)", "Next pane", id="record.next-pane", tooltip="Details, timeline, what hangs on it"),
        Binding("shift+tab", "pane(-1)", "Pane before", show=False, id="record.previous-pane",
                tooltip="The pane before this one"),
        Binding("e", "edit", "Edit", id="record.edit", tooltip="Edit every field"),
        Binding("D", "delete", "Delete", show=False, id="record.delete", tooltip="Delete the record; can be undone"),
        Binding("h", "history", "History", show=False, id="record.history",
                tooltip="Every change of this record: who, when, from what to what"),
        Binding("right_square_bracket", "beside(1)", "Next record", show=False, id="record.next",
                tooltip="The next one of the list you came from"),
        Binding("left_square_bracket", "beside(-1)", "Record before", show=False, id="record.previous",
                tooltip="The one before in the list you came from"),
        Binding("ctrl+f", "search_timeline", "Search within", show=False, id="record.search-timeline",
                tooltip="Search within the timeline, also in what is not read yet"),
        Binding("pagedown", "page(1)", "Timeline down", show=False, id="record.page-down",
                tooltip="Scroll the timeline"),
        Binding("pageup", "page(-1)", "Timeline up", show=False, id="record.page-up",
                tooltip="Scroll the timeline"),
    ]  # fmt: skip

    def __init__(self, desk: Desk, record_id: str) -> None:
        super().__init__(desk)
        self.record_id = record_id
        self.page: Page | None = None
        self._read: Page | None = None
        self._foresight = Foresight[Page]()
        self._begun = False
        self._came = False
        self._gone = False
        self._loading = False
        self._again = False

    # --- what subclasses give -----------------------------------------------------------------------------------

    def details(self, page: Page) -> Sequence[Detail]:
        """The fields."""
        raise NotImplementedError

    def headline(self, page: Page) -> str:
        """What a person calls the record."""
        raise NotImplementedError

    def figures(self, page: Page) -> str:
        """What stands at the right of the title."""
        return ""

    def compose_work(self) -> ComposeResult:
        """The lists of the third pane."""
        raise NotImplementedError

    def show_work(self, page: Page) -> None:
        """Fills them."""
        raise NotImplementedError

    def gather(self, workspace: Workspace) -> Page:
        """Reads what the screen shows, on a reader thread."""
        return workspace.page(self.TABLE, self.record_id)

    # --- parts --------------------------------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        """Three panes, and their names for where only one is in sight."""
        desk = self.desk
        yield PaneBar(("Details", "Timeline", self.WORK))
        with Container(id="record-body", classes="-pane-0"):
            with Vertical(id="record-side"):
                yield Details()
            yield Timeline(author=self._author, now=lambda: desk.now, zone=desk.zone)
            with Vertical(id="record-work"):
                yield from self.compose_work()

    def make_tasks(self) -> TaskList:
        """The list of the record's tasks."""
        return TaskList(lambda: Clock.at(self.desk.now, self.desk.zone), self._assignee)

    def _author(self, user_id: str | None, short: bool) -> str:
        return author(user_id, self.desk.catalog, short=short)

    def _assignee(self, task: Task) -> str:
        catalog = self.desk.catalog
        return "" if task.assignee_id == catalog.me.id else catalog.user_name(task.assignee_id).split(" ")[0]

    @property
    def scene(self) -> Scene:
        """Around the record."""
        return Scene(self.desk.catalog, self.desk.now, self.desk.zone)

    @property
    def timeline(self) -> Timeline:
        """What happened."""
        return self.query_one(Timeline)

    @property
    def _panes(self) -> list[list[Widget]]:
        """The widgets that can be focused, pane by pane."""
        return [[self.query_one(Details)], [self.timeline], self._lists]

    @property
    def _lists(self) -> list[Widget]:
        return [table for table in self.query_one("#record-work").query(Table) if table.display]

    # --- reading ------------------------------------------------------------------------------------------------

    @property
    def is_left(self) -> bool:
        """Whether the user went away from it, so that it can be used for another record."""
        return self._came and self.is_attached and self not in self.app.screen_stack

    def begin(self, record_id: str) -> None:
        """Makes ready for another record, as if it were made for it."""
        self.record_id = record_id
        self._forget()
        self.show_pane(0)
        self.set_focus(self.query_one(Details))

    def _forget(self) -> None:
        """Leaves nothing of the record to be seen, or to take up room."""
        self.page = self._read = None
        self._gone = self._begun = False
        self._foresight.clear()
        self._pending.clear()
        self.title_bar.show(self.LABEL)
        self.query_one(Details).show(())
        self.timeline.clear()
        for table in self.query(Table):
            table.clear()

    def on_mount(self) -> None:
        """Shows the frame at once, and what is in it as soon as it is read."""
        self.app.install_screen(self, f"{self.TABLE}-{id(self)}")
        self.title_bar.show(self.LABEL)
        self.query_one(Details).focus()
        self.set_interval(TICK, self._tick)

    @on(ScreenResume)
    def _came_to_front(self) -> None:
        """Reads the record when it comes to the front for the first time."""
        self._came = True
        if not self._begun:
            self._begun = True
            self.load()

    @on(ScreenSuspend)
    def _left(self) -> None:
        if self.is_left:
            self._forget()

    def _on_changed(self, changed: Changed) -> None:
        if not self.is_left:
            super()._on_changed(changed)

    def load(self) -> None:
        """Reads the record from the start."""
        self.run_worker(self._load(), group="load", exclusive=True)

    async def _load(self) -> None:
        record_id = self.record_id

        def read(workspace: Workspace) -> tuple[Page, Sequence[Entry]]:
            return self.gather(workspace), workspace.timeline(Subject(self.TABLE, record_id), limit=PAGE)

        async def fetch(
            kinds: Sequence[str], before: tuple[dt.datetime, str] | None, limit: int, words: str
        ) -> Sequence[Entry]:
            subject = Subject(self.TABLE, record_id)
            return await self.desk.read(
                lambda ws: ws.timeline(subject, kinds=kinds, before=before, limit=limit, words=words)
            )

        try:
            page, entries = await self.desk.read(read)
        except OffhookError as error:
            self._show_gone(str(error))
            return
        self._read = page
        self._show(self._foresight.over(page))
        self.timeline.show(self.TABLE, entries, page.counts, fetch, self._earlier)
        # The frame is out already; what is in it must not wait for the next one's turn.
        paint_now(self, *self.query(Widget))

    async def _earlier(self, activity: Activity) -> Sequence[Activity]:
        return await self.desk.read(lambda ws: earlier(ws, activity))

    def _show(self, page: Page) -> None:
        self.page, self._gone = page, False
        self._show_title()
        self.query_one(Details).show(self.details(page))
        self.show_work(page)
        self.refresh_bindings()

    def _show_title(self) -> None:
        if self.page is not None and not self._gone:
            narrow = self.size.width < _NARROW
            waiting = len(self.desk.waiting_for(self.TABLE, self.record_id))
            key = key_of(self, "record.waiting")
            figures = (
                [f"{WAITING}{key}" if narrow else f"{WAITING}{waiting} to decide: {key}"] if waiting else []
            )
            figures += [] if narrow else [self.figures(self.page)]
            self.title_bar.show(
                self.LABEL, (self.headline(self.page),), figures=" · ".join(filter(None, figures))
            )

    def refresh_bars(self) -> None:
        """Shows with the bars that something waits to be decided."""
        super().refresh_bars()
        if self.is_in_sight:
            self._show_title()

    def on_resize(self) -> None:
        """Leaves the title's room to the name where there is little."""
        self._show_title()

    def _show_gone(self, reason: str) -> None:
        self._gone = True
        word = "deleted" if "deleted" in reason else "gone"
        crumbs = (self.headline(self.page), word) if self.page else (word,)
        self.title_bar.show(self.LABEL, crumbs)
        self.say(f"{reason} {key_of(self, 'record.back')} goes back.", problem=True)

    def _tick(self) -> None:
        """Brings up to date what changes by the clock alone."""
        if self.page is not None and not self._gone and self.is_current:
            self.query_one(Details).show(self.details(self.page))

    async def apply_changes(self, changes: Sequence[Changed]) -> None:
        """Reads anew where anything around the record may have changed; cursors and windows stay."""
        tables = {table for change in changes for table, _ in change.rows}
        if not (tables & _TABLES or any(change.everything for change in changes)):
            return
        self._again = True
        if self._loading:
            return
        self._loading = True
        try:
            while self._again:
                self._again = False
                await self._renew()
        finally:
            self._loading = False

    async def _renew(self) -> None:
        settled = self._foresight.settled()
        try:
            page = await self.desk.read(self.gather)
        except NotFound as error:
            await self._explain_gone(str(error))
            return
        for foreseen in settled:
            self._foresight.drop(foreseen)
        self._read = page
        self._show(self._foresight.over(page))
        await self.timeline.renew(page.counts)
        self.timeline.foresee(self._foresight.entries)

    async def _explain_gone(self, reason: str) -> None:
        """Says that the record is gone, and where to, if somebody took it."""
        page, catalog = self.page, self.desk.catalog
        record = (page.contact or page.deal or page.company) if page else None
        if page is not None and record is not None and not self._gone:
            title, table = self.headline(page), self.TABLE
            words = await self.desk.read(
                lambda ws: gone(ws, catalog, table, record.id, title, record.book_id)
            )
            reason = f"{words}." if words else reason
        self._show_gone(reason)

    def foresee(self, command: Command) -> Callable[[bool], None]:
        """Shows where the deal will be, whose the record is, its tags, what is done, what was said."""
        page, catalog, now = self._read, self.desk.catalog, self.desk.now
        if page is None or self._gone:
            return super().foresee(command)
        record_id = self.record_id
        entry = entry_of(command, page, catalog, now)
        foreseen = Foreseen[Page](lambda page: page_over(command, page, catalog, now), entry)
        if entry is None and foreseen.over(page) is page:
            return super().foresee(command)
        self._foresight.add(foreseen)
        self._reshow()

        def settle(applied: bool) -> None:
            foreseen.settled = applied
            if not applied:
                self._foresight.drop(foreseen)
                if record_id == self.record_id:
                    self._reshow()

        return settle

    def _reshow(self) -> None:
        if self._read is not None and not self._gone:
            self._show(self._foresight.over(self._read))
            self.timeline.foresee(self._foresight.entries)

    def book_of(self, subject: Subject) -> str:
        """The record's book."""
        record = (self.page.contact, self.page.deal, self.page.company) if self.page else ()
        return next((one.book_id for one in record if one is not None and one.id == subject.id), "")

    def called(self, subject: Subject) -> str:
        """The record's name."""
        known = self.page is not None and subject == Subject(self.TABLE, self.record_id)
        return self.headline(self.page) if known and self.page else ""

    async def call_list(self) -> CallList:
        """Who the record is about; of a company, everybody there."""
        from tui.models.call import CallList

        page = self.page
        if page is None or self._gone:
            return CallList(self.LABEL, ())
        if self.TABLE == "companies" or page.contact is None:
            return CallList(self.headline(page), [line.id for line in page.contacts])
        deals = {page.contact.id: page.deal.id} if page.deal is not None else {}
        return CallList(self.headline(page), (page.contact.id,), deals)

    # --- what is acted upon -------------------------------------------------------------------------------------

    def subject(self) -> Subject | None:
        """The record."""
        return None if self._gone else Subject(self.TABLE, self.record_id)

    @on(Timeline.EditAsked)
    def _edit_entry(self, event: Timeline.EditAsked) -> None:
        from tui.flows import activities

        self.start(activities.edit_entry(self, event.entry))

    @on(Timeline.RetractAsked)
    def _retract_entry(self, event: Timeline.RetractAsked) -> None:
        from tui.flows import activities

        self.start(activities.retract_entry(self, event.entry))

    @on(Timeline.Failed)
    @on(Table.Failed)
    def _failed(self, event: Timeline.Failed | Table.Failed) -> None:
        self.say(event.reason, problem=True)

    @on(TaskAsked)
    def _task_asked(self, event: TaskAsked) -> None:
        from tui.flows import tasks

        self.start(tasks.JOBS[event.what](self, event.task))

    @on(Details.Activated)
    def _field_opened(self, event: Details.Activated) -> None:
        """Opens the record that a field names, otherwise edits the field."""
        if event.detail.link is not None:
            self.offhook.open_record(*event.detail.link)
        elif event.detail.field:
            self._edit(event.detail.field)

    def action_edit(self) -> None:
        """Edits every field, from the one under the cursor on."""
        details = self.query_one(Details)
        current = details.current if details.has_focus else None
        self._edit(current.field if current else "")

    def _edit(self, field: str) -> None:
        from tui.flows import records

        if self.subject() is not None:
            self.start(records.edit(self, self.TABLE, self.record_id, focus=field))

    def action_delete(self) -> None:
        """Deletes the record and goes back."""
        self.start(self._delete())

    async def _delete(self) -> None:
        from tui.flows import records

        name = self.headline(self.page) if self.page else self.LABEL
        await records.delete(self, self.TABLE, [self.record_id])
        try:
            await self.desk.read(lambda ws: ws.page(self.TABLE, self.record_id))
        except NotFound:
            if self.is_current:
                self.app.pop_screen()
                if isinstance(self.app.screen, DeskScreen):
                    self.app.screen.say(f"Deleted {name} · {key_of(self, 'app.undo')} undoes")
        except OffhookError as error:
            self.say(str(error), problem=True)

    def action_history(self) -> None:
        """Shows every change of the record."""
        from tui.screens.history import HistoryDialog

        if self.page is not None:
            self.app.push_screen(
                HistoryDialog(self.desk, self.TABLE, self.record_id, self.headline(self.page))
            )

    # --- going about --------------------------------------------------------------------------------------------

    def action_leave(self) -> None:
        """Goes back; takes the briefing away first."""
        if not self.close_briefing():
            self.app.pop_screen()

    def action_beside(self, step: int) -> None:
        """Shows the next record of the list that this one was opened from."""
        below: object = self.app.screen_stack[-2]
        other = below.beside(self.record_id, step) if isinstance(below, Listing) else None
        if other is None:
            self.say("There is no other one in that direction.")
            return
        self.record_id = other
        self._forget()
        self._came_to_front()

    def action_page(self, step: int) -> None:
        """Scrolls the timeline, whatever has the focus."""
        self.timeline.action_page(step)

    def action_search_timeline(self) -> None:
        """Searches within the timeline, whatever has the focus."""
        self.show_pane(1)
        self.timeline.action_search()

    def action_pane(self, step: int) -> None:
        """Goes to the next pane, or to the next list in it."""
        stops = [(n, widget) for n, pane in enumerate(self._panes) for widget in pane]
        places = [n for n, (_, widget) in enumerate(stops) if widget is self.focused]
        at = (places[0] + step) % len(stops) if places else 0
        self.show_pane(stops[at][0])
        stops[at][1].focus()

    def show_pane(self, index: int) -> None:
        """Brings a pane into sight where there is room for one only."""
        self.query_one("#record-body").update_classes({f"-pane-{n}": n == index for n in range(3)})
        self.query_one(PaneBar).show(index)

    @on(PaneBar.Chosen)
    def _pane_chosen(self, event: PaneBar.Chosen) -> None:
        self.show_pane(event.index)
        with contextlib.suppress(IndexError):
            self._panes[event.index][0].focus()
