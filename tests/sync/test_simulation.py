"""Nothing is lost, nothing is silent, all converge: whatever people do, and whatever breaks while they do it."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.server import Cluster, roomy_memory
from tests.sync import mutants
from tests.sync.mutants import Mutant
from tests.sync.simulator.chance import Chance, Drawn, Seeded
from tests.sync.simulator.driver import play, seeded_ids
from tests.sync.simulator.world import STEPS, World

SEEDS = range(1, 9)
STEPS_OF_A_SEED = 1_000
SMALL = (("ann", "ann"), ("ben", "ben"), ("mia", "mia"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_nothing_is_silent_and_all_converge(cluster: Cluster, seed: int) -> None:
    result = play(cluster, seed, range(STEPS_OF_A_SEED))
    assert not result.faults, result.story
    # It has tried what it is there to try.
    counted: Counter[str] = result.counts
    assert counted["typed"] > 200
    assert counted["cuts"] > 3
    assert counted["deaths"] > 10
    assert counted["refused"] > 5


@pytest.mark.slow
@pytest.mark.parametrize("mutant", mutants.ALL, ids=lambda mutant: mutant.name)
def test_the_same_run_finds_planted_faults(cluster: Cluster, mutant: Mutant) -> None:
    with mutant.planted():
        for seed in range(1, 1 + mutant.seeds):
            if play(cluster, seed, range(mutant.steps)).faults:
                return
    pytest.fail(f"{mutant.seeds} seeds of {mutant.steps} steps did not find: {mutant.why}")


class Field(RuleBasedStateMachine):
    """The world with a few clients, its choices made by Hypothesis, which makes what fails as short as it can."""

    cluster: Cluster

    def __init__(self) -> None:
        super().__init__()
        self._folder = Path(tempfile.mkdtemp(prefix="offhook-field-", dir=roomy_memory()))
        self._ids: Any = seeded_ids(0)
        self._ids.__enter__()
        self._world = World(self.cluster, self._folder, SMALL)
        self._number = 0

    def make(self, name: str, chance: Chance) -> None:
        """Makes a step of that name."""
        self._number += 1
        self._world.make(next(step for _, step in STEPS if step.name == name), self._number, chance)

    def teardown(self) -> None:
        try:
            self._world.come_to_rest()
            self._world.check()
            self._world.decide_all(Seeded("end"))
            self._world.check()
        finally:
            self._world.close()
            self._ids.__exit__(None, None, None)
            shutil.rmtree(self._folder, ignore_errors=True)


def _rule(name: str) -> Any:
    def step(self: Field, data: st.DataObject) -> None:
        self.make(name, Drawn(lambda most: data.draw(st.integers(0, most))))

    step.__name__ = name
    return rule(data=st.data())(step)


for _, _step in STEPS:
    if _step.name != "rest":
        setattr(Field, _step.name, _rule(_step.name))


@pytest.fixture
def field(cluster: Cluster) -> type[Field]:
    Field.cluster = cluster
    return Field


@pytest.mark.slow
def test_no_short_history_breaks_it_either(field: type[Field]) -> None:
    run_state_machine_as_test(
        field,
        settings=settings(
            max_examples=12, stateful_step_count=40, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink),
        ),
    )  # fmt: skip
