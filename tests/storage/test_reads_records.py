"""What stands around one record: its page, timeline, tasks and history."""

from __future__ import annotations

import datetime as dt

import pytest

from core.commands.activities import EditActivity, LogActivity, RetractActivity
from core.commands.companies import DeleteCompany
from core.commands.contacts import DeleteContacts, EditContact
from core.commands.deals import DeleteDeals, EditDeal, MoveDeal
from core.commands.tasks import CompleteTask, CreateTask, DeleteTask
from core.commands.undo import Undo
from core.errors import NotFound
from core.ids import new_id
from core.workspace import Subject
from storage.bulk import load_rows

STORES = ("solo", "postgresql")


def log(office, table, record_id, body, *, kind="note", ago=0.0):
    command = LogActivity(
        table=table, record_id=record_id, kind=kind, body=body,
        occurred_at=office.clock.now - dt.timedelta(hours=ago) if ago else None,
    )  # fmt: skip
    office.do(command)
    return command.activity_id


def told(office, table, record_id, **window):
    """What people wrote in a timeline, newest first."""
    kinds = window.pop("kinds", ("note", "call", "email", "meeting"))
    entries = office.workspace.timeline(Subject(table, record_id), kinds=kinds, **window)
    return [entry.activity.body for entry in entries]


def task(office, table, record_id, subject, *, days=1, **more):
    due = office.clock.now + dt.timedelta(days=days)
    command = CreateTask(table=table, record_id=record_id, subject=subject, due_at=due, **more)
    office.do(command)
    return command.task_id


@pytest.fixture
def firm(office):
    """A company with two contacts, one of them with a deal: (office, company, ann, bob, deal)."""
    ann = office.contact("Ann", company="Acme")
    bob = office.contact("Bob", company="Acme")
    deal = office.deal("Robots", contact_id=ann)
    return office, office.get("contacts", ann).company_id, ann, bob, deal


# --- timelines -----------------------------------------------------------------------------------------------------


def test_a_timeline_tells_what_happened_newest_first(office):
    ann = office.contact("Ann")
    for n, ago in enumerate((3, 1, 2)):
        log(office, "contacts", ann, f"note {n}", ago=ago)
    assert told(office, "contacts", ann) == ["note 1", "note 2", "note 0"]
    entries = office.workspace.timeline(Subject("contacts", ann))
    assert [entry.activity.kind for entry in entries] == ["created", "note", "note", "note"]
    assert told(office, "contacts", ann, kinds=("call",)) == []
    assert not any(entry.edited for entry in entries)
    assert {entry.contact for entry in entries} == {"Ann"}


def test_a_contact_a_deal_and_a_company_tell_their_own_story(firm):
    office, company, ann, bob, deal = firm
    log(office, "contacts", ann, "ann", ago=4)
    log(office, "contacts", bob, "bob", ago=3)
    log(office, "deals", deal, "deal", ago=2)
    log(office, "companies", company, "company", ago=1)
    assert told(office, "deals", deal) == ["deal"]
    assert told(office, "contacts", ann) == ["deal", "ann"]
    assert told(office, "contacts", bob) == ["bob"]
    assert told(office, "companies", company) == ["company", "deal", "bob", "ann"]
    (entry,) = office.workspace.timeline(Subject("deals", deal), kinds=("note",))
    assert (entry.contact, entry.deal) == ("Ann", "Robots")


def test_a_deal_brings_its_story_to_a_new_contact_and_company(firm):
    office, company, ann, bob, deal = firm
    log(office, "deals", deal, "deal")
    office.do(EditDeal(deal_id=deal, values={"contact_id": bob}))
    assert told(office, "contacts", bob) == ["deal"]
    assert told(office, "contacts", ann) == ["deal"], "she was the one who was spoken to"
    office.do(EditContact(contact_id=ann, values={}, company_name="Beta"))
    beta = office.get("contacts", ann).company_id
    assert told(office, "companies", beta) == ["deal"]
    assert told(office, "companies", company) == ["deal"]


def test_an_entry_is_told_as_it_was_last_written(office):
    ann = office.contact("Ann")
    first = log(office, "contacts", ann, "teh note")
    edit = office.do(EditActivity(activity_id=first, values={"body": "the note"}))
    (entry,) = office.workspace.timeline(Subject("contacts", ann), kinds=("note",))
    assert (entry.activity.body, entry.edited) == ("the note", True)
    gone = office.do(RetractActivity(activity_id=entry.activity.id))
    assert told(office, "contacts", ann) == []
    office.do(Undo(changeset_id=gone.changeset.id))
    assert told(office, "contacts", ann) == ["the note"]
    assert edit.changeset.changes[0].id != first


