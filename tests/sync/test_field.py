"""The field workspace: everything works without a network, and what only the server knows is asked when it is there."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from core.changes import Changeset, Status
from core.commands.activities import LogActivity
from core.commands.contacts import EditContact
from core.commands.records import Assign
from core.commands.settle import SendAgain
from core.conflicts import asked, key_of
from core.errors import NotFound, Refused, Unavailable
from core.filters import Query
from core.parked import Parked
from core.workspace import Health, HistoryEntry, Reservation, Subject
from sync import outbox
from sync.cache import open_cache
from sync.refusal import Refusal
from sync.standing import Standing, State
from sync.workspace import FieldWorkspace
from tests.sync.filed import Field
from tests.waiting import eventually
from tests.workspace.office import START, Ear


@dataclass
class Agent:
    """Stands where it is told to, and counts how often it was woken."""

    standing: Standing = field(default_factory=lambda: Standing(State.LIVE, START))
    notes: tuple[str, ...] = ()
    nudges: int = 0
    stopped: bool = False

    def nudge(self) -> None:
        self.nudges += 1

    def stop(self) -> None:
        self.stopped = True


@dataclass
class Office:
    """A server that answers what it was told to, or is gone."""

    entries: list[HistoryEntry] = field(default_factory=list)
    gone: bool = False
    slow: threading.Event | None = None
    given: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    taken: dict[str, dt.datetime] = field(default_factory=dict)
    """Contacts that Ben has, until when; of all others he had them once."""
    free: bool = False
    """Whoever asks for one of the others has it."""
    held: dict[str, int] = field(default_factory=dict)
    """What Ann has, and for how many seconds she asked."""
    closed: bool = False

    def _answer(self) -> None:
        if self.slow is not None:
            self.slow.wait(30)
        if self.gone:
            raise Unavailable("No connection to the server.")

    def history(self, table: str, record_id: str, *, limit: int = 100) -> list[HistoryEntry]:
        self._answer()
        return self.entries

    def reserve(self, contact_id: str, *, seconds: int = 900) -> Reservation:
        self._answer()
        if contact_id in self.taken or not self.free:
            return Reservation(False, "Ben", self.taken.get(contact_id, START))
        self.held[contact_id] = seconds
        return Reservation(True, "Ann", START + dt.timedelta(seconds=seconds))

    def release(self, contact_id: str) -> None:
        self._answer()
        self.held.pop(contact_id, None)

    def who_took(self, table: str, record_id: str) -> str:
        self._answer()
        return "Ben"

    def give(self, table: str, record_id: str, text: str, note_id: str) -> str:
        self._answer()
        self.given.append((table, record_id, text))
        self.notes.append(note_id)
        return "Ben"

    def note_export(self, table: str, query: Query) -> None:
        self._answer()
        self.noted.append(table)

    def close(self) -> None:
        self.closed = True


@dataclass
class Online:
    """A workspace with an agent and a server."""

    world: Field
    agent: Agent
    office: Office

    def offline(self) -> None:
        self.agent.standing = Standing(State.OFFLINE, START)

    def back(self) -> None:
        """The server is there again, and the agent says so."""
        self.agent.standing = Standing(State.LIVE, START)
        self.world.workspace.look_again()

    def held_by(self, contact: str) -> str:
        [found] = self.world.workspace.callees([contact], START)
        return found.held_by


@pytest.fixture
def online(world: Field) -> Online:
    agent, office = Agent(), Office()
    world.workspace.join(agent, lambda: office)
    return Online(world, agent, office)


def lena(world: Field) -> str:
    """A contact of Ann's."""
    with world.cache.database.read() as connection:
        return str(connection.execute("SELECT id FROM contacts WHERE first_name = 'C0'").fetchone()[0])


def refuse(world: Field, **more: Any) -> str:
    """Has the server refuse the last thing that was done; returns its id."""
    with world.cache.database.read() as connection:
        last = outbox.batch(connection)[-1]
    with world.cache.truth() as truth:
        return truth.park(last.seq, Refusal("rejected", "You may not.", **more))


