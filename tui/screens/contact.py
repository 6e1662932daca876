"""The screen of a contact."""

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
from tui.models.record_text import contact_details
from tui.screens.record import RecordScreen
from tui.widgets.lists import DealsBeside
from tui.widgets.tasks import TaskList


class ContactScreen(RecordScreen):
    """Details, timeline, deals and tasks of a contact."""

    TABLE = "contacts"
    LABEL = "Contact"
    WORK = "Deals & tasks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new_deal", "New deal", id="contact.new-deal", tooltip="Make a deal with this contact"),
        Binding("o", "company", "Company", show=False, id="contact.company", tooltip="Open the contact's company"),
    ]  # fmt: skip

    def compose_work(self) -> ComposeResult:
        """Deals and tasks."""
        yield DealsBeside(
            lambda: self.desk.catalog,
            lambda: Clock.at(self.desk.now, self.desk.zone),
            label="Deals",
            empty=f"None. {key_of(self, 'contact.new-deal')} makes one.",
        )
        yield self.make_tasks()

    def headline(self, page: Page) -> str:
        """The contact's name."""
        return page.contact.name if page.contact else ""

    def figures(self, page: Page) -> str:
        """Whose it is."""
        if page.contact is None:
            return ""
        book_id, catalog = page.contact.book_id, self.desk.catalog
        return " · ".join(filter(None, (owner_words(book_id, catalog), right_words(book_id, catalog))))

    def details(self, page: Page) -> Sequence[Detail]:
        """Every field."""
        return contact_details(page, self.scene)

    def show_work(self, page: Page) -> None:
        """Fills deals and tasks."""
        self.query_one(DealsBeside).show_deals(page.deals)
        self.query_one(TaskList).show_tasks(page.tasks)

    @on(DealsBeside.Activated)
    def _deal_opened(self, event: DealsBeside.Activated) -> None:
        if isinstance(event.table, DealsBeside):
            self.offhook.open_record("deals", event.row.id)

    def action_company(self) -> None:
        """Opens the contact's company."""
        if self.page and self.page.company:
            self.offhook.open_record("companies", self.page.company.id)
        else:
            self.say(f"No company is set. {key_of(self, 'record.edit')} sets one.")

    def action_new_deal(self) -> None:
        """Makes a deal with this contact and opens it."""
        if self.page is not None and not self._gone:
            self.start(self._new_deal(self.page))

    async def _new_deal(self, page: Page) -> None:
        from tui.flows import records

        pipelines = self.desk.catalog.pipelines
        if not pipelines:
            self.say("There is no pipeline yet. g p, then P, makes one.", problem=True)
            return
        made = await records.new_deal(self, pipelines[0].id, contact=page.contact)
        if made:
            self.offhook.open_record("deals", made)
