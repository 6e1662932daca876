"""What SQLite does for the reads that people wait for: it goes straight to the rows, however many there are.

A plan is what a query costs at any size; a stopwatch on a small file tells nothing of a large one.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from typing import Any

import pytest

from core.commands.base import load_needs
from core.commands.calls import LogCall
from core.filters import EVERYTHING, Query, parse
from core.workspace import Subject
from storage import derive
from storage.bulk import create_solo_bulk
from storage.database import connect
from storage.load import Loaded
from storage.reads import (
    agenda,
    board,
    calls,
    companies,
    contacts,
    duplicates,
    history,
    page,
    search,
    tags,
    tasks,
    timeline,
)
from storage.reads.sqlite import prepare
from storage.solo import open_solo
from tests.storage.conftest import a_founding
from tests.storage.reads_fixtures import NOW

_TABLES = r"\b(t|c|d|k|r|child|nameless|point|changesets|contacts|companies|deals|activities|tasks)\b"

STATISTICS = {
    # What ANALYZE says of a hundred thousand contacts and ten thousand deals of one organization.
    "contacts": (
        100_000, {"company_id": "9 1 1", "sort_key": "1 1", "book_id": "8334 1 1", "lead_status": "14286 1 1",
                  "last_activity_at": "2 1", "next_task_at": "10 1", "created_at": "1 1", "id": "1 1 1 1 1", "tags": "117"},
    ),
    "companies": (12_500, {"sort_key": "1 1", "domain": "2", "id": "1 1 1", "tags": "100"}),
    "deals": (10_000, {"pipeline_id": "5000 1600 1", "stage_id": "1400", "contact_id": "1", "company_id": "2", "tags": "90"}),
    "activities": (200_000, {"contact_id": "3 1 1 1", "deal_id": "5 1 1 1", "company_id": "20 1 1 1", "revises": "1"}),
    "tasks": (50_000, {"done_at": "5 1", "contact_id": "1 1", "deal_id": "2 1", "company_id": "5 1", "assignee_id": "4167 2 1"}),
}  # fmt: skip


@dataclasses.dataclass
class Watched:
    """A connection that notes what each statement makes SQLite do."""

    connection: Any
    steps: list[str] = dataclasses.field(default_factory=list)

    def execute(self, sql: str, parameters: Any = ()) -> Any:
        rows = self.connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
        self.steps += [row[3] for row in rows]
        return self.connection.execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Any]) -> None:
        for parameters in rows:
            self.execute(sql, parameters)


@pytest.fixture(params=["no statistics", "statistics of a large file"])
def watched(office, request):
    """A workspace as offhook leaves it, whose planner knows nothing, and one that somebody ran ANALYZE on when it was large."""
    ann = office.contact(
        "Ann", last_name="Lee", company="Acme", emails=({"value": "a@x.example", "label": ""},)
    )
    office.deal("Robots", contact_id=ann)
    if request.param == "statistics of a large file":
        with office.database.write() as connection:
            connection.execute("ANALYZE")
            connection.execute("DELETE FROM sqlite_stat1")
            _pretend(connection)
    reader = connect(office.workspace.path, office.workspace.key.hex)
    prepare(reader)
    yield Watched(reader)
    reader.close()


def _pretend(connection: Any) -> None:
    indexes = connection.execute(
        "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index'"
    ).fetchall()
    for table, name, sql in indexes:
        if table in STATISTICS:
            rows, columns = STATISTICS[table]
            second = re.search(r"\(org_id, (\w+)", sql or "")
            rest = columns.get(second[1], "") if second else "1"
            in_it = rows // 3 if "tags" in name else rows
            # Rows in the index, rows an organization, then what is left of them column by column.
            connection.execute(
                "INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", (table, name, f"{in_it} {in_it} {rest}".strip())
            )


def assert_direct(watched: Watched, *, sorted_by_index: bool = False) -> None:
    assert watched.steps
    scans = [step for step in watched.steps if re.match(rf"SCAN {_TABLES}(?! VIRTUAL)", step)]
    # Every index leads with the organization, so a search by nothing else reads all of it.
    all_of_it = [step for step in watched.steps if re.match(rf"SEARCH {_TABLES} .*\(org_id=\?\)$", step)]
    assert scans == []
    if sorted_by_index:
        assert [step for step in watched.steps if step == "USE TEMP B-TREE FOR ORDER BY"] == []
    else:
        assert all_of_it == []


def test_a_workspace_gathers_no_statistics_which_a_growing_file_makes_wrong(office, tmp_path):
    """What was true of ten rows makes SQLite read all of a hundred thousand for each one that it wants."""
    office.contact("Ann")
    office.workspace.close()
    create_solo_bulk(tmp_path / "bulk.db", a_founding(), {})
    for path in (office.workspace.path, tmp_path / "bulk.db"):
        workspace = open_solo(path)
        with workspace.database.read() as connection:
            assert (
                connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat%'").fetchall()
                == []
            )
        workspace.close()


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", sorted(contacts.SORTS))
def test_a_window_of_all_contacts_is_cut_from_an_index(office, watched, sort, descending):
    plan = Watched(watched.connection)
    condition = contacts.compile_query(office.catalog, "contacts", EVERYTHING)
    # The last leg by company is for the few contacts whose company is gone.
    for leg in contacts.SORTS[sort][:2]:
        contacts._part(plan, condition, leg, descending, 0, 100)
    assert_direct(plan, sorted_by_index=True)
    tables = [step for step in plan.steps if "USING INTEGER PRIMARY KEY" in step]
    assert tables == [], "nothing but the index is read"


def test_ones_own_contacts_by_name_are_cut_from_an_index(office, watched):
    query = parse("owner:me", "contacts", office.catalog, now=NOW, zone=NOW.tzinfo)
    condition = contacts.compile_query(office.catalog, "contacts", query)
    contacts._part(watched, condition, contacts.SORTS["name"][0], False, 0, 100)
    assert any("book_id=?" in step for step in watched.steps)
    assert_direct(watched, sorted_by_index=True)


@pytest.mark.parametrize(
    "text",
    [
        "status:new",
        "company:acme",
        "email:a@x.example",
        "phone:+4930123456",
        "next:overdue",
        "owner:me",
        "tag:vip",
    ],
)
def test_contacts_are_counted_by_the_index_of_what_is_asked(office, watched, text):
    query = parse(text, "contacts", office.catalog, now=NOW, zone=NOW.tzinfo)
    contacts.count_contacts(watched, office.catalog, query)
    wide = [
        step for step in watched.steps if re.match(r"SEARCH t .*\(org_id=\?\)$", step) and "tags" not in step
    ]
    assert wide == []


def test_a_field_in_the_index_of_words_is_looked_for_there(office, watched):
    query = parse("city:berlin,bonn", "contacts", office.catalog, now=NOW, zone=NOW.tzinfo)
    contacts.count_contacts(watched, office.catalog, query)
    assert watched.steps == [
        "SCAN f VIRTUAL TABLE INDEX 0:M1",
        "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)",
    ]


def test_a_test_without_an_index_reads_the_table_as_it_lies_not_row_by_row_through_one(office, watched):
    query = parse("dnc:yes", "contacts", office.catalog, now=NOW, zone=NOW.tzinfo)
    contacts.count_contacts(watched, office.catalog, query)
    assert watched.steps == ["SCAN t"]


def test_searching_goes_by_the_index_of_words(office, watched):
    query = Query("ann", ("ann",))
    for sort in ("relevance", "name"):
        contacts.contacts(watched, office.catalog, query, sort=sort)
    contacts.count_contacts(watched, office.catalog, query)
    search.search(watched, office.catalog, "ann")
    assert_direct(watched)


def test_a_board_goes_straight_to_the_deals_and_takes_names_from_covering_indexes(office, watched):
    board.board(watched, office.catalog, office.pipeline_id, EVERYTHING, closed_since=NOW)
    assert_direct(watched)
    assert sum(step.startswith("SEARCH k USING COVERING INDEX") for step in watched.steps) == 2
    assert sum(step.startswith("SEARCH c USING COVERING INDEX") for step in watched.steps) == 2
    watched.steps.clear()
    board.cards(watched, office.catalog, ["x", "y"], EVERYTHING)
    assert_direct(watched)


@pytest.mark.parametrize("table", ["contacts", "deals", "companies"])
def test_pages_and_timelines_read_what_they_show(office, watched, table):
    record_id = office.sql(f"SELECT id FROM {table}")[0][0]
    page.page(watched, office.catalog, table, record_id)
    subject = Subject(table, record_id)
    timeline.timeline(watched, office.catalog, subject)
    timeline.timeline(watched, office.catalog, subject, kinds=("note",), before=(NOW, "x"))
    assert_direct(watched)
    read = [step for step in watched.steps if "ix_tasks_org_id_done_at" in step]
    assert read == [], "the tasks of one record are not looked for among all"


def test_a_long_timeline_is_cut_from_its_index(office, watched):
    timeline.timeline(watched, office.catalog, Subject("deals", "x"))
    timeline.counts(watched, office.catalog, Subject("deals", "x"))
    inner = [step for step in watched.steps if "ix_activities_org_id_deal_id_occurred_at" in step]
    assert len(inner) == 2


def test_small_questions_are_answered_from_indexes(office, watched):
    catalog, me = office.catalog, office.catalog.me.id
    companies.companies(watched, catalog, "ac")
    tasks.tasks(watched, catalog, assignee_id=me, due_before=NOW)
    history.history(watched, catalog, "contacts", "x")
    draft = {
        "first_name": "Ann",
        "last_name": "Lee",
        "company_name": "Acme",
        "emails": ("a@x.example",),
        "phones": ("030 1234567",),
    }
    assert duplicates.likely_duplicates(watched, catalog, draft)
    assert_direct(watched)


def test_what_can_be_undone_is_looked_for_from_the_end(office, watched):
    assert history.undoable(watched, office.catalog) is not None
    assert watched.steps == ["SCAN changesets"], "in the order of the rows, until the first one that can"


def test_tags_are_counted_without_looking_at_records(office, watched):
    for table in tags.TAGGED:
        tags.tags(watched, office.catalog, table)
    assert len(watched.steps) == 3
    assert all("org_id_tags (org_id=? AND tags>?)" in step for step in watched.steps)


def test_acting_on_all_contacts_reads_nothing_but_their_ids(office, watched):
    assert len(contacts.contact_ids(watched, office.catalog, EVERYTHING)) == 1
    assert_direct(watched, sorted_by_index=True)
    assert [step for step in watched.steps if "USING INTEGER PRIMARY KEY" in step] == []


def test_a_small_book_is_not_looked_for_among_all_contacts_however_it_is_sorted(office, watched):
    query = parse("owner:me", "contacts", office.catalog, now=NOW, zone=NOW.tzinfo)
    for sort in contacts.SORTS:
        watched.steps.clear()
        contacts.contacts(watched, office.catalog, query, sort=sort)
        assert any("book_id=?" in step for step in watched.steps), sort


@pytest.mark.parametrize("text", ["", "owner:me", "status:new", "ann"])
def test_new_matches_are_looked_for_among_themselves(office, watched, text):
    query = parse(text, "contacts", office.catalog, now=NOW, zone=NOW.tzinfo)
    for sort in contacts.SORTS:
        contacts.contact_ids(watched, office.catalog, query, sort=sort, among=["x", "y"])
    # Leads are told by what statuses there are, hopping from one to the next.
    read = [
        step
        for step in watched.steps
        if re.match(r"(SCAN|SEARCH) (t|k|contacts)\b", step) and "lead_status" not in step
    ]
    assert read
    assert [step for step in read if "(org_id=? AND id=?" not in step] == []


def test_callees_and_their_calls_are_looked_up(office, watched):
    ann = office.sql("SELECT id FROM contacts")[0][0]
    assert calls.callees(watched, office.catalog, [ann], NOW)
    assert_direct(watched)
    walked = [step for step in watched.steps if "ix_activities_org_id_contact_id_occurred_at" in step]
    assert len(walked) == 5, "each from the end of the contact's own timeline"


def test_a_days_calls_are_cut_from_an_index(office, watched):
    calls.call_stats(watched, office.catalog, NOW, NOW, block="b")
    (step,) = watched.steps
    assert (
        "ix_activities_org_id_user_id_occurred_at (org_id=? AND user_id=? AND occurred_at>? AND occurred_at<?)"
        in step
    )


def test_an_agenda_reads_what_it_shows(office, watched):
    assert agenda.agenda(watched, office.catalog, NOW, NOW)
    assert_direct(watched)
    newest = [
        step for step in watched.steps if "ix_contacts_org_id_book_id_lead_status_created_at_id" in step
    ]
    assert len(newest) == 2, "leads are counted and cut from one index"
    assert any("(org_id=? AND book_id=? AND stage_id=?)" in step for step in watched.steps)
    due = [step for step in watched.steps if "ix_tasks_org_id_assignee_id_done_at_due_at" in step]
    assert len(due) == 1, "what is given whole need not be counted"


def test_a_call_that_is_logged_does_not_go_through_all_that_is_to_be_done(office, watched):
    """A rep has thousands of open tasks after some weeks of nobody answering; a contact has a few."""
    ann = office.sql("SELECT id FROM contacts")[0][0]
    catalog = office.catalog
    log = LogCall(contact_id=ann, outcome="no answer")
    loaded = Loaded(watched, catalog.organization.id)
    load_needs(log, loaded, catalog, loaded.load)
    retry = {"contact_id": ann, "deal_id": None, "company_id": None}
    derive.follow(watched, catalog.organization.id, [derive.Written("tasks", "t", None, retry)], loaded)
    looked = [step for step in watched.steps if " tasks " in step]
    assert len(looked) == 2, "the calls that are planned, and when the next thing is due"
    assert all("ix_tasks_org_id_contact_id_due_at" in step for step in looked), looked
