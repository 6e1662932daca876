"""Two people changed the same field: what a person decides about it is what happens, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.changes import Status
from core.commands.companies import DeleteCompany, EditCompany
from core.commands.contacts import DeleteContacts, EditContact
from core.commands.deals import DeleteDeals, EditDeal, MoveDeal, SwitchPipeline
from core.commands.pipelines import CreatePipeline
from core.commands.records import TagRecords
from core.commands.setup import DefineField
from core.commands.tasks import CompleteTask, CreateTask, DeleteTask, EditTask
from core.commands.undo import Undo
from core.conflicts import Edited, asked, offered, resolve
from core.entities import RECORDS, Contact, Deal, Task
from tests.core.office import open_office

FIELDS = ("first_name", "title", "source", "city", "postal_code", "description")
edits = st.dictionaries(st.sampled_from(FIELDS), st.sampled_from(["", "a", "b", "c"]), max_size=5)
sides = st.sampled_from(["mine", "theirs", "original", Edited("typed")])


def clash(office, command):
    """What a command meets that was made before a colleague's."""
    answer = office.bob.execute(command)
    assert answer.status is Status.CONFLICT
    return answer.conflicts


@given(theirs=edits, mine=edits, data=st.data())
def test_each_field_gets_the_value_that_was_decided_for_it(theirs, mine, data):
    office = open_office()
    before = office.contact(office.bob, "Lena", title="a", city="b", description="c", last_name="Petrov")
    base = {name: getattr(before, name) for name in FIELDS}
    mine = {name: value for name, value in mine.items() if value != base[name]}
    office.max.run(EditContact(contact_id=before.id, values=theirs))
    command = EditContact(contact_id=before.id, values=mine, expected=base)
    answer = office.bob.execute(command)
    wanted = base | theirs | mine
    if not answer.applied:
        choices = {conflict.field: data.draw(sides, label=conflict.field) for conflict in answer.conflicts}
        values = {"mine": base | mine, "theirs": base | theirs, "original": base}
        for name, choice in choices.items():
            wanted[name] = choice.value if isinstance(choice, Edited) else values[choice][name]
        again = resolve(command, answer.conflicts, choices)
        assert (again is None) <= (wanted == base | theirs)
        if again is not None:
            assert again.id != command.id
            office.bob.run(again)
    after = office.bob.get(Contact, before.id)
    assert {name: getattr(after, name) for name in FIELDS} == wanted


def test_what_is_changed_once_more_is_asked_once_more(office):
    lena = office.contact(office.bob, title="CTO")
    office.max.run(EditContact(contact_id=lena.id, values={"title": "CEO"}))
    command = EditContact(contact_id=lena.id, values={"title": "CFO"}, expected={"title": "CTO"})
    again = resolve(command, clash(office, command), {"title": "mine"})
    office.max.run(EditContact(contact_id=lena.id, values={"title": "Chair"}))
    (conflict,) = clash(office, again)
    assert (conflict.base, conflict.mine, conflict.theirs) == ("CEO", "CFO", "Chair")
    office.bob.run(resolve(again, [conflict], {"title": "mine"}))
    assert office.bob.get(Contact, lena.id).title == "CFO"


def test_keeping_theirs_leaves_nothing_to_do(office):
    lena = office.contact(office.bob, title="CTO")
    office.max.run(EditContact(contact_id=lena.id, values={"title": "CEO"}))
    command = EditContact(contact_id=lena.id, values={"title": "CFO"}, expected={"title": "CTO"})
    assert resolve(command, clash(office, command), {"title": "theirs"}) is None


def test_a_field_that_nobody_decided_is_not_overwritten(office):
    lena = office.contact(office.bob, title="CTO", source="fair")
    office.max.run(EditContact(contact_id=lena.id, values={"title": "CEO", "source": "web"}))
    command = EditContact(
        contact_id=lena.id, values={"title": "x", "source": "x"}, expected={"title": "CTO", "source": "fair"}
    )
    with pytest.raises(ValueError, match="nothing was decided about source"):
        resolve(command, clash(office, command), {"title": "mine"})


def test_a_custom_field_is_decided_like_any_other(office):
    office.ann.run(DefineField(entity="contacts", label="Tier"))
    office.ann.run(DefineField(entity="contacts", label="Size"))
    lena = office.contact(office.bob, **{"custom.tier": "gold"})
    office.max.run(EditContact(contact_id=lena.id, values={"custom.tier": "silver"}))
    command = EditContact(
        contact_id=lena.id,
        values={"custom": {"tier": "tin", "size": "L"}},
        expected={"custom.tier": "gold"},
    )
    conflicts = clash(office, command)
    office.bob.run(resolve(command, conflicts, {"custom.tier": "theirs"}))
    assert office.bob.get(Contact, lena.id).custom == {"tier": "silver", "size": "L"}
    command = EditContact(contact_id=lena.id, values={"custom.tier": "tin"}, expected={"custom.tier": "gold"})
    office.bob.run(resolve(command, clash(office, command), {"custom.tier": "original"}))
    assert office.bob.get(Contact, lena.id).custom["tier"] == "gold"


