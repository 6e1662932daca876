"""How an organization shapes its calls: the outcomes and the scripts."""

from __future__ import annotations

import pytest

from core.calling.keys import RESERVED_KEYS
from core.calling.outcomes import DEFAULT_OUTCOMES
from core.commands.calling_setup import (
    DeleteScript,
    ReorderOutcome,
    ResetOutcome,
    SaveOutcome,
    SaveScript,
    outcome_values,
)
from core.commands.setup import SaveView
from core.entities import Outcome, Script
from core.errors import Invalid, NotFound, Refused
from core.ids import new_id


def wrong(who, command):
    with pytest.raises(Invalid) as refused:
        who.execute(command)
    return refused.value.fields


def names(who):
    return [outcome.name for outcome in who.catalog().call_outcomes]


# --- outcomes


def test_an_organization_that_never_touched_them_has_the_outcomes_that_offhook_comes_with(office):
    shown = office.catalog.call_outcomes
    assert [o.hotkey for o in shown] == [*"1234567890-mx"]
    assert office.catalog.outcomes == ()
    assert office.catalog.outcome("connected").hidden, "old calls keep their name"
    assert office.catalog.outcome("moonshot") is None


def test_what_offhook_comes_with_would_be_taken_from_anybody(office):
    """Every shipped outcome passes the checks that an edited one has to pass."""
    for outcome in DEFAULT_OUTCOMES:
        values = {f: getattr(outcome, f) for f in ("name", "hotkey", "line", "follow_up", "asks", "reasons", "move",
                                                    "task_kind", "number", "lead_status", "position")}  # fmt: skip
        assert outcome_values(values, office.catalog, outcome) == values


def test_an_outcome_is_changed_and_its_place_and_key_stay(office):
    office.max.run(SaveOutcome(key="busy", values={"name": "Engaged", "follow_up": " 2 Hours"}))
    busy = office.catalog.outcome("busy")
    assert (busy.name, busy.follow_up, busy.hotkey, busy.line) == ("Engaged", "2 hours", "3", "busy")
    assert names(office.eve).index("Engaged") == 2
    # The second edit is of the same row.
    office.ann.run(SaveOutcome(key="busy", values={"task": "Ring again"}, expected={"task": busy.task}))
    assert len(office.catalog.outcomes) == 1
    assert office.catalog.outcome("busy").task == "Ring again"


def test_saving_what_is_there_already_writes_nothing(office):
    done = office.ann.run(SaveOutcome(key="busy", values={"name": "Busy"}))
    assert done.changes == ()
    assert office.catalog.outcomes == ()


def test_an_outcome_of_ones_own_gets_a_key_of_its_name(office):
    office.ann.run(SaveOutcome(values={"name": "  Hung up! ", "hotkey": "z", "connected": True}))
    made = office.catalog.outcome("hung up")
    assert (made.name, made.line, made.hotkey) == ("Hung up!", "answered", "z")
    assert names(office.bob)[-1] == "Hung up!"
    assert wrong(office.ann, SaveOutcome(values={"name": "HUNG UP"})) == {
        "name": "There is an outcome Hung up! already."
    }
    assert wrong(office.ann, SaveOutcome(values={"name": "Connected"})) == {
        "name": "There is an outcome Connected, which is hidden. Bring that one back."
    }
    assert list(wrong(office.ann, SaveOutcome(values={"name": "!!"}))) == ["name"]
    assert list(wrong(office.ann, SaveOutcome(values={}))) == ["name"]


def test_a_hidden_outcome_is_not_offered_and_old_calls_keep_their_name(office):
    office.ann.run(SaveOutcome(key="not a fit", values={"hidden": True}))
    assert "Not a fit" not in names(office.bob)
    assert office.catalog.outcome("not a fit").name == "Not a fit"
    # Its key is free meanwhile; who wants it back gives it another one.
    office.ann.run(SaveOutcome(key="busy", values={"hotkey": "9"}))
    assert wrong(office.ann, SaveOutcome(key="not a fit", values={"hidden": False})) == {
        "hotkey": "“9” is the key of Busy. Take another one, or give that one another first."
    }
    office.ann.run(SaveOutcome(key="not a fit", values={"hidden": False, "hotkey": "f"}))
    assert "Not a fit" in names(office.bob)


def test_an_outcome_becomes_what_offhook_comes_with_again(office):
    office.ann.run(SaveOutcome(key="busy", values={"name": "Engaged", "hotkey": "b"}))
    office.ann.run(SaveOutcome(key="no answer", values={"hotkey": "3"}))
    assert list(wrong(office.ann, ResetOutcome(key="busy"))) == ["hotkey"], "its key went to another one"
    office.ann.run(ResetOutcome(key="no answer"))
    done = office.ann.run(ResetOutcome(key="busy"))
    assert office.catalog.outcome("busy") == next(o for o in DEFAULT_OUTCOMES if o.key == "busy")
    office.ann.undo(done)
    assert office.catalog.outcome("busy").name == "Engaged"
    office.ann.run(SaveOutcome(values={"name": "Hung up"}))
    with pytest.raises(Refused, match=r"Hung up is your own.*Hide it instead"):
        office.ann.execute(ResetOutcome(key="hung up"))


