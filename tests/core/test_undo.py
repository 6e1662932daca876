"""`u` takes back whatever was done, and takes the taking back back; the rules hold in that direction too."""

from __future__ import annotations

import copy
import datetime as dt
import importlib
import pkgutil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core.commands
from core.changes import Status
from core.commands.activities import EditActivity, LogActivity, RetractActivity
from core.commands.base import Command
from core.commands.calling_rules import DeleteCallingRule, SaveCallingRule
from core.commands.calling_setup import DeleteScript, ReorderOutcome, ResetOutcome, SaveOutcome, SaveScript
from core.commands.calls import LogCall
from core.commands.companies import CreateCompany, DeleteCompany, EditCompany
from core.commands.contacts import CreateContact, DeleteContacts, EditContact
from core.commands.deals import CreateDeal, DeleteDeals, EditDeal, MoveDeal, PlaceDeal, SwitchPipeline
from core.commands.import_undo import UndoBatch
from core.commands.imports import BeginImport, EndImport, ImportRows
from core.commands.people import CreateTeam, EditUser, JoinTeam, LeaveTeam, RenameTeam
from core.commands.pipelines import (
    AddStage,
    CreatePipeline,
    DeletePipeline,
    DeleteStage,
    EditPipeline,
    EditStage,
    ReorderStage,
)
from core.commands.records import Assign, Claim, TagRecords
from core.commands.settle import SendAgain
from core.commands.setup import DefineField, DeleteView, EditOrganization, RemoveField, SaveView
from core.commands.sharing import ShareBook, ShareRecord, UnshareBook
from core.commands.tasks import CompleteTask, CreateTask, DeleteTask, EditTask, SnoozeTask
from core.commands.undo import Undo
from core.entities import Activity, Company, Contact, Deal, Stage, Task
from core.errors import NotFound, Refused
from core.parked import Parked
from tests.core.office import open_office


