"""A pipeline's board without a screen: columns, cards in their order, totals, cursor, moves that are not yet certain.

What is shown is the store's cards with the moves under way laid over them. So a move shows at once, taking one back is
exact whatever came in between, and a card that the store reports meanwhile does not flicker.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from core.entities import Stage
from core.money import weighted
from core.workspace import Card
from tui.models.order import DEFAULT, Entry, KeyOf, key_of

OUTCOMES = {"open": "open", "won": "won", "lost": "lost"}
"""What a deal has come to, by the kind of stage it is in."""


@dataclass(slots=True)
class Total:
    """Money of one currency in a column.

    Attributes:
        minor: the sum, in minor units.
        hundredths: the sum weighted by probability, in hundredths of minor units, so that it is rounded only once.
        cards: how many cards are in it.
    """

    minor: int = 0
    hundredths: int = 0
    cards: int = 0

    @property
    def weighted(self) -> int:
        """The weighted sum in minor units."""
        return weighted([(self.hundredths, 1)])


class Column:
    """A stage with its cards in order.

    Attributes:
        stage: the stage.
        entries: the cards' sort keys, each ending in the card's id, in order.
        totals: money by currency.
        top: which card is the uppermost one in sight.
    """

    __slots__ = ("entries", "stage", "top", "totals")

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.entries: list[Entry] = []
        self.totals: dict[str, Total] = {}
        self.top = 0

    def __len__(self) -> int:
        return len(self.entries)

    def id_at(self, index: int) -> str:
        """The id of the card at a place."""
        return str(self.entries[index][-1])

    def percent(self, card: Card) -> int:
        """How likely the card is to be won here. Closed stages decide for themselves."""
        if self.stage.kind != "open":
            return 100 if self.stage.kind == "won" else 0
        return self.stage.probability if card.probability is None else card.probability

    def count_money(self, card: Card, sign: int) -> None:
        """Adds (+1) or takes away (-1) a card's money."""
        if card.value_minor is None:
            return
        total = self.totals.get(card.currency)
        if total is None:
            total = self.totals[card.currency] = Total()
        total.minor += sign * card.value_minor
        total.hundredths += sign * card.value_minor * self.percent(card)
        total.cards += sign
        if not total.cards:
            del self.totals[card.currency]


@dataclass(slots=True, eq=False)
class Pending:
    """A change of a card that is shown already and not yet certain. Hand it to `commit` or `roll_back`, once.

    Attributes:
        card_id: the card.
        stage: where it goes; None: it stays in its column.
        at: when, in seconds since the epoch.
        position: its new fractional key; None: it keeps its own.
        values: what else of it changes, by the card's fields.
    """

    card_id: str
    stage: Stage | None = None
    at: int = 0
    position: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def over(self, card: Card) -> Card:
        """The card with this change made."""
        if self.stage is not None and card.stage_id != self.stage.id:
            card = card._replace(
                stage_id=self.stage.id, stage_since=self.at, outcome=OUTCOMES.get(self.stage.kind, "open")
            )
        if self.position is not None and card.position != self.position:
            card = card._replace(position=self.position)
        return card._replace(**self.values) if self.values else card


@dataclass(slots=True)
class Damage:
    """What has to be drawn again after a change.

    Attributes:
        shifted: per column, the first place from which cards lie elsewhere than before.
        cards: cards that changed without moving.
        headers: columns whose count or totals may have changed.
        arrived: cards that were not on the board before.
        late: cards of which the store's answer was older than what was settled here: ask again.
        everything: draw it all.
    """

    shifted: dict[int, int] = field(default_factory=dict)
    cards: set[str] = field(default_factory=set)
    headers: set[int] = field(default_factory=set)
    arrived: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)
    everything: bool = False

    def shift(self, column: int, index: int) -> None:
        """Notes that cards from `index` on lie elsewhere."""
        self.shifted[column] = min(index, self.shifted.get(column, index))
        self.headers.add(column)

    def __bool__(self) -> bool:
        return self.everything or bool(self.shifted or self.cards or self.headers)


