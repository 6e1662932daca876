"""Attacks by way of the outbox, by a rep who has SQL: what it leaves in the history, of erased people, and several at once."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import pytest
from psycopg.types.json import Jsonb

from core.ids import new_id
from tests.postgres.attacks import (
    Wire,
    applied,
    fillers,
    forged,
    note,
    one,
    pushed,
    put,
    refused,
    statuses,
    truth,
)
from tests.postgres.test_attacks_blocking import together

if TYPE_CHECKING:
    from tests.postgres.floor import Floor


@pytest.fixture(scope="module")
def ann(shared_floor: Floor) -> Wire:
    return shared_floor.connect("ann")


# --- the history


def test_nobody_takes_out_of_the_history_what_they_did(floor: Floor) -> None:
    """Only what is refused in the same transaction is taken back, and colleagues read the rest with the record."""
    ann, ben = floor.connect("ann"), floor.connect("ben")
    done = forged("ann", put("contacts", floor.contact("East"), {"title": "x"}), summary="Done")
    assert applied(ann, done)["status"] == "ok"
    seq = one(ann, "SELECT seq FROM changesets WHERE id = %s", (done["id"],))
    refused(ann, "SELECT close_changesets(ARRAY[%s::bigint])", (seq,), by="OH001")
    back = put("contacts", floor.contact("East"), {"title": ""}, {"title": "x"})
    undo = forged("ann", back, undoes=done["id"])
    values = {"seq": seq, "done": done["id"], "by": undo["id"], "undo": Jsonb(undo), "list": Jsonb([undo])}
    # Whatever writes into the old entry makes it no new one.
    for touch in (
        "SELECT remember(%(seq)s, 'merged', '{}', '{}')",
        "SELECT remember_many('{}', '{}', '{}', ARRAY[%(seq)s::bigint])",
        "SELECT open_changeset(%(undo)s), mark_undone(%(done)s, %(by)s)",
        "SELECT apply(%(list)s)",
    ):
        with ann.transaction(force_rollback=True):
            ann.execute(touch, values)
            refused(ann, "SELECT close_changesets(ARRAY[%s::bigint])", (seq,), by="OH001")
    told = [
        body["summary"]
        for (body,) in ben.execute("SELECT body FROM history('contacts', %s)", (floor.contact("East"),))
    ]
    assert "Done" in told
    # What was applied in the same transaction is in it as well.
    with ann.transaction():
        again = forged("ann", put("contacts", floor.contact("East"), {"title": "y"}))
        [answer] = one(ann, "SELECT apply(%s)", (Jsonb([again]),))
        refused(ann, "SELECT close_changesets(ARRAY[%s::bigint])", (answer["revision"],), by="OH001")
    # And what another connection of theirs has done meanwhile.
    other, late = floor.connect("ann"), forged("ann", put("contacts", floor.contact("East"), {"title": "z"}))
    with ann.transaction():
        one(ann, "SELECT pg_current_xact_id()")
        revision = applied(other, late)["revision"]
        refused(ann, "SELECT close_changesets(ARRAY[%s::bigint])", (revision,), by="OH001")


def test_nobody_writes_into_the_history_of_a_record_that_only_follows(floor: Floor) -> None:
    """A company that is renamed is in the search of hidden contacts too: they are written, and by nobody."""
    ann, wim = floor.connect("ann"), floor.connect("wim")
    company, hidden = floor.company("ann"), floor.contact("wim")
    root = floor.database.superuser()
    root.execute("UPDATE offhook.contacts SET company_id = %s WHERE id = %s", (company, hidden))
    for way in ("remember(%(seq)s, 'ok', '{contacts}', ARRAY[%(id)s::uuid])",
                "remember_many(ARRAY[%(seq)s::bigint], '{contacts}', ARRAY[%(id)s::uuid], '{}')"):  # fmt: skip
        lie = forged("ann", put("contacts", hidden, {"title": "Crook"}), summary="Lie")
        with ann.transaction():
            seq = one(ann, "SELECT open_changeset(%s)", (Jsonb(lie),))
            ann.execute("UPDATE companies SET name = name || '!' WHERE id = %s", (company,))
            ann.execute(f"SELECT {way}", {"seq": seq, "id": hidden})
    assert truth(
        floor, "SELECT search LIKE '%%!!' OR search LIKE '%%works%%' FROM contacts WHERE id = %s", (hidden,)
    )
    assert "Lie" not in str(wim.execute("SELECT body FROM history('contacts', %s)", (hidden,)).fetchall())
    # One's own records remember what was done to them, by both ways.
    mine = forged("ann", put("contacts", floor.contact("ann"), {"title": "x"}), summary="Truth")
    batch = pushed(ann, [*fillers(floor, "ann"), mine])
    assert statuses(batch) == ["ok"] * 6
    assert "Truth" in str(
        ann.execute("SELECT body FROM history('contacts', %s)", (floor.contact("ann"),)).fetchall()
    )


def test_nobody_puts_a_changeset_down_for_others(ann: Wire, shared_floor: Floor) -> None:
    for more in (
        {"user_id": shared_floor.user("ben")},
        {"org_id": shared_floor.org("Suedlicht")},
        {"user_id": None},
    ):
        body = forged("ann", put("contacts", shared_floor.contact("ann"), {"title": "x"}), **more)
        assert one(ann, "SELECT open_changesets(ARRAY[%s])", (Jsonb(body),)) == [None]
    bens = truth(shared_floor, "SELECT max(seq) FROM changesets")
    for call in ("close_changesets(ARRAY[%s::bigint])",):
        refused(ann, f"SELECT {call}", (bens,), by="OH001")
    ann.execute("SELECT remember_many(ARRAY[%s::bigint], '{contacts}', ARRAY[%s::uuid], ARRAY[%s::bigint])",
                (bens, shared_floor.contact("ann"), bens))  # fmt: skip
    assert truth(shared_floor, "SELECT count(*) FROM changesets WHERE status = 'merged'") == 0


# --- erased people


def test_no_answer_of_anybodys_keeps_a_person_from_being_erased(floor: Floor) -> None:
    """A rep can have answers kept that are none: what erases people reads all of the organization's."""
    ann, ada, client = floor.connect("ann"), floor.connect("ada"), new_id()
    ann.execute("SELECT * FROM open_batch(%s, 0, '{}')", (client,))
    contact = floor.contact("wim")
    for seq, answer in enumerate(
        (5, "x", [], {"rows": 5}, {"rows": {}}, {"rows": [5]}, {"rows": [{"row": {"id": "x"}}]}, {"rows": [{"row": []}]},
         {"rows": "x"}, {"rows": [{"row": {"id": {"a": 1}}}]}, {"reason": {"a": 1}}, {"rows": None, "reason": None}),
    ):  # fmt: skip
        ann.execute(
            "SELECT keep_answers(%s, ARRAY[%s::bigint], ARRAY[%s::uuid], ARRAY[%s])",
            (client, seq, new_id(), Jsonb(answer)),
        )
    ada.execute("SELECT erase_person(%s)", (contact,))
    assert truth(floor, "SELECT first_name FROM contacts WHERE id = %s", (contact,)) == ""


