"""One command on many records of which one clashes, and taking back what somebody else has seen meanwhile.

Each test ends with a sync of everybody, after which every cache must equal what its login sees on the server.
"""

from __future__ import annotations

from typing import Any

import pytest

from core.commands.contacts import CreateContact, DeleteContacts, EditContact
from core.commands.records import Assign, Claim, TagRecords
from core.commands.settle import SendAgain
from core.commands.undo import Undo
from core.conflicts import asked, key_of
from tests.sync.reps import Rep, Reps

MANY = 50


@pytest.fixture
def ann(reps: Reps) -> Rep:
    return reps.rep("ann")


@pytest.fixture
def ben(reps: Reps) -> Rep:
    return reps.rep("ben")


@pytest.fixture
def many(reps: Reps, ann: Rep, ben: Rep) -> tuple[str, ...]:
    """As many contacts in the pool, in everybody's cache."""
    made = [
        CreateContact(values={"first_name": f"N{n}", "book_id": reps.floor.book("East")}) for n in range(MANY)
    ]
    for command in made:
        ann.do(command)
    ann.sync()
    ben.sync()
    return tuple(command.contact_id for command in made)


# --- many at once


def test_a_tag_for_fifty_of_which_one_was_edited_is_on_all(ann: Rep, ben: Rep, many: tuple[str, ...]) -> None:
    ann.do(TagRecords(table="contacts", ids=many, add=("fair",)))
    ben.edit(many[7], "title")
    ben.sync()
    ann.sync()
    assert ann.parked == []
    assert all(ann.get("contacts", each).tags == ("fair",) for each in many)


def test_a_tag_for_fifty_of_which_one_was_deleted_goes_to_the_others(
    ann: Rep, ben: Rep, many: tuple[str, ...]
) -> None:
    ann.do(TagRecords(table="contacts", ids=many, add=("fair",)))
    ben.do(DeleteContacts(contact_ids=(many[7],)))
    ben.sync()
    ann.sync()
    parked = ann.the_question()
    assert (parked.kind, parked.reason) == ("gone", "N7 was deleted meanwhile.")
    ann.decide(of=parked)
    ann.sync()
    ben.sync()
    assert ann.parked == []
    assert [n for n, each in enumerate(many) if ben.get("contacts", each).tags != ("fair",)] == [7]


@pytest.mark.parametrize("answer", ["mine", "theirs"])
def test_of_fifty_that_were_to_be_deleted_only_the_one_that_was_edited_is_asked(
    reps: Reps, ann: Rep, ben: Rep, many: tuple[str, ...], answer: Any
) -> None:
    ann.do(DeleteContacts(contact_ids=many))
    ben.do(EditContact(contact_id=many[7], values={"title": "CEO"}))
    ben.sync()
    ann.sync()
    parked = ann.the_question()
    assert "Ben Berg changed Title of N7 meanwhile" in parked.reason
    assert {conflict.id for conflict in parked.conflicts} == {many[7]}
    [question] = asked(parked.conflicts)
    ann.decide({key_of(question, parked.conflicts): answer})
    ann.sync()
    ben.sync()
    assert ann.parked == []
    left = [n for n, each in enumerate(many) if ben.has("contacts", each)]
    assert left == ([] if answer == "mine" else [7])


def test_of_fifty_that_were_to_be_claimed_the_one_that_was_taken_is_left(
    reps: Reps, ann: Rep, ben: Rep, many: tuple[str, ...]
) -> None:
    ann.do(Claim(table="contacts", ids=many, from_book_id=reps.floor.book("East")))
    said = ann.call(many[3])
    ben.do(Claim(table="contacts", ids=(many[7],), from_book_id=reps.floor.book("East")))
    ben.sync()
    ann.sync()
    assert reps.desks.count(said) == 1, "what was said hangs on no claim"
    parked = ann.the_question()
    assert (parked.kind, parked.taken_by) == ("gone", "Ben Berg")
    ann.decide(of=parked)
    ann.sync()
    assert ann.parked == []
    own = reps.floor.book("ann")
    assert [n for n, each in enumerate(many) if not ann.has("contacts", each)] == [7]
    assert {ann.get("contacts", each).book_id for n, each in enumerate(many) if n != 7} == {own}


