"""The list of contacts: search as you type, filter, select many, act."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from core.commands.base import Command
from core.entities import SmartView
from core.errors import OffhookError
from core.filters import EVERYTHING, Query, parse
from core.workspace import Changed, ContactLine, Subject, Workspace
from tui.actions import key_of
from tui.desk import Desk
from tui.models.card_text import Clock
from tui.models.contact_text import (
    ago,
    name_words,
    next_style,
    next_words,
    number_words,
    owner_words,
    phone_words,
)
from tui.models.foresight import Foreseen, Foresight, ids_in, line_over
from tui.models.news import rows_of
from tui.repaint import paint_now
from tui.screens.base import DeskScreen
from tui.screens.quick import QuickScreen
from tui.widgets.filterbar import FilterBar
from tui.widgets.table import Column, PagedSource, Table

if TYPE_CHECKING:
    from tui.models.call import CallList

FIRST = 64
"""Rows that are read before anything else is."""
QUICK = 0.003
"""Seconds that the first rows wait for the count of all."""
PATIENCE = 0.015
"""Seconds that a typed letter waits for what it finds, before it is shown alone."""
TICK = 30.0
"""Seconds between looks at the clock."""
SORTS = {
    "name": "Name",
    "company": "Company",
    "last": "Last touch, longest ago first",
    "next": "Next task, earliest first",
    "created": "Newest first",
    "status": "Lead status",
}
_DESCENDING = frozenset({"created"})


_ON_MANY = {
    "tag": "Tag", "assign": "Assign", "claim": "Claim", "export": "Export", "delete": "Delete", "clear_selection": "clear",
}  # fmt: skip
"""Actions with what the key bar calls them while contacts are selected."""
Job = Callable[[DeskScreen, str, Sequence[str]], Awaitable[None]]
"""(screen, table, ids) → what is done to them."""


class ContactSearch(FilterBar):
    """The line that is typed in. Enter opens the first contact, down goes to the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter", "take", "Open", id="contacts.take", tooltip="Open the first that fits", priority=True
        ),
        Binding(
            "down", "keep", "To the list", id="contacts.to-list", tooltip="Go to the list", priority=True
        ),
    ]

    @dataclass
    class Taken(Message):
        """The first contact that fits what is typed is to be opened."""

        text: str

    def __init__(self, desk: Desk, heard: Callable[[str], None]) -> None:
        super().__init__("contacts", lambda: desk.catalog, lambda: (desk.now, desk.zone))
        self._heard = heard

    def on_mount(self) -> None:
        """Says what can be typed."""
        self.line.placeholder = "Name, company, phone, e-mail … or owner:me status:new last>30d"

    @property
    def line(self) -> Input:
        """Where it is typed."""
        return self.query_one(Input)

    def _look(self, text: str) -> None:
        """Tells of the filter at once: a message would wait until the letter has been painted."""
        before = self._said
        super()._look(text)
        if self._said != before:
            self._heard(self._said)

    def action_take(self) -> None:
        """Asks for the first contact; a filter that cannot be used stays to be corrected."""
        if self._problem:
            self.action_keep()
            return
        self.post_message(self.Taken(self.line.value.strip()))


