"""Moving cards: shown at once, then asked of the workspace, and taken back where it says no."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.changes import Answer, Status
from core.commands.base import Command
from core.commands.deals import MoveDeal, PlaceDeal
from core.entities import Stage
from core.errors import OffhookError
from core.fractional import between
from core.permissions import require_write
from core.pipelines import neighbour, require_move, stage_of_kind
from core.workspace import Card
from tui.desk import Desk
from tui.models.board import BoardModel, Damage, Pending
from tui.models.order import fits_between, place_of

if TYPE_CHECKING:
    from tui.screens.pipeline import PipelineScreen


class Moves:
    """The moves of a board's cards.

    Args:
        screen: says what came of them, asks why a deal is lost, draws what changed, reads a card anew.
        model: the board's state.
    """

    def __init__(self, screen: PipelineScreen, model: BoardModel) -> None:
        self._screen = screen
        self._model = model

    @property
    def _desk(self) -> Desk:
        return self._screen.desk

    def refusal(self, card: Card, stage: Stage) -> str:
        """Why a card may not go to a stage, in the user's words; empty: it may, as far as one can know here."""
        catalog = self._desk.catalog
        try:
            require_write(catalog, card.book_id, card.title)
            require_move(catalog, catalog.stage(card.stage_id), stage)
        except OffhookError as error:
            return str(error)
        return ""

    def beside(self, card: Card, step: int) -> Stage | None:
        """The stage on the right of a card's (left: -1); where there is none, says so and returns None."""
        catalog = self._desk.catalog
        try:
            origin = catalog.stage(card.stage_id)
        except OffhookError as error:
            self._screen.say(str(error), problem=True)
            return None
        target = neighbour(catalog, origin, step)
        if target is None:
            side = "right" if step > 0 else "left"
            self._screen.say(f"There is no stage to the {side} of {origin.name}.", problem=True)
        return target

    def of_kind(self, card: Card, kind: str) -> Stage | None:
        """Where deals of a card's pipeline are won or lost; where there is no such stage, says so and returns None."""
        catalog = self._desk.catalog
        try:
            return stage_of_kind(catalog, catalog.stage(card.stage_id).pipeline_id, kind)
        except OffhookError as error:
            self._screen.say(str(error), problem=True)
            return None

    def to(self, card: Card, stage: Stage, index: int | None = None) -> None:
        """Moves a card to a stage; of a lost one it is asked why first.

        Args:
            card: the card as it is shown.
            stage: where it goes.
            index: the place in the column, where cards lie by hand.
        """
        if card.stage_id == stage.id:
            self._screen.say(f"{card.title} is in {stage.name} already.")
        elif words := self.refusal(card, stage):
            self._screen.say(words, problem=True)
        elif stage.kind == "lost":
            self._screen.start(self._lose(card, stage, index))
        else:
            self._move(card, stage, index)

    async def _lose(self, card: Card, stage: Stage, index: int | None) -> None:
        from tui.flows.deals import ask_lost

        answer = await ask_lost(self._screen, card.title)
        if answer is not None:
            reason, abandoned = answer
            self._move(card, stage, index, reason=reason, abandoned=abandoned)

    def _move(
        self, card: Card, stage: Stage, index: int | None, *, reason: str = "", abandoned: bool = False
    ) -> None:
        above, below = self._neighbours(card, stage, index)
        position = between(above, below) if index is not None else None
        command = MoveDeal(
            deal_id=card.id, stage_id=stage.id, from_stage_id=card.stage_id, reason=reason, abandoned=abandoned,
            before_position=None if position is None else above,
            after_position=None if position is None else below,
        )  # fmt: skip
        now = self._desk.now.timestamp()
        closes = stage.kind != "open" and self._model.cursor_id == card.id

        def show() -> tuple[Pending, Damage]:
            column, index = self._model.cursor_column, self._model.cursor_index
            shown = self._model.move(card.id, stage, at=now, position=position)
            if closes:
                # Who closes a deal goes on with the next one of the column.
                self._model.stay(column, index)
            return shown

        self._make(command, show, follow=closes)

    def shift(self, card: Card, step: int) -> None:
        """Moves a card one place up (-1) or down within its column, where cards lie by hand."""
        if self._model.column_of(card.stage_id) is not None:
            index = self._model.index_of(card)
            # The slot behind the next card downwards; before the previous one upwards.
            self.place(card, index + 2 if step > 0 else index - 1)

    def place(self, card: Card, slot: int) -> None:
        """Puts a card before the one that is at `slot` of its column, where cards lie by hand."""
        column = self._model.column_of(card.stage_id)
        if column is None:
            return
        count, index = len(self._model.columns[column]), self._model.index_of(card)
        if slot < 0 or slot > count or slot in (index, index + 1):
            return
        try:
            require_write(self._desk.catalog, card.book_id, card.title)
        except OffhookError as error:
            self._screen.say(str(error), problem=True)
            return
        above, below = self._gap(card, column, slot, 1 if slot > index else -1)
        position = between(above, below)
        command = PlaceDeal(deal_id=card.id, before_position=above, after_position=below)
        self._make(command, lambda: self._model.place(card.id, position), quiet=True)

    def _neighbours(self, card: Card, stage: Stage, index: int | None) -> tuple[str, str]:
        column = self._model.column_of(stage.id)
        return ("", "") if column is None or index is None else self._gap(card, column, index, 1)

    def _gap(self, card: Card, column: int, slot: int, step: int) -> tuple[str, str]:
        """The keys around a slot, or around the next one in which a card can be put.

        Two cards have the same key where two people placed them at the same time; nothing goes between those.
        """
        count = len(self._model.columns[column])
        while 0 <= slot <= count:
            above = self._key_beside(card, column, slot - 1, -1)
            below = self._key_beside(card, column, slot, 1)
            if fits_between(above, below):
                return above, below
            slot += step
        return "", ""

    def _key_beside(self, card: Card, column: int, index: int, step: int) -> str:
        """The key of the card at a place, of the one beyond it where that is the card itself; empty at the ends."""
        other = self._model.card_at(column, index)
        if other is not None and other.id == card.id:
            other = self._model.card_at(column, index + step)
        return "" if other is None else place_of(other)

    def _make(
        self,
        command: Command,
        show: Callable[[], tuple[Pending, Damage]],
        *,
        quiet: bool = False,
        follow: bool = False,
    ) -> None:
        """Shows a change at once, and asks the workspace for it; the cursor may follow a card that comes back."""
        before = self._model.cursor_id
        pending, damage = show()
        self._screen.show_damage(damage, before)
        self._screen.paint()
        back_from = self._model.cursor_id if follow else ""
        self._screen.run_worker(self._ask(command, pending, quiet=quiet, back_from=back_from), group="moves")

    async def _ask(self, command: Command, pending: Pending, *, quiet: bool, back_from: str | None) -> None:
        """Lets a change stand, or takes it back, as the workspace says."""
        answer = await self._desk.execute(command)
        before = self._model.cursor_id
        damage = self._model.commit(pending) if answer.applied else self._model.roll_back(pending)
        if not answer.applied and before == back_from:
            self._model.go_to(pending.card_id)
        self._screen.show_damage(damage, before)
        if not answer.applied:
            await self._explain(command, pending.card_id, answer)
        elif not quiet:
            from tui.flows.run import tell

            tell(self._screen, answer)

    async def _explain(self, command: Command, card_id: str, answer: Answer) -> None:
        """Says why a change was refused, with the card where it really is; asks where somebody else moved it, too."""
        if answer.status in (Status.CONFLICT, Status.GONE):
            await self._screen.read_cards([card_id])
        if answer.status is not Status.CONFLICT or not answer.conflicts:
            self._screen.say(answer.reason or "That was not done.", problem=True)
            return
        from tui.flows.run import settle, tell

        settled = await settle(self._screen, command, answer, unasked=True)
        if settled is not None and settled.status is not Status.CONFLICT:
            tell(self._screen, settled)
            return
        catalog, conflict = self._desk.catalog, answer.conflicts[0]
        card = self._model.cards.get(card_id)
        title = card.title if card else "The deal"
        theirs = next((c.theirs for c in answer.conflicts if c.field == "stage_id"), None)
        stage = catalog.stage_by_id.get(theirs) if theirs else None
        did = f"moved {title} to {stage.name}" if stage else f"changed {title}"
        self._screen.say(
            f"{catalog.user_name(conflict.who)} {did} meanwhile. It stays as they left it.", problem=True
        )
