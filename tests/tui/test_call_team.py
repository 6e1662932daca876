"""Call mode on a team's server: two reps and one list, a network that goes away, and nothing that was typed is lost."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from core.changes import Answer, Changeset
from core.commands.base import Command, insert
from core.commands.calls import LogCall
from core.commands.contacts import CreateContact, EditContact
from core.commands.records import Claim
from core.entities import Contact
from core.workspace import Subject, Workspace
from storage.postgres.direct import open_direct
from storage.postgres.install import as_owner, insert_rows
from storage.postgres.profile import Profile
from sync.opening import open_field
from sync.standing import State
from tests.postgres import conftest as on_postgres
from tests.postgres.floor import START, Floor, made_id, password_of
from tests.proxy import Proxy
from tests.server import Cluster, clone, template
from tests.tui.calls import card, texts
from tests.waiting import eventually
from tests.workspace.office import Clock
from tui.app import OffhookApp
from tui.config import Config
from tui.flows.call_start import start_calling
from tui.models.call import CallList
from tui.screens.call import CallScreen

TEAM_MODES = ("direct", "field")
LEADS = 24
QUERY = "tag:fair"


# --- the floor ------------------------------------------------------------------------------------------------------


def lead(number: int) -> str:
    """The id of a lead in the pool that both reps call."""
    return made_id("contacts", "fair", str(number))


def _fill(operator: Any) -> None:
    on_postgres._fill(operator)
    changes = tuple(
        insert(
            Contact,
            lead(n),
            {
                "book_id": made_id("book", "East"),
                "first_name": f"Lead {n:02}",
                "last_name": "Fair",
                "phones": ({"value": f"+49301234{n:04}", "label": "work"},),
                "lead_status": "New",
                "tags": ("fair",),
            },
        )
        for n in range(LEADS)
    )
    with as_owner(operator):
        leads = Changeset(
            made_id("filling", "fair"), made_id("org", "Nordlicht"), made_id("user", "mia"), START, "import", "Filled",
            changes,
        )  # fmt: skip
        insert_rows(operator, leads)


@pytest.fixture(scope="session")
def floor_template(cluster: Cluster) -> str:
    """The sales floor with a pool full of leads."""
    return template(cluster, "calling_floor", _fill)


@pytest.fixture
def floor(cluster: Cluster, floor_template: str) -> Iterator[Floor]:
    with clone(cluster, floor_template) as database:
        yield Floor(database)


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[Proxy]:
    """The network between the reps that ask for it and the server."""
    with contextlib.closing(Proxy((cluster.host, cluster.port))) as one:
        one.start()
        yield one


class Opener:
    """Hands the application a workspace that is open already."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def existing(self) -> Workspace:
        return self.workspace


@dataclass
class Rep:
    """Somebody with a workspace open, and an application on it."""

    workspace: Any
    clock: Clock

    def app(self, **settings: Any) -> OffhookApp:
        config = Config(clock=self.clock, reminders=False, debounce=0, **settings)
        app = OffhookApp(Opener(self.workspace), config)
        app.animation_level = "none"
        return app

    @property
    def online(self) -> bool:
        return str(self.workspace.health().line) == "● live"


@pytest.fixture
def log_in(floor: Floor, tmp_path: Path) -> Iterator[Callable[..., Rep]]:
    """`log_in("ann", "field", proxy)`: opens the workspace of one of the floor's people."""
    opened: list[Rep] = []

    def log_in(login: str, mode: str = "direct", proxy: Proxy | None = None) -> Rep:
        clock, cluster = Clock(), floor.database.cluster
        profile = Profile(cluster.host, proxy.port if proxy else cluster.port, floor.database.name, login)
        if mode == "direct":
            rep = Rep(
                open_direct(profile, password_of(login), patience=0.5, store="file", clock=clock), clock
            )
        else:
            folder = tmp_path / login
            folder.mkdir()
            workspace = open_field(profile, password_of(login), folder=folder, store="file", clock=clock)
            rep = Rep(workspace, clock)
            eventually(lambda: workspace.standing.state is State.LIVE, seconds=60)
        opened.append(rep)
        return rep

    yield log_in
    for rep in opened:
        rep.workspace.close()