class Desk:
    """An office with one of everything on the admin's desk, and a command of each sort that can be done to it."""

    def __init__(self, office):
        self.office, who = office, office.ann
        run = who.run
        self.partners = CreatePipeline(name="Partners")
        run(self.partners)
        self.seats = DefineField(entity="contacts", label="Seats", kind="number")
        run(self.seats)
        self.view = SaveView(entity="deals", name="Mine", query="owner:me")
        run(self.view)
        self.acme = office.company(who, "Acme", city="Berlin", country="DE", tags=["a", "b"])
        self.empty = office.company(who, "Empty")
        self.lena = office.contact(
            who, "Lena", phones=["+49301234567", "+49301234568"], emails=["l@acme.com"], tags=["x", "y", "z"],
            company_id=self.acme.id, **{"custom.seats": 3},
        )  # fmt: skip
        self.omar = office.contact(who, "Omar")
        self.pooled = office.contact(who, "Pia", book_id=office.pool)
        office.deal(who, "Pia’s", contact_id=self.pooled.id, book_id=office.pool)
        self.deal = office.deal(who, "Acme renewal", "Negotiation", contact_id=self.lena.id, value_minor=100)
        self.other = office.deal(who, "Other", "Contacted", tags=["q"])
        self.task = CreateTask(table="deals", record_id=self.deal.id, subject="Call", due_at=office.store.now)
        run(self.task)
        self.done = CreateTask(
            table="contacts", record_id=self.omar.id, subject="Mail", due_at=office.store.now
        )
        run(self.done)
        self.note = LogActivity(table="contacts", record_id=self.lena.id, kind="note", body="Budget 50k")
        run(self.note)
        self.call = LogActivity(table="deals", record_id=self.deal.id, kind="call", outcome="busy")
        run(self.call)
        run(SaveOutcome(key="busy", values={"name": "Engaged"}))
        self.script = SaveScript(values={"name": "Opening", "stage_id": office.stage("New").id})
        run(self.script)
        run(SaveCallingRule(region="AT", values={"hours": {"mon": "09:00-18:00", "sun": ""}}))
        self.team = CreateTeam(name="North")
        run(self.team)
        run(ShareBook(book_id=office.pool, user_id=office.eve.user_id))
        # What Ann and Bob share lies in one book, and that stays; see test_sharing.
        ida, bob = office.contact(who, "Ida"), office.bob.user_id
        run(ShareRecord(table="contacts", record_id=ida.id, user_ids=(bob,)))

    def refused(self, command):
        """The command as it waits for a person after it was refused."""
        done = self.office.ann.decide(command)
        return Parked(done.id, "rejected", done, "Not now.", self.office.store.now)

    def commands(self):
        office, stage = self.office, lambda name: self.office.stage(name).id
        pipeline, deal, lena = office.pipeline_id, self.deal, self.lena
        partners = next(s for s in office.catalog.stages if s.pipeline_id == self.partners.pipeline_id)
        first, second = lena.phones
        return [
            LogActivity(table="deals", record_id=deal.id, kind="meeting", body="Went well"),
            EditActivity(activity_id=self.note.activity_id, values={"body": "Budget 60k", "subject": "Money"}),
            RetractActivity(activity_id=self.call.activity_id),
            CreateCompany(values={"name": "Newco", "tags": ["n"]}),
            EditCompany(company_id=self.acme.id, values={"city": "Köln", "tags": ["b", "c"]}),
            DeleteCompany(company_id=self.empty.id),
            CreateContact(values={"first_name": "Neu"}, company_name="Firma Neu"),
            EditContact(
                contact_id=lena.id,
                values={
                    "title": "CTO", "tags": ["y"], "emails": [], "custom.seats": None, "do_not_call": True,
                    "phones": [{"value": second["value"], "label": "mobile"}, first, "+49301234569"],
                },
                company_name="Another one",
            ),
            DeleteContacts(contact_ids=(self.omar.id,)),
            CreateDeal(pipeline_id=pipeline, values={"title": "Fresh", "contact_id": lena.id}),
            EditDeal(deal_id=deal.id, values={"value_minor": None, "currency": "USD", "contact_id": None}),
            MoveDeal(deal_id=deal.id, stage_id=stage("Won"), from_stage_id=deal.stage_id),
            MoveDeal(deal_id=deal.id, stage_id=stage("Lost"), from_stage_id=deal.stage_id, reason="Price"),
            PlaceDeal(deal_id=deal.id),
            SwitchPipeline(deal_id=deal.id, stage_id=partners.id, from_stage_id=deal.stage_id),
            DeleteDeals(deal_ids=(deal.id, self.other.id)),
            CreatePipeline(name="Renewals", copy_of=pipeline),
            EditPipeline(pipeline_id=pipeline, values={"name": "Verkauf"}),
            DeletePipeline(pipeline_id=self.partners.pipeline_id),
            AddStage(pipeline_id=pipeline, name="Demo", after_stage_id=stage("New")),
            EditStage(stage_id=stage("Qualified"), values={"kind": "lost", "next_stage_ids": ()}),
            ReorderStage(stage_id=stage("New"), step=2),
            DeleteStage(stage_id=stage("Contacted"), reassign_to=stage("Qualified")),
            DeleteStage(stage_id=stage("Lost")),
            TagRecords(table="contacts", ids=(lena.id, self.omar.id), add=("hot", "x"), remove=("y",)),
            Claim(table="contacts", ids=(self.pooled.id,)),
            Assign(table="contacts", ids=(lena.id,), book_id=office.book(office.bob)),
            SaveView(entity="deals", name="mine", query="owner:me stage:new", shared=True),
            SaveView(entity="contacts", name="Berlin", query="city:berlin"),
            DeleteView(view_id=self.view.view_id),
            DefineField(entity="deals", label="Tier", kind="choice", options=("A", "B")),
            RemoveField(field_id=self.seats.field_id),
            EditOrganization(values={"currency": "CHF", "settings.lost_reasons": ["Price", "Fate"]}),
            CreateTask(table="companies", record_id=self.acme.id, subject="Visit", due_at=office.store.now),
            EditTask(task_id=self.task.task_id, values={"subject": "Call twice", "all_day": True}),
            CompleteTask(task_id=self.done.task_id),
            DeleteTask(task_id=self.task.task_id),
            ShareBook(book_id=office.book(office.eve), user_id=office.bob.user_id, can_write=True),
            UnshareBook(book_id=office.pool, user_id=office.eve.user_id),
            ShareRecord(table="contacts", record_id=lena.id, user_ids=(office.bob.user_id,)),
            CreateTeam(name="South"),
            RenameTeam(team_id=self.team.team_id, name="Nord"),
            JoinTeam(user_id=office.eve.user_id, team_id=self.team.team_id),
            LeaveTeam(user_id=office.bob.user_id, team_id=office.catalog.teams[0].id),
            EditUser(user_id=office.bob.user_id, values={"name": "Bobby", "export_right": "yes"}),
            SendAgain(parked=self.refused(DeleteDeals(deal_ids=(self.other.id,)))),
            SaveOutcome(key="no answer", values={"name": "Nobody there", "hidden": True}),
            SaveOutcome(key="busy", values={"name": "Taken", "follow_up": "1 hour"}),
            SaveOutcome(values={"name": "Hung up", "asks": "reason", "reasons": ("Rude", "Late")}),
            ReorderOutcome(key="busy", step=-1),
            ResetOutcome(key="busy"),
            SaveScript(values={"name": "Closing", "stage_id": stage("Qualified"), "shared": True}),
            SaveScript(script_id=self.script.new_script_id, values={"body": "Hello", "pipeline_id": None}),
            DeleteScript(script_id=self.script.new_script_id),
            SaveCallingRule(region="US-FL", values={"hours.sun": "", "daily_cap": 2}),
            SaveCallingRule(region="AT", values={"hours": {"mon": "10:00-12:00", "sat": ""}, "gap_minutes": 5}),
            DeleteCallingRule(region="AT"),
            LogCall(contact_id=lena.id, outcome="no answer", note="Rang out"),
            LogCall(contact_id=self.omar.id, outcome="referred", referral={"name": "Ida Ihm"}),
            LogCall(contact_id=lena.id, outcome="wrong number"),
            LogCall(contact_id=lena.id, outcome="do not call", reason="Wrote to us"),
            SnoozeTask(task_id=self.task.task_id, due_at=office.store.now + dt.timedelta(days=2)),
        ]  # fmt: skip


