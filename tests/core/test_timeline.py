"""What people log about their customers, correct and take back; and their tasks."""

from __future__ import annotations

import datetime as dt

import pytest

from core.calling.outcomes import DEFAULT_OUTCOMES
from core.changes import Status
from core.commands.activities import EditActivity, LogActivity, RetractActivity
from core.commands.records import Assign
from core.commands.tasks import CompleteTask, CreateTask, DeleteTask, EditTask
from core.entities import Activity, Task
from core.errors import Invalid, NotFound, Refused


def log(office, who, record, **values):
    command = LogActivity(
        **{"table": type(record).TABLE, "record_id": record.id, "kind": "note", "body": "x"} | values
    )
    who.run(command)
    return who.get(Activity, command.activity_id)


def task(office, who, record, **values):
    command = CreateTask(
        **{
            "table": type(record).TABLE,
            "record_id": record.id,
            "subject": "Call back",
            "due_at": office.store.now,
        }
        | values
    )
    who.run(command)
    return who.get(Task, command.task_id)


def standing(who, contact):
    return [(entry.kind, entry.body) for entry in who.timeline(contact_id=contact.id) if entry.kind == "note"]


def why(who, command):
    with pytest.raises(Refused) as refused:
        who.execute(command)
    return str(refused.value)


def test_a_call_is_logged_where_it_belongs(office):
    acme = office.company(office.bob)
    lena = office.contact(office.bob, company_id=acme.id)
    deal = office.deal(office.bob, contact_id=lena.id)
    call = log(
        office, office.bob, deal, kind="call", outcome="left voicemail", direction="out", duration_s=12,
        body="Beep\x07\r\nno answer", data={"dialled": "+49301234567"},
    )  # fmt: skip
    assert (call.deal_id, call.contact_id, call.company_id) == (deal.id, lena.id, acme.id)
    assert (call.book_id, call.user_id, call.occurred_at) == (
        deal.book_id,
        office.bob.user_id,
        office.store.now,
    )
    assert (call.body, call.outcome, call.duration_s) == ("Beep\nno answer", "left voicemail", 12)
    assert call.data == {"dialled": "+49301234567", "line": "vm-left", "connected": False}
    on_company = log(office, office.bob, acme)
    assert (on_company.deal_id, on_company.contact_id, on_company.company_id) == (None, None, acme.id)


def test_the_past_can_be_logged_and_the_future_cannot(office):
    lena = office.contact(office.bob)
    yesterday = office.store.now - dt.timedelta(days=1)
    assert log(office, office.bob, lena, occurred_at=yesterday).occurred_at == yesterday
    # A laptop's clock may be a little ahead.
    log(office, office.bob, lena, occurred_at=office.store.now + dt.timedelta(minutes=4))
    tomorrow = LogActivity(
        table="contacts", record_id=lena.id, kind="note", body="x", occurred_at=office.store.now + dt.timedelta(days=1)
    )  # fmt: skip
    assert why(office.bob, tomorrow) == (
        "That is in the future. Make it a task, or log it when it has happened."
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "note", "body": " \n\x00"}, "The note is empty."),
        ({"kind": "call", "outcome": "sold"}, f"A call ends with one of {', '.join(o.key for o in DEFAULT_OUTCOMES if not o.hidden)}."),
        ({"kind": "call", "duration_s": -1}, "A duration is zero or more."),
        ({"kind": "call", "direction": "sideways"}, "A call or e-mail goes in or out."),
        ({"kind": "stage_change"}, "“stage_change” cannot be logged. Kinds: call, email, meeting, note."),
        ({"kind": "note", "body": "x" * 1_000_001}, "Body has 1,000,001 characters; the most is 1,000,000."),
        ({"kind": "note", "occurred_at": dt.datetime(1, 1, 1, tzinfo=dt.UTC)},
         "Occurred at: the year 1 is not likely. Check the date."),
    ],
)  # fmt: skip
def test_what_cannot_be_logged_says_why(office, values, sentence):
    lena = office.contact(office.bob)
    command = LogActivity(**{"table": "contacts", "record_id": lena.id, "kind": "note", "body": "x"} | values)
    assert why(office.bob, command) == sentence


