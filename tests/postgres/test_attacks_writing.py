"""Attacks on what others rely on, by a rep who has SQL: nothing is put where it does not belong, nothing is made to say
what was not so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from core.ids import new_id
from storage.postgres.install import as_owner
from tests.postgres.attacks import DENIED, Wire, applied, forged, one, refused, truth
from tests.postgres.floor import START, made_id

if TYPE_CHECKING:
    from tests.postgres.floor import Floor

NOTE = (
    "INSERT INTO activities (id, book_id, kind, subject, body, occurred_at, direction, outcome, user_id, contact_id,"
    " deal_id, company_id, data, retracted) VALUES (gen_random_uuid(), %(book)s, 'note', '', 'Forged', now(), '', '',"
    " %(user)s, %(contact)s, %(deal)s, %(company)s, '{}', false)"
)
TASK = (
    "INSERT INTO tasks (id, book_id, kind, subject, body, due_at, all_day, assignee_id, contact_id, deal_id, company_id)"
    " VALUES (gen_random_uuid(), %(book)s, 'todo', 'Forged', '', now(), false, %(user)s, %(contact)s, %(deal)s, %(company)s)"
)
CONTACT = (
    "INSERT INTO contacts (id, book_id, first_name, last_name, title, company_id, emails, phones, lead_status, source,"
    " time_zone, address, postal_code, city, region, country, do_not_call, description, tags, custom)"
    " VALUES (%(id)s, %(book)s, 'New', '', '', %(company)s, '[]', '[]', '', '', '', '', '', '', '', '', false, '', '[]', '{}')"
)
COMPANY = (
    "INSERT INTO companies (id, book_id, name, domain, website, phone, industry, address, postal_code, city, region,"
    " country, description, tags, custom) VALUES (%(id)s, %(book)s, 'New', '', '', '', '', '', '', '', '', '', '', '[]', '{}')"
)
DEAL = (
    "INSERT INTO deals (id, book_id, title, pipeline_id, stage_id, company_id, contact_id, currency, outcome, lost_reason,"
    " stage_since, position, next_step, source, description, tags, custom, closed_at)"
    " VALUES (%(id)s, %(book)s, 'New', %(pipeline)s, %(stage)s, %(company)s, %(contact)s, 'EUR', %(outcome)s, '', now(),"
    " '', '', '', '', '[]', '{}', %(closed)s)"
)


@pytest.fixture(scope="module")
def ann(shared_floor: Floor) -> Wire:
    return shared_floor.connect("ann")


# --- children of hidden parents -----------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", [NOTE, TASK])
@pytest.mark.parametrize("owner", ["ben", "wim", "zed", ""])
def test_nothing_is_attached_to_a_hidden_parent(
    ann: Wire, shared_floor: Floor, statement: str, owner: str
) -> None:
    floor = shared_floor
    links = {"contact": None, "deal": None, "company": None}
    base = {**links, "book": floor.book("ann"), "user": floor.user("ann")}
    parents = {
        "contact": floor.contact(owner) if owner else new_id(), "deal": floor.deal(owner) if owner else new_id(),
        "company": floor.company(owner) if owner else new_id(),
    }  # fmt: skip
    for link, parent in parents.items():
        told = refused(ann, statement, {**base, link: parent}, by="OH002").diag.message_primary
        assert told is not None
        assert "is not there" in told
    # And not beside one that is visible.
    for link in ("contact", "company"):
        refused(ann, statement, {**base, "deal": floor.deal("ann"), link: parents[link]}, by="OH002")


def test_an_id_taken_for_another_kind_of_record_opens_no_hidden_one(floor: Floor) -> None:
    """Ids are the clients' to choose: a company that has the id of a hidden contact is no way to that contact."""
    ann, hidden = floor.connect("ann"), floor.contact("wim")
    before = truth(floor, "SELECT last_activity_at FROM contacts WHERE id = %s", (hidden,))
    mine = {"book": floor.book("ann"), "id": hidden}
    ann.execute(COMPANY, mine)
    deal = new_id()
    ann.execute(
        DEAL,
        {
            **mine, "id": deal, "company": hidden, "contact": None, "outcome": "open", "closed": None,
            "pipeline": floor.pipeline(), "stage": floor.stage("New"),
        },
    )  # fmt: skip
    for statement in (NOTE, TASK):
        refused(
            ann, statement,
            {"book": floor.book("ann"), "user": floor.user("ann"), "deal": deal, "contact": hidden, "company": None},
            by="OH002",
        )  # fmt: skip
    task = (
        "UPDATE tasks SET contact_id = %(id)s, company_id = NULL WHERE id ="
        " (SELECT id FROM tasks WHERE company_id = %(id)s)"
    )
    ann.execute(
        TASK,
        {
            "book": floor.book("ann"),
            "user": floor.user("ann"),
            "deal": None,
            "contact": None,
            "company": hidden,
        },
    )
    refused(ann, task, {"id": hidden}, by="OH002")
    assert truth(floor, "SELECT last_activity_at FROM contacts WHERE id = %s", (hidden,)) == before


