"""`today`, `done`, `snooze`, and what `task` can say of a task."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from core.commands.companies import CreateCompany
from core.commands.contacts import CreateContact
from core.commands.deals import CreateDeal
from core.commands.records import Assign
from core.commands.tasks import CreateTask
from core.ids import new_id
from tests.cli.conftest import Offhook, execute

PARTS = ["callbacks", "overdue", "today", "leads", "stale", "idle"]


@pytest.fixture(scope="session")
def day_data(first_day: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a workspace with something in every part of the day. Not to be written to."""
    home = tmp_path_factory.mktemp("day")
    program = Offhook(home)
    shutil.copytree(first_day, home / "data")
    pipeline = program("pipelines", "--json").json[0]["id"]
    now = dt.datetime.now(dt.UTC)
    wile, ada, acme = new_id(), new_id(), new_id()
    company = CreateCompany(company_id=acme, values={"name": "Acme Rockets"})
    phones = ({"value": "+1 602 555 0101", "label": "work"},)
    person = CreateContact(
        contact_id=wile, values={"first_name": "Wile", "last_name": "Coyote", "company_id": acme, "phones": phones,
                                 "time_zone": "America/Phoenix"},
    )  # fmt: skip
    lead = CreateContact(
        contact_id=ada, values={"first_name": "Ada", "last_name": "Pool", "lead_status": "New"}
    )
    execute(
        program,
        company,
        person,
        lead,
        Assign(table="contacts", ids=(ada,), book_id=_pool(program)),
        CreateDeal(pipeline_id=pipeline, values={"title": "Roller skates", "contact_id": wile}),
        _task(wile, "Call Wile back", now - dt.timedelta(minutes=5), kind="call"),
        _task(wile, "Send the offer", now - dt.timedelta(days=2), kind="email", priority="high"),
        _task(wile, "Send the photos", now - dt.timedelta(days=1), recurrence="every week"),
    )
    return home / "data"


def _task(contact_id: str, subject: str, due_at: dt.datetime, **more: str) -> CreateTask:
    return CreateTask(table="contacts", record_id=contact_id, subject=subject, due_at=due_at, **more)  # type: ignore[arg-type]


def _pool(program: Offhook) -> str:
    from storage.solo import open_solo

    workspace = open_solo(program.workspace)
    try:
        return workspace.catalog().pools()[0].id
    finally:
        workspace.close()


@pytest.fixture
def day(day_data: Path, tmp_path: Path) -> Offhook:
    """offhook with that workspace."""
    shutil.copytree(day_data, tmp_path / "home" / "data")
    return Offhook(tmp_path / "home")


@pytest.fixture(scope="session")
def looker(day_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Offhook:
    """The same for tests that change nothing."""
    home = tmp_path_factory.mktemp("looker")
    shutil.copytree(day_data, home / "data")
    return Offhook(home)


# --- today ----------------------------------------------------------------------------------------------------------


def test_the_day_is_listed_in_the_order_in_which_it_is_worked_off(looker: Offhook) -> None:
    out = looker("today").out
    heads = [line for line in out.splitlines() if line and not line.startswith(" ")]
    assert heads == [
        "Callbacks (1)", "Overdue (2)", "New leads in the pool (1)", "Deals without a next step (1)",
    ]  # fmt: skip
    assert "Wile Coyote · Acme Rockets" in out
    assert "there" in next(line for line in out.splitlines() if "Call Wile back" in line), "their time, too"
    assert "↑ Send the offer" in out
    assert "Send the photos ↻ every week" in out


def test_the_day_for_programs_has_every_part_and_where_people_are(looker: Offhook) -> None:
    day = looker("today", "--json").json
    assert list(day) == [*PARTS, "more"]
    callback = day["callbacks"][0]
    assert (callback["subject"], callback["contact"], callback["zone_there"]) == (
        "Call Wile back", "Wile Coyote", "America/Phoenix",
    )  # fmt: skip
    assert callback["due_at"].endswith("Z")
    assert [task["priority"] for task in day["overdue"]] == ["high", ""]
    assert day["leads"][0]["name"] == "Ada Pool"
    assert day["idle"][0]["title"] == "Roller skates"
    assert day["more"] == {"tasks": 0, "leads": 0, "stale": 0, "idle": 0}


def test_what_is_left_out_is_counted(looker: Offhook) -> None:
    assert looker("today", "--limit", "1").out.splitlines()[-1] == "2 more; --limit shows more of each."
    assert looker("today", "--limit", "0", code=2).err


def test_who_has_nothing_to_do_is_told_so(alone: Offhook) -> None:
    assert alone("today").out.startswith("Nothing is due")
    assert alone("today", "--json").json == {
        **{part: [] for part in PARTS},
        "more": {"tasks": 0, "leads": 0, "stale": 0, "idle": 0},
    }


def test_without_a_workspace_there_is_no_day(empty: Offhook) -> None:
    assert empty("today", code=3).err


# --- done, snooze ---------------------------------------------------------------------------------------------------


def test_a_task_is_ticked_off_by_words_of_it_and_of_whom_it_is_about(day: Offhook) -> None:
    assert day("done", "wile", "offer").out == "Done: Send the offer\n"
    assert day("done", "send", "the", "offer", code=3).err.startswith("offhook: None of your open tasks fits")


def test_one_that_comes_again_is_there_for_the_next_time(day: Offhook) -> None:
    before = day("today", "--json").json["overdue"]
    was = next(task for task in before if task["subject"] == "Send the photos")
    answer = day("done", was["id"], "--json").json
    assert answer["task"]["done_at"] is not None
    again = day("done", "photos", "--json").json["task"]
    assert dt.datetime.fromisoformat(again["due_at"]) == dt.datetime.fromisoformat(
        was["due_at"]
    ) + dt.timedelta(days=7)


def test_a_task_is_put_off_till_tomorrow_at_nine_unless_told_otherwise(day: Offhook) -> None:
    answer = day("snooze", "offer", "--json").json
    due = dt.datetime.fromisoformat(answer["task"]["due_at"])
    assert answer["summary"].startswith("Put off to tomorrow 09:00")
    assert due > dt.datetime.now(dt.UTC)
    assert day("snooze", "offer", "--until", "in 2 weeks").out.startswith("Put off to ")
    assert day("snooze", "offer", "--until", "yesterday", code=1).err.startswith(
        "offhook: That is over already."
    )
    assert day("snooze", "offer", "--until", "sometime", code=1).err


def test_words_that_fit_several_tasks_do_nothing_and_list_them(day: Offhook) -> None:
    error = day("done", "send", "--json", code=1).error
    assert [one["title"] for one in error["candidates"]] == ["Send the offer", "Send the photos"]
    assert {one["kind"] for one in error["candidates"]} == {"task"}


# --- task -----------------------------------------------------------------------------------------------------------


def test_a_task_can_be_urgent_and_come_again_and_be_somebody_elses(day: Offhook) -> None:
    made = day("task", "wile", "Check in", "--due", "tomorrow", "--priority", "high", "--repeat", "every month",
               "--for", "anna", "--json").json["task"]  # fmt: skip
    assert (made["priority"], made["recurrence"]) == ("high", "every month")
    assert day("task", "wile", "X", "--due", "tomorrow", "--priority", "vital", code=1).err
    assert "Anna Müller" in day("task", "wile", "X", "--due", "tomorrow", "--for", "nobody", code=2).err
