"""What the database itself asks of outcomes, scripts, calling rules and what is new of tasks, in core's words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from core.commands.calling_rules import SaveCallingRule
from core.commands.calling_setup import SaveOutcome, SaveScript
from core.ids import new_id
from core.recurrence import RECURRENCES
from storage.postgres import audit
from tests.postgres.desk import Desk
from tests.postgres.floor import Floor
from tests.postgres.test_rules import refused


@pytest.fixture(scope="module")
def mia(shared_floor: Floor) -> Iterator[psycopg.Connection[Any]]:
    """A manager's connection, for all tests that leave nothing behind."""
    connection = shared_floor.connect("mia")
    yield connection
    connection.close()


OUTCOME = {
    "key": "hung up", "name": "Hung up", "hotkey": "h", "line": "answered", "connected": False, "follow_up": "", "task": "",
    "task_kind": "", "asks": "", "reasons": "[]", "lead_status": "", "move": "", "number": "", "do_not_call": False,
    "meeting": False, "stops": False, "hidden": False, "position": "V",
}  # fmt: skip
SCRIPT = {
    "name": "Opening", "body": "", "shared": True, "position": "V", "pipeline_id": None, "stage_id": None, "view_id": None,
}  # fmt: skip
RULE = {
    "region": "FR", "hours": "{}", "daily_cap": None, "gap_minutes": None, "attempts_cap": None, "notice": "", "source": "",
}  # fmt: skip


def adding(table: str, values: dict[str, Any]) -> tuple[Any, ...]:
    """The statement of somebody who writes a row by hand, and what is bound to it."""
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    return (
        f"INSERT INTO {table} (id, {names}) VALUES (gen_random_uuid(), {places})",
        *values.values(),
    )


def add(connection: psycopg.Connection[Any], table: str, values: dict[str, Any]) -> None:
    statement, *bound = adding(table, values)
    connection.execute(statement, bound)


@pytest.mark.parametrize(
    ("table", "values", "said"),
    [
        ("outcomes", {"key": ""}, "An outcome needs a key: what calls that end so are kept under."),
        ("outcomes", {"name": ""}, "An outcome needs a name."),
        ("outcomes", {"hotkey": " "}, "A key to press is one character that can be seen."),
        ("outcomes", {"hotkey": "ab"}, "Hotkey has 2 characters; the most is 1."),
        ("outcomes", {"line": "fell off"}, "What the line did is one of answered, no-answer,"),
        ("outcomes", {"follow_up": "soon"}, "Say when to follow up as in 30 min,"),
        ("outcomes", {"follow_up": "00 days"}, "Say when to follow up as in 30 min,"),
        ("outcomes", {"task_kind": "dance"}, "A task is one of call, email, meeting, todo."),
        ("outcomes", {"asks": "money"}, "An outcome asks for when, reason or referral, or for nothing."),
        ("outcomes", {"move": "onwards"}, "That stage is not there any more."),
        ("outcomes", {"number": "perhaps"}, "A number is marked wrong or dead, or not at all."),
        ("outcomes", {"reasons": "[1]"}, "A list, a day, a time or named values are not of their shape."),
        (
            "outcomes",
            {"key": "busy"},
            "Somebody changed the outcome Engaged meanwhile. Look at it again first.",
        ),
        ("scripts", {"name": ""}, "A script needs a name."),
        ("scripts", {"pipeline_id": new_id()}, "That pipeline is not there any more."),
        ("scripts", {"stage_id": new_id()}, "That stage is not there any more."),
        ("scripts", {"view_id": new_id()}, "The view that this script points to is not there."),
        ("calling_rules", {"region": "Alabama"}, "A region is * for everywhere, a country as in GB,"),
        ("calling_rules", {"region": "DE"}, "Somebody changed the calling rule for DE meanwhile."),
        ("calling_rules", {"hours": '{"mon": "8-21"}'}, "Say from when until when, as in 08:00-21:00;"),
        ("calling_rules", {"hours": '{"mon": "21:00-08:00"}'}, "Say from when until when,"),
        ("calling_rules", {"hours": '{"mon": 8}'}, "Say from when until when,"),
        ("calling_rules", {"hours": '{"mon": null}'}, "Say from when until when,"),
        (
            "calling_rules",
            {"hours": '{"someday": ""}'},
            "Hours are of mon, tue, wed, thu, fri, sat, sun or holiday.",
        ),
        ("calling_rules", {"daily_cap": 0}, "Calls in 24 hours: 1 to 1000,"),
        ("calling_rules", {"gap_minutes": -1}, "Minutes between two calls: 1 to 100000,"),
        ("calling_rules", {"attempts_cap": 1001}, "Unanswered calls: 1 to 1000,"),
    ],
)
def test_the_set_up_of_calls_makes_sense(
    shared_floor: Floor, mia: psycopg.Connection[Any], table: str, values: dict[str, Any], said: str
) -> None:
    rows: dict[str, dict[str, Any]] = {
        "outcomes": OUTCOME,
        "scripts": {**SCRIPT, "user_id": shared_floor.user("mia")},
        "calling_rules": RULE,
    }
    whole = rows[table]
    with mia.transaction(force_rollback=True):
        add(mia, table, whole)
    with mia.transaction(force_rollback=True):
        assert refused(mia, *adding(table, {**whole, **values})).startswith(said)


