"""What the tests of the team's PostgreSQL work with: a small sales floor, cloned for every test that wants one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from storage.postgres import install
from tests.postgres import floor as sales_floor
from tests.postgres.floor import Floor
from tests.server import Cluster, Database, clone, template


def _fill(operator: psycopg.Connection[Any]) -> None:
    install.init(operator)
    sales_floor.build(operator)


@pytest.fixture(scope="session")
def floor_template(cluster: Cluster) -> str:
    """The name of the database that the others are copies of."""
    return template(cluster, "floor", _fill)


@pytest.fixture
def database(cluster: Cluster, floor_template: str) -> Iterator[Database]:
    """A database with offhook and the floor in it, for one test alone."""
    with clone(cluster, floor_template) as own:
        yield own


@pytest.fixture
def floor(database: Database) -> Floor:
    """The sales floor in a database for one test alone."""
    return Floor(database)


@pytest.fixture(scope="module")
def shared_database(cluster: Cluster, floor_template: str) -> Iterator[Database]:
    """A database for all tests of a file: for those that only look, or leave nothing behind that matters."""
    with clone(cluster, floor_template) as shared:
        yield shared


@pytest.fixture(scope="module")
def shared_floor(shared_database: Database) -> Floor:
    """The sales floor in the database of all tests of a file."""
    return Floor(shared_database)
