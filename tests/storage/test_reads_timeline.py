"""Searching within a timeline: what people wrote and what offhook tells by itself."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.commands.activities import EditActivity, LogActivity, RetractActivity
from core.commands.contacts import EditContact
from core.commands.deals import MoveDeal
from core.text import begins_words
from core.workspace import Subject

STORES = ("solo", "postgresql")


def log(office, contact, body, *, kind="note", ago=0.0, **more):
    command = LogActivity(
        table="contacts", record_id=contact, kind=kind, body=body,
        occurred_at=office.clock.now - dt.timedelta(hours=ago) if ago else None, **more,
    )  # fmt: skip
    office.do(command)
    return command.activity_id


def found(office, contact, words, **window):
    entries = office.workspace.timeline(Subject("contacts", contact), words=words, **window)
    return [entry.activity.body or entry.activity.subject for entry in entries]


@pytest.mark.parametrize(
    ("words", "hit"),
    [
        ("offer", True), ("OFF", True), ("price offer", True), ("offer price", True), ("ffer", False), ("lodz", True),
        ("łódź", True), ("strasse", True), ("o'brien", True), ("brien", True), ("50", True), ("offer missing", False),
        ("…", False), ("%", False), ("_", False), ("'", False), ("offer'", True), ("\\", False), ("quo", True),
        ("headline", True),
    ],
)  # fmt: skip
def test_every_word_begins_a_word_of_the_entry(office, words, hit):
    ann = office.contact("Ann")
    log(office, ann, "Wants a price offer for Łódź (“quoted”), 50 % off; Straße 7, ask O’Brien or O'Brien",
        kind="meeting", subject="Headline")  # fmt: skip
    log(office, ann, "Something else")
    assert bool(found(office, ann, words)) is hit


def test_how_a_call_ended_is_found_too(office):
    ann = office.contact("Ann")
    log(office, ann, "", kind="call", outcome="left voicemail")
    log(office, ann, "spoke", kind="call", outcome="interested")
    entries = office.workspace.timeline(Subject("contacts", ann), words="voicem")
    assert [entry.activity.outcome for entry in entries] == ["left voicemail"]


def test_what_offhook_tells_by_itself_is_found(office):
    ann = office.contact("Ann")
    deal = office.deal("Robots", contact_id=ann)
    catalog = office.workspace.catalog()
    first = catalog.stage(office.get("deals", deal).stage_id)
    second = catalog.stages_of(first.pipeline_id)[1]
    office.do(MoveDeal(deal_id=deal, stage_id=second.id, from_stage_id=first.id))
    office.do(EditContact(contact_id=ann, values={"city": "Würzburg"}))
    assert [
        e.activity.kind for e in office.workspace.timeline(Subject("deals", deal), words=second.name)
    ] == ["stage_change"]
    assert [e.activity.kind for e in office.workspace.timeline(Subject("contacts", ann), words="wurzb")] == [
        "edited"
    ]


def test_only_the_latest_revision_counts_and_what_was_taken_back_is_not_found(office):
    ann = office.contact("Ann")
    first = log(office, ann, "teh offer")
    office.do(EditActivity(activity_id=first, values={"body": "the offer"}))
    assert found(office, ann, "teh") == []
    assert found(office, ann, "offer") == ["the offer"]
    (entry,) = office.workspace.timeline(Subject("contacts", ann), words="offer")
    office.do(RetractActivity(activity_id=entry.activity.id))
    assert found(office, ann, "offer") == []


def test_a_search_is_read_page_by_page_and_by_kind(office):
    ann, bob = office.contact("Ann"), office.contact("Bob")
    for n in range(12):
        log(office, ann, f"match {n}" if n % 3 == 0 else f"other {n}", ago=n + 1)
    log(office, ann, "match mail", kind="email", ago=30)
    log(office, bob, "match bob")
    subject = Subject("contacts", ann)
    seen, before = [], None
    while page := office.workspace.timeline(subject, words="match", limit=2, before=before):
        seen += [entry.activity.body for entry in page]
        before = (page[-1].activity.occurred_at, page[-1].activity.id)
    assert seen == ["match 0", "match 3", "match 6", "match 9", "match mail"]
    assert found(office, ann, "match", kinds=("email",)) == ["match mail"]


_TEXTS = st.text(alphabet="abß é-'%_\\(łŁ 1۳", max_size=12)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(_TEXTS, min_size=1, max_size=6), typed=_TEXTS)
def test_whatever_is_typed_both_stores_find_what_the_words_say(office, texts, typed):
    ann = office.contact("Ann")
    for n, text in enumerate(texts):
        log(office, ann, f"{text} x", ago=n + 1)
    expected = [f"{text} x".strip() for text in texts if begins_words(f"{text} x", typed)]
    if not typed:
        return
    got = [
        e.activity.body
        for e in office.workspace.timeline(Subject("contacts", ann), kinds=("note",), words=typed)
    ]
    assert [" ".join(body.split()) for body in got] == [" ".join(body.split()) for body in expected]
