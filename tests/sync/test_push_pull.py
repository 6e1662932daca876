"""Push and pull, step by step: exactly once, in order, whatever is refused, and what comes in is whole or not there."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from core.commands.contacts import EditContact
from core.commands.records import Assign
from core.errors import NotFound, OffhookError, Unavailable
from storage.postgres import install
from storage.postgres.connection import Lost, explain
from storage.postgres.feed import Pulled
from storage.postgres.install import as_owner
from storage.postgres.push import Item
from sync import push
from sync.books import CURSOR
from tests.postgres.floor import Floor
from tests.sync.desks import Desks
from tests.sync.driven import Driven, driven


@pytest.fixture
def desks(floor: Floor, tmp_path: Path) -> Iterator[Desks]:
    with contextlib.closing(Desks(floor, tmp_path)) as desks:
        yield desks


@pytest.fixture
def ann(desks: Desks) -> Iterator[Driven]:
    ann = driven(desks, "ann")
    ann.sync()
    yield ann
    ann.agent.disconnect()


def raising(error: Exception, *, over: str = "") -> object:
    """A fault: the server stumbles over what holds these words."""

    def stumble(items: Sequence[Item]) -> None:
        if any(over in body for _, body in items):
            raise error

    return stumble


def refused(error: psycopg.Error) -> OffhookError:
    """An error of the server as `Remote` tells it."""
    told = explain(error)
    told.__cause__ = error
    return told


# --- out


def test_a_day_offline_is_sent_in_one_batch(desks: Desks, ann: Driven) -> None:
    contact = desks.floor.contact("ann")
    said = [ann.desk.call(contact) for _ in range(20)]
    cities = [ann.desk.edit(contact, "city") for _ in range(20)]
    ann.sync()
    assert ann.pushes == [40]
    assert ann.states() == []
    assert ann.aside() == 0
    assert [desks.count(each) for each in said] == [1] * 20
    assert ann.desk.workspace.record("contacts", contact).city == cities[-1]
    desks.check()


def test_what_was_accepted_stays_on_the_screen_until_a_later_pull_has_brought_it(
    desks: Desks, ann: Driven
) -> None:
    contact = desks.floor.contact("ann")
    city = ann.desk.edit(contact, "city")
    before = ann.desk.workspace.record("contacts", contact)
    assert ann.agent.push_once()
    assert ann.states() == ["accepted"]
    assert ann.aside() > 0
    assert ann.desk.workspace.record("contacts", contact) == before, "the answer writes no row"
    ann.agent.pull_once()
    assert ann.states() == []
    assert ann.aside() == 0
    assert ann.desk.workspace.record("contacts", contact).city == city


def test_a_conflict_waits_and_the_rest_flows(desks: Desks, ann: Driven) -> None:
    pool, own = desks.floor.contact("East"), desks.floor.contact("ann")
    mine = ann.desk.edit(pool, "city")
    said = ann.desk.call(own)
    title = ann.desk.edit(pool, "title")
    desks.floor.connect("ben").execute("update contacts set city = 'Kiel' where id = %s", (pool,))
    ann.sync()
    [parked] = ann.desk.workspace.parked()
    assert parked.kind == "conflict"
    assert [(c.field, c.mine, c.theirs) for c in parked.conflicts] == [("city", mine, "Kiel")]
    assert ann.desk.workspace.record("contacts", pool).city == "Kiel"
    assert ann.desk.workspace.record("contacts", pool).title == title
    assert desks.count(said) == 1
    desks.check()


def test_work_on_a_record_that_was_lost_is_kept_apart_and_can_be_handed_in(desks: Desks, ann: Driven) -> None:
    contact = desks.floor.contact("ann")
    ann.desk.edit(contact, "city")
    said = ann.desk.call(contact)
    mia = driven(desks, "mia")
    mia.sync()
    mia.desk.do(Assign(table="contacts", ids=(contact,), book_id=desks.floor.book("ben")))
    mia.sync()
    ann.sync()
    parked = ann.desk.workspace.parked()
    assert {each.kind for each in parked} == {"gone"}
    assert all(each.can_hand_in and each.taken_by == "Ben Berg" for each in parked)
    assert all(each.title for each in parked)
    assert not {"contact", "deal"} & {each.title for each in parked}
    assert all(each.about == ("contacts", contact) for each in parked)
    assert any(
        said in json.dumps([dict(c.set) for c in each.changeset.changes], default=str) for each in parked
    )
    with pytest.raises(NotFound):
        ann.desk.workspace.record("contacts", contact)
    mia.agent.disconnect()
    desks.check()


@pytest.mark.parametrize("moment", ["queued", "sent, not arrived", "sent, answer lost", "accepted", "seen"])
def test_a_restart_at_any_moment_sends_nothing_twice(desks: Desks, ann: Driven, moment: str) -> None:
    contact = desks.floor.contact("ann")
    said = ann.desk.call(contact)
    city = ann.desk.edit(contact, "city")
    if moment.startswith("sent"):
        ann.agent.disconnect()
        lost = Lost("The connection broke.")
        where = "after_push" if moment == "sent, answer lost" else "before_push"

        def breaks(*_items: object) -> None:
            raise lost

        ann.fault[where] = breaks
        ann.agent.connect()
        with pytest.raises(Lost):
            ann.agent.push_once()
        assert ann.states() == ["sent", "sent"]
    elif moment != "queued":
        ann.agent.push_once()
        assert ann.states() == ["accepted", "accepted"]
        if moment == "seen":
            ann.agent.pull_once()
            assert ann.states() == []
    again = ann.restart(desks)
    assert again.desk.workspace.record("contacts", contact).city == city
    again.sync()
    assert again.states() == []
    assert again.aside() == 0
    assert desks.count(said) == 1
    again.agent.disconnect()
    desks.check()


def test_one_on_which_the_server_stumbles_is_found_and_parked_and_the_others_arrive(
    desks: Desks, ann: Driven
) -> None:
    contact = desks.floor.contact("ann")
    said = [ann.desk.call(contact) for _ in range(9)]
    poison = ann.desk.call(contact)
    said += [ann.desk.call(contact) for _ in range(9)]
    ann.agent.disconnect()
    ann.fault["before_push"] = raising(refused(errors.InternalError_("XX000: a bug")), over=poison)
    ann.sync()
    assert [desks.count(each) for each in said] == [1] * 18
    [parked] = ann.desk.workspace.parked()
    assert parked.kind == "rejected"
    assert parked.reason.startswith("The server cannot take it. ")
    assert ann.states() == []


def test_one_over_which_the_connection_breaks_each_time_is_parked_in_the_end(
    desks: Desks, ann: Driven
) -> None:
    contact = desks.floor.contact("ann")
    said = ann.desk.call(contact)
    poison = ann.desk.call(contact)
    more = ann.desk.call(contact)
    ann.agent.disconnect()
    ann.fault["before_push"] = raising(Lost("The connection broke."), over=poison)
    for _ in range(push.BREAKS_MOST + 3):
        with contextlib.suppress(Lost):
            ann.sync()
        ann.agent.disconnect()
    assert (desks.count(said), desks.count(poison), desks.count(more)) == (1, 0, 1)
    [parked] = ann.desk.workspace.parked()
    assert "connection broke" in parked.reason
    desks.ledger.dropped.add(parked.id)


def test_a_fault_of_the_program_itself_is_found_in_the_log(
    ann: Driven, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(*_: object) -> Pulled:
        raise KeyError("a name that nobody knows")

    monkeypatch.setattr("storage.postgres.feed.pull", stumble)
    with pytest.raises(Unavailable, match="answer cannot be read"):
        ann.agent.pull_once()
    assert "KeyError: 'a name that nobody knows'" in caplog.text


def test_what_cannot_be_sent_keeps_nobody_from_reading(desks: Desks, ann: Driven) -> None:
    pool = desks.floor.contact("East")
    said = ann.desk.call(desks.floor.contact("ann"))
    ann.agent.disconnect()
    ann.fault["before_push"] = raising(refused(errors.LockNotAvailable("held by somebody")))
    ann.agent.connect()
    assert not ann.agent.push_once()
    assert "Somebody else holds what you want to change. Try again in a moment." in ann.agent.notes
    desks.floor.connect("ben").execute("update contacts set city = 'Kiel' where id = %s", (pool,))
    ann.agent.pull_once()
    assert ann.desk.workspace.record("contacts", pool).city == "Kiel"
    assert ann.states() == ["sent"]
    assert ann.desk.workspace.parked() == []
    again = ann.restart(desks)
    again.sync()
    assert desks.count(said) == 1
    assert again.agent.notes == ()
    again.agent.disconnect()


def test_a_cache_brought_back_from_a_copy_sends_what_it_has_and_nothing_twice(
    desks: Desks, ann: Driven, tmp_path: Path
) -> None:
    contact = desks.floor.contact("ann")
    first = ann.desk.call(contact)
    ann.agent.disconnect()
    desks.shut(ann.desk)
    shutil.copytree(desks.place("ann"), tmp_path / "copy")
    later = driven(desks, "ann")
    second = later.desk.call(contact)
    later.sync()
    # With these the server hears that the answers before have arrived.
    third = later.desk.call(contact)
    later.sync()
    later.agent.disconnect()
    desks.shut(later.desk)
    shutil.rmtree(desks.place("ann"))
    shutil.copytree(tmp_path / "copy", desks.place("ann"))
    back = driven(desks, "ann")
    fourth = back.desk.call(contact)
    back.sync()
    assert back.states() == []
    assert [desks.count(each) for each in (first, second, third, fourth)] == [1, 1, 1, 1]
    back.agent.disconnect()
    desks.check()


# --- in


def test_a_delta_comes_whole_or_not_at_all(desks: Desks, ann: Driven) -> None:
    pool = desks.floor.contact("East")
    ben = desks.floor.connect("ben")
    with ben.transaction():
        ben.execute("update contacts set city = 'Kiel' where id = %s", (pool,))
        ben.execute("update deals set title = 'Sprung' where id = %s", (desks.floor.deal("East"),))

    def nonsense(told: Pulled) -> Pulled:
        return dataclasses.replace(told, rows={**told.rows, "deals": [row[:3] for row in told.rows["deals"]]})

    was = ann.desk.workspace.record("contacts", pool).city
    cursor = ann.desk.workspace.cache.get(CURSOR)
    ann.agent.disconnect()
    ann.fault["pulled"] = nonsense
    ann.agent.connect()
    with pytest.raises((OffhookError, IndexError, ValueError)):
        ann.agent.pull_once()
    assert ann.desk.workspace.record("contacts", pool).city == was
    assert ann.desk.workspace.cache.get(CURSOR) == cursor
    ann.agent.disconnect()
    ann.fault.clear()
    ann.sync()
    desks.check()


def test_a_cursor_of_another_server_is_recognised(desks: Desks, ann: Driven) -> None:
    said = ann.desk.call(desks.floor.contact("ann"))
    with ann.desk.workspace.cache.truth() as truth:
        truth.set(CURSOR, "99999999:99999999:")
    ann.sync()
    assert desks.count(said) == 1
    desks.check()


def test_whoever_was_away_longer_than_exits_are_kept_compares_everything(desks: Desks, ann: Driven) -> None:
    contact = desks.floor.contact("ann", 1)
    said = ann.desk.call(desks.floor.contact("ann"))
    superuser = desks.floor.database.superuser()
    with superuser.transaction():
        # What left has left no trace.
        superuser.execute("set local session_replication_role = replica")
        for table in ("activities", "tasks", "deals", "contact_points"):
            superuser.execute(f"delete from offhook.{table} where contact_id = %s", (contact,))
        superuser.execute("delete from offhook.contacts where id = %s", (contact,))
        superuser.execute(
            "insert into offhook.meta (key, value) values ('exits_since', pg_current_xact_id()::text)"
            " on conflict (key) do update set value = excluded.value"
        )
    ann.sync()
    with pytest.raises(NotFound):
        ann.desk.workspace.record("contacts", contact)
    assert desks.count(said) == 1
    desks.check()


def test_a_restored_server_is_offered_what_it_lost(desks: Desks, ann: Driven) -> None:
    contact = desks.floor.contact("ann")
    kept = ann.desk.call(contact)
    lost = ann.desk.call(contact)
    ann.sync()
    superuser = desks.floor.database.superuser()
    with superuser.transaction():
        superuser.execute("set local session_replication_role = replica")
        [[changeset]] = superuser.execute(
            "select id from offhook.changesets where body::text like %s", (f"%{lost}%",)
        ).fetchall()
        superuser.execute(
            "delete from offhook.changeset_rows where seq = (select seq from offhook.changesets where id = %s)",
            (changeset,),
        )
        superuser.execute("delete from offhook.changesets where id = %s", (changeset,))
        superuser.execute("delete from offhook.activities where body = %s", (lost,))
    install.renew_epoch(desks.floor.operator())
    unsent = ann.desk.call(contact)
    ann.agent.disconnect()
    ann.sync()
    ann.sync()
    assert [desks.count(each) for each in (kept, lost, unsent)] == [1, 1, 1]
    desks.check()


def test_too_much_for_a_delta_comes_in_pages(desks: Desks, ann: Driven) -> None:
    contact = desks.floor.contact("ann")
    operator = desks.floor.operator()
    with as_owner(operator):
        operator.execute(
            "insert into activities (org_id, id, book_id, kind, subject, body, occurred_at, direction, outcome, user_id,"
            " contact_id, data, retracted, superseded, search, version, created_at, updated_at)"
            " select c.org_id, gen_random_uuid(), c.book_id, 'note', '', 'many ' || n, now(), '', '', %s, c.id, '{}',"
            " false, false, '', 1, now(), now() from contacts c, generate_series(1, 5200) n where c.id = %s",
            (desks.floor.user("ann"), contact),
        )
    city = ann.desk.edit(contact, "city")
    assert ann.agent.push_once()
    ann.agent.pull_once()
    assert ann.states() == ["accepted"], "what it did comes with the pages"
    assert ann.desk.workspace.record("contacts", contact).city == city
    while ann.agent.load_step():
        assert ann.desk.workspace.record("contacts", contact).city == city
    ann.agent.pull_once()
    assert ann.states() == []
    desks.check()


def test_another_persons_cache_is_not_fed(desks: Desks, ann: Driven) -> None:
    ann.agent.disconnect()
    with ann.desk.workspace.database.write() as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = 'user_id'", (desks.floor.user("ben"),))
    ann.desk.workspace.cache.user_id = desks.floor.user("ben")
    with pytest.raises(OffhookError, match="another person"):
        ann.agent.connect()
    with pytest.raises(Unavailable):
        ann.agent.pull_once()


def test_an_edit_of_an_edit_is_one_question(desks: Desks, ann: Driven) -> None:
    pool = desks.floor.contact("East")
    was = ann.desk.workspace.record("contacts", pool).city
    ann.desk.edit(pool, "city")
    last = ann.desk.edit(pool, "city")
    desks.floor.connect("ben").execute("update contacts set city = 'Kiel' where id = %s", (pool,))
    ann.sync()
    [parked] = ann.desk.workspace.parked()
    assert [(c.base, c.mine, c.theirs) for c in parked.conflicts] == [(was, last, "Kiel")]
    ann.desk.do(EditContact(contact_id=desks.floor.contact("ann"), values={"city": "Bonn"}))
    ann.sync()
    desks.check()