@contextlib.asynccontextmanager
async def calling(
    rep: Rep, wait_until: Any, *numbers: int, **settings: Any
) -> AsyncIterator[tuple[Any, CallScreen]]:
    """A rep who calls through the pool, or through some leads of it by their numbers: somebody is up."""
    app = rep.app(**settings)
    async with app.run_test(size=(120, 40)) as pilot:
        await wait_until(pilot, lambda: type(app.screen).__name__ == "PipelineScreen")
        if numbers:
            calls = CallList("Fair", [lead(n) for n in numbers])
            app.screen.start(start_calling(app.screen, calls))
        else:
            await pilot.press("g", "c")
            await wait_until(pilot, lambda: type(app.screen).__name__ == "ContactsScreen")
            await pilot.press("slash", *QUERY)
            await wait_until(pilot, lambda: app.screen._query.text == QUERY)
            await pilot.press("down", "C")
        await wait_until(pilot, lambda: isinstance(app.screen, CallScreen) and app.screen.session.current)
        yield pilot, app.screen


def up(screen: CallScreen) -> str:
    current = screen.session.current
    return current.callee.id if current is not None else ""


def ahead(screen: CallScreen) -> str:
    call = screen.session.ahead
    return call.callee.id if call is not None else ""


def calls_to(rep: Rep, number: int) -> list[tuple[str, str]]:
    """The calls to a lead as a rep sees them: (outcome, note), the newest first."""
    return texts(rep.workspace.timeline(Subject("contacts", lead(number)), kinds=("call",)))


def kept_notes(rep: Rep, number: int) -> str:
    key = f"note:contacts:{lead(number)}"
    return str(rep.workspace.drafts(key).get(key, ""))


# --- one list, two reps ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", TEAM_MODES)
async def test_two_reps_call_through_one_pool_and_nobody_is_called_twice(mode, log_in, wait_until, floor):
    ann, ben = log_in("ann", mode), log_in("ben", mode)
    called: list[str] = []
    async with calling(ann, wait_until) as (anns, one), calling(ben, wait_until) as (bens, other):
        for step in range(10):
            for pilot, screen in ((anns, one), (bens, other)):
                await wait_until(pilot, lambda screen=screen: up(screen) and ahead(screen))
            both = [up(one), up(other), ahead(one), ahead(other)]
            assert len(set(both)) == 4, f"step {step}: who is up and who is next is held for one rep alone"
            called += both[:2]
            await anns.press("1")
            await bens.press("1")
        await wait_until(anns, lambda: not one.desk.unsettled)
        await wait_until(bens, lambda: not other.desk.unsettled)
    assert len(set(called)) == 20
    mia = log_in("mia")
    eventually(lambda: sum(len(calls_to(mia, n)) for n in range(LEADS)) == 20)
    assert max(len(calls_to(mia, n)) for n in range(LEADS)) == 1


@pytest.mark.parametrize("mode", TEAM_MODES)
async def test_who_was_called_is_not_free_before_the_team_knows_of_the_call(
    mode, log_in, wait_until, floor, proxy
):
    ann, ben = log_in("ann", mode, proxy), log_in("ben")
    async with calling(ann, wait_until, 0, 1, 2) as (pilot, screen):
        assert up(screen) == lead(0)
        await wait_until(pilot, lambda: ahead(screen))
        proxy.delay = 0.05
        await pilot.press("1")
        await wait_until(pilot, lambda: ben.workspace.reserve(lead(0)).ok)
        assert calls_to(ben, 0) == [("no answer", "")], "or the colleague would call them once more"


# --- what colleagues do ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", TEAM_MODES)
async def test_who_is_claimed_leaves_with_the_colleagues_name_and_the_note_is_kept(
    mode, log_in, wait_until, floor, said
):
    ann, ben = log_in("ann", mode), log_in("ben")
    async with calling(ann, wait_until, 0, 1, 2) as (pilot, screen):
        await wait_until(pilot, lambda: ahead(screen) == lead(1))
        await pilot.press("n", *"half", "escape")
        assert ben.workspace.execute(Claim(table="contacts", ids=(lead(0), lead(1)))).applied
        await wait_until(pilot, lambda: up(screen) == lead(2))
        assert said(pilot.app) == "Ben Berg claimed Lead 00 Fair."
        assert kept_notes(ann, 0) == "half"


