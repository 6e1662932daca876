"""Commands on a solo workspace: what is answered, what is written, what is remembered."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from core.catalog import Catalog
from core.changes import Change, Status, from_json
from core.commands.activities import LogActivity
from core.commands.base import Command, Context, Decision, Need, Seen
from core.commands.contacts import DeleteContacts
from core.commands.deals import MoveDeal
from core.commands.pipelines import EditStage
from core.commands.undo import Undo
from storage.solo import open_solo
from tests.storage.conftest import Office


def move(office: Office, deal: str, origin: str, target: str, **more: Any) -> MoveDeal:
    return MoveDeal(
        deal_id=deal, stage_id=office.stage(target).id, from_stage_id=office.stage(origin).id, **more
    )


# --- one effect


def test_it_is_the_same_command_after_a_restart(office: Office) -> None:
    deal = office.deal()
    command = move(office, deal, "New", "Contacted")
    first = office.do(command)
    other = open_solo(office.workspace.path)
    assert other.execute(command) == first
    other.close()


# --- what is written


def test_the_history_holds_the_changeset_whole(office: Office) -> None:
    deal = office.deal()
    answer = office.do(move(office, deal, "New", "Contacted"))
    [(body, command, summary, status)] = office.sql(
        "SELECT body, command, summary, status FROM changesets WHERE seq = ?", answer.revision
    )
    assert from_json(json.loads(body)) == answer.changeset
    assert (command, status) == ("move_deal", "ok")
    assert summary == "Moved Acme renewal: New → Contacted"
    rows = office.sql("SELECT table_name, row_id FROM changeset_rows WHERE seq = ?", answer.revision)
    assert set(rows) == {(change.table, change.id) for change in answer.changeset.changes}


def test_the_timeline_only_grows(office: Office) -> None:
    contact = office.contact()
    log = LogActivity(table="contacts", record_id=contact, kind="note", body="x")
    office.do(log)

    @dataclass(frozen=True, kw_only=True)
    class Rewrite(Command):
        NAME: ClassVar[str] = "rewrite"

        def needs(self, catalog: Catalog) -> Sequence[Need]:
            return []

        def decide(self, seen: Seen, context: Context) -> Decision:
            return Decision(
                "x", (Change("activities", log.activity_id, set={"body": "y"}, base={"body": "x"}),)
            )

    with pytest.raises(ValueError, match="only ever added"):
        office.workspace.execute(Rewrite())
    assert office.get("activities", log.activity_id).body == "x"


@pytest.mark.parametrize("name", ["version", "search", "updated_by"])
def test_no_command_sets_what_is_the_stores(office: Office, name: str) -> None:
    contact = office.contact()

    @dataclass(frozen=True, kw_only=True)
    class Forge(Command):
        NAME: ClassVar[str] = "forge"

        def needs(self, catalog: Catalog) -> Sequence[Need]:
            return []

        def decide(self, seen: Seen, context: Context) -> Decision:
            return Decision("x", (Change("contacts", contact, set={name: 9}, base={name: 1}),))

    with pytest.raises(ValueError, match="not for changesets"):
        office.workspace.execute(Forge())
    assert office.get("contacts", contact).version == 1


# --- undo


def test_undo_brings_back_the_fields_and_marks_the_history(office: Office) -> None:
    deal = office.deal()
    moved = office.do(move(office, deal, "New", "Contacted"))
    undone = office.do(Undo(changeset_id=moved.changeset.id))
    assert office.get("deals", deal).stage_id == office.stage("New").id
    marks = office.sql("SELECT undone_by FROM changesets WHERE id = ?", moved.changeset.id)
    assert marks == [(undone.changeset.id,)]
    again = office.workspace.execute(Undo(changeset_id=moved.changeset.id))
    assert again.status is Status.REJECTED
    assert "taken back already" in again.reason


def test_a_deleted_record_returns_with_everything_that_finds_it(office: Office) -> None:
    contact = office.contact("Lena", emails=({"value": "lena@acme.de", "label": "work"},))
    office.do(LogActivity(table="contacts", record_id=contact, kind="note", body="x"))
    deleted = office.do(DeleteContacts(contact_ids=(contact,)))
    assert office.found("contacts", "lena") == set()
    assert office.sql("SELECT count(*) FROM contact_points") == [(0,)]
    office.do(Undo(changeset_id=deleted.changeset.id))
    assert office.found("contacts", "lena") == {contact}
    assert office.sql("SELECT kind, value FROM contact_points") == [("email", "lena@acme.de")]


# --- the set-up


def test_the_catalog_follows_the_set_up_of_another_program(office: Office) -> None:
    other = open_solo(office.workspace.path)
    deal = office.deal()
    stage = office.stage("Contacted")
    answer = other.execute(EditStage(stage_id=stage.id, values={"name": "Spoken to"}))
    assert answer.applied
    moved = office.do(MoveDeal(deal_id=deal, stage_id=stage.id, from_stage_id=office.stage("New").id))
    assert moved.changeset.summary == "Moved Acme renewal: New → Spoken to"
    other.close()


# --- deleting and the rest


def test_closing_is_final(fresh: Callable[[str], Path]) -> None:
    workspace = open_solo(fresh())
    workspace.close()
    workspace.close()
    from core.errors import Unavailable

    with pytest.raises(Unavailable, match="closed"):
        workspace.catalog()
    assert not workspace.execute(Undo(changeset_id="x")).applied


def test_a_set_up_that_was_not_committed_is_not_believed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = office.stage("New").id
    rename = EditStage(stage_id=stage, values={"name": "Fresh"})
    with monkeypatch.context() as patch:
        patch.setattr("storage.local.Answer", _raise_interrupt)
        with pytest.raises(KeyboardInterrupt):
            office.workspace.execute(rename)
    assert office.catalog.stage(stage).name == "New"
    office.do(rename)
    deal = office.deal()
    moved = office.do(move(office, deal, "Fresh", "Contacted"))
    assert moved.changeset.summary == "Moved Acme renewal: Fresh → Contacted"


def _raise_interrupt(*_given: Any, **_named: Any) -> None:
    raise KeyboardInterrupt
