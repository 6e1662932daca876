"""Whose a record is, who may change it, and how it changes hands."""

from __future__ import annotations

import pytest

from core.changes import Status
from core.commands.activities import LogActivity
from core.commands.base import counted
from core.commands.companies import CreateCompany, DeleteCompany, EditCompany
from core.commands.contacts import CreateContact, DeleteContacts, EditContact
from core.commands.deals import CreateDeal, DeleteDeals, EditDeal, MoveDeal, PlaceDeal, SwitchPipeline
from core.commands.records import Assign, Claim, TagRecords
from core.commands.sharing import ShareBook, ShareRecord
from core.commands.tasks import CreateTask
from core.commands.undo import Undo
from core.entities import Contact, Deal
from core.errors import Invalid, NotFound, Refused


def why(who, command):
    with pytest.raises(Refused) as refused:
        who.execute(command)
    return str(refused.value)


def test_each_role_changes_its_own_books(office):
    bob, max_, eve, ann, pool = (
        *(office.book(w) for w in (office.bob, office.max, office.eve, office.ann)),
        office.pool,
    )
    assert office.bob.catalog().writable_books == {bob, pool}
    assert office.eve.catalog().writable_books == {eve}
    assert office.max.catalog().writable_books == {max_, bob, ann, pool}
    assert office.ann.catalog().writable_books == {ann, bob, max_, eve, pool}
    assert office.rex.catalog().writable_books == frozenset()


def commands_on(office, who):
    """One of each command that changes a record or hangs something on it."""
    lena, acme, deal = office.contact(who), office.company(who, "Lena’s"), office.deal(who)
    now = office.store.now
    return [
        EditContact(contact_id=lena.id, values={"title": "x"}),
        DeleteContacts(contact_ids=(lena.id,)),
        EditCompany(company_id=acme.id, values={"city": "x"}),
        DeleteCompany(company_id=acme.id),
        EditDeal(deal_id=deal.id, values={"title": "x"}),
        MoveDeal(deal_id=deal.id, stage_id=office.stage("Contacted").id, from_stage_id=deal.stage_id),
        PlaceDeal(deal_id=deal.id),
        SwitchPipeline(deal_id=deal.id, stage_id=office.stage("Contacted").id, from_stage_id=deal.stage_id),
        DeleteDeals(deal_ids=(deal.id,)),
        TagRecords(table="deals", ids=(deal.id,), add=("x",)),
        Assign(table="contacts", ids=(lena.id,), book_id=office.pool),
        LogActivity(table="contacts", record_id=lena.id, kind="note", body="x"),
        CreateTask(table="contacts", record_id=lena.id, subject="x", due_at=now),
    ]


def test_nobody_changes_what_is_anothers(office):
    for command in commands_on(office, office.bob):
        assert "belongs to Bob; you cannot change it." in why(office.eve, command)


def test_who_only_looks_is_told_so(office):
    readonly = "Your role is read-only: you can look at everything and change nothing."
    for command in (
        *commands_on(office, office.bob),
        CreateContact(values={"first_name": "x"}),
        CreateCompany(values={"name": "x"}),
        CreateDeal(pipeline_id=office.pipeline_id, values={"title": "x"}),
        Claim(table="contacts", ids=("x",)),
    ):
        assert why(office.rex, command) == readonly


def test_nothing_new_is_put_on_anothers_desk(office):
    eve = office.book(office.eve)
    for command in (
        CreateContact(values={"first_name": "x", "book_id": eve}),
        CreateCompany(values={"name": "x", "book_id": eve}),
        CreateDeal(pipeline_id=office.pipeline_id, values={"title": "x", "book_id": eve}),
    ):
        assert "belongs to Eve; you cannot change it." in why(office.bob, command)
    office.contact(office.bob, book_id=office.pool)


# --- claiming