def test_of_two_that_were_stored_under_one_key_the_first_one_counts(office):
    first, second = sorted([new_id(), new_id()])
    offline = office.max.decide(SaveOutcome(key="busy", values={"name": "Second"}, outcome_id=second))
    office.ann.run(SaveOutcome(key="busy", values={"name": "First"}, outcome_id=first))
    office.max.apply(offline)
    assert len(office.store.live(Outcome)) == 2
    assert office.catalog.outcome("busy").name == "First"
    office.ann.run(ResetOutcome(key="busy"))
    assert office.catalog.outcome("busy").name == "Busy", "both are gone"


@pytest.mark.parametrize("key", sorted(RESERVED_KEYS))
def test_no_outcome_takes_a_key_of_call_mode_itself(office, key):
    said = wrong(office.ann, SaveOutcome(key="busy", values={"hotkey": key}))["hotkey"]
    assert said.startswith(f"“{key}” ")
    assert said.endswith("while you call. Take another key.")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"hotkey": "1"}, "hotkey"),
        ({"hotkey": "\u0301"}, "hotkey"),
        ({"hotkey": "ab"}, "hotkey"),
        ({"line": "exploded"}, "line"),
        ({"line": ""}, "line"),
        ({"asks": "money"}, "asks"),
        ({"asks": "reason"}, "reasons"),
        ({"asks": "reason", "reasons": ("x" * 61,)}, "reasons"),
        ({"number": "perhaps"}, "number"),
        ({"task_kind": "dance"}, "task_kind"),
        ({"follow_up": "soon"}, "follow_up"),
        ({"follow_up": "0 days"}, "follow_up"),
        ({"lead_status": "Asleep"}, "lead_status"),
        ({"move": new_id()}, "move"),
        ({"position": "0"}, "position"),
        ({"connected": "yes"}, "connected"),
    ],
)
def test_an_outcome_that_makes_no_sense_is_refused_at_its_field(office, values, field):
    assert list(wrong(office.ann, SaveOutcome(key="busy", values=values))) == [field]


def test_all_that_is_wrong_is_said_at_once(office):
    said = wrong(
        office.ann, SaveOutcome(key="busy", values={"name": "", "hotkey": "d", "follow_up": "never"})
    )
    assert list(said) == ["name", "follow_up", "hotkey"]


def test_values_are_kept_in_one_form(office):
    stage = office.stage("Qualified")
    office.ann.run(
        SaveOutcome(key="interested", values={"lead_status": "qualified", "move": stage.id, "hotkey": "ü"})
    )
    kept = office.catalog.outcome("interested")
    assert (kept.lead_status, kept.move, kept.hotkey) == ("Qualified", stage.id, "ü")


def test_outcomes_are_for_admins_and_managers_to_shape(office):
    for who in (office.bob, office.rex):
        with pytest.raises(Refused):
            who.execute(SaveOutcome(key="busy", values={"name": "x"}))
        with pytest.raises(Refused):
            who.execute(ResetOutcome(key="busy"))
    with pytest.raises(Refused, match="is not changed by editing it"):
        office.ann.execute(SaveOutcome(key="busy", values={"key": "other"}))
    with pytest.raises(NotFound, match="There is no outcome “moon”"):
        office.ann.execute(SaveOutcome(key="moon", values={"name": "x"}))


def test_two_who_change_one_outcome_do_not_overwrite_each_other(office):
    office.ann.run(SaveOutcome(key="busy", values={"name": "Engaged"}))
    late = SaveOutcome(key="busy", values={"name": "In use"}, expected={"name": "Busy"})
    answer = office.max.execute(late)
    assert not answer.applied
    assert [c.field for c in answer.conflicts] == ["name"]
    office.max.run(SaveOutcome(key="busy", values={"task": "Again"}, expected={"task": "Call again"}))
    assert office.catalog.outcome("busy").name == "Engaged"


# --- scripts


def script(who, **values):
    command = SaveScript(values={"name": "Opening", **values})
    who.run(command)
    return who.get(Script, command.new_script_id)


def test_a_script_is_ones_own_until_it_is_shared(office):
    held = script(office.bob, body="# Hello\n\n{first_name}")
    assert [s.name for s in office.bob.catalog().scripts] == ["Opening"]
    assert office.eve.catalog().scripts == ()
    office.bob.run(SaveScript(script_id=held.id, values={"shared": True}))
    assert [s.body for s in office.eve.catalog().scripts] == ["# Hello\n\n{first_name}"]
    office.bob.run(SaveScript(script_id=held.id, values={"shared": False}))
    assert office.eve.catalog().scripts == ()