def test_an_answer_that_names_an_erased_person_names_them_no_more(floor: Floor) -> None:
    wim, contact, client = floor.connect("wim"), floor.contact("wim", 1), new_id()
    root = floor.database.superuser()
    root.execute("UPDATE offhook.contacts SET deleted_at = now() WHERE id = %s", (contact,))
    bodies = [forged("wim", put("contacts", contact, {"title": str(n)})) for n in range(5)]
    [told, *_] = pushed(wim, bodies, client=client)
    assert told["reason"] == "Łucja Lead Wim was deleted meanwhile."
    floor.connect("ada").execute("SELECT erase_person(%s)", (contact,))
    assert truth(floor, "SELECT count(*) FROM answers WHERE answer::text LIKE '%Lead Wim%'") == 0
    assert statuses(pushed(wim, bodies, client=client)) == ["gone"] * 5


def test_what_came_to_nothing_tells_nothing_of_an_erased_person(floor: Floor) -> None:
    """Two who type the same: the second changeset writes no row, and has all of it in it."""
    ann, contact = floor.connect("ann"), floor.contact("East", 1)
    told = put("contacts", contact, {"address": "Secret Street 5"}, {"address": ""})
    assert applied(floor.connect("ben"), forged("ben", told))["status"] == "ok"
    batch = [*fillers(floor, "ann"), forged("ann", told)]
    assert statuses(pushed(ann, batch)) == ["ok"] * 5 + ["merged"]
    one(ann, "SELECT open_changeset(%s)", (Jsonb(forged("ann", told)),))
    floor.connect("ada").execute("SELECT erase_person(%s)", (contact,))
    assert truth(floor, "SELECT count(*) FROM changesets WHERE body::text LIKE '%Secret%'") == 0
    assert (
        truth(floor, "SELECT count(*) FROM changesets WHERE command = 'forged' AND summary = 'Erased'") == 3
    )


