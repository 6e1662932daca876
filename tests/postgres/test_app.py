"""The terminal application on the team's server: two reps, one board."""

from __future__ import annotations

import asyncio
import time

import pytest

from core.commands.deals import EditDeal
from core.commands.records import Claim
from tests.postgres.rooms import rooms_on
from tui.app import OffhookApp
from tui.config import Config
from tui.widgets.bars import StatusBar


class Opener:
    """Hands the application a workspace that is open already."""

    def __init__(self, workspace):
        self.workspace = workspace

    def existing(self):
        return self.workspace


async def until(pilot, holds, seconds=20.0):
    ends = time.monotonic() + seconds
    while not holds():
        await pilot.pause()
        if pilot.app._exception is not None:
            raise pilot.app._exception
        assert time.monotonic() < ends, "waited in vain"
        await asyncio.sleep(0.01)


@pytest.fixture
def rooms(floor):
    """Opens the workspace of one of the floor's people by their login."""
    with rooms_on(floor) as opened:
        yield opened.open


@pytest.fixture
def app(rooms):
    one = OffhookApp(Opener(rooms("ann")), Config())
    one.animation_level = "none"
    yield one
    if one.desk is not None:
        one.desk.close()


def bar(app):
    return app.screen.query_one(StatusBar)


async def on_the_board(pilot, floor):
    await until(pilot, lambda: type(pilot.app.screen).__name__ == "PipelineScreen")
    screen = pilot.app.screen
    await until(pilot, lambda: floor.deal("East") in screen._model.cards)
    await until(pilot, lambda: bar(pilot.app)._health.line == "● live")
    return screen


async def test_a_lead_that_ben_claims_leaves_anns_board_with_his_name(app, rooms, floor):
    deal = floor.deal("East")
    ben = rooms("ben")
    async with app.run_test(size=(140, 40)) as pilot:
        screen = await on_the_board(pilot, floor)
        screen._go_to(deal)
        title = screen._model.cards[deal].title
        assert ben.execute(Claim(table="deals", ids=(deal,), from_book_id=floor.book("East"))).applied
        await until(pilot, lambda: deal not in screen._model.cards)
        ben_name = ben.catalog().me.name
        await until(pilot, lambda: bar(app)._message == f"{ben_name} claimed {title}")


async def test_a_claim_by_key_is_anns_at_once_and_on_the_server(app, rooms, floor):
    deal = floor.deal("East")
    ben = rooms("ben")
    async with app.run_test(size=(140, 40)) as pilot:
        screen = await on_the_board(pilot, floor)
        screen._go_to(deal)
        await pilot.press("m")
        await until(pilot, lambda: screen._model.cards[deal].book_id == floor.book("ann"))
        await until(pilot, lambda: not app.desk.unsettled)
        answer = ben.execute(Claim(table="deals", ids=(deal,), from_book_id=floor.book("East")))
        assert not answer.applied


async def test_what_ben_writes_is_on_anns_card(app, rooms, floor):
    deal = floor.deal("East")
    ben = rooms("ben")
    async with app.run_test(size=(140, 40)) as pilot:
        screen = await on_the_board(pilot, floor)
        assert ben.execute(EditDeal(deal_id=deal, values={"title": "Renamed by Ben"})).applied
        await until(pilot, lambda: screen._model.cards[deal].title == "Renamed by Ben")
