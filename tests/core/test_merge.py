"""Two people, one record: what merges, what agrees, and what is asked."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.changes import Change, Row, Status, is_gone, merge, same_value
from core.commands.base import update
from core.commands.contacts import DeleteContacts, EditContact
from core.commands.deals import DeleteDeals, EditDeal, MoveDeal
from core.commands.records import Claim, TagRecords
from core.commands.tasks import CompleteTask, CreateTask
from core.entities import RECORDS, Contact, Deal, Task
from core.schema import fields_of

FREE = (
    "first_name",
    "last_name",
    "title",
    "source",
    "time_zone",
    "description",
    "custom.tier",
    "custom.size",
)
values = st.sampled_from(["", "a", "b", "c"])
rows = st.fixed_dictionaries(dict.fromkeys(FREE, values))
edits = st.dictionaries(st.sampled_from(FREE), values, max_size=4)


def contact_row(plain: dict[str, str]) -> Row:
    row: Row = dict.fromkeys(fields_of(Contact))
    row |= {name: value for name, value in plain.items() if "." not in name}
    row["custom"] = {name[7:]: value for name, value in plain.items() if name.startswith("custom.")}
    return row


def read(row: Row, name: str) -> str:
    return row["custom"].get(name[7:], "") if name.startswith("custom.") else row[name]


def change(base: dict[str, str], edit: dict[str, str]) -> Change:
    new = {name: value for name, value in edit.items() if value != base[name]}
    return Change("contacts", "c1", set=new, base={name: base[name] for name in new})


@given(rows, edits, edits)
def test_different_fields_always_merge(base, theirs, mine):
    mine = {name: value for name, value in mine.items() if name not in theirs}
    row = contact_row(base | theirs)
    result = merge(row, change(base, mine))
    assert result.conflicts == ()
    after = row | result.write
    for name in FREE:
        assert read(after, name) == (base | theirs | mine)[name]


@given(rows, edits)
def test_the_same_field_with_the_same_value_agrees(base, both):
    row = contact_row(base | both)
    result = merge(row, change(base, both))
    assert result.conflicts == ()
    assert row | result.write == row
    assert result.merged == any(base[name] != value for name, value in both.items())


@given(rows, edits, edits)
def test_nothing_that_the_user_did_not_see_is_overwritten(base, theirs, mine):
    row = contact_row(base | theirs)
    step = change(base, mine)
    result = merge(row, step)
    disputed = {name for name in step.set if read(row, name) != base[name] and read(row, name) != mine[name]}
    assert {conflict.field for conflict in result.conflicts} == disputed
    for conflict in result.conflicts:
        assert conflict.base == base[conflict.field]
        assert conflict.mine == mine[conflict.field]
        assert conflict.theirs == theirs[conflict.field]


def phones(*numbers: str) -> tuple[dict[str, str], ...]:
    split = (number.partition(" ") for number in numbers)
    return tuple({"value": number, "label": label or "work"} for number, _, label in split)


@pytest.mark.parametrize(
    ("was", "mine", "theirs", "after"),
    [
        # I correct the first number while they add one.
        (phones("1", "2"), phones("9", "2"), phones("1", "2", "3"), phones("9", "2", "3")),
        # I make another one the first while they remove the third.
        (phones("1", "2", "3"), phones("2", "1", "3"), phones("1", "2"), phones("2", "1")),
        # I put a new one first, they put another one first.
        (phones("1"), phones("8", "1"), phones("9", "1"), phones("8", "1", "9")),
        # Both add the same one.
        (phones("1"), phones("1", "2"), phones("1", "2"), phones("1", "2")),
        # I relabel one, they change the order.
        (phones("1", "2"), phones("1 mobile", "2"), phones("2", "1"), phones("1 mobile", "2")),
        # They relabel one, I add one.
        (phones("1"), phones("1", "2"), phones("1 home"), phones("1 home", "2")),
        # They remove what I relabel: an edit outlives a removal.
        (phones("1", "2"), phones("1", "2 home"), phones("1"), phones("1", "2 home")),
        # I remove all, they add one.
        (phones("1", "2"), (), phones("1", "2", "3"), phones("3")),
    ],
)
def test_phones_merge_one_by_one_and_keep_the_order_in_which_they_are_dialled(was, mine, theirs, after):
    contact = contact_row(dict.fromkeys(FREE, "")) | {"phones": theirs}
    step = Change("contacts", "c1", set={"phones": mine}, base={"phones": was})
    result = merge(contact, step)
    assert result.conflicts == ()
    assert result.write["phones"] == after


def test_two_labels_for_one_number_are_asked():
    contact = contact_row(dict.fromkeys(FREE, "")) | {"phones": phones("1 home")}
    step = Change("contacts", "c1", set={"phones": phones("1 mobile")}, base={"phones": phones("1 work")})
    assert [conflict.field for conflict in merge(contact, step).conflicts] == ["phones"]


tag_sets = st.lists(st.sampled_from("abcdef"), unique=True).map(tuple)


@given(tag_sets, tag_sets, tag_sets)
def test_tags_never_clash(was, mine, theirs):
    contact = RECORDS["contacts"](
        **contact_row(dict.fromkeys(FREE, "")) | {"tags": was, "org_id": "o", "id": "c1"}
    )
    step = update(contact, {"tags": mine})
    result = merge({"tags": theirs}, step)
    assert result.conflicts == ()
    added, removed = set(mine) - set(was), set(was) - set(mine)
    after = result.write.get("tags", theirs)
    assert len(after) == len(set(after))
    assert set(after) == (set(theirs) | added) - removed


@given(tag_sets, tag_sets, tag_sets)
def test_contact_points_merge_like_sets_whatever_their_order(was, mine, theirs):
    was, mine, theirs = (phones(*numbers) for numbers in (was, mine, theirs))
    step = Change("contacts", "c1", set={"phones": mine}, base={"phones": was})
    result = merge({"phones": theirs}, step)
    after = {phone["value"] for phone in result.write["phones"]}
    of = [{phone["value"] for phone in each} for each in (was, mine, theirs)]
    assert after == (of[2] | (of[1] - of[0])) - (of[0] - of[1])


def test_values_are_the_same_whatever_the_order_of_a_list():
    assert same_value((1, 2), [2, 1])
    assert not same_value((1, 2), (1,))
    assert not same_value(None, "")
    assert same_value(dt.date(2026, 1, 1), dt.date(2026, 1, 1))


# --- on the floor: two laptops, the second one to come online is asked -----------------------------------------------


def test_a_value_typed_in_euros_is_not_turned_into_dollars(office):
    deal = office.deal(office.bob, value_minor=100_000)
    mine = office.bob.decide(EditDeal(deal_id=deal.id, values={"value_minor": 200_000}))
    office.ann.run(EditDeal(deal_id=deal.id, values={"currency": "USD"}))
    answer = office.bob.apply(mine)
    assert answer.status is Status.CONFLICT
    assert [(c.field, c.base, c.mine, c.theirs) for c in answer.conflicts] == [
        ("currency", "EUR", "EUR", "USD"),
        ("value_minor", 100_000, 200_000, 100_000),
    ]
    assert office.bob.get(Deal, deal.id).value_minor == 100_000


def test_a_title_and_a_value_merge(office):
    deal = office.deal(office.bob, value_minor=100_000)
    mine = office.bob.decide(EditDeal(deal_id=deal.id, values={"value_minor": 200_000}))
    office.ann.run(EditDeal(deal_id=deal.id, values={"title": "Acme 2027"}))
    assert office.bob.apply(mine).applied
    after = office.bob.get(Deal, deal.id)
    assert (after.title, after.value_minor) == ("Acme 2027", 200_000)


def test_two_halves_of_an_address_are_asked(office):
    contact = office.contact(office.bob, city="Berlin", postal_code="10115")
    mine = office.bob.decide(EditContact(contact_id=contact.id, values={"postal_code": "10117"}))
    office.ann.run(EditContact(contact_id=contact.id, values={"city": "Hamburg"}))
    assert {c.field for c in office.bob.apply(mine).conflicts} == {"city", "postal_code"}


def test_a_deal_that_two_people_moved_elsewhere_is_asked(office):
    deal = office.deal(office.bob, stage="Proposal")
    mine = office.bob.decide(
        MoveDeal(deal_id=deal.id, stage_id=office.stage("Negotiation").id, from_stage_id=deal.stage_id)
    )
    office.pass_time(minutes=5)
    lost = MoveDeal(
        deal_id=deal.id, stage_id=office.stage("Lost").id, from_stage_id=deal.stage_id, reason="Price"
    )
    office.ann.run(lost)
    answer = office.bob.apply(mine)
    assert answer.status is Status.CONFLICT
    stage = next(c for c in answer.conflicts if c.field == "stage_id")
    assert (stage.base, stage.mine, stage.theirs) == (
        deal.stage_id, office.stage("Negotiation").id, office.stage("Lost").id,
    )  # fmt: skip
    assert stage.who == office.ann.user_id
    after = office.bob.get(Deal, deal.id)
    assert (after.outcome, after.lost_reason) == ("lost", "Price")


def test_a_deal_that_two_people_moved_to_the_same_stage_is_not_asked(office):
    deal = office.deal(office.bob, stage="Negotiation")
    won = MoveDeal(deal_id=deal.id, stage_id=office.stage("Won").id, from_stage_id=deal.stage_id)
    mine = office.bob.decide(won)
    first = office.store.now
    office.ann.run(MoveDeal(deal_id=deal.id, stage_id=won.stage_id, from_stage_id=deal.stage_id))
    office.pass_time(minutes=5)
    answer = office.bob.apply(mine)
    assert answer.status is Status.MERGED
    after = office.bob.get(Deal, deal.id)
    assert (after.outcome, after.closed_at, after.stage_since) == ("won", first, first)


def test_two_reasons_for_the_same_loss_are_asked(office):
    deal = office.deal(office.bob)
    lost = office.stage("Lost").id

    def lose(reason):
        return MoveDeal(deal_id=deal.id, stage_id=lost, from_stage_id=deal.stage_id, reason=reason)

    mine = office.bob.decide(lose("Price"))
    office.ann.run(lose("Timing"))
    assert "lost_reason" in {c.field for c in office.bob.apply(mine).conflicts}


def test_a_deal_that_went_there_and_back_is_asked(office):
    deal = office.deal(office.bob, stage="Negotiation")
    lost, new = office.stage("Lost").id, office.stage("New").id
    mine = office.bob.decide(
        MoveDeal(deal_id=deal.id, stage_id=lost, from_stage_id=deal.stage_id, reason="Price")
    )
    office.pass_time(days=1)
    for to, at in ((lost, deal.stage_id), (new, lost)):
        office.ann.run(MoveDeal(deal_id=deal.id, stage_id=to, from_stage_id=at, reason="Timing"))
    assert office.bob.apply(mine).status is Status.CONFLICT


def test_deleting_what_somebody_moved_is_asked(office):
    deal = office.deal(office.bob)
    mine = office.bob.decide(DeleteDeals(deal_ids=(deal.id,)))
    office.ann.run(
        MoveDeal(deal_id=deal.id, stage_id=office.stage("Contacted").id, from_stage_id=deal.stage_id)
    )
    assert office.bob.apply(mine).status is Status.CONFLICT
    assert office.bob.get(Deal, deal.id).deleted_at is None


def test_editing_what_somebody_deleted_is_told(office):
    contact = office.contact(office.bob)
    mine = office.bob.decide(EditContact(contact_id=contact.id, values={"title": "CTO"}))
    tagged = office.bob.decide(TagRecords(table="contacts", ids=(contact.id,), add=("vip",)))
    office.ann.run(DeleteContacts(contact_ids=(contact.id,)))
    assert office.bob.apply(mine).status is Status.GONE
    assert office.bob.apply(tagged).status is Status.GONE


def test_two_who_delete_the_same_agree(office):
    one, other = office.contact(office.bob), office.contact(office.bob)
    mine = office.bob.decide(DeleteContacts(contact_ids=(one.id, other.id)))
    office.pass_time(days=1)
    office.ann.run(EditContact(contact_id=one.id, values={"title": "CTO"}))
    office.ann.run(DeleteContacts(contact_ids=(one.id,)))
    first = office.bob.get(Contact, one.id).deleted_at
    assert office.bob.apply(mine).status is Status.MERGED
    assert office.bob.get(Contact, one.id).deleted_at == first, "it was deleted when the first one did it"
    assert office.bob.get(Contact, other.id).deleted_at == mine.at
    assert office.ann.apply(dataclasses.replace(mine, id="again")).status is Status.MERGED


def test_of_two_who_tick_a_task_off_the_first_has_done_it(office):
    deal = office.deal(office.bob)
    task = CreateTask(table="deals", record_id=deal.id, subject="Call", due_at=office.store.now)
    office.bob.run(task)
    mine = office.bob.decide(CompleteTask(task_id=task.task_id))
    office.pass_time(hours=1)
    office.ann.run(CompleteTask(task_id=task.task_id))
    first = office.bob.get(Task, task.task_id).done_at
    assert office.bob.apply(mine).status is Status.MERGED
    assert office.bob.get(Task, task.task_id).done_at == first


def test_a_row_is_gone_unless_that_is_what_the_change_is_about():
    deleted = {"deleted_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}
    assert is_gone(None, Change("deals", "d", set={"title": "x"}))
    assert is_gone(None, Change("deals", "d", set=deleted, base={"deleted_at": None}))
    assert is_gone(deleted, Change("deals", "d", set={"title": "x"}))
    assert not is_gone(deleted, Change("deals", "d", set=deleted, base={"deleted_at": None}))
    assert not is_gone(deleted, Change("deals", "d", set={"deleted_at": None}, base=deleted))
    assert not is_gone({"deleted_at": None}, Change("deals", "d", set={"title": "x"}))


def test_of_two_who_claim_at_once_the_first_wins(office):
    contact = office.contact(office.ann, book_id=office.pool)
    bobs = office.bob.decide(Claim(table="contacts", ids=(contact.id,), from_book_id=office.pool))
    office.max.run(Claim(table="contacts", ids=(contact.id,), from_book_id=office.pool))
    answer = office.bob.apply(bobs)
    assert answer.status is Status.CONFLICT
    assert [(c.field, c.theirs) for c in answer.conflicts] == [("book_id", office.book(office.max))]


def test_a_changeset_is_applied_whole_or_not_at_all(office):
    contact = office.contact(office.ann, book_id=office.pool)
    office.deal(office.ann, book_id=office.pool, contact_id=contact.id)
    bobs = office.bob.decide(Claim(table="contacts", ids=(contact.id,)))
    office.max.run(Claim(table="contacts", ids=(contact.id,)))
    before = office.ann.everything()
    assert not office.bob.apply(bobs).applied
    assert office.ann.everything() == before


def test_what_the_user_saw_counts_even_where_the_row_is_newer(office):
    deal = office.deal(office.bob, title="Acme")
    office.ann.run(EditDeal(deal_id=deal.id, values={"title": "Acme 2027"}))
    stale = EditDeal(deal_id=deal.id, values={"title": "ACME"}, expected={"title": "Acme"})
    answer = office.bob.execute(stale)
    assert [(c.base, c.mine, c.theirs) for c in answer.conflicts] == [("Acme", "ACME", "Acme 2027")]
    untouched = EditDeal(deal_id=deal.id, values={"title": "Acme"}, expected={"title": "Acme"})
    assert office.bob.execute(untouched).applied
    assert office.bob.get(Deal, deal.id).title == "Acme 2027"


def test_an_update_says_what_changed_and_nothing_else(office):
    contact = office.contact(
        office.bob, title="CTO", tags=["a", "b"], phones=["+49301234567", "+49301234568"], emails=["a@acme.com"]
    )  # fmt: skip
    first, second = contact.phones
    assert not update(contact, {"title": "CTO", "tags": ("b", "a")}).add
    step = update(contact, {"tags": ("b", "c"), "title": "CEO", "phones": (second, first)})
    assert (step.set, step.add, step.remove) == (
        {"title": "CEO", "phones": (second, first)}, {"tags": ("c",)}, {"tags": ("a",)},
    )  # fmt: skip
    assert step.base == {"title": "CTO", "phones": (first, second)}
    older = update(contact, {"tags": ("a", "b", "d")}, {"tags": ("a", "b", "gone")})
    assert (older.add, older.remove) == ({"tags": ("d",)}, {"tags": ("gone",)})