def test_my_label_of_a_number_costs_none_that_they_added(office):
    def phone(value, label):
        return {"value": value, "label": label}

    lena = office.contact(office.bob, phones=[phone("+493012345", "work")])
    theirs = [phone("+493012345", "mobile"), phone("+493067890", "home")]
    office.max.run(EditContact(contact_id=lena.id, values={"phones": theirs}))
    command = EditContact(
        contact_id=lena.id, values={"phones": [phone("+493012345", "main")]}, expected={"phones": lena.phones}
    )
    office.bob.run(resolve(command, clash(office, command), {"phones": "mine"}))
    assert [(p["value"], p["label"]) for p in office.bob.get(Contact, lena.id).phones] == [
        ("+493012345", "main"), ("+493067890", "home"),
    ]  # fmt: skip


def test_a_company_that_was_typed_is_kept_or_given_up(office):
    acme, beta = office.company(office.bob, "Acme"), office.company(office.bob, "Beta")
    lena = office.contact(office.bob, company_id=acme.id)
    office.max.run(EditContact(contact_id=lena.id, values={"company_id": beta.id}))
    command = EditContact(
        contact_id=lena.id, values={}, company_name="Gamma", expected={"company_id": acme.id}
    )
    conflicts = clash(office, command)
    assert resolve(command, conflicts, {"company_id": "theirs"}) is None
    office.bob.run(resolve(command, conflicts, {"company_id": "original"}))
    assert office.bob.get(Contact, lena.id).company_id == acme.id
    office.max.run(EditContact(contact_id=lena.id, values={"company_id": beta.id}))
    office.bob.run(resolve(command, clash(office, command), {"company_id": "mine"}))
    assert office.bob.get(Contact, lena.id).company_id not in (acme.id, beta.id)


def test_an_amount_is_one_question_and_its_currency_goes_with_it(office):
    deal = office.deal(office.bob, value_minor=100_00)
    office.max.run(EditDeal(deal_id=deal.id, values={"value_minor": 200_00, "currency": "USD"}))
    expected = {"value_minor": 100_00, "currency": "EUR"}
    command = EditDeal(deal_id=deal.id, values={"value_minor": 300_00}, expected=expected)
    conflicts = clash(office, command)
    assert [conflict.field for conflict in asked(conflicts)] == ["value_minor"]
    office.bob.run(resolve(command, conflicts, {"value_minor": "mine"}))
    now = office.bob.get(Deal, deal.id)
    assert (now.value_minor, now.currency) == (300_00, "EUR")


def test_a_typed_amount_is_in_the_currency_of_who_typed_it(office):
    deal = office.deal(office.bob, value_minor=100_00)
    office.max.run(EditDeal(deal_id=deal.id, values={"value_minor": 200_00, "currency": "USD"}))
    expected = {"value_minor": 100_00, "currency": "EUR"}
    command = EditDeal(deal_id=deal.id, values={"value_minor": 300_00}, expected=expected)
    office.bob.run(resolve(command, clash(office, command), {"value_minor": Edited(250_00)}))
    now = office.bob.get(Deal, deal.id)
    assert (now.value_minor, now.currency) == (250_00, "EUR")


def test_a_task_is_due_when_the_person_who_was_asked_says(office):
    lena = office.contact(office.bob)
    day = office.store.now
    create = CreateTask(table="contacts", record_id=lena.id, subject="Call", due_at=day)
    office.bob.run(create)
    office.max.run(EditTask(task_id=create.task_id, values={"due_at": day.replace(day=20), "all_day": True}))
    expected = {"due_at": day, "all_day": False}
    command = EditTask(task_id=create.task_id, values={"due_at": day.replace(day=21)}, expected=expected)
    conflicts = clash(office, command)
    assert [conflict.field for conflict in asked(conflicts)] == ["due_at"]
    office.bob.run(resolve(command, conflicts, {"due_at": "mine"}))
    task = office.bob.get(Task, create.task_id)
    assert (task.due_at, task.all_day) == (day.replace(day=21), False)


# --- moves


def moved(office, deal, to):
    stage = office.stage
    return MoveDeal(deal_id=deal.id, stage_id=stage(to).id, from_stage_id=deal.stage_id, reason="Price")


def test_a_move_is_one_question(office):
    deal = office.deal(office.bob)
    office.max.run(moved(office, deal, "Lost"))
    conflicts = clash(office, moved(office, deal, "Contacted"))
    assert {conflict.field for conflict in conflicts} > {"stage_id"}
    assert [conflict.field for conflict in asked(conflicts)] == ["stage_id"]


