"""Attacks by many changesets at once, by a rep who has SQL: what only one of them could not do, and what the audit says."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from core.ids import new_id
from tests.postgres.attacks import (
    AT,
    DENIED,
    added,
    fillers,
    forged,
    note,
    one,
    pushed,
    put,
    refused,
    statuses,
    todo,
    truth,
)

if TYPE_CHECKING:
    from tests.postgres.floor import Floor


# --- waves


def test_a_wave_lets_nothing_through_that_one_alone_is_not_let(floor: Floor) -> None:
    ann = floor.connect("ann")
    won = {"stage_id": floor.stage("Won"), "outcome": "won", "closed_at": AT}
    lost = {"stage_id": floor.stage("Lost"), "outcome": "lost", "closed_at": AT}
    hidden = {
        "contact_id": floor.contact("wim"),
        "deal_id": floor.deal("wim"),
        "company_id": floor.company("wim"),
    }
    evil = [
        put("deals", floor.deal("ann"), won), put("deals", floor.deal("ann"), lost), put("deals", floor.deal("ann"), {"outcome": "won"}),
        put("deals", floor.deal("ann"), {"stage_id": floor.stage("New", "Suedlicht")}),
        put("deals", floor.deal("ben"), {"title": "x"}), put("contacts", floor.contact("zed"), {"title": "x"}),
        put("contacts", floor.contact("wim"), {"book_id": floor.book("ann")}),
        put("contacts", floor.contact("ann"), {"book_id": floor.book("zed")}),
        put("contacts", floor.contact("ann"), {"book_id": new_id()}),
        put("tasks", floor.task("ann"), {"book_id": floor.book("East")}),
        put("tasks", floor.task("ann"), {"contact_id": hidden["contact_id"]}),
        put("tasks", floor.task("ann"), {"assignee_id": floor.user("zed")}),
        put("contacts", floor.contact("ann"), {"company_id": hidden["company_id"]}),
        *(note(floor, "ann", **{name: value}) for name, value in hidden.items()),
        note(floor, "ann", user_id=floor.user("ben"), deal_id=floor.deal("ann")),
        note(floor, "ann", revises=floor.activity("ben", 1), deal_id=floor.deal("ben")),
        note(floor, "ann", revises=floor.activity("East", 1), deal_id=floor.deal("East"), user_id=floor.user("mia")),
        note(floor, "ann", book_id=floor.book("ben")), todo(floor, "ann", book_id=floor.book("wim")),
        put("activities", floor.activity("ann"), {"body": "x"}), put("users", floor.user("ann"), {"role": "admin"}),
        *(put("contacts", floor.contact("ann"), {name: value}) for name, value in (
            ("version", 9), ("updated_by", floor.user("ben")), ("search", "x"), ("org_id", floor.org("Suedlicht")),
            ("last_activity_at", AT), ("created_at", AT), ("sync_xid", "1"), ("id", new_id()))),
        added("shares", {"book_id": floor.book("ben"), "user_id": floor.user("ann"), "can_write": True}),
        added("stages", {"pipeline_id": floor.pipeline(), "name": "Mine", "kind": "won", "position": "V", "next_stage_ids": []}),
        added("contacts", {"book_id": floor.book("ben"), "first_name": "x"}),
    ]  # fmt: skip
    bodies = []
    for change in evil:
        bodies += [*fillers(floor, "ann", 2), forged("ann", change)]
    answers = pushed(ann, bodies)
    assert statuses(answers)[0::3] == statuses(answers)[1::3] == ["ok"] * len(evil)
    assert [
        str(c)[:200]
        for c, a in zip(evil, answers[2::3], strict=True)
        if a["status"] not in ("gone", "rejected")
    ] == []
    # Together with a good one in a changeset they take that one along.
    answers = pushed(
        ann,
        [
            *fillers(floor, "ann"),
            *(forged("ann", note(floor, "ann", deal_id=floor.deal("ann"), body="along"), c) for c in evil),
        ],
    )
    assert set(statuses(answers[5:])) <= {"gone", "rejected"}
    assert truth(floor, "SELECT count(*) FROM activities WHERE body = 'along'") == 0


@pytest.mark.parametrize("made", [True, False])
def test_waves_keep_the_order_in_which_a_task_and_what_it_is_about_change(floor: Floor, made: bool) -> None:
    """A task that was just made, or just put to another contact, goes with its contact before the next change of it."""
    task = new_id() if made else floor.task("ann")
    contact = floor.contact("ann", 1)
    first = (
        todo(floor, "ann", task, contact_id=contact) if made else put("tasks", task, {"contact_id": contact})
    )
    bodies = [
        *fillers(floor, "ann", 4), forged("ann", first),
        forged("ann", put("contacts", contact, {"book_id": floor.book("ben")}, {"book_id": floor.book("ann")})),
        forged("ann", put("tasks", task, {"subject": "Mine all the same"})),
        *[forged("ann", put("contacts", floor.contact("ann", 0), {"title": str(n)})) for n in range(3)],
    ]  # fmt: skip
    answers = pushed(floor.connect("ann"), bodies)
    assert statuses(answers) == ["ok"] * 6 + ["gone"] + ["ok"] * 3
    assert truth(floor, "SELECT subject FROM tasks WHERE id = %s", (task,)) != "Mine all the same"


def test_the_parts_of_a_wave_called_alone_are_no_more_than_sql(floor: Floor) -> None:
    """They run under the caller's rights, whatever rows, organization and person they are told of."""
    ann, zed, ada = floor.org(), floor.org("Suedlicht"), floor.user("ada")
    wire = floor.connect("ann")
    before = truth(floor, "SELECT md5(string_agg(c::text, '' ORDER BY id)) FROM contacts c")
    theirs = [floor.contact(name) for name in ("ben", "wim", "zed")]
    news = Jsonb({"title": "x"})
    for org in (ann, zed):
        assert (
            one(
                wire,
                "SELECT change_rows(%s, 'contacts', %s::uuid[], array_fill(%s::jsonb, '{3}'))",
                (org, theirs, news),
            )
            == 0
        )
        assert wire.execute(
            "SELECT * FROM checked_rows(%s, 'contacts', '{1,2,3}', %s::uuid[], array_fill(%s::jsonb, '{3}'), %s::uuid[])",
            (org, theirs, Jsonb({"set": {"title": "x"}}), theirs),
        ).fetchall() == []  # fmt: skip
    row = Jsonb(
        {
            "id": new_id(),
            "book_id": floor.book("ben"),
            "first_name": "x",
            "last_name": "",
            "emails": [],
            "phones": [],
        }
    )
    refused(wire, "SELECT add_rows('contacts', ARRAY[%s])", (row,), by=(DENIED, "23502"))
    refused(wire, "SELECT add_rows('users', ARRAY[%s])", (row,), by="20000")
    refused(
        wire,
        "SELECT change_rows(my_org(), 'activities', ARRAY[%s::uuid], ARRAY[%s])",
        (floor.activity("ann"), news),
        by="20000",
    )
    body = forged("ada", *(put("contacts", contact, {"title": "x"}) for contact in theirs))
    for call in ("apply_together(array_fill(%(body)s::jsonb, '{4}'), '{1,2,3,4}', %(org)s, %(user)s)",
                 "apply_run(array_fill(%(body)s::jsonb, '{4}'), %(org)s, %(user)s)",
                 "apply_many(array_fill(%(body)s::jsonb, '{4}'), %(org)s, %(user)s)",
                 "apply_halves(array_fill(%(body)s::jsonb, '{4}'), '{1,2,3,4}', %(org)s, %(user)s)"):  # fmt: skip
        for org in (ann, zed):
            with suppress(psycopg.DatabaseError):
                answers = one(wire, f"SELECT {call}", {"body": Jsonb(body), "org": org, "user": ada})
                assert set(statuses(answers)) <= {"gone", "rejected"}
    assert truth(floor, "SELECT md5(string_agg(c::text, '' ORDER BY id)) FROM contacts c") == before