def test_a_shared_script_is_changed_by_its_maker_a_manager_or_an_admin(office):
    held = script(office.bob, shared=True)
    with pytest.raises(Refused, match=r"Opening is Bob.*only they, a manager or an admin change it"):
        office.eve.execute(SaveScript(script_id=held.id, values={"body": "x"}))
    with pytest.raises(Refused, match="only they, a manager or an admin"):
        office.eve.execute(DeleteScript(script_id=held.id))
    office.max.run(SaveScript(script_id=held.id, values={"body": "By Max"}))
    with pytest.raises(Refused, match="only they can take it back"):
        office.max.execute(SaveScript(script_id=held.id, values={"shared": False}))
    done = office.max.run(DeleteScript(script_id=held.id))
    with pytest.raises(NotFound, match="That script is not there any more"):
        office.bob.execute(SaveScript(script_id=held.id, values={"body": "x"}))
    office.max.undo(done)
    assert office.eve.catalog().scripts[0].body == "By Max"
    with pytest.raises(Refused, match="read-only"):
        office.rex.execute(SaveScript(values={"name": "x"}))


def test_a_script_for_a_stage_is_for_its_pipeline(office):
    held = script(office.bob, stage_id=office.stage("Qualified").id)
    assert held.pipeline_id == office.pipeline_id
    assert wrong(office.bob, SaveScript(values={"name": "x", "stage_id": new_id()})) == {
        "stage_id": "That stage is not there any more."
    }
    assert list(wrong(office.bob, SaveScript(values={"name": "x", "pipeline_id": new_id()}))) == [
        "pipeline_id"
    ]
    # Without its pipeline it is for no stage either.
    office.bob.run(SaveScript(script_id=held.id, values={"pipeline_id": None}))
    kept = office.bob.get(Script, held.id)
    assert (kept.pipeline_id, kept.stage_id) == (None, None)


def test_a_shared_script_is_for_a_view_that_others_see(office):
    office.bob.run(SaveView(entity="contacts", name="Mine", query="owner:me"))
    view = next(v for v in office.bob.catalog().smart_views if v.name == "Mine")
    held = script(office.bob, view_id=view.id)
    assert wrong(office.bob, SaveScript(script_id=held.id, values={"shared": True})) == {
        "view_id": "The view Mine is yours alone. Share it first, or keep the script to yourself, too."
    }
    assert list(wrong(office.eve, SaveScript(values={"name": "x", "view_id": view.id}))) == ["view_id"]
    office.bob.run(SaveView(entity="contacts", name="Mine", query="owner:me", shared=True))
    office.bob.run(SaveScript(script_id=held.id, values={"shared": True}))


def test_a_script_has_a_name_and_a_place_behind_the_others(office):
    first, second = script(office.bob), script(office.bob, name="Closing")
    assert first.position < second.position
    assert wrong(office.bob, SaveScript(values={})) == {"name": "A script needs a name."}
    assert list(wrong(office.bob, SaveScript(script_id=first.id, values={"name": " "}))) == ["name"]


def test_an_edit_of_a_script_that_somebody_changed_meanwhile_waits(office):
    held = script(office.bob, shared=True, body="Hello")
    office.max.run(SaveScript(script_id=held.id, values={"body": "Good morning"}, expected={"body": "Hello"}))
    answer = office.bob.execute(
        SaveScript(script_id=held.id, values={"body": "Hi"}, expected={"body": "Hello"})
    )
    assert not answer.applied
    assert office.bob.get(Script, held.id).body == "Good morning"


def test_an_outcome_is_moved_among_those_that_are_offered(office):
    office.max.run(ReorderOutcome(key="busy", step=-2))
    assert names(office.eve)[:3] == ["Busy", "No answer", "Left voicemail"]
    office.max.run(ReorderOutcome(key="busy", step=1))
    assert names(office.eve)[:3] == ["No answer", "Busy", "Left voicemail"]
    # One that offhook comes with is the organization's own from then on; the others are as they were.
    assert [outcome.key for outcome in office.catalog.outcomes] == ["busy"]
    assert [outcome.key for outcome in office.catalog.all_outcomes][-1] == "connected", (
        "hidden ones are listed, too"
    )
    with pytest.raises(Refused, match="No answer is the first one already"):
        office.max.execute(ReorderOutcome(key="no answer", step=-1))
    with pytest.raises(Refused, match="Do not call is the last one already"):
        office.max.execute(ReorderOutcome(key="do not call", step=1))
    with pytest.raises(Refused, match="Connected is hidden"):
        office.max.execute(ReorderOutcome(key="connected", step=-1))
    with pytest.raises(Refused, match="role admin or manager"):
        office.eve.execute(ReorderOutcome(key="busy", step=1))
