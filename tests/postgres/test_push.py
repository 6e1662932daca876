"""What was done offline reaches the server in its order, once, and one refusal keeps nothing else back."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from psycopg import sql

from core.changes import Change, Changeset, Status, to_json
from core.commands.activities import LogActivity
from core.commands.base import insert, update
from core.commands.contacts import EditContact
from core.commands.deals import MoveDeal
from core.commands.records import Claim
from core.entities import Activity, Company, Contact, Deal
from core.ids import new_id
from storage.postgres.push import Item, Pushed, push
from tests.postgres.desk import NOW, Desk
from tests.postgres.floor import Floor


@pytest.fixture
def ann(floor: Floor) -> Desk:
    return Desk(floor, "ann")


@pytest.fixture
def client() -> str:
    return new_id()


def sent(*changesets: Changeset, start: int = 1) -> list[Item]:
    """An outbox with these in it."""
    return [(start + n, json.dumps(to_json(changeset))) for n, changeset in enumerate(changesets)]


def titled(desk: Desk, base: str, title: str) -> Changeset:
    """A rename of the desk's deal from what its person saw."""
    deal = desk.floor.deal(desk.login)
    return desk.changes(Change("deals", deal, set={"title": title}, base={"title": base}))


def note(desk: Desk, body: str = "Told") -> Changeset:
    values = {"book_id": desk.floor.book(desk.login), "kind": "note", "occurred_at": NOW, "body": body,
              "user_id": desk.floor.user(desk.login), "deal_id": desk.floor.deal(desk.login)}  # fmt: skip
    return desk.changes(insert(Activity, new_id(), values))


def go(desk: Desk, client: str, items: Sequence[Item], acked: int = 0) -> list[Pushed]:
    return push(desk.connection, client, acked, items, catalog=desk.catalog)


def count(floor: Floor, table: str, where: str = "true") -> int:
    row = floor.database.superuser().execute(f"SELECT count(*) FROM offhook.{table} WHERE {where}").fetchone()
    assert row is not None
    return int(row[0])


def stored(floor: Floor) -> list[int]:
    found = floor.database.superuser().execute("SELECT seq FROM offhook.answers ORDER BY seq")
    return [seq for (seq,) in found]


# --- in order


def test_a_day_of_work_is_applied_in_its_order(floor: Floor, ann: Desk, client: str) -> None:
    outbox = sent(titled(ann, "Ann renewal", "B"), note(ann), titled(ann, "B", "C"), titled(ann, "C", "D"))
    answers = go(ann, client, outbox)
    assert [(a.seq, a.status) for a in answers] == [(n, Status.OK) for n in (1, 2, 3, 4)]
    assert [a.revision for a in answers] == sorted(a.revision for a in answers)
    deal = ann.get(Deal, floor.deal("ann"))
    assert (deal.title, deal.version) == ("D", 4)


def test_what_depends_on_a_record_made_offline_follows_it(floor: Floor, ann: Desk, client: str) -> None:
    company, contact = new_id(), new_id()
    book = {"book_id": floor.book("ann")}
    outbox = sent(
        ann.changes(insert(Company, company, {**book, "name": "Acme"})),
        ann.changes(insert(Contact, contact, {**book, "first_name": "Zoë", "company_id": company})),
        ann.changes(Change("contacts", contact, set={"title": "CEO"}, base={"title": ""})),
    )
    assert {a.status for a in go(ann, client, outbox)} == {Status.OK}
    made = ann.get(Contact, contact)
    assert (made.company_id, made.title, made.version) == (company, "CEO", 2)


def test_what_is_refused_keeps_nothing_else_back(floor: Floor, ann: Desk, client: str) -> None:
    outbox = sent(
        titled(ann, "what nobody saw", "X"),
        note(ann),
        ann.changes(Change("deals", new_id(), set={"title": "x"}, base={"title": "y"})),
        ann.changes(
            Change("deals", floor.deal("ann"), set={"value_minor": -1}, base={"value_minor": 120_000})
        ),
        titled(ann, "Ann renewal", "B"),
    )
    answers = go(ann, client, outbox)
    told = [a.status.value for a in answers]
    assert told == ["conflict", "ok", "gone", "rejected", "ok"]
    [conflict] = answers[0].conflicts
    assert (conflict.base, conflict.mine, conflict.theirs) == ("what nobody saw", "X", "Ann renewal")
    assert (answers[0].about, answers[0].title) == (("deals", floor.deal("ann")), "Ann renewal")
    assert answers[2].reason == "That deal is not there any more."
    assert answers[3].fields == {
        "value_minor": "The value must be zero or more, and at most about 90 trillion."
    }
    assert ann.get(Deal, floor.deal("ann")).title == "B"


