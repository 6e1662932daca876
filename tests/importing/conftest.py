"""What tests of imports stand on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.defaults import founding
from storage.solo import create_solo
from tests.importing.desk import Desk
from tests.workspace.office import START, Clock


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A workspace of one's own and an empty folder for files."""
    clock = Clock()
    first = founding(
        organization="Nordlicht",
        user="Ann",
        currency="EUR",
        country="DE",
        time_zone="Europe/Berlin",
        now=START,
    )
    workspace = create_solo(tmp_path / "work.db", first, store="file", clock=clock)
    files = tmp_path / "files"
    files.mkdir()
    yield Desk(workspace, files, clock)
    workspace.close()