@pytest.mark.parametrize("mode", TEAM_MODES)
async def test_who_a_colleague_has_called_or_marked_is_not_dialled(mode, log_in, wait_until, floor, said):
    ann, ben = log_in("ann", mode), log_in("ben")
    async with calling(ann, wait_until, 0, 1, 2, 3) as (pilot, screen):
        await wait_until(pilot, lambda: ahead(screen) == lead(1))
        # Who is next wants no calls any more, and who is up was just called by somebody else.
        assert ben.workspace.execute(EditContact(contact_id=lead(1), values={"do_not_call": True})).applied
        await wait_until(pilot, lambda: ahead(screen) == lead(2))
        assert ben.workspace.execute(LogCall(contact_id=lead(0), outcome="no answer")).applied
        await wait_until(pilot, lambda: "✗ Called" in card(screen))
        await pilot.press("n", *"half", "escape", "d")
        await wait_until(pilot, lambda: up(screen) == lead(2))
        assert re.match(r"Called (just now|\d+ minutes? ago)\.", said(pilot.app))
        assert kept_notes(ann, 0) == "half"
        # And who is next was called by a colleague meanwhile: they do not come up.
        await wait_until(pilot, lambda: ahead(screen) == lead(3))
        assert ben.workspace.execute(LogCall(contact_id=lead(3), outcome="no answer")).applied
        await wait_until(pilot, lambda: ahead(screen) == "")


@pytest.mark.parametrize("mode", TEAM_MODES)
async def test_new_leads_join_while_one_calls(mode, log_in, wait_until, floor):
    ann, ben = log_in("ann", mode), log_in("ben")
    async with calling(ann, wait_until) as (pilot, screen):
        new = CreateContact(
            values={
                "first_name": "Lead 00a", "last_name": "Fair", "tags": ("fair",), "book_id": floor.book("East"),
                "phones": ({"value": "+493012349999", "label": "work"},),
            }
        )  # fmt: skip
        await pilot.press("n", *"half")
        assert ben.workspace.execute(new).applied
        await wait_until(pilot, lambda: new.contact_id in screen.session.known)
        assert (up(screen), screen.notes.text, screen.session.total) == (lead(0), "half", LEADS + 1)
        await pilot.press("escape", "1")
        await wait_until(pilot, lambda: up(screen) == new.contact_id)


# --- the network ----------------------------------------------------------------------------------------------------


async def test_away_from_the_server_a_reservation_is_not_confirmed_until_it_is_back(
    log_in, wait_until, floor, proxy, said
):
    ann = log_in("ann", "field", proxy)
    proxy.down()
    eventually(lambda: not ann.workspace.standing.online)
    async with calling(ann, wait_until, 0, 1, 2) as (pilot, screen):
        assert "the server has not confirmed it yet" in card(screen)
        await pilot.press("1")
        await wait_until(pilot, lambda: up(screen) == lead(1))
        assert "the server has not confirmed it yet" in card(screen)
        await pilot.press("n", *"half", "escape")
        proxy.start()
        await wait_until(pilot, lambda: "confirmed it yet" not in card(screen), 30)
        assert (up(screen), screen.notes.text) == (lead(1), "half")
        ben = log_in("ben")
        assert not ben.workspace.reserve(lead(1)).ok
        eventually(lambda: calls_to(ben, 0) == [("no answer", "")])


async def test_back_at_the_server_one_is_told_that_a_colleague_has_them(
    log_in, wait_until, floor, proxy, said
):
    ann, ben = log_in("ann", "field", proxy), log_in("ben")
    proxy.down()
    eventually(lambda: not ann.workspace.standing.online)
    async with calling(ann, wait_until, 0, 1, 2) as (pilot, screen):
        assert ben.workspace.reserve(lead(0)).ok
        await pilot.press("n", *"half", "escape")
        proxy.start()
        await wait_until(pilot, lambda: "Ben Berg" in card(screen), 30)
        await pilot.press("d")
        await wait_until(pilot, lambda: up(screen) == lead(1))
        assert said(pilot.app).startswith("Ben Berg is calling Lead 00 Fair")
        assert kept_notes(ann, 0) == "half"