@pytest.mark.parametrize(
    "odd",
    [
        {"table": ["contacts"]}, {"table": {"a": 1}}, {"op": ["update"]}, {"set": []}, {"set": 5}, {"base": "x"}, {"add": {"tags": 5}},
        {"id": "x"}, {"id": None}, {"set": {"title": {"a": [1]}}}, {"set": {"title": None}}, {"set": {"emails": [[[]]]}},
        {"set": {"custom.a.b.c": 1}}, {"set": {"tags": ["a"] * 20_000}}, {"set": {"company_id": "x"}}, {"set": {"description": "x" * 2_000_000}},
        {"set": {"do_not_call": 1}}, {"add": {"tags": [{"a": 1}]}}, {"set": {"address": "x" * 5_000}},
    ],
)  # fmt: skip
def test_poison_in_a_batch_is_answered_for_itself(floor: Floor, odd: dict[str, Any]) -> None:
    ann, contact = floor.connect("ann"), floor.contact("ann")
    poison = {**put("contacts", contact, {"title": "x"}), **odd}
    bodies = [*fillers(floor, "ann", 3), forged("ann", poison), *fillers(floor, "ann", 3)]
    client = new_id()
    answers = pushed(ann, bodies, client=client)
    assert statuses(answers[:3] + answers[4:]) == ["ok"] * 6
    assert answers[3]["status"] in ("rejected", "gone", "ok"), answers[3]
    assert truth(floor, "SELECT count(*) FROM activities WHERE body = 'told'") == 6
    assert statuses(pushed(ann, bodies, client=client)) == statuses(answers)
    assert floor.connect("ben").execute("SELECT count(*) FROM contacts").fetchone() == (4,)


