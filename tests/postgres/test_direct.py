"""The direct workspace: how often it asks, and how it answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

import pytest

from core.changes import Status
from core.commands.contacts import CreateContact, EditContact
from core.commands.deals import EditDeal, MoveDeal
from core.commands.people import EditUser
from core.commands.pipelines import EditStage
from core.commands.setup import DefineField
from core.commands.undo import Undo
from core.errors import Invalid, NotFound, Refused, Unavailable
from core.filters import Query, Test
from core.workspace import Subject
from storage.postgres import audit
from storage.postgres.direct import DirectWorkspace
from storage.postgres.install import as_owner
from tests.postgres.floor import Floor
from tests.postgres.rooms import Rooms, rooms_behind_a_proxy, rooms_on
from tests.proxy import Proxy
from tests.waiting import eventually


@pytest.fixture
def rooms(floor: Floor) -> Iterator[Rooms]:
    with rooms_on(floor) as rooms:
        yield rooms


@pytest.fixture
def network(floor: Floor) -> Iterator[tuple[Rooms, Proxy]]:
    with rooms_behind_a_proxy(floor) as both:
        yield both


# --- round trips: what a far server costs


def test_a_command_takes_two_round_trips(network: tuple[Rooms, Proxy]) -> None:
    rooms, proxy = network
    floor, ann = rooms.floor, rooms.open("ann")
    new, contacted = floor.stage("New"), floor.stage("Contacted")
    for command in (
        EditContact(contact_id=floor.contact("ann"), values={"city": "Kiel"}),
        EditDeal(deal_id=floor.deal("ann"), values={"next_step": "Call"}),
        CreateContact(values={"first_name": "Lena"}, company_name="Acme"),
        MoveDeal(deal_id=floor.deal("ann"), stage_id=contacted, from_stage_id=new),
    ):
        with proxy.count() as trips:
            assert ann.execute(command).applied
        assert trips[0] <= 2, command.NAME
    moved = ann.undoable()
    assert moved is not None
    with proxy.count() as trips:
        assert ann.execute(Undo(changeset_id=moved.id)).applied
    assert trips[0] <= 3, "the changeset first, then the rows it names"


READS: dict[str, tuple[int, Callable[[DirectWorkspace, Floor], object]]] = {
    "board": (1, lambda w, f: w.board(f.pipeline(), Query())),
    "cards": (1, lambda w, f: w.cards([f.deal("ann")], Query())),
    "contacts": (1, lambda w, f: w.contacts(Query())),
    "count": (1, lambda w, f: w.count_contacts(Query())),
    "companies": (1, lambda w, f: w.companies("An")),
    "page": (2, lambda w, f: w.page("deals", f.deal("ann"))),
    "record": (1, lambda w, f: w.record("contacts", f.contact("ann"))),
    "timeline": (1, lambda w, f: w.timeline(Subject("contacts", f.contact("ann")))),
    "tasks": (1, lambda w, f: w.tasks()),
    "search": (2, lambda w, f: w.search("kunde")),
    "tags": (1, lambda w, f: w.tags("contacts")),
    "history": (1, lambda w, f: w.history("contacts", f.contact("ann"))),
    "undoable": (1, lambda w, f: w.undoable()),
    "who took": (1, lambda w, f: w.who_took("contacts", f.contact("ann"))),
    "reserve": (1, lambda w, f: w.reserve(f.contact("ann"))),
    "catalog": (0, lambda w, f: w.catalog()),
    "health": (0, lambda w, f: w.health()),
}


@pytest.mark.parametrize("name", READS)
def test_a_screen_takes_one_round_trip_or_two(network: tuple[Rooms, Proxy], name: str) -> None:
    rooms, proxy = network
    ann = rooms.open("ann")
    most, read = READS[name]
    with proxy.count() as trips:
        read(ann, rooms.floor)
    assert trips[0] <= most


def test_a_far_server_works_as_a_near_one(network: tuple[Rooms, Proxy]) -> None:
    rooms, proxy = network
    ann, floor = rooms.open("ann"), rooms.floor
    proxy.delay = 0.025
    answer = ann.execute(EditContact(contact_id=floor.contact("ann"), values={"city": "Kiel"}))
    assert answer.applied
    assert ann.record("contacts", floor.contact("ann")).city == "Kiel"


# --- answers


def test_two_people_and_one_field(rooms: Rooms) -> None:
    floor, ann, ben = rooms.floor, rooms.open("ann"), rooms.open("ben")
    deal = floor.deal("East")
    assert ann.execute(EditDeal(deal_id=deal, values={"value_minor": 150_000})).applied
    answer = ben.execute(
        EditDeal(deal_id=deal, values={"value_minor": 90_000}, expected={"value_minor": 120_000})
    )
    assert answer.status is Status.CONFLICT
    [conflict] = [c for c in answer.conflicts if c.field == "value_minor"]
    assert (conflict.base, conflict.mine, conflict.theirs) == (120_000, 90_000, 150_000)
    assert conflict.who == floor.user("ann")
    assert isinstance(conflict.when, dt.datetime)
    assert answer.reason.startswith("Ann Arndt changed Value of East renewal meanwhile: it is €1,500.00 now.")
    assert answer.changeset is not None


def test_two_people_and_two_fields(rooms: Rooms) -> None:
    floor, ann, ben = rooms.floor, rooms.open("ann"), rooms.open("ben")
    contact = floor.contact("East")
    assert ann.execute(EditContact(contact_id=contact, values={"city": "Berlin"})).applied
    assert ben.execute(
        EditContact(contact_id=contact, values={"title": "CEO"}, expected={"title": ""})
    ).applied
    held = ann.record("contacts", contact)
    assert (held.city, held.title) == ("Berlin", "CEO")


def test_what_another_has_is_not_there(rooms: Rooms) -> None:
    floor, wim = rooms.floor, rooms.open("wim")
    contact = floor.contact("ann")
    answer = wim.execute(EditContact(contact_id=contact, values={"city": "Kiel"}))
    assert (answer.status, answer.reason) == (Status.GONE, "That contact is not there.")
    with pytest.raises(NotFound):
        wim.record("contacts", contact)


def test_who_only_looks_changes_nothing(rooms: Rooms) -> None:
    rob = rooms.open("rob")
    answer = rob.execute(EditContact(contact_id=rooms.floor.contact("ann"), values={"city": "Kiel"}))
    assert answer.status is Status.REJECTED
    assert "read-only" in answer.reason or "cannot change" in answer.reason
    with pytest.raises(Refused, match="read-only"):
        rob.reserve(rooms.floor.contact("ann"))


def test_a_value_that_cannot_be_kept_is_told_by_its_field(rooms: Rooms) -> None:
    ann = rooms.open("ann")
    answer = ann.execute(EditContact(contact_id=rooms.floor.contact("ann"), values={"country": "Germany"}))
    assert answer.status is Status.REJECTED
    assert set(answer.fields) == {"country"}
    assert issubclass(Invalid, Refused)


def test_a_value_that_only_the_server_can_refuse_is_told_by_its_field(rooms: Rooms) -> None:
    here, there = rooms.open("mia"), rooms.open("mia")
    assert there.execute(DefineField(entity="deals", label="Budget", kind="number")).applied
    answer = here.execute(DefineField(entity="deals", label="Budget", kind="text"))
    assert answer.status is Status.REJECTED
    assert answer.fields == {"label": "There is a field called Budget already."}


def test_a_claim_that_came_too_late_says_who_was_faster(rooms: Rooms) -> None:
    from core.commands.records import Claim

    floor, ann, ben = rooms.floor, rooms.open("ann"), rooms.open("ben")
    contact = floor.contact("East", 1)
    assert ann.execute(Claim(table="contacts", ids=(contact,))).applied
    answer = ben.execute(Claim(table="contacts", ids=(contact,)))
    assert not answer.applied
    assert "Ann Arndt" in (answer.reason + ben.who_took("contacts", contact))


def test_a_contact_is_reserved_for_one_at_a_time(rooms: Rooms) -> None:
    floor, ann, ben = rooms.floor, rooms.open("ann"), rooms.open("ben")
    contact = floor.contact("East")
    mine = ann.reserve(contact, seconds=60)
    assert (mine.ok, mine.by) == (True, "Ann Arndt")
    theirs = ben.reserve(contact)
    assert (theirs.ok, theirs.by, theirs.until) == (False, "Ann Arndt", mine.until)
    ann.release(contact)
    assert ben.reserve(contact).ok
    for strange in ("x", floor.contact("wim")):
        with pytest.raises(NotFound):
            ann.reserve(strange)
    ann.release("x")


def test_the_set_up_is_new_after_ones_own_change_of_it(rooms: Rooms) -> None:
    mia, stage = rooms.open("mia"), rooms.floor.stage("New")
    assert mia.execute(EditStage(stage_id=stage, values={"name": "Fresh"})).applied
    assert mia.catalog().stage(stage).name == "Fresh"


def test_an_export_streams_beside_other_work(rooms: Rooms) -> None:
    mia = rooms.open("mia")
    rows = mia.export("contacts", Query())
    first = next(rows)
    assert mia.count_contacts(Query()) > 1
    assert first
    assert len(list(rows)) + 1 == mia.count_contacts(Query())


def test_who_may_not_export_is_told_before_the_first_row(rooms: Rooms) -> None:
    ann, ada = rooms.open("ann"), rooms.open("ada")
    ann.subscribe(lambda changed: None)
    with pytest.raises(Refused, match="You may not export"):
        ann.export("contacts", Query())
    assert ada.execute(EditUser(user_id=rooms.floor.user("ann"), values={"export_right": "yes"})).applied
    eventually(lambda: ann.catalog().me.export_right == "yes")
    assert list(ann.export("contacts", Query()))


def test_an_export_is_noted_before_the_first_row_leaves(rooms: Rooms) -> None:
    mia, ada = rooms.open("mia"), rooms.floor.connect("ada")
    rows = mia.export("contacts", Query("city:Berlin", where=Test("city", "in", ("Berlin",))))
    assert audit.entries(ada, op="export") == [], "nothing has left yet"
    taken = list(rows)
    picked = mia.export("contacts", Query(where=Test("id", "in", (rooms.floor.contact("ann"),))))
    assert next(picked)
    del picked
    noted = [(entry.login, entry.diff) for entry in audit.entries(ada, op="export")]
    assert noted == [
        ("mia", {"rows": 1, "filter": "picked by hand"}),
        ("mia", {"rows": len(taken), "filter": "city:Berlin"}),
    ]


def test_an_export_that_breaks_off_is_told_in_a_sentence(network: tuple[Rooms, Proxy]) -> None:
    rooms, proxy = network
    rows = rooms.open("mia").export("contacts", Query())
    proxy.down()
    with pytest.raises(Unavailable):
        list(rows)


def test_what_is_less_than_perfect_is_told(rooms: Rooms) -> None:
    floor = rooms.floor
    with as_owner(operator := floor.operator()):
        operator.execute("update meta set value = '9999' where key = 'schema_version'")
    ann = rooms.open("ann", notes=("The password lies in a file.",))
    notes = ann.health().notes
    assert "The password lies in a file." in notes
    assert any("a newer offhook is to be had" in note for note in notes)
    health = ann.health()
    assert (health.mode, health.who, health.line, health.level) == ("direct", "Ann Arndt", "● online", "ok")


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [("min_client", "9999", "This offhook is too old"), ("schema_version", "0001", "server is too old")],
)
def test_what_does_not_fit_together_is_not_opened(rooms: Rooms, key: str, value: str, says: str) -> None:
    with as_owner(operator := rooms.floor.operator()):
        operator.execute("update meta set value = %s where key = %s", (value, key))
    with pytest.raises(Refused, match=says):
        rooms.open("ann")
