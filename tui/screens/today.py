"""Today: what to do now, in the order in which a rep would do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import ScreenResume

from core.commands.base import Command
from core.entities import Task
from core.errors import OffhookError
from core.health import end_of_today
from core.workspace import Agenda, Changed, ContactLine, Subject, TaskLine, Workspace
from tui.actions import key_of
from tui.briefer import Known
from tui.desk import Desk
from tui.models import agenda as model
from tui.models.agenda_text import zone_of
from tui.models.briefing_known import known_of_row, subject_of_row
from tui.models.card_text import Clock
from tui.models.contact_text import phone_words
from tui.models.foresight import Foreseen, Foresight
from tui.models.news import rows_of
from tui.repaint import paint_now
from tui.screens.quick import QuickScreen
from tui.widgets.agenda import AgendaList
from tui.widgets.table import Table
from tui.widgets.tasks import TaskAsked

if TYPE_CHECKING:
    from tui.models.call import CallList

TICK = 20.0
"""Seconds between looks at the clock: what becomes overdue, what time it is there."""
ANEW = 900.0
"""Seconds after which everything is read anew though nothing changed: deals go stale by the clock alone."""
_TABLES = frozenset(
    {
        "tasks", "contacts", "companies", "deals", "activities", "books", "users", "stages", "pipelines",
        "teams", "memberships", "shares", "organizations",
    }
)  # fmt: skip
_NARROW = 60
_FIRST = {
    "task": ("call", "calls", "ask('done')", "ask('snooze')", "brief", "log", "activate"),
    "leads": ("call", "calls", "claim", "brief", "log", "activate"),
    "deals": ("call", "calls", "task", "brief", "log", "activate"),
}
"""Actions that the key bar shows first, by what is under the cursor."""


class TodayScreen(QuickScreen):
    """Callbacks, tasks, new leads, deals that wait: one list, worked off from the top."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "edit", "Edit", show=False, id="today.edit", tooltip="Every field of the contact or deal"),
        Binding("r", "reload", "Read anew", show=False, id="today.reload", tooltip="Read everything anew"),
    ]  # fmt: skip

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._loading = desk.last_seen_health.loading
        self._read: Agenda | None = None
        self._foresight = Foresight[Agenda]()
        self._opened: set[str] = set()
        self._wanted = ""
        self._hinted = ""
        self._again = False
        self._reading = False
        self._until = desk.now
        self._read_at = desk.now

    def compose_body(self) -> ComposeResult:
        """The list."""
        yield AgendaList(widget_id="agenda")

    @property
    def table(self) -> AgendaList:
        """The list."""
        return self.query_one(AgendaList)

    @property
    def _clock(self) -> Clock:
        return Clock.at(self.desk.now, self.desk.zone)

    def on_mount(self) -> None:
        """Reads what there is to do."""
        self.table.focus()
        self._show_title()
        self.reload()
        self.set_interval(TICK, self._tick)

    def on_resize(self) -> None:
        """Leaves figures out where there is little room."""
        self._show_title()

    # --- reading ------------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Reads everything anew; while an answer is under way, once more after it."""
        self._again = True
        if not self._reading:
            self._reading = True
            self.run_worker(self._renew(), group="load")

    async def _renew(self) -> None:
        try:
            while self._again:
                self._again = False
                await self._ask()
        except OffhookError as error:
            self.say(str(error), problem=True)
        finally:
            self._reading = False

    async def _ask(self) -> None:
        now = self.desk.now
        tomorrow = end_of_today(now, self.desk.zone)

        country = self.desk.catalog.organization.country

        def read(workspace: Workspace) -> Agenda:
            agenda = workspace.agenda(now, tomorrow)
            # Where numbers belong is looked up here, not while a frame is drawn.
            shown: list[TaskLine | ContactLine] = [*agenda.tasks, *agenda.leads[: model.FEW]]
            for line in shown:
                zone_of(line, country)
                phone_words(line.phone, country)
            return agenda

        settled = self._foresight.settled()
        agenda = await self.desk.read(read)
        for foreseen in settled:
            self._foresight.drop(foreseen)
        self._read, self._until, self._read_at = agenda, tomorrow, now
        self._show()
        paint_now(self, self.table, self.title_bar)

    @property
    def agenda(self) -> Agenda | None:
        """What there is to do, with what commands under way will have changed; None until it is read."""
        return None if self._read is None else self._foresight.over(self._read)

    def _show(self) -> None:
        agenda = self.agenda
        if agenda is None:
            return
        clock = self._clock
        lines = model.arrange(agenda, clock, opened=self._opened)
        self.table.show_lines(lines, self.desk.catalog, clock, empty=self._nothing())
        if self._wanted and self.table.point_to(self._wanted):
            self._wanted = ""
        self._show_title()

    def _nothing(self) -> Sequence[str]:
        if still := self.desk.still_loading:
            return still
        call, plan = key_of(self, "record.calls"), key_of(self, "record.task")
        words = (
            "No callback, no task, no new lead, and every deal has a next step.",
            f"{key_of(self, 'app.go')} c shows the contacts: {call} calls through them, {plan} plans something with one.",
        )
        width = max(20, min(72, self.app.size.width - 4))
        return "Nothing is due", "", *(line for sentence in words for line in wrap(sentence, width))

    def _show_title(self) -> None:
        day = self.desk.now.astimezone(self.desk.zone)
        self.title_bar.show("Today", (f"{day:%a} {day.day} {day:%b}",), figures=self._figures())

    def _figures(self) -> str:
        agenda = self.agenda
        if agenda is None or not self.table.count:
            return ""
        if self.size.width < _NARROW:
            return self.table.position
        now = self.desk.now
        late = sum(line.task.due_at < now for line in agenda.tasks)
        figures = (
            f"{late:,} overdue" if late else "",
            f"{len(agenda.tasks) - late:,} to come",
            self.table.position,
        )
        return " · ".join(filter(None, figures))

    @on(ScreenResume)
    def _tick(self) -> None:
        """Brings up to date what changes by the clock alone; at midnight another day begins."""
        now = self.desk.now
        if self._read is None or not self.is_in_sight:
            return
        if now >= self._until or (now - self._read_at).total_seconds() >= ANEW:
            self.reload()
        else:
            self._show()

    async def apply_changes(self, changes: Sequence[Changed]) -> None:
        """Reads anew where anything that is listed may have changed; the cursor stays."""
        if any(one.everything for one in changes) or {table for table, _ in rows_of(changes)} & _TABLES:
            self._again = True
            if not self._reading:
                self._reading = True
                await self._renew()

    def refresh_bars(self) -> None:
        """Says with the bars how far the first load is, where the list is empty yet."""
        super().refresh_bars()
        loading = self.desk.last_seen_health.loading
        if self.is_in_sight and loading != self._loading:
            self._loading = loading
            self._show()

    def foresee(self, command: Command) -> Callable[[bool], None]:
        """Shows what is done, put off, given away or claimed before it is so; what is refused comes back."""
        agenda, catalog, clock = self.agenda, self.desk.catalog, self._clock
        if agenda is None or model.agenda_over(command, agenda, catalog, clock) is agenda:
            return super().foresee(command)
        foreseen = Foreseen[Agenda](lambda one: model.agenda_over(command, one, catalog, clock))
        self._foresight.add(foreseen)
        self._show()
        paint_now(self, self.table, self.title_bar)

        def settle(applied: bool) -> None:
            foreseen.settled = applied
            if not applied:
                self._foresight.drop(foreseen)
                self._show()

        return settle

    # --- where the user is --------------------------------------------------------------------------------------

    def arrived(self) -> None:
        """Goes to what has come due today, if anything has. What is left of other days is worked off from the top."""
        reminders = self.offhook.reminders
        if reminders is not None and reminders.due:
            latest, zone = reminders.due[-1].task, self.desk.zone
            if latest.due_at.astimezone(zone).date() == self.desk.now.astimezone(zone).date():
                self._wanted = latest.id
            reminders.see()
            self._show()

    @on(Table.Highlighted)
    def _moved(self) -> None:
        self._show_title()
        if self._kind != self._hinted:
            self._hinted = self._kind
            self.refresh_bindings()
        task = self._picked
        if task is not None and self.is_current and self.offhook.reminders is not None:
            self.offhook.reminders.see(task.id)

    @property
    def _picked(self) -> Task | None:
        item = self.table.item
        return model.task_of(item) if item is not None else None

    @property
    def _kind(self) -> str:
        """What is under the cursor: a task, one of the leads, or of the deals; empty: none of them."""
        item = self.table.item
        if item is None:
            return ""
        return "task" if model.task_of(item) else "leads" if item.part == "leads" else "deals"

    def subject(self) -> Subject | None:
        """What the row under the cursor is about: of a task its deal, or else its contact or company."""
        item = self.table.item
        return model.subject_of(item) if item is not None else None

    def called(self, subject: Subject) -> str:
        """The name of what the row under the cursor is about."""
        item = self.table.item
        return model.called(item) if item is not None and model.subject_of(item) == subject else ""

    def key_hints(self) -> list[tuple[str, str]]:
        """What is most of the work with a row of its kind comes first."""
        hints = super().key_hints()
        item = self.table.item
        if item is None:
            if self.table.count:
                return hints
            return [*self.hints_for({"chord('g')": "Go to", "search": "Find", "log": "Log"}), *hints[-1:]]
        labels = {
            active.binding.action: active.binding.description for active in self.active_bindings.values()
        }
        first = self.hints_for({action: labels.get(action, "") for action in _FIRST[self._kind]})
        return [*first, *(hint for hint in hints if hint[0] not in {key for key, _ in first})]

    def book_of(self, subject: Subject) -> str:
        """Where the record under the cursor lies."""
        item = self.table.item
        return model.book_of(item) if item is not None and model.subject_of(item) == subject else ""

    def brief_about(self) -> tuple[Subject | None, Known | None]:
        """What a briefing is about: the person of a task, a lead, a deal."""
        item = self.table.item
        if item is None:
            return None, None
        return subject_of_row(item.line), lambda scene: known_of_row(item.line, scene)

    def beside(self, record_id: str, step: int) -> str | None:
        """The record before or after one of the list, of the same kind, and puts the cursor there."""
        subject = self.subject()
        if subject is None or subject.id != record_id:
            return None
        items = self.table.items
        here = next(n for n, item in enumerate(items) if item is self.table.item)
        for item in items[here + step :: step] if 0 <= here + step < len(items) else ():
            other = model.subject_of(item)
            if other is not None and other.table == subject.table and other.id != record_id:
                self.table.point_to(model.line_id(item))
                return other.id
        return None

    # --- doing it -----------------------------------------------------------------------------------------------

    @on(TaskAsked)
    def _task_asked(self, event: TaskAsked) -> None:
        from tui.flows import tasks

        item = self.table.item
        if event.what == "snooze" and item is not None and isinstance(item.line, TaskLine):
            zone = zone_of(item.line, self.desk.catalog.organization.country)
            self.start(tasks.snooze_task(self, event.task, zone))
        else:
            self.start(tasks.JOBS[event.what](self, event.task))

    @on(Table.Activated)
    def _opened_row(self, event: Table.Activated) -> None:
        if isinstance(event.row, model.Rest):
            self._opened.add(event.row.part)
            place = self.table.cursor
            self._show()
            self.table.point(place)
        elif subject := self.subject():
            self.offhook.open_record(subject.table, subject.id)
        else:
            self.say("It is about no record.")

    @on(Table.Failed)
    def _failed(self, event: Table.Failed) -> None:
        self.say(event.reason, problem=True)

    async def call_list(self) -> CallList:
        """Everybody whom there is a reason to call today, in the order of the list."""
        from tui.models.call import CallList

        agenda = self.agenda
        return CallList("Today", *model.to_call(agenda, self._clock)) if agenda else CallList("Today", ())

    def action_call(self) -> None:
        """Calls whom the row is about; of a task, the call is what it was planned for."""
        from tui.flows import call_start

        if subject := self._about():
            task = self._picked
            self.start(call_start.call_one(self, subject, task.id if task is not None else ""))

    def action_edit(self) -> None:
        """Edits the record under the cursor."""
        from tui.flows import records

        if subject := self._about():
            self.start(records.edit(self, subject.table, subject.id))

    def action_reload(self) -> None:
        """Reads everything anew."""
        self.reload()
