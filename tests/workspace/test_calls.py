"""A call that is logged, with all that follows from it, in each of the modes; and that undo takes all of it back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.calling.outcomes import DEFAULT_OUTCOMES
from core.commands.calls import LogCall
from core.commands.tasks import CompleteTask, CreateTask, SnoozeTask
from core.commands.undo import Undo
from core.entities import Task
from core.filters import EVERYTHING
from core.next_step import NextStep
from core.schema import Role, fields_of
from core.workspace import Subject
from tests.workspace.office import Office

NUMBER = "+493012345678"


def state(office: Office, *rows: tuple[str, str]) -> dict[str, Any]:
    """What people see of these records, of the tasks, and of the calls that stand in the timeline."""
    out: dict[str, Any] = {}
    for table, record_id in rows:
        record = office.get(table, record_id)
        names = [name for name, spec in fields_of(type(record)).items() if spec.role is Role.DATA]
        out[record_id] = {name: getattr(record, name) for name in names}
    out["tasks"] = sorted(
        (line.task.id, line.task.subject, line.task.due_at, line.task.all_day)
        for line in office.workspace.tasks()
    )
    out["contacts"] = sorted(office.workspace.contact_ids(EVERYTHING))
    out["calls"] = [
        (entry.activity.outcome, entry.activity.body)
        for entry in office.workspace.timeline(Subject("contacts", rows[0][1]), kinds=("call",))
    ]
    return out


def planned(office: Office, contact: str) -> list[Task]:
    """The open tasks about a contact."""
    return [line.task for line in office.workspace.tasks() if line.task.contact_id == contact]


def answers(office: Office, key: str) -> dict[str, Any]:
    outcome = office.catalog.outcome(key)
    assert outcome is not None
    later = NextStep("Call back", "call", office.clock.now + dt.timedelta(days=2), False)
    return {
        "when": {"next_step": later},
        "reason": {"reason": "No budget"},
        "referral": {"referral": {"name": "Mia Berg", "phone": "+493098765432"}},
    }.get(outcome.asks, {})


def test_every_outcome_has_its_effects_and_undo_takes_all_of_them_back(office: Office) -> None:
    for key in [outcome.key for outcome in DEFAULT_OUTCOMES]:
        contact = office.contact(f"Lena {key}", phones=(NUMBER,), lead_status="New")
        deal = office.deal(f"Deal {key}", contact_id=contact)
        plan = CreateTask(
            table="contacts", record_id=contact, subject="Call", kind="call", due_at=office.clock.now
        )
        office.do(plan)
        rows = (("contacts", contact), ("deals", deal), ("tasks", plan.task_id))
        before = state(office, *rows)
        command = LogCall(
            contact_id=contact, outcome=key, note=f"note {key}", deal_id=deal, duration_s=30, block="b1",
            task_id=plan.task_id, **answers(office, key),
        )  # fmt: skip
        done = office.became(office.do(command))
        assert done.applied, done.reason
        after = state(office, *rows)
        assert after["calls"] == [(key, f"note {key}")]
        outcome, contact_now = office.catalog.outcome(key), office.get("contacts", contact)
        assert outcome is not None
        assert contact_now.do_not_call == outcome.do_not_call
        assert bool(contact_now.phones[0].get("bad")) == bool(outcome.number)
        assert contact_now.lead_status == (outcome.lead_status or "New")
        assert office.get("deals", deal).stage_id == office.stage("Contacted" if outcome.move else "New").id
        task = office.get("tasks", plan.task_id)
        assert (task.done_at is not None) == outcome.connected
        assert (task.due_at > plan.due_at) == (not outcome.connected and bool(outcome.follow_up))
        undone = office.became(office.do(Undo(changeset_id=command.id)))
        assert undone.applied, undone.reason
        assert state(office, *rows) == before, key


def test_a_task_that_comes_again_is_planned_anew_and_can_be_put_off(office: Office) -> None:
    contact = office.contact()
    plan = CreateTask(
        table="contacts", record_id=contact, subject="Weekly", kind="call", priority="high",
        recurrence="every week", due_at=office.clock.now + dt.timedelta(hours=1),
    )  # fmt: skip
    office.do(plan)
    done = office.became(office.do(CompleteTask(task_id=plan.task_id)))
    (task,) = planned(office, contact)
    assert (task.subject, task.priority, task.recurrence) == ("Weekly", "high", "every week")
    assert task.due_at == plan.due_at + dt.timedelta(days=7)
    later = office.clock.now + dt.timedelta(days=10)
    put_off = office.do(SnoozeTask(task_id=task.id, due_at=later))
    assert office.get("tasks", task.id).due_at == later
    assert put_off.changeset is not None
    office.do(Undo(changeset_id=put_off.changeset.id))
    assert done.changeset is not None
    assert office.became(office.do(Undo(changeset_id=done.changeset.id))).applied
    assert [task.id for task in planned(office, contact)] == [plan.task_id]


def test_a_call_that_cannot_be_logged_says_why_and_where(office: Office) -> None:
    contact = office.contact(phones=(NUMBER,))
    answer = office.workspace.execute(LogCall(contact_id=contact, outcome="sold"))
    assert (answer.applied, list(answer.fields)) == (False, ["outcome"])
    answer = office.workspace.execute(LogCall(contact_id=contact, outcome="callback"))
    assert (answer.applied, list(answer.fields)) == (False, ["next_step"])
    answer = office.workspace.execute(
        LogCall(contact_id=contact, outcome="referred", referral={"name": "Mia", "phone": "12"})
    )
    assert (answer.applied, list(answer.fields)) == (False, ["referral"])


@pytest.mark.parametrize("outcome", ["no answer", "interested"])
def test_the_same_call_twice_is_one(office: Office, outcome: str) -> None:
    contact = office.contact(phones=(NUMBER,), lead_status="New")
    command = LogCall(contact_id=contact, outcome=outcome)
    office.do(command)
    office.do(command)
    assert len(office.workspace.timeline(Subject("contacts", contact), kinds=("call",))) == 1
    assert len(planned(office, contact)) == 1