@pytest.fixture
def desk(office):
    return Desk(office)


def every_command():
    for module in pkgutil.iter_modules(core.commands.__path__):
        importlib.import_module(f"core.commands.{module.name}")
    return set(Command.__subclasses__())


IMPORTING = {BeginImport, ImportRows, EndImport, UndoBatch}
"""An import is taken back as a whole, by a command of its own."""


def test_the_list_of_commands_below_is_complete(desk):
    assert {type(command) for command in desk.commands()} == every_command() - {Undo} - IMPORTING
    assert len({command.NAME for command in every_command()}) == len(every_command())


NUMBER = 62


@pytest.mark.parametrize("place", range(NUMBER))
def test_whatever_was_refused_can_be_sent_again_as_it_was(desk, place):
    """The reason may have gone, and whoever sends it again must find all of it done, and told in the same words."""
    ann, command = desk.office.ann, desk.commands()[place]
    waits = desk.refused(command)
    before = copy.deepcopy((ann.store.rows, ann.store.history, ann.store.undone))
    ann.apply(waits.changeset)
    wanted, told = ann.everything(), sorted(ann.told())
    ann.store.rows, ann.store.history, ann.store.undone = before
    sent = ann.run(SendAgain(parked=waits))
    assert ann.everything() == wanted
    assert sorted(ann.told()) == told
    assert (sent.summary, sent.event) == (waits.changeset.summary, waits.changeset.event)


