"""What waits to be sent, and what a person must decide: nothing that was typed is lost on the way."""

from __future__ import annotations

import datetime as dt

import pytest

from core.changes import Change, FieldConflict
from core.commands.activities import LogActivity
from core.commands.contacts import CreateContact, EditContact
from core.commands.records import TagRecords
from core.commands.settle import SendAgain
from core.commands.undo import Undo
from core.conflicts import offered_for
from core.errors import NotFound
from core.parked import Parked
from sync import outbox
from sync.parking import combined
from sync.refusal import Refusal
from tests.sync.filed import Field
from tests.workspace.office import START


def lena(world: Field) -> str:
    """A contact of Ann's."""
    with world.cache.database.read() as connection:
        return str(connection.execute("SELECT id FROM contacts WHERE first_name = 'C0'").fetchone()[0])


def edit(world: Field, contact: str, **values: object) -> str:
    """Edits a contact here; returns the changeset's id."""
    answer = world.do(EditContact(contact_id=contact, values=values))
    assert answer.applied
    return str(answer.changeset.id)


def only(world: Field) -> Parked:
    """The one thing that waits for a person."""
    [parked] = world.workspace.parked()
    return parked


# --- in order, and every number once --------------------------------------------------------------------------------


def test_what_waits_is_sent_in_order_and_in_batches_that_fit(world: Field) -> None:
    contact = lena(world)
    done = [edit(world, contact, description=str(n) * 2_000) for n in range(5)]
    with world.cache.database.read() as connection:
        assert [item.changeset_id for item in outbox.batch(connection)] == done
        assert len(outbox.batch(connection, most=2)) == 2
        small = outbox.batch(connection, most_bytes=13_000)
        assert 0 < len(small) < 5
        assert [item.changeset_id for item in outbox.batch(connection, most_bytes=1)] == done[:1]
    assert [each.id for each in world.workspace.unsent()] == done


def test_the_server_may_forget_answers_only_up_to_what_is_known(world: Field) -> None:
    contact = lena(world)
    for n in range(3):
        edit(world, contact, city=str(n))
    with world.cache.database.read() as connection:
        first, second, third = (item.seq for item in outbox.everything(connection))
        assert outbox.acked(connection) == first - 1
    with world.cache.truth() as truth:
        truth.accept([first, third])
    with world.cache.database.read() as connection:
        assert outbox.acked(connection) == second - 1
        assert [item.seq for item in outbox.batch(connection)] == [second]
        assert outbox.accepted(connection) == [first, third]


def test_a_number_is_never_used_twice(world: Field) -> None:
    contact = lena(world)
    edit(world, contact, city="Oslo")
    world.push()
    world.pull()
    with world.cache.database.read() as connection:
        last = outbox.acked(connection)
    world.restart()
    edit(world, contact, city="Rome")
    with world.cache.database.read() as connection:
        [item] = outbox.batch(connection)
    assert item.seq == last + 1


def test_a_command_that_is_given_twice_waits_once(world: Field) -> None:
    command = EditContact(contact_id=lena(world), values={"city": "Oslo"})
    assert world.do(command) == world.do(command)
    assert len(world.workspace.unsent()) == 1


def test_what_a_restored_server_has_lost_goes_first_and_then_the_rest(world: Field) -> None:
    contact = lena(world)
    lost = edit(world, contact, city="Oslo")
    world.push()
    world.pull()
    rest = edit(world, contact, title="Chief")
    with world.cache.database.read() as connection:
        known = outbox.sent_since(
            connection, world.cache.org_id, world.cache.user_id, START - dt.timedelta(days=1)
        )
    assert [each.id for each in known] == [lost]
    with world.cache.truth() as truth:
        truth.offer_again(known)
    assert [each.id for each in world.workspace.unsent()] == [lost, rest]
    world.check()
    world.push()
    world.pull()
    world.check()
    assert world.workspace.unsent() == []


# --- refused --------------------------------------------------------------------------------------------------------


def test_a_refused_edit_gives_way_on_the_screen_and_keeps_both_values(world: Field) -> None:
    contact = lena(world)
    edit(world, contact, city="Oslo", title="Chief")
    world.there_edits(contact, city="Rome")
    world.push()
    row = world.workspace.record("contacts", contact)
    assert (row.city, row.title) == ("", ""), "as the server last said"
    world.pull()
    assert world.workspace.record("contacts", contact).city == "Rome"
    parked = only(world)
    assert (parked.kind, parked.about, parked.title) == ("conflict", ("contacts", contact), "C0 Ümit")
    [conflict] = parked.conflicts
    assert (conflict.field, conflict.base, conflict.mine, conflict.theirs) == ("city", "", "Oslo", "Rome")
    assert parked.changeset.changes[0].set["title"] == "Chief"
    assert "Rome" in parked.reason
    world.check()


