"""What the outcome of a call brings about, and that all of it is one change."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from core.calling.follow_up import parse_span
from core.calling.outcomes import DEFAULT_OUTCOMES
from core.calling.statuses import next_status
from core.commands.activities import EditActivity
from core.commands.calls import LogCall
from core.commands.contacts import EditContact
from core.commands.records import Assign
from core.commands.tasks import CreateTask
from core.entities import Contact, Deal, Task
from core.errors import Invalid, Refused
from core.next_step import NextStep
from core.pipelines import STAGE_KINDS
from core.points import good_numbers

BERLIN = ZoneInfo("Europe/Berlin")
MOBILE, DESK = "+4915112345678", "+493012345678"
KEYS = [outcome.key for outcome in DEFAULT_OUTCOMES]


def call(who, contact, outcome, **values):
    """Logs a call that must take effect; returns the changeset."""
    return who.run(LogCall(contact_id=contact.id, outcome=outcome, **values))


def lead(office, **values):
    return office.contact(office.bob, lead_status="New", phones=(MOBILE, DESK), **values)


def open_tasks(who, contact):
    return sorted(
        (t for t in who.store.live(Task) if t.contact_id == contact.id and t.done_at is None),
        key=lambda t: t.due_at,
    )


def told(who, contact):
    return [
        (entry.kind, entry.outcome) for entry in who.timeline(contact_id=contact.id) if entry.kind == "call"
    ]


def plan(office, contact, *, days=0.0, who=None, **values):
    who = who or office.bob
    command = CreateTask(
        table="contacts", record_id=contact.id,
        **{"subject": "Call Lena", "kind": "call", "due_at": office.store.now + dt.timedelta(days=days)} | values,
    )  # fmt: skip
    who.run(command)
    return who.get(Task, command.task_id)


def local(at):
    return at.astimezone(BERLIN).strftime("%a %H:%M")


def friday_2pm(office):
    return NextStep("Call back", "call", office.store.now + dt.timedelta(days=2), False)


def what_it_asks(office, key):
    """What a rep answers to the outcome's question."""
    asks = office.catalog.outcome(key).asks
    return {
        "when": {"next_step": friday_2pm(office)},
        "reason": {"reason": "No budget"},
        "referral": {"referral": {"name": "Mia Berg", "phone": "+493098765432"}},
    }.get(asks, {})


# --- the entry


def test_a_call_says_who_was_called_how_and_how_it_ended(office):
    acme = office.company(office.bob)
    lena = lead(office, company_id=acme.id)
    deal = office.deal(office.bob, contact_id=lena.id)
    began = office.store.now - dt.timedelta(minutes=5)
    done = call(
        office.bob, lena, "interested", note="Wants\x07 an offer", started_at=began, duration_s=240, deal_id=deal.id,
        block="b1",
    )  # fmt: skip
    (entry,) = office.bob.timeline(kind="call")
    assert (entry.contact_id, entry.deal_id, entry.company_id) == (lena.id, deal.id, acme.id)
    assert (entry.body, entry.outcome, entry.direction) == ("Wants an offer", "interested", "out")
    assert (entry.occurred_at, entry.duration_s, entry.user_id) == (began, 240, office.bob.user_id)
    assert entry.data == {"line": "answered", "connected": True, "number": MOBILE, "block": "b1"}
    assert (done.summary, done.event) == ("Logged a call to Lena: Interested", "call.logged")


@pytest.mark.parametrize("key", KEYS)
def test_every_outcome_is_one_change_and_undo_takes_all_of_it_back(office, key):
    lena = lead(office)
    deal = office.deal(office.bob, contact_id=lena.id)
    plan(office, lena, days=-1)
    plan(office, lena, days=40)
    before = office.bob.everything()
    done = call(office.bob, lena, key, deal_id=deal.id, note="x", **what_it_asks(office, key))
    after = office.bob.everything()
    assert after != before
    undone = office.bob.undo(done)
    assert office.bob.everything() == before
    office.bob.undo(undone)
    again = office.bob.everything()
    assert {k: v for k, v in again.items() if k != "said"} == {k: v for k, v in after.items() if k != "said"}


