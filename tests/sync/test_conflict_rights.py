"""What a rep did offline rests on something that is gone by then: the set-up, another record, the right, the person.

Each test ends with a sync of everybody, after which every cache must equal what its login sees on the server.
"""

from __future__ import annotations

import datetime as dt

import pytest

from core.commands.activities import LogActivity
from core.commands.companies import DeleteCompany
from core.commands.contacts import CreateContact, EditContact
from core.commands.deals import CreateDeal, EditDeal, MoveDeal
from core.commands.pipelines import DeleteStage
from core.commands.records import Assign
from core.commands.settle import SendAgain
from core.commands.sharing import ShareBook, UnshareBook
from core.commands.tasks import CreateTask
from core.conflicts import Edited, contested
from core.errors import Unavailable
from core.parked_text import told
from storage.postgres.audit import erase_person
from storage.postgres.install import as_owner
from sync.scrubbing import Scrubber
from tests.sync.reps import Rep, Reps


@pytest.fixture
def ann(reps: Reps) -> Rep:
    return reps.rep("ann")


@pytest.fixture
def ben(reps: Reps) -> Rep:
    return reps.rep("ben")


def soon() -> dt.datetime:
    """A time at which something can be planned."""
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=1)


# --- a stage that is gone


def test_a_move_to_a_stage_that_was_removed_waits_and_the_deal_stays_where_it_was(
    reps: Reps, ann: Rep
) -> None:
    deal, contacted = reps.floor.deal("East"), ann.stage("Contacted")
    ann.do(MoveDeal(deal_id=deal, stage_id=contacted.id, from_stage_id=ann.stage("New").id))
    ann.do(EditDeal(deal_id=deal, values={"next_step": "Call Ida"}))
    reps.at_the_office("mia", DeleteStage(stage_id=contacted.id))
    ann.sync()
    parked = ann.the_question()
    assert (parked.kind, parked.about, parked.title) == ("gone", ("deals", deal), "East renewal")
    assert parked.reason == "That stage is not there any more."
    held = ann.get("deals", deal)
    assert (held.stage_id, held.next_step) == (ann.stage("New").id, "Call Ida"), "the edit hangs on nothing"
    again = ann.workspace.execute(SendAgain(parked=parked))
    assert not again.applied
    assert len(ann.parked) == 1, "it goes on waiting"
    ann.decide({"stage_id": "theirs"})
    ann.sync()
    assert ann.parked == []
    assert ann.get("deals", deal).stage_id == ann.stage("New").id


def test_a_move_out_of_a_stage_that_was_removed_is_judged_from_where_the_deal_was_put(
    reps: Reps, ann: Rep
) -> None:
    deal = reps.floor.deal("East")
    new, contacted, qualified = (ann.stage(name).id for name in ("New", "Contacted", "Qualified"))
    ann.do(MoveDeal(deal_id=deal, stage_id=contacted, from_stage_id=new))
    ann.sync()
    ann.do(MoveDeal(deal_id=deal, stage_id=qualified, from_stage_id=contacted))
    ann.do(EditDeal(deal_id=deal, values={"next_step": "Call Ida"}))
    reps.at_the_office("mia", DeleteStage(stage_id=contacted, reassign_to=new))
    ann.sync()
    assert ann.asked()["stage_id"] == (contacted, qualified, new)
    assert ann.get("deals", deal).next_step == "Call Ida"
    # What led to the stage that is gone leads on to the next one.
    ann.decide({"stage_id": "mine"})
    ann.sync()
    assert ann.get("deals", deal).stage_id == qualified
    assert ann.lost("deals", deal) == ["Stage: Qualified kept, Mia Moor had New"]


def test_a_new_deal_in_a_stage_that_was_removed_is_put_elsewhere(reps: Reps, ann: Rep, ben: Rep) -> None:
    contacted = ann.stage("Contacted")
    made = CreateDeal(
        pipeline_id=reps.floor.pipeline(), stage_id=contacted.id,
        values={"title": "Bells", "contact_id": reps.floor.contact("East"), "book_id": reps.floor.book("East")},
    )  # fmt: skip
    ann.do(made)
    ann.do(LogActivity(table="deals", record_id=made.deal_id, kind="note", body="Wants three"))
    ann.do(EditDeal(deal_id=made.deal_id, values={"next_step": "Offer"}))
    reps.at_the_office("mia", DeleteStage(stage_id=contacted.id))
    ann.sync()
    parked = ann.the_question()
    assert parked.kind == "gone"
    assert "stage_id" in {conflict.field for conflict in contested(parked)}
    assert not ann.has("deals", made.deal_id)
    ann.decide({"stage_id": Edited(ann.stage("New").id)})
    ann.sync()
    ben.sync()
    held = ben.get("deals", made.deal_id)
    assert (held.stage_id, held.next_step) == (ben.stage("New").id, "Offer")
    assert "Wants three" in ben.told("deals", made.deal_id)


