"""The jobs behind the keys: log, plan, tag, hand over, lose, delete, save a view, shape a pipeline."""

from __future__ import annotations

import datetime as dt

import pytest

from core.changes import Status
from core.commands.activities import LogActivity
from core.commands.contacts import CreateContact, DeleteContacts
from core.commands.deals import MoveDeal
from core.commands.setup import SaveView
from core.errors import Invalid
from core.workspace import Subject
from tui.dialogs.base import DEAF
from tui.dialogs.form import Form
from tui.dialogs.pick import Picker
from tui.dialogs.pipelines import PipelineEditor
from tui.dialogs.prompt import Confirm, Prompt
from tui.flows import activities, deals, pipelines, records, tasks, views
from tui.widgets.bars import StatusBar
from tui.widgets.choices import Choices


@pytest.fixture
def app(make_app):
    return make_app(quiet=True)


@pytest.fixture
def anna(floor):
    return Subject("contacts", floor.uid("contact", 1))


@pytest.fixture
async def open_on(app, ready, anna):
    """`async with open_on() as pilot`: the quiet screen with a contact under its cursor."""

    def run(about=anna, size=(80, 24)):
        return _Open(app, ready, about, size)

    return run


class _Open:
    def __init__(self, app, ready, about, size):
        self._app, self._ready, self._about = app, ready, about
        self._running = app.run_test(size=size)

    async def __aenter__(self):
        pilot = await self._running.__aenter__()
        screen = await self._ready(pilot, "QuietScreen")
        screen.about = self._about
        return pilot

    async def __aexit__(self, *error):
        await self._running.__aexit__(*error)


def latest(workspace, subject):
    return workspace.timeline(subject, limit=1)[0].activity


# --- notes, tasks, other entries ----------------------------------------------------------------------------------


async def test_a_note_is_a_the_text_and_ctrl_s(open_on, settle, workspace, anna):
    """Typed in one go, as fast as the keys come: none of the letters is a command."""
    async with open_on() as pilot:
        await pilot.press("a", *"Luxus", "enter", *"ok?", "ctrl+s")
        await settle(pilot)
        assert not pilot.app.screen.is_modal
    note = latest(workspace, anna)
    assert (note.kind, note.body) == ("note", "Luxus\nok?")
    assert workspace.undoable().summary == "Logged a note for Anna Becker"


async def test_an_empty_note_says_how_to_leave(open_on, settle):
    async with open_on() as pilot:
        await pilot.press("a", "ctrl+s")
        await settle(pilot)
        assert pilot.app.screen.told == "The note is empty. Escape leaves without one."
        await pilot.press("escape")
        await settle(pilot)
        assert not pilot.app.screen.is_modal


async def test_a_refused_note_keeps_its_text(open_on, settle, workspace, floor):
    """The contact was deleted while the note was written."""
    ray = floor.uid("contact", 18)
    async with open_on(Subject("contacts", ray)) as pilot:
        await pilot.press("a", *"hello")
        assert workspace.execute(DeleteContacts(contact_ids=(ray,))).applied
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert isinstance(pilot.app.screen, Prompt)
        prompt = pilot.app.screen
        assert prompt.typed == "hello"
        assert prompt.told == "That contact was deleted. The text cannot be saved; ctrl+c copies it."
        await pilot.pause(DEAF)
        await pilot.press("ctrl+c")
        assert pilot.app.clipboard == "hello"
        await pilot.press("escape")
        assert prompt.told == "Not saved yet: ctrl+c copies it, leaving again drops it."


async def test_a_time_in_plain_words_is_said_back(open_on, settle, wait_until, workspace, anna):
    async with open_on() as pilot:
        await pilot.press("t")
        await settle(pilot)
        form = pilot.app.screen
        notice = form.query_one(".dialog--notice")
        await wait_until(pilot, lambda: str(notice.render()) == "Due tomorrow 09:00")
        form._widgets["when"].value = "in 2 weeks"
        await wait_until(pilot, lambda: str(notice.render()) == "Due Wed 1 Apr")
        form._widgets["when"].value = "12/1"
        await wait_until(pilot, lambda: not notice.display)
        form._widgets["subject"].value = "Call again"
        form.action_save()
        await settle(pilot)
        assert "can be read two ways" in form._rows["when"].error
        form._widgets["when"].value = "in 2 weeks"
        form.action_save()
        await settle(pilot)
        assert not pilot.app.screen.is_modal
    (task,) = [line.task for line in workspace.tasks() if line.task.subject == "Call again"]
    assert task.all_day
    # The end of that day where the user is: summer time has come by then.
    assert task.due_at == dt.datetime(2026, 4, 1, 21, 59, 59, tzinfo=dt.UTC)


