"""Two reps, offline, at the same records: which rule holds for which conflict, as the table in docs/sync.md says.

Each test ends with a sync of everybody, after which every cache must equal what its login sees on the server.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.commands.activities import LogActivity
from core.commands.contacts import EditContact
from core.commands.deals import EditDeal
from core.commands.pipelines import EditStage
from core.commands.records import TagRecords
from core.commands.tasks import EditTask
from core.conflicts import Edited
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


# --- one record, other fields


def test_edits_of_other_fields_of_one_record_both_stand_and_nobody_is_asked(
    reps: Reps, ann: Rep, ben: Rep
) -> None:
    contact = reps.floor.contact("East")
    city, title = ann.edit(contact, "city"), ben.edit(contact, "title")
    both_sync(ben, ann)
    assert ann.parked == ben.parked == []
    for rep in (ann, ben):
        held = rep.get("contacts", contact)
        assert (held.city, held.title) == (city, title)
        assert len(rep.told("contacts", contact, "edited")) == 2
        assert not any(entry.note for entry in rep.workspace.history("contacts", contact))


def test_the_same_value_for_the_same_field_is_agreed_and_nobody_is_asked(
    reps: Reps, ann: Rep, ben: Rep
) -> None:
    contact = reps.floor.contact("East")
    for rep in (ann, ben):
        rep.do(EditContact(contact_id=contact, values={"city": "Kiel"}))
    both_sync(ben, ann)
    assert ann.parked == ben.parked == []
    assert ann.get("contacts", contact).city == ben.get("contacts", contact).city == "Kiel"
    assert ann.get("contacts", contact).updated_by == reps.floor.user("ben"), "it was there already"


# --- the same field


@pytest.mark.parametrize("answer", ["mine", "theirs", "original", "edited", "dropped"])
def test_two_values_for_one_field_are_asked_and_the_loser_stays_readable(
    reps: Reps, ann: Rep, ben: Rep, answer: Any
) -> None:
    contact = reps.floor.contact("East")
    ann.do(EditContact(contact_id=contact, values={"title": "CFO"}))
    both_sync(ann, ben)
    ann.do(EditContact(contact_id=contact, values={"title": "CEO", "source": "fair"}))
    ben.do(EditContact(contact_id=contact, values={"title": "CTO"}))
    both_sync(ben, ann)
    parked = ann.the_question()
    assert ben.parked == []
    assert (parked.kind, parked.about, parked.title) == ("conflict", ("contacts", contact), "Jörg Kunde East")
    [conflict] = parked.conflicts
    assert (conflict.base, conflict.mine, conflict.theirs) == ("CFO", "CEO", "CTO")
    assert (conflict.who, conflict.when) == (
        reps.floor.user("ben"),
        ben.get("contacts", contact).updated_at,
    )
    assert "Ben Berg changed Title of Jörg Kunde East meanwhile: it is “CTO” now." in parked.reason
    assert ann.get("contacts", contact).title == "CTO"
    assert ann.history("contacts", contact, parked).note == f"Not applied: {parked.reason}"

    lost: list[str] = []
    if answer == "dropped":
        ann.drop()
        kept, note = "CTO", "Not applied: given up."
    else:
        ann.decide({"title": Edited("COO") if answer == "edited" else answer})
        note = "Not applied at first; sent again."
        kept, told = {
            "mine": ("CEO", "Title: CEO kept, Ben Berg had CTO"),
            "theirs": ("CTO", "Title: CTO kept, Ann Arndt had CEO"),
            "original": ("CFO", "Title: CFO kept, Ben Berg had CTO, Ann Arndt had CEO"),
            "edited": ("COO", "Title: COO kept, Ben Berg had CTO, Ann Arndt had CEO"),
        }[answer]
        lost = [told]
    both_sync(ann, ben)
    assert ann.parked == ben.parked == []
    assert ann.history("contacts", contact, parked).note == note
    for rep in (ann, ben):
        assert rep.get("contacts", contact).title == kept
        assert rep.get("contacts", contact).source == ("" if answer == "dropped" else "fair")
        assert rep.lost("contacts", contact) == lost


def test_keeping_theirs_where_that_was_all_is_told_and_changes_nothing(
    reps: Reps, ann: Rep, ben: Rep
) -> None:
    contact = reps.floor.contact("East")
    mine, theirs = ann.edit(contact, "title"), ben.edit(contact, "title")
    both_sync(ben, ann)
    parked = ann.the_question()
    before = ben.get("contacts", contact)
    ann.decide({"title": "theirs"})
    both_sync(ann, ben)
    assert ben.get("contacts", contact) == before
    assert ann.history("contacts", contact, parked).note == "Not applied: the other value was kept."
    for rep in (ann, ben):
        assert rep.lost("contacts", contact) == [f"Title: {theirs} kept, Ann Arndt had {mine}"]


def test_what_was_decided_is_asked_again_if_it_was_changed_once_more_meanwhile(
    reps: Reps, ann: Rep, ben: Rep
) -> None:
    contact = reps.floor.contact("East")
    mine = ann.edit(contact, "title")
    ben.edit(contact, "title")
    both_sync(ben, ann)
    ann.decide({"title": "mine"})
    newer = ben.edit(contact, "title")
    both_sync(ben, ann)
    assert ann.asked()["title"][1:] == (mine, newer)
    ann.decide({"title": "mine"})
    both_sync(ann, ben)
    assert ben.get("contacts", contact).title == mine


def test_three_edits_of_one_field_are_one_question(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact = reps.floor.contact("East")
    was = ann.get("contacts", contact).title
    first, second, third = (ann.edit(contact, "title") for _ in range(3))
    said = ann.call(contact)
    theirs = ben.edit(contact, "title")
    both_sync(ben, ann)
    assert ann.asked() == {"title": (was, third, theirs)}
    assert reps.desks.count(said) == 1, "the call hangs on nothing"

    def notes() -> dict[str, str]:
        entries = ann.workspace.history("contacts", contact)
        return {entry.changeset.changes[0].set.get("title", ""): entry.note for entry in entries}

    along = "Not applied: it went along with an earlier change that had to wait."
    assert notes()[first].startswith("Not applied: Ben Berg changed Title")
    assert notes()[second] == notes()[third] == along
    ann.decide({"title": "mine"})
    assert notes()[first] == "Not applied at first; sent again."
    assert notes()[second] == along, "which is true of what was decided, too"
    both_sync(ann, ben)
    assert ben.get("contacts", contact).title == third
    assert ben.lost("contacts", contact) == [f"Title: {third} kept, Ben Berg had {theirs}"]


# --- fields that hang together


def test_an_amount_and_its_currency_are_one_question(reps: Reps, ann: Rep, ben: Rep) -> None:
    deal = reps.floor.deal("East")
    ann.do(EditDeal(deal_id=deal, values={"value_minor": 150_000, "next_step": "Call"}))
    ben.do(EditDeal(deal_id=deal, values={"currency": "USD"}))
    both_sync(ben, ann)
    assert set(ann.asked()) == {"value_minor", "currency"}
    ann.decide({"value_minor": "mine", "currency": "mine"})
    both_sync(ann, ben)
    held = ben.get("deals", deal)
    assert (held.value_minor, held.currency, held.next_step) == (150_000, "EUR", "Call")


def test_the_parts_of_an_address_are_asked_together(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact = reps.floor.contact("East")
    ann.do(EditContact(contact_id=contact, values={"address": "Am Markt 1", "postal_code": "24103"}))
    ben.do(EditContact(contact_id=contact, values={"postal_code": "20095", "title": "CEO"}))
    both_sync(ben, ann)
    assert set(ann.asked()) == {"address", "postal_code"}
    ann.decide({"address": "theirs", "postal_code": "theirs"})
    both_sync(ann, ben)
    held = ben.get("contacts", contact)
    assert (held.address, held.postal_code, held.title) == ("", "20095", "CEO")


def test_a_task_is_not_due_on_one_day_at_the_time_of_another(reps: Reps, ann: Rep, ben: Rep) -> None:
    task = reps.floor.task("East")
    due = ann.get("tasks", task).due_at
    ann.do(EditTask(task_id=task, values={"due_at": due + dt.timedelta(days=1)}))
    ben.do(EditTask(task_id=task, values={"all_day": True, "subject": "Call at noon"}))
    both_sync(ben, ann)
    assert set(ann.asked()) == {"due_at", "all_day"}
    ann.decide({"due_at": "mine"})
    both_sync(ann, ben)
    held = ben.get("tasks", task)
    assert (held.due_at, held.all_day, held.subject) == (due + dt.timedelta(days=1), False, "Call at noon")


# --- lists


def test_tags_mails_and_phones_of_both_are_there(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact = reps.floor.contact("East")
    was = ann.get("contacts", contact)
    for rep, name in ((ann, "ann"), (ben, "ben")):
        rep.do(TagRecords(table="contacts", ids=(contact,), add=(name,)))
        email = {"value": f"{name}@kunde.example", "label": "work"}
        phone = {"value": f"+493040000{len(name)}{name == 'ann':d}", "label": "home"}
        rep.do(
            EditContact(
                contact_id=contact, values={"emails": (*was.emails, email), "phones": (*was.phones, phone)}
            )
        )
    both_sync(ben, ann)
    assert ann.parked == ben.parked == []
    for rep in (ann, ben):
        held = rep.get("contacts", contact)
        assert set(held.tags) == {"vip", "ann", "ben"}
        assert len(held.emails) == len(held.phones) == 3
        assert (held.emails[0], held.phones[0]) == (was.emails[0], was.phones[0])


def test_two_labels_for_one_number_are_asked(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact = reps.floor.contact("East")
    [phone] = ann.get("contacts", contact).phones
    other = {"value": "+4930400001", "label": "work"}
    ann.do(EditContact(contact_id=contact, values={"phones": ({**phone, "label": "home"},)}))
    ben.do(EditContact(contact_id=contact, values={"phones": ({**phone, "label": "work"}, other)}))
    both_sync(ben, ann)
    assert set(ann.asked()) == {"phones"}
    ann.decide({"phones": "mine"})
    both_sync(ann, ben)
    assert ben.get("contacts", contact).phones == ({**phone, "label": "home"}, other)


def test_the_next_stages_that_two_managers_add_are_all_there(reps: Reps) -> None:
    mia, ada = reps.rep("mia"), reps.rep("ada")
    new = mia.stage("New")
    for rep, name in ((mia, "Qualified"), (ada, "Proposal")):
        rep.do(
            EditStage(stage_id=new.id, values={"next_stage_ids": (*new.next_stage_ids, rep.stage(name).id)})
        )
    both_sync(ada, mia)
    assert mia.parked == ada.parked == []
    for rep in (mia, ada):
        names = {rep.workspace.catalog().stage(to).name for to in rep.stage("New").next_stage_ids}
        assert names == {"Contacted", "Lost", "Qualified", "Proposal"}


def test_what_was_said_is_only_ever_added(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact = reps.floor.contact("East")
    said = [rep.call(contact) for rep in (ann, ben, ann, ben)]
    meeting = LogActivity(table="contacts", record_id=contact, kind="meeting", body="Met at the fair")
    ann.do(meeting)
    both_sync(ben, ann)
    assert ann.parked == ben.parked == []
    for rep in (ann, ben):
        assert {*said, "Met at the fair"} <= set(rep.told("contacts", contact))
