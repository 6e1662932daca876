"""What a server did not take is decided by a person and done again: nothing is overwritten unseen, nothing is dropped unasked."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.changes import FieldConflict, Status
from core.commands.activities import LogActivity
from core.commands.calls import LogCall
from core.commands.companies import DeleteCompany
from core.commands.contacts import CreateContact, DeleteContacts, EditContact
from core.commands.deals import CreateDeal, DeleteDeals, EditDeal, MoveDeal
from core.commands.pipelines import AddStage, DeleteStage
from core.commands.records import Claim, TagRecords
from core.commands.settle import SendAgain
from core.commands.setup import DefineField
from core.commands.tasks import CompleteTask, CreateTask, EditTask
from core.commands.undo import Undo
from core.conflicts import Edited, asked, contested, offered_for
from core.entities import Activity, Company, Contact, Deal, Task
from core.errors import Invalid, NotFound, Refused
from core.parked import Parked
from tests.core.office import open_office

FIELDS = ("first_name", "title", "source", "city", "postal_code", "description")
edits = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["", "a", "b", "c"]), max_size=5)
sides = st.sampled_from(["mine", "theirs", "original", Edited("typed")])


def park(office, done, *, kind="conflict", title="Lena", **more):
    """What becomes of work that was done without a network and reaches the server now."""
    answer = office.bob.apply(done)
    assert not answer.applied
    return Parked(done.id, kind, done, "Not taken.", office.store.now, answer.conflicts, title=title, **more)


def offline(office, *commands):
    """Several commands as one, as Bob decided them before the others did anything."""
    done = [office.bob.decide(command) for command in commands]
    changes = tuple(change for each in done for change in each.changes)
    return dataclasses.replace(done[0], changes=changes)


def lost(office, **about):
    """What the timeline keeps of values that lost."""
    return [entry.data["fields"] for entry in office.bob.timeline(kind="conflict", **about)]


# --- fields


@given(theirs=edits, mine=edits, data=st.data())
def test_each_field_gets_what_was_decided_and_the_loser_stays_readable(theirs, mine, data):
    office = open_office()
    lena = office.contact(office.bob, "Lena", title="a", city="b", description="c", last_name="Petrov")
    base = {name: getattr(lena, name) for name in FIELDS}
    mine = {name: value for name, value in mine.items() if value != base[name]}
    done = office.bob.decide(EditContact(contact_id=lena.id, values=mine))
    office.max.run(EditContact(contact_id=lena.id, values=theirs))
    answer = office.bob.apply(done)
    wanted = base | theirs | mine
    if not answer.applied:
        choices = {conflict.field: data.draw(sides, label=conflict.field) for conflict in answer.conflicts}
        values = {"mine": base | mine, "theirs": base | theirs, "original": base}
        for name, choice in choices.items():
            wanted[name] = choice.value if isinstance(choice, Edited) else values[choice][name]
        parked = Parked(done.id, "conflict", done, "", office.store.now, answer.conflicts, title="Lena")
        command = SendAgain(parked=parked, choices=choices)
        assert command.settles == done.id != command.id
        office.bob.run(command)
        assert lost(office) == [
            {
                name: {
                    "mine": values["mine"][name],
                    "theirs": values["theirs"][name],
                    "kept": wanted[name],
                }
                for name in choices
                if values["mine"][name] != values["theirs"][name]
            }
        ]
    after = office.bob.get(Contact, lena.id)
    assert {name: getattr(after, name) for name in FIELDS} == wanted


def test_the_timeline_says_which_value_was_kept_and_whose_was_not(office):
    lena = office.contact(office.bob, title="CTO", source="fair", city="Ulm")
    done = office.bob.decide(
        EditContact(contact_id=lena.id, values={"title": "CFO", "source": "ad", "city": "Bonn"})
    )
    office.max.run(EditContact(contact_id=lena.id, values={"title": "CEO", "source": "web", "city": "Kiel"}))
    parked = park(office, done)
    choices = {"title": "mine", "source": "theirs", "city": Edited("Köln")}
    answer = office.bob.run(SendAgain(parked=parked, choices=choices))
    assert answer.summary == "Decided Lena: City edited, Source theirs, Title mine"
    (entry,) = office.bob.timeline(kind="conflict", contact_id=lena.id)
    assert entry.body.splitlines() == [
        "City: Köln kept, Max had Kiel, Bob had Bonn",
        "Source: web kept, Bob had ad",
        "Title: CFO kept, Max had CEO",
    ]


def test_what_is_changed_once_more_is_a_conflict_once_more(office):
    lena = office.contact(office.bob, title="CTO")
    done = office.bob.decide(EditContact(contact_id=lena.id, values={"title": "CFO"}))
    office.max.run(EditContact(contact_id=lena.id, values={"title": "CEO"}))
    parked = park(office, done)
    office.max.run(EditContact(contact_id=lena.id, values={"title": "Chair"}))
    answer = office.bob.execute(SendAgain(parked=parked, choices={"title": "mine"}))
    assert answer.status is Status.CONFLICT
    (conflict,) = answer.conflicts
    assert (conflict.base, conflict.mine, conflict.theirs) == ("CEO", "CFO", "Chair")
    again = dataclasses.replace(parked, changeset=answer.changeset, conflicts=answer.conflicts)
    office.bob.run(SendAgain(parked=again, choices={"title": "mine"}))
    assert office.bob.get(Contact, lena.id).title == "CFO"


def test_all_theirs_changes_nothing_but_what_the_timeline_tells(office):
    lena = office.contact(office.bob, title="CTO")
    done = office.bob.decide(EditContact(contact_id=lena.id, values={"title": "CFO"}))
    office.max.run(EditContact(contact_id=lena.id, values={"title": "CEO"}))
    settled = office.bob.run(SendAgain(parked=park(office, done), choices={"title": "theirs"}))
    assert [(change.table, change.set["kind"]) for change in settled.changes] == [("activities", "conflict")]
    assert office.bob.told(contact_id=lena.id)[-1] == "Title: CEO kept, Bob had CFO"
    assert "edited" not in {entry.kind for entry in office.bob.timeline(user_id=office.bob.user_id)}


def test_a_field_that_nobody_decided_is_not_overwritten(office):
    lena = office.contact(office.bob, title="CTO", source="fair")
    done = office.bob.decide(EditContact(contact_id=lena.id, values={"title": "x", "source": "x"}))
    office.max.run(EditContact(contact_id=lena.id, values={"title": "CEO", "source": "web"}))
    parked = park(office, done)
    with pytest.raises(ValueError, match="nothing was decided about source"):
        office.bob.decide(SendAgain(parked=parked, choices={"title": "mine"}))


def test_a_typed_value_is_checked_like_any_other(office):
    lena = office.contact(office.bob, country="DE")
    done = office.bob.decide(EditContact(contact_id=lena.id, values={"country": "FR"}))
    office.max.run(EditContact(contact_id=lena.id, values={"country": "IT"}))
    parked = park(office, done)
    with pytest.raises(Invalid) as refusal:
        office.bob.decide(SendAgain(parked=parked, choices={"country": Edited("Nowhere")}))
    assert set(refusal.value.fields) == {"country"}


def test_an_amount_goes_with_its_currency(office):
    deal = office.deal(office.bob, value_minor=100_00)
    done = office.bob.decide(EditDeal(deal_id=deal.id, values={"value_minor": 300_00}))
    office.max.run(EditDeal(deal_id=deal.id, values={"value_minor": 200_00, "currency": "USD"}))
    parked = park(office, done, title=deal.title)
    assert [conflict.field for conflict in asked(parked.conflicts)] == ["value_minor"]
    office.bob.run(SendAgain(parked=parked, choices={"value_minor": "mine"}))
    now = office.bob.get(Deal, deal.id)
    assert (now.value_minor, now.currency) == (300_00, "EUR")
    assert office.bob.told(deal_id=deal.id, kind="conflict") == ["Value: €300.00 kept, Max had $200.00"]


def test_a_custom_field_is_decided_like_any_other(office):
    office.ann.run(DefineField(entity="contacts", label="Tier"))
    lena = office.contact(office.bob, **{"custom.tier": "gold"})
    done = office.bob.decide(EditContact(contact_id=lena.id, values={"custom.tier": "tin", "city": "Bonn"}))
    office.max.run(EditContact(contact_id=lena.id, values={"custom.tier": "silver"}))
    office.bob.run(SendAgain(parked=park(office, done), choices={"custom.tier": "original"}))
    now = office.bob.get(Contact, lena.id)
    assert (now.custom, now.city) == ({"tier": "gold"}, "Bonn")
    assert office.bob.told(kind="conflict") == ["Tier: gold kept, Max had silver, Bob had tin"]


def test_my_label_of_a_number_costs_none_that_they_added(office):
    def phone(value, label):
        return {"value": value, "label": label}

    lena = office.contact(office.bob, phones=[phone("+493012345", "work")])
    done = office.bob.decide(
        EditContact(contact_id=lena.id, values={"phones": [phone("+493012345", "main")]})
    )
    theirs = [phone("+493012345", "mobile"), phone("+493067890", "home")]
    office.max.run(EditContact(contact_id=lena.id, values={"phones": theirs}))
    office.bob.run(SendAgain(parked=park(office, done), choices={"phones": "mine"}))
    assert [(p["value"], p["label"]) for p in office.bob.get(Contact, lena.id).phones] == [
        ("+493012345", "main"), ("+493067890", "home"),
    ]  # fmt: skip


def test_a_task_is_due_when_the_person_who_was_asked_says(office):
    lena, day = office.contact(office.bob), office.store.now
    create = CreateTask(table="contacts", record_id=lena.id, subject="Call", due_at=day)
    office.bob.run(create)
    done = office.bob.decide(EditTask(task_id=create.task_id, values={"due_at": day.replace(day=21)}))
    office.max.run(EditTask(task_id=create.task_id, values={"due_at": day.replace(day=20), "all_day": True}))
    parked = park(office, done, title="Call")
    office.bob.run(SendAgain(parked=parked, choices={"due_at": "mine"}))
    task = office.bob.get(Task, create.task_id)
    assert (task.due_at, task.all_day) == (day.replace(day=21), False)
    assert len(lost(office, contact_id=lena.id)) == 1


# --- moves


def move(office, deal, to, reason="Price"):
    return MoveDeal(deal_id=deal.id, stage_id=office.stage(to).id, from_stage_id=deal.stage_id, reason=reason)


def test_my_move_goes_by_the_rules_from_where_theirs_ended(office):
    deal = office.deal(office.bob)
    done = office.bob.decide(move(office, deal, "Lost"))
    office.pass_time(hours=1)
    office.max.run(move(office, deal, "Contacted"))
    parked = park(office, done, title=deal.title)
    assert [conflict.field for conflict in asked(parked.conflicts)] == ["stage_id"]
    office.bob.run(SendAgain(parked=parked, choices={"stage_id": "mine"}))
    now = office.bob.get(Deal, deal.id)
    assert (now.stage_id, now.lost_reason, now.stage_since) == (
        office.stage("Lost").id, "Price", office.store.now,
    )  # fmt: skip
    assert office.bob.told(deal_id=deal.id, kind="stage_change") == ["New → Contacted", "Contacted → Lost"]
    assert office.bob.told(deal_id=deal.id, kind="conflict") == ["Stage: Lost kept, Max had Contacted"]


def test_a_move_that_the_rules_do_not_know_from_there_says_what_they_do_know(office):
    deal = office.deal(office.bob)
    done = office.bob.decide(move(office, deal, "Contacted"))
    office.max.run(move(office, deal, "Lost"))
    parked = park(office, done, title=deal.title)
    allowed = office.stage("Lost").next_stage_ids
    if office.stage("Contacted").id in allowed:
        pytest.skip("these rules know it")
    with pytest.raises(Refused, match="Invalid move: Lost → Contacted"):
        office.bob.decide(SendAgain(parked=parked, choices={"stage_id": "mine"}))
    office.bob.run(SendAgain(parked=parked, choices={"stage_id": "original"}))
    assert office.bob.get(Deal, deal.id).outcome == "open"


def test_their_stage_and_my_edit_of_the_same_deal_both_stand(office):
    deal = office.deal(office.bob)
    done = offline(
        office, move(office, deal, "Contacted"), EditDeal(deal_id=deal.id, values={"next_step": "Send offer"})
    )
    office.max.run(move(office, deal, "Lost"))
    parked = park(office, done, title=deal.title)
    office.bob.run(SendAgain(parked=parked, choices={"stage_id": "theirs"}))
    now = office.bob.get(Deal, deal.id)
    assert (now.stage_id, now.next_step) == (office.stage("Lost").id, "Send offer")
    assert office.bob.told(deal_id=deal.id, kind="stage_change") == ["New → Lost"]


def test_a_stage_that_was_removed_meanwhile_is_chosen_anew(office):
    add = AddStage(pipeline_id=office.pipeline_id, name="Trial")
    office.ann.run(add)
    trial = office.stage("Trial")
    create = CreateDeal(pipeline_id=office.pipeline_id, stage_id=trial.id, values={"title": "Beta"})
    done = office.bob.decide(create)
    office.ann.run(DeleteStage(stage_id=trial.id))
    parked = Parked(done.id, "rejected", done, "That stage is gone.", office.store.now, title="Beta")
    assert [one.field for one in contested(parked)] == ["stage_id"]
    with pytest.raises(Refused, match="Choose another one"):
        office.bob.decide(SendAgain(parked=parked))
    choice = Edited(office.stage("New").id)
    office.bob.run(SendAgain(parked=parked, choices={"stage_id": choice}))
    assert office.bob.get(Deal, create.deal_id).stage_id == office.stage("New").id


def test_a_new_person_at_a_company_that_is_gone_goes_to_another_one_that_is_there(office):
    acme, beta = office.company(office.bob), office.company(office.bob, "Beta")
    create = CreateContact(values={"first_name": "Ida", "company_id": acme.id})
    done = office.bob.decide(create)
    office.max.run(DeleteCompany(company_id=acme.id))
    parked = Parked(done.id, "gone", done, "Acme was deleted.", office.store.now, title="Ida")
    for wrong in (acme.id, "zq400x"):
        with pytest.raises(NotFound, match="The company that this contact belongs to is not there"):
            office.bob.decide(SendAgain(parked=parked, choices={"company_id": Edited(wrong)}))
    office.bob.run(SendAgain(parked=parked, choices={"company_id": Edited(beta.id)}))
    assert office.bob.get(Contact, create.contact_id).company_id == beta.id


# --- what goes along


def test_a_call_that_was_logged_is_never_lost_over_a_field(office):
    lena = office.contact(office.bob, title="CTO")
    done = offline(
        office,
        EditContact(contact_id=lena.id, values={"title": "CFO"}),
        LogActivity(table="contacts", record_id=lena.id, kind="call", body="Wants a quote"),
        CreateTask(
            table="contacts", record_id=lena.id, subject="Send it", due_at=office.store.now + dt.timedelta(1)
        ),
        TagRecords(table="contacts", ids=(lena.id,), add=("vip",)),
    )
    office.max.run(EditContact(contact_id=lena.id, values={"title": "CEO"}))
    office.bob.run(SendAgain(parked=park(office, done), choices={"title": "theirs"}))
    now = office.bob.get(Contact, lena.id)
    assert (now.title, now.tags) == ("CEO", ("vip",))
    assert [entry.body for entry in office.bob.timeline(contact_id=lena.id, kind="call")] == ["Wants a quote"]
    assert [task.subject for task in office.store.live(Task)] == ["Send it"]


def test_a_company_that_was_made_by_the_way_keeps_its_id(office):
    lena = office.contact(office.bob, title="CTO")
    done = office.bob.decide(EditContact(contact_id=lena.id, values={"title": "CFO"}, company_name="Gamma"))
    (gamma,) = [change.id for change in done.changes if change.table == "companies"]
    office.max.run(EditContact(contact_id=lena.id, values={"title": "CEO"}))
    office.bob.run(SendAgain(parked=park(office, done), choices={"title": "mine"}))
    assert office.bob.get(Contact, lena.id).company_id == gamma
    assert office.bob.get(Company, gamma).name == "Gamma"


def test_work_on_what_was_refused_waits_until_that_is_decided(office):
    create = CreateDeal(pipeline_id=office.pipeline_id, values={"title": "Beta"})
    made = office.bob.decide(create)
    before = dict(office.store.rows["deals"])
    office.bob.apply(made)
    note = office.bob.decide(LogActivity(table="deals", record_id=create.deal_id, kind="note", body="Hm"))
    office.store.rows["deals"] = before
    office.store.rows["activities"].clear()
    deal = Parked(made.id, "rejected", made, "No.", office.store.now, title="Beta")
    parked = Parked(note.id, "gone", note, "No such deal.", office.store.now, title="Beta")
    with pytest.raises(NotFound, match="The deal that this activity belongs to is not there"):
        office.bob.decide(SendAgain(parked=parked))
    office.bob.run(SendAgain(parked=deal))
    office.bob.run(SendAgain(parked=parked))
    assert [entry.body for entry in office.bob.timeline(deal_id=create.deal_id, kind="note")] == ["Hm"]


def test_what_was_refused_for_a_reason_that_is_gone_is_sent_as_it_was(office):
    lena = office.contact(office.bob, title="CTO")
    done = office.bob.decide(EditContact(contact_id=lena.id, values={"title": "CFO", "city": "Bonn"}))
    parked = Parked(done.id, "rejected", done, "The server was not in the mood.", office.store.now)
    sent = office.bob.run(SendAgain(parked=parked))
    assert sent.summary == done.summary
    now = office.bob.get(Contact, lena.id)
    assert (now.title, now.city) == ("CFO", "Bonn")
    assert lost(office) == []


def test_a_value_that_was_refused_is_left_out_or_typed_anew(office):
    lena = office.contact(office.bob, title="CTO")
    done = office.bob.decide(EditContact(contact_id=lena.id, values={"title": "CFO", "city": "Bonn"}))
    parked = Parked(done.id, "rejected", done, "", office.store.now, fields={"title": "No such title."})
    office.bob.run(SendAgain(parked=parked, choices={"title": "original", "city": Edited("Köln")}))
    now = office.bob.get(Contact, lena.id)
    assert (now.title, now.city) == ("CTO", "Köln")


def test_what_is_out_of_sight_says_who_has_it(office):
    lena = office.contact(office.bob, title="CTO")
    done = office.bob.decide(EditContact(contact_id=lena.id, values={"title": "CFO"}))
    office.max.run(DeleteContacts(contact_ids=(lena.id,)))
    parked = park(office, done, kind="gone", taken_by="Eve")
    with pytest.raises(NotFound, match=r"out of your sight\. Eve has it now"):
        office.bob.decide(SendAgain(parked=parked))


# --- what stands or falls as a whole


def test_a_deletion_stands_or_falls_with_all_that_it_takes_along(office):
    other = office.company(office.bob, "Beta")
    deal = office.deal(office.bob)
    office.bob.run(
        CreateTask(
            table="deals", record_id=deal.id, subject="Call", due_at=office.store.now + dt.timedelta(1)
        )
    )
    done = office.bob.decide(DeleteDeals(deal_ids=(deal.id,)))
    office.max.run(EditDeal(deal_id=deal.id, values={"company_id": other.id}))
    parked = park(office, done, title=deal.title)
    assert offered_for(parked) == {"mine", "theirs"}
    (question,) = asked(parked.conflicts)[:1]
    kept = office.bob.decide(
        SendAgain(parked=parked, choices={one.field: "theirs" for one in parked.conflicts})
    )
    assert {change.table for change in kept.changes} <= {"activities"}
    office.bob.run(SendAgain(parked=parked, choices={one.field: "mine" for one in parked.conflicts}))
    assert question.table == "deals"
    assert office.store.live(Deal) == office.store.live(Task) == []


def test_of_two_who_claimed_the_same_the_second_can_only_let_go(office):
    lena = office.contact(office.bob, book_id=office.pool)
    done = office.bob.decide(Claim(table="contacts", ids=(lena.id,)))
    office.max.run(Claim(table="contacts", ids=(lena.id,)))
    parked = park(office, done, taken_by="Max")
    with pytest.raises(Refused):
        office.bob.decide(SendAgain(parked=parked, choices={"book_id": "mine"}))
    office.bob.run(SendAgain(parked=parked, choices={"book_id": "theirs"}))
    assert office.bob.get(Contact, lena.id).book_id == office.book(office.max)
    assert len(office.bob.timeline(kind="claimed")) == 1


def test_two_claims_in_one_are_decided_one_by_one(office):
    lena, omar = (office.contact(office.bob, name, book_id=office.pool) for name in ("Lena", "Omar"))
    done = office.bob.decide(Claim(table="contacts", ids=(lena.id, omar.id)))
    office.max.run(Claim(table="contacts", ids=(lena.id,)))
    parked = park(office, done, taken_by="Max")
    office.bob.run(SendAgain(parked=parked, choices={"book_id": "theirs"}))
    assert office.bob.get(Contact, lena.id).book_id == office.book(office.max)
    assert office.bob.get(Contact, omar.id).book_id == office.book(office.bob)
    claimed = [entry.contact_id for entry in office.bob.timeline(kind="claimed")]
    assert claimed == [lena.id, omar.id]


def test_a_task_that_two_ticked_off_at_once_is_no_question(office):
    lena = office.contact(office.bob)
    create = CreateTask(
        table="contacts", record_id=lena.id, subject="Call", due_at=office.store.now + dt.timedelta(1)
    )
    office.bob.run(create)
    done = office.bob.decide(CompleteTask(task_id=create.task_id))
    parked = Parked(done.id, "rejected", done, "Once more.", office.store.now)
    office.bob.run(SendAgain(parked=parked))
    assert office.bob.get(Task, create.task_id).done_at is not None
    assert office.bob.told(contact_id=lena.id, kind="task_done") == ["Call"]


def test_an_undo_does_not_go_over_what_somebody_did_since(office):
    lena = office.contact(office.bob, title="CTO")
    edited = office.bob.run(EditContact(contact_id=lena.id, values={"title": "CFO"}))
    done = office.bob.decide(Undo(changeset_id=edited.id))
    office.max.run(EditContact(contact_id=lena.id, values={"title": "CEO"}))
    parked = park(office, done)
    assert offered_for(parked) == {"theirs"}
    with pytest.raises(ValueError, match="cannot be decided as mine"):
        office.bob.decide(SendAgain(parked=parked, choices={"title": "mine"}))
    assert office.bob.decide(SendAgain(parked=parked, choices={"title": "theirs"})).changes == ()


def test_both_of_a_pair_are_kept_where_a_person_says_so(office):
    done = office.bob.decide(EditContact(contact_id=office.contact(office.bob).id, values={"city": "Bonn"}))
    twin = office.contact(office.max)
    parked = Parked(
        done.id, "duplicate", done, "", office.store.now, title="Lena", other=("contacts", twin.id)
    )
    assert office.bob.decide(SendAgain(parked=parked)).changes == ()


# --- and back


def test_a_decision_is_taken_back_like_any_other_change(office):
    lena = office.contact(office.bob, title="CTO")
    done = office.bob.decide(EditContact(contact_id=lena.id, values={"title": "CFO"}))
    office.max.run(EditContact(contact_id=lena.id, values={"title": "CEO"}))
    settled = office.bob.run(SendAgain(parked=park(office, done), choices={"title": "mine"}))
    undone = office.bob.undo(settled)
    assert office.bob.get(Contact, lena.id).title == "CEO"
    (kept,) = lost(office)
    assert kept == {"title": {"mine": "CFO", "theirs": "CEO", "kept": "CFO"}}
    office.bob.undo(undone)
    assert office.bob.get(Contact, lena.id).title == "CFO"
    assert office.store.live(Activity)


def test_why_a_deal_was_lost_stays_readable_when_the_move_is_given_up(office):
    """A move that joined another brings words along that nobody clashed over."""
    deal = office.deal(office.bob)
    done = office.bob.decide(move(office, deal, "Lost", reason="Too dear"))
    office.max.run(move(office, deal, "Contacted"))
    held = park(office, done, title=deal.title)
    held = dataclasses.replace(
        held, conflicts=tuple(one for one in held.conflicts if one.field != "lost_reason")
    )
    office.bob.run(SendAgain(parked=held, choices={"stage_id": "theirs"}))
    assert office.bob.get(Deal, deal.id).lost_reason == ""
    (kept,) = lost(office, deal_id=deal.id)
    assert kept["lost_reason"] == {"mine": "Too dear", "theirs": "", "kept": ""}
    (entry,) = office.bob.timeline(kind="conflict", deal_id=deal.id)
    assert "had Too dear" in entry.body


def test_a_decision_that_was_refused_for_another_reason_still_tells_what_lost(office):
    lena = office.contact(office.bob, title="CTO")
    done = office.bob.decide(EditContact(contact_id=lena.id, values={"title": "CFO"}))
    office.max.run(EditContact(contact_id=lena.id, values={"title": "CEO"}))
    settled = office.bob.decide(SendAgain(parked=park(office, done), choices={"title": "mine"}))
    refused = Parked(settled.id, "rejected", settled, "Not today.", office.store.now, title="Lena")
    office.bob.run(SendAgain(parked=refused))
    assert lost(office) == [{"title": {"mine": "CFO", "theirs": "CEO", "kept": "CFO"}}]


def test_what_is_left_of_a_referral_by_somebody_who_was_erased_can_be_sent_again(office):
    lena = office.contact(office.bob)
    call = LogCall(contact_id=lena.id, outcome="referred", referral={"name": "Ida Ihm"})
    done = office.bob.decide(call)
    # Nothing of the work may be about the erased person; what is about others is decided as ever.
    left = tuple(change for change in done.changes if change.set.get("first_name") == "Ida")
    waits = Parked(
        done.id, "gone", dataclasses.replace(done, changes=left), "", office.store.now, title="Ida"
    )
    office.bob.run(SendAgain(parked=waits))
    assert office.bob.get(Contact, call.referral_id).last_name == "Ihm"


def test_who_is_to_be_tried_again_already_is_not_planned_once_more_by_what_waited(office):
    lena = office.contact(office.bob)
    done = office.bob.decide(LogCall(contact_id=lena.id, outcome="no answer", note="Rang out"))
    office.bob.run(LogCall(contact_id=lena.id, outcome="busy"))
    refused = Parked(done.id, "rejected", done, "Not today.", office.store.now, title="Lena")
    office.bob.run(SendAgain(parked=refused))
    assert sorted(entry.body for entry in office.bob.timeline(kind="call")) == ["", "Rang out"]
    assert len([task for task in office.store.live(Task) if task.priority == "low"]) == 1


def test_why_a_deal_was_lost_is_told_where_somebody_else_has_lost_it_meanwhile(office):
    deal, lost_stage = office.deal(office.bob), office.stage("Lost")
    move = {"deal_id": deal.id, "stage_id": lost_stage.id, "from_stage_id": deal.stage_id}
    done = office.bob.decide(MoveDeal(**move, reason="Price"))
    office.bob.run(MoveDeal(**move, reason="Timing"))
    refused = Parked(done.id, "gone", done, "Not today.", office.store.now, title="Acme")
    office.bob.run(SendAgain(parked=refused))
    assert office.store.get(Deal, deal.id).lost_reason == "Timing"
    assert lost(office) == [{"lost_reason": {"mine": "Price", "theirs": "Timing", "kept": "Timing"}}]


def test_of_two_who_lost_a_deal_both_reasons_are_told(office):
    deal, stage = office.deal(office.bob), office.stage("Lost")
    move = {"deal_id": deal.id, "stage_id": stage.id, "from_stage_id": deal.stage_id}
    done = office.bob.decide(MoveDeal(**move, reason="Price"))
    office.max.run(MoveDeal(**move, reason="Timing"))
    waits = park(office, done)
    # Bob had moved it elsewhere first: he is asked about the stage as well, on which they agree by now.
    about_stage = FieldConflict("deals", deal.id, "stage_id", deal.stage_id, stage.id, stage.id, None, None)
    waits = dataclasses.replace(waits, conflicts=(*waits.conflicts, about_stage))
    office.bob.run(SendAgain(parked=waits, choices={one.field: "theirs" for one in asked(waits.conflicts)}))
    assert office.store.get(Deal, deal.id).lost_reason == "Timing"
    [entry] = office.bob.timeline(kind="conflict")
    assert "Timing kept, Bob had Price" in f"{entry.subject}{entry.body}"
