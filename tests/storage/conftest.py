"""Workspaces to try the store on: real files, encrypted, each in a folder of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from core.defaults import founding
from storage.database import Database, cipher
from storage.solo import SoloWorkspace, create_solo, open_solo
from tests.server import Cluster
from tests.storage.mirror import Mirror, MirroredWorkspace, installed
from tests.workspace import office as workspace_office
from tests.workspace.office import START, Clock

encrypted = pytest.mark.skipif(
    cipher() is None, reason="sqlcipher3 has no wheel for this Python: nothing is encrypted"
)

settings.register_profile(
    "storage", max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("storage")


@dataclass
class Office(workspace_office.Office):
    """An open workspace in a file, and what lies in the file."""

    workspace: SoloWorkspace

    @property
    def database(self) -> Database:
        return self.workspace.database

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """What a statement selects, straight from the file."""
        with self.database.read() as connection:
            return list(connection.execute(statement, values).fetchall())

    def spoil(self, statement: str, *values: Any) -> None:
        """Writes past every rule."""
        with self.database.write() as connection:
            connection.execute(statement, values)

    def found(self, table: str, word: str) -> set[str]:
        """The ids that the full-text index finds by the beginning of a word."""
        rows = self.sql(
            f"SELECT t.id FROM {table}_fts f JOIN {table} t ON t.n = f.rowid WHERE {table}_fts MATCH ?",
            f'"{word}" *',
        )
        return {row[0] for row in rows}


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a workspace that has just been founded, for copying: making one takes Alembic half a second."""
    folder = tmp_path_factory.mktemp("template")
    create_solo(folder / "work.db", a_founding(), store="file", clock=Clock()).close()
    return folder


def a_founding() -> Any:
    return founding(
        organization="Nordlicht",
        user="Ann",
        currency="EUR",
        country="DE",
        time_zone="Europe/Berlin",
        now=START,
    )


@pytest.fixture
def fresh(template: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Makes another new workspace's file in a folder of the given name."""

    def make(name: str = "place") -> Path:
        folder = tmp_path / name
        shutil.copytree(template, folder)
        folder.chmod(0o700)
        return folder / "work.db"

    return make


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Files that name several `STORES` ask the same of each of them."""
    if "office" in metafunc.fixturenames and (stores := getattr(metafunc.module, "STORES", ())):
        metafunc.parametrize("store", stores, indirect=True)


@pytest.fixture
def store(request: pytest.FixtureRequest) -> str:
    """Where an office reads: solo, or postgresql."""
    return str(getattr(request, "param", "solo"))


@pytest.fixture(scope="module")
def mirror(cluster: Cluster) -> Iterator[Mirror]:
    """A PostgreSQL that holds what a workspace holds."""
    yield from installed(cluster)


@pytest.fixture
def office(fresh: Callable[[str], Path], store: str, request: pytest.FixtureRequest) -> Iterator[Office]:
    clock = Clock()
    workspace: Any = open_solo(fresh("office"), clock=clock)
    if store == "postgresql":
        workspace = MirroredWorkspace(workspace, request.getfixturevalue("mirror"))
    yield Office(workspace, clock)
    workspace.close()
