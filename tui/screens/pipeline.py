"""The pipeline: board or list, filter, and every key that a deal under the cursor obeys."""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from core.commands.base import Command
from core.entities import Pipeline, SmartView
from core.errors import Invalid, OffhookError
from core.filters import Query, parse
from core.health import DAY
from core.money import format_short
from core.workspace import Card, Changed, Subject, Workspace
from tui.actions import key_of
from tui.ahead import CLOSED_DAYS
from tui.briefer import Known
from tui.desk import Desk
from tui.models.board import Arranged, BoardModel, Damage, arrange
from tui.models.briefing import prepare
from tui.models.briefing_known import known_of_card
from tui.models.card_text import Clock
from tui.models.foresight import card_values, ids_in
from tui.models.news import ids_of, rows_of
from tui.models.order import DEFAULT, SORTS
from tui.models.whereabouts import whereabouts
from tui.repaint import PartCompositor, paint_now
from tui.screens.base import DeskScreen
from tui.screens.pipeline_moves import Moves
from tui.widgets.board import Board
from tui.widgets.deal_list import DealList
from tui.widgets.filterbar import FilterBar
from tui.widgets.frame import Frame

"""How long a closed deal stays on the board."""
if TYPE_CHECKING:
    from tui.models.call import CallList

LIST_BELOW = 60
"""Cells below which there is no board but a list."""
TICK = 30.0
"""Seconds between looks at the clock: what is due, how long deals have been where they are."""
SETTLE = 1.0
"""Seconds after the cards are there until the garbage that reading them left is cleared away."""
MANY = 500
"""Changed deals from which reading the whole board is quicker than patching it."""
_ON_MANY = {"tag": "Tag", "assign": "Assign", "claim": "Claim", "delete": "Delete", "back": "clear"}
_NARROW = {
    "call": "Call", "move(-1)": "◂", "move(1)": "Move ▸", "close('won')": "Won", "close('lost')": "Lost",
    "note": "Note", "task": "Task",
}  # fmt: skip
"""Actions with what the key bar calls them."""
_SETUP = frozenset(
    {"pipelines", "stages", "books", "users", "teams", "memberships", "organizations", "shares"}
)


def _freeze() -> None:
    """Takes the cards out of the garbage collector's sight: looking through them would fall into some key press."""
    gc.collect()
    gc.freeze()