def test_an_outcome_that_is_none_is_refused_and_one_from_before_is_not(office):
    lena = lead(office)
    with pytest.raises(Invalid, match="A call ends with one of no answer, left voicemail"):
        office.bob.execute(LogCall(contact_id=lena.id, outcome="sold"))
    call(office.bob, lena, "connected", note="Nice chat")
    assert told(office.bob, lena) == [("call", "connected")]


def test_who_corrects_the_outcome_later_changes_the_entry_alone(office):
    lena = lead(office)
    call(office.bob, lena, "wrong number")
    (entry,) = office.bob.timeline(kind="call")
    office.bob.run(EditActivity(activity_id=entry.id, values={"outcome": "interested"}))
    (entry,) = office.bob.timeline(kind="call")
    assert (entry.outcome, entry.data["connected"], entry.data["number"]) == ("interested", True, MOBILE)
    assert office.bob.get(Contact, lena.id).phones[-1] == {
        "value": MOBILE,
        "label": "work",
        "bad": "wrong number",
    }
    assert open_tasks(office.bob, lena) == []


def test_whose_contact_it_is_not_calls_nobody(office):
    lena = lead(office)
    with pytest.raises(Refused, match="Lena belongs to Bob"):
        office.eve.execute(LogCall(contact_id=lena.id, outcome="busy"))


# --- what comes next


def test_who_did_not_answer_is_tried_on_the_next_working_day_at_another_hour(office):
    lena = lead(office)
    office.store.now = dt.datetime(2026, 11, 20, 9, 10, tzinfo=dt.UTC)  # Friday, 10:10 in Berlin
    tried = []
    for _ in range(4):
        call(office.bob, lena, "no answer")
        (task,) = open_tasks(office.bob, lena)
        tried.append(local(task.due_at))
        assert (task.subject, task.kind, task.assignee_id) == ("Call again", "call", office.bob.user_id)
        office.store.now = task.due_at
    assert tried == ["Mon 16:00", "Tue 11:30", "Wed 14:30", "Thu 10:00"]


def test_whose_line_is_busy_is_tried_in_half_an_hour(office):
    lena = lead(office)
    call(office.bob, lena, "busy")
    (task,) = open_tasks(office.bob, lena)
    assert task.due_at == office.store.now + dt.timedelta(minutes=30)
    assert not task.all_day


def test_the_task_that_brought_the_rep_is_put_off_by_a_retry_and_done_by_a_conversation(office):
    lena = lead(office)
    first = plan(office, lena, days=-1)
    second = plan(office, lena, days=60)
    call(office.bob, lena, "no answer", task_id=first.id)
    assert [t.id for t in open_tasks(office.bob, lena)] == [first.id, second.id]
    assert open_tasks(office.bob, lena)[0].due_at > office.store.now
    call(office.bob, lena, "interested", task_id=first.id)
    assert office.bob.get(Task, first.id).done_at == office.store.now
    assert [t.subject for t in open_tasks(office.bob, lena)] == ["Send what they asked for", "Call Lena"]
    assert "task_done" in [entry.kind for entry in office.bob.timeline(contact_id=lena.id)]


def test_an_open_call_that_is_due_is_put_off_and_not_doubled(office):
    lena = lead(office)
    task = plan(office, lena)
    for outcome in ("no answer", "left voicemail", "busy"):
        call(office.bob, lena, outcome)
        assert [t.id for t in open_tasks(office.bob, lena)] == [task.id]
    assert open_tasks(office.bob, lena)[0].subject == "Call Lena"


