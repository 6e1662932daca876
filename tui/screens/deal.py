"""The screen of a deal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.entities import Stage
from core.money import format_money
from core.workspace import Entry, Page, Subject, Workspace
from tui.actions import key_of
from tui.models.card_text import Clock
from tui.models.contact_text import right_words
from tui.models.detail import Detail
from tui.models.ladder import ladder
from tui.models.record_text import deal_details
from tui.screens.record import RecordScreen
from tui.widgets.lists import DealsBeside, PeopleBeside
from tui.widgets.stages import StageLadder, StageStrip
from tui.widgets.table import Table
from tui.widgets.tasks import TaskList

_MOVES = 500
"""Stage changes that are looked at for how long the deal was where."""


class DealScreen(RecordScreen):
    """Details, timeline, stages, tasks and people of a deal; it is moved by the keys that move a card."""

    TABLE = "deals"
    LABEL = "Deal"
    WORK = "Stage & tasks"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("H,shift+left", "move(-1)", "Move left", show=False, id="deal.move-left",
                tooltip="Move the deal to the stage before"),
        Binding("L,shift+right", "move(1)", "Move", id="deal.move-right", tooltip="Move the deal to the next stage"),
        Binding("1", "send(1)", "Send to stage 1…9", show=False, id="deal.stage-1",
                tooltip="Move the deal to the stage of that number"),
        *(Binding(str(n), f"send({n})", "", show=False, id=f"deal.stage-{n}") for n in range(2, 10)),
        Binding("W", "close('won')", "Won", id="deal.won", tooltip="The deal is won"),
        Binding("X", "close('lost')", "Lost", id="deal.lost", tooltip="The deal is lost or abandoned: asks why"),
        Binding("o", "contact", "Contact", show=False, id="deal.contact", tooltip="Open the deal's contact"),
        Binding("O", "choose_contact", "Choose contact", show=False, id="deal.choose-contact",
                tooltip="Say who the deal is with"),
        Binding("p", "switch_pipeline", "Other pipeline", show=False, id="deal.pipeline",
                tooltip="Take the deal to another pipeline"),
    ]  # fmt: skip

    _moves: Sequence[Entry] = ()

    def compose_body(self) -> ComposeResult:
        """The stages above the panes."""
        yield StageStrip()
        yield from super().compose_body()

    def compose_work(self) -> ComposeResult:
        """Stages, tasks, people and other deals."""
        yield StageLadder()
        yield self.make_tasks()
        yield PeopleBeside(
            lambda: self.desk.catalog.organization.country,
            self._clock,
            empty=f"Nobody. {key_of(self, 'deal.choose-contact')} says who it is with.",
        )
        yield DealsBeside(lambda: self.desk.catalog, self._clock, label="Other deals", empty="None.")

    def _clock(self) -> Clock:
        return Clock.at(self.desk.now, self.desk.zone)

    def gather(self, workspace: Workspace) -> Page:
        """Reads the deal and its moves."""
        subject = Subject("deals", self.record_id)
        moves = workspace.timeline(subject, kinds=("stage_change",), limit=_MOVES)
        page = super().gather(workspace)
        self._moves = moves
        return page

    def headline(self, page: Page) -> str:
        """The deal's title."""
        return page.deal.title if page.deal else ""

    def figures(self, page: Page) -> str:
        """Where it is and what it is worth."""
        deal = page.deal
        if deal is None:
            return ""
        stage = self.desk.catalog.stage_by_id.get(deal.stage_id)
        worth = "" if deal.value_minor is None else format_money(deal.value_minor, deal.currency)
        right = right_words(deal.book_id, self.desk.catalog)
        return " · ".join(filter(None, (stage.name if stage else "", worth, right)))

    def details(self, page: Page) -> Sequence[Detail]:
        """Every field."""
        return deal_details(page, self.scene)

    def show_work(self, page: Page) -> None:
        """Fills stages, tasks, people and other deals."""
        assert page.deal is not None
        rungs = ladder(page.deal, self._moves, self.desk.catalog, self.desk.now)
        self.query_one(StageStrip).show_rungs(rungs)
        self.query_one(StageLadder).show_rungs(rungs)
        self.query_one(TaskList).show_tasks(page.tasks)
        self.query_one(PeopleBeside).show_people(page.contacts)
        self.query_one(DealsBeside).show_deals(page.deals)

    @on(Table.Activated)
    def _opened(self, event: Table.Activated) -> None:
        if isinstance(event.table, PeopleBeside):
            self.offhook.open_record("contacts", event.row.id)
        elif isinstance(event.table, DealsBeside):
            self.offhook.open_record("deals", event.row.id)
        elif isinstance(event.table, StageLadder):
            self._go(event.row.stage)

    @on(StageStrip.Chosen)
    def _stage_clicked(self, event: StageStrip.Chosen) -> None:
        self._go(event.stage)

    # --- moving -------------------------------------------------------------------------------------------------

    def _go(self, stage: Stage | None) -> None:
        from tui.flows import moving

        deal = self.page.deal if self.page and not self._gone else None
        if deal is not None and stage is not None:
            self.start(moving.move(self, deal.id, deal.title, deal.stage_id, stage))

    def action_move(self, step: int) -> None:
        """Moves the deal to the stage beside."""
        from tui.flows import moving

        if self.page and self.page.deal:
            self._go(moving.stage_beside(self, self.page.deal.stage_id, step))

    def stage_names(self) -> Sequence[str]:
        """The stages of the deal's pipeline."""
        deal = self.page.deal if self.page else None
        return [stage.name for stage in self.desk.catalog.stages_of(deal.pipeline_id)] if deal else ()

    def action_send(self, number: int) -> None:
        """Moves the deal to a stage by its number."""
        from tui.flows import moving

        if self.page and self.page.deal:
            self._go(moving.stage_number(self, self.page.deal.pipeline_id, number))

    def action_close(self, kind: str) -> None:
        """The deal is won or lost."""
        from tui.flows import moving

        if self.page and self.page.deal:
            self._go(moving.closing_stage(self, self.page.deal.pipeline_id, kind))

    def action_switch_pipeline(self) -> None:
        """Takes the deal to another pipeline."""
        from tui.flows import deals

        if self.page and self.page.deal and not self._gone:
            self.start(deals.switch_pipeline(self, self.page.deal))

    # --- who it is with -----------------------------------------------------------------------------------------

    def action_contact(self) -> None:
        """Opens the deal's contact."""
        if self.page and self.page.contact:
            self.offhook.open_record("contacts", self.page.contact.id)
        else:
            self.say(f"No contact is set. {key_of(self, 'deal.choose-contact')} says who the deal is with.")

    def action_choose_contact(self) -> None:
        """Says who the deal is with."""
        from tui.flows import linking

        if self.page and self.page.deal and not self._gone:
            self.start(linking.choose_contact(self, self.page.deal, self.page.contacts))
