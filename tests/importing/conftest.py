"""What tests of imports stand on."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.defaults import founding
from storage.solo import create_solo, open_solo
from tests.importing.desk import Desk
from tests.workspace.office import START, Clock


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new workspace, to be copied: making one takes a hundred times as long."""
    folder = tmp_path_factory.mktemp("empty")
    first = founding(
        organization="Nordlicht",
        user="Ann",
        currency="EUR",
        country="DE",
        time_zone="Europe/Berlin",
        now=START,
    )
    create_solo(folder / "work.db", first, store="file", clock=Clock()).close()
    return folder


@pytest.fixture
def desk(empty: Path, tmp_path: Path) -> Iterator[Desk]:
    """A workspace of one's own and an empty folder for files."""
    clock = Clock()
    shutil.copytree(empty, tmp_path / "data")
    workspace = open_solo(tmp_path / "data" / "work.db", clock=clock)
    files = tmp_path / "files"
    files.mkdir()
    yield Desk(workspace, files, clock)
    workspace.close()
