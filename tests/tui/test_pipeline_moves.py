"""Cards that move: by one key, by mouse, back where the workspace refuses, and by others."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from textual.events import MouseDown, MouseMove, MouseScrollDown, MouseUp

from core.changes import Status
from core.commands.deals import DeleteDeals, EditDeal, MoveDeal
from core.commands.records import Assign
from core.errors import Unavailable
from core.workspace import Page
from tui.dialogs.conflict import ConflictDialog
from tui.widgets.bars import StatusBar
from tui.widgets.board import Board


def said(screen: Any) -> str:
    return str(screen.query_one(StatusBar)._message)


def where(screen: Any, deal_id: str) -> str:
    card = screen._model.cards.get(deal_id)
    return "" if card is None else screen.desk.catalog.stage(card.stage_id).name


def in_store(app: Any, deal_id: str) -> str:
    page: Page = app.desk.workspace.page("deals", deal_id)
    assert page.deal is not None
    return str(app.desk.catalog.stage(page.deal.stage_id).name)


def cursor(screen: Any) -> str | None:
    return screen._model.cursor_id


@pytest.fixture
def board(app: Any, ready: Any) -> Any:
    """`async with board(size) as (pilot, screen)`."""

    @contextlib.asynccontextmanager
    async def opened(size: tuple[int, int] = (120, 40)) -> Any:
        async with app.run_test(size=size) as pilot:
            yield pilot, await ready(pilot)

    return opened


async def test_a_deal_moves_by_one_key_and_back_by_one(board: Any, app: Any, floor: Any, settle: Any) -> None:
    deal = floor.uid("deal", 3)
    async with board() as (pilot, screen):
        screen._go_to(deal)
        await pilot.press("L")
        await settle(pilot)
        assert where(screen, deal) == in_store(app, deal) == "Proposal"
        assert cursor(screen) == deal, "the cursor goes along"
        assert said(screen) == "Moved Übermut: till system: Qualified → Proposal · u undoes"
        await pilot.press("u")
        await settle(pilot)
        assert where(screen, deal) == in_store(app, deal) == "Qualified"
        assert cursor(screen) == deal, "and back"


async def test_a_move_is_on_the_screen_before_it_is_in_the_file(
    board: Any, app: Any, floor: Any, settle: Any
) -> None:
    deal = floor.uid("deal", 3)
    seen = []
    async with board() as (pilot, screen):
        screen._go_to(deal)
        execute = app.desk.workspace.execute
        app.desk.workspace.execute = lambda command: (seen.append(where(screen, deal)), execute(command))[1]
        await pilot.press("L")
        await settle(pilot)
        assert seen == ["Proposal"]


async def test_numbers_send_to_a_stage_and_what_is_not_allowed_is_said(
    board: Any, app: Any, floor: Any, settle: Any
) -> None:
    deal = floor.uid("deal", 3)
    async with board() as (pilot, screen):
        screen._go_to(deal)
        await pilot.press("1")
        await settle(pilot)
        assert said(screen) == "Invalid move: Qualified → New. From Qualified: Proposal, Lost"
        await pilot.press("W")
        await settle(pilot)
        assert said(screen) == "Invalid move: Qualified → Won. From Qualified: Proposal, Lost"
        await pilot.press("9")
        assert said(screen) == "This pipeline has 7 stages."
        assert where(screen, deal) == in_store(app, deal) == "Qualified"
        await pilot.press("4")
        await settle(pilot)
        assert where(screen, deal) == in_store(app, deal) == "Proposal"


async def test_a_refusal_that_the_status_bar_would_cut_is_shown_whole(
    board: Any, app: Any, floor: Any, settle: Any
) -> None:
    async with board((40, 30)) as (pilot, screen):
        screen._go_to(floor.uid("deal", 3))
        await pilot.press("1", "1")
        await settle(pilot)
        shown = [(notice.message, notice.markup) for notice in app._notifications]
        assert shown == [("Invalid move: Qualified → New. From Qualified: Proposal, Lost", False)]


async def test_losing_asks_why_and_tells_it(
    board: Any, app: Any, floor: Any, settle: Any, wait_until: Any
) -> None:
    deal = floor.uid("deal", 3)
    async with board() as (pilot, screen):
        screen._go_to(deal)
        await pilot.press("X")
        await settle(pilot)
        assert where(screen, deal) == "Qualified", "not before there is a reason"
        await pilot.press("2")
        await wait_until(pilot, lambda: in_store(app, deal) == "Lost")
        await settle(pilot)
        lost = app.desk.workspace.page("deals", deal).deal
        assert (lost.outcome, lost.lost_reason) == ("lost", "Competitor")
        assert where(screen, deal) == "Lost"
        assert cursor(screen) == floor.uid("deal", 8), "the next card of the column"
        screen._go_to(deal)
        await pilot.press("1")
        await settle(pilot)
        assert where(screen, deal) == in_store(app, deal) == "New", "a lost deal may begin anew"


async def test_winning_is_one_key(board: Any, app: Any, floor: Any, settle: Any) -> None:
    deal = floor.uid("deal", 9)
    async with board() as (pilot, screen):
        screen._go_to(deal)
        await pilot.press("W")
        await settle(pilot)
        assert app.desk.workspace.page("deals", deal).deal.outcome == "won"
        assert cursor(screen) == floor.uid("deal", 1), "who closes a deal goes on with the next one"
        await pilot.press("u")
        await settle(pilot)
        assert (where(screen, deal), cursor(screen)) == ("Negotiation", deal), "and back with it"


async def test_a_win_that_is_refused_brings_the_cursor_back(
    board: Any, app: Any, floor: Any, settle: Any
) -> None:
    deal = floor.uid("deal", 9)
    async with board() as (pilot, screen):
        screen._go_to(deal)
        app.desk.workspace.database.write = _full_disk
        await pilot.press("W")
        await settle(pilot)
        assert (where(screen, deal), cursor(screen)) == ("Negotiation", deal)


async def test_closing_the_only_deal_of_a_stage_leaves_a_list_on_another(
    board: Any, app: Any, floor: Any, settle: Any
) -> None:
    async with board((40, 30)) as (pilot, screen):
        for number in (9, 1):
            screen._go_to(floor.uid("deal", number))
            await pilot.press("W")
            await settle(pilot)
        assert not len(screen._model.columns[4])
        assert cursor(screen) == screen._list.cursor_row.id


async def test_what_the_workspace_refuses_goes_back_with_the_reason(
    board: Any, app: Any, floor: Any, settle: Any, wait_until: Any
) -> None:
    deal = floor.uid("deal", 3)
    async with board() as (pilot, screen):
        screen._go_to(deal)
        before = [list(column.entries) for column in screen._model.columns]
        app.desk.workspace.database.write = _full_disk
        await pilot.press("L")
        await settle(pilot)
        assert [list(column.entries) for column in screen._model.columns] == before
        assert said(screen).startswith("Not saved.")
        assert cursor(screen) == deal


def _full_disk(**_: object) -> Any:
    raise Unavailable("The disk is full.")


@pytest.mark.parametrize("key", ["escape", "m"])
async def test_another_who_was_quicker_is_named_and_the_card_is_where_they_put_it(
    board: Any, app: Any, colleague: Any, floor: Any, settle: Any, wait_until: Any, key: str, monkeypatch: Any
) -> None:
    deal = floor.uid("deal", 3)
    monkeypatch.setattr("tui.dialogs.base.DEAF", 60.0)
    async with board() as (pilot, screen):
        stages = {stage.name: stage.id for stage in app.desk.catalog.stages_of(screen._pipeline_id)}
        given = app.desk.workspace.execute(Assign(table="deals", ids=(deal,), book_id=floor.POOL))
        assert given.applied
        await settle(pilot)
        screen._go_to(deal)
        # The screen does not hear of it before the key: what is moved is what the user sees.
        hear = app.desk._listeners[:]
        app.desk._listeners.clear()
        answer = colleague.execute(
            MoveDeal(deal_id=deal, stage_id=stages["Lost"], from_stage_id=stages["Qualified"], reason="Price")
        )
        assert answer.status is Status.OK
        await pilot.press("L")
        await settle(pilot)
        app.desk._listeners.extend(hear)
        assert isinstance(app.screen, ConflictDialog)
        assert where(screen, deal) == "Lost", "the card is where they put it, behind the question"
        await pilot.press("m", "enter", "escape")
        assert isinstance(app.screen, ConflictDialog), "keys that were meant for the board decide nothing"
        app.screen._hear()  # as after a moment
        if key == "m":
            await pilot.press("m", "enter")
            await settle(pilot)
            assert said(screen).startswith("Invalid move: Lost → Proposal"), "mine goes on from theirs"
            return
        await pilot.press("escape")
        await settle(pilot)
        assert (
            said(screen)
            == "Jonas Weber moved Übermut: till system to Lost meanwhile. It stays as they left it."
        )


async def test_changes_of_others_are_patched_in_and_the_cursor_stays(
    board: Any, workspace: Any, floor: Any, settle: Any, wait_until: Any
) -> None:
    mine, other = floor.uid("deal", 4), floor.uid("deal", 2)
    async with board() as (pilot, screen):
        screen._go_to(mine)
        workspace.execute(EditDeal(deal_id=other, values={"title": "Renamed elsewhere", "value_minor": 100}))
        await wait_until(pilot, lambda: screen._model.cards[other].title == "Renamed elsewhere")
        assert cursor(screen) == mine
        workspace.execute(DeleteDeals(deal_ids=(other,)))
        await wait_until(pilot, lambda: other not in screen._model.cards)
        assert cursor(screen) == mine
        workspace.execute(DeleteDeals(deal_ids=(mine,)))
        await wait_until(pilot, lambda: mine not in screen._model.cards)
        assert screen._model.columns[screen._model.cursor_column].stage.name == "Proposal"


async def test_deleting_asks_and_undo_brings_back_under_the_cursor(
    board: Any, floor: Any, settle: Any, wait_until: Any
) -> None:
    deal = floor.uid("deal", 3)
    async with board() as (pilot, screen):
        screen._go_to(deal)
        await pilot.press("D")
        await settle(pilot)
        await pilot.press("y")
        await wait_until(pilot, lambda: where(screen, deal) == "")
        assert cursor(screen) == floor.uid("deal", 8), "the neighbour in the column"
        await pilot.press("u")
        await settle(pilot)
        assert cursor(screen) == deal


async def test_order_by_hand_is_kept(board: Any, app: Any, floor: Any, settle: Any) -> None:
    async with board() as (pilot, screen):
        await pilot.press("J")
        assert "press M first" in said(screen)
        await pilot.press("M")
        column = screen._model.columns[0]
        first, second, third = (column.id_at(n) for n in range(3))
        screen._go_to(first)
        await pilot.press("J", "J")
        await settle(pilot)
        assert [screen._model.columns[0].id_at(n) for n in range(3)] == [second, third, first]
        await pilot.press("K")
        await settle(pilot)
        expected = [second, first, third]
        assert [screen._model.columns[0].id_at(n) for n in range(3)] == expected
        await pilot.press("r")
        await settle(pilot)
        assert [screen._model.columns[0].id_at(n) for n in range(3)] == expected


async def test_selected_deals_are_acted_on_together(board: Any, app: Any, floor: Any, settle: Any) -> None:
    async with board() as (pilot, screen):
        await pilot.press("x", "j", "x")
        assert len(screen._model.selected) == 2
        table, ids = screen.selected_ids()
        assert table == "deals"
        assert set(ids) == screen._model.selected
        assert [key for key, _ in screen.key_hints()] == ["T", "A", "m", "D", "esc", "?"]
        await pilot.press("escape")
        assert not screen._model.selected
        assert ("c", "Call") in screen.key_hints()


# --- mouse -----------------------------------------------------------------------------------------------------------


def _event(kind: Any, board: Board, x: int, y: int) -> Any:
    return kind(
        board, x=x, y=y, delta_x=0, delta_y=0, button=1, shift=False, meta=False, ctrl=False,
        screen_x=x, screen_y=y,
    )  # fmt: skip


def _spot(board: Board, card_id: str) -> tuple[int, int]:
    region = board._region_of(card_id)
    assert region is not None
    return region.x + 3, region.y + 1


async def test_a_card_is_dragged_to_another_column(board: Any, app: Any, floor: Any, settle: Any) -> None:
    deal = floor.uid("deal", 3)
    async with board() as (pilot, screen):
        widget = screen.query_one(Board)
        x, y = _spot(widget, deal)
        target = widget._lanes.of(3)
        widget.post_message(_event(MouseDown, widget, x, y))
        widget.post_message(_event(MouseMove, widget, target.x + 4, y + 2))
        await pilot.pause()
        lines = [widget.render_line(n).text for n in range(widget.size.height)]
        assert any("→ Proposal" in line for line in lines), "it says where it would go"
        widget.post_message(_event(MouseUp, widget, target.x + 4, y + 2))
        await settle(pilot)
        assert where(screen, deal) == in_store(app, deal) == "Proposal"


async def test_the_wheel_scrolls_the_column_under_it_and_the_cursor_stays(
    board: Any, floor: Any, settle: Any
) -> None:
    async with board((120, 14)) as (pilot, screen):
        widget = screen.query_one(Board)
        screen._go_to(floor.uid("deal", 4))
        assert widget.page < 3
        for _ in range(5):
            widget.post_message(_event(MouseScrollDown, widget, 5, 6))
        await settle(pilot)
        column = screen._model.columns[0]
        assert column.top == len(column) - widget.page, "no further than the last card"
        assert screen._model.columns[3].top == 0
        assert cursor(screen) == floor.uid("deal", 4)
        await pilot.press("h", "h", "h")
        assert column.top <= screen._model.cursor_index < column.top + widget.page


async def test_enter_opens_what_is_under_the_cursor_and_two_clicks_do(
    board: Any, app: Any, floor: Any, settle: Any, wait_until: Any
) -> None:
    opened = []
    app.open_record = lambda table, record_id: opened.append((table, record_id))
    async with board() as (pilot, screen):
        screen._go_to(floor.uid("deal", 4))
        await pilot.press("enter")
        await settle(pilot)
        widget = screen.query_one(Board)
        x, y = _spot(widget, floor.uid("deal", 9))
        await pilot.click(widget, offset=(x, y), times=2)
        await settle(pilot)
        assert opened == [("deals", floor.uid("deal", 4)), ("deals", floor.uid("deal", 9))]


async def test_a_drag_ends_by_escape_and_by_a_resized_terminal(board: Any, floor: Any, settle: Any) -> None:
    deal = floor.uid("deal", 3)
    async with board() as (pilot, screen):
        widget = screen.query_one(Board)
        for end in ("escape", "resize"):
            x, y = _spot(widget, deal)
            widget.post_message(_event(MouseDown, widget, x, y))
            widget.post_message(_event(MouseMove, widget, x + 30, y))
            await pilot.pause()
            assert widget._drag is not None
            if end == "escape":
                await pilot.press("escape")
            else:
                await pilot.resize_terminal(90, 30)
            await settle(pilot)
            assert widget._drag is None
            assert pilot.app.mouse_captured is None
            widget.post_message(_event(MouseUp, widget, x + 30, y))
            await settle(pilot)
            assert where(screen, deal) == "Qualified"


async def test_moving_goes_on_while_the_terminal_is_resized(
    board: Any, app: Any, floor: Any, settle: Any
) -> None:
    deal = floor.uid("deal", 3)
    async with board() as (pilot, screen):
        screen._go_to(deal)
        for key, size in (
            ("L", (80, 24)),
            ("L", (60, 12)),
            ("L", (40, 30)),
            ("u", (45, 11)),
            ("u", (160, 45)),
        ):
            await asyncio.gather(pilot.press(key), pilot.resize_terminal(*size))
            await settle(pilot)
        assert where(screen, deal) == in_store(app, deal) == "Proposal"
        assert cursor(screen) == deal
        for size in ((20, 5), (1, 1), (7, 3), (120, 40)):
            await asyncio.gather(pilot.press("j"), pilot.resize_terminal(*size))
            await settle(pilot)
        assert where(screen, deal) == "Proposal"
