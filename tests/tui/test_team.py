"""Several people on one board: whose things are, who may change them, and how they are held together."""

from __future__ import annotations

import dataclasses
import re

import pytest

from core.commands.activities import LogActivity
from core.commands.contacts import EditContact
from core.commands.deals import EditDeal
from core.commands.records import Claim
from core.commands.sharing import ShareRecord
from tests.tui.slow import SlowOpener
from tui.dialogs.prompt import Confirm
from tui.flows import records, sharing
from tui.models.card_text import owner_mark
from tui.models.contact_text import owner_words, right_words, shared_words
from tui.models.telling import author
from tui.widgets.bars import StatusBar
from tui.widgets.briefing import Briefing
from tui.widgets.choices import Choices
from tui.widgets.timeline import Timeline


@pytest.fixture
def opener(workspace_path, clock):
    return SlowOpener(workspace_path, clock, delay=0)


@pytest.fixture
def app(make_app, opener):
    return make_app(opener=opener)


@pytest.fixture
def as_jonas(app):
    """The application as Jonas sees it: `screen.desk.catalog` of a rep with a book of his own."""

    def become(desk, floor):
        catalog = desk.catalog
        jonas = catalog.user_by_id[floor.COLLEAGUE]
        desk.catalog = dataclasses.replace(catalog, me=jonas)

    return become


def labels(app):
    return [option.label for option in app.screen.query_one(Choices)._options]


async def test_a_claim_that_came_too_late_says_who_was_faster(app, ready, settle, colleague, floor, said):
    deal = floor.uid("deal", 14)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        screen._go_to(deal)
        hear = app.desk._listeners[:]
        app.desk._listeners.clear()  # the screen does not hear of it before the key
        assert colleague.execute(Claim(table="deals", ids=(deal,))).applied
        await pilot.press("m")
        await settle(pilot)
        app.desk._listeners.extend(hear)
        assert said(app) == "Jonas Weber was faster: Hassan: trial is taken."


async def test_a_record_is_shared_with_a_colleague_by_a_key(app, ready, settle, workspace, floor, said):
    deal = floor.uid("deal", 3)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        screen._go_to(deal)
        await pilot.press("S")
        await settle(pilot)
        assert labels(app) == ["Jonas Weber"]
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("1")
        await settle(pilot)
        assert said(app).startswith("Shared Übermut: till system with Jonas Weber")
        catalog = app.desk.catalog
        card = screen._model.cards[deal]
        assert owner_mark(card, catalog) == "+JW"
        assert owner_words(card.book_id, catalog) == "Jonas Weber & Mara Lindqvist"
    assert workspace.catalog().holders(workspace.record("deals", deal).book_id) == {floor.ME, floor.COLLEAGUE}


async def test_a_book_is_shared_and_the_sharing_is_ended(app, ready, settle, workspace, floor, said):
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        await pilot.press("B")
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("1")
        await settle(pilot)
        assert workspace.catalog().shared_with(floor.MY_BOOK) == {floor.COLLEAGUE: False}
        assert shared_words(floor.MY_BOOK, app.desk.catalog) == "Jonas Weber (looks)"
        screen.start(sharing.share_book(screen))
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        assert labels(app)[-1] == "Is not let in any more"
        await pilot.press("3")
        await settle(pilot)
        assert workspace.catalog().shared_with(floor.MY_BOOK) == {}


async def test_things_are_handed_to_people_pools_and_what_is_held_together_but_to_nobody_who_left(
    app, ready, settle, workspace, floor
):
    share = ShareRecord(table="deals", record_id=floor.uid("deal", 1), user_ids=(floor.COLLEAGUE,))
    assert workspace.execute(share).applied
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        screen.start(records.assign(screen, "deals", [floor.uid("deal", 3)]))
        await settle(pilot)
        pool = app.desk.catalog.owner_name(floor.POOL)
        assert labels(app) == ["Jonas Weber", "Mara Lindqvist", pool, "Jonas Weber & Mara Lindqvist"]
        await pilot.press("escape")
        catalog = app.desk.catalog
        left = [
            dataclasses.replace(u, disabled_at=floor.NOW) if u.id == floor.COLLEAGUE else u
            for u in catalog.users
        ]
        app.desk.catalog = dataclasses.replace(catalog, users=tuple(left))
        screen.start(records.assign(screen, "deals", [floor.uid("deal", 3)]))
        await settle(pilot)
        assert "Jonas Weber" not in labels(app)


async def test_what_may_only_be_looked_at_says_so_and_refuses_with_the_reason(
    app, ready, settle, as_jonas, floor, said
):
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        as_jonas(app.desk, floor)
        assert right_words(floor.MY_BOOK, app.desk.catalog) == "🔒 read-only"
        assert right_words(floor.COLLEAGUES_BOOK, app.desk.catalog) == ""
        screen._go_to(floor.uid("deal", 3))
        await pilot.press("L")
        assert said(app) == "Übermut: till system belongs to Mara Lindqvist; you cannot change it."
        app.open_record("deals", floor.uid("deal", 3))
        page = await ready(pilot, "DealScreen")
        assert "read-only" in page.title_bar.render_line(0).text
        owner = next(row for row in page.query_one("Details")._rows if row.label == "Owner")
        assert owner.value == "Mara Lindqvist · 🔒 read-only"


async def test_an_insecure_connection_is_said_at_every_width(app, opener, ready, wait_until, size):
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        opener.workspace.be_insecure()
        bar = app.screen.query_one(StatusBar)
        await wait_until(pilot, lambda: "⚠" in bar.render_line(0).text)
        assert "● live" in bar.render_line(0).text
        assert ("insecure" in bar.render_line(0).text) == (size[0] >= 60)
        app.screen.say(
            "A long message that would like to have all of the line for itself, and more than that"
        )
        opener.workspace.lose()
        await wait_until(pilot, lambda: "○ offline since 10:29" in bar.render_line(0).text)
        assert "⚠" in bar.render_line(0).text


