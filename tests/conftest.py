"""What all tests share: the PostgreSQL that those run on which need one, and how they are spread over workers."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator

import pytest

from storage.postgres.launcher import Server
from tests.rewriting import rewrite_once
from tests.server import Cluster, running_cluster, start_for_workers

LONGEST_FIRST = (
    "tests/sync/test_simulation.py",
    "tests/sync/test_bad_network.py",
    "tests/cli/test_field.py",
    "tests/sync/test_planted_faults.py",
    "tests/benchmarks/test_field_scenarios.py",
    "tests/cli/test_team.py",
    "tests/sync/test_kill.py",
    "tests/workspace/test_commands.py",
)
"""Files that take twenty seconds and more, the longest first: begun last, one worker would end long after the others."""

MORE_THAN_CORES = 2
"""How many workers there are beside one for each core: a test waits for half of its time, for a server or a screen."""

_servers = pytest.StashKey[Server]()


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """What `-n auto` means here, unless whoever runs the tests has said so in xdist's own variable."""
    count = yield
    return count if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else count + MORE_THAN_CORES


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the longest files first where there are workers. Each of them must come to the same order."""
    if hasattr(config, "workerinput"):
        places = {file: place for place, file in enumerate(LONGEST_FIRST)}
        items.sort(key=lambda item: places.get(item.nodeid.partition("::")[0], len(places)))


def pytest_configure(config: pytest.Config) -> None:
    """Do once what all workers of a run need: start the server, and compile the tests.

    Without workers either is done when it is first needed.
    """
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        rewrite_once(config.rootpath / "tests", config.args)
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