@pytest.mark.parametrize(
    "head", [{"at": "yesterday"}, {"at": 5}, {"id": 5}, {"undoes": "x"}, {"changes": {}}, {"command": None}]
)
def test_a_poisoned_head_is_answered_for_itself(floor: Floor, head: dict[str, Any]) -> None:
    ann = floor.connect("ann")
    bodies = [*fillers(floor, "ann", 3), {**forged("ann", put("contacts", floor.contact("ann"), {"title": "x"})), **head},
              *fillers(floor, "ann", 3)]  # fmt: skip
    answers = pushed(ann, bodies)
    assert statuses(answers[:3] + answers[4:]) == ["ok"] * 6


# --- the audit


WRITES = {
    "one after the other": "UPDATE contacts SET title = 'x'",
    "two in one": "WITH a AS (UPDATE contacts SET title = 'x' WHERE id = %(one)s RETURNING 1),"
    " b AS (UPDATE contacts SET title = 'y' WHERE id = %(two)s RETURNING 1) SELECT * FROM a, b",
    "merge": "MERGE INTO contacts c USING (VALUES (%(one)s::uuid), (%(two)s::uuid)) v(id) ON c.id = v.id"
    " WHEN MATCHED AND c.id = %(one)s THEN UPDATE SET title = 'x' WHEN MATCHED THEN UPDATE SET city = 'y'",
    "upsert": "INSERT INTO teams (id, name) SELECT id, name FROM teams ON CONFLICT (org_id, id) DO UPDATE SET name = 'x'",
    "in a block": "DO $$ BEGIN UPDATE contacts SET title = 'x'; EXCEPTION WHEN others THEN NULL; END $$",
    "by rows": "DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM contacts LOOP UPDATE contacts SET title = 'x' WHERE id = r.id;"
    " END LOOP; END $$",
    "with others": "WITH a AS (UPDATE contacts SET title = 'x' RETURNING id), b AS (UPDATE teams SET name = 'x' RETURNING 1)"
    " SELECT count(*) FROM a, b",
}  # fmt: skip


@pytest.mark.parametrize("way", WRITES)
@pytest.mark.parametrize(
    "settings",
    [{}, {"offhook.changesets": "{"}, {"offhook.changesets": "[]"}, {"offhook.changesets": "5"}, {"enable_hashjoin": "off", "work_mem": "64kB"},
     {"plan_cache_mode": "force_generic_plan"}, {"timezone": "XYZ-5", "datestyle": "German"}],
)  # fmt: skip
def test_every_row_is_audited_whatever_way_it_is_written(
    floor: Floor, way: str, settings: dict[str, str]
) -> None:
    ada, root = floor.connect("ada"), floor.database.superuser()
    for name, value in settings.items():
        ada.execute("SELECT set_config(%s, %s, false)", (name, value))
    values = {"one": floor.contact("ann"), "two": floor.contact("ben")}
    query = (
        "SELECT sum(n) FROM (SELECT sum(version) n FROM offhook.contacts UNION ALL SELECT sum(version) FROM offhook.teams"
        ") t"
    )
    versions, entries = one(root, query), one(root, "SELECT count(*) FROM offhook.audit")
    ada.execute(WRITES[way], values)
    written = one(root, query) - versions
    assert written >= 2
    assert one(root, "SELECT count(*) FROM offhook.audit") - entries == written
    assert one(root, "SELECT count(*) FROM offhook.audit WHERE login = 'ada'") == written
    # Nor does it say another thing when it is looked at in another way.
    forged_ones = (
        "SELECT count(*) FROM offhook.audit a WHERE a.digest <> offhook.audit_digest(a.org_id, a.at, a.xid, a.login, a.user_id,"
        " a.table_name, a.row_id, a.op, a.changeset_id, offhook.audit_commitment(a.salt, a.diff))"
    )
    assert one(root, forged_ones) == 0


