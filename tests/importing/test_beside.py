from __future__ import annotations

import dataclasses
import datetime as dt
import multiprocessing
import os
import pickle
import signal
import sys
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import pytest

from core.imports.convert import Conversion
from core.imports.shapes import Converted, Draft, Options, Problem, RawRow, TablePlan, Unusable
from importing import beside
from importing.beside import Recipe, converted
from importing.reading import open_tables
from tests.importing.desk import Desk

ROWS = 1_200


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process is started for fewer rows than it is worth."""
    monkeypatch.setattr(beside, "WORTH", 100)


@pytest.fixture
def recipe(desk: Desk, tmp_path: Path) -> Recipe:
    file = tmp_path / "many.csv"
    with file.open("w", encoding="utf-8") as out:
        out.write("Name,Mail,Firm,Phone\n")
        for n in range(ROWS):
            mail = "nobody" if n % 50 == 7 else f"ann{n}@example.com"
            out.write(f"Ann Lee{n},{mail},Firm {n % 9},030 {1_000_000 + n}\n")
    plan = TablePlan(
        "table", "contacts", {"name": "Name", "email": "Mail", "company": "Firm", "phone": "Phone"}
    )
    catalog = desk.workspace.catalog()
    now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    return Recipe(file, 0, plan, Conversion(catalog, Options(region="DE"), now=now))


def test_rows_are_the_same_whoever_reads_them(recipe: Recipe) -> None:
    (table,) = open_tables(recipe.path)
    here = list(converted(table, recipe, rows=0))
    assert len(here) == ROWS
    assert list(converted(table, recipe, rows=ROWS)) == here
    assert list(converted(table, recipe, rows=2 * ROWS, skip=777)) == here[777:]
    assert multiprocessing.active_children() == []


def test_nothing_of_a_row_is_lost_on_its_way() -> None:
    """Every field of a row has something in it, whatever fields there are by now."""
    filled: dict[str, Any] = {"str": "x", "int": 3}
    draft = Draft(
        **{
            field.name: filled.get(str(field.type), {"a": ("b",)} if "dict" in str(field.type) else ("c",))
            for field in dataclasses.fields(Draft)
        }
    )
    problem = Problem(3, "Mail", "nobody", "is none")
    parts: dict[str, Any] = {
        field.name: (problem,) if "Problem" in str(field.type) else (draft, draft) if "tuple" in str(field.type)
        else draft if "Draft" in str(field.type) else filled.get(str(field.type), "contacts")
        for field in dataclasses.fields(Converted)
    }  # fmt: skip
    row = RawRow(3, ["a", "b"], "torn"), Converted(**parts)
    assert beside._unpacked(pickle.loads(pickle.dumps(beside._packed(*row)))) == row


def test_a_process_that_dies_loses_no_row(recipe: Recipe) -> None:
    (table,) = open_tables(recipe.path)
    rows = converted(table, recipe, rows=ROWS)
    first = next(rows)
    for child in multiprocessing.active_children():
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
    assert [raw.number for raw, _ in (first, *rows)] == [
        raw.number for raw, _ in converted(table, recipe, rows=0)
    ]


def test_nothing_is_left_behind_by_who_stops(recipe: Recipe) -> None:
    (table,) = open_tables(recipe.path)
    rows = converted(table, recipe, rows=ROWS)
    next(rows)
    rows.close()
    assert multiprocessing.active_children() == []


def test_a_file_that_is_gone_is_said_as_here(recipe: Recipe) -> None:
    (table,) = open_tables(recipe.path)
    recipe.path.unlink()
    with pytest.raises(Unusable, match=r"many\.csv"):
        list(converted(table, recipe, rows=ROWS))


def test_where_no_process_can_start_rows_are_read_here(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(_process: SpawnProcess) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(SpawnProcess, "start", start)
    (table,) = open_tables(recipe.path)
    assert len(list(converted(table, recipe, rows=ROWS))) == ROWS


def test_a_process_starts_where_the_terminal_is_drawn_on(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Drawn:
        """What an application of Textual has in place of standard error."""

        def fileno(self) -> int:
            return -1

        def write(self, text: str) -> int:
            return len(text)

        def flush(self) -> None:
            pass

    # The first process of a program starts another one, that sees to what is left behind: here, a new one of it.
    tracker = resource_tracker.ResourceTracker()
    monkeypatch.setattr(resource_tracker, "getfd", tracker.getfd)
    drawn = Drawn()
    monkeypatch.setattr(sys, "stderr", drawn)
    started = beside._Beside(recipe, 0)
    try:
        assert sum(1 for _ in started.rows()) == ROWS
        assert started.whole
        assert sys.stderr is drawn
    finally:
        started.close()
        tracker._stop()  # type: ignore[attr-defined]
