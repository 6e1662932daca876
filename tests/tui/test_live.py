"""Colleagues at work: what they do appears in place, and takes away neither the cursor nor what is being typed."""

from __future__ import annotations

import time

import pytest
from textual.widgets import Input, Static

from core.commands.activities import LogActivity
from core.commands.contacts import EditContact
from core.commands.deals import CreateDeal, DeleteDeals, EditDeal, MoveDeal
from core.commands.records import Assign, Claim
from core.commands.tasks import CreateTask
from core.workspace import Changed
from tests.tui.slow import SlowOpener
from tui.dialogs.form import Form
from tui.dialogs.prompt import Prompt
from tui.flows import records
from tui.widgets.briefing import Briefing


@pytest.fixture
def opener(workspace_path, clock):
    return SlowOpener(workspace_path, clock)


@pytest.fixture
def app(make_app, opener):
    return make_app(opener=opener)


@pytest.fixture
def pooled(workspace, floor):
    """Gives a deal to the pool, where Jonas may change it: `pooled(3)` → its id."""

    def give(number):
        deal = floor.uid("deal", number)
        assert workspace.execute(Assign(table="deals", ids=(deal,), book_id=floor.POOL)).applied
        return deal

    return give


def where(screen, deal_id):
    card = screen._model.cards.get(deal_id)
    return "" if card is None else screen.desk.catalog.stage(card.stage_id).name


def stage(workspace, name):
    catalog = workspace.catalog()
    return next(one.id for one in catalog.stages_of(catalog.pipelines[0].id) if one.name == name)


async def test_a_card_that_a_colleague_moves_goes_and_the_cursor_stays_on_its_own(
    app, ready, settle, wait_until, pooled, colleague, floor
):
    deal, mine = pooled(3), floor.uid("deal", 8)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        screen._go_to(mine)
        screen._board.toggle_selected()
        moved = MoveDeal(
            deal_id=deal, stage_id=stage(colleague, "Proposal"), from_stage_id=stage(colleague, "Qualified")
        )
        assert colleague.execute(moved).applied
        await wait_until(pilot, lambda: where(screen, deal) == "Proposal")
        assert (screen._model.cursor_id, screen._model.selected) == (mine, {mine})


async def test_a_card_that_is_claimed_away_goes_with_a_word_about_who(
    app, opener, ready, wait_until, floor, said
):
    deal = floor.uid("deal", 14)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        screen._go_to(deal)
        opener.workspace.hide("deals", deal, "Ben Okafor")
        await wait_until(pilot, lambda: deal not in screen._model.cards)
        await wait_until(pilot, lambda: said(app) == "Ben Okafor claimed Hassan: trial")
        assert screen._model.cursor_id in screen._model.cards, (
            "the cursor is on the card that lies in its place"
        )


async def test_a_card_elsewhere_goes_without_a_word(app, opener, ready, wait_until, floor, said):
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        screen._go_to(floor.uid("deal", 1))
        deal = floor.uid("deal", 14)
        opener.workspace.hide("deals", deal, "Ben Okafor")
        await wait_until(pilot, lambda: deal not in screen._model.cards)
        assert said(app) == ""


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("owner:pool", "Jonas Weber claimed Übermut: till system"),
        ("", "Jonas Weber deleted Übermut: till system"),
    ],
    ids=["claimed", "deleted"],
)
async def test_what_became_of_the_card_under_the_cursor_is_said(
    app, ready, settle, wait_until, pooled, colleague, said, query, told
):
    deal = pooled(3)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        screen._set_filter(query)
        await settle(pilot)
        screen._go_to(deal)
        command = Claim(table="deals", ids=(deal,)) if query else DeleteDeals(deal_ids=(deal,))
        assert colleague.execute(command).applied
        await wait_until(pilot, lambda: deal not in screen._model.cards)
        await wait_until(pilot, lambda: said(app) == told)


async def test_new_cards_come_without_taking_the_cursor(app, ready, wait_until, colleague, floor):
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        screen._go_to(floor.uid("deal", 6))
        new = CreateDeal(
            pipeline_id=screen._pipeline_id, values={"title": "AAA: first", "book_id": floor.POOL}
        )
        assert colleague.execute(new).applied
        await wait_until(pilot, lambda: new.deal_id in screen._model.cards)
        assert screen._model.cursor_id == floor.uid("deal", 6)