def test_a_contact_is_claimed_with_its_open_deals(office):
    lena = office.contact(office.ann, book_id=office.pool)
    open_, mine = (
        office.deal(office.ann, title, contact_id=lena.id, book_id=book)
        for title, book in (("Open", office.pool), ("Ann’s", office.book(office.ann)))
    )
    closed = office.deal(office.ann, "Closed", "Negotiation", contact_id=lena.id, book_id=office.pool)
    office.ann.run(
        MoveDeal(deal_id=closed.id, stage_id=office.stage("Won").id, from_stage_id=closed.stage_id)
    )
    done = office.bob.run(Claim(table="contacts", ids=(lena.id, lena.id)))
    assert done.summary == "Claimed Lena"
    bob = office.book(office.bob)
    assert office.bob.get(Contact, lena.id).book_id == bob
    assert [office.bob.get(Deal, deal.id).book_id for deal in (open_, mine, closed)] == [
        bob, office.book(office.ann), office.pool,
    ]  # fmt: skip
    entry = office.bob.timeline(contact_id=lena.id, kind="claimed")[0]
    assert (entry.subject, entry.book_id) == ("Claimed from Sales pool", bob)
    assert entry.data == {"from": office.pool, "to": bob}


def test_who_comes_second_is_told_who_was_faster(office):
    lena = office.contact(office.ann, book_id=office.pool)
    office.max.run(Claim(table="contacts", ids=(lena.id,), from_book_id=office.pool))
    assert why(office.bob, Claim(table="contacts", ids=(lena.id,), from_book_id=office.pool)) == (
        "Max was faster: Lena is taken."
    )
    assert why(office.max, Claim(table="contacts", ids=(lena.id,))) == "Lena is yours already."


def test_only_what_lies_in_a_pool_can_be_claimed(office):
    lena = office.contact(office.bob)
    assert why(office.max, Claim(table="contacts", ids=(lena.id,))) == (
        "Lena belongs to Bob. Only records in a pool can be claimed."
    )
    in_pool = office.contact(office.ann, "Omar", book_id=office.pool)
    assert why(office.eve, Claim(table="contacts", ids=(in_pool.id,))) == (
        "Omar belongs to Sales pool; you cannot change it."
    )


def test_several_are_claimed_or_none(office):
    ids = [office.contact(office.ann, name, book_id=office.pool).id for name in ("Ada", "Ben")]
    taken = office.contact(office.max, "Cem").id
    with pytest.raises(Refused, match="Cem belongs to Max"):
        office.bob.execute(Claim(table="contacts", ids=(*ids, taken)))
    assert office.bob.get(Contact, ids[0]).book_id == office.pool
    assert office.bob.run(Claim(table="contacts", ids=tuple(ids))).summary == "Claimed 2 contacts"
    acme = office.company(office.ann, book_id=office.pool)
    assert office.bob.run(Claim(table="companies", ids=(acme.id,))).summary == "Claimed Acme"


# --- handing over


def test_a_record_is_handed_to_a_colleague_or_back_into_the_pool(office):
    lena = office.contact(office.bob)
    deal = office.deal(office.bob, contact_id=lena.id)
    done = office.bob.run(Assign(table="contacts", ids=(lena.id,), book_id=office.book(office.max)))
    assert done.summary == "Assigned Lena to Max"
    assert office.bob.get(Deal, deal.id).book_id == office.book(office.max)
    assert office.bob.told(contact_id=lena.id, kind="assigned") == ["Bob → Max"]
    office.max.run(Assign(table="contacts", ids=(lena.id,), book_id=office.pool))
    assert office.bob.told(contact_id=lena.id, kind="assigned")[-1] == "Max → Sales pool"


def test_who_may_only_write_in_a_colleagues_book_takes_nothing_out_of_it(office):
    lena, bob = office.contact(office.bob), office.book(office.bob)
    omar = office.contact(office.bob, "Omar")
    office.bob.run(ShareBook(book_id=bob, user_id=office.eve.user_id, can_write=True))
    office.eve.run(EditContact(contact_id=lena.id, values={"title": "CTO"}))
    for to in (office.book(office.eve), office.book(office.max)):
        assert why(office.eve, Assign(table="contacts", ids=(lena.id,), book_id=to)) == (
            "Lena belongs to Bob; only Bob, their manager or an admin hands it over."
        )
    share = ShareRecord(table="contacts", record_id=lena.id, user_ids=(office.max.user_id,))
    assert why(office.eve, share) == "Lena belongs to Bob; it is not yours to share."
    office.max.run(Assign(table="contacts", ids=(lena.id,), book_id=office.book(office.eve)))
    office.ann.run(Assign(table="contacts", ids=(omar.id,), book_id=office.book(office.max)))