def test_who_was_faster_is_named(floor: Floor, ann: Desk, client: str) -> None:
    contact = floor.contact("East")
    mine = ann.decide(Claim(table="contacts", ids=(contact,)))
    Desk(floor, "ben").do(Claim(table="contacts", ids=(contact,)))
    [answer] = push(ann.connection, client, 0, sent(mine.changeset), catalog=mine.catalog, seen=mine.seen)
    assert (answer.status, answer.taken_by) == (Status.GONE, "Ben Berg")
    assert answer.about == ("contacts", contact)


# --- once


def test_what_is_sent_again_has_one_effect_and_the_answer_it_had(
    floor: Floor, ann: Desk, client: str
) -> None:
    outbox = sent(titled(ann, "Ann renewal", "B"), titled(ann, "what nobody saw", "X"), note(ann))
    first = go(ann, client, outbox)
    # Meanwhile the conflict would not be one any more: the answer stays what was said first.
    mia = Desk(floor, "mia")
    assert mia.put(update(mia.get(Deal, floor.deal("ann")), {"title": "what nobody saw"})).status is Status.OK
    assert go(ann, client, outbox) == first
    assert ann.get(Deal, floor.deal("ann")).version == 3
    assert count(floor, "changesets", "command = 'test'") == 3


def test_the_answers_are_kept_until_the_client_has_them(floor: Floor, ann: Desk, client: str) -> None:
    outbox = sent(*(note(ann) for _ in range(4)))
    go(ann, client, outbox)
    assert stored(floor) == [1, 2, 3, 4]
    go(ann, client, [], acked=2)
    assert stored(floor) == [1, 2, 3, 4]  # Nothing was sent.
    go(ann, client, sent(note(ann), start=5), acked=3)
    assert stored(floor) == [4, 5]


def test_an_applied_changeset_is_known_after_its_answer_was_forgotten(
    floor: Floor, ann: Desk, client: str
) -> None:
    outbox = sent(titled(ann, "Ann renewal", "B"))
    [first] = go(ann, client, outbox)
    go(ann, client, sent(note(ann), start=2), acked=1)
    [again] = go(ann, client, outbox, acked=1)
    assert (again.status, again.revision) == (Status.OK, first.revision)
    assert ann.get(Deal, floor.deal("ann")).version == 2


def test_effects_and_answers_come_together_or_not_at_all(floor: Floor, ann: Desk, client: str) -> None:
    outbox = sent(titled(ann, "Ann renewal", "B"), note(ann))
    with ann.connection.transaction(force_rollback=True):
        go(ann, client, outbox)
    assert stored(floor) == []
    assert ann.get(Deal, floor.deal("ann")).title == "Ann renewal"
    assert {a.status for a in go(ann, client, outbox)} == {Status.OK}


def test_one_outbox_sent_on_two_connections_at_once_has_one_effect(
    floor: Floor, ann: Desk, client: str
) -> None:
    outbox = sent(*(note(ann) for _ in range(20)), titled(ann, "Ann renewal", "B"))
    start = threading.Barrier(4)

    def one(desk: Desk) -> list[Pushed]:
        start.wait()
        return push(desk.connection, client, 0, outbox)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one, [Desk(floor, "ann") for _ in range(4)]))
    assert answers == [answers[0]] * 4
    assert count(floor, "changesets", "command = 'test'") == 21


def test_a_number_that_comes_again_with_another_changeset_is_another_one(
    floor: Floor, ann: Desk, client: str
) -> None:
    go(ann, client, sent(note(ann)))
    restored = sent(titled(ann, "Ann renewal", "B"))
    assert [a.status for a in go(ann, client, restored)] == [Status.OK]
    assert ann.get(Deal, floor.deal("ann")).title == "B"
    assert stored(floor) == [1]


