"""What waits for a person is decided with few keys, wherever it is met, and nothing of it is lost by a slip."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json

import pytest
from textual import events

from core.commands.activities import LogActivity
from core.commands.contacts import CreateContact, EditContact
from core.commands.deals import CreateDeal, EditDeal
from core.parked import Parked
from core.workspace import Subject
from tests.tui.conftest import COLLEAGUE, NOW, uid
from tests.tui.waiting import WaitingOpener, clash, decided
from tui.dialogs.conflict import ConflictDialog
from tui.dialogs.prompt import Confirm, Prompt
from tui.dialogs.unsent import UnsentDialog
from tui.screens.conflicts import ConflictsScreen

BEFORE = NOW - dt.timedelta(hours=2)
LONG = "Call their lawyer about the second paragraph of the terms, which they do not like at all"


def of_the_title(workspace):
    """Mara made Anna the CTO, while Jonas made her the COO."""
    anna = uid("contact", 1)
    done = decided(workspace.inner, EditContact(contact_id=anna, values={"title": "CTO"}), BEFORE)
    workspace.inner.execute(EditContact(contact_id=anna, values={"title": "COO"}))
    return Parked(
        done.id, "conflict", done, "Jonas Weber changed Job title of Anna Becker meanwhile.", NOW,
        clash(done, COLLEAGUE, title="COO"), about=("contacts", anna), title="Anna Becker",
    )  # fmt: skip


def of_the_deal(workspace):
    """Both changed what the deal is worth and what comes next; Mara logged a call and moved the closing day, too."""
    deal = uid("deal", 1)
    mine = {"value_minor": 5_200_000, "next_step": "Send it", "expected_close": dt.date(2026, 4, 30)}
    done = decided(workspace.inner, EditDeal(deal_id=deal, values=mine), BEFORE)
    theirs = {"value_minor": 5_500_000, "next_step": LONG}
    workspace.inner.execute(EditDeal(deal_id=deal, values=theirs))
    return Parked(
        done.id, "conflict", done, "", NOW, clash(done, COLLEAGUE, **theirs), about=("deals", deal),
        title="Acme: picking robots",
    )  # fmt: skip


def of_what_was_taken(workspace):
    """Mara wrote a note about somebody who is with Jonas now."""
    ines = uid("contact", 19)
    note = LogActivity(table="contacts", record_id=ines, kind="note", body="Wants the French contract.")
    done = decided(workspace.inner, note, BEFORE)
    return Parked(
        done.id, "gone", done, "Inés García lies with Jonas Weber now, so you cannot change it any more.", NOW,
        taken_by="Jonas Weber", about=("contacts", ines), title="Inés García", can_hand_in=True,
    )  # fmt: skip


def of_the_stage(workspace):
    """Mara made a deal in a stage that is not there any more."""
    stages = workspace.inner.catalog().stages_of(workspace.inner.catalog().pipelines[0].id)
    create = CreateDeal(
        pipeline_id=stages[0].pipeline_id, stage_id=stages[0].id, values={"title": "Hotel group: pilot"}
    )
    done = decided(workspace.inner, create, BEFORE)
    return Parked(
        done.id, "rejected", done, "The stage Trial is not there any more.", NOW,
        about=("deals", create.deal_id), title="Hotel group: pilot",
    )  # fmt: skip


def of_the_twins(workspace):
    """Mara and Jonas both made a contact of the same address."""
    create = CreateContact(values={"first_name": "Inés", "emails": ["ines@etoiles.example"]})
    done = workspace.inner.execute(create).changeset
    return Parked(
        done.id, "duplicate", done, "Inés García has the same e-mail, and is with Jonas Weber.", NOW,
        about=("contacts", create.contact_id), title="Inés", other=("contacts", uid("contact", 19)),
    )  # fmt: skip


ALL = (of_the_title, of_the_deal, of_what_was_taken, of_the_stage, of_the_twins)


@pytest.fixture
def open_with(make_app, workspace_path, clock):
    """`app, opener = open_with(of_the_title, …)`: the application where that waits."""

    def make(*kinds, loading=None, unsent=(), remarks=()):
        def prepare(workspace):
            workspace.waits = [kind(workspace) for kind in kinds]
            workspace.loading = loading
            workspace.remarks = remarks
            workspace.to_send = [decided(workspace.inner, command, BEFORE) for command in unsent]

        opener = WaitingOpener(workspace_path, clock, prepare)
        return make_app(opener=opener), opener

    return make


async def go(pilot, ready, size=(120, 40)):
    await ready(pilot)
    await pilot.press("g", "x")
    return await ready(pilot, "ConflictsScreen")


# --- keys


async def test_a_field_that_two_changed_is_decided_with_two_keys(open_with, ready, settle, said):
    app, opener = open_with(of_the_title)
    async with app.run_test(size=(120, 40)) as pilot:
        await go(pilot, ready)
        await pilot.press("m", "s")
        await settle(pilot)
        assert opener.workspace.record("contacts", uid("contact", 1)).title == "CTO"
        assert opener.workspace.waits == []
        assert said(app).startswith("Decided Anna Becker: Title mine")
        # And it can be taken back, like any other change.
        await pilot.press("u")
        await settle(pilot)
        assert opener.workspace.record("contacts", uid("contact", 1)).title == "COO"


async def test_each_field_goes_its_own_way(open_with, ready, settle, said):
    app, opener = open_with(of_the_deal)
    async with app.run_test(size=(120, 40)) as pilot:
        await go(pilot, ready)
        await pilot.press("s")
        assert "Whose is it to be?" in said(app), "nothing is sent that was not decided"
        await pilot.press("t", "e")
        await settle(pilot)
        assert isinstance(app.screen, Prompt)
        await pilot.press("ctrl+u", *"49k", "enter")
        await settle(pilot)
        await pilot.press("s")
        await settle(pilot)
        deal = opener.workspace.record("deals", uid("deal", 1))
        assert (deal.next_step, deal.value_minor) == (LONG, 4_900_000)
        assert deal.expected_close == dt.date(2026, 4, 30), "what nobody else changed goes along"
        entry = opener.workspace.timeline(Subject("deals", deal.id), kinds=["conflict"])[0].activity
        assert "€55,000.00" in entry.body
        assert "Send it" in entry.body


async def test_all_mine_and_all_theirs_are_a_key_each(open_with, ready, settle):
    app, opener = open_with(of_the_deal)
    async with app.run_test(size=(120, 40)) as pilot:
        await go(pilot, ready)
        await pilot.press("a", "A", "s")
        await settle(pilot)
        assert opener.workspace.record("deals", uid("deal", 1)).value_minor == 5_500_000
        assert opener.workspace.waits == []


async def test_a_record_is_not_called_gone_where_only_its_stage_is(open_with, ready):
    app, _ = open_with(lambda workspace: dataclasses.replace(of_the_stage(workspace), kind="gone"))
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await go(pilot, ready)
        assert str(screen.query_one("#conflicts-title").render()) == "∅ Hotel group: pilot: not taken"
        assert "The stage Trial is not there any more." in str(screen.query_one("#conflicts-words").render())


async def test_a_claim_without_the_server_is_not_called_final(open_with, ready, settle, said):
    app, opener = open_with()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        opener.workspace.change(reachable=False)
        await settle(pilot)
        screen.offhook.open_record("contacts", uid("contact", 22))
        await settle(pilot)
        await pilot.press("m")
        await settle(pilot)
        assert said(app) == "Claimed Ahmed Hassan · yours once it is sent"


async def test_a_question_that_was_half_answered_stays_so(open_with, ready, settle):
    app, opener = open_with(of_the_deal, of_the_title)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await go(pilot, ready)
        await pilot.press("t", "down", "up")
        await settle(pilot)
        opener.workspace.change(waits=[*opener.workspace.waits, of_what_was_taken(opener.workspace)])
        await settle(pilot)
        assert len(screen._shown) == 3
        assert [row.choice for row in screen._question.rows] == ["theirs", ""]


async def test_giving_up_asks_first_and_stays_in_the_history(open_with, ready, settle, said):
    app, opener = open_with(of_the_title)
    async with app.run_test(size=(120, 40)) as pilot:
        await go(pilot, ready)
        await pilot.press("d")
        await settle(pilot)
        assert isinstance(app.screen, Confirm)
        await pilot.press("enter")
        await settle(pilot)
        assert opener.workspace.waits, "enter alone gives nothing up"
        await pilot.press("y")
        await settle(pilot)
        assert opener.workspace.waits == []
        assert said(app).startswith("Given up: ")


async def test_work_on_what_somebody_else_has_now_is_handed_to_them(open_with, ready, settle, said):
    app, opener = open_with(of_what_was_taken)
    async with app.run_test(size=(120, 40)) as pilot:
        await go(pilot, ready)
        opener.workspace.reachable = False
        await pilot.press("x", "y")
        await settle(pilot)
        assert said(app).startswith("The server cannot be reached")
        assert opener.workspace.waits
        opener.workspace.reachable = True
        await pilot.press("x")
        await settle(pilot)
        await pilot.press("y")
        await settle(pilot)
        assert len(opener.workspace.handed) == 1
        assert said(app).startswith("Jonas Weber has it now")


async def test_a_refused_stage_is_chosen_anew(open_with, ready, settle):
    app, opener = open_with(of_the_stage)
    async with app.run_test(size=(120, 40)) as pilot:
        await go(pilot, ready)
        await pilot.press("e")
        await settle(pilot)
        await pilot.press("down", "enter")
        await settle(pilot)
        await pilot.press("s")
        await settle(pilot)
        (deal,) = [card for card in boards(opener) if card.title == "Hotel group: pilot"]
        assert deal.stage_id == stages(opener)[1].id


def stages(opener):
    catalog = opener.workspace.catalog()
    return catalog.stages_of(catalog.pipelines[0].id)


def boards(opener):
    from core.filters import Query

    return opener.workspace.board(stages(opener)[0].pipeline_id, Query())


async def test_of_two_that_are_the_same_both_are_looked_at_and_kept(open_with, ready, settle):
    app, opener = open_with(of_the_twins)
    async with app.run_test(size=(120, 40)) as pilot:
        await go(pilot, ready)
        await pilot.press("t")
        screen = await ready(pilot, "ContactScreen")
        assert screen.record_id == uid("contact", 19)
        await pilot.press("escape")
        await ready(pilot, "ConflictsScreen")
        await pilot.press("enter")
        screen = await ready(pilot, "ContactScreen")
        assert screen.record_id != uid("contact", 19)
        await pilot.press("escape", "s")
        await settle(pilot)
        assert opener.workspace.waits == []


async def test_all_of_it_can_be_copied_and_written_to_a_file(open_with, ready, settle, tmp_path):
    app, _opener = open_with(of_what_was_taken)
    async with app.run_test(size=(120, 40)) as pilot:
        await go(pilot, ready)
        await pilot.press("c")
        await settle(pilot)
        assert "Wants the French contract." in app.clipboard
        for name in ("waits.txt", "waits.json"):
            await pilot.press("w")
            await settle(pilot)
            await pilot.press("ctrl+u")
            app.post_message(events.Paste(str(tmp_path / name)))
            await pilot.press("enter")
            await settle(pilot)
        assert "Wants the French contract." in (tmp_path / "waits.txt").read_text()
        changes = json.loads((tmp_path / "waits.json").read_text())["changeset"]["changes"]
        assert changes[0]["set"]["body"] == "Wants the French contract."


# --- in place


async def test_a_record_says_that_something_waits_and_decides_it_in_place(open_with, ready, settle):
    app, opener = open_with(of_the_title)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        app.open_record("contacts", uid("contact", 1))
        screen = await ready(pilot, "ContactScreen")
        assert "⚠" in screen.title_bar._figures
        await pilot.press("exclamation_mark")
        await settle(pilot)
        assert isinstance(app.screen, ConflictDialog)
        await pilot.press("m", "enter")
        await settle(pilot)
        assert opener.workspace.record("contacts", uid("contact", 1)).title == "CTO"
        assert "⚠" not in screen.title_bar._figures


async def test_a_card_says_that_something_waits(open_with, ready, settle):
    app, opener = open_with(of_the_deal)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        await settle(pilot)
        assert screen._model.waiting == {uid("deal", 1)}
        opener.workspace.change(waits=[])
        await settle(pilot)
        assert screen._model.waiting == frozenset()


async def test_what_can_only_be_sent_or_handed_over_opens_the_list(open_with, ready, settle):
    app, _opener = open_with(of_the_title, of_what_was_taken)
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        app.open_record("contacts", uid("contact", 19))
        await ready(pilot, "ContactScreen")
        await pilot.press("exclamation_mark")
        screen = await ready(pilot, "ConflictsScreen")
        assert screen._parked.title == "Inés García"


# --- around it


async def test_the_status_bar_leads_to_what_waits(open_with, ready, settle):
    app, opener = open_with(of_the_title)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        await settle(pilot)
        await pilot.click("#status-bar", offset=(3, 0))
        await settle(pilot)
        assert isinstance(app.screen, ConflictsScreen)
        opener.workspace.change(waits=[])
        await settle(pilot)
        await pilot.press("g", "p")
        await settle(pilot)
        assert app.screen is screen
        await pilot.click("#status-bar", offset=(3, 0))
        await settle(pilot)
        assert isinstance(app.screen, UnsentDialog)


async def test_a_copy_nags_nobody_each_time_it_is_opened(open_with, ready):
    app, _ = open_with(loading=34, remarks=("The key lies in a file.",))
    async with app.run_test(size=(40, 30), notifications=True) as pilot:
        await ready(pilot)
        assert [notice.message for notice in app._notifications] == []


async def test_what_was_done_can_be_read_on_a_narrow_screen_beside_what_waits(open_with, ready, settle):
    note = LogActivity(table="contacts", record_id=uid("contact", 1), kind="note", body="x")
    app, _ = open_with(unsent=[note])
    async with app.run_test(size=(40, 30)) as pilot:
        screen = await ready(pilot)
        bar = screen.query_one("#status-bar")
        assert bar.render_line(0).text.startswith(" ◐ 1 to send ")
        screen.say("Claimed Rhiannon Abernathy · u undoes")
        assert bar.render_line(0).text == " ◐  Claimed Rhiannon Abernathy · u undo…"
        screen.say("Tagged Ann")
        assert bar.render_line(0).text.startswith(" ◐ 1 to send  Tagged Ann ")
        screen.say("")
        assert bar.render_line(0).text.startswith(" ◐ 1 to send ")


async def test_what_waits_to_be_sent_is_listed_with_since_when(open_with, ready, wait_until):
    note = LogActivity(table="contacts", record_id=uid("contact", 1), kind="note", body="x")
    app, opener = open_with(unsent=[note])
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        await pilot.press("g", "o")
        await wait_until(pilot, lambda: isinstance(app.screen, UnsentDialog))
        table = app.screen.query_one("#unsent-list")
        await wait_until(pilot, lambda: table.count == 1)
        assert table.cursor_row.summary == opener.workspace.to_send[0].summary
        opener.workspace.change(to_send=[])
        await wait_until(pilot, lambda: table.count == 0)


async def test_an_empty_place_says_that_it_is_still_being_filled(open_with, ready, settle):
    app, opener = open_with(loading=34)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await ready(pilot)
        await settle(pilot)
        assert screen._empty_words()[0] == "Still loading: 34 %"
        opener.workspace.change(loading=None)
        await settle(pilot)
        assert "loading" not in screen._empty_words()[0]


async def test_the_history_says_what_was_not_applied(open_with, ready, settle):
    app, opener = open_with()
    async with app.run_test(size=(120, 40)) as pilot:
        await ready(pilot)
        done = opener.workspace.history("contacts", uid("contact", 1))[0].changeset
        opener.workspace.notes[done.id] = "Not applied: Jonas Weber's value was kept"
        app.open_record("contacts", uid("contact", 1))
        await ready(pilot, "ContactScreen")
        await pilot.press("h")
        await settle(pilot)
        table = app.screen.query_one("#history-list")
        assert app.screen._what(table._source.row(0)).endswith("· not applied: Jonas Weber's value was kept")


async def test_a_second_change_meanwhile_is_asked_once_more(open_with, ready, settle, clock):
    app, opener = open_with(of_the_title)
    async with app.run_test(size=(120, 40)) as pilot:
        await go(pilot, ready)
        await pilot.press("m")
        opener.workspace.inner.execute(EditContact(contact_id=uid("contact", 1), values={"title": "Chair"}))
        await settle(pilot)
        await pilot.press("s")
        await settle(pilot)
        assert isinstance(app.screen, ConflictDialog)
        await pilot.pause(0.7)
        await pilot.press("m", "enter")
        await settle(pilot)
        assert opener.workspace.record("contacts", uid("contact", 1)).title == "CTO"
        assert opener.workspace.waits == []


# --- pictures


def test_picture_of_what_waits(open_with, snap, size):
    app, _ = open_with(*ALL)
    assert snap(app, size, keys=("g", "x", "down"), screen="PipelineScreen")


def test_picture_of_work_that_can_be_handed_over(open_with, snap, size):
    app, _ = open_with(*ALL)
    assert snap(app, size, keys=("g", "x", "down", "down"), screen="PipelineScreen")


def test_picture_of_a_refused_deal_and_its_stage(open_with, snap, size):
    app, _ = open_with(*ALL)
    assert snap(app, size, keys=("g", "x", "down", "down", "down"), screen="PipelineScreen")


def test_picture_of_what_is_there_twice(open_with, snap):
    app, _ = open_with(*ALL)
    assert snap(app, (80, 24), keys=("g", "x", "end"), screen="PipelineScreen")


def test_picture_of_a_record_about_which_something_waits(open_with, snap, size):
    async def before(pilot):
        pilot.app.open_record("contacts", uid("contact", 1))

    app, _ = open_with(*ALL)
    assert snap(app, size, before=before, screen="PipelineScreen")


def test_picture_of_the_question_in_place(open_with, snap, size):
    async def before(pilot):
        pilot.app.go("pipeline")
        pilot.app.screen._model.cursor_id = uid("deal", 1)
        await pilot.press("exclamation_mark")

    app, _ = open_with(*ALL)
    assert snap(app, size, before=before, screen="PipelineScreen")


def test_picture_of_nothing_that_waits(open_with, snap, size):
    app, _ = open_with()
    assert snap(app, size, keys=("g", "x"), screen="PipelineScreen")


def test_picture_of_a_board_with_cards_that_wait(open_with, snap, size):
    app, _ = open_with(of_the_deal, loading=34)
    assert snap(app, size, screen="PipelineScreen")


def test_picture_of_what_waits_to_be_sent(open_with, snap, size):
    note = LogActivity(table="contacts", record_id=uid("contact", 1), kind="note", body="x")
    edit = EditDeal(deal_id=uid("deal", 1), values={"next_step": "Send it"})
    app, _ = open_with(unsent=[note, edit])
    assert snap(app, size, keys=("g", "o"), screen="PipelineScreen")
