"""The rules of core bind who writes plain SQL, in core's words."""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest

from core.commands.activities import EditActivity, LogActivity, RetractActivity
from core.commands.companies import DeleteCompany
from core.commands.deals import MoveDeal, SwitchPipeline
from core.commands.pipelines import AddStage, CreatePipeline, DeletePipeline, DeleteStage, EditStage
from core.commands.setup import DefineField
from core.commands.undo import Undo
from core.entities import Deal, Stage
from core.ids import new_id
from tests.postgres.desk import NOW, Desk
from tests.postgres.floor import Floor


@pytest.fixture
def ann(floor: Floor) -> Desk:
    return Desk(floor, "ann")


@pytest.fixture
def mia(floor: Floor) -> Desk:
    return Desk(floor, "mia")


def refused(connection: psycopg.Connection[Any], statement: str, *values: Any) -> str:
    """What the server says when it refuses a statement by a rule."""
    with pytest.raises(psycopg.Error) as caught:
        connection.execute(statement, values)
    assert caught.value.sqlstate in ("OH001", "OH002", "OH003"), caught.value
    return str(caught.value.diag.message_primary)


def move(
    floor: Floor, connection: psycopg.Connection[Any], stage: str, outcome: str = "open", **more: Any
) -> None:
    values = {"closed_at": None if outcome == "open" else NOW, "lost_reason": "", **more}
    connection.execute(
        "UPDATE deals SET stage_id = %s, outcome = %s, closed_at = %s, lost_reason = %s WHERE id = %s",
        (floor.stage(stage), outcome, values["closed_at"], values["lost_reason"], floor.deal("ann")),
    )


def refused_move(floor: Floor, connection: psycopg.Connection[Any], *how: Any, **more: Any) -> str:
    with pytest.raises(psycopg.Error) as caught:
        move(floor, connection, *how, **more)
    assert caught.value.sqlstate in ("OH001", "OH003"), caught.value
    return str(caught.value.diag.message_primary)


# --- deals


def test_a_deal_moves_along_its_pipeline_and_back_to_where_it_was(floor: Floor, ann: Desk) -> None:
    sql = ann.connection
    assert refused_move(floor, sql, "Proposal") == "Invalid move: New → Proposal. From New: Contacted, Lost"
    assert refused_move(floor, sql, "Won", "won") == "Invalid move: New → Won. From New: Contacted, Lost"
    move(floor, sql, "Contacted")
    move(floor, sql, "New")
    move(floor, sql, "Contacted")
    move(floor, sql, "Qualified")
    assert refused_move(floor, sql, "Negotiation").startswith("Invalid move: Qualified → Negotiation.")
    move(floor, sql, "New")


def test_moves_within_one_transaction_can_be_taken_back_in_it(floor: Floor, ann: Desk) -> None:
    with ann.connection.transaction():
        move(floor, ann.connection, "Contacted")
        move(floor, ann.connection, "New")


def test_winning_and_losing_are_undone_and_done_again(floor: Floor, ann: Desk) -> None:
    lose = MoveDeal(
        deal_id=floor.deal("ann"),
        stage_id=floor.stage("Lost"),
        from_stage_id=floor.stage("New"),
        reason="Price",
    )
    ann.do(lose)
    undo = Undo(changeset_id=lose.id)
    ann.do(undo)
    assert ann.get(Deal, floor.deal("ann")).stage_id == floor.stage("New")
    ann.do(Undo(changeset_id=undo.id))
    assert ann.get(Deal, floor.deal("ann")).outcome == "lost"


def test_an_admin_moves_a_deal_anywhere_a_manager_does_not(floor: Floor, mia: Desk) -> None:
    assert refused_move(floor, mia.connection, "Won", "won").startswith("Invalid move: New → Won.")
    move(floor, floor.connect("ada"), "Won", "won")


