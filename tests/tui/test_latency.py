"""Behind a network: what the user does shows at once, stands in order, and is neither lost nor doubled."""

from __future__ import annotations

import pytest
from textual.widgets import Static

from core.commands.activities import LogActivity
from tests.tui.slow import SlowOpener
from tui.dialogs.unsettled import UnsettledDialog
from tui.widgets.bars import StatusBar


@pytest.fixture
def opener(workspace_path, clock):
    return SlowOpener(workspace_path, clock)


@pytest.fixture
def app(make_app, opener):
    return make_app(opener=opener)


def health(app):
    return app.screen.query_one(StatusBar)._health.line


def where(screen, deal_id):
    card = screen._model.cards.get(deal_id)
    return "" if card is None else screen.desk.catalog.stage(card.stage_id).name


def note(floor, text):
    return LogActivity(table="contacts", record_id=floor.uid("contact", 1), kind="note", body=text)


async def test_undo_while_a_move_is_under_way_takes_that_move_back(
    app, opener, ready, settle, floor, wait_until
):
    deal = floor.uid("deal", 3)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        screen._go_to(floor.uid("deal", 2))
        await pilot.press("T")
        await settle(pilot)
        await pilot.press(*"hot", "enter")
        await settle(pilot)
        opener.workspace.hold.clear()
        screen._go_to(deal)
        await pilot.press("L", "u")
        assert where(screen, deal) == "Proposal"
        opener.workspace.hold.set()
        await settle(pilot)
        assert where(screen, deal) == "Qualified"
        assert "hot" in opener.workspace.inner.record("deals", floor.uid("deal", 2)).tags


async def test_undo_of_a_move_that_is_refused_takes_nothing_else_back(
    app, opener, ready, settle, floor, said
):
    deal = floor.uid("deal", 3)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        await app.desk.execute(note(floor, "kept"))
        opener.workspace.hold.clear()
        opener.workspace.refusals["move_deal"] = "Jonas has it now."
        screen._go_to(deal)
        await pilot.press("L", "u")
        opener.workspace.hold.set()
        await settle(pilot)
        assert where(screen, deal) == "Qualified"
        assert opener.workspace.asked == ["log_activity", "move_deal"]
        assert said(app) == "That was not done, so there is nothing to take back."


async def test_two_undos_in_a_row_take_two_things_back(app, opener, ready, settle, floor):
    one, other = floor.uid("deal", 3), floor.uid("deal", 5)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        opener.workspace.hold.clear()
        for deal in (one, other):
            screen._go_to(deal)
            await pilot.press("L")
        await pilot.press("u", "u")
        opener.workspace.hold.set()
        await settle(pilot)
        assert [where(screen, deal) for deal in (one, other)] == ["Qualified", "Contacted"]


async def test_the_status_bar_says_what_is_on_its_way_and_that_the_server_is_gone(
    app, opener, ready, wait_until, floor
):
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        assert health(app) == "● live"
        opener.workspace.hold.clear()
        answers = [app.desk.execute(note(floor, text)) for text in ("one", "two")]
        await wait_until(pilot, lambda: health(app) == "◐ 2 to send")
        opener.workspace.lose()
        await wait_until(pilot, lambda: health(app) == "○ offline since 10:29 · 2 to send")
        opener.workspace.find()
        opener.workspace.hold.set()
        await wait_until(pilot, lambda: health(app) == "● live")
        assert [(await answer).applied for answer in answers] == [True, True]


async def test_leaving_while_something_is_under_way_waits_or_puts_it_by(
    app, opener, ready, wait_until, floor
):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        opener.workspace.hold.clear()
        commands = [note(floor, "one"), note(floor, "two")]
        for command in commands:
            app.desk.execute(command)
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, UnsettledDialog))
        await pilot.press("escape")
        assert app.desk is not None, "staying is one key"
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, UnsettledDialog))
        assert "2 changes of yours" in str(app.screen.query_one("#unsettled-text", Static).render())
        await pilot.press("l")
        opener.workspace.hold.set()
        await wait_until(pilot, lambda: app.desk is None)
    assert [command.id for command in opener.workspace.kept] == [command.id for command in commands]
    assert app.return_value == 0


async def test_leaving_says_what_cannot_be_kept_before_it_drops_it(app, opener, ready, wait_until, floor):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        opener.workspace.hold.clear()
        opener.workspace.keeps = 1
        for text in ("one", "two"):
            app.desk.execute(note(floor, text))
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, UnsettledDialog))
        await pilot.press("l")
        said = "1 change cannot be kept without the server. l again drops it, w waits."
        await wait_until(pilot, lambda: app.screen.told == said)
        await pilot.press("l")
        opener.workspace.hold.set()
        await wait_until(pilot, lambda: app.desk is None)
    assert len(opener.workspace.asked) == 1


async def test_leaving_waits_until_all_is_sent(app, opener, ready, wait_until, floor):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        opener.workspace.hold.clear()
        app.desk.execute(note(floor, "one"))
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, UnsettledDialog))
        await pilot.press("w")
        assert app.screen.told == "Waiting. offhook leaves when all is sent."
        opener.workspace.hold.set()
        await wait_until(pilot, lambda: app.desk is None)
    assert opener.workspace.kept == []