# --- a company that is gone


def _without_company(reps: Reps) -> None:
    """Ben clears away the company of the East, which nobody there belongs to any more."""
    floor = reps.floor
    reps.at_the_office(
        "ben",
        EditContact(contact_id=floor.contact("East"), values={"company_id": None}),
        EditDeal(deal_id=floor.deal("East"), values={"company_id": None}),
        DeleteCompany(company_id=floor.company("East")),
    )


def test_a_new_person_at_a_company_that_was_deleted_waits_with_all_that_hangs_on_them(
    reps: Reps, ann: Rep, ben: Rep
) -> None:
    company = reps.floor.company("East")
    made = CreateContact(
        values={"first_name": "Ida", "company_id": company, "book_id": reps.floor.book("East")}
    )
    ann.do(made)
    said = ann.call(made.contact_id)
    ann.do(CreateTask(table="contacts", record_id=made.contact_id, subject="Call Ida", due_at=soon()))
    deal = CreateDeal(
        pipeline_id=reps.floor.pipeline(),
        values={"title": "Bells", "contact_id": made.contact_id, "book_id": reps.floor.book("East")},
    )
    ann.do(deal)
    title = ann.edit(made.contact_id, "title")
    other = ann.call(reps.floor.contact("East"))
    _without_company(reps)
    ann.sync()
    parked = ann.the_question()
    assert (parked.kind, parked.about, parked.title) == ("gone", ("contacts", made.contact_id), "Ida")
    assert "company" in parked.reason
    assert reps.desks.count(other) == 1, "what does not hang on it went through"
    assert not ann.has("contacts", made.contact_id)
    assert not ann.has("deals", deal.deal_id)
    stays = ann.workspace.execute(SendAgain(parked=parked))
    assert "company" in stays.reason
    ann.decide({"company_id": "original"})
    ann.sync()
    ben.sync()
    assert ann.parked == []
    held = ben.get("contacts", made.contact_id)
    assert (held.first_name, held.title, held.company_id) == ("Ida", title, None)
    assert said in ben.told("contacts", made.contact_id)
    assert ben.get("deals", deal.deal_id).contact_id == made.contact_id
    assert [task.subject for task in ben.planned(made.contact_id)] == ["Call Ida"]


def test_what_was_refused_with_all_that_hangs_on_it_can_be_given_up_as_one(reps: Reps, ann: Rep) -> None:
    made = CreateContact(
        values={
            "first_name": "Ida",
            "company_id": reps.floor.company("East"),
            "book_id": reps.floor.book("East"),
        }
    )
    ann.do(made)
    said = ann.call(made.contact_id)
    _without_company(reps)
    ann.sync()
    assert said in repr(ann.the_question().changeset)
    parked = ann.drop()
    assert ann.parked == []
    assert ann.history("contacts", made.contact_id, parked).note == "Not applied: given up."


def test_an_edit_that_points_to_a_company_that_was_deleted_waits_and_can_go_without_it(
    reps: Reps, ann: Rep, ben: Rep
) -> None:
    contact = reps.floor.contact("East", 1)
    ann.do(EditContact(contact_id=contact, values={"company_id": reps.floor.company("East"), "title": "CEO"}))
    _without_company(reps)
    ann.sync()
    parked = ann.the_question()
    assert (parked.kind, parked.about) == ("gone", ("contacts", contact))
    assert parked.reason == "The company that this contact points to is not there."
    ann.decide({"company_id": "theirs"})
    ann.sync()
    ben.sync()
    held = ben.get("contacts", contact)
    assert (held.title, held.company_id) == ("CEO", None)


# --- a right that is lost


def test_work_on_what_was_handed_over_meanwhile_is_given_to_whoever_has_it(
    reps: Reps, ann: Rep, ben: Rep
) -> None:
    contact = reps.floor.contact("ann")
    title, said = ann.edit(contact, "title"), ann.call(contact)
    reps.at_the_office("mia", Assign(table="contacts", ids=(contact,), book_id=reps.floor.book("ben")))
    ann.sync()
    assert not ann.has("contacts", contact)
    assert ann.workspace.search("Kunde Ann", tables=("contacts",)) == []
    for parked in ann.parked:
        assert (parked.kind, parked.taken_by, parked.can_hand_in) == ("gone", "Ben Berg", True)
        assert parked.about == ("contacts", contact)
        assert "Jörg Kunde Ann" in parked.title
    catalog = ann.workspace.catalog()
    exported = "\n".join(told(parked, catalog) for parked in ann.parked)
    assert title in exported
    assert said in exported
    ann.leave()
    with pytest.raises(Unavailable, match="online"):
        ann.workspace.hand_in(ann.parked[0].id)
    ann.sync()
    for parked in ann.parked:
        assert ann.hand_in(parked) == "Ben Berg"
    assert ann.parked == []
    ben.sync()
    notes = "\n".join(ben.told("contacts", contact, "note"))
    assert title in notes
    assert said in notes
    tasks = [task for task in ben.planned(contact) if task.subject == "Look at what Ann Arndt handed in"]
    assert {task.assignee_id for task in tasks} == {reps.floor.user("ben")}