def test_a_deal_cannot_be_closed_without_moving_or_lost_without_a_reason(floor: Floor, ann: Desk) -> None:
    sql, deal = ann.connection, floor.deal("ann")
    change = "UPDATE deals SET {} WHERE id = %s"
    assert refused(sql, change.format("outcome = 'won', closed_at = now()"), deal) == (
        "A deal in New is open; it cannot be won."
    )
    assert refused(sql, change.format("closed_at = now()"), deal).startswith("A closed deal has the time")
    assert refused_move(floor, sql, "Lost", "lost", closed_at=None).startswith("A closed deal has the time")
    assert refused_move(floor, sql, "Lost", "open").endswith("it cannot be open.")
    assert refused_move(floor, sql, "Lost", "lost") == (
        "Say why Ann renewal is lost: it is what makes the next one winnable."
    )
    move(floor, sql, "Lost", "abandoned", lost_reason="Silence")
    assert refused(sql, change.format("outcome = 'won'"), deal) == "A deal in Lost is lost; it cannot be won."


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ("title = ''", "A deal needs a title."),
        ("currency = 'eur'", "A deal needs a currency, as in EUR."),
        ("value_minor = -1", "The value must be zero or more, and at most about 90 trillion."),
        ("value_minor = 9007199254740993", "The value must be zero or more, and at most about 90 trillion."),
        ("tags = '{}'", "A list, a day, a time or named values are not of their shape."),
        ("tags = '[1]'", "A list, a day, a time or named values are not of their shape."),
        ("custom = '[]'", "A list, a day, a time or named values are not of their shape."),
        ("expected_close = 'infinity'", "A list, a day, a time or named values are not of their shape."),
        ("expected_close = '10000-01-01'", "A list, a day, a time or named values are not of their shape."),
        ("expected_close = '0044-03-15 BC'", "A list, a day, a time or named values are not of their shape."),
        ("stage_since = '-infinity'", "A list, a day, a time or named values are not of their shape."),
        ("title = repeat('ö', 301)", "Title has 301 characters; the most is 300."),
        (
            "description = repeat('x', 1000001)",
            "Description has 1,000,001 characters; the most is 1,000,000.",
        ),
        ("deleted_at = 'infinity'", "A list, a day, a time or named values are not of their shape."),
    ],
)
def test_values_that_core_would_not_keep(floor: Floor, ann: Desk, change: str, sentence: str) -> None:
    statement = f"UPDATE deals SET {change} WHERE id = %s"
    assert refused(ann.connection, statement, floor.deal("ann")) == sentence


def test_a_text_as_long_as_core_lets_it_be_is_kept(floor: Floor, ann: Desk) -> None:
    ann.connection.execute(
        "UPDATE deals SET title = repeat('ö', 300), description = repeat('ö', 1000000) WHERE id = %s",
        (floor.deal("ann"),),
    )
    kept = ann.get(Deal, floor.deal("ann"))
    assert (len(kept.title), len(kept.description)) == (300, 1_000_000)


def test_what_is_wrong_is_said_field_by_field(floor: Floor, ann: Desk) -> None:
    with pytest.raises(psycopg.Error) as caught:
        ann.connection.execute("UPDATE deals SET title = '' WHERE id = %s", (floor.deal("ann"),))
    assert json.loads(caught.value.diag.message_detail or "") == {"title": "A deal needs a title."}


def test_a_rep_starts_deals_in_open_stages_of_the_pipeline(floor: Floor, ann: Desk) -> None:
    statement = (
        "INSERT INTO deals (id, book_id, title, pipeline_id, stage_id, currency, outcome, closed_at, lost_reason, stage_since,"
        " position, next_step, source, description, tags, custom)"
        " VALUES (%s, %s, 'Fresh', %s, %s, 'EUR', %s, %s, '', now(), 'V', '', '', '', '[]', '{}')"
    )
    won = (floor.pipeline(), floor.stage("Won"), "won", NOW)
    said = refused(ann.connection, statement, new_id(), floor.book("ann"), *won)
    assert said == "A new deal starts in an open stage; Won is not one."
    ann.connection.execute(
        statement, (new_id(), floor.book("ann"), floor.pipeline(), floor.stage("New"), "open", None)
    )


def test_an_open_deal_changes_pipelines_a_closed_one_does_not(floor: Floor, ann: Desk, mia: Desk) -> None:
    create = CreatePipeline(name="Partners", copy_of=floor.pipeline())
    mia.do(create)
    stages = {stage.name: stage for stage in mia.catalog.stages_of(create.pipeline_id)}
    said = refused(
        ann.connection, "UPDATE deals SET stage_id = %s WHERE id = %s", stages["New"].id, floor.deal("ann")
    )
    assert said == "New is a stage of another pipeline."
    switch = SwitchPipeline(
        deal_id=floor.deal("ann"), stage_id=stages["New"].id, from_stage_id=floor.stage("New")
    )
    ann.do(switch)
    ann.do(Undo(changeset_id=switch.id))
    move(floor, ann.connection, "Lost", "lost", lost_reason="Price")
    said = refused(
        ann.connection,
        "UPDATE deals SET pipeline_id = %s, stage_id = %s, outcome = 'won' WHERE id = %s",
        create.pipeline_id,
        stages["Won"].id,
        floor.deal("ann"),
    )
    assert said == "Only an open deal changes pipelines, and only into an open stage."