# --- doing ----------------------------------------------------------------------------------------------------------


def test_what_is_done_is_done_here_and_on_its_way(online: Online) -> None:
    contact = lena(online.world)
    answer = online.world.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    assert answer.applied
    assert online.world.workspace.record("contacts", contact).city == "Oslo"
    assert [each.id for each in online.world.workspace.unsent()] == [answer.changeset.id]
    assert online.agent.nudges == 1


def test_what_is_refused_here_is_not_on_its_way(online: Online) -> None:
    answer = online.world.do(EditContact(contact_id=lena(online.world), values={"version": 3}))
    assert not answer.applied
    assert online.world.workspace.unsent() == []
    assert online.agent.nudges == 0


def test_a_decision_settles_what_waited_with_it(world: Field) -> None:
    contact = lena(world)
    world.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    world.there_edits(contact, city="Rome")
    world.push()
    world.pull()
    [parked] = world.workspace.parked()
    choices: Any = {key_of(c, parked.conflicts): "mine" for c in asked(parked.conflicts)}
    answer = world.do(SendAgain(parked=parked, choices=choices))
    assert answer.applied, answer.reason
    assert world.workspace.parked() == []
    assert world.workspace.record("contacts", contact).city == "Oslo"
    world.push()
    world.pull()
    assert world.centre.workspace.record("contacts", contact).city == "Oslo"
    assert world.workspace.parked() == world.workspace.unsent() == []
    notes = [e.note for e in world.workspace.history("contacts", contact) if e.changeset.id == parked.id]
    assert notes == ["Not applied at first; sent again."]
    world.check()


def both(world: Field) -> tuple[Parked, Parked]:
    """What waits as it was seen first, and as it is since what was typed next was refused too."""
    contact = lena(world)
    world.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    world.do(EditContact(contact_id=contact, values={"city": "Bergen"}))
    world.there_edits(contact, city="Rome")
    world.push(most=1)
    [seen] = world.workspace.parked()
    world.push()
    world.pull()
    [now] = world.workspace.parked()
    return seen, now


def all_mine(parked: Parked) -> SendAgain:
    return SendAgain(
        parked=parked, choices={key_of(c, parked.conflicts): "mine" for c in asked(parked.conflicts)}
    )


def test_what_joined_while_it_was_decided_is_not_decided_with_it(world: Field) -> None:
    seen, now = both(world)
    answer = world.do(all_mine(seen))
    assert not answer.applied
    assert "once more" in answer.reason
    assert world.workspace.parked() == [now]
    assert world.do(all_mine(now)).applied
    assert world.workspace.record("contacts", lena(world)).city == "Bergen"


def test_what_joined_while_it_was_given_up_is_not_given_up_with_it(world: Field) -> None:
    seen, now = both(world)
    with pytest.raises(Refused, match="More of your work has joined"):
        world.workspace.drop(seen)
    assert world.workspace.parked() == [now]
    world.workspace.drop(now)
    assert world.workspace.parked() == []


def test_what_was_decided_in_another_program_is_not_decided_twice(world: Field) -> None:
    _, parked = both(world)
    other = FieldWorkspace(open_cache(world.path), clock=world.clock)
    assert other.execute(all_mine(parked)).applied
    answer = world.do(all_mine(parked))
    assert answer.status is Status.GONE
    assert len(world.workspace.unsent()) == 1
    other.close()


def test_an_offline_day_slows_nothing_down(world: Field) -> None:
    contact = lena(world)

    def cost() -> int:
        """The least work that the file has with one of a few edits, in steps of its machine; no clock is asked."""
        least = 1_000_000
        for n in range(5):
            steps: list[None] = []
            with world.cache.database.exclusive_writer() as connection:
                connection.set_progress_handler(lambda steps=steps: steps.append(None), 10)
            world.do(EditContact(contact_id=contact, values={"city": f"x{n}"}))
            least = min(least, len(steps))
        with world.cache.database.exclusive_writer() as connection:
            connection.set_progress_handler(None, 0)
        return least

    few = cost()
    for n in range(200):
        world.do(EditContact(contact_id=contact, values={"title": f"t{n}"}))
    assert cost() <= few * 1.2


