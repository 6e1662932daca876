"""The same tests for every way to run: a file of one's own, a team's server, and a copy of what lies there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.defaults import founding
from storage.postgres.direct import open_direct
from storage.postgres.profile import Profile
from storage.solo import create_solo
from sync.opening import open_field
from sync.standing import State
from tests.postgres import conftest as on_postgres
from tests.postgres.floor import Floor, password_of
from tests.server import Cluster, Database, clone, template
from tests.waiting import eventually
from tests.workspace.office import START, Clock, Office

MODES = ("solo", "direct", "field")
TEAM_MODES = ("direct", "field")
"""Those in which people work with each other."""


@pytest.fixture(scope="session")
def floor_template(cluster: Cluster) -> str:
    """The name of the database that the others are copies of."""
    return template(cluster, "floor", on_postgres._fill)


@pytest.fixture
def floor(cluster: Cluster, floor_template: str) -> Iterator[Floor]:
    """The sales floor in a database for one test alone."""
    with clone(cluster, floor_template) as database:
        yield Floor(database)


def _direct(database: Database, login: str) -> Office:
    clock, cluster = Clock(), database.cluster
    profile = Profile(cluster.host, cluster.port, database.name, login)
    return Office(open_direct(profile, password_of(login), clock=clock), clock)


def _field(database: Database, login: str, folder: Path) -> Office:
    """A copy that holds everything, with an agent at work on it."""
    clock, cluster = Clock(), database.cluster
    profile = Profile(cluster.host, cluster.port, database.name, login)
    workspace = open_field(profile, password_of(login), folder=folder, store="file", clock=clock)
    try:
        eventually(lambda: workspace.standing.state is State.LIVE, seconds=60)
    except BaseException:
        workspace.close()
        raise
    return Office(workspace, clock)


def _solo(folder: Path) -> Office:
    clock = Clock()
    first = founding(
        organization="Nordlicht",
        user="Ann",
        currency="EUR",
        country="DE",
        time_zone="Europe/Berlin",
        now=START,
    )
    return Office(create_solo(folder / "work.db", first, store="file", clock=clock), clock)


def _team(mode: str, database: Database, login: str, folder: Path) -> Office:
    if mode == "direct":
        return _direct(database, login)
    own = folder / f"{login}-{len(list(folder.iterdir()))}"
    own.mkdir()
    return _field(database, login, own)


@pytest.fixture(params=MODES)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An admin's workspace, in each of the modes."""
    if request.param == "solo":
        office = _solo(tmp_path / "solo")
    else:
        office = _team(request.param, request.getfixturevalue("floor").database, "ada", tmp_path)
    yield office
    office.workspace.close()


@pytest.fixture(params=TEAM_MODES)
def log_in(request: pytest.FixtureRequest, floor: Floor, tmp_path: Path) -> Iterator[Callable[[str], Office]]:
    """Opens workspaces of the floor's people, all on one server, in each of the modes of a team."""
    opened: list[Office] = []

    def log_in(login: str) -> Office:
        opened.append(_team(request.param, floor.database, login, tmp_path))
        return opened[-1]

    yield log_in
    for office in opened:
        office.workspace.close()