async def test_the_board_changes_behind_a_note_and_the_note_stays(
    app, ready, wait_until, pooled, colleague, floor
):
    deal = pooled(3)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        screen._go_to(floor.uid("deal", 1))
        await pilot.press("a")
        await wait_until(pilot, lambda: isinstance(app.screen, Prompt) and app.screen.is_ready)
        await pilot.press(*"half a")
        assert colleague.execute(Claim(table="deals", ids=(deal,))).applied
        await wait_until(pilot, lambda: screen._model.cards[deal].book_id == floor.COLLEAGUES_BOOK)
        assert app.screen.typed == "half a"


async def test_a_deal_and_the_company_of_another_change_together_and_both_cards_follow(
    app, ready, settle, colleague, floor
):
    moved, named = floor.uid("deal", 13), floor.uid("deal", 14)
    contact = colleague.record("deals", named).contact_id
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        shown = screen._model.cards[named].contact
        hear = app.desk._listeners[:]
        app.desk._listeners.clear()
        assert colleague.execute(EditDeal(deal_id=moved, values={"title": "Acme: belts"})).applied
        assert colleague.execute(EditContact(contact_id=contact, values={"last_name": "Farouk"})).applied
        app.desk._listeners.extend(hear)
        rows = frozenset({("deals", moved), ("contacts", contact)})
        await screen.apply_changes([Changed(rows, local=False, revision=0)])
        await settle(pilot)
        assert screen._model.cards[moved].title == "Acme: belts"
        assert shown == "Ahmed Hassan"
        assert screen._model.cards[named].contact == "Ahmed Farouk"


async def test_a_filter_that_is_being_typed_stays(app, ready, wait_until, pooled, colleague, floor):
    deal = pooled(3)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        await pilot.press("f", *"stage:qual")
        assert colleague.execute(EditDeal(deal_id=deal, values={"title": "Übermut: two tills"})).applied
        await wait_until(pilot, lambda: screen._model.cards[deal].title == "Übermut: two tills")
        line = screen.query_one(Input)
        assert (line.value, line.has_focus, line.cursor_position) == ("stage:qual", True, 10)


async def test_a_briefing_tells_what_a_colleague_has_just_noted(app, ready, wait_until, pooled, colleague):
    deal = pooled(3)
    async with app.run_test(size=(160, 40)) as pilot:
        screen = await ready(pilot)
        screen._go_to(deal)
        await pilot.press("space")
        note = LogActivity(table="deals", record_id=deal, kind="note", body="They want it in blue.")
        assert colleague.execute(note).applied
        panel = screen.query_one(Briefing)
        await wait_until(
            pilot, lambda: any("in blue" in panel.render_line(y).text for y in range(panel.size.height))
        )


async def test_the_list_of_contacts_follows_with_cursor_and_selection(
    app, ready, wait_until, colleague, floor
):
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("g", "c")
        screen = await ready(pilot, "ContactsScreen")
        await pilot.press("down", "down", "x")
        held, marked = screen.table.cursor_row.id, screen.table.selection
        ahmed = floor.uid("contact", 22)
        assert colleague.execute(EditContact(contact_id=ahmed, values={"first_name": "Aaron"})).applied

        def shown():
            rows = (screen.table._source.row(index) for index in range(screen.table.count))
            return any(row is not None and row.first_name == "Aaron" for row in rows)

        await wait_until(pilot, shown)
        assert (screen.table.cursor_row.id, screen.table.selection) == (held, marked)


@pytest.fixture
def contact(app, ready):
    async def go(pilot, contact_id):
        await ready(pilot)
        app.open_record("contacts", contact_id)
        return await ready(pilot, "ContactScreen")

    return go


async def test_a_record_page_follows_and_the_cursors_stay(app, contact, wait_until, colleague, floor):
    ahmed = floor.uid("contact", 22)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await contact(pilot, ahmed)
        await pilot.press("down", "down")
        details = screen.query_one("Details")
        label = details.current.label
        assert colleague.execute(EditContact(contact_id=ahmed, values={"city": "Giza"})).applied
        note = LogActivity(table="contacts", record_id=ahmed, kind="note", body="Call before ten")
        assert colleague.execute(note).applied
        task = CreateTask(
            table="contacts", record_id=ahmed, subject="Ring him", due_at=floor.NOW, kind="call"
        )
        assert colleague.execute(task).applied
        await wait_until(pilot, lambda: screen.page.contact.city == "Giza")
        await wait_until(pilot, lambda: screen.timeline.entries[0].activity.kind != "created")
        await wait_until(pilot, lambda: screen.page.tasks)
        assert details.current.label == label


