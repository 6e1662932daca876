"""The same tests for every way to run: a file of one's own, and a team's server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.defaults import founding
from storage.postgres.direct import open_direct
from storage.postgres.profile import Profile
from storage.solo import create_solo
from tests.postgres import conftest as on_postgres
from tests.postgres.floor import Floor, password_of
from tests.server import Cluster, Database, clone, template
from tests.workspace.office import START, Clock, Office

MODES = ("solo", "direct")


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


@pytest.fixture(params=MODES)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An admin's workspace, in each of the modes."""
    if request.param == "solo":
        office = _solo(tmp_path / "solo")
    else:
        office = _direct(request.getfixturevalue("floor").database, "ada")
    yield office
    office.workspace.close()


@pytest.fixture
def log_in(floor: Floor) -> Iterator[Callable[[str], Office]]:
    """Opens workspaces of the floor's people, all on one server."""
    opened: list[Office] = []

    def log_in(login: str) -> Office:
        opened.append(_direct(floor.database, login))
        return opened[-1]

    yield log_in
    for office in opened:
        office.workspace.close()