@pytest.mark.parametrize("place", range(NUMBER))
def test_whatever_was_done_can_be_taken_back_and_done_again(desk, place):
    ann = desk.office.ann
    commands = desk.commands()
    assert len(commands) == NUMBER
    before = ann.everything()
    done = ann.run(commands[place])
    after = ann.everything()
    assert after != before
    desk.office.pass_time(minutes=1)
    undone = ann.undo(done)
    assert ann.everything() == before
    assert (undone.summary, undone.undoes, undone.event) == (f"Undid: {done.summary}", done.id, "undone")
    desk.office.pass_time(minutes=1)
    redone = ann.undo(undone)
    assert ann.everything() == after
    assert (redone.summary, redone.event) == (f"Redid: {done.summary}", "redone")
    again = ann.undo(redone)
    assert ann.everything() == before
    assert again.summary == f"Undid: {done.summary}"


@given(places=st.lists(st.integers(0, NUMBER - 1), min_size=2, max_size=6, unique=True))
@settings(max_examples=30)
def test_a_mornings_work_can_be_taken_back_step_by_step(places):
    desk = Desk(open_office())
    ann, commands = desk.office.ann, desk.commands()
    steps = []
    for place in places:
        before = ann.everything()
        try:
            answer = ann.execute(commands[place])
        except (Refused, NotFound):
            assert ann.everything() == before
            continue
        # What went before may stand in the way of it; then nothing happened.
        assert answer.applied or ann.everything() == before
        if answer.applied and answer.changeset.changes:
            steps.append((before, answer.changeset))
        desk.office.pass_time(seconds=1)
    for before, done in reversed(steps):
        if done.id not in desk.office.store.undone:
            ann.undo(done)
            assert ann.everything() == before


def test_the_timeline_keeps_both_and_does_not_lie(office):
    deal = office.deal(office.bob, stage="Negotiation")
    done = office.bob.run(
        MoveDeal(deal_id=deal.id, stage_id=office.stage("Won").id, from_stage_id=deal.stage_id)
    )
    undone = office.bob.undo(done)
    office.bob.undo(undone)
    assert office.bob.told(deal_id=deal.id) == [
        "Deal created in Negotiation", "Negotiation → Won", "Undid: Negotiation → Won", "Redid: Negotiation → Won",
    ]  # fmt: skip
    entries = office.bob.timeline(deal_id=deal.id, kind="stage_change")
    read = [
        (e.data["from_name"], e.data["to_name"], e.data["outcome"], e.data.get("undo", False))
        for e in entries
    ]
    assert read == [
        ("Negotiation", "Won", "won", False), ("Won", "Negotiation", "open", True),
        ("Negotiation", "Won", "won", False),
    ]  # fmt: skip


def test_what_was_ticked_off_by_mistake_is_told_to_be_open_again(office):
    lena = office.contact(office.bob)
    task = CreateTask(table="contacts", record_id=lena.id, subject="Call", due_at=office.store.now)
    office.bob.run(task)
    office.bob.undo(office.bob.run(CompleteTask(task_id=task.task_id)))
    assert office.bob.told(contact_id=lena.id)[-2:] == ["Call", "Undid: Call"]


def test_an_edit_is_taken_back_with_its_values_turned(office):
    deal = office.deal(office.bob, value_minor=100)
    office.bob.undo(office.bob.run(EditDeal(deal_id=deal.id, values={"value_minor": 200})))
    entry = office.bob.timeline(deal_id=deal.id)[-1]
    assert entry.subject == "Undid: Value: €1.00 → €2.00"
    assert entry.data == {"fields": {"value_minor": [200, 100]}, "undo": True}


def test_undoing_an_edited_note_brings_back_what_it_said(office):
    lena = office.contact(office.bob)
    note = LogActivity(table="contacts", record_id=lena.id, kind="note", body="Budget 50k")
    office.bob.run(note)
    edited = office.bob.run(EditActivity(activity_id=note.activity_id, values={"body": "Budget 60k"}))
    said = lambda: [entry.body for entry in office.bob.timeline(kind="note")]  # noqa: E731
    office.bob.undo(edited)
    assert said() == ["Budget 50k"]
    latest = office.bob.timeline(kind="note")[0]
    deleted = office.bob.run(RetractActivity(activity_id=latest.id))
    assert said() == []
    office.bob.undo(deleted)
    assert said() == ["Budget 50k"]