def test_nothing_is_told_of_an_erased_person_wherever_they_lie(floor: Floor) -> None:
    ann, contact = floor.connect("ann"), floor.contact("ann")
    floor.connect("ada").execute("SELECT erase_person(%s)", (contact,))
    refused(ann, "SELECT hand_in('contacts', %s, 'Secret')", (contact,), by="OH002")
    ann.execute("SELECT hand_over('contacts', %s, %s)", (contact, floor.book("East")))
    late = [forged("ann", note(floor, "ann", contact_id=contact, body="Secret")) for _ in range(5)]
    assert statuses(pushed(ann, late)) == ["gone"] * 5
    assert truth(floor, "SELECT count(*) FROM activities WHERE body = 'Secret'") == 0


# --- several at once, and transactions


def test_a_changeset_has_one_effect_whichever_clients_send_it_at_once(floor: Floor) -> None:
    contact = floor.contact("ann")
    bodies = [forged("ann", {**put("contacts", contact, {}), "add": {"tags": [f"t{n}"]}}) for n in range(8)]
    same, copied = new_id(), new_id()
    sent = [partial(pushed, floor.connect("ann"), bodies, client=client) for client in (same, same, copied)]
    answers = together(*sent)
    assert [statuses(answer) for answer in answers] == [["ok"] * 8] * 3
    assert truth(floor, "SELECT version FROM contacts WHERE id = %s", (contact,)) == 9
    assert (
        truth(
            floor,
            "SELECT count(*) FROM changesets WHERE user_id = %s AND command = 'forged'",
            (floor.user("ann"),),
        )
        == 8
    )


def test_what_is_rolled_back_was_never_answered(floor: Floor) -> None:
    ann, client = floor.connect("ann", autocommit=False), new_id()
    bodies = [*fillers(floor, "ann"), forged("ann", put("contacts", floor.contact("ben"), {"title": "x"}))]
    with ann.transaction(force_rollback=True), ann.transaction():
        assert statuses(pushed(ann, bodies, client=client)) == ["ok"] * 5 + ["gone"]
    assert truth(floor, "SELECT (SELECT count(*) FROM answers) + (SELECT count(*) FROM clients)") == 0
    assert truth(floor, "SELECT count(*) FROM activities WHERE body = 'told'") == 0
    # In a part of a transaction that is kept it is like anywhere.
    with ann.transaction(), ann.transaction():
        assert statuses(pushed(ann, bodies, client=client)) == ["ok"] * 5 + ["gone"]
    ann.commit()
    assert truth(floor, "SELECT count(*) FROM activities WHERE body = 'told'") == 5
    assert truth(floor, "SELECT count(*) FROM changesets WHERE command = 'forged'") == 5
    assert statuses(pushed(ann, bodies, client=client)) == ["ok"] * 5 + ["gone"]


def test_whoever_keeps_a_batch_open_holds_up_their_own_client_alone(floor: Floor) -> None:
    ann, again, ben = floor.connect("ann", autocommit=False), floor.connect("ann"), floor.connect("ben")
    client = new_id()
    pushed(ann, fillers(floor, "ann"), client=client)
    begun = time.monotonic()
    assert statuses(pushed(ben, fillers(floor, "ben"))) == ["ok"] * 5
    assert time.monotonic() - begun < 4
    refused(again, "SELECT apply(%s, 0, '[]')", (client,), by="55P03")
    ann.rollback()