def test_what_does_not_hang_on_a_refused_edit_goes_through(world: Field) -> None:
    contact = lena(world)
    edit(world, contact, city="Oslo")
    edit(world, contact, title="Chief")
    world.there_edits(contact, city="Rome")
    world.push()
    world.pull()
    assert world.workspace.unsent() == []
    assert world.centre.workspace.record("contacts", contact).title == "Chief"
    assert len(world.workspace.parked()) == 1


def test_what_was_typed_twice_is_one_question(world: Field) -> None:
    contact = lena(world)
    first = edit(world, contact, city="Oslo")
    edit(world, contact, city="Bergen", title="Chief")
    world.there_edits(contact, city="Rome")
    world.push()
    world.pull()
    parked = only(world)
    assert parked.id == first
    [conflict] = parked.conflicts
    assert (conflict.base, conflict.mine, conflict.theirs) == ("", "Bergen", "Rome")
    assert parked.changeset.changes[0].set["title"] == "Chief"
    assert parked.changeset.changes[0].base["city"] == ""


def test_what_hangs_on_a_refused_record_waits_with_it(world: Field) -> None:
    new = CreateContact(values={"first_name": "Ida"})
    world.do(new)
    call = LogActivity(table="contacts", record_id=new.contact_id, kind="note", body="met at the fair")
    world.do(call)
    with world.cache.database.read() as connection:
        made, told = (item.seq for item in outbox.batch(connection))
    with world.cache.truth() as truth:
        truth.park(made, Refusal("rejected", "You may not."))
        truth.park(told, Refusal("gone", "That contact is not there."))
    parked = only(world)
    assert (parked.kind, parked.title) == ("rejected", "Ida")
    assert call.activity_id in {change.id for change in parked.changeset.changes}
    assert world.workspace.search("fair") == []
    world.check()


def test_what_was_undone_before_it_was_refused_asks_nobody(world: Field) -> None:
    contact = lena(world)
    done = edit(world, contact, city="Oslo")
    assert world.do(Undo(changeset_id=done)).applied
    world.there_edits(contact, city="Rome")
    world.push()
    world.pull()
    assert world.workspace.parked() == []
    assert world.workspace.record("contacts", contact).city == "Rome"


def test_an_undo_that_was_refused_leaves_what_it_meant(world: Field) -> None:
    contact = lena(world)
    done = edit(world, contact, city="Oslo")
    world.push()
    world.pull()
    world.do(Undo(changeset_id=done))
    world.there_edits(contact, city="Rome")
    world.push()
    world.pull()
    assert only(world).changeset.undoes == done
    entries = {e.changeset.id: e for e in world.workspace.history("contacts", contact)}
    assert not entries[done].undone


def test_a_refused_changeset_is_not_undone_and_says_so_in_the_history(world: Field) -> None:
    contact = lena(world)
    edit(world, contact, title="Chief")
    refused = edit(world, contact, city="Oslo")
    world.there_edits(contact, city="Rome")
    world.push()
    undoable = world.workspace.undoable()
    assert undoable is not None
    assert undoable.id != refused
    assert not world.do(Undo(changeset_id=refused)).applied
    notes = {e.changeset.id: e.note for e in world.workspace.history("contacts", contact)}
    assert notes[refused].startswith("Not applied: ")
    world.workspace.drop(only(world))
    notes = {e.changeset.id: e.note for e in world.workspace.history("contacts", contact)}
    assert notes[refused] == "Not applied: given up."


def test_what_is_given_up_is_given_up_once(world: Field) -> None:
    contact = lena(world)
    edit(world, contact, city="Oslo")
    world.there_edits(contact, city="Rome")
    world.push()
    parked = only(world)
    world.workspace.drop(parked)
    assert world.workspace.parked() == []
    with pytest.raises(NotFound, match="does not wait"):
        world.workspace.drop(parked)


