"""What the tests of the field work with: the sales floor of the tests of PostgreSQL, and caches on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import conftest as on_postgres
from tests.postgres.floor import Floor
from tests.server import Cluster, clone, template


@pytest.fixture(scope="session")
def floor_template(cluster: Cluster) -> str:
    """The name of the database that the others are copies of."""
    return template(cluster, "floor", on_postgres._fill)


@pytest.fixture
def floor(cluster: Cluster, floor_template: str) -> Iterator[Floor]:
    """The sales floor in a database for one test alone."""
    with clone(cluster, floor_template) as database:
        yield Floor(database)