def test_a_record_is_worked_with_though_what_it_points_to_is_out_of_sight(world: Field) -> None:
    contact = lena(world)
    company = world.workspace.record("contacts", contact).company_id
    world.centre.office.do(Assign(table="companies", ids=(company,), book_id=world.centre.books()[1]))
    world.pull()
    with pytest.raises(NotFound):
        world.workspace.record("companies", company)
    assert world.do(EditContact(contact_id=contact, values={"city": "Oslo"})).applied
    assert world.do(LogActivity(table="contacts", record_id=contact, kind="note", body="hello")).applied
    world.check()
    world.there_edits(contact, title="Chief")
    world.pull()
    bodies = [e.activity.body for e in world.workspace.timeline(Subject("contacts", contact))]
    assert "hello" in bodies
    world.push()
    world.pull()
    assert world.workspace.parked() == []
    world.check()


# --- how it stands --------------------------------------------------------------------------------------------------


def test_the_status_says_what_waits(online: Online) -> None:
    heard: list[Health] = []
    stop = online.world.workspace.watch_health(heard.append)
    assert online.world.workspace.health().line == "● live"
    online.world.do(EditContact(contact_id=lena(online.world), values={"city": "Oslo"}))
    # While the server is reached, only what is not sent at once is worth a word.
    eventually(lambda: online.world.workspace.health().to_send == 1)
    health = online.world.workspace.health()
    assert (health.mode, health.parked) == ("field", 0)
    assert "1 to send" in health.line
    refuse(online.world)
    assert "1 conflict" in online.world.workspace.health().line
    assert [(each.to_send, each.parked) for each in heard] == [(1, 0), (0, 1)]
    online.world.workspace.drop(online.world.workspace.parked()[0])
    assert (heard[-1].to_send, heard[-1].parked) == (0, 0)
    stop()


