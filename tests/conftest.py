"""What all tests share: the PostgreSQL that those run on which need one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from storage.postgres.launcher import Server
from tests.server import Cluster, running_cluster, start_for_workers

_servers = pytest.StashKey[Server]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the server that all workers of a run use. Without workers it is started when it is first needed."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        server = start_for_workers()
        if server is not None:
            config.stash[_servers] = server


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop it."""
    if _servers in config.stash:
        config.stash[_servers].stop()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The PostgreSQL server of this run, with an operator who is no superuser."""
    with running_cluster() as found:
        yield found