async def test_a_task_is_changed_ticked_off_and_dropped(open_on, start, settle, workspace, floor):
    async with open_on() as pilot:
        screen = pilot.app.screen
        task = workspace.record("tasks", floor.uid("task", 1))
        await start(pilot, tasks.edit_task(screen, task))
        form = pilot.app.screen
        assert form._typed()["when"] == "2026-03-16 10:30"
        form._widgets["subject"].value = "Send the final offer"
        form.action_save()
        await settle(pilot)
        after = workspace.record("tasks", task.id)
        assert (after.subject, after.due_at) == ("Send the final offer", task.due_at)
        await start(pilot, tasks.complete_task(screen, after))
        assert workspace.record("tasks", task.id).done_at == floor.NOW
        await start(pilot, tasks.delete_task(screen, workspace.record("tasks", floor.uid("task", 2))))
        assert workspace.record("tasks", floor.uid("task", 2)).deleted_at == floor.NOW


async def test_an_entry_is_logged_corrected_and_taken_back(open_on, start, settle, workspace, anna, said):
    async with open_on() as pilot:
        screen = pilot.app.screen
        await pilot.press("i", "m", *"Lunch", "ctrl+s")
        await settle(pilot)
        entry = workspace.timeline(anna, limit=1)[0]
        assert (entry.activity.kind, entry.activity.subject) == ("meeting", "Lunch")
        await start(pilot, activities.edit_entry(screen, entry))
        pilot.app.screen._widgets["body"].text = "She paid."
        pilot.app.screen.action_save()
        await settle(pilot)
        entry = workspace.timeline(anna, limit=1)[0]
        assert (entry.activity.body, entry.edited) == ("She paid.", True)
        await start(pilot, activities.retract_entry(screen, entry))
        assert isinstance(pilot.app.screen, Confirm)
        await pilot.press("enter")
        await settle(pilot)
        assert said(pilot.app) == "Deleted the meeting · u undoes"
    assert latest(workspace, anna).subject != "Lunch"


async def test_a_call_that_is_edited_keeps_what_was_not_touched(open_on, start, settle, workspace, anna):
    entry = next(e for e in workspace.timeline(anna) if e.activity.outcome == "connected")
    async with open_on() as pilot:
        await start(pilot, activities.edit_entry(pilot.app.screen, entry))
        form = pilot.app.screen
        assert form.focused is form._widgets["body"]
        form._widgets["outcome"]._go(form._widgets["outcome"]._index + 1)
        form.action_save()
        await settle(pilot)
    (again,) = [e for e in workspace.timeline(anna) if e.activity.revises == entry.activity.id]
    assert again.activity.body == entry.activity.body
    assert again.activity.outcome != "connected"


# --- many at once -------------------------------------------------------------------------------------------------


async def test_tags_are_added_and_removed_at_once(open_on, start, settle, workspace, floor):
    """What all of them have is marked to begin with, and comes off them when it is unmarked."""
    ids = [floor.uid("contact", 1), floor.uid("contact", 5)]
    async with open_on() as pilot:
        await start(pilot, records.tag(pilot.app.screen, "contacts", ids))
        picker = pilot.app.screen
        assert picker._marked == ["vip"]
        assert picker.query_one(Choices).render_line(0).text.startswith("▌✓ vip")
        await pilot.press("tab", *"Key", "tab", *"nordic", "enter")
        await settle(pilot)
    assert [sorted(workspace.record("contacts", one).tags) for one in ids] == [
        ["key", "nordic", "robotics"],
        ["key", "nordic"],
    ]