def test_a_call_that_was_promised_for_another_day_stays_the_next_one(office):
    lena = lead(office)
    promised = plan(office, lena, days=3)
    call(office.bob, lena, "no answer")
    assert [(t.id, t.due_at) for t in open_tasks(office.bob, lena)] == [(promised.id, promised.due_at)]
    # They called back themselves, and agreed on another time.
    step = friday_2pm(office)
    call(office.bob, lena, "callback", next_step=step, direction="in")
    (task,) = open_tasks(office.bob, lena)
    assert (task.id, task.due_at, task.subject) == (promised.id, step.due_at, "Call back")


def test_what_comes_again_and_what_is_a_colleagues_is_left_alone(office):
    lena = lead(office)
    office.ann.run(Assign(table="contacts", ids=(lena.id,), book_id=office.pool))
    weekly = plan(office, lena, recurrence="every week")
    anns = plan(office, lena, who=office.max)
    call(office.bob, lena, "no answer")
    assert office.bob.get(Task, weekly.id).due_at == weekly.due_at
    assert office.bob.get(Task, anns.id).due_at == anns.due_at
    assert len(open_tasks(office.bob, lena)) == 3


def test_a_callback_needs_to_know_when_and_the_reps_word_counts(office):
    lena = lead(office)
    with pytest.raises(Invalid, match="when") as wrong:
        office.bob.execute(LogCall(contact_id=lena.id, outcome="callback"))
    assert list(wrong.value.fields) == ["next_step"]
    call(office.bob, lena, "callback", follow_up=False)
    assert open_tasks(office.bob, lena) == []
    step = NextStep("Send the contract", "email", office.store.now + dt.timedelta(hours=5), False)
    call(office.bob, lena, "no answer", next_step=step)
    (task,) = open_tasks(office.bob, lena)
    assert (task.subject, task.kind, task.due_at, task.priority) == (step.subject, "email", step.due_at, "")


# --- the contact


def test_only_the_number_that_was_wrong_is_not_dialled_again(office):
    lena = lead(office)
    call(office.bob, lena, "wrong number")
    lena = office.bob.get(Contact, lena.id)
    assert [phone["value"] for phone in lena.phones] == [DESK, MOBILE]
    assert [phone["value"] for phone in good_numbers(lena.phones)] == [DESK]
    call(office.bob, lena, "not in service", number=DESK)
    lena = office.bob.get(Contact, lena.id)
    assert {phone["value"]: phone["bad"] for phone in lena.phones} == {
        MOBILE: "wrong number", DESK: "not in service",
    }  # fmt: skip
    assert good_numbers(lena.phones) == ()
    # A number that they do not have under their name is nobody's mistake.
    call(office.bob, lena, "wrong number", number="+4930111111")
    assert office.bob.get(Contact, lena.id).phones == lena.phones


def test_a_mark_stays_while_others_are_edited_and_goes_where_the_number_is_typed_anew(office):
    lena = lead(office)
    call(office.bob, lena, "wrong number")
    phones = office.bob.get(Contact, lena.id).phones
    office.bob.run(EditContact(contact_id=lena.id, values={"phones": ("+4930777777", *phones)}))
    assert [p.get("bad", "") for p in office.bob.get(Contact, lena.id).phones] == ["", "", "wrong number"]
    office.bob.run(EditContact(contact_id=lena.id, values={"phones": (MOBILE, DESK)}))
    assert [p["value"] for p in good_numbers(office.bob.get(Contact, lena.id).phones)] == [MOBILE, DESK]
    with pytest.raises(Invalid, match="not as “boring”"):
        office.bob.execute(
            EditContact(contact_id=lena.id, values={"phones": ({"value": MOBILE, "bad": "boring"},)})
        )


