"""What is out of sight leaves no trace, whichever way it went: found by the simulator."""

from __future__ import annotations

from core.commands.activities import LogActivity
from core.commands.contacts import EditContact
from core.commands.records import Assign, TagRecords
from core.commands.settle import SendAgain
from core.commands.tasks import CreateTask, EditTask
from sync.refusal import Refusal
from tests.sync.filed import Field
from tests.sync.test_cache import lena
from tests.sync.test_field import refuse
from tests.workspace.office import START


def test_what_left_before_the_server_had_shown_it_leaves_no_trace(world: Field) -> None:
    contact, (mine, ben, *_) = lena(world), world.centre.books()
    noted = LogActivity(table="contacts", record_id=contact, kind="note", body="whispered")
    world.do(noted)
    world.push()
    # It goes to a book out of sight, and the note with it, before a pull has brought the note.
    world.centre.office.do(Assign(table="contacts", ids=(contact,), book_id=ben))
    world.pull()
    with world.cache.database.read() as connection:
        told = connection.execute(
            "SELECT row_id FROM changeset_rows WHERE row_id IN (?, ?)", (noted.activity_id, contact)
        ).fetchall()
        (held,) = connection.execute(
            "SELECT count(*) FROM changesets WHERE body LIKE '%whispered%'"
        ).fetchone()
    assert (told, held) == ([], 0)
    assert mine in world.held
    world.check()


def test_a_conflict_about_what_is_out_of_sight_shows_nobodys_value(world: Field) -> None:
    contact, ben = lena(world), world.centre.books()[1]
    world.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    world.there_edits(contact, city="Timbuktu")
    world.push()
    world.pull()
    [conflict] = world.workspace.parked()
    assert conflict.kind == "conflict"
    assert conflict.conflicts[0].theirs == "Timbuktu"
    world.centre.office.do(Assign(table="contacts", ids=(contact,), book_id=ben))
    world.pull()
    [left] = world.workspace.parked()
    assert (left.id, left.kind, left.conflicts, left.can_hand_in) == (conflict.id, "gone", (), True)
    assert "out of your sight" in left.reason
    assert left.changeset.changes[0].set == {"city": "Oslo"}
    with world.cache.database.read() as connection:
        (held,) = connection.execute(
            "SELECT count(*) FROM parked WHERE reason || answer || body LIKE '%Timbuktu%'"
        ).fetchone()
    assert held == 0
    world.check()


def test_what_was_done_to_a_task_about_an_erased_person_goes_too(world: Field) -> None:
    contact = lena(world)
    planned = CreateTask(table="contacts", record_id=contact, subject="Again", due_at=START)
    world.do(planned)
    world.do(EditTask(task_id=planned.task_id, values={"subject": "murmured"}))
    with world.cache.truth() as truth:
        truth.leave([("contacts", contact, "", "erased")])
    world.told = {key: row for key, row in world.told.items() if key[1] != contact}
    assert world.workspace.unsent() == []
    with world.cache.database.read() as connection:
        (held,) = connection.execute(
            "SELECT count(*) FROM changesets WHERE body LIKE '%murmured%'"
        ).fetchone()
        told = connection.execute(
            "SELECT 1 FROM changeset_rows WHERE row_id = ?", (planned.task_id,)
        ).fetchall()
    assert (held, told) == (0, [])


def test_what_a_server_had_accepted_before_it_was_restored_is_offered_again(world: Field) -> None:
    done = world.do(EditContact(contact_id=lena(world), values={"city": "Oslo"})).changeset
    world.push()
    assert world.workspace.unsent() == []
    # The server comes back from a copy before a pull has shown what it accepted; nothing older is missing there.
    with world.cache.truth() as truth:
        truth.offer_again([])
    assert [each.id for each in world.workspace.unsent()] == [done.id]
    world.check()


def test_what_was_refused_about_two_people_goes_on_waiting_for_the_one_who_was_not_erased(
    world: Field,
) -> None:
    gone, stays = lena(world), lena(world, "C1")
    world.do(TagRecords(table="contacts", ids=(gone, stays), add=("vip",)))
    parked_id = refuse(world, about=("contacts", gone), title="C0 Lead", can_hand_in=True)
    with world.cache.truth() as truth:
        truth.leave([("contacts", gone, "", "erased")])
    [left] = world.workspace.parked()
    assert (left.id, left.kind, left.about) == (parked_id, "rejected", ("contacts", stays))
    assert [(change.id, change.add) for change in left.changeset.changes if change.table == "contacts"] == [
        (stays, {"tags": ("vip",)})
    ]
    assert "erased" in left.reason
    assert left.title.startswith("C1")
    assert not left.can_hand_in, "nobody was asked who has that one"
    with world.cache.database.read() as connection:
        (told,) = connection.execute(
            "SELECT count(*) FROM parked WHERE reason || answer || body LIKE ?", (f"%{gone}%",)
        ).fetchone()
    assert told == 0
    # It is decided like everything that was refused.
    world.do(SendAgain(parked=left, choices={}))
    assert world.workspace.parked() == []
    assert world.workspace.record("contacts", stays).tags == ("vip",)


def test_what_was_refused_about_an_erased_person_alone_waits_no_longer(world: Field) -> None:
    gone = lena(world)
    world.do(EditContact(contact_id=gone, values={"city": "Oslo"}))
    refuse(world, about=("contacts", gone), title="C0 Lead")
    with world.cache.truth() as truth:
        truth.leave([("contacts", gone, "", "erased")])
    assert world.workspace.parked() == []


def test_what_was_taken_and_told_as_a_duplicate_counts_as_taken_when_the_person_is_erased(
    world: Field,
) -> None:
    gone = lena(world)
    world.do(EditContact(contact_id=gone, values={"city": "Oslo"}))
    [done] = world.workspace.unsent()
    with world.cache.truth() as truth:
        truth.warn(done, Refusal("duplicate", "Ben has her too.", about=("contacts", gone)))
        truth.leave([("contacts", gone, "", "erased")])
    with world.cache.database.read() as connection:
        assert connection.execute("SELECT kind, how FROM parked").fetchall() == [("duplicate", "erased")]
