"""The terminal application on a cache: a day offline, and the evening after it."""

from __future__ import annotations

import asyncio
import time

import pytest

from core.commands.deals import EditDeal
from core.commands.records import Assign
from core.workspace import Subject
from tests.postgres.rooms import rooms_on
from tests.sync.desks import Desks
from tui.app import OffhookApp
from tui.config import Config
from tui.widgets.bars import StatusBar


class Opener:
    """Hands the application a workspace that is open already."""

    def __init__(self, workspace):
        self.workspace = workspace

    def existing(self):
        return self.workspace


async def until(pilot, holds, seconds=30.0):
    ends = time.monotonic() + seconds
    while not holds():
        await pilot.pause()
        if pilot.app._exception is not None:
            raise pilot.app._exception
        assert time.monotonic() < ends, f"waited in vain: {pilot.app.screen.query_one(StatusBar)._health}"
        await asyncio.sleep(0.01)


@pytest.fixture
def desks(floor, tmp_path):
    """Opens caches on the floor."""
    made = Desks(floor, tmp_path)
    yield made
    made.close()


@pytest.fixture
def ben(floor):
    """A colleague who is online all day."""
    with rooms_on(floor) as rooms:
        yield rooms.open("ben")


def work_offline(desks, *commands):
    """Ann has everything on her machine, leaves the network, and works."""
    desks.shut(desks.ready("ann"))
    offline = desks.open("ann", agent=False)
    for command in commands:
        assert offline.workspace.execute(command).applied
    desks.shut(offline)


def app_on(workspace):
    app = OffhookApp(Opener(workspace), Config())
    app.animation_level = "none"
    return app


def says(app):
    return app.screen.query_one(StatusBar)._health.line


async def test_a_day_offline_is_decided_with_two_keys_in_the_evening(floor, desks, ben):
    deal = floor.deal("East")
    work_offline(desks, EditDeal(deal_id=deal, values={"value_minor": 90_000, "next_step": "Call Ida"}))
    assert ben.execute(EditDeal(deal_id=deal, values={"value_minor": 150_000})).applied
    desk = desks.open("ann")
    app = app_on(desk.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: type(app.screen).__name__ == "PipelineScreen")
        await until(pilot, lambda: "⚠ 1 conflict" in says(app))
        await until(pilot, lambda: app.screen._model.waiting == {deal})
        await pilot.press("g", "x")
        await until(pilot, lambda: getattr(app.screen, "_question", None) is not None)
        await pilot.press("m", "s")
        await until(pilot, lambda: says(app) == "● live")
        there = ben.record("deals", deal)
        assert (there.value_minor, there.next_step) == (90_000, "Call Ida")
        lost = ben.timeline(Subject("deals", deal), kinds=["conflict"])
        assert [entry.activity.subject for entry in lost] == ["Value: €900.00 kept, Ben Berg had €1,500.00"]
    desks.converge(desk)


async def test_work_on_what_was_given_away_is_handed_over(floor, desks, ben):
    deal = floor.deal("East")
    work_offline(desks, EditDeal(deal_id=deal, values={"next_step": "Call Ida on Friday"}))
    assert ben.execute(Assign(table="deals", ids=(deal,), book_id=floor.book("ben"))).applied
    desk = desks.open("ann")
    app = app_on(desk.workspace)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: type(app.screen).__name__ == "PipelineScreen")
        await until(pilot, lambda: "⚠ 1 conflict" in says(app))
        await pilot.press("g", "x")
        await until(pilot, lambda: getattr(app.screen, "_parked", None) is not None)
        assert app.screen._parked.can_hand_in
        await pilot.press("x")
        await until(pilot, lambda: app.screen.is_modal)
        await pilot.press("y")
        await until(pilot, lambda: not app.screen.is_modal and not desk.workspace.parked())
        entries = ben.timeline(Subject("deals", deal), kinds=["note"])
        assert any("Call Ida on Friday" in entry.activity.body for entry in entries)
    desks.converge(desk)
