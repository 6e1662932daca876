"""The scenarios of the field run, and each of their lines holds something. How fast they are is nobody's business here."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

if sys.platform != "linux":
    pytest.skip("the scenarios read their memory from /proc", allow_module_level=True)

from benchmarks import field
from benchmarks.app import QUICK, Bench
from benchmarks.floors import Floors
from benchmarks.scenarios import SCENARIOS, Run
from benchmarks.stats import table

AMOUNTS = replace(QUICK, keys=8, repeats=3, deals=60, contacts=300)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A small team, made once for all scenarios."""
    work = tmp_path_factory.mktemp("field")
    return Bench(work, AMOUNTS, [60], Floors(work, columns=160, rows=45, keys=8, starts=1, contacts=300))


def test_all_of_them_are_on_the_list() -> None:
    assert {name for name in SCENARIOS if name.startswith("sync-")} == {
        "sync-load", "sync-push", "sync-live", "sync-day", "sync-empty", "sync-huge",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "scenario",
    [field.sync_load, field.sync_push, field.sync_live, field.sync_day, field.sync_empty, field.sync_huge],
)
def test_it_runs(bench: Bench, scenario: Run) -> None:
    results = list(scenario(bench))
    assert len(results) >= 2
    assert all(result.samples for result in results)
    assert table(results)
