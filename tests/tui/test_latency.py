"""Behind a network: what the user does shows at once, stands in order, and is neither lost nor doubled."""

from __future__ import annotations

import pytest
from textual import events
from textual.widgets import Static

from core.commands.activities import LogActivity
from tests.tui.slow import SlowOpener
from tui.dialogs.base import Dialog
from tui.dialogs.form import Form
from tui.dialogs.log import LogDialog
from tui.dialogs.prompt import Prompt
from tui.dialogs.unsettled import UnsettledDialog
from tui.widgets.bars import StatusBar
from tui.widgets.tasks import TaskList


@pytest.fixture
def opener(workspace_path, clock):
    return SlowOpener(workspace_path, clock)


@pytest.fixture
def app(make_app, opener):
    yield make_app(opener=opener)
    if opener.workspace is not None:
        opener.workspace.hold.set()


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


async def test_a_text_that_is_refused_while_one_leaves_comes_back(app, opener, ready, wait_until, floor):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("a")
        await wait_until(pilot, lambda: isinstance(app.screen, Prompt))
        await pilot.press(*"lift")
        opener.workspace.hold.clear()
        opener.workspace.lose()
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: app.desk.unsettled == 1)
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, UnsettledDialog))
        opener.workspace.hold.set()
        await wait_until(pilot, lambda: isinstance(app.screen, Prompt) and app.screen.told)
        assert (app.screen.typed, app.screen.told) == ("lift", "Not saved. The server cannot be reached.")
        # A question that nobody asked for takes no key for a moment.
        await wait_until(pilot, lambda: not app.screen.is_deaf)
        await pilot.press("escape", "escape")
        await wait_until(pilot, lambda: not isinstance(app.screen, Dialog))
        assert app.desk is not None, "nobody left without a word"
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: app.desk is None)


# --- shown at once, taken back where it is refused ----------------------------------------------------------------


async def test_a_claim_shows_at_once_and_is_taken_back_with_the_reason(
    app, opener, ready, settle, floor, said
):
    deal = floor.uid("deal", 14)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        screen._go_to(deal)
        opener.workspace.hold.clear()
        opener.workspace.refusals["claim"] = "Jonas Weber was faster: Hassan: trial is taken."
        await pilot.press("m")
        await pilot.pause()
        assert screen._model.cards[deal].book_id == floor.MY_BOOK
        opener.workspace.hold.set()
        await settle(pilot)
        assert screen._model.cards[deal].book_id == floor.POOL
        assert said(app) == "Jonas Weber was faster: Hassan: trial is taken."


async def test_keys_need_not_wait_for_the_server(app, opener, ready, settle, floor, wait_until):
    """A claim and two moves, typed while the first is still under way, are shown at once and done in that order."""
    one, other = floor.uid("deal", 14), floor.uid("deal", 5)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        opener.workspace.hold.clear()
        screen._go_to(one)
        await pilot.press("m", "L")
        screen._go_to(other)
        await pilot.press("L")
        assert [where(screen, deal) for deal in (one, other)] == ["Contacted", "Qualified"]
        assert screen._model.cards[one].book_id == floor.MY_BOOK
        opener.workspace.hold.set()
        await settle(pilot)
        assert opener.workspace.asked == ["claim", "move_deal", "move_deal"]
        inner = opener.workspace.inner
        assert inner.record("deals", one).book_id == floor.MY_BOOK
        assert [where(screen, deal) for deal in (one, other)] == ["Contacted", "Qualified"]


async def test_tags_show_at_once_in_the_list_of_contacts(app, opener, ready, settle, floor):
    async with app.run_test(size=(140, 40)) as pilot:
        await ready(pilot)
        await pilot.press("g", "c")
        screen = await ready(pilot, "ContactsScreen")
        line = screen.table.cursor_row
        await pilot.press("T")
        await settle(pilot)
        opener.workspace.hold.clear()
        opener.workspace.refusals["tag_records"] = "Not today."
        await pilot.press(*"hot", "enter")
        await pilot.pause()
        assert "hot" in screen.table.cursor_row.tags.split()
        opener.workspace.hold.set()
        await settle(pilot)
        assert screen.table.cursor_row.tags == line.tags
        opener.workspace.refusals.clear()
        await pilot.press("T")
        await settle(pilot)
        await pilot.press(*"warm", "enter")
        await settle(pilot)
        assert "warm" in screen.table.cursor_row.tags.split()
        assert "warm" in opener.workspace.inner.record("contacts", line.id).tags


@pytest.fixture
def record(app, ready):
    """`screen = await record(pilot, table, id)`: the record's own screen."""

    async def go(pilot, table, record_id):
        await ready(pilot)
        app.open_record(table, record_id)
        return await ready(pilot, {"deals": "DealScreen", "contacts": "ContactScreen"}[table])

    return go


