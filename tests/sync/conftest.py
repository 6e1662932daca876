"""What the tests of the field work with: the sales floor of the tests of PostgreSQL, and caches on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import conftest as on_postgres
from tests.postgres.floor import Floor
from tests.server import Cluster, clone, template
from tests.sync.filed import CentreFile, Field, Templates, fill
from tests.sync.reps import Reps, reps_on


@pytest.fixture(scope="session")
def floor_template(cluster: Cluster) -> str:
    """The name of the database that the others are copies of."""
    return template(cluster, "floor", on_postgres._fill)


@pytest.fixture
def floor(cluster: Cluster, floor_template: str) -> Iterator[Floor]:
    """The sales floor in a database for one test alone."""
    with clone(cluster, floor_template) as database:
        yield Floor(database)


@pytest.fixture
def reps(floor: Floor, tmp_path: Path) -> Iterator[Reps]:
    """Reps on the floor; in the end everybody syncs, and nothing may be lost, doubled or overwritten unseen."""
    with reps_on(floor, tmp_path) as reps:
        yield reps


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates(tmp_path_factory.mktemp("templates"))


@pytest.fixture
def world(templates: Templates, tmp_path: Path) -> Iterator[Field]:
    """A cache that holds Ann's book, of a server with some records."""
    there = CentreFile(templates.copy("centre.db", tmp_path))
    field = Field(there, templates.copy("cache.db", tmp_path), templates.copy("scratch.db", tmp_path))
    fill(there)
    field.held = {there.books()[0]}
    field.pull()
    yield field
    field.close()
    there.workspace.close()