# --- references

_NOTE = (
    "INSERT INTO activities (id, book_id, kind, subject, body, occurred_at, direction, outcome, user_id, {column}, data,"
    " retracted) VALUES (gen_random_uuid(), '{{book}}', 'note', '', 'x', now(), '', '', '{{me}}', %s, '{{{{}}}}', false)"
)


@pytest.mark.parametrize(
    ("statement", "label", "ref"),
    [
        ("UPDATE contacts SET company_id = %s WHERE id = '{contact}'", "contact", "company"),
        ("UPDATE deals SET contact_id = %s WHERE id = '{deal}'", "deal", "contact"),
        ("UPDATE deals SET company_id = %s WHERE id = '{deal}'", "deal", "company"),
        ("UPDATE tasks SET deal_id = %s WHERE id = '{task}'", "task", "deal"),
        ("UPDATE tasks SET contact_id = %s WHERE id = '{task}'", "task", "contact"),
        ("UPDATE tasks SET company_id = %s WHERE id = '{task}'", "task", "company"),
        (_NOTE.format(column="contact_id"), "activity", "contact"),
        (_NOTE.format(column="deal_id"), "activity", "deal"),
    ],
)  # fmt: skip
def test_what_is_hidden_and_what_never_was_get_the_same_answer(
    floor: Floor, ann: Desk, statement: str, label: str, ref: str
) -> None:
    filled = statement.format(
        contact=floor.contact("ann"), deal=floor.deal("ann"), task=floor.task("ann"), book=floor.book("ann"),
        me=floor.user("ann"),
    )  # fmt: skip
    hidden = {"company": floor.company, "contact": floor.contact, "deal": floor.deal}[ref]
    sentence = f"The {ref} that this {label} points to is not there."
    for target in (hidden("wim"), hidden("zed"), new_id()):
        assert refused(ann.connection, filled, target) == sentence
    ann.connection.execute(filled, (hidden("ann"),))


def test_a_call_is_logged_with_a_contact_whose_company_a_colleague_has(
    floor: Floor, ann: Desk, mia: Desk
) -> None:
    mia.connection.execute(
        "SELECT offhook.hand_over('companies', %s, %s)", (floor.company("ann"), floor.book("ben"))
    )
    assert (
        ann.connection.execute("SELECT id FROM companies WHERE id = %s", (floor.company("ann"),)).fetchall()
        == []
    )
    ann.do(LogActivity(table="contacts", record_id=floor.contact("ann"), kind="call"))


# --- the timeline


