"""A call that was made cannot be unmade: what others did meanwhile is asked about, and the call is kept either way.

Each test ends with a sync of everybody, after which every cache must equal what its login sees on the server.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.commands.calls import LogCall
from core.commands.contacts import DeleteContacts, EditContact
from core.commands.deals import CreateDeal, DeleteDeals, MoveDeal
from core.commands.pipelines import EditStage
from core.commands.records import Claim
from core.commands.settle import SendAgain
from core.commands.tasks import CompleteTask, CreateTask, DeleteTask, EditTask
from core.commands.undo import Undo
from core.next_step import NextStep
from core.workspace import Subject
from sync.books import CURSOR
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


def in_days(days: float) -> dt.datetime:
    return (dt.datetime.now(dt.UTC) + dt.timedelta(days=days)).replace(microsecond=0)


def callback(days: float = 2) -> NextStep:
    return NextStep("Call back", "call", in_days(days), False)


def log(rep: Rep, contact: str, outcome: str, **values: Any) -> LogCall:
    """Logs a call with a note that there is only one of."""
    token = rep.driven.desk.ledger.token()
    command = LogCall(contact_id=contact, outcome=outcome, note=token, **values)
    rep.do(command, token)
    return command


def notes(rep: Rep, contact: str) -> list[str]:
    return rep.told("contacts", contact, "call")


def a_task(rep: Rep, contact: str, days: float = -1) -> str:
    command = CreateTask(
        table="contacts", record_id=contact, subject="Call", kind="call", due_at=in_days(days)
    )
    rep.do(command)
    return command.task_id


def test_two_reps_who_call_the_same_contact_are_both_told_of(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact = reps.floor.contact("East")
    number = ann.get("contacts", contact).phones[0]["value"]
    before = len(notes(ann, contact))
    for rep in (ann, ben):
        log(rep, contact, "wrong number")
        log(rep, contact, "no answer")
        log(rep, contact, "do not call")
    both_sync(ben, ann)
    assert ann.parked == ben.parked == []
    assert sorted(notes(ann, contact)) == sorted(notes(ben, contact))
    assert len(notes(ann, contact)) == before + 6
    assert ann.get("contacts", contact).do_not_call
    assert ben.get("contacts", contact).phones == (
        {"value": number, "label": "mobile", "bad": "wrong number"},
    )


@pytest.mark.parametrize("answer", ["mine", "theirs"])
def test_a_number_that_two_reps_found_bad_for_different_reasons_is_asked(
    reps: Reps, ann: Rep, ben: Rep, answer: Any
) -> None:
    contact = reps.floor.contact("East")
    log(ben, contact, "not in service")
    said = log(ann, contact, "wrong number").note
    both_sync(ben, ann)
    assert list(ann.asked()) == ["phones"]
    assert said in notes(ann, contact), "it stays in the timeline of who logged it while it waits"
    assert said not in notes(ben, contact)
    ann.decide({"phones": answer})
    both_sync(ann, ben)
    assert ann.parked == []
    assert said in notes(ben, contact)
    why = {"mine": "wrong number", "theirs": "not in service"}[answer]
    assert ben.get("contacts", contact).phones[0]["bad"] == why


@pytest.mark.parametrize("answer", ["mine", "theirs"])
def test_a_call_is_kept_whatever_becomes_of_the_lead_status(
    reps: Reps, ann: Rep, ben: Rep, answer: Any
) -> None:
    contact = reps.floor.contact("East", 1)
    ann.do(EditContact(contact_id=contact, values={"lead_status": "New"}))
    both_sync(ann, ben)
    ben.do(EditContact(contact_id=contact, values={"lead_status": "Customer"}))
    said = log(ann, contact, "interested").note
    both_sync(ben, ann)
    assert ann.asked() == {"lead_status": ("New", "Connected", "Customer")}
    assert said in notes(ann, contact)
    ann.decide({"lead_status": answer})
    both_sync(ann, ben)
    assert ann.parked == []
    assert said in notes(ben, contact)
    assert ben.get("contacts", contact).lead_status == {"mine": "Connected", "theirs": "Customer"}[answer]
    assert [task.subject for task in ann.planned(contact)] == ["Send what they asked for"]


def test_a_call_is_kept_when_its_deal_was_moved_meanwhile(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact = reps.floor.contact("East", 1)
    first, second, third = (ann.stage(name) for name in ("New", "Contacted", "Qualified"))
    made = CreateDeal(
        pipeline_id=reps.floor.pipeline(),
        values={"title": "Desk", "contact_id": contact, "book_id": ann.get("contacts", contact).book_id},
    )
    ann.do(made)
    both_sync(ann, ben)
    ben.do(MoveDeal(deal_id=made.deal_id, stage_id=second.id, from_stage_id=first.id))
    ben.do(MoveDeal(deal_id=made.deal_id, stage_id=third.id, from_stage_id=second.id))
    said = log(ann, contact, "meeting booked", deal_id=made.deal_id, next_step=callback()).note
    both_sync(ben, ann)
    assert ann.asked()["stage_id"] == (first.id, second.id, third.id)
    # Back is no move of this pipeline: it goes on waiting, and stays where it was logged.
    again = ann.workspace.execute(SendAgain(parked=ann.the_question(), choices={"stage_id": "mine"}))
    assert again.reason == "Invalid move: Qualified → Contacted. From Qualified: Proposal, Lost"
    assert said in notes(ann, contact)
    ann.decide({"stage_id": "theirs"})
    both_sync(ann, ben)
    assert ann.parked == []
    assert said in notes(ben, contact)
    assert said in ben.told("deals", made.deal_id, "call")
    assert ben.get("deals", made.deal_id).stage_id == third.id
    assert [task.subject for task in ann.planned(contact)] == ["Call back"]


@pytest.mark.parametrize("answer", ["mine", "theirs"])
def test_a_call_is_kept_when_its_deal_was_lost_meanwhile(reps: Reps, ann: Rep, ben: Rep, answer: Any) -> None:
    ada = reps.rep("ada")
    contact, first = reps.floor.contact("East", 1), ann.stage("New")
    ada.do(EditStage(stage_id=ann.stage("Lost").id, values={"next_stage_ids": (ann.stage("Contacted").id,)}))
    made = CreateDeal(
        pipeline_id=reps.floor.pipeline(),
        values={"title": "Desk", "contact_id": contact, "book_id": ann.get("contacts", contact).book_id},
    )
    ann.do(made)
    both_sync(ada, ann)
    both_sync(ann, ben)
    lost = ben.stage("Lost").id
    ben.do(MoveDeal(deal_id=made.deal_id, stage_id=lost, from_stage_id=first.id, reason="Price"))
    said = log(ann, contact, "meeting booked", deal_id=made.deal_id, next_step=callback()).note
    both_sync(ben, ann)
    ann.decide({"stage_id": answer})
    both_sync(ann, ben)
    assert ann.parked == []
    assert said in notes(ben, contact)
    mine = ann.stage("Contacted").id
    assert ben.get("deals", made.deal_id).stage_id == (mine if answer == "mine" else lost)


def test_a_task_that_both_have_done_is_done_and_nobody_is_asked(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact = reps.floor.contact("East", 1)
    task = a_task(ann, contact)
    both_sync(ann, ben)
    ben.do(CompleteTask(task_id=task))
    said = log(ann, contact, "interested", task_id=task).note
    both_sync(ben, ann)
    assert ann.parked == []
    assert said in notes(ben, contact)
    assert ann.get("tasks", task).done_at is not None


@pytest.mark.parametrize("answer", ["mine", "theirs"])
def test_a_task_that_was_put_off_here_and_done_there_is_asked(
    reps: Reps, ann: Rep, ben: Rep, answer: Any
) -> None:
    contact = reps.floor.contact("East", 1)
    task = a_task(ann, contact)
    both_sync(ann, ben)
    ben.do(CompleteTask(task_id=task))
    said = log(ann, contact, "no answer", task_id=task).note
    both_sync(ben, ann)
    assert list(ann.asked()) == ["done_at"]
    assert said in notes(ann, contact)
    ann.decide({"done_at": answer})
    both_sync(ann, ben)
    assert ann.parked == []
    assert said in notes(ben, contact)
    assert (ben.get("tasks", task).done_at is None) == (answer == "mine")
    assert [open_.id for open_ in ann.planned(contact)] == ([task] if answer == "mine" else [])


@pytest.mark.parametrize("answer", ["mine", "theirs"])
def test_a_task_that_was_put_off_by_both_is_asked(reps: Reps, ann: Rep, ben: Rep, answer: Any) -> None:
    contact = reps.floor.contact("East", 1)
    task = a_task(ann, contact)
    both_sync(ann, ben)
    theirs, mine = in_days(9), callback()
    ben.do(EditTask(task_id=task, values={"due_at": theirs}))
    said = log(ann, contact, "no answer", task_id=task, next_step=mine).note
    both_sync(ben, ann)
    ann.decide({"due_at": answer})
    both_sync(ann, ben)
    assert ann.parked == []
    assert said in notes(ben, contact)
    assert ben.get("tasks", task).due_at == (mine.due_at if answer == "mine" else theirs)


def test_what_was_agreed_on_stays_planned_when_the_task_was_deleted(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact = reps.floor.contact("East", 1)
    task = a_task(ann, contact)
    both_sync(ann, ben)
    ben.do(DeleteTask(task_id=task))
    step = callback()
    said = log(ann, contact, "no answer", task_id=task, next_step=step).note
    both_sync(ben, ann)
    assert ann.the_question().kind == "gone"
    assert said in notes(ann, contact)
    ann.decide()
    both_sync(ann, ben)
    assert ann.parked == []
    assert said in notes(ben, contact)
    assert [(one.subject, one.due_at) for one in ann.planned(contact)] == [("Call back", step.due_at)]


def test_a_call_about_a_deal_that_was_deleted_is_sent_without_it(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact = reps.floor.contact("East", 1)
    made = CreateDeal(
        pipeline_id=reps.floor.pipeline(),
        values={"title": "Desk", "contact_id": contact, "book_id": ann.get("contacts", contact).book_id},
    )
    ann.do(made)
    both_sync(ann, ben)
    ben.do(DeleteDeals(deal_ids=(made.deal_id,)))
    said = log(ann, contact, "meeting booked", deal_id=made.deal_id, next_step=callback()).note
    both_sync(ben, ann)
    assert said in notes(ann, contact)
    ann.decide()
    both_sync(ann, ben)
    assert ann.parked == []
    assert said in notes(ben, contact)
    assert [one.subject for one in ann.planned(contact)] == ["Call back"]


def test_a_call_to_who_was_taken_over_is_handed_in_to_who_has_them_now(
    reps: Reps, ann: Rep, ben: Rep
) -> None:
    contact = reps.floor.contact("East", 1)
    ben.do(Claim(table="contacts", ids=(contact,)))
    said = log(ann, contact, "interested").note
    both_sync(ben, ann)
    parked = ann.the_question()
    assert (parked.kind, parked.taken_by, parked.can_hand_in) == ("gone", "Ben Berg", True)
    assert ann.hand_in(parked) == "Ben Berg"
    both_sync(ann, ben)
    assert any(said in text for text in ben.told("contacts", contact))


def test_a_call_to_who_was_deleted_is_sent_again_once_they_are_restored(
    reps: Reps, ann: Rep, ben: Rep
) -> None:
    contact = reps.floor.contact("East", 1)
    deleted = ben.do(DeleteContacts(contact_ids=(contact,))).changeset
    said = log(ann, contact, "do not call").note
    both_sync(ben, ann)
    assert ann.the_question().kind == "gone"
    assert deleted is not None
    ben.do(Undo(changeset_id=deleted.id))
    both_sync(ben, ann)
    assert said in notes(ann, contact), "it waits where it was logged"
    ann.decide()
    both_sync(ann, ben)
    assert said in notes(ben, contact)


def test_what_waits_is_filtered_and_paged_with_the_rest_of_the_timeline(
    reps: Reps, ann: Rep, ben: Rep
) -> None:
    contact = reps.floor.contact("East")
    log(ben, contact, "not in service")
    said = log(ann, contact, "wrong number").note
    later = log(ann, contact, "no answer", follow_up=False).note
    both_sync(ben, ann)
    subject = Subject("contacts", contact)
    first, second, *_ = ann.workspace.timeline(subject, kinds=("call",), limit=2)
    assert [first.activity.body, second.activity.body] == [later, said]
    assert second.activity.data["waits"] == ann.the_question().id
    assert second.contact == ann.get("contacts", contact).name
    place = (first.activity.occurred_at, first.activity.id)
    assert ann.workspace.timeline(subject, before=place, limit=1)[0].activity.body == said
    assert said not in [e.activity.body for e in ann.workspace.timeline(subject, kinds=("note",))]
    ann.decide({"phones": "theirs"})


def test_a_call_is_sent_again_only_once_it_is_known_what_a_restored_server_has(
    reps: Reps, ann: Rep, ben: Rep
) -> None:
    contact = reps.floor.contact("East")
    log(ben, contact, "not in service")
    said = log(ann, contact, "wrong number").note
    both_sync(ben, ann)
    # As when the server says that it is another one: nothing that is here is known to be there.
    with ann.workspace.cache.truth() as truth:
        truth.set(CURSOR, "")
    again = ann.workspace.execute(SendAgain(parked=ann.the_question(), choices={"phones": "mine"}))
    assert again.reason.endswith("what is here is being compared with it. Decide when that is done.")
    assert said in notes(ann, contact), "it goes on waiting"
    ann.sync()
    ann.decide({"phones": "mine"})
    both_sync(ann, ben)
    assert said in notes(ben, contact)


def test_a_call_that_waits_counts_as_one_that_was_made(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact, since = reps.floor.contact("East"), in_days(-1)

    def counted() -> tuple[int, int, int]:
        now = in_days(0) + dt.timedelta(minutes=1)
        [callee] = ann.workspace.callees([contact], now)
        return callee.attempts, len(callee.calls_today), ann.workspace.call_stats(since, now).dials

    attempts, today, dials = counted()
    log(ben, contact, "not in service")
    log(ann, contact, "wrong number")
    both_sync(ben, ann)
    # Two calls were made to them, one of them by Ann, which waits.
    ann.the_question()
    assert counted() == (attempts + 2, today + 2, dials + 1)
    ann.decide({"phones": "theirs"})
    both_sync(ann, ben)
    assert counted() == (attempts + 2, today + 2, dials + 1)
