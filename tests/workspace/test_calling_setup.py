"""The set-up of calls on a workspace, whichever it is, and how a colleague gets to see it."""

from __future__ import annotations

from collections.abc import Callable

from core.calling.rules import effective_rules
from core.changes import Status
from core.commands.calling_rules import DeleteCallingRule, SaveCallingRule
from core.commands.calling_setup import DeleteScript, ResetOutcome, SaveOutcome, SaveScript
from core.commands.tasks import CreateTask, EditTask
from core.commands.undo import Undo
from tests.waiting import eventually
from tests.workspace.office import Ear, Office
from tests.workspace.test_two_reps import at_once

LogIn = Callable[[str], Office]


def test_an_outcome_is_edited_hidden_and_made_what_it_was(office: Office) -> None:
    office.do(SaveOutcome(key="no answer", values={"name": "Nobody there", "hotkey": "z"}))
    assert office.catalog.outcome("no answer").name == "Nobody there"  # type: ignore[union-attr]
    office.do(SaveOutcome(key="no answer", values={"hidden": True}))
    assert "no answer" not in {outcome.key for outcome in office.catalog.call_outcomes}
    office.do(SaveOutcome(key="no answer", values={"hidden": False}))
    office.do(ResetOutcome(key="no answer"))
    assert office.catalog.outcome("no answer").hotkey == "1"  # type: ignore[union-attr]
    made = SaveOutcome(values={"name": "Hung up", "asks": "reason", "reasons": ("Rude", "Busy")})
    office.do(made)
    outcome = office.get("outcomes", made.outcome_id)
    assert (outcome.key, outcome.reasons, outcome.line) == ("hung up", ("Rude", "Busy"), "no-answer")
    office.do(SaveOutcome(key="hung up", values={"reasons": ("Rude", "In a meeting")}))
    assert set(office.get("outcomes", made.outcome_id).reasons) == {"Rude", "In a meeting"}


def test_a_script_is_written_changed_deleted_and_brought_back(office: Office) -> None:
    write = SaveScript(values={"name": "Opening", "body": "# Hello\n\n* one\n* two", "shared": True})
    office.do(write)
    stage = office.stage("Qualified")
    office.do(SaveScript(script_id=write.new_script_id, values={"stage_id": stage.id}))
    kept = office.get("scripts", write.new_script_id)
    assert (kept.pipeline_id, kept.stage_id) == (stage.pipeline_id, stage.id)
    gone = office.do(DeleteScript(script_id=write.new_script_id))
    assert write.new_script_id not in {script.id for script in office.catalog.scripts}
    assert gone.changeset is not None
    office.do(Undo(changeset_id=gone.changeset.id))
    assert write.new_script_id in {script.id for script in office.catalog.scripts}
    assert office.written("scripts", write.new_script_id) == 4


def test_a_calling_rule_takes_the_place_of_offhooks_until_it_is_deleted(office: Office) -> None:
    before = effective_rules(office.catalog).at("US", "FL").days
    save = SaveCallingRule(region="US-FL", values={"hours.sun": "", "daily_cap": 2})
    office.do(save)
    assert effective_rules(office.catalog).at("US", "FL").days[6] == ()
    office.do(SaveCallingRule(region="US-FL", values={"hours.sun": None, "notice": "Hurricane season."}))
    kept = office.get("calling_rules", save.rule_id)
    assert ("sun" in kept.hours, kept.daily_cap, kept.notice) == (False, 2, "Hurricane season.")
    office.do(DeleteCallingRule(region="US-FL"))
    assert effective_rules(office.catalog).at("US", "FL").days == before


def test_a_task_keeps_its_priority_and_how_often_it_comes_again(office: Office) -> None:
    contact = office.contact()
    task = CreateTask(
        table="contacts", record_id=contact, subject="Call", due_at=office.clock(), priority="high",
        recurrence="every week",
    )  # fmt: skip
    office.do(task)
    kept = office.get("tasks", task.task_id)
    assert (kept.priority, kept.recurrence) == ("high", "every week")
    office.do(EditTask(task_id=task.task_id, values={"priority": ""}))
    assert office.get("tasks", task.task_id).priority == ""


def test_a_colleague_gets_the_new_set_up_without_asking(log_in: LogIn) -> None:
    mia, ben = log_in("mia"), log_in("ben")
    ear = Ear()
    ben.workspace.subscribe(ear)
    outcome = SaveOutcome(values={"name": "Hung up", "hotkey": "z"})
    script = SaveScript(values={"name": "Closing", "body": "Ask for it.", "shared": True})
    rule = SaveCallingRule(region="AT", values={"daily_cap": 1})
    for command, table, made in (
        (outcome, "outcomes", outcome.outcome_id),
        (script, "scripts", script.new_script_id),
        (rule, "calling_rules", rule.rule_id),
    ):
        mia.do(command)
        eventually(lambda table=table, made=made: (table, made) in ear.rows or ear.everything)  # type: ignore[misc]
    eventually(lambda: ben.catalog.outcome("hung up") is not None)
    eventually(lambda: "Closing" in {held.name for held in ben.catalog.scripts})
    eventually(lambda: effective_rules(ben.catalog).at("AT").daily_cap == 1)
    mia.do(SaveScript(script_id=script.new_script_id, values={"shared": False}))
    eventually(lambda: "Closing" not in {held.name for held in ben.catalog.scripts})


def test_a_rep_shapes_their_own_scripts_and_nothing_else(log_in: LogIn) -> None:
    ann, mia = log_in("ann"), log_in("mia")
    ann.workspace.subscribe(Ear())
    for command in (
        SaveOutcome(key="busy", values={"name": "x"}),
        SaveCallingRule(region="AT", values={"daily_cap": 9}),
        SaveScript(script_id=next(s.id for s in ann.catalog.scripts if s.shared), values={"body": "x"}),
    ):
        assert ann.workspace.execute(command).status is Status.REJECTED
    own = SaveScript(values={"name": "Mine", "body": "Hello"})
    ann.do(own)
    eventually(lambda: not ann.workspace.unsent())
    assert "Mine" not in {script.name for script in mia.catalog.scripts}
    # What all share is a manager's to put right.
    mia.do(
        SaveScript(script_id=next(s.id for s in mia.catalog.scripts if s.shared), values={"body": "By Mia"})
    )
    eventually(lambda: "By Mia" in {script.body for script in ann.catalog.scripts})


def test_of_two_who_take_over_one_outcome_at_once_the_second_is_told(log_in: LogIn) -> None:
    ada, mia = log_in("ada"), log_in("mia")
    for who in (ada, mia):
        who.workspace.subscribe(Ear())
    seen = {"name": ada.catalog.outcome("callback").name}  # type: ignore[union-attr]
    answers = at_once(
        *(
            (who, SaveOutcome(key="callback", values={"name": name}, expected=seen))
            for who, name in ((ada, "Ring back"), (mia, "Later"))
        )
    )
    [lost] = [answer for answer in answers if not answer.applied]
    kept = "Later" if lost is answers[0] else "Ring back"
    assert kept in lost.reason
    for who in (ada, mia):
        eventually(lambda who=who: who.catalog.outcome("callback").name == kept)  # type: ignore[misc]