def test_a_manager_of_others_hands_over_nothing_of_a_book_that_is_shared_with_them(office):
    hers = office.contact(office.eve)
    office.eve.run(ShareBook(book_id=office.book(office.eve), user_id=office.max.user_id, can_write=True))
    assert why(office.max, Assign(table="contacts", ids=(hers.id,), book_id=office.pool)) == (
        "Lena belongs to Eve; only Eve, their manager or an admin hands it over."
    )


def test_records_leave_a_pool_by_whoever_may_write_in_it(office):
    for who in (office.bob, office.max):
        lena = office.contact(office.ann, book_id=office.pool)
        who.run(Assign(table="contacts", ids=(lena.id,), book_id=office.book(office.eve)))
        assert office.ann.get(Contact, lena.id).book_id == office.book(office.eve)


def test_a_hand_over_is_taken_back_by_who_could_hand_it_over_again(office):
    lena = office.contact(office.bob)
    to_eve = Assign(table="contacts", ids=(lena.id,), book_id=office.book(office.eve))
    office.bob.run(to_eve)
    assert why(office.bob, Undo(changeset_id=to_eve.id)) == (
        "This stays: Assigned Lena to Eve. Only Eve, their manager or an admin hands that back."
    )
    # Where it has gone on, to where Bob sees it, he is told as of any other conflict.
    office.eve.run(Assign(table="contacts", ids=(lena.id,), book_id=office.pool))
    assert office.bob.execute(Undo(changeset_id=to_eve.id)).status is Status.CONFLICT
    to_ann = Assign(table="contacts", ids=(lena.id,), book_id=office.book(office.ann))
    office.max.run(to_ann)
    office.max.run(Undo(changeset_id=to_ann.id))
    assert office.max.get(Contact, lena.id).book_id == office.pool


def test_handing_over_to_whom_it_belongs_changes_nothing(office):
    lena = office.contact(office.bob)
    done = office.bob.run(Assign(table="contacts", ids=(lena.id,), book_id=office.book(office.bob)))
    assert (done.changes, done.summary) == ((), "Lena: with Bob already")


def test_nothing_is_handed_to_nobody(office):
    lena = office.contact(office.bob)
    with pytest.raises(NotFound, match="That person or pool is not there any more"):
        office.bob.execute(Assign(table="contacts", ids=(lena.id,), book_id="gone"))
    for command in (
        Assign(table="stages", ids=(office.stage("New").id,), book_id=office.pool),
        Claim(table="tasks", ids=("x",)),
        TagRecords(table="users", ids=(office.bob.user_id,), add=("x",)),
    ):
        with pytest.raises(NotFound, match="is none of companies, contacts, deals"):
            office.ann.execute(command)


# --- tags


def test_tags_are_put_on_many_at_once(office):
    one, other = office.contact(office.bob, "Ada", tags=["cold"]), office.contact(office.bob, "Ben")
    command = TagRecords(
        table="contacts", ids=(one.id, other.id, one.id), add=("#VIP", "Key Account", "vip"), remove=("COLD",)
    )
    assert office.bob.run(command).summary == "Tagged 2 contacts: +vip +key-account -cold"
    assert office.bob.get(Contact, one.id).tags == ("vip", "key-account")
    assert office.bob.get(Contact, other.id).tags == ("vip", "key-account")
    again = office.bob.run(TagRecords(table="contacts", ids=(one.id,), add=("vip",)))
    assert again.changes == ()


def test_a_tag_is_a_short_word(office):
    lena = office.contact(office.bob)
    for tags, sentence in (
        (("#", " "), "Type a tag, as in vip."),
        (("x" * 41,), "A tag has at most 40 characters; “xxxxxxxxxxxxxxxxxxxx…” has 41."),
    ):
        with pytest.raises(Invalid) as refused:
            office.bob.execute(TagRecords(table="contacts", ids=(lena.id,), add=tags))
        assert str(refused.value) == sentence
    assert office.contact(office.bob, tags=["مهم 🔥"]).tags == ("مهم-🔥",)


def test_things_are_counted_in_words():
    assert [counted(n, "deal") for n in (0, 1, 2, 12_345)] == ["0 deals", "1 deal", "2 deals", "12,345 deals"]
    assert counted(3, "company") == "3 companies"