async def test_the_last_tag_can_be_taken_off(open_on, start, settle, workspace, floor):
    one = floor.uid("contact", 5)
    async with open_on() as pilot:
        await start(pilot, records.tag(pilot.app.screen, "contacts", [one]))
        await pilot.press("tab", "enter")
        await settle(pilot)
    assert workspace.record("contacts", one).tags == ()


async def test_claim_and_assign(open_on, start, settle, workspace, floor, said):
    async with open_on(Subject("contacts", floor.uid("contact", 22))) as pilot:
        await pilot.press("m")
        await settle(pilot)
        assert said(pilot.app) == "Claimed Ahmed Hassan · u undoes"
        assert workspace.record("deals", floor.uid("deal", 14)).book_id == floor.MY_BOOK
        await pilot.press("m")
        await settle(pilot)
        assert said(pilot.app) == "Ahmed Hassan is yours already."
        await pilot.press("A", *"jon", "enter")
        await settle(pilot)
        assert said(pilot.app) == "Assigned Ahmed Hassan to Jonas Weber · u undoes"
    assert workspace.record("contacts", floor.uid("contact", 22)).book_id == floor.COLLEAGUES_BOOK


async def test_deleting_asks_and_enter_is_not_enough(open_on, start, settle, workspace, floor):
    ids = [floor.uid("contact", 14), floor.uid("contact", 15)]
    async with open_on() as pilot:
        await start(pilot, records.delete(pilot.app.screen, "contacts", ids))
        await pilot.press("enter")
        assert pilot.app.screen.told == "Press y to do it, n to leave it."
        await pilot.press("n")
        await settle(pilot)
        assert workspace.record("contacts", ids[0]).deleted_at is None
        await start(pilot, records.delete(pilot.app.screen, "contacts", ids))
        await pilot.press("y")
        await settle(pilot)
        assert all(workspace.record("contacts", one).deleted_at for one in ids)
        await pilot.press("u")
        await settle(pilot)
    assert not any(workspace.record("contacts", one).deleted_at for one in ids)


@pytest.mark.parametrize(
    ("table", "number", "name"),
    [("deals", 1, "Acme: picking robots"), ("contacts", 1, "Anna Becker"), ("companies", 1, "Acme Robotics")],
)
async def test_a_question_to_delete_names_what_would_go(
    open_on, start, settle, workspace, floor, table, number, name
):
    record = floor.uid({"deals": "deal", "contacts": "contact", "companies": "company"}[table], number)
    async with open_on() as pilot:
        await start(pilot, records.delete(pilot.app.screen, table, [record]))
        assert str(pilot.app.screen.query_one(".dialog--title").render()) == f"Delete {name}?"
        await pilot.press("n")
        await settle(pilot)
    assert workspace.record(table, record).deleted_at is None


async def test_undo_says_what_it_did_and_when_there_is_nothing(open_on, settle, workspace, said):
    async with open_on() as pilot:
        await pilot.press("u")
        await settle(pilot)
        assert said(pilot.app) == "Undid: Logged a call for Łódź: fleet of 40"


# --- deals and views ----------------------------------------------------------------------------------------------


async def test_why_a_deal_is_lost_is_one_key_or_a_new_reason(open_on, start, settle):
    async with open_on() as pilot:
        ask = lambda: deals.ask_lost(pilot.app.screen, "Acme")  # noqa: E731
        worker = await start(pilot, ask())
        await pilot.press("2")
        await settle(pilot)
        assert worker.result == ("Competitor", False)
        worker = await start(pilot, ask())
        await pilot.press("0")
        await settle(pilot)
        assert worker.result == ("Abandoned", True)
        worker = await start(pilot, ask())
        await pilot.press("slash", *"Merger", "enter")
        await settle(pilot)
        assert worker.result == ("Merger", False)
        worker = await start(pilot, ask())
        await pilot.press("j", "j", "enter")
        await settle(pilot)
        assert worker.result == ("Timing", False)
        worker = await start(pilot, ask())
        await pilot.press("escape")
        await settle(pilot)
        assert worker.result is None


