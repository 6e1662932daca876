from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fractional import between, is_key, near, spread

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
keys = st.text(DIGITS, max_size=8).filter(lambda key: not key.endswith("0"))


@given(keys, keys)
def test_there_is_a_place_between_any_two_neighbours(one, other):
    before, after = (one, other) if not other or one < other else (other, one)
    if before == after != "":
        return
    key = between(before, after)
    assert is_key(key)
    assert before < key
    assert not after or key < after


@given(st.lists(st.integers(0, 1000), max_size=60))
def test_rows_keep_the_order_in_which_people_put_them(places):
    column: list[str] = []
    for place in places:
        at = place % (len(column) + 1)
        column.insert(at, between(column[at - 1] if at else "", column[at] if at < len(column) else ""))
    assert column == sorted(set(column))


@pytest.mark.parametrize("first", [True, False])
def test_always_putting_a_card_first_or_last_keeps_keys_short(first):
    key = "V"
    for _ in range(20_000):
        following = between("", key) if first else between(key, "")
        assert (following < key) if first else (following > key)
        key = following
    assert len(key) <= 6


def test_squeezing_into_the_same_gap_costs_a_character_every_few_moves():
    low, high = "V", "W"
    for turn in range(600):
        key = between(low, high)
        low, high = (key, high) if turn % 2 else (low, key)
    assert len(key) <= 120


@given(st.integers(-3, 3000))
def test_rows_laid_out_at_once_are_in_order_and_leave_room(count):
    laid = spread(count)
    assert len(laid) == max(0, count)
    assert laid == sorted(set(laid))
    assert all(map(is_key, laid))
    assert all(len(key) <= 2 for key in laid) or count > 1900
    for before, after in zip(["", *laid], [*laid, ""], strict=True):
        between(before, after)


def test_keys_that_are_none_are_a_programming_error():
    for before, after in (("0", ""), ("", "V0"), ("é", ""), ("B", "A"), ("A", "A")):
        with pytest.raises(ValueError, match=r"fractional key|no place"):
            between(before, after)


@given(st.text(max_size=4) | keys, st.text(max_size=4) | keys)
def test_a_place_is_found_even_where_two_people_took_the_same_one(before, after):
    key = near(before, after)
    assert is_key(key)
    if is_key(before):
        assert key > before
    if is_key(after) and (not is_key(before) or before < after):
        assert key < after