def test_nothing_is_logged_about_what_is_not_there(office):
    for table in ("contacts", "deals", "companies"):
        with pytest.raises(NotFound):
            office.bob.execute(LogActivity(table=table, record_id="gone", kind="note", body="x"))
    with pytest.raises(NotFound, match="“stages” is none of companies, contacts, deals"):
        office.bob.execute(
            LogActivity(table="stages", record_id=office.stage("New").id, kind="note", body="x")
        )


def test_an_edit_takes_the_place_of_the_entry_and_keeps_both(office):
    lena = office.contact(office.bob)
    note = log(office, office.bob, lena, body="Budgt 50k")
    office.pass_time(hours=1)
    office.bob.run(EditActivity(activity_id=note.id, values={"body": "Budget 50k"}))
    assert standing(office.bob, lena) == [("note", "Budget 50k")]
    revision = office.bob.timeline(contact_id=lena.id, kind="note")[0]
    assert (revision.revises, revision.occurred_at) == (note.id, note.occurred_at)
    assert office.bob.get(Activity, note.id).body == "Budgt 50k"


def test_an_edit_that_says_the_same_adds_nothing(office):
    note = log(office, office.bob, office.contact(office.bob), body="Budget")
    assert office.bob.run(EditActivity(activity_id=note.id, values={"body": " Budget\n"})).changes == ()


def test_an_edit_corrects_what_was_said_and_nothing_else(office):
    note = log(office, office.bob, office.contact(office.bob))
    for name in ("kind", "user_id", "contact_id", "retracted", "revises", "data", "book_id"):
        edit = EditActivity(activity_id=note.id, values={name: "x"})
        assert why(office.bob, edit) == f"“{name}” of an activity is not changed by editing it."
    assert why(office.bob, EditActivity(activity_id=note.id, values={"body": ""})) == "The note is empty."


def test_an_outcome_from_elsewhere_does_not_stop_a_correction(office):
    lena = office.contact(office.bob)
    call = log(office, office.bob, lena, kind="call", outcome="connected")
    office.store.rows["activities"][call.id]["outcome"] = "Talked (imported)"
    office.bob.run(EditActivity(activity_id=call.id, values={"body": "better"}))
    assert office.bob.timeline(kind="call")[0].outcome == "Talked (imported)"


def test_an_entry_is_taken_back_and_stays_in_the_history(office):
    lena = office.contact(office.bob)
    note = log(office, office.bob, lena, body="Wrong customer")
    office.bob.run(RetractActivity(activity_id=note.id))
    assert standing(office.bob, lena) == []
    assert office.bob.get(Activity, note.id).body == "Wrong customer"
    revision = next(a for a in office.store.live(Activity) if a.revises == note.id)
    assert why(office.bob, RetractActivity(activity_id=revision.id)) == "That note was deleted."


def test_of_two_edits_the_second_has_to_look_again(office):
    note = log(office, office.bob, office.contact(office.bob))
    office.ann.run(EditActivity(activity_id=note.id, values={"body": "Ann’s"}))
    for command in (
        EditActivity(activity_id=note.id, values={"body": "Bob’s"}),
        RetractActivity(activity_id=note.id),
    ):
        assert why(office.bob, command) == "That note was edited meanwhile. Look at it again first."


def test_only_who_logged_it_or_their_managers_change_an_entry(office):
    lena = office.contact(office.ann, book_id=office.pool)
    note = log(office, office.bob, lena)
    edit = EditActivity(activity_id=note.id, values={"body": "y"})
    office.ann.run(Assign(table="contacts", ids=(lena.id,), book_id=office.pool))
    assert why(office.eve, edit) == "That note is Bob’s; only they can change it."
    assert why(office.rex, edit).startswith("Your role is read-only")
    office.max.run(edit)


def test_what_offhook_wrote_itself_is_history(office):
    lena = office.contact(office.bob)
    created = office.bob.timeline(contact_id=lena.id)[0]
    for command in (
        EditActivity(activity_id=created.id, values={"body": "x"}), RetractActivity(activity_id=created.id)
    ):  # fmt: skip
        assert why(office.bob, command) == (
            "What offhook wrote by itself cannot be edited: it is the history."
        )


