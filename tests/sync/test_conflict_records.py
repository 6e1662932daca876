"""Two reps, offline, who delete, move, claim or create the same record: which rule holds, as the table in docs/sync.md says.

Each test ends with a sync of everybody, after which every cache must equal what its login sees on the server.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.changes import Change, Changeset, FieldConflict
from core.commands.companies import DeleteCompany, EditCompany
from core.commands.contacts import CreateContact, DeleteContacts, EditContact
from core.commands.deals import DeleteDeals, EditDeal, MoveDeal
from core.commands.records import Claim
from core.commands.settle import SendAgain
from core.commands.tasks import CompleteTask, CreateTask, DeleteTask, EditTask
from core.commands.undo import Undo
from core.conflicts import Edited
from core.ids import new_id
from sync import parking
from sync.refusal import Refusal
from tests.sync.reps import Rep, Reps


@pytest.fixture
def ann(reps: Reps) -> Rep:
    return reps.rep("ann")


@pytest.fixture
def ben(reps: Reps) -> Rep:
    return reps.rep("ben")


def both_sync(first: Rep, second: Rep) -> None:
    """The first one is the first at the server; then both see what the other did."""
    first.sync()
    second.sync()
    first.sync()


def soon() -> dt.datetime:
    """A time at which something can be planned."""
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=1)


# --- deleted


def test_an_edit_of_what_was_deleted_waits_until_it_is_given_up(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact = reps.floor.contact("East", 1)
    city = ann.edit(contact, "city")
    ben.do(DeleteContacts(contact_ids=(contact,)))
    both_sync(ben, ann)
    parked = ann.the_question()
    assert (parked.kind, parked.about) == ("gone", ("contacts", contact))
    assert parked.reason == "Łucja Lead East was deleted meanwhile."
    assert not ann.has("contacts", contact)
    assert not parked.can_hand_in
    again = ann.workspace.execute(SendAgain(parked=parked))
    assert not again.applied
    assert len(ann.parked) == 1, "it goes on waiting"
    ann.drop()
    assert ann.history("contacts", contact, parked).note == "Not applied: given up."
    assert any(city in repr(entry.changeset) for entry in ann.workspace.history("contacts", contact))


def test_an_edit_of_what_was_deleted_is_sent_again_once_it_is_restored(
    reps: Reps, ann: Rep, ben: Rep
) -> None:
    contact = reps.floor.contact("East", 1)
    city, said = ann.edit(contact, "city"), ann.call(contact)
    deleted = ben.do(DeleteContacts(contact_ids=(contact,))).changeset
    both_sync(ben, ann)
    assert {parked.kind for parked in ann.parked} == {"gone"}
    assert deleted is not None
    ben.do(Undo(changeset_id=deleted.id))
    both_sync(ben, ann)
    for parked in ann.parked:
        ann.decide(of=parked)
    both_sync(ann, ben)
    assert ann.parked == []
    assert ben.get("contacts", contact).city == city
    assert said in ben.told("contacts", contact)


def test_what_both_deleted_is_agreed_and_nobody_is_asked(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact, other = reps.floor.contact("East", 1), reps.floor.contact("ann", 1)
    deal, task = reps.floor.deal("East"), reps.floor.task("East")
    ben.do(EditContact(contact_id=contact, values={"title": "CEO"}))
    ben.do(DeleteContacts(contact_ids=(contact,)))
    ann.do(DeleteContacts(contact_ids=(contact, other)))
    for rep in (ben, ann):
        rep.do(DeleteTask(task_id=task))
        rep.do(DeleteDeals(deal_ids=(deal,)))
    both_sync(ben, ann)
    assert ann.parked == ben.parked == []
    for table, record_id in (("contacts", contact), ("contacts", other), ("deals", deal), ("tasks", task)):
        assert not ann.has(table, record_id)
        assert not ben.has(table, record_id)


@pytest.mark.parametrize("answer", ["mine", "theirs"])
@pytest.mark.parametrize("table", ["contacts", "deals", "companies", "tasks"])
def test_a_deletion_of_what_was_edited_is_asked(
    reps: Reps, ann: Rep, ben: Rep, table: str, answer: Any
) -> None:
    floor = reps.floor
    record, delete, edit = {
        "contacts": (
            floor.contact("East", 1),
            DeleteContacts(contact_ids=(floor.contact("East", 1),)),
            EditContact(contact_id=floor.contact("East", 1), values={"title": "CEO"}),
        ),
        "deals": (
            floor.deal("East"),
            DeleteDeals(deal_ids=(floor.deal("East"),)),
            EditDeal(deal_id=floor.deal("East"), values={"title": "CEO"}),
        ),
        "companies": (
            floor.company("East"),
            DeleteCompany(company_id=floor.company("East")),
            EditCompany(company_id=floor.company("East"), values={"industry": "CEO"}),
        ),
        "tasks": (
            floor.task("East"),
            DeleteTask(task_id=floor.task("East")),
            EditTask(task_id=floor.task("East"), values={"subject": "CEO"}),
        ),
    }[table]
    if table == "companies":
        ben.do(EditContact(contact_id=floor.contact("East"), values={"company_id": None}))
        ben.do(EditDeal(deal_id=floor.deal("East"), values={"company_id": None}))
        both_sync(ben, ann)
    ann.do(delete)
    ben.do(edit)
    both_sync(ben, ann)
    parked = ann.the_question()
    assert (parked.kind, parked.conflicts[0].who) == ("conflict", floor.user("ben"))
    assert "Ben Berg changed" in parked.reason
    assert "CEO" in [conflict.theirs for conflict in parked.conflicts]
    assert ann.has(table, record)
    ann.decide({"deleted_at": answer})
    both_sync(ann, ben)
    assert ann.parked == []
    assert ann.has(table, record) == ben.has(table, record) == (answer == "theirs")


# --- moved, ticked off


def move(rep: Rep, deal: str, origin: str, target: str, **more: Any) -> MoveDeal:
    return MoveDeal(deal_id=deal, stage_id=rep.stage(target).id, from_stage_id=rep.stage(origin).id, **more)


@pytest.mark.parametrize("answer", ["mine", "theirs", "original", "edited"])
def test_a_deal_that_both_moved_is_asked(reps: Reps, ann: Rep, ben: Rep, answer: Any) -> None:
    deal = reps.floor.deal("East")
    ann.do(move(ann, deal, "New", "Lost", reason="Price"))
    ann.do(EditDeal(deal_id=deal, values={"next_step": "Nothing"}))
    ben.do(move(ben, deal, "New", "Contacted"))
    both_sync(ben, ann)
    asked = ann.asked()
    assert asked["stage_id"] == tuple(ann.stage(name).id for name in ("New", "Lost", "Contacted"))
    assert ann.get("deals", deal).stage_id == ann.stage("Contacted").id
    if answer == "original":
        # Nothing leads back from Contacted to New.
        refused = ann.workspace.execute(SendAgain(parked=ann.the_question(), choices={"stage_id": answer}))
        assert "From Contacted: Qualified, Lost" in refused.reason
        assert len(ann.parked) == 1
        ann.drop()
        return
    ann.decide({"stage_id": Edited(ann.stage("Qualified").id) if answer == "edited" else answer})
    both_sync(ann, ben)
    stage = {"mine": "Lost", "theirs": "Contacted", "edited": "Qualified"}[answer]
    for rep in (ann, ben):
        held = rep.get("deals", deal)
        assert (held.stage_id, held.next_step) == (rep.stage(stage).id, "Nothing")
        assert (held.outcome, held.lost_reason) == (("lost", "Price") if answer == "mine" else ("open", ""))
        assert rep.lost("deals", deal)[0].startswith(f"Stage: {stage} kept, ")
    moves = ben.told("deals", deal, "stage_change")
    assert (
        moves
        == {
            "mine": ["Contacted → LostPrice", "New → Contacted"],
            "theirs": ["New → Contacted"],
            "edited": ["Contacted → Qualified", "New → Contacted"],
        }[answer]
    )


def test_my_move_is_judged_by_the_rules_from_where_the_deal_lies_now(reps: Reps, ann: Rep, ben: Rep) -> None:
    deal = reps.floor.deal("East")
    ann.do(move(ann, deal, "New", "Contacted"))
    ben.do(move(ben, deal, "New", "Lost", reason="Price"))
    both_sync(ben, ann)
    refused = ann.workspace.execute(SendAgain(parked=ann.the_question(), choices={"stage_id": "mine"}))
    assert not refused.applied
    assert "Invalid move: Lost → Contacted. From Lost: New" in refused.reason
    assert len(ann.parked) == 1, "it goes on waiting"
    ann.decide({"stage_id": "original"})
    both_sync(ann, ben)
    assert ben.get("deals", deal).stage_id == ben.stage("New").id


def test_a_deal_that_both_moved_to_the_same_stage_is_there(reps: Reps, ann: Rep, ben: Rep) -> None:
    deal = reps.floor.deal("East")
    for rep in (ann, ben):
        rep.do(move(rep, deal, "New", "Contacted"))
    both_sync(ben, ann)
    assert ann.parked == ben.parked == []
    assert ann.get("deals", deal) == ben.get("deals", deal)


def test_a_task_that_both_ticked_off_is_done(reps: Reps, ann: Rep, ben: Rep) -> None:
    task = reps.floor.task("East")
    for rep in (ann, ben):
        rep.do(CompleteTask(task_id=task))
    both_sync(ben, ann)
    assert ann.parked == ben.parked == []
    assert ann.get("tasks", task) == ben.get("tasks", task)


# --- claimed


def test_of_two_who_claim_the_first_has_it_and_the_others_calls_are_kept_apart(
    reps: Reps, ann: Rep, ben: Rep
) -> None:
    contact, pool = reps.floor.contact("East", 1), reps.floor.book("East")
    ann.do(Claim(table="contacts", ids=(contact,), from_book_id=pool))
    said = [ann.call(contact) for _ in range(2)]
    ann.do(CreateTask(table="contacts", record_id=contact, subject="Call again", due_at=soon()))
    ben.do(Claim(table="contacts", ids=(contact,), from_book_id=pool))
    both_sync(ben, ann)
    assert ben.parked == []
    assert ben.get("contacts", contact).book_id == reps.floor.book("ben")
    assert not ann.has("contacts", contact)
    kept = ann.parked
    assert all(each.kind == "gone" and each.taken_by == "Ben Berg" for each in kept)
    assert all(each.about == ("contacts", contact) and each.can_hand_in for each in kept)
    assert all(said_one in "".join(repr(each.changeset) for each in kept) for said_one in said)
    for each in kept:
        assert ann.hand_in(each) == "Ben Berg"
    ben.sync()
    notes = "\n".join(ben.told("contacts", contact, "note"))
    assert all(said_one in notes for said_one in said)
    assert "Call again" in notes
    assert ann.parked == []


# --- the same person twice


@pytest.mark.parametrize(
    "point",
    [
        {"emails": ({"value": "Ida@Nib.example", "label": "work"},)},
        {"phones": ({"value": "+49 40 123456", "label": "mobile"},)},
    ],
    ids=["e-mail", "phone"],
)
def test_a_person_whom_both_created_stands_twice_and_the_second_is_told(
    reps: Reps, ann: Rep, ben: Rep, point: dict[str, Any]
) -> None:
    mia = reps.rep("mia")
    mine = CreateContact(values={"first_name": "Ida", "last_name": "Quill", **point})
    theirs = CreateContact(values={"first_name": "I.", "last_name": "Quill", **point})
    mia.do(mine)
    ben.do(theirs)
    both_sync(ben, mia)
    assert ben.parked == []
    parked = mia.the_question()
    assert (parked.kind, parked.about) == ("duplicate", ("contacts", mine.contact_id))
    assert parked.other == ("contacts", theirs.contact_id)
    assert mia.has("contacts", mine.contact_id)
    assert mia.has("contacts", theirs.contact_id)
    mia.decide(of=parked)
    both_sync(mia, ben)
    assert mia.parked == []
    assert mia.has("contacts", mine.contact_id)


def test_of_what_was_refused_three_times_for_different_reasons_the_latest_wish_is_asked_about(
    reps: Reps, ann: Rep
) -> None:
    contact = reps.floor.contact("East", 1)
    row = ann.get("contacts", contact)
    refusals = (
        Refusal("rejected", "Not today."),
        Refusal(
            "conflict", "Ben has changed it.",
            (FieldConflict("contacts", contact, "city", "Ulm", "Bonn", "Kiel", None, row.updated_at),),
        ),
        Refusal("rejected", "Not today."),
    )  # fmt: skip
    typed = ("Ulm", "Bonn", "Köln")
    with ann.workspace.database.write() as connection:
        for was, city, refusal in zip((row.city, *typed), typed, refusals, strict=False):
            change = Change("contacts", contact, set={"city": city}, base={"city": was})
            changeset = Changeset(
                new_id(), row.org_id, reps.floor.user("ann"), soon(), "edit_contact", "Edited", (change,)
            )
            parking.park(connection, changeset, refusal, soon())
    assert ann.asked() == {"city": ("Ulm", "Köln", "Kiel")}
    ann.drop()
