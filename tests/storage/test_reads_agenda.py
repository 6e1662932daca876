"""What there is to do today: tasks that are due, leads that nobody has called, deals that nobody looks after."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.commands.contacts import EditContact
from core.commands.deals import EditDeal
from core.commands.pipelines import EditStage
from core.commands.tasks import CompleteTask
from core.filters import EVERYTHING
from core.ids import new_id
from core.workspace import Agenda, Card
from storage.bulk import load_rows
from storage.reads import agenda as reads
from storage.solo import SoloWorkspace
from tests.storage.conftest import START
from tests.storage.hiring import hire

STORES = ("solo", "postgresql")
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)


def today(office: Any, **more: Any) -> Agenda:
    """The agenda of somebody whose day ends in eight hours."""
    return office.workspace.agenda(START, START + 8 * HOUR, **more)


def load_task(office: Any, subject: str, due: dt.timedelta, **values: Any) -> str:
    """A task that is due so long from now."""
    task_id = new_id()
    row = {
        "id": task_id, "book_id": office.catalog.my_book.id, "kind": "call", "subject": subject,
        "due_at": START + due, "assignee_id": office.catalog.me.id, **values,
    }  # fmt: skip
    load_rows(office.workspace, {"tasks": [row]})
    return task_id


def pool(office: Any) -> str:
    (found,) = office.catalog.pools()
    return found.id


def load_lead(office: Any, first_name: str, made: dt.timedelta, **values: Any) -> str:
    """A lead that was put into the pool so long ago."""
    contact = new_id()
    row = {
        "id": contact, "book_id": pool(office), "first_name": first_name, "lead_status": "New",
        "created_at": START - made, **values,
    }  # fmt: skip
    load_rows(office.workspace, {"contacts": [row]})
    return contact


def load_deal(office: Any, title: str, touched: dt.timedelta, **values: Any) -> str:
    """An open deal of one's own in which nothing has happened for so long, with a next step unless it is given."""
    deal, stage = new_id(), office.stage(values.pop("stage", "New"))
    row = {
        "id": deal, "book_id": office.catalog.my_book.id, "title": title, "pipeline_id": stage.pipeline_id,
        "stage_id": stage.id, "currency": "EUR", "outcome": "open", "stage_since": START - touched,
        "next_step": "Call", **values,
    }  # fmt: skip
    load_rows(office.workspace, {"deals": [row]})
    return deal


def patience(office: Any, stage: str = "New") -> dt.timedelta:
    days = office.stage(stage).stale_days
    assert days is not None
    return dt.timedelta(days=days)


# --- tasks ---------------------------------------------------------------------------------------------------------


def test_calls_at_a_set_time_come_first_and_then_what_is_due_longest_by_how_much_it_matters(office):
    load_task(office, "write offer", HOUR, kind="email", priority="low")
    load_task(office, "send contract", HOUR, kind="email", priority="high")
    load_task(office, "thank them", HOUR, kind="email")
    load_task(office, "some time today", 7 * HOUR, all_day=True)
    load_task(office, "yesterday", -DAY, kind="todo", priority="low")
    load_task(office, "promised at noon", 3 * HOUR)
    load_task(office, "promised for now", -HOUR)
    load_task(office, "try again", -2 * HOUR, priority="low")
    assert [line.task.subject for line in today(office).tasks] == [
        "promised for now", "promised at noon", "yesterday", "try again", "send contract", "thank them", "write offer",
        "some time today",
    ]  # fmt: skip


def test_tasks_of_tomorrow_of_others_and_those_that_are_done_wait(office):
    solo = office.workspace if isinstance(office.workspace, SoloWorkspace) else office.workspace._solo
    load_task(office, "tomorrow", 8 * HOUR)
    load_task(office, "Ben's", HOUR, assignee_id=hire(solo, "Ben"))
    load_task(office, "gone", HOUR, deleted_at=START)
    done = load_task(office, "done", HOUR)
    office.do(CompleteTask(task_id=done))
    assert today(office) == Agenda([], [], [], [], {"tasks": 0, "leads": 0, "stale": 0, "idle": 0})


def test_a_task_brings_along_whom_to_call_and_where_they_are(office):
    phones = (
        {"value": "+4930111", "label": "work", "bad": "not in service"},
        {"value": "+4930222", "label": "work"},
    )
    ann = new_id()
    row = {"id": ann, "book_id": office.catalog.my_book.id, "first_name": "Ann", "last_name": "Lee"}
    firm = {
        "id": new_id(), "book_id": row["book_id"], "name": "Acme", "country": "CA", "region": "ON",
    }  # fmt: skip
    load_rows(
        office.workspace,
        {"companies": [firm], "contacts": [row | {"phones": phones, "company_id": firm["id"], "time_zone": "America/Toronto"}]},
    )  # fmt: skip
    deal = office.deal("Robots", contact_id=ann)
    load_task(office, "of Ann", HOUR, contact_id=ann)
    load_task(office, "of her deal", 2 * HOUR, deal_id=deal)
    load_task(office, "of the firm", 3 * HOUR, company_id=firm["id"])
    load_task(office, "of nothing", 4 * HOUR)
    lines = today(office).tasks
    theirs = ("+4930222", "America/Toronto", "CA", "ON")
    assert [(line.task.subject, *line[1:]) for line in lines] == [
        ("of Ann", "Ann Lee", "Ann Lee", "Acme", *theirs),
        ("of her deal", "Robots", "Ann Lee", "Acme", *theirs),
        ("of the firm", "Acme", "", "Acme", "", "", "CA", "ON"),
        ("of nothing", "", "", "", "", "", "", ""),
    ]
    assert office.workspace.tasks() == lines, "and so in every list of tasks"
    office.do(EditContact(contact_id=ann, values={"country": "US"}))
    assert today(office).tasks[0][-2:] == ("US", ""), "her own address, not half of it and half the firm's"