async def test_a_note_shows_at_once_and_comes_back_with_its_text_when_it_is_refused(
    app, opener, record, settle, floor, wait_until
):
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await record(pilot, "contacts", floor.uid("contact", 1))
        count = len(screen.timeline.entries)
        opener.workspace.hold.clear()
        await pilot.press("a")
        await wait_until(pilot, lambda: isinstance(app.screen, Prompt) and app.screen.is_ready)
        await pilot.press(*"ring", "ctrl+s")
        await pilot.pause()
        assert app.screen is screen, "the note does not keep the user"
        assert [entry.activity.body for entry in screen.timeline.entries[:1]] == ["ring"]
        opener.workspace.lose()
        opener.workspace.hold.set()
        await wait_until(pilot, lambda: isinstance(app.screen, Prompt))
        assert len(screen.timeline.entries) == count
        assert (app.screen.typed, app.screen.told) == ("ring", "Not saved. The server cannot be reached.")
        await wait_until(pilot, lambda: not app.screen.is_deaf)
        await pilot.press("escape")
        assert "Not saved yet" in app.screen.told, "nor is it dropped by one key"
        opener.workspace.find()
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: app.screen is screen)
        await settle(pilot)
        entries = screen.timeline.entries
        assert (len(entries), entries[0].activity.body) == (count + 1, "ring")


async def test_a_task_that_is_ticked_off_goes_at_once_and_comes_back_when_that_is_refused(
    app, opener, record, settle, floor, said
):
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await record(pilot, "deals", floor.uid("deal", 1))
        tasks = screen.query_one(TaskList)
        tasks.focus()
        opener.workspace.hold.clear()
        opener.workspace.refusals["complete_task"] = "Not yet."
        await pilot.press("d")
        await pilot.pause()
        assert tasks.count == 0
        opener.workspace.hold.set()
        await settle(pilot)
        assert (tasks.count, said(app)) == (1, "Not yet.")


async def test_a_deal_moves_on_its_own_screen_at_once_and_twice(app, opener, record, settle, floor):
    deal = floor.uid("deal", 3)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await record(pilot, "deals", deal)
        opener.workspace.hold.clear()
        await pilot.press("L", "L")
        await pilot.pause()
        assert app.desk.catalog.stage(screen.page.deal.stage_id).name == "Negotiation"
        opener.workspace.hold.set()
        await settle(pilot)
        stored = opener.workspace.inner.record("deals", deal)
        assert app.desk.catalog.stage(stored.stage_id).name == "Negotiation"


async def test_a_form_stays_open_with_its_text_while_the_server_is_away(
    app, opener, ready, settle, wait_until, floor
):
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await ready(pilot)
        screen._go_to(floor.uid("deal", 3))
        await pilot.press("e")
        await wait_until(pilot, lambda: isinstance(app.screen, Form) and app.screen.is_ready)
        form = app.screen
        opener.workspace.lose()
        form._widgets["next_step"].value = "Bring cake"
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: form.told == "Not saved. The server cannot be reached.")
        opener.workspace.find()
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: app.screen is screen)
        assert opener.workspace.inner.record("deals", floor.uid("deal", 3)).next_step == "Bring cake"


async def test_a_note_typed_ahead_on_a_slow_line_never_reaches_the_board(
    app, opener, ready, wait_until, floor
):
    """The question takes a second to come; meanwhile letters are typed that would move and lose deals."""
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        screen._go_to(floor.uid("deal", 3))
        opener.workspace.delay = 0.7
        for letter in "inLXW":
            app.post_message(events.Key(letter, letter))
        await wait_until(pilot, lambda: isinstance(app.screen, LogDialog) and app.screen.draft.text == "LXW")
        assert opener.workspace.asked == []


async def test_what_was_typed_for_a_question_that_cannot_come_is_dropped(
    app, opener, ready, settle, floor, said
):
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        screen._go_to(floor.uid("deal", 3))
        opener.workspace.lose()
        for letter in "cLXW":
            app.post_message(events.Key(letter, letter))
        await settle(pilot)
        assert said(app) == "The server cannot be reached."
        assert opener.workspace.asked == []
        assert where(screen, floor.uid("deal", 3)) == "Qualified"


def test_picture_of_leaving_too_early(snap, app, opener, size, floor, wait_until):
    async def leave(pilot):
        opener.workspace.lose()
        opener.workspace.hold.clear()
        for text in ("one", "two"):
            app.desk.execute(note(floor, text))
        await pilot.press("ctrl+q")
        await wait_until(pilot, lambda: isinstance(app.screen, UnsettledDialog))
        await wait_until(pilot, lambda: "2 to send" in app.desk.shown_health.line)

    assert snap(app, size, before=leave)