def test_do_not_call_is_told_with_who_and_why_and_drops_the_calls_that_were_planned(office):
    lena = lead(office)
    due, later = plan(office, lena), plan(office, lena, days=30)
    mail = plan(office, lena, kind="email", subject="Send offer")
    done = call(office.bob, lena, "do not call", reason="Angry about the newsletter")
    assert office.bob.get(Contact, lena.id).do_not_call
    (entry,) = office.bob.timeline(contact_id=lena.id, kind="do_not_call")
    assert (entry.subject, entry.user_id) == ("Do not call: Angry about the newsletter", office.bob.user_id)
    assert [t.id for t in open_tasks(office.bob, lena)] == [mail.id]
    assert office.bob.get(Task, due.id).done_at
    assert office.bob.get(Task, later.id).deleted_at
    # It is lifted by editing the contact, and that is told as well.
    office.bob.run(EditContact(contact_id=lena.id, values={"do_not_call": False}))
    assert "Do not call: yes → no" in office.bob.told(contact_id=lena.id)
    office.bob.run(EditContact(contact_id=lena.id, values={"do_not_call": True}))
    assert done.summary == "Logged a call to Lena: Do not call"


def test_do_not_call_ends_the_calls_that_come_again(office):
    lena, max_ = lead(office), lead(office, first_name="Max")
    weekly = plan(office, lena, recurrence="every week")
    monthly = plan(office, lena, days=9, recurrence="every month")
    call(office.bob, lena, "do not call", task_id=weekly.id)
    assert office.bob.get(Task, weekly.id).done_at, "it brought the rep here"
    assert office.bob.get(Task, monthly.id).deleted_at
    assert not open_tasks(office.bob, lena)
    daily = plan(office, max_, recurrence="every day")
    call(office.bob, max_, "do not call")
    assert office.bob.get(Task, daily.id).deleted_at


@pytest.mark.parametrize(
    ("now", "outcome", "then"),
    [
        ("New", "no answer", "Attempting"),
        ("Connected", "no answer", ""),
        ("Attempting", "interested", "Connected"),
        ("Customer", "interested", ""),
        ("Qualified", "not interested", "Nurture"),
        ("Nurture", "no answer", ""),
        ("Nurture", "interested", "Connected"),
        ("Nurture", "meeting booked", "Qualified"),
        ("Customer", "not interested", ""),
        ("", "interested", ""),
        ("Hot", "interested", ""),
        ("New", "do not call", ""),
    ],
)
def test_a_lead_goes_forward_and_comes_back_only_from_being_put_aside(office, now, outcome, then):
    assert next_status(office.catalog, now, office.catalog.outcome(outcome)) == then


# --- the deal


def test_a_meeting_takes_a_new_deal_a_stage_further_and_another_one_not(office):
    lena = lead(office)
    new = office.deal(office.bob, contact_id=lena.id)
    stages = [s.name for s in office.catalog.stages_of(office.pipeline_id) if s.kind == STAGE_KINDS[0]]
    later = office.deal(office.bob, stage=stages[2], contact_id=lena.id)
    for deal, stage in ((new, stages[1]), (later, stages[2])):
        call(office.bob, lena, "meeting booked", deal_id=deal.id, next_step=friday_2pm(office))
        assert office.bob.get(Deal, deal.id).stage_id == office.stage(stage).id
    assert [e.deal_id for e in office.bob.timeline(kind="stage_change")] == [new.id]


def test_a_move_that_the_rules_forbid_is_left_out_and_named(office):
    lena = lead(office)
    deal = office.deal(office.bob, contact_id=lena.id)
    office.store.rows["stages"][deal.stage_id]["next_stage_ids"] = ()
    done = call(office.bob, lena, "meeting booked", deal_id=deal.id, next_step=friday_2pm(office))
    assert "Acme renewal stays where it is. Invalid move: New →" in done.summary
    assert office.bob.get(Deal, deal.id).stage_id == deal.stage_id
    assert told(office.bob, lena) == [("call", "meeting booked")]