def test_work_in_a_book_whose_share_was_taken_back_is_given_to_its_owner(reps: Reps, ann: Rep) -> None:
    contact, book = reps.floor.contact("ann"), reps.floor.book("ann")
    ann.do(ShareBook(book_id=book, user_id=reps.floor.user("wim"), can_write=True))
    ann.sync()
    wim = reps.rep("wim")
    title, said = wim.edit(contact, "title"), wim.call(contact)
    ann.do(UnshareBook(book_id=book, user_id=reps.floor.user("wim")))
    ann.sync()
    wim.sync()
    assert not wim.has("contacts", contact)
    assert {(each.kind, each.taken_by, each.can_hand_in) for each in wim.parked} == {
        ("gone", "Ann Arndt", True)
    }
    for parked in wim.parked:
        assert wim.hand_in(parked) == "Ann Arndt"
    ann.sync()
    notes = "\n".join(ann.told("contacts", contact, "note"))
    assert title in notes
    assert said in notes


def test_work_in_a_book_that_is_only_for_looking_by_now_is_given_to_its_owner(reps: Reps, ann: Rep) -> None:
    contact, book = reps.floor.contact("ann"), reps.floor.book("ann")
    ann.do(ShareBook(book_id=book, user_id=reps.floor.user("wim"), can_write=True))
    ann.sync()
    wim = reps.rep("wim")
    title = wim.edit(contact, "title")
    ann.do(ShareBook(book_id=book, user_id=reps.floor.user("wim"), can_write=False))
    ann.sync()
    wim.sync()
    parked = wim.the_question()
    assert (parked.kind, parked.can_hand_in) == ("rejected", True)
    assert parked.reason == "Jörg Kunde Ann belongs to Ann Arndt; you cannot change it."
    assert wim.get("contacts", contact).title != title
    assert wim.hand_in(parked) == "Ann Arndt"
    ann.sync()
    assert title in "\n".join(ann.told("contacts", contact, "note"))


def give_role(reps: Reps, role: str) -> None:
    """Gives Ann a role. Her login's groups are those of the whole server, and stay."""
    operator = reps.floor.operator()
    with as_owner(operator):
        operator.execute("update users set role = %s where id = %s", (role, reps.floor.user("ann")))


def test_work_of_a_rep_who_may_only_look_by_now_is_kept(reps: Reps, ann: Rep) -> None:
    contact = reps.floor.contact("East")
    title, said = ann.edit(contact, "title"), ann.call(contact)
    give_role(reps, "readonly")
    ann.sync()
    kept = ann.parked
    assert {each.kind for each in kept} == {"rejected"}
    assert {each.reason for each in kept} == {
        "Your role is read-only: you can look at everything and change nothing."
    }
    assert ann.get("contacts", contact).title == ""
    assert title in "\n".join(told(each, ann.workspace.catalog()) for each in kept)
    assert said in "\n".join(told(each, ann.workspace.catalog()) for each in kept)
    give_role(reps, "rep")
    ann.sync()
    for each in kept:
        ann.decide(of=each)
    ann.sync()
    assert ann.parked == []
    assert ann.get("contacts", contact).title == title
    assert reps.desks.count(said) == 1


# --- a person who is gone for the law's sake


def all_that_is_written(rep: Rep) -> str:
    """Every value of every table of a cache."""
    with rep.workspace.database.exclusive_writer() as connection:
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return "\n".join(
            repr((table, row)) for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')
        )


def test_unsent_work_about_an_erased_person_goes_from_everywhere(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact, other = reps.floor.contact("East", 1), reps.floor.contact("East")
    words = [ann.edit(contact, "title"), ann.call(contact), ben.edit(contact, "title"), ben.call(contact)]
    kept = ann.call(other)
    ben.sync()
    ann.sync()
    assert ann.parked, "a clash that waits, with both values"
    words.append(ann.call(contact))
    with reps.floor.connect("ada") as admin:
        erase_person(admin, contact)
    reps.desks.ledger.erased.add(("contacts", contact))
    for rep in (ann, ben, ann):
        rep.sync()
    assert ann.parked == ben.parked == []
    assert reps.desks.count(kept) == 1
    for rep in (ann, ben):
        assert not rep.has("contacts", contact)
        scrubber = Scrubber(rep.workspace.cache)
        while scrubber.step():
            pass
        written = all_that_is_written(rep)
        left = [
            line for line in written.split("\n") if any(word in line for word in (*words, "Łucja Lead East"))
        ]
        assert left == []
        assert kept in written