def test_my_move_starts_where_theirs_ended(office):
    deal = office.deal(office.bob)
    office.max.run(moved(office, deal, "Contacted"))
    command = moved(office, deal, "Lost")
    conflicts = clash(office, command)
    assert resolve(command, conflicts, {"stage_id": "theirs"}) is None
    office.bob.run(resolve(command, conflicts, {"stage_id": "mine"}))
    now = office.bob.get(Deal, deal.id)
    assert (now.stage_id, now.lost_reason) == (office.stage("Lost").id, "Price")
    assert office.bob.told(deal_id=deal.id, kind="stage_change")[-1] == "Contacted → Lost"


def test_a_lost_deal_goes_back_where_it_was_and_may_go_elsewhere(office):
    deal = office.deal(office.bob)
    office.max.run(moved(office, deal, "Lost"))
    command = moved(office, deal, "Contacted")
    conflicts = clash(office, command)
    office.bob.run(resolve(command, conflicts, {"stage_id": "original"}))
    now = office.bob.get(Deal, deal.id)
    assert (now.stage_id, now.outcome, now.lost_reason) == (deal.stage_id, "open", "")
    deal = office.deal(office.bob, "Other")
    office.max.run(moved(office, deal, "Contacted"))
    command = moved(office, deal, "Lost")
    choice = Edited(office.stage("Qualified").id)
    office.bob.run(resolve(command, clash(office, command), {"stage_id": choice}))
    assert office.bob.get(Deal, deal.id).stage_id == office.stage("Qualified").id


def test_a_deal_comes_back_from_the_pipeline_it_was_taken_to(office):
    office.ann.run(CreatePipeline(name="Partners", copy_of=office.pipeline_id))
    catalog = office.ann.catalog()
    other = next(p for p in catalog.pipelines if p.name == "Partners")
    there = catalog.stages_of(other.id)[0]
    deal = office.deal(office.bob)
    office.max.run(SwitchPipeline(deal_id=deal.id, stage_id=there.id, from_stage_id=deal.stage_id))
    command = moved(office, deal, "Contacted")
    again = resolve(command, clash(office, command), {"stage_id": "original"})
    office.bob.run(again)
    now = office.bob.get(Deal, deal.id)
    assert (now.pipeline_id, now.stage_id) == (deal.pipeline_id, deal.stage_id)


def test_what_sets_no_fields_is_done_all_the_same_or_left(office):
    lena = office.contact(office.bob)
    for command in (
        DeleteContacts(contact_ids=(lena.id,)),
        TagRecords(table="contacts", ids=(lena.id,), add=("x",)),
    ):
        assert offered(command) == {"mine", "theirs"}
    done = office.bob.run(EditContact(contact_id=lena.id, values={"title": "CTO"}))
    office.max.run(EditContact(contact_id=lena.id, values={"title": "CEO"}))
    undo = Undo(changeset_id=done.id)
    conflicts = clash(office, undo)
    assert offered(undo) == {"theirs"}
    assert resolve(undo, conflicts, {"title": "theirs"}) is None
    with pytest.raises(ValueError, match="undo cannot be decided as mine"):
        resolve(undo, conflicts, {"title": "mine"})


@pytest.mark.parametrize("table", ["contacts", "deals", "companies", "tasks"])
def test_a_deletion_does_not_take_an_edit_along_that_nobody_saw(office, table):
    lena = office.contact(office.bob, title="CTO")
    deal, acme = office.deal(office.bob), office.company(office.bob)
    task = CreateTask(table="deals", record_id=deal.id, subject="Call", due_at=office.store.now)
    office.bob.run(task)
    deletion, edit = {
        "contacts": (
            DeleteContacts(contact_ids=(lena.id,)),
            EditContact(contact_id=lena.id, values={"title": "CEO", "tags": ("vip",)}),
        ),
        "deals": (DeleteDeals(deal_ids=(deal.id,)), EditDeal(deal_id=deal.id, values={"next_step": "call"})),
        "companies": (
            DeleteCompany(company_id=acme.id),
            EditCompany(company_id=acme.id, values={"industry": "bells"}),
        ),
        "tasks": (DeleteTask(task_id=task.task_id), CompleteTask(task_id=task.task_id)),
    }[table]
    seen = office.bob.decide(deletion)
    office.max.run(edit)
    answer = office.bob.apply(seen)
    assert answer.status is Status.CONFLICT
    assert [conflict.field for conflict in asked(answer.conflicts)] == ["deleted_at"]
    assert resolve(deletion, answer.conflicts, {"deleted_at": "theirs"}) is None
    again = resolve(deletion, answer.conflicts, {"deleted_at": "mine"})
    office.bob.run(again)
    record_id = {"contacts": lena.id, "deals": deal.id, "companies": acme.id, "tasks": task.task_id}[table]
    assert office.bob.get(RECORDS[table], record_id).deleted_at is not None
