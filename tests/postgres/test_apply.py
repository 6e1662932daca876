"""Changesets on the server: whole or not at all, once, under one's own rights, and with an answer that says why."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from core.changes import Change, Changeset, Status, from_json, to_json
from core.commands.activities import EditActivity, LogActivity
from core.commands.base import insert, update
from core.commands.contacts import CreateContact, DeleteContacts, EditContact
from core.commands.deals import EditDeal, MoveDeal
from core.commands.records import TagRecords
from core.commands.tasks import CompleteTask
from core.commands.undo import Undo
from core.entities import Activity, Company, Contact, Deal, Stage, Task
from core.ids import new_id
from storage.postgres.apply import apply
from tests.postgres.desk import NOW, Desk
from tests.postgres.floor import Floor, made_id
from tests.postgres.test_derive import faults


@pytest.fixture
def ann(floor: Floor) -> Desk:
    return Desk(floor, "ann")


@pytest.fixture
def mia(floor: Floor) -> Desk:
    return Desk(floor, "mia")


def rename(desk: Desk, book: str, title: str) -> Change:
    return update(desk.get(Deal, desk.floor.deal(book)), {"title": title})


def history(floor: Floor) -> int:
    row = floor.database.superuser().execute("SELECT count(*) FROM offhook.changesets").fetchone()
    assert row is not None
    return int(row[0])


# --- what is written


def test_many_changes_in_one_changeset_come_to_what_they_come_to_one_by_one(floor: Floor, ann: Desk) -> None:
    """Rows of one kind that follow each other are written together; what lies between them keeps its place."""

    def changes(tag: str) -> tuple[list[Change], list[Change]]:
        book = {"book_id": floor.book("ann")}
        firms = [
            insert(
                Company,
                made_id("firm", tag, str(n)),
                {**book, "name": f"Firm {n}", "external_ids": (f"{tag}:{n}",)},
            )
            for n in range(4)
        ]
        people = [
            insert(Contact, made_id("person", tag, str(n)), {
                **book, "last_name": f"Nr {n}", "company_id": firms[n].id, "emails": ({"value": f"{n}@x.example", "label": "work"},)
            })
            for n in range(4)
        ]  # fmt: skip
        told = {**book, "kind": "note", "occurred_at": NOW, "user_id": floor.user("ann")}
        notes = [
            insert(
                Activity,
                made_id("note", tag, str(n)),
                {**told, "body": f"Said {n}", "contact_id": people[n].id},
            )
            for n in range(3)
        ]
        revised = insert(
            Activity, made_id("revision", tag), {**notes[1].set, "id": made_id("revision", tag), "body": "Meant", "revises": notes[1].id}
        )  # fmt: skip
        gone = {"deleted_at": NOW}
        made = [*firms[:2], people[0], firms[2], firms[3], people[1], people[2], people[3], *notes, revised]
        changed = [
            *(Change("companies", firm.id, set={"city": "Kiel"}, base={"city": ""}) for firm in firms[:3]),
            Change("contacts", people[0].id, set={"title": "CEO"}, base={"title": ""}),
            Change("companies", firms[0].id, set={"name": "Renamed"}, base={"name": "Firm 0"}),
            Change("contacts", people[1].id, add={"external_ids": (f"{tag}:x",)}),
            Change("contacts", people[3].id, set=gone, base={"deleted_at": None}),
            Change("companies", firms[3].id, set=gone, base={"deleted_at": None}),
        ]
        return made, changed

    def come_to(tag: str) -> list[Any]:
        ids = {change.id: place for place, change in enumerate(changes(tag)[0])}
        found = []
        for table in ("companies", "contacts", "activities"):
            rows = floor.database.superuser().execute(
                f"SELECT to_jsonb(t) - '{{sync_xid,created_at,updated_at,version}}'::text[] FROM {table} t WHERE id = ANY (%s)",
                (list(ids),),
            )
            for (row,) in rows:
                named = {
                    name: ids.get(value, value) if isinstance(value, str) else value
                    for name, value in row.items()
                }
                found.append({name: _untagged(value, tag) for name, value in named.items()})
        return sorted(found, key=lambda row: str(row["id"]))

    together = apply(ann.connection, [ann.changes(*some) for some in changes("one")])
    alone = apply(ann.connection, [ann.changes(change) for some in changes("two") for change in some])
    for answer in (*together, *alone):
        assert answer.status is Status.OK, answer.reason
    assert come_to("one") == come_to("two")
    assert faults(floor) == []


def _untagged(value: Any, tag: str) -> Any:
    return (
        [item.replace(tag, "") for item in value]
        if value and isinstance(value, list) and tag in str(value)
        else value
    )


def test_a_task_of_an_older_program_is_taken_without_what_that_one_did_not_know(
    floor: Floor, ann: Desk
) -> None:
    task = new_id()
    values = {
        "book_id": floor.book("ann"), "kind": "call", "subject": "Again", "due_at": NOW, "assignee_id": floor.user("ann"),
        "contact_id": floor.contact("ann"), "priority": "high", "recurrence": "every day",
    }  # fmt: skip
    new = insert(Task, task, values)
    older = dataclasses.replace(
        new, set={name: value for name, value in new.set.items() if name not in ("priority", "recurrence")}
    )
    [applied] = apply(ann.connection, [ann.changes(older)])
    assert applied.status is Status.OK, applied.reason
    kept = ann.get(Task, task)
    assert (kept.subject, kept.priority, kept.recurrence) == ("Again", "", "")


def test_a_moved_card_is_moved_and_told(floor: Floor, ann: Desk) -> None:
    move = MoveDeal(
        deal_id=floor.deal("ann"), stage_id=floor.stage("Contacted"), from_stage_id=floor.stage("New")
    )
    answer = ann.do(move)
    deal = ann.get(Deal, floor.deal("ann"))
    assert (deal.stage_id, deal.version, deal.updated_by) == (floor.stage("Contacted"), 2, floor.user("ann"))
    found = ann.connection.execute(
        "SELECT kind, book_id FROM activities WHERE deal_id = %s AND kind = 'stage_change'", (deal.id,)
    ).fetchall()
    assert found == [("stage_change", floor.book("ann"))]
    assert answer.status is Status.OK
    assert answer.xid is not None


def test_the_history_holds_the_changeset_whole_and_knows_its_rows(floor: Floor, ann: Desk) -> None:
    decided = ann.decide(EditContact(contact_id=floor.contact("ann"), values={"title": "CEO"}))
    answer = ann.send(decided)
    [(body, status, user)] = ann.connection.execute(
        "SELECT body, status, user_id FROM changesets WHERE seq = %s", (answer.revision,)
    ).fetchall()
    assert (from_json(body), status, user) == (decided.changeset, "ok", floor.user("ann"))
    rows = floor.database.superuser().execute(
        "SELECT table_name, row_id::text FROM changeset_rows WHERE seq = %s", (answer.revision,)
    )
    assert set(rows) == {(change.table, change.id) for change in decided.changeset.changes}


def test_the_audit_knows_the_changeset(floor: Floor, ann: Desk) -> None:
    decided = ann.decide(EditContact(contact_id=floor.contact("ann"), values={"title": "CEO"}))
    ann.send(decided)
    found = floor.database.superuser().execute(
        "SELECT DISTINCT changeset_id::text FROM audit WHERE row_id = %s AND op = 'update'",
        (floor.contact("ann"),),
    )
    assert list(found) == [(decided.changeset.id,)]


def test_only_what_changed_is_written(floor: Floor, ann: Desk) -> None:
    before = ann.row(Contact, floor.contact("ann"))
    ann.do(EditContact(contact_id=floor.contact("ann"), values={"title": "CEO"}))
    after = ann.row(Contact, floor.contact("ann"))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"title", "version", "updated_at", "updated_by", "search"}


def test_a_new_record_has_the_values_that_were_given(floor: Floor, ann: Desk) -> None:
    create = CreateContact(
        values={"first_name": "Zoë", "last_name": "Ångström", "tags": ("vip",), "emails": ("z@example.com",)}
    )
    answer = ann.do(create)
    contact = ann.get(Contact, create.contact_id)
    assert (contact.name, contact.tags, contact.version) == ("Zoë Ångström", ("vip",), 1)
    assert (contact.org_id, contact.book_id) == (floor.org(), floor.book("ann"))
    assert (contact.updated_by, contact.created_at) == (floor.user("ann"), contact.updated_at)
    assert answer.status is Status.OK


def test_one_changeset_may_change_a_row_twice(floor: Floor, ann: Desk) -> None:
    held = ann.get(Deal, floor.deal("ann"))
    assert ann.put(update(held, {"title": "B"}), update(held, {"next_step": "Call"})).status is Status.OK
    deal = ann.get(Deal, held.id)
    assert (deal.title, deal.next_step, deal.version) == ("B", "Call", 2)


def test_one_changeset_may_change_what_it_has_made(floor: Floor, ann: Desk) -> None:
    company_id = new_id()
    made = insert(Company, company_id, {"book_id": floor.book("ann"), "name": "Acme"})
    step = Change(
        "companies", company_id, set={"name": "Acme AG"}, base={"name": "Acme"}, add={"tags": ("new",)}
    )
    assert ann.put(made, step).status is Status.OK
    company = ann.get(Company, company_id)
    assert (company.name, company.tags, company.version) == ("Acme AG", ("new",), 1)


def test_a_row_that_says_it_all_already_stays_as_it_is(floor: Floor, ann: Desk) -> None:
    stale = ann.decide(EditDeal(deal_id=floor.deal("ann"), values={"title": "Acme 2027"}))
    ann.do(EditDeal(deal_id=floor.deal("ann"), values={"title": "Acme 2027"}))
    answer = ann.send(dataclasses.replace(stale, changeset=_only(stale.changeset, "deals")))
    assert answer.status is Status.MERGED
    assert ann.get(Deal, floor.deal("ann")).version == 2


def _only(changeset: Changeset, table: str) -> Changeset:
    return dataclasses.replace(changeset, changes=tuple(c for c in changeset.changes if c.table == table))


def test_a_deleted_record_comes_back_by_undo(floor: Floor, ann: Desk) -> None:
    delete = DeleteContacts(contact_ids=(floor.contact("ann", 1),))
    ann.do(delete)
    assert ann.get(Contact, floor.contact("ann", 1)).deleted_at == NOW
    ann.do(Undo(changeset_id=delete.id))
    assert ann.get(Contact, floor.contact("ann", 1)).deleted_at is None


# --- once


def test_the_same_changeset_again_has_no_effect_and_the_same_answer(floor: Floor, ann: Desk) -> None:
    decided = ann.decide(LogActivity(table="contacts", record_id=floor.contact("ann"), kind="note", body="x"))
    first, again = ann.send(decided), ann.send(decided)
    assert dataclasses.replace(first, xid=None) == again
    found = ann.connection.execute("SELECT count(*) FROM changesets WHERE id = %s", (decided.changeset.id,))
    assert found.fetchone() == (1,)


@pytest.mark.parametrize("kind", ["edit", "log", "tag"])
def test_the_same_changeset_sent_by_many_at_once_has_one_effect_and_one_answer(
    floor: Floor, ann: Desk, kind: str
) -> None:
    contact = floor.contact("ann")
    commands: dict[str, Any] = {
        "edit": EditContact(contact_id=contact, values={"title": "CEO"}),
        "log": LogActivity(table="contacts", record_id=contact, kind="note", body="x"),
        "tag": TagRecords(table="contacts", ids=(contact,), add=("hot",)),
    }
    decided = ann.decide(commands[kind])
    desks = [Desk(floor, "ann") for _ in range(8)]
    start = threading.Barrier(len(desks))

    def send(desk: Desk) -> Any:
        start.wait()
        return dataclasses.replace(desk.send(decided), xid=None)

    with ThreadPoolExecutor(len(desks)) as pool:
        answers = list(pool.map(send, desks))
    assert answers == [answers[0]] * len(desks)
    assert answers[0].status is Status.OK
    assert ann.get(Contact, contact).version == (1 if kind == "log" else 2)


def test_an_id_that_somebody_else_has_used_tells_nothing_of_theirs(floor: Floor, ann: Desk) -> None:
    theirs = Desk(floor, "zed").body(insert(Company, new_id(), {"book_id": floor.book("zed"), "name": "Z"}))
    zed = Desk(floor, "zed")
    assert zed.raw(theirs)["status"] == "ok"
    mine = ann.body(rename(ann, "ann", "B")) | {"id": theirs["id"]}
    assert ann.raw(mine)["status"] == "ok"  # another organization's ids are their own
    bens = Desk(floor, "ben").body(rename(Desk(floor, "ben"), "ben", "C")) | {"id": mine["id"]}
    answer = Desk(floor, "ben").raw(bens)
    assert (answer["status"], answer["reason"]) == ("rejected", "That change is there already.")


def test_many_changesets_are_answered_in_their_order_each_by_itself(floor: Floor, ann: Desk) -> None:
    good = ann.changes(rename(ann, "ann", "B"))
    bad = ann.changes(Change("deals", new_id(), set={"title": "x"}, base={"title": "y"}))
    note = insert(
        Activity, new_id(),
        {"book_id": floor.book("ann"), "kind": "note", "occurred_at": NOW, "deal_id": floor.deal("ann"),
         "user_id": floor.user("ann")},
    )  # fmt: skip
    answers = apply(ann.connection, [good, bad, ann.changes(note), good])
    assert [answer.status for answer in answers] == [Status.OK, Status.GONE, Status.OK, Status.OK]
    assert answers[3].revision == answers[0].revision


def test_a_changeset_is_applied_whole_or_not_at_all(floor: Floor, ann: Desk) -> None:
    made = insert(Company, new_id(), {"book_id": floor.book("ann"), "name": "Acme"})
    gone = Change("deals", new_id(), set={"title": "x"}, base={"title": "y"})
    before = history(floor)
    assert ann.put(made, gone).status is Status.GONE
    assert ann.find(Company, made.id) is None
    assert history(floor) == before


# --- two people


def test_different_fields_merge(floor: Floor, ann: Desk, mia: Desk) -> None:
    mine = ann.decide(EditContact(contact_id=floor.contact("ann"), values={"title": "CEO"}))
    mia.do(EditContact(contact_id=floor.contact("ann"), values={"source": "fair"}))
    assert ann.send(mine).status is Status.OK
    contact = ann.get(Contact, floor.contact("ann"))
    assert (contact.title, contact.source) == ("CEO", "fair")


def test_the_same_field_is_a_conflict_with_who_and_what(floor: Floor, ann: Desk, mia: Desk) -> None:
    deal = floor.deal("ann")
    mine = ann.decide(EditDeal(deal_id=deal, values={"value_minor": 1500_00}))
    mia.do(EditDeal(deal_id=deal, values={"value_minor": 1300_00}))
    answer = ann.send(mine)
    assert answer.status is Status.CONFLICT
    [conflict] = [c for c in answer.conflicts if c.field == "value_minor"]
    assert (conflict.base, conflict.mine, conflict.theirs) == (1200_00, 1500_00, 1300_00)
    assert (conflict.who, conflict.when) == (floor.user("mia"), mia.get(Deal, deal).updated_at)
    assert answer.reason == (
        "Mia Moor changed Value of Ann renewal meanwhile: it is €1,300.00 now. Look at it again, then decide."
    )
    assert ann.get(Deal, deal).value_minor == 1300_00


def test_a_conflict_holds_back_the_whole_changeset_and_tells_of_all(
    floor: Floor, ann: Desk, mia: Desk
) -> None:
    contact, deal = ann.get(Contact, floor.contact("ann")), ann.get(Deal, floor.deal("ann"))
    mine = ann.changes(
        update(contact, {"title": "CEO"}), update(deal, {"title": "B"}), update(deal, {"next_step": "Call"})
    )
    mia.do(EditContact(contact_id=contact.id, values={"title": "CFO"}))
    mia.do(EditDeal(deal_id=deal.id, values={"title": "C"}))
    [answer] = apply(ann.connection, [mine])
    assert [(c.table, c.field, c.theirs) for c in answer.conflicts] == [
        ("contacts", "title", "CFO"),
        ("deals", "title", "C"),
    ]
    assert ann.get(Deal, deal.id).next_step == ""


def test_two_peoples_tags_never_clash(floor: Floor, ann: Desk, mia: Desk) -> None:
    tag = TagRecords(table="contacts", ids=(floor.contact("ann"),), add=("hot",), remove=("vip",))
    mine = ann.decide(tag)
    mia.do(TagRecords(table="contacts", ids=(floor.contact("ann"),), add=("fair",)))
    assert ann.send(mine).status is Status.OK
    assert ann.get(Contact, floor.contact("ann")).tags == ("fair", "hot")


def test_editing_what_somebody_deleted_is_told(floor: Floor, ann: Desk, mia: Desk) -> None:
    mine = ann.decide(EditContact(contact_id=floor.contact("ann", 1), values={"title": "CTO"}))
    mia.do(DeleteContacts(contact_ids=(floor.contact("ann", 1),)))
    answer = ann.send(mine)
    assert (answer.status, answer.reason) == (Status.GONE, "Łucja Lead Ann was deleted meanwhile.")


def test_two_who_delete_the_same_agree_and_what_else_was_done_is_done(
    floor: Floor, ann: Desk, mia: Desk
) -> None:
    both = (floor.contact("East", 1), floor.contact("ann", 1))
    mine = ann.decide(DeleteContacts(contact_ids=both))
    mia.do(EditContact(contact_id=both[0], values={"title": "CTO"}))
    mia.do(DeleteContacts(contact_ids=both[:1]))
    first = mia.get(Contact, both[0])
    assert ann.send(mine).status is Status.MERGED
    assert mia.get(Contact, both[0]) == first, "nothing was written"
    assert ann.get(Contact, both[1]).deleted_at is not None


def test_two_who_change_the_same_rows_the_other_way_round_both_come_through(floor: Floor, mia: Desk) -> None:
    other = Desk(floor, "ada")
    deals = [floor.deal(book) for book in ("ann", "ben", "East")]
    start = threading.Barrier(2)

    def work(desk: Desk, order: list[str], name: str) -> list[Status]:
        out = []
        for n in range(15):
            steps = [Change("deals", deal, add={"tags": (f"{name}{n}",)}) for deal in order]
            if n == 0:
                start.wait()
            out.append(desk.put(*steps).status)
        return out

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(work, mia, deals, "m")
        two = pool.submit(work, other, deals[::-1], "a")
        assert set(one.result() + two.result()) == {Status.OK}
    assert {len(mia.get(Deal, deal).tags) for deal in deals} == {30}


def test_a_lock_that_does_not_come_is_no_verdict(floor: Floor, ann: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr("storage.postgres.apply.TRIES", 1)
    blocker = floor.database.superuser()
    blocker.execute("ALTER FUNCTION offhook.apply(jsonb) SET lock_timeout = '200ms'")
    mine = ann.changes(rename(ann, "ann", "B"))
    with blocker.transaction():
        blocker.execute("SELECT 1 FROM deals WHERE id = %s FOR UPDATE", (floor.deal("ann"),))
        with pytest.raises(psycopg.errors.LockNotAvailable):
            apply(ann.connection, [mine])
    [answer] = apply(ann.connection, [mine])
    assert answer.status is Status.OK


# --- undo


def test_a_changeset_is_taken_back_once(floor: Floor, ann: Desk) -> None:
    edit = EditDeal(deal_id=floor.deal("ann"), values={"title": "B"})
    ann.do(edit)
    first, second = (ann.decide(Undo(changeset_id=edit.id)) for _ in range(2))
    assert ann.send(first).status is Status.OK
    answer = ann.send(second)
    assert answer.status is Status.REJECTED
    assert answer.reason.startswith("That was taken back already: ")
    assert ann.get(Deal, floor.deal("ann")).title == "Ann renewal"


def test_of_many_who_take_it_back_at_once_one_does(floor: Floor, ann: Desk) -> None:
    log = LogActivity(table="contacts", record_id=floor.contact("ann"), kind="note", body="x")
    ann.do(log)
    desks = [Desk(floor, "ann") for _ in range(6)]
    undos = [desk.decide(Undo(changeset_id=log.id)) for desk in desks]
    with ThreadPoolExecutor(len(desks)) as pool:
        answers = list(pool.map(lambda pair: pair[0].send(pair[1]), zip(desks, undos, strict=True)))
    assert sorted(answer.status.value for answer in answers) == ["ok"] + ["rejected"] * 5
    revisions = ann.connection.execute(
        "SELECT count(*) FROM activities WHERE revises = %s", (log.activity_id,)
    )
    assert revisions.fetchone() == (1,)


def test_nobody_takes_back_what_somebody_else_did(floor: Floor, ann: Desk, mia: Desk) -> None:
    edit = EditDeal(deal_id=floor.deal("ann"), values={"title": "B"})
    mia.do(edit)
    answer = ann.put(rename(ann, "ann", "C"), undoes=edit.id)
    assert (answer.status, answer.reason) == (Status.REJECTED, "That change is not in your history.")
    assert ann.get(Deal, floor.deal("ann")).title == "B"


# --- one's own rights


def test_what_is_out_of_sight_is_not_there(floor: Floor, ann: Desk) -> None:
    for book in ("ben", "wim", "West", "zed"):
        answer = ann.put(Change("deals", floor.deal(book), set={"title": "Mine"}, base={"title": "x"}))
        assert (answer.status, answer.reason) == (Status.GONE, "That deal is not there any more.")
        assert answer.taken_by == ""


def test_what_may_be_seen_and_not_changed_is_refused(floor: Floor) -> None:
    rob = Desk(floor, "rob")
    deal = rob.get(Deal, floor.deal("ann"))
    answer = rob.put(update(deal, {"title": "Mine"}))
    assert answer.status is Status.REJECTED
    assert answer.reason == "Your role is read-only: you can look at everything and change nothing."


def test_the_set_up_is_not_a_reps_to_change(floor: Floor, ann: Desk) -> None:
    stage = ann.get(Stage, floor.stage("New"))
    answer = ann.put(update(stage, {"name": "Start"}))
    assert (answer.status, answer.reason) == (
        Status.REJECTED, "Your role (rep) does not let you change that of a stage.",
    )  # fmt: skip
    assert ann.get(Stage, floor.stage("New")).name == "New"


def test_nothing_is_put_into_a_book_that_is_not_ones_own(floor: Floor, ann: Desk) -> None:
    for book in ("ben", "West", "zed"):
        made = insert(Contact, new_id(), {"book_id": floor.book(book), "first_name": "X"})
        assert ann.put(made).status in (Status.REJECTED, Status.GONE)
        assert floor.database.superuser().execute(
            "SELECT count(*) FROM contacts WHERE id = %s", (made.id,)
        ).fetchone() == (0,)


def test_an_entry_of_a_hidden_record_is_like_one_of_none(floor: Floor, ann: Desk) -> None:
    def note(contact: str) -> Change:
        return insert(
            Activity, new_id(),
            {"book_id": floor.book("ann"), "kind": "note", "body": "x", "occurred_at": NOW, "contact_id": contact},
        )  # fmt: skip

    hidden, missing = ann.put(note(floor.contact("ben"))), ann.put(note(new_id()))
    assert hidden.status is not Status.OK
    assert (hidden.status, hidden.reason) == (missing.status, missing.reason)


def test_what_the_server_leaves_as_it_was_is_never_called_saved(floor: Floor, ann: Desk) -> None:
    everything = floor.database.superuser()
    everything.execute(
        "CREATE FUNCTION offhook.swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;"
        "CREATE TRIGGER a_swallow BEFORE UPDATE ON offhook.deals FOR EACH ROW EXECUTE FUNCTION offhook.swallow()"
    )
    answer = ann.put(rename(ann, "ann", "B"))
    assert (answer.status, answer.revision) == (Status.REJECTED, 0)


def test_an_id_that_is_there_is_refused_seen_or_not(floor: Floor, ann: Desk) -> None:
    for book in ("ann", "wim"):
        made = insert(Company, floor.company(book), {"book_id": floor.book("ann"), "name": "Mine"})
        answer = ann.put(made)
        assert (answer.status, answer.reason) == (Status.REJECTED, "That company is there already.")


# --- what is no changeset

Body = dict[str, Any]


def _first(body: Body, **values: Any) -> Body:
    return body | {"changes": [body["changes"][0] | values, *body["changes"][1:]]}


MALFORMED: dict[str, tuple[Callable[[Body, Floor], Any], str]] = {
    "no object": (lambda body, floor: "x", "That is no changeset."),
    "null": (lambda body, floor: None, "That is no changeset."),
    "no id": (lambda body, floor: body | {"id": "1"}, "That is no changeset."),
    "another organization": (lambda body, floor: body | {"org_id": floor.org("Suedlicht")}, "not a change of yours"),
    "another user": (lambda body, floor: body | {"user_id": floor.user("ben")}, "not a change of yours"),
    "no summary": (lambda body, floor: body | {"summary": None}, "does not say its “summary”"),
    "no time": (lambda body, floor: body | {"at": "yesterday-ish"}, "cannot be kept"),
    "undoes nothing": (lambda body, floor: body | {"undoes": "x"}, "What it undoes is no changeset."),
    "undoes what is not there": (lambda body, floor: body | {"undoes": new_id()}, "not in your history"),
    "no changes": (lambda body, floor: body | {"changes": {}}, "has no changes"),
    "a change that is none": (lambda body, floor: body | {"changes": [1]}, "That is no change of a row."),
    "no such table": (lambda body, floor: _first(body, table="pg_authid"), "There is no “pg_authid”"),
    "a store's table": (lambda body, floor: _first(body, table="audit"), "There is no “audit”"),
    "a table with a hook": (
        lambda body, floor: _first(body, table="deals; drop table offhook.deals"), "There is no “deals; drop",
    ),
    "no such field": (lambda body, floor: _first(body, set={"titel": "x"}, base={}), "has no field “titel”"),
    "a field with a hook": (
        lambda body, floor: _first(body, set={'title" = version, "title': "x"}, base={}), "has no field",
    ),
    "no such field seen": (lambda body, floor: _first(body, base={"titel": "x"}), "has no field “titel”"),
    "a path into text": (lambda body, floor: _first(body, set={"title.x": "x"}, base={}), "has no field “title.x”"),
    "a version": (lambda body, floor: _first(body, set={"version": 9}, base={}), "is kept by offhook itself"),
    "an author": (
        lambda body, floor: _first(body, set={"updated_by": floor.user("ben")}, base={}), "is kept by offhook itself",
    ),
    "a tenant": (
        lambda body, floor: _first(body, set={"org_id": floor.org("Suedlicht")}, base={}), "is kept by offhook itself",
    ),
    "what is derived": (lambda body, floor: _first(body, set={"search": "x"}, base={}), "is kept by offhook itself"),
    "an id": (lambda body, floor: _first(body, set={"id": new_id()}, base={}), "is kept by offhook itself"),
    "a number as text": (lambda body, floor: _first(body, set={"value_minor": "5"}, base={}), "“value_minor” of a deal"),
    "text as a number": (lambda body, floor: _first(body, set={"title": 5}, base={}), "“title” of a deal cannot be 5"),
    "half a cent": (lambda body, floor: _first(body, set={"value_minor": 0.5}, base={}), "cannot be kept"),
    "too large": (lambda body, floor: _first(body, set={"value_minor": 10**30}, base={}), "cannot be kept"),
    "less than nothing": (lambda body, floor: _first(body, set={"value_minor": -1}, base={}), "must be zero or more"),
    "no title": (lambda body, floor: _first(body, set={"title": None}, base={}), "“title” of a deal cannot be null"),
    "no day": (lambda body, floor: _first(body, set={"expected_close": "soon"}, base={}), "cannot be kept"),
    "a list as text": (lambda body, floor: _first(body, set={"tags": "x"}, base={}), "“tags” of a deal cannot be"),
    "items of no list": (lambda body, floor: _first(body, add={"title": ["x"]}), "“title” of a deal cannot be"),
    "a rewritten entry": (
        lambda body, floor: _first(
            body, table="activities", id=floor.activity("ann"), set={"body": "x"}, base={}
        ),
        "Activities are only ever added.",
    ),
    "a task in another book": (
        lambda body, floor: _first(
            body, table="tasks", id=floor.task("ann"), set={"book_id": floor.book("East")}, base={}
        ),
        "Where a task lies does not change by itself.",
    ),
    "an insert with another id": (
        lambda body, floor: _first(body, op="insert", set={"id": new_id(), "title": "x"}), "That is no change of a row.",
    ),
    "half a record": (
        lambda body, floor: _first(
            body, table="companies", op="insert", id=made_id("x"), base={},
            set={"id": made_id("x"), "book_id": floor.book("ann"), "city": "Kiel"},
        ),
        "of a company is missing",
    ),
    "a stage that is none": (
        lambda body, floor: _first(body, set={"contact_id": new_id()}, base={}), "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", MALFORMED)
def test_what_is_no_changeset_is_refused_with_a_reason_and_writes_nothing(
    floor: Floor, ann: Desk, what: str
) -> None:
    spoil, reason = MALFORMED[what]
    before, count = ann.row(Deal, floor.deal("ann")), history(floor)
    answer = ann.raw(spoil(ann.body(rename(ann, "ann", "B")), floor))
    assert answer["status"] in ("rejected", "gone")
    assert reason in answer["reason"]
    assert answer["reason"]
    assert ann.row(Deal, floor.deal("ann")) == before
    assert history(floor) == count


def test_what_is_no_list_is_refused_as_a_whole(ann: Desk) -> None:
    with pytest.raises(psycopg.Error, match="Changesets come as a list"):
        ann.connection.execute("SELECT offhook.apply('{}')")


def test_a_value_that_a_field_cannot_hold_is_no_trouble_for_the_next_changeset(
    floor: Floor, ann: Desk
) -> None:
    bad = ann.changes(Change("deals", floor.deal("ann"), set={"value_minor": -1}, base={}))
    good = ann.changes(rename(ann, "ann", "B"))
    assert [answer.status for answer in apply(ann.connection, [bad, good])] == [Status.REJECTED, Status.OK]


@pytest.mark.parametrize("title", ["a\0b", "\ud800", float("nan")])
def test_what_no_database_can_keep_is_refused_and_the_others_are_applied(
    floor: Floor, ann: Desk, title: Any
) -> None:
    bad = ann.changes(Change("deals", floor.deal("ann"), set={"title": title}, base={}))
    good = ann.changes(rename(ann, "ann", "B"))
    assert [answer.status for answer in apply(ann.connection, [bad, good])] == [Status.REJECTED, Status.OK]


def test_a_login_that_was_disabled_changes_nothing(floor: Floor, ann: Desk) -> None:
    mine = ann.changes(rename(ann, "ann", "B"))
    floor.database.superuser().execute("UPDATE users SET disabled_at = now() WHERE login = 'ann'")
    [answer] = apply(ann.connection, [mine])
    assert (answer.status, answer.reason) == (Status.REJECTED, "You are not known here, or no longer.")


# --- the daily work of a rep, end to end


def test_a_call_and_its_follow_up(floor: Floor, ann: Desk) -> None:
    contact = floor.contact("ann")
    log = LogActivity(table="contacts", record_id=contact, kind="call", outcome="busy")
    ann.do(log)
    assert ann.get(Contact, contact).last_activity_at == NOW
    ann.do(EditActivity(activity_id=log.activity_id, values={"body": "Engaged"}))
    ann.do(CompleteTask(task_id=floor.task("ann")))
    assert ann.get(Task, floor.task("ann")).done_at == NOW
    assert ann.get(Contact, contact).next_task_at is None


def test_later_edits_are_later(floor: Floor, ann: Desk) -> None:
    before = ann.get(Deal, floor.deal("ann"))
    ann.do(EditDeal(deal_id=before.id, values={"title": "B"}))
    after = ann.get(Deal, before.id)
    assert before.updated_at is not None
    assert after.updated_at is not None
    assert after.updated_at - before.updated_at > dt.timedelta(0)
    assert to_json(ann.changes())["changes"] == []