def test_an_entry_that_was_edited_since_does_not_split_in_two(office):
    lena = office.contact(office.bob)
    note = LogActivity(table="contacts", record_id=lena.id, kind="note", body="Bob’s")
    logged = office.bob.run(note)
    edited = office.ann.run(EditActivity(activity_id=note.activity_id, values={"body": "Ann’s"}))
    with pytest.raises(Refused, match=r"^That note was edited since\. Take that back first\.$"):
        office.bob.undo(logged)
    # What Ann said is taken back: nothing stands in the way any more.
    office.ann.undo(edited)
    undone = office.bob.undo(logged)
    assert office.bob.timeline(kind="note") == []
    office.bob.undo(undone)
    assert [entry.body for entry in office.bob.timeline(kind="note")] == ["Bob’s"]


def test_a_note_that_was_edited_again_and_again_goes_step_by_step(office):
    lena = office.contact(office.bob)
    note = LogActivity(table="contacts", record_id=lena.id, kind="note", body="0")
    steps = [office.bob.run(note)]
    for body in "123":
        latest = office.bob.timeline(kind="note")[0]
        steps.append(office.bob.run(EditActivity(activity_id=latest.id, values={"body": body})))
    said = []
    for done in reversed(steps):
        office.bob.undo(done)
        said.append([entry.body for entry in office.bob.timeline(kind="note")])
    assert said == [["2"], ["1"], ["0"], []]


def test_nobody_undoes_what_another_did_or_what_is_undone(office):
    deal = office.deal(office.bob)
    done = office.bob.run(EditDeal(deal_id=deal.id, values={"title": "Acme 2027"}))
    with pytest.raises(Refused, match="Bob did that; only they can undo it"):
        office.ann.undo(done)
    with pytest.raises(Refused, match="Your role is read-only"):
        office.rex.undo(done)
    office.bob.undo(done)
    with pytest.raises(Refused, match="That was taken back already: Edited Acme 2027"):
        office.bob.undo(done)


def test_what_somebody_changed_since_is_not_overwritten(office):
    deal = office.deal(office.bob)
    done = office.bob.run(EditDeal(deal_id=deal.id, values={"title": "Mine", "next_step": "Call"}))
    office.ann.run(EditDeal(deal_id=deal.id, values={"title": "Theirs"}))
    answer = office.bob.execute(Undo(changeset_id=done.id))
    assert answer.status is Status.CONFLICT
    assert [(c.field, c.base, c.mine, c.theirs) for c in answer.conflicts] == [
        ("title", "Mine", "Acme renewal", "Theirs")
    ]
    assert office.bob.get(Deal, deal.id).next_step == "Call"


def test_what_somebody_changed_besides_stays(office):
    lena = office.contact(office.bob, phones=["+49301234567"], tags=["a"])
    done = office.bob.run(
        EditContact(contact_id=lena.id, values={"title": "CTO", "phones": ["+49301234568"], "tags": ["b"]})
    )
    office.ann.run(
        EditContact(
            contact_id=lena.id,
            values={"city": "Köln", "phones": ["+49301234568", "+49301234569"], "tags": ["b", "c"]},
        )
    )
    office.bob.undo(done)
    after = office.bob.get(Contact, lena.id)
    assert (after.title, after.city) == ("", "Köln")
    assert [phone["value"] for phone in after.phones] == ["+49301234567", "+49301234569"]
    assert set(after.tags) == {"a", "c"}


def test_a_stage_that_deals_lie_in_by_now_stays(office):
    added = office.ann.run(
        AddStage(pipeline_id=office.pipeline_id, name="Demo", after_stage_id=office.stage("New").id)
    )
    deal = office.deal(office.bob)
    office.bob.run(MoveDeal(deal_id=deal.id, stage_id=office.stage("Demo").id, from_stage_id=deal.stage_id))
    with pytest.raises(Refused) as refused:
        office.ann.undo(added)
    assert str(refused.value) == (
        "Acme renewal has come to depend on it since, so this stays: Added the stage Demo. "
        "Move or delete that deal first."
    )