def lines_of(widget):
    return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]


async def test_the_timeline_says_who_wrote_what_of_what_others_did(
    app, ready, settle, workspace, colleague, floor, size
):
    deal, contact = floor.uid("deal", 13), floor.uid("contact", 20)
    about = {"table": "deals", "record_id": deal}
    assert colleague.execute(LogActivity(**about, kind="note", body="The belt is worn.")).applied
    call = LogActivity(**about, kind="call", outcome="busy", subject="Call: busy")
    assert colleague.execute(call).applied
    edit = EditContact(contact_id=contact, values={"city": "Bonn"})
    assert colleague.execute(edit).applied
    assert workspace.execute(LogActivity(**about, kind="email", subject="Price list")).applied
    who = "JW" if size[0] < 60 else "Jonas"
    async with app.run_test(size=size) as pilot:
        await ready(pilot)
        for table, record_id, screen, signs in (
            ("deals", deal, "DealScreen", "✎✆→"),
            ("contacts", contact, "ContactScreen", "✎✆±"),
            ("companies", floor.uid("company", 1), "CompanyScreen", "✎✆±"),
        ):
            app.open_record(table, record_id)
            page = await ready(pilot, screen)
            if size[0] < 120:
                await pilot.press("tab")
            await settle(pilot)
            timeline = page.query_one(Timeline)
            assert timeline.display
            heads = [
                found for line in lines_of(timeline) if (found := re.search(r"(\S) \d\d:\d\d  .*", line))
            ]
            told = {head[1]: head[0] for head in reversed(heads)}
            for sign in signs:
                assert (told[sign].endswith(f" {who}")) == (sign != "→"), told[sign]
            assert "Mara" not in told["✉"]
            assert "ML" not in told["✉"]


async def test_a_briefing_says_which_colleague_was_in_touch_last(
    app, ready, settle, workspace, colleague, floor
):
    about = {"table": "deals", "record_id": floor.uid("deal", 13)}
    assert colleague.execute(LogActivity(**about, kind="note", subject="Worn belt")).applied
    assert workspace.execute(LogActivity(**about, kind="note", subject="Price list")).applied
    async with app.run_test(size=(160, 40)) as pilot:
        screen = await ready(pilot)
        screen._go_to(floor.uid("deal", 13))
        await pilot.press("space")
        await settle(pilot)
        told = lines_of(app.screen.query_one(Briefing))
        assert next(line for line in told if "Worn belt" in line).endswith("Jonas · today")
        assert "·" not in next(line for line in told if "Price list" in line)


def test_authors_of_one_first_name_are_told_apart_and_nobody_alone_is_named(workspace, floor):
    catalog = workspace.catalog()
    assert author(floor.ME, catalog) == ""
    assert author(None, catalog) == ""
    assert author(floor.COLLEAGUE, catalog) == "Jonas"
    assert author(floor.COLLEAGUE, catalog, short=True) == "JW"
    namesake = dataclasses.replace(catalog.me, name="Jonas Adler")
    both = tuple(namesake if user.id == floor.ME else user for user in catalog.users)
    assert author(floor.COLLEAGUE, dataclasses.replace(catalog, users=both)) == "Jonas W"
    alone = dataclasses.replace(catalog, users=(catalog.me,))
    assert author("somebody of before", alone) == ""


@pytest.fixture
def overwritten(app, workspace, colleague, floor):
    """A value that Jonas changed after the user, whose change before it was that of a next step."""
    mine, shared = floor.uid("deal", 3), floor.uid("deal", 13)
    assert workspace.execute(EditDeal(deal_id=mine, values={"next_step": "Call"})).applied
    assert workspace.execute(EditDeal(deal_id=mine, values={"next_step": "Visit"})).applied
    assert workspace.execute(EditDeal(deal_id=shared, values={"value_minor": 100})).applied
    assert colleague.execute(EditDeal(deal_id=shared, values={"value_minor": 200})).applied
    return mine, shared


async def test_what_a_colleague_wrote_over_does_not_stand_in_the_way_of_undoing_what_was_before(
    app, ready, settle, wait_until, workspace, overwritten, said
):
    mine, shared = overwritten
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("u")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm) and not app.screen.is_deaf)
        words = app.screen._body
        assert words.startswith("Jonas Weber changed Value of Acme: spare parts meanwhile")
        assert words.endswith("“Edited Acme: spare parts” stays. Before it: “Edited Übermut: till system”")
        await pilot.press("y")
        await settle(pilot)
        assert said(app) == "Undid: Edited Übermut: till system"
        assert workspace.record("deals", mine).next_step == "Call"
        # From here on it goes back without a question.
        await pilot.press("u")
        await settle(pilot)
        assert not app.screen.is_modal
        assert workspace.record("deals", mine).next_step == ""
    assert workspace.record("deals", shared).value_minor == 200


async def test_saying_no_takes_nothing_back_and_says_why(
    app, ready, settle, wait_until, workspace, overwritten, said
):
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot)
        await pilot.press("u")
        await wait_until(pilot, lambda: isinstance(app.screen, Confirm) and not app.screen.is_deaf)
        await pilot.press("n")
        await settle(pilot)
        assert said(app).startswith("Jonas Weber changed Value of Acme: spare parts meanwhile")
    assert workspace.record("deals", overwritten[0]).next_step == "Visit"