def test_hours_may_leave_out_lunch_and_reach_to_midnight(floor: Floor) -> None:
    hours = '{"mon": "08:00-12:00, 14:00-24:00", "sun": "", "holiday": ""}'
    add(floor.connect("mia"), "calling_rules", {**RULE, "hours": hours})


def test_a_script_is_for_what_all_who_see_it_see(floor: Floor) -> None:
    ann = floor.connect("ann")
    mine, hers = new_id(), new_id()
    view = (
        "INSERT INTO smart_views (id, entity, name, query, sort, shared, user_id, position)"
        " VALUES (%s, 'deals', 'Mine', '', '', false, my_user(), 'V')"
    )
    ann.execute(view, (mine,))
    floor.connect("mia").execute(view, (hers,))
    own = {**SCRIPT, "user_id": floor.user("ann"), "shared": False}
    said = refused(ann, *adding("scripts", {**own, "view_id": hers}))
    assert said == "The view that this script points to is not there."
    add(ann, "scripts", {**own, "view_id": mine})
    said = refused(ann, "UPDATE scripts SET shared = true WHERE view_id = %s", mine)
    assert said == "The view Mine is yours alone. Share it first, or keep the script to yourself, too."
    said = refused(ann, *adding("scripts", {**own, "stage_id": floor.stage("New")}))
    assert said == "New is a stage of another pipeline."


def test_a_shared_script_is_taken_back_by_its_maker_alone(floor: Floor) -> None:
    ann, mia = floor.connect("ann"), floor.connect("mia")
    add(ann, "scripts", {**SCRIPT, "name": "By Ann", "user_id": floor.user("ann")})
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        mia.execute("UPDATE scripts SET shared = false WHERE name = 'By Ann'")
    assert mia.execute("UPDATE scripts SET body = 'Better' WHERE name = 'By Ann'").rowcount == 1
    assert ann.execute("UPDATE scripts SET shared = false WHERE name = 'By Ann'").rowcount == 1


def test_the_history_of_a_script_is_told_to_who_sees_it(floor: Floor) -> None:
    ann = Desk(floor, "ann")
    write = SaveScript(values={"name": "By Ann", "shared": True})
    ann.do(write)
    ann.do(SaveScript(script_id=write.new_script_id, values={"body": "Hello"}))
    query = "SELECT count(*) FROM history('scripts', %s)"
    told = {
        login: floor.connect(login).execute(query, (write.new_script_id,)).fetchone()
        for login in ("ben", "mia", "zed")
    }
    assert told == {"ben": (2,), "mia": (2,), "zed": (0,)}
    ann.do(SaveScript(script_id=write.new_script_id, values={"shared": False}))
    assert floor.connect("mia").execute(query, (write.new_script_id,)).fetchone() == (0,)
    assert ann.connection.execute(query, (write.new_script_id,)).fetchone() == (3,)


def test_what_is_done_to_the_set_up_of_calls_is_in_the_audit(floor: Floor) -> None:
    save = SaveCallingRule(region="AT", values={"hours.sun": "", "daily_cap": 3})
    outcome = SaveOutcome(values={"name": "Hung up"})
    for command in (save, outcome):
        Desk(floor, "mia").do(command)
    Desk(floor, "mia").do(SaveCallingRule(region="AT", values={"daily_cap": 9}))
    ada = floor.connect("ada")
    made, changed = sorted(
        audit.entries(ada, table="calling_rules", row_id=save.rule_id), key=lambda entry: entry.seq
    )
    assert (made.login, made.op, changed.diff) == ("mia", "insert", {"daily_cap": [3, 9]})
    assert [e.op for e in audit.entries(ada, table="outcomes", row_id=outcome.outcome_id)] == ["insert"]


def test_an_outcome_and_a_rule_stay_what_they_are_known_by(floor: Floor) -> None:
    for table, column in (("outcomes", "key"), ("calling_rules", "region")):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            floor.connect("ada").execute(f"UPDATE {table} SET {column} = 'GB'")


def test_a_task_matters_more_or_less_and_comes_again(floor: Floor) -> None:
    ann = floor.connect("ann")
    statement = "UPDATE tasks SET {} WHERE id = %s"
    said = refused(ann, statement.format("priority = 'huge'"), floor.task("ann"))
    assert said == "A priority is high or low, or empty for neither."
    said = refused(ann, statement.format("recurrence = 'sometimes'"), floor.task("ann"))
    assert said.startswith("A task returns every day, every weekday, every week,")
    for often in RECURRENCES:
        ann.execute(statement.format("priority = 'high', recurrence = %s"), (often, floor.task("ann")))