async def test_a_deal_goes_to_another_pipeline(open_on, start, settle, workspace, floor):
    deal = workspace.record("deals", floor.uid("deal", 1))
    async with open_on() as pilot:
        await start(pilot, deals.switch_pipeline(pilot.app.screen, deal))
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("2")
        await settle(pilot)
    after = workspace.record("deals", deal.id)
    catalog = workspace.catalog()
    assert catalog.pipeline_by_id[after.pipeline_id].name == "Renewals"
    assert catalog.stage_by_id[after.stage_id].name == "Quote sent"


async def test_a_view_is_saved_found_and_deleted(open_on, start, settle, workspace, said):
    async with open_on() as pilot:
        screen = pilot.app.screen
        await start(pilot, views.save_view(screen, "deals", " "))
        assert said(pilot.app) == "There is no filter to save. f sets one."
        await start(pilot, views.save_view(screen, "deals", "value>10k", sort="value"))
        await pilot.press("enter")
        assert pilot.app.screen.told == "A view needs a name."
        await pilot.press(*"Big ones", "enter")
        await settle(pilot)
        worker = await start(pilot, views.pick_view(screen, "deals"))
        await pilot.press(*"big", "enter")
        await settle(pilot)
        assert (worker.result.query, worker.result.sort) == ("value>10k", "value")
        worker = await start(pilot, views.pick_view(screen, "deals"))
        await pilot.press("ctrl+d")
        await settle(pilot)
        assert pilot.app.screen.told == "That is no view: it shows everything."
        await pilot.press(*"big", "ctrl+d")
        await settle(pilot)
        await pilot.press("y")
        await settle(pilot)
        assert all(view.name != "Big ones" for view in workspace.catalog().smart_views)
        assert pilot.app.screen.query_one(Choices).current is None
        assert pilot.app.screen.told == "Deleted Big ones."
        await pilot.press("escape")
        await settle(pilot)
        assert worker.result is None
        await pilot.press("u")
        await settle(pilot)
    assert any(view.name == "Big ones" for view in workspace.catalog().smart_views)


async def test_a_new_deal_for_a_contact(open_on, start, settle, workspace, floor, anna):
    contact = workspace.record("contacts", anna.id)
    home = workspace.catalog().pipelines[0].id
    async with open_on() as pilot:
        worker = await start(pilot, records.new_deal(pilot.app.screen, home, contact=contact))
        form = pilot.app.screen
        assert form._typed()["title"] == "Acme Robotics: "
        await pilot.press(*"arms")
        form._widgets["value"].value = "12.5k"
        form.action_save()
        await settle(pilot)
    deal = workspace.record("deals", worker.result)
    assert (deal.title, deal.value_minor, deal.currency) == ("Acme Robotics: arms", 1_250_000, "EUR")
    assert (deal.contact_id, deal.company_id) == (anna.id, floor.uid("company", 1))


async def test_a_new_deal_names_its_contact(open_on, start, settle, workspace, floor, anna):
    home = workspace.catalog().pipelines[0].id
    async with open_on() as pilot:
        worker = await start(pilot, records.new_deal(pilot.app.screen, home))
        form = pilot.app.screen
        form._widgets["title"].value = "Arms"
        suggest = form._widgets["contact"].suggester.get_suggestion
        assert await suggest("anna b") == "Anna Becker"
        form._widgets["contact"].value = "Nobody Known"
        form.action_save()
        await settle(pilot)
        assert "There is no contact “Nobody Known”" in form._rows["contact"].error
        form._widgets["contact"].value = "anna  becker"
        form.action_save()
        await settle(pilot)
    deal = workspace.record("deals", worker.result)
    assert (deal.contact_id, deal.company_id) == (anna.id, floor.uid("company", 1))


async def test_a_name_that_several_have_is_told_apart_by_e_mail(workspace, app, open_on, settle):
    for number in (1, 2):
        values = {"first_name": "Kim", "last_name": "Lee", "emails": [{"value": f"kim{number}@lee.example"}]}
        assert workspace.execute(CreateContact(values=values)).applied
    async with open_on() as pilot:
        desk = pilot.app.desk
        with pytest.raises(Invalid, match=r"more than one: Kim Lee .*e-mail address"):
            await records.contact_named(desk, "kim lee")
        found = workspace.record("contacts", await records.contact_named(desk, "kim2@lee.example"))
        assert found.emails[0]["value"] == "kim2@lee.example"