def test_contacts_and_deals_point_to_nothing_hidden(ann: Wire, shared_floor: Floor) -> None:
    floor = shared_floor
    for owner in ("ben", "wim", "zed"):
        refused(
            ann,
            CONTACT,
            {"id": new_id(), "book": floor.book("ann"), "company": floor.company(owner)},
            by="OH002",
        )
        for links in (
            {"company": floor.company(owner), "contact": None},
            {"company": None, "contact": floor.contact(owner)},
        ):
            refused(
                ann, DEAL,
                {
                    "id": new_id(), "book": floor.book("ann"), "pipeline": floor.pipeline(), "stage": floor.stage("New"),
                    "outcome": "open", "closed": None, **links,
                },
                by="OH002",
            )  # fmt: skip


def test_an_entry_is_told_by_who_writes_it_and_corrects_only_their_own(
    ann: Wire, shared_floor: Floor
) -> None:
    floor = shared_floor
    mine = {"book": floor.book("ann"), "contact": floor.contact("ann"), "deal": None, "company": None}
    refused(ann, NOTE, {**mine, "user": floor.user("ben")}, by="OH001")
    refused(ann, NOTE, {**mine, "user": None}, by="OH001")
    revision = NOTE.replace("retracted)", "retracted, revises)").replace("false)", "true, %(revises)s)")
    for owner in ("ben", "wim"):
        values = {**mine, "user": floor.user("ann"), "revises": floor.activity(owner)}
        assert refused(ann, revision, values, by="OH002").sqlstate == "OH002"


# --- other books --------------------------------------------------------------------------------------------------


def test_nothing_is_put_into_other_books(ann: Wire, shared_floor: Floor) -> None:
    floor = shared_floor
    for owner in ("ben", "wim", "West", "mia"):
        refused(ann, CONTACT, {"id": new_id(), "book": floor.book(owner), "company": None})
        refused(ann, COMPANY, {"id": new_id(), "book": floor.book(owner)})
        refused(ann, "UPDATE contacts SET book_id = %s", (floor.book(owner),))
    refused(ann, CONTACT, {"id": new_id(), "book": floor.book("zed"), "company": None})
    refused(
        ann, "MERGE INTO shares s USING books b ON s.book_id = b.id WHEN NOT MATCHED THEN"
        " INSERT (id, book_id, user_id, can_write) VALUES (gen_random_uuid(), b.id, my_user(), true)",
    )  # fmt: skip
    refused(
        ann,
        "MERGE INTO contacts c USING contacts d ON c.id = d.id WHEN MATCHED THEN UPDATE SET book_id = d.book_id",
    )
    refused(ann, "MERGE INTO contacts c USING contacts d ON c.id = d.id WHEN MATCHED THEN DELETE")
    assert (
        one(
            ann,
            "WITH x AS (UPDATE contacts SET title = 'x' RETURNING book_id) SELECT count(DISTINCT book_id) FROM x",
        )
        == 2
    )
    ann.execute("UPDATE contacts SET title = ''")


def test_a_record_is_handed_over_only_by_who_has_it_and_to_who_can_have_it(floor: Floor) -> None:
    ann = floor.connect("ann")
    hand_over = "SELECT hand_over(%s, %s, %s)"
    for owner in ("ben", "wim", "zed"):
        refused(ann, hand_over, ("contacts", floor.contact(owner), floor.book("ann")), by="OH002")
    contact = floor.contact("ann")
    refused(ann, hand_over, ("contacts", contact, floor.book("zed")), by="OH002")
    refused(ann, hand_over, ("contacts", contact, new_id()), by="OH002")
    refused(ann, hand_over, ("activities", floor.activity("ann"), floor.book("East")), by="OH003")
    refused(ann, hand_over, ("users; DROP TABLE offhook.audit", contact, floor.book("East")), by="OH003")
    refused(ann, hand_over, (None, contact, floor.book("East")), by=("OH003", "22004", "OH002"))
    operator = floor.operator()
    with as_owner(operator):
        operator.execute("UPDATE users SET disabled_at = now() WHERE login = 'ben'")
    assert "cannot log in" in str(
        refused(ann, hand_over, ("contacts", contact, floor.book("ben")), by="OH001")
    )
    assert truth(floor, "SELECT book_id FROM contacts WHERE id = %s", (contact,)) == floor.book("ann")


