"""Attacks on what others rely on, by a rep who has SQL: nothing is put where it does not belong, nothing is made to say
what was not so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest

from core.ids import new_id
from storage.postgres.install import as_owner
from tests.postgres.attacks import DEAL, DENIED, Wire, one, refused, truth

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
    triggers = ann.execute(
        "SELECT oid::regproc FROM pg_proc WHERE pronamespace = 'offhook'::regnamespace AND prorettype = 'trigger'::regtype"
    ).fetchall()
    assert len(triggers) > 20
    for (name,) in triggers:
        refused(ann, f"SELECT {name}()", by=(DENIED, "0A000"))
    refused(
        ann, "SELECT audit_digest(my_org(), now(), '1', 'ada', my_user(), 'x', my_user(), 'x', my_user(), '')"
    )
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


# --- reservations and names -----------------------------------------------------------------------------------------


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
