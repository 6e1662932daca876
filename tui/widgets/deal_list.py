"""A board's deals as a list: for narrow terminals, and for who prefers lines."""

from __future__ import annotations

from collections.abc import Callable

from core.catalog import Catalog
from core.health import Next
from core.money import format_short
from core.workspace import Card
from tui.models.board import BoardModel
from tui.models.card_text import (
    STALE,
    WAITING,
    Clock,
    about,
    closed_words,
    days_in_stage,
    next_activity,
    owner_mark,
    stale,
)
from tui.widgets.table import Column, Table

FOLD_BELOW = 78
"""Cells below which a deal takes two lines."""
_STATES = {Next.OVERDUE: "overdue", Next.TODAY: "today", Next.NONE: "unplanned", Next.FUTURE: "planned"}


class _Rows:
    """A board's cards as a list's source. It reads the board as it is, so that a changed card costs nothing here."""

    def __init__(self, model: BoardModel) -> None:
        self._rows = model.rows()
        self._stay: Card | None = None
        self.count = len(self._rows)
        self.exact = True

    def retire(self, card: Card | None) -> None:
        """Another source takes over, and the list should go on at this card."""
        self._stay = card

    def row(self, index: int) -> Card | None:
        """The card at a place."""
        if self._stay is not None:
            return self._stay
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def id_of(self, row: Card) -> str:
        """A card's id."""
        return row.id

    def find(self, row_id: str) -> int | None:
        """A card's place."""
        return self._rows.place_of(row_id)

    def missing(self, first: int, last: int) -> list[int]:
        """Nothing ever is."""
        return []

    async def load(self, page: int) -> None:
        """There is nothing to load."""


class DealList(Table[Card]):
    """Deals by stage, in the board's order. Its cursor and selection are those of the board's model."""

    def __init__(self) -> None:
        self._words = _Words()
        words = self._words
        stage: Column[Card] = Column(
            "stage", "Stage", 11, words.stage, weight=1, most=16, style=lambda _: "muted"
        )
        title: Column[Card] = Column("title", "Deal", 18, words.title, weight=4, style=lambda _: "strong")
        value: Column[Card] = Column("value", "Value", 9, words.value, align="right", style=lambda _: "money")
        due: Column[Card] = Column("next", "Next", 17, words.due, style=words.due_style)
        company: Column[Card] = Column("company", "Company", 14, about, weight=3, priority=3)
        age: Column[Card] = Column(
            "age", "Here", 6, words.age, align="right", style=words.age_style, priority=2
        )
        close: Column[Card] = Column("close", "Close", 10, lambda c: c.expected_close, priority=4)
        step: Column[Card] = Column("step", "Next step", 16, lambda c: c.next_step, weight=3, priority=6)
        owner: Column[Card] = Column("owner", "Of", 4, words.owner, priority=5, style=lambda _: "muted")
        short: Column[Card] = Column("due", "", 8, words.due_short, style=words.due_style)
        place: Column[Card] = Column("place", "", 16, words.place, weight=1, style=lambda _: "muted")
        super().__init__(
            (stage, title, company, value, due, age, close, step, owner),
            folded=((title, value), (short, place, age)),
            fold_below=FOLD_BELOW,
            selectable=False,
        )
        self._rows: _Rows | None = None

    def show_model(self, model: BoardModel, catalog: Catalog, clock: Clock, empty: tuple[str, str]) -> None:
        """Shows a board's cards as they are, the cursor on the board's."""
        self._words.set(model, catalog, clock)
        if self._rows is not None:
            self._rows.retire(model.cursor_card)
        self._rows = _Rows(model)
        self.marks.ids = set(model.selected)
        self.show(self._rows, empty=empty)
        if model.cursor_id is not None and (place := self._rows.find(model.cursor_id)) is not None:
            self.point(place)

    def say_when_empty(self, words: tuple[str, str]) -> None:
        """What is said where there is no deal."""
        if self._rows is not None:
            self.show(self._rows, empty=words)

    def mark(self, model: BoardModel) -> None:
        """Shows the board's selection."""
        self.marks.ids = set(model.selected)
        self.refresh()


class _Words:
    """What the columns say, by the catalog and the clock of the moment."""

    def __init__(self) -> None:
        self._model = BoardModel()
        self._catalog: Catalog | None = None
        self._clock: Clock | None = None

    def set(self, model: BoardModel, catalog: Catalog, clock: Clock) -> None:
        """Takes over the present state."""
        self._model, self._catalog, self._clock = model, catalog, clock

    def _with_clock(self, words: Callable[[Clock], str]) -> str:
        return "" if self._clock is None else words(self._clock)

    def title(self, card: Card) -> str:
        """The deal's name, marked where something waits for a decision."""
        return f"{WAITING if card.id in self._model.waiting else ''}{card.title}"

    def stage(self, card: Card) -> str:
        """The stage's name."""
        place = self._model.column_of(card.stage_id)
        return "" if place is None else self._model.columns[place].stage.name

    def place(self, card: Card) -> str:
        """The stage, and as far as there is room the next step, or else who it is with."""
        step = f"› {card.next_step}" if card.next_step and card.outcome == "open" else f"· {about(card)}"
        return f"{self.stage(card)} {step}".removesuffix(" · ")

    def value(self, card: Card) -> str:
        """The value, rounded."""
        return "–" if card.value_minor is None else format_short(card.value_minor, card.currency)

    def due(self, card: Card) -> str:
        """When the next activity is due, or how the deal ended."""
        if card.outcome != "open":
            return self._with_clock(lambda clock: closed_words(card, clock).full)
        return self._with_clock(lambda clock: next_activity(card, clock)[1].full)

    def due_short(self, card: Card) -> str:
        """The same, in few cells."""
        if card.outcome != "open":
            return self._with_clock(lambda clock: closed_words(card, clock).short)
        return self._with_clock(lambda clock: next_activity(card, clock)[1].short)

    def due_style(self, card: Card) -> str | None:
        """The colour of its state."""
        if card.outcome != "open":
            return "won" if card.outcome == "won" else "lost"
        return None if self._clock is None else _STATES[next_activity(card, self._clock)[0]]

    def age(self, card: Card) -> str:
        """Days in stage, marked where the deal is stale."""
        mark = STALE if self._is_stale(card) else ""
        return self._with_clock(lambda clock: mark + days_in_stage(card, clock))

    def age_style(self, card: Card) -> str | None:
        """Stale deals stand out."""
        return "stale" if self._is_stale(card) else "muted"

    def owner(self, card: Card) -> str:
        """Whose it is, where it is not one's own."""
        return "" if self._catalog is None else owner_mark(card, self._catalog)

    def _is_stale(self, card: Card) -> bool:
        place = self._model.column_of(card.stage_id)
        if place is None or self._clock is None:
            return False
        return stale(card, self._model.columns[place].stage, self._clock)
