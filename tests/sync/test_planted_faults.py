"""A check that cannot fail proves nothing: the simulator finds faults that were planted, and tells them with few steps."""

from __future__ import annotations

import pytest

from tests.server import Cluster
from tests.sync import mutants
from tests.sync.mutants import Mutant
from tests.sync.simulator.driver import play
from tests.sync.simulator.shorten import shorter


@pytest.mark.slow
@pytest.mark.parametrize("mutant", mutants.ALL, ids=lambda mutant: mutant.name)
def test_the_same_run_finds_planted_faults(cluster: Cluster, mutant: Mutant) -> None:
    with mutant.planted():
        for seed in mutant.tried:
            if play(cluster, seed, range(mutant.steps)).faults:
                return
    pytest.fail(f"{mutant.seeds} seeds of {mutant.steps} steps did not find: {mutant.why}")


@pytest.mark.slow
def test_what_fails_is_told_with_few_steps(cluster: Cluster) -> None:
    mutant = mutants.WORK_IS_NOT_LAID_OVER
    with mutant.planted():
        whole = next(
            result for seed in range(1, 9) if (result := play(cluster, seed, range(mutant.steps))).faults
        )
        short = shorter(cluster, whole, tries=12)
        assert len(short.steps) < len(whole.told) / 2, short.story
        assert play(cluster, short.seed, short.steps).faults, "the same steps fail again"
    assert not play(cluster, short.seed, short.steps).faults, "it is the fault that was planted"
