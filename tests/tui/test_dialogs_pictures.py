"""What questions look like, on a wide, a normal and a narrow terminal, and in every theme."""

from __future__ import annotations

import datetime as dt

import pytest

from core.changes import FieldConflict
from core.workspace import Subject
from tui.dialogs.conflict import ConflictDialog
from tui.flows import activities, deals, pipelines, records
from tui.models.question import Question


@pytest.fixture
def picture(snap, make_app, settle, floor):
    """Compares what a flow asks on a quiet screen."""

    def compare(size, ask, then=(), *, theme="dark"):
        async def before(pilot):
            screen = pilot.app.screen
            screen.about = Subject("contacts", floor.uid("contact", 1))
            if ask is not None:
                screen.start(ask(screen))
            await settle(pilot)
            await pilot.press(*then)
            await settle(pilot)

        return snap(make_app(quiet=True, theme=theme), size, before=before, screen="QuietScreen")

    return compare


def conflict(floor):
    """A conflict about two fields, one of them long."""

    async def ask(screen):
        at = floor.NOW - dt.timedelta(minutes=3)
        long = "Call their lawyer about the second paragraph of the terms, which they do not like at all"
        deal = floor.uid("deal", 1)
        step = FieldConflict(
            "deals", deal, "next_step", "Agree on the price", "Send it", long, floor.COLLEAGUE, at
        )
        value = FieldConflict("deals", deal, "value_minor", 4_800_000, None, 5_500_000, floor.COLLEAGUE, at)
        question = Question(screen.desk, (step, value), currency="EUR")
        dialog = ConflictDialog(question, kept=("Closes", "Tags"))
        await screen.app.push_screen_wait(dialog)

    return ask


def test_picture_of_the_palette(picture, size):
    assert picture(size, None, ["ctrl+p"])


def test_picture_of_all_keys(picture, size):
    assert picture(size, None, ["question_mark"])


def test_picture_of_the_finder(picture, size):
    assert picture(size, None, ["slash", *"acme"])


def test_picture_of_a_picker_that_several_are_taken_from(picture, size, floor):
    assert picture(
        size, lambda s: records.tag(s, "contacts", [floor.uid("contact", 1)]), ["down", "down", "tab"]
    )


def test_picture_of_why_a_deal_is_lost(picture):
    assert picture((80, 24), lambda s: deals.ask_lost(s, "Donaudampfschifffahrt: zweiter Bauabschnitt"))


def test_picture_of_a_note(picture, size):
    assert picture(size, None, ["a", *"Wants two", "enter", *"robots."])


def test_picture_of_a_task(picture):
    assert picture((80, 24), None, ["t", *"Send the offer", "tab"])


def test_picture_of_a_form(picture, size, floor):
    assert picture(size, lambda s: records.edit(s, "contacts", floor.uid("contact", 1)))


def test_picture_of_a_form_with_mistakes(picture, size):
    typed = [*"Anna", "tab", *"Becker", "down", "down", "down", *"123", "tab", *"ann@", "ctrl+s"]
    assert picture(size, records.new_contact, typed)


def test_picture_of_a_form_that_was_nearly_lost(picture, floor):
    assert picture((80, 24), lambda s: records.edit(s, "deals", floor.uid("deal", 1)), ["x", "escape"])


def test_picture_of_a_dangerous_question(picture, size, floor):
    ids = [floor.uid("contact", n) for n in (14, 15)]
    assert picture(size, lambda s: records.delete(s, "contacts", ids))


def test_picture_of_a_conflict(picture, size, floor):
    assert picture(size, conflict(floor), ["t"])


def test_picture_of_the_pipeline_editor(picture, size):
    assert picture(
        size,
        lambda s: pipelines.edit_pipelines(s, s.desk.catalog.pipelines[0].id),
        ["j", "n", *"Demo", "enter"],
    )


@pytest.mark.parametrize("theme", ["light", "contrast", "safe", "mono"])
def test_picture_of_a_form_in_every_theme(picture, theme):
    typed = [*"Anna", "tab", *"Becker", "down", "down", "down", *"123", "ctrl+s"]
    assert picture((80, 24), records.new_contact, typed, theme=theme)


@pytest.mark.parametrize("theme", ["light", "contrast", "safe", "mono"])
def test_picture_of_a_picker_in_every_theme(picture, theme, floor):
    assert picture((80, 24), lambda s: records.tag(s, "contacts", [floor.uid("contact", 1)]), theme=theme)


def test_picture_of_an_edited_call(picture, workspace, floor):
    anna = Subject("contacts", floor.uid("contact", 1))
    entry = next(e for e in workspace.timeline(anna) if e.activity.outcome == "connected")
    assert picture((80, 24), lambda s: activities.edit_entry(s, entry))