def test_the_same_call_is_logged_once_however_often_it_is_sent(office):
    lena = office.contact(office.bob)
    command = LogActivity(table="contacts", record_id=lena.id, kind="note", body="x")
    assert office.bob.execute(command) == office.bob.execute(command)
    assert len(standing(office.bob, lena)) == 1


# --- tasks


def test_a_task_is_about_something_due_and_somebodys(office):
    lena = office.contact(office.bob)
    due = office.store.now + dt.timedelta(days=3)
    mine = task(office, office.bob, lena, subject=" Call\nback ", due_at=due, kind="call")
    assert (mine.subject, mine.due_at, mine.contact_id) == ("Call back", due, lena.id)
    assert (mine.assignee_id, mine.book_id) == (office.bob.user_id, lena.book_id)
    theirs = task(office, office.bob, lena, assignee_id=office.max.user_id)
    assert theirs.assignee_id == office.max.user_id


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"subject": " "}, "What is to be done?"),
        ({"kind": "fax"}, "A task is one of call, email, meeting, todo."),
        ({"due_at": dt.datetime(2050, 1, 1, tzinfo=dt.UTC)}, "That is too far away to be meant."),
        ({"due_at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}, "That is too far away to be meant."),
        ({"due_at": dt.datetime(2026, 12, 1)}, "Due at must be a time with its zone."),  # noqa: DTZ001
        ({"due_at": None}, "Due at must be a time with its zone."),
        ({"assignee_id": "gone"}, "That person is not there any more."),
    ],
)
def test_a_task_that_makes_no_sense_is_refused(office, values, sentence):
    lena = office.contact(office.bob)
    given = {
        "table": "contacts",
        "record_id": lena.id,
        "subject": "Call",
        "due_at": office.store.now,
    } | values
    with pytest.raises((Invalid, NotFound)) as refused:
        office.bob.execute(CreateTask(**given))
    assert str(refused.value) == sentence


def test_a_task_is_put_off_and_what_is_due_keeps_its_day(office):
    lena = office.contact(office.bob)
    call = task(office, office.bob, lena)
    later = office.store.now + dt.timedelta(days=7)
    mine = office.bob.decide(EditTask(task_id=call.id, values={"due_at": later}))
    office.ann.run(EditTask(task_id=call.id, values={"all_day": True}))
    # A time of day and “all day” belong together: whoever changed the one is asked about the other.
    assert {c.field for c in office.bob.apply(mine).conflicts} == {"all_day", "due_at"}


def test_an_overdue_task_can_be_edited_years_later(office):
    call = task(office, office.bob, office.contact(office.bob))
    office.pass_time(days=800)
    office.bob.run(EditTask(task_id=call.id, values={"subject": "Call at last", "due_at": call.due_at}))
    assert office.bob.get(Task, call.id).subject == "Call at last"


def test_a_task_is_edited_only_in_what_it_says(office):
    call = task(office, office.bob, office.contact(office.bob))
    for name in ("done_at", "contact_id", "book_id", "deleted_at"):
        assert f"“{name}” of a task is not changed by editing it." == why(
            office.bob, EditTask(task_id=call.id, values={name: None})
        )


def test_a_task_is_done_once_and_the_timeline_tells(office):
    lena = office.contact(office.bob)
    call = task(office, office.bob, lena)
    office.bob.run(CompleteTask(task_id=call.id))
    assert office.bob.get(Task, call.id).done_at == office.store.now
    assert office.bob.told(contact_id=lena.id)[-1] == "Call back"
    assert why(office.bob, CompleteTask(task_id=call.id)) == "Call back is done already."


def test_of_two_who_tick_a_task_off_at_once_the_first_did_it(office):
    call = task(office, office.bob, office.contact(office.bob))
    mine = office.bob.decide(CompleteTask(task_id=call.id))
    first = office.store.now
    office.pass_time(minutes=1)
    office.ann.run(CompleteTask(task_id=call.id))
    assert office.bob.apply(mine).status is Status.MERGED
    assert office.bob.get(Task, call.id).done_at == first + dt.timedelta(minutes=1)


def test_a_task_is_dropped(office):
    call = task(office, office.bob, office.contact(office.bob))
    office.bob.run(DeleteTask(task_id=call.id))
    with pytest.raises(NotFound):
        office.bob.execute(CompleteTask(task_id=call.id))
