"""The first start: one question; what cannot be opened: why, and what to do."""

from __future__ import annotations

import threading

import pytest
from textual.widgets import ProgressBar, Static

from core.errors import Unavailable
from storage.solo import create_solo, open_solo
from tui.screens.opening import ProblemScreen
from tui.screens.welcome import WelcomeScreen
from tui.widgets.choices import Choices

DAMAGED = (
    "/home/mara/.local/share/offhook/workspace.db cannot be read: the key does not fit, or the file is damaged or no"
    " workspace at all. Nothing was changed. Check the key with `offhook doctor`, or bring a backup back with"
    " `offhook restore`."
)


class FirstStart:
    """An opener where there is nothing yet; the demo is this test's sales floor."""

    def __init__(self, demo, home, first, clock):
        self.demo, self.home, self.first, self.clock = demo, home, first, clock
        self.step = threading.Event()
        self.stopped = threading.Event()
        self.full = False

    def existing(self):
        return None

    def start_alone(self):
        if self.full:
            raise Unavailable("The disk is full. Free some space, then try again.")
        return create_solo(self.home / "own.db", self.first, store="file", clock=self.clock)

    def start_demo(self, progress):
        try:
            progress(0.4, "Making contacts: 4,000 of 10,000")
            self.step.wait(10)
            progress(0.9, "Making deals")
        except BaseException:
            self.stopped.set()
            raise
        return open_solo(self.demo, clock=self.clock)


class Damaged:
    def existing(self):
        raise Unavailable(DAMAGED)


@pytest.fixture
def opener(workspace_path, tmp_path, clock):
    from core.defaults import founding

    first = founding(
        organization="My business",
        user="Me",
        currency="EUR",
        country="DE",
        time_zone="Europe/Berlin",
        now=clock(),
    )
    return FirstStart(workspace_path, tmp_path / "own", first, clock)


@pytest.fixture
def app(make_app, opener):
    return make_app(opener=opener)


def hint(app):
    return str(app.screen.query_one("#welcome-hint", Static).render())


async def asked(pilot, wait_until):
    await wait_until(pilot, lambda: isinstance(pilot.app.screen, WelcomeScreen))


async def test_the_demo_is_one_key_and_shows_how_far_it_is(app, opener, wait_until, ready):
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, wait_until)
        await pilot.press("1")
        await wait_until(pilot, lambda: hint(app) == "Making contacts: 4,000 of 10,000")
        bar = app.screen.query_one(ProgressBar)
        assert (bar.display, bar.progress) == (True, 0.4)
        await pilot.press("2", "enter")  # it is on its way: nothing else begins
        opener.step.set()
        await ready(pilot)
        assert app.desk.config.demo
        assert not (opener.home / "own.db").exists()


async def test_starting_alone_says_where_the_key_lies_once(app, opener, wait_until, ready):
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, wait_until)
        await pilot.press("j", "enter")
        await ready(pilot)
        assert app.desk.catalog.me.name == "Me"
        notes = app.desk.workspace.health().notes
        assert [n.message for n in app._notifications] == ["\n".join(notes)]
    again = open_solo(opener.home / "own.db", clock=opener.clock)
    again.close()


async def test_what_fails_is_said_and_can_be_tried_again(app, opener, wait_until, ready):
    opener.full = True
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, wait_until)
        await pilot.press("2")
        await wait_until(pilot, lambda: hint(app).startswith("✗"))
        assert hint(app) == "✗ The disk is full. Free some space, then try again."
        opener.full = False
        await pilot.click(Choices, offset=(5, 1))
        await ready(pilot)


@pytest.mark.parametrize("key", ["q", "escape", "ctrl+c"])
async def test_leaving_makes_nothing(app, opener, wait_until, key):
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, wait_until)
        await pilot.press(key)
    assert app.return_value == 0
    assert not opener.home.exists()


async def test_leaving_stops_what_is_being_made(app, opener, wait_until):
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, wait_until)
        await pilot.press("1")
        await wait_until(pilot, lambda: hint(app).startswith("Making contacts"))
        await pilot.press("q")
    opener.step.set()
    assert opener.stopped.wait(10)


async def test_a_workspace_that_cannot_be_opened_says_why(make_app, wait_until):
    app = make_app(opener=Damaged())
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, ProblemScreen))
        words = " ".join(str(one.render()) for one in app.screen.query(Static))
        assert "`offhook restore`" in words
        await pilot.press("u", "g", "slash", "t")  # there is nothing to undo, to go to, to find or to do
        assert isinstance(app.screen, ProblemScreen)
        await pilot.press("q")
    assert app.return_value == 0


def test_the_question(snap, app, size):
    assert snap(app, size, screen="WelcomeScreen")


def test_a_problem(snap, make_app, size):
    assert snap(make_app(opener=Damaged()), size, screen="ProblemScreen")


@pytest.mark.parametrize("theme", ["light", "contrast", "safe", "mono"])
def test_the_question_in_other_themes(snap, make_app, opener, theme):
    assert snap(make_app(opener=opener, theme=theme), (80, 24), screen="WelcomeScreen")
