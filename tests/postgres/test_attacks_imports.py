"""Attacks on imports: by a rep who has SQL and no right to import, and by one who has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from core.ids import new_id
from core.imports.shapes import Probe
from storage.postgres.load import catalog
from storage.postgres.reads.matches import matches
from tests.postgres.attacks import AT, added, applied, forged, one, pull, put, refused, truth

if TYPE_CHECKING:
    from tests.postgres.floor import Floor

MAKE = (
    "INSERT INTO imports (id, name, source, user_id, state, started_at, rows, imported, updated, unchanged, skipped, refused,"
    " mapping) VALUES (gen_random_uuid(), 'x.csv', '', %s, 'running', now(), 0, 0, 0, 0, 0, 0, '{}')"
)


def imported(floor: Floor, login: str, **more: Any) -> dict[str, Any]:
    """The change by which an import begins."""
    values = {
        "name": "x.csv", "source": "", "user_id": floor.user(login), "state": "running", "started_at": AT, "ended_at": None,
        "rows": 0, "imported": 0, "updated": 0, "unchanged": 0, "skipped": 0, "refused": 0, "mapping": {}, "deleted_at": None,
    }  # fmt: skip
    return added("imports", {**values, **more})


def let_import(floor: Floor, login: str, right: str = "yes") -> None:
    floor.connect("ada").execute(
        "UPDATE users SET import_right = %s WHERE id = %s", (right, floor.user(login))
    )


def test_without_the_right_nobody_imports_whatever_they_send(floor: Floor) -> None:
    for login in ("ann", "rob"):
        wire = floor.connect(login)
        refused(wire, MAKE, (floor.user(login),))
        assert applied(wire, forged(login, imported(floor, login)))["status"] == "rejected"
    let_import(floor, "mia", "no")
    refused(floor.connect("mia"), MAKE, (floor.user("mia"),))
    ann = floor.connect("ann")
    # Nor does a rep give themselves the right, or take Ben's import for theirs.
    refused(ann, "UPDATE users SET import_right = 'yes' WHERE id = my_user()")
    take = put("users", floor.user("ann"), {"import_right": "yes"}, {"import_right": ""})
    assert applied(ann, forged("ann", take))["status"] == "rejected"
    refused(ann, "UPDATE imports SET user_id = my_user()")
    assert truth(floor, "SELECT count(*) FROM imports WHERE org_id = %s", (floor.org(),)) == 1


def test_an_import_is_told_of_by_who_makes_it_and_seen_by_who_oversees_them(floor: Floor) -> None:
    let_import(floor, "ann")
    ann, bens = floor.connect("ann"), floor.imported()
    assert applied(ann, forged("ann", imported(floor, "ben")))["status"] == "rejected"
    assert applied(ann, forged("ann", imported(floor, "ann", state="grand")))["status"] == "rejected"
    assert applied(ann, forged("ann", imported(floor, "ann", imported=-1)))["status"] == "rejected"
    mine = imported(floor, "ann", name="Secret takeover.csv")
    assert applied(ann, forged("ann", mine))["status"] == "ok"
    ann.execute("UPDATE imports SET state = 'undone'")
    assert truth(floor, "SELECT state FROM imports WHERE id = %s", (bens,)) == "done"
    change = put("imports", bens, {"state": "undone"}, {"state": "done"})
    for login in ("ann", "mia", "wim"):
        assert applied(floor.connect(login), forged(login, change))["status"] in ("gone", "rejected")
    seen = {
        login: one(floor.connect(login), "SELECT count(*) FROM imports")
        for login in ("ada", "rob", "mia", "ann", "ben", "wim", "zed")
    }
    assert seen == {"ada": 2, "rob": 2, "mia": 2, "ann": 1, "ben": 1, "wim": 0, "zed": 1}
    for login in ("ben", "wim", "zed"):
        wire = floor.connect(login)
        assert "Secret takeover" not in str(pull(wire, None, []))
        assert wire.execute("SELECT * FROM history('imports', %s)", (mine["id"],)).fetchall() == []
    assert wire_history(floor, "mia", mine["id"]) == 1


def wire_history(floor: Floor, login: str, import_id: str) -> int:
    return int(one(floor.connect(login), "SELECT count(*) FROM history('imports', %s)", (import_id,)))


@pytest.mark.parametrize("login", ["ann", "wim", "zed"])
def test_a_look_up_finds_nothing_that_is_out_of_sight(shared_floor: Floor, login: str) -> None:
    floor, wire = shared_floor, shared_floor.connect(login)
    probe = Probe(
        ("crm:ben",), (floor.contact("ben"), floor.company("ben"), floor.deal("ben"), floor.task("ben")),
        ("joerg@ben.example",), (), ("kunde ben jorg", "ben works", "ben renewal"), "ben works", "ben.example",
    )  # fmt: skip
    for table in ("contacts", "companies", "deals", "activities", "tasks"):
        assert matches(wire, catalog(wire), table, [probe]) == [[]]
    assert one(wire, "SELECT count(*) FROM record_keys WHERE value = 'crm:ben'") == 0
    refused(wire, "INSERT INTO record_keys SELECT * FROM record_keys")
    refused(wire, "UPDATE record_keys SET row_id = %s", (new_id(),))


def test_a_value_may_be_anything(shared_floor: Floor) -> None:
    wire = shared_floor.connect("ann")
    for strange in ("'; drop table contacts; --", "\x00", "\ud800", "%s", ":org", "x" * 5_000):
        probe = Probe((strange,), (strange,), (strange,), (strange,), (strange,), strange, strange)
        for table in ("contacts", "companies", "deals", "tasks"):
            assert matches(wire, catalog(wire), table, [probe]) == [[]]


def test_a_rep_closes_no_deal_by_making_it_unless_they_import(floor: Floor) -> None:
    won = added("deals", {
        "book_id": floor.book("ann"), "title": "Won before", "pipeline_id": floor.pipeline(), "stage_id": floor.stage("Won"),
        "company_id": None, "contact_id": None, "value_minor": 100, "currency": "EUR", "probability": None,
        "expected_close": None, "outcome": "won", "lost_reason": "", "closed_at": AT, "stage_since": AT, "position": "",
        "next_step": "", "source": "", "description": "", "tags": [], "custom": {}, "external_ids": ["hub:7"],
        "deleted_at": None,
    })  # fmt: skip
    assert applied(floor.connect("ann"), forged("ann", won))["status"] == "rejected"
    let_import(floor, "ann")
    assert applied(floor.connect("ann"), forged("ann", won))["status"] == "ok"


def test_one_row_of_hundreds_that_is_out_of_reach_keeps_all_of_them_out(floor: Floor) -> None:
    ann = floor.connect("ann")
    notes = {"book_id": floor.book("ann"), "name": "Firm", "domain": "", "website": "", "phone": "", "industry": "",
             "employees": None, "address": "", "postal_code": "", "city": "", "region": "", "country": "",
             "description": "", "tags": [], "custom": {}, "external_ids": ["hub:1"], "deleted_at": None}  # fmt: skip
    many = [added("companies", notes) for _ in range(50)]
    foreign = added("companies", {**notes, "book_id": floor.book("ben")})
    answer = applied(ann, forged("ann", *many, foreign))
    assert (answer["status"], answer["reason"]) == ("rejected", "You may not put a company there.")
    # Which of them it is, is told: the others can come without it.
    assert answer["row"] == {"table": "companies", "id": foreign["id"]}
    assert not truth(floor, "SELECT count(*) FROM companies WHERE name = 'Firm'")
    assert not truth(floor, "SELECT count(*) FROM record_keys WHERE value = 'hub:1'")
    assert applied(ann, forged("ann", *many))["status"] == "ok"
    edits = [put("companies", change["id"], {"city": "Kiel"}, {"city": ""}) for change in many]
    taken = put("companies", floor.company("ben"), {"city": "Bonn"}, {"city": "Kiel"})
    answer = applied(ann, forged("ann", *edits, taken))
    assert (answer["status"], answer["row"]["id"]) == ("gone", floor.company("ben"))
    answer = applied(ann, forged("ann", *edits))
    assert answer["status"] == "ok"
    assert (
        truth(floor, "SELECT count(*) FROM companies WHERE name = 'Firm' AND city = 'Kiel' AND version = 2")
        == 50
    )
    assert truth(
        floor, "SELECT count(*) FROM audit WHERE changeset_id IS NOT NULL AND diff -> 'city' = '[\"\", \"Kiel\"]'"
    ) == 50  # fmt: skip
