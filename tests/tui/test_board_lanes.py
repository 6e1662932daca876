"""How columns share a terminal's width."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui.models.lanes import FULL_LEAST, LaneKind, lay_out

SALES = [False] * 5 + [True] * 2


def kinds(width: int, cursor: int, first: int = 0) -> str:
    return "".join(lane.kind.value[0] for lane in lay_out(width, SALES, cursor, first).lanes)


def test_a_wide_terminal_shows_open_stages_in_full_and_closed_ones_with_their_totals() -> None:
    assert kinds(120, 0) == "fffffnn"
    assert kinds(160, 4) == "fffffnn"


def test_a_closed_stage_opens_while_the_cursor_is_in_it() -> None:
    assert kinds(120, 5) == "ffffffn"
    assert kinds(160, 6) == "fffffnf"


def test_eighty_columns_show_three_in_full_and_the_rest_as_spines() -> None:
    assert kinds(80, 0) == "fffssss"
    assert kinds(80, 4) == "ssfffss"
    assert kinds(80, 6) == "ssssfff"


def test_the_window_moves_no_further_than_the_cursor_makes_it() -> None:
    first = lay_out(80, SALES, 4).first
    assert lay_out(80, SALES, 3, first).first == first
    assert lay_out(80, SALES, 2, first).first == first
    assert lay_out(80, SALES, 1, first).first == 1


def test_where_there_is_no_room_for_spines_the_edges_count_what_is_hidden() -> None:
    lanes = lay_out(80, [False] * 20, 10)
    assert lanes.hidden_left + lanes.hidden_right + len(lanes.lanes) == 20
    assert lanes.hidden_left > 0
    assert lanes.hidden_right > 0


@given(
    width=st.integers(0, 400),
    closed=st.lists(st.booleans(), max_size=25),
    cursor=st.integers(0, 24),
    first=st.integers(0, 24),
)
def test_lanes_never_overlap_nor_leave_the_terminal(
    width: int, closed: list[bool], cursor: int, first: int
) -> None:
    cursor = min(cursor, max(0, len(closed) - 1))
    lanes = lay_out(width, closed, cursor, first)
    if not closed or width == 0:
        assert lanes.lanes == ()
        return
    here = lanes.of(cursor)
    assert here is not None
    assert here.kind is LaneKind.FULL
    x = 0
    for lane, column in zip(lanes.lanes, range(lanes.hidden_left, 99), strict=False):
        assert lane.column == column
        assert lane.x >= x
        assert lane.width > 0
        assert all(lanes.at(cell) == lane for cell in (lane.x, lane.x + lane.width - 1))
        x = lane.x + lane.width
    assert x <= max(width, len(closed))
    if width >= FULL_LEAST + 10:
        assert x <= width
    assert lanes.hidden_left + len(lanes.lanes) + lanes.hidden_right == len(closed)
