"""Commands on a solo workspace: what is answered, what is written, what is remembered."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from core.catalog import Catalog
from core.changes import Change, Status, from_json
from core.commands.activities import EditActivity, LogActivity, RetractActivity
from core.commands.base import Command, Context, Decision, Get, Need, Seen, Where, update
from core.commands.companies import EditCompany
from core.commands.contacts import DeleteContacts, EditContact
from core.commands.deals import DeleteDeals, EditDeal, MoveDeal
from core.commands.pipelines import EditStage
from core.commands.tasks import CompleteTask, CreateTask
from core.commands.undo import Undo
from core.entities import Contact, Deal
from core.errors import NotFound
from core.ids import new_id
from core.workspace import Changed
from storage.solo import open_solo
from tests.storage.conftest import Office


def move(office: Office, deal: str, origin: str, target: str, **more: Any) -> MoveDeal:
    return MoveDeal(
        deal_id=deal, stage_id=office.stage(target).id, from_stage_id=office.stage(origin).id, **more
    )


# --- one effect


def test_the_same_command_twice_has_one_effect_and_one_answer(office: Office) -> None:
    deal = office.deal()
    command = move(office, deal, "New", "Contacted")
    first, again = office.workspace.execute(command), office.workspace.execute(command)
    assert again == first
    assert office.get("deals", deal).version == 2
    assert office.sql("SELECT count(*) FROM changesets WHERE id = ?", command.id) == [(1,)]


def test_it_is_the_same_command_after_a_restart(office: Office) -> None:
    deal = office.deal()
    command = move(office, deal, "New", "Contacted")
    first = office.do(command)
    other = open_solo(office.workspace.path)
    assert other.execute(command) == first
    other.close()


def test_a_refused_command_leaves_no_trace_and_can_be_given_again(office: Office) -> None:
    deal = office.deal()
    command = move(office, deal, "Contacted", "Qualified")
    before = office.sql("SELECT count(*) FROM changesets")
    assert office.workspace.execute(command).status is Status.CONFLICT
    assert office.sql("SELECT count(*) FROM changesets") == before
    office.do(move(office, deal, "New", "Contacted"))
    assert office.workspace.execute(command).status is Status.OK


def test_a_command_without_effect_is_fine_and_not_history(office: Office) -> None:
    contact = office.contact("Lena")
    before = office.sql("SELECT count(*) FROM changesets")
    answer = office.do(EditContact(contact_id=contact, values={"first_name": "Lena"}))
    assert answer.changeset is not None
    assert answer.changeset.changes == ()
    assert office.sql("SELECT count(*) FROM changesets") == before


# --- what is written


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


def test_the_history_holds_the_changeset_whole(office: Office) -> None:
    deal = office.deal()
    answer = office.do(move(office, deal, "New", "Contacted"))
    [(body, command, summary, status)] = office.sql(
        "SELECT body, command, summary, status FROM changesets WHERE seq = ?", answer.revision
    )
    assert from_json(json.loads(body)) == answer.changeset
    assert (command, status) == ("move_deal", "ok")
    assert summary == "Moved Acme renewal: New → Contacted"
    rows = office.sql("SELECT table_name, row_id FROM changeset_rows WHERE seq = ?", answer.revision)
    assert set(rows) == {(change.table, change.id) for change in answer.changeset.changes}


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


def test_the_timeline_only_grows(office: Office) -> None:
    contact = office.contact()
    log = LogActivity(table="contacts", record_id=contact, kind="note", body="x")
    office.do(log)

    @dataclass(frozen=True, kw_only=True)
    class Rewrite(Command):
        NAME: ClassVar[str] = "rewrite"

        def needs(self, catalog: Catalog) -> Sequence[Need]:
            return []

        def decide(self, seen: Seen, context: Context) -> Decision:
            return Decision(
                "x", (Change("activities", log.activity_id, set={"body": "y"}, base={"body": "x"}),)
            )

    with pytest.raises(ValueError, match="only ever added"):
        office.workspace.execute(Rewrite())
    assert office.get("activities", log.activity_id).body == "x"


@pytest.mark.parametrize("name", ["version", "search", "updated_by"])
def test_no_command_sets_what_is_the_stores(office: Office, name: str) -> None:
    contact = office.contact()

    @dataclass(frozen=True, kw_only=True)
    class Forge(Command):
        NAME: ClassVar[str] = "forge"

        def needs(self, catalog: Catalog) -> Sequence[Need]:
            return []

        def decide(self, seen: Seen, context: Context) -> Decision:
            return Decision("x", (Change("contacts", contact, set={name: 9}, base={name: 1}),))

    with pytest.raises(ValueError, match="not for changesets"):
        office.workspace.execute(Forge())
    assert office.get("contacts", contact).version == 1


# --- conflicts


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
    office.do(move(office, deal, "New", "Contacted"))
    answer = office.workspace.execute(move(office, deal, "New", "Lost", reason="Price"))
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
    from core.commands.setup import DefineField

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


# --- what is gone, what is refused


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
    answer = office.workspace.execute(move(office, deal, "New", "Won"))
    assert answer.status is Status.REJECTED
    assert answer.reason == "Invalid move: New → Won. From New: Contacted, Lost"


def test_a_record_cannot_be_made_twice(office: Office) -> None:
    from core.commands.contacts import CreateContact

    contact = office.contact("Lena")
    answer = office.workspace.execute(CreateContact(values={"first_name": "Max"}, contact_id=contact))
    assert (answer.status, answer.reason) == (Status.REJECTED, "That contact is there already.")


# --- undo


def test_undo_brings_back_the_fields_and_marks_the_history(office: Office) -> None:
    deal = office.deal()
    moved = office.do(move(office, deal, "New", "Contacted"))
    undone = office.do(Undo(changeset_id=moved.changeset.id))
    assert office.get("deals", deal).stage_id == office.stage("New").id
    marks = office.sql("SELECT undone_by FROM changesets WHERE id = ?", moved.changeset.id)
    assert marks == [(undone.changeset.id,)]
    again = office.workspace.execute(Undo(changeset_id=moved.changeset.id))
    assert again.status is Status.REJECTED
    assert "taken back already" in again.reason


def test_undo_undo_and_once_more(office: Office) -> None:
    deal = office.deal("A")
    edited = office.do(EditDeal(deal_id=deal, values={"title": "B"}))
    undone = office.do(Undo(changeset_id=edited.changeset.id))
    assert office.get("deals", deal).title == "A"
    redone = office.do(Undo(changeset_id=undone.changeset.id))
    assert office.get("deals", deal).title == "B"
    office.do(Undo(changeset_id=redone.changeset.id))
    assert office.get("deals", deal).title == "A"


def test_a_deleted_record_returns_with_everything_that_finds_it(office: Office) -> None:
    contact = office.contact("Lena", emails=({"value": "lena@acme.de", "label": "work"},))
    office.do(LogActivity(table="contacts", record_id=contact, kind="note", body="x"))
    deleted = office.do(DeleteContacts(contact_ids=(contact,)))
    assert office.found("contacts", "lena") == set()
    assert office.sql("SELECT count(*) FROM contact_points") == [(0,)]
    office.do(Undo(changeset_id=deleted.changeset.id))
    assert office.found("contacts", "lena") == {contact}
    assert office.sql("SELECT kind, value FROM contact_points") == [("email", "lena@acme.de")]


def test_undo_of_somebody_elses_field_is_a_conflict(office: Office) -> None:
    deal = office.deal("A")
    edited = office.do(EditDeal(deal_id=deal, values={"title": "B"}))
    office.do(EditDeal(deal_id=deal, values={"title": "C"}))
    answer = office.workspace.execute(Undo(changeset_id=edited.changeset.id))
    assert answer.status is Status.CONFLICT
    assert office.get("deals", deal).title == "C"


# --- what commands ask for


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
            assert seen.where(Contact, company_id=None) == []
            assert [c.id for c in seen.where(Contact, company_id=company, first_name="C3")] == [contacts[3]]
            return Decision("Looked", ())

    office.do(Look())
    assert seen_ids == contacts


def test_a_company_is_found_by_its_folded_name(office: Office) -> None:
    one = office.contact("A", company="Größe & Söhne")
    other = office.contact("B", company="GRÖSSE & SÖHNE")
    assert office.get("contacts", one).company_id == office.get("contacts", other).company_id


# --- the set-up


def test_the_catalog_follows_the_set_up(office: Office) -> None:
    before = office.catalog
    assert office.workspace.catalog() is before
    office.contact("Lena")
    assert office.workspace.catalog() is before
    office.do(EditStage(stage_id=office.stage("New").id, values={"name": "Fresh"}))
    assert office.stage("Fresh").kind == "open"


def test_the_catalog_follows_the_set_up_of_another_program(office: Office) -> None:
    other = open_solo(office.workspace.path)
    deal = office.deal()
    stage = office.stage("Contacted")
    answer = other.execute(EditStage(stage_id=stage.id, values={"name": "Spoken to"}))
    assert answer.applied
    moved = office.do(MoveDeal(deal_id=deal, stage_id=stage.id, from_stage_id=office.stage("New").id))
    assert moved.changeset.summary == "Moved Acme renewal: New → Spoken to"
    other.close()


# --- telling


def test_subscribers_hear_of_all_rows_whose_look_changed(office: Office) -> None:
    contact = office.contact("Lena", company="Acme")
    deal = office.deal(contact_id=contact)
    company = office.get("deals", deal).company_id
    told: list[Changed] = []
    stop = office.workspace.subscribe(told.append)
    answer = office.do(EditCompany(company_id=company, values={"name": "Zenith"}))
    [changed] = told
    assert changed.local
    assert changed.revision == answer.revision
    assert {("companies", company), ("contacts", contact), ("deals", deal)} <= changed.rows
    stop()
    stop()
    office.do(EditCompany(company_id=company, values={"name": "Nadir"}))
    assert len(told) == 1


def test_a_subscriber_may_use_the_workspace(office: Office) -> None:
    contact = office.contact("Lena")
    seen: list[str] = []

    def listen(changed: Changed) -> None:
        seen.append(office.get("contacts", contact).city)
        if len(seen) == 1:
            office.do(EditContact(contact_id=contact, values={"title": "CEO"}))

    stop = office.workspace.subscribe(listen)
    office.do(EditContact(contact_id=contact, values={"city": "Berlin"}))
    stop()
    assert seen == ["Berlin", "Berlin"]


def test_nobody_hears_of_what_did_not_happen(office: Office) -> None:
    told: list[Changed] = []
    deal = office.deal()
    stop = office.workspace.subscribe(told.append)
    office.workspace.execute(move(office, deal, "New", "Won"))
    stop()
    assert told == []


# --- deleting and the rest


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


def test_closing_is_final(fresh: Callable[[str], Path]) -> None:
    workspace = open_solo(fresh())
    workspace.close()
    workspace.close()
    from core.errors import Unavailable

    with pytest.raises(Unavailable, match="closed"):
        workspace.catalog()
    assert not workspace.execute(Undo(changeset_id="x")).applied


def test_a_listener_that_fails_harms_nobody(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    told: list[Changed] = []

    def fail(changed: Changed) -> None:
        raise RuntimeError("the listener's own fault")

    stops = [office.workspace.subscribe(fail), office.workspace.subscribe(told.append)]
    office.contact("Lena")
    for stop in stops:
        stop()
    assert len(told) == 1
    assert "a listener failed" in caplog.text


def test_a_set_up_that_was_not_committed_is_not_believed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = office.stage("New").id
    rename = EditStage(stage_id=stage, values={"name": "Fresh"})
    with monkeypatch.context() as patch:
        patch.setattr("storage.solo.Answer", _raise_interrupt)
        with pytest.raises(KeyboardInterrupt):
            office.workspace.execute(rename)
    assert office.catalog.stage(stage).name == "New"
    office.do(rename)
    deal = office.deal()
    moved = office.do(move(office, deal, "Fresh", "Contacted"))
    assert moved.changeset.summary == "Moved Acme renewal: Fresh → Contacted"


def _raise_interrupt(*_given: Any, **_named: Any) -> None:
    raise KeyboardInterrupt
