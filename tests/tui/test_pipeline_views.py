"""What the pipeline shows: filters, orders, views, the list, a briefing, other pipelines, nothing at all."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

import pytest
from textual.widgets import Input

from core.commands.contacts import EditContact
from core.commands.deals import DeleteDeals, EditDeal
from core.commands.pipelines import AddStage, EditPipeline
from core.commands.setup import SaveView
from core.commands.tasks import CreateTask
from tui.widgets.bars import KeyBar, StatusBar, TitleBar
from tui.widgets.board import Board
from tui.widgets.briefing import Briefing
from tui.widgets.deal_list import DealList
from tui.widgets.filterbar import FilterBar, FilterHint


@pytest.fixture
def pipeline(app: Any, ready: Any) -> Any:
    """`async with pipeline(size) as (pilot, screen)`."""

    @contextlib.asynccontextmanager
    async def opened(size: tuple[int, int] = (120, 40)) -> Any:
        async with app.run_test(size=size) as pilot:
            yield pilot, await ready(pilot)

    return opened


def lines(widget: Any) -> list[str]:
    return [strip.text.rstrip() for strip in widget.render_lines(widget.size.region)]


def text(widget: Any) -> str:
    return "\n".join(lines(widget))


def titles(screen: Any) -> set[str]:
    return {card.title for card in screen._model.cards.values()}


def said(screen: Any) -> str:
    return str(screen.query_one(StatusBar)._message)


# --- filter ----------------------------------------------------------------------------------------------------------


async def test_a_filter_shows_its_results_while_it_is_typed(pipeline: Any, settle: Any) -> None:
    async with pipeline() as (pilot, screen):
        await pilot.press("f", *"smith")
        await settle(pilot)
        assert titles(screen) == {"Smith: contract search", "Smith: archive"}
        await pilot.press("enter")
        assert not screen.query_one(FilterBar).is_open
        assert screen.focused is screen.query_one(Board)
        assert "smith" in text(screen.query_one(TitleBar))
        await pilot.press("escape")
        await settle(pilot)
        assert len(titles(screen)) == 14


async def test_what_is_wrong_with_a_filter_is_said_and_the_last_good_one_stays(
    pipeline: Any, settle: Any
) -> None:
    async with pipeline() as (pilot, screen):
        screen._set_filter("stage:qualified")
        await pilot.press("f", "X")
        await settle(pilot)
        hint = text(screen.query_one(FilterHint))
        assert "There is no stage “qualifiedX”" in hint
        assert "Stages: New, Contacted" in hint
        assert titles(screen) == {"Étoiles: booking desk", "Übermut: till system"}
        await pilot.press("escape")
        await settle(pilot)
        assert len(titles(screen)) == 14


@pytest.mark.parametrize(
    ("typed", "in_force"),
    [
        ("value>abc", ""),
        ("owner:me stagge:new", "owner:me"),
        ("owner:me -stagge:new", "owner:me"),
        ("smith value>1k<", "smith value>1k"),
    ],
)
async def test_enter_keeps_a_filter_with_an_error_to_be_corrected(
    pipeline: Any, settle: Any, typed: str, in_force: str
) -> None:
    async with pipeline() as (pilot, screen):
        await pilot.press("f")
        line = screen.query_one(FilterBar).query_one(Input)
        for end in range(1, len(typed) + 1):
            line.value = typed[:end]
            await pilot.pause()
        await pilot.press("enter")
        await settle(pilot)
        bar = screen.query_one(FilterBar)
        assert bar.is_open
        assert (line.value, screen._filter) == (typed, in_force)
        assert "tab" not in text(screen.query_one(FilterHint)), "what is wrong is said"
        line.value = "smith"
        await pilot.press("enter")
        await settle(pilot)
        assert (bar.is_open, screen._filter) == (False, "smith")


async def test_tab_completes_what_is_typed(pipeline: Any, settle: Any) -> None:
    async with pipeline() as (pilot, screen):
        await pilot.press("f", *"stag", "tab", "n", "e", "g", "tab", "enter")
        await settle(pilot)
        assert screen._filter == "stage:Negotiation"
        assert titles(screen) == {"Acme: picking robots", "Smith: contract search"}


async def test_a_card_that_no_longer_fits_the_filter_leaves(
    pipeline: Any, workspace: Any, floor: Any, settle: Any, wait_until: Any
) -> None:
    async with pipeline() as (pilot, screen):
        screen._set_filter("next:none")
        await settle(pilot)
        deal = floor.uid("deal", 4)
        assert deal in screen._model.cards
        workspace.execute(
            CreateTask(table="deals", record_id=deal, subject="Call", due_at=floor.NOW + dt.timedelta(days=1))
        )
        await wait_until(pilot, lambda: deal not in screen._model.cards)


async def test_an_empty_board_says_what_to_do(pipeline: Any, app: Any, settle: Any, wait_until: Any) -> None:
    async with pipeline() as (pilot, screen):
        screen._set_filter("zzz")
        await settle(pilot)
        assert "No deal fits this filter" in text(screen.query_one(Board))
        assert "esc clears it" in text(screen.query_one(Board))
        await pilot.press("L")
        assert said(screen) == "There is no deal yet. n makes one."
        await pilot.press("escape")
        await settle(pilot)
        app.desk.workspace.execute(DeleteDeals(deal_ids=tuple(screen._model.cards)))
        await wait_until(pilot, lambda: not screen._model.cards)
        await settle(pilot)
        assert "No deals in Sales yet" in text(screen.query_one(Board))
        await pilot.press("v")
        await settle(pilot)
        assert "n makes the first one" in text(screen.query_one(DealList))


# --- views and orders --------------------------------------------------------------------------------------------------


async def test_a_saved_view_brings_its_filter_and_order(pipeline: Any, app: Any, settle: Any) -> None:
    app_view = SaveView(entity="deals", name="Big ones", query="value>20k", sort="value")
    async with pipeline() as (pilot, screen):
        app.desk.workspace.execute(app_view)
        await settle(pilot)
        await pilot.press("V")
        await settle(pilot)
        await pilot.press(*"big", "enter")
        await settle(pilot)
        assert (screen._filter, screen._sort) == ("value>20k", "value")
        assert "Big ones" in text(screen.query_one(TitleBar))
        contacted = screen._model.columns[1]
        assert [screen._model.cards[contacted.id_at(n)].value_minor for n in range(2)] == [
            98_700_000,
            6_000_000,
        ]


async def test_orders_are_chosen_by_one_key(pipeline: Any, settle: Any) -> None:
    async with pipeline() as (pilot, screen):
        await pilot.press("s")
        await settle(pilot)
        await pilot.press("5")
        await settle(pilot)
        column = screen._model.columns[1]
        assert [screen._model.cards[column.id_at(n)].title[:5] for n in range(3)] == [
            "Acme:",
            "Beehi",
            "Donau",
        ]
        assert said(screen) == "Order: Title: A to Z"


# --- list ------------------------------------------------------------------------------------------------------------


async def test_a_narrow_terminal_gets_a_list_with_the_same_keys(
    pipeline: Any, app: Any, floor: Any, settle: Any
) -> None:
    async with pipeline((40, 30)) as (pilot, screen):
        assert screen.focused is screen.query_one(DealList)
        assert not screen.query_one(Board).display
        await pilot.press("j", "j")
        deal = screen.query_one(DealList).cursor_row
        assert screen._model.cursor_id == deal.id
        await pilot.press("L")
        await settle(pilot)
        assert app.desk.workspace.page("deals", deal.id).deal.stage_id == screen._model.stages[1].id
        assert screen.query_one(DealList).cursor_row.id == deal.id, "the cursor went along"
        await pilot.press("v")
        assert said(screen) == "A board needs 60 columns; this terminal has 40."
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        assert screen.focused is screen.query_one(Board)
        assert screen._model.cursor_id == deal.id


async def test_a_narrow_list_shows_quick_actions_and_how_long_deals_stand(
    pipeline: Any, app: Any, floor: Any, settle: Any
) -> None:
    async with pipeline((40, 30)) as (pilot, screen):
        app.desk.workspace.execute(EditDeal(deal_id=floor.uid("deal", 4), values={"next_step": "Ask"}))
        await settle(pilot)
        keys = " ".join(text(screen.query_one(KeyBar)).split())
        assert keys.startswith("c Call H ◂ L Move ▸ W Won X Lost"), keys
        assert keys.endswith("? all keys")
        row = next(n for n, line in enumerate(lines(screen._list)) if "Fjord: cold" in line)
        assert "Proposal › Ask" in lines(screen._list)[row + 1]
        assert "▼41d" in lines(screen._list)[row + 1]


async def test_board_and_list_share_cursor_and_selection(pipeline: Any, floor: Any, settle: Any) -> None:
    async with pipeline() as (pilot, screen):
        screen._go_to(floor.uid("deal", 4))
        await pilot.press("x", "v")
        await settle(pilot)
        deals = screen.query_one(DealList)
        assert deals.cursor_row.id == floor.uid("deal", 4)
        assert deals.selection == {floor.uid("deal", 4)}
        await pilot.press("k", "v")
        await settle(pilot)
        assert screen._model.cursor_id == floor.uid("deal", 2)


# --- briefing ------------------------------------------------------------------------------------------------------------


async def test_a_briefing_shows_whom_to_call_and_follows_the_cursor(
    pipeline: Any, floor: Any, settle: Any, wait_until: Any
) -> None:
    async with pipeline() as (pilot, screen):
        screen._go_to(floor.uid("deal", 2))
        await pilot.press("space")
        panel = screen.query_one(Briefing)
        await wait_until(pilot, lambda: "Paweł Wójcik" in text(panel))
        for words in (
            "+48 42 633 01 01",
            "Call Paweł about",
            "today 14:00",
            "Depot is ready in May.",
        ):
            assert words in text(panel)
        await pilot.press("j")
        await wait_until(pilot, lambda: "Sigrún Sønner" in text(panel))
        assert "Nothing planned" in text(panel)
        await pilot.press("escape")
        assert not panel.display


async def test_a_briefing_never_cuts_the_number(pipeline: Any, app: Any, floor: Any, wait_until: Any) -> None:
    values = {"phones": [{"value": "+49 89 99998000 ext. 12345"}], "time_zone": "Europe/Warsaw"}
    edit = EditContact(contact_id=floor.uid("contact", 2), values=values)
    async with pipeline() as (pilot, screen):
        answer = app.desk.workspace.execute(edit)
        assert answer.applied, answer.fields
        screen._go_to(floor.uid("deal", 2))
        await pilot.press("space")
        panel = screen.query_one(Briefing)
        await wait_until(pilot, lambda: "ext. 12345" in text(panel))
        assert "10:30 there" in text(panel)


# --- pipelines -----------------------------------------------------------------------------------------------------------


async def test_another_pipeline_is_two_keys_away(pipeline: Any, settle: Any) -> None:
    async with pipeline() as (pilot, screen):
        await pilot.press("p")
        await settle(pilot)
        await pilot.press("down", "enter")
        await settle(pilot)
        assert titles(screen) == {"Orchard: second year"}
        assert "Renewals" in text(screen.query_one(TitleBar))
        assert screen._model.cursor_card is not None, "the cursor is where the cards are"


async def test_a_pipeline_that_changes_is_followed(
    pipeline: Any, workspace: Any, floor: Any, settle: Any, wait_until: Any
) -> None:
    async with pipeline() as (pilot, screen):
        screen._go_to(floor.uid("deal", 2))
        workspace.execute(
            AddStage(pipeline_id=screen._pipeline_id, name="Legal", after_stage_id=screen._model.stages[3].id)
        )
        await wait_until(pilot, lambda: len(screen._model.columns) == 8)
        workspace.execute(EditPipeline(pipeline_id=screen._pipeline_id, values={"name": "New business"}))
        await wait_until(pilot, lambda: "New business" in text(screen.query_one(TitleBar)))
        assert "Legal" in lines(screen.query_one(Board))[0]
        assert screen._model.cursor_id == floor.uid("deal", 2)


# --- what cards say ------------------------------------------------------------------------------------------------------


async def test_cards_tell_state_by_sign_and_stale_deals_stand_out(
    pipeline: Any, clock: Any, floor: Any, settle: Any
) -> None:
    async with pipeline((160, 45)) as (pilot, screen):
        board = text(screen.query_one(Board))
        for words in (
            "! overdue 2d",
            "◆ today 14:00",
            "○ nothing planned",
            "· in 5d",
            "· tomorrow",
            "▼41d",
            "pool",
            "JW",
        ):
            assert words in board
        clock.now += dt.timedelta(hours=5)
        screen._tick()
        await pilot.pause()
        assert "! overdue 1h" in text(screen.query_one(Board))
        assert "◆ today 14:00" not in text(screen.query_one(Board))
        clock.now += dt.timedelta(days=5)
        screen._tick()
        await settle(pilot)
        assert "◆ today 10:30" not in text(screen.query_one(Board))
        assert "! overdue 5h" in text(screen.query_one(Board)), "midnight has come and gone"


async def test_every_density_shows_every_deal_s_title(pipeline: Any, settle: Any) -> None:
    async with pipeline() as (pilot, screen):
        heights = []
        for _ in range(3):
            board = lines(screen.query_one(Board))
            heights.append(sum("Acme" in line or "Étoiles" in line for line in board))
            assert any("Étoiles" in line for line in board)
            await pilot.press("z")
        assert heights[0] >= heights[1] >= heights[2] > 0
        assert said(screen) == "Density: cards"


async def test_nothing_in_the_data_reaches_the_terminal_as_a_command(
    pipeline: Any, app: Any, floor: Any, settle: Any
) -> None:
    hostile = "[b]\x1b[2J\u202e\u0007evil"
    async with pipeline() as (pilot, screen):
        card = screen._model.cards[floor.uid("deal", 3)]
        changed = card._replace(title=hostile, company=hostile, next_step=hostile, contact=hostile)
        before = screen._model.cursor_id
        screen.show_damage(screen._model.patch([changed], [], serial=screen._model.serial), before)
        for _ in range(3):
            drawn = text(screen.query_one(Board))
            assert "\x1b" not in drawn
            assert "\u202e" not in drawn
            assert "[b]" in drawn
            assert all(
                strip.cell_length == 120
                for strip in screen.query_one(Board).render_lines(screen.query_one(Board).size.region)
            )
            await pilot.press("z")