class ContactsScreen(QuickScreen):
    """All contacts, or those that a search lets through."""

    AUTO_FOCUS = "Table"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,f", "search", "Search", id="contacts.search", tooltip="Search and filter as you type"),
        Binding("n", "new", "New", id="contacts.new", tooltip="Make a new contact"),
        Binding("N", "new_company", "New company", show=False, id="contacts.new-company", tooltip="Make a company"),
        Binding("e", "edit", "Edit", id="contacts.edit", tooltip="Edit every field of the contact"),
        Binding("V", "views", "Views", id="contacts.views", tooltip="Show a saved view"),
        Binding(
            "ctrl+s", "save_view", "Save view", show=False, id="contacts.save-view", tooltip="Save this filter by name"
        ),
        Binding("s", "sort", "Sort", show=False, id="contacts.sort", tooltip="Choose the order"),
        Binding(
            "D", "delete", "Delete", show=False, id="contacts.delete", tooltip="Delete the selected contacts; can be undone"
        ),
        Binding(
            "X", "export", "Export", show=False, id="contacts.export", tooltip="Write the selected contacts to a file"
        ),
        Binding(
            "escape", "reset", "Everything", show=False, id="contacts.reset", tooltip="Drop the filter"
        ),
    ]  # fmt: skip

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._loading = desk.last_seen_health.loading
        self._query = EVERYTHING
        self._sort = ""
        self._view: SmartView | None = None
        self._view_text = ""
        self._clock = Clock.at(desk.now, desk.zone)
        self._stale = True
        self._searching = False
        self._open_for: str | None = None
        self._keep_cursor = True
        self._recount = False
        self._held: ExitStack | None = None
        self._hinted = False
        self._counting: asyncio.Task[None] | None = None
        self._foresight = Foresight[ContactLine]()
        self._to_count: tuple[Query, PagedSource[ContactLine]] | None = None

    def compose_body(self) -> ComposeResult:
        """A line to search by, and the list."""
        yield ContactSearch(self.desk, self._narrow)
        yield Table[ContactLine](
            self._columns(), folded=self._folded_columns(), fold_below=60, widget_id="contacts-list"
        )

    # --- what is shown ------------------------------------------------------------------------------------------

    def _columns(self) -> list[Column[ContactLine]]:
        country = self.desk.catalog.organization.country
        return [
            Column("name", "Name", 18, name_words, weight=3, most=32, style="strong"),
            Column("title", "Title", 14, lambda line: line.title, weight=2, most=26, priority=5,
                   style="muted"),
            Column("company", "Company", 20, lambda line: line.company, weight=3, most=34, priority=1),
            Column("phone", "Phone", 17, lambda line: number_words(line, country), priority=2,
                   style=lambda line: "warning" if line.do_not_call else None),
            Column("status", "Status", 11, lambda line: line.lead_status, priority=6, style="muted"),
            Column("last", "Last touch", 10, lambda line: ago(line.last_activity_at, self._clock), priority=4,
                   style="muted"),
            Column("next", "Next", 14, lambda line: next_words(line.next_task_at, self._clock), priority=3,
                   style=lambda line: next_style(line.next_task_at, self._clock)),
            Column("owner", "Owner", 12, lambda line: owner_words(line.book_id, self.desk.catalog), priority=7,
                   style="muted"),
            Column("tags", "Tags", 12, lambda line: line.tags, weight=1, most=24, priority=8,
                   style="today"),
            Column("city", "City", 12, lambda line: line.city, weight=1, most=18, priority=9,
                   style="muted"),
        ]  # fmt: skip

    def _folded_columns(self) -> tuple[list[Column[ContactLine]], list[Column[ContactLine]]]:
        country = self.desk.catalog.organization.country
        due = Column[ContactLine](
            "next", "", 10, lambda line: next_words(line.next_task_at, self._clock), align="right", weight=1,
            style=lambda line: next_style(line.next_task_at, self._clock),
        )  # fmt: skip
        return (
            [Column("name", "", 16, name_words, weight=3, style="strong"), due],
            [
                Column("company", "", 10, lambda line: line.company, weight=1, style="muted"),
                Column("phone", "", 17, lambda line: number_words(line, country), align="right",
                       style=lambda line: "warning" if line.do_not_call else "muted"),
            ],
        )  # fmt: skip

    @property
    def table(self) -> Table[ContactLine]:
        """The list."""
        return self.query_one(Table)

    @property
    def search(self) -> ContactSearch:
        """The line that is typed in."""
        return self.query_one(ContactSearch)

    def on_mount(self) -> None:
        """Reads the first rows."""
        self.table.focus()
        country = self.desk.catalog.organization.country
        # The first number costs the import of what reads numbers: not to be paid while a frame is drawn.
        self.run_worker(self.desk.read(lambda _: phone_words("+12025550123", country)))
        self._find()
        self.set_interval(TICK, self._tick)

    def _tick(self) -> None:
        """Brings up to date what changes by the clock alone: what is due, how long ago things were."""
        self._clock = Clock.at(self.desk.now, self.desk.zone)
        if self.is_current:
            self.table.refresh()

    # --- searching ----------------------------------------------------------------------------------------------

    def _narrow(self, text: str) -> None:
        """Lets through what fits a filter."""
        query = parse(text, "contacts", self.desk.catalog, now=self.desk.now, zone=self.desk.zone)
        if query != self._query:
            self._query = query
            self.table.marks.clear()
            self._hold()
            self._find(keep_cursor=False)

    def _hold(self) -> None:
        """Lets a typed letter wait for what it finds, so that both make one frame; but not for long."""
        if self._held is None:
            self._held = ExitStack()
            self._held.enter_context(self.app.batch_update())
            self.set_timer(PATIENCE, self._release)

    def _release(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None

    def _find(self, *, keep_cursor: bool = True, recount: bool = True) -> None:
        """Reads what fits. While an answer is under way only the latest question waits; older ones are dropped."""
        self._stale = True
        self._keep_cursor = keep_cursor
        self._recount = self._recount or recount
        if not self._searching:
            self._searching = True
            self.run_worker(self._answer(), group="search")

    async def _answer(self) -> None:
        try:
            while self._stale:
                self._stale = False
                await self._ask(self._query, self._order, keep_cursor=self._keep_cursor)
        except OffhookError as error:
            self.say(str(error), problem=True)
        finally:
            self._searching = False

    @property
    def _order(self) -> str:
        """By what the rows are sorted: by how well they fit while words are searched for."""
        return self._sort or ("relevance" if self._query.words else "name")

    async def _ask(self, query: Query, sort: str, *, keep_cursor: bool) -> None:
        descending = sort in _DESCENDING
        table = self.table

        async def fetch(offset: int, limit: int) -> list[ContactLine]:
            return await self.desk.read(
                lambda ws: ws.contacts(query, sort=sort, descending=descending, offset=offset, limit=limit)
            )

        first, height = table.in_sight if keep_cursor else (0, FIRST)
        settled = self._foresight.settled()
        source = PagedSource(
            fetch, 0, lambda line: line.id, exact=False, page=FIRST, over=self._foresight.over
        )
        source.count = max(table.count if keep_cursor else 0, FIRST)
        await source.load_around(first, first + height - 1)
        if self._stale:
            return
        if not self._recount and table.exact and not source.exact:
            source.count, source.exact = table.count, True
        self._recount = False
        counting = self._count(query, source)
        if counting is not None:
            # Most counts are quick enough for the same frame.
            await asyncio.wait([counting], timeout=QUICK)
        for foreseen in settled:
            self._foresight.drop(foreseen)
        self._clock = Clock.at(self.desk.now, self.desk.zone)
        table.show(source, keep_cursor=keep_cursor, empty=self._nothing())
        table.sorted_by(sort, descending=descending)
        self._show_title()
        self._release()
        paint_now(self, table, self.title_bar, *self.search.query(Widget))
        if self._open_for == query.text:
            self._open_first()

    def _count(self, query: Query, source: PagedSource[ContactLine]) -> asyncio.Task[None] | None:
        """Counts all that fit, where that is not known. Of several counts that are wanted only the latest is made."""
        if source.exact:
            return None
        self._to_count = (query, source)
        if self._counting is None or self._counting.done():
            self._counting = asyncio.ensure_future(self._count_all())
        return self._counting

    async def _count_all(self) -> None:
        while self._to_count is not None and self.is_attached:
            (query, source), self._to_count = self._to_count, None
            try:
                count = await self.desk.read(partial(_counted, query))
            except OffhookError as error:
                self.say(str(error), problem=True)
                return
            self.table.set_count(source, count)
            self._show_title()

    def refresh_bars(self) -> None:
        """Says with the bars how far the first load is, where the list is empty yet."""
        super().refresh_bars()
        loading = self.desk.last_seen_health.loading
        if self.is_in_sight and loading != self._loading:
            self._loading = loading
            if not self.table.count:
                self._find()

    def _nothing(self) -> Sequence[str]:
        if still := self.desk.still_loading:
            return still
        if self._query.is_empty:
            return (
                "No contacts yet",
                "",
                f"{key_of(self, 'app.import')} brings them in from a file, {key_of(self, 'contacts.new')} makes the first one.",
                "offhook demo shows a filled one.",
            )
        return (
            f"Nothing fits “{self._query.text[:60]}”",
            "",
            "Every word must begin a word of the name, company, e-mail, phone or a note.",
            f"{key_of(self, 'contacts.reset')} shows everything again, {key_of(self, 'contacts.new')} makes a new contact.",
        )

    def _show_title(self) -> None:
        if bool(self.table.marks) != self._hinted:
            self._hinted = not self._hinted
            self.refresh_bars()
        view = self._view.name if self._view and self._query.text == self._view_text else ""
        order = f" · by {self._order}" if self._order not in ("name", "relevance") else ""
        self.title_bar.show("Contacts", (view,) if view else (), figures=f"{self.table.position}{order}")

    # --- the list -----------------------------------------------------------------------------------------------

    def subject(self) -> Subject | None:
        """The contact under the cursor."""
        line = self.table.cursor_row
        return Subject("contacts", line.id) if line else None

    def selected_ids(self) -> tuple[str, Sequence[str]] | None:
        """The selected contacts, or the one under the cursor."""
        if self.table.selection:
            return "contacts", sorted(self.table.selection)
        return super().selected_ids()

    def key_hints(self) -> list[tuple[str, str]]:
        """What is done to many while some are selected."""
        hints = super().key_hints()
        return [*self.hints_for(_ON_MANY), *hints[-1:]] if self.table.marks else hints

    def beside(self, record_id: str, step: int) -> str | None:
        """The contact before or after one of the list, and puts the cursor there."""
        table = self.table
        line = table.cursor_row
        if line is None or line.id != record_id:
            return None
        table.point(table.cursor + step)
        line = table.cursor_row
        return line.id if line and line.id != record_id else None

    @on(Table.Highlighted)
    @on(Table.SelectionChanged)
    def _moved(self) -> None:
        self._show_title()

    @on(Table.Failed)
    def _failed(self, event: Table.Failed) -> None:
        self.say(event.reason, problem=True)

    @on(Table.Activated)
    def _activated(self, event: Table.Activated) -> None:
        self.offhook.open_record("contacts", event.row.id)

    @on(ContactSearch.Taken)
    def _taken(self, event: ContactSearch.Taken) -> None:
        """Opens the first contact, once the answer to what was typed is there."""
        self._open_for = event.text
        if not self._searching and event.text == self._query.text:
            self._open_first()

    def _open_first(self) -> None:
        self._open_for = None
        line = self.table.cursor_row
        if line is not None:
            self.table.focus()
            self.offhook.open_record("contacts", line.id)

    @on(ContactSearch.Kept)
    def _kept(self) -> None:
        self.table.focus()

    @on(ContactSearch.Cleared)
    def _cleared(self) -> None:
        self._drop_filter()

    async def apply_changes(self, changes: Sequence[Changed]) -> None:
        """Reads the rows in sight anew where contacts, companies or what hangs on them changed."""
        tables = {table for table, _ in rows_of(changes)}
        everything = any(change.everything for change in changes)
        if everything or tables & {"contacts", "companies", "tasks", "activities"}:
            # Without a filter, only contacts that come and go change how many there are.
            self._find(recount=everything or "contacts" in tables or not self._query.is_empty)

    def foresee(self, command: Command) -> Callable[[bool], None]:
        """Shows whose contacts will be, and their tags."""
        catalog = self.desk.catalog
        ids = ids_in(command, "contacts")
        if not ids:
            return super().foresee(command)
        foreseen = Foreseen[ContactLine](
            lambda line: line_over(command, line, catalog) if line.id in ids else line
        )
        self._foresight.add(foreseen)
        self.table.refresh()

        def settle(applied: bool) -> None:
            foreseen.settled = applied
            if not applied:
                self._foresight.drop(foreseen)
                self.table.refresh()

        return settle

    def called(self, subject: Subject) -> str:
        """The name of the contact under the cursor."""
        line = self.table.cursor_row
        return name_words(line) if line is not None and line.id == subject.id else ""

    def book_of(self, subject: Subject) -> str:
        """The book of the contact under the cursor."""
        line = self.table.cursor_row
        return line.book_id if line is not None and line.id == subject.id else ""

    # --- actions ------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Escape takes the briefing away, then drops a filter where there is one."""
        if action == "reset":
            return not self._query.is_empty or self.has_briefing
        return super().check_action(action, parameters)

    def action_search(self) -> None:
        """Goes to the line that is typed in."""
        self.search.edit(self.search.line.value)
        self.run_worker(self._learn_tags(), group="tags", exclusive=True)

    async def _learn_tags(self) -> None:
        # Without them, tags are not completed; nothing else is amiss.
        with suppress(OffhookError):
            self.search.know_tags(await self.desk.read(lambda ws: ws.tags("contacts")))

    def action_reset(self) -> None:
        """Drops the filter and goes to the list; takes the briefing away first."""
        if not self.close_briefing():
            self._drop_filter()

    def _drop_filter(self) -> None:
        self._view = None
        self.search.line.value = ""
        self._narrow("")
        self.table.focus()

    def action_new(self) -> None:
        """Makes a contact and opens it."""
        self.start(self._new())

    async def _new(self) -> None:
        from tui.flows import records

        made = await records.new_contact(self)
        if made:
            self.offhook.open_record("contacts", made)

    def action_new_company(self) -> None:
        """Makes a company and opens it."""
        self.start(self._new_company())

    async def _new_company(self) -> None:
        from tui.flows import records

        made = await records.new_company(self)
        if made:
            self.offhook.open_record("companies", made)

    def action_edit(self) -> None:
        """Edits the contact under the cursor."""
        from tui.flows import records

        if subject := self._about():
            self.start(records.edit(self, subject.table, subject.id))

    def action_views(self) -> None:
        """Shows a saved view."""
        self.start(self._pick_view())

    async def _pick_view(self) -> None:
        from tui.flows import views

        chosen = await views.pick_view(self, "contacts", self._view.id if self._view else "")
        if chosen is None:
            return
        if isinstance(chosen, str):
            self._view, self._sort = None, ""
            self.search.line.value = ""
        else:
            self._view, self._sort = chosen, chosen.sort if chosen.sort in SORTS else ""
            self._view_text = chosen.query.strip()
            self.search.line.value = chosen.query
        self.table.focus()
        self._find(keep_cursor=False)

    def action_save_view(self) -> None:
        """Saves the filter."""
        from tui.flows import views

        name = self._view.name if self._view else ""
        self.start(views.save_view(self, "contacts", self.search.line.value, sort=self._sort, name=name))

    def action_sort(self) -> None:
        """Chooses the order."""
        self.start(self._pick_sort())

    async def _pick_sort(self) -> None:
        from tui.dialogs.pick import Option, Picker

        options = [Option(key, label, key=label[0].lower()) for key, label in SORTS.items()]
        if self._query.words:
            options.insert(0, Option("", "How well it fits", key="f"))
        chosen = await self.app.push_screen_wait(Picker("Sort by", options, current=self._order))
        if isinstance(chosen, str):
            self._sort = "" if chosen == "name" and not self._query.words else chosen
            self._find()

    async def call_list(self) -> CallList:
        """The selected contacts; without any, all of the list, which new matches join."""
        from tui.models.call import CallList

        marks, sort, query = self.table.marks, self._order, self._query
        descending = sort in _DESCENDING
        ids = await self.desk.read(lambda ws: ws.contact_ids(query, sort=sort, descending=descending))
        view = self._view if self._view and query.text == self._view_text else None
        if marks:
            chosen = set(marks.resolve(ids))
            return CallList(f"{len(chosen):,} selected", [one for one in ids if one in chosen])
        name = view.name if view else query.text or "All contacts"
        view_id = view.id if view else ""
        return CallList(name, ids, query=query.text, sort=sort, descending=descending, view_id=view_id)

    # --- on the selection ---------------------------------------------------------------------------------------

    def _with_selection(self, job: Job) -> None:
        """Runs a job on what is selected; on everything that matches, its ids are read first."""
        if self.table.marks.everything:
            self.start(self._with_everything(job))
        elif chosen := self._chosen():
            self.start(job(self, *chosen))

    async def _with_everything(self, job: Job) -> None:
        query = self._query
        try:
            ids = self.table.marks.resolve(await self.desk.read(lambda ws: ws.contact_ids(query)))
        except OffhookError as error:
            self.say(str(error), problem=True)
            return
        if ids:
            await job(self, "contacts", ids)

    def action_claim(self) -> None:
        """Claims the selected contacts."""
        from tui.flows import records

        self._with_selection(records.claim)

    def action_assign(self) -> None:
        """Assigns the selected contacts."""
        from tui.flows import records

        self._with_selection(records.assign)

    def action_tag(self) -> None:
        """Tags the selected contacts."""
        from tui.flows import records

        self._with_selection(records.tag)

    def action_share(self) -> None:
        """Shares the selected contacts."""
        from tui.flows import sharing

        self._with_selection(sharing.share_records)

    def action_delete(self) -> None:
        """Deletes the selected contacts."""
        from tui.flows import records

        self._with_selection(records.delete)

    def action_export(self) -> None:
        """Writes the selected contacts to a file; all that fit where none are selected."""
        from tui.flows import export

        marks, table = self.table.marks, self.table
        if marks and not marks.everything:
            ids = sorted(table.selection)
            self.start(export.export_contacts(self, export.these(ids), len(ids)))
        elif table.count:
            left_out = frozenset(marks.ids)
            number = marks.count(table.count) if marks else table.count
            self.start(
                export.export_contacts(self, self._query, number, chosen=lambda one: one not in left_out)
            )
        else:
            self.say("There is nothing to export.")


def _counted(query: Query, workspace: Workspace) -> int:
    return workspace.count_contacts(query)