# --- what the server says no to -------------------------------------------------------------------------------------


async def test_a_call_to_who_was_taken_over_is_told_and_its_note_is_not_lost(log_in, wait_until, floor, said):
    ann, ben = log_in("ann"), log_in("ben")
    on_its_way, execute = threading.Event(), ann.workspace.execute

    def slowly(command: Command) -> Answer:
        assert on_its_way.wait(20)
        return execute(command)

    ann.workspace.execute = slowly
    async with calling(ann, wait_until, 0, 1, 2) as (pilot, screen):
        await wait_until(pilot, lambda: ahead(screen) == lead(1))
        await pilot.press("n", *"half", "escape", "1")
        await wait_until(pilot, lambda: up(screen) == lead(1))
        assert ben.workspace.execute(Claim(table="contacts", ids=(lead(0),))).applied
        on_its_way.set()
        await wait_until(pilot, lambda: screen.session.troubles)
        assert said(pilot.app).startswith("The call to Lead 00 Fair is not saved: ! goes back to it.")
        assert "Ben Berg" in said(pilot.app)
        await pilot.press("n", *"other", "escape", "exclamation_mark")
        await wait_until(pilot, lambda: "Unsaved texts" in said(pilot.app))
        assert said(pilot.app) == "Ben Berg claimed Lead 00 Fair. What was typed is under “Unsaved texts”."
        assert (up(screen), screen.notes.text) == (lead(1), "other"), "whoever is up stays"
        assert kept_notes(ann, 0) == "half"


async def test_a_call_that_the_server_refuses_is_gone_back_to_with_all_that_was_typed(
    log_in, wait_until, floor, said
):
    ann = log_in("ann")
    operator, org = floor.operator(), floor.org()
    async with calling(ann, wait_until, 0, 1, 2) as (pilot, screen):
        await wait_until(pilot, lambda: ahead(screen) == lead(1))
        with as_owner(operator):
            operator.execute(
                "update users set role = 'readonly' where org_id = %s and id = %s", (org, floor.user("ann"))
            )
        await pilot.press("n", *"half", "escape", "w", *"mail offer friday", "enter", "1")
        await wait_until(pilot, lambda: screen.session.troubles)
        assert up(screen) == lead(1)
        with as_owner(operator):
            operator.execute(
                "update users set role = 'rep' where org_id = %s and id = %s", (org, floor.user("ann"))
            )
        await pilot.press("exclamation_mark")
        await wait_until(pilot, lambda: up(screen) == lead(0))
        assert (screen.notes.text, screen.step_line.value) == ("half", "mail offer friday")
        await pilot.press("1")
        await wait_until(pilot, lambda: len(calls_to(ann, 0)) == 1)
    assert calls_to(ann, 0) == [("no answer", "half")]


@pytest.mark.parametrize("mode", TEAM_MODES)
async def test_an_outcome_is_taken_back_over_the_network(mode, log_in, wait_until, floor):
    ann, ben = log_in("ann", mode), log_in("ben")
    async with calling(ann, wait_until, 0, 1, 2) as (pilot, screen):
        await wait_until(pilot, lambda: ahead(screen) == lead(1))
        await pilot.press("n", *"half", "escape", "2")
        await wait_until(pilot, lambda: up(screen) == lead(1) and len(calls_to(ben, 0)) == 1)
        await pilot.press("u")
        await wait_until(pilot, lambda: calls_to(ben, 0) == [])
        await wait_until(pilot, lambda: up(screen) == lead(0) and not screen.desk.unsettled)
        assert screen.notes.text == "half"
        assert not ben.workspace.reserve(lead(0)).ok, "they are up again, and held"
        await pilot.press("1")
        await wait_until(pilot, lambda: up(screen) == lead(1) and len(calls_to(ben, 0)) == 1)
    assert calls_to(ben, 0) == [("no answer", "half")]