# --- what the server alone writes ---------------------------------------------------------------------------------

STAMPS = (
    "org_id",
    "version",
    "created_at",
    "updated_at",
    "updated_by",
    "sync_xid",
    "search",
    "sort_key",
    "lexemes",
)


@pytest.mark.parametrize("column", [*STAMPS, "last_activity_at", "next_task_at"])
def test_stamps_and_derived_columns_take_no_value_from_anybody(ann: Wire, column: str) -> None:
    refused(ann, f"UPDATE contacts SET {column} = {column}")
    refused(ann, f"UPDATE contacts SET {column} = DEFAULT")
    refused(
        ann,
        f"INSERT INTO contacts (id, book_id, {column}) SELECT gen_random_uuid(), book_id, {column} FROM contacts",
    )


def test_whoever_writes_is_who_logged_in_whatever_they_set(floor: Floor) -> None:
    ann = floor.connect("ann")
    for setting in (
        "offhook.user",
        "offhook.user_id",
        "offhook.org",
        "offhook.role",
        "app.user",
        "role.x",
        "jwt.claims.sub",
    ):
        ann.execute("SELECT set_config(%s, %s, false)", (setting, floor.user("ada")))
    ann.execute("UPDATE contacts SET title = 'Set' WHERE id = %s", (floor.contact("ann"),))
    assert truth(
        floor, "SELECT updated_by FROM contacts WHERE id = %s", (floor.contact("ann"),)
    ) == floor.user("ann")
    assert one(ann, "SELECT my_user()") == floor.user("ann")


# --- the audit ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["audit", "audit_seals"])
def test_the_audit_is_beyond_reach(ann: Wire, table: str) -> None:
    for statement in (
        f"SELECT * FROM {table}", f"SELECT count(*) FROM {table}", f"DELETE FROM {table}", f"TRUNCATE {table}",
        f"UPDATE {table} SET org_id = my_org()", f"INSERT INTO {table} (org_id) VALUES (my_org())",
        f"ALTER TABLE {table} DISABLE TRIGGER ALL", f"DROP TABLE {table}", f"LOCK TABLE {table}",
        f"CREATE TRIGGER t BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        f"CREATE RULE r AS ON INSERT TO {table} DO INSTEAD NOTHING", f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY p ON {table} USING (true)", f"COMMENT ON TABLE {table} IS 'mine'", f"ALTER TABLE {table} OWNER TO ann",
    ):  # fmt: skip
        refused(ann, statement)


def test_entries_are_written_by_triggers_alone(ann: Wire) -> None:
    refused(ann, "SELECT write_audit(my_org(), 'delete', 'contacts', my_user(), '{}')")
    refused(ann, "SELECT audit_rows()", by=(DENIED, "0A000"))
    refused(
        ann, "SELECT audit_digest(my_org(), now(), '1', 'ada', my_user(), 'x', my_user(), 'x', my_user(), '')"
    )
    refused(ann, "SELECT audit_stays()", by=(DENIED, "0A000"))
    # Triggers fire whatever the session says of itself.
    refused(ann, "SET session_replication_role = replica")
    refused(ann, "ALTER TABLE contacts DISABLE TRIGGER audit_update")
    refused(ann, "ALTER TABLE contacts DISABLE TRIGGER USER")


def test_a_forged_changeset_in_a_setting_changes_neither_who_nor_what(floor: Floor) -> None:
    ann, claimed = floor.connect("ann"), new_id()
    ann.execute("SELECT set_config('offhook.changeset', %s, false)", (claimed,))
    ann.execute("UPDATE contacts SET title = 'Forged' WHERE id = %s", (floor.contact("ann"),))
    ann.execute("SELECT set_config('offhook.changeset', $$'; DROP TABLE audit; --$$, false)")
    ann.execute("UPDATE contacts SET title = 'Again' WHERE id = %s", (floor.contact("ann"),))
    entries = floor.database.superuser().execute(
        "SELECT login, user_id, diff -> 'title', changeset_id FROM audit WHERE row_id = %s AND op = 'update' ORDER BY seq",
        (floor.contact("ann"),),
    )
    # Known limit: which changeset an entry belongs to is told by the client.
    assert entries.fetchall() == [
        ("ann", floor.user("ann"), ["", "Forged"], claimed), ("ann", floor.user("ann"), ["Forged", "Again"], None),
    ]  # fmt: skip