@dataclass(frozen=True, slots=True)
class Arranged:
    """Cards in their columns, made by `arrange` on any thread and then shown by `BoardModel.show`."""

    columns: tuple[Column, ...]
    cards: dict[str, Card]
    sort: str
    tomorrow: float
    serial: int


def arrange(
    cards: Iterable[Card], stages: Sequence[Stage], *, sort: str, tomorrow: float, serial: int = 0
) -> Arranged:
    """Puts cards into their columns, in order. Cards of other stages are left out.

    Args:
        cards: as they come from a workspace.
        stages: the pipeline's stages, in order.
        sort: a name in `tui.models.order.SORTS`.
        tomorrow: the first second of tomorrow where the viewer is.
        serial: the model's serial when the cards were asked for.
    """
    columns = {stage.id: Column(stage) for stage in stages}
    key = key_of(sort, tomorrow)
    known: dict[str, Card] = {}
    for card in cards:
        column = columns.get(card.stage_id)
        if column is not None:
            known[card.id] = card
            column.entries.append(key(card))
            column.count_money(card, 1)
    for column in columns.values():
        column.entries.sort()
    return Arranged(tuple(columns.values()), known, sort, tomorrow, serial)


class BoardModel:
    """The state of a board.

    Attributes:
        columns: the stages with their cards.
        cards: what is shown, by id.
        sort: the cards' order.
        cursor_id: the card under the cursor; None where the cursor's column is empty.
        cursor_column: the cursor's column.
        selected: cards picked for acting on many at once.
        waiting: the ids of deals about which the user has something to decide.
    """

    def __init__(self, stages: Sequence[Stage] = (), *, sort: str = DEFAULT, tomorrow: float = 0.0) -> None:
        self.columns: list[Column] = [Column(stage) for stage in stages]
        self.cards: dict[str, Card] = {}
        self.sort = sort
        self.cursor_id: str | None = None
        self.cursor_column = 0
        self.selected: set[str] = set()
        self.waiting: frozenset[str] = frozenset()
        self._tomorrow = tomorrow
        self._key: KeyOf = key_of(sort, tomorrow)
        self._place: dict[str, int] = {}
        self._pending: dict[str, list[Pending]] = {}
        self._base: dict[str, Card | None] = {}
        self._serial = 0
        self._settled: dict[str, int] = {}
        self._index_stages()

    # --- reading --------------------------------------------------------------------------------------------------

    @property
    def serial(self) -> int:
        """Grows with every change made here. Take it before asking a store, and hand it in with the answer."""
        return self._serial

    @property
    def tomorrow(self) -> float:
        """The first second of tomorrow, as the order of cards knows it."""
        return self._tomorrow

    @property
    def cursor_card(self) -> Card | None:
        """The card under the cursor."""
        return self.cards.get(self.cursor_id or "")

    @property
    def cursor_index(self) -> int:
        """The cursor's place in its column; 0 where that is empty."""
        card = self.cursor_card
        return 0 if card is None else self.index_of(card)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The stages, in order."""
        return tuple(column.stage for column in self.columns)

    def column_of(self, stage_id: str) -> int | None:
        """The place of a stage's column; None where the board does not show that stage."""
        return self._place.get(stage_id)

    def index_of(self, card: Card) -> int:
        """A shown card's place in its column."""
        return bisect_left(self.columns[self._place[card.stage_id]].entries, self._key(card))

    def card_at(self, column: int, index: int) -> Card | None:
        """The card at a place; None where there is none."""
        entries = self.columns[column].entries if 0 <= column < len(self.columns) else []
        return self.cards[entries[index][-1]] if 0 <= index < len(entries) else None

    def open_totals(self) -> tuple[int, dict[str, Total]]:
        """How many open deals there are, and their money by currency, most of the cards first."""
        count = 0
        sums: dict[str, Total] = {}
        for column in self.columns:
            if column.stage.kind == "open":
                count += len(column)
                for currency, total in column.totals.items():
                    total_sum = sums.setdefault(currency, Total())
                    total_sum.minor += total.minor
                    total_sum.hundredths += total.hundredths
                    total_sum.cards += total.cards
        return count, dict(sorted(sums.items(), key=lambda item: -item[1].cards))

    def rows(self) -> CardRows:
        """All cards from the first column to the last, as a sequence that copies nothing."""
        return CardRows(self)

    # --- the whole ------------------------------------------------------------------------------------------------

    def show(self, arranged: Arranged) -> None:
        """Shows other cards, and columns if they changed. The cursor stays on its card or near its place.

        Changes made here since the cards were asked for stand: the moves under way, and what was settled meanwhile.
        """
        old_column, old_index = self.cursor_column, self.cursor_index
        old_stages = [column.stage.id for column in self.columns]
        tops = {column.stage.id: self._anchor(column) for column in self.columns}
        ours = {
            card_id: self._store_card(card_id)
            for card_id in {*self._pending, *(i for i, n in self._settled.items() if n > arranged.serial)}
        }
        self.columns, self.cards = list(arranged.columns), arranged.cards
        self.sort, self._tomorrow = arranged.sort, arranged.tomorrow
        self._key = key_of(arranged.sort, arranged.tomorrow)
        self._index_stages()
        self._restore(ours, arranged.serial)
        self.selected &= self.cards.keys()
        for column in self.columns:
            column.top = self._anchored(column, tops.get(column.stage.id))
        if [column.stage.id for column in self.columns] != old_stages:
            old_column = old_index = 0
        self._settle_cursor(old_column, old_index)

    def _restore(self, ours: Mapping[str, Card | None], serial: int) -> None:
        """Lays over freshly shown cards what was changed here since they were asked for."""
        for card_id, own in ours.items():
            shown = self.cards.get(card_id)
            base = own if self._settled.get(card_id, -1) > serial else shown
            if card_id in self._pending:
                self._base[card_id] = base
            target = self._with_pending(card_id, base)
            if target is not shown:
                if shown is not None:
                    self._take(shown)
                if target is not None and target.stage_id in self._place:
                    self._put(target)
        self._settled = {card_id: n for card_id, n in self._settled.items() if n > serial}

    def rearranged(self, sort: str, tomorrow: float) -> Arranged:
        """The cards on show in another order, for `show`."""
        stages = self.stages
        return arrange(self.cards.values(), stages, sort=sort, tomorrow=tomorrow, serial=self._serial)

    def _anchor(self, column: Column) -> str | None:
        """The card that should stay where it is on the screen; None: the top of the column should."""
        return column.id_at(column.top) if 0 < column.top < len(column) else None

    def _anchored(self, column: Column, anchor: str | None) -> int:
        card = self.cards.get(anchor or "")
        if card is None or card.stage_id != column.stage.id:
            return 0
        return bisect_left(column.entries, self._key(card))

    def _index_stages(self) -> None:
        self._place = {column.stage.id: n for n, column in enumerate(self.columns)}

    # --- changes from the store -------------------------------------------------------------------------------------

    def patch(self, cards: Iterable[Card], gone: Iterable[str], *, serial: int) -> Damage:
        """Brings some cards up to date; the rest is not looked at.

        Args:
            cards: as the store has them.
            gone: ids that the board shows no more.
            serial: the model's serial when the store was asked. What was settled here since stands; those cards are
                named in the damage, as others may have changed them, too.
        """
        damage = Damage()
        for card in cards:
            self._patch_one(card.id, card, serial, damage)
        for card_id in gone:
            self._patch_one(card_id, None, serial, damage)
        return damage

    def _patch_one(self, card_id: str, card: Card | None, serial: int, damage: Damage) -> None:
        if self._settled.get(card_id, -1) > serial:
            damage.late.add(card_id)
            return
        self._settled.pop(card_id, None)
        if card_id in self._pending:
            self._base[card_id] = card
            card = self._with_pending(card_id, card)
        self._replace(card_id, card, damage)

    # --- changes made here --------------------------------------------------------------------------------------------

    def move(
        self, card_id: str, stage: Stage, *, at: float, position: str | None = None
    ) -> tuple[Pending, Damage]:
        """Shows a card in another column (or, with `position`, at that place of it) before the store has agreed."""
        return self._change(Pending(card_id, stage, int(at), position))

    def place(self, card_id: str, position: str) -> tuple[Pending, Damage]:
        """Shows a card at another place of its column before the store has agreed."""
        return self._change(Pending(card_id, position=position))

    def alter(self, card_id: str, values: Mapping[str, Any]) -> tuple[Pending, Damage]:
        """Shows a card with other values (its book, its tags) before the store has agreed."""
        return self._change(Pending(card_id, values=values))

    def _change(self, pending: Pending) -> tuple[Pending, Damage]:
        card_id = pending.card_id
        damage = Damage()
        if card_id not in self._pending:
            self._base[card_id] = self.cards.get(card_id)
        self._pending.setdefault(card_id, []).append(pending)
        self._serial += 1
        card = self.cards.get(card_id)
        self._replace(card_id, None if card is None else pending.over(card), damage)
        return pending, damage

    def commit(self, pending: Pending) -> Damage:
        """The store has agreed: what was shown is so."""
        base = self._base.get(pending.card_id)
        if base is not None:
            self._base[pending.card_id] = pending.over(base)
        return self._finish(pending)

    def roll_back(self, pending: Pending) -> Damage:
        """The store has refused: the card goes back to where it is, under whatever else is still under way."""
        return self._finish(pending)

    def _finish(self, pending: Pending) -> Damage:
        card_id = pending.card_id
        waiting = self._pending.get(card_id, [])
        if pending in waiting:
            waiting.remove(pending)
        self._serial += 1
        self._settled[card_id] = self._serial
        base = self._base.get(card_id)
        shown = self._with_pending(card_id, base)
        if not waiting:
            self._pending.pop(card_id, None)
            self._base.pop(card_id, None)
        damage = Damage()
        self._replace(card_id, shown, damage)
        return damage

    def is_pending(self, card_id: str) -> bool:
        """Whether a change of the card waits for the store's answer."""
        return card_id in self._pending

    def _store_card(self, card_id: str) -> Card | None:
        return self._base[card_id] if card_id in self._base else self.cards.get(card_id)

    def _with_pending(self, card_id: str, card: Card | None) -> Card | None:
        for pending in self._pending.get(card_id, ()):
            card = None if card is None else pending.over(card)
        return card

    # --- one card ---------------------------------------------------------------------------------------------------------

    def _replace(self, card_id: str, card: Card | None, damage: Damage) -> None:
        old = self.cards.get(card_id)
        if card is not None and card.stage_id not in self._place:
            card = None
        if card == old:
            return
        cursor_column, cursor_index = self.cursor_column, self.cursor_index
        tops = [column.top for column in self.columns]
        old_place = self._take(old) if old is not None else None
        new_place = self._put(card) if card is not None else None
        if card is None:
            self.selected.discard(card_id)
        if old_place is not None and old_place == new_place:
            self.columns[old_place[0]].top = tops[old_place[0]]
            damage.cards.add(card_id)
            damage.headers.add(old_place[0])
        else:
            for place in (old_place, new_place):
                if place is not None:
                    damage.shift(*place)
            if old is None:
                damage.arrived.add(card_id)
        self._settle_cursor(cursor_column, cursor_index)

    def _take(self, card: Card) -> tuple[int, int]:
        place = self._place[card.stage_id]
        column = self.columns[place]
        index = bisect_left(column.entries, self._key(card))
        del column.entries[index]
        column.count_money(card, -1)
        if index < column.top:
            column.top -= 1
        column.top = max(0, min(column.top, len(column) - 1))
        del self.cards[card.id]
        return place, index

    def _put(self, card: Card) -> tuple[int, int]:
        place = self._place[card.stage_id]
        column = self.columns[place]
        entry = self._key(card)
        index = bisect_left(column.entries, entry)
        column.entries.insert(index, entry)
        column.count_money(card, 1)
        if 0 < column.top >= index:
            column.top += 1
        self.cards[card.id] = card
        return place, index

    # --- cursor and scrolling -----------------------------------------------------------------------------------------------

    def _settle_cursor(self, column: int, index: int) -> None:
        """Follows the cursor's card; where that is gone, takes the one that lies in its place."""
        card = self.cursor_card
        if card is not None:
            self.cursor_column = self._place[card.stage_id]
            return
        self._put_cursor(column, index)

    def _put_cursor(self, column: int, index: int) -> None:
        self.cursor_column = max(0, min(column, len(self.columns) - 1))
        self.cursor_id = None
        if self.columns and (here := self.columns[self.cursor_column]).entries:
            self.cursor_id = here.id_at(max(0, min(index, len(here) - 1)))

    def go_to(self, card_id: str) -> bool:
        """Puts the cursor on a card; tells whether it is on the board."""
        card = self.cards.get(card_id)
        if card is None:
            return False
        self.cursor_id, self.cursor_column = card_id, self._place[card.stage_id]
        return True

    def stay(self, column: int, index: int) -> None:
        """Puts the cursor on the card at a place, or on the last one before it: where a card has gone, the next one."""
        self._put_cursor(column, index)

    def go_to_column(self, column: int) -> None:
        """Puts the cursor into a column, on the line of the screen where it is."""
        if not self.columns:
            return
        line = self.cursor_index - self.columns[self.cursor_column].top
        column = max(0, min(column, len(self.columns) - 1))
        self._put_cursor(column, self.columns[column].top + max(0, line))

    def step(self, by: int) -> None:
        """Moves the cursor within its column; it stops at the ends."""
        self._put_cursor(self.cursor_column, max(0, self.cursor_index + by))

    def reveal(self, page: int) -> bool:
        """Scrolls the cursor's column where the cursor would be out of sight, to have it in the middle.

        By half a page rather than by a card: the eye keeps its place for a few keys, and most keys repaint two cards.

        Args:
            page: how many cards a column shows in full.

        Returns:
            Whether the column was scrolled.
        """
        if not self.columns:
            return False
        column = self.columns[self.cursor_column]
        index, page = self.cursor_index, max(1, page)
        top = column.top
        if not top <= index < top + page:
            top = index - page // 2
        top = max(0, min(top, len(column) - page))
        changed = top != column.top
        column.top = top
        return changed

    def scroll(self, column: int, by: int, page: int) -> bool:
        """Scrolls a column under a resting cursor; tells whether anything moved."""
        here = self.columns[column]
        top = max(0, min(here.top + by, len(here) - max(1, page)))
        changed = top != here.top
        here.top = top
        return changed


class CardRows(Sequence[Card]):
    """A board's cards as one list, column by column. A view: it follows the board."""

    def __init__(self, model: BoardModel) -> None:
        self._model = model

    def __len__(self) -> int:
        return sum(len(column) for column in self._model.columns)

    @overload
    def __getitem__(self, index: int) -> Card: ...
    @overload
    def __getitem__(self, index: slice) -> list[Card]: ...
    def __getitem__(self, index: int | slice) -> Card | list[Card]:
        """The card at a place of the whole, or those of a window."""
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        for place, column in enumerate(self._model.columns):
            if 0 <= index < len(column):
                card = self._model.card_at(place, index)
                assert card is not None
                return card
            index -= len(column)
        raise IndexError(index)

    def __iter__(self) -> Iterator[Card]:
        cards = self._model.cards
        for column in self._model.columns:
            for entry in column.entries:
                yield cards[entry[-1]]

    def place_of(self, card_id: str) -> int | None:
        """A card's place in the whole; None where it is not on the board."""
        card = self._model.cards.get(card_id)
        if card is None:
            return None
        place = self._model.column_of(card.stage_id)
        assert place is not None
        return sum(len(column) for column in self._model.columns[:place]) + self._model.index_of(card)
