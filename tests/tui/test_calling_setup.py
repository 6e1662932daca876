"""What sales people shape themselves, in the application: how calls end, what is said, and when who may be called."""

from __future__ import annotations

import json

import pytest
from textual.widgets import Static

from core.commands.calling_setup import SaveScript
from core.workspace import Subject
from storage import load
from storage.solo import open_solo
from tests.tui.calls import GERMANS, begin, calls_to, name
from tui.dialogs.calling_rules import RuleEditor
from tui.dialogs.conflict import ConflictDialog
from tui.dialogs.form import Form
from tui.dialogs.outcomes import OutcomeEditor
from tui.dialogs.script_editor import ScriptEditor
from tui.dialogs.scripts import ScriptList
from tui.flows import calling_setup as setup
from tui.widgets.row import Row

SIZE = (120, 40)


@pytest.fixture
def picture(snap, make_app, settle):
    """Compares what a flow shows on a quiet screen after some keys."""

    def compare(size, flow, then=()):
        async def before(pilot):
            pilot.app.screen.start(flow(pilot.app.screen))
            await settle(pilot)
            await pilot.press(*then)
            await settle(pilot)

        return snap(make_app(quiet=True), size, before=before, screen="QuietScreen")

    return compare


# --- outcomes -----------------------------------------------------------------------------------------------------


def test_picture_of_the_outcomes(picture, size):
    assert picture(size, setup.edit_outcomes, ["j", "j", "J"])


def test_picture_of_an_outcome(picture):
    assert picture((80, 24), setup.edit_outcomes, [*"jjjjj", "e", "tab", "tab", "tab", "tab"])


# --- calling rules ------------------------------------------------------------------------------------------------


def test_picture_of_the_rules(picture, size):
    assert picture(size, setup.edit_rules, ["j", "j"])


@pytest.mark.parametrize("size", [(80, 24), (40, 30)], ids=["normal", "narrow"])
def test_picture_of_what_holds_somewhere(picture, size):
    assert picture(size, setup.edit_rules, ["slash", *"us-ri"])


def test_picture_of_a_rule(picture):
    assert picture((80, 24), setup.edit_rules, ["n", *"us-al", "enter"])


# --- scripts ------------------------------------------------------------------------------------------------------


def test_picture_of_a_script_being_written(picture, size):
    typed = ["n", *"Cold", "tab", "right", "tab", "tab"]
    assert picture(size, setup.edit_scripts, [*typed, "pagedown", "up", "up", "end", *" I do."])


def test_picture_of_a_script_as_it_reads(picture):
    assert picture((80, 24), setup.edit_scripts, ["n", *"Cold", "f2", "1"])


# --- what they rely on --------------------------------------------------------------------------------------------


@pytest.fixture
def as_jonas(workspace_path, clock, floor):
    """The application is opened by Jonas, a rep."""
    opener = open_solo(workspace_path, clock=clock)
    with opener.database.write() as connection:
        load.write_meta(connection, "user_id", floor.COLLEAGUE)
    opener.close()


def told(app):
    """What the dialog in front says below its list."""
    return str(app.screen.query_one(".dialog--said", Static).render())


def outcomes(workspace):
    return [(one.hotkey, one.name) for one in workspace.catalog().call_outcomes]


def pane(view):
    """What a script says, line by line."""
    return "\n".join("".join(span.text for span in line) for line in view._laid_out().lines)


def verdict(app):
    """What is said to hold at the place that is typed."""
    return str(app.screen.query_one(".setup--verdict", Static).render())


def shown(app):
    """The list in front."""
    return [option.label for option in app.screen.choices._options]


async def open_from_palette(pilot, settle, *words):
    await pilot.press("ctrl+p", *words, "enter")
    await settle(pilot)


async def test_an_outcome_is_made_and_can_be_logged_at_once(app, ready, settle, wait_until, workspace, floor):
    """From call mode, and without leaving it: five keys and the text."""
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("ctrl+o", "n", *"Gatekeeper", "tab", "k", "tab", "tab", "tab", *"2 hours")
        await settle(pilot)
        notice = str(pilot.app.screen.query_one(".dialog--notice", Static).render())
        assert notice == "→ “Gatekeeper” in 2 hours", "what is typed is read back in words"
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert told(pilot.app) == "Made the outcome Gatekeeper · u undoes"
        await pilot.press("escape")
        await settle(pilot)
        assert pilot.app.screen is screen
        await pilot.press("k")
        assert name(screen) == "Jörg Müller", "nobody was reached, so the next one is up"
        await settle(pilot)
    call = workspace.timeline(Subject("contacts", floor.uid("contact", 1)), kinds=("call",), limit=1)[0]
    assert call.activity.outcome == "gatekeeper"


