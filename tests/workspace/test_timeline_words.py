"""Searching within a timeline, in every way to run."""

from __future__ import annotations

from core.commands.activities import LogActivity
from core.workspace import Subject
from tests.workspace.office import Office


def test_words_of_an_entry_find_it_in_every_mode(office: Office) -> None:
    ann = office.contact("Ann")
    for body in ("Wants the Łódź offer", "Nothing"):
        office.do(LogActivity(table="contacts", record_id=ann, kind="note", body=body))
    entries = office.workspace.timeline(Subject("contacts", ann), words="lodz off")
    assert [entry.activity.body for entry in entries] == ["Wants the Łódź offer"]
    assert office.workspace.timeline(Subject("contacts", ann), words="odz") == []