# --- leads ---------------------------------------------------------------------------------------------------------


def test_new_leads_of_the_pool_come_newest_first(office):
    load_lead(office, "Old", 3 * DAY)
    load_lead(office, "Fresh", HOUR)
    load_lead(office, "Tried", HOUR, lead_status="Attempting")
    load_lead(office, "Gone", HOUR, deleted_at=START)
    load_lead(office, "Mine", HOUR, book_id=office.catalog.my_book.id)
    load_lead(office, "No lead", HOUR, lead_status="")
    assert [line.first_name for line in today(office).leads] == ["Fresh", "Old"]


def test_leads_come_from_the_pools_of_ones_own_teams(office):
    solo = office.workspace if isinstance(office.workspace, SoloWorkspace) else office.workspace._solo
    catalog = solo.catalog()
    (first,) = catalog.pools()
    assert reads.my_pools(catalog) == [first.id]
    load_rows(
        solo,
        {
            "teams": [{"id": (team := new_id()), "name": "North"}],
            "books": [{"id": (north := new_id()), "kind": "pool", "name": "North", "team_id": team}],
        },
    )
    if catalog.teams_of(catalog.me.id):
        assert reads.my_pools(solo.catalog()) == [first.id], "another team's pool is another team's work"
    else:
        assert set(reads.my_pools(solo.catalog())) == {first.id, north}
    load_rows(solo, {"memberships": [{"id": new_id(), "team_id": team, "user_id": solo.user_id}]})
    assert north in reads.my_pools(solo.catalog())


# --- deals ---------------------------------------------------------------------------------------------------------


def test_deals_in_which_nothing_happens_are_stale_by_the_patience_of_their_stage(office):
    limit = patience(office)
    load_deal(office, "a little", limit + HOUR)
    load_deal(office, "long", limit + 9 * DAY)
    load_deal(office, "not yet", limit - HOUR)
    load_deal(office, "won", limit + DAY, outcome="won", closed_at=START)
    load_deal(office, "in the pool", limit + DAY, book_id=pool(office))
    talked = load_deal(office, "talked", limit + DAY)
    row = {"id": new_id(), "book_id": pool(office), "kind": "note", "deal_id": talked, "occurred_at": START}
    load_rows(office.workspace, {"activities": [row]})
    found = today(office)
    assert [card.title for card in found.stale] == ["long", "a little"]
    assert found.idle == []


def test_a_stage_may_have_all_the_patience_in_the_world(office):
    office.do(EditStage(stage_id=office.stage("New").id, values={"stale_days": None}))
    load_deal(office, "old", 500 * DAY)
    assert today(office).stale == []


def test_deals_without_a_next_step_and_a_task_are_idle(office):
    load_deal(office, "forgotten", 2 * HOUR, next_step="")
    load_deal(office, "longer", DAY, next_step="")
    load_deal(office, "planned", HOUR)
    due = load_deal(office, "due", HOUR, next_step="")
    load_deal(office, "stale too", patience(office) + DAY, next_step="")
    load_task(office, "call", DAY, deal_id=due)
    found = today(office)
    assert [card.title for card in found.idle] == ["longer", "forgotten"]
    assert [card.title for card in found.stale] == ["stale too"], "shown once"
    assert found.idle == [on_board(office, card.id) for card in found.idle], "as a board draws them"
    office.do(EditDeal(deal_id=found.idle[0].id, values={"next_step": "Offer"}))
    assert [card.title for card in today(office).idle] == ["forgotten"]


def on_board(office: Any, deal: str) -> Card:
    (card,) = office.workspace.cards([deal], EVERYTHING)
    return card


# --- all of it -----------------------------------------------------------------------------------------------------


def test_what_is_not_given_is_counted(office):
    for n in range(3):
        load_task(office, f"task {n}", n * HOUR)
        load_lead(office, f"Lead {n}", n * DAY)
        load_deal(office, f"stale {n}", patience(office) + (9 - n) * DAY)
        load_deal(office, f"idle {n}", (9 - n) * HOUR, next_step="")
    found = today(office, limit=2)
    assert [line.task.subject for line in found.tasks] == ["task 0", "task 1"]
    assert [line.first_name for line in found.leads] == ["Lead 0", "Lead 1"]
    assert [card.title for card in found.stale] == ["stale 0", "stale 1"]
    assert [card.title for card in found.idle] == ["idle 0", "idle 1"]
    assert found.more == {"tasks": 1, "leads": 1, "stale": 1, "idle": 1}
    assert set(today(office).more.values()) == {0}


@pytest.mark.parametrize("limit", [0, 1])
def test_an_empty_workspace_has_nothing_to_do(office, limit):
    assert today(office, limit=limit) == Agenda(
        [], [], [], [], {"tasks": 0, "leads": 0, "stale": 0, "idle": 0}
    )