async def test_a_company_is_made_once(open_on, start, settle, workspace):
    async with open_on() as pilot:
        worker = await start(pilot, records.new_company(pilot.app.screen))
        form = pilot.app.screen
        form._widgets["name"].value = "acme robotics"
        form.action_save()
        await settle(pilot)
        assert "already" in (form._rows["name"].error or form.told)
        form._widgets["name"].value = "Acme Drones"
        form._widgets["phone"].value = "030 5550123"
        form.action_save()
        await settle(pilot)
    assert workspace.record("companies", worker.result).phone == "+49305550123"


# --- the pipeline editor ------------------------------------------------------------------------------------------


@pytest.fixture
def editor(open_on, start, workspace):
    """Opens the editor on a pipeline."""

    async def begin(pilot, pipeline="Sales"):
        one = next(p.id for p in workspace.catalog().pipelines if p.name == pipeline)
        await start(pilot, pipelines.edit_pipelines(pilot.app.screen, one))
        assert isinstance(pilot.app.screen, PipelineEditor)
        return pilot.app.screen

    return begin


def stages(workspace, pipeline="Sales"):
    catalog = workspace.catalog()
    home = next(p.id for p in catalog.pipelines if p.name == pipeline)
    return {stage.name: stage for stage in catalog.stages_of(home)}


async def test_stages_are_added_renamed_reordered_and_all_of_it_undone(open_on, editor, settle, workspace):
    async with open_on() as pilot:
        dialog = await editor(pilot)
        await pilot.press("j", "n", *"Demo", "enter")
        await settle(pilot)
        now = stages(workspace)
        assert list(now)[:4] == ["New", "Contacted", "Demo", "Qualified"]
        assert now["Demo"].probability == 25  # halfway between its neighbours
        assert now["Demo"].id in now["Contacted"].next_stage_ids
        assert dialog.query_one(Choices).current.id == now["Demo"].id
        assert dialog.told == "Added the stage Demo · u undoes"
        await pilot.press("e")
        await settle(pilot)
        form = pilot.app.screen
        form._widgets["name"].value = "Demo shown"
        form._widgets["probability"].value = "30 %"
        form._widgets["stale_days"].value = ""
        form.action_save()
        await settle(pilot)
        demo = stages(workspace)["Demo shown"]
        assert (demo.probability, demo.stale_days) == (30, None)
        await pilot.press("K")
        await settle(pilot)
        assert list(stages(workspace))[:3] == ["New", "Demo shown", "Contacted"]
        for _ in range(3):
            await pilot.press("u")
            await settle(pilot)
        assert list(stages(workspace))[:3] == ["New", "Contacted", "Qualified"]
        await pilot.press("u")
        await settle(pilot)
        assert dialog.told == "Nothing was changed here yet."


async def test_a_stage_with_deals_goes_once_another_takes_them(open_on, editor, settle, workspace, floor):
    async with open_on() as pilot:
        await editor(pilot)
        await pilot.press("j", "D")
        await settle(pilot)
        picker = pilot.app.screen
        assert isinstance(picker, Picker)
        assert picker._title == "There are 3 deals in Contacted. Say which stage takes them."
        assert [o.label for o in picker._options] == ["New", "Qualified", "Proposal", "Negotiation"]
        await pilot.press(*"qual", "enter")
        await settle(pilot)
        assert "Contacted" not in stages(workspace)
        assert workspace.record("deals", floor.uid("deal", 5)).stage_id == stages(workspace)["Qualified"].id
        await pilot.press("u")
        await settle(pilot)
    assert workspace.record("deals", floor.uid("deal", 5)).stage_id == stages(workspace)["Contacted"].id


async def test_where_deals_may_go_is_ticked(open_on, editor, settle, workspace, floor):
    async with open_on() as pilot:
        await editor(pilot)
        await pilot.press("w", *"prop", "enter")
        await settle(pilot)
        now = stages(workspace)
        assert now["Proposal"].id in now["New"].next_stage_ids
        deal = floor.uid("deal", 6)
        move = MoveDeal(deal_id=deal, stage_id=now["Proposal"].id, from_stage_id=now["New"].id)
        assert workspace.execute(move).applied


