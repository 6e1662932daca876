"""What a key on the board sends to the terminal: little, and the right part. Pictures of the whole."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from tui.widgets.board import Board

MOST = 1_500
"""Bytes that moving the cursor may cost."""


def sent(screen: Any) -> str:
    """The bytes of the frame that is due, as for a terminal with 24-bit colour."""
    compositor = screen._compositor
    compositor.update_widgets({screen.query_one(Board)})
    update = compositor.render_partial_update()
    if update is None:
        return ""
    return str(update.render_segments(Console(force_terminal=True, color_system="truecolor")))


def places(frame: str) -> list[tuple[int, int]]:
    return [(int(x), int(y)) for y, x in re.findall(r"\x1b\[(\d+);(\d+)H", frame)]


@pytest.mark.parametrize("wide", [120, 160])
async def test_a_moved_cursor_sends_two_cards_wherever_they_are(app: Any, ready: Any, wide: int) -> None:
    async with app.run_test(size=(wide, 40)) as pilot:
        screen = await ready(pilot)
        board = screen.query_one(Board)
        for column in range(5):
            board._navigate(partial(screen._model.go_to_column, column))
            await pilot.pause()
            sent(screen)
            for step in (1, -1):
                board.action_step(step)
                frame = sent(screen)
                lane = board._lanes.of(column)
                assert 0 < len(frame.encode()) <= MOST
                assert {x for x, _ in places(frame)} == {lane.x + 1}
                assert len(places(frame)) == 2 * board._shape.lines
            if column < 4:
                board.action_hop(1)
                assert len(sent(screen).encode()) <= MOST


async def test_a_frame_holds_what_is_on_the_board(app: Any, ready: Any) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        board = screen.query_one(Board)
        board.action_hop(2)
        board.action_step(1)
        frame = sent(screen)
        whole = board.render_lines(board.size.region)
        for (x, y), text in zip(places(frame), re.split(r"\x1b\[\d+;\d+H", frame)[1:], strict=True):
            words = re.sub(r"\x1b\[[0-9;]*m", "", text)
            line = whole[y - 1 - board.region.y]
            assert words == line.crop(x - 1, x - 1 + cell_len(words)).text


async def test_what_changes_nothing_on_the_screen_sends_nothing(app: Any, ready: Any, floor: Any) -> None:
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        sent(screen)
        model = screen._model
        card = model.cards[floor.uid("deal", 3)]
        screen.show_damage(
            model.patch([card._replace(phone="+49301")], [], serial=model.serial), model.cursor_id
        )
        assert sent(screen) == ""
        board = screen.query_one(Board)
        board.tick(board._clock)
        assert sent(screen) == ""


# --- pictures --------------------------------------------------------------------------------------------------------


def test_picture_of_the_pipeline(snap: Any, make_app: Any, size: tuple[int, int]) -> None:
    assert snap(make_app(), size, keys=("right", "down"))


def test_picture_of_a_briefing_in_light(snap: Any, make_app: Any) -> None:
    assert snap(make_app(theme="light"), (120, 40), keys=("right", "right", "right", "space"))


def test_picture_of_the_list_in_mono(snap: Any, make_app: Any) -> None:
    assert snap(make_app(theme="mono"), (120, 40), keys=("v", "down", "x"))


def test_picture_of_a_filter_that_is_not_understood(snap: Any, make_app: Any) -> None:
    assert snap(make_app(), (80, 24), keys=("f", *"closing:soon"))


def test_picture_of_the_densest_board(snap: Any, make_app: Any) -> None:
    assert snap(make_app(theme="contrast"), (120, 40), keys=("z", "z", "x", "down", "x"))
