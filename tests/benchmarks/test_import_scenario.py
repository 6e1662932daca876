"""The scenario of imports, and each of its lines holds something. How fast it is is nobody's business here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("pty")

from benchmarks import importing
from benchmarks.app import QUICK, Bench
from benchmarks.floors import Floors
from benchmarks.scenarios import SCENARIOS
from benchmarks.stats import table


def test_it_is_on_the_list() -> None:
    assert SCENARIOS["import"].run is importing.import_file


@pytest.mark.slow
def test_it_runs(tmp_path: Path) -> None:
    amounts = replace(QUICK, deals=60, contacts=300)
    bench = Bench(
        tmp_path, amounts, [60], Floors(tmp_path, columns=160, rows=45, keys=8, starts=1, contacts=300)
    )
    results = list(importing.import_file(bench))
    assert len(results) == 6
    assert all(sample > 0 for result in results for sample in result.samples)
    assert table(results)
