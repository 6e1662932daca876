"""The first start: one question; what cannot be opened: why, and what to do."""

from __future__ import annotations

import threading

import pytest
from textual.widgets import ProgressBar, Static

from core.errors import Refused, SignInRefused, Unavailable, Unreachable
from storage.solo import create_solo, open_solo
from tui.dialogs.signin import SignInDialog
from tui.screens.opening import ProblemScreen, UnreachableScreen
from tui.screens.welcome import WelcomeScreen
from tui.widgets.choices import Choices

SECRET = "correct-horse-9"
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
        self.joined = []

    def existing(self):
        return None

    def start_alone(self):
        if self.full:
            raise Unavailable("The disk is full. Free some space, then try again.")
        return create_solo(self.home / "own.db", self.first, store="file", clock=self.clock)

    def join(self, address, login, password, *, field=False):
        self.joined.append((address, login, field))
        if password != SECRET:
            raise SignInRefused("Login or password is wrong. Check mara's password, or ask your admin.")
        return open_solo(self.demo, clock=self.clock)

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


class Team:
    """A team's workspace that was joined before: its server may be away, or ask for another password."""

    def __init__(self, path, clock):
        self.path, self.clock = path, clock
        self.attempts = 0
        self.problem = Unreachable("crm.acme.example cannot be reached. Check the network (or the VPN).")

    def existing(self):
        self.attempts += 1
        if self.problem is not None:
            raise self.problem
        return open_solo(self.path, clock=self.clock)

    def sign_in(self, password):
        if password != SECRET:
            raise SignInRefused("Login or password is wrong.")
        return open_solo(self.path, clock=self.clock)


@pytest.fixture
def team(workspace_path, clock):
    return Team(workspace_path, clock)


def words_of(screen):
    return " ".join(str(one.render()) for one in screen.query(Static))


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


async def test_joining_a_team_asks_for_address_login_and_password(
    app, opener, wait_until, ready, caplog, capsys
):
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, wait_until)
        await pilot.press("3")
        await wait_until(pilot, lambda: isinstance(app.screen, SignInDialog) and app.screen.is_ready)
        await pilot.press("ctrl+s")
        assert app.screen.told == "Address is needed."
        await pilot.press(*"crm.acme.example/offhook", "enter", *"mara", "enter")
        # To work offline as well: a copy on this machine.
        await pilot.press("right", "enter", *"wrong", "enter")
        await wait_until(pilot, lambda: app.screen.told.startswith("Login or password is wrong."))
        dialog = app.screen
        typed = {name: line.value for name, line in dialog._lines.items()}
        assert typed == {
            "address": "crm.acme.example/offhook", "login": "mara", "copy": "yes", "password": "",
        }  # fmt: skip
        await wait_until(pilot, lambda: dialog.is_ready)
        await pilot.press(*SECRET)
        assert SECRET not in app.export_screenshot(), "it is masked"
        await pilot.press("enter")
        await ready(pilot)
        assert opener.joined == [("crm.acme.example/offhook", "mara", True)] * 2
        assert not any(SECRET in notice.message for notice in app._notifications)
    assert SECRET not in caplog.text + "".join(capsys.readouterr())


async def test_not_joining_goes_back_to_the_question(app, opener, wait_until, ready):
    async with app.run_test(size=(80, 24)) as pilot:
        await asked(pilot, wait_until)
        await pilot.press("3")
        await wait_until(pilot, lambda: isinstance(app.screen, SignInDialog) and app.screen.is_ready)
        await pilot.press("escape")
        await asked(pilot, wait_until)
        await pilot.press("2")
        await ready(pilot)


async def test_a_server_that_is_away_is_tried_again_by_itself_and_by_a_key(
    make_app, team, wait_until, ready, monkeypatch
):
    app = make_app(opener=team)
    monkeypatch.setattr("tui.beginning.RETRY_SECONDS", (0.05, 60.0))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, UnreachableScreen))
        assert "crm.acme.example cannot be reached" in words_of(app.screen)
        await wait_until(pilot, lambda: team.attempts == 2)
        await wait_until(pilot, lambda: "Trying again in 60 s" in words_of(app.screen))
        team.problem = None
        await pilot.press("r")
        await ready(pilot)
    assert team.attempts == 3


async def test_a_password_that_is_not_good_any_more_is_asked_for_again(make_app, team, wait_until, ready):
    team.problem = SignInRefused("Login or password is wrong. Check mara's password, or ask your admin.")
    app = make_app(opener=team)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, SignInDialog) and app.screen.is_ready)
        assert app.screen.told.startswith("Login or password is wrong.")
        await pilot.press(*"nope", "enter")
        await wait_until(pilot, lambda: app.screen.told == "Login or password is wrong.")
        await wait_until(pilot, lambda: app.screen.is_ready)
        await pilot.press(*SECRET, "enter")
        await ready(pilot)


async def test_a_server_that_is_newer_says_what_to_do(make_app, team, wait_until):
    team.problem = Refused("The server is newer than this offhook. Upgrade it, then open it again.")
    app = make_app(opener=team)
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, ProblemScreen))
        assert "Upgrade it" in words_of(app.screen)
    assert team.attempts == 1, "trying again would not help"


def test_a_server_that_is_away(snap, make_app, team, size, monkeypatch):
    monkeypatch.setattr("tui.beginning.RETRY_SECONDS", (60.0,))
    assert snap(make_app(opener=team), size, screen="UnreachableScreen")


def test_joining(snap, app, size, wait_until):
    async def join(pilot):
        await pilot.press("3")
        await wait_until(pilot, lambda: isinstance(app.screen, SignInDialog) and app.screen.is_ready)
        await pilot.press(*"crm.acme.example/offhook", "enter", *"mara", "enter", *"hidden")

    assert snap(app, size, before=join, screen="WelcomeScreen")


def test_the_question(snap, app, size):
    assert snap(app, size, screen="WelcomeScreen")


def test_a_problem(snap, make_app, size):
    assert snap(make_app(opener=Damaged()), size, screen="ProblemScreen")


@pytest.mark.parametrize("theme", ["light", "contrast", "safe", "mono"])
def test_the_question_in_other_themes(snap, make_app, opener, theme):
    assert snap(make_app(opener=opener, theme=theme), (80, 24), screen="WelcomeScreen")
