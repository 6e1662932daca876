"""What call mode looks like, on a wide, a normal and a narrow terminal."""

from __future__ import annotations

import pytest

from core.commands.calling_setup import SaveScript
from storage.solo import open_solo
from tests.tui.calls import GERMANS, SCRIPT, calls_to
from tui.flows.call_start import start_calling
from tui.screens.call import CallScreen


@pytest.fixture
def picture(snap, make_app, settle, wait_until, workspace_path, clock, floor):
    """Compares what is seen while calling through a list, once some keys were pressed."""

    def compare(size, keys=(), *, numbers=GERMANS, script=SCRIPT, theme="dark"):
        if script:
            workspace = open_solo(workspace_path, clock=clock)
            workspace.execute(SaveScript(values={"name": "Cold call", "body": script, "shared": True}))
            workspace.close()

        async def before(pilot):
            pilot.app.screen.start(start_calling(pilot.app.screen, calls_to(floor, *numbers)))
            await wait_until(pilot, lambda: isinstance(pilot.app.screen, CallScreen))
            await settle(pilot)
            for key in keys:
                await pilot.press(*([key] if isinstance(key, str) else key))
                await settle(pilot)

        return snap(make_app(quiet=True, theme=theme), size, before=before, screen="QuietScreen")

    return compare


def test_picture_of_somebody_to_call(picture, size):
    assert picture(size)


def test_picture_of_the_script_with_an_objection(picture, size):
    assert picture(size, ["s", "1"])


def test_picture_of_a_talk_with_notes(picture, size):
    assert picture(size, ["enter", [*"Wants two robots by June.", "enter", *"Budget is approved."]])


def test_picture_of_a_next_step(picture, size):
    assert picture(size, ["enter", "escape", "5", [*"fri 14:30 their time"]])


def test_picture_of_a_next_step_that_cannot_be_read(picture):
    assert picture((80, 24), ["w", [*"at 3"]])


def test_picture_of_a_saved_call(picture, size):
    assert picture(size, ["enter", "escape", "6", "enter"])


def test_picture_of_a_break(picture):
    assert picture((80, 24), ["p"])


def test_picture_of_the_end_of_a_block(picture, size):
    assert picture(size, ["1", "2", "q"])


def test_picture_of_nobody_to_call(picture, size):
    assert picture(size, numbers=(16, 18, 24))


def test_picture_of_a_name_without_letters_and_no_script(picture):
    assert picture((120, 40), numbers=(7,), script="")


def test_picture_of_going_on(picture):
    assert picture((80, 24), ["1", "q", "enter", "C"])


@pytest.mark.parametrize("theme", ["light", "mono", "contrast"])
def test_picture_in_other_themes(picture, theme):
    assert picture((80, 24), ["enter", "escape"], theme=theme)
