"""Two reps and one server: who claims what, whose edit stands, and what each sees of the other."""

from __future__ import annotations

import threading
from collections.abc import Callable

from core.changes import Answer, Status
from core.commands.activities import LogActivity
from core.commands.base import Command
from core.commands.contacts import DeleteContacts, EditContact
from core.commands.deals import EditDeal
from core.commands.records import Assign, Claim, TagRecords
from core.commands.undo import Undo
from core.entities import Deal
from core.filters import Query
from tests.postgres.floor import Floor
from tests.waiting import eventually
from tests.workspace.office import Ear, Office

LogIn = Callable[[str], Office]


def at_once(*jobs: tuple[Office, Command]) -> list[Answer]:
    """Executes commands of several people at the same instant, and tells what became of each."""
    start = threading.Barrier(len(jobs))
    answers: dict[int, Answer] = {}

    def run(place: int, office: Office, command: Command) -> None:
        start.wait()
        answers[place] = office.workspace.execute(command)

    threads = [threading.Thread(target=run, args=(place, *job)) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [office.became(answers[place]) for place, (office, _) in enumerate(jobs)]


def test_of_all_who_claim_at_once_one_wins_and_the_others_are_told_who(log_in: LogIn, floor: Floor) -> None:
    people = [log_in("ann"), log_in("ben"), log_in("mia")]
    for contact in (floor.contact("East", 0), floor.contact("East", 1)):
        answers = at_once(*((who, Claim(table="contacts", ids=(contact,))) for who in people))
        winners = [who for who, answer in zip(people, answers, strict=True) if answer.applied]
        assert len(winners) == 1
        name = winners[0].catalog.me.name
        for answer in answers:
            assert answer.applied or name in answer.reason, answer.reason
        assert winners[0].get("contacts", contact).book_id == winners[0].catalog.my_book.id


def test_edits_of_different_fields_at_once_both_stand(log_in: LogIn, floor: Floor) -> None:
    ann, ben, contact = log_in("ann"), log_in("ben"), floor.contact("East")
    answers = at_once(
        (ann, EditContact(contact_id=contact, values={"city": "Berlin"}, expected={"city": ""})),
        (ben, EditContact(contact_id=contact, values={"title": "CEO"}, expected={"title": ""})),
    )
    assert all(answer.applied for answer in answers)
    for who in (ann, ben):
        eventually(lambda who=who: _named(who, contact) == ("Berlin", "CEO"))


def _named(who: Office, contact: str) -> tuple[str, str]:
    held = who.get("contacts", contact)
    return held.city, held.title


def test_edits_of_the_same_field_at_once_one_stands_and_the_other_is_asked(
    log_in: LogIn, floor: Floor
) -> None:
    ann, ben, contact = log_in("ann"), log_in("ben"), floor.contact("East")
    answers = at_once(
        (ann, EditContact(contact_id=contact, values={"city": "Berlin"}, expected={"city": ""})),
        (ben, EditContact(contact_id=contact, values={"city": "Bonn"}, expected={"city": ""})),
    )
    assert sorted(answer.status.value for answer in answers) == ["conflict", "ok"]
    loser = next(answer for answer in answers if not answer.applied)
    [conflict] = loser.conflicts
    assert conflict.base == ""
    assert {conflict.mine, conflict.theirs} == {"Berlin", "Bonn"}
    for who in (ann, ben):
        eventually(lambda who=who: who.get("contacts", contact).city == conflict.theirs)


def test_tags_of_both_are_there(log_in: LogIn, floor: Floor) -> None:
    ann, ben, contact = log_in("ann"), log_in("ben"), floor.contact("East")
    answers = at_once(
        (ann, TagRecords(table="contacts", ids=(contact,), add=("warm",))),
        (ben, TagRecords(table="contacts", ids=(contact,), add=("fair",))),
    )
    assert all(answer.applied for answer in answers)
    for who in (ann, ben):
        eventually(lambda who=who: set(who.get("contacts", contact).tags) == {"vip", "warm", "fair"})


def test_a_card_that_both_move_is_moved_once(log_in: LogIn, floor: Floor) -> None:
    ann, ben, deal = log_in("ann"), log_in("ben"), floor.deal("East")
    moves = [ann.move(deal, "New", "Contacted"), ben.move(deal, "New", "Lost", reason="Price")]
    answers = at_once((ann, moves[0]), (ben, moves[1]))
    assert sum(answer.applied for answer in answers) == 1
    stage = moves[[answer.applied for answer in answers].index(True)].stage_id
    for who in (ann, ben):
        eventually(lambda who=who: who.get("deals", deal).stage_id == stage)


def test_what_one_does_shows_at_the_others_and_in_order(log_in: LogIn, floor: Floor) -> None:
    ann, ben, deal = log_in("ann"), log_in("ben"), floor.deal("East")
    seen: list[str] = []

    def look(_: object) -> None:
        held: Deal = ben.get("deals", deal)
        seen.append(held.title)

    ben.workspace.subscribe(look)
    for title in ("One", "Two", "Three"):
        ann.do(EditDeal(deal_id=deal, values={"title": title}))
    eventually(lambda: seen and seen[-1] == "Three")
    order = ["East renewal", "One", "Two", "Three"]
    assert [order.index(title) for title in seen] == sorted(order.index(title) for title in seen)


def test_what_is_assigned_away_leaves_ones_sight(log_in: LogIn, floor: Floor) -> None:
    mia, ben, contact = log_in("mia"), log_in("ben"), floor.contact("East", 1)
    ear = Ear()
    ben.workspace.subscribe(ear)
    mia.do(Assign(table="contacts", ids=(contact,), book_id=floor.book("ann")))
    ear.hears("contacts", contact)
    assert contact not in ben.workspace.contact_ids(Query())
    assert ben.workspace.who_took("contacts", contact) == "Ann Arndt"
    answer = ben.workspace.execute(EditContact(contact_id=contact, values={"city": "Kiel"}))
    assert answer.status is Status.GONE


def test_an_edit_of_what_was_deleted_meanwhile_is_told(log_in: LogIn, floor: Floor) -> None:
    ann, ben, contact = log_in("ann"), log_in("ben"), floor.contact("East", 1)
    assert ann.became(ann.do(DeleteContacts(contact_ids=(contact,)))).applied
    answer = ben.became(ben.workspace.execute(EditContact(contact_id=contact, values={"city": "Kiel"})))
    assert answer.status is Status.GONE
    assert "deleted" in answer.reason


def test_undo_takes_back_ones_own_and_never_what_another_wrote_over_it(log_in: LogIn, floor: Floor) -> None:
    ann, ben, deal = log_in("ann"), log_in("ben"), floor.deal("East")
    mine = ann.do(EditDeal(deal_id=deal, values={"next_step": "Call", "title": "Mine"}))
    eventually(lambda: ben.get("deals", deal).title == "Mine")
    assert ben.became(ben.do(EditDeal(deal_id=deal, values={"title": "Theirs"}))).applied
    assert mine.changeset is not None
    assert ann.workspace.undoable() == mine.changeset
    answer = ann.became(ann.workspace.execute(Undo(changeset_id=mine.changeset.id)))
    assert answer.status is Status.CONFLICT
    eventually(lambda: ann.get("deals", deal).title == "Theirs")
    assert ben.workspace.execute(Undo(changeset_id=mine.changeset.id)).status is Status.GONE


def test_the_same_command_of_two_programs_at_once_has_one_effect(log_in: LogIn, floor: Floor) -> None:
    desk, laptop, contact = log_in("ann"), log_in("ann"), floor.contact("ann")
    before = desk.written("contacts", contact)
    log = LogActivity(table="contacts", record_id=contact, kind="note", body="once")
    one, other = at_once((desk, log), (laptop, log))
    assert one.applied
    assert other.applied
    assert one.revision == other.revision
    assert desk.written("activities", log.activity_id) == 1
    assert desk.written("contacts", contact) == before


def test_a_second_program_of_the_same_person_is_told_as_others_are(log_in: LogIn, floor: Floor) -> None:
    desk, laptop, contact = log_in("ann"), log_in("ann"), floor.contact("ann")
    ear = Ear()
    laptop.workspace.subscribe(ear)
    desk.do(EditContact(contact_id=contact, values={"city": "Kiel"}))
    ear.hears("contacts", contact)
    assert not any(changed.local for changed in ear.told)


def test_a_call_list_is_worked_by_two_without_calling_anybody_twice(log_in: LogIn, floor: Floor) -> None:
    ann, ben = log_in("ann"), log_in("ben")
    contacts = [floor.contact("East", 0), floor.contact("East", 1)]
    mine = {contact for contact in contacts if ann.workspace.reserve(contact).ok}
    theirs = {contact for contact in contacts if ben.workspace.reserve(contact).ok}
    assert mine == set(contacts)
    assert theirs == set()
    ann.workspace.release(contacts[0])
    assert ben.workspace.reserve(contacts[0]).ok