def test_a_pipeline_that_is_used_by_now_stays(office):
    command = CreatePipeline(name="Partners")
    done = office.ann.run(command)
    deal = CreateDeal(pipeline_id=command.pipeline_id, values={"title": "Partner deal"})
    made = office.bob.run(deal)
    with pytest.raises(Refused, match="Partner deal has come to depend on it since"):
        office.ann.undo(done)
    office.bob.undo(made)
    office.ann.undo(done)
    assert len(office.catalog.pipelines) == 1


def test_what_a_stage_means_does_not_change_back_under_deals(office):
    qualified = office.stage("Qualified").id
    done = office.ann.run(EditStage(stage_id=qualified, values={"kind": "lost"}))
    deal = office.deal(office.bob, stage="Contacted")
    office.bob.run(MoveDeal(deal_id=deal.id, stage_id=qualified, from_stage_id=deal.stage_id, reason="Price"))
    with pytest.raises(Refused, match="Acme renewal lies in that stage by now"):
        office.ann.undo(done)


def test_a_deal_does_not_return_to_a_stage_that_is_gone(office):
    deal = office.deal(office.bob, stage="Contacted")
    deleted = office.bob.run(DeleteDeals(deal_ids=(deal.id,)))
    gone = office.ann.run(DeleteStage(stage_id=deal.stage_id))
    with pytest.raises(
        Refused, match=r"^The stage it would return to is not there any more\. Bring that back first\.$"
    ):
        office.bob.undo(deleted)
    office.ann.undo(gone)
    office.bob.undo(deleted)
    assert office.bob.get(Deal, deal.id).deleted_at is None


def test_a_move_is_not_taken_back_into_a_stage_that_is_gone(office):
    deal = office.deal(office.bob, stage="Contacted")
    moved = office.bob.run(
        MoveDeal(deal_id=deal.id, stage_id=office.stage("Qualified").id, from_stage_id=deal.stage_id)
    )
    office.ann.run(DeleteStage(stage_id=deal.stage_id))
    with pytest.raises(Refused, match="The stage it would return to is not there any more"):
        office.bob.undo(moved)


def test_a_record_does_not_return_to_a_company_or_contact_that_is_gone(office):
    acme = office.company(office.bob)
    lena = office.contact(office.bob, company_id=acme.id)
    deal = office.deal(office.bob, contact_id=lena.id)
    left = office.bob.run(EditContact(contact_id=lena.id, values={"company_id": None}))
    deal_gone = office.bob.run(DeleteDeals(deal_ids=(deal.id,)))
    lena_gone = office.bob.run(DeleteContacts(contact_ids=(lena.id,)))
    acme_gone = office.bob.run(DeleteCompany(company_id=acme.id))
    for done in (deal_gone, left):
        with pytest.raises(
            Refused, match=r"it would return to is not there any more\. Bring that back first\."
        ):
            office.bob.undo(done)
    office.bob.undo(acme_gone)
    with pytest.raises(Refused, match="The contact it would return to is not there any more"):
        office.bob.undo(deal_gone)
    for done in (lena_gone, left, deal_gone):
        office.bob.undo(done)
    assert office.bob.get(Contact, lena.id).company_id == acme.id


def test_a_task_does_not_return_to_a_deal_that_is_gone(office):
    deal = office.deal(office.bob)
    task = CreateTask(table="deals", record_id=deal.id, subject="Call", due_at=office.store.now)
    office.bob.run(task)
    dropped = office.bob.run(DeleteTask(task_id=task.task_id))
    deleted = office.bob.run(DeleteDeals(deal_ids=(deal.id,)))
    with pytest.raises(Refused, match="The deal it would return to is not there any more"):
        office.bob.undo(dropped)
    office.bob.undo(deleted)
    office.bob.undo(dropped)
    assert not office.bob.get(Task, task.task_id).deleted_at


