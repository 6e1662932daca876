"""The audit: every change, by whatever program; nothing can be taken out unseen; a person can be erased all the same."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest

from core.errors import NotFound, Refused
from storage.postgres import audit
from tests.postgres.floor import Floor
from tests.waiting import eventually


def rename(floor: Floor, login: str, book: str, title: str) -> None:
    floor.connect(login).execute("update contacts set title = %s where id = %s", (title, floor.contact(book)))


def told(connection: psycopg.Connection[Any], floor: Floor, book: str) -> list[audit.AuditEntry]:
    return audit.entries(connection, table="contacts", row_id=floor.contact(book))


def seal_all(connection: psycopg.Connection[Any]) -> audit.Seal:
    """Seals everything: entries younger than the oldest transaction on the server have to wait for that one to end."""
    for _ in range(600):
        seal = audit.seal(connection)
        if seal is not None and audit.verify(connection).unsealed == 0:
            return seal
        time.sleep(0.05)
    raise AssertionError("a transaction stays open")


def test_a_change_past_offhook_is_told_with_who_what_and_when(floor: Floor) -> None:
    rename(floor, "ann", "ann", "CEO")
    newest = told(floor.connect("ada"), floor, "ann")[0]
    assert (newest.login, newest.op, newest.diff) == ("ann", "update", {"title": ["", "CEO"]})


def test_what_others_derive_from_a_change_is_no_entry(floor: Floor) -> None:
    ada = floor.connect("ada")
    before = len(told(ada, floor, "ann"))
    floor.connect("ann").execute("update tasks set done_at = now() where id = %s", (floor.task("ann"),))
    assert len(told(ada, floor, "ann")) == before


def test_many_rows_in_one_statement_are_an_entry_each(floor: Floor) -> None:
    floor.connect("mia").execute("update contacts set city = 'Bremen'")
    entries = audit.entries(floor.connect("ada"), login="mia", op="update")
    assert len(entries) == 8
    assert {tuple(entry.diff["city"]) for entry in entries if entry.diff} == {("", "Bremen")}


@pytest.mark.parametrize("login", ["ann", "mia", "rob", "zoe"])
def test_only_admins_of_the_organization_read_it(floor: Floor, login: str) -> None:
    rename(floor, "ann", "ann", "CEO")
    other = floor.connect(login)
    if login == "zoe":
        assert told(other, floor, "ann") == []
        return
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        other.execute("select 1 from audit")
    with pytest.raises(Refused):
        audit.verify(other)


@pytest.mark.parametrize(
    "statement",
    [
        "delete from audit",
        "update audit set login = 'ben'",
        "update audit set diff = null",
        "truncate audit",
        "truncate audit_seals",
        "update audit_seals set entries = 1",
        "delete from audit_seals",
    ],
)
def test_not_even_the_owner_changes_or_removes_an_entry(floor: Floor, statement: str) -> None:
    audit.seal(floor.connect("ada"))
    with floor.operator() as operator, operator.transaction():
        operator.execute("set local role offhook_owner")
        with pytest.raises(psycopg.Error, match="only ever added"), operator.transaction():
            operator.execute(statement)  # type: ignore[arg-type]


def test_an_untouched_audit_verifies_sealed_or_not(floor: Floor) -> None:
    ada = floor.connect("ada")
    assert audit.verify(ada).problems == ()
    first = seal_all(ada)
    rename(floor, "ann", "ann", "CEO")
    report = audit.verify(ada, seen=first)
    assert (report.problems, report.seals, report.last, report.unsealed) == ((), 1, first, 1)
    second = seal_all(ada)
    assert (
        second.number,
        audit.verify(ada, seen=first).problems,
        audit.verify(ada, seen=second).problems,
    ) == (2, (), ())


def test_sealing_nothing_new_makes_no_seal(floor: Floor) -> None:
    ada = floor.connect("ada")
    assert seal_all(ada) == audit.seal(ada)


def test_an_entry_that_is_still_being_written_goes_under_a_later_seal(floor: Floor) -> None:
    ada, ann = floor.connect("ada"), floor.connect("ann")
    with ann.transaction():
        ann.execute("update contacts set title = 'late' where id = %s", (floor.contact("ann"),))
        rename(floor, "ben", "ben", "early")
        first = audit.seal(ada)
    assert audit.verify(ada, seen=first).problems == ()
    seal_all(ada)
    report = audit.verify(ada, seen=first)
    assert (report.problems, report.unsealed) == ((), 0)


def test_whoever_works_has_it_sealed_every_ten_minutes_and_an_admin_at_once(floor: Floor) -> None:
    ada, ann, boss = floor.connect("ada"), floor.connect("ann"), floor.database.superuser()

    def sealed_by(connection: psycopg.Connection[Any]) -> int:
        connection.execute("select seal_audit()")
        return len(boss.execute("select from audit_seals").fetchall())

    def can_be_sealed() -> bool:
        return bool(
            boss.execute(
                "select from audit where xid >= (select max(horizon::text)::xid8 from audit_seals)"
                " and xid < pg_snapshot_xmin(pg_current_snapshot()) and org_id = %s",
                (floor.org(),),
            ).fetchall()
        )

    eventually(lambda: sealed_by(ann) == 1)
    rename(floor, "ben", "ben", "CEO")
    eventually(can_be_sealed)
    assert sealed_by(ann) == 1
    assert sealed_by(ada) == 2
    rename(floor, "ben", "ben", "CTO")
    eventually(can_be_sealed)
    boss.execute("alter table audit_seals disable trigger stays")
    boss.execute("update audit_seals set at = at - interval '10 minutes'")
    assert sealed_by(ann) == 3


class TestTampering:
    """What a superuser, or somebody with the files, does to it."""

    @pytest.fixture
    def sealed(self, floor: Floor) -> audit.Seal:
        rename(floor, "ann", "ann", "CEO")
        rename(floor, "ben", "ben", "CFO")
        return seal_all(floor.connect("ada"))

    def tamper(self, floor: Floor, statement: str) -> tuple[str, ...]:
        root = floor.database.superuser()
        root.execute("alter table audit disable trigger all; alter table audit_seals disable trigger all")
        root.execute(statement)  # type: ignore[arg-type]
        return audit.verify(floor.connect("ada")).problems

    @pytest.mark.parametrize(
        "change",
        [
            "diff = jsonb_set(diff, '{title,1}', '\"CTO\"')",
            "login = 'ben'",
            "at = at + interval '1 second'",
            "row_id = gen_random_uuid()",
            "op = 'insert'",
            "salt = '\\x00'",
        ],
    )
    def test_a_changed_entry_is_found(self, floor: Floor, sealed: audit.Seal, change: str) -> None:
        problems = self.tamper(floor, f"update audit set {change} where diff ? 'title' and login = 'ann'")
        assert any("was changed after it was written" in problem for problem in problems), problems

    def test_a_removed_entry_is_found(self, floor: Floor, sealed: audit.Seal) -> None:
        problems = self.tamper(
            floor, "delete from audit where diff ? 'title' and login = 'ann' and op = 'update'"
        )
        assert any("were removed" in problem for problem in problems), problems

    def test_an_entry_put_in_later_is_found(self, floor: Floor, sealed: audit.Seal) -> None:
        columns = "org_id, at, xid, login, user_id, table_name, row_id, op, changeset_id, diff, salt, digest"
        problems = self.tamper(
            floor,
            f"insert into audit ({columns}) select {columns} from audit where diff ? 'title' and login = 'ann'",
        )
        assert any("put in" in problem for problem in problems), problems

    def test_what_an_entry_said_cannot_go_without_an_erasing_that_tells_of_it(
        self, floor: Floor, sealed: audit.Seal
    ) -> None:
        problems = self.tamper(
            floor,
            "update audit set salt = sha256(salt || convert_to(diff::text, 'UTF8')), diff = null"
            " where diff ? 'title' and login = 'ann'",
        )
        assert any("no erasing tells why" in problem for problem in problems), problems

    def test_an_end_that_was_cut_off_is_found_by_who_saw_the_last_seal(
        self, floor: Floor, sealed: audit.Seal
    ) -> None:
        ada = floor.connect("ada")
        rename(floor, "ann", "ann", "COO")
        last = seal_all(ada)
        quiet = self.tamper(
            floor,
            f'delete from audit_seals where number = {last.number}; delete from audit where diff @> \'{{"title": ["CEO", "COO"]}}\'',
        )
        assert quiet == ()
        assert any("cut off" in problem for problem in audit.verify(ada, seen=last).problems)

    def test_a_removed_seal_is_found(self, floor: Floor, sealed: audit.Seal) -> None:
        rename(floor, "ann", "ann", "COO")
        seal_all(floor.connect("ada"))
        assert "Seal 1 is missing." in self.tamper(floor, "delete from audit_seals where number = 1")


# --- a person's data


def test_erasing_a_person_leaves_nothing_of_them_and_an_audit_that_verifies(floor: Floor) -> None:
    ann, ada = floor.connect("ann"), floor.connect("ada")
    contact = floor.contact("ann")
    ann.execute(
        "update contacts set first_name = 'Xaverine', emails = %s::jsonb, phones = %s::jsonb where id = %s",
        (
            '[{"value": "xaverine@acme.com", "label": "work"}]',
            '[{"value": "+4930123456", "label": "work"}]',
            contact,
        ),
    )
    seal = seal_all(ada)
    done = audit.erase_person(ada, contact)
    assert done["activities"] >= 1
    assert done["audit"] >= 2
    root = floor.database.superuser()
    for table in ("contacts", "deals", "activities", "tasks", "contact_points", "changesets", "audit"):
        held = root.execute(f"select count(*) from {table} t where t::text ilike '%xaverine%'").fetchone()  # type: ignore[arg-type]
        assert held == (0,), table
    report = audit.verify(ada, seen=seal)
    assert report.problems == ()
    assert report.erased == done["audit"]
    row = ada.execute(
        "select first_name, emails, deleted_at is not null from contacts where id = %s", (contact,)
    )
    assert row.fetchone() == ("", [], True)


def test_the_deals_of_an_erased_person_stay(floor: Floor) -> None:
    ada = floor.connect("ada")
    audit.erase_person(ada, floor.contact("ann"))
    assert ada.execute("select deleted_at from deals where id = %s", (floor.deal("ann"),)).fetchone() == (
        None,
    )


def test_a_person_gets_everything_that_is_kept_about_them(floor: Floor) -> None:
    ada = floor.connect("ada")
    held = audit.export_person(ada, floor.contact("ann"))
    assert held["contact"]["id"] == floor.contact("ann")
    assert [task["id"] for task in held["tasks"]] == [floor.task("ann")]
    assert floor.activity("ann") in [entry["id"] for entry in held["activities"]]
    assert held["changes"][0]["what"] == "insert"
    [entry] = audit.entries(ada, op="export")
    assert entry.row_id == floor.contact("ann")


@pytest.mark.parametrize("login", ["ann", "mia", "rob"])
def test_only_an_admin_erases_or_hands_out_a_person(floor: Floor, login: str) -> None:
    connection = floor.connect(login)
    with pytest.raises(Refused):
        audit.erase_person(connection, floor.contact("ann"))
    with pytest.raises(Refused):
        audit.export_person(connection, floor.contact("ann"))


def test_another_organizations_person_is_not_there(floor: Floor) -> None:
    with pytest.raises(NotFound):
        audit.erase_person(floor.connect("zoe"), floor.contact("ann"))


# --- exports


def test_an_export_is_audited_and_a_large_one_told_to_the_admins(floor: Floor) -> None:
    mia, ada = floor.connect("mia"), floor.connect("ada")
    mia.execute("select note_export('contacts', 12, 'owner:me')")
    mine = "select subject from tasks where assignee_id = my_user()"
    before = ada.execute(mine).fetchall()
    mia.execute("select note_export('contacts', 12000, 'city:Berlin')")
    assert [entry.diff for entry in audit.entries(ada, op="export")] == [
        {"rows": 12000, "filter": "city:Berlin"},
        {"rows": 12, "filter": "owner:me"},
    ]
    [task] = [row for row in ada.execute(mine).fetchall() if row not in before]
    assert task == ("Mia Moor exported 12,000 contacts",)


def test_a_rep_exports_only_with_the_right_to(floor: Floor) -> None:
    ann = floor.connect("ann")
    with pytest.raises(psycopg.Error, match="Exporting is for admins and managers"):
        ann.execute("select note_export('contacts', 1, '')")
    floor.connect("ada").execute("update users set export_right = 'yes' where login = 'ann'")
    ann.execute("select note_export('contacts', 1, '')")