def test_a_timeline_is_read_page_by_page_without_gap_or_repeat(office):
    ann = office.contact("Ann")
    start = office.clock.now
    notes = [
        {
            "id": new_id(), "book_id": new_id(), "kind": ("note", "call")[n % 2], "body": str(n), "contact_id": ann,
            "occurred_at": start + dt.timedelta(minutes=n // 4),
        }
        for n in range(50)
    ]  # fmt: skip
    load_rows(office.workspace, {"activities": notes})
    expected = [n["id"] for n in sorted(notes, key=lambda n: (n["occurred_at"], n["id"]), reverse=True)]
    for kinds in (("note", "call"), ("note",)):
        seen: list[str] = []
        before = None
        while page := office.workspace.timeline(
            Subject("contacts", ann), kinds=kinds, before=before, limit=7
        ):
            assert len(page) <= 7
            seen += [entry.activity.id for entry in page]
            before = (page[-1].activity.occurred_at, page[-1].activity.id)
        kept = {note["id"] for note in notes if note["kind"] in kinds}
        assert seen == [entry for entry in expected if entry in kept]


def test_there_is_no_timeline_of_a_task(office):
    with pytest.raises(NotFound, match="contacts, deals and companies"):
        office.workspace.timeline(Subject("tasks", "x"))
    assert office.workspace.timeline(Subject("contacts", "nobody")) == []


# --- pages ---------------------------------------------------------------------------------------------------------


def test_a_contacts_page_holds_all_about_them(firm):
    office, company, ann, _bob, deal = firm
    other = office.deal("Older", contact_id=ann)
    newer = office.deal("Newer", contact_id=ann)
    office.do(
        MoveDeal(
            deal_id=newer, stage_id=office.stage("Lost").id, from_stage_id=office.stage("New").id, reason="x"
        )
    )
    later, soon = task(office, "contacts", ann, "later", days=2), task(office, "deals", deal, "soon")
    done = task(office, "contacts", ann, "done")
    office.do(CompleteTask(task_id=done))
    log(office, "contacts", ann, "hello", kind="call")
    page = office.workspace.page("contacts", ann)
    assert page.contact == office.get("contacts", ann)
    assert page.company == office.get("companies", company)
    assert page.deal is None
    assert [one.id for one in page.deals] == [other, deal, newer], "open ones first, then the newest"
    assert [one.id for one in page.tasks] == [soon, later]
    assert page.contacts == ()
    assert page.counts == {"created": 4, "call": 1, "stage_change": 1, "task_done": 1}


def test_a_deals_page_holds_the_people_and_the_other_deals(firm):
    office, company, ann, bob, deal = firm
    other = office.deal("Other", contact_id=bob)
    page = office.workspace.page("deals", deal)
    assert (page.deal.id, page.contact.id, page.company.id) == (deal, ann, company)
    assert [line.id for line in page.contacts] == [ann, bob]
    assert [one.id for one in page.deals] == [other]
    assert page.counts == {"created": 1}


def test_a_companys_page_holds_its_people_deals_and_tasks(firm):
    office, company, _ann, bob, deal = firm
    task_id = task(office, "contacts", bob, "call Bob")
    page = office.workspace.page("companies", company)
    assert (page.company.id, page.contact, page.deal) == (company, None, None)
    assert [line.first_name for line in page.contacts] == ["Ann", "Bob"]
    assert [one.id for one in page.deals] == [deal]
    assert [one.id for one in page.tasks] == [task_id]


def test_a_page_does_without_what_is_not_there(office):
    deal = office.deal("Bare")
    page = office.workspace.page("deals", deal)
    assert (page.contact, page.company, page.deals, page.contacts, page.tasks) == (None, None, (), (), ())
    for table, record_id in (
        ("deals", "nothing"),
        ("tasks", deal),
        ("sqlite_master", deal),
        ("contacts", deal),
    ):
        with pytest.raises(NotFound):
            office.workspace.page(table, record_id)


def test_there_is_no_page_of_what_was_deleted(firm):
    office, company, ann, bob, deal = firm
    office.do(DeleteDeals(deal_ids=(deal,)))
    with pytest.raises(NotFound, match="deal is not there any more"):
        office.workspace.page("deals", deal)
    office.do(DeleteContacts(contact_ids=(ann, bob)))
    assert office.workspace.page("companies", company).contacts == ()
    office.do(DeleteCompany(company_id=company))
    with pytest.raises(NotFound, match="company is not there any more"):
        office.workspace.page("companies", company)
    assert office.get("companies", company).name == "Acme"


# --- tasks ---------------------------------------------------------------------------------------------------------


def test_tasks_come_in_the_order_in_which_they_are_due(firm):
    office, company, _ann, bob, deal = firm
    task(office, "companies", company, "third", days=3)
    task(office, "deals", deal, "first", days=-1)
    second = task(office, "contacts", bob, "second", days=2)
    lines = office.workspace.tasks()
    assert [(line.task.subject, line.about) for line in lines] == [
        ("first", "Ann"), ("second", "Bob"), ("third", "Acme"),
    ]  # fmt: skip
    now = office.clock.now
    assert [line.task.subject for line in office.workspace.tasks(due_before=now)] == ["first"]
    assert [line.task.subject for line in office.workspace.tasks(limit=2)] == ["first", "second"]
    assert office.workspace.tasks(assignee_id="somebody else") == []
    assert len(office.workspace.tasks(assignee_id=office.catalog.me.id)) == 3
    office.do(DeleteTask(task_id=second))
    assert [line.task.subject for line in office.workspace.tasks()] == ["first", "third"]


def test_done_tasks_are_listed_only_when_asked_for(office):
    deal = office.deal("Without a contact")
    ids = [task(office, "deals", deal, str(days), days=days) for days in (1, 2, 3)]
    for task_id in ids[:2]:
        office.do(CompleteTask(task_id=task_id))
    assert [(line.task.subject, line.about) for line in office.workspace.tasks()] == [
        ("3", "Without a contact")
    ]
    assert [line.task.subject for line in office.workspace.tasks(done=True)] == ["2", "1"]


# --- history and undo ----------------------------------------------------------------------------------------------


def test_the_history_of_a_record_tells_who_did_what(office):
    ann = office.contact("Ann")
    office.contact("Bob")
    edit = office.do(EditContact(contact_id=ann, values={"title": "CEO"}))
    entries = office.workspace.history("contacts", ann)
    assert [entry.changeset.summary for entry in entries] == ["Edited Ann", "Created Ann"]
    told = entries[0].changeset
    assert (told.id, told.user_id, told.at) == (edit.changeset.id, edit.changeset.user_id, edit.changeset.at)
    # On the team's server what else a changeset did may be none of one's business.
    assert [c for c in told.changes if c.id == ann] == [c for c in edit.changeset.changes if c.id == ann]
    office.do(Undo(changeset_id=edit.changeset.id))
    entries = office.workspace.history("contacts", ann)
    assert [entry.undone for entry in entries] == [False, True, False]
    assert len(office.workspace.history("contacts", ann, limit=1)) == 1
    assert office.workspace.history("contacts", "nobody") == []


def undo(office):
    changeset = office.workspace.undoable()
    assert changeset is not None
    office.do(Undo(changeset_id=changeset.id))
    return changeset.summary


def test_undo_goes_back_step_by_step_and_never_to_the_founding(office):
    assert office.workspace.undoable() is None
    ann = office.contact("Ann")
    for title in ("one", "two"):
        office.do(EditContact(contact_id=ann, values={"title": title}))
    titles = []
    while office.workspace.undoable():
        undo(office)
        titles.append(office.get("contacts", ann).title)
    assert titles == ["one", "", ""]
    assert office.get("contacts", ann).deleted_at is not None


def test_undo_can_go_past_what_stays(office):
    ann = office.contact("Ann")
    first, second = (
        office.do(EditContact(contact_id=ann, values={name: "x"})).changeset for name in ("title", "city")
    )
    assert office.workspace.undoable() == second
    assert office.workspace.undoable([second.id]) == first
    assert office.workspace.undoable([second.id, first.id]).summary == "Created Ann"


def test_what_was_done_again_can_be_undone_again(office):
    ann = office.contact("Ann")
    office.do(EditContact(contact_id=ann, values={"title": "CEO"}))
    summary = undo(office)
    undone = office.workspace.history("contacts", ann)[0].changeset
    office.do(Undo(changeset_id=undone.id))
    assert office.get("contacts", ann).title == "CEO"
    again = office.workspace.undoable()
    assert again.undoes == undone.id
    assert summary in again.summary
    undo(office)
    assert office.get("contacts", ann).title == ""
    assert undo(office) == "Created Ann"


def test_what_cannot_be_taken_back_is_passed_over(office):
    ann = office.contact("Ann")
    load_rows(office.workspace, {"contacts": [{"id": new_id(), "book_id": office.catalog.my_book.id}]})
    assert office.workspace.undoable().summary == "Created Ann"
    assert office.get("contacts", ann).deleted_at is None
