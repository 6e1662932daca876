"""Attacks on calls: by a rep who has SQL, and by those who may only look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from core.ids import new_id
from tests.postgres.attacks import Wire, applied, forged, one, pull, refused, truth
from tests.postgres.floor import START

if TYPE_CHECKING:
    from tests.postgres.floor import Floor

OUTCOME = {"key": "sold", "name": "Sold", "line": "answered", "connected": True, "position": "V"}
SCRIPT = {"name": "Whispered", "body": "Nobody else reads this", "shared": False, "position": "V"}
RULE = {"region": "DE", "hours": {"mon": "00:00-24:00"}}


def call(floor: Floor, login: str, contact: str, **more: Any) -> dict[str, Any]:
    """The change that logs a call."""
    values = {
        "id": new_id(), "book_id": floor.book("ann"), "kind": "call", "subject": "", "body": "Forged",
        "occurred_at": START.isoformat(), "outcome": "interested", "direction": "out", "user_id": floor.user(login),
        "contact_id": contact, "deal_id": None, "company_id": None, "duration_s": None, "revises": None,
        "retracted": False, "data": {"connected": True, "line": "answered"}, **more,
    }  # fmt: skip
    return {"table": "activities", "id": values["id"], "op": "insert", "set": values, "base": {}}


def new(table: str, **values: Any) -> dict[str, Any]:
    """The change that makes a row of the set-up."""
    row = {"id": new_id(), **values}
    return {"table": table, "id": row["id"], "op": "insert", "set": row, "base": {}}


@pytest.fixture(scope="module")
def ann(shared_floor: Floor) -> Wire:
    return shared_floor.connect("ann")


@pytest.mark.parametrize("owner", ["ben", "wim", "zed"])
def test_no_call_is_logged_to_somebody_out_of_sight(ann: Wire, shared_floor: Floor, owner: str) -> None:
    contact = shared_floor.contact(owner)
    for book in ("ann", owner):
        change = call(shared_floor, "ann", contact, book_id=shared_floor.book(book))
        answer = applied(ann, forged("ann", change))
        assert answer["status"] in ("gone", "rejected")
        assert not truth(shared_floor, "SELECT count(*) FROM activities WHERE id = %s", (change["id"],))


def test_a_call_is_told_of_who_made_it_whatever_it_says(ann: Wire, shared_floor: Floor) -> None:
    floor = shared_floor
    for other in ("ben", "ada"):
        change = call(floor, other, floor.contact("ann"))
        assert applied(ann, forged("ann", change))["status"] == "rejected"
    # What a call says of itself counts for its own rep alone, in whatever block it claims to be.
    mine = call(
        floor,
        "ann",
        floor.contact("ann"),
        data={"connected": True, "block": "bens", "user_id": floor.user("ben")},
    )
    assert applied(ann, forged("ann", mine))["status"] == "ok"
    told = truth(floor, "SELECT user_id::text FROM activities WHERE id = %s", (mine["id"],))
    assert told == floor.user("ann")
    refused(ann, "UPDATE activities SET data = '{}' WHERE id = %s", (mine["id"],))


@pytest.mark.parametrize("login", ["ann", "rob"])
@pytest.mark.parametrize(
    ("table", "values"), [("outcomes", OUTCOME), ("calling_rules", RULE)], ids=["outcomes", "rules"]
)
def test_how_calls_end_and_when_they_may_be_made_is_not_for_reps_to_say(
    shared_floor: Floor, login: str, table: str, values: dict[str, Any]
) -> None:
    wire = shared_floor.connect(login)
    made = new(table, **values)
    assert applied(wire, forged(login, made))["status"] == "rejected"
    assert not truth(shared_floor, f"SELECT count(*) FROM {table} WHERE id = %s", (made["id"],))


def test_a_script_is_changed_by_its_maker_and_seen_by_nobody_else(floor: Floor) -> None:
    ann, ben = floor.connect("ann"), floor.connect("ben")
    hers = new("scripts", **SCRIPT, user_id=floor.user("ann"))
    assert applied(ann, forged("ann", hers))["status"] == "ok"
    for script, base in (({"shared": True}, {"shared": False}), ({"body": "Mine"}, {"body": SCRIPT["body"]})):
        change = {"table": "scripts", "id": hers["id"], "op": "update", "set": script, "base": base}
        answer = applied(ben, forged("ben", change))
        assert answer["status"] == "gone"
        assert SCRIPT["body"] not in str(answer)
    in_his_name = new("scripts", **SCRIPT, user_id=floor.user("ben"))
    assert applied(ann, forged("ann", in_his_name))["status"] == "rejected"
    for asked in (
        "SELECT count(*) FROM scripts WHERE body LIKE 'Nobody else%%'",
        "SELECT count(*) FROM changesets WHERE body::text LIKE '%%Nobody else%%'",
    ):
        assert one(ben, asked) == 0, asked
    seen = ben.execute("SELECT * FROM history('scripts', %s)", (hers["id"],)).fetchall()
    assert seen == []
    refused(ben, "SELECT * FROM audit")
    pulled = pull(ben, None, [])
    assert SCRIPT["body"] not in str(pulled)


def test_who_may_only_look_calls_nobody(floor: Floor) -> None:
    rob = floor.connect("rob")
    book = one(rob, "SELECT id::text FROM books WHERE id = ANY (visible_books()) LIMIT 1")
    contact = one(rob, "SELECT id::text FROM contacts WHERE deleted_at IS NULL LIMIT 1")
    change = call(floor, "rob", contact, book_id=book)
    assert applied(rob, forged("rob", change))["status"] in ("gone", "rejected")
    script = new("scripts", **SCRIPT, user_id=floor.user("rob"))
    assert applied(rob, forged("rob", script))["status"] == "rejected"
    refused(rob, "SELECT reserve(%s, 60)", (contact,), by="OH001")
    refused(rob, "INSERT INTO reservations SELECT * FROM reservations")