async def test_a_record_that_is_taken_while_it_is_open_says_by_whom_and_lets_go_back(
    app, opener, contact, settle, wait_until, floor, said
):
    ahmed = floor.uid("contact", 22)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await contact(pilot, ahmed)
        opener.workspace.hide("contacts", ahmed, "Ben Okafor")
        await wait_until(pilot, lambda: said(app) == "Ben Okafor claimed Ahmed Hassan. esc goes back.")
        assert "gone" in screen.title_bar.render_line(0).text
        await pilot.press("a", "e")
        await settle(pilot)
        assert app.screen is screen, "nothing can be done with it any more"
        await pilot.press("escape")
        await ready_board(pilot, wait_until)


async def ready_board(pilot, wait_until):
    await wait_until(pilot, lambda: type(pilot.app.screen).__name__ == "PipelineScreen")


async def test_a_form_tells_what_changed_under_it_and_keeps_what_is_typed(
    app, ready, settle, wait_until, pooled, colleague, workspace
):
    deal = pooled(3)
    async with app.run_test(size=(80, 30)) as pilot:
        screen = await ready(pilot)
        screen._go_to(deal)
        await pilot.press("e")
        await wait_until(pilot, lambda: isinstance(app.screen, Form) and app.screen.is_ready)
        form = app.screen
        form._widgets["next_step"].value = "Bring cake"
        assert colleague.execute(EditDeal(deal_id=deal, values={"source": "fair", "probability": 35})).applied
        notice = form.query_one(".dialog--notice", Static)
        words = "Jonas Weber changed Probability & Source just now."
        await wait_until(pilot, lambda: words in str(notice.render()))
        assert form._typed()["next_step"] == "Bring cake"
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: app.screen is screen)
        await settle(pilot)
    one = workspace.record("deals", deal)
    assert (one.next_step, one.source, one.probability) == ("Bring cake", "fair", 35)


async def test_a_form_says_when_its_record_was_taken(app, opener, ready, start, wait_until, floor):
    deal = floor.uid("deal", 14)
    async with app.run_test(size=(80, 30)) as pilot:
        screen = await ready(pilot)
        screen.start(records.edit(screen, "deals", deal))
        await wait_until(pilot, lambda: isinstance(app.screen, Form) and app.screen.is_ready)
        form = app.screen
        form._widgets["next_step"].value = "Bring cake"
        opener.workspace.hide("deals", deal, "Ben Okafor")
        notice = form.query_one(".dialog--notice", Static)
        await wait_until(pilot, lambda: "Ben Okafor claimed Hassan: trial." in str(notice.render()))
        assert form._typed()["next_step"] == "Bring cake"


async def test_a_flood_of_changes_is_looked_at_together_and_keys_stay_quick(
    app, opener, ready, settle, wait_until, floor
):
    """Two hundred changes a second for half a second; the board asks for its cards a few times, and keys go on."""
    reads = []
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        inner = opener.workspace.inner
        cards = inner.cards
        inner.cards = lambda *args: (reads.append(time.monotonic()), cards(*args))[1]
        screen._go_to(floor.uid("deal", 3))
        for n in range(100):
            opener.workspace.announce({("deals", floor.uid("deal", n % 12 + 1))})
            if n == 50:
                await pilot.press("L")
                assert where(screen, floor.uid("deal", 3)) == "Proposal"
        await settle(pilot)
        assert 1 <= len(reads) <= 20
        assert where(screen, floor.uid("deal", 3)) == "Proposal"
        assert screen._model.cursor_id == floor.uid("deal", 3)
        before = len(reads)
        opener.workspace.announce(everything=True)
        await settle(pilot)
        assert len(reads) == before, "everything is read by the board, not by the card"
        assert screen._model.cursor_id == floor.uid("deal", 3)


def test_picture_of_a_form_that_was_overtaken(snap, app, size, wait_until, pooled, colleague):
    deal = pooled(3)

    async def overtake(pilot):
        app.screen._go_to(deal)
        await pilot.press("e")
        await wait_until(pilot, lambda: isinstance(app.screen, Form) and app.screen.is_ready)
        edit = EditDeal(deal_id=deal, values={"next_step": "Visit them", "probability": 35})
        assert colleague.execute(edit).applied
        notice = app.screen.query_one(".dialog--notice", Static)
        await wait_until(pilot, lambda: "just now" in str(notice.render()))

    assert snap(app, size, before=overtake)
