"""Attacks by what offhook itself sends: changesets with anything in them, by a rep who has SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from psycopg.types.json import Jsonb

from core.ids import new_id
from storage.postgres.load import catalog
from storage.postgres.reads.history import history
from tests.postgres.attacks import DEAL, Wire, applied, forged, one, refused, truth
from tests.postgres.floor import START, made_id

if TYPE_CHECKING:
    from tests.postgres.floor import Floor


@pytest.fixture(scope="module")
def ann(shared_floor: Floor) -> Wire:
    return shared_floor.connect("ann")


def title(contact: str, **more: Any) -> dict[str, Any]:
    return {
        "table": "contacts",
        "id": contact,
        "op": "update",
        "set": {"title": "x"},
        "base": {"title": ""},
        **more,
    }


def test_a_changeset_in_the_name_of_others_is_refused(ann: Wire, shared_floor: Floor) -> None:
    floor = shared_floor
    change = title(floor.contact("ann"))
    for more in (
        {"user_id": floor.user("ben")}, {"user_id": floor.user("ada")}, {"org_id": floor.org("Suedlicht")},
        {"org_id": None}, {"user_id": [floor.user("ann")]},
    ):  # fmt: skip
        assert applied(ann, forged("ann", change, **more))["status"] == "rejected"
    body = forged("ben", change)
    answer = one(ann, "SELECT apply_one(%s, my_org(), %s)", (Jsonb(body), floor.user("ben")))
    assert answer["status"] == "rejected"
    refused(ann, "SELECT open_changeset(%s)", (Jsonb(body),), by="OH001")
    assert truth(floor, "SELECT title FROM contacts WHERE id = %s", (floor.contact("ann"),)) == ""


@pytest.mark.parametrize(
    "column",
    ["org_id", "version", "created_at", "updated_by", "sync_xid", "search", "last_activity_at", "id", "nope"],
)
def test_a_changeset_sets_no_stamp_and_nothing_derived(ann: Wire, shared_floor: Floor, column: str) -> None:
    change = title(shared_floor.contact("ann"), set={column: "1"}, base={})
    assert applied(ann, forged("ann", change))["status"] == "rejected"


def test_a_changeset_gets_at_nothing_that_is_not_its_users(floor: Floor) -> None:
    ann, ben = floor.connect("ann"), floor.connect("ben")
    new = {
        "id": new_id(), "book_id": floor.book("ben"), "first_name": "New", "last_name": "", "emails": [], "phones": [],
    }  # fmt: skip
    insert = {"table": "contacts", "id": new["id"], "op": "insert", "set": new, "base": {}}
    assert applied(ann, forged("ann", insert))["status"] == "rejected"
    for owner in ("ben", "wim", "zed"):
        assert applied(ann, forged("ann", title(floor.contact(owner))))["status"] == "gone"
    grab = title(
        floor.contact("ben"), set={"book_id": floor.book("ann")}, base={"book_id": floor.book("ben")}
    )
    assert applied(ann, forged("ann", grab))["status"] == "gone"
    for table, values in (
        ("shares", {"book_id": floor.book("ben"), "user_id": floor.user("ann"), "can_write": True}),
        ("shares", {"book_id": floor.book("West"), "user_id": floor.user("ann"), "can_write": True}),
        ("memberships", {"team_id": floor.team("West"), "user_id": floor.user("ann")}),
        ("users", {"name": "Me again", "role": "admin", "login": "root"}),
        ("teams", {"name": "Mine"}),
    ):
        row = {"id": new_id(), **values}
        answer = applied(
            ann, forged("ann", {"table": table, "id": row["id"], "op": "insert", "set": row, "base": {}})
        )
        assert answer["status"] == "rejected", table
    for values in (
        {"role": "admin"},
        {"login": "ada"},
        {"export_right": "yes"},
        {"disabled_at": START.isoformat()},
    ):
        change = {"table": "users", "id": floor.user("ann"), "op": "update", "set": values, "base": {}}
        assert applied(ann, forged("ann", change))["status"] == "rejected", values
    bens = forged("ben", title(floor.contact("East")))
    assert applied(ben, bens)["status"] == "ok"
    back = title(floor.contact("East"), set={"title": ""}, base={"title": "x"})
    assert applied(ann, forged("ann", back, undoes=bens["id"]))["status"] == "rejected"
    # Nor is it told as Ann's own when she sends it again.
    assert applied(ann, {**bens, "user_id": floor.user("ann")})["status"] == "rejected"


def test_a_deal_takes_no_forged_way_through_the_pipeline(floor: Floor) -> None:
    ann, deal = floor.connect("ann"), floor.deal("ann")
    won = {"stage_id": floor.stage("Won"), "outcome": "won", "closed_at": START.isoformat()}
    for change in (
        {"set": won, "base": {}}, {"set": won, "base": {"stage_id": floor.stage("Negotiation"), "outcome": "open"}},
        {"set": {"outcome": "won", "closed_at": START.isoformat()}, "base": {}},
    ):  # fmt: skip
        body = forged("ann", {"table": "deals", "id": deal, "op": "update", **change})
        assert applied(ann, body)["status"] in ("rejected", "conflict")
    refused(
        ann, "UPDATE deals SET stage_id = %s, outcome = 'won', closed_at = now() WHERE id = %s",
        (floor.stage("Won"), deal), by="OH001",
    )  # fmt: skip
    refused(
        ann,
        "UPDATE deals SET stage_id = %s WHERE id = %s",
        (floor.stage("New", "Suedlicht"), deal),
        by="OH002",
    )
    refused(
        ann, DEAL,
        {
            "id": new_id(), "book": floor.book("ann"), "pipeline": floor.pipeline(), "stage": floor.stage("Won"),
            "outcome": "won", "closed": START, "company": None, "contact": None,
        },
        by="OH001",
    )  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "contacts; DROP TABLE offhook.audit",
        'contacts"',
        "audit",
        "changesets",
        "pg_authid",
        "",
        "offhook.contacts",
    ],
)
def test_a_changeset_names_no_table_but_those_of_records(ann: Wire, shared_floor: Floor, name: str) -> None:
    answer = applied(ann, forged("ann", title(shared_floor.contact("ann"), table=name)))
    assert answer["status"] == "rejected"


@pytest.mark.parametrize(
    "body",
    [
        None, 5, "x", [], {}, {"id": "x"}, {"id": made_id("x")}, {"id": made_id("x"), "changes": {}},
        {"changes": [5]}, {"changes": [{"table": "contacts"}]}, {"changes": [[]]}, {"undoes": "x"}, {"at": 5},
        {"at": "yesterday ' OR true"}, {"summary": None}, {"changes": [{"table": "contacts", "id": made_id("x"), "op": "delete"}]},
        {"changes": [{"table": "contacts", "id": made_id("x"), "op": "update", "set": {"title'; DROP TABLE audit; --": "x"}}]},
        {"changes": [{"table": "contacts", "id": made_id("x"), "op": "update", "set": {"custom.a'b\"c": {"d": 1}}}]},
        {"changes": [{"table": "contacts", "id": made_id("x"), "op": "update", "set": {"title": "\ud7ff" * 100_000}}]},
    ],
)  # fmt: skip
def test_nonsense_is_answered_and_harms_nobody(ann: Wire, body: Any) -> None:
    whole = forged("ann", title(made_id("x")))
    sent = {**whole, **body} if isinstance(body, dict) and "id" not in body and body else body
    assert applied(ann, sent)["status"] in ("rejected", "gone")


def test_changesets_as_deep_or_as_many_as_you_like_end_in_an_answer(ann: Wire) -> None:
    refused(ann, f"SELECT apply('{'[' * 100_000}{']' * 100_000}')", by="54001")
    deep = f'[{{"id": "{new_id()}", "changes": {"[" * 3000}{"]" * 3000}}}]'
    assert one(ann, "SELECT apply(%s)", (deep,))[0]["status"] == "rejected"
    many = one(ann, "SELECT apply(%s)", (Jsonb([forged("ann") for _ in range(2000)]),))
    assert {answer["status"] for answer in many} == {"ok"}
    refused(ann, "SELECT apply('{}')", by="OH003")
    refused(ann, "SELECT apply(NULL)", by="OH003")


def test_nobody_breaks_the_history_of_a_record_by_what_they_write_into_it(floor: Floor) -> None:
    """The history of a record that two reps work on is read by both: what one puts into it must be a changeset."""
    ann, ben, ada = (floor.connect(login) for login in ("ann", "ben", "ada"))
    contact = floor.contact("East")
    put = (
        "INSERT INTO changesets (id, org_id, user_id, at, command, summary, body, status)"
        " VALUES (%s, my_org(), my_user(), now(), 'x', 'x', %s, %s) RETURNING seq"
    )
    good = forged("ann", title(contact))
    bodies: tuple[Any, ...] = (
        {}, [], 5, {"changes": 5}, {**good, "changes": "x"}, {**good, "changes": [5]}, {**good, "id": 5},
        {**good, "changes": [title(contact, set={"title": {"a": 1}})]}, {**good, "user_id": floor.user("ben")},
        {**good, "changes": [title(contact, set={"emails": 5})]}, {**good, "at": "x"}, {**good, "undoes": "x"},
    )  # fmt: skip
    for body in bodies:
        refused(ann, put, (good["id"], Jsonb(body), "ok"))
        refused(ann, "SELECT open_changeset(%s)", (Jsonb(body),), by=("OH001", "22007"))
    assert applied(ann, good)["status"] == "ok"
    assert one(ben, "SELECT count(*) FROM history('contacts', %s)", (contact,)) > 0
    # Times that PostgreSQL can read and no client can are passed over: there is the audit.
    odd = title(contact, set={"source": "x"}, base={})
    assert applied(ann, forged("ann", odd, at="yesterday", summary="Odd"))["status"] == "ok"
    told = [entry.changeset.summary for entry in history(ben, catalog(ben), "contacts", contact)]
    assert "Forged" in told
    assert "Odd" not in told
    ada.execute("SELECT erase_person(%s)", (contact,))


def test_nobody_writes_into_the_history_of_what_they_did_not_write(floor: Floor) -> None:
    ann = floor.connect("ann")
    body = forged("ann", title(floor.contact("ann")))
    assert applied(ann, body)["status"] == "ok"
    seq = one(ann, "SELECT max(seq) FROM changesets")
    for contact in (floor.contact("East"), floor.contact("wim")):
        ann.execute("SELECT remember(%s, 'ok', ARRAY['contacts'], ARRAY[%s::uuid])", (seq, contact))
        assert (
            truth(floor, "SELECT count(*) FROM changeset_rows WHERE row_id = %s AND seq = %s", (contact, seq))
            == 0
        )
    refused(
        floor.connect("ben"),
        "SELECT remember(%s, 'ok', ARRAY['contacts'], ARRAY[%s::uuid])",
        (seq, floor.contact("ben")),
        by="OH001",
    )
    for statement in (
        "UPDATE changesets SET summary = ''",
        "DELETE FROM changesets",
        "UPDATE changesets SET undone_by = id",
    ):
        refused(ann, statement)
    refused(
        ann, "INSERT INTO changeset_rows SELECT my_org(), 'contacts', %s, %s", (floor.contact("wim"), seq)
    )