def test_a_forged_list_of_changesets_is_no_way_around_the_audit(floor: Floor) -> None:
    """It says to which changeset a change belongs, as the client tells; never who or what."""
    ann, other = floor.connect("ann"), new_id()
    contact = floor.contact("ann")
    ann.execute(
        "SELECT set_config('offhook.changesets', %s, false)", (str({contact: other}).replace("'", '"'),)
    )
    ann.execute("UPDATE contacts SET title = 'x' WHERE id = %s", (contact,))
    root = floor.database.superuser()
    entry = root.execute(
        "SELECT login, user_id::text, diff, changeset_id::text FROM offhook.audit WHERE row_id = %s ORDER BY seq DESC LIMIT 1", (contact,)
    ).fetchone()  # fmt: skip
    assert entry == ("ann", floor.user("ann"), {"title": ["", "x"]}, other)
    ann.execute(
        "SELECT set_config('offhook.changesets', %s, false)", (str({contact: "nobody"}).replace("'", '"'),)
    )
    try:
        ann.execute("UPDATE contacts SET title = 'y' WHERE id = %s", (contact,))
    except psycopg.DataError:
        assert truth(floor, "SELECT title FROM contacts WHERE id = %s", (contact,)) == "x"
    else:
        assert (
            truth(
                floor,
                "SELECT count(*) FROM audit WHERE row_id = %s AND diff ->> 'title' = '[\"x\", \"y\"]'",
                (contact,),
            )
            == 1
        )


def test_what_a_batch_writes_is_audited_row_by_row(floor: Floor) -> None:
    """Each version of a row has its entry, with its own changeset; what was refused has none."""
    ann, contact = floor.connect("ann"), floor.contact("ann")
    bodies = [
        forged("ann", put("contacts", contact, {"title": str(n)}, {"title": str(n - 1) if n else ""}))
        for n in range(6)
    ] + [
        *fillers(floor, "ann"),
        forged("ann", put("contacts", contact, {"title": "z"}, {"title": "what nobody saw"})),
    ]
    assert statuses(pushed(ann, bodies)) == ["ok"] * 11 + ["conflict"]
    found = floor.database.superuser().execute(
        "SELECT changeset_id::text, diff -> 'title' ->> 1 FROM offhook.audit WHERE row_id = %s AND op = 'update' ORDER BY seq", (contact,)
    ).fetchall()  # fmt: skip
    assert found == [(body["id"], str(n)) for n, body in enumerate(bodies[:6])]


def test_known_limit_an_entry_has_the_time_at_which_its_transaction_began(floor: Floor) -> None:
    """Who leaves one open writes an earlier time; what came before it and after shows all the same."""
    ann, ben = floor.connect("ann", autocommit=False), floor.connect("ben")
    ann.execute("SELECT 1")
    ben.execute("UPDATE contacts SET title = 'first' WHERE id = %s", (floor.contact("ben"),))
    ann.execute("UPDATE contacts SET title = 'second' WHERE id = %s", (floor.contact("ann"),))
    ann.commit()
    entries = floor.database.superuser().execute(
        "SELECT login, at, xid::text::bigint FROM offhook.audit WHERE op = 'update' ORDER BY seq DESC LIMIT 2"
    )
    (late, claimed, later), (early, at, earlier) = entries.fetchall()
    assert (early, late) == ("ben", "ann")
    assert claimed < at
    assert earlier < later