# --- whose


def test_a_client_belongs_to_one_person(floor: Floor, ann: Desk, client: str) -> None:
    go(ann, client, sent(note(ann)))
    ben = Desk(floor, "ben")
    with pytest.raises(psycopg.Error, match="made with another login"):
        go(ben, client, sent(note(ben)))
    assert count(floor, "changesets", "command = 'test'") == 1
    zed = Desk(floor, "zed")  # In another organization it is another client.
    zeds = zed.changes(insert(Company, new_id(), {"book_id": floor.book("zed"), "name": "Z"}))
    assert [a.status for a in go(zed, client, sent(zeds))] == [Status.OK]


def test_nobody_reads_or_writes_the_answers_but_by_pushing(floor: Floor, ann: Desk, client: str) -> None:
    go(ann, client, sent(note(ann)))
    for table in ("clients", "answers"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ann.connection.execute(f"SELECT * FROM {table}")
    ben = Desk(floor, "ben")
    with pytest.raises(psycopg.Error, match="not yours"):
        ben.connection.execute("SELECT keep_answers(%s, '{1}', %s, '{null}')", (client, [new_id()]))
    with pytest.raises(psycopg.Error, match="another login"):
        ben.connection.execute("SELECT * FROM open_batch(%s, 0, '{1}')", (client,))


def test_a_login_that_was_disabled_keeps_its_work(floor: Floor, ann: Desk, client: str) -> None:
    outbox = sent(note(ann))
    floor.database.superuser().execute("UPDATE offhook.users SET disabled_at = now() WHERE login = 'ann'")
    with pytest.raises(psycopg.Error, match="login was disabled"):
        push(ann.connection, client, 0, outbox)
    floor.database.superuser().execute("UPDATE offhook.users SET disabled_at = NULL WHERE login = 'ann'")
    assert [a.status for a in go(ann, client, outbox)] == [Status.OK]


# --- how much


@pytest.mark.parametrize(
    "items",
    [
        "{}",
        "[1]",
        '[{"id": "x"}]',
        '[{"seq": 1}, {"seq": 1}]',
        '[{"seq": -1}]',
        '[{"seq": 1.5}]',
        json.dumps([{"seq": n} for n in range(1001)]),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(floor: Floor, ann: Desk, client: str, items: str) -> None:
    with pytest.raises(psycopg.Error) as caught:
        ann.connection.execute("SELECT offhook.apply(%s, 0, %s)", (client, items))
    assert caught.value.sqlstate == "OH003"
    assert count(floor, "clients") == 0


def test_what_is_no_json_for_the_server_is_refused_alone(floor: Floor, ann: Desk, client: str) -> None:
    outbox = sent(note(ann), note(ann, "\x00"), note(ann))
    answers = go(ann, client, outbox)
    assert [(a.seq, a.status.value) for a in answers] == [(1, "ok"), (2, "rejected"), (3, "ok")]


def test_what_is_no_changeset_is_answered(floor: Floor, ann: Desk, client: str) -> None:
    row = ann.connection.execute(
        "SELECT offhook.apply(%s, 0, %s)", (client, '[{"seq": 7, "id": "x"}, {"seq": 8}]')
    ).fetchone()
    assert row is not None
    assert [(a["seq"], a["status"], a["reason"]) for a in row[0]] == [
        (7, "rejected", "That is no changeset."), (8, "rejected", "That is no changeset."),
    ]  # fmt: skip


def test_the_history_holds_what_direct_mode_would_have_put_there(
    floor: Floor, ann: Desk, client: str
) -> None:
    decided = ann.decide(EditContact(contact_id=floor.contact("ann"), values={"title": "CEO"})).changeset
    [answer] = go(ann, client, sent(decided))
    row = ann.connection.execute("SELECT body FROM changesets WHERE seq = %s", (answer.revision,)).fetchone()
    assert row is not None
    assert row[0] == to_json(decided)


# --- erasing


def test_nothing_more_comes_in_about_a_person_who_was_erased(floor: Floor, ann: Desk, client: str) -> None:
    contact = floor.contact("ann")
    told = ann.decide(LogActivity(table="contacts", record_id=contact, kind="call", body="Secret")).changeset
    edited = ann.changes(Change("contacts", contact, set={"city": "Kiel"}, base={"city": "what nobody saw"}))
    [conflict] = go(ann, client, sent(edited))
    assert conflict.title == "Jörg Kunde Ann"
    floor.connect("ada").execute("SELECT erase_person(%s)", (contact,))
    assert count(floor, "answers", "answer::text LIKE '%Kunde%'") == 0
    [again, refused] = go(ann, client, [*sent(edited), *sent(told, start=2)])
    assert (again.status, again.conflicts) == (Status.CONFLICT, ())
    assert refused.status is Status.GONE
    assert refused.reason == "That person asked to be erased: nothing is kept about them any more."
    assert count(floor, "activities", "body LIKE '%Secret%'") == 0


# --- several at once


def test_two_who_push_the_same_records_in_opposite_orders_both_come_through(floor: Floor) -> None:
    contacts = [floor.contact("East", n) for n in (0, 1)]
    start = threading.Barrier(2)

    def edits(desk: Desk, order: Sequence[str], name: str) -> list[Item]:
        return sent(
            *(
                desk.changes(
                    Change("contacts", contact, set={name: str(n)}, base={name: str(n - 1) if n else ""})
                )
                for n in range(6)
                for contact in order
            )
        )

    def one(login: str, order: Sequence[str], name: str) -> list[Pushed]:
        desk = Desk(floor, login)
        outbox = edits(desk, order, name)
        start.wait()
        return push(desk.connection, new_id(), 0, outbox)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(one, "ann", contacts, "title")
        second = pool.submit(one, "ben", contacts[::-1], "city")
        answers = [*first.result(), *second.result()]
    assert {a.status for a in answers} == {Status.OK}
    for contact in contacts:
        found = Desk(floor, "ann").get(Contact, contact)
        assert (found.title, found.city, found.version) == ("5", "5", 13)


def test_everybody_who_may_see_a_change_is_told_to_look(floor: Floor, ann: Desk, client: str) -> None:
    ben = floor.connect("ben")
    for (channel,) in ben.execute("SELECT unnest(my_channels())").fetchall():
        ben.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
    pool = [
        ann.changes(Change("contacts", floor.contact("East", n), set={"title": "CEO"}, base={"title": ""}))
        for n in (0, 1)
    ]
    go(ann, client, sent(*(note(ann) for _ in range(4))))
    assert list(ben.notifies(timeout=0.3)) == []
    go(ann, client, sent(*pool, *(note(ann) for _ in range(3)), start=5))
    assert [told.payload for told in ben.notifies(timeout=5, stop_after=1)] == [""]


# --- while the server is in trouble


def test_a_row_that_somebody_holds_sends_the_whole_batch_again(
    floor: Floor, ann: Desk, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.postgres.apply.TRIES", 1)
    mia = Desk(floor, "mia")
    outbox = sent(note(ann), titled(ann, "Ann renewal", "B"))
    waiting: Any = psycopg.errors.LockNotAvailable
    with mia.connection.transaction(force_rollback=True):
        mia.connection.execute("UPDATE deals SET title = 'x' WHERE id = %s", (floor.deal("ann"),))
        with pytest.raises(waiting):
            push(ann.connection, client, 0, outbox)
    assert stored(floor) == []
    assert [a.status for a in go(ann, client, outbox)] == [Status.OK, Status.OK]


def test_commands_that_core_decides_go_through(floor: Floor, ann: Desk, client: str) -> None:
    log = LogActivity(table="deals", record_id=floor.deal("ann"), kind="call", body="x")
    move = MoveDeal(
        deal_id=floor.deal("ann"), stage_id=floor.stage("Contacted"), from_stage_id=floor.stage("New")
    )
    outbox = sent(ann.decide(log).changeset, ann.decide(move).changeset)
    assert {a.status for a in go(ann, client, outbox)} == {Status.OK}
    assert ann.get(Deal, floor.deal("ann")).stage_id == floor.stage("Contacted")