def test_who_cannot_save_is_told_so(online: Online, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("sync.workspace.outbox.add", _full)
        answer = online.world.do(EditContact(contact_id=lena(online.world), values={"city": "Oslo"}))
    assert answer.reason.startswith("Not saved.")
    assert online.world.workspace.health().line == "✗ not saved"
    assert online.world.workspace.record("contacts", lena(online.world)).city == ""
    assert online.world.do(EditContact(contact_id=lena(online.world), values={"city": "Oslo"})).applied
    assert online.world.workspace.health().level != "error"


def _full(*_given: Any, **_more: Any) -> None:
    raise Unavailable("The disk is full.")


# --- what only the server knows -------------------------------------------------------------------------------------


def theirs(world: Field, contact: str, at: dt.datetime) -> HistoryEntry:
    return HistoryEntry(
        Changeset("of-ben", world.centre.org_id, "ben", at, "edit_contact", "Ben edited", ()), False
    )


def test_the_history_is_what_was_done_here_and_what_others_did(online: Online) -> None:
    world, contact = online.world, lena(online.world)
    sent = world.do(EditContact(contact_id=contact, values={"city": "Oslo"})).changeset
    world.push()
    world.pull()
    waits = world.do(EditContact(contact_id=contact, values={"city": "Rome"})).changeset
    online.office.entries = [
        theirs(world, contact, sent.at + dt.timedelta(milliseconds=1)),
        HistoryEntry(sent, False),
    ]
    told = [entry.changeset.id for entry in world.workspace.history("contacts", contact)]
    assert told[:3] == [waits.id, "of-ben", sent.id]
    assert len(told) == len(set(told))
    online.offline()
    told = [entry.changeset.id for entry in world.workspace.history("contacts", contact)]
    assert told[:2] == [waits.id, sent.id]


def test_a_server_that_does_not_answer_keeps_no_history_waiting(online: Online) -> None:
    online.office.slow = threading.Event()
    contact = lena(online.world)
    done = online.world.do(EditContact(contact_id=contact, values={"city": "Oslo"})).changeset
    assert online.world.workspace.history("contacts", contact)[0].changeset.id == done.id
    online.office.slow.set()


def test_a_server_that_does_not_answer_keeps_no_call_waiting(online: Online) -> None:
    online.office.slow = threading.Event()
    contact = lena(online.world)
    here = online.world.workspace.reserve(contact)
    assert (here.ok, here.confirmed) == (True, False)
    online.world.workspace.release(contact)
    online.office.slow.set()


def test_an_agent_that_cannot_be_made_is_told_of(world: Field) -> None:
    def keep() -> None:
        raise ImportError("libpq")

    world.workspace.begin(keep)
    eventually(lambda: world.workspace.health().level == "warning")
    health = world.workspace.health()
    assert health.line.startswith("○ offline")
    assert "libpq" not in " ".join(health.notes)
    assert any("Start offhook again" in note for note in health.notes)
    assert world.do(EditContact(contact_id=lena(world), values={"city": "Oslo"})).applied


def test_without_the_server_a_reservation_is_not_confirmed(online: Online) -> None:
    contact = lena(online.world)
    assert online.world.workspace.reserve(contact) == Reservation(False, "Ben", START)
    online.office.gone = True
    here = online.world.workspace.reserve(contact)
    assert (here.ok, here.by, here.confirmed) == (True, "Ann", False)
    online.offline()
    assert not online.world.workspace.reserve(contact).confirmed
    online.world.workspace.release(contact)
    with pytest.raises(NotFound):
        online.world.workspace.reserve("nobody")


def test_what_was_reserved_without_the_server_is_brought_to_it_when_it_is_back(online: Online) -> None:
    online.office.free = True
    online.offline()
    contact = lena(online.world)
    assert not online.world.workspace.reserve(contact, seconds=600).confirmed
    online.back()
    eventually(lambda: contact in online.office.held)
    assert 500 < online.office.held[contact] <= 600, "what is left of it"
    assert online.world.workspace.reserve(contact).confirmed
    online.world.workspace.release(contact)
    assert online.office.held == {}


def test_whoever_reserved_what_a_colleague_has_is_told_when_the_server_is_back(online: Online) -> None:
    online.office.free = True
    online.offline()
    contact, told = lena(online.world), Ear()
    online.world.workspace.subscribe(told)
    assert online.world.workspace.reserve(contact).ok
    online.office.taken[contact] = START + dt.timedelta(hours=1)
    assert online.held_by(contact) == ""
    online.back()
    told.hears("contacts", contact)
    assert told.heard("contacts", contact, local=False)
    assert online.held_by(contact) == "Ben"


def test_a_colleague_who_was_named_is_known_without_the_server_too_until_the_time_is_up(
    online: Online,
) -> None:
    contact, until = lena(online.world), online.world.workspace.now() + dt.timedelta(hours=1)
    online.office.taken[contact] = until
    theirs = online.world.workspace.reserve(contact)
    assert (theirs.ok, theirs.by) == (False, "Ben")
    assert online.held_by(contact) == "Ben"
    online.offline()
    assert online.world.workspace.reserve(contact) == theirs, "the server has said so"
    [later] = online.world.workspace.callees([contact], until)
    assert (later.held_by, later.held_until) == ("", None)
    here = online.world.workspace.reserve(contact)
    assert (here.ok, here.confirmed) == (True, False)


def test_what_was_released_meanwhile_is_not_reserved_again(online: Online) -> None:
    online.office.free = True
    online.offline()
    contact, other = lena(online.world), "nobody"
    online.world.workspace.reserve(contact)
    online.world.workspace.release(contact)
    with pytest.raises(NotFound):
        online.world.workspace.reserve(other)
    online.back()
    assert online.world.workspace.history("contacts", contact) is not None, (
        "asked behind what was to be confirmed"
    )
    assert online.office.held == {}


def test_an_export_is_noted_on_the_server_before_the_first_row(online: Online) -> None:
    rows = list(online.world.workspace.export("contacts", Query()))
    assert len(rows) == 3
    assert online.office.noted == ["contacts"]
    online.office.gone = True
    with pytest.raises(Unavailable):
        online.world.workspace.export("contacts", Query())
    online.offline()
    with pytest.raises(Refused, match="online"):
        online.world.workspace.export("contacts", Query())


def test_who_took_a_record_is_asked_where_it_is_known(online: Online) -> None:
    assert online.world.workspace.who_took("contacts", "x") == "Ben"
    online.offline()
    assert online.world.workspace.who_took("contacts", "x") == ""


def test_what_one_may_not_do_any_more_is_given_to_whoever_may(online: Online) -> None:
    world, contact = online.world, lena(online.world)
    world.do(EditContact(contact_id=contact, values={"city": "Oslo", "description": "Likes fish"}))
    parked = refuse(world, about=("contacts", contact), can_hand_in=True)
    online.office.gone = True
    with pytest.raises(Unavailable):
        world.workspace.hand_in(parked)
    assert len(world.workspace.parked()) == 1, "it goes on waiting"
    online.offline()
    with pytest.raises(Unavailable, match="out of reach"):
        world.workspace.hand_in(parked)
    online.office.gone = False
    online.agent.standing = Standing(State.LIVE, START)
    assert world.workspace.hand_in(parked) == "Ben"
    [(table, record_id, text)] = online.office.given
    assert (table, record_id) == ("contacts", contact)
    assert "Oslo" in text
    assert "Likes fish" in text
    with pytest.raises(NotFound):
        world.workspace.hand_in(parked)


def test_what_joined_while_it_was_handed_in_goes_on_waiting(online: Online) -> None:
    world, contact = online.world, lena(online.world)
    world.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    refuse(world, about=("contacts", contact), can_hand_in=True)
    [parked] = world.workspace.parked()
    give = online.office.give

    def joined_meanwhile(table: str, record_id: str, text: str, note_id: str) -> str:
        world.do(EditContact(contact_id=contact, values={"city": "Bergen"}))
        assert refuse(world) == parked.id
        return give(table, record_id, text, note_id)

    online.office.give = joined_meanwhile  # type: ignore[method-assign]
    with pytest.raises(Refused, match="once more"):
        world.workspace.hand_in(parked.id)
    [left] = world.workspace.parked()
    assert left.changeset.changes[0].set["city"] == "Bergen"


def test_whoever_dies_over_handing_in_hands_the_same_in_again(
    online: Online, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, contact = online.world, lena(online.world)
    world.do(EditContact(contact_id=contact, values={"city": "Oslo"}))
    parked = refuse(world, about=("contacts", contact), can_hand_in=True)
    with monkeypatch.context() as broken:
        broken.setattr(world.workspace, "_settle", _full)
        with pytest.raises(Unavailable):
            world.workspace.hand_in(parked)
    assert len(world.workspace.parked()) == 1, "the server has it, and nobody here knows"
    world.workspace.hand_in(parked)
    first, again = online.office.notes
    assert first == again, "by this the server knows that it has it"


def test_what_cannot_be_handed_in_says_so(online: Online) -> None:
    online.world.do(EditContact(contact_id=lena(online.world), values={"city": "Oslo"}))
    parked = refuse(online.world)
    with pytest.raises(Refused, match="nobody"):
        online.world.workspace.hand_in(parked)


def test_closing_ends_the_agent_and_keeps_what_waits(online: Online) -> None:
    online.world.do(EditContact(contact_id=lena(online.world), values={"city": "Oslo"}))
    online.world.workspace.who_took("contacts", "x")
    online.world.restart()
    assert online.agent.stopped
    assert online.office.closed
    assert len(online.world.workspace.unsent()) == 1