async def test_outcomes_are_ordered_hidden_changed_and_made_what_they_were(
    make_app, ready, settle, start, workspace
):
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, "QuietScreen")
        await start(pilot, setup.edit_outcomes(screen))
        await pilot.press("J")
        await settle(pilot)
        assert outcomes(workspace)[:2] == [("2", "Left voicemail"), ("1", "No answer")]
        await pilot.press("u")
        await settle(pilot)
        assert outcomes(workspace)[0] == ("1", "No answer")
        await pilot.press("j", "j", "x")
        await settle(pilot)
        assert ("3", "Busy") not in outcomes(workspace)
        assert told(app) == "Hid the outcome Busy · u undoes"
        assert app.screen.choices.current.label == "Busy", (
            "it is among the hidden ones, and under the cursor still"
        )
        await pilot.press("x", "e", *"!", "ctrl+s")
        await settle(pilot)
        assert ("3", "Busy!") in outcomes(workspace)
        await pilot.press("R")
        await settle(pilot)
        assert outcomes(workspace)[2] == ("3", "Busy")
        assert workspace.catalog().outcomes == ()


async def test_what_is_wrong_with_an_outcome_is_said_at_its_field_and_nothing_is_lost(
    make_app, ready, settle, start, workspace
):
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, "QuietScreen")
        await start(pilot, setup.edit_outcomes(screen))
        await pilot.press("n", *"Later", "tab", "1", "tab", "tab", "tab", *"sometime", "ctrl+s")
        await settle(pilot)
        form = app.screen
        assert isinstance(form, Form)
        wrong = {row._label: row.error for row in form.query(Row) if row.error}
        assert wrong == {
            "Key": "“1” is the key of No answer. Take another one, or give that one another first.",
            "Next task in": "“sometime” is no time span. Try 30 min, 1 business day, 2 weeks or 3 months.",
        }
        assert form._typed()["name"] == "Later"


@pytest.mark.parametrize(
    ("flow", "keys", "words"),
    [
        (setup.edit_outcomes, "e", "You can look at the outcomes. That needs the role admin or manager; yours is rep."),
        (setup.edit_outcomes, "x", "That needs the role admin or manager; yours is rep."),
        (setup.edit_outcomes, "J", "That needs the role admin or manager; yours is rep."),
        (setup.edit_rules, "n", "You can look at the rules. That needs the role admin or manager; yours is rep."),
    ],
)  # fmt: skip
async def test_a_rep_looks_and_is_told_why_they_cannot_change(
    as_jonas, make_app, ready, settle, start, flow, keys, words
):
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, "QuietScreen")
        await start(pilot, flow(screen))
        dialog = app.screen
        await pilot.press(keys)
        await settle(pilot)
        assert app.screen is dialog
        assert told(app) == f"✗ {words}"


async def test_a_script_is_written_and_read_on_the_next_call(
    app, ready, settle, wait_until, workspace, floor
):
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        screen = await begin(pilot, settle, wait_until, calls_to(floor, *GERMANS))
        await pilot.press("s", "e", *"Cold", "tab", "tab", "right", "tab", "f7")
        await settle(pilot)
        await pilot.press(*"Hello {title}", "ctrl+s")
        await settle(pilot)
        assert pilot.app.screen is screen
        assert "Hello Head of Operations" in pane(screen.script), "as it reads to who is up"
        # It is changed from there as well.
        await pilot.press("e", "end", *"?", "ctrl+s")
        await settle(pilot)
        assert "Hello Head of Operations?" in pane(screen.script)
    script = workspace.catalog().scripts[0]
    assert (script.name, script.body, script.shared) == ("Cold", "Hello {title}?", True)


async def test_a_script_that_was_being_written_survives_a_crash(
    make_app, ready, settle, start, workspace, wait_until
):
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, "QuietScreen")
        await start(pilot, setup.edit_scripts(screen))
        await pilot.press("n", *"Cold", "f2", "f2", *"Hm. ")
        await settle(pilot)
        await app.desk.drafts.settled()
        kept = workspace.drafts("prompt:script:")["prompt:script:new"]
        # The process ends here; nobody left the editor or saved.
    again = make_app(quiet=True)
    async with again.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, "QuietScreen")
        await start(pilot, setup.edit_scripts(screen))
        await pilot.press("n")
        await settle(pilot)
        assert json.loads(kept)["typed"] == again.screen._typed
        assert again.screen._typed["name"] == "Cold"
        assert again.screen._typed["body"].startswith("Hm. Hi {first_name|there}")
        assert told(again) == "What you had typed is here again."
        await pilot.press("ctrl+s")
        await settle(pilot)
        await again.desk.drafts.settled()
        assert [one.name for one in workspace.catalog().scripts] == ["Cold"]
        assert workspace.drafts("prompt:script:") == {}


async def test_leaving_a_script_asks_once_before_it_drops_what_was_typed(
    make_app, ready, settle, start, workspace
):
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, "QuietScreen")
        await start(pilot, setup.edit_scripts(screen))
        await pilot.press("n", *"Cold", "escape")
        await settle(pilot)
        assert isinstance(app.screen, ScriptEditor)
        assert told(app) == "✗ Not saved yet: ctrl+s saves, leaving again drops it."
        await pilot.press("escape")
        await settle(pilot)
        await app.desk.drafts.settled()
        assert isinstance(app.screen, ScriptList)
        assert workspace.drafts("prompt:script:") == {}


