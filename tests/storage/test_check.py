"""What doctor finds, and what repair mends."""

from __future__ import annotations

import datetime as dt
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from core.commands.activities import LogActivity
from core.commands.tasks import CreateTask
from core.errors import Unavailable
from core.workspace import Changed
from storage import database, keys
from storage.check import check, check_place, check_unopened, repair
from storage.solo import open_solo
from tests.storage.conftest import Clock, Office, encrypted


@pytest.fixture
def busy(office: Office) -> Office:
    """A workspace with a little of everything that is worked out."""
    contact = office.contact("Lena", company="Acme", emails=({"value": "lena@acme.de", "label": "work"},))
    deal = office.deal(contact_id=contact)
    office.do(LogActivity(table="deals", record_id=deal, kind="note", body="Spoke of prices"))
    office.do(
        CreateTask(
            table="deals", record_id=deal, subject="Call", due_at=office.clock.now + dt.timedelta(days=1)
        )
    )
    return office


def errors(office: Office) -> list[str]:
    return [finding.what for finding in check(office.workspace) if finding.level == "error"]


@encrypted
def test_all_is_well(busy: Office) -> None:
    looked: list[str] = []
    findings = check(busy.workspace, progress=looked.append)
    assert [f.level for f in findings].count("error") == 0
    assert looked == ["format", "structure", "search", "derived values"]
    assert any("seal unbroken" in f.what for f in findings)
    assert repair(busy.workspace) == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE contacts SET last_activity_at = 7", "contacts.last_activity_at is wrong in 1 rows."),
        ("UPDATE deals SET next_task_at = NULL", "deals.next_task_at is wrong in 1 rows."),
        ("UPDATE activities SET superseded = 1 WHERE kind = 'note'", "activities.superseded is wrong in 1 rows."),
        ("UPDATE tasks SET book_id = 'x'", "tasks.book_id is wrong in 1 rows."),
        ("UPDATE activities SET book_id = 'x' WHERE kind = 'note'", "activities.book_id is wrong in 1 rows."),
        ("UPDATE contacts SET search = 'nonsense'", "1 contacts have a wrong search text."),
        ("UPDATE companies SET sort_key = 'zzz'", "1 companies have a wrong search text."),
        ("DELETE FROM contact_points", "The e-mails and phones of 1 contacts are noted wrong."),
        ("INSERT INTO record_keys SELECT org_id, 'contacts', id, 'crm:1' FROM contacts", "record_keys is wrong in 1 rows."),
        ("INSERT INTO contacts_fts (contacts_fts) VALUES ('delete-all')", "The search index of contacts is not whole."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_and_mended(busy: Office, statement: str, found: str) -> None:
    busy.spoil(statement)
    assert found in errors(busy)
    told: list[Changed] = []
    stop = busy.workspace.subscribe(told.append)
    assert repair(busy.workspace) != []
    stop()
    assert [changed.everything for changed in told] == [True]
    assert errors(busy) == []
    assert repair(busy.workspace) == []
    assert len(busy.found("contacts", "lena")) == 1


def test_repair_touches_no_record(busy: Office) -> None:
    busy.spoil("UPDATE contacts SET search = 'nonsense', last_activity_at = 7")
    before = busy.sql("SELECT id, version, updated_at, updated_by, first_name, emails FROM contacts")
    repair(busy.workspace)
    assert busy.sql("SELECT id, version, updated_at, updated_by, first_name, emails FROM contacts") == before


def test_a_damaged_page_is_found(fresh: Callable[[str], Path]) -> None:
    path = fresh()
    workspace = open_solo(path, clock=Clock())
    office = Office(workspace)
    for n in range(40):
        office.contact(f"C{n}", description="x" * 3000)
    workspace.close()
    workspace = open_solo(path, clock=Clock())
    whole = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(whole - 10 * 4096)
        file.write(random.Random(1).randbytes(4096))
    found = [f for f in check(workspace) if f.level == "error"]
    assert any("damaged" in f.what for f in found)
    assert any("offhook restore" in f.advice for f in found)
    workspace.close()


@encrypted
def test_the_place_is_looked_at_without_opening(fresh: Callable[[str], Path]) -> None:
    path = fresh()
    assert {f.level for f in check_place(path)} == {"ok", "warning"}
    [gone] = check_place(path.with_name("other.db"))
    assert gone.level == "error"
    if os.name == "posix":
        path.chmod(0o644)
        path.parent.chmod(0o755)
        said = " ".join(f.what + f.advice for f in check_place(path))
        assert f"chmod 600 {path}" in said
        assert f"chmod 700 {path.parent}" in said
    keys.key_file(path).unlink()
    assert any(f.level == "error" and "key" in f.what for f in check_place(path))


@encrypted
def test_why_a_workspace_cannot_be_opened_is_told_once_and_sends_nobody_in_a_circle(
    fresh: Callable[[str], Path],
) -> None:
    path = fresh()
    keys.key_file(path).unlink()
    with pytest.raises(Unavailable) as caught:
        open_solo(path)
    told = [finding.what for finding in check_unopened(path, caught.value)]
    assert sum("is missing" in what for what in told) == 1
    damaged = database.explain(Exception("malformed"), path)
    found = check_unopened(path, damaged)[-1]
    assert (found.what, "restore" in found.advice) == (f"{path} is damaged.", True)