def test_a_contact_that_a_deal_belongs_to_by_now_stays(office):
    command = CreateContact(values={"first_name": "Lena"})
    made = office.bob.run(command)
    deal = office.deal(office.ann, contact_id=command.contact_id)
    with pytest.raises(Refused, match="Acme renewal has come to depend on it since"):
        office.bob.undo(made)
    office.ann.run(DeleteDeals(deal_ids=(deal.id,)))
    office.bob.undo(made)
    assert office.bob.get(Contact, command.contact_id).deleted_at is not None


def test_a_company_that_came_about_by_the_way_stays_with_those_who_use_it(office):
    command = CreateDeal(pipeline_id=office.pipeline_id, values={"title": "Acme"}, company_name="Acme")
    made = office.bob.run(command)
    acme = office.store.live(Company)[0]
    office.contact(office.ann, company_id=acme.id)
    office.bob.undo(made)
    assert office.store.live(Deal) == []
    assert [company.name for company in office.store.live(Company)] == ["Acme"]
    alone = CreateDeal(pipeline_id=office.pipeline_id, values={"title": "Solo"}, company_name="Solo")
    office.bob.undo(office.bob.run(alone))
    assert [company.name for company in office.store.live(Company)] == ["Acme"]


def test_a_company_that_was_made_on_purpose_stays_while_it_is_used(office):
    command = CreateCompany(values={"name": "Acme"})
    made = office.bob.run(command)
    office.contact(office.ann, company_id=command.company_id)
    with pytest.raises(Refused, match="Lena has come to depend on it since, so this stays: Created Acme"):
        office.bob.undo(made)


def test_redoing_a_deletion_minds_what_came_since(office):
    lena = office.contact(office.bob)
    undone = office.bob.undo(office.bob.run(DeleteContacts(contact_ids=(lena.id,))))
    office.deal(office.bob, contact_id=lena.id)
    with pytest.raises(Refused, match="Acme renewal has come to depend on it since"):
        office.bob.undo(undone)


def test_redoing_the_deletion_of_a_stage_takes_its_deals_along_again(office):
    deal = office.deal(office.bob, stage="Contacted")
    done = office.ann.run(DeleteStage(stage_id=deal.stage_id, reassign_to=office.stage("Qualified").id))
    undone = office.ann.undo(done)
    assert office.ann.get(Deal, deal.id).stage_id == deal.stage_id
    newcomer = office.deal(office.bob, "Newcomer", "Contacted")
    with pytest.raises(Refused, match="Newcomer has come to depend on it since"):
        office.ann.undo(undone)
    office.bob.run(DeleteDeals(deal_ids=(newcomer.id,)))
    office.ann.undo(undone)
    assert office.ann.get(Deal, deal.id).stage_id == office.stage("Qualified").id
    assert deal.stage_id not in {stage.id for stage in office.store.live(Stage)}


def test_the_beginning_of_a_workspace_is_not_taken_back(office):
    founded = next(done for done in office.store.history.values() if done.command == "founding")
    with pytest.raises(Refused, match="That is how this workspace began"):
        office.ann.undo(founded)


def test_what_changed_nothing_is_nothing_to_take_back(office):
    deal = office.deal(office.bob)
    done = office.bob.run(EditDeal(deal_id=deal.id, values={"title": deal.title}))
    with pytest.raises(Refused, match="There is nothing to take back: Acme renewal: nothing to change"):
        office.bob.undo(done)


def test_history_is_only_ever_added_to(office):
    lena = office.contact(office.bob)
    note = LogActivity(table="contacts", record_id=lena.id, kind="note", body="x")
    done = office.bob.run(note)
    before = {a.id: a.body for a in office.store.live(Activity)}
    office.pass_time(hours=1)
    undone = office.bob.undo(office.bob.undo(done))
    after = {a.id: a.body for a in office.store.live(Activity)}
    assert before.items() <= after.items()
    assert undone.at - done.at == dt.timedelta(hours=1)