def test_a_likely_duplicate_is_told_though_both_stay(world: Field) -> None:
    new = CreateContact(values={"first_name": "Ida"})
    done = world.do(new).changeset
    world.push()
    with world.cache.truth() as truth:
        truth.warn(
            done,
            Refusal(
                "duplicate", "Ben has the same.", about=("contacts", new.contact_id), other=("contacts", "x")
            ),
        )
    world.pull()
    parked = only(world)
    assert (parked.kind, parked.other, parked.title) == ("duplicate", ("contacts", "x"), "Ida")
    assert world.workspace.record("contacts", new.contact_id).first_name == "Ida"
    undoable = world.workspace.undoable()
    assert undoable is not None
    assert undoable.id == done.id


def test_what_waits_for_a_person_is_read_as_it_was_written(world: Field) -> None:
    contact = lena(world)
    done = world.do(TagRecords(table="contacts", ids=(contact,), add=("key",))).changeset
    when = START + dt.timedelta(hours=1)
    conflicts = (
        FieldConflict("contacts", contact, "tags", ("a",), ("b",), (), None, None),
        FieldConflict("contacts", contact, "custom.size", None, 3, {"x": [1]}, "u", when),
        FieldConflict("contacts", contact, "last_activity_at", None, START, when, "u", when),
        FieldConflict("contacts", contact, "phones", ({"value": "+49", "label": ""},), (), (), "u", when),
    )
    refusal = Refusal(
        "conflict", "why", conflicts=conflicts, taken_by="Ben", fields={"tags": "No."}, about=("contacts", contact),
        title="Lena", can_hand_in=True,
    )  # fmt: skip
    with world.cache.database.read() as connection:
        [item] = outbox.batch(connection)
    with world.cache.truth() as truth:
        truth.park(item.seq, refusal)
    parked = only(world)
    assert parked.conflicts == conflicts
    assert parked.changeset == done
    assert (parked.reason, parked.taken_by, parked.fields, parked.title) == (
        "why",
        "Ben",
        {"tags": "No."},
        "Lena",
    )
    assert parked.can_hand_in


# --- two changes as one ---------------------------------------------------------------------------------------------


def test_two_edits_come_to_one_with_the_first_base_and_the_last_value() -> None:
    [one] = combined(
        (Change("contacts", "1", set={"city": "b", "custom.x": 1}, base={"city": "a", "custom.x": None}),),
        (Change("contacts", "1", set={"city": "c", "title": "t"}, base={"city": "b", "title": ""}),),
    )
    assert one.set == {"city": "c", "custom.x": 1, "title": "t"}
    assert one.base == {"city": "a", "custom.x": None, "title": ""}


def test_items_that_join_and_leave_again_come_to_nothing() -> None:
    [one] = combined(
        (Change("contacts", "1", add={"tags": ("a", "b")}, remove={"tags": ("c",)}),),
        (Change("contacts", "1", add={"tags": ("c", "d")}, remove={"tags": ("a",)}),),
    )
    assert one.add == {"tags": ("b", "d")}
    assert one.remove == {}


def test_edits_of_what_was_just_made_go_into_it() -> None:
    made = Change(
        "contacts", "1", insert=True, set={"first_name": "I", "tags": ("a",), "custom": {"x": 1}, "city": ""}
    )
    one, other = combined(
        (made,),
        (
            Change("contacts", "1", set={"city": "Oslo", "custom.y": 2}, base={"city": "", "custom.y": None}),
            Change("contacts", "1", add={"tags": ("b",)}, remove={"tags": ("a",)}),
            Change("contacts", "2", set={"city": "Rome"}, base={"city": ""}),
        ),
    )
    assert one.insert
    assert one.set == {"first_name": "I", "tags": ("b",), "custom": {"x": 1, "y": 2}, "city": "Oslo"}
    assert other.id == "2"


def test_what_was_typed_after_an_undo_that_was_refused_is_a_question_of_its_own(world: Field) -> None:
    contact = lena(world)
    first = edit(world, contact, city="Oslo")
    world.push()
    world.pull()
    undo = world.do(Undo(changeset_id=first))
    typed = edit(world, contact, city="Bergen")
    with world.cache.truth() as truth:
        for item, base, mine in zip(
            outbox.everything(truth.connection), ("Oslo", ""), ("", "Bergen"), strict=True
        ):
            clash = FieldConflict("contacts", contact, "city", base, mine, "Rome", "ben", START)
            truth.park(item.seq, Refusal("conflict", "Ben changed it.", conflicts=(clash,)))
    waiting = world.workspace.parked()
    assert [parked.id for parked in waiting] == [undo.changeset.id, typed]
    assert "mine" in offered_for(waiting[1])
    world.do(SendAgain(parked=waiting[0], choices={"city": "theirs"}))
    [left] = world.workspace.parked()
    assert left.conflicts[0].mine == "Bergen"
