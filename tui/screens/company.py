"""The screen of a company."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.workspace import Page
from tui.actions import key_of
from tui.models.card_text import Clock
from tui.models.contact_text import owner_words, right_words
from tui.models.detail import Detail
from tui.models.record_text import company_details
from tui.screens.record import RecordScreen
from tui.widgets.lists import DealsBeside, PeopleBeside
from tui.widgets.table import Table
from tui.widgets.tasks import TaskList


class CompanyScreen(RecordScreen):
    """Details, timeline, people, deals and tasks of a company."""

    TABLE = "companies"
    LABEL = "Company"
    WORK = "People & deals"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new_contact", "New contact", id="company.new-contact", tooltip="Make a contact of this company"),
    ]  # fmt: skip

    def compose_work(self) -> ComposeResult:
        """People, deals and tasks."""
        yield PeopleBeside(
            lambda: self.desk.catalog.organization.country,
            self._clock,
            empty=f"Nobody. {key_of(self, 'company.new-contact')} adds someone.",
        )
        yield DealsBeside(lambda: self.desk.catalog, self._clock, label="Deals", empty="None yet.")
        yield self.make_tasks()

    def _clock(self) -> Clock:
        return Clock.at(self.desk.now, self.desk.zone)

    def headline(self, page: Page) -> str:
        """The company's name."""
        return page.company.name if page.company else ""

    def figures(self, page: Page) -> str:
        """Whose it is."""
        if page.company is None:
            return ""
        book_id, catalog = page.company.book_id, self.desk.catalog
        return " · ".join(filter(None, (owner_words(book_id, catalog), right_words(book_id, catalog))))

    def details(self, page: Page) -> Sequence[Detail]:
        """Every field."""
        return company_details(page, self.scene)

    def show_work(self, page: Page) -> None:
        """Fills people, deals and tasks."""
        self.query_one(PeopleBeside).show_people(page.contacts)
        self.query_one(DealsBeside).show_deals(page.deals)
        self.query_one(TaskList).show_tasks(page.tasks)

    @on(Table.Activated)
    def _opened(self, event: Table.Activated) -> None:
        if isinstance(event.table, PeopleBeside):
            self.offhook.open_record("contacts", event.row.id)
        elif isinstance(event.table, DealsBeside):
            self.offhook.open_record("deals", event.row.id)

    def action_new_contact(self) -> None:
        """Makes a contact of this company and opens it."""
        if self.page is not None and not self._gone:
            self.start(self._new_contact(self.page))

    async def _new_contact(self, page: Page) -> None:
        from tui.flows import records

        made = await records.new_contact(self, company=page.company)
        if made:
            self.offhook.open_record("contacts", made)