def test_nobody_changes_what_is_in_the_timeline(floor: Floor) -> None:
    for login in ("ann", "mia", "ada"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            floor.connect(login).execute("UPDATE activities SET body = 'x'")
    floor.database.superuser().execute("GRANT UPDATE ON activities TO offhook_admin")
    floor.database.superuser().execute(
        "CREATE POLICY change ON activities FOR UPDATE TO offhook_admin USING (true)"
    )
    said = refused(
        floor.connect("ada"), "UPDATE activities SET body = 'x' WHERE id = %s", floor.activity("ann")
    )
    assert said == "What is in the timeline stays as it is. Correct it by a revision."


def test_a_rep_speaks_for_nobody_else(floor: Floor, ann: Desk) -> None:
    said = refused(
        ann.connection,
        "INSERT INTO activities (id, book_id, kind, subject, body, occurred_at, direction, outcome, user_id, contact_id, data,"
        " retracted) VALUES (gen_random_uuid(), %s, 'note', '', 'x', now(), '', '', %s, %s, '{}', false)",
        floor.book("ann"),
        floor.user("ben"),
        floor.contact("ann"),
    )
    assert said == "An entry of the timeline is told by who writes it."


def revise(floor: Floor, entry: str, **values: str) -> str:
    """A statement that revises an entry, with some of its columns changed."""
    columns = (
        "book_id, kind, subject, body, occurred_at, duration_s, direction, outcome, user_id, contact_id, deal_id, company_id,"
        " data, retracted"
    )
    chosen = ", ".join(values.get(name, name) for name in columns.split(", "))
    return (
        f"INSERT INTO activities (id, revises, {columns}) SELECT gen_random_uuid(), id, {chosen} FROM activities"
        f" WHERE id = '{entry}'"
    )


def test_a_revision_is_about_the_same_and_of_the_latest(floor: Floor, ann: Desk) -> None:
    call = floor.activity("ann")
    same = "A revision is of the same kind, by the same person and about the same as its entry."
    other = floor.contact("ann", 1)
    assert refused(ann.connection, revise(floor, call, contact_id=f"'{other}'::uuid")) == same
    assert refused(ann.connection, revise(floor, call, kind="'note'")) == same
    assert refused(ann.connection, revise(floor, call, user_id=f"'{floor.user('ben')}'::uuid")) == same
    ann.do(EditActivity(activity_id=call, values={"body": "Better"}))
    assert (
        refused(ann.connection, revise(floor, call))
        == "That call was edited meanwhile. Look at it again first."
    )


def test_only_who_logged_it_and_managers_correct_an_entry(floor: Floor, ann: Desk, mia: Desk) -> None:
    log = LogActivity(table="contacts", record_id=floor.contact("ann"), kind="email", body="Hello")
    mia.do(log)
    said = refused(ann.connection, revise(floor, log.activity_id, body="'x'"))
    assert said == "That e-mail is Mia Moor’s; only they can change it."
    mia.do(RetractActivity(activity_id=floor.activity("ann")))


def test_the_history_that_offhook_writes_is_not_revised(floor: Floor, ann: Desk) -> None:
    move(floor, ann.connection, "Contacted")
    ann.do(
        MoveDeal(
            deal_id=floor.deal("ann"),
            stage_id=floor.stage("Qualified"),
            from_stage_id=floor.stage("Contacted"),
        )
    )
    [(entry,)] = ann.connection.execute("SELECT id FROM activities WHERE kind = 'stage_change'").fetchall()
    assert refused(ann.connection, revise(floor, str(entry))) == (
        "What offhook wrote by itself cannot be edited: it is the history."
    )


# --- what others need


def test_a_contact_in_open_deals_and_a_company_with_contacts_stay(floor: Floor, ann: Desk) -> None:
    gone = "UPDATE {} SET deleted_at = now() WHERE id = %s"
    assert refused(ann.connection, gone.format("contacts"), floor.contact("ann")) == (
        "Jörg Kunde Ann is still in open deals. Close or delete those deals first."
    )
    assert refused(ann.connection, gone.format("companies"), floor.company("ann")) == (
        "Ann Works has 1 contact and 1 open deal. Move or delete them first."
    )
    ann.connection.execute("UPDATE deals SET deleted_at = now()")
    ann.connection.execute("UPDATE contacts SET company_id = null")
    ann.connection.execute("UPDATE tasks SET deleted_at = now()")
    ann.do(DeleteCompany(company_id=floor.company("ann")))


def test_a_contact_needs_something_to_be_known_by(floor: Floor, ann: Desk) -> None:
    said = refused(
        ann.connection,
        "UPDATE contacts SET first_name = '', last_name = '', emails = '[]', phones = '[]' WHERE id = %s",
        floor.contact("ann"),
    )
    assert said == "A contact needs a name, an e-mail or a phone number."
    for odd in ('["a@b.example"]', '[{"label": "work"}]', '{"value": "x"}', '[{"value": 5}]'):
        statement = "UPDATE contacts SET emails = %s WHERE id = %s"
        assert refused(ann.connection, statement, odd, floor.contact("ann")) == (
            "A list, a day, a time or named values are not of their shape."
        )


def test_a_stage_with_deals_stays_and_means_what_it_means(floor: Floor, mia: Desk) -> None:
    new = floor.stage("New")
    assert refused(mia.connection, "UPDATE stages SET deleted_at = now() WHERE id = %s", new) == (
        "There are deals in New. Say which stage takes them."
    )
    assert refused(mia.connection, "UPDATE stages SET kind = 'lost' WHERE id = %s", new) == (
        "There are deals in New: what it means cannot change under them. Move them first."
    )
    said = refused(mia.connection, "UPDATE pipelines SET deleted_at = now() WHERE id = %s", floor.pipeline())
    assert said == "This is the only pipeline. Create another one first."
    mia.do(CreatePipeline(name="Partners"))
    said = refused(mia.connection, "UPDATE pipelines SET deleted_at = now() WHERE id = %s", floor.pipeline())
    assert said == "There are deals in Sales. Move them to another pipeline or delete them first."


def test_an_admin_empties_a_stage_and_deletes_it(floor: Floor) -> None:
    ada = Desk(floor, "ada")
    add = AddStage(pipeline_id=floor.pipeline(), name="Fresh", after_stage_id=floor.stage("New"))
    ada.do(add)
    delete = DeleteStage(stage_id=floor.stage("New"), reassign_to=add.stage_id)
    ada.do(delete)
    assert ada.get(Deal, floor.deal("ann")).stage_id == add.stage_id
    assert ada.get(Stage, floor.stage("New")).deleted_at is not None
    said = refused(
        floor.connect("ann"),
        "UPDATE deals SET stage_id = %s WHERE id = %s",
        floor.stage("New"),
        floor.deal("ann"),
    )
    assert said == "That stage is not there any more."
    ada.do(Undo(changeset_id=delete.id))


def test_pipelines_and_their_stages_are_shaped_by_commands_as_ever(floor: Floor, mia: Desk) -> None:
    create = CreatePipeline(name="Partners", copy_of=floor.pipeline())
    mia.do(create)
    first = mia.catalog.stages_of(create.pipeline_id)[0]
    statement = "UPDATE stages SET next_stage_ids = %s WHERE id = %s"
    for target in (floor.stage("Won"), first.id):
        assert refused(mia.connection, statement, json.dumps([target]), first.id) == (
            "A deal moves between different stages of one pipeline."
        )
    mia.do(EditStage(stage_id=first.id, values={"name": "Hello", "next_stage_ids": ()}))
    mia.do(DeletePipeline(pipeline_id=create.pipeline_id))


def test_a_custom_field_keeps_its_key_and_shares_it_with_no_other(floor: Floor, mia: Desk) -> None:
    define = DefineField(entity="contacts", label="Size", kind="number")
    mia.do(define)
    statement = (
        "INSERT INTO custom_fields (id, entity, key, label, kind, options, position)"
        " VALUES (gen_random_uuid(), 'contacts', 'size', 'Size', 'text', '[]', 'V')"
    )
    assert refused(mia.connection, statement) == "There is a field called Size already."
    said = refused(mia.connection, "UPDATE custom_fields SET kind = 'text' WHERE id = %s", define.field_id)
    assert said == "What a field means stays; define another one."


def test_a_task_is_somebodys_and_says_what_is_to_be_done(floor: Floor, ann: Desk) -> None:
    statement = "UPDATE tasks SET {} WHERE id = %s"
    assert (
        refused(ann.connection, statement.format("subject = ''"), floor.task("ann")) == "What is to be done?"
    )
    assert refused(ann.connection, statement.format("kind = 'party'"), floor.task("ann")) == (
        "A task is one of call, email, meeting, todo."
    )
    for nobody in (new_id(), floor.user("zed")):
        said = refused(ann.connection, statement.format(f"assignee_id = '{nobody}'"), floor.task("ann"))
        assert said == "That person is not there any more."


def test_a_book_with_records_stays_and_so_does_whose_it_is(floor: Floor) -> None:
    ada = floor.connect("ada")
    said = refused(ada, "UPDATE books SET deleted_at = now() WHERE id = %s", floor.book("East"))
    assert said == "There are records in East pool. Hand them over first."


def test_a_person_is_erased_though_deals_need_the_contact(floor: Floor) -> None:
    floor.connect("ada").execute("SELECT offhook.erase_person(%s)", (floor.contact("ann"),))
    [(name, body)] = (
        floor.database.superuser()
        .execute(
            "SELECT c.first_name, a.body FROM contacts c JOIN activities a ON a.contact_id = c.id"
            " WHERE c.id = %s AND a.id = %s",
            (floor.contact("ann"), floor.activity("ann")),
        )
        .fetchall()
    )
    assert (name, body) == ("", "")


def test_a_number_is_marked_as_bad_for_one_of_two_reasons(floor: Floor, ann: Desk) -> None:
    mark = "UPDATE contacts SET phones = %s::jsonb WHERE id = %s"
    number = {"value": "+4930123456", "label": "work"}
    for why in ("wrong number", "not in service"):
        ann.connection.execute(mark, (json.dumps([number, {**number, "bad": why}]), floor.contact("ann")))
    for why in ("boring", "", True, None):
        told = refused(ann.connection, mark, json.dumps([{**number, "bad": why}]), floor.contact("ann"))
        assert told == "A number is not dialled as a wrong number or not in service."