def test_a_deal_that_is_gone_or_a_colleagues_does_not_keep_the_call_from_being_logged(office):
    lena = lead(office)
    deal = office.deal(office.ann)
    done = call(office.bob, lena, "no answer", deal_id=deal.id)
    assert done.summary.endswith("No answer. Acme renewal belongs to Ann")
    done = call(office.bob, lena, "no answer", deal_id="00000000-0000-7000-8000-000000000000")
    assert done.summary.endswith("The deal is not there any more")
    assert {entry.deal_id for entry in office.bob.timeline(kind="call")} == {None}


# --- somebody else


def test_whom_they_name_becomes_a_lead_at_the_same_company_and_is_to_be_called(office):
    acme = office.company(office.bob)
    lena = lead(office, company_id=acme.id)
    done = call(office.bob, lena, "referred", referral={"name": "Mia van Berg", "phone": "030 98765432"})
    (entry,) = office.bob.timeline(kind="call")
    mia = office.bob.get(Contact, entry.data["referral"])
    assert (mia.first_name, mia.last_name, mia.phones[0]["value"]) == ("Mia", "van Berg", "+493098765432")
    assert (mia.company_id, mia.source, mia.lead_status, mia.book_id) == (
        acme.id,
        "Referral",
        "New",
        lena.book_id,
    )
    assert [t.subject for t in open_tasks(office.bob, mia)] == ["First call"]
    assert open_tasks(office.bob, lena) == []
    office.bob.undo(done)
    assert office.bob.get(Contact, mia.id).deleted_at is not None


def test_a_number_that_is_none_comes_back_at_the_question(office):
    lena = lead(office)
    with pytest.raises(Invalid) as wrong:
        office.bob.execute(
            LogCall(contact_id=lena.id, outcome="referred", referral={"name": "Mia", "phone": "12"})
        )
    assert "area code" in wrong.value.fields["referral"]
    assert told(office.bob, lena) == []
    call(office.bob, lena, "referred")
    assert told(office.bob, lena) == [("call", "referred")]


# --- the outcomes that offhook comes with


def test_the_outcomes_that_offhook_comes_with_are_whole():
    shown = [outcome for outcome in DEFAULT_OUTCOMES if not outcome.hidden]
    hotkeys = [outcome.hotkey for outcome in shown]
    assert hotkeys == ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "-", "m", "x"]
    for outcome in DEFAULT_OUTCOMES:
        if outcome.follow_up:
            parse_span(outcome.follow_up)
            assert outcome.task
        assert bool(outcome.reasons) == (outcome.asks == "reason")
    assert {outcome.key for outcome in shown if outcome.connected} == {
        "callback", "interested", "meeting booked", "not interested", "not a fit", "referred", "do not call",
    }  # fmt: skip


def test_who_is_tried_again_is_tried_when_they_may_be_called_where_they_are(office):
    # Florida closes at 20:00; half an hour after 19:45 there is the next morning.
    lena = office.contact(office.bob, phones=("+13055550123",), country="US", region="FL")
    office.store.now = dt.datetime(2026, 11, 20, 0, 45, tzinfo=dt.UTC)  # Thursday, 19:45 in Miami
    call(office.bob, lena, "busy")
    (task,) = open_tasks(office.bob, lena)
    miami = task.due_at.astimezone(ZoneInfo("America/New_York"))
    assert miami.strftime("%a %H:%M") == "Fri 08:00"
    call(office.bob, lena, "no answer")
    (task,) = open_tasks(office.bob, lena)
    miami = task.due_at.astimezone(ZoneInfo("America/New_York"))
    assert miami.strftime("%a %H:%M") == "Fri 11:30"


def test_a_call_that_is_logged_long_afterwards_is_tried_again_from_now_on(office):
    lena = lead(office)
    call(office.bob, lena, "no answer", started_at=office.store.now - dt.timedelta(days=30))
    (task,) = open_tasks(office.bob, lena)
    assert office.store.now < task.due_at < office.store.now + dt.timedelta(days=2)
