"""Commands on a workspace, whichever it is: what is answered, and what is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import pytest

from core.catalog import Catalog
from core.changes import Status
from core.commands.activities import EditActivity, LogActivity, RetractActivity
from core.commands.base import Command, Context, Decision, Get, Need, Seen, Where, update
from core.commands.contacts import CreateContact, DeleteContacts, EditContact
from core.commands.deals import DeleteDeals, EditDeal
from core.commands.pipelines import EditStage
from core.commands.setup import DefineField
from core.commands.tasks import CompleteTask, CreateTask
from core.commands.undo import Undo
from core.entities import Contact, Deal
from core.errors import NotFound, Unavailable
from core.ids import new_id
from tests.workspace.office import Office


def test_the_same_command_twice_has_one_effect_and_one_answer(office: Office) -> None:
    deal = office.deal()
    command = office.move(deal, "New", "Contacted")
    first, again = office.workspace.execute(command), office.workspace.execute(command)
    assert again == first
    assert office.get("deals", deal).version == 2
    assert office.written("deals", deal) == 2


def test_a_refused_command_leaves_no_trace_and_can_be_given_again(office: Office) -> None:
    deal = office.deal()
    command = office.move(deal, "Contacted", "Qualified")
    assert office.workspace.execute(command).status is Status.CONFLICT
    assert office.written("deals", deal) == 1
    office.do(office.move(deal, "New", "Contacted"))
    assert office.workspace.execute(command).status is Status.OK


def test_a_command_without_effect_is_fine_and_not_history(office: Office) -> None:
    contact = office.contact("Lena")
    answer = office.do(EditContact(contact_id=contact, values={"first_name": "Lena"}))
    assert answer.changeset is not None
    assert answer.changeset.changes == ()
    assert office.written("contacts", contact) == 1


def test_stamps_are_the_stores(office: Office) -> None:
    contact = office.contact("Lena")
    made = office.get("contacts", contact)
    assert (made.version, made.created_at, made.updated_by) == (1, made.updated_at, office.catalog.me.id)
    office.do(EditContact(contact_id=contact, values={"title": "CEO"}))
    edited = office.get("contacts", contact)
    assert (edited.version, edited.created_at) == (2, made.created_at)
    assert edited.updated_at > made.updated_at


def test_what_others_derive_from_it_is_no_change_of_a_record(office: Office) -> None:
    contact = office.contact("Lena")
    before = office.get("contacts", contact)
    office.do(LogActivity(table="contacts", record_id=contact, kind="call", outcome="busy"))
    after = office.get("contacts", contact)
    assert after.last_activity_at is not None
    assert (after.version, after.updated_at) == (before.version, before.updated_at)


def test_one_changeset_may_change_a_row_twice(office: Office) -> None:
    deal = office.deal()

    @dataclass(frozen=True, kw_only=True)
    class Twice(Command):
        NAME: ClassVar[str] = "twice"

        def needs(self, catalog: Catalog) -> Sequence[Need]:
            return [Get("deals", deal)]

        def decide(self, seen: Seen, context: Context) -> Decision:
            held = seen.get(Deal, deal)
            return Decision("Twice", (update(held, {"title": "B"}), update(held, {"next_step": "Call"})))

    office.do(Twice())
    held = office.get("deals", deal)
    assert (held.title, held.next_step, held.version) == ("B", "Call", 2)


def test_the_same_field_is_a_conflict_with_theirs_and_mine(office: Office) -> None:
    deal = office.deal("Acme renewal", value_minor=1000_00)
    office.do(EditDeal(deal_id=deal, values={"value_minor": 1200_00}))
    answer = office.workspace.execute(
        EditDeal(deal_id=deal, values={"value_minor": 1500_00}, expected={"value_minor": 1000_00})
    )
    assert answer.status is Status.CONFLICT
    [conflict] = [c for c in answer.conflicts if c.field == "value_minor"]
    assert (conflict.base, conflict.mine, conflict.theirs) == (1000_00, 1500_00, 1200_00)
    assert conflict.who == office.catalog.me.id
    assert conflict.when == office.get("deals", deal).updated_at
    assert answer.reason == (
        "You yourself changed Value of Acme renewal meanwhile: it is €1,200.00 now. Look at it again, then decide."
    )
    assert answer.changeset is not None
    assert office.get("deals", deal).value_minor == 1200_00


def test_a_moved_card_is_told_by_its_stage_alone(office: Office) -> None:
    deal = office.deal("Acme renewal")
    office.do(office.move(deal, "New", "Contacted"))
    answer = office.workspace.execute(office.move(deal, "New", "Lost", reason="Price"))
    assert answer.status is Status.CONFLICT
    assert answer.reason == (
        "You yourself changed Stage of Acme renewal meanwhile: it is Contacted now. Look at it again, then decide."
    )


def test_different_fields_merge(office: Office) -> None:
    contact = office.contact("Lena")
    office.do(EditContact(contact_id=contact, values={"city": "Berlin"}))
    office.do(EditContact(contact_id=contact, values={"title": "CEO"}, expected={"title": ""}))
    held = office.get("contacts", contact)
    assert (held.city, held.title) == ("Berlin", "CEO")


def test_agreeing_is_merging(office: Office) -> None:
    contact = office.contact("Lena")
    office.do(EditContact(contact_id=contact, values={"city": "Berlin"}))
    answer = office.workspace.execute(
        EditContact(contact_id=contact, values={"city": "Berlin"}, expected={"city": ""})
    )
    assert answer.status is Status.MERGED
    assert office.get("contacts", contact).version == 2, "there was nothing left to write"


def test_custom_fields_merge_key_by_key(office: Office) -> None:
    for label in ("Shoe size", "Hobby"):
        office.do(DefineField(entity="contacts", label=label))
    contact = office.contact("Lena")
    seen = office.get("contacts", contact).custom
    office.do(EditContact(contact_id=contact, values={"custom.hobby": "Chess"}))
    office.do(
        EditContact(
            contact_id=contact,
            values={"custom.shoe_size": "39"},
            expected={"custom.shoe_size": seen.get("x")},
        )
    )
    assert office.get("contacts", contact).custom == {"hobby": "Chess", "shoe_size": "39"}
    answer = office.workspace.execute(
        EditContact(contact_id=contact, values={"custom.hobby": "Golf"}, expected={"custom.hobby": None})
    )
    assert answer.status is Status.CONFLICT
    assert "changed Hobby of Lena meanwhile: it is “Chess” now" in answer.reason


def test_what_was_deleted_is_gone(office: Office) -> None:
    contact = office.contact("Lena")
    office.do(DeleteContacts(contact_ids=(contact,)))
    answer = office.workspace.execute(EditContact(contact_id=contact, values={"city": "Berlin"}))
    assert (answer.status, answer.reason) == (Status.GONE, "That contact was deleted.")
    assert office.get("contacts", contact).deleted_at is not None


def test_what_never_was_is_gone(office: Office) -> None:
    answer = office.workspace.execute(EditContact(contact_id=new_id(), values={"city": "Berlin"}))
    assert (answer.status, answer.reason) == (Status.GONE, "That contact is not there.")
    with pytest.raises(NotFound, match="That deal is not there"):
        office.get("deals", new_id())
    with pytest.raises(NotFound, match="no “sqlite_master”"):
        office.get("sqlite_master", "x")


def test_nothing_may_point_into_the_void(office: Office) -> None:
    deal = office.deal()
    answer = office.workspace.execute(EditDeal(deal_id=deal, values={"contact_id": new_id()}))
    assert not answer.applied
    assert office.get("deals", deal).contact_id is None


def test_a_rule_says_why_in_the_users_words(office: Office) -> None:
    deal = office.deal()
    answer = office.workspace.execute(office.move(deal, "New", "Won"))
    assert answer.status is Status.REJECTED
    assert answer.reason == "Invalid move: New → Won. From New: Contacted, Lost"


def test_a_record_cannot_be_made_twice(office: Office) -> None:
    contact = office.contact("Lena")
    answer = office.workspace.execute(CreateContact(values={"first_name": "Max"}, contact_id=contact))
    assert (answer.status, answer.reason) == (Status.REJECTED, "That contact is there already.")


def test_undo_undo_and_once_more(office: Office) -> None:
    deal = office.deal("A")
    edited = office.do(EditDeal(deal_id=deal, values={"title": "B"}))
    undone = office.do(Undo(changeset_id=edited.changeset.id))
    assert office.get("deals", deal).title == "A"
    redone = office.do(Undo(changeset_id=undone.changeset.id))
    assert office.get("deals", deal).title == "B"
    office.do(Undo(changeset_id=redone.changeset.id))
    assert office.get("deals", deal).title == "A"


def test_undo_of_somebody_elses_field_is_a_conflict(office: Office) -> None:
    deal = office.deal("A")
    edited = office.do(EditDeal(deal_id=deal, values={"title": "B"}))
    office.do(EditDeal(deal_id=deal, values={"title": "C"}))
    answer = office.workspace.execute(Undo(changeset_id=edited.changeset.id))
    assert answer.status is Status.CONFLICT
    assert office.get("deals", deal).title == "C"


def test_needs_are_loaded_in_bulk_and_by_value(office: Office) -> None:
    contacts = [office.contact(f"C{n}", company="Acme") for n in range(5)]
    company = office.get("contacts", contacts[0]).company_id
    seen_ids: list[str] = []

    @dataclass(frozen=True, kw_only=True)
    class Look(Command):
        NAME: ClassVar[str] = "look"

        def needs(self, catalog: Catalog) -> Sequence[Need]:
            return [
                *(Get("contacts", c) for c in contacts),
                Where("contacts", {"company_id": company}),
                Where("contacts", {"company_id": None}),
                Where("contacts", {"company_id": company, "first_name": "C3"}, limit=1),
            ]

        def decide(self, seen: Seen, context: Context) -> Decision:
            seen_ids.extend(seen.get(Contact, c).id for c in contacts)
            assert {c.id for c in seen.where(Contact, company_id=company)} == set(contacts)
            assert not {c.id for c in seen.where(Contact, company_id=None)} & set(contacts)
            assert [c.id for c in seen.where(Contact, company_id=company, first_name="C3")] == [contacts[3]]
            return Decision("Looked", ())

    office.do(Look())
    assert seen_ids == contacts


def test_a_company_is_found_by_its_folded_name(office: Office) -> None:
    one = office.contact("A", company="Größe & Söhne")
    other = office.contact("B", company="GRÖSSE & SÖHNE")
    assert office.get("contacts", one).company_id == office.get("contacts", other).company_id


def test_the_catalog_follows_the_set_up(office: Office) -> None:
    before = office.catalog
    assert office.workspace.catalog() is before
    office.contact("Lena")
    assert office.workspace.catalog() is before
    office.do(EditStage(stage_id=office.stage("New").id, values={"name": "Fresh"}))
    assert office.stage("Fresh").kind == "open"


def test_deleting_takes_open_tasks_along_and_out_of_sight(office: Office) -> None:
    deal = office.deal()
    office.do(
        CreateTask(
            table="deals", record_id=deal, subject="Call", due_at=office.clock.now + dt.timedelta(days=1)
        )
    )
    assert office.get("deals", deal).next_task_at is not None
    office.do(DeleteDeals(deal_ids=(deal,)))
    assert office.get("deals", deal).next_task_at is None


def test_tasks_and_entries_move_the_marks_of_their_records(office: Office) -> None:
    contact = office.contact()
    deal = office.deal(contact_id=contact)
    due = office.clock.now + dt.timedelta(days=3)
    later = CreateTask(table="deals", record_id=deal, subject="Later", due_at=due + dt.timedelta(days=1))
    sooner = CreateTask(table="deals", record_id=deal, subject="Sooner", due_at=due)
    office.do(later)
    office.do(sooner)
    assert office.get("deals", deal).next_task_at == due
    assert office.get("contacts", contact).next_task_at == due
    office.do(CompleteTask(task_id=sooner.task_id))
    assert office.get("contacts", contact).next_task_at == due + dt.timedelta(days=1)
    old = office.clock.now - dt.timedelta(days=9)
    first = LogActivity(table="deals", record_id=deal, kind="call", occurred_at=old)
    second = LogActivity(
        table="deals", record_id=deal, kind="meeting", occurred_at=old + dt.timedelta(days=1)
    )
    office.do(second)
    office.do(first)
    assert office.get("contacts", contact).last_activity_at == old + dt.timedelta(days=1)
    office.do(RetractActivity(activity_id=second.activity_id))
    assert office.get("deals", deal).last_activity_at == old
    edit = office.do(
        EditActivity(activity_id=first.activity_id, values={"occurred_at": old + dt.timedelta(hours=1)})
    )
    assert office.get("deals", deal).last_activity_at == old + dt.timedelta(hours=1)
    assert office.get("activities", first.activity_id).superseded
    office.do(Undo(changeset_id=edit.changeset.id))
    assert office.get("deals", deal).last_activity_at == old


def test_undo_brings_back_what_was_moved_and_only_once(office: Office) -> None:
    deal = office.deal()
    moved = office.do(office.move(deal, "New", "Contacted"))
    assert moved.changeset is not None
    office.do(Undo(changeset_id=moved.changeset.id))
    assert office.get("deals", deal).stage_id == office.stage("New").id
    again = office.workspace.execute(Undo(changeset_id=moved.changeset.id))
    assert again.status is Status.REJECTED
    assert "taken back already" in again.reason


def test_undo_knows_what_was_done_last(office: Office) -> None:
    deal = office.deal("A")
    edited = office.do(EditDeal(deal_id=deal, values={"title": "B"}))
    latest = office.workspace.undoable()
    assert latest == edited.changeset


def test_the_history_tells_newest_first(office: Office) -> None:
    deal = office.deal("A")
    office.do(office.move(deal, "New", "Contacted"))
    told = [entry.changeset.command for entry in office.workspace.history("deals", deal)]
    assert told == ["move_deal", "create_deal"]


def test_a_closed_workspace_says_so(office: Office) -> None:
    contact = office.contact("Lena")
    office.workspace.close()
    office.workspace.close()
    with pytest.raises(Unavailable, match="closed"):
        office.get("contacts", contact)
    answer = office.workspace.execute(EditContact(contact_id=contact, values={"city": "Kiel"}))
    assert answer.status is Status.UNAVAILABLE
