"""The board's state: order, totals, cursor, moves that may be taken back."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.entities import Stage
from core.fractional import between
from core.workspace import Card
from tui.models.board import BoardModel, arrange
from tui.models.order import SORTS, fits_between, key_of, place_of

NOW = 1_800_000_000
TOMORROW = NOW + 40_000
DAY = 86_400

STAGES = tuple(
    Stage(
        org_id="o", id=f"s{n}", pipeline_id="p", name=name, position=str(n), kind=kind, probability=probability,
        stale_days=14,
    )
    for n, (name, kind, probability) in enumerate(
        [("New", "open", 10), ("Offer", "open", 50), ("Won", "won", 100), ("Lost", "lost", 0)]
    )
)  # fmt: skip


def card(number: int, stage: int = 0, **values: Any) -> Card:
    base: dict[str, Any] = {
        "id": f"{number:08d}", "title": f"Deal {number}", "company": "Acme", "contact": "Anna", "contact_id": None,
        "company_id": None, "value_minor": 1000, "currency": "EUR", "probability": None, "stage_id": f"s{stage}",
        "stage_since": NOW - number * DAY, "last_activity_at": None, "next_task_at": None, "next_step": "",
        "expected_close": "", "book_id": "b", "outcome": STAGES[stage].kind, "position": "", "created_at": NOW - 1000 + number,
        "tags": "", "phone": "",
    }  # fmt: skip
    return Card(**{**base, **values})


def board(*cards: Card, sort: str = "next") -> BoardModel:
    model = BoardModel(STAGES, sort=sort, tomorrow=TOMORROW)
    model.show(arrange(cards, STAGES, sort=sort, tomorrow=TOMORROW))
    return model


def ids(model: BoardModel, column: int = 0) -> list[int]:
    return [int(model.columns[column].id_at(n)) for n in range(len(model.columns[column]))]


def state(model: BoardModel) -> Any:
    columns = [
        (column.entries, {c: (t.minor, t.hundredths, t.cards) for c, t in column.totals.items()})
        for column in model.columns
    ]
    return columns, model.cards


# --- order -----------------------------------------------------------------------------------------------------------


def test_next_activity_comes_first_overdue_then_today_then_nothing_then_later() -> None:
    model = board(
        card(1, next_task_at=TOMORROW + DAY),
        card(2, next_task_at=None, value_minor=5),
        card(3, next_task_at=NOW + 60),
        card(4, next_task_at=NOW - 60),
        card(5, next_task_at=NOW - DAY),
        card(6, next_task_at=None, value_minor=900_000),
        card(7, next_task_at=TOMORROW),
    )
    assert ids(model) == [5, 4, 3, 6, 2, 7, 1]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("value", [2, 1, 3, 4]),
        ("close", [2, 1, 3, 4]),
        ("age", [4, 3, 2, 1]),
        ("title", [4, 1, 2, 3]),
        ("last", [2, 3, 1, 4]),
    ],
)
def test_each_order_is_what_it_says(sort: str, expected: list[int]) -> None:
    model = board(
        card(1, value_minor=10, expected_close="2027-02-01", title="Émile", last_activity_at=30),
        card(2, value_minor=20, expected_close="2027-01-01", title="fjord", last_activity_at=10),
        card(3, value_minor=5_000, currency="JPY", title="Zoë", last_activity_at=20),
        card(4, value_minor=None, title="acme", last_activity_at=40),
        sort=sort,
    )
    # Without rates no order across currencies would be true: yen lie behind euros, however many they are.
    assert ids(model) == expected


def test_an_order_that_is_not_known_is_the_usual_one() -> None:
    assert ids(board(card(1), card(2, next_task_at=NOW), sort="from-the-future")) == [2, 1]


def test_any_card_can_be_placed_between_any_two_without_touching_others() -> None:
    cards = [card(1), card(2), card(3, position="V"), card(4)]
    model = board(*cards, sort="manual")
    assert ids(model) == [3, 1, 2, 4]
    for number, (above, below) in {4: (3, 1), 3: (1, 2)}.items():
        keys = [place_of(next(c for c in cards if int(c.id) == n)) for n in (above, below)]
        model.commit(model.place(f"{number:08d}", between(*keys))[0])
    assert ids(model) == [4, 1, 3, 2]


def test_nothing_fits_between_cards_that_have_the_same_place() -> None:
    assert not fits_between("V", "V")
    assert fits_between("V", "W")
    assert fits_between("", "V")


# --- totals ----------------------------------------------------------------------------------------------------------


def test_totals_never_add_two_currencies_and_round_once() -> None:
    model = board(
        card(1, value_minor=333, probability=50),
        card(2, value_minor=333, probability=50),
        card(3, value_minor=1000, currency="USD"),
        card(4, value_minor=None),
        card(5, stage=2, value_minor=7000),
        card(6, stage=3, value_minor=9000),
    )
    euro, dollar = model.columns[0].totals["EUR"], model.columns[0].totals["USD"]
    assert (euro.minor, euro.weighted, euro.cards) == (666, 333, 2)
    assert (dollar.minor, dollar.weighted) == (1000, 100)
    assert model.columns[2].totals["EUR"].weighted == 7000
    assert model.columns[3].totals["EUR"].weighted == 0
    count, sums = model.open_totals()
    assert count == 4
    assert {currency: total.minor for currency, total in sums.items()} == {"EUR": 666, "USD": 1000}


# --- moves -----------------------------------------------------------------------------------------------------------


def test_a_refused_move_leaves_no_trace() -> None:
    model = board(*(card(n, stage=n % 2, value_minor=n) for n in range(1, 9)))
    before = state(model)
    pending, _ = model.move("00000004", STAGES[1], at=NOW)
    assert model.cards["00000004"].stage_id == "s1"
    model.roll_back(pending)
    assert state(model) == before


def test_of_two_moves_under_way_either_can_be_refused() -> None:
    model = board(card(1))
    first, _ = model.move("00000001", STAGES[1], at=NOW)
    second, _ = model.move("00000001", STAGES[2], at=NOW)
    assert model.cards["00000001"].outcome == "won"
    model.roll_back(first)
    assert model.cards["00000001"].stage_id == "s2", "the second one is still under way"
    model.roll_back(second)
    assert model.cards["00000001"] == card(1)
    assert not model.is_pending("00000001")


def test_the_store_may_answer_before_or_after_the_move_is_certain() -> None:
    moved = card(1, stage=1, stage_since=NOW, title="Renamed by another")
    model = board(card(1))
    pending, _ = model.move("00000001", STAGES[1], at=NOW)
    model.patch([moved], [], serial=model.serial)
    model.commit(pending)
    assert model.cards["00000001"] == moved

    model = board(card(1))
    pending, _ = model.move("00000001", STAGES[1], at=NOW)
    asked = model.serial
    model.commit(pending)
    damage = model.patch([card(1)], [], serial=asked)
    assert model.cards["00000001"].stage_id == "s1", "what the store said before it agreed is old"
    assert damage.late == {"00000001"}, "and so it is asked again"


def test_reading_the_board_anew_does_not_undo_what_is_under_way() -> None:
    model = board(card(1), card(2))
    asked = model.serial
    pending, _ = model.move("00000001", STAGES[1], at=NOW)
    settled, _ = model.move("00000002", STAGES[2], at=NOW)
    model.commit(settled)
    model.show(arrange([card(1), card(2), card(3)], STAGES, sort="next", tomorrow=TOMORROW, serial=asked))
    assert [ids(model, n) for n in range(4)] == [[3], [1], [2], []]
    model.roll_back(pending)
    assert [ids(model, n) for n in range(4)] == [[1, 3], [], [2], []]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), sort=st.sampled_from(list(SORTS)))
def test_patching_comes_to_the_same_as_building_anew(seed: int, sort: str) -> None:
    chance = random.Random(seed)
    cards = {c.id: c for c in (_random_card(chance, n) for n in range(chance.randrange(12)))}
    model = board(*cards.values(), sort=sort)
    for _ in range(25):
        number = chance.randrange(14)
        card_id = f"{number:08d}"
        match chance.randrange(4):
            case 0 | 1:
                fresh = _random_card(chance, number)
                cards[card_id] = fresh
                model.patch([fresh], [], serial=model.serial)
            case 2:
                cards.pop(card_id, None)
                model.patch([], [card_id], serial=model.serial)
            case _ if card_id in cards:
                stage = chance.choice(STAGES)
                pending, _ = model.move(card_id, stage, at=NOW)
                if chance.random() < 0.5:
                    cards[card_id] = pending.over(cards[card_id])
                    model.commit(pending)
                else:
                    model.roll_back(pending)
        fresh_model = board(*cards.values(), sort=sort)
        assert state(model) == state(fresh_model)
        here = model.columns[model.cursor_column]
        assert (model.cursor_id is None) == (len(here) == 0)
        assert all(0 <= column.top <= max(0, len(column) - 1) for column in model.columns)
        assert [c.id for c in model.rows()] == [
            entry[-1] for column in model.columns for entry in column.entries
        ]
        assert all(model.rows().place_of(c.id) == n for n, c in enumerate(model.rows()))


def _random_card(chance: random.Random, number: int) -> Card:
    return card(
        number,
        stage=chance.randrange(4),
        value_minor=chance.choice([None, 0, 5, 1000]),
        currency=chance.choice(["EUR", "JPY"]),
        probability=chance.choice([None, 0, 33]),
        next_task_at=chance.choice([None, NOW - 5, NOW + 5, TOMORROW + 5]),
        position=chance.choice(["", "V", "k"]),
    )


# --- cursor ----------------------------------------------------------------------------------------------------------


def test_the_cursor_follows_its_card_and_takes_the_next_when_it_goes() -> None:
    model = board(*(card(n) for n in range(5)))
    model.go_to("00000002")
    model.commit(model.move("00000002", STAGES[1], at=NOW)[0])
    assert (model.cursor_id, model.cursor_column) == ("00000002", 1)
    model.go_to("00000003")
    model.patch([], ["00000003"], serial=model.serial)
    assert model.cursor_id == "00000004", "what lay below has come up"
    model.patch([], ["00000004"], serial=model.serial)
    assert model.cursor_id == "00000001", "at the end it is the one above"
    model.patch([], ["00000000", "00000001"], serial=model.serial)
    assert (model.cursor_id, model.cursor_column) == (None, 0)
    model.patch([card(9)], [], serial=model.serial)
    assert model.cursor_id == "00000009", "a cursor in an empty column takes what comes"


def test_what_is_in_sight_stays_when_cards_come_and_go_above() -> None:
    model = board(*(card(n, value_minor=1000 - n) for n in range(40)))
    column = model.columns[0]
    column.top = 10
    anchor = column.id_at(10)
    model.patch([card(50, next_task_at=NOW - 1), card(51, next_task_at=NOW - 2)], [], serial=model.serial)
    assert column.id_at(column.top) == anchor
    model.patch([], ["00000000", "00000001", "00000002"], serial=model.serial)
    assert column.id_at(column.top) == anchor
    model.show(model.rearranged("next", TOMORROW))
    assert column is not model.columns[0]
    assert model.columns[0].id_at(model.columns[0].top) == anchor


def test_hopping_keeps_to_the_line_of_the_screen() -> None:
    model = board(
        *(card(n) for n in range(20)), *(card(100 + n, stage=1) for n in range(20)), card(300, stage=2)
    )
    model.columns[0].top, model.columns[1].top = 8, 3
    model.go_to(model.columns[0].id_at(10))
    model.go_to_column(1)
    assert model.cursor_id == model.columns[1].id_at(5)
    model.go_to_column(2)
    assert model.cursor_id == "00000300"
    model.go_to_column(3)
    assert (model.cursor_id, model.cursor_column) == (None, 3)
    model.go_to_column(9)
    assert model.cursor_column == 3


def test_scrolling_leaves_most_keys_without_any() -> None:
    model = board(*(card(n) for n in range(100)))
    scrolled = 0
    for _ in range(99):
        model.step(1)
        scrolled += model.reveal(8)
        assert model.columns[0].top <= model.cursor_index < model.columns[0].top + 8
    assert scrolled <= 99 / 4 + 1
    assert model.columns[0].top == 92, "never beyond the last card"


def test_the_order_of_a_day_stays_and_midnight_brings_the_next() -> None:
    cards = [card(1), card(2, next_task_at=TOMORROW + 5)]
    model = board(*cards)
    assert ids(model) == [1, 2]
    model.show(model.rearranged("next", TOMORROW + DAY))
    assert ids(model) == [2, 1]


def test_keys_are_unique_so_that_a_card_is_found_again() -> None:
    twins = [card(n, next_task_at=NOW, position="V", last_activity_at=1) for n in range(50)]
    for sort in SORTS:
        key = key_of(sort, TOMORROW)
        assert Counter(map(key, twins)).most_common(1)[0][1] == 1