class PipelineScreen(DeskScreen):
    """Deals of a pipeline."""

    BRIEF_BESIDE = 150
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("H,shift+left", "move(-1)", "Move left", show=False, id="board.move-left",
                tooltip="The deal to the stage on the left"),
        Binding("L,shift+right", "move(1)", "Move", id="board.move-right",
                tooltip="The deal to the stage on the right"),
        Binding("1", "send(1)", "Send to stage 1…9", show=False, id="board.stage-1",
                tooltip="The deal to the stage of that number"),
        *(Binding(str(n), f"send({n})", "", show=False, id=f"board.stage-{n}") for n in range(2, 10)),
        Binding("W", "close('won')", "Won", id="board.won", tooltip="The deal is won"),
        Binding("X", "close('lost')", "Lost", id="board.lost", tooltip="Lost or abandoned: asks why"),
        Binding("n", "new", "New", id="board.new", tooltip="A new deal in this stage"),
        Binding("e", "edit", "Edit", id="board.edit", tooltip="Every field of the deal"),
        Binding("D", "delete", "Delete", show=False, id="board.delete", tooltip="The deal, or those selected"),
        Binding("x", "select", "Select", show=False, id="board.select",
                tooltip="To tag, assign, claim, delete many"),
        Binding("f", "filter", "Filter", id="board.filter", tooltip="Owner, stage, value, close date …"),
        Binding("s", "sort", "Sort", show=False, id="board.sort", tooltip="The order of the cards"),
        Binding("M", "manual", "Order by hand", show=False, id="board.manual",
                tooltip="With J and K; again: as before"),
        Binding("J,shift+down", "shift(1)", "Card down", show=False, id="board.card-down",
                tooltip="Where cards are ordered by hand"),
        Binding("K,shift+up", "shift(-1)", "Card up", show=False, id="board.card-up",
                tooltip="Where cards are ordered by hand"),
        Binding("p", "pipeline", "Pipeline", show=False, id="board.pipeline", tooltip="Show another pipeline"),
        Binding("P", "edit_pipelines", "Edit pipelines", show=False, id="board.pipelines",
                tooltip="Stages, what may follow what, probabilities"),
        Binding("v", "view", "List", show=False, id="board.view", tooltip="Between board and list"),
        Binding("V", "views", "Views", show=False, id="board.views", tooltip="Saved filters"),
        Binding("ctrl+s", "save_view", "Save view", show=False, id="board.save-view",
                tooltip="Save this filter and order under a name"),
        Binding("z,minus", "density(1)", "Denser", show=False, id="board.denser", tooltip="More cards, less of each"),
        Binding("plus,equals_sign", "density(-1)", "Roomier", show=False, id="board.roomier",
                tooltip="Fewer cards, more of each"),
        Binding("r", "reload", "Read anew", show=False, id="board.reload", tooltip="Read the board anew"),
        Binding("escape", "back", "Clear", show=False, id="board.clear",
                tooltip="The selection, the briefing, the filter"),
    ]  # fmt: skip

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._compositor = PartCompositor()
        pipelines = desk.catalog.pipelines
        self._pipeline_id = pipelines[0].id if pipelines else ""
        self._filter = ""
        self._view: SmartView | None = None
        self._sort = DEFAULT
        self._prefers_list = False
        self._model = BoardModel(desk.catalog.stages_of(self._pipeline_id), tomorrow=self._clock().tomorrow)
        self._moves = Moves(self, self._model)
        self._loaded = False
        self._reload_wanted = False
        self._reloading = False
        self._patching = asyncio.Lock()
        self._hinted: tuple[bool, bool] | None = None

    def compose_body(self) -> ComposeResult:
        """Filter, board or list."""
        yield FilterBar("deals", lambda: self.desk.catalog, lambda: (self.desk.now, self.desk.zone))
        with Frame(id="work"):
            yield Board()
            deals = DealList()
            deals.display = False
            yield deals

    def on_mount(self) -> None:
        """Shows the columns at once, and the cards as soon as they are read."""
        self._board.show(self._model, self.desk.catalog, self._clock(), judge=self._moves.refusal)
        self._board.focus()
        self._show_title()
        self.reload()
        self.set_interval(TICK, self._tick)

    # --- parts ------------------------------------------------------------------------------------------------------

    @property
    def _board(self) -> Board:
        return self.query_one(Board)

    @property
    def _list(self) -> DealList:
        return self.query_one(DealList)

    @property
    def _filter_bar(self) -> FilterBar:
        return self.query_one(FilterBar)

    @property
    def _as_list(self) -> bool:
        return self._prefers_list or 0 < self.size.width < LIST_BELOW

    @property
    def _pipeline(self) -> Pipeline | None:
        return self.desk.catalog.pipeline_by_id.get(self._pipeline_id)

    def _clock(self) -> Clock:
        return Clock.at(self.desk.now, self.desk.zone)

    def _query(self) -> Query:
        return parse(self._filter, "deals", self.desk.catalog, now=self.desk.now, zone=self.desk.zone)

    async def call_list(self) -> CallList:
        """Whom the selected deals are about; without any, those of the cursor's column."""
        from tui.flows.call_start import of_deals

        if self._model.selected:
            cards = [card for card in self._model.rows() if card.id in self._model.selected]
            name = f"{len(cards):,} selected deals"
        else:
            column = self._model.columns[self._model.cursor_column] if self._model.columns else None
            ids = [column.id_at(index) for index in range(len(column))] if column is not None else []
            cards = [self._model.cards[card_id] for card_id in ids]
            name = column.stage.name if column is not None else "no stage"
        return of_deals(cards, name)

    # --- what base classes ask --------------------------------------------------------------------------------------

    def subject(self) -> Subject | None:
        """The deal under the cursor."""
        card = self._model.cursor_card
        return Subject("deals", card.id) if card else None

    def selected_ids(self) -> tuple[str, Sequence[str]] | None:
        """The selected deals, otherwise the one under the cursor."""
        if self._model.selected:
            return "deals", [card.id for card in self._model.rows() if card.id in self._model.selected]
        return super().selected_ids()

    def key_hints(self) -> list[tuple[str, str]]:
        """What is done to many while some are selected; in a narrow terminal, what moves a deal on first."""
        hints = super().key_hints()
        if self._model.selected:
            return [*self.hints_for(_ON_MANY), *hints[-1:]]
        if self.size.width >= LIST_BELOW:
            return hints
        first = self.hints_for(_NARROW)
        return [*first, *(hint for hint in hints if hint[0] not in {key for key, _ in first})]

    # --- reading ------------------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Reads the board anew; of several wishes at once, only the last is answered."""
        self._reload_wanted = True
        if not self._reloading:
            self._reloading = True
            self.run_worker(self._reload(), group="load", exit_on_error=False)

    async def _reload(self) -> None:
        try:
            while self._reload_wanted:
                self._reload_wanted = False
                arranged = await self._read_board()
                if not self._reload_wanted:
                    self._show(arranged)
        except OffhookError as error:
            self.say(str(error), problem=True)
        finally:
            self._reloading = False

    async def _read_board(self) -> Arranged:
        query, pipeline_id, sort = self._query(), self._pipeline_id, self._sort
        stages, tomorrow = self.desk.catalog.stages_of(pipeline_id), self._clock().tomorrow
        since, serial = self.desk.now - dt.timedelta(days=CLOSED_DAYS), self._model.serial

        def read(workspace: Workspace) -> Arranged:
            ahead = self.desk.read_ahead(pipeline_id) if query.is_empty else None
            cards = workspace.board(pipeline_id, query, closed_since=since) if ahead is None else ahead
            return arrange(cards, stages, sort=sort, tomorrow=tomorrow, serial=serial)

        return await self.desk.read(read)

    def _show(self, arranged: Arranged) -> None:
        first = not self._loaded
        self._loaded = True
        self._model.show(arranged)
        if first:
            # Not a coroutine yet: one that is overtaken before it begins would never be awaited.
            begin = partial(self.run_worker, group="settle", exit_on_error=False)
            self.set_timer(SETTLE, lambda: begin(self._settle_down))  # type: ignore[arg-type]
            if self._model.cursor_id is None:
                self._start_where_cards_are()
        self._refresh_all()

    async def _settle_down(self) -> None:
        """What can wait until the cards are there: what the first briefing needs, and the garbage that start-up left."""
        await self.desk.read(lambda _: prepare())
        _freeze()

    def _start_where_cards_are(self) -> None:
        for place, column in enumerate(self._model.columns):
            if len(column):
                self._model.go_to_column(place)
                return

    def _refresh_all(self) -> None:
        empty = self._empty_words()
        self._board.say_when_empty(*empty)
        if self._as_list:
            self._list.show_model(self._model, self.desk.catalog, self._clock(), empty)
        else:
            self._board.show(self._model, self.desk.catalog, self._clock())
        self._show_title()
        self.look_closer()

    def refresh_bars(self) -> None:
        """Shows with the bars about which deals something is to be decided, and how far the first load is."""
        super().refresh_bars()
        if self.is_in_sight:
            waiting = frozenset(
                one.about[1] for one in self.desk.waiting if one.about and one.about[0] == "deals"
            )
            if waiting != self._model.waiting:
                self._model.waiting = waiting
                self._refresh_all()
            elif not self._model.cards:
                self._board.say_when_empty(*self._empty_words())
                self._list.say_when_empty(self._empty_words())

    def _empty_words(self) -> tuple[str, str]:
        if not self._loaded:
            return "", ""
        if still := self.desk.still_loading:
            return still
        if self._filter and self._pipeline is not None:
            return "No deal fits this filter", "esc clears it · f changes it"
        if self._pipeline is None:
            return "There is no pipeline", f"{key_of(self, 'board.pipelines')} makes one"
        make, bring, other = (key_of(self, name) for name in ("board.new", "app.import", "board.pipeline"))
        return (
            f"No deals in {self._pipeline.name} yet",
            f"{make} makes the first one · {bring} imports a file · {other} another pipeline",
        )

    async def read_cards(self, ids: Collection[str]) -> None:
        """Brings cards up to date and draws what that changed."""
        wanted = set(ids)
        async with self._patching:
            while wanted:
                wanted = (await self._patch(wanted)).late

    async def _patch(self, ids: Collection[str]) -> Damage:
        query, serial = self._query(), self._model.serial
        cards = await self.desk.read(lambda ws: ws.cards(sorted(ids), query))
        long_ago = self.desk.now.timestamp() - CLOSED_DAYS * DAY
        shown = [card for card in cards if card.outcome == "open" or card.stage_since >= long_ago]
        gone = set(ids) - {card.id for card in shown}
        before = self._model.cursor_id
        damage = self._model.patch(shown, gone, serial=serial)
        self.show_damage(damage, before)
        return damage

    async def apply_changes(self, changes: Sequence[Changed]) -> None:
        """Patches the cards that changed; a changed pipeline or a flood of changes reads the board anew."""
        tables = {table for table, _ in rows_of(changes)}
        if any(changed.everything for changed in changes) or tables & _SETUP:
            self._follow_catalog()
            return
        mine, theirs = self._deals_of(changes, local=True), self._deals_of(changes, local=False)
        if len(mine | theirs) > MANY:
            self.reload()
        elif mine or theirs:
            watched = self._watched(theirs - mine)
            where = {card_id: self._stage_of(card_id) for card_id in mine}
            await self.read_cards(mine | theirs)
            if len(where) == 1:
                self._follow(*where.popitem())
            if mine:
                self.paint()
            await self._miss([card for card in watched if card.id not in self._model.cards])

    def _deals_of(self, changes: Sequence[Changed], *, local: bool) -> set[str]:
        """The deals whose cards may have changed."""
        ids = ids_of(changes, "deals", local=local)
        if ids and local:
            # One command: what of it reaches a card by its contact or company names the deal, too. Its deal alone is
            # what the cursor follows.
            return ids
        others = ids_of(changes, "contacts", local=local) | ids_of(changes, "companies", local=local)
        return ids | self._cards_of(others)

    def foresee(self, command: Command) -> Callable[[bool], None]:
        """Shows whose deals will be, and their tags."""
        catalog, before = self.desk.catalog, self._model.cursor_id
        under_way = []
        for card_id in ids_in(command, "deals"):
            card = self._model.cards.get(card_id)
            if card is not None and (values := card_values(command, card, catalog)):
                pending, damage = self._model.alter(card_id, values)
                under_way.append(pending)
                self.show_damage(damage, before)
        if under_way:
            self.paint()

        def settle(applied: bool) -> None:
            for pending in under_way:
                before = self._model.cursor_id
                done = self._model.commit if applied else self._model.roll_back
                self.show_damage(done(pending), before)

        return settle

    def called(self, subject: Subject) -> str:
        """The title of a deal on the board."""
        card = self._model.cards.get(subject.id)
        return card.title if card is not None else ""

    def book_of(self, subject: Subject) -> str:
        """The book of a deal on the board."""
        card = self._model.cards.get(subject.id)
        return card.book_id if card is not None else ""

    def _watched(self, ids: Collection[str]) -> list[Card]:
        """Those of the cards that the user is looking at: the one under the cursor, and its column."""
        here = self._model.cursor_card
        cards = (self._model.cards.get(card_id) for card_id in ids)
        return [
            card for card in cards if card is not None and here is not None and card.stage_id == here.stage_id
        ]

    async def _miss(self, cards: Sequence[Card]) -> None:
        """Says who took a card away from under the user's eyes."""
        if not cards:
            return
        card, catalog = cards[0], self.desk.catalog
        words = await self.desk.read(lambda ws: whereabouts(ws, catalog, card))
        more = f", and {len(cards) - 1} more are gone" if len(cards) > 1 else ""
        self.mention(f"{words}{more}")

    def _cards_of(self, others: set[str]) -> set[str]:
        """Cards that name one of these contacts or companies."""
        if not others:
            return set()
        return {c.id for c in self._model.cards.values() if c.contact_id in others or c.company_id in others}

    def _stage_of(self, card_id: str) -> str:
        card = self._model.cards.get(card_id)
        return card.stage_id if card else ""

    def _follow(self, card_id: str, stage_before: str) -> None:
        """Puts the cursor on a card that the user has just made, brought back, or moved by undoing."""
        if self._stage_of(card_id) not in ("", stage_before):
            self._go_to(card_id)

    def _follow_catalog(self) -> None:
        """Pipelines, stages or people changed."""
        catalog = self.desk.catalog
        if self._pipeline is None and catalog.pipelines:
            self._pipeline_id = catalog.pipelines[0].id
        self.reload()

    # --- showing ------------------------------------------------------------------------------------------------------

    def show_damage(self, damage: Damage, cursor_before: str | None) -> None:
        """Draws what changed in the model, figures included."""
        if not damage:
            return
        if self._as_list:
            self._list.show_model(self._model, self.desk.catalog, self._clock(), self._empty_words())
            if self._model.cursor_id is None and (row := self._list.cursor_row) is not None:
                # A column may be empty and have the cursor; a list has no such place.
                self._model.go_to(row.id)
        else:
            self._board.say_when_empty(*self._empty_words())
            self._board.redraw(damage, cursor_before)
        self._show_title()
        if damage.cards or cursor_before != self._model.cursor_id or self._model.cursor_id in damage.arrived:
            self.look_closer()

    def paint(self) -> None:
        """Puts out what has changed on the board: what a key did should not wait for the next frame's turn."""
        paint_now(self, self._list if self._as_list else self._board, self.title_bar)

    def _show_title(self) -> None:
        hinted = (bool(self._model.selected), self.size.width < LIST_BELOW)
        if hinted != self._hinted:
            self._hinted = hinted
            self.refresh_bars()
        pipeline = self._pipeline
        crumbs = [pipeline.name if pipeline else "no pipeline"]
        if self._view is not None:
            crumbs.append(self._view.name)
        taken = cell_len(" ".join(["Pipeline", *crumbs, self._filter])) + 3 * len(crumbs) + 6
        figures = self._figures(self.size.width - taken)
        self.title_bar.show("Pipeline", crumbs, filtered=self._filter, figures=figures)

    def _figures(self, room: int) -> str:
        """What the board is worth, in as many words as there is room for."""
        if not self._loaded:
            return ""
        count, sums = self._model.open_totals()
        worth = " + ".join(format_short(total.minor, currency) for currency, total in sums.items())
        weighted = " + ".join(format_short(total.weighted, currency) for currency, total in sums.items())
        head = f"{count:,} open"
        if self._model.selected:
            head = f"{len(self._model.selected):,} selected · {head}"
        if not sums:
            return head
        forms = (f"{head} · {worth} · weighted {weighted}", f"{head} · {worth}", head)
        return next((form for form in forms if cell_len(form) <= room), head)

    def _tick(self) -> None:
        """Lets time pass: words change every minute, the order at midnight."""
        if not self._loaded or not self.is_current:
            return
        clock = self._clock()
        if clock.tomorrow != self._model.tomorrow:
            self._show(self._model.rearranged(self._sort, clock.tomorrow))
        elif self._as_list:
            self._list.show_model(self._model, self.desk.catalog, clock, self._empty_words())
        else:
            self._board.tick(clock)

    def on_resize(self, event: events.Resize) -> None:
        """Chooses between board and list."""
        self.set_class(event.size.width < LIST_BELOW, "-list")
        self._choose_view()
        self._show_title()

    def _choose_view(self) -> None:
        as_list = self._as_list
        if self._list.display == as_list and self._board.display != as_list:
            return
        self._list.display, self._board.display = as_list, not as_list
        if not self._filter_bar.is_open:
            self._focus_work()
        self._refresh_all()

    def _focus_work(self) -> None:
        (self._list if self._as_list else self._board).focus()

    def brief_about(self) -> tuple[Subject | None, Known | None]:
        """The deal under the cursor, in the list as on the board."""
        card = self._model.cursor_card
        return self.subject(), (lambda scene: known_of_card(card, scene)) if card else None

    # --- messages -----------------------------------------------------------------------------------------------------

    @on(Board.Highlighted)
    def _board_moved(self) -> None:
        self.look_closer()

    @on(DealList.Highlighted)
    def _list_moved(self, event: DealList.Highlighted) -> None:
        if isinstance(event.row, Card) and event.row.id != self._model.cursor_id:
            self._model.go_to(event.row.id)
            self.look_closer()

    @on(DealList.SelectionChanged)
    def _list_selection(self) -> None:
        self._model.selected = self._list.selection
        self._show_title()

    @on(Board.Opened)
    def _board_opened(self, event: Board.Opened) -> None:
        self.offhook.open_record("deals", event.card_id)

    @on(DealList.Activated)
    def _list_opened(self, event: DealList.Activated) -> None:
        self.offhook.open_record("deals", event.row.id)

    @on(Board.Dropped)
    def _dropped(self, event: Board.Dropped) -> None:
        card = self._model.cards.get(event.card_id)
        column = self._model.column_of(event.stage_id)
        if card is None or column is None:
            return
        by_hand = self._sort == "manual"
        if card.stage_id != event.stage_id:
            self._moves.to(card, self._model.columns[column].stage, event.index if by_hand else None)
        elif by_hand:
            below = event.index > self._model.index_of(card)
            self._moves.place(card, event.index + 1 if below else event.index)
        else:
            self.say(
                f"Cards lie in the order of the sort. {key_of(self, 'board.manual')} lets you order them by hand."
            )

    @on(FilterBar.Changed)
    def _filter_typed(self, event: FilterBar.Changed) -> None:
        self._set_filter(event.text)

    @on(FilterBar.Kept)
    def _filter_kept(self) -> None:
        self._filter_bar.close()
        self._focus_work()

    @on(FilterBar.Cleared)
    def _filter_cleared(self) -> None:
        self._filter_bar.close()
        self._set_filter("")
        self._focus_work()

    def _set_filter(self, text: str, view: SmartView | None = None) -> None:
        if text != self._filter or view is not self._view:
            self._filter, self._view = text, view
            self._show_title()
            self.reload()

    # --- actions ------------------------------------------------------------------------------------------------------

    def _card(self) -> Card | None:
        card = self._model.cursor_card
        if card is None:
            self.say(
                "No deal is under the cursor."
                if self._model.cards
                else f"There is no deal yet. {key_of(self, 'board.new')} makes one."
            )
        return card

    def action_move(self, step: int) -> None:
        """Moves the deal to the stage beside."""
        if (card := self._card()) and (stage := self._moves.beside(card, step)):
            self._moves.to(card, stage)

    def stage_names(self) -> Sequence[str]:
        """The stages of the board."""
        return [stage.name for stage in self._model.stages]

    def action_send(self, number: int) -> None:
        """Moves the deal to a stage by its number."""
        if card := self._card():
            stages = self._model.stages
            if number > len(stages):
                self.say(f"This pipeline has {len(stages)} stages.", problem=True)
            else:
                self._moves.to(card, stages[number - 1])

    def action_close(self, kind: str) -> None:
        """The deal is won or lost."""
        if (card := self._card()) and (stage := self._moves.of_kind(card, kind)):
            self._moves.to(card, stage)

    def action_shift(self, step: int) -> None:
        """Moves the card within its column."""
        if self._sort != "manual":
            down, up = key_of(self, "board.card-down"), key_of(self, "board.card-up")
            self.say(f"{down} and {up} order cards by hand: press {key_of(self, 'board.manual')} first.")
        elif card := self._card():
            self._moves.shift(card, step)

    def action_manual(self) -> None:
        """Between the order by hand and the usual one."""
        self._set_sort(DEFAULT if self._sort == "manual" else "manual")

    def _set_sort(self, sort: str) -> None:
        self._sort = sort if sort in SORTS else DEFAULT
        self._show(self._model.rearranged(self._sort, self._clock().tomorrow))
        self.say(f"Order: {SORTS[self._sort]}")

    def action_sort(self) -> None:
        """Chooses the order."""
        self.start(self._choose_sort())

    async def _choose_sort(self) -> None:
        from tui.dialogs.pick import Option, Picker

        options = []
        for number, (name, label) in enumerate(SORTS.items(), 1):
            title, _, detail = label.partition(": ")
            options.append(Option(name, title, detail, key=str(number)))
        chosen = await self.app.push_screen_wait(Picker("Order of the cards", options, current=self._sort))
        if isinstance(chosen, str):
            self._set_sort(chosen)

    def action_new(self) -> None:
        """Makes a deal in the cursor's column."""
        from tui.flows import records

        columns = self._model.columns
        if not columns:
            make = key_of(self, "board.pipelines")
            self.say(f"There is no pipeline to put a deal into. {make} makes one.", problem=True)
            return
        stage = columns[self._model.cursor_column].stage
        stage_id = stage.id if stage.kind == "open" else ""
        self.start(records.new_deal(self, self._pipeline_id, stage_id))

    def action_edit(self) -> None:
        """Edits the deal."""
        from tui.flows import records

        if card := self._card():
            self.start(records.edit(self, "deals", card.id))

    def action_delete(self) -> None:
        """Deletes the deal, or those selected."""
        from tui.flows import records

        if chosen := self._chosen():
            self.start(records.delete(self, *chosen))

    def action_select(self) -> None:
        """Selects the deal, or not."""
        if self._card() is not None:
            self._board.toggle_selected()
            if self._as_list:
                self._list.mark(self._model)
            self._show_title()

    def action_filter(self) -> None:
        """Opens the filter line."""
        self._filter_bar.edit(self._filter)
        self.run_worker(self._read_tags(), group="tags", exclusive=True, exit_on_error=False)

    async def _read_tags(self) -> None:
        self._filter_bar.know_tags(await self.desk.read(lambda ws: ws.tags("deals")))

    def action_pipeline(self) -> None:
        """Chooses the pipeline."""
        self.start(self._choose_pipeline())

    async def _choose_pipeline(self) -> None:
        from tui.flows import pipelines

        chosen = await pipelines.pick_pipeline(self, self._pipeline_id)
        if chosen is not None and chosen != self._pipeline_id:
            self._show_pipeline(chosen)

    def _show_pipeline(self, pipeline_id: str) -> None:
        self._pipeline_id = pipeline_id
        self._loaded = False
        self.reload()

    def action_edit_pipelines(self) -> None:
        """Opens the pipeline editor."""
        from tui.flows import pipelines

        self.start(pipelines.edit_pipelines(self, self._pipeline_id))

    def action_view(self) -> None:
        """Between board and list."""
        if self.size.width < LIST_BELOW:
            self.say(f"A board needs {LIST_BELOW} columns; this terminal has {self.size.width}.")
            return
        self._prefers_list = not self._prefers_list
        self._choose_view()

    def action_views(self) -> None:
        """Chooses a saved view."""
        self.start(self._choose_view_saved())

    async def _choose_view_saved(self) -> None:
        from tui.flows import views

        chosen = await views.pick_view(self, "deals", self._view.id if self._view else "")
        if chosen == views.EVERYTHING:
            self._set_filter("")
        elif isinstance(chosen, SmartView):
            self._show_view(chosen)

    def _show_view(self, view: SmartView) -> None:
        try:
            parse(view.query, "deals", self.desk.catalog, now=self.desk.now, zone=self.desk.zone)
        except Invalid as error:
            self.say(f"The view {view.name} cannot be used any more. {error}", problem=True)
            return
        if view.pipeline_id and view.pipeline_id in self.desk.catalog.pipeline_by_id:
            self._pipeline_id = view.pipeline_id
        self._sort = view.sort if view.sort in SORTS else self._sort
        self._filter, self._view = view.query, view
        self._show_title()
        self.reload()

    def action_save_view(self) -> None:
        """Saves filter and order under a name."""
        from tui.flows import views

        name = self._view.name if self._view else ""
        self.start(
            views.save_view(
                self, "deals", self._filter, sort=self._sort, pipeline_id=self._pipeline_id, name=name
            )
        )

    def action_density(self, by: int) -> None:
        """More cards, or more of each."""
        self.say(f"Density: {self._board.toggle_density(by).value[0]}")

    def action_reload(self) -> None:
        """Reads the board anew."""
        self.reload()

    def action_back(self) -> None:
        """Lets go of one thing at a time: the selection, the briefing, the filter."""
        if self._model.selected:
            self._model.selected = set()
            self._refresh_all()
        elif not self.close_briefing() and (self._filter or self._filter_bar.is_open):
            self._filter_cleared()

    def _go_to(self, card_id: str) -> None:
        if not self._as_list:
            self._board.go_to(card_id)
        elif self._model.go_to(card_id):
            self._list.show_model(self._model, self.desk.catalog, self._clock(), self._empty_words())