def test_exporting_is_told_only_by_who_may_and_cannot_be_told_for_others(floor: Floor) -> None:
    ann, mia = floor.connect("ann"), floor.connect("mia")
    refused(ann, "SELECT note_export('contacts', 5, '')", by="OH001")
    refused(ann, "UPDATE users SET export_right = 'yes' WHERE id = my_user()")
    mia.execute("SELECT note_export('contacts', 5000, %s)", ("x" * 100_000,))
    refused(mia, "SELECT note_export(%s, 5000, '')", ("contacts" * 100,), by="OH003")
    login, length = (
        floor.database.superuser()
        .execute("SELECT login, length(diff::text) FROM audit WHERE op = 'export'")
        .fetchall()[0]
    )
    assert login == "mia"
    assert length < 3000
    for rows in (None, -1):
        refused(mia, "SELECT note_export('contacts', %s, '')", (rows,), by="OH003")
    refused(mia, "SELECT note_export(E'contacts\\u001b[2J', 5, '')", by="OH003")
    refused(mia, "SELECT export_person(%s)", (floor.contact("ann"),), by="OH001")
    refused(mia, "SELECT erase_person(%s)", (floor.contact("ann"),), by="OH001")


# --- forged changesets --------------------------------------------------------------------------------------------


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
    for body in (
        {}, [], 5, {"changes": 5}, {**good, "changes": "x"}, {**good, "changes": [5]}, {**good, "id": 5},
        {**good, "changes": [title(contact, set={"title": {"a": 1}})]}, {**good, "user_id": floor.user("ben")},
        {**good, "changes": [title(contact, set={"emails": 5})]}, {**good, "at": "x"}, {**good, "undoes": "x"},
    ):  # fmt: skip
        refused(ann, put, (good["id"], Jsonb(body), "ok"))
        refused(ann, "SELECT open_changeset(%s)", (Jsonb(body),), by=("OH001", "22007"))
    assert applied(ann, good)["status"] == "ok"
    assert one(ben, "SELECT count(*) FROM history('contacts', %s)", (contact,)) > 0
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


def test_a_reservation_is_ones_own_and_of_what_one_sees(floor: Floor) -> None:
    ann, ben = floor.connect("ann"), floor.connect("ben")
    for owner in ("ben", "wim", "zed"):
        refused(ann, "SELECT reserve(%s, 60)", (floor.contact(owner),), by="OH002")
    contact = floor.contact("East")
    assert one(ann, "SELECT reserve(%s, 60)", (contact,))["ok"]
    assert not one(ben, "SELECT reserve(%s, 60)", (contact,))["ok"]
    ben.execute("SELECT release(%s)", (contact,))
    assert not one(ben, "SELECT reserve(%s, 60)", (contact,))["ok"]
    for statement in (
        "UPDATE reservations SET user_id = my_user()",
        "DELETE FROM reservations",
        "INSERT INTO reservations SELECT * FROM reservations",
    ):
        refused(ben, statement)
    # However long somebody wants it for, a day is the most.
    assert one(ann, "SELECT reserve(%s, 2147483647)", (floor.contact("East", 1),))["ok"]
    assert truth(floor, "SELECT max(until) < now() + interval '25 hours' FROM reservations")


def test_known_limit_a_rep_names_themselves_as_they_like(floor: Floor) -> None:
    """And everybody sees it: the audit names the login beside it, which nobody chooses."""
    ann = floor.connect("ann")
    ann.execute("UPDATE users SET name = 'Ada Adler' WHERE id = my_user()")
    assert truth(floor, "SELECT login FROM audit WHERE table_name = 'users' AND op = 'update'") == "ann"
    refused(
        ann,
        "UPDATE users SET name = 'x' RETURNING 1, (SELECT 1 / 0 FROM users WHERE login = 'ada')",
        by="22012",
    )
    assert ann.execute("UPDATE users SET name = 'Nobody' WHERE login = 'ada'").rowcount == 0


def test_errors_of_psycopg_are_all_that_is_left_of_an_attack(ann: Wire) -> None:
    """The session goes on after each of them."""
    assert one(ann, "SELECT my_role()") == "rep"
    assert isinstance(ann, psycopg.Connection)