async def test_what_a_stage_means_does_not_change_under_deals(open_on, editor, settle, workspace):
    async with open_on() as pilot:
        await editor(pilot)
        await pilot.press("e")
        await settle(pilot)
        form = pilot.app.screen
        form._widgets["kind"]._go(1)
        form._widgets["probability"].value = "120"
        form.action_save()
        await settle(pilot)
        assert isinstance(pilot.app.screen, Form)
        assert "from 0 to 100" in form._rows["probability"].error
        form._widgets["probability"].value = "10"
        form.action_save()
        await settle(pilot)
        assert "There are deals in New" in form.told


async def test_pipelines_are_made_named_given_to_a_team_and_deleted(
    open_on, editor, settle, workspace, floor
):
    async with open_on() as pilot:
        dialog = await editor(pilot, "Renewals")
        await pilot.press("N", *"Partners", "enter")
        await settle(pilot)
        assert list(stages(workspace, "Partners")) == list(stages(workspace, "Renewals"))
        await pilot.press("R", *" 2026", "enter")
        await settle(pilot)
        await pilot.press("M", "down", "enter")
        await settle(pilot)
        one = next(p for p in workspace.catalog().pipelines if p.name == "Partners 2026")
        assert one.team_id == floor.TEAM
        assert "Partners 2026 · a pipeline of Sales" in str(dialog.query_one(".dialog--title").render())
        await pilot.press("X", "y")
        await settle(pilot)
        assert [p.name for p in workspace.catalog().pipelines] == ["Sales", "Renewals"]
        await pilot.press("p", *"ren", "enter", "X", "y")
        await settle(pilot)
        assert dialog.told.startswith("There are deals in Renewals.")


async def test_a_pipeline_is_picked_or_made_by_typing_its_name(open_on, start, settle, workspace):
    async with open_on() as pilot:
        home = workspace.catalog().pipelines[0].id
        worker = await start(pilot, pipelines.pick_pipeline(pilot.app.screen, home))
        await pilot.press(*"ren", "enter")
        await settle(pilot)
        assert workspace.catalog().pipeline_by_id[worker.result].name == "Renewals"
        worker = await start(pilot, pipelines.pick_pipeline(pilot.app.screen, home))
        await pilot.press(*"Events", "enter")
        await settle(pilot)
        assert workspace.catalog().pipeline_by_id[worker.result].name == "Events"


async def test_what_fails_in_a_flow_is_said_and_the_app_goes_on(open_on, start, settle, said, floor):
    """A tag on a record that is gone, and a view of a name that is too long: no traceback, no crash."""
    async with open_on() as pilot:
        await start(pilot, records.tag(pilot.app.screen, "contacts", [floor.uid("contact", 99)]))
        assert said(pilot.app) == "That contact is not there."
        await start(pilot, activities.add_note(pilot.app.screen, Subject("deals", floor.uid("deal", 99))))
        assert "not there" in said(pilot.app)
        answer = await pilot.app.desk.execute(SaveView(entity="deals", name="x" * 301, query="value>1"))
        assert "most is 300" in answer.reason


async def test_the_bar_says_that_nothing_is_saved_while_the_disk_is_full(open_on, settle, anna):
    def state(pilot):
        return pilot.app.screen.query_one(StatusBar)._health.line

    async with open_on() as pilot:
        desk = pilot.app.desk
        note = LogActivity(table=anna.table, record_id=anna.id, kind="note", body="long " * 100_000)
        with desk.workspace.database.exclusive_writer() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
        assert (await desk.execute(note)).status is Status.UNAVAILABLE
        await settle(pilot)
        assert state(pilot) == "✗ not saved"
        with desk.workspace.database.exclusive_writer() as connection:
            connection.execute("PRAGMA max_page_count = 1000000").fetchall()
        assert (await desk.execute(note)).applied
        await settle(pilot)
        assert state(pilot) == "● saved"