async def test_two_who_write_one_script_are_asked_whose_stands(
    make_app, ready, settle, start, workspace, colleague, wait_until
):
    jonas = SaveScript(values={"name": "Cold", "body": "Hello.", "shared": True})
    assert colleague.execute(jonas).applied
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, "QuietScreen")
        await start(pilot, setup.edit_scripts(screen))
        await pilot.press("e", *"Mine. ")
        values = {"body": "Hello, theirs.", "name": "Cold call"}
        assert colleague.execute(SaveScript(script_id=jonas.new_script_id, values=values)).applied
        notice = app.screen.query_one(".dialog--notice", Static)
        await wait_until(pilot, lambda: notice.display)
        assert str(notice.render()).startswith("Jonas Weber changed Name & Text just now.")
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert isinstance(app.screen, ConflictDialog)
        await pilot.press("m", "enter")
        await settle(pilot)
    script = workspace.catalog().scripts[0]
    assert (script.body, script.name) == ("Mine. Hello.", "Cold call"), "what only they changed stands, too"


async def test_scripts_are_copied_shared_and_deleted_and_undo_brings_them_back(
    make_app, ready, settle, start, workspace
):
    first = SaveScript(values={"name": "Cold", "body": "Hello.", "shared": True})
    assert workspace.execute(first).applied
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, "QuietScreen")
        await start(pilot, setup.edit_scripts(screen))
        await pilot.press("d")
        await settle(pilot)
        assert {one.name: one.shared for one in workspace.catalog().scripts} == {
            "Cold": True,
            "Cold (copy)": False,
        }
        assert app.screen.choices.current.label == "Cold (copy)"
        await pilot.press("S")
        await settle(pilot)
        assert all(one.shared for one in workspace.catalog().scripts)
        await pilot.press("D", "y")
        await settle(pilot)
        assert [one.name for one in workspace.catalog().scripts] == ["Cold"]
        await pilot.press("u")
        await settle(pilot)
        assert len(workspace.catalog().scripts) == 2


async def test_anothers_script_is_read_and_not_changed(workspace, as_jonas, make_app, ready, settle, start):
    assert workspace.execute(SaveScript(values={"name": "Hers", "body": "Hello.", "shared": True})).applied
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, "QuietScreen")
        await start(pilot, setup.edit_scripts(screen))
        await pilot.press("e", "x", "ctrl+s")
        await settle(pilot)
        assert app.screen._body.text == "Hello."
        assert told(app).startswith("✗ Hers is Mara Lindqvist’s; only they, a manager or an admin change it.")


async def test_what_holds_in_a_place_follows_a_rule_that_was_just_made(
    make_app, ready, settle, start, workspace
):
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, "QuietScreen")
        await start(pilot, setup.edit_rules(screen))
        await pilot.press("slash", *"germany")
        assert verdict(app).startswith("✓ Germany: they may be called now (Wed 10:30 there).")
        assert shown(app) == ["  Everywhere", "As offhook comes with them", "  Germany"]
        await pilot.press("enter", "n", *"DE", "enter", *"mon-fri 14-18", "ctrl+s")
        await settle(pilot)
        assert verdict(app).startswith("✗ Too early in Germany: 10:30 there. From 14:00.")
        assert shown(app) == ["  Everywhere", "Your own", "● Germany"]
        rule = workspace.catalog().calling_rules[0]
        assert (rule.region, rule.hours["fri"], "sat" in rule.hours) == ("DE", "14:00-18:00", False)
        await pilot.press("j", "R")
        await settle(pilot)
        assert verdict(app).startswith("✓ Germany")
        assert workspace.catalog().calling_rules == ()
        # Escape goes from the place to all rules, and only then away.
        await pilot.press("escape")
        assert isinstance(app.screen, RuleEditor)
        assert len(shown(app)) > 40
        await pilot.press("slash", *"miami")
        assert verdict(app) == "“miami” is no place that rules know. Type a state, a country or a number."


async def test_limits_everywhere_are_changed_in_one_place(make_app, ready, settle, start, workspace):
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        screen = await ready(pilot, "QuietScreen")
        await start(pilot, setup.edit_rules(screen))
        await pilot.press("e", "tab", "tab", "backspace", "backspace", *"90", "tab", "6", "ctrl+s")
        await settle(pilot)
        rule = workspace.catalog().calling_rules[0]
        assert (rule.region, rule.gap_minutes, rule.attempts_cap) == ("*", 90, 6)
        await pilot.press("u")
        await settle(pilot)
        assert workspace.catalog().calling_rules == ()


async def test_the_palette_opens_what_is_set_up(make_app, ready, settle):
    app = make_app(quiet=True)
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot, "QuietScreen")
        for words, kind in (("outc", OutcomeEditor), ("scri", ScriptList), ("rules", RuleEditor)):
            await open_from_palette(pilot, settle, *words)
            assert isinstance(app.screen, kind)
            await pilot.press("escape")
            await settle(pilot)