def test_of_fifty_that_were_to_be_assigned_the_one_that_changed_hands_is_asked(
    reps: Reps, ann: Rep, ben: Rep, many: tuple[str, ...]
) -> None:
    mia = reps.rep("mia")
    mia.do(Assign(table="contacts", ids=many, book_id=reps.floor.book("ann")))
    ben.do(Claim(table="contacts", ids=(many[7],), from_book_id=reps.floor.book("East")))
    ben.sync()
    mia.sync()
    parked = mia.the_question()
    assert {(conflict.id, conflict.field) for conflict in parked.conflicts} == {(many[7], "book_id")}
    assert "N7" in parked.reason
    mia.decide({"book_id": "theirs"})
    mia.sync()
    ann.sync()
    assert mia.parked == []
    assert [n for n, each in enumerate(many) if not ann.has("contacts", each)] == [7]
    assert mia.lost("contacts", many[7]) != []


# --- taking back


def test_what_was_done_and_undone_offline_is_done_and_undone_at_the_server(
    reps: Reps, ann: Rep, ben: Rep
) -> None:
    contact = reps.floor.contact("East")
    done = ann.do(EditContact(contact_id=contact, values={"title": "CEO"})).changeset
    assert done is not None
    ann.do(Undo(changeset_id=done.id))
    ben.edit(contact, "source")
    ben.sync()
    ann.sync()
    assert ann.parked == []
    assert ann.get("contacts", contact).title == ""


def test_an_undo_of_what_was_accepted_meanwhile_is_not_done_over_a_later_change(
    reps: Reps, ann: Rep, ben: Rep
) -> None:
    contact = reps.floor.contact("East")
    done = ann.do(EditContact(contact_id=contact, values={"title": "CEO"})).changeset
    assert done is not None
    ann.sync()
    ben.sync()
    ann.leave()
    ann.do(Undo(changeset_id=done.id))
    ben.do(EditContact(contact_id=contact, values={"title": "CTO"}))
    ben.sync()
    ann.sync()
    parked = ann.the_question()
    assert [(c.field, c.base, c.mine, c.theirs) for c in parked.conflicts] == [("title", "CEO", "", "CTO")]
    with pytest.raises(ValueError, match="mine"):
        ann.workspace.execute(SendAgain(parked=parked, choices={"title": "mine"}))
    assert ann.get("contacts", contact).title == "CTO"
    ann.decide({"title": "theirs"})
    ann.sync()
    assert ann.parked == []
    assert ann.get("contacts", contact).title == "CTO"


def test_what_was_refused_and_had_been_undone_asks_nobody(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact = reps.floor.contact("East")
    done = ann.do(EditContact(contact_id=contact, values={"title": "CEO"})).changeset
    assert done is not None
    ann.do(Undo(changeset_id=done.id))
    ben.do(EditContact(contact_id=contact, values={"title": "CTO"}))
    ben.sync()
    ann.sync()
    assert ann.parked == []
    assert ann.get("contacts", contact).title == "CTO"
    notes = {
        entry.note
        for entry in ann.workspace.history("contacts", contact)
        if entry.changeset.user_id == reps.floor.user("ann")
    }
    assert notes == {"Not applied: given up."}


def test_what_waits_for_a_person_is_not_undone(reps: Reps, ann: Rep, ben: Rep) -> None:
    contact = reps.floor.contact("East")
    done = ann.do(EditContact(contact_id=contact, values={"title": "CEO"})).changeset
    ben.do(EditContact(contact_id=contact, values={"title": "CTO"}))
    ben.sync()
    ann.sync()
    assert done is not None
    assert ann.workspace.undoable() is None
    ann.drop()
    assert ann.workspace.undoable() is None
